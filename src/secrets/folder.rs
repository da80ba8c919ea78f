//! Secrets in a private folder, one file each, as a keeper leaves them and a handler reads them: where a file is, what it says.
//!
//! Not here: changing one (`keeper`).

use std::fmt::Write;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA256, digest};
use connector_core::{Error, ErrorKind, Result, Secret};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::source::Stage;
use crate::config::{check_private, check_private_folder};

/// What a file says.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// Whose file it is.
    pub name: String,
    /// The generation in force.
    pub current: Option<u64>,
    /// Oldest first.
    pub generations: Vec<Generation>,
    /// When it was discarded, in seconds of Unix time.
    pub discarded: Option<u64>,
}

/// One generation of a secret.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Generation {
    pub number: u64,
    #[serde(serialize_with = "exposed", deserialize_with = "hidden")]
    pub text: Secret,
}

impl Kept {
    /// What a generation says.
    pub fn text(&self, number: u64) -> Option<&Secret> {
        self.generations.iter().find(|one| one.number == number).map(|one| &one.text)
    }

    /// The last generation that is kept.
    pub fn newest(&self) -> Option<u64> {
        self.generations.last().map(|one| one.number)
    }

    /// What a reader is told.
    pub fn in_stage(&self, stage: Stage) -> Option<Secret> {
        let number = match stage {
            _ if self.discarded.is_some() => None,
            Stage::Current => self.current,
            Stage::Pending => self.newest().filter(|newest| Some(*newest) > self.current),
        };
        self.text(number?).cloned()
    }
}

/// The file of secret `name`: some of the name to find it by, and a digest of all of it, so that no two names meet, whatever the
/// file system makes of cases, and none leads out of the folder.
pub fn file_of(folder: &Path, name: &str) -> PathBuf {
    let legible = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
    let mut file: String = legible.take(80).collect();
    file.push('.');
    for byte in digest(&SHA256, name.as_bytes()).as_ref() {
        let _ = write!(file, "{byte:02x}");
    }
    folder.join(file + ".json")
}

/// What is kept of secret `name`; nothing if there is no file.
pub fn load(folder: &Path, name: &str) -> Result<Option<Kept>> {
    match check_private_folder(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        checked => checked?,
    }
    let path = file_of(folder, name);
    let kept = parse(&path)?;
    if kept.as_ref().is_some_and(|kept| kept.name != name) {
        return Err(Error::corrupt(format!("{} holds another secret than its name says", path.display())));
    }
    Ok(kept)
}

/// The names of all that are in force.
pub fn names(folder: &Path) -> Result<Vec<String>> {
    match check_private_folder(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        checked => checked?,
    }
    let failed = |error| Error::new(ErrorKind::Unavailable, format!("reading {}: {error}", folder.display()));
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let is_kept = path.extension().is_some_and(|extension| extension == "json");
        let kept = if is_kept { parse(&path)? } else { None };
        names.extend(kept.filter(|kept| kept.in_stage(Stage::Current).is_some()).map(|kept| kept.name));
    }
    Ok(names)
}

/// What a file says; nothing if it is not there.
pub fn parse(path: &Path) -> Result<Option<Kept>> {
    match check_private(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        checked => checked?,
    }
    let text = match std::fs::read_to_string(path) {
        Ok(text) => Secret::new(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(Error::new(ErrorKind::Unavailable, format!("reading {}: {error}", path.display())));
        }
    };
    // The parser's own message quotes what it did not expect.
    let kept = serde_json::from_str(text.expose())
        .map_err(|_| Error::corrupt(format!("{} is not what a keeper writes", path.display())))?;
    Ok(Some(kept))
}

fn exposed<S: Serializer>(text: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text.expose())
}

fn hidden<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_name_leaves_the_folder_or_meets_another() {
        let long = "x".repeat(5000);
        let names = [
            "grants/prod/shop",
            "grants/prod/Shop",
            "grants/prod-shop",
            "grants-prod-shop",
            "grants/prod/shop/",
            "/etc/passwd",
            "../../etc/passwd",
            "..",
            ".",
            "",
            " ",
            "a\0b",
            "a\nb",
            "é",
            "e\u{301}",
            "con",
            "a.json",
            ".lock",
            long.as_str(),
            &long[1..],
        ];
        let folder = Path::new("/kept");
        let files: BTreeSet<String> = names
            .iter()
            .map(|name| {
                let path = file_of(folder, name);
                assert_eq!(path.parent(), Some(folder), "{name:?}");
                let file = path.file_name().unwrap().to_str().unwrap().to_owned();
                assert!(file.len() <= 160 && !file.starts_with('.') || name.is_empty(), "{file}");
                assert!(file.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.')), "{file}");
                file
            })
            .collect();
        assert_eq!(files.len(), names.len());
    }
}
