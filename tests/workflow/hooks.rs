//! Environments of DataZone's that are given our boundary and a tag, and lose them again: by its own events, through the queue.

use std::collections::BTreeMap;
use std::sync::Arc;

use glaux::grants::Ways;
use glaux::register::{Environment, EnvironmentState, Hooked, HookedState, Place as Where};
use serde_json::{Value, json};

use crate::account::{Accounts, CONSUMER, PRODUCER};
use crate::datazone::DOMAIN;
use crate::gateway::{Gateway, REGION, between};
use crate::grounds::{straight, ways};
use crate::places::Place;
use crate::stage::PROD;
use crate::support::skip;

const MANAGED: &str = "arn:aws:iam::aws:policy/AmazonDataZoneEnvironmentRolePermissionsBoundary";
const OURS: &str = "arn:aws:iam::222222222222:policy/team/bounds";
const OTHERS: &str = "arn:aws:iam::222222222222:policy/others";
const SWITCHED_ON: [(&str, &str); 2] =
    [("glaux_environment_boundary", "team/bounds"), ("glaux_environment_tag", "glaux=true")];
const DEPLOYED: &str = "Environment Deployment Completed";
const LEAVES: &str = "Environment Deletion Started";

fn detail(environment: &str) -> Value {
    json!({"metadata": {"domain": DOMAIN, "user": "ann"}, "data": {"projectId": "reports", "environmentId": environment}})
}

fn role_of(environment: &str) -> String {
    format!("datazone_usr_{environment}")
}

/// What an environment's account has of it.
struct Seen<'a>(&'a Accounts);

impl Seen<'_> {
    /// A role with a boundary, and two databases, of which one has a tag.
    async fn provision(&self, environment: &str, boundary: Option<&str>, tags: &Value) {
        let trust = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%5D%7D";
        let boundary = boundary.map(|arn| format!("&PermissionsBoundary={arn}")).unwrap_or_default();
        let role = role_of(environment);
        let form = format!("Action=CreateRole&RoleName={role}&AssumeRolePolicyDocument={trust}{boundary}");
        let (status, told) = self.0.gateway.raw().iam(CONSUMER, &form).await;
        assert_eq!(status, 200, "{told}");
        for (kind, tags) in [("pub", &json!({})), ("sub", tags)] {
            let made = json!({"DatabaseInput": {"Name": format!("{environment}_{kind}").to_lowercase()}, "Tags": tags});
            let (status, told) = self.0.gateway.raw().json(CONSUMER, "glue", "AWSGlue.CreateDatabase", &made).await;
            assert_eq!(status, 200, "{told}");
        }
        self.told_by_datazone(environment, CONSUMER, &format!("arn:aws:iam::{CONSUMER}:role/{role}"));
    }

    fn told_by_datazone(&self, environment: &str, account: &str, role: &str) {
        let name = environment.to_lowercase();
        let resources = [
            ("userRoleArn", role.to_owned()),
            ("glueProducerDBName", format!("{name}_pub")),
            ("glueConsumerDBName", format!("{name}_sub")),
            ("athenaWorkGroupName", "workgroup".to_owned()),
        ];
        self.0.datazone.provision(environment, account, REGION, &resources);
    }

    async fn boundary(&self, role: &str) -> Option<String> {
        let (status, told) = self.0.gateway.raw().iam(CONSUMER, &format!("Action=GetRole&RoleName={role}")).await;
        assert_eq!(status, 200, "{told}");
        between(&told, "<PermissionsBoundaryArn>", "</")
    }

    async fn tags(&self, environment: &str, kind: &str) -> BTreeMap<String, String> {
        let arn = format!("arn:aws:glue:{REGION}:{CONSUMER}:database/{}_{kind}", environment.to_lowercase());
        let asked = json!({"ResourceArn": arn});
        let (_, told) = self.0.gateway.raw().json(CONSUMER, "glue", "AWSGlue.GetTags", &asked).await;
        serde_json::from_value(told["Tags"].clone()).unwrap_or_default()
    }

    /// The boundary, and whether each of the databases has our tag.
    async fn all(&self, environment: &str) -> (Option<String>, [bool; 2]) {
        let ours = |tags: BTreeMap<String, String>| tags.get("glaux").is_some_and(|value| value == "true");
        let tags = [ours(self.tags(environment, "pub").await), ours(self.tags(environment, "sub").await)];
        (self.boundary(&role_of(environment)).await, tags)
    }

    async fn hooked(&self, environment: &str) -> Hooked {
        self.0.register.get::<Hooked>(environment).await.unwrap().record
    }

    async fn news(&self, kind: &str, environment: &str) {
        self.0.news("aws.datazone", kind, &detail(environment)).await;
    }

    /// One more environment of the same account.
    async fn add(&self, id: &str) {
        let own = self.0.register.get::<Environment>(PROD).await.unwrap().record;
        let Where::Aws(account) = own.place else { panic!("on AWS") };
        let (project, place, state) = ("reports".to_owned(), Where::Aws(account), EnvironmentState::Active);
        self.0.add(&Environment { id: id.into(), project, place, state }).await;
    }
}

fn is(boundary: &str, tags: [bool; 2]) -> (Option<String>, [bool; 2]) {
    (Some(boundary.to_owned()), tags)
}

#[tokio::test]
async fn environments_are_bounded_and_tagged_where_that_is_asked_for_and_nothing_of_others_is() {
    // By whatever the build has, and without a client.
    for ways in [ways, straight] {
        environments_are_bounded_and_tagged(ways).await;
    }
}

async fn environments_are_bounded_and_tagged(ways: fn(&Gateway) -> Arc<dyn Ways>) {
    let gateway = match Gateway::start().await {
        Ok(gateway) => gateway,
        Err(reason) => return skip("moto", &reason),
    };
    let Some(place) = Place::postgres().await else { return };
    let accounts = Accounts::new(gateway, place).await;
    let seen = Seen(&accounts);
    seen.provision(PROD, Some(MANAGED), &json!({})).await;
    // Not switched on: nothing is asked for or changed, and nothing is known.
    seen.news(DEPLOYED, PROD).await;
    accounts.tick("off").await;
    assert!(!accounts.datazone.asked().contains("/environments/"));
    assert!(accounts.register.find::<Hooked>(PROD).await.unwrap().is_none());
    assert_eq!(seen.all(PROD).await, is(MANAGED, [false, false]));

    accounts.deploy(&SWITCHED_ON, &ways(&accounts.gateway)).await;
    // It stops right behind each change, and the event comes again.
    for (falls, expected) in
        [("PutRolePermissionsBoundary", is(OURS, [false, false])), ("TagsToAdd", is(OURS, [true, false]))]
    {
        accounts.gateway.set_falling(Some(falls));
        seen.news(DEPLOYED, PROD).await;
        accounts.gateway.set_falling(None);
        let hooked = seen.hooked(PROD).await;
        assert_eq!((hooked.state, hooked.error.is_some()), (HookedState::Hooking, true), "{falls}");
        assert_eq!(seen.all(PROD).await, expected, "{falls}");
        assert_eq!(hooked.role.unwrap().before, MANAGED);
    }
    for _ in 0..2 {
        seen.news(DEPLOYED, PROD).await;
        assert_eq!(seen.all(PROD).await, is(OURS, [true, true]));
        let hooked = seen.hooked(PROD).await;
        let role = hooked.role.clone().unwrap();
        assert_eq!(
            (role.name.as_str(), role.boundary.as_str(), role.before.as_str()),
            (&*role_of(PROD), OURS, MANAGED)
        );
        assert_eq!((hooked.databases.len(), hooked.state, hooked.error), (2, HookedState::Hooked, None));
    }
    what_others_have_put_there_stays(&seen).await;
    // It goes, stopping right behind each change; twice; and the news of its coming comes last.
    for (falls, expected) in
        [("PutRolePermissionsBoundary", is(MANAGED, [true, true])), ("TagsToRemove", is(MANAGED, [false, true]))]
    {
        accounts.gateway.set_falling(Some(falls));
        seen.news(LEAVES, PROD).await;
        accounts.gateway.set_falling(None);
        assert_eq!(seen.all(PROD).await, expected, "{falls}");
        assert_eq!(seen.hooked(PROD).await.state, HookedState::Unhooking);
    }
    for kind in [LEAVES, LEAVES, DEPLOYED] {
        seen.news(kind, PROD).await;
        assert_eq!(seen.all(PROD).await, is(MANAGED, [false, false]), "{kind}");
        let hooked = seen.hooked(PROD).await;
        assert_eq!((hooked.state, hooked.role, hooked.databases.len()), (HookedState::Unhooked, None, 0));
    }
    assert!(accounts.register.verify().await.unwrap().is_empty());
}

async fn what_others_have_put_there_stays(seen: &Seen<'_>) {
    // Another boundary, none, and another value of the tag.
    for (environment, boundary) in [("other", Some(OTHERS)), ("none", None)] {
        seen.provision(environment, boundary, &json!({"glaux": "mine"})).await;
        seen.add(environment).await;
        let was = |tags| (boundary.map(str::to_owned), tags);
        // Nobody has told of it since it was brought in: the clock finds it.
        seen.0.tick(environment).await;
        assert_eq!(seen.all(environment).await, was([true, false]));
        assert_eq!(seen.tags(environment, "sub").await["glaux"], "mine");
        let hooked = seen.hooked(environment).await;
        assert_eq!((hooked.role, hooked.state), (None, HookedState::Hooked));
        assert!(hooked.error.unwrap().contains("keeps it"));
        seen.news(LEAVES, environment).await;
        assert_eq!(seen.all(environment).await, was([false, false]));
        assert_eq!(seen.tags(environment, "sub").await["glaux"], "mine");
    }
    // What somebody changes after us is theirs.
    seen.provision("later", Some(MANAGED), &json!({})).await;
    seen.add("later").await;
    seen.news(DEPLOYED, "later").await;
    assert_eq!(seen.all("later").await, is(OURS, [true, true]));
    let form = format!("Action=PutRolePermissionsBoundary&RoleName={}&PermissionsBoundary={OTHERS}", role_of("later"));
    seen.0.gateway.raw().iam(CONSUMER, &form).await;
    seen.news(LEAVES, "later").await;
    assert_eq!(seen.all("later").await, is(OTHERS, [false, false]));
    // A role that is of another account, or not of an environment's users, and an environment that is elsewhere.
    let of_service = format!("arn:aws:iam::{CONSUMER}:role/admin");
    let of_other = format!("arn:aws:iam::{PRODUCER}:role/{}", role_of("far"));
    for (account, role) in
        [(CONSUMER, of_service.as_str()), (CONSUMER, of_other.as_str()), (PRODUCER, of_other.as_str())]
    {
        let id = format!("far-{}", account.len() + role.len() + usize::from(account == PRODUCER));
        seen.told_by_datazone(&id, account, role);
        seen.add(&id).await;
        seen.news(DEPLOYED, &id).await;
        let hooked = seen.hooked(&id).await;
        assert!(hooked.role.is_none() && hooked.error.is_some(), "{hooked:?}");
        assert_eq!(hooked.state == HookedState::Hooking, account == PRODUCER, "{hooked:?}");
    }
    // One that DataZone does not have.
    seen.add("unknown").await;
    seen.0.tick("unknown").await;
    let hooked = seen.hooked("unknown").await;
    assert_eq!((hooked.state, hooked.failures), (HookedState::Unhooked, 0));
}
