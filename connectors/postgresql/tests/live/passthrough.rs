//! Queries in the server's own words: described without being run, read by position, and nothing of them stays.

use arrow_array::RecordBatch;
use arrow_schema::DataType;
use connector_core::{
    BatchLimits, Bound, Connection, Domain, Error, ErrorKind, Grammar, Query, Range, Scan, Value, Values, sql,
};
use connector_postgresql::CONNECTOR;
use futures::TryStreamExt;

use crate::support::{self, Server, shown};

async fn described(connection: &mut dyn Connection, query: &Query) -> Result<Scan, Error> {
    let columns = connection.describe(query).await?;
    let names = columns.iter().map(|column| column.name.clone()).collect();
    Ok(Scan::of_query(query.clone(), columns, names))
}

async fn read(connection: &mut dyn Connection, scan: &Scan) -> Result<Vec<RecordBatch>, Error> {
    let rendered = sql::render(scan, CONNECTOR.dialect())?;
    connection.read(scan, &rendered.statement, BatchLimits::default()).await?.try_collect().await
}

/// Describes and reads a text that nobody has checked.
async fn ran(server: &Server, text: &str) -> Result<Vec<RecordBatch>, Error> {
    let mut connection = server.connect().await;
    let scan = described(connection.as_mut(), &Query::unchecked(text)).await?;
    read(connection.as_mut(), &scan).await
}

async fn asked(server: &Server, text: &str) -> (Scan, RecordBatch) {
    let mut connection = server.connect().await;
    let query = Query::check(text, Grammar::PostgreSql).unwrap();
    let scan = described(connection.as_mut(), &query).await.unwrap();
    let batch = support::read(connection.as_mut(), &scan).await;
    (scan, batch)
}

fn names(scan: &Scan) -> Vec<&str> {
    scan.table.columns.iter().map(|column| column.name.as_str()).collect()
}

fn cells(batch: &RecordBatch) -> Vec<String> {
    batch.schema().fields().iter().flat_map(|field| shown(batch, field.name())).collect()
}

#[tokio::test]
async fn q_dup_and_q_nolabel_columns_are_told_apart_by_position() {
    let Some(server) = support::server() else { return };
    let (scan, batch) = asked(server, "select 1 as a, 2 as \"A\", 3 as a, 4 as a_2").await;
    assert_eq!(
        (names(&scan), cells(&batch)),
        (vec!["a", "a_3", "a_4", "a_2"], vec!["1".into(), "2".into(), "3".into(), "4".into()])
    );
    let (scan, batch) = asked(server, "select 1, 'x', 3 as c").await;
    assert_eq!((names(&scan), cells(&batch)), (vec!["_col0", "_col1", "c"], vec!["1".into(), "x".into(), "3".into()]));
    let longest = "l".repeat(63);
    let (scan, batch) = asked(server, &format!("select 1 as {longest}, 2 as {longest}")).await;
    assert_eq!((names(&scan)[1], cells(&batch)), (format!("{longest}_2").as_str(), vec!["1".into(), "2".into()]));
}

#[tokio::test]
async fn types_are_those_of_a_table_and_shown_alike() {
    let Some(server) = support::server() else { return };
    let all = "true::bool AS b, 2::int2 AS i2, 4::int4 AS i4, 8::int8 AS i8, 1.5::float4 AS f4, 2.5::float8 AS f8, 12.34::numeric(10,2) AS n, \
         1e40::numeric AS bare, 'x'::varchar(9) AS v, 'ab'::char(4) AS c, '\\x00ff'::bytea AS by, DATE '1500-01-01' AS d, \
         TIMESTAMP '2020-01-01 00:00:00.123456' AS ts, TIMESTAMPTZ '2020-01-01 00:00:00+02' AS tz, \
         'c0ffee00-0000-0000-0000-000000000000'::uuid AS u, '{\"a\": 1}'::jsonb AS j, '10.0.0.1'::inet AS ip, INTERVAL '1 day' AS iv, \
         TIME '09:00' AS t, B'101'::bit(3) AS bits, B'1'::bit(1) AS bit, '12.50'::money AS m, 7::oid AS o, 'low'::q_types.mood AS mood, \
         ARRAY[1, 2] AS list, ARRAY['a', 'b']::varchar[] AS texts, 5::q_types.positive AS dom, NULL AS nothing, \
         int4range(1, 5) AS range, 'x'::name AS name, '<a/>'::xml AS x, ARRAY[5]::q_types.positive[] AS doms, '1 2'::int2vector AS vec";
    server
        .schema(
            "q_types",
            &format!("CREATE TYPE mood AS ENUM ('low', 'high'); CREATE DOMAIN positive AS int CHECK (VALUE > 0); CREATE VIEW t AS SELECT {all}"),
        )
        .await;
    let (scan, batch) = asked(server, &format!("select {all}")).await;
    let mut connection = server.connect().await;
    let table = support::table(connection.as_mut(), "q_types", "t").await;
    let expected = support::read(connection.as_mut(), &support::scan(&table)).await;
    for (of_query, of_table) in scan.table.columns.iter().zip(&table.columns) {
        assert_eq!((&of_query.name, &of_query.mapping.data_type), (&of_table.name, &of_table.mapping.data_type));
        assert_eq!(shown(&batch, &of_query.name), shown(&expected, &of_table.name), "{}", of_query.name);
    }
    assert_eq!(batch.num_columns(), expected.num_columns());
}

#[tokio::test]
async fn conditions_and_limits_mean_the_same_around_a_query() {
    let Some(server) = support::server() else { return };
    server
        .schema("q_around", "CREATE TABLE t AS SELECT i AS id, CASE WHEN i % 3 = 0 THEN NULL ELSE chr(96 + i) END AS s FROM generate_series(1, 9) i")
        .await;
    let (mut scan, _) = asked(server, "select s as x, s as x, id from q_around.t -- end").await;
    let low = Bound::Included(Value::Text("d".into()));
    let values = Values::Ranges(vec![Range { low, high: Bound::Unbounded }]);
    scan.domains = [("x_2".to_owned(), Domain { data_type: DataType::Utf8, values, nulls: true })].into();
    scan.projection = vec!["id".to_owned()];
    let mut connection = server.connect().await;
    let batch = support::read(connection.as_mut(), &scan).await;
    let mut found = shown(&batch, "id");
    found.sort();
    assert_eq!(found, ["3", "4", "5", "6", "7", "8", "9"]);
    scan.limit = Some(2);
    connection = server.connect().await;
    assert_eq!(support::read(connection.as_mut(), &scan).await.num_rows(), 2);
    (scan.projection, scan.limit) = (Vec::new(), None);
    connection = server.connect().await;
    assert_eq!(support::read(connection.as_mut(), &scan).await.num_rows(), 7);
}

/// What would happen to a text that slipped past the check: whether the server refuses it, and when.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
enum Outcome {
    /// Even to be described.
    NotDescribed,
    /// When it is run.
    NotRun,
    /// It is run, and nothing of it stays.
    NoEffect,
}

const ATTACKS: &[(&str, Outcome)] = &[
    ("delete from q_attack.t returning id", Outcome::NotDescribed),
    ("insert into q_attack.t values (9) returning id", Outcome::NotDescribed),
    ("with d as (delete from q_attack.t returning id) select id from d", Outcome::NotDescribed),
    ("select id into q_attack.pwned from q_attack.t", Outcome::NotDescribed),
    ("select 1 as a; create table q_attack.pwned (x int); commit", Outcome::NotDescribed),
    ("select 1) as q; commit; delete from q_attack.t; select * from (select 1", Outcome::NotDescribed),
    ("copy q_attack.t to program 'id'", Outcome::NotDescribed),
    ("copy (select 1) to stdout", Outcome::NotDescribed),
    ("call q_attack.p()", Outcome::NotDescribed),
    ("do $$begin delete from q_attack.t; end$$", Outcome::NotDescribed),
    ("set session default_transaction_read_only = off", Outcome::NotDescribed),
    ("explain analyze delete from q_attack.t", Outcome::NotDescribed),
    ("begin", Outcome::NotDescribed),
    ("select id from q_attack.t for update", Outcome::NotRun),
    ("select id from q_attack.t for share", Outcome::NotRun),
    ("select q_attack.note()", Outcome::NotRun),
    ("select nextval('q_attack.s')", Outcome::NotRun),
    ("select setval('q_attack.s', 99)", Outcome::NotRun),
    ("select set_config('transaction_read_only', 'off', true), q_attack.note()", Outcome::NotRun),
    ("select set_config('transaction_read_only', 'off', false), q_attack.note()", Outcome::NotRun),
    ("select q_attack.lift(), q_attack.note()", Outcome::NotRun),
    ("select q_attack.ended(), q_attack.note()", Outcome::NotRun),
    ("select query_to_xml('delete from q_attack.t returning id', true, true, '')", Outcome::NotRun),
    ("select pg_read_file('/etc/passwd')", Outcome::NotRun),
    ("select lo_import('/etc/passwd')", Outcome::NotRun),
    ("select set_config('role', 'postgres', false)", Outcome::NotRun),
    ("select set_config('default_transaction_read_only', 'off', false)", Outcome::NoEffect),
    ("select set_config('search_path', 'q_attack', false)", Outcome::NoEffect),
    ("select lo_from_bytea(4711, 'pwned')", Outcome::NoEffect),
    ("select pg_advisory_lock(4711)", Outcome::NoEffect),
];

const VICTIM: &str = "CREATE TABLE t (id int); INSERT INTO t VALUES (1), (2); CREATE SEQUENCE s; SELECT nextval('s'); \
     GRANT ALL ON t, s TO reader; GRANT CREATE ON SCHEMA q_attack TO reader; \
     CREATE FUNCTION note() RETURNS int LANGUAGE sql AS $$INSERT INTO q_attack.t VALUES (9) RETURNING id$$; \
     CREATE FUNCTION lift() RETURNS text LANGUAGE plpgsql AS $$BEGIN SET TRANSACTION READ WRITE; RETURN 'lifted'; END$$; \
     CREATE FUNCTION ended() RETURNS text LANGUAGE plpgsql AS $$BEGIN COMMIT; RETURN 'ended'; END$$; \
     CREATE PROCEDURE p() LANGUAGE sql AS $$INSERT INTO q_attack.t VALUES (9)$$";

/// All that an attack could have changed.
async fn state(server: &Server) -> String {
    let admin = server.admin(&server.database).await;
    let sql = "SELECT (SELECT string_agg(id::text, ',' ORDER BY id) FROM q_attack.t) || ' ' || (SELECT last_value FROM q_attack.s) \
               || ' ' || coalesce(to_regclass('q_attack.pwned')::text, '-') || ' ' || \
               (SELECT count(*) FROM pg_largeobject_metadata WHERE oid = 4711) || ' ' || \
               (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711)";
    admin.query_one(sql, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn attacks_are_refused_or_without_effect_even_past_the_check() {
    let Some(server) = support::server() else { return };
    server.schema("q_attack", VICTIM).await;
    let before = state(server).await;
    for (text, expected) in ATTACKS {
        let mut connection = server.connect().await;
        let outcome = match described(connection.as_mut(), &Query::unchecked(text)).await {
            Err(error) => {
                assert!(!error.is_retryable(), "{text}: {error}");
                Outcome::NotDescribed
            }
            Ok(scan) => match read(connection.as_mut(), &scan).await {
                Err(error) => {
                    assert!(!error.is_retryable(), "{text}: {error}");
                    Outcome::NotRun
                }
                Ok(_) => Outcome::NoEffect,
            },
        };
        // As the handler does with a session that ran such a query.
        drop(connection);
        // Newer servers refuse more of them.
        assert!(outcome <= *expected, "{text}: {outcome:?}");
    }
    for _ in 0..3000 {
        if state(server).await == before {
            return;
        }
        // A server notices a closed session when it next looks.
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(state(server).await, before);
}

#[tokio::test]
async fn what_a_query_sets_ends_with_it_even_if_the_session_is_used_again() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "q_sets",
            "CREATE FUNCTION leave() RETURNS int LANGUAGE plpgsql AS \
         $$BEGIN CREATE TEMP TABLE left_behind AS SELECT 7 AS id; RETURN 1; END$$",
        )
        .await;
    let mut connection = server.connect().await;
    let scan = described(connection.as_mut(), &Query::unchecked(
        "select set_config('search_path', 'q_sets', false), set_config('TimeZone', 'Asia/Tokyo', false), q_sets.leave()",
    ))
    .await
    .unwrap();
    drop(read(connection.as_mut(), &scan).await);
    connection.reset("next", None).await.unwrap();
    let look = Query::unchecked(
        "select current_setting('search_path') || current_setting('TimeZone') || coalesce(to_regclass('left_behind')::text, '')",
    );
    let scan = described(connection.as_mut(), &look).await.unwrap();
    assert_eq!(cells(&support::read(connection.as_mut(), &scan).await), ["pg_catalogUTC"]);
}

#[tokio::test]
async fn a_session_that_looked_types_up_is_made_as_new_and_looks_them_up_again() {
    let Some(server) = support::server() else { return };
    server.schema("q_kept", "CREATE TYPE mood AS ENUM ('low'); CREATE DOMAIN many AS int[]").await;
    let mut connection = server.connect().await;
    for _ in 0..2 {
        let text = "select 'low'::q_kept.mood as a, array['low']::q_kept.mood[] as b, '{1,2}'::q_kept.many as c";
        let scan = described(connection.as_mut(), &Query::unchecked(text)).await.unwrap();
        let batch = support::read(connection.as_mut(), &scan).await;
        assert_eq!(cells(&batch), ["low", "[low]", "[1, 2]"]);
        connection.reset("again", None).await.unwrap();
    }
}

#[tokio::test]
async fn what_the_server_refuses_is_told() {
    let Some(server) = support::server() else { return };
    for (text, kind, told) in [
        ("select * from no_such_table", ErrorKind::NotFound, "no_such_table"),
        ("select nope from pg_class", ErrorKind::Conflict, "nope"),
        ("select $1::int", ErrorKind::Invalid, "parameters"),
        ("select from pg_class", ErrorKind::Unsupported, "no columns"),
    ] {
        let error = ran(server, text).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{text}: {error}");
        assert!(error.to_string().contains(told), "{text}: {error}");
    }
}

#[tokio::test]
async fn the_servers_log_shows_no_execution_when_a_query_is_described() {
    let Some(server) = support::own_server() else { return };
    server
        .schema(
            "q_meta",
            "CREATE TABLE log (id int); GRANT INSERT ON log TO reader; CREATE SEQUENCE s; \
         CREATE FUNCTION note() RETURNS int LANGUAGE sql AS $$INSERT INTO q_meta.log VALUES (1) RETURNING 1$$",
        )
        .await;
    server.run("ALTER ROLE reader SET log_min_duration_statement = 0").await;
    let mut connection = server.connect().await;
    let text = "select q_meta.note() as marked_q_meta, nextval('q_meta.s')";
    let scan = described(connection.as_mut(), &Query::check(text, Grammar::PostgreSql).unwrap()).await.unwrap();
    assert_eq!(names(&scan), ["marked_q_meta", "nextval"]);
    let log = || std::fs::read_to_string(server.dir.as_ref().unwrap().join("data/server.log")).unwrap();
    let lines = |log: &str, what: &str| log.lines().filter(|line| line.contains(what)).count();
    // The text goes on in the lines behind.
    let marked = |log: &str, what: &str| {
        let lines: Vec<&str> = log.lines().collect();
        lines
            .windows(2)
            .filter(|pair| {
                pair[0].contains(what) && (pair[0].contains("marked_q_meta") || pair[1].contains("marked_q_meta"))
            })
            .count()
    };
    let told = log();
    assert!(marked(&told, " parse <unnamed>") > 0, "the log does not show what is parsed");
    assert_eq!(marked(&told, "execute"), 0);
    assert_eq!(marked(&told, " bind "), 0);
    assert!(lines(&told, "marked_q_meta") > 0);
    // The same log shows a statement that is run.
    let read = read(connection.as_mut(), &scan).await;
    assert!(read.is_err() && (log().contains("read-only transaction")), "{read:?}");
    let admin = server.admin(&server.database).await;
    let untouched = admin
        .query_one("SELECT (SELECT count(*) FROM q_meta.log), (SELECT is_called FROM q_meta.s)", &[])
        .await
        .unwrap();
    assert_eq!((untouched.get::<_, i64>(0), untouched.get::<_, bool>(1)), (0, false));
    server.run("ALTER ROLE reader RESET log_min_duration_statement").await;
}
