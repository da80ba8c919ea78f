//! Entra ID's endpoint of tokens as a small real HTTPS server: the test says what each request is answered.
#![allow(dead_code, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use connector_tls::testing as certificates;
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A request as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The method and the path.
    pub line: String,
    pub host: String,
    /// What the form says, decoded as HTML's forms are.
    pub form: BTreeMap<String, String>,
}

/// What it is answered.
pub enum Answer {
    /// This status, these further lines of the head, and this body.
    Say(u16, &'static str, String),
    /// A body without an end.
    Endless,
    /// Nothing, for as long as the client waits.
    Silence,
}

/// A token, good for as many seconds.
pub fn grant(token: &str, seconds: u64) -> Answer {
    let body = format!(r#"{{"token_type":"Bearer","expires_in":{seconds},"access_token":"{token}"}}"#);
    Answer::Say(200, "content-type: application/json; charset=utf-8\r\n", body)
}

/// A running server; it serves one connection at a time.
pub struct Authority {
    pub port: u16,
    pub asked: Receiver<Asked>,
}

impl Authority {
    /// Starts one that shows this certificate.
    pub fn start(signed: certificates::Signed, script: impl FnMut(&Asked) -> Answer + Send + 'static) -> Self {
        let config = Arc::new(configured(signed));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, asked) = channel();
        thread::spawn(move || serve(&listener, &config, script, &sender));
        Self { port, asked }
    }

    /// How often it was asked since this was looked at last.
    pub fn times(&self) -> usize {
        self.asked.try_iter().count()
    }
}

fn configured((certificate, key): certificates::Signed) -> ServerConfig {
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap()
}

fn serve(
    listener: &TcpListener,
    config: &Arc<ServerConfig>,
    mut script: impl FnMut(&Asked) -> Answer,
    sender: &Sender<Asked>,
) {
    for stream in listener.incoming() {
        let session = ServerConnection::new(Arc::clone(config)).unwrap();
        let mut wire = StreamOwned::new(session, stream.unwrap());
        // A client that does not trust us ends the connection.
        let Ok(asked) = request(&mut wire) else { continue };
        if sender.send(asked.clone()).is_err() {
            return;
        }
        drop(answer(&mut wire, script(&asked)));
    }
}

fn request(wire: &mut StreamOwned<ServerConnection, TcpStream>) -> io::Result<Asked> {
    let mut reader = BufReader::new(wire);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match line.trim_end() {
            "" => break,
            line => head.push(line.to_owned()),
        }
    }
    let field = |name: &str| {
        let mut fields = head.iter().filter_map(|line| line.split_once(": "));
        fields.find(|(own, _)| own.eq_ignore_ascii_case(name)).unwrap().1.to_owned()
    };
    assert_eq!(field("content-type"), "application/x-www-form-urlencoded");
    let mut body = vec![0; field("content-length").parse().unwrap()];
    reader.read_exact(&mut body)?;
    let body = String::from_utf8(body).unwrap();
    let pairs = body.split('&').map(|pair| pair.split_once('=').unwrap());
    let form = pairs.map(|(name, value)| (decoded(name), decoded(value))).collect();
    Ok(Asked { line: head[0].clone(), host: field("host"), form })
}

/// As HTML's forms are decoded, where a plus is a blank.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).unwrap()
}

fn answer(wire: &mut StreamOwned<ServerConnection, TcpStream>, answer: Answer) -> io::Result<()> {
    match answer {
        Answer::Say(status, further, body) => {
            write!(wire, "HTTP/1.1 {status} Told\r\n{further}content-length: {}\r\n\r\n{body}", body.len())?;
        }
        Answer::Endless => {
            write!(wire, "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")?;
            loop {
                write!(wire, "400\r\n{}\r\n", "x".repeat(0x400))?;
            }
        }
        Answer::Silence => drop(wire.read_to_end(&mut Vec::new())),
    }
    wire.conn.send_close_notify();
    wire.flush()
}
