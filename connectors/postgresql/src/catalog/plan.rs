//! What the server expects of a statement before it runs it.

use connector_core::{Result, Statement};
use futures::TryStreamExt;
use tokio_postgres::Row;

use crate::bind;
use crate::session::{Awaited, Session};

/// How many rows the server expects, by its own statistics.
pub(crate) async fn expected_rows(session: &mut Session, statement: &Statement) -> Result<Option<u64>> {
    let parameters = bind::parameters(&statement.binds)?;
    let sql = format!("EXPLAIN {}", statement.sql);
    let plan: Vec<Row> = session
        .run(Awaited::Answer, async |client| client.query_typed_raw(&sql, parameters).await?.try_collect().await)
        .await?;
    Ok(plan.first().and_then(|line| rows_of(line.try_get(0).ok()?)))
}

/// The rows of the outermost step, which a plan begins with: `Seq Scan on t  (cost=0.00..35.50 rows=2550 width=4)`.
fn rows_of(line: &str) -> Option<u64> {
    let behind = line.rsplit_once(" rows=")?.1;
    behind.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_begins_with_what_it_gives() {
        assert_eq!(rows_of("Seq Scan on \"a rows=1 \"  (cost=0.00..35.50 rows=2550 width=4)"), Some(2550));
        assert_eq!(rows_of("  Filter: (i > 3)"), None);
    }
}
