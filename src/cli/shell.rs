//! The shell: statements over several lines, and a few commands that begin with a backslash. The same words work in a pipe,
//! where the first failure ends it; a person gets another try.

use std::time::Instant;

use connector_core::{Error, Result};

use super::input::{Input, Line};
use super::output::{Done, Failure, Output, told};
use super::session::Session;
use super::signal::Shell;
use super::statement::Statements;
use super::{describe, sql};

const PROMPT: &str = "glaux> ";
const CONTINUED: &str = "    -> ";

/// What `\?` says.
const HELP: &str = "\
Statements end with a semicolon and may go over several lines.

  \\d                          list the tables of every catalog
  \\d [catalog.]schema.table   describe a table
  \\dn                         list catalogs and schemas
  \\timing                     say how long each statement took, or stop saying it
  \\?                          this help
  \\q                          quit, as Ctrl-D does

  EXPLAIN SELECT …            what the sources are asked, and what is left to do here
  Ctrl-C                      cancel the query, or forget the line";

/// A command that begins with a backslash.
#[derive(Debug, PartialEq, Eq)]
enum Command {
    Tables,
    Table(Vec<String>),
    Schemas,
    Timing,
    Help,
    Quit,
}

/// Reads and runs until there is nothing more to read.
pub async fn run(session: &Session, mut input: Input, options: sql::Options, output: &mut Output) -> Done {
    let shell = input.is_terminal().then(Shell::enter);
    let mut loop_ = Loop { session, shell, options, output, statements: Statements::default() };
    if loop_.shell.is_some() {
        loop_.output.note("glaux, the local Athena. \\? for help, \\q to quit.");
    }
    loop {
        let prompt = if loop_.statements.is_blank() { PROMPT } else { CONTINUED };
        let (back, line) = input.line(prompt).await?;
        input = back;
        match line {
            Line::Text(text) => {
                if !loop_.take(&text, &mut input).await? {
                    return Ok(());
                }
            }
            Line::Cancelled => loop_.statements.clear(),
            Line::End => return loop_.end().await,
        }
    }
}

struct Loop<'s> {
    session: &'s Session,
    shell: Option<Shell>,
    options: sql::Options,
    output: &'s mut Output,
    statements: Statements,
}

impl Loop<'_> {
    /// Takes a line, and says whether more are wanted.
    async fn take(&mut self, text: &str, input: &mut Input) -> Done<bool> {
        let word = text.trim().trim_end_matches(';');
        let alone = self.statements.is_blank();
        if alone && (word.starts_with('\\') || (self.shell.is_some() && ["exit", "quit", "help"].contains(&word))) {
            input.remember(text.trim());
            return self.obey(word).await;
        }
        self.statements.push(text);
        while let Some(statement) = self.statements.next_ended() {
            input.remember(&format!("{statement};"));
            self.execute(&statement).await?;
        }
        Ok(true)
    }

    /// What a pipe ends with may do without its semicolon; what a person left unfinished was not meant to run.
    async fn end(&mut self) -> Done {
        match self.statements.rest() {
            Some(statement) if self.shell.is_none() => self.execute(&statement).await,
            _ => Ok(()),
        }
    }

    async fn obey(&mut self, word: &str) -> Done<bool> {
        match command(word) {
            Ok(Command::Quit) => return Ok(false),
            Ok(Command::Help) => self.output.note(HELP),
            Ok(Command::Timing) => {
                self.options.timing = !self.options.timing;
                self.output.note(if self.options.timing { "timing is on" } else { "timing is off" });
            }
            Ok(described) => self.attempt(Work::Describe(&described)).await?,
            Err(error) => self.failed(error.into())?,
        }
        Ok(true)
    }

    async fn execute(&mut self, statement: &str) -> Done {
        self.attempt(Work::Statement(statement)).await
    }

    async fn attempt(&mut self, work: Work<'_>) -> Done {
        let started = Instant::now();
        let running = work.run(self.session, &self.options, self.output);
        let done = match &self.shell {
            Some(shell) => shell.run(running).await,
            None => Some(running.await),
        };
        match done {
            Some(Ok(())) => {}
            Some(Err(failure)) => self.failed(failure)?,
            None => self.output.note(&format!("cancelled after {:.1} s", started.elapsed().as_secs_f64())),
        }
        self.output.flush()
    }

    /// Tells a person what went wrong and goes on; ends a pipe.
    fn failed(&mut self, failure: Failure) -> Done {
        match failure {
            Failure::Error(error) if self.shell.is_some() => {
                self.output.flush()?;
                self.output.fault(&told(&error));
                Ok(())
            }
            failure => Err(failure),
        }
    }
}

/// What may take its time.
enum Work<'w> {
    Statement(&'w str),
    Describe(&'w Command),
}

impl Work<'_> {
    async fn run(self, session: &Session, options: &sql::Options, output: &mut Output) -> Done {
        match self {
            Self::Statement(statement) => sql::execute(session, statement, options, output).await,
            Self::Describe(Command::Schemas) => describe::schemas(session, options.format, output).await,
            Self::Describe(Command::Table(name)) => describe::table(session, name, options.format, output).await,
            Self::Describe(_) => describe::tables(session, options.format, output).await,
        }
    }
}

fn command(text: &str) -> Result<Command> {
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let name = describe::parts(rest.trim())?;
    Ok(match (word, name.is_empty()) {
        ("\\d" | "\\dt", true) => Command::Tables,
        ("\\d", false) => Command::Table(name),
        ("\\dn", true) => Command::Schemas,
        ("\\timing", true) => Command::Timing,
        ("\\?" | "\\h" | "help", true) => Command::Help,
        ("\\q" | "exit" | "quit", true) => Command::Quit,
        _ => return Err(Error::invalid(format!("{text:?} is no command of this shell")).hint("\\? lists them")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_known_by_their_first_word() {
        assert_eq!(command("\\d").unwrap(), Command::Tables);
        assert_eq!(command("\\d  shop.orders").unwrap(), Command::Table(vec!["shop".into(), "orders".into()]));
        assert_eq!(command("\\dn").unwrap(), Command::Schemas);
        assert_eq!(command("\\q").unwrap(), Command::Quit);
        for wrong in ["\\x", "\\dn shop", "\\d a.b.c.d", "\\d \"a", "\\"] {
            let error = command(wrong).unwrap_err();
            assert_eq!(error.kind(), connector_core::ErrorKind::Invalid, "{wrong}");
            assert!(error.hint_text().is_some(), "{wrong}");
        }
    }
}
