//! A listener that speaks just enough of the protocol to read a client's first packets and to answer them: in clear, or in TLS.
#![allow(dead_code, clippy::unwrap_used)]

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use connector_tls::testing::Signed;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

/// Kinds of packets, by number.
pub const CONNECT: u8 = 1;
pub const ACCEPT: u8 = 2;
pub const REFUSE: u8 = 4;
pub const REDIRECT: u8 = 5;
pub const DATA: u8 = 6;
pub const RESEND: u8 = 11;

/// What the client sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A connect packet: the descriptor in it.
    Connect(String),
    /// Anything behind it.
    Data(Vec<u8>),
    /// The connection ended, TLS perhaps before it began.
    Closed,
}

/// A running listener; it serves any number of connections, each on a thread.
pub struct Server {
    pub port: u16,
    pub asked: Receiver<Asked>,
}

/// What the server does about a packet: bytes to send, or nothing and silence from there on.
pub type Reply = Option<Vec<u8>>;

impl Server {
    /// In clear.
    pub fn start(script: impl FnMut(&Asked) -> Reply + Send + Sync + Clone + 'static) -> Self {
        Self::serving(move |stream, sender| serve(stream, script.clone(), sender))
    }

    /// Inside TLS.
    pub fn start_tls(
        config: ServerConfig,
        script: impl FnMut(&Asked) -> Reply + Send + Sync + Clone + 'static,
    ) -> Self {
        let config = Arc::new(config);
        Self::serving(move |stream, sender| {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            serve(StreamOwned::new(connection, stream), script.clone(), sender)
        })
    }

    fn serving(serve: impl Fn(TcpStream, &Sender<Asked>) -> io::Result<()> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, asked) = channel();
        let serve = Arc::new(serve);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, sender, serve) = (stream.unwrap(), sender.clone(), Arc::clone(&serve));
                thread::spawn(move || {
                    drop(serve(stream, &sender));
                    drop(sender.send(Asked::Closed));
                });
            }
        });
        Self { port, asked }
    }

    /// What was asked first, whatever came of it.
    pub fn first(&self) -> Asked {
        self.asked.recv().unwrap()
    }
}

fn serve(
    mut stream: impl Read + Write,
    mut script: impl FnMut(&Asked) -> Reply,
    sender: &Sender<Asked>,
) -> io::Result<()> {
    loop {
        let asked = receive(&mut stream)?;
        let reply = script(&asked);
        sender.send(asked).map_err(io::Error::other)?;
        let Some(bytes) = reply else {
            stream.read_to_end(&mut Vec::new())?;
            return Ok(());
        };
        stream.write_all(&bytes)?;
        stream.flush()?;
    }
}

/// A packet; a long descriptor comes in a second one.
fn receive(stream: &mut impl Read) -> io::Result<Asked> {
    let (kind, body) = packet_of(stream)?;
    if kind != CONNECT {
        return Ok(Asked::Data(body));
    }
    let length = usize::from(u16::from_be_bytes([body[16], body[17]]));
    let own = body.get(66..).unwrap_or_default().to_vec();
    let descriptor = if own.len() == length { own } else { packet_of(stream)?.1.split_off(2) };
    Ok(Asked::Connect(String::from_utf8(descriptor).unwrap()))
}

fn packet_of(stream: &mut impl Read) -> io::Result<(u8, Vec<u8>)> {
    let mut head = [0; 8];
    stream.read_exact(&mut head)?;
    let mut length = usize::from(u16::from_be_bytes([head[0], head[1]]));
    if length == 0 {
        length = usize::from(u16::from_be_bytes([head[2], head[3]]));
    }
    let mut body = vec![0; length - head.len()];
    stream.read_exact(&mut body)?;
    Ok((head[4], body))
}

/// A packet of a kind.
pub fn packet(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(8 + body.len()).unwrap().to_be_bytes();
    [&length[..], &[0, 0, kind, 0, 0, 0], body].concat()
}

/// A refusal by the listener.
pub fn refuse(number: &str) -> Vec<u8> {
    let text = if number.is_empty() {
        String::new()
    } else {
        format!("(DESCRIPTION=(TMP=)(VSNNUM=318767104)(ERR={number})(ERROR_STACK=(ERROR=(CODE={number})(EMFI=4))))")
    };
    let length = u16::try_from(text.len()).unwrap().to_be_bytes();
    packet(REFUSE, &[&[0x22, 0], &length[..], text.as_bytes()].concat())
}

/// An acceptance by a server of this version of the protocol, with these flags.
pub fn accept(version: u16, flags: u8) -> Vec<u8> {
    let body = [&version.to_be_bytes()[..], &[0; 12], &[flags], &[0; 9], &8192_u32.to_be_bytes(), &[0; 9]].concat();
    packet(ACCEPT, &body)
}

/// Sends the client to another port.
pub fn redirect(port: u16, descriptor: &str) -> Vec<u8> {
    let text = format!("(ADDRESS=(PROTOCOL=tcp)(HOST=127.0.0.1)(PORT={port}))\0{descriptor}");
    let length = u16::try_from(text.len()).unwrap().to_be_bytes();
    let data = [&[0, 0][..], text.as_bytes()].concat();
    [packet(REDIRECT, &length), packet(DATA, &data)].concat()
}

/// TLS under this certificate, for clients that this authority has signed if there is one.
pub fn tls((certificate, key): Signed, clients: Option<&str>) -> ServerConfig {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let builder =
        ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions().unwrap();
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(pem) => {
            let mut roots = RootCertStore::empty();
            roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider).build().unwrap();
            builder.with_client_cert_verifier(verifier)
        }
    };
    builder.with_single_cert(vec![certificate.der().clone()], key).unwrap()
}
