//! What the server is asked, as text: the scans of every kind that all engines render, to be reviewed side by side.
//!
//! `GOLDEN=write cargo test -p connector-oracle --test rendered` writes `rendered.sql` anew.
#![allow(clippy::unwrap_used)]

use arrow_schema::DataType;
use connector_core::testing::scans::{ODD, assert_reviewed};
use connector_core::{
    Bound, Column, ColumnMapping, Domain, Pushdown, Range, ReadAs, Scan, Table, TableName, Value, Values, sql,
};
use connector_oracle::CONNECTOR;

fn column(remote_name: &str, data_type: DataType, read_as: ReadAs, pushdown: Pushdown) -> Column {
    let bind_as = match remote_name {
        "TEXT" => Some("VARCHAR2"),
        "DAY" => Some("DATE"),
        _ => None,
    };
    let mapping = ColumnMapping { data_type, read_as, bind_as, pushdown };
    Column {
        name: remote_name.to_lowercase(),
        remote_name: remote_name.into(),
        comment: None,
        announced: None,
        mapping,
    }
}

fn table() -> Table {
    use ReadAs::{Call, Cast, Decoded, Plain};
    let columns = vec![
        column("ID", DataType::Int64, Plain, Pushdown::Full),
        Column { name: ODD.into(), ..column("Odd \"name\" `of` [a] 'column'", DataType::Int64, Plain, Pushdown::Full) },
        column("PRICE", DataType::Decimal128(10, 2), Plain, Pushdown::Full),
        column("FLAG", DataType::Boolean, Plain, Pushdown::NullsOnly),
        column("TEXT", DataType::Utf8, Plain, Pushdown::Full),
        column("PADDED", DataType::Utf8, Plain, Pushdown::NullsOnly),
        column("NATIONAL", DataType::Utf8, Plain, Pushdown::CollatedOrder),
        column("FOLDED", DataType::Utf8, Plain, Pushdown::NullsOnly),
        column("CAST", DataType::Utf8, Cast("VARCHAR2(40)"), Pushdown::CollatedOrder),
        column("BYTES", DataType::Binary, Plain, Pushdown::Full),
        column("DAY", DataType::Date64, Plain, Pushdown::Millis),
        column("TIME", DataType::Date64, Plain, Pushdown::Millis),
        column("ZONED", DataType::Date64, Call("SYS_EXTRACT_UTC"), Pushdown::Millis),
        column("DOUBLE", DataType::Float64, Plain, Pushdown::Superset),
        column("FLOAT", DataType::Float64, Plain, Pushdown::NullsOnly),
        column("BARE", DataType::Utf8, Decoded { own: "NUMBER" }, Pushdown::Collated),
        column("LARGE", DataType::Utf8, Plain, Pushdown::Nothing),
        column("XML", DataType::Utf8, Call("SYS.XMLTYPE.GETCLOBVAL"), Pushdown::Nothing),
    ];
    Table { name: TableName::new("SALES", "order \"lines\""), columns, comment: None }
}

#[test]
fn statements_are_those_that_were_reviewed() {
    assert_reviewed(env!("CARGO_MANIFEST_DIR"), &table(), CONNECTOR.dialect());
}

/// What stands behind WHERE, and how many conditions are kept.
fn asked(domains: &[(&str, Domain)]) -> (String, usize) {
    let domains = domains.iter().map(|(name, domain)| ((*name).to_owned(), domain.clone())).collect();
    let scan = Scan { domains, ..Scan::new(table(), vec!["id".into()]) };
    let rendered = sql::render(&scan, CONNECTOR.dialect()).unwrap();
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
