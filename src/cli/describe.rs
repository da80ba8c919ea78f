//! What there is: catalogs, schemas, tables, and the columns of one. Asked over the wire, as Athena asks it.

use connector_core::{Error, Result};

use super::output::{Done, Output};
use super::rows::{Format, listing};
use super::session::Session;

/// Takes a dotted name apart: parts may stand in double quotes, and a quote in one is doubled.
///
/// Errors: invalid, for more than three parts and for quotes that do not match.
pub fn parts(name: &str) -> Result<Vec<String>> {
    let wrong = || {
        Error::invalid(format!("{name} is no name of a table"))
            .hint("write schema.table or catalog.schema.table, in double quotes what needs them")
    };
    let (mut parts, mut rest) = (Vec::new(), name);
    while !rest.is_empty() {
        let (part, behind) = part(rest).ok_or_else(wrong)?;
        parts.push(part);
        rest = match behind.strip_prefix('.') {
            Some("") => return Err(wrong()),
            Some(more) => more,
            None if behind.is_empty() => behind,
            None => return Err(wrong()),
        };
    }
    if parts.len() > 3 { Err(wrong()) } else { Ok(parts) }
}

/// The first part of a name, and what is behind it. What is not in quotes is folded, as Athena does it.
fn part(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find('.').unwrap_or(text.len());
        let (part, behind) = text.split_at_checked(end)?;
        let plain = !part.is_empty() && !part.contains(|c: char| c == '"' || c.is_whitespace());
        return plain.then(|| (part.to_lowercase(), behind));
    };
    let (mut part, mut rest) = (String::new(), quoted);
    loop {
        let (before, behind) = rest.split_once('"')?;
        part.push_str(before);
        match behind.strip_prefix('"') {
            Some(more) => {
                part.push('"');
                rest = more;
            }
            None => return (!part.is_empty()).then_some((part, behind)),
        }
    }
}

/// Lists catalogs and their schemas.
pub async fn schemas(session: &Session, format: Format, output: &mut Output) -> Done {
    let mut rows = Vec::new();
    for catalog in session.athena.catalogs() {
        let schemas = session.athena.schemas(&catalog).await?;
        rows.extend(schemas.into_iter().map(|schema| vec![Some(catalog.clone()), Some(schema)]));
    }
    output.whole(format, &listing(&["catalog", "schema"], &rows)?)
}

/// Lists all tables.
pub async fn tables(session: &Session, format: Format, output: &mut Output) -> Done {
    let mut rows = Vec::new();
    for catalog in session.athena.catalogs() {
        for schema in session.athena.schemas(&catalog).await? {
            let tables = session.athena.tables(&catalog, &schema).await?;
            rows.extend(tables.into_iter().map(|table| vec![Some(catalog.clone()), Some(schema.clone()), Some(table)]));
        }
    }
    output.whole(format, &listing(&["catalog", "schema", "table"], &rows)?)
}

/// Lists the columns of a table.
pub async fn table(session: &Session, name: &[String], format: Format, output: &mut Output) -> Done {
    let columns = session.athena.describe(name).await?;
    let rows = columns.into_iter().map(|column| vec![Some(column.name), Some(column.data_type), column.comment]);
    output.whole(format, &listing(&["column", "type", "comment"], &rows.collect::<Vec<_>>())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_folded_unless_it_is_quoted() {
        assert_eq!(parts("Shop.Orders").unwrap(), ["shop", "orders"]);
        assert_eq!(parts("pg.\"Odd.Schema\".\"say \"\"hi\"\"\"").unwrap(), ["pg", "Odd.Schema", "say \"hi\""]);
        assert_eq!(parts("größe").unwrap(), ["größe"]);
        assert!(parts("").unwrap().is_empty());
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for wrong in ["a..b", ".a", "a.", "\"a", "a\"b", "a b", "\"a\"b", "\"\"", "a.b.c.d", "\""] {
            assert!(parts(wrong).is_err(), "{wrong}");
        }
    }
}
