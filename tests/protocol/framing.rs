//! What a writer of Arrow messages owes its readers, who check none of it: judged by another reader and by the metadata.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, Int32Array, RecordBatch, StringArray};
use arrow_buffer::{Buffer, NullBuffer};
use arrow_ipc::{MessageHeader, MetadataVersion, root_as_message};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use glaux::protocol::{Framing, ReadRecordsResponse, Response, Version, check_supported, ipc};

use super::generate;
use super::ordered::Ordered;
use super::vectors::messages;

/// Checks a batch message byte by byte, and reads it with `arrow-ipc`.
pub fn audit(message: &[u8], framing: Framing, schema: &SchemaRef) -> RecordBatch {
    let (metadata, body) = envelope(message, framing);
    let parsed = root_as_message(metadata).unwrap();
    assert_eq!(parsed.header_type(), MessageHeader::RecordBatch);
    assert_eq!(usize::try_from(parsed.bodyLength()).unwrap(), body.len(), "something follows the message");
    assert!(!body.is_empty(), "AWS's reader throws where there is no body");
    let batch = parsed.header_as_record_batch().unwrap();
    assert!(batch.compression().is_none());
    let mut end = 0;
    for place in batch.buffers().unwrap() {
        assert_eq!(place.offset() % 8, 0);
        assert_eq!(place.offset(), end, "a gap in the body");
        end = (place.offset() + place.length() + 7) / 8 * 8;
    }
    assert!(end == parsed.bodyLength() || end == 0 && parsed.bodyLength() == 8);
    let body = Buffer::from(body);
    arrow_ipc::reader::read_record_batch(&body, batch, schema.clone(), &HashMap::new(), None, &parsed.version())
        .unwrap()
}

/// Splits a message and checks prefix, padding and version.
fn envelope(message: &[u8], framing: Framing) -> (&[u8], &[u8]) {
    let (prefix, version) = match framing {
        Framing::Modern => (8, MetadataVersion::V5),
        Framing::Legacy => (4, MetadataVersion::V4),
    };
    assert_eq!(message.starts_with(&[0xff; 4]), framing == Framing::Modern);
    let length = i32::from_le_bytes(message[prefix - 4..prefix].try_into().unwrap());
    let end = prefix + usize::try_from(length).unwrap();
    assert_eq!(end % 8, 0);
    assert_eq!(root_as_message(&message[prefix..end]).unwrap().version(), version);
    (&message[prefix..end], &message[end..])
}

#[test]
fn random_batches_are_read_alike_by_another_reader_and_by_our_own() {
    let mut random = generate::random();
    for _ in 0..400 {
        let batch = generate::batch(&mut random);
        check_supported(batch.schema_ref()).unwrap();
        for framing in [Framing::Modern, Framing::Legacy] {
            let schema = ipc::encode_schema(batch.schema_ref(), framing).unwrap();
            let (_, body) = envelope(&schema, framing);
            assert!(body.is_empty());
            assert_eq!(ipc::decode_schema(&schema).unwrap(), batch.schema());
            let message = ipc::encode_batch(&batch, framing).unwrap();
            if batch.num_rows() == 0 {
                assert!(message.is_empty());
            } else {
                assert_eq!(audit(&message, framing, batch.schema_ref()), batch);
            }
            assert_eq!(ipc::decode_batch(&message, batch.schema()).unwrap(), batch);
            let room = message.len() + message.len() / 16 + 16;
            assert!(message.capacity() <= room, "the message was sized before it was written");
        }
    }
}

#[test]
fn null_counts_are_those_of_the_slice() {
    let nulls = NullBuffer::from(vec![false, true, true, false, true, true, true, true, true, false, true]);
    let numbers: ArrayRef = Arc::new(Int32Array::new((0..11).collect::<Vec<_>>().into(), Some(nulls)));
    let batch = RecordBatch::try_from_iter([("n", numbers)]).unwrap();
    for (start, length, expected) in [(0, 11, 3), (1, 2, 0), (3, 6, 1), (4, 5, 0), (9, 2, 1), (0, 1, 1)] {
        let slice = batch.slice(start, length);
        let message = ipc::encode_batch(&slice, Framing::Modern).unwrap();
        let (metadata, _) = envelope(&message, Framing::Modern);
        let parsed = root_as_message(metadata).unwrap();
        let parsed = parsed.header_as_record_batch().unwrap();
        assert_eq!(parsed.nodes().unwrap().get(0).null_count(), expected, "{start}..{}", start + length);
        assert_eq!(parsed.buffers().unwrap().get(0).length() > 0, expected > 0, "a bitmap only where there are NULLs");
        assert_eq!(audit(&message, Framing::Modern, slice.schema_ref()), slice);
    }
}

#[test]
fn a_slice_carries_only_its_own_values() {
    let long = "x".repeat(10_000);
    let texts: ArrayRef = Arc::new(StringArray::from(vec![long.as_str(), "ab", "", long.as_str()]));
    let batch = RecordBatch::try_from_iter([("t", texts)]).unwrap();
    let message = ipc::encode_batch(&batch.slice(1, 2), Framing::Modern).unwrap();
    assert!(message.len() < 300, "{}", message.len());
    assert_eq!(ipc::decode_batch(&message, batch.schema()).unwrap(), batch.slice(1, 2));
}

#[test]
fn every_arrow_message_in_every_json_message_is_framed_as_its_version_says() {
    let mut seen = 0;
    for (version, name, bytes) in messages() {
        let mut json = Ordered::parse(&super::order::rewrite(&name, version, &bytes));
        json.each_object("", &mut |_, fields| {
            for (key, value) in fields {
                if let ("schema" | "records" | "outputSchema", Ordered::Text(text)) = (key.as_str(), value)
                    && !text.is_empty()
                {
                    envelope(&STANDARD.decode(text).unwrap(), version.framing());
                    seen += 1;
                }
            }
        });
    }
    assert!(seen > 1000, "{seen}");
}

#[test]
fn no_rows_are_an_empty_string_and_rows_without_columns_are_not() {
    let empty = RecordBatch::new_empty(Arc::new(Schema::new(vec![Field::new("t", DataType::Utf8, true)])));
    let no_columns = {
        let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(3));
        RecordBatch::try_new_with_options(Arc::new(Schema::empty()), vec![], &options).unwrap()
    };
    for version in Version::ALL {
        let records = |batch: &RecordBatch| {
            let response = Response::ReadRecords(ReadRecordsResponse { catalog: "c".into(), records: batch.clone() });
            let bytes = response.encode(version).unwrap();
            assert_eq!(Response::decode(&bytes).unwrap(), response);
            let Some(Ordered::Text(text)) = Ordered::parse(&bytes).get("records").unwrap().get("records").cloned()
            else {
                panic!("records")
            };
            text
        };
        assert_eq!(records(&empty), "");
        let message = STANDARD.decode(records(&no_columns)).unwrap();
        assert_eq!(audit(&message, version.framing(), no_columns.schema_ref()), no_columns);
    }
}

#[test]
fn a_response_with_a_type_that_athena_lacks_is_not_written() {
    let times: ArrayRef = Arc::new(arrow_array::TimestampMillisecondArray::from(vec![0]));
    let batch = RecordBatch::try_from_iter([("t", times)]).unwrap();
    let response = Response::ReadRecords(ReadRecordsResponse { catalog: "c".into(), records: batch.clone() });
    let error = response.encode(Version::default()).unwrap_err();
    assert_eq!(error.kind(), connector_core::ErrorKind::Unsupported);
    assert!(error.to_string().contains("column \"t\""), "{error}");
    assert_eq!(batch.column(0).null_count(), 0);
}
