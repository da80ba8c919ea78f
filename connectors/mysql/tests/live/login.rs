//! Getting in, and every way of not getting in told apart.

use connector_core::{ErrorKind, Settings};
use connector_mysql::CONNECTOR;

use crate::support::{self, Kind, PASSWORD, Server, credential, own_servers};

/// A user of its own, made anew with what stands behind its password.
async fn user(server: &Server, name: &str, rest: &str) {
    server
        .run(&format!("DROP USER IF EXISTS {name}@'%'; CREATE USER {name}@'%' IDENTIFIED BY '{PASSWORD}' {rest}"))
        .await;
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_are_unauthenticated_and_not_repeated() {
    for server in own_servers() {
        for (user, password) in [("root", "hunter2"), ("nobody", "hunter2"), ("root", "")] {
            let error = server.refused(&server.options(), user, password).await;
            assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{error}");
            assert!(!format!("{error:?}").contains("hunter2") && error.hint_text().unwrap().contains("secret"));
            assert!(error.to_string().contains(&server.port.to_string()), "{error}");
        }
    }
}

#[tokio::test]
async fn a_missing_database_and_a_closed_one_are_told_apart() {
    for server in own_servers() {
        user(server, "outsider", "").await;
        server.run("CREATE DATABASE IF NOT EXISTS closed").await;
        let refused = async |database: &str, user: &str| {
            let url = format!("jdbc:mysql://localhost:{}/{database}?{}", server.port, server.options());
            let endpoint = CONNECTOR.endpoint(&url).unwrap();
            CONNECTOR.connect(&endpoint, &credential(user, PASSWORD), &Settings::default()).await.err().unwrap()
        };
        let missing = refused("nowhere", "root").await;
        assert_eq!(missing.kind(), ErrorKind::NotFound, "{missing}");
        assert!(missing.to_string().contains("nowhere"));
        let closed = refused("closed", "outsider").await;
        assert_eq!(closed.kind(), ErrorKind::Forbidden, "{closed}");
        assert!(closed.to_string().contains("closed"), "{closed}");
    }
}

#[tokio::test]
async fn a_user_that_is_locked_expired_out_of_connections_or_bound_to_tls_is_told_so() {
    for server in own_servers() {
        user(server, "locked", "ACCOUNT LOCK").await;
        let locked = server.refused(&server.options(), "locked", PASSWORD).await;
        assert_eq!(locked.kind(), ErrorKind::Forbidden, "{locked}");
        user(server, "expired", "PASSWORD EXPIRE").await;
        let expired = server.refused(&server.options(), "expired", PASSWORD).await;
        assert_eq!(expired.kind(), ErrorKind::Unauthenticated, "{expired}");
        user(server, "single", "WITH MAX_USER_CONNECTIONS 1").await;
        let login = credential("single", PASSWORD);
        let first = server.enter(&server.options(), &login, &Settings::default()).await.unwrap();
        let second = server.refused(&server.options(), "single", PASSWORD).await;
        assert_eq!(second.kind(), ErrorKind::Throttled, "{second}");
        drop(first);
        user(server, "encrypted", "REQUIRE SSL").await;
        let clear = server.refused("sslMode=DISABLED&allowPublicKeyRetrieval=true", "encrypted", PASSWORD).await;
        assert_eq!(clear.kind(), ErrorKind::Unauthenticated, "{clear}");
        assert!(clear.hint_text().unwrap().contains("TLS"), "{clear}");
    }
}

#[tokio::test]
async fn an_unknown_authority_and_a_wrong_name_are_refused_unless_the_mode_says_otherwise() {
    for server in own_servers() {
        let (ca, other) = (server.file("ca.crt"), server.file("other.crt"));
        for options in [
            String::new(),
            format!("sslCa={other}"),
            format!("sslMode=VERIFY_CA&sslCa={other}"),
            format!("sslMode=REQUIRED&sslCa={other}"),
        ] {
            let error = server.refused(&options, "root", PASSWORD).await;
            assert_eq!(error.kind(), ErrorKind::Invalid, "{options}: {error}");
            assert!(
                error.to_string().contains("not trusted") && error.hint_text().unwrap().contains("sslCa"),
                "{error}"
            );
        }
        let at =
            |options: &str| CONNECTOR.endpoint(&format!("jdbc:mysql://127.0.0.1:{}/?{options}", server.port)).unwrap();
        let login = credential("root", PASSWORD);
        let enter = async |options: &str| CONNECTOR.connect(&at(options), &login, &Settings::default()).await;
        let wrong_name = enter(&format!("sslCa={ca}")).await.err().unwrap();
        assert_eq!(wrong_name.kind(), ErrorKind::Invalid);
        assert!(wrong_name.to_string().contains("another host name"), "{wrong_name}");
        for options in [format!("sslMode=VERIFY_CA&sslCa={ca}"), "sslMode=REQUIRED".into(), "sslMode=PREFERRED".into()]
        {
            let mut connection = enter(&options).await.unwrap();
            let health = connection.health().await.unwrap();
            assert!(health.tls.unwrap().starts_with("TLSv1."), "{options}");
            assert!(health.findings.iter().any(|finding| finding.contains("weaker than VERIFY_IDENTITY")));
        }
    }
}

#[tokio::test]
async fn a_client_certificate_is_shown_and_its_lack_is_refused() {
    for server in own_servers() {
        user(server, "certified", "REQUIRE X509").await;
        let error = server.refused(&server.options(), "certified", PASSWORD).await;
        assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{error}");
        let with = |key: &str| {
            format!("{}&sslCert={}&sslKey={}", server.options(), server.file("client.crt"), server.file(key))
        };
        let login = credential("certified", PASSWORD);
        let mut connection = server.enter(&with("client.key"), &login, &Settings::default()).await.unwrap();
        assert!(connection.health().await.unwrap().user.starts_with("certified@"));
        assert!(server.refused(&with("server.key"), "certified", PASSWORD).await.to_string().contains("sslKey"));
    }
}

#[tokio::test]
async fn every_way_to_prove_a_password_works() {
    for server in own_servers() {
        server
            .run(&format!(
                "DROP USER IF EXISTS unproved@'%'; CREATE USER unproved@'%' IDENTIFIED BY ''; \
                 DROP USER IF EXISTS proved@'%'; CREATE USER proved@'%' IDENTIFIED BY '{PASSWORD} é😀'"
            ))
            .await;
        for (user, password) in [("unproved", ""), ("proved", format!("{PASSWORD} é😀").as_str())] {
            // Twice, since the server remembers who came once; in clear at last, by the server's own key where it asks.
            for options in [server.options(), server.options(), "sslMode=DISABLED&allowPublicKeyRetrieval=true".into()]
            {
                server.enter(&options, &credential(user, password), &Settings::default()).await.unwrap();
            }
        }
        if server.kind == Kind::MySql {
            user(server, "fresh", "").await;
            let error = server.refused("sslMode=DISABLED", "fresh", PASSWORD).await;
            assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
            assert!(error.hint_text().unwrap().contains("allowPublicKeyRetrieval"), "{error}");
            let login = credential("fresh", PASSWORD);
            let by_key = "sslMode=DISABLED&allowPublicKeyRetrieval=true";
            server.enter(by_key, &login, &Settings::default()).await.unwrap();
        } else {
            server
                .run(&format!("DROP USER IF EXISTS native@'%'; CREATE USER native@'%' IDENTIFIED VIA mysql_native_password USING PASSWORD('{PASSWORD}')"))
                .await;
            server.enter(&server.options(), &credential("native", PASSWORD), &Settings::default()).await.unwrap();
        }
    }
}

#[tokio::test]
async fn nobody_listening_and_a_name_that_leads_nowhere_are_unavailable() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for (host, named) in [("127.0.0.1", "nothing listens"), ("no-such-host.invalid", "does not resolve")] {
        let endpoint = CONNECTOR.endpoint(&format!("jdbc:mysql://{host}:{port}/d")).unwrap();
        let error = CONNECTOR.connect(&endpoint, &credential("u", "p"), &Settings::default()).await.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
        assert!(error.to_string().contains(named) && error.to_string().contains(&format!("{host}:{port}")), "{error}");
    }
}

#[tokio::test]
async fn mariadbs_own_url_leads_to_either() {
    for server in support::servers() {
        let url = format!("jdbc:mariadb://{}:{}/?{}", server.host, server.port, server.options());
        let endpoint = CONNECTOR.endpoint(&url).unwrap();
        server.schema("l_url", "CREATE TABLE t (id int)").await;
        let login = credential("reader", PASSWORD);
        CONNECTOR.connect(&endpoint, &login, &Settings::default()).await.unwrap();
    }
}
