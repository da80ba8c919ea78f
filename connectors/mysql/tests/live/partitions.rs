//! Tables in parts are read whole, whatever their parts are called. The rival reads them by those names.

use arrow_schema::DataType;
use connector_core::Domain;

use crate::asked::{in_domain, pushed, text};
use crate::support::{self, shown, whole};

#[tokio::test]
async fn p_q_p_res_p_inj_p_inj2_p_inj3_and_p_star_every_row_comes_once() {
    for server in support::servers() {
        let named = |names: &[&str]| {
            let parts = names
                .iter()
                .enumerate()
                .map(|(index, name)| format!("PARTITION `{}` VALUES IN ({index})", name.replace('`', "``")));
            format!("(id int, k int) PARTITION BY LIST (k) ({})", parts.collect::<Vec<_>>().join(", "))
        };
        let cases: [(&str, &[&str]); 6] = [
            ("p_q", &["p-1", "p2"]),
            ("p_res", &["select", "p2"]),
            ("p_inj", &["p1) where 1=0 -- x", "p2"]),
            ("p_inj2", &["p0", "p1", "p0,p1"]),
            ("p_inj3", &["p1) where 1=0 union all select 7, user() -- x", "p2"]),
            ("p_star", &["*", "p2"]),
        ];
        let tables = cases.map(|(table, names)| {
            let rows: Vec<String> = (0..names.len()).map(|index| format!("({index}, {index})")).collect();
            format!("CREATE TABLE {table} {}; INSERT INTO {table} VALUES {}", named(names), rows.join(", "))
        });
        server.schema("partitions", &tables.join("; ")).await;
        let mut connection = server.connect().await;
        for (table, names) in cases {
            let mut ids = shown(&whole(connection.as_mut(), "partitions", table).await, "id");
            ids.sort();
            let expected: Vec<String> = (0..names.len()).map(|index| index.to_string()).collect();
            assert_eq!(ids, expected, "{table}");
        }
    }
}

#[tokio::test]
async fn p_shadow_a_column_named_partition_name_is_the_users_own() {
    for server in support::servers() {
        server
            .schema(
                "p_shadow",
                "CREATE TABLE t (id int, partition_name varchar(9)); INSERT INTO t VALUES (1, 'mine'), (2, 'other')",
            )
            .await;
        let mut connection = server.connect().await;
        let all = whole(connection.as_mut(), "p_shadow", "t").await;
        assert_eq!(shown(&all, "partition_name"), ["mine", "other"]);
        let mine = Domain::single(DataType::Utf8, text("mine"));
        assert_eq!(in_domain(server, "p_shadow", "partition_name", mine).await, pushed(&["1"]));
    }
}
