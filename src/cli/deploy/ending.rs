//! A stack on its way, line by line, and how it ended.

use crate::cli::output::{Done, Output, Parting, told};
use crate::cli::rows::{Format, listing};
use crate::deploy::events::{Ending, Follower};
use crate::deploy::stack::{Stack, Stacks};

/// Tells what happens to a stack until it is over, and what it says of itself then. Returns the exit code.
pub async fn show(
    stacks: &Stacks,
    follower: &mut Follower<'_>,
    name: &str,
    id: &str,
    format: Format,
    output: &mut Output,
) -> Done<u8> {
    let ending = told_to_its_end(follower, name, output).await?;
    if !ending.is_good() {
        return Ok(1);
    }
    if let Some(stack) = stacks.find(id).await? {
        outputs(&stack, format, output)?;
    }
    Ok(0)
}

/// The same, without what it says of itself.
pub async fn told_to_its_end(follower: &mut Follower<'_>, name: &str, output: &mut Output) -> Done<Ending> {
    let parting =
        Parting::new(format!("stack {name} goes on without us; follow it again: glaux deploy follow --stack {name}"));
    let ending = follower.follow(&mut |event| output.note(&event.line())).await?;
    parting.unneeded();
    let outcome = ending.told(name);
    if ending.is_good() {
        output.note(&outcome);
        return Ok(ending);
    }
    match &ending.cause {
        Some(cause) => {
            let first = told(&cause.error().context("the first that went wrong"));
            output.fault(&format!("{first}\n{outcome}"));
        }
        None => output.fault(&format!("error: {outcome}")),
    }
    if ending.status == "ROLLBACK_COMPLETE" {
        output.note(&format!("before it is tried again: glaux deploy destroy --stack {name}"));
    }
    Ok(ending)
}

/// What a stack says of itself.
pub fn outputs(stack: &Stack, format: Format, output: &mut Output) -> Done {
    let rows: Vec<_> =
        stack.outputs.iter().map(|(name, value)| vec![Some(name.clone()), Some(value.clone())]).collect();
    output.whole(format, &listing(&["output", "value"], &rows)?)
}
