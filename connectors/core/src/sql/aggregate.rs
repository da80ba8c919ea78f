//! A scan whose rows the source puts together: written only if every part of it means there what it means in Athena.
//!
//! Nothing can be mended behind an aggregate, so every condition must have been pushed exactly, keys must be equal at the source
//! when they are in Athena, and a value that does not fit its column's type must come to light as it does in a plain read: the
//! groups bring witnesses along, columns behind the wanted ones that hold such a value if any row of the group has one.

use arrow_schema::DataType;

use super::writer::Writer;
use super::{Remainder, Rendered, Statement, known_column, source};
use crate::aggregate::{WIDEST, summed};
use crate::{
    Aggregate, Around, BinaryText, Column, ColumnMapping, Dialect, Error, Function, Measure, Pushdown, ReadAs, Result,
    Scan, Told,
};

/// Renders the scan under conditions that are written already; `compared` are columns that those compare and that may hold
/// what does not fit.
///
/// Errors: unsupported, where some part of it would mean something else at the source; invalid, for a column that is not there.
pub(super) fn render(
    scan: &Scan,
    aggregate: &Aggregate,
    compared: &[&str],
    remainder: &Remainder,
    conditions: Writer<'_>,
) -> Result<Rendered> {
    if !remainder.keeps_all_rows() || !scan.order.is_empty() {
        return Err(declined("its conditions cannot all be applied there first"));
    }
    let mut parts = Parts { scan, dialect: conditions.dialect(), list: Vec::new() };
    aggregate.outputs.iter().try_for_each(|told| parts.add(told, aggregate))?;
    parts.add_witnesses(aggregate, compared)?;
    let mut writer = Writer::new(conditions.dialect());
    source::write_with(scan, &mut writer);
    writer.text("SELECT ");
    if parts.list.is_empty() {
        writer.text("1");
    }
    for (index, part) in parts.list.iter().enumerate() {
        writer.separator(index, ", ");
        part.write(&mut writer);
    }
    writer.text(" FROM ");
    source::write_from(scan, &mut writer);
    writer.append_where(conditions);
    for (index, key) in aggregate.keys.iter().enumerate() {
        writer.text(if index == 0 { " GROUP BY " } else { ", " });
        let column = known_column(scan, key)?;
        write_key(column, equality(column, parts.dialect)?, &mut writer);
    }
    if let Some(limit) = scan.limit {
        writer.limit(limit, false);
    }
    let columns = parts.list.into_iter().map(|part| part.column).collect();
    let (sql, binds) = writer.into_parts();
    Ok(Rendered { statement: Statement { sql, binds, columns }, remainder: Remainder::default() })
}

fn declined(why: &str) -> Error {
    Error::unsupported(format!("the source does not put these rows together as Athena would: {why}"))
}

/// One expression of the select list, and how its values are read.
struct Part<'s> {
    around: Around,
    about: Option<&'s Column>,
    /// What makes the column's text compare by code point, inside.
    binary: Option<BinaryText>,
    column: Column,
}

impl Part<'_> {
    fn write(&self, writer: &mut Writer<'_>) {
        for (index, piece) in self.around.iter().enumerate() {
            if let Some(column) = self.about.filter(|_| index > 0) {
                write_key(column, self.binary, writer);
            }
            writer.text(piece);
        }
    }
}

fn write_key(column: &Column, binary: Option<BinaryText>, writer: &mut Writer<'_>) {
    writer.text_operand(binary, |writer| {
        writer.column(column);
        Some(())
    });
}

struct Parts<'s> {
    scan: &'s Scan,
    dialect: &'s dyn Dialect,
    list: Vec<Part<'s>>,
}

impl<'s> Parts<'s> {
    fn add(&mut self, told: &Told, aggregate: &Aggregate) -> Result<()> {
        let name = match told {
            Told::Rows => return self.measure(Measure::Count, None, None, &DataType::Int64),
            _ => told.column().unwrap_or_default(),
        };
        let column = known_column(self.scan, name)?;
        let data_type = &column.mapping.data_type;
        if told.data_type(&self.scan.table).is_none() {
            return Err(declined("Athena's own answer depends on the order of rows, or there is none"));
        }
        match told {
            Told::Key(_) if !aggregate.keys.iter().any(|key| key == name) => Err(declined("a column is no key")),
            Told::Key(_) => self.key(column),
            Told::Count(_) if column.mapping.pushdown == Pushdown::Nothing => {
                Err(declined("a column is not seen there"))
            }
            Told::Rows | Told::Count(_) => self.measure(Measure::Count, Some(column), None, &DataType::Int64),
            Told::CountDistinct(_) => {
                let equality = equality(column, self.dialect)?;
                self.measure(Measure::CountDistinct, Some(column), equality, &DataType::Int64)
            }
            Told::Min(_) => self.measure(Measure::Min, Some(column), order(column, self.dialect)?, data_type),
            Told::Max(_) => self.measure(Measure::Max, Some(column), order(column, self.dialect)?, data_type),
            Told::Sum(_) => self.sum(column),
            Told::Average(_) => {
                self.sum(column)?;
                self.measure(Measure::Count, Some(column), None, &DataType::Int64)
            }
        }
    }

    /// The value of a key. Where rows are put together by something made of it, any value of the group is it.
    fn key(&mut self, column: &'s Column) -> Result<()> {
        if equality(column, self.dialect)?.is_some() {
            return self.measure(Measure::Min, Some(column), None, &column.mapping.data_type);
        }
        self.list.push(Part { around: &["", ""], about: Some(column), binary: None, column: column.clone() });
        Ok(())
    }

    fn sum(&mut self, column: &'s Column) -> Result<()> {
        let of_widest = matches!(column.mapping.data_type, DataType::Decimal128(WIDEST, _));
        // Their sum may have more digits than there are, and numbers declared without a scale may have more places.
        if of_widest || column.mapping.pushdown != Pushdown::Full {
            return Err(declined("a sum may not have room"));
        }
        let wide = summed(&column.mapping.data_type).ok_or_else(|| declined("values of a column cannot be summed"))?;
        self.measure(Measure::Sum, Some(column), None, &wide)
    }

    fn measure(
        &mut self,
        measure: Measure,
        about: Option<&'s Column>,
        binary: Option<BinaryText>,
        read_as: &DataType,
    ) -> Result<()> {
        let values = about.map(|column| &column.mapping.data_type);
        let around = self.dialect.aggregate(measure, values).ok_or_else(|| declined("none that is known is alike"))?;
        let mapping = match (measure, about) {
            (Measure::Min | Measure::Max, Some(column)) => column.mapping.clone(),
            _ => ColumnMapping {
                data_type: read_as.clone(),
                read_as: ReadAs::Plain,
                bind_as: None,
                pushdown: Pushdown::Nothing,
            },
        };
        let name = about.map_or("count", |column| column.name.as_str());
        let column = Column { name: name.into(), remote_name: name.into(), comment: None, announced: None, mapping };
        self.list.push(Part { around, about, binary, column });
        Ok(())
    }

    /// What shows values that do not fit, of every column whose values matter and are not all seen.
    fn add_witnesses(&mut self, aggregate: &Aggregate, compared: &[&str]) -> Result<()> {
        let mut names: Vec<&str> = compared.to_vec();
        names.extend(aggregate.outputs.iter().filter(|told| !matches!(told, Told::Key(_))).filter_map(Told::column));
        names.extend(aggregate.keys.iter().map(String::as_str));
        names.sort_unstable();
        names.dedup();
        for name in names {
            let column = known_column(self.scan, name)?;
            let is_shown = aggregate.outputs.iter().any(|told| matches!(told, Told::Key(key) if key == name));
            if is_shown || !self.dialect.may_not_fit(column) {
                continue;
            }
            let witnesses = self.dialect.witnesses(column);
            let witnesses = witnesses.ok_or_else(|| declined("a column may hold values that do not fit its type"))?;
            for around in witnesses {
                self.list.push(Part { around, about: Some(column), binary: None, column: column.clone() });
            }
        }
        Ok(())
    }
}

/// What rows are put together by: the column as it is, or what its text is made into.
fn equality(column: &Column, dialect: &dyn Dialect) -> Result<Option<BinaryText>> {
    match column.mapping.pushdown {
        // An engine groups bytes by so many of the first.
        _ if column.mapping.data_type == DataType::Binary => Err(declined("bytes are compared by their beginning")),
        Pushdown::Full | Pushdown::CollatedOrder => Ok(None),
        Pushdown::Collated => match dialect.binary_text(Function::Equal) {
            Some(binary) => Ok(Some(binary)),
            None => Err(declined("its texts are equal by a collation")),
        },
        // Of floating point −0 and NaN are told apart or not; times in one millisecond are one to Athena.
        Pushdown::Millis | Pushdown::Superset | Pushdown::NullsOnly | Pushdown::Nothing => {
            Err(declined("values of a column are equal there when they are not in Athena"))
        }
    }
}

/// What the smallest and largest are found by.
fn order(column: &Column, dialect: &dyn Dialect) -> Result<Option<BinaryText>> {
    let is_ordered = !matches!(column.mapping.data_type, DataType::Boolean | DataType::Binary);
    match column.mapping.pushdown {
        Pushdown::Full if is_ordered => Ok(None),
        // Flooring keeps the order, so the floor of the first is the first of the floors (D4).
        Pushdown::Millis => Ok(None),
        // What a text is made into to be compared would be the answer.
        Pushdown::Collated | Pushdown::CollatedOrder => match dialect.binary_text(Function::LessThan) {
            Some(binary) if !binary.both_sides => Ok(Some(binary)),
            _ => Err(declined("its texts have another order")),
        },
        _ => Err(declined("values of a column have another order")),
    }
}
