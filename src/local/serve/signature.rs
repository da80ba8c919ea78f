//! Whether a request of the Invoke API is signed by somebody who has the token: AWS's Signature Version 4, with the token as the
//! secret key, so that every tool for Lambda can call and nobody else.
//!
//! The time of a signature is not looked at: the endpoint is this machine's own, and what was sent to it can be sent again only by
//! who saw it. <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html>

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use axum::http::HeaderMap;
use axum::http::request::Parts;

use super::super::servers::percent_encoded;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// What an `Authorization` header says.
struct Signature<'h> {
    scope: &'h str,
    headers: &'h str,
    shown: &'h str,
}

impl<'h> Signature<'h> {
    fn read(header: &'h str) -> Option<Self> {
        let rest = header.strip_prefix(ALGORITHM)?;
        let part = |name: &str| rest.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
        // The key's id comes before the scope; whoever has the secret may be called as he likes.
        let (_, scope) = part("Credential")?.split_once('/')?;
        Some(Self { scope, headers: part("SignedHeaders")?, shown: part("Signature")? })
    }
}

/// Whether the request, whose body is here whole, is signed with `secret`.
pub(super) fn is_signed(secret: &str, request: &Parts, body: &[u8]) -> bool {
    expected(secret, request, body)
        .is_some_and(|(expected, shown)| verify_slices_are_equal(expected.as_bytes(), shown.as_bytes()).is_ok())
}

/// The signature that the request should have, and the one that it has.
fn expected<'r>(secret: &str, request: &'r Parts, body: &[u8]) -> Option<(String, &'r str)> {
    let signature = Signature::read(request.headers.get("authorization")?.to_str().ok()?)?;
    let date = request.headers.get("x-amz-date")?.to_str().ok()?;
    let canonical = [
        request.method.as_str(),
        &percent_encoded(request.uri.path()),
        request.uri.query().unwrap_or_default(),
        &canonical_headers(&request.headers, signature.headers)?,
        signature.headers,
        &hex(digest(&SHA256, body).as_ref()),
    ]
    .join("\n");
    let text = [ALGORITHM, date, signature.scope, &hex(digest(&SHA256, canonical.as_bytes()).as_ref())].join("\n");
    let key = signature.scope.split('/').fold(format!("AWS4{secret}").into_bytes(), |key, part| sign(&key, part));
    Some((hex(&sign(&key, &text)), signature.shown))
}

/// The signed headers, a line each: none if one of them is missing.
fn canonical_headers(headers: &HeaderMap, names: &str) -> Option<String> {
    let line = |name: &str| {
        let values: Option<Vec<&str>> = headers.get_all(name).iter().map(|value| value.to_str().ok()).collect();
        let values = values.filter(|values| !values.is_empty())?;
        let trimmed: Vec<String> =
            values.iter().map(|value| value.split_ascii_whitespace().collect::<Vec<_>>().join(" ")).collect();
        Some(format!("{name}:{}\n", trimmed.join(",")))
    };
    names.split(';').map(line).collect()
}

fn sign(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
