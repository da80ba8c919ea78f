//! Aggregates whose answers are known, each with whether the source is to make them.

use mysql_async::prelude::Queryable;

use super::{Both, answer};
use crate::mysql;
use crate::support::postgres;

const TABLE: &str = "
CREATE TABLE known.t (id integer, small smallint, big bigint, price decimal(10,2), flag FLAG, lang TEXT1, folded TEXT2,
                     day date, moment MOMENT, ratio double precision);
INSERT INTO known.t VALUES
 (1, 32767, 9223372036854775807, 0.05, true,  'a',  'a',  '2024-02-29', '2024-01-01 00:00:00.123456', 0.5),
 (2, 32767, 1,                   0.06, true,  'A',  'A',  '1582-10-10', '2024-01-01 00:00:00.123999', '-0'),
 (3, -1,    -2,                  NULL, false, 'a ', 'a',  NULL,         '1969-12-31 23:59:59.999900', 0.0),
 (4, NULL,  NULL,                1.00, NULL,  '😀', NULL, '9999-12-31', NULL,                         NULL)";

/// A question, its rows in order, and whether they come of a plan: on PostgreSQL, on MySQL and MariaDB.
type Named = (&'static str, &'static [&'static str], [bool; 2]);

const BOTH: [bool; 2] = [true, true];
const NONE: [bool; 2] = [false, false];

const NAMED: &[Named] = &[
    ("count(*) from t", &["4"], BOTH),
    ("count(*) from t where id = 1 and big = 2", &["0"], BOTH),
    ("count(*), sum(id), min(id), avg(price) from t where id > 100", &["0 NULL NULL NULL"], BOTH),
    ("count(price), count(distinct price), sum(price) from t", &["3 3 1.11"], BOTH),
    // The mean of 0.05 and 0.06 is rounded away from zero, in the column's own type.
    ("avg(price) from t where id < 3", &["0.06"], BOTH),
    ("sum(small), avg(small) from t", &["65533 21844.333333333332"], BOTH),
    ("sum(big) from t where id > 1", &["-1"], BOTH),
    ("flag, count(*) from t group by flag", &["NULL 1", "false 1", "true 2"], BOTH),
    ("distinct small from t", &["-1", "32767", "NULL"], BOTH),
    ("lang, count(*) from t group by lang", &["A 1", "a  1", "a 1", "😀 1"], BOTH),
    ("folded, count(*) from t group by folded", &["A 1", "NULL 1", "a 2"], BOTH),
    ("count(distinct folded) from t", &["2"], BOTH),
    // By code point, whatever the column's collation.
    ("min(lang), max(lang) from t", &["A 😀"], [true, false]),
    ("min(day), max(day), count(day) from t", &["1582-10-10 9999-12-31 3"], BOTH),
    ("day, count(*) from t group by day", &["1582-10-10 1", "2024-02-29 1", "9999-12-31 1", "NULL 1"], BOTH),
    // A time is its millisecond, and two in one millisecond are one.
    ("min(moment), max(moment) from t", &["1969-12-31 23:59:59.999 2024-01-01 00:00:00.123"], BOTH),
    ("count(*) from t where moment = timestamp '2024-01-01 00:00:00.123'", &["2"], BOTH),
    ("moment, count(*) from t where id < 3 group by moment", &["2024-01-01 00:00:00.123 2"], NONE),
    ("count(distinct moment) from t", &["2"], NONE),
    // −0 is 0, and sums of doubles depend on the order.
    ("count(distinct ratio) from t", &["2"], NONE),
    ("count(ratio) from t", &["3"], BOTH),
    ("sum(ratio) from t", &["0.5"], NONE),
    ("max(ratio) from t", &["0.5"], NONE),
    ("count(*) from t where ratio = 0", &["2"], NONE),
    ("avg(big) from t where id > 1", &["-0.5"], NONE),
    // What stands above or below stays here.
    ("id, count(*) from t group by id having count(*) > 1", &[], BOTH),
    ("a.flag, count(*) from t a join t b on a.id = b.id group by a.flag", &["NULL 1", "false 1", "true 2"], NONE),
    ("sum(n) from (select flag, count(*) as n from t group by flag) x", &["4"], BOTH),
    ("id + 1, count(*) from t where id < 2 group by id + 1", &["2 1"], NONE),
    ("count(*) from (select * from t limit 2) x", &["2"], NONE),
    ("sum(price) filter (where id = 1) from t", &["0.05"], NONE),
];

async fn judge(engine: &str, both: &Both, which: usize) {
    let mut wrong = Vec::new();
    for (question, rows, by_plan) in NAMED {
        let sql = format!("select {question}");
        let (plans, plain) = (answer(&both.plans, &sql).await, answer(&both.rows, &sql).await);
        let shown = |rows: &Option<Vec<super::Row>>| {
            let shown = rows.iter().flatten().map(|row| {
                let cells = row.iter().map(|cell| cell.clone().unwrap_or_else(|| "NULL".into()));
                cells.collect::<Vec<_>>().join(" ")
            });
            let mut shown: Vec<String> = shown.collect();
            shown.sort();
            shown
        };
        let mut expected = rows.to_vec();
        expected.sort_unstable();
        if shown(&plans.rows) != expected || shown(&plain.rows) != expected || plans.by_plan != by_plan[which] {
            wrong.push(format!("{sql}\n  with plans {plans:?}\n  without {plain:?}"));
        }
    }
    assert!(wrong.is_empty(), "{engine}: {} wrong\n{}", wrong.len(), wrong.join("\n"));
    let overflow = answer(&both.plans, "select sum(big) from t where id < 3").await;
    assert_eq!(overflow.rows, None, "{engine}: a sum beyond bigint");
}

#[tokio::test(flavor = "multi_thread")]
async fn known_aggregates_of_postgresql() {
    let collation = "CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)";
    let table = TABLE.replace("FLAG", "boolean").replace("TEXT1", "text").replace("TEXT2", "text COLLATE ci");
    let table = table.replace("MOMENT", "timestamp");
    let Some(database) = postgres::database(&format!("CREATE SCHEMA known; {collation}; {table}")).await else {
        return;
    };
    judge("postgresql", &Both::new(database.setting(), "known").await, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn known_aggregates_of_mysql_and_mariadb() {
    for server in mysql::own_servers() {
        let text = "varchar(20) COLLATE utf8mb4_general_ci";
        let table = TABLE.replace("FLAG", "tinyint(1)").replace("TEXT1", text).replace("TEXT2", text);
        let table = table.replace("MOMENT", "datetime(6)");
        let begin = "DROP DATABASE IF EXISTS known;CREATE DATABASE known CHARACTER SET utf8mb4;";
        let mut admin = server.admin().await;
        for statement in format!("{begin}{table}").split(';').filter(|statement| !statement.trim().is_empty()) {
            admin.query_drop(statement).await.unwrap_or_else(|error| panic!("{:?}: {error}", server.kind));
        }
        judge(&format!("{:?}", server.kind), &Both::new(server.setting(), "known").await, 1).await;
        odd_values(server, &mut admin).await;
        admin.disconnect().await.unwrap();
    }
}

/// Values that no type of Athena's holds fail an aggregate as they fail a read, though the source would pass them over.
async fn odd_values(server: &mysql::Server, admin: &mut mysql_async::Conn) {
    admin.query_drop("SET SESSION sql_mode = 'ALLOW_INVALID_DATES'").await.unwrap();
    let table = "CREATE TABLE known.odd (id int, day date, moment datetime, flag tinyint(1))";
    let rows = "INSERT INTO known.odd VALUES (1, '2024-01-01', '2024-01-01', 0), (2, '2024-03-01', '2024-03-01', 1)";
    for (odd, columns) in [
        ("'2024-02-00', '2024-02-01', 1", "day"),
        ("'0000-00-00', '2024-02-01', 1", "day"),
        ("'2024-02-30', '2024-02-01', 1", "day"),
        ("'2024-02-01', '2024-00-00 10:00:00', 1", "moment"),
        ("'2024-02-01', '2024-02-01', 5", "flag"),
    ] {
        for statement in
            ["DROP TABLE IF EXISTS known.odd", table, rows, &format!("INSERT INTO known.odd VALUES (3, {odd})")]
        {
            admin.query_drop(statement).await.unwrap_or_else(|error| panic!("{:?}: {error}", server.kind));
        }
        let both = Both::new(server.setting(), "known").await;
        for told in ["count(COLUMN)", "count(distinct COLUMN)", "max(COLUMN)"] {
            let sql = format!("select {} from odd", told.replace("COLUMN", columns));
            let (plans, rows) = (answer(&both.plans, &sql).await, answer(&both.rows, &sql).await);
            assert_eq!((plans.rows, rows.rows), (None, None), "{:?}: {sql} with ({odd})", server.kind);
        }
        assert!(answer(&both.plans, "select count(*) from odd").await.by_plan);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn values_that_no_type_holds_fail_an_aggregate_of_postgresql_as_they_fail_a_read() {
    let script =
        "CREATE SCHEMA known; CREATE TABLE known.odd (id int, price numeric(10,2), day date, moment timestamp);
        INSERT INTO known.odd VALUES (1, 1, '2024-01-01', '2024-01-01'), (2, 2, '2024-01-02', '2024-01-02'),
                                    (3, 'NaN', 'infinity', '-infinity')";
    let Some(database) = postgres::database(script).await else { return };
    let both = Both::new(database.setting(), "known").await;
    for told in
        ["count(price)", "min(price)", "sum(price)", "avg(price)", "min(day)", "max(moment)", "count(distinct day)"]
    {
        let sql = format!("select {told} from odd");
        let (plans, rows) = (answer(&both.plans, &sql).await, answer(&both.rows, &sql).await);
        assert_eq!((plans.rows, rows.rows), (None, None), "{sql}");
    }
    for (sql, by_plan) in [
        ("select count(*) from odd where price > 0", None),
        ("select count(*) from odd where day > date '2020-01-01'", None),
        ("select count(*), sum(price), max(day) from odd where id < 3", Some(true)),
    ] {
        let (plans, rows) = (answer(&both.plans, sql).await, answer(&both.rows, sql).await);
        assert_eq!(plans.rows, rows.rows, "{sql}");
        assert_eq!(plans.rows.is_some().then_some(plans.by_plan), by_plan, "{sql}");
    }
}
