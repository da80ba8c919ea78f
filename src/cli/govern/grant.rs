//! `glaux grant`: what is at the databases, looked at, repaired, rotated.

use std::collections::BTreeSet;

use clap::{Args, Subcommand};
use connector_core::{Error, ErrorKind, Result};

use super::desk::{Desk, Row, some, state};
use super::follow::Pair;
use super::words::shown_columns;
use crate::cli::output::{Done, Failure};
use crate::grants::{Task, user_of};
use crate::register::{By, Environment, Grant, GrantState, Scope, Source};

/// What may be done.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// What your projects grant and are granted, as it is at the databases
    List,
    /// Look whether the databases still are what was granted; nothing is changed
    Verify(Which),
    /// Make the databases what was granted, whatever somebody has changed there
    Repair(Which),
    /// Give the environment's connector another password, without ending what it reads
    Rotate(Which),
}

#[derive(Args, Debug)]
pub struct Which {
    /// Of this environment
    #[arg(long, value_name = "ENVIRONMENT", required_unless_present = "all")]
    env: Option<String>,
    /// Of this source
    #[arg(long, value_name = "SOURCE")]
    source: Option<String>,
    /// All that you may
    #[arg(long, conflicts_with_all = ["env", "source"])]
    all: bool,
}

/// Runs a verb.
pub async fn run(verb: Verb, mut desk: Desk<'_>) -> Done<u8> {
    match verb {
        Verb::List => list(&mut desk).await?,
        Verb::Verify(which) => {
            can_look(&desk)?;
            let pairs = tended(&desk, &which, "grant verify").await?;
            verify(&mut desk, &pairs).await?;
        }
        Verb::Repair(which) => {
            let pairs = tended(&desk, &which, "grant repair").await?;
            Box::pin(desk.carry_out(&pairs, &[])).await?;
        }
        Verb::Rotate(which) => rotate(&mut desk, &which).await?,
    }
    Ok(0)
}

async fn list(desk: &mut Desk<'_>) -> Done {
    let domain = match desk.cloud() {
        // Without it everything else can still be told.
        Some(cloud) => cloud.deployment.domain().ok().map(str::to_owned),
        None => desk.register.origin().await?,
    };
    let rows: Vec<Row> = seen(desk)
        .await?
        .iter()
        .map(|one| {
            let domain = domain.as_ref().filter(|_| one.state != GrantState::Absent);
            let user = domain.map(|domain| user_of(domain, one));
            let tables: Vec<String> = one.desired.iter().map(table).collect();
            vec![
                some(&one.environment),
                some(&one.source),
                state(one),
                user,
                some(tables.join(" ")),
                one.ends.map(|ends| ends.to_string()),
                one.observed.as_ref().map(|observed| observed.at.to_string()),
                one.error.clone(),
            ]
        })
        .collect();
    desk.list(&["environment", "source", "state", "user", "tables", "ends", "looked_at", "error"], &rows)
}

fn table(scope: &Scope) -> String {
    let columns = scope.columns.as_ref().map(|columns| format!(":{}", shown_columns(columns)));
    format!("{}.{}{}", scope.schema, scope.table, columns.unwrap_or_default())
}

/// Grants that one of the caller's projects has a part in.
async fn seen(desk: &mut Desk<'_>) -> Result<Vec<Grant>> {
    let (sight, all) = (desk.sight().await?, desk.register.list::<Grant>(&By::Kind).await?);
    let (count, mut seen) = (all.len(), Vec::new());
    for grant in all.into_iter().map(|read| read.record) {
        let reader = desk.register.get::<Environment>(&grant.environment).await?.record.project;
        let owner = desk.register.get::<Source>(&grant.source).await?.record.owner;
        if sight.is_in(&reader) || sight.is_in(&owner) {
            seen.push(grant);
        }
    }
    desk.hidden(count - seen.len());
    Ok(seen)
}

/// The grants that are meant, all of which the caller may tend.
///
/// Errors: not found, where some are named and there are none.
async fn tended(desk: &Desk<'_>, which: &Which, verb: &str) -> Result<BTreeSet<Pair>> {
    let pairs = permitted(desk, which, verb).await?;
    // All of none are none: what runs every night must not fail until the first grant is there.
    if pairs.is_empty() && !which.all {
        return Err(Error::not_found("there is no such grant").hint("see what there is: glaux grant list"));
    }
    Ok(pairs)
}

async fn permitted(desk: &Desk<'_>, which: &Which, verb: &str) -> Result<BTreeSet<Pair>> {
    let mut pairs = BTreeSet::new();
    for grant in desk.register.list::<Grant>(&By::Kind).await?.into_iter().map(|read| read.record) {
        let is_named = which.env.as_ref().is_none_or(|env| grant.environment == *env)
            && which.source.as_ref().is_none_or(|source| grant.source == *source);
        if !is_named {
            continue;
        }
        match desk.share.may_tend(&desk.caller, &grant.environment, &grant.source, verb).await {
            Ok(()) => drop(pairs.insert((grant.environment, grant.source))),
            Err(refused) if which.all && refused.kind() == ErrorKind::Forbidden => {}
            Err(refused) => return Err(refused),
        }
    }
    Ok(pairs)
}

/// Looks at every grant of an environment, of which there may be none yet.
pub async fn verify_environment(desk: &mut Desk<'_>, environment: &str) -> Done {
    can_look(desk)?;
    let which = Which { env: Some(environment.to_owned()), source: None, all: false };
    let pairs = permitted(desk, &which, "env verify").await?;
    verify(desk, &pairs).await
}

/// Errors: unsupported, on AWS, where no database is reached from here.
fn can_look(desk: &Desk<'_>) -> Result<()> {
    let instead =
        "it is looked at every hour, and by glaux grant repair now; glaux grant list tells when, and what was found";
    desk.is_at_hand("looking at a database as its administrator", instead)
}

async fn verify(desk: &mut Desk<'_>, pairs: &BTreeSet<Pair>) -> Done {
    let (grants, mut rows, mut differs) = (desk.grants().await?, Vec::<Row>::new(), false);
    for (environment, source) in pairs {
        let found = grants.look(environment, source).await;
        let (state, findings) = match found {
            Ok(found) if found.is_empty() => ("ok", vec![None]),
            Ok(found) => ("drift", found.into_iter().map(Some).collect()),
            Err(error) => ("unknown", vec![Some(error.to_string())]),
        };
        differs |= state != "ok";
        rows.extend(findings.into_iter().map(|finding| vec![some(environment), some(source), some(state), finding]));
    }
    desk.list(&["environment", "source", "state", "finding"], &rows)?;
    if differs {
        desk.output.note("mend it with glaux grant repair");
        return Err(Failure::Partly);
    }
    Ok(())
}

async fn rotate(desk: &mut Desk<'_>, which: &Which) -> Done {
    let (grants, pairs) = (desk.grants().await?, tended(desk, which, "grant rotate").await?);
    for (environment, source) in &pairs {
        let cause = desk.caller.request.clone();
        grants.rotate(&Task { cause, ..Task::looking(environment, source) }).await?;
    }
    if desk.common.dry_run {
        desk.output.note("a dry run: no password was changed, and the new one's user is not shown");
    }
    Box::pin(desk.carry_out(&pairs, &[])).await
}
