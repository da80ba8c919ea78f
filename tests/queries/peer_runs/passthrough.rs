//! Queries in the source's own words, over the wire: on PostgreSQL, MySQL and MariaDB.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use connector_core::{Domain, Error, ErrorKind, TableName, Value, Values};
use glaux::config::Config;
use glaux::handler::Handler;
use glaux::local::s3::S3Server;
use glaux::local::servers::Product;
use glaux::protocol::{
    Constraints, GetDataSourceCapabilitiesRequest, GetSplitsRequest, GetTableLayoutRequest, GetTableRequest, Identity,
    ReadRecordsRequest, Request, Response, Split, Version,
};

use crate::peer_runs::asking::{Peer, equal, only};
use crate::support::mysql;
use crate::support::stage::rows;

/// Calls of `system.query` of one catalog.
struct Function {
    handler: Arc<Handler>,
    catalog: &'static str,
}

fn called(text: &str) -> BTreeMap<String, String> {
    [("schemaFunctionName", "SYSTEM.QUERY"), ("QUERY", text)]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

fn table() -> TableName {
    TableName::new("system", "query")
}

impl Function {
    async fn ask(&self, request: Request) -> Result<Response, Error> {
        let answer = self.handler.handle(&request.encode(Version::default()).unwrap()).await?;
        Ok(Response::decode(&answer).unwrap())
    }

    fn get_table(&self, passthrough: BTreeMap<String, String>) -> Request {
        Request::GetTable(GetTableRequest {
            identity: Identity::default(),
            query_id: "q".into(),
            catalog: self.catalog.into(),
            table: table(),
            passthrough,
        })
    }

    fn layout(&self, constraints: Constraints) -> Request {
        Request::GetTableLayout(GetTableLayoutRequest {
            identity: Identity::default(),
            query_id: "q".into(),
            catalog: self.catalog.into(),
            table: table(),
            constraints,
            schema: Arc::new(Schema::empty()),
            partition_columns: Vec::new(),
        })
    }

    fn get_splits(&self, constraints: Constraints, partitions: RecordBatch) -> Request {
        Request::GetSplits(GetSplitsRequest {
            identity: Identity::default(),
            query_id: "q".into(),
            catalog: self.catalog.into(),
            table: table(),
            partitions,
            partition_columns: Vec::new(),
            constraints,
            continuation_token: None,
        })
    }

    fn read_records(&self, constraints: Constraints, schema: SchemaRef, split: Split) -> Request {
        Request::ReadRecords(ReadRecordsRequest {
            identity: Identity::default(),
            query_id: "q".into(),
            catalog: self.catalog.into(),
            table: table(),
            schema,
            split,
            constraints,
            max_block_size: 16_000_000,
            max_inline_block_size: 5_242_880,
        })
    }

    async fn schema(&self, text: &str) -> Result<SchemaRef, Error> {
        match self.ask(self.get_table(called(text))).await? {
            Response::GetTable(response) => Ok(response.schema),
            other => panic!("{}", other.kind()),
        }
    }

    /// The rows that pass `wanted`, as Athena asks for them: the cells joined by `|`.
    async fn read(&self, text: &str, wanted: Constraints) -> Result<Vec<String>, Error> {
        let schema = self.schema(text).await?;
        let constraints = Constraints { passthrough: called(text), ..wanted };
        let Response::GetTableLayout(layout) = self.ask(self.layout(constraints.clone())).await? else { panic!() };
        let splits = self.get_splits(constraints.clone(), layout.partitions);
        let Response::GetSplits(splits) = self.ask(splits).await? else { panic!() };
        let mut found = Vec::new();
        for split in splits.splits {
            let request = self.read_records(constraints.clone(), schema.clone(), split);
            let Response::ReadRecords(response) = self.ask(request).await? else { panic!() };
            assert_eq!(response.records.schema(), schema);
            let joined = |row: &Vec<Option<String>>| {
                row.iter().map(|cell| cell.as_deref().unwrap_or("NULL")).collect::<Vec<_>>().join("|")
            };
            found.extend(rows(&response.records).iter().map(joined));
        }
        Ok(found)
    }

    async fn all(&self, text: &str) -> Vec<String> {
        self.read(text, Constraints::default()).await.unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    /// Every request that a query is part of, sent as if the ones before had been answered.
    fn every_request(&self, text: &str) -> Vec<Request> {
        let constraints = Constraints { passthrough: called(text), ..Constraints::default() };
        let schema = Arc::new(Schema::new(vec![Field::new("a", DataType::Int32, true)]));
        let partition = RecordBatch::try_from_iter([(
            "partitionId",
            Arc::new(arrow_array::Int32Array::from(vec![1])) as arrow_array::ArrayRef,
        )]);
        vec![
            self.get_table(called(text)),
            self.layout(constraints.clone()),
            self.get_splits(constraints.clone(), partition.unwrap()),
            self.read_records(constraints, schema, Split::default()),
        ]
    }

    async fn capabilities(&self) -> Vec<(String, Vec<String>)> {
        let request = Request::GetDataSourceCapabilities(GetDataSourceCapabilitiesRequest {
            identity: Identity::default(),
            query_id: "q".into(),
            catalog: self.catalog.into(),
        });
        let Response::GetDataSourceCapabilities(response) = self.ask(request).await.unwrap() else { panic!() };
        let declared = response.capabilities.get("SYSTEM.QUERY").cloned().unwrap_or_default();
        declared.into_iter().map(|part| (part.sub_type, part.properties)).collect()
    }
}

fn of(peer: &Peer, catalog: &'static str) -> Function {
    Function { handler: peer.stage.handler(), catalog }
}

const VICTIM: &str = "CREATE TABLE t (id int); INSERT INTO t VALUES (1), (2); GRANT ALL ON t TO ROLE; GRANT CREATE ON SCHEMA peer TO ROLE; \
     CREATE FUNCTION note() RETURNS int LANGUAGE sql AS $$INSERT INTO peer.t VALUES (9) RETURNING id$$";

async fn state(peer: &Peer) -> String {
    let sql = "SELECT (SELECT string_agg(id::text, ',' ORDER BY id) FROM peer.t) || ' ' || coalesce(to_regclass('peer.pwned')::text, '-')";
    peer.stage.database.client().await.query_one(sql, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn q_delret_q_cte_q_commit_and_q_stack_are_refused_at_every_step() {
    let Some(peer) = Peer::open(VICTIM).await else { return };
    let function = of(&peer, "pg");
    for text in [
        "delete from peer.t returning id",
        "with d as (delete from peer.t returning id) select id from d",
        "select 1 as a; create table peer.pwned (x int); commit",
        "commit; create table peer.pwned (x int)",
        "select 1 as a; create table peer.pwned (x int)",
        "select * into peer.pwned from peer.t",
        "copy peer.t to program 'id'",
        "select * from peer.t for update",
    ] {
        for request in function.every_request(text) {
            let kind = request.kind();
            let error = function.ask(request).await.expect_err(text);
            assert_eq!(error.kind(), ErrorKind::Forbidden, "{kind}: {text}: {error}");
            assert!(!error.to_string().contains("peer.t"), "{error}");
        }
    }
    assert_eq!(state(&peer).await, "1,2 -");
}

#[tokio::test]
async fn q_setrole_and_q_after_nothing_that_a_query_set_is_seen_by_the_next() {
    let Some(peer) = Peer::open("CREATE TABLE t (id int)").await else { return };
    let function = of(&peer, "pg");
    let look = "select current_setting('search_path'), current_setting('default_transaction_read_only'), current_user = session_user";
    let before = function.all(look).await;
    assert_eq!(before, ["pg_catalog|on|true"]);
    for text in [
        "select set_config('search_path', 'peer', false)",
        "select set_config('default_transaction_read_only', 'off', false)",
        "select set_config('role', current_user::text, false)",
    ] {
        assert_eq!(function.all(text).await.len(), 1, "{text}");
        assert_eq!(function.all(look).await, before, "{text}");
        assert_eq!(peer.all("t", &["id"]).await.len(), 0);
    }
    // No session that ran a query serves another request.
    let number = "select pg_backend_pid()";
    assert_ne!(function.all(number).await, function.all(number).await);
}

#[tokio::test]
async fn q_dup_and_q_nolabel_every_column_is_there() {
    let Some(peer) = Peer::open("CREATE TABLE t AS SELECT i AS id, i % 3 AS k FROM generate_series(1, 9) i").await
    else {
        return;
    };
    let function = of(&peer, "pg");
    for (text, names, row) in [
        ("select 1 as a, 2 as a", vec!["a", "a_2"], "1|2"),
        ("select 1, 2", vec!["_col0", "_col1"], "1|2"),
        ("select 'x' as \"A\", 2 as a, null as b", vec!["a", "a_2", "b"], "x|2|NULL"),
    ] {
        let schema = function.schema(text).await.unwrap();
        let found: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        assert_eq!(found, names);
        assert_eq!(function.all(text).await, [row]);
    }
    let joined = "select a.id, b.id from peer.t a join peer.t b on a.id = b.k order by a.id, b.id";
    let two = function.read(joined, equal("id", DataType::Int32, Value::Int(2))).await.unwrap();
    assert_eq!(two, ["2|2", "2|5", "2|8"]);
    let limited = function.read(joined, Constraints { limit: Some(4), ..Constraints::default() }).await.unwrap();
    assert_eq!(limited.len(), 4);
    let nothing = Domain { data_type: DataType::Int32, values: Values::In(Vec::new()), nulls: false };
    let never = only("id", nothing);
    assert_eq!(function.read(joined, never).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn q_meta_describing_runs_nothing() {
    let Some(peer) = Peer::open(VICTIM).await else { return };
    let function = of(&peer, "pg");
    let text = "select peer.note() as n";
    assert_eq!(function.schema(text).await.unwrap().field(0).name(), "n");
    assert_eq!(state(&peer).await, "1,2 -");
    let error = function.read(text, Constraints::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden, "{error}");
    assert_eq!(state(&peer).await, "1,2 -");
}

#[tokio::test]
async fn a_catalog_offers_queries_only_where_its_owner_has_switched_them_on() {
    let Some(peer) = Peer::open("CREATE TABLE t (id int)").await else { return };
    let declared = of(&peer, "pg").capabilities().await;
    let expected = [
        ("query_passthrough_schema", "system"),
        ("query_passthrough_name", "query"),
        ("query_passthrough_arguments", "QUERY"),
    ];
    assert_eq!(declared, expected.map(|(part, value)| (part.to_owned(), vec![value.to_owned()])));
    for catalog in ["off", "memory"] {
        assert_eq!(of(&peer, catalog).capabilities().await, []);
    }
    let off = of(&peer, "off");
    for request in off.every_request("select 1 as a") {
        let error = off.ask(request).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        assert!(error.hint_text().unwrap().contains("enable_query_passthrough"), "{error}");
    }
    let error = of(&peer, "memory").schema("select 1").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
}

#[tokio::test]
async fn wrong_calls_are_refused_by_name_and_a_changed_answer_is_a_conflict() {
    let Some(peer) = Peer::open("CREATE TABLE t (id int)").await else { return };
    let function = of(&peer, "pg");
    for (change, kind, told) in [
        (("QUERY", ""), ErrorKind::Invalid, "QUERY"),
        (("schemaFunctionName", "SYSTEM.EXEC"), ErrorKind::NotFound, "SYSTEM.EXEC"),
        (("LIMIT", "1"), ErrorKind::Invalid, "LIMIT"),
    ] {
        let mut arguments = called("select 1");
        arguments.insert(change.0.into(), change.1.into());
        let error = function.ask(function.get_table(arguments)).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(told), "{error}");
    }
    for missing in ["QUERY", "schemaFunctionName"] {
        let mut arguments = called("select 1");
        arguments.remove(missing);
        assert_eq!(function.ask(function.get_table(arguments)).await.unwrap_err().kind(), ErrorKind::Invalid);
    }
    let mut folded = called("select 1 as a");
    folded.insert("schemaFunctionName".into(), "system.query".into());
    assert!(function.ask(function.get_table(folded)).await.is_ok());
    let constraints = Constraints { passthrough: called("select id as a from peer.t"), ..Constraints::default() };
    let planned = function.schema("select id as a from peer.t").await.unwrap();
    peer.stage.database.client().await.batch_execute("ALTER TABLE peer.t ALTER id TYPE text").await.unwrap();
    let request = function.read_records(constraints, planned, Split::default());
    assert_eq!(function.ask(request).await.unwrap_err().kind(), ErrorKind::Conflict);
    let unknown = function.schema("select nope from peer.t").await.unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::Invalid, "{unknown}");
}

/// A function over a MySQL or a MariaDB with one schema, and the server.
struct Stage {
    function: Function,
    server: glaux::local::servers::MySql,
    _s3: S3Server,
    _folder: tempfile::TempDir,
}

impl Stage {
    async fn open(product: Product) -> Option<Self> {
        let server = mysql::start(product).await?;
        let script = "CREATE DATABASE peer;\nCREATE TABLE peer.log (id int);\n\
             CREATE FUNCTION peer.note() RETURNS int MODIFIES SQL DATA BEGIN INSERT INTO peer.log VALUES (1); RETURN 1; END;\n";
        server.load(script).await.unwrap();
        let reader = server.add_reader("reader", &["peer"]).await.unwrap();
        server.load("GRANT EXECUTE, INSERT ON peer.* TO reader@'127.0.0.1';\n").await.unwrap();
        let url = format!("mysql://{}&user=reader&password={}", server.url(), reader.password.expose());
        let settings =
            [("db_connection_string", url.as_str()), ("enable_query_passthrough", "true"), ("spill_bucket", "spill")];
        let mut config = Config::from_env(settings.map(|(key, value)| (key.to_owned(), value.to_owned()))).unwrap();
        let folder = tempfile::TempDir::new().unwrap();
        let s3 = S3Server::start(folder.path()).await.unwrap();
        s3.create_bucket("spill").unwrap();
        config.spill.aws = s3.aws();
        let function = Function { handler: Arc::new(Handler::new(config).unwrap()), catalog: "db" };
        Some(Self { function, server, _s3: s3, _folder: folder })
    }

    async fn texts(&self, sql: &str) -> Vec<String> {
        self.server.connect().await.unwrap().names(sql).await.unwrap()
    }
}

#[tokio::test]
async fn q_meta_and_q_dup_on_mysql_and_mariadb() {
    for product in mysql::PRODUCTS {
        let Some(stage) = Stage::open(product).await else { continue };
        let function = &stage.function;
        let schema = function.schema("select 1 as a, 2 as A").await.unwrap();
        assert_eq!(schema.fields().iter().map(|field| field.name().as_str()).collect::<Vec<_>>(), ["a", "a_2"]);
        assert_eq!(function.all("select 1 as a, 2 as A").await, ["1|2"], "{product}");
        stage.server.load("SET GLOBAL log_output = 'TABLE';\nSET GLOBAL general_log = 1;\n").await.unwrap();
        let text = "select get_lock('peer', 0) as marked";
        assert_eq!(function.schema(text).await.unwrap().field(0).name(), "marked");
        let commands = "SELECT DISTINCT CONVERT(command_type USING utf8mb4) FROM mysql.general_log WHERE argument LIKE '%as marked%' \
             AND argument NOT LIKE '%general_log%' ORDER BY 1";
        let is_free = "SELECT CAST(IS_FREE_LOCK('peer') AS CHAR)";
        assert_eq!(
            (stage.texts(commands).await, stage.texts(is_free).await),
            (vec!["Prepare".into()], vec!["1".into()])
        );
        // The same log shows what is run.
        assert_eq!(function.all(text).await, ["1"], "{product}");
        assert_eq!(stage.texts(commands).await, ["Execute", "Prepare"], "{product}");
        // Both servers already refuse to prepare in a session that reads what calls a function that writes.
        let error = function.schema("select peer.note() as marked").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Forbidden, "{product}: {error}");
        assert_eq!(stage.texts("SELECT CAST(count(*) AS CHAR) FROM peer.log").await, ["0"], "{product}");
        for text in [
            "delete from peer.log",
            "select 1; drop table peer.log",
            "select 1 into outfile '/tmp/x'",
            "select * from peer.log for update",
        ] {
            for request in function.every_request(text) {
                let error = function.ask(request).await.expect_err(text);
                assert!(
                    matches!(error.kind(), ErrorKind::Forbidden | ErrorKind::Invalid),
                    "{product}: {text}: {error}"
                );
            }
        }
        assert_eq!(function.all("select @a := 7").await.len(), 1);
        assert_eq!(function.all("select @a as a").await, ["NULL"], "{product}");
    }
}
