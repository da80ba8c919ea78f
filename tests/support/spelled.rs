//! Looks for secrets in what was written down, however they are spelled there.

use std::collections::BTreeSet;
use std::path::Path;

use aho_corasick::AhoCorasick;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Something that was written down, and what it is called.
pub struct Written {
    what: String,
    bytes: Vec<u8>,
}

impl Written {
    pub fn new(what: impl Into<String>, bytes: impl AsRef<[u8]>) -> Self {
        Self { what: what.into(), bytes: bytes.as_ref().to_vec() }
    }

    /// All files below a folder, but those in a folder of this name.
    pub fn below(folder: &Path, but: &str) -> Vec<Self> {
        let mut all = Vec::new();
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() && !path.ends_with(but) {
                all.extend(Self::below(&path, but));
            } else if path.is_file() {
                all.push(Self::new(path.display().to_string(), std::fs::read(&path).unwrap()));
            }
        }
        all
    }
}

/// Where any of the secrets is to be found, and in what spelling; the secret itself is not said. Everything is read once, however
/// many secrets there are: a log of everything has tens of megabytes.
pub fn leaks(secrets: &[String], all: &[Written]) -> Vec<String> {
    assert!(secrets.iter().all(|secret| secret.len() >= 20), "too short to be looked for");
    let spelled = |(number, secret): (usize, &String)| {
        spellings(secret).into_iter().map(move |(spelling, text)| (number, spelling, text))
    };
    let looked_for: Vec<(usize, &str, String)> = secrets.iter().enumerate().flat_map(spelled).collect();
    let search = AhoCorasick::new(looked_for.iter().map(|(_, _, text)| text)).unwrap();
    let mut found = BTreeSet::new();
    for written in all {
        for hit in search.find_overlapping_iter(&written.bytes) {
            let (number, spelling, _) = &looked_for[hit.pattern().as_usize()];
            found.insert(format!("{} holds secret {number} {spelling}", written.what));
        }
    }
    found.into_iter().collect()
}

/// A secret as it may be written down.
pub fn spellings(secret: &str) -> Vec<(&'static str, String)> {
    let each = |spell: fn(u8) -> String| secret.bytes().map(spell).collect::<String>();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let in_url = secret.bytes().map(|byte| if plain(byte) { char::from(byte).into() } else { format!("%{byte:02X}") });
    let in_json = |text: &str| serde_json::to_string(text).unwrap().trim_matches('"').to_owned();
    let numbers: Vec<String> = secret.bytes().map(|byte| byte.to_string()).collect();
    let mut all = vec![
        ("plainly", secret.to_owned()),
        ("in JSON", in_json(secret)),
        ("in JSON in JSON", in_json(&in_json(secret))),
        ("in a URL", in_url.collect()),
        ("in a URL, byte for byte", each(|byte| format!("%{byte:02X}"))),
        ("in hex", each(|byte| format!("{byte:02x}"))),
        ("in HEX", each(|byte| format!("{byte:02X}"))),
        ("as numbers in JSON", numbers.join(",")),
        ("as numbers in a debug form", numbers.join(", ")),
        ("in UTF-16", each(|byte| format!("{}\0", char::from(byte)))),
    ];
    // Whichever of the three ways it lies in what was encoded; what its neighbours have a share in is left out.
    for before in 0..3 {
        let bytes = [&vec![0; before], secret.as_bytes()].concat();
        let whole = bytes.len() - bytes.len() % 3;
        for (name, engine) in [("in Base64", &STANDARD_NO_PAD), ("in Base64 for URLs", &URL_SAFE_NO_PAD)] {
            let text = engine.encode(&bytes[..whole]);
            all.push((name, text[if before == 0 { 0 } else { 4 }..].to_owned()));
        }
    }
    all
}
