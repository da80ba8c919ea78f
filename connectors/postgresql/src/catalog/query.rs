//! What a pass-through query gives: the server takes it apart and describes it, and nothing is run.

use std::collections::BTreeMap;

use connector_core::passthrough::names;
use connector_core::{Column, Error, Query, Result, Settings, sql};
use postgres_types::{Kind, Type};

use super::columns::{system_name, undomained};
use crate::message::{Bound, Field};
use crate::session::{Session, get};
use crate::types::{self, Collation, Element, RemoteType};

/// The label that the server gives a column that has none.
const NO_LABEL: &str = "?column?";

/// The columns of `query`. It is described where it will be run, in parentheses, which take nothing but a query.
pub(crate) async fn query(
    session: &mut Session,
    query: &Query,
    settings: &Settings,
    encoding: &str,
) -> Result<Vec<Column>> {
    let (fields, parameters) = session.describe(&sql::all_of(query)).await?;
    if parameters > 0 {
        return Err(Error::invalid("the query has parameters").hint("write their values into it"));
    }
    if fields.is_empty() {
        return Err(Error::unsupported("the query has no columns, which Athena cannot show").hint("select a constant"));
    }
    let others = others(session, &fields).await?;
    let labels: Vec<_> =
        fields.iter().map(|field| Some(field.name.as_str()).filter(|name| *name != NO_LABEL)).collect();
    let columns = fields.iter().zip(names(&labels)).enumerate().map(|(index, (field, name))| {
        let (mapping, announced) = types::mapped(&remote_type(field, &others, encoding), settings);
        Column { name, remote_name: sql::numbered(index), comment: None, announced, mapping }
    });
    Ok(columns.collect())
}

/// A type that is none of those that every server has: its name, if it is the system's, and what it is an array of.
#[derive(Clone, Debug, Default)]
struct Other {
    name: String,
    element: Option<(String, bool)>,
}

/// What the catalogs say about the types that are not known by their number.
async fn others(session: &mut Session, fields: &[Field]) -> Result<BTreeMap<u32, Other>> {
    let unknown: Vec<u32> = fields.iter().map(|field| field.oid).filter(|oid| Type::from_oid(*oid).is_none()).collect();
    if unknown.is_empty() {
        return Ok(BTreeMap::new());
    }
    let sql = format!(
        "SELECT t.oid, {name} AS name, CASE WHEN e.oid IS NULL THEN NULL ELSE {element_name} END AS element_name, \
         e.typtype = 'd' AS element_is_domain FROM pg_catalog.pg_type t \
         LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND e.typarray = t.oid \
         LEFT JOIN LATERAL {element} f ON e.oid IS NOT NULL LEFT JOIN pg_catalog.pg_type g ON g.oid = f.oid \
         WHERE t.oid = ANY($1)",
        name = system_name("t"),
        element_name = system_name("g"),
        element = undomained("e.oid", "-1", "0"),
    );
    let values: [Bound<'_>; 1] = [(&unknown, Type::OID_ARRAY)];
    let rows = session.query(&sql, &values).await?;
    let others = rows.iter().map(|row| {
        let element = match get::<Option<String>>(row, "element_name")? {
            Some(name) => Some((name, get(row, "element_is_domain")?)),
            None => None,
        };
        Ok((get(row, "oid")?, Other { name: get(row, "name")?, element }))
    });
    others.collect()
}

/// Of a query's text it is not told how it compares, so it is compared as if by rules of its own.
fn remote_type(field: &Field, others: &BTreeMap<u32, Other>, encoding: &str) -> RemoteType {
    let collation = if encoding == "UTF8" { Collation::Nondeterministic } else { Collation::Foreign };
    let of = match Type::from_oid(field.oid) {
        Some(known) => Other { name: known.name().to_owned(), element: element(&known) },
        None => others.get(&field.oid).cloned().unwrap_or_default(),
    };
    let modifier = field.modifier;
    let element = of.element.map(|(name, is_domain)| {
        let modifier = if is_domain { -1 } else { modifier };
        Element { name, modifier, is_domain, dimensions: 0 }
    });
    // The server tells of a domain as what it stands for.
    RemoteType { name: of.name, modifier, collation, is_domain: false, element }
}

/// What an array of the system's holds. The vectors of the system's own tables are none, although they are taken for some.
fn element(of: &Type) -> Option<(String, bool)> {
    match of.kind() {
        Kind::Array(element) if !matches!(*of, Type::INT2_VECTOR | Type::OID_VECTOR) => {
            Some((element.name().to_owned(), false))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(oid: u32, modifier: i32, encoding: &str) -> RemoteType {
        let others = [
            (99_998, Other { name: String::new(), element: Some(("numeric".into(), true)) }),
            (99_996, Other { name: String::new(), element: Some((String::new(), false)) }),
        ];
        remote_type(&Field { name: "c".into(), oid, modifier }, &others.into(), encoding)
    }

    #[test]
    fn types_of_a_query_are_those_of_a_table() {
        let text = told(Type::TEXT.oid(), -1, "UTF8");
        assert_eq!((text.name.as_str(), text.collation), ("text", Collation::Nondeterministic));
        assert_eq!(told(Type::TEXT.oid(), -1, "LATIN1").collation, Collation::Foreign);
        let numbers = told(Type::NUMERIC_ARRAY.oid(), 7, "UTF8").element.unwrap();
        assert_eq!((numbers.name.as_str(), numbers.modifier, numbers.is_domain), ("numeric", 7, false));
        assert_eq!(told(Type::INT2_VECTOR.oid(), -1, "UTF8").element, None);
        let held = told(99_998, 7, "UTF8").element.unwrap();
        assert_eq!((held.name.as_str(), held.modifier, held.is_domain), ("numeric", -1, true));
        assert_eq!(told(99_996, -1, "UTF8").element.unwrap().name, "");
        assert_eq!((told(99_997, -1, "UTF8").name.as_str(), told(99_997, -1, "UTF8").element), ("", None));
    }
}
