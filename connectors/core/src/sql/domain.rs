//! A column's domain as a condition.

use super::Pushed;
use super::writer::Writer;
use crate::{
    BinaryText, Bound, Column, Dialect, Domain, Error, Function, Pushdown, Range, ReadAs, Result, Scan, Value, Values,
    same_type,
};

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

/// Whether it is all the same to the domain which value it is, if it is one.
pub(super) fn only_about_null(domain: &Domain) -> bool {
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
        writer.text(writer.dialect().is_null());
    }
    Some(())
}

fn write_values(column: &Column, values: &Values, writer: &mut Writer<'_>) -> Option<()> {
    let comparison = Comparison::of(column, writer)?;
    match values {
        Values::All => None,
        Values::In(list) => comparison.one_of(&list.iter().collect::<Vec<_>>(), writer),
        Values::NotIn(list) => {
            writer.text("NOT (");
            comparison.one_of(&list.iter().collect::<Vec<_>>(), writer)?;
            writer.text(")");
            Some(())
        }
        Values::Ranges(ranges) => comparison.ranges(ranges, writer),
    }
}

/// How values are compared with one column.
pub(super) struct Comparison<'c> {
    column: &'c Column,
    equality: Compared,
    order: Compared,
    widen: bool,
}

/// How the two sides of a comparison are written.
#[derive(Clone, Copy)]
enum Compared {
    Plainly,
    ByCodePoint(BinaryText),
    /// As the column's own collation does it, beside a comparison by code point.
    Beside,
    /// In the column's own type, whose printed form the values are.
    InOwnType(&'static str),
    Above,
}

impl Compared {
    fn of(function: Function, is_collated: bool, dialect: &dyn Dialect) -> Self {
        match dialect.binary_text(function) {
            _ if !is_collated => Self::Plainly,
            Some(binary) => Self::ByCodePoint(binary),
            None => Self::Above,
        }
    }

    fn binary(self) -> Option<BinaryText> {
        match self {
            Self::ByCodePoint(binary) => Some(binary),
            Self::Plainly | Self::Beside | Self::InOwnType(_) | Self::Above => None,
        }
    }
}

impl<'c> Comparison<'c> {
    /// The way the column's pushdown allows, if it allows any.
    pub(super) fn of(column: &'c Column, writer: &Writer<'_>) -> Option<Self> {
        let pushdown = column.mapping.pushdown;
        if matches!(pushdown, Pushdown::NullsOnly | Pushdown::Nothing) {
            return None;
        }
        let is_collated = matches!(pushdown, Pushdown::Collated | Pushdown::CollatedOrder);
        let dialect = writer.dialect();
        Some(Self {
            column,
            equality: Compared::of(Function::Equal, pushdown == Pushdown::Collated, dialect),
            order: Compared::of(Function::LessThan, is_collated, dialect),
            widen: pushdown == Pushdown::Millis,
        })
    }

    fn operand(&self, compared: Compared, writer: &mut Writer<'_>) -> Option<()> {
        writer.text_operand(compared.binary(), |writer| {
            match compared {
                Compared::InOwnType(_) | Compared::Beside => writer.identifier(&self.column.remote_name),
                _ => writer.column(self.column),
            }
            Some(())
        })
    }

    fn bind(&self, value: Value, compared: Compared, writer: &mut Writer<'_>) -> Option<()> {
        let mapping = &self.column.mapping;
        let source_type = match compared {
            Compared::InOwnType(own) => Some(own),
            // What both sides are made into is no longer of the column's own type.
            Compared::ByCodePoint(BinaryText { both_sides: true, .. }) => None,
            _ => mapping.bind_as,
        };
        writer.text_operand(compared.binary().filter(|binary| binary.both_sides), |writer| {
            writer.bind(Some(value), &mapping.data_type, source_type)
        })
    }

    /// How the column is compared with these values; in its own type if that prints each of them.
    fn equality(&self, values: &[&Value], writer: &Writer<'_>) -> Compared {
        let prints = |own| values.iter().all(|value| writer.dialect().prints(own, value));
        match self.column.mapping.read_as {
            ReadAs::Printed { own, .. } | ReadAs::Decoded { own } if prints(own) => Compared::InOwnType(own),
            _ => self.equality,
        }
    }

    /// Writes that the column is one of `values`, of which there is one at least.
    pub(super) fn one_of(&self, values: &[&Value], writer: &mut Writer<'_>) -> Option<()> {
        if self.widen {
            for (index, value) in values.iter().enumerate() {
                writer.separator(index, " OR ");
                let exactly = Bound::Included((*value).clone());
                self.range(&exactly, &exactly, writer)?;
            }
            return Some(());
        }
        match self.equality(values, writer) {
            Compared::Above => None,
            compared @ Compared::ByCodePoint(BinaryText { beside_plain: true, .. })
                if matches!(self.column.mapping.read_as, ReadAs::Plain | ReadAs::Unpadded { .. }) =>
            {
                writer.text("(");
                self.lists(values, Compared::Beside, writer)?;
                writer.text(") AND (");
                self.lists(values, compared, writer)?;
                writer.text(")");
                Some(())
            }
            compared => self.lists(values, compared, writer),
        }
    }

    fn lists(&self, values: &[&Value], compared: Compared, writer: &mut Writer<'_>) -> Option<()> {
        for (index, list) in values.chunks(writer.dialect().max_list()).enumerate() {
            writer.separator(index, " OR ");
            self.operand(compared, writer)?;
            writer.text(if list.len() == 1 { " = " } else { " IN (" });
            for (index, value) in list.iter().enumerate() {
                writer.separator(index, ", ");
                self.bind((*value).clone(), compared, writer)?;
            }
            writer.text(if list.len() == 1 { "" } else { ")" });
        }
        Some(())
    }

    fn ranges(&self, ranges: &[Range], writer: &mut Writer<'_>) -> Option<()> {
        let singles: Vec<&Value> = ranges.iter().filter_map(Range::single).collect();
        let mut alternatives = 0;
        if !singles.is_empty() {
            self.one_of(&singles, writer)?;
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
        if matches!(self.order, Compared::Above) {
            return None;
        }
        writer.text("(");
        let ends = [(low, End::Low), (high, End::High)];
        for (index, (bound, end)) in ends.into_iter().filter(|(bound, _)| **bound != Bound::Unbounded).enumerate() {
            let (operator, value) = self.limit(bound, end)?;
            writer.separator(index, " AND ");
            self.operand(self.order, writer)?;
            writer.text(operator);
            self.bind(value, self.order, writer)?;
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
