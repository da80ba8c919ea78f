//! Reading as an environment does: which credential it has, how its connector is set, and a query through it.

use clap::{Args, Subcommand};
use connector_core::{Error, ErrorKind, Result};

use super::ddl;
use super::desk::{Desk, some};
use super::follow::PREFIX;
use crate::cli::output::Done;
use crate::cli::session::{Defaults, Session};
use crate::cli::sql;
use crate::config::{Catalogs, Config, Granted};
use crate::register::{By, Environment, Grant, GrantState, Source};
use crate::secrets::{Names, revealed};

/// What may be asked of credentials.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Who logs in where, and which secret says so
    Show(At),
    /// What the secret says, password and all: written down as an event
    Reveal(At),
}

#[derive(Args, Debug)]
pub struct At {
    /// Who reads
    #[arg(long, value_name = "ENVIRONMENT")]
    env: String,
    /// What is read
    #[arg(long, value_name = "SOURCE")]
    source: String,
}

#[derive(Args, Debug)]
pub struct Connecting {
    /// Who reads
    #[arg(long, value_name = "ENVIRONMENT")]
    env: String,
    /// Write instead what Athena is told: how a catalog gets there, and a SELECT of each table
    #[arg(long)]
    print_ddl: bool,
    /// The environment's function in Athena's account, where its ARN is known
    #[arg(long, value_name = "ARN", requires = "print_ddl")]
    function: Option<String>,
}

#[derive(Args, Debug)]
pub struct Asking {
    /// Who reads
    #[arg(long, value_name = "ENVIRONMENT")]
    env: String,
    /// What to ask; each source is a catalog of its name
    #[arg(long, value_name = "STATEMENT")]
    sql: String,
}

/// Runs a verb about credentials.
pub async fn creds(verb: Verb, mut desk: Desk<'_>) -> Done<u8> {
    match verb {
        Verb::Show(at) => show(&mut desk, &at).await?,
        Verb::Reveal(at) => reveal(&mut desk, &at).await?,
    }
    Ok(0)
}

async fn present(desk: &Desk<'_>, at: &At) -> Result<Grant> {
    let grant = desk.register.get::<Grant>(&Grant::id_of(&at.env, &at.source)).await?.record;
    if grant.state == GrantState::Absent {
        return Err(Error::not_found(format!("nothing is granted to {} at {}", at.env, at.source))
            .hint("see what is: glaux grant list"));
    }
    Ok(grant)
}

async fn show(desk: &mut Desk<'_>, at: &At) -> Done {
    let grant = present(desk, at).await?;
    member(desk, &at.env).await?;
    let (source, grants) = (desk.register.get::<Source>(&at.source).await?.record, desk.grants().await?);
    desk.show(&[
        ("secret", some(desk.secret_of(&at.env, &source)?)),
        ("engine", some(&source.engine)),
        ("url", some(&source.url)),
        ("user", some(grants.user(&grant, grant.generation))),
        ("generation", some(grant.generation.to_string())),
    ])
}

async fn reveal(desk: &mut Desk<'_>, at: &At) -> Done {
    let grant = present(desk, at).await?;
    let instead = "its role reads it: aws secretsmanager get-secret-value, for the name that glaux creds show tells";
    desk.is_at_hand("the secret of an environment is open to its own role and nobody else", instead)?;
    let events = desk.share.reveal(&desk.caller, &at.env, &at.source).await?;
    let name = Names::new(PREFIX)?.name(&at.env, &at.source)?;
    let secret = desk.keeper().read(&name, grant.generation).await?;
    let secret = secret.ok_or_else(|| Error::not_found(format!("secret {name:?} is not kept here")))?;
    let numbers: Vec<String> = events.iter().map(|event| event.number.to_string()).collect();
    desk.output.note(&format!("event {}: you were told a password", numbers.join(", ")));
    desk.output.data(&format!("{}\n", revealed(&secret)))
}

/// Writes the settings with which a connector reads as the environment: each secret says the rest itself.
pub async fn connect(connecting: Connecting, desk: Desk<'_>) -> Done<u8> {
    if connecting.print_ddl {
        return Box::pin(print_ddl(&connecting, desk)).await;
    }
    let granted = granted(&desk, &connecting.env).await?;
    let mut text = String::from("# glaux sql --config FILE\n[secrets]\n");
    if let Some(folder) = &desk.secrets().folder {
        text += &format!("folder = {:?}\n", folder.display().to_string());
    }
    text += &format!("prefix = {:?}\nenvironment = {:?}\n", granted.prefix, granted.environment);
    desk.output.data(&text)?;
    Ok(0)
}

async fn print_ddl(connecting: &Connecting, desk: Desk<'_>) -> Done<u8> {
    let grants = grants_to(&desk, &connecting.env).await?;
    let environment = desk.register.get::<Environment>(&connecting.env).await?.record;
    desk.output.data(&ddl::script(&environment, &grants, connecting.function.as_deref())?)?;
    Ok(0)
}

/// Runs a statement as the environment would.
pub async fn query(asking: Asking, desk: Desk<'_>) -> Done<u8> {
    let catalogs = Catalogs::only_granted(granted(&desk, &asking.env).await?);
    let config = Config::of(catalogs, desk.secrets().clone());
    let session = Session::open(config, Defaults::default()).await?;
    let options = sql::Options { format: desk.common.output, timing: false };
    sql::execute(&session, &asking.sql, &options, desk.output).await?;
    Ok(0)
}

/// What the environment may read: each source is a catalog of its name.
async fn granted(desk: &Desk<'_>, environment: &str) -> Result<Granted> {
    grants_to(desk, environment).await?;
    Ok(Granted::to(environment, desk.prefix()?))
}

/// The grants by which the environment may read something.
///
/// Errors: not found, if there are none; forbidden, for whoever is not of its project.
async fn grants_to(desk: &Desk<'_>, environment: &str) -> Result<Vec<Grant>> {
    member(desk, environment).await?;
    let all = desk.register.list::<Grant>(&By::Kind).await?.into_iter().map(|read| read.record);
    let grants: Vec<Grant> =
        all.filter(|grant| grant.environment == environment && !grant.desired.is_empty()).collect();
    if grants.is_empty() {
        return Err(Error::not_found(format!("nothing is granted to environment {environment}"))
            .hint("ask for tables: glaux request create"));
    }
    Ok(grants)
}

/// Errors: not found; forbidden, for whoever is not of the environment's project.
async fn member(desk: &Desk<'_>, environment: &str) -> Result<()> {
    let environment = desk.register.get::<Environment>(environment).await?.record;
    if desk.sight().await?.is_in(&environment.project) {
        return Ok(());
    }
    let told = format!("{} is not in project {}", desk.caller.actor, environment.project);
    Err(Error::new(ErrorKind::Forbidden, told).hint("ask a member of it"))
}
