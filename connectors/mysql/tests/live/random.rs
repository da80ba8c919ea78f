//! Random conditions over awkward values: what the source picks out is what the evaluator would.

use arrow_array::RecordBatch;
use arrow_schema::DataType;
use connector_core::testing::suite;
use connector_core::{Bound, Domain, Expr, Function, Range, Scan, Table, Value, Values, eval};
use connector_mysql::CONNECTOR;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use crate::asked::{call, column, text};
use crate::support::{self, scan, table};

const ROWS: usize = 80;
const TEXTS: &[&str] = &[
    "", " ", "a", "A", "a ", "á", "ä", "ß", "ss", "SS", "b", "B", "z", "Z", "_", "%", "\\", "\\%", "!", "!%", "'",
    "\"", "`", "?", "\t", "\n", "0", "00", "1", "1e0", "-1", "é", "e\u{301}", "я", "Я", "中", "あ", "ア", "\u{ff5e}",
    "\u{e000}", "😀", "😀😀", "a😀b", "\u{200d}", "\u{ad}a", "ab", "aB", "Ab",
];

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

/// A value of a column, mostly one that is there.
fn value(random: &mut StdRng, data_type: &DataType) -> Value {
    match data_type {
        DataType::Utf8 => text(TEXTS.choose(random).unwrap()),
        DataType::Binary => Value::Bytes(TEXTS.choose(random).unwrap().as_bytes().to_vec()),
        DataType::Boolean => Value::Bool(random.random()),
        DataType::Decimal128(20, 0) => {
            let unscaled = *[0, 1, 255, -1, 18_446_744_073_709_551_615].choose(random).unwrap();
            Value::Decimal { unscaled, scale: 0 }
        }
        DataType::Decimal128(_, scale) => Value::Decimal { unscaled: random.random_range(-300..300), scale: *scale },
        DataType::Float64 => Value::Float64(*[0.0, -0.0, 1.0, -2.0, f64::NAN, f64::INFINITY].choose(random).unwrap()),
        DataType::Date32 => Value::Date(random.random_range(18_260..18_330)),
        DataType::Date64 => Value::Millis(1_577_836_800_000 + random.random_range(-1..2002)),
        _ => Value::Int(random.random_range(-4..5)),
    }
}

fn domain(random: &mut StdRng, data_type: &DataType) -> Domain {
    let mut some = |count| (0..count).map(|_| value(random, data_type)).collect::<Vec<_>>();
    let picked = some(4);
    let values = match random.random_range(0..4) {
        0 => Values::In(picked),
        1 => Values::NotIn(picked),
        _ => {
            let mut bound = |value: &Value| match random.random_range(0..3) {
                0 => Bound::Unbounded,
                1 => Bound::Included(value.clone()),
                _ => Bound::Excluded(value.clone()),
            };
            let ranges = picked.chunks(2).map(|pair| Range { low: bound(&pair[0]), high: bound(&pair[1]) });
            Values::Ranges(ranges.collect())
        }
    };
    Domain { data_type: data_type.clone(), values, nulls: random.random() }
}

fn filter(random: &mut StdRng, table: &Table, depth: usize) -> Expr {
    if depth > 0 && random.random_bool(0.6) {
        let function = *[Function::And, Function::Or, Function::Not].choose(random).unwrap();
        let count = if function == Function::Not { 1 } else { 2 };
        return call(function, (0..count).map(|_| filter(random, table, depth - 1)).collect());
    }
    let chosen = table.columns.choose(random).unwrap();
    let data_type = chosen.mapping.data_type.clone();
    let left = column(&chosen.name, data_type.clone());
    let other = table.columns.iter().filter(|other| other.mapping.data_type == data_type).collect::<Vec<_>>();
    let right = if random.random_bool(0.3) {
        column(&other.choose(random).unwrap().name, data_type.clone())
    } else {
        let value = Some(value(random, &data_type)).filter(|_| random.random_bool(0.95));
        Expr::Constant { value, data_type: data_type.clone() }
    };
    let functions = [
        Function::Equal,
        Function::NotEqual,
        Function::LessThan,
        Function::LessThanOrEqual,
        Function::GreaterThan,
        Function::GreaterThanOrEqual,
        Function::IsDistinctFrom,
        Function::In,
        Function::NullIf,
        Function::LikePattern,
        Function::IsNull,
    ];
    match *functions.choose(random).unwrap() {
        Function::In => {
            let values = (0..3).map(|_| Some(value(random, &data_type)).filter(|_| random.random_bool(0.9))).collect();
            call(Function::In, vec![left, Expr::List { values, data_type }])
        }
        Function::NullIf => {
            let nullif = Expr::Call { function: Function::NullIf, args: vec![left.clone(), right], data_type };
            call(Function::Equal, vec![nullif, left])
        }
        Function::LikePattern if data_type == DataType::Utf8 => {
            let pattern = [TEXTS.choose(random).unwrap(), *["%", "_", ""].choose(random).unwrap()].concat();
            call(Function::LikePattern, vec![left, Expr::Constant { value: Some(text(&pattern)), data_type }])
        }
        Function::IsNull | Function::LikePattern => call(Function::IsNull, vec![left]),
        function => call(function, vec![left, right]),
    }
}

fn ids(batch: &RecordBatch) -> Vec<String> {
    let mut ids = support::shown(batch, "id");
    ids.sort();
    ids
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
            let all = suite::whole(connection.as_mut(), CONNECTOR.dialect(), &table).await;
            assert_eq!(all.num_rows(), ROWS);
            for round in 0..250 {
                let mut asked = Scan { limit: None, ..scan(&table) };
                if round % 2 == 0 {
                    for _ in 0..2 {
                        let column = table.columns.choose(&mut random).unwrap();
                        asked.domains.insert(column.name.clone(), domain(&mut random, &column.mapping.data_type));
                    }
                } else {
                    asked.filters = vec![filter(&mut random, &table, 3)];
                }
                let domains: Vec<_> = asked.domains.clone().into_iter().collect();
                let Ok(expected) = eval::filter(&all, &domains, &asked.filters) else { continue };
                let found = suite::read(connection.as_mut(), CONNECTOR.dialect(), &asked).await;
                assert_eq!(ids(&found), ids(&expected), "{:?} {name}: {domains:?} {:?}", server.kind, asked.filters);
            }
        }
    }
}
