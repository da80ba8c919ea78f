//! Names of partitions, columns and tables are names: every row once, and nothing of a name is run.

use arrow_schema::DataType;

use super::everywhere;
use crate::peer_runs::asking::{equal, text};

fn partitioned(table: &str, names: &[&str]) -> String {
    let part = |(index, name): (usize, &&str)| format!("PARTITION `{}` VALUES IN ({index})", name.replace('`', "``"));
    let parts: Vec<String> = names.iter().enumerate().map(part).collect();
    let rows: Vec<String> = (0..names.len()).map(|index| format!("({index}, {index})")).collect();
    format!(
        "CREATE TABLE {table} (id int, k int) PARTITION BY LIST (k) ({}); INSERT INTO {table} VALUES {}",
        parts.join(", "),
        rows.join(", ")
    )
}

#[tokio::test]
async fn p_every_row_of_a_partitioned_table_comes_once() {
    let cases: [(&str, &[&str]); 6] = [
        ("q", &["p-1", "p2"]),
        ("res", &["select", "p2"]),
        ("inj", &["p1) where 1=0 -- x", "p2"]),
        ("inj2", &["p0", "p1", "p0,p1"]),
        ("inj3", &["p1) where 1=0 union all select 7, user() -- x", "p2"]),
        ("star", &["*", "p2"]),
    ];
    let script: Vec<String> = cases.iter().map(|(table, names)| partitioned(table, names)).collect();
    for (server, asked) in everywhere("peer_parts", &script.join("; ")).await {
        for (table, names) in cases {
            let expected: Vec<String> = (0..names.len()).map(|index| format!("{index}|{index}")).collect();
            assert_eq!(asked.all(table, &["id", "k"]).await, expected, "{server}: {table}");
        }
    }
}

#[tokio::test]
async fn p_shadow_a_column_named_partition_name_is_a_column() {
    let script = "CREATE TABLE t (id int, partition_name varchar(9)); INSERT INTO t VALUES (1, 'mine'), (2, 'other')";
    for (server, asked) in everywhere("peer_shadow", script).await {
        assert_eq!(asked.all("t", &["partition_name"]).await, ["mine", "other"], "{server}");
        let mine = equal("partition_name", DataType::Utf8, text("mine"));
        assert_eq!(asked.read("t", &["id", "partition_name"], &mine).await, ["1|mine"], "{server}");
    }
}

#[tokio::test]
async fn n_dup_each_of_two_names_is_read_by_its_own() {
    let script = "CREATE TABLE dup (v varchar(9)); INSERT INTO dup VALUES ('lower'); CREATE TABLE `DUP` (v varchar(9)); \
         INSERT INTO `DUP` VALUES ('upper')";
    for (server, asked) in everywhere("peer_dup", script).await {
        assert_eq!(asked.all("dup", &["v"]).await, ["lower"], "{server}");
        assert_eq!(asked.all("DUP", &["v"]).await, ["upper"], "{server}");
    }
}
