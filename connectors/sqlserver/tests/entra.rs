//! Logging in as an application of Entra ID: what its endpoint is asked, what arrives at the database, and what becomes of every
//! way in which either says no. Both are small servers of the tests, over real TLS; Entra ID itself was never asked.
#![allow(clippy::unwrap_used)]

#[path = "support/authority.rs"]
mod authority;
#[path = "support/tds.rs"]
mod tds;

use std::path::PathBuf;
use std::sync::Arc;

use authority::{Answer, Authority, grant};
use connector_core::{Connection, Error, ErrorKind, Logins, Principal, Secret, Settings};
use connector_sqlserver::CONNECTOR;
use connector_tls::testing as certificates;
use tds::{Asked, Mode, Reply, Server};

const TENANT: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
const HOUR: u64 = 3600;
/// What must be in no message.
const SECRET: &str = "hunter2+&=% /é";
const TOKEN: &str = "eyJ0eXAi.hunter3.c2ln";

/// A database and an endpoint of tokens, which prove to be ours by the same authority.
struct Cloud {
    authority: Authority,
    server: Server,
    _dir: tempfile::TempDir,
}

/// Whose certificates they show.
struct Signers {
    trusted: certificates::Authority,
    dir: tempfile::TempDir,
}

impl Signers {
    fn new() -> Self {
        let (trusted, dir) = (certificates::authority("test authority"), tempfile::tempdir().unwrap());
        std::fs::write(dir.path().join("ca.pem"), &trusted.pem).unwrap();
        Self { trusted, dir }
    }

    fn ca(&self) -> PathBuf {
        self.dir.path().join("ca.pem")
    }
}

fn web(authority: &certificates::Authority, name: &str) -> certificates::Signed {
    certificates::signed(authority, name, false)
}

impl Cloud {
    fn start(
        answer: impl FnMut(&authority::Asked) -> Answer + Send + 'static,
        reply: impl FnMut(&Asked) -> Reply + Send + 'static,
    ) -> Self {
        let signers = Signers::new();
        let authority = Authority::start(web(&signers.trusted, "localhost"), answer);
        let server = Server::start_signed(&signers.trusted, signers.ca(), reply);
        Self { authority, server, _dir: signers.dir }
    }

    async fn enter(&self, options: &str) -> Result<Box<dyn Connection>, Error> {
        self.enter_as(TENANT, SECRET, options).await
    }

    async fn enter_as(&self, tenant: &str, secret: &str, options: &str) -> Result<Box<dyn Connection>, Error> {
        let url = self.server.url(&format!("entraAuthority=https://localhost:{};{options}", self.authority.port));
        enter(&url, tenant, secret).await
    }

    async fn refused(&self, options: &str) -> Error {
        told(self.enter(options).await.err().unwrap())
    }

    /// The tokens of the logins so far.
    fn tokens(&self) -> Vec<Option<String>> {
        let logins = self.server.asked.try_iter();
        let token = |asked| match asked {
            Asked::Login { token, .. } => Some(token),
            _ => None,
        };
        logins.filter_map(token).collect()
    }
}

async fn enter(url: &str, tenant: &str, secret: &str) -> Result<Box<dyn Connection>, Error> {
    let endpoint = CONNECTOR.endpoint(url).unwrap();
    assert_ne!(CONNECTOR.logins(&endpoint), Logins::Users);
    let principal = Principal { tenant: tenant.into(), client: "app id".into(), secret: Secret::new(secret) };
    CONNECTOR.connect_as(&endpoint, &principal, &Settings::default()).await
}

/// An error that holds neither the client secret nor a token.
fn told(error: Error) -> Error {
    let all = format!("{error} {error:?} {:?}", error.hint_text());
    assert!(!all.contains("hunter"), "{all}");
    error
}

#[tokio::test]
async fn defect_30_a_client_secret_arrives_intact_whatever_is_in_it() {
    let cloud = Cloud::start(|_| grant(TOKEN, HOUR), tds::hospitable);
    drop(cloud.enter("").await.unwrap());
    let asked = cloud.authority.asked.recv().unwrap();
    assert_eq!(asked.line, format!("POST /{TENANT}/oauth2/v2.0/token HTTP/1.1"));
    assert_eq!(asked.host, format!("localhost:{}", cloud.authority.port));
    let said: Vec<(&str, &str)> = asked.form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let expected = [
        ("client_id", "app id"),
        ("client_secret", SECRET),
        ("grant_type", "client_credentials"),
        ("scope", "https://database.windows.net/.default"),
    ];
    assert_eq!(said, expected);
    let Asked::Login { user, password, token, database, .. } = cloud.server.asked.recv().unwrap() else {
        panic!("no login")
    };
    assert_eq!((user.as_str(), password.as_slice(), database.as_str()), ("", &[][..], "d"));
    assert_eq!(token.as_deref(), Some(TOKEN));
}

#[tokio::test]
async fn another_cloud_is_asked_for_its_own_databases() {
    let cloud = Cloud::start(|_| grant(TOKEN, HOUR), tds::hospitable);
    drop(cloud.enter("entraResource=https://database.usgovcloudapi.net/").await.unwrap());
    let asked = cloud.authority.asked.recv().unwrap();
    assert_eq!(asked.form["scope"], "https://database.usgovcloudapi.net/.default");
}

#[tokio::test]
async fn a_token_serves_again_until_shortly_before_its_end() {
    for (seconds, times) in [(HOUR, 1), (300, 2), (0, 2)] {
        let mut number = 0;
        let cloud = Cloud::start(
            move |_| {
                number += 1;
                grant(&number.to_string(), seconds)
            },
            tds::hospitable,
        );
        for _ in 0..2 {
            drop(cloud.enter("").await.unwrap());
        }
        assert_eq!(cloud.authority.times(), times, "{seconds}");
        assert_eq!(cloud.tokens(), ["1", &times.to_string()].map(|token| Some(token.to_owned())), "{seconds}");
    }
}

#[tokio::test]
async fn another_client_secret_gets_a_token_of_its_own() {
    let mut number = 0;
    let answer = move |_: &authority::Asked| {
        number += 1;
        grant(&number.to_string(), HOUR)
    };
    let cloud = Cloud::start(answer, tds::hospitable);
    for (tenant, secret) in [(TENANT, "old"), (TENANT, "new"), ("contoso.example", "new"), (TENANT, "old")] {
        drop(cloud.enter_as(tenant, secret, "").await.unwrap());
    }
    assert_eq!(cloud.tokens(), ["1", "2", "3", "1"].map(|token| Some(token.to_owned())));
}

/// Refuses every token but one.
fn choosy(wanted: &'static str) -> impl FnMut(&Asked) -> Reply + Send {
    move |asked| match asked {
        Asked::Login { token, .. } if token.as_deref() != Some(wanted) => {
            Reply::Answer(tds::refusal(18456, 14, "Login failed for user '<token-identified principal>'."))
        }
        asked => tds::hospitable(asked),
    }
}

#[tokio::test]
async fn a_known_token_that_is_refused_is_asked_for_anew_once() {
    let mut tokens = ["first", "second", "third", "fourth"].into_iter();
    let mut refuses = false;
    let reply = move |asked: &Asked| match asked {
        Asked::Login { token, .. } if refuses && token.as_deref() != Some("second") => choosy("")(asked),
        Asked::Login { .. } => {
            refuses = true;
            tds::hospitable(asked)
        }
        asked => tds::hospitable(asked),
    };
    let cloud = Cloud::start(move |_| grant(tokens.next().unwrap(), HOUR), reply);
    for _ in 0..3 {
        drop(cloud.enter("").await.unwrap());
    }
    assert_eq!(cloud.tokens(), ["first", "first", "second", "second"].map(|token| Some(token.to_owned())));
    assert_eq!(cloud.authority.times(), 2);
}

#[tokio::test]
async fn a_new_token_that_is_refused_is_an_error_at_once_and_is_not_kept() {
    let mut tokens = ["first", "second", "third"].into_iter();
    let cloud = Cloud::start(move |_| grant(tokens.next().unwrap(), HOUR), choosy("third"));
    for _ in 0..2 {
        let error = cloud.refused("").await;
        assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{error}");
        assert!(error.hint_text().unwrap().contains("FROM EXTERNAL PROVIDER"), "{:?}", error.hint_text());
    }
    drop(cloud.enter("").await.unwrap());
    assert_eq!(cloud.tokens(), ["first", "second", "third"].map(|token| Some(token.to_owned())));
}

#[tokio::test]
async fn a_known_token_and_its_successor_that_are_refused_are_an_error() {
    let mut logins = 0;
    let reply = move |asked: &Asked| match asked {
        Asked::Login { .. } if logins > 0 => choosy("")(asked),
        Asked::Login { .. } => {
            logins += 1;
            tds::hospitable(asked)
        }
        asked => tds::hospitable(asked),
    };
    let cloud = Cloud::start(|_| grant(TOKEN, HOUR), reply);
    drop(cloud.enter("").await.unwrap());
    assert_eq!(cloud.refused("").await.kind(), ErrorKind::Unauthenticated);
    assert_eq!(cloud.authority.times(), 2);
    assert_eq!(cloud.tokens().len(), 3);
}

#[tokio::test]
async fn what_entra_says_no_to_is_sorted_and_never_quoted() {
    let say = |status, further, body: &str| {
        let body = body.to_owned();
        move |_: &authority::Asked| Answer::Say(status, further, body.clone())
    };
    let wrong = format!(
        r#"{{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret {SECRET}","error_codes":[7000215]}}"#
    );
    let nowhere = r#"{"error":"invalid_request","error_description":"AADSTS90002: Tenant 'hunter2' not found.","error_codes":[90002]}"#;
    for (answer, kind, named) in [
        (say(401, "", &wrong), ErrorKind::Unauthenticated, "invalid_client, AADSTS7000215"),
        (say(400, "", nowhere), ErrorKind::Unauthenticated, "AADSTS90002"),
        (say(429, "retry-after: 9\r\n", "hunter2"), ErrorKind::Throttled, "no more requests"),
        (say(503, "retry-after: 9\r\n", "hunter2"), ErrorKind::Unavailable, "trouble"),
        (say(302, "location: https://localhost/hunter2\r\n", ""), ErrorKind::Corrupt, "302"),
        (say(200, "", "<html>hunter2</html>"), ErrorKind::Corrupt, "no token"),
    ] {
        let cloud = Cloud::start(answer, tds::hospitable);
        let error = cloud.refused("").await;
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(named) && error.to_string().contains("Entra ID"), "{error}");
        assert!(!error.to_string().contains("retry-after") && cloud.tokens().is_empty());
        if kind == ErrorKind::Throttled {
            assert!(error.hint_text().unwrap().contains("9 s"), "{:?}", error.hint_text());
        }
    }
}

#[tokio::test]
async fn the_client_secret_is_sent_to_nobody_who_does_not_prove_to_be_the_authority() {
    let signers = Signers::new();
    let server = Server::start_signed(&signers.trusted, signers.ca(), tds::hospitable);
    for (certificate, named) in [
        (web(&certificates::authority("a stranger"), "localhost"), "not trusted"),
        (web(&signers.trusted, "login.example"), "another host name"),
    ] {
        let authority = Authority::start(certificate, |_| grant(TOKEN, HOUR));
        // Whatever the database is believed without proof, the authority is not.
        let url = server.url(&format!("entraAuthority=https://localhost:{}", authority.port));
        let trusting = format!(
            "jdbc:sqlserver://localhost:{};trustServerCertificate=true;entraAuthority=https://localhost:{}",
            server.port, authority.port
        );
        for (url, named) in [(url.as_str(), named), (trusting.as_str(), "not trusted")] {
            let error = told(enter(url, TENANT, SECRET).await.err().unwrap());
            assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
            assert!(error.to_string().contains(named), "{error}");
        }
        assert_eq!(authority.times(), 0, "nothing was asked");
    }
    assert!(server.asked.try_recv().is_err(), "nobody came to the database");
}

#[tokio::test]
async fn an_authority_that_is_silent_or_never_ends_is_within_limits() {
    let silent = Cloud::start(|_| Answer::Silence, tds::hospitable);
    let error = silent.refused("loginTimeout=1").await;
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    assert!(error.to_string().contains("no answer in time") && error.to_string().contains("Entra ID"), "{error}");
    let endless = Cloud::start(|_| Answer::Endless, tds::hospitable);
    let error = endless.refused("").await;
    assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
    let large = Cloud::start(|_| grant(&"x".repeat(100_000), HOUR), tds::hospitable);
    assert_eq!(large.refused("").await.kind(), ErrorKind::TooLarge);
}

#[tokio::test]
async fn an_authority_that_is_not_there_is_named_and_so_is_the_way_to_it() {
    let cloud = Cloud::start(|_| grant(TOKEN, HOUR), tds::hospitable);
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = cloud.server.url(&format!("entraAuthority=https://localhost:{free}"));
    let error = told(enter(&url, TENANT, SECRET).await.err().unwrap());
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    assert!(error.to_string().contains(&format!("localhost:{free}")), "{error}");
    assert!(error.hint_text().unwrap().contains("outside of AWS"), "{:?}", error.hint_text());
}

#[tokio::test]
async fn nothing_is_asked_for_a_session_in_clear_or_a_tenant_that_is_none() {
    let cloud = Cloud::start(|_| grant(TOKEN, HOUR), tds::hospitable);
    let in_clear = format!(
        "jdbc:sqlserver://localhost:{};encrypt=false;entraAuthority=https://localhost:{}",
        cloud.server.port, cloud.authority.port
    );
    let error = told(enter(&in_clear, TENANT, SECRET).await.err().unwrap());
    assert!(error.to_string().contains("encrypt=false"), "{error}");
    for tenant in ["../hunter2", "hunter2.example/x", "hunter2.example?x", "hunter2", ""] {
        let error = told(cloud.enter_as(tenant, SECRET, "").await.err().unwrap());
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
        assert!(error.to_string().contains("tenant_id"), "{error}");
    }
    assert_eq!((cloud.authority.times(), cloud.tokens()), (0, Vec::new()));
}

#[tokio::test]
async fn a_token_goes_where_the_server_sends_it_on_and_nowhere_unproven() {
    let signers = Signers::new();
    let authority = Authority::start(web(&signers.trusted, "localhost"), |_| grant(TOKEN, HOUR));
    let second = Server::start_signed(&signers.trusted, signers.ca(), tds::hospitable);
    let stranger = tds::tls(&certificates::authority("a stranger"), "localhost");
    let third = Server::start_with(Arc::new(stranger), signers.ca(), Mode::Strict, tds::hospitable);
    for (target, arrives) in [(&second, true), (&third, false)] {
        let port = target.port;
        let first = Server::start_signed(&signers.trusted, signers.ca(), move |asked| match asked {
            Asked::Login { .. } => Reply::Answer(tds::sent_on("localhost", port)),
            asked => tds::hospitable(asked),
        });
        let url = first.url(&format!("entraAuthority=https://localhost:{}", authority.port));
        let entered = enter(&url, TENANT, SECRET).await.map(drop).map_err(told);
        assert_eq!(entered.is_ok(), arrives, "{entered:?}");
        let came = target.asked.recv().unwrap();
        assert_eq!(matches!(&came, Asked::Login { token, .. } if token.as_deref() == Some(TOKEN)), arrives, "{came:?}");
    }
}

#[tokio::test]
async fn the_url_says_who_logs_in() {
    for (options, logins) in [
        ("", Logins::PrincipalsFirst),
        ("authentication=NotSpecified", Logins::PrincipalsFirst),
        ("authentication=SqlPassword", Logins::Users),
        ("authentication=activeDirectoryServicePrincipal", Logins::Principals),
    ] {
        let endpoint = CONNECTOR.endpoint(&format!("jdbc:sqlserver://h;{options}")).unwrap();
        assert_eq!(CONNECTOR.logins(&endpoint), logins, "{options}");
    }
}
