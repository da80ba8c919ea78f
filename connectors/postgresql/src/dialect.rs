//! How PostgreSQL spells SQL.
//!
//! Every type and collation is written with its schema, so that nothing on a search path can stand in for it.

use arrow_schema::{DataType, TimeUnit};
use connector_core::{
    Around, BinaryText, Bind, Column, Dialect, Direction, Function, FunctionForm, Grammar, Measure, Nulls, ReadAs,
    Value, one_family, one_type,
};
use postgres_types::Type;

use crate::bind;

/// The dialect.
pub(crate) struct Postgres;

/// The type whose values are compared with uuids themselves, and not with their text.
pub(crate) const UUID: &str = "pg_catalog.uuid";

/// Types that values are bound as: Athena's side, the name, and the type on the wire.
const BOUND: &[(&str, Type)] = &[
    ("pg_catalog.bool", Type::BOOL),
    ("pg_catalog.int2", Type::INT2),
    ("pg_catalog.int4", Type::INT4),
    ("pg_catalog.int8", Type::INT8),
    ("pg_catalog.float4", Type::FLOAT4),
    ("pg_catalog.float8", Type::FLOAT8),
    ("pg_catalog.numeric", Type::NUMERIC),
    ("pg_catalog.text", Type::TEXT),
    (UUID, Type::UUID),
    ("pg_catalog.bytea", Type::BYTEA),
    ("pg_catalog.date", Type::DATE),
    ("pg_catalog.timestamp", Type::TIMESTAMP),
    ("pg_catalog.timestamptz", Type::TIMESTAMPTZ),
];

/// The type on the wire of a type that values are bound as.
pub(crate) fn wire_type(source_type: &str) -> Option<Type> {
    BOUND.iter().find(|(name, _)| *name == source_type).map(|(_, wire)| wire.clone())
}

impl Dialect for Postgres {
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
        match bind.source_type {
            Some(source_type) => out.extend(["CAST($", &n.to_string(), " AS ", source_type, ")"]),
            None => out.extend(["$", &n.to_string()]),
        }
    }

    fn bind_type(&self, data_type: &DataType) -> Option<&'static str> {
        Some(match data_type {
            DataType::Boolean => "pg_catalog.bool",
            DataType::Int8 | DataType::Int16 => "pg_catalog.int2",
            DataType::Int32 => "pg_catalog.int4",
            DataType::Int64 => "pg_catalog.int8",
            DataType::Float32 => "pg_catalog.float4",
            DataType::Float64 => "pg_catalog.float8",
            DataType::Decimal128(..) => "pg_catalog.numeric",
            DataType::Utf8 => "pg_catalog.text",
            DataType::Binary => "pg_catalog.bytea",
            DataType::Date32 => "pg_catalog.date",
            DataType::Date64 => "pg_catalog.timestamp",
            DataType::Timestamp(TimeUnit::Millisecond, Some(_)) => "pg_catalog.timestamptz",
            _ => return None,
        })
    }

    fn binds(&self, value: &Value) -> bool {
        bind::exists(value)
    }

    fn prints(&self, own: &str, value: &Value) -> bool {
        matches!(value, Value::Text(text) if own == UUID && bind::uuid(text).is_some())
    }

    fn may_not_fit(&self, column: &Column) -> bool {
        let mapping = &column.mapping;
        let has_odd_values = matches!(
            mapping.data_type,
            DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) | DataType::Decimal128(..)
        );
        // What is cast first (money) has neither NaN nor infinities.
        has_odd_values && mapping.read_as == ReadAs::Plain
    }

    fn aggregate(&self, measure: Measure, values: Option<&DataType>) -> Option<Around> {
        Some(match (measure, values) {
            (Measure::Count, None) => &["pg_catalog.count(*)"],
            (Measure::Count, Some(_)) => &["pg_catalog.count(", ")"],
            (Measure::CountDistinct, _) => &["pg_catalog.count(DISTINCT ", ")"],
            (Measure::Sum, _) => &["CAST(pg_catalog.sum(", ") AS pg_catalog.numeric)"],
            (Measure::Min, _) => &["pg_catalog.min(", ")"],
            (Measure::Max, _) => &["pg_catalog.max(", ")"],
        })
    }

    fn witnesses(&self, column: &Column) -> Option<&'static [Around]> {
        // Infinities and NaN come first or last, but a number declared without a scale may have too many places anywhere.
        let may_be_undeclared = matches!(column.mapping.data_type, DataType::Decimal128(38, _));
        (!may_be_undeclared).then_some(&[&["pg_catalog.min(", ")"], &["pg_catalog.max(", ")"]])
    }

    fn binary_text(&self, _function: Function) -> Option<BinaryText> {
        Some(BinaryText { open: "", close: " COLLATE pg_catalog.\"C\"", both_sides: false, beside_plain: false })
    }

    fn function(&self, function: Function, args: &[DataType]) -> Option<FunctionForm> {
        let form = form(function)?;
        means_the_same(function, args).then_some(form)
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

    fn limit(&self, rows: u64, _ordered: bool, out: &mut String) {
        // The server counts in 63 bits; no table holds more rows.
        if let Ok(rows) = i64::try_from(rows) {
            out.extend([" LIMIT ", &rows.to_string()]);
        }
    }

    fn grammar(&self) -> Option<Grammar> {
        Some(Grammar::PostgreSql)
    }

    fn max_binds(&self) -> usize {
        65_535
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
        Function::IsDistinctFrom => FunctionForm::Infix(" IS DISTINCT FROM "),
        // Athena's LIKE has no escape character unless told; here the backslash is one unless told.
        Function::LikePattern => FunctionForm::Around("", " LIKE ", " ESCAPE ''"),
        Function::In => FunctionForm::In,
        _ => return None,
    })
}

/// Whether the source computes on these types what Athena would.
fn means_the_same(function: Function, args: &[DataType]) -> bool {
    match function {
        Function::And | Function::Or | Function::Not => args.iter().all(|arg| *arg == DataType::Boolean),
        // What cannot be bound cannot be asked about; columns do not come here.
        Function::IsNull => args.iter().all(|arg| Postgres.bind_type(arg).is_some()),
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
    matches!(
        data_type,
        DataType::Boolean
            | DataType::Int8
            | DataType::Int16
            | DataType::Int32
            | DataType::Int64
            | DataType::Decimal128(..)
            | DataType::Utf8
            | DataType::Binary
            | DataType::Date32
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_inside_a_name_are_doubled() {
        let mut out = String::new();
        Postgres.identifier("x\" is null) or (1=1) or (\"x", &mut out);
        assert_eq!(out, "\"x\"\" is null) or (1=1) or (\"\"x\"");
    }

    #[test]
    fn every_type_that_is_bound_is_known_on_the_wire() {
        for data_type in [
            DataType::Boolean,
            DataType::Int8,
            DataType::Int64,
            DataType::Float32,
            DataType::Decimal128(10, 2),
            DataType::Utf8,
            DataType::Binary,
            DataType::Date32,
            DataType::Date64,
            DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
        ] {
            assert!(Postgres.bind_type(&data_type).and_then(wire_type).is_some(), "{data_type}");
        }
    }

    #[test]
    fn what_may_fail_on_rows_that_another_condition_excludes_is_not_written() {
        let integers = [DataType::Int64, DataType::Int64];
        for function in Function::ALL {
            let written = [&integers[..], &integers[..1]].map(|args| Postgres.function(*function, args).is_some());
            assert!(!function.may_fail() || written == [false, false], "{function:?}");
        }
    }

    #[test]
    fn what_the_source_does_otherwise_stays_above() {
        let kept = |function, args: &[DataType]| Postgres.function(function, args).is_none();
        assert!(kept(Function::Equal, &[DataType::Float64, DataType::Float64]));
        assert!(kept(Function::LessThan, &[DataType::Date64, DataType::Date64]));
        assert!(kept(Function::Equal, &[DataType::Utf8, DataType::Int32]));
        assert!(kept(Function::NullIf, &[DataType::Int32, DataType::Decimal128(10, 0)]));
        assert!(kept(Function::IsNull, &[DataType::Null]));
        assert!(!kept(Function::NullIf, &[DataType::Utf8, DataType::Utf8]));
        assert!(!kept(Function::IsNull, &[DataType::Boolean]));
        assert!(!kept(Function::Equal, &[DataType::Int32, DataType::Int64]));
    }
}
