//! Sessions that act for a caller: as a role, with settings that row policies read, and under the query's name.

use std::collections::BTreeMap;
use std::time::Duration;

use connector_core::split::Sizes;
use connector_core::{Acting, BatchLimits, Connection, ErrorKind, Settings, Split, Value, sql};
use connector_postgresql::CONNECTOR;
use futures::TryStreamExt;

use crate::support::{self, PASSWORD, Server, credential, read, scan, shown, table, whole};

/// A table of two tenants, of which a role sees one and a setting another; `b` sees a column more than `a`. `parts` is the same in
/// partitions that everybody may read as such.
async fn tenants(server: &Server, schema: &str) {
    let (a, b) = (format!("{schema}_a"), format!("{schema}_b"));
    let policy =
        format!("USING (current_user = '{schema}_' || tenant OR tenant = current_setting('glaux.tenant', true))");
    let other = format!("{schema}_other");
    server
        .schema(
            schema,
            &format!(
                "DO $$BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{a}') THEN \
                 CREATE ROLE {a}; CREATE ROLE {b}; CREATE ROLE {other}; GRANT {a}, {b} TO reader; END IF; END$$; \
                 CREATE TABLE t (id int PRIMARY KEY, tenant text, more text); \
                 INSERT INTO t SELECT i, CASE WHEN i % 4 = 0 THEN 'a' ELSE 'b' END, 'x' FROM generate_series(1, 400) i; \
                 CREATE TABLE parts (LIKE t) PARTITION BY LIST (tenant); CREATE INDEX ON parts (id); \
                 CREATE TABLE parts_a PARTITION OF parts FOR VALUES IN ('a'); \
                 CREATE TABLE parts_b PARTITION OF parts FOR VALUES IN ('b'); INSERT INTO parts SELECT * FROM t; ANALYZE; \
                 ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY mine ON t {policy}; \
                 ALTER TABLE parts ENABLE ROW LEVEL SECURITY; CREATE POLICY mine ON parts {policy}; \
                 CREATE VIEW me AS SELECT current_user::text AS acting, current_setting('glaux.tenant', true) AS tenant; \
                 CREATE FUNCTION widen() RETURNS text LANGUAGE sql AS $$SELECT set_config('role', '{b}', false) || \
                 set_config('glaux.tenant', 'b', false)$$; CREATE VIEW widening AS SELECT widen() AS s; \
                 GRANT USAGE ON SCHEMA {schema} TO {a}, {b}; GRANT SELECT ON me, widening, parts, parts_a, parts_b TO {a}, {b}; \
                 GRANT SELECT (id, tenant) ON t TO {a}; GRANT SELECT ON t TO {b}"
            ),
        )
        .await;
}

fn acting(role: Option<&str>, tenant: Option<&str>) -> Settings {
    let settings = tenant.map(|tenant| ("glaux.tenant".to_owned(), tenant.to_owned()));
    let acting_as = Acting { role: role.map(Into::into), settings: settings.into_iter().collect() };
    Settings { acting_as, ..Settings::default() }
}

async fn rows_of(connection: &mut dyn Connection, schema: &str, name: &str) -> BTreeMap<String, usize> {
    let mut rows = BTreeMap::new();
    for tenant in shown(&whole(connection, schema, name).await, "tenant") {
        *rows.entry(tenant).or_default() += 1;
    }
    rows
}

fn rows(expected: &[(&str, usize)]) -> BTreeMap<String, usize> {
    expected.iter().map(|(tenant, count)| ((*tenant).to_owned(), *count)).collect()
}

#[tokio::test]
async fn a_role_and_a_setting_decide_which_rows_and_columns_there_are() {
    let Some(server) = support::server() else { return };
    tenants(server, "acting_rows").await;
    let (a, b) = (Some("acting_rows_a"), Some("acting_rows_b"));
    for (settings, expected, columns) in [
        (acting(None, None), rows(&[]), 3),
        (acting(a, None), rows(&[("a", 100)]), 2),
        (acting(b, None), rows(&[("b", 300)]), 3),
        (acting(None, Some("a")), rows(&[("a", 100)]), 3),
        (acting(a, Some("b")), rows(&[("a", 100), ("b", 300)]), 2),
        (acting(None, Some("' OR true; --\\")), rows(&[]), 3),
    ] {
        let mut connection = server.connect_with(&settings).await;
        assert_eq!(table(connection.as_mut(), "acting_rows", "t").await.columns.len(), columns, "{settings:?}");
        assert_eq!(rows_of(connection.as_mut(), "acting_rows", "t").await, expected, "{settings:?}");
        connection.reset("again", None).await.unwrap();
        assert_eq!(rows_of(connection.as_mut(), "acting_rows", "t").await, expected, "{settings:?}");
    }
}

#[tokio::test]
async fn a_reset_gives_the_caller_back_whatever_was_taken_on_meanwhile() {
    let Some(server) = support::server() else { return };
    tenants(server, "acting_reset").await;
    let mut connection = server.connect_with(&acting(Some("acting_reset_a"), Some("a"))).await;
    let me = async |connection: &mut dyn Connection| {
        let me = whole(connection, "acting_reset", "me").await;
        (shown(&me, "acting").remove(0), shown(&me, "tenant").remove(0))
    };
    let own = ("acting_reset_a".to_owned(), "a".to_owned());
    assert_eq!(me(connection.as_mut()).await, own);
    for limit in [None, Some(Duration::from_mins(1))] {
        whole(connection.as_mut(), "acting_reset", "widening").await;
        assert_eq!(me(connection.as_mut()).await, ("acting_reset_b".to_owned(), "b".to_owned()));
        connection.reset("again", limit).await.unwrap();
        assert_eq!(me(connection.as_mut()).await, own);
    }
    whole(connection.as_mut(), "acting_reset", "widening").await;
    let name = connector_core::TableName::new("acting_reset", "t");
    let described = connection.reset_and_describe("again", None, &name).await.unwrap().unwrap();
    assert_eq!(described.columns.len(), 2);
    // A role that was taken away since is taken away from a session that is kept, too.
    let sql = "REVOKE acting_reset_a FROM reader";
    server.run(sql).await;
    assert!(connection.reset("again", None).await.is_err());
    server.run("GRANT acting_reset_a TO reader").await;
}

#[tokio::test]
async fn a_role_that_the_user_may_not_take_on_or_that_is_none_is_forbidden() {
    let Some(server) = support::server() else { return };
    tenants(server, "acting_no").await;
    let long = format!("acting_no_{}", "x".repeat(53));
    server
        .run(&format!("DO $$BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{long}') THEN CREATE ROLE {long}; GRANT {long} TO reader; END IF; END$$"))
        .await;
    let cut = format!("{long}y");
    for role in
        ["acting_no_other", "acting_no_none", "none", "NONE", "default", "reader", "postgres", "a\" ; RESET ROLE", &cut]
    {
        let settings = acting(Some(role), None);
        let refused = server.enter(&server.endpoint(), &credential("reader", PASSWORD), &settings).await;
        let error = refused.err().unwrap_or_else(|| panic!("{role} was taken on"));
        assert_eq!(error.kind(), ErrorKind::Forbidden, "{role}: {error}");
        assert!(error.to_string().contains(&format!("{role:?}")), "{error}");
    }
    assert!(
        server.enter(&server.endpoint(), &credential("reader", PASSWORD), &acting(Some(&long), None)).await.is_ok()
    );
    for name in ["role", "search_path", "default_transaction_read_only", "glaux.x'"] {
        let acting_as = Acting { role: None, settings: BTreeMap::from([(name.to_owned(), "x".to_owned())]) };
        let settings = Settings { acting_as, ..Settings::default() };
        let refused = server.enter(&server.endpoint(), &credential("reader", PASSWORD), &settings).await;
        assert_eq!(refused.err().unwrap().kind(), ErrorKind::Invalid, "{name}");
    }
}

/// The policy of the table that was named holds for every split (D15), whoever may read its partitions.
#[tokio::test]
async fn a_policy_holds_in_every_split_under_a_role() {
    let Some(server) = support::server() else { return };
    tenants(server, "acting_split").await;
    for (role, expected) in [("acting_split_a", 100), ("acting_split_b", 300)] {
        let mut connection = server.connect_with(&acting(Some(role), None)).await;
        for name in ["t", "parts"] {
            let scan = scan(&table(connection.as_mut(), "acting_split", name).await);
            let splits = connection.splits(&scan, Sizes { most: 8, bytes: 1, largest: None }).await.unwrap();
            let mut tenants = Vec::new();
            for split in splits.clone() {
                let batch = read(connection.as_mut(), &connector_core::Scan { split, ..scan.clone() }).await;
                tenants.extend(shown(&batch, "tenant"));
            }
            let own = role.rsplit('_').next().unwrap();
            assert!(tenants.iter().all(|tenant| tenant == own), "{role}, {name}, {} splits", splits.len());
            assert_eq!(tenants.len(), expected, "{role}, {name}");
        }
    }
}

#[tokio::test]
async fn under_a_policy_a_table_is_cut_at_values_that_it_shows_and_not_by_statistics_of_its_partitions() {
    let Some(server) = support::server() else { return };
    let statements = "CREATE TABLE t (name text, tenant text) PARTITION BY LIST (tenant); CREATE INDEX ON t (name); \
         CREATE TABLE a PARTITION OF t FOR VALUES IN ('a'); CREATE TABLE b PARTITION OF t FOR VALUES IN ('b'); \
         INSERT INTO t SELECT 'n' || i, CASE WHEN i % 4 = 0 THEN 'a' ELSE 'b' END FROM generate_series(1, 400) i; ANALYZE a, b; \
         GRANT USAGE ON SCHEMA acting_hidden TO reader; GRANT SELECT ON t, a, b TO reader";
    server.schema("acting_hidden", statements).await;
    let mut connection = server.connect_with(&Settings::default()).await;
    let scan = scan(&table(connection.as_mut(), "acting_hidden", "t").await);
    let sizes = Sizes { most: 8, bytes: 1, largest: None };
    assert_eq!(connection.splits(&scan, sizes).await.unwrap().len(), 8);
    let policy = "ALTER TABLE acting_hidden.t ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON acting_hidden.t USING (tenant = 'a')";
    server.run(policy).await;
    let splits = connection.splits(&scan, sizes).await.unwrap();
    let cuts = splits.iter().filter_map(|split| match split {
        Split::Range(range) => range.below.first(),
        _ => None,
    });
    let own: Vec<Value> = (1..=100).map(|i| Value::Text(format!("n{}", 4 * i))).collect();
    assert_eq!(cuts.filter(|cut| own.contains(cut)).count(), 7, "{splits:?}");
}

#[tokio::test]
async fn the_server_shows_for_which_query_a_statement_runs() {
    let Some(server) = support::server() else { return };
    server.schema("acting_mark", "CREATE VIEW v AS SELECT pg_sleep(3600)::text AS s").await;
    let admin = server.admin(&server.database).await;
    for name in ["glaux q-mark-1", "glaux q-mark-2 */ SELECT 1; --"] {
        let settings = Settings { application_name: "glaux first".into(), ..Settings::default() };
        let mut connection = server.connect_with(&settings).await;
        connection.reset(name, None).await.unwrap();
        let scan = scan(&table(connection.as_mut(), "acting_mark", "v").await);
        let statement = sql::render(&scan, CONNECTOR.dialect()).unwrap().statement;
        let reading =
            async { connection.read(&scan, &statement, BatchLimits::default()).await?.try_collect::<Vec<_>>().await };
        let seen = async {
            let sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND query LIKE $2";
            let like = format!("/* {} %*/ SELECT %acting_mark%", &name[..14]);
            for attempt in 0.. {
                let count: i64 = admin.query_one(sql, &[&name, &like]).await.unwrap().get(0);
                if count == 1 {
                    return;
                }
                assert!(attempt < 3000, "{name}");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::select! {
            ended = reading => panic!("the statement ended: {ended:?}"),
            () = seen => {}
        }
    }
}
