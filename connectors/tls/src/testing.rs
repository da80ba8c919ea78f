//! Certificates for tests: an authority of one's own, and what it signs.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};

/// A certificate and its key.
pub type Signed = (Certificate, KeyPair);

/// An authority: its certificate as PEM, and what it signs with.
pub struct Authority {
    /// Its certificate.
    pub pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// An authority of this name.
pub fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.distinguished_name.push(DnType::CommonName, name);
    let key = KeyPair::generate().unwrap();
    Authority { pem: params.self_signed(&key).unwrap().pem(), issuer: Issuer::new(params, key) }
}

/// A certificate for a host and its key; one of long ago if it is to be expired.
pub fn signed(authority: &Authority, name: &str, expired: bool) -> Signed {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    if expired {
        params.not_before = rcgen::date_time_ymd(2001, 1, 1);
        params.not_after = rcgen::date_time_ymd(2002, 1, 1);
    }
    let key = KeyPair::generate().unwrap();
    (params.signed_by(&key, &authority.issuer).unwrap(), key)
}

/// What a server and its clients need: `ca.crt`, `server.*` for `localhost`, `client.*`, and `other.crt` of a stranger.
pub fn write(dir: &Path) {
    let authority = authority("test authority");
    let put = |name: &str, text: String| std::fs::write(dir.join(name), text).unwrap();
    put("ca.crt", authority.pem.clone());
    put("other.crt", self::authority("a stranger").pem);
    for (file, name) in [("server", "localhost"), ("client", "client.example")] {
        let (certificate, key) = signed(&authority, name, false);
        put(&format!("{file}.crt"), certificate.pem());
        put(&format!("{file}.key"), key.serialize_pem());
    }
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(dir.join("server.key"), private).unwrap();
    let open: std::fs::Permissions = std::os::unix::fs::PermissionsExt::from_mode(0o711);
    std::fs::set_permissions(dir, open).unwrap();
}
