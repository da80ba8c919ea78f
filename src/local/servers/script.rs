//! Scripts that are run statement by statement, and how to take back what they made.

/// A statement of a script.
#[derive(Debug, PartialEq, Eq)]
pub struct Statement<'s> {
    /// Where it begins, counted from 1.
    pub line: usize,
    /// Without its semicolon and what stands in front of it.
    pub text: &'s str,
}

/// The statements of a script, each of which ends with a semicolon at the end of a line.
pub fn statements(script: &str) -> impl Iterator<Item = Statement<'_>> {
    let mut line = 1;
    script.split(";\n").filter_map(move |part| {
        let begun = line;
        line += part.matches('\n').count() + 1;
        let mut text = part;
        // Blank lines and comments in front.
        while let Some((_, rest)) = text.split_once('\n').filter(|(first, _)| is_idle(first)) {
            text = rest;
        }
        let line = begun + part.get(..part.len() - text.len()).unwrap_or_default().matches('\n').count();
        (!is_idle(text)).then_some(Statement { line, text })
    })
}

fn is_idle(line: &str) -> bool {
    line.trim().is_empty() || line.starts_with("--")
}

/// The statement that takes back what `statement` makes, if that is one of `kinds`: what it is called (`TABLE`, `SCHEMA`, …) and
/// how it is dropped, with `{}` for its name.
pub fn undo(statement: &str, kinds: &[(&str, &str)]) -> Option<String> {
    let mut words = statement.split([' ', '\n', '(']);
    let (create, kind, name) = (words.next()?, words.next()?, words.next()?);
    let (_, drop) = kinds.iter().find(|(one, _)| create == "CREATE" && *one == kind)?;
    Some(drop.replace("{}", name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_ends_at_the_end_of_a_line_and_comments_in_front_are_none() {
        let script = "-- about\n\nSET a = ';' ;\nCREATE TABLE t (\n  a int -- ; x\n);\n-- last\n";
        let found: Vec<Statement> = statements(script).collect();
        let expected = [(3, "SET a = ';' "), (4, "CREATE TABLE t (\n  a int -- ; x\n)")];
        assert_eq!(found, expected.map(|(line, text)| Statement { line, text }));
        assert_eq!(statements("").count() + statements("\n-- x").count(), 0);
        assert_eq!(statements("SELECT 1").count(), 1);
    }

    #[test]
    fn only_what_is_made_is_taken_back() {
        let kinds = [("SCHEMA", "DROP SCHEMA IF EXISTS {}"), ("USER", "DROP USER {} CASCADE")];
        assert_eq!(undo("CREATE USER shop NO AUTHENTICATION", &kinds).unwrap(), "DROP USER shop CASCADE");
        assert_eq!(undo("CREATE SCHEMA shop", &kinds).unwrap(), "DROP SCHEMA IF EXISTS shop");
        assert_eq!(undo("CREATE TABLE shop.a (\n", &kinds), None);
        assert_eq!(undo("CREATE INDEX i ON shop.a (b)", &kinds), None);
        assert_eq!(undo("INSERT INTO t VALUES (1)", &kinds), None);
    }
}
