//! Who is told of a request, and that each is told once, wherever it stopped.

use super::*;

impl Stage {
    async fn untold(&self, id: &str) -> Option<Notice> {
        self.share.untold(id).await.unwrap()
    }

    async fn tell(&self, person: &str, notice: &Notice) -> usize {
        self.share.told(&caller(person), notice).await.unwrap().len()
    }
}

#[tokio::test]
async fn who_had_it_to_decide_is_told_once_that_it_was_withdrawn() {
    let stage = Stage::new().await;
    let asked = stage.requested(&["orders"]).await;
    assert_eq!(stage.untold(&asked.id).await, None);
    assert!(stage.share.sight(&caller("otto")).await.unwrap().is_to_decide(&asked));
    let done = stage.share.withdraw(&caller("mia"), &asked.id).await.unwrap();
    assert!(!stage.share.sight(&caller("otto")).await.unwrap().is_to_decide(&done.subscription));
    let to = vec!["olga".to_owned(), "otto".to_owned()];
    let notice = Notice { request: done.subscription, to, event: done.events[0].number };
    // Whoever stops before it is told is refused the next time, and finds it untold.
    for _ in 0..2 {
        assert_eq!(stage.untold(&asked.id).await.as_ref(), Some(&notice));
        assert_eq!(kind(stage.share.withdraw(&caller("mia"), &asked.id).await), ErrorKind::Conflict);
    }
    assert_eq!(stage.tell("mia", &notice).await, 1);
    assert_eq!((stage.tell("max", &notice).await, stage.untold(&asked.id).await), (0, None));
    let approved = stage.share.approve(&caller("otto"), &asked.id, &Approval::default()).await.unwrap_err();
    assert_eq!(approved.kind(), ErrorKind::Conflict);
    assert!(approved.to_string().contains("closed (withdrawn), so there is nothing to approve"), "{approved}");
    assert_eq!(stage.verbs(&asked.id).await, ["mia request create", "mia request withdraw", "mia request told"]);
    assert_eq!(stage.share.register.verify().await.unwrap(), []);
}

#[tokio::test]
async fn whoever_asked_is_told_of_a_denial_and_of_what_was_granted_nobody_is() {
    let stage = Stage::new().await;
    let denied = stage.requested(&["orders"]).await.id;
    stage.share.deny(&caller("otto"), &denied, "later").await.unwrap();
    let notice = stage.untold(&denied).await.unwrap();
    assert_eq!(notice.to, ["mia"]);
    assert_eq!(notice.request.reason.as_deref(), Some("denied"));
    assert_eq!((stage.tell("otto", &notice).await, stage.untold(&denied).await), (1, None));
    let granted = stage.requested(&["customers"]).await.id;
    stage.share.remind(&caller("mia"), &granted).await.unwrap();
    stage.share.approve(&caller("otto"), &granted, &Approval::default()).await.unwrap();
    assert_eq!(stage.untold(&granted).await, None, "it waits no more");
    stage.share.leave(&caller("mia"), &granted).await.unwrap();
    assert_eq!(stage.untold(&granted).await, None);
    assert_eq!(kind(stage.share.untold("sub-none").await), ErrorKind::NotFound);
}

#[tokio::test]
async fn what_came_meanwhile_is_told_though_what_was_before_is_told_late() {
    let stage = Stage::new().await;
    let asked = stage.requested(&["orders"]).await.id;
    stage.share.remind(&caller("max"), &asked).await.unwrap();
    let waits = stage.untold(&asked).await.unwrap();
    assert_eq!((waits.request.state, waits.to.len()), (SubscriptionState::Requested, 2));
    stage.share.withdraw(&caller("rita"), &asked).await.unwrap();
    assert_eq!(stage.tell("max", &waits).await, 0, "it is not that which is to be told by now");
    let withdrawn = stage.untold(&asked).await.unwrap();
    assert!(withdrawn.event > waits.event);
    assert_eq!((stage.tell("rita", &withdrawn).await, stage.untold(&asked).await), (1, None));
}
