//! Changing over from AWS's Java connectors: their settings as they stand, and their types where those are kept.
#![cfg(feature = "local")]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod support;

/// A function's variables, unchanged.
#[path = "migration/variables.rs"]
mod variables;

/// A connection of Glue's in place of variables.
#[path = "migration/glue.rs"]
mod glue;

/// The types of the Java connectors, on servers that hold all of theirs.
#[path = "migration/types.rs"]
mod types;
