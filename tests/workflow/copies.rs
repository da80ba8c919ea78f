//! A grant whose secret is kept twice, since the environment's role may read nothing in another account.

use std::collections::BTreeMap;

use glaux::config::{Aws, WorkflowConfig};
use glaux::grants::Function;
use glaux::secrets::Names;
use glaux::secrets::policy::{Consumer, Place as Region, Policy, Role, RoleArn, listing_policy, secret_policy};
use glaux::share::{Approval, Asking, asset_id};
use serde_json::{Value, json};

use crate::account::{Accounts, CONSUMER, GOVERNANCE, PREFIX, PRODUCER, READER, federation, function, role};
use crate::gateway::{Deployed, Gateway, REGION};
use crate::places::{Place, TABLES};
use crate::resolving::shown;
use crate::stage::{PROD, SOURCE, caller};
use crate::support::skip;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_environment_that_may_read_nothing_elsewhere_reads_a_copy() {
    let gateway = match Gateway::start().await {
        Ok(gateway) => gateway,
        Err(reason) => return skip("moto", &reason),
    };
    let Some(place) = Place::postgres().await else { return };
    let accounts = Accounts::new(gateway, place).await;
    deploy(&accounts);
    reads_here_alone(&accounts);
    // The second time within the window in which a secret that was discarded can be taken back.
    for time in 1..=2 {
        let subscription = granted(&accounts).await;
        walked(&accounts, &format!("grant {time}"), 2 * time - 1).await;
        assert_eq!(shown(&accounts.federation(READER, PROD), &accounts.place, SOURCE).await.unwrap(), ["orders"]);
        assert_eq!(accounts.gateway.athena().listed(CONSUMER), BTreeMap::from([(SOURCE.to_owned(), federation())]));
        accounts.login(READER).await.expect_err("the original is read");
        assert_eq!(text(&accounts, PRODUCER).await, text(&accounts, CONSUMER).await);
        only_the_copy_is_open(&accounts).await;
        accounts.share.revoke(&caller("olga"), &subscription, "it is over").await.unwrap();
        walked(&accounts, &format!("end {time}"), 2 * time).await;
        shown(&accounts.federation(READER, PROD), &accounts.place, SOURCE).await.expect_err("a secret is left");
        for account in [PRODUCER, CONSUMER] {
            let told = of_secret(&accounts, account, "DescribeSecret").await;
            assert!(told["DeletedDate"].is_number(), "{account}: {told}");
        }
    }
    assert!(accounts.register.verify().await.unwrap().is_empty());
}

/// Has the producer keep copies in the environment's account, and the environment read them there.
fn deploy(accounts: &Accounts) {
    let table = format!("arn:aws:dynamodb:{REGION}:{GOVERNANCE}:table/glaux");
    let (keeper, federation) = (role(PRODUCER, "glaux-grants-producer"), federation());
    let producer =
        [("glaux_side", "producer"), ("glaux_keeper_role", keeper.as_str()), ("glaux_copied_accounts", CONSUMER)];
    let consumer = [
        ("glaux_side", "consumer"),
        ("glaux_environment", PROD),
        ("glaux_federation_function", federation.as_str()),
        ("glaux_copying_accounts", PRODUCER),
    ];
    for (arn, access_key, own) in [
        (function(PRODUCER, "glaux-grants-producer"), PRODUCER, &producer[..]),
        (function(CONSUMER, &format!("glaux-grants-{PROD}")), READER, &consumer[..]),
    ] {
        let all =
            [("glaux_register_table", table.as_str()), ("glaux_domain", "domain"), ("glaux_secrets_prefix", PREFIX)];
        let all = all.iter().chain(own).map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let mut config = WorkflowConfig::from_env(all).unwrap();
        config.aws = Aws::at(&accounts.gateway.endpoint, access_key, "secret");
        accounts.gateway.deploy(&arn, Deployed::Here(Box::new(Function::new(config).unwrap())));
    }
}

/// Leaves the environment's role no right to a secret of another account.
fn reads_here_alone(accounts: &Accounts) {
    let (own, names) = (Region::new("aws", REGION, CONSUMER).unwrap(), Names::new(PREFIX).unwrap());
    let lists = listing_policy(&own, &names, PROD, &federation()).unwrap();
    let reads = Consumer { environment: PROD, grants: &names, producers: &[(own, None)] }.policy().unwrap();
    let (arn, policies) = (role(CONSUMER, "reader").parse().unwrap(), vec![reads, lists]);
    accounts.gateway.admit(READER, Role { arn, policies, boundary: None, tags: BTreeMap::new() });
}

/// Asks for a table, and approves it.
async fn granted(accounts: &Accounts) -> String {
    let (schema, table, _) = TABLES[0];
    let asking = Asking {
        consumer: "reports".into(),
        environment: PROD.into(),
        assets: vec![(asset_id(SOURCE, &accounts.place.named(schema), table), None)],
        purpose: "a monthly report".into(),
        until: None,
    };
    let asked = accounts.share.request(&caller("rita"), &asking).await.unwrap().subscription;
    accounts.share.approve(&caller("olga"), &asked.id, &Approval::default()).await.unwrap();
    asked.id
}

/// Has the machine do it, which has walked so often then.
async fn walked(accounts: &Accounts, cause: &str, times: usize) {
    let executions = accounts.tell(cause).await;
    let states: Vec<&Value> = executions.as_array().unwrap().iter().map(|one| &one["status"]).collect();
    assert_eq!(states, vec!["SUCCEEDED"; times], "{cause}: {}", accounts.gateway.told());
}

/// What is told of the grant's secret in an account, to whoever rules it.
async fn of_secret(accounts: &Accounts, account: &str, action: &str) -> Value {
    let asked = json!({"SecretId": format!("{PREFIX}/{PROD}/{SOURCE}")});
    let target = format!("secretsmanager.{action}");
    let (status, told) = accounts.gateway.call(account, "secretsmanager", &target, &asked).await;
    assert_eq!(status, 200, "{account} {action}: {told}");
    told
}

/// What is in force there.
async fn text(accounts: &Accounts, account: &str) -> String {
    let asked = json!({"SecretId": format!("{PREFIX}/{PROD}/{SOURCE}"), "VersionStage": "AWSCURRENT"});
    let target = "secretsmanager.GetSecretValue";
    let (status, told) = accounts.gateway.call(account, "secretsmanager", target, &asked).await;
    assert_eq!(status, 200, "{account}: {told}");
    told["SecretString"].as_str().unwrap().to_owned()
}

/// The copy has the policy that the original would have, of the role that keeps it; the original is its keeper's alone.
async fn only_the_copy_is_open(accounts: &Accounts) {
    let arn = |account: &str, name: &str| -> RoleArn { role(account, name).parse().unwrap() };
    let copies = arn(CONSUMER, &format!("glaux-grants-copies-{PROD}"));
    for (account, expected) in [
        (PRODUCER, secret_policy(&arn(PRODUCER, "glaux-grants-producer"), None)),
        (CONSUMER, secret_policy(&copies, Some(&arn(CONSUMER, "reader")))),
    ] {
        let told = of_secret(accounts, account, "GetResourcePolicy").await;
        assert_eq!(Policy::parse(told["ResourcePolicy"].as_str().unwrap()).unwrap(), expected, "{account}");
    }
}
