//! Glaux's own source, as cargo sees it.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use connector_core::{Error, ErrorKind, Result};
use serde::Deserialize;
use tokio::process::Command;

use super::Function;
use crate::config;

/// A folder with Glaux's source.
#[derive(Debug)]
pub struct Checkout {
    root: PathBuf,
    target: PathBuf,
    version: String,
    programs: Vec<String>,
}

/// What `cargo metadata` says, of it what is needed.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Described>,
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

#[derive(Deserialize)]
struct Described {
    name: String,
    version: String,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

/// The package that the functions are programs of.
pub const PACKAGE: &str = "glaux";

impl Checkout {
    /// The checkout in `folder`.
    ///
    /// Errors: not found, where there is none.
    pub async fn at(folder: &Path) -> Result<Self> {
        let manifest = folder.join("Cargo.toml");
        let none = |why: &str| {
            Error::not_found(format!("{} is no checkout of Glaux: {why}", folder.display())).hint(
                "go to one, or name it: --source DIR; a program that is built already is packaged by --binary FILE",
            )
        };
        if !manifest.is_file() {
            return Err(none("it has no Cargo.toml"));
        }
        let mut asked = cargo("metadata");
        asked.args(["--no-deps", "--format-version", "1", "--manifest-path"]).arg(&manifest);
        let printed =
            printed(&mut asked).await.map_err(|error| error.context(format!("reading {}", manifest.display())))?;
        let metadata: Metadata = serde_json::from_str(&printed).map_err(|error| {
            Error::corrupt(format!("reading what cargo metadata says of {}: {error}", manifest.display()))
        })?;
        let ours = metadata.packages.into_iter().find(|package| package.name == PACKAGE);
        let ours = ours.ok_or_else(|| none("its Cargo.toml has no package glaux"))?;
        let programs = ours.targets.into_iter().filter(|target| target.kind.iter().any(|kind| kind == "bin"));
        Ok(Self {
            root: metadata.workspace_root,
            target: metadata.target_directory,
            version: ours.version,
            programs: programs.map(|target| target.name).collect(),
        })
    }

    /// The folder, from its root on.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where cargo puts what it builds.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Its version of Glaux.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Fails unless this version has such a function.
    pub fn check(&self, function: Function) -> Result<()> {
        let program = function.program();
        if self.programs.iter().any(|name| name == program) {
            return Ok(());
        }
        Err(Error::not_found(format!("{} has no program {program}", self.root.display())))
    }
}

/// A command of cargo, whose stdout is read and which ends with this process.
pub fn cargo(command: &str) -> Command {
    let mut cargo = Command::new(config::cargo());
    cargo.arg(command).stdin(Stdio::null()).kill_on_drop(true);
    cargo
}

/// Runs a program to its end and returns what it printed.
pub async fn printed(command: &mut Command) -> Result<String> {
    let program = command.as_std().get_program().to_string_lossy().into_owned();
    let ran = command.output().await.map_err(|error| not_run(&program, &error))?;
    if !ran.status.success() {
        let said = String::from_utf8_lossy(&ran.stderr).trim().to_owned();
        return Err(Error::new(ErrorKind::Unsupported, format!("{program}: {}: {said}", ran.status)));
    }
    String::from_utf8(ran.stdout).map_err(|_| Error::corrupt(format!("{program} does not print UTF-8")))
}

/// A program that could not be started.
pub fn not_run(program: &str, error: &std::io::Error) -> Error {
    let kind = match error.kind() {
        std::io::ErrorKind::NotFound => ErrorKind::NotFound,
        _ => ErrorKind::Unavailable,
    };
    Error::new(kind, format!("running {program}: {error}"))
        .hint("install Rust (https://rustup.rs), or package a program that is built already: --binary FILE")
}
