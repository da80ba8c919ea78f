use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_secretsmanager::Client;
use connector_core::{ErrorKind, Result, Secret};
use tokio::sync::OnceCell;

use super::super::{Copies, Keeper, Manager, ManagerSettings};
use super::cut::{Cut, Last};
use super::moto::Moto;
use super::skip::skip;
use super::suite::{Kept, READER, a_secret_is_kept_tried_in_force_and_gone, holds};
use crate::config::Aws;
use crate::secrets::Names;
use crate::secrets::policy::{Policy, RoleArn, secret_policy};
use crate::secrets::source::Source;

const KEEPER: &str = "arn:aws:iam::123456789012:role/glaux-keeper";
const KEY: &str = "arn:aws:kms:us-east-1:123456789012:key/1234";

fn settings(window_days: u8) -> ManagerSettings {
    ManagerSettings {
        names: Names::new("glaux/sales/grants").unwrap(),
        keeper: KEEPER.parse().unwrap(),
        key: Some(KEY.into()),
        tags: vec![("cost-centre".into(), "42".into())],
        window_days,
    }
}

pub fn manager(aws: &Aws) -> Manager {
    Manager::new(aws, settings(7)).unwrap()
}

fn kept(aws: &Aws, keepers: [Arc<dyn Keeper>; 2]) -> Kept {
    let source = Source::Manager { aws: aws.clone(), client: OnceCell::new() };
    Kept { keepers, source, first_is_in_force: true, guards_the_moment: false }
}

#[tokio::test]
async fn secrets_manager_keeps_the_suite() {
    let moto = match Moto::start().await {
        Ok(moto) => moto,
        Err(reason) => return skip("moto", &reason),
    };
    let aws = Aws::at(&moto.endpoint, "key", "secret");
    let client = Client::new(aws.sdk().await);
    let kept = kept(&aws, [Arc::new(manager(&aws)), Arc::new(manager(&aws))]);
    holds(&kept, "glaux/sales/grants/suite").await;
    a_secret_is_made_as_it_was_said(&aws, &client).await;
    one_that_others_made_or_changed_is_taken_as_it_is(&aws, &client).await;
    a_story_cut_at_any_request_ends_as_if_it_were_not(&aws, &moto, &kept).await;
    two_accounts_keep_a_secret_twice(&aws, &moto).await;
}

async fn a_secret_is_made_as_it_was_said(aws: &Aws, client: &Client) {
    let (name, manager) = ("glaux/sales/grants/env-a/shop", manager(aws));
    manager.propose(name, 1, &Secret::new("one")).await.unwrap();
    let told = client.describe_secret().secret_id(name).send().await.unwrap();
    let tags: BTreeMap<_, _> = told.tags().iter().map(|tag| (tag.key().unwrap(), tag.value().unwrap())).collect();
    let expected = [("cost-centre", "42"), ("environment", "env-a"), ("managed-by", "glaux"), ("source", "shop")];
    assert_eq!((told.kms_key_id(), tags), (Some(KEY), BTreeMap::from(expected)));
    manager.open_to(name, Some(READER)).await.unwrap();
    let policy = client.get_resource_policy().secret_id(name).send().await.unwrap();
    let reader: RoleArn = READER.parse().unwrap();
    let expected = secret_policy(&KEEPER.parse().unwrap(), Some(&reader));
    assert_eq!(Policy::parse(policy.resource_policy().unwrap()).unwrap(), expected);
    for wrong in ["*", "glaux-env-a", "arn:aws:iam::222222222222:root"] {
        let error = manager.open_to(name, Some(wrong)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    }
    manager.discard(name).await.unwrap();
    let told = client.describe_secret().secret_id(name).send().await.unwrap();
    let days = (told.deleted_date().unwrap().secs() - aws_now()) / 86_400;
    assert!((6..=7).contains(&days), "{days}");
    for days in [0, 6, 31] {
        assert_eq!(Manager::new(aws, settings(days)).err().unwrap().kind(), ErrorKind::Invalid);
    }
}

fn aws_now() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    now.as_secs().try_into().unwrap()
}

async fn one_that_others_made_or_changed_is_taken_as_it_is(aws: &Aws, client: &Client) {
    let (name, manager) = ("glaux/sales/grants/env-a/foreign", manager(aws));
    let made = client.create_secret().name(name).secret_string("by hand").send().await.unwrap();
    manager.propose(name, 1, &Secret::new("one")).await.unwrap();
    manager.promote(name, 1).await.unwrap();
    let current = || client.get_secret_value().secret_id(name).version_stage("AWSCURRENT").send();
    let ours = current().await.unwrap();
    assert_eq!(ours.secret_string(), Some("one"));
    // Somebody puts a version in force that is no generation: it gives way.
    let back = client.update_secret_version_stage().secret_id(name).version_stage("AWSCURRENT");
    let back = back.remove_from_version_id(ours.version_id().unwrap()).move_to_version_id(made.version_id().unwrap());
    back.send().await.unwrap();
    assert_eq!(current().await.unwrap().secret_string(), Some("by hand"));
    manager.promote(name, 1).await.unwrap();
    assert_eq!(current().await.unwrap().secret_string(), Some("one"));
}

/// One step of the story.
async fn step(keeper: &dyn Keeper, name: &str, index: usize) -> Result<()> {
    let text = |text: &str| Secret::new(text);
    match index {
        0 => keeper.propose(name, 1, &text("one")).await,
        1 => keeper.promote(name, 1).await,
        2 => keeper.open_to(name, Some(READER)).await,
        3 => keeper.propose(name, 2, &text("two")).await,
        4 => keeper.promote(name, 2).await,
        5 => keeper.discard(name).await,
        6 => keeper.propose(name, 3, &text("three")).await,
        _ => keeper.promote(name, 3).await,
    }
}

const STEPS: usize = 8;

/// Each step is broken off after so many requests, and done again.
async fn a_story_cut_at_any_request_ends_as_if_it_were_not(aws: &Aws, moto: &Moto, kept: &Kept) {
    let whole = manager(aws);
    for last in [Last::NeverArrives, Last::IsDoneUnanswered] {
        let mut cuts = Vec::new();
        for requests in 0.. {
            let name = format!("glaux/sales/grants/cut/{requests}.{last:?}");
            let mut broken = 0;
            for index in 0..STEPS {
                let cut = Cut::after(requests, last, &moto.endpoint).await;
                if step(&manager(&cut.aws), &name, index).await.is_err() {
                    broken += 1;
                    let ended = step(&whole, &name, index).await;
                    assert!(ended.is_ok(), "cut after {requests} requests ({last:?}), step {index}: {ended:?}");
                }
            }
            kept.states(&name, Some("three"), None).await;
            match broken {
                0 => break,
                broken => cuts.push(broken),
            }
        }
        // Every step makes a request, and most a second one.
        assert!(cuts.len() >= 4 && cuts[0] == STEPS && cuts[1] == STEPS - 1, "{cuts:?}");
    }
}

async fn two_accounts_keep_a_secret_twice(aws: &Aws, moto: &Moto) {
    // An access key of moto's in another region is another place, as one of another account is.
    let sdk = Aws::at(&moto.endpoint, "key", "secret").sdk().await.to_builder();
    let elsewhere = Aws::of(sdk.region(aws_config::Region::from_static("eu-central-1")).build());
    let keeper = || -> Arc<dyn Keeper> { Arc::new(Copies::new(Arc::new(manager(aws)), Arc::new(manager(&elsewhere)))) };
    let kept = kept(&elsewhere, [keeper(), keeper()]);
    a_secret_is_kept_tried_in_force_and_gone(&kept, "glaux/sales/grants/copied/life", 2).await;
    let name = "glaux/sales/grants/env-a/copied";
    keeper().propose(name, 1, &Secret::new("one")).await.unwrap();
    keeper().open_to(name, Some(READER)).await.unwrap();
    for (place, reader) in [(aws, None), (&elsewhere, Some(READER.parse().unwrap()))] {
        let client = Client::new(place.sdk().await);
        let policy = client.get_resource_policy().secret_id(name).send().await.unwrap();
        let expected = secret_policy(&KEEPER.parse().unwrap(), reader.as_ref());
        assert_eq!(Policy::parse(policy.resource_policy().unwrap()).unwrap(), expected);
    }
}
