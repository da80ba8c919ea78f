//! Commands; the only writer of stdout.
