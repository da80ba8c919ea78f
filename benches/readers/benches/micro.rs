//! The smallest parts: a scan into SQL, a batch into a message, and blocks through cipher and upload. `cargo bench -p glaux-benches`.
//!
//! Each line is the median of eleven runs; without `--bench`, which Cargo adds, everything runs once.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::cast_precision_loss)]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::{ArrayRef, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use connector_core::{
    Column, ColumnMapping, Connector, Domain, Pushdown, ReadAs, Scan, Table, TableName, Value, block_size, sql,
};
use glaux::config::{Aws, SpillConfig};
use glaux::protocol::{Constraints, Framing, Identity, ReadRecordsRequest, Split, ipc};
use glaux::spill::{Outcome, Spiller, Store};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A block's worth of lineitem.
const ROWS: i64 = 50_000;
/// Blocks that are spilled in one run.
const BLOCKS: usize = 16;

#[tokio::main]
async fn main() {
    let runs = if std::env::args().any(|argument| argument == "--bench") { 11 } else { 1 };
    let scan = scan();
    let engines: [(&str, &dyn Connector); 2] =
        [("postgresql", connector_postgresql::CONNECTOR), ("mysql", connector_mysql::CONNECTOR)];
    for (name, engine) in engines {
        let took = median(runs, || {
            for _ in 0..1_000 {
                black_box(sql::render(black_box(&scan), engine.dialect()).unwrap());
            }
        });
        println!("scan of 16 columns, 3 domains -> SQL of {name:<11} {:>9.2} us", took.as_secs_f64() * 1e3);
    }
    let batch = batch();
    let size = block_size(&batch);
    let mut message = Vec::new();
    let took = median(runs, || {
        message.clear();
        ipc::write_batch(&mut message, black_box(&batch), Framing::Legacy).unwrap();
    });
    println!("batch of {:.1} MB -> message                     {:>9.0} MB/s", size as f64 / 1e6, rate(size, took));
    let (address, mut took) = (sink().await, Vec::new());
    for _ in 0..runs {
        took.push(spill(&address, &batch).await);
    }
    took.sort();
    let took = took[took.len() / 2];
    println!("{BLOCKS} such blocks -> AES-256-GCM -> PUT             {:>9.0} MB/s", rate(size * BLOCKS, took));
}

fn median(runs: usize, mut once: impl FnMut()) -> Duration {
    let mut took: Vec<Duration> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            once();
            start.elapsed()
        })
        .collect();
    took.sort();
    took[took.len() / 2]
}

fn rate(bytes: usize, took: Duration) -> f64 {
    bytes as f64 / took.as_secs_f64() / 1e6
}

fn schema() -> SchemaRef {
    let types = [DataType::Int64, DataType::Decimal128(15, 2), DataType::Date32, DataType::Utf8];
    let fields = (0..16).map(|at| Field::new(format!("c{at:02}"), types[at % 4].clone(), true));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

fn batch() -> RecordBatch {
    let texts = ["TRUCK", "carefully final deposits", "N", "DELIVER IN PERSON"];
    let columns: [ArrayRef; 4] = [
        Arc::new(Int64Array::from_iter_values(0..ROWS)),
        Arc::new(Decimal128Array::from_iter_values((0..ROWS).map(i128::from)).with_precision_and_scale(15, 2).unwrap()),
        Arc::new((0..10_000).cycle().take(usize::try_from(ROWS).unwrap()).map(Some).collect::<Date32Array>()),
        Arc::new(StringArray::from_iter_values(texts.iter().cycle().take(usize::try_from(ROWS).unwrap()))),
    ];
    let columns = (0..16).map(|at| columns[at % 4].clone()).collect();
    RecordBatch::try_new(schema(), columns).unwrap()
}

fn scan() -> Scan {
    let column = |field: &Arc<Field>| Column {
        name: field.name().clone(),
        remote_name: field.name().clone(),
        comment: None,
        announced: None,
        mapping: ColumnMapping {
            data_type: field.data_type().clone(),
            read_as: ReadAs::Plain,
            bind_as: None,
            pushdown: Pushdown::Full,
        },
    };
    let columns: Vec<Column> = schema().fields().iter().map(column).collect();
    let names = columns.iter().map(|column| column.name.clone()).collect();
    let table = Table { name: TableName::new("bench", "t"), columns, comment: None };
    let mut scan = Scan::new(table, names);
    let domains = [
        ("c00", DataType::Int64, Value::Int(7)),
        ("c02", DataType::Date32, Value::Date(9_000)),
        ("c03", DataType::Utf8, Value::Text("TRUCK".into())),
    ];
    for (name, data_type, value) in domains {
        scan.domains.insert(name.into(), Domain::single(data_type, value));
    }
    scan
}

/// How long it takes until every block is stored, sealed as a split's are.
async fn spill(address: &str, batch: &RecordBatch) -> Duration {
    let aws = Aws::at(address, "key", "secret");
    let store = Store::new(&SpillConfig { bucket: Some("spill".into()), aws, ..SpillConfig::default() });
    let identity = Identity::default();
    let split = Split {
        spill_location: Some(store.location(&identity, "q").unwrap()),
        encryption_key: store.new_key().await.unwrap(),
        properties: BTreeMap::new(),
    };
    let request = ReadRecordsRequest {
        identity,
        query_id: "q".into(),
        catalog: "bench".into(),
        table: TableName::new("bench", "t"),
        schema: schema(),
        split,
        constraints: Constraints::default(),
        max_block_size: 16_000_000,
        max_inline_block_size: 0,
    };
    let start = Instant::now();
    let mut spiller = Spiller::new(&store, &request).unwrap();
    for _ in 0..BLOCKS {
        spiller.push(batch.clone()).await.unwrap();
    }
    let Outcome::Remote(objects) = spiller.finish().await.unwrap() else { panic!("nothing was spilled") };
    assert!(objects.len() >= BLOCKS / 2, "{} objects", objects.len());
    start.elapsed()
}

/// An S3 that takes every object and keeps none.
async fn sink() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(swallow(socket));
        }
    });
    address
}

async fn swallow(mut socket: TcpStream) {
    let (mut head, mut buffer) = (Vec::new(), vec![0; 1 << 18]);
    while let Ok(read @ 1..) = socket.read(&mut buffer).await {
        head.extend_from_slice(&buffer[..read]);
        let Some(end) = head.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let text = String::from_utf8_lossy(&head[..end]).to_lowercase();
        let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
        let mut left = length.map_or(0, |length| length.trim().parse().unwrap()) - (head.len() - end - 4);
        while left > 0 {
            left -= socket.read(&mut buffer).await.unwrap();
        }
        head.clear();
        socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\netag: \"e\"\r\n\r\n").await.unwrap();
    }
}
