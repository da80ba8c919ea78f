use std::collections::HashMap;

use arrow_schema::DataType;
use aws_sdk_glue::types::{Column as GlueColumn, Table as GlueTable};
use connector_core::{Column, ColumnMapping, Pushdown, ReadAs};

use super::*;
use crate::register::SourceState;

fn source(engine: &str, url: &str) -> Source {
    Source {
        id: "shop-db".into(),
        owner: "shop".into(),
        engine: engine.into(),
        url: url.into(),
        administrator: "shop/admin".into(),
        state: SourceState::Ready,
    }
}

pub(super) fn postgres() -> Source {
    source("postgres", "jdbc:postgresql://h/Shop")
}

fn column(name: &str, data_type: DataType, comment: Option<&str>) -> Column {
    let mapping = ColumnMapping { data_type, read_as: ReadAs::Plain, bind_as: None, pushdown: Pushdown::Full };
    let (remote_name, comment) = (name.to_owned(), comment.map(str::to_owned));
    Column { name: name.to_lowercase(), remote_name, comment, announced: None, mapping }
}

pub(super) fn table(schema: &str, name: &str) -> Table {
    let columns = vec![column("ID", DataType::Int64, Some("who\nit  is")), column("name", DataType::Utf8, None)];
    Table { name: TableName::new(schema, name), columns, comment: Some("orders\tof all".into()) }
}

/// A table as Glue would have it after it was told.
fn held(step: &Step) -> GlueTable {
    let input = step.input().unwrap();
    GlueTable::builder()
        .name(input.name)
        .set_description(input.description)
        .set_storage_descriptor(input.storage_descriptor)
        .set_table_type(input.table_type)
        .set_parameters(input.parameters)
        .version_id("1")
        .build()
        .unwrap()
}

fn prefixed() -> Target {
    Target::Prefix("pg_".into())
}

fn planned(tables: &[Table], there: Held, removes_gone: bool) -> Plan {
    let wanted = wanted(&postgres(), tables, &prefixed(), Some("conn")).unwrap();
    plan(&postgres(), wanted, there, &|name| name.schema != "unseen", removes_gone)
}

/// What Glue has once a plan is done.
fn after(plan: &Plan) -> Held {
    let made = plan.databases.iter().map(|name| (name.clone(), entry::of_database(&postgres())));
    let tables = plan.steps.iter().filter(|step| step.entry.is_some()).map(|step| (step.name.clone(), held(step)));
    Held { databases: made.collect(), tables: tables.collect() }
}

fn changes(plan: &Plan) -> Vec<(String, Change, String)> {
    plan.steps.iter().map(|step| (step.name.to_string(), step.change, step.what.join("; "))).collect()
}

#[test]
fn a_table_is_told_of_as_its_source_has_it() {
    let plan = planned(&[table("Sales", "Orders")], Held::default(), false);
    assert_eq!((plan.databases.as_slice(), plan.same), (&["pg_sales".to_owned()][..], 0));
    let told = held(&plan.steps[0]);
    assert_eq!((told.name.as_str(), told.description.as_deref()), ("orders", Some("orders of all")));
    let stored = told.storage_descriptor.unwrap();
    assert_eq!(stored.location.as_deref(), Some("Shop.Sales.Orders"));
    let columns: Vec<(String, Option<String>, Option<String>)> =
        stored.columns.unwrap().into_iter().map(|it| (it.name, it.r#type, it.comment)).collect();
    let typed =
        |name: &str, word: &str, comment: Option<&str>| (name.to_owned(), Some(word.into()), comment.map(Into::into));
    assert_eq!(columns, [typed("id", "bigint", Some("who it is")), typed("name", "string", None)]);
    let mut parameters = told.parameters.unwrap();
    assert_eq!(parameters.remove("glaux_written").map(|hash| hash.len()), Some(32));
    let expected = [
        ("glaux_source", "shop/shop-db"),
        ("glaux_schema", "Sales"),
        ("glaux_table", "Orders"),
        ("classification", "postgresql"),
        ("connectionName", "conn"),
        ("UPDATED_BY_CRAWLER", "glaux"),
        ("typeOfData", "table"),
        ("compressionType", "none"),
    ];
    assert_eq!(parameters, HashMap::from(expected.map(|(key, value)| (key.to_owned(), value.to_owned()))));
    // The workflow looks for the asset by the location, and MySQL's names have two parts.
    let mysql = source("mysql", "jdbc:mysql://h/other");
    let wanted = wanted(&mysql, &[table("Sales", "Orders")], &Target::Database("D".into()), None).unwrap();
    let plan = plan::plan(&mysql, wanted, Held::default(), &|_| true, false);
    let told = held(&plan.steps[0]);
    assert_eq!(plan.steps[0].name.to_string(), "d.orders");
    assert_eq!(told.storage_descriptor.unwrap().location.as_deref(), Some("Sales.Orders"));
    assert!(!told.parameters.unwrap().contains_key("connectionName"));
}

#[test]
fn what_is_there_as_it_should_be_is_left_alone_and_what_is_not_is_told_by_name() {
    let tables = [table("a", "one"), table("a", "two"), table("b", "one")];
    let first = planned(&tables, Held::default(), false);
    assert_eq!(first.databases, ["pg_a", "pg_b"]);
    assert_eq!(first.steps.iter().filter(|step| step.change == Change::New).count(), 3);
    let again = planned(&tables, after(&first), false);
    assert_eq!((again.steps.len(), again.same, again.databases.len()), (0, 3, 0));

    let mut other = tables.clone();
    other[0].columns[0] = column("ID", DataType::Int32, Some("who it is"));
    other[1].columns.push(column("more", DataType::Date64, None));
    other[1].columns.remove(1);
    other[2].columns[1].comment = Some("told".into());
    let changed = planned(&other, after(&first), false);
    let expected = [
        ("pg_a.one", "type of column id: int for bigint"),
        ("pg_a.two", "column more is new; column name is gone"),
        ("pg_b.one", "comment on column name"),
    ];
    assert_eq!(changes(&changed), expected.map(|(name, what)| (name.into(), Change::Changed, what.into())));
    assert_eq!(planned(&other, after(&changed), false).same, 3);
}

#[test]
fn what_somebody_has_changed_in_glue_is_put_back_and_what_they_have_added_stays() {
    let tables = [table("a", "one")];
    let mut there = after(&planned(&tables, Held::default(), false));
    let told = there.tables.values_mut().next().unwrap();
    let stored = told.storage_descriptor.as_mut().unwrap();
    let owner = HashMap::from([("pii".to_owned(), "yes".to_owned())]);
    let columns = stored.columns.as_mut().unwrap();
    columns[0].comment = Some("mine".into());
    columns[1] =
        GlueColumn::builder().name("name").r#type("string").set_parameters(Some(owner.clone())).build().unwrap();
    stored.location = Some("Shop.hr.salaries".into());
    let parameters = told.parameters.as_mut().unwrap();
    parameters.insert("quality".into(), "0.9".into());
    parameters.insert("classification".into(), "csv".into());
    told.owner = Some("ana".into());
    let plan = planned(&tables, there, false);
    let what = "comment on column id; location; parameter classification";
    assert_eq!(changes(&plan), [("pg_a.one".to_owned(), Change::Drifted, what.to_owned())]);
    let input = plan.steps[0].input().unwrap();
    let parameters = input.parameters.unwrap();
    assert_eq!((parameters["quality"].as_str(), parameters["classification"].as_str()), ("0.9", "postgresql"));
    let stored = input.storage_descriptor.unwrap();
    assert_eq!(stored.location.as_deref(), Some("Shop.a.one"));
    assert_eq!(stored.columns.unwrap()[1].parameters, Some(owner));
    assert_eq!(input.owner.as_deref(), Some("ana"));
}

#[test]
fn a_table_of_somebody_else_is_refused_by_name_and_never_touched() {
    let tables = [table("a", "one"), table("a", "two")];
    let mut there = after(&planned(&tables, Held::default(), false));
    for (name, parameters) in [("one", None), ("two", Some(("glaux_source", "shop/other-db")))] {
        let held = there.tables.get_mut(&Name { database: "pg_a".into(), table: name.into() }).unwrap();
        held.parameters = parameters.map(|(key, value)| HashMap::from([(key.to_owned(), value.to_owned())]));
    }
    let refused = planned(&tables, there, true);
    assert!(refused.steps.is_empty() && refused.same == 0, "{:?}", changes(&refused));
    let told: Vec<String> = refused.refused.iter().map(|(name, error)| format!("{name} {error}")).collect();
    assert!(told.len() == 2 && told[0].contains("pg_a.one") && told[0].contains("shop/shop-db"), "{told:?}");
}

#[test]
fn what_is_gone_is_told_and_taken_away_where_that_is_asked_for_and_it_was_looked_for() {
    let tables = [table("a", "one"), table("a", "two"), table("b", "one"), table("unseen", "one")];
    let there = || after(&planned(&tables, Held::default(), false));
    let gone = planned(&tables[..1], there(), false);
    assert_eq!(changes(&gone).iter().map(|(name, ..)| name.as_str()).collect::<Vec<_>>(), ["pg_a.two", "pg_b.one"]);
    assert!(gone.steps.iter().all(|step| step.change == Change::Gone) && gone.emptied.is_empty());
    let removed = planned(&tables[..1], there(), true);
    assert!(removed.steps.len() == 2 && removed.steps.iter().all(|step| step.change == Change::Removed));
    // What still has a table in it is left when it comes to that.
    assert_eq!(removed.emptied, ["pg_b", "pg_unseen"]);

    let all = removal(&postgres(), there(), &|name| name.schema == "a");
    assert_eq!(changes(&all).iter().map(|(name, ..)| name.as_str()).collect::<Vec<_>>(), ["pg_a.one", "pg_a.two"]);
    let mut theirs = there();
    theirs.databases.values_mut().for_each(HashMap::clear);
    theirs.tables.values_mut().for_each(|table| table.parameters = None);
    let nothing = removal(&postgres(), theirs, &|_| true);
    assert!(nothing.steps.is_empty() && nothing.emptied.is_empty());
}

#[test]
fn names_that_are_one_to_glue_are_refused_with_all_of_them() {
    let tables = [table("a", "one"), table("a", "One"), table("a", "two"), table("A", "two"), table("a", "three")];
    let plan = planned(&tables, Held::default(), false);
    assert_eq!(changes(&plan).len(), 1);
    let told: Vec<String> = plan.refused.iter().map(|(_, error)| error.to_string()).collect();
    assert!(told.len() == 4 && told[0].contains(r#""a"."One""#) && told[0].contains(r#""a"."one""#), "{told:?}");
    assert!(told[2].contains(r#""A"."two""#) && told[2].contains(r#""a"."two""#), "{told:?}");
    // What can no longer be told apart is still there: it is not gone.
    let there = after(&planned(&tables[..1], Held::default(), false));
    assert!(planned(&tables[..2], there, true).steps.is_empty());
}

#[test]
fn what_glue_cannot_say_is_refused_and_what_is_too_long_is_cut() {
    let mut wide = table("a", "wide");
    wide.columns[0].comment = Some("é𝄞".repeat(200));
    wide.comment = Some("\n ".into());
    let mut odd = table("a", "odd");
    odd.columns.push(column("d", DataType::Null, None));
    let control = table("a", "tab\tbed");
    let plan = planned(&[wide, odd, control], Held::default(), false);
    let told = held(&plan.steps[0]);
    assert_eq!(told.description, None);
    let comment = told.storage_descriptor.unwrap().columns.unwrap()[0].comment.clone().unwrap();
    assert!(comment.encode_utf16().count() <= 255 && comment.ends_with('…'), "{comment}");
    let told: Vec<String> = plan.refused.iter().map(|(name, error)| format!("{name} {error}")).collect();
    assert!(told.len() == 2 && told[0].contains(r#""a"."odd""#) && told[0].contains("\"d\""), "{told:?}");
}

#[test]
fn a_name_may_be_as_long_as_glue_takes_one_and_a_comment_too() {
    let (long, longer) = ("x".repeat(255), "x".repeat(256));
    let mut commented = table("a", "one");
    commented.columns[0].comment = Some(long.clone());
    commented.columns[1].comment = Some(longer.clone());
    let plan = planned(&[table("a", &long), table("a", &longer), commented], Held::default(), false);
    assert_eq!(changes(&plan).iter().map(|(name, ..)| name.len()).collect::<Vec<_>>(), [4 + 1 + 3, 4 + 1 + 255]);
    let columns = held(&plan.steps[0]).storage_descriptor.unwrap().columns.unwrap();
    assert_eq!(columns[0].comment.as_ref(), Some(&long));
    assert_eq!(columns[1].comment, Some(format!("{}…", "x".repeat(254))));
    let told: Vec<String> = plan.refused.iter().map(|(name, error)| format!("{name} {error}")).collect();
    assert!(told.len() == 1 && told[0].contains(&longer), "{told:?}");
}

#[test]
fn where_an_url_names_no_database_a_location_has_none() {
    let everything = source("postgres", "jdbc:postgresql://h/");
    let wanted = wanted(&everything, &[table("Sales", "Orders")], &Target::Database("D".into()), None).unwrap();
    let plan = plan(&everything, wanted, Held::default(), &|_| true, false);
    let told = held(&plan.steps[0]).storage_descriptor.unwrap();
    assert_eq!(told.location.as_deref(), Some("Sales.Orders"));
}

#[test]
fn what_others_say_of_a_table_stays_and_the_order_of_columns_is_the_sources() {
    let tables = [table("a", "one")];
    let mut there = after(&planned(&tables, Held::default(), false));
    let told = there.tables.values_mut().next().unwrap();
    told.parameters.as_mut().unwrap().insert("UPDATED_BY_CRAWLER".into(), "theirs".into());
    let day = GlueColumn::builder().name("day").r#type("date").build().unwrap();
    (told.partition_keys, told.retention, told.description) = (Some(vec![day.clone()]), 7, Some("mine".into()));
    let mut changed = tables.clone();
    changed[0].columns.swap(0, 1);
    let plan = planned(&changed, there, false);
    let what = "order of columns; description";
    assert_eq!(changes(&plan), [("pg_a.one".to_owned(), Change::Drifted, what.to_owned())]);
    let input = plan.steps[0].input().unwrap();
    assert_eq!((input.partition_keys, input.retention), (Some(vec![day]), 7));
    let parameters = input.parameters.unwrap();
    assert_eq!((parameters["UPDATED_BY_CRAWLER"].as_str(), parameters["connectionName"].as_str()), ("theirs", "conn"));
}

#[test]
fn a_description_alone_that_somebody_has_changed_is_told_as_theirs() {
    let tables = [table("a", "one"), table("a", "two")];
    let mut there = after(&planned(&tables, Held::default(), false));
    for told in there.tables.values_mut() {
        told.description = Some("mine".into());
    }
    let mut other = tables.clone();
    other[1].columns[1].name = "renamed".into();
    let told = changes(&planned(&other, there, false));
    assert!(told.iter().all(|(_, change, _)| *change == Change::Drifted), "{told:?}");
    // The same without a connection to name is the same.
    let wanted = wanted(&postgres(), &tables, &prefixed(), None).unwrap();
    let same = plan(&postgres(), wanted, after(&planned(&tables, Held::default(), false)), &|_| true, false);
    assert_eq!((same.same, changes(&same).len()), (2, 0));
}

#[test]
fn what_is_done_is_told_in_the_order_of_names_whatever_is_done() {
    let there = after(&planned(&[table("a", "two"), table("b", "one")], Held::default(), false));
    let plan = planned(&[table("a", "one"), table("a", "three"), table("b", "two")], there, true);
    let names: Vec<String> = plan.steps.iter().map(|step| step.name.to_string()).collect();
    assert_eq!(names, ["pg_a.one", "pg_a.three", "pg_a.two", "pg_b.one", "pg_b.two"]);
}

#[test]
fn a_database_is_meant_in_any_case() {
    let one = Target::Database("Shop".into());
    assert!(one.has("shop") && !one.has("shop2") && one.database("any") == "shop");
    let many = Target::Prefix("Pg_".into());
    assert!(many.has("pg_x") && !many.has("my_x") && many.database("Crm") == "pg_crm");
}
