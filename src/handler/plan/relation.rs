//! Relations of a plan, from the table upwards, as one scan: conditions, then an aggregate, then a limit.

use arrow_schema::DataType;
use connector_core::{Aggregate, Column, Error, Expr, Result, Table, TableName, Told, same_layout};

use super::expression::condition;
use super::{Given, Meaning};
use crate::protocol::plan::{Expression, Kind, Measure, Plan, Read, Relation};

/// What a plan says of a table.
///
/// Errors: unsupported, for one that says more than a scan does, or is of another table; corrupt, for one that contradicts
/// itself.
pub(super) fn meaning(plan: &Plan, name: &TableName, table: &Table) -> Result<Meaning> {
    let rows = rows(&plan.root, name, table)?;
    if plan.names.len() != rows.columns.len() {
        return Err(Error::corrupt("the plan names another number of columns than it has"));
    }
    let mut columns = Vec::new();
    let mut outputs = Vec::new();
    for (name, made) in plan.names.iter().zip(&rows.columns) {
        let column = match made {
            Made::Column(column) => Some(known(column.as_ref())?.name.clone()),
            Made::Told(_) => None,
        };
        let (told, data_type) = match made {
            Made::Column(column) => (None, known(column.as_ref())?.mapping.data_type.clone()),
            Made::Told(told) => (Some(told.clone()), told_type(told, table)?),
        };
        outputs.extend(told);
        columns.push(Given { name: name.clone(), column, data_type });
    }
    let aggregate = rows.keys.map(|keys| Aggregate { keys, outputs });
    Ok(Meaning { columns, filters: rows.filters, aggregate, limit: rows.limit })
}

fn told_type(told: &Told, table: &Table) -> Result<DataType> {
    told.data_type(table).ok_or_else(|| Error::unsupported("Athena has no fixed answer to an aggregate of the plan"))
}

fn known(column: Option<&Column>) -> Result<&Column> {
    column.ok_or_else(|| Error::unsupported("a column of the plan is not the table's, or of another type"))
}

fn beyond(what: &str) -> Error {
    Error::unsupported(format!("the plan has {what}"))
}

/// Rows of a table, on their way up.
struct Rows {
    columns: Vec<Made>,
    filters: Vec<Expr>,
    keys: Option<Vec<String>>,
    limit: Option<u64>,
}

/// A column on its way up.
#[derive(Clone)]
enum Made {
    /// The table's; none that could be found there, which matters if it is used.
    Column(Option<Column>),
    /// What is told of a group.
    Told(Told),
}

/// The columns that an expression may refer to.
pub(super) struct Columns<'r> {
    made: &'r [Made],
}

impl<'r> Columns<'r> {
    /// The table's column at a place.
    pub fn column(&self, place: usize) -> Result<&'r Column> {
        match self.made.get(place) {
            Some(Made::Column(column)) => known(column.as_ref()),
            Some(Made::Told(_)) => Err(beyond("a condition on what it makes")),
            None => Err(missing()),
        }
    }
}

fn missing() -> Error {
    Error::corrupt("the plan refers to a column that is not there")
}

impl Rows {
    fn columns(&self) -> Columns<'_> {
        Columns { made: &self.columns }
    }

    fn emit(mut self, places: Option<&Vec<usize>>) -> Result<Self> {
        if let Some(places) = places {
            self.columns = picked(&self.columns, places)?;
        }
        Ok(self)
    }
}

fn picked(columns: &[Made], places: &[usize]) -> Result<Vec<Made>> {
    places.iter().map(|place| columns.get(*place).cloned().ok_or_else(missing)).collect()
}

fn rows(relation: &Relation, name: &TableName, table: &Table) -> Result<Rows> {
    let rows = match &relation.kind {
        Kind::Read(read) => read_rows(read, name, table),
        Kind::Filter { input, condition } => filtered(rows(input, name, table)?, condition),
        Kind::Project { input, expressions } => projected(rows(input, name, table)?, expressions),
        Kind::Fetch { input, count } => {
            let input = rows(input, name, table)?;
            // Of two limits both hold.
            let limit = Some(input.limit.map_or(*count, |limit| limit.min(*count)));
            Ok(Rows { limit, ..input })
        }
        Kind::Aggregate { input, keys, measures } => grouped(rows(input, name, table)?, keys, measures, table),
    };
    rows?.emit(relation.emit.as_ref())
}

/// The table itself. Nothing else is ever read: the name only decides whether the plan is about it.
fn read_rows(read: &Read, name: &TableName, table: &Table) -> Result<Rows> {
    let is_called = |part: &str, name: &str| part.to_lowercase() == name.to_lowercase();
    let is_it = match &read.table[..] {
        [table] => is_called(table, &name.table),
        [schema, table] | [_, schema, table] => is_called(schema, &name.schema) && is_called(table, &name.table),
        _ => false,
    };
    if !is_it {
        return Err(beyond("another table than the request"));
    }
    let columns: Vec<Made> =
        read.columns.iter().map(|(name, of)| Made::Column(found(table, name, of.as_ref()))).collect();
    let mut rows = Rows { columns, filters: Vec::new(), keys: None, limit: None };
    if let Some(filter) = &read.filter {
        rows.filters.push(condition(filter, &rows.columns())?);
    }
    rows.emit(read.projection.as_ref())
}

/// The table's column of a name and type.
fn found(table: &Table, name: &str, of: Option<&DataType>) -> Option<Column> {
    let column = table.column(&name.to_lowercase())?;
    of.is_some_and(|of| same_layout(of, &column.mapping.data_type)).then(|| column.clone())
}

fn filtered(mut rows: Rows, filter: &Expression) -> Result<Rows> {
    if rows.limit.is_some() {
        return Err(beyond("a condition behind a limit"));
    }
    if rows.keys.is_some() {
        return Err(beyond("a condition behind an aggregate"));
    }
    let filter = condition(filter, &rows.columns())?;
    rows.filters.push(filter);
    Ok(rows)
}

/// Columns that are picked; nothing is computed.
fn projected(mut rows: Rows, expressions: &[Expression]) -> Result<Rows> {
    let places = expressions.iter().map(place).collect::<Result<Vec<_>>>()?;
    let more = picked(&rows.columns, &places)?;
    rows.columns.extend(more);
    Ok(rows)
}

fn place(expression: &Expression) -> Result<usize> {
    match expression {
        Expression::Field(place) => Ok(*place),
        _ => Err(beyond("a column that is computed")),
    }
}

fn grouped(rows: Rows, keys: &[Expression], measures: &[Measure], table: &Table) -> Result<Rows> {
    if rows.limit.is_some() {
        return Err(beyond("an aggregate behind a limit"));
    }
    if rows.keys.is_some() {
        return Err(beyond("an aggregate of an aggregate"));
    }
    let of = |expression: &Expression| Ok(rows.columns().column(place(expression)?)?.name.clone());
    let keys = keys.iter().map(of).collect::<Result<Vec<String>>>()?;
    let mut columns: Vec<Made> = keys.iter().map(|key| Made::Told(Told::Key(key.clone()))).collect();
    for measure in measures {
        let arguments = measure.arguments.iter().map(of).collect::<Result<Vec<String>>>()?;
        let told = told(measure, &arguments)?;
        let given = told_type(&told, table)?;
        if !measure.data_type.as_ref().is_some_and(|of| same_layout(of, &given)) {
            return Err(beyond("an aggregate of another type than Athena's"));
        }
        columns.push(Made::Told(told));
    }
    Ok(Rows { columns, keys: Some(keys), ..rows })
}

const COUNTING: &str = "functions_aggregate_generic";
const NUMBERS: [&str; 2] = ["functions_arithmetic", "functions_arithmetic_decimal"];
/// Where the smallest and largest of dates and times stand.
const ORDERED: [&str; 3] = ["functions_arithmetic", "functions_arithmetic_decimal", "functions_datetime"];

fn told(measure: &Measure, arguments: &[String]) -> Result<Told> {
    let function = &measure.function;
    let list = function.list.as_str();
    let told = match (function.name.as_str(), arguments, measure.distinct) {
        ("count", [], false) if list == COUNTING => Told::Rows,
        ("count", [column], false) if list == COUNTING => Told::Count(column.clone()),
        ("count", [column], true) if list == COUNTING => Told::CountDistinct(column.clone()),
        ("sum", [column], false) if NUMBERS.contains(&list) => Told::Sum(column.clone()),
        ("avg", [column], false) if NUMBERS.contains(&list) => Told::Average(column.clone()),
        // Of equal values one is as small as the other.
        ("min", [column], _) if ORDERED.contains(&list) || list == TEXTS => Told::Min(column.clone()),
        ("max", [column], _) if ORDERED.contains(&list) || list == TEXTS => Told::Max(column.clone()),
        _ => return Err(beyond("an aggregate that is not known here")),
    };
    Ok(told)
}

/// And of texts.
const TEXTS: &str = "functions_string";
