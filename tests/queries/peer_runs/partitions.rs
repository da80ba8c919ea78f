//! Tables upon tables: every row once, and none that the reader may not see.

use arrow_schema::DataType;
use connector_core::{Bound, Domain, ErrorKind, Value, Values};
use glaux::protocol::Constraints;

use crate::peer_runs::asking::{Peer, equal, only, range, text};

#[tokio::test]
async fn s_inherit_s_diamond_and_s_star_give_every_row_once() {
    let script = "CREATE TABLE parent (id int); CREATE TABLE child () INHERITS (parent); INSERT INTO parent VALUES (1), (2); \
         INSERT INTO child VALUES (3); CREATE TABLE d (id int); CREATE TABLE d1 () INHERITS (d); \
         CREATE TABLE d2 () INHERITS (d); CREATE TABLE d3 () INHERITS (d1, d2); INSERT INTO d1 VALUES (1); \
         INSERT INTO d2 VALUES (2); INSERT INTO d3 VALUES (3); \
         CREATE TABLE p (id int, k text) PARTITION BY LIST (k); CREATE TABLE \"*\" PARTITION OF p FOR VALUES IN ('a'); \
         CREATE TABLE p2 PARTITION OF p FOR VALUES IN ('b'); CREATE TABLE p3 PARTITION OF p DEFAULT; \
         INSERT INTO p VALUES (1, 'a'), (2, 'b'), (3, NULL)";
    let Some(peer) = Peer::open(script).await else { return };
    for table in ["parent", "d", "p"] {
        assert_eq!(peer.all(table, &["id"]).await, ["1", "2", "3"], "{table}");
    }
    assert_eq!(peer.all("*", &["id", "k"]).await, ["1|a"]);
    assert_eq!(peer.read("p", &["id"], &equal("k", DataType::Utf8, text("b"))).await, ["2"]);
    assert_eq!(peer.read("p", &["id"], &only("k", Domain::only_null(DataType::Utf8))).await, ["3"]);
    assert_eq!(peer.read("d", &["id"], &equal("id", DataType::Int32, Value::Int(3))).await, ["3"]);
}

#[tokio::test]
async fn s_keys_of_any_span_are_planned_and_read_whole() {
    let script = "CREATE TABLE keymax (id int PRIMARY KEY); INSERT INTO keymax SELECT 2147483647 - i FROM generate_series(0, 100) i; \
         CREATE TABLE keyfull (id int PRIMARY KEY); INSERT INTO keyfull VALUES (-2147483648), (0), (2147483647); \
         CREATE TABLE keyspan31 (id int PRIMARY KEY); INSERT INTO keyspan31 VALUES (-1073741824), (0), (1073741824); \
         CREATE TABLE keybig (id bigint PRIMARY KEY); INSERT INTO keybig VALUES (-9223372036854775808), (9223372036854775807)";
    let Some(peer) = Peer::open(script).await else { return };
    for (table, rows) in [("keymax", 101), ("keyfull", 3), ("keyspan31", 3), ("keybig", 2)] {
        let splits = peer.splits(table, &Constraints::default(), None).await.unwrap();
        assert_eq!(splits.len(), 32, "{table}");
        assert_eq!(peer.all(table, &["id"]).await.len(), rows, "{table}");
        assert_eq!(peer.all(table, &[]).await.len(), rows, "{table} without columns");
    }
    let largest = range("id", DataType::Int32, Bound::Included(Value::Int(2_147_483_647)), Bound::Unbounded);
    assert_eq!(peer.read("keyfull", &["id"], &largest).await, ["2147483647"]);
    let smallest = range("id", DataType::Int64, Bound::Unbounded, Bound::Included(Value::Int(i64::MIN)));
    assert_eq!(peer.read("keybig", &["id"], &smallest).await, ["-9223372036854775808"]);
}

#[tokio::test]
async fn s_late_rows_committed_after_the_plan_are_read() {
    let script = "CREATE TABLE late (id int PRIMARY KEY); INSERT INTO late SELECT generate_series(1, 100)";
    let Some(peer) = Peer::open(script).await else { return };
    let wanted = Constraints::default();
    let splits = peer.splits("late", &wanted, None).await.unwrap();
    assert_eq!(splits.len(), 32);
    peer.stage.database.client().await.batch_execute("INSERT INTO peer.late VALUES (0), (101)").await.unwrap();
    let mut rows = 0;
    for split in splits {
        let batches = peer.read_split("late", &["id"], split, &wanted, None).await.unwrap();
        rows += batches.iter().map(arrow_array::RecordBatch::num_rows).sum::<usize>();
    }
    assert_eq!(rows, 102);
}

#[tokio::test]
async fn a_rls_and_a_privs_hold_for_the_table_that_was_named() {
    let script = "CREATE TABLE t (id int, tenant text) PARTITION BY LIST (tenant); \
         CREATE TABLE ta PARTITION OF t FOR VALUES IN ('a'); CREATE TABLE tb PARTITION OF t FOR VALUES IN ('b'); \
         INSERT INTO t VALUES (1, 'a'), (2, 'b'); ALTER TABLE t ENABLE ROW LEVEL SECURITY; \
         CREATE POLICY only_a ON t USING (tenant = 'a'); \
         CREATE TABLE u (id int) PARTITION BY RANGE (id); CREATE TABLE u1 PARTITION OF u FOR VALUES FROM (0) TO (10); \
         CREATE TABLE u2 PARTITION OF u FOR VALUES FROM (10) TO (20); INSERT INTO u VALUES (1), (11); \
         REVOKE SELECT ON u1, u2 FROM ROLE; CREATE INDEX ON t (id); CREATE INDEX ON u (id)";
    let Some(peer) = Peer::open(script).await else { return };
    assert_eq!(peer.all("t", &["tenant", "id"]).await, ["a|1"]);
    assert_eq!(peer.all("t", &[]).await.len(), 1);
    assert_eq!(peer.splits("u", &Constraints::default(), None).await.unwrap().len(), 10, "through the parent");
    let theirs = equal("tenant", DataType::Utf8, text("b"));
    assert_eq!(peer.read("t", &["id"], &theirs).await, Vec::<String>::new());
    assert_eq!(peer.all("u", &["id"]).await, ["1", "11"]);
    assert_eq!(peer.schema("u1").await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn s_shadow_a_column_named_partition_name_is_a_column() {
    let script = "CREATE TABLE shadow (id int, partition_name text, partition_schema_name text); \
         INSERT INTO shadow VALUES (1, 'mine', 'x'), (2, 'other', 'y')";
    let Some(peer) = Peer::open(script).await else { return };
    assert_eq!(peer.all("shadow", &["partition_name", "partition_schema_name"]).await, ["mine|x", "other|y"]);
    let mine = equal("partition_name", DataType::Utf8, text("mine"));
    assert_eq!(peer.read("shadow", &["id", "partition_name"], &mine).await, ["1|mine"]);
}

#[tokio::test]
async fn s_synth_a_column_that_the_table_lacks_is_an_error_by_name() {
    let script = "CREATE TABLE plain (id int); INSERT INTO plain VALUES (1); \
         CREATE TABLE p (id int) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10); \
         INSERT INTO p VALUES (1)";
    let Some(peer) = Peer::open(script).await else { return };
    for (table, name) in [("plain", "x"), ("p", "p1")] {
        let wanted = equal("partition_name", DataType::Utf8, text(name));
        let error = peer.try_read(table, &["id"], &wanted).await.unwrap_err();
        assert!(error.to_string().contains("\"partition_name\""), "{table}: {error}");
        assert_ne!(error.kind(), ErrorKind::Internal, "{table}: {error}");
    }
    // What can hold for no row is read by nobody.
    let never = Domain { data_type: DataType::Int32, values: Values::Ranges(Vec::new()), nulls: false };
    assert_eq!(peer.read("plain", &["id"], &only("id", never)).await, Vec::<String>::new());
}
