//! All shops of a demo, and the settings of a function that serves them.

use connector_core::{Credential, Error, Result};
use tempfile::TempDir;

use super::engine::Engine;
use super::shop::{Shop, mysql_options};
use crate::cli::DemoArguments;
use crate::cli::output::{Done, Output};
use crate::config::Config;
use crate::local::servers::{FETCHED_VERSION, Product, Programs, secrets_file};

/// The shops of a demo.
pub struct Shops {
    /// The settings that lead there, as a user would write them.
    pub config: Config,
    /// What the shops are called in SQL.
    pub catalogs: Vec<&'static str>,
    variables: Vec<(String, String)>,
    list: Vec<Shop>,
    /// Holds the file with the passwords.
    _directory: TempDir,
}

impl Shops {
    /// Starts what is asked for, fills it, and says what was done.
    pub async fn open(arguments: &DemoArguments, output: &mut Output) -> Done<Self> {
        let list = match (&arguments.url, &arguments.user) {
            (Some(url), Some(user)) => vec![Shop::as_guest(arguments.engine, url, user, output).await?],
            _ => started(arguments, output).await?,
        };
        let directory = private_directory()?;
        let secrets: Vec<(String, &Credential)> = list.iter().map(|shop| (shop.secret(), &shop.reader)).collect();
        let secrets: Vec<(&str, &Credential)> = secrets.iter().map(|(name, reader)| (name.as_str(), *reader)).collect();
        let file = secrets_file(directory.path(), &secrets)?;
        let mut variables: Vec<(String, String)> = list.iter().map(Shop::variable).collect();
        variables.push(("glaux_secrets_file".to_owned(), file.display().to_string()));
        let config = Config::from_env(variables.clone())?;
        let catalogs = list.iter().map(|shop| shop.catalog).collect();
        Ok(Self { config, catalogs, variables, list, _directory: directory })
    }

    /// What to type in another terminal.
    pub fn how_to_reach(&self) -> String {
        let exports = self.variables.iter().map(|(name, value)| format!("  export {name}='{value}'\n"));
        format!(
            "\nIt stays until Ctrl-C. In another terminal:\n\n{}  glaux check\n  glaux sql\n",
            exports.collect::<String>()
        )
    }

    /// Closes all of them, and says the first failure.
    pub async fn close(self) -> Result<()> {
        let mut closed = Ok(());
        for shop in self.list {
            closed = closed.and(shop.close().await);
        }
        closed
    }
}

async fn started(arguments: &DemoArguments, output: &mut Output) -> Done<Vec<Shop>> {
    let engine = arguments.engine;
    if arguments.fetch && !matches!(engine, Engine::PostgreSql | Engine::All) {
        let error = Error::unsupported(format!("{} is not to be fetched from Maven Central", engine.name()));
        return Err(error.hint("leave --fetch out: only PostgreSQL is fetched").into());
    }
    Ok(match (engine, engine.product()) {
        (Engine::PostgreSql, _) => vec![Shop::in_postgres(programs(arguments), output).await?],
        (Engine::All, _) => {
            // Before anything is started, so that nothing is waited for in vain.
            let (second, product) = second()?;
            vec![Shop::in_postgres(programs(arguments), output).await?, Shop::in_mysql(second, product, output).await?]
        }
        (engine, Some(product)) => vec![Shop::in_mysql(engine, product, output).await?],
        (engine, None) => return Err(engine.not_startable().into()),
    })
}

/// MariaDB if it is installed, else MySQL if that is.
pub(super) fn second() -> Result<(Engine, Product)> {
    let (mariadb, mysql) = (mysql_options(Product::MariaDb), mysql_options(Product::MySql));
    if mariadb.is_installed() {
        return Ok((Engine::MariaDb, Product::MariaDb));
    }
    if mysql.is_installed() {
        return Ok((Engine::MySql, Product::MySql));
    }
    Err(Error::not_found("no installed MariaDB or MySQL was found to join PostgreSQL with")
        .hint("install one of them: the package mariadb-server, or mysql-server (Homebrew: mariadb, mysql)"))
}

pub(super) fn programs(arguments: &DemoArguments) -> Programs {
    match (arguments.fetch, arguments.installed) {
        (true, _) => Programs::Fetched(FETCHED_VERSION.to_owned()),
        (_, true) => Programs::Installed,
        _ => Programs::Any,
    }
}

pub(super) fn private_directory() -> Result<TempDir> {
    let made = tempfile::Builder::new().prefix("glaux-demo-").tempdir();
    made.map_err(|error| Error::internal(format!("making a directory for the secret: {error}")).with_source(error))
}
