//! The register in one table of DynamoDB.
//!
//! A write is one transaction, conditional on the chain's head. Every read is strongly consistent, lists included: what lists go
//! by are local indexes, which unlike global ones may be read so. What is left is that other reads may see a transaction item by
//! item while it is being committed, so a head is not told before all that its write made can be read. With it nothing that was
//! written up to this head can be missed, and what is written later moves the head and makes the write behind it fail: that is
//! what [`Register::decide`](super::Register::decide) promises.
//!
//! The price: every record of a kind, and every event, lies in one partition, which takes some hundred writes a second and ends
//! at 10 GB, millions of them; and an index must be there when the table is made.

mod items;
mod layout;
#[cfg(test)]
#[cfg(feature = "local")]
mod tests;
mod writing;

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::KeysAndAttributes;
use connector_core::{Error, ErrorKind, Result};

use self::items::{Attributes, End, Range};
use super::event::Event;
use super::store::{By, Head, Item, Key, Page, Store};
use crate::config::Aws;
use crate::config::failure;

/// No more keys may be asked for at once.
const AT_ONCE: usize = 100;
/// How long a write that is being committed is waited for at first; each time twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
/// How long at last, which makes two and a half seconds in all.
const LAST_PAUSE: Duration = Duration::from_millis(1280);
/// What a role must be allowed that reads and writes; what is never deleted needs no right to delete.
const RIGHTS: &str = "the role needs dynamodb:DescribeTable, GetItem, BatchGetItem, Query and PutItem on the table, and Query on \
                      its indexes (its ARN with /index/*)";

/// A table of DynamoDB's. Any number of machines may have it open.
#[derive(Clone)]
pub struct Dynamo {
    client: Client,
    table: String,
}

impl Dynamo {
    /// Opens the register in this table.
    ///
    /// Errors: not found; invalid, if the table is another's; unsupported, if a newer Glaux has made it.
    pub async fn open(aws: &Aws, table: &str) -> Result<Self> {
        let store = Self::at(aws, table).await;
        let described = store.described().await?;
        let described = described.ok_or_else(|| absent(Error::not_found(format!("there is no table {table}"))))?;
        store.check(&described).await?;
        Ok(store)
    }

    async fn at(aws: &Aws, table: &str) -> Self {
        Self { client: Client::new(aws.sdk().await), table: table.to_owned() }
    }

    fn failed<E>(&self, doing: &str, error: &SdkError<E, HttpResponse>) -> Error
    where
        E: ProvideErrorMetadata + StdError + 'static,
    {
        let error = failure(&format!("{doing} the register, table {}", self.table), error);
        match error.kind() {
            ErrorKind::Forbidden => error.hint(RIGHTS),
            ErrorKind::NotFound => absent(error),
            _ => error,
        }
    }

    async fn item(&self, key: &Key) -> Result<Option<Attributes>> {
        let asked = self.client.get_item().table_name(&self.table).set_key(Some(items::key(key))).consistent_read(true);
        let answer = asked.send().await.map_err(|error| self.failed("reading", &error))?;
        Ok(answer.item)
    }

    /// Those of these that are there, in this order.
    async fn items(&self, keys: &[Key]) -> Result<Vec<Attributes>> {
        let mut found = BTreeMap::new();
        let mut asked: Vec<Attributes> = keys.iter().map(items::key).collect();
        while !asked.is_empty() {
            let request = KeysAndAttributes::builder().set_keys(Some(asked)).consistent_read(true).build();
            let request = request.map_err(|error| Error::internal("asking for items").with_source(error))?;
            let answer = self.client.batch_get_item().request_items(&self.table, request).send().await;
            let answer = answer.map_err(|error| self.failed("reading", &error))?;
            let (mut got, mut left) =
                (answer.responses.unwrap_or_default(), answer.unprocessed_keys.unwrap_or_default());
            asked = left.remove(&self.table).map(|left| left.keys).unwrap_or_default();
            let got = got.remove(&self.table).unwrap_or_default();
            if got.is_empty() && !asked.is_empty() {
                return Err(Error::new(ErrorKind::Throttled, format!("table {} gives nothing now", self.table)));
            }
            for attributes in got {
                found.insert(items::key_of(&attributes)?, attributes);
            }
        }
        Ok(keys.iter().filter_map(|key| found.remove(key)).collect())
    }

    /// Up to `most` items of a kind in a range, and where to go on.
    async fn query(&self, kind: &str, range: &Range, most: usize) -> Result<(Vec<Attributes>, Option<String>)> {
        let limit = i32::try_from(most.clamp(1, AT_ONCE)).unwrap_or(1);
        let asked = self.client.query().table_name(&self.table).consistent_read(true).limit(limit);
        let answer = range.asked(asked, kind).send().await.map_err(|error| self.failed("listing", &error))?;
        let next = range.place_of(answer.last_evaluated_key());
        let mut found = answer.items.unwrap_or_default();
        if range.is_of_index() {
            // An index holds keys only: what it copies would count towards the 400 KB of an item.
            let keys = found.iter().map(items::key_of).collect::<Result<Vec<_>>>()?;
            found = self.items(&keys).await?;
        }
        Ok((found, next))
    }

    async fn end(&self) -> Result<Option<End>> {
        self.item(&End::key()).await?.map(|attributes| End::read(&attributes)).transpose()
    }

    /// Something that the last write made and that cannot be read yet.
    async fn is_missing(&self, end: &End) -> Result<Option<Key>> {
        let keys: Vec<Key> = end.made.keys().cloned().collect();
        let found = self.items(&keys).await?;
        let mut seen = BTreeMap::new();
        for attributes in &found {
            seen.insert(items::key_of(attributes)?, items::version_of(attributes));
        }
        let missing = end.made.iter().find(|(key, version)| seen.get(key).is_none_or(|seen| *seen < **version));
        Ok(missing.map(|(key, _)| key.clone()))
    }
}

fn absent(error: Error) -> Error {
    error.hint("compare its name, the region and the account with where it was made, or have it made there first")
}

#[async_trait]
impl Store for Dynamo {
    async fn get(&self, key: &Key) -> Result<Option<Item>> {
        if !items::can_be_a_key(&key.id) {
            return Ok(None);
        }
        self.item(key).await?.map(|attributes| items::read(&attributes)).transpose()
    }

    async fn head(&self) -> Result<Head> {
        let mut pause = FIRST_PAUSE;
        loop {
            let Some(end) = self.end().await? else { return Ok(Head::default()) };
            let Some(missing) = self.is_missing(&end).await? else { return Ok(end.head) };
            if pause > LAST_PAUSE {
                let told = format!(
                    "the register, table {}, is not as event {} left it: {missing} is older or gone",
                    self.table, end.head.number
                );
                return Err(Error::new(ErrorKind::Unavailable, told)
                    .hint("try again in a moment; if it stays so, something else has altered the table"));
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
    }

    async fn write(&self, items: &[Item], events: &[Event], head: &Head) -> Result<bool> {
        match events {
            [] if items.is_empty() => Ok(self.head().await? == *head),
            [] => Err(Error::internal("records were to be written without an event")),
            events => self.transact(items, events, head).await,
        }
    }

    async fn list(&self, kind: &str, by: &By, after: Option<String>, most: usize) -> Result<Page> {
        let (found, next) = self.query(kind, &Range::of(by, after.as_deref()), most).await?;
        let mut items = found.iter().map(items::read).collect::<Result<Vec<_>>>()?;
        // One that was written between the index and the record may have left the list.
        items.retain(|item| items::is_found(item, by));
        Ok(Page { items, next })
    }

    async fn events(&self, of: Option<&Key>, after: u64, most: usize) -> Result<Vec<Event>> {
        let (mut events, mut range) = (Vec::new(), Range::of_events(of, after));
        while events.len() < most {
            let (found, next) = self.query(items::EVENT, &range, most - events.len()).await?;
            events.extend(found.iter().map(items::read_event).collect::<Result<Vec<_>>>()?);
            match next {
                Some(next) => range = range.behind(&next),
                None => break,
            }
        }
        Ok(events)
    }
}
