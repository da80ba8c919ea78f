//! Where a server lives and as whom: its directory, the user it runs as, what that user can reach.
//!
//! A server refuses to run as root, so root hands the directory to another user and starts the server as that one.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use connector_core::{Error, ErrorKind, Result};
use tempfile::TempDir;

/// What a demo or a test may fill; Docker's own /dev/shm has 64 MiB and is not enough.
const ROOM: u64 = 1 << 30;

/// A user that is not root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct User {
    pub uid: u32,
    pub gid: u32,
}

/// A new private directory whose name begins with `prefix`: under `memory` where that has room and may be written, else under `temp`.
pub fn make(prefix: &str, memory: Option<&Path>, temp: &Path) -> Result<TempDir> {
    let roomy =
        |place: &&Path| rustix::fs::statvfs(*place).is_ok_and(|fs| fs.f_bavail.saturating_mul(fs.f_frsize) >= ROOM);
    let private = fs::Permissions::from_mode(0o700);
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix).rand_bytes(8).permissions(private);
    if let Some(Ok(dir)) = memory.filter(roomy).map(|place| builder.tempdir_in(place)) {
        return Ok(dir);
    }
    builder.tempdir_in(temp).map_err(|error| io("making a directory", temp, error))
}

/// The first of `names` that there is, for `server` to run as when `dir`, which we just made, shows that we are root; none when we
/// are not.
pub fn server_user(dir: &Path, server: &str, names: &[&str]) -> Result<Option<User>> {
    if fs::metadata(dir).map_err(|error| io("looking at", dir, error))?.uid() != 0 {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").map_err(|error| io("reading", Path::new("/etc/passwd"), error))?;
    let found = names.iter().find_map(|name| find_user(&users, name));
    let missing = || {
        let names = names.join(" or ");
        Error::new(ErrorKind::NotFound, format!("{server} does not run as root, and there is no user {names}"))
            .hint("run as another user than root, or make one of these users")
    };
    found.map(Some).ok_or_else(missing)
}

fn find_user(passwd: &str, name: &str) -> Option<User> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (found, _, uid, gid) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        let user = User { uid: uid.parse().ok()?, gid: gid.parse().ok()? };
        (found == name && user.uid != 0).then_some(user)
    })
}

/// Whether a user without rights of its own can run a program.
pub fn everyone_can_run(program: &Path) -> bool {
    let allows = |path: &Path, bits: u32| fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & bits == bits);
    program.ancestors().skip(1).all(|dir| allows(dir, 0o001)) && allows(program, 0o005)
}

/// Refuses a directory that we made for `user` where that one cannot get to it.
fn check_reachable(path: &Path, user: User) -> Result<()> {
    for dir in path.ancestors().skip(1) {
        let meta = fs::metadata(dir).map_err(|error| io("looking at", dir, error))?;
        let bit = match (meta.uid() == user.uid, meta.gid() == user.gid) {
            (true, _) => 0o100,
            (false, true) => 0o010,
            (false, false) => 0o001,
        };
        if meta.permissions().mode() & bit == 0 {
            let what =
                format!("root starts the server as the user of id {}, who may not enter {}", user.uid, dir.display());
            return Err(Error::new(ErrorKind::Forbidden, what)
                .hint("set TMPDIR to a directory that every user may enter, such as /tmp, or chmod a+x this one"));
        }
    }
    Ok(())
}

/// Gives `path`, which must be where `user` can get to it, and everything below it to that user.
pub fn hand_over(path: &Path, user: User) -> Result<()> {
    check_reachable(path, user)?;
    give(path, user)
}

fn give(path: &Path, user: User) -> Result<()> {
    std::os::unix::fs::lchown(path, Some(user.uid), Some(user.gid)).map_err(|error| io("giving away", path, error))?;
    if path.is_symlink() || !path.is_dir() {
        return Ok(());
    }
    entries(path)?.iter().try_for_each(|entry| give(entry, user))
}

/// Copies a directory with all below it; links stay links.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).map_err(|error| io("making", to, error))?;
    for entry in entries(from)? {
        let target = to.join(entry.file_name().unwrap_or_default());
        if entry.is_symlink() {
            fs::read_link(&entry).and_then(|link| std::os::unix::fs::symlink(link, &target))
        } else if entry.is_dir() {
            copy(&entry, &target)?;
            Ok(())
        } else {
            fs::copy(&entry, &target).map(|_| ())
        }
        .map_err(|error| io("copying to", &target, error))?;
    }
    Ok(())
}

fn entries(dir: &Path) -> Result<Vec<PathBuf>> {
    let all = || fs::read_dir(dir)?.map(|entry| entry.map(|entry| entry.path())).collect::<std::io::Result<_>>();
    all().map_err(|error| io("listing", dir, error))
}

/// Writes a new file that only its owner may read, from its first moment on.
pub fn write_private(path: &Path, text: &str) -> Result<()> {
    let open = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    open.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| io("writing", path, error))
}

/// A failure of the file system, with what was being done to which path.
pub fn io(doing: &str, path: &Path, error: std::io::Error) -> Error {
    let kind = match error.kind() {
        std::io::ErrorKind::PermissionDenied => ErrorKind::Forbidden,
        std::io::ErrorKind::NotFound => ErrorKind::NotFound,
        _ => ErrorKind::Unavailable,
    };
    Error::new(kind, error.to_string()).context(format!("{doing} {}", path.display())).with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_found_by_its_whole_name_and_is_never_root() {
        let passwd = "root:x:0:0::/:/bin/sh\npostgresx:x:7:7::/:\npostgres:x:0:0::/:\nodd\nnobody:x:65534:65533::/:\n";
        assert_eq!(find_user(passwd, "root"), None);
        assert_eq!(find_user(passwd, "postgres"), None);
        assert_eq!(find_user(passwd, "nobody"), Some(User { uid: 65534, gid: 65533 }));
    }

    #[test]
    fn a_directory_below_a_private_one_is_refused_with_what_to_do() {
        let temp = tempfile::tempdir().unwrap();
        let (made, owner) = (temp.path().join("made"), fs::metadata(temp.path()).unwrap());
        fs::create_dir(&made).unwrap();
        fs::set_permissions(temp.path(), fs::Permissions::from_mode(0o700)).unwrap();
        let other = User { uid: owner.uid() + 1, gid: owner.gid() + 1 };
        let error = check_reachable(&made, other).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Forbidden);
        assert!(error.to_string().contains(temp.path().to_str().unwrap()), "{error}");
        assert!(error.hint_text().unwrap().contains("TMPDIR"), "{error}");
        assert!(check_reachable(&made, User { uid: owner.uid(), ..other }).is_ok());
        fs::set_permissions(temp.path(), fs::Permissions::from_mode(0o711)).unwrap();
        assert!(check_reachable(&made, other).is_ok());
    }

    #[test]
    fn a_place_in_memory_that_is_missing_or_small_is_not_used() {
        let temp = tempfile::tempdir().unwrap();
        let made = make("x-", Some(Path::new("/nowhere/at/all")), temp.path()).unwrap();
        assert!(made.path().starts_with(temp.path()));
        // /proc reports no room at all.
        let made = make("x-", Some(Path::new("/proc")), temp.path()).unwrap();
        assert!(made.path().starts_with(temp.path()));
        assert_eq!(fs::metadata(made.path()).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn programs_below_a_private_directory_are_copied_with_their_links() {
        let temp = tempfile::tempdir().unwrap();
        let bin = temp.path().join("pg/bin");
        fs::create_dir_all(&bin).unwrap();
        fs::write(bin.join("postgres"), "x").unwrap();
        fs::set_permissions(bin.join("postgres"), fs::Permissions::from_mode(0o755)).unwrap();
        std::os::unix::fs::symlink("postgres", bin.join("postmaster")).unwrap();
        fs::set_permissions(temp.path(), fs::Permissions::from_mode(0o700)).unwrap();
        assert!(!everyone_can_run(&bin.join("postgres")));

        let to = temp.path().join("copy");
        copy(&temp.path().join("pg"), &to).unwrap();
        assert_eq!(fs::read_link(to.join("bin/postmaster")).unwrap(), Path::new("postgres"));
        assert_eq!(fs::metadata(to.join("bin/postgres")).unwrap().permissions().mode() & 0o777, 0o755);
    }
}
