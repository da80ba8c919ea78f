//! The laws of the house, checked on every `cargo test`: who imports whom, who may do what, how long a file may be.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::fs;
use std::path::{Path, PathBuf};

/// A line of code in a file of ours, tests left out.
struct Line {
    path: String,
    number: usize,
    text: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(below: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        let Ok(entries) = fs::read_dir(folder) else { return };
        for entry in entries.map(|entry| entry.unwrap().path()) {
            match entry.is_dir() {
                true if entry.ends_with("target") => {}
                true => walk(&entry, found),
                false => found.push(entry),
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(below), &mut found);
    found.sort();
    found
}

fn rust_files(below: &str) -> Vec<PathBuf> {
    files(below).into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/")
}

/// Code lines below a folder: no comments, and nothing from the file's test module on.
fn code(below: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    for path in rust_files(below) {
        let name = relative(&path);
        if name.ends_with("/tests.rs") || name.contains("/tests/") || name.contains("/testing/") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let body = text.lines().take_while(|line| !line.starts_with("#[cfg(test)]"));
        let body = body.enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
        lines.extend(body.map(|(index, line)| Line { path: name.clone(), number: index + 1, text: line.to_owned() }));
    }
    assert!(!lines.is_empty(), "no code below {below}");
    lines
}

/// The folders of the engines, found by what each of them registers.
fn engines() -> Vec<String> {
    let folders = fs::read_dir(root().join("connectors")).unwrap().map(|entry| entry.unwrap().path());
    let mut engines: Vec<String> = folders
        .filter(|folder| {
            fs::read_to_string(folder.join("src/lib.rs")).is_ok_and(|text| text.contains("pub static CONNECTOR"))
        })
        .map(|folder| folder.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    engines.sort();
    assert!(engines.len() >= 5, "{engines:?}");
    engines
}

/// Whether a file is what `place` begins with; a star stands for the name of one folder.
fn is_in(path: &str, place: &str) -> bool {
    match place.split_once('*') {
        None => path.starts_with(place),
        Some((head, tail)) => path
            .strip_prefix(head)
            .and_then(|rest| rest.split_once('/'))
            .is_some_and(|(_, rest)| rest.starts_with(tail.trim_start_matches('/'))),
    }
}

/// Fails with every line that holds one of `words` outside the allowed files.
fn only(allowed: &[&str], below: &[&str], words: &[&str], law: &str) {
    let lines = below.iter().flat_map(|below| code(below));
    let outside = lines.filter(|line| !allowed.iter().any(|place| is_in(&line.path, place)));
    let broken: Vec<String> = outside
        .filter(|line| words.iter().any(|word| line.text.contains(word)))
        .map(|line| format!("{}:{}: {}", line.path, line.number, line.text.trim()))
        .collect();
    assert!(broken.is_empty(), "{law}:\n{}", broken.join("\n"));
}

/// The rooms of `src`, lowest first, as `lib.rs` lists them.
fn rooms() -> Vec<String> {
    let map = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    map.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).map(str::to_owned).collect()
}

#[test]
fn a_star_stands_for_one_folder() {
    let place = "connectors/*/src/access.rs";
    assert!(is_in("connectors/mysql/src/access.rs", place));
    assert!(!is_in("connectors/mysql/src/other/access.rs", place) && !is_in("src/access.rs", place));
    assert!(is_in("src/spill/cipher.rs", "src/spill/") && !is_in("src/spills.rs", "src/spill/"));
}

#[test]
fn a_room_imports_only_from_rooms_above_it_in_the_map() {
    let rooms = rooms();
    assert!(rooms.len() >= 9, "the map lists {rooms:?}");
    let mut broken = Vec::new();
    for line in code("src") {
        let Some(own) = rooms.iter().position(|room| line.path.starts_with(&format!("src/{room}"))) else { continue };
        for (index, room) in rooms.iter().enumerate() {
            let imports = [format!("crate::{room}::"), format!("crate::{room};"), format!("crate::{room} ")];
            if index > own && imports.iter().any(|import| line.text.contains(import)) {
                broken.push(format!("{}:{}: {}", line.path, line.number, line.text.trim()));
            }
        }
        if line.text.contains("use crate::{") {
            broken.push(format!("{}:{}: name one room a line, so that this test can read it", line.path, line.number));
        }
    }
    assert!(broken.is_empty(), "imports from a room below:\n{}", broken.join("\n"));
}

#[test]
fn rooms_that_must_not_know_each_other_do_not() {
    let never = [
        ("src/protocol", vec!["crate::config"]),
        ("src/secrets", vec!["crate::protocol", "crate::connectors"]),
        ("src/spill", vec!["crate::secrets", "crate::connectors"]),
        ("src/local", vec!["crate::connectors", "crate::secrets"]),
        ("src/cli", vec!["crate::spill::cipher"]),
    ];
    for (room, words) in never {
        only(&[], &[room], &words, &format!("{room} must not import these"));
    }
}

#[test]
fn engines_know_neither_each_other_nor_the_application() {
    let engines = engines();
    let others: Vec<String> =
        engines.iter().map(|engine| format!("connector-{engine}")).chain(["glaux".into()]).collect();
    for engine in &engines {
        let manifest = fs::read_to_string(root().join(format!("connectors/{engine}/Cargo.toml"))).unwrap();
        let named = manifest.lines().filter(|line| !line.starts_with("name ") && !line.starts_with("description"));
        for line in named {
            assert!(
                !others.iter().any(|other| line.starts_with(other.as_str())),
                "connectors/{engine}/Cargo.toml: {line}"
            );
        }
    }
}

/// The crates that one of ours depends on, those of its tests left out.
fn dependencies(of: &str) -> Vec<String> {
    let manifest = fs::read_to_string(root().join(of).join("Cargo.toml")).unwrap();
    let listed = manifest.split_once("[dependencies]").unwrap().1.split("\n[").next().unwrap();
    let names = listed.lines().filter_map(|line| line.split(['.', ' ', '=']).next());
    names.filter(|name| !name.is_empty() && !name.starts_with('#')).map(str::to_owned).collect()
}

#[test]
fn the_seam_brings_no_driver_no_json_no_aws_and_no_runtime() {
    let arrow = ["arrow-array", "arrow-buffer", "arrow-schema", "arrow-select"];
    let allowed =
        [&arrow[..], &["async-trait", "futures", "percent-encoding", "rand", "secrecy", "sqlparser"]].concat();
    for name in dependencies("connectors/core") {
        assert!(allowed.contains(&name.as_str()), "connectors/core depends on {name}");
    }
}

#[test]
fn what_engines_share_on_their_way_to_a_server_brings_no_driver() {
    for (folder, allowed) in [
        ("connectors/tls", ["connector-core", "rustls", "rcgen", "webpki-roots"]),
        ("connectors/socket", ["connector-core", "futures", "socket2", "tokio"]),
    ] {
        for name in dependencies(folder) {
            assert!(allowed.contains(&name.as_str()), "{folder} depends on {name}");
        }
    }
}

#[test]
fn only_the_named_places_do_what_only_they_may() {
    let ours = ["src", "connectors"];
    let names: Vec<String> = engines().iter().map(|engine| format!("connector_{engine}")).collect();
    only(&["src/config/"], &ours, &["std::env::var", "env::vars"], "only config reads the environment");
    only(
        &[
            "src/secrets/",
            "connectors/*/src/access",
            "connectors/*/src/connect.rs",
            "connectors/core/src/access/",
            "connectors/core/src/testing/",
            // Whoever asks for a token shows the client secret.
            "connectors/sqlserver/src/entra/request.rs",
            "connectors/core/src/secret.rs",
            "src/local/servers/",
        ],
        &ours,
        &[".expose()"],
        "only secrets, a connector's connect and access, and the servers of the demo open a password",
    );
    only(
        &["src/connectors.rs"],
        &["src"],
        &names.iter().map(String::as_str).collect::<Vec<_>>(),
        "only connectors.rs names engines",
    );
    // By a word of their own, or by the URL of their driver.
    let words = ["mysql", "mariadb", "postgres", "sqlserver", "oracle", "memory"];
    let words: Vec<String> = words.iter().flat_map(|word| [format!("\"{word}"), format!("jdbc:{word}")]).collect();
    only(
        &[],
        &["src/config/glue", "src/mapping", "src/share"],
        &words.iter().map(String::as_str).collect::<Vec<_>>(),
        "what is about one engine is said by its connector",
    );
    let files = ["fs::", "File::create", "OpenOptions"];
    only(&[], &["connectors/sqlserver/src/entra"], &files, "tokens of Entra ID stay in memory");
    only(&["src/cli/output.rs"], &ours, &["println!", "print!", "stdout()"], "only cli/output.rs prints");
    only(
        &["src/protocol/"],
        &["src"],
        &["\"queryId\"", "\"catalogName\"", "\"partitionColumns\"", "\"spillLocation\"", "\"@type\""],
        "only protocol knows wire field names",
    );
    only(
        &["src/handler/mod.rs", "src/protocol/", "src/local/"],
        &["src"],
        &["Request::Ping("],
        "only the door matches on requests",
    );
    only(
        &["src/spill/cipher.rs", "src/protocol/"],
        &["src"],
        &[".key()", ".nonce()", "EncryptionKey::new"],
        "only spill/cipher.rs sees key bytes",
    );
}

#[test]
fn only_the_named_places_write_sql() {
    only(
        &[
            "connectors/core/src/sql/",
            "connectors/*/src/access",
            "connectors/*/src/catalog",
            "connectors/mysql/src/connection",
            "connectors/postgresql/src/connection",
            "src/local/servers/",
            // A database of our own.
            "src/register/sqlite.rs",
            // Athena's, shown to people and run by none of ours.
            "src/cli/govern/ddl.rs",
        ],
        &["src", "connectors"],
        &["\"SELECT ", "\"select ", "SELECT * FROM"],
        "only connector_core::sql and catalog.rs write SQL that reads, and access.rs what finds out about rights",
    );
}

#[test]
fn no_file_is_longer_than_600_lines() {
    let folders = ["src", "connectors", "tests", "benches"];
    let long: Vec<String> = folders
        .iter()
        .flat_map(|folder| rust_files(folder))
        .map(|path| (relative(&path), fs::read_to_string(&path).unwrap().lines().count()))
        .filter(|(_, lines)| *lines > 600)
        .map(|(path, lines)| format!("{path}: {lines}"))
        .collect();
    assert!(long.is_empty(), "longer than 600 lines:\n{}", long.join("\n"));
}

#[test]
fn nothing_unfinished_and_no_path_of_one_machine_is_left_in_the_tree() {
    // Put together here, so that this file does not find itself.
    let words = [
        ["to", "do!("].concat(),
        ["TO", "DO"].concat(),
        ["FIX", "ME"].concat(),
        ["/ro", "ot/"].concat(),
        ["/wo", "rk/"].concat(),
    ];
    let mut broken = Vec::new();
    for folder in ["src", "connectors", "tests", "benches", "schemas", ".ci"] {
        for path in files(folder) {
            let Ok(text) = fs::read_to_string(&path) else { continue };
            let hits = text.lines().enumerate().filter(|(_, line)| words.iter().any(|word| line.contains(word)));
            broken.extend(hits.map(|(index, line)| format!("{}:{}: {}", relative(&path), index + 1, line.trim())));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Asks Cargo itself, since a feature that pulls DataFusion in would not show in any source file.
#[test]
fn the_lambda_links_nothing_of_the_local_athena() {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let engines: Vec<String> = engines().into_iter().filter(|engine| engine != "memory").collect();
    let tree = std::process::Command::new(cargo)
        .args([
            "tree",
            "--offline",
            "--no-default-features",
            "--features",
            &engines.join(","),
            "-e",
            "normal",
            "--prefix",
            "none",
        ])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8(tree.stdout).unwrap();
    for crate_name in ["datafusion", "axum", "clap", "s3s", "postgresql_embedded", "rusqlite", "ring", "openssl"] {
        let found = tree.lines().find(|line| line.split(' ').next() == Some(crate_name));
        assert_eq!(found, None, "the Lambda would link {crate_name}");
    }
    assert!(tree.contains("lambda_runtime"));
}

/// Each of AWS's clients could bring its own; the lock file tells.
#[test]
fn one_http_client_and_one_tls_serve_all() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    for name in ["aws-smithy-http-client", "h2", "http", "http-body", "hyper", "hyper-rustls", "rustls"] {
        let line = format!("name = \"{name}\"");
        assert_eq!(lock.lines().filter(|there| **there == line).count(), 1, "versions of {name}");
    }
}
