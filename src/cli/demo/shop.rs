//! A shop: in a server of its own or in one of somebody's own, a user that may only read it, and the setting that leads there.

use std::time::Instant;

use connector_core::{Credential, Error, Result};

use super::engine::Engine;
use crate::cli::input;
use crate::cli::output::{self, Done, Output};
use crate::cli::progress::time;
use crate::config::{cache_home, demo_password, search_path};
use crate::connectors;
use crate::local::servers::{
    Guest, GuestOptions, MySql, MySqlOptions, Postgres, PostgresOptions, Product, Programs, cache_dir,
};

const DATABASE: &str = "demo";
const SCHEMAS: [&str; 2] = ["shop", "crm"];
const READER: &str = "glaux_reader";

/// A running shop.
pub struct Shop {
    /// What it is called in SQL.
    pub catalog: &'static str,
    /// Its engine and its URL, without a user.
    connection: String,
    /// Who reads it.
    pub reader: Credential,
    server: Server,
}

enum Server {
    Postgres(Box<Postgres>),
    MySql(Box<MySql>),
    Guest(Box<Guest>),
}

impl Shop {
    /// In a PostgreSQL of its own.
    pub async fn in_postgres(programs: Programs, output: &mut Output) -> Done<Self> {
        let started = Instant::now();
        output.status(match programs {
            Programs::Fetched(_) => "starting PostgreSQL, fetched from Maven Central if it is not in the cache (15 MB)",
            _ => "starting PostgreSQL",
        });
        let engine = Engine::PostgreSql;
        let postgres = Postgres::start(postgres_options(programs)).await?;
        let started_in = time(started.elapsed());
        output.status("loading the shop");
        let loading = Instant::now();
        postgres.load(DATABASE, engine.script()).await?;
        let reader = postgres.add_reader(DATABASE, READER, &SCHEMAS).await?;
        let choice = if postgres.origin.starts_with("installed") {
            "--fetch takes one from Maven Central instead"
        } else {
            "--installed takes the one of this machine instead"
        };
        let told =
            format!("PostgreSQL {}, {}\n  started in {started_in}; {choice}\n", postgres.version, postgres.origin);
        output.data(&(told + &whereabouts(postgres.port, &postgres.dir.display(), &time(loading.elapsed()))))?;
        output.flush()?;
        let connection = engine.connection(&postgres.url(DATABASE));
        Ok(Self { catalog: engine.catalog(), connection, reader, server: Server::Postgres(Box::new(postgres)) })
    }

    /// In a MariaDB or a MySQL of its own.
    pub async fn in_mysql(engine: Engine, product: Product, output: &mut Output) -> Done<Self> {
        let started = Instant::now();
        output.status(&format!("starting {product}"));
        let server = MySql::start(mysql_options(product)).await?;
        let started_in = time(started.elapsed());
        output.status("loading the shop");
        let loading = Instant::now();
        server.load(engine.script()).await?;
        let reader = server.add_reader(READER, &SCHEMAS).await?;
        let told = format!("{product} {}, {}\n  started in {started_in}\n", server.version, server.origin);
        output.data(&(told + &whereabouts(server.port, &server.dir.display(), &time(loading.elapsed()))))?;
        output.flush()?;
        let connection = engine.connection(&server.url());
        Ok(Self { catalog: engine.catalog(), connection, reader, server: Server::MySql(Box::new(server)) })
    }

    /// In a server of somebody's own, by its URL.
    pub async fn as_guest(engine: Engine, url: &str, user: &str, output: &mut Output) -> Done<Self> {
        let filling = engine.filling()?;
        let url = own_url(engine, url)?;
        let connector = connectors::find(engine.token())?;
        let endpoint = connector.endpoint(url)?;
        let access = connector.access().ok_or_else(|| Error::internal("the engine knows no users"))?;
        let reader = format!("{READER}_{:08x}", uuid::Uuid::new_v4().as_fields().0);
        output.data(&format!(
            "{} at {}\n  makes there the schemas {} and the user {reader}, and drops exactly these when this ends\n",
            engine.name(),
            endpoint.host,
            SCHEMAS.join(" and "),
        ))?;
        output.flush()?;
        let password = match demo_password() {
            Some(password) => password,
            None => input::password(&format!("Password of {user}: "), "set GLAUX_DEMO_PASSWORD").await?,
        };
        output.status("loading the shop");
        let loading = Instant::now();
        let owner = Credential { user: user.to_owned(), password };
        let (schemas, script, left) = (&SCHEMAS, engine.script(), output::last_word);
        let options = GuestOptions { access, endpoint, owner, reader, schemas, script, filling, left };
        let guest = Guest::enter(options).await?;
        let reads = if guest.has_own_reader() {
            format!("user {} may only read it", guest.reader.user)
        } else {
            format!("{user} reads it, because no other user could be made")
        };
        output.data(&format!("  shop loaded in {}; {reads}\n\n", time(loading.elapsed())))?;
        output.flush()?;
        let (connection, reader) = (engine.connection(url), guest.reader.clone());
        Ok(Self { catalog: engine.catalog(), connection, reader, server: Server::Guest(Box::new(guest)) })
    }

    /// Its URL, without a user.
    pub fn url(&self) -> String {
        match &self.server {
            Server::Postgres(server) => server.url(DATABASE),
            Server::MySql(server) => server.url(),
            Server::Guest(_) => String::new(),
        }
    }

    /// Makes somebody who may let others read the shop.
    ///
    /// Errors: unsupported, in a server of somebody's own.
    pub async fn add_administrator(&self, user: &str) -> Result<Credential> {
        match &self.server {
            Server::Postgres(server) => server.add_administrator(DATABASE, user, &SCHEMAS).await,
            Server::MySql(server) => server.add_administrator(user, &SCHEMAS).await,
            Server::Guest(_) => Err(Error::unsupported("the story of grants is told in servers of its own only")
                .hint("leave --url and --user out")),
        }
    }

    /// The secret that holds its reader's password.
    pub fn secret(&self) -> String {
        format!("demo/{}", self.catalog)
    }

    /// The setting that leads there, as a user would write it.
    pub fn variable(&self) -> (String, String) {
        let url = self.connection.replace(SECRET, &format!("${{{}}}", self.secret()));
        (format!("{}_connection_string", self.catalog), url)
    }

    /// Stops the server or takes the shop out of it, and says so if something is left.
    pub async fn close(self) -> Result<()> {
        match self.server {
            Server::Postgres(server) => server.stop().await,
            Server::MySql(server) => server.stop().await,
            Server::Guest(guest) => guest.leave().await,
        }
    }
}

/// Stands where the secret's name is to stand.
const SECRET: &str = "${}";

impl Engine {
    /// A URL with the engine in front of it and a place for a secret in it.
    fn connection(self, url: &str) -> String {
        let separator = match self {
            Self::SqlServer if url.ends_with(';') => "",
            Self::SqlServer => ";",
            // Oracle's stands in front of the address.
            Self::Oracle => return format!("{}://{}", self.token(), url.replacen('@', &format!("{SECRET}@"), 1)),
            _ if url.ends_with(['?', '&']) => "",
            _ if url.contains('?') => "&",
            _ => "?",
        };
        format!("{}://{url}{separator}{SECRET}", self.token())
    }
}

/// The URL as the vendor's driver takes it; whoever has one of a catalog's setting may give that.
fn own_url(engine: Engine, url: &str) -> Result<&str> {
    if url.contains("${") {
        return Err(Error::invalid("the URL names a secret, but the demo takes none")
            .hint("give --user, and the password when it is asked for or in GLAUX_DEMO_PASSWORD"));
    }
    let own = url.split_once("://jdbc:").map(|(token, _)| token);
    Ok(own.filter(|token| *token == engine.token()).map_or(url, |token| &url[token.len() + 3..]))
}

fn whereabouts(port: u16, dir: &std::path::Display<'_>, loaded: &str) -> String {
    format!(
        "  listens on 127.0.0.1:{port} over TLS; its files are in {dir} and go when this ends\n  shop loaded in {loaded}; user \
         {READER} may only read it; the random password is in a private file\n\n"
    )
}

fn postgres_options(programs: Programs) -> PostgresOptions {
    let temp = std::env::temp_dir();
    let cache = cache_dir(cache_home().map(Into::into), None).unwrap_or_else(|| temp.join("glaux-postgresql"));
    let mut options = PostgresOptions::new(search_path(), cache);
    options.temp = temp;
    options.programs = programs;
    options
}

/// Options with this machine's places in them.
pub fn mysql_options(product: Product) -> MySqlOptions {
    let mut options = MySqlOptions::new(product, search_path());
    options.temp = std::env::temp_dir();
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_put_where_the_engines_url_has_its_options() {
        for (engine, url, expected) in [
            (Engine::PostgreSql, "jdbc:postgresql://h/d", "postgres://jdbc:postgresql://h/d?${}"),
            (Engine::MySql, "jdbc:mysql://h/?sslCa=x", "mysql://jdbc:mysql://h/?sslCa=x&${}"),
            (Engine::MariaDb, "jdbc:mariadb://h/?", "mysql://jdbc:mariadb://h/?${}"),
            (Engine::SqlServer, "jdbc:sqlserver://h", "sqlserver://jdbc:sqlserver://h;${}"),
            (Engine::SqlServer, "jdbc:sqlserver://h;", "sqlserver://jdbc:sqlserver://h;${}"),
            (Engine::Oracle, "jdbc:oracle:thin:@//h/s", "oracle://jdbc:oracle:thin:${}@//h/s"),
        ] {
            assert_eq!(engine.connection(url), expected);
        }
    }

    #[test]
    fn a_catalogs_own_setting_is_taken_and_its_secret_is_not() {
        let own = |url| own_url(Engine::PostgreSql, url);
        assert_eq!(own("postgres://jdbc:postgresql://h/d").unwrap(), "jdbc:postgresql://h/d");
        assert_eq!(own("jdbc:postgresql://h/d").unwrap(), "jdbc:postgresql://h/d");
        assert_eq!(own("mysql://jdbc:mysql://h/d").unwrap(), "mysql://jdbc:mysql://h/d");
        assert!(own("postgres://jdbc:postgresql://h/d?${x}").unwrap_err().hint_text().unwrap().contains("--user"));
    }
}
