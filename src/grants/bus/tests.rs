//! What is sent, and what a service that refuses a part of it says.

use serde_json::{Value, json};

use super::*;
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
