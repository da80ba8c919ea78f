//! The command line from outside: the real binary, what it prints byte for byte, and its exit codes.
#![cfg(feature = "local")]
// A story is told whole.
#![allow(clippy::unwrap_used, clippy::too_many_lines)]

mod support;

/// How the binary is run.
#[path = "cli/run.rs"]
mod run;

/// Results in each format, and where they come from.
#[path = "cli/results.rs"]
mod results;

/// What goes wrong, how it is told, and what is never told.
#[path = "cli/failures.rs"]
mod failures;

/// The server that other tools connect to.
#[path = "cli/serve.rs"]
mod serve;

/// Two functions, compared.
#[path = "cli/compare.rs"]
mod compare;

/// Functions that check themselves.
#[path = "cli/checking.rs"]
mod checking;

/// Stacks, planned, made, changed and deleted.
#[cfg(feature = "governance")]
#[path = "cli/deploy.rs"]
mod deploy;

/// Packages for Lambda.
#[path = "cli/package.rs"]
mod package;

/// The shell, on a terminal of its own.
#[path = "cli/shell.rs"]
mod shell;

/// The demo, and commands against the server it leaves running.
#[path = "cli/demo.rs"]
mod demo;

/// The guides, as they are typed.
#[cfg(feature = "governance")]
#[path = "cli/docs.rs"]
mod docs;

/// The demo in a server of somebody's own.
#[path = "cli/guest.rs"]
mod guest;

/// Several people over one register.
#[cfg(feature = "governance")]
#[path = "cli/office.rs"]
mod office;

/// Services of AWS that a test speaks for.
#[cfg(feature = "governance")]
#[path = "support/aws.rs"]
mod aws;

/// The same over a register on AWS.
#[cfg(feature = "governance")]
#[path = "cli/cloud.rs"]
mod cloud;

/// Tables in Glue.
#[cfg(feature = "governance")]
#[path = "cli/mapping.rs"]
mod mapping;

/// What is at the databases of it.
#[cfg(feature = "governance")]
#[path = "cli/grants.rs"]
mod grants;

/// Everything that is said and kept on the way, searched for passwords.
#[cfg(feature = "governance")]
#[path = "cli/secrecy.rs"]
mod secrecy;

/// Who may read what.
#[cfg(feature = "governance")]
#[path = "cli/govern.rs"]
mod govern;
