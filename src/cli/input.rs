//! Lines that are typed or piped in. On a terminal with editing and a history that outlives the shell; else as they are.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{self, BufRead, IsTerminal};
use std::path::PathBuf;

use connector_core::{Error, ErrorKind, Result, Secret};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use rustyline::Editor;
use rustyline::config::Config as EditorConfig;
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use tokio::task::spawn_blocking;

use super::output;

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// A line, without its end.
    Text(String),
    /// Ctrl-C: what was begun is to be forgotten.
    Cancelled,
    /// No more lines.
    End,
}

/// A command line as a shell would read it again, the program by its name.
pub fn as_typed(arguments: &[OsString]) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:=,@+%*".contains(c);
    let quoted = |argument: &OsString| match argument.to_string_lossy() {
        plain if !plain.is_empty() && plain.chars().all(is_plain) => plain.into_owned(),
        odd => format!("'{}'", odd.replace('\'', "'\\''")),
    };
    let words = arguments.iter().skip(1).map(quoted);
    std::iter::once("glaux".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

/// Where lines come from.
pub enum Input {
    /// A person.
    Terminal(Box<Terminal>),
    /// A file or another program.
    Pipe,
    /// The command line.
    Given(VecDeque<String>),
}

/// An editor of lines, and where its history is kept.
pub struct Terminal {
    editor: Editor<(), FileHistory>,
    history: Option<PathBuf>,
}

/// A history longer than this is cut at its old end.
const REMEMBERED: usize = 1000;

/// Whether a person types.
pub fn is_terminal() -> bool {
    io::stdin().is_terminal()
}

impl Input {
    /// Stdin, as what it is.
    pub fn open(history: Option<PathBuf>) -> Result<Self> {
        Ok(if is_terminal() { Self::Terminal(Box::new(Terminal::open(history)?)) } else { Self::Pipe })
    }

    /// What stood on the command line.
    pub fn given(text: &str) -> Self {
        Self::Given(text.lines().map(str::to_owned).collect())
    }

    /// Whether a person types.
    pub fn is_terminal(&self) -> bool {
        matches!(self, Self::Terminal(_))
    }

    /// Reads a line. The thread that waits for it stays behind when nobody waits any more.
    pub async fn line(self, prompt: &'static str) -> Result<(Self, Line)> {
        let is_terminal = self.is_terminal();
        let read = move || match self {
            Self::Terminal(mut terminal) => {
                let line = terminal.line(prompt)?;
                Ok((Self::Terminal(terminal), line))
            }
            Self::Pipe => piped().map(|line| (Self::Pipe, line)),
            Self::Given(mut lines) => {
                let line = lines.pop_front().map_or(Line::End, Line::Text);
                Ok((Self::Given(lines), line))
            }
        };
        let prompt = is_terminal.then(Prompt::show);
        let read = spawn_blocking(read).await;
        if let Some(prompt) = prompt {
            prompt.was_answered();
        }
        read.map_err(|error| Error::internal("reading a line was given up").with_source(error))?
    }

    /// Remembers a statement.
    pub fn remember(&mut self, statement: &str) {
        if let Self::Terminal(terminal) = self {
            terminal.remember(statement);
        }
    }
}

/// A terminal that waits for a line: the editor has taken its settings over. If the wait is given up, as at a signal, the editor
/// cannot put them back, since its thread goes on waiting.
struct Prompt(Option<Termios>);

impl Prompt {
    /// Before the editor takes the terminal over.
    fn show() -> Self {
        Self(tcgetattr(io::stdin()).ok())
    }

    /// The editor has put everything back.
    fn was_answered(mut self) {
        self.0 = None;
    }
}

impl Drop for Prompt {
    fn drop(&mut self) {
        if let Some(before) = &self.0 {
            // If the terminal is gone, there is nothing to put back.
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, before);
            output::leave_prompt();
        }
    }
}

/// Asks a person for a password, and shows nothing of it; `otherwise` is how else it is given.
///
/// Errors: unauthenticated, where nobody can be asked.
pub async fn password(question: &str, otherwise: &str) -> Result<Secret> {
    if !is_terminal() {
        return Err(Error::new(ErrorKind::Unauthenticated, "there is no password, and no terminal to ask for it")
            .hint(format!("{otherwise}; a password on the command line would be seen by everybody")));
    }
    let hidden = Hidden::begin()?;
    output::ask(question);
    let line = spawn_blocking(piped).await;
    drop(hidden);
    output::ask("\n");
    match line.map_err(|error| Error::internal("reading a line was given up").with_source(error))?? {
        Line::Text(password) => Ok(Secret::new(password)),
        Line::Cancelled | Line::End => Err(Error::new(ErrorKind::Unauthenticated, "no password was given")),
    }
}

/// The password that stands on stdin, in a line of its own.
pub async fn password_line() -> Result<Secret> {
    let line = spawn_blocking(piped).await;
    match line.map_err(|error| Error::internal("reading a line was given up").with_source(error))?? {
        Line::Text(password) => Ok(Secret::new(password)),
        Line::Cancelled | Line::End => Err(Error::invalid("stdin is empty, and the password was to stand there")),
    }
}

/// Whether a person says yes; nobody does where there is no terminal.
pub async fn confirm(question: &str) -> Result<bool> {
    if !is_terminal() {
        return Ok(false);
    }
    output::ask(question);
    let line = spawn_blocking(piped).await;
    let line = line.map_err(|error| Error::internal("reading a line was given up").with_source(error))??;
    Ok(matches!(line, Line::Text(answer) if ["y", "yes"].contains(&answer.trim().to_lowercase().as_str())))
}

/// A terminal that shows nothing of what is typed, until this is dropped.
struct Hidden(Termios);

impl Hidden {
    fn begin() -> Result<Self> {
        let before = tcgetattr(io::stdin()).map_err(|error| unread(&error.to_string()))?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO);
        tcsetattr(io::stdin(), OptionalActions::Flush, &quiet).map_err(|error| unread(&error.to_string()))?;
        Ok(Self(before))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        // If the terminal is gone, there is nothing to put back.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}

fn piped() -> Result<Line> {
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData => Error::invalid("stdin is not UTF-8"),
        _ => unread(&error.to_string()),
    })?;
    let text = line.strip_suffix('\n').unwrap_or(&line);
    Ok(if read == 0 { Line::End } else { Line::Text(text.strip_suffix('\r').unwrap_or(text).to_owned()) })
}

fn unread(why: &str) -> Error {
    Error::new(ErrorKind::Unavailable, format!("reading stdin: {why}"))
}

impl Terminal {
    fn open(history: Option<PathBuf>) -> Result<Self> {
        let config =
            EditorConfig::builder().max_history_size(REMEMBERED).and_then(|config| config.history_ignore_dups(true));
        let config = config.map_err(|error| unread(&error.to_string()))?.auto_add_history(false).build();
        let mut editor = Editor::with_config(config).map_err(|error| unread(&error.to_string()))?;
        if let Some(path) = &history {
            // The first shell has none yet.
            let _ = editor.load_history(path);
        }
        Ok(Self { editor, history })
    }

    fn line(&mut self, prompt: &str) -> Result<Line> {
        match self.editor.readline(prompt) {
            Ok(text) => Ok(Line::Text(text)),
            Err(ReadlineError::Interrupted) => Ok(Line::Cancelled),
            Err(ReadlineError::Eof) => Ok(Line::End),
            Err(error) => Err(unread(&error.to_string())),
        }
    }

    /// A history that cannot be written is no reason to stop a query.
    fn remember(&mut self, statement: &str) {
        let added = self.editor.add_history_entry(statement).unwrap_or(false);
        let Some(path) = self.history.as_ref().filter(|_| added) else { return };
        let saved = path.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(ReadlineError::from);
        if let Err(error) = saved.and_then(|()| self.editor.append_history(path)) {
            tracing::info!(%error, path = %path.display(), "the history was not written");
        }
    }
}
