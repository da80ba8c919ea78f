//! The ends of every type: what is read is what the server itself prints, and what is asked for is found as the server finds it.
//!
//! Texts, bytes and times are put in order here, by what the server prints, because the server's own order is another one than
//! Athena's (collations, zeros at the end, digits behind the millisecond); all else is asked of the server.

use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use connector_core::testing::value;
use connector_core::{Bound, Connection, Domain, Expr, Function, Range, Scan, Table, Value, Values};

use crate::support::{self, Server};

/// How the server prints a type, and how what we show is compared with that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Printed {
    /// As it stands; in order as the server has it.
    Number,
    /// The same, but read back as floating point, of which the server prints seventeen digits.
    Float(&'static str),
    /// A moment, of which only the milliseconds are ours.
    Moment(&'static str),
    /// As it stands; in order by code point.
    Text(&'static str),
}

struct Tried {
    source_type: &'static str,
    printed: Printed,
    literals: &'static [&'static str],
}

const fn tried(source_type: &'static str, printed: Printed, literals: &'static [&'static str]) -> Tried {
    Tried { source_type, printed, literals }
}

const AS_TEXT: Printed = Printed::Text("CAST(v AS nvarchar(max))");
const UNPADDED: Printed = Printed::Text("RTRIM(CAST(v AS nvarchar(max)))");
const AS_MOMENT: Printed = Printed::Moment("CONVERT(nvarchar(40), v, 121)");
const AS_HEX: Printed = Printed::Text("CONVERT(nvarchar(max), CAST(v AS varbinary(max)), 1)");

const NUMBERS: &[Tried] = &[
    tried("bit", Printed::Number, &["0", "1"]),
    tried("tinyint", Printed::Number, &["0", "1", "255"]),
    tried("smallint", Printed::Number, &["-32768", "-1", "0", "32767"]),
    tried("int", Printed::Number, &["-2147483648", "-1", "0", "2147483647"]),
    tried("bigint", Printed::Number, &["-9223372036854775808", "-1", "0", "9223372036854775807", "9007199254740993"]),
    tried("decimal(1,0)", Printed::Number, &["-9", "0", "9"]),
    tried("decimal(9,9)", Printed::Number, &["-0.999999999", "0", "0.000000001", "0.999999999"]),
    tried("decimal(19,4)", Printed::Number, &["-999999999999999.9999", "0.0001", "922337203685477.5807"]),
    tried(
        "decimal(38,0)",
        Printed::Number,
        &["-99999999999999999999999999999999999999", "0", "1", "99999999999999999999999999999999999999"],
    ),
    tried(
        "numeric(38,38)",
        Printed::Number,
        &["-0.99999999999999999999999999999999999999", "0", "0.00000000000000000000000000000000000001"],
    ),
    tried(
        "numeric(28,10)",
        Printed::Number,
        &["-999999999999999999.9999999999", "1.5", "999999999999999999.9999999999"],
    ),
    tried("money", Printed::Number, &["-922337203685477.5808", "-0.0001", "0", "922337203685477.5807"]),
    tried("smallmoney", Printed::Number, &["-214748.3648", "-0.0001", "0", "214748.3647"]),
    tried("real", Printed::Float("CONVERT(nvarchar(60), CAST(v AS float), 3)"), REALS),
    tried("float", Printed::Float("CONVERT(nvarchar(60), v, 3)"), FLOATS),
];

const REALS: &[&str] = &["-3.40e38", "-1.18e-38", "-0.1", "0", "1.18e-38", "0.1", "16777217", "3.40e38"];
const FLOATS: &[&str] = &[
    "-1.79e308",
    "-2.23e-308",
    "-0.1",
    "0",
    "2.23e-308",
    "0.1",
    "9007199254740993",
    "0.30000000000000004",
    "1.79e308",
];

const TIMES: &[Tried] = &[
    tried("date", AS_MOMENT, &["'0001-01-01'", "'1582-10-10'", "'1969-12-31'", "'2000-02-29'", "'9999-12-31'"]),
    tried(
        "datetime",
        AS_MOMENT,
        &[
            "'1753-01-01T00:00:00'",
            "'1899-12-31T23:59:59.997'",
            "'1970-01-01T00:00:00.003'",
            "'2000-02-29T12:00:00.007'",
            "'2000-02-29T12:00:00.010'",
            "'9999-12-31T23:59:59.997'",
        ],
    ),
    tried(
        "smalldatetime",
        Printed::Moment("CONVERT(nvarchar(40), CAST(v AS datetime2(3)), 121)"),
        &["'1900-01-01T00:00:00'", "'2000-02-29T12:34:00'", "'2079-06-06T23:59:00'"],
    ),
    tried(
        "datetime2(0)",
        AS_MOMENT,
        &["'0001-01-01T00:00:00'", "'1582-10-10T00:00:00'", "'1969-12-31T23:59:59'", "'9999-12-31T23:59:59'"],
    ),
    tried(
        "datetime2(3)",
        AS_MOMENT,
        &["'0001-01-01T00:00:00.001'", "'1970-01-01T00:00:00'", "'9999-12-31T23:59:59.999'"],
    ),
    tried("datetime2(7)", AS_MOMENT, FINEST),
    tried(
        "datetimeoffset(0)",
        Printed::Moment("CONVERT(nvarchar(40), SWITCHOFFSET(v, '+00:00'), 121)"),
        &["'0001-01-02T00:00:00+00:00'", "'1970-01-01T00:00:00+14:00'", "'2000-02-29T12:00:00-14:00'"],
    ),
    tried(
        "datetimeoffset(7)",
        Printed::Moment("CONVERT(nvarchar(40), SWITCHOFFSET(v, '+00:00'), 121)"),
        &[
            "'0001-01-01T00:00:00.0000001+00:00'",
            "'1969-12-31T23:59:59.9999999+05:30'",
            "'2000-02-29T12:00:00.1239999-11:00'",
            "'9999-12-31T23:59:59.9990000+00:00'",
        ],
    ),
    tried("time(0)", Printed::Text("CONVERT(nvarchar(20), v, 121)"), &["'00:00:00'", "'12:34:56'", "'23:59:59'"]),
    tried(
        "time(7)",
        Printed::Text("CONVERT(nvarchar(20), v, 121)"),
        &["'00:00:00'", "'00:00:00.0000001'", "'12:34:56.1200000'", "'23:59:59.9999999'"],
    ),
];

const FINEST: &[&str] = &[
    "'0001-01-01T00:00:00.0000001'",
    "'1969-12-31T23:59:59.9999999'",
    "'2000-02-29T12:00:00.1230000'",
    "'2000-02-29T12:00:00.1239999'",
    "'2000-02-29T12:00:00.1240000'",
    "'9999-12-31T23:59:59.9989999'",
];

const TEXTS: &[Tried] = &[
    tried("char(5) COLLATE Latin1_General_CI_AS", UNPADDED, &["''", "'a'", "'A'", "'é'", "'ab'", "'abcde'"]),
    tried("varchar(20) COLLATE SQL_Latin1_General_CP1_CI_AS", AS_TEXT, WESTERN),
    tried("varchar(20) COLLATE Latin1_General_BIN2", AS_TEXT, WESTERN),
    tried("varchar(max) COLLATE Latin1_General_CI_AI", AS_TEXT, WESTERN),
    tried("varchar(20) COLLATE Cyrillic_General_CI_AS", AS_TEXT, &["N''", "N'я'", "N'Я'", "N'Ё'", "N'z'"]),
    tried("varchar(20) COLLATE Japanese_CI_AS", AS_TEXT, &["N''", "N'日本'", "N'か'", "N'カ'", "N'a'"]),
    tried("varchar(20) COLLATE SQL_Latin1_General_CP850_CI_AS", AS_TEXT, &["N''", "N'é'", "N'É'", "N'ß'", "N'a'"]),
    tried("varchar(20) COLLATE Latin1_General_100_CI_AS_SC_UTF8", AS_TEXT, UNICODE),
    tried("nchar(5)", UNPADDED, &["N''", "N'a'", "N'A'", "N'é'", "N'日本'"]),
    tried("nvarchar(20)", AS_TEXT, UNICODE),
    tried("nvarchar(max)", AS_TEXT, UNICODE),
    tried("sysname", AS_TEXT, &["N'a'", "N'A'", "N'a b]'"]),
    tried("text COLLATE Latin1_General_CI_AS", AS_TEXT, &["''", "'a'", "'A'", "'a '"]),
    tried("ntext", AS_TEXT, &["N''", "N'a'", "N'é'", "N'日本'"]),
    tried("xml", AS_TEXT, &["N'<a/>'", "N'<a>é</a>'", "'<a b=\"1\"> x </a>'"]),
    tried(
        "uniqueidentifier",
        AS_TEXT,
        &[
            "'00000000-0000-0000-0000-000000000000'",
            "'0123abcd-0000-0000-0000-0000000000ff'",
            "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
        ],
    ),
    tried("hierarchyid", Printed::Text("v.ToString()"), &["'/'", "'/1/'", "'/1/2.5/'"]),
    tried("geometry", Printed::Text("v.ToString()"), &["geometry::STGeomFromText('POINT (1.5 -2)', 0)"]),
    tried("geography", Printed::Text("v.ToString()"), &["geography::STGeomFromText('POINT (1.5 -2)', 4326)"]),
];

const WESTERN: &[&str] =
    &["''", "' '", "'a'", "'A'", "'a '", "'á'", "'ss'", "'ß'", "'€'", "'a[b]%_^-!'", "''''", "'\\'"];
const UNICODE: &[&str] = &[
    "N''",
    "N' '",
    "N'a'",
    "N'A'",
    "N'a '",
    "N'Ａ'",
    "N'ß'",
    "N'é'",
    "N'日本'",
    "NCHAR(55357) + NCHAR(56832)",
    "NCHAR(65374)",
    "N'a%_[]'",
];

const BYTES: &[Tried] = &[
    tried("binary(4)", AS_HEX, &["0x", "0x00", "0x01", "0x0100", "0xFFFFFFFF"]),
    tried("varbinary(8)", AS_HEX, &["0x", "0x00", "0x0000", "0x01", "0x0100", "0xFFFFFFFFFFFFFFFF"]),
    tried("varbinary(max)", AS_HEX, &["0x", "0x00FF", "0x00FF00"]),
    tried("image", AS_HEX, &["0x", "0x00", "0xFF"]),
];

#[tokio::test]
async fn numbers_are_read_and_found_at_both_ends() {
    all(NUMBERS, "ends_of_numbers").await;
}

#[tokio::test]
async fn times_are_read_and_found_at_both_ends() {
    all(TIMES, "ends_of_times").await;
}

#[tokio::test]
async fn texts_are_read_and_found_whatever_their_collation() {
    all(TEXTS, "ends_of_texts").await;
}

#[tokio::test]
async fn bytes_are_read_and_found() {
    all(BYTES, "ends_of_bytes").await;
}

async fn all(types: &[Tried], schema: &str) {
    let Some(server) = support::server() else { return };
    server.schema(schema, &[]).await;
    let mut failures = Vec::new();
    for (number, tried) in types.iter().enumerate() {
        if server.lacks(tried.source_type).await {
            println!("skipped: the server lacks the type {}", tried.source_type);
            continue;
        }
        let table = format!("{schema}.t{number}");
        let rows = tried.literals.iter().enumerate().map(|(id, literal)| format!("({id}, {literal})"));
        let rows: Vec<String> = rows.chain([format!("({}, NULL)", tried.literals.len())]).collect();
        let create = format!("CREATE TABLE {table} (id int, v {} NULL)", tried.source_type);
        server.run(&[&create, &format!("INSERT INTO {table} VALUES {}", rows.join(", "))]).await;
        failures.extend(checked(server, schema, &format!("t{number}"), tried).await);
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

/// What differs for one type.
async fn checked(server: &Server, schema: &str, name: &str, tried: &Tried) -> Vec<String> {
    let print = match tried.printed {
        Printed::Number => "CONVERT(nvarchar(60), v, 2)",
        Printed::Float(print) | Printed::Moment(print) | Printed::Text(print) => print,
    };
    let printed = server.ask(&format!("SELECT {print} FROM {schema}.{name} ORDER BY id")).await;
    let printed: Vec<Option<String>> = printed.into_iter().map(|row| row[0].clone()).collect();
    let mut connection = server.connect().await;
    let table = support::table(connection.as_mut(), schema, name).await;
    let batch = support::read(connection.as_mut(), &support::scan(&table)).await;
    let mut rows: Vec<usize> = (0..batch.num_rows()).collect();
    let ids = support::shown(&batch, "id");
    rows.sort_by_key(|row| ids[*row].parse::<usize>().unwrap());
    let shown = support::printed(&batch, "v");
    let mut failures = Vec::new();
    for (row, printed) in rows.iter().zip(&printed) {
        let same = match (tried.printed, printed, &shown[*row]) {
            (Printed::Float(_), Some(printed), Some(shown)) => same_float(tried.source_type, printed, shown),
            (Printed::Moment(_), Some(printed), Some(shown)) => millis(printed) == *shown,
            (_, printed, shown) => printed == shown,
        };
        if !same {
            failures.push(format!("{}: the server prints {printed:?}, shown is {:?}", tried.source_type, shown[*row]));
        }
    }
    let rows = Rows { batch: &batch, order: rows, printed: &printed, tried };
    failures.extend(rows.asked(server, connection.as_mut(), &table, &format!("{schema}.{name}")).await);
    failures
}

/// Whether both are the same number of the type.
fn same_float(source_type: &str, printed: &str, shown: &str) -> bool {
    let (printed, shown) = (printed.parse::<f64>().unwrap(), shown.parse::<f64>().unwrap());
    // A real of the server is shown here with as many digits as tell it from its neighbours.
    if source_type == "real" { narrow(printed) == narrow(shown) } else { printed.to_bits() == shown.to_bits() }
}

fn narrow(value: f64) -> u32 {
    value.to_string().parse::<f32>().unwrap().to_bits()
}

/// A moment as the server prints it, down to its millisecond, in the form in which ours are printed.
fn millis(printed: &str) -> String {
    let (day, rest) = printed.split_once(' ').unwrap_or((printed, "00:00:00"));
    let clock = rest.split(' ').next().unwrap_or_default();
    let (seconds, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    format!("{day} {seconds}.{fraction:0<3.3}")
}

/// The rows of a table, in order of their ids, which are their places.
struct Rows<'a> {
    batch: &'a RecordBatch,
    order: Vec<usize>,
    printed: &'a [Option<String>],
    tried: &'a Tried,
}

impl Rows<'_> {
    /// Asks for each value and for those below it, as a domain and as an expression, and for NULL.
    async fn asked(&self, server: &Server, connection: &mut dyn Connection, table: &Table, name: &str) -> Vec<String> {
        let column = self.batch.column_by_name("v").unwrap();
        let data_type = column.data_type().clone();
        let mut failures = Vec::new();
        let mut check = async |what: String, scan: Scan, expected: Vec<String>| {
            let mut found = support::shown(&support::read(connection, &scan).await, "id");
            found.sort();
            if found != expected {
                failures.push(format!("{}: {what} finds {found:?} and not {expected:?}", self.tried.source_type));
            }
        };
        let values: Vec<Option<Value>> = self.order.iter().map(|row| value(column.as_ref(), *row)).collect();
        for (id, wanted) in values.iter().enumerate() {
            let Some(wanted) = wanted.clone() else { continue };
            let (equal, less) =
                (self.expected(server, name, "=", id).await, self.expected(server, name, "<", id).await);
            let exactly = Bound::Included(wanted.clone());
            let domain = |values| Domain { data_type: data_type.clone(), values, nulls: false };
            let range = |low, high| domain(Values::Ranges(vec![Range { low, high }]));
            let below = range(Bound::Unbounded, Bound::Excluded(wanted.clone()));
            check(format!("v = row {id}"), support::within(table, range(exactly.clone(), exactly)), equal.clone())
                .await;
            check(format!("v < row {id}"), support::within(table, below), less.clone()).await;
            let first = values[0].clone().unwrap();
            let listed = domain(Values::In(vec![wanted.clone(), first]));
            let mut either = [equal.clone(), self.expected(server, name, "=", 0).await].concat();
            either.sort();
            either.dedup();
            check(format!("v IN (row {id}, row 0)"), support::within(table, listed), either).await;
            for (function, expected) in [(Function::Equal, equal), (Function::LessThan, less)] {
                let constant = Expr::Constant { value: Some(wanted.clone()), data_type: data_type.clone() };
                let args = vec![column_of(&data_type), constant];
                let filter = Expr::Call { function, args, data_type: DataType::Boolean };
                let scan = Scan { filters: vec![filter], ..support::scan(table) };
                check(format!("{function:?} of row {id}"), scan, expected).await;
            }
        }
        let null = vec![(values.len() - 1).to_string()];
        check("v IS NULL".into(), support::within(table, Domain::only_null(data_type.clone())), null).await;
        let there = (0..values.len() - 1).map(|id| id.to_string()).collect::<Vec<_>>();
        check("v IS NOT NULL".into(), support::within(table, Domain::not_null(data_type.clone())), sorted(there)).await;
        failures
    }

    /// The ids of the rows that compare like this with one of them.
    async fn expected(&self, server: &Server, name: &str, operator: &str, id: usize) -> Vec<String> {
        let compare = |left: &str, right: &str| if operator == "=" { left == right } else { left < right };
        let key = |printed: &str| match self.tried.printed {
            Printed::Moment(_) => millis(printed),
            _ => printed.to_owned(),
        };
        match self.tried.printed {
            Printed::Number | Printed::Float(_) => {
                let sql = format!(
                    "SELECT CAST(id AS nvarchar(9)) FROM {name} WHERE v {operator} (SELECT w.v FROM {name} w WHERE w.id = {id})"
                );
                sorted(server.ask(&sql).await.into_iter().map(|row| row[0].clone().unwrap()).collect())
            }
            Printed::Moment(_) | Printed::Text(_) => {
                let own = key(self.printed[id].as_ref().unwrap());
                let all = self.printed.iter().enumerate();
                let found =
                    all.filter(|(_, printed)| printed.as_ref().is_some_and(|printed| compare(&key(printed), &own)));
                sorted(found.map(|(id, _)| id.to_string()).collect())
            }
        }
    }
}

fn column_of(data_type: &DataType) -> Expr {
    Expr::Column { name: "v".into(), data_type: data_type.clone() }
}

fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort();
    ids
}
