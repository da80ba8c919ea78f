//! Who we are: what follows the server's greeting up to a session. How a password is proved depends on the plugin that the
//! server asks for.
//!
//! A password itself is sent only where nobody else can read it: inside TLS, or encrypted for a key that was asked for by
//! `allowPublicKeyRetrieval`. To whom it may be sent in clear, inside TLS, depends on how much of TLS was verified.

use aws_lc_rs::digest::{self, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PublicEncryptingKey};
use connector_core::{Error, ErrorKind, Result};
use rustls::pki_types::SubjectPublicKeyInfoDer;
use rustls::pki_types::pem::PemObject;

use crate::error;
use crate::packet::{self, Greeting, Refusal, Rest, capability, put_counted};
use crate::wire::Wire;

const NATIVE: &str = "mysql_native_password";
const CACHING: &str = "caching_sha2_password";
const SHA256_OLD: &str = "sha256_password";
const CLEAR: &str = "mysql_clear_password";

/// What the server must be able to do.
const NEEDED: u32 = capability::PROTOCOL_41
    | capability::SECURE_CONNECTION
    | capability::PLUGIN_AUTH
    | capability::DEPRECATE_EOF
    | capability::TRANSACTIONS;
/// What we say we can do where the server can: neither files nor several statements at once are ever among it.
const WANTED: u32 =
    NEEDED | capability::LONG_PASSWORD | capability::CONNECT_ATTRS | capability::PLUGIN_AUTH_LENENC | capability::SSL;
const LONGEST_PACKET: u32 = 1 << 30;
const UTF8MB4: u8 = 45;

/// How safe the way is that a password takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    /// In clear, and the server may not be asked for its key.
    Clear,
    /// In clear, but the server's own word for its key is taken.
    ClearWithKey,
    /// Encrypted to somebody.
    Encrypted,
    /// Encrypted to a server whose certificate was verified.
    Verified,
}

/// What is told about us.
pub(crate) struct Identity<'a> {
    pub(crate) user: &'a str,
    pub(crate) password: &'a str,
    pub(crate) database: &'a str,
    pub(crate) attributes: &'a [(String, String)],
}

/// The server's greeting.
pub(crate) async fn greeted(wire: &mut Wire) -> Result<Greeting> {
    let packet = wire.packet().await?;
    if let Some(refusal) = Refusal::parse(packet) {
        return Err(error::from_server(&refusal));
    }
    let greeting = Greeting::parse(packet).ok_or_else(|| error::no_protocol("there is no greeting"))?;
    if greeting.capabilities & NEEDED == NEEDED {
        return Ok(greeting);
    }
    Err(Error::unsupported(format!("the server, {}, is too old", shown(&greeting.version)))
        .hint("MySQL 5.7 and MariaDB 10.2 are the oldest that can be read"))
}

/// The wish for TLS, behind which the stream is no longer ours.
pub(crate) async fn ask_for_tls(wire: &mut Wire, greeting: &Greeting, with_database: bool) -> Result<()> {
    wire.send(&opening(capabilities(greeting, true, with_database))).await
}

/// Proves who we are.
pub(crate) async fn enter(wire: &mut Wire, greeting: &Greeting, who: &Identity<'_>, way: Way) -> Result<()> {
    let plugin = if greeting.plugin == CACHING { CACHING } else { NATIVE };
    let mut login = Login { wire, who, way, plugin: plugin.to_owned(), nonce: greeting.nonce.clone() };
    let proof = login.proof()?;
    let response = response(greeting, who, &login.plugin, &proof, way >= Way::Encrypted);
    login.wire.send(&response).await?;
    login.finish().await
}

fn capabilities(greeting: &Greeting, tls: bool, with_database: bool) -> u32 {
    let wanted = if tls { WANTED } else { WANTED & !capability::SSL };
    let wanted = if with_database { wanted | capability::CONNECT_WITH_DB } else { wanted };
    wanted & greeting.capabilities
}

/// The part that a wish for TLS and a log-in begin with.
fn opening(capabilities: u32) -> Vec<u8> {
    let mut out = capabilities.to_le_bytes().to_vec();
    out.extend(LONGEST_PACKET.to_le_bytes());
    out.push(UTF8MB4);
    out.extend([0; 23]);
    out
}

fn response(greeting: &Greeting, who: &Identity<'_>, plugin: &str, proof: &[u8], tls: bool) -> Vec<u8> {
    let capabilities = capabilities(greeting, tls, !who.database.is_empty());
    let mut out = opening(capabilities);
    put_zeroed(who.user, &mut out);
    put_counted(proof, &mut out);
    if capabilities & capability::CONNECT_WITH_DB != 0 {
        put_zeroed(who.database, &mut out);
    }
    put_zeroed(plugin, &mut out);
    if capabilities & capability::CONNECT_ATTRS != 0 {
        let mut attributes = Vec::new();
        for (name, value) in who.attributes {
            put_counted(name.as_bytes(), &mut attributes);
            put_counted(value.as_bytes(), &mut attributes);
        }
        put_counted(&attributes, &mut out);
    }
    out
}

fn put_zeroed(text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(text.as_bytes());
    out.push(0);
}

struct Login<'l> {
    wire: &'l mut Wire,
    who: &'l Identity<'l>,
    way: Way,
    plugin: String,
    nonce: Vec<u8>,
}

impl Login<'_> {
    async fn finish(&mut self) -> Result<()> {
        let (mut switched, mut told) = (false, false);
        loop {
            let answer = self.wire.packet().await?.to_vec();
            match answer.first() {
                Some(&packet::OK) => return Ok(()),
                Some(&packet::ERROR) => {
                    let refusal = Refusal::parse(&answer).ok_or_else(|| error::no_protocol("an error is cut short"))?;
                    return Err(error::from_server(&refusal));
                }
                Some(&packet::END) if !switched => {
                    switched = true;
                    self.switch(answer.get(1..).unwrap_or_default());
                    let proof = self.proof()?;
                    self.wire.send(&proof).await?;
                }
                Some(&packet::MORE) if self.plugin == CACHING && !told => {
                    told = true;
                    self.more(answer.get(1)).await?;
                }
                _ => return Err(error::no_protocol("the log-in is answered with something else")),
            }
        }
    }

    fn switch(&mut self, body: &[u8]) {
        let mut rest = Rest(body);
        self.plugin = String::from_utf8_lossy(rest.until_zero()).into_owned();
        self.nonce = rest.0.strip_suffix(&[0]).unwrap_or(rest.0).to_vec();
    }

    /// What proves the password to the plugin.
    fn proof(&self) -> Result<Vec<u8>> {
        let password = self.who.password.as_bytes();
        match self.plugin.as_str() {
            CACHING | NATIVE if password.is_empty() => Ok(Vec::new()),
            CACHING => Ok(caching(password, &self.nonce)),
            NATIVE => Ok(native(password, &self.nonce)),
            // The server asks this of users that do not exist, too.
            SHA256_OLD if self.way >= Way::Encrypted => Ok([password, &[0]].concat()),
            SHA256_OLD => Err(in_clear()),
            CLEAR if self.way == Way::Verified => Ok([password, &[0]].concat()),
            CLEAR => Err(Error::invalid("the server asks for the password in clear, but was not verified")
                .hint("write sslMode=VERIFY_IDENTITY, which is the default, or VERIFY_CA")),
            other => Err(Error::unsupported(format!("the server asks for the log-in plugin {}", shown(other)))
                .hint("let the user log in with caching_sha2_password or mysql_native_password")),
        }
    }

    /// The server either knows the proof already, or wants the password itself.
    async fn more(&mut self, what: Option<&u8>) -> Result<()> {
        const KNOWN: u8 = 3;
        const PASSWORD: u8 = 4;
        const KEY: u8 = 2;
        match what {
            Some(&KNOWN) => Ok(()),
            Some(&PASSWORD) if self.way >= Way::Encrypted => {
                let password = [self.who.password.as_bytes(), &[0]].concat();
                self.wire.send(&password).await
            }
            Some(&PASSWORD) if self.way == Way::ClearWithKey => {
                self.wire.send(&[KEY]).await?;
                let key = self.wire.packet().await?;
                let pem = key.strip_prefix(&[packet::MORE]).ok_or_else(|| error::no_protocol("there is no key"))?;
                let hidden = encrypted(self.who.password.as_bytes(), &self.nonce, pem)?;
                self.wire.send(&hidden).await
            }
            Some(&PASSWORD) => Err(in_clear()),
            _ => Err(error::no_protocol("the log-in is answered with something else")),
        }
    }
}

fn in_clear() -> Error {
    Error::new(ErrorKind::Invalid, "the server wants the password, but the way there is not encrypted")
        .hint("leave sslMode out, so that TLS is used; where the way is safe, write allowPublicKeyRetrieval=true")
}

/// SHA1(password) xor SHA1(nonce, SHA1(SHA1(password))).
fn native(password: &[u8], nonce: &[u8]) -> Vec<u8> {
    let hash = |bytes: &[u8]| digest::digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes);
    let once = hash(password);
    let mixed = hash(&[nonce, hash(once.as_ref()).as_ref()].concat());
    xor(once.as_ref(), mixed.as_ref())
}

/// SHA256(password) xor SHA256(SHA256(SHA256(password)), nonce).
fn caching(password: &[u8], nonce: &[u8]) -> Vec<u8> {
    let hash = |bytes: &[u8]| digest::digest(&SHA256, bytes);
    let once = hash(password);
    let mixed = hash(&[hash(once.as_ref()).as_ref(), nonce].concat());
    xor(once.as_ref(), mixed.as_ref())
}

fn xor(left: &[u8], right: &[u8]) -> Vec<u8> {
    left.iter().zip(right.iter().cycle()).map(|(left, right)| left ^ right).collect()
}

/// The password and a zero byte, mixed with the nonce, for the holder of the key alone.
fn encrypted(password: &[u8], nonce: &[u8], pem: &[u8]) -> Result<Vec<u8>> {
    let unusable = || error::no_protocol("the server's key cannot be used");
    let key = SubjectPublicKeyInfoDer::from_pem_slice(pem).map_err(|_| unusable())?;
    let key = PublicEncryptingKey::from_der(&key).map_err(|_| unusable())?;
    let key = OaepPublicEncryptingKey::new(key).map_err(|_| unusable())?;
    let mixed = xor(&[password, &[0]].concat(), nonce);
    let mut out = vec![0; key.ciphertext_size()];
    let written = key.encrypt(&OAEP_SHA1_MGF1SHA1, &mixed, &mut out, None).map_err(|_| unusable())?;
    Ok(written.to_vec())
}

/// A word of the server's, cut and without anything but letters and signs.
fn shown(word: &str) -> String {
    word.chars().filter(char::is_ascii_graphic).take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Checked against the servers' own verification: what they store is the hash of the hash.
    #[test]
    fn a_proof_gives_the_servers_the_hash_that_they_store() {
        let nonce = b"01234567890123456789";
        let sha1 = |bytes: &[u8]| digest::digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes);
        let stored = sha1(sha1(b"secret").as_ref());
        // The stored form of mysql_native_password: PASSWORD('secret').
        assert_eq!(hex(stored.as_ref()).to_uppercase(), "14E65567ABDB5135D0CFD9A70B3032C179A49EE7");
        let mixed = sha1(&[nonce, stored.as_ref()].concat());
        let once = xor(&native(b"secret", nonce), mixed.as_ref());
        assert_eq!(sha1(&once).as_ref(), stored.as_ref());
        let sha256 = |bytes: &[u8]| digest::digest(&SHA256, bytes);
        let stored = sha256(sha256(b"secret").as_ref());
        let mixed = sha256(&[stored.as_ref(), nonce].concat());
        let once = xor(&caching(b"secret", nonce), mixed.as_ref());
        assert_eq!(sha256(&once).as_ref(), stored.as_ref());
    }

    #[test]
    fn neither_files_nor_several_statements_are_ever_announced() {
        const LOCAL_FILES: u32 = 1 << 7;
        const MULTI_STATEMENTS: u32 = 1 << 16;
        let greeting = Greeting { capabilities: u32::MAX, ..Greeting::default() };
        let announced = capabilities(&greeting, true, true);
        assert_eq!(announced & (LOCAL_FILES | MULTI_STATEMENTS), 0);
        assert_eq!(capabilities(&greeting, false, false) & capability::SSL, 0);
    }

    #[test]
    fn no_key_but_a_real_one_is_used() {
        assert!(
            encrypted(b"secret", b"nonce", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n").is_err()
        );
        assert!(encrypted(b"secret", b"nonce", b"").is_err());
    }
}
