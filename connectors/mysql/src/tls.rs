//! TLS: whom we trust, how much of it is verified, and what a failure means.
//!
//! Trusted are Mozilla's roots and those of Amazon RDS, both built in, or instead of them the file that `sslCa` names.
//! The crypto provider is passed on every time, so that nothing depends on what the process has installed.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use connector_core::{Error, ErrorKind, RDS_ROOTS, Result};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use crate::options::{Options, SslMode};

/// The TLS settings of an endpoint.
///
/// Errors: invalid, for a file that cannot be read or holds no certificate or key.
pub(crate) fn config(options: &Options) -> Result<ClientConfig> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::internal(format!("no TLS version is left: {error}")))?
        .dangerous()
        .with_custom_certificate_verifier(verifier(options, provider)?);
    Ok(match &options.client_cert {
        None => builder.with_no_client_auth(),
        Some((cert, key)) => {
            let (chain, key) = (certificates(cert, "sslCert")?, private_key(key)?);
            builder.with_client_auth_cert(chain, key).map_err(|_| {
                Error::invalid("the client's certificate and key (sslCert, sslKey) do not belong together")
            })?
        }
    })
}

fn verifier(options: &Options, provider: Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>> {
    let roots = match &options.root_cert {
        Some(path) => Arc::new(own_roots(path)?),
        None => builtin_roots()?,
    };
    let inner = WebPkiServerVerifier::builder_with_provider(roots, provider)
        .build()
        .map_err(|error| Error::internal(format!("TLS roots: {error}")))?;
    Ok(match options.ssl_mode {
        SslMode::VerifyIdentity => inner,
        SslMode::VerifyCa => Arc::new(Lenient { inner, chain: true }),
        // Whoever names a CA wants it to count.
        SslMode::Disabled | SslMode::Preferred | SslMode::Required => {
            Arc::new(Lenient { inner, chain: options.root_cert.is_some() })
        }
    })
}

fn builtin_roots() -> Result<Arc<RootCertStore>> {
    static ROOTS: OnceLock<Arc<RootCertStore>> = OnceLock::new();
    if let Some(roots) = ROOTS.get() {
        return Ok(Arc::clone(roots));
    }
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for certificate in CertificateDer::pem_slice_iter(RDS_ROOTS) {
        let certificate = certificate.map_err(|error| Error::internal(format!("built-in RDS roots: {error}")))?;
        roots.add(certificate).map_err(|error| Error::internal(format!("built-in RDS roots: {error}")))?;
    }
    Ok(Arc::clone(ROOTS.get_or_init(|| Arc::new(roots))))
}

fn own_roots(path: &Path) -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(path, "sslCa")? {
        roots.add(certificate).map_err(|error| {
            Error::invalid(format!("the file of sslCa, {}, holds an unusable certificate: {error}", path.display()))
        })?;
    }
    Ok(roots)
}

fn certificates(path: &Path, option: &str) -> Result<Vec<CertificateDer<'static>>> {
    let pem = read(path, option)?;
    let found: Vec<_> = CertificateDer::pem_slice_iter(&pem).collect::<Result<_, _>>().unwrap_or_default();
    if found.is_empty() {
        return Err(Error::invalid(format!("the file of {option}, {}, holds no PEM certificate", path.display())));
    }
    Ok(found)
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>> {
    let bytes = read(path, "sslKey")?;
    let key = PrivateKeyDer::from_pem_slice(&bytes).ok().or_else(|| PrivateKeyDer::try_from(bytes).ok());
    key.ok_or_else(|| {
        Error::invalid(format!("the file of sslKey, {}, holds no unencrypted private key", path.display()))
            .hint("openssl pkcs8 -topk8 -nocrypt turns a key into PEM that is understood")
    })
}

fn read(path: &Path, option: &str) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| {
        Error::invalid(format!("the file of {option}, {}, cannot be read: {}", path.display(), error.kind()))
            .hint("the path is the function's, so the file must be part of its package or a layer")
    })
}

/// Verifies less than everything: the chain but not the name, or neither; always that the server holds the key it shows.
#[derive(Debug)]
struct Lenient {
    inner: Arc<WebPkiServerVerifier>,
    chain: bool,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if !self.chain {
            return Ok(ServerCertVerified::assertion());
        }
        // The name is looked at last, so this error says that the chain was good.
        match self.inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

/// What a TLS failure means to who has to mend it.
pub(crate) fn failure(error: &rustls::Error) -> Error {
    use CertificateError as Certificate;
    let (what, hint) = match error {
        rustls::Error::InvalidCertificate(certificate) => match certificate {
            Certificate::UnknownIssuer => (
                "the server's certificate comes from a CA that is not trusted",
                "give the CA's certificate with sslCa; Mozilla's and Amazon RDS's roots are built in",
            ),
            Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => (
                "the server's certificate is made for another host name",
                "connect by a name that the certificate holds, or write sslMode=VERIFY_CA",
            ),
            Certificate::Expired | Certificate::ExpiredContext { .. } => {
                ("the server's certificate has expired", "renew it at the server")
            }
            Certificate::NotValidYet | Certificate::NotValidYetContext { .. } => {
                ("the server's certificate is not valid yet", "check its dates and this machine's clock")
            }
            other if format!("{other:?}").contains("CaUsedAsEndEntity") => (
                "the server shows a CA's certificate as its own",
                "let the CA sign a certificate for the server, and give the CA's with sslCa",
            ),
            _ => ("the server's certificate is not acceptable", "check the server's certificate"),
        },
        rustls::Error::AlertReceived(_) => (
            "the server refused our side of TLS",
            "if it asks for a client certificate, give one that it trusts with sslCert and sslKey",
        ),
        _ => ("the TLS handshake failed", "check which TLS versions and ciphers the server offers"),
    };
    Error::new(ErrorKind::Invalid, format!("{what} ({error})")).hint(hint)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn all_roots_of_rds_are_trusted_beside_mozillas() {
        let roots = builtin_roots().unwrap();
        let rds = CertificateDer::pem_slice_iter(RDS_ROOTS).count();
        assert_eq!(rds, 81);
        assert_eq!(roots.len(), webpki_roots::TLS_SERVER_ROOTS.len() + rds);
    }

    #[test]
    fn a_file_that_is_missing_or_empty_is_named_with_its_option() {
        for (name, value) in [("sslCa", "/nonexistent/ca.pem"), ("sslCa", "/dev/null")] {
            let options = Options::parse(&BTreeMap::from([(name.into(), value.into())])).unwrap();
            let error = config(&options).unwrap_err();
            assert!(error.to_string().contains(name) && error.to_string().contains(value), "{error}");
        }
    }

    #[test]
    fn causes_are_told_apart() {
        let texts: std::collections::BTreeSet<String> =
            [CertificateError::UnknownIssuer, CertificateError::NotValidForName, CertificateError::Expired]
                .into_iter()
                .map(|cause| failure(&rustls::Error::InvalidCertificate(cause)).hint_text().unwrap().to_owned())
                .collect();
        assert_eq!(texts.len(), 3);
    }
}
