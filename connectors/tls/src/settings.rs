//! What is asked of TLS, and the client's configuration that does it.

use std::sync::Arc;

use connector_core::{Error, Result};
use rustls::ClientConfig;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::{CryptoProvider, aws_lc_rs};

use crate::verifier::Lenient;
use crate::{File, roots};

/// How much of the server's certificate is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verify {
    /// Nothing, unless CAs are named: whoever names one wants it to count.
    Nothing,
    /// That a trusted CA has signed it.
    Chain,
    /// That, and that it is made for the host.
    All,
}

/// What an endpoint's options ask of TLS.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'o> {
    /// How much is verified.
    pub verify: Verify,
    /// The CAs to trust instead of the built-in ones.
    pub roots: Option<&'o File>,
    /// The client's own certificate, and its key.
    pub client: Option<&'o (File, File)>,
}

impl Settings<'_> {
    /// The configuration of a client.
    ///
    /// Errors: invalid, for a file that cannot be read or holds no certificate or key.
    pub fn config(&self) -> Result<ClientConfig> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| Error::internal(format!("no TLS version is left: {error}")))?
            .dangerous()
            .with_custom_certificate_verifier(self.verifier(provider)?);
        let Some((cert, key)) = self.client else { return Ok(builder.with_no_client_auth()) };
        let (chain, private) = (cert.certificates(&cert.read()?)?, key.private_key()?);
        builder.with_client_auth_cert(chain, private).map_err(|_| {
            let names = format!("({}, {})", cert.option(), key.option());
            Error::invalid(format!("the client's certificate and key {names} do not belong together"))
        })
    }

    fn verifier(&self, provider: Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>> {
        let trusted = match self.roots {
            Some(file) => Arc::new(roots::of(file)?),
            None => roots::built_in()?,
        };
        let inner = WebPkiServerVerifier::builder_with_provider(trusted, provider)
            .build()
            .map_err(|error| Error::internal(format!("TLS roots: {error}")))?;
        Ok(match self.verify {
            Verify::All => inner,
            Verify::Chain => Arc::new(Lenient { inner, chain: true }),
            Verify::Nothing => Arc::new(Lenient { inner, chain: self.roots.is_some() }),
        })
    }
}

/// The configuration of a client of a web service that a login depends on: everything is verified, against Mozilla's roots and
/// the CAs of a file beside them. The database's options loosen nothing here.
///
/// Errors: invalid, for a file that cannot be read or holds no certificate.
pub fn web_config(roots: Option<&File>) -> Result<ClientConfig> {
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::internal(format!("no TLS version is left: {error}")))?;
    Ok(builder.with_root_certificates(roots::of_the_web(roots)?).with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_missing_or_empty_is_named_with_its_option() {
        let file = |option, path| File::named(option, Some(path)).unwrap();
        for path in ["/nonexistent/file.pem", "/dev/null"] {
            let client = (file("theCert", path), file("theKey", path));
            let roots = file("theRoots", path);
            for (settings, option) in [
                (Settings { verify: Verify::All, roots: Some(&roots), client: None }, "theRoots"),
                (Settings { verify: Verify::All, roots: None, client: Some(&client) }, "theCert"),
            ] {
                let error = settings.config().unwrap_err();
                assert!(error.to_string().contains(option) && error.to_string().contains(path), "{error}");
            }
        }
    }
}
