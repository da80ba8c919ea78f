//! What is not there: a printed skip, or a failure where it must be there.

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
