//! Stacks made of the templates and deleted again, in moto; and what is in them, used by the code that it is for.

use std::collections::BTreeSet;

use aws_sdk_cloudformation::config::retry::RetryConfig;
use aws_sdk_cloudformation::config::timeout::TimeoutConfig;
use aws_sdk_cloudformation::types::{Capability, Parameter, StackResourceSummary};
use aws_sdk_s3::primitives::ByteStream;
use glaux::config::{Aws, WorkflowConfig};
use glaux::grants::Function;
use glaux::register::Dynamo;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use crate::given::{OWNERS, PEOPLE};
use crate::moto::{Moto, message};
use crate::skip::skip;
use crate::template::{ACCOUNT, REGION, Stack, read};

/// What moto makes nothing of, whatever is said of it: 5.2.5.
const SKIPPED: [&str; 8] = [
    "AWS::Athena::DataCatalog",
    "AWS::CloudWatch::Alarm",
    "AWS::IAM::RolePolicy",
    "AWS::Lambda::Alias",
    "AWS::Logs::MetricFilter",
    "AWS::S3::BucketPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::Scheduler::Schedule",
];

/// The same of what is offered.
const UNOFFERED: [&str; 5] = [
    "AWS::ServiceCatalog::CloudFormationProduct",
    "AWS::ServiceCatalog::LaunchRoleConstraint",
    "AWS::ServiceCatalog::Portfolio",
    "AWS::ServiceCatalog::PortfolioPrincipalAssociation",
    "AWS::ServiceCatalog::PortfolioProductAssociation",
];

/// An archive with nothing in it, which is all that moto wants.
const EMPTY_ZIP: [u8; 22] = {
    let mut zip = [0; 22];
    (zip[0], zip[1], zip[2], zip[3]) = (b'P', b'K', 5, 6);
    zip
};

struct Cloud {
    moto: Moto,
    aws: Aws,
    stacks: aws_sdk_cloudformation::Client,
}

impl Cloud {
    async fn new(moto: Moto) -> Self {
        let aws = Aws::at(&moto.endpoint, "key", "secret");
        // moto makes a whole stack before it answers, and would make it again.
        let stacks = aws_sdk_cloudformation::config::Builder::from(aws.sdk().await)
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::disabled());
        let stacks = aws_sdk_cloudformation::Client::from_conf(stacks.build());
        let s3 = aws_sdk_s3::config::Builder::from(aws.sdk().await).force_path_style(true).build();
        let s3 = aws_sdk_s3::Client::from_conf(s3);
        s3.create_bucket().bucket("code").send().await.unwrap();
        for (key, body) in
            [("p.zip", EMPTY_ZIP.to_vec()), ("grants.asl.json", include_bytes!("../../infra/grants.asl.json").to_vec())]
        {
            s3.put_object().bucket("code").key(key).body(ByteStream::from(body)).send().await.unwrap();
        }
        Self { moto, aws, stacks }
    }

    /// Makes a stack, and tells the kinds of what was left out.
    async fn make(&self, name: &str, template: &Value, given: &[(&str, &str)]) -> BTreeSet<String> {
        let parameter =
            |(key, value): &(&str, &str)| Parameter::builder().parameter_key(*key).parameter_value(*value).build();
        let asked = self.stacks.create_stack().stack_name(name).template_body(template.to_string());
        let asked = asked.set_parameters(Some(given.iter().map(parameter).collect()));
        let made = asked.capabilities(Capability::CapabilityNamedIam).send().await;
        made.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let told = self.stacks.describe_stacks().stack_name(name).send().await.unwrap();
        assert_eq!(told.stacks()[0].stack_status().unwrap().as_str(), "CREATE_COMPLETE");
        let listed = self.stacks.list_stack_resources().stack_name(name).send().await.unwrap();
        let made: BTreeSet<&str> =
            listed.stack_resource_summaries().iter().filter_map(StackResourceSummary::logical_resource_id).collect();
        let wanted = Stack::of(template, given).resources();
        wanted.into_iter().filter(|one| !made.contains(one.name.as_str())).map(|one| one.kind).collect()
    }

    async fn delete(&self, name: &str) {
        self.stacks.delete_stack().stack_name(name).send().await.unwrap();
    }

    /// Asks a service that there is no client for here.
    async fn ask(&self, service: &str, target: &str, body: &Value) -> Value {
        let version = if service == "sqs" { "1.0" } else { "1.1" };
        let body = body.to_string();
        let head = format!("content-type: application/x-amz-json-{version}\r\nx-amz-target: {target}\r\n");
        self.send("POST /", service, &format!("{head}content-length: {}\r\n\r\n{body}", body.len())).await
    }

    async fn send(&self, what: &str, service: &str, rest: &str) -> Value {
        let scope = format!("Credential=key/20300131/{REGION}/{service}/aws4_request");
        let signed = format!("authorization: AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=none");
        let endpoint = self.moto.endpoint.trim_start_matches("http://");
        let mut server = tokio::net::TcpStream::connect(endpoint).await.unwrap();
        server.write_all(format!("{what} HTTP/1.1\r\nhost: aws\r\n{signed}\r\n{rest}").as_bytes()).await.unwrap();
        let answer = String::from_utf8(message(&mut server).await.unwrap()).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{what} {rest}: {answer}");
        serde_json::from_str(body).unwrap_or(Value::Null)
    }

    /// Tells news, and whether the queue hears of it.
    async fn hears(&self, source: &str, kind: &str, detail: &Value) -> bool {
        let entry = json!({"Source": source, "DetailType": kind, "Detail": detail.to_string()});
        self.ask("events", "AWSEvents.PutEvents", &json!({"Entries": [entry]})).await;
        let url = format!("{}/{ACCOUNT}/glaux-grants", self.moto.endpoint);
        let got =
            self.ask("sqs", "AmazonSQS.ReceiveMessage", &json!({"QueueUrl": url, "MaxNumberOfMessages": 10})).await;
        let messages = got["Messages"].as_array().cloned().unwrap_or_default();
        for message in &messages {
            let done = json!({"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]});
            self.ask("sqs", "AmazonSQS.DeleteMessage", &done).await;
        }
        !messages.is_empty()
    }

    /// The client of Lambda's does not take what moto makes of a parameter that is a number.
    async fn functions(&self) -> BTreeSet<String> {
        let listed = self.send("GET /2015-03-31/functions", "lambda", "\r\n").await;
        let name = |one: &Value| one["FunctionName"].as_str().unwrap().to_owned();
        listed["Functions"].as_array().unwrap().iter().map(name).collect()
    }
}

/// Portfolios with their products, as far as moto makes them; nothing in it launches one.
#[tokio::test]
async fn what_is_offered_is_made_and_deleted_again() {
    let (Some(owners), Some(people)) = (read(OWNERS.0), read(PEOPLE.0)) else { return };
    let moto = match Moto::start().await {
        Ok(moto) => moto,
        Err(reason) => return skip("moto", &reason),
    };
    let cloud = Cloud::new(moto).await;
    let mut skipped = BTreeSet::new();
    for (name, template, given) in [("owners", &owners, OWNERS.1), ("people", &people, PEOPLE.1)] {
        skipped.extend(cloud.make(name, template, given).await);
    }
    assert_eq!(skipped, BTreeSet::from(UNOFFERED.map(str::to_owned)));
    for name in ["people", "owners"] {
        cloud.delete(name).await;
    }
}

const GOVERNANCE: [(&str, &str); 7] = [
    ("CodeBucket", "code"),
    ("CodeKey", "p.zip"),
    ("DefinitionKey", "grants.asl.json"),
    ("Domain", "d"),
    ("SecretsPrefix", "glaux/d"),
    ("DataZoneDomainId", "dzd_1"),
    ("GovernedAccounts", "222222222222"),
];
const OF_ALL: [(&str, &str); 5] = [
    ("CodeBucket", "code"),
    ("CodeKey", "p.zip"),
    ("GovernanceAccount", ACCOUNT),
    ("Domain", "d"),
    ("SecretsPrefix", "glaux/d"),
];

#[tokio::test]
async fn stacks_are_made_used_and_deleted_again() {
    let names = ["grants", "grants-producer", "federation", "grants-consumer"];
    let templates: Vec<Value> = names.iter().filter_map(|name| read(name)).collect();
    let [grants, producer, federation, consumer] = &templates[..] else { return };
    let moto = match Moto::start().await {
        Ok(moto) => moto,
        Err(reason) => return skip("moto", &reason),
    };
    let cloud = Cloud::new(moto).await;
    let sources =
        [&OF_ALL[..], &[("AdministratorSecretArns", "arn:aws:secretsmanager:us-east-1:123456789012:secret:x")]];
    let sources = [&sources.concat()[..], &[("ConsumerAccounts", ACCOUNT)]].concat();
    let reads = [
        ("CodeBucket", "code"),
        ("CodeKey", "p.zip"),
        ("LambdaFunctionName", "reader"),
        ("Environment", "prod"),
        ("SecretsPrefix", "glaux/d"),
        ("AthenaCatalogName", "shop"),
    ];
    let tries = [&OF_ALL[..], &[("Environment", "prod")][..]].concat();
    let mut skipped = BTreeSet::new();
    for (name, template, given) in [
        ("grants", grants, &GOVERNANCE[..]),
        ("grants-producer", producer, &sources[..]),
        ("federation", federation, &reads[..]),
        ("grants-consumer", consumer, &tries[..]),
    ] {
        skipped.extend(cloud.make(name, template, given).await);
    }
    assert_eq!(skipped, BTreeSet::from(SKIPPED.map(str::to_owned)));
    let all = ["glaux-grants", "glaux-grants-prod", "glaux-grants-producer", "reader"];
    assert_eq!(cloud.functions().await, BTreeSet::from(all.map(str::to_owned)));
    news_arrives(&cloud).await;
    the_clock_is_understood(&cloud, &Stack::of(grants, &GOVERNANCE)).await;
    a_register_without_an_index_is_found_out(&cloud, grants).await;
    for name in names.iter().rev() {
        cloud.delete(name).await;
    }
    assert_eq!(cloud.functions().await, BTreeSet::new());
    let queues = cloud.ask("sqs", "AmazonSQS.ListQueues", &json!({})).await;
    assert_eq!(queues.get("QueueUrls"), None, "{queues}");
    // Users would be left at the sources, and nobody would know.
    Dynamo::open(&cloud.aws, "glaux").await.unwrap();
}

/// Each rule lets through what it is for.
async fn news_arrives(cloud: &Cloud) {
    let of = |domain: &str| json!({"metadata": {"domain": domain}});
    for (source, kind, detail, is_heard) in [
        ("glaux", "Grant Changed", json!({}), true),
        ("glaux", "Environment Added", json!({}), true),
        ("glaux", "Subscription Expiring", json!({}), false),
        ("glaux", "Request Closed", json!({}), false),
        ("aws.datazone", "Subscription Created", of("dzd_1"), true),
        ("aws.datazone", "Subscription Created", of("dzd_2"), false),
        ("aws.datazone", "Domain Created", of("dzd_1"), false),
    ] {
        assert_eq!(cloud.hears(source, kind, &detail).await, is_heard, "{kind} of {source}: {detail}");
    }
}

/// What the schedule sends is what the function takes; and the table is the register.
async fn the_clock_is_understood(cloud: &Cloud, stack: &Stack) {
    let mut config = WorkflowConfig::from_env(stack.variables("Function")).unwrap();
    config.aws = cloud.aws.clone();
    let function = Function::new(config).unwrap();
    let schedule = stack.resource("Clock").properties;
    assert_eq!(schedule["Target"]["Arn"], stack.resource("Intake").properties["EventSourceArn"]);
    let input = schedule["Target"]["Input"].as_str().unwrap();
    let input =
        input.replace("<aws.scheduler.execution-id>", "d32c5b5c").replace("<aws.scheduler.scheduled-time>", "t");
    for (body, answer) in [
        (input.clone(), json!({"batchItemFailures": []})),
        (input.replace("Scheduled", "Sheduled"), json!({"batchItemFailures": [{"itemIdentifier": "1"}]})),
    ] {
        let batch = json!({"Records": [{"messageId": "1", "body": body}]}).to_string();
        let told: Value = serde_json::from_slice(&function.handle(batch.as_bytes()).await.unwrap()).unwrap();
        assert_eq!(told, answer, "{body}");
    }
}

/// The table alone, with one index less.
async fn a_register_without_an_index_is_found_out(cloud: &Cloud, grants: &Value) {
    let mut table = grants.clone();
    table["Resources"].as_object_mut().unwrap().retain(|name, _| name == "Register");
    table.as_object_mut().unwrap().remove("Outputs");
    let due = json!("by_due");
    let table_itself = &mut table["Resources"]["Register"]["Properties"];
    for (list, name) in [("LocalSecondaryIndexes", "IndexName"), ("AttributeDefinitions", "AttributeName")] {
        table_itself[list].as_array_mut().unwrap().retain(|one| one[name] != due);
    }
    let given = [&GOVERNANCE[..], &[("RegisterTableName", "poorer")][..]].concat();
    assert_eq!(cloud.make("poorer", &table, &given).await, BTreeSet::new());
    let error = Dynamo::open(&cloud.aws, "poorer").await.map(drop).unwrap_err().to_string();
    assert!(error.contains("it has no local index by_due"), "{error}");
}
