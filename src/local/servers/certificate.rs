//! A certificate authority of its own for every server, so that clients verify as they do in production.

use std::path::Path;

use connector_core::{Error, Result};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};

/// Writes `ca.crt`, `server.crt` and `server.key` (for `localhost` and 127.0.0.1) into `dir`; the authority's key is forgotten.
pub fn write(dir: &Path) -> Result<()> {
    let server = issue(&["localhost".to_owned(), "127.0.0.1".to_owned()])?;
    for (name, text) in
        [("ca.crt", &server.authority), ("server.crt", &server.certificate), ("server.key", &server.key)]
    {
        super::place::write_private(&dir.join(name), text)?;
    }
    Ok(())
}

/// A certificate, its key, and that of the authority which clients trust; all PEM.
pub struct Issued {
    /// The authority's certificate.
    pub authority: String,
    /// The server's certificate.
    pub certificate: String,
    /// The server's key.
    pub key: String,
}

/// Makes an authority and, under it, a certificate for a server of these names and addresses.
pub fn issue(names: &[String]) -> Result<Issued> {
    make(names).map_err(|error| Error::internal("cannot make a certificate").with_source(error))
}

/// The leaf is no authority: rustls refuses a server whose certificate is one (`CaUsedAsEndEntity`).
fn make(names: &[String]) -> std::result::Result<Issued, rcgen::Error> {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    authority.distinguished_name.push(DnType::CommonName, "glaux local authority");
    let authority_key = KeyPair::generate()?;
    let ca = authority.self_signed(&authority_key)?.pem();

    let mut leaf = CertificateParams::new(names)?;
    leaf.distinguished_name.push(DnType::CommonName, "localhost");
    leaf.use_authority_key_identifier_extension = true;
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate()?;
    let certificate = leaf.signed_by(&key, &Issuer::new(authority, authority_key))?.pem();
    Ok(Issued { authority: ca, certificate, key: key.serialize_pem() })
}
