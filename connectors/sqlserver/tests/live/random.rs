//! Random conditions over awkward values: what the source picks out is what the evaluator would. And random cuts: whatever the key,
//! slices are the table.

use connector_core::testing::cuts::{own_cuts_add_up, random_cuts_add_up};
use connector_core::testing::random::{TEXTS, conditions_find_what_the_evaluator_finds};
use connector_sqlserver::CONNECTOR;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use crate::support::{self, read, scan, table};

const ROWS: usize = 80;
/// How often a table is asked.
const ROUNDS: usize = 250;
const COLUMNS: &str = "id int, s varchar(20) COLLATE SQL_Latin1_General_CP1_CI_AS, c char(6) COLLATE Latin1_General_CI_AI, \
     k varchar(20) COLLATE Latin1_General_BIN2, n nvarchar(20) COLLATE Latin1_General_CI_AI, x nvarchar(max), \
     vb varbinary(40), i int, t tinyint, d decimal(10,2), m money, f float, day date, dt datetime, ts datetime2(7), b bit";

/// What makes a value of a key.
type Making = fn(&mut StdRng) -> String;

/// Types of keys, along all of which the engine itself cuts, and their values.
const KEYS: &[(&str, Making)] = &[
    ("int", |random| random.random_range(-99..99_i32).to_string()),
    ("bigint", |random| (random.random_range(-99..99_i64) << random.random_range(0..50_u32)).to_string()),
    ("decimal(20,4)", |random| format!("{}.{:04}", random.random_range(-9..9), random.random_range(0..10_000))),
    ("date", |random| {
        format!(
            "'20{:02}-0{}-0{}'",
            random.random_range(0..100),
            random.random_range(1..10),
            random.random_range(1..10)
        )
    }),
    ("datetime2(7)", |random| {
        format!("'2020-01-01T00:00:0{}.00{:05}'", random.random_range(0..9), random.random_range(0..30_000))
    }),
    ("datetimeoffset(7)", |random| {
        let offset = ["+00:00", "-11:00", "+05:30"].choose(random).unwrap();
        format!("'2020-01-01T0{}:00:00.00{:05}{offset}'", random.random_range(0..9), random.random_range(0..30_000))
    }),
    ("uniqueidentifier", |random| {
        format!("'{:08X}-0000-0000-0000-{:012x}'", random.random_range(0..9), random.random_range(0..9))
    }),
    ("nvarchar(20) COLLATE Latin1_General_CI_AI", |random| text(random, char::MAX)),
    ("nvarchar(20) COLLATE Latin1_General_BIN2", |random| text(random, char::MAX)),
    ("varchar(20) COLLATE SQL_Latin1_General_CP1_CI_AS", |random| text(random, '\u{ff}')),
    ("varchar(20) COLLATE Latin1_General_BIN2", |random| text(random, '\u{ff}')),
];

/// One of the texts, of characters up to this one.
fn text(random: &mut StdRng, greatest: char) -> String {
    let texts: Vec<&&str> = TEXTS.iter().filter(|text| text.chars().all(|one| one <= greatest)).collect();
    format!("N'{}'", texts.choose(random).unwrap().replace('\'', "''"))
}

/// What chance begins with, which is printed.
fn seeded() -> StdRng {
    let seed: u64 = std::env::var("TEST_SEED").map_or_else(|_| rand::rng().random(), |seed| seed.parse().unwrap());
    println!("seed {seed}");
    StdRng::seed_from_u64(seed)
}

fn rows(random: &mut StdRng) -> String {
    let quoted = |text: &str| format!("N'{}'", text.replace('\'', "''"));
    let narrow: Vec<&&str> = TEXTS.iter().filter(|text| text.chars().all(|one| one <= '\u{ff}')).collect();
    let mut rows = Vec::new();
    for id in 0..ROWS {
        let mut cells = vec![id.to_string()];
        cells.extend((0..3).map(|_| quoted(narrow.choose(random).unwrap())));
        cells.extend((0..2).map(|_| quoted(TEXTS.choose(random).unwrap())));
        cells.push((*["0x", "0x00", "0x0000", "0x61", "0x6100", "0xFF"].choose(random).unwrap()).to_owned());
        cells.push(random.random_range(-3..4_i32).to_string());
        cells.push((*["0", "1", "255"].choose(random).unwrap()).to_owned());
        cells.extend((0..2).map(|_| format!("{}.{:02}", random.random_range(-2..3), random.random_range(0..100))));
        cells.push((*["0", "1", "-2.5", "1e300", "0.1"].choose(random).unwrap()).to_owned());
        cells.push(format!("'2020-0{}-0{}'", random.random_range(1..4), random.random_range(1..4)));
        // On ticks, to which Babelfish does not round.
        let ticks = ["000", "003", "007", "010", "013", "017", "020", "023", "027"];
        cells.push(format!("'2020-01-01T00:00:00.{}'", ticks.choose(random).unwrap()));
        cells.push(format!(
            "'2020-01-01T00:00:0{}.00{:05}'",
            random.random_range(0..2),
            random.random_range(0..30_000)
        ));
        cells.push(random.random_range(0..2).to_string());
        for cell in cells.iter_mut().skip(1).filter(|_| random.random_bool(0.1)) {
            *cell = "NULL".into();
        }
        rows.push(format!("({})", cells.join(", ")));
    }
    rows.join(", ")
}

#[tokio::test]
async fn random_conditions_find_at_the_source_what_they_find_above() {
    let Some(server) = support::server() else { return };
    let mut random = seeded();
    let fill = format!("INSERT INTO random.t VALUES {}", rows(&mut random));
    server
        .schema(
            "random",
            &[
                &format!("CREATE TABLE random.t ({COLUMNS})"),
                &fill,
                "CREATE INDEX by_s ON random.t (s)",
                "CREATE INDEX by_n ON random.t (n)",
                "CREATE INDEX by_dt ON random.t (dt)",
                "CREATE VIEW random.v AS SELECT * FROM random.t",
            ],
        )
        .await;
    let mut connection = server.connect().await;
    for name in ["t", "v"] {
        let table = table(connection.as_mut(), "random", name).await;
        assert_eq!(read(connection.as_mut(), &scan(&table)).await.num_rows(), ROWS);
        let (connection, dialect) = (connection.as_mut(), CONNECTOR.dialect());
        conditions_find_what_the_evaluator_finds(connection, dialect, &table, &mut random, ROUNDS).await;
    }
}

#[tokio::test]
async fn random_slices_along_any_key_are_the_table() {
    let Some(server) = support::server() else { return };
    let mut random = seeded();
    server.schema("random_keys", &[]).await;
    let (mut admin, mut connection) = (server.admin().await, server.connect().await);
    for (place, (declared, making)) in KEYS.iter().enumerate() {
        let mut cell = || if random.random_bool(0.1) { "NULL".to_owned() } else { making(&mut random) };
        let rows: Vec<String> = (0..ROWS).map(|_| format!("({})", cell())).collect();
        let name = format!("k{place}");
        let create = format!("CREATE TABLE random_keys.{name} (v {declared} NULL)");
        let fill = format!("INSERT INTO random_keys.{name} VALUES {}", rows.join(", "));
        admin.run(&[&create, &fill, &format!("CREATE INDEX by_v ON random_keys.{name} (v)")]).await;
        let table = table(connection.as_mut(), "random_keys", &name).await;
        let (connection, dialect) = (connection.as_mut(), CONNECTOR.dialect());
        random_cuts_add_up(connection, dialect, &table, &mut random, ROUNDS / KEYS.len()).await;
        let most = own_cuts_add_up(connection, dialect, &table, &mut random, 6).await;
        let is_left_out = most == 1 && admin.leaves_out("more than one split of a table");
        assert!(is_left_out || most > 1, "{declared}: {most} splits");
    }
}
