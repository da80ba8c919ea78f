//! What a pass-through query gives: the server takes it apart and describes it, and nothing is run.

use connector_core::passthrough::names;
use connector_core::{Column, Error, Query, Result, Settings, sql};
use tokio_postgres::types::{Kind, Type};

use crate::session::{Awaited, Session};
use crate::types::{self, Collation, Element, RemoteType};

/// The label that the server gives a column that has none.
const NO_LABEL: &str = "?column?";

/// The columns of a query, and whether the driver had to look up types, for which it keeps statements.
pub(crate) struct Told {
    pub(crate) columns: Vec<Column>,
    pub(crate) keeps_statements: bool,
}

/// The columns of `query`. It is described where it will be run, in parentheses, which take nothing but a query.
pub(crate) async fn query(session: &mut Session, query: &Query, settings: &Settings, encoding: &str) -> Result<Told> {
    let sql = sql::all_of(query);
    let statement = session.run(Awaited::Description, |client| client.prepare(&sql)).await?;
    if !statement.params().is_empty() {
        return Err(Error::invalid("the query has parameters").hint("write their values into it"));
    }
    let told = statement.columns();
    if told.is_empty() {
        return Err(Error::unsupported("the query has no columns, which Athena cannot show").hint("select a constant"));
    }
    let labels: Vec<_> = told.iter().map(|column| Some(column.name()).filter(|name| *name != NO_LABEL)).collect();
    let columns = told.iter().zip(names(&labels)).enumerate().map(|(index, (column, name))| Column {
        name,
        remote_name: sql::numbered(index),
        comment: None,
        mapping: types::mapping(&remote_type(column.type_(), column.type_modifier(), encoding), settings),
    });
    let keeps_statements = told.iter().any(|column| Type::from_oid(column.type_().oid()).is_none());
    Ok(Told { columns: columns.collect(), keeps_statements })
}

/// Of a query's text it is not told how it compares, so it is compared as if by rules of its own.
fn remote_type(of: &Type, modifier: i32, encoding: &str) -> RemoteType {
    let collation = if encoding == "UTF8" { Collation::Nondeterministic } else { Collation::Foreign };
    RemoteType { name: system_name(of), modifier, collation, element: element(of, modifier) }
}

/// What an array holds. The vectors of the system's own tables are none, although the driver takes them for some.
fn element(of: &Type, modifier: i32) -> Option<Element> {
    let Kind::Array(element) = of.kind() else { return None };
    if matches!(*of, Type::INT2_VECTOR | Type::OID_VECTOR) {
        return None;
    }
    let is_domain = matches!(element.kind(), Kind::Domain(_));
    let modifier = if is_domain { -1 } else { modifier };
    Some(Element { name: system_name(undomained(element)), modifier, is_domain, dimensions: 0 })
}

fn undomained(of: &Type) -> &Type {
    match of.kind() {
        Kind::Domain(base) => undomained(base),
        _ => of,
    }
}

fn system_name(of: &Type) -> String {
    if of.schema() == "pg_catalog" { of.name().to_owned() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_a_query_are_those_of_a_table() {
        let text = remote_type(&Type::TEXT, -1, "UTF8");
        assert_eq!((text.name.as_str(), text.collation), ("text", Collation::Nondeterministic));
        assert_eq!(remote_type(&Type::TEXT, -1, "LATIN1").collation, Collation::Foreign);
        let numbers = remote_type(&Type::NUMERIC_ARRAY, 7, "UTF8").element.unwrap();
        assert_eq!((numbers.name.as_str(), numbers.modifier, numbers.is_domain), ("numeric", 7, false));
        assert_eq!(remote_type(&Type::INT2_VECTOR, -1, "UTF8").element, None);
        let domain = Type::new("money_of_ours".into(), 99_999, Kind::Domain(Type::NUMERIC), "public".into());
        let list = Type::new("_money_of_ours".into(), 99_998, Kind::Array(domain), "public".into());
        let held = remote_type(&list, 7, "UTF8").element.unwrap();
        assert_eq!((held.name.as_str(), held.modifier, held.is_domain), ("numeric", -1, true));
        let own = Type::new("mood".into(), 99_997, Kind::Enum(Vec::new()), "public".into());
        assert_eq!(remote_type(&own, -1, "UTF8").name, "");
    }
}
