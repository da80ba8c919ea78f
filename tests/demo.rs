//! The demo shop loads on the PostgreSQL that is installed and on the one that is fetched, on MariaDB and on MySQL, and holds what it
//! says.
#![cfg(feature = "local")]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod support;

use connector_core::ErrorKind;
use glaux::local::servers::{FETCHED_VERSION, MySql, Postgres, Product, Programs};
use support::postgres as found;
use tokio_postgres::Client;

const SCRIPT: &str = include_str!("../schemas/demo/postgresql.sql");
const MYSQL_SCRIPT: &str = include_str!("../schemas/demo/mysql.sql");

/// How many rows each table has, whatever its engine.
const ROWS: [(&str, i64); 12] = [
    ("shop.customers", 1000),
    ("shop.products", 200),
    ("shop.orders", 5000),
    ("shop.order_items", 10_001),
    ("shop.order_totals", 5000),
    ("shop.visits", 10_000),
    ("shop.events", 300_000),
    ("shop.every_type", 3),
    ("crm.\"Contacts\"", 3),
    ("crm.\"Order\"", 1),
    ("crm.\"order\"", 2),
    ("crm.nothing", 0),
];

async fn one<T: for<'a> tokio_postgres::types::FromSql<'a>>(client: &Client, query: &str) -> T {
    client.query_one(query, &[]).await.unwrap_or_else(|error| panic!("{query}: {error:?}")).get(0)
}

async fn check(programs: Programs, what: &str) {
    let postgres = match Postgres::start(found::options(programs)).await {
        Ok(postgres) => postgres,
        Err(error) if error.kind() == ErrorKind::NotFound || found::unreachable(&error) => {
            return support::skip(what, &error.to_string());
        }
        Err(error) => panic!("{error}"),
    };
    postgres.load("demo", SCRIPT).await.unwrap();
    let client = postgres.connect("demo").await.unwrap();
    check_rows(&client).await;
    check_every_type(&client).await;
}

async fn check_rows(client: &Client) {
    for (table, rows) in ROWS.into_iter().chain([("shop.visits_2024_02", 2639)]) {
        assert_eq!(one::<i64>(client, &format!("SELECT count(*) FROM {table}")).await, rows, "{table}");
    }
    let fine = "SELECT count(*) FROM shop.events WHERE happened_at <> date_trunc('milliseconds', happened_at)";
    assert!(one::<i64>(client, fine).await > 290_000, "events finer than a millisecond");
    assert!(one::<i64>(client, "SELECT pg_table_size('shop.events')").await > 64 << 20, "too small to spill");
    assert!(one::<f32>(client, "SELECT reltuples FROM pg_class WHERE oid = 'shop.events'::regclass").await > 0.0);
}

/// Rows 1 and 2 fill every column, row 3 none.
async fn check_every_type(client: &Client) {
    let nulls = "SELECT (SELECT count(*) FROM jsonb_each_text(to_jsonb(t) - 'id') AS f WHERE f.value IS NULL), \
                 (SELECT count(*) FROM jsonb_object_keys(to_jsonb(t) - 'id')) FROM shop.every_type AS t ORDER BY id";
    let rows = client.query(nulls, &[]).await.unwrap();
    let counts: Vec<(i64, i64)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let columns = counts[0].1;
    assert_eq!(counts, [(0, columns), (0, columns), (columns, columns)]);
    assert_eq!(columns, 58);
}

#[tokio::test]
async fn the_shop_loads_on_an_installed_server() {
    check(Programs::Installed, "postgres").await;
}

#[tokio::test]
async fn the_shop_loads_on_a_fetched_server() {
    check(Programs::Fetched(FETCHED_VERSION.to_owned()), "maven").await;
}

#[tokio::test]
async fn the_shop_loads_where_an_extension_is_missing() {
    let script = SCRIPT.replace("'citext', 'text', 'citext'", "'nonesuch', 'text', 'nonesuch'");
    assert_ne!(script, SCRIPT);
    let Some(database) = found::database(&script).await else { return };
    let client = database.client().await;
    let columns = "SELECT string_agg(data_type, ',' ORDER BY column_name) FROM information_schema.columns \
                   WHERE table_name = 'every_type' AND column_name IN ('a_citext', 'a_text')";
    assert_eq!(one::<String>(&client, columns).await, "text,text");
    check_every_type(&client).await;
}

/// What each engine says of the same rows, as text that neither changes: keys, and sums over what numbers and times hold.
const SUMS: [&str; 6] = [
    "SELECT concat(sum(credit), ' ', sum(CASE WHEN is_active THEN 1 ELSE 0 END), ' ', max(born), ' ', max(email)) FROM shop.customers",
    "SELECT concat(sum(price), ' ', round(cast(sum(weight_kg) AS decimal(12, 4)), 4), ' ', max(name)) FROM shop.products",
    "SELECT concat(sum(customer_id), ' ', max(shipped_on), ' ', count(note), ' ', max(note), ' ', max(status)) FROM shop.orders",
    "SELECT concat(sum(quantity * price), ' ', sum(line), ' ', sum(product_id)) FROM shop.order_items",
    "SELECT concat(count(*), ' ', sum(orders), ' ', sum(total), ' ', min(month)) FROM shop.sales_by_month",
    "SELECT concat(max(payload), ' ', sum(amount), ' ', count(customer_id), ' ', max(kind)) FROM shop.events",
];

async fn names(server: &MySql, query: &str) -> Vec<String> {
    let found = server.connect().await.unwrap().names(query).await;
    found.unwrap_or_else(|error| panic!("{query}: {error}"))
}

async fn check_mysql(product: Product) {
    let Some(server) = support::mysql::start(product).await else { return };
    println!("{product} {}: {}", server.version, server.origin);
    server.load(MYSQL_SCRIPT).await.unwrap();
    for (table, rows) in ROWS {
        let query = format!("SELECT concat(count(*)) FROM {}", table.replace('"', "`"));
        assert_eq!(names(&server, &query).await, [rows.to_string()], "{table}");
    }
    let fine = "SELECT concat(count(*)) FROM shop.events WHERE MICROSECOND(happened_at) % 1000 <> 0";
    assert!(names(&server, fine).await[0].parse::<i64>().unwrap() > 290_000, "events finer than a millisecond");

    let columns = "SELECT concat('(`', column_name, '` IS NULL)') FROM information_schema.columns \
                   WHERE table_schema = 'shop' AND table_name = 'every_type' AND column_name <> 'id'";
    let nulls = names(&server, columns).await;
    assert!(nulls.len() >= 44, "{nulls:?}");
    let columns = nulls.len();
    let counts = format!("SELECT concat({}) FROM shop.every_type ORDER BY id", nulls.join(" + "));
    let counts = names(&server, &counts).await;
    assert_eq!(counts, ["0", "0", &columns.to_string()], "rows 1 and 2 fill every column, row 3 none");
    check_same_rows(&server).await;
}

async fn check_same_rows(server: &MySql) {
    let Some(database) = found::database(SCRIPT).await else { return };
    let client = database.client().await;
    for query in SUMS {
        assert_eq!(names(server, query).await, [one::<String>(&client, query).await], "{query}");
    }
    let times = [
        ("shop.customers", "created_at"),
        ("shop.orders", "ordered_at"),
        ("shop.events", "received_at"),
        ("crm.tickets", "opened_at"),
    ];
    for (table, column) in times {
        let ours = format!(
            "SELECT date_format({column}, '%Y-%m-%d %H:%i:%s.%f') FROM {table} ORDER BY {column}, id LIMIT 1000"
        );
        let theirs = format!(
            "SELECT array_agg(t.at) FROM (SELECT to_char({column}::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') AS at \
             FROM {table} ORDER BY {column}, id LIMIT 1000) AS t"
        );
        client.batch_execute("SET TimeZone = 'UTC'").await.unwrap();
        assert_eq!(names(server, &ours).await, one::<Vec<String>>(&client, &theirs).await, "{table}");
    }
    let tickets = "SELECT id FROM crm.tickets ORDER BY opened_at";
    let theirs: String = one(&client, "SELECT string_agg(id::text, ',' ORDER BY opened_at) FROM crm.tickets").await;
    assert_eq!(names(server, tickets).await.join(","), theirs);
}

#[tokio::test]
async fn the_shop_loads_on_mariadb_and_holds_postgresqls_rows() {
    check_mysql(Product::MariaDb).await;
}

#[tokio::test]
async fn the_shop_loads_on_mysql_and_holds_postgresqls_rows() {
    check_mysql(Product::MySql).await;
}
