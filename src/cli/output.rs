//! Everything that reaches stdout or stderr: data to the one, words about it to the other. Nothing else prints.
//!
//! Colour is not used, so it carries no meaning. A reader of stdout that goes away has seen enough: that ends a command
//! without being a failure.

use std::io::{self, BufWriter, ErrorKind as IoErrorKind, IsTerminal, Stdout, Write};

use arrow_array::RecordBatch;
use connector_core::{Error, ErrorKind};
use tracing_subscriber::EnvFilter;
use unicode_width::UnicodeWidthStr;

use super::rows::{Format, Rows};
use crate::error::exit_code;

/// What ends a command early.
#[derive(Debug)]
pub enum Failure {
    /// Something went wrong.
    Error(Error),
    /// Nobody reads stdout any more, which is no failure.
    Closed,
    /// Some of it is done, and what is not was told.
    Partly,
    /// A signal of this number asked to stop.
    Stopped(u8),
}

/// The outcome of a part of a command.
pub type Done<T = ()> = Result<T, Failure>;

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl Failure {
    /// The exit code it means to the caller.
    pub fn code(&self) -> u8 {
        match self {
            Self::Error(error) => exit_code(error.kind()),
            Self::Closed => 0,
            Self::Partly => 7,
            Self::Stopped(signal) => signal.saturating_add(128),
        }
    }
}

/// The two streams.
pub struct Output {
    data: BufWriter<Stdout>,
    live: bool,
    quiet: bool,
    status: usize,
}

impl Output {
    /// The streams of this process; `verbose` shows progress even where no terminal is, `quiet` only results and errors.
    pub fn new(verbose: bool, quiet: bool) -> Self {
        let live = !quiet && (io::stderr().is_terminal() || verbose);
        Self { data: BufWriter::with_capacity(1 << 16, io::stdout()), live, quiet, status: 0 }
    }

    /// Writes data.
    pub fn data(&mut self, text: &str) -> Done {
        if !text.is_empty() {
            self.clear_status();
        }
        self.data.write_all(text.as_bytes()).map_err(|error| unwritten(&error))
    }

    /// Writes a whole result.
    pub fn whole(&mut self, format: Format, result: &RecordBatch) -> Done {
        let mut text = String::new();
        let mut rows = Rows::new(format, result.schema(), &mut text);
        rows.push(result, &mut text);
        rows.finish(&mut text);
        self.data(&text)
    }

    /// Writes a whole result as something about the data.
    pub fn aside(&mut self, result: &RecordBatch) {
        let mut text = String::new();
        let mut rows = Rows::new(Format::Table, result.schema(), &mut text);
        rows.push(result, &mut text);
        rows.finish(&mut text);
        self.fault(text.trim_end());
    }

    /// Lets go of data that is still held back.
    pub fn flush(&mut self) -> Done {
        self.data.flush().map_err(|error| unwritten(&error))
    }

    /// Writes a line about the data, unless it is to be quiet.
    pub fn note(&mut self, text: &str) {
        if !self.quiet {
            self.fault(text);
        }
    }

    /// Writes a line that nobody may miss: what went wrong, and what is asked about.
    pub fn fault(&mut self, text: &str) {
        self.clear_status();
        complain(text);
    }

    /// Shows how far it is, in place on a terminal, else as a line.
    pub fn status(&mut self, text: &str) {
        if !self.live {
            return;
        }
        if !io::stderr().is_terminal() {
            return complain(text);
        }
        let blank = " ".repeat(self.status.saturating_sub(text.width()));
        let _ = write!(io::stderr(), "\r{text}{blank}");
        let _ = io::stderr().flush();
        self.status = text.width();
    }

    /// Takes the status away, so that something else can stand there.
    pub fn clear_status(&mut self) {
        if self.status > 0 {
            let _ = write!(io::stderr(), "\r{}\r", " ".repeat(self.status));
            self.status = 0;
        }
    }

    /// Says why a command ended early.
    pub fn failure(&mut self, failure: &Failure) {
        self.clear_status();
        match failure {
            Failure::Error(error) => complain(&told(error)),
            Failure::Closed | Failure::Partly | Failure::Stopped(_) => {}
        }
    }
}

/// An error and what to do about it, as a person reads it.
pub fn told(error: &Error) -> String {
    match error.hint_text() {
        Some(hint) => format!("error: {error}\n\nhint: {hint}"),
        None => format!("error: {error}"),
    }
}

/// What is said when this is dropped, unless it was not needed: a signal drops a command wherever it is.
pub struct Parting(Option<String>);

impl Parting {
    /// Has this said.
    pub fn new(text: String) -> Self {
        Self(Some(text))
    }

    /// Has it not said.
    pub fn unneeded(mut self) {
        self.0 = None;
    }
}

impl Drop for Parting {
    fn drop(&mut self) {
        if let Some(text) = &self.0 {
            complain(text);
        }
    }
}

/// Writes a line to stderr; if that is gone there is nobody to tell.
fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Says what went wrong when the command is already over.
pub fn last_word(error: &Error) {
    complain(&told(error));
}

/// Asks for something on a terminal.
pub fn ask(question: &str) {
    let _ = write!(io::stderr(), "{question}").and_then(|()| io::stderr().flush());
}

/// Ends a line that the editor had begun, and its asking to be told of what is pasted.
pub fn leave_prompt() {
    let mut terminal = io::stdout();
    let _ = terminal.write_all(b"\x1b[?2004l\n").and_then(|()| terminal.flush());
}

/// Writes what the parser of arguments says: help to stdout, a mistake to stderr. Returns the exit code.
pub fn usage(said: &clap::Error) -> u8 {
    let written = if said.use_stderr() { write!(io::stderr(), "{said}") } else { write!(io::stdout(), "{said}") };
    let _ = written;
    u8::try_from(said.exit_code()).unwrap_or(2)
}

/// From now on a panic says where it happened, and not its own text, which may quote the value it choked on.
pub fn hide_panic_texts() {
    std::panic::set_hook(Box::new(|panicked| {
        let place = panicked.location().map(ToString::to_string).unwrap_or_default();
        complain(&format!("a defect of glaux at {place}: please report it"));
    }));
}

/// Sends log lines to stderr: those of `quiet` if there are any, ours (`-v`), or ours in detail with everybody's (`-vv`).
pub fn log(verbose: u8, quiet: Option<&str>) {
    let filter = match verbose {
        0 => match quiet {
            Some(filter) => filter,
            None => return,
        },
        // Targets are matched by their beginning: every engine's crate is a connector_….
        1 => "warn,glaux=info,connector=info",
        _ => "info,glaux=debug,connector=debug",
    };
    let subscriber = tracing_subscriber::fmt().with_env_filter(EnvFilter::new(filter)).with_ansi(false);
    subscriber.with_writer(io::stderr).init();
}

fn unwritten(error: &io::Error) -> Failure {
    match error.kind() {
        IoErrorKind::BrokenPipe => Failure::Closed,
        _ => Failure::Error(Error::new(ErrorKind::Unavailable, format!("writing to stdout: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_follows_its_error_after_a_blank_line() {
        let error = Error::not_found("no such table").hint("look again");
        assert_eq!(told(&error), "error: no such table\n\nhint: look again");
        assert_eq!(told(&Error::internal("broken")), "error: broken");
    }

    #[test]
    fn a_reader_that_went_away_is_success_and_a_signal_is_told_by_its_number() {
        assert_eq!(unwritten(&io::Error::from(IoErrorKind::BrokenPipe)).code(), 0);
        assert_eq!(unwritten(&io::Error::other("disk full")).code(), 6);
        assert_eq!(Failure::Stopped(15).code(), 143);
        assert_eq!(Failure::from(Error::not_found("x")).code(), 4);
    }
}
