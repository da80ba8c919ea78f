//! Whom we trust.

use std::sync::{Arc, OnceLock};

use connector_core::{Error, Result};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::File;

/// Roots of Amazon RDS in every region, as PEM; the file says where they come from.
const RDS_ROOTS: &[u8] = include_bytes!("rds-roots.pem");

/// Mozilla's roots and those of Amazon RDS.
pub(crate) fn built_in() -> Result<Arc<RootCertStore>> {
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

/// The CAs of a file and no others.
pub(crate) fn of(file: &File) -> Result<RootCertStore> {
    store(file, &file.read()?)
}

/// Mozilla's roots, and the CAs of a file beside them.
pub(crate) fn of_the_web(file: Option<&File>) -> Result<RootCertStore> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(file) = file {
        roots.extend(of(file)?.roots);
    }
    Ok(roots)
}

fn store(file: &File, pem: &[u8]) -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for certificate in file.certificates(pem)? {
        roots.add(certificate).map_err(|error| file.invalid(&format!("holds an unusable certificate: {error}")))?;
    }
    Ok(roots)
}

/// The CAs of a file, or else Amazon RDS's, as PEM for a driver that has Mozilla's and verifies by itself; it would say less
/// about a bad file, and only once it is connected.
///
/// Errors: invalid, for a file that cannot be read or holds no usable certificate.
pub fn roots_pem(file: Option<&File>) -> Result<Vec<u8>> {
    let Some(file) = file else { return Ok(RDS_ROOTS.to_vec()) };
    let pem = file.read()?;
    store(file, &pem)?;
    Ok(pem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_roots_of_rds_are_trusted_beside_mozillas() {
        let rds = CertificateDer::pem_slice_iter(RDS_ROOTS).count();
        assert_eq!(rds, 81);
        assert_eq!(built_in().unwrap().len(), webpki_roots::TLS_SERVER_ROOTS.len() + rds);
        let pem = roots_pem(None).unwrap();
        assert_eq!(CertificateDer::pem_slice_iter(&pem).flatten().count(), rds);
    }

    #[test]
    fn a_file_that_is_missing_or_empty_is_named_with_its_option() {
        for path in ["/nonexistent/ca.pem", "/dev/null"] {
            let file = File::named("theRoots", Some(path)).unwrap();
            for error in
                [of(&file).unwrap_err(), of_the_web(Some(&file)).unwrap_err(), roots_pem(Some(&file)).unwrap_err()]
            {
                assert!(error.to_string().contains("theRoots") && error.to_string().contains(path), "{error}");
            }
        }
    }
}
