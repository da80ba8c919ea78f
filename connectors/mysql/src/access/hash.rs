//! Passwords as the servers keep them, so that neither the way there nor a server's log learns a password.

use aws_lc_rs::digest::{Context, Digest, SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use connector_core::{Error, Result};

/// The alphabet of crypt(3), in which a salt holds nothing that ends it.
const ALPHABET: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// What MySQL's own hashes have.
const SALT_BYTES: usize = 20;
/// MySQL writes them in thousands, in hexadecimal.
const ROUNDS: usize = 5000;
const PREFIX: &[u8] = b"$A$005$";

/// What `mysql_native_password` keeps: the SHA-1 of the SHA-1.
pub(super) fn native(password: &str) -> String {
    let once = digest(&SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
    let twice = digest(&SHA1_FOR_LEGACY_USE_ONLY, once.as_ref());
    format!("*{}", hex(twice.as_ref()))
}

/// What `caching_sha2_password` keeps, with a salt of its own, in hexadecimal digits.
///
/// Errors: internal, if the system has no random numbers.
pub(super) fn caching(password: &str) -> Result<String> {
    let salt: Vec<u8> = random::<SALT_BYTES>()?.iter().filter_map(|byte| sign(usize::from(*byte))).collect();
    Ok(salted(password, &salt))
}

/// A password that nobody learns.
///
/// Errors: as [`caching`].
pub(super) fn unknown_password() -> Result<String> {
    Ok(hex(&random::<32>()?))
}

/// Digits in upper case, as the servers write them.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

fn salted(password: &str, salt: &[u8]) -> String {
    hex(&[PREFIX, salt, sha_crypt(password.as_bytes(), salt).as_bytes()].concat())
}

fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Error::internal("the system has no random numbers"))?;
    Ok(bytes)
}

fn sign(bits: usize) -> Option<u8> {
    ALPHABET.get(bits % ALPHABET.len()).copied()
}

/// SHA-256 of crypt(3) (Drepper, "Unix crypt using SHA-256 and SHA-512"), without its prefix. MySQL's salts are longer than
/// those of its author's own program, which changes nothing else.
fn sha_crypt(password: &[u8], salt: &[u8]) -> String {
    let mut mixed = first(password, salt);
    let per_password = repeated(of(&password.repeat(password.len())).as_ref(), password.len());
    let salts = 16 + mixed.as_ref().first().copied().map_or(0, usize::from);
    let per_salt = repeated(of(&salt.repeat(salts)).as_ref(), salt.len());
    for round in 0..ROUNDS {
        let mut next = Context::new(&SHA256);
        let is_odd = round % 2 == 1;
        next.update(if is_odd { &per_password } else { mixed.as_ref() });
        if round % 3 != 0 {
            next.update(&per_salt);
        }
        if round % 7 != 0 {
            next.update(&per_password);
        }
        next.update(if is_odd { mixed.as_ref() } else { &per_password });
        mixed = next.finish();
    }
    encoded(mixed.as_ref())
}

/// What the rounds begin with.
fn first(password: &[u8], salt: &[u8]) -> Digest {
    let other = of(&[password, salt, password].concat());
    let mut mixed = [password, salt, &repeated(other.as_ref(), password.len())].concat();
    let mut bits = password.len();
    while bits > 0 {
        mixed.extend_from_slice(if bits % 2 == 1 { other.as_ref() } else { password });
        bits /= 2;
    }
    of(&mixed)
}

fn of(bytes: &[u8]) -> Digest {
    digest(&SHA256, bytes)
}

fn repeated(bytes: &[u8], length: usize) -> Vec<u8> {
    bytes.iter().copied().cycle().take(length).collect()
}

/// Three bytes are four signs, the lowest bits first; which bytes go together, every third one, turns on from sign to sign.
fn encoded(bytes: &[u8]) -> String {
    let byte = |index: usize| bytes.get(index).copied().map_or(0, usize::from);
    let (mut groups, mut places) = (Vec::new(), [0, 10, 20]);
    for _ in 0..10 {
        groups.push((places.map(byte), 4));
        let [a, b, c] = places;
        places = [c + 1, a + 1, b + 1];
    }
    groups.push(([0, byte(31), byte(30)], 3));
    let signs = groups.into_iter().flat_map(|([high, middle, low], count)| {
        let bits = (high << 16) | (middle << 8) | low;
        (0..count).filter_map(move |place| sign(bits >> (6 * place)))
    });
    signs.map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by `crypt` of the C library.
    #[test]
    fn a_password_is_hashed_as_crypt_hashes_it() {
        let long = "First-1_word-and-somewhat-more-than-32-bytes";
        for (password, salt, hash) in [
            ("Hello world!", "saltstring", "5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"),
            ("x", "roundstoolow0123", "izn.o.ow7z2AWXByqqPHA3JyvYopEHmk0fjXYflVHtB"),
            (long, "roundstoolow0123", "8U8XxEiVmnK.8y6oidu4ggG6HzqKLrwj7yOLw6YEkO8"),
        ] {
            assert_eq!(sha_crypt(password.as_bytes(), salt.as_bytes()), hash, "{password}");
        }
    }

    /// Made by MySQL 9.7 with 5000 rounds.
    #[test]
    fn a_long_salt_is_one_whole() {
        let salt = b"^JA#\x0c_\x03rgv~\x13Dx]gp\x0dn\x03";
        let kept = "244124303035245E4A41230C5F037267767E1344785D67700D6E03\
                    4D365030484439356B343170544663626A4B616878725330496374386A4B4277534D357451506951566A30";
        assert_eq!(salted("First-1_word", salt), kept);
    }

    #[test]
    fn servers_are_sent_what_they_would_keep() {
        assert_eq!(native("secret"), "*14E65567ABDB5135D0CFD9A70B3032C179A49EE7");
        let (one, other) = (caching("secret").unwrap(), caching("secret").unwrap());
        assert!(one.starts_with("24412430303524") && one.len() == 2 * (7 + 20 + 43), "{one}");
        assert_ne!(one, other, "a salt of its own");
        assert_ne!(unknown_password().unwrap(), unknown_password().unwrap());
    }
}
