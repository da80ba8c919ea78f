//! Who may know a password: resolve, cache, rotate-aware.
