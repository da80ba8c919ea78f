//! What integration tests need of the outside: servers by URL or started here, or a printed skip; a small Lambda.
//!
//! Each test binary includes this by `mod support;` and uses a part of it.
// A failure here is a failed test, and what it prints is the test's output.
#![allow(dead_code, clippy::unwrap_used, clippy::print_stdout)]

pub mod lambda;
pub mod mysql;
pub mod postgres;
pub mod relay;
pub mod slt;
pub mod sources;
pub mod stage;
pub mod tpcds;
pub mod tpch;

use std::process::Command;
use std::time::{Duration, Instant};

/// Whether `TEST_REQUIRE` (`postgres,java,…`) says that `what` must be there.
pub fn required(what: &str) -> bool {
    std::env::var("TEST_REQUIRE").is_ok_and(|all| all.split(',').any(|one| one.trim() == what))
}

/// Prints why a test does not run; fails it instead when `what` is required.
pub fn skip(what: &str, reason: &str) {
    assert!(!required(what), "TEST_REQUIRE names {what}, but: {reason}");
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    println!("skipped: {test}: {reason}");
}

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
