//! A server that cannot show who it is, or wants to be talked to in clear: nobody is granted anything there, and it is told why,
//! unless its own URL says that it is to be so.

use std::time::Duration;

use connector_core::ErrorKind;
use glaux::grants::Step;
use glaux::local::servers::Product;
use glaux::register::{GrantState, SubscriptionState};

use crate::places::Place;
use crate::stage::{PROD, SOURCE, Stage};
use crate::support::clear::Clear;

/// Refused, told, tried again, and granted once the server offers TLS.
pub async fn a_server_without_tls_is_granted_nothing(mut place: Place) {
    let direct = place.url.clone();
    let clear = Clear::before(place.server(), place.engine).await;
    place = place.through(clear.port);
    let mut stage = Stage::new(place).await;
    let orders = stage.approved(PROD, SOURCE, "orders", None).await;
    let error = stage.grants.reconcile(PROD, SOURCE, "test").await.unwrap_err();
    assert!(error.kind() == ErrorKind::Invalid && error.to_string().contains("does not offer TLS"), "{error}");
    let grant = stage.grant(PROD, SOURCE).await;
    assert_eq!((grant.generation, grant.observed.clone(), grant.failures), (0, None, 1));
    assert_eq!(grant.error.as_deref(), Some(error.to_string().as_str()));
    assert_eq!(stage.subscription(&orders.id).await.state, SubscriptionState::Approved);
    let through = std::mem::replace(&mut stage.place.url, direct);
    assert!(stage.users(&stage.place).await.is_empty() && !stage.keeper.is_kept(&secret()).await.unwrap());
    // Whatever step it is that reaches the server: nobody logs in in clear.
    for step in [Step::Intake, Step::Lease] {
        stage.grants.step(step, &Stage::task("one"), None).await.unwrap();
    }
    let refused = stage.grants.step(Step::Apply, &Stage::task("one"), None).await.unwrap_err();
    assert!(refused.to_string().contains("does not offer TLS"), "{refused}");
    clear.strips(false);
    stage.place.url = through;
    stage.pass(Duration::from_mins(6));
    let done = stage.grants.look_after("clock").await.unwrap();
    assert_eq!(done.grants[0].1.as_ref().unwrap().state, GrantState::Present);
    let login = stage.login(&stage.grant(PROD, SOURCE).await).await;
    assert_eq!(stage.readable(&stage.place, &login).await.len(), 1);
}

/// Whoever writes into the URL that the way is in clear has it so, and only so.
pub async fn a_server_without_tls_is_granted_where_its_url_says_so(mut place: Place, options: &str) {
    place.asks_for_no_tls().await;
    let clear = Clear::before(place.server(), place.engine).await;
    place.url = match place.url.split_once('?') {
        Some((server, _)) => format!("{server}?{options}"),
        None => format!("{};{options}", place.url),
    };
    let stage = Stage::new(place.through(clear.port)).await;
    let orders = stage.approved(PROD, SOURCE, "orders", None).await;
    let grant = stage.reconcile(PROD, SOURCE).await;
    assert_eq!((grant.state, grant.verified, grant.error.as_deref()), (GrantState::Present, true, None));
    assert_eq!(stage.subscription(&orders.id).await.state, SubscriptionState::Active);
    let login = stage.login(&grant).await;
    assert_eq!(stage.readable(&stage.place, &login).await.len(), 1);
    stage.revoke(&orders.id).await;
    assert_eq!(stage.reconcile(PROD, SOURCE).await.state, GrantState::Absent);
    assert!(stage.users(&stage.place).await.is_empty());
}

/// Another authority's certificate is as good as none.
pub async fn a_server_with_another_certificate_is_granted_nothing(mut place: Place) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("other.crt");
    let other = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(&file, other.cert.pem()).unwrap();
    let (front, own) = place.url.rsplit_once('=').unwrap();
    assert!(front.ends_with("sslrootcert") || front.ends_with("sslCa"), "{front}");
    let direct = format!("{front}={own}");
    place.url = format!("{front}={}", file.display());
    let mut stage = Stage::new(place).await;
    stage.approved(PROD, SOURCE, "orders", None).await;
    let error = stage.grants.reconcile(PROD, SOURCE, "test").await.unwrap_err();
    assert!(error.to_string().contains("certificate"), "{error}");
    assert_eq!(stage.grant(PROD, SOURCE).await.error.as_deref(), Some(error.to_string().as_str()));
    stage.place.url = direct;
    assert!(stage.users(&stage.place).await.is_empty() && !stage.keeper.is_kept(&secret()).await.unwrap());
}

fn secret() -> String {
    format!("glaux/{PROD}/{SOURCE}")
}

#[tokio::test]
async fn a_server_without_tls_is_granted_nothing_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    a_server_without_tls_is_granted_nothing(place).await;
}

#[tokio::test]
async fn a_server_without_tls_is_granted_nothing_on_mariadb() {
    let Some(place) = Place::mysql(Product::MariaDb).await else { return };
    a_server_without_tls_is_granted_nothing(place).await;
}

#[tokio::test]
async fn a_server_without_tls_is_granted_nothing_on_mysql() {
    let Some(place) = Place::mysql(Product::MySql).await else { return };
    a_server_without_tls_is_granted_nothing(place).await;
}

#[tokio::test]
async fn a_server_without_tls_is_granted_where_its_url_says_so_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    a_server_without_tls_is_granted_where_its_url_says_so(place, "sslmode=disable").await;
}

/// As MariaDB's own driver spells it.
#[tokio::test]
async fn a_server_without_tls_is_granted_where_its_url_says_so_on_mariadb() {
    let Some(place) = Place::mysql(Product::MariaDb).await else { return };
    a_server_without_tls_is_granted_where_its_url_says_so(place, "sslMode=disable").await;
}

/// A password goes encrypted for the server's key all the same, which has to be asked for.
#[tokio::test]
async fn a_server_without_tls_is_granted_where_its_url_says_so_on_mysql() {
    let Some(place) = Place::mysql(Product::MySql).await else { return };
    let options = "sslMode=DISABLED&allowPublicKeyRetrieval=true";
    a_server_without_tls_is_granted_where_its_url_says_so(place, options).await;
}

#[tokio::test]
async fn a_server_with_another_certificate_is_granted_nothing_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    a_server_with_another_certificate_is_granted_nothing(place).await;
}

#[tokio::test]
async fn a_server_with_another_certificate_is_granted_nothing_on_mariadb() {
    let Some(place) = Place::mysql(Product::MariaDb).await else { return };
    a_server_with_another_certificate_is_granted_nothing(place).await;
}

#[tokio::test]
async fn a_server_with_another_certificate_is_granted_nothing_on_mysql() {
    let Some(place) = Place::mysql(Product::MySql).await else { return };
    a_server_with_another_certificate_is_granted_nothing(place).await;
}
