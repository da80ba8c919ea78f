//! A function that is told of a connection of Glue's and of nothing else, as Athena's console makes one: on real servers, with
//! moto's Glue. Moto forgets a connection's type, so that these name their engine as connections of type JDBC may.

use std::collections::BTreeMap;

use aws_sdk_glue::Client as Glue;
use aws_sdk_glue::types::{ConnectionInput, ConnectionPropertyKey, ConnectionType};
use aws_sdk_secretsmanager::Client as SecretsManager;
use connector_core::TableName;
use glaux::config::{Aws, Config, Encryption};
use glaux::handler::Handler;
use glaux::local::servers::Product;
use glaux::protocol::{GetTableRequest, Identity, ListSchemasRequest, Request, Response, Version};
use glaux::spill;

use super::variables::{Account, Asking, PASSWORD};
use crate::support;
use crate::support::lambda::{Lambda, Options};

const NAME: &str = "shop-connection";

impl Account {
    fn aws(&self) -> Aws {
        Aws::at(&self.moto.endpoint, "key", "secret")
    }

    /// The whole ARN of a secret, as connections name them.
    async fn arn(&self, secret: &str) -> String {
        let secrets = SecretsManager::new(self.aws().sdk().await);
        secrets.describe_secret().secret_id(secret).send().await.unwrap().arn.unwrap()
    }

    /// Makes a connection of what a JDBC URL says, and of more.
    async fn connect(&self, engine: &str, url: &str, more: &[(&str, &str)]) {
        let rest = url.split_once("://").unwrap().1;
        let (place, params) = rest.split_once('?').unwrap();
        let (place, database) = place.split_once('/').unwrap();
        let (host, port) = place.rsplit_once(':').unwrap();
        let given =
            [("JDBC_ENGINE", engine), ("HOST", host), ("PORT", port), ("DATABASE", database), ("JDBC_PARAMS", params)];
        let properties = given.into_iter().chain(more.iter().copied());
        let properties = properties.filter(|(_, value)| !value.is_empty());
        let properties = properties.map(|(key, value)| (ConnectionPropertyKey::from(key), value.to_owned())).collect();
        let athena = [
            ("spill_bucket", "spill"),
            ("spill_prefix", "athena-spill"),
            ("spill_kms_key_id", self.key.as_str()),
            ("MAX_BLOCK_SIZE_BYTES", "400000"),
            ("lambda_function_arn", "arn:aws:lambda:us-east-1:123456789012:function:java"),
        ];
        let athena = athena.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let input = ConnectionInput::builder().name(NAME).connection_type(ConnectionType::Jdbc);
        let input = input.set_connection_properties(Some(properties)).set_athena_properties(Some(athena.into()));
        let glue = Glue::new(self.aws().sdk().await);
        glue.create_connection().connection_input(input.build().unwrap()).send().await.unwrap();
    }

    async fn config(&self, more: &[(&str, &str)]) -> Config {
        let variables = [("glue_connection", NAME), ("AWS_LAMBDA_FUNCTION_NAME", "reader"), ("default", " ")];
        let variables = variables.iter().chain(more).map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Config::from_env_and_glue(variables, &self.aws()).await.unwrap()
    }

    /// Every request is answered, and what is large is where the connection says, under its key.
    async fn answers(&self) {
        let config = self.config(&[]).await;
        assert_eq!(config.notes, Vec::<String>::new());
        assert!(matches!(&config.spill.encryption, Encryption::Kms(key) if *key == self.key));
        let (handler, store) = (Handler::new(config.clone()).unwrap(), spill::Store::new(&config.spill));
        let mut asking = Asking { handler: &handler, catalog: "any", kinds: Vec::new() };
        let items = TableName::new("shop", "items");
        assert!(asking.listings("shop").await.contains(&items));
        let (rows, objects) = asking.rows(&items, &store, 0).await;
        assert!(rows == 3000 && objects > 1, "{rows} rows in {objects} objects");
        // The environment goes before it.
        let own = self.config(&[("spill_prefix", "own"), ("disable_spill_encryption", "true")]).await;
        assert_eq!((own.spill.prefix.as_str(), own.spill.encryption), ("own", Encryption::Off));
    }
}

/// Tables and columns whose names differ only in case, beside those of [`Account::answers`].
const SCRIPT: &str = "create schema shop; create table shop.\"Items\" (\"Id\" bigint primary key, name text);
    insert into shop.\"Items\" select n, repeat('item ' || n, 60) from generate_series(1, 3000) n;
    create schema \"CASES\"; create table \"CASES\".\"DUP\" (upper int); create table \"CASES\".dup (lower int);";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_of_glues_is_all_that_a_function_over_postgresql_is_told() {
    let Some(database) = support::postgres::database(SCRIPT).await else { return };
    let role = format!("{}_reader", database.name);
    let Some(account) = Account::open("shop/reader", &role).await else { return };
    let grants = format!(
        "create role {role} login password '{PASSWORD}'; grant usage on schema shop, \"CASES\" to {role};
         grant select on all tables in schema shop, \"CASES\" to {role}"
    );
    database.client().await.batch_execute(&grants).await.unwrap();
    let arn = account.arn("shop/reader").await;
    account.connect("postgresql", &database.url(), &[("SECRET_ID", &arn), ("ENFORCE_SSL", "false")]).await;
    account.answers().await;
    names_of_one_case(&account).await;
    process(&account).await;
}

/// What a request says of its data source and its caller.
async fn names_of_one_case(account: &Account) {
    let first = |config: Config, options: &'static [(&'static str, &'static str)]| async move {
        let handler = Handler::new(config).unwrap();
        let config_options = options.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let identity = Identity { config_options, ..Identity::default() };
        let (query_id, catalog, table) = ("q".into(), "any".into(), TableName::new("cases", "dup"));
        let request = GetTableRequest { identity, query_id, catalog, table, passthrough: BTreeMap::new() };
        let asked = Request::GetTable(request).encode(Version::default()).unwrap();
        let answer = handler.handle(&asked).await?;
        let Response::GetTable(told) = Response::decode(&answer).unwrap() else { panic!("no table") };
        Ok::<_, connector_core::Error>(told.schema.field(0).name().clone())
    };
    let usual = account.config(&[]).await;
    assert_eq!(first(usual.clone(), &[]).await.unwrap(), "lower");
    assert_eq!(first(usual.clone(), &[("CATALOG_CASING_FILTER", "UPPERCASE_ONLY")]).await.unwrap(), "upper");
    let none = first(usual.clone(), &[("CATALOG_CASING_FILTER", "lowercase_only")]).await.unwrap_err();
    assert_eq!(none.kind(), connector_core::ErrorKind::NotFound);
    let wrong = first(usual.clone(), &[("CATALOG_CASING_FILTER", "pl4nted")]).await.unwrap_err();
    assert!(wrong.to_string().contains("CATALOG_CASING_FILTER") && !wrong.to_string().contains("pl4nted"), "{wrong}");
    // What the owner has set goes before it.
    let own = account.config(&[("casing_mode", "UPPER")]).await;
    assert_eq!(first(own, &[("CATALOG_CASING_FILTER", "LOWERCASE_ONLY")]).await.unwrap(), "upper");
    // Credentials that come along change nothing.
    let sealed = &[("fas_token", "pl4nted"), ("service_kms_key_id", "arn:aws:kms:x"), ("whatever", "x")];
    assert_eq!(first(usual, sealed).await.unwrap(), "lower");
}

/// The packed Lambda, started as AWS starts it.
async fn process(account: &Account) {
    let start = |connection: &str| {
        let mut options = Options::new(env!("CARGO_BIN_EXE_glaux-lambda"));
        let own = [
            ("AWS_ENDPOINT_URL", account.moto.endpoint.as_str()),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "key"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("glue_connection", connection),
            ("ATHENA_FEDERATION_SDK_LOG_LEVEL", "info"),
        ];
        options.env = own.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        Lambda::start(options)
    };
    let request = |token: &str| {
        let config_options = BTreeMap::from([("fas_token".to_owned(), token.to_owned())]);
        let identity = Identity { config_options, ..Identity::default() };
        let request = ListSchemasRequest { identity, query_id: "q".into(), catalog: "any".into() };
        Request::ListSchemas(request).encode(Version::default()).unwrap()
    };
    let lambda = start(NAME).await;
    let answer = lambda.invoke(request("pl4nted")).await;
    assert_eq!(answer.function_error, None, "{:?} {}", answer.payload, lambda.logs());
    let Response::ListSchemas(told) = Response::decode(&answer.payload).unwrap() else { panic!("no schemas") };
    assert_eq!(told.schemas, ["cases", "shop"]);
    support::eventually("it tells that the token is not used", || lambda.logs().contains("fas_token")).await;
    assert!(!lambda.logs().contains("pl4nted"), "{}", lambda.logs());
    lambda.stop().await;

    let lambda = start("nowhere").await;
    let answer = lambda.invoke(request("x")).await;
    assert!(answer.function_error.is_some());
    let told = format!("{:?} {}", answer.payload, lambda.logs());
    assert!(
        told.contains("reading connection \\\"nowhere\\\" of Glue")
            || told.contains("reading connection \"nowhere\" of Glue"),
        "{told}"
    );
    lambda.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_of_glues_is_all_that_a_function_over_mysql_is_told() {
    let Some(server) = support::mysql::start(Product::MySql).await else { return };
    let Some(account) = Account::open("rds!db-reader", "reader").await else { return };
    server
        .load(&format!(
            "CREATE DATABASE shop;\nCREATE TABLE shop.items (id bigint PRIMARY KEY, name text);\nCREATE TABLE shop.digits (d int);\n\
             INSERT INTO shop.digits VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);\n\
             INSERT INTO shop.items SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d AS n, repeat('an item ', 60) \
             FROM shop.digits a, shop.digits b, shop.digits c, shop.digits e WHERE e.d < 3;\n\
             CREATE USER reader@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';\nGRANT SELECT ON shop.* TO reader@'127.0.0.1';\n"
        ))
        .await
        .unwrap();
    let arn = account.arn("rds!db-reader").await;
    account.connect("mysql", &server.url(), &[("SECRET_ID", &arn), ("ENFORCE_SSL", "true")]).await;
    account.answers().await;
}
