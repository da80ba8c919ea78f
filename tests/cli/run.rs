//! The binary in an environment of its own: nothing of the caller's but where programs and caches are.

use std::ffi::OsStr;
use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

use crate::support;

/// The binary, with a home and a directory for temporary files that can be looked at afterwards.
pub struct Glaux {
    pub temp: TempDir,
    variables: Vec<(String, String)>,
}

/// What a run gave.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Glaux {
    /// Without any settings.
    pub fn bare() -> Self {
        let temp = tempfile::tempdir().unwrap();
        // As /tmp is: root starts servers as another user, who must be able to use it.
        std::fs::set_permissions(temp.path(), Permissions::from_mode(0o1777)).unwrap();
        Self { temp, variables: Vec::new() }
    }

    /// With the tables in memory as its only catalog.
    pub fn memory() -> Self {
        Self::bare().set("default", "memory://shop")
    }

    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn command(&self, arguments: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_glaux"));
        command.args(arguments).env_clear();
        for name in ["HOME", "XDG_CACHE_HOME"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.envs(support::mysql::search_path().map(|path| ("PATH", path)));
        command.env("TMPDIR", self.temp.path()).envs(self.variables.iter().cloned());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn start(&self, arguments: &[impl AsRef<OsStr>]) -> Child {
        self.command(arguments).spawn().unwrap()
    }

    /// Runs with `input` on stdin.
    pub fn fed(&self, arguments: &[impl AsRef<OsStr>], input: &str) -> Ran {
        let mut child = self.start(arguments);
        // A command that ends before it has read everything breaks the pipe, which is its right.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        Ran::of(child.wait_with_output().unwrap())
    }

    pub fn run(&self, arguments: &[impl AsRef<OsStr>]) -> Ran {
        let ran = self.fed(arguments, "");
        assert_eq!(self.left_behind(), Vec::<String>::new(), "left in the directory for temporary files");
        ran
    }

    /// Runs a statement in a format, and fails unless that works.
    pub fn sql(&self, format: &str, statement: &str) -> String {
        let ran = self.run(&["sql", "--output", format, statement]);
        assert_eq!(ran.code, 0, "{statement}: {}", ran.stderr);
        ran.stdout
    }

    pub fn left_behind(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.temp.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    }
}

impl Ran {
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}
