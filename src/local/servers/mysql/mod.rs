//! A MariaDB or a MySQL of one's own: TLS with its own authority, a random port of 127.0.0.1, random passwords. Its superuser
//! comes in through a socket in the server's private directory only.

mod client;
mod programs;

use std::ffi::OsString;
use std::path::PathBuf;

use connector_core::{Credential, Result, Secret};
use tempfile::TempDir;

pub use self::client::Client;
use self::programs::Found;
pub use self::programs::Product;
use super::keeper::{Engine, Kept};
use super::launch::{self, Running};
use super::{certificate, percent_encoded, place, random_password};

/// Whom root starts it as; nobody is everywhere.
const USERS: [&str; 2] = ["mysql", "nobody"];
const SUPERUSER: &str = "root";

/// How to start one.
#[derive(Clone, Debug)]
pub struct MySqlOptions {
    /// Which of the two.
    pub product: Product,
    /// The search path, to find an installed one.
    pub path: Option<OsString>,
    /// Memory to keep the data in, used if it has room.
    pub memory: Option<PathBuf>,
    /// Where the data goes otherwise.
    pub temp: PathBuf,
}

impl MySqlOptions {
    /// An installed one, with its data in memory where possible, else below `/tmp`.
    pub fn new(product: Product, path: Option<OsString>) -> Self {
        Self { product, path, memory: Some("/dev/shm".into()), temp: "/tmp".into() }
    }

    /// Whether there is one to start.
    pub fn is_installed(&self) -> bool {
        self.product.find(self.path.as_ref()).is_ok()
    }
}

/// A running server. Dropping it stops the server and removes its files; so does the end of this process, however it ends.
#[derive(Debug)]
pub struct MySql {
    /// Which of the two.
    pub product: Product,
    /// `localhost`, which its certificate names.
    pub host: String,
    /// Its port, on 127.0.0.1 only.
    pub port: u16,
    /// The superuser's password, good at the socket.
    pub password: Secret,
    /// The certificate of its authority (PEM).
    pub ca_path: PathBuf,
    /// As the server says it: `10.11.19`.
    pub version: String,
    /// Where its programs came from, for the reader.
    pub origin: String,
    /// Its directory: data, socket, log, certificates.
    pub dir: PathBuf,
    running: Running,
}

impl MySql {
    /// Starts a server and returns when it answers.
    ///
    /// Errors: not found, if none is installed.
    pub async fn start(options: MySqlOptions) -> Result<Self> {
        let found = options.product.find(options.path.as_ref())?;
        let doing = format!("starting {} {}", options.product, found.origin);
        launch::within_limit(Self::launch(options, found)).await.map_err(|error| error.context(doing))
    }

    async fn launch(options: MySqlOptions, found: Found) -> Result<Self> {
        let (password, product) = (random_password(), options.product);
        let dir = place::make(product.prefix(), options.memory.as_deref(), &options.temp)?;
        let kept = furnish(dir, &options, &found, &password)?;
        let running = launch::start(kept, None).await?;
        Ok(Self {
            product,
            host: "localhost".to_owned(),
            port: running.port,
            password,
            ca_path: running.dir.join("ca.crt"),
            version: found.version,
            origin: found.origin,
            dir: running.dir.clone(),
            running,
        })
    }

    /// Connects as the superuser.
    pub async fn connect(&self) -> Result<Client> {
        Client::at_socket(&self.dir.join("socket"), SUPERUSER, &self.password).await
    }

    /// Runs a script whose statements end with a semicolon at the end of their line.
    pub async fn load(&self, script: &str) -> Result<()> {
        let mut client = self.connect().await?;
        client.run(script).await.map_err(|error| error.context(format!("loading into {}", self.product)))
    }

    /// Makes a user with a random password that may read the tables of `schemas`, over TLS only.
    pub async fn add_reader(&self, user: &str, schemas: &[&str]) -> Result<Credential> {
        let credential = Credential { user: user.to_owned(), password: random_password() };
        let mut client = self.connect().await?;
        let made = client.add_reader(&credential, "127.0.0.1", " REQUIRE SSL", schemas).await;
        made.map_err(|error| error.context(format!("making the user {user}")))?;
        Ok(credential)
    }

    /// Makes a user with a random password that may make users, and grant them what is in `schemas`.
    pub async fn add_administrator(&self, user: &str, schemas: &[&str]) -> Result<Credential> {
        let credential = Credential { user: user.to_owned(), password: random_password() };
        let ending = if self.product == Product::MariaDb { "CONNECTION ADMIN" } else { "CONNECTION_ADMIN" };
        let mut client = self.connect().await?;
        let made = client.add_administrator(&credential, "127.0.0.1", ending, schemas).await;
        made.map_err(|error| error.context(format!("making the user {user}")))?;
        Ok(credential)
    }

    /// The JDBC URL, without a user; its authority is checked, as a production one is.
    pub fn url(&self) -> String {
        let ca = percent_encoded(&self.ca_path.to_string_lossy());
        format!("jdbc:{}://{}:{}/?sslCa={ca}", self.product.token(), self.host, self.port)
    }

    /// Stops the server and says so if something is left.
    pub async fn stop(self) -> Result<()> {
        self.running.stop().await
    }
}

/// Fills the server's directory and hands it to the user that the server runs as.
fn furnish(dir: TempDir, options: &MySqlOptions, found: &Found, password: &Secret) -> Result<Kept> {
    certificate::write(dir.path())?;
    // Run before anybody can connect; the keeper removes it.
    let first = format!("ALTER USER {SUPERUSER}@localhost IDENTIFIED BY '{}';\n", password.expose());
    place::write_private(&dir.path().join("init.sql"), &first)?;
    let user = place::server_user(dir.path(), options.product.name(), &USERS)?;
    if let Some(user) = user {
        place::hand_over(dir.path(), user)?;
    }
    let install = found.install.clone().map_or_else(OsString::new, Into::into);
    let variables = vec![("SERVER", found.server.clone().into()), ("INSTALL", install)];
    let engine = Engine { name: options.product.name(), functions: include_str!("keeper.sh"), variables };
    Ok(Kept { engine, dir, copy: None, user, path: options.path.clone() })
}
