//! A small reader of the sqllogictest text format: the parts that queries without side effects need.
//!
//! `query TYPES [rowsort]`, the statement, `----`, and the rows; `query error TEXT`, the statement. Cells stand apart by
//! blanks, as the format has it, so blanks inside a cell count as one. NULL is `NULL`, an empty text `(empty)`, and a line
//! break inside a text is `\n`. TYPES has a letter for each column: `I` whole numbers, `R` others, `T` everything else.
//!
//! `onlyif ENGINE` and `skipif ENGINE` in front of a query say where it is asked; in front of `halt` they say it of the rest of
//! the file. A comment in front of them must say why, since an answer is the same on every engine.

use super::stage::Row;

/// One query and what it must give.
pub struct Case {
    pub line: usize,
    pub sql: String,
    pub expected: Expected,
    asked: Vec<Asked>,
}

/// Where a query is asked.
#[derive(Clone, PartialEq)]
enum Asked {
    Of(String),
    NotOf(String),
}

impl Asked {
    /// As a line says it.
    fn read(line: &str) -> Option<Self> {
        let only = line.strip_prefix("onlyif ").map(|engine| Self::Of(engine.to_owned()));
        only.or_else(|| line.strip_prefix("skipif ").map(|engine| Self::NotOf(engine.to_owned())))
    }

    /// What holds of the rest of a file that stops where this holds.
    fn beyond(self) -> Self {
        match self {
            Self::Of(engine) => Self::NotOf(engine),
            Self::NotOf(engine) => Self::Of(engine),
        }
    }
}

impl Case {
    /// Whether an engine is asked this.
    pub fn is_for(&self, engine: &str) -> bool {
        self.asked.iter().all(|asked| match asked {
            Asked::Of(only) => only == engine,
            Asked::NotOf(other) => other != engine,
        })
    }
}

pub enum Expected {
    Rows {
        types: String,
        sorted: bool,
        rows: Vec<String>,
    },
    /// What the message, its hint included, must contain.
    Error(String),
}

/// The cases of a file. Panics, naming the line, on what is no part of the format.
pub fn read(text: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    let (mut of_file, mut of_query, mut is_explained) = (Vec::new(), Vec::new(), false);
    let mut lines = text.lines().enumerate().peekable();
    while let Some((index, line)) = lines.next() {
        if line.is_empty() || line.starts_with('#') {
            is_explained = line.starts_with('#');
            continue;
        }
        if let Some(asked) = Asked::read(line) {
            assert!(is_explained, "line {}: no comment says why", index + 1);
            of_query.push(asked);
            continue;
        }
        if line == "halt" {
            of_file.extend(of_query.drain(..).map(Asked::beyond));
            continue;
        }
        let head = line.strip_prefix("query ").unwrap_or_else(|| panic!("line {}: not a query: {line}", index + 1));
        let mut block = Vec::new();
        while let Some((_, line)) = lines.next_if(|(_, line)| !line.is_empty()) {
            block.push(line);
        }
        let (sql, expected) = match head.strip_prefix("error ") {
            Some(message) => (block.join("\n"), Expected::Error(message.to_owned())),
            None => rows(head, &block).unwrap_or_else(|| panic!("line {}: a query without rows", index + 1)),
        };
        let asked = of_file.iter().cloned().chain(of_query.drain(..)).collect();
        cases.push(Case { line: index + 1, sql, expected, asked });
    }
    cases
}

fn rows(head: &str, block: &[&str]) -> Option<(String, Expected)> {
    let end = block.iter().position(|line| *line == "----")?;
    let (types, sorted) = head.split_once(' ').map_or((head, false), |(types, mode)| (types, mode == "rowsort"));
    let rows = block[end + 1..].iter().map(|row| normal(row)).collect();
    Some((block[..end].join("\n"), Expected::Rows { types: types.to_owned(), sorted, rows }))
}

fn normal(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A row as a file has it.
pub fn shown(row: &Row) -> String {
    let cell = |cell: &Option<String>| match cell.as_deref() {
        None => "NULL".to_owned(),
        Some("") => "(empty)".to_owned(),
        Some(text) => text.replace('\n', "\\n"),
    };
    normal(&row.iter().map(cell).collect::<Vec<_>>().join(" "))
}

impl Expected {
    /// What is wrong with an answer, if anything is.
    pub fn differs(&self, answer: &Result<(Vec<Row>, String), String>) -> Option<String> {
        match (self, answer) {
            (Self::Error(part), Err(message)) if message.contains(part.as_str()) => None,
            (Self::Error(part), Err(message)) => Some(format!("the error lacks {part:?}: {message}")),
            (Self::Error(part), Ok((rows, _))) => Some(format!("{} rows and no error {part:?}", rows.len())),
            (Self::Rows { .. }, Err(message)) => Some(message.clone()),
            (Self::Rows { types, sorted, rows }, Ok((answer, answer_types))) => {
                let mut answer: Vec<String> = answer.iter().map(shown).collect();
                let mut rows = rows.clone();
                if *sorted {
                    answer.sort();
                    rows.sort();
                }
                let same = answer == rows && answer_types == types;
                let told =
                    format!("expected {types}\n{}\nanswer {answer_types}\n{}", rows.join("\n"), answer.join("\n"));
                (!same).then_some(told)
            }
        }
    }
}

#[test]
fn a_query_is_asked_where_its_file_says() {
    let query = "query I\nSELECT 1\n----\n1\n\n";
    let text = format!("{query}# Why.\nonlyif a\n{query}# Why.\nskipif a\n{query}# Why.\nskipif b\nhalt\n\n{query}");
    let asked = |engine: &str| read(&text).iter().map(|case| case.is_for(engine)).collect::<Vec<_>>();
    assert_eq!(asked("a"), [true, true, false, false]);
    assert_eq!(asked("b"), [true, false, true, true]);
    assert!(std::panic::catch_unwind(|| read(&format!("onlyif a\n{query}"))).is_err());
}
