//! `glaux deploy`: stacks of the templates that this program was built with.

#[cfg(feature = "governance")]
mod destroy;
mod ending;
mod proposal;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use connector_core::{Error, Result};

use self::proposal::Proposal;
use super::input;
use super::output::{Done, Output};
use super::rows::{Format, listing};
use crate::config::Aws;
use crate::deploy::events::Follower;
use crate::deploy::stack::{ChangeSet, Stacks};
use crate::deploy::template::Kind;
use crate::deploy::upload::upload;

/// Shown below the help of the command.
pub const HELP: &str = "\
Templates: federation (the function that reads), grants (governance), grants-producer (an account with sources), grants-consumer
(an environment), products-producer and products-consumer (what owners of sources and people of an environment make for themselves,
in Service Catalog). A parameter that is not given keeps the value that the stack has. --package of an older version goes back to it.
Account, region and credential are those of AWS's own settings, such as AWS_PROFILE and AWS_REGION.
Exit codes: 0 done, or nothing to change; 1 CloudFormation could not; 2 what was typed; 3 refused, as where grants are live;
4 no such stack; 5 its state; 6 AWS not reached; 7 grants did not end in time.";

/// What is done with a stack.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Say what would change, and change nothing
    Plan(Planning),
    /// Make or change a stack, and follow it to its end
    Apply(Applying),
    /// Follow what is going on with a stack to its end
    Follow(Named),
    /// Delete a stack, if nothing that is granted hangs on it
    #[cfg(feature = "governance")]
    Destroy(destroy::Destroying),
}

#[derive(Args, Debug)]
pub struct Planning {
    /// Of which template: federation, grants, grants-producer, grants-consumer, products-producer or products-consumer
    template: Kind,
    /// What the stack is called
    #[arg(long, value_name = "NAME")]
    stack: String,
    /// The package of its function, a zip; without one it keeps the one that it has
    #[arg(long, value_name = "FILE")]
    package: Option<PathBuf>,
    /// The bucket, in the stack's region, for what it is made of; without one that which it has
    #[arg(long, value_name = "NAME")]
    bucket: Option<String>,
    /// A parameter of the template; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// A JSON file of parameters, as an object or as AWS's list of `ParameterKey` and `ParameterValue`; --set wins
    #[arg(long, value_name = "FILE")]
    parameters: Option<PathBuf>,
    /// For products-consumer, what the register says of the environment: `glaux env show NAME -o json`
    #[arg(long, value_name = "FILE")]
    environment: Option<PathBuf>,
    /// How the result is written
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
}

#[derive(Args, Debug)]
pub struct Applying {
    #[command(flatten)]
    planning: Planning,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

#[derive(Args, Debug)]
pub struct Named {
    /// What the stack is called
    #[arg(long, value_name = "NAME")]
    stack: String,
    /// How its outputs are written
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
}

/// Runs a verb; `command` is what was typed. Returns the exit code.
pub async fn run(verb: Verb, command: &str, output: &mut Output) -> Done<u8> {
    let aws = Aws::lazy();
    match verb {
        Verb::Plan(planning) => plan(&planning, &aws, output).await,
        Verb::Apply(applying) => apply(&applying, &aws, output).await,
        Verb::Follow(named) => follow(&named, &aws, output).await,
        #[cfg(feature = "governance")]
        Verb::Destroy(destroying) => Box::pin(destroy::run(destroying, command, &aws, output)).await,
    }
}

const CHANGES: [&str; 4] = ["action", "resource", "type", "replacement"];

/// What would change, as rows.
fn rows(set: &ChangeSet) -> Vec<Vec<Option<String>>> {
    let row = |one: &crate::deploy::stack::Changed| {
        vec![Some(one.action.clone()), Some(one.name.clone()), Some(one.kind.clone()), one.replacement.clone()]
    };
    set.changes.iter().map(row).collect()
}

async fn plan(planning: &Planning, aws: &Aws, output: &mut Output) -> Done<u8> {
    let stacks = Stacks::new(aws).await;
    let proposal = Proposal::make(planning, &stacks).await?;
    let Some(set) = proposed(&proposal, &stacks, output).await? else { return Ok(0) };
    stacks.withdraw(&set).await?;
    output.whole(planning.output, &listing(&CHANGES, &rows(&set))?)?;
    output.flush()?;
    proposal.notes().iter().for_each(|note| output.note(note));
    Ok(0)
}

async fn proposed(proposal: &Proposal, stacks: &Stacks, output: &mut Output) -> Done<Option<ChangeSet>> {
    output.status(&format!("asking CloudFormation what would change in stack {}", proposal.name));
    let set = stacks.propose(&proposal.name, proposal.there.as_ref(), proposal.kind, &proposal.given).await?;
    output.clear_status();
    if set.is_none() {
        output.note(&format!("no changes: stack {} is so already", proposal.name));
    }
    Ok(set)
}

async fn apply(applying: &Applying, aws: &Aws, output: &mut Output) -> Done<u8> {
    can_be_asked(applying.yes)?;
    let stacks = Stacks::new(aws).await;
    let proposal = Proposal::make(&applying.planning, &stacks).await?;
    let Some(set) = proposed(&proposal, &stacks, output).await? else { return Ok(0) };
    output.aside(&listing(&CHANGES, &rows(&set))?);
    proposal.notes().iter().for_each(|note| output.note(note));
    let begun = begin(applying, &proposal, &set, &stacks, aws, output).await;
    let mut follower = match begun {
        Ok(follower) => follower,
        Err(failure) => {
            // Why it was not begun is what counts.
            let _ = stacks.withdraw(&set).await;
            return Err(failure);
        }
    };
    ending::show(&stacks, &mut follower, &proposal.name, &set.stack, applying.planning.output, output).await
}

/// Asks, uploads and executes.
async fn begin<'s>(
    applying: &Applying,
    proposal: &Proposal,
    set: &ChangeSet,
    stacks: &'s Stacks,
    aws: &Aws,
    output: &mut Output,
) -> Done<Follower<'s>> {
    agreed(applying.yes, &format!("Do this to stack {}?", proposal.name)).await?;
    if let Some(bucket) = &proposal.bucket {
        output.status("uploading");
        let done = upload(aws, bucket, &proposal.uploads).await?;
        done.iter().for_each(|note| output.note(note));
    }
    let follower = Follower::new(stacks, &set.stack).await?;
    stacks.execute(set).await?;
    Ok(follower)
}

async fn follow(named: &Named, aws: &Aws, output: &mut Output) -> Done<u8> {
    let stacks = Stacks::new(aws).await;
    let stack = stacks.get(&named.stack).await?;
    if !stack.is_busy() {
        output.note(&format!("nothing is going on: stack {} is in state {}", stack.name, stack.status));
        ending::outputs(&stack, named.output, output)?;
        return Ok(0);
    }
    let mut follower = Follower::from_beginning(&stacks, &stack.id).await?;
    ending::show(&stacks, &mut follower, &stack.name, &stack.id, named.output, output).await
}

/// Errors: invalid, where nobody can be asked and nothing was said.
fn can_be_asked(yes: bool) -> Result<()> {
    if yes || input::is_terminal() {
        return Ok(());
    }
    Err(Error::invalid("there is no terminal to ask on, so nothing was done").hint("say --yes"))
}

/// Errors: invalid, if it is not agreed to.
async fn agreed(yes: bool, question: &str) -> Result<()> {
    can_be_asked(yes)?;
    if yes || input::confirm(&format!("{question} [y/N] ")).await? {
        return Ok(());
    }
    Err(Error::invalid(format!("{question} That was not agreed to, so nothing was done")).hint("say --yes"))
}
