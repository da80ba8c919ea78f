//! What DataFusion says of a statement that it cannot plan, in one line and in this house's words.
//!
//! Names that are not there are told with the nearest that is. Not here: failures of ours that pass through (`engine`).

use connector_core::{Error, ErrorKind};
use datafusion::common::utils::datafusion_strsim::normalized_levenshtein;
use datafusion::common::{Column, DataFusionError, SchemaError};
use datafusion::sql::sqlparser::parser::ParserError;

/// How alike two names must be for one to be taken for a slip of the other; the least that DataFusion suggests at.
const ALIKE: f64 = 0.5;

/// Candidates shown of many.
const SHOWN: usize = 12;

/// The refusal that an error of the engine is.
pub(super) fn refusal(error: &DataFusionError) -> Error {
    match error.find_root() {
        DataFusionError::SQL(parser, _) => unparsed(parser),
        DataFusionError::SchemaError(schema, _) => unnamed(schema),
        DataFusionError::Plan(message) => unplanned(message),
        DataFusionError::Execution(message) => Error::invalid(one_line(message)),
        DataFusionError::NotImplemented(message) => Error::unsupported(one_line(message)),
        DataFusionError::ResourcesExhausted(message) => Error::new(ErrorKind::TooLarge, one_line(message)),
        DataFusionError::Internal(message) => Error::internal(format!("the engine failed: {}", one_line(message))),
        other => Error::internal(format!("the engine failed: {}", one_line(&other.strip_backtrace()))),
    }
}

fn unparsed(error: &ParserError) -> Error {
    let (ParserError::ParserError(message) | ParserError::TokenizerError(message)) = error else {
        return Error::invalid("the statement nests too deeply").hint("take a part of it into a WITH clause");
    };
    let (what, place) = match message.rsplit_once(" at Line: ") {
        Some((what, place)) => (what, format!(" at line {}", place.replace("Column:", "column"))),
        None => (message.as_str(), String::new()),
    };
    let what = what.replacen("Expected: ", "expected ", 1).replacen(", found: ", ", found ", 1);
    let what = what.strip_suffix("found EOF").map_or(what.clone(), |what| format!("{what}found its end"));
    Error::invalid(format!("syntax error{place}: {}", one_line(&what)))
}

fn unnamed(error: &SchemaError) -> Error {
    match error {
        SchemaError::FieldNotFound { field, valid_fields } => {
            let within = field.relation.as_ref().map(|table| format!(" in {:?}", table.table())).unwrap_or_default();
            let missing = Error::invalid(format!("column {:?} does not exist{within}", field.name));
            let candidates = candidates(valid_fields);
            match (nearest(&field.name, candidates.iter().copied()), candidates.len()) {
                (Some(near), _) => missing.hint(format!("did you mean {near:?}?")),
                (None, 0) => missing,
                (None, all) => {
                    let more = if all > SHOWN { format!(" and {} more", all - SHOWN) } else { String::new() };
                    missing.hint(format!("there are {}{more}", candidates[..all.min(SHOWN)].join(", ")))
                }
            }
        }
        SchemaError::AmbiguousReference { field } => Error::invalid(format!("column {:?} is ambiguous", field.name))
            .hint(format!("write its table in front: table.{}", field.name)),
        SchemaError::DuplicateQualifiedField { qualifier, .. } => {
            Error::invalid(format!("two tables are called {:?}", qualifier.table())).hint("give one of them an alias")
        }
        SchemaError::DuplicateUnqualifiedField { name } => {
            Error::invalid(format!("two columns are called {name:?}")).hint("give one of them an alias")
        }
    }
}

/// The names that a user could have meant; one that stands for a column without a name is none.
fn candidates(fields: &[Column]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for field in fields {
        if !field.name.starts_with("_col#") && !names.contains(&field.name.as_str()) {
            names.push(&field.name);
        }
    }
    names
}

/// The candidate most like a name, if one is like it at all.
pub(super) fn nearest<'c>(name: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    let alike = candidates.map(|candidate| (normalized_levenshtein(name, candidate), candidate));
    alike.filter(|(alike, _)| *alike >= ALIKE).max_by(|left, right| left.0.total_cmp(&right.0)).map(|(_, near)| near)
}

fn unplanned(message: &str) -> Error {
    // DataFusion, `SqlToRel::sql_function_to_expr`, which has no other way to tell it.
    if let Some(rest) = message.strip_prefix("Invalid function '") {
        let (name, rest) = rest.split_once('\'').unwrap_or((rest, ""));
        let missing = Error::invalid(format!("function {name:?} does not exist"));
        let near = rest.split_once("Did you mean '").and_then(|(_, near)| near.split_once('\''));
        return match near.and_then(|(near, _)| nearest(name, std::iter::once(near))) {
            Some(near) => missing.hint(format!("did you mean {near:?}?")),
            None => missing,
        };
    }
    if let Some((_, signature)) = message.split_once("No function matches the given name and argument types '") {
        let signature = signature.split_once('\'').map_or(signature, |(signature, _)| signature);
        return Error::invalid(format!("no function takes these arguments: {signature}"));
    }
    match message.strip_prefix("Invalid qualifier ") {
        Some(qualifier) => Error::invalid(format!("there is no table called {qualifier:?} in the FROM clause")),
        None => Error::invalid(one_line(message)),
    }
}

/// A message without its line ends, its engine's own prefixes and its capital letter.
pub(super) fn one_line(message: &str) -> String {
    let mut text = message.split_whitespace().collect::<Vec<_>>().join(" ");
    for prefix in ["Error during planning: ", "Execution error: ", "Internal error: "] {
        text = text.replace(prefix, "");
    }
    text = text.split(" This issue was likely caused by a bug in DataFusion").next().unwrap_or_default().to_owned();
    let text = text.trim_end_matches('.');
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if first.is_uppercase() && !second.is_uppercase() => {
            first.to_lowercase().chain(std::iter::once(second)).chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line_without_the_engines_words() {
        assert_eq!(one_line("Error during planning: Cannot coerce\n\tthis."), "cannot coerce this");
        assert_eq!(one_line("LIMIT must be a number"), "LIMIT must be a number");
        assert_eq!(one_line("Bad.\nThis issue was likely caused by a bug in DataFusion's code."), "bad");
    }

    #[test]
    fn a_name_is_suggested_only_if_it_is_alike() {
        let names = || ["orders", "customers", "every_type"].into_iter();
        assert_eq!(nearest("orderz", names()), Some("orders"));
        assert_eq!(nearest("payments", names()), None);
    }
}
