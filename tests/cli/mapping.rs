//! Tables of a source in AWS Glue, as it is typed: mapped, changed, mapped again, taken out, on real servers and moto's Glue.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::time::{Duration, Instant};

use aws_sdk_glue::Client;
use aws_sdk_glue::types::{ConnectionInput, ConnectionPropertyKey, ConnectionType, DatabaseInput, Table, TableInput};
use glaux::config::Aws;
use glaux::local::servers::Product;
use serde_json::Value;

use crate::office::Office;
use crate::support;
use crate::support::moto::Moto;
use crate::support::postgres::database;
use crate::support::skip;

/// How many tables each of four schemas has.
const TABLES: usize = 50;
const SCHEMAS: [&str; 4] = ["Crm", "hr", "sales", "stock"];

/// Glue, and an office that reaches it.
struct Place {
    office: Office,
    glue: Client,
    moto: Moto,
}

impl Place {
    async fn start() -> Option<Self> {
        let moto = match Moto::start().await {
            Ok(moto) => moto,
            Err(reason) => {
                skip("moto", &reason);
                return None;
            }
        };
        let Office { glaux, folder, me } = Office::new();
        let glaux = glaux
            .set("AWS_ENDPOINT_URL", &moto.endpoint)
            .set("AWS_REGION", "us-east-1")
            .set("AWS_ACCESS_KEY_ID", "key")
            .set("AWS_SECRET_ACCESS_KEY", "secret");
        let office = Office { glaux, folder, me };
        office.ok("olga", "project add shop");
        let glue = Client::new(Aws::at(&moto.endpoint, "key", "secret").sdk().await);
        Some(Self { office, glue, moto })
    }

    fn add(&self, url: &str, user: &str, password: &str) {
        let line = format!("source add shop-db --url '{url}' --user {user} --password-stdin");
        let ran = self.office.fed("olga", &line, &format!("{password}\n"));
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }

    async fn databases(&self) -> Vec<String> {
        let told = self.glue.get_databases().send().await.unwrap().database_list;
        let mut names: Vec<String> = told.into_iter().map(|database| database.name).collect();
        names.sort();
        names
    }

    async fn tables(&self, database: &str) -> BTreeMap<String, Table> {
        let told = self.glue.get_tables().database_name(database).send().await.unwrap().table_list.unwrap_or_default();
        told.into_iter().map(|table| (table.name.clone(), table)).collect()
    }

    /// Writes a table in Glue as somebody else would.
    async fn touch(&self, database: &str, name: &str, change: impl FnOnce(&mut Table)) {
        let mut table = self.tables(database).await.remove(name).unwrap();
        change(&mut table);
        let input = TableInput::builder().name(name).set_description(table.description);
        let input = input.set_storage_descriptor(table.storage_descriptor).set_parameters(table.parameters);
        let input = input.set_table_type(table.table_type).build().unwrap();
        self.glue.update_table().database_name(database).table_input(input).send().await.unwrap();
    }

    /// Runs a line, and says what of how many tables and how long it took.
    fn counted(&self, line: &str) -> (BTreeMap<String, usize>, Vec<Value>, Duration) {
        let start = Instant::now();
        let rows = self.office.json("olga", line);
        let mut counts = BTreeMap::new();
        rows.iter().for_each(|row| *counts.entry(row["change"].as_str().unwrap().to_owned()).or_default() += 1);
        (counts, rows, start.elapsed())
    }
}

fn only(change: &str, count: usize) -> BTreeMap<String, usize> {
    BTreeMap::from([(change.to_owned(), count)])
}

/// The tables of all schemas, with the quotes of an engine.
fn script(comment_of: impl Fn(&str, usize) -> String, quote: char) -> String {
    let mut script = String::new();
    for schema in SCHEMAS {
        writeln!(script, "CREATE SCHEMA {quote}{schema}{quote};").unwrap();
        for number in 0..TABLES {
            let table = format!("{quote}{schema}{quote}.{quote}T{number}{quote}");
            writeln!(
                script,
                "CREATE TABLE {table} (id bigint PRIMARY KEY, name varchar(20), total decimal(12,2), day date, at timestamp, more text);"
            )
            .unwrap();
            script += &comment_of(&table, number);
        }
    }
    script
}

const MAP: &str = "asset map shop-db --glue-database-prefix pg_ --glue-connection shop-connection";

/// What is the same of every engine; `change` alters the source: 20 tables get a column, ten a comment, five are dropped.
#[expect(clippy::print_stdout, reason = "how long it took is for who runs it by hand")]
async fn story(place: &Place, engine: &str, at: &(dyn Fn(&str) -> String + Sync), change: impl AsyncFnOnce()) {
    let all = SCHEMAS.len() * TABLES;
    let (counts, _, _) = place.counted(&format!("{MAP} --dry-run"));
    assert_eq!((counts, place.databases().await), (only("new", all), Vec::new()));
    let (counts, _, made) = place.counted(MAP);
    assert_eq!(counts, only("new", all));
    assert_eq!(place.databases().await, ["pg_crm", "pg_hr", "pg_sales", "pg_stock"]);
    let told = place.tables("pg_crm").await;
    assert_eq!(told.len(), TABLES);
    let one = &told["t1"];
    let stored = one.storage_descriptor.clone().unwrap();
    let columns: Vec<String> =
        stored.columns.unwrap().into_iter().map(|it| format!("{} {}", it.name, it.r#type.unwrap())).collect();
    assert_eq!(columns, ["id bigint", "name string", "total decimal(12,2)", "day date", "at timestamp", "more string"]);
    assert_eq!(stored.location.unwrap(), at("Crm.T1"));
    let parameters = one.parameters.clone().unwrap();
    let said = |key: &str| parameters.get(key).map(String::as_str);
    assert_eq!((said("connectionName"), said("classification")), (Some("shop-connection"), Some(engine)));
    assert_eq!(
        (said("glaux_source"), said("glaux_schema"), said("glaux_table")),
        (Some("shop/shop-db"), Some("Crm"), Some("T1"))
    );
    let (counts, _, same) = place.counted(MAP);
    assert!(counts.is_empty(), "{counts:?}");

    change().await;
    let (counts, rows, changed) = place.counted(MAP);
    assert_eq!(counts, BTreeMap::from([("changed".to_owned(), 30), ("gone".to_owned(), 5)]));
    let what = |table: &str| rows.iter().find(|row| row["table"] == table).unwrap()["what"].as_str().map(str::to_owned);
    assert_eq!(what("pg_hr.t3").as_deref(), Some("column born is new"));
    assert_eq!(what("pg_sales.t3").as_deref(), Some("comment on column name"));
    assert_eq!(place.tables("pg_stock").await.len(), TABLES, "what is gone stays until it is said that it may go");
    drift(place).await;
    let (counts, _, _) = place.counted(&format!("{MAP} --remove-gone"));
    assert_eq!(counts, only("removed", 5));
    assert_eq!(place.tables("pg_stock").await.len(), TABLES - 5);
    assert!(place.counted(MAP).0.is_empty());

    removal(place, all - 5).await;
    println!("{engine}: {all} tables made in {made:?}, looked at again in {same:?}, 35 changed in {changed:?}");
}

/// What others do in Glue: what is ours is put back, what is theirs stays.
async fn drift(place: &Place) {
    place
        .touch("pg_hr", "t7", |table| {
            let stored = table.storage_descriptor.as_mut().unwrap();
            stored.columns.as_mut().unwrap()[0].r#type = Some("string".into());
            stored.location = Some("elsewhere.hr.salaries".into());
            table.parameters.as_mut().unwrap().insert("quality".into(), "0.9".into());
        })
        .await;
    place.touch("pg_hr", "t8", |table| table.parameters = Some(HashMap::new())).await;
    place.glue.delete_table().database_name("pg_hr").name("t9").send().await.unwrap();
    let ran = place.office.run("olga", &format!("{MAP} -o csv"));
    assert_eq!(ran.code, 7, "{}", ran.stderr);
    assert!(ran.stderr.contains("table pg_hr.t8 of Glue is there and is not of source shop/shop-db"), "{}", ran.stderr);
    let drifted = "shop-db.hr.T7,pg_hr.t7,drifted,type of column id: bigint for string; location\n";
    assert!(ran.stdout.contains(drifted) && ran.stdout.contains("shop-db.hr.T9,pg_hr.t9,new,\n"), "{}", ran.stdout);
    let told = place.tables("pg_hr").await;
    let mended = &told["t7"];
    assert_ne!(mended.storage_descriptor.as_ref().unwrap().location.as_deref(), Some("elsewhere.hr.salaries"));
    assert_eq!(mended.parameters.as_ref().unwrap()["quality"], "0.9");
    assert!(told["t8"].parameters.clone().unwrap_or_default().is_empty());
    place.glue.delete_table().database_name("pg_hr").name("t8").send().await.unwrap();
    assert_eq!(place.counted(&format!("{MAP} --schema hr")).0, only("new", 1));
}

#[expect(clippy::print_stdout, reason = "how long it took is for who runs it by hand")]
async fn removal(place: &Place, all: usize) {
    let theirs = TableInput::builder().name("theirs").build().unwrap();
    place.glue.create_table().database_name("pg_crm").table_input(theirs).send().await.unwrap();
    let line = "asset unmap shop-db --glue-database-prefix pg_";
    let scope = format!("{line} --schema stock --table 'T1*'");
    assert_eq!(place.counted(&format!("{scope} --dry-run")).0, only("removed", 11));
    assert_eq!(place.tables("pg_stock").await.len(), TABLES - 5);
    place.office.refused("olga", &scope, 2, &["not agreed"]);
    assert_eq!(place.counted(&format!("{scope} --yes")).0, only("removed", 11));
    assert_eq!(place.tables("pg_stock").await.len(), TABLES - 5 - 11);
    // A source that is out of use is one that must be taken out, too.
    place.office.ok("olga", "source retire shop-db --yes");
    let (counts, _, took) = place.counted(&format!("{line} --yes"));
    assert_eq!(counts, only("removed", all - 11));
    assert_eq!(place.databases().await, ["pg_crm"], "one of ours that holds another's table stays");
    assert_eq!(place.tables("pg_crm").await.into_keys().collect::<Vec<_>>(), ["theirs"]);
    assert!(place.counted(&format!("{line} --yes")).0.is_empty());
    println!("{} tables deleted in {took:?}", all - 11);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_tables_of_postgresql_are_mapped_changed_mapped_again_and_taken_out() {
    let comment = |table: &str, number: usize| format!("COMMENT ON COLUMN {table}.name IS 'column {number}';\n");
    let Some(database) = database(&script(comment, '"')).await else { return };
    let Some(place) = Place::start().await else { return };
    place.add(&database.url(), database.user(), database.password().expose());
    let change = async || {
        let client = database.client().await;
        for number in 0..20 {
            client.batch_execute(&format!("ALTER TABLE hr.\"T{number}\" ADD born date")).await.unwrap();
        }
        for number in 0..10 {
            let comment = format!("COMMENT ON COLUMN sales.\"T{number}\".name IS 'other'");
            client.batch_execute(&comment).await.unwrap();
        }
        for number in 45..50 {
            client.batch_execute(&format!("DROP TABLE stock.\"T{number}\"")).await.unwrap();
        }
    };
    let at = |table: &str| format!("{}.{table}", database.name);
    story(&place, "postgresql", &at, change).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_tables_of_mysql_are_mapped_changed_mapped_again_and_taken_out() {
    let Some(server) = support::mysql::start(Product::MySql).await else { return };
    let Some(place) = Place::start().await else { return };
    let script = script(|_, _| String::new(), '`').replace("name varchar(20)", "name varchar(20) COMMENT 'a name'");
    server.load(&script).await.unwrap();
    let administrator = server.add_administrator("rules", &SCHEMAS).await.unwrap();
    place.add(&server.url(), &administrator.user, administrator.password.expose());
    let change = async || {
        let mut script = String::new();
        (0..20).for_each(|number| writeln!(script, "ALTER TABLE hr.`T{number}` ADD born date;").unwrap());
        let comment = "varchar(20) COMMENT 'other'";
        (0..10).for_each(|number| writeln!(script, "ALTER TABLE sales.`T{number}` MODIFY name {comment};").unwrap());
        (45..50).for_each(|number| writeln!(script, "DROP TABLE stock.`T{number}`;").unwrap());
        server.load(&script).await.unwrap();
    };
    story(&place, "mysql", &str::to_owned, change).await;
}

/// Names that Glue cannot tell apart, a database of somebody's, what means nothing, and who may.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_mapped_is_refused_by_name_and_the_rest_is() {
    let script = "CREATE SCHEMA odd; CREATE TABLE odd.\"Orders\" (id int); CREATE TABLE odd.orders (id int); CREATE TABLE odd.items (id int)";
    let Some(database) = database(script).await else { return };
    let Some(place) = Place::start().await else { return };
    place.add(&database.url(), database.user(), database.password().expose());
    let environment = DatabaseInput::builder().name("env_pub_db").build().unwrap();
    place.glue.create_database().database_input(environment).send().await.unwrap();
    let line = "asset map shop-db --schema odd --glue-database env_pub_db -o csv";
    let ran = place.office.run("olga", line);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (7, "asset,table,change,what\nshop-db.odd.items,env_pub_db.items,new,\n")
    );
    assert!(ran.stderr.contains(r#""odd"."Orders", "odd"."orders""#), "{}", ran.stderr);
    let parameters = place.tables("env_pub_db").await["items"].parameters.clone().unwrap();
    assert!(!parameters.contains_key("connectionName") && !parameters.contains_key("UPDATED_BY_CRAWLER"));
    place.office.refused("olga", "asset map shop-db --remove-gone", 2, &["--glue-database"]);
    place.office.refused("olga", "asset map shop-db --glue-database x", 2, &["--schema"]);
    place.office.refused("olga", "asset unmap shop-db", 2, &["--glue-database"]);
    place.office.refused("eve", "asset unmap shop-db --glue-database-prefix '' --yes", 3, &["eve"]);
    let taken = place.counted("asset unmap shop-db --schema odd --glue-database env_pub_db --yes");
    assert_eq!(taken.0, only("removed", 1));
    assert_eq!(place.databases().await, ["env_pub_db"], "a database that was there stays");
}

/// A source is brought in by what a connection of Glue's says, in the guidance's form.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_of_glues_is_a_source() {
    let Some(database) = database("CREATE SCHEMA shop; CREATE TABLE shop.orders (id int)").await else { return };
    let Some(place) = Place::start().await else { return };
    let connect = async |name: &str, properties: &[(&str, &str)]| {
        let properties = properties.iter().map(|(key, value)| (ConnectionPropertyKey::from(*key), (*value).to_owned()));
        let input = ConnectionInput::builder().name(name).connection_type(ConnectionType::Jdbc);
        let input = input.set_connection_properties(Some(properties.collect())).build().unwrap();
        place.glue.create_connection().connection_input(input).send().await.unwrap();
    };
    let url = database.url();
    connect("named", &[("JDBC_CONNECTION_URL", &url), ("SECRET_ID", "shop/admin"), ("JDBC_ENFORCE_SSL", "true")]).await;
    connect("clear", &[("JDBC_CONNECTION_URL", &url), ("USERNAME", "bob"), ("PASSWORD", "pl4nted")]).await;
    connect("slash", &[("JDBC_CONNECTION_URL", "jdbc:sqlserver://h:1433/d"), ("SECRET_ID", "shop/admin")]).await;
    let (user, password) = (database.user(), database.password().expose());
    let add = |name: &str, more: &str| format!("source add {name} --glue-connection {name} {more}");
    place.office.refused("olga", &add("clear", ""), 1, &["USERNAME", "SECRET_ID"]);
    place.office.refused("olga", &add("nowhere", ""), 4, &["nowhere"]);
    place.office.ok("olga", &add("slash", "--no-test"));
    let shown = &place.office.json("olga", "source show slash")[0];
    assert_eq!(
        (&shown["url"], &shown["secret"]),
        (&"jdbc:sqlserver://h:1433;databaseName=d".into(), &"shop/admin".into())
    );
    // With a user of one's own in place of what the connection says.
    let ran =
        place.office.fed("olga", &add("clear", &format!("--user {user} --password-stdin")), &format!("{password}\n"));
    assert!(ran.code == 0 && ran.stderr.starts_with("clear answers: "), "{}", ran.stderr);
    let secret = aws_sdk_secretsmanager::Client::new(Aws::at(&place.moto.endpoint, "key", "secret").sdk().await);
    let text = serde_json::json!({"username": user, "password": password}).to_string();
    secret.create_secret().name("shop/admin").secret_string(text).send().await.unwrap();
    place.office.ok("olga", &add("named", ""));
    assert_eq!(place.office.json("olga", "asset map named --schema shop").len(), 1);
    let told = place.office.json("auditor", "audit list");
    assert!(!format!("{told:?}").contains("pl4nted"));
}
