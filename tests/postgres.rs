//! The handler over a real PostgreSQL: what goes wrong between a Lambda and its database, and what is said then.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "postgres/places.rs"]
mod places;
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{Array, RecordBatch};
use arrow_schema::Schema;
use connector_core::{Error, ErrorKind, TableName};
use glaux::config::Config;
use glaux::handler::Handler;
use glaux::local::s3::S3Server;
use glaux::protocol::{
    Constraints, GetSplitsRequest, GetSplitsResponse, GetTableRequest, Identity, ListTablesRequest, ReadRecordsRequest,
    Request, Response, Split, Version,
};
use support::postgres::Database;
use support::relay::Relay;
use tempfile::TempDir;

/// What no output may hold.
const PASSWORD: &str = "pl4nted-s3cret";

/// A handler with one catalog on `database`, its secret in a private file.
struct Glaux {
    handler: Arc<Handler>,
    folder: TempDir,
    role: String,
    _s3: S3Server,
}

impl Glaux {
    async fn new(database: &Database, settings: &[(&str, &str)]) -> Self {
        Self::with_url(database, &database.url(), settings).await
    }

    async fn with_url(database: &Database, url: &str, settings: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().unwrap();
        let s3 = S3Server::start(folder.path()).await.unwrap();
        s3.create_bucket("spill").unwrap();
        let secrets = folder.path().join("secrets.json");
        let mut variables = vec![
            ("default".to_owned(), format!("postgres://{url}&${{reader}}")),
            ("spill_bucket".to_owned(), "spill".to_owned()),
            ("glaux_secrets_file".to_owned(), secrets.display().to_string()),
        ];
        variables.extend(settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        let mut config = Config::from_env(variables).unwrap();
        config.spill.aws = s3.aws();
        let handler = Arc::new(Handler::new(config).unwrap());
        let glaux = Self { handler, folder, role: role(database), _s3: s3 };
        glaux.change_secret(PASSWORD);
        glaux
    }

    fn change_secret(&self, password: &str) {
        let path = self.folder.path().join("secrets.json");
        let secret = serde_json::json!({"reader": {"username": self.role, "password": password}});
        fs::write(&path, secret.to_string()).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }

    async fn schema(&self, table: &str) -> Result<Arc<Schema>, Error> {
        let request = GetTableRequest {
            identity: Identity::default(),
            query_id: "q".into(),
            catalog: "pg".into(),
            table: TableName::new("app", table),
            passthrough: BTreeMap::new(),
        };
        match ask(&self.handler, &Request::GetTable(request)).await? {
            Response::GetTable(response) => Ok(response.schema),
            other => panic!("{}", other.kind()),
        }
    }

    /// Reads a whole table as query `query_id`.
    async fn read(&self, table: &str, query_id: &str) -> Result<Response, Error> {
        let schema = self.schema(table).await?;
        ask(&self.handler, &read_request(&self.handler, table, query_id, schema).await?).await
    }
}

async fn read_request(handler: &Handler, table: &str, query_id: &str, schema: Arc<Schema>) -> Result<Request, Error> {
    let splits = splits(handler, table, query_id).await?;
    Ok(read_split(table, query_id, schema, splits[0].clone()))
}

async fn splits(handler: &Handler, table: &str, query_id: &str) -> Result<Vec<Split>, Error> {
    Ok(page(handler, table, query_id, None).await?.splits)
}

/// A page of splits, with the token of the one before.
async fn page(
    handler: &Handler,
    table: &str,
    query_id: &str,
    continuation_token: Option<String>,
) -> Result<GetSplitsResponse, Error> {
    let one = Arc::new(arrow_array::Int32Array::from(vec![1])) as arrow_array::ArrayRef;
    let splits = GetSplitsRequest {
        identity: Identity::default(),
        query_id: query_id.into(),
        catalog: "pg".into(),
        table: TableName::new("app", table),
        partitions: RecordBatch::try_from_iter([("partitionId", one)]).unwrap(),
        partition_columns: Vec::new(),
        constraints: Constraints::default(),
        continuation_token,
    };
    let Response::GetSplits(page) = ask(handler, &Request::GetSplits(splits)).await? else { panic!("no splits") };
    Ok(page)
}

fn read_split(table: &str, query_id: &str, schema: Arc<Schema>, split: Split) -> Request {
    Request::ReadRecords(ReadRecordsRequest {
        identity: Identity::default(),
        query_id: query_id.into(),
        catalog: "pg".into(),
        table: TableName::new("app", table),
        schema,
        split,
        constraints: Constraints::default(),
        max_block_size: 16_000_000,
        max_inline_block_size: 5_242_880,
    })
}

async fn ask(handler: &Handler, request: &Request) -> Result<Response, Error> {
    let answer = handler.handle(&request.encode(Version::default()).unwrap()).await;
    Ok(Response::decode(&answer.inspect_err(no_secret)?).unwrap())
}

fn no_secret(error: &Error) {
    let told = format!("{error} {error:?} {:?}", error.hint_text());
    assert!(!told.contains(PASSWORD), "{told}");
}

/// A database with one table to read and one that is not ours, and a role of its own to read it with.
async fn database() -> Option<Database> {
    let database = support::postgres::database(
        "create schema app; create table app.hidden as select 1 as id; \
         create table app.small as select g as id, 'row ' || g as name from generate_series(1, 100) g;",
    )
    .await?;
    run(&database, &format!("create role ROLE login password '{PASSWORD}'")).await;
    run(&database, "grant usage on schema app to ROLE; grant select on app.small to ROLE").await;
    Some(database)
}

/// Runs `script` as the owner, with `ROLE` standing for the test's role; roles belong to the whole server.
async fn run(database: &Database, script: &str) {
    let script = script.replace("ROLE", &role(database));
    database.client().await.batch_execute(&script).await.unwrap_or_else(|error| panic!("{script}: {error:?}"));
}

fn role(database: &Database) -> String {
    format!("{}_reader", database.name)
}

/// A function whose configuration is a file, with views of this text.
async fn with_views(database: &Database, views: &str) -> Result<Glaux, Error> {
    let folder = TempDir::new().unwrap();
    let s3 = S3Server::start(folder.path()).await.unwrap();
    s3.create_bucket("spill").unwrap();
    let text = format!(
        "[catalogs.pg]\nurl = 'postgres://{}'\nsecret = 'reader'\n{views}\n[spill]\nbucket = 'spill'\n\
         [secrets]\nfile = 'secrets.json'",
        database.url()
    );
    let path = folder.path().join("glaux.toml");
    fs::write(&path, text).unwrap();
    let mut config = Config::from_file(&path)?;
    config.spill.aws = s3.aws();
    let handler = Arc::new(Handler::new(config)?);
    let glaux = Glaux { handler, folder, role: role(database), _s3: s3 };
    glaux.change_secret(PASSWORD);
    Ok(glaux)
}

#[tokio::test]
async fn a_view_of_the_configuration_is_read_like_a_table_and_its_schema_has_nothing_else() {
    let Some(database) = database().await else { return };
    let views = "[catalogs.pg.views.App]\nBy_Parity = 'select id % 2 as odd, count(*) from app.small group by 1'\n\
                 last = 'values (1), (2), (3)'";
    let glaux = with_views(&database, views).await.unwrap();
    let names: Vec<String> =
        glaux.schema("by_parity").await.unwrap().fields().iter().map(|field| field.name().clone()).collect();
    assert_eq!(names, ["odd", "count"]);
    assert_eq!(rows(&glaux.read("by_parity", "q").await.unwrap()), 2);
    assert_eq!(rows(&glaux.read("last", "q").await.unwrap()), 3);
    let error = glaux.schema("small").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    assert!(error.hint_text().unwrap().contains("by_parity"), "{error:?}");
    assert_eq!(listed(&glaux, None).await, (vec!["by_parity".to_owned()], Some("by_parity".to_owned())));
    assert_eq!(listed(&glaux, Some("by_parity")).await, (vec!["last".to_owned()], None));
}

#[tokio::test]
async fn a_view_with_a_split_column_is_read_in_splits_that_add_up() {
    let Some(database) = database().await else { return };
    let view = |split_by: &str| {
        format!(
            "views.app.numbers = {{ query = 'select nullif(n, 7) as \"N\", n::text as t from generate_series(1, 1000) n', \
             split_by = '{split_by}' }}"
        )
    };
    let glaux = with_views(&database, &view("N")).await.unwrap();
    let schema = glaux.schema("numbers").await.unwrap();
    let splits = splits(&glaux.handler, "numbers", "q").await.unwrap();
    assert_eq!(splits.len(), 32, "as many as there may be");
    let mut total = 0;
    for split in &splits {
        let request = read_split("numbers", "q", schema.clone(), split.clone());
        let found = rows(&ask(&glaux.handler, &request).await.unwrap());
        assert!(found < 40, "{found} rows");
        total += found;
    }
    assert_eq!(total, 1_000, "with the one that has no number");
    for (split_by, told) in [("m", "no column"), ("t", "which is Utf8")] {
        let glaux = with_views(&database, &view(split_by)).await.unwrap();
        let error = self::splits(&glaux.handler, "numbers", "q").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
        assert!(error.to_string().contains(told), "{error}");
    }
}

/// The lines of a table by its splits, and how many of them have no number to be cut along.
async fn cut(glaux: &Glaux, table: &str) -> Vec<(Vec<i32>, usize)> {
    let schema = glaux.schema(table).await.unwrap();
    let mut found = Vec::new();
    for split in splits(&glaux.handler, table, "q").await.unwrap() {
        let request = read_split(table, "q", schema.clone(), split);
        let Response::ReadRecords(read) = ask(&glaux.handler, &request).await.unwrap() else { panic!("spilled") };
        let lines = read.records.column_by_name("line").unwrap().as_primitive::<Int32Type>();
        let missing = read.records.column_by_name("n").unwrap().null_count();
        found.push((lines.values().to_vec(), missing));
    }
    found
}

#[tokio::test]
async fn a_table_without_an_index_and_a_view_of_the_source_are_cut_along_the_column_that_is_named() {
    let Some(database) = database().await else { return };
    run(
        &database,
        "create table app.heap as select nullif(g % 10, 7) * 1000 + g as \"N\", g as line, g::text as t \
         from generate_series(1, 1000) g; \
         create view app.seen as select \"N\", line from app.heap union all select null, 0; \
         grant select on app.heap, app.seen to ROLE",
    )
    .await;
    let unnamed = Glaux::new(&database, &[("glaux_split_bytes", "1")]).await;
    let along = [("glaux_max_splits", "5"), ("glaux_split_by", "app.Heap=N, app.seen=n")];
    let named = Glaux::new(&database, &along).await;
    for (table, first, missing) in [("heap", 1, 100), ("seen", 0, 101)] {
        assert_eq!(cut(&unnamed, table).await.len(), 1, "{table}");
        let parts = cut(&named, table).await;
        assert_eq!(parts.len(), 5, "{table}");
        let nulls: Vec<usize> = parts.iter().map(|(_, missing)| *missing).collect();
        assert_eq!(nulls, [missing, 0, 0, 0, 0], "{table}");
        assert!(parts.iter().all(|(lines, _)| (100..=400).contains(&lines.len())), "{table}: {parts:?}");
        let mut lines: Vec<i32> = parts.into_iter().flat_map(|(lines, _)| lines).collect();
        lines.sort_unstable();
        assert_eq!(lines, (first..=1000).collect::<Vec<_>>(), "{table}");
    }
    for (column, told) in [("m", "no column"), ("t", "which is Utf8")] {
        let along = format!("app.heap={column}");
        let glaux = Glaux::new(&database, &[("default_glaux_split_by", along.as_str())]).await;
        let error = splits(&glaux.handler, "heap", "q").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
        let column = format!("{column:?}");
        for part in ["table \"app\".\"heap\"", column.as_str(), told] {
            assert!(error.to_string().contains(part), "{error}");
        }
    }
}

/// A handler whose table `app.long` has the even numbers up to 18000 and is cut into 4500 splits of four numbers. Without statistics
/// it is cut evenly between its ends, and nobody makes any meanwhile.
async fn with_long(database: &Database) -> Glaux {
    let long = "create table app.long (id int primary key) with (autovacuum_enabled = false); \
                insert into app.long select generate_series(0, 18000, 2); grant select on app.long to ROLE";
    run(database, long).await;
    Glaux::new(database, &[("glaux_max_splits", "4500"), ("glaux_split_bytes", "1")]).await
}

#[tokio::test]
async fn pages_of_splits_are_together_the_plan_and_none_comes_twice() {
    let Some(database) = database().await else { return };
    let glaux = with_long(&database).await;
    let mut pages = vec![page(&glaux.handler, "long", "q", None).await.unwrap()];
    // It changes no plan, for it is between the ends.
    run(&database, "insert into app.long values (7)").await;
    while let Some(token) = pages.last().unwrap().continuation_token.clone() {
        assert!(pages.len() < 9, "the pages do not end");
        pages.push(page(&glaux.handler, "long", "q", Some(token)).await.unwrap());
    }
    let sizes: Vec<usize> = pages.iter().map(|page| page.splits.len()).collect();
    assert_eq!(sizes, [2_000, 2_000, 500]);
    let splits: Vec<Split> = pages.into_iter().flat_map(|page| page.splits).collect();
    let end = |split: &Split, name: &str| split.properties.get(name).cloned();
    assert_eq!((end(&splits[0], "from"), end(&splits[4_499], "below")), (None, None));
    for (number, pair) in (1..).zip(splits.windows(2)) {
        let cut = Some(format!("int:{}", 4 * number));
        assert_eq!((end(&pair[0], "below"), end(&pair[1], "from")), (cut.clone(), cut));
    }
    let schema = glaux.schema("long").await.unwrap();
    for (place, expected) in [(0, 2), (1, 3), (1_999, 2), (2_000, 2), (3_999, 2), (4_000, 2), (4_499, 3)] {
        let request = read_split("long", "q", schema.clone(), splits[place].clone());
        assert_eq!(rows(&ask(&glaux.handler, &request).await.unwrap()), expected, "split {place}");
    }
}

#[tokio::test]
async fn a_page_of_a_plan_that_has_changed_is_refused() {
    let Some(database) = database().await else { return };
    let glaux = with_long(&database).await;
    let first = page(&glaux.handler, "long", "q", None).await.unwrap();
    assert_eq!(first.splits.len(), 2_000);
    for (change, fresh) in [("insert into app.long values (20000)", 2_000), ("truncate app.long", 1)] {
        run(&database, change).await;
        let error = page(&glaux.handler, "long", "q", first.continuation_token.clone()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{change}: {error}");
        assert!(error.to_string().contains("splits changed"), "{error}");
        assert_eq!(error.hint_text(), Some("run the query again"), "{error}");
        assert_eq!(page(&glaux.handler, "long", "q", None).await.unwrap().splits.len(), fresh, "{change}");
    }
    let error = page(&glaux.handler, "long", "q", Some("2000".into())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
}

/// A page of one table behind `after`.
async fn listed(glaux: &Glaux, after: Option<&str>) -> (Vec<String>, Option<String>) {
    let request = ListTablesRequest {
        identity: Identity::default(),
        query_id: "q".into(),
        catalog: "pg".into(),
        schema: "app".into(),
        next_token: after.map(str::to_owned),
        page_size: Some(1),
    };
    match ask(&glaux.handler, &Request::ListTables(request)).await.unwrap() {
        Response::ListTables(page) => (page.tables.into_iter().map(|name| name.table).collect(), page.next_token),
        other => panic!("{}", other.kind()),
    }
}

#[tokio::test]
async fn a_view_that_does_more_than_read_stops_the_function_before_it_starts() {
    let Some(database) = database().await else { return };
    for (views, told) in [
        ("[catalogs.pg.views.a]\nb = 'delete from app.small returning id'", "DELETE"),
        ("[catalogs.pg.views.a]\nb = 'select 1'\nB = 'select 2'", "two views"),
        ("[catalogs.pg.views.a]\n' ' = 'select 1'", "by schema and name"),
    ] {
        let Err(error) = with_views(&database, views).await else { panic!("{views} is taken") };
        assert!(error.to_string().contains(told), "{error}");
    }
}

fn rows(response: &Response) -> usize {
    match response {
        Response::ReadRecords(response) => response.records.num_rows(),
        other => panic!("{}", other.kind()),
    }
}

#[tokio::test]
async fn a_wrong_password_is_told_as_such_and_never_shown() {
    let Some(database) = database().await else { return };
    let glaux = Glaux::new(&database, &[]).await;
    glaux.change_secret("not-the-password");
    let error = glaux.read("small", "q").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{error}");
    assert!(!error.to_string().contains("not-the-password"), "{error}");
}

#[tokio::test]
async fn a_rotation_loses_no_query() {
    let Some(database) = database().await else { return };
    let glaux = Glaux::new(&database, &[]).await;
    assert_eq!(rows(&glaux.read("small", "q-1").await.unwrap()), 100);
    // The old password is still cached, and no session may hide that it has ceased to work.
    run(&database, "alter role ROLE password 'rotated'").await;
    glaux.change_secret("rotated");
    terminate(&database, "usename like '%_reader'").await;
    assert_eq!(rows(&glaux.read("small", "q-2").await.unwrap()), 100);
}

#[tokio::test]
async fn what_the_role_may_not_read_is_not_there_and_a_right_that_ends_ends() {
    let Some(database) = database().await else { return };
    let glaux = Glaux::new(&database, &[]).await;
    assert_eq!(glaux.schema("hidden").await.unwrap_err().kind(), ErrorKind::NotFound);
    let schema = glaux.schema("small").await.unwrap();
    let request = read_request(&glaux.handler, "small", "q", schema).await.unwrap();
    run(&database, "revoke select on app.small from ROLE").await;
    let error = ask(&glaux.handler, &request).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Forbidden), "{error}");
}

#[tokio::test]
async fn another_authority_is_refused_by_name() {
    let Some(database) = database().await else { return };
    let folder = TempDir::new().unwrap();
    let other = folder.path().join("other.crt");
    let key = rcgen::KeyPair::generate().unwrap();
    let mut authority = rcgen::CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    fs::write(&other, authority.self_signed(&key).unwrap().pem()).unwrap();
    let (base, _) = database.url().split_once('?').map(|(base, rest)| (base.to_owned(), rest.to_owned())).unwrap();
    let url = format!("{base}?sslmode=verify-full&sslrootcert={}", other.display());
    let error = Glaux::with_url(&database, &url, &[]).await.read("small", "q").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    assert!(error.hint_text().is_some_and(|hint| hint.contains("sslrootcert")), "{error} {:?}", error.hint_text());
}

#[tokio::test]
async fn a_server_gone_in_the_middle_fails_the_read_and_only_that_one() {
    let Some(database) = database().await else { return };
    let big = "create table app.big as select g as id, repeat('x', 1000) as filler from generate_series(1, 150000) g; \
               grant select on app.big to ROLE";
    run(&database, big).await;
    let glaux = Glaux::new(&database, &[]).await;
    let schema = glaux.schema("big").await.unwrap();
    let request = read_request(&glaux.handler, "big", "q-gone", schema).await.unwrap();
    let handler = glaux.handler.clone();
    let reading = tokio::spawn(async move { ask(&handler, &request).await });
    terminate(&database, "application_name = 'glaux q-gone' and state = 'active' and query like '%filler%app%big%'")
        .await;
    let error = reading.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    assert_eq!(rows(&glaux.read("small", "q-next").await.unwrap()), 100);
}

/// Ends the sessions that fit, as soon as there is one.
async fn terminate(database: &Database, condition: &str) {
    let client = database.client().await;
    let ended = format!(
        "select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = current_database() and {condition}"
    );
    let start = std::time::Instant::now();
    while client.query(&ended, &[]).await.unwrap().is_empty() {
        assert!(start.elapsed().as_secs() < 60, "no session is {condition}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_cell_over_the_limit_is_refused_before_it_is_buffered() {
    let Some(database) = database().await else { return };
    run(
        &database,
        "create table app.wide as select 1 as id, repeat('y', 3000000) as cell; grant select on app.wide to ROLE",
    )
    .await;
    let glaux = Glaux::new(&database, &[("glaux_max_cell_bytes", "1000000")]).await;
    let error = glaux.read("wide", "q").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
    assert!(error.to_string().contains("1000000"), "{error}");
    assert_eq!(rows(&glaux.read("small", "q-next").await.unwrap()), 100);
}

#[tokio::test]
async fn an_unknown_database_and_a_closed_port_are_told_apart() {
    let Some(database) = database().await else { return };
    let url = database.url();
    let elsewhere = url.replace(&database.name, "no_such_database");
    let error = Glaux::with_url(&database, &elsewhere, &[]).await.read("small", "q").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    let closed = "jdbc:postgresql://127.0.0.1:1/db?sslmode=verify-full";
    let error = Glaux::with_url(&database, closed, &[]).await.read("small", "q").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
}

/// A handler whose way to the database leads through a relay.
async fn relayed(database: &Database) -> (Glaux, Relay) {
    let url = database.url();
    let place = url.split("//").nth(1).and_then(|rest| rest.split('/').next()).unwrap();
    let relay = Relay::to(place.to_owned()).await;
    let (host, _) = place.rsplit_once(':').unwrap();
    let glaux = Glaux::with_url(database, &url.replace(place, &format!("{host}:{}", relay.port)), &[]).await;
    (glaux, relay)
}

#[tokio::test]
async fn an_idle_session_that_the_network_forgot_is_replaced() {
    let Some(database) = database().await else { return };
    let (glaux, relay) = relayed(&database).await;
    assert_eq!(rows(&glaux.read("small", "q-1").await.unwrap()), 100);
    let before = relay.accepted();
    relay.forget();
    assert_eq!(rows(&glaux.read("small", "q-2").await.unwrap()), 100);
    assert_eq!(relay.accepted(), before + 1);
}

#[tokio::test]
async fn one_session_serves_a_whole_query_even_behind_a_limit() {
    let Some(database) = database().await else { return };
    let (glaux, relay) = relayed(&database).await;
    let schema = glaux.schema("small").await.unwrap();
    let request = read_request(&glaux.handler, "small", "q", schema).await.unwrap();
    let Request::ReadRecords(mut limited) = request else { panic!("no read") };
    limited.constraints.limit = Some(10);
    for _ in 0..3 {
        let response = ask(&glaux.handler, &Request::ReadRecords(limited.clone())).await.unwrap();
        assert_eq!(rows(&response), 10);
    }
    assert_eq!(relay.accepted(), 1);
}
