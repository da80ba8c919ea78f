//! Relations, and the plan around them.

use connector_core::{Result, Value};

use super::expression::{Form, Functions, expression, measure};
use super::types::data_type;
use super::wire::{Fields, Raw, once, required};
use super::{Expression, Kind, MAX_DEPTH, Plan, Read, Relation, unread};

/// Reads a plan of one root.
pub(super) fn plan(message: &[u8]) -> Result<Plan> {
    let mut functions = Functions::default();
    let mut root = None;
    for field in Fields::new(message) {
        match field? {
            (1, raw) => functions.add_list(Form::Uri, raw.message()?)?,
            (8, raw) => functions.add_list(Form::Urn, raw.message()?)?,
            (2, raw) => functions.declare(raw.message()?)?,
            (3, raw) => once(&mut root, raw.message()?)?,
            // Who wrote it.
            (6, raw) => drop(raw.message()?),
            _ => return Err(unread("an unknown field")),
        }
    }
    let mut found = None;
    for field in Fields::new(required(root, "a relation")?) {
        let (2, raw) = field? else { return Err(unread("columns without names")) };
        once(&mut found, raw.message()?)?;
    }
    let (mut names, mut root) = (Vec::new(), None);
    for field in Fields::new(required(found, "a root")?) {
        match field? {
            (1, raw) => once(&mut root, raw.message()?)?,
            (2, raw) => names.push(raw.text()?),
            _ => return Err(unread("an unknown field of its root")),
        }
    }
    Ok(Plan { names, root: relation(required(root, "what is under its root")?, &functions, 0)? })
}

/// Reads a relation, of which there is one kind in the message.
fn relation(message: &[u8], functions: &Functions, depth: usize) -> Result<Relation> {
    if depth > MAX_DEPTH {
        return Err(unread("relations this deep"));
    }
    let mut found = None;
    for field in Fields::new(message) {
        let (number, raw) = field?;
        let parts = Parts { message: raw.message()?, functions, depth };
        let relation = match number {
            1 => parts.read(),
            2 => parts.filter(),
            3 => parts.fetch(),
            4 => parts.aggregate(),
            7 => parts.project(),
            _ => return Err(unread("such a relation")),
        };
        once(&mut found, relation?)?;
    }
    required(found, "a relation")
}

struct Parts<'p> {
    message: &'p [u8],
    functions: &'p Functions,
    depth: usize,
}

impl Parts<'_> {
    fn expression(&self, raw: Raw<'_>) -> Result<Expression> {
        expression(raw.message()?, self.functions, 0)
    }

    /// Takes the two fields that most kinds have; gives back any other.
    #[expect(clippy::option_option, reason = "a field that stands and says everything is one that may not stand again")]
    fn common<'a>(
        &self,
        field: Result<(u64, Raw<'a>)>,
        emit: &mut Option<Option<Vec<usize>>>,
        input: &mut Option<Box<Relation>>,
    ) -> Result<Option<(u64, Raw<'a>)>> {
        match field? {
            (1, raw) => once(emit, common(raw.message()?)?)?,
            (2, raw) => once(input, Box::new(relation(raw.message()?, self.functions, self.depth + 1)?))?,
            other => return Ok(Some(other)),
        }
        Ok(None)
    }

    fn filter(&self) -> Result<Relation> {
        let (mut emit, mut input, mut condition) = (None, None, None);
        for field in Fields::new(self.message) {
            match self.common(field, &mut emit, &mut input)? {
                None => {}
                Some((3, raw)) => once(&mut condition, self.expression(raw)?)?,
                Some(_) => return Err(unread("an unknown field of a filter")),
            }
        }
        let (input, condition) = (required(input, "an input")?, required(condition, "a condition")?);
        Ok(Relation { emit: emit.flatten(), kind: Kind::Filter { input, condition } })
    }

    fn project(&self) -> Result<Relation> {
        let (mut emit, mut input, mut expressions) = (None, None, Vec::new());
        for field in Fields::new(self.message) {
            match self.common(field, &mut emit, &mut input)? {
                None => {}
                Some((3, raw)) => expressions.push(self.expression(raw)?),
                Some(_) => return Err(unread("an unknown field of a projection")),
            }
        }
        let input = required(input, "an input")?;
        Ok(Relation { emit: emit.flatten(), kind: Kind::Project { input, expressions } })
    }

    fn fetch(&self) -> Result<Relation> {
        let (mut emit, mut input, mut count) = (None, None, None);
        for field in Fields::new(self.message) {
            match self.common(field, &mut emit, &mut input)? {
                None => {}
                Some((3, raw)) => raw.only(0, "rows that are passed over")?,
                Some((4, raw)) => once(&mut count, number(raw.signed()?)?)?,
                Some((5, raw)) if self.whole(raw)? == 0 => {}
                Some((6, raw)) => once(&mut count, number(self.whole(raw)?)?)?,
                Some(_) => return Err(unread("rows that are passed over")),
            }
        }
        let (input, count) = (required(input, "an input")?, required(count, "how many rows are taken")?);
        Ok(Relation { emit: emit.flatten(), kind: Kind::Fetch { input, count } })
    }

    fn whole(&self, raw: Raw<'_>) -> Result<i64> {
        match self.expression(raw)? {
            Expression::Literal { value: Some(Value::Int(number)), .. } => Ok(number),
            _ => Err(unread("a number of rows that is computed")),
        }
    }

    fn aggregate(&self) -> Result<Relation> {
        let (mut emit, mut input, mut groupings, mut measures, mut keys) =
            (None, None, Vec::new(), Vec::new(), Vec::new());
        for field in Fields::new(self.message) {
            match self.common(field, &mut emit, &mut input)? {
                None => {}
                Some((3, raw)) => groupings.push(raw.message()?),
                Some((4, raw)) => measures.push(measure(raw.message()?, self.functions)?),
                Some((5, raw)) => keys.push(self.expression(raw)?),
                Some(_) => return Err(unread("an unknown field of an aggregate")),
            }
        }
        let keys = match groupings[..] {
            [] if keys.is_empty() => keys,
            [] => return Err(unread("keys that nothing is grouped by")),
            [grouping] => self.grouping(grouping, keys)?,
            _ => return Err(unread("several grouping sets")),
        };
        let input = required(input, "an input")?;
        Ok(Relation { emit: emit.flatten(), kind: Kind::Aggregate { input, keys, measures } })
    }

    /// The keys of the one grouping: written in it, as of old, or in front and named by it, all of them and in order.
    fn grouping(&self, message: &[u8], listed: Vec<Expression>) -> Result<Vec<Expression>> {
        let (mut written, mut places) = (Vec::new(), Vec::new());
        for field in Fields::new(message) {
            match field? {
                (1, raw) => written.push(self.expression(raw)?),
                (2, raw) => raw.indexes(&mut places)?,
                _ => return Err(unread("an unknown field of a grouping")),
            }
        }
        if listed.is_empty() && places.is_empty() {
            return Ok(written);
        }
        if !written.is_empty() || !places.iter().copied().eq(0..listed.len()) {
            return Err(unread("a grouping by some of its keys"));
        }
        Ok(listed)
    }

    fn read(&self) -> Result<Relation> {
        let (mut emit, mut columns, mut filter, mut projection, mut table) = (None, None, None, None, None);
        for field in Fields::new(self.message) {
            match field? {
                (1, raw) => once(&mut emit, common(raw.message()?)?)?,
                (2, raw) => once(&mut columns, named(raw.message()?)?)?,
                (3, raw) => once(&mut filter, self.expression(raw)?)?,
                (4, raw) => once(&mut projection, mask(raw.message()?)?)?,
                (7, raw) => once(&mut table, table_name(raw.message()?)?)?,
                _ => return Err(unread("a read of anything but a table")),
            }
        }
        let (table, columns) = (required(table, "a table's name")?, required(columns, "a table's columns")?);
        Ok(Relation { emit: emit.flatten(), kind: Kind::Read(Read { table, columns, filter, projection }) })
    }
}

fn number(rows: i64) -> Result<u64> {
    u64::try_from(rows).map_err(|_| unread("a negative number of rows"))
}

/// Reads which columns are handed on; hints change nothing.
fn common(message: &[u8]) -> Result<Option<Vec<usize>>> {
    let mut emit = None;
    for field in Fields::new(message) {
        match field? {
            (1, raw) if raw.message()?.is_empty() => once(&mut emit, None)?,
            (2, raw) => {
                let mut places = Vec::new();
                for field in Fields::new(raw.message()?) {
                    let (1, raw) = field? else { return Err(unread("an unknown field of what is handed on")) };
                    raw.indexes(&mut places)?;
                }
                once(&mut emit, Some(places))?;
            }
            (3, raw) => drop(raw.message()?),
            _ => return Err(unread("an extended relation")),
        }
    }
    Ok(emit.flatten())
}

fn table_name(message: &[u8]) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for field in Fields::new(message) {
        let (1, raw) = field? else { return Err(unread("an extended table")) };
        names.push(raw.text()?);
    }
    Ok(names)
}

/// A table's columns; the names of what is inside a column would stand among them, so there must be one for each type.
fn named(message: &[u8]) -> Result<Vec<(String, Option<arrow_schema::DataType>)>> {
    let (mut names, mut types) = (Vec::new(), None);
    for field in Fields::new(message) {
        match field? {
            (1, raw) => names.push(raw.text()?),
            (2, raw) => once(&mut types, raw.message()?)?,
            _ => return Err(unread("an unknown field of a table's columns")),
        }
    }
    let mut read = Vec::new();
    for field in Fields::new(types.unwrap_or_default()) {
        match field? {
            (1, raw) => read.push(data_type(raw.message()?)?),
            (2, raw) => raw.only(0, "a variation of a type")?,
            (3, raw) => drop(raw.varint()?),
            _ => return Err(unread("an unknown field of a struct")),
        }
    }
    if names.len() != read.len() {
        return Err(unread("columns that have columns"));
    }
    Ok(names.into_iter().zip(read).collect())
}

/// Which columns are read, each as a whole.
fn mask(message: &[u8]) -> Result<Vec<usize>> {
    let mut places = Vec::new();
    for field in Fields::new(message) {
        match field? {
            (1, raw) => {
                for field in Fields::new(raw.message()?) {
                    let (1, raw) = field? else { return Err(unread("an unknown field of a mask")) };
                    let mut place = 0;
                    for field in Fields::new(raw.message()?) {
                        let (1, raw) = field? else { return Err(unread("a mask of a column's columns")) };
                        place = raw.index()?;
                    }
                    places.push(place);
                }
            }
            (2, raw) => drop(raw.flag()?),
            _ => return Err(unread("an unknown field of a mask")),
        }
    }
    Ok(places)
}
