//! What owners say of assets and whose these become, who is reminded of what waits, and who has a grant made right.

use connector_core::TableName;

use super::*;

const ORDERS: &str = "shop-db.shop.orders";

impl Stage {
    async fn asset(&self, id: &str) -> Asset {
        self.share.register.get::<Asset>(id).await.unwrap().record
    }
}

#[tokio::test]
async fn an_owner_describes_an_asset_and_nobody_else() {
    let stage = Stage::new().await;
    let events = stage.share.describe(&caller("olga"), ORDERS, " every order ").await.unwrap();
    assert_eq!((events.len(), events[0].act.verb.as_str(), events[0].version), (1, "asset describe", 2));
    assert!(stage.share.describe(&caller("otto"), ORDERS, "every order").await.unwrap().is_empty());
    assert_eq!(kind(stage.share.describe(&caller("eve"), ORDERS, "mine").await), ErrorKind::Forbidden);
    assert_eq!(kind(stage.share.describe(&caller("otto"), ORDERS, "a\0b").await), ErrorKind::Invalid);
    assert_eq!(kind(stage.share.describe(&caller("otto"), "shop-db.shop.none", "x").await), ErrorKind::NotFound);
    assert_eq!(stage.asset(ORDERS).await.description.as_deref(), Some("every order"));
    stage.share.describe(&caller("otto"), ORDERS, "").await.unwrap();
    assert_eq!(stage.asset(ORDERS).await.description, None);
    assert_eq!(stage.share.register.verify().await.unwrap(), []);
}

#[tokio::test]
async fn an_asset_that_nobody_reads_is_handed_over_and_its_source_is_not() {
    let stage = Stage::new().await;
    let hand = async |person: &str, project: &str| stage.share.hand_over(&caller(person), ORDERS, project).await;
    let asked = stage.requested(&["orders"]).await;
    assert_eq!(kind(hand("olga", "others").await), ErrorKind::Conflict);
    stage.share.deny(&caller("otto"), &asked.id, "later").await.unwrap();
    assert_eq!(kind(hand("eve", "others").await), ErrorKind::Forbidden);
    assert_eq!(kind(hand("olga", "nobodys").await), ErrorKind::NotFound);
    assert!(hand("olga", "shop").await.unwrap().is_empty());
    stage.share.describe(&caller("olga"), ORDERS, "every order").await.unwrap();
    assert_eq!(hand("olga", "others").await.unwrap().len(), 1);
    assert_eq!(stage.asset(ORDERS).await.owner, "others");
    assert_eq!(kind(hand("olga", "shop").await), ErrorKind::Forbidden, "it is theirs no more");

    let asked = stage.requested(&["orders"]).await;
    assert_eq!(asked.owner, "others");
    assert_eq!(kind(stage.share.approve(&caller("otto"), &asked.id, &Approval::default()).await), ErrorKind::Forbidden);
    stage.share.approve(&caller("eve"), &asked.id, &Approval::default()).await.unwrap();
    assert_eq!(kind(hand("eve", "shop").await), ErrorKind::Conflict, "mia reads it");

    let mut columns = stage.asset(ORDERS).await.columns;
    columns.truncate(1);
    let found = Found { name: TableName::new("shop", "orders"), columns };
    let looked = |name: &TableName| name.table == "orders";
    let (_, changes) = stage.share.map(&caller("olga"), "shop-db", &[found], &looked).await.unwrap();
    assert_eq!(
        changes.iter().map(|(asset, change)| (asset.id.as_str(), *change)).collect::<Vec<_>>(),
        [(ORDERS, Change::Changed)]
    );
    let asset = stage.asset(ORDERS).await;
    assert_eq!((asset.owner.as_str(), asset.description.as_deref()), ("others", Some("every order")));

    stage.share.close(&caller("eve"), "theirs").await.unwrap();
    let archived = stage.share.archive(&caller("eve"), "others").await.unwrap_err();
    assert!(archived.to_string().contains("still has asset shop-db.shop.orders"), "{archived}");
    stage.share.retire(&caller("olga"), "shop-db").await.unwrap();
    assert_eq!(stage.read(&asked.id).await.record.state, SubscriptionState::Ending);
    assert!(!stage.asset(ORDERS).await.published);
    stage.share.archive(&caller("eve"), "others").await.unwrap();
    assert_eq!(stage.share.register.verify().await.unwrap(), []);
}

#[tokio::test]
async fn who_asks_reminds_and_who_may_decide_is_named() {
    let stage = Stage::new().await;
    let asked = stage.requested(&["orders"]).await;
    assert_eq!(stage.share.deciders(&asked).await.unwrap(), ["olga", "otto"]);
    for stranger in ["otto", "eve"] {
        assert_eq!(kind(stage.share.remind(&caller(stranger), &asked.id).await), ErrorKind::Forbidden);
    }
    let done = stage.share.remind(&caller("max"), &asked.id).await.unwrap();
    assert_eq!((done.events.len(), done.events[0].version, &done.subscription), (1, 1, &asked));
    assert_eq!(stage.read(&asked.id).await.record, asked);
    let instant = Duration::from_millis(1);
    for passed in [Duration::ZERO, DAY.saturating_sub(instant)] {
        stage.pass(passed);
        let again = stage.share.remind(&caller("mia"), &asked.id).await.unwrap_err();
        assert!(again.kind() == ErrorKind::Conflict && again.to_string().contains("by max"), "{again}");
        assert!(again.hint_text().unwrap().contains(&start().after(DAY).to_string()));
    }
    stage.pass(instant);
    stage.share.remind(&caller("mia"), &asked.id).await.unwrap();
    let own = stage.share.request(&caller("olga"), &asking(&["customers"])).await.unwrap().subscription;
    assert_eq!(stage.share.deciders(&own).await.unwrap(), ["otto"], "nobody decides on their own");
    stage.share.approve(&caller("otto"), &asked.id, &Approval::default()).await.unwrap();
    assert_eq!(kind(stage.share.remind(&caller("mia"), &asked.id).await), ErrorKind::Conflict);
    let expected = [
        "mia request create",
        "otto request remind refused",
        "eve request remind refused",
        "max request remind",
        "mia request remind",
        "otto request approve",
    ];
    assert_eq!(stage.verbs(&asked.id).await, expected);
    assert_eq!(stage.share.register.verify().await.unwrap(), []);
}

#[tokio::test]
async fn owners_of_either_side_have_a_grant_made_right_until_it_is_over() {
    let stage = Stage::new().await;
    let asked = stage.requested(&["orders"]).await;
    let retry = async |person: &str| stage.share.retry(&caller(person), &asked.id).await;
    assert_eq!(kind(retry("otto").await), ErrorKind::Conflict, "nothing was granted yet");
    stage.share.approve(&caller("otto"), &asked.id, &Approval::default()).await.unwrap();
    for stranger in ["eve", "mia"] {
        assert_eq!(kind(retry(stranger).await), ErrorKind::Forbidden);
    }
    assert_eq!(retry("rita").await.unwrap().source, "shop-db");
    stage.share.revoke(&caller("otto"), &asked.id, "over").await.unwrap();
    assert_eq!(retry("otto").await.unwrap().state, SubscriptionState::Ending, "what is left is to be taken away");
    stage.set::<Subscription>(&asked.id, |it| it.state = SubscriptionState::Closed).await;
    assert_eq!(kind(retry("otto").await), ErrorKind::Conflict);
    assert_eq!(stage.verbs(&asked.id).await.iter().filter(|verb| verb.ends_with("sub retry refused")).count(), 2);
}
