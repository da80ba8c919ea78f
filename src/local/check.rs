//! Asks a function to check itself, and finds out what it is if it cannot.

use connector_core::{Error, Result};

use super::invoke::Invoke;
use crate::protocol::{CheckRequest, CheckResponse, Identity, PingRequest, Request, Response, Version};

/// What the function found of these catalogs, or of all that it has.
///
/// Errors: unsupported, of a function that is no Glaux, or an older one; those of invoking it.
pub async fn check(function: &dyn Invoke, catalogs: Vec<String>) -> Result<CheckResponse> {
    let request = Request::Check(CheckRequest { identity: Identity::default(), catalogs });
    let refused = match ask(function, &request).await {
        Ok(Response::Check(found)) => return Ok(found),
        Ok(other) => Error::corrupt(format!("the answer is a {}", other.kind())),
        Err(error) => error,
    };
    let ping = PingRequest { identity: Identity::default(), catalog: "check".into(), query_id: "check".into() };
    let Ok(Response::Ping(it)) = ask(function, &Request::Ping(ping)).await else { return Err(refused) };
    Err(match it.source_type.as_str() {
        // What every version says of a kind that it does not know.
        "glaux" if refused.to_string().contains("is no kind of request") => {
            Error::unsupported("the function is an older Glaux, which cannot check itself")
                .hint("deploy a newer one, or check from where it runs: glaux check")
        }
        "glaux" => refused,
        other => Error::unsupported(format!("the function is no Glaux: it reads {other:?} for Athena by other code"))
            .hint("only a Glaux function can check itself; compare it with one: glaux compare"),
    })
}

async fn ask(function: &dyn Invoke, request: &Request) -> Result<Response> {
    Response::decode(&function.invoke(request.encode(Version::default())?).await?)
}
