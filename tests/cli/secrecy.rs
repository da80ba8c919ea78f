//! Everything that the command line says and keeps while grants are made, mended, rotated and ended, searched for each password and
//! for what a database keeps in its place; as loud as it can be told.

use std::sync::Arc;
use std::time::Duration;

use connector_core::{Credential, Logins};
use glaux::local::servers::{MySql, Product};
use glaux::register::{Register, Sqlite, SystemClock};
use glaux::secrets::keeper::Folder;
use glaux::secrets::{Keeper, Login, login_of};
use glaux::share::{Caller, Share};

use crate::office::{Office, SHOP};
use crate::support::mysql;
use crate::support::postgres::{Database, database};
use crate::support::spelled::{Written, leaks};

/// A server with the shop, and who rules it.
enum Place {
    Postgres(Database),
    MySql(Box<MySql>, Credential),
}

impl Place {
    async fn mysql(product: Product) -> Option<Self> {
        let server = mysql::start(product).await?;
        server
            .load("CREATE DATABASE shop;\nCREATE TABLE shop.orders (id bigint PRIMARY KEY, total int);\n")
            .await
            .unwrap();
        let ruler = server.add_administrator("ruler", &["shop"]).await.unwrap();
        Some(Self::MySql(Box::new(server), ruler))
    }

    fn url(&self) -> String {
        match self {
            Self::Postgres(database) => database.url(),
            Self::MySql(server, _) => server.url(),
        }
    }

    fn ruler(&self) -> Credential {
        match self {
            Self::Postgres(database) => {
                Credential { user: database.user().into(), password: database.password().clone() }
            }
            Self::MySql(_, ruler) => ruler.clone(),
        }
    }

    async fn change_password(&self, user: &str) {
        match self {
            Self::Postgres(database) => {
                database.client().await.batch_execute(&format!("ALTER ROLE {user} PASSWORD 'other'")).await.unwrap();
            }
            Self::MySql(server, _) => {
                server.load(&format!("ALTER USER '{user}'@'%' IDENTIFIED BY 'Other-1';\n")).await.unwrap();
            }
        }
    }

    /// What is kept in place of a user's password.
    async fn kept(&self, user: &str) -> Vec<String> {
        match self {
            Self::Postgres(database) => {
                let query = format!("SELECT rolpassword FROM pg_authid WHERE rolname = '{user}'");
                let kept: String = database.client().await.query_one(&query, &[]).await.unwrap().get(0);
                kept.rsplit('$').next().unwrap().split(':').map(str::to_owned).collect()
            }
            Self::MySql(server, _) => {
                let query = format!("SELECT CAST(authentication_string AS CHAR) FROM mysql.user WHERE User = '{user}'");
                let kept = server.connect().await.unwrap().names(&query).await.unwrap().remove(0);
                // Behind a star, or behind a prefix and a salt.
                vec![kept.strip_prefix('*').map_or_else(|| kept[kept.len() - 43..].to_owned(), str::to_owned)]
            }
        }
    }
}

/// A story as it goes on: what was said, and what must not have been.
struct Told {
    office: Office,
    place: Place,
    written: Vec<Written>,
    secrets: Vec<String>,
}

impl Told {
    fn says(&mut self, person: &str, line: &str, input: &str) -> String {
        let ran = self.office.fed(person, &format!("{line} -vv"), input);
        assert_eq!(ran.code, 0, "{line}: {}{}", ran.stdout, ran.stderr);
        self.written.push(Written::new(format!("what {line:?} says"), format!("{}{}", ran.stdout, ran.stderr)));
        ran.stdout
    }

    /// Who reads in a generation, with what the database keeps of it.
    async fn knows(&mut self, generation: u64) -> Credential {
        let keeper = Folder::new(self.office.folder.path().join("store/secrets"), Duration::from_hours(1));
        let text = keeper.read("glaux/prod/shop-db", generation).await.unwrap().unwrap();
        let Login::User(login) = login_of("it", &text, Logins::Users).unwrap() else { panic!("no user") };
        self.secrets.push(login.password.expose().to_owned());
        self.secrets.extend(self.place.kept(&login.user).await);
        login
    }
}

async fn no_command_tells_a_password(place: Place) {
    let (url, ruler) = (place.url(), place.ruler());
    let mut told = Told { office: Office::new(), place, written: Vec::new(), secrets: Vec::new() };
    told.says("olga", "project add shop --owner @otto", "");
    told.says("rita", "project add reports --member @mia", "");
    told.says("rita", "env add prod --project reports", "");
    let add = format!("source add shop-db --url '{url}' --user {} --password-stdin", ruler.user);
    told.says("olga", &add, &format!("{}\n", ruler.password.expose()));
    told.says("olga", "asset map shop-db", "");
    told.says("olga", "asset publish --match 'shop-db.shop.*'", "");
    let asked = told.says("mia", "request create --env prod --purpose x --asset shop-db.shop.orders -o json", "");
    let asked: serde_json::Value = serde_json::from_str(asked.lines().next().unwrap()).unwrap();
    let id = asked["id"].as_str().unwrap().to_owned();
    told.says("otto", &format!("request approve {id}"), "");
    let login = told.knows(1).await;
    told.says("mia", "query --env prod --sql 'SELECT count(*) FROM \"shop-db\".shop.orders'", "");
    told.place.change_password(&login.user).await;
    told.says("otto", "grant repair --env prod", "");
    told.knows(1).await;
    told.says("otto", "grant rotate --env prod --source shop-db", "");
    told.knows(2).await;
    told.says("otto", "grant verify --all", "");
    told.says("mia", "creds show --env prod --source shop-db", "");
    // What somebody decided elsewhere is the worker's to do.
    let store = Sqlite::open(&told.office.register()).await.unwrap();
    let caller = Caller { actor: told.office.name("otto"), request: "elsewhere".into() };
    let share = Share::new(Register::new(Arc::new(store), Arc::new(SystemClock)));
    share.revoke(&caller, &id, "it is over").await.unwrap();
    told.says("otto", "worker --once", "");
    assert!(told.written.last().is_some() && told.office.json("mia", "grant list")[0]["state"] == "absent");
    told.says("auditor", "audit export", "");
    let Told { office, mut written, mut secrets, .. } = told;
    written.extend(Written::below(office.folder.path(), "secrets"));
    secrets.push(ruler.password.expose().to_owned());
    secrets.retain(|secret| secret.len() >= 20);
    secrets.sort();
    secrets.dedup();
    assert!(secrets.len() >= 5, "two passwords, what is kept of each, and of one once more: {}", secrets.len());
    assert_eq!(leaks(&secrets, &written), [""; 0]);
}

#[tokio::test]
async fn no_command_tells_a_password_of_postgresql() {
    let Some(database) = database(SHOP).await else { return };
    no_command_tells_a_password(Place::Postgres(database)).await;
}

#[tokio::test]
async fn no_command_tells_a_password_of_mariadb() {
    let Some(place) = Place::mysql(Product::MariaDb).await else { return };
    no_command_tells_a_password(place).await;
}

#[tokio::test]
async fn no_command_tells_a_password_of_mysql() {
    let Some(place) = Place::mysql(Product::MySql).await else { return };
    no_command_tells_a_password(place).await;
}
