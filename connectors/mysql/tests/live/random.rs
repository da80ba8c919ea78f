//! Random conditions over awkward values: what the source picks out is what the evaluator would.

use connector_core::testing::cuts::random_cuts_add_up;
use connector_core::testing::random::{TEXTS, conditions_find_what_the_evaluator_finds};
use connector_mysql::CONNECTOR;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use crate::support::{self, table};

const ROWS: usize = 80;
/// How often a table is asked.
const ROUNDS: usize = 250;

fn rows(random: &mut StdRng) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"));
    let mut rows = Vec::new();
    for id in 0..ROWS {
        let mut cells = vec![id.to_string()];
        cells.extend((0..5).map(|_| quoted(TEXTS.choose(random).unwrap())));
        cells.extend((0..3).map(|_| random.random_range(-3..4_i32).to_string()));
        cells.push((*["0", "1", "255", "18446744073709551615"].choose(random).unwrap()).to_owned());
        cells.push(format!("'2020-0{}-0{}'", random.random_range(1..4), random.random_range(1..4)));
        cells.push(format!("'2020-01-01 00:00:0{}.00{:04}'", random.random_range(0..2), random.random_range(0..3000)));
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
    let seed: u64 = rand::rng().random();
    support::say(&format!("seed {seed}"));
    let mut random = StdRng::seed_from_u64(seed);
    for server in support::servers() {
        let columns = "id int, s varchar(20), c char(20), k varchar(20) COLLATE utf8mb4_bin, g varchar(20) CHARACTER SET utf16, vb varbinary(40), \
             i int, t tinyint, n decimal(10,2), u bigint unsigned, d date, ts datetime(6), b bool";
        let rows = rows(&mut random);
        server
            .schema(
                "random",
                &format!("CREATE TABLE t ({columns}, KEY (s), KEY (c), KEY (k), KEY (g), KEY (i), KEY (d), KEY (ts)) COLLATE utf8mb4_general_ci; \
                          INSERT INTO t VALUES {rows}; CREATE VIEW v AS SELECT *, CAST(i AS DOUBLE) AS f FROM t"),
            )
            .await;
        let mut connection = server.connect().await;
        for name in ["t", "v"] {
            let table = table(connection.as_mut(), "random", name).await;
            assert_eq!(support::read(connection.as_mut(), &support::scan(&table)).await.num_rows(), ROWS);
            let (connection, dialect) = (connection.as_mut(), CONNECTOR.dialect());
            conditions_find_what_the_evaluator_finds(connection, dialect, &table, &mut random, ROUNDS).await;
            random_cuts_add_up(connection, dialect, &table, &mut random, ROUNDS).await;
        }
    }
}
