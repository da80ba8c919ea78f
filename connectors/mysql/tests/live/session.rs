//! What a session is pinned to, how it is made as new, and what happens when it breaks.

use std::time::Duration;

use connector_core::{BatchLimits, Connection, ErrorKind, Scan, Settings};
use connector_mysql::CONNECTOR;
use futures::StreamExt;
use mysql_async::prelude::Queryable;

use crate::support::{self, PASSWORD, Server, credential, scan, shown, table, whole};

/// What a view sees of the session that reads it. Functions give back what they change, so that one can be spoiled on purpose.
const PINNED: &str = "CREATE TABLE one (id int); INSERT INTO one VALUES (1); \
     CREATE FUNCTION zone_of() RETURNS varchar(99) READS SQL DATA RETURN @@SESSION.time_zone; \
     CREATE FUNCTION rows_of() RETURNS varchar(999) READS SQL DATA RETURN @@SESSION.sql_select_limit; \
     CREATE FUNCTION longest() RETURNS bigint READS SQL DATA RETURN @@SESSION.group_concat_max_len; \
     CREATE FUNCTION spoil() RETURNS int READS SQL DATA BEGIN SET @x = 1; SET @@SESSION.time_zone = '+09:00'; \
     SET @@SESSION.sql_select_limit = 1; RETURN GET_LOCK('spoilt', 0); END; \
     CREATE FUNCTION spoilt() RETURNS int READS SQL DATA RETURN @x; \
     CREATE VIEW pinned AS SELECT zone_of() AS zone, rows_of() AS rows_, longest() AS longest, spoilt() AS spoilt, \
     IS_USED_LOCK('spoilt') AS locked FROM one; CREATE VIEW spoiling AS SELECT spoil() AS s FROM one";

async fn pinned(connection: &mut dyn Connection, scan: &Scan) -> Vec<String> {
    let all = support::read(connection, scan).await;
    ["zone", "rows_", "longest", "spoilt", "locked"].iter().flat_map(|name| shown(&all, name)).collect()
}

#[tokio::test]
async fn q_after_a_session_is_pinned_and_made_as_new() {
    for server in support::servers() {
        server.schema("q_after", PINNED).await;
        let mut connection = server.connect().await;
        let expected = ["+00:00", "18446744073709551615", "1073741824", "∅", "∅"];
        let scan = scan(&table(connection.as_mut(), "q_after", "pinned").await);
        assert_eq!(pinned(connection.as_mut(), &scan).await, expected);
        whole(connection.as_mut(), "q_after", "spoiling").await;
        assert_eq!(pinned(connection.as_mut(), &scan).await[0], "+09:00");
        connection.reset("again", None).await.unwrap();
        assert_eq!(pinned(connection.as_mut(), &scan).await, expected);
    }
}

#[tokio::test]
async fn what_runs_is_marked_with_the_query_it_runs_for() {
    for server in support::servers() {
        server.schema("q_mark", "CREATE TABLE t (id int); CREATE VIEW v AS SELECT SLEEP(3600) AS s").await;
        let named = |name: &str| Settings { application_name: name.into(), ..Settings::default() };
        let mut connection = server.connect_with(&named("glaux q1")).await;
        for name in ["glaux q1", "glaux q2 */ SELECT 1; -- ?"] {
            connection.reset(name, None).await.unwrap();
            let scan = scan(&table(connection.as_mut(), "q_mark", "v").await);
            let rendered = connector_core::sql::render(&scan, CONNECTOR.dialect()).unwrap();
            let reading = first(connection.as_mut(), &scan, &rendered.statement);
            let seen = async {
                let mark = format!("/* {} ", &name[..8]);
                wait_for(
                    server,
                    &format!(
                        "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE '{mark}%SELECT `s`%'"
                    ),
                    1,
                )
                .await;
            };
            tokio::select! {
                ended = reading => panic!("the statement ended: {ended:?}"),
                () = seen => {}
            }
            drop(connection);
            connection = server.connect_with(&named("glaux q1")).await;
        }
    }
}

/// Reads until a first batch comes, and tells how that ended.
async fn first(connection: &mut dyn Connection, scan: &Scan, statement: &connector_core::Statement) -> Option<String> {
    match connection.read(scan, statement, BatchLimits::default()).await {
        Ok(mut stream) => stream.next().await.map(|batch| format!("{batch:?}")),
        Err(error) => Some(format!("{error:?}")),
    }
}

/// Waits until a count is so large.
async fn wait_for(server: &Server, sql: &str, count: i64) {
    let mut admin = server.admin().await;
    for attempt in 0.. {
        // MySQL cannot list what runs while a statement of another test holds a character that the list's own set lacks.
        let found: Option<i64> = admin.query_first(sql).await.unwrap_or_default();
        if found == Some(count) {
            break;
        }
        assert!(attempt < 3000, "{found:?} and not {count}: {sql}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    admin.disconnect().await.unwrap();
}

#[tokio::test]
async fn a_function_that_writes_is_forbidden() {
    for server in support::servers() {
        server
            .schema(
                "q_write",
                "CREATE TABLE log (id int); CREATE TABLE one (id int); INSERT INTO one VALUES (1); CREATE FUNCTION note() RETURNS int \
                 MODIFIES SQL DATA BEGIN INSERT INTO q_write.log VALUES (1); RETURN 1; END; \
                 CREATE VIEW noting AS SELECT note() AS n FROM one",
            )
            .await;
        let mut connection = server.connect().await;
        for again in [false, true] {
            if again {
                connection.reset("again", None).await.unwrap();
            }
            // A session that only reads may not even be told its columns.
            let mut log = table(connection.as_mut(), "q_write", "log").await;
            log.name.table = "noting".into();
            log.columns[0].remote_name = "n".into();
            let scan = scan(&log);
            let error = support::failure(connection.as_mut(), &scan).await;
            assert_eq!(error.kind(), ErrorKind::Forbidden, "{error}");
        }
        assert_eq!(whole(connection.as_mut(), "q_write", "log").await.num_rows(), 0);
    }
}

#[tokio::test]
async fn an_error_in_the_middle_keeps_data_out_of_its_text_and_the_session_usable() {
    for server in support::servers() {
        server
            .schema(
                "q_cast",
                "CREATE TABLE t (id int PRIMARY KEY, s varchar(20)); INSERT INTO t VALUES (1, 'fine'), (2, 'fine'), (3, 's3cret'); \
                 CREATE FUNCTION f(s varchar(20)) RETURNS int DETERMINISTIC BEGIN IF s = 's3cret' THEN \
                 SET s = CONCAT('value ', s); SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = s; END IF; RETURN 1; END; \
                 CREATE VIEW v AS SELECT id, f(s) AS i FROM t",
            )
            .await;
        let mut connection = server.connect().await;
        let scan = scan(&table(connection.as_mut(), "q_cast", "v").await);
        let error = support::failure(connection.as_mut(), &scan).await;
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.to_string().contains("1644") && !format!("{error:?}").contains("s3cret"), "{error:?}");
        connection.reset("again", None).await.unwrap();
        assert_eq!(whole(connection.as_mut(), "q_cast", "t").await.num_rows(), 3);
    }
}

/// A view of 250,000 wide rows, whose session sleeps behind some thousands of them.
async fn wide(server: &Server, schema: &str, behind: &str) {
    let ten = "SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 \
         UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9";
    server
        .schema(
            schema,
            &format!(
                "CREATE TABLE d AS {ten}; CREATE TABLE n (i int PRIMARY KEY); INSERT INTO n SELECT a.n + 10 * b.n + 100 * c.n + 1000 * d.n \
                 FROM d a, d b, d c, d d; CREATE VIEW t AS SELECT i AS id, {behind} AS s FROM n"
            ),
        )
        .await;
}

/// Reads one batch and hands over the rest.
async fn begun<'a>(
    connection: &'a mut dyn Connection,
    scan: &'a Scan,
    statement: &'a connector_core::Statement,
) -> connector_core::BatchStream<'a> {
    let limits = BatchLimits { rows: 100, bytes: 1 << 20 };
    let mut stream = connection.read(scan, statement, limits).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap().num_rows(), 100);
    stream
}

fn running(schema: &str) -> String {
    format!("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE '/* {schema} */%'")
}

#[tokio::test]
async fn a_server_that_goes_away_in_the_middle_is_unavailable() {
    for server in support::servers() {
        wide(server, "q_gone", "IF(i > 3000, SLEEP(3600), REPEAT('x', 1000))").await;
        let settings = Settings { application_name: "q_gone".into(), ..Settings::default() };
        let mut connection = server.connect_with(&settings).await;
        let scan = scan(&table(connection.as_mut(), "q_gone", "t").await);
        let rendered = connector_core::sql::render(&scan, CONNECTOR.dialect()).unwrap();
        let stream = begun(connection.as_mut(), &scan, &rendered.statement).await;
        let mut admin = server.admin().await;
        let sql = running("q_gone").replace("COUNT(*)", "ID");
        let id: Option<u64> = admin.query_first(sql).await.unwrap();
        admin.query_drop(format!("KILL {}", id.unwrap())).await.unwrap();
        let outcome: Vec<_> = stream.collect().await;
        let error = outcome.into_iter().find_map(Result::err).expect("the server was gone");
        assert!(error.is_retryable(), "{:?}: {error}", error.kind());
        assert!(connection.reset("x", None).await.is_err());
    }
}

#[tokio::test]
async fn an_abandoned_read_is_stopped_at_the_server_and_its_session_not_used_again() {
    for server in support::servers() {
        wide(server, "q_left", "IF(i > 3000, SLEEP(3600), REPEAT('x', 1000))").await;
        for options in [server.options(), "sslMode=DISABLED&allowPublicKeyRetrieval=true".into()] {
            let settings = Settings { application_name: "q_left".into(), ..Settings::default() };
            let login = credential("reader", PASSWORD);
            let mut connection = server.enter(&options, &login, &settings).await.unwrap();
            let scan = scan(&table(connection.as_mut(), "q_left", "t").await);
            let rendered = connector_core::sql::render(&scan, CONNECTOR.dialect()).unwrap();
            let stream = begun(connection.as_mut(), &scan, &rendered.statement).await;
            wait_for(server, &running("q_left"), 1).await;
            drop(stream);
            assert!(connection.reset("x", None).await.is_err());
            // The session's socket is still open: it is the kill that ends what runs.
            wait_for(server, &running("q_left"), 0).await;
        }
    }
}

#[tokio::test]
async fn a_read_let_go_before_its_first_row_is_stopped_too() {
    for server in support::servers() {
        server.schema("q_early", "CREATE VIEW t AS SELECT SLEEP(3600) AS s").await;
        let settings = Settings { application_name: "q_early".into(), ..Settings::default() };
        let mut connection = server.connect_with(&settings).await;
        let scan = scan(&table(connection.as_mut(), "q_early", "t").await);
        let rendered = connector_core::sql::render(&scan, CONNECTOR.dialect()).unwrap();
        let reading = first(connection.as_mut(), &scan, &rendered.statement);
        let running = running("q_early");
        tokio::select! {
            ended = reading => panic!("the statement ended: {ended:?}"),
            () = wait_for(server, &running, 1) => {}
        }
        wait_for(server, &running, 0).await;
    }
}

#[tokio::test]
async fn a_cell_above_the_limit_is_too_large_and_one_at_it_is_read() {
    for server in support::servers() {
        server
            .schema(
                "q_cell",
                "CREATE TABLE t AS SELECT 1 AS id, REPEAT('x', 1000000) AS s, REPEAT('y', 1000000) AS u; \
                 CREATE TABLE u AS SELECT 1 AS id, REPEAT('x', 1000001) AS s; CREATE TABLE small AS SELECT REPEAT('x', 101) AS s",
            )
            .await;
        for (limit, fits, large) in [(1_000_000, "t", "u"), (100, "", "small")] {
            for options in [server.options(), "sslMode=DISABLED&allowPublicKeyRetrieval=true".into()] {
                let settings = Settings { max_cell_bytes: limit, ..Settings::default() };
                let login = credential("reader", PASSWORD);
                let mut connection = server.enter(&options, &login, &settings).await.unwrap();
                if !fits.is_empty() {
                    assert_eq!(whole(connection.as_mut(), "q_cell", fits).await.num_rows(), 1);
                }
                let scan = scan(&table(connection.as_mut(), "q_cell", large).await);
                let error = support::failure(connection.as_mut(), &scan).await;
                assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
                let told = [format!("{} bytes", limit + 1), format!("{limit} bytes")];
                assert!(told.iter().all(|told| error.to_string().contains(told)), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_timed_out_by_the_server_or_by_silence() {
    for server in support::servers() {
        server
            .schema("q_slow", "CREATE TABLE n AS SELECT 1 AS i; CREATE VIEW t AS SELECT SLEEP(3600) AS s FROM n WHERE BENCHMARK(1000000000000, SHA2('x', 256)) = 0")
            .await;
        for option in ["queryTimeout=1", "socketTimeout=1000"] {
            let mut connection = server.connect_by(option).await;
            let scan = scan(&table(connection.as_mut(), "q_slow", "t").await);
            let error = support::failure(connection.as_mut(), &scan).await;
            assert_eq!(error.kind(), ErrorKind::TimedOut, "{option}: {error}");
        }
    }
}

#[tokio::test]
async fn a_locked_table_is_not_waited_for_longer_than_a_minute_is_told() {
    for server in support::servers() {
        server.schema("q_lock", "CREATE TABLE t (id int)").await;
        let mut connection = server.connect_by("socketTimeout=1000").await;
        let scan = scan(&table(connection.as_mut(), "q_lock", "t").await);
        let mut admin = server.admin().await;
        admin.query_drop("LOCK TABLES q_lock.t WRITE").await.unwrap();
        let error = support::failure(connection.as_mut(), &scan).await;
        assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
        admin.query_drop("UNLOCK TABLES").await.unwrap();
    }
}

#[tokio::test]
async fn rows_are_counted_without_columns() {
    for server in support::servers() {
        let rows: Vec<String> = (1..=250).map(|id| format!("({id})")).collect();
        server
            .schema("n_zerocols", &format!("CREATE TABLE t (id int); INSERT INTO t VALUES {}", rows.join(", ")))
            .await;
        let mut connection = server.connect().await;
        let scan = Scan::new(table(connection.as_mut(), "n_zerocols", "t").await, Vec::new());
        let rendered = connector_core::sql::render(&scan, CONNECTOR.dialect()).unwrap();
        let limits = BatchLimits { rows: 100, bytes: 1 << 20 };
        let stream = connection.read(&scan, &rendered.statement, limits).await.unwrap();
        let rows: Vec<(usize, usize)> =
            stream.map(|batch| batch.map(|batch| (batch.num_rows(), batch.num_columns())).unwrap()).collect().await;
        assert_eq!(rows, [(100, 0), (100, 0), (50, 0)]);
    }
}

#[tokio::test]
async fn a_thousand_statements_leave_none_prepared_behind() {
    for server in support::servers() {
        server.schema("q_many", "CREATE TABLE t (id int)").await;
        let mut connection = server.connect().await;
        let scan = scan(&table(connection.as_mut(), "q_many", "t").await);
        let mut admin = server.admin().await;
        let counted = "SHOW GLOBAL STATUS LIKE 'Prepared_stmt_count'";
        for _ in 0..300 {
            support::read(connection.as_mut(), &scan).await;
        }
        let left: Option<(String, u64)> = admin.query_first(counted).await.unwrap();
        assert!(left.unwrap().1 < 200);
    }
}

/// The servers of the tests let others see it.
#[tokio::test]
async fn what_is_not_committed_is_not_read() {
    for server in support::servers() {
        server.schema("s_uncommitted", "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)").await;
        let mut admin = server.admin().await;
        admin.query_drop("START TRANSACTION").await.unwrap();
        admin.query_drop("INSERT INTO s_uncommitted.t VALUES (2)").await.unwrap();
        let mut connection = server.connect().await;
        let rows = async |connection: &mut dyn Connection| whole(connection, "s_uncommitted", "t").await.num_rows();
        assert_eq!(rows(connection.as_mut()).await, 1);
        admin.query_drop("COMMIT").await.unwrap();
        connection.reset("again", None).await.unwrap();
        assert_eq!(rows(connection.as_mut()).await, 2);
    }
}
