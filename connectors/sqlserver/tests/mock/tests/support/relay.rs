//! What stands between the connector and the server where the two would not understand each other.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::server::Tls;

/// Takes TLS off, for the server cannot both encrypt and send a login on.
pub async fn unwrapping(tls: &Tls, port: u16) -> u16 {
    let (certificate, key) = &tls.certificate;
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    config.alpn_protocols = vec![b"tds/8.0".to_vec()];
    let (acceptor, listener) = (TlsAcceptor::from(Arc::new(config)), TcpListener::bind("127.0.0.1:0").await.unwrap());
    let own = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let Ok(mut client) = acceptor.accept(listener.accept().await.unwrap().0).await else { continue };
            let mut server = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            tokio::spawn(async move { copy_bidirectional(&mut client, &mut server).await });
        }
    });
    own
}

/// Gives the packets of the server's handshake the type that SQL Server gives them: it is that of the prelogin.
pub async fn retyping(port: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let own = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (mut from_client, mut to_client) = listener.accept().await.unwrap().0.into_split();
            let server = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            let (mut from_server, mut to_server) = server.into_split();
            tokio::spawn(async move { copy(&mut from_client, &mut to_server).await });
            tokio::spawn(async move {
                for number in 0.. {
                    let mut packet = vec![0; 8];
                    from_server.read_exact(&mut packet[..1]).await?;
                    // A record of TLS stands by itself once the handshake is over.
                    if packet[0] != 4 {
                        to_client.write_all(&packet[..1]).await?;
                        break;
                    }
                    from_server.read_exact(&mut packet[1..]).await?;
                    packet.resize(usize::from(u16::from_be_bytes([packet[2], packet[3]])), 0);
                    from_server.read_exact(&mut packet[8..]).await?;
                    packet[0] = if number == 0 { 4 } else { 0x12 };
                    to_client.write_all(&packet).await?;
                }
                copy(&mut from_server, &mut to_client).await
            });
        }
    });
    own
}
