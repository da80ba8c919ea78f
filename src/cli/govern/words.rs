//! What is typed in words: spans of time, patterns, and columns of a table.

use std::time::Duration;

use clap::Args;
use connector_core::{Error, Result};

use crate::register::{Scope, Time};
use crate::share::asset_id;

/// When something ends.
#[derive(Args, Clone, Debug, Default)]
#[group(multiple = false)]
pub struct When {
    /// So long from now: 12h, 90d, 4w
    #[arg(long = "for", value_name = "SPAN")]
    span: Option<String>,
    /// Until this moment: 2030-01-31T12:00:00Z
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
}

impl When {
    /// The moment, if one is said.
    pub fn end(&self, now: Time) -> Result<Option<Time>> {
        match (&self.span, &self.until) {
            (Some(span), _) => Ok(Some(now.after(read_span(span)?))),
            (None, Some(until)) => until.parse().map(Some),
            (None, None) => Ok(None),
        }
    }
}

/// Reads `12h`, `90d` or `4w`.
pub fn read_span(text: &str) -> Result<Duration> {
    /// A hundred years: times have four digits for the year.
    const MOST: u64 = 876_600;
    let hours = |unit: char| match unit {
        'h' => Some(1),
        'd' => Some(24),
        'w' => Some(24 * 7),
        _ => None,
    };
    let unit = text.chars().last().and_then(hours);
    let count = text.get(..text.len().saturating_sub(1)).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
    let count = count.and_then(|digits| digits.parse::<u64>().ok());
    let total = unit.zip(count).and_then(|(unit, count)| count.checked_mul(unit));
    match total.filter(|total| (1..=MOST).contains(total)) {
        Some(total) => Ok(Duration::from_secs(total * 3600)),
        None => Err(Error::invalid(format!("{text:?} is no span of time"))
            .hint("write hours, days or weeks: 12h, 90d, 4w; at most a hundred years")),
    }
}

/// Reads `ASSET:column,column`; what is in double quotes is one name, whatever it holds.
pub fn read_columns(text: &str) -> Result<(String, Vec<String>)> {
    let wrong = || {
        Error::invalid(format!("{text:?} names no columns"))
            .hint("write ASSET:column,column, in double quotes what has a comma, a colon or a quote in it")
    };
    let (asset, columns) = split_outside_quotes(text, ':', true)
        .ok()
        .filter(|parts| parts.len() == 2)
        .map_or_else(|| Err(wrong()), |parts| Ok((parts[0].to_owned(), parts[1].to_owned())))?;
    let columns = split_outside_quotes(&columns, ',', false).map_err(|()| wrong())?;
    let columns: Option<Vec<String>> = columns.into_iter().map(unquoted).collect();
    match columns {
        Some(columns) if !asset.is_empty() => Ok((asset, columns)),
        _ => Err(wrong()),
    }
}

fn split_outside_quotes(text: &str, parting: char, once: bool) -> Result<Vec<&str>, ()> {
    let (mut parts, mut start, mut inside) = (Vec::new(), 0, false);
    for (index, c) in text.char_indices() {
        inside ^= c == '"';
        if c == parting && !inside && !(once && parts.len() == 1) {
            parts.push(&text[start..index]);
            start = index + c.len_utf8();
        }
    }
    parts.push(&text[start..]);
    if inside { Err(()) } else { Ok(parts) }
}

fn unquoted(part: &str) -> Option<String> {
    let part = part.trim();
    match part.strip_prefix('"') {
        None => (!part.is_empty() && !part.contains('"')).then(|| part.to_owned()),
        Some(rest) => {
            let inner = rest.strip_suffix('"')?.replace("\"\"", "\u{0}");
            (!inner.is_empty() && !inner.contains('"')).then(|| inner.replace('\u{0}', "\""))
        }
    }
}

/// A table of a source, and which of its columns, as [`read_columns`] reads it.
pub fn shown_scope(source: &str, scope: &Scope) -> String {
    let id = asset_id(source, &scope.schema, &scope.table);
    match &scope.columns {
        None => id,
        Some(columns) => format!("{id}:{}", shown_columns(columns)),
    }
}

/// Columns, with a comma between them.
pub fn shown_columns(columns: &[String]) -> String {
    let is_odd = |name: &str| name.contains([',', '"', ':']) || name.trim() != name || name.is_empty();
    let shown = columns
        .iter()
        .map(|name| if is_odd(name) { format!("\"{}\"", name.replace('"', "\"\"")) } else { name.clone() });
    shown.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_hours_days_or_weeks() {
        for (text, hours) in [("12h", 12), ("90d", 2160), ("4w", 672), ("876600h", 876_600)] {
            assert_eq!(read_span(text).unwrap(), Duration::from_secs(hours * 3600), "{text}");
        }
        for odd in ["", "d", "90", "0d", "-1d", "+1d", "1.5h", "90 d", "1m", "36526d", "99999999999999999999w", "9é"] {
            assert!(read_span(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn columns_are_read_as_they_are_shown() {
        for columns in [&["id", "total"][..], &["a,b", "c:d", "say \"hi\"", " x", "größe"]] {
            let columns: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
            for (schema, table) in [("shop", "orders"), ("a:b", "c,\"d\""), ("x.y", "o'clock")] {
                let scope = Scope { schema: schema.into(), table: table.into(), columns: Some(columns.clone()) };
                let shown = shown_scope("shop-db", &scope);
                assert_eq!(
                    read_columns(&shown).unwrap(),
                    (asset_id("shop-db", schema, table), columns.clone()),
                    "{shown}"
                );
            }
        }
        for odd in ["", "a", "a:", ":b", "a:b,", "a:\"b", "a:b\"c", "a:\"\"", "a:\"b\"c"] {
            assert!(read_columns(odd).is_err(), "{odd}");
        }
    }
}
