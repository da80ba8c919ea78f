//! One list of scans for every dialect, so that what four engines are asked can be reviewed side by side.
//!
//! The engine brings its own table, mapped by its own type table, with columns of these names: `id`, `price`, `flag`, `text`,
//! `cast`, `uuid`, `bytes`, `day`, `time`, `zoned`, `double`, `list`, and [`ODD`]; any other is asked about by its type. What it has
//! no type for is left out.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use arrow_schema::DataType;

use crate::split::ranges;
use crate::sql::probe::Along;
use crate::{
    Aggregate, Bound, Column, Dialect, Direction, Domain, ErrorKind, Expr, Function, KeyRange, Nulls, Query, Range,
    Scan, SortKey, Split, Table, Told, Value, Values, sql,
};

/// A column's name, in lower case, that holds every quote there is.
pub const ODD: &str = "odd \"name\" `of` [a] 'column'";

/// Holds every scan rendered against what was reviewed, `tests/rendered.sql` of a crate at `root`; `GOLDEN=write` writes it anew.
pub fn assert_reviewed(root: &str, table: &Table, dialect: &dyn Dialect) {
    assert_same(&Path::new(root).join("tests/rendered.sql"), &golden(table, dialect));
}

/// Holds a text against the file of what was reviewed; `GOLDEN=write` writes it anew.
pub(super) fn assert_same(file: &Path, rendered: &str) {
    if std::env::var("GOLDEN").is_ok_and(|wish| wish == "write") {
        std::fs::write(file, rendered).expect("writing what is to be reviewed");
    }
    let reviewed = std::fs::read_to_string(file).expect("reading what was reviewed");
    for (line, (ours, theirs)) in rendered.lines().zip(reviewed.lines()).enumerate() {
        assert_eq!(ours, theirs, "line {}", line + 1);
    }
    assert_eq!(rendered, reviewed);
}

/// Every scan rendered, each under its name and with what is kept above behind it.
fn golden(table: &Table, dialect: &dyn Dialect) -> String {
    let mut golden = String::from("-- Written by a test; what is kept above stands behind each statement.\n");
    let queries = if dialect.grammar().is_some() { queries(table) } else { Vec::new() };
    for (name, scan) in scans(table).into_iter().chain(queries) {
        let rendered = match sql::render(&scan, dialect) {
            Err(error) if error.kind() == ErrorKind::Unsupported => {
                write!(golden, "\n-- {name}\n-- declined: {error}\n").expect("writing to a string");
                continue;
            }
            rendered => rendered.expect("rendering"),
        };
        let (statement, remainder) = (rendered.statement, rendered.remainder);
        write!(golden, "\n-- {name}\n{};\n", statement.sql).expect("writing to a string");
        let kept = remainder.domains.len() + remainder.filters.len();
        if kept > 0 || remainder.limit {
            let order = if remainder.order { ", order" } else { "" };
            let limit = if remainder.limit { ", limit" } else { "" };
            writeln!(golden, "-- kept: {kept} conditions{order}{limit}").expect("writing to a string");
        }
    }
    for name in ["id", "text", "uuid", "day", "time"].into_iter().filter(|name| table.column(name).is_some()) {
        write!(golden, "\n-- ends of {name}\n{};\n", ends(table, name, dialect)).expect("writing to a string");
    }
    golden
}

/// How the least and the largest value of a column are asked for.
fn ends(table: &Table, name: &str, dialect: &dyn Dialect) -> String {
    let (scan, columns) = (Scan::new(table.clone(), Vec::new()), [name.to_owned()]);
    let along = Along { columns: &columns, within: &[] };
    let ends = sql::probe::bounds(&scan, along, dialect).expect("rendering").expect("nothing the source lacks");
    ends.sql
}

/// The scans, by name.
pub fn scans(table: &Table) -> Vec<(String, Scan)> {
    let list = List { table };
    let mut scans = list.shapes();
    for column in &table.columns {
        scans.extend(list.domains(column));
    }
    scans.extend(list.filters());
    scans.extend(list.aggregates());
    scans.extend(list.slices());
    scans
}

/// Scans of a query in the source's own words, which gives two columns of one label.
fn queries(table: &Table) -> Vec<(String, Scan)> {
    let columns = table.columns.iter().filter(|column| ["id", "text"].contains(&column.name.as_str()));
    let columns: Vec<Column> = columns
        .enumerate()
        .map(|(index, column)| Column { remote_name: sql::numbered(index), ..column.clone() })
        .collect();
    let query = Query::unchecked("SELECT id AS a, text AS a FROM t -- all");
    let scan = |projection: &[&str]| {
        Scan::of_query(query.clone(), columns.clone(), projection.iter().map(ToString::to_string).collect())
    };
    let mut behind = scan(&["text", "id"]);
    behind.domains = BTreeMap::from([("text".to_owned(), Domain::only_null(DataType::Utf8))]);
    behind.limit = Some(5);
    vec![
        ("a query".to_owned(), scan(&["id", "text"])),
        ("a query without columns".to_owned(), scan(&[])),
        ("a limit behind a query".to_owned(), behind),
    ]
}

/// What is told of a column.
type Measuring = fn(String) -> Told;

struct List<'t> {
    table: &'t Table,
}

impl List<'_> {
    fn scan(&self, projection: &[&str]) -> Scan {
        let known = projection.iter().filter(|name| self.table.column(name).is_some());
        Scan::new(self.table.clone(), known.map(ToString::to_string).collect())
    }

    fn shapes(&self) -> Vec<(String, Scan)> {
        let ordered = |column: &str, direction, nulls| {
            let order = vec![SortKey { column: column.into(), direction, nulls }];
            Scan { order, limit: Some(10), ..self.scan(&["id"]) }
        };
        let behind = |column: &str, domain: Domain| Scan {
            domains: BTreeMap::from([(column.to_owned(), domain)]),
            limit: Some(5),
            ..self.scan(&["id"])
        };
        let mut shapes = vec![
            ("no columns".to_owned(), self.scan(&[])),
            ("columns in any order".to_owned(), self.scan(&["cast", "id", ODD, "list"])),
            ("a limit".to_owned(), Scan { limit: Some(5), ..self.scan(&["text"]) }),
            ("a limit of the largest number".to_owned(), Scan { limit: Some(u64::MAX), ..self.scan(&["text"]) }),
        ];
        for name in ["id", "text", "cast", "time", "double"] {
            let Some(column) = self.table.column(name) else { continue };
            if let Some([value, _]) = two_values(&column.name, &column.mapping.data_type) {
                let domain = Domain::single(column.mapping.data_type.clone(), value);
                shapes.push((format!("a limit behind {name}"), behind(name, domain)));
            }
            let (up, down) = (Direction::Ascending, Direction::Descending);
            shapes.push((format!("by {name} upwards, nulls last"), ordered(name, up, Nulls::Last)));
            shapes.push((format!("by {name} downwards, nulls first"), ordered(name, down, Nulls::First)));
        }
        let mut by_two = ordered("id", Direction::Descending, Nulls::Last);
        by_two.order.push(SortKey { column: "text".into(), direction: Direction::Ascending, nulls: Nulls::First });
        shapes.push(("by two keys".to_owned(), by_two));
        shapes
    }

    /// What may be asked of a column's values and of its being NULL.
    fn domains(&self, column: &Column) -> Vec<(String, Scan)> {
        let data_type = &column.mapping.data_type;
        let of = |values, nulls| Domain { data_type: data_type.clone(), values, nulls };
        let mut domains = vec![
            ("is null", Domain::only_null(data_type.clone())),
            ("is not null", Domain::not_null(data_type.clone())),
        ];
        if let Some([low, high]) = two_values(&column.name, data_type) {
            let range = |low, high| Values::Ranges(vec![Range { low, high }]);
            let (included, excluded) = (Bound::Included(low.clone()), Bound::Excluded(low.clone()));
            domains.extend([
                ("equal", of(range(included.clone(), included.clone()), false)),
                ("equal or null", of(range(included.clone(), included.clone()), true)),
                ("not equal", of(Values::NotIn(vec![low.clone()]), false)),
                ("less", of(range(Bound::Unbounded, excluded.clone()), false)),
                ("less or equal", of(range(Bound::Unbounded, included.clone()), false)),
                ("greater", of(range(excluded.clone(), Bound::Unbounded), false)),
                ("greater, or equal, or null", of(range(included, Bound::Unbounded), true)),
                ("between", of(range(excluded, Bound::Included(high.clone())), false)),
                ("one of two", of(Values::In(vec![low.clone(), high.clone()]), false)),
                ("none of two, or null", of(Values::NotIn(vec![low, high]), true)),
            ]);
        }
        let scan = |domain| Scan { domains: BTreeMap::from([(column.name.clone(), domain)]), ..self.scan(&["id"]) };
        domains.into_iter().map(|(name, domain)| (format!("{}: {name}", column.name), scan(domain))).collect()
    }

    fn filters(&self) -> Vec<(String, Scan)> {
        let filters = [self.comparisons(), self.logic(), self.others()].concat();
        let filters = filters.into_iter().filter_map(|(name, filter)| Some((name, filter?)));
        filters.map(|(name, filter)| (name.to_owned(), Scan { filters: vec![filter], ..self.scan(&["id"]) })).collect()
    }

    fn column(&self, name: &str) -> Option<Expr> {
        let data_type = self.table.column(name)?.mapping.data_type.clone();
        Some(Expr::Column { name: name.to_owned(), data_type })
    }

    /// A comparison of a column with the first value of its type.
    fn compared(&self, function: Function, name: &str) -> Option<Expr> {
        let column = self.column(name)?;
        let [value, _] = two_values(name, column.data_type())?;
        let constant = Expr::Constant { value: Some(value), data_type: column.data_type().clone() };
        Some(call(function, vec![column, constant]))
    }

    fn comparisons(&self) -> Vec<(&'static str, Option<Expr>)> {
        let mirrored = self.column("time").map(|time| {
            let constant = Expr::Constant { value: Some(Value::Millis(1500)), data_type: time.data_type().clone() };
            call(Function::LessThan, vec![constant, time])
        });
        let two = |function, left, right| Some(call(function, vec![self.column(left)?, self.column(right)?]));
        vec![
            ("number equal", self.compared(Function::Equal, "id")),
            ("number not equal", self.compared(Function::NotEqual, "id")),
            ("decimal less", self.compared(Function::LessThan, "price")),
            ("text equal", self.compared(Function::Equal, "text")),
            ("text not equal", self.compared(Function::NotEqual, "text")),
            ("text less or equal", self.compared(Function::LessThanOrEqual, "text")),
            ("text that is cast, equal", self.compared(Function::Equal, "cast")),
            ("bytes greater", self.compared(Function::GreaterThan, "bytes")),
            ("day greater or equal", self.compared(Function::GreaterThanOrEqual, "day")),
            ("time equal", self.compared(Function::Equal, "time")),
            ("time not equal", self.compared(Function::NotEqual, "time")),
            ("a constant less than a time", mirrored),
            ("double less", self.compared(Function::LessThan, "double")),
            ("flag equal", self.compared(Function::Equal, "flag")),
            ("number distinct", self.compared(Function::IsDistinctFrom, "id")),
            ("text distinct", self.compared(Function::IsDistinctFrom, "text")),
            ("two texts", two(Function::Equal, "text", "cast")),
            ("two texts in order", two(Function::LessThan, "text", "cast")),
            ("a number and a decimal", two(Function::GreaterThan, "id", "price")),
            ("two times", two(Function::Equal, "time", "zoned")),
        ]
    }

    fn logic(&self) -> Vec<(&'static str, Option<Expr>)> {
        let (flag, number) = (|| self.column("flag"), || self.compared(Function::Equal, "id"));
        let not = |inner: Option<Expr>| Some(call(Function::Not, vec![inner?]));
        let both = |function, left: Option<Expr>, right: Option<Expr>| Some(call(function, vec![left?, right?]));
        let null = Expr::Constant { value: None, data_type: DataType::Boolean };
        vec![
            ("a bare flag", flag()),
            ("not a flag", not(flag())),
            ("or", both(Function::Or, flag(), self.like("a%"))),
            ("or, and one side stays above", both(Function::Or, number(), self.compared(Function::LessThan, "double"))),
            (
                "and, and one side stays above",
                both(Function::And, number(), self.compared(Function::LessThan, "double")),
            ),
            ("nested", not(both(Function::Or, both(Function::And, number(), flag()), not(self.like("%_"))))),
            ("a flag that is a condition", both(Function::Equal, flag(), number())),
            ("an unknown truth", both(Function::And, number(), Some(null))),
            ("whether a condition is unknown", number().map(|number| call(Function::IsNull, vec![number]))),
        ]
    }

    fn others(&self) -> Vec<(&'static str, Option<Expr>)> {
        let null = |data_type| Expr::Constant { value: None, data_type };
        let number = |value| Expr::Constant { value: Some(Value::Int(value)), data_type: DataType::Int32 };
        let computed = |function| {
            let args = vec![self.column("id")?, number(2)];
            let computed = Expr::Call { function, args, data_type: DataType::Int32 };
            Some(call(Function::Equal, vec![computed, number(1)]))
        };
        let listed = |name, values, data_type| {
            let list = Expr::List { values, data_type };
            Some(call(Function::In, vec![self.column(name)?, list]))
        };
        let texts = vec![Some(text("a")), Some(text("b"))];
        let negated = self.column("id").map(|id| {
            let negated = Expr::Call { function: Function::Negate, args: vec![id], data_type: DataType::Int32 };
            call(Function::LessThan, vec![negated, number(0)])
        });
        let of_column = |function, name, arg| Some(call(function, vec![self.column(name)?, arg]));
        vec![
            ("like", self.like("a%")),
            ("like with every sign", self.like("a\\%_[b]^'\"!$")),
            ("not like", self.like("%b").map(|like| call(Function::Not, vec![like]))),
            ("in", listed("id", vec![Some(Value::Int(1)), Some(Value::Int(2))], DataType::Int32)),
            ("in with null", listed("id", vec![Some(Value::Int(1)), None], DataType::Int32)),
            ("text in", listed("text", texts, DataType::Utf8)),
            ("equal to null", of_column(Function::Equal, "id", null(DataType::Int32))),
            ("distinct from null", of_column(Function::IsDistinctFrom, "id", null(DataType::Int32))),
            ("nullif", computed(Function::NullIf)),
            ("sum", computed(Function::Add)),
            ("difference", computed(Function::Subtract)),
            ("product", computed(Function::Multiply)),
            ("quotient", computed(Function::Divide)),
            ("remainder", computed(Function::Modulus)),
            ("negation", negated),
            ("a list is null", self.column("list").map(|list| call(Function::IsNull, vec![list]))),
        ]
    }

    /// Rows put together: by each column, by several, of conditions and a limit; and each measure of each column.
    fn aggregates(&self) -> Vec<(String, Scan)> {
        let key = |name: &str| Told::Key(name.to_owned());
        let of = |keys: &[&str], outputs: Vec<Told>| Scan {
            aggregate: Some(Aggregate { keys: keys.iter().map(ToString::to_string).collect(), outputs }),
            ..self.scan(&[])
        };
        let mut scans = vec![("rows of all".to_owned(), of(&[], vec![Told::Rows]))];
        for Column { name, .. } in &self.table.columns {
            scans.push((format!("groups by {name}"), of(&[name], vec![key(name), Told::Rows])));
            let measures: [(&str, Measuring); 6] = [
                ("count", Told::Count),
                ("count of different", Told::CountDistinct),
                ("sum", Told::Sum),
                ("average", Told::Average),
                ("smallest", Told::Min),
                ("largest", Told::Max),
            ];
            let measures =
                measures.map(|(what, told)| (format!("{what} of {name}"), of(&[], vec![told(name.clone())])));
            scans.extend(measures);
        }
        if ["id", "text", "price"].iter().all(|name| self.table.column(name).is_some()) {
            let outputs = vec![Told::Sum("price".into()), key("text"), Told::Rows];
            let behind = self.compared(Function::LessThan, "price").into_iter().collect();
            let groups = Scan { filters: behind, limit: Some(5), ..of(&["id", "text"], outputs) };
            scans.push(("groups by two keys, one not shown, of rows that pass, so many".to_owned(), groups));
            scans.push(("keys alone".to_owned(), of(&["text", "id"], vec![key("id"), key("text")])));
        }
        scans
    }

    /// A table in three slices along each column that may be its key, and a slice under a condition.
    fn slices(&self) -> Vec<(String, Scan)> {
        let mut scans = Vec::new();
        for name in ["id", "price", "text", "cast", "uuid", "bytes", "day", "time", "zoned"] {
            let Some(column) = self.table.column(name) else { continue };
            let Some(cuts) = two_values(name, &column.mapping.data_type) else { continue };
            let cuts = cuts.map(|cut| vec![cut]).to_vec();
            let ranges = ranges(&[name.to_owned()], true, cuts).into_iter().zip(["first", "middle", "last"]);
            let of = |range| Scan { split: Split::Range(range), ..self.scan(&["id"]) };
            scans.extend(ranges.map(|(range, which)| (format!("{which} slice along {name}"), of(range))));
        }
        scans.extend(self.slices_of_two("id", "price"));
        scans.extend(self.slices_of_two("text", "time"));
        let rest = KeyRange {
            columns: vec!["id".to_owned()],
            from: Vec::new(),
            below: Vec::new(),
            nulls: false,
            moment: None,
        };
        let Some(id) = self.table.column("id") else { return scans };
        let behind = Domain::only_null(id.mapping.data_type.clone());
        let limited = Scan {
            domains: BTreeMap::from([("id".to_owned(), behind)]),
            limit: Some(5),
            split: Split::Range(KeyRange { below: vec![Value::Int(7)], nulls: true, ..rest.clone() }),
            ..self.scan(&["text"])
        };
        let then = KeyRange { moment: Some(1_234), ..rest.clone() };
        scans.push(("a slice without ends and NULL".to_owned(), Scan { split: Split::Range(rest), ..self.scan(&[]) }));
        scans.push(("a slice as it was".to_owned(), Scan { split: Split::Range(then), ..self.scan(&["id"]) }));
        scans.push(("a slice, a condition and a limit".to_owned(), limited));
        scans
    }

    /// A table in slices along two columns, cut among the rows of one value and of another.
    fn slices_of_two(&self, first: &str, second: &str) -> Vec<(String, Scan)> {
        let values = |name| two_values(name, &self.table.column(name)?.mapping.data_type);
        let (Some([one, other]), Some([low, high])) = (values(first), values(second)) else { return Vec::new() };
        let cuts = vec![vec![one.clone()], vec![one.clone(), low.clone()], vec![one, high], vec![other, low]];
        let ranges = ranges(&[first.to_owned(), second.to_owned()], true, cuts).into_iter();
        let of = |range| Scan { split: Split::Range(range), ..self.scan(&["id"]) };
        ranges.zip(1..).map(|(range, which)| (format!("slice {which} along {first} and {second}"), of(range))).collect()
    }

    fn like(&self, pattern: &str) -> Option<Expr> {
        let pattern = Expr::Constant { value: Some(text(pattern)), data_type: DataType::Utf8 };
        Some(call(Function::LikePattern, vec![self.column("text")?, pattern]))
    }
}

fn call(function: Function, args: Vec<Expr>) -> Expr {
    Expr::Call { function, args, data_type: DataType::Boolean }
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

/// A low and a high value for a column of a type; none for what cannot be compared.
pub(super) fn two_values(name: &str, data_type: &DataType) -> Option<[Value; 2]> {
    Some(match data_type {
        DataType::Utf8 if name == "uuid" => {
            ["00000000-0000-0000-0000-000000000001", "ffffffff-ffff-ffff-ffff-ffffffffffff"].map(text)
        }
        DataType::Boolean => [Value::Bool(false), Value::Bool(true)],
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => [Value::Int(1), Value::Int(7)],
        DataType::Float32 => [Value::Float32(1.5), Value::Float32(2.5)],
        DataType::Float64 => [Value::Float64(1.5), Value::Float64(2.5)],
        DataType::Decimal128(_, scale) => {
            let one = 10_i128.pow(u32::from(scale.unsigned_abs()));
            [Value::Decimal { unscaled: one, scale: *scale }, Value::Decimal { unscaled: 2 * one, scale: *scale }]
        }
        DataType::Utf8 => [text("a"), text("b")],
        DataType::Binary => [Value::Bytes(vec![0]), Value::Bytes(vec![1])],
        DataType::Date32 => [Value::Date(0), Value::Date(1)],
        DataType::Date64 => [Value::Millis(1500), Value::Millis(2500)],
        DataType::Timestamp(..) => [Value::ZonedMillis(1500 << 12), Value::ZonedMillis(2500 << 12)],
        _ => return None,
    })
}
