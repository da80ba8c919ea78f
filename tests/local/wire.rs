//! The wire between: spill, versions, the Invoke API, names, failures, and answers that a strict reader refuses.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use connector_core::{Error, ErrorKind};
use datafusion::arrow::compute::concat_batches;
use futures::StreamExt;
use glaux::local::endpoint::Endpoint;
use glaux::local::invoke::{Http, Invoke};
use glaux::local::{LocalAthena, Options};
use glaux::protocol::{Request, Response, Version};

use crate::functions::{Answering, Asking, Counting};
use crate::{Shop, run, sorted};

const QUERY: &str = "select * from shop.orders where id < 900";

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_were_spilled_are_the_same_rows() {
    let shop = Shop::open().await;
    let expected = sorted(&shop.athena(|_| ()), QUERY).await;
    assert_eq!(expected.len(), 900);
    let athena = shop.athena(|options| {
        options.max_inline_block_size = 0;
        options.max_block_size = 6_000;
    });
    let (mut rows, report) = run(&athena, QUERY).await.unwrap();
    rows.sort();
    assert_eq!(rows, expected);
    let scan = &report.scans[0];
    assert!(scan.inline_blocks == 0 && scan.spilled_blocks > scan.splits, "{scan:?}");
    assert!(scan.bytes_received > 30_000, "{scan:?}");
    let (rows, _) = run(&athena, "select count(*) from shop.orders").await.unwrap();
    assert_eq!(rows, ["1000"]);
    let nowhere = shop.athena(|options| {
        options.max_inline_block_size = 0;
        options.spill = None;
    });
    assert_eq!(run(&nowhere, QUERY).await.unwrap_err().kind(), ErrorKind::Invalid);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_version_of_the_protocol_gives_the_same_rows() {
    let shop = Shop::open().await;
    let query = "select * from shop.orders where id < 30 and note like '%2%' limit 1000";
    let expected = sorted(&shop.athena(|_| ()), query).await;
    for version in Version::ALL {
        let athena = shop.athena(|options| options.version = Some(version));
        assert_eq!(sorted(&athena, query).await, expected, "{version:?}");
        let report = athena.explain(query).await.unwrap();
        // Before version 4 there is neither an expression nor a limit.
        let asked = usize::from(version.number() >= 4) + 1;
        assert_eq!(report.scans[0].asked.len(), asked, "{version:?}: {report:?}");
        assert_eq!(report.scans[0].limit.is_some(), version.number() >= 4, "{version:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn over_the_invoke_api_everything_is_as_in_process_failures_too() {
    let shop = Shop::open().await;
    let endpoint = Endpoint::start(BTreeMap::from([("shop".to_owned(), shop.function.clone())]), None).await.unwrap();
    let near = shop.athena(|_| ());
    let far = shop.athena_over(Arc::new(Http::at(endpoint.url(), "shop")), |_| ());
    assert_eq!(sorted(&far, QUERY).await, sorted(&near, QUERY).await);
    let query = "select 1 from shop.nope";
    let (near, far) = (run(&near, query).await.unwrap_err(), run(&far, query).await.unwrap_err());
    assert_eq!(near.kind(), ErrorKind::NotFound);
    assert!(near.to_string().contains("nope"), "{near}");
    assert_eq!((near.kind(), near.to_string(), near.hint_text()), (far.kind(), far.to_string(), far.hint_text()));
}

/// Fails as it is told to.
struct Failing(ErrorKind);

#[async_trait::async_trait]
impl Invoke for Failing {
    async fn invoke(&self, _: Vec<u8>) -> Result<Vec<u8>, Error> {
        Err(Error::new(self.0, "failed").hint("as told"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_failure_comes_through_both_transports_as_what_it_was() {
    use ErrorKind::{
        Conflict, Corrupt, Forbidden, Internal, Invalid, NotFound, Throttled, TimedOut, TooLarge, Unauthenticated,
        Unavailable, Unsupported,
    };
    let kinds = [
        Conflict,
        Corrupt,
        Forbidden,
        Internal,
        Invalid,
        NotFound,
        Throttled,
        TimedOut,
        TooLarge,
        Unauthenticated,
        Unavailable,
        Unsupported,
    ];
    let name = |kind: &ErrorKind| kind.as_str().replace(' ', "_");
    let functions = kinds.map(|kind| (name(&kind), Arc::new(Failing(kind)) as Arc<dyn Invoke>));
    let endpoint = Endpoint::start(BTreeMap::from(functions), None).await.unwrap();
    for kind in kinds {
        let error = Http::at(endpoint.url(), name(&kind)).invoke(b"{}".to_vec()).await.unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str(), error.hint_text()), (kind, "failed", Some("as told")));
    }
    // A table that changed since the query was planned.
    let shop = Shop::open().await;
    let changed: Arc<dyn Invoke> = Arc::new(Asking(shop.function.clone(), |request: &mut Request| {
        if let Request::ReadRecords(request) = request {
            let text = arrow_schema::Field::new("id", arrow_schema::DataType::Utf8, true);
            request.schema = Arc::new(arrow_schema::Schema::new(vec![text]));
        }
    }));
    let endpoint = Endpoint::start(BTreeMap::from([("shop".to_owned(), changed.clone())]), None).await.unwrap();
    for function in [changed, Arc::new(Http::at(endpoint.url(), "shop"))] {
        let error = run(&shop.athena_over(function, |_| ()), "select id from shop.orders").await.unwrap_err();
        assert_eq!((error.kind(), error.hint_text()), (Conflict, Some("run the query again")), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_is_not_there_or_too_large_a_request_is_told_apart() {
    let shop = Shop::open().await;
    let endpoint = Endpoint::start(BTreeMap::from([("shop".to_owned(), shop.function.clone())]), None).await.unwrap();
    let missing = Http::at(endpoint.url(), "nope").invoke(b"{}".to_vec()).await.unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound, "{missing}");
    let large = Http::at(endpoint.url(), "shop").invoke(vec![b' '; 6_291_456]).await.unwrap_err();
    assert_eq!(large.kind(), ErrorKind::TooLarge, "{large}");
    let garbage = Http::at(endpoint.url(), "shop").invoke(b"{}".to_vec()).await.unwrap_err();
    assert_eq!(garbage.kind(), ErrorKind::Invalid, "{garbage}");
    drop(endpoint);
    let nobody = Http::at("http://127.0.0.1:9", "shop").invoke(b"{}".to_vec()).await.unwrap_err();
    assert_eq!(nobody.kind(), ErrorKind::Unavailable, "{nobody}");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_fold_and_defaults_fill_them_up() {
    let shop = Shop::open().await;
    let functions = || vec![("One".to_owned(), shop.function.clone()), ("two".to_owned(), shop.function.clone())];
    let several = LocalAthena::new(functions(), Options::default()).unwrap();
    assert_eq!(several.catalogs(), ["one", "two"]);
    let query =
        "select \"O\".\"ID\" from ONE.\"Shop\".Orders as \"O\" join two.shop.orders p on O.id = P.ID where o.Id = 5";
    assert_eq!(sorted(&several, query).await, ["5"]);
    let unnamed = run(&several, "select 1 from shop.orders").await.unwrap_err();
    assert!(unnamed.kind() == ErrorKind::Invalid && unnamed.hint_text().unwrap().contains("one, two"), "{unnamed}");
    let options = Options { catalog: Some("two".into()), schema: Some("SHOP".into()), ..Options::default() };
    let with_defaults = LocalAthena::new(functions(), options).unwrap();
    assert_eq!(sorted(&with_defaults, "select count(*) from orders").await, ["1000"]);
    let wrong = Options { catalog: Some("three".into()), ..Options::default() };
    assert_eq!(LocalAthena::new(functions(), wrong).err().unwrap().kind(), ErrorKind::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_there_is_is_listed_in_every_way() {
    let shop = Shop::open().await;
    let athena = shop.athena(|options| options.schema = Some("shop".into()));
    let tables = ["customers", "every_type", "orders"];
    assert_eq!(sorted(&athena, "show tables").await, tables);
    assert_eq!(sorted(&athena, "show tables in memory.shop").await, tables);
    assert_eq!(sorted(&athena, "show schemas").await, ["shop"]);
    assert_eq!(sorted(&athena, "show databases").await, ["shop"]);
    assert_eq!(sorted(&athena, "show catalogs").await, ["memory"]);
    let (columns, _) = run(&athena, "describe shop.orders").await.unwrap();
    assert_eq!(columns[..3], ["id|bigint|", "customer_id|integer|", "total|decimal(12,2)|"]);
    assert_eq!(run(&athena, "show columns in orders").await.unwrap().0, columns);
    let query = "select table_name from memory.information_schema.tables where table_schema = 'shop'";
    assert_eq!(sorted(&athena, query).await, tables);
    let query = "select column_name, data_type from information_schema.columns where table_name = 'every_type' \
                 and ordinal_position > 11 order by ordinal_position";
    let expected = ["c_timestamp|timestamp(3)", "c_timestamptz|timestamp(3) with time zone", "c_array|array(integer)"];
    assert_eq!(run(&athena, query).await.unwrap().0, expected);
    assert_eq!(athena.describe(&["ORDERS".into()]).await.unwrap().len(), columns.len());
    assert_eq!(athena.tables("memory", "shop").await.unwrap(), tables);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_cannot_be_planned_is_refused_in_one_line_with_what_was_meant() {
    let shop = Shop::open().await;
    let athena = shop.athena(|_| ());
    for (query, message, hint) in [
        ("selec 1", "syntax error at line 1, column 1: expected an SQL statement, found selec", None),
        ("select 1\nfrom shop.orders where", "syntax error: expected an expression, found its end", None),
        ("select 'abc", "syntax error at line 1, column 8: unterminated string literal", None),
        ("select nope from shop.orders", "column \"nope\" does not exist", Some("did you mean \"note\"?")),
        (
            "select o.totals from shop.orders o",
            "column \"totals\" does not exist in \"o\"",
            Some("did you mean \"total\"?"),
        ),
        (
            "select x from (select 1, id, note from shop.orders)",
            "column \"x\" does not exist",
            Some("there are id, note"),
        ),
        (
            "select id from shop.orders a, shop.orders b",
            "column \"id\" is ambiguous",
            Some("write its table in front: table.id"),
        ),
        (
            "select 1 from shop.orders o, shop.orders o",
            "two tables are called \"o\"",
            Some("give one of them an alias"),
        ),
        ("select floorr(id) from shop.orders", "function \"floorr\" does not exist", Some("did you mean \"floor\"?")),
        ("select zzzzzz(id) from shop.orders", "function \"zzzzzz\" does not exist", None),
        ("select sum(note) from shop.orders", "no function takes these arguments: sum(Utf8)", None),
        ("select x.* from shop.orders", "there is no table called \"x\" in the FROM clause", None),
        ("select id + note from shop.orders", "cannot coerce arithmetic expression Int64 + Utf8 to valid types", None),
    ] {
        let error = run(&athena, query).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string().as_str(), error.hint_text()),
            (ErrorKind::Invalid, message, hint),
            "{query}"
        );
    }
    for (query, hint) in [
        ("select 1 from shop.orderz", "did you mean \"orders\"?"),
        ("select 1 from sho.orders", "did you mean \"shop\"?"),
        (
            "select 1 from shop.payments",
            "list what there is, and check that the catalog's user has rights on the table",
        ),
    ] {
        let error = run(&athena, query).await.unwrap_err();
        assert_eq!((error.kind(), error.hint_text()), (ErrorKind::NotFound, Some(hint)), "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_say_what_is_wrong_and_of_what_kind() {
    let shop = Shop::open().await;
    let athena = shop.athena(|_| ());
    for (query, kind, words) in [
        ("select 1 from nope.shop.orders", ErrorKind::NotFound, "nope"),
        ("select 1 from nope.orders", ErrorKind::NotFound, "nope"),
        ("select 1 from shop.nope", ErrorKind::NotFound, "nope"),
        ("select nope from shop.orders", ErrorKind::Invalid, "nope"),
        ("select 1 from orders", ErrorKind::Invalid, "schema"),
        ("selec 1", ErrorKind::Invalid, "selec"),
        ("create table t (a int)", ErrorKind::Unsupported, "read"),
        ("insert into shop.orders values (1)", ErrorKind::Unsupported, "read"),
        ("explain drop table shop.orders", ErrorKind::Unsupported, "read"),
        ("select id / 0 from shop.orders", ErrorKind::Invalid, "zero"),
        ("select id from shop.orders where 10 / (id - 5) > 0", ErrorKind::Invalid, "zero"),
    ] {
        let error = run(&athena, query).await.expect_err(query);
        assert_eq!(error.kind(), kind, "{query}: {error}");
        assert!(error.to_string().to_lowercase().contains(words), "{query}: {error}");
    }
}

fn answering(shop: &Shop, change: impl Fn(&mut Response) + Send + Sync + 'static) -> LocalAthena {
    shop.athena_over(Arc::new(Answering(shop.function.clone(), change)), |_| ())
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_are_not_what_was_asked_are_refused() {
    let shop = Shop::open().await;
    let reversed = answering(&shop, |response| {
        if let Response::ReadRecords(response) = response {
            response.records = response.records.project(&[1, 0]).unwrap();
        }
    });
    let error = run(&reversed, "select id, customer_id from shop.orders").await.unwrap_err();
    assert!(error.kind() == ErrorKind::Corrupt && error.to_string().contains("customer_id Int32, id Int64"), "{error}");
    let strange = answering(&shop, |response| {
        if let Response::GetSplits(response) = response {
            response.catalog = "other".into();
        }
    });
    assert_eq!(run(&strange, QUERY).await.unwrap_err().kind(), ErrorKind::Corrupt);
    let large = Asking(shop.function.clone(), |request: &mut Request| {
        if let Request::ReadRecords(request) = request {
            request.max_block_size = 16_000_000;
        }
    });
    let large = shop.athena_over(Arc::new(large), |options| options.max_block_size = 1_000);
    let error = run(&large, QUERY).await.unwrap_err();
    assert!(error.to_string().contains("CONSTRAINT_VIOLATION"), "{error}");
    let doubled = answering(&shop, |response| {
        if let Response::GetSplits(response) = response {
            response.splits.extend(response.splits.clone());
        }
    });
    assert_eq!(sorted(&doubled, "select count(*) from shop.orders").await, ["1000"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_asks_to_slow_down_is_asked_again() {
    struct Throttled(Arc<dyn Invoke>, std::sync::atomic::AtomicUsize);
    #[async_trait::async_trait]
    impl Invoke for Throttled {
        async fn invoke(&self, payload: Vec<u8>) -> Result<Vec<u8>, Error> {
            let is_read = matches!(Request::decode(&payload).unwrap(), Request::ReadRecords(_));
            if is_read && self.1.fetch_add(1, Ordering::SeqCst).is_multiple_of(2) {
                return Err(Error::new(ErrorKind::Throttled, "slower"));
            }
            self.0.invoke(payload).await
        }
    }
    let shop = Shop::open().await;
    let athena = shop.athena_over(Arc::new(Throttled(shop.function.clone(), 0.into())), |_| ());
    assert_eq!(sorted(&athena, "select count(*) from shop.orders").await, ["1000"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_that_nobody_takes_ends_its_reads() {
    let shop = Shop::open().await;
    let function = Counting::new(shop.function.clone(), 2);
    let athena = shop.athena_over(function.clone(), |options| options.parallel_reads = 1);
    let mut query = athena.sql("select id from shop.orders").await.unwrap();
    assert!(query.batches.next().await.unwrap().unwrap().num_rows() > 0);
    while function.reads.load(Ordering::SeqCst) < 2 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    drop(query);
    let given_up = async {
        while !function.given_up.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), given_up)
        .await
        .expect("the read goes on though nobody takes its rows");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_cannot_be_described_leaves_a_note_and_the_columns_of_the_others() {
    struct Shy(Arc<dyn Invoke>);
    #[async_trait::async_trait]
    impl Invoke for Shy {
        async fn invoke(&self, payload: Vec<u8>) -> Result<Vec<u8>, Error> {
            match Request::decode(&payload).unwrap() {
                Request::GetTable(request) if request.table.table == "every_type" => {
                    Err(Error::invalid("two columns a"))
                }
                _ => self.0.invoke(payload).await,
            }
        }
    }
    let shop = Shop::open().await;
    let query = "select distinct table_name from information_schema.columns";
    let (mut rows, report) = run(&shop.athena_over(Arc::new(Shy(shop.function.clone())), |_| ()), query).await.unwrap();
    rows.sort();
    assert_eq!(rows, ["customers", "orders"]);
    let [note] = &report.notes[..] else { panic!("{report:?}") };
    assert!(note.contains("leaves out table \"shop\".\"every_type\"") && note.contains("DESCRIBE"), "{note}");
    assert!(run(&shop.athena(|_| ()), query).await.unwrap().1.notes.is_empty());
}

/// Fails, or panics, at the second read, while the others never end.
struct Breaking {
    stuck: Arc<Counting>,
    reads: std::sync::atomic::AtomicUsize,
    panics: bool,
}

#[async_trait::async_trait]
impl Invoke for Breaking {
    async fn invoke(&self, payload: Vec<u8>) -> Result<Vec<u8>, Error> {
        let is_read = matches!(Request::decode(&payload).unwrap(), Request::ReadRecords(_));
        if is_read && self.reads.fetch_add(1, Ordering::SeqCst) == 1 {
            // The other read is under way before this one breaks.
            while self.stuck.reads.load(Ordering::SeqCst) == 0 {
                tokio::task::yield_now().await;
            }
            assert!(!self.panics, "a panic that this test wants");
            return Err(Error::new(ErrorKind::Forbidden, "no more"));
        }
        self.stuck.invoke(payload).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_that_fails_or_panics_fails_the_query_and_stops_the_others() {
    let shop = Shop::open().await;
    // Two reads of four at once, and all of them.
    for (panics, at_once) in [(false, 2), (true, 2), (false, 4), (true, 4)] {
        let stuck = Counting::new(shop.function.clone(), 1);
        let function = Arc::new(Breaking { stuck: stuck.clone(), reads: 0.into(), panics });
        let athena = shop.athena_over(function, |options| options.parallel_reads = at_once);
        let query = run(&athena, "select id from shop.orders");
        let failed =
            tokio::time::timeout(Duration::from_mins(1), query).await.expect("a read that is stuck is waited for");
        let error = failed.expect_err("rows were left out and nothing was said");
        assert_eq!(error.kind(), if panics { ErrorKind::Internal } else { ErrorKind::Forbidden }, "{error}");
        let stopped = async {
            while !stuck.given_up.load(Ordering::SeqCst) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), stopped)
            .await
            .expect("the read goes on behind a query that failed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_that_panics_fails_the_query() {
    struct Panicking(Arc<dyn Invoke>);
    #[async_trait::async_trait]
    impl Invoke for Panicking {
        async fn invoke(&self, payload: Vec<u8>) -> Result<Vec<u8>, Error> {
            let is_listing = matches!(Request::decode(&payload).unwrap(), Request::GetSplits(_));
            assert!(!is_listing, "a panic that this test wants");
            self.0.invoke(payload).await
        }
    }
    let shop = Shop::open().await;
    let athena = shop.athena_over(Arc::new(Panicking(shop.function.clone())), |_| ());
    let error = run(&athena, "select count(*) from shop.orders").await.expect_err("rows were left out in silence");
    assert_eq!(error.kind(), ErrorKind::Internal, "{error}");
}

/// A read that is stopped once its rows are counted, but not yet handed on, leaves the limit unfilled.
#[tokio::test(flavor = "multi_thread")]
async fn a_limit_gives_all_the_rows_that_it_counted() {
    let shop = Shop::open().await;
    // Blocks of 25,000 rows, which the queue takes in several pieces.
    let athena = shop.athena_over(
        Arc::new(Answering(shop.function.clone(), |response: &mut Response| {
            if let Response::ReadRecords(response) = response {
                let all = vec![&response.records; 100];
                response.records = concat_batches(&response.records.schema(), all).unwrap();
            }
        })),
        |options| options.parallel_reads = 2,
    );
    for _ in 0..20 {
        let rows = run(&athena, "select id from shop.orders limit 49999").await.unwrap().0;
        assert_eq!(rows.len(), 49_999);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_does_not_wait_for_reads_that_are_under_way() {
    let shop = Shop::open().await;
    // Of four reads at once, all but the first never end.
    let function = Counting::new(shop.function.clone(), 2);
    let athena = shop.athena_over(function.clone(), |options| options.parallel_reads = 4);
    let query = run(&athena, "select id from shop.orders limit 5");
    let (rows, _) = tokio::time::timeout(Duration::from_mins(1), query).await.expect("it waits for all").unwrap();
    assert_eq!(rows.len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_leaves_splits_unread() {
    let shop = Shop::open().await;
    let function = Counting::new(shop.function.clone(), usize::MAX);
    let athena = shop.athena_over(function.clone(), |options| options.parallel_reads = 1);
    assert_eq!(run(&athena, "select id from shop.orders limit 5").await.unwrap().0.len(), 5);
    assert!(function.reads.load(Ordering::SeqCst) < 4);
}
