//! Results as text: an aligned table, CSV, or one JSON object a line. Pure: what becomes of the text is `output`'s business.
//!
//! CSV is RFC 4180 with lines that end in LF, as psql and Athena write it; NULL is an empty field, and an empty string is `""`,
//! so that the two stay apart. A table looks at its first rows for the widths and then lets the rest pass by.

use std::collections::HashSet;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use clap::ValueEnum;
use connector_core::{Error, Result};
use unicode_width::UnicodeWidthStr;

use super::cell;

/// How results are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Aligned columns, for reading
    #[default]
    Table,
    /// A header line and RFC 4180 rows; NULL is an empty field, an empty string is ""
    Csv,
    /// One JSON object a line, numbers with all their digits
    Json,
}

/// Text in rows, as a result.
pub fn listing(names: &[&str], rows: &[Vec<Option<String>>]) -> Result<RecordBatch> {
    let column = |index: usize| {
        let cells = rows.iter().map(|row| row.get(index).and_then(Option::as_deref));
        Arc::new(cells.collect::<StringArray>()) as ArrayRef
    };
    let fields: Vec<Field> = names.iter().map(|name| Field::new(*name, DataType::Utf8, true)).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), (0..names.len()).map(column).collect())
        .map_err(|error| Error::internal("making a listing").with_source(error))
}

/// Rows that decide the widths of a table; later ones may stick out.
const MEASURED: usize = 1000;

/// Turns the batches of one result into text, holding back no more than the rows that are measured.
pub struct Rows {
    format: Format,
    schema: SchemaRef,
    keys: Vec<String>,
    held: Vec<Vec<String>>,
    widths: Option<Vec<usize>>,
    count: u64,
}

impl Rows {
    /// A result of these columns; the header of a CSV, which is there without a row as well, is written to `out`.
    pub fn new(format: Format, schema: SchemaRef, out: &mut String) -> Self {
        if format == Format::Csv {
            line(schema.fields().iter().map(|field| Some(field.name().as_str())), out);
        }
        let keys = keys(&schema);
        Self { format, schema, keys, held: Vec::new(), widths: None, count: 0 }
    }

    /// Adds rows, and writes what can be written.
    pub fn push(&mut self, batch: &RecordBatch, out: &mut String) {
        for row in 0..batch.num_rows() {
            match self.format {
                Format::Csv => Self::csv(batch, row, out),
                Format::Json => self.json(batch, row, out),
                Format::Table => self.aligned(batch, row, out),
            }
        }
        self.count = self.count.saturating_add(u64::try_from(batch.num_rows()).unwrap_or(u64::MAX));
    }

    /// Writes what was held back, and says how many rows there were.
    pub fn finish(mut self, out: &mut String) -> u64 {
        if self.format == Format::Table {
            self.release(out);
        }
        self.count
    }

    fn csv(batch: &RecordBatch, row: usize, out: &mut String) {
        let texts: Vec<Option<String>> = batch
            .columns()
            .iter()
            .map(|column| {
                let mut text = String::new();
                (!is_null(column, row)).then(|| cell::text(column, row, &mut text)).map(|()| text)
            })
            .collect();
        line(texts.iter().map(Option::as_deref), out);
    }

    fn json(&self, batch: &RecordBatch, row: usize, out: &mut String) {
        out.push('{');
        for (index, (key, column)) in self.keys.iter().zip(batch.columns()).enumerate() {
            out.push_str(if index > 0 { "," } else { "" });
            cell::quoted(key, out);
            out.push(':');
            if is_null(column, row) { out.push_str("null") } else { cell::json(column, row, out) }
        }
        out.push_str("}\n");
    }

    fn aligned(&mut self, batch: &RecordBatch, row: usize, out: &mut String) {
        let cells: Vec<String> = batch.columns().iter().map(|column| shown(column, row)).collect();
        match &self.widths {
            Some(widths) => self.write(&cells, widths, out),
            None => self.held.push(cells),
        }
        if self.held.len() == MEASURED {
            self.release(out);
        }
    }

    /// Decides the widths, if that is still open, and writes the header and the rows that waited for it.
    fn release(&mut self, out: &mut String) {
        if self.widths.is_some() {
            return;
        }
        let names: Vec<String> = self.schema.fields().iter().map(|field| visible(field.name())).collect();
        let held = std::mem::take(&mut self.held);
        let widest = |index: usize| {
            let cells = held.iter().filter_map(|row| row.get(index)).chain(names.get(index));
            cells.map(|cell| cell.width()).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..names.len()).map(widest).collect();
        self.write(&names, &widths, out);
        let rules: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
        out.push_str(&rules.join("-+-"));
        out.push('\n');
        for row in &held {
            self.write(row, &widths, out);
        }
        self.widths = Some(widths);
    }

    fn write(&self, cells: &[String], widths: &[usize], out: &mut String) {
        let mut written = String::new();
        for (index, (cell, width)) in cells.iter().zip(widths).enumerate() {
            written.push_str(if index > 0 { " | " } else { "" });
            let padding = " ".repeat(width.saturating_sub(cell.width()));
            let right = self.schema.fields().get(index).is_some_and(|field| cell::is_number(field.data_type()));
            let (first, second) =
                if right { (padding.as_str(), cell.as_str()) } else { (cell.as_str(), padding.as_str()) };
            written.push_str(first);
            written.push_str(second);
        }
        out.push_str(written.trim_end_matches(' '));
        out.push('\n');
    }
}

/// The members of a JSON object must differ, and the columns of a join need not: `id`, `id_2`.
fn keys(schema: &Schema) -> Vec<String> {
    let names: Vec<&String> = schema.fields().iter().map(|field| field.name()).collect();
    let mut taken: HashSet<String> = HashSet::new();
    let mut unique = |name: &String| {
        let numbered = (2_u32..).map(|number| format!("{name}_{number}"));
        let free = |key: &String| !taken.contains(key) && (key == name || !names.contains(&key));
        let key = std::iter::once(name.clone()).chain(numbered).find(free).unwrap_or_default();
        taken.insert(key.clone());
        key
    };
    names.iter().map(|name| unique(name)).collect()
}

/// A line of CSV.
fn line<'a>(fields: impl Iterator<Item = Option<&'a str>>, out: &mut String) {
    for (index, field) in fields.enumerate() {
        out.push_str(if index > 0 { "," } else { "" });
        match field {
            None => {}
            Some(text) if text.is_empty() || text.contains([',', '"', '\n', '\r']) => {
                out.push('"');
                out.push_str(&text.replace('"', "\"\""));
                out.push('"');
            }
            Some(text) => out.push_str(text),
        }
    }
    out.push('\n');
}

fn is_null(column: &dyn Array, row: usize) -> bool {
    // A column of the null type has no bitmap to look into.
    column.is_null(row) || column.data_type().is_null()
}

/// A cell of a table. The text NULL is shown in quotes, so that NULL itself is the only thing shown as NULL.
fn shown(column: &dyn Array, row: usize) -> String {
    if is_null(column, row) {
        return "NULL".into();
    }
    let mut text = String::new();
    cell::text(column, row, &mut text);
    if text == "NULL" { "\"NULL\"".into() } else { visible(&text) }
}

/// A table's text is for a terminal, which must not be led to obey what a row holds.
fn visible(text: &str) -> String {
    if !text.contains(char::is_control) {
        return text.to_owned();
    }
    let show = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    text.chars().map(show).collect()
}

#[cfg(test)]
mod tests {
    use arrow_array::{Int32Array, NullArray};

    use super::*;

    fn written(format: Format, batches: &[RecordBatch]) -> String {
        let mut out = String::new();
        let mut rows = Rows::new(format, batches[0].schema(), &mut out);
        for batch in batches {
            rows.push(batch, &mut out);
        }
        let count = rows.finish(&mut out);
        assert_eq!(count, batches.iter().map(|batch| batch.num_rows() as u64).sum::<u64>());
        out
    }

    fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
        let fields: Vec<Field> =
            columns.iter().map(|(name, column)| Field::new(*name, column.data_type().clone(), true)).collect();
        let columns = columns.into_iter().map(|(_, column)| column).collect();
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
    }

    fn sample() -> RecordBatch {
        batch(vec![
            ("id", Arc::new(Int32Array::from(vec![Some(1), Some(20), None]))),
            ("name", Arc::new(StringArray::from(vec![Some(""), Some("say \"hi\", 李\n"), None]))),
            ("last", Arc::new(StringArray::from(vec![Some("NULL"), Some("\u{1b}[31m"), Some("x")]))),
        ])
    }

    #[test]
    fn csv_keeps_null_and_the_empty_string_apart() {
        let expected = "id,name,last\n1,\"\",NULL\n20,\"say \"\"hi\"\", 李\n\",\u{1b}[31m\n,,x\n";
        assert_eq!(written(Format::Csv, &[sample()]), expected);
    }

    #[test]
    fn json_is_one_object_a_line() {
        let expected = "{\"id\":1,\"name\":\"\",\"last\":\"NULL\"}\n\
                        {\"id\":20,\"name\":\"say \\\"hi\\\", 李\\n\",\"last\":\"\\u001b[31m\"}\n\
                        {\"id\":null,\"name\":null,\"last\":\"x\"}\n";
        assert_eq!(written(Format::Json, &[sample()]), expected);
    }

    #[test]
    fn a_table_is_aligned_by_what_is_seen_and_obeys_no_row() {
        let expected = [
            "  id | name           | last",
            "-----+----------------+-----------",
            "   1 |                | \"NULL\"",
            "  20 | say \"hi\", 李\\n | \\u{1b}[31m",
            "NULL | NULL           | x",
        ];
        assert_eq!(written(Format::Table, &[sample()]).lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_result_without_rows_still_has_its_header() {
        let empty = sample().slice(0, 0);
        assert_eq!(written(Format::Csv, std::slice::from_ref(&empty)), "id,name,last\n");
        assert_eq!(written(Format::Table, std::slice::from_ref(&empty)), "id | name | last\n---+------+-----\n");
        assert_eq!(written(Format::Json, &[empty]), "");
    }

    #[test]
    fn columns_of_one_name_stay_apart_in_json() {
        let one = || Arc::new(Int32Array::from(vec![1])) as ArrayRef;
        let twins = batch(vec![("id", one()), ("id", one()), ("id_2", one())]);
        assert_eq!(written(Format::Json, std::slice::from_ref(&twins)), "{\"id\":1,\"id_3\":1,\"id_2\":1}\n");
        assert_eq!(written(Format::Csv, &[twins]), "id,id,id_2\n1,1,1\n");
    }

    #[test]
    fn a_table_lets_rows_pass_once_it_has_measured_enough() {
        let many = batch(vec![("n", Arc::new(Int32Array::from_iter_values(0..1500)))]);
        let mut out = String::new();
        let mut rows = Rows::new(Format::Table, many.schema(), &mut out);
        rows.push(&many.slice(0, 999), &mut out);
        assert_eq!(out, "");
        rows.push(&many.slice(999, 501), &mut out);
        assert_eq!(out.lines().count(), 1502);
        assert!(rows.held.is_empty());
        assert_eq!(rows.finish(&mut out), 1500);
        assert_eq!(out.lines().count(), 1502);
    }

    #[test]
    fn a_column_of_nothing_but_null_is_null() {
        let nothing = batch(vec![("x", Arc::new(NullArray::new(1)))]);
        assert_eq!(nothing.schema().field(0).data_type(), &DataType::Null);
        assert_eq!(written(Format::Csv, std::slice::from_ref(&nothing)), "x\n\n");
        assert_eq!(written(Format::Json, &[nothing]), "{\"x\":null}\n");
    }
}
