//! Looks for secrets in what was written down, however they are spelled there.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Something that was written down, and what it is called.
pub struct Written {
    what: String,
    text: String,
}

impl Written {
    pub fn new(what: impl Into<String>, bytes: impl AsRef<[u8]>) -> Self {
        Self { what: what.into(), text: String::from_utf8_lossy(bytes.as_ref()).into_owned() }
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

/// Where any of the secrets is to be found, and in what spelling; the secret itself is not said.
pub fn leaks(secrets: &[String], all: &[Written]) -> Vec<String> {
    let mut found = Vec::new();
    for (number, secret) in secrets.iter().enumerate() {
        assert!(secret.len() >= 20, "too short to be looked for");
        for (spelling, text) in spellings(secret) {
            for written in all.iter().filter(|written| written.text.contains(&text)) {
                found.push(format!("{} holds secret {number} {spelling}", written.what));
            }
        }
    }
    found
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
