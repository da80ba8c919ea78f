//! Environments that are brought in here when their deployment was told long ago.

use super::*;

const DEPLOYED: &str = "Environment Deployment Completed";

fn deployed(environment: &str) -> Value {
    json!({"metadata": {"domain": DOMAIN}, "data": {"projectId": "reports", "environmentId": environment}})
}

/// Brought in as it is typed; whether that was news.
async fn is_added(stage: &Stage, environment: &str) -> bool {
    let rita = Caller { actor: "rita".into(), request: "env add".into() };
    let place = crate::register::Place::Local;
    !stage.share.add_environment(&rita, environment, "reports", &place).await.unwrap().is_empty()
}

async fn added(stage: &Stage, place: &Place, environment: &str) -> Result<Vec<Touched>> {
    stage.share.hear(place, DOMAIN, &News::Added { environment: environment.into() }, "event").await
}

async fn of(stage: &Stage, environment: &str) -> Vec<Subscription> {
    all(stage).await.into_iter().filter(|one| one.environment == environment).collect()
}

#[tokio::test]
async fn what_was_approved_is_granted_as_by_the_event_that_came_too_early() {
    let (stage, place) = (Stage::new().await, Place::default().offering("l", "shop", &table("orders")));
    let place = place.approved("s", "l").granting("g", Some("s"), "late", "l");
    assert_eq!(hear(&stage, &place, "Subscription Created", &detail("s", "APPROVED", "l")).await.len(), 2);
    assert_eq!(hear(&stage, &place, DEPLOYED, &deployed("late")).await, []);
    assert_eq!(added(&stage, &place, "late").await.unwrap(), [], "nobody has brought it in");
    assert!(is_added(&stage, "late").await);
    let touched = added(&stage, &place, "late").await.unwrap();
    let causes: Vec<_> = touched.iter().map(|one| (one.environment.as_str(), one.cause.as_str())).collect();
    assert_eq!(causes, [("late", "datazone subscription s approved")]);
    let made = of(&stage, "late").await;
    assert_eq!((made.len(), made[0].state), (1, SubscriptionState::Approved));

    // Brought in, told and deployed again: nothing begins twice.
    assert!(!is_added(&stage, "late").await);
    assert_eq!(added(&stage, &place, "late").await.unwrap(), touched);
    assert_eq!(hear(&stage, &place, DEPLOYED, &deployed("late")).await, touched);
    assert_eq!(of(&stage, "late").await, made);

    // One whose deployment is told in time has the same record.
    let place = place.granting("h", Some("s"), "other", "l");
    assert!(is_added(&stage, "other").await);
    assert_eq!(hear(&stage, &place, DEPLOYED, &deployed("other")).await.len(), 1);
    let mut other = of(&stage, "other").await.remove(0);
    let grants = |one: &Subscription| {
        one.origin.iter().flat_map(|origin| &origin.reports).map(|report| report.grant.clone()).collect::<Vec<_>>()
    };
    assert_eq!((grants(&made[0]), grants(&other)), (vec!["g".to_owned()], vec!["h".to_owned()]));
    // The event tells who approved, and the list of what is approved tells it, too.
    let Subscription { id, environment, origin, .. } = made[0].clone();
    (other.id, other.environment, other.origin) = (id, environment, origin);
    assert_eq!(other, made[0]);
    assert_eq!(stage.share.register.verify().await.unwrap(), [] as [Fault; 0]);
}

/// A project of this register's alone is no failure; that DataZone cannot be asked is one, and comes again.
#[tokio::test]
async fn of_a_project_that_datazone_does_not_know_nothing_is_approved() {
    let stage = Stage::new().await;
    for kind in [ErrorKind::NotFound, ErrorKind::Invalid, ErrorKind::Forbidden] {
        let place = Place { refuses: Some(kind), ..Place::default() };
        assert_eq!(added(&stage, &place, "prod").await.unwrap(), []);
    }
    let events = stage.share.register.history::<Project>("reports").await.unwrap();
    let told: Vec<_> = events.iter().filter(|event| event.act.verb == "sub ignore").collect();
    assert_eq!(told.len(), 3);
    let told = told[0].act.reason.as_deref().unwrap();
    assert!(told.contains("environment prod") && told.contains("nothing is told of project reports"), "{told}");
    let away = Place { refuses: Some(ErrorKind::Unavailable), ..Place::default() };
    assert_eq!(added(&stage, &away, "prod").await.unwrap_err().kind(), ErrorKind::Unavailable);
    assert_eq!(all(&stage).await, []);
}
