//! What is linked into a program, as CycloneDX lists it: crates with licence, hash and what each of them needs.
//!
//! cargo resolves it for the features and the target of the program, so that neither tests nor build scripts nor other targets are
//! in it. There is no date and no random number in it.

use std::collections::{BTreeMap, BTreeSet};

use connector_core::{Error, Result};
use serde::Deserialize;
use serde_json::{Value, json};

use super::archive::sha256;
use super::checkout::{PACKAGE, cargo, printed};
use super::{Architecture, Checkout, Function, Program};

/// The crates that a function of a checkout consists of.
#[derive(Debug)]
pub struct Linked {
    version: String,
    crates: BTreeMap<Key, Crate>,
}

/// Name and version.
type Key = (String, String);

#[derive(Debug, Default)]
struct Crate {
    licence: String,
    needs: BTreeSet<Key>,
    /// What the lock file says of it.
    locked: Locked,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct Locked {
    name: String,
    version: String,
    source: Option<String>,
    checksum: Option<String>,
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

/// As it stands in lock files.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// The version of CycloneDX.
const SPECIFICATION: &str = "1.5";

impl Linked {
    /// Asks cargo.
    pub async fn of(checkout: &Checkout, function: Function, architecture: Architecture) -> Result<Self> {
        let mut asked = cargo("tree");
        asked.args(["--locked", "--package", PACKAGE, "--no-default-features", "--features", function.features()]);
        asked.args(["--target", architecture.target(), "--edges", "normal,no-proc-macro"]);
        asked
            .args(["--prefix", "depth", "--format", "{p}\t{l}", "--manifest-path"])
            .arg(checkout.root().join("Cargo.toml"));
        let doing = || format!("listing what is linked into {}", function.program());
        let tree = printed(&mut asked).await.map_err(|error| error.context(doing()))?;
        let path = checkout.root().join("Cargo.lock");
        let lock = std::fs::read_to_string(&path)
            .map_err(|error| Error::not_found(format!("reading {}: {error}", path.display())).context(doing()))?;
        let crates = parse(&tree, &lock).map_err(|error| error.context(doing()))?;
        Ok(Self { version: checkout.version().to_owned(), crates })
    }

    /// The version of Glaux that it is of.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The list that lies in the package beside the program.
    pub fn document(&self, function: Function, program: &Program) -> String {
        let is_root = |key: &Key| key.0 == PACKAGE;
        let mut components: Vec<Value> =
            self.crates.iter().filter(|(key, _)| !is_root(key)).map(|(key, it)| it.component(key)).collect();
        components.extend(program.compiler().map(standard_library));
        let needs: Vec<Value> = self.crates.iter().map(|(key, it)| it.dependency(key)).collect();
        let document = json!({
            "bomFormat": "CycloneDX",
            "specVersion": SPECIFICATION,
            "version": 1,
            "metadata": {"component": {
                "type": "application",
                "bom-ref": reference(&(PACKAGE.to_owned(), self.version.clone())),
                "name": function.program(),
                "version": self.version,
                "licenses": licences(self.crates.iter().find(|(key, _)| is_root(key)).map_or("", |(_, it)| &it.licence)),
                "hashes": [{"alg": "SHA-256", "content": sha256(program.bytes())}],
                "properties": [
                    {"name": "glaux:architecture", "value": program.architecture().name()},
                    {"name": "glaux:features", "value": function.features()},
                ],
            }},
            "components": components,
            "dependencies": needs,
        });
        format!("{document:#}\n")
    }
}

impl Crate {
    fn component(&self, key: &Key) -> Value {
        let mut component = json!({
            "type": "library",
            "bom-ref": reference(key),
            "name": key.0,
            "version": key.1,
            "licenses": licences(&self.licence),
            "hashes": self.locked.checksum.iter().map(|it| json!({"alg": "SHA-256", "content": it})).collect::<Vec<_>>(),
        });
        // A crate of our own is on no registry, where somebody else's may have its name.
        if self.locked.source.as_deref() == Some(CRATES_IO) {
            component["purl"] = purl(key).into();
        }
        component
    }

    fn dependency(&self, key: &Key) -> Value {
        json!({"ref": reference(key), "dependsOn": self.needs.iter().map(reference).collect::<Vec<_>>()})
    }
}

/// Linked into every program, and in no lock file.
fn standard_library(version: &str) -> Value {
    json!({
        "type": "library",
        "bom-ref": format!("std@{version}"),
        "name": "std",
        "version": version,
        "description": "Rust's standard library, of the compiler that the program names",
        "licenses": licences("MIT OR Apache-2.0"),
    })
}

fn reference(key: &Key) -> String {
    format!("{}@{}", key.0, key.1)
}

fn purl((name, version): &Key) -> String {
    format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"))
}

/// Older crates write a slash for OR, which SPDX does not know.
fn licences(expression: &str) -> Value {
    let expression = expression.split('/').map(str::trim).collect::<Vec<_>>().join(" OR ");
    if expression.is_empty() { json!([]) } else { json!([{"expression": expression}]) }
}

/// Reads what `cargo tree` prints, a crate a line behind its depth; one that was told before has no children the second time.
fn parse(tree: &str, lock: &str) -> Result<BTreeMap<Key, Crate>> {
    let lock: Lock =
        toml::from_str(lock).map_err(|error| Error::corrupt(format!("reading Cargo.lock: {}", error.message())))?;
    let locked: BTreeMap<Key, Locked> =
        lock.package.into_iter().map(|package| ((package.name.clone(), package.version.clone()), package)).collect();
    let mut crates: BTreeMap<Key, Crate> = BTreeMap::new();
    let mut above: Vec<Key> = Vec::new();
    for line in tree.lines() {
        let strange = || Error::corrupt(format!("cargo tree prints {line:?}, which is no crate"));
        let (depth, key, licence) = parse_line(line).ok_or_else(strange)?;
        above.truncate(depth);
        if above.len() < depth {
            return Err(strange());
        }
        let locked =
            locked.get(&key).ok_or_else(|| Error::corrupt(format!("Cargo.lock does not have {}", reference(&key))))?;
        if let Some(parent) = above.last().and_then(|parent| crates.get_mut(parent)) {
            parent.needs.insert(key.clone());
        }
        let known = crates.entry(key.clone()).or_default();
        licence.clone_into(&mut known.licence);
        known.locked.clone_from(locked);
        above.push(key);
    }
    Ok(crates)
}

fn parse_line(line: &str) -> Option<(usize, Key, &str)> {
    let line = line.strip_suffix(" (*)").unwrap_or(line);
    let (package, licence) = line.split_once('\t')?;
    let digits = package.find(|c: char| !c.is_ascii_digit())?;
    let mut words = package[digits..].split(' ');
    let (name, version) = (words.next()?, words.next()?.strip_prefix('v')?);
    Some((package[..digits].parse().ok()?, (name.to_owned(), version.to_owned()), licence.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str = "0glaux v0.1.0 (/of mine/glaux)\tApache-2.0\n\
                        1tokio v1.2.3\tMIT\n\
                        2libc v0.2.1+x\tMIT/Apache-2.0\n\
                        1own v0.1.0 (/of mine/glaux/own)\t\n\
                        2tokio v1.2.3\tMIT (*)\n";

    const LOCK: &str = r#"
        version = 4
        [[package]]
        name = "glaux"
        version = "0.1.0"
        [[package]]
        name = "own"
        version = "0.1.0"
        [[package]]
        name = "tokio"
        version = "1.2.3"
        source = "registry+https://github.com/rust-lang/crates.io-index"
        checksum = "aa"
        [[package]]
        name = "libc"
        version = "0.2.1+x"
        source = "registry+https://elsewhere.example.com/index"
        checksum = "bb"
    "#;

    fn key(name: &str, version: &str) -> Key {
        (name.to_owned(), version.to_owned())
    }

    #[test]
    fn a_tree_becomes_crates_and_what_each_needs() {
        let crates = parse(TREE, LOCK).unwrap();
        let needs = |name: &str| crates.iter().find(|(key, _)| key.0 == name).unwrap().1.needs.clone();
        assert_eq!(crates.len(), 4);
        assert_eq!(needs("glaux"), BTreeSet::from([key("own", "0.1.0"), key("tokio", "1.2.3")]));
        assert_eq!(needs("own"), BTreeSet::from([key("tokio", "1.2.3")]));
        assert_eq!(needs("tokio"), BTreeSet::from([key("libc", "0.2.1+x")]));
        assert_eq!(needs("libc"), BTreeSet::new());
    }

    #[test]
    fn only_what_crates_io_has_is_called_by_its_name_there() {
        let crates = parse(TREE, LOCK).unwrap();
        let component = |name: &str, version: &str| crates[&key(name, version)].component(&key(name, version));
        assert_eq!(
            component("tokio", "1.2.3"),
            json!({
                "type": "library", "bom-ref": "tokio@1.2.3", "name": "tokio", "version": "1.2.3", "purl": "pkg:cargo/tokio@1.2.3",
                "licenses": [{"expression": "MIT"}], "hashes": [{"alg": "SHA-256", "content": "aa"}],
            })
        );
        let libc = component("libc", "0.2.1+x");
        assert_eq!((libc.get("purl"), &libc["licenses"][0]["expression"]), (None, &json!("MIT OR Apache-2.0")));
        let own = component("own", "0.1.0");
        assert_eq!((own.get("purl"), &own["licenses"], &own["hashes"]), (None, &json!([]), &json!([])));
        assert_eq!(purl(&key("a", "1.0.0+b")), "pkg:cargo/a@1.0.0%2Bb");
    }

    #[test]
    fn what_is_not_understood_is_an_error_and_not_a_shorter_list() {
        for tree in [
            "glaux v1\tMIT",
            "0glaux\tMIT",
            "0glaux v0.1.0",
            "1tokio v1.2.3\tMIT",
            "0glaux 0.1.0\tMIT",
            "0other v1.0.0\tMIT",
        ] {
            let error = parse(tree, LOCK).unwrap_err();
            assert_eq!(error.kind(), connector_core::ErrorKind::Corrupt, "{tree}: {error}");
        }
    }
}
