//! Asked of the source or not, an answer is the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use glaux::local::StatementHook;
use glaux::local::endpoint::Endpoint;
use glaux::local::invoke::Http;
use glaux::protocol::Request;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use crate::functions::forgetful;
use crate::{Shop, report, run, sorted};

const QUERIES: &[&str] = &[
    "select count(*) from shop.orders",
    "select * from shop.orders where id = 17",
    "select id from shop.orders where id in (1, 2, 3, 999, 100000) or id > 990",
    "select id from shop.orders where id not in (1, 2, 3) and id < 6",
    "select id from shop.orders where id between 10 and 12 or id = 500",
    "select id from shop.orders where total >= 300.005 and total < 301",
    "select id from shop.orders where total = 1.11 or total = 1.115",
    "select id, total from shop.orders where total in (0.37, 0.74, 1.5)",
    "select id from shop.orders where note is null and id < 50",
    "select id from shop.orders where note is not null and id < 10",
    "select id from shop.orders where note like 'note on order 99%'",
    "select id from shop.orders where note not like '%1%' and id < 30",
    "select id from shop.orders where note = 'note on order 8'",
    "select id from shop.orders where note > 'note on order 98'",
    "select id from shop.orders where placed_at >= timestamp '2023-12-25 00:00:00' and placed_at < date '2023-12-26'",
    "select id from shop.orders where placed_at = timestamp '2023-11-14 22:13:20'",
    "select id from shop.orders where customer_id is distinct from 5 and id < 10",
    "select id from shop.orders where not (id > 5 or note is null)",
    "select id from shop.orders where id + 1 = 5 or id * 2 = 12 or id % 100 = 7 and id < 200",
    "select id from shop.orders where total * 2 > 730 and -id > -990",
    "select id from shop.orders where nullif(id, 3) is null",
    "select id from shop.orders where id = customer_id and id < 20",
    "select id from shop.orders where length(note) > 16 and id < 200",
    "select id from shop.orders where (id = 1 and note = 'x') or (id = 2 and total > 0)",
    "select id from shop.orders where 1 = 0",
    "select id from shop.orders where id > 5 and id < 5",
    "select count(*), sum(total), min(note), max(placed_at) from shop.orders where id >= 250",
    "select country, count(*) from shop.customers group by country",
    "select c.name, sum(o.total) from shop.orders o join shop.customers c on o.customer_id = c.id \
     where c.country = 'DE' and o.id < 300 group by c.name",
    "select name from shop.customers c where exists (select 1 from shop.orders o where o.customer_id = c.id and o.id > 990)",
    "select id from shop.orders where total > (select avg(total) from shop.orders where id < 100) and id < 20",
    "select id from shop.orders where customer_id in (select id from shop.customers where country = 'JP') and id < 50",
    "with big as (select * from shop.orders where total > 350) select count(*) from big where note is null",
    "select distinct country from shop.customers union select note from shop.orders where id = 8",
    "select c_boolean, c_date, c_timestamp, c_timestamptz, c_array from shop.every_type",
    "select * from shop.every_type where c_boolean",
    "select c_integer from shop.every_type where not c_boolean",
    "select c_integer from shop.every_type where c_boolean is not true",
    "select c_integer from shop.every_type where c_real > 1 or c_double <= 0",
    "select c_integer from shop.every_type where not (c_real > 1)",
    "select c_integer from shop.every_type where c_real <> 1.5",
    "select c_integer from shop.every_type where c_double = 0 or c_double between 1 and 2",
    "select c_integer from shop.every_type where c_real in (1.5, 2.5) and c_double not in (0)",
    "select c_integer from shop.every_type where c_decimal < -1 and c_bigint < 0",
    "select c_integer from shop.every_type where c_date < date '1900-01-01' or c_timestamp < timestamp '1970-01-01 00:00:00'",
    "select c_integer from shop.every_type where c_timestamptz >= timestamp '2020-01-01 00:00:00.123 UTC'",
    "select c_integer from shop.every_type where c_varbinary = X'0102' or c_varbinary = X''",
    "select c_integer from shop.every_type where c_tinyint = -128 or c_smallint > 0",
    "select c_integer from shop.every_type where c_array is null",
    "select c_integer from shop.every_type where c_bigint = c_integer and c_varchar <> 'x'",
];

#[tokio::test(flavor = "multi_thread")]
async fn asked_of_the_source_or_not_the_rows_are_the_same() {
    let shop = Shop::open().await;
    let (on, off) = (shop.athena(|_| ()), shop.athena(|options| options.pushdown = false));
    let forgetful = shop.athena_over(forgetful(shop.function.clone()), |_| ());
    for query in QUERIES {
        let expected = sorted(&off, query).await;
        assert_eq!(sorted(&on, query).await, expected, "{query}");
        assert_eq!(sorted(&forgetful, query).await, expected, "by a source that forgets what it was asked: {query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_is_asked_leaves_most_rows_at_the_source() {
    let shop = Shop::open().await;
    let athena = shop.athena(|_| ());
    let report = report(&athena, "select id from shop.orders where id >= 990 and note like '%9_'").await;
    let [scan] = &report.scans[..] else { panic!("{report:?}") };
    assert!(scan.rows < 15 && scan.rows == scan.rows_kept, "{scan:?}");
    assert_eq!(scan.asked, ["id IN [990, ..)", "note LIKE '%9_'"]);
    assert_eq!(scan.columns, ["id", "note"]);
    assert!(report.engine_filters.is_empty() && scan.unsent.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_count_asks_for_no_column() {
    let shop = Shop::open().await;
    let athena = shop.athena(|_| ());
    let (rows, report) = run(&athena, "select count(*) from shop.orders").await.unwrap();
    assert_eq!(rows, ["1000"]);
    assert_eq!(report.scans[0].columns, Vec::<String>::new());
    assert_eq!((report.scans[0].rows, report.scans[0].splits_read), (1000, 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_is_asked_only_behind_filters_that_were() {
    let shop = Shop::open().await;
    let athena = shop.athena(|_| ());
    for (query, limit, count) in [
        ("select id from shop.orders limit 3", Some(3), 3),
        ("select id from shop.orders where id > 5 limit 3", Some(3), 3),
        ("select id from shop.orders where note like '%9%' limit 3", Some(3), 3),
        // The engine has this one, and needs all rows for it.
        ("select id from shop.orders where length(note) > 5 limit 3", None, 3),
        ("select id from shop.orders order by total limit 3", None, 3),
        ("select id from shop.orders limit 0", None, 0),
    ] {
        let (rows, report) = run(&athena, query).await.unwrap();
        assert_eq!(rows.len(), count, "{query}");
        let asked = report.scans.first().and_then(|scan| scan.limit);
        assert_eq!(asked, limit, "{query}");
    }
    let off = shop.athena(|options| options.pushdown = false);
    assert_eq!(report(&off, "select id from shop.orders limit 3").await.scans[0].limit, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contradiction_reads_nothing() {
    let shop = Shop::open().await;
    let athena = shop.athena(|_| ());
    let (rows, report) = run(&athena, "select id from shop.orders where id is null and id = 7").await.unwrap();
    assert!(rows.is_empty());
    assert!(report.scans.iter().all(|scan| scan.splits_read == 0), "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_explanation_reads_nothing_and_tells_who_does_what() {
    let shop = Shop::open().await;
    let athena = shop.athena(|_| ());
    let query =
        "select id from shop.orders where id = 7 and length(note) > 5 and placed_at > timestamp '2023-01-01 00:00:00'";
    let report = athena.explain("select 1 from shop.customers where id + 1 = 5").await.unwrap();
    assert_eq!(report.scans[0].asked, ["(id + 1) = 5"], "a literal is no wider than its column");
    let report = athena.explain(query).await.unwrap();
    assert_eq!(report.scans[0].asked, ["id = 7", "placed_at IN (TIMESTAMP '2023-01-01 00:00:00.000', ..)"]);
    assert_eq!(report.scans[0].evaluated.len(), 2);
    assert_eq!(report.engine_filters.len(), 1);
    assert!(report.engine_filters[0].contains("length"), "{report:?}");
    assert_eq!((report.scans[0].splits, report.scans[0].splits_read, report.scans[0].rows), (4, 0, 0));
    assert!(report.plan.contains("AthenaScan: memory.shop.orders"), "{}", report.plan);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_tells_the_statement_of_each_scan() {
    let shop = Shop::open().await;
    let hook: StatementHook = Arc::new(|request: Request| {
        let Request::ReadRecords(request) = request else { return Box::pin(async { None }) };
        Box::pin(async move { Some(format!("{} of {}", request.schema.field(0).name(), request.table.table)) })
    });
    let athena = shop.athena(|options| options.statements = Some(hook));
    let report = athena.explain("select o.id from shop.orders o, shop.customers c where o.id = c.id").await.unwrap();
    let mut statements: Vec<_> = report.scans.iter().map(|scan| scan.statement.clone().unwrap()).collect();
    statements.sort();
    assert_eq!(statements, ["id of customers", "id of orders"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn random_predicates_give_the_same_rows_asked_or_not() {
    let shop = Shop::open().await;
    let (on, off) = (shop.athena(|_| ()), shop.athena(|options| options.pushdown = false));
    let seed = rand::rng().random();
    println!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let mut kept = 0;
    for _ in 0..150 {
        let (table, columns) = [("shop.orders", ORDERS), ("shop.every_type", EVERY_TYPE)][random.random_range(0..2)];
        let predicate = predicate(&mut random, columns, 3);
        let query = format!("select * from {table} where {predicate}");
        let expected = sorted(&off, &query).await;
        kept += expected.len();
        assert_eq!(sorted(&on, &query).await, expected, "seed {seed}: {query}");
        // What is true, false and unknown of the rows is all of them.
        let parts = [predicate.clone(), format!("not ({predicate})"), format!("({predicate}) is null")];
        let mut total = 0;
        for part in &parts {
            total += sorted(&on, &format!("select 1 from {table} where {part}")).await.len();
        }
        let all = if table == "shop.orders" { 1000 } else { 3 };
        assert_eq!(total, all, "seed {seed}: {query}");
    }
    assert!(kept > 0, "seed {seed}: no predicate was ever true");
}

/// Whichever side the column is on, the narrower of two bounds at one value holds.
#[tokio::test]
async fn of_two_bounds_at_one_value_the_narrower_holds() {
    let shop = Shop::open().await;
    for athena in [shop.athena(|_| ()), shop.athena(|options| options.pushdown = false)] {
        let of = "select count(*) from shop.orders where total";
        let there = sorted(&athena, &format!("{of} = 0.37")).await;
        assert_ne!(there, sorted(&athena, &format!("{of} < 0")).await, "no order has this total");
        for (wide, narrow) in [(">=", "<"), ("<=", ">")] {
            let strict = if wide == ">=" { ">" } else { "<" };
            let expected = sorted(&athena, &format!("{of} {strict} 0.37")).await;
            for both in [
                format!("{of} {wide} 0.37 and 0.37 {narrow} total"),
                format!("{of} {strict} 0.37 and 0.37 {narrow}= total"),
            ] {
                assert_eq!(sorted(&athena, &both).await, expected, "{both}");
            }
        }
    }
}

/// With the stack that the command line gives its threads.
#[test]
fn deep_and_long_conditions_have_their_rows_over_both_transports() {
    const STACK: usize = 8 << 20;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK).build().unwrap();
    let run = move || runtime.block_on(deep_and_long_conditions());
    std::thread::Builder::new().stack_size(STACK).spawn(run).unwrap().join().unwrap();
}

async fn deep_and_long_conditions() {
    let shop = Shop::open().await;
    let endpoint = Endpoint::start(BTreeMap::from([("shop".to_owned(), shop.function.clone())]), None).await.unwrap();
    let athenas = [shop.athena(|_| ()), shop.athena_over(Arc::new(Http::at(endpoint.url(), "shop")), |_| ())];
    let joined = |count: i64, part: &dyn Fn(i64) -> String, by: &str| (0..count).map(part).collect::<Vec<_>>().join(by);
    for (condition, rows) in [
        (format!("id{} = 207", " + 1".repeat(200)), vec!["7"]),
        (format!("{}id = 7{}", "not (".repeat(40), ")".repeat(40)), vec!["7"]),
        (joined(1_000, &|at| format!("(id = {at} and note = 'note on order {}')", at - at % 500), " or "), vec!["500"]),
        (format!("id in ({})", joined(3_000, &|at| (at * 2 + 995).to_string(), ", ")), vec!["995", "997", "999"]),
        (format!("id * 1e0 in ({})", joined(3_000, &|at| format!("{}e0", at + 998), ", ")), vec!["998", "999"]),
    ] {
        for athena in &athenas {
            assert_eq!(sorted(athena, &format!("select id from shop.orders where {condition}")).await, rows);
        }
    }
}

type Columns = &'static [(&'static str, &'static [&'static str])];

const ORDERS: Columns = &[
    ("id", &["0", "5", "250", "999", "-1", "99999999999", "7.5"]),
    ("customer_id", &["0", "7", "99", "3000000000"]),
    ("total", &["0", "0.37", "100", "369.63", "1.005", "99999999999.99"]),
    (
        "placed_at",
        &["timestamp '2023-11-20 00:00:00.000'", "date '2023-12-01'", "timestamp '2023-11-14 22:13:20.0001'"],
    ),
    ("note", &["'note on order 8'", "''", "'note'", "'zzz'"]),
];

const EVERY_TYPE: Columns = &[
    ("c_tinyint", &["1", "-128", "1000"]),
    ("c_integer", &["1", "-2147483648", "0.5"]),
    ("c_bigint", &["1", "-9223372036854775808", "0"]),
    ("c_real", &["1.5", "0", "cast('NaN' as double)", "1e0"]),
    ("c_double", &["1.5", "0", "-0e0", "cast('NaN' as double)", "1"]),
    ("c_decimal", &["1.50", "1.505", "-1", "0"]),
    ("c_varchar", &["'text'", "'\u{FF5E}'", "'\u{1F600}'"]),
    ("c_varbinary", &["X'0102'", "X''", "X'FF'"]),
    ("c_date", &["date '2020-01-01'", "date '1500-01-10'"]),
    (
        "c_timestamp",
        &["timestamp '2020-01-01 00:00:00.123'", "timestamp '1969-12-31 23:59:59.999'", "date '2020-01-01'"],
    ),
    ("c_timestamptz", &["timestamp '2020-01-01 00:00:00.123 UTC'", "timestamp '1970-01-01 00:00:00 UTC'"]),
];

fn predicate(random: &mut StdRng, columns: Columns, depth: u32) -> String {
    if depth > 0 && random.random_bool(0.6) {
        let (left, right) = (predicate(random, columns, depth - 1), predicate(random, columns, depth - 1));
        return match random.random_range(0..3) {
            0 => format!("({left} and {right})"),
            1 => format!("({left} or {right})"),
            _ => format!("not ({left})"),
        };
    }
    let (column, values) = columns.choose(random).unwrap();
    let mut value = || *values.choose(random).unwrap();
    let (one, two, three) = (value(), value(), value());
    match random.random_range(0..12) {
        0 => format!("{column} is null"),
        1 => format!("{column} is not null"),
        2 => format!("{column} in ({one}, {two}, {three})"),
        3 => format!("{column} not in ({one}, {two})"),
        4 => format!("{column} between {one} and {two}"),
        5 => format!("{column} not between {one} and {two}"),
        6 => format!("{column} is distinct from {one}"),
        7 => format!("{one} < {column}"),
        8 => format!("{column} <> {one}"),
        9 => format!("{column} >= {one}"),
        10 => format!("{column} < {one}"),
        _ => format!("{column} = {one}"),
    }
}
