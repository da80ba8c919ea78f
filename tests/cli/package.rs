//! Packages from outside: built from a checkout in the shape of ours that is compiled in seconds, and of planted programs.
#![cfg(target_os = "linux")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

use crate::run::{Glaux, Ran};

/// What this machine's processor is called in packages.
const NATIVE: &str = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86-64" };
const FOREIGN: &str = if cfg!(target_arch = "aarch64") { "x86-64" } else { "arm64" };

const MANIFEST: &str = r#"
[package]
name = "glaux"
version = "9.8.7"
edition = "2024"
license = "Apache-2.0"
[features]
default = ["local"]
local = []
postgresql = []
mysql = []
sqlserver = []
oracle = []
workflow = []
[[bin]]
name = "glaux-lambda"
path = "lambda.rs"
[[bin]]
name = "glaux-grants"
path = "grants.rs"
[dependencies]
own = { path = "own" }
[workspace]
[profile.dist]
inherits = "release"
strip = true
"#;

const LOCK: &str = "version = 4\n[[package]]\nname = \"glaux\"\nversion = \"9.8.7\"\ndependencies = [\n \"own\",\n]\n\
                    [[package]]\nname = \"own\"\nversion = \"1.0.0\"\n";

/// The place of a panic is a path that stays in a program, and this one lies where cargo builds.
const BUILD: &str = r#"
fn main() {
    let place = std::path::PathBuf::from(std::env::var("OUT_DIR").unwrap()).join("made.rs");
    std::fs::write(place, "pub fn fail(count: usize) { if count > 9 { panic!(\"made\") } }").unwrap();
}
"#;

const PROGRAM: &str = r#"
#[cfg(feature = "local")]
compile_error!("it is built with what does not ship");
#[cfg(not(all(feature = "postgresql", feature = "mysql", feature = "sqlserver", feature = "oracle")))]
compile_error!("it is built without what ships");
include!(concat!(env!("OUT_DIR"), "/made.rs"));
fn main() {
    fail(std::env::args().count() + own::ONE);
    println!("answered");
}
"#;

fn checkout(folder: &Path) -> PathBuf {
    let root = folder.join("checkout");
    fs::create_dir_all(root.join("own/src")).unwrap();
    for (name, text) in [
        ("Cargo.toml", MANIFEST),
        ("Cargo.lock", LOCK),
        ("build.rs", BUILD),
        ("lambda.rs", PROGRAM),
        ("grants.rs", PROGRAM),
        (
            "own/Cargo.toml",
            "[package]\nname = \"own\"\nversion = \"1.0.0\"\nedition = \"2024\"\nlicense = \"MIT/Apache-2.0\"\n",
        ),
        ("own/src/lib.rs", "pub const ONE: usize = 1;\n"),
    ] {
        fs::write(root.join(name), text).unwrap();
    }
    root
}

/// The binary, with what a user's own environment says about cargo.
fn glaux() -> Glaux {
    let said = ["CARGO_HOME", "RUSTUP_HOME"].into_iter().filter_map(|name| Some((name, std::env::var(name).ok()?)));
    said.fold(Glaux::bare().set("CARGO_NET_OFFLINE", "true"), |glaux, (name, value)| glaux.set(name, &value))
}

/// Where cargo is, for who gets no search path.
fn cargo() -> String {
    let found = std::env::var_os("CARGO").map(PathBuf::from).or_else(|| {
        let path = std::env::var_os("PATH").unwrap();
        std::env::split_paths(&path).map(|folder| folder.join("cargo")).find(|program| program.is_file())
    });
    found.unwrap().into_os_string().into_string().unwrap()
}

/// Runs `glaux package` in a folder where nothing else is.
fn package(folder: &Path, arguments: &[&str]) -> Ran {
    let arguments: Vec<&str> = ["package"].into_iter().chain(arguments.iter().copied()).collect();
    Ran::of(glaux().command(&arguments).current_dir(folder).output().unwrap())
}

/// A file of a zip: its bytes and its mode.
fn unzipped(package: &Path, name: &str) -> (Vec<u8>, u32) {
    let mut package = zip::ZipArchive::new(fs::File::open(package).unwrap()).unwrap();
    let mut file = package.by_name(name).unwrap();
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).unwrap();
    (bytes, file.unix_mode().unwrap())
}

fn sbom(package: &Path) -> Value {
    serde_json::from_slice(&unzipped(package, "sbom.cdx.json").0).unwrap()
}

/// What was built for all tests here: its folder, the package, and what was listed of it.
fn built() -> &'static (PathBuf, PathBuf, Value) {
    static BUILT: OnceLock<(PathBuf, PathBuf, Value)> = OnceLock::new();
    BUILT.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("package");
        let _ = fs::remove_dir_all(&folder);
        checkout(&folder);
        let ran = package(&folder, &["lambda", "--arch", NATIVE, "--source", "checkout", "--output", "json"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let listed: Value = serde_json::from_str(ran.stdout.trim()).unwrap();
        let file = folder.join(listed["file"].as_str().unwrap());
        (folder, file, listed)
    })
}

/// The program of that package, changed, in a file of its own.
fn planted(folder: &Path, change: impl FnOnce(&mut Vec<u8>)) -> String {
    let (mut program, _) = unzipped(&built().1, "bootstrap");
    change(&mut program);
    let file = folder.join("planted");
    fs::write(&file, program).unwrap();
    file.to_str().unwrap().to_owned()
}

fn replace(program: &mut [u8], from: &str, to: &str) {
    assert_eq!(from.len(), to.len());
    let places: Vec<usize> =
        (0..program.len() - from.len()).filter(|at| program[*at..].starts_with(from.as_bytes())).collect();
    assert!(!places.is_empty(), "{from} is not in it");
    places.into_iter().for_each(|at| program[at..at + to.len()].copy_from_slice(to.as_bytes()));
}

#[test]
fn package_builds_what_ships_and_what_lambda_unpacks_runs() {
    let (folder, file, listed) = built();
    assert!(file.ends_with(format!("target/package/glaux-lambda-9.8.7-{NATIVE}.zip")), "{}", file.display());
    let zipped = fs::read(file).unwrap();
    let (program, mode) = unzipped(file, "bootstrap");
    let list = unzipped(file, "sbom.cdx.json").0;
    assert_eq!((mode, listed["architecture"].as_str()), (0o100_755, Some(NATIVE)));
    assert_eq!(listed["zipped"], zipped.len().to_string());
    assert_eq!(listed["unzipped"], (program.len() + list.len()).to_string());
    assert!(listed["glibc"].as_str().unwrap().starts_with("2."), "{listed}");
    let hashed = Command::new("sha256sum").arg(file).output().unwrap();
    assert!(String::from_utf8(hashed.stdout).unwrap().starts_with(listed["sha256"].as_str().unwrap()));
    let unpacked = folder.join("bootstrap");
    fs::write(&unpacked, program).unwrap();
    fs::set_permissions(&unpacked, fs::Permissions::from_mode(mode)).unwrap();
    assert_eq!(Command::new(&unpacked).output().unwrap().stdout, b"answered\n");
}

#[test]
fn package_lists_what_is_linked() {
    let sbom = sbom(&built().1);
    assert_eq!(
        (&sbom["bomFormat"], &sbom["metadata"]["component"]["name"]),
        (&"CycloneDX".into(), &"glaux-lambda".into())
    );
    let names: Vec<&str> =
        sbom["components"].as_array().unwrap().iter().map(|component| component["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["own", "std"], "the build script's and the tests' are not linked");
    assert_eq!(sbom["components"][0]["licenses"][0]["expression"], "MIT OR Apache-2.0");
    assert_eq!(sbom["dependencies"][0]["dependsOn"][0], "own@1.0.0");
}

/// Paths of panics, of the folder and of what cargo builds there, would differ.
#[test]
fn package_of_another_checkout_has_the_same_bytes() {
    let (_, first, _) = built();
    let elsewhere = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let source = checkout(&elsewhere.path().join("a longer folder"));
    let glaux = glaux().set("CARGO_TARGET_DIR", elsewhere.path().join("built").to_str().unwrap());
    let out = elsewhere.path().join("out");
    let arguments =
        ["package", "lambda", "--arch", NATIVE, "--source", source.to_str().unwrap(), "--out", out.to_str().unwrap()];
    let ran = glaux.run(&arguments);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let second = out.join(first.file_name().unwrap());
    let (program, there) = (unzipped(first, "bootstrap").0, unzipped(&second, "bootstrap").0);
    let place = b"/glaux/target/";
    assert!(there.windows(place.len()).any(|text| text == place), "the place of a panic is there, and is renamed");
    assert!(!ran.stderr.contains("holds the path"), "{}", ran.stderr);
    assert!(program == there, "the programs differ");
    assert!(fs::read(first).unwrap() == fs::read(second).unwrap(), "the packages differ");
}

#[test]
fn package_of_a_program_is_refused_where_lambda_would_not_start_it() {
    let folder = tempfile::tempdir().unwrap();
    let glibc = format!("GLIBC_{}\0", built().2["glibc"].as_str().unwrap());
    let newer = format!("GLIBC_2.{}\0", "9".repeat(glibc.len() - "GLIBC_2.\0".len()));
    let refused = |program: &str, more: &[&str], code: i32, words: &[&str]| {
        let arguments = [&["lambda", "--binary", program], more].concat();
        let ran = package(folder.path(), &arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (code, ""), "{}", ran.stderr);
        for word in words {
            assert!(ran.stderr.contains(word), "{word} is not in {}", ran.stderr);
        }
        assert!(!folder.path().join("target").exists());
    };
    let sound = || planted(folder.path(), |_| {});
    refused(&sound(), &["--arch", FOREIGN], 2, &["planted", NATIVE, FOREIGN]);
    refused(
        &planted(folder.path(), |program| replace(program, &glibc, &newer)),
        &[],
        1,
        &["glibc 2.34", newer.trim_end_matches('\0'), "hint: build it against an older one"],
    );
    refused(&planted(folder.path(), |program| program[18] = 243), &[], 2, &["another machine", "243"]);
    refused(&planted(folder.path(), |program| replace(program, "libc.so.6", "libx.so.6")), &[], 1, &["libx.so.6"]);
    refused(&planted(folder.path(), |program| replace(program, "/ld-linux", "/ld-other")), &[], 1, &["/ld-other"]);
    refused(&planted(folder.path(), |program| program[40..48].fill(0)), &[], 1, &["section headers are gone"]);
    refused(&planted(folder.path(), |program| program.truncate(4096)), &[], 1, &["tables cannot be read"]);
    refused(&planted(folder.path(), |program| program.truncate(20)), &[], 2, &["another machine"]);
    refused(&planted(folder.path(), Vec::clear), &[], 2, &["no program for Linux"]);
    refused(built().1.to_str().unwrap(), &[], 2, &["no program for Linux", "not a zip"]);
    refused("nowhere", &[], 4, &["reading nowhere"]);
    refused(".", &[], 2, &["reading ."]);
    refused(&sound(), &["--arch", "arm64", "--arch", "x86-64"], 2, &["two architectures"]);
    refused(&sound(), &["grants"], 2, &["glaux package lambda --binary FILE"]);
    refused(&sound(), &["--source", "nowhere"], 4, &["nowhere is no checkout of Glaux"]);
    refused(&sound(), &["--out", &sound()], 2, &["planted", "--out DIR"]);
}

#[test]
fn package_of_a_program_without_a_checkout_says_what_it_lacks() {
    let folder = tempfile::tempdir().unwrap();
    let program = planted(folder.path(), |_| {});
    let ran = package(folder.path(), &["grants", "--binary", &program, "--out", "new/out"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("lists nothing of what is linked"), "{}", ran.stderr);
    let file = folder.path().join(format!("new/out/glaux-grants-{NATIVE}.zip"));
    assert_eq!(zip::ZipArchive::new(fs::File::open(&file).unwrap()).unwrap().len(), 1);
    let first = fs::read(&file).unwrap();
    let again = fs::File::options().write(true).open(&program).unwrap();
    again.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    assert_eq!(package(folder.path(), &["grants", "--binary", &program, "--out", "new/out"]).code, 0);
    assert!(fs::read(&file).unwrap() == first, "neither the file's time nor the hour is in it");
    assert_eq!(file.parent().unwrap().read_dir().unwrap().count(), 1);
}

/// The compiler of another machine, without the standard library for any of Lambda's.
#[test]
fn package_says_what_to_install_where_nothing_builds() {
    let folder = tempfile::tempdir().unwrap();
    let source = checkout(folder.path());
    let compiler = folder.path().join("rustc");
    fs::write(&compiler, "#!/bin/sh\necho host: riscv64gc-unknown-linux-gnu\n").unwrap();
    fs::set_permissions(&compiler, fs::Permissions::from_mode(0o755)).unwrap();
    let glaux = glaux().set("RUSTC", compiler.to_str().unwrap()).set("CARGO", &cargo()).set("PATH", "");
    for more in [&[][..], &["--arch", "arm64"]] {
        let arguments = [&["package", "--source", source.to_str().unwrap()], more].concat();
        let ran = Ran::of(glaux.command(&arguments).current_dir(folder.path()).output().unwrap());
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{}", ran.stderr);
        assert!(ran.stderr.contains("hint: rustup target add aarch64-unknown-linux-gnu"), "{}", ran.stderr);
        assert!(!folder.path().join("target").exists());
    }
}

#[test]
fn package_of_what_does_not_compile_leaves_nothing() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let source = checkout(folder.path());
    fs::write(source.join("grants.rs"), "fn main() { nonsense }").unwrap();
    let ran = package(&source, &["grants", "--arch", NATIVE]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("nonsense") && ran.stderr.contains("building glaux-grants for"), "{}", ran.stderr);
    assert_eq!(source.join("target/package").read_dir().unwrap().count(), 0);
    fs::write(source.join("Cargo.lock"), LOCK.replace("own", "odd")).unwrap();
    let ran = package(&source, &["grants", "--arch", NATIVE]);
    assert!(ran.code == 1 && ran.stderr.contains("listing what is linked into glaux-grants"), "{}", ran.stderr);
}

/// Of what this repository ships: every crate by name, licence and hash, and nothing that is not linked.
#[test]
fn package_lists_the_crates_of_the_real_function() {
    let folder = tempfile::tempdir().unwrap();
    let program = planted(folder.path(), |_| {});
    let out = folder.path().join("out");
    let source = env!("CARGO_MANIFEST_DIR");
    let listed = ["package", "lambda", "--binary", &program, "--source", source, "--out", out.to_str().unwrap()];
    let ran = glaux().run(&listed);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let sbom = sbom(&out.join(format!("glaux-lambda-{}-{NATIVE}.zip", env!("CARGO_PKG_VERSION"))));
    let components = sbom["components"].as_array().unwrap();
    let by_name: BTreeMap<&str, &Value> = components.iter().map(|it| (it["name"].as_str().unwrap(), it)).collect();
    for linked in ["tokio", "lambda_runtime", "aws-lc-sys", "connector-oracle", "std"] {
        assert!(by_name.contains_key(linked), "{linked} is not listed");
    }
    for absent in ["clap", "datafusion", "rusqlite", "serde_derive", "cc", "connector-memory", "zip"] {
        assert!(!by_name.contains_key(absent), "{absent} is listed");
    }
    let lock: toml::Table = fs::read_to_string(Path::new(source).join("Cargo.lock")).unwrap().parse().unwrap();
    let locked: BTreeSet<(&str, &str)> = lock["package"].as_array().unwrap().iter().filter_map(hash).collect();
    for component in components.iter().filter(|component| component.get("purl").is_some()) {
        let name = component["name"].as_str().unwrap();
        let there = (name, component["hashes"][0]["content"].as_str().unwrap());
        assert!(locked.contains(&there), "{component}");
        assert!(component["licenses"][0]["expression"].as_str().is_some_and(|it| !it.contains('/')), "{component}");
    }
    let references: BTreeSet<&str> =
        components.iter().map(|component| component["bom-ref"].as_str().unwrap()).collect();
    let needs = sbom["dependencies"].as_array().unwrap().iter().flat_map(|it| it["dependsOn"].as_array().unwrap());
    let needed: BTreeSet<&str> = needs.map(|it| it.as_str().unwrap()).collect();
    let alone: Vec<&&str> = references.symmetric_difference(&needed).collect();
    assert!(
        matches!(alone[..], [std] if std.starts_with("std@")),
        "each is needed by another, and is there: {alone:?}"
    );
}

fn hash(package: &toml::Value) -> Option<(&str, &str)> {
    Some((package["name"].as_str()?, package.get("checksum")?.as_str()?))
}
