//! What is told on an event bus: what starts the state machine, and what others may want to know.

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::{PutEventsRequestEntry, PutEventsResultEntry};
use connector_core::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};
use tokio::sync::OnceCell;

use crate::config::{Aws, failure};
use crate::register::{Subscription, SubscriptionState, Time};
use crate::share::Notice;

/// Who tells.
pub(super) const SOURCE: &str = "glaux";
/// The service takes no more at once.
const AT_ONCE: usize = 10;

/// A bus of EventBridge's; its client is made when first used.
pub struct Bus {
    aws: Aws,
    /// By name or ARN; the account's own if there is none.
    name: Option<String>,
    client: OnceCell<Client>,
}

/// What is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum News {
    /// A grant is to be made what the register says by now.
    Changed(Changed),
    /// An environment was brought in.
    Added(Added),
    /// A subscription ends soon.
    Expiring(Expiring),
    /// A request waits for a decision.
    Waiting(Waiting),
    /// A request is over, and nothing was granted.
    Closed(Closed),
}

/// Something was decided about a grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changed {
    /// Who reads.
    pub environment: String,
    /// What is read.
    pub source: String,
    /// What asked for it: the machine walks once for each.
    pub cause: String,
}

/// An environment that was brought in, to which something may have been granted elsewhere before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Added {
    /// Its id.
    pub environment: String,
}

/// Which subscription or request something is told of. It may be told twice, which the id shows, and is told at least once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct About {
    /// The same whenever the same is told.
    id: String,
    subscription: String,
    environment: String,
    source: String,
    consumer: String,
    owner: String,
    requester: String,
}

impl About {
    /// Of a subscription, of which this is told.
    fn of(subscription: &Subscription, what: &str) -> Self {
        let Subscription { id, environment, source, consumer, owner, requester, .. } = subscription.clone();
        let (told, subscription) = (format!("{id}/{what}"), id);
        Self { id: told, subscription, environment, source, consumer, owner, requester }
    }
}

/// An end that is near.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Expiring {
    #[serde(flatten)]
    about: About,
    ends: Time,
    within_hours: u64,
}

impl Expiring {
    /// Of a subscription with its announcement; none, if it has none.
    pub fn of(subscription: &Subscription) -> Option<Self> {
        let told = subscription.announced.as_ref()?;
        let (ends, within_hours) = (told.ends, told.within_hours);
        let about = About::of(subscription, &format!("{ends}/{within_hours}"));
        Some(Self { about, ends, within_hours })
    }
}

/// That a request still waits, for those who may decide on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Waiting {
    #[serde(flatten)]
    about: About,
    deciders: Vec<String>,
    lapses: Time,
}

/// That a request is over, for those who had it to decide on or for whoever asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Closed {
    #[serde(flatten)]
    about: About,
    /// Whom it is for.
    to: Vec<String>,
    /// Why it is over: withdrawn, or denied.
    reason: Option<String>,
}

impl News {
    /// What is to be told of a request.
    pub fn of(notice: &Notice) -> Self {
        let Notice { request, to, event } = notice;
        let (about, to) = (About::of(request, &event.to_string()), to.clone());
        if request.state == SubscriptionState::Requested {
            return Self::Waiting(Waiting { about, deciders: to, lapses: request.lapses });
        }
        Self::Closed(Closed { about, to, reason: request.reason.clone() })
    }

    /// What rules of EventBridge know it by.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Changed(_) => "Grant Changed",
            Self::Added(_) => "Environment Added",
            Self::Expiring(_) => "Subscription Expiring",
            Self::Waiting(_) => "Request Waiting",
            Self::Closed(_) => "Request Closed",
        }
    }
}

impl Bus {
    /// The bus of this name or ARN, or the account's own.
    pub fn new(aws: &Aws, name: Option<&str>) -> Self {
        Self { aws: aws.clone(), name: name.map(Into::into), client: OnceCell::new() }
    }

    /// Tells all of it.
    ///
    /// Errors: those of the service, of which the first is told; what was not taken may be told again, and so may the rest.
    pub async fn tell(&self, news: &[News]) -> Result<()> {
        let client = self.client.get_or_init(|| async { Client::new(self.aws.sdk().await) }).await;
        let doing = || format!("telling event bus {}", self.name.as_deref().unwrap_or("default"));
        for some in news.chunks(AT_ONCE) {
            let entries = some.iter().map(|one| self.entry(one)).collect::<Result<Vec<_>>>()?;
            let sent = client.put_events().set_entries(Some(entries)).send().await;
            let sent = sent.map_err(|error| may_not(failure(&doing(), &error)))?;
            if let Some(refused) = sent.entries().iter().find(|entry| entry.error_code().is_some()) {
                return Err(untaken(refused).context(doing()));
            }
        }
        Ok(())
    }

    fn entry(&self, news: &News) -> Result<PutEventsRequestEntry> {
        let detail = serde_json::to_string(news)
            .map_err(|error| Error::internal("writing an event as JSON").with_source(error))?;
        let entry = PutEventsRequestEntry::builder().source(SOURCE).detail_type(news.kind()).detail(detail);
        Ok(entry.set_event_bus_name(self.name.clone()).build())
    }
}

fn may_not(error: Error) -> Error {
    if error.kind() == ErrorKind::Forbidden {
        return error.hint("events:PutEvents on the bus is needed");
    }
    error
}

/// One of several may be refused where the call is not.
fn untaken(entry: &PutEventsResultEntry) -> Error {
    let code = entry.error_code().unwrap_or_default();
    let kind = match code {
        "ThrottlingException" => ErrorKind::Throttled,
        "NotAuthorizedForSourceException" | "NotAuthorizedForDetailTypeException" => ErrorKind::Forbidden,
        _ => ErrorKind::Unavailable,
    };
    Error::new(kind, format!("an event was not taken: {code}: {}", entry.error_message().unwrap_or("no more is told")))
}

#[cfg(test)]
#[cfg(feature = "local")]
mod tests;
