//! Random conditions over awkward values: what the source picks out is what the evaluator would.

use arrow_array::RecordBatch;
use arrow_schema::DataType;
use connector_core::testing::suite;
use connector_core::{Bound, Domain, Expr, Function, Range, Table, Value, Values, eval};
use connector_sqlserver::CONNECTOR;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use crate::support::{self, scan, table};

const ROWS: usize = 80;
/// How often a table is asked.
const ROUNDS: usize = 250;
/// Texts that some collation takes for another one of them.
const TEXTS: &[&str] = &[
    "", " ", "a", "A", "a ", "á", "ä", "ß", "ss", "SS", "b", "B", "z", "_", "%", "[a]", "[", "]", "^", "-", "!", "!%",
    "\\", "'", "\"", "\t", "0", "00", "é", "e\u{301}", "я", "中", "あ", "ア", "Ａ", "\u{ff5e}", "\u{e000}", "😀",
    "a😀b", "\u{200d}", "\u{ad}a", "ab", "aB", "Ab",
];
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
        cells.push(format!("'2020-01-01T00:00:00.0{:02}'", random.random_range(0..30)));
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

/// A value of a column, mostly one that is there.
fn value(random: &mut StdRng, data_type: &DataType) -> Value {
    match data_type {
        DataType::Utf8 => Value::Text((*TEXTS.choose(random).unwrap()).into()),
        DataType::Binary => Value::Bytes(vec![*[0, 0x61, 255].choose(random).unwrap(); random.random_range(0..3)]),
        DataType::Boolean => Value::Bool(random.random()),
        DataType::Decimal128(_, scale) => Value::Decimal {
            unscaled: random.random_range(-300..300) * if *scale == 4 { 100 } else { 1 },
            scale: *scale,
        },
        DataType::Float64 => {
            Value::Float64(*[0.0, -0.0, 1.0, -2.5, 0.1, f64::NAN, f64::INFINITY].choose(random).unwrap())
        }
        DataType::Date32 => Value::Date(random.random_range(18_260..18_330)),
        DataType::Date64 => Value::Millis(1_577_836_800_000 + random.random_range(-1..40)),
        _ => Value::Int(random.random_range(-4..5)),
    }
}

fn domain(random: &mut StdRng, data_type: &DataType) -> Domain {
    let picked: Vec<Value> = (0..4).map(|_| value(random, data_type)).collect();
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

fn call(function: Function, args: Vec<Expr>) -> Expr {
    Expr::Call { function, args, data_type: DataType::Boolean }
}

fn column(name: &str, data_type: &DataType) -> Expr {
    Expr::Column { name: name.into(), data_type: data_type.clone() }
}

fn filter(random: &mut StdRng, table: &Table, depth: usize) -> Expr {
    if depth > 0 && random.random_bool(0.6) {
        let function = *[Function::And, Function::Or, Function::Not].choose(random).unwrap();
        let count = if function == Function::Not { 1 } else { 2 };
        return call(function, (0..count).map(|_| filter(random, table, depth - 1)).collect());
    }
    let chosen = table.columns.choose(random).unwrap();
    let data_type = chosen.mapping.data_type.clone();
    let left = column(&chosen.name, &data_type);
    let alike: Vec<_> = table.columns.iter().filter(|other| other.mapping.data_type == data_type).collect();
    let right = if random.random_bool(0.3) {
        column(&alike.choose(random).unwrap().name, &data_type)
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
            let pattern = Expr::Constant { value: Some(Value::Text(pattern)), data_type };
            call(Function::LikePattern, vec![left, pattern])
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
    let Some(server) = support::server() else { return };
    let seed: u64 = rand::rng().random();
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
        let all = suite::whole(connection.as_mut(), CONNECTOR.dialect(), &table).await;
        assert_eq!(all.num_rows(), ROWS);
        for round in 0..ROUNDS {
            let mut asked = scan(&table);
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
            assert_eq!(ids(&found), ids(&expected), "{name}: {domains:?} {:?}", asked.filters);
        }
    }
}
