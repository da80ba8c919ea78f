//! The demo shop loads on the PostgreSQL that is installed and on the one that is fetched, and holds what it says.
#![cfg(feature = "local")]
#![allow(clippy::unwrap_used)]

mod support;

use connector_core::ErrorKind;
use glaux::local::servers::{FETCHED_VERSION, Postgres, Programs};
use support::postgres as found;
use tokio_postgres::Client;

const SCRIPT: &str = include_str!("../schemas/demo/postgresql.sql");

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
    for (table, rows) in [
        ("shop.customers", 1000),
        ("shop.products", 200),
        ("shop.orders", 5000),
        ("shop.order_totals", 5000),
        ("shop.visits", 10_000),
        ("shop.visits_2024_02", 2639),
        ("shop.events", 300_000),
        ("crm.\"Contacts\"", 3),
        ("crm.\"Order\"", 1),
        ("crm.\"order\"", 2),
        ("crm.nothing", 0),
    ] {
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
