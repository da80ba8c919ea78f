//! What the policies of the templates come to for who might try, by the rules of AWS that `secrets::policy` knows.

use std::collections::BTreeMap;

use glaux::secrets::Names;
use glaux::secrets::policy::{
    Place, Policy, Principal, Producer, Request, Resource, Role, RoleArn, decide, listing_policy, secret_policy,
};
use serde_json::{Value, json};

use crate::given::{ENVIRONMENT, HERE, LISTING, SOURCES};
use crate::template::{ACCOUNT, GOVERNANCE, PRODUCER, REGION, Stack, TABLE, read};

const PREFIX: &str = "glaux/d";
const ELSEWHERE: &str = "444444444444";
/// By which Secrets Manager is known to keys.
const SECRETS: &str = "secretsmanager.us-east-1.amazonaws.com";

fn arn(account: &str, name: &str) -> RoleArn {
    format!("arn:aws:iam::{account}:role/{name}").parse().unwrap()
}

fn role(arn: RoleArn, policies: Vec<Policy>) -> Principal {
    Principal::Role(Role { arn, policies, boundary: None, tags: BTreeMap::new() })
}

fn everything() -> Policy {
    Policy::parse(r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#)
        .unwrap()
}

/// What a role's policies say of secrets and keys.
fn of_secrets(role: &Value) -> Vec<Policy> {
    about(role, &["secretsmanager:", "kms:Decrypt"])
}

/// What a role's policies, or one that is put on it, say of any of these actions.
fn about(role: &Value, actions: &[&str]) -> Vec<Policy> {
    let inline = role["Policies"].as_array().into_iter().flatten().chain([role]);
    let documents = inline.filter_map(|policy| policy["PolicyDocument"]["Statement"].as_array());
    let is_about = |statement: &&Value| {
        let action = statement["Action"].to_string();
        actions.iter().any(|known| action.contains(known))
    };
    let statements: Vec<Value> = documents.flatten().filter(is_about).map(by_account).collect();
    vec![Policy::parse(&json!({"Version": "2012-10-17", "Statement": statements}).to_string()).unwrap()]
}

/// The same statement with the accounts that a condition tells written into what it is about.
fn by_account(statement: &Value) -> Value {
    let mut statement = statement.clone();
    let told = statement.pointer_mut("/Condition/StringEquals").and_then(Value::as_object_mut);
    let Some(accounts) = told.and_then(|told| told.remove("aws:ResourceAccount")) else { return statement };
    let accounts: Vec<String> = match accounts {
        Value::Array(all) => all.iter().map(|one| one.as_str().unwrap().to_owned()).collect(),
        one => vec![one.as_str().unwrap().to_owned()],
    };
    let about = statement["Resource"].as_str().unwrap();
    let of = |account: &String| match about {
        "*" => format!("arn:aws:kms:{REGION}:{account}:key/*"),
        about => about.replace(":*:", &format!(":{account}:")),
    };
    statement["Resource"] = accounts.iter().map(of).collect();
    statement
}

/// The role of an environment whose function reads what these accounts keep.
fn reader(environment: &str, producers: &str) -> Option<(RoleArn, Principal)> {
    let given = [
        ("CodeBucket", "code"),
        ("CodeKey", "p.zip"),
        ("LambdaFunctionName", "reader"),
        ("Environment", environment),
        ("SecretsPrefix", PREFIX),
        ("ProducerAccounts", producers),
    ];
    let made = Stack::of(&read("federation")?, &given).resource("Role").properties;
    let arn = arn(ACCOUNT, made["RoleName"].as_str().unwrap());
    Some((arn.clone(), role(arn, of_secrets(&made))))
}

/// The producer's account as it is deployed; here it is also the account of the environments.
struct House {
    keeper: RoleArn,
    produces: Principal,
    key: Resource,
}

impl House {
    fn new() -> Option<Self> {
        let stack = Stack::of(&read(SOURCES.0)?, SOURCES.1);
        let keeper = arn(ACCOUNT, "glaux-grants-producer");
        let produces = role(keeper.clone(), of_secrets(&stack.resource("Role").properties));
        let policy = Policy::parse(&stack.resource("Key").properties["KeyPolicy"].to_string()).unwrap();
        let arn = format!("arn:aws:kms:{REGION}:{ACCOUNT}:key/key");
        Some(Self { keeper, produces, key: Resource { arn, policy: Some(policy), tags: BTreeMap::new() } })
    }
}

fn secret(account: &str, name: &str, policy: Option<Policy>) -> Resource {
    let arn = format!("arn:aws:secretsmanager:{REGION}:{account}:secret:{name}-AbCdEf");
    Resource { arn, policy, tags: BTreeMap::new() }
}

fn may(principal: &Principal, action: &str, resource: &Resource) -> bool {
    let request =
        Request { principal, action, resource, is_secure: true, via: None, encryption_context: BTreeMap::new() };
    decide(&request).unwrap().is_allowed
}

fn may_open(principal: &Principal, secret: &Resource, key: &Resource, via: Option<&str>) -> bool {
    let request = Request {
        principal,
        action: "kms:Decrypt",
        resource: key,
        is_secure: true,
        via,
        encryption_context: BTreeMap::from([("SecretARN".to_owned(), secret.arn.clone())]),
    };
    decide(&request).unwrap().is_allowed
}

const READ: &str = "secretsmanager:GetSecretValue";

#[test]
fn an_environment_reads_its_own_grants_where_producers_keep_them_and_no_others() {
    let Some((own, reads)) = reader("prod", PRODUCER) else { return };
    let keeper = arn(PRODUCER, "glaux-grants-producer");
    let opened = |account: &str, name: &str| secret(account, name, Some(secret_policy(&keeper, Some(&own))));
    assert!(may(&reads, READ, &opened(PRODUCER, "glaux/d/prod/shop")));
    assert!(!may(&reads, "secretsmanager:PutSecretValue", &opened(PRODUCER, "glaux/d/prod/shop")));
    // Opened by mistake or by malice, and still not its own.
    for (account, name) in [
        (PRODUCER, "glaux/d/prod2/shop"),
        (PRODUCER, "glaux/d/test/shop"),
        (PRODUCER, "glaux/dd/prod/shop"),
        (PRODUCER, "sources/shop"),
        (ELSEWHERE, "glaux/d/prod/shop"),
    ] {
        assert!(!may(&reads, READ, &opened(account, name)), "{account} {name}");
    }
    let Some((_, other)) = reader("test", PRODUCER) else { return };
    assert!(!may(&other, READ, &opened(PRODUCER, "glaux/d/prod/shop")));
}

#[test]
fn who_reads_by_a_prefix_reads_nothing_besides() {
    let Some(template) = read("federation") else { return };
    let given = [
        ("CodeBucket", "code"),
        ("CodeKey", "p.zip"),
        ("LambdaFunctionName", "reader"),
        ("DefaultConnectionString", "mysql://jdbc:mysql://h:3306/shop?${shop/reader}"),
        ("SecretNamePrefix", "shop/"),
    ];
    let made = Stack::of(&template, &given).resource("Role").properties;
    assert_eq!(made.get("RoleName"), None);
    let reads = role(arn(ACCOUNT, "reader"), of_secrets(&made));
    assert!(may(&reads, READ, &secret(ACCOUNT, "shop/reader", None)));
    assert!(!may(&reads, READ, &secret(ACCOUNT, "hr/reader", None)));
    assert!(!may(&reads, READ, &secret(ELSEWHERE, "shop/reader", None)));
}

#[test]
fn the_key_opens_for_the_keeper_and_the_one_reader_through_secrets_manager_alone() {
    let (Some(house), Some((own, reads)), Some((_, other))) = (House::new(), reader("prod", ""), reader("test", ""))
    else {
        return;
    };
    let shop = secret(ACCOUNT, "glaux/d/prod/shop", Some(secret_policy(&house.keeper, Some(&own))));
    let administrator = role(arn(ACCOUNT, "Administrator"), vec![everything()]);
    let namesake = role(arn(ELSEWHERE, "glaux-reader-prod"), vec![everything()]);
    // What the key itself says, whatever the role's own policies allow.
    let lax = [&own, &house.keeper].map(|arn| role(arn.clone(), vec![everything()]));
    for (principal, opens) in [
        (&house.produces, true),
        (&reads, true),
        (&lax[0], true),
        (&lax[1], true),
        (&other, false),
        (&administrator, false),
        (&namesake, false),
    ] {
        assert_eq!(may_open(principal, &shop, &house.key, Some(SECRETS)), opens, "{principal:?}");
        assert!(!may_open(principal, &shop, &house.key, None), "{principal:?}");
        assert!(!may_open(principal, &shop, &house.key, Some("s3.us-east-1.amazonaws.com")), "{principal:?}");
    }
    assert!(may(&administrator, "kms:PutKeyPolicy", &house.key) && !may(&administrator, "kms:CreateGrant", &house.key));
    assert!(may(&reads, READ, &shop) && !may(&other, READ, &shop) && !may(&administrator, READ, &shop));
}

/// The template says the same as the policy that the code would make of these names.
#[test]
fn the_producer_may_what_the_code_says_it_may() {
    let Some(house) = House::new() else { return };
    let (place, grants) = (Place::new("aws", REGION, ACCOUNT).unwrap(), Names::new(PREFIX).unwrap());
    let own = [Names::new("sources").unwrap()];
    let said = Producer { place: &place, grants: &grants, administrators: &own, key: None }.policy().unwrap();
    let said = role(house.keeper.clone(), vec![said]);
    for name in ["glaux/d/prod/shop", "glaux/d", "sources/shop", "sources/hr", "hr/admin"] {
        for action in [
            READ,
            "secretsmanager:DescribeSecret",
            "secretsmanager:CreateSecret",
            "secretsmanager:PutSecretValue",
            "secretsmanager:UpdateSecretVersionStage",
            "secretsmanager:PutResourcePolicy",
            "secretsmanager:DeleteSecret",
            "secretsmanager:RestoreSecret",
            "secretsmanager:TagResource",
            "secretsmanager:UpdateSecret",
        ] {
            let secret = secret(ACCOUNT, name, None);
            // The template names each administrator's secret, and the code's policy all below a prefix.
            let expected = may(&said, action, &secret) && name != "sources/hr";
            assert_eq!(may(&house.produces, action, &secret), expected, "{action} {name}");
        }
    }
}

/// Whoever keeps copies keeps those of one environment, comes from one producer, and leaves nobody else to read them.
#[test]
fn copies_are_kept_for_one_environment_by_one_producer() {
    let (Some(environment), Some(sources)) = (read(ENVIRONMENT.0), read(SOURCES.0)) else { return };
    let stack = Stack::of(&environment, ENVIRONMENT.1);
    let enters = &stack.resource("CopyRole").properties["AssumeRolePolicyDocument"]["Statement"];
    let expected = json!([{"Sid": "OnlyTheProducer", "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"AWS": format!("arn:aws:iam::{PRODUCER}:role/glaux-grants-producer")},
        "Condition": {"StringEquals": {"sts:ExternalId": "d"}}}]);
    assert_eq!(*enters, expected);
    let keeper = arn(ACCOUNT, "glaux-grants-copies-prod");
    let keeps = role(keeper.clone(), of_secrets(&stack.resource("CopyMay").properties));
    let (Some((own, reads)), Some((_, other))) = (reader("prod", ACCOUNT), reader("test", ACCOUNT)) else { return };
    let opened = |name: &str| secret(ACCOUNT, name, Some(secret_policy(&keeper, Some(&own))));
    let shop = opened("glaux/d/prod/shop");
    for action in [READ, "secretsmanager:PutSecretValue", "secretsmanager:PutResourcePolicy"] {
        assert!(may(&keeps, action, &shop), "{action}");
        for name in ["glaux/d/prod2/shop", "glaux/d/test/shop", "glaux/d/prod", "sources/shop"] {
            assert!(!may(&keeps, action, &opened(name)), "{action} {name}");
        }
    }
    let administrator = role(arn(ACCOUNT, "Administrator"), vec![everything()]);
    assert!(may(&reads, READ, &shop) && !may(&other, READ, &shop) && !may(&administrator, READ, &shop));
    // Where it is not switched on there is no way to any copy.
    let off = Stack::of(&environment, LISTING.1);
    assert_eq!((said(&off, "CopyRole"), said(&off, "CopyMay")), (None, None));
    let reaches =
        |given: &[(&str, &str)]| said(&Stack::of(&sources, given), "Role").unwrap().contains("glaux-grants-copies-");
    let off: Vec<_> = SOURCES.1.iter().filter(|(name, _)| *name != "CopiedAccounts").copied().collect();
    assert!(reaches(SOURCES.1) && !reaches(&off));
}

/// What it takes to list in Athena is what the code says, statement by statement.
#[test]
fn an_environment_may_list_what_the_code_says_it_may() {
    let Some(template) = read(LISTING.0) else { return };
    let made = Stack::of(&template, LISTING.1).resource("ReaderMay").properties;
    let made: Policy = Policy::parse(&made["PolicyDocument"].to_string()).unwrap();
    let (place, grants) = (Place::new("aws", REGION, ACCOUNT).unwrap(), Names::new(PREFIX).unwrap());
    let function = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:reader");
    for said in listing_policy(&place, &grants, "prod", &function).unwrap().statement {
        assert!(made.statement.contains(&said), "{said:?}");
    }
}

/// Whoever works for the register in another account reads it, and writes nothing in it, whatever its own policies say: not even
/// what has become of its own grants, since all grants are one kind of items.
#[test]
fn no_other_account_writes_the_register() {
    let (Some(here), Some(sources), Some(environment)) = (read(HERE.0), read(SOURCES.0), read(ENVIRONMENT.0)) else {
        return;
    };
    // Another account than the stack's, which is asked for its register by the one in which the stacks here are made.
    let given = HERE.1.iter().map(|(name, value)| (*name, if *name == "GovernedAccounts" { ACCOUNT } else { value }));
    let here = Stack::of(&here, &given.collect::<Vec<_>>());
    let moved = |said: &Value| said.to_string().replace(&format!(":{ACCOUNT}:table"), &format!(":{GOVERNANCE}:table"));
    let policy =
        Policy::parse(&moved(&here.resource("Register").properties["ResourcePolicy"]["PolicyDocument"])).unwrap();
    let table = Resource { arn: TABLE.into(), policy: Some(policy), tags: BTreeMap::new() };
    let made = |name: &str, said: &Value| {
        let arn = arn(ACCOUNT, name);
        (role(arn.clone(), about(said, &["dynamodb:"])), role(arn, vec![everything()]))
    };
    let producer = Stack::of(&sources, SOURCES.1).resource("Role").properties;
    let consumer = Stack::of(&environment, ENVIRONMENT.1).resource("ReaderMay").properties;
    for (own, lax) in [made("glaux-grants-producer", &producer), made("glaux-reader-prod", &consumer)] {
        for action in ["DescribeTable", "GetItem", "BatchGetItem", "Query"] {
            assert!(may(&own, &format!("dynamodb:{action}"), &table), "{own:?} {action}");
        }
        for action in ["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "ConditionCheckItem", "DeleteTable"] {
            for one in [&own, &lax] {
                assert!(!may(one, &format!("dynamodb:{action}"), &table), "{one:?} {action}");
            }
        }
    }
    let administrator = role(arn(ACCOUNT, "Administrator"), vec![everything()]);
    assert!(!may(&administrator, "dynamodb:GetItem", &table));
    let governs: Value = serde_json::from_str(&moved(&here.resource("Role").properties)).unwrap();
    let governs = role(arn(GOVERNANCE, "glaux-grants"), about(&governs, &["dynamodb:"]));
    assert!(may(&governs, "dynamodb:PutItem", &table) && !may(&governs, "dynamodb:DeleteItem", &table));
}

/// The policies of a role in one text, if the role is made.
fn said(stack: &Stack, name: &str) -> Option<String> {
    stack.resources().into_iter().find(|made| made.name == name).map(|made| made.properties.to_string())
}

/// What DataZone's environments are given needs rights that nobody has where it is not switched on; and what is put into its
/// catalogue, too.
#[test]
fn nobody_may_what_is_not_switched_on() {
    let (Some(here), Some(environment)) = (read(HERE.0), read(ENVIRONMENT.0)) else { return };
    let without = |given: &[(&'static str, &'static str)], names: &[&str]| -> Vec<(&'static str, &'static str)> {
        given.iter().filter(|(name, _)| !names.contains(name)).copied().collect()
    };
    let hooks = ["EnvironmentBoundary", "EnvironmentTagKey"];
    let (catalogue, environments) =
        (["CreateAsset", "DeleteAsset", "CreateListingChangeSet"], ["glaux-grants-hooks-", "GetEnvironment"]);
    let all = said(&Stack::of(&here, HERE.1), "Role").unwrap();
    assert!(catalogue.iter().chain(&environments).all(|word| all.contains(word)));
    let off = said(&Stack::of(&here, &without(HERE.1, &hooks)), "Role").unwrap();
    assert!(environments.iter().all(|word| !off.contains(word)) && off.contains("CreateAsset"));
    for names in [["DataZoneProjects"], ["DataZoneDomainId"]] {
        let stack = Stack::of(&here, &without(HERE.1, &names));
        let off = said(&stack, "Role").unwrap();
        assert!(catalogue.iter().all(|word| !off.contains(word)), "{names:?}");
        assert!(!stack.variables("Function").iter().any(|(key, _)| key == "glaux_datazone_projects"), "{names:?}");
    }
    let off = Stack::of(&here, &without(HERE.1, &["DataZoneDomainId"]));
    assert!(environments.iter().all(|word| !said(&off, "Role").unwrap().contains(word)));
    assert!(!off.variables("Function").iter().any(|(key, _)| key.starts_with("glaux_environment_")));
    // In the environment's account there is not even a role.
    let off = Stack::of(&environment, &without(ENVIRONMENT.1, &hooks));
    assert_eq!((said(&off, "HookRole"), said(&off, "HookMay")), (None, None));
    for (name, has, lacks) in [(hooks[1], "iam:", "glue:"), (hooks[0], "glue:", "iam:PutRole")] {
        let may = said(&Stack::of(&environment, &without(ENVIRONMENT.1, &[name])), "HookMay").unwrap();
        assert!(may.contains(has) && !may.contains(lacks), "{may}");
    }
}

/// Statement by statement, for there is no more to it.
#[test]
fn hooks_put_one_boundary_or_datazones_own_and_one_tag() {
    let Some(environment) = read(ENVIRONMENT.0) else { return };
    let may = Stack::of(&environment, ENVIRONMENT.1).resource("HookMay").properties["PolicyDocument"].clone();
    let users = format!("arn:aws:iam::{ACCOUNT}:role/datazone_usr_*");
    let databases = format!("arn:aws:glue:{REGION}:{ACCOUNT}:database/*");
    let boundaries = [
        format!("arn:aws:iam::{ACCOUNT}:policy/team/bounds"),
        "arn:aws:iam::aws:policy/AmazonDataZoneEnvironmentRolePermissionsBoundary".to_owned(),
    ];
    let expected = json!([
        {"Sid": "SeeUsers", "Effect": "Allow", "Action": "iam:GetRole", "Resource": users},
        {"Sid": "BoundUsers", "Effect": "Allow", "Action": "iam:PutRolePermissionsBoundary", "Resource": users,
            "Condition": {"StringEquals": {"iam:PermissionsBoundary": boundaries}}},
        {"Sid": "SeeTags", "Effect": "Allow", "Action": "glue:GetTags", "Resource": databases},
        {"Sid": "TagDatabases", "Effect": "Allow", "Action": ["glue:TagResource", "glue:UntagResource"],
            "Resource": databases, "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": ["glaux"]}}},
    ]);
    assert_eq!(may["Statement"], expected);
}
