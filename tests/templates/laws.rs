//! Laws of the policies and of what holds data, whatever the template: read off what a stack comes to.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::given::{CLASSIC, ENVIRONMENT, Everything, GOVERNED, HERE, LISTING, OWNERS, PEOPLE, SOURCES};
use crate::template::{GOVERNANCE, Resource, Stack, read};

/// What rules a key and opens nothing with it.
const RULES_A_KEY: [&str; 16] = [
    "kms:CancelKeyDeletion",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListAliases",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateKeyDescription",
];

const ALL: [Everything; 8] = [GOVERNED, CLASSIC, HERE, SOURCES, ENVIRONMENT, LISTING, OWNERS, PEOPLE];

/// What a policy is put on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum On {
    Identity,
    Role,
    Key,
    Thing,
}

/// A statement, where it stands.
struct Said<'r> {
    on: On,
    resource: &'r Resource,
    statement: &'r Value,
}

fn statements<'r>(resource: &'r Resource, value: &'r Value, on: On, found: &mut Vec<Vec<Said<'r>>>) {
    if let Some(all) = value.get("Statement").and_then(Value::as_array) {
        found.push(all.iter().map(|statement| Said { on, resource, statement }).collect());
        return;
    }
    let inner = |key: &str| match key {
        "AssumeRolePolicyDocument" => On::Role,
        "KeyPolicy" => On::Key,
        "ResourcePolicy" => On::Thing,
        _ if resource.kind.ends_with("BucketPolicy") || resource.kind.ends_with("QueuePolicy") => On::Thing,
        _ => on,
    };
    match value {
        Value::Object(all) => all.iter().for_each(|(key, value)| statements(resource, value, inner(key), found)),
        Value::Array(all) => all.iter().for_each(|value| statements(resource, value, on, found)),
        _ => {}
    }
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    }
}

impl Said<'_> {
    fn sid(&self) -> &str {
        self.statement["Sid"].as_str().unwrap_or("?")
    }

    fn allows(&self) -> bool {
        self.statement["Effect"] != "Deny"
    }

    fn has_condition(&self, key: &str) -> bool {
        let operators = self.statement["Condition"].as_object();
        operators.is_some_and(|all| all.values().any(|keys| keys.get(key).is_some()))
    }

    /// What breaks a law, whatever is allowed to whom.
    fn findings(&self) -> Vec<String> {
        let mut found = Vec::new();
        for word in ["NotAction", "NotResource", "NotPrincipal"] {
            if self.statement.get(word).is_some() {
                found.push(format!("{word} reaches what nobody has thought of"));
            }
        }
        if self.allows() {
            found.extend(self.of_actions());
            found.extend(self.of_principals());
            found.extend(self.of_keys());
        }
        found.into_iter().map(|what| format!("{}, {}: {what}", self.resource.name, self.sid())).collect()
    }

    fn of_actions(&self) -> Vec<String> {
        let (actions, resources) = (texts(&self.statement["Action"]), texts(&self.statement["Resource"]));
        let mut found = Vec::new();
        if actions.is_empty() || actions.iter().any(|action| action.contains(['*', '?'])) {
            found.push("it allows actions that it does not name".to_owned());
        }
        found.extend(self.of_roles(&actions, &resources));
        let far = resources.iter().find(|resource| self.on != On::Key && reaches_far(resource));
        if let Some(far) = far
            && self.resource.reasons[self.sid()].as_str().is_none_or(|reason| reason.len() < 20)
        {
            found.push(format!("it reaches {far} without a reason"));
        }
        found
    }

    /// Who passes, makes or changes roles could become any of them.
    fn of_roles(&self, actions: &[&str], resources: &[&str]) -> Vec<String> {
        let mut found = Vec::new();
        let is = |action: &&str, word: &str| action.to_ascii_lowercase().starts_with(&format!("iam:{word}"));
        if actions.iter().any(|action| is(action, "passrole")) {
            if resources.len() != 1 || !resources[0].contains(":role/") || resources[0].contains(['*', '?']) {
                found.push("it passes any role".to_owned());
            }
            if !self.has_condition("iam:PassedToService") {
                found.push("it passes a role to any service".into());
            }
        }
        if actions.iter().any(|action| is(action, "putrolepermissionsboundary"))
            && !self.has_condition("iam:PermissionsBoundary")
        {
            found.push("it bounds roles by any policy".into());
        }
        if actions.iter().any(|action| is(action, "deleterolepermissionsboundary")) {
            found.push("it takes boundaries away".into());
        }
        let writes = |action: &&str| ["create", "put", "attach", "update", "add"].iter().any(|word| is(action, word));
        let others = resources.iter().any(|resource| !resource.contains(":policy/"));
        if actions.iter().any(writes) && others && !self.has_condition("iam:PermissionsBoundary") {
            found.push("it makes or changes roles without a boundary".into());
        }
        found
    }

    fn of_principals(&self) -> Vec<String> {
        let principal = &self.statement["Principal"];
        let mut found = Vec::new();
        if texts(principal).contains(&"*") || texts(&principal["AWS"]).contains(&"*") {
            found.push("it allows it to everybody".to_owned());
        }
        let names = texts(&principal["AWS"]);
        if self.on == On::Role && !names.is_empty() {
            if !names.iter().all(|name| name.contains(":role/")) {
                found.push("whoever may is no one role".into());
            }
            if !self.has_condition("sts:ExternalId") {
                found.push("another account comes in without an external id".into());
            }
            if self.resource.properties.get("PermissionsBoundary").is_none() {
                found.push("another account comes in without a boundary".into());
            }
        }
        let is_bound = ["aws:SourceArn", "aws:SourceAccount"].iter().any(|key| self.has_condition(key));
        // Of their sources these say nothing when they take a role; who names one to them has to be let pass it.
        let silent = ["lambda.amazonaws.com", "servicecatalog.amazonaws.com"];
        let services = texts(&principal["Service"]).into_iter().filter(|name| !silent.contains(name));
        found.extend(services.filter(|_| !is_bound).map(|name| format!("{name} may, for whomever it asks")));
        found
    }

    fn of_keys(&self) -> Vec<String> {
        let uses = |action: &&str| action.starts_with("kms:") && !RULES_A_KEY.contains(action);
        let uses: Vec<&str> = texts(&self.statement["Action"]).into_iter().filter(uses).collect();
        let mut found = Vec::new();
        let is_bound = self.has_condition("kms:ViaService");
        let is_of_one = !texts(&self.statement["Resource"]).contains(&"*");
        if uses.is_empty() || uses == ["kms:GenerateRandom"] || self.on == On::Identity && is_of_one {
            return found;
        }
        if !is_bound {
            found.push(format!("{uses:?} with any key, through no service in particular"));
        }
        if !self.has_condition("kms:EncryptionContext:SecretARN") {
            found.push(format!("{uses:?} for any secret"));
        }
        let is_role = |name: &&str| name.contains(":role/");
        let names = texts(&self.statement["Principal"]["AWS"]);
        if self.on == On::Key && !names.iter().all(is_role) && !self.has_condition("aws:PrincipalArn") {
            found.push(format!("{uses:?} is open to the principals of an account"));
        }
        found
    }
}

/// Whether a resource is any of its kind, or of any account.
fn reaches_far(resource: &str) -> bool {
    let Some((before, _)) = resource.split_once(['*', '?']) else { return false };
    let parts: Vec<&str> = before.splitn(6, ':').collect();
    let Some(named) = parts.get(5) else { return true };
    let name = named.split_once([':', '/']).map_or(*named, |(_, name)| name);
    name.is_empty()
}

/// What is encrypted, kept, forgotten and closed.
fn of_thing(thing: &Resource, all: &[Resource]) -> Vec<String> {
    let is = |pointer: &str| thing.properties.pointer(pointer) == Some(&json!(true));
    let policies = |kind: &str, names: &str| {
        let named = move |policy: &&Resource| texts(&policy.properties[names]).contains(&thing_name(thing).as_str());
        let of_kind = all.iter().filter(move |policy| policy.kind == kind);
        of_kind.filter(named).map(|policy| &policy.properties["PolicyDocument"]).collect::<Vec<_>>()
    };
    let blocks = ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"];
    let (closed, policies) = match thing.kind.as_str() {
        "AWS::S3::Bucket" => (
            blocks.iter().all(|block| is(&format!("/PublicAccessBlockConfiguration/{block}")))
                && thing.properties.get("BucketEncryption").is_some()
                && thing.properties.pointer("/LifecycleConfiguration/Rules/0/ExpirationInDays").is_some(),
            policies("AWS::S3::BucketPolicy", "Bucket"),
        ),
        "AWS::SQS::Queue" => (is("/SqsManagedSseEnabled"), policies("AWS::SQS::QueuePolicy", "Queues")),
        "AWS::DynamoDB::Table" => (
            is("/DeletionProtectionEnabled") && is("/PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled"),
            vec![&thing.properties["ResourcePolicy"]["PolicyDocument"]],
        ),
        "AWS::KMS::Key" => return if is("/EnableKeyRotation") { vec![] } else { vec![told(thing, "is not rotated")] },
        "AWS::Logs::LogGroup" => {
            let is_kept = thing.properties.get("RetentionInDays").is_some();
            return if is_kept { vec![] } else { vec![told(thing, "is kept for ever")] };
        }
        _ => return Vec::new(),
    };
    let mut found = Vec::new();
    if !closed {
        found.push(told(thing, "is not protected as it should be"));
    }
    if !policies.iter().any(|policy| is_tls_only(policy)) {
        found.push(told(thing, "is reached without TLS"));
    }
    found
}

/// Whom a product is offered, and as whom it is launched.
fn of_product(thing: &Resource, all: &[Resource]) -> Vec<String> {
    let said = |name: &str| thing.properties[name].as_str().unwrap_or_default();
    match thing.kind.as_str() {
        "AWS::ServiceCatalog::PortfolioPrincipalAssociation" => {
            let is_one = said("PrincipalType") == "IAM" && !said("PrincipalARN").contains(['*', '?']);
            if is_one { vec![] } else { vec![told(thing, "offers it to others than are named")] }
        }
        // Without a role it is launched with the rights of whoever launches it, which then need to be many.
        "AWS::ServiceCatalog::PortfolioProductAssociation" => {
            let of_same = |one: &&Resource| one.properties["ProductId"] == thing.properties["ProductId"];
            let launches = all.iter().filter(|one| one.kind == "AWS::ServiceCatalog::LaunchRoleConstraint");
            let is_bound = launches.filter(of_same).any(|one| one.properties.get("RoleArn").is_some());
            if is_bound { vec![] } else { vec![told(thing, "offers what is launched as no role of its own")] }
        }
        _ => Vec::new(),
    }
}

fn told(thing: &Resource, what: &str) -> String {
    format!("{} {what}", thing.name)
}

fn thing_name(thing: &Resource) -> String {
    let name = ["QueueName", "BucketName"].iter().find_map(|name| thing.properties[*name].as_str());
    name.map_or_else(|| thing.name.to_lowercase(), str::to_owned)
}

fn is_tls_only(policy: &Value) -> bool {
    let all = policy["Statement"].as_array();
    all.is_some_and(|all| {
        all.iter().any(|one| {
            one["Effect"] == "Deny"
                && one["Principal"] == "*"
                && one["Action"].as_str().is_some_and(|action| action.ends_with(":*"))
                && one["Condition"] == json!({"Bool": {"aws:SecureTransport": "false"}})
        })
    })
}

/// What breaks a law in a stack.
fn findings(stack: &Stack) -> Vec<String> {
    let all = stack.resources();
    let mut found = Vec::new();
    for resource in &all {
        found.extend(of_thing(resource, &all));
        found.extend(of_product(resource, &all));
        let mut documents = Vec::new();
        statements(resource, &resource.properties, On::Identity, &mut documents);
        for document in documents {
            let sids: Vec<&str> = document.iter().map(Said::sid).filter(|sid| *sid != "?").collect();
            if sids.iter().collect::<BTreeSet<_>>().len() != sids.len() {
                found.push(format!("{}: two statements of one Sid", resource.name));
            }
            found.extend(document.iter().flat_map(Said::findings));
        }
    }
    found
}

#[test]
fn every_template_keeps_the_laws_with_everything_switched_on() {
    for (name, parameters) in ALL {
        let Some(template) = read(name) else { return };
        assert_eq!(findings(&Stack::of(&template, parameters)), [""; 0], "{name}");
    }
}

#[test]
fn no_reason_is_given_for_what_nothing_reaches() {
    for (name, parameters) in ALL {
        let Some(template) = read(name) else { return };
        let namesakes = ALL.iter().filter(|(other, _)| *other == name);
        let said: String = namesakes
            .flat_map(|(_, given)| Stack::of(&template, given).resources())
            .map(|made| format!("{} {}", made.name, made.properties))
            .collect();
        for resource in Stack::of(&template, parameters).resources() {
            let reasons = resource.reasons.as_object();
            for sid in reasons.into_iter().flat_map(|reasons| reasons.keys()) {
                assert!(said.contains(&format!("\"Sid\":\"{sid}\"")), "{}: nothing is called {sid}", resource.name);
            }
        }
    }
}

/// The statement of this Sid, wherever it stands.
fn statement<'v>(value: &'v mut Value, sid: &str) -> Option<&'v mut Value> {
    if value.get("Sid").is_some_and(|own| own == sid) {
        return Some(value);
    }
    match value {
        Value::Object(all) => all.values_mut().find_map(|value| statement(value, sid)),
        Value::Array(all) => all.iter_mut().find_map(|value| statement(value, sid)),
        _ => None,
    }
}

/// What is planted in the statement of this Sid, at this place below it, and what is to be said of it.
type Fault = (Everything, &'static str, &'static str, Value, &'static str);

fn faults() -> Vec<Fault> {
    let root = |account: &str| json!(format!("arn:aws:iam::{account}:root"));
    let role = |name: &str| format!("arn:aws:iam::123456789012:role/{name}");
    vec![
        (GOVERNED, "WriteSpill", "Resource", json!("*"), "it reaches * without a reason"),
        (GOVERNED, "FindBucket", "Resource", json!("arn:aws:s3:::*"), "it reaches arn:aws:s3:::* without a reason"),
        (CLASSIC, "WriteSpill", "Action", json!("s3:*"), "actions that it does not name"),
        (GOVERNED, "OpenGrants", "Condition", json!({}), "through no service in particular"),
        (SOURCES, "OpenAdministrators", "Condition", json!({}), "for any secret"),
        (GOVERNED, "FindGrants", "Action", json!("iam:PassRole"), "it passes any role"),
        (CLASSIC, "Log", "NotAction", json!("logs:DeleteLogGroup"), "NotAction reaches"),
        (SOURCES, "TheAccountRules", "Action", json!(["kms:Decrypt"]), "is open to the principals of an account"),
        (SOURCES, "TheAccountRules", "Action", json!(["kms:*"]), "actions that it does not name"),
        (SOURCES, "TheKeeperUses", "Principal", json!("*"), "it allows it to everybody"),
        (SOURCES, "ReadersOpen", "Condition", json!({}), "is open to the principals of an account"),
        (SOURCES, "OnlyTheMachine", "Condition", json!({}), "without an external id"),
        (ENVIRONMENT, "OnlyTheMachine", "Principal", json!({"AWS": root(GOVERNANCE)}), "whoever may is no one role"),
        (ENVIRONMENT, "OnlyGovernance", "Condition", json!({}), "without an external id"),
        (ENVIRONMENT, "OnlyGovernance", "Principal", json!({"AWS": root(GOVERNANCE)}), "whoever may is no one role"),
        (ENVIRONMENT, "BoundUsers", "Condition", json!({}), "it bounds roles by any policy"),
        (ENVIRONMENT, "BoundUsers", "Action", json!("iam:DeleteRolePermissionsBoundary"), "it takes boundaries away"),
        (ENVIRONMENT, "BoundUsers", "Resource", json!("arn:aws:iam::123456789012:role/*"), "without a reason"),
        (HERE, "ReachEnvironments", "Sid", json!("Reaching"), "without a reason"),
        (HERE, "FillCatalogue", "Resource", json!("*"), "it reaches * without a reason"),
        (HERE, "FillCatalogue", "Action", json!("datazone:*"), "actions that it does not name"),
        (HERE, "TakeNews", "Principal", json!({"AWS": "*"}), "it allows it to everybody"),
        (HERE, "TakeWhatCannotBeDelivered", "Condition", json!({}), "for whomever it asks"),
        (HERE, "ReachOtherAccounts", "Sid", json!("Reaching"), "without a reason"),
        (HERE, "OnlyOverTls", "Effect", json!("Allow"), "is reached without TLS"),
        (GOVERNED, "OnlyOverTls", "Condition", json!({}), "Spill is reached without TLS"),
        (SOURCES, "KeepGrants", "Sid", json!("ReadAdministrators"), "two statements of one Sid"),
        (SOURCES, "MapTables", "Resource", json!("*"), "it reaches * without a reason"),
        (OWNERS, "AskForMapping", "Resource", json!("*"), "it reaches * without a reason"),
        (OWNERS, "AskForMapping", "Action", json!("lambda:*"), "actions that it does not name"),
        (OWNERS, "AskForMapping", "Action", json!("iam:CreateRole"), "without a boundary"),
        (PEOPLE, "MakeFunction", "Resource", json!("*"), "it reaches * without a reason"),
        (PEOPLE, "GiveItsRole", "Resource", json!("arn:aws:iam::123456789012:role/glaux-*"), "it passes any role"),
        (PEOPLE, "GiveItsRole", "Resource", json!([role("glaux-reader-prod"), role("other")]), "it passes any role"),
        (PEOPLE, "GiveItsRole", "Condition", json!({}), "it passes a role to any service"),
        (
            PEOPLE,
            "WritePolicy",
            "Resource",
            json!("arn:aws:iam::123456789012:role/glaux-reader-prod"),
            "without a boundary",
        ),
        (PEOPLE, "MakeFunction", "Action", json!("iam:AttachRolePolicy"), "without a boundary"),
        (
            PEOPLE,
            "RunStacks",
            "Resource",
            json!("arn:aws:cloudformation:us-east-1:123456789012:stack/*"),
            "without a reason",
        ),
    ]
}

#[test]
fn each_law_finds_a_statement_that_breaks_it() {
    for ((name, parameters), sid, key, wrong, expected) in faults() {
        let Some(mut template) = read(name) else { return };
        let planted = statement(&mut template["Resources"], sid).unwrap_or_else(|| panic!("{name} has no {sid}"));
        planted[key] = wrong;
        let found = findings(&Stack::of(&template, parameters));
        assert!(found.iter().any(|one| one.contains(expected)), "{name}, {sid}: {found:?}");
    }
}

#[test]
fn each_law_finds_a_thing_that_breaks_it() {
    for ((name, parameters), pointer, wrong, expected) in [
        (
            GOVERNED,
            "/Resources/Spill/Properties/PublicAccessBlockConfiguration/BlockPublicAcls",
            json!(false),
            "Spill is",
        ),
        (GOVERNED, "/Resources/Spill/Properties/LifecycleConfiguration/Rules", json!([]), "Spill is not protected"),
        (GOVERNED, "/Resources/SpillPolicy/Properties/Bucket", json!("other"), "Spill is reached without TLS"),
        (HERE, "/Resources/Queue/Properties/SqsManagedSseEnabled", json!(false), "Queue is not protected"),
        (HERE, "/Resources/LostPolicy/Properties/Queues", json!([]), "Lost is reached without TLS"),
        (HERE, "/Resources/Register/Properties/DeletionProtectionEnabled", json!(false), "Register is not protected"),
        (SOURCES, "/Resources/Key/Properties/EnableKeyRotation", json!(false), "Key is not rotated"),
        (SOURCES, "/Resources/LogGroup/Properties", json!({}), "LogGroup is kept for ever"),
        (OWNERS, "/Resources/Audience/Properties/PrincipalType", json!("IAM_PATTERN"), "Audience offers it to others"),
        (OWNERS, "/Resources/Launch/Properties/ProductId", json!("other"), "Offer offers what is launched as no role"),
        (PEOPLE, "/Resources/Audience/Properties/PrincipalARN", json!("arn:aws:iam:::role/*"), "Audience offers it"),
    ] {
        let Some(mut template) = read(name) else { return };
        *template.pointer_mut(pointer).unwrap() = wrong;
        let found = findings(&Stack::of(&template, parameters));
        assert!(found.iter().any(|one| one.contains(expected)), "{name}, {pointer}: {found:?}");
    }
    let Some(mut template) = read(SOURCES.0) else { return };
    template["Resources"]["InvokeRole"]["Properties"].as_object_mut().unwrap().remove("PermissionsBoundary");
    let found = findings(&Stack::of(&template, SOURCES.1));
    assert!(found.iter().any(|one| one.contains("without a boundary")), "{found:?}");
}
