//! Stacks as they are typed: in moto, which makes them; and by a CloudFormation that a test speaks for, where moto does not do what
//! AWS's documentation says: its stacks neither fail nor tell of resources, and have no outputs when a change set made them.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::Method;
use serde_json::Value;

use crate::aws::{Answer, Asked, Service};
use crate::office::{Office, SHOP};
use crate::run::{Glaux, Ran};
use crate::support::moto::Moto;
use crate::support::postgres::database;
use crate::support::skip;

/// The binary over this AWS, with packages in its folder.
struct Desk {
    glaux: Glaux,
    folder: tempfile::TempDir,
}

/// The first bytes of a program of ELF for this machine, of which packages here have no more.
fn program(machine: u8) -> Vec<u8> {
    let mut head = b"\x7fELF".to_vec();
    head.resize(18, 0);
    head.extend([machine, 0]);
    head
}

const ARM64: u8 = 183;
const X86_64: u8 = 62;

impl Desk {
    fn over(endpoint: &str) -> Self {
        Self::with(Glaux::bare(), endpoint)
    }

    fn with(glaux: Glaux, endpoint: &str) -> Self {
        let settings = [
            ("AWS_ENDPOINT_URL", endpoint),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "key"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_CONFIG_FILE", "/nowhere"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/nowhere"),
        ];
        let glaux = settings.into_iter().fold(glaux, |glaux, (key, value)| glaux.set(key, value));
        Self { glaux, folder: tempfile::tempdir().unwrap() }
    }

    /// A package with a program for a machine.
    fn package(&self, name: &str, program: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
        zip.start_file("bootstrap", zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(program).unwrap();
        zip.finish().unwrap();
        path
    }

    fn run(&self, line: &str) -> Ran {
        let place = self.folder.path().display().to_string();
        let words: Vec<String> = line.split_whitespace().map(|word| word.replace("DIR", &place)).collect();
        self.glaux.run(&words)
    }

    fn ends(&self, line: &str, code: i32, words: &[&str]) -> Ran {
        let ran = self.run(line);
        assert_eq!(ran.code, code, "{line}: {}{}", ran.stdout, ran.stderr);
        for word in words {
            let is_told = ran.stderr.contains(word) || ran.stdout.contains(word);
            assert!(is_told, "{line}: {word} is in neither {} nor {}", ran.stdout, ran.stderr);
        }
        ran
    }
}

/// A moto, a bucket for code in it, and who types.
async fn cloud() -> Option<(Moto, aws_sdk_s3::Client, Desk)> {
    let moto = match Moto::start().await {
        Ok(moto) => moto,
        Err(reason) => {
            skip("moto", &reason);
            return None;
        }
    };
    let s3 = aws_sdk_s3::config::Builder::from(glaux::config::Aws::at(&moto.endpoint, "key", "secret").sdk().await);
    let s3 = aws_sdk_s3::Client::from_conf(s3.force_path_style(true).build());
    s3.create_bucket().bucket("code").send().await.unwrap();
    let desk = Desk::over(&moto.endpoint);
    Some((moto, s3, desk))
}

const GOVERN: &str = "grants --stack glaux --bucket code --set Domain=d --set SecretsPrefix=glaux/d";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stack_is_planned_made_changed_and_deleted() {
    let Some((_moto, s3, desk)) = cloud().await else { return };
    desk.package("glaux-grants-1.zip", &program(X86_64));
    desk.package("glaux-grants-2.zip", &[program(X86_64), vec![2]].concat());
    let keys = async || {
        let listed = s3.list_objects_v2().bucket("code").send().await.unwrap();
        listed.contents().iter().map(|object| object.key().unwrap().to_owned()).collect::<Vec<String>>()
    };

    let package = "--package DIR/glaux-grants-1.zip";
    let planned =
        desk.ends(&format!("deploy plan {GOVERN} {package} -o csv"), 0, &["belongs to s3://code/glaux-grants-"]);
    assert!(planned.stdout.starts_with("action,resource,type,replacement\nadd,"), "{}", planned.stdout);
    assert!(planned.stdout.contains("\nadd,Register,AWS::DynamoDB::Table,") || planned.stdout.contains(",Register,"));
    assert_eq!(keys().await, [""; 0], "a plan uploads nothing");
    desk.ends("deploy follow --stack glaux", 4, &["there is no stack glaux"]);

    desk.ends(&format!("deploy apply {GOVERN} {package}"), 2, &["no terminal", "--yes"]);
    let made = desk.ends(&format!("deploy apply {GOVERN} {package} --yes"), 0, &["stack glaux is made"]);
    assert!(made.stderr.contains(" CREATE_COMPLETE glaux AWS::CloudFormation::Stack\n"), "{}", made.stderr);
    let uploaded = keys().await;
    assert_eq!(uploaded.len(), 2, "{uploaded:?}");
    for key in &uploaded {
        let is_hash = |part: &str| part.len() == 64 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
        assert!(key.split(['-', '.']).any(is_hash), "{key}");
    }
    desk.ends(&format!("deploy apply {GOVERN} {package} --yes"), 0, &["no changes: stack glaux is so already"]);
    desk.ends("deploy plan grants --stack glaux", 0, &["no changes"]);
    assert_eq!(keys().await, uploaded, "the same is uploaded once");

    what_cannot_be_is_refused(&desk);
    let deployed = "deploy apply grants-producer --stack sources --yes --set ConsumerAccounts=222222222222 \
                    --set AdministratorSecretArns=arn:aws:secretsmanager:us-east-1:123456789012:secret:x";
    let first = format!(
        "{deployed} --bucket code {package} --set Domain=d --set SecretsPrefix=glaux/d --set GovernanceAccount=123456789012"
    );
    desk.ends(&first, 0, &["stack sources is made"]);
    assert_eq!(keys().await, uploaded, "the same package is uploaded once");
    // moto tells lists otherwise than they were given, so that they are given again and count as changed.
    let changed = format!("{deployed} --set LogLevel=debug --package DIR/glaux-grants-2.zip");
    let told = "parameters that change: AdministratorSecretArns, CodeKey, ConsumerAccounts, LogLevel\n";
    let changed = desk.ends(&changed, 0, &[told, "stack sources is changed"]);
    assert!(changed.stderr.contains(" UPDATE_COMPLETE sources "), "{}", changed.stderr);
    assert_eq!(keys().await.len(), 3);

    desk.ends("deploy destroy --stack sources", 2, &["there is no terminal to ask on"]);
    desk.ends("deploy destroy --stack sources --yes", 0, &["stack sources is deleted", "it stays: AWS::KMS::Key "]);
    let stays = "it stays: AWS::DynamoDB::Table glaux (Register)";
    desk.ends("deploy destroy --stack glaux --yes", 0, &["stack glaux is deleted", stays]);
    desk.ends("deploy destroy --stack glaux --yes", 4, &["there is no stack glaux"]);
}

/// Before anything is asked of AWS that would change something.
fn what_cannot_be_is_refused(desk: &Desk) {
    desk.package("glaux-lambda-1.zip", &program(ARM64));
    std::fs::write(desk.folder.path().join("no.zip"), "no zip").unwrap();
    std::fs::write(desk.folder.path().join("p.json"), r#"[{"ParameterKey": "LogLevel", "ParameterValue": "loud"}]"#)
        .unwrap();
    std::fs::write(desk.folder.path().join("q.json"), r#"["LogLevel"]"#).unwrap();
    for (line, code, words) in [
        ("grants --stack glaux --set LogLevell=info", 2, ["LogLevell", "did you mean LogLevel?"]),
        ("grants --stack glaux --set LogLevel", 2, ["no value", "NAME=VALUE"]),
        ("grants --stack glaux --parameters DIR/p.json", 2, ["LogLevel must be one of", "warn"]),
        ("grants --stack glaux --parameters DIR/q.json", 2, ["holds no parameters", "ParameterKey"]),
        ("grants --stack glaux --set Domain=other", 5, ["Domain of stack glaux can never be changed", "hint: "]),
        ("grants-producer --stack glaux", 5, ["is of template grants, ", "name another stack"]),
        (
            "grants --stack glaux --package DIR/glaux-lambda-1.zip",
            2,
            ["a package of glaux-lambda", "runs glaux-grants"],
        ),
        ("grants --stack glaux --package DIR/no.zip", 2, ["no zip with a program", "glaux package"]),
        ("grants --stack glaux --package DIR/none.zip", 2, ["reading package", "No such file"]),
        (
            "federation --stack new --package DIR/glaux-lambda-1.zip --set Architecture=x86_64",
            2,
            ["parameter Architecture is said", "leave out Architecture"],
        ),
        (
            "grants-consumer --stack new --set Environment=prod",
            2,
            ["also needs CodeBucket, CodeKey, GovernanceAccount, Domain, SecretsPrefix", "--package and --bucket"],
        ),
        ("nothing --stack new", 2, ["there is no template \"nothing\"", "grants-producer"]),
    ] {
        desk.ends(&format!("deploy plan {line}"), code, &words);
    }
}

const CONNECTOR: &str = "products-consumer --stack prod-products --bucket code --package DIR/glaux-lambda-1.zip --set SecretsPrefix=glaux/d \
     --set SpillBucket=spill --set PrincipalArn=arn:aws:iam::123456789012:role/people";

fn shown(environment: &str, state: &str, role: &str) -> String {
    let role = format!("arn:aws:iam::123456789012:role/{role}");
    serde_json::json!([{"environment": environment, "project": "reports", "state": state, "consumer_role": role}])
        .to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn products_are_offered_for_what_the_register_says() {
    let Some((_moto, s3, desk)) = cloud().await else { return };
    desk.package("glaux-lambda-1.zip", &program(ARM64));
    for (name, text) in [
        ("prod.json", shown("prod", "active", "glaux-reader-prod")),
        ("closed.json", shown("prod", "closed", "glaux-reader-prod")),
        ("other.json", shown("prod", "active", "glaux-reader-test")),
        ("local.json", r#"[{"environment": "here", "state": "active", "consumer_role": null}]"#.into()),
    ] {
        std::fs::write(desk.folder.path().join(name), text).unwrap();
    }
    let typed = "--set Environment=test --set ReaderRoleArn=arn:aws:iam::123456789012:role/glaux-reader-test";
    for (line, code, words) in [
        (format!("{CONNECTOR} {typed}"), 2, ["Environment is what the register says", "glaux env show"]),
        (
            format!("{CONNECTOR} --environment DIR/prod.json {typed}"),
            2,
            ["Environment is said", "prod.json says otherwise"],
        ),
        (format!("{CONNECTOR} --environment DIR/closed.json"), 5, ["environment prod is closed", "nothing is made"]),
        (format!("{CONNECTOR} --environment DIR/other.json"), 5, ["glaux-reader-test", "would make glaux-reader-prod"]),
        (format!("{CONNECTOR} --environment DIR/local.json"), 2, ["no environment on AWS", "glaux env show"]),
        (CONNECTOR.to_owned(), 2, ["also needs Environment, ReaderRoleArn", "hint: "]),
        ("federation --stack new --environment DIR/prod.json".to_owned(), 2, ["takes no --environment", "federation"]),
    ] {
        desk.ends(&format!("deploy plan {line}"), code, &words);
    }
    let line = format!("deploy apply {CONNECTOR} --environment DIR/prod.json --yes");
    desk.ends(&line, 0, &["stack prod-products is made", "the product's template"]);
    let owners = "deploy apply products-producer --stack shop-products --bucket code --set Project=shop \
         --set PrincipalArn=arn:aws:iam::123456789012:role/owners --yes";
    desk.ends(owners, 0, &["stack shop-products is made"]);
    desk.ends(owners, 0, &["no changes"]);
    let listed = s3.list_objects_v2().bucket("code").send().await.unwrap();
    let mut templates = Vec::new();
    for key in listed.contents().iter().filter_map(|object| object.key()) {
        if Path::new(key).extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let body = s3.get_object().bucket("code").key(key).send().await.unwrap().body.collect().await.unwrap();
        templates.push(String::from_utf8(body.to_vec()).unwrap());
    }
    let pinned = |name: &str, value: &str| {
        let is_it = |text: &&String| text.contains(&format!("\n  {name}:\n    Type: String\n"));
        let entry = templates.iter().find(is_it).unwrap().split_once(&format!("\n  {name}:\n")).unwrap().1;
        assert!(entry.lines().take(4).any(|line| line == format!("    AllowedValues: [\"{value}\"]")), "{entry}");
    };
    pinned("Project", "shop");
    pinned("LambdaRoleARN", "arn:aws:iam::123456789012:role/glaux-reader-prod");
    assert_eq!(templates.len(), 2);

    // Its role is the one that secrets name, so that what is granted to it hangs on the stack.
    desk.ends("deploy destroy --stack prod-products --yes", 2, &["nothing says which register", "--store"]);
    desk.ends("deploy destroy --stack shop-products --yes", 0, &["stack shop-products is deleted"]);
}

/// A CloudFormation with one stack, and a bucket.
#[derive(Clone, Default)]
struct Script {
    /// Its state before and after what is asked for; none, where there is none yet.
    states: [Option<&'static str>; 2],
    /// Whether it may not be deleted.
    is_protected: bool,
    parameters: Vec<(&'static str, &'static str)>,
    /// Of the change set: its state, and why.
    change_set: [&'static str; 2],
    /// What happens then: state, resource, type, reason.
    events: Vec<[&'static str; 4]>,
    done: Arc<AtomicBool>,
}

const ID: &str = "arn:aws:cloudformation:us-east-1:123456789012:stack/shop/1";
const OURS: [(&str, &str); 4] =
    [("DatabaseUserArns", ""), ("LambdaFunctionName", "shop"), ("CodeBucket", "code"), ("CodeKey", "p.zip")];

fn action(asked: &Asked) -> String {
    let body = String::from_utf8_lossy(&asked.body).into_owned();
    let action = body.split('&').find_map(|pair| pair.strip_prefix("Action="));
    action.map_or_else(|| asked.method.to_string(), str::to_owned)
}

impl Script {
    async fn start(self) -> Service {
        Service::start(move |asked| self.answer(asked)).await
    }

    fn answer(&self, asked: &Asked) -> Answer {
        let action = action(asked);
        let say = |result: &str| {
            let space = "http://cloudformation.amazonaws.com/doc/2010-05-15/";
            let told = format!(
                "<{action}Response xmlns=\"{space}\"><{action}Result>{result}</{action}Result></{action}Response>"
            );
            Answer::Say(200, told)
        };
        let is_done = self.done.load(Ordering::SeqCst);
        match action.as_str() {
            _ if asked.method == Method::PUT => Answer::Say(200, String::new()),
            "DescribeStacks" => match self.states[usize::from(is_done)] {
                Some(state) => say(&format!("<Stacks><member>{}</member></Stacks>", self.stack(state))),
                None => Answer::Say(400, "<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id shop does not exist</Message></Error></ErrorResponse>".into()),
            },
            "CreateChangeSet" => say(&format!("<Id>arn:set</Id><StackId>{ID}</StackId>")),
            "DescribeChangeSet" => {
                let [state, why] = self.change_set;
                let change = "<member><Type>Resource</Type><ResourceChange><Action>Modify</Action><LogicalResourceId>Role</LogicalResourceId>\
                    <ResourceType>AWS::IAM::Role</ResourceType><Replacement>Conditional</Replacement></ResourceChange></member>";
                say(&format!("<Status>{state}</Status><StatusReason>{why}</StatusReason><Changes>{change}</Changes>"))
            }
            "ExecuteChangeSet" | "DeleteStack" => {
                self.done.store(true, Ordering::SeqCst);
                say("")
            }
            "DescribeStackEvents" => say(&format!("<StackEvents>{}</StackEvents>", self.told(is_done))),
            "ListStackResources" => say("<StackResourceSummaries><member><LogicalResourceId>Spill</LogicalResourceId>\
                <PhysicalResourceId>shop-spill</PhysicalResourceId><ResourceType>AWS::S3::Bucket</ResourceType></member></StackResourceSummaries>"),
            _ => say(""),
        }
    }

    fn stack(&self, state: &str) -> String {
        let pair = |(key, value): &(&str, &str)| {
            format!("<member><ParameterKey>{key}</ParameterKey><ParameterValue>{value}</ParameterValue></member>")
        };
        let parameters: String = self.parameters.iter().map(pair).collect();
        format!(
            "<StackId>{ID}</StackId><StackName>shop</StackName><StackStatus>{state}</StackStatus><CreationTime>2030-01-31T12:00:00Z</CreationTime>\
             <EnableTerminationProtection>{}</EnableTerminationProtection><Parameters>{parameters}</Parameters>\
             <Outputs><member><OutputKey>FunctionArn</OutputKey><OutputValue>arn:f</OutputValue></member></Outputs>",
            self.is_protected
        )
    }

    /// The newest first, as AWS tells them.
    fn told(&self, is_done: bool) -> String {
        let before = ["REVIEW_IN_PROGRESS", "shop", "AWS::CloudFormation::Stack", ""];
        let all = std::iter::once(&before).chain(self.events.iter().filter(|_| is_done)).enumerate();
        let mut told: Vec<String> = all
            .map(|(number, [state, name, kind, why])| {
                let physical = if *name == "shop" { ID } else { name };
                format!(
                    "<member><StackId>{ID}</StackId><EventId>{number}</EventId><StackName>shop</StackName><LogicalResourceId>{name}</LogicalResourceId>\
                     <PhysicalResourceId>{physical}</PhysicalResourceId><ResourceType>{kind}</ResourceType><Timestamp>2030-01-31T12:00:{number:02}Z</Timestamp>\
                     <ResourceStatus>{state}</ResourceStatus><ResourceStatusReason>{why}</ResourceStatusReason></member>"
                )
            })
            .collect();
        told.reverse();
        told.concat()
    }
}

const STACK: &str = "AWS::CloudFormation::Stack";
const NEW: &str = "federation --stack shop --bucket code --package DIR/p.zip --set LambdaFunctionName=shop \
                   --set DefaultConnectionString=postgres://jdbc:postgresql://h/s?user=u&password=hunter2";

fn typed(service: &Service, lines: &[(&str, i32, &[&str])]) -> Vec<Ran> {
    let (endpoint, lines) = (service.endpoint.clone(), lines.iter());
    let desk = Desk::over(&endpoint);
    desk.package("p.zip", &program(ARM64));
    let mut all = Vec::new();
    for (line, code, words) in lines {
        let ran = tokio::task::block_in_place(|| desk.ends(line, *code, words));
        assert!(!ran.stdout.contains("hunter2") && !ran.stderr.contains("hunter2"), "{ran:?}");
        all.push(ran);
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stack_that_fails_is_told_by_the_first_cause_and_by_what_became_of_it() {
    let script = Script {
        states: [None, Some("ROLLBACK_COMPLETE")],
        change_set: ["CREATE_COMPLETE", ""],
        events: vec![
            ["CREATE_IN_PROGRESS", "shop", STACK, "User Initiated"],
            ["CREATE_FAILED", "Spill", "AWS::S3::Bucket", "Resource creation cancelled"],
            ["CREATE_FAILED", "Function", "AWS::Lambda::Function", "the code is not there"],
            ["CREATE_FAILED", "Role", "AWS::IAM::Role", "something else"],
            ["ROLLBACK_IN_PROGRESS", "shop", STACK, "The following resource(s) failed to create: [Function]"],
            ["ROLLBACK_COMPLETE", "shop", STACK, ""],
        ],
        ..Script::default()
    };
    let service = script.start().await;
    let told: [&str; 5] = [
        "12:00:03 CREATE_FAILED Function AWS::Lambda::Function: the code is not there\n12:00:04 ",
        "error: the first that went wrong: Function (AWS::Lambda::Function): the code is not there\n",
        "stack shop was not made; what there was of it was deleted again",
        "glaux deploy destroy --stack shop",
        "modify | Role     | AWS::IAM::Role | conditional\n",
    ];
    let line = format!("deploy apply {NEW} --yes");
    let ran = typed(&service, &[(&line, 1, &told)]);
    assert_eq!(ran[0].stdout, "");
    let asked: Vec<String> = service.asked().iter().map(action).collect();
    let position = |wanted: &str| asked.iter().position(|one| one == wanted).unwrap();
    assert!(
        position("CreateChangeSet") < position("PUT") && position("PUT") < position("ExecuteChangeSet"),
        "{asked:?}"
    );
    // What it left is nothing that anything hangs on, and no change is taken.
    let change = format!("deploy plan {NEW}");
    typed(&service, &[(&change, 5, &["ROLLBACK_COMPLETE", "deploy destroy"])]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_stack_says_of_itself_is_the_result() {
    let script = Script {
        states: [Some("UPDATE_COMPLETE"), Some("UPDATE_COMPLETE")],
        parameters: OURS.into(),
        change_set: ["CREATE_COMPLETE", ""],
        events: vec![
            ["UPDATE_IN_PROGRESS", "shop", STACK, "User Initiated"],
            ["UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "shop", STACK, ""],
            ["UPDATE_COMPLETE", "shop", STACK, ""],
        ],
        ..Script::default()
    };
    let service = script.start().await;
    let lines: [(&str, i32, &[&str]); 2] = [
        ("deploy apply federation --stack shop --package DIR/p.zip --yes -o csv", 0, &["stack shop is changed"]),
        ("deploy follow --stack shop -o csv", 0, &["nothing is going on: stack shop is in state UPDATE_COMPLETE"]),
    ];
    for ran in typed(&service, &lines) {
        assert_eq!(ran.stdout, "output,value\nFunctionArn,arn:f\n");
    }
    let bodies: Vec<String> =
        service.asked().into_iter().map(|asked| String::from_utf8(asked.body).unwrap_or_default()).collect();
    let asked = bodies.iter().find(|body| body.contains("Action=CreateChangeSet")).unwrap();
    assert!(asked.contains("ChangeSetType=UPDATE") && asked.contains("CAPABILITY_NAMED_IAM"));
    // What is not given keeps its value, and what makes a new version of the function is another than before.
    for words in ["ParameterKey=LambdaFunctionName", "UsePreviousValue=true", "ParameterKey=Release", "=arm64"] {
        assert!(asked.contains(words), "{words} is not asked");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_to_change_is_no_failure_and_leaves_nothing() {
    for why in [
        "The submitted information didn't contain changes. Submit different information.",
        "No updates are to be performed.",
    ] {
        let change_set = ["FAILED", why];
        let (states, parameters) = ([Some("CREATE_COMPLETE"); 2], OURS.into());
        let service = Script { states, parameters, change_set, ..Script::default() }.start().await;
        typed(&service, &[("deploy plan federation --stack shop", 0, &["no changes: stack shop is so already"])]);
        let asked: Vec<String> = service.asked().iter().map(action).collect();
        assert_eq!(asked.last().unwrap(), "DeleteChangeSet", "{asked:?}");
    }
    let change_set = ["FAILED", "Transform AWS::Serverless failed"];
    let service = Script { change_set, ..Script::default() }.start().await;
    let line = format!("deploy plan {NEW}");
    typed(&service, &[(&line, 2, &["Transform AWS::Serverless failed"])]);
    let asked: Vec<String> = service.asked().iter().map(action).collect();
    assert_eq!(asked.last().unwrap(), "DeleteStack", "a stack that is there for a plan alone: {asked:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stack_is_deleted_if_it_is_ours_and_may_go_and_what_stays_is_told() {
    let events = vec![
        ["DELETE_IN_PROGRESS", "shop", STACK, "User Initiated"],
        ["DELETE_SKIPPED", "Spill", "AWS::S3::Bucket", ""],
        ["DELETE_COMPLETE", "shop", STACK, ""],
    ];
    let there = Script { states: [Some("CREATE_COMPLETE"), Some("DELETE_COMPLETE")], events, ..Script::default() };
    let ours = Script { parameters: OURS.into(), ..there.clone() };
    let protected = Script { is_protected: true, ..ours.clone() };
    let busy = Script { states: [Some("UPDATE_IN_PROGRESS"), None], ..ours.clone() };
    let governed = [&OURS[..], &[("Environment", "prod")]].concat();
    let governed = Script { parameters: governed, ..ours.clone() };
    let left = Script { states: [Some("ROLLBACK_COMPLETE"), Some("DELETE_COMPLETE")], ..governed.clone() };
    let line = "deploy destroy --stack shop --yes";
    let cases: [(Script, i32, &[&str]); 6] = [
        (there, 3, &["of none of the templates", "aws cloudformation delete-stack"]),
        (protected, 3, &["protected", "update-termination-protection"]),
        (busy, 5, &["UPDATE_IN_PROGRESS", "deploy follow"]),
        // Nobody is asked, so that nothing is known to be ended.
        (governed, 2, &["nothing says which register", "--store aws:TABLE"]),
        (left, 0, &["stack shop is deleted"]),
        (ours, 0, &["stack shop is deleted", "it stays: AWS::S3::Bucket shop-spill (Spill)"]),
    ];
    for (script, code, words) in cases {
        let service = script.clone().start().await;
        typed(&service, &[(line, code, words)]);
        let is_deleted = service.asked().iter().any(|asked| action(asked) == "DeleteStack");
        assert_eq!(is_deleted, code == 0, "{words:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_stops_watching_is_told_how_to_go_on() {
    let (events, change_set) = (vec![["CREATE_IN_PROGRESS", "shop", STACK, "User Initiated"]], ["CREATE_COMPLETE", ""]);
    let states = [None, Some("CREATE_IN_PROGRESS")];
    let service = Script { states, change_set, events, ..Script::default() }.start().await;
    let desk = Desk::over(&service.endpoint);
    desk.package("p.zip", &program(ARM64));
    let place = desk.folder.path().display().to_string();
    for line in [format!("deploy apply {NEW} --yes"), "deploy follow --stack shop".into()] {
        let words: Vec<String> = line.split_whitespace().map(|word| word.replace("DIR", &place)).collect();
        let mut child = desk.glaux.start(&words);
        let told = tokio::task::spawn_blocking(move || {
            let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
            assert!(lines.any(|line| line.contains(" CREATE_IN_PROGRESS shop ")), "it tells nothing");
            assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
            let rest: Vec<String> = lines.collect();
            (child.wait().unwrap().code(), rest.join("\n"))
        });
        let (code, told) = told.await.unwrap();
        assert_eq!(code, Some(130), "{told}");
        assert!(told.contains("goes on without us; follow it again: glaux deploy follow --stack shop"), "{told}");
    }
}

/// The environment goes with its stack: what it is granted first, by the acts of `glaux env`, and the stack when that is gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_environments_stack_goes_when_what_it_was_granted_has_gone() {
    let Some(database) = database(SHOP).await else { return };
    let events = vec![["DELETE_IN_PROGRESS", "shop", STACK, ""], ["DELETE_COMPLETE", "shop", STACK, ""]];
    let states = [Some("CREATE_COMPLETE"), Some("DELETE_COMPLETE")];
    let governed = [&OURS[..], &[("Environment", "prod")]].concat();
    let service = Script { states, events, parameters: governed, ..Script::default() }.start().await;
    let office = Office::new().open(&database);
    let asked = office.made("mia", "request create --env prod --purpose x --asset shop-db.shop.orders");
    office.ok("otto", &format!("request approve {asked}"));
    let user = office.json("mia", "grant list")[0]["user"].as_str().unwrap().to_owned();
    let store = format!("local:{}", office.folder.path().join("store").display());
    let destroy = format!("deploy destroy --stack shop --store {store}");
    let is_deleted = || service.asked().iter().any(|asked| action(asked) == "DeleteStack");

    let line = format!("{destroy} --yes");
    let ran = typed(&service, &[(&line, 3, &["what is granted to environment prod hangs on it", "--revoke-first"])]);
    assert!(ran[0].stdout.contains(&asked) && ran[0].stdout.contains("prod/shop-db"), "{}", ran[0].stdout);
    assert!(!is_deleted());
    // Whoever deletes the stack is the actor, and this user owns no project yet.
    let first = format!("{destroy} --revoke-first --yes");
    typed(&service, &[(&first, 3, &["owner"])]);
    assert!(!is_deleted());
    let active = office.json("mia", "env show prod");
    assert_eq!(active[0]["state"], "active", "a refusal ends nothing");
    office.ok("rita", &format!("project member reports {} --role owner", office.me));
    let asks = format!("{destroy} --revoke-first");
    typed(&service, &[(&asks, 2, &["no terminal"])]);
    let told: [&str; 3] = ["env remove", "is absent: nothing is left at shop-db", "stack shop is deleted"];
    typed(&service, &[(&first, 0, &told)]);
    assert!(is_deleted());
    let client = database.client().await;
    let left = client.query("SELECT 1 FROM pg_roles WHERE rolname = $1", &[&user]).await.unwrap();
    assert!(left.is_empty(), "{user} is still there");
    let all: Vec<Value> = office.json("auditor", "audit list");
    let removed = all.iter().find(|event| event["verb"] == "env remove").unwrap();
    assert_eq!(removed["actor"], office.me.as_str());
}
