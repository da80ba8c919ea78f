//! The tables in an engine's README that are written from what its tests try, and not by hand.

use std::fs;
use std::path::Path;

use super::boundary::Type;

/// Fails where the README in a folder has another table of types than this; `GOLDEN=write` writes it anew.
pub fn has_a_row_for_every_type(folder: &str, types: &[Type]) {
    has(folder, "types", &markdown(types));
}

/// Fails where the README in a folder has another text between the marks of this name; `GOLDEN=write` writes it anew.
pub fn has(folder: &str, name: &str, text: &str) {
    document(&Path::new(folder).join("README.md"), name, text);
}

/// The same of any document.
pub fn document(path: &Path, name: &str, text: &str) {
    let there = fs::read_to_string(path).expect("reading the document");
    let expected = with(&there, name, text);
    if std::env::var("GOLDEN").is_ok_and(|wish| wish == "write") {
        fs::write(path, expected).expect("writing the document");
    } else {
        assert!(there == expected, "GOLDEN=write writes the {name} of {} anew", path.display());
    }
}

/// The types as a table of Markdown.
fn markdown(types: &[Type]) -> String {
    let mut out = "| type | Athena | least | greatest | remarks |\n|---|---|---|---|---|\n".to_owned();
    for tried in types {
        let end = |place: usize| tried.values.get(place).map_or_else(String::new, |value| code(value));
        let cells = [code(tried.name), tried.athena.into(), end(0), end(1), tried.remark.into()];
        out += &format!("| {} |\n", cells.join(" | "));
    }
    out
}

/// A document with this text between the two marks of a name.
fn with(document: &str, name: &str, text: &str) -> String {
    let (front, behind) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
    let (head, rest) = document.split_once(&front).expect("a mark in front");
    let (_, tail) = rest.split_once(&behind).expect("a mark behind");
    [head, &front, text, &behind, tail].concat()
}

/// Cut in the middle where it is long, and without what would end a cell.
fn code(text: &str) -> String {
    const LONGEST: usize = 44;
    let characters: Vec<char> = text.chars().collect();
    let shown: String = if characters.len() > LONGEST {
        let (head, tail) = (characters.iter().take(LONGEST - 6), characters.iter().rev().take(5).rev());
        head.chain(['…'].iter()).chain(tail).collect()
    } else {
        text.to_owned()
    };
    format!("`{}`", shown.replace('|', "\\|"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_types_is_one_line_a_type() {
        let types = [Type::new("set('a','b')", "varchar", &["''", "'a|b'"]).remark("no such type")];
        let table = markdown(&types);
        assert!(table.ends_with("| `set('a','b')` | varchar | `''` | `'a\\|b'` | no such type |\n"), "{table}");
        assert_eq!(code(&"9".repeat(65)).chars().count(), 46);
    }
}
