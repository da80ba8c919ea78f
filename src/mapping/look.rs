//! What a source has, by its own catalogue.

use connector_core::{Connection, Error, Result, Table, TableName};

/// Where to look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// In this schema only, in the source's spelling.
    pub schema: Option<String>,
    /// At tables of such names only.
    pub table: Option<String>,
}

/// What was found, and what could not be looked at.
#[derive(Debug, Default)]
pub struct Looked {
    /// Tables and views, as the source's catalogue has them.
    pub tables: Vec<Table>,
    /// Those that are there and cannot be described, or schemas that cannot be listed.
    pub failed: Vec<(TableName, Error)>,
}

impl Scope {
    /// Whether a table of that name is looked at.
    pub fn has(&self, name: &TableName) -> bool {
        self.has_schema(&name.schema) && self.table.as_ref().is_none_or(|pattern| is_like(&name.table, pattern))
    }

    fn has_schema(&self, schema: &str) -> bool {
        self.schema.as_ref().is_none_or(|wanted| wanted == schema)
    }
}

impl Looked {
    /// Whether it is known if a table is there: what could not be looked at is not taken for gone, and what has no schema any more is.
    pub fn is_known(&self, name: &TableName) -> bool {
        let is_it = |failed: &TableName| {
            failed.schema == name.schema && (failed.table.is_empty() || failed.table == name.table)
        };
        !self.failed.iter().any(|(failed, _)| is_it(failed))
    }
}

/// Looks at everything that is in `scope`; each table is told to `looking` before it is looked at.
///
/// Errors: not found, if the schema that was named is not there; those of listing schemas.
pub async fn look(
    connection: &mut dyn Connection,
    scope: &Scope,
    looking: &mut (dyn FnMut(&TableName) + Send),
) -> Result<Looked> {
    let (schemas, mut looked) = (connection.schemas().await?, Looked::default());
    if let Some(wanted) = scope.schema.as_ref().filter(|wanted| !schemas.contains(wanted)) {
        return Err(Error::not_found(format!("the source has no schema {wanted:?} that its administrator may read"))
            .hint(format!("it has {schemas:?}")));
    }
    for schema in schemas.into_iter().filter(|schema| scope.has_schema(schema)) {
        let tables = match connection.tables(&schema, None, None).await {
            Ok(tables) => tables,
            Err(error) => {
                looked.failed.push((TableName::new(schema, ""), error));
                continue;
            }
        };
        for name in tables.into_iter().map(|table| TableName::new(&schema, table.name)).filter(|name| scope.has(name)) {
            looking(&name);
            match connection.table(&name).await {
                Ok(table) => looked.tables.push(table),
                Err(error) => looked.failed.push((name, error)),
            }
        }
    }
    Ok(looked)
}

/// Whether `text` is what `pattern` says, in which a star stands for any letters, or none.
pub fn is_like(text: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let middle: Vec<&str> = parts.collect();
    let Some((last, middle)) = middle.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, yes, no) in [
            ("orders", &["orders"][..], &["order", "orders2", ""][..]),
            ("shop.*", &["shop.", "shop.orders"], &["shop", "ashop.x"]),
            ("*orders", &["orders", "x.orders"], &["orders2"]),
            ("a*b*c", &["abc", "a1b2c", "abbc"], &["ab", "acb", "abca"]),
            ("*", &["", "x"], &[]),
            ("a*a", &["aa", "aba"], &["a"]),
        ] {
            assert!(yes.iter().all(|text| is_like(text, pattern)), "{pattern}");
            assert!(!no.iter().any(|text| is_like(text, pattern)), "{pattern}");
        }
    }
}
