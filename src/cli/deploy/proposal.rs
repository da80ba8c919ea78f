//! What a stack is to be given: what was typed, the package, and what it has.

use std::collections::BTreeMap;
use std::path::Path;

use connector_core::{Error, ErrorKind, Result};
use serde::Deserialize;

use super::Planning;
use crate::deploy::product::product;
use crate::deploy::stack::{Given, Stack, Stacks};
use crate::deploy::template::{Kind, Parameter};
use crate::deploy::upload::{Package, Upload, hash};

/// Parameters by name.
type Said = BTreeMap<String, String>;

/// A stack as it is to be.
pub struct Proposal {
    /// Of which template.
    pub kind: Kind,
    /// What it is called.
    pub name: String,
    /// As it is, if it is there.
    pub there: Option<Stack>,
    /// Its parameters.
    pub given: BTreeMap<String, Given>,
    /// What it is made of besides.
    pub uploads: Vec<Upload>,
    /// Where that is.
    pub bucket: Option<String>,
}

impl Proposal {
    /// What was typed, seen against the template before anything is asked, and against the stack before anything is done.
    pub async fn make(planning: &Planning, stacks: &Stacks) -> Result<Self> {
        let kind = planning.template;
        let mut said = said(planning)?;
        let package = planning.package.as_deref().map(|path| Package::open(path, kind)).transpose()?;
        take_package(planning, package.as_ref(), &mut said)?;
        take_environment(planning, &mut said)?;
        kind.check(&said)?;
        let there = stacks.find(&planning.stack).await?;
        let before = there.as_ref().filter(|stack| !stack.is_empty());
        before.map_or(Ok(()), |stack| is_same(kind, stack, &said))?;
        let bucket = said.get("CodeBucket").map(String::as_str).or_else(|| before?.said("CodeBucket"));
        let bucket = bucket.map(str::to_owned);
        let mut uploads: Vec<Upload> = package.map(|package| package.upload).into_iter().collect();
        if kind == Kind::Grants && !said.contains_key("DefinitionKey") {
            let definition = Upload::definition();
            said.insert("DefinitionKey".into(), definition.key.clone());
            uploads.push(definition);
        }
        let is_said =
            |name: &str| said.contains_key(name) || before.is_some_and(|stack| stack.parameters.contains_key(name));
        kind.is_complete(|name| name == TEMPLATE || is_said(name))?;
        if let Some(text) = product(kind, &values(kind, &said, before))? {
            let template = Upload::product(kind, text);
            said.insert(TEMPLATE.into(), template.key.clone());
            uploads.push(template);
        }
        let mut given = whole(kind, &said, before);
        if kind == Kind::Federation && !said.contains_key(RELEASE) {
            given.insert(RELEASE.into(), Given::Value(release(kind, &said, before)));
        }
        Ok(Self { kind, name: planning.stack.clone(), there, given, uploads, bucket })
    }

    /// What changes besides resources. Values are not told: one may hold a password.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(stack) = self.there.as_ref().filter(|stack| !stack.is_empty()) {
            let is_new = |(name, given): &(&String, &Given)| match given {
                Given::Previous => false,
                Given::Value(value) => stack.parameters.get(*name) != Some(value),
            };
            let names: Vec<&str> = self.given.iter().filter(is_new).map(|(name, _)| name.as_str()).collect();
            if !names.is_empty() {
                notes.push(format!("parameters that change: {}", names.join(", ")));
            }
        }
        let bucket = self.bucket.as_deref().unwrap_or_default();
        let upload = |one: &Upload| format!("{} belongs to s3://{bucket}/{}", one.origin, one.key);
        notes.extend(self.uploads.iter().map(upload));
        notes
    }
}

/// Another value of this parameter makes a version of the function, which its alias then means. AWS's transform makes one by itself
/// only for another package, so that a parameter that is changed alone would not reach who calls the alias.
const RELEASE: &str = "Release";

/// The key of a product's template, which follows from all else that its stack is given.
const TEMPLATE: &str = "TemplateKey";

/// A value that is another one for whatever the function is made of.
fn release(kind: Kind, said: &Said, before: Option<&Stack>) -> String {
    let mut text = kind.body().to_owned();
    for (name, value) in values(kind, said, before).into_iter().filter(|(name, _)| name != RELEASE) {
        text += &format!("{name}={value}\n");
    }
    hash(text.as_bytes())[..16].to_owned()
}

/// All parameters that have a value: as it is said, as it was, or as the template has it.
fn values(kind: Kind, said: &Said, before: Option<&Stack>) -> Said {
    let value = |parameter: Parameter| {
        let name = parameter.name;
        let value = said.get(&name).or_else(|| before?.parameters.get(&name)).cloned().or(parameter.default);
        value.map(|value| (name, value))
    };
    kind.parameters().into_iter().filter_map(value).collect()
}

/// Everything that the template takes and that is said, or was.
fn whole(kind: Kind, said: &Said, before: Option<&Stack>) -> BTreeMap<String, Given> {
    let given = |name: String| {
        let is_there = before.is_some_and(|stack| stack.parameters.contains_key(&name));
        let given = said.get(&name).map(|value| Given::Value(value.clone())).or(is_there.then_some(Given::Previous));
        given.map(|given| (name, given))
    };
    kind.parameters().into_iter().filter_map(|parameter| given(parameter.name)).collect()
}

/// Errors: conflict, if the stack is of another template, or what must never change would.
fn is_same(kind: Kind, stack: &Stack, said: &Said) -> Result<()> {
    let name = &stack.name;
    if stack.kind() != Some(kind) {
        let of = stack.kind().map_or("none of ours", Kind::name);
        let told = format!("stack {name} is of template {of}, and would lose what it has if it became {}", kind.name());
        return Err(Error::new(ErrorKind::Conflict, told).hint("name another stack"));
    }
    for fixed in kind.fixed() {
        let is_other = |value: &String| stack.said(fixed).is_some_and(|before| before != value);
        if said.get(*fixed).is_some_and(is_other) {
            let told = format!("parameter {fixed} of stack {name} can never be changed: what is there is called by it");
            return Err(Error::new(ErrorKind::Conflict, told).hint("end what is granted, and make another stack"));
        }
    }
    Ok(())
}

/// What the package says of the parameters.
fn take_package(planning: &Planning, package: Option<&Package>, said: &mut Said) -> Result<()> {
    let mut take = |name: &str, value: &str, option: &str| {
        let twice = said.insert(name.to_owned(), value.to_owned()).is_some_and(|before| before != value);
        let told = || Error::invalid(format!("parameter {name} is said, and {option} says otherwise"));
        if twice { Err(told().hint(format!("leave out {name}"))) } else { Ok(()) }
    };
    if let Some(bucket) = &planning.bucket {
        take("CodeBucket", bucket, "--bucket")?;
    }
    if let Some(package) = package {
        take("CodeKey", &package.upload.key, "--package")?;
        take("Architecture", package.architecture, "the program in --package")?;
    }
    Ok(())
}

/// What the register says of an environment, as `glaux env show` writes it.
#[derive(Deserialize)]
struct Shown {
    environment: String,
    state: String,
    consumer_role: Option<String>,
}

/// Takes an environment and its role from what the register says, which is never typed.
fn take_environment(planning: &Planning, said: &mut Said) -> Result<()> {
    const FROM_THERE: [&str; 2] = ["Environment", "ReaderRoleArn"];
    let is_product = planning.template == Kind::ConsumerProducts;
    let hint = "write it down where the register is: glaux env show NAME -o json > FILE";
    let Some(path) = &planning.environment else {
        let typed = FROM_THERE.into_iter().find(|name| is_product && said.contains_key(*name));
        return typed.map_or(Ok(()), |name| {
            Err(Error::invalid(format!(
                "parameter {name} is what the register says, and not typed: --environment FILE"
            ))
            .hint(hint))
        });
    };
    if !is_product {
        return Err(Error::invalid(format!("template {} takes no --environment", planning.template.name())));
    }
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| Error::invalid(format!("reading {shown}: {error}")))?;
    let Ok([Shown { environment, state, consumer_role: Some(role) }]) = serde_json::from_str::<[Shown; 1]>(&text)
    else {
        return Err(Error::invalid(format!("{shown} tells of no environment on AWS")).hint(hint));
    };
    if state != "active" {
        return Err(Error::new(
            ErrorKind::Conflict,
            format!("environment {environment} is {state}, so nothing is made for it"),
        ));
    }
    if !role.ends_with(&format!(":role/glaux-reader-{environment}")) {
        let told = format!(
            "the role that reads for environment {environment} is {role}, and this would make glaux-reader-{environment}"
        );
        return Err(Error::new(ErrorKind::Conflict, told));
    }
    for (name, value) in FROM_THERE.into_iter().zip([environment, role]) {
        if said.insert(name.to_owned(), value.clone()).is_some_and(|typed| typed != value) {
            return Err(
                Error::invalid(format!("parameter {name} is said, and {shown} says otherwise")).hint("leave it out")
            );
        }
    }
    Ok(())
}

fn said(planning: &Planning) -> Result<Said> {
    let mut said = planning.parameters.as_deref().map_or_else(|| Ok(Said::new()), from_file)?;
    for text in &planning.set {
        let (name, value) = text
            .split_once('=')
            .ok_or_else(|| Error::invalid("one --set names a parameter and no value").hint("write --set NAME=VALUE"))?;
        said.insert(name.to_owned(), value.to_owned());
    }
    Ok(said)
}

/// A file of parameters: ours, or as AWS's own command line takes it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Listed {
    Object(BTreeMap<String, Scalar>),
    List(Vec<Pair>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    #[serde(rename = "ParameterKey")]
    name: String,
    #[serde(rename = "ParameterValue")]
    value: Scalar,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Text(String),
    Whole(u64),
    Truth(bool),
}

impl From<Scalar> for String {
    fn from(scalar: Scalar) -> Self {
        match scalar {
            Scalar::Text(text) => text,
            Scalar::Whole(number) => number.to_string(),
            Scalar::Truth(truth) => truth.to_string(),
        }
    }
}

fn from_file(path: &Path) -> Result<Said> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| Error::invalid(format!("reading {shown}: {error}")))?;
    let listed: Listed = serde_json::from_str(&text).map_err(|_| {
        Error::invalid(format!("{shown} holds no parameters"))
            .hint("write {\"NAME\": \"VALUE\"} or [{\"ParameterKey\": \"NAME\", \"ParameterValue\": \"VALUE\"}]")
    })?;
    Ok(match listed {
        Listed::Object(all) => all.into_iter().map(|(name, value)| (name, value.into())).collect(),
        Listed::List(all) => all.into_iter().map(|pair| (pair.name, pair.value.into())).collect(),
    })
}
