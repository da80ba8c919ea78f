//! One PostgreSQL for a whole test binary, and a database of its own for every test.
//!
//! In this order: `TEST_POSTGRES_URL` (a superuser's URL, `postgresql://` or `jdbc:postgresql://`) is used as it is;
//! `TEST_POSTGRES_BIN` (a directory) or `TEST_POSTGRES_VERSION` (fetched) say which one to start; else an installed one is
//! started, else a fetched one; else the test is skipped with a line that says so. Docker is not tried: give a container's URL.

use std::path::PathBuf;

use connector_core::{Error, ErrorKind, Secret};
use glaux::local::servers::{Postgres, PostgresOptions, Programs, cache_dir};
use tokio::sync::OnceCell;
use tokio_postgres::Client;

/// Dropped by nobody, as statics are; its watchdog stops it when this process ends.
static SERVER: OnceCell<Option<Server>> = OnceCell::const_new();

/// Where tests find PostgreSQL.
#[derive(Debug)]
pub enum Server {
    /// Started by this process.
    Local(Box<Postgres>),
    /// Somebody else's.
    Given(given::Given),
}

/// A database that one test has for itself.
#[derive(Debug)]
pub struct Database {
    /// Its name.
    pub name: String,
    server: &'static Server,
}

/// The server, or none (and a printed reason) when there is no way to one.
pub async fn server() -> Option<&'static Server> {
    let found = SERVER.get_or_init(find).await.as_ref();
    if found.is_none() {
        super::skip("postgres", "needs PostgreSQL: set TEST_POSTGRES_URL, install it, or let Maven Central be reached");
    }
    found
}

/// A new database filled by `script`, or none when there is no server.
pub async fn database(script: &str) -> Option<Database> {
    let server = server().await?;
    let name = format!("test_{}", uuid::Uuid::new_v4().simple());
    server.create(&name).await;
    let database = Database { name, server };
    database.client().await.batch_execute(script).await.unwrap_or_else(|error| panic!("the script fails: {error:?}"));
    Some(database)
}

async fn find() -> Option<Server> {
    if let Ok(url) = std::env::var("TEST_POSTGRES_URL") {
        let given = given::Given::parse(&url).unwrap_or_else(|error| panic!("TEST_POSTGRES_URL: {error}"));
        println!("PostgreSQL: the one of TEST_POSTGRES_URL, {}:{}", given.host, given.port);
        return Some(Server::Given(given));
    }
    match Postgres::start(options(programs())).await {
        Ok(postgres) => {
            println!("PostgreSQL {}: {}", postgres.version, postgres.origin);
            Some(Server::Local(Box::new(postgres)))
        }
        Err(error) if unreachable(&error) => None,
        Err(error) => panic!("{error}"),
    }
}

/// Options with this process's environment in them.
pub fn options(programs: Programs) -> PostgresOptions {
    let cache = cache_dir(std::env::var_os("XDG_CACHE_HOME"), std::env::var_os("HOME"));
    let cache = cache.unwrap_or_else(|| std::env::temp_dir().join("glaux/postgresql"));
    let mut options = PostgresOptions::new(std::env::var_os("PATH"), cache);
    options.temp = std::env::temp_dir();
    options.programs = programs;
    options
}

/// Which PostgreSQL this process's environment asks for.
pub fn programs() -> Programs {
    let bin = std::env::var_os("TEST_POSTGRES_BIN").map(|bin| Programs::At(PathBuf::from(bin)));
    let version = || std::env::var("TEST_POSTGRES_VERSION").ok().map(Programs::Fetched);
    bin.or_else(version).unwrap_or_default()
}

/// Whether a failure only means that nothing is installed and nothing can be fetched.
pub fn unreachable(error: &Error) -> bool {
    let fetching = error.to_string().starts_with("fetching ");
    fetching && matches!(error.kind(), ErrorKind::Unavailable | ErrorKind::TimedOut)
}

impl Server {
    async fn create(&self, name: &str) {
        match self {
            Self::Local(postgres) => postgres.create(name).await.unwrap_or_else(|error| panic!("{error}")),
            Self::Given(given) => given.execute(&format!("CREATE DATABASE {name}")).await,
        }
    }
}

impl Database {
    /// Its JDBC URL, without a user.
    pub fn url(&self) -> String {
        match self.server {
            Server::Local(postgres) => postgres.url(&self.name),
            Server::Given(given) => given.url(&self.name),
        }
    }

    /// The owner's way in, as a setting of a function has it.
    pub fn setting(&self) -> String {
        format!("postgres://{}&user={}&password={}", self.url(), self.user(), self.password().expose())
    }

    /// Its owner, a superuser.
    pub fn user(&self) -> &'static str {
        match self.server {
            Server::Local(postgres) => &postgres.superuser,
            Server::Given(given) => &given.user,
        }
    }

    /// The owner's password.
    pub fn password(&self) -> &'static Secret {
        match self.server {
            Server::Local(postgres) => &postgres.password,
            Server::Given(given) => &given.password,
        }
    }

    /// Where the server's log is; none, if the server is somebody else's.
    pub fn log(&self) -> Option<PathBuf> {
        match self.server {
            Server::Local(postgres) => Some(postgres.dir.join("log")),
            Server::Given(_) => None,
        }
    }

    /// A connection of the test's own, to look behind the scenes.
    pub async fn client(&self) -> Client {
        match self.server {
            Server::Local(postgres) => postgres.connect(&self.name).await.unwrap_or_else(|error| panic!("{error}")),
            Server::Given(given) => given.connect(&self.name).await,
        }
    }
}

impl Drop for Database {
    /// A local server goes with all its databases; somebody else's must not keep ours.
    fn drop(&mut self) {
        let Server::Given(given) = self.server else { return };
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(given.execute(&statement));
        });
        if dropping.join().is_err() {
            println!("the database {} was not dropped", self.name);
        }
    }
}

mod given {
    //! A server somebody gave us by URL.

    use std::path::Path;
    use std::sync::Arc;

    use connector_core::Secret;
    use rustls::RootCertStore;
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;
    use tokio_postgres::config::{Host, SslMode};
    use tokio_postgres::{Client, Config, NoTls};
    use tokio_postgres_rustls::MakeRustlsConnect;

    #[derive(Debug)]
    pub struct Given {
        pub host: String,
        pub port: u16,
        pub user: String,
        pub password: Secret,
        database: String,
        sslmode: Option<String>,
        sslrootcert: Option<String>,
    }

    impl Given {
        /// Reads `[jdbc:]postgresql://[user:password@]host[:port]/database?user=&password=&sslmode=&sslrootcert=`.
        pub fn parse(url: &str) -> Result<Self, String> {
            let url = url.strip_prefix("jdbc:").unwrap_or(url);
            let (base, query) = url.split_once('?').unwrap_or((url, ""));
            let (mut sslmode, mut sslrootcert, mut rest) = (None, None, Vec::new());
            for pair in query.split('&').filter(|pair| !pair.is_empty()) {
                match pair.split_once('=') {
                    Some(("sslmode", value)) => sslmode = Some(value.to_owned()),
                    Some(("sslrootcert", value)) => sslrootcert = Some(value.to_owned()),
                    _ => rest.push(pair),
                }
            }
            let config: Config = format!("{base}?{}", rest.join("&")).parse().map_err(|error| format!("{error}"))?;
            let Some(Host::Tcp(host)) = config.get_hosts().first() else { return Err("no host".to_owned()) };
            let password = config.get_password().map(|password| String::from_utf8_lossy(password).into_owned());
            Ok(Self {
                host: host.clone(),
                port: config.get_ports().first().copied().unwrap_or(5432),
                user: config.get_user().unwrap_or("postgres").to_owned(),
                password: Secret::new(password.unwrap_or_default()),
                database: config.get_dbname().unwrap_or("postgres").to_owned(),
                sslmode,
                sslrootcert,
            })
        }

        pub fn url(&self, database: &str) -> String {
            let pairs = [("sslmode", &self.sslmode), ("sslrootcert", &self.sslrootcert)];
            let query: Vec<String> = pairs
                .iter()
                .filter_map(|(name, value)| value.as_ref().map(|value| format!("{name}={value}")))
                .collect();
            format!("jdbc:postgresql://{}:{}/{database}?{}", self.host, self.port, query.join("&"))
        }

        pub async fn execute(&self, statement: &str) {
            let client = self.connect(&self.database).await;
            client.batch_execute(statement).await.unwrap_or_else(|error| panic!("{statement}: {error:?}"));
        }

        pub async fn connect(&self, database: &str) -> Client {
            let mut config = Config::new();
            config.host(&self.host).port(self.port).dbname(database).user(&self.user).password(self.password.expose());
            let verified = matches!(self.sslmode.as_deref(), Some("verify-ca" | "verify-full"));
            let reached = "TEST_POSTGRES_URL can be reached";
            if !verified {
                let (client, connection) = config.ssl_mode(SslMode::Disable).connect(NoTls).await.expect(reached);
                tokio::spawn(connection);
                return client;
            }
            let tls = MakeRustlsConnect::new(self.tls());
            let (client, connection) = config.ssl_mode(SslMode::Require).connect(tls).await.expect(reached);
            tokio::spawn(connection);
            client
        }

        fn tls(&self) -> rustls::ClientConfig {
            let path = self.sslrootcert.as_deref().expect("sslmode verify-… needs sslrootcert");
            let mut roots = RootCertStore::empty();
            for authority in CertificateDer::pem_file_iter(Path::new(path)).expect("sslrootcert can be read") {
                roots.add(authority.expect("sslrootcert is PEM")).expect("sslrootcert holds certificates");
            }
            let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
            let builder = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
            builder.expect("TLS can be set up").with_root_certificates(roots).with_no_client_auth()
        }
    }
}
