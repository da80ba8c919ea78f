//! Passwords for the users of grants, which nobody chooses and nobody types.

use connector_core::{Error, Result, Secret};

const PLAIN: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// Of a class of its own, as servers' rules ask for one; none of them ends a literal or means something in a URL or a shell.
const MARKS: &[u8; 2] = b"-_";
/// Letters and digits of a password, 190 bits.
const LENGTH: usize = 32;

/// A new password: 32 letters and digits and one of `-_` among them, from the machine's cryptographic generator. Each password
/// that has upper case, lower case and a digit, as servers' rules ask for, is as likely as any other.
///
/// Errors: internal, if the generator fails.
pub fn password() -> Result<Secret> {
    loop {
        let mut text = [0; LENGTH];
        for byte in &mut text {
            *byte = one_of(PLAIN)?;
        }
        let has = |class: fn(&u8) -> bool| text.iter().any(class);
        if has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit) {
            // Between two others: some tools cut marks off the ends.
            let at = 1 + usize::from(below(31)?);
            let mut text: Vec<char> = text.iter().map(|byte| char::from(*byte)).collect();
            text.insert(at, char::from(one_of(MARKS)?));
            return Ok(Secret::new(text.into_iter().collect::<String>()));
        }
    }
}

fn one_of(characters: &[u8]) -> Result<u8> {
    let count = u8::try_from(characters.len()).map_err(|_| Error::internal("too many characters to choose from"))?;
    Ok(characters[usize::from(below(count)?)])
}

/// A number below `count`, each as likely: a byte that would favour the first ones is thrown again.
fn below(count: u8) -> Result<u8> {
    let fair = u8::MAX - u8::MAX % count;
    loop {
        let mut byte = [0];
        aws_lc_rs::rand::fill(&mut byte).map_err(|_| Error::internal("the random source of this machine failed"))?;
        if byte[0] < fair {
            return Ok(byte[0] % count);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    const MADE: usize = 5_000;

    fn made() -> Vec<String> {
        (0..MADE).map(|_| password().unwrap().expose().to_owned()).collect()
    }

    #[test]
    fn a_password_has_every_class_and_can_be_written_into_any_statement() {
        let all = made();
        for text in &all {
            assert_eq!(text.len(), LENGTH + 1);
            assert!(connector_core::plain_password(&Secret::new(text.as_str())).is_ok());
            let count = |class: fn(&u8) -> bool| text.bytes().filter(class).count();
            assert!(count(u8::is_ascii_uppercase) > 0 && count(u8::is_ascii_lowercase) > 0);
            assert_eq!((count(u8::is_ascii_digit) > 0, count(|byte| MARKS.contains(byte))), (true, 1));
            assert!(text.as_bytes()[0].is_ascii_alphanumeric() && text.as_bytes()[LENGTH].is_ascii_alphanumeric());
        }
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), MADE);
    }

    /// A character comes some 2,580 times with a deviation of 50; a byte taken modulo 62 would make the first eight 3,125.
    #[test]
    fn every_character_and_every_place_of_the_mark_is_as_likely_as_any_other() {
        let (mut characters, mut places) = (BTreeMap::<u8, usize>::new(), BTreeMap::<usize, usize>::new());
        for text in made() {
            text.bytes().for_each(|byte| *characters.entry(byte).or_default() += 1);
            *places.entry(text.bytes().position(|byte| MARKS.contains(&byte)).unwrap()).or_default() += 1;
        }
        let plain = characters.iter().filter(|(byte, _)| !MARKS.contains(byte));
        assert_eq!(plain.clone().count(), PLAIN.len());
        for (byte, count) in plain {
            assert!((2_200..2_960).contains(count), "{} came {count} times", char::from(*byte));
        }
        for mark in MARKS {
            assert!(
                (2_200..2_800).contains(&characters[mark]),
                "{} came {} times",
                char::from(*mark),
                characters[mark]
            );
        }
        assert_eq!(places.len(), LENGTH - 1);
        assert!(places.values().all(|count| (80..260).contains(count)), "{places:?}");
    }
}
