//! What a single setting may be. Both sources come through here, so that a value is right or wrong wherever it stands.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use connector_core::{Casing, Error, Result, TableName};
use tracing::level_filters::LevelFilter;

use super::PutHeaders;

/// A complaint about the setting `key`; the value is told only where it cannot be a secret put in the wrong place.
pub fn wrong(key: &str, wanted: &str) -> Error {
    Error::invalid(format!("setting {key:?} is wrong: it must be {wanted}"))
}

/// A setting that is understood and not offered.
pub fn refused(key: &str, why: &str) -> Error {
    Error::unsupported(format!("setting {key:?} is not offered: {why}"))
}

/// `true` or `false`, in any case.
pub fn boolean(key: &str, text: &str) -> Result<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(wrong(key, "true or false")),
    }
}

/// A whole number.
pub fn number<T: FromStr>(key: &str, text: &str) -> Result<T> {
    text.trim().parse().map_err(|_| wrong(key, "a whole number that is not too large"))
}

/// Fails if two settings are given of which each says all.
pub fn not_both<T>(first: (&str, &Option<T>), second: (&str, &Option<T>)) -> Result<()> {
    match (first, second) {
        ((first, Some(_)), (second, Some(_))) => {
            Err(Error::invalid(format!("settings {first:?} and {second:?} contradict each other"))
                .hint("leave one of them out"))
        }
        _ => Ok(()),
    }
}

/// A number of bytes, at least one.
pub fn bytes(key: &str, value: u64) -> Result<u64> {
    if value > 0 { Ok(value) } else { Err(wrong(key, "a whole number above 0")) }
}

/// A number of at least one.
pub fn positive(key: &str, value: u64) -> Result<usize> {
    match usize::try_from(value) {
        Ok(value) if value > 0 => Ok(value),
        _ => Err(wrong(key, "a whole number above 0")),
    }
}

/// A namespace of `CloudWatch`'s.
pub fn namespace(key: &str, text: &str) -> Result<String> {
    let text = text.trim();
    let is_good = |sign: char| sign.is_ascii_alphanumeric() || ".-_/#:".contains(sign);
    if (1..=255).contains(&text.len()) && text.chars().all(is_good) && !text.starts_with("AWS/") {
        return Ok(text.to_owned());
    }
    Err(wrong(key, "a namespace of CloudWatch: letters, digits and . - _ / # :, and not one of AWS's own"))
}

/// A span of time; 0 is only taken where it makes sense.
pub fn seconds(key: &str, value: u64, least: u64) -> Result<Duration> {
    if (least..=3600).contains(&value) {
        return Ok(Duration::from_secs(value));
    }
    Err(wrong(key, &format!("a number of seconds from {least} to 3600")))
}

/// The scale of numbers that have none.
pub fn scale(key: &str, value: u64) -> Result<u8> {
    u8::try_from(value).ok().filter(|scale| *scale <= 38).ok_or_else(|| wrong(key, "a number from 0 to 38"))
}

/// The protocol's version.
pub fn serde_version(key: &str, value: u64) -> Result<u8> {
    u8::try_from(value)
        .ok()
        .filter(|version| (2..=6).contains(version))
        .ok_or_else(|| wrong(key, "a number from 2 to 6"))
}

/// How names are matched, in the words of AWS's connectors.
pub fn casing(key: &str, text: &str) -> Result<Casing> {
    match text.trim().to_ascii_uppercase().as_str() {
        "NONE" => Ok(Casing::None),
        "LOWER" => Ok(Casing::Lower),
        "UPPER" => Ok(Casing::Upper),
        "CASE_INSENSITIVE_SEARCH" => Ok(Casing::Search),
        "ANNOTATION" => {
            Err(refused(key, "ANNOTATION is of the Snowflake and SAP HANA connectors; use CASE_INSENSITIVE_SEARCH"))
        }
        _ => Err(wrong(key, "NONE, LOWER, UPPER or CASE_INSENSITIVE_SEARCH")),
    }
}

/// What is logged, in the words of AWS's SDK.
pub fn log_level(key: &str, text: &str) -> Result<LevelFilter> {
    match text.trim().to_ascii_lowercase().as_str() {
        "off" => Ok(LevelFilter::OFF),
        "fatal" | "error" => Ok(LevelFilter::ERROR),
        "warn" => Ok(LevelFilter::WARN),
        "info" => Ok(LevelFilter::INFO),
        "debug" => Ok(LevelFilter::DEBUG),
        "trace" | "all" => Ok(LevelFilter::TRACE),
        _ => Err(wrong(key, "off, error, warn, info, debug or trace")),
    }
}

/// The columns along which tables are cut. Names are in lower case, as Athena has them, and a table is named once.
pub fn split_by(
    key: &str,
    named: impl IntoIterator<Item = (TableName, String)>,
) -> Result<BTreeMap<TableName, String>> {
    let mut columns = BTreeMap::new();
    for (name, column) in named {
        let name = TableName::new(name.schema.to_lowercase(), name.table.to_lowercase());
        if [&name.schema, &name.table, &column].iter().any(|part| part.trim().is_empty()) {
            return Err(wrong(key, COLUMNS));
        }
        if columns.insert(name.clone(), column.to_lowercase()).is_some() {
            return Err(Error::invalid(format!("setting {key:?} names a column of {name} twice"))
                .hint("leave one of them out; Athena tells no case"));
        }
    }
    Ok(columns)
}

const COLUMNS: &str =
    "a column for each table, as shop.order_lines=id, shop.days=day, or in a file { shop.order_lines = \"id\" }";

/// The same, as one text.
pub fn split_by_text(key: &str, text: &str) -> Result<BTreeMap<TableName, String>> {
    let one = |entry: &str| {
        let (name, column) = entry.split_once('=').filter(|(_, column)| !column.contains('='))?;
        Some((table(name)?, column.trim().to_owned()))
    };
    let named: Option<Vec<_>> = text.split(',').map(one).collect();
    split_by(key, named.ok_or_else(|| wrong(key, COLUMNS))?)
}

/// A table by its schema and its name, neither with a dot in it.
pub fn table(text: &str) -> Option<TableName> {
    let (schema, table) = text.split_once('.').filter(|(_, table)| !table.contains('.'))?;
    Some(TableName::new(schema.trim(), table.trim()))
}

/// The name of a bucket.
pub fn bucket(key: &str, text: &str) -> Result<String> {
    let name = text.trim();
    if (3..=255).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c)) {
        return Ok(name.to_owned());
    }
    Err(wrong(key, "the bare name of a bucket, without s3:// and slashes"))
}

/// What keys begin with; slashes at its ends are dropped, so that no key has an empty part.
pub fn prefix(key: &str, text: &str) -> Result<String> {
    let trimmed = text.trim().trim_matches('/');
    if trimmed.is_empty() || trimmed.len() > 700 || trimmed.chars().any(char::is_control) {
        return Err(wrong(key, "the beginning of an object's key, of 1 to 700 bytes"));
    }
    Ok(trimmed.to_owned())
}

/// Headers for uploads: names and values as HTTP has them, and none that the upload itself decides.
pub fn put_headers(key: &str, headers: impl IntoIterator<Item = (String, String)>) -> Result<PutHeaders> {
    let mut checked = Vec::new();
    for (name, value) in headers {
        let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        let ours = ["host", "authorization", "content-length", "transfer-encoding", "connection"];
        if name.is_empty() || !name.chars().all(token) || ours.contains(&name.to_ascii_lowercase().as_str()) {
            return Err(wrong(key, "an object of header names and values; a name is not one, or is not yours to set"));
        }
        if !value.chars().all(|c| c == '\t' || (' '..='~').contains(&c)) {
            return Err(wrong(key, &format!("an object of header names and values; the value of {name:?} is not one")));
        }
        checked.push((name, value));
    }
    Ok(PutHeaders(checked))
}

/// The same, as the JSON object that AWS's connectors take.
pub fn put_headers_json(key: &str, text: &str) -> Result<PutHeaders> {
    let object: std::collections::BTreeMap<String, String> =
        serde_json::from_str(text).map_err(|_| wrong(key, "a JSON object of header names and values"))?;
    put_headers(key, object)
}
