//! `glaux source`: databases that a project owns, and the secret that rules each.

use clap::{Args, Subcommand};
use connector_core::{Credential, Error, Health, Result};
use uuid::Uuid;

use super::desk::{Desk, Row, some, state};
use super::near::Named;
use super::reach;
use crate::cli::input;
use crate::cli::output::Done;
use crate::config::{GluePlace, administrator_password, glue_place, source_url};
use crate::connectors;
use crate::register::{Asset, By, Source, SourceState, Subscription};
use crate::secrets::Login;

/// What may be done.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Bring in a database; its administrator logs in once to see whether it answers
    #[command(after_help = HELP)]
    Add(Adding),
    /// Log in as its administrator, and say what answers
    Test {
        /// Which
        name: String,
    },
    /// The sources of your projects
    List,
    /// One source
    Show {
        /// Which
        name: String,
    },
    /// Log in with the administrator's new password from now on, which was changed at the database before
    #[command(after_help = ROTATING)]
    RotateAdmin(Rotating),
    /// On AWS: the policy that the key of its grants' secrets needs, for whoever rules the key to put there
    KeyPolicy {
        /// Which
        name: String,
    },
    /// Take it out of use: everything granted of it ends
    Retire {
        /// Which
        name: String,
    },
}

const HELP: &str = "\
The administrator's password is asked for on a terminal, or read from stdin with --password-stdin, or taken from
GLAUX_ADMIN_PASSWORD: never an argument, which everybody on the machine would see. It is kept beside the register and nowhere else;
with a register on AWS in Secrets Manager, in the account of whoever adds the source.";

const ROTATING: &str = "\
The user stays the same: another could not take away what this one has granted. The new password is tried before it takes the place
of the old one, which is then discarded. Where a service rotates a secret that was named with --secret there is nothing to do:
it is read whenever it is needed.";

#[derive(Args, Debug)]
pub struct Rotating {
    /// Which
    name: String,
    /// Another secret that holds the same user
    #[arg(long, value_name = "NAME", conflicts_with = "password_stdin")]
    secret: Option<String>,
    /// Read the password from stdin
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Args, Debug)]
pub struct Adding {
    /// Letters a to z, digits, - and _
    name: String,
    /// Whose it is
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
    /// Where it is: jdbc:postgresql://HOST:5432/DATABASE, without a user or a password
    #[arg(long, value_name = "JDBC_URL", required_unless_present = "glue_connection")]
    url: Option<String>,
    /// A connection of AWS Glue's that says where it is and which secret rules it, instead
    #[arg(long, value_name = "NAME", conflicts_with = "url")]
    glue_connection: Option<String>,
    /// Who may make users there
    #[arg(long, value_name = "NAME", required_unless_present_any = ["secret", "glue_connection"])]
    user: Option<String>,
    /// A secret that holds such a user, instead of --user
    #[arg(long, value_name = "NAME", conflicts_with = "user")]
    secret: Option<String>,
    /// Read the password from stdin
    #[arg(long, requires = "user")]
    password_stdin: bool,
    /// Do not log in now
    #[arg(long)]
    no_test: bool,
}

/// Runs a verb.
pub async fn run(verb: Verb, mut desk: Desk<'_>) -> Done<u8> {
    match verb {
        Verb::Add(adding) => add(&mut desk, adding).await?,
        Verb::Test { name } => return test(&mut desk, &name).await,
        Verb::List => list(&mut desk).await?,
        Verb::Show { name } => show(&mut desk, &name).await?,
        Verb::RotateAdmin(rotating) => rotate_admin(&mut desk, rotating).await?,
        Verb::KeyPolicy { name } => show_key_policy(&mut desk, &name).await?,
        Verb::Retire { name } => retire(&mut desk, &name).await?,
    }
    Ok(0)
}

/// The engine, the URL and the secret, as they are given or as the connection of Glue's has them that is named instead.
async fn place(adding: &Adding) -> Result<(String, String, Option<String>)> {
    let own = adding.secret.clone();
    let Some(connection) = &adding.glue_connection else {
        let (engine, url) = source_url(adding.url.as_deref().unwrap_or_default())?;
        return Ok((engine, url, own));
    };
    let has_login = own.is_some() || adding.user.is_some();
    let GluePlace { engine, url, secret } = glue_place(connection, has_login).await?;
    let (engine, url) = source_url(&format!("{engine}://{url}"))?;
    let secret = own.or_else(|| secret.filter(|_| adding.user.is_none()));
    if secret.is_none() && adding.user.is_none() {
        return Err(Error::invalid(format!("connection {connection:?} of Glue names no secret"))
            .hint("say who may make users there: --secret NAME, or --user NAME"));
    }
    Ok((engine, url, secret))
}

async fn add(desk: &mut Desk<'_>, adding: Adding) -> Done {
    let (engine, url, secret) = place(&adding).await?;
    let project = desk.project(adding.project.clone()).await?;
    let mut source = Source {
        // One that is tried again must not find what an earlier attempt has kept.
        administrator: secret.unwrap_or_else(|| secret_of(desk, &adding.name)),
        id: adding.name.clone(),
        owner: project.clone(),
        engine: connectors::find(&engine)?.name().to_owned(),
        url,
        state: SourceState::New,
    };
    reach::check(&source)?;
    // What would be refused is refused before anybody is asked for a password.
    let may = desk.share.may_add_source(&desk.caller, &source).await;
    desk.found(may, &[Named::Project(&project)]).await?;
    let user = match adding.user {
        Some(user) => Some(Credential { password: password(&user, adding.password_stdin).await?, user }),
        None => None,
    };
    if !adding.no_test {
        let login = match &user {
            Some(user) => Login::User(user.clone()),
            None => reach::administrator(desk, &source).await?,
        };
        let health = reach::connect(&source, &login).await?.health().await?;
        desk.output.note(&told(&source.id, &health));
        source.state = SourceState::Ready;
    }
    write(desk, &source, user.as_ref()).await
}

/// The password first: a source without one would be of no use, and a password without a source is taken away again.
async fn write(desk: &mut Desk<'_>, source: &Source, user: Option<&Credential>) -> Done {
    let user = user.filter(|_| !desk.common.dry_run);
    if let Some(user) = user {
        reach::keep(desk, source, user).await?;
    }
    let added = desk.share.add_source(&desk.caller, source).await;
    if added.is_err() && user.is_some() {
        reach::forget(desk, source).await?;
    }
    let events = desk.found(added, &[Named::Project(&source.owner)]).await?;
    desk.wrote(&events)
}

/// Outside of everything that an environment may be let into.
fn secret_of(desk: &Desk<'_>, source: &str) -> String {
    let name = format!("{}/{source}/{:08x}", reach::PREFIX, Uuid::new_v4().as_fields().0);
    desk.cloud().map_or_else(|| name.clone(), |cloud| cloud.secret(&name))
}

async fn password(user: &str, from_stdin: bool) -> Result<connector_core::Secret> {
    if from_stdin {
        return input::password_line().await;
    }
    match administrator_password() {
        Some(password) => Ok(password),
        None => {
            input::password(&format!("Password of {user}: "), "use --password-stdin, or set GLAUX_ADMIN_PASSWORD").await
        }
    }
}

fn told(source: &str, health: &Health) -> String {
    let tls = health.tls.as_deref().unwrap_or("no TLS");
    format!("{source} answers: {}, user {}, {tls}", health.version, health.user)
}

async fn test(desk: &mut Desk<'_>, name: &str) -> Done<u8> {
    let used = desk.share.use_source(&desk.caller, name, "source test").await;
    let source = desk.found(used, &[Named::Source(name)]).await?;
    let login = reach::administrator(desk, &source).await?;
    let answered = async { reach::connect(&source, &login).await?.health().await }.await;
    let events = desk.share.tested(&desk.caller, name, answered.is_ok()).await?;
    // What health finds of a user's rights is about one that reads; this one is to rule.
    match answered {
        Ok(health) => {
            desk.show(&[
                ("source", some(name)),
                ("server", some(&health.version)),
                ("user", some(&health.user)),
                ("tls", health.tls.clone()),
            ])?;
        }
        Err(error) => return Err(error.into()),
    }
    if let (Some(event), false) = (events.first(), desk.common.dry_run) {
        desk.output.note(&format!("event {}: {name} is ready", event.number));
    }
    Ok(0)
}

async fn rotate_admin(desk: &mut Desk<'_>, rotating: Rotating) -> Done {
    let Rotating { name, secret, password_stdin } = rotating;
    let used = desk.share.use_source(&desk.caller, &name, "source rotate-admin").await;
    let source = desk.found(used, &[Named::Source(&name)]).await?;
    let before = reach::administrator(desk, &source).await?;
    let Login::User(Credential { user: name_there, .. }) = before else {
        return Err(Error::unsupported(format!("source {name} has no password to rotate")).into());
    };
    let administrator = secret.clone().unwrap_or_else(|| secret_of(desk, &name));
    let rotated = Source { administrator, ..source.clone() };
    let credential = match secret {
        Some(_) => None,
        None => Some(Credential { password: password(&name_there, password_stdin).await?, user: name_there.clone() }),
    };
    let login = match &credential {
        Some(known) => Login::User(known.clone()),
        None => reach::administrator(desk, &rotated).await?,
    };
    if !matches!(&login, Login::User(shown) if shown.user == name_there) {
        let told = format!("secret {:?} is another user's than {name_there:?}", rotated.administrator);
        return Err(Error::invalid(told).hint("name one that holds the same user with its new password").into());
    }
    let health = reach::connect(&rotated, &login).await?.health().await?;
    desk.output.note(&told(&name, &health));
    replace(desk, &source, &rotated, credential.as_ref()).await
}

/// The new one first; the old one goes when nothing names it any more.
async fn replace(desk: &mut Desk<'_>, source: &Source, rotated: &Source, user: Option<&Credential>) -> Done {
    let user = user.filter(|_| !desk.common.dry_run);
    if let Some(user) = user {
        reach::keep(desk, rotated, user).await?;
    }
    let (from, to) = (&source.administrator, &rotated.administrator);
    let done = desk.share.rotate_administrator(&desk.caller, &source.id, from, to).await;
    if done.is_err() && user.is_some() {
        reach::forget(desk, rotated).await?;
    }
    let events = done?;
    if !events.is_empty() && !desk.common.dry_run && reach::is_ours(source) {
        reach::forget(desk, source).await?;
    }
    desk.wrote(&events)
}

async fn list(desk: &mut Desk<'_>) -> Done {
    let sight = desk.sight().await?;
    let sources = desk.register.list::<Source>(&By::Kind).await?;
    let seen: Vec<&Source> = sources.iter().map(|read| &read.record).filter(|it| sight.is_in(&it.owner)).collect();
    desk.hidden(sources.len() - seen.len());
    let rows: Vec<Row> = seen
        .into_iter()
        .map(|source| {
            vec![some(&source.id), some(&source.owner), state(source), some(&source.engine), some(&source.url)]
        })
        .collect();
    desk.list(&["source", "project", "state", "engine", "url"], &rows)
}

async fn show(desk: &mut Desk<'_>, name: &str) -> Done {
    let sight = desk.sight().await?;
    let got = desk.share.see_source(&desk.caller, name).await;
    let source = desk.found(got, &[Named::Source(name)]).await?;
    let assets = desk.register.list::<Asset>(&By::Kind).await?;
    let assets = assets.iter().map(|read| &read.record).filter(|asset| asset.source == name && sight.sees_asset(asset));
    let assets: Vec<&Asset> = assets.collect();
    desk.show(&[
        ("source", some(name)),
        ("project", some(&source.owner)),
        ("state", state(&source)),
        ("engine", some(&source.engine)),
        ("url", some(&source.url)),
        ("secret", some(&source.administrator)),
        ("assets", some(assets.len().to_string())),
        ("published", some(assets.iter().filter(|asset| asset.published).count().to_string())),
    ])
}

async fn show_key_policy(desk: &mut Desk<'_>, name: &str) -> Done {
    let got = desk.share.see_source(&desk.caller, name).await;
    let source = desk.found(got, &[Named::Source(name)]).await?;
    let Some(cloud) = desk.cloud() else {
        return Err(Error::unsupported("secrets in a folder are under no key").hint("name a register on AWS").into());
    };
    let policy = cloud.key_policy(&desk.register, &source, None).await?.to_json()?;
    desk.output.data(&(policy + "\n"))
}

async fn retire(desk: &mut Desk<'_>, name: &str) -> Done {
    if desk.register.find::<Source>(name).await?.is_some() {
        let all = desk.register.list::<Subscription>(&By::Kind).await?;
        let open = all.iter().filter(|read| read.record.source == name && read.record.is_open()).count();
        desk.agreed(&format!("Retire source {name} and end {open} subscriptions and requests of it?")).await?;
    }
    let retired = desk.share.retire(&desk.caller, name).await;
    let events = desk.found(retired, &[Named::Source(name)]).await?;
    desk.wrote_and_follow(&events).await
}
