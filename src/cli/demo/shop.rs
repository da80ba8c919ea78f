//! The demo's source: a server of its own, the shop in it, a user that may only read, and the settings that lead there.

use std::time::Instant;

use connector_core::{Error, Result};
use tempfile::TempDir;

use crate::cli::output::{Done, Output};
use crate::cli::progress::time;
use crate::config::{Config, cache_home, search_path};
use crate::local::servers::{Postgres, PostgresOptions, Programs, cache_dir, secrets_file};

const SCRIPT: &str = include_str!("../../../schemas/demo/postgresql.sql");
const DATABASE: &str = "demo";
const SCHEMAS: [&str; 2] = ["shop", "crm"];
const READER: &str = "glaux_reader";
const SECRET: &str = "demo/reader";

/// What the shop is called in SQL.
pub const CATALOG: &str = "pg";

/// A running shop.
pub struct Shop {
    /// The settings that lead there, as a user would write them.
    pub config: Config,
    variables: Vec<(String, String)>,
    postgres: Postgres,
    /// Holds the file with the password.
    _directory: TempDir,
}

impl Shop {
    /// Starts a server, fills it, and says what was done.
    pub async fn open(programs: Programs, output: &mut Output) -> Done<Self> {
        let started = Instant::now();
        output.status(match programs {
            Programs::Fetched(_) => "starting PostgreSQL, fetched from Maven Central if it is not in the cache (15 MB)",
            _ => "starting PostgreSQL",
        });
        let postgres = Postgres::start(options(programs)).await?;
        let started_in = started.elapsed();
        output.status("loading the shop");
        let loading = Instant::now();
        postgres.load(DATABASE, SCRIPT).await?;
        let credential = postgres.add_reader(DATABASE, READER, &SCHEMAS).await?;
        let directory = private_directory()?;
        let secrets = secrets_file(directory.path(), SECRET, &credential)?;
        let url = format!("postgres://{}&${{{SECRET}}}", postgres.url(DATABASE));
        let variables = vec![
            (format!("{CATALOG}_connection_string"), url),
            ("glaux_secrets_file".to_owned(), secrets.display().to_string()),
        ];
        let config = Config::from_env(variables.clone())?;
        output.data(&format!(
            "PostgreSQL {version}, {origin}\n  started in {started_in}; {choice}\n  listens on 127.0.0.1:{port} over TLS; its \
             files are in {dir} and go when this ends\n  shop loaded in {loaded}; user {READER} may only read it; the \
             random password is in a private file\n\n",
            version = postgres.version,
            origin = postgres.origin,
            started_in = time(started_in),
            choice = choice(&postgres),
            port = postgres.port,
            dir = postgres.dir.display(),
            loaded = time(loading.elapsed()),
        ))?;
        output.flush()?;
        Ok(Self { config, variables, postgres, _directory: directory })
    }

    /// What to type in another terminal.
    pub fn how_to_reach(&self) -> String {
        let exports = self.variables.iter().map(|(name, value)| format!("  export {name}='{value}'\n"));
        format!(
            "\nIt stays until Ctrl-C. In another terminal:\n\n{}  glaux check\n  glaux sql\n",
            exports.collect::<String>()
        )
    }

    /// Stops the server, and says so if something is left.
    pub async fn close(self) -> Result<()> {
        self.postgres.stop().await
    }
}

fn choice(postgres: &Postgres) -> &'static str {
    if postgres.origin.starts_with("installed") {
        "--fetch takes one from Maven Central instead"
    } else {
        "--installed takes the one of this machine instead"
    }
}

fn options(programs: Programs) -> PostgresOptions {
    let temp = std::env::temp_dir();
    let cache = cache_dir(cache_home().map(Into::into), None).unwrap_or_else(|| temp.join("glaux-postgresql"));
    let mut options = PostgresOptions::new(search_path(), cache);
    options.temp = temp;
    options.programs = programs;
    options
}

fn private_directory() -> Result<TempDir> {
    let made = tempfile::Builder::new().prefix("glaux-demo-").tempdir();
    made.map_err(|error| Error::internal(format!("making a directory for the secret: {error}")).with_source(error))
}
