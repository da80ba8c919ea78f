//! A PostgreSQL of one's own: TLS with its own authority, a random port of 127.0.0.1, a random password.

use std::ffi::OsString;
use std::fmt::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use connector_core::{Error, ErrorKind, Result, Secret};
use tempfile::TempDir;

use super::keeper::{Answers, Keeper, Kept};
use super::place::{self, User, io};
use super::programs::{Found, Programs};

/// From the first file to the first connection; a start took 3 to 50 s on a machine whose disk was busy.
const LIMIT: Duration = Duration::from_mins(1);

/// Another process may take the port between our look and the server's bind.
const PORTS_TRIED: usize = 5;

/// How to start a PostgreSQL.
#[derive(Clone, Debug)]
pub struct PostgresOptions {
    /// Which one.
    pub programs: Programs,
    /// The search path, to find an installed one.
    pub path: Option<OsString>,
    /// Where a fetched one is kept; see [`super::cache_dir`].
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
    keeper: Keeper,
}

impl Postgres {
    /// Starts a server and returns when it answers.
    pub async fn start(options: PostgresOptions) -> Result<Self> {
        let found = options.programs.find(options.path.as_ref(), &options.cache, &options.temp).await?;
        let origin = found.origin.clone();
        let start = tokio::time::timeout(LIMIT, Self::launch(options, found));
        let late = |_| Err(Error::new(ErrorKind::TimedOut, format!("not ready after {} s", LIMIT.as_secs())));
        start.await.unwrap_or_else(late).map_err(|error| error.context(format!("starting PostgreSQL {origin}")))
    }

    async fn launch(options: PostgresOptions, found: Found) -> Result<Self> {
        let password = Secret::new(uuid::Uuid::new_v4().simple().to_string());
        let dir = place::make(options.memory.as_deref(), &options.temp)?;
        let wished = options.port;
        let kept = furnish(dir, &options, &found, &password)?;
        let dir = kept.dir.path().to_owned();
        let (mut keeper, mut answers) = Keeper::start(kept)?;
        let with_log = |error: Error| match log_tail(&dir) {
            Some(tail) => Error::new(error.kind(), format!("{error}; {tail}")),
            None => error,
        };
        answers.expect("made").await.map_err(with_log)?;
        let port = open(&mut keeper, &mut answers, wished).await.map_err(with_log)?;
        Ok(Self {
            host: "localhost".to_owned(),
            port,
            superuser: "postgres".to_owned(),
            password,
            ca_path: dir.join("ca.crt"),
            version: found.version,
            origin: found.origin,
            dir,
            keeper,
        })
    }

    /// The JDBC URL of a database, without a user; its authority is checked, as a production one is.
    pub fn url(&self, database: &str) -> String {
        let ca = percent_encoded(&self.ca_path.to_string_lossy());
        let (host, port, database) = (&self.host, self.port, percent_encoded(database));
        format!("jdbc:postgresql://{host}:{port}/{database}?sslmode=verify-full&sslrootcert={ca}")
    }

    /// Stops the server and says so if something is left.
    pub async fn stop(mut self) -> Result<()> {
        let stopping = tokio::task::spawn_blocking(move || self.keeper.stop());
        stopping.await.map_err(|error| Error::internal("stopping was given up").with_source(error))?
    }
}

/// Fills the server's directory and hands it to the user that the server runs as.
fn furnish(dir: TempDir, options: &PostgresOptions, found: &Found, password: &Secret) -> Result<Kept> {
    super::certificate::write(dir.path())?;
    place::write_private(&dir.path().join("password"), password.expose())?;
    place::write_private(&dir.path().join("settings"), &settings(dir.path()))?;
    let user = place::server_user(dir.path())?;
    let (mut bin, mut copy) = (found.bin.clone(), None);
    if let Some(user) = user {
        if !place::everyone_can_run(&bin) {
            let made = copied(&bin, &options.temp, user)?;
            bin = made.path().join("bin");
            copy = Some(made);
        }
        place::hand_over(dir.path(), user)?;
    }
    Ok(Kept { bin, dir, copy, user, path: options.path.clone() })
}

/// A copy of an installation that `user` can reach; root's own cache is closed to everybody else.
fn copied(bin: &Path, temp: &Path, user: User) -> Result<TempDir> {
    let made = place::make(None, temp)?;
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

async fn open(keeper: &mut Keeper, answers: &mut Answers, mut wished: Option<u16>) -> Result<u16> {
    let start = Instant::now();
    let mut tried = 0;
    loop {
        tried += 1;
        let port = wished.take().map_or_else(free_port, Ok)?;
        keeper.ask(port)?;
        match answers.expect("started").await {
            Ok(()) => return Ok(port),
            Err(error) if tried == PORTS_TRIED || start.elapsed() > LIMIT / 2 => return Err(error),
            Err(_) => {}
        }
    }
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    listener.map(|address| address.port()).map_err(|error| io("looking for a port on", Path::new("127.0.0.1"), error))
}

/// The last lines of the server's log.
fn log_tail(dir: &Path) -> Option<String> {
    let log = std::fs::read(dir.join("log")).ok()?;
    let log = String::from_utf8_lossy(&log);
    let lines: Vec<&str> = log.lines().rev().take(12).collect();
    let tail: Vec<&str> = lines.into_iter().rev().collect();
    (!tail.is_empty()).then(|| format!("its log ends with:\n{}", tail.join("\n")))
}

/// Everything but unreserved characters and slashes as `%XX`, as a JDBC URL wants it.
fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut done, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => done.push(char::from(byte)),
            _ => {
                let _ = write!(done, "%{byte:02X}");
            }
        }
        done
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_carries_any_name() {
        assert_eq!(percent_encoded("/tmp/a b/Größe&x=1.crt"), "/tmp/a%20b/Gr%C3%B6%C3%9Fe%26x%3D1.crt");
    }

    #[test]
    fn a_quote_in_a_path_ends_no_setting() {
        assert!(settings(Path::new("/tmp/it's")).contains("ssl_key_file = '/tmp/it''s/server.key'\n"));
    }
}
