//! What a message means, in the format of the recordings' `values` files. Value sets are left to `value_set`.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMillisecondType,
};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connector_core::{Direction, Expr, Nulls, SortKey, TableName, Value, block_size};
use glaux::protocol::*;
use serde_json::{Map, Value as Json, json};

pub fn request(request: &Request) -> Json {
    let mut json = match request {
        Request::Ping(r) => head(&r.identity, &r.query_id, &r.catalog),
        Request::GetDataSourceCapabilities(r) => head(&r.identity, &r.query_id, &r.catalog),
        Request::ListSchemas(r) => head(&r.identity, &r.query_id, &r.catalog),
        Request::ListTables(r) => {
            let mut json = head(&r.identity, &r.query_id, &r.catalog);
            let page_size = r.page_size.map_or(-1, i64::from);
            put(&mut json, json!({"schemaName": r.schema, "nextToken": r.next_token, "pageSize": page_size}));
            json
        }
        Request::GetTable(r) => {
            let mut json = head(&r.identity, &r.query_id, &r.catalog);
            put(&mut json, json!({"tableName": table(&r.table), "queryPassthroughArguments": r.passthrough}));
            json
        }
        Request::GetTableLayout(r) => {
            let mut json = head(&r.identity, &r.query_id, &r.catalog);
            put(&mut json, json!({"tableName": table(&r.table), "constraints": constraints(&r.constraints)}));
            put(&mut json, json!({"schema": schema(&r.schema), "partitionColumns": set(&r.partition_columns)}));
            json
        }
        Request::GetSplits(r) => {
            let mut json = head(&r.identity, &r.query_id, &r.catalog);
            put(&mut json, json!({"tableName": table(&r.table), "partitions": block(&r.partitions)}));
            put(&mut json, json!({"partitionColumns": set(&r.partition_columns)}));
            put(
                &mut json,
                json!({"constraints": constraints(&r.constraints), "continuationToken": r.continuation_token}),
            );
            json
        }
        Request::ReadRecords(r) => {
            let mut json = head(&r.identity, &r.query_id, &r.catalog);
            put(
                &mut json,
                json!({"tableName": table(&r.table), "schema": schema(&r.schema), "split": split(&r.split)}),
            );
            put(&mut json, json!({"constraints": constraints(&r.constraints), "maxBlockSize": r.max_block_size}));
            put(&mut json, json!({"maxInlineBlockSize": r.max_inline_block_size}));
            json
        }
        Request::UserDefinedFunction(r) => json!({
            "identity": identity(&r.identity), "inputRecords": block(&r.input), "outputSchema": schema(&r.output_schema),
            "methodName": r.method, "functionType": "SCALAR",
        }),
        Request::Check(r) => json!({"identity": identity(&r.identity), "catalogs": r.catalogs}),
    };
    put(&mut json, json!({"class": request.kind()}));
    json
}

pub fn response(response: &Response) -> Json {
    let mut json = match response {
        Response::Ping(r) => json!({
            "catalogName": r.catalog, "queryId": r.query_id, "sourceType": r.source_type,
            "capabilities": r.capabilities, "serDeVersion": r.serde_version,
        }),
        Response::GetDataSourceCapabilities(r) => {
            let promise = |p: &CapabilitySubType| json!({"subType": p.sub_type, "properties": p.properties});
            let promises = |list: &Vec<CapabilitySubType>| Json::from(list.iter().map(promise).collect::<Vec<_>>());
            let all: Map<_, _> = r.capabilities.iter().map(|(key, list)| (key.clone(), promises(list))).collect();
            json!({"catalogName": r.catalog, "capabilities": all})
        }
        Response::ListSchemas(r) => json!({"catalogName": r.catalog, "schemas": r.schemas}),
        Response::ListTables(r) => {
            let tables: Vec<_> = r.tables.iter().map(table).collect();
            json!({"catalogName": r.catalog, "tables": tables, "nextToken": r.next_token})
        }
        Response::GetTable(r) => json!({
            "catalogName": r.catalog, "tableName": table(&r.table), "schema": schema(&r.schema),
            "partitionColumns": set(&r.partition_columns),
        }),
        Response::GetTableLayout(r) => {
            json!({"catalogName": r.catalog, "tableName": table(&r.table), "partitions": block(&r.partitions)})
        }
        Response::GetSplits(r) => {
            let splits: Vec<_> = r.splits.iter().map(split).collect();
            json!({"catalogName": r.catalog, "splits": splits, "continuationToken": r.continuation_token})
        }
        Response::ReadRecords(r) => json!({"catalogName": r.catalog, "records": block(&r.records)}),
        Response::RemoteReadRecords(r) => {
            let blocks: Vec<_> = r.remote_blocks.iter().map(location).collect();
            json!({
                "catalogName": r.catalog, "schema": schema(&r.schema), "remoteBlocks": blocks,
                "encryptionKey": r.encryption_key.as_ref().map(key),
            })
        }
        Response::UserDefinedFunction(r) => json!({"records": block(&r.records), "methodName": r.method}),
        Response::Check(r) => json!({"version": r.version, "findings": r.findings.len()}),
    };
    put(&mut json, json!({"class": response.kind()}));
    json
}

fn put(json: &mut Json, more: Json) {
    let (Json::Object(json), Json::Object(more)) = (json, more) else { panic!("two objects") };
    json.extend(more);
}

fn head(who: &Identity, query_id: &str, catalog: &str) -> Json {
    json!({"identity": identity(who), "queryId": query_id, "catalogName": catalog})
}

fn identity(who: &Identity) -> Json {
    json!({
        "account": who.account, "arn": who.arn, "tags": who.tags, "groups": who.groups,
        "configOptions": who.config_options,
    })
}

fn table(name: &TableName) -> Json {
    json!({"schemaName": name.schema, "tableName": name.table})
}

/// Partition columns are a set.
pub fn set(names: &[String]) -> Json {
    let mut names = names.to_vec();
    names.sort();
    json!(names)
}

fn split(split: &Split) -> Json {
    json!({
        "spillLocation": split.spill_location.as_ref().map(location),
        "encryptionKey": split.encryption_key.as_ref().map(key),
        "properties": split.properties,
    })
}

fn location(place: &SpillLocation) -> Json {
    json!({"bucket": place.bucket, "key": place.key, "directory": place.directory})
}

/// Keys cannot be looked into from here, so the two that the recordings use are recognised.
fn key(key: &EncryptionKey) -> Json {
    let nonce: Vec<u8> = (0..12).collect();
    for length in [16, 32] {
        let bytes: Vec<u8> = (0..length).collect();
        if *key == EncryptionKey::new(bytes.clone(), nonce.clone()) {
            return json!({"key": STANDARD.encode(bytes), "nonce": STANDARD.encode(nonce)});
        }
    }
    json!("another key")
}

pub fn constraints(constraints: &Constraints) -> Json {
    json!({
        "expression": constraints.expressions.iter().map(expression).collect::<Vec<_>>(),
        "orderByClause": constraints.order_by.iter().map(sort_key).collect::<Vec<_>>(),
        "limit": constraints.limit.map_or(-1, |limit| i64::try_from(limit).unwrap()),
        "queryPassthroughArguments": constraints.passthrough,
        "queryPlan": constraints.query_plan.as_ref().map(|plan| {
            json!({"substraitVersion": plan.version, "substraitPlan": plan.plan})
        }),
    })
}

fn sort_key(key: &SortKey) -> Json {
    let direction = if key.direction == Direction::Ascending { "ASC" } else { "DESC" };
    let nulls = if key.nulls == Nulls::First { "FIRST" } else { "LAST" };
    json!({"columnName": key.column, "direction": format!("{direction}_NULLS_{nulls}")})
}

fn expression(node: &Expr) -> Json {
    let kind = type_name(node.data_type());
    match node {
        Expr::Column { name, .. } => json!({"kind": "VariableExpression", "type": kind, "column": name}),
        Expr::Constant { value, .. } => {
            json!({"kind": "ConstantExpression", "type": kind, "values": [constant(value.as_ref())]})
        }
        Expr::List { values, .. } => {
            let values: Vec<_> = values.iter().map(Option::as_ref).map(constant).collect();
            json!({"kind": "ConstantExpression", "type": kind, "values": values})
        }
        Expr::Call { function, args, .. } => {
            let arguments: Vec<_> = args.iter().map(expression).collect();
            let function = function.wire_name();
            json!({"kind": "FunctionCallExpression", "type": kind, "function": function, "arguments": arguments})
        }
    }
}

fn constant(value: Option<&Value>) -> Json {
    value.map_or(Json::Null, value_json)
}

pub fn value_json(value: &Value) -> Json {
    match value {
        Value::Bool(bit) => json!(bit),
        Value::Int(number) => json!(number),
        Value::Float32(number) => float(f64::from(*number)),
        Value::Float64(number) => float(*number),
        Value::Decimal { unscaled, scale } => json!(decimal(*unscaled, *scale)),
        Value::Text(text) => json!(text),
        Value::Bytes(bytes) => json!(STANDARD.encode(bytes)),
        Value::Date(days) => json!(date(i64::from(*days))),
        Value::Millis(millis) => json!(timestamp(*millis)),
        Value::ZonedMillis(millis) => json!({"packed": pack_zoned(*millis).unwrap()}),
    }
}

pub fn schema(schema: &Schema) -> Json {
    let fields: Vec<_> = schema.fields().iter().map(|child| field(child)).collect();
    json!({"fields": fields, "metadata": schema.metadata()})
}

fn field(field: &Field) -> Json {
    let mut json = json!({"name": field.name(), "type": type_name(field.data_type()), "nullable": field.is_nullable()});
    let children: Vec<_> = match field.data_type() {
        DataType::List(child) | DataType::Map(child, _) => vec![self::field(child)],
        DataType::Struct(members) => members.iter().map(|member| self::field(member)).collect(),
        _ => return json,
    };
    put(&mut json, json!({"children": children}));
    json
}

pub fn type_name(data_type: &DataType) -> String {
    match data_type {
        DataType::Boolean => "Bool".into(),
        DataType::Int8 => "Int(8, true)".into(),
        DataType::Int16 => "Int(16, true)".into(),
        DataType::Int32 => "Int(32, true)".into(),
        DataType::Int64 => "Int(64, true)".into(),
        DataType::Float32 => "FloatingPoint(SINGLE)".into(),
        DataType::Float64 => "FloatingPoint(DOUBLE)".into(),
        DataType::Decimal128(precision, scale) => format!("Decimal({precision}, {scale}, 128)"),
        DataType::Date32 => "Date(DAY)".into(),
        DataType::Date64 => "Date(MILLISECOND)".into(),
        DataType::Timestamp(TimeUnit::Millisecond, Some(zone)) => format!("Timestamp(MILLISECOND, {zone})"),
        DataType::Utf8 => "Utf8".into(),
        DataType::Binary => "Binary".into(),
        DataType::List(_) => "List".into(),
        DataType::Struct(_) => "Struct".into(),
        DataType::Map(_, sorted) => format!("Map({sorted})"),
        other => panic!("{other} is in no recording"),
    }
}

pub fn block(batch: &RecordBatch) -> Json {
    json!({
        "schema": schema(batch.schema_ref()), "rowCount": batch.num_rows(), "bytes": block_size(batch),
        "rows": rows(batch),
    })
}

pub fn rows(batch: &RecordBatch) -> Json {
    let names = batch.schema_ref().fields();
    let cell = |row, column: usize| (names[column].name().clone(), cell(batch.column(column).as_ref(), row));
    let row = |row| Json::Object((0..batch.num_columns()).map(|column| cell(row, column)).collect());
    Json::Array((0..batch.num_rows()).map(row).collect())
}

fn cell(array: &dyn Array, row: usize) -> Json {
    if array.is_null(row) {
        return Json::Null;
    }
    match array.data_type() {
        DataType::Boolean => json!(array.as_boolean().value(row)),
        DataType::Int8 => json!(array.as_primitive::<Int8Type>().value(row)),
        DataType::Int16 => json!(array.as_primitive::<Int16Type>().value(row)),
        DataType::Int32 => json!(array.as_primitive::<Int32Type>().value(row)),
        DataType::Int64 => json!(array.as_primitive::<Int64Type>().value(row)),
        DataType::Float32 => float(f64::from(array.as_primitive::<Float32Type>().value(row))),
        DataType::Float64 => float(array.as_primitive::<Float64Type>().value(row)),
        DataType::Decimal128(_, scale) => json!(decimal(array.as_primitive::<Decimal128Type>().value(row), *scale)),
        DataType::Date32 => json!(date(i64::from(array.as_primitive::<Date32Type>().value(row)))),
        DataType::Date64 => json!(timestamp(array.as_primitive::<Date64Type>().value(row))),
        DataType::Timestamp(..) => {
            let packed = array.as_primitive::<TimestampMillisecondType>().value(row);
            let utc = timestamp(unpack_zoned(packed));
            json!({"packed": packed, "utc": if utc.len() == 16 { format!("{utc}:00Z") } else { format!("{utc}Z") }})
        }
        DataType::Utf8 => json!(array.as_string::<i32>().value(row)),
        DataType::Binary => json!(STANDARD.encode(array.as_binary::<i32>().value(row))),
        DataType::List(_) => list(array.as_list::<i32>().value(row).as_ref()),
        DataType::Struct(members) => {
            let columns = array.as_struct().columns();
            Json::Object(members.iter().zip(columns).map(|(m, c)| (m.name().clone(), cell(c.as_ref(), row))).collect())
        }
        DataType::Map(..) => {
            let entries = array.as_map().value(row);
            let pair = |row| json!([cell(entries.column(0).as_ref(), row), cell(entries.column(1).as_ref(), row)]);
            Json::Array((0..entries.len()).map(pair).collect())
        }
        other => panic!("{other} is in no recording"),
    }
}

fn list(array: &dyn Array) -> Json {
    Json::Array((0..array.len()).map(|row| cell(array, row)).collect())
}

fn float(number: f64) -> Json {
    match number {
        number if number.is_nan() => json!("NaN"),
        f64::INFINITY => json!("Infinity"),
        f64::NEG_INFINITY => json!("-Infinity"),
        number => json!(number),
    }
}

fn decimal(unscaled: i128, scale: i8) -> String {
    let scale = usize::try_from(scale).unwrap();
    let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if unscaled < 0 { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// Days since the epoch as a date, by counting years and months: slow and plain.
fn date(mut days: i64) -> String {
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let mut year = 1970;
    while days < 0 {
        year -= 1;
        days += if leap(year) { 366 } else { 365 };
    }
    while days >= if leap(year) { 366 } else { 365 } {
        days -= if leap(year) { 366 } else { 365 };
        year += 1;
    }
    let mut months = vec![31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    months[1] += i64::from(leap(year));
    let mut month = 1;
    for length in months {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    format!("{year:04}-{month:02}-{:02}", days + 1)
}

/// As Java shows it: no seconds where they are 0.
fn timestamp(millis: i64) -> String {
    let (days, rest) = (millis.div_euclid(86_400_000), millis.rem_euclid(86_400_000));
    let (minutes, seconds) = (rest / 60_000, rest % 60_000);
    let clock = format!("{}T{:02}:{:02}", date(days), minutes / 60, minutes % 60);
    match (seconds / 1000, seconds % 1000) {
        (0, 0) => clock,
        (second, 0) => format!("{clock}:{second:02}"),
        (second, milli) => format!("{clock}:{second:02}.{milli:03}"),
    }
}
