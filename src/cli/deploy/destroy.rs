//! `glaux deploy destroy`: what is granted first, then the stack. A stack that is gone ends no access at a database.

use std::time::Duration;

use clap::Args;
use connector_core::{Error, ErrorKind, Result};

use super::ending::told_to_its_end;
use super::{agreed, can_be_asked};
use crate::cli::govern::leaving::{Leaving, Reach};
use crate::cli::output::{Done, Failure, Output};
use crate::config::{Aws, store};
use crate::deploy::events::{Ending, Follower};
use crate::deploy::stack::{Resource, Stack, Stacks};
use crate::deploy::template::Kind;

#[derive(Args, Debug)]
pub struct Destroying {
    /// What the stack is called
    #[arg(long, value_name = "NAME")]
    stack: String,
    /// End what is granted first, and delete the stack when its users and secrets are gone. An environment goes out of use for good
    #[arg(long)]
    revoke_first: bool,
    /// How many seconds that may take
    #[arg(long, value_name = "SECONDS", default_value_t = 600, requires = "revoke_first")]
    wait: u64,
    /// The register, where the stack does not say which: aws:TABLE, or local:DIR
    #[arg(long, value_name = "STORE")]
    store: Option<String>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// Where it is looked what hangs on a stack.
struct Hold {
    reach: Reach,
    store: String,
    /// Whether the register is not the stack's own word, so that it has to know what is asked about.
    is_guess: bool,
}

/// Runs the command; `command` is what was typed. Returns the exit code.
pub async fn run(destroying: Destroying, command: &str, aws: &Aws, output: &mut Output) -> Done<u8> {
    let stacks = Stacks::new(aws).await;
    let stack = stacks.get(&destroying.stack).await?;
    let kind = is_ours(&stack)?;
    may_go(&stack)?;
    let of = kind.map_or("a template that was never made", Kind::name);
    output.note(&format!("stack {} is of {of}, in state {}", stack.name, stack.status));
    let hold = match kind {
        Some(kind) if !stack.is_empty() => hold(&destroying, &stack, kind, &stacks).await?,
        _ => None,
    };
    match hold {
        Some(hold) => Box::pin(free(&destroying, &stack, hold, command, output)).await?,
        None => agreed(destroying.yes, &format!("Delete stack {}?", stack.name)).await?,
    }
    let ending = delete(&stacks, &stack, output).await?;
    Ok(u8::from(!ending.is_good()))
}

/// The stack's kind; none of one that has none yet.
///
/// Errors: forbidden, for a stack that is none of ours.
fn is_ours(stack: &Stack) -> Result<Option<Kind>> {
    match stack.kind() {
        None if stack.status != "REVIEW_IN_PROGRESS" => {
            let told = format!("stack {} is of none of the templates that are known here", stack.name);
            Err(Error::new(ErrorKind::Forbidden, told)
                .hint(format!("if it is to go: aws cloudformation delete-stack --stack-name {}", stack.name)))
        }
        kind => Ok(kind),
    }
}

/// Errors: forbidden, if it is protected; conflict, if something is going on with it.
fn may_go(stack: &Stack) -> Result<()> {
    let name = &stack.name;
    if stack.is_protected {
        let told = format!("stack {name} is protected against being deleted");
        return Err(Error::new(ErrorKind::Forbidden, told).hint(format!(
            "if it is to go: aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name {name}"
        )));
    }
    if stack.is_busy() {
        let told = format!("stack {name} is in state {}", stack.status);
        return Err(Error::new(ErrorKind::Conflict, told)
            .hint(format!("follow it, and ask again: glaux deploy follow --stack {name}")));
    }
    Ok(())
}

/// What may hang on the stack, and which register knows; none, if nothing does.
///
/// Errors: invalid, if no register is told.
async fn hold(destroying: &Destroying, stack: &Stack, kind: Kind, stacks: &Stacks) -> Result<Option<Hold>> {
    let reach = match (kind, stack.said("Environment")) {
        (Kind::Federation, None) | (Kind::ProducerProducts, _) => return Ok(None),
        (Kind::Federation | Kind::Consumer | Kind::ConsumerProducts, environment) => {
            Reach::Environment { name: environment.unwrap_or_default().into(), account: part(stack, ACCOUNT).into() }
        }
        (Kind::Grants, _) => Reach::Everything,
        (Kind::Producer, _) => Reach::Account(part(stack, ACCOUNT).to_owned()),
    };
    if let Some(store) = &destroying.store {
        return Ok(Some(Hold { reach, store: store.clone(), is_guess: true }));
    }
    if let Some(store) = register_of(stack) {
        return Ok(Some(Hold { reach, store, is_guess: false }));
    }
    // The function that reads knows no register: whatever stack tries its grants does.
    let others = stacks.all().await?;
    let tries =
        |one: &&Stack| one.kind() == Some(Kind::Consumer) && one.said("Environment") == stack.said("Environment");
    let beside = others.iter().find(tries).and_then(register_of);
    let is_guess = beside.is_none();
    let store = beside.or_else(store).ok_or_else(|| {
        Error::invalid(format!("nothing says which register knows what is granted to stack {}", stack.name))
            .hint("name it with --store aws:TABLE, by its ARN if it is another account's")
    })?;
    Ok(Some(Hold { reach, store, is_guess }))
}

/// Parts of an ARN.
const PARTITION: usize = 1;
const REGION: usize = 3;
const ACCOUNT: usize = 4;

fn part(stack: &Stack, index: usize) -> &str {
    stack.id.split(':').nth(index).unwrap_or_default()
}

/// The register, as its own stack or one that was told of it says.
fn register_of(stack: &Stack) -> Option<String> {
    let table = stack.said("RegisterTableName")?;
    let own = part(stack, ACCOUNT);
    let account = stack.said("GovernanceAccount").unwrap_or(own);
    if account == own {
        return Some(format!("aws:{table}"));
    }
    let (partition, region) = (part(stack, PARTITION), part(stack, REGION));
    Some(format!("aws:arn:{partition}:dynamodb:{region}:{account}:table/{table}"))
}

/// The account of a register that is named by its ARN.
fn written_in(store: &str) -> Option<&str> {
    store.strip_prefix("aws:arn:").and_then(|rest| rest.split(':').nth(ACCOUNT - 1))
}

/// Sees to it that nothing that is granted hangs on the stack, and that it may go.
///
/// Errors: forbidden, where something does and is not to be ended; partly, where it does not end in time.
async fn free(destroying: &Destroying, stack: &Stack, hold: Hold, command: &str, output: &mut Output) -> Done {
    let (name, reach) = (&stack.name, hold.reach.to_string());
    let mut leaving = Leaving::open(hold.store.clone(), hold.reach, command, output).await?;
    if hold.is_guess {
        leaving.is_known(&hold.store).await?;
    }
    let hanging = leaving.hanging().await?;
    if hanging.is_empty() {
        return Ok(agreed(destroying.yes, &format!("Nothing is granted {reach}. Delete stack {name}?")).await?);
    }
    let elsewhere = written_in(&hold.store).filter(|account| *account != part(stack, ACCOUNT));
    if !destroying.revoke_first || elsewhere.is_some() {
        leaving.show(&hanging)?;
        let told =
            format!("stack {name} stays: what is granted {reach} hangs on it, and would outlive it at the databases");
        let hint = match elsewhere {
            None => "end it first with --revoke-first, or one by one: glaux sub revoke, glaux env remove".to_owned(),
            Some(account) => format!(
                "its register is written in account {account} alone: end it there (glaux sub revoke, glaux env remove), \
                 then destroy the stack from here; --revoke-first is for an account that has both"
            ),
        };
        return Err(Error::new(ErrorKind::Forbidden, told).hint(hint).into());
    }
    can_be_asked(destroying.yes)?;
    leaving.show(&hanging)?;
    leaving.may_end(&hanging, name).await?;
    agreed(destroying.yes, &format!("{} Then delete stack {name}?", leaving.would())).await?;
    leaving.end(&hanging, name).await?;
    let left = leaving.ended(Duration::from_secs(destroying.wait)).await?;
    if left.is_empty() {
        return Ok(());
    }
    leaving.show(&left)?;
    leaving.fault(&format!("error: this has not ended within {} seconds, so stack {name} stays", destroying.wait));
    leaving.note("look why: glaux grant list; what was decided stands, and destroy can be asked for again");
    Err(Failure::Partly)
}

async fn delete(stacks: &Stacks, stack: &Stack, output: &mut Output) -> Done<Ending> {
    let made = stacks.resources(&stack.id).await?;
    let mut follower = Follower::new(stacks, &stack.id).await?;
    stacks.delete(&stack.id).await?;
    let ending = told_to_its_end(&mut follower, &stack.name, output).await?;
    if ending.is_good() {
        remains(stack, &made, &ending, output);
    }
    Ok(ending)
}

/// Tells what is still there.
fn remains(stack: &Stack, made: &[Resource], ending: &Ending, output: &mut Output) {
    let retained = stack.kind().map(Kind::retained).unwrap_or_default();
    for one in made {
        let is_kept = retained.contains(&one.name.as_str()) || ending.kept.iter().any(|event| event.name == one.name);
        if is_kept && !one.physical.is_empty() {
            output.note(&format!("it stays: {} {} ({})", one.kind, one.physical, one.name));
        }
    }
}
