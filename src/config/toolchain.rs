//! What the environment says about Rust's tools, by the variables that cargo itself goes by.

use std::ffi::OsString;
use std::path::PathBuf;

/// The program that builds.
pub fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// The compiler.
pub fn rustc() -> OsString {
    std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}

/// Where cargo keeps the sources of what is depended on.
pub fn cargo_home() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("CARGO_HOME").or_else(|| Some(absolute("HOME")?.join(".cargo")))
}

/// What the compiler is told in every call.
pub fn rust_flags() -> Vec<String> {
    let split = |name: &str, by: fn(char) -> bool| {
        let flags = std::env::var(name).ok()?;
        Some(flags.split(by).filter(|flag| !flag.is_empty()).map(str::to_owned).collect())
    };
    split("CARGO_ENCODED_RUSTFLAGS", |c| c == FLAG_END)
        .or_else(|| split("RUSTFLAGS", char::is_whitespace))
        .unwrap_or_default()
}

/// What stands between flags in `CARGO_ENCODED_RUSTFLAGS`, where one may hold a space.
pub const FLAG_END: char = '\u{1f}';

/// Whether a variable of one tool is set, whose value is that tool's business.
pub fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}
