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

/// Generations whose text is kept: the one in force and the one before it, or the one that follows.
const KEPT: usize = 2;

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
    /// A secret of which nothing is kept yet.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), current: None, generations: Vec::new(), discarded: None }
    }

    /// What a generation says.
    pub fn text(&self, number: u64) -> Option<&Secret> {
        self.generations.iter().find(|one| one.number == number).map(|one| &one.text)
    }

    /// What a reader is told.
    pub fn in_stage(&self, stage: Stage) -> Option<Secret> {
        let newest = self.generations.last().map(|one| one.number).filter(|newest| Some(*newest) > self.current);
        let number = match stage {
            _ if self.discarded.is_some() => None,
            Stage::Current => self.current,
            Stage::Pending => newest,
        };
        self.text(number?).cloned()
    }

    /// Keeps one more, and lets go of the oldest that is not in force.
    pub fn add(&mut self, number: u64, text: Secret) {
        self.generations.push(Generation { number, text });
        self.generations.sort_by_key(|one| one.number);
        while self.generations.len() > KEPT {
            let current = self.current;
            let oldest = self.generations.iter().position(|one| Some(one.number) != current);
            self.generations.remove(oldest.unwrap_or_default());
        }
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

    #[test]
    fn of_many_generations_the_one_in_force_and_the_newest_stay() {
        let mut kept = Kept::new("s");
        let numbers = |kept: &Kept| kept.generations.iter().map(|one| one.number).collect::<Vec<_>>();
        kept.add(1, Secret::new("one"));
        assert_eq!((kept.in_stage(Stage::Current), kept.in_stage(Stage::Pending)), (None, Some(Secret::new("one"))));
        kept.current = Some(1);
        for (number, left) in [(2, [1, 2]), (3, [1, 3]), (4, [1, 4])] {
            kept.add(number, Secret::new(number.to_string()));
            assert_eq!(numbers(&kept), left);
        }
        kept.current = Some(4);
        assert_eq!((kept.in_stage(Stage::Current), kept.in_stage(Stage::Pending)), (Some(Secret::new("4")), None));
        kept.add(5, Secret::new("5"));
        assert_eq!(numbers(&kept), [4, 5]);
        kept.discarded = Some(0);
        assert_eq!((kept.in_stage(Stage::Current), kept.in_stage(Stage::Pending)), (None, None));
    }

    #[test]
    fn what_is_kept_is_printed_without_its_text() {
        let mut kept = Kept::new("s");
        kept.add(1, Secret::new("hunter2"));
        assert!(!format!("{kept:?}").contains("hunter2"));
        let text = serde_json::to_string(&kept).unwrap();
        assert_eq!(serde_json::from_str::<Kept>(&text).unwrap(), kept);
    }
}
