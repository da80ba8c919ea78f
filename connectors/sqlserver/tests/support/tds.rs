//! A scripted server that speaks just enough of the protocol: TLS first (`encrypt=strict`), login, batches, answers as bytes.
#![allow(dead_code, clippy::unwrap_used)]

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use connector_tls::testing as certificates;
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What the client sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The login packet's texts that matter; the password as it is hidden there, or a token of Entra ID instead.
    Login {
        application: String,
        database: String,
        user: String,
        password: Vec<u8>,
        server: String,
        token: Option<String>,
    },
    /// Statements without values.
    Batch(String),
    /// One statement with values.
    Statement(String),
    /// The next request belongs to this transaction.
    Within([u8; 8]),
    /// To stop what it does.
    Cancel,
    /// The connection ended.
    Closed,
}

impl Asked {
    /// The statement, if it is one.
    pub fn text(self) -> Option<String> {
        match self {
            Self::Batch(sql) | Self::Statement(sql) => Some(sql),
            _ => None,
        }
    }

    /// Whether it is a statement with this in it.
    pub fn mentions(&self, part: &str) -> bool {
        self.clone().text().is_some_and(|sql| sql.contains(part))
    }
}

/// What the server does about it.
pub enum Reply {
    /// A whole answer.
    Answer(Vec<u8>),
    /// The beginning of one, and silence from there on.
    Beginning(Vec<u8>),
    /// The same, over and over, for as long as the client takes it.
    Endless(Vec<u8>, Vec<u8>),
    Silence,
}

/// A running server; it serves any number of connections, one at a time.
pub struct Server {
    pub port: u16,
    pub asked: Receiver<Asked>,
    ca: PathBuf,
    _dir: Option<tempfile::TempDir>,
}

impl Server {
    /// Starts one that answers as the script says.
    pub fn start(script: impl FnMut(&Asked) -> Reply + Send + 'static) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let authority = certificates::authority("test authority");
        let ca = dir.path().join("ca.pem");
        std::fs::write(&ca, &authority.pem).unwrap();
        Self { _dir: Some(dir), ..Self::start_signed(&authority, ca, script) }
    }

    /// The same, under an authority that others share.
    pub fn start_signed(
        authority: &certificates::Authority,
        ca: PathBuf,
        script: impl FnMut(&Asked) -> Reply + Send + 'static,
    ) -> Self {
        Self::start_with(Arc::new(tls(authority, "localhost")), ca, Mode::Strict, script)
    }

    /// The same, with TLS as it is configured, and where the protocol has it.
    pub fn start_with(
        config: Arc<ServerConfig>,
        ca: PathBuf,
        mode: Mode,
        mut script: impl FnMut(&Asked) -> Reply + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, asked) = channel();
        thread::spawn(move || {
            for stream in listener.incoming() {
                drop(serve(stream.unwrap(), Arc::clone(&config), mode, &mut script, &sender));
                if sender.send(Asked::Closed).is_err() {
                    return;
                }
            }
        });
        Self { port, asked, ca, _dir: None }
    }

    /// A URL that reaches it.
    pub fn url(&self, options: &str) -> String {
        self.url_of("encrypt=strict", options)
    }

    /// A URL that reaches it, encrypted like this.
    pub fn url_of(&self, encrypt: &str, options: &str) -> String {
        let (port, ca) = (self.port, self.ca.display());
        format!("jdbc:sqlserver://localhost:{port};{encrypt};sslrootcert={ca};databaseName=d;{options}")
    }
}

/// Where TLS begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Before anything else is said (TDS 8).
    Strict,
    /// Inside the packets of the prelogin (TDS 7), which older servers do with TLS 1.2.
    Wrapped,
}

/// TLS for TDS 8 under a certificate for this name.
pub fn tls(authority: &certificates::Authority, name: &str) -> ServerConfig {
    let mut config = configured(certificates::signed(authority, name, false), rustls::ALL_VERSIONS);
    config.alpn_protocols = vec![b"tds/8.0".to_vec()];
    config
}

/// TLS under this certificate.
pub fn configured(
    (certificate, key): certificates::Signed,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> ServerConfig {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap()
}

/// A socket whose bytes travel inside packets, until they no longer do.
struct Wrapping {
    stream: TcpStream,
    is_on: bool,
    received: Vec<u8>,
}

impl Read for Wrapping {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.is_on {
            return self.stream.read(buffer);
        }
        if self.received.is_empty() {
            self.received = message(&mut self.stream)?.1;
        }
        let length = buffer.len().min(self.received.len());
        buffer[..length].copy_from_slice(&self.received[..length]);
        self.received.drain(..length);
        Ok(length)
    }
}

impl Write for Wrapping {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let wrapped = if self.is_on { packet_of(0x12, bytes, true) } else { bytes.to_vec() };
        self.stream.write_all(&wrapped).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// Takes a login inside TLS, and gives the socket and the login; nothing else is encrypted.
pub fn only_the_login(mut stream: TcpStream, config: Arc<ServerConfig>) -> io::Result<(TcpStream, Vec<u8>)> {
    const LOGIN_ONLY: u8 = 0;
    message(&mut stream)?;
    stream.write_all(&packet(&prelogin_with(LOGIN_ONLY), true))?;
    let mut session = ServerConnection::new(config).map_err(io::Error::other)?;
    let mut wrapping = Wrapping { stream, is_on: true, received: Vec::new() };
    while session.is_handshaking() {
        session.complete_io(&mut wrapping)?;
    }
    wrapping.is_on = false;
    let mut encrypted = StreamOwned::new(session, wrapping);
    let login = message(&mut encrypted)?.1;
    Ok((encrypted.sock.stream, login))
}

fn serve(
    stream: TcpStream,
    config: Arc<ServerConfig>,
    mode: Mode,
    script: &mut impl FnMut(&Asked) -> Reply,
    sender: &Sender<Asked>,
) -> io::Result<()> {
    let mut stream = Wrapping { stream, is_on: false, received: Vec::new() };
    let mut session = ServerConnection::new(config).map_err(io::Error::other)?;
    if mode == Mode::Wrapped {
        assert_eq!(message(&mut stream.stream)?.0, 0x12);
        stream.stream.write_all(&packet(&prelogin(), true))?;
        stream.is_on = true;
        while session.is_handshaking() {
            session.complete_io(&mut stream)?;
        }
        stream.is_on = false;
    }
    let mut wire = StreamOwned::new(session, stream);
    loop {
        let (kind, message) = message(&mut wire)?;
        let asked = match kind {
            0x12 => {
                wire.write_all(&packet(&prelogin(), true))?;
                continue;
            }
            0x10 => login(&message),
            0x01 => Asked::Batch(utf16(&message[headers(&message)..])),
            0x03 => Asked::Statement(statement(&message)),
            0x06 => {
                drop(sender.send(Asked::Cancel));
                continue;
            }
            other => panic!("a packet of type {other:#x}"),
        };
        if matches!(kind, 0x01 | 0x03) && message[10..18] != [0; 8] {
            drop(sender.send(Asked::Within(message[10..18].try_into().unwrap())));
        }
        drop(sender.send(asked.clone()));
        match script(&asked) {
            Reply::Answer(tokens) => wire.write_all(&packets(&tokens, true))?,
            Reply::Beginning(tokens) => wire.write_all(&packets(&tokens, false))?,
            Reply::Endless(first, again) => {
                wire.write_all(&packets(&first, false))?;
                loop {
                    wire.write_all(&packets(&again, false))?;
                }
            }
            Reply::Silence => {}
        }
        wire.flush()?;
    }
}

/// The next message, put together from its packets.
pub fn message(wire: &mut impl Read) -> io::Result<(u8, Vec<u8>)> {
    let mut message = Vec::new();
    loop {
        let mut header = [0; 8];
        wire.read_exact(&mut header)?;
        let length = usize::from(u16::from_be_bytes([header[2], header[3]])) - 8;
        let start = message.len();
        message.resize(start + length, 0);
        wire.read_exact(&mut message[start..])?;
        if header[1] & 1 == 1 {
            return Ok((header[0], message));
        }
    }
}

/// An answer in packets small enough for any client; without its end, if more is to come.
fn packets(tokens: &[u8], is_end: bool) -> Vec<u8> {
    let chunks: Vec<&[u8]> = tokens.chunks(4000).collect();
    let last = chunks.len().saturating_sub(1);
    chunks.iter().enumerate().flat_map(|(index, chunk)| packet(chunk, is_end && index == last)).collect()
}

/// A packet of an answer.
pub fn packet(content: &[u8], is_last: bool) -> Vec<u8> {
    packet_of(4, content, is_last)
}

fn packet_of(kind: u8, content: &[u8], is_last: bool) -> Vec<u8> {
    let length = u16::try_from(content.len() + 8).unwrap().to_be_bytes();
    [&[kind, is_last.into(), length[0], length[1], 0, 0, 1, 0], content].concat()
}

/// Version 16, and encryption as TLS already is.
pub fn prelogin() -> Vec<u8> {
    prelogin_with(1)
}

/// Version 16, and this word about encryption.
pub fn prelogin_with(encryption: u8) -> Vec<u8> {
    let options = [0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff];
    [&options[..], &[16, 0, 0, 0, 0, 0], &[encryption]].concat()
}

fn headers(message: &[u8]) -> usize {
    usize::try_from(u32::from_le_bytes(message[..4].try_into().unwrap())).unwrap()
}

fn utf16(bytes: &[u8]) -> String {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    String::from_utf16(&units).unwrap()
}

fn login(message: &[u8]) -> Asked {
    let bytes = |at: usize| {
        let number = |at: usize| usize::from(u16::from_le_bytes([message[at], message[at + 1]]));
        message[number(at)..number(at) + number(at + 2) * 2].to_vec()
    };
    let text = |at| utf16(&bytes(at));
    Asked::Login {
        application: text(48),
        database: text(68),
        user: text(40),
        password: bytes(44),
        server: text(52),
        token: token(message),
    }
}

/// The token in the first extension of a login packet, which is that of federated authentication if there is any.
fn token(message: &[u8]) -> Option<String> {
    const HAS_EXTENSIONS: u8 = 0x10;
    const FEDERATED: u8 = 2;
    const SECURITY_TOKEN: u8 = 1;
    if message[27] & HAS_EXTENSIONS == 0 {
        return None;
    }
    let long = |at: usize| usize::try_from(u32::from_le_bytes(message[at..at + 4].try_into().unwrap())).unwrap();
    let place = usize::from(u16::from_le_bytes([message[56], message[57]]));
    let extension = long(place);
    assert_eq!(message[extension], FEDERATED);
    let data = extension + 5;
    assert_eq!(message[data] >> 1, SECURITY_TOKEN);
    let length = long(data + 1);
    assert_eq!(long(extension + 1), 5 + length, "nothing but the token");
    assert_eq!(message[data + 5 + length], 0xff, "no other extension");
    Some(utf16(&message[data + 5..data + 5 + length]))
}

/// The text of `sp_executesql`'s first parameter.
fn statement(message: &[u8]) -> String {
    let procedure = headers(message);
    assert_eq!(message[procedure..procedure + 4], [0xff, 0xff, 10, 0]);
    let name = procedure + 6;
    let status = name + 1 + usize::from(message[name]) * 2;
    assert_eq!(message[status + 1], 0xe7);
    let value = status + 2 + 2 + 5;
    if message[status + 2..status + 4] != [0xff, 0xff] {
        let length = usize::from(u16::from_le_bytes([message[value], message[value + 1]]));
        return utf16(&message[value + 2..value + 2 + length]);
    }
    let chunk = value + 8;
    let length = usize::try_from(u32::from_le_bytes(message[chunk..chunk + 4].try_into().unwrap())).unwrap();
    utf16(&message[chunk + 4..chunk + 4 + length])
}

fn units(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// A text behind a byte that says how long it is.
pub fn short_text(text: &str) -> Vec<u8> {
    [&[u8::try_from(text.encode_utf16().count()).unwrap()], &units(text)[..]].concat()
}

fn long_text(text: &str) -> Vec<u8> {
    [&u16::try_from(text.encode_utf16().count()).unwrap().to_le_bytes()[..], &units(text)].concat()
}

/// The end of an answer.
pub fn done() -> Vec<u8> {
    [&[0xfd], &[0; 12][..]].concat()
}

/// A login that is let in.
pub fn welcome() -> Vec<u8> {
    let body = [&[1, 0x74, 0, 0, 4], &short_text("scripted")[..], &[16, 0, 0, 0]].concat();
    [&[0xad], &u16::try_from(body.len()).unwrap().to_le_bytes()[..], &body, &done()].concat()
}

/// A login that is sent on.
pub fn sent_on(host: &str, port: u16) -> Vec<u8> {
    let place = [&[0], &port.to_le_bytes()[..], &long_text(host)].concat();
    let body = [&[20], &u16::try_from(place.len()).unwrap().to_le_bytes()[..], &place, &[0, 0]].concat();
    let change = [&[0xe3], &u16::try_from(body.len()).unwrap().to_le_bytes()[..], &body].concat();
    let mut welcome = welcome();
    let end = welcome.len() - done().len();
    welcome.splice(end..end, change);
    welcome
}

/// An error, and the end of the answer.
pub fn refusal(number: u32, class: u8, text: &str) -> Vec<u8> {
    let body = [
        &number.to_le_bytes()[..],
        &[1, class],
        &long_text(text),
        &short_text("scripted"),
        &short_text(""),
        &1_u32.to_le_bytes(),
    ]
    .concat();
    [&[0xaa], &u16::try_from(body.len()).unwrap().to_le_bytes()[..], &body, &done()].concat()
}

/// A column's type: the bytes that describe it.
#[derive(Clone, Copy)]
pub struct Type(pub &'static [u8]);

// The last five bytes of a text's type are its collation, SQL_Latin1_General_CP1_CI_AS.
pub const INT: Type = Type(&[0x26, 4]);
pub const NVARCHAR: Type = Type(&[0xe7, 0x40, 0x1f, 0x09, 0x04, 0xd0, 0x00, 0x34]);
pub const NVARCHAR_MAX: Type = Type(&[0xe7, 0xff, 0xff, 0x09, 0x04, 0xd0, 0x00, 0x34]);
pub const VARCHAR: Type = Type(&[0xa7, 0x40, 0x1f, 0x09, 0x04, 0xd0, 0x00, 0x34]);

/// The description of columns.
pub fn columns(columns: &[(&str, Type)]) -> Vec<u8> {
    let mut out = vec![0x81];
    out.extend(u16::try_from(columns.len()).unwrap().to_le_bytes());
    for (name, Type(bytes)) in columns {
        out.extend([0, 0, 0, 0, 1, 0]);
        out.extend(*bytes);
        out.extend(short_text(name));
    }
    out
}

/// A row of cells, each as its type wants it.
pub fn row(cells: &[Vec<u8>]) -> Vec<u8> {
    [&[0xd1], &cells.concat()[..]].concat()
}

pub fn int(value: Option<i32>) -> Vec<u8> {
    value.map_or(vec![0], |value| [&[4], &value.to_le_bytes()[..]].concat())
}

pub fn nvarchar(value: Option<&str>) -> Vec<u8> {
    value.map_or(vec![0xff, 0xff], |value| bytes(&units(value)))
}

/// Bytes behind their length, as `varchar` and `varbinary` have them.
pub fn bytes(value: &[u8]) -> Vec<u8> {
    [&u16::try_from(value.len()).unwrap().to_le_bytes()[..], value].concat()
}

/// Bytes behind a single byte of length.
pub fn short(value: &[u8]) -> Vec<u8> {
    [&[u8::try_from(value.len()).unwrap()], value].concat()
}

/// A text of a type without a limit, in chunks.
pub fn nvarchar_max(value: &str) -> Vec<u8> {
    let units = units(value);
    let mut out = u64::try_from(units.len()).unwrap().to_le_bytes().to_vec();
    for chunk in units.chunks(1001) {
        out.extend(u32::try_from(chunk.len()).unwrap().to_le_bytes());
        out.extend(chunk);
    }
    out.extend([0; 4]);
    out
}

/// A column of the catalog's answer.
pub struct Described<'a> {
    pub name: &'a str,
    pub type_name: &'a str,
    pub precision: i32,
    pub scale: i32,
    pub collation: Option<(&'a str, i32)>,
}

impl<'a> Described<'a> {
    pub fn new(name: &'a str, type_name: &'a str) -> Self {
        Self { name, type_name, precision: 0, scale: 0, collation: None }
    }
}

/// What the catalog answers about one table.
pub fn described(schema: &str, table: &str, described: &[Described<'_>]) -> Vec<u8> {
    let mut answer = columns(&[
        ("schema_name", NVARCHAR),
        ("table_name", NVARCHAR),
        ("table_comment", NVARCHAR),
        ("column_name", NVARCHAR),
        ("column_comment", NVARCHAR),
        ("type_name", NVARCHAR),
        ("type_precision", INT),
        ("type_scale", INT),
        ("collation_name", NVARCHAR),
        ("code_page", INT),
        ("is_encrypted", INT),
    ]);
    for column in described {
        answer.extend(row(&[
            nvarchar(Some(schema)),
            nvarchar(Some(table)),
            nvarchar(Some("orders of the day")),
            nvarchar(Some(column.name)),
            nvarchar(None),
            nvarchar(Some(column.type_name)),
            int(Some(column.precision)),
            int(Some(column.scale)),
            nvarchar(column.collation.map(|(name, _)| name)),
            int(column.collation.map(|(_, page)| page)),
            int(Some(0)),
        ]));
    }
    [answer, done()].concat()
}

/// Lets in whoever logs in, and takes every set-up.
pub fn hospitable(asked: &Asked) -> Reply {
    match asked {
        Asked::Login { .. } => Reply::Answer(welcome()),
        _ => Reply::Answer(done()),
    }
}
