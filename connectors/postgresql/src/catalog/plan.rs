//! What the server expects of a statement before it runs it.

use connector_core::{Estimate, Result, Statement};
use futures::TryStreamExt;
use tokio_postgres::Row;

use crate::bind;
use crate::session::{Awaited, Session};

/// What the server expects, by its own statistics; the effort is what it calls cost, in which a page read in a row is 1.
pub(crate) async fn expected(session: &mut Session, statement: &Statement) -> Result<Option<Estimate>> {
    let parameters = bind::parameters(&statement.binds)?;
    let sql = format!("EXPLAIN {}", statement.sql);
    let plan: Vec<Row> = session
        .run(Awaited::Answer, async |client| client.query_typed_raw(&sql, parameters).await?.try_collect().await)
        .await?;
    Ok(plan.first().and_then(|line| estimate(line.try_get(0).ok()?)))
}

/// Of the outermost step, which a plan begins with: `Seq Scan on t  (cost=0.00..35.50 rows=2550 width=4)`.
fn estimate(line: &str) -> Option<Estimate> {
    let (before, behind) = line.rsplit_once(" rows=")?;
    let rows = behind.split(' ').next()?.parse().ok()?;
    let (whole, _) = before.rsplit_once("..")?.1.split_once('.')?;
    Some(Estimate { rows, effort: whole.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_begins_with_what_it_gives() {
        let line = "Seq Scan on \"a rows=1 ..9.\"  (cost=0.00..35.50 rows=2550 width=4)";
        assert_eq!(estimate(line), Some(Estimate { rows: 2550, effort: 35 }));
        assert_eq!(estimate("  Filter: (i > 3)"), None);
    }
}
