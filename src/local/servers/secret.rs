//! Passwords of servers: made at random, and kept in a private file as [`crate::secrets`] reads it.

use std::path::{Path, PathBuf};

use connector_core::{Credential, Result, Secret};

use super::place::write_private;

/// 32 hexadecimal digits, which end no literal and need no encoding.
pub fn random_password() -> Secret {
    Secret::new(uuid::Uuid::new_v4().simple().to_string())
}

/// Writes secrets, each with its name, into a new file of `directory` that only its owner may read.
pub fn secrets_file(directory: &Path, secrets: &[(&str, &Credential)]) -> Result<PathBuf> {
    let path = directory.join("secrets.json");
    let secret = |credential: &Credential| serde_json::json!({ "username": credential.user, "password": credential.password.expose() });
    let all: serde_json::Map<_, _> =
        secrets.iter().map(|(name, credential)| ((*name).to_owned(), secret(credential))).collect();
    write_private(&path, &serde_json::Value::Object(all).to_string())?;
    Ok(path)
}

/// Everything but unreserved characters and slashes as `%XX`, as a JDBC URL wants it.
pub fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |done, byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
            done + char::from(byte).encode_utf8(&mut [0; 4])
        }
        _ => done + &format!("%{byte:02X}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_carries_any_name() {
        assert_eq!(percent_encoded("/tmp/a b/Größe&x=1.crt"), "/tmp/a%20b/Gr%C3%B6%C3%9Fe%26x%3D1.crt");
    }
}
