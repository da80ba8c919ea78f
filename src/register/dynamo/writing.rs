//! A write: what it sends, and what became of it.

use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{Builder, http::HttpResponse};
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};
use connector_core::{Error, ErrorKind, Result};
use uuid::Uuid;

use super::super::event::Event;
use super::super::store::{Head, Item, Store};
use super::Dynamo;
use super::items::{self, Attributes, End, INDEXES};

/// A transaction takes no more items.
const MOST_ITEMS: usize = 100;
/// Nor more bytes than 4 MB, names included; how some of them count is told in words only.
const MOST_BYTES: usize = 4_000_000;
/// An item with its places in the indexes takes no more than 400 KB.
const LARGEST_ITEM: usize = 400_000;
/// How often a write is sent, as AWS's SDK would.
const ATTEMPTS: u32 = 3;
/// What is said of a write whose answers are lost and that nothing is seen of.
const UNKNOWN: &str = "whether it was written is not known";

/// What DynamoDB said to an attempt that it did not say yes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// The chain has moved on, and nothing was written.
    Lost,
    /// A condition fails, and it is not known to be the chain's.
    Altered,
    /// Another transaction was under way, and nothing was written.
    Contended,
    /// Nothing was written for now.
    Throttled,
    /// It may or may not have been written, or may yet be.
    Unknown,
    /// Nothing was written, nor will be.
    Refused,
}

impl Dynamo {
    /// Sends a write until it is known what became of it.
    ///
    /// The SDK must not repeat it by itself: if the answer to an attempt is lost, the next is told of the chain that the first
    /// has moved on. DynamoDB knows an attempt by its token, for ten minutes; and each event names the write that made it, for
    /// good. As long as the chain stays where it was, such a write is not called lost, for it might still arrive.
    pub(super) async fn transact(&self, items: &[Item], events: &[Event], head: &Head) -> Result<bool> {
        let write = Uuid::new_v4();
        let puts = puts(&self.table, items, events, head, &write.to_string())?;
        let (mut attempt, mut is_unsure) = (1, false);
        loop {
            let Err(error) = self.send(puts.clone(), &write).await else { return Ok(true) };
            let outcome = outcome(&error);
            is_unsure |= outcome == Outcome::Unknown;
            if matches!(outcome, Outcome::Throttled | Outcome::Unknown) && attempt < ATTEMPTS {
                tokio::time::sleep(pause(&write, attempt)).await;
                attempt += 1;
                continue;
            }
            if is_unsure
                && let Some(is_ours) = self.is_ours(head, &write).await.map_err(|error| error.context(UNKNOWN))?
            {
                return Ok(is_ours);
            }
            return match outcome {
                Outcome::Lost if !is_unsure => Ok(false),
                Outcome::Altered if !is_unsure && self.head().await? != *head => Ok(false),
                Outcome::Altered if !is_unsure => Err(self.altered()),
                Outcome::Contended if !is_unsure => {
                    tokio::time::sleep(pause(&write, attempt)).await;
                    Ok(false)
                }
                _ => Err(self.unwritten(&error, is_unsure)),
            };
        }
    }

    async fn send(
        &self,
        puts: Vec<TransactWriteItem>,
        write: &Uuid,
    ) -> Result<(), SdkError<TransactWriteItemsError, HttpResponse>> {
        let request =
            self.client.transact_write_items().set_transact_items(Some(puts)).client_request_token(write.to_string());
        let once = Builder::new().retry_config(RetryConfig::disabled());
        request.customize().config_override(once).send().await.map(drop)
    }

    /// Whether it was this write that moved the chain on; none if nobody has.
    async fn is_ours(&self, head: &Head, write: &Uuid) -> Result<Option<bool>> {
        if self.head().await? == *head {
            return Ok(None);
        }
        let next = self.item(&items::event_key(head.number + 1)).await?;
        let by = next.as_ref().and_then(items::write_of);
        Ok(Some(by == Some(write.to_string().as_str())))
    }

    fn altered(&self) -> Error {
        let told = format!("what was to be written to the register, table {}, is not as its chain has it", self.table);
        Error::corrupt(told).hint("something else has altered the table; compare its records with its events")
    }

    fn unwritten(&self, error: &SdkError<TransactWriteItemsError, HttpResponse>, is_unsure: bool) -> Error {
        let error = match cancelled(error) {
            Some((ErrorKind::Forbidden, told)) => Error::new(ErrorKind::Forbidden, told).hint(super::RIGHTS),
            Some((kind, told)) => Error::new(kind, told).context(format!("writing the register, table {}", self.table)),
            None => self.failed("writing", error),
        };
        if is_unsure {
            return error.context(UNKNOWN).hint("look at it before doing it again");
        }
        error
    }
}

/// Apart from each other, so that those who met do not meet again.
fn pause(write: &Uuid, attempt: u32) -> Duration {
    Duration::from_millis(u64::from(write.as_bytes()[0]) / 4 + 5) * 4_u32.pow(attempt - 1)
}

fn outcome(error: &SdkError<TransactWriteItemsError, HttpResponse>) -> Outcome {
    let SdkError::ServiceError(told) = error else {
        return if matches!(error, SdkError::ConstructionFailure(_)) { Outcome::Refused } else { Outcome::Unknown };
    };
    match told.err() {
        TransactWriteItemsError::TransactionInProgressException(_) => Outcome::Unknown,
        TransactWriteItemsError::TransactionCanceledException(cancelled) => {
            let reasons = cancelled.cancellation_reasons();
            let has = |code: &str| reasons.iter().any(|reason| reason.code() == Some(code));
            match reasons {
                // The head is the first that is sent.
                [head, ..] if head.code() == Some("ConditionalCheckFailed") => Outcome::Lost,
                _ if has("ConditionalCheckFailed") => Outcome::Altered,
                _ if has("TransactionConflict") => Outcome::Contended,
                _ if has("ThrottlingError") || has("ProvisionedThroughputExceeded") => Outcome::Throttled,
                _ => Outcome::Refused,
            }
        }
        _ if told.raw().status().as_u16() >= 500 => Outcome::Unknown,
        _ if crate::config::failure("", error).kind() == ErrorKind::Throttled => Outcome::Throttled,
        _ => Outcome::Refused,
    }
}

/// Why a transaction was cancelled, if it was; conditions left out.
fn cancelled(error: &SdkError<TransactWriteItemsError, HttpResponse>) -> Option<(ErrorKind, String)> {
    let SdkError::ServiceError(told) = error else { return None };
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = told.err() else { return None };
    let mut reasons = cancelled.cancellation_reasons().iter();
    let Some(reason) = reasons.find(|reason| reason.code().is_some_and(|code| code != "None")) else {
        return Some((ErrorKind::Invalid, cancelled.meta().message().unwrap_or("cancelled").to_owned()));
    };
    let code = reason.code().unwrap_or_default();
    let kind = match code {
        "ThrottlingError" | "ProvisionedThroughputExceeded" | "TransactionConflict" => ErrorKind::Throttled,
        "ItemCollectionSizeLimitExceeded" => ErrorKind::TooLarge,
        "AccessDenied" => ErrorKind::Forbidden,
        "ConditionalCheckFailed" => ErrorKind::Conflict,
        _ => ErrorKind::Invalid,
    };
    Some((kind, format!("{code}: {}", reason.message().unwrap_or("no more is told"))))
}

/// What is sent, the head first.
fn puts(table: &str, items: &[Item], events: &[Event], head: &Head, write: &str) -> Result<Vec<TransactWriteItem>> {
    let end = events.last().map(Event::head).unwrap_or_default();
    let mut written = vec![(End::item(&end, items, events), is_head(head))];
    written.extend(items.iter().map(|item| (items::of_record(item), is_version(item.version.saturating_sub(1)))));
    for event in events {
        written.push((items::of_event(event, write)?, Condition::Absent));
    }
    fits(&written)?;
    written.into_iter().map(|(attributes, condition)| condition.put(table, attributes)).collect()
}

/// What must be so, or nothing is written.
enum Condition {
    /// No item of that key.
    Absent,
    /// An item with this attribute.
    Has(&'static str, AttributeValue),
}

fn is_head(head: &Head) -> Condition {
    if head.number == 0 { Condition::Absent } else { Condition::Has("hash", items::text(&head.hash)) }
}

fn is_version(version: u64) -> Condition {
    if version == 0 { Condition::Absent } else { Condition::Has("version", AttributeValue::N(version.to_string())) }
}

impl Condition {
    fn put(self, table: &str, attributes: Attributes) -> Result<TransactWriteItem> {
        let put = Put::builder().table_name(table).set_item(Some(attributes));
        let put = match self {
            Self::Absent => {
                put.condition_expression("attribute_not_exists(#name)").expression_attribute_names("#name", "id")
            }
            Self::Has(name, value) => put
                .condition_expression("#name = :value")
                .expression_attribute_names("#name", name)
                .expression_attribute_values(":value", value),
        };
        let put = put.build().map_err(|error| Error::internal("making a transaction").with_source(error))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }
}

/// Errors: too large, for what DynamoDB would not take.
fn fits(written: &[(Attributes, Condition)]) -> Result<()> {
    let too_large = |told: String| Err(Error::new(ErrorKind::TooLarge, told));
    let mut all = 0;
    for (attributes, _) in written {
        let key = items::key_of(attributes)?;
        let sorting = INDEXES.iter().chain(&["id"]).filter_map(|name| attributes.get(*name)?.as_s().ok());
        if !items::can_be_a_key(&key.id) || !sorting.into_iter().all(|place| items::can_be_a_key(place)) {
            return too_large(format!("{key}: an id has 1 to 1024 bytes, its project's name included"));
        }
        let own = size(attributes);
        if own > LARGEST_ITEM {
            return too_large(format!("{key} has {own} bytes of {LARGEST_ITEM}"));
        }
        all += own;
    }
    if written.len() > MOST_ITEMS || all > MOST_BYTES {
        let told = format!("one write of {} items and {all} bytes", written.len());
        return Err(Error::new(ErrorKind::TooLarge, format!("{told}, of {MOST_ITEMS} and {MOST_BYTES}"))
            .hint("decide about fewer records at a time"));
    }
    Ok(())
}

fn size(attributes: &Attributes) -> usize {
    attributes.iter().map(|(name, value)| name.len() + size_of(value)).sum()
}

fn size_of(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) | AttributeValue::N(text) => text.len(),
        AttributeValue::M(map) => 3 + map.len() + size(map),
        _ => 0,
    }
}
