//! What becomes of a read's session, on real servers and through the handler: stopped at its source when nobody waits for it any
//! more, and kept for the next read otherwise.
//!
//! What is waited for is that the session is gone from the server's own list. The only time asserted is the two seconds that
//! are promised for it.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "support/aws.rs"]
mod aws;
mod support;

#[path = "sessions/athena.rs"]
mod athena;
#[path = "sessions/callers.rs"]
mod callers;
#[path = "sessions/function.rs"]
mod function;
#[path = "sessions/source.rs"]
mod source;
#[path = "sessions/tokens.rs"]
mod tokens;
#[path = "sessions/warm.rs"]
mod warm;

use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::RecordBatch;
use connector_core::ErrorKind;
use futures::{FutureExt, StreamExt, TryStreamExt, stream};
use glaux::local::endpoint::Endpoint;
use glaux::local::invoke::{Http, InProcess, Invoke};
use glaux::local::{LocalAthena, Options};
use glaux::protocol::{Identity, Version};

use athena::Athena;
use aws::{Answer, Service};
use source::{Source, ask, handler, handler_with, read_request, splits_request};

/// What is promised.
const PROMISE: Duration = Duration::from_secs(2);

/// Waits until the reader has no session at the source, and says how long that took.
async fn left(source: &Source, why: &str, since: Instant) {
    source.until_left().await;
    let took = since.elapsed();
    println!("{}, {why}: the session was gone after {} ms", source.name(), took.as_millis());
    assert!(took < PROMISE, "{}, {why}: {took:?}", source.name());
}

#[tokio::test]
async fn a_request_that_is_dropped_leaves_no_session() {
    for source in Source::all().await {
        let handler = handler(&source, |_| {});
        for table in ["asleep", "busy", "halfway"] {
            let request = read_request(&handler, table, "q-dropped").await;
            tokio::select! {
                ended = ask(&handler, &request, None) => panic!("{}, {table}: {ended:?}", source.name()),
                () = source.until_read(table) => {}
            }
            left(&source, &format!("a dropped read of {table}"), Instant::now()).await;
        }
    }
}

#[tokio::test]
async fn a_request_that_is_dropped_as_it_begins_leaves_no_session() {
    for source in Source::all().await {
        let handler = handler(&source, |_| {});
        let request = read_request(&handler, "busy", "q-early").await;
        // As many turns as it takes to log in, to describe the table and to send the statement, and fewer.
        for turns in 1..60 {
            let mut reading = Box::pin(ask(&handler, &request, None));
            for _ in 0..turns {
                assert!(reading.as_mut().now_or_never().is_none(), "{}: it ended", source.name());
                // Lets the network's part of the runtime go on, and nothing else.
                tokio::time::sleep(Duration::from_micros(500)).await;
            }
        }
        left(&source, "sixty reads dropped at their beginning", Instant::now()).await;
    }
}

#[tokio::test]
async fn a_query_that_athena_has_ended_leaves_no_session_and_no_answer() {
    for source in Source::all().await {
        let athena = Athena::start().await;
        let handler = handler(&source, |config| config.query_status = Some(athena.aws()));
        for (table, state) in [("asleep", "CANCELLED"), ("halfway", "FAILED"), ("busy", "SUCCEEDED")] {
            let query_id = format!("q-{state}");
            let request = read_request(&handler, table, &query_id).await;
            let ending = async {
                source.until_read(table).await;
                athena.end(&query_id, state);
                let told = athena.told(&query_id).await;
                left(&source, &format!("a query that is {state}"), told).await;
            };
            let (answer, ()) = tokio::join!(ask(&handler, &request, None), ending);
            let error = answer.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
            assert!(error.to_string().contains("the query"), "{error}");
        }
    }
}

#[tokio::test]
async fn a_query_that_athena_has_ended_waits_for_no_place() {
    for source in Source::all().await {
        let athena = Athena::start().await;
        let alone = [("glaux_max_connections", "1")];
        let handler = handler_with(&source, &alone, |config| config.query_status = Some(athena.aws()));
        let first = read_request(&handler, "asleep", "q-first").await;
        let second = read_request(&handler, "few", "q-second").await;
        let mut reading = Box::pin(ask(&handler, &first, None));
        tokio::select! {
            ended = &mut reading => panic!("{}: {ended:?}", source.name()),
            () = source.until_read("asleep") => {}
        }
        athena.end("q-second", "CANCELLED");
        tokio::select! {
            ended = &mut reading => panic!("{}: {ended:?}", source.name()),
            waited = ask(&handler, &second, None) => assert_eq!(waited.unwrap_err().kind(), ErrorKind::Conflict),
        }
        assert_eq!(source.reads_of("asleep").await, 1, "{}", source.name());
    }
}

/// Where a column is named for a view, its ends are asked for, which runs the view.
#[tokio::test]
async fn a_query_that_athena_has_ended_is_planned_no_more() {
    for source in Source::all().await {
        let athena = Athena::start().await;
        let named = [("glaux_split_by", "app.busy=s")];
        let handler = handler_with(&source, &named, |config| config.query_status = Some(athena.aws()));
        let request = splits_request(&Identity::default(), "busy", "q-planned");
        let ending = async {
            source.until_read("busy").await;
            athena.end("q-planned", "CANCELLED");
            let told = athena.told("q-planned").await;
            left(&source, "a query that was being planned", told).await;
        };
        let (answer, ()) = tokio::join!(ask(&handler, &request, None), ending);
        assert_eq!(answer.unwrap_err().kind(), ErrorKind::Conflict, "{}", source.name());
    }
}

#[tokio::test]
async fn a_thousand_splits_ask_athena_fewer_than_fifty_times() {
    let Some(source) = Source::postgres().await else { return };
    let athena = Athena::start().await;
    let handler = handler(&source, |config| config.query_status = Some(athena.aws()));
    let request = read_request(&handler, "few", "q-many").await;
    let start = Instant::now();
    let splits = stream::iter(0..1000).map(|_| ask(&handler, &request, None)).buffered(2);
    splits.try_collect::<Vec<_>>().await.unwrap();
    println!("1000 splits in {:?}: {} calls of GetQueryExecution", start.elapsed(), athena.calls());
    // Each of these takes long enough to be asked about more than once, if each were.
    let request = read_request(&handler, "waits", "q-many").await;
    let reads = (0..60).map(|_| ask(&handler, &request, None));
    futures::future::try_join_all(reads).await.unwrap();
    println!("60 longer ones at once: {} calls in all", athena.calls());
    assert!((1..50).contains(&athena.calls()), "{} calls", athena.calls());
}

#[tokio::test]
async fn a_function_that_may_not_ask_athena_reads_all_the_same_and_asks_no_more() {
    let Some(source) = Source::postgres().await else { return };
    for (code, calls) in [("AccessDeniedException", 1), ("InvalidRequestException", 2)] {
        let refusal = format!("{{\"__type\": \"{code}\", \"message\": \"no\"}}");
        let service = Service::start(move |_| Answer::Say(400, refusal.clone())).await;
        let handler = handler(&source, |config| config.query_status = Some(service.aws()));
        // Each takes longer than the first two pauses together.
        for query_id in ["q-1", "q-2"] {
            let request = read_request(&handler, "waits", query_id).await;
            ask(&handler, &request, None).await.unwrap();
        }
        // An unknown query says nothing about another one.
        assert_eq!(service.count(), calls, "{code}");
    }
}

#[tokio::test]
async fn a_read_that_would_end_too_late_is_stopped_in_time_and_says_what_would_have_helped() {
    for source in Source::all().await {
        let handler = handler(&source, |_| {});
        for table in ["slow", "asleep"] {
            let request = read_request(&handler, table, "q-late").await;
            let end = Instant::now() + Duration::from_secs(6);
            let error = ask(&handler, &request, Some(end)).await.unwrap_err();
            assert!(Instant::now() < end, "{}: there was no time left to answer", source.name());
            assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
            let told = error.to_string();
            println!("{}: {told}", source.name());
            match table {
                "slow" => assert!(
                    told.contains(" a second; the source expects ") && told.contains(" splits in place"),
                    "{told}"
                ),
                _ => assert!(told.contains("before the first"), "{told}"),
            }
        }
        // One is kept: that which was asked what it expects.
        source.wait("the end of all but one session", async || source.sessions().await <= 1).await;
        source
            .wait("the end of the reads", async || source.reads_of("slow").await + source.reads_of("asleep").await == 0)
            .await;
    }
}

#[tokio::test]
async fn a_read_that_was_stopped_in_time_is_asked_about_in_the_only_session_that_there_may_be() {
    let Some(source) = Source::postgres().await else { return };
    let handler = handler_with(&source, &[("glaux_max_connections", "1")], |_| {});
    let request = read_request(&handler, "slow", "q-alone").await;
    let end = Instant::now() + Duration::from_secs(12);
    let error = ask(&handler, &request, Some(end)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
    assert!(error.to_string().contains(" splits in place"), "{error}");
}

/// A local Athena over a function.
fn athena(function: Arc<dyn Invoke>) -> LocalAthena {
    let options = Options { catalog: Some("source".into()), schema: Some("app".into()), ..Options::default() };
    LocalAthena::new(vec![("source".to_owned(), function)], options).unwrap()
}

#[tokio::test]
async fn the_local_athena_leaves_no_session_of_a_query_that_has_rows_enough_or_is_dropped() {
    for source in Source::all().await {
        let athena = athena(Arc::new(InProcess(handler(&source, |_| {}))));
        let enough = athena.sql("select id from few union all select id from halfway limit 5").await.unwrap();
        let rows: Vec<_> = enough.batches.try_collect().await.unwrap();
        assert_eq!(rows.iter().map(RecordBatch::num_rows).sum::<usize>(), 5);
        // The idle session is kept: what counts is that nothing is read any more.
        source.wait("the end of the read", async || source.reads_of("halfway").await == 0).await;
        let mut query = athena.sql("select * from asleep").await.unwrap();
        tokio::select! {
            batch = query.batches.next() => panic!("{}: {batch:?}", source.name()),
            () = source.until_read("asleep") => {}
        }
        drop(query);
        let since = Instant::now();
        source.wait("the end of the read", async || source.reads_of("asleep").await == 0).await;
        println!("{}, a dropped query: {} ms", source.name(), since.elapsed().as_millis());
        assert!(since.elapsed() < PROMISE);
    }
}

#[tokio::test]
async fn a_caller_of_the_invoke_endpoint_that_goes_away_leaves_no_session() {
    for source in Source::all().await {
        let handler = handler(&source, |_| {});
        let request = read_request(&handler, "asleep", "q-http").await.encode(Version::default()).unwrap();
        let function: Arc<dyn Invoke> = Arc::new(InProcess(handler));
        let endpoint = Endpoint::start([("glaux".to_owned(), function)].into(), None).await.unwrap();
        let caller = Http::at(endpoint.url(), "glaux");
        tokio::select! {
            ended = caller.invoke(request) => panic!("{}: {:?}", source.name(), ended.map(|bytes| bytes.len())),
            () = source.until_read("asleep") => {}
        }
        drop(caller);
        left(&source, "a caller that went away", Instant::now()).await;
    }
}
