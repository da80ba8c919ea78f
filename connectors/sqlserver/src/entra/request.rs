//! One request for a token: the client-credential flow of OAuth 2.0 (RFC 6749, 4.4), over TLS that is always verified.

use std::io;
use std::sync::Arc;

use connector_core::{Error, ErrorKind, Principal, Result};
use futures::future::{Either, select};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, CONNECTION, CONTENT_TYPE, HOST, RETRY_AFTER};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::answer::{self, Granted};
use super::place::{self, Place};
use crate::{connect, tls};

/// Tokens have a few kilobytes, more with many groups.
const LARGEST: usize = 64 << 10;

/// Asks for a token for `scope`.
pub(crate) async fn ask(
    authority: &Place,
    scope: &str,
    principal: &Principal,
    tls: Arc<ClientConfig>,
) -> Result<Granted> {
    let path = place::path(&principal.tenant)?;
    let server = connect::server(&authority.host, authority.port);
    let opened = async { server.open(&server.addresses().await?).await };
    let (stream, _) = opened.await.map_err(|error: Error| {
        Error::new(error.kind(), error.to_string())
            .hint("Entra ID is outside of AWS: the function's subnet needs a way there, as through a NAT gateway")
    })?;
    let stream = encrypted(authority, stream, tls).await?;
    let request = Request::post(path)
        .header(HOST, authority.to_string().trim_start_matches("https://"))
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(ACCEPT, "application/json")
        .header(CONNECTION, "close")
        .body(Full::from(form(principal, scope)))
        .map_err(|_| Error::internal("the request for a token is no request"))?;
    let (status, retry_after, body) = exchange(stream, request).await?;
    answer::read(status, retry_after.as_deref(), &body)
}

/// The body of the request, where whatever is not a letter or a digit is written as its bytes.
fn form(principal: &Principal, scope: &str) -> String {
    let pairs: [(&str, &str); 4] = [
        ("grant_type", "client_credentials"),
        ("client_id", &principal.client),
        ("client_secret", principal.secret.expose()),
        ("scope", scope),
    ];
    let pairs = pairs.map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)));
    pairs.join("&")
}

async fn encrypted(authority: &Place, stream: TcpStream, tls: Arc<ClientConfig>) -> Result<TlsStream<TcpStream>> {
    let name = ServerName::try_from(authority.host.clone())
        .map_err(|_| Error::invalid("option entraAuthority of the connection URL names no host"))?;
    TlsConnector::from(tls).connect(name, stream).await.map_err(|error| match cause(&error) {
        Some(cause) => tls::authority_failure(cause),
        None => broken_off(),
    })
}

fn cause(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

/// Sends and receives in this very task, so that nothing goes on when the caller lets go.
async fn exchange(
    stream: TlsStream<TcpStream>,
    request: Request<Full<Bytes>>,
) -> Result<(StatusCode, Option<String>, Bytes)> {
    let (mut sender, connection) =
        http1::Builder::new().handshake(TokioIo::new(stream)).await.map_err(|_| broken_off())?;
    let exchanged = Box::pin(async move {
        let response: Response<_> = sender.send_request(request).await.map_err(|_| broken_off())?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, LARGEST)
            .collect()
            .await
            .map_err(|error| if error.is::<LengthLimitError>() { too_large() } else { broken_off() })?;
        let retry_after = head.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        Ok((head.status, retry_after.map(str::to_owned), body.to_bytes()))
    });
    match select(exchanged, Box::pin(connection)).await {
        Either::Left((exchanged, _)) => exchanged,
        Either::Right((_, exchanged)) => exchanged.await,
    }
}

fn too_large() -> Error {
    Error::new(ErrorKind::TooLarge, format!("the answer is larger than {LARGEST} bytes, which no token is"))
        .hint("check entraAuthority, and what stands between the function and it")
}

fn broken_off() -> Error {
    Error::new(ErrorKind::Unavailable, "the connection ended before an answer that is HTTP")
        .hint("check entraAuthority, and what stands between the function and it; then run the query again")
}
