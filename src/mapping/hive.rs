//! Types as Glue's catalogue writes them: Hive's words, and its structures in angle brackets.

use arrow_schema::DataType;
use connector_core::{Error, Result};

/// The type of a column that Athena is told of as `data_type`.
///
/// Errors: unsupported, for what Glue's catalogue has no word for.
pub fn hive_type(data_type: &DataType) -> Result<String> {
    Ok(match data_type {
        DataType::Boolean => "boolean".into(),
        DataType::Int8 => "tinyint".into(),
        DataType::Int16 => "smallint".into(),
        DataType::Int32 => "int".into(),
        DataType::Int64 => "bigint".into(),
        DataType::Float32 => "float".into(),
        DataType::Float64 => "double".into(),
        DataType::Decimal128(precision, scale) => format!("decimal({precision},{scale})"),
        DataType::Utf8 => "string".into(),
        DataType::Binary => "binary".into(),
        DataType::Date32 => "date".into(),
        DataType::Date64 => "timestamp".into(),
        DataType::Timestamp(_, Some(_)) => "timestamptz".into(),
        DataType::List(child) => format!("array<{}>", hive_type(child.data_type())?),
        DataType::Struct(children) => {
            let children = children.iter().map(|child| {
                let name = child.name().to_lowercase();
                let is_plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
                if !is_plain {
                    return Err(Error::unsupported(format!("a field {name:?} cannot be written in a type of Glue")));
                }
                Ok(format!("{name}:{}", hive_type(child.data_type())?))
            });
            format!("struct<{}>", children.collect::<Result<Vec<_>>>()?.join(","))
        }
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(pair) => {
                let pair = pair.iter().map(|child| hive_type(child.data_type())).collect::<Result<Vec<_>>>()?;
                format!("map<{}>", pair.join(","))
            }
            other => return Err(unknown(other)),
        },
        other => return Err(unknown(other)),
    })
}

fn unknown(data_type: &DataType) -> Error {
    Error::unsupported(format!("type {data_type} has no word in Glue"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_schema::{Field, TimeUnit};

    use super::*;

    #[test]
    fn every_type_that_athena_is_told_of_has_a_word() {
        let field = |name: &str, data_type| Arc::new(Field::new(name, data_type, true));
        let pair = DataType::Struct(vec![field("key", DataType::Utf8), field("value", DataType::Int32)].into());
        for (data_type, word) in [
            (DataType::Boolean, "boolean"),
            (DataType::Int8, "tinyint"),
            (DataType::Int16, "smallint"),
            (DataType::Int32, "int"),
            (DataType::Int64, "bigint"),
            (DataType::Float32, "float"),
            (DataType::Float64, "double"),
            (DataType::Decimal128(12, 2), "decimal(12,2)"),
            (DataType::Utf8, "string"),
            (DataType::Binary, "binary"),
            (DataType::Date32, "date"),
            (DataType::Date64, "timestamp"),
            (DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())), "timestamptz"),
            (DataType::List(field("", DataType::Date64)), "array<timestamp>"),
            (
                DataType::Struct(vec![field("A", DataType::Int64), field("b", DataType::Utf8)].into()),
                "struct<a:bigint,b:string>",
            ),
            (DataType::Map(field("entries", pair), false), "map<string,int>"),
        ] {
            assert_eq!(hive_type(&data_type).unwrap(), word);
        }
        assert!(hive_type(&DataType::Null).is_err());
        assert!(hive_type(&DataType::Struct(vec![field("a b", DataType::Int64)].into())).is_err());
    }
}
