//! Expressions: calls, columns and constants. An unknown function fails the request, because ignoring it could drop rows
//! from under a limit.

use arrow_array::cast::AsArray;
use arrow_schema::DataType;
use connector_core::{Error, Expr, Function, Result, Value};

use super::arrow_type::{read_type, write_type};
use super::domain::only_column;
use super::value::{ValueWriter, has_values, read_values};
use crate::protocol::Framing;
use crate::protocol::block::{BlockReader, first_serde};
use crate::protocol::json::{Cursor, Object, Shortened, Writer};

/// Reads an expression. Its depth is bounded, because that of a message is.
pub(super) fn read_expression(cursor: Cursor<'_, '_>, blocks: &mut BlockReader) -> Result<Expr> {
    let node = cursor.object()?;
    match node.text("@type")?.as_str() {
        "FunctionCallExpression" => read_call(&node, blocks),
        "VariableExpression" => {
            Ok(Expr::Column { name: node.text("columnName")?, data_type: node.field("type", read_type)? })
        }
        "ConstantExpression" => read_constant(&node, blocks),
        "functionCall" | "variable" | "constant" => Err(cursor.locate(first_serde())),
        other => Err(cursor.error(format!("\"{}\" is no kind of expression", Shortened(other)))),
    }
}

fn read_call(node: &Object<'_, '_>, blocks: &mut BlockReader) -> Result<Expr> {
    let data_type = node.field("type", read_type)?;
    let function = node.field("functionName", |cursor| cursor.object()?.field("functionName", read_function))?;
    let mut args = node.field("arguments", |cursor| cursor.items(|argument| read_expression(argument, blocks)))?;
    if !takes(function, args.len()) {
        let (name, given) = (function.wire_name(), args.len());
        return Err(node.error(format!("the function {name} cannot take {given} arguments")));
    }
    if function == Function::In
        && let Some(list) = args.get_mut(1)
    {
        // An array literal of one element comes as a constant of one row, like a scalar.
        if let Expr::Constant { value, data_type } = list {
            *list = Expr::List { values: vec![value.take()], data_type: data_type.clone() };
        }
    }
    Ok(Expr::Call { function, args, data_type })
}

fn read_function(cursor: Cursor<'_, '_>) -> Result<Function> {
    let name = cursor.text()?;
    Function::from_wire_name(&name).ok_or_else(|| {
        let message = format!("the function \"{}\" of a pushed-down expression is not known", Shortened(&name));
        cursor.locate(Error::unsupported(message).hint("advertise only functions of the protocol"))
    })
}

fn takes(function: Function, arguments: usize) -> bool {
    match function {
        Function::And | Function::Or => arguments >= 1,
        Function::Not | Function::IsNull | Function::Negate => arguments == 1,
        Function::Array => true,
        _ => arguments == 2,
    }
}

/// A constant is a value, a NULL in any of three forms (no block, no row, a row of NULL), or several rows: a folded array.
fn read_constant(node: &Object<'_, '_>, blocks: &mut BlockReader) -> Result<Expr> {
    let declared = node.field("type", read_type)?;
    let constant = node.nullable("valueBlock", |field| {
        let block = blocks.read(field)?;
        let column = only_column(field, &block)?;
        if let DataType::List(element) = column.data_type()
            && column.len() == 1
            && column.is_valid(0)
        {
            let values = read_values(&column.as_list::<i32>().value(0)).map_err(|error| field.locate(error))?;
            return Ok(Expr::List { values, data_type: element.data_type().clone() });
        }
        let mut values = read_values(column).map_err(|error| field.locate(error))?;
        let data_type = column.data_type().clone();
        Ok(match values.len() {
            0 | 1 => Expr::Constant { value: values.pop().flatten(), data_type },
            _ => Expr::List { values, data_type },
        })
    })?;
    Ok(constant.unwrap_or(Expr::Constant { value: None, data_type: declared }))
}

/// Writes an expression.
pub(super) fn write_expression(writer: &mut Writer, expression: &Expr, framing: Framing) -> Result<()> {
    match expression {
        Expr::Column { name, data_type } => writer.object(|writer| {
            writer.name("@type")?.text("VariableExpression")?;
            writer.name("columnName")?.text(name)?;
            write_type(writer.name("type")?, data_type)
        }),
        Expr::Constant { value, data_type } => write_constant(writer, &[value.as_ref()], data_type, framing),
        // A block without rows would be read as NULL, so an array of nothing is a call of nothing.
        Expr::List { values, data_type } if values.is_empty() => {
            write_call(writer, Function::Array, &[], &DataType::new_list(data_type.clone(), true), framing)
        }
        Expr::List { values, data_type } => {
            let values: Vec<Option<&Value>> = values.iter().map(Option::as_ref).collect();
            write_constant(writer, &values, data_type, framing)
        }
        Expr::Call { function, args, data_type } => write_call(writer, *function, args, data_type, framing),
    }
}

fn write_call(
    writer: &mut Writer,
    function: Function,
    args: &[Expr],
    data_type: &DataType,
    framing: Framing,
) -> Result<()> {
    writer.object(|writer| {
        writer.name("@type")?.text("FunctionCallExpression")?;
        write_type(writer.name("type")?, data_type)?;
        writer.name("functionName")?.object(|writer| writer.name("functionName")?.text(function.wire_name()))?;
        writer.name("arguments")?.array(args, |writer, argument| write_expression(writer, argument, framing))
    })
}

fn write_constant(
    writer: &mut Writer,
    values: &[Option<&Value>],
    data_type: &DataType,
    framing: Framing,
) -> Result<()> {
    writer.object(|writer| {
        writer.name("@type")?.text("ConstantExpression")?;
        writer.name("valueBlock")?;
        if has_values(data_type) {
            ValueWriter::new(data_type, framing)?.write(writer, values)?;
        } else if values.iter().all(Option::is_none) {
            writer.null()?;
        } else {
            return Err(Error::unsupported(format!("a constant of the type {data_type} cannot be sent")));
        }
        write_type(writer.name("type")?, data_type)
    })
}
