//! What Entra ID answers: a token, or why there is none, sorted by what the reader can do.
//!
//! Shown are only the error's code and its AADSTS number. Its free text names the application, the tenant and the request, and
//! what else it may quote is not ours to know.

use std::time::Duration;

use connector_core::{Error, ErrorKind, Result, Secret};
use hyper::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use ErrorKind::{Forbidden, Invalid, Throttled, Unauthenticated, Unavailable};

/// A token, and for how long it is good.
pub(crate) struct Granted {
    pub(crate) token: Secret,
    pub(crate) lifetime: Duration,
}

#[derive(Deserialize)]
struct Grant {
    access_token: Option<String>,
    expires_in: Option<Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Refusal {
    error: Option<String>,
    error_codes: Vec<u64>,
    error_description: Option<String>,
}

/// What a number means, or else the code beside it.
struct Meaning {
    numbers: &'static [u64],
    codes: &'static [&'static str],
    kind: ErrorKind,
    what: &'static str,
    hint: &'static str,
}

/// What the secret says is a matter of the login, since another reading of the secret may mend it.
const MEANINGS: &[Meaning] = &[
    Meaning {
        numbers: &[90002, 90013, 900_021, 900_023, 900_971],
        codes: &["invalid_tenant"],
        kind: Unauthenticated,
        what: "the tenant does not exist there",
        hint: "check tenant_id in the secret; another cloud than the public one needs entraAuthority in the connection URL",
    },
    Meaning {
        numbers: &[7_000_222],
        codes: &[],
        kind: Unauthenticated,
        what: "the client secret has expired",
        hint: "make a new client secret for the application, and put it into the secret",
    },
    Meaning {
        numbers: &[500_011, 70011, 1_002_012],
        codes: &["invalid_resource", "invalid_scope"],
        kind: Invalid,
        what: "the databases that a token is asked for are not known there",
        hint: "check entraResource in the connection URL; it goes with entraAuthority",
    },
    Meaning {
        numbers: &[53003, 530_034, 530_035, 65001, 501_051],
        codes: &["interaction_required", "access_denied"],
        kind: Forbidden,
        what: "the application may not have one",
        hint: "the sign-in log of Entra ID says which policy or consent stands against it",
    },
    Meaning {
        numbers: &[700_016, 7_000_112, 700_027],
        codes: &["unauthorized_client"],
        kind: Unauthenticated,
        what: "the application is not known in the tenant, or is disabled",
        hint: "check client_id and tenant_id in the secret",
    },
    Meaning {
        numbers: &[7_000_215],
        codes: &["invalid_client"],
        kind: Unauthenticated,
        what: "the client secret is wrong",
        hint: "update client_secret in the secret; it is the secret's value, not its id",
    },
];

/// Reads an answer.
///
/// Errors: unauthenticated, forbidden, invalid, throttled, unavailable; corrupt, for an answer that is none.
pub(crate) fn read(status: StatusCode, retry_after: Option<&str>, body: &[u8]) -> Result<Granted> {
    match status.as_u16() {
        200 => granted(body),
        429 => Err(later(Throttled, "it takes no more requests now", retry_after)),
        500.. => Err(later(Unavailable, "it has a trouble of its own", retry_after)),
        400..=499 => Err(refused(&serde_json::from_slice(body).unwrap_or_default(), retry_after)),
        status => Err(Error::corrupt(format!("the answer is of status {status}, which no token has"))
            .hint("check entraAuthority, and what stands between the function and it")),
    }
}

fn granted(body: &[u8]) -> Result<Granted> {
    const LONGEST: u64 = 24 * 60 * 60;
    // The parser's own message could quote the token.
    let grant = serde_json::from_slice::<Grant>(body).ok();
    let Some(Grant { access_token: Some(token), expires_in }) = grant else {
        return Err(Error::corrupt("the answer holds no token")
            .hint("check entraAuthority, and what stands between the function and it"));
    };
    // The older form of the protocol writes the number as a text.
    let seconds = expires_in.and_then(|value| value.as_u64().or_else(|| value.as_str()?.parse().ok()));
    let lifetime = Duration::from_secs(seconds.unwrap_or_default().min(LONGEST));
    Ok(Granted { token: Secret::new(token), lifetime })
}

fn refused(refusal: &Refusal, retry_after: Option<&str>) -> Error {
    let code = refusal.error.as_deref().filter(|code| is_code(code)).unwrap_or("no error code");
    if ["temporarily_unavailable", "server_error"].contains(&code) {
        return later(Unavailable, "it has a trouble of its own", retry_after);
    }
    let number = refusal.number();
    let by_number = MEANINGS.iter().find(|meaning| number.is_some_and(|number| meaning.numbers.contains(&number)));
    let meaning = by_number.or_else(|| MEANINGS.iter().find(|meaning| meaning.codes.contains(&code)));
    let (kind, what, hint) = match meaning {
        Some(meaning) => (meaning.kind, meaning.what, meaning.hint),
        None => (Invalid, "the request was refused", "the documentation of Entra ID says what the number means"),
    };
    let number = number.map(|number| format!(", AADSTS{number}")).unwrap_or_default();
    Error::new(kind, format!("{what} ({code}{number})")).hint(hint)
}

fn later(kind: ErrorKind, what: &str, retry_after: Option<&str>) -> Error {
    let seconds = retry_after.and_then(|text| text.trim().parse::<u32>().ok());
    Error::new(kind, what).hint(match seconds {
        Some(seconds) => format!("run the query again; it asks for {seconds} s of patience"),
        None => "run the query again shortly".into(),
    })
}

impl Refusal {
    /// The AADSTS number, which older answers hold in their text only.
    fn number(&self) -> Option<u64> {
        let told = self.error_description.as_deref().and_then(|text| text.strip_prefix("AADSTS"));
        let digits = told.map(|text| text.chars().take_while(char::is_ascii_digit).collect::<String>());
        self.error_codes.first().copied().or_else(|| digits?.parse().ok())
    }
}

/// Whether it is a word of the protocol, and nothing that merely stands in its place.
fn is_code(text: &str) -> bool {
    text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(status: u16, body: &str) -> Error {
        read(StatusCode::from_u16(status).unwrap(), Some("17"), body.as_bytes()).err().unwrap()
    }

    #[test]
    fn a_refusal_is_told_by_number_and_code_and_never_by_its_text() {
        for (status, body, kind, named) in [
            (
                401,
                r#"{"error":"invalid_client","error_description":"AADSTS7000215: hunter2","error_codes":[7000215]}"#,
                Unauthenticated,
                "invalid_client, AADSTS7000215",
            ),
            (401, r#"{"error":"invalid_client","error_codes":[7000222]}"#, Unauthenticated, "expired"),
            (
                400,
                r#"{"error":"invalid_request","error_description":"AADSTS90002: Tenant 'hunter2' not found."}"#,
                Unauthenticated,
                "the tenant does not exist there (invalid_request, AADSTS90002)",
            ),
            (
                400,
                r#"{"error":"unauthorized_client","error_codes":[700016]}"#,
                Unauthenticated,
                "not known in the tenant",
            ),
            (400, r#"{"error":"invalid_scope","error_codes":[70011]}"#, Invalid, "databases"),
            (400, r#"{"error":"interaction_required","error_codes":[53003]}"#, Forbidden, "AADSTS53003"),
            (400, r#"{"error":"hunter2 is no code","error_codes":[1]}"#, Invalid, "(no error code, AADSTS1)"),
            (400, r#"{"error":["hunter2"]}"#, Invalid, "(no error code)"),
            (404, "hunter2", Invalid, "refused"),
            (429, r#"{"error":"hunter2"}"#, Throttled, "no more requests"),
            (503, "hunter2", Unavailable, "trouble"),
            (400, r#"{"error":"temporarily_unavailable"}"#, Unavailable, "trouble"),
            (302, "hunter2", ErrorKind::Corrupt, "302"),
            (200, "<html>hunter2", ErrorKind::Corrupt, "no token"),
            (200, r#"{"access_token":["hunter2"]}"#, ErrorKind::Corrupt, "no token"),
        ] {
            let error = error(status, body);
            assert_eq!(error.kind(), kind, "{body}: {error}");
            assert!(error.to_string().contains(named), "{body}: {error}");
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
        assert!(error(429, "").hint_text().unwrap().contains("17 s"));
    }

    #[test]
    fn a_lifetime_is_a_number_or_its_text_and_at_most_a_day() {
        for (expires_in, seconds) in
            [("3599", 3599), ("\"3599\"", 3599), ("null", 0), ("-1", 0), ("1e99", 0), ("999999", 86400)]
        {
            let body = format!(r#"{{"token_type":"Bearer","expires_in":{expires_in},"access_token":"t"}}"#);
            let granted = read(StatusCode::OK, None, body.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!((granted.token, granted.lifetime.as_secs()), (Secret::new("t"), seconds), "{expires_in}");
        }
    }
}
