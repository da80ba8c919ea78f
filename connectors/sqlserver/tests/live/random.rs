//! Random conditions over awkward values: what the source picks out is what the evaluator would.

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
    let seed: u64 = std::env::var("TEST_SEED").map_or_else(|_| rand::rng().random(), |seed| seed.parse().unwrap());
    println!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
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
