//! `glaux request`: ask for tables, and decide on what is asked for.

use clap::{Args, Subcommand};
use connector_core::{Error, ErrorKind, Result};

use super::desk::{Desk, Row, some, state};
use super::narrow::Part;
use super::near::Named;
use super::project::joined;
use super::words::{When, read_columns, shown_scope};
use crate::cli::output::Done;
use crate::register::{By, Decision, Environment, Scope, Subscription, SubscriptionState, Verdict};
use crate::share::{Approval, Asking, Done as Decided, REMINDED};

/// What may be done.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Ask to read tables in an environment
    Create(Creating),
    /// Requests that your projects make or get; those that are undecided, unless a state is named
    List(Listing),
    /// One request and what became of it
    Show {
        /// Which
        id: String,
    },
    /// Tell those who decide that a request still waits
    Remind {
        /// Which
        id: String,
    },
    /// Take a request back
    Withdraw {
        /// Which
        id: String,
    },
    /// Grant it, or a part of it
    Approve(Approving),
    /// Refuse it
    Deny {
        /// Which
        id: String,
        /// Why
        #[arg(long, value_name = "TEXT")]
        note: String,
    },
}

#[derive(Args, Debug)]
pub struct Creating {
    /// A published table, of one source all of them
    #[arg(long, value_name = "ASSET", num_args = 1.., required = true)]
    asset: Vec<String>,
    /// Where they will be read
    #[arg(long, value_name = "ENVIRONMENT")]
    env: String,
    /// What for; it is kept and shown to the owners
    #[arg(long, value_name = "TEXT")]
    purpose: String,
    /// Of this asset these columns only: ASSET:column,column
    #[arg(long, value_name = "COLUMNS", num_args = 1..)]
    columns: Vec<String>,
    #[command(flatten)]
    when: When,
}

#[derive(Args, Debug)]
pub struct Listing {
    /// Those that you have made
    #[arg(long, conflicts_with = "to_decide")]
    mine: bool,
    /// Those that wait for your decision
    #[arg(long)]
    to_decide: bool,
    /// In this state: requested, approved, active, ending, closed; or all
    #[arg(long, value_name = "STATE")]
    state: Option<String>,
}

#[derive(Args, Debug)]
pub struct Approving {
    /// Which
    id: String,
    #[command(flatten)]
    part: Part,
    #[command(flatten)]
    when: When,
    /// A word to whoever asked
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

/// Runs a verb.
pub async fn run(verb: Verb, mut desk: Desk<'_>) -> Done<u8> {
    match verb {
        Verb::Create(creating) => create(&mut desk, creating).await?,
        Verb::List(listing) => list(&mut desk, &listing).await?,
        Verb::Show { id } => show(&mut desk, &id).await?,
        Verb::Remind { id } => remind(&mut desk, &id).await?,
        Verb::Withdraw { id } => {
            let withdrawn = desk.share.withdraw(&desk.caller, &id).await;
            tell(&mut desk, &id, withdrawn).await?;
        }
        Verb::Approve(approving) => approve(&mut desk, approving).await?,
        Verb::Deny { id, note } => {
            let denied = desk.share.deny(&desk.caller, &id, &note).await;
            tell(&mut desk, &id, denied).await?;
        }
    }
    Ok(0)
}

async fn create(desk: &mut Desk<'_>, creating: Creating) -> Done {
    let until = creating.when.end(desk.register.now())?;
    let assets = asked(&creating)?;
    let consumer = if let Some(project) = desk.common.project.clone() {
        project
    } else {
        let got = desk.register.get::<Environment>(&creating.env).await;
        desk.found(got, &[Named::Environment(&creating.env)]).await?.record.project
    };
    let asking = Asking { consumer, environment: creating.env, assets, purpose: creating.purpose, until };
    let requested = desk.share.request(&desk.caller, &asking).await;
    let mut named = vec![Named::Project(&asking.consumer), Named::Environment(&asking.environment)];
    named.extend(asking.assets.iter().map(|(id, _)| Named::Asset(id)));
    let done = desk.found(requested, &named).await?;
    desk.wrote(&done.events)
}

/// The tables, each with the columns that are named for it.
fn asked(creating: &Creating) -> Result<Vec<(String, Option<Vec<String>>)>> {
    let mut assets: Vec<(String, Option<Vec<String>>)> = creating.asset.iter().map(|id| (id.clone(), None)).collect();
    for named in &creating.columns {
        let (id, columns) = read_columns(named)?;
        let asset = assets.iter_mut().find(|(asset, _)| *asset == id);
        let (_, place) = asset.ok_or_else(|| {
            Error::invalid(format!("columns of {id} are named, and the table is not asked for"))
                .hint("name it with --asset, too")
        })?;
        place.get_or_insert_default().extend(columns);
    }
    Ok(assets)
}

async fn list(desk: &mut Desk<'_>, listing: &Listing) -> Done {
    let sight = desk.sight().await?;
    let undecided = if listing.mine { None } else { Some(SubscriptionState::Requested) };
    let actor = desk.caller.actor.clone();
    let is_meant = |it: &Subscription| {
        (!listing.mine || it.requester == actor)
            && (!listing.to_decide || sight.is_to_decide(it))
            && listing
                .state
                .as_ref()
                .map_or_else(|| undecided.is_none_or(|state| it.state == state), |wanted| is_in(it, wanted))
    };
    let (all, mut rows) = (all_seen(desk, listing.state.as_deref()).await?, Vec::<Row>::new());
    for it in all.iter().filter(|it| is_meant(it)) {
        rows.push(row(it, reminded(desk, it).await?));
    }
    let names =
        ["request", "state", "consumer", "environment", "owner", "tables", "requester", "purpose", "until", "reminded"];
    desk.list(&names, &rows)
}

/// When its deciders were reminded of it last, as long as it waits for them.
async fn reminded(desk: &Desk<'_>, it: &Subscription) -> Result<Option<String>> {
    if it.state != SubscriptionState::Requested {
        return Ok(None);
    }
    let history = desk.register.history::<Subscription>(&it.id).await?;
    let last = history.iter().rev().find(|event| event.act.verb == REMINDED);
    Ok(last.map(|event| event.at.to_string()))
}

fn row(it: &Subscription, reminded: Option<String>) -> Row {
    vec![
        some(&it.id),
        told_state(it),
        some(&it.consumer),
        some(&it.environment),
        some(&it.owner),
        scopes(&it.source, &it.asked),
        some(&it.requester),
        some(&it.purpose),
        it.asked_until.map(|until| until.to_string()),
        reminded,
    ]
}

/// The register tells it to whoever lists what is to be decided; on AWS the event bus does, too.
async fn remind(desk: &mut Desk<'_>, id: &str) -> Done {
    let reminded = desk.share.remind(&desk.caller, id).await;
    let request = reminded.as_ref().ok().map(|done| done.subscription.clone());
    let told = tell(desk, id, reminded).await;
    if let Some(request) = request {
        let deciders = desk.share.deciders(&request).await?;
        if deciders.is_empty() {
            let owner = &request.owner;
            desk.output.fault(&format!("nobody may decide on it: project {owner} has no owner but whoever asks"));
        } else {
            desk.output.note(&format!("it waits for one of {deciders:?}, until {}", request.lapses));
        }
    }
    told
}

/// Shows what was done to a request, and tells the other side. Who does it twice is refused by the register, and what was cut off
/// in between is told then.
async fn tell(desk: &mut Desk<'_>, id: &str, outcome: Result<Decided>) -> Done {
    let outcome = desk.found(outcome, &[Named::Subscription(id)]).await;
    if let Ok(done) = &outcome {
        desk.wrote(&done.events)?;
    }
    let is_allowed = outcome.as_ref().err().is_none_or(|error| error.kind() == ErrorKind::Conflict);
    if is_allowed {
        Box::pin(desk.tell_of(id)).await?;
    }
    outcome.map(drop).map_err(Into::into)
}

/// Every subscription that the caller may see, of the project that `--as` names if it names one.
///
/// Errors: invalid, for a state that there is none of.
pub async fn all_seen(desk: &mut Desk<'_>, wanted: Option<&str>) -> Result<Vec<Subscription>> {
    const STATES: [&str; 6] = ["requested", "approved", "active", "ending", "closed", "all"];
    if let Some(odd) = wanted.filter(|wanted| !STATES.contains(wanted)) {
        return Err(Error::invalid(format!("{odd:?} is no state")).hint(format!("there are {}", STATES.join(", "))));
    }
    let (sight, project) = (desk.sight().await?, desk.common.project.clone());
    let all = desk.register.list::<Subscription>(&By::Kind).await?;
    let count = all.len();
    let seen: Vec<Subscription> = all.into_iter().map(|read| read.record).filter(|it| sight.sees(it)).collect();
    desk.hidden(count - seen.len());
    let of_project =
        |it: &Subscription| project.as_ref().is_none_or(|project| it.owner == *project || it.consumer == *project);
    Ok(seen.into_iter().filter(of_project).collect())
}

/// Whether a subscription is in the state that is wanted, of which `all` is one.
pub fn is_in(it: &Subscription, wanted: &str) -> bool {
    wanted == "all" || state(it).as_deref() == Some(wanted)
}

/// The state, and why it is so if that was said.
pub fn told_state(it: &Subscription) -> Option<String> {
    let state = state(it).unwrap_or_default();
    some(it.reason.as_ref().map_or_else(|| state.clone(), |reason| format!("{state} ({reason})")))
}

/// Tables and columns, with blanks between.
pub fn scopes(source: &str, scopes: &[Scope]) -> Option<String> {
    let shown: Vec<String> = scopes.iter().map(|scope| shown_scope(source, scope)).collect();
    joined(shown.iter().map(String::as_str))
}

/// Shows a request, which is a subscription from the beginning.
pub async fn show(desk: &mut Desk<'_>, id: &str) -> Done {
    let looked = desk.share.look(&desk.caller, id).await;
    let it = desk.found(looked, &[Named::Subscription(id)]).await?;
    let decisions: Vec<String> = it.decisions.iter().map(decided).collect();
    desk.show(&[
        ("id", some(id)),
        ("state", told_state(&it)),
        ("owner", some(&it.owner)),
        ("consumer", some(&it.consumer)),
        ("environment", some(&it.environment)),
        ("requester", some(&it.requester)),
        ("purpose", some(&it.purpose)),
        ("asked", scopes(&it.source, &it.asked)),
        ("asked_until", it.asked_until.map(|until| until.to_string())),
        ("lapses", (it.state == SubscriptionState::Requested).then(|| it.lapses.to_string())),
        ("granted", scopes(&it.source, &it.granted)),
        ("ends", it.ends.map(|ends| ends.to_string())),
        ("decisions", (!decisions.is_empty()).then(|| decisions.join("; "))),
        ("previous", it.previous.clone()),
    ])
}

fn decided(decision: &Decision) -> String {
    let verdict = match decision.verdict {
        Verdict::Approved => "approved",
        Verdict::Denied => "denied",
    };
    let note = decision.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
    format!("{} {verdict} by {}{note}", decision.at, decision.by)
}

async fn approve(desk: &mut Desk<'_>, approving: Approving) -> Done {
    let Approving { id, part, when, note } = approving;
    let until = when.end(desk.register.now())?;
    let scope = match desk.register.find::<Subscription>(&id).await? {
        Some(read) if !part.is_whole() => Some(part.scopes(&read.record, &read.record.asked)?),
        _ => None,
    };
    let approved = desk.share.approve(&desk.caller, &id, &Approval { scope, until, note }).await;
    let done = desk.found(approved, &[Named::Subscription(&id)]).await?;
    desk.wrote_and_follow(&done.events).await
}
