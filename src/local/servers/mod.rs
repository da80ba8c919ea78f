//! Databases started for the demo and the tests.
