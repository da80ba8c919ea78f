//! Where one SQL statement ends and the next begins. Pure, and no parser: it knows quotes and comments, and nothing of SQL.

/// Text that arrives in lines and leaves in statements.
#[derive(Debug, Default)]
pub struct Statements {
    text: String,
}

impl Statements {
    /// Adds a line, or several.
    pub fn push(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// The next statement that has ended, without its semicolon; empty ones are skipped.
    pub fn next_ended(&mut self) -> Option<String> {
        while let Some(end) = end(&self.text) {
            let statement = self.text.get(..end).unwrap_or_default().trim().to_owned();
            self.text.drain(..=end);
            if !is_blank(&statement) {
                return Some(statement);
            }
        }
        None
    }

    /// What is left when no more lines come: a last statement may do without its semicolon.
    pub fn rest(&mut self) -> Option<String> {
        let rest = std::mem::take(&mut self.text).trim().to_owned();
        (!is_blank(&rest)).then_some(rest)
    }

    /// Whether no statement has begun.
    pub fn is_blank(&self) -> bool {
        is_blank(&self.text)
    }

    /// Forgets what has begun.
    pub fn clear(&mut self) {
        self.text.clear();
    }
}

/// What follows `keyword`, if the statement begins with it.
pub fn behind<'s>(keyword: &str, statement: &'s str) -> Option<&'s str> {
    let mut at = 0;
    while let Some((Piece::Blank | Piece::Comment, length)) = statement.get(at..).and_then(piece) {
        at += length;
    }
    let (word, rest) = statement.get(at..)?.split_at_checked(keyword.len())?;
    let ends = !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    (word.eq_ignore_ascii_case(keyword) && ends).then_some(rest)
}

/// A stretch of text that a semicolon in it does not end.
enum Piece {
    Quoted,
    Comment,
    Blank,
    Semicolon,
    Other,
}

/// The position of the first semicolon that is one.
fn end(text: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        let (piece, length) = piece(text.get(at..)?)?;
        if matches!(piece, Piece::Semicolon) {
            return Some(at);
        }
        at += length;
    }
}

/// Whether there are only blanks and comments; a comment that does not end is one, too.
fn is_blank(text: &str) -> bool {
    let mut at = 0;
    while let Some((piece, length)) = text.get(at..).and_then(piece) {
        if !matches!(piece, Piece::Blank | Piece::Comment) {
            return false;
        }
        at += length;
    }
    true
}

/// The piece that `text` begins with, and its length; one that does not end takes all there is.
fn piece(text: &str) -> Option<(Piece, usize)> {
    let first = text.chars().next()?;
    let until = |start: usize, end: &str| {
        let found = text.get(start..).and_then(|rest| rest.find(end));
        found.map_or(text.len(), |found| start + found + end.len())
    };
    Some(match first {
        // A doubled quote ends one piece and begins the next, which comes to the same.
        '\'' => (Piece::Quoted, until(1, "'")),
        '"' => (Piece::Quoted, until(1, "\"")),
        '-' if text.starts_with("--") => (Piece::Comment, until(2, "\n")),
        '/' if text.starts_with("/*") => (Piece::Comment, until(2, "*/")),
        ';' => (Piece::Semicolon, 1),
        other if other.is_whitespace() => (Piece::Blank, other.len_utf8()),
        other => (Piece::Other, other.len_utf8()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<String> {
        let mut statements = Statements::default();
        let mut all = Vec::new();
        for line in text.lines() {
            statements.push(line);
            all.extend(std::iter::from_fn(|| statements.next_ended()));
        }
        all.extend(statements.rest());
        all
    }

    #[test]
    fn only_a_semicolon_outside_quotes_and_comments_ends_a_statement() {
        for whole in [
            "select ';'",
            "select 'it''s; here'",
            "select \"a;b\" from t",
            "select 1 -- no; end\n+ 1",
            "select /* a;\nb; */ 1",
            "select 'two\nlines;'",
            "select '--' || '/*'",
            "select 2 - 1 / 1",
        ] {
            assert_eq!(split(&format!("{whole};")), [whole]);
            assert_eq!(split(whole), [whole], "the last one needs no semicolon");
        }
    }

    #[test]
    fn several_statements_on_a_line_are_several() {
        assert_eq!(split("select 1; select 2;;  ;select 3"), ["select 1", "select 2", "select 3"]);
    }

    #[test]
    fn nothing_but_comments_is_no_statement() {
        assert!(split("-- nothing; here\n/* or; here */ ;\n  ;").is_empty());
        assert!(split("/* never ended").is_empty());
    }

    #[test]
    fn a_quote_that_is_left_open_is_passed_on_as_it_is() {
        assert_eq!(split("select 'open;\nselect 2;"), ["select 'open;\nselect 2;"]);
    }

    #[test]
    fn a_keyword_is_a_whole_word_behind_blanks_and_comments() {
        assert_eq!(behind("explain", " -- why\n/* oh */ Explain select 1"), Some(" select 1"));
        assert_eq!(behind("explain", "explain\nselect 1"), Some("\nselect 1"));
        for other in ["explained", "select 1", "expl", "\"explain\"", "", "éxplain1"] {
            assert_eq!(behind("explain", other), None, "{other}");
        }
    }

    #[test]
    fn what_has_begun_can_be_forgotten() {
        let mut statements = Statements::default();
        statements.push("select 'open");
        assert!(!statements.is_blank());
        statements.clear();
        assert!(statements.is_blank() && statements.rest().is_none());
    }
}
