//! LIKE as Athena means it: without an escape unless one is named, whatever the pattern is made of.
//!
//! DataFusion's LIKE takes a backslash for an escape. A literal pattern is respelled for it, which keeps what it optimizes; any
//! other goes to Athena's evaluator, or through a function that respells it row by row if an escape is named. Not here: the
//! matching, and ILIKE, which Athena has not.

use std::hash::Hash;
use std::sync::Arc;

use connector_core::Function;
use datafusion::arrow::array::{AsArray, StringArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{DFSchema, Result, ScalarValue, exec_err, plan_err};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{
    Cast, ColumnarValue, Expr as Sql, ExprSchemable, Like, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    Volatility,
};

use super::semantics::{call, negated_if};

/// The condition that means in DataFusion what this one means in Athena.
pub(super) fn meant(like: Like, schema: &DFSchema) -> Result<Sql> {
    if let Sql::Literal(literal, metadata) = &*like.pattern {
        let Some(Some(pattern)) = literal.try_as_str() else {
            // No row is like NULL or unlike it, whatever the escape.
            return Ok(Sql::Like(Like { escape_char: None, ..like }));
        };
        let Some(text) = respelled(pattern, like.escape_char) else { return plan_err!("{MISUSED}") };
        let pattern = Box::new(Sql::Literal(ScalarValue::Utf8(Some(text)), metadata.clone()));
        return Ok(Sql::Like(Like { pattern, escape_char: Some('\\'), ..like }));
    }
    let (value, pattern) = (text(*like.expr, schema)?, text(*like.pattern, schema)?);
    let Some(escape) = like.escape_char else {
        return Ok(negated_if(like.negated, call(Function::LikePattern, vec![value, pattern])));
    };
    let respell = ScalarUDF::new_from_impl(Respell { escape, signature: Signature::any(1, Volatility::Immutable) });
    let pattern = Sql::ScalarFunction(ScalarFunction::new_udf(Arc::new(respell), vec![pattern]));
    Ok(Sql::Like(Like::new(like.negated, Box::new(value), Box::new(pattern), Some('\\'), false)))
}

const MISUSED: &str = "in LIKE the escape character must be followed by '%', '_' or itself";

/// Text as the evaluator takes it.
fn text(expr: Sql, schema: &DFSchema) -> Result<Sql> {
    match expr.get_type(schema)? {
        DataType::Utf8 | DataType::Null => Ok(expr),
        DataType::LargeUtf8 | DataType::Utf8View => Ok(Sql::Cast(Cast::new(Box::new(expr), DataType::Utf8))),
        other => plan_err!("LIKE compares texts, and {expr} is {other}"),
    }
}

/// A pattern in which a backslash escapes, and nothing else; none if the escape of the given one is misused.
fn respelled(pattern: &str, escape: Option<char>) -> Option<String> {
    let mut text = String::with_capacity(pattern.len());
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        if Some(letter) == escape {
            let next = letters.next()?;
            if !matches!(next, '%' | '_') && Some(next) != escape {
                return None;
            }
            push_letter(next, &mut text);
        } else if matches!(letter, '%' | '_') {
            text.push(letter);
        } else {
            push_letter(letter, &mut text);
        }
    }
    Some(text)
}

fn push_letter(letter: char, text: &mut String) {
    if matches!(letter, '\\' | '%' | '_') {
        text.push('\\');
    }
    text.push(letter);
}

/// Respells the patterns of a column.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Respell {
    escape: char,
    signature: Signature,
}

impl ScalarUDFImpl for Respell {
    fn name(&self) -> &'static str {
        "like_escape"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [patterns] = &args.args[..] else { return exec_err!("{} takes one pattern", self.name()) };
        let patterns = patterns.cast_to(&DataType::Utf8, None)?.to_array(args.number_rows)?;
        let mut texts = Vec::with_capacity(args.number_rows);
        for pattern in patterns.as_string::<i32>() {
            let text = pattern.map(|pattern| respelled(pattern, Some(self.escape)));
            if text == Some(None) {
                return exec_err!("{MISUSED}");
            }
            texts.push(text.flatten());
        }
        Ok(ColumnarValue::Array(Arc::new(StringArray::from(texts))))
    }
}

/// The pattern of a literal LIKE of DataFusion's as the protocol's function takes it; none if it needs an escape.
pub(super) fn travelling(like: &Like) -> Option<String> {
    if like.case_insensitive || like.escape_char.is_some_and(|escape| escape != '\\') {
        return None;
    }
    let Sql::Literal(pattern, _) = &*like.pattern else { return None };
    let mut text = String::new();
    let mut letters = pattern.try_as_str()??.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => text.push(letters.next().filter(|next| *next == '\\')?),
            other => text.push(other),
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_textsso_that_only_a_backslash_escapes() {
        assert_eq!(respelled(r"a\%b_", None).as_deref(), Some(r"a\\%b_"));
        assert_eq!(respelled("a!%b!_c!!d%", Some('!')).as_deref(), Some(r"a\%b\_c!d%"));
        assert_eq!(respelled(r"a\%b\\", Some('\\')).as_deref(), Some(r"a\%b\\"));
        assert_eq!(respelled("%%_", Some('%')).as_deref(), Some(r"\%_"));
        assert_eq!([respelled("a!b", Some('!')), respelled("a!", Some('!'))], [None, None]);
    }

    #[test]
    fn only_a_pattern_without_escapes_travels() {
        let like = |pattern: &str| {
            let literal = Sql::Literal(ScalarValue::Utf8(Some(pattern.into())), None);
            travelling(&Like::new(false, Box::new(literal.clone()), Box::new(literal), Some('\\'), false))
        };
        assert_eq!(like(r"a\\b%").as_deref(), Some(r"a\b%"));
        assert_eq!([like(r"a\%"), like(r"a\")], [None, None]);
    }
}
