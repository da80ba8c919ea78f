//! Athena's wire, both directions; pure.
