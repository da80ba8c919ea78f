//! THE table of types: what a column of MySQL or MariaDB is for Athena, how it is read, and what may be asked about it.
//!
//! What is not in the table is shown as the text that the server itself casts it to, and compared as that text. Not here: how
//! the bytes are read (`decode`), which follows from the two types alone.

use arrow_schema::{DataType, TimeUnit};
use connector_core::{ColumnMapping, Pushdown, ReadAs, Settings};

use crate::options::Shown;

/// A column's type as the server's own catalog tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RemoteType {
    /// Its name alone (`int`).
    pub(crate) name: String,
    /// Its name with all that was declared (`int(10) unsigned`).
    pub(crate) declared: String,
    /// Digits of a number.
    pub(crate) precision: Option<u64>,
    /// Digits behind the point.
    pub(crate) scale: Option<u64>,
    /// Characters of a text.
    pub(crate) characters: Option<u64>,
    /// Character set of a text.
    pub(crate) charset: Option<String>,
    /// Collation of a text.
    pub(crate) collation: Option<String>,
    /// Whether a view shows it.
    pub(crate) is_seen: bool,
}

/// What decides about a mapping besides the type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'c> {
    pub(crate) settings: &'c Settings,
    pub(crate) shown: Shown,
    /// The largest value that an expression at the server may have.
    pub(crate) largest_value: u64,
}

/// What makes a text of anything, in the one character set whose bytes order as code points do.
pub(crate) const TEXT: &str = "CHAR CHARACTER SET utf8mb4";
const NUMBER: &str = "UNSIGNED";
pub(crate) const TIME: &str = "DATETIME(3)";

/// Character sets of which every text becomes another one of Unicode, so that one that comes back is the same: in sets that know
/// a sign twice it may be another one, which has another place in their order.
const THERE_AND_BACK: [&str; 7] = ["ascii", "latin1", "utf8", "utf8mb3", "ucs2", "utf16", "utf32"];

/// What the session sorts by at most, in bytes.
pub(crate) const SORTED_BYTES: u64 = 8 << 20;

/// The mapping of a column, and the type that AWS's Java connector announces, if that is wanted and another one (seen of its
/// `athena-jdbc` 2026.24.1 over Connector/J 26.7.0 and MySQL 9.7).
pub(crate) fn mapped(remote: &RemoteType, context: Context<'_>) -> (ColumnMapping, Option<DataType>) {
    let mapping = mapping(remote, context);
    let announced = match (remote.name.as_str(), &mapping.data_type) {
        _ if !context.settings.java_types => None,
        // Unsigned numbers are taken for signed ones.
        ("tinyint", DataType::Int16) => Some(DataType::Int8),
        ("smallint", DataType::Int32) => Some(DataType::Int16),
        ("int", DataType::Int64) => Some(DataType::Int32),
        ("bigint", DataType::Decimal128(..)) => Some(DataType::Int64),
        ("bit", DataType::Int64 | DataType::Decimal128(..)) => Some(DataType::Boolean),
        ("decimal", DataType::Utf8) => {
            i8::try_from(remote.scale.unwrap_or(0)).ok().map(|s| DataType::Decimal128(38, s))
        }
        ("year", _) => Some(DataType::Date32),
        _ => None,
    };
    (mapping, announced)
}

/// The mapping of a column.
fn mapping(remote: &RemoteType, context: Context<'_>) -> ColumnMapping {
    let unsigned = remote.declared.split(' ').any(|word| word == "unsigned" || word == "zerofill");
    let full = |data_type| plain(data_type, Pushdown::Full);
    match remote.name.as_str() {
        "tinyint" if remote.declared == "tinyint(1)" && context.shown.tiny_is_bit => full(DataType::Boolean),
        "tinyint" => full(if unsigned { DataType::Int16 } else { DataType::Int8 }),
        "smallint" => full(if unsigned { DataType::Int32 } else { DataType::Int16 }),
        "mediumint" => full(DataType::Int32),
        "int" => full(if unsigned { DataType::Int64 } else { DataType::Int32 }),
        "bigint" => full(if unsigned { DataType::Decimal128(20, 0) } else { DataType::Int64 }),
        "bit" => full(match remote.precision {
            Some(1) => DataType::Boolean,
            Some(2..=63) => DataType::Int64,
            _ => DataType::Decimal128(20, 0),
        }),
        "decimal" => match decimal(remote) {
            Some(data_type) => full(data_type),
            None => as_text(),
        },
        // The source knows no NaN, and none is asked about there; but what is kept is cheap to check again.
        "float" => plain(DataType::Float32, Pushdown::Superset),
        "double" => plain(DataType::Float64, Pushdown::Superset),
        // Compared as it is, the source takes 5 for 2005.
        "year" => ColumnMapping { read_as: ReadAs::Cast(NUMBER), ..full(DataType::Int32) },
        "date" => plain(DataType::Date32, of_time(Pushdown::Full, context)),
        "datetime" => plain(DataType::Date64, of_time(Pushdown::Millis, context)),
        "timestamp" => {
            ColumnMapping { bind_as: Some(TIME), ..plain(zoned(context.settings), of_time(Pushdown::Millis, context)) }
        }
        "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" => text(remote, context),
        // A document has no order, and its text no bound that the server can keep.
        "json" => plain(DataType::Utf8, Pushdown::NullsOnly),
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" => full(DataType::Binary),
        "geometry" | "point" | "linestring" | "polygon" | "multipoint" | "multilinestring" | "multipolygon"
        | "geomcollection" | "geometrycollection" => plain(DataType::Binary, Pushdown::NullsOnly),
        // Not even NULL may be asked of it in the way that finds NULL alone.
        "vector" => plain(DataType::Binary, Pushdown::Nothing),
        // Among them enum and set: by value and not by place in the list, where their own comparison looks values up.
        _ => as_text(),
    }
}

fn plain(data_type: DataType, pushdown: Pushdown) -> ColumnMapping {
    ColumnMapping { data_type, read_as: ReadAs::Plain, bind_as: None, pushdown }
}

fn as_text() -> ColumnMapping {
    ColumnMapping { read_as: ReadAs::Cast(TEXT), ..plain(DataType::Utf8, Pushdown::Collated) }
}

fn zoned(settings: &Settings) -> DataType {
    if settings.zoned_timestamps {
        DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()))
    } else {
        DataType::Date64
    }
}

/// Dates that are shown as NULL and are none at the source cannot be asked about there.
fn of_time(pushdown: Pushdown, context: Context<'_>) -> Pushdown {
    if context.shown.zero_is_null { Pushdown::Nothing } else { pushdown }
}

/// A decimal that holds every value of the declared type; nothing if there is none, so that text must do.
fn decimal(remote: &RemoteType) -> Option<DataType> {
    let precision = u8::try_from(remote.precision?).ok().filter(|precision| (1..=38).contains(precision))?;
    Some(DataType::Decimal128(precision, i8::try_from(remote.scale?).ok()?))
}

/// Texts in utf8mb4 are compared with their own index, too; in other sets a text that they cannot hold would be an error there.
fn text(remote: &RemoteType, context: Context<'_>) -> ColumnMapping {
    const BYTES_PER_CHARACTER: u64 = 4;
    let bytes = remote.characters.and_then(|characters| characters.checked_mul(BYTES_PER_CHARACTER));
    // The server makes NULL of a value in an expression that is larger than a packet, and sorts by its beginning only.
    if bytes.is_none_or(|bytes| bytes > context.largest_value.min(SORTED_BYTES)) {
        return plain(DataType::Utf8, Pushdown::NullsOnly);
    }
    // A view's text that is put together from two collations is said to be in a binary one, and compares with nothing.
    let may_be_mixed =
        remote.is_seen && remote.collation.as_deref().is_some_and(|collation| collation.ends_with("_bin"));
    if may_be_mixed {
        return as_text();
    }
    if remote.charset.as_deref() != Some("utf8mb4") {
        let there_and_back = remote.charset.as_deref().is_some_and(|charset| THERE_AND_BACK.contains(&charset));
        let read_as = if there_and_back && !remote.is_seen { ReadAs::Converted(TEXT) } else { ReadAs::Cast(TEXT) };
        return ColumnMapping { read_as, ..as_text() };
    }
    let by_code_point = ["utf8mb4_0900_bin", "utf8mb4_nopad_bin"];
    let is_binary = remote.collation.as_deref().is_some_and(|collation| by_code_point.contains(&collation));
    plain(DataType::Utf8, if is_binary { Pushdown::CollatedOrder } else { Pushdown::Collated })
}

#[cfg(test)]
mod tests {
    use connector_core::testing::rules;

    use super::*;

    fn remote(declared: &str) -> RemoteType {
        let name = declared.split(['(', ' ']).next().unwrap().to_owned();
        let numbers: Vec<u64> = declared
            .split(|character: char| !character.is_ascii_digit())
            .filter_map(|number| number.parse().ok())
            .collect();
        let (precision, scale) = (numbers.first().copied(), numbers.get(1).copied().or(Some(0)));
        let is_text = name.ends_with("char") || name.ends_with("text");
        let characters = is_text.then(|| numbers.first().copied().unwrap_or(65_535));
        let charset = is_text.then(|| "utf8mb4".to_owned());
        RemoteType { name, declared: declared.into(), precision, scale, characters, charset, ..RemoteType::default() }
    }

    fn mapped(remote: &RemoteType, shown: Shown) -> ColumnMapping {
        let settings = Settings::default();
        mapping(remote, Context { settings: &settings, shown, largest_value: 16 << 20 })
    }

    const PLAIN: Shown = Shown { tiny_is_bit: true, zero_is_null: false };

    #[test]
    fn a_number_is_as_wide_as_its_values() {
        for (declared, expected) in [
            ("tinyint(4)", DataType::Int8),
            ("tinyint(1)", DataType::Boolean),
            ("tinyint(1) unsigned", DataType::Int16),
            ("tinyint unsigned", DataType::Int16),
            ("smallint(5) unsigned zerofill", DataType::Int32),
            ("mediumint unsigned", DataType::Int32),
            ("int", DataType::Int32),
            ("int unsigned", DataType::Int64),
            ("bigint(20)", DataType::Int64),
            ("bigint(20) unsigned", DataType::Decimal128(20, 0)),
            ("bit(1)", DataType::Boolean),
            ("bit(63)", DataType::Int64),
            ("bit(64)", DataType::Decimal128(20, 0)),
            ("decimal(38,30)", DataType::Decimal128(38, 30)),
            ("decimal(39,0)", DataType::Utf8),
            ("decimal(65,30)", DataType::Utf8),
            ("year(4)", DataType::Int32),
        ] {
            assert_eq!(mapped(&remote(declared), PLAIN).data_type, expected, "{declared}");
        }
        let numbers = Shown { tiny_is_bit: false, ..PLAIN };
        assert_eq!(mapped(&remote("tinyint(1)"), numbers).data_type, DataType::Int8);
    }

    #[test]
    fn the_readme_has_the_rules_of_every_type() {
        let declared = [
            "tinyint(1)",
            "tinyint",
            "smallint",
            "mediumint",
            "int",
            "bigint",
            "bigint unsigned",
            "bit(1)",
            "bit(8)",
            "decimal(10,2)",
            "decimal(65,30)",
            "float",
            "double",
            "year",
            "date",
            "datetime(6)",
            "timestamp(6)",
            "time",
            "json",
            "binary(8)",
            "varbinary(8)",
            "blob",
            "geometry",
            "vector",
            "enum('a')",
            "set('a')",
            "uuid",
            "inet6",
        ];
        let text = RemoteType { characters: Some(10), ..remote("varchar(10)") };
        let latin = RemoteType { charset: Some("latin1".into()), ..text.clone() };
        let binary = RemoteType { collation: Some("utf8mb4_0900_bin".into()), ..text.clone() };
        let long = RemoteType { characters: Some(16_777_215), ..text.clone() };
        let as_null = Shown { zero_is_null: true, ..PLAIN };
        let types: Vec<(&str, ColumnMapping)> = declared
            .into_iter()
            .map(|declared| (declared, mapped(&remote(declared), PLAIN)))
            .chain([
                ("char, varchar, text in utf8mb4", mapped(&text, PLAIN)),
                ("the same under utf8mb4_0900_bin", mapped(&binary, PLAIN)),
                ("char, varchar, text in another set", mapped(&latin, PLAIN)),
                ("text that may be longer than an expression", mapped(&long, PLAIN)),
                ("dates and times whose zeros are shown as NULL", mapped(&remote("datetime(6)"), as_null)),
            ])
            .collect();
        rules::are_in_the_readme(env!("CARGO_MANIFEST_DIR"), &types, &crate::dialect::MySql);
    }

    #[test]
    fn whatever_has_no_type_of_its_own_is_compared_as_the_text_it_is_shown_as() {
        for name in ["time", "uuid", "inet6", "enum('a')", "set('a')", "xmltype", "decimal(65,0)", ""] {
            let mapping = mapped(&remote(name), PLAIN);
            assert_eq!((mapping.read_as, mapping.pushdown), (ReadAs::Cast(TEXT), Pushdown::Collated), "{name}");
        }
    }

    #[test]
    fn the_java_connectors_types_are_kept_where_that_is_wanted() {
        let told = |declared, java_types| {
            let settings = Settings { java_types, ..Settings::default() };
            super::mapped(&remote(declared), Context { settings: &settings, shown: PLAIN, largest_value: 16 << 20 }).1
        };
        for (declared, expected) in [
            ("tinyint unsigned", Some(DataType::Int8)),
            ("tinyint(1) unsigned", Some(DataType::Int8)),
            ("tinyint(1)", None),
            ("smallint unsigned", Some(DataType::Int16)),
            ("mediumint unsigned", None),
            ("int unsigned", Some(DataType::Int32)),
            ("int", None),
            ("bigint unsigned", Some(DataType::Int64)),
            ("bit(1)", None),
            ("bit(8)", Some(DataType::Boolean)),
            ("bit(64)", Some(DataType::Boolean)),
            ("decimal(38,30)", None),
            ("decimal(65,30)", Some(DataType::Decimal128(38, 30))),
            ("year(4)", Some(DataType::Date32)),
            ("time", None),
        ] {
            assert_eq!((told(declared, true), told(declared, false)), (expected, None), "{declared}");
        }
    }

    #[test]
    fn text_is_pushed_as_far_as_its_set_its_collation_and_its_size_allow() {
        let short = remote("varchar(10)");
        let latin = RemoteType { charset: Some("latin1".into()), ..short.clone() };
        let binary = RemoteType { collation: Some("utf8mb4_0900_bin".into()), ..short.clone() };
        let long = RemoteType { characters: Some(16_777_215), ..short.clone() };
        let text = |remote| {
            let mapping = mapped(&remote, PLAIN);
            (mapping.read_as, mapping.pushdown)
        };
        assert_eq!(text(short.clone()), (ReadAs::Plain, Pushdown::Collated));
        let sjis = RemoteType { charset: Some("sjis".into()), ..latin.clone() };
        assert_eq!(text(latin), (ReadAs::Converted(TEXT), Pushdown::Collated));
        assert_eq!(text(sjis), (ReadAs::Cast(TEXT), Pushdown::Collated));
        let seen = RemoteType { is_seen: true, ..binary.clone() };
        assert_eq!(text(seen), (ReadAs::Cast(TEXT), Pushdown::Collated));
        assert_eq!(text(RemoteType { is_seen: true, ..short.clone() }), (ReadAs::Plain, Pushdown::Collated));
        assert_eq!(text(binary), (ReadAs::Plain, Pushdown::CollatedOrder));
        assert_eq!(text(long), (ReadAs::Plain, Pushdown::NullsOnly));
    }

    #[test]
    fn dates_that_may_be_shown_as_null_are_not_asked_about() {
        let as_null = Shown { zero_is_null: true, ..PLAIN };
        for (declared, pushed) in [("date", Pushdown::Full), ("datetime(6)", Pushdown::Millis)] {
            assert_eq!(mapped(&remote(declared), PLAIN).pushdown, pushed);
            assert_eq!(mapped(&remote(declared), as_null).pushdown, Pushdown::Nothing);
        }
    }

    #[test]
    fn a_timestamp_is_zoned_by_setting() {
        let settings = Settings { zoned_timestamps: true, ..Settings::default() };
        let context = Context { settings: &settings, shown: PLAIN, largest_value: 1 };
        let zoned = DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()));
        assert_eq!(mapping(&remote("timestamp(6)"), context).data_type, zoned);
        assert_eq!(mapping(&remote("datetime(6)"), context).data_type, DataType::Date64);
    }
}
