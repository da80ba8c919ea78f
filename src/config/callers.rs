//! Who may read a catalog, and as whom: rules in order, of which the first that matches counts.
//!
//! A pattern is a text in which `*` stands for any letters. In an ARN it stands for none of `:` and `/`, and what comes before
//! the last `:` is written out, since in another account anybody may make a role of the same name. Not here: what the request
//! says of its caller (`protocol`), and what becomes of a rule (`handler`).

use std::collections::BTreeMap;

use connector_core::{Acting, Error, Result};
use serde::Deserialize;

use super::SecretReference;
use super::connection_string::check_secret_name;

/// The rules of a catalog, and the setting that they stand in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callers {
    /// The setting's name, for messages.
    pub key: String,
    rules: Vec<Rule>,
}

/// A caller, as far as rules look; what is not known is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caller<'r> {
    /// The account.
    pub account: Option<&'r str>,
    /// The user or role of IAM.
    pub arn: Option<String>,
    /// IAM groups.
    pub groups: &'r [String],
    /// Principal tags.
    pub tags: Option<&'r BTreeMap<String, String>>,
}

/// Whom a rule is for, and what they are read as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    account: Option<String>,
    arn: Option<String>,
    group: Option<String>,
    tags: BTreeMap<String, String>,
    /// Who logs in, if not the catalog's own user.
    pub secret: Option<SecretReference>,
    role: Option<Template>,
    settings: BTreeMap<String, Template>,
}

/// A rule as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    account: Option<String>,
    arn: Option<String>,
    group: Option<String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    secret: Option<String>,
    role: Option<String>,
    #[serde(default)]
    settings: BTreeMap<String, String>,
}

impl Callers {
    /// Errors: invalid, naming `key` and which rule it is.
    pub(super) fn of(key: &str, written: Vec<Written>) -> Result<Self> {
        if written.is_empty() {
            return Err(Error::invalid(format!("setting {key:?} lists nobody, so nobody could read"))
                .hint("leave it out, or list callers"));
        }
        let rule = |(index, written): (usize, Written)| {
            Rule::of(key, written).map_err(|error| error.context(format!("setting {key:?}, caller {}", index + 1)))
        };
        let rules = written.into_iter().enumerate().map(rule).collect::<Result<_>>()?;
        Ok(Self { key: key.to_owned(), rules })
    }

    /// The same, written as JSON.
    pub(super) fn of_json(key: &str, text: &str) -> Result<Self> {
        // The reader's own words quote what it did not expect.
        let written = serde_json::from_str(text).map_err(|_| {
            Error::invalid(format!("setting {key:?} is not a JSON list of callers"))
                .hint(r#"write [{"arn": "arn:aws:iam::111122223333:role/analyst", "role": "tenant_a"}]"#)
        })?;
        Self::of(key, written)
    }

    /// The first rule that is for this caller.
    pub fn rule_for(&self, caller: &Caller<'_>) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.is_for(caller))
    }

    /// What the rules would have sessions act as, their templates not filled in.
    pub fn outlines(&self) -> impl Iterator<Item = Acting> {
        self.rules.iter().map(|rule| Acting {
            role: rule.role.as_ref().map(Template::outline),
            settings: rule.settings.iter().map(|(name, value)| (name.clone(), value.outline())).collect(),
        })
    }
}

impl Rule {
    fn of(key: &str, written: Written) -> Result<Self> {
        let Written { account, arn, group, tags, secret, role, settings } = written;
        if account.is_none() && arn.is_none() && group.is_none() && tags.is_empty() {
            return Err(Error::invalid("it does not say who is meant").hint("give an arn, an account, a group or tags"));
        }
        let patterns = [&account, &group].into_iter().flatten().chain(tags.values());
        if patterns.chain(tags.keys()).any(String::is_empty) {
            return Err(Error::invalid("a pattern is empty, which matches nobody"));
        }
        arn.as_deref().map(check_arn).transpose()?;
        if secret.is_none() && role.is_none() && settings.is_empty() {
            return Err(Error::invalid("it does not say as whom they read").hint("give a secret, a role or settings"));
        }
        let secret = secret.map(|name| check_secret_name(key, &name)).transpose()?.map(SecretReference::Name);
        let role = role.map(|text| Template::parse(&text)).transpose()?;
        let settings = settings.into_iter().map(|(name, text)| Ok((name, Template::parse(&text)?)));
        Ok(Self { account, arn, group, tags, secret, role, settings: settings.collect::<Result<_>>()? })
    }

    /// Whatever is asked for must be known of the caller.
    fn is_for(&self, caller: &Caller<'_>) -> bool {
        let tag = |name: &String| caller.tags.and_then(|tags| tags.get(name));
        is_like(self.account.as_deref(), caller.account.into_iter())
            && self.arn.as_deref().is_none_or(|arn| caller.arn.as_deref().is_some_and(|told| is_arn_like(arn, told)))
            && is_like(self.group.as_deref(), caller.groups.iter().map(String::as_str))
            && self.tags.iter().all(|(name, value)| is_like(Some(value), tag(name).into_iter().map(String::as_str)))
    }

    /// What a session acts as for this caller.
    ///
    /// Errors: what the caller lacks that a template is filled with.
    pub fn acting(&self, caller: &Caller<'_>) -> Result<Acting, Lacking> {
        let settings = self.settings.iter().map(|(name, value)| Ok((name.clone(), value.fill(caller)?)));
        Ok(Acting {
            role: self.role.as_ref().map(|role| role.fill(caller)).transpose()?,
            settings: settings.collect::<Result<_, Lacking>>()?,
        })
    }
}

/// What a caller lacks that a template is filled with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lacking(pub String);

/// A text with at most one place that is filled in: two would let one caller's values run into each other like another's.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Template {
    before: String,
    place: Option<Place>,
    after: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Account,
    Arn,
    Tag(String),
}

impl Template {
    fn parse(text: &str) -> Result<Self> {
        let Some((before, rest)) = text.split_once('{') else {
            let whole = || Self { before: text.to_owned(), place: None, after: String::new() };
            return if text.contains('}') { Err(unfillable()) } else { Ok(whole()) };
        };
        let (place, after) = rest.split_once('}').ok_or_else(unfillable)?;
        let place = match (place, place.strip_prefix("tag:")) {
            ("account", _) => Place::Account,
            ("arn", _) => Place::Arn,
            (_, Some(tag)) if !tag.is_empty() => Place::Tag(tag.to_owned()),
            _ => return Err(unfillable()),
        };
        if [before, after].concat().contains(['{', '}']) {
            return Err(unfillable());
        }
        Ok(Self { before: before.to_owned(), place: Some(place), after: after.to_owned() })
    }

    fn outline(&self) -> String {
        let place = if self.place.is_some() { "caller" } else { "" };
        format!("{}{place}{}", self.before, self.after)
    }

    fn fill(&self, caller: &Caller<'_>) -> Result<String, Lacking> {
        let (value, name) = match &self.place {
            None => (Some(""), String::new()),
            Some(Place::Account) => (caller.account, "account".to_owned()),
            Some(Place::Arn) => (caller.arn.as_deref(), "ARN of a user or role".to_owned()),
            Some(Place::Tag(tag)) => {
                let value = caller.tags.and_then(|tags| tags.get(tag)).map(String::as_str);
                (value.filter(|value| !value.is_empty()), format!("tag {tag:?}"))
            }
        };
        value.map(|value| format!("{}{value}{}", self.before, self.after)).ok_or(Lacking(name))
    }
}

fn unfillable() -> Error {
    Error::invalid("a role or a setting has braces around something else than one {account}, {arn} or {tag:…}")
}

/// Checks the ARN of a rule: a user or role of one account, as callers are told apart.
fn check_arn(arn: &str) -> Result<()> {
    if arn.starts_with("arn:") && arn.contains(":sts:") {
        return Err(Error::invalid("an ARN of STS names a session, which its caller names as they like")
            .hint("name the role: arn:aws:iam::111122223333:role/analyst"));
    }
    let (account, resource) = arn.rsplit_once(':').unwrap_or_default();
    let fields: Vec<&str> = account.split(':').collect();
    let is_account = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_whole = matches!(fields[..], ["arn", partition, "iam", "", account] if is_account(account)
        && !partition.is_empty() && !partition.contains('*'));
    let kind = resource.split('/').next().unwrap_or_default();
    let parts = resource.split('/').filter(|part| !part.is_empty()).count();
    let is_known = match kind {
        "role" => parts == 2,
        "user" => parts >= 2,
        "root" => parts == 1,
        _ => false,
    };
    if is_whole && is_known && parts == resource.split('/').count() {
        return Ok(());
    }
    Err(Error::invalid("an ARN is not that of a user, a role or the root of one account").hint(
        "write arn:aws:iam::111122223333:role/analyst, the role without a path; a * may stand behind the account only",
    ))
}

/// Whether nothing is asked for, or one of the values is like it; an empty value is like nothing.
fn is_like<'v>(pattern: Option<&str>, mut values: impl Iterator<Item = &'v str>) -> bool {
    pattern.is_none_or(|pattern| values.any(|value| !value.is_empty() && glob(pattern, value)))
}

fn is_arn_like(pattern: &str, arn: &str) -> bool {
    let separators = |text: &str| text.matches([':', '/']).map(str::to_owned).collect::<Vec<_>>();
    let (wanted, told) = (pattern.split([':', '/']), arn.split([':', '/']));
    separators(pattern) == separators(arn) && wanted.zip(told).all(|(pattern, part)| glob(pattern, part))
}

fn glob(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        match text.split_once(part) {
            Some((_, behind)) => text = behind,
            None => return false,
        }
    }
    text.ends_with(last)
}

#[cfg(test)]
mod tests;
