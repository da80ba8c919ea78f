//! The definition of the state machine beside the code: the same steps, the same failures, and no decision of its own.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::super::{Step, Timing, is_transient};
use super::*;
use crate::config::Side;
use crate::error::athena_error_type;
use crate::register::{Account, EnvironmentState, SourceState};

const DEFINITION: &str = include_str!("../../../infra/grants.asl.json");
const ARN: &str = "arn:aws:states:eu-central-1:333333333333:stateMachine:subscription";

/// Every kind of failure that has a name for a caller.
const KINDS: [ErrorKind; 12] = [
    ErrorKind::Throttled,
    ErrorKind::Unavailable,
    ErrorKind::TimedOut,
    ErrorKind::Unauthenticated,
    ErrorKind::Forbidden,
    ErrorKind::NotFound,
    ErrorKind::Unsupported,
    ErrorKind::Invalid,
    ErrorKind::Corrupt,
    ErrorKind::Conflict,
    ErrorKind::TooLarge,
    ErrorKind::Internal,
];

fn states() -> BTreeMap<String, Value> {
    let definition: Value = serde_json::from_str(DEFINITION).unwrap();
    assert_eq!(definition["QueryLanguage"], "JSONPath");
    serde_json::from_value(definition["States"].clone()).unwrap()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

fn task() -> Task {
    let [environment, source, holder, cause] = ["prod", "shop", "h", "c"].map(String::from);
    Task { environment, source, holder, cause }
}

#[test]
fn the_machine_walks_the_steps_in_their_order_and_no_others() {
    let definition: Value = serde_json::from_str(DEFINITION).unwrap();
    let states = states();
    let (mut walked, mut next) = (Vec::new(), definition["StartAt"].as_str());
    while let Some(name) = next {
        walked.push(name);
        next = states[name]["Next"].as_str();
        assert_eq!(next.is_none(), states[name]["End"] == true, "{name}");
    }
    assert_eq!(walked, Step::ALL.map(Step::name));
    let besides: Vec<&String> = states.keys().filter(|name| Step::named(name).is_none()).collect();
    assert_eq!(besides, ["Again", "Fail", "Failed"]);
}

#[test]
fn each_step_is_asked_of_the_function_that_may_do_it_with_all_of_the_task() {
    let states = states();
    let of_task: BTreeMap<String, Value> = serde_json::from_value(serde_json::to_value(task()).unwrap()).unwrap();
    for (name, state) in &states {
        let Some(payload) = state["Parameters"].get("Payload") else { continue };
        assert_eq!(payload["step"], name.as_str());
        let given: BTreeSet<&str> =
            payload["task"].as_object().unwrap().keys().map(|key| key.strip_suffix(".$").unwrap()).collect();
        assert_eq!(given, of_task.keys().map(String::as_str).collect(), "{name}");
        assert_eq!(payload["task"]["holder.$"], "$$.Execution.Name");
        let side = Step::named(name).map_or(Side::Governance, Step::side);
        let (function, role) = (&state["Parameters"], &state["Credentials"]);
        match side {
            Side::Governance => {
                assert_eq!(
                    (&function["FunctionName"], role),
                    (&json!("${GovernanceFunction}"), &Value::Null),
                    "{name}"
                );
            }
            side => {
                assert_eq!(function["FunctionName.$"], format!("$.{}.function", side.name()), "{name}");
                assert_eq!(role["RoleArn.$"], format!("$.{}.role", side.name()), "{name}");
            }
        }
    }
}

#[test]
fn only_what_may_pass_is_tried_again_and_a_conflict_begins_the_walk_anew() {
    let transient: BTreeSet<&str> = KINDS
        .into_iter()
        .filter(|kind| is_transient(*kind) && *kind != ErrorKind::Conflict)
        .map(athena_error_type)
        .collect();
    for (name, state) in states().iter().filter(|(_, state)| state["Type"] == "Task") {
        let retriers = state["Retry"].as_array().unwrap();
        let all: Vec<&str> = retriers.iter().flat_map(|retrier| texts(&retrier["ErrorEquals"])).collect();
        let (theirs, ours): (Vec<&str>, Vec<&str>) =
            all.into_iter().partition(|error| error.starts_with("Lambda.") || *error == "States.Timeout");
        assert_eq!(
            (ours.len(), ours.into_iter().collect::<BTreeSet<_>>()),
            (transient.len(), transient.clone()),
            "{name}"
        );
        for known in ["Lambda.ServiceException", "Lambda.TooManyRequestsException", "States.Timeout"] {
            assert!(theirs.contains(&known), "{name} does not try again after {known}");
        }
        let attempts = retriers.last().unwrap()["MaxAttempts"].as_u64();
        assert_eq!(attempts, u64::try_from(WALKS - 1).ok(), "{name}");
        let limit = state["TimeoutSeconds"].as_u64().unwrap();
        assert!(limit <= Timing::default().lease.as_secs(), "{name} outlives its lease");
    }
    let failure = |error: &str| Failure { error: error.into(), cause: String::new() };
    for kind in KINDS {
        let walk = Walk::after(1, &failure(athena_error_type(kind)));
        assert_eq!((walk.number, walk.again), (2, kind == ErrorKind::Conflict), "{kind:?}");
    }
    assert!(!Walk::after(WALKS, &failure("ConflictException")).again);
}

#[test]
fn whatever_else_fails_is_caught_once_and_told() {
    let states = states();
    for step in Step::ALL {
        let caught = json!([{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Fail"}]);
        // What was seen is handed on from the survey to the plan, and nothing else to anybody.
        let kept = if step == Step::Survey { json!("$.survey") } else { Value::Null };
        assert_eq!((&states[step.name()]["Catch"], &states[step.name()]["ResultPath"]), (&caught, &kept));
        let given = &states[step.name()]["Parameters"]["Payload"]["survey.$"];
        assert_eq!(*given, if step == Step::Plan { json!("$.survey.seen") } else { Value::Null });
    }
    assert_eq!(states["Survey"]["ResultSelector"], json!({"seen.$": "$.Payload"}));
    assert_eq!(states["Fail"]["Next"], "Again");
    let again = json!([{"Variable": "$.walk.again", "BooleanEquals": true, "Next": "Lease"}]);
    assert_eq!((&states["Again"]["Choices"], &states["Again"]["Default"]), (&again, &json!("Failed")));
    assert_eq!(states["Failed"]["Type"], "Fail");
}

/// As long as the local worker waits for another, by the pauses that the machine makes.
#[test]
fn a_lease_that_another_has_is_waited_for_as_long_as_it_may_last() {
    let states = states();
    let throttled = athena_error_type(ErrorKind::Throttled);
    let retriers = states["Lease"]["Retry"].as_array().unwrap();
    let retrier = retriers.iter().find(|retrier| texts(&retrier["ErrorEquals"]).contains(&throttled)).unwrap();
    let number = |key: &str| retrier[key].as_u64().unwrap();
    let mut pauses = (0..number("MaxAttempts")).scan(number("IntervalSeconds"), |pause, _| {
        let now = *pause;
        *pause = (now * number("BackoffRate")).min(number("MaxDelaySeconds"));
        Some(now)
    });
    assert!(pauses.by_ref().sum::<u64>() >= 2 * Timing::default().lease.as_secs());
}

#[test]
fn an_execution_is_given_what_the_machine_reads_and_has_one_name() {
    let role = "arn:aws:iam::222222222222:role/invoke".to_owned();
    let account = Account {
        account: "222222222222".into(),
        region: "eu-west-1".into(),
        role: role.clone(),
        consumer_role: "arn:aws:iam::222222222222:role/reader".into(),
    };
    let (place, state) = (Where::Aws(account), EnvironmentState::Active);
    let environment = Environment { id: "Prod-1".into(), project: "reports".into(), place, state };
    let source = |administrator: &str| Source {
        id: "shop".into(),
        owner: "shop".into(),
        engine: "postgres".into(),
        url: "jdbc:postgresql://h/shop".into(),
        administrator: administrator.into(),
        state: SourceState::Ready,
    };
    let theirs = source("arn:aws:secretsmanager:eu-central-1:111111111111:secret:admin/shop-AbCdEf");
    let input = serde_json::to_value(Input::new(&environment, &theirs, "because", ARN).unwrap()).unwrap();
    let expected = json!({
        "environment": "Prod-1", "source": "shop", "cause": "because", "walk": {"number": 1, "again": false},
        "producer": {
            "function": "arn:aws:lambda:eu-central-1:111111111111:function:glaux-grants-producer",
            "role": "arn:aws:iam::111111111111:role/glaux-grants-invoke",
        },
        "consumer": {"function": "arn:aws:lambda:eu-west-1:222222222222:function:glaux-grants-Prod-1", "role": role},
    });
    assert_eq!(input, expected);
    // Every path that the machine reads is there.
    let paths = DEFINITION.split('"').filter(|text| text.starts_with("$.") && !text.starts_with("$.error"));
    let is_made = |path: &str| ["$.Payload", "$.survey"].iter().any(|made| path.starts_with(made)) || path == "$.walk";
    for path in paths.filter(|path| !is_made(path)) {
        assert!(input.pointer(&path[1..].replace('.', "/")).is_some(), "{path}");
    }
    let own = serde_json::to_value(Input::new(&environment, &source("admin/shop"), "c", ARN).unwrap()).unwrap();
    assert_eq!(own["producer"]["role"], "arn:aws:iam::333333333333:role/glaux-grants-invoke");
    let local = Environment { place: Where::Local, ..environment };
    assert_eq!(Input::new(&local, &theirs, "c", ARN).unwrap_err().kind(), ErrorKind::Unsupported);
    let (one, other) = (execution_name("d", &task()), execution_name("d", &Task { cause: "e".into(), ..task() }));
    assert!(one.len() == 64 && one != other && one == execution_name("d", &Task { holder: "x".into(), ..task() }));
}

#[test]
fn the_templates_call_functions_and_roles_as_the_machine_looks_for_them() {
    let governance = include_str!("../../../infra/grants.yaml");
    let producer = include_str!("../../../infra/grants-producer.yaml");
    let consumer = include_str!("../../../infra/grants-consumer.yaml");
    for (template, line) in [
        (governance, format!("FunctionName: {FUNCTION}\n")),
        (producer, format!("FunctionName: {FUNCTION}-producer\n")),
        (producer, format!("RoleName: {INVOKES}\n")),
        (consumer, format!("FunctionName: !Sub {FUNCTION}-${{Environment}}\n")),
    ] {
        assert!(template.contains(&line), "no {line}");
    }
}
