//! What is granted is a catalog of its environment's function, and of no other's: found by its name, gone with its secret.

use std::collections::BTreeMap;
use std::time::Duration;

use connector_core::{Error, ErrorKind, TableName};
use glaux::config::{Catalogs, Config, Granted, SecretsConfig};
use glaux::handler::Handler;
use glaux::local::servers::Product;
use glaux::protocol::{GetTableRequest, Identity, Request, Version};

use crate::places::{Place, TABLES};
use crate::stage::{PROD, SOURCE, Stage};

const HOUR: Duration = Duration::from_hours(1);

/// The function of an environment, which believes a secret for so long.
pub fn function(stage: &Stage, environment: &str, ttl: Duration) -> Handler {
    let folder = Some(stage.folder.path().join("secrets"));
    let secrets = SecretsConfig { folder, ttl, ..SecretsConfig::default() };
    Handler::new(Config::of(Catalogs::only_granted(Granted::to(environment, "glaux")), secrets)).unwrap()
}

/// The shop's tables that Athena is shown of a catalog.
pub async fn shown(function: &Handler, place: &Place, catalog: &str) -> Result<Vec<&'static str>, Error> {
    let mut shown = Vec::new();
    for (schema, table, _) in &TABLES[..3] {
        let request = Request::GetTable(GetTableRequest {
            identity: Identity::default(),
            query_id: "q".into(),
            catalog: catalog.into(),
            table: TableName::new(place.named(schema), *table),
            passthrough: BTreeMap::new(),
        });
        match function.handle(&request.encode(Version::default()).unwrap()).await {
            Ok(_) => shown.push(*table),
            Err(error) if is_of_the_table(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(shown)
}

/// Whether it is the table that is not there, or not for us, rather than the catalog.
fn is_of_the_table(error: &Error) -> bool {
    let (is_refused, told) = (matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Forbidden), error.to_string());
    is_refused && !told.contains("granted to") && !told.contains("reading secret")
}

pub async fn two_environments_read_their_own_by_one_name(place: Place) {
    let stage = Stage::new(place).await;
    stage.approved(PROD, SOURCE, "orders", None).await;
    stage.approved("test", SOURCE, "customers", None).await;
    stage.reconcile(PROD, SOURCE).await;
    stage.reconcile("test", SOURCE).await;
    let (prod, test) = (function(&stage, PROD, HOUR), function(&stage, "test", HOUR));
    for _ in 0..2 {
        assert_eq!(shown(&prod, &stage.place, SOURCE).await.unwrap(), ["orders"]);
        assert_eq!(shown(&test, &stage.place, SOURCE).await.unwrap(), ["customers"]);
    }
    let own = format!("SHOP-DB@{}", PROD.to_uppercase());
    assert_eq!(shown(&prod, &stage.place, &own).await.unwrap(), ["orders"]);
    let elsewhere =
        ["test/shop-db", "../test/shop-db", "glaux/test/shop-db", "shop-db@test", "sources/shop-db", "other-db"];
    for name in elsewhere {
        let error = shown(&prod, &stage.place, name).await.unwrap_err();
        assert!(error.kind() == ErrorKind::NotFound && error.to_string().contains("[\"shop-db\"]"), "{name}: {error}");
    }
    let checked = test.check(SOURCE).await.unwrap();
    assert_eq!((checked.engine.as_str(), checked.tables), (stage.place.engine, 1));
}

pub async fn a_rotation_is_followed_and_a_revocation_too(place: Place) {
    let stage = Stage::new(place).await;
    let orders = stage.approved(PROD, SOURCE, "orders", None).await;
    stage.reconcile(PROD, SOURCE).await;
    let (believes, doubts) = (function(&stage, PROD, HOUR), function(&stage, PROD, Duration::ZERO));
    for function in [&believes, &doubts] {
        assert_eq!(shown(function, &stage.place, SOURCE).await.unwrap(), ["orders"]);
    }
    for _ in 0..2 {
        stage.grants.rotate(&Stage::task("rotation")).await.unwrap();
        stage.reconcile(PROD, SOURCE).await;
        // From then on the user before is no more, nor are its sessions: what was believed is read again.
        stage.pass(Duration::from_mins(21));
        stage.reconcile(PROD, SOURCE).await;
        for function in [&believes, &doubts] {
            assert_eq!(shown(function, &stage.place, SOURCE).await.unwrap(), ["orders"]);
        }
    }
    stage.revoke(&orders.id).await;
    stage.reconcile(PROD, SOURCE).await;
    let error = shown(&doubts, &stage.place, SOURCE).await.unwrap_err();
    assert!(error.kind() == ErrorKind::NotFound && error.to_string().contains("none is known"), "{error}");
    // It still believes, and is let in nowhere.
    let error = shown(&believes, &stage.place, SOURCE).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Unauthenticated), "{error}");
}

#[tokio::test]
async fn two_environments_read_their_own_by_one_name_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    two_environments_read_their_own_by_one_name(place).await;
}

#[tokio::test]
async fn two_environments_read_their_own_by_one_name_on_mariadb() {
    let Some(place) = Place::mysql(Product::MariaDb).await else { return };
    two_environments_read_their_own_by_one_name(place).await;
}

#[tokio::test]
async fn a_rotation_is_followed_and_a_revocation_too_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    a_rotation_is_followed_and_a_revocation_too(place).await;
}

#[tokio::test]
async fn a_rotation_is_followed_and_a_revocation_too_on_mysql() {
    let Some(place) = Place::mysql(Product::MySql).await else { return };
    a_rotation_is_followed_and_a_revocation_too(place).await;
}
