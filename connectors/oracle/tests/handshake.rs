//! First words with servers of many kinds: what is asked of them, and what their answers mean to the user.
#![allow(clippy::unwrap_used)]

#[path = "support/tns.rs"]
mod tns;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::thread;

use connector_core::{Connection, Credential, Error, ErrorKind, Secret, Settings};
use connector_oracle::CONNECTOR;
use connector_tls::testing::{authority, signed};
use tns::{Asked, Server};

const PASSWORD: &str = "hunter2";

async fn enter(url: &str) -> Result<Box<dyn Connection>, Error> {
    let endpoint = CONNECTOR.endpoint(url)?;
    let credential = Credential { user: "u".into(), password: Secret::new(PASSWORD) };
    CONNECTOR.connect(&endpoint, &credential, &Settings::default()).await
}

/// The error of a server that lets nobody in, which never tells the password.
async fn refused(url: &str) -> Error {
    let error = enter(url).await.err().unwrap();
    let told = format!("{error} {error:?} {:?}", error.hint_text());
    assert!(!told.contains(PASSWORD) && error.hint_text().is_some(), "{url}: {told}");
    error
}

fn plain(server: &Server, place: &str) -> String {
    format!("jdbc:oracle:thin:@{}", place.replace('#', &server.port.to_string()))
}

#[tokio::test]
async fn a_service_and_a_sid_and_a_descriptor_arrive_as_they_were_written() {
    for (place, named) in [
        ("//127.0.0.1:#/sales.example", "(SERVICE_NAME=sales.example)"),
        ("127.0.0.1:#:ORCL", "(SID=ORCL)"),
        ("tcp://127.0.0.1:#/svc:dedicated/i1", "(INSTANCE_NAME=i1)(SERVER=dedicated)"),
        (
            "(DESCRIPTION=(ADDRESS=(PROTOCOL=tcp)(HOST=127.0.0.1)(PORT=#))(CONNECT_DATA=(SERVICE_NAME=svc)(SERVER=shared)))",
            "(SERVICE_NAME=svc)(SERVER=shared)",
        ),
        (
            "(DESCRIPTION=(ADDRESS_LIST=(ADDRESS=(PROTOCOL=tcp)(HOST=127.0.0.1)(PORT=1))(ADDRESS=(PROTOCOL=tcp)\
             (HOST=127.0.0.1)(PORT=#)))(CONNECT_DATA=(SERVICE_NAME=svc)))",
            "(ADDRESS_LIST=",
        ),
    ] {
        let server = Server::start(|_| Some(tns::refuse("12514")));
        let error = refused(&plain(&server, place)).await;
        assert_eq!(error.kind(), ErrorKind::NotFound, "{place}: {error}");
        let Asked::Connect(descriptor) = server.first() else { panic!("no connect packet for {place}") };
        assert!(descriptor.contains(named) && descriptor.contains("(PROGRAM=glaux)"), "{place}: {descriptor}");
        assert!(!descriptor.contains(PASSWORD), "{place}");
    }
}

#[tokio::test]
async fn what_a_listener_refuses_with_says_what_can_be_done() {
    for (number, kind) in [
        ("12514", ErrorKind::NotFound),
        ("12505", ErrorKind::NotFound),
        ("12519", ErrorKind::Throttled),
        ("12528", ErrorKind::Throttled),
        ("12564", ErrorKind::Unavailable),
        ("", ErrorKind::Unavailable),
    ] {
        let server = Server::start(move |_| Some(tns::refuse(number)));
        let error = refused(&plain(&server, "//127.0.0.1:#/svc")).await;
        assert_eq!(error.kind(), kind, "{number}: {error}");
        assert!(error.to_string().contains(number), "{number}: {error}");
    }
}

#[tokio::test]
async fn a_listener_that_sends_us_on_or_asks_again_is_followed() {
    let second = Server::start(|_| Some(tns::refuse("12519")));
    let port = second.port;
    let first = Server::start(move |_| Some(tns::redirect(port, "(DESCRIPTION=(CONNECT_DATA=(SERVICE_NAME=svc)))")));
    assert_eq!(refused(&plain(&first, "//127.0.0.1:#/svc")).await.kind(), ErrorKind::Throttled);
    assert_eq!(second.first(), Asked::Connect("(DESCRIPTION=(CONNECT_DATA=(SERVICE_NAME=svc)))".into()));
    let mut asked = 0;
    let again = Server::start(move |_| {
        asked += 1;
        Some(if asked == 1 { tns::packet(tns::RESEND, &[]) } else { tns::refuse("12519") })
    });
    assert_eq!(refused(&plain(&again, "//127.0.0.1:#/svc")).await.kind(), ErrorKind::Throttled);
    assert_eq!(again.first(), again.first());
}

fn write(folder: &Path, name: &str, pem: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, pem).unwrap();
    path.display().to_string()
}

fn encrypted(server: &Server, options: &str) -> String {
    format!("jdbc:oracle:thin:@tcps://localhost:{}/svc?{options}", server.port)
}

#[tokio::test]
async fn a_certificate_that_proves_nothing_is_refused_and_says_why() {
    let (ours, folder) = (authority("test authority"), tempfile::tempdir().unwrap());
    let ca = write(folder.path(), "ca.pem", &ours.pem);
    let stranger = write(folder.path(), "stranger.pem", &authority("a stranger").pem);
    for (certificate, option, named) in [
        (signed(&ours, "localhost", false), format!("sslrootcert={stranger}"), "not trusted"),
        (signed(&ours, "localhost", false), String::new(), "not trusted"),
        (signed(&ours, "db.example", false), format!("sslrootcert={ca}"), "another host name"),
        (signed(&ours, "localhost", true), format!("sslrootcert={ca}"), "has expired"),
    ] {
        let server = Server::start_tls(tns::tls(certificate, None), |_| Some(tns::refuse("12514")));
        let error = refused(&encrypted(&server, &option)).await;
        assert_eq!(error.kind(), ErrorKind::Invalid, "{option}: {error}");
        assert!(error.to_string().contains(named), "{option}: {error}");
        assert_eq!(server.first(), Asked::Closed, "nothing was asked");
    }
}

#[tokio::test]
async fn inside_tls_the_same_is_asked_whether_a_file_or_a_wallet_says_whom_to_trust() {
    let (ours, folder) = (authority("test authority"), tempfile::tempdir().unwrap());
    let ca = write(folder.path(), "ewallet.pem", &ours.pem);
    for option in [format!("sslrootcert={ca}"), format!("wallet_location={}", folder.path().display())] {
        let config = tns::tls(signed(&ours, "localhost", false), None);
        let server = Server::start_tls(config, |_| Some(tns::refuse("12514")));
        let error = refused(&encrypted(&server, &option)).await;
        assert_eq!(error.kind(), ErrorKind::NotFound, "{option}: {error}");
        let Asked::Connect(descriptor) = server.first() else { panic!("no connect packet") };
        assert!(descriptor.contains("(PROTOCOL=tcps)(HOST=localhost)"), "{descriptor}");
    }
}

#[tokio::test]
async fn a_wallet_with_a_key_shows_the_clients_certificate_and_adds_no_authority() {
    let (ours, folder) = (authority("test authority"), tempfile::tempdir().unwrap());
    let (certificate, key) = signed(&ours, "client.example", false);
    write(folder.path(), "ewallet.pem", &(certificate.pem() + &key.serialize_pem()));
    let config = tns::tls(signed(&ours, "localhost", false), Some(&ours.pem));
    let server = Server::start_tls(config, |_| Some(tns::refuse("12514")));
    // The driver has no place for both, which the README says; what fails is the trust, not the wallet.
    let error = refused(&encrypted(&server, &format!("wallet_location={}", folder.path().display()))).await;
    assert!(error.to_string().contains("not trusted"), "{error}");
}

#[tokio::test]
async fn a_server_that_makes_the_driver_panic_is_an_error_and_the_next_one_is_served() {
    let insists = Server::start(|_| Some(tns::accept(319, 0x10)));
    let unknown = Server::start(|_| Some(tns::packet(99, &[0; 8])));
    let odd = Server::start(|_| Some(tns::refuse("many")));
    for server in [&insists, &unknown, &odd] {
        let error = refused(&plain(server, "//127.0.0.1:#/svc")).await;
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        assert!(error.to_string().contains("connect.rs:"), "{error}");
    }
    let next = Server::start(|_| Some(tns::refuse("12514")));
    assert_eq!(refused(&plain(&next, "//127.0.0.1:#/svc")).await.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_server_that_is_silent_does_not_hold_us_wherever_it_falls_silent() {
    let (ours, folder) = (authority("test authority"), tempfile::tempdir().unwrap());
    let ca = write(folder.path(), "ca.pem", &ours.pem);
    let says_nothing = Server::start(|_| None);
    let accepts = Server::start(|asked| matches!(asked, Asked::Connect(_)).then(|| tns::accept(315, 0)));
    let inside = Server::start_tls(tns::tls(signed(&ours, "localhost", false), None), |_| None);
    for url in [
        plain(&says_nothing, "//127.0.0.1:#/svc?connect_timeout=200ms"),
        plain(&accepts, "//127.0.0.1:#/svc?connect_timeout=200ms"),
        encrypted(&inside, &format!("sslrootcert={ca}&connect_timeout=500ms")),
        // TLS asked of a server that waits for a packet.
        format!("jdbc:oracle:thin:@tcps://localhost:{}/svc?connect_timeout=200ms", silent_port()),
    ] {
        let error = refused(&url).await;
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{url}: {error}");
        assert!(error.to_string().contains("CONNECT_TIMEOUT"), "{url}: {error}");
    }
}

/// A port behind which everything is read and nothing said.
fn silent_port() -> u16 {
    serve(|mut stream| drop(stream.read_to_end(&mut Vec::new())))
}

fn serve(work: impl Fn(std::net::TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || listener.incoming().for_each(|stream| work(stream.unwrap())));
    port
}

#[tokio::test]
async fn a_server_of_another_kind_and_one_that_hangs_up_are_named() {
    let http = serve(|mut stream| {
        drop(stream.read(&mut [0; 1024]));
        drop(stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n"));
    });
    for port in [http, serve(drop)] {
        let error = refused(&format!("jdbc:oracle:thin:@//127.0.0.1:{port}/svc")).await;
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    }
    let error = refused(&format!("jdbc:oracle:thin:@tcps://localhost:{http}/svc")).await;
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = refused(&format!("jdbc:oracle:thin:@//127.0.0.1:{free}/svc")).await;
    assert!(error.to_string().contains("nothing listens there"), "{error}");
    let error = refused("jdbc:oracle:thin:@//no-such-host.invalid/svc").await;
    assert!(error.to_string().contains("does not resolve"), "{error}");
}

#[tokio::test]
async fn an_old_server_is_named() {
    let old = Server::start(|_| Some(tns::accept(314, 0)));
    let error = enter(&plain(&old, "//127.0.0.1:#/svc")).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    assert!(error.to_string().contains("12.1"), "{error}");
}
