//! TPC-H in databases of one's own: the data of crate `tpchgen`, and the 22 queries with PostgreSQL's own answers.

use std::fmt::Display;
use std::path::PathBuf;

use bytes::Bytes;
use futures::SinkExt;
use mysql_async::prelude::Queryable;
use tokio_postgres::{Client, SimpleQueryMessage};
use tpchgen::csv::{CustomerCsv, LineItemCsv, NationCsv, OrderCsv, PartCsv, PartSuppCsv, RegionCsv, SupplierCsv};
use tpchgen::generators::{
    CustomerGenerator, LineItemGenerator, NationGenerator, OrderGenerator, PartGenerator, PartSuppGenerator,
    RegionGenerator, SupplierGenerator,
};

use super::postgres::{self, Database};

const SCHEMA: &str = include_str!("../sql/tpch/schema.sql");
const CHUNK: usize = 1 << 20;

/// A database with TPC-H at `scale`, or none (and a printed reason) where there is no server.
pub async fn database(scale: f64) -> Option<Database> {
    let database = postgres::database(SCHEMA).await?;
    let client = database.client().await;
    copy(&client, "region", RegionGenerator::new(scale, 1, 1).iter().map(RegionCsv::new)).await;
    copy(&client, "nation", NationGenerator::new(scale, 1, 1).iter().map(NationCsv::new)).await;
    copy(&client, "part", PartGenerator::new(scale, 1, 1).iter().map(PartCsv::new)).await;
    copy(&client, "supplier", SupplierGenerator::new(scale, 1, 1).iter().map(SupplierCsv::new)).await;
    copy(&client, "partsupp", PartSuppGenerator::new(scale, 1, 1).iter().map(PartSuppCsv::new)).await;
    copy(&client, "customer", CustomerGenerator::new(scale, 1, 1).iter().map(CustomerCsv::new)).await;
    copy(&client, "orders", OrderGenerator::new(scale, 1, 1).iter().map(OrderCsv::new)).await;
    copy(&client, "lineitem", LineItemGenerator::new(scale, 1, 1).iter().map(LineItemCsv::new)).await;
    client.batch_execute("ANALYZE").await.expect("analyzing");
    Some(database)
}

async fn copy(client: &Client, table: &str, rows: impl Iterator<Item = impl Display>) {
    let statement = format!("COPY tpch.{table} FROM STDIN (FORMAT csv)");
    let mut sink = Box::pin(client.copy_in::<_, Bytes>(&statement).await.expect("starting to copy"));
    let mut chunk = String::with_capacity(CHUNK + 1_024);
    for row in rows {
        chunk.push_str(&row.to_string());
        chunk.push('\n');
        if chunk.len() >= CHUNK {
            sink.send(Bytes::from(std::mem::take(&mut chunk))).await.expect("copying");
        }
    }
    sink.send(Bytes::from(chunk)).await.expect("copying the last rows");
    sink.as_mut().finish().await.expect("ending the copy");
}

/// The same tables in a MariaDB or MySQL, made anew.
pub async fn fill(client: &mut mysql_async::Conn, scale: f64) {
    client.query_drop("DROP DATABASE IF EXISTS tpch").await.unwrap();
    for statement in SCHEMA.split(';').filter(|statement| !statement.trim().is_empty()) {
        client.query_drop(statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    insert(client, "region", RegionGenerator::new(scale, 1, 1).iter()).await;
    insert(client, "nation", NationGenerator::new(scale, 1, 1).iter()).await;
    insert(client, "part", PartGenerator::new(scale, 1, 1).iter()).await;
    insert(client, "supplier", SupplierGenerator::new(scale, 1, 1).iter()).await;
    insert(client, "partsupp", PartSuppGenerator::new(scale, 1, 1).iter()).await;
    insert(client, "customer", CustomerGenerator::new(scale, 1, 1).iter()).await;
    insert(client, "orders", OrderGenerator::new(scale, 1, 1).iter()).await;
    insert(client, "lineitem", LineItemGenerator::new(scale, 1, 1).iter()).await;
}

/// Inserts rows as the generator prints them, a bar behind each value.
async fn insert(client: &mut mysql_async::Conn, table: &str, rows: impl Iterator<Item = impl Display>) {
    let quoted = |value: &str| format!("'{}'", value.replace('\\', "\\\\").replace('\'', "''"));
    let row = |row: String| {
        let values: Vec<String> = row.trim_end().trim_end_matches('|').split('|').map(quoted).collect();
        format!("({})", values.join(","))
    };
    let mut rows = rows.map(|line| row(line.to_string())).peekable();
    while rows.peek().is_some() {
        let values: Vec<String> = rows.by_ref().take(2_000).collect();
        let statement = format!("INSERT INTO tpch.{table} VALUES {}", values.join(","));
        client.query_drop(statement).await.unwrap_or_else(|error| panic!("filling {table}: {error}"));
    }
}

/// A row as text, NULL as `NULL`.
pub type Row = Vec<String>;

/// The number and the text of each query.
pub fn queries() -> Vec<(usize, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/sql/tpch");
    let text = |number: usize| std::fs::read_to_string(folder.join(format!("q{number:02}.sql"))).expect("a query");
    (1..=22).map(|number| (number, text(number))).collect()
}

/// What PostgreSQL itself answers, as text.
pub async fn expected(client: &Client, query: &str) -> Vec<Row> {
    let messages = client.simple_query(query).await.expect("PostgreSQL answers its own query");
    let cells = |row: &tokio_postgres::SimpleQueryRow| {
        (0..row.len()).map(|column| row.get(column).unwrap_or("NULL").to_owned()).collect()
    };
    messages
        .iter()
        .filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(cells(row)),
            _ => None,
        })
        .collect()
}

/// Whether two cells say the same: numbers at the coarser of their two scales, floating-point ones to twelve digits, text exactly.
pub fn same(left: &str, right: &str) -> bool {
    if left == right || same_float(left, right) {
        return true;
    }
    let (Some(left), Some(right)) = (decimal(left), decimal(right)) else { return false };
    let scale = left.1.min(right.1);
    let difference = at(left, scale.max(left.1.max(right.1))) - at(right, scale.max(left.1.max(right.1)));
    // Less than one unit of the coarser scale: engines cut or round what the finer one still shows.
    difference.abs() < 10_i128.pow(left.1.max(right.1) - scale)
}

/// Both have so many places that neither is a decimal of a table: an average that one side has as floating point.
fn same_float(left: &str, right: &str) -> bool {
    let is_long = |text: &str| text.split_once('.').is_some_and(|(_, fraction)| fraction.len() > 10);
    let (Ok(a), Ok(b)) = (left.parse::<f64>(), right.parse::<f64>()) else { return false };
    is_long(left) && is_long(right) && (a - b).abs() <= 1e-12 * a.abs().max(b.abs())
}

/// The unscaled number and the scale of a decimal as text.
fn decimal(text: &str) -> Option<(i128, u32)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = fraction.get(..fraction.len().min(18)).unwrap_or_default();
    Some((format!("{whole}{fraction}").parse().ok()?, u32::try_from(fraction.len()).ok()?))
}

fn at((unscaled, scale): (i128, u32), wanted: u32) -> i128 {
    unscaled * 10_i128.pow(wanted - scale)
}

#[test]
fn cells_are_the_same_at_the_coarser_scale_and_text_only_exactly() {
    assert!(same("1.5", "1.50") && same("0.123456", "0.12345649") && same("25", "25.0000"));
    assert!(same("48.6666666666666667", "48.666666666666664") && !same("48.6666666666666667", "48.666666666766667"));
    assert!(!same("1.5", "1.6") && !same("0.12", "0.14") && !same("a", "b") && !same("NULL", "0"));
}
