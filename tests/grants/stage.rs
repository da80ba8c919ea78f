//! A register with a shop and those who ask it for tables, over a place.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use connector_core::{Casing, Connection, Credential, Logins, Result, Settings, TableName};
use glaux::config::SecretsConfig;
use glaux::grants::{Grants, Step, Task, Timing};
use glaux::register::{
    Act, Asset, AssetState, By, Clock, Column, Environment, EnvironmentState, Grant, Membership, Place as Where,
    Project, ProjectState, Record, Register, Scope, Source, SourceState, Sqlite, Subscription, Time, Write,
};
use glaux::secrets::keeper::Folder;
use glaux::secrets::{Keeper, Login, Names, login_of, text_of};
use glaux::share::{Approval, Asking, Caller, Share, asset_id};
use tempfile::TempDir;

use crate::places::{Place, TABLES};

/// A clock that stands still until it is moved.
pub struct Stopped(Mutex<Time>);

impl Clock for Stopped {
    fn now(&self) -> Time {
        *self.0.lock().unwrap()
    }
}

/// What a story needs.
pub struct Stage {
    pub place: Place,
    pub register: Register,
    pub share: Share,
    pub grants: Grants,
    pub keeper: Arc<dyn Keeper>,
    pub folder: TempDir,
    clock: Arc<Stopped>,
}

pub const SOURCE: &str = "shop-db";
/// Upper case, a hyphen, and as long as DataZone's.
pub const PROD: &str = "Reports-Prod_0123456789abcdef0123456";

impl Stage {
    pub async fn new(place: Place) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(&folder.path().join("register")).await.unwrap();
        let clock = Arc::new(Stopped(Mutex::new("2030-01-31T12:00:00Z".parse().unwrap())));
        let register = Register::new(Arc::new(store), clock.clone());
        let keeper: Arc<dyn Keeper> = Arc::new(Folder::new(folder.path().join("secrets"), Duration::from_hours(168)));
        let grants = Self::grants_of(&register, keeper.clone(), &folder.path().join("secrets"));
        let share = Share::new(register.clone());
        let stage = Self { place, register, share, grants, keeper, folder, clock };
        stage.fill().await;
        stage
    }

    fn grants_of(register: &Register, keeper: Arc<dyn Keeper>, folder: &Path) -> Grants {
        let secrets = SecretsConfig { folder: Some(folder.to_owned()), ..SecretsConfig::default() };
        let domain = folder.display().to_string();
        let timing = Timing { pause: Duration::from_millis(5), ..Timing::default() };
        Grants::new(register.clone(), keeper, secrets, Names::new("glaux").unwrap(), &domain, timing)
    }

    /// The same with another keeper of secrets in between.
    pub fn grants_with(&self, keeper: Arc<dyn Keeper>) -> Grants {
        Self::grants_of(&self.register, keeper, &self.folder.path().join("secrets"))
    }

    async fn fill(&self) {
        let project = |id: &str, owner: &str| Project {
            id: id.into(),
            members: BTreeMap::from([(owner.to_owned(), Membership::Owner)]),
            state: ProjectState::Active,
        };
        self.add(&project("shop", "olga")).await;
        self.add(&project("reports", "rita")).await;
        for id in [PROD, "test"] {
            let (place, state) = (Where::Local, EnvironmentState::Active);
            self.add(&Environment { id: id.into(), project: "reports".into(), place, state }).await;
        }
        self.add_source(SOURCE, &self.place).await;
    }

    /// One more source, with the shop's tables as its assets.
    pub async fn add_source(&self, id: &str, place: &Place) {
        let administrator = format!("sources/{id}");
        self.keeper.propose(&administrator, 1, &text_of(&place.administrator).unwrap()).await.unwrap();
        self.keeper.promote(&administrator, 1).await.unwrap();
        let (engine, url, state) = (place.engine.to_owned(), place.url.clone(), SourceState::Ready);
        self.add(&Source { id: id.into(), owner: "shop".into(), engine, url, administrator, state }).await;
        for (schema, table, columns) in TABLES {
            self.add_asset(id, &place.named(schema), table, columns).await;
        }
    }

    pub async fn add_asset(&self, source: &str, schema: &str, table: &str, columns: &[&str]) {
        let column = |name: &&str| Column { name: (*name).to_owned(), data_type: "varchar".into(), comment: None };
        let asset = Asset {
            id: asset_id(source, schema, table),
            source: source.into(),
            owner: "shop".into(),
            schema: schema.into(),
            table: table.into(),
            columns: columns.iter().map(column).collect(),
            description: None,
            published: true,
            state: AssetState::Present,
        };
        self.add(&asset).await;
    }

    async fn add<R: Record>(&self, record: &R) {
        let act = Act { actor: "setup".into(), verb: "add".into(), request: "test".into(), ..Act::default() };
        self.register.write(&act, &[Write::create(record).unwrap()]).await.unwrap();
    }

    /// A table asked for by rita and granted by olga, not more.
    pub async fn approved(
        &self,
        environment: &str,
        source: &str,
        table: &str,
        columns: Option<&[&str]>,
    ) -> Subscription {
        let columns = columns.map(|columns| columns.iter().map(ToString::to_string).collect());
        self.approved_until(environment, source, table, columns, None).await
    }

    pub async fn approved_until(
        &self,
        environment: &str,
        source: &str,
        table: &str,
        columns: Option<Vec<String>>,
        until: Option<Time>,
    ) -> Subscription {
        let asking = Asking {
            consumer: "reports".into(),
            environment: environment.into(),
            assets: vec![(self.asset(source, table).await, columns)],
            purpose: "a monthly report".into(),
            until,
        };
        let asked = self.share.request(&caller("rita"), &asking).await.unwrap().subscription;
        self.share.approve(&caller("olga"), &asked.id, &Approval::default()).await.unwrap().subscription
    }

    async fn asset(&self, source: &str, table: &str) -> String {
        let mut all = self.register.list::<Asset>(&By::Kind).await.unwrap().into_iter().map(|read| read.record);
        all.find(|asset| asset.source == source && asset.table == table).unwrap().id
    }

    pub async fn revoke(&self, id: &str) {
        self.share.revoke(&caller("olga"), id, "it is over").await.unwrap();
    }

    pub async fn reconcile(&self, environment: &str, source: &str) -> Grant {
        self.grants.reconcile(environment, source, "test").await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Does these steps in their order as one worker, who remembers nothing but what it has seen at the source.
    pub async fn walk(grants: &Grants, steps: impl IntoIterator<Item = Step>, task: &Task) -> Result<()> {
        let mut survey = None;
        for step in steps {
            let seen = grants.step(step, task, survey.as_ref()).await?;
            survey = seen.or(survey);
        }
        Ok(())
    }

    pub async fn grant(&self, environment: &str, source: &str) -> Grant {
        self.register.get::<Grant>(&Grant::id_of(environment, source)).await.unwrap().record
    }

    pub async fn subscription(&self, id: &str) -> Subscription {
        self.register.get::<Subscription>(id).await.unwrap().record
    }

    /// What the secret of a grant says: of its generation, or the one in force.
    pub async fn login(&self, grant: &Grant) -> Credential {
        let name = format!("glaux/{}/{}", grant.environment, grant.source);
        let text = self.keeper.read(&name, grant.generation).await.unwrap().expect("a secret");
        match login_of(&name, &text, Logins::Users).unwrap() {
            Login::User(login) => login,
            Login::Principal(_) => panic!("no user"),
        }
    }

    /// A session of whoever reads.
    pub async fn enter(&self, place: &Place, login: &Credential) -> Result<Box<dyn Connection>> {
        let settings = Settings { casing: Casing::None, ..Settings::default() };
        let endpoint = place.connector().endpoint(&place.url).unwrap();
        place.connector().connect(&endpoint, login, &settings).await
    }

    /// The columns of each of the shop's tables that a login may read, at the source itself.
    pub async fn readable(&self, place: &Place, login: &Credential) -> Vec<(String, Vec<String>)> {
        let mut session = self.enter(place, login).await.unwrap_or_else(|error| panic!("{error}"));
        let mut readable = Vec::new();
        for (schema, table, _) in TABLES {
            if let Ok(found) = session.table(&TableName::new(place.named(schema), table)).await {
                let mut columns: Vec<String> = found.columns.into_iter().map(|column| column.remote_name).collect();
                columns.sort();
                readable.push((table.to_owned(), columns));
            }
        }
        readable
    }

    /// Which of the users that this register could ever have made are at a server.
    pub async fn users(&self, place: &Place) -> Vec<String> {
        let access = place.connector().access().unwrap();
        let endpoint = place.connector().endpoint(&place.url).unwrap();
        let mut administrator =
            connector_core::Administrator::enter(access, &endpoint, &place.administrator, "glaux-test").await.unwrap();
        let mut there = Vec::new();
        for environment in [PROD, "test"] {
            for source in [SOURCE, "other-db"] {
                for generation in [1, 2] {
                    let user = self.grants.user(&Grant::new(environment, source), generation);
                    if administrator.look(&user).await.unwrap().is_there {
                        there.push(user);
                    }
                }
            }
        }
        there
    }

    pub fn task(holder: &str) -> Task {
        Task { environment: PROD.into(), source: SOURCE.into(), holder: holder.into(), cause: "test".into() }
    }

    pub fn pass(&self, time: Duration) -> Time {
        let mut now = self.clock.0.lock().unwrap();
        *now = now.after(time);
        *now
    }
}

pub fn caller(actor: &str) -> Caller {
    Caller { actor: actor.into(), request: "test".into() }
}

/// What a grant says of tables, without their schemas.
pub fn tables(scopes: &[Scope]) -> Vec<&str> {
    scopes.iter().map(|scope| scope.table.as_str()).collect()
}
