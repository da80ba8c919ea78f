//! TPC-H's 22 queries give PostgreSQL's rows, whichever engine holds the tables: in process, and over HTTP from a pool of
//! Lambdas; and one query joins three engines.
//!
//! `GLAUX_TPCH_SCALE` sets the scale, 0.01 unless it is set.

use std::collections::BTreeMap;
use std::sync::Arc;

use glaux::local::invoke::Invoke;

use mysql_async::prelude::Queryable;

use crate::mysql;
use crate::support::postgres::Database;
use crate::support::sources::Sources;
use crate::support::tpch;
use crate::tpc::answers::{Query, differing, rows};

async fn filled() -> Option<(Database, Sources)> {
    let scale = std::env::var("GLAUX_TPCH_SCALE").map_or(0.01, |scale| scale.parse().unwrap());
    let database = tpch::database(scale).await?;
    let mut sources = Sources::new("tpch").await;
    sources.add("pg", database.setting());
    for server in mysql::servers() {
        let mut admin = server.admin().await;
        tpch::fill(&mut admin, scale).await;
        let version: Option<String> = admin.query_first("SELECT VERSION()").await.unwrap();
        println!("{:?} {}", server.kind, version.unwrap_or_default());
        sources.add(&format!("{:?}", server.kind).to_lowercase(), server.setting());
        admin.disconnect().await.unwrap();
    }
    Some((database, sources))
}

async fn queries(database: &Database) -> BTreeMap<usize, Query> {
    let client = database.client().await;
    let mut queries = BTreeMap::new();
    for (number, text) in tpch::queries() {
        let expected = tpch::expected(&client, &text).await;
        queries.insert(number, Query { text, expected, ordered: true });
    }
    queries
}

/// The first catalog's rows of one table, the second's of another, the third's of a third; with fewer catalogs, some twice.
async fn joined(database: &Database, sources: &Sources, function: &Arc<dyn Invoke>) -> Option<String> {
    let of = |place: usize| &sources.catalogs[place % sources.catalogs.len()].0;
    let query = |catalogs: [&str; 3]| {
        let [nation, customer, orders] = catalogs;
        format!(
            "select n_name, o_orderpriority, count(*), sum(o_totalprice) from {nation}tpch.nation \
             join {customer}tpch.customer on c_nationkey = n_nationkey join {orders}tpch.orders on o_custkey = c_custkey \
             where o_orderdate >= date '1995-03-01' and c_mktsegment = 'BUILDING' \
             group by n_name, o_orderpriority order by n_name, o_orderpriority"
        )
    };
    let expected = tpch::expected(&database.client().await, &query(["", "", ""])).await;
    let names: Vec<String> = (0..3).map(|place| format!("{}.", of(place))).collect();
    let text = query([&names[0], &names[1], &names[2]]);
    println!("{} joined: {} rows", names.join(" "), expected.len());
    let answer = rows(&sources.athena(function, of(0), |_| ()), &text).await;
    Query { text, expected, ordered: true }.differs(&answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_22_queries_give_postgresqls_rows_in_process_and_from_a_pool_of_lambdas() {
    let Some((database, sources)) = filled().await else { return };
    let queries = queries(&database).await;
    let all = || queries.iter().map(|(number, query)| (*number, query)).collect();
    let mut failed = differing(&sources, &sources.in_process(), "in process", all()).await;
    let (lambda, over_http) = sources.pool(env!("CARGO_BIN_EXE_glaux-lambda")).await;
    failed.extend(differing(&sources, &over_http, "over HTTP", all()).await);
    assert!(failed.is_empty(), "{failed:?} differ");
    assert_eq!(joined(&database, &sources, &over_http).await, None, "the join differs");
    lambda.stop().await;
}
