//! Queries in the server's own words: described without being run, read by position, and nothing of them stays.

use arrow_array::RecordBatch;
use arrow_schema::DataType;
use connector_core::{BatchLimits, Connection, Domain, Error, ErrorKind, Grammar, Query, Scan, Settings, Value, sql};
use connector_mysql::CONNECTOR;
use futures::TryStreamExt;
use mysql_async::prelude::Queryable;

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

async fn asked(server: &Server, text: &str) -> (Scan, RecordBatch) {
    let mut connection = server.connect().await;
    let query = Query::check(text, Grammar::MySql).unwrap();
    let scan =
        described(connection.as_mut(), &query).await.unwrap_or_else(|error| panic!("{:?}: {error}", server.kind));
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
async fn q_dup_columns_are_told_apart_by_position() {
    for server in support::servers() {
        let (scan, batch) = asked(server, "select 1 as a, 2 as A, 'x' as a, 4 as a_2 # end").await;
        assert_eq!(names(&scan), ["a", "a_3", "a_4", "a_2"]);
        assert_eq!(cells(&batch), ["1", "2", "x", "4"]);
        let (scan, batch) = asked(
            server,
            "with x as (select 1 as a union all select 2) select a, count(*) from x group by a order by a",
        )
        .await;
        assert_eq!(names(&scan), ["a", "count(*)"]);
        assert_eq!(batch.num_rows(), 2);
        let (_, batch) = asked(server, "(select 1 as a) union (select 2)").await;
        assert_eq!(batch.num_rows(), 2);
    }
}

#[tokio::test]
async fn types_are_those_of_a_table_and_shown_alike() {
    let columns = "t1 tinyint(1), t tinyint, tu tinyint unsigned, s smallint, su smallint unsigned, m mediumint, i int, iu int unsigned, b bigint, \
         bu bigint unsigned, bits bit(8), bit1 bit(1), d decimal(10,2), du decimal(12,4) unsigned, wide decimal(65,30), f float, db double, y year, \
         dt date, ts datetime(6), stamp timestamp(3) NULL, tm time, c char(4), v varchar(20), l varchar(20) CHARACTER SET latin1, tx text, e enum('b','a'), \
         st set('x','y'), j json, bi binary(2), vb varbinary(9), bl blob, g point";
    let values = "1, -5, 200, -3, 40000, 5, 6, 3000000000, 7, 18446744073709551615, 165, 1, 12.34, 1.5, 1234567890.5, 1.5, 2.5, 2005, \
         '1500-01-01', '2020-01-01 00:00:00.123456', '2020-01-01 00:00:00.5', '-01:00:00', 'ab', 'x', 'é', 't', 'a', 'x,y', '[1]', x'00ff', x'01', x'02', \
         ST_GeomFromText('POINT(1 2)')";
    for server in support::servers() {
        server.schema("p_types", &format!("CREATE TABLE t ({columns}); INSERT INTO t VALUES ({values})")).await;
        let (scan, batch) = asked(server, "select * from p_types.t").await;
        let mut connection = server.connect().await;
        let table = support::table(connection.as_mut(), "p_types", "t").await;
        let expected = support::read(connection.as_mut(), &support::scan(&table)).await;
        for (of_query, of_table) in scan.table.columns.iter().zip(&table.columns) {
            let kinds = (&of_query.name, &of_query.mapping.data_type);
            assert_eq!(kinds, (&of_table.name, &of_table.mapping.data_type), "{:?}", server.kind);
            assert_eq!(shown(&batch, &of_query.name), shown(&expected, &of_table.name), "{}", of_query.name);
        }
        assert_eq!(batch.num_columns(), expected.num_columns());
        let (scan, batch) = asked(
            server,
            "select null, 1.5, 1e0, now() is not null, 'a', x'00', true, date '2020-01-01', time '10:00:00'",
        )
        .await;
        let kinds: Vec<_> = scan.table.columns.iter().map(|column| column.mapping.data_type.clone()).collect();
        assert_eq!((&kinds[1], &kinds[2]), (&DataType::Decimal128(2, 1), &DataType::Float64));
        assert_eq!(
            (cells(&batch)[0].as_str(), cells(&batch)[1].as_str(), cells(&batch)[8].as_str()),
            ("∅", "1.5", "10:00:00")
        );
    }
}

#[tokio::test]
async fn conditions_and_limits_mean_the_same_around_a_query() {
    for server in support::servers() {
        server
            .schema(
                "p_around",
                "CREATE TABLE t (id int, s varchar(9)); INSERT INTO t VALUES (1, 'a'), (2, 'A'), (3, NULL), (4, 'b')",
            )
            .await;
        let (mut scan, _) = asked(server, "select s as x, s as x, id from p_around.t -- end").await;
        scan.domains =
            [("x_2".to_owned(), Domain { nulls: true, ..Domain::single(DataType::Utf8, Value::Text("A".into())) })]
                .into();
        scan.projection = vec!["id".to_owned()];
        let mut found = shown(&support::read(server.connect().await.as_mut(), &scan).await, "id");
        found.sort();
        assert_eq!(found, ["2", "3"]);
        scan.domains = [("id".to_owned(), Domain::single(DataType::Int32, Value::Int(4)))].into();
        let rendered = sql::render(&scan, CONNECTOR.dialect()).unwrap();
        assert!(rendered.remainder.keeps_all_rows() && rendered.statement.sql.contains("WHERE"), "{rendered:?}");
        assert_eq!(shown(&support::read(server.connect().await.as_mut(), &scan).await, "id"), ["4"]);
        (scan.projection, scan.domains) = (Vec::new(), std::collections::BTreeMap::new());
        assert_eq!(support::read(server.connect().await.as_mut(), &scan).await.num_rows(), 4);
    }
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
    ("delete from p_attack.t", Outcome::NotDescribed),
    ("delete from p_attack.t returning id", Outcome::NotDescribed),
    ("insert into p_attack.t values (9)", Outcome::NotDescribed),
    ("select 1; drop table p_attack.t", Outcome::NotDescribed),
    ("select 1) select 1; drop table p_attack.t; select (1", Outcome::NotDescribed),
    ("select id into outfile '/tmp/glaux-pwned' from p_attack.t", Outcome::NotDescribed),
    ("select id from p_attack.t into @a", Outcome::NotDescribed),
    ("call p_attack.p()", Outcome::NotDescribed),
    ("set session transaction read write", Outcome::NotDescribed),
    ("start transaction", Outcome::NotDescribed),
    ("select p_attack.note()", Outcome::NotDescribed),
    ("select p_attack.lift(), p_attack.note()", Outcome::NotDescribed),
    ("select p_attack.fill()", Outcome::NotDescribed),
    ("select id from p_attack.t for update", Outcome::NoEffect),
    ("select get_lock('p_attack', 0)", Outcome::NoEffect),
    ("select @a := 7", Outcome::NoEffect),
    ("select load_file('/etc/passwd')", Outcome::NoEffect),
];

const VICTIM: &str = "CREATE TABLE t (id int) ENGINE = InnoDB; INSERT INTO t VALUES (1), (2); CREATE TABLE m (id int) ENGINE = MyISAM; \
     CREATE FUNCTION note() RETURNS int MODIFIES SQL DATA BEGIN INSERT INTO p_attack.t VALUES (9); RETURN 1; END; \
     CREATE FUNCTION fill() RETURNS int MODIFIES SQL DATA BEGIN INSERT INTO p_attack.m VALUES (9); RETURN 1; END; \
     CREATE PROCEDURE p() INSERT INTO p_attack.t VALUES (9); \
     CREATE USER IF NOT EXISTS attacker@'%' IDENTIFIED BY 'correct horse'; GRANT ALL ON p_attack.* TO attacker@'%'";

/// All that an attack could have changed.
async fn state(server: &Server) -> String {
    let sql = "SELECT CONCAT_WS(' ', (SELECT GROUP_CONCAT(id ORDER BY id) FROM p_attack.t), (SELECT COUNT(*) FROM p_attack.m), \
               COALESCE(IS_USED_LOCK('p_attack'), '-'))";
    server.admin().await.query_first(sql).await.unwrap().unwrap()
}

#[tokio::test]
async fn attacks_are_refused_or_without_effect_even_past_the_check() {
    for server in support::servers() {
        // The function takes off what the session is set to.
        let read_only = if server.is_mariadb() { "tx_read_only" } else { "transaction_read_only" };
        let lift = format!("CREATE FUNCTION lift() RETURNS int BEGIN SET SESSION {read_only} = 0; RETURN 1; END");
        server.schema("p_attack", &format!("{VICTIM}; {lift}")).await;
        let before = state(server).await;
        for (text, expected) in ATTACKS {
            let attacker = support::credential("attacker", support::PASSWORD);
            let mut connection = server.enter(&server.options(), &attacker, &Settings::default()).await.unwrap();
            let outcome = match described(connection.as_mut(), &Query::unchecked(text)).await {
                Err(_) => Outcome::NotDescribed,
                Ok(scan) => match read(connection.as_mut(), &scan).await {
                    Err(_) => Outcome::NotRun,
                    Ok(_) => Outcome::NoEffect,
                },
            };
            // As the handler does with a session that ran such a query.
            drop(connection);
            // Some servers refuse more, or earlier.
            assert!(outcome <= *expected, "{:?}: {text}: {outcome:?}", server.kind);
        }
        for _ in 0..3000 {
            if state(server).await == before {
                break;
            }
            // A server notices a closed session when it next looks.
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        assert_eq!(state(server).await, before, "{:?}", server.kind);
    }
}

#[tokio::test]
async fn what_a_query_sets_ends_with_it_even_if_the_session_is_used_again() {
    for server in support::servers() {
        let mut connection = server.connect().await;
        let scan =
            described(connection.as_mut(), &Query::unchecked("select @a := 7, get_lock('p_sets', 0)")).await.unwrap();
        read(connection.as_mut(), &scan).await.unwrap();
        connection.reset("next", None).await.unwrap();
        let scan =
            described(connection.as_mut(), &Query::unchecked("select @a, is_used_lock('p_sets')")).await.unwrap();
        assert_eq!(cells(&support::read(connection.as_mut(), &scan).await), ["∅", "∅"], "{:?}", server.kind);
    }
}

#[tokio::test]
async fn what_the_server_refuses_is_told_and_the_session_goes_on() {
    for server in support::servers() {
        let mut connection = server.connect().await;
        for (text, kind) in
            [("select * from p_none.no_such_table", None), ("select ?", Some(ErrorKind::Invalid)), ("do 1", None)]
        {
            let error = described(connection.as_mut(), &Query::unchecked(text)).await.unwrap_err();
            assert!(kind.is_none_or(|kind| error.kind() == kind), "{:?}: {text}: {error}", server.kind);
        }
        let scan = described(connection.as_mut(), &Query::unchecked("select 1")).await.unwrap();
        assert_eq!(cells(&support::read(connection.as_mut(), &scan).await), ["1"]);
    }
}
