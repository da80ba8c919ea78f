//! A template, and what AWS makes of it with these parameters: conditions decided, functions worked out, names given.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use crate::skip::skip;

pub const REGION: &str = "us-east-1";
/// The account that moto is by default.
pub const ACCOUNT: &str = "123456789012";
pub const PRODUCER: &str = "111111111111";
pub const GOVERNANCE: &str = "333333333333";
pub const TABLE: &str = "arn:aws:dynamodb:us-east-1:333333333333:table/glaux";

/// A template by its name, or a printed skip.
pub fn read(name: &str) -> Option<Value> {
    let Some(folder) = std::env::var_os("TEST_TEMPLATES") else {
        skip("templates", "TEST_TEMPLATES does not say where .ci/templates has written them");
        return None;
    };
    let text = std::fs::read_to_string(PathBuf::from(folder).join(format!("{name}.json"))).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

/// What a template comes to.
pub struct Stack {
    parameters: BTreeMap<String, Value>,
    template: Value,
}

/// A resource that is made.
pub struct Resource {
    pub name: String,
    pub kind: String,
    pub properties: Value,
    /// Why a statement reaches further than to something by its name: its Sid → the reason.
    pub reasons: Value,
}

impl Stack {
    /// The template with these parameters, and its defaults for the rest. A parameter that is not there fails the test, and so
    /// does one that is missing or is none of those allowed.
    pub fn of(template: &Value, given: &[(&str, &str)]) -> Self {
        let known = template["Parameters"].as_object().unwrap();
        for (name, _) in given {
            assert!(known.contains_key(*name), "there is no parameter {name}");
        }
        let mut parameters = BTreeMap::new();
        for (name, said) in known {
            let given = given.iter().find(|(given, _)| given == name).map(|(_, value)| json!(value));
            let value = given.or_else(|| said.get("Default").cloned()).unwrap_or_else(|| panic!("{name} is missing"));
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let allowed = said["AllowedValues"].as_array();
            // Of a list each value has to be.
            let is_list = said["Type"] == "CommaDelimitedList";
            let each: Vec<&str> = if is_list { text.split(',').collect() } else { vec![&text] };
            let is_one = |all: &Vec<Value>, text: &str| all.iter().any(|one| *one == value || *one == text);
            let is_allowed = allowed.is_none_or(|all| each.iter().all(|text| is_one(all, text)));
            let must_be_empty = said["AllowedPattern"] == "^$";
            assert!(is_allowed && (text.is_empty() || !must_be_empty), "{name} cannot be {text}");
            let value = match said["Type"].as_str().unwrap() {
                "CommaDelimitedList" => json!(text.split(',').collect::<Vec<_>>()),
                _ => json!(text),
            };
            parameters.insert(name.clone(), value);
        }
        Self { parameters, template: template.clone() }
    }

    /// All resources that are made.
    pub fn resources(&self) -> Vec<Resource> {
        let all = self.template["Resources"].as_object().unwrap();
        let made = all.iter().filter(|(_, said)| said["Condition"].as_str().is_none_or(|name| self.holds(name)));
        let resource = |(name, said): (&String, &Value)| Resource {
            name: name.clone(),
            kind: said["Type"].as_str().unwrap().to_owned(),
            properties: said.get("Properties").and_then(|said| self.value(said)).unwrap_or_default(),
            reasons: said["Metadata"]["Reasons"].clone(),
        };
        made.map(resource).collect()
    }

    /// One of them.
    pub fn resource(&self, name: &str) -> Resource {
        self.resources().into_iter().find(|made| made.name == name).unwrap_or_else(|| panic!("no {name} is made"))
    }

    /// The variables of a function.
    pub fn variables(&self, name: &str) -> Vec<(String, String)> {
        let variables = self.resource(name).properties["Environment"]["Variables"].clone();
        let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        serde_json::from_value::<BTreeMap<String, Value>>(variables)
            .unwrap()
            .into_iter()
            .map(|(key, value)| (key, text(value)))
            .collect()
    }

    fn holds(&self, condition: &str) -> bool {
        self.is_so(&self.template["Conditions"][condition])
    }

    fn is_so(&self, condition: &Value) -> bool {
        let Some((function, of)) = function(condition) else { panic!("{condition} is no condition") };
        let list = || of.as_array().unwrap().iter();
        match function {
            "Condition" => self.holds(of.as_str().unwrap()),
            "Fn::Not" => !self.is_so(&of[0]),
            "Fn::And" => list().all(|one| self.is_so(one)),
            "Fn::Or" => list().any(|one| self.is_so(one)),
            "Fn::Equals" => self.value(&of[0]) == self.value(&of[1]),
            _ => panic!("{function} is not understood here"),
        }
    }

    /// What a value comes to; none for the one that is none.
    fn value(&self, value: &Value) -> Option<Value> {
        match value {
            Value::Array(all) => Some(all.iter().filter_map(|one| self.value(one)).collect()),
            Value::Object(all) => {
                if let Some((name, of)) = function(value) {
                    return self.worked_out(name, of);
                }
                let all = all.iter().filter_map(|(key, one)| Some((key.clone(), self.value(one)?)));
                Some(Value::Object(all.collect::<Map<_, _>>()))
            }
            plain => Some(plain.clone()),
        }
    }

    fn worked_out(&self, function: &str, of: &Value) -> Option<Value> {
        match function {
            "Ref" => self.named(of.as_str().unwrap()),
            "Fn::GetAtt" => Some(json!(self.attribute(of[0].as_str().unwrap(), of[1].as_str().unwrap()))),
            "Fn::If" => self.value(&of[if self.holds(of[0].as_str().unwrap()) { 1 } else { 2 }]),
            "Fn::Join" => {
                let all = self.value(&of[1])?;
                let all: Vec<&str> = all.as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
                Some(json!(all.join(of[0].as_str().unwrap())))
            }
            "Fn::Sub" => match of {
                Value::String(text) => Some(json!(self.filled(text, &Map::new()))),
                of => Some(json!(self.filled(of[0].as_str().unwrap(), of[1].as_object().unwrap()))),
            },
            _ => panic!("{function} is not understood here"),
        }
    }

    fn filled(&self, text: &str, own: &Map<String, Value>) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("${") {
            let (name, after) = behind.split_once('}').unwrap();
            let value = match (own.get(name), name.split_once('.')) {
                (Some(value), _) => self.value(value).unwrap(),
                (None, Some((resource, attribute))) => json!(self.attribute(resource, attribute)),
                (None, None) => self.named(name).unwrap(),
            };
            filled += before;
            filled += value.as_str().unwrap_or_else(|| panic!("{name} in {text} is no text"));
            rest = after;
        }
        filled + rest
    }

    fn named(&self, name: &str) -> Option<Value> {
        let pseudo = match name {
            "AWS::NoValue" => return None,
            "AWS::Partition" => "aws",
            "AWS::Region" => REGION,
            "AWS::AccountId" => ACCOUNT,
            "AWS::URLSuffix" => "amazonaws.com",
            _ => return Some(self.parameters.get(name).cloned().unwrap_or_else(|| json!(self.reference(name)))),
        };
        Some(json!(pseudo))
    }

    /// The name that a resource is given, by the property that gives it.
    fn own_name(&self, resource: &str) -> (String, String) {
        let said = &self.template["Resources"][resource];
        let kind = said["Type"].as_str().unwrap_or_else(|| panic!("there is no {resource}")).to_owned();
        let property = match kind.as_str() {
            "AWS::Lambda::Function" => "FunctionName",
            "AWS::IAM::Role" => "RoleName",
            "AWS::IAM::ManagedPolicy" => "ManagedPolicyName",
            "AWS::SQS::Queue" => "QueueName",
            "AWS::DynamoDB::Table" => "TableName",
            "AWS::StepFunctions::StateMachine" => "StateMachineName",
            "AWS::Logs::LogGroup" => "LogGroupName",
            _ => "Name",
        };
        let given = said["Properties"].get(property).and_then(|name| self.value(name));
        let given = given.map_or_else(|| resource.to_lowercase(), |name| name.as_str().unwrap().to_owned());
        (kind, given)
    }

    fn reference(&self, resource: &str) -> String {
        match self.own_name(resource) {
            (kind, _) if kind == "AWS::IAM::ManagedPolicy" || kind == "AWS::StepFunctions::StateMachine" => {
                self.attribute(resource, "Arn")
            }
            (_, name) => name,
        }
    }

    fn attribute(&self, resource: &str, attribute: &str) -> String {
        let (kind, name) = self.own_name(resource);
        let arn = |service: &str, what: &str| format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{what}{name}");
        match (attribute, kind.as_str()) {
            ("QueueName", _) => name,
            (_, kind) if kind.starts_with("Custom::") => format!("{attribute} of {name}"),
            ("Version", _) => "1".into(),
            ("Arn", "AWS::Lambda::Function") => arn("lambda", "function:"),
            ("Arn", "AWS::IAM::Role") => format!("arn:aws:iam::{ACCOUNT}:role/{name}"),
            ("Arn", "AWS::IAM::ManagedPolicy") => format!("arn:aws:iam::{ACCOUNT}:policy/{name}"),
            ("Arn", "AWS::S3::Bucket") => format!("arn:aws:s3:::{name}"),
            ("Arn", "AWS::SQS::Queue") => arn("sqs", ""),
            ("Arn", "AWS::KMS::Key") => arn("kms", "key/"),
            ("Arn", "AWS::DynamoDB::Table") => arn("dynamodb", "table/"),
            ("Arn", "AWS::Events::Rule") => arn("events", "rule/"),
            ("Arn", "AWS::StepFunctions::StateMachine") => arn("states", "stateMachine:"),
            _ => panic!("{attribute} of {kind} is not understood here"),
        }
    }
}

/// A function of the template language, and what it is of.
fn function(value: &Value) -> Option<(&str, &Value)> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    let (name, of) = object.iter().next()?;
    (name == "Ref" || name == "Condition" && of.is_string() || name.starts_with("Fn::")).then_some((name, of))
}
