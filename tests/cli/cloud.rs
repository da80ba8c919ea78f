//! Governance over a register on AWS, as it is typed: the same story as in a folder, by people whom AWS tells apart.

use std::sync::Arc;
use std::time::Duration;

use glaux::config::Aws;
use glaux::register::{Act, Asset, AssetState, Dynamo, Event, Grant, Register, Subscription, SystemClock, Write};
use serde_json::{Value, json};

use crate::aws::{Answer, Service};
use crate::office::{Office, SHOP};
use crate::run::{Glaux, Ran};
use crate::support::moto::Moto;
use crate::support::postgres::{Database, database};
use crate::support::skip;

const ACCOUNT: &str = "123456789012";
const TABLE: &str = "glaux";
const QUEUE: &str = "glaux-grants";

/// A register in DynamoDB, the bus and the queue that hear of it, and people with a session each of one role.
struct Cloud {
    moto: Moto,
    register: Register,
    credentials: Vec<(String, Vec<(String, String)>)>,
}

/// AWS's own services, asked as their clients ask; what is not under test is as plain as it can be.
async fn aws_query(moto: &Moto, service: &str, parameters: &[(&str, &str)]) -> String {
    let body: Vec<String> = parameters.iter().map(|(key, value)| format!("{key}={}", encoded(value))).collect();
    let scope = format!("Credential=test/20300131/us-east-1/{service}/aws4_request");
    let headers = format!(
        "content-type: application/x-www-form-urlencoded\r\nauthorization: AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=none"
    );
    asked(moto, &headers, &body.join("&")).await
}

async fn aws_json(moto: &Moto, service: &str, target: &str, body: &Value) -> Value {
    let scope = format!("Credential=test/20300131/us-east-1/{service}/aws4_request");
    let version = if service == "sqs" { "1.0" } else { "1.1" };
    let headers = format!(
        "content-type: application/x-amz-json-{version}\r\nx-amz-target: {target}\r\nauthorization: AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=none"
    );
    serde_json::from_str(&asked(moto, &headers, &body.to_string()).await).unwrap_or(Value::Null)
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

async fn asked(moto: &Moto, headers: &str, body: &str) -> String {
    use tokio::io::AsyncWriteExt;
    let mut server = tokio::net::TcpStream::connect(moto.endpoint.trim_start_matches("http://")).await.unwrap();
    let request = format!("POST / HTTP/1.1\r\nhost: aws\r\n{headers}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    server.write_all(request.as_bytes()).await.unwrap();
    let answer = String::from_utf8(crate::support::moto::message(&mut server).await.unwrap()).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
    body.to_owned()
}

/// What stands between two tags.
fn between<'t>(text: &'t str, tag: &str) -> &'t str {
    text.split_once(&format!("<{tag}>")).and_then(|(_, rest)| rest.split_once("</")).unwrap().0
}

impl Cloud {
    async fn start(people: &[(&str, &str)]) -> Option<Self> {
        let moto = match Moto::start().await {
            Ok(moto) => moto,
            Err(reason) => {
                skip("moto", &reason);
                return None;
            }
        };
        let store = Dynamo::create_table(&Aws::at(&moto.endpoint, "test", "test"), TABLE).await.unwrap();
        let register = Register::new(Arc::new(store), Arc::new(SystemClock));
        let queue = json!({"QueueName": QUEUE});
        aws_json(&moto, "sqs", "AmazonSQS.CreateQueue", &queue).await;
        let pattern = json!({"source": ["glaux"]}).to_string();
        let rule = json!({"Name": "grants", "EventPattern": pattern, "State": "ENABLED"});
        aws_json(&moto, "events", "AWSEvents.PutRule", &rule).await;
        let target = json!([{"Id": "queue", "Arn": format!("arn:aws:sqs:us-east-1:{ACCOUNT}:{QUEUE}")}]);
        let targets = json!({"Rule": "grants", "Targets": target});
        aws_json(&moto, "events", "AWSEvents.PutTargets", &targets).await;
        let mut cloud = Self { moto, register, credentials: Vec::new() };
        for (person, role) in people {
            cloud.admit(person, role).await;
        }
        Some(cloud)
    }

    /// A session of a role, named after a person.
    async fn admit(&mut self, person: &str, role: &str) {
        let role = format!("arn:aws:iam::{ACCOUNT}:role/{role}");
        let asked =
            [("Action", "AssumeRole"), ("Version", "2011-06-15"), ("RoleArn", &role), ("RoleSessionName", person)];
        let told = aws_query(&self.moto, "sts", &asked).await;
        let keys = [
            ("AWS_ACCESS_KEY_ID", "AccessKeyId"),
            ("AWS_SECRET_ACCESS_KEY", "SecretAccessKey"),
            ("AWS_SESSION_TOKEN", "SessionToken"),
        ];
        let credential = keys.map(|(key, tag)| (key.to_owned(), between(&told, tag).to_owned()));
        self.credentials.push((format!("{person} {}", role.rsplit('/').next().unwrap()), credential.into()));
    }

    /// The binary with the credential of somebody's session, or with none.
    fn glaux(&self, session: Option<&str>) -> Glaux {
        let mut glaux = Glaux::bare()
            .set("GLAUX_STORE", &format!("aws:{TABLE}"))
            .set("AWS_ENDPOINT_URL", &self.moto.endpoint)
            .set("AWS_REGION", "us-east-1")
            .set("AWS_EC2_METADATA_DISABLED", "true")
            .set("AWS_CONFIG_FILE", "/nowhere")
            .set("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
            .set("glaux_domain", "domain")
            .set("glaux_secrets_prefix", "glaux/domain");
        let of_session = |name: &str| self.credentials.iter().find(|(one, _)| one == name).map(|(_, keys)| keys);
        for (key, value) in session.and_then(of_session).into_iter().flatten() {
            glaux = glaux.set(key, value);
        }
        glaux
    }

    fn run(&self, session: &str, line: &str, input: &str) -> Ran {
        self.glaux(Some(session)).fed(&words(line), input)
    }

    fn ok(&self, session: &str, line: &str) -> Ran {
        let ran = self.run(session, line, "");
        assert_eq!(ran.code, 0, "{line}: {}{}", ran.stdout, ran.stderr);
        ran
    }

    fn refused(&self, session: &str, line: &str, code: i32, words: &[&str]) {
        let ran = self.run(session, line, "");
        assert_eq!(ran.code, code, "{line}: {}{}", ran.stdout, ran.stderr);
        for word in words {
            assert!(ran.stderr.contains(word), "{line}: {word} is not in {}", ran.stderr);
        }
    }

    /// What was told on the bus since it was asked last.
    async fn told(&self) -> Vec<Value> {
        let url = format!("{}/{ACCOUNT}/{QUEUE}", self.moto.endpoint);
        let asking = json!({"QueueUrl": url, "MaxNumberOfMessages": 10});
        let got = aws_json(&self.moto, "sqs", "AmazonSQS.ReceiveMessage", &asking).await;
        let mut all = Vec::new();
        for message in got["Messages"].as_array().cloned().unwrap_or_default() {
            let done = json!({"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]});
            aws_json(&self.moto, "sqs", "AmazonSQS.DeleteMessage", &done).await;
            all.push(serde_json::from_str(message["Body"].as_str().unwrap()).unwrap());
        }
        all
    }
}

/// What is in single quotes is one word.
fn words(line: &str) -> Vec<String> {
    let parts = line.split('\'').enumerate();
    parts
        .flat_map(|(index, part)| {
            if index % 2 == 1 { vec![part.to_owned()] } else { part.split_whitespace().map(str::to_owned).collect() }
        })
        .collect()
}

const ROLES: &str = "--account 222222222222 --region us-east-1 --role arn:aws:iam::222222222222:role/invoke \
                     --consumer-role arn:aws:iam::222222222222:role/reader";

/// Who does what; `ID` is the request that was made last. Olga and otto own the shop, rita reports, of which mia is a member.
fn story() -> Vec<(&'static str, String)> {
    let say = |person, line: &str| (person, line.to_owned());
    vec![
        say("olga", "project add shop --owner @otto"),
        say("rita", "project add reports --member @mia"),
        ("rita", format!("env add prod --project reports {ROLES}")),
        say("olga", "SOURCE"),
        say("olga", "asset map shop-db"),
        say("olga", "asset publish --match 'shop-db.shop.*'"),
        say("mia", "request create --asset shop-db.shop.orders --env prod --purpose 'a report' --for 3d"),
        say("rita", "!3 request approve ID"),
        say("mia", "!3 sub revoke ID --reason no"),
        say("otto", "request approve ID --columns shop-db.shop.orders:id,total"),
        say("mia", "request create --asset shop-db.shop.customers --env prod --purpose 'a report'"),
        say("mia", "request remind ID"),
        say("otto", "!3 request remind ID"),
        say("otto", "!2 request deny ID --note ' '"),
        say("otto", "request deny ID --note 'not yet'"),
        say("mia", "!5 request remind ID"),
        say("mia", "request create --asset shop-db.shop.totals --env prod --purpose 'a report'"),
        say("mia", "request withdraw ID"),
        say("otto", "project member shop @olga --role member"),
        say("olga", "!3 asset publish shop-db.shop.orders"),
    ]
}

const LISTS: [&str; 4] = ["project list", "source list", "asset list", "request list --state all"];

/// Plays the story; what a line says decides which code it must have. Returns the ids of what was asked for.
fn play(database: &Database, run: &dyn Fn(&str, &str, &str) -> Ran) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for (person, line) in story() {
        let (code, line) = line.strip_prefix('!').map_or((0, line.as_str()), |rest| {
            let (code, line) = rest.split_once(' ').unwrap();
            (code.parse().unwrap(), line)
        });
        let source =
            format!("source add shop-db --url '{}' --user {} --password-stdin", database.url(), database.user());
        let line = if line == "SOURCE" {
            source
        } else {
            line.replace(" ID", &format!(" {}", ids.last().cloned().unwrap_or_default()))
        };
        let ran = run(person, &format!("{line} -o json"), &format!("{}\n", database.password().expose()));
        assert!(ran.code == code, "{person}: {line}: {}{}", ran.stdout, ran.stderr);
        if line.starts_with("request create") {
            let event: Value = serde_json::from_str(ran.stdout.lines().next().unwrap()).unwrap();
            ids.push(event["id"].as_str().unwrap().to_owned());
        }
    }
    ids
}

/// The lists and the log as they are at the end, without what is random, times, who the people are, and what follows at databases.
fn ends(ids: &[String], run: &dyn Fn(&str, &str, &str) -> Ran, named: &dyn Fn(&str) -> String) -> Vec<String> {
    let plain = |text: String| {
        let known = ids.iter().enumerate().fold(text, |text, (number, id)| text.replace(id, &format!("ID {number}")));
        ["olga", "otto", "rita", "mia"].iter().fold(known, |text, person| text.replace(&named(person), person))
    };
    let mut lists = Vec::new();
    for line in LISTS {
        for row in run("otto", &format!("{line} -o json"), "").stdout.lines() {
            let mut row: Value = serde_json::from_str(row).unwrap();
            for key in ["until", "ends"] {
                if row[key].is_string() {
                    row[key] = "a time".into();
                }
            }
            // What is granted is tried at the database at once in a folder, and by the workflow on AWS.
            lists.push(plain(format!("{line}: {row}").replace("\"approved\"", "\"active\"")));
        }
    }
    lists.sort();
    let events = run("otto", "audit export", "").stdout;
    let events = events.lines().map(|line| serde_json::from_str::<Event>(line).unwrap());
    let of_people = events.filter(|event| !event.act.verb.starts_with("grant "));
    let told = of_people.map(|event| {
        let (act, record) = (&event.act, &event.record);
        plain(format!("{} {} {record} {} {:?}", act.actor, act.verb, event.version, act.on_behalf_of))
    });
    lists.into_iter().chain(told).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_story_in_a_folder_and_on_aws_ends_alike() {
    let people = [("olga", "people"), ("otto", "people"), ("rita", "people"), ("mia", "people")];
    let Some(database) = database(SHOP).await else { return };
    let Some(cloud) = Cloud::start(&people).await else { return };
    let office = Office::new();
    let in_folder = |person: &str, line: &str, input: &str| office.fed(person, line, input);
    let named = |person: &str| format!("{ACCOUNT}/role/people/{person}");
    let on_aws = |person: &str, line: &str, input: &str| {
        cloud.run(&format!("{person} people"), &line.replace('@', &named("")), input)
    };
    let folder_ids = play(&database, &in_folder);
    let ids = play(&database, &on_aws);
    let told = ends(&ids, &on_aws, &named);
    assert_eq!(told, ends(&folder_ids, &in_folder, &|person| office.name(person)));
    assert!(told.contains(&"otto request approve subscription ID 0 2 None".to_owned()), "{told:#?}");
    assert!(cloud.register.verify().await.unwrap().is_empty());
    // The password is where Secrets Manager keeps it, and the source says where.
    let source = cloud.ok("olga people", "source show shop-db -o json").stdout;
    assert!(
        source.contains(&format!("arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:glaux-sources/shop-db/")),
        "{source}"
    );
    cloud.ok("otto people", "source test shop-db");
    let grants = cloud.ok("otto people", "grant list -o json").stdout;
    assert_eq!(grants, "", "nothing at the database was touched");
    what_was_decided_is_told(&cloud, &ids[0]).await;
    what_is_for_the_workflow_alone(&cloud);
    a_dry_run_shows_the_policies(&cloud, &ids[0]).await;
    what_is_waited_for(&cloud, &ids[0]).await;
    what_was_not_told_is_told_by_whoever_tries_again(&cloud).await;
}

/// One event for each decision that changes what may be read, each with a cause of its own.
async fn what_was_decided_is_told(cloud: &Cloud, id: &str) {
    let all = cloud.told().await;
    let of = |kind: &str| -> Vec<&Value> { all.iter().filter(|event| event["detail-type"] == kind).collect() };
    let (waiting, told) = (of("Request Waiting"), of("Grant Changed"));
    assert_eq!((waiting.len(), told.len(), all.len()), (1, 1, 5), "{all:?}");
    let added: Vec<&Value> = of("Environment Added").into_iter().map(|event| &event["detail"]).collect();
    assert_eq!(added, [&json!({"environment": "prod"})]);
    let deciders = ["olga", "otto"].map(|person| format!("{ACCOUNT}/role/people/{person}"));
    assert_eq!(waiting[0]["detail"]["deciders"], json!(deciders));
    let mia = format!("{ACCOUNT}/role/people/mia");
    assert_eq!(waiting[0]["detail"]["requester"], mia);
    // Of what is over the other side hears: whoever asked of a denial, and who had it to decide of what was withdrawn.
    let mut closed = of("Request Closed");
    closed.sort_by_key(|event| event["detail"]["reason"].to_string());
    let to: Vec<(&Value, &Value)> =
        closed.iter().map(|event| (&event["detail"]["reason"], &event["detail"]["to"])).collect();
    assert_eq!(to, [(&json!("denied"), &json!([mia])), (&json!("withdrawn"), &json!(deciders))]);
    assert_eq!((&told[0]["source"], &told[0]["detail-type"]), (&"glaux".into(), &"Grant Changed".into()));
    assert_eq!((&told[0]["detail"]["environment"], &told[0]["detail"]["source"]), (&"prod".into(), &"shop-db".into()));
    let cause = told[0]["detail"]["cause"].as_str().unwrap();
    let approved = cloud.register.history::<Subscription>(id).await.unwrap();
    let approved = approved.iter().find(|event| event.act.verb == "request approve").unwrap();
    assert!(cause.contains(&format!("request approve {id}")), "{cause}");
    assert!(cause.ends_with(&format!(", event {}", approved.number)), "{cause}");
    assert!(cloud.told().await.is_empty());
}

/// A bus that is not there keeps nothing from being written; what it was not told is told once, by a retry that is refused.
async fn what_was_not_told_is_told_by_whoever_tries_again(cloud: &Cloud) {
    let ask = "request create --asset shop-db.shop.totals --env prod --purpose x -o json";
    let made: Value = serde_json::from_str(cloud.ok("mia people", ask).stdout.lines().next().unwrap()).unwrap();
    let id = made["id"].as_str().unwrap();
    let without_bus =
        |line: &str| cloud.glaux(Some("mia people")).set("glaux_event_bus", "nobody").fed(&words(line), "");
    for (verb, kind, refused) in
        [("remind", "Request Waiting", "were reminded"), ("withdraw", "Request Closed", "closed (withdrawn)")]
    {
        let line = format!("request {verb} {id}");
        let ran = without_bus(&line);
        assert!(ran.code == 7 && ran.stderr.contains("the same command tells it"), "{ran:?}");
        assert!(cloud.told().await.is_empty());
        cloud.refused("mia people", &line, 5, &[refused, &format!("as {kind}")]);
        let told = cloud.told().await;
        assert_eq!((told.len(), &told[0]["detail-type"]), (1, &kind.into()), "{told:?}");
        cloud.refused("mia people", &line, 5, &[refused]);
        assert!(cloud.told().await.is_empty());
        let history = cloud.register.history::<Subscription>(id).await.unwrap();
        assert_eq!(history.last().unwrap().act.verb, "request told");
    }
    cloud.refused("otto people", &format!("request approve {id}"), 5, &["closed (withdrawn)"]);
    assert!(cloud.ok("otto people", "request list --to-decide -o json").stdout.is_empty());
}

/// Each refusal says what to do instead.
fn what_is_for_the_workflow_alone(cloud: &Cloud) {
    for (line, code, words) in [
        ("audit list --actor olga", 3, "AWS_PROFILE"),
        ("worker --once", 1, "sub expire"),
        ("grant verify --all", 1, "grant repair"),
        ("env verify prod", 1, "grant repair"),
        ("env add more --project shop", 2, "--consumer-role"),
        ("project member shop arn:aws:iam::1:role/x", 2, "get-caller-identity"),
    ] {
        cloud.refused("otto people", line, code, &[words]);
    }
    let arn = format!("arn:aws:sts::{ACCOUNT}:assumed-role/people/max");
    let ran = cloud.ok("otto people", &format!("project member shop {arn}"));
    assert!(
        cloud.ok("otto people", "project show shop").stdout.contains(&format!("{ACCOUNT}/role/people/max")),
        "{ran:?}"
    );
}

async fn a_dry_run_shows_the_policies(cloud: &Cloud, id: &str) {
    let (before, line) = (cloud.register.length().await.unwrap(), format!("sub revoke {id} --reason over --dry-run"));
    let glaux = cloud.glaux(Some("otto people")).set("glaux_secrets_key", "arn:aws:kms:us-east-1:123456789012:key/1");
    let ran = glaux.fed(&words(&line), "");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for told in
        ["would be told of grant prod/shop-db", "secret:glaux/domain/prod/shop-db", "OneRoleReads", "TheKeeperUses"]
    {
        assert!(ran.stderr.contains(told), "{told}: {}", ran.stderr);
    }
    let policy = cloud.ok("otto people", "source key-policy shop-db").stdout;
    let policy: Value = serde_json::from_str(&policy).unwrap();
    assert_eq!(policy["Statement"][2]["Principal"]["AWS"][0], "arn:aws:iam::222222222222:role/reader", "{policy}");
    assert_eq!(policy["Statement"].as_array().unwrap().len(), 3);
    assert_eq!((cloud.register.length().await.unwrap(), cloud.told().await.len()), (before, 0));
}

fn act(verb: &str, request: &str, reason: Option<&str>) -> Act {
    let [actor, verb, request] = ["glaux", verb, request].map(String::from);
    Act { actor, verb, request, reason: reason.map(Into::into), on_behalf_of: None }
}

/// `--wait` ends with what the workflow writes down; here a test stands in for the workflow.
async fn what_is_waited_for(cloud: &Cloud, id: &str) {
    for (line, verb, code, told) in [
        ("grant repair --all --wait".to_owned(), "grant failed", 7, "it went wrong"),
        (format!("sub revoke {id} --reason over --wait"), "grant record", 0, "grant prod/shop-db is absent"),
    ] {
        if verb == "grant failed" {
            let begins = Write::create(&Grant::new("prod", "shop-db")).unwrap();
            cloud.register.write(&act("grant begin", "before", None), &[begins]).await.unwrap();
        }
        // What was recorded before is no answer.
        let read = cloud.register.get::<Grant>("prod/shop-db").await.unwrap();
        cloud.register.write(&act("grant record", "before", None), &[Write::note(&read).unwrap()]).await.unwrap();
        let mut child = cloud.glaux(Some("otto people")).start(&words(&line));
        let cause = loop {
            if let Some(event) = cloud.told().await.first() {
                break event["detail"]["cause"].as_str().unwrap().to_owned();
            }
            assert!(child.try_wait().unwrap().is_none(), "{line} does not wait");
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        let read = cloud.register.get::<Grant>("prod/shop-db").await.unwrap();
        if verb == "grant failed" {
            // Somebody else's failure is none of this.
            cloud
                .register
                .write(&act(verb, "another", Some("not this")), &[Write::note(&read).unwrap()])
                .await
                .unwrap();
        }
        cloud.register.write(&act(verb, &cause, Some("it went wrong")), &[Write::note(&read).unwrap()]).await.unwrap();
        let ended = child.wait_with_output().unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(code), "{line}: {said}");
        assert!(said.contains(told) && !said.contains("not this"), "{line}: {said}");
    }
}

/// Who acts is whom AWS says, and one person with two roles is one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn aws_says_who_acts_and_one_person_with_two_roles_is_one() {
    let people = [("olga", "owners"), ("mia", "people"), ("mia", "owners")];
    let Some(cloud) = Cloud::start(&people).await else { return };
    let me = |session: &str| {
        let listed = cloud.ok(session, "audit list -o json").stdout;
        let last: Value = serde_json::from_str(listed.lines().last().unwrap()).unwrap();
        last["actor"].as_str().unwrap().to_owned()
    };
    cloud.ok("olga owners", &format!("project add shop --owner {ACCOUNT}/role/owners/mia"));
    assert_eq!(me("olga owners"), format!("{ACCOUNT}/role/owners/olga"));
    cloud.ok("mia people", "project add reports");
    assert_eq!(me("olga owners"), format!("{ACCOUNT}/role/people/mia"));
    cloud.ok("mia people", &format!("env add prod --project reports {ROLES}"));
    cloud.ok("mia owners", "source add shop-db --project shop --url jdbc:postgresql://h:5432/d --secret x --no-test");
    let asset = Asset {
        id: "shop-db.shop.orders".into(),
        source: "shop-db".into(),
        owner: "shop".into(),
        schema: "shop".into(),
        table: "orders".into(),
        columns: Vec::new(),
        description: None,
        published: true,
        state: AssetState::Present,
    };
    cloud.register.write(&act("asset map", "test", None), &[Write::create(&asset).unwrap()]).await.unwrap();
    let made =
        cloud.ok("mia people", "request create --asset shop-db.shop.orders --env prod --purpose x -o json").stdout;
    let made: Value = serde_json::from_str(made.lines().next().unwrap()).unwrap();
    let id = made["id"].as_str().unwrap();
    let told = [&*format!("{ACCOUNT}/role/people/mia has made this request"), "nobody decides on their own"];
    cloud.refused("mia owners", &format!("request approve {id}"), 3, &told);
    assert!(cloud.ok("mia owners", "request list --to-decide -o json").stdout.is_empty());
    cloud.ok("olga owners", &format!("request approve {id}"));
    what_cannot_be_reached_is_told(&cloud).await;
}

/// Doing what, to what, and what next.
async fn what_cannot_be_reached_is_told(cloud: &Cloud) {
    let session = Some("olga owners");
    let bare = |glaux: Glaux| {
        let ran = glaux.fed(&["audit", "list"], "");
        (ran.code, ran.stderr)
    };
    let (code, told) = bare(cloud.glaux(None));
    assert!(code == 6 && told.contains("asking AWS STS who acts") && told.contains("AWS_PROFILE"), "{code} {told}");
    let (code, told) = bare(cloud.glaux(session).set("GLAUX_STORE", "aws:none"));
    assert!(code == 4 && told.contains("there is no table none") && told.contains("hint: "), "{code} {told}");
    let (code, told) = bare(cloud.glaux(session).set("AWS_ENDPOINT_URL", "http://127.0.0.1:9"));
    assert!(code == 6 && told.contains("cannot be reached"), "{code} {told}");
    let denied = Service::start(|asked| {
        let body = String::from_utf8_lossy(&asked.body).into_owned();
        if body.contains("GetCallerIdentity") {
            let arn = format!("arn:aws:iam::{ACCOUNT}:user/eve");
            let told = format!("<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult><Arn>{arn}</Arn><UserId>x</UserId><Account>{ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>");
            return Answer::Say(200, told);
        }
        let told = json!({"__type": "com.amazonaws.dynamodb.v20120810#AccessDeniedException", "Message": "no"});
        Answer::Say(400, told.to_string())
    })
    .await;
    let (code, told) = bare(cloud.glaux(session).set("AWS_ENDPOINT_URL", &denied.endpoint));
    assert!(code == 3 && told.contains("table glaux") && told.contains("dynamodb:DescribeTable"), "{code} {told}");
}
