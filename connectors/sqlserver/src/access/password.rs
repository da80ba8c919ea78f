//! A password as the server keeps it, so that a statement that sets it tells nobody what it is.

use aws_lc_rs::{digest, rand};
use connector_core::{Error, Result, Secret};

/// The salt that a password is hashed with.
type Salt = [u8; 4];

/// What stands before `HASHED`: the server's second kind of hash, SHA-512 of the text in UTF-16 and a salt, known since 2012.
pub(super) fn hashed(password: &Secret) -> Result<String> {
    Ok(salted(password, some_bytes::<4>()?))
}

/// A password that nobody knows, of every kind of characters that the server's rules ask for.
pub(super) fn unknown() -> Result<Secret> {
    Ok(Secret::new(format!("{}-Az", hexadecimal(&some_bytes::<24>()?))))
}

fn salted(password: &Secret, salt: Salt) -> String {
    let text: Vec<u8> = password.expose().encode_utf16().flat_map(u16::to_le_bytes).collect();
    let hash = digest::digest(&digest::SHA512, &[&text[..], &salt].concat());
    format!("0x0200{}{}", hexadecimal(&salt), hexadecimal(hash.as_ref()))
}

fn some_bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| Error::internal("the system gives no random bytes"))?;
    Ok(bytes)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_hashed_as_the_server_hashes_it() {
        // The example of hashcat's documentation for its mode 1731, SQL Server 2012 and 2014.
        let expected = "0x02000102030434ea1b17802fd95ea6316bd61d2c94622ca3812793e8fb1672487b5c904a45a31b2ab4a78890d563d2fcf5663e46fe7\
                        97d71550494be50cf4915d3f4d55ec375";
        assert_eq!(salted(&Secret::new("hashcat"), [1, 2, 3, 4]), expected);
        assert_ne!(hashed(&Secret::new("hashcat")).unwrap(), hashed(&Secret::new("hashcat")).unwrap());
    }

    #[test]
    fn nobody_knows_the_password_of_a_user_that_has_none() {
        let (one, other) = (unknown().unwrap(), unknown().unwrap());
        assert_ne!(one.expose(), other.expose());
        assert_eq!(connector_core::plain_password(&one).unwrap().len(), 51);
    }
}
