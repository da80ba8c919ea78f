//! What is shown as text is compared as that text.

use arrow_schema::DataType;
use connector_core::{Bound, Function};

use super::everywhere;
use crate::peer_runs::asking::{call, column, constant, equal, range, text, whether};

const UTF8: DataType = DataType::Utf8;

#[tokio::test]
async fn t_jsf_a_document_is_found_by_the_text_shown() {
    let script = "CREATE TABLE t (id int, j json); INSERT INTO t VALUES (1, '{\"b\": 1, \"a\": [1, 2.50]}'), (2, '\"é\"'), (3, NULL)";
    for (server, asked) in everywhere("peer_json", script).await {
        let shown = asked.all("t", &["id", "j"]).await;
        assert_eq!(shown.len(), 3, "{server}");
        for (id, row) in (1..=2).zip(&shown) {
            let document = row.split_once('|').unwrap().1;
            let same = call(Function::Equal, vec![column("j", UTF8), constant(Some(text(document)), UTF8)]);
            for wanted in [equal("j", UTF8, text(document)), whether(same)] {
                assert_eq!(asked.read("t", &["id"], &wanted).await, [id.to_string()], "{server}: {document}");
            }
        }
    }
}

#[tokio::test]
async fn t_tmlt_a_time_is_ordered_as_its_text() {
    let script = "CREATE TABLE t (id int, v time); INSERT INTO t VALUES (1, '-01:00'), (2, '09:00'), (3, '100:00'), (4, '13:00')";
    for (server, asked) in everywhere("peer_time", script).await {
        let early = range("v", UTF8, Bound::Unbounded, Bound::Excluded(text("12:00:00")));
        assert_eq!(
            asked.read("t", &["id", "v"], &early).await,
            ["1|-01:00:00", "2|09:00:00", "3|100:00:00"],
            "{server}"
        );
    }
}
