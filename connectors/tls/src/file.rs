//! Files of certificates and keys that options name.

use std::path::PathBuf;

use connector_core::{Error, Result};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// A file, and the option that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    option: &'static str,
    path: PathBuf,
}

impl File {
    /// The file at `path`, if there is one, which `option` names.
    pub fn named(option: &'static str, path: Option<&str>) -> Option<Self> {
        path.map(|path| Self { option, path: path.into() })
    }

    /// The option that names it.
    pub(crate) fn option(&self) -> &'static str {
        self.option
    }

    /// A failure that begins with the file.
    pub(crate) fn invalid(&self, what: &str) -> Error {
        Error::invalid(format!("the file of {}, {}, {what}", self.option, self.path.display()))
    }

    pub(crate) fn read(&self) -> Result<Vec<u8>> {
        std::fs::read(&self.path).map_err(|error| {
            self.invalid(&format!("cannot be read: {}", error.kind()))
                .hint("the path is the function's, so the file must be part of its package or a layer")
        })
    }

    /// The certificates in what was read of it, at least one.
    pub(crate) fn certificates(&self, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>> {
        let found: Vec<_> = CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().unwrap_or_default();
        if found.is_empty() { Err(self.invalid("holds no PEM certificate")) } else { Ok(found) }
    }

    pub(crate) fn private_key(&self) -> Result<PrivateKeyDer<'static>> {
        let bytes = self.read()?;
        let key = PrivateKeyDer::from_pem_slice(&bytes).ok().or_else(|| PrivateKeyDer::try_from(bytes).ok());
        key.ok_or_else(|| {
            self.invalid("holds no unencrypted private key")
                .hint("openssl pkcs8 -topk8 -nocrypt turns a key into PEM that is understood")
        })
    }
}

/// The files of the client's certificate and key, of which there are both or none.
///
/// Errors: invalid, for one without the other, or a key itself where its file belongs.
pub fn client_files(
    cert: (&'static str, Option<&str>),
    key: (&'static str, Option<&str>),
) -> Result<Option<(File, File)>> {
    let lacking = |one: &str, other: &str| {
        Err(Error::invalid(format!("option {one} of the connection URL needs {other} beside it")))
    };
    if cert.1.is_some() && key.1.is_some_and(|key| key.starts_with("-----")) {
        let name = key.0;
        return Err(Error::invalid(format!(
            "option {name} of the connection URL holds a key, but must be the path of its file"
        )));
    }
    match (File::named(cert.0, cert.1), File::named(key.0, key.1)) {
        (None, None) => Ok(None),
        (Some(cert), Some(key)) => Ok(Some((cert, key))),
        (Some(_), None) => lacking(cert.0, key.0),
        (None, Some(_)) => lacking(key.0, cert.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_and_its_key_come_together() {
        let files = |cert, key| client_files(("sslcert", cert), ("sslkey", key));
        assert_eq!(files(None, None).unwrap(), None);
        let (cert, key) = files(Some("/c"), Some("/k")).unwrap().unwrap();
        assert_eq!(
            (cert, key),
            (File::named("sslcert", Some("/c")).unwrap(), File::named("sslkey", Some("/k")).unwrap())
        );
        for (cert, key, named) in [(Some("/c"), None, "sslkey beside"), (None, Some("/k"), "sslcert beside")] {
            assert!(files(cert, key).unwrap_err().to_string().contains(named));
        }
        let key = files(Some("/c"), Some("-----BEGIN hunter2")).unwrap_err().to_string();
        assert!(key.contains("sslkey") && !key.contains("hunter2"), "{key}");
    }
}
