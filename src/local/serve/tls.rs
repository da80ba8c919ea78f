//! How the wire is kept private: a certificate that is given, one made for this run, or nothing on the machine's own loopback.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use connector_core::{Error, Result};
use tonic::transport::{Identity, ServerTlsConfig};

use super::super::servers::certificate;

/// What a server shows its clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tls {
    /// The certificate, with those between it and its authority, and the key, of these PEM files.
    Given {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
    },
    /// A new certificate of a new authority, whose own is written into this file.
    Made {
        /// The authority's file.
        authority: PathBuf,
    },
    /// No TLS.
    Plaintext,
}

impl Tls {
    /// The set-up for a server at `address`; none for plaintext.
    ///
    /// Errors: invalid, for plaintext that others could read, and for files that hold no certificate or key.
    pub(super) fn config(&self, address: SocketAddr) -> Result<Option<ServerTlsConfig>> {
        let identity = match self {
            Self::Plaintext if address.ip().is_loopback() => return Ok(None),
            Self::Plaintext => {
                return Err(Error::invalid(format!(
                    "without TLS anybody on the way to {address} could read rows and token"
                ))
                .hint("listen on 127.0.0.1, or leave TLS on"));
            }
            Self::Given { certificate, key } => Identity::from_pem(read(certificate)?, read(key)?),
            Self::Made { authority } => {
                let made = certificate::issue(&names(address))?;
                std::fs::write(authority, &made.authority).map_err(|error| {
                    Error::invalid(format!(
                        "writing the authority's certificate to {} failed: {error}",
                        authority.display()
                    ))
                })?;
                Identity::from_pem(made.certificate, made.key)
            }
        };
        Ok(Some(ServerTlsConfig::new().identity(identity)))
    }
}

fn read(file: &Path) -> Result<Vec<u8>> {
    std::fs::read(file).map_err(|error| Error::invalid(format!("{} cannot be read: {error}", file.display())))
}

/// The names by which a server at an address is reached: this machine's own, and the address unless it stands for all.
fn names(address: SocketAddr) -> Vec<String> {
    let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).into();
    let own = address.ip().to_string();
    if !address.ip().is_unspecified() && !names.contains(&own) {
        names.push(own);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plaintext_is_for_loopback_only() {
        for (address, is_served) in
            [("127.0.0.1:1", true), ("[::1]:1", true), ("0.0.0.0:1", false), ("10.0.0.1:1", false)]
        {
            assert_eq!(Tls::Plaintext.config(address.parse().unwrap()).is_ok(), is_served, "{address}");
        }
    }

    #[test]
    fn a_file_that_is_missing_is_named() {
        let tls = Tls::Given { certificate: "/nowhere/a.crt".into(), key: "/nowhere/a.key".into() };
        let error = tls.config("127.0.0.1:1".parse().unwrap()).unwrap_err();
        assert!(error.to_string().contains("/nowhere/a.crt"), "{error}");
    }
}
