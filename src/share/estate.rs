//! Projects, their people and their environments: who may bring them in, change them, and take them out of use.

use std::collections::BTreeMap;

use connector_core::{Error, ErrorKind, Result};
use futures::FutureExt;

use super::{Caller, Share, is_member};
use crate::register::{
    Asset, By, Environment, EnvironmentState, Event, Membership, Place, Project, ProjectState, Record, Register,
    Source, SourceState, Versioned, Write,
};

/// The longest name; database users and secrets are named after it.
const LONGEST: usize = 40;

impl Share {
    /// Brings in a project, of which the caller is an owner.
    ///
    /// Errors: invalid, for a name or a person that is none; conflict, if there is one of that name.
    pub async fn add_project(&self, caller: &Caller, id: &str, people: &[(String, Membership)]) -> Result<Vec<Event>> {
        is_name_or_id("project", id)?;
        people.iter().try_for_each(|(actor, _)| is_actor(actor))?;
        let mut members: BTreeMap<String, Membership> = people.iter().cloned().collect();
        members.insert(caller.actor.clone(), Membership::Owner);
        let project = Project { id: id.to_owned(), members, state: ProjectState::Active };
        let (act, register, project) = (caller.act("project add", Some(id), None), &self.register, &project);
        let decided = register.decide(&act, || {
            let making = async move {
                is_free::<Project>(register, &project.id).await?;
                Ok((vec![Write::create(project)?], ()))
            };
            making.boxed()
        });
        Ok(decided.await?.0)
    }

    /// Makes somebody an owner or a member of a project, or nothing any more. Nothing is written if that is so already.
    ///
    /// Errors: forbidden, but for an owner, and for a member who goes; conflict, if no owner would be left.
    pub async fn set_member(
        &self,
        caller: &Caller,
        id: &str,
        actor: &str,
        membership: Option<Membership>,
    ) -> Result<Vec<Event>> {
        is_actor(actor)?;
        let (act, register) = (caller.act("project member", Some(id), None), &self.register);
        let decided = register.decide(&act, || {
            let making = async move {
                let read = register.get::<Project>(id).await?;
                let goes = membership.is_none() && actor == caller.actor;
                is_member(&read.record, &caller.actor, if goes { Membership::Member } else { Membership::Owner })?;
                let made = with_member(&read.record, actor, membership)?;
                let is_new = made != read.record;
                Ok((if is_new { vec![Write::update(&read, &made)?] } else { Vec::new() }, ()))
            };
            making.boxed()
        });
        Ok(self.or_noted::<Project, _>(&act, id, decided.await).await?.0)
    }

    /// Takes a project out of use.
    ///
    /// Errors: forbidden, but for an owner; conflict, as long as it has a source or an environment in use, or publishes something.
    pub async fn archive(&self, caller: &Caller, id: &str) -> Result<Vec<Event>> {
        let (act, register) = (caller.act("project archive", Some(id), None), &self.register);
        let decided = register.decide(&act, || {
            let making = async move {
                let read = register.get::<Project>(id).await?;
                is_member(&read.record, &caller.actor, Membership::Owner)?;
                is_in_use(&read.record)?;
                is_empty(register, id).await?;
                let archived = Project { state: ProjectState::Archived, ..read.record.clone() };
                Ok((vec![Write::update(&read, &archived)?], ()))
            };
            making.boxed()
        });
        Ok(self.or_noted::<Project, _>(&act, id, decided.await).await?.0)
    }

    /// Brings in an environment of a project. Nothing is written if it is so already.
    ///
    /// Errors: forbidden, but for an owner of the project; invalid, for a name or a place that is none; conflict, if there is one
    /// of that name that is otherwise.
    pub async fn add_environment(&self, caller: &Caller, id: &str, project: &str, place: &Place) -> Result<Vec<Event>> {
        is_environment(id)?;
        is_place(place)?;
        let (act, register) = (caller.act("env add", Some(project), None), &self.register);
        let decided = register.decide(&act, || {
            let making = async move {
                let owner = register.get::<Project>(project).await?.record;
                is_member(&owner, &caller.actor, Membership::Owner)?;
                is_in_use(&owner)?;
                let (place, state) = (place.clone(), EnvironmentState::Active);
                let made = Environment { id: id.to_owned(), project: owner.id, place, state };
                if register.find::<Environment>(id).await?.is_some_and(|read| read.record == made) {
                    return Ok((Vec::new(), ()));
                }
                is_free::<Environment>(register, id).await?;
                Ok((vec![Write::create(&made)?], ()))
            };
            making.boxed()
        });
        Ok(self.or_noted::<Project, _>(&act, project, decided.await).await?.0)
    }
}

fn with_member(project: &Project, actor: &str, membership: Option<Membership>) -> Result<Project> {
    let mut made = project.clone();
    match membership {
        Some(membership) => {
            made.members.insert(actor.to_owned(), membership);
        }
        None if made.members.remove(actor).is_some() => {}
        None => {
            let known: Vec<&String> = project.members.keys().collect();
            return Err(Error::not_found(format!("{actor} is no member of project {}", project.id))
                .hint(format!("its members are {known:?}")));
        }
    }
    if !made.members.values().any(|membership| *membership == Membership::Owner) {
        return Err(Error::new(ErrorKind::Conflict, format!("project {} would have no owner", project.id))
            .hint("make somebody else an owner first"));
    }
    Ok(made)
}

/// Errors: conflict, if the project is archived.
pub(super) fn is_in_use(project: &Project) -> Result<()> {
    match project.state {
        ProjectState::Active => Ok(()),
        ProjectState::Archived => Err(Error::new(ErrorKind::Conflict, format!("project {} is archived", project.id))
            .hint("use another, or add one")),
    }
}

async fn is_empty(register: &Register, project: &str) -> Result<()> {
    let sources: Vec<Versioned<Source>> = register.list(&By::Owner(project.to_owned())).await?;
    let environments: Vec<Versioned<Environment>> = register.list(&By::Consumer(project.to_owned())).await?;
    let source = sources.iter().find(|read| read.record.state != SourceState::Retired);
    let environment = environments.iter().find(|read| read.record.state == EnvironmentState::Active);
    let assets: Vec<Versioned<Asset>> = register.list(&By::Owner(project.to_owned())).await?;
    // One of another project's source, which was handed to this one.
    let asset = assets.iter().find(|read| read.record.published);
    let (what, id, verb) = match (source, environment, asset) {
        (Some(source), _, _) => ("source", &source.record.id, "source retire"),
        (None, Some(environment), _) => ("environment", &environment.record.id, "env remove"),
        (None, None, Some(asset)) => ("asset", &asset.record.id, "asset unpublish"),
        (None, None, None) => return Ok(()),
    };
    Err(Error::new(ErrorKind::Conflict, format!("project {project} still has {what} {id}"))
        .hint(format!("take it out of use first: glaux {verb} {id}")))
}

/// Errors: conflict, if there is a record of that id, whatever its case: roles of IAM that are named after two would be one.
pub(super) async fn is_free<R: Record>(register: &Register, id: &str) -> Result<()> {
    let all: Vec<Versioned<R>> = register.list(&By::Kind).await?;
    match all.iter().map(|read| read.record.id()).find(|known| known.eq_ignore_ascii_case(id)) {
        None => Ok(()),
        Some(known) => Err(Error::new(ErrorKind::Conflict, format!("there is {} {known} already", article(R::KIND)))
            .hint("names are for good, and one in any case: choose another, or use the one that is there")),
    }
}

fn article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {noun}")
}

/// Errors: invalid, for what cannot be the name of a source. Athena lists it as a catalog, and tells no case there.
pub(super) fn is_name(what: &str, name: &str) -> Result<()> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    let begins = name.starts_with(|c: char| c.is_ascii_lowercase());
    if begins && name.len() <= LONGEST && name.chars().all(is_plain) {
        return Ok(());
    }
    Err(Error::invalid(format!("{name:?} is no name for {}", article(what))).hint(format!(
        "up to {LONGEST} letters a to z, digits, - and _, a letter first: secrets and catalogs are named after it"
    )))
}

/// Errors: invalid, for what cannot be the name of a project or an environment, which may have the id that DataZone gave it.
fn is_name_or_id(what: &str, name: &str) -> Result<()> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    // A dash in front would be an option to whoever types it.
    if !name.is_empty() && !name.starts_with('-') && name.len() <= LONGEST && name.chars().all(is_plain) {
        return Ok(());
    }
    Err(Error::invalid(format!("{name:?} is no name for {}", article(what)))
        .hint(format!("up to {LONGEST} letters, digits, - and _, no dash first; an id of DataZone's is one")))
}

/// Errors: invalid, for what cannot be the name of an environment, after which roles, functions and secrets are named.
fn is_environment(name: &str) -> Result<()> {
    if name.eq_ignore_ascii_case("producer") {
        return Err(Error::invalid(format!("{name:?} is no name for an environment"))
            .hint("the producer's own function and role are called so: choose another"));
    }
    is_name_or_id("environment", name)
}

fn is_actor(actor: &str) -> Result<()> {
    const LONGEST: usize = 256;
    let is_odd = actor.trim() != actor || actor.is_empty() || actor.len() > LONGEST;
    if is_odd || actor.chars().any(char::is_control) {
        return Err(Error::invalid(format!("{actor:?} is nobody's name"))
            .hint("name people as events name them: see who is told by glaux project show"));
    }
    Ok(())
}

fn is_place(place: &Place) -> Result<()> {
    let Place::Aws(account) = place else { return Ok(()) };
    let is_account = account.account.len() == 12 && account.account.bytes().all(|byte| byte.is_ascii_digit());
    if !is_account {
        return Err(Error::invalid(format!("{:?} is no AWS account: it has twelve digits", account.account)));
    }
    let is_region = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if account.region.is_empty() || !account.region.chars().all(is_region) {
        return Err(Error::invalid(format!("{:?} is no AWS region", account.region)).hint("write it as eu-central-1"));
    }
    for role in [&account.role, &account.consumer_role] {
        let parts: Vec<&str> = role.splitn(6, ':').collect();
        let is_role =
            matches!(parts[..], ["arn", _, "iam", "", of, name] if of == account.account && name.starts_with("role/"));
        if !is_role || role.contains(['*', '?', ' ']) {
            return Err(Error::invalid(format!("{role:?} is no role of account {}", account.account))
                .hint(format!("write it as arn:aws:iam::{}:role/NAME", account.account)));
        }
    }
    Ok(())
}
