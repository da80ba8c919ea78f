//! What an event of DataZone says, as far as it concerns who may read what. What is missing is named.

use connector_core::{Error, Result};
use serde_json::Value;

/// News of a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// A project may read what a listing offers.
    Subscribed(Subscribed),
    /// It may no longer.
    Ended {
        /// The subscription's id there.
        subscription: String,
        /// The project that read.
        consumer: String,
        /// Who ended it.
        by: String,
        /// What ended it, in DataZone's word.
        word: String,
    },
    /// What was subscribed to is to be granted to one environment.
    Wanted(Wanted),
    /// It is no longer to be.
    Undone(Wanted),
    /// An environment is there, or was changed.
    Deployed {
        /// Its id, there and here.
        environment: String,
    },
    /// An environment was brought in here, which may be there for long.
    Added {
        /// Its id here, and there if it has one there.
        environment: String,
    },
    /// An environment is about to go.
    Leaves {
        /// Its id, there and here.
        environment: String,
        /// Who removes it.
        by: String,
    },
    /// Nothing that anybody reads by, and why.
    Ignored {
        /// A project that it concerns.
        project: String,
        /// Why.
        reason: String,
    },
    /// Another domain's.
    Elsewhere,
}

/// A subscription that was approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscribed {
    /// Its id there.
    pub subscription: String,
    /// What is offered.
    pub listing: String,
    /// In which revision.
    pub revision: Option<String>,
    /// The project that owns it.
    pub owner: String,
    /// The project that reads.
    pub consumer: String,
    /// Who approved.
    pub by: String,
}

/// A grant of a subscription to one environment; what it is of is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Its id there.
    pub grant: String,
    /// The environment's id, there and here.
    pub environment: String,
    /// Who asks.
    pub by: String,
}

impl Wanted {
    /// Why a grant is looked at; the same for the same news.
    pub(super) fn cause(&self, word: &str) -> String {
        format!("datazone grant {} {word}", self.grant)
    }
}

/// Reads the detail of an event of this kind, for one domain.
///
/// Errors: invalid, for what lacks a field, which is named; unsupported, for a kind that is not known here.
pub fn read(kind: &str, detail: &Value, domain: &str) -> Result<News> {
    let detail = Detail { kind, detail };
    if detail.text("metadata.domain")? != domain {
        return Ok(News::Elsewhere);
    }
    match kind {
        "Subscription Created" => subscribed(&detail),
        "Subscription Revoked" | "Subscription Cancelled" => ended(&detail),
        "Subscription Grant Requested" => Ok(News::Wanted(wanted(&detail)?)),
        "Subscription Grant Revoke Requested" => Ok(News::Undone(wanted(&detail)?)),
        "Environment Deployment Completed" => {
            Ok(News::Deployed { environment: detail.text("data.environmentId")?.into() })
        }
        "Environment Deletion Started" => {
            Ok(News::Leaves { environment: detail.text("data.environmentId")?.into(), by: detail.by() })
        }
        _ => Err(Error::unsupported(format!("DataZone's event {kind:?} is not known here"))
            .hint("narrow the rule that sends it")),
    }
}

fn subscribed(detail: &Detail) -> Result<News> {
    let status = detail.text("data.status")?;
    let owner = detail.text("data.subscribedListing.ownerProjectId")?;
    if let Some(reason) = other_principal(detail)
        .or_else(|| (status != "APPROVED").then(|| format!("the subscription is {status} and not approved")))
    {
        return Ok(News::Ignored { project: owner.into(), reason });
    }
    Ok(News::Subscribed(Subscribed {
        subscription: detail.text("metadata.id")?.into(),
        listing: detail.text("data.subscribedListing.id")?.into(),
        revision: detail.find("data.subscribedListing.version").and_then(text_or_number),
        owner: owner.into(),
        consumer: detail.text("data.subscribedPrincipal.id")?.into(),
        by: detail.by(),
    }))
}

fn ended(detail: &Detail) -> Result<News> {
    let owner = detail.find("data.subscribedListing.ownerProjectId").and_then(text_or_number).unwrap_or_default();
    let is_kept = detail.find("data.retainPermissions").is_some_and(|retain| *retain == Value::Bool(true));
    let kept = || is_kept.then(|| "what was granted is to be retained".to_owned());
    if let Some(reason) = other_principal(detail).or_else(kept) {
        return Ok(News::Ignored { project: owner, reason });
    }
    Ok(News::Ended {
        subscription: detail.text("metadata.id")?.into(),
        consumer: detail.text("data.subscribedPrincipal.id")?.into(),
        by: detail.by(),
        word: detail.text("data.status")?.to_ascii_lowercase(),
    })
}

fn wanted(detail: &Detail) -> Result<Wanted> {
    Ok(Wanted {
        grant: detail.text("metadata.id")?.into(),
        environment: detail.text("data.subscriptionTarget.environmentId")?.into(),
        by: detail.by(),
    })
}

/// A principal that is no project has no environment, so nothing is read by it. Older events do not say what it is.
fn other_principal(detail: &Detail) -> Option<String> {
    let kind = detail.find("data.subscribedPrincipal.type").and_then(text_or_number)?;
    (kind != "PROJECT").then(|| format!("the subscriber is a principal of type {kind} and no project"))
}

fn text_or_number(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// An event's detail, and what it is for complaints.
struct Detail<'e> {
    kind: &'e str,
    detail: &'e Value,
}

impl<'e> Detail<'e> {
    fn find(&self, path: &str) -> Option<&'e Value> {
        self.detail.pointer(&format!("/{}", path.replace('.', "/")))
    }

    fn text(&self, path: &str) -> Result<&'e str> {
        let found = self.find(path).and_then(Value::as_str).filter(|text| !text.is_empty());
        found.ok_or_else(|| Error::invalid(format!("DataZone's event {:?} has no {path}", self.kind)))
    }

    /// Who did it; an event need not say.
    fn by(&self) -> String {
        let user = self.find("metadata.user").and_then(Value::as_str).filter(|user| !user.is_empty());
        user.unwrap_or("unknown").to_owned()
    }
}
