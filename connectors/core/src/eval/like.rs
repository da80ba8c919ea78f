//! LIKE without an escape character.
//!
//! Trino docs, Comparison functions and operators, LIKE: `%` is any run of characters, `_` any one, and where no ESCAPE is
//! given every other character stands for itself, the backslash too. Trino, `LikePattern`: characters are code points, line
//! ends among them. Not here: regular expressions.
//!
//! A pattern is cut at its `%`; the first piece is bound to the start, the last to the end, and the others are each taken at
//! the first place that fits, which is never worse than a later one. So there is no backtracking over pieces: a text costs at
//! most its length times the longest piece, and a piece without `_` is found in linear time.

use arrow_array::cast::AsArray;
use arrow_array::{BooleanArray, StringArray};
use arrow_buffer::{BooleanBuffer, NullBuffer};

use super::operand::Operand;
use crate::{Error, Result, Value};

/// Whether each text is like its pattern; neither side is a NULL constant.
pub(super) fn like(value: &Operand<'_>, pattern: &Operand<'_>, rows: usize) -> Result<BooleanArray> {
    let (text, pattern_text) = (Text::of(value)?, Text::of(pattern)?);
    let bits = match pattern_text {
        Text::One(pattern) => {
            let pattern = Pattern::new(pattern);
            BooleanBuffer::collect_bool(rows, |row| pattern.matches(text.value(row)))
        }
        Text::Many(_) => {
            BooleanBuffer::collect_bool(rows, |row| Pattern::new(pattern_text.value(row)).matches(text.value(row)))
        }
    };
    Ok(BooleanArray::new(bits, NullBuffer::union(value.nulls(), pattern.nulls())))
}

enum Text<'a> {
    Many(&'a StringArray),
    One(&'a str),
}

impl<'a> Text<'a> {
    fn of(operand: &'a Operand<'_>) -> Result<Self> {
        match operand {
            Operand::Array(array) => array.as_string_opt::<i32>().map(Self::Many),
            Operand::Scalar { value: Some(Value::Text(text)), .. } => Some(Self::One(text)),
            Operand::Scalar { .. } => None,
        }
        .ok_or_else(|| Error::invalid(format!("{} was given to $like_pattern", operand.data_type())))
    }

    fn value(&self, row: usize) -> &'a str {
        match self {
            Self::Many(array) => array.value(row),
            Self::One(text) => text,
        }
    }
}

struct Pattern<'p> {
    first: Piece<'p>,
    // What stands behind the first `%`; `None` if there is none.
    rest: Option<(Vec<Piece<'p>>, Piece<'p>)>,
}

// A stretch of pattern without `%`.
struct Piece<'p> {
    parts: Vec<Part<'p>>,
    characters: usize,
}

enum Part<'p> {
    Literal(&'p str),
    Any(usize),
}

impl<'p> Pattern<'p> {
    fn new(pattern: &'p str) -> Self {
        let mut pieces = pattern.split('%').map(Piece::new);
        let first = pieces.next().unwrap_or_else(|| Piece::new(""));
        let mut middle: Vec<Piece<'p>> = pieces.collect();
        let rest = middle.pop().map(|last| {
            middle.retain(|piece| piece.characters > 0);
            (middle, last)
        });
        Self { first, rest }
    }

    fn matches(&self, text: &str) -> bool {
        let Some(text) = self.first.strip_from(text) else { return false };
        let Some((middle, last)) = &self.rest else { return text.is_empty() };
        let text = middle.iter().try_fold(text, |text, piece| piece.behind_first_in(text));
        text.is_some_and(|text| last.ends(text))
    }
}

impl<'p> Piece<'p> {
    fn new(piece: &'p str) -> Self {
        let mut parts: Vec<Part<'p>> = Vec::new();
        for (position, literal) in piece.split('_').enumerate() {
            if position > 0 {
                match parts.last_mut() {
                    Some(Part::Any(count)) => *count += 1,
                    _ => parts.push(Part::Any(1)),
                }
            }
            if !literal.is_empty() {
                parts.push(Part::Literal(literal));
            }
        }
        Self { parts, characters: piece.chars().count() }
    }

    // What is left of a text that starts with the piece.
    fn strip_from<'t>(&self, text: &'t str) -> Option<&'t str> {
        strip(&self.parts, text)
    }

    // What stands behind the first place where the piece fits. Leading `_` only move the earliest start.
    fn behind_first_in<'t>(&self, text: &'t str) -> Option<&'t str> {
        let (mut text, parts) = match self.parts.split_first() {
            Some((Part::Any(count), parts)) => (skip(text, *count)?, parts),
            _ => (text, &self.parts[..]),
        };
        let Some((Part::Literal(literal), behind)) = parts.split_first() else { return Some(text) };
        if behind.is_empty() {
            return text.split_once(literal).map(|(_, behind)| behind);
        }
        loop {
            let (_, here) = text.split_at_checked(text.find(literal)?)?;
            if let Some(rest) = strip(parts, here) {
                return Some(rest);
            }
            text = skip(here, 1)?;
        }
    }

    fn ends(&self, text: &str) -> bool {
        match (&self.parts[..], self.characters.checked_sub(1)) {
            (_, None) => true,
            ([Part::Literal(literal)], _) => text.ends_with(literal),
            (_, Some(before_last)) => text
                .char_indices()
                .nth_back(before_last)
                .and_then(|(start, _)| text.split_at_checked(start))
                .is_some_and(|(_, end)| self.strip_from(end) == Some("")),
        }
    }
}

fn strip<'t>(parts: &[Part<'_>], text: &'t str) -> Option<&'t str> {
    parts.iter().try_fold(text, |text, part| match part {
        Part::Literal(literal) => text.strip_prefix(literal),
        Part::Any(count) => skip(text, *count),
    })
}

fn skip(text: &str, characters: usize) -> Option<&str> {
    let mut rest = text.chars();
    rest.nth(characters.checked_sub(1)?)?;
    Some(rest.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn like(text: &str, pattern: &str) -> bool {
        Pattern::new(pattern).matches(text)
    }

    #[test]
    fn wildcards_stand_for_characters_and_runs() {
        for (pattern, matching, other) in [
            ("", vec![""], vec!["a"]),
            ("%", vec!["", "a", "a\nb", "\u{1F600}"], vec![]),
            ("%%", vec!["", "abc"], vec![]),
            ("_", vec!["a", "é", "\u{1F600}", "\n", "%", "\\"], vec!["", "ab"]),
            ("__%", vec!["ab", "abc", "é\u{1F600}"], vec!["", "a", "\u{1F600}"]),
            ("%_", vec!["a", "ab"], vec![""]),
            ("a%", vec!["a", "ab", "a\n"], vec!["", "ba", "A"]),
            ("%a", vec!["a", "ba", "\na"], vec!["", "ab"]),
            ("%a%", vec!["a", "bab"], vec!["", "b"]),
            ("a%a", vec!["aa", "aba", "aaa"], vec!["a", "ab", ""]),
            ("ab%ba", vec!["abba", "abxba"], vec!["aba", "ab"]),
            ("%ab_d%", vec!["abcd", "ababxd", "xabyd_"], vec!["abd", "abxxd"]),
            ("%aa_b%", vec!["aaaxb", "aaaaab"], vec!["aab", "axab"]),
            ("%_b%", vec!["ab", "xabx", "bb"], vec!["b", "ba"]),
            ("%a_%_b", vec!["axyb", "aaxyb"], vec!["axb", "ab"]),
            ("%a%_%b%", vec!["axb", "aab", "aabb"], vec!["ab", "ba"]),
            ("_%_%_", vec!["abc", "abcd"], vec!["ab", ""]),
            (r"a\%", vec![r"a\", r"a\b", r"a\%b"], vec!["a%", "ab"]),
            (r"a\_c", vec![r"a\bc", r"a\_c"], vec!["a_c", r"a\c"]),
            (r"%\", vec![r"\", r"a\"], vec!["a", r"\a"]),
            ("e\u{301}_", vec!["e\u{301}x"], vec!["éx"]),
        ] {
            for text in matching {
                assert!(like(text, pattern), "{text:?} LIKE {pattern:?}");
            }
            for text in other {
                assert!(!like(text, pattern), "{text:?} NOT LIKE {pattern:?}");
            }
        }
    }

    #[test]
    fn a_pattern_that_ruins_backtracking_is_answered() {
        let text = "a".repeat(20_000);
        let pattern = "%a".repeat(2_000) + "%b";
        assert!(!like(&text, &pattern));
        assert!(like(&(text.clone() + "b"), &pattern));
        assert!(!like(&text, &("%a_a".repeat(100) + "%b%")));
    }
}
