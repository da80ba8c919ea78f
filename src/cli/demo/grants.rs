//! `glaux demo grants`: a grant from the request to the last trace gone, told by the commands that do it, at real servers.

use std::path::Path;
use std::time::{Duration, Instant};

use connector_core::{Administrator, Casing, Connection, Credential, Error, ErrorKind, Logins, Result, Settings};
use futures::StreamExt;

use super::engine::Engine;
use super::shop::{Shop, mysql_options};
use super::shops::{private_directory, programs, second};
use crate::cli::output::{Done, Output};
use crate::cli::progress::time;
use crate::cli::session::{Defaults, Session};
use crate::cli::{DemoArguments, typed};
use crate::config::{Catalogs, Config, Granted, SecretsConfig};
use crate::connectors;
use crate::register::{By, Grant, Register, Sqlite, Subscription, SystemClock};
use crate::secrets::keeper::Folder;
use crate::secrets::{Keeper, Login, login_of, text_of};

const ENVIRONMENT: &str = "prod";
/// What is read while the password changes.
const RUNNING: &str = include_str!("running.sql");
const RULER: &str = "glaux_administrator";
/// The secret that holds its password.
const ADMINISTRATOR: &str = "administrators/shop";

/// A register of its own in a private directory, and the server that a story is told at.
struct Stage<'s> {
    folder: &'s Path,
    shop: &'s Shop,
    source: String,
    checked: Vec<String>,
    output: &'s mut Output,
}

/// Tells the story at each server.
pub async fn run(arguments: &DemoArguments, output: &mut Output) -> Done {
    let started = Instant::now();
    for shop in shops(arguments, output).await? {
        let folder = private_directory()?;
        let source = format!("{}-db", shop.catalog);
        let mut stage = Stage { folder: folder.path(), shop: &shop, source, checked: Vec::new(), output: &mut *output };
        let told = stage.tell().await;
        let checked = std::mem::take(&mut stage.checked);
        told?;
        output.data(&format!("\nChecked at {}:\n", shop.catalog))?;
        for line in checked {
            output.data(&format!("  ok  {line}\n"))?;
        }
        output.data("\n")?;
        shop.close().await?;
    }
    output.data(&format!("All of it took {}. Nothing is left of it.\n", time(started.elapsed())))?;
    output.flush()
}

/// PostgreSQL and one more, if nothing else is asked for.
async fn shops(arguments: &DemoArguments, output: &mut Output) -> Done<Vec<Shop>> {
    if arguments.url.is_some() {
        return Err(Error::unsupported("the story of grants is told in servers of its own only")
            .hint("leave --url and --user out")
            .into());
    }
    let other = |engine: Engine| engine.product().map(|product| (engine, product));
    let second = match arguments.engine {
        Engine::PostgreSql => second().ok().filter(|(_, product)| mysql_options(*product).is_installed()),
        Engine::All => Some(second()?),
        engine => Some(other(engine).ok_or_else(|| engine.not_startable())?),
    };
    let mut shops = Vec::new();
    if matches!(arguments.engine, Engine::PostgreSql | Engine::All) {
        shops.push(Shop::in_postgres(programs(arguments), output).await?);
    }
    if let Some((engine, product)) = second {
        shops.push(Shop::in_mysql(engine, product, output).await?);
    }
    Ok(shops)
}

impl Stage<'_> {
    async fn tell(&mut self) -> Done {
        self.furnish().await?;
        let orders = self.ask("orders", "--columns SOURCE.shop.orders:id,customer_id").await?;
        let approved = Instant::now();
        self.types("olga", &format!("request approve {orders}")).await?;
        self.types("rita", "query --env prod --sql 'SELECT count(*) AS orders FROM \"SOURCE\".shop.orders'").await?;
        self.checked(&format!("from the approval to the first rows: {}", time(approved.elapsed())));
        self.refused("rita", "query --env prod --sql 'SELECT email FROM \"SOURCE\".shop.customers'", 4).await?;
        let customers = self.ask("customers", "").await?;
        self.types("olga", &format!("request approve {customers}")).await?;
        self.types("rita", "query --env prod --sql 'SELECT count(*) AS customers FROM \"SOURCE\".shop.customers'")
            .await?;
        self.drift().await?;
        self.rotate().await?;
        self.revoke(&[orders, customers]).await
    }

    /// Projects, an environment, and the shop as a source whose tables are published.
    async fn furnish(&mut self) -> Done {
        let ruler = self.shop.add_administrator(RULER).await?;
        let (keeper, name) = (self.keeper(), ADMINISTRATOR);
        keeper.propose(name, 1, &text_of(&ruler)?).await?;
        keeper.promote(name, 1).await?;
        let url = self.shop.url();
        self.types("olga", "project add shop").await?;
        self.types("rita", "project add reports").await?;
        self.types("rita", "env add prod --project reports").await?;
        self.types("olga", &format!("source add SOURCE --project shop --url '{url}' --secret {name}")).await?;
        self.types("olga", "asset map SOURCE --schema shop -o csv").await?;
        self.types("olga", "asset publish SOURCE.shop.orders SOURCE.shop.customers").await
    }

    async fn ask(&mut self, table: &str, columns: &str) -> Done<String> {
        let line =
            format!("request create --asset SOURCE.shop.{table} --env prod --purpose 'a report' --for 90d {columns}");
        self.types("rita", line.trim()).await?;
        let all = self.register().await?.list::<Subscription>(&By::State("requested".into())).await?;
        let id = all.into_iter().map(|read| read.record.id).next();
        Ok(id.ok_or_else(|| Error::internal("the request is not in the register"))?)
    }

    /// Somebody gives the reader more than was granted.
    async fn drift(&mut self) -> Done {
        let user = connectors::find(&self.engine()?)?.dialect().quoted(&self.login().await?.user);
        let statement = format!("GRANT SELECT ON shop.products TO {user}");
        self.output.data(&format!("\nSomebody types at the server: {statement}\n"))?;
        let (connector, ruler) = (connectors::find(&self.engine()?)?, self.kept(ADMINISTRATOR, 1).await?);
        let access = connector.access().ok_or_else(|| Error::internal("the engine has no users"))?;
        let endpoint = connector.endpoint(&self.shop.url())?;
        access.administer(&endpoint, &ruler, "somebody").await?.execute(&statement).await?;
        self.refused("olga", "grant verify --env prod", 7).await?;
        self.types("olga", "grant repair --env prod").await?;
        self.types("olga", "grant verify --env prod").await?;
        self.checked("what was given by hand was found and taken away");
        Ok(())
    }

    /// The password changes while a query reads.
    async fn rotate(&mut self) -> Done {
        let before = self.login().await?;
        let mut session = self.enter(&before).await?;
        let athena = self.session().await?;
        let mut running = athena.athena.sql(&RUNNING.replace("SOURCE", &self.source)).await?;
        self.types("rita", &format!("grant rotate --env prod --source {}", self.source)).await?;
        let mut rows = 0;
        while let Some(batch) = running.batches.next().await {
            rows += batch?.num_rows();
        }
        session.schemas().await?;
        let after = self.login().await?;
        if before.user == after.user || before.password == after.password {
            return Err(Error::internal("the rotation changed nothing").into());
        }
        self.checked(&format!("a query that ran during the rotation read its {rows} rows to the end"));
        Ok(())
    }

    /// Everything is taken away while a session is open.
    async fn revoke(&mut self, ids: &[String]) -> Done {
        let login = self.login().await?;
        let mut open = self.enter(&login).await?;
        self.types("olga", &format!("sub revoke {} --reason 'the report has moved'", ids[0])).await?;
        let began = Instant::now();
        self.types("rita", &format!("sub leave {}", ids[1])).await?;
        if open.schemas().await.is_ok() {
            return Err(Error::internal("a session went on after its access ended").into());
        }
        self.checked(&format!("an open session ended with its access, {} after", time(began.elapsed())));
        match self.enter(&login).await {
            Err(error) if error.kind() == ErrorKind::Unauthenticated => self.checked("its login is refused"),
            Err(error) => return Err(error.into()),
            Ok(_) => return Err(Error::internal("the login is not refused").into()),
        }
        self.nothing_is_left(&login).await?;
        self.refused("rita", "query --env prod --sql 'SELECT 1'", 4).await?;
        self.types("olga", "audit verify").await
    }

    async fn nothing_is_left(&mut self, login: &Credential) -> Done {
        let (connector, url) = (connectors::find(&self.engine()?)?, self.shop.url());
        let access = connector.access().ok_or_else(|| Error::internal("the engine has no users"))?;
        let ruler = self.kept(ADMINISTRATOR, 1).await?;
        let mut administrator = Administrator::enter(access, &connector.endpoint(&url)?, &ruler, "glaux demo").await?;
        let stem = login.user.trim_end_matches(['a', 'b']);
        for letter in ["a", "b"] {
            if administrator.look(&format!("{stem}{letter}")).await?.is_there {
                return Err(Error::internal("a user is left").into());
            }
        }
        if self.keeper().is_kept(&self.secret()).await? {
            return Err(Error::internal("a secret is left").into());
        }
        self.checked("neither of its two users is left at the server, and its secret is deleted");
        Ok(())
    }

    /// Shows a line and runs it as one of the story's people.
    async fn types(&mut self, person: &str, line: &str) -> Done {
        match self.run(person, line).await? {
            0 => Ok(()),
            code => Err(Error::internal(format!("the command ended with {code}")).into()),
        }
    }

    async fn refused(&mut self, person: &str, line: &str, code: u8) -> Done {
        let ended = match self.run(person, line).await {
            Ok(ended) => ended,
            Err(failure) => {
                self.output.failure(&failure);
                failure.code()
            }
        };
        if ended == code {
            return Ok(());
        }
        Err(Error::internal(format!("the command ended with {ended}, not with {code}")).into())
    }

    async fn run(&mut self, person: &str, line: &str) -> Done<u8> {
        let line = line.replace("SOURCE", &self.source);
        self.output.data(&format!("\n{person}$ glaux {line}\n"))?;
        self.output.flush()?;
        let mut words: Vec<String> = words(&line);
        words.extend(["--actor".into(), person.into(), "--yes".into(), "--store".into()]);
        words.push(format!("local:{}", self.folder.join("store").display()));
        typed(&words, self.output).await
    }

    fn checked(&mut self, what: &str) {
        self.checked.push(what.to_owned());
    }

    fn keeper(&self) -> Folder {
        Folder::new(self.folder.join("store/secrets"), Duration::from_hours(1))
    }

    fn secret(&self) -> String {
        format!("glaux/{ENVIRONMENT}/{}", self.source)
    }

    fn engine(&self) -> Result<String> {
        let engine = self.shop.url().split(':').nth(1).map(str::to_owned);
        engine.ok_or_else(|| Error::internal("the shop's URL names no engine"))
    }

    async fn register(&self) -> Result<Register> {
        let store = Sqlite::open(&self.folder.join("store/register")).await?;
        Ok(Register::new(std::sync::Arc::new(store), std::sync::Arc::new(SystemClock)))
    }

    /// Who reads for the environment by now.
    async fn login(&self) -> Result<Credential> {
        let id = Grant::id_of(ENVIRONMENT, &self.source);
        let generation = self.register().await?.get::<Grant>(&id).await?.record.generation;
        self.kept(&self.secret(), generation).await
    }

    async fn kept(&self, name: &str, generation: u64) -> Result<Credential> {
        let text = self.keeper().read(name, generation).await?;
        let text = text.ok_or_else(|| Error::not_found(format!("secret {name:?} is not kept")))?;
        match login_of(name, &text, Logins::Users)? {
            Login::User(login) => Ok(login),
            Login::Principal(_) => Err(Error::internal("the secret holds no user")),
        }
    }

    /// A session at the server itself.
    async fn enter(&self, login: &Credential) -> Result<Box<dyn Connection>> {
        let connector = connectors::find(&self.engine()?)?;
        let settings = Settings { casing: Casing::None, ..Settings::default() };
        connector.connect(&connector.endpoint(&self.shop.url())?, login, &settings).await
    }

    /// What `glaux query` asks.
    async fn session(&self) -> Result<Session> {
        let catalogs = Catalogs::only_granted(Granted::to(ENVIRONMENT, "glaux"));
        let folder = Some(self.folder.join("store/secrets"));
        let secrets = SecretsConfig { folder, ..SecretsConfig::default() };
        Session::open(Config::of(catalogs, secrets), Defaults::default()).await
    }
}

/// Words as a shell takes them: what is in single quotes is one.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in line.split('\'').enumerate() {
        match index % 2 {
            1 => words.push(part.to_owned()),
            _ => words.extend(part.split_whitespace().map(str::to_owned)),
        }
    }
    words
}
