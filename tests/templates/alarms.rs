//! What rings where grants go wrong: each way in which what was decided may not come, with somebody to tell.

use serde_json::{Value, json};

use crate::given::{Everything, HERE, SOURCES};
use crate::template::{Stack, read};

const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:alarms";

/// The measure of an alarm, of what it is, and when it rings; the last also if there is no figure.
type Rings = (&'static str, &'static str, Value, &'static str, bool);

/// All alarms of a stack that somebody hears.
fn alarms((name, given): Everything) -> Option<Vec<Value>> {
    let given: Vec<(&str, &str)> = given.iter().copied().chain([("AlarmTopicArn", TOPIC)]).collect();
    let all = Stack::of(&read(name)?, &given).resources();
    Some(all.into_iter().filter(|one| one.kind == "AWS::CloudWatch::Alarm").map(|one| one.properties).collect())
}

/// What of these nothing rings for.
fn unheard<'r>(alarms: &[Value], wanted: &'r [Rings]) -> Vec<&'r str> {
    let rings = |(namespace, metric, of, when, missing): &Rings| {
        alarms.iter().any(|alarm| {
            let treated = if *missing { "breaching" } else { "notBreaching" };
            alarm["Namespace"] == *namespace
                && alarm["MetricName"] == *metric
                && alarm["Dimensions"][0]["Value"] == *of
                && alarm["ComparisonOperator"].as_str().is_some_and(|operator| operator.starts_with(when))
                && alarm["TreatMissingData"] == treated
                && alarm["AlarmActions"] == json!([TOPIC])
        })
    };
    wanted.iter().filter(|one| !rings(one)).map(|one| one.1).collect()
}

fn of_governance() -> Vec<Rings> {
    let (queue, lost) = (json!("glaux-grants"), json!("glaux-grants-lost"));
    let machine = json!("arn:aws:states:us-east-1:123456789012:stateMachine:glaux-grants");
    vec![
        // What could not be granted or taken away: each walk that fails.
        ("AWS/States", "ExecutionsFailed", machine.clone(), "GreaterThanOrEqual", false),
        ("AWS/States", "ExecutionsTimedOut", machine, "GreaterThanOrEqual", false),
        // What is late: nobody takes it in, it waits, or the clock stands still.
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible", lost, "GreaterThanOrEqual", false),
        ("AWS/SQS", "ApproximateAgeOfOldestMessage", queue.clone(), "GreaterThanOrEqual", false),
        ("AWS/SQS", "NumberOfMessagesSent", queue, "LessThan", true),
        ("AWS/Lambda", "Throttles", json!("glaux-grants"), "GreaterThanOrEqual", false),
    ]
}

#[test]
fn whatever_keeps_a_decision_from_coming_rings() {
    let (Some(here), Some(sources)) = (alarms(HERE), alarms(SOURCES)) else { return };
    let wanted = of_governance();
    assert_eq!(unheard(&here, &wanted), [""; 0]);
    let producer = [("AWS/Lambda", "Errors", json!("glaux-grants-producer"), "GreaterThanOrEqual", false)];
    assert_eq!(unheard(&sources, &producer), [""; 0]);
    // Each alarm is one of these, and is missed where it is not.
    assert_eq!((here.len(), sources.len()), (wanted.len(), producer.len()));
    for (_, metric, ..) in &wanted {
        let others: Vec<Value> = here.iter().filter(|alarm| alarm["MetricName"] != *metric).cloned().collect();
        assert_eq!(unheard(&others, &wanted), [*metric]);
    }
}

/// The clock ticks more often than its alarm waits, unless somebody has it otherwise.
#[test]
fn the_clock_ticks_before_its_alarm_rings() {
    let Some(alarms) = alarms(HERE) else { return };
    let Some(template) = read(HERE.0) else { return };
    let every = template["Parameters"]["WakeEvery"]["Default"].as_str().unwrap();
    let stopped = alarms.iter().find(|alarm| alarm["MetricName"] == "NumberOfMessagesSent").unwrap();
    assert_eq!((every, &stopped["Period"], &stopped["EvaluationPeriods"]), ("rate(1 minute)", &json!(3600), &json!(1)));
}
