//! What conditions mean is what they mean in Athena, in a filter, in a select list and wherever the engine evaluates them.

use crate::{Shop, run, sorted};

async fn holds(shop: &Shop, condition: &str) -> Vec<String> {
    let (on, off) = (shop.athena(|_| ()), shop.athena(|options| options.pushdown = false));
    let filtered = format!("select c_integer from shop.every_type where {condition}");
    let rows = sorted(&on, &filtered).await;
    assert_eq!(sorted(&off, &filtered).await, rows, "{condition}");
    // In a select list the engine evaluates it.
    let listed = format!(
        "select c_integer from (select c_integer, {condition} as passes from shop.every_type) where passes is true"
    );
    assert_eq!(sorted(&on, &listed).await, rows, "in a select list: {condition}");
    let computed = format!(
        "select c_integer from shop.every_type where case when {condition} then length('a') = 1 else false end"
    );
    assert_eq!(sorted(&on, &computed).await, rows, "by the engine: {condition}");
    rows
}

const ORDINARY: &str = "1";
const EDGE: &str = "-2147483648";
const NULL: &str = "NULL";

/// Row by row: 1.5 and 1.5, NaN and −0, NULL and NULL.
#[tokio::test(flavor = "multi_thread")]
async fn floats_compare_as_ieee_754_has_it() {
    let shop = Shop::open().await;
    assert_eq!(holds(&shop, "c_double = 0").await, [EDGE]);
    assert_eq!(holds(&shop, "c_double >= 0").await, [EDGE, ORDINARY]);
    assert_eq!(holds(&shop, "c_double < 0").await, Vec::<String>::new());
    assert_eq!(holds(&shop, "c_real > 1").await, [ORDINARY]);
    assert_eq!(holds(&shop, "not (c_real > 1)").await, [EDGE]);
    assert_eq!(holds(&shop, "not (c_real <= 1)").await, [EDGE, ORDINARY]);
    assert_eq!(holds(&shop, "c_real <> 1").await, [EDGE, ORDINARY]);
    assert_eq!(holds(&shop, "c_real = c_real").await, [ORDINARY]);
    assert_eq!(holds(&shop, "c_real = cast('NaN' as double)").await, Vec::<String>::new());
    assert_eq!(holds(&shop, "c_real is not distinct from cast('NaN' as double)").await, [EDGE]);
    assert_eq!(holds(&shop, "c_real between 1 and 2").await, [ORDINARY]);
    assert_eq!(holds(&shop, "c_real not between 1 and 2").await, [EDGE]);
    assert_eq!(holds(&shop, "c_real in (1.5, 7)").await, [ORDINARY]);
    assert_eq!(holds(&shop, "c_real not in (7)").await, [EDGE, ORDINARY]);
    assert_eq!(holds(&shop, "c_double in (0)").await, [EDGE]);
    assert_eq!(holds(&shop, "c_double is null").await, [NULL]);
}

#[tokio::test(flavor = "multi_thread")]
async fn floats_join_as_they_compare() {
    let shop = Shop::open().await;
    let athena = shop.athena(|_| ());
    for join in ["join shop.every_type b on a.c_real = b.c_real", "join shop.every_type b using (c_real)"] {
        let query = format!("select a.c_integer from shop.every_type a {join}");
        assert_eq!(sorted(&athena, &query).await, [ORDINARY], "{query}");
    }
    let query = "select a.c_integer, b.z from shop.every_type a left join (values (0e0, 1), (9e0, 2)) b(x, z) on a.c_double = b.x";
    assert_eq!(sorted(&athena, query).await, ["-2147483648|1", "1|NULL", "NULL|NULL"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backslash_in_like_is_a_letter_unless_it_is_the_escape() {
    let shop = Shop::open().await;
    // The edge holds 😀～'"\ and nothing else.
    assert_eq!(holds(&shop, r"c_varchar like '%\'").await, [EDGE]);
    assert_eq!(holds(&shop, r"c_varchar like '_____'").await, [EDGE]);
    assert_eq!(holds(&shop, r"c_varchar like '%\\'").await, Vec::<String>::new());
    assert_eq!(holds(&shop, r"c_varchar like '%\\' escape '\'").await, [EDGE]);
    assert_eq!(holds(&shop, r"c_varchar not like '%\'").await, [ORDINARY]);
    assert_eq!(holds(&shop, r"c_varchar like 't_xt' escape '!'").await, [ORDINARY]);
    assert_eq!(holds(&shop, r"c_varchar like 't!_xt' escape '!'").await, Vec::<String>::new());
    let athena = shop.athena(|_| ());
    let wrong = run(&athena, r"select 1 from shop.every_type where c_varchar like 'a!b' escape '!'").await.unwrap_err();
    assert!(wrong.to_string().contains("escape"), "{wrong}");
}

#[tokio::test(flavor = "multi_thread")]
async fn text_orders_by_code_point() {
    let shop = Shop::open().await;
    assert_eq!(holds(&shop, "c_varchar > '\u{FFFD}'").await, [EDGE]);
    assert_eq!(holds(&shop, "c_varchar < '\u{FFFD}'").await, [ORDINARY]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_is_never_cut_to_be_compared() {
    let shop = Shop::open().await;
    // The rows are 2020-01-01 00:00:00.123 and one millisecond before the epoch.
    assert_eq!(holds(&shop, "c_timestamp = timestamp '2020-01-01 00:00:00.123'").await, [ORDINARY]);
    assert_eq!(holds(&shop, "c_timestamp = timestamp '2020-01-01 00:00:00.123000001'").await, Vec::<String>::new());
    assert_eq!(holds(&shop, "c_timestamp <> timestamp '2020-01-01 00:00:00.1234'").await, [EDGE, ORDINARY]);
    assert_eq!(holds(&shop, "c_timestamp < timestamp '2020-01-01 00:00:00.1234'").await, [EDGE, ORDINARY]);
    assert_eq!(holds(&shop, "c_timestamp >= timestamp '2020-01-01 00:00:00.122999'").await, [ORDINARY]);
    assert_eq!(holds(&shop, "c_timestamp in (timestamp '2020-01-01 00:00:00.1234')").await, Vec::<String>::new());
    assert_eq!(holds(&shop, "c_timestamp < timestamp '9999-12-31 23:59:59.999'").await, [EDGE, ORDINARY]);
    assert_eq!(holds(&shop, "c_timestamp > date '1500-01-01'").await, [EDGE, ORDINARY]);
    assert_eq!(holds(&shop, "c_timestamp < date '9999-12-31'").await, [EDGE, ORDINARY]);
    assert_eq!(holds(&shop, "c_timestamp between date '2020-01-01' and date '2020-01-02'").await, [ORDINARY]);
    assert_eq!(holds(&shop, "c_date < date '1582-01-01'").await, [EDGE]);
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_compare_exactly_whatever_their_types() {
    let shop = Shop::open().await;
    assert_eq!(holds(&shop, "c_decimal = 1.5").await, [ORDINARY]);
    assert_eq!(holds(&shop, "c_decimal > 1.4999").await, [ORDINARY]);
    assert_eq!(holds(&shop, "c_decimal >= 1.505").await, Vec::<String>::new());
    assert_eq!(holds(&shop, "c_decimal = -999999999999999999999999999999999999.99").await, [EDGE]);
    assert_eq!(holds(&shop, "c_integer < 99999999999").await, [EDGE, ORDINARY]);
    assert_eq!(holds(&shop, "c_integer = 0.5").await, Vec::<String>::new());
    assert_eq!(holds(&shop, "c_integer > 0.5").await, [ORDINARY]);
    assert_eq!(holds(&shop, "c_tinyint = c_bigint").await, [ORDINARY]);
}

#[tokio::test(flavor = "multi_thread")]
async fn decimals_divide_as_in_trino() {
    let shop = Shop::open().await;
    let athena = shop.athena(|_| ());
    // Trino: the scale of a quotient is the larger of the two, and half is rounded away from zero.
    let (rows, _) = run(&athena, "select 1.00 / 3, 2.0 / 3.00, -0.05 / 2, 7 / 2").await.unwrap();
    assert_eq!(rows, ["0.33|0.67|-0.03|3"]);
    let (rows, _) = run(&athena, "select sum(total) / count(*) from shop.orders where id < 3").await.unwrap();
    assert_eq!(rows, ["0.37"]);
    let zero = run(&athena, "select total / (id - id) from shop.orders where id = 1").await.unwrap_err();
    assert!(zero.to_string().contains("divides by zero"), "{zero}");
}

#[tokio::test(flavor = "multi_thread")]
async fn integers_do_not_wrap_around() {
    let shop = Shop::open().await;
    let athena = shop.athena(|_| ());
    for expression in ["c_bigint - 1", "c_integer - 1", "c_tinyint * c_smallint", "-c_bigint", "c_bigint / -1"] {
        let error = run(&athena, &format!("select {expression} from shop.every_type")).await.expect_err(expression);
        assert!(error.to_string().contains("out of range"), "{expression}: {error}");
    }
    assert_eq!(
        run(&athena, "select 7 / 2, -7 / 2, -7 % 3, 2147483647 + 2147483648").await.unwrap().0,
        ["3|-3|-1|4294967295"]
    );
    assert!(run(&athena, "select 2147483647 + 1").await.is_err(), "an integer literal is 32 bits wide");
    assert_eq!(holds(&shop, "c_integer < 0 or c_integer + 1 = 2").await, [EDGE, ORDINARY]);
}

#[tokio::test(flavor = "multi_thread")]
async fn aggregates_are_trinos_of_few_groups_and_of_many() {
    let shop = Shop::open().await;
    let athena = shop.athena(|_| ());
    let large = "from (values (9223372036854775807, 1), (1, 1), (-5, 2), (null, 3)) t(x, g)";
    for query in [
        format!("select sum(x) {large} where g = 1"),
        format!("select g, sum(x) {large} group by g"),
        format!("select sum(x) over (order by g, x desc) {large}"),
    ] {
        let error = run(&athena, &query).await.expect_err(&query);
        assert!(error.to_string().contains("out of range"), "{query}: {error}");
    }
    let query =
        format!("select g, sum(x), sum(distinct x), count(x), avg(x) {large} where g > 1 group by g order by g");
    assert_eq!(run(&athena, &query).await.unwrap().0, ["2|-5|-5|1|-5.0", "3|NULL|NULL|0|NULL"]);
    // Trino: avg of decimal(12,2) is a decimal(12,2), and half is rounded away from zero.
    let averages = "avg(total), avg(distinct total), arrow_typeof(avg(total)), arrow_typeof(sum(total))";
    let types = "Decimal128(12, 2)|Decimal128(38, 2)";
    let query = format!("select {averages} from shop.orders");
    assert_eq!(run(&athena, &query).await.unwrap().0, [format!("184.82|184.82|{types}")]);
    let query = format!(
        "select customer_id, {averages} from shop.orders where id < 8 group by customer_id % 2, customer_id having avg(total) = 0.37"
    );
    assert_eq!(run(&athena, &query).await.unwrap().0, [format!("1|0.37|0.37|{types}")]);
    let query = "select avg(x), avg(-x) from (values (1.00), (0.01), (0.00), (0.01)) t(x)";
    assert_eq!(run(&athena, query).await.unwrap().0, ["0.26|-0.26"]);
    let query = "select avg(total) over (order by id rows between 1 preceding and current row) from shop.orders where id < 3 order by id";
    assert_eq!(run(&athena, query).await.unwrap().0, ["0.00", "0.19", "0.56"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_and_nullif_compare_as_filters_do() {
    let shop = Shop::open().await;
    let athena = shop.athena(|_| ());
    let query = "select case c_double when 0 then 'zero' when c_double then 'other' else 'none' end, nullif(c_real, cast('NaN' as real)),                  nullif(c_double, 0) from shop.every_type";
    assert_eq!(run(&athena, query).await.unwrap().0, ["other|1.5|1.5", "zero|NaN|NULL", "none|NULL|NULL"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instant_is_one_and_the_clock_can_be_asked() {
    let shop = Shop::open().await;
    let athena = shop.athena(|_| ());
    let query = "select timestamp '2020-01-01 00:00:00.5 UTC' = timestamp '2020-01-01 01:00:00.5+01:00',                  arrow_typeof(timestamp '2020-01-01 00:00:00 UTC')";
    assert_eq!(run(&athena, query).await.unwrap().0, ["true|Timestamp(ms, \"UTC\")"]);
    assert_eq!(holds(&shop, "c_timestamp < current_timestamp").await, [EDGE, ORDINARY]);
    assert_eq!(holds(&shop, "c_timestamptz = timestamp '2020-01-01 01:00:00.123+01:00'").await, [ORDINARY]);
}

#[tokio::test(flavor = "multi_thread")]
async fn null_sorts_last_both_ways() {
    let shop = Shop::open().await;
    let athena = shop.athena(|_| ());
    for direction in ["", "desc"] {
        let query = format!("select c_bigint from shop.every_type order by 1 {direction}");
        assert_eq!(run(&athena, &query).await.unwrap().0.last().unwrap(), "NULL");
    }
}

async fn headings(shop: &Shop, query: &str) -> (String, Vec<String>) {
    let athena = shop.athena(|_| ());
    let answer = athena.sql(query).await.unwrap_or_else(|error| panic!("{query}: {error}"));
    let names: Vec<_> = answer.schema.fields().iter().map(|field| field.name().clone()).collect();
    let (rows, _) = run(&athena, query).await.unwrap_or_else(|error| panic!("{query}: {error}"));
    (names.join(","), rows)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_without_a_name_is_headed_by_its_position() {
    let shop = Shop::open().await;
    for (query, names, rows) in [
        ("select 1", "_col0", vec!["1"]),
        ("select 1, 1", "_col0,_col1", vec!["1|1"]),
        ("values (1, 'a')", "_col0,_col1", vec!["1|a"]),
        (
            "select id, id + 1, (id), cast(id as integer) from shop.orders where id = 5",
            "id,_col1,id,_col3",
            vec!["5|6|5|5"],
        ),
        ("select count(*), count(*) from shop.orders", "_col0,_col1", vec!["1000|1000"]),
        ("select c.*, 7 from shop.customers c where id = 1", "id,name,country,_col3", vec!["1|customer 1|FR|7"]),
        ("select * from (select 1, id from shop.orders where id = 3)", "_col0,id", vec!["1|3"]),
        ("select * from (select 1, 2 as b) x, (select 3) y", "_col0,b,_col2", vec!["1|2|3"]),
        ("with t as (select max(id) from shop.orders) select * from t", "_col0", vec!["999"]),
        ("select 1 union all select 1", "_col0", vec!["1", "1"]),
        ("select id, id from shop.orders where id = 4", "id,id", vec!["4|4"]),
        ("select id as a, id + 1 as A from shop.orders where id = 4", "a,a", vec!["4|5"]),
        ("select distinct id % 2 from shop.orders order by id % 2", "_col0", vec!["0", "1"]),
        (
            "select count(*), id % 2 from shop.orders group by id % 2 order by count(*), id % 2 desc",
            "_col0,_col1",
            vec!["500|1", "500|0"],
        ),
        ("select id / 900 from shop.orders group by id / 900 having count(*) < 500", "_col0", vec!["1"]),
        (
            "select upper(country), count(*) from shop.customers where id < 3 group by 1 order by 2 desc, upper(country)",
            "_col0,_col1",
            vec!["DE|1", "FR|1", "JP|1"],
        ),
        (
            "select (select max(id) from shop.orders), id from shop.orders where id in (select id + 1 from shop.orders where id < 2)",
            "_col0,id",
            vec!["999|1", "999|2"],
        ),
    ] {
        let (found, mut answer) = headings(&shop, query).await;
        if !query.contains("order by") {
            answer.sort();
        }
        assert_eq!((found.as_str(), answer), (names, rows.into_iter().map(str::to_owned).collect()), "{query}");
    }
    let athena = shop.athena(|_| ());
    for ambiguous in [
        "select id from (select id, id from shop.orders)",
        "select id as a, total as a from shop.orders order by a",
        "select \"_col0\" from (select 1)",
    ] {
        assert!(run(&athena, ambiguous).await.is_err(), "{ambiguous}");
    }
}
