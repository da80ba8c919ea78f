//! The guides' own commands, as a reader types them, and what stands below them as their output.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use glaux::local::servers::Product;

use crate::demo::Kept;
use crate::office::SHOP;
use crate::support::{self, postgres};

/// A block of a page: what stands behind its fence, and its text.
struct Block {
    kind: String,
    text: String,
    line: usize,
}

fn page(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)
}

/// The fenced blocks of a page, in order.
fn blocks(name: &str) -> Vec<Block> {
    let text = std::fs::read_to_string(page(name)).unwrap();
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (index, line) in text.lines().enumerate() {
        open = match (open, line.strip_prefix("```")) {
            (None, None) => None,
            (None, Some(kind)) => Some(Block { kind: kind.to_owned(), text: String::new(), line: index + 1 }),
            (Some(block), Some(_)) => {
                blocks.push(block);
                None
            }
            (Some(block), None) => Some(Block { text: block.text + line + "\n", ..block }),
        };
    }
    assert!(open.is_none(), "{name} ends within a block");
    blocks
}

/// A directory where a page's blocks are run one after another, with what they export.
struct Reader {
    folder: tempfile::TempDir,
    variables: BTreeMap<String, String>,
    replaced: Vec<(String, String)>,
}

impl Reader {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut variables = BTreeMap::new();
        for name in ["HOME", "XDG_CACHE_HOME"] {
            variables.extend(std::env::var(name).ok().map(|value| (name.to_owned(), value)));
        }
        let programs = Path::new(env!("CARGO_BIN_EXE_glaux")).parent().unwrap();
        let path = std::env::join_paths(
            std::iter::once(programs.to_owned())
                .chain(std::env::split_paths(&support::mysql::search_path().unwrap_or_default())),
        );
        variables.insert("PATH".into(), path.unwrap().into_string().unwrap());
        let store = format!("local:{}", folder.path().join("store").display());
        variables.extend([("GLAUX_STORE".into(), store), ("root".into(), env!("CARGO_MANIFEST_DIR").into())]);
        Self { folder, variables, replaced: Vec::new() }
    }

    fn set(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    fn replacing(mut self, from: &str, to: &str) -> Self {
        self.replaced.push((from.into(), to.into()));
        self
    }

    /// Runs a block, keeps what it exports, and returns what it printed.
    fn run(&mut self, block: &Block) -> String {
        const MARK: &str = "-- exported --";
        let replaced = self.replaced.iter();
        let text = replaced.fold(block.text.clone(), |text, (from, to)| text.replace(from, to));
        // As typed line by line: what fails stops the reader.
        let script = format!("set -euo pipefail\ncd \"$PWD\"\n{text}\necho '{MARK}'\nenv -0\n");
        let ran = Command::new("bash")
            .args(["-c", &script])
            .current_dir(self.folder.path())
            .env_clear()
            .envs(&self.variables)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let (stdout, stderr) =
            (String::from_utf8(ran.stdout).unwrap(), String::from_utf8_lossy(&ran.stderr).into_owned());
        assert!(ran.status.success(), "line {}: {text}\n{stdout}{stderr}", block.line);
        let (printed, exported) = stdout.rsplit_once(&format!("{MARK}\n")).unwrap();
        let pairs = exported.split('\0').filter_map(|pair| pair.split_once('='));
        self.variables.extend(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
        printed.to_owned()
    }

    /// Runs a page's blocks of shell; a block of text behind one is what that printed.
    fn walk(&mut self, name: &str) -> usize {
        let (mut printed, mut count) = (None, 0);
        for block in blocks(name) {
            match block.kind.as_str() {
                "sh" => {
                    printed = Some(self.run(&block));
                    count += 1;
                }
                "text" => {
                    let there = printed.take().unwrap_or_else(|| panic!("{name}:{}: of what?", block.line));
                    assert!(is_like(&block.text, &there), "{name}:{}: {}\nis not\n{there}", block.line, block.text);
                }
                _ => {}
            }
        }
        count
    }
}

/// Whether a text is as written, where a line of … stands for any lines, and a … at the end of a line for its rest.
fn is_like(written: &str, there: &str) -> bool {
    fn lines(written: &[&str], there: &[&str]) -> bool {
        match (written, there) {
            ([], rest) => rest.is_empty(),
            (["…", more @ ..], _) => (0..=there.len()).any(|skipped| lines(more, &there[skipped..])),
            (_, []) => false,
            ([line, more @ ..], [found, rest @ ..]) => {
                let is_same = line.strip_suffix('…').map_or(line == found, |start| found.starts_with(start));
                is_same && lines(more, rest)
            }
        }
    }
    let split = |text: &'_ str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    let (written, there) = (split(written), split(there));
    lines(
        &written.iter().map(String::as_str).collect::<Vec<_>>(),
        &there.iter().map(String::as_str).collect::<Vec<_>>(),
    )
}

#[test]
fn docs_a_written_output_stands_for_what_was_printed() {
    assert!(is_like("a\n…\nb…\n", "a\nx\ny\nbcd\n"));
    assert!(is_like("…\n", ""));
    assert!(!is_like("a\n…\n", "b\n"));
    assert!(!is_like("a\n", "a\nb\n"));
}

#[test]
fn docs_the_quick_start_is_as_it_is_typed() {
    let Some(kept) = Kept::start(&[]) else { return };
    let mut reader = kept.exports().into_iter().fold(Reader::new(), |reader, (name, value)| reader.set(&name, &value));
    assert!(reader.walk("quick-start.md") >= 4);
    assert_eq!(kept.stopped_by("-INT"), Some(130));
}

#[tokio::test]
async fn docs_a_postgresql_is_connected_as_the_page_says() {
    let Some(database) = postgres::database(SHOP).await else { return };
    let role = format!("{}_reader", database.name);
    let sql = blocks("connect.md").into_iter().find(|block| block.kind == "sql postgresql").unwrap().text;
    let sql = sql.replace("reader", &role).replace("DATABASE shop", &format!("DATABASE {}", database.name));
    database.client().await.batch_execute(&sql).await.unwrap();
    let url = database.url();
    let mut reader = Reader::new()
        .replacing("\"username\": \"reader\"", &format!("\"username\": \"{role}\""))
        .replacing("jdbc:postgresql://db.example.com:5432/shop?", &format!("{url}&"));
    tokio::task::spawn_blocking(move || assert!(reader.walk("connect.md") >= 2)).await.unwrap();
}

#[tokio::test]
async fn docs_a_mysql_and_a_mariadb_are_connected_as_the_page_says() {
    for product in [Product::MariaDb, Product::MySql] {
        let Some(server) = support::mysql::start(product).await else { continue };
        server.load("CREATE DATABASE shop;\nCREATE TABLE shop.orders (id int PRIMARY KEY);\n").await.unwrap();
        let sql = blocks("connect.md").into_iter().find(|block| block.kind == "sql mysql").unwrap().text;
        let bare: String =
            sql.lines().map(|line| line.split(" -- ").next().unwrap().trim_end().to_owned() + "\n").collect();
        server.load(&bare).await.unwrap();
        let url = server.url().replacen("/?", "/shop?", 1);
        let shape = "postgres://jdbc:postgresql://db.example.com:5432/shop?";
        let mut reader = Reader::new().replacing(shape, &format!("{}://{url}&", product.token()));
        tokio::task::spawn_blocking(move || assert!(reader.walk("connect.md") >= 2)).await.unwrap();
        server.stop().await.unwrap();
    }
}

/// The walk through a grant is on a page of its own; `tests/cli/govern.rs` walks it. What is asked regularly needs a register.
#[test]
fn docs_what_is_asked_regularly_is_answered() {
    let mut reader = Reader::new();
    let begin = Block { kind: "sh".into(), text: "glaux project add shop".into(), line: 0 };
    reader.run(&begin);
    reader.run(&Block { text: "ln -s \"$root/benches\" benches".into(), ..begin });
    assert!(reader.walk("operating.md") >= 2);
}

#[test]
fn docs_what_is_slow_is_explained() {
    let Some(kept) = Kept::start(&[]) else { return };
    let mut reader = kept.exports().into_iter().fold(Reader::new(), |reader, (name, value)| reader.set(&name, &value));
    assert!(reader.walk("troubleshooting.md") >= 1);
    assert_eq!(kept.stopped_by("-TERM"), Some(143));
}

/// A text that nothing says helps nobody.
#[test]
fn docs_every_error_that_is_explained_can_be_told() {
    let mut code = String::new();
    for folder in ["src", "connectors"] {
        read_all(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut code);
    }
    let troubles = std::fs::read_to_string(page("troubleshooting.md")).unwrap();
    let texts: Vec<&str> =
        troubles.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`')).map(|(text, _)| text).collect();
    assert!(texts.len() > 10);
    for text in texts {
        assert!(code.contains(text), "nothing says {text:?}");
    }
}

fn read_all(folder: &Path, code: &mut String) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_all(&path, code);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            *code += &std::fs::read_to_string(path).unwrap();
        }
    }
}

/// No link of a page leads nowhere.
#[test]
fn docs_links_lead_somewhere() {
    for entry in page("").read_dir().unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap();
            let is_there = target.contains("://") || path.parent().unwrap().join(file).exists();
            assert!(is_there, "{}: {target}", path.display());
        }
    }
}
