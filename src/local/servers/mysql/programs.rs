//! The programs of MariaDB and MySQL where they are installed. Each calls itself `mysqld` somewhere, so each is asked what it is.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use connector_core::{Error, Result};

/// Which of the two servers that speak one protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    /// MariaDB.
    MariaDb,
    /// MySQL.
    MySql,
}

/// Programs that were found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The server.
    pub server: PathBuf,
    /// What makes MariaDB's first files; MySQL's server does it itself.
    pub install: Option<PathBuf>,
    /// As the server says it: `10.11.19`.
    pub version: String,
    /// For the reader: `installed at …`.
    pub origin: String,
}

/// Where packages put servers that are on nobody's search path: Debian, Red Hat, Oracle's own for macOS.
const PLACES: [&str; 5] = ["/usr/sbin", "/usr/libexec", "/usr/local/sbin", "/usr/local/bin", "/usr/local/mysql/bin"];
/// Where Homebrew puts a directory for each package.
const HOMEBREW: [&str; 2] = ["/opt/homebrew/opt", "/usr/local/opt"];

impl Product {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::MariaDb => "MariaDB",
            Self::MySql => "MySQL",
        }
    }

    /// What URLs and settings call it.
    pub fn token(self) -> &'static str {
        match self {
            Self::MariaDb => "mariadb",
            Self::MySql => "mysql",
        }
    }

    /// What the names of its directories begin with.
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Self::MariaDb => "glaux-mariadb-",
            Self::MySql => "glaux-mysql-",
        }
    }

    fn other(self) -> Self {
        match self {
            Self::MariaDb => Self::MySql,
            Self::MySql => Self::MariaDb,
        }
    }

    /// Its programs, on the search path or where packages put them.
    pub(super) fn find(self, path: Option<&OsString>) -> Result<Found> {
        let mut places: Vec<PathBuf> = path.into_iter().flat_map(std::env::split_paths).collect();
        places.extend(PLACES.map(PathBuf::from));
        places.extend(HOMEBREW.iter().flat_map(|parent| homebrew(Path::new(parent), self.token())));
        self.find_in(&places)
    }

    fn find_in(self, places: &[PathBuf]) -> Result<Found> {
        let servers = places.iter().flat_map(|place| ["mariadbd", "mysqld"].map(|name| place.join(name)));
        let mut seen = None;
        for server in servers.filter(|server| server.is_file()) {
            match told(&server) {
                Some((product, version)) if product == self => return self.found(server, version, places),
                Some((_, version)) => seen = Some(format!("{} is {} {version}", server.display(), self.other())),
                None => {}
            }
        }
        let missing = Error::not_found(match &seen {
            Some(seen) => format!("no installed {self} was found ({seen})"),
            None => format!("no installed {self} was found"),
        });
        Err(missing.hint(match (self, seen.is_some()) {
            (_, true) => format!("ask for --engine {}, install {self}, or give --url", self.other().token()),
            (Self::MariaDb, _) => "install the package mariadb-server (Homebrew: mariadb), or give --url".to_owned(),
            (Self::MySql, _) => {
                "install MySQL's server (package mysql-server; Homebrew: mysql), or give --url".to_owned()
            }
        }))
    }

    fn found(self, server: PathBuf, version: String, places: &[PathBuf]) -> Result<Found> {
        let origin = format!("installed at {}", server.display());
        let install = match self {
            Self::MySql => None,
            Self::MariaDb => Some(installer(&server, places).ok_or_else(|| {
                Error::not_found(format!("{} is there, but mariadb-install-db is not", server.display()))
                    .hint("install all of MariaDB's server package")
            })?),
        };
        Ok(Found { server, install, version, origin })
    }
}

impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The program that makes the first files of the MariaDB at `server`: in a neighbouring directory, else anywhere.
fn installer(server: &Path, places: &[PathBuf]) -> Option<PathBuf> {
    let root = server.parent()?.parent()?;
    let near = ["bin", "scripts"].map(|name| root.join(name));
    let all = near.iter().chain(places);
    all.map(|place| place.join("mariadb-install-db")).find(|program| program.is_file())
}

/// What a server says of itself: `mysqld  Ver 10.11.19-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64 (Debian 12)`.
fn told(server: &Path) -> Option<(Product, String)> {
    let output = Command::new(server).args(["--no-defaults", "--version"]).output().ok()?;
    read(&String::from_utf8_lossy(&output.stdout))
}

fn read(printed: &str) -> Option<(Product, String)> {
    let (_, version) = printed.split_once(" Ver ")?;
    let product = if version.contains("MariaDB") { Product::MariaDb } else { Product::MySql };
    let number: String = version.chars().take_while(|letter| letter.is_ascii_digit() || *letter == '.').collect();
    (!number.is_empty()).then_some((product, number))
}

/// The directories of a package's programs: `mysql` first, then `mysql@8.4` and other versions that are kept beside it.
fn homebrew(parent: &Path, package: &str) -> Vec<PathBuf> {
    let entries =
        std::fs::read_dir(parent).into_iter().flatten().filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let versions = entries.filter(|name| name.strip_prefix(package).is_some_and(|rest| rest.starts_with('@')));
    let mut names: Vec<String> = versions.collect();
    names.sort();
    names.push(package.to_owned());
    names.iter().rev().map(|name| parent.join(name).join("bin")).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn program(path: &Path, printed: &str) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, format!("#!/bin/sh\necho '{printed}'\n")).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    const MARIADB: &str = "mysqld  Ver 10.11.19-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64 (Debian 12)";
    const MYSQL: &str = "/usr/sbin/mysqld  Ver 9.7.4 for Linux on x86_64 (MySQL Community Server - GPL)";

    #[test]
    fn each_server_says_what_it_is() {
        assert_eq!(read(MARIADB), Some((Product::MariaDb, "10.11.19".to_owned())));
        assert_eq!(read(MYSQL), Some((Product::MySql, "9.7.4".to_owned())));
        assert_eq!(read("postgres (PostgreSQL) 15.20"), None);
    }

    #[test]
    fn a_mariadb_that_calls_itself_mysqld_is_no_mysql_and_the_way_on_is_told() {
        let temp = tempfile::tempdir().unwrap();
        let (first, second) = (temp.path().join("a/sbin"), temp.path().join("b/bin"));
        program(&first.join("mysqld"), MARIADB);
        let places = [first.clone(), second.clone()];
        let error = Product::MySql.find_in(&places).unwrap_err();
        assert!(error.to_string().contains("mysqld is MariaDB 10.11.19"), "{error}");
        assert!(error.hint_text().unwrap().contains("--engine mariadb"), "{error}");
        let error = Product::MariaDb.find_in(&places).unwrap_err();
        assert!(error.to_string().contains("mariadb-install-db"), "{error}");

        program(&temp.path().join("a/bin/mariadb-install-db"), "");
        program(&second.join("mysqld"), MYSQL);
        let found = Product::MariaDb.find_in(&places).unwrap();
        assert_eq!(
            (found.server, found.install),
            (first.join("mysqld"), Some(temp.path().join("a/bin/mariadb-install-db")))
        );
        let found = Product::MySql.find_in(&places).unwrap();
        assert_eq!((found.server, found.install, found.version), (second.join("mysqld"), None, "9.7.4".to_owned()));
    }

    #[test]
    fn homebrews_newest_package_comes_first() {
        let temp = tempfile::tempdir().unwrap();
        for name in ["mysql@8.0", "mysql@8.4", "mysql-client", "mysql"] {
            std::fs::create_dir(temp.path().join(name)).unwrap();
        }
        let found = homebrew(temp.path(), "mysql");
        assert_eq!(found, ["mysql", "mysql@8.4", "mysql@8.0"].map(|name| temp.path().join(name).join("bin")));
    }
}
