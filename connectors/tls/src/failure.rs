//! What a TLS failure means to who has to mend it.

use connector_core::{Error, ErrorKind};
use rustls::CertificateError;

/// An engine's own words in what it advises.
#[derive(Clone, Copy, Debug)]
pub struct Advice {
    /// The option that names a file of CAs.
    pub root_cert: &'static str,
    /// What to do about a name that the certificate does not hold, other than to connect by one that it does.
    pub other_name: &'static str,
    /// What to do when the server refuses our side.
    pub refused: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    UnknownAuthority,
    OtherName,
    Expired,
    NotYetValid,
    AuthorityItself,
    Certificate,
    Refused,
    Handshake,
}

/// A failure that the driver hands over as it is.
pub fn failure(error: &rustls::Error, advice: Advice) -> Error {
    let cause = Cause::of(error);
    Error::new(ErrorKind::Invalid, format!("{} ({error})", cause.what())).hint(cause.hint(advice))
}

/// A failure of which the driver tells the cause as a text only.
pub fn told_failure(told: &str, advice: Advice) -> Error {
    let cause = Cause::told(told);
    Error::new(ErrorKind::Invalid, cause.what()).hint(cause.hint(advice))
}

impl Cause {
    fn of(error: &rustls::Error) -> Self {
        use CertificateError as Certificate;
        match error {
            rustls::Error::InvalidCertificate(certificate) => match certificate {
                Certificate::UnknownIssuer => Self::UnknownAuthority,
                Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => Self::OtherName,
                Certificate::Expired | Certificate::ExpiredContext { .. } => Self::Expired,
                Certificate::NotValidYet | Certificate::NotValidYetContext { .. } => Self::NotYetValid,
                other if format!("{other:?}").contains("CaUsedAsEndEntity") => Self::AuthorityItself,
                _ => Self::Certificate,
            },
            rustls::Error::AlertReceived(_) => Self::Refused,
            _ => Self::Handshake,
        }
    }

    fn told(text: &str) -> Self {
        let has = |word: &str| text.contains(word);
        match () {
            // Where another authority of the same name is trusted, it is the signature that does not fit.
            () if has("UnknownIssuer") || has("BadSignature") => Self::UnknownAuthority,
            () if has("NotValidForName") || has("not valid for name") => Self::OtherName,
            () if has("NotValidYet") || has("not valid yet") => Self::NotYetValid,
            () if has("Expired") || has("expired") => Self::Expired,
            () if has("CaUsedAsEndEntity") => Self::AuthorityItself,
            () if has("certificate was rejected") => Self::Certificate,
            () if has("alert") => Self::Refused,
            () => Self::Handshake,
        }
    }

    fn what(self) -> &'static str {
        match self {
            Self::UnknownAuthority => "the server's certificate comes from a CA that is not trusted",
            Self::OtherName => "the server's certificate is made for another host name",
            Self::Expired => "the server's certificate has expired",
            Self::NotYetValid => "the server's certificate is not valid yet",
            Self::AuthorityItself => "the server shows a CA's certificate as its own",
            Self::Certificate => "the server's certificate is not acceptable",
            Self::Refused => "the server refused our side of TLS",
            Self::Handshake => "the TLS handshake failed",
        }
    }

    fn hint(self, advice: Advice) -> String {
        let Advice { root_cert, other_name, refused } = advice;
        match self {
            Self::UnknownAuthority => {
                format!("give the CA's certificate with {root_cert}; Mozilla's and Amazon RDS's roots are built in")
            }
            Self::OtherName => format!("connect by a name that the certificate holds, or {other_name}"),
            Self::Expired => "renew it at the server".into(),
            Self::NotYetValid => "check its dates and this machine's clock".into(),
            Self::AuthorityItself => {
                format!("let the CA sign a certificate for the server, and give the CA's with {root_cert}")
            }
            Self::Certificate => "check the server's certificate".into(),
            Self::Refused => refused.into(),
            Self::Handshake => "check which TLS versions and ciphers the server offers".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADVICE: Advice = Advice { root_cert: "theRoots", other_name: "name it", refused: "show a certificate" };

    #[test]
    fn causes_are_told_apart_by_type_and_by_what_the_library_prints_of_them() {
        use CertificateError as Certificate;
        for (certificate, cause) in [
            (Certificate::UnknownIssuer, Cause::UnknownAuthority),
            (Certificate::NotValidForName, Cause::OtherName),
            (Certificate::Expired, Cause::Expired),
            (Certificate::NotValidYet, Cause::NotYetValid),
            (Certificate::Revoked, Cause::Certificate),
        ] {
            let told = format!("the server's certificate was rejected: {certificate}");
            assert_eq!(Cause::told(&told), cause, "{told}");
            assert_eq!(Cause::of(&rustls::Error::InvalidCertificate(certificate)), cause);
        }
        let alert = rustls::Error::AlertReceived(rustls::AlertDescription::HandshakeFailure);
        assert_eq!((Cause::of(&alert), Cause::told(&alert.to_string())), (Cause::Refused, Cause::Refused));
    }

    #[test]
    fn advice_is_in_the_engines_own_words() {
        let hint = |cause: CertificateError| {
            let error = failure(&rustls::Error::InvalidCertificate(cause), ADVICE);
            error.hint_text().unwrap().to_owned()
        };
        assert!(hint(CertificateError::UnknownIssuer).contains("theRoots"));
        assert!(hint(CertificateError::NotValidForName).ends_with("name it"));
        assert_eq!(told_failure("received fatal alert", ADVICE).hint_text(), Some("show a certificate"));
    }
}
