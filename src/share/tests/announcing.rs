//! Ends that are near, as the clock goes on.

use super::*;

const HOUR: Duration = Duration::from_hours(1);

impl Stage {
    async fn granted(&self, table: &str, ends: Option<Time>) -> String {
        let id = self.requested(&[table]).await.id;
        self.share.approve(&caller("otto"), &id, &Approval { until: ends, ..Approval::default() }).await.unwrap();
        id
    }

    /// What one look at the clock announces: ids, and how near it says the end is.
    async fn tick(&self) -> Vec<(String, u64)> {
        let nearing = self.share.nearing(&AHEAD).await.unwrap();
        let announced = self.share.announce(&Caller::clock("tick"), &nearing).await.unwrap();
        announced.into_iter().map(|it| (it.id.clone(), it.announced.unwrap().within_hours)).collect()
    }
}

#[tokio::test]
async fn an_end_is_announced_once_for_each_time_ahead() {
    let stage = Stage::new().await;
    let ends = start().after(DAY * 30);
    let id = stage.granted("orders", Some(ends)).await;
    stage.granted("customers", None).await;
    assert_eq!(stage.tick().await, []);
    stage.pass(HOUR * (23 * 24 - 1));
    assert_eq!(stage.tick().await, []);
    stage.pass(HOUR);
    assert_eq!(stage.tick().await, [(id.clone(), 168)]);
    stage.pass(DAY * 5);
    assert_eq!(stage.tick().await, []);
    stage.pass(DAY);
    assert_eq!(stage.tick().await, [(id.clone(), 24)]);
    assert_eq!(stage.tick().await, []);
    let announced: Vec<String> =
        stage.verbs(&id).await.into_iter().filter(|verb| verb == "glaux sub announced").collect();
    assert_eq!(announced.len(), 2);
    let events = stage.share.register.history::<Subscription>(&id).await.unwrap();
    let told = events[2].act.reason.as_deref().unwrap();
    assert_eq!(told, format!("it ends at {ends}, within 168 hours"));
    stage.pass(DAY);
    assert_eq!(stage.tick().await, [], "what is over is ended, not announced");
    assert_eq!(stage.share.expire(&Caller::clock("tick")).await.unwrap().len(), 1);
    assert_eq!(stage.share.register.verify().await.unwrap(), []);
}

/// Looked at late, an end is announced as near as it is, and the times that have passed are not made up for.
#[tokio::test]
async fn who_looks_late_tells_what_holds_and_an_end_that_moves_begins_anew() {
    let stage = Stage::new().await;
    let id = stage.granted("orders", Some(start().after(HOUR * 20))).await;
    assert_eq!(stage.tick().await, [(id.clone(), 24)]);
    assert_eq!(stage.tick().await, []);
    let later = Amendment::Until(Some(start().after(DAY * 6)));
    stage.share.amend(&caller("otto"), &id, &later, None).await.unwrap();
    assert_eq!(stage.tick().await, [(id.clone(), 168)]);
    stage.pass(DAY * 5);
    assert_eq!(stage.tick().await, [(id.clone(), 24)]);
    let for_good = Amendment::Until(None);
    stage.share.amend(&caller("otto"), &id, &for_good, None).await.unwrap();
    assert_eq!(stage.tick().await, []);
}

/// Whoever stops after telling and before writing it down tells it again; whoever writes second is told that it did not announce.
#[tokio::test]
async fn of_several_at_once_one_announces() {
    let stage = Stage::new().await;
    let id = stage.granted("orders", Some(start().after(DAY * 3))).await;
    let nearing = stage.share.nearing(&AHEAD).await.unwrap();
    assert_eq!(stage.share.nearing(&AHEAD).await.unwrap(), nearing, "nothing is written by looking");
    let clock = Caller::clock("tick");
    let (one, other) = tokio::join!(stage.share.announce(&clock, &nearing), stage.share.announce(&clock, &nearing));
    assert_eq!(one.unwrap().len() + other.unwrap().len(), 1);
    let late = stage.share.nearing(&AHEAD).await.unwrap();
    assert_eq!(late, []);
    stage.share.revoke(&caller("otto"), &id, "over").await.unwrap();
    assert_eq!(stage.share.announce(&clock, &nearing).await.unwrap(), [], "what has ended meanwhile is not announced");
}

/// One person with two roles is one person.
#[tokio::test]
async fn nobody_decides_on_their_own_request_by_another_role() {
    let stage = Stage::new().await;
    let [asks, decides, other] =
        ["111122223333/role/analyst/mia", "444455556666/role/owner/mia", "444455556666/role/owner/olga"];
    stage
        .set::<Project>("shop", |project| {
            project.members.extend([decides, other].map(|actor| (actor.to_owned(), Membership::Owner)));
        })
        .await;
    stage.set::<Project>("reports", |project| project.members.extend([(asks.to_owned(), Membership::Member)])).await;
    let asked = stage.share.request(&caller(asks), &asking(&["orders"])).await.unwrap().subscription;
    let sees = async |actor: &str| stage.share.sight(&caller(actor)).await.unwrap().is_to_decide(&asked);
    assert!(!sees(decides).await && sees(other).await);
    let refused = stage.share.approve(&caller(decides), &asked.id, &Approval::default()).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Forbidden);
    assert!(refused.to_string().contains(asks) && refused.to_string().contains(decides), "{refused}");
    stage.share.approve(&caller(other), &asked.id, &Approval::default()).await.unwrap();
}
