//! `glaux project`: who owns sources, and who reads what others own.

use clap::{Args, Subcommand, ValueEnum};
use connector_core::Result;

use super::desk::{Desk, Row, some, state};
use super::near::Named;
use crate::cli::output::Done;
use crate::register::{By, Environment, Membership, Project, Record, Source};

/// What may be done.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Bring in a project that you own
    Add {
        /// Letters, digits, - and _: DataZone's id, if it has one there
        name: String,
        /// Somebody else who owns it, as events name them
        #[arg(long, value_name = "ACTOR", num_args = 1..)]
        owner: Vec<String>,
        /// Somebody who may ask for its environments
        #[arg(long, value_name = "ACTOR", num_args = 1..)]
        member: Vec<String>,
    },
    /// All projects
    List,
    /// One project: its people, environments and sources
    Show {
        /// Which
        name: String,
    },
    /// Make somebody an owner or a member, or nothing any more
    Member(Joining),
    /// Take it out of use, once it has no source and no environment in use
    Archive {
        /// Which
        name: String,
    },
}

#[derive(Args, Debug)]
pub struct Joining {
    /// Which project
    name: String,
    /// Who, as events name them
    #[arg(value_name = "ACTOR")]
    person: String,
    /// What they are from now on
    #[arg(long, value_enum, default_value_t, conflicts_with = "remove")]
    role: Role,
    /// Nothing any more
    #[arg(long)]
    remove: bool,
}

/// What somebody is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Decides on requests, and brings in sources and environments
    Owner,
    /// Asks
    #[default]
    Member,
}

/// Runs a verb.
pub async fn run(verb: Verb, mut desk: Desk<'_>) -> Done<u8> {
    match verb {
        Verb::Add { name, owner, member } => {
            let owners = owner.into_iter().map(|actor| (actor, Membership::Owner));
            let people = member.into_iter().map(|actor| (actor, Membership::Member)).chain(owners);
            let people: Result<Vec<_>> = people.map(|(actor, role)| Ok((desk.person(actor)?, role))).collect();
            let people = people?;
            let events = desk.share.add_project(&desk.caller, &name, &people).await?;
            desk.wrote(&events)?;
        }
        Verb::List => list(&mut desk).await?,
        Verb::Show { name } => show(&mut desk, &name).await?,
        Verb::Member(joining) => join(&mut desk, &joining).await?,
        Verb::Archive { name } => {
            desk.agreed(&format!("Archive project {name}?")).await?;
            let archived = desk.share.archive(&desk.caller, &name).await;
            let events = desk.found(archived, &[Named::Project(&name)]).await?;
            desk.wrote(&events)?;
        }
    }
    Ok(0)
}

async fn join(desk: &mut Desk<'_>, joining: &Joining) -> Done {
    let Joining { name, person, role, remove } = joining;
    let membership = match (remove, role) {
        (true, _) => None,
        (false, Role::Owner) => Some(Membership::Owner),
        (false, Role::Member) => Some(Membership::Member),
    };
    let person = &desk.person(person.clone())?;
    let set = desk.share.set_member(&desk.caller, name, person, membership).await;
    let events = desk.found(set, &[Named::Project(name)]).await?;
    desk.wrote(&events)
}

async fn list(desk: &mut Desk<'_>) -> Done {
    let projects = desk.register.list::<Project>(&By::Kind).await?;
    let row = |project: &Project| -> Row {
        let (owners, members) = (people(project, Membership::Owner), people(project, Membership::Member));
        vec![some(&project.id), state(project), owners, members]
    };
    let rows: Vec<Row> = projects.iter().map(|read| row(&read.record)).collect();
    desk.list(&["project", "state", "owners", "members"], &rows)
}

async fn show(desk: &mut Desk<'_>, name: &str) -> Done {
    let got = desk.register.get::<Project>(name).await;
    let project = desk.found(got, &[Named::Project(name)]).await?.record;
    let environments = desk.register.list::<Environment>(&By::Consumer(name.to_owned())).await?;
    let sources = desk.register.list::<Source>(&By::Owner(name.to_owned())).await?;
    desk.show(&[
        ("project", some(name)),
        ("state", state(&project)),
        ("owners", people(&project, Membership::Owner)),
        ("members", people(&project, Membership::Member)),
        ("environments", joined(environments.iter().map(|read| read.record.id()))),
        ("sources", joined(sources.iter().map(|read| read.record.id()))),
    ])
}

fn people(project: &Project, membership: Membership) -> Option<String> {
    joined(project.members.iter().filter(|(_, is)| **is == membership).map(|(actor, _)| actor.as_str()))
}

/// Names with blanks between, or nothing.
pub fn joined<'n>(names: impl Iterator<Item = &'n str>) -> Option<String> {
    let names: Vec<&str> = names.collect();
    (!names.is_empty()).then(|| names.join(" "))
}
