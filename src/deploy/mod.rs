//! What goes to AWS: the functions as packages that Lambda takes, and stacks of the templates below `infra`.
//!
//! CloudFormation makes, changes and deletes stacks; here is asked and told. Not here: who may have what ended before a stack goes
//! (`share`), and what is printed (`cli`).

pub mod events;
pub mod near;
pub mod package;
pub mod product;
pub mod stack;
pub mod template;
pub mod upload;

#[cfg(test)]
#[cfg(feature = "governance")]
mod tests;
