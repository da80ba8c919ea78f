//! THE table of types: what a column of PostgreSQL is for Athena, how it is read, and what may be asked about it.
//!
//! What is not in the table is shown as the text that the server itself prints, and compared as that text. Not here: how the
//! bytes are read (`decode`), which follows from the two types alone.

use std::sync::Arc;

use arrow_schema::{DataType, Field, TimeUnit};
use connector_core::{ColumnMapping, Pushdown, ReadAs, Settings};

use crate::dialect::UUID;

/// A column's type at the source, domains already replaced by what they stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RemoteType {
    /// Its name, if it is one of the system's own types; else empty.
    pub(crate) name: String,
    /// Its modifier; −1 if there is none.
    pub(crate) modifier: i32,
    /// How its text is compared.
    pub(crate) collation: Collation,
    /// Whether it was declared by a domain.
    pub(crate) is_domain: bool,
    /// What it is an array of.
    pub(crate) element: Option<Element>,
}

/// What an array holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Element {
    /// Its name, if it is one of the system's own types; else empty.
    pub(crate) name: String,
    /// Its modifier; −1 if there is none.
    pub(crate) modifier: i32,
    /// Whether it was declared by a domain, whose arrays the wire shows as a type of their own.
    pub(crate) is_domain: bool,
    /// Declared dimensions; they bind nothing, but say what is meant.
    pub(crate) dimensions: i32,
}

/// How text is compared at the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Collation {
    /// By code point.
    Binary,
    /// Equal only if it is the same, ordered by some language's rules.
    Deterministic,
    /// Equal by rules of its own.
    Nondeterministic,
    /// In an encoding whose bytes do not order as code points do, and which cannot hold every text compared with.
    Foreign,
}

const TEXT: &str = "pg_catalog.text";
const TEXT_ARRAY: &str = "pg_catalog.text[]";

/// The mapping of a column, and the type that AWS's Java connector announces, if that is wanted and another one (seen of its
/// `athena-jdbc` 2026.24.1 over pgjdbc 42.7.13; elements of arrays as `athena-postgresql` reads their names).
pub(crate) fn mapped(remote: &RemoteType, settings: &Settings) -> (ColumnMapping, Option<DataType>) {
    let mapping = mapping(remote, settings);
    if !settings.java_types {
        return (mapping, None);
    }
    match remote.name.as_str() {
        // Whatever a domain stands for is text, a truth value by its letter.
        "bool" if remote.is_domain && remote.element.is_none() => (mapping, Some(DataType::Utf8)),
        _ if remote.is_domain && mapping.data_type != DataType::Utf8 => (as_text(remote.collation), None),
        "bit" if !remote.is_domain && remote.modifier != 1 => (mapping, Some(DataType::Boolean)),
        "money" => (mapping, Some(DataType::Float64)),
        _ => (mapping, None),
    }
}

/// The mapping of a column.
fn mapping(remote: &RemoteType, settings: &Settings) -> ColumnMapping {
    if let Some(element) = &remote.element {
        return array(element, remote.collation, settings);
    }
    let plain = |data_type, pushdown| ColumnMapping { data_type, read_as: ReadAs::Plain, bind_as: None, pushdown };
    match remote.name.as_str() {
        "bool" => plain(DataType::Boolean, Pushdown::Full),
        // No cast leads from a bit to a truth value, so nothing can be compared with it.
        "bit" if remote.modifier == 1 => plain(DataType::Boolean, Pushdown::NullsOnly),
        "int2" => plain(DataType::Int16, Pushdown::Full),
        "int4" => plain(DataType::Int32, Pushdown::Full),
        "int8" => plain(DataType::Int64, Pushdown::Full),
        "oid" => cast(DataType::Int64, "pg_catalog.int8", Pushdown::Full),
        "float4" => plain(DataType::Float32, Pushdown::Superset),
        "float8" => plain(DataType::Float64, Pushdown::Superset),
        "numeric" => match numeric(remote.modifier, settings.scale()) {
            Some(data_type) => plain(data_type, Pushdown::Full),
            None => as_text(remote.collation),
        },
        "money" => cast(DataType::Decimal128(19, 2), "pg_catalog.numeric", Pushdown::Full),
        "text" | "varchar" => plain(
            DataType::Utf8,
            match remote.collation {
                Collation::Binary => Pushdown::Full,
                Collation::Deterministic => Pushdown::CollatedOrder,
                Collation::Nondeterministic => Pushdown::Collated,
                Collation::Foreign => Pushdown::NullsOnly,
            },
        ),
        "uuid" => ColumnMapping { read_as: ReadAs::Printed { own: UUID, cast: TEXT }, ..as_text(remote.collation) },
        // A cast would give the mask of a single host too, which the type itself does not print.
        "inet" => ColumnMapping { read_as: ReadAs::Call("pg_catalog.abbrev"), ..as_text(remote.collation) },
        "bytea" => plain(DataType::Binary, Pushdown::Full),
        "date" => plain(DataType::Date32, Pushdown::Full),
        "timestamp" => plain(DataType::Date64, Pushdown::Millis),
        "timestamptz" => {
            ColumnMapping { bind_as: Some("pg_catalog.timestamptz"), ..plain(zoned(settings), Pushdown::Millis) }
        }
        _ => as_text(remote.collation),
    }
}

fn zoned(settings: &Settings) -> DataType {
    if settings.zoned_timestamps {
        DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()))
    } else {
        DataType::Date64
    }
}

fn cast(data_type: DataType, source_type: &'static str, pushdown: Pushdown) -> ColumnMapping {
    ColumnMapping { data_type, read_as: ReadAs::Cast(source_type), bind_as: None, pushdown }
}

fn as_text(collation: Collation) -> ColumnMapping {
    let pushdown = if collation == Collation::Foreign { Pushdown::NullsOnly } else { Pushdown::Collated };
    cast(DataType::Utf8, TEXT, pushdown)
}

/// A decimal that holds every value of the declared type; nothing if there is none, so that text must do.
fn numeric(modifier: i32, default_scale: Option<u8>) -> Option<DataType> {
    const WIDEST: i32 = 38;
    let (precision, scale) = match declared(modifier) {
        None => return default_scale.filter(|scale| *scale <= 38).map(|scale| decimal(38, scale.into())),
        Some((precision, scale)) if scale > precision => (scale, scale),
        Some((precision, scale)) if scale < 0 => (precision - scale, 0),
        Some(declared) => declared,
    };
    (precision <= WIDEST).then(|| decimal(precision, scale))
}

fn decimal(precision: i32, scale: i32) -> DataType {
    DataType::Decimal128(u8::try_from(precision).unwrap_or(38), i8::try_from(scale).unwrap_or(0))
}

/// Precision and scale as the server packs them: the scale is a signed number of 11 bits (since version 15).
fn declared(modifier: i32) -> Option<(i32, i32)> {
    let packed = modifier.checked_sub(4).filter(|packed| *packed >= 0)?;
    Some(((packed >> 16) & 0xffff, ((packed & 0x7ff) ^ 1024) - 1024))
}

/// Arrays of one dimension whose elements have a reader of their own become lists of it, the others lists of text.
fn array(element: &Element, collation: Collation, settings: &Settings) -> ColumnMapping {
    // The Java connector knows an array by the name of its elements' type, and not how deep it is.
    if element.dimensions > 1 && !settings.java_types {
        return as_text(collation);
    }
    let (item, undomained) = match element.name.as_str() {
        "bytea" | "timestamptz" if settings.java_types => (DataType::Utf8, TEXT_ARRAY),
        _ if element.is_domain && settings.java_types => (DataType::Utf8, TEXT_ARRAY),
        "bool" => (DataType::Boolean, "pg_catalog.bool[]"),
        "int2" => (DataType::Int16, "pg_catalog.int2[]"),
        "int4" => (DataType::Int32, "pg_catalog.int4[]"),
        "int8" => (DataType::Int64, "pg_catalog.int8[]"),
        "float4" => (DataType::Float32, "pg_catalog.float4[]"),
        "float8" => (DataType::Float64, "pg_catalog.float8[]"),
        "numeric" => match numeric(element.modifier, settings.scale()) {
            Some(data_type) => (data_type, "pg_catalog.numeric[]"),
            None => (DataType::Utf8, TEXT_ARRAY),
        },
        "bytea" => (DataType::Binary, "pg_catalog.bytea[]"),
        "date" => (DataType::Date32, "pg_catalog.date[]"),
        "timestamp" => (DataType::Date64, "pg_catalog.timestamp[]"),
        "timestamptz" => (zoned(settings), "pg_catalog.timestamptz[]"),
        _ => (DataType::Utf8, TEXT_ARRAY),
    };
    let read_as = if element.is_domain || item == DataType::Utf8 { ReadAs::Cast(undomained) } else { ReadAs::Plain };
    // The child of a list has no name in schemas that Athena's own library makes.
    let data_type = DataType::List(Arc::new(Field::new("", item, true)));
    ColumnMapping { data_type, read_as, bind_as: None, pushdown: Pushdown::NullsOnly }
}

#[cfg(test)]
mod tests {
    use connector_core::testing::rules;

    use super::*;

    fn remote(name: &str, modifier: i32) -> RemoteType {
        RemoteType { name: name.into(), modifier, collation: Collation::Deterministic, is_domain: false, element: None }
    }

    fn packed(precision: i32, scale: i32) -> i32 {
        ((precision << 16) | (scale & 0x7ff)) + 4
    }

    fn shown(name: &str, modifier: i32) -> (DataType, ReadAs) {
        let mapping = mapping(&remote(name, modifier), &Settings::default());
        (mapping.data_type, mapping.read_as)
    }

    #[test]
    fn a_decimal_is_as_wide_as_its_values_or_text() {
        let text = (DataType::Utf8, ReadAs::Cast(TEXT));
        for (precision, scale, expected) in [
            (10, 2, Some((10, 2))),
            (38, 10, Some((38, 10))),
            (38, 38, Some((38, 38))),
            (2, 5, Some((5, 5))),
            (3, -2, Some((5, 0))),
            (38, -1, None),
            (50, 10, None),
            (2, 39, None),
            (1000, 1000, None),
        ] {
            let expected = expected.map_or(text.clone(), |(p, s)| (DataType::Decimal128(p, s), ReadAs::Plain));
            assert_eq!(shown("numeric", packed(precision, scale)), expected, "numeric({precision},{scale})");
        }
        assert_eq!(shown("numeric", -1), text);
    }

    #[test]
    fn the_readme_has_the_rules_of_every_type() {
        let text = |collation| mapping(&RemoteType { collation, ..remote("text", -1) }, &Settings::default());
        let named = |(shown, name, modifier)| (shown, mapping(&remote(name, modifier), &Settings::default()));
        let plain =
            ["bool", "int2", "int4", "int8", "oid", "float4", "float8", "money", "uuid", "inet", "bytea", "date"];
        let more =
            ["timestamp", "timestamptz", "char", "name", "json", "jsonb", "xml", "interval", "time", "bit", "varbit"];
        let list = Element { name: "int4".into(), modifier: -1, is_domain: false, dimensions: 1 };
        let types: Vec<(&str, ColumnMapping)> = plain
            .into_iter()
            .map(|name| (name, name, -1))
            .chain([("numeric(10,2)", "numeric", packed(10, 2)), ("numeric", "numeric", -1), ("bit(1)", "bit", 1)])
            .chain(more.into_iter().map(|name| (name, name, -1)))
            .chain([("char(n)", "bpchar", 12), ("enum and any other", "", -1)])
            .map(named)
            .chain([
                ("text, varchar by code point (C)", text(Collation::Binary)),
                ("text, varchar by a language", text(Collation::Deterministic)),
                ("text, varchar of nondeterministic collations", text(Collation::Nondeterministic)),
                ("text, varchar in a foreign encoding", text(Collation::Foreign)),
                ("lists", mapping(&RemoteType { element: Some(list), ..remote("", -1) }, &Settings::default())),
            ])
            .collect();
        rules::are_in_the_readme(env!("CARGO_MANIFEST_DIR"), &types, &crate::dialect::Postgres);
    }

    #[test]
    fn a_default_scale_makes_bare_numbers_decimals() {
        let settings = Settings { default_scale: Some(4), ..Settings::default() };
        assert_eq!(mapping(&remote("numeric", -1), &settings).data_type, DataType::Decimal128(38, 4));
        assert_eq!(mapping(&remote("numeric", packed(50, 10)), &settings).data_type, DataType::Utf8);
    }

    #[test]
    fn whatever_has_no_type_of_its_own_is_compared_as_the_text_it_is_shown_as() {
        for (name, read_as) in
            [("uuid", ReadAs::Printed { own: UUID, cast: TEXT }), ("inet", ReadAs::Call("pg_catalog.abbrev"))]
        {
            let mapping = mapping(&remote(name, -1), &Settings::default());
            assert_eq!((mapping.read_as, mapping.pushdown), (read_as, Pushdown::Collated), "{name}");
        }
        for name in ["jsonb", "interval", "bpchar", "name", "char", "varbit", "bit", ""] {
            let mapping = mapping(&remote(name, 12), &Settings::default());
            assert_eq!((mapping.read_as, mapping.pushdown), (ReadAs::Cast(TEXT), Pushdown::Collated), "{name}");
        }
    }

    #[test]
    fn the_java_connectors_types_are_kept_where_that_is_wanted() {
        let settings = Settings { java_types: true, ..Settings::default() };
        let told = |remote: &RemoteType| {
            let (mapping, announced) = mapped(remote, &settings);
            (announced.unwrap_or(mapping.data_type), mapping.read_as)
        };
        let domain = |name| RemoteType { is_domain: true, ..remote(name, -1) };
        let text = (DataType::Utf8, ReadAs::Cast(TEXT));
        for (remote, expected) in [
            (remote("numeric", -1), (DataType::Decimal128(38, 0), ReadAs::Plain)),
            (remote("numeric", packed(50, 10)), text.clone()),
            (remote("money", -1), (DataType::Float64, ReadAs::Cast("pg_catalog.numeric"))),
            (remote("bit", 8), (DataType::Boolean, ReadAs::Cast(TEXT))),
            (remote("bit", 1), (DataType::Boolean, ReadAs::Plain)),
            (domain("int4"), text.clone()),
            (domain("bit"), text.clone()),
            (domain("bool"), (DataType::Utf8, ReadAs::Plain)),
            (domain("text"), (DataType::Utf8, ReadAs::Plain)),
            (domain("timestamptz"), text.clone()),
        ] {
            assert_eq!(told(&remote), expected, "{remote:?}");
        }
        let list = |name: &str, is_domain, dimensions| {
            let element = Element { name: name.into(), modifier: -1, is_domain, dimensions };
            told(&RemoteType { element: Some(element), ..remote("", -1) })
        };
        let of = |item| DataType::List(Arc::new(Field::new("", item, true)));
        assert_eq!(list("int4", false, 2), (of(DataType::Int32), ReadAs::Plain));
        for (name, is_domain) in [("int4", true), ("bytea", false), ("timestamptz", false)] {
            assert_eq!(list(name, is_domain, 1), (of(DataType::Utf8), ReadAs::Cast(TEXT_ARRAY)));
        }
        assert_eq!(mapped(&domain("int4"), &Settings::default()).0.data_type, DataType::Int32);
    }

    #[test]
    fn text_is_pushed_as_far_as_its_collation_allows() {
        for (collation, varchar, uuid) in [
            (Collation::Binary, Pushdown::Full, Pushdown::Collated),
            (Collation::Deterministic, Pushdown::CollatedOrder, Pushdown::Collated),
            (Collation::Nondeterministic, Pushdown::Collated, Pushdown::Collated),
            (Collation::Foreign, Pushdown::NullsOnly, Pushdown::NullsOnly),
        ] {
            let pushed = |name| mapping(&RemoteType { collation, ..remote(name, -1) }, &Settings::default()).pushdown;
            assert_eq!((pushed("varchar"), pushed("uuid")), (varchar, uuid));
        }
    }

    #[test]
    fn arrays_are_lists_of_what_can_be_read_else_of_text() {
        let list = |name: &str, modifier, is_domain, dimensions| {
            let element = Element { name: name.into(), modifier, is_domain, dimensions };
            let mapping = mapping(&RemoteType { element: Some(element), ..remote("", -1) }, &Settings::default());
            (mapping.data_type, mapping.read_as)
        };
        let of = |item| DataType::List(Arc::new(Field::new("", item, true)));
        assert_eq!(list("int4", -1, false, 1), (of(DataType::Int32), ReadAs::Plain));
        assert_eq!(list("int4", -1, true, 0), (of(DataType::Int32), ReadAs::Cast("pg_catalog.int4[]")));
        assert_eq!(list("numeric", packed(10, 2), false, 1), (of(DataType::Decimal128(10, 2)), ReadAs::Plain));
        assert_eq!(list("numeric", -1, false, 1), (of(DataType::Utf8), ReadAs::Cast(TEXT_ARRAY)));
        assert_eq!(list("uuid", -1, false, 1), (of(DataType::Utf8), ReadAs::Cast(TEXT_ARRAY)));
        assert_eq!(list("int4", -1, false, 2), (DataType::Utf8, ReadAs::Cast(TEXT)));
    }
}
