//! Tables of all types that differ, with the Java connectors' types kept: the schema, the rows, conditions that mean what is shown,
//! and an error that names the column where a value does not fit.

use std::sync::Arc;

use connector_core::{Error, ErrorKind};
use glaux::local::LocalAthena;
use glaux::local::invoke::Invoke;

use crate::support;
use crate::support::sources::Sources;
use crate::support::stage::run;

const POSTGRESQL: &str = "
    create domain dint as int; create domain dbool as boolean; create domain dts as timestamp; create domain dtext as text;
    create schema app;
    create table app.kept (id int primary key, bare numeric, cash money, d_int dint, d_bool dbool, d_ts dts, d_text dtext,
        a_int int[], a_deep int[][], a_bytes bytea[], a_tz timestamptz[], a_dint dint[]);
    insert into app.kept values
        (1, 15, '12.34', 5, true, '2020-01-01 12:00:00', 'x', '{1,2}', '{3}', '{\"\\\\x00ff\"}', '{2020-01-01 00:00:00+00}', '{7}'),
        (2, -3, '-0.01', 40, false, null, 'y', null, null, null, null, null), (3, null, null, null, null, null, null, null, null, null, null, null);
    create table app.unfit (id int, bare numeric, cash money, bits bit(8), deep int[][]);
    insert into app.unfit values (1, 1.5, '92233720368547758.07', '10100101', '{{1},{2}}');";

/// The types as AWS's connector announces them.
const POSTGRESQL_TYPES: [(&str, &str); 12] = [
    ("id", "integer"),
    ("bare", "decimal(38,0)"),
    ("cash", "double"),
    ("d_int", "varchar"),
    ("d_bool", "varchar"),
    ("d_ts", "varchar"),
    ("d_text", "varchar"),
    ("a_int", "array(integer)"),
    ("a_deep", "array(integer)"),
    ("a_bytes", "array(varchar)"),
    ("a_tz", "array(varchar)"),
    ("a_dint", "array(varchar)"),
];

const MYSQL: &str = "CREATE DATABASE app;
CREATE TABLE app.kept (id int unsigned PRIMARY KEY, t tinyint unsigned, s smallint unsigned, b bigint unsigned, z int(5) zerofill, bits bit(8), wide decimal(65,30), y year);
INSERT INTO app.kept VALUES (1, 127, 32767, 9223372036854775807, 7, 1, 1.5, 2024), (2, 3, 4, 5, 6, 0, -2, 1901), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE app.unfit (id int, t tinyint unsigned, s smallint unsigned, i int unsigned, b bigint unsigned, bits bit(8), wide decimal(65,30), y year);
INSERT INTO app.unfit VALUES (1, 128, 32768, 2147483648, 9223372036854775808, 165, 12345678901234567890123456789012345.5, 0);
";

const MYSQL_TYPES: [(&str, &str); 8] = [
    ("id", "integer"),
    ("t", "tinyint"),
    ("s", "smallint"),
    ("b", "bigint"),
    ("z", "integer"),
    ("bits", "boolean"),
    ("wide", "decimal(38,30)"),
    ("y", "date"),
];

struct Kept {
    athena: LocalAthena,
    _sources: Sources,
}

impl Kept {
    async fn over(url: String) -> Self {
        let mut sources = Sources::new("app").await;
        sources.add("kept", url.clone());
        sources.add("plain", url);
        sources.set("kept_glaux_java_types", "true");
        // Every table with a key is read in several splits, however small.
        sources.set("glaux_split_bytes", "1");
        let function: Arc<dyn Invoke> = sources.in_process();
        let athena = sources.athena(&function, "kept", |_| {});
        Self { athena, _sources: sources }
    }

    async fn types(&self, table: &str) -> Vec<(String, String)> {
        let columns = self.athena.describe(&[table.to_owned()]).await.unwrap();
        columns.into_iter().map(|column| (column.name, column.data_type)).collect()
    }

    async fn rows(&self, sql: &str) -> Result<Vec<String>, Error> {
        let (rows, _) = run(&self.athena, sql).await?;
        let cell = |cell: Option<String>| cell.unwrap_or_else(|| "NULL".into());
        let mut rows: Vec<String> =
            rows.into_iter().map(|row| row.into_iter().map(cell).collect::<Vec<_>>().join("|")).collect();
        rows.sort();
        Ok(rows)
    }

    async fn check(&self, questions: &[(&str, &[&str])]) {
        for (condition, ids) in questions {
            let found = self.rows(&format!("select id from kept where {condition}")).await;
            assert_eq!(found.unwrap_or_else(|error| panic!("{condition}: {error}")), *ids, "{condition}");
        }
    }

    /// Every column of the table of values that do not fit fails by name, beside others that are read.
    async fn check_unfit(&self, columns: &[&str]) {
        assert_eq!(self.rows("select id from unfit").await.unwrap(), ["1"]);
        for column in columns {
            for sql in
                [format!("select {column} from unfit"), format!("select id from unfit where {column} is not null")]
            {
                let error = self.rows(&sql).await.err().unwrap_or_else(|| panic!("{sql} is answered"));
                let told = error.to_string();
                assert_eq!(error.kind(), ErrorKind::Corrupt, "{sql}: {told}");
                assert!(told.contains(&format!("{column:?}")), "{sql}: {told}");
            }
            let plain = self.rows(&format!("select {column} from plain.app.unfit where {column} is not null")).await;
            assert_eq!(plain.unwrap().len(), 1, "{column} without the setting");
        }
    }
}

fn owned(types: &[(&str, &str)]) -> Vec<(String, String)> {
    types.iter().map(|(name, data_type)| ((*name).to_owned(), (*data_type).to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_java_postgresql_connectors_types_are_kept() {
    let Some(database) = support::postgres::database(POSTGRESQL).await else { return };
    let kept = Kept::over(database.setting()).await;
    assert_eq!(kept.types("kept").await, owned(&POSTGRESQL_TYPES));
    assert_eq!(
        kept.rows("select * from kept").await.unwrap(),
        [
            "1|15|12.34|5|t|2020-01-01 12:00:00|x|[1, 2]|[3]|[\\x00ff]|[2020-01-01 00:00:00+00]|[7]",
            "2|-3|-0.01|40|f|NULL|y|NULL|NULL|NULL|NULL|NULL",
            "3|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL",
        ]
    );
    kept.check(&[
        ("bare = 15", &["1"]),
        ("cash = 12.34e0", &["1"]),
        ("cash < 0e0", &["2"]),
        ("cash is null", &["3"]),
        // As text, '40' comes before '5'.
        ("d_int < '5'", &["2"]),
        ("d_int in ('5', 'x')", &["1"]),
        ("d_bool = 't'", &["1"]),
        ("d_bool <> 't'", &["2"]),
        ("d_bool like 'f%' or id = 3", &["2", "3"]),
        ("d_ts = '2020-01-01 12:00:00'", &["1"]),
        ("d_text = 'y' and cash = -0.01e0", &["2"]),
    ])
    .await;
    assert_eq!(kept.rows("select id from kept order by cash desc nulls last limit 1").await.unwrap(), ["1"]);
    assert_eq!(kept.rows("select id from kept where cash > 0e0 limit 1").await.unwrap(), ["1"]);
    kept.check_unfit(&["cash", "bits"]).await;
    for column in ["bare", "deep"] {
        let error = kept.rows(&format!("select {column} from unfit")).await.unwrap_err();
        assert!(error.to_string().contains(&format!("{column:?}")), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_java_mysql_connectors_types_are_kept() {
    for product in support::mysql::PRODUCTS {
        let Some(server) = support::mysql::start(product).await else { continue };
        server.load(MYSQL).await.unwrap();
        let reader = server.add_reader("reader", &["app"]).await.unwrap();
        let url = server.url().replace("jdbc:mariadb:", "jdbc:mysql:");
        let url = format!("mysql://{url}&user={}&password={}", reader.user, reader.password.expose());
        let kept = Kept::over(url).await;
        assert_eq!(kept.types("kept").await, owned(&MYSQL_TYPES), "{product}");
        assert_eq!(
            kept.rows("select * from kept").await.unwrap(),
            [
                "1|127|32767|9223372036854775807|7|true|1.500000000000000000000000000000|2024-01-01",
                "2|3|4|5|6|false|-2.000000000000000000000000000000|1901-01-01",
                "3|NULL|NULL|NULL|NULL|NULL|NULL|NULL",
            ],
            "{product}"
        );
        kept.check(&[
            ("id >= 2 and t < 127", &["2"]),
            ("b = 9223372036854775807", &["1"]),
            ("b in (5, 6)", &["2"]),
            ("t + 1 = 4", &["2"]),
            ("bits", &["1"]),
            ("not bits", &["2"]),
            ("wide is not null", &["1", "2"]),
            ("y = date '2024-01-01'", &["1"]),
            ("y > date '1901-01-01'", &["1"]),
            ("y is null and id = 3", &["3"]),
            ("s is null", &["3"]),
        ])
        .await;
        assert_eq!(kept.rows("select count(*) from kept where not bits").await.unwrap(), ["1"]);
        kept.check_unfit(&["t", "s", "i", "b", "bits", "wide", "y"]).await;
    }
}
