//! Random conditions over awkward values: what the source picks out is what the evaluator would.

use connector_core::testing::cuts::random_cuts_add_up;
use connector_core::testing::random::{TEXTS, conditions_find_what_the_evaluator_finds};
use connector_postgresql::CONNECTOR;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use crate::support::{self, read, scan, table};

const ROWS: usize = 80;
/// How often a table is asked.
const ROUNDS: usize = 250;
const COLUMNS: &str = "id int, s varchar(20), c char(6), k text COLLATE \"C\", x text COLLATE caseless, b bytea, i int, t smallint, \
     d numeric(10,2), u numeric(20,0), f float8, r float4, day date, ts timestamp(6), tz timestamptz, o bool";

fn rows(random: &mut StdRng) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let mut rows = Vec::new();
    for id in 0..ROWS {
        let mut cells = vec![id.to_string()];
        cells.extend((0..4).map(|_| quoted(TEXTS.choose(random).unwrap())));
        cells.push(
            (*["''", "'\\x00'", "'\\x0000'", "'\\x61'", "'\\x6100'", "'\\xff'"].choose(random).unwrap()).to_owned(),
        );
        cells.extend((0..2).map(|_| random.random_range(-3..4_i32).to_string()));
        cells.push(format!("{}.{:02}", random.random_range(-2..3), random.random_range(0..100)));
        cells.push((*["0", "1", "255", "18446744073709551615"].choose(random).unwrap()).to_owned());
        cells.extend((0..2).map(|_| (*["0", "'-0'", "1", "-2.5", "0.1", "'NaN'"].choose(random).unwrap()).to_owned()));
        cells.push(format!("'2020-0{}-0{}'", random.random_range(1..4), random.random_range(1..4)));
        let mut moment =
            || format!("'2020-01-01 00:00:0{}.00{:04}'", random.random_range(0..2), random.random_range(0..3000));
        cells.extend([moment(), moment()]);
        cells.push((*["true", "false"].choose(random).unwrap()).to_owned());
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
    let seed: u64 = rand::rng().random();
    support::say(&format!("seed {seed}"));
    let mut random = StdRng::seed_from_u64(seed);
    let rows = rows(&mut random);
    server
        .schema(
            "random",
            &format!(
                "CREATE COLLATION caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false); \
                 CREATE TABLE t ({COLUMNS}); INSERT INTO t VALUES {rows}; CREATE INDEX ON t (s); CREATE INDEX ON t (x); \
                 CREATE INDEX ON t (ts); CREATE VIEW v AS SELECT * FROM t"
            ),
        )
        .await;
    let mut connection = server.connect().await;
    for name in ["t", "v"] {
        let table = table(connection.as_mut(), "random", name).await;
        assert_eq!(read(connection.as_mut(), &scan(&table)).await.num_rows(), ROWS);
        let (connection, dialect) = (connection.as_mut(), CONNECTOR.dialect());
        conditions_find_what_the_evaluator_finds(connection, dialect, &table, &mut random, ROUNDS).await;
        random_cuts_add_up(connection, dialect, &table, &mut random, ROUNDS).await;
    }
}
