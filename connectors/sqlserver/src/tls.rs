//! What SQL Server's options ask of TLS, told to the driver, which does the handshake.
//!
//! The driver always starts from a set of its own, Mozilla's, so the file that `sslrootcert` names can only add to it. Not here:
//! what every engine does about TLS.

use connector_core::{Error, ErrorKind, Result};
use connector_tls::{Advice, roots_pem, told_failure};
use tiberius::Config;

use crate::options::Options;

const ADVICE: Advice = Advice {
    root_cert: "sslrootcert",
    other_name: "name it with hostNameInCertificate",
    refused: "encrypt=strict needs SQL Server 2022; check what TLS the server offers",
};

const AUTHORITY_ADVICE: Advice = Advice {
    root_cert: "sslrootcert",
    other_name: "name that in entraAuthority",
    refused: "check entraAuthority, and what stands between the function and it",
};

/// The certificates to trust besides Mozilla's, as PEM.
///
/// Errors: invalid, for a file that cannot be read or holds no usable certificate.
pub(crate) fn roots(options: &Options) -> Result<Vec<u8>> {
    roots_pem(options.root_cert.as_ref())
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

/// What a TLS failure means that Entra ID's authority is the other side of, or what stands in its place.
pub(crate) fn authority_failure(cause: &rustls::Error) -> Error {
    connector_tls::failure(cause, AUTHORITY_ADVICE)
}

/// What a TLS failure means to who has to mend it; the driver tells its cause as a text only.
pub(crate) fn failure(told: &str) -> Error {
    if !told.contains("UnsupportedCertVersion") {
        return told_failure(told, ADVICE);
    }
    Error::new(
        ErrorKind::Invalid,
        "the server's certificate is of an outdated version, as the one that SQL Server makes for itself may be",
    )
    .hint("give the server a certificate of its own; trustServerCertificate=true verifies nothing")
}
