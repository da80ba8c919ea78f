//! What integration tests need of the outside: servers by URL or started here, or a printed skip; a small Lambda.
//!
//! Each test binary includes this by `mod support;` and uses a part of it.
// A failure here is a failed test, and what it prints is the test's output.
#![allow(dead_code, unused_imports, clippy::unwrap_used, clippy::print_stdout)]

pub mod clear;
pub mod lambda;
pub mod moto;
pub mod mysql;
pub mod packages;
pub mod postgres;
pub mod relay;
pub mod skip;
pub mod slt;
pub mod sources;
pub mod spelled;
pub mod sqlserver;
pub mod stage;
pub mod tpcds;
pub mod tpch;

pub use self::skip::{required, skip};

use std::process::Command;
use std::time::{Duration, Instant};

/// Waits until `condition` holds; the limit is generous because it is only reached by a failure.
pub async fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_mins(1), "still waiting after a minute: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Whether a process runs; one that ended and was not yet waited for by its parent does not.
pub fn runs(process: u32) -> bool {
    let state = Command::new("ps").args(["-o", "stat=", "-p", &process.to_string()]).output().unwrap();
    let state = String::from_utf8_lossy(&state.stdout).trim().to_owned();
    !state.is_empty() && !state.starts_with('Z')
}
