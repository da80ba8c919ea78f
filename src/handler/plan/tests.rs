//! Plans that others wrote (`schemas/protocol/plans.json`), and what is made of them.

use std::collections::BTreeMap;

use arrow_schema::{Field, TimeUnit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use connector_core::Function::{Equal, GreaterThan, IsNull, LessThan, Not, Or};
use connector_core::{Column, ColumnMapping, Domain, Pushdown, ReadAs, Value};

use super::*;
use crate::protocol::QueryPlan;

const PLANS: &str = include_str!("../../../schemas/protocol/plans.json");

fn plans() -> BTreeMap<String, QueryPlan> {
    let plans: BTreeMap<String, String> = serde_json::from_str(PLANS).unwrap();
    plans.into_iter().map(|(name, plan)| (name, QueryPlan { version: None, plan: Some(plan) })).collect()
}

fn orders() -> (TableName, Table) {
    let column = |name: &str, data_type| Column {
        name: name.into(),
        remote_name: name.to_uppercase(),
        comment: None,
        announced: None,
        mapping: ColumnMapping { data_type, read_as: ReadAs::Plain, bind_as: None, pushdown: Pushdown::Full },
    };
    let columns = vec![
        column("other", DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()))),
        column("id", DataType::Int32),
        column("region", DataType::Utf8),
        column("price", DataType::Decimal128(10, 2)),
        column("day", DataType::Date32),
        column("list", DataType::new_list(DataType::Int32, true)),
    ];
    let name = TableName::new("shop", "orders");
    (name, Table { name: TableName::new("Shop", "Orders"), columns, comment: None })
}

fn read(name: &str) -> Result<Meaning> {
    let (table_name, table) = orders();
    relation::meaning(&Plan::decode(&plans()[name])?, &table_name, &table)
}

fn columns(meaning: &Meaning) -> Vec<String> {
    meaning.columns.iter().map(|given| format!("{} {}", given.name, given.data_type)).collect()
}

fn key(name: &str) -> Told {
    Told::Key(name.into())
}

fn by_region() -> Aggregate {
    Aggregate { keys: vec!["region".into()], outputs: vec![key("region"), Told::Rows] }
}

#[test]
fn keys_and_measures_are_read_in_both_forms() {
    for form in ["", "old: "] {
        let meaning = read(&format!("{form}rows by a key")).unwrap();
        assert_eq!(meaning.aggregate, Some(by_region()));
        assert_eq!(columns(&meaning), ["region Utf8", "n Int64"]);
        let meaning = read(&format!("{form}all rows")).unwrap();
        assert_eq!(meaning.aggregate, Some(Aggregate { keys: Vec::new(), outputs: vec![Told::Rows] }));
        let meaning = read(&format!("{form}every measure")).unwrap();
        let (id, price) = (|| "id".to_owned(), || "price".to_owned());
        let outputs = vec![
            key("region"),
            Told::Count(price()),
            Told::CountDistinct(id()),
            Told::Sum(id()),
            Told::Sum(price()),
            Told::Min(id()),
            Told::Max("day".into()),
            Told::Average(id()),
            Told::Average(price()),
        ];
        assert_eq!(meaning.aggregate.as_ref().unwrap().outputs, outputs);
        let types = "region Utf8, a Int64, b Int64, c Int64, d Decimal128(38, 2), e Int32, f Date32, g Float64, h Decimal128(10, 2)";
        assert_eq!(columns(&meaning).join(", "), types);
    }
}

#[test]
fn conditions_projections_and_limits_are_followed_to_the_tables_own_columns() {
    for form in ["", "old: "] {
        let meaning = read(&format!("{form}under filters and a limit")).unwrap();
        let outputs = vec![Told::Rows, key("region")];
        assert_eq!(meaning.aggregate, Some(Aggregate { keys: vec!["region".into()], outputs }));
        assert_eq!((columns(&meaning), meaning.limit), (vec!["n Int64".into(), "region Utf8".into()], Some(7)));
        let column = |name: &str, data_type| Expr::Column { name: name.into(), data_type };
        let call = |function, args| Expr::Call { function, args, data_type: DataType::Boolean };
        let constant = |value, data_type| Expr::Constant { value: Some(value), data_type };
        let (region, decimal) = (column("region", DataType::Utf8), DataType::Decimal128(10, 2));
        let low = constant(Value::Decimal { unscaled: -150, scale: 2 }, decimal.clone());
        let filters = vec![
            call(Not, vec![call(IsNull, vec![region.clone()])]),
            call(GreaterThan, vec![column("id", DataType::Int32), constant(Value::Int(5), DataType::Int32)]),
            call(
                Or,
                vec![
                    call(Equal, vec![region, constant(Value::Text("x".into()), DataType::Utf8)]),
                    call(Not, vec![call(LessThan, vec![column("price", decimal), low])]),
                ],
            ),
        ];
        assert_eq!(meaning.filters, filters);
        let meaning = read(&format!("{form}filter and limit of rows")).unwrap();
        assert_eq!((meaning.aggregate, meaning.limit, meaning.filters.len()), (None, Some(3), 1));
        let given: Vec<_> = meaning.columns.into_iter().map(|given| given.column.unwrap()).collect();
        assert_eq!(given, ["region", "id"]);
    }
    let masked = read("masked").unwrap();
    assert_eq!(masked.aggregate.unwrap().outputs, [key("region"), Told::Sum("price".into())]);
    assert_eq!(read("one of a list").unwrap().filters.len(), 1);
    assert_eq!(read("keys alone").unwrap().aggregate.unwrap().keys, ["region", "id"]);
}

#[test]
fn a_plan_that_says_more_than_is_understood_is_not_followed() {
    let understood = [
        "rows by a key",
        "all rows",
        "every measure",
        "under filters and a limit",
        "filter and limit of rows",
        "masked",
        "one of a list",
        "keys alone",
        "a column named as the table's",
    ];
    let plans = plans();
    let mut followed: Vec<&str> = Vec::new();
    for name in plans.keys() {
        match read(name) {
            Ok(_) => followed.push(name.strip_prefix("old: ").unwrap_or(name)),
            Err(error) => {
                let kinds = [ErrorKind::Unsupported, ErrorKind::Corrupt];
                assert!(kinds.contains(&error.kind()), "{name}: {:?} {error}", error.kind());
            }
        }
    }
    followed.sort_unstable();
    followed.dedup();
    let mut expected = understood.to_vec();
    expected.sort_unstable();
    assert_eq!(followed, expected);
    assert!(plans.len() > 45, "{}", plans.len());
}

#[test]
fn a_broken_plan_is_an_error_and_never_a_panic() {
    let as_plan = |bytes: &[u8]| QueryPlan { version: None, plan: Some(STANDARD.encode(bytes)) };
    for garbage in [None, Some(""), Some("no base64!"), Some("AAAA"), Some("////")] {
        let plan = QueryPlan { version: None, plan: garbage.map(Into::into) };
        assert!(Plan::decode(&plan).is_err(), "{garbage:?}");
    }
    let whole = STANDARD.decode(plans()["under filters and a limit"].plan.as_ref().unwrap()).unwrap();
    let meant = Plan::decode(&as_plan(&whole)).unwrap();
    let mut survived = 0;
    for end in 0..whole.len() {
        let Ok(read) = Plan::decode(&as_plan(&whole[..end])) else { continue };
        // What stands behind the relations says who wrote them, or what functions are called that they do not call.
        assert_eq!(read, meant, "cut at {end}");
        survived += 1;
    }
    assert!(survived < 3, "{survived} prefixes are plans");
    for place in 0..whole.len() {
        for bit in 0..8 {
            let mut broken = whole.clone();
            broken[place] ^= 1 << bit;
            let (table_name, table) = orders();
            let _ = Plan::decode(&as_plan(&broken)).and_then(|plan| relation::meaning(&plan, &table_name, &table));
            let _ = Outline::of(&as_plan(&broken));
        }
    }
}

fn schema(fields: &[(&str, DataType)]) -> Schema {
    Schema::new(fields.iter().map(|(name, data_type)| Field::new(*name, data_type.clone(), true)).collect::<Vec<_>>())
}

fn with(plan: &str) -> Constraints {
    Constraints { query_plan: Some(plans()[plan].clone()), ..Constraints::default() }
}

fn is_agreed(plan: &str, fields: &[(&str, DataType)], adjust: impl FnOnce(&mut Constraints)) -> bool {
    let mut constraints = with(plan);
    adjust(&mut constraints);
    agreed(read(plan).unwrap(), &schema(fields), &constraints, &orders().1).is_ok()
}

const GROUPS: [(&str, DataType); 2] = [("region", DataType::Utf8), ("n", DataType::Int64)];

#[test]
fn a_plan_is_followed_only_for_exactly_its_own_columns() {
    assert!(is_agreed("rows by a key", &GROUPS, |_| ()));
    for other in [
        &[("region", DataType::Utf8)][..],
        &[("n", DataType::Int64), ("region", DataType::Utf8)],
        &[("region", DataType::Utf8), ("n", DataType::Int32)],
        &[("region", DataType::Utf8), ("m", DataType::Int64)],
        &[("region", DataType::Utf8), ("n", DataType::Int64), ("id", DataType::Int32)],
        &[],
    ] {
        assert!(!is_agreed("rows by a key", other, |_| ()), "{other:?}");
    }
}

#[test]
fn what_may_be_the_tables_own_columns_is_given_only_if_it_does_not_matter_who_groups() {
    let id = [("id", DataType::Int32)];
    assert!(is_agreed("keys alone", &[("region", DataType::Utf8), ("id", DataType::Int32)], |_| ()));
    assert!(is_agreed("a column named as the table's", &id, |_| ()));
    let mut renamed = read("a column named as the table's").unwrap();
    renamed.aggregate.as_mut().unwrap().outputs = vec![Told::Min("other".into())];
    assert!(agreed(renamed, &schema(&id), &with("all rows"), &orders().1).is_err());
}

#[test]
fn conditions_and_limits_beside_a_plan_must_not_contradict_it() {
    let is_agreed = |adjust: fn(&mut Constraints)| is_agreed("rows by a key", &GROUPS, adjust);
    assert!(is_agreed(|constraints| summary_of(constraints, "id", DataType::Int32)));
    assert!(is_agreed(|constraints| summary_of(constraints, "region", DataType::Utf8)));
    assert!(!is_agreed(|constraints| summary_of(constraints, "n", DataType::Int64)));
    assert!(!is_agreed(|constraints| constraints.limit = Some(5)));
    let mut constraints = with("under filters and a limit");
    constraints.limit = Some(7);
    summary_of(&mut constraints, "day", DataType::Date32);
    let fields = schema(&[("n", DataType::Int64), ("region", DataType::Utf8)]);
    assert!(agreed(read("under filters and a limit").unwrap(), &fields, &constraints, &orders().1).is_ok());
}

fn summary_of(constraints: &mut Constraints, name: &str, data_type: DataType) {
    constraints.summary.insert(name.into(), Domain::not_null(data_type));
}

#[test]
fn where_groups_may_be_wanted_is_seen_without_understanding_the_plan() {
    let wanted = |plan: &str, fields: &[(&str, DataType)]| may_be_wanted(&schema(fields), &with(plan));
    assert!(wanted("rows by a key", &GROUPS) && wanted("old: rows by a key", &GROUPS));
    assert!(wanted("a filter behind", &GROUPS) && wanted("a sort", &GROUPS));
    assert!(wanted("a join", &[("n", DataType::Int64)]));
    // A part of the columns is the table's columns, as they are read to be put together above.
    assert!(!wanted("rows by a key", &[("region", DataType::Utf8)]));
    assert!(!wanted("filter and limit of rows", &[("region", DataType::Utf8), ("id", DataType::Int32)]));
    assert!(wanted("keys alone", &[("region", DataType::Utf8), ("id", DataType::Int32), ("day", DataType::Date32)]));
    assert!(reshapes(&with("all rows")) && !reshapes(&with("filter and limit of rows")));
}

#[test]
fn a_part_of_a_table_is_never_grouped() {
    let (_, table) = orders();
    let mut scan = Scan::new(table, Vec::new());
    assert!(joined(read("all rows").unwrap(), scan.clone()).is_ok());
    scan.split = Split::Part(1);
    for plan in ["all rows", "filter and limit of rows"] {
        assert_eq!(joined(read(plan).unwrap(), scan.clone()).unwrap_err().kind(), ErrorKind::Conflict);
    }
}
