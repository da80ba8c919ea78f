//! Servers that no real one can be made to be: without TLS, with an expired certificate, with no protocol at all, thieves.
#![allow(clippy::unwrap_used)]

#[path = "support/impostor.rs"]
mod impostor;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use connector_core::{Connection, Credential, Error, ErrorKind, Secret, Settings};
use connector_mysql::CONNECTOR;
use connector_tls::testing as certificates;
use impostor::{Said, TLS, greeting, ok, packet, taken};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;

/// Serves one connection from a thread.
fn serve(behave: impl FnOnce(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || behave(listener.accept().unwrap().0));
    port
}

async fn enter(port: u16, options: &str) -> Result<Box<dyn Connection>, Error> {
    let url = format!("jdbc:mysql://localhost:{port}/d?connectTimeout=5000&{options}");
    let credential = Credential { user: "u".into(), password: Secret::new("hunter2") };
    CONNECTOR.connect(&CONNECTOR.endpoint(&url).unwrap(), &credential, &Settings::default()).await
}

async fn refused(port: u16, options: &str) -> Error {
    let error = enter(port, options).await.err().unwrap();
    assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    error
}

/// Keeps what was received until the other side hangs up.
fn rest(mut stream: TcpStream, kept: &std::sync::mpsc::Sender<Vec<u8>>) {
    let mut rest = Vec::new();
    drop(stream.read_to_end(&mut rest));
    drop(kept.send(rest));
}

#[tokio::test]
async fn a_server_without_tls_is_told_apart_and_nothing_is_sent_to_it() {
    for mode in ["VERIFY_IDENTITY", "VERIFY_CA", "REQUIRED"] {
        let (kept, received) = std::sync::mpsc::channel();
        let port = serve(move |mut stream| {
            stream.write_all(&greeting(0)).unwrap();
            rest(stream, &kept);
        });
        let error = refused(port, &format!("sslMode={mode}")).await;
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.to_string().contains("does not offer TLS"), "{error}");
        assert!(error.hint_text().unwrap().contains(mode));
        assert_eq!(received.recv().unwrap(), b"");
    }
}

#[tokio::test]
async fn only_where_tls_is_preferred_a_server_without_it_is_taken() {
    let port = serve(|mut stream| {
        stream.write_all(&greeting(0)).unwrap();
        impostor::serve(&mut stream, &mut |_| None);
    });
    enter(port, "sslMode=PREFERRED").await.unwrap();
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
        stream.write_all(&greeting(TLS)).unwrap();
        taken(&mut stream).unwrap();
        let mut session = rustls::ServerConnection::new(Arc::new(config)).unwrap();
        drop(session.complete_io(&mut stream));
    });
    let dir = tempfile::tempdir().unwrap();
    let ca = dir.path().join("ca.crt");
    std::fs::write(&ca, &authority.pem).unwrap();
    let error = refused(port, &format!("sslCa={}", ca.display())).await;
    assert!(error.to_string().contains("has expired"), "{error}");
}

#[tokio::test]
async fn what_comes_before_tls_in_clear_is_not_taken_for_the_servers() {
    let port = serve(|mut stream| {
        // The greeting, and behind it an answer to a log-in that nobody has sent.
        stream.write_all(&[greeting(TLS), packet(2, &ok())].concat()).unwrap();
        drop(stream.read_to_end(&mut Vec::new()));
    });
    let error = refused(port, "sslMode=REQUIRED").await;
    assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
}

#[tokio::test]
async fn a_server_of_another_kind_one_that_is_full_and_one_that_hangs_up_are_named() {
    for spoken in [b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(), packet(0, b""), packet(0, &[10, b'8']), vec![0xff; 64]]
    {
        let port = serve(move |mut stream| {
            stream.write_all(&spoken).unwrap();
            drop(stream.read_to_end(&mut Vec::new()));
        });
        let error = refused(port, "").await;
        assert!(error.hint_text().unwrap().contains("host and port"), "{error}: {:?}", error.hint_text());
    }
    let port = serve(drop);
    assert_eq!(refused(port, "").await.kind(), ErrorKind::Unavailable);
    let full = packet(0, &[&[0xff, 0x10, 0x04][..], b"Too many connections"].concat());
    let port = serve(move |mut stream| stream.write_all(&full).unwrap());
    let error = refused(port, "").await;
    assert_eq!(error.kind(), ErrorKind::Throttled, "{error}");
    let old = greeting(0).replace_version("5.1.73");
    let port = serve(move |mut stream| stream.write_all(&old).unwrap());
    assert_eq!(refused(port, "").await.kind(), ErrorKind::Unsupported);
}

trait Aged {
    fn replace_version(&self, version: &str) -> Vec<u8>;
}

impl Aged for Vec<u8> {
    /// The same greeting of a server that cannot do what newer ones can.
    fn replace_version(&self, version: &str) -> Vec<u8> {
        impostor::greeting_of(version, 0x00_0f_f7_ff & !TLS)
    }
}

#[tokio::test]
async fn no_server_in_clear_is_told_the_password_however_it_asks() {
    let asks: [&[u8]; 3] = [b"\xfemysql_clear_password\0", b"\xfesha256_password\0aaaaaaaaaaaaaaaaaaaa\0", b"\x01\x04"];
    for ask in asks {
        let (kept, received) = std::sync::mpsc::channel();
        let port = serve(move |mut stream| {
            stream.write_all(&greeting(0)).unwrap();
            taken(&mut stream).unwrap();
            stream.write_all(&packet(2, ask)).unwrap();
            rest(stream, &kept);
        });
        let error = refused(port, "sslMode=DISABLED").await;
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
        assert_eq!(received.recv().unwrap(), b"");
    }
}

#[tokio::test]
async fn no_server_is_given_a_file() {
    let (kept, received) = std::sync::mpsc::channel();
    let port = serve(move |mut stream| {
        stream.write_all(&greeting(0)).unwrap();
        impostor::serve(&mut stream, &mut |said| matches!(said, Said::Query(_)).then(|| packet(1, b"\xfb/etc/passwd")));
        rest(stream, &kept);
    });
    let error = refused(port, "sslMode=DISABLED").await;
    assert_eq!(error.kind(), ErrorKind::Forbidden, "{error}");
    assert_eq!(received.recv().unwrap(), b"");
}
