//! How MySQL and MariaDB spell SQL: one spelling that both take.
//!
//! What is compared never depends on a column's collation or on the session's mode for quotes and backslashes.

use arrow_schema::{DataType, TimeUnit};
use connector_core::{
    Around, BinaryText, Bind, Column, Dialect, Direction, Function, FunctionForm, Grammar, Measure, Nulls, ReadAs,
    Value, one_family, one_type,
};

use crate::bind::{self, MOST_PLACES};
use crate::calendar::{DAY, FIRST_DAY};
use crate::types::TIME;

/// The dialect.
pub(crate) struct MySql;

/// Stands for the cast of a decimal, whose scale is the bind's own.
const DECIMAL: &str = "DECIMAL";
const DATE: &str = "DATE";
const BYTES: &str = "BINARY";

impl Dialect for MySql {
    fn identifier(&self, name: &str, out: &mut String) {
        out.push('`');
        for character in name.chars() {
            if character == '`' {
                out.push('`');
            }
            out.push(character);
        }
        out.push('`');
    }

    fn placeholder(&self, _n: usize, bind: &Bind, out: &mut String) {
        match (bind.source_type, &bind.data_type) {
            (Some(DECIMAL), DataType::Decimal128(_, scale)) => {
                out.extend(["CAST(? AS DECIMAL(38,", &scale.to_string(), "))"]);
            }
            (Some(source_type), _) => out.extend(["CAST(? AS ", source_type, ")"]),
            (None, _) => out.push('?'),
        }
    }

    fn bind_type(&self, data_type: &DataType) -> Option<&'static str> {
        match data_type {
            DataType::Decimal128(..) => Some(DECIMAL),
            DataType::Binary => Some(BYTES),
            DataType::Date32 => Some(DATE),
            DataType::Date64 | DataType::Timestamp(TimeUnit::Millisecond, Some(_)) => Some(TIME),
            // Numbers and texts are what their values say.
            _ => None,
        }
    }

    fn binds(&self, value: &Value) -> bool {
        bind::exists(value)
    }

    fn first(&self, data_type: &DataType) -> Option<Value> {
        match data_type {
            DataType::Date32 => i32::try_from(FIRST_DAY).ok().map(Value::Date),
            DataType::Date64 => Some(Value::Millis(FIRST_DAY * DAY)),
            DataType::Timestamp(..) => Some(Value::ZonedMillis(FIRST_DAY * DAY)),
            _ => None,
        }
    }

    fn may_not_fit(&self, column: &Column) -> bool {
        // Dates with a zero in them, and numbers among truth values.
        let data_type = &column.mapping.data_type;
        let has_odd_values =
            matches!(data_type, DataType::Boolean | DataType::Date32 | DataType::Date64 | DataType::Timestamp(..));
        has_odd_values && column.mapping.read_as == ReadAs::Plain
    }

    fn aggregate(&self, measure: Measure, values: Option<&DataType>) -> Option<Around> {
        Some(match (measure, values) {
            (Measure::Count, None) => &["COUNT(*)"],
            (Measure::Count, Some(_)) => &["COUNT(", ")"],
            (Measure::CountDistinct, _) => &["COUNT(DISTINCT ", ")"],
            // Of whole numbers and decimals it is a decimal of up to 65 digits.
            (Measure::Sum, _) => &["SUM(", ")"],
            // The smallest of bits is sent as bits and written in digits (MariaDB 10.11), so they are made numbers first.
            (Measure::Min, Some(values)) if is_number(values) => &["MIN(", " + 0)"],
            (Measure::Max, Some(values)) if is_number(values) => &["MAX(", " + 0)"],
            (Measure::Min, _) => &["MIN(", ")"],
            (Measure::Max, _) => &["MAX(", ")"],
        })
    }

    fn witnesses(&self, column: &Column) -> Option<&'static [Around]> {
        match column.mapping.data_type {
            DataType::Boolean => Some(&[&["MIN(", " + 0)"], &["MAX(", " + 0)"]]),
            // A date with a zero in it, or of a day that its month lacks, may stand between two others.
            DataType::Date32 | DataType::Date64 => Some(&[&[
                "MIN(CASE WHEN LAST_DAY(",
                ") IS NULL OR DAYOFMONTH(",
                ") NOT BETWEEN 1 AND DAYOFMONTH(LAST_DAY(",
                ")) THEN ",
                " END)",
            ]]),
            _ => None,
        }
    }

    /// `IS NULL` finds a date of zeros in a column that holds no NULL.
    fn is_null(&self) -> &'static str {
        " <=> NULL"
    }

    fn binary_text(&self, function: Function) -> Option<BinaryText> {
        Some(match function {
            // Bytes have no characters for a pattern's underscore to count.
            Function::LikePattern => BinaryText {
                open: "CONVERT(",
                close: " USING utf8mb4) COLLATE utf8mb4_bin",
                both_sides: false,
                beside_plain: false,
            },
            // Even the binary collation takes texts for equal that differ in trailing blanks.
            _ => BinaryText {
                open: "CAST(CONVERT(",
                close: " USING utf8mb4) AS BINARY)",
                both_sides: true,
                beside_plain: true,
            },
        })
    }

    fn function(&self, function: Function, args: &[DataType]) -> Option<FunctionForm> {
        let form = form(function)?;
        means_the_same(function, args).then_some(form)
    }

    fn like_pattern(&self, pattern: &str) -> Option<String> {
        // With an escape character of its own, a backslash is itself whatever the session says.
        Some(pattern.replace('!', "!!"))
    }

    fn sort(&self, key: &str, direction: Direction, nulls: Nulls, out: &mut String) {
        // NULL comes before everything here.
        match (direction, nulls) {
            (Direction::Ascending, Nulls::Last) => out.extend([key, " IS NULL, "]),
            (Direction::Descending, Nulls::First) => out.extend([key, " IS NOT NULL, "]),
            (Direction::Ascending, Nulls::First) | (Direction::Descending, Nulls::Last) => {}
        }
        out.push_str(key);
        out.push_str(if direction == Direction::Ascending { " ASC" } else { " DESC" });
    }

    fn limit(&self, rows: u64, _ordered: bool, out: &mut String) {
        out.extend([" LIMIT ", &rows.to_string()]);
    }

    fn grammar(&self) -> Option<Grammar> {
        Some(Grammar::MySql)
    }

    fn max_binds(&self) -> usize {
        65_535
    }
}

fn is_number(data_type: &DataType) -> bool {
    use DataType::{Decimal128, Int8, Int16, Int32, Int64};
    matches!(data_type, Int8 | Int16 | Int32 | Int64 | Decimal128(..))
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
        // Beside another condition MariaDB puts the constant of `a <=> constant` into that, and there cuts one above 2^63 off.
        Function::IsDistinctFrom => FunctionForm::Around("CASE WHEN ", " <=> ", " THEN 0 ELSE 1 END"),
        Function::LikePattern => FunctionForm::Around("", " LIKE ", " ESCAPE '!'"),
        Function::In => FunctionForm::In,
        _ => return None,
    })
}

/// Whether the source computes on these types what Athena would.
fn means_the_same(function: Function, args: &[DataType]) -> bool {
    match function {
        Function::And | Function::Or | Function::Not => args.iter().all(|arg| *arg == DataType::Boolean),
        // What cannot be bound cannot be asked about; columns do not come here.
        Function::IsNull => args.iter().all(compares_alike),
        // Between two types NULLIF gives their common one here, and its first one in Athena.
        Function::NullIf => args.iter().all(compares_alike) && one_type(args),
        Function::Equal
        | Function::NotEqual
        | Function::LessThan
        | Function::LessThanOrEqual
        | Function::GreaterThan
        | Function::GreaterThanOrEqual
        | Function::IsDistinctFrom
        | Function::In => args.iter().all(compares_alike) && one_family(args),
        Function::LikePattern => args.iter().all(|arg| *arg == DataType::Utf8),
        _ => false,
    }
}

/// Types whose values compare at the source as they do in Athena. Floating point does not (NaN), nor do times finer than a
/// millisecond, which the renderer widens by itself where it can.
fn compares_alike(data_type: &DataType) -> bool {
    match data_type {
        DataType::Decimal128(_, scale) => (0..=MOST_PLACES).contains(scale),
        DataType::Boolean
        | DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::Utf8
        | DataType::Binary
        | DataType::Date32 => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_inside_a_name_are_doubled() {
        let mut out = String::new();
        MySql.identifier("x` is null) or (1=1) or (`x", &mut out);
        assert_eq!(out, "`x`` is null) or (1=1) or (``x`");
    }

    #[test]
    fn what_may_fail_on_rows_that_another_condition_excludes_is_not_written() {
        let integers = [DataType::Int64, DataType::Int64];
        for function in Function::ALL {
            let written = [&integers[..], &integers[..1]].map(|args| MySql.function(*function, args).is_some());
            assert!(!function.may_fail() || written == [false, false], "{function:?}");
        }
    }

    #[test]
    fn what_the_source_does_otherwise_stays_above() {
        let kept = |function, args: &[DataType]| MySql.function(function, args).is_none();
        assert!(kept(Function::Equal, &[DataType::Float64, DataType::Float64]));
        assert!(kept(Function::LessThan, &[DataType::Date64, DataType::Date64]));
        assert!(kept(Function::Equal, &[DataType::Utf8, DataType::Int32]));
        assert!(kept(Function::Equal, &[DataType::Decimal128(38, 31), DataType::Int32]));
        assert!(kept(Function::NullIf, &[DataType::Int32, DataType::Decimal128(10, 0)]));
        assert!(kept(Function::IsNull, &[DataType::Null]));
        assert!(!kept(Function::NullIf, &[DataType::Utf8, DataType::Utf8]));
        assert!(!kept(Function::IsNull, &[DataType::Boolean]));
        assert!(!kept(Function::Equal, &[DataType::Int32, DataType::Int64]));
    }

    #[test]
    fn null_is_put_where_it_is_wanted() {
        let sorted = |direction, nulls| {
            let mut out = String::new();
            MySql.sort("k", direction, nulls, &mut out);
            out
        };
        assert_eq!(sorted(Direction::Ascending, Nulls::First), "k ASC");
        assert_eq!(sorted(Direction::Ascending, Nulls::Last), "k IS NULL, k ASC");
        assert_eq!(sorted(Direction::Descending, Nulls::First), "k IS NOT NULL, k DESC");
        assert_eq!(sorted(Direction::Descending, Nulls::Last), "k DESC");
    }
}
