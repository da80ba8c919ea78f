//! Ways in which systems of this kind have given away more than was granted, each tried here.

use super::*;

const SECRETS: [&str; 5] = [
    GET,
    "secretsmanager:DescribeSecret",
    "secretsmanager:PutSecretValue",
    "secretsmanager:PutResourcePolicy",
    "secretsmanager:DeleteSecret",
];

/// Every role that is made here.
fn roles(house: &House) -> [Role; 4] {
    [house.sales.clone(), house.hr.clone(), house.a.clone(), house.b.clone()]
}

fn is_denied_all(principal: &Principal, actions: &[&str], resource: &Resource) {
    for action in actions {
        let decision = decide(&ask(principal, action, resource)).unwrap();
        assert!(!decision.is_allowed, "{action} with {}: {}", resource.arn, decision.because);
    }
}

/// Attack: whoever may edit the description of a table or of an environment writes into its name what a policy or a statement
/// takes for more than a name. What becomes of names in SQL is the engines' to see to; here none becomes a pattern.
#[test]
fn a_name_that_others_can_edit_widens_no_policy() {
    let (grants, producers) = (names("glaux/sales/grants"), [(place(PRODUCERS), None)]);
    for hostile in
        ["*", "env-?", "env-a/*", "env-*", "../admin", "..", "", "env-a\",\"*", "${aws:PrincipalTag/x}", "env-a/shop"]
    {
        let consumer = Consumer { environment: hostile, grants: &grants, producers: &producers };
        if let Ok(policy) = consumer.policy() {
            // Two dots are a name like any other: secrets have no folders.
            assert_eq!(hostile, "..");
            let eve = Principal::Role(role(PRODUCERS, "eve", vec![policy]));
            is_denied_all(&eve, &SECRETS, &secret("glaux/sales/admin/shop", None));
        }
        let readers = [KeyReader { reader: arn(CONSUMERS, "eve"), environment: hostile.into() }];
        let opened = key_policy(&place(PRODUCERS), &grants, &arn(PRODUCERS, "keeper"), &readers);
        assert!(opened.is_err() || hostile == "..", "{hostile}");
        assert!(grants.name("env-a", hostile).is_err() || hostile == "..", "{hostile}");
    }
    // One environment's name begins with another's.
    let longer = Principal::Role(consumer(PRODUCERS, "env", "arn:aws:kms:eu-central-1:111111111111:key/1234"));
    is_denied_all(&longer, &SECRETS, &secret("glaux/sales/grants/env-a/shop", None));
    let exact = place(PRODUCERS).secret_named("glaux/sales/grants/env-a/shop");
    let policy = policy_of(&format!(r#"{{"Effect": "Allow", "Action": "*", "Resource": "{exact}"}}"#));
    let one = Principal::Role(role(PRODUCERS, "one", vec![policy]));
    assert!(may(&one, GET, &secret("glaux/sales/grants/env-a/shop", None)));
    is_denied_all(&one, &SECRETS, &secret("glaux/sales/grants/env-a/shop-2", None));
}

/// Attack: a member of one project deploys a connector with another project's id and secret as its parameters, and invokes it by
/// the right of the own environment. What a template is told changes nothing: with a role that may everything, with the other's
/// tags, with a second statement of the own, the other environment's secret stays closed.
#[test]
fn no_parameter_of_a_template_opens_another_environments_secret() {
    let house = House::new();
    let (other, key) = (house.grant("env-b"), house.key());
    let mut eve = house.a.clone();
    eve.policies.push(everything());
    eve.policies.push(consumer(CONSUMERS, "env-b", &house.key).policies.remove(0));
    eve.tags = BTreeMap::from([("environment".to_owned(), "env-b".to_owned()), ("project".to_owned(), "b".to_owned())]);
    let eve = Principal::Role(eve);
    is_denied_all(&eve, &SECRETS, &other);
    assert!(!decide(&opening(&eve, &other, &key)).unwrap().is_allowed);
    // The same inside the producers' own account, where no second policy would be needed.
    let mut insider = house.b.clone();
    insider.policies.push(everything());
    is_denied_all(&Principal::Role(insider.clone()), &SECRETS, &house.grant("env-a"));
    assert!(!decide(&opening(&Principal::Role(insider), &house.grant("env-a"), &key)).unwrap().is_allowed);
}

/// Attack: a producer registers a source and names somebody else's secret as its administrator's, or passes a role that may more.
#[test]
fn a_producer_reads_no_secret_but_its_own_sources_and_passes_no_role() {
    let house = House::new();
    let sales = Principal::Role(house.sales.clone());
    assert!(may(&sales, GET, &secret("glaux/sales/admin/shop", None)));
    for named in [
        "glaux/hr/admin/people",
        "glaux/sales/administrators",
        "glaux/sales/admin",
        "other/app/db",
        "glaux/salesx/admin/y",
    ] {
        is_denied_all(&sales, &SECRETS, &secret(named, None));
    }
    is_denied_all(&sales, &SECRETS[2..], &secret("glaux/sales/admin/shop", None));
    let stronger =
        Resource { arn: format!("arn:aws:iam::{PRODUCERS}:role/Administrator"), policy: None, tags: BTreeMap::new() };
    is_denied_all(&sales, &["iam:PassRole", "iam:GetRole", "sts:AssumeRole"], &stronger);
    // Administrators' secrets inside the grants' prefix would be an environment's to read, and the other way round.
    for (grants, administrators) in [("glaux", "glaux/admin"), ("glaux/admin/x", "glaux/admin"), ("glaux", "glaux")] {
        let own = [names(administrators)];
        let producer = Producer { place: &place(PRODUCERS), grants: &names(grants), administrators: &own, key: None };
        assert_eq!(producer.policy().unwrap_err().kind(), ErrorKind::Invalid, "{grants} {administrators}");
    }
}

/// Attack: one role serves all functions, so that whoever gets hold of any of them reads every secret and uses every key.
#[test]
fn no_role_reads_every_secret_or_uses_every_key() {
    let house = House::new();
    let key_of_another = Resource { arn: format!("arn:aws:kms:eu-central-1:{PRODUCERS}:key/9999"), ..house.key() };
    for role in roles(&house) {
        let statements = role.policies.iter().flat_map(|policy| &policy.statement);
        for statement in statements {
            assert!(statement.resource.iter().all(|resource| resource.len() > 40), "{statement:?}");
            assert!(statement.action.iter().all(|action| !action.contains('*')), "{statement:?}");
        }
        let principal = Principal::Role(role);
        is_denied_all(&principal, &SECRETS, &secret("other/app/db", None));
        // Even where the other key would let anybody in.
        let open =
            Resource { policy: Some(allowing(&format!("{{\"AWS\": \"{PRODUCERS}\"}}"))), ..key_of_another.clone() };
        assert!(!decide(&opening(&principal, &house.grant("env-a"), &open)).unwrap().is_allowed);
    }
}

/// Attack: the key's policy lets the whole account do anything, so that who has no right at all reads, or has the key deleted.
#[test]
fn a_key_opens_nothing_for_the_account_and_nothing_at_all_without_a_right() {
    let house = House::new();
    let (key, grant) = (house.key(), house.grant("env-a"));
    let rules = ["kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:DescribeKey"];
    let uses = ["kms:Decrypt", "kms:GenerateDataKey", "kms:Encrypt", "kms:ReEncryptFrom", "kms:CreateGrant"];
    let nobody = Principal::Role(role(PRODUCERS, "nobody", Vec::new()));
    is_denied_all(&nobody, &[&rules[..], &uses].concat(), &key);
    let administrator = Principal::Role(administrator(PRODUCERS));
    assert!(rules.iter().all(|action| may(&administrator, action, &key)), "the account rules its key");
    is_denied_all(&administrator, &uses, &key);
    for principal in [administrator, Principal::Root { account: PRODUCERS.into() }] {
        assert!(!decide(&opening(&principal, &grant, &key)).unwrap().is_allowed);
    }
    for role in roles(&house) {
        is_denied_all(&Principal::Role(role), &[&rules[..], &uses[2..]].concat(), &key);
    }
}

/// Attack: the role that deploys may make roles and policies, and so may anything.
#[test]
fn no_role_makes_roles_or_rights_and_a_bounded_one_gains_nothing_by_them() {
    let house = House::new();
    let makes = [
        "iam:CreateRole",
        "iam:PutRolePolicy",
        "iam:AttachRolePolicy",
        "iam:CreatePolicyVersion",
        "iam:UpdateAssumeRolePolicy",
        "iam:DeleteRolePermissionsBoundary",
        "iam:PassRole",
    ];
    for role in roles(&house) {
        let own = Resource { arn: role.arn.to_string(), policy: None, tags: BTreeMap::new() };
        let principal = Principal::Role(role);
        is_denied_all(&principal, &makes, &own);
    }
    // Whoever could put `*` on the role all the same gets no further than its boundary.
    let mut bounded = house.b.clone();
    bounded.boundary = Some(house.b.policies[0].clone());
    bounded.policies.push(everything());
    let bounded = Principal::Role(bounded);
    assert!(may(&bounded, GET, &house.grant("env-b")));
    is_denied_all(&bounded, &SECRETS, &secret("other/app/db", None));
    is_denied_all(&bounded, &makes, &secret("other/app/db", None));
}

/// Attack: every governed account may write the records of every other. The records themselves are guarded elsewhere; of secrets
/// a producer writes its own and a consumer none, and no role made here has a word about a table.
#[test]
fn nobody_writes_what_is_anothers() {
    let house = House::new();
    let writes = &SECRETS[2..];
    for environment in ["env-a", "env-b"] {
        let grant = house.grant(environment);
        for role in [&house.hr, &house.a, &house.b] {
            is_denied_all(&Principal::Role(role.clone()), writes, &grant);
        }
        // A secret that has lost its policy is still not the other producer's.
        is_denied_all(&Principal::Role(house.hr.clone()), writes, &Resource { policy: None, ..grant });
    }
    let table = format!("arn:aws:dynamodb:eu-central-1:{GOVERNANCE}:table/glaux");
    let table = Resource { arn: table, policy: None, tags: BTreeMap::new() };
    for role in roles(&house) {
        is_denied_all(
            &Principal::Role(role),
            &["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"],
            &table,
        );
    }
}

/// Attack: a role that another account may assume without saying for whom it does so. Whom a role trusts is said where it is
/// deployed; no role made here may become another.
#[test]
fn no_role_becomes_another() {
    let house = House::new();
    for (role, other) in roles(&house).into_iter().zip([&house.hr, &house.a, &house.b, &house.sales]) {
        let other = Resource { arn: other.arn.to_string(), policy: None, tags: BTreeMap::new() };
        is_denied_all(&Principal::Role(role), &["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"], &other);
    }
}

/// Attack: the people of an environment read the password of its database user, and go to the database themselves.
#[test]
fn people_of_an_environment_do_not_read_its_password() {
    let house = House::new();
    let (of_a, of_b) = (house.grant("env-a"), house.grant("env-b"));
    let key = house.key();
    for person in [role(CONSUMERS, "analyst", house.a.policies.clone()), administrator(CONSUMERS)] {
        let person = Principal::Role(person);
        is_denied_all(&person, &SECRETS, &of_a);
        assert!(!decide(&opening(&person, &of_a, &key)).unwrap().is_allowed);
    }
    is_denied_all(&Principal::Role(role(PRODUCERS, "analyst", house.b.policies.clone())), &SECRETS, &of_b);
    is_denied_all(&Principal::Root { account: CONSUMERS.into() }, &SECRETS, &of_a);
}
