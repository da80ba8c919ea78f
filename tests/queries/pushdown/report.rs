//! Conditions as reports have them, over a table with indexes: how many rows travel, and which index the source's own plan for
//! the very statement that it is sent says it will use.
//!
//! The tables in the READMEs of PostgreSQL and MySQL are written from this: `GOLDEN=write`.

use std::fmt::Write;
use std::sync::{Arc, Mutex};

use arrow_array::cast::AsArray;
use connector_core::testing::readme;
use connector_core::{BatchLimits, Column, Connection, Credential, Scan, Secret, Settings, Statement, TableName};
use connector_postgresql::CONNECTOR as POSTGRESQL;
use futures::{FutureExt, TryStreamExt};
use glaux::handler::Handler;
use glaux::local::{LocalAthena, StatementHook};
use glaux::protocol::{Request, Version};
use serde_json::Value as Json;

use crate::mysql;
use crate::support::postgres::{self, Database};
use crate::support::sources::Sources;
use crate::support::stage;

const ROWS: u64 = 100_000;

/// What the source's plan uses for a condition.
#[derive(Clone, Copy, PartialEq)]
enum Plan {
    /// These indexes.
    By(&'static [&'static str]),
    /// None, and why none can serve.
    Whole(&'static str),
}

use Plan::{By, Whole};

/// A text that is not alone under its conditions is not compared under its collation too, which is what an index knows.
const BYTES_ALONE: &str = "in an `OR` a text is compared by its bytes alone";

/// So that a pattern means the same in every character set.
const CONVERTED: &str = "a pattern is matched with the text in UTF-8, whatever the column's";

/// What stands behind `FROM sales`, and the plans of PostgreSQL, MariaDB and MySQL.
const CONDITIONS: &[(&str, [Plan; 3])] = &[
    ("WHERE day = DATE '2024-03-01'", [By(&["sales_day"]); 3]),
    ("WHERE day BETWEEN DATE '2024-03-01' AND DATE '2024-03-07'", [By(&["sales_day"]); 3]),
    ("WHERE day >= DATE '2024-12-25'", [By(&["sales_day"]); 3]),
    (
        "WHERE sold_at >= TIMESTAMP '2024-03-01 00:00:00' AND sold_at < TIMESTAMP '2024-03-02 00:00:00'",
        [By(&["sales_sold_at"]); 3],
    ),
    ("WHERE sold_at = TIMESTAMP '2024-01-04 15:30:00.001'", [By(&["sales_sold_at"]); 3]),
    ("WHERE id = 4711", [By(&["id"]); 3]),
    ("WHERE id IN (1, 2, 3, 500, 70000)", [By(&["id"]); 3]),
    ("WHERE customer_id = 77", [By(&["sales_customer"]); 3]),
    ("WHERE customer_id IN (5, 77, 123, 4096)", [By(&["sales_customer"]); 3]),
    ("WHERE store = 'S-00042'", [By(&["sales_store"]); 3]),
    ("WHERE store IN ('S-00042', 'S-00007')", [By(&["sales_store"]); 3]),
    ("WHERE store LIKE 'S-0004%'", [By(&["sales_store"]), Whole(CONVERTED), Whole(CONVERTED)]),
    ("WHERE product = 'Owl 77'", [By(&["sales_product"]); 3]),
    (
        "WHERE product LIKE 'Owl 77%'",
        [Whole("the index is by language, the condition by code point"), Whole(CONVERTED), Whole(CONVERTED)],
    ),
    ("WHERE closed_on IS NULL", [By(&["sales_closed"]); 3]),
    ("WHERE amount BETWEEN 990.00 AND 999.99", [By(&["sales_amount"]); 3]),
    ("WHERE ratio >= 0.999e0", [By(&["sales_ratio"]); 3]),
    (
        "WHERE status = 'open' AND day BETWEEN DATE '2024-03-01' AND DATE '2024-05-31' AND amount > 5000",
        [By(&["sales_status_day"]); 3],
    ),
    (
        "WHERE customer_id = 77 OR store = 'S-00042'",
        [By(&["sales_customer", "sales_store"]), Whole(BYTES_ALONE), Whole(BYTES_ALONE)],
    ),
    ("WHERE customer_id = 77 ORDER BY sold_at DESC LIMIT 3", [By(&["sales_customer"]); 3]),
    ("ORDER BY amount DESC LIMIT 10", [Whole("an order is not announced to Athena"); 3]),
    ("WHERE channel = 'web'", [Whole("there is none on it"); 3]),
    ("WHERE extract(month FROM day) = 3", [Whole("the protocol does not have the function"); 3]),
];

/// Where statements are noted.
type Noted = Arc<Mutex<Vec<Statement>>>;

/// Notes what the handler would send.
fn noting(handler: Arc<Handler>, noted: Noted) -> StatementHook {
    Arc::new(move |request: Request| {
        let (handler, noted) = (handler.clone(), noted.clone());
        async move {
            let bytes = request.encode(Version::default()).ok()?;
            let rendered = handler.plan(&bytes).await.unwrap_or_else(|error| panic!("{error}"));
            noted.lock().unwrap().push(rendered.statement.clone());
            Some(rendered.statement.sql)
        }
        .boxed()
    })
}

/// A source with the table, asked both ways, and a session to ask it for its plans.
struct Source {
    name: String,
    /// Its place among the plans.
    place: usize,
    on: LocalAthena,
    off: LocalAthena,
    noted: Noted,
    session: Box<dyn Connection>,
    explain: &'static str,
}

/// What came of a condition: rows that travelled when the source was asked to apply it, and when it was not.
struct Outcome {
    with: u64,
    without: Option<u64>,
    indexes: Vec<String>,
    plan: String,
}

impl Source {
    async fn ask(&mut self, condition: &str, both_ways: bool) -> Outcome {
        let query = format!("SELECT id FROM bi.sales {condition}");
        self.noted.lock().unwrap().clear();
        let (mut on, with) = stage::run(&self.on, &query).await.unwrap_or_else(|error| panic!("{query}: {error}"));
        let statements = std::mem::take(&mut *self.noted.lock().unwrap());
        let [statement] = &statements[..] else { panic!("{query}: {} statements", statements.len()) };
        let mut without = None;
        if both_ways {
            let off = stage::run(&self.off, &query).await;
            let (mut off, report) = off.unwrap_or_else(|error| panic!("{query}: {error}"));
            on.sort();
            off.sort();
            assert_eq!(on, off, "{}: {query}", self.name);
            without = Some(report.scans[0].rows);
        }
        let plan = self.plan(statement).await;
        Outcome { with: with.scans[0].rows, without, indexes: indexes(&plan), plan }
    }

    /// Every condition in turn: the rows that travel, and what is not as expected.
    async fn ask_all(&mut self) -> (Vec<u64>, Vec<String>) {
        let (mut counts, mut wrong) = (Vec::new(), Vec::new());
        for (number, (condition, plans)) in CONDITIONS.iter().enumerate() {
            // The whole table is soon read once too often: of MariaDB and MySQL for every third condition.
            let Outcome { with, without, indexes, plan } =
                self.ask(condition, self.place == 0 || number % 3 == 0).await;
            let off = without.map_or("-".to_owned(), |rows| rows.to_string());
            println!("{:<8} {with:>6} {off:>6}  {:<27} {condition}", self.name, indexes.join(" "));
            counts.push(with);
            let (expected, is_less) = match plans[self.place] {
                By(names) => (names, with < ROWS / 10),
                Whole(_) => (&[][..], true),
            };
            if indexes != expected || without.is_some_and(|rows| rows != ROWS) || !is_less {
                wrong.push(format!("{} {condition}: {with} rows by {indexes:?}, not {expected:?}\n{plan}", self.name));
            }
        }
        (counts, wrong)
    }

    /// The source's plan of a statement with its binds, in the session that would run it.
    async fn plan(&mut self, statement: &Statement) -> String {
        let table = self.session.table(&TableName::new("bi", "sales")).await.unwrap();
        let text = table.column("channel").unwrap();
        let scan = Scan::new(table.clone(), vec!["channel".into()]);
        let plan = Column { name: "plan".into(), remote_name: "plan".into(), ..text.clone() };
        let sql = format!("{} {}", self.explain, statement.sql);
        let asked = Statement { sql, binds: statement.binds.clone(), columns: vec![plan] };
        let batches = self.session.read(&scan, &asked, BatchLimits::default()).await;
        let batches: Vec<_> =
            batches.unwrap_or_else(|error| panic!("{}: {error}", asked.sql)).try_collect().await.unwrap();
        batches
            .iter()
            .flat_map(|batch| batch.column(0).as_string::<i32>().iter().flatten())
            .collect::<Vec<_>>()
            .join("\n")
    }
}

/// The indexes that a plan searches, in order of name; one that is read from end to end does not count, and a primary key is
/// named by its column.
fn indexes(plan: &str) -> Vec<String> {
    let mut found = Vec::new();
    match serde_json::from_str(plan) {
        Ok(json) => searched(&json, &mut found),
        Err(_) => found.extend(searched_by_postgresql(plan)),
    }
    let keys = ["PRIMARY", "sales_pkey"];
    found.iter_mut().filter(|name| keys.contains(&name.as_str())).for_each(|name| "id".clone_into(name));
    found.sort();
    found.dedup();
    found
}

/// PostgreSQL says how it searches an index in the line below.
fn searched_by_postgresql(plan: &str) -> impl Iterator<Item = String> {
    let lines = plan.lines().zip(plan.lines().skip(1)).filter(|(_, below)| below.contains("Index Cond:"));
    lines.filter_map(|(line, _)| line.split(' ').find(|word| word.starts_with("sales_")).map(str::to_owned))
}

/// MariaDB names a `key`, and MySQL an `index_name`, beside the kind of access; of a constant primary key MySQL has read the row
/// before it plans.
fn searched(json: &Json, found: &mut Vec<String>) {
    let text = |name: &str| json.get(name).and_then(Json::as_str);
    let is_whole =
        text("access_type") == Some("index") && text("index_access_type").is_none_or(|by| by == "index_scan");
    found.extend(text("key").or_else(|| text("index_name")).filter(|_| !is_whole).map(str::to_owned));
    found.extend(text("access_type").filter(|by| *by == "rows_fetched_before_execution").map(|_| "PRIMARY".to_owned()));
    match json {
        Json::Object(fields) => fields.values().for_each(|value| searched(value, found)),
        Json::Array(items) => items.iter().for_each(|value| searched(value, found)),
        _ => {}
    }
}

async fn sources() -> Option<(Database, Sources, Vec<Source>)> {
    let database = postgres::database(include_str!("../../sql/sales/postgresql.sql")).await?;
    let user = Credential { user: database.user().into(), password: database.password().clone() };
    let endpoint = POSTGRESQL.endpoint(&database.url()).unwrap();
    let session = POSTGRESQL.connect(&endpoint, &user, &Settings::default()).await.unwrap();
    let mut sessions = vec![("pg".to_owned(), 0, session, "EXPLAIN")];
    let mut sources = Sources::new("bi").await;
    sources.add("pg", database.setting());
    for server in mysql::servers() {
        server.schema("bi", include_str!("../../sql/sales/mysql.sql")).await;
        let ruler = Credential { user: server.user.clone(), password: Secret::new(&server.password) };
        let session = server.enter(&server.options(), &ruler, &Settings::default()).await.unwrap();
        let name = format!("{:?}", server.kind).to_lowercase();
        sources.add(&name, server.setting());
        sessions.push((name, if server.is_mariadb() { 1 } else { 2 }, session, "EXPLAIN FORMAT=JSON"));
    }
    let (function, handler) = (sources.in_process(), sources.handler());
    let made = sessions.into_iter().map(|(name, place, session, explain)| {
        let noted = Noted::default();
        let hook = noting(handler.clone(), noted.clone());
        let on = sources.athena(&function, &name, |options| options.statements = Some(hook));
        let off = sources.athena(&function, &name, |options| options.pushdown = false);
        Source { name, place, on, off, noted, session, explain }
    });
    let made = made.collect();
    Some((database, sources, made))
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_of_reports_leave_most_rows_at_the_source_and_its_indexes_in_use() {
    let Some((_database, _sources, sources)) = sources().await else { return };
    let mut wrong = Vec::new();
    let all = futures::future::join_all(sources.into_iter().map(async |mut source| {
        let (counts, wrong) = source.ask_all().await;
        (source.place, counts, wrong)
    }));
    for (place, counts, told) in all.await {
        if told.is_empty() {
            in_readme(place, &counts);
        }
        wrong.extend(told);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The table of an engine's README; MariaDB writes none, since MySQL's speaks of both.
fn in_readme(place: usize, counts: &[u64]) {
    let (engine, columns) = match place {
        0 => ("postgresql", &[("index", 0)][..]),
        2 if CONDITIONS.iter().all(|(_, plans)| plans[1] == plans[2]) => ("mysql", &[("index, of both", 2)][..]),
        2 => ("mysql", &[("index, MySQL", 2), ("index, MariaDB", 1)][..]),
        _ => return,
    };
    let heads: Vec<&str> = columns.iter().map(|(head, _)| *head).collect();
    let mut text = format!("| condition | rows pushed | not pushed | {} |\n", heads.join(" | "));
    writeln!(text, "|---|--:|--:{}|", "|---".repeat(heads.len())).unwrap();
    for ((condition, plans), with) in CONDITIONS.iter().zip(counts) {
        let cell = |(_, place): &(&str, usize)| match plans[*place] {
            By(names) => format!("`{}`", names.join("` `")),
            Whole(why) => format!("none: {why}"),
        };
        let cells: Vec<String> = columns.iter().map(cell).collect();
        writeln!(text, "| `{condition}` | {with} | {ROWS} | {} |", cells.join(" | ")).unwrap();
    }
    readme::has(&format!("{}/connectors/{engine}", env!("CARGO_MANIFEST_DIR")), "conditions", &text);
}

#[test]
fn the_indexes_of_a_plan_are_found() {
    let postgres = "BitmapOr\n  ->  Bitmap Index Scan on sales_customer  (cost=0)\n  Index Cond: (customer_id = 77)\n  \
         ->  Index Scan using sales_pkey on sales  (cost=0)\n  Index Cond: (id = 1)";
    assert_eq!(indexes(postgres), ["id", "sales_customer"]);
    assert!(indexes("Index Only Scan using sales_day on sales\n  Filter: (day = 1)").is_empty());
    let mariadb = r#"{"t": [{"access_type": "range", "possible_keys": ["sales_store", "PRIMARY"], "key": "PRIMARY"},
         {"access_type": "index", "key": "sales_store"}]}"#;
    assert_eq!(indexes(mariadb), ["id"]);
    let mysql = r#"{"inputs": [{"access_type": "index", "index_access_type": "index_range_scan", "index_name": "sales_day"},
         {"access_type": "index", "index_access_type": "index_scan", "index_name": "sales_store"}]}"#;
    assert_eq!(indexes(mysql), ["sales_day"]);
    assert!(indexes("Seq Scan on sales").is_empty() && indexes(r#"{"access_type": "ALL"}"#).is_empty());
}
