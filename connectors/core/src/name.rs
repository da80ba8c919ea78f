//! Names of tables and columns, and how one that Athena has folded to lower case is found again.

use std::fmt;

use crate::{Casing, Error, Result};

/// A table's name; whose spelling it is in (Athena's or the source's) depends on where it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableName {
    /// Schema.
    pub schema: String,
    /// Table, view or the like.
    pub table: String,
}

impl TableName {
    /// A name from its two parts.
    pub fn new(schema: impl Into<String>, table: impl Into<String>) -> Self {
        Self { schema: schema.into(), table: table.into() }
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}.{:?}", self.schema, self.table)
    }
}

/// Finds what `wanted` means among the source's names: an exact match wins, else the only match by folded case.
///
/// `what` is the noun for messages. Errors: not found, or invalid with the candidates when several differ only in case (D20).
pub fn resolve<'a>(what: &str, wanted: &str, candidates: &'a [String], casing: Casing) -> Result<&'a str> {
    let exact = match casing {
        Casing::Search | Casing::None => wanted.to_owned(),
        Casing::Lower => wanted.to_lowercase(),
        Casing::Upper => wanted.to_uppercase(),
    };
    if let Some(found) = candidates.iter().find(|name| **name == exact) {
        return Ok(found);
    }
    let folded = wanted.to_lowercase();
    let matches: Vec<&String> = match casing {
        Casing::Search => candidates.iter().filter(|name| name.to_lowercase() == folded).collect(),
        Casing::None | Casing::Lower | Casing::Upper => Vec::new(),
    };
    match matches[..] {
        [only] => Ok(only),
        [] => Err(Error::not_found(format!("{what} {exact:?} does not exist, or its user may not read it"))
            .hint(format!("list what there is, and check that the catalog's user has rights on the {what}"))),
        _ => Err(Error::invalid(format!("{what} {wanted:?} is ambiguous: it may mean any of {matches:?}"))
            .hint("give all but one another name, or a view with a name of its own")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_exact_match_wins_over_one_by_folded_case() {
        let candidates = names(&["DUP", "dup"]);
        assert_eq!(resolve("table", "dup", &candidates, Casing::Search).unwrap(), "dup");
        assert_eq!(resolve("table", "dup", &candidates, Casing::Upper).unwrap(), "DUP");
    }

    #[test]
    fn the_only_match_by_folded_case_is_taken() {
        assert_eq!(resolve("table", "orders", &names(&["Orders"]), Casing::Search).unwrap(), "Orders");
        assert!(resolve("table", "orders", &names(&["Orders"]), Casing::None).is_err());
    }

    #[test]
    fn an_ambiguous_name_is_told_apart_from_a_missing_one() {
        let ambiguous = resolve("table", "dup", &names(&["DUP", "Dup"]), Casing::Search).unwrap_err();
        assert_eq!(ambiguous.kind(), ErrorKind::Invalid);
        assert!(ambiguous.to_string().contains("\"DUP\"") && ambiguous.to_string().contains("\"Dup\""));
        let missing = resolve("table", "nope", &names(&[]), Casing::Search).unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::NotFound);
    }
}
