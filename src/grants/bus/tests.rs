//! What is sent, and what a service that refuses a part of it says.

use serde_json::{Value, json};

use super::*;
use crate::register::{Announced, Scope};
use crate::stand_ins::aws::{Answer, Asked, Service};

fn changed(number: usize) -> News {
    let [environment, source] = ["prod", "shop-db"].map(String::from);
    News::Changed(Changed { environment, source, cause: format!("event {number}") })
}

fn entries(asked: &Asked) -> Vec<Value> {
    let body: Value = serde_json::from_slice(&asked.body).unwrap();
    body["Entries"].as_array().unwrap().clone()
}

#[tokio::test]
async fn ten_at_once_are_sent_to_the_bus_that_is_named() {
    let service = Service::start(|asked| {
        let taken: Vec<Value> = entries(asked).iter().map(|_| json!({"EventId": "1"})).collect();
        Answer::Say(200, json!({"FailedEntryCount": 0, "Entries": taken}).to_string())
    })
    .await;
    let news: Vec<News> = (0..11).map(changed).collect();
    Bus::new(&service.aws(), Some("grants")).tell(&news).await.unwrap();
    let asked = service.asked();
    assert_eq!(asked.iter().map(|asked| entries(asked).len()).collect::<Vec<_>>(), [10, 1]);
    let last = &entries(&asked[1])[0];
    let [source, kind, bus] = ["Source", "DetailType", "EventBusName"].map(|key| last[key].as_str().unwrap());
    assert_eq!((source, kind, bus), ("glaux", "Grant Changed", "grants"));
    let detail: Value = serde_json::from_str(last["Detail"].as_str().unwrap()).unwrap();
    assert_eq!(detail, json!({"environment": "prod", "source": "shop-db", "cause": "event 10"}));
}

#[tokio::test]
async fn a_part_that_is_not_taken_is_an_error_that_says_why() {
    for (code, kind) in [
        ("ThrottlingException", ErrorKind::Throttled),
        ("NotAuthorizedForDetailTypeException", ErrorKind::Forbidden),
        ("InternalFailure", ErrorKind::Unavailable),
    ] {
        let service = Service::start(move |_| {
            let entries = json!([{"EventId": "1"}, {"ErrorCode": code, "ErrorMessage": "no"}]);
            Answer::Say(200, json!({"FailedEntryCount": 1, "Entries": entries}).to_string())
        })
        .await;
        let error = Bus::new(&service.aws(), None).tell(&[changed(1), changed(2)]).await.unwrap_err();
        assert_eq!(error.kind(), kind);
        let told = error.to_string();
        assert!(told.contains("event bus default") && told.contains(code), "{told}");
    }
    let denied = json!({"__type": "AccessDeniedException", "message": "no"}).to_string();
    let service = Service::start(move |_| Answer::Say(400, denied.clone())).await;
    let error = Bus::new(&service.aws(), None).tell(&[changed(1)]).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.hint_text()),
        (ErrorKind::Forbidden, Some("events:PutEvents on the bus is needed"))
    );
}

fn request() -> Subscription {
    let [id, owner, source, consumer, environment, requester, purpose] =
        ["sub-1", "shop", "shop-db", "reports", "prod", "mia", "a report"].map(String::from);
    let asked = vec![Scope { schema: "shop".into(), table: "orders".into(), columns: None }];
    Subscription {
        id,
        owner,
        source,
        consumer,
        environment,
        requester,
        purpose,
        asked,
        asked_until: None,
        lapses: Time::from_millis(0),
        decisions: Vec::new(),
        granted: Vec::new(),
        ends: None,
        state: SubscriptionState::Requested,
        reason: None,
        previous: None,
        origin: None,
        announced: None,
    }
}

/// All that is told of a subscription says in the same words which, and none says what for.
#[test]
fn what_is_told_of_a_subscription_says_which() {
    let (request, to) = (request(), vec!["olga".to_owned()]);
    let ends = Time::from_millis(1000);
    let announced = Subscription { announced: Some(Announced { ends, within_hours: 24 }), ..request.clone() };
    let over = SubscriptionState::Closed;
    let closed = Subscription { state: over, reason: Some("withdrawn".into()), ..request.clone() };
    let notice = |request: &Subscription| Notice { request: request.clone(), to: to.clone(), event: 7 };
    let about = |id: &str| {
        json!({"id": id, "subscription": "sub-1", "environment": "prod", "source": "shop-db", "consumer": "reports",
            "owner": "shop", "requester": "mia"})
    };
    for (news, kind, id, own) in [
        (
            News::Expiring(Expiring::of(&announced).unwrap()),
            "Subscription Expiring",
            "sub-1/1970-01-01T00:00:01Z/24",
            json!({"ends": "1970-01-01T00:00:01Z", "within_hours": 24}),
        ),
        (
            News::of(&notice(&request)),
            "Request Waiting",
            "sub-1/7",
            json!({"deciders": ["olga"], "lapses": "1970-01-01T00:00:00Z"}),
        ),
        (News::of(&notice(&closed)), "Request Closed", "sub-1/7", json!({"to": ["olga"], "reason": "withdrawn"})),
    ] {
        let mut expected = about(id);
        expected.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
        assert_eq!((news.kind(), serde_json::to_value(&news).unwrap()), (kind, expected));
    }
    assert_eq!(Expiring::of(&request), None);
}
