//! SQL text growing together with its parameters; anything written tentatively can be taken back.

use arrow_schema::DataType;

use super::Bind;
use crate::{BinaryText, Column, Dialect, ReadAs, SortKey, Value};

/// Text and binds, in step.
pub(super) struct Writer<'d> {
    dialect: &'d dyn Dialect,
    sql: String,
    binds: Vec<Bind>,
}

impl<'d> Writer<'d> {
    pub(super) fn new(dialect: &'d dyn Dialect) -> Self {
        Self { dialect, sql: String::new(), binds: Vec::new() }
    }

    pub(super) fn into_parts(self) -> (String, Vec<Bind>) {
        (self.sql, self.binds)
    }

    pub(super) fn dialect(&self) -> &'d dyn Dialect {
        self.dialect
    }

    pub(super) fn text(&mut self, text: &str) {
        self.sql.push_str(text);
    }

    pub(super) fn separator(&mut self, index: usize, separator: &str) {
        if index > 0 {
            self.text(separator);
        }
    }

    pub(super) fn identifier(&mut self, name: &str) {
        self.dialect.identifier(name, &mut self.sql);
    }

    /// Writes a column as it is read, which is also how it is compared.
    pub(super) fn column(&mut self, column: &Column) {
        match column.mapping.read_as {
            ReadAs::Plain | ReadAs::Decoded { .. } => self.identifier(&column.remote_name),
            ReadAs::Call(function) => {
                self.text(function);
                self.text("(");
                self.identifier(&column.remote_name);
                self.text(")");
            }
            ReadAs::Unpadded { open, close } => {
                self.text(open);
                self.identifier(&column.remote_name);
                self.text(close);
            }
            ReadAs::Cast(source_type) | ReadAs::Converted(source_type) | ReadAs::Printed { cast: source_type, .. } => {
                self.text("CAST(");
                self.identifier(&column.remote_name);
                self.text(" AS ");
                self.text(source_type);
                self.text(")");
            }
        }
    }

    /// Binds a value, if the source has it.
    pub(super) fn bind(
        &mut self,
        value: Option<Value>,
        data_type: &DataType,
        source_type: Option<&'static str>,
    ) -> Option<()> {
        if !value.as_ref().is_none_or(|value| self.dialect.binds(value)) {
            return None;
        }
        let source_type = source_type.or_else(|| self.dialect.bind_type(data_type));
        let bind = Bind { value, data_type: data_type.clone(), source_type };
        self.dialect.placeholder(self.binds.len() + 1, &bind, &mut self.sql);
        self.binds.push(bind);
        Some(())
    }

    /// Writes something as it is, or so that it compares by code point.
    pub(super) fn text_operand(
        &mut self,
        binary: Option<BinaryText>,
        write: impl FnOnce(&mut Self) -> Option<()>,
    ) -> Option<()> {
        self.text(binary.map_or("", |binary| binary.open));
        write(self)?;
        self.text(binary.map_or("", |binary| binary.close));
        Some(())
    }

    /// Writes one sort key, whose expression `write` writes.
    pub(super) fn sort(&mut self, key: &SortKey, write: impl FnOnce(&mut Self)) {
        let start = self.sql.len();
        write(self);
        let expression = self.sql.split_off(start);
        self.dialect.sort(&expression, key.direction, key.nulls, &mut self.sql);
    }

    /// Writes of which moment a table's rows are wanted.
    pub(super) fn as_of(&mut self, moment: u64) -> bool {
        self.dialect.as_of(moment, &mut self.sql)
    }

    pub(super) fn limit(&mut self, rows: u64, ordered: bool) {
        self.dialect.limit(rows, ordered, &mut self.sql);
    }

    /// Adds one condition, in parentheses and joined by AND, if `write` can and the parameters suffice; else changes nothing.
    pub(super) fn condition(&mut self, write: impl FnOnce(&mut Self) -> Option<()>) -> bool {
        let (text, binds) = (self.sql.len(), self.binds.len());
        self.text(if text == 0 { "(" } else { " AND (" });
        let written = write(self).is_some() && self.binds.len() <= self.dialect.max_binds();
        if written {
            self.text(")");
        } else {
            self.sql.truncate(text);
            self.binds.truncate(binds);
        }
        written
    }

    /// Appends conditions that were collected apart; nothing bound may stand before them.
    pub(super) fn append_where(&mut self, conditions: Writer<'_>) {
        debug_assert!(self.binds.is_empty(), "placeholders are numbered from the first condition");
        if !conditions.sql.is_empty() {
            self.text(" WHERE ");
            self.text(&conditions.sql);
            self.binds = conditions.binds;
        }
    }
}
