//! What goes to AWS: the functions as packages that Lambda takes.

pub mod package;
