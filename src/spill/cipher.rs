//! AES-GCM over whole objects, and the keys for it: the only place that sees key bytes.
//!
//! One key and one nonce serve every object of a split. That weakens GCM, and it is the protocol: Athena opens each object with
//! the one nonce it is told. So a key is made for one split and never used again.

use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_sdk_kms::types::DataKeySpec;
use connector_core::{Error, Result};

use crate::config::failure;
use crate::protocol::EncryptionKey;

/// A split's cipher.
pub struct SplitKey {
    key: LessSafeKey,
    nonce: [u8; NONCE_LEN],
}

impl SplitKey {
    /// The cipher of a key as it travels; 16 or 32 bytes with a nonce of 12.
    pub fn new(key: &EncryptionKey) -> Result<Self> {
        let algorithm = match key.key().len() {
            16 => &AES_128_GCM,
            32 => &AES_256_GCM,
            other => {
                return Err(Error::invalid(format!("a spill key of {other} bytes is neither AES-128 nor AES-256")));
            }
        };
        let nonce = key.nonce().try_into().map_err(|_| {
            Error::invalid(format!("a spill nonce of {} bytes is not one of {NONCE_LEN}", key.nonce().len()))
        })?;
        let key = UnboundKey::new(algorithm, key.key()).map_err(|_| Error::invalid("the spill key was refused"))?;
        Ok(Self { key: LessSafeKey::new(key), nonce })
    }

    /// Encrypts in place and appends the tag.
    pub fn seal(&self, object: &mut Vec<u8>) -> Result<()> {
        let tag = self
            .key
            .seal_in_place_separate_tag(self.nonce(), Aad::empty(), object)
            .map_err(|_| Error::internal("encrypting a block failed"))?;
        object.extend_from_slice(tag.as_ref());
        Ok(())
    }

    /// Checks the tag, decrypts in place and cuts the tag off.
    pub fn open(&self, object: &mut Vec<u8>) -> Result<()> {
        let opened = self.key.open_in_place(self.nonce(), Aad::empty(), object).map(|plain| plain.len());
        let length = opened.map_err(|_| {
            Error::corrupt(format!("its {} bytes do not match their AES-GCM tag", object.len()))
                .hint("it was written with another key, or cut or changed since")
        })?;
        object.truncate(length);
        Ok(())
    }

    fn nonce(&self) -> Nonce {
        Nonce::assume_unique_for_key(self.nonce)
    }
}

/// Has this process's random source gather what it starts from, beside whatever else there is to do. Apart from the system's own it
/// measures the processor's jitter, once a process, which held up a function for 45 of the 130 ms from its start to its first
/// rows. Without it, the first key or handshake waits.
pub fn gather_randomness() {
    // Without a thread of its own the first key gathers it.
    drop(std::thread::Builder::new().name("randomness".into()).spawn(|| aws_lc_rs::rand::fill(&mut [0])));
}

/// A fresh AES-256 key and nonce from this machine's random source.
pub fn generate() -> Result<EncryptionKey> {
    let (mut key, mut nonce) = (vec![0; 32], vec![0; NONCE_LEN]);
    for bytes in [&mut key, &mut nonce] {
        aws_lc_rs::rand::fill(bytes).map_err(|_| Error::internal("the random source of this machine failed"))?;
    }
    Ok(EncryptionKey::new(key, nonce))
}

/// A fresh AES-128 data key of the KMS key `key_id`, and a nonce from KMS, as AWS's connectors make them.
pub async fn generate_kms(kms: &aws_sdk_kms::Client, key_id: &str) -> Result<EncryptionKey> {
    let doing = |what: &str| format!("asking KMS for {what} (kms_key_id {key_id})");
    let data_key = kms.generate_data_key().key_id(key_id).key_spec(DataKeySpec::Aes128).send();
    let random = kms.generate_random().number_of_bytes(12).send();
    let (data_key, random) = tokio::join!(data_key, random);
    let data_key = data_key.map_err(|error| failure(&doing("a data key"), &error))?;
    let random = random.map_err(|error| failure(&doing("random bytes"), &error))?;
    match (data_key.plaintext, random.plaintext) {
        (Some(key), Some(nonce)) if key.as_ref().len() == 16 && nonce.as_ref().len() == NONCE_LEN => {
            Ok(EncryptionKey::new(key.into_inner(), nonce.into_inner()))
        }
        _ => Err(Error::corrupt("the answer holds no key of 16 bytes with a nonce of 12").context(doing("a data key"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use connector_core::ErrorKind;

    // Protocol reference, appendix C: a batch of (7, "ab"), (8, NULL) in legacy framing, and the object AWS's reader opens.
    const PLAIN: &str = concat!(
        "zAAAABAAAAAMABoAGAAXAAQACAAMAAAAIAAAADAAAAAAAAAAAAAAAAAAAAMDAAoAGAAMAAgABAAKAAAAPAAAABAAAAACAAAAAAAA",
        "AAAAAAACAAAAAgAAAAAAAAAAAAAAAAAAAAIAAAAAAAAAAQAAAAAAAAAAAAAABQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABAA",
        "AAAAAAAAEAAAAAAAAAABAAAAAAAAABgAAAAAAAAADAAAAAAAAAAoAAAAAAAAAAIAAAAAAAAAAAAAAAcAAAAAAAAACAAAAAAAAAAB",
        "AAAAAAAAAAAAAAACAAAAAgAAAAAAAABhYgAAAAAAAA==",
    );
    const NONCE: &str = "AAECAwQFBgcICQoL";

    fn bytes(text: &str) -> Vec<u8> {
        STANDARD.decode(text).unwrap()
    }
    const OBJECT: &str = concat!(
        "iwLWG9XlwhuBQY2LqelvbYfWjzT8e198GGflhS1pALIBEK78r8ESmHSkf+6LhyI49llsjVLWp9o1lyoZJOP17uA8xnrR0SZhHFSq",
        "bu+PDug6islidGNTaP39nsx48LmNy/hZ5qZByBqeHD6ySXUhf7pnYqvjxSWaSP9XzYLmbg67UgDGtNfLUwjhSKE92kzCNvTjNSUR",
        "k0qMX+h36tLp7pOXnhXo/8x+p2Pd+seAhrudzsoih6tzvGXfwMdZxbfzE0yK+g/d1sk3VtPmukHZhOZ++HY9ALrxeZGax0FIj/pC",
        "I9Sv5iADJVJHuAi3EXxRqpO5dZ0wiaV2CWdzi5xCgbYLejy49rCnn3/s14yfNHQ=",
    );

    fn key(length: u8) -> EncryptionKey {
        EncryptionKey::new((0..length).collect(), bytes(NONCE))
    }

    #[test]
    fn the_published_vectors_are_sealed_and_opened_to_the_byte() {
        let (plain, object) = (bytes(PLAIN), bytes(OBJECT));
        let cipher = SplitKey::new(&key(32)).unwrap();
        let mut sealed = plain.clone();
        cipher.seal(&mut sealed).unwrap();
        assert_eq!(sealed, object);
        assert_eq!(sealed.len(), plain.len() + 16);
        cipher.open(&mut sealed).unwrap();
        assert_eq!(sealed, plain);
        let mut short = plain.clone();
        SplitKey::new(&key(16)).unwrap().seal(&mut short).unwrap();
        let tag = u128::from_be_bytes(short[plain.len()..].try_into().unwrap());
        assert_eq!(tag, 0xd056_69cb_be2e_c9f4_9320_8c1e_3b18_e68f);
    }

    #[test]
    fn an_object_that_was_touched_is_corrupt() {
        let cipher = SplitKey::new(&key(32)).unwrap();
        let object = bytes(OBJECT);
        let touched = |at: usize| {
            let mut object = object.clone();
            object[at] ^= 1;
            object
        };
        let longer = [object.clone(), vec![0]].concat();
        for mut bad in
            [touched(0), touched(object.len() - 1), object[..100].to_vec(), object[1..].to_vec(), longer, vec![]]
        {
            assert_eq!(cipher.open(&mut bad).unwrap_err().kind(), ErrorKind::Corrupt);
        }
        let other = SplitKey::new(&EncryptionKey::new((1..33).collect(), bytes(NONCE))).unwrap();
        assert!(other.open(&mut bytes(OBJECT)).is_err());
    }

    #[test]
    fn a_key_or_nonce_of_another_length_is_refused() {
        for (key, nonce) in [(24, 12), (0, 12), (31, 12), (32, 0), (32, 11), (32, 16)] {
            let error = SplitKey::new(&EncryptionKey::new(vec![7; key], vec![7; nonce])).err().unwrap();
            assert_eq!(error.kind(), ErrorKind::Invalid);
        }
    }

    #[test]
    fn keys_made_here_are_aes_256_and_never_the_same() {
        let (one, two) = (generate().unwrap(), generate().unwrap());
        assert_eq!((one.key().len(), one.nonce().len()), (32, 12));
        assert!(one.key() != two.key() && one.nonce() != two.nonce());
        SplitKey::new(&one).unwrap();
    }
}
