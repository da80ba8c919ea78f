//! Random tables and random aggregates over them, each asked with plans and without: DataFusion's own answer over the rows is
//! the judge.

use std::fmt::Write;

use mysql_async::prelude::Queryable;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use super::{Both, answer};
use crate::mysql;
use crate::support::postgres;

/// Questions asked of each source.
const QUESTIONS: usize = 250;

/// A column: its name, its type here and there, and values as they are written in SQL.
struct Column {
    name: &'static str,
    postgresql: &'static str,
    mysql: &'static str,
    values: &'static [&'static str],
}

const fn column(
    name: &'static str,
    postgresql: &'static str,
    mysql: &'static str,
    values: &'static [&'static str],
) -> Column {
    Column { name, postgresql, mysql, values }
}

const TEXTS: &[&str] = &["''", "'a'", "'A'", "'a '", "'ä'", "'b'", "'ss'", "'ß'", "'\u{e000}'", "'😀'", "'ab'"];

const COLUMNS: &[Column] = &[
    column("small", "smallint", "smallint", &["-32768", "32767", "0", "1", "-1"]),
    column("whole", "integer", "int", &["-2147483648", "2147483647", "0", "7", "7"]),
    column("big", "bigint", "bigint", &["0", "-1", "4611686018427387904", "-4611686018427387904", "3"]),
    column("price", "numeric(10,2)", "decimal(10,2)", &["0.00", "-0.01", "0.01", "99999999.99", "1.50", "0.05"]),
    column("wide", "numeric(38,4)", "decimal(38,4)", &["0", "1.0001", "-2.5", "9999999999999999999999.9999"]),
    column("flag", "boolean", "tinyint(1)", &["true", "false"]),
    column("plain", "text COLLATE \"C\"", "varchar(20) COLLATE utf8mb4_bin", TEXTS),
    column("lang", "varchar(20)", "varchar(20) COLLATE utf8mb4_unicode_ci", TEXTS),
    column("folded", "text COLLATE ci", "varchar(20) COLLATE utf8mb4_general_ci", TEXTS),
    column("padded", "char(4)", "char(4)", &["'a'", "'A'", "'ab'", "'b'", "''"]),
    column(
        "token",
        "uuid",
        "varchar(36)",
        &["'00000000-0000-0000-0000-000000000001'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"],
    ),
    column("day", "date", "date", &["'1582-10-10'", "'1970-01-01'", "'2024-02-29'", "'9999-12-31'"]),
    column(
        "moment",
        "timestamp",
        "datetime(6)",
        &["'2024-01-01 00:00:00.123456'", "'2024-01-01 00:00:00.123999'", "'1969-12-31 23:59:59.9999'", "'2024-01-01'"],
    ),
    column("ratio", "double precision", "double", &["0", "'-0'", "1.5", "1e300", "0.1", "0.2"]),
    column("raw", "bytea", "varbinary(10)", &["'a'", "'b'", "''"]),
    column("single", "boolean", "bit(1)", &["true", "false"]),
    column("bits", "integer", "bit(10)", &["0", "1", "1023", "5"]),
    column("vast", "numeric(20,0)", "bigint unsigned", &["0", "18446744073709551615", "1", "7"]),
    column("era", "integer", "year", &["1901", "2155", "2000"]),
    column("kind", "text", "enum('a', 'b', 'c')", &["'a'", "'b'", "'c'"]),
    column(
        "stamp",
        "timestamptz",
        "timestamp(6) NULL",
        &["'2024-01-01 00:00:00.123456'", "'2024-01-01 00:00:00.123999'"],
    ),
];

fn script(random: &mut StdRng, is_mysql: bool, rows: usize) -> Vec<String> {
    let of = |column: &Column| if is_mysql { column.mysql } else { column.postgresql };
    let columns: Vec<String> = COLUMNS.iter().map(|column| format!("{} {}", column.name, of(column))).collect();
    let mut statements = vec![format!("CREATE TABLE shop.facts (id integer PRIMARY KEY, {})", columns.join(", "))];
    for id in 0..rows {
        let mut row = id.to_string();
        for column in COLUMNS {
            let value = if random.random_bool(0.15) { "NULL" } else { column.values.choose(random).unwrap() };
            write!(row, ", {value}").unwrap();
        }
        statements.push(format!("INSERT INTO shop.facts VALUES ({row})"));
    }
    statements
}

fn condition(random: &mut StdRng) -> String {
    let column = COLUMNS.choose(random).unwrap();
    let name = column.name;
    let mut value = || match name {
        "day" => format!("date {}", column.values.choose(random).unwrap()),
        "moment" | "stamp" => "timestamp '2024-01-01 00:00:00.123'".to_owned(),
        "ratio" => column.values.choose(random).unwrap().trim_matches('\'').to_owned(),
        _ => (*column.values.choose(random).unwrap()).to_owned(),
    };
    let (one, other) = (value(), value());
    match random.random_range(0..9) {
        _ if matches!(name, "raw" | "flag" | "single") => format!("{name} is not null"),
        0 => format!("{name} = {one}"),
        1 => format!("{name} <> {one}"),
        2 => format!("{name} < {one}"),
        3 => format!("{name} >= {one}"),
        4 => format!("{name} in ({one}, {other})"),
        5 => format!("{name} is null"),
        6 => format!("not ({name} > {one})"),
        7 => format!("({name} <= {one} or whole = 7)"),
        _ => format!("{name} is distinct from {one}"),
    }
}

fn question(random: &mut StdRng) -> String {
    let mut keys: Vec<&str> = Vec::new();
    for _ in 0..random.random_range(0..3) {
        let name = COLUMNS.choose(random).unwrap().name;
        if !keys.contains(&name) {
            keys.push(name);
        }
    }
    let mut told: Vec<String> = keys.iter().map(ToString::to_string).collect();
    for _ in 0..random.random_range(usize::from(keys.is_empty())..4) {
        let name = COLUMNS.choose(random).unwrap().name;
        told.push(match random.random_range(0..7) {
            0 => "count(*)".to_owned(),
            1 => format!("count({name})"),
            2 => format!("count(distinct {name})"),
            3 => format!("min({name})"),
            4 => format!("max({name})"),
            5 => format!(
                "sum({})",
                ["small", "whole", "big", "price", "wide", "bits", "vast", "era"].choose(random).unwrap()
            ),
            _ => format!("avg({})", ["small", "whole", "price", "wide", "bits", "vast", "era"].choose(random).unwrap()),
        });
    }
    told.sort();
    told.dedup();
    let conditions: Vec<String> = (0..random.random_range(0..3)).map(|_| condition(random)).collect();
    let mut sql = format!("select {} from facts", told.join(", "));
    if !conditions.is_empty() {
        write!(sql, " where {}", conditions.join(" and ")).unwrap();
    }
    if !keys.is_empty() {
        write!(sql, " group by {}", keys.join(", ")).unwrap();
    }
    sql
}

/// Asks everything both ways; at least so many answers must have come of a plan.
async fn judge(engine: &str, both: &Both, random: &mut StdRng, least: usize) {
    let (mut by_plan, mut failed, mut groups) = (0, 0, 0);
    for _ in 0..QUESTIONS {
        let sql = question(random);
        let (plans, rows) = (answer(&both.plans, &sql).await, answer(&both.rows, &sql).await);
        assert_eq!(plans.rows, rows.rows, "{engine}: {sql}\n{} / {}", plans.failure, rows.failure);
        by_plan += usize::from(plans.by_plan);
        failed += usize::from(rows.rows.is_none());
        groups += rows.rows.map_or(0, |rows| rows.len());
    }
    println!("{engine}: {QUESTIONS} aggregates, {by_plan} by plan, {failed} failed both ways, {groups} groups");
    assert!(by_plan >= least, "{engine}: {by_plan} of {QUESTIONS} by plan");
    assert!(failed * 4 < QUESTIONS, "{engine}: {failed} of {QUESTIONS} failed");
}

fn seeded() -> StdRng {
    let given = std::env::var("TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| rand::rng().random());
    println!("TEST_SEED={seed}");
    StdRng::seed_from_u64(seed)
}

#[tokio::test(flavor = "multi_thread")]
async fn random_aggregates_are_the_same_with_plans_and_without_on_postgresql() {
    let mut random = seeded();
    let begin =
        "CREATE SCHEMA shop; CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);";
    let script = script(&mut random, false, 200);
    let Some(database) = postgres::database(&format!("{begin}{};", script.join(";"))).await else { return };
    let both = Both::new(database.setting(), "shop").await;
    judge("postgresql", &both, &mut random, QUESTIONS / 5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn random_aggregates_are_the_same_with_plans_and_without_on_mysql_and_mariadb() {
    let mut random = seeded();
    for server in mysql::own_servers() {
        let mut admin = server.admin().await;
        let begin = ["DROP DATABASE IF EXISTS shop", "CREATE DATABASE shop CHARACTER SET utf8mb4"].map(str::to_owned);
        for statement in begin.into_iter().chain(script(&mut random, true, 200)) {
            admin
                .query_drop(&statement)
                .await
                .unwrap_or_else(|error| panic!("{:?}: {error}\n{statement}", server.kind));
        }
        admin.disconnect().await.unwrap();
        let both = Both::new(server.setting(), "shop").await;
        judge(&format!("{:?}", server.kind), &both, &mut random, QUESTIONS / 8).await;
    }
}
