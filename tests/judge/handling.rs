//! AWS's reader judges our handler: whatever is asked of it, in every version, it answers so that the SDK finds no fault.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_schema::{DataType, Schema};
use connector_core::{Bound, Domain, Range, TableName, Value as Constant, Values};
use glaux::config::Config;
use glaux::handler::Handler;
use glaux::protocol::{
    Constraints, GetDataSourceCapabilitiesRequest, GetSplitsRequest, GetTableLayoutRequest, GetTableRequest, Identity,
    ListSchemasRequest, ListTablesRequest, PingRequest, ReadRecordsRequest, Request, Response, Split, Version,
};
use serde_json::Value;

use super::messages::Message;
use super::same::assert_same;
use super::spilling::{Place, rows_of};
use super::{present, read};
use crate::support;

/// A handler under one serde version, whose every answer is judged.
struct Judged {
    handler: Handler,
    place: Place,
    version: Version,
    schema: String,
    answers: BTreeMap<&'static str, usize>,
}

/// How rows may travel: the limits of a block and of an inline answer.
const INLINE: (u64, u64) = (16_000_000, 5_242_880);
const SPILLED: (u64, u64) = (3_000, 0);

impl Judged {
    async fn new(url: &str, schema: &str, version: Version) -> Self {
        let place = Place::new().await;
        let variables = [("default".to_owned(), url.to_owned()), ("spill_bucket".to_owned(), "spill".to_owned())];
        let mut config = Config::from_env(variables).unwrap();
        config.spill.aws = place.server.aws();
        config.serde_version = version.number();
        let handler = Handler::new(config).unwrap();
        Self { handler, place, version, schema: schema.to_owned(), answers: BTreeMap::new() }
    }

    /// The answer, once as AWS's reader describes it and once as ours does, which must be the same.
    async fn ask(&mut self, request: Request) -> (String, Response) {
        let kind = request.kind();
        let what = format!("{kind}, serde {}", self.version.number());
        let bytes = request.encode(self.version).unwrap();
        let answer = self.handler.handle(&bytes).await.unwrap_or_else(|error| panic!("{what}: {error}"));
        let text = String::from_utf8(answer).unwrap();
        let judged = read(self.version.number(), &text);
        let response = Response::decode(text.as_bytes()).unwrap();
        assert_same(&what, &judged["value"], &Message::Response(response.clone()).describe());
        *self.answers.entry(response.kind()).or_insert(0) += 1;
        (text, response)
    }

    async fn listings(&mut self) -> Vec<TableName> {
        let (identity, query_id, catalog) = (Identity::default, || "q-1".to_owned(), || "lambda:f".to_owned());
        self.ask(Request::Ping(PingRequest { identity: identity(), catalog: catalog(), query_id: query_id() })).await;
        if self.version.number() >= 4 {
            let (identity, query_id, catalog) = (identity(), query_id(), catalog());
            let request = GetDataSourceCapabilitiesRequest { identity, query_id, catalog };
            self.ask(Request::GetDataSourceCapabilities(request)).await;
        }
        let schemas = ListSchemasRequest { identity: identity(), query_id: query_id(), catalog: catalog() };
        self.ask(Request::ListSchemas(schemas)).await;
        let list = |schema: String, next_token, page_size| {
            let (identity, query_id, catalog) = (identity(), query_id(), catalog());
            Request::ListTables(ListTablesRequest { identity, query_id, catalog, schema, next_token, page_size })
        };
        let (_, Response::ListTables(first)) = self.ask(list(self.schema.clone(), None, Some(1))).await else {
            panic!()
        };
        self.ask(list(self.schema.clone(), first.next_token, Some(1))).await;
        let (_, Response::ListTables(all)) = self.ask(list(self.schema.clone(), None, None)).await else { panic!() };
        all.tables
    }

    /// The rows of a table's columns, as AWS reads them, through all of its splits.
    async fn rows(
        &mut self,
        table: &TableName,
        constraints: Constraints,
        limits: (u64, u64),
        columns: usize,
    ) -> Vec<String> {
        let (identity, query_id, catalog) = (Identity::default, || "q-1".to_owned(), || "lambda:f".to_owned());
        let get_table = GetTableRequest {
            identity: identity(),
            query_id: query_id(),
            catalog: catalog(),
            table: table.clone(),
            passthrough: BTreeMap::new(),
        };
        let (_, Response::GetTable(whole)) = self.ask(Request::GetTable(get_table)).await else { panic!("no table") };
        let layout = GetTableLayoutRequest {
            identity: identity(),
            query_id: query_id(),
            catalog: catalog(),
            table: table.clone(),
            constraints: constraints.clone(),
            schema: whole.schema.clone(),
            partition_columns: Vec::new(),
        };
        let (_, Response::GetTableLayout(layout)) = self.ask(Request::GetTableLayout(layout)).await else { panic!() };
        let splits = GetSplitsRequest {
            identity: identity(),
            query_id: query_id(),
            catalog: catalog(),
            table: table.clone(),
            partitions: layout.partitions,
            partition_columns: Vec::new(),
            constraints: constraints.clone(),
            continuation_token: None,
        };
        let (_, Response::GetSplits(splits)) = self.ask(Request::GetSplits(splits)).await else { panic!("no splits") };
        let fields: Vec<_> = whole.schema.fields().iter().take(columns).cloned().collect();
        let schema = Arc::new(Schema::new_with_metadata(fields, whole.schema.metadata().clone()));
        let mut rows = Vec::new();
        for split in splits.splits {
            rows.extend(self.split(table, schema.clone(), split, constraints.clone(), limits).await);
        }
        rows.sort();
        rows
    }

    async fn split(
        &mut self,
        table: &TableName,
        schema: Arc<Schema>,
        split: Split,
        constraints: Constraints,
        (max_block_size, max_inline_block_size): (u64, u64),
    ) -> Vec<String> {
        let request = ReadRecordsRequest {
            identity: Identity::default(),
            query_id: "q-1".into(),
            catalog: "lambda:f".into(),
            table: table.clone(),
            schema,
            split,
            constraints,
            max_block_size,
            max_inline_block_size,
        };
        let (text, response) = self.ask(Request::ReadRecords(request)).await;
        let rows: Value = match response {
            Response::ReadRecords(_) => read(self.version.number(), &text)["value"]["records"]["rows"].clone(),
            _ => rows_of(&self.place.objects(&format!("{table}, spilled"), self.version.number(), &text)),
        };
        rows.as_array().unwrap().iter().map(ToString::to_string).collect()
    }
}

/// Everything of every table, inline and spilled, all columns and none, filtered and not.
async fn judge(url: &str, schema: &str, filtered: &str, expected: usize) -> BTreeMap<&'static str, usize> {
    let mut answers = BTreeMap::new();
    for version in Version::ALL {
        let mut judged = Judged::new(url, schema, version).await;
        for table in judged.listings().await {
            let all = judged.rows(&table, Constraints::default(), INLINE, usize::MAX).await;
            let spilled = judged.rows(&table, Constraints::default(), SPILLED, usize::MAX).await;
            assert_eq!(spilled, all, "{table}");
            let counted = judged.rows(&table, Constraints::default(), INLINE, 0).await;
            assert_eq!(counted.len(), all.len(), "{table}");
        }
        let table = TableName::new(schema, filtered);
        let range = Range { low: Bound::Unbounded, high: Bound::Excluded(Constant::Int(10)) };
        let domain = Domain { data_type: DataType::Int64, values: Values::Ranges(vec![range]), nulls: false };
        let constraints = Constraints { summary: BTreeMap::from([("id".into(), domain)]), ..Constraints::default() };
        let some = judged.rows(&table, constraints.clone(), INLINE, usize::MAX).await;
        assert_eq!(some.len(), expected, "{table}");
        assert_eq!(judged.rows(&table, constraints, SPILLED, usize::MAX).await, some);
        let mut nothing = Constraints::default();
        let none = Domain { data_type: DataType::Int64, values: Values::Ranges(Vec::new()), nulls: false };
        nothing.summary.insert("id".into(), none);
        assert_eq!(judged.rows(&table, nothing, INLINE, usize::MAX).await, Vec::<String>::new());
        for (kind, count) in judged.answers {
            *answers.entry(kind).or_insert(0) += count;
        }
    }
    answers
}

#[tokio::test]
async fn what_our_handler_answers_over_the_memory_connector_aws_reads() {
    if present() {
        let answers = judge("memory://shop", "shop", "orders", 10).await;
        assert_eq!(answers.len(), 9, "{answers:?}");
        println!("memory: judged in 5 versions: {answers:?}");
    }
}

/// A column of each kind that travels, with an edge and a NULL; and enough rows to be cut.
const SCRIPT: &str = "
    create schema odd;
    create table odd.types (
        id bigint primary key, b boolean, i2 smallint, i4 integer, f4 real, f8 double precision, n numeric(38, 9), t text,
        c char(5), bin bytea, d date, ts timestamp, tz timestamptz, u uuid, j jsonb, a integer[], names text[],
        iv interval, tm time);
    comment on column odd.types.t is 'a comment: ünïcode';
    insert into odd.types values
        (1, true, 32767, -2147483648, 1.5, 'NaN', 99999999999999999999999999999.999999999, 'héllo 世😀', 'ab', '\\x00ff',
         '2020-02-29', '2020-02-29 12:34:56.789', '2020-02-29 12:34:56.789+01', '00000000-0000-0000-0000-000000000001',
         '{\"a\": [1]}', '{1,null,3}', '{\"\",x}', '1 day', '12:34:56'),
        (2, false, -32768, 2147483647, '-Infinity', '-0', -0.000000001, '', '', '', '0001-01-01', '0001-01-01', '0001-01-01 00:00+00',
         null, 'null', '{}', '{}', null, '00:00'),
        (3, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null);
    create table odd.many (id bigint, name text);
    insert into odd.many select n, 'name ' || n from generate_series(0, 999) n;
    create table odd.empty (id integer, name text);
    create view odd.seen as select id, t from odd.types;
";

#[tokio::test]
async fn what_our_handler_answers_over_postgresql_aws_reads() {
    if !present() {
        return;
    }
    let Some(database) = support::postgres::database(SCRIPT).await else { return };
    let url =
        format!("postgres://{}&user={}&password={}", database.url(), database.user(), database.password().expose());
    let answers = judge(&url, "odd", "many", 10).await;
    assert_eq!(answers.len(), 9, "{answers:?}");
    println!("PostgreSQL: judged in 5 versions: {answers:?}");
}
