//! What the server expects of a statement before it runs it.

use connector_core::{Result, Statement};

use crate::bind;
use crate::session::{Session, get};

/// How many rows the server expects, by its own statistics.
pub(crate) async fn expected_rows(session: &mut Session, statement: &Statement) -> Result<Option<u64>> {
    let parameters = bind::parameters(&statement.binds)?;
    let plan = session.query(&format!("EXPLAIN {}", statement.sql), &bind::bound(&parameters)).await?;
    let first = plan.first().map(|line| get::<&str>(line, "QUERY PLAN")).transpose()?;
    Ok(first.and_then(rows_of))
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
