//! Three accounts as they are deployed: governance with the register, the state machine and its queue; a producer with a source;
//! and a consumer with one environment.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use connector_core::{Credential, Logins};
use glaux::config::{Aws, Catalogs, Config, Granted, SecretsConfig, WorkflowConfig};
use glaux::grants::{Function, Ways};
use glaux::handler::Handler;
use glaux::register::{
    Account, Act, Asset, AssetState, Column, Dynamo, Environment, EnvironmentState, Membership, Place as Where,
    Project, ProjectState, Record, Register, Source, SourceState, SystemClock, Write,
};
use glaux::secrets::policy::{Consumer, Place as Region, Policy, Role, listing_policy};
use glaux::secrets::{Login, Names, login_of, text_of};
use glaux::share::{Share, asset_id};
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};

use crate::datazone::{DOMAIN, DataZone};
use crate::gateway::{Deployed, Gateway, REGION};
use crate::grounds::ways;
use crate::places::{Place, TABLES};
use crate::portal::portal;
use crate::stage::{PROD, SOURCE};
use crate::support::lambda::{Lambda, Options};

pub const PRODUCER: &str = "111111111111";
pub const CONSUMER: &str = "222222222222";
pub const GOVERNANCE: &str = "333333333333";
/// The access key of the environment's role.
pub const READER: &str = "222222222222.reader";
/// That of somebody who may do anything in the environment's account.
pub const ADMIN: &str = "222222222222.admin";
const QUEUE: &str = "glaux-grants";
pub const PREFIX: &str = "glaux/domain";
/// An execution of moto's takes a second or two; a minute only passes where it hangs.
const LIMIT: Duration = Duration::from_mins(1);

/// A grant's users are called alike in each of these, and a server has one list of users for all of its databases; one lock for
/// PostgreSQL, and one for MariaDB and MySQL.
static ALONE: [Mutex<()>; 2] = [Mutex::const_new(()), Mutex::const_new(())];

/// All of it.
pub struct Accounts {
    pub gateway: Gateway,
    pub register: Register,
    pub share: Share,
    pub place: Place,
    pub datazone: Arc<DataZone>,
    machine: String,
    queue: String,
    /// How the program runs that is deployed in the accounts of the producer and the consumer, if it is no code in this process.
    program: Option<Options>,
    _alone: MutexGuard<'static, ()>,
}

pub fn function(account: &str, name: &str) -> String {
    format!("arn:aws:lambda:{REGION}:{account}:function:{name}")
}

fn consumers() -> String {
    function(CONSUMER, &format!("glaux-grants-{PROD}"))
}

/// The function that the environment's queries reach.
pub fn federation() -> String {
    function(CONSUMER, "glaux-prod")
}

pub fn role(account: &str, name: &str) -> String {
    format!("arn:aws:iam::{account}:role/{name}")
}

impl Accounts {
    /// Deploys them, with the shop at `place` as their source.
    pub async fn new(gateway: Gateway, place: Place) -> Self {
        Self::running(gateway, place, None).await
    }

    /// The same; where a program is given, the producer's and the consumer's functions are processes of it.
    pub async fn running(gateway: Gateway, place: Place, program: Option<Options>) -> Self {
        let accounts = Self::without_environment(gateway, place, program).await;
        accounts.bring_in().await;
        accounts
    }

    /// The same, of which the register does not know the environment yet.
    pub async fn without_environment(gateway: Gateway, place: Place, program: Option<Options>) -> Self {
        let alone = ALONE[usize::from(place.engine == "mysql")].lock().await;
        gateway.configure(&json!({"stepfunctions": {"execute_state_machine": true}})).await;
        let aws = Aws::at(&gateway.endpoint, GOVERNANCE, "secret");
        let store = Dynamo::create_table(&aws, "glaux").await.unwrap();
        let register = Register::new(Arc::new(store), Arc::new(SystemClock));
        let share = Share::new(register.clone());
        let (machine, queue) = (machine(&gateway).await, queue(&gateway).await);
        let datazone = gateway.datazone.clone();
        let accounts = Self { gateway, register, share, place, datazone, machine, queue, program, _alone: alone };
        accounts.deploy(&[], &ways(&accounts.gateway)).await;
        accounts.fill().await;
        accounts
    }

    /// Deploys the functions, and that of governance with these settings besides.
    pub async fn deploy(&self, besides: &[(&str, &str)], ways: &Arc<dyn Ways>) {
        let table = format!("arn:aws:dynamodb:{REGION}:{GOVERNANCE}:table/glaux");
        let (keeper, federation) = (role(PRODUCER, "glaux-grants-producer"), federation());
        for (arn, access_key, table, own) in [
            (
                function(GOVERNANCE, "glaux-grants"),
                GOVERNANCE,
                "glaux",
                vec![
                    ("glaux_side", "governance"),
                    ("glaux_state_machine", self.machine.as_str()),
                    ("glaux_datazone_domain", DOMAIN),
                    ("glaux_datazone_projects", "shop"),
                ],
            ),
            (
                function(PRODUCER, "glaux-grants-producer"),
                PRODUCER,
                table.as_str(),
                vec![("glaux_side", "producer"), ("glaux_keeper_role", keeper.as_str())],
            ),
            (
                consumers(),
                READER,
                table.as_str(),
                vec![
                    ("glaux_side", "consumer"),
                    ("glaux_environment", PROD),
                    ("glaux_federation_function", federation.as_str()),
                ],
            ),
        ] {
            let all = [("glaux_register_table", table), ("glaux_domain", "domain"), ("glaux_secrets_prefix", PREFIX)];
            let besides = besides.iter().copied().filter(|_| access_key == GOVERNANCE);
            let all = all.into_iter().chain(own).chain(besides).map(|(key, value)| (key.to_owned(), value.to_owned()));
            let deployed = if let Some(program) = self.program.as_ref().filter(|_| access_key != GOVERNANCE) {
                let own = [("AWS_ENDPOINT_URL", self.gateway.endpoint.as_str()), ("AWS_ACCESS_KEY_ID", access_key)];
                let own = own.into_iter().chain([("glaux_log_level", "debug")]);
                let own = own.map(|(key, value)| (key.to_owned(), value.to_owned()));
                let options = Options { env: all.chain(own).collect(), ..program.clone() };
                Deployed::Program(Box::new(Lambda::start(options).await))
            } else {
                let mut config = WorkflowConfig::from_env(all).unwrap();
                config.aws = Aws::at(&self.gateway.endpoint, access_key, "secret");
                let function = Function::new(config).unwrap().with_ways(ways.clone());
                let portal = portal(&self.datazone, &self.gateway.endpoint);
                Deployed::Here(Box::new(function.with_portal(portal)))
            };
            self.gateway.deploy(&arn, deployed);
        }
        self.admit(&federation);
    }

    /// Whoever comes with these access keys, with what their policies say.
    fn admit(&self, federation: &str) {
        let producers = [(Region::new("aws", REGION, PRODUCER).unwrap(), None)];
        let names = Names::new(PREFIX).unwrap();
        let reads = Consumer { environment: PROD, grants: &names, producers: &producers }.policy().unwrap();
        let own = Region::new("aws", REGION, CONSUMER).unwrap();
        let lists = listing_policy(&own, &names, PROD, federation).unwrap();
        let anything = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
        let anything = Policy::parse(anything).unwrap();
        for (access_key, name, policy) in [
            (READER, role(CONSUMER, "reader"), vec![reads, lists]),
            (ADMIN, role(CONSUMER, "admin"), vec![anything.clone()]),
            ("444444444444.other", role("444444444444", "other"), vec![anything]),
        ] {
            let (arn, policies) = (name.parse().unwrap(), policy);
            self.gateway.admit(access_key, Role { arn, policies, boundary: None, tags: BTreeMap::new() });
        }
    }

    async fn fill(&self) {
        let project = |id: &str, owner: &str| Project {
            id: id.into(),
            members: BTreeMap::from([(owner.to_owned(), Membership::Owner)]),
            state: ProjectState::Active,
        };
        self.add(&project("shop", "olga")).await;
        self.add(&project("reports", "rita")).await;
        let text = text_of(&self.place.administrator).unwrap();
        let secret =
            json!({"Name": "sources/shop", "SecretString": text.expose(), "ClientRequestToken": "0".repeat(32)});
        let made = self.call(PRODUCER, "secretsmanager", "secretsmanager.CreateSecret", &secret).await;
        let (engine, url, state) = (self.place.engine.to_owned(), self.place.url.clone(), SourceState::Ready);
        let administrator = made["ARN"].as_str().unwrap().to_owned();
        self.add(&Source { id: SOURCE.into(), owner: "shop".into(), engine, url, administrator, state }).await;
        for (schema, table, columns) in TABLES {
            let column = |name: &&str| Column { name: (*name).to_owned(), data_type: "varchar".into(), comment: None };
            let asset = Asset {
                id: asset_id(SOURCE, &self.place.named(schema), table),
                source: SOURCE.into(),
                owner: "shop".into(),
                schema: self.place.named(schema),
                table: table.into(),
                columns: columns.iter().map(column).collect(),
                description: None,
                published: true,
                state: AssetState::Present,
            };
            self.add(&asset).await;
        }
    }

    /// Has the register know the environment.
    pub async fn bring_in(&self) {
        let account = Account {
            account: CONSUMER.into(),
            region: REGION.into(),
            role: role(CONSUMER, "glaux-grants-invoke"),
            consumer_role: role(CONSUMER, "reader"),
        };
        let (place, state) = (Where::Aws(account), EnvironmentState::Active);
        self.add(&Environment { id: PROD.into(), project: "reports".into(), place, state }).await;
    }

    /// The same, typed by somebody of governance's account.
    pub fn type_environment(&self) -> Child {
        let (invoke, reader) = (role(CONSUMER, "glaux-grants-invoke"), role(CONSUMER, "reader"));
        let mut line = vec!["env", "add", PROD, "--project", "reports", "--account", CONSUMER, "--region", REGION];
        line.extend(["--role", invoke.as_str(), "--consumer-role", reader.as_str()]);
        self.type_in(&line)
    }

    pub async fn add<R: Record>(&self, record: &R) {
        let act = Act { actor: "setup".into(), verb: "add".into(), request: "test".into(), ..Act::default() };
        self.register.write(&act, &[Write::create(record).unwrap()]).await.unwrap();
    }

    async fn call(&self, account: &str, service: &str, target: &str, body: &Value) -> Value {
        called(&self.gateway, account, service, target, body).await
    }

    /// Has EventBridge tell that something was decided, the queue hand it on, and the machine do it to its end.
    pub async fn tell(&self, cause: &str) -> Value {
        self.news("glaux", "Grant Changed", &json!({"environment": PROD, "source": SOURCE, "cause": cause})).await
    }

    /// The same with an event of whatever kind.
    pub async fn news(&self, source: &str, kind: &str, detail: &Value) -> Value {
        let entry = json!({"Source": source, "DetailType": kind, "Detail": detail.to_string()});
        let sent = self.call(GOVERNANCE, "events", "AWSEvents.PutEvents", &json!({"Entries": [entry]})).await;
        assert_eq!(sent["FailedEntryCount"], 0, "{sent}");
        assert_eq!(self.take_in().await, 1);
        self.finished().await
    }

    /// Gives what the queue has to the function, as Lambda does, and takes away what it has done.
    pub async fn take_in(&self) -> usize {
        let asking = json!({"QueueUrl": self.queue, "MaxNumberOfMessages": 10});
        let got = self.call(GOVERNANCE, "sqs", "AmazonSQS.ReceiveMessage", &asking).await;
        let messages = got["Messages"].as_array().cloned().unwrap_or_default();
        let record = |message: &Value| json!({"messageId": message["MessageId"], "body": message["Body"]});
        let records: Vec<Value> = messages.iter().map(record).collect();
        let governance = function(GOVERNANCE, "glaux-grants");
        let (_, answer) = self.gateway.invoke(&governance, &json!({"Records": records})).await;
        assert_eq!(answer, json!({"batchItemFailures": []}));
        for message in &messages {
            let done = json!({"QueueUrl": self.queue, "ReceiptHandle": message["ReceiptHandle"]});
            self.call(GOVERNANCE, "sqs", "AmazonSQS.DeleteMessage", &done).await;
        }
        messages.len()
    }

    /// Has the schedule wake the function, once.
    pub async fn tick(&self, id: &str) -> Value {
        // What EventBridge Scheduler sends to a target for which no payload is named.
        let event = json!({
            "version": "0",
            "id": id,
            "detail-type": "Scheduled Event",
            "source": "aws.scheduler",
            "account": GOVERNANCE,
            "time": "2030-01-31T12:00:00Z",
            "region": REGION,
            "resources": [format!("arn:aws:scheduler:{REGION}:{GOVERNANCE}:schedule/default/glaux-clock")],
            "detail": "{}",
        });
        let (_, answer) = self.gateway.invoke(&function(GOVERNANCE, "glaux-grants"), &event).await;
        assert_eq!(answer, Value::Null);
        self.finished().await
    }

    /// Runs the command line with the credential of somebody of governance's account, whom moto calls `user/moto`.
    pub fn type_in(&self, line: &[&str]) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_glaux"));
        command.args(line).env_clear().envs(std::env::var_os("HOME").map(|home| ("HOME", home)));
        command.env("GLAUX_STORE", "aws:glaux").env("AWS_ENDPOINT_URL", &self.gateway.endpoint);
        command.env("AWS_REGION", REGION).env("AWS_ACCESS_KEY_ID", GOVERNANCE).env("AWS_SECRET_ACCESS_KEY", "secret");
        command.env("glaux_domain", "domain").env("glaux_secrets_prefix", PREFIX);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// All executions, when none runs any more.
    pub async fn finished(&self) -> Value {
        let started = Instant::now();
        loop {
            let listed = json!({"stateMachineArn": self.machine});
            let listed = self.call(GOVERNANCE, "states", "AWSStepFunctions.ListExecutions", &listed).await;
            let all = listed["executions"].as_array().unwrap();
            if all.iter().all(|execution| execution["status"] != "RUNNING") {
                return listed["executions"].clone();
            }
            assert!(started.elapsed() < LIMIT, "the machine does not end: {listed}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Everything that an execution's history says.
    pub async fn history(&self, execution: &Value) -> String {
        let asked = json!({"executionArn": execution["executionArn"], "maxResults": 1000});
        self.call(GOVERNANCE, "states", "AWSStepFunctions.GetExecutionHistory", &asked).await.to_string()
    }

    /// What an execution was given, and what it gave.
    pub async fn described(&self, execution: &Value) -> String {
        let asked = json!({"executionArn": execution["executionArn"]});
        self.call(GOVERNANCE, "states", "AWSStepFunctions.DescribeExecution", &asked).await.to_string()
    }

    /// Everything that the register's table has.
    pub async fn table(&self) -> String {
        self.call(GOVERNANCE, "dynamodb", "DynamoDB_20120810.Scan", &json!({"TableName": "glaux"})).await.to_string()
    }

    /// Everything that is told of the producer's secrets without opening one.
    pub async fn secrets(&self) -> String {
        let all = json!({"IncludePlannedDeletion": true});
        let listed = self.call(PRODUCER, "secretsmanager", "secretsmanager.ListSecrets", &all).await;
        assert!(listed.to_string().contains(PREFIX), "{listed}");
        listed.to_string()
    }

    /// The function that the environment's queries reach, or one like it of somebody else.
    pub fn federation(&self, access_key: &str, environment: &str) -> Handler {
        let aws = Aws::at(&self.gateway.endpoint, access_key, "secret");
        let secrets = SecretsConfig { aws, ttl: Duration::ZERO, ..SecretsConfig::default() };
        Handler::new(Config::of(Catalogs::only_granted(Granted::to(environment, PREFIX)), secrets)).unwrap()
    }

    /// The ARN by which the environment reads its secret.
    pub fn secret() -> String {
        format!("arn:aws:secretsmanager:{REGION}:{PRODUCER}:secret:{PREFIX}/{PROD}/{SOURCE}")
    }

    /// What the secret says to whoever has this access key, or what is said instead.
    pub async fn login(&self, access_key: &str) -> Result<Credential, String> {
        // As a function asks: moto would tell the first version that ever was.
        let asked = json!({"SecretId": Self::secret(), "VersionStage": "AWSCURRENT"});
        let target = "secretsmanager.GetSecretValue";
        let (status, answer) = self.gateway.call(access_key, "secretsmanager", target, &asked).await;
        if status != 200 {
            return Err(answer.to_string());
        }
        let text = connector_core::Secret::new(answer["SecretString"].as_str().unwrap());
        match login_of("grant", &text, Logins::Users).unwrap() {
            Login::User(login) => Ok(login),
            Login::Principal(_) => panic!("no user"),
        }
    }

    /// Asks a side's function for a step itself.
    pub async fn step(&self, side: &str, step: &str, environment: &str) -> Value {
        let arn = match side {
            GOVERNANCE => function(GOVERNANCE, "glaux-grants"),
            PRODUCER => function(PRODUCER, "glaux-grants-producer"),
            _ => consumers(),
        };
        let task = json!({"environment": environment, "source": SOURCE, "holder": "h", "cause": "c"});
        self.gateway.invoke(&arn, &json!({"step": step, "task": task})).await.1
    }
}

async fn called(gateway: &Gateway, account: &str, service: &str, target: &str, body: &Value) -> Value {
    let (status, answer) = gateway.call(account, service, target, body).await;
    assert_eq!(status, 200, "{target}: {answer}");
    answer
}

/// The retries of the definition in a hurry: each waits for a second, and two must do where five are deployed. The numbers that are
/// deployed are compared with what the code wants of them beside it (`grants::machine`).
const HURRIED: [(&str, &str); 3] = [
    (r#""IntervalSeconds": 2"#, r#""IntervalSeconds": 1"#),
    (r#""BackoffRate": 2"#, r#""BackoffRate": 1"#),
    (r#""MaxAttempts": 5"#, r#""MaxAttempts": 2"#),
];

async fn machine(gateway: &Gateway) -> String {
    let definition = include_str!("../../infra/grants.asl.json");
    let definition = definition.replace("${Partition}", "aws");
    let definition = definition.replace("${GovernanceFunction}", &function(GOVERNANCE, "glaux-grants"));
    assert!(!definition.contains("${"), "a place is left open");
    let definition = HURRIED.into_iter().fold(definition, |definition, (deployed, hurried)| {
        assert!(definition.contains(deployed), "nothing is {deployed}");
        definition.replace(deployed, hurried)
    });
    let made = json!({"name": "subscription", "definition": definition, "roleArn": role(GOVERNANCE, "machine")});
    let made = called(gateway, GOVERNANCE, "states", "AWSStepFunctions.CreateStateMachine", &made).await;
    made["stateMachineArn"].as_str().unwrap().to_owned()
}

/// A queue, and the rule that fills it.
async fn queue(gateway: &Gateway) -> String {
    let made = called(gateway, GOVERNANCE, "sqs", "AmazonSQS.CreateQueue", &json!({"QueueName": QUEUE})).await;
    let pattern = json!({"source": ["glaux", "aws.datazone"]}).to_string();
    let rule = json!({"Name": "grants", "EventPattern": pattern, "State": "ENABLED"});
    called(gateway, GOVERNANCE, "events", "AWSEvents.PutRule", &rule).await;
    let target = json!([{"Id": "queue", "Arn": format!("arn:aws:sqs:{REGION}:{GOVERNANCE}:{QUEUE}")}]);
    let targets = json!({"Rule": "grants", "Targets": target});
    called(gateway, GOVERNANCE, "events", "AWSEvents.PutTargets", &targets).await;
    made["QueueUrl"].as_str().unwrap().to_owned()
}
