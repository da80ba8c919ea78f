//! The token that every call must carry: a bearer's, the password of any user, or the key of a signature.

use aws_lc_rs::{constant_time, rand};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use connector_core::{Error, Result};
use tonic::metadata::{Ascii, MetadataValue};
use tonic::{Request, Status};

/// Bytes of a token that is made here.
const RANDOM: usize = 32;

/// The fewest characters of one that is given: 16 of a random alphabet are not guessed.
const SHORTEST: usize = 16;

/// What proves that a caller may ask. It has no `Debug`, so that no line of a log can hold it.
pub struct Token(String);

impl Token {
    /// A new one, at random.
    pub fn random() -> Result<Self> {
        let mut bytes = [0; RANDOM];
        rand::fill(&mut bytes).map_err(|_| Error::internal("the system has no random numbers for a token"))?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// One that somebody chose; blanks around it do not count. `from` says where it stands.
    ///
    /// Errors: invalid, for one that can be guessed or does not fit a header.
    pub fn given(text: &str, from: &str) -> Result<Self> {
        let text = text.trim();
        if text.len() < SHORTEST || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::invalid(format!(
                "the token of {from} must have at least {SHORTEST} characters, all of them letters, digits or signs of ASCII"
            ))
            .hint("make one with: openssl rand -hex 32"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The text itself, for whoever started the server, for the door of S3 and for signatures.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// What a client is to send from now on.
    pub(super) fn bearer(&self) -> Result<MetadataValue<Ascii>> {
        let mut value = MetadataValue::try_from(format!("Bearer {}", self.0))
            .map_err(|_| Error::internal("the token does not fit a header"))?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// Whether the value of an `Authorization` header carries the token.
    pub(super) fn is_in(&self, header: &str) -> bool {
        let Some((scheme, rest)) = header.split_once(' ') else { return false };
        match scheme.to_ascii_lowercase().as_str() {
            "bearer" => self.is(rest.trim().as_bytes()),
            // Go's clients leave the padding out.
            "basic" => STANDARD_NO_PAD.decode(rest.trim().trim_end_matches('=')).is_ok_and(|pair| {
                pair.iter().position(|byte| *byte == b':').is_some_and(|at| self.is(&pair[at + 1..]))
            }),
            _ => false,
        }
    }

    /// The time that it takes tells nothing but a wrong length.
    fn is(&self, shown: &[u8]) -> bool {
        constant_time::verify_slices_are_equal(self.0.as_bytes(), shown).is_ok()
    }

    /// Lets a call pass that carries the token.
    pub(super) fn admit(&self, call: Request<()>) -> Result<Request<()>, Status> {
        let Some(header) = call.metadata().get("authorization") else {
            return Err(Status::unauthenticated(
                "no token came with the call (hint: send authorization: Bearer TOKEN, or TOKEN as the password of any user)",
            ));
        };
        if header.to_str().is_ok_and(|header| self.is_in(header)) {
            return Ok(call);
        }
        tracing::warn!(from = ?call.remote_addr(), "a call with a wrong token");
        Err(Status::unauthenticated("the token is not this server's (hint: it was said when the server started)"))
    }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn a_header_carries_the_token_as_a_bearers_or_as_a_password() {
        let token = Token::given(" 0123456789abcdef\n", "FILE").unwrap();
        let basic = |pair: &str| format!("Basic {}", STANDARD.encode(pair));
        for header in [
            "Bearer 0123456789abcdef".into(),
            "bearer  0123456789abcdef".into(),
            basic("ana:0123456789abcdef"),
            basic("ana:0123456789abcdef").trim_end_matches('=').to_owned(),
        ] {
            assert!(token.is_in(&header), "{header}");
        }
        for header in [
            String::new(),
            "Bearer".into(),
            "Bearer ".into(),
            "Bearer 0123456789abcdeX".into(),
            "Bearer 0123456789abcdef0".into(),
            "Digest 0123456789abcdef".into(),
            basic("0123456789abcdef"),
            basic("0123456789abcdef:"),
            basic("ana:0123456789abcdeX"),
            "Basic !".into(),
        ] {
            assert!(!token.is_in(&header), "{header}");
        }
    }

    #[test]
    fn tokens_are_long_and_differ() {
        let (one, other) = (Token::random().unwrap(), Token::random().unwrap());
        assert!(one.text().len() >= 43 && one.text() != other.text());
        for weak in ["", "0123456789abcde", "0123456789 abcdef", "0123456789abcdéf"] {
            assert!(Token::given(weak, "FILE").is_err_and(|error| !error.to_string().contains("0123")), "{weak}");
        }
    }
}
