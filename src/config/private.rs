//! Whether a file or a folder is for our eyes only. Unix says by owner and mode; elsewhere there is nothing to ask.

use std::path::Path;

use connector_core::Result;

/// Fails unless the file `path` belongs to this user and nobody else may read or write it.
pub fn check_private(path: &Path) -> Result<()> {
    check(path, "a file", std::fs::Metadata::is_file, "600")
}

/// Fails unless the folder `path` belongs to this user and nobody else may look into it.
pub fn check_private_folder(path: &Path) -> Result<()> {
    check(path, "a folder", std::fs::Metadata::is_dir, "700")
}

#[cfg(unix)]
fn check(path: &Path, what: &str, is_what: fn(&std::fs::Metadata) -> bool, right: &str) -> Result<()> {
    use std::os::unix::fs::MetadataExt;

    use connector_core::{Error, ErrorKind};

    let shown = path.display();
    let found = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    if !is_what(&found) {
        return Err(Error::invalid(format!("{shown} is not {what}")));
    }
    if found.mode() & 0o077 != 0 {
        let mode = found.mode() & 0o777;
        return Err(Error::new(
            ErrorKind::Forbidden,
            format!("{shown} has mode {mode:04o}: others than its owner may use it"),
        )
        .hint(format!("run: chmod {right} {shown}")));
    }
    match own_user().or_else(home_owner) {
        Some(user) if user != found.uid() => Err(Error::new(
            ErrorKind::Forbidden,
            format!("{shown} belongs to user {} and not to us ({user})", found.uid()),
        )
        .hint(format!("run: chown {user} {shown}"))),
        _ => Ok(()),
    }
}

/// There are no modes to look at.
#[cfg(not(unix))]
fn check(path: &Path, what: &str, is_what: fn(&std::fs::Metadata) -> bool, _right: &str) -> Result<()> {
    let found = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    if is_what(&found) {
        return Ok(());
    }
    Err(connector_core::Error::invalid(format!("{} is not {what}", path.display())))
}

/// A complaint about a file that cannot be read.
pub fn unreadable(path: &Path, error: &std::io::Error) -> connector_core::Error {
    let kind = match error.kind() {
        std::io::ErrorKind::NotFound => connector_core::ErrorKind::NotFound,
        std::io::ErrorKind::PermissionDenied => connector_core::ErrorKind::Forbidden,
        _ => connector_core::ErrorKind::Unavailable,
    };
    connector_core::Error::new(kind, format!("reading {}: {error}", path.display()))
}

/// Makes a folder for our eyes only, and fails if one is there that others may use.
pub fn make_private_folder(path: &Path) -> Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let made = builder.recursive(true).create(path);
    made.map_err(|error| {
        let told = format!("making the folder {}: {error}", path.display());
        connector_core::Error::new(connector_core::ErrorKind::Unavailable, told)
    })?;
    check_private_folder(path)
}

/// The standard library has no geteuid and `unsafe` is forbidden; a process owns its entry in /proc.
#[cfg(unix)]
pub(super) fn own_user() -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").ok().map(|own| own.uid())
}

#[cfg(not(unix))]
pub(super) fn own_user() -> Option<u32> {
    None
}

/// Good enough to tell ours from others' where there is no /proc; whoever sets `HOME` fools only themselves.
#[cfg(unix)]
fn home_owner() -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(std::env::home_dir()?).ok().map(|home| home.uid())
}

#[cfg(all(test, unix, feature = "local"))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_that_others_may_read_is_refused_with_the_command_that_mends_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secrets.json");
        std::fs::write(&path, "{}").unwrap();
        for mode in [0o644, 0o640, 0o604, 0o620] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let error = check_private(&path).unwrap_err();
            assert!(error.to_string().contains(&format!("{mode:04o}")), "{error}");
            assert_eq!(error.hint_text().unwrap(), format!("run: chmod 600 {}", path.display()));
        }
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        check_private(&path).unwrap();
        assert!(check_private(directory.path()).is_err() && check_private_folder(&path).is_err());
        for mode in [0o755, 0o710, 0o701] {
            std::fs::set_permissions(directory.path(), std::fs::Permissions::from_mode(mode)).unwrap();
            let error = check_private_folder(directory.path()).unwrap_err();
            assert_eq!(error.hint_text().unwrap(), format!("run: chmod 700 {}", directory.path().display()));
        }
        std::fs::set_permissions(directory.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
        check_private_folder(directory.path()).unwrap();
        assert_eq!(
            check_private(&directory.path().join("none")).unwrap_err().kind(),
            connector_core::ErrorKind::NotFound
        );
    }
}
