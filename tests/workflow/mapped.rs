//! The producer's function as CloudFormation asks it for a resource: a real PostgreSQL is mapped into moto's Glue, and the answer is
//! taken where it is brought.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use connector_core::Credential;
use glaux::config::{Aws, WorkflowConfig};
use glaux::grants::Function;
use glaux::local::s3::S3Server;
use glaux::register::{
    Act, Dynamo, Membership, Project, ProjectState, Record, Register, Source, SourceState, SystemClock, Write,
};
use glaux::secrets::text_of;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::support::moto::{Moto, message};
use crate::support::postgres::{Database, database};
use crate::support::skip;

const OWN: &str = "123456789012";
const SCRIPT: &str = "
    CREATE SCHEMA sales; CREATE SCHEMA stock;
    CREATE TABLE sales.orders (id bigint, note text); CREATE TABLE sales.items (id bigint); CREATE TABLE sales.offers (id bigint);
    CREATE TABLE stock.goods (id bigint); CREATE TABLE stock.\"Goods\" (id bigint)";

/// Who waits for answers, as CloudFormation does: at a URL whose query is its signature.
struct Waiting {
    origin: String,
    told: mpsc::UnboundedReceiver<String>,
}

impl Waiting {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}/", listener.local_addr().unwrap());
        let (tell, told) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let Some(request) = message(&mut client).await else { continue };
                let _ = tell.send(String::from_utf8(request).unwrap());
                let _ = client.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
            }
        });
        Self { origin, told }
    }

    fn url(&self) -> String {
        format!(
            "{}arn%3Aaws%3Acloudformation%7CMapped%7Cguid?AWSAccessKeyId=A&Expires=1&Signature=a%2Fb%3D",
            self.origin
        )
    }

    /// The one answer, whose request has nothing in it that was not signed.
    fn answer(&mut self) -> Value {
        let request = self.told.try_recv().unwrap();
        assert!(self.told.try_recv().is_err(), "it is answered twice");
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let (line, headers) = head.split_once("\r\n").unwrap();
        assert_eq!(line, format!("PUT /{} HTTP/1.1", self.url().strip_prefix(&self.origin).unwrap()));
        let names: BTreeSet<String> =
            headers.lines().map(|line| line.split_once(':').unwrap().0.to_ascii_lowercase()).collect();
        assert_eq!(names, BTreeSet::from(["content-length".to_owned(), "host".to_owned()]));
        assert!(body.len() <= 4096);
        serde_json::from_str(body).unwrap()
    }
}

/// An account with sources.
struct Account {
    database: Database,
    function: Function,
    waiting: Waiting,
    glue: aws_sdk_glue::Client,
    register: Register,
    secrets: aws_sdk_secretsmanager::Client,
    moto: Moto,
}

fn config(aws: &Aws, own: &[(&str, &str)]) -> WorkflowConfig {
    let all = [("glaux_register_table", "glaux"), ("glaux_domain", "d"), ("glaux_secrets_prefix", "glaux/d")];
    let all = all.iter().chain(own).map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    WorkflowConfig { aws: aws.clone(), ..WorkflowConfig::from_env(all).unwrap() }
}

fn producer(aws: &Aws) -> Function {
    let role = format!("arn:aws:iam::{OWN}:role/glaux-grants-producer");
    let own = [("glaux_side", "producer"), ("glaux_keeper_role", &role), ("glaux_glue_database_prefix", "glaux_")];
    Function::new(config(aws, &own)).unwrap()
}

impl Account {
    async fn new() -> Option<Self> {
        let database = database(SCRIPT).await?;
        let moto = match Moto::start().await {
            Ok(moto) => moto,
            Err(reason) => {
                skip("moto", &reason);
                return None;
            }
        };
        let aws = Aws::at(&moto.endpoint, "key", "secret");
        let store = Dynamo::create_table(&aws, "glaux").await.unwrap();
        let register = Register::new(Arc::new(store), Arc::new(SystemClock));
        let waiting = Waiting::new().await;
        let function = producer(&aws).answers_at(&waiting.origin);
        let glue = aws_sdk_glue::Client::new(aws.sdk().await);
        let secrets = aws_sdk_secretsmanager::Client::new(aws.sdk().await);
        let account = Self { database, function, waiting, glue, register, secrets, moto };
        account.fill().await;
        Some(account)
    }

    async fn fill(&self) {
        for id in ["shop", "hr"] {
            let members = BTreeMap::from([("olga".to_owned(), Membership::Owner)]);
            self.add(&Project { id: id.into(), members, state: ProjectState::Active }).await;
        }
        let (user, password) = (self.database.user().to_owned(), self.database.password().clone());
        let text = text_of(&Credential { user, password }).unwrap();
        let made = self.secrets.create_secret().name("sources/shop").secret_string(text.expose()).send().await.unwrap();
        let (arn, url) = (made.arn.unwrap(), self.database.url());
        let elsewhere = arn.replace(OWN, "444444444444");
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let down = format!("jdbc:postgresql://127.0.0.1:{port}/shop");
        for (id, owner, url, administrator) in [
            ("shop-db", "shop", &url, arn.as_str()),
            ("hr-db", "hr", &url, arn.as_str()),
            ("far-db", "shop", &url, elsewhere.as_str()),
            ("local-db", "shop", &url, "sources/shop"),
            ("down-db", "shop", &down, arn.as_str()),
        ] {
            self.source(id, owner, url, administrator).await;
        }
    }

    async fn source(&self, id: &str, owner: &str, url: &str, administrator: &str) {
        let (id, owner, engine, url) = (id.into(), owner.into(), "postgres".into(), url.into());
        let administrator = administrator.into();
        self.add(&Source { id, owner, engine, url, administrator, state: SourceState::Ready }).await;
    }

    async fn add<R: Record>(&self, record: &R) {
        let act = Act { actor: "setup".into(), verb: "add".into(), request: "test".into(), ..Act::default() };
        self.register.write(&act, &[Write::create(record).unwrap()]).await.unwrap();
    }

    /// What CloudFormation sends, with more of its own.
    fn event(&self, verb: &str, said: &Value, more: &Value) -> Value {
        let mut event = json!({
            "RequestType": verb,
            "ServiceToken": "arn:aws:lambda:us-east-1:123456789012:function:glaux-grants-producer",
            "ResponseURL": self.waiting.url(),
            "StackId": "arn:aws:cloudformation:us-east-1:123456789012:stack/SC-123456789012-pp-1/guid",
            "RequestId": "request",
            "LogicalResourceId": "Mapped",
            "ResourceType": "Custom::GlauxMapping",
            "ResourceProperties": properties(said),
        });
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        event
    }

    async fn ask(&mut self, verb: &str, said: &Value, more: &Value) -> Value {
        let event = self.event(verb, said, more);
        let answer = self.function.handle(event.to_string().as_bytes()).await.unwrap();
        assert_eq!(answer, b"null");
        let told = self.waiting.answer();
        assert_eq!((&told["StackId"], &told["RequestId"]), (&event["StackId"], &event["RequestId"]));
        assert_eq!(told["LogicalResourceId"], "Mapped");
        assert!(!told.to_string().contains(self.database.password().expose()), "{told}");
        told
    }

    async fn update(&mut self, said: &Value, before: &Value) -> Value {
        let more = json!({"PhysicalResourceId": MAPPED, "OldResourceProperties": properties(before)});
        let told = self.ask("Update", said, &more).await;
        assert_eq!(told["PhysicalResourceId"], MAPPED, "another id would have what was mapped deleted");
        told
    }

    async fn delete(&mut self, said: &Value, id: &Value) {
        let told = self.ask("Delete", said, &json!({"PhysicalResourceId": id})).await;
        assert_eq!((&told["Status"], &told["PhysicalResourceId"]), (&json!("SUCCESS"), id), "{told}");
    }

    /// It fails with these words, makes nothing, and can be deleted again as CloudFormation does then.
    async fn refused(&mut self, said: &Value, words: &[&str]) {
        let told = self.ask("Create", said, &json!({})).await;
        let reason = told["Reason"].as_str().unwrap().to_owned();
        assert_eq!((&told["Status"], &told["PhysicalResourceId"]), (&json!("FAILED"), &json!("nothing/guid/Mapped")));
        assert!(words.iter().all(|word| reason.contains(word)), "{words:?} are not all in {reason}");
        self.delete(said, &told["PhysicalResourceId"]).await;
    }

    async fn tables(&self) -> Vec<String> {
        let mut all = Vec::new();
        for database in self.glue.get_databases().send().await.unwrap().database_list {
            let told = self.glue.get_tables().database_name(&database.name).send().await.unwrap();
            all.extend(
                told.table_list.unwrap_or_default().iter().map(|table| format!("{}.{}", database.name, table.name)),
            );
        }
        all.sort();
        all
    }

    async fn databases(&self) -> usize {
        self.glue.get_databases().send().await.unwrap().database_list.len()
    }
}

const MAPPED: &str = "mapped/guid/Mapped";

/// As CloudFormation sends them: everything a text, and its own among them.
fn properties(said: &Value) -> Value {
    let mut all = json!({"ServiceToken": "arn:aws:lambda:…", "ServiceTimeout": "900", "Project": "shop", "Again": ""});
    all.as_object_mut().unwrap().extend(said.as_object().unwrap().clone());
    all
}

const ALL: [&str; 3] = ["glaux_shop-db_sales.items", "glaux_shop-db_sales.offers", "glaux_shop-db_sales.orders"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_is_mapped_changed_and_taken_out_again() {
    let Some(mut account) = Account::new().await else { return };
    let whole = json!({"Source": "shop-db", "Schema": "", "Table": ""});
    let told = account.ask("Create", &whole, &json!({})).await;
    assert_eq!((&told["Status"], &told["PhysicalResourceId"]), (&json!("SUCCESS"), &json!(MAPPED)), "{told}");
    let data = &told["Data"];
    assert_eq!((&data["Tables"], &data["Databases"]), (&json!("3"), &json!("glaux_shop-db_*")), "{told}");
    assert!(data["LeftOut"].as_str().unwrap().contains(r#""stock"."Goods""#), "{told}");
    assert_eq!(account.tables().await, ALL);
    // Lambda asks again where it has not heard.
    assert_eq!(account.ask("Create", &whole, &json!({})).await["Data"]["Tables"], "3");

    let fewer = json!({"Source": "shop-db", "Schema": "sales", "Table": "o*"});
    let told = account.update(&fewer, &whole).await;
    assert_eq!((&told["Status"], &told["Data"]["Tables"]), (&json!("SUCCESS"), &json!("2")), "{told}");
    assert_eq!(account.tables().await, ALL[1..]);
    // One that is not there is not what it was before, either; and what was stays.
    let told = account.update(&json!({"Source": "no-db"}), &fewer).await;
    assert_eq!(told["Status"], "FAILED");
    assert_eq!(account.update(&fewer, &json!({"Source": "no-db"})).await["Status"], "SUCCESS");
    assert_eq!(account.tables().await, ALL[1..]);

    account.database.client().await.batch_execute("DROP TABLE sales.offers").await.unwrap();
    let again = json!({"Source": "shop-db", "Schema": "sales", "Table": "o*", "Again": "1"});
    assert_eq!(account.update(&again, &fewer).await["Data"]["Tables"], "1");
    assert_eq!(account.tables().await, ALL[2..]);
    let theirs = aws_sdk_glue::types::TableInput::builder().name("theirs").build().unwrap();
    account.glue.create_table().database_name("glaux_shop-db_sales").table_input(theirs).send().await.unwrap();
    account.delete(&again, &json!(MAPPED)).await;
    assert_eq!(account.tables().await, ["glaux_shop-db_sales.theirs"]);
    account.glue.delete_table().database_name("glaux_shop-db_sales").name("theirs").send().await.unwrap();
    account.delete(&again, &json!(MAPPED)).await;
    assert_eq!(account.databases().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_typed_is_not_believed_and_every_failure_is_answered() {
    let Some(mut account) = Account::new().await else { return };
    account.refused(&json!({"Source": "no-db"}), &["project shop has no source \"no-db\""]).await;
    // Another's is told of as one that is not there.
    account.refused(&json!({"Source": "hr-db"}), &["project shop has no source \"hr-db\""]).await;
    account.refused(&json!({"Source": "far-db"}), &["far-db", "444444444444", OWN]).await;
    account.refused(&json!({"Source": "local-db"}), &["does not say in which account"]).await;
    account.refused(&json!({"Source": "shop-db", "Host": "evil.example.com"}), &["unknown field `Host`"]).await;
    account.refused(&json!({"Source": "shop-db", "Schema": "hr"}), &["no schema \"hr\""]).await;
    account.refused(&json!({}), &["missing field `Source`"]).await;
    account.refused(&json!({"Source": {"Ref": "x"}}), &["invalid type"]).await;
    account.refused(&json!({"Source": "down-db"}), &["127.0.0.1"]).await;
    assert_eq!(account.databases().await, 0);

    let told = account.ask("Adopt", &json!({"Source": "shop-db"}), &json!({})).await;
    assert!(told["Reason"].as_str().unwrap().contains("Adopt"), "{told}");
    let secret = format!("arn:aws:secretsmanager:us-east-1:{OWN}:secret:lost");
    account.source("lost-db", "shop", &account.database.url(), &secret).await;
    account.refused(&json!({"Source": "lost-db"}), &["secret:lost"]).await;
    let read = account.register.get::<Source>("lost-db").await.unwrap();
    let over = Source { state: SourceState::Retired, ..read.record.clone() };
    let act = Act { actor: "setup".into(), verb: "retire".into(), request: "test".into(), ..Act::default() };
    account.register.write(&act, &[Write::update(&read, &over).unwrap()]).await.unwrap();
    account.refused(&json!({"Source": "lost-db"}), &["lost-db is out of use"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_hangs_is_answered_in_time() {
    let Some(mut account) = Account::new().await else { return };
    let mute = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("jdbc:postgresql://{}/shop", mute.local_addr().unwrap());
    let secret = account.secrets.describe_secret().secret_id("sources/shop").send().await.unwrap().arn.unwrap();
    account.source("mute-db", "shop", &url, &secret).await;
    let aws = Aws::at(&account.moto.endpoint, "key", "secret");
    account.function = producer(&aws).answers_at(&account.waiting.origin).with_patience(Duration::from_secs(2));
    account.refused(&json!({"Source": "mute-db"}), &["not done within 2 seconds"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_answered_at_cloud_formation_alone_and_by_a_producer_alone() {
    let Some(mut account) = Account::new().await else { return };
    let said = json!({"Source": "shop-db"});
    let aws = Aws::at(&account.moto.endpoint, "key", "secret");
    // As it is deployed it knows no stand-in.
    let deployed = producer(&aws);
    let event = account.event("Create", &said, &json!({})).to_string();
    let error = deployed.handle(event.as_bytes()).await.unwrap_err().to_string();
    assert!(error.contains("elsewhere than at CloudFormation") && !error.contains("Signature"), "{error}");
    assert!(account.waiting.told.try_recv().is_err() && account.databases().await == 0);

    let environment = [("glaux_side", "consumer"), ("glaux_environment", "prod")];
    account.function = Function::new(config(&aws, &environment)).unwrap().answers_at(&account.waiting.origin);
    account.refused(&said, &["is for the producer side"]).await;
    let maps_nothing = [("glaux_side", "producer"), ("glaux_keeper_role", "arn:aws:iam::123456789012:role/keeper")];
    account.function = Function::new(config(&aws, &maps_nothing)).unwrap().answers_at(&account.waiting.origin);
    account.refused(&said, &["maps nothing into Glue", "GlueDatabasePrefix"]).await;

    // Where nobody takes the answer the invocation fails, so that Lambda makes it again.
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let function = producer(&aws).answers_at("http://127.0.0.1:");
    let event = account.event("Create", &said, &json!({"ResponseURL": format!("http://{gone}/x?Signature=a")}));
    let error = function.handle(event.to_string().as_bytes()).await.unwrap_err().to_string();
    assert!(error.contains("answering CloudFormation") && !error.contains("Signature"), "{error}");
    assert_eq!(account.tables().await, ALL, "it is done all the same, and done again is the same");
}

/// The URL is all that was signed, and a server of S3 that verifies it takes the answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_is_taken_where_the_url_was_signed() {
    let folder = tempfile::tempdir().unwrap();
    let server = S3Server::start(folder.path()).await.unwrap();
    server.create_bucket("answers").unwrap();
    let aws = server.aws();
    let s3 = aws_sdk_s3::config::Builder::from(aws.sdk().await).force_path_style(true).build();
    let s3 = aws_sdk_s3::Client::from_conf(s3);
    let signing = aws_sdk_s3::presigning::PresigningConfig::expires_in(Duration::from_mins(5)).unwrap();
    let put = s3.put_object().bucket("answers").key("guid").presigned(signing).await.unwrap();
    assert_eq!(put.headers().count(), 0);
    let environment = [("glaux_side", "consumer"), ("glaux_environment", "prod")];
    let ask = async |url: &str| {
        let function = Function::new(config(&aws, &environment)).unwrap().answers_at("http://127.0.0.1:");
        let event = json!({
            "RequestType": "Create", "ResponseURL": url, "StackId": "arn:aws:cloudformation:r:1:stack/SC-1/guid",
            "RequestId": "request", "LogicalResourceId": "Mapped", "ResourceProperties": {},
        });
        function.handle(event.to_string().as_bytes()).await
    };
    let forged = put.uri().replace("X-Amz-Signature=", "X-Amz-Signature=0");
    assert!(ask(&forged).await.is_err(), "it is not verified here who signed");
    ask(put.uri()).await.unwrap();
    let told = s3.get_object().bucket("answers").key("guid").send().await.unwrap().body.collect().await.unwrap();
    let told: Value = serde_json::from_slice(&told.into_bytes()).unwrap();
    assert_eq!((&told["Status"], &told["LogicalResourceId"]), (&json!("FAILED"), &json!("Mapped")));
}
