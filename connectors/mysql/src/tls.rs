//! What MySQL's options ask of TLS. Not here: what every engine does about it.

use connector_core::{Error, Result};
use connector_tls::{Advice, Settings, Verify};
use rustls::ClientConfig;

use crate::options::{Options, SslMode};

const ADVICE: Advice = Advice {
    root_cert: "sslCa",
    other_name: "write sslMode=VERIFY_CA",
    refused: "if it asks for a client certificate, give one that it trusts with sslCert and sslKey",
};

/// The TLS settings of an endpoint.
///
/// Errors: invalid, for a file that cannot be read or holds no certificate or key.
pub(crate) fn config(options: &Options) -> Result<ClientConfig> {
    let verify = match options.ssl_mode {
        SslMode::VerifyIdentity => Verify::All,
        SslMode::VerifyCa => Verify::Chain,
        SslMode::Disabled | SslMode::Preferred | SslMode::Required => Verify::Nothing,
    };
    Settings { verify, roots: options.root_cert.as_ref(), client: options.client_cert.as_ref() }.config()
}

/// What a TLS failure means to who has to mend it.
pub(crate) fn failure(error: &rustls::Error) -> Error {
    connector_tls::failure(error, ADVICE)
}
