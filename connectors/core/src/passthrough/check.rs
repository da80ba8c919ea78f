//! The check itself: one statement, a query whose every part is a query.

mod bounded;

use std::ops::ControlFlow;
use std::thread;

use sqlparser::ast::{Query, Select, SetExpr, Statement, Value, ValueWithSpan, Visit, Visitor};
use sqlparser::dialect::{Dialect, MsSqlDialect, MySqlDialect, OracleDialect, PostgreSqlDialect};
use sqlparser::keywords::Keyword;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};

use self::bounded::Bounded;
use super::{Grammar, MAKE_A_VIEW};
use crate::{Error, ErrorKind, Result};

/// The stack that the parser has: a sum of as many terms as [`super::LONGEST`] lets in is as deep as it is long.
const STACK: usize = 256 << 20;

/// How deeply parentheses may nest; each is several levels of the parser.
const DEEPEST: usize = 30;

/// What starts a comment that MySQL or MariaDB runs as if it were none.
const RUN_COMMENTS: [&str; 2] = ["/*!", "/*M!"];

/// Words that begin another statement, or reach another server, in Transact-SQL: it needs no semicolon between two statements,
/// and no identifier can be one of these unless it is quoted.
const BEYOND_A_QUERY: &[&str] = &[
    "ALTER",
    "BACKUP",
    "BEGIN",
    "BULK",
    "CHECKPOINT",
    "COMMIT",
    "CREATE",
    "DBCC",
    "DEALLOCATE",
    "DECLARE",
    "DELETE",
    "DENY",
    "DROP",
    "EXEC",
    "EXECUTE",
    "GOTO",
    "GRANT",
    "INSERT",
    "INTO",
    "KILL",
    "MERGE",
    "OPENDATASOURCE",
    "OPENQUERY",
    "OPENROWSET",
    "PRINT",
    "RAISERROR",
    "READTEXT",
    "RECONFIGURE",
    "RESTORE",
    "REVERT",
    "REVOKE",
    "ROLLBACK",
    "SAVE",
    "SET",
    "SETUSER",
    "SHUTDOWN",
    "TRUNCATE",
    "UPDATE",
    "UPDATETEXT",
    "WAITFOR",
];

/// Checks on a thread of its own, whose stack is large enough for the deepest text.
pub(super) fn check(text: &str, grammar: Grammar) -> Result<()> {
    let checked = thread::scope(|scope| {
        let checking = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || inspect(text, grammar));
        checking.map(thread::ScopedJoinHandle::join)
    });
    match checked {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Err(Error::internal("checking the query failed")),
        Err(error) => Err(Error::internal("checking the query: no thread could be started").with_source(error)),
    }
}

fn dialect(grammar: Grammar) -> &'static dyn Dialect {
    match grammar {
        Grammar::PostgreSql => &PostgreSqlDialect {},
        Grammar::MySql => &MySqlDialect {},
        Grammar::SqlServer => &MsSqlDialect {},
        Grammar::Oracle => &OracleDialect {},
    }
}

fn inspect(text: &str, grammar: Grammar) -> Result<()> {
    if grammar == Grammar::MySql && RUN_COMMENTS.iter().any(|start| text.contains(start)) {
        return Err(forbidden("a comment that the server runs (/*! … */)"));
    }
    let dialect = dialect(grammar);
    let tokens = Tokenizer::new(dialect, text)
        .tokenize_with_location()
        .map_err(|error| unread(&format!(" at line {}, column {}", error.location.line, error.location.column)))?;
    check_tokens(&tokens, grammar)?;
    let kind = first_word(&tokens);
    let bounded = Bounded::new(dialect);
    let mut parser = Parser::new(&bounded).with_recursion_limit(DEEPEST * 20).with_tokens_with_locations(tokens);
    let statements = parser.parse_statements().map_err(|error| match &kind {
        _ if bounded.is_spent() => {
            Error::new(ErrorKind::TooLarge, "the query takes too much to understand").hint(MAKE_A_VIEW)
        }
        // What begins as something else need not be understood to be refused.
        Some(kind) if !begins_query(kind) => forbidden(&format!("a statement {kind}")),
        _ => unread(&place(&error.to_string())),
    })?;
    let kind = kind.unwrap_or_else(|| "of another kind".to_owned());
    match &statements[..] {
        [] => Err(Error::invalid("the query is empty").hint("give the text of a query")),
        [only] => match only.visit(&mut Reads { kind }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(error) => Err(error),
        },
        _ => Err(forbidden("more than one statement")),
    }
}

fn begins_query(kind: &str) -> bool {
    ["SELECT", "WITH", "VALUES", "TABLE", "FROM"].contains(&kind)
}

fn check_tokens(tokens: &[TokenWithSpan], grammar: Grammar) -> Result<()> {
    let mut depth = 0_usize;
    for token in tokens {
        match &token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            Token::Placeholder(_) => return Err(parameter()),
            Token::Word(word) if grammar == Grammar::SqlServer && word.quote_style.is_none() => {
                let word = word.value.to_ascii_uppercase();
                if BEYOND_A_QUERY.contains(&word.as_str()) {
                    return Err(forbidden(&format!("the word {word}")));
                }
            }
            _ => {}
        }
        if depth > DEEPEST {
            return Err(Error::new(ErrorKind::TooLarge, format!("the query nests more than {DEEPEST} parentheses"))
                .hint(MAKE_A_VIEW));
        }
    }
    Ok(())
}

/// The keyword that the text begins with.
fn first_word(tokens: &[TokenWithSpan]) -> Option<String> {
    let first = tokens.iter().find(|token| !matches!(token.token, Token::Whitespace(_) | Token::LParen))?;
    match &first.token {
        Token::Word(word) if word.quote_style.is_none() && word.keyword != Keyword::NoKeyword => {
            Some(word.value.to_ascii_uppercase())
        }
        _ => None,
    }
}

/// Where the parser's words say that it stopped; the rest of them quotes the text.
fn place(told: &str) -> String {
    let place = told.rsplit_once(" at Line: ").and_then(|(_, place)| place.split_once(", Column: "));
    let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>();
    place.map_or_else(String::new, |(line, column)| format!(" at line {}, column {}", digits(line), digits(column)))
}

fn unread(place: &str) -> Error {
    Error::invalid(format!("the query is not understood{place}, and only what is understood is passed through"))
        .hint(format!("if the source understands it, {MAKE_A_VIEW}"))
}

fn parameter() -> Error {
    Error::invalid("the query has a parameter, for which there is no value").hint("write the value itself")
}

fn forbidden(found: &str) -> Error {
    let told = format!("only a query that reads is passed through, and this has {found}");
    Error::new(ErrorKind::Forbidden, told)
        .hint("write one SELECT, WITH or VALUES without INTO, FOR UPDATE or statements inside")
}

/// Looks for anything that is no query.
struct Reads {
    kind: String,
}

impl Visitor for Reads {
    type Break = Error;

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<Error> {
        match statement {
            Statement::Query(_) => ControlFlow::Continue(()),
            _ => ControlFlow::Break(forbidden(&format!("a statement {}", self.kind))),
        }
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Error> {
        if !query.locks.is_empty() {
            return ControlFlow::Break(forbidden("rows to be locked (FOR UPDATE or the like)"));
        }
        match changes(&query.body) {
            Some(found) => ControlFlow::Break(forbidden(&format!("{found} inside"))),
            None => ControlFlow::Continue(()),
        }
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<Error> {
        match select.into {
            Some(_) => ControlFlow::Break(forbidden("a table to write to (INTO)")),
            None => ControlFlow::Continue(()),
        }
    }

    fn pre_visit_value(&mut self, value: &ValueWithSpan) -> ControlFlow<Error> {
        match value.value {
            Value::Placeholder(_) => ControlFlow::Break(parameter()),
            _ => ControlFlow::Continue(()),
        }
    }
}

/// What a part of a query would change; queries beneath are looked at by themselves.
fn changes(body: &SetExpr) -> Option<&'static str> {
    match body {
        SetExpr::Insert(_) => Some("an INSERT"),
        SetExpr::Update(_) => Some("an UPDATE"),
        SetExpr::Delete(_) => Some("a DELETE"),
        SetExpr::Merge(_) => Some("a MERGE"),
        SetExpr::SetOperation { left, right, .. } => changes(left).or_else(|| changes(right)),
        SetExpr::Select(_) | SetExpr::Query(_) | SetExpr::Values(_) | SetExpr::Table(_) => None,
    }
}

#[cfg(test)]
mod tests;
