//! A token of Amazon RDS instead of a password: signed for a log-in, and shown to a server that was verified and nobody else.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use connector_core::ErrorKind;
use glaux::config::{Aws, Config};
use glaux::handler::Handler;
use glaux::protocol::Identity;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::source::{ask, table_request};

/// A PostgreSQL that asks for the password in clear, as RDS does, and lets nobody in; it tells what it was shown.
fn served(folder: &Path) -> (u16, Receiver<Option<String>>) {
    let (mut authority, authority_key) = (CertificateParams::default(), KeyPair::generate().unwrap());
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    std::fs::write(folder.join("ca.crt"), authority.self_signed(&authority_key).unwrap().pem()).unwrap();
    let (leaf, key) = (CertificateParams::new(["localhost".to_owned()]).unwrap(), KeyPair::generate().unwrap());
    let chain = vec![leaf.signed_by(&key, &Issuer::new(authority, authority_key)).unwrap().der().clone()];
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = Arc::new(config.with_no_client_auth().with_single_cert(chain, key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, shown) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let (mut wish, config) = ([0; 8], config.clone());
            stream.read_exact(&mut wish).unwrap();
            stream.write_all(b"S").unwrap();
            let mut tls = StreamOwned::new(ServerConnection::new(config).unwrap(), stream);
            let asking = || {
                packet(&mut tls)?;
                tls.write_all(b"R\0\0\0\x08\0\0\0\x03")?;
                let mut kind = [0];
                tls.read_exact(&mut kind)?;
                let password = packet(&mut tls)?;
                tls.write_all(b"E\0\0\0\x13SFATAL\0C28P01\0\0")?;
                std::io::Result::Ok(String::from_utf8(password).unwrap())
            };
            if sender.send({ asking }().ok()).is_err() {
                return;
            }
        }
    });
    (port, shown)
}

fn packet(stream: &mut impl Read) -> std::io::Result<Vec<u8>> {
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let mut body = vec![0; usize::try_from(u32::from_be_bytes(length)).unwrap() - 4];
    stream.read_exact(&mut body)?;
    Ok(body)
}

fn function(port: u16, options: &str) -> Result<Handler, connector_core::Error> {
    let url = format!("postgres://jdbc:postgresql://localhost:{port}/d?user=reader&iamAuth=true{options}");
    let mut config = Config::from_env([("default".to_owned(), url)]).unwrap();
    config.secrets.aws = Aws::at("http://127.0.0.1:1", "AKIDEXAMPLE", "hunter2");
    Handler::new(config)
}

#[tokio::test]
async fn a_token_is_shown_to_the_host_that_it_is_for() {
    let folder = tempfile::tempdir().unwrap();
    let (port, shown) = served(folder.path());
    let authority = format!("&sslrootcert={}", folder.path().join("ca.crt").display());
    let request = table_request(&Identity::default(), "t", "q");
    for (options, region) in [("&iamRegion=eu-west-1", "eu-west-1"), ("", "us-east-1")] {
        let handler = function(port, &format!("{authority}{options}")).unwrap();
        let error = ask(&handler, &request, None).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{error}");
        assert!(!format!("{error:?}").contains("Amz") && !format!("{error:?}").contains("hunter2"), "{error:?}");
        let token = shown.recv().unwrap().unwrap();
        assert!(token.starts_with(&format!("localhost:{port}/?Action=connect&DBUser=reader&X-Amz-")), "{token}");
        assert!(token.contains("X-Amz-Credential=AKIDEXAMPLE%2F") && token.contains("X-Amz-Expires=900&"), "{token}");
        assert!(token.contains(&format!("%2F{region}%2Frds-db%2Faws4_request")), "{token}");
    }
    // To one that cannot be verified, nothing is shown.
    let handler = function(port, "").unwrap();
    ask(&handler, &request, None).await.unwrap_err();
    assert_eq!(shown.recv().unwrap(), None);
    let error = function(port, "&sslmode=require").err().unwrap();
    assert!(error.to_string().contains("catalog \"default\""), "{error}");
}
