//! A server that is none: it lets anybody in, and then says what a test wants it to.
#![allow(dead_code)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use arrow_schema::DataType;
use connector_core::{
    Column, ColumnMapping, Connection, Credential, Error, Pushdown, ReadAs, Scan, Secret, Settings, Table, TableName,
};
use connector_postgresql::CONNECTOR;

/// Serves connections one after the other, each by `behave`, and tells where; the options are those of the URL.
pub fn served(options: &str, behave: impl Fn(&mut TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            behave(&mut stream.unwrap());
        }
    });
    format!("jdbc:postgresql://127.0.0.1:{port}/d?{options}")
}

/// A way in, without TLS.
pub async fn enter(url: &str) -> Result<Box<dyn Connection>, Error> {
    let endpoint = CONNECTOR.endpoint(url).unwrap();
    let credential = Credential { user: "u".into(), password: Secret::new("hunter2") };
    CONNECTOR.connect(&endpoint, &credential, &Settings::default()).await
}

/// A scan of one number.
pub fn scan() -> Scan {
    let mapping =
        ColumnMapping { data_type: DataType::Int32, read_as: ReadAs::Plain, bind_as: None, pushdown: Pushdown::Full };
    let column = Column { name: "id".into(), remote_name: "id".into(), comment: None, announced: None, mapping };
    let table = Table { name: TableName::new("s", "t"), columns: vec![column], comment: None };
    Scan::new(table, vec!["id".into()])
}

/// The next bytes.
pub fn taken<const N: usize>(stream: &mut TcpStream) -> [u8; N] {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).unwrap();
    bytes
}

/// Takes the wish for a session, or for TLS.
pub fn wished(stream: &mut TcpStream) {
    let length = u32::from_be_bytes(taken(stream)) - 4;
    drop(stream.take(length.into()).read_to_end(&mut Vec::new()));
}

/// Takes messages up to one of this kind.
pub fn asked(stream: &mut TcpStream, kind: u8) {
    loop {
        let [found] = taken(stream);
        wished(stream);
        if found == kind {
            return;
        }
    }
}

/// A message.
pub fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
    [&[kind], length.as_slice(), body].concat()
}

/// What a server says to a log-in that it lets in without a password.
pub fn welcome() -> Vec<u8> {
    let encoding = message(b'S', b"server_encoding\0UTF8\0");
    [message(b'R', &[0; 4]), encoding, message(b'K', &[0; 8]), message(b'Z', b"I")].concat()
}

/// Lets in, and lets the session be set up.
pub fn let_in(stream: &mut TcpStream) {
    wished(stream);
    stream.write_all(&welcome()).unwrap();
    asked(stream, b'Q');
    stream.write_all(&[message(b'C', b"SET\0"), message(b'Z', b"I")].concat()).unwrap();
}

/// The columns of an answer, by the numbers of their types.
pub fn columns(oids: &[u32]) -> Vec<u8> {
    let mut body = u16::try_from(oids.len()).unwrap().to_be_bytes().to_vec();
    for oid in oids {
        body.extend([b"id\0".as_slice(), &[0; 6], &oid.to_be_bytes(), &[0, 4], &[255; 4], &[0, 1]].concat());
    }
    [message(b'1', b""), message(b'2', b""), message(b'T', &body)].concat()
}

/// A row of one number, seven.
pub fn seven() -> Vec<u8> {
    message(b'D', &[0, 1, 0, 0, 0, 4, 0, 0, 0, 7])
}
