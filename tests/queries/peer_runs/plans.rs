//! A plan that comes beside the constraints, as serde 6 may bring it: the constraints decide, and no row comes twice.

use arrow_schema::DataType;
use connector_core::{Domain, Function, Value, Values};
use glaux::protocol::{Constraints, QueryPlan};

use crate::peer_runs::asking::{Peer, call, column, constant, only, whether};

#[tokio::test]
async fn x_a_plan_beside_constraints_repeats_no_row() {
    let script = "CREATE TABLE parts (id int, a int, b int) PARTITION BY RANGE (id); \
         CREATE TABLE p1 PARTITION OF parts FOR VALUES FROM (0) TO (50); \
         CREATE TABLE p2 PARTITION OF parts FOR VALUES FROM (50) TO (101); \
         INSERT INTO parts SELECT i, i % 10, i % 7 FROM generate_series(1, 100) i; \
         CREATE TABLE keys (id int PRIMARY KEY, a int, b int); INSERT INTO keys SELECT i, i % 10, i % 7 FROM generate_series(1, 100) i";
    let Some(mut peer) = Peer::open(script).await else { return };
    peer.asked.speak_six();
    let whole = DataType::Int32;
    let is = |name, value| {
        call(Function::Equal, vec![column(name, DataType::Int32), constant(Some(Value::Int(value)), DataType::Int32)])
    };
    let either = || whether(call(Function::Or, vec![is("a", 1), is("b", 2)]));
    let ten = Domain { data_type: whole, values: Values::In((1..=10).map(Value::Int).collect()), nulls: false };
    let plan = || QueryPlan { version: Some("0.70.0".into()), plan: Some("CgIIARIA".into()) };
    for table in ["parts", "keys"] {
        for (wanted, rows) in [(Constraints::default(), 100), (either(), 24), (only("id", ten.clone()), 10)] {
            let with_plan = Constraints { query_plan: Some(plan()), ..wanted.clone() };
            let found = peer.read(table, &["id"], &with_plan).await;
            assert_eq!(found.len(), rows, "{table}: {wanted:?}");
            assert_eq!(found, peer.read(table, &["id"], &wanted).await, "{table}: {wanted:?}");
        }
    }
}
