//! Tables cut along their keys: every row in exactly one slice whatever the statistics say, and all slices of one moment where
//! the user may ask for it.

use connector_core::split::Sizes;
use connector_core::testing::suite::{self, sorted_rows};
use connector_core::{Scan, Split};
use connector_oracle::CONNECTOR;

use crate::support::{self, PASSWORD};

/// A table, and what is known of it.
struct Cut {
    name: &'static str,
    columns: &'static str,
    rows: &'static str,
    /// How its statistics are gathered, and which histogram that makes of the first column.
    gathered: &'static str,
    kind: &'static str,
    /// How many slices there are at least of the sixteen that are wanted.
    least: usize,
}

const TABLES: &[Cut] = &[
    Cut {
        name: "tenants",
        columns: "tenant NUMBER(4), id NUMBER(9), v VARCHAR2(10), PRIMARY KEY (tenant, id)",
        rows: "SELECT MOD(LEVEL, 3), LEVEL, 'v' FROM dual CONNECT BY LEVEL <= 600",
        gathered: "method_opt => 'FOR ALL COLUMNS SIZE 254'",
        kind: "FREQUENCY",
        least: 10,
    },
    Cut {
        name: "most",
        columns: "k NUMBER(9), day DATE NOT NULL, UNIQUE (k, day)",
        rows: "SELECT CASE WHEN LEVEL <= 3 THEN -LEVEL ELSE MOD(LEVEL, 10) END, DATE '1999-12-31' + LEVEL / 86400 FROM dual \
               CONNECT BY LEVEL <= 600",
        gathered: "method_opt => 'FOR ALL COLUMNS SIZE 10'",
        kind: "TOP-FREQUENCY",
        least: 10,
    },
    Cut {
        name: "uneven",
        columns: "k NUMBER(12,2) PRIMARY KEY",
        rows: "SELECT CASE WHEN LEVEL <= 300 THEN LEVEL / 4 ELSE 1000000000 + LEVEL END FROM dual CONNECT BY LEVEL <= 600",
        gathered: "method_opt => 'FOR ALL COLUMNS SIZE 30'",
        kind: "HYBRID",
        least: 10,
    },
    Cut {
        name: "balanced",
        columns: "k NUMBER(20) PRIMARY KEY",
        rows: "SELECT CASE WHEN LEVEL <= 300 THEN -LEVEL ELSE 1000000000000000000 + LEVEL END FROM dual CONNECT BY LEVEL <= 600",
        gathered: "estimate_percent => 100, method_opt => 'FOR ALL COLUMNS SIZE 30'",
        kind: "HEIGHT BALANCED",
        least: 10,
    },
    Cut {
        name: "days",
        columns: "k DATE PRIMARY KEY, v NUMBER(9)",
        rows: "SELECT DATE '1969-12-01' + LEVEL * LEVEL / 7, LEVEL FROM dual CONNECT BY LEVEL <= 600",
        gathered: "method_opt => 'FOR ALL COLUMNS SIZE 30'",
        kind: "HYBRID",
        least: 10,
    },
    Cut {
        name: "times",
        columns: "k TIMESTAMP(6) UNIQUE, v NUMBER(9)",
        rows: "SELECT CASE WHEN MOD(LEVEL, 5) > 0 THEN TIMESTAMP '1969-12-31 23:00:00.9999' \
               + NUMTODSINTERVAL(LEVEL * 7.000333, 'SECOND') END, LEVEL FROM dual CONNECT BY LEVEL <= 600",
        gathered: "method_opt => 'FOR ALL COLUMNS SIZE 30'",
        kind: "HYBRID",
        least: 10,
    },
    Cut {
        name: "plain",
        columns: "k NUMBER(9) PRIMARY KEY",
        rows: "SELECT LEVEL FROM dual CONNECT BY LEVEL <= 600",
        gathered: "method_opt => 'FOR ALL COLUMNS SIZE 1'",
        kind: "NONE",
        least: 16,
    },
];

fn gather(schema: &str, table: &str, how: &str) -> String {
    let (schema, table) = (schema.to_uppercase(), table.to_uppercase());
    format!("BEGIN DBMS_STATS.GATHER_TABLE_STATS('{schema}', '{table}', {how}); END;")
}

#[tokio::test]
async fn a_table_is_its_slices_whatever_its_statistics_say() {
    let Some(server) = support::server() else { return };
    let made = |cut: &Cut| {
        let Cut { name, columns, rows, gathered, .. } = cut;
        [
            format!("CREATE TABLE glaux_keys.{name} ({columns})"),
            format!("INSERT INTO glaux_keys.{name} {rows}"),
            gather("glaux_keys", name, gathered),
        ]
    };
    let made: Vec<String> = TABLES.iter().flat_map(made).collect();
    server.schema("glaux_keys", &made.iter().map(String::as_str).collect::<Vec<_>>());
    let (admin, mut connection) = (server.admin(), server.connect().await);
    for Cut { name, kind, least, .. } in TABLES {
        let table = support::table(connection.as_mut(), "glaux_keys", name).await;
        let first = &table.columns[0].remote_name;
        let told = admin.ask(&format!(
            "SELECT s.histogram FROM dba_tab_col_statistics s WHERE s.owner = 'GLAUX_KEYS' AND s.table_name = UPPER('{name}') \
             AND s.column_name = '{first}'"
        ));
        assert_eq!(told, [Some((*kind).to_owned())], "{name}");
        let key = connection.key(&table).await.unwrap().unwrap();
        assert_eq!(key.histogram.is_empty(), *kind == "NONE", "{name}");
        let most = suite::the_union_of_splits_is_the_table(connection.as_mut(), CONNECTOR.dialect(), &table).await;
        assert!(most >= *least, "{name}: {most} slices");
    }
}

#[tokio::test]
async fn the_rows_of_one_tenant_are_parted_along_the_column_behind_it() {
    let Some(server) = support::server() else { return };
    server.schema(
        "glaux_tenants",
        &[
            "CREATE TABLE glaux_tenants.t (tenant NUMBER(4), id NUMBER(9), PRIMARY KEY (tenant, id))",
            "INSERT INTO glaux_tenants.t SELECT CASE WHEN LEVEL <= 500 THEN 1 ELSE 2 END, LEVEL FROM dual CONNECT BY LEVEL <= 600",
            &gather("glaux_tenants", "t", "method_opt => 'FOR ALL COLUMNS SIZE 254'"),
        ],
    );
    let mut connection = server.connect().await;
    let table = support::table(connection.as_mut(), "glaux_tenants", "t").await;
    assert_eq!(connection.key(&table).await.unwrap().unwrap().columns, ["tenant", "id"]);
    let splits = connection.splits(&support::scan(&table), Sizes { most: 6, bytes: 1, largest: None }).await.unwrap();
    let of_two = |split: &&Split| matches!(split, Split::Range(range) if range.columns.len() == 2);
    assert!(splits.iter().filter(of_two).count() >= 4, "{splits:?}");
}

#[tokio::test]
async fn all_slices_are_of_the_moment_at_which_the_table_was_cut() {
    let Some(server) = support::server() else { return };
    server.schema("glaux_then_reader", &["?GRANT EXECUTE ON SYS.DBMS_FLASHBACK TO glaux_then_reader"]);
    server.schema(
        "glaux_then",
        &[
            "CREATE TABLE glaux_then.kept (id NUMBER(9) PRIMARY KEY, v NUMBER(9))",
            "CREATE TABLE glaux_then.plain (id NUMBER(9) PRIMARY KEY)",
            "INSERT INTO glaux_then.kept SELECT LEVEL, LEVEL FROM dual CONNECT BY LEVEL <= 300",
            "INSERT INTO glaux_then.plain VALUES (1)",
            &gather("glaux_then", "kept", "method_opt => 'FOR ALL COLUMNS SIZE 1'"),
            "GRANT SELECT ON glaux_then.kept TO glaux_then_reader",
            "GRANT FLASHBACK ON glaux_then.kept TO glaux_then_reader",
            "GRANT SELECT ON glaux_then.plain TO glaux_then_reader",
        ],
    );
    let mut connection = server.connect_as("glaux_then_reader", PASSWORD).await;
    let plain = support::table(connection.as_mut(), "glaux_then", "plain").await;
    assert_eq!(connection.moment(&plain).await.unwrap(), None);
    let told = "SELECT COUNT(*) FROM dba_tab_privs p WHERE p.grantee = 'GLAUX_THEN_READER' AND p.table_name = 'DBMS_FLASHBACK'";
    if server.admin().ask(told) != [Some("1".to_owned())] {
        println!("left out: the test's user may not give EXECUTE on DBMS_FLASHBACK");
        return;
    }
    let kept = support::table(connection.as_mut(), "glaux_then", "kept").await;
    let scan = support::scan(&kept);
    let before = sorted_rows(&support::read(connection.as_mut(), &scan).await);
    let splits = connection.splits(&scan, Sizes { most: 8, bytes: 1, largest: None }).await.unwrap();
    assert_eq!(splits.len(), 8);
    assert!(splits.iter().all(|split| matches!(split, Split::Range(range) if range.moment.is_some())), "{splits:?}");
    server.run(&["UPDATE glaux_then.kept SET id = id + 100", "DELETE FROM glaux_then.kept WHERE MOD(id, 3) = 0"]);
    let mut then = Vec::new();
    for split in splits {
        // A transaction of its own, which is younger than the change.
        connection.reset("glaux then", None).await.unwrap();
        let rows = support::read(connection.as_mut(), &Scan { split, ..scan.clone() }).await;
        then.extend(sorted_rows(&rows));
    }
    then.sort();
    assert_eq!(then, before);
    assert_ne!(sorted_rows(&support::read(connection.as_mut(), &scan).await), before);
}
