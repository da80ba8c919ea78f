//! Bare Arrow messages, ours, that AWS's SDK reads; and a whole session of such messages, to the letter.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use glaux::protocol::{Framing, Request, Response, Version, check_supported, ipc};
use serde_json::Value as Json;

use super::order::{comparable, rewrite};
use super::vectors::folder;

pub fn text(name: &str) -> String {
    let all: Json = serde_json::from_slice(&std::fs::read(folder().join("arrow.json")).unwrap()).unwrap();
    all[name].as_str().unwrap_or_else(|| panic!("{name}")).to_owned()
}

pub fn bytes(name: &str) -> Vec<u8> {
    STANDARD.decode(text(name)).unwrap()
}

fn read(schema: &str, batch: &str) -> RecordBatch {
    ipc::decode_batch(&bytes(batch), ipc::decode_schema(&bytes(schema)).unwrap()).unwrap()
}

#[test]
fn a_table_is_read_in_both_framings_mixed_and_at_any_alignment() {
    let expected = Schema::new(vec![Field::new("id", DataType::Int64, true), Field::new("name", DataType::Utf8, true)]);
    for schema in ["table schema", "table schema, legacy"] {
        for batch in ["table batch", "table batch, legacy", "table batch, aligned to 64 bytes"] {
            let table = read(schema, batch);
            assert_eq!(*table.schema(), expected);
            assert_eq!(table.column(0).as_primitive::<Int64Type>().values(), &[7, 8]);
            let names = table.column(1).as_string::<i32>();
            assert_eq!((names.value(0), names.is_null(1)), ("ab", true));
        }
    }
}

#[test]
fn our_table_is_as_long_as_theirs_in_both_framings() {
    let table = read("table schema", "table batch");
    for (framing, suffix) in [(Framing::Modern, ""), (Framing::Legacy, ", legacy")] {
        let schema = ipc::encode_schema(&table.schema(), framing).unwrap();
        let batch = ipc::encode_batch(&table, framing).unwrap();
        assert_eq!(schema.len(), bytes(&format!("table schema{suffix}")).len());
        assert_eq!(batch.len(), bytes(&format!("table batch{suffix}")).len());
        let body = batch.len() - 48;
        assert_eq!(batch[body..], bytes(&format!("table batch{suffix}"))[body..]);
    }
}

#[test]
fn a_value_and_a_partition_are_read() {
    let one = |batch: RecordBatch| {
        (batch.schema().field(0).name().clone(), batch.column(0).as_primitive::<Int32Type>().value(0))
    };
    assert_eq!(one(read("value schema", "value batch")), ("col1".into(), 2017));
    assert_eq!(one(read("partition schema", "partition batch")), ("partitionId".into(), 1));
}

#[test]
fn rows_without_columns_are_read_with_and_without_a_body_and_written_with_one() {
    for batch in ["no columns, batch without a body", "no columns, batch with a body"] {
        let rows = read("no columns, schema", batch);
        assert_eq!((rows.num_columns(), rows.num_rows()), (0, 3));
        for framing in [Framing::Modern, Framing::Legacy] {
            let written = ipc::encode_batch(&rows, framing).unwrap();
            let message =
                arrow_ipc::root_as_message(&written[if framing == Framing::Modern { 8 } else { 4 }..]).unwrap();
            assert_eq!(message.bodyLength(), 8);
            assert_eq!(written[written.len() - 8..], [0; 8]);
            assert_eq!(ipc::decode_batch(&written, rows.schema()).unwrap(), rows);
        }
    }
}

#[test]
fn a_schema_of_many_types_is_read_and_may_be_sent() {
    let schema = ipc::decode_schema(&bytes("types schema")).unwrap();
    check_supported(&schema).unwrap();
    let entries = DataType::Struct(
        [Field::new("key", DataType::Utf8, false), Field::new("value", DataType::Int32, true)].into_iter().collect(),
    );
    let types = [
        ("ts", DataType::Date64),
        ("d", DataType::Date32),
        ("tz", DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()))),
        ("dec", DataType::Decimal128(38, 18)),
        ("l", DataType::List(Arc::new(Field::new("", DataType::Int64, true)))),
        ("m", DataType::Map(Arc::new(Field::new("entries", entries, false)), false)),
        ("b", DataType::Boolean),
        ("f4", DataType::Float32),
        ("bin", DataType::Binary),
    ];
    let found: Vec<_> =
        schema.fields().iter().map(|field| (field.name().as_str(), field.data_type().clone())).collect();
    for ((name, data_type), (found_name, found_type)) in types.iter().zip(&found) {
        assert_eq!(name, found_name);
        match (data_type, found_type) {
            // A list's child may have any name.
            (DataType::List(_), DataType::List(child)) => assert_eq!(child.data_type(), &DataType::Int64),
            _ => assert_eq!(data_type, found_type),
        }
    }
    assert_eq!(found.len(), types.len());
}

#[test]
fn a_whole_session_is_read_and_written_to_the_letter() {
    let session = std::fs::read_to_string(folder().join("session.jsonl")).unwrap();
    let mut kinds = Vec::new();
    for line in session.lines() {
        let kind = if line.contains("Request\"") {
            Request::decode(line.as_bytes()).unwrap().kind()
        } else {
            Response::decode(line.as_bytes()).unwrap().kind()
        };
        let written = rewrite(kind, Version::default(), line.as_bytes());
        assert_eq!(comparable(&written), comparable(line.as_bytes()));
        kinds.push(kind);
    }
    assert_eq!(kinds.len(), 17);
}
