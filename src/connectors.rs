//! THE registration: one line per engine.
