//! One statement of a policy, understood, and whether it is about a request.

use connector_core::{Error, Result};

use super::arn::parts;
use super::condition::{Condition, Context, check_pattern, like};
use super::{Effect, Policy, Principals, Statement, VERSION};

/// What a policy is put on, which decides whether it names principals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    Identity,
    Resource,
}

/// A statement that is understood.
#[derive(Debug)]
pub struct Rule {
    pub sid: String,
    pub effect: Effect,
    whom: Option<Whom>,
    actions: Vec<String>,
    resources: Vec<String>,
    conditions: Vec<Condition>,
}

#[derive(Debug)]
enum Whom {
    Everybody,
    These { accounts: Vec<String>, roles: Vec<String>, services: Vec<String> },
}

/// Who asks, as statements name them.
#[derive(Clone, Copy, Debug)]
pub enum Asker<'a> {
    Role { arn: &'a str, account: &'a str },
    Root { account: &'a str },
    Service(&'a str),
}

/// How a statement names who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Named {
    /// By the account: an Allow leaves it to the account's own policies.
    ByAccount,
    /// As itself, or as one of everybody.
    Itself,
}

/// Understands a policy.
///
/// Errors: unsupported, for anything in it that is not understood, whether the request at hand is about it or not.
pub fn rules(policy: &Policy, on: On) -> Result<Vec<Rule>> {
    if policy.version != VERSION {
        return Err(Error::unsupported(format!(
            "version {:?} of the policy language is not understood here",
            policy.version
        )));
    }
    policy.statement.iter().map(|statement| Rule::of(statement, on)).collect()
}

impl Rule {
    fn of(statement: &Statement, on: On) -> Result<Self> {
        let sid = statement.sid.clone().unwrap_or_else(|| "a statement without a name".into());
        let doing = format!("understanding {sid}");
        let whom = match (on, &statement.principal) {
            (On::Identity, None) => Ok(None),
            (On::Resource, Some(principals)) => Whom::of(principals).map(Some),
            (On::Identity, Some(_)) => Err(Error::unsupported("a policy of an identity names a principal")),
            (On::Resource, None) => Err(Error::unsupported("a policy of a resource names no principal")),
        };
        let whom = whom.map_err(|error| error.context(doing.clone()))?;
        let checked = statement.action.iter().try_for_each(|action| check_action(action));
        let checked =
            checked.and_then(|()| statement.resource.iter().try_for_each(|resource| check_resource(resource)));
        let conditions = checked.and_then(|()| Condition::all(&statement.condition));
        Ok(Self {
            sid,
            effect: statement.effect,
            whom,
            actions: statement.action.iter().map(|action| action.to_ascii_lowercase()).collect(),
            resources: statement.resource.clone(),
            conditions: conditions.map_err(|error| error.context(doing))?,
        })
    }

    /// How it is about who asks for this; none if it is not.
    pub fn covers(&self, asker: Asker, action: &str, resource: &str, context: &Context) -> Option<Named> {
        let action = action.to_ascii_lowercase();
        let fits = self.actions.iter().any(|pattern| like(pattern, &action))
            && self.resources.iter().any(|pattern| like(pattern, resource))
            && self.conditions.iter().all(|condition| condition.holds(context));
        match &self.whom {
            _ if !fits => None,
            None => Some(Named::Itself),
            Some(whom) => whom.names(asker),
        }
    }
}

impl Whom {
    fn of(principals: &Principals) -> Result<Self> {
        let Principals::These { aws, services } = principals else { return Ok(Self::Everybody) };
        let (mut accounts, mut roles) = (Vec::new(), Vec::new());
        for name in aws {
            match (name.parse::<super::RoleArn>(), account_of(name)) {
                (Ok(role), _) => roles.push(role.as_str().to_owned()),
                (_, Some(account)) => accounts.push(account.to_owned()),
                _ => return Err(Error::unsupported(format!("the principal {name:?} is not understood here"))),
            }
        }
        if let Some(service) = services.iter().find(|service| service.contains(['*', '?', '$'])) {
            return Err(Error::unsupported(format!("the service {service:?} is not understood here")));
        }
        Ok(Self::These { accounts, roles, services: services.clone() })
    }

    fn names(&self, asker: Asker) -> Option<Named> {
        let Self::These { accounts, roles, services } = self else { return Some(Named::Itself) };
        let holds = |names: &[String], name: &str| names.iter().any(|one| one == name);
        match asker {
            Asker::Role { arn, .. } if holds(roles, arn) => Some(Named::Itself),
            Asker::Service(service) if holds(services, service) => Some(Named::Itself),
            Asker::Root { account } | Asker::Role { account, .. } if holds(accounts, account) => Some(Named::ByAccount),
            _ => None,
        }
    }
}

/// An account, by its number or its root user.
fn account_of(name: &str) -> Option<&str> {
    let is_number = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    match parts(name) {
        Some([_, _, "iam", "", account, "root"]) => Some(account).filter(|account| is_number(account)),
        Some(_) => None,
        None => Some(name).filter(|name| is_number(name)),
    }
}

fn check_action(action: &str) -> Result<()> {
    check_pattern(action)?;
    match action.split_once(':') {
        None if action == "*" => Ok(()),
        Some((service, does)) if !service.is_empty() && !service.contains(['*', '?']) && !does.is_empty() => Ok(()),
        _ => Err(Error::unsupported(format!("the action {action:?} is not understood here"))),
    }
}

/// Where a wildcard stands elsewhere than at the end, what AWS makes of it depends on the service.
fn check_resource(resource: &str) -> Result<()> {
    check_pattern(resource)?;
    let in_front = |parts: [&str; 6]| parts[..5].iter().any(|part| part.contains(['*', '?']));
    match parts(resource) {
        None if resource == "*" => Ok(()),
        Some(parts) if !in_front(parts) => Ok(()),
        _ => Err(Error::unsupported(format!("the resource {resource:?} is not understood here"))),
    }
}
