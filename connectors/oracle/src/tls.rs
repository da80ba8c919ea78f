//! What Oracle's options ask of TLS, told to the driver, which does the handshake.
//!
//! It makes its own configuration, and takes none of ours, no verifier and no roots in memory, so that of `connector_tls` the
//! files and the words about failures serve here, and nothing else. It trusts Mozilla's roots, always by name and chain, and
//! besides them what a folder holds in a file called `ewallet.pem`: that of a wallet, or one of ours with the file that
//! `sslrootcert` names, else with Amazon RDS's roots. A wallet with a key in it proves who we are, and adds no roots. Not here:
//! what every engine does about TLS.

use std::path::{Path, PathBuf};

use connector_core::{Error, ErrorKind, Result};
use connector_tls::{Advice, File, roots_pem, told_failure};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::ServerName;
use tempfile::TempDir;

use crate::options::{Options, WALLET};

const FILE: &str = "ewallet.pem";

const ADVICE: Advice = Advice {
    root_cert: "sslrootcert",
    other_name: "give the server a certificate that holds this one",
    refused: "it may ask for a certificate of the client: give a wallet with one; and check what TLS it offers",
};

/// A folder with certificates, for as long as the driver needs it.
pub(crate) enum Wallet {
    Given(PathBuf),
    Ours(TempDir),
}

impl Wallet {
    /// The one that the options ask for; nothing if the way is not encrypted.
    ///
    /// Errors: invalid, for a file that cannot be read or holds no usable certificate.
    pub(crate) fn of(options: &Options) -> Result<Option<Self>> {
        if !options.is_encrypted {
            return Ok(None);
        }
        install_provider();
        if let Some(folder) = &options.wallet {
            let file = folder.join(FILE);
            let pem = roots_pem(File::named(WALLET, file.to_str()).as_ref())?;
            check_wallet(&pem)?;
            return Ok(Some(Self::Given(folder.clone())));
        }
        let pem = roots_pem(options.root_cert.as_ref())?;
        // A key would make the driver take the file for our own certificate, and trust none of it.
        if holds(&pem, "PRIVATE KEY") {
            return Err(Error::invalid("the file of sslrootcert holds a private key")
                .hint("give certificates of CAs only; a certificate of the client goes into a wallet"));
        }
        Ok(Some(Self::Ours(written(&pem)?)))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Given(path) => path,
            Self::Ours(folder) => folder.path(),
        }
    }
}

/// The driver takes the process's provider of cryptography, which nobody may have chosen.
fn install_provider() {
    if CryptoProvider::get_default().is_none() {
        // Somebody else may have been faster, which is as good.
        rustls::crypto::aws_lc_rs::default_provider().install_default().unwrap_or(());
    }
}

fn holds(pem: &[u8], text: &str) -> bool {
    String::from_utf8_lossy(pem).contains(text)
}

fn check_wallet(pem: &[u8]) -> Result<()> {
    if holds(pem, "-----BEGIN ENCRYPTED PRIVATE KEY-----") {
        return Err(Error::invalid("the key in the wallet of WALLET_LOCATION is encrypted")
            .hint("a secret carries one password only: leave the key unencrypted, in a private place"));
    }
    Ok(())
}

/// A private folder of its own, gone when it is dropped.
fn written(pem: &[u8]) -> Result<TempDir> {
    let write = || {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join(FILE), pem)?;
        Ok(folder)
    };
    write().map_err(|error: std::io::Error| {
        Error::new(
            ErrorKind::Unavailable,
            format!("the certificates to trust cannot be written for the driver: {}", error.kind()),
        )
        .hint("the folder for temporary files must be writable")
    })
}

/// Whether TLS can ask for this name; the driver would panic on one that it cannot.
pub(crate) fn check_name(host: &str) -> Result<()> {
    ServerName::try_from(host)
        .map(|_| ())
        .map_err(|_| Error::invalid(format!("host {host:?} is no name that a certificate can hold")))
}

/// What a TLS failure means to who has to mend it, if it is one; the driver tells its cause as a text only.
pub(crate) fn failure(told: &str) -> Option<Error> {
    let signs = [
        "invalid peer certificate",
        "BadSignature",
        "received fatal alert",
        "TLS operation failed",
        "received corrupt message",
    ];
    signs.iter().any(|sign| told.contains(sign)).then(|| told_failure(told, ADVICE))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use connector_tls::testing::{authority, signed};

    use super::*;

    fn options(given: &[(&str, &str)]) -> Options {
        let given = [&[("PROTOCOL", "tcps")], given].concat();
        let options: BTreeMap<_, _> = given.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        Options::parse(&options).unwrap()
    }

    #[test]
    fn the_roots_of_rds_are_given_to_the_driver_unless_a_file_is_named_and_taken_back() {
        let wallet = Wallet::of(&options(&[])).unwrap().unwrap();
        let file = wallet.path().join(FILE);
        assert_eq!(std::fs::read(&file).unwrap(), roots_pem(None).unwrap());
        drop(wallet);
        assert!(!file.exists());
        let clear = Options { is_encrypted: false, ..options(&[]) };
        assert!(Wallet::of(&clear).unwrap().is_none());
    }

    #[test]
    fn a_file_that_is_missing_is_named_with_its_option() {
        for (option, value) in [("sslrootcert", "/nonexistent/ca.pem"), ("WALLET_LOCATION", "/nonexistent")] {
            let error = Wallet::of(&options(&[(option, value)])).err().unwrap();
            assert!(error.to_string().contains(option) && error.to_string().contains(value), "{error}");
        }
    }

    #[test]
    fn a_wallet_is_used_as_it_is_unless_its_key_is_encrypted() {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = signed(&authority("test authority"), "client.example", false);
        let put = |key: &str| std::fs::write(folder.path().join(FILE), certificate.pem() + key).unwrap();
        let wallet = || Wallet::of(&options(&[("WALLET_LOCATION", folder.path().to_str().unwrap())]));
        put(&key.serialize_pem());
        assert_eq!(wallet().unwrap().unwrap().path(), folder.path());
        put("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n");
        assert!(wallet().err().unwrap().to_string().contains("encrypted"));
        std::fs::write(folder.path().join("ca.pem"), certificate.pem() + &key.serialize_pem()).unwrap();
        let ca = folder.path().join("ca.pem");
        let error = Wallet::of(&options(&[("sslrootcert", ca.to_str().unwrap())])).err().unwrap();
        assert!(error.to_string().contains("private key"));
    }

    #[test]
    fn a_name_that_would_make_the_driver_panic_is_refused() {
        assert!(check_name("db.example").is_ok() && check_name("::1").is_ok());
        assert!(check_name("a b").is_err() && check_name("").is_err());
    }

    #[test]
    fn a_failure_of_tls_is_told_from_any_other_by_what_the_library_prints() {
        use rustls::{CertificateError, Error};
        for cause in [
            Error::InvalidCertificate(CertificateError::UnknownIssuer),
            Error::InvalidCertificate(CertificateError::Revoked),
            Error::AlertReceived(rustls::AlertDescription::HandshakeFailure),
            Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType),
        ] {
            let told = format!("stream operation failed: {cause}");
            assert_eq!(failure(&told).unwrap().kind(), ErrorKind::Invalid, "{told}");
        }
        assert!(failure("the database or network closed the connection").is_none());
        assert!(failure("stream operation failed: Connection reset by peer (os error 104)").is_none());
    }
}
