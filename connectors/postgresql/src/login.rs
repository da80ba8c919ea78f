//! Who we are: from the wish for TLS up to a session. How a password is proved depends on what the server asks for.
//!
//! Not here: what TLS trusts (`tls.rs`), and where a server is (`connect.rs`).

use aws_lc_rs::digest::{self, SHA256, SHA384, SHA512};
use bytes::BytesMut;
use connector_core::{Error, ErrorKind, Result};
use postgres_protocol::authentication::md5_hash;
use postgres_protocol::authentication::sasl::{self, SCRAM_SHA_256, SCRAM_SHA_256_PLUS, ScramSha256};
use postgres_protocol::message::frontend;

use crate::error::{self, Limit, failed_login, no_protocol, unsupported_login};
use crate::message::{self, Refusal, Rest, kind};
use crate::options::ChannelBinding;
use crate::wire::Wire;

/// What a log-in may be told in one message: errors, and some hundred settings.
const LONGEST: usize = 1 << 20;
/// How often a server may have the password hashed; the usual number is 4,096, and a hundred million keep a processor busy for
/// half a minute before anybody has proved to be anybody.
const MOST_ITERATIONS: u32 = 10_000_000;

/// What is told about us.
pub(crate) struct Identity<'a> {
    pub(crate) user: &'a str,
    pub(crate) password: &'a str,
    pub(crate) database: &'a str,
    pub(crate) application_name: &'a str,
}

/// A session, as the server tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entered {
    /// The encoding of the database.
    pub(crate) encoding: String,
    pub(crate) key: Key,
}

/// What a session is cancelled by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Key {
    process: i32,
    secret: i32,
}

/// Asks for TLS; behind a yes the stream is no longer ours.
pub(crate) async fn ask_for_tls(wire: &mut Wire) -> Result<bool> {
    let mut out = BytesMut::new();
    frontend::ssl_request(&mut out);
    wire.send(&out).await?;
    match wire.byte().await? {
        b'S' => Ok(true),
        b'N' => Ok(false),
        // Its text is not shown: anybody on the way may have written it.
        b'E' => Err(Error::new(ErrorKind::Unavailable, "the server refused the connection before TLS was agreed on")
            .hint("the server's log says why; it may have no room for another connection")),
        _ => Err(no_protocol("the wish for TLS is answered with something else")),
    }
}

/// The message that cancels a session, sent instead of a log-in.
pub(crate) async fn cancel(wire: &mut Wire, key: Key) -> Result<()> {
    let mut out = BytesMut::new();
    frontend::cancel_request(key.process, key.secret, &mut out);
    wire.send(&out).await
}

/// What ties a log-in to the TLS that it is within.
pub(crate) struct Tied {
    pub(crate) wanted: ChannelBinding,
    /// The hash of the certificate inside TLS, where there is one.
    pub(crate) end_point: Option<Vec<u8>>,
}

/// Proves who we are.
pub(crate) async fn enter(wire: &mut Wire, who: &Identity<'_>, tied: Tied) -> Result<Entered> {
    let mut parameters = vec![("client_encoding", "UTF8"), ("user", who.user)];
    parameters.extend([("database", who.database)].into_iter().filter(|(_, database)| !database.is_empty()));
    parameters.push(("application_name", who.application_name));
    let mut out = BytesMut::new();
    frontend::startup_message(parameters, &mut out)
        .map_err(|_| Error::invalid("the name of a user or a database holds a zero byte"))?;
    wire.send(&out).await?;
    let mut login = Login { wire, who, tied };
    login.prove().await?;
    login.finish().await
}

/// What the server wants to see.
mod wanted {
    pub(super) const NOTHING: u32 = 0;
    pub(super) const PASSWORD: u32 = 3;
    pub(super) const MD5: u32 = 5;
    pub(super) const SASL: u32 = 10;
    pub(super) const SASL_CONTINUE: u32 = 11;
    pub(super) const SASL_FINAL: u32 = 12;
}

struct Login<'l> {
    wire: &'l mut Wire,
    who: &'l Identity<'l>,
    tied: Tied,
}

impl Login<'_> {
    async fn prove(&mut self) -> Result<()> {
        let (wanted, rest) = self.wanted().await?;
        match wanted {
            wanted::NOTHING => return self.may_be_untied(),
            wanted::PASSWORD => {
                self.may_be_untied()?;
                self.send_password(self.who.password.as_bytes()).await?;
            }
            wanted::MD5 => {
                self.may_be_untied()?;
                let salt = Rest(&rest).array().ok_or_else(|| no_protocol("there is no salt"))?;
                let hash = md5_hash(self.who.user.as_bytes(), self.who.password.as_bytes(), salt);
                self.send_password(hash.as_bytes()).await?;
            }
            wanted::SASL => self.scram(&rest).await?,
            _ => return Err(unsupported_login("authentication method")),
        }
        match self.wanted().await? {
            (wanted::NOTHING, _) => Ok(()),
            _ => Err(no_protocol("the log-in is answered with something else")),
        }
    }

    fn may_be_untied(&self) -> Result<()> {
        match self.tied.wanted {
            ChannelBinding::Disable | ChannelBinding::Prefer => Ok(()),
            ChannelBinding::Require => Err(failed_login("server did not use channel binding")),
        }
    }

    async fn send_password(&mut self, password: &[u8]) -> Result<()> {
        let mut out = BytesMut::new();
        frontend::password_message(password, &mut out)
            .map_err(|_| Error::invalid("the password holds a zero byte, which the server would not be sent"))?;
        self.wire.send(&out).await
    }

    async fn scram(&mut self, offered: &[u8]) -> Result<()> {
        let (mechanism, binding) = self.mechanism(offered)?;
        if mechanism != SCRAM_SHA_256_PLUS {
            self.may_be_untied()?;
        }
        let mut scram = ScramSha256::new(self.who.password.as_bytes(), binding);
        let mut out = BytesMut::new();
        let unsendable = |_| no_protocol("the log-in cannot be answered");
        frontend::sasl_initial_response(mechanism, scram.message(), &mut out).map_err(unsendable)?;
        self.wire.send(&out).await?;
        let challenge = self.sasl(wanted::SASL_CONTINUE).await?;
        if iterations(&challenge).is_some_and(|count| count > MOST_ITERATIONS) {
            return Err(failed_login("the server wants the password hashed absurdly often"));
        }
        scram.update(&challenge).map_err(failed_login)?;
        out.clear();
        frontend::sasl_response(scram.message(), &mut out).map_err(unsendable)?;
        self.wire.send(&out).await?;
        let proof = self.sasl(wanted::SASL_FINAL).await?;
        scram.finish(&proof).map_err(failed_login)
    }

    fn mechanism(&mut self, offered: &[u8]) -> Result<(&'static str, sasl::ChannelBinding)> {
        let mut rest = Rest(offered);
        let offered: Vec<String> = std::iter::from_fn(|| rest.text().filter(|name| !name.is_empty())).collect();
        let offers = |mechanism: &str| offered.iter().any(|name| name == mechanism);
        let end_point = self.tied.end_point.take().filter(|_| self.tied.wanted != ChannelBinding::Disable);
        match end_point {
            Some(hash) if offers(SCRAM_SHA_256_PLUS) => {
                Ok((SCRAM_SHA_256_PLUS, sasl::ChannelBinding::tls_server_end_point(hash)))
            }
            // That we could have bound is told, so that a server that offered it notices that somebody has hidden this.
            Some(_) if offers(SCRAM_SHA_256) => Ok((SCRAM_SHA_256, sasl::ChannelBinding::unrequested())),
            None if offers(SCRAM_SHA_256) => Ok((SCRAM_SHA_256, sasl::ChannelBinding::unsupported())),
            _ => Err(unsupported_login("SASL mechanism")),
        }
    }

    async fn sasl(&mut self, expected: u32) -> Result<Vec<u8>> {
        match self.wanted().await? {
            (wanted, rest) if wanted == expected => Ok(rest),
            _ => Err(no_protocol("the log-in is answered with something else")),
        }
    }

    /// What the server wants next.
    async fn wanted(&mut self) -> Result<(u32, Vec<u8>)> {
        match self.answer().await? {
            kind::AUTHENTICATION => {
                let mut rest = Rest(self.wire.body());
                let wanted = rest.u32().ok_or_else(|| no_protocol("the log-in is answered with nothing"))?;
                Ok((wanted, rest.0.to_vec()))
            }
            _ => Err(no_protocol("the log-in is answered with something else")),
        }
    }

    /// What the server tells between the proof and the first question.
    async fn finish(&mut self) -> Result<Entered> {
        let mut entered = Entered::default();
        loop {
            match self.answer().await? {
                kind::READY => return Ok(entered),
                kind::PARAMETER => match message::parameter(self.wire.body()) {
                    Some((name, value)) if name == "server_encoding" => entered.encoding = value,
                    _ => {}
                },
                kind::KEY => {
                    let mut rest = Rest(self.wire.body());
                    let key = rest.i32().and_then(|process| Some(Key { process, secret: rest.i32()? }));
                    entered.key = key.ok_or_else(|| no_protocol("the session's key is cut short"))?;
                }
                _ => return Err(no_protocol("the log-in is answered with something else")),
            }
        }
    }

    /// The next message but a notice; an error ends the log-in.
    async fn answer(&mut self) -> Result<u8> {
        loop {
            let refuse = |arrived: &[u8]| {
                if arrived.len() > LONGEST {
                    let bytes = u64::try_from(arrived.len()).unwrap_or(u64::MAX);
                    Err(Limit::Message { bytes })
                } else {
                    Ok(())
                }
            };
            match self.wire.message(refuse).await? {
                kind::NOTICE => {}
                kind::ERROR => return Err(error::refused_login(&Refusal::parse(self.wire.body()))),
                kind => return Ok(kind),
            }
        }
    }
}

/// How often the server's challenge has the password hashed: `r=…,s=…,i=4096`.
fn iterations(challenge: &[u8]) -> Option<u32> {
    let count = challenge.split(|byte| *byte == b',').find_map(|part| part.strip_prefix(b"i="))?;
    // What is no number is refused where the challenge is read; what is too large for one is too large.
    std::str::from_utf8(count).ok().map(|digits| digits.parse().unwrap_or(u32::MAX))
}

/// The hash of a certificate by which a log-in is bound to it (RFC 5929, section 4.1): by the function of its signature, and by
/// SHA-256 in place of older ones; nothing where the signature has no function of its own.
pub(crate) fn end_point(certificate: &[u8]) -> Option<Vec<u8>> {
    let algorithm = match signature(certificate)? {
        // RSA with MD5, SHA-1 and SHA-256; ECDSA with SHA-1 and SHA-256.
        b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04"
        | b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05"
        | b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"
        | b"\x2a\x86\x48\xce\x3d\x04\x01"
        | b"\x2a\x86\x48\xce\x3d\x04\x03\x02" => &SHA256,
        b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c" | b"\x2a\x86\x48\xce\x3d\x04\x03\x03" => &SHA384,
        b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d" | b"\x2a\x86\x48\xce\x3d\x04\x03\x04" => &SHA512,
        _ => return None,
    };
    Some(digest::digest(algorithm, certificate).as_ref().to_vec())
}

/// The identifier of a certificate's signature: the first thing in the second part of it.
fn signature(certificate: &[u8]) -> Option<&[u8]> {
    const SEQUENCE: u8 = 0x30;
    const IDENTIFIER: u8 = 0x06;
    let mut parts = Rest(value(&mut Rest(certificate), SEQUENCE)?);
    value(&mut parts, SEQUENCE)?;
    value(&mut Rest(value(&mut parts, SEQUENCE)?), IDENTIFIER)
}

/// The value behind a tag and a length (DER).
fn value<'a>(rest: &mut Rest<'a>, tag: u8) -> Option<&'a [u8]> {
    if rest.byte()? != tag {
        return None;
    }
    let length = match rest.byte()? {
        short @ 0..=0x7f => usize::from(short),
        0x81 => usize::from(rest.byte()?),
        0x82 => usize::from(rest.u16()?),
        _ => return None,
    };
    rest.take(length)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use connector_tls::testing as certificates;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    use super::*;

    const WHO: Identity<'_> = Identity { user: "u", password: "p\0", database: "", application_name: "glaux" };

    fn framed(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
        [&[kind], length.as_slice(), body].concat()
    }

    fn wants(what: u32, rest: &[u8]) -> Vec<u8> {
        framed(kind::AUTHENTICATION, &[&what.to_be_bytes(), rest].concat())
    }

    /// A log-in at a server that says all of this whatever it is told, and what it was told.
    async fn entered(says: &[Vec<u8>], who: &Identity<'_>, wanted: ChannelBinding) -> (Result<Entered>, Vec<u8>) {
        let (near, mut far): (DuplexStream, DuplexStream) = duplex(1 << 16);
        far.write_all(&says.concat()).await.unwrap();
        let mut wire = Wire::new(Box::new(near), Some(Duration::from_secs(5)));
        let outcome = enter(&mut wire, who, Tied { wanted, end_point: None }).await;
        drop(wire);
        let mut told = Vec::new();
        far.read_to_end(&mut told).await.unwrap();
        (outcome, told)
    }

    #[tokio::test]
    async fn a_session_is_told_and_all_that_the_server_need_not_know_is_not() {
        let says = [
            wants(wanted::MD5, b"salt"),
            framed(kind::NOTICE, b"\0"),
            wants(wanted::NOTHING, b""),
            framed(kind::PARAMETER, b"server_encoding\0LATIN1\0"),
            framed(kind::KEY, b"\0\0\0\x07\0\0\0\x09"),
            framed(kind::READY, b"I"),
        ];
        let (outcome, told) = entered(&says, &WHO, ChannelBinding::Prefer).await;
        assert_eq!(outcome.unwrap(), Entered { encoding: "LATIN1".into(), key: Key { process: 7, secret: 9 } });
        let opening = b"\0\0\0\x3c\0\x03\0\0client_encoding\0UTF8\0user\0u\0application_name\0glaux\0\0";
        assert_eq!(told.get(..opening.len()), Some(&opening[..]));
        assert!(told[opening.len()..].starts_with(b"p\0\0\0\x28md5"), "{told:?}");
    }

    #[tokio::test]
    async fn what_is_no_log_in_and_what_is_none_of_ours_is_refused() {
        for (says, required, told) in [
            (wants(wanted::SASL, b"OTHER\0\0"), false, "unsupported SASL mechanism"),
            (wants(7, b""), false, "unsupported authentication method"),
            (wants(wanted::NOTHING, b""), true, "channel binding"),
            (wants(wanted::MD5, b"salt"), true, "channel binding"),
            (wants(wanted::SASL, b"SCRAM-SHA-256\0\0"), true, "channel binding"),
            (wants(wanted::MD5, b"s"), false, "salt"),
            (framed(kind::AUTHENTICATION, b""), false, "nothing"),
            (framed(kind::READY, b"I"), false, "something else"),
            (wants(wanted::PASSWORD, b""), false, "zero byte"),
            (framed(kind::ERROR, b"C28P01\0Mno\0\0"), false, "no (SQLSTATE 28P01)"),
        ] {
            let wanted = if required { ChannelBinding::Require } else { ChannelBinding::Prefer };
            let (outcome, _) = entered(&[says], &WHO, wanted).await;
            let error = outcome.unwrap_err();
            assert!(error.to_string().contains(told), "{told}: {error}");
        }
    }

    #[tokio::test]
    async fn a_server_that_would_have_us_hash_for_ever_is_refused() {
        let says =
            [wants(wanted::SASL, b"SCRAM-SHA-256\0\0"), wants(wanted::SASL_CONTINUE, b"r=abc,s=c2FsdA==,i=4294967295")];
        let who = Identity { password: "p", ..WHO };
        let error = entered(&says, &who, ChannelBinding::Prefer).await.0.unwrap_err();
        assert!(error.to_string().contains("absurdly often"), "{error}");
        assert_eq!(iterations(b"r=abc,s=x,i=4096"), Some(4096));
        assert_eq!((iterations(b"i=99999999999"), iterations(b"r=i=5")), (Some(u32::MAX), None));
    }

    #[test]
    fn a_certificate_is_hashed_by_the_function_of_its_signature() {
        let authority = certificates::authority("test authority");
        let (certificate, _) = certificates::signed(&authority, "localhost", false);
        let der = certificate.der().as_ref();
        assert_eq!(signature(der), Some(&b"\x2a\x86\x48\xce\x3d\x04\x03\x02"[..]));
        assert_eq!(end_point(der), Some(digest::digest(&SHA256, der).as_ref().to_vec()));
        for length in 0..der.len() {
            assert_eq!(end_point(&der[..length]), None, "{length}");
        }
        // Ed25519 has none.
        let other = b"\x30\x0b\x30\x00\x30\x05\x06\x03\x2b\x65\x70\x03\x00";
        assert_eq!((signature(other), end_point(other)), (Some(&b"\x2b\x65\x70"[..]), None));
    }
}
