//! Whom we trust, and what a failure of TLS means.
//!
//! Trusted are Mozilla's roots and those of Amazon RDS, both built in, or Mozilla's and the file that `sslrootcert` names: the
//! driver always starts from a set of its own, so a file can only add to it. Not here: the handshake, which is the driver's.

use std::path::Path;

use connector_core::{Error, ErrorKind, RDS_ROOTS, Result};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tiberius::Config;

use crate::options::Options;

/// The certificates to trust besides Mozilla's, as PEM.
///
/// Errors: invalid, for a file that cannot be read or holds no usable certificate.
pub(crate) fn roots(options: &Options) -> Result<Vec<u8>> {
    let Some(path) = &options.root_cert else { return Ok(RDS_ROOTS.to_vec()) };
    let pem = std::fs::read(path).map_err(|error| {
        Error::invalid(format!("the file of sslrootcert, {}, cannot be read: {}", path.display(), error.kind()))
            .hint("the path is the function's, so the file must be part of its package or a layer")
    })?;
    check(&pem, path)?;
    Ok(pem)
}

/// The driver would say less about it, and only once it is connected.
fn check(pem: &[u8], path: &Path) -> Result<()> {
    let found: Vec<_> = CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().unwrap_or_default();
    if found.is_empty() {
        return Err(Error::invalid(format!("the file of sslrootcert, {}, holds no PEM certificate", path.display())));
    }
    let mut store = RootCertStore::empty();
    for certificate in found {
        store.add(certificate).map_err(|error| {
            Error::invalid(format!(
                "the file of sslrootcert, {}, holds an unusable certificate: {error}",
                path.display()
            ))
        })?;
    }
    Ok(())
}

/// Tells the driver what to verify.
pub(crate) fn apply(config: &mut Config, options: &Options, roots: &[u8]) {
    if options.trust_any {
        config.trust_cert();
        return;
    }
    config.trust_webpki_roots();
    config.trust_cert_ca_bundle(roots);
    if let Some(name) = &options.host_in_certificate {
        config.hostname_in_certificate(name);
    }
}

/// What a TLS failure means to who has to mend it; the driver tells its cause as a text only.
pub(crate) fn failure(told: &str) -> Error {
    let (what, hint) = match told {
        // Where another authority of the same name is trusted, it is the signature that does not fit.
        _ if told.contains("UnknownIssuer") || told.contains("BadSignature") => (
            "the server's certificate comes from a CA that is not trusted",
            "give the CA's certificate with sslrootcert; Mozilla's and Amazon RDS's roots are built in",
        ),
        _ if told.contains("NotValidForName") || told.contains("not valid for name") => (
            "the server's certificate is made for another host name",
            "connect by a name that the certificate holds, or name it with hostNameInCertificate",
        ),
        _ if told.contains("NotValidYet") || told.contains("not valid yet") => {
            ("the server's certificate is not valid yet", "check its dates and this machine's clock")
        }
        _ if told.contains("Expired") || told.contains("expired") => {
            ("the server's certificate has expired", "renew it at the server")
        }
        _ if told.contains("CaUsedAsEndEntity") => (
            "the server shows a CA's certificate as its own",
            "let the CA sign a certificate for the server, and give the CA's with sslrootcert",
        ),
        _ if told.contains("UnsupportedCertVersion") => (
            "the server's certificate is of an outdated version, as the one that SQL Server makes for itself may be",
            "give the server a certificate of its own; trustServerCertificate=true verifies nothing",
        ),
        _ if told.contains("certificate was rejected") => {
            ("the server's certificate is not acceptable", "check the server's certificate")
        }
        _ if told.contains("alert") => (
            "the server refused our side of TLS",
            "encrypt=strict needs SQL Server 2022; check what TLS the server offers",
        ),
        _ => ("the TLS handshake failed", "check which TLS versions and ciphers the server offers"),
    };
    Error::new(ErrorKind::Invalid, what).hint(hint)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    #[test]
    fn all_roots_of_rds_are_added_unless_a_file_is_named() {
        let pem = roots(&Options::parse(&BTreeMap::new()).unwrap()).unwrap();
        assert_eq!(CertificateDer::pem_slice_iter(&pem).flatten().count(), 81);
        check(&pem, Path::new("built in")).unwrap();
    }

    #[test]
    fn a_file_that_is_missing_or_empty_is_named_with_its_option() {
        for value in ["/nonexistent/ca.pem", "/dev/null"] {
            let options = Options::parse(&BTreeMap::from([("sslrootcert".into(), value.into())])).unwrap();
            let error = roots(&options).unwrap_err();
            assert!(error.to_string().contains("sslrootcert") && error.to_string().contains(value), "{error}");
        }
    }

    #[test]
    fn causes_are_told_apart_by_what_the_tls_library_prints() {
        use rustls::CertificateError as Certificate;
        let hints: BTreeSet<String> = [
            Certificate::UnknownIssuer,
            Certificate::NotValidForName,
            Certificate::Expired,
            Certificate::NotValidYet,
            Certificate::Revoked,
        ]
        .into_iter()
        .map(|cause| {
            failure(&format!("the server's certificate was rejected: {cause}")).hint_text().unwrap().to_owned()
        })
        .collect();
        assert_eq!(hints.len(), 5);
    }
}
