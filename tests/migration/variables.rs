//! The variables of a function that runs a Java connector, template leftovers and all, under Glaux on a real server.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_schema::Schema;
use aws_sdk_kms::Client as Kms;
use aws_sdk_s3::Client as S3;
use aws_sdk_secretsmanager::Client as SecretsManager;
use connector_core::{Error, ErrorKind, TableName};
use futures::TryStreamExt;
use glaux::config::{Aws, Config, Encryption};
use glaux::handler::Handler;
use glaux::local::servers::Product;
use glaux::protocol::{
    Constraints, GetDataSourceCapabilitiesRequest, GetSplitsRequest, GetTableLayoutRequest, GetTableRequest, Identity,
    ListSchemasRequest, ListTablesRequest, PingRequest, ReadRecordsRequest, Request, Response, Version,
};
use glaux::spill;

use crate::support;
use crate::support::moto::Moto;

pub(super) const PASSWORD: &str = "pl4nted-s3cret & more";

/// What a function has beside its connection strings: all that the templates and their owners set, and what Lambda adds.
const VARIABLES: [(&str, &str); 26] = [
    ("spill_bucket", "spill"),
    ("spill_prefix", "athena-spill"),
    ("disable_spill_encryption", "false"),
    ("spill_put_request_headers", r#"{"x-amz-server-side-encryption" : "AES256"}"#),
    ("MAX_BLOCK_SIZE_BYTES", "400000"),
    ("SPILL_QUEUE_CAPACITY", "3"),
    ("casing_mode", "CASE_INSENSITIVE_SEARCH"),
    ("default_scale", "0"),
    ("enable_query_passthrough", "true"),
    ("non_default_collate", "true"),
    ("throttle_initial_delay_ms", "10"),
    ("throttle_max_delay_ms", "1000"),
    ("throttle_decrease_factor", "0.5"),
    ("throttle_increase_ms", "10"),
    ("ATHENA_FEDERATION_SDK_LOG_LEVEL", "info"),
    ("JAVA_TOOL_OPTIONS", "-XX:+TieredCompilation -XX:TieredStopAtLevel=1 --add-opens=java.base/java.nio=ALL-UNNAMED"),
    // Parameters of a template that were left empty.
    ("is_fips_enabled", ""),
    ("IS_FIPS_ENABLED", "false"),
    ("glue_connection", ""),
    ("secret_name", " "),
    ("DOMAIN", "aws"),
    ("AWS_LAMBDA_FUNCTION_NAME", "java"),
    ("AWS_REGION", "us-east-1"),
    ("_HANDLER", "com.amazonaws.athena.connectors.postgresql.PostGreSqlMuxCompositeHandler"),
    ("LAMBDA_TASK_ROOT", "/var/task"),
    ("TZ", ":UTC"),
];

/// AWS as a function finds it: a bucket, a key, and the secret of the reader.
pub(super) struct Account {
    pub(super) moto: Moto,
    pub(super) key: String,
}

impl Account {
    pub(super) async fn open(secret: &str, user: &str) -> Option<Self> {
        let moto = match Moto::start().await {
            Ok(moto) => moto,
            Err(why) => {
                support::skip("moto", &why);
                return None;
            }
        };
        let aws = Aws::at(&moto.endpoint, "key", "secret");
        let sdk = aws.sdk().await;
        let s3 = S3::from_conf(aws_sdk_s3::config::Builder::from(sdk).force_path_style(true).build());
        s3.create_bucket().bucket("spill").send().await.unwrap();
        let key = Kms::new(sdk).create_key().send().await.unwrap().key_metadata.unwrap().key_id;
        // As RDS writes it, what does not concern us included.
        let text = serde_json::json!({ "username": user, "password": PASSWORD, "engine": "any", "host": "elsewhere", "port": 1 });
        let secrets = SecretsManager::new(sdk);
        secrets.create_secret().name(secret).secret_string(text.to_string()).send().await.unwrap();
        Some(Self { moto, key })
    }

    /// A handler of these variables, in this account and nowhere else.
    fn handler(&self, strings: &[(&str, String)]) -> (Handler, Config) {
        let variables = VARIABLES.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let strings = strings.iter().map(|(key, value)| ((*key).to_owned(), value.clone()));
        let kms = ("kms_key_id".to_owned(), self.key.clone());
        let mut config = Config::from_env(variables.chain(strings).chain([kms])).unwrap();
        let aws = Aws::at(&self.moto.endpoint, "key", "secret");
        (config.spill.aws, config.secrets.aws) = (aws.clone(), aws.clone());
        assert!(config.query_status.replace(aws).is_some(), "a function asks Athena whether its query still runs");
        (Handler::new(config.clone()).unwrap(), config)
    }
}

/// One question after the other, as Athena asks them of catalog `catalog`.
pub(super) struct Asking<'h> {
    pub(super) handler: &'h Handler,
    pub(super) catalog: &'h str,
    pub(super) kinds: Vec<&'static str>,
}

impl Asking<'_> {
    async fn ask(&mut self, request: Request) -> Response {
        self.kinds.push(request.kind());
        let answer = self.handler.handle(&request.encode(Version::default()).unwrap()).await;
        let answer = answer.unwrap_or_else(|error| panic!("{}: {error} {:?}", request.kind(), error.hint_text()));
        Response::decode(&answer).unwrap()
    }

    fn head(&self) -> (Identity, String, String) {
        (Identity::default(), "q-1".into(), self.catalog.into())
    }

    pub(super) async fn listings(&mut self, schema: &str) -> Vec<TableName> {
        let (identity, query_id, catalog) = self.head();
        let Response::Ping(ping) = self.ask(Request::Ping(PingRequest { identity, catalog, query_id })).await else {
            panic!("no ping")
        };
        assert_eq!(ping.catalog, self.catalog);
        let (identity, query_id, catalog) = self.head();
        let request = GetDataSourceCapabilitiesRequest { identity, query_id, catalog };
        let Response::GetDataSourceCapabilities(told) = self.ask(Request::GetDataSourceCapabilities(request)).await
        else {
            panic!("no capabilities")
        };
        assert!(told.capabilities.contains_key("supports_filter_pushdown"));
        let (identity, query_id, catalog) = self.head();
        let request = ListSchemasRequest { identity, query_id, catalog };
        let Response::ListSchemas(told) = self.ask(Request::ListSchemas(request)).await else { panic!("no schemas") };
        assert!(told.schemas.iter().any(|name| name == schema), "{:?}", told.schemas);
        let (identity, query_id, catalog) = self.head();
        let (schema, next_token, page_size) = (schema.to_owned(), None, None);
        let request = ListTablesRequest { identity, query_id, catalog, schema, next_token, page_size };
        let Response::ListTables(told) = self.ask(Request::ListTables(request)).await else { panic!("no tables") };
        told.tables
    }

    /// How many rows a table has, and in how many objects they came.
    pub(super) async fn rows(
        &mut self,
        table: &TableName,
        store: &spill::Store,
        max_inline_block_size: u64,
    ) -> (usize, usize) {
        let (identity, query_id, catalog) = self.head();
        let request =
            GetTableRequest { identity, query_id, catalog, table: table.clone(), passthrough: BTreeMap::new() };
        let Response::GetTable(told) = self.ask(Request::GetTable(request)).await else { panic!("no table") };
        let (identity, query_id, catalog) = self.head();
        let (schema, partition_columns, constraints) = (told.schema.clone(), Vec::new(), Constraints::default());
        let table = table.clone();
        let request = GetTableLayoutRequest {
            identity,
            query_id,
            catalog,
            table: table.clone(),
            constraints,
            schema,
            partition_columns,
        };
        let Response::GetTableLayout(layout) = self.ask(Request::GetTableLayout(request)).await else {
            panic!("no layout")
        };
        let (identity, query_id, catalog) = self.head();
        let request = GetSplitsRequest {
            identity,
            query_id,
            catalog,
            table: table.clone(),
            partitions: layout.partitions,
            partition_columns: Vec::new(),
            constraints: Constraints::default(),
            continuation_token: None,
        };
        let Response::GetSplits(splits) = self.ask(Request::GetSplits(request)).await else { panic!("no splits") };
        let (mut rows, mut objects) = (0, 0);
        for split in splits.splits {
            let key = split.encryption_key.as_ref().expect("a key for what is spilled");
            assert!(format!("{key:?}").len() < 1000);
            let (read, spilled) = self.split(&table, told.schema.clone(), split, store, max_inline_block_size).await;
            (rows, objects) = (rows + read, objects + spilled);
        }
        (rows, objects)
    }

    async fn split(
        &mut self,
        table: &TableName,
        schema: Arc<Schema>,
        split: glaux::protocol::Split,
        store: &spill::Store,
        max_inline_block_size: u64,
    ) -> (usize, usize) {
        let (identity, query_id, catalog) = self.head();
        let (table, constraints, max_block_size) = (table.clone(), Constraints::default(), 16_000_000);
        let request = ReadRecordsRequest {
            identity,
            query_id,
            catalog,
            table,
            schema,
            split,
            constraints,
            max_block_size,
            max_inline_block_size,
        };
        match self.ask(Request::ReadRecords(request)).await {
            Response::ReadRecords(told) => (told.records.num_rows(), 0),
            Response::RemoteReadRecords(told) => {
                assert!(told.remote_blocks.iter().all(|block| block.key.starts_with("athena-spill/")));
                let blocks: Vec<_> = spill::read(store, &told).try_collect().await.unwrap();
                // The largest block is the one that the function's owner has set.
                assert!(blocks.iter().all(|block| connector_core::block_size(block) <= 400_000));
                (blocks.iter().map(arrow_array::RecordBatch::num_rows).sum(), blocks.len())
            }
            other => panic!("{}", other.kind()),
        }
    }
}

const KINDS: [&str; 8] = [
    "PingRequest",
    "GetDataSourceCapabilitiesRequest",
    "ListSchemasRequest",
    "ListTablesRequest",
    "GetTableRequest",
    "GetTableLayoutRequest",
    "GetSplitsRequest",
    "ReadRecordsRequest",
];

/// Everything that Athena asks, of every name under which a catalog may be asked for.
async fn answers(account: &Account, strings: &[(&str, String)], catalogs: &[&str]) {
    let (handler, config) = account.handler(strings);
    let idle = ["throttle_", "non_default_collate"]
        .map(|word| config.notes.iter().filter(|note| note.starts_with(word)).count());
    assert_eq!(idle, [4, 1], "{:?}", config.notes);
    assert!(matches!(&config.spill.encryption, Encryption::Kms(key) if *key == account.key));
    let store = spill::Store::new(&config.spill);
    for catalog in catalogs {
        let mut asking = Asking { handler: &handler, catalog, kinds: Vec::new() };
        let items = TableName::new("shop", "items");
        let tables = asking.listings("shop").await;
        assert!(tables.contains(&items), "{tables:?}");
        let few = TableName::new("shop", "few");
        assert_eq!(asking.rows(&few, &store, 5_242_880).await, (1, 0), "{catalog}");
        let (rows, objects) = asking.rows(&items, &store, 0).await;
        assert!(rows == 3000 && objects > 1, "{catalog}: {rows} rows in {objects} objects");
        assert!(KINDS.iter().all(|kind| asking.kinds.contains(kind)), "{:?}", asking.kinds);
    }
    println!("{} catalogs, every request answered", catalogs.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_variables_of_a_java_postgresql_connector_start_glaux_unchanged() {
    let script =
        "create schema shop; create table shop.\"Items\" (\"Id\" bigint primary key, name text, price numeric);
        insert into shop.\"Items\" select n, repeat('item ' || n, 60), n from generate_series(1, 3000) n;
        create table shop.few as select 1 as one;";
    let Some(database) = support::postgres::database(script).await else { return };
    let role = format!("{}_reader", database.name);
    let Some(account) = Account::open("shop/reader", &role).await else { return };
    let grants = format!(
        "create role {role} login password '{PASSWORD}'; grant usage on schema shop to {role}; grant select on all tables in schema shop to {role}"
    );
    database.client().await.batch_execute(&grants).await.unwrap();
    let string = format!("postgres://{}&${{shop/reader}}", database.url());
    let strings = [
        ("default", string.clone()),
        ("crm_connection_string", string.clone()),
        ("Sales_2024_connection_string", string),
    ];
    answers(&account, &strings, &["default", "lambda:java", "lambda:java:live", "crm", "sales_2024", "Sales_2024"])
        .await;
    // The secret beside the URL, as the Glue variant's template has it.
    let named = [("default", format!("postgres://{}", database.url())), ("secret_name", "shop/reader".to_owned())];
    answers(&account, &named, &["default", "awsdatacatalog-of-any-name"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_variables_of_a_java_mysql_connector_start_glaux_unchanged() {
    let Some(server) = support::mysql::start(Product::MariaDb).await else { return };
    let Some(account) = Account::open("rds!db-reader", "reader").await else { return };
    server
        .load(&format!(
            "CREATE DATABASE shop;\nCREATE TABLE shop.items (id bigint PRIMARY KEY, name text, price decimal(12,2));\n\
             CREATE TABLE shop.few (d int);\nCREATE TABLE shop.digits (d int);\nINSERT INTO shop.few VALUES (1);\n\
             INSERT INTO shop.digits VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);\n\
             INSERT INTO shop.items SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d AS n, repeat('an item ', 60), 1.25 \
             FROM shop.digits a, shop.digits b, shop.digits c, shop.digits e WHERE e.d < 3;\n\
             CREATE USER reader@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';\nGRANT SELECT ON shop.* TO reader@'127.0.0.1';\n"
        ))
        .await
        .unwrap();
    let url = server.url().replace("jdbc:mariadb:", "jdbc:mysql:");
    let string = format!("mysql://{url}&${{rds!db-reader}}");
    let strings = [("default", string.clone()), ("crm_connection_string", string)];
    answers(&account, &strings, &["default", "lambda:java", "crm"]).await;
}

fn refused(more: (&str, &str)) -> Error {
    let url = ("default", "postgres://jdbc:postgresql://db:5432/shop?${shop/reader}");
    let variables = VARIABLES.iter().chain([&url, &more]).map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    match Config::from_env(variables).and_then(Handler::new) {
        Ok(_) => panic!("{more:?} is taken"),
        Err(error) => error,
    }
}

#[test]
fn what_is_not_taken_over_is_refused_by_name_and_with_what_to_do() {
    for (more, named) in [
        (("is_fips_enabled", "true"), "is_fips_enabled"),
        (("spill_queue_capacity", "4"), "SPILL_QUEUE_CAPACITY"),
        (("casing_mode", "ANNOTATION"), "casing_mode"),
        (("crm_connection_string", "postgres://jdbc:postgresql://db/shop?socketFactory=org.Some"), "socketFactory"),
        (("crm_connection_string", "redshift://jdbc:redshift://db/shop"), "redshift"),
        (("glaux_query_plan", "true"), "glaux_query_plan"),
    ] {
        let error = refused(more);
        assert!(matches!(error.kind(), ErrorKind::Invalid | ErrorKind::Unsupported), "{error}");
        let told = format!("{error} {}", error.hint_text().unwrap_or_default());
        assert!(told.contains(named), "{told}");
    }
}

#[test]
fn the_java_connectors_types_are_kept_of_one_catalog_and_beside_nothing_that_gives_others() {
    let read = |more: &[(&str, &str)]| {
        let pg = [
            ("default", "postgres://jdbc:postgresql://db/shop?${a}"),
            ("crm_connection_string", "mysql://jdbc:mysql://db/?${a}"),
        ];
        let variables = pg.iter().chain(more).map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Config::from_env(variables)
    };
    let kept = |more: &[(&str, &str)]| {
        let config = read(more).unwrap();
        ["default", "crm"].map(|name| config.catalogs.get(name).unwrap().settings.java_types)
    };
    assert_eq!(kept(&[]), [false, false]);
    assert_eq!(kept(&[("glaux_java_types", "true")]), [true, true]);
    assert_eq!(kept(&[("crm_glaux_java_types", "true")]), [false, true]);
    assert_eq!(kept(&[("glaux_java_types", "true"), ("crm_glaux_java_types", "false")]), [true, false]);
    for (more, named) in [
        (&[("glaux_zoned_timestamps", "true")][..], "glaux_zoned_timestamps"),
        (&[("glaux_query_plans", "true")], "glaux_query_plans"),
        (&[("ora_connection_string", "oracle://jdbc:oracle:thin:${a}@//db:1521/shop")], "oracle"),
    ] {
        let error = read(&[&[("glaux_java_types", "true")], more].concat()).and_then(Handler::new).err().unwrap();
        assert!(error.to_string().contains(named) && error.hint_text().is_some(), "{error}");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("glaux.toml");
    std::fs::write(&path, "[catalogs.pg]\nurl = \"postgres://jdbc:postgresql://db/shop?${a}\"\njava_types = true\n")
        .unwrap();
    assert!(Config::from_file(&path).unwrap().catalogs.get("pg").unwrap().settings.java_types);
}
