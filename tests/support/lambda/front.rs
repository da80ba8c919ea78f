//! The Invoke API, as far as a synchronous invocation goes.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::Bytes;
use serde::de::IgnoredAny;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::{PAYLOAD_LIMIT, Shared};

/// Serves the Invoke API and returns its address.
pub async fn serve(shared: Arc<Shared>, tasks: &mut JoinSet<()>) -> String {
    let router = Router::new()
        .route("/2015-03-31/functions/{name}/invocations", post(invoke))
        .layer(DefaultBodyLimit::disable())
        .with_state(shared);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tasks.spawn(async move { axum::serve(listener, router).await.unwrap() });
    endpoint
}

async fn invoke(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    payload: Bytes,
) -> Response {
    let function = &shared.options.function;
    if !names(&name, function) {
        let message = format!("Function not found: {name}");
        return refuse(StatusCode::NOT_FOUND, "ResourceNotFoundException", &message);
    }
    if headers.get("x-amz-invocation-type").is_some_and(|kind| kind != "RequestResponse") {
        return refuse(StatusCode::BAD_REQUEST, "InvalidParameterValueException", "only RequestResponse is known here");
    }
    if payload.len() > PAYLOAD_LIMIT {
        let message = format!("Request must be smaller than {PAYLOAD_LIMIT} bytes for the InvokeFunction operation");
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, "RequestTooLargeException", &message);
    }
    if let Err(error) = serde_json::from_slice::<IgnoredAny>(&payload) {
        let message = format!("Could not parse request body into json: {error}");
        return refuse(StatusCode::BAD_REQUEST, "InvalidRequestContentException", &message);
    }
    let answer = shared.invoke(payload).await;
    let mut response = answer.payload.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
    headers.insert("x-amz-executed-version", "$LATEST".parse().unwrap());
    if let Some(error) = answer.function_error {
        headers.insert("x-amz-function-error", error.parse().unwrap());
    }
    response
}

/// A name, a partial or a whole ARN, with or without a qualifier, means the function.
fn names(given: &str, function: &str) -> bool {
    let name = given.rsplit_once("function:").map_or(given, |(_, name)| name);
    name.split(':').next() == Some(function)
}

fn refuse(status: StatusCode, kind: &'static str, message: &str) -> Response {
    let body = json!({"Type": "User", "Message": message, "message": message}).to_string();
    (status, [("x-amzn-errortype", kind), ("content-type", "application/json")], body).into_response()
}
