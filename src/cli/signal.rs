//! Signals that end a command, in a way that leaves nothing behind: the command's future is dropped, and with it what it
//! started. Ctrl-C inside a shell belongs to the running query instead.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use connector_core::{Error, Result};
use tokio::runtime::Builder;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::output::{Done, Failure};
use crate::handler::settle;

/// A thread that waits for a line of input never ends, so it is not waited for.
const GRACE: Duration = Duration::from_millis(200);

/// A statement that nests deeply needs more than the two megabytes of a thread's usual stack in a debug build.
const STACK: usize = 8 << 20;

/// Nobody waits longer than this for a program that was asked to stop.
const STOP: Duration = Duration::from_secs(2);

const HANGUP: u8 = 1;
const INTERRUPT: u8 = 2;
const TERMINATE: u8 = 15;

static IN_SHELL: AtomicBool = AtomicBool::new(false);

/// Runs a command to its end, or to the first signal that asks to stop.
pub fn run<T>(command: impl Future<Output = Done<T>>) -> Done<T> {
    let runtime = Builder::new_multi_thread().enable_all().thread_stack_size(STACK).build();
    let runtime = runtime.map_err(|error| Error::internal(format!("starting the runtime: {error}")))?;
    let done = runtime.block_on(async {
        tokio::select! {
            done = command => done,
            number = stop() => Err(number.map_or_else(Failure::Error, Failure::Stopped)),
        }
    });
    // What the command was reading is stopped at its sources before the process is gone.
    runtime.block_on(settle(STOP));
    runtime.shutdown_timeout(GRACE);
    done
}

/// Waits for a signal that asks the whole process to stop.
async fn stop() -> Result<u8> {
    let mut interrupt = listen(SignalKind::interrupt())?;
    let (mut terminate, mut hangup) = (listen(SignalKind::terminate())?, listen(SignalKind::hangup())?);
    loop {
        tokio::select! {
            _ = interrupt.recv() => if !IN_SHELL.load(Ordering::SeqCst) { return Ok(INTERRUPT) },
            _ = terminate.recv() => return Ok(TERMINATE),
            _ = hangup.recv() => return Ok(HANGUP),
        }
    }
}

fn listen(kind: SignalKind) -> Result<Signal> {
    signal(kind).map_err(|error| Error::internal(format!("listening for signals: {error}")))
}

/// While a shell lives, Ctrl-C does not end the process.
pub struct Shell(());

impl Shell {
    /// Takes Ctrl-C over.
    pub fn enter() -> Self {
        IN_SHELL.store(true, Ordering::SeqCst);
        Self(())
    }

    /// Runs a query; none if Ctrl-C came first.
    pub async fn run<T>(&self, query: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            done = query => Some(done),
            _ = tokio::signal::ctrl_c() => None,
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        IN_SHELL.store(false, Ordering::SeqCst);
    }
}
