//! Expressions and calls of functions, whose names a plan declares in front.

use std::collections::BTreeMap;

use arrow_schema::DataType;
use connector_core::{Error, Result};

use super::types::{data_type, literal};
use super::wire::{Fields, Raw, once, required};
use super::{Expression, FunctionName, MAX_DEPTH, Measure, unread};

/// Functions by the number that the plan gives them.
#[derive(Default)]
pub(super) struct Functions {
    lists: BTreeMap<(Form, u64), String>,
    declared: Vec<Declared>,
}

/// How a plan says where functions come from: of old by an URI, then by an URN, in between by both.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    Uri,
    Urn,
}

struct Declared {
    lists: Vec<(Form, u64)>,
    anchor: u64,
    name: String,
}

impl Functions {
    /// Reads where functions come from: `SimpleExtensionURI`, `SimpleExtensionURN`.
    pub fn add_list(&mut self, form: Form, message: &[u8]) -> Result<()> {
        let (mut anchor, mut location) = (0, None);
        for field in Fields::new(message) {
            match field? {
                (1, raw) => anchor = raw.varint()?,
                (2, raw) => once(&mut location, raw.text()?)?,
                _ => return Err(unread("an unknown field of an extension")),
            }
        }
        let location = location.unwrap_or_default();
        let name = match form {
            Form::Urn => location.strip_prefix("extension:io.substrait:"),
            Form::Uri => {
                let file = location.strip_prefix("/").or_else(|| location.strip_prefix(OFFICIAL));
                file.and_then(|file| file.strip_suffix(".yaml"))
            }
        };
        // A list that is none of Substrait's own says what its names mean; it has none here.
        if self.lists.insert((form, anchor), name.unwrap_or_default().to_owned()).is_some() {
            return Err(unread("two extensions of one number"));
        }
        Ok(())
    }

    /// Reads a declaration, of a function.
    pub fn declare(&mut self, message: &[u8]) -> Result<()> {
        for field in Fields::new(message) {
            let (3, raw) = field? else { return Err(unread("types of its own")) };
            let (mut lists, mut anchor, mut name) = (Vec::new(), 0, None);
            for field in Fields::new(raw.message()?) {
                match field? {
                    (1, raw) => lists.push((Form::Uri, raw.varint()?)),
                    (4, raw) => lists.push((Form::Urn, raw.varint()?)),
                    (2, raw) => anchor = raw.varint()?,
                    (3, raw) => once(&mut name, raw.text()?)?,
                    _ => return Err(unread("an unknown field of a function")),
                }
            }
            self.declared.push(Declared { lists, anchor, name: required(name, "a function's name")? });
        }
        Ok(())
    }

    fn named(&self, anchor: u64) -> Result<FunctionName> {
        let mut found = self.declared.iter().filter(|declared| declared.anchor == anchor);
        let (Some(declared), None) = (found.next(), found.next()) else {
            return Err(Error::corrupt("the plan calls a function that it does not declare once"));
        };
        let lists: Option<Vec<&String>> = declared.lists.iter().map(|list| self.lists.get(list)).collect();
        let lists = lists.unwrap_or_default();
        match lists.split_first() {
            Some((first, others)) if !first.is_empty() && others.iter().all(|other| other == first) => {
                let name = declared.name.split(':').next().unwrap_or_default().to_owned();
                Ok(FunctionName { list: (*first).clone(), name })
            }
            _ => Err(unread("functions of a list that is not Substrait's")),
        }
    }
}

const OFFICIAL: &str = "https://github.com/substrait-io/substrait/blob/main/extensions/";

/// Reads an expression.
pub(super) fn expression(message: &[u8], functions: &Functions, depth: usize) -> Result<Expression> {
    if depth > MAX_DEPTH {
        return Err(unread("expressions this deep"));
    }
    let mut found = None;
    for field in Fields::new(message) {
        let (number, raw) = field?;
        let message = raw.message()?;
        let expression = match number {
            1 => literal(message).map(|(value, data_type)| Expression::Literal { value, data_type })?,
            2 => Expression::Field(reference(message)?),
            3 => {
                let call = call(message, functions, depth, &[4])?;
                let (function, arguments, data_type) = (call.function, call.arguments, call.data_type);
                Expression::Call { function, arguments, data_type }
            }
            8 => one_of(message, functions, depth)?,
            _ => return Err(unread("such an expression")),
        };
        once(&mut found, expression)?;
    }
    required(found, "an expression")
}

/// A direct reference to a column of the input, and nothing inside it.
fn reference(message: &[u8]) -> Result<usize> {
    let mut place = None;
    for field in Fields::new(message) {
        match field? {
            (1, raw) => once(&mut place, segment(raw.message()?)?)?,
            (4, raw) if raw.message()?.is_empty() => {}
            _ => return Err(unread("a reference beyond its input")),
        }
    }
    required(place, "what a reference is to")
}

fn segment(message: &[u8]) -> Result<usize> {
    let mut place = None;
    for field in Fields::new(message) {
        let (2, raw) = field? else { return Err(unread("a reference into a map or list")) };
        let mut index = 0;
        for field in Fields::new(raw.message()?) {
            let (1, raw) = field? else { return Err(unread("a reference into a struct")) };
            index = raw.index()?;
        }
        once(&mut place, index)?;
    }
    required(place, "what a reference is to")
}

fn one_of(message: &[u8], functions: &Functions, depth: usize) -> Result<Expression> {
    let (mut value, mut options) = (None, Vec::new());
    for field in Fields::new(message) {
        match field? {
            (1, raw) => once(&mut value, Box::new(expression(raw.message()?, functions, depth + 1)?))?,
            (2, raw) => options.push(expression(raw.message()?, functions, depth + 1)?),
            _ => return Err(unread("an unknown field of a list")),
        }
    }
    Ok(Expression::OneOf { value: required(value, "what is looked for in a list")?, options })
}

/// What calls of scalar functions and of aggregates have in common.
struct Call {
    function: FunctionName,
    arguments: Vec<Expression>,
    data_type: Option<DataType>,
    distinct: bool,
}

/// Reads a call; `arguments` are the fields that hold arguments. An aggregate's result stands in field 5, a function's in 3.
fn call(message: &[u8], functions: &Functions, depth: usize, arguments: &[u64]) -> Result<Call> {
    let is_aggregate = arguments == [7];
    let (mut function, mut values, mut data, mut distinct) = (None, Vec::new(), None, false);
    for field in Fields::new(message) {
        match field? {
            (1, raw) => once(&mut function, functions.named(raw.varint()?)?)?,
            (number, raw) if arguments.contains(&number) => values.push(argument(raw, functions, depth)?),
            (3, raw) if !is_aggregate => once(&mut data, data_type(raw.message()?)?)?,
            (5, raw) if is_aggregate => once(&mut data, data_type(raw.message()?)?)?,
            // Unspecified is from the rows to the result.
            (4, raw) if is_aggregate && raw.varint()? == 0 => {}
            (4, raw) if is_aggregate => raw.only(3, "half an aggregate")?,
            (6, raw) if is_aggregate => match raw.varint()? {
                0 | 1 => {}
                2 => distinct = true,
                _ => return Err(unread("an aggregate of some values")),
            },
            _ => return Err(unread("options of a function")),
        }
    }
    // A number of zero is not written.
    let function = function.map_or_else(|| functions.named(0), Ok)?;
    Ok(Call { function, arguments: values, data_type: data.flatten(), distinct })
}

fn argument(raw: Raw<'_>, functions: &Functions, depth: usize) -> Result<Expression> {
    let mut value = None;
    for field in Fields::new(raw.message()?) {
        let (3, raw) = field? else { return Err(unread("an argument that is no value")) };
        once(&mut value, expression(raw.message()?, functions, depth + 1)?)?;
    }
    required(value, "an argument")
}

/// Reads an aggregate of a group.
pub(super) fn measure(message: &[u8], functions: &Functions) -> Result<Measure> {
    let mut found = None;
    for field in Fields::new(message) {
        let (1, raw) = field? else { return Err(unread("an aggregate of the rows that pass a filter")) };
        once(&mut found, call(raw.message()?, functions, 0, &[7])?)?;
    }
    let Call { function, arguments, data_type, distinct } = required(found, "an aggregate")?;
    Ok(Measure { function, arguments, distinct, data_type })
}
