//! What keepers are held to, each of them on something real: a folder, and Secrets Manager as moto plays it.

#[path = "../../../tests/support/aws.rs"]
mod aws;
mod cut;
mod folder;
mod manager;
#[allow(dead_code, reason = "others lose answers")]
#[path = "../../../tests/support/moto.rs"]
mod moto;
mod scripted;
#[allow(clippy::print_stdout, reason = "a skip is told")]
#[path = "../../../tests/support/skip.rs"]
mod skip;
mod suite;
