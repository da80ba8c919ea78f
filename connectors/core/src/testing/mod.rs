//! The contract every engine is held to, as functions.
