//! Reading: any order, unknown fields, absent optional ones, coerced scalars; and where it ends, an error that says where.

use std::collections::HashSet;

use connector_core::{Bound, Error, ErrorKind, Expr, Function, Value, Values};
use glaux::protocol::{Constraints, Request, Response};

use super::appendix::text;
use super::ordered::{MAPS, Ordered};
use super::vectors::{constraints, messages};

/// A message, whichever side it is of.
#[derive(Debug, PartialEq)]
enum Message {
    Asked(Box<Request>),
    Told(Box<Response>),
}

fn decode(name: &str, bytes: &[u8]) -> Result<Message, Error> {
    if name.contains("Request") {
        Request::decode(bytes).map(|request| Message::Asked(Box::new(request)))
    } else {
        Response::decode(bytes).map(|response| Message::Told(Box::new(response)))
    }
}

#[test]
fn the_order_of_fields_does_not_matter() {
    for (version, name, bytes) in messages() {
        let mut json = Ordered::parse(&bytes);
        json.each_object("", &mut |_, fields| fields.reverse());
        let reversed = decode(&name, json.write().as_bytes()).unwrap();
        assert_eq!(reversed, decode(&name, &bytes).unwrap(), "v{}/{name}", version.number());
    }
}

#[test]
fn unknown_fields_are_ignored_at_every_level() {
    for (version, name, bytes) in messages() {
        let mut json = Ordered::parse(&bytes);
        json.each_object("", &mut |field, fields| {
            if !MAPS.contains(&field) {
                fields.insert(fields.len() / 2, ("x-new".into(), Ordered::Object(vec![("y".into(), Ordered::Null)])));
            }
        });
        let extended = decode(&name, json.write().as_bytes()).unwrap();
        assert_eq!(extended, decode(&name, &bytes).unwrap(), "v{}/{name}", version.number());
    }
}

#[test]
fn a_byte_order_mark_before_and_anything_after_a_message_are_ignored() {
    for (_, name, bytes) in messages() {
        let wrapped = [b"\xef\xbb\xbf".as_slice(), &bytes, b"}trailing"].concat();
        assert_eq!(decode(&name, &wrapped).unwrap(), decode(&name, &bytes).unwrap());
    }
}

/// Fields whose absence is no error, wherever they stand.
const OPTIONAL: [&str; 19] = [
    "identity",
    "id",
    "principal",
    "account",
    "arn",
    "tags",
    "groups",
    "configOptions",
    "nextToken",
    "pageSize",
    "continuationToken",
    "serDeVersion",
    "expression",
    "orderByClause",
    "limit",
    "queryPassthroughArguments",
    "queryPlan",
    "substraitVersion",
    "substraitPlan",
];

#[test]
fn an_absent_field_is_an_error_that_names_it_unless_it_is_optional() {
    let mut refused = 0;
    let mut done = HashSet::new();
    for (version, name, bytes) in messages() {
        let label = format!("v{}/{name}", version.number());
        // Without its zone a timestamp is another type, which is another error.
        for (path, field) in fields_of(&Ordered::parse(&bytes)).into_iter().filter(|(_, field)| field != "timezone") {
            // One of many alike is enough.
            let shape = path.split('.').map(|step| step.split('[').next().unwrap()).filter(|step| !step.contains('_'));
            let variant = name.split('-').next().unwrap().to_owned();
            if !done.insert((variant, shape.map(str::to_owned).collect::<Vec<_>>(), field.clone())) {
                continue;
            }
            let mut json = Ordered::parse(&bytes);
            drop_field(&mut json, &path, &field);
            match decode(&name, json.write().as_bytes()) {
                // The id of an allocator means nothing to us, nor does the block of a marker that has no value.
                Ok(_) => assert!(
                    OPTIONAL.contains(&field.as_str())
                        || field == "aId"
                        || field == "valueBlock"
                        || path.ends_with(".valueBlock"),
                    "{label} {path}.{field}"
                ),
                Err(error) => {
                    assert!(!OPTIONAL.contains(&field.as_str()), "{label} {path}.{field}: {error}");
                    let kind = if name.contains("Request") { ErrorKind::Invalid } else { ErrorKind::Corrupt };
                    assert_eq!(error.kind(), kind, "{label} {path}.{field}: {error}");
                    assert!(
                        error.to_string().starts_with(&format!("{path}: the field {field:?} is missing")),
                        "{label} {path}.{field}: {error}"
                    );
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 150, "{refused}");
}

/// Every field of every object that is no map, with the path of the object.
fn fields_of(json: &Ordered) -> Vec<(String, String)> {
    fn walk(json: &Ordered, path: &str, is_map: bool, found: &mut Vec<(String, String)>) {
        match json {
            Ordered::Array(items) => {
                items
                    .iter()
                    .enumerate()
                    .for_each(|(index, item)| walk(item, &format!("{path}[{index}]"), false, found));
            }
            Ordered::Object(fields) => {
                for (key, value) in fields {
                    if !is_map {
                        found.push((path.to_owned(), key.clone()));
                    }
                    walk(value, &format!("{path}.{key}"), MAPS.contains(&key.as_str()), found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(json, "$", false, &mut found);
    found
}

fn drop_field(json: &mut Ordered, path: &str, field: &str) {
    fn walk(json: &mut Ordered, here: &str, path: &str, field: &str) {
        match json {
            Ordered::Array(items) => {
                items
                    .iter_mut()
                    .enumerate()
                    .for_each(|(index, item)| walk(item, &format!("{here}[{index}]"), path, field));
            }
            Ordered::Object(fields) if here == path => fields.retain(|(key, _)| key != field),
            Ordered::Object(fields) => {
                for (key, value) in fields {
                    walk(value, &format!("{here}.{key}"), path, field);
                }
            }
            _ => {}
        }
    }
    walk(json, "$", path, field);
}

fn read_records(tail: &str) -> Result<Request, Error> {
    let split = r#"{"spillLocation":null,"encryptionKey":null,"properties":{}}"#;
    let schema = text("table schema");
    Request::decode(
        format!(
            r#"{{"@type":"ReadRecordsRequest","queryId":null,"catalogName":"pg","tableName":{{"schemaName":"s","tableName":"t"}},
            "schema":"{schema}","split":{split},{tail}}}"#
        )
        .as_bytes(),
    )
}

fn constrained(constraints: &str) -> Result<Constraints, Error> {
    let request = read_records(&format!(r#""constraints":{constraints},"maxBlockSize":"1","maxInlineBlockSize":2"#))?;
    Ok(self::constraints(&request).unwrap().clone())
}

#[test]
fn scalars_are_coerced_as_awss_reader_does() {
    let limit = |limit: &str| constrained(&format!(r#"{{"summary":{{}},"limit":{limit}}}"#)).map(|c| c.limit);
    for (written, meant) in [
        ("10", Some(10)),
        (r#""10""#, Some(10)),
        ("-1", None),
        ("null", Some(0)),
        (r#""ten""#, Some(0)),
        ("2.9", Some(2)),
        ("0", Some(0)),
    ] {
        assert_eq!(limit(written).unwrap(), meant, "{written}");
    }
    for wrong in ["1e30", "99999999999999999999", "[]", "{}"] {
        assert_eq!(limit(wrong).unwrap_err().kind(), ErrorKind::Invalid, "{wrong}");
    }
    assert_eq!(constrained(r#"{"summary":{}}"#).unwrap(), Constraints::default());
    for (sizes, meant) in [
        (r#""maxBlockSize":"16000000","maxInlineBlockSize":"0""#, (16_000_000, 0)),
        (r#""maxBlockSize":5,"maxInlineBlockSize":6"#, (5, 6)),
    ] {
        let Request::ReadRecords(request) =
            read_records(&format!(r#""constraints":{{"summary":{{}}}},{sizes}"#)).unwrap()
        else {
            panic!()
        };
        assert_eq!((request.max_block_size, request.max_inline_block_size), meant);
    }
    for wrong in [
        r#""maxBlockSize":null,"maxInlineBlockSize":1"#,
        r#""maxBlockSize":"big","maxInlineBlockSize":1"#,
        r#""maxBlockSize":-1,"maxInlineBlockSize":1"#,
    ] {
        assert!(read_records(&format!(r#""constraints":{{"summary":{{}}}},{wrong}"#)).is_err(), "{wrong}");
    }
    let ping = br#"{"@type":"PingRequest","identity":null,"catalogName":7,"queryId":null}"#;
    let Request::Ping(ping) = Request::decode(ping).unwrap() else { panic!() };
    assert_eq!((ping.catalog.as_str(), ping.query_id.as_str()), ("7", ""));
    let told = br#"{"@type":"PingResponse","catalogName":"pg","queryId":"q","sourceType":null,"capabilities":"23"}"#;
    let Response::Ping(told) = Response::decode(told).unwrap() else { panic!() };
    assert_eq!((told.capabilities, told.serde_version), (23, 1));
}

#[test]
fn a_null_constant_is_known_in_its_three_forms_and_a_list_by_its_rows() {
    let schema = text("value schema");
    let constant = |block: &str| {
        let node = format!(
            r#"{{"@type":"ConstantExpression","valueBlock":{block},"type":{{"@type":"Int","bitWidth":32,"isSigned":true}}}}"#
        );
        constrained(&format!(r#"{{"summary":{{}},"expression":[{node}]}}"#)).unwrap().expressions.remove(0)
    };
    let block = |records: &str| format!(r#"{{"aId":"a","schema":"{schema}","records":"{records}"}}"#);
    let null_row = {
        let field = arrow_schema::Field::new("col1", arrow_schema::DataType::Int32, true);
        let schema = std::sync::Arc::new(arrow_schema::Schema::new(vec![field]));
        let array = std::sync::Arc::new(arrow_array::Int32Array::from(vec![None]));
        let batch = arrow_array::RecordBatch::try_new(schema, vec![array]).unwrap();
        let bytes = glaux::protocol::ipc::encode_batch(&batch, glaux::protocol::Framing::Legacy).unwrap();
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes)
    };
    for form in ["null".to_owned(), block(""), block(&null_row)] {
        let Expr::Constant { value: None, .. } = constant(&form) else { panic!("{form}") };
    }
    let Expr::Constant { value: Some(Value::Int(2017)), .. } = constant(&block(&text("value batch"))) else { panic!() };
}

#[test]
fn a_constant_of_one_row_beside_in_is_a_list() {
    let int = r#"{"@type":"Int","bitWidth":32,"isSigned":true}"#;
    let block = format!(r#"{{"aId":"a","schema":"{}","records":"{}"}}"#, text("value schema"), text("value batch"));
    let call = |name: &str| {
        format!(
            r#"{{"@type":"FunctionCallExpression","type":{{"@type":"Bool"}},"functionName":{{"functionName":"{name}"}},"arguments":[
            {{"@type":"VariableExpression","columnName":"c","type":{int}}},{{"@type":"ConstantExpression","valueBlock":{block},"type":{int}}}]}}"#
        )
    };
    let read = |name| constrained(&format!(r#"{{"summary":{{}},"expression":[{}]}}"#, call(name)));
    let mut found = read("$in").unwrap();
    let Expr::Call { function: Function::In, args, .. } = found.expressions.remove(0) else { panic!() };
    let Expr::List { values, .. } = &args[1] else { panic!("{args:?}") };
    assert_eq!(*values, [Some(Value::Int(2017))]);
    let Expr::Call { args, .. } = read("$equal").unwrap().expressions.remove(0) else { panic!() };
    assert!(matches!(args[1], Expr::Constant { .. }));
    assert_eq!(read("$cast").unwrap_err().kind(), ErrorKind::Unsupported);
    assert!(read("$not").unwrap_err().to_string().starts_with("$.constraints.expression[0]: the function $not cannot"));
}

fn domain(set: &str) -> Result<connector_core::Domain, Error> {
    Ok(constrained(&format!(r#"{{"summary":{{"year":{set}}}}}"#))?.summary.remove("year").unwrap())
}

#[test]
fn value_sets_are_read_literally_and_where_they_are_lossy_as_the_larger() {
    let value = format!(r#"{{"aId":"a","schema":"{}","records":"{}"}}"#, text("value schema"), text("value batch"));
    let empty = format!(r#"{{"aId":"a","schema":"{}","records":""}}"#, text("value schema"));
    let int = r#"{"@type":"Int","bitWidth":32,"isSigned":true}"#;
    let marker = |block: &str, bound: &str, open: bool| {
        format!(r#"{{"valueBlock":{block},"bound":"{bound}","nullValue":{open}}}"#)
    };
    let sorted = |low: &str, high: &str| {
        domain(&format!(
            r#"{{"@type":"SortedRangeSet","type":{int},"ranges":[{{"low":{low},"high":{high}}}],"nullAllowed":false}}"#
        ))
    };
    let from = sorted(&marker(&value, "EXACTLY", false), &marker(&empty, "BELOW", true)).unwrap();
    let Values::Ranges(ranges) = &from.values else { panic!("{from:?}") };
    assert_eq!((&ranges[0].low, &ranges[0].high), (&Bound::Included(Value::Int(2017)), &Bound::Unbounded));
    let only = sorted(&marker(&value, "EXACTLY", false), &marker(&value, "EXACTLY", false)).unwrap();
    assert_eq!(only.values, Values::In(vec![Value::Int(2017)]));
    let any = sorted(&marker(&empty, "ABOVE", true), &marker(&empty, "BELOW", true)).unwrap();
    assert_eq!(any.values, Values::All);
    for (low, high) in [("BELOW", "BELOW"), ("EXACTLY", "ABOVE"), ("exactly", "BELOW")] {
        assert!(sorted(&marker(&value, low, false), &marker(&value, high, false)).is_err(), "{low} {high}");
    }
    assert!(sorted(&marker(&empty, "EXACTLY", true), &marker(&value, "BELOW", false)).is_err());
    assert!(sorted(&marker(&empty, "ABOVE", false), &marker(&value, "BELOW", false)).is_err());

    let black = domain(&format!(
        r#"{{"@type":"EquatableValueSet","valueBlock":{empty},"whiteList":false,"nullAllowed":true}}"#
    ));
    assert!(black.unwrap().is_all());
    let neither =
        domain(r#"{"@type":"AllOrNoneValueSet","type":{"@type":"List"},"all":false,"nullAllowed":false}"#).unwrap();
    assert_eq!((neither.values, neither.nulls), (Values::All, false));
}

#[test]
fn a_value_set_whose_blocks_are_of_another_type_is_refused() {
    let value = format!(r#"{{"aId":"a","schema":"{}","records":"{}"}}"#, text("value schema"), text("value batch"));
    let marker = format!(r#"{{"valueBlock":{value},"bound":"EXACTLY","nullValue":false}}"#);
    let set = format!(
        r#"{{"@type":"SortedRangeSet","type":{{"@type":"Utf8"}},"ranges":[{{"low":{marker},"high":{marker}}}],"nullAllowed":false}}"#
    );
    let error = domain(&set).unwrap_err();
    assert!(error.to_string().starts_with("$.constraints.summary.year.ranges[0].low.valueBlock: "), "{error}");
}

#[test]
fn a_message_of_the_preview_is_refused_by_name() {
    let first = [
        r#"{"@type":"ListSchemasRequest","identity":null,"queryId":"q","catalogName":"c","requestType":"LIST_SCHEMAS"}"#,
        r#"{"@type":"GetTableRequest","queryId":"q","catalogName":"c","tableName":{"schemaName":"s","tableName":"t","qualifiedTableName":"s.t"}}"#,
        r#"{"@type":"GetTableLayoutRequest","queryId":"q","catalogName":"c","tableName":{"schemaName":"s","tableName":"t"},"partitionCols":[],"constraints":{"summary":{}},"schema":{"schema":""}}"#,
        r#"{"@type":"ListSchemasResponse","requestType":"LIST_SCHEMAS","catalogName":"c","schemas":[]}"#,
    ];
    let sets = [
        r#"{"@type":"sortable","type":{"name":"int","bitWidth":32,"isSigned":true},"ranges":[],"nullAllowed":false}"#,
        r#"{"@type":"SortedRangeSet","type":{"name":"int","bitWidth":32,"isSigned":true},"ranges":[],"nullAllowed":false}"#,
    ];
    let errors = first.iter().map(|message| decode(message, message.as_bytes()).unwrap_err());
    for error in errors.chain(sets.iter().map(|set| domain(set).unwrap_err())) {
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains("serde version 1") && error.hint_text().is_some(), "{error}");
    }
}

#[test]
fn base64_is_strict_but_for_white_space_between_groups() {
    let ping = |schema: &str| {
        let message = format!(
            r#"{{"@type":"GetTableResponse","catalogName":"c","tableName":{{"schemaName":"s","tableName":"t"}},"schema":"{schema}","partitionColumns":[]}}"#
        );
        Response::decode(message.as_bytes())
    };
    let schema = text("table schema");
    ping(&format!("{}\\n{}", &schema[..76], &schema[76..])).unwrap();
    for wrong in
        [schema.replace('/', "_"), schema.trim_end_matches('=').to_owned(), format!("{schema}="), String::new()]
    {
        let error = ping(&wrong).unwrap_err();
        assert!(error.to_string().starts_with("$.schema: "), "{error}");
    }
}
