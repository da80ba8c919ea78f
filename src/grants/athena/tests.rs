#[path = "../../../tests/workflow/athena.rs"]
mod there;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use connector_core::{ErrorKind, Result};
use serde_json::{Value, json};

use super::Athena;
use crate::stand_ins::aws::{Answer, Asked, Service};

const ACCOUNT: &str = "222222222222";
const NAME: &str = "glaux/prod/shop";
const ELSEWHERE: &str = "arn:aws:secretsmanager:us-east-1:111111111111:secret:glaux/prod/shop";
const BESIDE: &str = "arn:aws:secretsmanager:us-east-1:222222222222:secret:glaux/prod/shop";

fn function(name: &str) -> String {
    format!("arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}")
}

/// An environment's account: Athena's list, policies of functions, and SSM's parameters.
#[derive(Default)]
struct Account {
    athena: there::Athena,
    parameters: Mutex<BTreeMap<String, String>>,
    /// What is done by somebody else just before a policy is put.
    meanwhile: Mutex<Option<Value>>,
    written: Mutex<Vec<String>>,
}

impl Account {
    fn answer(&self, asked: &Asked) -> (u16, Value) {
        let body: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
        if let Some(arn) = asked.path.strip_prefix("/2026-07-09/resource-policy/") {
            let arn = arn.replace("%3A", ":");
            let put = (asked.method == "PUT").then_some(&body);
            if put.is_some() {
                self.written.lock().unwrap().push("policy".into());
                if let Some(other) = self.meanwhile.lock().unwrap().take() {
                    self.athena.policy(&arn, Some(&other));
                }
            }
            let (status, mut told) = self.athena.policy(&arn, put);
            match status {
                404 => told["__type"] = "ResourceNotFoundException".into(),
                412 => told["__type"] = "PreconditionFailedException".into(),
                _ => {}
            }
            return (status, told);
        }
        let (service, does) = asked.headers["x-amz-target"].to_str().unwrap().rsplit_once('.').unwrap();
        if !does.starts_with("Get") {
            self.written.lock().unwrap().push(does.into());
        }
        if service == "AmazonAthena" {
            return self.athena.answer(ACCOUNT, does, &body);
        }
        let (mut parameters, name) = (self.parameters.lock().unwrap(), body["Name"].as_str().unwrap().to_owned());
        match (does, parameters.get(&name)) {
            ("PutParameter", _) => {
                parameters.insert(name, body["Value"].as_str().unwrap().to_owned());
                (200, json!({"Version": 1}))
            }
            (_, None) => (400, json!({"__type": "ParameterNotFound"})),
            ("GetParameter", Some(value)) => (200, json!({"Parameter": {"Value": value}})),
            _ => {
                parameters.remove(&name);
                (200, json!({}))
            }
        }
    }

    fn parameters(&self) -> Vec<(String, String)> {
        self.parameters.lock().unwrap().clone().into_iter().collect()
    }

    fn written(&self) -> Vec<String> {
        std::mem::take(&mut self.written.lock().unwrap())
    }
}

async fn account() -> (Arc<Account>, Service) {
    let account = Arc::new(Account::default());
    let there = account.clone();
    let service = Service::start(move |asked| {
        let (status, told) = there.answer(asked);
        Answer::Say(status, told.to_string())
    });
    (account, service.await)
}

fn athena(service: &Service, environment: &str, name: &str, is_qualified: bool) -> Athena {
    Athena::new(&service.aws(), environment, &function(name), is_qualified).unwrap()
}

fn listed(account: &Account) -> Vec<(String, String)> {
    account.athena.listed(ACCOUNT).into_iter().collect()
}

#[tokio::test]
async fn what_is_granted_is_listed_once_and_taken_away_without_a_trace() {
    let (account, service) = account().await;
    let prod = athena(&service, "prod", "f", false);
    prod.list("shop", NAME, ELSEWHERE).await.unwrap();
    assert_eq!(account.written(), ["PutParameter", "policy", "CreateDataCatalog"]);
    assert_eq!(listed(&account), [("shop".to_owned(), function("f"))]);
    assert_eq!(account.parameters(), [(format!("/{NAME}"), ELSEWHERE.to_owned())]);
    prod.list("shop", NAME, ELSEWHERE).await.unwrap();
    assert_eq!(account.written(), [""; 0], "it was all there");
    // The function has another name by now, and the secret has come into its account.
    athena(&service, "prod", "g", false).list("shop", NAME, BESIDE).await.unwrap();
    assert_eq!(account.written(), ["DeleteParameter", "policy", "UpdateDataCatalog"]);
    assert_eq!(listed(&account), [("shop".to_owned(), function("g"))]);
    for _ in 0..2 {
        prod.unlist("shop", NAME).await.unwrap();
        assert!(listed(&account).is_empty() && account.parameters().is_empty());
    }
    assert!(account.athena.policy_of(&function("f")).0.contains("OnlyThroughAthena"));
}

#[tokio::test]
async fn what_is_anothers_is_left_alone_and_there_is_a_name_besides() -> Result<()> {
    let (account, service) = account().await;
    let (prod, test) = (athena(&service, "prod", "f", false), athena(&service, "test", "t", false));
    test.list("shop", "glaux/test/shop", "glaux/test/shop").await?;
    let error = prod.list("shop", NAME, NAME).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(error.to_string().contains("\"shop\"") && error.hint_text().unwrap().contains("glaux_qualified_catalogs"));
    prod.unlist("shop", NAME).await?;
    assert_eq!(listed(&account), [("shop".to_owned(), function("t"))]);
    let prod = athena(&service, "Prod", "f", true);
    prod.list("shop", NAME, NAME).await?;
    assert_eq!(listed(&account), [("shop".to_owned(), function("t")), ("shop@prod".to_owned(), function("f"))]);
    prod.unlist("shop", NAME).await?;
    assert_eq!(listed(&account), [("shop".to_owned(), function("t"))]);
    Ok(())
}

#[tokio::test]
async fn what_others_put_on_the_function_meanwhile_is_not_lost() {
    let (account, service) = account().await;
    let prod = athena(&service, "prod", "f", false);
    let other = json!({"Version": "2012-10-17", "Statement": [{"Sid": "other"}]}).to_string();
    *account.meanwhile.lock().unwrap() = Some(json!({"Policy": other}));
    assert_eq!(prod.list("shop", NAME, NAME).await.unwrap_err().kind(), ErrorKind::Conflict);
    prod.list("shop", NAME, NAME).await.unwrap();
    let (policy, _) = account.athena.policy_of(&function("f"));
    assert!(policy.contains("\"other\"") && policy.contains("OnlyThroughAthena"), "{policy}");
}

#[test]
fn a_function_is_named_without_a_version() {
    let aws = crate::config::Aws::lazy();
    for wrong in ["glaux-prod", &function(""), &function("f:live"), "arn:aws:iam::222222222222:role/f"] {
        assert!(Athena::new(&aws, "prod", wrong, false).is_err(), "{wrong}");
    }
}
