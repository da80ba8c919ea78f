//! What keepers are held to, each of them on something real: a folder, and Secrets Manager as moto plays it.

mod cut;
mod folder;
mod manager;
mod scripted;
mod suite;

use crate::stand_ins::{aws, moto, skip};
