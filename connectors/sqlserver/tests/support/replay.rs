//! What reading costs a client: an answer of lineitem's columns is made up and held by a server, for ours and for others' readers.
//! The login is encrypted and the rows are not, so that no cipher is measured. `benches/run` starts both and measures from outside.
//!
//! `serve ROWS PACKET_BYTES varchar|nvarchar` prints where it listens and answers until it is ended; `read URL` reads all once.
#![allow(dead_code, clippy::print_stdout, clippy::unwrap_used)]

mod tds;

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_schema::DataType;
use connector_core::{
    BatchLimits, Column, ColumnMapping, Credential, Pushdown, ReadAs, Scan, Secret, Settings, Table, TableName, sql,
};
use connector_sqlserver::CONNECTOR;
use connector_tls::testing as certificates;
use futures::TryStreamExt;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rustls::ServerConfig;
use tds::Type;

/// What a statement that wants the rows has in it, in UTF-16.
const TABLE: &[u8] = b"l\0i\0n\0e\0i\0t\0e\0m\0";

/// Rows that are made once and sent again and again.
const BLOCK: usize = 20_000;

const DECIMAL: Type = Type(&[0x6a, 9, 15, 2]);
const DATE: Type = Type(&[0x28]);
const CHAR: Type = Type(&[0xaf, 0x40, 0x1f, 0x09, 0x04, 0xd0, 0x00, 0x34]);

const NUMBERS: [&str; 4] = ["orderkey", "partkey", "suppkey", "linenumber"];
const DECIMALS: [&str; 4] = ["quantity", "extendedprice", "discount", "tax"];
const DATES: [&str; 3] = ["shipdate", "commitdate", "receiptdate"];
/// Texts, and how long the shortest and the longest are.
const TEXTS: [(&str, usize, usize); 5] =
    [("returnflag", 1, 1), ("linestatus", 1, 1), ("shipinstruct", 25, 25), ("shipmode", 10, 10), ("comment", 10, 43)];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["serve", rows, packet, text] => serve(rows.parse().unwrap(), packet.parse().unwrap(), text == "nvarchar"),
        ["read", url] => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let (rows, sum) = runtime.block_on(read(url));
            println!("{{\"rows\": {rows}, \"sum\": {sum}}}");
        }
        _ => println!("replay serve ROWS PACKET_BYTES varchar|nvarchar | read URL"),
    }
}

fn scan() -> Scan {
    let column = |name: &str, data_type: DataType| {
        let mapping = ColumnMapping { data_type, read_as: ReadAs::Plain, bind_as: None, pushdown: Pushdown::Full };
        Column { name: name.into(), remote_name: name.into(), comment: None, announced: None, mapping }
    };
    let numbers = NUMBERS.iter().map(|name| column(name, DataType::Int32));
    let decimals = DECIMALS.iter().map(|name| column(name, DataType::Decimal128(15, 2)));
    let dates = DATES.iter().map(|name| column(name, DataType::Date32));
    let texts = TEXTS.iter().map(|(name, ..)| column(name, DataType::Utf8));
    let columns: Vec<Column> = numbers.chain(decimals).chain(dates).chain(texts).collect();
    let names = columns.iter().map(|column| column.name.clone()).collect();
    Scan::new(Table { name: TableName::new("dbo", "lineitem"), columns, comment: None }, names)
}

async fn read(url: &str) -> (usize, i64) {
    let credential = Credential { user: "u".into(), password: Secret::new("p") };
    let endpoint = CONNECTOR.endpoint(url).unwrap();
    let mut connection = CONNECTOR.connect(&endpoint, &credential, &Settings::default()).await.unwrap();
    let scan = scan();
    let statement = sql::render(&scan, CONNECTOR.dialect()).unwrap().statement;
    let mut batches = connection.read(&scan, &statement, BatchLimits::default()).await.unwrap();
    let (mut rows, mut sum) = (0, 0);
    while let Some(batch) = batches.try_next().await.unwrap() {
        rows += batch.num_rows();
        sum += batch.column(0).as_primitive::<Int32Type>().values().iter().map(|key| i64::from(*key)).sum::<i64>();
        sum += batch.columns()[11..].iter().map(|text| length(text.as_string::<i32>().values().len())).sum::<i64>();
    }
    (rows, sum)
}

fn length(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap()
}

fn serve(rows: usize, packet: usize, wide: bool) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let authority = certificates::authority("replay");
    let dir = tempfile::tempdir().unwrap();
    let ca = dir.path().join("ca.pem");
    std::fs::write(&ca, &authority.pem).unwrap();
    let versions = [&rustls::version::TLS12];
    let config = Arc::new(tds::configured(certificates::signed(&authority, "localhost", false), &versions));
    let port = listener.local_addr().unwrap().port();
    println!("jdbc:sqlserver://localhost:{port};encrypt=false;sslrootcert={}", ca.display());
    let (head, block) = answered(packet, wide);
    let welcome = [changed(packet), tds::welcome()].concat();
    let answer = Arc::new(Answer { welcome, head, block, blocks: rows.div_ceil(BLOCK) });
    for stream in listener.incoming() {
        let (stream, config, answer) = (stream.unwrap(), Arc::clone(&config), Arc::clone(&answer));
        // A client that has read enough closes its end.
        thread::spawn(move || drop(answer.give(stream, config)));
    }
}

/// The words that packets are this large from here on, which database this is, and under which collation its texts are.
fn changed(packet: usize) -> Vec<u8> {
    const DATABASE: u8 = 1;
    const PACKET_SIZE: u8 = 4;
    const COLLATION: u8 = 7;
    let texts = |new: &str, old: &str| [tds::short_text(new), tds::short_text(old)].concat();
    let collation = [&[5], &CHAR.0[3..], &[0]].concat();
    let change = |kind: u8, values: &[u8]| {
        let length = u16::try_from(values.len() + 1).unwrap().to_le_bytes();
        [&[0xe3, length[0], length[1], kind], values].concat()
    };
    let size = change(PACKET_SIZE, &texts(&packet.to_string(), "4096"));
    [change(DATABASE, &texts("d", "master")), size, change(COLLATION, &collation)].concat()
}

/// The description of the columns, and a block of rows, in packets.
fn answered(packet: usize, wide: bool) -> (Vec<u8>, Vec<u8>) {
    let mut random = StdRng::seed_from_u64(1);
    let text_type = if wide { tds::NVARCHAR } else { CHAR };
    let numbers = NUMBERS.iter().map(|name| (*name, tds::INT));
    let decimals = DECIMALS.iter().map(|name| (*name, DECIMAL));
    let dates = DATES.iter().map(|name| (*name, DATE));
    let texts = TEXTS.iter().map(|(name, ..)| (*name, text_type));
    let columns: Vec<(&str, Type)> = numbers.chain(decimals).chain(dates).chain(texts).collect();
    let mut rows = Vec::new();
    for _ in 0..BLOCK {
        let mut cells: Vec<Vec<u8>> = Vec::new();
        cells.extend(NUMBERS.map(|_| tds::int(Some(random.random_range(1..6_000_000)))));
        cells.extend(DECIMALS.map(|_| {
            let magnitude = random.random_range(0..10_000_000_u64).to_le_bytes();
            tds::short(&[&[1], &magnitude[..]].concat())
        }));
        cells.extend(DATES.map(|_| tds::short(&random.random_range(727_000..729_000_u32).to_le_bytes()[..3])));
        cells.extend(TEXTS.map(|(_, shortest, longest)| {
            let length = random.random_range(shortest..=longest);
            let text: String = (0..length).map(|_| char::from(random.random_range(b'a'..=b'z'))).collect();
            if wide { tds::nvarchar(Some(&text)) } else { tds::bytes(text.as_bytes()) }
        }));
        rows.extend(tds::row(&cells));
    }
    let framed = |tokens: &[u8]| tokens.chunks(packet - 8).flat_map(|chunk| tds::packet(chunk, false)).collect();
    (framed(&tds::columns(&columns)), framed(&rows))
}

/// What the server says, over and over.
struct Answer {
    welcome: Vec<u8>,
    head: Vec<u8>,
    block: Vec<u8>,
    blocks: usize,
}

impl Answer {
    fn give(&self, stream: TcpStream, config: Arc<ServerConfig>) -> std::io::Result<()> {
        let (mut stream, _) = tds::only_the_login(stream, config)?;
        stream.write_all(&tds::packet(&self.welcome, true))?;
        loop {
            let (_, asked) = tds::message(&mut stream)?;
            if asked.windows(TABLE.len()).any(|window| window == TABLE) {
                stream.write_all(&self.head)?;
                for _ in 0..self.blocks {
                    stream.write_all(&self.block)?;
                }
            }
            stream.write_all(&tds::packet(&tds::done(), true))?;
        }
    }
}
