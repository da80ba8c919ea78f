//! Random predicates over a real PostgreSQL give the same rows whether the source is asked to apply them or not; and where a
//! predicate means the same to PostgreSQL, they are the rows that it finds itself.
//!
//! `TEST_SEED` repeats a run, `TEST_PREDICATES` sets how many there are.

mod report;

use crate::support::stage::{DEMO, Row, Stage, run};
use glaux::local::LocalAthena;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use tokio_postgres::{Client, SimpleQueryMessage};

const SETUP: &str = include_str!("../sql/setup.postgresql.sql");

/// A column, what it is in PostgreSQL's words if its values mean the same there, and values to compare it with.
struct Column {
    name: &'static str,
    postgres: Option<&'static str>,
    kind: Kind,
    values: &'static [&'static str],
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// Whole numbers so small that arithmetic does not overflow.
    Small,
    Boolean,
    Text,
    Other,
}

struct Table {
    name: &'static str,
    columns: &'static [Column],
}

const fn same(name: &'static str, kind: Kind, values: &'static [&'static str]) -> Column {
    Column { name, postgres: Some(name), kind, values }
}

const fn like(name: &'static str, postgres: &'static str, kind: Kind, values: &'static [&'static str]) -> Column {
    Column { name, postgres: Some(postgres), kind, values }
}

/// Whose comparisons mean something else to PostgreSQL.
const fn ours(name: &'static str, kind: Kind, values: &'static [&'static str]) -> Column {
    Column { name, postgres: None, kind, values }
}

/// A time is what Athena shows of it: floored to the millisecond.
const ORDERED_AT: &str = "date_trunc('milliseconds', ordered_at)";
const HAPPENED_AT: &str = "date_trunc('milliseconds', happened_at)";
const RECEIVED_AT: &str = "date_trunc('milliseconds', received_at AT TIME ZONE 'UTC')";
const A_TIMESTAMP: &str = "date_trunc('milliseconds', a_timestamp)";
const A_TIMESTAMPTZ: &str = "date_trunc('milliseconds', a_timestamptz AT TIME ZONE 'UTC')";

const WORDS: &[&str] =
    &["'a'", "'Z'", "'_'", "''", "'é'", "'a\\b'", "'a\\%b'", "'\u{FF5E}'", "'\u{1F600}'", "'it''s'", "'ab'", "' lead'"];

const TABLES: &[Table] = &[
    Table {
        name: "shop.orders",
        columns: &[
            same("id", Kind::Small, &["1", "7", "100", "2500", "4999", "5001", "-1", "99999999999", "7.5"]),
            same("customer_id", Kind::Small, &["1", "8", "15", "500", "1000", "3000000000", "999.999"]),
            like(
                "status",
                "(status COLLATE \"C\")",
                Kind::Text,
                &["'new'", "'paid'", "'shipped'", "'Paid'", "''", "'p'"],
            ),
            like(
                "ordered_at",
                ORDERED_AT,
                Kind::Other,
                &[
                    "TIMESTAMP '2024-01-01 01:37:00.000'",
                    "TIMESTAMP '2024-03-01 00:00:00'",
                    "TIMESTAMP '2024-01-01 01:37:00.000013'",
                    "DATE '2024-06-01'",
                    "TIMESTAMP '2024-01-05 15:16:00.000'",
                    "TIMESTAMP '2024-12-02 19:20:00.065'",
                ],
            ),
            same(
                "shipped_on",
                Kind::Other,
                &["DATE '2024-01-02'", "DATE '2024-02-29'", "DATE '2024-12-01'", "TIMESTAMP '2024-03-01 12:00:00'"],
            ),
            like(
                "note",
                "(note COLLATE \"C\")",
                Kind::Text,
                &["'Gift; say \"hi\" to \\ and ''50'''", "'Gift'", "''", "'H'"],
            ),
        ],
    },
    Table {
        name: "shop.some_events",
        columns: &[
            same("id", Kind::Small, &["1", "77", "1000", "1999", "2001", "0.5"]),
            like(
                "happened_at",
                HAPPENED_AT,
                Kind::Other,
                &[
                    "TIMESTAMP '2024-01-01 00:16:40.101'",
                    "TIMESTAMP '2024-01-01 00:00:01.000'",
                    "TIMESTAMP '2024-01-01 00:20:00.121'",
                    "TIMESTAMP '2024-01-01 00:16:40.1019'",
                    "DATE '2024-01-01'",
                ],
            ),
            like(
                "received_at",
                RECEIVED_AT,
                Kind::Other,
                &[
                    "TIMESTAMP '2024-01-01 00:16:40.103'",
                    "TIMESTAMP '2024-01-01 00:00:01.000'",
                    "TIMESTAMP '2024-01-01 00:10:00.061'",
                ],
            ),
            same("customer_id", Kind::Small, &["1", "1000", "500", "5000000000"]),
            like("kind", "(kind COLLATE \"C\")", Kind::Text, &["'view'", "'click'", "'buy'", "'leave'", "'VIEW'"]),
            same(
                "amount",
                Kind::Other,
                &["0.02", "1.00", "1", "10.5", "10.505", "19.98", "-1", "9999999999.99", "10000000000"],
            ),
        ],
    },
    Table {
        name: "shop.every_type",
        columns: &[
            same("id", Kind::Small, &["1", "2", "3", "1.5"]),
            same("a_boolean", Kind::Boolean, &["true", "false"]),
            ours("a_bit_1", Kind::Boolean, &["true", "false"]),
            same("a_domain_boolean", Kind::Boolean, &["true", "false"]),
            same("an_int2", Kind::Other, &["1234", "-32768", "-32769", "40000", "0.5"]),
            same("an_int4", Kind::Other, &["123456789", "-2147483648", "2147483648"]),
            same("an_int8", Kind::Other, &["1234567890123", "-9223372036854775808", "9223372036854775807"]),
            like("an_oid", "an_oid::int8", Kind::Other, &["16384", "4294967295", "-1"]),
            same("a_domain_int", Kind::Other, &["7", "2147483647"]),
            same("a_numeric_12_2", Kind::Other, &["1234.56", "-9999999999.99", "1234.565", "0"]),
            same("a_numeric_2_5", Kind::Other, &["0.00012", "-0.00099", "0.000125", "1"]),
            like("a_money", "a_money::numeric", Kind::Other, &["1234.56", "-92233720368547758.08", "0"]),
            ours("a_numeric", Kind::Text, &["'3.14159'", "'3'", "'-1'"]),
            ours("a_float4", Kind::Other, &["1.5", "0", "-1e30", "CAST('-Infinity' AS double)"]),
            ours("a_float8", Kind::Other, &["2.718281828459045e0", "0", "CAST('NaN' AS double)", "2.7"]),
            like("a_char_5", "(a_char_5::text COLLATE \"C\")", Kind::Text, &["'abc'", "''", "'abc  '", "'ab'"]),
            like(
                "a_varchar_20",
                "(a_varchar_20 COLLATE \"C\")",
                Kind::Text,
                &["'varchar'", "'\u{1F600}'", "'\u{FF5E}'"],
            ),
            like("a_text", "(a_text COLLATE \"C\")", Kind::Text, &["'text'", "'tex'", "'\"'", "'\u{1F600}'"]),
            like(
                "a_citext",
                "(a_citext::text COLLATE \"C\")",
                Kind::Text,
                &["'CiText'", "'citext'", "'ÉCOLE'", "'école'"],
            ),
            like(
                "a_uuid",
                "(a_uuid::text COLLATE \"C\")",
                Kind::Text,
                &["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "'b'"],
            ),
            like("an_enum", "(an_enum::text COLLATE \"C\")", Kind::Text, &["'ok'", "'sad'", "'very happy'", "'none'"]),
            like("a_jsonb", "(a_jsonb::text COLLATE \"C\")", Kind::Text, &["'{\"a\": 1, \"b\": true}'", "'{'"]),
            like(
                "an_inet",
                "(abbrev(an_inet) COLLATE \"C\")",
                Kind::Text,
                &["'192.168.0.1/32'", "'192.168.0.1'", "'2'"],
            ),
            like("a_bit_8", "(a_bit_8::text COLLATE \"C\")", Kind::Text, &["'10110001'", "'11'", "''"]),
            ours("a_bytea", Kind::Other, &["X'deadbeef'", "X''", "X'df'"]),
            same(
                "a_date",
                Kind::Other,
                &["DATE '2024-02-29'", "DATE '0001-01-01'", "DATE '1582-10-10'", "TIMESTAMP '2024-02-29 00:00:01'"],
            ),
            like(
                "a_timestamp",
                A_TIMESTAMP,
                Kind::Other,
                &[
                    "TIMESTAMP '2024-02-29 12:34:56.789'",
                    "TIMESTAMP '9999-12-31 23:59:59.999'",
                    "DATE '2024-02-29'",
                    "TIMESTAMP '9999-12-31 23:59:59.9995'",
                ],
            ),
            like(
                "a_timestamptz",
                A_TIMESTAMPTZ,
                Kind::Other,
                &[
                    "TIMESTAMP '2024-02-29 12:34:56.789'",
                    "TIMESTAMP '1969-12-31 23:59:59.999'",
                    "TIMESTAMP '1970-01-01 00:00:00'",
                ],
            ),
        ],
    },
    Table {
        name: "crm.words",
        columns: &[
            same("id", Kind::Small, &["1", "10", "21"]),
            like("word", "(word COLLATE \"C\")", Kind::Text, WORDS),
            like("by_language", "(by_language COLLATE \"C\")", Kind::Text, WORDS),
            like("padded", "(padded::text COLLATE \"C\")", Kind::Text, &["'ab'", "'a'", "' lead'", "'ab    '"]),
        ],
    },
    Table {
        name: "shop.order_items",
        columns: &[
            like("id", "order_id", Kind::Small, &["1", "50", "5000"]),
            same("line", Kind::Small, &["1", "2", "3", "4"]),
            same("quantity", Kind::Small, &["1", "3", "5", "2.5"]),
            same("price", Kind::Other, &["4.00", "19.95", "100", "100.005", "1299"]),
            ours("discount", Kind::Other, &["0.05", "0.1", "0", "0.05e0"]),
        ],
    },
];

const PATTERNS: &[&str] = &[
    "%",
    "",
    "_",
    "__",
    "a%",
    "%b",
    "%a%",
    "a\\%",
    "a\\b",
    "a\\",
    "%\\%%",
    "%\\_%",
    "\\%",
    "_\\_",
    "é%",
    "\u{1F600}",
    "%''%",
    "p%d",
    "%i%",
    "new",
    "N%",
    "Gift%\\%",
    "%100%",
    "V_ew",
];

/// A predicate in Athena's words, and in PostgreSQL's if it means the same there.
struct Predicate {
    athena: String,
    postgres: Option<String>,
}

impl Predicate {
    fn joined(&self, word: &str, other: &Self) -> Self {
        let joined = |left: &str, right: &str| format!("({left} {word} {right})");
        let postgres = self.postgres.as_ref().zip(other.postgres.as_ref()).map(|(left, right)| joined(left, right));
        Self { athena: joined(&self.athena, &other.athena), postgres }
    }

    fn negated(&self) -> Self {
        let not = |text: &String| format!("NOT ({text})");
        Self { athena: not(&self.athena), postgres: self.postgres.as_ref().map(not) }
    }
}

fn predicate(random: &mut StdRng, table: &Table, depth: u32) -> Predicate {
    if depth == 0 || random.random_bool(0.35) {
        return condition(random, table);
    }
    let left = predicate(random, table, depth - 1);
    match random.random_range(0..5) {
        0 => left.negated(),
        1 | 2 => left.joined("AND", &predicate(random, table, depth - 1)),
        _ => left.joined("OR", &predicate(random, table, depth - 1)),
    }
}

/// One condition on one column; `§` stands for the column, `¤` for what PostgreSQL must be told to have no escape.
fn condition(random: &mut StdRng, table: &Table) -> Predicate {
    let column = table.columns.choose(random).unwrap();
    let text = match column.kind {
        Kind::Text if random.random_bool(0.4) => {
            let not = ["", "NOT "].choose(random).unwrap();
            format!("§ {not}LIKE '{}'¤", PATTERNS.choose(random).unwrap())
        }
        Kind::Boolean if random.random_bool(0.4) => {
            (*["§", "NOT §", "§ IS NOT TRUE", "§ IS FALSE"].choose(random).unwrap()).to_owned()
        }
        Kind::Small if random.random_bool(0.15) => return two_columns(random, table),
        Kind::Small if random.random_bool(0.25) => arithmetic(random),
        Kind::Small | Kind::Text if random.random_bool(0.1) => {
            let value = column.values.choose(random).unwrap();
            let text = ["nullif(§, ◊) IS NULL", "coalesce(§, ◊) = ◊", "§ = ◊ IS NULL", "(§ > ◊) IS NOT FALSE"];
            text.choose(random).unwrap().replace('◊', value)
        }
        _ => comparison(random, column),
    };
    let postgres = column.postgres.map(|name| text.replace('§', name).replace('¤', " ESCAPE ''"));
    Predicate { athena: text.replace('§', column.name).replace('¤', ""), postgres }
}

fn two_columns(random: &mut StdRng, table: &Table) -> Predicate {
    let small: Vec<&Column> = table.columns.iter().filter(|column| column.kind == Kind::Small).collect();
    let (left, right) = (small.choose(random).unwrap(), small.choose(random).unwrap());
    let between = ["=", "<>", "<", ">=", "IS DISTINCT FROM", "% 4 =", "+ 1 >"].choose(random).unwrap();
    let postgres = left.postgres.zip(right.postgres).map(|(left, right)| format!("{left} {between} {right}"));
    Predicate { athena: format!("{} {between} {}", left.name, right.name), postgres }
}

fn arithmetic(random: &mut StdRng) -> String {
    let (small, other) = (random.random_range(1..20), random.random_range(-5..60));
    match random.random_range(0..6) {
        0 => format!("§ % {small} = {}", small / 2),
        1 => format!("§ / {small} = {other}"),
        2 => format!("§ + {small} > {other}"),
        3 => format!("§ * {small} <= {}", other * 10),
        4 => format!("-§ < -{small}"),
        _ => format!("§ - {small} IN ({other}, {small}, 0)"),
    }
}

fn comparison(random: &mut StdRng, column: &Column) -> String {
    let mut value = || *column.values.choose(random).unwrap();
    let (one, two, three) = (value(), value(), value());
    match random.random_range(0..15) {
        0 => "§ IS NULL".to_owned(),
        1 => "§ IS NOT NULL".to_owned(),
        2 => format!("§ IN ({one}, {two}, {three})"),
        3 => format!("§ NOT IN ({one}, {two})"),
        4 => format!("§ IN ({one}, NULL, {two})"),
        5 => format!("§ BETWEEN {one} AND {two}"),
        6 => format!("§ NOT BETWEEN {one} AND {two}"),
        7 => format!("§ IS DISTINCT FROM {one}"),
        8 => format!("§ IS NOT DISTINCT FROM {one}"),
        9 => format!("{one} < §"),
        10 => format!("§ <> {one}"),
        11 => format!("§ >= {one}"),
        12 => format!("§ < {one}"),
        13 => format!("§ <= {one}"),
        _ => format!("§ = {one}"),
    }
}

/// The sessions that must agree, and the source itself.
struct Judges {
    on: LocalAthena,
    off: LocalAthena,
    postgres: Client,
}

/// How much was compared.
#[derive(Debug, Default)]
struct Tally {
    rows: usize,
    with_postgres: usize,
    fewer: usize,
}

impl Judges {
    async fn compare(&self, random: &mut StdRng, table: &Table, tally: &mut Tally) -> Result<(), String> {
        let predicate = predicate(random, table, 3);
        let mut columns: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
        columns.retain(|name| *name != "id" && random.random_bool(0.3));
        let source = match table.name {
            "shop.order_items" => "(SELECT order_id AS id, line, quantity, price, discount FROM shop.order_items) t",
            other => other,
        };
        let projection = columns.iter().fold("id".to_owned(), |all, name| format!("{all}, {name}"));
        let query = format!("SELECT {projection} FROM {source} WHERE {}", predicate.athena);
        let (on, off) = tokio::join!(run(&self.on, &query), run(&self.off, &query));
        let told = |error: connector_core::Error| format!("{query}: {error}");
        let ((mut on, report), (mut off, all)) = (on.map_err(told)?, off.map_err(told)?);
        on.sort();
        off.sort();
        if on != off {
            return Err(format!("{query}\npushdown  {}\nnone {}", some(&on), some(&off)));
        }
        tally.rows += on.len();
        let came = |report: &glaux::local::Report| report.scans.iter().map(|scan| scan.rows).sum::<u64>();
        tally.fewer += usize::from(came(&report) < came(&all));
        if let Some(condition) = &predicate.postgres {
            tally.with_postgres += 1;
            self.same_as_postgres(table, condition, &query, &on).await?;
        }
        self.limited(random, source, &predicate.athena, on.len()).await
    }

    async fn same_as_postgres(&self, table: &Table, condition: &str, query: &str, rows: &[Row]) -> Result<(), String> {
        let id = table.columns.iter().find(|column| column.name == "id").and_then(|column| column.postgres).unwrap();
        let own = format!("SELECT {id} FROM {} WHERE {condition}", table.name);
        let messages = self.postgres.simple_query(&own).await.map_err(|error| format!("{own}: {error:?}"))?;
        let id = |message: &SimpleQueryMessage| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        };
        let mut expected: Vec<String> = messages.iter().filter_map(id).collect();
        let mut found: Vec<String> = rows.iter().filter_map(|row| row[0].clone()).collect();
        expected.sort();
        found.sort();
        if found == expected {
            return Ok(());
        }
        let missing: Vec<_> = expected.iter().filter(|id| !found.contains(id)).take(5).collect();
        let surplus: Vec<_> = found.iter().filter(|id| !expected.contains(id)).take(5).collect();
        Err(format!(
            "{query}\n{own}\n{} rows of {}, missing {missing:?}, surplus {surplus:?}",
            found.len(),
            expected.len()
        ))
    }

    /// Any rows will do, but not any number of them.
    async fn limited(&self, random: &mut StdRng, source: &str, condition: &str, rows: usize) -> Result<(), String> {
        let limit = [1, 3, 50, 1000].choose(random).copied().unwrap();
        let query = format!("SELECT id FROM {source} WHERE {condition} LIMIT {limit}");
        let found = run(&self.on, &query).await.map_err(|error| format!("{query}: {error}"))?.0.len();
        if found == limit.min(rows) { Ok(()) } else { Err(format!("{query}\n{found} rows of {rows}")) }
    }
}

fn some(rows: &[Row]) -> String {
    format!("{} rows {:?}", rows.len(), rows.iter().take(3).collect::<Vec<_>>())
}

fn set<T: std::str::FromStr>(variable: &str) -> Option<T> {
    std::env::var(variable).ok()?.parse().ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn random_predicates_find_the_same_rows_asked_or_not_and_postgresqls_own() {
    let Some(stage) = Stage::open(&(DEMO.to_owned() + SETUP)).await else { return };
    let function = stage.in_process();
    let judges = Judges {
        on: stage.athena(&function, |_| ()),
        off: stage.athena(&function, |options| options.pushdown = false),
        postgres: stage.database.client().await,
    };
    let seed = set("TEST_SEED").unwrap_or_else(|| rand::rng().random());
    let count = set("TEST_PREDICATES").unwrap_or(120);
    println!("TEST_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let (mut tally, mut failed) = (Tally::default(), Vec::new());
    for _ in 0..count {
        let table = TABLES.choose(&mut random).unwrap();
        failed.extend(judges.compare(&mut random, table, &mut tally).await.err());
    }
    println!("{count} predicates: {tally:?}");
    assert!(failed.is_empty(), "seed {seed}: {} of {count} differ\n\n{}", failed.len(), failed.join("\n\n"));
    assert!(
        tally.with_postgres > count / 3 && tally.fewer > count / 3 && tally.rows > count,
        "too little was compared"
    );
}
