//! The watchdog of one server: a shell that stops it and removes its directory when our end of a pipe closes. What is peculiar to
//! an engine are three functions of that shell.
//!
//! A process that is killed runs no destructor, but the kernel closes its pipes: that is what makes "nothing is left behind"
//! true for SIGKILL too. The shell is in a process group of its own, so that Ctrl-C in a terminal reaches the owner only,
//! which then ends in its own time.

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use connector_core::{Error, ErrorKind, Result};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::ChildStdout;

use super::place::{User, io};

const SCRIPT: &str = include_str!("keeper.sh");

/// An engine, as its keeper knows it.
#[derive(Clone, Debug)]
pub struct Engine {
    /// What people call it.
    pub name: &'static str,
    /// Its functions `make`, `start` and `stop`.
    pub functions: &'static str,
    /// What these read beside `$dir`.
    pub variables: Vec<(&'static str, OsString)>,
}

/// What a keeper keeps.
pub struct Kept {
    /// What runs there.
    pub engine: Engine,
    /// The server's own directory.
    pub dir: TempDir,
    /// Another directory to remove with it.
    pub copy: Option<TempDir>,
    /// Whom to run as, when not as ourselves.
    pub user: Option<User>,
    /// The search path for `rm` and `cat`.
    pub path: Option<OsString>,
}

/// The running watchdog; dropping it stops the server and waits until everything is gone.
#[derive(Debug)]
pub struct Keeper {
    kept: Paths,
    child: Child,
    input: Option<ChildStdin>,
}

/// [`Kept`] without the right to remove it, which is the shell's now.
#[derive(Debug)]
struct Paths {
    engine: Engine,
    dir: PathBuf,
    copy: Option<PathBuf>,
    user: Option<User>,
    path: Option<OsString>,
}

/// What the watchdog answers, a word at a time.
pub struct Answers {
    lines: Lines<BufReader<ChildStdout>>,
    name: &'static str,
}

impl Keeper {
    /// Starts the watchdog, which at once makes the server's files; its first answer says whether they were made.
    pub fn start(kept: Kept) -> Result<(Self, Answers)> {
        let paths = Paths {
            engine: kept.engine,
            dir: kept.dir.path().to_owned(),
            copy: kept.copy.as_ref().map(|copy| copy.path().to_owned()),
            user: kept.user,
            path: kept.path,
        };
        let shell = paths.shell("keep").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = shell.map_err(|error| io("starting", Path::new("/bin/sh"), error))?;
        // From here on the shell removes the directories.
        let _ = (kept.dir.keep(), kept.copy.map(TempDir::keep));
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let keeper = Self { kept: paths, child, input };
        let output = output.ok_or_else(|| Error::internal("the watchdog has no output"))?;
        let output = ChildStdout::from_std(output).map_err(|error| io("reading from", Path::new("/bin/sh"), error))?;
        let name = keeper.kept.engine.name;
        Ok((keeper, Answers { lines: BufReader::new(output).lines(), name }))
    }

    /// Asks for the server to be started on `port`; the next answer says whether it was.
    pub fn ask(&mut self, port: u16) -> Result<()> {
        let input = self.input.as_mut().ok_or_else(|| Error::internal("the watchdog was told to stop"))?;
        writeln!(input, "{port}").map_err(|error| io("writing to", Path::new("/bin/sh"), error))
    }

    /// Stops the server and waits until its directories are gone.
    pub fn stop(&mut self) -> Result<()> {
        if self.input.take().is_none() {
            return Ok(());
        }
        let _ = self.child.wait();
        if self.kept.dir.exists() {
            // Somebody killed the watchdog alone: another one does its last act.
            let _ = self.kept.shell("leave").stdin(Stdio::null()).stdout(Stdio::null()).status();
        }
        // The server's user may be unable to reach what we can.
        for left in [Some(&self.kept.dir), self.kept.copy.as_ref()].into_iter().flatten() {
            let _ = std::fs::remove_dir_all(left);
        }
        if self.kept.dir.exists() {
            return Err(Error::new(ErrorKind::Conflict, format!("{} is still there", self.kept.dir.display()))
                .hint("stop the server that runs there and remove the directory")
                .context(format!("stopping the local {}", self.kept.engine.name)));
        }
        Ok(())
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            tracing::warn!(%error, "a local server was not cleaned up");
        }
    }
}

impl Paths {
    fn shell(&self, act: &str) -> Command {
        let mut shell = Command::new("/bin/sh");
        let copy = self.copy.as_deref().map_or(OsStr::new(""), Path::as_os_str);
        let script = [self.engine.functions, SCRIPT].concat();
        shell.args(["-c", &script, "glaux-keeper"]).arg(&self.dir).arg(act).arg(copy);
        // The environment is ours: PGDATA, PGOPTIONS, TZ or LC_ALL of the caller would change the server.
        shell.env_clear().env("PATH", self.path.as_deref().unwrap_or(OsStr::new("/usr/bin:/bin")));
        shell.envs(self.engine.variables.iter().map(|(name, value)| (name, value)));
        shell.env("HOME", &self.dir).env("TZ", "UTC").env("LC_MESSAGES", "C").current_dir(&self.dir);
        shell.stderr(Stdio::null()).process_group(0);
        if let Some(user) = self.user {
            shell.uid(user.uid).gid(user.gid);
        }
        shell
    }
}

impl Answers {
    /// Waits for the next answer and fails if it is not `wanted`.
    pub async fn expect(&mut self, wanted: &str) -> Result<()> {
        let answer = self.lines.next_line().await;
        match answer.map_err(|error| io("reading from", Path::new("/bin/sh"), error))? {
            Some(answer) if answer == wanted => Ok(()),
            Some(_) => Err(Error::new(ErrorKind::Unavailable, format!("{} failed", self.name))),
            None => Err(Error::new(ErrorKind::Unavailable, "the watchdog ended")),
        }
    }
}
