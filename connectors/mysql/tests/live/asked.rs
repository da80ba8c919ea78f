//! What tests ask of the table `t` of a schema, and the `id`s that answer it.

use std::collections::BTreeMap;

use arrow_schema::DataType;
use connector_core::{Bound, Domain, Expr, Function, Range, Value, Values};
use connector_mysql::CONNECTOR;

use crate::support::{Server, read, scan, shown, table};

pub fn column(name: &str, data_type: DataType) -> Expr {
    Expr::Column { name: name.into(), data_type }
}

pub fn constant(value: Value, data_type: DataType) -> Expr {
    Expr::Constant { value: Some(value), data_type }
}

pub fn int(value: Option<i64>) -> Expr {
    Expr::Constant { value: value.map(Value::Int), data_type: DataType::Int32 }
}

pub fn text(text: &str) -> Value {
    Value::Text(text.into())
}

pub fn call(function: Function, args: Vec<Expr>) -> Expr {
    Expr::Call { function, args, data_type: DataType::Boolean }
}

pub fn typed(function: Function, args: Vec<Expr>, data_type: DataType) -> Expr {
    Expr::Call { function, args, data_type }
}

/// A comparison of a column of texts with a text.
pub fn on_text(function: Function, name: &str, value: &str) -> Expr {
    call(function, vec![column(name, DataType::Utf8), constant(text(value), DataType::Utf8)])
}

pub fn not(filter: Expr) -> Expr {
    call(Function::Not, vec![filter])
}

pub fn range(data_type: DataType, low: Bound, high: Bound) -> Domain {
    Domain { data_type, values: Values::Ranges(vec![Range { low, high }]), nulls: false }
}

pub fn above(data_type: DataType, value: Value) -> Domain {
    range(data_type, Bound::Excluded(value), Bound::Unbounded)
}

pub fn below(data_type: DataType, value: Value) -> Domain {
    range(data_type, Bound::Unbounded, Bound::Excluded(value))
}

pub fn none_of(data_type: DataType, values: Vec<Value>) -> Domain {
    Domain { data_type, values: Values::NotIn(values), nulls: false }
}

/// The rows whose column is in the domain, and whether the source itself picked them out.
pub async fn in_domain(server: &Server, schema: &str, name: &str, domain: Domain) -> (Vec<String>, bool) {
    let mut connection = server.connect().await;
    let mut scan = scan(&table(connection.as_mut(), schema, "t").await);
    scan.domains = BTreeMap::from([(name.into(), domain)]);
    let rendered = connector_core::sql::render(&scan, CONNECTOR.dialect()).unwrap();
    (sorted(shown(&read(connection.as_mut(), &scan).await, "id")), rendered.remainder.keeps_all_rows())
}

/// The rows that pass a filter, and whether the source itself picked them out.
pub async fn passing(server: &Server, schema: &str, filter: Expr) -> (Vec<String>, bool) {
    let mut connection = server.connect().await;
    let mut scan = scan(&table(connection.as_mut(), schema, "t").await);
    scan.filters = vec![filter];
    let rendered = connector_core::sql::render(&scan, CONNECTOR.dialect()).unwrap();
    (sorted(shown(&read(connection.as_mut(), &scan).await, "id")), rendered.remainder.keeps_all_rows())
}

/// What the source is expected to have picked out by itself.
pub fn pushed(ids: &[&str]) -> (Vec<String>, bool) {
    (ids.iter().map(ToString::to_string).collect(), true)
}

/// What is expected to be picked out above.
pub fn kept(ids: &[&str]) -> (Vec<String>, bool) {
    (ids.iter().map(ToString::to_string).collect(), false)
}

fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort();
    ids
}
