//! JSON as text. The server holds values of its own types and no text, so one is made here: members in order of their names,
//! numbers with every digit.

use std::fmt::Write;

use oracledb::{JsonValue, OracleNumber, OracleTimestamp};

use super::Fault;
use super::number::Digits;

/// How deep a value may be nested.
const DEEPEST: usize = 1000;

/// The text of a value.
pub(super) fn printed(value: &JsonValue) -> Result<String, Fault> {
    let mut out = String::new();
    write(value, &mut out, 0)?;
    Ok(out)
}

fn write(value: &JsonValue, out: &mut String, depth: usize) -> Result<(), Fault> {
    if depth > DEEPEST {
        return Err(Fault::value("JSON that is nested too deeply"));
    }
    match value {
        JsonValue::Null => out.push_str("null"),
        JsonValue::Boolean(value) => out.push_str(if *value { "true" } else { "false" }),
        JsonValue::Number(value) => number(value, out)?,
        JsonValue::BinaryDouble(number) if number.is_finite() => out.push_str(&number.to_string()),
        JsonValue::BinaryFloat(number) if number.is_finite() => out.push_str(&number.to_string()),
        JsonValue::BinaryDouble(_) | JsonValue::BinaryFloat(_) => {
            return Err(Fault::value("JSON with a number that is infinite or none"));
        }
        JsonValue::String(text) => quoted(text, out),
        JsonValue::Timestamp(moment) => quoted(&time(moment), out),
        JsonValue::IntervalDS(interval) => quoted(&interval.to_string(), out),
        JsonValue::IntervalYM(interval) => quoted(&interval.to_string(), out),
        JsonValue::Raw(bytes) | JsonValue::JsonId(bytes) => {
            quoted(&bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>(), out);
        }
        JsonValue::JsonArray(values) => {
            out.push('[');
            for (index, value) in values.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                write(value, out, depth + 1)?;
            }
            out.push(']');
        }
        JsonValue::JsonObject(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort();
            out.push('{');
            for (index, name) in names.into_iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                quoted(name, out);
                out.push(':');
                write(members.get(name).unwrap_or(&JsonValue::Null), out, depth + 1)?;
            }
            out.push('}');
        }
        JsonValue::Vector(_) => return Err(Fault::value("JSON with a vector in it")),
    }
    Ok(())
}

/// Not part of the frame of [`write`], of which a thousand may lie on a thread's stack.
#[inline(never)]
fn number(number: &OracleNumber, out: &mut String) -> Result<(), Fault> {
    out.push_str(Digits::of(number)?.as_str());
    Ok(())
}

/// A time with the digits it has: none behind the second, or all.
fn time(moment: &OracleTimestamp) -> String {
    let text = moment.to_string();
    match text.split_once(".000000000") {
        Some((whole, zone)) => format!("{whole}{zone}"),
        None => text,
    }
}

fn quoted(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control < ' ' => {
                write!(out, "\\u{:04x}", u32::from(control)).unwrap_or(());
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn every_kind_of_value_has_a_text() {
        let number = |text: &str| JsonValue::Number(text.parse().unwrap());
        let day = OracleTimestamp::new_timestamp(2020, 2, 29, 1, 2, 3, 0);
        let fine = OracleTimestamp::new_utc_timestamp(2020, 2, 29, 1, 2, 3, 4_000_000);
        let object = HashMap::from([("b".to_owned(), number("1.50")), ("a\"".to_owned(), JsonValue::Null)]);
        for (value, text) in [
            (JsonValue::Boolean(true), "true"),
            (number("123456789012345678901234567890.5"), "123456789012345678901234567890.5"),
            (JsonValue::BinaryDouble(0.1), "0.1"),
            (JsonValue::String("é\"\\\n\u{1}😀".into()), "\"é\\\"\\\\\\n\\u0001😀\""),
            (JsonValue::Timestamp(day), "\"2020-02-29T01:02:03\""),
            (JsonValue::Timestamp(fine), "\"2020-02-29T01:02:03.004000000Z\""),
            (JsonValue::Raw(vec![0, 255]), "\"00FF\""),
            (JsonValue::JsonArray(vec![JsonValue::Null, JsonValue::JsonArray(Vec::new())]), "[null,[]]"),
            (JsonValue::JsonObject(object), "{\"a\\\"\":null,\"b\":1.5}"),
        ] {
            assert_eq!(printed(&value).as_deref(), Ok(text));
        }
    }

    #[test]
    fn what_json_has_no_text_for_is_a_fault() {
        assert!(printed(&JsonValue::BinaryDouble(f64::NAN)).is_err());
        let deep = (0..2000).fold(JsonValue::Null, |inner, _| JsonValue::JsonArray(vec![inner]));
        assert!(printed(&deep).is_err());
    }
}
