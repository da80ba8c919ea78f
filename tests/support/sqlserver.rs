//! A SQL Server by URL, as the connector's own tests read it; and a database that one test has for itself.

use connector_core::{Administration, Connector, Credential, Secret};
use tokio::sync::Mutex;

use glaux::connectors;

/// A server copies its model database for a new one, and does so for one at a time.
static CREATING: Mutex<()> = Mutex::const_new(());

/// The password of every administrator of a database.
const PASSWORD: &str = "Administrator-1";

/// A database whose owner may make logins, and is no sysadmin.
#[derive(Debug)]
pub struct Database {
    /// Where it is.
    pub url: String,
    /// Its owner, who may rule logins, too.
    pub owner: Credential,
    /// Who rules the server.
    pub ruler: Credential,
    pub name: String,
    server: Given,
}

/// `TEST_SQLSERVER_URL` in parts: the host, the user and the password, which stand in no URL of ours, and all other options.
#[derive(Clone, Debug)]
pub struct Given {
    host: String,
    pub user: String,
    password: Secret,
    pub database: String,
    options: Vec<String>,
}

/// A new database, or none and a printed reason.
pub async fn database() -> Option<Database> {
    let Ok(url) = std::env::var("TEST_SQLSERVER_URL") else {
        let how = "jdbc:sqlserver://host:1433;databaseName=…;user=…;password=…;sslrootcert=…";
        super::skip("sqlserver", &format!("needs SQL Server: set TEST_SQLSERVER_URL={how}"));
        return None;
    };
    let server = Given::parse(&url);
    let name = format!("stories_{}", uuid::Uuid::new_v4().simple());
    let owner = format!("ruler_{name}");
    let ruler = Credential { user: server.user.clone(), password: server.password.clone() };
    let mut session = server.enter(&ruler).await;
    let _one = CREATING.lock().await;
    for statement in [
        format!("CREATE DATABASE [{name}]"),
        format!("CREATE LOGIN [{owner}] WITH PASSWORD = N'{PASSWORD}'"),
        format!("ALTER AUTHORIZATION ON DATABASE::[{name}] TO [{owner}]"),
        in_master(&format!(
            "GRANT ALTER ANY LOGIN, ALTER ANY CONNECTION, VIEW ANY DEFINITION, VIEW SERVER STATE TO [{owner}]"
        )),
    ] {
        session.execute(&statement).await.unwrap_or_else(|error| panic!("{error}: {statement}"));
    }
    let owner = Credential { user: owner, password: Secret::new(PASSWORD) };
    Some(Database { url: server.url(&name), owner, ruler, name, server })
}

/// Rights of the server are given in its first database only.
fn in_master(statement: &str) -> String {
    format!("EXEC master.sys.sp_executesql N'{statement}'")
}

fn connector() -> &'static dyn Connector {
    connectors::find("sqlserver").unwrap()
}

impl Given {
    /// Takes a URL apart.
    pub fn parse(url: &str) -> Self {
        let (host, options) = url.split_once(';').unwrap_or((url, ""));
        let mut given = Self {
            host: host.into(),
            user: String::new(),
            password: Secret::new(""),
            database: "master".into(),
            options: Vec::new(),
        };
        for option in options.split(';').filter(|option| !option.is_empty()) {
            let (key, value) = option.split_once('=').unwrap_or((option, ""));
            match key.to_ascii_lowercase().as_str() {
                "user" => given.user = value.into(),
                "password" => given.password = Secret::new(value),
                "databasename" | "database" => given.database = value.into(),
                _ => given.options.push(option.into()),
            }
        }
        // Stories that trust another authority look for it behind everything else.
        given.options.sort_by_key(|option| option.to_ascii_lowercase().starts_with("sslrootcert="));
        given
    }

    /// The URL of a database there.
    pub fn url(&self, database: &str) -> String {
        let options: String = self.options.iter().map(|option| format!(";{option}")).collect();
        format!("{};databaseName={database}{options}", self.host)
    }

    async fn enter(&self, who: &Credential) -> Box<dyn Administration> {
        let endpoint = connector().endpoint(&self.url(&self.database)).unwrap();
        let access = connector().access().unwrap();
        access.administer(&endpoint, who, "glaux-test").await.unwrap_or_else(|error| panic!("{error}"))
    }
}

impl Drop for Database {
    /// It is somebody else's server, which must keep nothing of ours.
    fn drop(&mut self) {
        let (server, ruler, name, owner) =
            (self.server.clone(), self.ruler.clone(), self.name.clone(), self.owner.user.clone());
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let mut session = server.enter(&ruler).await;
                for statement in [
                    format!("ALTER DATABASE [{name}] SET SINGLE_USER WITH ROLLBACK IMMEDIATE"),
                    format!("DROP DATABASE [{name}]"),
                    format!("DROP LOGIN [{owner}]"),
                ] {
                    session.execute(&statement).await.unwrap_or_else(|error| panic!("{error}: {statement}"));
                }
            });
        });
        if dropping.join().is_err() {
            println!("the database {} was not dropped", self.name);
        }
    }
}
