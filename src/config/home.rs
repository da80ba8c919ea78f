//! What this user's environment says about places: where programs are, and where to keep what may be kept; two passwords and a token.
//!
//! By XDG's rules, with `~/.cache`, `~/.local/share` and `~/.local/state` where nothing is said; a relative path is ignored.

use std::ffi::OsString;
use std::path::PathBuf;

use connector_core::Secret;

/// The search path for programs.
pub fn search_path() -> Option<OsString> {
    std::env::var_os("PATH")
}

/// The password for a server that the demo is shown; an empty one is one.
pub fn demo_password() -> Option<Secret> {
    std::env::var("GLAUX_DEMO_PASSWORD").ok().map(Secret::new)
}

/// The password of a source's administrator, for a machine where nobody can be asked; an empty one is one.
pub fn administrator_password() -> Option<Secret> {
    std::env::var("GLAUX_ADMIN_PASSWORD").ok().map(Secret::new)
}

/// The token that callers of a server must have; an empty one is one.
pub fn token() -> Option<String> {
    std::env::var("GLAUX_TOKEN").ok()
}

/// Where the register of governance is, if that is set; a blank variable is not.
pub fn store() -> Option<String> {
    std::env::var("GLAUX_STORE").ok().filter(|store| !store.trim().is_empty())
}

/// Where a user's register of governance is, if nothing is set.
pub fn data_home() -> Option<PathBuf> {
    below_home("XDG_DATA_HOME", ".local/share").map(|data| data.join("glaux"))
}

/// Where what can be fetched again is kept.
pub fn cache_home() -> Option<PathBuf> {
    below_home("XDG_CACHE_HOME", ".cache")
}

/// Where the shell remembers what was typed.
pub fn history_file() -> Option<PathBuf> {
    below_home("XDG_STATE_HOME", ".local/state").map(|state| state.join("glaux/history"))
}

fn below_home(variable: &str, otherwise: &str) -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute(variable).or_else(|| Some(absolute("HOME")?.join(otherwise)))
}
