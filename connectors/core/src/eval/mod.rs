//! Athena's semantics over Arrow batches.
