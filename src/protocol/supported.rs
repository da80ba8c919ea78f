//! Which schemas may be sent to Athena. Its reader checks almost nothing of this, so a wrong schema would be wrong rows.

use std::collections::HashSet;

use arrow_schema::{DataType, Field, Schema, TimeUnit};
use connector_core::{Error, Result};

/// Fails, naming the column, if Athena's protocol cannot carry a schema.
pub fn check_supported(schema: &Schema) -> Result<()> {
    let mut names = HashSet::new();
    for field in schema.fields() {
        if !names.insert(field.name()) {
            return Err(Error::unsupported(format!(
                "two columns are called {:?}, and columns are found by name",
                field.name()
            ))
            .hint("give one of them another name, in a view for example"));
        }
        check(field).map_err(|error| error.context(format!("column {:?}", field.name())))?;
    }
    Ok(())
}

fn check(field: &Field) -> Result<()> {
    match field.data_type() {
        DataType::Boolean
        | DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::Float32
        | DataType::Float64
        | DataType::Utf8
        | DataType::Binary
        | DataType::Date32
        | DataType::Date64 => Ok(()),
        DataType::Decimal128(precision @ 1..=38, scale) if u8::try_from(*scale).is_ok_and(|s| s <= *precision) => {
            Ok(())
        }
        DataType::Timestamp(TimeUnit::Millisecond, Some(zone)) if !zone.is_empty() => Ok(()),
        DataType::List(element) => check(element),
        DataType::Struct(members) if !members.is_empty() => members.iter().try_for_each(|member| check(member)),
        DataType::Map(entries, _) => check_entries(entries),
        other => Err(Error::unsupported(format!("Athena has no type for Arrow's {other}"))),
    }
}

/// AWS's reader throws on nullable entries or keys, and its writer looks the two members up by these names.
fn check_entries(entries: &Field) -> Result<()> {
    if let DataType::Struct(members) = entries.data_type()
        && let [key, value] = members.as_ref()
        && !entries.is_nullable()
        && !key.is_nullable()
        && (entries.name().as_str(), key.name().as_str(), value.name().as_str()) == ("entries", "key", "value")
    {
        return members.iter().try_for_each(|member| check(member));
    }
    Err(Error::unsupported("a map must be of non-nullable \"entries\", each a non-nullable \"key\" and a \"value\""))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_schema::Fields;

    use super::*;

    fn verdict(data_type: DataType) -> Result<()> {
        check_supported(&Schema::new(vec![Field::new("c", data_type, true)]))
    }

    fn map(entries: &str, key: (&str, bool), nullable: bool) -> DataType {
        let members = [Field::new(key.0, DataType::Utf8, key.1), Field::new("value", DataType::Int32, true)];
        DataType::Map(Arc::new(Field::new(entries, DataType::Struct(Fields::from_iter(members)), nullable)), false)
    }

    #[test]
    fn what_athena_cannot_carry_is_refused_by_column() {
        let refused = [
            DataType::UInt32,
            DataType::Float16,
            DataType::LargeUtf8,
            DataType::Utf8View,
            DataType::Null,
            DataType::Decimal256(10, 2),
            DataType::Decimal128(10, -2),
            DataType::Timestamp(TimeUnit::Millisecond, None),
            DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            DataType::Struct(Fields::empty()),
            DataType::new_list(DataType::UInt8, true),
            map("key_value", ("key", false), false),
            map("entries", ("keys", false), false),
            map("entries", ("key", true), false),
            map("entries", ("key", false), true),
        ];
        for data_type in refused {
            let error = verdict(data_type.clone()).expect_err(&data_type.to_string());
            assert!(error.to_string().contains("column \"c\""), "{error}");
        }
        for data_type in [map("entries", ("key", false), false), DataType::Decimal128(38, 38), DataType::Date64] {
            verdict(data_type).unwrap();
        }
    }

    #[test]
    fn two_columns_of_one_name_are_refused() {
        let field = Field::new("c", DataType::Int32, true);
        assert!(check_supported(&Schema::new(vec![field.clone(), field])).is_err());
    }
}
