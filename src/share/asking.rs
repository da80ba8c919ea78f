//! Asking for tables, and for longer.

use std::collections::BTreeSet;

use connector_core::{Error, ErrorKind, Result};
use futures::FutureExt;
use uuid::Uuid;

use super::{Caller, Done, LAPSE, Share, is_member, is_to_come, needed};
use crate::register::{
    Asset, AssetState, By, Environment, EnvironmentState, Membership, Project, ProjectState, Record, Register, Scope,
    Subscription, SubscriptionState, Time, Write,
};

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    /// The project that asks.
    pub consumer: String,
    /// Where it will read.
    pub environment: String,
    /// Ids of tables, all of one source, and which of their columns; all columns if none are named.
    pub assets: Vec<(String, Option<Vec<String>>)>,
    /// What for.
    pub purpose: String,
    /// Until when, if not for good.
    pub until: Option<Time>,
}

impl Share {
    /// Asks for tables. Who decides follows from the tables, not from the request.
    ///
    /// Errors: forbidden, if the caller is no member of the project, or the environment is another's; not found, for what is not
    /// published; invalid; conflict, if some of it has been asked for already.
    pub async fn request(&self, caller: &Caller, asking: &Asking) -> Result<Done> {
        let act = caller.act("request create", Some(&asking.consumer), Some(&asking.purpose));
        let (register, id) = (&self.register, new_id());
        let decided = register.decide(&act, || {
            let (id, actor) = (&id, &caller.actor);
            let making = async move {
                let made = made(register, actor, id, asking).await?;
                Ok((vec![Write::create(&made)?], made))
            };
            making.boxed()
        });
        let (events, subscription) = self.or_noted::<Project, _>(&act, &asking.consumer, decided.await).await?;
        Ok(Done { subscription, events })
    }

    /// Asks for a later end of what is granted; an owner grants it by [`Share::amend`].
    pub async fn renew(&self, caller: &Caller, id: &str, until: Option<Time>, purpose: &str) -> Result<Done> {
        let purpose = needed(purpose, "what it is still needed for")?;
        let act = caller.act("sub renew", None, Some(purpose));
        self.change(act, id, |seen| {
            is_member(&seen.consumer, &caller.actor, Membership::Member)?;
            seen.is_in(&[SubscriptionState::Approved, SubscriptionState::Active], "renew")?;
            is_to_come(until, seen.now)?;
            Ok(Subscription { asked_until: until, ..seen.subscription.clone() })
        })
        .await
    }
}

fn new_id() -> String {
    const LENGTH: usize = 12;
    let random = Uuid::new_v4().simple().to_string();
    format!("sub-{}", random.get(..LENGTH).unwrap_or(&random))
}

async fn made(register: &Register, actor: &str, id: &str, asking: &Asking) -> Result<Subscription> {
    let purpose = needed(&asking.purpose, "the purpose of the request")?;
    let project = register.get::<Project>(&asking.consumer).await?.record;
    is_member(&project, actor, Membership::Member)?;
    let environment = register.get::<Environment>(&asking.environment).await?.record;
    may_ask(&project, &environment)?;
    let now = register.now();
    is_to_come(asking.until, now)?;
    let (asked, first) = tables(register, asking).await?;
    let others = register.list::<Subscription>(&By::Consumer(project.id.clone())).await?;
    let of_environment = others.iter().map(|other| &other.record).filter(|other| other.environment == environment.id);
    let of_environment: Vec<&Subscription> = of_environment.filter(|other| other.source == first.source).collect();
    is_new(&asked, &of_environment)?;
    let names = |scopes: &[Scope]| -> BTreeSet<(String, String)> {
        scopes.iter().map(|scope| (scope.schema.clone(), scope.table.clone())).collect()
    };
    let before = of_environment.iter().filter(|other| !other.is_open() && names(&other.asked) == names(&asked));
    // Each names the one before it, so the last is named by none.
    let followed: BTreeSet<&String> = of_environment.iter().filter_map(|other| other.previous.as_ref()).collect();
    let previous = before.map(|other| &other.id).find(|id| !followed.contains(id)).cloned();
    Ok(Subscription {
        id: id.to_owned(),
        owner: first.owner,
        source: first.source,
        consumer: project.id,
        environment: environment.id,
        requester: actor.to_owned(),
        purpose: purpose.to_owned(),
        asked,
        asked_until: asking.until,
        lapses: now.after(LAPSE),
        decisions: Vec::new(),
        granted: Vec::new(),
        ends: None,
        state: SubscriptionState::Requested,
        reason: None,
        previous,
        origin: None,
        announced: None,
    })
}

pub(super) fn may_ask(project: &Project, environment: &Environment) -> Result<()> {
    if environment.project != project.id {
        let told = format!("environment {} is not of project {}", environment.id, project.id);
        return Err(Error::new(ErrorKind::Forbidden, told).hint("ask for an environment of the project's own"));
    }
    if environment.state != EnvironmentState::Active || project.state != ProjectState::Active {
        return Err(Error::new(
            ErrorKind::Conflict,
            format!("environment {} or its project {} is no longer in use", environment.id, project.id),
        ));
    }
    Ok(())
}

/// What is asked for, in the order of names, and one of the tables.
pub(super) async fn tables(register: &Register, asking: &Asking) -> Result<(Vec<Scope>, Asset)> {
    let (mut asked, mut first) = (Vec::new(), None::<Asset>);
    for (id, columns) in &asking.assets {
        let asset = register.find::<Asset>(id).await?.map(|read| read.record).filter(|asset| asset.published);
        // What is not published is as good as not there: its name tells nobody anything.
        let asset = asset.ok_or_else(|| {
            Error::not_found(format!("there is no published asset {id:?}"))
                .hint("look for it among those that are published")
        })?;
        if asset.state == AssetState::Missing {
            return Err(Error::new(ErrorKind::Conflict, format!("asset {id} is no longer at its source")));
        }
        asked.push(scope(&asset, columns.as_deref())?);
        let first = first.get_or_insert_with(|| asset.clone());
        if (&first.source, &first.owner) != (&asset.source, &asset.owner) {
            return Err(Error::invalid(format!("{} and {id} are not of one source and one owner", first.id))
                .hint("make a request for each"));
        }
    }
    asked.sort();
    let count = asked.len();
    asked.dedup_by(|a, b| (&a.schema, &a.table) == (&b.schema, &b.table));
    match first {
        Some(first) if asked.len() == count => Ok((asked, first)),
        Some(_) => Err(Error::invalid("a table is asked for twice in one request")),
        None => Err(Error::invalid("the request names no table")),
    }
}

fn scope(asset: &Asset, columns: Option<&[String]>) -> Result<Scope> {
    let known: Vec<&str> = asset.columns.iter().map(|column| column.name.as_str()).collect();
    let mut columns = columns.map(<[String]>::to_vec);
    if let Some(columns) = &mut columns {
        columns.sort();
        columns.dedup();
        if let Some(unknown) = columns.iter().find(|column| !known.contains(&column.as_str())) {
            return Err(Error::not_found(format!("asset {} has no column {unknown:?}", asset.id))
                .hint(format!("it has {known:?}")));
        }
        if columns.is_empty() {
            return Err(Error::invalid(format!("no column of asset {} is asked for", asset.id)));
        }
    }
    Ok(Scope { schema: asset.schema.clone(), table: asset.table.clone(), columns })
}

/// Errors: conflict, if one of the tables is in a subscription that is open.
pub(super) fn is_new(asked: &[Scope], others: &[&Subscription]) -> Result<()> {
    for other in others.iter().filter(|other| other.is_open()) {
        let is_same = |a: &Scope, b: &Scope| (&a.schema, &a.table) == (&b.schema, &b.table);
        if let Some(twice) = asked.iter().find(|scope| other.asked.iter().any(|before| is_same(scope, before))) {
            let told = format!(
                "{}.{} has been asked for already: subscription {} is {}",
                twice.schema,
                twice.table,
                other.id,
                other.found_by().state
            );
            return Err(Error::new(ErrorKind::Conflict, told).hint("wait for it, renew it, or leave it first"));
        }
    }
    Ok(())
}
