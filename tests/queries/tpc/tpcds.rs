//! TPC-DS: what PostgreSQL answers to a text is what the local Athena answers to it, over the wire.
//!
//! Those that do not take long without optimisation are asked one way each, in process and over HTTP by turns;
//! `GLAUX_TPCDS=all` asks all of them both ways.

use std::collections::BTreeMap;

use crate::support::sources::Sources;
use crate::support::{tpcds, tpch};
use crate::tpc::answers::{Query, differing, rows};

/// What PostgreSQL is asked instead, and why.
const ADAPTED: &[(usize, &str, &str, &str)] = &[(
    36,
    "(sum(ss_net_profit)*1.0000)/sum(ss_ext_sales_price)",
    "round((sum(ss_net_profit)*1.0000)/sum(ss_ext_sales_price), 6)",
    "Athena's quotient of decimals has the larger of their scales, and the rows are ranked by it",
)];

/// Together they take as long as all the others.
const LONG: &[usize] = &[2, 5, 14, 27, 33, 36, 47, 56, 60, 61, 66, 72, 75, 76, 77, 78, 80, 81];

/// Texts that the local Athena refuses: what its message holds, and why.
const REFUSED: &[(usize, &str, &str)] = &[];

/// Whether rows tell right from wrong: some cell is neither NULL nor nothing.
fn tells(rows: &[tpch::Row]) -> bool {
    rows.iter().flatten().any(|cell| cell != "NULL" && cell != "0")
}

fn adapted(number: usize, text: &str) -> String {
    ADAPTED.iter().filter(|(adapted, ..)| *adapted == number).fold(text.to_owned(), |text, (_, from, to, why)| {
        assert!(text.contains(from), "q{number} is not what was adapted: {why}");
        text.replace(from, to)
    })
}

/// The queries that find something, and the numbers of those that find nothing or are refused.
async fn chosen(sources: &Sources, tpcds: &tpcds::TpcDs) -> (BTreeMap<usize, Query>, Vec<usize>) {
    let client = tpcds.database.client().await;
    client.batch_execute("SET search_path = tpcds").await.unwrap();
    let (mut chosen, mut left_out) = (BTreeMap::new(), Vec::new());
    for (number, text) in &tpcds.queries {
        let expected = tpch::expected(&client, &adapted(*number, text)).await;
        if let Some((_, part, why)) = REFUSED.iter().find(|(refused, ..)| refused == number) {
            let error = rows(&sources.athena(&sources.in_process(), "pg", |_| ()), text).await.unwrap_err();
            assert!(error.to_string().contains(part), "q{number} was refused because {why}: {error}");
            left_out.push(*number);
        } else if tells(&expected) {
            chosen.insert(*number, Query { text: text.clone(), expected, ordered: false });
        } else {
            left_out.push(*number);
        }
    }
    (chosen, left_out)
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_queries_and_more_give_postgresqls_rows() {
    let Some(tpcds) = tpcds::open().await else { return };
    let mut sources = Sources::new("tpcds").await;
    sources.add("pg", tpcds.database.setting());
    let (chosen, left_out) = chosen(&sources, &tpcds).await;
    println!("TPC-DS: {} queries find something; {left_out:?} find nothing or are refused", chosen.len());
    let is_all = std::env::var("GLAUX_TPCDS").is_ok_and(|wish| wish == "all");
    let asked: Vec<_> = chosen.iter().filter(|(number, _)| is_all || !LONG.contains(number)).collect();
    println!("TPC-DS: {} of them are asked", asked.len());
    assert!(asked.len() >= 30, "{} queries are too few", asked.len());
    let part = |of: usize| asked.iter().enumerate().filter(move |(place, _)| is_all || place % 2 == of);
    let part = |of| part(of).map(|(_, (number, query))| (**number, *query)).collect();
    let (lambda, over_http) = sources.pool(env!("CARGO_BIN_EXE_glaux-lambda")).await;
    let in_process = sources.in_process();
    let (mut failed, others) = tokio::join!(
        differing(&sources, &in_process, "in process", part(0)),
        differing(&sources, &over_http, "over HTTP", part(1)),
    );
    failed.extend(others);
    assert!(failed.is_empty(), "{failed:?} differ");
    lambda.stop().await;
}
