//! Stories of passwords: kept before they are told, told to nobody else, and to no other server.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use connector_core::{Error, ErrorKind, Result, Secret};
use glaux::local::servers::Product;
use glaux::secrets::Keeper;

use crate::places::Place;
use crate::stage::{PROD, SOURCE, Stage};

/// A store of secrets that is away at one call, whichever it is: the password that is kept in the end is the one that logs in.
pub async fn a_secret_store_that_fails_anywhere_loses_no_password(place: Place) {
    let stage = Stage::new(place).await;
    for fails in 1.. {
        let keeper = Arc::new(Failing { keeper: stage.keeper.clone(), calls: AtomicUsize::new(0), fails });
        let grants = stage.grants_with(keeper.clone());
        let orders = stage.approved(PROD, SOURCE, "orders", None).await;
        let failed = grants.reconcile(PROD, SOURCE, "test").await.is_err();
        let grant = stage.reconcile(PROD, SOURCE).await;
        let login = stage.login(&grant).await;
        assert_eq!(stage.readable(&stage.place, &login).await.len(), 1, "failed at call {fails}");
        stage.revoke(&orders.id).await;
        stage.reconcile(PROD, SOURCE).await;
        assert!(stage.users(&stage.place).await.is_empty());
        if !failed {
            assert!(fails > 4 && keeper.calls.load(Ordering::SeqCst) < fails, "{fails}");
            return;
        }
    }
}

/// A keeper of which one call fails.
struct Failing {
    keeper: Arc<dyn Keeper>,
    calls: AtomicUsize,
    fails: usize,
}

impl Failing {
    fn call(&self) -> Result<()> {
        if self.calls.fetch_add(1, Ordering::SeqCst) + 1 == self.fails {
            return Err(Error::new(ErrorKind::Forbidden, "the store of secrets refuses"));
        }
        Ok(())
    }
}

#[async_trait]
impl Keeper for Failing {
    async fn propose(&self, name: &str, generation: u64, text: &Secret) -> Result<()> {
        self.call()?;
        self.keeper.propose(name, generation, text).await
    }

    async fn read(&self, name: &str, generation: u64) -> Result<Option<Secret>> {
        self.call()?;
        self.keeper.read(name, generation).await
    }

    async fn promote(&self, name: &str, generation: u64) -> Result<()> {
        self.call()?;
        self.keeper.promote(name, generation).await
    }

    async fn open_to(&self, name: &str, reader: Option<&str>) -> Result<()> {
        self.call()?;
        self.keeper.open_to(name, reader).await
    }

    async fn discard(&self, name: &str) -> Result<()> {
        self.call()?;
        self.keeper.discard(name).await
    }

    async fn is_kept(&self, name: &str) -> Result<bool> {
        self.call()?;
        self.keeper.is_kept(name).await
    }
}

/// Every file of the register, every event and every error, searched for every password that there ever was.
pub async fn no_password_is_anywhere_but_in_its_secret(place: Place) {
    let stage = Stage::new(place).await;
    let (mut logins, mut told) = (Vec::new(), String::new());
    for _ in 0..2 {
        let orders = stage.approved(PROD, SOURCE, "orders", None).await;
        logins.push(stage.login(&stage.reconcile(PROD, SOURCE).await).await);
        stage.grants.rotate(&Stage::task("rotation")).await.unwrap();
        logins.push(stage.login(&stage.reconcile(PROD, SOURCE).await).await);
        // Something goes wrong with the password in hand.
        let user = stage.place.quoted(&logins[logins.len() - 1].user);
        let verb = if stage.place.engine == "postgres" { "ALTER ROLE" } else { "DROP USER" };
        let more = if stage.place.engine == "postgres" { " NOLOGIN" } else { "" };
        stage.place.administrator().await.execute(&format!("{verb} {user}{more}")).await.unwrap();
        told += &format!("{:?}", stage.grants.look(PROD, SOURCE).await);
        told += &format!("{:?}", stage.grants.preview(PROD, SOURCE).await);
        stage.revoke(&orders.id).await;
        told += &format!("{:?}", stage.reconcile(PROD, SOURCE).await);
    }
    told += &format!("{:?}", stage.register.events(None).await.unwrap());
    let files = std::fs::read_dir(stage.folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<Vec<u8>> = files.filter(|path| path.is_file()).map(|path| std::fs::read(path).unwrap()).collect();
    assert!(files.len() > 1 && logins.len() == 4);
    for login in &logins {
        let password = glaux::secrets::revealed(&login.password);
        assert!(password.len() > 32 && !told.contains(&password));
        assert!(!files.iter().any(|file| file.windows(password.len()).any(|part| part == password.as_bytes())));
    }
}

/// A server that shows another certificate is told nothing.
pub async fn a_server_with_another_certificate_is_refused(mut place: Place) {
    let other = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(other.path().join("other.crt"), made.cert.pem()).unwrap();
    let stage = {
        let (before, authority) = place.url.rsplit_once('=').unwrap();
        let wrong = format!("{before}={}", other.path().join("other.crt").display());
        assert!(authority.ends_with("ca.crt"));
        let right = std::mem::replace(&mut place.url, wrong);
        let stage = Stage::new(place).await;
        stage.approved(PROD, SOURCE, "orders", None).await;
        let error = stage.grants.reconcile(PROD, SOURCE, "test").await.unwrap_err();
        assert!(error.to_string().contains("certificate"), "{error}");
        assert_eq!(stage.grant(PROD, SOURCE).await.generation, 0);
        (stage, right)
    };
    let (mut stage, right) = stage;
    stage.place.url = right;
    assert!(stage.users(&stage.place).await.is_empty());
}

#[tokio::test]
async fn a_secret_store_that_fails_anywhere_loses_no_password_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    a_secret_store_that_fails_anywhere_loses_no_password(place).await;
}

#[tokio::test]
async fn a_secret_store_that_fails_anywhere_loses_no_password_on_mariadb() {
    let Some(place) = Place::mysql(Product::MariaDb).await else { return };
    a_secret_store_that_fails_anywhere_loses_no_password(place).await;
}

#[tokio::test]
async fn a_secret_store_that_fails_anywhere_loses_no_password_on_mysql() {
    let Some(place) = Place::mysql(Product::MySql).await else { return };
    a_secret_store_that_fails_anywhere_loses_no_password(place).await;
}

#[tokio::test]
async fn no_password_is_anywhere_but_in_its_secret_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    no_password_is_anywhere_but_in_its_secret(place).await;
}

#[tokio::test]
async fn no_password_is_anywhere_but_in_its_secret_on_mariadb() {
    let Some(place) = Place::mysql(Product::MariaDb).await else { return };
    no_password_is_anywhere_but_in_its_secret(place).await;
}

#[tokio::test]
async fn no_password_is_anywhere_but_in_its_secret_on_mysql() {
    let Some(place) = Place::mysql(Product::MySql).await else { return };
    no_password_is_anywhere_but_in_its_secret(place).await;
}

#[tokio::test]
async fn a_server_with_another_certificate_is_refused_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    a_server_with_another_certificate_is_refused(place).await;
}

#[tokio::test]
async fn a_server_with_another_certificate_is_refused_on_mariadb() {
    let Some(place) = Place::mysql(Product::MariaDb).await else { return };
    a_server_with_another_certificate_is_refused(place).await;
}

#[tokio::test]
async fn a_server_with_another_certificate_is_refused_on_mysql() {
    let Some(place) = Place::mysql(Product::MySql).await else { return };
    a_server_with_another_certificate_is_refused(place).await;
}
