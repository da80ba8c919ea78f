//! A column's domain as a condition.

use super::Pushed;
use super::writer::Writer;
use crate::{Bound, Column, Domain, Error, Pushdown, Range, Result, Scan, Value, Values, same_type};

/// The column a domain is about, if the two are of one type.
pub(super) fn checked_column<'a>(scan: &'a Scan, name: &str, domain: &Domain) -> Result<&'a Column> {
    let column = super::known_column(scan, name)?;
    if same_type(&column.mapping.data_type, &domain.data_type) {
        return Ok(column);
    }
    Err(Error::invalid(format!(
        "column {name:?} of table {} is {}, but the constraint on it is {}",
        scan.table.name, column.mapping.data_type, domain.data_type
    ))
    .hint("the table may have changed since the query was planned: run it again"))
}

/// Adds the domain to the conditions, as far as the column's pushdown allows.
pub(super) fn push(column: &Column, domain: &Domain, writer: &mut Writer<'_>) -> Pushed {
    if domain.is_all() {
        return Pushed::Exact;
    }
    if column.mapping.pushdown == Pushdown::Nothing {
        return Pushed::No;
    }
    if writer.condition(|writer| write(column, domain, writer)) {
        return if column.mapping.pushdown == Pushdown::Superset && !only_about_null(domain) {
            Pushed::Superset
        } else {
            Pushed::Exact
        };
    }
    // What cannot be said about the values can still be said about NULL, and spares those rows the way.
    let not_null = Domain::not_null(domain.data_type.clone());
    if !domain.nulls && writer.condition(|writer| write(column, &not_null, writer)) {
        return Pushed::Superset;
    }
    Pushed::No
}

fn only_about_null(domain: &Domain) -> bool {
    domain.values.is_all() || domain.is_none() || domain.values == Values::Ranges(Vec::new())
}

fn write(column: &Column, domain: &Domain, writer: &mut Writer<'_>) -> Option<()> {
    if domain.is_none() {
        // Not every engine has a boolean literal.
        writer.text("1 = 0");
        return Some(());
    }
    if domain.values.is_all() {
        writer.column(column);
        writer.text(" IS NOT NULL");
        return Some(());
    }
    let mut alternatives = 0;
    if domain.values != Values::Ranges(Vec::new()) && domain.values != Values::In(Vec::new()) {
        write_values(column, &domain.values, writer)?;
        alternatives += 1;
    }
    if domain.nulls {
        writer.separator(alternatives, " OR ");
        writer.column(column);
        writer.text(" IS NULL");
    }
    Some(())
}

fn write_values(column: &Column, values: &Values, writer: &mut Writer<'_>) -> Option<()> {
    let comparison = Comparison::of(column, writer)?;
    match values {
        Values::All => None,
        Values::In(list) => comparison.one_of(list.iter(), writer),
        Values::NotIn(list) => {
            writer.text("NOT (");
            comparison.one_of(list.iter(), writer)?;
            writer.text(")");
            Some(())
        }
        Values::Ranges(ranges) => comparison.ranges(ranges, writer),
    }
}

/// How values are compared with one column.
pub(super) struct Comparison<'c> {
    column: &'c Column,
    collate_equality: bool,
    collate_order: bool,
    widen: bool,
}

impl<'c> Comparison<'c> {
    /// The way the column's pushdown allows, if it allows any.
    pub(super) fn of(column: &'c Column, writer: &Writer<'_>) -> Option<Self> {
        let pushdown = column.mapping.pushdown;
        let collate_order = matches!(pushdown, Pushdown::Collated | Pushdown::CollatedOrder);
        if matches!(pushdown, Pushdown::NullsOnly | Pushdown::Nothing)
            || (collate_order && !writer.has_binary_collation())
        {
            return None;
        }
        Some(Self {
            column,
            collate_equality: pushdown == Pushdown::Collated,
            collate_order,
            widen: pushdown == Pushdown::Millis,
        })
    }

    fn operand(&self, collate: bool, writer: &mut Writer<'_>) {
        writer.column(self.column);
        if collate {
            writer.binary_collation();
        }
    }

    fn bind(&self, value: Value, writer: &mut Writer<'_>) {
        writer.bind(Some(value), &self.column.mapping.data_type, self.column.mapping.bind_as);
    }

    pub(super) fn one_of<'v>(
        &self,
        values: impl ExactSizeIterator<Item = &'v Value>,
        writer: &mut Writer<'_>,
    ) -> Option<()> {
        if self.widen {
            for (index, value) in values.enumerate() {
                writer.separator(index, " OR ");
                let exactly = Bound::Included(value.clone());
                self.range(&exactly, &exactly, writer)?;
            }
            return Some(());
        }
        let single = values.len() == 1;
        self.operand(self.collate_equality, writer);
        writer.text(if single { " = " } else { " IN (" });
        for (index, value) in values.enumerate() {
            writer.separator(index, ", ");
            self.bind(value.clone(), writer);
        }
        writer.text(if single { "" } else { ")" });
        Some(())
    }

    fn ranges(&self, ranges: &[Range], writer: &mut Writer<'_>) -> Option<()> {
        let singles: Vec<&Value> = ranges.iter().filter_map(Range::single).collect();
        let mut alternatives = 0;
        if !singles.is_empty() {
            self.one_of(singles.into_iter(), writer)?;
            alternatives += 1;
        }
        for range in ranges.iter().filter(|range| range.single().is_none()) {
            writer.separator(alternatives, " OR ");
            self.range(&range.low, &range.high, writer)?;
            alternatives += 1;
        }
        Some(())
    }

    /// Writes `column` between two bounds, in parentheses.
    pub(super) fn range(&self, low: &Bound, high: &Bound, writer: &mut Writer<'_>) -> Option<()> {
        writer.text("(");
        let ends = [(low, End::Low), (high, End::High)];
        for (index, (bound, end)) in ends.into_iter().filter(|(bound, _)| **bound != Bound::Unbounded).enumerate() {
            let (operator, value) = self.limit(bound, end)?;
            writer.separator(index, " AND ");
            self.operand(self.collate_order, writer);
            writer.text(operator);
            self.bind(value, writer);
        }
        writer.text(")");
        Some(())
    }

    /// Operator and value of one end. For a column finer than the millisecond a value means its whole millisecond, so that
    /// `> v` and `<= v` begin and end with the next one (D4).
    fn limit(&self, bound: &Bound, end: End) -> Option<(&'static str, Value)> {
        let (value, included) = match bound {
            Bound::Unbounded => return None,
            Bound::Included(value) => (value, true),
            Bound::Excluded(value) => (value, false),
        };
        Some(match (end, included) {
            (End::Low, false) if self.widen => (" >= ", next_milli(value)?),
            (End::High, true) if self.widen => (" < ", next_milli(value)?),
            (End::Low, true) => (" >= ", value.clone()),
            (End::Low, false) => (" > ", value.clone()),
            (End::High, true) => (" <= ", value.clone()),
            (End::High, false) => (" < ", value.clone()),
        })
    }
}

/// Which end of a range.
#[derive(Clone, Copy)]
enum End {
    Low,
    High,
}

fn next_milli(value: &Value) -> Option<Value> {
    match value {
        Value::Millis(millis) => millis.checked_add(1).map(Value::Millis),
        Value::ZonedMillis(millis) => millis.checked_add(1).map(Value::ZonedMillis),
        _ => None,
    }
}
