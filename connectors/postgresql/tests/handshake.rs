//! Servers that no real one can be made to be: without TLS, with an expired certificate, with no protocol at all.
#![allow(clippy::unwrap_used)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use connector_core::{Credential, Error, ErrorKind, Secret, Settings};
use connector_postgresql::CONNECTOR;
use connector_tls::testing as certificates;
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;

/// Serves one connection from a thread.
fn serve(behave: impl FnOnce(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || behave(listener.accept().unwrap().0));
    port
}

/// Answers the wish for TLS with one byte.
fn answer(stream: &mut TcpStream, byte: u8) {
    let mut wish = [0; 8];
    stream.read_exact(&mut wish).unwrap();
    stream.write_all(&[byte]).unwrap();
}

async fn refused(port: u16, options: &str) -> Error {
    let endpoint =
        CONNECTOR.endpoint(&format!("jdbc:postgresql://localhost:{port}/d?connectTimeout=5&{options}")).unwrap();
    let credential = Credential { user: "u".into(), password: Secret::new("hunter2") };
    CONNECTOR.connect(&endpoint, &credential, &Settings::default()).await.err().unwrap()
}

#[tokio::test]
async fn a_server_without_tls_is_told_apart_and_nothing_is_sent_to_it() {
    let (sent, received) = std::sync::mpsc::channel();
    let port = serve(move |mut stream| {
        answer(&mut stream, b'N');
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).unwrap();
        sent.send(rest).unwrap();
    });
    let error = refused(port, "").await;
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(error.to_string().contains("does not offer TLS"), "{error}");
    assert!(error.hint_text().unwrap().contains("sslmode=verify-full"));
    assert_eq!(received.recv().unwrap(), b"");
}

#[tokio::test]
async fn an_expired_certificate_says_so() {
    let authority = certificates::authority("test authority");
    let (certificate, key) = certificates::signed(&authority, "localhost", true);
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let port = serve(move |mut stream| {
        answer(&mut stream, b'S');
        let mut session = rustls::ServerConnection::new(Arc::new(config)).unwrap();
        drop(session.complete_io(&mut stream));
    });
    let dir = tempfile::tempdir().unwrap();
    let ca = dir.path().join("ca.crt");
    std::fs::write(&ca, &authority.pem).unwrap();
    let error = refused(port, &format!("sslrootcert={}", ca.display())).await;
    assert!(error.to_string().contains("has expired"), "{error}");
}

#[tokio::test]
async fn a_server_of_another_kind_and_one_that_hangs_up_are_named() {
    let port = serve(|mut stream| {
        let mut wish = [0; 8];
        stream.read_exact(&mut wish).unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
    });
    let error = refused(port, "sslmode=disable").await;
    assert!(error.hint_text().unwrap().contains("host and port"), "{error}: {:?}", error.hint_text());
    let port = serve(drop);
    let error = refused(port, "").await;
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
}
