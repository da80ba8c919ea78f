//! A stack that is to go while what it made possible is still granted: refused, until the workflow as it is deployed has ended it,
//! users and secrets included; and only then deleted.

use std::io::Write;
use std::process::{Child, Command, Output, Stdio};

use aws_sdk_s3::Client as S3;
use glaux::config::Aws;
use glaux::register::{Asset, By, Grant, GrantState, Subscription, SubscriptionState};
use glaux::share::{Approval, Asking};

use crate::account::{Accounts, GOVERNANCE, PRODUCER, READER};
use crate::gateway::{Gateway, REGION};
use crate::places::Place;
use crate::stage::{PROD, SOURCE, caller};
use crate::support::skip;
use crate::workflow::readable;

/// What is typed by somebody of the account with the source.
fn typed(accounts: &Accounts, line: &str) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_glaux"));
    command.args(line.split_whitespace()).env_clear().envs(std::env::var_os("HOME").map(|home| ("HOME", home)));
    command.env("AWS_ENDPOINT_URL", &accounts.gateway.endpoint).env("AWS_REGION", REGION);
    command.env("AWS_ACCESS_KEY_ID", PRODUCER).env("AWS_SECRET_ACCESS_KEY", "secret");
    command.env("glaux_domain", "domain").env("glaux_secrets_prefix", "glaux/domain");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

async fn ended(child: Child) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } =
        tokio::task::spawn_blocking(|| child.wait_with_output().unwrap()).await.unwrap();
    (status.code(), String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned())
}

/// A package whose program is for ARM, as far as anybody looks.
fn package(folder: &tempfile::TempDir) -> String {
    let path = folder.path().join("glaux-grants.zip");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    zip.start_file("bootstrap", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(b"\x7fELF\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xb7\0").unwrap();
    zip.finish().unwrap();
    path.display().to_string()
}

/// The stack of the account with the source, made as it is typed.
async fn deployed(accounts: &Accounts) {
    let folder = tempfile::tempdir().unwrap();
    let s3 = aws_sdk_s3::config::Builder::from(Aws::at(&accounts.gateway.endpoint, PRODUCER, "secret").sdk().await);
    S3::from_conf(s3.force_path_style(true).build()).create_bucket().bucket("code").send().await.unwrap();
    let administrator = format!("arn:aws:secretsmanager:{REGION}:{PRODUCER}:secret:sources/shop");
    let line = format!(
        "deploy apply grants-producer --stack glaux-producer --yes --bucket code --package {} --set Domain=domain \
         --set SecretsPrefix=glaux/domain --set GovernanceAccount={GOVERNANCE} --set ConsumerAccounts=222222222222 \
         --set AdministratorSecretArns={administrator}",
        package(&folder)
    );
    let (code, told) = ended(typed(accounts, &line)).await;
    assert_eq!(code, Some(0), "{told}");
}

/// Orders, approved and granted by the machine.
async fn granted(accounts: &Accounts) -> String {
    let assets = accounts.register.list::<Asset>(&By::Kind).await.unwrap();
    let orders = assets.into_iter().map(|read| read.record).find(|asset| asset.table == "orders").unwrap();
    let asking = Asking {
        consumer: "reports".into(),
        environment: PROD.into(),
        assets: vec![(orders.id, None)],
        purpose: "a monthly report".into(),
        until: None,
    };
    let asked = accounts.share.request(&caller("rita"), &asking).await.unwrap().subscription;
    accounts.share.approve(&caller("olga"), &asked.id, &Approval::default()).await.unwrap();
    accounts.tell("approved").await;
    assert_eq!(readable(accounts).await, ["orders"]);
    asked.id
}

/// Whether the database knows a user.
pub async fn is_there(accounts: &Accounts, user: &str) -> bool {
    let query = format!("SELECT rolname FROM pg_roles WHERE rolname = '{user}'");
    !accounts.place.owner().await.names(&query).await.unwrap().is_empty()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stack_with_live_grants_stays_until_their_users_and_secrets_are_gone() {
    let gateway = match Gateway::start().await {
        Ok(gateway) => gateway,
        Err(reason) => return skip("moto", &reason),
    };
    let Some(place) = Place::postgres().await else { return };
    let accounts = Accounts::new(gateway, place).await;
    deployed(&accounts).await;
    let id = granted(&accounts).await;
    let user = accounts.login(READER).await.unwrap().user;
    assert!(is_there(&accounts, &user).await);
    let destroy = "deploy destroy --stack glaux-producer --yes";

    let (code, told) = ended(typed(&accounts, destroy)).await;
    assert_eq!(code, Some(3), "{told}");
    assert!(
        told.contains(&id) && told.contains(&Grant::id_of(PROD, SOURCE)) && told.contains("--revoke-first"),
        "{told}"
    );
    // Whoever is of the source's account may not end what another account's register says, and nothing is ended.
    let (code, told) = ended(typed(&accounts, &format!("{destroy} --revoke-first"))).await;
    assert_eq!(code, Some(3), "{told}");
    assert!(told.contains(GOVERNANCE) && told.contains("glaux sub revoke"), "{told}");
    let read = accounts.register.get::<Subscription>(&id).await.unwrap();
    assert_eq!(read.record.state, SubscriptionState::Active);

    // It is ended there; until that is done at the database, the stack stays.
    accounts.share.revoke(&caller("olga"), &id, "the source moves").await.unwrap();
    let (code, told) = ended(typed(&accounts, destroy)).await;
    assert_eq!(code, Some(3), "{told}");
    assert!(told.contains(&Grant::id_of(PROD, SOURCE)), "{told}");
    assert_eq!(readable(&accounts).await, ["orders"]);

    accounts.tell("revoked").await;
    let (code, told) = ended(typed(&accounts, destroy)).await;
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("stack glaux-producer is deleted") && told.contains("it stays: AWS::KMS::Key"), "{told}");
    assert!(!is_there(&accounts, &user).await && accounts.login(READER).await.is_err());
    let grant = accounts.register.get::<Grant>(&Grant::id_of(PROD, SOURCE)).await.unwrap().record;
    assert_eq!(grant.state, GrantState::Absent);
    assert!(accounts.register.verify().await.unwrap().is_empty());
}
