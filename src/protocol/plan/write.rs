//! A plan as bytes, in the form that current versions of Substrait read.

use std::collections::BTreeMap;

use arrow_schema::{DataType, TimeUnit};
use connector_core::{Error, Result, Value};

use super::wire::Message;
use super::{Expression, FunctionName, Kind, Measure, Plan, Read, Relation};

/// The version that is written.
pub(super) const VERSION: &str = "0.102.0";

/// The lists and functions that a plan calls, numbered as they are met.
#[derive(Default)]
struct Called {
    lists: BTreeMap<String, u64>,
    functions: BTreeMap<FunctionName, u64>,
}

pub(super) fn plan(plan: &Plan) -> Result<Vec<u8>> {
    let mut called = Called::default();
    let root = relation(&plan.root, &mut called)?;
    let root = plan.names.iter().fold(Message::default().message(1, root), |root, name| root.bytes(2, name.as_bytes()));
    let mut message = Message::default();
    for (list, number) in &called.lists {
        let urn = format!("extension:io.substrait:{list}");
        message = message.message(8, Message::default().varint(1, *number).bytes(2, urn.as_bytes()));
    }
    for (function, number) in &called.functions {
        let list = called.lists.get(&function.list).copied().unwrap_or_default();
        let declared = Message::default().varint(4, list).varint(2, *number).bytes(3, function.name.as_bytes());
        message = message.message(2, Message::default().message(3, declared));
    }
    let version = Message::default().varint(2, 102).bytes(5, b"glaux");
    Ok(message.message(3, Message::default().message(2, root)).message(6, version).into_bytes())
}

impl Called {
    fn number(&mut self, function: &FunctionName) -> u64 {
        let lists = u64::try_from(self.lists.len()).unwrap_or(u64::MAX);
        self.lists.entry(function.list.clone()).or_insert(lists + 1);
        let functions = u64::try_from(self.functions.len()).unwrap_or(u64::MAX);
        *self.functions.entry(function.clone()).or_insert(functions + 1)
    }
}

fn place(place: usize) -> u64 {
    u64::try_from(place).unwrap_or(u64::MAX)
}

fn relation(of: &Relation, called: &mut Called) -> Result<Message> {
    let common = match &of.emit {
        None => Message::default().message(1, Message::default()),
        Some(places) => {
            let places = places.iter().fold(Message::default(), |emit, index| emit.varint(1, place(*index)));
            Message::default().message(2, places)
        }
    };
    let head = Message::default().message(1, common);
    let (kind, message) = match &of.kind {
        Kind::Read(read) => (1, read_of(head, read, called)?),
        Kind::Filter { input, condition } => {
            (2, head.message(2, relation(input, called)?).message(3, expression(condition, called)?))
        }
        Kind::Fetch { input, count } => {
            let count = Expression::Literal {
                value: Some(Value::Int(i64::try_from(*count).unwrap_or(i64::MAX))),
                data_type: DataType::Int64,
            };
            (3, head.message(2, relation(input, called)?).message(6, expression(&count, called)?))
        }
        Kind::Aggregate { input, keys, measures } => {
            let head = head.message(2, relation(input, called)?);
            (4, aggregate(head, keys, measures, called)?)
        }
        Kind::Project { input, expressions } => {
            let mut message = head.message(2, relation(input, called)?);
            for projected in expressions {
                message = message.message(3, expression(projected, called)?);
            }
            (7, message)
        }
    };
    Ok(Message::default().message(kind, message))
}

fn read_of(head: Message, read: &Read, called: &mut Called) -> Result<Message> {
    let mut names = Message::default();
    let mut types = Message::default();
    for (name, of) in &read.columns {
        names = names.bytes(1, name.as_bytes());
        types = types.message(1, data_type(of.as_ref()));
    }
    let mut message = head.message(2, names.message(2, types.varint(3, REQUIRED)));
    if let Some(filter) = &read.filter {
        message = message.message(3, expression(filter, called)?);
    }
    if let Some(places) = &read.projection {
        let items = places
            .iter()
            .fold(Message::default(), |items, index| items.message(1, Message::default().varint(1, place(*index))));
        message = message.message(4, Message::default().message(1, items));
    }
    let table = read.table.iter().fold(Message::default(), |table, name| table.bytes(1, name.as_bytes()));
    Ok(message.message(7, table))
}

fn aggregate(head: Message, keys: &[Expression], measures: &[Measure], called: &mut Called) -> Result<Message> {
    let grouping = (0..keys.len()).fold(Message::default(), |grouping, index| grouping.varint(2, place(index)));
    let mut message = head.message(3, grouping);
    for measure in measures {
        let mut call = Message::default().varint(1, called.number(&measure.function)).varint(4, 3);
        call = call.message(5, data_type(measure.data_type.as_ref()));
        call = call.varint(6, if measure.distinct { 2 } else { 1 });
        for argument in &measure.arguments {
            call = call.message(7, Message::default().message(3, expression(argument, called)?));
        }
        message = message.message(4, Message::default().message(1, call));
    }
    for key in keys {
        message = message.message(5, expression(key, called)?);
    }
    Ok(message)
}

fn expression(of: &Expression, called: &mut Called) -> Result<Message> {
    Ok(match of {
        Expression::Field(index) => {
            let field = Message::default().varint(1, place(*index));
            let reference = Message::default().message(1, Message::default().message(2, field));
            Message::default().message(2, reference.message(4, Message::default()))
        }
        Expression::Literal { value, data_type } => Message::default().message(1, literal(value.as_ref(), data_type)?),
        Expression::Call { function, arguments, data_type: result } => {
            let mut call = Message::default().varint(1, called.number(function));
            for argument in arguments {
                call = call.message(4, Message::default().message(3, expression(argument, called)?));
            }
            Message::default().message(3, call.message(3, data_type(result.as_ref())))
        }
        Expression::OneOf { value, options } => {
            let mut list = Message::default().message(1, expression(value, called)?);
            for option in options {
                list = list.message(2, expression(option, called)?);
            }
            Message::default().message(8, list)
        }
    })
}

const NULLABLE: u64 = 1;
const REQUIRED: u64 = 2;

fn data_type(of: Option<&DataType>) -> Message {
    let plain = |number| Message::default().message(number, Message::default().varint(2, NULLABLE));
    let millis = |number| Message::default().message(number, Message::default().varint(1, 3).varint(3, NULLABLE));
    match of {
        Some(DataType::Boolean) => plain(1),
        Some(DataType::Int8) => plain(2),
        Some(DataType::Int16) => plain(3),
        Some(DataType::Int32) => plain(5),
        Some(DataType::Int64) => plain(7),
        Some(DataType::Float32) => plain(10),
        Some(DataType::Float64) => plain(11),
        Some(DataType::Utf8) => plain(12),
        Some(DataType::Binary) => plain(13),
        Some(DataType::Date32) => plain(16),
        Some(DataType::Date64) => millis(33),
        Some(DataType::Timestamp(TimeUnit::Millisecond, Some(_))) => millis(34),
        Some(DataType::Decimal128(precision, scale)) => {
            let decimal = Message::default().signed(1, (*scale).into()).varint(2, (*precision).into());
            Message::default().message(24, decimal.varint(4, NULLABLE))
        }
        // Something that nobody reads: a struct of no columns.
        _ => Message::default().message(25, Message::default().varint(3, NULLABLE)),
    }
}

fn literal(value: Option<&Value>, of: &DataType) -> Result<Message> {
    let message = Message::default();
    Ok(match (value, of) {
        (None, of) => message.message(29, data_type(Some(of))),
        (Some(Value::Bool(value)), _) => message.varint(1, u64::from(*value)),
        (Some(Value::Int(value)), DataType::Int8) => message.signed(2, *value),
        (Some(Value::Int(value)), DataType::Int16) => message.signed(3, *value),
        (Some(Value::Int(value)), DataType::Int32) => message.signed(5, *value),
        (Some(Value::Int(value)), DataType::Int64) => message.signed(7, *value),
        (Some(Value::Text(value)), _) => message.bytes(12, value.as_bytes()),
        (Some(Value::Date(value)), _) => message.signed(16, (*value).into()),
        (Some(Value::Decimal { unscaled, .. }), DataType::Decimal128(precision, scale)) => {
            let decimal = Message::default().bytes(1, &unscaled.to_le_bytes()).varint(2, (*precision).into());
            message.message(24, decimal.signed(3, (*scale).into()))
        }
        (Some(Value::Millis(millis)), _) => message.message(34, Message::default().varint(1, 3).signed(2, *millis)),
        (Some(Value::ZonedMillis(millis)), _) => {
            message.message(35, Message::default().varint(1, 3).signed(2, *millis))
        }
        (Some(_), of) => return Err(Error::internal(format!("a plan has no place for a constant of type {of}"))),
    })
}
