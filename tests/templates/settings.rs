//! What the templates tell the functions, by the code that reads it; and what they take, by what users of the Java connectors give.

use std::collections::BTreeSet;

use glaux::config::{Config, Deployed, Encryption, SecretReference, WorkflowConfig};
use glaux::grants::Step;
use glaux::share::datazone;
use serde_json::{Value, json};

use crate::given::{CLASSIC, ENVIRONMENT, Everything, GOVERNED, HERE, LISTING, SOURCES};
use crate::template::{ACCOUNT, REGION, Stack, TABLE, read};

const MACHINE: &str = include_str!("../../infra/grants.asl.json");

/// Those of AWS's templates for MySQL, PostgreSQL, SQL Server and Oracle, with a connection of Glue's and without.
const JAVA: [&str; 17] = [
    "CompositeHandler",
    "DefaultConnectionString",
    "DefaultScale",
    "DisableSpillEncryption",
    "GlueConnection",
    "IsFIPSEnabled",
    "KmsKeyId",
    "LambdaFunctionName",
    "LambdaMemory",
    "LambdaRoleARN",
    "LambdaTimeout",
    "PermissionsBoundaryARN",
    "SecretName",
    "SecretNamePrefix",
    "SecurityGroupIds",
    "SpillBucket",
    "SpillPrefix",
];

fn stack((name, given): Everything) -> Option<Stack> {
    read(name).map(|template| Stack::of(&template, given))
}

/// As Lambda sets them: its own besides.
fn variables(stack: &Stack) -> Vec<(String, String)> {
    let own = ("AWS_LAMBDA_FUNCTION_NAME".to_owned(), "reader".to_owned());
    stack.variables("Function").into_iter().chain([own]).collect()
}

#[test]
fn what_users_of_the_java_connectors_give_is_taken_and_means_the_same() {
    let Some(template) = read("federation") else { return };
    for name in JAVA.iter().chain(&["SubnetIds"]) {
        assert!(template["Parameters"].get(*name).is_some(), "{name} is not taken");
    }
    let given = [
        ("CodeBucket", "code"),
        ("CodeKey", "p.zip"),
        ("LambdaFunctionName", "reader"),
        ("DefaultConnectionString", "postgres://jdbc:postgresql://h:5432/shop?${AthenaShop}"),
        ("SecretNamePrefix", "AthenaShop"),
        ("SpillBucket", "team-spill"),
        ("SpillPrefix", "athena/shop"),
        ("LambdaTimeout", "900"),
        ("LambdaMemory", "3008"),
        ("DisableSpillEncryption", "true"),
        ("CompositeHandler", "PostGreSqlMuxCompositeHandler"),
        ("DefaultScale", "4"),
        ("IsFIPSEnabled", "false"),
    ];
    let stack = Stack::of(&template, &given);
    let config = Config::from_env(variables(&stack)).unwrap();
    let catalog = config.catalogs.get("whatever").unwrap();
    assert_eq!(catalog.secret, SecretReference::Name("AthenaShop".into()));
    assert_eq!(catalog.settings.default_scale, Some(4));
    assert_eq!((config.spill.bucket.as_deref(), config.spill.prefix.as_str()), (Some("team-spill"), "athena/shop"));
    assert_eq!(config.spill.encryption, Encryption::Off);
    assert!(config.query_status.is_some() && config.notes.is_empty(), "{:?}", config.notes);
    let made: BTreeSet<String> = stack.resources().into_iter().map(|made| made.name).collect();
    assert!(!made.contains("Spill") && made.contains("Role"), "{made:?}");
}

#[test]
fn a_connection_of_glues_is_told_to_the_function_which_may_read_that_one() {
    let Some(template) = read("federation") else { return };
    let given = [
        ("CodeBucket", "code"),
        ("CodeKey", "p.zip"),
        ("LambdaFunctionName", "reader"),
        ("GlueConnection", "shop-connection"),
        ("SecretName", "shop/reader"),
        ("KmsKeyId", "1234"),
    ];
    let stack = Stack::of(&template, &given);
    let told = variables(&stack);
    let value = |key: &str| told.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
    assert_eq!((value("glue_connection"), value("default")), (Some("shop-connection"), None));
    let policy = |stack: &Stack| stack.resource("Role").properties["Policies"][0]["PolicyDocument"].clone();
    let of_glue = |stack: &Stack| {
        let statements = policy(stack)["Statement"].as_array().unwrap().clone();
        statements.into_iter().filter(|one| one["Action"].to_string().contains("glue:")).collect::<Vec<_>>()
    };
    let arn = |what: &str| format!("arn:aws:glue:{REGION}:{ACCOUNT}:{what}");
    let expected = json!({"Sid": "AskGlue", "Effect": "Allow", "Action": "glue:GetConnection",
        "Resource": [arn("catalog"), arn("connection/shop-connection")]});
    assert_eq!(of_glue(&stack), [expected]);
    assert!(of_glue(&Stack::of(&template, CLASSIC.1)).is_empty());
}

/// What a template does not offer: places of secrets on a machine without AWS.
const ELSEWHERE: [&str; 2] = ["glaux_secrets_file", "glaux_secrets_folder"];

#[test]
fn every_setting_of_ours_can_be_given_and_counts() {
    let Some(template) = read("federation") else { return };
    let default = ("default".to_owned(), "memory://jdbc:memory://h".to_owned());
    let told = Config::from_env([default, ("glaux_nonsense".into(), "1".into())]).unwrap_err().to_string();
    let known: Vec<&str> =
        told.split('"').filter(|word| word.starts_with("glaux_") && !word.contains("nonsense")).collect();
    let all = template["Resources"]["Function"]["Properties"]["Environment"]["Variables"].as_object().unwrap();
    let missing: Vec<&&str> =
        known.iter().filter(|known| !ELSEWHERE.contains(known) && !all.contains_key(**known)).collect();
    assert!(known.len() > 10 && missing.is_empty(), "of {known:?} these cannot be given: {missing:?}");
    let given = [
        CLASSIC.1,
        &[
            ("Callers", r#"[{"account": "123456789012", "role": "reader"}]"#),
            ("MaxSplits", "3"),
            ("MaxConnections", "5"),
            ("SplitBytes", "1000000"),
            ("SplitBy", "shop.order_lines=id"),
            ("MaxCellBytes", "4096"),
            ("ZonedTimestamps", "true"),
            ("QueryPlans", "true"),
            ("SerdeVersion", "6"),
            ("SecretTtlSeconds", "7"),
            ("SpillTimeoutSeconds", "9"),
            ("SpillQueueCapacity", "4"),
            ("MaxBlockSizeBytes", "5000000"),
            ("CasingMode", "LOWER"),
            ("EnableQueryPassthrough", "true"),
            ("MetricsNamespace", "Glaux"),
        ],
    ];
    let config = Config::from_env(variables(&Stack::of(&template, &given.concat()))).unwrap();
    let catalog = config.catalogs.get("any").unwrap();
    let settings = &catalog.settings;
    assert!(
        catalog.callers.is_some() && settings.zoned_timestamps && settings.query_plans && settings.query_passthrough
    );
    assert_eq!((settings.max_splits, settings.split_bytes, settings.max_cell_bytes), (Some(3), 1_000_000, 4096));
    assert_eq!(settings.max_connections, Some(5));
    assert_eq!(settings.split_by.values().collect::<Vec<_>>(), ["id"]);
    assert_eq!((config.serde_version, config.secrets.ttl.as_secs(), config.spill.timeout.as_secs()), (6, 7, 9));
    assert_eq!((config.spill.queue_capacity, config.spill.max_block_size), (4, Some(5_000_000)));
    assert_eq!(config.metrics.as_deref(), Some("Glaux"));
    // Beside others of those it is refused.
    let theirs = Stack::of(&template, &[CLASSIC.1, &[("JavaTypes", "true")]].concat());
    assert!(Config::from_env(variables(&theirs)).unwrap().catalogs.get("any").unwrap().settings.java_types);
}

#[test]
fn the_reading_function_is_told_who_reads_in_both_forms() {
    let (Some(classic), Some(governed)) = (stack(CLASSIC), stack(GOVERNED)) else { return };
    let config = Config::from_env(variables(&classic)).unwrap();
    assert_eq!(config.catalogs.get("any").unwrap().secret, SecretReference::Name("shop/reader".into()));
    let told = variables(&governed);
    let value = |key: &str| told.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
    assert_eq!((value("glaux_secrets_prefix"), value("glaux_environment")), (Some("glaux/d"), Some("prod")));
    assert_eq!(value("default"), None);
    let config = Config::from_env(told.clone()).unwrap();
    assert_eq!(
        (config.spill.bucket.as_deref(), &config.spill.encryption),
        (Some("spill"), &Encryption::Kms("1234".into()))
    );
    // What is misspelt there would not start.
    let misspelt = told.into_iter().map(|(key, value)| (key.replace("_environment", "_enviroment"), value));
    assert!(Config::from_env(misspelt).is_err());
}

#[test]
fn an_environment_that_lists_in_athena_is_told_by_which_function() {
    let Some(stack) = stack(LISTING) else { return };
    let config = WorkflowConfig::from_env(stack.variables("Function")).unwrap();
    let Deployed::Consumer { function, is_qualified, .. } = config.deployed else { panic!("{:?}", config.deployed) };
    assert_eq!(
        (function.as_deref(), is_qualified),
        (Some("arn:aws:lambda:us-east-1:123456789012:function:reader"), false)
    );
}

#[test]
fn each_function_of_the_workflow_takes_what_it_is_told_and_needs_all_of_it() {
    for (given, side) in [(HERE, "governance"), (SOURCES, "producer"), (ENVIRONMENT, "consumer")] {
        let Some(stack) = stack(given) else { return };
        let told = stack.variables("Function");
        let config = WorkflowConfig::from_env(told.clone()).unwrap();
        assert_eq!(
            (config.deployed.side().name(), config.domain.as_str(), config.prefix.as_str()),
            (side, "d", "glaux/d")
        );
        let needed = ["glaux_register_table", "glaux_domain", "glaux_secrets_prefix"];
        let own = match &config.deployed {
            Deployed::Governance { machine, datazone, catalogued, hooks, .. } => {
                let hooks = hooks.as_ref().unwrap();
                assert_eq!(hooks.boundary.as_deref(), Some("team/bounds"));
                assert_eq!(hooks.tag, Some(("glaux".into(), "true".into())));
                assert_eq!(*catalogued, ["shop", "other"]);
                assert_eq!(*machine, format!("arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:glaux-grants"));
                assert_eq!((datazone.as_deref(), config.table.as_str()), (Some("dzd_1"), "glaux"));
                "glaux_state_machine"
            }
            Deployed::Producer { role, key, window_days, maps_below, copied_to } => {
                assert_eq!(*role, format!("arn:aws:iam::{ACCOUNT}:role/glaux-grants-producer"));
                assert!(key.as_deref().is_some_and(|key| key.contains(":key/")) && *window_days == 30);
                assert_eq!((maps_below.as_deref(), &copied_to[..]), (Some("glaux_"), &["222222222222".to_owned()][..]));
                assert_eq!(config.table, TABLE);
                "glaux_keeper_role"
            }
            Deployed::Consumer { environment, copied_from, .. } => {
                assert_eq!(*copied_from, ["111111111111"]);
                assert_eq!((environment.as_str(), config.table.as_str()), ("prod", TABLE));
                "glaux_environment"
            }
        };
        for missing in needed.iter().chain(&[own]) {
            let told = told.iter().filter(|(key, _)| key != missing).cloned();
            assert!(WorkflowConfig::from_env(told).is_err(), "{side} does without {missing}");
        }
    }
}

#[test]
fn a_bus_of_its_own_is_told_to_the_function_that_tells_on_it() {
    let Some(template) = read("grants") else { return };
    let stack = Stack::of(&template, &[HERE.1, &[("EventBusName", "own")]].concat());
    let config = WorkflowConfig::from_env(stack.variables("Function")).unwrap();
    let Deployed::Governance { bus, .. } = config.deployed else { panic!("{:?}", config.deployed) };
    assert_eq!(bus.as_deref(), Some("own"));
    assert_eq!(stack.resource("Decided").properties["EventBusName"], "own");
}

/// A function that stops earlier than the machine waits would fail where it need not.
#[test]
fn no_function_stops_before_the_machine_stops_waiting_and_every_place_is_filled_in() {
    let definition: Value = serde_json::from_str(MACHINE).unwrap();
    for (given, side) in [(HERE, "governance"), (SOURCES, "producer"), (ENVIRONMENT, "consumer")] {
        let Some(stack) = stack(given) else { return };
        let timeout = stack.resource("Function").properties["Timeout"].as_u64().unwrap();
        for step in Step::ALL.iter().filter(|step| step.side().name() == side) {
            let waits = definition["States"][step.name()]["TimeoutSeconds"].as_u64().unwrap();
            assert!(
                timeout >= waits,
                "{side}: {} may take {waits} s, and the function stops after {timeout}",
                step.name()
            );
        }
    }
    let Some(here) = stack(HERE) else { return };
    let filled = here.resource("Machine").properties["DefinitionSubstitutions"].clone();
    let filled: BTreeSet<String> = filled.as_object().unwrap().keys().cloned().collect();
    let places = MACHINE.split("${").skip(1).map(|behind| behind.split_once('}').unwrap().0.to_owned());
    assert_eq!(filled, places.collect::<BTreeSet<_>>());
    let queue = here.resource("Queue").properties["VisibilityTimeout"].as_u64().unwrap();
    assert!(queue >= 6 * here.resource("Function").properties["Timeout"].as_u64().unwrap());
}

#[test]
fn every_kind_of_news_that_is_sent_for_is_understood_and_of_one_domain() {
    let Some(here) = stack(HERE) else { return };
    let pattern = &here.resource("DataZone").properties["EventPattern"];
    assert_eq!(pattern["detail"]["metadata"]["domain"], json!(["dzd_1"]));
    for kind in pattern["detail-type"].as_array().unwrap() {
        let error = datazone::read(kind.as_str().unwrap(), &json!({"metadata": {"domain": "dzd_1"}}), "dzd_1");
        let told = error.unwrap_err().to_string();
        assert!(!told.contains("not known here"), "{told}");
    }
    let events = include_str!("../../src/share/datazone/event.rs");
    let arms = events.lines().take_while(|line| !line.starts_with("#[cfg(test)]")).filter(|line| line.contains("=>"));
    let kinds = arms.flat_map(|line| {
        line.split('"').filter(|word| word.starts_with("Subscription ") || word.starts_with("Environment "))
    });
    for kind in kinds {
        assert!(pattern["detail-type"].as_array().unwrap().contains(&json!(kind)), "{kind} is not sent for");
    }
    let unknown = datazone::read("Domain Created", &json!({"metadata": {"domain": "dzd_1"}}), "dzd_1");
    assert!(unknown.unwrap_err().to_string().contains("not known here"));
}

/// What is looked for in the log is what the code says there.
#[test]
fn the_spill_alarm_looks_for_what_is_logged() {
    let Some(classic) = stack(CLASSIC) else { return };
    let pattern = classic.resource("SpillFailures").properties["FilterPattern"].as_str().unwrap().to_owned();
    let objects = include_str!("../../src/spill/objects.rs");
    for (looked_for, said) in
        [("*writing s3://*", "\"writing {}\""), ("*looking for the spill bucket*", "\"looking for the spill bucket {")]
    {
        assert!(pattern.contains(looked_for) && objects.contains(said), "{looked_for}");
    }
}

/// Every deployment that the guide shows gives a template what it knows and needs.
#[test]
fn the_commands_of_the_guide_give_what_the_templates_take() {
    let guide = include_str!("../../infra/README.md").replace("\\\n", " ");
    let mut shown = BTreeSet::new();
    let verbs = ["glaux deploy apply ", "glaux deploy plan "];
    for command in guide.lines().filter_map(|line| verbs.iter().find_map(|verb| line.strip_prefix(verb))) {
        let name = command.split(' ').next().unwrap();
        let Some(template) = read(name) else { return };
        let words: Vec<&str> = command.split_whitespace().map(|word| word.trim_matches('\'')).collect();
        let mut given: Vec<(&str, &str)> = Vec::new();
        for pair in words.windows(2) {
            match *pair {
                ["--set", said] => given.push(said.split_once('=').unwrap()),
                ["--bucket", bucket] => given.push(("CodeBucket", bucket)),
                ["--package", package] => given.push(("CodeKey", package)),
                ["--environment", _] => given.extend([("Environment", "prod"), ("ReaderRoleArn", "role")]),
                _ => {}
            }
        }
        // A stack that is there has the rest.
        if !given.iter().any(|(name, _)| *name == "CodeBucket") {
            continue;
        }
        if name.starts_with("products-") {
            given.push(("TemplateKey", "product.yaml"));
        }
        if name == "grants" {
            given.push(("DefinitionKey", "grants.asl.json"));
        }
        assert!(!Stack::of(&template, &given).resources().is_empty());
        shown.insert(name.to_owned());
    }
    assert_eq!(shown.len(), 6, "{shown:?}");
}
