//! What the policies made here come to, for everybody who might try.

mod attacks;
mod keys;
mod table;

use std::collections::BTreeMap;

use connector_core::ErrorKind;

use super::*;
use crate::secrets::Names;

const PRODUCERS: &str = "111111111111";
const CONSUMERS: &str = "222222222222";
const ELSEWHERE: &str = "444444444444";
const GOVERNANCE: &str = "555555555555";

fn place(account: &str) -> Place {
    Place::new("aws", "eu-central-1", account).unwrap()
}

fn names(prefix: &str) -> Names {
    Names::new(prefix).unwrap()
}

fn arn(account: &str, role: &str) -> RoleArn {
    format!("arn:aws:iam::{account}:role/{role}").parse().unwrap()
}

fn role(account: &str, name: &str, policies: Vec<Policy>) -> Role {
    Role { arn: arn(account, name), policies, boundary: None, tags: BTreeMap::new() }
}

/// Somebody who may do anything, as far as the own account goes.
fn administrator(account: &str) -> Role {
    role(account, "Administrator", vec![everything()])
}

/// Whoever the tables name.
fn principal(house: &House, who: &str) -> Principal {
    match who {
        "producer sales" => Principal::Role(house.sales.clone()),
        "producer hr" => Principal::Role(house.hr.clone()),
        "consumer env-a" => Principal::Role(house.a.clone()),
        "consumer env-b" => Principal::Role(house.b.clone()),
        "root user" => Principal::Root { account: PRODUCERS.into() },
        "administrator" => Principal::Role(administrator(PRODUCERS)),
        "another's admin" => Principal::Role(administrator(ELSEWHERE)),
        "consumers' admin" => Principal::Role(administrator(CONSUMERS)),
        "workflow role" => Principal::Role(role(GOVERNANCE, "glaux-workflow", vec![everything()])),
        "Athena" => Principal::Service("athena.amazonaws.com".into()),
        // It uses a key for whoever asks, and for nobody by itself.
        "Secrets Manager" => Principal::Service("secretsmanager.amazonaws.com".into()),
        _ => panic!("nobody is called {who}"),
    }
}

fn everything() -> Policy {
    Policy::parse(r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#)
        .unwrap()
}

/// Two producers in one account, of which `sales` keeps grants of two environments: `env-a` in an account of its own, `env-b` in
/// the producers'.
struct House {
    key: String,
    sales: Role,
    hr: Role,
    a: Role,
    b: Role,
    key_policy: Policy,
}

impl House {
    fn new() -> Self {
        let key = format!("arn:aws:kms:eu-central-1:{PRODUCERS}:key/1234");
        let sales = producer("sales", &key);
        let (a, b) = (consumer(CONSUMERS, "env-a", &key), consumer(PRODUCERS, "env-b", &key));
        let readers = [("env-a", &a), ("env-b", &b)]
            .map(|(environment, role)| KeyReader { reader: role.arn.clone(), environment: environment.into() });
        let key_policy = key_policy(&place(PRODUCERS), &names("glaux/sales/grants"), &sales.arn, &readers).unwrap();
        let hr = producer("hr", &format!("arn:aws:kms:eu-central-1:{PRODUCERS}:key/5678"));
        Self { key, sales, hr, a, b, key_policy: sent(&key_policy) }
    }

    fn grant(&self, environment: &str) -> Resource {
        let reader = if environment == "env-a" { &self.a } else { &self.b };
        let policy = secret_policy(&self.sales.arn, Some(&reader.arn));
        secret(&format!("glaux/sales/grants/{environment}/shop"), Some(sent(&policy)))
    }

    fn key(&self) -> Resource {
        Resource { arn: self.key.clone(), policy: Some(self.key_policy.clone()), tags: BTreeMap::new() }
    }
}

fn producer(name: &str, key: &str) -> Role {
    let (grants, own) = (names(&format!("glaux/{name}/grants")), [names(&format!("glaux/{name}/admin"))]);
    let producer = Producer { place: &place(PRODUCERS), grants: &grants, administrators: &own, key: Some(key) };
    role(PRODUCERS, &format!("glaux-{name}-producer"), vec![sent(&producer.policy().unwrap())])
}

fn consumer(account: &str, environment: &str, key: &str) -> Role {
    let producers = [(place(PRODUCERS), Some(key.to_owned()))];
    let consumer = Consumer { environment, grants: &names("glaux/sales/grants"), producers: &producers };
    role(account, &format!("glaux-{environment}"), vec![sent(&consumer.policy().unwrap())])
}

fn secret(name: &str, policy: Option<Policy>) -> Resource {
    let arn = format!("arn:aws:secretsmanager:eu-central-1:{PRODUCERS}:secret:{name}-AbCdEf");
    Resource { arn, policy, tags: BTreeMap::new() }
}

/// The policy as whoever gets it reads it.
fn sent(policy: &Policy) -> Policy {
    let read = Policy::parse(&policy.to_json().unwrap()).unwrap();
    assert_eq!(read, *policy);
    read
}

fn ask<'a>(principal: &'a Principal, action: &'a str, resource: &'a Resource) -> Request<'a> {
    Request { principal, action, resource, is_secure: true, via: None, encryption_context: BTreeMap::new() }
}

fn may(principal: &Principal, action: &str, resource: &Resource) -> bool {
    decide(&ask(principal, action, resource)).unwrap().is_allowed
}

/// Opening the text of `secret` with `key`, as Secrets Manager asks for it.
fn opening<'a>(principal: &'a Principal, secret: &Resource, key: &'a Resource) -> Request<'a> {
    Request {
        via: Some("secretsmanager.eu-central-1.amazonaws.com"),
        encryption_context: BTreeMap::from([("SecretARN".to_owned(), secret.arn.clone())]),
        ..ask(principal, "kms:Decrypt", key)
    }
}

#[test]
fn a_secrets_policy_as_it_is_sent() {
    let policy = secret_policy(&arn(PRODUCERS, "keeper"), Some(&arn(CONSUMERS, "reader"))).to_json().unwrap();
    let policy: serde_json::Value = serde_json::from_str(&policy).unwrap();
    let reads = serde_json::json!({
        "Sid": "OneRoleReads",
        "Effect": "Allow",
        "Principal": {"AWS": ["arn:aws:iam::222222222222:role/reader"]},
        "Action": ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
        "Resource": ["*"],
        "Condition": {"StringEquals": {"aws:PrincipalAccount": ["222222222222"]}},
    });
    let denies = serde_json::json!({
        "Sid": "NobodyElseReads",
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
        "Resource": ["*"],
        "Condition": {"ArnNotEquals": {"aws:PrincipalArn": ["arn:aws:iam::111111111111:role/keeper", "arn:aws:iam::222222222222:role/reader"]}},
    });
    assert_eq!((&policy["Statement"][0], &policy["Statement"][1]), (&reads, &denies));
}

#[test]
fn what_is_not_understood_is_an_error_even_where_it_does_not_matter() {
    let plain = r#""Effect": "Allow", "Action": "s3:GetObject", "Resource": "*""#;
    for (on_resource, statement, named) in [
        (false, r#""Effect": "Allow", "NotAction": "iam:*", "Resource": "*""#.to_owned(), "NotAction"),
        (false, r#""Effect": "Allow", "Action": "*", "NotResource": "x""#.to_owned(), "NotResource"),
        (true, format!(r#"{plain}, "NotPrincipal": {{"AWS": "{PRODUCERS}"}}"#), "NotPrincipal"),
        (true, format!(r#"{plain}, "Principal": {{"Federated": "accounts.example.com"}}"#), "Federated"),
        (true, format!(r#"{plain}, "Principal": {{"AWS": "AROAEXAMPLE"}}"#), "AROAEXAMPLE"),
        (true, format!(r#"{plain}, "Principal": {{"AWS": "arn:aws:iam::{PRODUCERS}:user/eve"}}"#), "user/eve"),
        (true, format!(r#"{plain}, "Principal": {{"AWS": "arn:aws:iam::*:root"}}"#), "iam::*"),
        (true, plain.to_owned(), "names no principal"),
        (false, format!(r#"{plain}, "Principal": "*""#), "names a principal"),
        (false, format!(r#"{plain}, "Condition": {{"IpAddress": {{"aws:SourceIp": "10.0.0.0/8"}}}}"#), "IpAddress"),
        (false, format!(r#"{plain}, "Condition": {{"StringEquals": {{"aws:SourceVpc": "v"}}}}"#), "aws:SourceVpc"),
        (false, format!(r#"{plain}, "Condition": {{"StringEquals": {{"aws:PrincipalTag/a": 1}}}}"#), "invalid type"),
        (
            false,
            r#""Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::${aws:username}""#.to_owned(),
            "variable",
        ),
        (
            false,
            r#""Effect": "Allow", "Action": "*", "Resource": "arn:aws:*:eu-central-1:1:x""#.to_owned(),
            "arn:aws:*",
        ),
        (false, r#""Effect": "Allow", "Action": "*:Get*", "Resource": "*""#.to_owned(), "*:Get*"),
        (false, r#""Effect": "Maybe", "Action": "*", "Resource": "*""#.to_owned(), "Maybe"),
        (false, format!(r#"{plain}, "Colour": "red""#), "Colour"),
    ] {
        let error = with(on_resource, &statement).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        assert!(error.to_string().contains(named), "{error}");
    }
    for version in ["2008-10-17", "2030-01-01"] {
        let old = Policy { version: version.into(), ..everything() };
        let principal = Principal::Role(role(PRODUCERS, "eve", vec![old]));
        assert!(decide(&ask(&principal, "secretsmanager:GetSecretValue", &secret("x", None))).is_err(), "{version}");
    }
}

/// A request of somebody who may do anything, with one more statement about.
fn with(on_resource: bool, statement: &str) -> Result<Decision> {
    let more = Policy::parse(&format!(r#"{{"Version": "2012-10-17", "Statement": [{{{statement}}}]}}"#))?;
    let (mut eve, mut resource) = (administrator(PRODUCERS), secret("x", None));
    if on_resource {
        resource.policy = Some(more);
    } else {
        eve.policies.push(more);
    }
    decide(&ask(&Principal::Role(eve), "secretsmanager:GetSecretValue", &resource))
}

#[test]
fn a_request_for_several_things_is_none() {
    let anybody = Principal::Role(administrator(PRODUCERS));
    for (action, arn) in [
        ("secretsmanager:Get*", "arn:aws:secretsmanager:eu-central-1:111111111111:secret:x-AbCdEf"),
        ("*", "arn:aws:secretsmanager:eu-central-1:111111111111:secret:x-AbCdEf"),
        (GET, "arn:aws:secretsmanager:eu-central-1:111111111111:secret:*"),
        (GET, "*"),
        (GET, "x"),
        (GET, "arn:aws:s3:::bucket"),
    ] {
        let resource = Resource { arn: arn.into(), policy: None, tags: BTreeMap::new() };
        let error = decide(&ask(&anybody, action, &resource)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    }
}

const GET: &str = "secretsmanager:GetSecretValue";

fn policy_of(statement: &str) -> Policy {
    Policy::parse(&format!(r#"{{"Version": "2012-10-17", "Statement": [{statement}]}}"#)).unwrap()
}

fn allowing(principal: &str) -> Policy {
    policy_of(&format!(r#"{{"Effect": "Allow", "Principal": {principal}, "Action": "*", "Resource": "*"}}"#))
}

#[test]
fn inside_an_account_either_side_allows_and_across_accounts_both_must() {
    let root = |account: &str| format!(r#"{{"AWS": "arn:aws:iam::{account}:root"}}"#);
    let named = |account: &str| format!(r#"{{"AWS": "arn:aws:iam::{account}:role/r"}}"#);
    for (account, own_policy, resource_policy, is_allowed) in [
        (PRODUCERS, false, None, false),
        (PRODUCERS, true, None, true),
        (PRODUCERS, false, Some(allowing(&named(PRODUCERS))), true),
        (PRODUCERS, false, Some(allowing(&root(PRODUCERS))), false),
        (PRODUCERS, true, Some(allowing(&root(PRODUCERS))), true),
        (PRODUCERS, false, Some(allowing("\"*\"")), true),
        (PRODUCERS, false, Some(allowing(&named(CONSUMERS))), false),
        (CONSUMERS, true, None, false),
        (CONSUMERS, false, Some(allowing(&named(CONSUMERS))), false),
        (CONSUMERS, true, Some(allowing(&named(CONSUMERS))), true),
        (CONSUMERS, true, Some(allowing(&root(CONSUMERS))), true),
        (CONSUMERS, true, Some(allowing(&format!("{{\"AWS\": \"{CONSUMERS}\"}}"))), true),
        (CONSUMERS, false, Some(allowing("\"*\"")), false),
        (CONSUMERS, true, Some(allowing(&root(PRODUCERS))), false),
    ] {
        let policies = if own_policy { vec![everything()] } else { Vec::new() };
        let principal = Principal::Role(role(account, "r", policies));
        let decision = decide(&ask(&principal, GET, &secret("x", resource_policy.clone()))).unwrap();
        assert_eq!(decision.is_allowed, is_allowed, "{account} {own_policy} {resource_policy:?}: {}", decision.because);
    }
}

#[test]
fn a_boundary_bounds_and_a_deny_wins_wherever_it_stands() {
    let deny = r#"{"Sid": "No", "Effect": "Deny", "Action": "secretsmanager:getsecretvalue", "Resource": "*"}"#;
    let reads = policy_of(r#"{"Effect": "Allow", "Action": "secretsmanager:Get*", "Resource": "*"}"#);
    let open = secret("x", Some(allowing("\"*\"")));
    let bounded = |boundary: &Policy| Role { boundary: Some(boundary.clone()), ..administrator(PRODUCERS) };
    let may = |role: &Role, action: &str, resource: &Resource| may(&Principal::Role(role.clone()), action, resource);
    assert!(may(&bounded(&reads), GET, &secret("x", None)));
    assert!(!may(&bounded(&reads), "secretsmanager:DeleteSecret", &secret("x", None)));
    // A resource that names the role does not lift the boundary.
    assert!(!may(&bounded(&reads), "secretsmanager:DeleteSecret", &open));
    assert!(!may(&bounded(&policy_of(deny)), GET, &open));
    let mut denied = administrator(PRODUCERS);
    denied.policies.push(policy_of(deny));
    assert!(!may(&denied, GET, &open) && may(&denied, "secretsmanager:PutSecretValue", &open));
    let on_resource = r#"{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}"#;
    let closed = secret("x", Some(policy_of(on_resource)));
    let root = Principal::Root { account: PRODUCERS.into() };
    assert!(!may(&administrator(PRODUCERS), GET, &closed) && !super::tests::may(&root, GET, &closed));
    let told = decide(&ask(&Principal::Role(denied), GET, &open)).unwrap();
    assert_eq!(told.because, "No denies it");
}

#[test]
fn tags_are_compared_where_a_policy_says_so() {
    let same = policy_of(
        r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/environment": "env-a", "aws:PrincipalTag/team": ["x", "y"]}}}"#,
    );
    let tags = |key: &str, value: &str| BTreeMap::from([(key.to_owned(), value.to_owned())]);
    for (team, environment, is_allowed) in [("y", "env-a", true), ("z", "env-a", false), ("y", "env-b", false)] {
        let tagged = Role { tags: tags("team", team), ..role(PRODUCERS, "r", vec![same.clone()]) };
        let resource = Resource { tags: tags("environment", environment), ..secret("x", None) };
        assert_eq!(may(&Principal::Role(tagged), GET, &resource), is_allowed, "{team} {environment}");
    }
    assert!(!may(&Principal::Role(role(PRODUCERS, "r", vec![same])), GET, &secret("x", None)));
}
