//! Who may read what: the verbs of governance, one file a noun. Rules are `share`'s; here is what is typed and what is told.

mod asset;
mod audit;
mod cloud;
mod ddl;
mod desk;
mod env;
mod follow;
mod glue;
mod grant;
pub mod leaving;
mod narrow;
mod near;
mod place;
mod project;
mod reach;
mod reading;
mod report;
mod request;
mod source;
mod sub;
mod words;
mod worker;

use clap::{Args, Subcommand};

use self::desk::Desk;
use super::output::{Done, Output};
use super::rows::Format;

/// What governance is about.
#[derive(Debug, Subcommand)]
pub enum Noun {
    /// Projects and their people: who owns sources, and who reads what others own
    Project(Of<project::Verb>),
    /// Environments: where a project reads
    Env(Of<env::Verb>),
    /// Databases that a project owns
    Source(Of<source::Verb>),
    /// Tables and views of a source: look at them, publish them, find them
    Asset(Of<asset::Verb>),
    /// Ask for tables, and decide on what is asked for
    Request(Of<request::Verb>),
    /// What is granted: change it, renew it, end it
    Sub(Of<sub::Verb>),
    /// What is at the databases: look whether it is what was granted, repair it, rotate passwords
    Grant(Of<grant::Verb>),
    /// The credential that an environment reads with
    Creds(Of<reading::Verb>),
    /// The settings with which a connector reads as an environment, or what Athena is told
    Connect(With<reading::Connecting>),
    /// Run SQL as an environment: what it is granted, and nothing else
    Query(With<reading::Asking>),
    /// End what is due, repeat what failed, mend what was changed, until stopped
    Worker(With<worker::Working>),
    /// Who has access to what, and what ends soon
    Report(Of<report::Verb>),
    /// Everything that was done, as a chain that shows what is missing from it
    Audit(Of<audit::Verb>),
}

/// A verb, and what may be said with each of them.
#[derive(Args, Debug)]
pub struct Of<V: Subcommand> {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    verb: V,
}

/// A verb that is about nothing else, and what may be said with each of them.
#[derive(Args, Debug)]
pub struct With<A: Args> {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    said: A,
}

#[derive(Args, Clone, Debug, Default)]
pub struct Common {
    /// The register: local:DIR or aws:TABLE; else what `GLAUX_STORE` says, else a folder below ~/.local/share
    #[arg(long, global = true, value_name = "STORE")]
    store: Option<String>,
    /// The project meant, where there could be several
    #[arg(id = "as", long = "as", global = true, value_name = "PROJECT")]
    project: Option<String>,
    /// In a register that is yours alone: act as somebody you play, whom events call YOU/NAME; refused on AWS
    #[arg(long, global = true, value_name = "NAME")]
    actor: Option<String>,
    /// How results are written
    #[arg(short, long, global = true, value_enum, default_value_t)]
    output: Format,
    /// Do not ask before access is taken away
    #[arg(long, global = true)]
    yes: bool,
    /// Show what would be written, and write nothing
    #[arg(long, global = true)]
    dry_run: bool,
    /// On AWS: wait until what was decided is done at the database, or has failed; elsewhere that is always so
    #[arg(long, global = true)]
    wait: bool,
}

/// Runs a verb; `command` is what was typed. Returns the exit code.
pub async fn run(noun: Noun, command: &str, output: &mut Output) -> Done<u8> {
    match noun {
        // Whoever adds a project may mean a register that is not there yet.
        Noun::Project(Of { common, verb: verb @ project::Verb::Add { .. } }) => {
            project::run(verb, Desk::begin(common, command, output).await?).await
        }
        Noun::Project(Of { common, verb }) => project::run(verb, Desk::open(common, command, output).await?).await,
        Noun::Env(Of { common, verb }) => Box::pin(env::run(verb, Desk::open(common, command, output).await?)).await,
        Noun::Source(Of { common, verb }) => {
            Box::pin(source::run(verb, Desk::open(common, command, output).await?)).await
        }
        Noun::Asset(Of { common, verb }) => asset::run(verb, Desk::open(common, command, output).await?).await,
        Noun::Request(Of { common, verb }) => {
            Box::pin(request::run(verb, Desk::open(common, command, output).await?)).await
        }
        Noun::Sub(Of { common, verb }) => Box::pin(sub::run(verb, Desk::open(common, command, output).await?)).await,
        Noun::Grant(Of { common, verb }) => {
            Box::pin(grant::run(verb, Desk::open(common, command, output).await?)).await
        }
        Noun::Creds(Of { common, verb }) => reading::creds(verb, Desk::open(common, command, output).await?).await,
        Noun::Connect(With { common, said }) => {
            reading::connect(said, Desk::open(common, command, output).await?).await
        }
        Noun::Query(With { common, said }) => {
            Box::pin(reading::query(said, Desk::open(common, command, output).await?)).await
        }
        Noun::Worker(With { common, said }) => {
            Box::pin(worker::run(said, Desk::open(common, command, output).await?)).await
        }
        Noun::Report(Of { common, verb }) => report::run(verb, Desk::open(common, command, output).await?).await,
        Noun::Audit(Of { common, verb }) => audit::run(verb, Desk::open(common, command, output).await?).await,
    }
}
