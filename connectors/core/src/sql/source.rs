//! What is read from: a table by its name, or a query in parentheses whose columns are named by their positions.
//!
//! Positions make two columns of one label two columns, and what a type needs to be read (a cast, say) can be written around a
//! column. In parentheses the server takes nothing but a query. The line ends keep a comment at the query's end from hiding
//! what follows it.

use arrow_schema::DataType;

use super::Writer;
use crate::{Column, ColumnMapping, Dialect, Grammar, KeyRange, Pushdown, Query, ReadAs, Scan, Split};

/// What the query is called around itself; a table of this name inside it stays what it is.
const NAME: &str = "glaux_query";

/// What the column at `index` of a query is called around it.
pub fn numbered(index: usize) -> String {
    format!("c{}", index + 1)
}

/// Everything that a query gives under its own labels, for engines that take two columns of one label there: only to be
/// described.
pub fn all_of(query: &Query) -> String {
    format!("SELECT * FROM (\n{}\n) AS {NAME}", query.text())
}

/// A query as it will be read, for its columns to be described where they will be.
pub fn around(query: &Query, columns: usize, dialect: &dyn Dialect) -> String {
    let mapping =
        ColumnMapping { data_type: DataType::Utf8, read_as: ReadAs::Plain, bind_as: None, pushdown: Pushdown::Nothing };
    let column = |index| {
        let name = numbered(index);
        Column { name: name.clone(), remote_name: name, comment: None, announced: None, mapping: mapping.clone() }
    };
    let columns: Vec<_> = (0..columns).map(column).collect();
    let scan = Scan::of_query(query.clone(), columns, Vec::new());
    let mut writer = Writer::new(dialect);
    super::write_select(&scan, &scan.table.columns, &mut writer);
    writer.into_parts().0
}

/// Writes what stands in front of SELECT.
pub(super) fn write_with(scan: &Scan, writer: &mut Writer<'_>) {
    let Some(query) = scan.query.as_ref().filter(|_| names_in_with(writer)) else { return };
    writer.text("WITH ");
    writer.identifier(NAME);
    write_names(&scan.table.columns, writer);
    writer.text(" AS ");
    write_text(query, writer);
    writer.text(" ");
}

/// Writes what stands behind FROM.
pub(super) fn write_from(scan: &Scan, writer: &mut Writer<'_>) {
    match &scan.query {
        None => {
            writer.identifier(&scan.table.name.schema);
            writer.text(".");
            writer.identifier(&scan.table.name.table);
            if let Split::Range(KeyRange { moment: Some(moment), .. }) = scan.split {
                writer.as_of(moment);
            }
        }
        Some(_) if names_in_with(writer) => writer.identifier(NAME),
        Some(query) => {
            write_text(query, writer);
            writer.text(" AS ");
            writer.identifier(NAME);
            write_names(&scan.table.columns, writer);
        }
    }
}

fn names_in_with(writer: &Writer<'_>) -> bool {
    writer.dialect().grammar().is_some_and(Grammar::names_in_with)
}

fn write_text(query: &Query, writer: &mut Writer<'_>) {
    writer.text("(\n");
    writer.text(query.text());
    writer.text("\n)");
}

fn write_names(columns: &[Column], writer: &mut Writer<'_>) {
    writer.text(" (");
    for (index, column) in columns.iter().enumerate() {
        writer.separator(index, ", ");
        writer.identifier(&column.remote_name);
    }
    writer.text(")");
}
