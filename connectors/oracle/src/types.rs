//! THE table of types: what a column of Oracle is for Athena, how it is read, and what may be asked about it.
//!
//! Not here: how a value is read (`decode`), which follows from what the driver hands over and the type here.

use arrow_schema::{DataType, TimeUnit};
use connector_core::{ColumnMapping, Pushdown, ReadAs, Settings};

use crate::bind::{DATE, NUMBER, VARCHAR2};

/// A column's type at the source, as the catalog has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RemoteType {
    /// Its name, precisions in parentheses removed.
    pub(crate) name: String,
    /// Whether the server brings it along, and it is none that somebody created.
    pub(crate) is_built_in: bool,
    /// Digits in all, of a number; bits, of a FLOAT.
    pub(crate) precision: Option<i16>,
    /// Digits behind the point, of a number.
    pub(crate) scale: Option<i16>,
    /// Whether a text is in the national character set.
    pub(crate) is_national: bool,
    /// A text's collation, if it is one of its own and not by bytes.
    pub(crate) has_collation: bool,
}

/// The database's character set, as far as it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Charset {
    /// UTF-8: every character, in the order of code points.
    Utf8,
    /// UTF-8 over UTF-16: every character, in another order.
    Cesu8,
    /// Anything else lacks some.
    Other,
}

impl Charset {
    /// The character set of this name.
    pub(crate) fn of(name: &str) -> Self {
        match name {
            "AL32UTF8" => Self::Utf8,
            "UTF8" => Self::Cesu8,
            _ => Self::Other,
        }
    }
}

/// Marks numbers that are declared without a scale and shown with the one of a setting.
pub(crate) const UNSCALED: &str = "NUMBER of any scale";
/// Marks what nothing reads; asking for it is an error that names the column.
pub(crate) const UNREADABLE: &str = "a type that is not read";

const WIDEST: i16 = 38;

/// The mapping of a column.
pub(crate) fn mapping(remote: &RemoteType, charset: Charset, settings: &Settings) -> ColumnMapping {
    if !remote.is_built_in {
        return unreadable();
    }
    match remote.name.as_str() {
        "NUMBER" => number(remote, settings.default_scale),
        // Digits in base 2, up to 126 of them, which no type of Athena has. As text nobody could compute with it, and an error for
        // what no double holds would be one for every third of something, so it is the nearest double, as in all other clients;
        // to compare would need the server to round alike.
        "FLOAT" => plain(DataType::Float64, Pushdown::NullsOnly),
        "BINARY_FLOAT" => plain(DataType::Float32, Pushdown::Superset),
        "BINARY_DOUBLE" => plain(DataType::Float64, Pushdown::Superset),
        "BOOLEAN" => plain(DataType::Boolean, Pushdown::NullsOnly),
        "DATE" => bound_as(plain(DataType::Date64, Pushdown::Millis), DATE),
        "TIMESTAMP" => plain(DataType::Date64, Pushdown::Millis),
        // As UTC, whatever zone a value or the session is in; an index on a zoned column is one on the same function.
        "TIMESTAMP WITH TIME ZONE" | "TIMESTAMP WITH LOCAL TIME ZONE" => {
            called("SYS_EXTRACT_UTC", zoned(settings), Pushdown::Millis)
        }
        "VARCHAR2" | "NVARCHAR2" => text(remote, charset),
        // The blanks that fill it up are taken off here (`decode`): `RTRIM` makes NULL of a text of blanks alone, and without it
        // a value compares by the type that it is bound as.
        "CHAR" | "NCHAR" => plain(DataType::Utf8, Pushdown::NullsOnly),
        // An empty one is not NULL to the server and cannot be told from it here, so that nothing about it can be asked. Its
        // locator would tell, but the driver loses locators that the server does not send twice for rows that are alike.
        "CLOB" | "NCLOB" | "LONG" | "JSON" => plain(DataType::Utf8, Pushdown::Nothing),
        "BLOB" | "LONG RAW" => plain(DataType::Binary, Pushdown::Nothing),
        "RAW" => plain(DataType::Binary, Pushdown::Full),
        "INTERVAL YEAR TO MONTH" | "INTERVAL DAY TO SECOND" => as_text("VARCHAR2(40)"),
        "ROWID" | "UROWID" => as_text("VARCHAR2(4000)"),
        // The type as such, for a schema may have one of the same name.
        "XMLTYPE" => called("SYS.XMLTYPE.GETCLOBVAL", DataType::Utf8, Pushdown::Nothing),
        "VECTOR" => called("FROM_VECTOR", DataType::Utf8, Pushdown::NullsOnly),
        _ => unreadable(),
    }
}

fn plain(data_type: DataType, pushdown: Pushdown) -> ColumnMapping {
    ColumnMapping { data_type, read_as: ReadAs::Plain, bind_as: None, pushdown }
}

fn called(function: &'static str, data_type: DataType, pushdown: Pushdown) -> ColumnMapping {
    ColumnMapping { read_as: ReadAs::Call(function), ..plain(data_type, pushdown) }
}

fn bound_as(mapping: ColumnMapping, source_type: &'static str) -> ColumnMapping {
    ColumnMapping { bind_as: Some(source_type), ..mapping }
}

fn as_text(source_type: &'static str) -> ColumnMapping {
    ColumnMapping { read_as: ReadAs::Cast(source_type), ..plain(DataType::Utf8, Pushdown::CollatedOrder) }
}

fn unreadable() -> ColumnMapping {
    bound_as(plain(DataType::Utf8, Pushdown::Nothing), UNREADABLE)
}

fn zoned(settings: &Settings) -> DataType {
    if settings.zoned_timestamps {
        DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()))
    } else {
        DataType::Date64
    }
}

/// A number by its declaration. Without precision and scale it may be anything, and is shown as text with every digit, unless
/// a scale is set for such; equality with a number so printed is asked of the column itself.
fn number(remote: &RemoteType, default_scale: Option<u8>) -> ColumnMapping {
    let (precision, scale) = match (remote.precision, remote.scale) {
        (None, None) => return unscaled(default_scale),
        (None, Some(scale)) => (WIDEST, scale),
        (Some(precision), scale) => (precision, scale.unwrap_or(0)),
    };
    // Behind the point may be more digits than in all, and in front of it fewer than are written.
    let (precision, scale) = if scale < 0 { (precision - scale, 0) } else { (precision.max(scale), scale) };
    match (u8::try_from(precision), i8::try_from(scale)) {
        // What AWS's connector shows whole numbers as, wherever they fit.
        (Ok(1..=18), Ok(0)) => plain(DataType::Int64, Pushdown::Full),
        (Ok(digits @ 1..=38), Ok(scale)) => plain(DataType::Decimal128(digits, scale), Pushdown::Full),
        _ => decoded(),
    }
}

fn unscaled(default_scale: Option<u8>) -> ColumnMapping {
    match default_scale.and_then(|scale| i8::try_from(scale).ok()).filter(|scale| *scale <= 38) {
        Some(scale) => bound_as(plain(DataType::Decimal128(38, scale), Pushdown::Full), UNSCALED),
        None => decoded(),
    }
}

fn decoded() -> ColumnMapping {
    ColumnMapping { read_as: ReadAs::Decoded { own: NUMBER }, ..plain(DataType::Utf8, Pushdown::Collated) }
}

/// A text that is compared by bytes. Those of the database's character set say something about order only if it is UTF-8, and
/// those of the national one never: it is UTF-16.
fn text(remote: &RemoteType, charset: Charset) -> ColumnMapping {
    match charset {
        _ if remote.has_collation => plain(DataType::Utf8, Pushdown::NullsOnly),
        _ if remote.is_national => plain(DataType::Utf8, Pushdown::CollatedOrder),
        Charset::Utf8 => bound_as(plain(DataType::Utf8, Pushdown::Full), VARCHAR2),
        Charset::Cesu8 => bound_as(plain(DataType::Utf8, Pushdown::CollatedOrder), VARCHAR2),
        Charset::Other => plain(DataType::Utf8, Pushdown::CollatedOrder),
    }
}

#[cfg(test)]
mod tests {
    use connector_core::testing::rules;

    use super::*;

    fn remote(name: &str, precision: Option<i16>, scale: Option<i16>) -> RemoteType {
        RemoteType { name: name.into(), is_built_in: true, precision, scale, ..RemoteType::default() }
    }

    fn shown(name: &str, precision: Option<i16>, scale: Option<i16>) -> (DataType, Pushdown) {
        let mapping = mapping(&remote(name, precision, scale), Charset::Utf8, &Settings::default());
        (mapping.data_type, mapping.pushdown)
    }

    #[test]
    fn the_readme_has_the_rules_of_every_type() {
        let of = |remote: &RemoteType, charset| mapping(remote, charset, &Settings::default());
        let names = [
            "FLOAT",
            "BINARY_FLOAT",
            "BINARY_DOUBLE",
            "BOOLEAN",
            "DATE",
            "TIMESTAMP",
            "TIMESTAMP WITH TIME ZONE",
            "TIMESTAMP WITH LOCAL TIME ZONE",
            "CHAR",
            "NCHAR",
            "CLOB",
            "NCLOB",
            "LONG",
            "JSON",
            "BLOB",
            "LONG RAW",
            "RAW",
            "INTERVAL YEAR TO MONTH",
            "INTERVAL DAY TO SECOND",
            "ROWID",
            "UROWID",
            "XMLTYPE",
            "VECTOR",
        ];
        let text = remote("VARCHAR2", None, None);
        let national = RemoteType { is_national: true, ..remote("NVARCHAR2", None, None) };
        let collated = RemoteType { has_collation: true, ..text.clone() };
        let types: Vec<(&str, ColumnMapping)> = names
            .into_iter()
            .map(|name| (name, of(&remote(name, None, None), Charset::Utf8)))
            .chain([
                ("NUMBER(p), p ≤ 18", of(&remote("NUMBER", Some(9), Some(0)), Charset::Utf8)),
                ("NUMBER(p,s)", of(&remote("NUMBER", Some(10), Some(2)), Charset::Utf8)),
                ("NUMBER", of(&remote("NUMBER", None, None), Charset::Utf8)),
                ("VARCHAR2 in AL32UTF8", of(&text, Charset::Utf8)),
                ("VARCHAR2 in other sets", of(&text, Charset::Other)),
                ("VARCHAR2 under a collation of its own", of(&collated, Charset::Utf8)),
                ("NVARCHAR2", of(&national, Charset::Utf8)),
            ])
            .collect();
        rules::are_in_the_readme(env!("CARGO_MANIFEST_DIR"), &types, &crate::dialect::OracleSql);
    }

    #[test]
    fn a_number_is_shown_by_its_precision_and_scale() {
        use DataType::{Decimal128, Int64, Utf8};
        for (precision, scale, expected) in [
            (Some(1), Some(0), Int64),
            (Some(18), Some(0), Int64),
            (Some(19), Some(0), Decimal128(19, 0)),
            (Some(38), Some(0), Decimal128(38, 0)),
            (Some(10), Some(2), Decimal128(10, 2)),
            (Some(38), Some(38), Decimal128(38, 38)),
            (Some(2), Some(5), Decimal128(5, 5)),
            (Some(10), Some(-3), Int64),
            (Some(30), Some(-3), Decimal128(33, 0)),
            (Some(38), Some(-84), Utf8),
            (Some(38), Some(127), Utf8),
            (Some(5), Some(40), Utf8),
            (None, Some(0), Decimal128(38, 0)),
            (None, Some(4), Decimal128(38, 4)),
            (None, None, Utf8),
        ] {
            assert_eq!(shown("NUMBER", precision, scale).0, expected, "NUMBER({precision:?}, {scale:?})");
        }
    }

    #[test]
    fn a_bare_number_is_text_unless_a_scale_is_set() {
        let bare = |default_scale| {
            let settings = Settings { default_scale, ..Settings::default() };
            mapping(&remote("NUMBER", None, None), Charset::Utf8, &settings)
        };
        assert_eq!((bare(None).data_type, bare(None).read_as), (DataType::Utf8, ReadAs::Decoded { own: NUMBER }));
        assert_eq!((bare(Some(4)).data_type, bare(Some(4)).bind_as), (DataType::Decimal128(38, 4), Some(UNSCALED)));
        assert_eq!(bare(Some(39)).data_type, DataType::Utf8);
        assert_eq!(mapping(&remote("NUMBER", None, Some(2)), Charset::Utf8, &Settings::default()).bind_as, None);
    }

    #[test]
    fn defect_22_binary_numbers_keep_their_width_and_a_number_of_38_digits_fits() {
        assert_eq!(shown("FLOAT", Some(126), None), (DataType::Float64, Pushdown::NullsOnly));
        assert_eq!(shown("BINARY_DOUBLE", None, None), (DataType::Float64, Pushdown::Superset));
        assert_eq!(shown("BINARY_FLOAT", None, None), (DataType::Float32, Pushdown::Superset));
        assert_eq!(shown("NUMBER", Some(38), Some(0)).0, DataType::Decimal128(38, 0));
    }

    #[test]
    fn defect_23_no_number_in_base_2_of_more_than_24_bits_becomes_a_real() {
        for precision in [1, 63, 126] {
            assert_eq!(shown("FLOAT", Some(precision), None).0, DataType::Float64);
        }
    }

    #[test]
    fn a_text_is_compared_as_far_as_its_bytes_say_what_code_points_do() {
        let text = |charset, is_national, has_collation| {
            let remote = RemoteType { is_national, has_collation, ..remote("VARCHAR2", None, None) };
            let mapping = mapping(&remote, charset, &Settings::default());
            (mapping.pushdown, mapping.bind_as)
        };
        assert_eq!(text(Charset::Utf8, false, false), (Pushdown::Full, Some(VARCHAR2)));
        assert_eq!(text(Charset::Cesu8, false, false), (Pushdown::CollatedOrder, Some(VARCHAR2)));
        assert_eq!(text(Charset::of("WE8MSWIN1252"), false, false), (Pushdown::CollatedOrder, None));
        assert_eq!(text(Charset::Utf8, true, false), (Pushdown::CollatedOrder, None));
        assert_eq!(text(Charset::Utf8, false, true).0, Pushdown::NullsOnly);
    }

    #[test]
    fn of_a_text_that_is_filled_up_only_null_is_asked() {
        for name in ["CHAR", "NCHAR"] {
            let mapping = mapping(&remote(name, None, None), Charset::Utf8, &Settings::default());
            assert_eq!((mapping.read_as, mapping.pushdown), (ReadAs::Plain, Pushdown::NullsOnly), "{name}");
        }
    }

    #[test]
    fn times_mean_their_millisecond_and_a_date_stays_a_date() {
        let mapped = |name, zoned_timestamps| {
            let settings = Settings { zoned_timestamps, ..Settings::default() };
            mapping(&remote(name, None, None), Charset::Utf8, &settings)
        };
        assert_eq!(mapped("DATE", false).bind_as, Some(DATE));
        for name in ["TIMESTAMP WITH TIME ZONE", "TIMESTAMP WITH LOCAL TIME ZONE"] {
            let plain = mapped(name, false);
            assert_eq!((plain.data_type, plain.read_as), (DataType::Date64, ReadAs::Call("SYS_EXTRACT_UTC")));
            assert!(matches!(mapped(name, true).data_type, DataType::Timestamp(_, Some(_))));
        }
        for name in ["DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"] {
            assert_eq!(mapped(name, false).pushdown, Pushdown::Millis, "{name}");
        }
    }

    #[test]
    fn nothing_is_asked_of_what_may_be_empty_without_being_null() {
        for name in ["CLOB", "NCLOB", "BLOB", "LONG", "LONG RAW", "JSON", "XMLTYPE"] {
            assert_eq!(shown(name, None, None).1, Pushdown::Nothing, "{name}");
        }
    }

    #[test]
    fn what_nothing_reads_is_marked() {
        let marked = |name: &str, is_built_in| {
            let remote = RemoteType { is_built_in, ..remote(name, None, None) };
            mapping(&remote, Charset::Utf8, &Settings::default()).bind_as == Some(UNREADABLE)
        };
        assert!(marked("BFILE", true) && marked("SDO_GEOMETRY", false) && marked("NUMBER", false));
        assert!(marked("XMLTYPE", false) && !marked("XMLTYPE", true) && !marked("VECTOR", true));
    }
}
