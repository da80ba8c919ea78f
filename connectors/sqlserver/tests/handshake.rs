//! The first packets, seen from the server's side: what is asked for, and that nothing of a password is sent in clear.
#![allow(clippy::unwrap_used)]

#[path = "support/tds.rs"]
mod tds;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;

use connector_core::{Connection, Credential, Error, ErrorKind, Secret, Settings};
use connector_sqlserver::CONNECTOR;
use connector_tls::testing as certificates;
use tds::{Asked, Mode, Server};

const PASSWORD: &str = "hunter2";

/// Serves one connection from a thread.
fn serve(behave: impl FnOnce(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || behave(listener.accept().unwrap().0));
    port
}

async fn enter(url: &str) -> Result<Box<dyn Connection>, Error> {
    let endpoint = CONNECTOR.endpoint(url).unwrap();
    let credential = Credential { user: "u".into(), password: Secret::new(PASSWORD) };
    CONNECTOR.connect(&endpoint, &credential, &Settings::default()).await
}

async fn refused(port: u16, options: &str) -> Error {
    enter(&format!("jdbc:sqlserver://localhost:{port};{options}")).await.err().unwrap()
}

/// A password as the login packet hides it, which is no protection.
fn hidden(password: &str) -> Vec<u8> {
    password.encode_utf16().flat_map(u16::to_le_bytes).map(|byte| byte.rotate_left(4) ^ 0xa5).collect()
}

fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

/// What a prelogin says about encryption.
fn encryption_wanted(prelogin: &[u8]) -> u8 {
    let option = prelogin.chunks(5).find(|option| option[0] == 1).unwrap();
    prelogin[usize::from(u16::from_be_bytes([option[1], option[2]]))]
}

#[tokio::test]
async fn a_server_without_tls_is_told_apart_and_nothing_more_is_sent_to_it() {
    for not_offered in [0, 2] {
        let (sent, received) = channel();
        let port = serve(move |mut stream| {
            let (kind, prelogin) = tds::message(&mut stream).unwrap();
            stream.write_all(&tds::packet(&tds::prelogin_with(not_offered), true)).unwrap();
            let mut rest = Vec::new();
            stream.read_to_end(&mut rest).unwrap();
            sent.send((kind, prelogin, rest)).unwrap();
        });
        let error = refused(port, "").await;
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
        assert!(error.to_string().contains("does not offer TLS"), "{error}");
        let (kind, prelogin, rest) = received.recv().unwrap();
        assert_eq!((kind, encryption_wanted(&prelogin), rest), (0x12, 3, Vec::new()));
    }
}

#[tokio::test]
async fn a_login_is_encrypted_even_where_encryption_is_off() {
    let (sent, received) = channel();
    let port = serve(move |mut stream| {
        let (_, prelogin) = tds::message(&mut stream).unwrap();
        // It says that it has no TLS at all.
        stream.write_all(&tds::packet(&tds::prelogin_with(2), true)).unwrap();
        let hello = tds::message(&mut stream).unwrap().1;
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).unwrap();
        sent.send((prelogin, hello, rest)).unwrap();
    });
    let error = refused(port, "encrypt=false").await;
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    let (prelogin, hello, rest) = received.recv().unwrap();
    assert_eq!((encryption_wanted(&prelogin), hello[0]), (0, 0x16), "a TLS handshake follows");
    assert!(!holds(&[hello, rest].concat(), &hidden(PASSWORD)));
}

#[tokio::test]
async fn a_login_inside_tls_arrives_whether_tls_comes_first_or_second() {
    let authority = certificates::authority("test authority");
    let dir = tempfile::tempdir().unwrap();
    let ca = dir.path().join("ca.pem");
    std::fs::write(&ca, &authority.pem).unwrap();
    let (old, new) = ([&rustls::version::TLS12], [&rustls::version::TLS13]);
    for (mode, options, versions) in [
        (Mode::Strict, "encrypt=strict", &new),
        (Mode::Wrapped, "encrypt=true", &old),
        (Mode::Wrapped, "encrypt=true", &new),
        (Mode::Wrapped, "encrypt=false", &old),
    ] {
        let config = match mode {
            Mode::Strict => tds::tls(&authority, "localhost"),
            Mode::Wrapped => tds::configured(certificates::signed(&authority, "localhost", false), versions),
        };
        let server = Server::start_with(Arc::new(config), ca.clone(), mode, tds::hospitable);
        drop(enter(&server.url_of(options, "")).await.unwrap());
        let Asked::Login { user, password, database, server: host, .. } = server.asked.recv().unwrap() else {
            panic!("no login")
        };
        assert_eq!((user.as_str(), database.as_str(), host.as_str()), ("u", "d", "localhost"), "{mode:?}");
        assert_eq!(password, hidden(PASSWORD), "{mode:?}");
    }
}

#[tokio::test]
async fn behind_an_encrypted_login_a_session_goes_on_in_clear_where_both_sides_say_so() {
    let authority = certificates::authority("test authority");
    let dir = tempfile::tempdir().unwrap();
    let ca = dir.path().join("ca.pem");
    std::fs::write(&ca, &authority.pem).unwrap();
    let signed = certificates::signed(&authority, "localhost", false);
    let config = Arc::new(tds::configured(signed, &[&rustls::version::TLS12]));
    let (sent, received) = channel();
    let port = serve(move |stream| {
        let (mut stream, login) = tds::only_the_login(stream, config).unwrap();
        stream.write_all(&tds::packet(&tds::welcome(), true)).unwrap();
        let set_up = tds::message(&mut stream).unwrap();
        stream.write_all(&tds::packet(&tds::done(), true)).unwrap();
        sent.send((login, set_up)).unwrap();
    });
    let url = format!("jdbc:sqlserver://localhost:{port};encrypt=false;sslrootcert={}", ca.display());
    drop(enter(&url).await.unwrap());
    let (login, (kind, set_up)) = received.recv().unwrap();
    assert!(holds(&login, &hidden(PASSWORD)));
    let begin: Vec<u8> = "SET LANGUAGE".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(kind == 1 && holds(&set_up, &begin), "in clear");
}

#[tokio::test]
async fn a_certificate_that_proves_nothing_is_refused_and_says_why() {
    let authority = certificates::authority("test authority");
    let dir = tempfile::tempdir().unwrap();
    let (ca, stranger) = (dir.path().join("ca.pem"), dir.path().join("stranger.pem"));
    std::fs::write(&ca, &authority.pem).unwrap();
    std::fs::write(&stranger, certificates::authority("a stranger").pem).unwrap();
    let expired = || tds::configured(certificates::signed(&authority, "localhost", true), rustls::ALL_VERSIONS);
    for (config, trusted, options, named) in [
        (tds::tls(&authority, "localhost"), &stranger, "", "not trusted"),
        (tds::tls(&authority, "db.example"), &ca, "", "another host name"),
        (tds::tls(&authority, "localhost"), &ca, "hostNameInCertificate=db.example", "another host name"),
        (expired(), &ca, "", "has expired"),
    ] {
        let server = Server::start_with(Arc::new(config), trusted.clone(), Mode::Strict, tds::hospitable);
        let error = enter(&server.url(options)).await.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
        assert!(error.to_string().contains(named), "{error}");
        assert_eq!(server.asked.recv().unwrap(), Asked::Closed, "no login was sent");
    }
    let named = Server::start_with(Arc::new(tds::tls(&authority, "db.example")), ca, Mode::Strict, tds::hospitable);
    assert!(enter(&named.url("hostNameInCertificate=db.example")).await.is_ok());
}

#[tokio::test]
async fn only_where_it_is_written_is_any_certificate_trusted() {
    let authority = certificates::authority("a stranger");
    let config = || tds::configured(certificates::signed(&authority, "elsewhere", true), &[&rustls::version::TLS12]);
    let server = Server::start_with(Arc::new(config()), "/nonexistent".into(), Mode::Wrapped, tds::hospitable);
    assert_eq!(refused(server.port, "").await.kind(), ErrorKind::Invalid);
    let url = format!("jdbc:sqlserver://localhost:{};trustServerCertificate=true", server.port);
    assert!(enter(&url).await.is_ok());
}

#[tokio::test]
async fn a_server_of_another_kind_and_one_that_hangs_up_are_named() {
    let port = serve(|mut stream| {
        drop(tds::message(&mut stream));
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
    });
    let error = refused(port, "").await;
    assert!(error.hint_text().unwrap().contains("host and port"), "{error}: {:?}", error.hint_text());
    let error = refused(serve(drop), "").await;
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = refused(free, "").await;
    assert!(error.to_string().contains("nothing listens there"), "{error}");
}
