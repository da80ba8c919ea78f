//! Values between two others: where to look into an index next. Only guesses, which no row depends on.
//!
//! Numbers are taken evenly. Texts and bytes are taken for digits behind what their ends have in common; which signs stand for
//! digits is learned from the values that are known, so that keys of hexadecimal digits are not asked about the rest of the
//! alphabet.

use std::collections::BTreeSet;

use super::key::{evenly, numbered, spaced};
use crate::Value;

/// So many places behind what the ends have in common tell enough values apart, and their number fits.
const PLACES: usize = 12;

/// At most `count` values between two, in no certain order; `known` are values of the same key.
pub(super) fn between(low: &Value, high: &Value, count: usize, known: &[Value]) -> Vec<Value> {
    match (low, high) {
        (Value::Text(low), Value::Text(high)) => texts(low, high, count, known),
        (Value::Bytes(low), Value::Bytes(high)) => bytes(low, high, count),
        _ => match (numbered(low), numbered(high)) {
            (Some(from), Some(to)) => {
                let mut values = evenly(from, to, count.saturating_add(1), low);
                values.retain(|value| value != high);
                values
            }
            _ => Vec::new(),
        },
    }
}

fn bytes(low: &[u8], high: &[u8], count: usize) -> Vec<Value> {
    let common = low.iter().zip(high).take_while(|(low, high)| low == high).count();
    let digits = |bytes: &[u8]| bytes.get(common..).unwrap_or_default().iter().copied().map(usize::from).collect();
    let prefix = low.get(..common).unwrap_or_default();
    let value = |digits: Vec<usize>| {
        let digits = digits.into_iter().filter_map(|digit| u8::try_from(digit).ok());
        Value::Bytes(prefix.iter().copied().chain(digits).collect())
    };
    spread(digits(low), digits(high), 256, count).into_iter().map(value).collect()
}

fn texts(low: &str, high: &str, count: usize, known: &[Value]) -> Vec<Value> {
    if let (Some(low), Some(high)) = (of_uuid(low), of_uuid(high)) {
        return uuids(low, high, count);
    }
    let (low_folded, high_folded) = (low.to_lowercase(), high.to_lowercase());
    let folded = |count| between_texts(&low_folded, &high_folded, count, known);
    // Where `a` is before `B`, or where ends differ in case only, it may be that case does not count.
    if common(&low_folded, &high_folded) > common(low, high) {
        return [between_texts(low, high, count / 2, known), folded(count - count / 2)].concat();
    }
    let written = between_texts(low, high, count, known);
    if written.is_empty() { folded(count) } else { written }
}

/// The number of a UUID as it is usually written, in lower case: its text, its bytes and its number have one order.
fn of_uuid(text: &str) -> Option<u128> {
    const DASHES: [usize; 4] = [8, 13, 18, 23];
    let is_usual = |(place, sign): (usize, u8)| match sign {
        b'-' => DASHES.contains(&place),
        b'0'..=b'9' | b'a'..=b'f' => !DASHES.contains(&place),
        _ => false,
    };
    let is_uuid = text.len() == 36 && text.bytes().enumerate().all(is_usual);
    is_uuid.then(|| u128::from_str_radix(&text.replace('-', ""), 16).ok()).flatten()
}

/// UUIDs evenly between two: some source takes nothing else for a value of its key.
fn uuids(low: u128, high: u128, count: usize) -> Vec<Value> {
    let parts = u128::try_from(count).unwrap_or(0).saturating_add(1);
    let width = high.saturating_sub(low);
    let inside: BTreeSet<u128> = spaced(low, width, parts).filter(|number| *number > low && *number < high).collect();
    let written = |number: u128| {
        let digits = format!("{number:032x}");
        let groups = [0..8, 8..12, 12..16, 16..20, 20..32].map(|group| digits.get(group).unwrap_or_default());
        Value::Text(groups.join("-"))
    };
    inside.into_iter().map(written).collect()
}

/// How many signs two texts begin with alike.
fn common(left: &str, right: &str) -> usize {
    left.chars().zip(right.chars()).take_while(|(left, right)| left == right).count()
}

fn between_texts(low: &str, high: &str, count: usize, known: &[Value]) -> Vec<Value> {
    let common = common(low, high);
    let prefix: String = low.chars().take(common).collect();
    let alphabet = alphabet(low, high, common, known);
    // 0 is where a text ends.
    let digits = |text: &str| -> Vec<usize> {
        let signs = text.chars().skip(common).take(PLACES);
        signs.map(|sign| alphabet.partition_point(|known| *known <= sign)).collect()
    };
    let text = |digits: Vec<usize>| -> String {
        let signs = digits.into_iter().map_while(|digit| alphabet.get(digit.checked_sub(1)?));
        prefix.chars().chain(signs.copied()).collect()
    };
    let texts = spread(digits(low), digits(high), alphabet.len() + 1, count).into_iter().map(text);
    let inside: BTreeSet<String> = texts.filter(|text| text.as_str() > low && text.as_str() < high).collect();
    inside.into_iter().map(Value::Text).collect()
}

/// Numbers of so many digits to a place, evenly between two.
fn spread(low: Vec<usize>, high: Vec<usize>, base: usize, count: usize) -> Vec<Vec<usize>> {
    let base = u128::try_from(base).unwrap_or(1).max(2);
    let places =
        (1..=PLACES).take_while(|places| base.checked_pow(u32::try_from(*places).unwrap_or(u32::MAX)).is_some());
    let places = places.last().unwrap_or(1);
    let number = |digits: Vec<usize>| {
        let digits = digits.into_iter().chain(std::iter::repeat(0)).take(places);
        digits.fold(0_u128, |number, digit| number * base + u128::try_from(digit).unwrap_or(0).min(base - 1))
    };
    let (low, high) = (number(low), number(high));
    let (width, parts) = (high.saturating_sub(low), u128::try_from(count).unwrap_or(0).saturating_add(1));
    let inside: BTreeSet<u128> = spaced(low, width, parts).filter(|number| *number > low && *number < high).collect();
    let digits = |mut number: u128| {
        let mut digits = vec![0; places];
        for digit in digits.iter_mut().rev() {
            *digit = usize::try_from(number % base).unwrap_or(0);
            number /= base;
        }
        digits
    };
    inside.into_iter().map(digits).collect()
}

/// The signs that may follow: those known, with the digits and letters between them, or all of these where an end goes on with
/// something else. Of what is beyond ASCII there is only some, and only where both ends go on with such, so that few signs are tried
/// that the key's character set may lack.
fn alphabet(low: &str, high: &str, common: usize, known: &[Value]) -> Vec<char> {
    const SOME: u32 = 64;
    let texts = known.iter().filter_map(|value| if let Value::Text(text) = value { Some(text.as_str()) } else { None });
    let signs: BTreeSet<char> =
        texts.chain([low, high]).flat_map(|text| text.chars().skip(common).take(PLACES)).collect();
    let mut alphabet = signs.clone();
    let next = |text: &str| text.chars().nth(common);
    let is_plain = |sign: Option<char>| sign.is_some_and(|sign| sign.is_ascii_alphanumeric());
    let is_between = is_plain(next(low)) && is_plain(next(high));
    for class in ['0'..='9', 'A'..='Z', 'a'..='z'] {
        let of_class = signs.range(class.clone());
        match (of_class.clone().next(), of_class.clone().next_back()) {
            (Some(first), Some(last)) if is_between => alphabet.extend(*first..=*last),
            _ if is_between => {}
            _ => alphabet.extend(class),
        }
    }
    let beyond = |text| next(text).filter(|sign| !sign.is_ascii()).map(u32::from);
    if let (Some(first), Some(last)) = (beyond(low), beyond(high)) {
        let step = usize::try_from(last.saturating_sub(first) / SOME + 1).unwrap_or(1);
        alphabet.extend((first..=last).step_by(step).filter_map(char::from_u32));
    }
    alphabet.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    #[test]
    fn between_two_uuids_there_are_uuids() {
        let (low, high) =
            (text(&format!("{:08x}-0000-0000-0000-{:012x}", 0, 0)), text("ffffffff-ffff-ffff-ffff-ffffffffffff"));
        let found = between(&low, &high, 3, &[]);
        assert_eq!(
            found,
            [
                "3fffffff-ffff-ffff-ffff-ffffffffffff",
                "7fffffff-ffff-ffff-ffff-ffffffffffff",
                "bfffffff-ffff-ffff-ffff-ffffffffffff"
            ]
            .map(text)
        );
        assert_eq!(between(&high, &low, 3, &[]), []);
        assert_eq!(between(&low, &low, 3, &[]), []);
        let shouted = text("FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF");
        assert!(between(&low, &shouted, 3, &[]).iter().all(|guess| *guess != high), "of another order");
    }

    fn all_inside(low: &Value, high: &Value, count: usize) -> Vec<Value> {
        let order = |value: &Value| match value {
            Value::Text(text) => text.as_bytes().to_vec(),
            Value::Bytes(bytes) => bytes.clone(),
            other => panic!("{other:?}"),
        };
        let found = between(low, high, count, &[]);
        assert!(found.iter().all(|value| order(value) > order(low) && order(value) < order(high)), "{found:?}");
        found
    }

    #[test]
    fn numbers_are_between_and_never_an_end() {
        let int = Value::Int;
        assert_eq!(between(&int(0), &int(8), 3, &[]), [int(2), int(4), int(6)]);
        assert_eq!(between(&int(0), &int(2), 9, &[]), [int(1)]);
        assert_eq!(between(&int(0), &int(1), 9, &[]), []);
        assert_eq!(between(&int(5), &int(5), 9, &[]), []);
        assert_eq!(between(&int(i64::MIN), &int(i64::MAX), 1, &[]).len(), 1);
    }

    #[test]
    fn texts_go_on_where_their_ends_differ() {
        let found = all_inside(&text("user-0001"), &text("user-9999"), 9);
        assert_eq!(found.len(), 9);
        assert!(found.iter().all(|value| matches!(value, Value::Text(text) if text.starts_with("user-"))), "{found:?}");
        assert_eq!(all_inside(&text("0a"), &text("ff"), 40).len(), 40);
        assert_eq!(all_inside(&text(""), &text("zz"), 7).len(), 7);
        assert_eq!(all_inside(&text("一"), &text("龥"), 30).len(), 30);
        assert_eq!(between(&text("a"), &text("a"), 7, &[]), []);
    }

    /// Whatever digits a prefix has, only known signs are tried behind it.
    #[test]
    fn the_alphabet_is_learned() {
        let known = ["7f3a", "b2c9", "e80d"].map(text);
        for value in between(&text("00"), &text("ff"), 50, &known) {
            let Value::Text(text) = value else { panic!("{value:?}") };
            assert!(text.chars().all(|sign| sign.is_ascii_hexdigit()), "{text}");
        }
    }

    #[test]
    fn ends_in_an_order_without_case_have_texts_between_them_too() {
        let found = between(&text("a"), &text("Bz"), 5, &[]);
        assert!(
            found.iter().all(|value| matches!(value, Value::Text(text) if text.as_str() > "a" && text.as_str() < "bz"))
        );
        assert!(!found.is_empty());
        let found = between(&text("KeY001"), &text("kEy999"), 8, &[]);
        assert!(
            found.iter().filter(|value| matches!(value, Value::Text(text) if text.starts_with("key"))).count() >= 4
        );
    }

    #[test]
    fn behind_an_end_or_an_odd_sign_there_may_be_anything() {
        for (low, high) in [("", "😀"), ("\t", "中"), ("a", "中")] {
            let found = between(&text(low), &text(high), 60, &[]);
            assert!(
                found.iter().any(|value| matches!(value, Value::Text(text) if text.starts_with('m'))),
                "{low} {high}: {found:?}"
            );
        }
    }

    #[test]
    fn bytes_are_spread_over_all_of_them() {
        let (low, high) = (Value::Bytes(vec![1, 0]), Value::Bytes(vec![1, 255, 255]));
        assert_eq!(all_inside(&low, &high, 15).len(), 15);
        assert_eq!(between(&low, &low, 15, &[]), []);
        assert_eq!(all_inside(&Value::Bytes(vec![]), &Value::Bytes(vec![0xff; 40]), 3).len(), 3);
    }
}
