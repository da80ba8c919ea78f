//! The templates of `infra`, which are compiled in so that a release needs no checkout, and what they take.
//!
//! They are our own, so that of YAML no more is read here than they use; a test of theirs compares what is read with what AWS's own
//! reader makes of them.

use std::collections::BTreeMap;
use std::str::FromStr;

use connector_core::{Error, ErrorKind, Result};
use datafusion::arrow::array::StringArray;
use datafusion::arrow::compute::regexp_is_match_scalar;

use super::near::near;

/// A template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The function that reads.
    Federation,
    /// Governance.
    Grants,
    /// An account with sources.
    Producer,
    /// An environment.
    Consumer,
    /// What owners of sources make for themselves.
    ProducerProducts,
    /// What the people of an environment make for themselves.
    ConsumerProducts,
}

/// Something that a template takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Its type, as the template language has it.
    pub kind: String,
    /// As it stands in the template.
    pub text: String,
    /// What holds where nothing is given; none where something must be.
    pub default: Option<String>,
    /// What it must be like.
    pub pattern: Option<String>,
    /// What it may be; anything, if nothing is named.
    pub allowed: Vec<String>,
    /// How long it must be.
    pub min_length: usize,
    /// The least that it may be.
    pub least: Option<u64>,
    /// The most that it may be.
    pub most: Option<u64>,
}

/// What every stack of a kind takes and no other stack.
const MARKS: [(Kind, &str); 6] = [
    (Kind::Federation, "DatabaseUserArns"),
    (Kind::Grants, "DefinitionKey"),
    (Kind::Producer, "AdministratorSecretArns"),
    (Kind::Consumer, "QualifiedCatalogs"),
    (Kind::ProducerProducts, "Project"),
    (Kind::ConsumerProducts, "ReaderRoleArn"),
];

impl Kind {
    /// All there are.
    pub const ALL: [Self; 6] = [
        Self::Federation,
        Self::Grants,
        Self::Producer,
        Self::Consumer,
        Self::ProducerProducts,
        Self::ConsumerProducts,
    ];

    /// What it is called: its file, without the ending.
    pub fn name(self) -> &'static str {
        match self {
            Self::Federation => "federation",
            Self::Grants => "grants",
            Self::Producer => "grants-producer",
            Self::Consumer => "grants-consumer",
            Self::ProducerProducts => "products-producer",
            Self::ConsumerProducts => "products-consumer",
        }
    }

    /// What CloudFormation is given.
    pub fn body(self) -> &'static str {
        match self {
            Self::Federation => include_str!("../../infra/federation.yaml"),
            Self::Grants => include_str!("../../infra/grants.yaml"),
            Self::Producer => include_str!("../../infra/grants-producer.yaml"),
            Self::Consumer => include_str!("../../infra/grants-consumer.yaml"),
            Self::ProducerProducts => include_str!("../../infra/products-producer.yaml"),
            Self::ConsumerProducts => include_str!("../../infra/products-consumer.yaml"),
        }
    }

    /// The program that its function, or its product's, runs.
    pub fn program(self) -> &'static str {
        if matches!(self, Self::Federation | Self::ConsumerProducts) { "glaux-lambda" } else { "glaux-grants" }
    }

    /// Parameters that are never changed: users, secrets and records are called by them.
    pub fn fixed(self) -> &'static [&'static str] {
        match self {
            Self::Federation | Self::ConsumerProducts => &["Environment", "SecretsPrefix"],
            Self::Grants => &["Domain", "SecretsPrefix", "RegisterTableName"],
            Self::Producer => &["Domain", "SecretsPrefix"],
            Self::Consumer => &["Domain", "Environment", "SecretsPrefix"],
            Self::ProducerProducts => &["Project"],
        }
    }

    /// The kind of a stack with these parameters; none, if it is none of ours.
    pub fn of(parameters: &BTreeMap<String, String>) -> Option<Self> {
        MARKS.into_iter().find(|(_, mark)| parameters.contains_key(*mark)).map(|(kind, _)| kind)
    }

    /// What it takes.
    pub fn parameters(self) -> Vec<Parameter> {
        parameters(self.body())
    }

    /// Resources that stay when their stack is deleted.
    pub fn retained(self) -> Vec<&'static str> {
        let (mut all, mut last) = (Vec::new(), "");
        for line in section(self.body(), "Resources") {
            last = entry(line).unwrap_or(last);
            if field(line).is_some_and(|(key, value)| key == "DeletionPolicy" && value.starts_with("Retain")) {
                all.push(last);
            }
        }
        all
    }

    /// Whether this may be given to it, as far as one can tell here.
    ///
    /// Errors: invalid, for a parameter that it does not take, or that cannot be so. The value is not told: it may hold a password.
    pub fn check(self, given: &BTreeMap<String, String>) -> Result<()> {
        let known = self.parameters();
        for (name, value) in given {
            let Some(parameter) = known.iter().find(|parameter| parameter.name == *name) else {
                return Err(self.unknown(name, &known));
            };
            parameter.check(value)?;
        }
        Ok(())
    }

    fn unknown(self, name: &str, known: &[Parameter]) -> Error {
        let names: Vec<String> = known.iter().map(|parameter| parameter.name.clone()).collect();
        let near = near(name, &names);
        let hint = if near.is_empty() {
            format!("it takes {}", names.join(", "))
        } else {
            format!("did you mean {}?", near.join(" or "))
        };
        Error::invalid(format!("template {} takes no parameter {name:?}", self.name())).hint(hint)
    }

    /// Errors: invalid, if something has to be given that is neither given nor there, all of it by name.
    pub fn is_complete(self, is_said: impl Fn(&str) -> bool) -> Result<()> {
        let missing: Vec<Parameter> = self
            .parameters()
            .into_iter()
            .filter(|parameter| parameter.default.is_none() && !is_said(&parameter.name))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = missing.iter().map(|parameter| parameter.name.as_str()).collect();
        let told: Vec<String> =
            missing.iter().map(|parameter| format!("{}: {}", parameter.name, parameter.description)).collect();
        Err(Error::invalid(format!("template {} also needs {}", self.name(), names.join(", "))).hint(format!(
            "give each with --set NAME=VALUE, the package with --package and --bucket\n{}",
            told.join("\n")
        )))
    }
}

impl FromStr for Kind {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            Error::new(ErrorKind::Invalid, format!("there is no template {name:?}, but {names}"))
        })
    }
}

impl Parameter {
    fn learn(&mut self, key: &str, value: &str) {
        match key {
            "Type" => value.clone_into(&mut self.kind),
            "Description" => self.description = unquoted(value),
            "Default" => self.default = Some(unquoted(value)),
            "AllowedPattern" => self.pattern = Some(unquoted(value)),
            "AllowedValues" => self.allowed = list(value),
            "MinLength" => self.min_length = value.parse().unwrap_or_default(),
            "MinValue" => self.least = value.parse().ok(),
            "MaxValue" => self.most = value.parse().ok(),
            _ => {}
        }
    }

    /// Errors: invalid, for a value that it cannot have, which is not told.
    pub fn check(&self, value: &str) -> Result<()> {
        let wrong = |what: String| {
            Err(Error::invalid(format!("parameter {} {what}", self.name)).hint(self.description.clone()))
        };
        if !self.allowed.is_empty() && !self.allowed.iter().any(|one| one == value) {
            return wrong(format!("must be one of {:?}", self.allowed));
        }
        if value.chars().count() < self.min_length {
            return wrong("must not be empty".into());
        }
        if self.kind == "Number" && !self.is_within(value) {
            let bounds = [("at least", self.least), ("at most", self.most)];
            let bounds: Vec<String> =
                bounds.iter().filter_map(|(word, bound)| bound.map(|bound| format!(" {word} {bound}"))).collect();
            return wrong(format!("must be a number{}", bounds.join(",")));
        }
        match &self.pattern {
            Some(pattern) if !fits(pattern, value)? => wrong(format!("must be like {pattern}")),
            _ => Ok(()),
        }
    }

    fn is_within(&self, value: &str) -> bool {
        let number = value.parse::<u64>();
        number.is_ok_and(|number| {
            self.least.is_none_or(|least| number >= least) && self.most.is_none_or(|most| number <= most)
        })
    }
}

/// Whether a value is like a pattern. AWS's patterns are Java's, and of what ours use only "not this" is not in every dialect.
fn fits(pattern: &str, value: &str) -> Result<bool> {
    if let Some((not, rest)) = pattern.strip_prefix("^(?!").and_then(|rest| rest.split_once(')')) {
        return Ok(!fits(&format!("^(?:{not})"), value)? && fits(&format!("^{rest}"), value)?);
    }
    let matched = regexp_is_match_scalar(&StringArray::from(vec![value]), pattern, None);
    let matched = matched.map_err(|error| Error::internal(format!("the pattern {pattern}: {error}")))?;
    Ok(matched.value(0))
}

/// What a template takes.
pub(super) fn parameters(body: &str) -> Vec<Parameter> {
    let mut all: Vec<Parameter> = Vec::new();
    let lines: Vec<&str> = section(body, "Parameters").collect();
    for (index, line) in lines.iter().enumerate() {
        if let Some(name) = entry(line) {
            all.push(Parameter { name: name.to_owned(), ..Parameter::default() });
        } else if let (Some((key, value)), Some(last)) = (field(line), all.last_mut()) {
            last.learn(key, &whole(value, &lines[index + 1..]));
        }
        if let Some(last) = all.last_mut().filter(|_| !line.is_empty()) {
            last.text += &format!("{line}\n");
        }
    }
    all
}

/// A template before and behind what it takes.
pub(super) fn without_parameters(body: &str) -> (&str, &str) {
    const HEAD: &str = "\nParameters:\n";
    let start = body.find(HEAD).map_or(body.len(), |at| at + HEAD.len());
    let rest = &body[start..];
    // The next key at the top.
    let is_key = |at: &usize| rest[*at..].starts_with(|c: char| c.is_ascii_alphabetic());
    let length = rest.match_indices('\n').map(|(at, _)| at + 1).find(is_key);
    (&body[..start], length.map_or("", |length| &rest[length..]))
}

/// The lines below a key at the top.
fn section<'t>(body: &'t str, key: &str) -> impl Iterator<Item = &'t str> {
    let head = format!("{key}:");
    let lines = body.lines().skip_while(move |line| *line != head).skip(1);
    lines.take_while(|line| line.is_empty() || line.starts_with(' '))
}

/// The name of an entry of a section.
fn entry(line: &str) -> Option<&str> {
    let name = line.strip_prefix("  ")?.strip_suffix(':')?;
    name.chars().all(|c| c.is_ascii_alphanumeric()).then_some(name)
}

/// A field of an entry, and what stands behind it on the line.
fn field(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_prefix("    ")?;
    let (key, value) = line.split_once(':')?;
    key.chars().all(|c| c.is_ascii_alphanumeric()).then(|| (key, value.trim()))
}

/// A value with what stands on the lines below it, where it is folded.
fn whole(value: &str, below: &[&str]) -> String {
    if value != ">-" {
        return value.to_owned();
    }
    let folded = below.iter().take_while(|line| line.starts_with("      ")).map(|line| line.trim());
    folded.collect::<Vec<_>>().join(" ")
}

fn unquoted(value: &str) -> String {
    let bare = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    bare.unwrap_or(value).to_owned()
}

fn list(value: &str) -> Vec<String> {
    let inner = value.trim_start_matches('[').trim_end_matches(']');
    inner.split(',').map(|one| unquoted(one.trim())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn every_pattern_is_understood_and_every_default_may_be() {
        let mut patterns = 0;
        for parameter in Kind::ALL.into_iter().flat_map(Kind::parameters) {
            patterns += usize::from(parameter.pattern.is_some());
            if let Some(default) = &parameter.default {
                parameter.check(default).unwrap_or_else(|error| panic!("{}: {error}", parameter.name));
            }
            assert!(!parameter.description.is_empty(), "{}", parameter.name);
        }
        assert!(patterns > 30, "{patterns}");
    }

    #[test]
    fn what_cannot_be_is_refused_by_name_and_never_by_value() {
        for (name, value, told) in [
            ("LogLevell", "info", "did you mean LogLevel"),
            ("Zebra", "info", "it takes CodeBucket, "),
            ("LogLevel", "loud", "must be one of"),
            ("LambdaTimeout", "901", "at most 900"),
            ("LambdaTimeout", "soon", "must be a number"),
            ("CodeKey", "", "must not be empty"),
            ("SecretName", "not this?", "must be like"),
            ("Environment", "producer", "must be like"),
            ("Environment", "a b", "must be like"),
        ] {
            let error = Kind::Federation.check(&given(&[(name, value)])).unwrap_err();
            let text = format!("{error} {}", error.hint_text().unwrap_or_default());
            assert!(text.contains(told) && error.kind() == ErrorKind::Invalid, "{text}");
            assert!(!text.contains("not this?"), "{text}");
        }
        for right in [
            [("Environment", "producers"), ("LambdaTimeout", "900"), ("SecretName", "shop/reader")],
            [("CodeKey", "k"), ("LambdaTimeout", "1"), ("CodeBucket", "b-1")],
        ] {
            Kind::Federation.check(&given(&right)).unwrap();
        }
    }

    #[test]
    fn all_that_is_missing_is_told_at_once() {
        let error = Kind::Consumer.is_complete(|name| name == "CodeBucket" || name == "CodeKey").unwrap_err();
        assert!(error.to_string().ends_with("needs Environment, GovernanceAccount, Domain, SecretsPrefix"), "{error}");
        Kind::Consumer.is_complete(|_| true).unwrap();
    }

    #[test]
    fn each_kind_is_known_by_what_it_takes_and_what_stays_of_it_is_known() {
        for kind in Kind::ALL {
            let takes = kind.parameters().into_iter().map(|parameter| (parameter.name, String::new())).collect();
            assert_eq!(Kind::of(&takes), Some(kind));
            assert_eq!(kind.name().parse::<Kind>().unwrap(), kind);
            let known = kind.parameters();
            assert!(kind.fixed().iter().all(|fixed| known.iter().any(|parameter| parameter.name == *fixed)));
        }
        assert_eq!(Kind::of(&given(&[("LambdaFunctionName", "a connector of somebody else's")])), None);
        assert_eq!(Kind::Federation.retained(), ["Spill"]);
        assert_eq!(Kind::Grants.retained(), ["Register"]);
        assert_eq!(Kind::Producer.retained(), ["Key"]);
    }
}
