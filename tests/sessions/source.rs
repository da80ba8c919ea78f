//! Databases whose reads do not end by themselves, each with a user of its own, and what they say about its sessions.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use arrow_array::{ArrayRef, Int32Array, RecordBatch};
use arrow_schema::Schema;
use connector_core::{Error, TableName};
use glaux::config::Config;
use glaux::handler::Handler;
use glaux::local::s3::S3Server;
use glaux::local::servers::{MySql, Product};
use glaux::protocol::{
    Constraints, GetSplitsRequest, GetTableLayoutRequest, GetTableRequest, Identity, ReadRecordsRequest, Request,
    Response, Version,
};
use tempfile::TempDir;

use crate::support::mysql::{self, PRODUCTS};
use crate::support::postgres::{self, Database};

/// `asleep` and `busy` give no row in an hour, one idling and one computing; `halfway` gives some first; `slow` gives a row a
/// millisecond, `waits` one row in three seconds; `few` is a table.
const POSTGRES: &str = include_str!("postgresql.sql");
const MYSQL: &str = include_str!("mysql.sql");

/// A database and S3.
pub struct Source {
    server: Server,
    pub setting: String,
    s3: S3Server,
    _folder: TempDir,
}

enum Server {
    Postgres(Database),
    MySql(Box<Lent>),
}

/// Those that no test has at this moment. Dropped by nobody, as statics are; their watchdogs stop them when this process ends.
static IDLE: Mutex<Vec<MySql>> = Mutex::new(Vec::new());

/// A server that one test has for itself until it ends: starting one costs more than most tests do.
struct Lent(Option<MySql>);

impl Lent {
    async fn take(product: Product) -> Option<Self> {
        let idle = {
            let mut idle = IDLE.lock().unwrap();
            idle.iter().position(|server| server.product == product).map(|place| idle.swap_remove(place))
        };
        let lent = Self(Some(match idle {
            Some(server) => server,
            None => mysql::start(product).await?,
        }));
        lent.clear().await;
        Some(lent)
    }

    /// Leaves nothing of the test before.
    async fn clear(&self) {
        let mut admin = self.connect().await.unwrap();
        let sessions = "SELECT CONCAT(ID) FROM information_schema.PROCESSLIST WHERE USER = 'reader'";
        for session in admin.names(sessions).await.unwrap() {
            // It may have ended by itself meanwhile.
            let _ = admin.execute(&format!("KILL {session}")).await;
        }
        admin.execute("DROP DATABASE IF EXISTS app").await.unwrap();
        admin.execute("DROP USER IF EXISTS reader@'127.0.0.1'").await.unwrap();
    }
}

impl Deref for Lent {
    type Target = MySql;

    fn deref(&self) -> &MySql {
        self.0.as_ref().unwrap()
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        IDLE.lock().unwrap().extend(self.0.take());
    }
}

impl Source {
    /// One of every engine whose server there is.
    pub async fn all() -> Vec<Self> {
        let mut all: Vec<Self> = Self::postgres().await.into_iter().collect();
        for product in PRODUCTS {
            let Some(server) = Lent::take(product).await else { continue };
            server.load(MYSQL).await.unwrap();
            let reader = server.add_reader("reader", &["app"]).await.unwrap();
            // Only who may see a view's definition is told what the server expects of it.
            let mut admin = server.connect().await.unwrap();
            admin.execute("GRANT SHOW VIEW ON app.* TO reader@'127.0.0.1'").await.unwrap();
            let setting = format!("mysql://{}&user=reader&password={}", server.url(), reader.password.expose());
            all.push(Self::over(Server::MySql(Box::new(server)), setting).await);
        }
        all
    }

    pub async fn postgres() -> Option<Self> {
        let database = postgres::database("").await?;
        let role = role(&database);
        database.client().await.batch_execute(&POSTGRES.replace("READER", &role)).await.unwrap();
        let setting = format!("postgres://{}&user={role}&password=pl4nted-s3cret", database.url());
        Some(Self::over(Server::Postgres(database), setting).await)
    }

    async fn over(server: Server, setting: String) -> Self {
        let folder = TempDir::new().unwrap();
        let s3 = S3Server::start(folder.path()).await.unwrap();
        s3.create_bucket("spill").unwrap();
        Self { server, setting, s3, _folder: folder }
    }

    /// Adds tables whose rows belong to tenants, and what tells tenants apart.
    pub async fn add_tenants(&self) {
        match &self.server {
            Server::Postgres(_) => self.execute(include_str!("callers.postgresql.sql")).await,
            Server::MySql(server) => server.load(include_str!("callers.mysql.sql")).await.unwrap(),
        }
    }

    /// The user that reads.
    pub fn reader(&self) -> String {
        match &self.server {
            Server::Postgres(database) => role(database),
            Server::MySql(_) => "reader".to_owned(),
        }
    }

    pub fn name(&self) -> &'static str {
        match &self.server {
            Server::Postgres(_) => "PostgreSQL",
            Server::MySql(server) => server.product.name(),
        }
    }

    /// What a function over it is configured by.
    pub fn environment(&self) -> Vec<(String, String)> {
        let settings = [("default", self.setting.as_str()), ("spill_bucket", "spill")];
        let settings = settings.map(|(key, value)| (key.to_owned(), value.to_owned()));
        settings.into_iter().chain(self.s3.environment()).collect()
    }

    /// Where its server is.
    pub fn place(&self) -> String {
        let (_, rest) = self.setting.rsplit_once("://").unwrap();
        rest.split('/').next().unwrap().to_owned()
    }

    /// From now on it is reached through another port of this machine.
    pub fn lead_through(&mut self, port: u16) {
        let place = self.place();
        let (host, _) = place.rsplit_once(':').unwrap();
        self.setting = self.setting.replacen(&place, &format!("{host}:{port}"), 1);
    }

    /// Runs a statement as the owner.
    pub async fn execute(&self, statement: &str) {
        match &self.server {
            Server::Postgres(database) => {
                let statement = statement.replace("READER", &role(database));
                database.client().await.batch_execute(&statement).await.unwrap();
            }
            Server::MySql(server) => {
                let statement = statement.replace("READER", "reader@'127.0.0.1'");
                server.connect().await.unwrap().execute(&statement).await.unwrap();
            }
        }
    }

    /// How many sessions the reader has.
    pub async fn sessions(&self) -> usize {
        match &self.server {
            Server::Postgres(database) => {
                let sql = format!("SELECT count(*) FROM pg_stat_activity WHERE usename = '{}'", role(database));
                self.count(&sql).await
            }
            Server::MySql(_) => {
                self.count("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = 'reader'").await
            }
        }
    }

    /// How many of them read `table` at this moment.
    pub async fn reads_of(&self, table: &str) -> usize {
        match &self.server {
            Server::Postgres(database) => {
                let role = role(database);
                let sql = format!(
                    "SELECT count(*) FROM pg_stat_activity WHERE usename = '{role}' AND state = 'active' \
                     AND query LIKE '%FROM%\"{table}\"%'"
                );
                self.count(&sql).await
            }
            Server::MySql(_) => {
                let sql = format!(
                    "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = 'reader' AND COMMAND = 'Execute' \
                     AND INFO LIKE '%FROM%`{table}`%'"
                );
                self.count(&sql).await
            }
        }
    }

    async fn count(&self, sql: &str) -> usize {
        match &self.server {
            Server::Postgres(database) => {
                let count: i64 = database.client().await.query_one(sql, &[]).await.unwrap().get(0);
                count.try_into().unwrap()
            }
            Server::MySql(server) => server.connect().await.unwrap().names(sql).await.unwrap()[0].parse().unwrap(),
        }
    }

    /// Waits until a session reads `table`.
    pub async fn until_read(&self, table: &str) {
        self.wait(&format!("a read of {table}"), async || self.reads_of(table).await > 0).await;
    }

    /// Waits until the reader has no session.
    pub async fn until_left(&self) {
        self.wait("the end of the last session", async || self.sessions().await == 0).await;
    }

    pub async fn wait(&self, what: &str, condition: impl AsyncFn() -> bool) {
        let start = Instant::now();
        while !condition().await {
            assert!(start.elapsed() < Duration::from_mins(1), "{}: still waiting for {what}", self.name());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// Roles belong to the whole server, so the role's name holds the database's.
fn role(database: &Database) -> String {
    format!("{}_reader", database.name)
}

/// A handler over a source.
pub fn handler(source: &Source, adjust: impl FnOnce(&mut Config)) -> Arc<Handler> {
    handler_with(source, &[], adjust)
}

/// A handler over a source, with more settings.
pub fn handler_with(source: &Source, settings: &[(&str, &str)], adjust: impl FnOnce(&mut Config)) -> Arc<Handler> {
    let settings = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let mut config = Config::from_env(source.environment().into_iter().chain(settings)).unwrap();
    config.spill.aws = source.s3.aws();
    adjust(&mut config);
    Arc::new(Handler::new(config).unwrap())
}

/// The request for what `table` looks like.
pub fn table_request(caller: &Identity, table: &str, query_id: &str) -> Request {
    Request::GetTable(GetTableRequest {
        identity: caller.clone(),
        query_id: query_id.into(),
        catalog: "source".into(),
        table: TableName::new("app", table),
        passthrough: BTreeMap::new(),
    })
}

/// The request for the partitions of `table`.
pub fn layout_request(caller: &Identity, table: &str, query_id: &str) -> Request {
    Request::GetTableLayout(GetTableLayoutRequest {
        identity: caller.clone(),
        query_id: query_id.into(),
        catalog: "source".into(),
        table: TableName::new("app", table),
        constraints: Constraints::default(),
        schema: Arc::new(Schema::empty()),
        partition_columns: Vec::new(),
    })
}

/// The request for the splits of `table`.
pub fn splits_request(caller: &Identity, table: &str, query_id: &str) -> Request {
    let one = Arc::new(Int32Array::from(vec![1])) as ArrayRef;
    Request::GetSplits(GetSplitsRequest {
        identity: caller.clone(),
        query_id: query_id.into(),
        catalog: "source".into(),
        table: TableName::new("app", table),
        partitions: RecordBatch::try_from_iter([("partitionId", one)]).unwrap(),
        partition_columns: Vec::new(),
        constraints: Constraints::default(),
        continuation_token: None,
    })
}

/// The request for all of `table` in one split, for query `query_id`.
pub async fn read_request(handler: &Handler, table: &str, query_id: &str) -> Request {
    read_request_of(handler, &Identity::default(), table, query_id).await.unwrap()
}

/// The same of a caller.
pub async fn read_request_of(
    handler: &Handler,
    caller: &Identity,
    table: &str,
    query_id: &str,
) -> Result<Request, Error> {
    let described = ask(handler, &table_request(caller, table, query_id), None).await?;
    let splits = ask(handler, &splits_request(caller, table, query_id), None).await?;
    let (Response::GetTable(described), Response::GetSplits(splits)) = (described, splits) else { panic!("no plan") };
    Ok(Request::ReadRecords(ReadRecordsRequest {
        identity: caller.clone(),
        query_id: query_id.into(),
        catalog: "source".into(),
        table: TableName::new("app", table),
        schema: described.schema,
        split: splits.splits[0].clone(),
        constraints: Constraints::default(),
        max_block_size: 200_000,
        max_inline_block_size: 100_000,
    }))
}

/// Asks the handler, which has until `end`.
pub async fn ask(handler: &Handler, request: &Request, end: Option<Instant>) -> Result<Response, Error> {
    let answer = handler.handle_until(&request.encode(Version::default()).unwrap(), end).await?;
    Ok(Response::decode(&answer).unwrap())
}
