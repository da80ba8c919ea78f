//! Templates of products of Service Catalog's, in which whoever launches one finds chosen already what could widen what is reached.
//!
//! A parameter that is pinned has one value that it may have. What is left to choose is named here, so that whatever is added to a
//! template is pinned until somebody has thought of it.

use std::collections::BTreeMap;

use connector_core::{Error, Result};
use serde_json::json;

use super::template::{Kind, Parameter, parameters, without_parameters};

/// What whoever launches the connector may choose: how much of a machine it has, what it logs, and how rows look.
const OF_CONNECTOR: [&str; 8] = [
    "LambdaMemory",
    "LambdaTimeout",
    "CasingMode",
    "DefaultScale",
    "ZonedTimestamps",
    "JavaTypes",
    "LogLevel",
    "LogRetentionDays",
];
/// What whoever maps may say; the function looks it up in the register.
const OF_MAPPING: [&str; 4] = ["Source", "Schema", "Table", "Again"];
const MAPPING: &str = include_str!("../../infra/product-map.yaml");

/// The template of the product that stacks of this kind offer, by what such a stack is given; none, where they offer none.
///
/// Errors: invalid, if something is not given that has to be pinned.
pub fn product(kind: Kind, given: &BTreeMap<String, String>) -> Result<Option<String>> {
    match kind {
        Kind::ConsumerProducts => pinned(Kind::Federation.body(), &OF_CONNECTOR, &of_connector(given)).map(Some),
        Kind::ProducerProducts => pinned(MAPPING, &OF_MAPPING, given).map(Some),
        _ => Ok(None),
    }
}

/// What the connector is given by the stack that offers it: what that is given itself, and what it is called.
fn of_connector(given: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let said = |name: &str| given.get(name).cloned().unwrap_or_default();
    let environment = said("Environment");
    let own = ["CodeBucket", "CodeKey", "Architecture", "SecretsPrefix", "ProducerAccounts", "SpillBucket"];
    let more = ["SecurityGroupIds", "SubnetIds", "EnableQueryPassthrough", "AlarmTopicArn"];
    let same =
        own.iter().chain(&more).filter(|name| given.contains_key(**name)).map(|name| ((*name).to_owned(), said(name)));
    let named = [
        ("LambdaFunctionName", format!("glaux-reader-{environment}")),
        ("LambdaRoleARN", said("ReaderRoleArn")),
        ("SpillPrefix", format!("athena-spill/{environment}")),
        ("Environment", environment),
    ];
    same.chain(named.map(|(name, value)| (name.to_owned(), value))).collect()
}

/// A template in which every parameter but those that are `free` has the one value that is given, or else its default.
fn pinned(body: &str, free: &[&str], given: &BTreeMap<String, String>) -> Result<String> {
    let (head, tail) = without_parameters(body);
    let mut text = head.to_owned();
    for parameter in parameters(body) {
        let name = parameter.name.as_str();
        if free.contains(&name) {
            text += &parameter.text;
            continue;
        }
        let value = given.get(name).or(parameter.default.as_ref());
        let value = value.filter(|value| !value.is_empty() || parameter.default.is_some());
        let value =
            value.ok_or_else(|| Error::invalid(format!("parameter {name} is not given, and the product needs one")))?;
        parameter.check(value)?;
        text += &entry(&parameter, value);
    }
    Ok(format!("{text}\n{tail}"))
}

/// A list may have each of its values and no other, so that some can be left out and none put in.
fn entry(parameter: &Parameter, value: &str) -> String {
    let Parameter { name, description, kind, .. } = parameter;
    let values: Vec<&str> =
        if kind == "CommaDelimitedList" { value.split(',').map(str::trim).collect() } else { vec![value] };
    let bound = match value {
        // Said as a list of values it makes linters tell of everything that is never made then.
        "" => "AllowedPattern: \"^$\"".to_owned(),
        _ => format!("AllowedValues: {}", json!(values)),
    };
    // A text of JSON is one of YAML.
    let (description, value) = (json!(description), json!(value));
    format!("  {name}:\n    Type: {kind}\n    Description: {description}\n    Default: {value}\n    {bound}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    const CONNECTOR: [(&str, &str); 9] = [
        ("CodeBucket", "code"),
        ("CodeKey", "p.zip"),
        ("Environment", "prod"),
        ("ReaderRoleArn", "arn:aws:iam::222222222222:role/glaux-reader-prod"),
        ("SecretsPrefix", "glaux/d"),
        ("ProducerAccounts", "111111111111,222222222222"),
        ("SpillBucket", "spill"),
        ("SubnetIds", "subnet-1"),
        ("SecurityGroupIds", "sg-1"),
    ];

    #[test]
    fn all_but_what_cannot_widen_has_one_value() {
        let text = product(Kind::ConsumerProducts, &given(&CONNECTOR)).unwrap().unwrap();
        let before = parameters(Kind::Federation.body());
        let after = parameters(&text);
        assert_eq!(before.len(), after.len());
        for (was, is) in before.iter().zip(&after) {
            assert_eq!((&was.name, &was.kind), (&is.name, &is.kind));
            if OF_CONNECTOR.contains(&is.name.as_str()) {
                assert_eq!(was, is);
            } else {
                let default = is.default.clone().unwrap();
                assert_eq!(is.allowed.join(","), default, "{}", is.name);
                assert_eq!(is.pattern.as_deref() == Some("^$"), default.is_empty(), "{}", is.name);
            }
        }
        let value = |name: &str| after.iter().find(|one| one.name == name).unwrap().default.clone().unwrap();
        assert_eq!(value("LambdaRoleARN"), "arn:aws:iam::222222222222:role/glaux-reader-prod");
        assert_eq!((value("Environment"), value("LambdaFunctionName")), ("prod".into(), "glaux-reader-prod".into()));
        assert_eq!((value("DefaultConnectionString"), value("Callers")), (String::new(), String::new()));
        // What is made is the same: resources, conditions and outputs.
        let behind = |body: &str| body[body.find("\nRules:").unwrap()..].to_owned();
        assert_eq!(behind(&text), behind(Kind::Federation.body()));
    }

    #[test]
    fn what_is_not_given_or_cannot_be_is_refused() {
        let mut less = given(&CONNECTOR);
        less.remove("CodeKey");
        let error = product(Kind::ConsumerProducts, &less).unwrap_err();
        assert!(error.to_string().contains("CodeKey"), "{error}");
        let wrong = given(&[("Project", "shop\"\n  Other:")]);
        assert!(product(Kind::ProducerProducts, &wrong).is_err());
        assert!(product(Kind::ProducerProducts, &given(&[])).is_err());
        assert_eq!(product(Kind::Grants, &given(&[])).unwrap(), None);
    }

    #[test]
    fn whoever_maps_may_say_which_source_and_not_whose() {
        let text = product(Kind::ProducerProducts, &given(&[("Project", "shop")])).unwrap().unwrap();
        let project = parameters(&text).into_iter().find(|one| one.name == "Project").unwrap();
        assert_eq!((project.default.as_deref(), project.allowed), (Some("shop"), vec!["shop".to_owned()]));
        assert!(text.contains("Custom::GlauxMapping"));
    }
}
