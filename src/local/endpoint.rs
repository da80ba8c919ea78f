//! Lambda's Invoke API in front of functions, so that whatever calls Lambda can call them here.
//!
//! It checks no signature: it listens on the loopback address unless told otherwise. Not here: what a function does.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use connector_core::{Error, Result};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::invoke::{Invoke, MAX_PAYLOAD, failure_payload};

/// Functions by the name they are invoked with.
pub type Functions = BTreeMap<String, Arc<dyn Invoke>>;

/// A listening endpoint; dropped, it stops.
pub struct Endpoint {
    address: SocketAddr,
    server: JoinHandle<()>,
}

impl Endpoint {
    /// Listens on `address`; without one, on a free port of the loopback address.
    ///
    /// Errors: unavailable, if the address is taken or not ours.
    pub async fn start(functions: Functions, address: Option<SocketAddr>) -> Result<Self> {
        let address = address.unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        let unbound = |error| {
            Error::new(connector_core::ErrorKind::Unavailable, format!("listening on {address} failed"))
                .with_source(error)
        };
        let listener = TcpListener::bind(address).await.map_err(unbound)?;
        let address = listener.local_addr().map_err(unbound)?;
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router(functions)).await {
                tracing::error!(%error, "the invoke endpoint stopped");
            }
        });
        Ok(Self { address, server })
    }

    /// Where it listens, for [`super::invoke::Http::at`].
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// The endpoint, wherever it is served.
pub(super) fn router(functions: Functions) -> Router {
    Router::new()
        .route("/2015-03-31/functions/{name}/invocations", post(invoke))
        // The limit is answered by us, in Lambda's words.
        .layer(DefaultBodyLimit::disable())
        .with_state(Arc::new(functions))
}

async fn invoke(
    State(functions): State<Arc<Functions>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(function) = find(&functions, &name) else {
        return refusal(StatusCode::NOT_FOUND, "ResourceNotFoundException", &format!("Function not found: {name}"));
    };
    let kind = headers.get("x-amz-invocation-type").and_then(|kind| kind.to_str().ok()).unwrap_or("RequestResponse");
    if kind != "RequestResponse" {
        let message = format!("invocation type {kind} is not offered here");
        return refusal(StatusCode::BAD_REQUEST, "InvalidParameterValueException", &message);
    }
    if body.len() >= MAX_PAYLOAD {
        let message = format!("Request must be smaller than {MAX_PAYLOAD} bytes for the InvokeFunction operation");
        return refusal(StatusCode::PAYLOAD_TOO_LARGE, "RequestTooLargeException", &message);
    }
    match function.invoke(body.to_vec()).await {
        Ok(payload) => (JSON, payload).into_response(),
        Err(error) => match failure_payload(&error) {
            Ok(payload) => (JSON, [(FUNCTION_ERROR, "Unhandled")], payload).into_response(),
            Err(error) => refusal(StatusCode::INTERNAL_SERVER_ERROR, "ServiceException", &error.to_string()),
        },
    }
}

const JSON: [(HeaderName, &str); 1] = [(header::CONTENT_TYPE, "application/json")];
const FUNCTION_ERROR: HeaderName = HeaderName::from_static("x-amz-function-error");

/// A function by its name, or by an ARN that ends in it.
fn find<'f>(functions: &'f Functions, name: &str) -> Option<&'f Arc<dyn Invoke>> {
    functions.get(name).or_else(|| functions.get(name.rsplit_once(":function:")?.1))
}

/// A refusal by the service itself, before any function ran.
pub(super) fn refusal(status: StatusCode, code: &'static str, message: &str) -> Response {
    let body = serde_json::json!({ "Type": "User", "Message": message }).to_string();
    (status, JSON, [(HeaderName::from_static("x-amzn-errortype"), code)], body).into_response()
}
