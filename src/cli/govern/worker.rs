//! `glaux worker`: ends what is due, tries again what went wrong, mends what was changed; until it is stopped.

use std::time::Duration;

use clap::Args;

use super::desk::Desk;
use super::follow::describe;
use crate::cli::output::{Done, told};
use crate::share::Caller;

#[derive(Args, Debug)]
pub struct Working {
    /// Look once and stop
    #[arg(long)]
    once: bool,
    /// Seconds between two looks
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    every: u64,
}

/// Works.
pub async fn run(working: Working, desk: Desk<'_>) -> Done<u8> {
    let instead = "the workflow's clock does it, each minute; glaux sub expire ends what is due by hand";
    desk.is_at_hand("a worker reaches databases as their administrators", instead)?;
    let grants = desk.grants().await?;
    let cause = Caller::clock(&format!("{}, by {}", desk.caller.request, desk.caller.actor)).request;
    loop {
        let done = grants.look_after(&cause).await?;
        for ended in &done.ended {
            let reason = ended.reason.as_deref().unwrap_or_default();
            desk.output.note(&format!("subscription {} of {} has ended: {reason}", ended.id, ended.environment));
        }
        for near in &done.announced {
            let (id, ends) = (&near.id, near.ends.map(|ends| ends.to_string()).unwrap_or_default());
            desk.output.note(&format!("subscription {id} of {} ends soon: {ends}", near.environment));
        }
        for (id, outcome) in &done.grants {
            match outcome {
                Ok(grant) => desk.output.note(&describe(grant)),
                Err(error) => desk.output.fault(&format!("grant {id}: {}", told(error))),
            }
        }
        if working.once {
            return Ok(if done.grants.iter().any(|(_, outcome)| outcome.is_err()) { 7 } else { 0 });
        }
        tokio::time::sleep(Duration::from_secs(working.every)).await;
    }
}
