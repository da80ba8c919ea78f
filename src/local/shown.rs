//! Domains and expressions as a person reads them, in the report and in plans. Not SQL: nobody parses or runs it.

use std::fmt::Write;

use connector_core::{Bound, Domain, Expr, Function, Range, Value, Values};

/// Values shown of a long list.
const SHOWN: usize = 8;

/// What a domain asks of a column.
pub fn domain(column: &str, domain: &Domain) -> String {
    let values = match &domain.values {
        values if values.is_all() => String::new(),
        Values::In(list) => format!("{column} IN {}", values(list.iter())),
        Values::NotIn(list) => format!("{column} NOT IN {}", values(list.iter())),
        Values::Ranges(ranges) => of_ranges(column, ranges),
        Values::All => String::new(),
    };
    match (values.is_empty(), domain.values.is_all(), domain.nulls) {
        (true, true, true) => format!("{column}: anything"),
        (true, true, false) => format!("{column} IS NOT NULL"),
        (true, _, true) => format!("{column} IS NULL"),
        (true, _, false) => format!("{column}: nothing"),
        (false, _, true) => format!("({values} OR {column} IS NULL)"),
        (false, ..) => values,
    }
}

fn of_ranges(column: &str, ranges: &[Range]) -> String {
    let singles: Option<Vec<&Value>> = ranges.iter().map(Range::single).collect();
    match singles.as_deref() {
        Some([]) => return String::new(),
        Some([only]) => return format!("{column} = {}", value(only)),
        Some(several) => return format!("{column} IN {}", values(several.iter().copied())),
        None => {}
    }
    let ranges: Vec<String> = ranges.iter().take(SHOWN).map(range).collect();
    format!("{column} IN {}", ranges.join(" or "))
}

fn range(range: &Range) -> String {
    let low = match &range.low {
        Bound::Unbounded => "(..".to_owned(),
        Bound::Included(low) => format!("[{}", value(low)),
        Bound::Excluded(low) => format!("({}", value(low)),
    };
    let high = match &range.high {
        Bound::Unbounded => "..)".to_owned(),
        Bound::Included(high) => format!("{}]", value(high)),
        Bound::Excluded(high) => format!("{})", value(high)),
    };
    format!("{low}, {high}")
}

fn values<'v>(list: impl ExactSizeIterator<Item = &'v Value>) -> String {
    let more = list.len().saturating_sub(SHOWN);
    let mut text = list.take(SHOWN).map(value).collect::<Vec<_>>().join(", ");
    if more > 0 {
        let _ = write!(text, ", and {more} more");
    }
    format!("({text})")
}

fn value(value: &Value) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float32(value) => value.to_string(),
        Value::Float64(value) => value.to_string(),
        Value::Decimal { unscaled, scale } => decimal(*unscaled, *scale),
        Value::Text(text) => format!("'{}'", text.replace('\'', "''")),
        Value::Bytes(bytes) => bytes.iter().fold("X'".to_owned(), |text, byte| format!("{text}{byte:02X}")) + "'",
        Value::Date(days) => format!("DATE '{}'", date(i64::from(*days))),
        Value::Millis(millis) => format!("TIMESTAMP '{}'", timestamp(*millis)),
        Value::ZonedMillis(millis) => format!("TIMESTAMP '{} UTC'", timestamp(*millis)),
    }
}

fn decimal(unscaled: i128, scale: i8) -> String {
    let scale = usize::try_from(scale).unwrap_or(0);
    let digits = format!("{:0width$}", unscaled.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if unscaled < 0 { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// Days since 1970 as a proleptic Gregorian date, by eras of 400 years that start in March.
fn date(days: i64) -> String {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

fn timestamp(millis: i64) -> String {
    let (day, rest) = (millis.div_euclid(86_400_000), millis.rem_euclid(86_400_000));
    let (seconds, millis) = (rest / 1_000, rest % 1_000);
    format!("{} {:02}:{:02}:{:02}.{millis:03}", date(day), seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// An expression.
pub fn expr(shown: &Expr) -> String {
    match shown {
        Expr::Column { name, .. } => name.clone(),
        Expr::Constant { value: Some(constant), .. } => value(constant),
        Expr::Constant { value: None, .. } => "NULL".into(),
        Expr::List { values: list, .. } => {
            let text = values(list.iter().flatten().collect::<Vec<_>>().into_iter());
            if list.contains(&None) { text.replacen('(', "(NULL, ", 1) } else { text }
        }
        Expr::Call { function, args, .. } => call(*function, args),
    }
}

fn call(function: Function, args: &[Expr]) -> String {
    let infix = match function {
        Function::And => "AND",
        Function::Or => "OR",
        Function::Equal => "=",
        Function::NotEqual => "<>",
        Function::LessThan => "<",
        Function::LessThanOrEqual => "<=",
        Function::GreaterThan => ">",
        Function::GreaterThanOrEqual => ">=",
        Function::IsDistinctFrom => "IS DISTINCT FROM",
        Function::Add => "+",
        Function::Subtract => "-",
        Function::Multiply => "*",
        Function::Divide => "/",
        Function::Modulus => "%",
        Function::LikePattern => "LIKE",
        Function::In => "IN",
        Function::Not => return format!("NOT ({})", args.iter().map(expr).collect::<String>()),
        Function::IsNull => return format!("{} IS NULL", args.iter().map(operand).collect::<String>()),
        Function::Negate => return format!("-{}", args.iter().map(operand).collect::<String>()),
        Function::NullIf | Function::Array => {
            let name = function.wire_name().trim_start_matches('$');
            return format!("{name}({})", args.iter().map(expr).collect::<Vec<_>>().join(", "));
        }
    };
    args.iter().map(operand).collect::<Vec<_>>().join(&format!(" {infix} "))
}

fn operand(shown: &Expr) -> String {
    match shown {
        Expr::Call { .. } => format!("({})", expr(shown)),
        other => expr(other),
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::datatypes::DataType;

    use super::*;

    #[test]
    fn values_read_as_their_users_write_them() {
        assert_eq!(value(&Value::Millis(-1)), "TIMESTAMP '1969-12-31 23:59:59.999'");
        assert_eq!(value(&Value::Date(-171_654)), "DATE '1500-01-11'");
        assert_eq!(value(&Value::Date(19_782)), "DATE '2024-02-29'");
        assert_eq!(value(&Value::Decimal { unscaled: -5, scale: 2 }), "-0.05");
        assert_eq!(value(&Value::Text("it's".into())), "'it''s'");
    }

    #[test]
    fn a_domain_says_what_it_asks_of_null_too() {
        assert_eq!(domain("c", &Domain::only_null(DataType::Int32)), "c IS NULL");
        assert_eq!(domain("c", &Domain::not_null(DataType::Int32)), "c IS NOT NULL");
        assert_eq!(domain("c", &Domain::single(DataType::Int32, Value::Int(5))), "c IN (5)");
        let range = Range { low: Bound::Excluded(Value::Int(1)), high: Bound::Unbounded };
        let above = Domain { data_type: DataType::Int32, values: Values::Ranges(vec![range]), nulls: true };
        assert_eq!(domain("c", &above), "(c IN (1, ..) OR c IS NULL)");
    }
}
