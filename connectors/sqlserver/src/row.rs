//! Rows of metadata, few enough to be held.

use std::sync::Arc;

use connector_core::decode::Fault;
use connector_core::{Error, ErrorKind, Result};

use crate::decode::{decoded, int16, int32, int64, truth, utf16};
use crate::error;
use crate::follower::Sink;
use crate::token::{Described, Named, kind};

/// An answer that is held as a whole may take this much: some hundred thousand names.
const MOST_BYTES: usize = 64 << 20;

/// What a row of metadata holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    Null,
    Number(i64),
    Truth(bool),
    Text(String),
    /// Of a type that no metadata is asked for in.
    Other,
}

/// A row, whose columns are known by name.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    names: Arc<[String]>,
    cells: Vec<Cell>,
}

impl Row {
    /// A row as a server would answer it.
    #[cfg(test)]
    pub(crate) fn of(cells: &[(&str, Cell)]) -> Self {
        let names = cells.iter().map(|(name, _)| (*name).to_owned()).collect();
        Self { names, cells: cells.iter().map(|(_, cell)| cell.clone()).collect() }
    }

    fn cell(&self, name: &str) -> Option<&Cell> {
        self.cells.get(self.names.iter().position(|own| own == name)?)
    }

    /// Its cells as texts, whatever their columns are called; a truth is 1 or 0.
    pub(crate) fn texts(self) -> Result<Vec<Option<String>>> {
        let text = |(index, cell): (usize, Cell)| match cell {
            Cell::Null => Ok(None),
            Cell::Number(number) => Ok(Some(number.to_string())),
            Cell::Truth(truth) => Ok(Some(u8::from(truth).to_string())),
            Cell::Text(text) => Ok(Some(text)),
            Cell::Other => Err(error::metadata(&(index + 1).to_string(), "is of an unexpected type")),
        };
        self.cells.into_iter().enumerate().map(text).collect()
    }
}

/// What a cell can be read as.
pub(crate) trait Held<'r>: Sized {
    fn of(cell: &'r Cell) -> Option<Self>;
}

impl<'r> Held<'r> for &'r str {
    fn of(cell: &'r Cell) -> Option<Self> {
        if let Cell::Text(text) = cell { Some(text) } else { None }
    }
}

impl Held<'_> for i32 {
    fn of(cell: &Cell) -> Option<Self> {
        if let Cell::Number(number) = cell { Self::try_from(*number).ok() } else { None }
    }
}

impl Held<'_> for i64 {
    fn of(cell: &Cell) -> Option<Self> {
        if let Cell::Number(number) = cell { Some(*number) } else { None }
    }
}

impl Held<'_> for u8 {
    fn of(cell: &Cell) -> Option<Self> {
        if let Cell::Number(number) = cell { Self::try_from(*number).ok() } else { None }
    }
}

impl Held<'_> for bool {
    fn of(cell: &Cell) -> Option<Self> {
        if let Cell::Truth(truth) = cell { Some(*truth) } else { None }
    }
}

/// A value of a row of metadata; NULL is an error.
pub(crate) fn get<'r, T: Held<'r>>(row: &'r Row, name: &'static str) -> Result<T> {
    maybe(row, name)?.ok_or_else(|| error::metadata(name, "is NULL"))
}

/// A value of a row of metadata that may be NULL.
pub(crate) fn maybe<'r, T: Held<'r>>(row: &'r Row, name: &'static str) -> Result<Option<T>> {
    match row.cell(name) {
        None => Err(error::metadata(name, "is missing")),
        Some(Cell::Null) => Ok(None),
        Some(cell) => T::of(cell).map(Some).ok_or_else(|| error::metadata(name, "is of an unexpected type")),
    }
}

/// Holds rows as they come.
pub(crate) struct Rows {
    names: Arc<[String]>,
    described: Vec<Described>,
    row: Vec<Cell>,
    pub(crate) finished: Vec<Row>,
    held: usize,
}

impl Rows {
    pub(crate) fn new(columns: Vec<Named>) -> Self {
        let described = columns.iter().map(|column| column.described).collect();
        let names = columns.into_iter().map(|column| column.name).collect();
        Self { names, described, row: Vec::new(), finished: Vec::new(), held: 0 }
    }
}

fn read(described: Described, cell: &[u8]) -> Result<Cell, Fault> {
    Ok(match (described.kind, described.length) {
        (kind::BIT | kind::BIT_N, _) => Cell::Truth(truth(cell)?),
        (kind::INT1, _) | (kind::INT_N, 1) => Cell::Number(cell.first().copied().ok_or(Fault::Malformed)?.into()),
        (kind::INT2, _) | (kind::INT_N, 2) => Cell::Number(int16(cell)?.into()),
        (kind::INT4, _) | (kind::INT_N, 4) => Cell::Number(int32(cell)?.into()),
        (kind::INT8, _) | (kind::INT_N, 8) => Cell::Number(int64(cell)?),
        (kind::NVARCHAR | kind::NCHAR, _) => {
            let mut text = Vec::new();
            utf16(cell, &mut text)?;
            Cell::Text(String::from_utf8(text).map_err(|_| Fault::Malformed)?)
        }
        (kind::VARCHAR | kind::CHAR, _) => {
            let mut text = Vec::new();
            decoded(described.collation.charset().ok_or(Fault::Malformed)?, cell, &mut text)?;
            Cell::Text(String::from_utf8(text).map_err(|_| Fault::Malformed)?)
        }
        // Such columns come along with what is asked for, and are left alone.
        _ => Cell::Other,
    })
}

impl Sink for Rows {
    fn cell(&mut self, column: usize, cell: Option<&[u8]>) -> Result<()> {
        let described = self.described.get(column).copied().unwrap_or_default();
        let held = cell.map(|cell| read(described, cell)).transpose().map_err(|fault| self.fault(column, &fault))?;
        self.held += size_of::<Cell>() + cell.map_or(0, <[u8]>::len);
        if self.held > MOST_BYTES {
            let told = format!("the server's catalog answers with more than {} MiB", MOST_BYTES >> 20);
            return Err(Error::new(ErrorKind::TooLarge, told).hint("let the user see fewer schemas and tables"));
        }
        self.row.push(held.unwrap_or(Cell::Null));
        Ok(())
    }

    fn end_row(&mut self) {
        let cells = std::mem::take(&mut self.row);
        self.finished.push(Row { names: Arc::clone(&self.names), cells });
    }

    fn is_full(&self) -> bool {
        false
    }

    fn fault(&self, column: usize, _: &Fault) -> Error {
        let name = self.names.get(column).map_or("?", String::as_str);
        Error::corrupt(format!("metadata column {name} is not what its type says"))
    }
}
