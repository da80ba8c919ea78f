//! A PostgreSQL of one's own: TLS with its own authority, a random port of 127.0.0.1, a random password.

pub(super) mod administrator;
mod client;
mod programs;
mod reader;

use std::ffi::OsString;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use connector_core::{Result, Secret};
use tempfile::TempDir;

use super::keeper::{Engine, Kept};
use super::launch::{self, Running};
use super::place::{self, User};
use super::{certificate, percent_encoded, random_password};
use programs::Found;
pub use programs::{FETCHED_VERSION, Programs, cache_dir};

/// Whom root starts it as; nobody is everywhere.
const USERS: [&str; 2] = ["postgres", "nobody"];
/// UTF-8 in the order of code points; only glibc is sure to have that name.
const LOCALE: &str = if cfg!(target_os = "linux") { "C.UTF-8" } else { "C" };

/// How to start a PostgreSQL.
#[derive(Clone, Debug)]
pub struct PostgresOptions {
    /// Which one.
    pub programs: Programs,
    /// The search path, to find an installed one.
    pub path: Option<OsString>,
    /// Where a fetched one is kept; see [`cache_dir`].
    pub cache: PathBuf,
    /// Memory to keep the data in, used if it has room.
    pub memory: Option<PathBuf>,
    /// Where the data goes otherwise.
    pub temp: PathBuf,
    /// The port to try first; random ones follow.
    pub port: Option<u16>,
}

impl PostgresOptions {
    /// Any PostgreSQL, with its data in memory where possible, else below `/tmp`.
    pub fn new(path: Option<OsString>, cache: impl Into<PathBuf>) -> Self {
        Self {
            programs: Programs::Any,
            path,
            cache: cache.into(),
            memory: Some("/dev/shm".into()),
            temp: "/tmp".into(),
            port: None,
        }
    }
}

/// A running PostgreSQL. Dropping it stops the server and removes its files; so does the end of this process, however it ends.
#[derive(Debug)]
pub struct Postgres {
    /// `localhost`, which its certificate names.
    pub host: String,
    /// Its port, on 127.0.0.1 only.
    pub port: u16,
    /// The name of its superuser.
    pub superuser: String,
    /// The superuser's password.
    pub password: Secret,
    /// The certificate of its authority (PEM).
    pub ca_path: PathBuf,
    /// As the server says it: `15.20`.
    pub version: String,
    /// Where its programs came from, for the reader.
    pub origin: String,
    /// Its directory: data, socket, log, certificates.
    pub dir: PathBuf,
    running: Running,
}

impl Postgres {
    /// Starts a server and returns when it answers.
    pub async fn start(options: PostgresOptions) -> Result<Self> {
        let found = options.programs.find(options.path.as_ref(), &options.cache, &options.temp).await?;
        let doing = format!("starting PostgreSQL {}", found.origin);
        launch::within_limit(Self::launch(options, found)).await.map_err(|error| error.context(doing))
    }

    async fn launch(options: PostgresOptions, found: Found) -> Result<Self> {
        let password = random_password();
        let dir = place::make("glaux-postgresql-", options.memory.as_deref(), &options.temp)?;
        let kept = furnish(dir, &options, &found, &password)?;
        let running = launch::start(kept, options.port).await?;
        Ok(Self {
            host: "localhost".to_owned(),
            port: running.port,
            superuser: "postgres".to_owned(),
            password,
            ca_path: running.dir.join("ca.crt"),
            version: found.version,
            origin: found.origin,
            dir: running.dir.clone(),
            running,
        })
    }

    /// The JDBC URL of a database, without a user; its authority is checked, as a production one is.
    pub fn url(&self, database: &str) -> String {
        let ca = percent_encoded(&self.ca_path.to_string_lossy());
        let (host, port, database) = (&self.host, self.port, percent_encoded(database));
        format!("jdbc:postgresql://{host}:{port}/{database}?sslmode=verify-full&sslrootcert={ca}")
    }

    /// Stops the server and says so if something is left.
    pub async fn stop(self) -> Result<()> {
        self.running.stop().await
    }
}

/// Fills the server's directory and hands it to the user that the server runs as.
fn furnish(dir: TempDir, options: &PostgresOptions, found: &Found, password: &Secret) -> Result<Kept> {
    certificate::write(dir.path())?;
    place::write_private(&dir.path().join("password"), password.expose())?;
    place::write_private(&dir.path().join("settings"), &settings(dir.path()))?;
    let user = place::server_user(dir.path(), "PostgreSQL", &USERS)?;
    let (mut bin, mut copy) = (found.bin.clone(), None);
    if let Some(user) = user {
        if !place::everyone_can_run(&bin.join("postgres")) {
            let made = copied(&bin, &options.temp, user)?;
            bin = made.path().join("bin");
            copy = Some(made);
        }
        place::hand_over(dir.path(), user)?;
    }
    let variables = vec![("BIN", bin.into()), ("LOCALE", LOCALE.into())];
    let engine = Engine { name: "PostgreSQL", functions: include_str!("keeper.sh"), variables };
    Ok(Kept { engine, dir, copy, user, path: options.path.clone() })
}

/// A copy of an installation that `user` can reach; root's own cache is closed to everybody else.
fn copied(bin: &Path, temp: &Path, user: User) -> Result<TempDir> {
    let made = place::make("glaux-postgresql-", None, temp)?;
    place::copy(bin.parent().unwrap_or(bin), made.path())?;
    place::hand_over(made.path(), user)?;
    Ok(made)
}

/// Nothing is kept when the machine stops, so nothing waits for the disk.
fn settings(dir: &Path) -> String {
    let path = |name: &str| dir.join(name).to_string_lossy().replace('\'', "''");
    let mut text = String::new();
    let mut set = |name: &str, value: &str| {
        let _ = writeln!(text, "{name} = '{value}'");
    };
    set("listen_addresses", "127.0.0.1");
    set("unix_socket_directories", &path(""));
    set("ssl", "on");
    set("ssl_cert_file", &path("server.crt"));
    set("ssl_key_file", &path("server.key"));
    for name in ["fsync", "synchronous_commit", "full_page_writes"] {
        set(name, "off");
    }
    set("wal_level", "minimal");
    set("max_wal_senders", "0");
    set("max_connections", "200");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_in_a_path_ends_no_setting() {
        assert!(settings(Path::new("/tmp/it's")).contains("ssl_key_file = '/tmp/it''s/server.key'\n"));
    }
}
