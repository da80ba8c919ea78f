//! What is served over plain HTTP on loopback: Lambda's Invoke API for those who sign, whether the server lives, what it counts.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::super::endpoint::{self, Functions};
use super::super::invoke::MAX_PAYLOAD;
use super::metrics::{Metrics, add};
use super::signature::is_signed;
use super::token::Token;

#[derive(Clone)]
struct Door {
    token: Arc<Token>,
    metrics: Arc<Metrics>,
}

/// Everything, by path.
pub(super) fn router(functions: Functions, token: Arc<Token>, metrics: Arc<Metrics>) -> Router {
    let door = Door { token, metrics: metrics.clone() };
    let invoke = endpoint::router(functions).layer(from_fn_with_state(door, admit));
    let counts = move || async move { ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], metrics.text()) };
    Router::new().route("/healthz", get(|| async { "ok\n" })).route("/metrics", get(counts)).merge(invoke)
}

/// Lets a request pass that is signed with the token.
async fn admit(State(door): State<Door>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    // One byte more than Lambda carries, so that it is Lambda's own refusal that tells of a longer one.
    let Ok(body) = to_bytes(body, MAX_PAYLOAD + 1).await else {
        return (StatusCode::PAYLOAD_TOO_LARGE, "the request is larger than Lambda carries\n").into_response();
    };
    if !is_signed(door.token.text(), &parts, &body) {
        let message = "The request is not signed with this server's token. Set AWS_SECRET_ACCESS_KEY to it.";
        return endpoint::refusal(StatusCode::FORBIDDEN, "InvalidSignatureException", message);
    }
    add(&door.metrics.invocations, 1);
    next.run(Request::from_parts(parts, Body::from(body))).await
}
