//! How Oracle spells SQL.

use arrow_schema::{DataType, TimeUnit};
use connector_core::{
    BinaryText, Bind, Column, Dialect, Direction, Function, FunctionForm, Grammar, Nulls, ReadAs, Value,
};

use crate::bind::{self, NUMBER, TEXT};
use crate::types::UNSCALED;

/// The dialect.
pub(crate) struct OracleSql;

impl Dialect for OracleSql {
    /// No name of the server's holds a quote; one that does is refused before its statement is sent (`reading.rs`).
    fn identifier(&self, name: &str, out: &mut String) {
        out.push('"');
        for character in name.chars() {
            if character == '"' {
                out.push('"');
            }
            out.push(character);
        }
        out.push('"');
    }

    fn placeholder(&self, n: usize, bind: &Bind, out: &mut String) {
        match (&bind.value, bind.source_type) {
            // A bind of this type would make the column one too, and its index useless.
            (_, Some(bind::DATE)) => out.push_str(&format!("CAST(:v{n} AS DATE)")),
            // The database's own character set may lack some of it, and would make it another text.
            (Some(Value::Text(text)), Some(TEXT)) if !text.is_ascii() => out.push_str(&format!("UNISTR(:v{n})")),
            _ => out.push_str(&format!(":v{n}")),
        }
    }

    fn bind_type(&self, data_type: &DataType) -> Option<&'static str> {
        Some(match data_type {
            // There is no truth value before version 23; a condition is compared as a number.
            DataType::Boolean
            | DataType::Int8
            | DataType::Int16
            | DataType::Int32
            | DataType::Int64
            | DataType::Decimal128(..) => NUMBER,
            DataType::Float32 => bind::BINARY_FLOAT,
            DataType::Float64 => bind::BINARY_DOUBLE,
            DataType::Utf8 => TEXT,
            DataType::Binary => bind::RAW,
            DataType::Date64 | DataType::Timestamp(TimeUnit::Millisecond, Some(_)) => bind::TIMESTAMP,
            _ => return None,
        })
    }

    fn binds(&self, value: &Value) -> bool {
        bind::exists(value)
    }

    fn prints(&self, own: &str, value: &Value) -> bool {
        matches!(value, Value::Text(text) if own == NUMBER && bind::is_printed_number(text))
    }

    /// Numbers without a scale, infinite ones, and days that only the Julian calendar has.
    fn may_not_fit(&self, column: &Column) -> bool {
        let mapping = &column.mapping;
        mapping.bind_as == Some(UNSCALED)
            || matches!(mapping.read_as, ReadAs::Decoded { .. })
            || matches!(mapping.data_type, DataType::Date64 | DataType::Timestamp(..))
    }

    /// Sessions compare by the bytes of the database's character set. Where that is the order of code points, columns say so
    /// themselves (`types.rs`); two columns may be of two character sets, and stay above.
    fn binary_text(&self, _function: Function) -> Option<BinaryText> {
        None
    }

    fn function(&self, function: Function, args: &[DataType]) -> Option<FunctionForm> {
        let form = form(function)?;
        means_the_same(function, args).then_some(form)
    }

    /// Without ESCAPE nothing escapes here, as in Athena. An underscore is a character of the column's character set, which is
    /// half of some of Athena's in two of them.
    fn like_pattern(&self, pattern: &str) -> Option<String> {
        (!pattern.contains('_')).then(|| pattern.to_owned())
    }

    fn has_truth_values(&self) -> bool {
        false
    }

    fn sort(&self, key: &str, direction: Direction, nulls: Nulls, out: &mut String) {
        out.push_str(key);
        out.push_str(match direction {
            Direction::Ascending => " ASC",
            Direction::Descending => " DESC",
        });
        out.push_str(match nulls {
            Nulls::First => " NULLS FIRST",
            Nulls::Last => " NULLS LAST",
        });
    }

    /// It takes one end from the index, and for both at once reads all of it.
    fn ends_apart(&self) -> Option<&'static str> {
        Some(" FROM dual")
    }

    fn as_of(&self, moment: u64, out: &mut String) -> bool {
        out.push_str(&format!(" AS OF SCN {moment}"));
        true
    }

    fn limit(&self, rows: u64, _ordered: bool, out: &mut String) {
        // No table holds more rows than this; the server's own limit is not documented.
        if i64::try_from(rows).is_ok() {
            out.push_str(&format!(" FETCH FIRST {rows} ROWS ONLY"));
        }
    }

    fn grammar(&self) -> Option<Grammar> {
        Some(Grammar::Oracle)
    }

    fn max_binds(&self) -> usize {
        65_535
    }

    /// The server takes 1,000 values a list.
    fn max_list(&self) -> usize {
        999
    }
}

fn form(function: Function) -> Option<FunctionForm> {
    Some(match function {
        Function::And => FunctionForm::Infix(" AND "),
        Function::Or => FunctionForm::Infix(" OR "),
        Function::Not => FunctionForm::Prefix("NOT "),
        Function::IsNull => FunctionForm::IsNull,
        Function::NullIf => FunctionForm::Call("NULLIF"),
        Function::Equal => FunctionForm::Infix(" = "),
        Function::NotEqual => FunctionForm::Infix(" <> "),
        Function::LessThan => FunctionForm::Infix(" < "),
        Function::LessThanOrEqual => FunctionForm::Infix(" <= "),
        Function::GreaterThan => FunctionForm::Infix(" > "),
        Function::GreaterThanOrEqual => FunctionForm::Infix(" >= "),
        // There is no such operator; this function alone takes NULL for equal to NULL.
        Function::IsDistinctFrom => FunctionForm::Around("DECODE(", ", ", ", 0, 1) = 1"),
        Function::LikePattern => FunctionForm::Infix(" LIKE "),
        Function::In => FunctionForm::In,
        _ => return None,
    })
}

/// Whether the source computes on these types what Athena would.
fn means_the_same(function: Function, args: &[DataType]) -> bool {
    match function {
        Function::And | Function::Or | Function::Not => args.iter().all(|arg| *arg == DataType::Boolean),
        // What cannot be bound cannot be asked about; columns do not come here.
        Function::IsNull => args.iter().all(|arg| OracleSql.bind_type(arg).is_some()),
        // A text that is empty is NULL here.
        Function::NullIf => args.iter().all(is_number),
        Function::LessThan | Function::LessThanOrEqual | Function::GreaterThan | Function::GreaterThanOrEqual => {
            args.iter().all(is_number)
        }
        Function::Equal | Function::NotEqual | Function::IsDistinctFrom | Function::In => {
            args.iter().all(is_number) || args.iter().all(|arg| *arg == DataType::Utf8)
        }
        Function::LikePattern => args.iter().all(|arg| *arg == DataType::Utf8),
        _ => false,
    }
}

/// Types whose values compare at the source as they do in Athena, whatever mixture of them. Floating point does not (NaN), nor
/// do times finer than a millisecond, which the renderer widens by itself where it can.
fn is_number(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 | DataType::Decimal128(..))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: Value, data_type: DataType, source_type: &'static str) -> String {
        let mut out = String::new();
        OracleSql.placeholder(7, &Bind { value: Some(value), data_type, source_type: Some(source_type) }, &mut out);
        out
    }

    #[test]
    fn quotes_inside_a_name_are_doubled() {
        let mut out = String::new();
        OracleSql.identifier("x\" is null) or (1=1) or (\"x", &mut out);
        assert_eq!(out, "\"x\"\" is null) or (1=1) or (\"\"x\"");
    }

    #[test]
    fn a_date_is_compared_as_a_date_and_a_timestamp_as_itself() {
        assert_eq!(written(Value::Millis(0), DataType::Date64, bind::DATE), "CAST(:v7 AS DATE)");
        assert_eq!(written(Value::Millis(0), DataType::Date64, bind::TIMESTAMP), ":v7");
    }

    #[test]
    fn a_text_travels_so_that_no_character_set_changes_it() {
        let text = |text: &str, source_type| written(Value::Text(text.into()), DataType::Utf8, source_type);
        assert_eq!((text("a", TEXT), text("é", TEXT)), (":v7".into(), "UNISTR(:v7)".into()));
        assert_eq!(text("é", bind::VARCHAR2), ":v7");
    }

    #[test]
    fn a_pattern_means_here_what_it_means_in_athena_or_is_kept() {
        for (pattern, ours) in [("a%", Some("a%")), ("\\%'[b]^", Some("\\%'[b]^")), ("a_", None), ("_", None)] {
            assert_eq!(OracleSql.like_pattern(pattern).as_deref(), ours, "{pattern}");
        }
    }

    #[test]
    fn a_limit_of_any_number_of_rows_is_written_or_needless() {
        let limited = |rows| {
            let mut out = String::new();
            OracleSql.limit(rows, false, &mut out);
            out
        };
        assert_eq!(limited(0), " FETCH FIRST 0 ROWS ONLY");
        assert_eq!(limited(u64::MAX), "");
    }

    #[test]
    fn a_table_is_wanted_as_it_was_at_a_change_number() {
        let mut out = "\"S\".\"T\"".to_owned();
        assert!(OracleSql.as_of(u64::MAX, &mut out));
        assert_eq!(out, "\"S\".\"T\" AS OF SCN 18446744073709551615");
    }

    #[test]
    fn what_may_fail_on_rows_that_another_condition_excludes_is_not_written() {
        let integers = [DataType::Int64, DataType::Int64];
        for function in Function::ALL {
            let written = [&integers[..], &integers[..1]].map(|args| OracleSql.function(*function, args).is_some());
            assert!(!function.may_fail() || written == [false, false], "{function:?}");
        }
    }

    #[test]
    fn what_the_source_does_otherwise_stays_above() {
        let kept = |function, args: &[DataType]| OracleSql.function(function, args).is_none();
        assert!(kept(Function::Equal, &[DataType::Float64, DataType::Float64]));
        assert!(kept(Function::Equal, &[DataType::Boolean, DataType::Boolean]));
        assert!(kept(Function::LessThan, &[DataType::Date64, DataType::Date64]));
        assert!(kept(Function::LessThan, &[DataType::Utf8, DataType::Utf8]));
        assert!(kept(Function::Equal, &[DataType::Utf8, DataType::Int32]));
        assert!(kept(Function::NullIf, &[DataType::Utf8, DataType::Utf8]));
        assert!(!kept(Function::Equal, &[DataType::Decimal128(38, 0), DataType::Decimal128(38, 38)]));
        assert!(!kept(Function::IsNull, &[DataType::Utf8]));
        for function in Function::ALL {
            assert_eq!(OracleSql.binary_text(*function), None);
        }
    }
}
