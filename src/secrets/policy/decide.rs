//! What policies come to for one request, by AWS's rules: a deny anywhere wins; inside an account the identity's own policy or the
//! resource's allows; across accounts both must; a boundary bounds; a key of KMS obeys nobody whom its own policy does not name.
//!
//! Anything that is not understood is an error and never an answer. Left out, and so never allowing anything: session policies,
//! and the policies of organisations and of endpoints, which can only take away.

use std::collections::BTreeMap;

use connector_core::{Error, Result};

use super::arn::{self, parts};
use super::condition::Context;
use super::rule::{Asker, Named, On, Rule, rules};
use super::{Effect, Policy, RoleArn};

/// Who asks.
#[derive(Clone, Debug)]
pub enum Principal {
    /// A session of a role.
    Role(Role),
    /// The root user of an account, by its number.
    Root { account: String },
    /// A service of AWS, by its name like `athena.amazonaws.com`, for nobody in particular.
    Service(String),
}

/// A role and what was put on it.
#[derive(Clone, Debug)]
pub struct Role {
    /// Its name.
    pub arn: RoleArn,
    /// What it may do.
    pub policies: Vec<Policy>,
    /// What it may do at most.
    pub boundary: Option<Policy>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// What is asked for: a secret, a key or a function.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Its name, without wildcards.
    pub arn: String,
    /// The policy on it.
    pub policy: Option<Policy>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// One request.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// Who asks.
    pub principal: &'a Principal,
    /// To do what, like `secretsmanager:GetSecretValue`.
    pub action: &'a str,
    /// With what.
    pub resource: &'a Resource,
    /// Whether over TLS.
    pub is_secure: bool,
    /// The service that asks in the place of who asks, with their rights.
    pub via: Option<&'a str>,
    /// What the use of a key is bound to.
    pub encryption_context: BTreeMap<String, String>,
}

/// Whether it is let, and by which statement or for want of which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whether it is let.
    pub is_allowed: bool,
    /// Why.
    pub because: String,
}

impl Decision {
    fn allowed(because: impl Into<String>) -> Self {
        Self { is_allowed: true, because: because.into() }
    }

    fn denied(because: impl Into<String>) -> Self {
        Self { is_allowed: false, because: because.into() }
    }
}

/// Decides a request.
///
/// Errors: unsupported, if a policy holds what is not understood; invalid, for a request that does not name one thing.
pub fn decide(request: &Request) -> Result<Decision> {
    let owner = owner(request)?;
    let context = context(request);
    let all = Policies::of(request)?;
    let asker = asker(request.principal);
    let covering = |rules: &[Rule], effect| {
        let of_effect = rules.iter().filter(|rule| rule.effect == effect);
        let covers = of_effect.filter_map(|rule| {
            Some((rule.covers(asker, request.action, &request.resource.arn, &context)?, rule.sid.clone()))
        });
        covers.max_by_key(|(named, _)| *named)
    };
    let sides = [Some(&all.identity), all.boundary.as_ref(), Some(&all.resource)];
    if let Some((_, sid)) = sides.into_iter().flatten().find_map(|rules| covering(rules, Effect::Deny)) {
        return Ok(Decision::denied(format!("{sid} denies it")));
    }
    let found = Found {
        resource: covering(&all.resource, Effect::Allow),
        identity: covering(&all.identity, Effect::Allow).map(|(_, sid)| sid),
        is_out_of_bounds: all.boundary.is_some_and(|rules| covering(&rules, Effect::Allow).is_none()),
        is_key: request.action.to_ascii_lowercase().starts_with("kms:"),
    };
    Ok(match request.principal {
        Principal::Role(role) => found.for_role(role.arn.account() == owner),
        Principal::Root { account } => found.for_root(account == owner),
        Principal::Service(_) => found.for_service(),
    })
}

/// What allows, if nothing denies.
struct Found {
    resource: Option<(Named, String)>,
    identity: Option<String>,
    is_out_of_bounds: bool,
    is_key: bool,
}

impl Found {
    fn for_role(self, is_own: bool) -> Decision {
        if self.is_out_of_bounds {
            return Decision::denied("the role's boundary does not allow it");
        }
        match (is_own, self.resource, self.identity) {
            (true, Some((Named::Itself, sid)), _) => Decision::allowed(format!("{sid} of the resource allows it")),
            (true, Some((Named::ByAccount, _)), Some(sid)) => Decision::allowed(format!("{sid} of the role allows it")),
            (true, None, Some(sid)) if !self.is_key => Decision::allowed(format!("{sid} of the role allows it")),
            (true, None, Some(_)) => Decision::denied("the key's own policy does not allow it"),
            (false, Some((_, sid)), Some(own)) => {
                Decision::allowed(format!("{own} of the role and {sid} of the resource allow it"))
            }
            (false, Some(_), None) => {
                Decision::denied("the role's own policy does not allow it, which is in another account")
            }
            (false, None, Some(_)) => Decision::denied("the resource's policy does not allow it to another account"),
            (_, _, None) => Decision::denied("nothing allows it"),
        }
    }

    /// No policy can be put on a root user; its own account's things are its own, but for keys.
    fn for_root(self, is_own: bool) -> Decision {
        match self.resource {
            Some((_, sid)) => Decision::allowed(format!("{sid} of the resource allows it")),
            None if is_own && !self.is_key => Decision::allowed("it is the root user of the resource's account"),
            None => Decision::denied("the resource's policy does not allow it"),
        }
    }

    fn for_service(self) -> Decision {
        match self.resource {
            Some((_, sid)) => Decision::allowed(format!("{sid} of the resource allows it")),
            None => Decision::denied("the resource's policy does not allow it to a service"),
        }
    }
}

struct Policies {
    identity: Vec<Rule>,
    boundary: Option<Vec<Rule>>,
    resource: Vec<Rule>,
}

impl Policies {
    fn of(request: &Request) -> Result<Self> {
        let (policies, boundary) = match request.principal {
            Principal::Role(role) => (&role.policies[..], role.boundary.as_ref()),
            Principal::Root { .. } | Principal::Service(_) => (&[][..], None),
        };
        let identity: Vec<_> = policies.iter().map(|policy| rules(policy, On::Identity)).collect::<Result<_>>()?;
        let resource = request.resource.policy.as_ref().map(|policy| rules(policy, On::Resource)).transpose()?;
        Ok(Self {
            identity: identity.into_iter().flatten().collect(),
            boundary: boundary.map(|policy| rules(policy, On::Identity)).transpose()?,
            resource: resource.unwrap_or_default(),
        })
    }
}

/// The account of what is asked for. A request that itself stands for several has no one answer.
fn owner<'a>(request: &Request<'a>) -> Result<&'a str> {
    let (action, arn) = (request.action, request.resource.arn.as_str());
    let owner = parts(arn).map(|parts| parts[4]).filter(|account| !account.is_empty());
    let is_one = action.contains(':') && !action.contains(['*', '?']) && !arn.contains(['*', '?']);
    owner.filter(|_| is_one).ok_or_else(|| {
        Error::invalid(format!(
            "{action:?} with {arn:?} is not one action with one secret, key or function, by its ARN"
        ))
    })
}

fn asker(principal: &Principal) -> Asker<'_> {
    match principal {
        Principal::Role(role) => Asker::Role { arn: role.arn.as_str(), account: role.arn.account() },
        Principal::Root { account } => Asker::Root { account },
        Principal::Service(name) => Asker::Service(name),
    }
}

/// A service that asks for nobody says nothing of a principal.
fn context(request: &Request) -> Context {
    let mut context = Context::new();
    let mut say = |key: String, value: &str| {
        context.insert(key.to_ascii_lowercase(), value.to_owned());
    };
    say("aws:SecureTransport".into(), if request.is_secure { "true" } else { "false" });
    match request.principal {
        Principal::Role(role) => {
            say("aws:PrincipalArn".into(), role.arn.as_str());
            say("aws:PrincipalAccount".into(), role.arn.account());
            role.tags.iter().for_each(|(tag, value)| say(format!("aws:PrincipalTag/{tag}"), value));
        }
        Principal::Root { account } => {
            let partition = parts(&request.resource.arn).map_or("aws", |parts| parts[1]);
            say("aws:PrincipalArn".into(), &arn::root(partition, account));
            say("aws:PrincipalAccount".into(), account);
        }
        Principal::Service(_) => {}
    }
    request.resource.tags.iter().for_each(|(tag, value)| say(format!("aws:ResourceTag/{tag}"), value));
    request.encryption_context.iter().for_each(|(key, value)| say(format!("kms:EncryptionContext:{key}"), value));
    if let Some(via) = request.via {
        say("kms:ViaService".into(), via);
        say("aws:CalledVia".into(), via);
    }
    context
}
