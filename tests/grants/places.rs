//! Servers at which stories are told: a database of their own each, and an administrator who is no superuser.

use std::path::PathBuf;

use connector_core::{Administration, Connector, Credential, Row, Secret};
use glaux::connectors;
use glaux::local::servers::{MySql, Product};
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::support::mysql;
use crate::support::postgres::{self, Database};
use crate::support::sqlserver;

/// Password of every administrator that the tests make.
const PASSWORD: &str = "Administrator-1";

/// A database with the shop in it, and who may let others read it.
pub struct Place {
    pub engine: &'static str,
    pub url: String,
    pub administrator: Credential,
    /// In front of the shop's schemas, where a database has none of its own.
    pub prefix: String,
    owner: Credential,
    database: Option<Database>,
    server: Option<&'static MySql>,
    _sqlserver: Option<sqlserver::Database>,
}

/// What the shop has; `{}` stands for the prefix.
pub const TABLES: [(&str, &str, &[&str]); 4] = [
    ("{}shop", "orders", &["id", "customer", "total"]),
    ("{}shop", "customers", &["id", "name", "email"]),
    ("{}shop", "salaries", &["id", "amount"]),
    ("{}Odd \"sch.ema'", "Se lect", &["A,b", "c"]),
];

/// What PostgreSQL keeps of rights in a database, with the transaction that wrote it last: one that is given and taken back shows.
const RIGHTS_IN_POSTGRES: &str = "
    SELECT 'table', c.oid::regclass::text, c.relacl::text, c.xmin::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname !~ '^(pg_|information_schema)'
    UNION ALL SELECT 'column', a.attrelid::regclass::text, a.attacl::text, a.attname::text FROM pg_attribute a WHERE a.attacl IS NOT NULL
    UNION ALL SELECT 'schema', nspname::text, nspacl::text, xmin::text FROM pg_namespace WHERE nspname !~ '^pg_'
    UNION ALL SELECT 'default', oid::text, defaclacl::text, xmin::text FROM pg_default_acl
    UNION ALL SELECT 'database', datname::text, datacl::text, NULL FROM pg_database WHERE datname = current_database()
    ORDER BY 1, 2, 4";

/// The same of MySQL, for schemas that begin with `{}`, and which tables they have.
const RIGHTS_IN_MYSQL: [&str; 4] = [
    "SELECT CAST(Db AS CHAR), CAST(User AS CHAR), CAST(Select_priv AS CHAR) FROM mysql.db WHERE LEFT(Db, 8) = '{}' ORDER BY Db, User",
    "SELECT CAST(Db AS CHAR), CAST(User AS CHAR), CAST(Table_name AS CHAR), CAST(Table_priv AS CHAR), CAST(Column_priv AS CHAR) \
     FROM mysql.tables_priv WHERE LEFT(Db, 8) = '{}' ORDER BY Db, User, Table_name",
    "SELECT CAST(Db AS CHAR), CAST(User AS CHAR), CAST(Table_name AS CHAR), CAST(Column_name AS CHAR), CAST(Column_priv AS CHAR) \
     FROM mysql.columns_priv WHERE LEFT(Db, 8) = '{}' ORDER BY Db, User, Table_name, Column_name",
    "SELECT CAST(TABLE_SCHEMA AS CHAR), CAST(TABLE_NAME AS CHAR) FROM information_schema.TABLES \
     WHERE LEFT(TABLE_SCHEMA, 8) = '{}' ORDER BY TABLE_SCHEMA, TABLE_NAME",
];

/// The same of SQL Server, in its database.
const RIGHTS_IN_SQLSERVER: &str = "
    SELECT N'right' AS told, p.class_desc COLLATE DATABASE_DEFAULT AS a, p.permission_name COLLATE DATABASE_DEFAULT AS b,
        p.state COLLATE DATABASE_DEFAULT AS c, CAST(p.major_id AS nvarchar(20)) AS d, CAST(p.minor_id AS nvarchar(20)) AS e, u.name AS f
        FROM sys.database_permissions p JOIN sys.database_principals u ON u.principal_id = p.grantee_principal_id
        WHERE u.name <> N'public'
    UNION ALL SELECT N'principal', name, type COLLATE DATABASE_DEFAULT, N'', CONVERT(nvarchar(30), modify_date, 126), N'', N''
        FROM sys.database_principals
    UNION ALL SELECT N'member', r.name, m.name, N'', N'', N'', N'' FROM sys.database_role_members l
        JOIN sys.database_principals r ON r.principal_id = l.role_principal_id
        JOIN sys.database_principals m ON m.principal_id = l.member_principal_id
    UNION ALL SELECT N'table', s.name, t.name, N'', CONVERT(nvarchar(30), t.modify_date, 126), N'', N'' FROM sys.tables t
        JOIN sys.schemas s ON s.schema_id = t.schema_id
    ORDER BY 1, 2, 3, 4, 5, 6, 7";

impl Place {
    /// A PostgreSQL, or none and a printed reason.
    pub async fn postgres() -> Option<Self> {
        let database = postgres::database("").await?;
        let owner = Credential { user: database.user().into(), password: database.password().clone() };
        let ruler = format!("ruler_{}", Uuid::new_v4().simple());
        let place = Self {
            engine: "postgres",
            url: database.url(),
            administrator: Credential { user: ruler.clone(), password: Secret::new(PASSWORD) },
            prefix: String::new(),
            owner,
            database: Some(database),
            server: None,
            _sqlserver: None,
        };
        let mut owner = place.owner().await;
        for statement in [
            format!("CREATE ROLE {ruler} LOGIN CREATEROLE PASSWORD '{PASSWORD}'"),
            format!("GRANT CREATE ON DATABASE {} TO {ruler}", place.database.as_ref().unwrap().name),
        ] {
            owner.execute(&statement).await.unwrap();
        }
        place.fill().await;
        Some(place)
    }

    /// The host and port of the server.
    pub fn server(&self) -> String {
        let behind = self.url.split_once("//").unwrap().1;
        behind.split(['/', ';']).next().unwrap().to_owned()
    }

    /// The same place, reached by another port of this machine.
    pub fn through(mut self, port: u16) -> Self {
        let server = self.server();
        let name = server.split(':').next().unwrap();
        self.url = self.url.replace(&server, &format!("{name}:{port}"));
        self
    }

    /// A MariaDB or a MySQL, or none and a printed reason; all of one binary's tests share it.
    pub async fn mysql(product: Product) -> Option<Self> {
        static SERVERS: [OnceCell<Option<MySql>>; 2] = [OnceCell::const_new(), OnceCell::const_new()];
        let server =
            SERVERS[usize::from(product == Product::MySql)].get_or_init(|| mysql::start(product)).await.as_ref()?;
        let prefix = format!("{}_", &Uuid::new_v4().simple().to_string()[..8]);
        let ruler = format!("ruler_{prefix}");
        let mut client = server.connect().await.unwrap();
        let ending = if product == Product::MariaDb { "CONNECTION ADMIN" } else { "CONNECTION_ADMIN" };
        let mut script = format!(
            "CREATE USER {ruler}@'127.0.0.1' IDENTIFIED BY '{PASSWORD}' REQUIRE SSL;\n\
             GRANT CREATE USER, PROCESS, {ending} ON *.* TO {ruler}@'127.0.0.1';\n\
             GRANT SELECT ON mysql.* TO {ruler}@'127.0.0.1';\n"
        );
        for schema in ["shop", "Odd \"sch.ema'"] {
            let pattern = format!("{prefix}{schema}").replace('_', "\\_");
            script += &format!("GRANT ALL ON `{pattern}`.* TO {ruler}@'127.0.0.1' WITH GRANT OPTION;\n");
        }
        client.run(&script).await.unwrap();
        let place = Self {
            engine: "mysql",
            url: server.url(),
            administrator: Credential { user: ruler.clone(), password: Secret::new(PASSWORD) },
            prefix,
            owner: Credential { user: ruler, password: Secret::new(PASSWORD) },
            database: None,
            server: Some(server),
            _sqlserver: None,
        };
        place.fill().await;
        Some(place)
    }

    /// The SQL Server of `TEST_SQLSERVER_URL`, or none and a printed reason.
    pub async fn sqlserver() -> Option<Self> {
        let database = sqlserver::database().await?;
        let place = Self {
            engine: "sqlserver",
            url: database.url.clone(),
            administrator: database.owner.clone(),
            prefix: String::new(),
            owner: database.ruler.clone(),
            database: None,
            server: None,
            _sqlserver: Some(database),
        };
        place.fill().await;
        Some(place)
    }

    async fn fill(&self) {
        let mut administrator = self.administrator().await;
        for (schema, table, columns) in TABLES {
            let (named, table) = (self.named(schema), self.quoted(table));
            let schema = self.quoted(&named);
            let create = if self.engine == "sqlserver" {
                // Which has to be alone in what is sent.
                let (name, schema) = (named.replace('\'', "''"), schema.replace('\'', "''"));
                format!("IF SCHEMA_ID(N'{name}') IS NULL EXEC (N'CREATE SCHEMA {schema}')")
            } else {
                format!("CREATE SCHEMA IF NOT EXISTS {schema}")
            };
            let columns: Vec<String> =
                columns.iter().map(|name| format!("{} varchar(40)", self.quoted(name))).collect();
            let values = vec!["'x'"; columns.len()].join(", ");
            for statement in [
                create,
                format!("CREATE TABLE {schema}.{table} ({})", columns.join(", ")),
                format!("INSERT INTO {schema}.{table} VALUES ({values}), ({values})"),
            ] {
                administrator.execute(&statement).await.unwrap_or_else(|error| panic!("{error}: {statement}"));
            }
        }
    }

    pub fn connector(&self) -> &'static dyn Connector {
        connectors::find(self.engine).unwrap()
    }

    /// The name of a schema here.
    pub fn named(&self, schema: &str) -> String {
        schema.replace("{}", &self.prefix)
    }

    pub fn quoted(&self, name: &str) -> String {
        self.connector().dialect().quoted(name)
    }

    /// Somebody who may do everything at the server.
    pub async fn owner(&self) -> Box<dyn Administration> {
        self.enter(&self.owner).await
    }

    /// Has somebody else choose a user's password.
    pub async fn change_password(&self, user: &str) {
        let (user, other) = (self.quoted(user), "Of-somebody_else1");
        let statement = match self.engine {
            "mysql" => format!("ALTER USER {user} IDENTIFIED BY '{other}'"),
            "sqlserver" => format!("ALTER LOGIN {user} WITH PASSWORD = N'{other}'"),
            _ => format!("ALTER ROLE {user} PASSWORD '{other}'"),
        };
        self.administrator().await.execute(&statement).await.unwrap_or_else(|error| panic!("{error}"));
    }

    /// What the server keeps of rights on the shop, and of the shop's tables.
    pub async fn rights(&self) -> Vec<Row> {
        let mut administrator = self.administrator().await;
        match self.engine {
            "postgres" => return administrator.rows(RIGHTS_IN_POSTGRES).await.unwrap(),
            "sqlserver" => return administrator.rows(RIGHTS_IN_SQLSERVER).await.unwrap(),
            _ => {}
        }
        let mut rights = Vec::new();
        for question in RIGHTS_IN_MYSQL {
            rights.extend(administrator.rows(&question.replace("{}", &self.prefix[..8])).await.unwrap());
        }
        rights
    }

    /// Has the administrator let in without TLS, too, where it is the account that asks for it.
    pub async fn asks_for_no_tls(&self) {
        if self.engine == "mysql" {
            let statement = format!("ALTER USER {}@'127.0.0.1' REQUIRE NONE", self.quoted(&self.administrator.user));
            self.administrator().await.execute(&statement).await.unwrap_or_else(|error| panic!("{error}"));
        }
    }

    /// What the server keeps in place of a user's password, as it is sent there.
    pub async fn kept_of(&self, user: &str) -> Vec<String> {
        let mut owner = self.owner().await;
        let mut asked = async |question: &str| owner.names(&format!("{question} = '{user}'")).await.unwrap().remove(0);
        if self.engine == "postgres" {
            let verifier = asked("SELECT rolpassword FROM pg_authid WHERE rolname").await;
            let keys: Vec<String> = verifier.rsplit('$').next().unwrap().split(':').map(str::to_owned).collect();
            assert_eq!(keys.len(), 2, "a verifier of SCRAM has two keys");
            return keys;
        }
        let hash = asked("SELECT CAST(authentication_string AS CHAR) FROM mysql.user WHERE User").await;
        // Behind its prefix and its salt, of SHA-256; the SHA-1 of the SHA-1 behind a star.
        vec![hash.strip_prefix('*').map_or_else(|| hash[hash.len() - 43..].to_owned(), str::to_owned)]
    }

    /// Has the server write down from now on what its sessions are called and each statement that they send; where, if it is here.
    pub async fn is_logged(&self) -> Option<PathBuf> {
        if let Some(server) = self.server {
            let log = server.dir.join("statements");
            let script = format!("SET GLOBAL general_log_file = '{}';\nSET GLOBAL general_log = ON;\n", log.display());
            server.load(&script).await.unwrap();
            return Some(log);
        }
        let (log, mut owner) = (self.database.as_ref()?.log()?, self.owner().await);
        for statement in [
            "ALTER SYSTEM SET log_line_prefix = '%a: '",
            "ALTER SYSTEM SET log_statement = 'all'",
            "SELECT pg_reload_conf()",
        ] {
            owner.execute(statement).await.unwrap();
        }
        // Sessions that have begun are told by a signal.
        while owner.names("SHOW log_statement").await.unwrap() != ["all"] {}
        Some(log)
    }

    /// Whoever grants.
    pub async fn administrator(&self) -> Box<dyn Administration> {
        self.enter(&self.administrator).await
    }

    async fn enter(&self, credential: &Credential) -> Box<dyn Administration> {
        let endpoint = self.connector().endpoint(&self.url).unwrap();
        let access = self.connector().access().unwrap();
        access.administer(&endpoint, credential, "glaux-test").await.unwrap()
    }
}

#[test]
fn a_given_sql_server_is_taken_apart() {
    let given = sqlserver::Given::parse(
        "jdbc:sqlserver://h:1;sslrootcert=/x/ca.crt;user=sa;databaseName=d;password=p-1;loginTimeout=5",
    );
    assert_eq!((given.user.as_str(), given.database.as_str()), ("sa", "d"));
    assert_eq!(given.url("n"), "jdbc:sqlserver://h:1;databaseName=n;loginTimeout=5;sslrootcert=/x/ca.crt");
    assert_eq!(connectors::find("sqlserver").unwrap().endpoint(&given.url("n")).unwrap().database, "n");
}
