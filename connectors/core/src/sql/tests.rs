use std::fmt::Write;

use arrow_schema::DataType;

use super::probe::Along;
use super::*;
use crate::{
    Aggregate, Around, BinaryText, Bound, ColumnMapping, Direction, ErrorKind, FunctionForm, KeyRange, Measure, Nulls,
    Range, ReadAs, Table, TableName, Told, Values,
};

/// A dialect as plain as can be, with room for three binds.
struct Plain;

impl Dialect for Plain {
    fn identifier(&self, name: &str, out: &mut String) {
        write!(out, "\"{}\"", name.replace('"', "\"\"")).unwrap();
    }

    fn placeholder(&self, n: usize, _bind: &Bind, out: &mut String) {
        write!(out, "${n}").unwrap();
    }

    fn bind_type(&self, _data_type: &DataType) -> Option<&'static str> {
        None
    }

    fn binds(&self, value: &Value) -> bool {
        !matches!(value, Value::Text(text) if text.contains('\0'))
    }

    fn prints(&self, own: &str, value: &Value) -> bool {
        own == "own" && matches!(value, Value::Text(text) if text.starts_with('k'))
    }

    fn may_not_fit(&self, column: &Column) -> bool {
        column.name == "n"
    }

    fn aggregate(&self, measure: Measure, values: Option<&DataType>) -> Option<Around> {
        Some(match (measure, values) {
            (Measure::Count, None) => &["COUNT(*)"],
            (Measure::Count, Some(_)) => &["COUNT(", ")"],
            (Measure::CountDistinct, _) => &["COUNT(DISTINCT ", ")"],
            (Measure::Sum, _) => &["SUM(", ")"],
            (Measure::Min, _) => &["MIN(", ")"],
            (Measure::Max, _) => &["MAX(", ")"],
        })
    }

    fn witnesses(&self, _column: &Column) -> Option<&'static [Around]> {
        Some(&[&["ODD(", ", ", ")"]])
    }

    fn binary_text(&self, _function: Function) -> Option<BinaryText> {
        Some(BinaryText { open: "", close: " COLLATE bin", both_sides: false, beside_plain: false })
    }

    fn function(&self, function: Function, _args: &[DataType]) -> Option<FunctionForm> {
        Some(match function {
            Function::And => FunctionForm::Infix(" AND "),
            Function::Not => FunctionForm::Prefix("NOT "),
            Function::Equal => FunctionForm::Infix(" = "),
            Function::LessThan => FunctionForm::Infix(" < "),
            Function::In => FunctionForm::In,
            _ => return None,
        })
    }

    fn sort(&self, key: &str, direction: Direction, nulls: Nulls, out: &mut String) {
        out.push_str(key);
        out.push_str(if direction == Direction::Ascending { " ASC" } else { " DESC" });
        out.push_str(if nulls == Nulls::First { " NULLS FIRST" } else { " NULLS LAST" });
    }

    fn limit(&self, rows: u64, _ordered: bool, out: &mut String) {
        write!(out, " LIMIT {rows}").unwrap();
    }

    fn max_binds(&self) -> usize {
        3
    }
}

fn column(name: &str, data_type: DataType, pushdown: Pushdown) -> Column {
    let mapping = ColumnMapping { data_type, read_as: ReadAs::Plain, bind_as: None, pushdown };
    Column { name: name.into(), remote_name: name.to_uppercase(), comment: None, announced: None, mapping }
}

fn scan(projection: &[&str]) -> Scan {
    let columns = vec![
        column("i", DataType::Int32, Pushdown::Full),
        column("t", DataType::Utf8, Pushdown::CollatedOrder),
        column("u", DataType::Utf8, Pushdown::Collated),
        column("ts", DataType::Date64, Pushdown::Millis),
        column("f", DataType::Float64, Pushdown::Superset),
        column("l", DataType::Utf8, Pushdown::NullsOnly),
        column("n", DataType::Decimal128(10, 2), Pushdown::Full),
        column("a", DataType::new_list(DataType::Int32, true), Pushdown::NullsOnly),
    ];
    let table = Table { name: TableName::new("s", "a\"b"), columns, comment: None };
    Scan::new(table, projection.iter().map(ToString::to_string).collect())
}

fn with(domains: &[(&str, Domain)]) -> Scan {
    let mut scan = scan(&["i"]);
    scan.domains = domains.iter().map(|(name, domain)| (name.to_string(), domain.clone())).collect();
    scan
}

fn conditions(scan: &Scan) -> (String, Remainder) {
    let rendered = render(scan, &Plain).unwrap();
    let sql = rendered.statement.sql;
    let condition = sql.split_once(" WHERE ").map(|(_, condition)| condition.to_owned()).unwrap_or_default();
    (condition, rendered.remainder)
}

fn ranges(data_type: DataType, ranges: &[(Bound, Bound)]) -> Domain {
    let ranges = ranges.iter().map(|(low, high)| Range { low: low.clone(), high: high.clone() }).collect();
    Domain { data_type, values: Values::Ranges(ranges), nulls: false }
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

fn call(function: Function, args: Vec<Expr>) -> Expr {
    Expr::Call { function, args, data_type: DataType::Boolean }
}

fn reference(name: &str, data_type: DataType) -> Expr {
    Expr::Column { name: name.into(), data_type }
}

fn constant(value: Value, data_type: DataType) -> Expr {
    Expr::Constant { value: Some(value), data_type }
}

#[test]
fn identifiers_are_quoted_and_a_scan_of_no_columns_still_has_rows() {
    assert_eq!(render(&scan(&["t", "i"]), &Plain).unwrap().statement.sql, "SELECT \"T\", \"I\" FROM \"s\".\"a\"\"b\"");
    let counted = render(&scan(&[]), &Plain).unwrap().statement;
    assert_eq!((counted.sql.as_str(), counted.columns.len()), ("SELECT 1 FROM \"s\".\"a\"\"b\"", 0));
}

#[test]
fn a_finer_timestamp_is_asked_for_its_whole_millisecond() {
    let at = |millis| Value::Millis(millis);
    let cases = [
        (Domain::single(DataType::Date64, at(7)), "((\"TS\" >= $1 AND \"TS\" < $2))", vec![7, 8]),
        (ranges(DataType::Date64, &[(Bound::Excluded(at(7)), Bound::Unbounded)]), "((\"TS\" >= $1))", vec![8]),
        (ranges(DataType::Date64, &[(Bound::Unbounded, Bound::Included(at(7)))]), "((\"TS\" < $1))", vec![8]),
        (ranges(DataType::Date64, &[(Bound::Unbounded, Bound::Excluded(at(7)))]), "((\"TS\" < $1))", vec![7]),
    ];
    for (domain, sql, binds) in cases {
        let scan = with(&[("ts", domain)]);
        let (condition, remainder) = conditions(&scan);
        assert_eq!(condition, sql);
        assert!(remainder.keeps_all_rows());
        let bound: Vec<_> = render(&scan, &Plain).unwrap().statement.binds.into_iter().map(|bind| bind.value).collect();
        assert_eq!(bound, binds.into_iter().map(|millis| Some(at(millis))).collect::<Vec<_>>());
    }
}

#[test]
fn text_is_compared_by_code_point() {
    let above = ranges(DataType::Utf8, &[(Bound::Excluded(text("a")), Bound::Unbounded)]);
    assert_eq!(conditions(&with(&[("t", above.clone())])).0, "((\"T\" COLLATE bin > $1))");
    assert_eq!(conditions(&with(&[("t", Domain::single(DataType::Utf8, text("a")))])).0, "(\"T\" = $1)");
    assert_eq!(conditions(&with(&[("u", Domain::single(DataType::Utf8, text("a")))])).0, "(\"U\" COLLATE bin = $1)");
}

#[test]
fn equality_with_what_the_columns_own_type_prints_is_asked_of_the_column_itself() {
    let asked = |domain| {
        let mut scan = with(&[("u", domain)]);
        scan.table.columns[2].mapping.read_as = ReadAs::Printed { own: "own", cast: "text" };
        let types: Vec<_> =
            render(&scan, &Plain).unwrap().statement.binds.into_iter().map(|bind| bind.source_type).collect();
        (conditions(&scan).0, types)
    };
    let domain = |values| Domain { data_type: DataType::Utf8, values, nulls: false };
    let (own, cast) = (Some("own"), None);
    assert_eq!(asked(Domain::single(DataType::Utf8, text("k"))), ("(\"U\" = $1)".into(), vec![own]));
    let others = asked(domain(Values::NotIn(vec![text("k"), text("k2")])));
    assert_eq!(others, ("(NOT (\"U\" IN ($1, $2)))".into(), vec![own, own]));
    let odd = asked(domain(Values::In(vec![text("k"), text("x")])));
    assert_eq!(odd, ("(CAST(\"U\" AS text) COLLATE bin IN ($1, $2))".into(), vec![cast, cast]));
    let above = asked(ranges(DataType::Utf8, &[(Bound::Excluded(text("k")), Bound::Unbounded)]));
    assert_eq!(above, ("((CAST(\"U\" AS text) COLLATE bin > $1))".into(), vec![cast]));
}

#[test]
fn equality_with_what_the_reader_prints_is_asked_of_the_column_itself_too() {
    let asked = |value| {
        let mut scan = with(&[("u", Domain::single(DataType::Utf8, text(value)))]);
        scan.table.columns[2].mapping.read_as = ReadAs::Decoded { own: "own" };
        let statement = render(&scan, &Plain).unwrap().statement;
        (conditions(&scan).0, statement.binds[0].source_type)
    };
    assert_eq!(asked("k"), ("(\"U\" = $1)".into(), Some("own")));
    assert_eq!(asked("x"), ("(\"U\" COLLATE bin = $1)".into(), None));
}

#[test]
fn null_is_wanted_or_not_and_nothing_is_said_so() {
    let mut domain = Domain::single(DataType::Int32, Value::Int(1));
    domain.nulls = true;
    assert_eq!(conditions(&with(&[("i", domain)])).0, "(\"I\" = $1 OR \"I\" IS NULL)");
    assert_eq!(conditions(&with(&[("i", Domain::only_null(DataType::Int32))])).0, "(\"I\" IS NULL)");
    assert_eq!(conditions(&with(&[("i", Domain::not_null(DataType::Int32))])).0, "(\"I\" IS NOT NULL)");
    assert_eq!(conditions(&with(&[("i", ranges(DataType::Int32, &[]))])).0, "(1 = 0)");
    assert_eq!(conditions(&with(&[("i", Domain::all(DataType::Int32))])).0, "");
}

#[test]
fn a_nested_column_is_asked_for_null_though_constraints_do_not_tell_its_children() {
    let told = DataType::new_list(DataType::Null, true);
    assert_eq!(conditions(&with(&[("a", Domain::not_null(told.clone()))])).0, "(\"A\" IS NOT NULL)");
    let mut scan = scan(&["i"]);
    scan.filters = vec![call(Function::IsNull, vec![reference("a", told)])];
    assert_eq!(conditions(&scan).0, "(\"A\" IS NULL)");
}

#[test]
fn a_float_is_pushed_as_a_superset_and_kept() {
    let (condition, remainder) = conditions(&with(&[("f", Domain::single(DataType::Float64, Value::Float64(0.0)))]));
    assert_eq!(condition, "(\"F\" = $1)");
    assert_eq!(remainder.domains.len(), 1);
    let (_, remainder) = conditions(&with(&[("f", Domain::not_null(DataType::Float64))]));
    assert!(remainder.keeps_all_rows());
}

#[test]
fn what_cannot_be_pushed_is_kept_and_its_column_read() {
    let mut scan = with(&[("l", Domain::single(DataType::Utf8, text("x")))]);
    scan.limit = Some(5);
    let rendered = render(&scan, &Plain).unwrap();
    assert_eq!(rendered.statement.sql, "SELECT \"I\", \"L\" FROM \"s\".\"a\"\"b\" WHERE (\"L\" IS NOT NULL)");
    assert!(rendered.remainder.limit && !rendered.remainder.keeps_all_rows());
}

#[test]
fn a_value_that_the_source_does_not_have_stays_above_in_every_comparison() {
    let odd = || text("a\0b");
    let listed = |values| Domain { data_type: DataType::Utf8, values, nulls: false };
    for domain in [
        Domain::single(DataType::Utf8, odd()),
        listed(Values::In(vec![text("a"), odd()])),
        listed(Values::NotIn(vec![odd()])),
        ranges(DataType::Utf8, &[(Bound::Unbounded, Bound::Excluded(odd()))]),
        ranges(DataType::Utf8, &[(Bound::Included(text("a")), Bound::Included(odd()))]),
    ] {
        let (condition, remainder) = conditions(&with(&[("t", domain.clone())]));
        assert_eq!(condition, "(\"T\" IS NOT NULL)");
        assert_eq!(remainder.domains, [("t".to_owned(), domain)]);
    }
    let mut scan = scan(&["i"]);
    let t = || reference("t", DataType::Utf8);
    let list = Expr::List { values: vec![Some(text("a")), Some(odd())], data_type: DataType::Utf8 };
    scan.filters = vec![
        call(Function::LessThan, vec![t(), constant(odd(), DataType::Utf8)]),
        call(Function::In, vec![t(), list]),
        call(Function::Not, vec![call(Function::Equal, vec![constant(odd(), DataType::Utf8), t()])]),
    ];
    let rendered = render(&scan, &Plain).unwrap();
    assert_eq!(rendered.remainder.filters, scan.filters);
    assert!(rendered.statement.binds.is_empty(), "{}", rendered.statement.sql);
}

#[test]
fn a_column_whose_values_may_not_fit_comes_along_with_the_rows_that_comparing_it_finds() {
    let selected = |scan: &Scan| {
        let rendered = render(scan, &Plain).unwrap();
        assert!(rendered.remainder.keeps_all_rows());
        rendered.statement.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>()
    };
    let decimal = || DataType::Decimal128(10, 2);
    let value = || Value::Decimal { unscaled: 5, scale: 2 };
    let above = ranges(decimal(), &[(Bound::Excluded(value()), Bound::Unbounded)]);
    assert_eq!(selected(&with(&[("n", above)])), ["i", "n"]);
    assert_eq!(selected(&with(&[("n", Domain::not_null(decimal()))])), ["i"]);
    assert_eq!(selected(&with(&[("n", Domain::only_null(decimal()))])), ["i"]);
    let n = || reference("n", decimal());
    let equal = call(Function::Equal, vec![n(), constant(value(), decimal())]);
    let mut scan = scan(&[]);
    scan.filters = vec![call(Function::Not, vec![equal])];
    assert_eq!(selected(&scan), ["n"]);
    scan.filters = vec![call(Function::Not, vec![call(Function::Not, vec![reference("b", DataType::Boolean)])])];
    scan.table.columns.push(column("b", DataType::Boolean, Pushdown::Full));
    assert_eq!(selected(&scan), Vec::<String>::new());
}

#[test]
fn a_list_too_long_to_bind_is_kept() {
    let list =
        Domain { data_type: DataType::Int32, values: Values::In((0..4).map(Value::Int).collect()), nulls: false };
    let (condition, remainder) = conditions(&with(&[("i", list), ("t", Domain::single(DataType::Utf8, text("a")))]));
    assert_eq!(condition, "(\"I\" IS NOT NULL) AND (\"T\" = $1)");
    assert_eq!(remainder.domains.len(), 1);
}

#[test]
fn a_limit_stays_behind_when_a_filter_does_and_an_order_travels_only_if_both_sides_sort_alike() {
    let key = |column: &str| SortKey { column: column.into(), direction: Direction::Descending, nulls: Nulls::Last };
    let mut scan = scan(&["i"]);
    scan.limit = Some(3);
    scan.order = vec![key("t"), key("ts")];
    let rendered = render(&scan, &Plain).unwrap();
    assert!(
        rendered.statement.sql.ends_with(" ORDER BY \"T\" COLLATE bin DESC NULLS LAST, \"TS\" DESC NULLS LAST LIMIT 3")
    );
    // Two times in one millisecond are one to Athena, and `t` decides.
    for order in [vec![key("f")], vec![key("ts"), key("t")]] {
        scan.order = order;
        let rendered = render(&scan, &Plain).unwrap();
        assert!(!rendered.statement.sql.contains("ORDER") && !rendered.statement.sql.contains("LIMIT"));
        assert!(rendered.remainder.order && rendered.remainder.limit);
    }
}

#[test]
fn conjunctions_are_taken_apart_and_each_part_pushed_or_kept_whole() {
    let pushable =
        call(Function::Equal, vec![reference("i", DataType::Int32), constant(Value::Int(1), DataType::Int32)]);
    let kept = call(
        Function::Not,
        vec![call(
            Function::LessThan,
            vec![reference("f", DataType::Float64), constant(Value::Float64(1.0), DataType::Float64)],
        )],
    );
    let mut scan = scan(&["t"]);
    scan.filters = vec![call(Function::And, vec![pushable, kept.clone()])];
    let (condition, remainder) = conditions(&scan);
    assert_eq!(condition, "((\"I\") = ($1))");
    assert_eq!(remainder.filters, vec![kept]);
}

#[test]
fn a_name_or_a_type_that_the_table_does_not_have_is_an_error() {
    let unknown = render(&with(&[("nope", Domain::not_null(DataType::Int32))]), &Plain).unwrap_err();
    assert!(unknown.to_string().contains("\"nope\""));
    assert!(render(&with(&[("i", Domain::not_null(DataType::Utf8))]), &Plain).is_err());
    assert!(render(&scan(&["nope"]), &Plain).is_err());
}

fn grouped(keys: &[&str], outputs: &[Told]) -> Scan {
    let keys = keys.iter().map(ToString::to_string).collect();
    Scan { aggregate: Some(Aggregate { keys, outputs: outputs.to_vec() }), ..scan(&[]) }
}

fn key(name: &str) -> Told {
    Told::Key(name.into())
}

#[test]
fn rows_are_put_together_behind_their_conditions_and_limited_behind_that() {
    let mut scan = grouped(&["i", "t"], &[Told::Rows, key("t"), Told::Average("i".into())]);
    scan.filters =
        vec![call(Function::Equal, vec![reference("i", DataType::Int32), constant(Value::Int(1), DataType::Int32)])];
    scan.limit = Some(5);
    let rendered = render(&scan, &Plain).unwrap();
    let expected = "SELECT COUNT(*), \"T\", SUM(\"I\"), COUNT(\"I\") FROM \"s\".\"a\"\"b\" \
        WHERE ((\"I\") = ($1)) GROUP BY \"I\", \"T\" LIMIT 5";
    assert_eq!((rendered.statement.sql.as_str(), rendered.remainder), (expected, Remainder::default()));
    let types: Vec<DataType> =
        rendered.statement.columns.iter().map(|column| column.mapping.data_type.clone()).collect();
    assert_eq!(types, [DataType::Int64, DataType::Utf8, DataType::Decimal128(38, 0), DataType::Int64]);
}

#[test]
fn a_text_that_its_collation_takes_for_others_is_a_key_by_code_point() {
    let sql = render(&grouped(&["u"], &[key("u"), Told::CountDistinct("u".into())]), &Plain).unwrap().statement.sql;
    let expected =
        "SELECT MIN(\"U\"), COUNT(DISTINCT \"U\" COLLATE bin) FROM \"s\".\"a\"\"b\" GROUP BY \"U\" COLLATE bin";
    assert_eq!(sql, expected);
}

#[test]
fn a_value_that_does_not_fit_comes_to_light_wherever_it_is_not_shown() {
    let odd = |scan: &Scan| render(scan, &Plain).unwrap().statement.sql.matches("ODD(\"N\", \"N\")").count();
    assert_eq!(odd(&grouped(&["n"], &[key("n"), Told::Rows])), 0);
    assert_eq!(odd(&grouped(&["n"], &[Told::Rows])), 1);
    assert_eq!(odd(&grouped(&[], &[Told::Min("n".into()), Told::Sum("n".into())])), 1);
    assert_eq!(odd(&grouped(&[], &[Told::Rows])), 0);
    let decimal = DataType::Decimal128(10, 2);
    let mut compared = grouped(&[], &[Told::Rows]);
    compared.domains = [("n".to_owned(), Domain::single(decimal, Value::Decimal { unscaled: 1, scale: 2 }))].into();
    assert_eq!(odd(&compared), 1);
}

#[test]
fn what_the_source_would_put_together_otherwise_is_declined() {
    let declined = |scan: &Scan| {
        let error = render(scan, &Plain).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    };
    for name in ["ts", "f", "l", "a"] {
        declined(&grouped(&[name], &[Told::Rows]));
        declined(&grouped(&[], &[Told::CountDistinct(name.into())]));
    }
    for (told, name) in [
        (Told::Sum as fn(String) -> Told, "f"),
        (Told::Average, "f"),
        (Told::Min, "f"),
        (Told::Max, "l"),
        (Told::Sum, "t"),
    ] {
        declined(&grouped(&[], &[told(name.into())]));
    }
    declined(&grouped(&["i"], &[key("t")]));
    let mut kept = grouped(&[], &[Told::Rows]);
    kept.filters = vec![call(Function::Or, vec![reference("i", DataType::Int32)])];
    declined(&kept);
    let mut superset = grouped(&[], &[Told::Rows]);
    superset.domains = [("f".to_owned(), Domain::single(DataType::Float64, Value::Float64(1.0)))].into();
    declined(&superset);
    assert!(render(&grouped(&["nobody"], &[Told::Rows]), &Plain).is_err());
    assert!(
        render(&grouped(&[], &[Told::Min("ts".into()), Told::Count("f".into()), Told::Count("l".into())]), &Plain)
            .is_ok()
    );
}

fn along<'a>(columns: &'a [String], within: &'a [Value]) -> Along<'a> {
    Along { columns, within }
}

#[test]
fn a_key_is_looked_into_on_both_sides_of_each_value() {
    let (known, guess) = ([Value::Int(1)], [Value::Int(7)]);
    let looked =
        probe::neighbours(&scan(&["i"]), along(&["i".into()], &[]), (&known, &guess), &Plain).unwrap().unwrap();
    let look = |sign: &str, number: u8, order: &str| {
        format!("(SELECT \"I\" FROM \"s\".\"a\"\"b\" WHERE \"I\" {sign} ${number} ORDER BY \"I\"{order} LIMIT 1)")
    };
    let looks = [look(">=", 1, ""), look(">=", 2, ""), look("<", 3, " DESC")].join(" UNION ");
    assert_eq!(looked.sql, format!("SELECT \"I\" FROM ({looks}) AS \"glaux_looks\" ORDER BY \"glaux_looks\".\"I\""));
    assert_eq!(looked.binds.len(), 3);
    assert_eq!(
        probe::neighbours(&scan(&["t"]), along(&["t".into()], &[]), (&[], &[text("\0")]), &Plain).unwrap(),
        None
    );
    let none = probe::neighbours(&scan(&["i"]), along(&["none".into()], &[]), (&[], &[]), &Plain);
    assert_eq!(none.unwrap_err().kind(), ErrorKind::Invalid);
    let columns = ["t".into(), "i".into()];
    let behind = probe::neighbours(&scan(&["i"]), along(&columns, &[text("x")]), (&[], &guess), &Plain);
    let looks = behind.unwrap().unwrap().sql;
    assert_eq!(looks.matches("WHERE \"T\" = $").count(), 2, "{looks}");
    assert!(looks.contains("WHERE \"T\" = $1 AND \"I\" >= $2 ORDER BY \"I\" LIMIT 1"), "{looks}");
}

#[test]
fn each_range_is_asked_about_by_a_select() {
    let range = |from: &[i64], below: &[i64], nulls| {
        let place = |values: &[i64]| values.iter().copied().map(Value::Int).collect();
        KeyRange { columns: vec!["i".into()], from: place(from), below: place(below), nulls, moment: None }
    };
    let ranges = [range(&[1], &[2], false), range(&[2], &[], false), range(&[], &[], true)];
    let (one, two) = (["i".into()], ["t".into(), "i".into()]);
    let asked = |along| {
        let selects = probe::selects(&scan(&["i"]), along, &ranges, &Plain).unwrap().unwrap();
        selects
            .into_iter()
            .map(|select| select.sql.replace("SELECT 1 FROM \"s\".\"a\"\"b\" WHERE ", ""))
            .collect::<Vec<_>>()
    };
    let within = [text("x")];
    assert_eq!(asked(along(&one, &[]))[..2], ["(\"I\" >= $1 AND \"I\" < $2)", "(\"I\" >= $1)"]);
    assert_eq!(
        asked(along(&two, &within)),
        ["\"T\" = $1 AND (\"I\" >= $2 AND \"I\" < $3)", "\"T\" = $1 AND (\"I\" >= $2)", "\"T\" = $1"]
    );
}

#[test]
fn the_ends_of_a_key_are_those_of_its_own_order() {
    let columns = ["t".into(), "i".into()];
    let ends = |scan: &Scan| probe::bounds(scan, along(&columns[..1], &[]), &Plain).unwrap().unwrap().sql;
    let mut scan = scan(&["t"]);
    assert_eq!(ends(&scan), "SELECT MIN(\"T\"), MAX(\"T\") FROM \"s\".\"a\"\"b\"");
    scan.table.columns[1].mapping.read_as = ReadAs::Converted("text");
    let read = render(&scan, &Plain).unwrap().statement.sql;
    assert!(read.starts_with("SELECT \"T\" FROM "), "{read}");
    assert_eq!(ends(&scan), "SELECT CAST(MIN(\"T\") AS text), CAST(MAX(\"T\") AS text) FROM \"s\".\"a\"\"b\"");
    let within = [text("x")];
    let behind = probe::bounds(&scan, along(&columns, &within), &Plain).unwrap().unwrap().sql;
    assert_eq!(behind, "SELECT MIN(\"I\"), MAX(\"I\") FROM \"s\".\"a\"\"b\" WHERE (\"T\" = $1)");
    scan.table.columns[1].mapping.read_as = ReadAs::Printed { own: "uuid", cast: "text" };
    let looked = ends(&scan);
    let look = |order: &str| {
        let first = format!("SELECT \"T\" FROM \"s\".\"a\"\"b\" WHERE \"T\" IS NOT NULL ORDER BY \"T\"{order} LIMIT 1");
        format!("(SELECT CAST(\"T\" AS text) FROM ({first}) AS \"glaux_looks\")")
    };
    assert_eq!(looked, format!("SELECT {}, {}", look(""), look(" DESC")));
}
