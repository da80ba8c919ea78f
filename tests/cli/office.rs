//! A register in a folder, played by the several people that a story needs.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::run::{Glaux, Ran};
use crate::support::postgres::Database;

/// Names that need quoting wherever they stand, two that differ only in case, and a table that cannot be shown.
pub const SHOP: &str = "
CREATE SCHEMA shop;
CREATE TABLE shop.orders (id bigint PRIMARY KEY, customer text, total numeric(12,2), email text);
CREATE TABLE shop.customers (id int PRIMARY KEY, name text, email text);
CREATE VIEW shop.totals AS SELECT customer, sum(total) AS total FROM shop.orders GROUP BY 1;
CREATE SCHEMA \"odd.schema\";
CREATE TABLE \"odd.schema\".\"say \"\"hi\"\", 'you'\" (\"a,b\" int, \"c:d\" text);
CREATE TABLE \"odd.schema\".\"Orders\" (id int);
CREATE TABLE \"odd.schema\".orders (id int);
";

/// A register, and who uses it.
pub struct Office {
    pub glaux: Glaux,
    pub folder: TempDir,
    pub me: String,
}

impl Office {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = format!("local:{}", folder.path().join("store").display());
        let me = String::from_utf8(Command::new("id").arg("-un").output().unwrap().stdout).unwrap().trim().to_owned();
        let glaux = Glaux::bare().set("GLAUX_STORE", &store).set("USER", "mallory").set("LOGNAME", "mallory");
        Self { glaux, folder, me }
    }

    /// Somebody's name in events.
    pub fn name(&self, person: &str) -> String {
        format!("{}/{person}", self.me)
    }

    /// Runs a line as somebody whom this user plays; what is in single quotes is one word, and @ is the name of whoever runs it, with a slash.
    pub fn run(&self, person: &str, line: &str) -> Ran {
        let ran = self.fed(person, line, "");
        assert_eq!(self.glaux.left_behind(), Vec::<String>::new(), "{line}");
        ran
    }

    pub fn fed(&self, person: &str, line: &str, input: &str) -> Ran {
        self.typed(&format!("{line} --actor '{person}'"), input)
    }

    pub fn typed(&self, line: &str, input: &str) -> Ran {
        let mut words: Vec<String> = Vec::new();
        for (index, part) in line.split('\'').enumerate() {
            let is_quoted = index % 2 == 1;
            let part = part.replace('@', &format!("{}/", self.me));
            if is_quoted {
                words.push(part);
            } else {
                words.extend(part.split_whitespace().map(str::to_owned));
            }
        }
        let ran = self.glaux.fed(&words, input);
        for text in [&ran.stdout, &ran.stderr] {
            assert!(!text.contains("mallory"), "{line}: {text}");
        }
        ran
    }

    pub fn ok(&self, person: &str, line: &str) -> String {
        let ran = self.run(person, line);
        assert_eq!(ran.code, 0, "{line}: {}{}", ran.stdout, ran.stderr);
        ran.stdout
    }

    /// Runs a line, and checks its exit code and what it complains about.
    pub fn refused(&self, person: &str, line: &str, code: i32, words: &[&str]) {
        let ran = self.run(person, line);
        assert_eq!(ran.code, code, "{line}: {}{}", ran.stdout, ran.stderr);
        for word in words {
            assert!(ran.stderr.contains(word), "{line}: {word} is not in {}", ran.stderr);
        }
    }

    pub fn json(&self, person: &str, line: &str) -> Vec<Value> {
        let written = self.ok(person, &format!("{line} -o json"));
        written.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The id of the record that a line makes.
    pub fn made(&self, person: &str, line: &str) -> String {
        self.json(person, line)[0]["id"].as_str().unwrap().to_owned()
    }

    pub fn events(&self) -> usize {
        self.json("auditor", "audit list").len()
    }

    pub fn register(&self) -> PathBuf {
        self.folder.path().join("store/register")
    }

    /// Two projects, an environment, and a source, whose administrator's password is piped in.
    pub fn furnish(self, database: &Database) -> Self {
        self.ok("olga", "project add shop --owner @otto --member @sam");
        self.ok("rita", "project add reports --member @mia @max @olga");
        self.ok("rita", "env add prod --project reports");
        let line = format!("source add shop-db --url '{}' --user {} --password-stdin", database.url(), database.user());
        let ran = self.fed("olga", &line, &format!("{}\n", database.password().expose()));
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(ran.stderr.starts_with("shop-db answers: "), "{}", ran.stderr);
        self
    }

    /// The same, with everything looked at and the schema shop published.
    pub fn open(self, database: &Database) -> Self {
        let office = self.furnish(database);
        office.ok("olga", "asset map shop-db");
        office.ok("olga", "asset publish --match 'shop-db.shop.*'");
        office
    }
}
