//! Arrow messages that lie: about lengths, counts, places, types and sizes. Each lie is found before an array is made.

use std::process::Command;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_ipc::{
    self as fb, BodyCompression, BodyCompressionArgs, Buffer, FieldArgs, FieldNode, KeyValueArgs, MessageArgs,
    MessageHeader, MetadataVersion, RecordBatchArgs, SchemaArgs, Type,
};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use connector_core::{ErrorKind, Result};
use flatbuffers::{FlatBufferBuilder, UnionWIPOffset, WIPOffset};
use glaux::protocol::ipc;

/// A batch message, told in full.
#[derive(Clone)]
struct Forged {
    rows: i64,
    nodes: Vec<(i64, i64)>,
    places: Vec<(i64, i64)>,
    body: Vec<u8>,
    body_length: Option<i64>,
    version: MetadataVersion,
    is_compressed: bool,
}

impl Forged {
    /// Two rows `"ab"` and NULL of one text column, which is honest.
    fn honest() -> Self {
        let body = [[1, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 2, 0, 0, 0], [2, 0, 0, 0, 0, 0, 0, 0], *b"ab\0\0\0\0\0\0"];
        Self {
            rows: 2,
            nodes: vec![(2, 1)],
            places: vec![(0, 1), (8, 12), (24, 2)],
            body: body.concat(),
            body_length: None,
            version: MetadataVersion::V5,
            is_compressed: false,
        }
    }

    fn with(change: impl FnOnce(&mut Self)) -> Self {
        let mut forged = Self::honest();
        change(&mut forged);
        forged
    }

    fn message(&self) -> Vec<u8> {
        let mut builder = FlatBufferBuilder::new();
        let nodes: Vec<_> = self.nodes.iter().map(|(length, nulls)| FieldNode::new(*length, *nulls)).collect();
        let places: Vec<_> = self.places.iter().map(|(offset, length)| Buffer::new(*offset, *length)).collect();
        let compression = BodyCompression::create(&mut builder, &BodyCompressionArgs::default());
        let args = RecordBatchArgs {
            length: self.rows,
            nodes: Some(builder.create_vector(&nodes)),
            buffers: Some(builder.create_vector(&places)),
            compression: self.is_compressed.then_some(compression),
            variadicBufferCounts: None,
        };
        let batch = fb::RecordBatch::create(&mut builder, &args).as_union_value();
        let length = self.body_length.unwrap_or(i64::try_from(self.body.len()).unwrap());
        let metadata = finish(builder, self.version, MessageHeader::RecordBatch, batch, length);
        [metadata, self.body.clone()].concat()
    }

    fn read(&self, data_type: DataType) -> Result<RecordBatch> {
        ipc::decode_batch(&self.message(), column(data_type))
    }
}

/// A modern prefix, and the metadata padded.
fn finish(
    mut builder: FlatBufferBuilder<'_>,
    version: MetadataVersion,
    header_type: MessageHeader,
    header: WIPOffset<UnionWIPOffset>,
    body_length: i64,
) -> Vec<u8> {
    let args =
        MessageArgs { version, header_type, header: Some(header), bodyLength: body_length, custom_metadata: None };
    let message = fb::Message::create(&mut builder, &args);
    builder.finish(message, None);
    let metadata = builder.finished_data();
    let padded = metadata.len().next_multiple_of(8);
    let mut out = [[0xff; 4], i32::try_from(padded).unwrap().to_le_bytes()].concat();
    out.extend_from_slice(metadata);
    out.resize(8 + padded, 0);
    out
}

fn column(data_type: DataType) -> SchemaRef {
    Arc::new(Schema::new(vec![Field::new("c", data_type, true)]))
}

/// What it is, and how it is told.
type Lie = (&'static str, fn(&mut Forged));

#[test]
fn an_honest_batch_is_read_and_each_lie_is_an_error() {
    let honest = Forged::honest().read(DataType::Utf8).unwrap();
    assert_eq!((honest.num_rows(), honest.column(0).null_count()), (2, 1));
    let lies: [Lie; 26] = [
        ("fewer rows than the array", |f| f.rows = 1),
        ("more rows than the array", |f| f.rows = 3),
        ("negative rows", |f| f.rows = -2),
        ("more rows than Java counts", |f| f.rows = 1 << 40),
        ("a negative length", |f| f.nodes[0].0 = -2),
        ("a huge length", |f| (f.rows, f.nodes[0].0) = (i64::from(i32::MAX), i64::from(i32::MAX))),
        ("no NULL where the bitmap has one", |f| f.nodes[0].1 = 0),
        ("too many NULLs", |f| f.nodes[0].1 = 2),
        ("more NULLs than rows", |f| f.nodes[0].1 = 3),
        ("a negative number of NULLs", |f| f.nodes[0].1 = -1),
        ("NULLs without a bitmap", |f| f.places[0].1 = 0),
        ("no array", |f| f.nodes.clear()),
        ("one array too many", |f| f.nodes.push((2, 0))),
        ("a missing buffer", |f| f.places.truncate(2)),
        ("one buffer too many", |f| f.places.push((0, 0))),
        ("offsets too short", |f| f.places[1].1 = 11),
        ("a buffer beyond the body", |f| f.places[2].0 = 31),
        ("a buffer at the end of numbers", |f| f.places[2] = (i64::MAX, i64::MAX)),
        ("a buffer before the body", |f| f.places[2].0 = -1),
        ("a buffer of negative length", |f| f.places[2].1 = -1),
        ("falling offsets", |f| f.body[12] = 3),
        ("an offset beyond the values", |f| f.body[16] = 3),
        ("a negative offset", |f| f.body[8..12].fill(0xff)),
        ("text that is no UTF-8", |f| f.body[24] = 0xff),
        ("a body shorter than said", |f| f.body_length = Some(40)),
        ("a negative body", |f| f.body_length = Some(-8)),
    ];
    for (lie, change) in lies {
        match Forged::with(change).read(DataType::Utf8) {
            Err(error) => assert_eq!(error.kind(), ErrorKind::Corrupt, "{lie}: {error}"),
            Ok(batch) => panic!("{lie} was believed: {batch:?}"),
        }
    }
}

#[test]
fn what_is_understood_and_not_carried_is_told_apart_from_what_is_broken() {
    let refused = [Forged::with(|f| f.is_compressed = true), Forged::with(|f| f.version = MetadataVersion::V3)];
    for forged in refused {
        assert_eq!(forged.read(DataType::Utf8).unwrap_err().kind(), ErrorKind::Unsupported);
    }
    Forged::with(|f| f.version = MetadataVersion::V4).read(DataType::Utf8).unwrap();
    let error = Forged::honest().read(DataType::LargeUtf8).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("column \"c\""), "{error}");
}

#[test]
fn lies_that_java_writers_do_not_tell_but_java_readers_take_are_read_alike() {
    // All NULL without a bitmap, and a bitmap although nothing is NULL.
    let all_null = Forged::with(|f| (f.places[0].1, f.nodes[0].1) = (0, 2)).read(DataType::Utf8).unwrap();
    assert_eq!(all_null.column(0).null_count(), 2);
    let none_null = Forged::with(|f| (f.body[0], f.nodes[0].1) = (3, 0)).read(DataType::Utf8).unwrap();
    assert_eq!(none_null.column(0).null_count(), 0);
    // An array without rows inside one with rows: offsets of 0 bytes, of 4, and of more.
    let list = DataType::List(Arc::new(Field::new("", DataType::Utf8, true)));
    for inner in [0, 4, 8] {
        let forged = Forged::with(|f| {
            (f.rows, f.nodes) = (1, vec![(1, 0), (0, 0)]);
            f.places = vec![(0, 0), (0, 8), (0, 0), (0, inner), (0, 0)];
            f.body.fill(0);
        });
        assert_eq!(forged.read(list.clone()).unwrap().num_rows(), 1);
    }
    // Buffers that overlap, do not align, or leave gaps.
    let wild = Forged::with(|f| {
        f.body.insert(0, 7);
        f.places.iter_mut().for_each(|place| place.0 += 1);
    });
    assert_eq!(wild.read(DataType::Utf8).unwrap(), Forged::honest().read(DataType::Utf8).unwrap());
}

#[test]
fn a_number_with_more_digits_than_its_type_is_an_error() {
    let forged = |number: i128| {
        Forged::with(|f| {
            (f.rows, f.nodes, f.places) = (1, vec![(1, 0)], vec![(0, 0), (0, 16)]);
            f.body = number.to_le_bytes().to_vec();
        })
    };
    forged(999).read(DataType::Decimal128(3, 1)).unwrap();
    let error = forged(1000).read(DataType::Decimal128(3, 1)).unwrap_err();
    assert!(error.kind() == ErrorKind::Corrupt && !error.to_string().contains("1000"), "{error}");
}

/// A schema message whose one field is made by `field`.
fn schema_of(field: impl FnOnce(&mut FlatBufferBuilder<'static>) -> WIPOffset<fb::Field<'static>>) -> Vec<u8> {
    let mut builder = FlatBufferBuilder::new();
    let field = field(&mut builder);
    let args = SchemaArgs { fields: Some(builder.create_vector(&[field])), ..SchemaArgs::default() };
    let schema = fb::Schema::create(&mut builder, &args).as_union_value();
    finish(builder, MetadataVersion::V5, MessageHeader::Schema, schema, 0)
}

fn nested(builder: &mut FlatBufferBuilder<'static>, depth: usize, shared: usize) -> WIPOffset<fb::Field<'static>> {
    let boolean = fb::Bool::create(builder, &fb::BoolArgs {}).as_union_value();
    let args = FieldArgs { type_type: Type::Bool, type_: Some(boolean), nullable: true, ..FieldArgs::default() };
    let mut field = fb::Field::create(builder, &args);
    for _ in 0..depth {
        let kind = fb::Struct_::create(builder, &fb::Struct_Args {}).as_union_value();
        let children = builder.create_vector(&vec![field; shared]);
        let args =
            FieldArgs { type_type: Type::Struct_, type_: Some(kind), children: Some(children), ..FieldArgs::default() };
        field = fb::Field::create(builder, &args);
    }
    field
}

#[test]
fn a_schema_may_be_deep_but_not_bottomless_and_not_unfold_into_more_than_it_is() {
    ipc::decode_schema(&schema_of(|builder| nested(builder, 20, 1))).unwrap();
    for (depth, shared) in [(5_000, 1), (40, 4), (12, 12), (3, 200)] {
        let message = schema_of(|builder| nested(builder, depth, shared));
        let error = ipc::decode_schema(&message).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{depth} {shared}");
    }
}

#[test]
fn one_long_text_told_many_times_is_an_error() {
    let message = schema_of(|builder| {
        let text = builder.create_string(&"x".repeat(100_000));
        let pair = fb::KeyValue::create(builder, &KeyValueArgs { key: Some(text), value: Some(text) });
        let pairs = builder.create_vector(&vec![pair; 10_000]);
        let boolean = fb::Bool::create(builder, &fb::BoolArgs {}).as_union_value();
        let args = FieldArgs {
            type_type: Type::Bool,
            type_: Some(boolean),
            custom_metadata: Some(pairs),
            ..FieldArgs::default()
        };
        fb::Field::create(builder, &args)
    });
    assert_eq!(ipc::decode_schema(&message).unwrap_err().kind(), ErrorKind::Corrupt);
}

#[test]
fn a_schema_that_contradicts_itself_is_an_error() {
    let bare = |type_type: Type| {
        schema_of(|builder| {
            // The union says one type and holds an empty table, or one without children.
            let table = fb::Bool::create(builder, &fb::BoolArgs {}).as_union_value();
            fb::Field::create(builder, &FieldArgs { type_type, type_: Some(table), ..FieldArgs::default() })
        })
    };
    for code in 0..=40 {
        // Of an empty table the defaults may still make a type; what matters is that nothing panics.
        let _ = ipc::decode_schema(&bare(Type(code)));
    }
    for kind in [Type::List, Type::Map, Type::Int, Type::Decimal] {
        ipc::decode_schema(&bare(kind)).unwrap_err();
    }
    let batch_for_schema = ipc::decode_schema(&Forged::honest().message()).unwrap_err();
    assert!(batch_for_schema.to_string().contains("wanted an Arrow schema"));
    let schema_for_batch = ipc::decode_batch(&bare(Type::Bool), column(DataType::Boolean)).unwrap_err();
    assert!(schema_for_batch.to_string().contains("wanted an Arrow record batch"));
}

/// Claims of two thousand million rows, NULL or not, with next to nothing behind them.
fn claim_everything() {
    let (most, all) = (i64::from(i32::MAX), usize::try_from(i32::MAX).unwrap());
    let list = DataType::List(Arc::new(Field::new("", DataType::Boolean, true)));
    let structure = DataType::Struct([Field::new("m", DataType::Boolean, true)].into_iter().collect());
    for data_type in [DataType::Boolean, DataType::Int64, DataType::Utf8, list, structure] {
        for nulls in [0, most] {
            let forged = Forged::with(|f| {
                (f.rows, f.nodes) = (most, vec![(most, nulls), (most, nulls)]);
                f.places = vec![(0, 0); 5];
            });
            assert_eq!(forged.read(data_type.clone()).unwrap_err().kind(), ErrorKind::Corrupt, "{data_type}");
        }
    }
    let forged = Forged::with(|f| (f.rows, f.nodes, f.places) = (most, vec![], vec![]));
    let no_columns = ipc::decode_batch(&forged.message(), Arc::new(Schema::empty())).unwrap();
    assert_eq!(no_columns.num_rows(), all);
    for word in [i32::MAX, -1, i32::MIN] {
        ipc::decode_schema(&word.to_le_bytes()).unwrap_err();
        ipc::decode_schema(&[[0xff; 4], word.to_le_bytes(), [0; 4]].concat()).unwrap_err();
    }
}

#[test]
#[ignore = "the test below runs it under a limit of memory"]
fn claims_alone() {
    claim_everything();
}

#[test]
fn claims_take_no_memory() {
    claim_everything();
    // Only where the shell can set a limit; a bitmap of that many rows alone would take 256 MiB.
    if !cfg!(target_os = "linux") {
        println!("skipped: no limit of memory can be set here");
        return;
    }
    let limited = Command::new("sh")
        .args(["-c", r#"ulimit -v 300000 && exec "$0" "$@""#])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "forged::claims_alone", "--ignored", "--test-threads=1"])
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&limited.stdout).into_owned() + &String::from_utf8_lossy(&limited.stderr);
    assert!(limited.status.success() && shown.contains("1 passed"), "{shown}");
}
