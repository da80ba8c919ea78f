//! Getting in, and every way of not getting in told apart.

use connector_core::{ErrorKind, Settings};
use connector_postgresql::CONNECTOR;

use crate::support::{self, PASSWORD, Server, credential, own_server};

async fn users(server: &Server) {
    server
        .run(&format!(
            "DO $$DECLARE name text; BEGIN FOREACH name IN ARRAY ARRAY['banned', 'encrypted', 'certified', 'insider'] LOOP \
             BEGIN EXECUTE format('CREATE ROLE %I LOGIN PASSWORD %L', name, '{PASSWORD}'); \
             EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END; END LOOP; END$$"
        ))
        .await;
}

fn file(server: &Server, name: &str) -> String {
    server.dir.as_ref().unwrap().join(name).display().to_string()
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_are_unauthenticated_and_not_repeated() {
    let Some(server) = own_server() else { return };
    let options = format!("sslrootcert={}", file(server, "ca.crt"));
    for (user, password) in [("postgres", "hunter2"), ("nobody", "hunter2")] {
        let error = server.refused(&options, user, password).await;
        assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{error}");
        assert!(!format!("{error:?}").contains("hunter2") && error.hint_text().unwrap().contains("secret"));
        assert!(error.to_string().contains(&server.port.to_string()), "{error}");
    }
}

#[tokio::test]
async fn a_missing_database_a_rule_and_a_closed_database_are_told_apart() {
    let Some(server) = own_server() else { return };
    users(server).await;
    let ca = file(server, "ca.crt");
    let endpoint = |database: &str| {
        CONNECTOR.endpoint(&format!("jdbc:postgresql://localhost:{}/{database}?sslrootcert={ca}", server.port)).unwrap()
    };
    let refused = async |database: &str, user: &str| {
        server.enter(&endpoint(database), &credential(user, PASSWORD), &Settings::default()).await.err().unwrap()
    };
    let missing = refused("nowhere", "postgres").await;
    assert_eq!(missing.kind(), ErrorKind::NotFound, "{missing}");
    assert!(missing.to_string().contains("nowhere"));
    let banned = refused("postgres", "banned").await;
    assert_eq!(banned.kind(), ErrorKind::Forbidden, "{banned}");
    assert!(banned.to_string().contains("pg_hba.conf"));
    server.run("DROP DATABASE IF EXISTS closed").await;
    server.run("CREATE DATABASE closed").await;
    server.run("REVOKE CONNECT ON DATABASE closed FROM PUBLIC").await;
    let closed = refused("closed", "insider").await;
    assert_eq!(closed.kind(), ErrorKind::Forbidden, "{closed}");
    assert!(closed.hint_text().unwrap().contains("CONNECT"));
}

#[tokio::test]
async fn a_server_that_insists_on_tls_says_so() {
    let Some(server) = own_server() else { return };
    users(server).await;
    let error = server.refused("sslmode=disable", "encrypted", PASSWORD).await;
    assert_eq!(error.kind(), ErrorKind::Forbidden, "{error}");
    assert!(error.hint_text().unwrap().contains("TLS"));
}

#[tokio::test]
async fn an_unknown_authority_and_a_wrong_name_are_refused_unless_the_mode_says_otherwise() {
    let Some(server) = own_server() else { return };
    let (ca, other) = (file(server, "ca.crt"), file(server, "other.crt"));
    for options in [
        String::new(),
        format!("sslrootcert={other}"),
        format!("sslmode=verify-ca&sslrootcert={other}"),
        format!("sslmode=require&sslrootcert={other}"),
    ] {
        let error = server.refused(&options, "postgres", PASSWORD).await;
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
        assert!(error.to_string().contains("CA that is not trusted"), "{options}: {error}");
        assert!(error.hint_text().unwrap().contains("sslrootcert"));
    }
    let by_address = |options: &str| {
        CONNECTOR.endpoint(&format!("jdbc:postgresql://127.0.0.1:{}/postgres?{options}", server.port)).unwrap()
    };
    let enter = async |options: &str| {
        server.enter(&by_address(options), &credential("postgres", PASSWORD), &Settings::default()).await
    };
    let error = enter(&format!("sslrootcert={ca}")).await.err().unwrap();
    assert!(error.to_string().contains("another host name"), "{error}");
    for options in [format!("sslmode=verify-ca&sslrootcert={ca}"), "sslmode=require".into(), "sslmode=prefer".into()] {
        let mut connection = enter(&options).await.unwrap();
        let health = connection.health().await.unwrap();
        assert!(health.tls.unwrap().starts_with("TLSv1."), "{options}");
        assert!(health.findings.iter().any(|finding| finding.contains("weaker than verify-full")));
    }
}

#[tokio::test]
async fn a_client_certificate_is_shown_and_its_lack_is_named() {
    let Some(server) = own_server() else { return };
    users(server).await;
    let ca = format!("sslrootcert={}", file(server, "ca.crt"));
    let error = server.refused(&ca, "certified", PASSWORD).await;
    assert!(error.to_string().contains("certificate"), "{error}");
    let options = format!("{ca}&sslcert={}&sslkey={}", file(server, "client.crt"), file(server, "client.key"));
    let endpoint = CONNECTOR.endpoint(&server.url(&options)).unwrap();
    let mut connection =
        server.enter(&endpoint, &credential("certified", PASSWORD), &Settings::default()).await.unwrap();
    assert_eq!(connection.health().await.unwrap().user, "certified");
    let mixed = format!("{ca}&sslcert={}&sslkey={}", file(server, "client.crt"), file(server, "server.key"));
    assert!(server.refused(&mixed, "certified", PASSWORD).await.to_string().contains("sslkey"));
}

#[tokio::test]
async fn channel_binding_holds_with_tls_and_fails_without() {
    let Some(server) = own_server() else { return };
    let options = format!("channelBinding=require&sslrootcert={}", file(server, "ca.crt"));
    let endpoint = CONNECTOR.endpoint(&server.url(&options)).unwrap();
    server.enter(&endpoint, &credential("postgres", PASSWORD), &Settings::default()).await.unwrap();
    let error = server.refused("channelBinding=require&sslmode=disable", "postgres", PASSWORD).await;
    assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{error}");
}

#[tokio::test]
async fn nobody_listening_and_a_name_that_leads_nowhere_are_unavailable() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for (host, named) in [("127.0.0.1", "nothing listens"), ("no-such-host.invalid", "does not resolve")] {
        let endpoint = CONNECTOR.endpoint(&format!("jdbc:postgresql://{host}:{port}/d")).unwrap();
        let error = CONNECTOR.connect(&endpoint, &credential("u", "p"), &Settings::default()).await.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
        assert!(error.to_string().contains(named) && error.to_string().contains(&format!("{host}:{port}")), "{error}");
    }
}

#[tokio::test]
async fn a_standby_is_not_taken_for_a_primary_nor_the_other_way_round() {
    let Some(server) = own_server() else { return };
    let options = format!(
        "targetServerType=primary&queryTimeout=30&currentSchema=public,%22Odd%22&sslrootcert={}",
        file(server, "ca.crt")
    );
    let endpoint = CONNECTOR.endpoint(&server.url(&options)).unwrap();
    server.enter(&endpoint, &credential("postgres", PASSWORD), &Settings::default()).await.unwrap();
}

#[tokio::test]
async fn a_direct_handshake_works_where_the_server_knows_it() {
    let Some(server) = own_server() else { return };
    let admin = server.admin(&server.database).await;
    let version: i32 = admin.query_one("SELECT current_setting('server_version_num')::int", &[]).await.unwrap().get(0);
    if version < 170_000 {
        support::say("skipped: direct TLS came with version 17");
        return;
    }
    let options = format!("sslnegotiation=direct&sslrootcert={}", file(server, "ca.crt"));
    let endpoint = CONNECTOR.endpoint(&server.url(&options)).unwrap();
    server.enter(&endpoint, &credential("postgres", PASSWORD), &Settings::default()).await.unwrap();
}
