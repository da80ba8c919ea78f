//! AWS's own SDK as the judge: builds the Java program of `tests/conformance`, keeps one of it, and asks it.
//!
//! What is asked and how the answers are compared is in the modules beside; what the program does is in its README.
// A failure here is a failed test, and what it prints is the test's output.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

pub mod cells;
mod change;
pub mod constraints;
mod handling;
mod peer;
pub mod meaning;
pub mod messages;
pub mod random;
pub mod same;
mod spilling;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::SystemTime;

use serde_json::{Value, json};

use crate::support;

/// Found or not once for the whole test binary; it ends when its input does, which is when this process ends.
static JUDGE: OnceLock<Result<Mutex<Judge>, String>> = OnceLock::new();
static JAR: OnceLock<Result<PathBuf, String>> = OnceLock::new();

struct Judge {
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
    _process: Child,
}

/// Asks the judge and gives its answer; none, and a printed reason, where there is no Java to be judge.
pub fn ask(question: &Value) -> Option<Value> {
    match JUDGE.get_or_init(|| jar().and_then(|jar| Judge::start(&jar)).map(Mutex::new)) {
        // A line answers a line, so a test that failed in between has left nothing half said.
        Ok(judge) => Some(judge.lock().unwrap_or_else(PoisonError::into_inner).ask(question)),
        Err(reason) => {
            support::skip("java", reason);
            None
        }
    }
}

/// Whether there is a judge; prints why not.
pub fn present() -> bool {
    ask(&json!({ "op": "none" })).is_some()
}

/// What the SDK makes of a message; fails the test if it refuses it or finds fault with it.
pub fn read(version: u8, message: &str) -> Value {
    let answer = ask(&json!({ "op": "read", "version": version, "message": message })).unwrap();
    assert_eq!(answer["ok"], true, "serde {version}: {}\n{}\n{message}", answer["error"], answer["findings"]);
    assert_eq!(answer["findings"], json!([]), "serde {version}\n{message}");
    answer
}

impl Judge {
    fn start(jar: &Path) -> Result<Self, String> {
        let mut process = java(jar)
            .arg("judge")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("java does not start: {error}"))?;
        let questions = process.stdin.take().unwrap();
        let answers = BufReader::new(process.stdout.take().unwrap());
        Ok(Self { questions, answers, _process: process })
    }

    fn ask(&mut self, question: &Value) -> Value {
        let gone = "the judge has ended; its last words are above";
        self.questions.write_all(format!("{question}\n").as_bytes()).expect(gone);
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect(gone);
        serde_json::from_str(&answer).expect(gone)
    }
}

/// The command that runs the program; a mode and its options are to follow.
pub fn java(jar: &Path) -> Command {
    let mut java = Command::new("java");
    // It lives for seconds, in which the second compiler never earns back what it costs.
    java.args(["-XX:TieredStopAtLevel=1", "-Xmx1g", "-jar"]).arg(jar);
    java.env("ATHENA_FEDERATION_SDK_LOG_LEVEL", "error");
    java
}

/// The program, built unless it is newer than all its sources; or why there is none.
pub fn jar() -> Result<PathBuf, String> {
    JAR.get_or_init(|| {
        let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
        let jar = project.join("target/conformance.jar");
        if is_stale(&jar, &project) {
            build(&project)?;
        }
        Command::new("java").arg("-version").output().map_err(|_| needs("java is not found"))?;
        Ok(jar)
    })
    .clone()
}

fn needs(reason: &str) -> String {
    format!("needs Maven and a JDK of 17 or later ({reason}): mvn -q -B -f tests/conformance/pom.xml package")
}

fn build(project: &Path) -> Result<(), String> {
    let mut maven = Command::new("mvn");
    maven.args(["-q", "-B", "-f"]).arg(project.join("pom.xml")).arg("package");
    let built = maven.output().map_err(|_| needs("mvn is not found"))?;
    let said = format!("{}{}", String::from_utf8_lossy(&built.stdout), String::from_utf8_lossy(&built.stderr));
    // A program that does not compile is a defect of ours, and no reason to skip.
    assert!(!said.contains("COMPILATION ERROR"), "{said}");
    let first = said.lines().find(|line| line.contains("ERROR")).unwrap_or("it says nothing");
    if built.status.success() { Ok(()) } else { Err(needs(&format!("mvn fails: {first}"))) }
}

/// Whether the program is missing, or older than something it is made of.
fn is_stale(jar: &Path, project: &Path) -> bool {
    let Some(built) = changed(jar) else { return true };
    newest(&project.join("src")).max(changed(&project.join("pom.xml"))).is_none_or(|source| source > built)
}

fn newest(folder: &Path) -> Option<SystemTime> {
    let entries = fs::read_dir(folder).ok()?.map(|entry| entry.unwrap().path());
    entries.filter_map(|path| if path.is_dir() { newest(&path) } else { changed(&path) }).max()
}

fn changed(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}

#[test]
fn a_program_older_than_a_source_of_its_own_is_built_anew() {
    let project = tempfile::tempdir().unwrap();
    let at = |path: &str| project.path().join(path);
    let touch = |path: &str, seconds: u64| {
        fs::create_dir_all(at(path).parent().unwrap()).unwrap();
        let file = fs::File::create(at(path)).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds)).unwrap();
    };
    let stale = || is_stale(&at("target/x.jar"), project.path());
    touch("pom.xml", 10);
    touch("src/main/java/Main.java", 20);
    assert!(stale(), "there is none");
    touch("target/x.jar", 30);
    assert!(!stale());
    touch("src/main/java/deep/Other.java", 40);
    assert!(stale(), "a source is newer");
    touch("target/x.jar", 50);
    touch("pom.xml", 60);
    assert!(stale(), "the project is newer");
}
