//! `glaux env`: where a project reads.

use clap::{Args, Subcommand};
use connector_core::Error;

use super::desk::{Desk, Row, some, state};
use super::grant;
use super::near::Named;
use crate::cli::output::Done;
use crate::register::{Account, By, Environment, Place, Subscription};

/// What may be done.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Bring in an environment: on this machine, or on AWS if an account is named
    Add(Adding),
    /// All environments
    List,
    /// One environment
    Show {
        /// Which
        name: String,
    },
    /// Look whether the databases are what was granted to it; nothing is changed
    Verify {
        /// Which
        name: String,
    },
    /// Take it out of use: everything it was granted ends
    Remove {
        /// Which
        name: String,
    },
}

#[derive(Args, Debug)]
pub struct Adding {
    /// Letters, digits, - and _: DataZone's id, if it has one there
    name: String,
    /// Whose it is
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
    /// The AWS account where it runs
    #[arg(long, value_name = "DIGITS", requires_all = ["region", "role", "consumer_role"])]
    account: Option<String>,
    /// The region there
    #[arg(long, value_name = "REGION", requires = "account")]
    region: Option<String>,
    /// The role that is assumed there to publish what is granted
    #[arg(long, value_name = "ARN", requires = "account")]
    role: Option<String>,
    /// The one role that may read the environment's secrets
    #[arg(long, value_name = "ARN", requires = "account")]
    consumer_role: Option<String>,
}

/// Runs a verb.
pub async fn run(verb: Verb, mut desk: Desk<'_>) -> Done<u8> {
    match verb {
        Verb::Add(adding) => add(&mut desk, adding).await?,
        Verb::List => {
            let environments = desk.register.list::<Environment>(&By::Kind).await?;
            let rows: Vec<Row> = environments.iter().map(|read| row(&read.record)).collect();
            desk.list(&["environment", "project", "state", "place"], &rows)?;
        }
        Verb::Show { name } => show(&mut desk, &name).await?,
        Verb::Verify { name } => verify(&mut desk, &name).await?,
        Verb::Remove { name } => remove(&mut desk, &name).await?,
    }
    Ok(0)
}

async fn add(desk: &mut Desk<'_>, adding: Adding) -> Done {
    let project = desk.project(adding.project).await?;
    let place = match (adding.account, adding.region, adding.role, adding.consumer_role) {
        (Some(account), Some(region), Some(role), Some(consumer_role)) => {
            Place::Aws(Account { account, region, role, consumer_role })
        }
        _ if desk.cloud().is_some() => {
            return Err(Error::invalid(
                "a register on AWS grants to environments on AWS, whose functions it can reach",
            )
            .hint("say where it is: --account, --region, --role and --consumer-role")
            .into());
        }
        _ => Place::Local,
    };
    let added = desk.share.add_environment(&desk.caller, &adding.name, &project, &place).await;
    let events = desk.found(added, &[Named::Project(&project)]).await?;
    desk.wrote(&events)?;
    Box::pin(desk.tell_added(&adding.name)).await
}

async fn show(desk: &mut Desk<'_>, name: &str) -> Done {
    let got = desk.register.get::<Environment>(name).await;
    let environment = desk.found(got, &[Named::Environment(name)]).await?.record;
    let account = match &environment.place {
        Place::Local => None,
        Place::Aws(account) => Some(account.clone()),
    };
    let of_account = |tell: fn(Account) -> String| account.clone().map(tell);
    let open = open_in(desk, &environment).await?.len();
    desk.show(&[
        ("environment", some(name)),
        ("project", some(&environment.project)),
        ("state", state(&environment)),
        ("place", place(&environment)),
        ("account", of_account(|account| account.account)),
        ("region", of_account(|account| account.region)),
        ("role", of_account(|account| account.role)),
        ("consumer_role", of_account(|account| account.consumer_role)),
        ("open_subscriptions", some(open.to_string())),
    ])
}

async fn verify(desk: &mut Desk<'_>, name: &str) -> Done {
    let got = desk.register.get::<Environment>(name).await;
    desk.found(got, &[Named::Environment(name)]).await?;
    Box::pin(grant::verify_environment(desk, name)).await
}

async fn remove(desk: &mut Desk<'_>, name: &str) -> Done {
    if let Some(read) = desk.register.find::<Environment>(name).await? {
        let open = open_in(desk, &read.record).await?.len();
        desk.agreed(&format!("Remove environment {name} and end {open} subscriptions and requests of it?")).await?;
    }
    let closed = desk.share.close(&desk.caller, name).await;
    let events = desk.found(closed, &[Named::Environment(name)]).await?;
    desk.wrote_and_follow(&events).await
}

async fn open_in(desk: &Desk<'_>, environment: &Environment) -> connector_core::Result<Vec<Subscription>> {
    let all = desk.register.list::<Subscription>(&By::Consumer(environment.project.clone())).await?;
    let open = all.into_iter().map(|read| read.record);
    Ok(open.filter(|subscription| subscription.environment == environment.id && subscription.is_open()).collect())
}

fn row(environment: &Environment) -> Row {
    vec![some(&environment.id), some(&environment.project), state(environment), place(environment)]
}

fn place(environment: &Environment) -> Option<String> {
    match &environment.place {
        Place::Local => some("local"),
        Place::Aws(account) => some(format!("{} {}", account.account, account.region)),
    }
}
