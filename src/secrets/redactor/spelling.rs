//! Every way a text may spell a secret, character by character, and so any mixture of them.

use connector_core::Secret;

/// Where a text spells a secret: the longest from each place.
pub fn find(secret: &Secret, text: &str) -> Vec<(usize, usize)> {
    let starts = text.char_indices().map(|(start, _)| start);
    starts.filter_map(|start| Some((start, longest(secret.expose(), text, start)?))).collect()
}

/// The furthest end of `secret` spelled from `start` on.
fn longest(secret: &str, text: &str, start: usize) -> Option<usize> {
    let mut ends = vec![start];
    for character in secret.chars() {
        let mut next: Vec<usize> = ends.iter().flat_map(|end| after(character, text, *end)).collect();
        next.sort_unstable();
        next.dedup();
        if next.is_empty() {
            return None;
        }
        ends = next;
    }
    ends.last().copied()
}

/// Where the text goes on after `character`, spelled at `at` in one way or another.
fn after(character: char, text: &str, at: usize) -> Vec<usize> {
    let rest = &text[at..];
    let mut ends = Vec::new();
    if rest.starts_with(character) {
        ends.push(at + character.len_utf8());
        // A quote inside a literal of SQL, a bracket inside one's name.
        if matches!(character, '\'' | '"' | '`' | ']') && rest[character.len_utf8()..].starts_with(character) {
            ends.push(at + 2 * character.len_utf8());
        }
    }
    if character == ' ' && rest.starts_with('+') {
        ends.push(at + 1);
    }
    ends.extend(percent(character, rest).iter().map(|length| at + length));
    // Escaped, and escaped again by whoever quoted the quotation.
    let slashes = rest.bytes().take_while(|byte| *byte == b'\\').count();
    if slashes > 0 {
        let escaped = &rest[slashes..];
        if escaped.starts_with(character) {
            ends.push(at + slashes + character.len_utf8());
        }
        if character == '\\' {
            ends.extend((2..=slashes).map(|used| at + used));
        }
        if short(character).is_some_and(|letter| escaped.starts_with(letter)) {
            ends.push(at + slashes + 1);
        }
        ends.extend(unicode(character, escaped).map(|length| at + slashes + length));
    }
    ends
}

/// `%XX` for each byte, of either case, and encoded again any number of times: how much of the text that may be.
fn percent(character: char, text: &str) -> Vec<usize> {
    let mut bytes = [0; 4];
    let mut lengths = vec![0];
    for byte in character.encode_utf8(&mut bytes).bytes() {
        lengths = lengths.iter().flat_map(|length| percent_byte(byte, text, *length)).collect();
    }
    lengths
}

fn percent_byte(byte: u8, text: &str, at: usize) -> Vec<usize> {
    let (mut ends, mut rest) = (Vec::new(), text[at..].strip_prefix('%'));
    while let Some(digits) = rest {
        if byte_of(digits) == Some(byte) {
            ends.push(text.len() - digits.len() + 2);
        }
        rest = digits.strip_prefix("25");
    }
    ends
}

fn byte_of(text: &str) -> Option<u8> {
    let digits = text.get(..2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u8::from_str_radix(digits, 16).ok()
}

/// The letter that stands for a control character behind a backslash.
fn short(character: char) -> Option<char> {
    match character {
        '\n' => Some('n'),
        '\r' => Some('r'),
        '\t' => Some('t'),
        '\0' => Some('0'),
        '\u{8}' => Some('b'),
        '\u{c}' => Some('f'),
        _ => None,
    }
}

/// `u` and four digits as JSON has it, twice for what is beyond, or digits in braces as Rust has it.
fn unicode(character: char, text: &str) -> Option<usize> {
    if let Some(braced) = text.strip_prefix("u{") {
        let (digits, _) = braced.split_once('}')?;
        let same = u32::from_str_radix(digits, 16).ok() == Some(u32::from(character));
        return same.then_some(digits.len() + 3);
    }
    let mut units = [0; 2];
    let mut length = 0;
    for unit in character.encode_utf16(&mut units) {
        let rest = if length == 0 { text } else { text[length..].trim_start_matches('\\') };
        let digits =
            rest.strip_prefix('u')?.get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        if u16::from_str_radix(digits, 16).ok()? != *unit {
            return None;
        }
        length = text.len() - rest.len() + 5;
    }
    Some(length)
}
