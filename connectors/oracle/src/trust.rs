//! Whom we trust, and what a failure of TLS means.
//!
//! The driver trusts Mozilla's roots, and besides them what a folder holds in a file called `ewallet.pem`: that of a wallet, or
//! one of ours with the file that `sslrootcert` names, else with Amazon RDS's roots. A wallet with a key in it proves who we
//! are, and adds no roots. Not here: the handshake, which is the driver's.

use std::path::{Path, PathBuf};

use connector_core::{Error, ErrorKind, RDS_ROOTS, Result};
use rustls::RootCertStore;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use tempfile::TempDir;

use crate::options::Options;

const FILE: &str = "ewallet.pem";

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
            let pem = read("WALLET_LOCATION", &folder.join(FILE))?;
            check_key(&pem)?;
            check("WALLET_LOCATION", &folder.join(FILE), pem.as_bytes())?;
            return Ok(Some(Self::Given(folder.clone())));
        }
        let pem = match &options.root_cert {
            None => RDS_ROOTS.to_vec(),
            Some(path) => {
                let pem = read("sslrootcert", path)?;
                check("sslrootcert", path, pem.as_bytes())?;
                // A key would make the driver take the file for our own certificate, and trust none of it.
                if pem.contains("PRIVATE KEY") {
                    return Err(Error::invalid("the file of sslrootcert holds a private key")
                        .hint("give certificates of CAs only; a certificate of the client goes into a wallet"));
                }
                pem.into_bytes()
            }
        };
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

fn read(option: &str, path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| {
        Error::invalid(format!("the file of {option}, {}, cannot be read: {}", path.display(), error.kind()))
            .hint("the path is the function's, so the file must be part of its package or a layer")
    })
}

fn check_key(pem: &str) -> Result<()> {
    if pem.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") {
        return Err(Error::invalid("the key in the wallet of WALLET_LOCATION is encrypted")
            .hint("a secret carries one password only: leave the key unencrypted, in a private place"));
    }
    Ok(())
}

/// The driver would say less about it, and only once it is connected.
fn check(option: &str, path: &Path, pem: &[u8]) -> Result<()> {
    let found: Vec<_> = CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().unwrap_or_default();
    if found.is_empty() {
        return Err(Error::invalid(format!("the file of {option}, {}, holds no PEM certificate", path.display())));
    }
    let mut store = RootCertStore::empty();
    for certificate in found {
        store.add(certificate).map_err(|error| {
            Error::invalid(format!("the file of {option}, {}, holds an unusable certificate: {error}", path.display()))
        })?;
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
        Error::new(ErrorKind::Unavailable, format!("the certificates to trust cannot be written for the driver: {}", error.kind()))
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
    let (what, hint) = match told {
        // Where another authority of the same name is trusted, it is the signature that does not fit.
        _ if told.contains("UnknownIssuer") || told.contains("BadSignature") => (
            "the server's certificate comes from a CA that is not trusted",
            "give the CA's certificate with sslrootcert; Mozilla's and Amazon RDS's roots are built in",
        ),
        _ if told.contains("NotValidForName") || told.contains("not valid for name") => (
            "the server's certificate is made for another host name",
            "connect by a name that the certificate holds",
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
        _ if told.contains("invalid peer certificate") => {
            ("the server's certificate is not acceptable", "check the server's certificate")
        }
        _ if told.contains("received fatal alert") => (
            "the server refused our side of TLS",
            "it may ask for a certificate of the client: give a wallet with one; and check what TLS it offers",
        ),
        _ if told.contains("TLS operation failed") || told.contains("received corrupt message") => {
            ("the TLS handshake failed", "check that the port is one of TLS, and which versions and ciphers it offers")
        }
        _ => return None,
    };
    Some(Error::new(ErrorKind::Invalid, what).hint(hint))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    fn options(given: &[(&str, &str)]) -> Options {
        let given = [&[("PROTOCOL", "tcps")], given].concat();
        let options: BTreeMap<_, _> = given.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        Options::parse(&options).unwrap()
    }

    #[test]
    fn all_roots_of_rds_are_given_to_the_driver_unless_a_file_is_named_and_taken_back() {
        let wallet = Wallet::of(&options(&[])).unwrap().unwrap();
        let file = wallet.path().join(FILE);
        let pem = std::fs::read(&file).unwrap();
        assert_eq!(CertificateDer::pem_slice_iter(&pem).flatten().count(), 81);
        check("built in", &file, &pem).unwrap();
        drop(wallet);
        assert!(!file.exists());
        let clear = Options { is_encrypted: false, ..options(&[]) };
        assert!(Wallet::of(&clear).unwrap().is_none());
    }

    #[test]
    fn a_file_that_is_missing_or_empty_is_named_with_its_option() {
        for (option, value) in
            [("sslrootcert", "/nonexistent/ca.pem"), ("sslrootcert", "/dev/null"), ("WALLET_LOCATION", "/nonexistent")]
        {
            let error = Wallet::of(&options(&[(option, value)])).err().unwrap();
            assert!(error.to_string().contains(option) && error.to_string().contains(value), "{error}");
        }
    }

    #[test]
    fn a_wallet_is_used_as_it_is_unless_its_key_is_encrypted() {
        let folder = tempfile::tempdir().unwrap();
        let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let put = |key: &str| std::fs::write(folder.path().join(FILE), own.cert.pem() + key).unwrap();
        let wallet = || Wallet::of(&options(&[("WALLET_LOCATION", folder.path().to_str().unwrap())]));
        put(&own.signing_key.serialize_pem());
        assert_eq!(wallet().unwrap().unwrap().path(), folder.path());
        put("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n");
        assert!(wallet().err().unwrap().to_string().contains("encrypted"));
        std::fs::write(folder.path().join("ca.pem"), own.cert.pem() + &own.signing_key.serialize_pem()).unwrap();
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
            let told = format!("stream operation failed: {}", rustls::Error::InvalidCertificate(cause));
            failure(&told).unwrap().hint_text().unwrap().to_owned()
        })
        .collect();
        assert_eq!(hints.len(), 5);
        assert!(failure("the database or network closed the connection").is_none());
    }
}
