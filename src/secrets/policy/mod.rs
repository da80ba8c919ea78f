//! Policies of AWS as data: those that guard the secrets of grants, made from what is granted, and what a policy comes to.
//!
//! Not here: sending them (`keeper`), and rights inside a database (`connectors/*/access.rs`).

mod arn;
mod condition;
mod decide;
mod grants;
mod invoking;
mod rule;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use connector_core::{Error, Result};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

pub use arn::{Place, RoleArn};
pub use decide::{Decision, Principal, Request, Resource, Role, decide};
pub use grants::{Consumer, KeyReader, Producer, key_policy, listing_policy, secret_policy};
pub use invoking::only_through_athena;

/// The only version of the language that has all that is used here.
const VERSION: &str = "2012-10-17";

/// A policy. What it is read from may hold nothing else than what stands here: what is not understood is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Policy {
    /// The language's version.
    pub version: String,
    /// What is allowed and what is denied, in no order.
    #[serde(deserialize_with = "one_or_many")]
    pub statement: Vec<Statement>,
}

/// What one statement of a policy says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Statement {
    /// A name, to find it by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// Whether it allows or denies.
    pub effect: Effect,
    /// Whom it is about, in the policy of a resource; in one of an identity nobody is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal: Option<Principals>,
    /// What is done; `*` and `?` stand for others.
    #[serde(deserialize_with = "one_or_many")]
    pub action: Vec<String>,
    /// To what; `*` and `?` stand for others.
    #[serde(deserialize_with = "one_or_many")]
    pub resource: Vec<String>,
    /// When: operator → key → values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "conditions")]
    pub condition: Conditions,
}

/// Operator → key → values.
pub type Conditions = BTreeMap<String, BTreeMap<String, Vec<String>>>;

/// What a statement does to what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    /// It lets it be done, unless something else denies it.
    Allow,
    /// It stops it, whatever allows it.
    Deny,
}

/// Whom a statement is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principals {
    /// Everybody, AWS's own services too.
    Everybody,
    /// Accounts and roles by ARN, and services by name.
    These { aws: Vec<String>, services: Vec<String> },
}

impl Policy {
    /// Of these statements.
    pub fn of(statement: Vec<Statement>) -> Self {
        Self { version: VERSION.into(), statement }
    }

    /// Reads a policy's JSON.
    ///
    /// Errors: unsupported, for anything that is not understood here, `NotPrincipal`, `NotAction` and `NotResource` among it.
    pub fn parse(text: &str) -> Result<Self> {
        serde_json::from_str(text)
            .map_err(|error| Error::unsupported(format!("a policy that is not understood: {error}")))
    }

    /// As AWS takes it.
    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|error| Error::internal("writing a policy as JSON").with_source(error))
    }
}

impl Statement {
    fn new(effect: Effect, sid: &str, action: &[&str], resource: &[String]) -> Self {
        let action = action.iter().map(|action| (*action).to_owned()).collect();
        let (resource, condition) = (resource.to_vec(), BTreeMap::new());
        Self { sid: Some(sid.into()), effect, principal: None, action, resource, condition }
    }

    fn allow(sid: &str, action: &[&str], resource: &[String]) -> Self {
        Self::new(Effect::Allow, sid, action, resource)
    }

    fn deny(sid: &str, action: &[&str], resource: &[String]) -> Self {
        Self::new(Effect::Deny, sid, action, resource)
    }

    fn about(mut self, principal: Principals) -> Self {
        self.principal = Some(principal);
        self
    }

    fn when(mut self, operator: &str, key: &str, values: impl IntoIterator<Item = String>) -> Self {
        let keys = self.condition.entry(operator.to_owned()).or_default();
        keys.entry(key.to_owned()).or_default().extend(values);
        self
    }
}

impl Principals {
    fn aws(names: impl IntoIterator<Item = String>) -> Self {
        Self::These { aws: names.into_iter().collect(), services: Vec::new() }
    }
}

impl Serialize for Principals {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Everybody => serializer.serialize_str("*"),
            Self::These { aws, services } => {
                let lists = [("AWS", aws), ("Service", services)].into_iter().filter(|(_, names)| !names.is_empty());
                serializer.collect_map(lists)
            }
        }
    }
}

impl<'de> Deserialize<'de> for Principals {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let kinds = match Value::deserialize(deserializer)? {
            Value::String(star) if star == "*" => return Ok(Self::Everybody),
            Value::Object(kinds) => kinds,
            _ => return Err(D::Error::custom("a Principal that is neither \"*\" nor lists of names")),
        };
        let (mut aws, mut services) = (Vec::new(), Vec::new());
        for (kind, names) in kinds {
            let names: Vec<String> = many(names).map_err(D::Error::custom)?;
            match kind.as_str() {
                "AWS" if names == ["*"] => return Ok(Self::Everybody),
                "AWS" => aws = names,
                "Service" => services = names,
                _ => return Err(D::Error::custom(format!("principals of kind {kind:?}"))),
            }
        }
        Ok(Self::These { aws, services })
    }
}

/// AWS's JSON leaves the brackets around a single one out.
fn one_or_many<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Vec<T>, D::Error> {
    many(Value::deserialize(deserializer)?).map_err(D::Error::custom)
}

fn many<T: DeserializeOwned>(value: Value) -> serde_json::Result<Vec<T>> {
    match value {
        Value::Array(values) => values.into_iter().map(serde_json::from_value).collect(),
        value => Ok(vec![serde_json::from_value(value)?]),
    }
}

fn conditions<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Conditions, D::Error> {
    let operators = BTreeMap::<String, BTreeMap<String, Value>>::deserialize(deserializer)?;
    let keys = |keys: BTreeMap<String, Value>| keys.into_iter().map(|(key, value)| Ok((key, values(value)?)));
    let all =
        operators.into_iter().map(|(operator, all)| Ok((operator, keys(all).collect::<serde_json::Result<_>>()?)));
    all.collect::<serde_json::Result<_>>().map_err(D::Error::custom)
}

/// What a key is compared with; a flag may stand without quotes.
fn values(value: Value) -> serde_json::Result<Vec<String>> {
    match value {
        Value::Bool(flag) => Ok(vec![flag.to_string()]),
        value => many(value),
    }
}
