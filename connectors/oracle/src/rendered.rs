//! What the server is asked, as text: the scans of every kind that all engines render, to be reviewed side by side.
//!
//! `GOLDEN=write cargo test -p connector-oracle rendered` writes `tests/rendered.sql` anew. No server can be had, and none is
//! needed to say what a column's type in the catalog makes of it, so this stands inside the crate.

use std::path::Path;

use arrow_schema::DataType;
use connector_core::testing::scans::{ODD, golden};
use connector_core::{Bound, Column, Domain, Range, Scan, Settings, Table, TableName, Value, Values, sql};

use crate::dialect::OracleSql;
use crate::types::{Charset, RemoteType, mapping};

fn column(name: &str, own: &str, precision: Option<i16>, scale: Option<i16>) -> Column {
    let remote = RemoteType {
        name: own.into(),
        is_built_in: true,
        precision,
        scale,
        is_national: own.starts_with('N') && own != "NUMBER",
        has_collation: name == "FOLDED",
    };
    let mapping = mapping(&remote, Charset::Utf8, &Settings::default());
    Column { name: name.to_lowercase(), remote_name: name.into(), comment: None, mapping }
}

fn table() -> Table {
    let columns = vec![
        column("ID", "NUMBER", Some(9), Some(0)),
        Column { name: ODD.into(), ..column("Odd \"name\" `of` [a] 'column'", "NUMBER", Some(18), Some(0)) },
        column("PRICE", "NUMBER", Some(10), Some(2)),
        column("FLAG", "BOOLEAN", None, None),
        column("TEXT", "VARCHAR2", None, None),
        column("PADDED", "CHAR", None, None),
        column("NATIONAL", "NVARCHAR2", None, None),
        column("FOLDED", "VARCHAR2", None, None),
        column("CAST", "INTERVAL DAY TO SECOND", None, None),
        column("BYTES", "RAW", None, None),
        column("DAY", "DATE", None, None),
        column("TIME", "TIMESTAMP", None, Some(9)),
        column("ZONED", "TIMESTAMP WITH TIME ZONE", None, Some(6)),
        column("DOUBLE", "BINARY_DOUBLE", None, None),
        column("FLOAT", "FLOAT", Some(126), None),
        column("BARE", "NUMBER", None, None),
        column("LARGE", "CLOB", None, None),
        column("XML", "XMLTYPE", None, None),
    ];
    Table { name: TableName::new("SALES", "order \"lines\""), columns, comment: None }
}

#[test]
fn statements_are_those_that_were_reviewed() {
    let rendered = golden(&table(), &OracleSql);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rendered.sql");
    if option_env!("GOLDEN").is_some() {
        std::fs::write(&path, &rendered).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap();
    for (line, (ours, theirs)) in rendered.lines().zip(golden.lines()).enumerate() {
        assert_eq!(ours, theirs, "line {}", line + 1);
    }
    assert_eq!(rendered, golden);
}

/// What stands behind WHERE, and how many conditions are kept.
fn asked(domains: &[(&str, Domain)]) -> (String, usize) {
    let domains = domains.iter().map(|(name, domain)| ((*name).to_owned(), domain.clone())).collect();
    let scan = Scan { domains, ..Scan::new(table(), vec!["id".into()]) };
    let rendered = sql::render(&scan, &OracleSql).unwrap();
    let condition = rendered.statement.sql.split_once(" WHERE ").map(|(_, condition)| condition.to_owned());
    (condition.unwrap_or_default(), rendered.remainder.domains.len())
}

fn texts(values: &[&str]) -> Vec<Value> {
    values.iter().map(|text| Value::Text((*text).into())).collect()
}

fn text_in(values: Values) -> Domain {
    Domain { data_type: DataType::Utf8, values, nulls: false }
}

#[test]
fn an_empty_text_which_is_null_to_the_server_stays_above_wherever_it_stands() {
    let from = |low| Values::Ranges(vec![Range { low, high: Bound::Unbounded }]);
    let empty = || Value::Text(String::new());
    for values in [
        Values::In(texts(&[""])),
        Values::In(texts(&["a", ""])),
        Values::NotIn(texts(&[""])),
        Values::NotIn(texts(&["", "a"])),
        from(Bound::Included(empty())),
        from(Bound::Excluded(empty())),
    ] {
        let domain = text_in(values);
        assert_eq!(asked(&[("text", domain.clone())]), ("(\"TEXT\" IS NOT NULL)".into(), 1), "{domain:?}");
    }
    let bytes = Domain::single(DataType::Binary, Value::Bytes(Vec::new()));
    assert_eq!(asked(&[("bytes", bytes)]).1, 1);
}

#[test]
fn a_number_that_is_shown_as_text_is_asked_for_as_a_number_if_the_text_is_one() {
    let bare = |values| asked(&[("bare", text_in(values))]);
    assert_eq!(bare(Values::In(texts(&["7"]))), ("(\"BARE\" = :v1)".into(), 0));
    assert_eq!(bare(Values::NotIn(texts(&["7", "-0.5"]))), ("(NOT (\"BARE\" IN (:v1, :v2)))".into(), 0));
    for odd in ["07", "7.0", "1e3", "many"] {
        assert_eq!(bare(Values::In(texts(&["7", odd]))), ("(\"BARE\" IS NOT NULL)".into(), 1), "{odd}");
    }
}

#[test]
fn lists_are_cut_below_a_thousand_and_a_condition_of_too_many_values_stays_above() {
    let list = |count: i64| Domain {
        data_type: DataType::Int64,
        values: Values::In((0..count).map(Value::Int).collect()),
        nulls: false,
    };
    let (condition, kept) = asked(&[("id", list(2500))]);
    assert_eq!((condition.matches("\"ID\" IN (").count(), kept), (3, 0));
    let longest = condition.split(" OR ").map(|list| list.matches(":v").count()).max();
    assert_eq!(longest, Some(999));
    assert_eq!(asked(&[("id", list(65_535))]).1, 0);
    assert_eq!(asked(&[("id", list(65_536))]).1, 1);
}

#[test]
fn defect_25_sets_of_every_kind_are_whole_conditions() {
    let of = |values, nulls| Domain { data_type: DataType::Int64, values, nulls };
    for (domain, expected) in [
        (of(Values::All, true), ""),
        (of(Values::All, false), "(\"ID\" IS NOT NULL)"),
        (of(Values::Ranges(Vec::new()), true), "(\"ID\" IS NULL)"),
        (of(Values::Ranges(Vec::new()), false), "(1 = 0)"),
        (of(Values::In(Vec::new()), false), "(1 = 0)"),
        (of(Values::NotIn(Vec::new()), false), "(\"ID\" IS NOT NULL)"),
    ] {
        assert_eq!(asked(&[("id", domain.clone())]), (expected.into(), 0), "{domain:?}");
    }
}

#[test]
fn defect_29_alternatives_of_one_column_do_not_swallow_the_condition_on_another() {
    let mut either = Domain::single(DataType::Int64, Value::Int(1));
    either.nulls = true;
    let price = Domain::single(DataType::Decimal128(10, 2), Value::Decimal { unscaled: 100, scale: 2 });
    let (condition, _) = asked(&[("id", either), ("price", price)]);
    assert_eq!(condition, "(\"ID\" = :v1 OR \"ID\" IS NULL) AND (\"PRICE\" = :v2)");
}
