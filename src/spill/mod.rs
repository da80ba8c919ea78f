//! Results too large to return: cut into blocks, sealed, stored in S3, and read back.
//!
//! `GetSplits` gives every split a place and a key ([`Store`]); `ReadRecords` writes there ([`Spiller`]); Athena, or [`read`] here,
//! fetches. Not here: framing and JSON (`protocol`), and deleting, which is left to the bucket's lifecycle rule, since nobody
//! tells us when Athena has read an object.

mod block;
mod cipher;
mod objects;
mod reader;
mod upload;
mod writer;

use std::sync::Arc;

use connector_core::{Error, Result};
use tokio::sync::OnceCell;

use self::objects::Objects;
use crate::config::{Encryption, SpillConfig};
use crate::protocol::{EncryptionKey, Identity, SpillLocation};

pub use cipher::gather_randomness;
pub use reader::{open, read};
pub use writer::{Outcome, Spiller};

/// Where the splits of a deployment spill to; its clients are made when first used.
pub struct Store {
    config: SpillConfig,
    objects: Arc<Objects>,
    kms: OnceCell<aws_sdk_kms::Client>,
}

impl Store {
    /// Spilling as `config` says.
    pub fn new(config: &SpillConfig) -> Self {
        let objects = Arc::new(Objects::new(config.aws.clone(), config.timeout));
        Self { config: config.clone(), objects, kms: OnceCell::new() }
    }

    /// Fails unless the bucket this request's splits would use is there and ours; asked once a bucket, and again after a failure.
    pub async fn verify(&self, identity: &Identity) -> Result<()> {
        self.objects.verify(self.bucket(identity)?).await
    }

    /// A place of its own for a split of query `query_id`; the request's own bucket and prefix win over the configured ones.
    pub fn location(&self, identity: &Identity, query_id: &str) -> Result<SpillLocation> {
        let prefix = option(identity, "spill_prefix").unwrap_or(&self.config.prefix).trim_matches('/');
        let query = if prefix.contains(query_id) { "" } else { query_id };
        let parts = [prefix, query].into_iter().filter(|part| !part.is_empty()).map(|part| format!("{part}/"));
        let key = parts.collect::<String>() + &uuid::Uuid::new_v4().to_string();
        Ok(SpillLocation { bucket: self.bucket(identity)?.to_owned(), key, directory: true })
    }

    /// A fresh key for one split, or none where encryption is off.
    pub async fn new_key(&self) -> Result<Option<EncryptionKey>> {
        match &self.config.encryption {
            Encryption::Off => Ok(None),
            Encryption::Local => cipher::generate().map(Some),
            Encryption::Kms(key_id) => {
                let aws = &self.config.aws;
                let kms = self.kms.get_or_init(|| async { aws_sdk_kms::Client::new(aws.sdk().await) }).await;
                cipher::generate_kms(kms, key_id).await.map(Some)
            }
        }
    }

    fn bucket<'a>(&'a self, identity: &'a Identity) -> Result<&'a str> {
        option(identity, "spill_bucket").or(self.config.bucket.as_deref()).ok_or_else(|| {
            Error::invalid("there is no bucket for results that are too large to return").hint("set \"spill_bucket\"")
        })
    }
}

fn option<'a>(identity: &'a Identity, key: &str) -> Option<&'a str> {
    identity.config_options.get(key).map(|value| value.trim()).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(bucket: Option<&str>, prefix: &str) -> Store {
        let config = SpillConfig { bucket: bucket.map(Into::into), prefix: prefix.into(), ..SpillConfig::default() };
        Store::new(&config)
    }

    fn asked(options: &[(&str, &str)]) -> Identity {
        let config_options = options.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Identity { config_options, ..Identity::default() }
    }

    #[test]
    fn every_split_has_a_place_of_its_own_below_prefix_and_query() {
        let store = store(Some("b"), "p/q");
        let place = || store.location(&asked(&[]), "query-1").unwrap();
        let (one, two) = (place(), place());
        assert!(one.directory && one.bucket == "b" && one.key != two.key);
        let uuid = one.key.strip_prefix("p/q/query-1/").unwrap();
        uuid::Uuid::parse_str(uuid).unwrap();
        let within = super::tests::store(Some("b"), "p/query-1").location(&asked(&[]), "query-1").unwrap();
        assert_eq!(within.key.matches("query-1").count(), 1);
        assert_eq!(within.key.split('/').count(), 3);
        assert_eq!(store.location(&asked(&[]), "").unwrap().key.split('/').count(), 3);
    }

    #[test]
    fn the_requests_own_place_wins_unless_blank() {
        let store = store(Some("b"), "p");
        let own = store.location(&asked(&[("spill_bucket", "other"), ("spill_prefix", "/x/")]), "q").unwrap();
        assert!(own.bucket == "other" && own.key.starts_with("x/q/"), "{own:?}");
        let blank = store.location(&asked(&[("spill_bucket", " "), ("spill_prefix", "")]), "q").unwrap();
        assert!(blank.bucket == "b" && blank.key.starts_with("p/q/"), "{blank:?}");
        let none = super::tests::store(None, "p").location(&asked(&[]), "q").unwrap_err();
        assert_eq!(none.hint_text(), Some("set \"spill_bucket\""));
    }
}
