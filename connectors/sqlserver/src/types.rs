//! THE table of types: what a column of SQL Server is for Athena, how it is read, and what may be asked about it.
//!
//! Not here: how a value is read (`decode`), which follows from the type on the wire and the type here.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use arrow_schema::{DataType, TimeUnit};
use connector_core::{ColumnMapping, Pushdown, ReadAs, Settings};

use crate::dialect::{UNDER_COLLATION, UNIQUEIDENTIFIER, is_collation};

/// A column's type at the source, alias types already replaced by what they stand for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RemoteType {
    /// Its name.
    pub(crate) name: String,
    /// Digits in all, of a decimal.
    pub(crate) precision: u8,
    /// Digits behind the point, of a decimal or a time.
    pub(crate) scale: u8,
    /// Name and code page of its collation, of a text.
    pub(crate) collation: Option<(String, u32)>,
    /// Whether the server holds it encrypted and cannot decrypt it (Always Encrypted).
    pub(crate) is_encrypted: bool,
}

const TEXT: &str = "nvarchar(max)";

/// The mapping of a column.
pub(crate) fn mapping(remote: &RemoteType, settings: &Settings) -> ColumnMapping {
    if remote.is_encrypted {
        return plain(DataType::Binary, Pushdown::NullsOnly);
    }
    match remote.name.as_str() {
        "bit" => plain(DataType::Boolean, Pushdown::Full),
        "tinyint" | "smallint" => plain(DataType::Int16, Pushdown::Full),
        "int" => plain(DataType::Int32, Pushdown::Full),
        "bigint" => plain(DataType::Int64, Pushdown::Full),
        "real" => plain(DataType::Float32, Pushdown::Superset),
        "float" => plain(DataType::Float64, Pushdown::Superset),
        "decimal" | "numeric" => match decimal(remote) {
            Some(data_type) => plain(data_type, Pushdown::Full),
            None => as_text(TEXT),
        },
        "money" => plain(DataType::Decimal128(19, 4), Pushdown::Full),
        "smallmoney" => plain(DataType::Decimal128(10, 4), Pushdown::Full),
        "date" => plain(DataType::Date32, Pushdown::Full),
        "datetime" => bound_as(plain(DataType::Date64, Pushdown::Millis), "datetime"),
        "smalldatetime" => plain(DataType::Date64, Pushdown::Millis),
        "datetime2" => bound_as(plain(DataType::Date64, Pushdown::Millis), finest(DATETIME2, remote.scale)),
        "datetimeoffset" => bound_as(plain(zoned(settings), Pushdown::Millis), finest(DATETIMEOFFSET, remote.scale)),
        // A cast would print the one in a way that depends on the database's compatibility level, and of the other numbers with
        // six digits and times with minutes; they are printed on our side.
        "time" | "sql_variant" => plain(DataType::Utf8, Pushdown::NullsOnly),
        "char" => unpadded(code_page_text(remote)),
        "nchar" => unpadded(plain(DataType::Utf8, Pushdown::Collated)),
        "varchar" => code_page_text(remote),
        "nvarchar" | "sysname" => plain(DataType::Utf8, Pushdown::Collated),
        "text" => large_text(remote),
        "uniqueidentifier" => {
            let read_as = ReadAs::Printed { own: UNIQUEIDENTIFIER, cast: "nchar(36)" };
            ColumnMapping { read_as, ..plain(DataType::Utf8, Pushdown::Collated) }
        }
        // Zeros at the end count for nothing when the server compares bytes.
        "binary" | "varbinary" | "image" | "timestamp" | "rowversion" => plain(DataType::Binary, Pushdown::NullsOnly),
        "hierarchyid" => as_text("nvarchar(4000)"),
        _ => as_text(TEXT),
    }
}

fn plain(data_type: DataType, pushdown: Pushdown) -> ColumnMapping {
    ColumnMapping { data_type, read_as: ReadAs::Plain, bind_as: None, pushdown }
}

fn cast(data_type: DataType, source_type: &'static str, pushdown: Pushdown) -> ColumnMapping {
    ColumnMapping { read_as: ReadAs::Cast(source_type), ..plain(data_type, pushdown) }
}

fn as_text(source_type: &'static str) -> ColumnMapping {
    cast(DataType::Utf8, source_type, Pushdown::Collated)
}

fn bound_as(mapping: ColumnMapping, source_type: &'static str) -> ColumnMapping {
    ColumnMapping { bind_as: Some(source_type), ..mapping }
}

/// The server gives a `char(n)` with the blanks that fill it up, and compares it without.
fn unpadded(mapping: ColumnMapping) -> ColumnMapping {
    let read_as = match mapping.read_as {
        ReadAs::Cast(_) => ReadAs::Unpadded { open: "RTRIM(CAST(", close: " AS nvarchar(max)))" },
        _ => ReadAs::Unpadded { open: "RTRIM(", close: ")" },
    };
    ColumnMapping { read_as, ..mapping }
}

fn zoned(settings: &Settings) -> DataType {
    if settings.zoned_timestamps {
        DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()))
    } else {
        DataType::Date64
    }
}

const DATETIME2: [&str; 5] = ["datetime2(3)", "datetime2(4)", "datetime2(5)", "datetime2(6)", "datetime2(7)"];
const DATETIMEOFFSET: [&str; 5] =
    ["datetimeoffset(3)", "datetimeoffset(4)", "datetimeoffset(5)", "datetimeoffset(6)", "datetimeoffset(7)"];

/// The column's own type, so that its index serves, or the coarsest one that still holds a millisecond.
fn finest(types: [&'static str; 5], scale: u8) -> &'static str {
    let index = usize::from(scale.clamp(3, 7)) - 3;
    types.get(index).copied().unwrap_or(types[4])
}

fn decimal(remote: &RemoteType) -> Option<DataType> {
    let scale = i8::try_from(remote.scale).ok()?;
    let exists = (1..=38).contains(&remote.precision) && remote.scale <= remote.precision;
    exists.then_some(DataType::Decimal128(remote.precision, scale))
}

/// Code pages that are read here as the server reads them, byte by byte.
const READ_ALIKE: &[u32] = &[874, 1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258];

/// Text in a code page. Where we and the server may read it differently (the code pages of DOS, and those of two bytes), the
/// server reads it; so it does UTF-8, which no server of Microsoft's has been seen to send.
fn code_page_text(remote: &RemoteType) -> ColumnMapping {
    match &remote.collation {
        Some((collation, page)) if READ_ALIKE.contains(page) => {
            ColumnMapping { bind_as: code_page_type(collation), ..plain(DataType::Utf8, Pushdown::Collated) }
        }
        _ => as_text(TEXT),
    }
}

/// The same of `text`, which cannot be compared without a cast.
fn large_text(remote: &RemoteType) -> ColumnMapping {
    let is_read_alike = remote.collation.as_ref().is_some_and(|(_, page)| READ_ALIKE.contains(page));
    as_text(if is_read_alike { "varchar(max)" } else { TEXT })
}

/// The type that makes a value one of the column's code page, under its collation, so that the column need not be converted
/// and its index serves. What the code page lacks becomes another character; the comparison by code point beside it is made
/// with the value itself. There are as many of these as collations in use, each kept for good.
fn code_page_type(collation: &str) -> Option<&'static str> {
    const MOST: usize = 1000;
    static TYPES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let source_type = format!("{UNDER_COLLATION}{collation}");
    let mut types = TYPES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = types.get(source_type.as_str()) {
        return Some(known);
    }
    if !is_collation(collation) || types.len() >= MOST {
        return None;
    }
    let kept: &'static str = Box::leak(source_type.into_boxed_str());
    types.insert(kept);
    Some(kept)
}

#[cfg(test)]
mod tests {
    use connector_core::testing::rules;

    use super::*;

    fn remote(name: &str, precision: u8, scale: u8) -> RemoteType {
        RemoteType { name: name.into(), precision, scale, collation: None, is_encrypted: false }
    }

    fn text(name: &str, collation: &str, page: u32) -> ColumnMapping {
        let collation = Some((collation.to_owned(), page));
        mapping(&RemoteType { collation, ..remote(name, 0, 0) }, &Settings::default())
    }

    fn shown(name: &str, precision: u8, scale: u8) -> (DataType, ReadAs) {
        let mapping = mapping(&remote(name, precision, scale), &Settings::default());
        (mapping.data_type, mapping.read_as)
    }

    #[test]
    fn the_readme_has_the_rules_of_every_type() {
        let names = [
            "bit",
            "tinyint",
            "smallint",
            "int",
            "bigint",
            "money",
            "smallmoney",
            "real",
            "float",
            "date",
            "datetime",
            "smalldatetime",
            "datetime2",
            "datetimeoffset",
            "time",
            "nchar",
            "nvarchar",
            "sysname",
            "uniqueidentifier",
            "binary",
            "varbinary",
            "image",
            "rowversion",
            "sql_variant",
            "xml",
            "ntext",
            "hierarchyid",
            "geometry",
            "json",
        ];
        let types: Vec<(&str, ColumnMapping)> = names
            .into_iter()
            .map(|name| (name, mapping(&remote(name, 0, 7), &Settings::default())))
            .chain([
                ("decimal(10,2)", mapping(&remote("decimal", 10, 2), &Settings::default())),
                ("char in a code page of Windows", text("char", "Latin1_General_CI_AS", 1252)),
                ("varchar in a code page of Windows", text("varchar", "Latin1_General_CI_AS", 1252)),
                ("varchar in other code pages, in UTF-8", text("varchar", "Latin1_General_100_CI_AS_SC_UTF8", 65001)),
                ("text", text("text", "Latin1_General_CI_AS", 1252)),
                (
                    "columns of Always Encrypted",
                    mapping(&RemoteType { is_encrypted: true, ..remote("int", 0, 0) }, &Settings::default()),
                ),
            ])
            .collect();
        rules::are_in_the_readme(env!("CARGO_MANIFEST_DIR"), &types, &crate::dialect::TransactSql);
    }

    #[test]
    fn numbers_keep_every_digit() {
        use ReadAs::Plain;
        for (name, precision, scale, expected) in [
            ("bit", 1, 0, (DataType::Boolean, Plain)),
            ("tinyint", 3, 0, (DataType::Int16, Plain)),
            ("bigint", 19, 0, (DataType::Int64, Plain)),
            ("decimal", 38, 38, (DataType::Decimal128(38, 38), Plain)),
            ("numeric", 9, 0, (DataType::Decimal128(9, 0), Plain)),
            ("money", 19, 4, (DataType::Decimal128(19, 4), Plain)),
            ("smallmoney", 10, 4, (DataType::Decimal128(10, 4), Plain)),
            ("real", 24, 0, (DataType::Float32, Plain)),
            ("float", 53, 0, (DataType::Float64, Plain)),
        ] {
            assert_eq!(shown(name, precision, scale), expected, "{name}");
        }
    }

    #[test]
    fn times_are_compared_as_their_own_type_if_it_holds_a_millisecond() {
        for (name, scale, bind_as) in [
            ("datetime2", 0, Some("datetime2(3)")),
            ("datetime2", 7, Some("datetime2(7)")),
            ("datetimeoffset", 4, Some("datetimeoffset(4)")),
            ("datetime", 3, Some("datetime")),
            ("smalldatetime", 0, None),
        ] {
            let mapping = mapping(&remote(name, 0, scale), &Settings::default());
            assert_eq!((mapping.bind_as, mapping.pushdown), (bind_as, Pushdown::Millis), "{name}({scale})");
            assert_eq!(mapping.data_type, DataType::Date64);
        }
        let settings = Settings { zoned_timestamps: true, ..Settings::default() };
        assert!(matches!(
            mapping(&remote("datetimeoffset", 0, 7), &settings).data_type,
            DataType::Timestamp(_, Some(_))
        ));
    }

    #[test]
    fn text_is_bound_under_its_collation_or_read_by_the_server() {
        let known = text("varchar", "Latin1_General_CI_AS", 1252);
        assert_eq!((known.read_as, known.bind_as), (ReadAs::Plain, Some("varchar(8000) COLLATE Latin1_General_CI_AS")));
        let again = text("char", "Latin1_General_CI_AS", 1252);
        assert!(std::ptr::eq(known.bind_as.unwrap(), again.bind_as.unwrap()), "kept once");
        for (collation, page) in [
            ("SQL_Latin1_General_CP850_CI_AS", 850),
            ("Japanese_CI_AS", 932),
            ("Latin1_General_100_CI_AS_SC_UTF8", 65_001),
        ] {
            let foreign = text("varchar", collation, page);
            assert_eq!((foreign.read_as, foreign.bind_as), (ReadAs::Cast(TEXT), None), "{collation}");
            assert_eq!(text("text", collation, page).read_as, ReadAs::Cast(TEXT));
        }
        assert_eq!(text("text", "Latin1_General_CI_AS", 1252).read_as, ReadAs::Cast("varchar(max)"));
        assert_eq!(text("varchar", "a; DROP TABLE t", 1252).bind_as, None);
        assert_eq!(text("nvarchar", "Japanese_CI_AS", 932).bind_as, None);
    }

    #[test]
    fn padding_is_taken_off_where_there_is_any() {
        let padded = |name, collation, page| match text(name, collation, page).read_as {
            ReadAs::Unpadded { open, .. } => Some(open),
            _ => None,
        };
        for name in ["char", "nchar"] {
            assert_eq!(padded(name, "Latin1_General_CI_AS", 1252), Some("RTRIM("), "{name}");
        }
        assert_eq!(padded("char", "Japanese_CI_AS", 932), Some("RTRIM(CAST("));
        for name in ["varchar", "nvarchar", "sysname", "text"] {
            assert_eq!(padded(name, "Latin1_General_CI_AS", 1252), None, "{name}");
        }
    }

    #[test]
    fn every_text_is_compared_by_code_point_and_bytes_are_not_compared() {
        for name in ["nvarchar", "char", "text", "ntext", "xml", "uniqueidentifier", "hierarchyid", "geometry", "json"]
        {
            let mapping = text(name, "Latin1_General_CI_AS", 1252);
            assert_eq!((mapping.data_type, mapping.pushdown), (DataType::Utf8, Pushdown::Collated), "{name}");
        }
        for name in ["binary", "varbinary", "image", "timestamp"] {
            assert_eq!(mapping(&remote(name, 0, 0), &Settings::default()).pushdown, Pushdown::NullsOnly, "{name}");
        }
        for name in ["time", "sql_variant"] {
            let mapping = mapping(&remote(name, 0, 7), &Settings::default());
            assert_eq!((mapping.read_as, mapping.pushdown), (ReadAs::Plain, Pushdown::NullsOnly), "{name}");
        }
    }

    #[test]
    fn what_is_encrypted_is_shown_as_the_bytes_that_are_held() {
        let mapping = mapping(&RemoteType { is_encrypted: true, ..remote("nvarchar", 0, 0) }, &Settings::default());
        assert_eq!((mapping.data_type, mapping.pushdown), (DataType::Binary, Pushdown::NullsOnly));
    }
}
