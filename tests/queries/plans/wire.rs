//! Requests with plans, as Athena may write them, to a handler over PostgreSQL.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, Int32Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use connector_core::{Domain, Error, ErrorKind, Split as Slice, TableName};
use glaux::handler::Handler;
use glaux::protocol::{
    Constraints, GetSplitsRequest, GetTableLayoutRequest, Identity, QueryPlan, ReadRecordsRequest, Request, Response,
    Version,
};

use crate::support::postgres;
use crate::support::sources::Sources;

const SCRIPT: &str = "CREATE SCHEMA shop;
    CREATE TABLE shop.orders (id int, region text, price numeric(10,2), day date, list int[]);
    INSERT INTO shop.orders VALUES (1, 'x', 1, NULL, NULL), (6, 'x', 2, NULL, NULL), (7, 'y', -3, NULL, NULL);
    CREATE TABLE shop.secrets (id int, password text); INSERT INTO shop.secrets VALUES (1, 'hunter2'), (2, 'hunter3')";

fn plan(name: &str) -> QueryPlan {
    let plans: BTreeMap<String, String> =
        serde_json::from_str(include_str!("../../../schemas/protocol/plans.json")).unwrap();
    QueryPlan { version: Some("0.102.0".into()), plan: Some(plans[name].clone()) }
}

fn schema(fields: &[(&str, DataType)]) -> Arc<Schema> {
    Arc::new(Schema::new(fields.iter().map(|(name, of)| Field::new(*name, of.clone(), true)).collect::<Vec<_>>()))
}

struct Asking(Arc<Handler>, #[expect(dead_code, reason = "it keeps S3")] Sources);

impl Asking {
    async fn new(url: String, switch: &str) -> Self {
        let mut sources = Sources::new("shop").await;
        sources.add("source", url);
        sources.set("glaux_query_plans", switch);
        sources.set("glaux_serde_version", "6");
        Self(sources.handler(), sources)
    }

    async fn ask(&self, request: &Request) -> Result<Response, Error> {
        let newest = *Version::ALL.last().unwrap();
        let answer = self.0.handle(&request.encode(newest).unwrap()).await?;
        Ok(Response::decode(&answer).unwrap())
    }

    fn request(fields: &[(&str, DataType)], constraints: &Constraints) -> ReadRecordsRequest {
        ReadRecordsRequest {
            identity: Identity::default(),
            query_id: "q".into(),
            catalog: "source".into(),
            table: TableName::new("shop", "orders"),
            schema: schema(fields),
            split: glaux::protocol::Split::default(),
            constraints: constraints.clone(),
            max_block_size: 16_000_000,
            max_inline_block_size: 5_242_880,
        }
    }

    async fn read(&self, fields: &[(&str, DataType)], constraints: &Constraints) -> Result<RecordBatch, Error> {
        let request = Request::ReadRecords(Self::request(fields, constraints));
        match self.ask(&request).await? {
            Response::ReadRecords(response) => Ok(response.records),
            other => panic!("{}", other.kind()),
        }
    }

    async fn counts(&self, fields: &[(&str, DataType)], constraints: &Constraints) -> Result<Vec<i64>, Error> {
        let batch = self.read(fields, constraints).await?;
        let mut counts = batch.column_by_name("n").unwrap().as_primitive::<Int64Type>().values().to_vec();
        counts.sort_unstable();
        Ok(counts)
    }
}

fn with(name: &str) -> Constraints {
    Constraints { query_plan: Some(plan(name)), ..Constraints::default() }
}

const N: &[(&str, DataType)] = &[("n", DataType::Int64)];
const GROUPS: &[(&str, DataType)] = &[("region", DataType::Utf8), ("n", DataType::Int64)];
const ID: &[(&str, DataType)] = &[("id", DataType::Int32)];

#[tokio::test]
async fn groups_are_given_where_exactly_they_are_asked_for() {
    let Some(database) = postgres::database(SCRIPT).await else { return };
    let on = Asking::new(database.setting(), "true").await;
    for form in ["", "old: "] {
        assert_eq!(on.counts(N, &with(&format!("{form}all rows"))).await.unwrap(), [3]);
        assert_eq!(on.counts(GROUPS, &with(&format!("{form}rows by a key"))).await.unwrap(), [1, 2]);
    }
    let swapped = &[("n", DataType::Int64), ("region", DataType::Utf8)];
    assert_eq!(on.counts(swapped, &with("under filters and a limit")).await.unwrap(), [1]);
    assert_eq!(on.counts(N, &with("one of a list")).await.unwrap(), [3]);
    // What the constraints say holds beside the plan.
    let mut beside = with("all rows");
    beside.summary = [("id".to_owned(), Domain::single(DataType::Int32, connector_core::Value::Int(6)))].into();
    assert_eq!(on.counts(N, &beside).await.unwrap(), [1]);
    // A part of the plan's columns is asked for, so rows are put together above.
    assert_eq!(on.read(&GROUPS[..1], &with("rows by a key")).await.unwrap().num_rows(), 3);
    assert_eq!(on.read(&[], &with("all rows")).await.unwrap().num_rows(), 3);
    // Keys, and the smallest of a column under its own name, are the same once more.
    let keys = &[("region", DataType::Utf8), ("id", DataType::Int32)];
    assert_eq!(on.read(keys, &with("keys alone")).await.unwrap().num_rows(), 3);
    assert_eq!(on.read(ID, &with("a column named as the table's")).await.unwrap().num_rows(), 1);
    let rows = &[("region", DataType::Utf8), ("id", DataType::Int32)];
    assert_eq!(on.read(rows, &with("filter and limit of rows")).await.unwrap().num_rows(), 2);
    let every = [
        ("region", DataType::Utf8),
        ("a", DataType::Int64),
        ("b", DataType::Int64),
        ("c", DataType::Int64),
        ("d", DataType::Decimal128(38, 2)),
        ("e", DataType::Int32),
        ("f", DataType::Date32),
        ("g", DataType::Float64),
        ("h", DataType::Decimal128(10, 2)),
    ];
    let batch = on.read(&every, &with("every measure")).await.unwrap();
    let mut shown = super::stage::rows(&batch);
    shown.sort();
    let shown: Vec<String> = shown
        .iter()
        .map(|row| row.iter().map(|cell| cell.as_deref().unwrap_or("NULL")).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(shown, ["x 2 2 7 3.00 1 NULL 3.5 1.50", "y 1 1 7 -3.00 7 NULL 7.0 -3.00"]);
}

#[tokio::test]
async fn groups_that_cannot_be_had_are_an_error_and_never_the_tables_rows() {
    let Some(database) = postgres::database(SCRIPT).await else { return };
    let (on, off) = (Asking::new(database.setting(), "true").await, Asking::new(database.setting(), "false").await);
    let kind = async |asking: &Asking, fields: &[(&str, DataType)], constraints: &Constraints| {
        let error = asking.read(fields, constraints).await.unwrap_err();
        assert!(!error.to_string().contains("hunter"), "{error}");
        (error.kind(), error.to_string(), error.hint_text().unwrap_or_default().to_owned())
    };
    let (told, _, hint) = kind(&off, N, &with("all rows")).await;
    assert!(told == ErrorKind::Unsupported && hint.contains("glaux_query_plans"), "{hint}");
    // Every plan that is not followed, asked for all it may give.
    for (name, fields) in [
        ("a filter behind", GROUPS),
        ("a sort", GROUPS),
        ("offset", GROUPS),
        ("another table", N),
        ("another schema", N),
        ("a join", N),
        ("a filtered measure", N),
        ("a filter at best", N),
        ("an option", N),
        ("a sorted measure", N),
        ("an enhancement", N),
        ("half an aggregate", N),
        ("sum of different", N),
        ("an unknown function", N),
        ("functions of another list", N),
        ("mixed types", N),
        ("a read of files", N),
        ("deep relations", N),
        ("another column's name", &[("region", DataType::Utf8), ("id", DataType::Int32)]),
        ("a column that is not there", &[("password", DataType::Utf8)]),
        ("a column of another type", ID),
    ] {
        let (told, message, _) = kind(&on, fields, &with(name)).await;
        assert_eq!(told, ErrorKind::Unsupported, "{name}: {message}");
    }
    let mut limited = with("rows by a key");
    limited.limit = Some(1);
    assert_eq!(kind(&on, GROUPS, &limited).await.0, ErrorKind::Unsupported);
    // Garbage says nothing, so the schema alone is looked at.
    for garbage in ["no base64!", "AAAA", "", "////"] {
        let plan = QueryPlan { version: None, plan: Some(garbage.into()) };
        let constraints = Constraints { query_plan: Some(plan), ..Constraints::default() };
        assert_eq!(on.read(ID, &constraints).await.unwrap().num_rows(), 3, "{garbage}");
        assert_eq!(kind(&on, N, &constraints).await.0, ErrorKind::Conflict);
    }
    // Without a doubt the table's own rows are asked for.
    for asking in [&on, &off] {
        for name in ["another table", "a join", "deep relations", "a read of files", "offset", "all rows"] {
            assert_eq!(asking.read(ID, &with(name)).await.unwrap().num_rows(), 3, "{name}");
        }
    }
}

#[tokio::test]
async fn a_plan_reads_no_column_that_its_user_may_not_read() {
    let guest = "CREATE ROLE plan_guest LOGIN PASSWORD 'gu3st'; GRANT USAGE ON SCHEMA shop TO plan_guest;
        GRANT SELECT (id, region) ON shop.orders TO plan_guest";
    let drop = "DROP ROLE IF EXISTS plan_guest";
    let Some(database) = postgres::database(&format!("{SCRIPT}; {drop}; {guest}")).await else { return };
    let url = format!("postgres://{}&user=plan_guest&password=gu3st", database.url());
    let on = Asking::new(url, "true").await;
    assert_eq!(on.counts(GROUPS, &with("rows by a key")).await.unwrap(), [1, 2]);
    let sum = &[("region", DataType::Utf8), ("s", DataType::Decimal128(38, 2))];
    assert_eq!(on.read(sum, &with("masked")).await.unwrap_err().kind(), ErrorKind::Unsupported);
    database.client().await.batch_execute("DROP OWNED BY plan_guest; DROP ROLE plan_guest").await.unwrap();
}

#[tokio::test]
async fn what_is_grouped_is_read_in_one_piece_and_there_is_a_group_of_no_rows() {
    let Some(database) = postgres::database(SCRIPT).await else { return };
    let on = Asking::new(database.setting(), "true").await;
    let mut nothing = with("all rows");
    nothing.summary = [("id".to_owned(), Domain { nulls: false, ..Domain::only_null(DataType::Int32) })].into();
    let layout = GetTableLayoutRequest {
        identity: Identity::default(),
        query_id: "q".into(),
        catalog: "source".into(),
        table: TableName::new("shop", "orders"),
        constraints: nothing.clone(),
        schema: schema(ID),
        partition_columns: Vec::new(),
    };
    let Response::GetTableLayout(layout) = on.ask(&Request::GetTableLayout(layout)).await.unwrap() else { panic!() };
    assert_eq!(layout.partitions.num_rows(), 1);
    assert_eq!(on.counts(N, &nothing).await.unwrap(), [0]);
    let one = Arc::new(Int32Array::from(vec![1])) as ArrayRef;
    let splits = GetSplitsRequest {
        identity: Identity::default(),
        query_id: "q".into(),
        catalog: "source".into(),
        table: TableName::new("shop", "orders"),
        partitions: RecordBatch::try_from_iter([("partitionId", one)]).unwrap(),
        partition_columns: Vec::new(),
        constraints: with("rows by a key"),
        continuation_token: None,
    };
    let Response::GetSplits(splits) = on.ask(&Request::GetSplits(splits)).await.unwrap() else { panic!() };
    assert_eq!(splits.splits.len(), 1);
    assert_eq!(Slice::from_properties(&splits.splits[0].properties).unwrap(), Slice::Whole);
    let mut part = Asking::request(GROUPS, &with("rows by a key"));
    part.split.properties = [("part".to_owned(), "1".to_owned())].into();
    assert_eq!(on.ask(&Request::ReadRecords(part)).await.unwrap_err().kind(), ErrorKind::Conflict);
}

#[tokio::test]
async fn a_plan_becomes_one_statement_whose_values_are_bound() {
    let Some(database) = postgres::database(SCRIPT).await else { return };
    let on = Asking::new(database.setting(), "true").await;
    let fields = &[("n", DataType::Int64), ("region", DataType::Utf8)];
    let request = Request::ReadRecords(Asking::request(fields, &with("under filters and a limit")));
    let newest = *Version::ALL.last().unwrap();
    let statement = on.0.plan(&request.encode(newest).unwrap()).await.unwrap().statement;
    let expected = "SELECT pg_catalog.count(*), \"region\", pg_catalog.min(\"price\"), pg_catalog.max(\"price\") \
        FROM \"shop\".\"orders\" WHERE (NOT (\"region\" IS NULL)) AND ((\"id\") > (CAST($1 AS pg_catalog.int4))) \
        AND (((\"region\") = (CAST($2 AS pg_catalog.text))) OR (NOT ((\"price\") < (CAST($3 AS pg_catalog.numeric))))) \
        GROUP BY \"region\" LIMIT 7";
    assert_eq!((statement.sql.as_str(), statement.binds.len()), (expected, 3));
}
