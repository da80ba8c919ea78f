//! What PostgreSQL's options ask of TLS. Not here: what every engine does about it.

use connector_core::{Error, Result};
use connector_tls::{Advice, Settings, Verify};
use rustls::ClientConfig;

use crate::options::{Options, SslMode};

const ADVICE: Advice = Advice {
    root_cert: "sslrootcert",
    other_name: "write sslmode=verify-ca",
    refused: "if it asks for a client certificate, give one that it trusts with sslcert and sslkey",
};

/// The TLS settings of an endpoint.
///
/// Errors: invalid, for a file that cannot be read or holds no certificate or key.
pub(crate) fn config(options: &Options) -> Result<ClientConfig> {
    let verify = match options.ssl_mode {
        SslMode::VerifyFull => Verify::All,
        SslMode::VerifyCa => Verify::Chain,
        SslMode::Disable | SslMode::Prefer | SslMode::Require => Verify::Nothing,
    };
    let settings = Settings { verify, roots: options.root_cert.as_ref(), client: options.client_cert.as_ref() };
    let mut config = settings.config()?;
    if options.direct_tls {
        config.alpn_protocols = vec![b"postgresql".to_vec()];
    }
    Ok(config)
}

/// What a TLS failure means to who has to mend it.
pub(crate) fn failure(error: &rustls::Error) -> Error {
    connector_tls::failure(error, ADVICE)
}
