//! What the server expects of a statement before it runs it.

use connector_core::{Estimate, Result, Statement};

use crate::bind;
use crate::session::{Session, get};

/// What the server expects, by its own statistics; the effort is what it calls cost, in which a page read in a row is 1.
pub(crate) async fn expected(session: &mut Session, statement: &Statement) -> Result<Option<Estimate>> {
    let parameters = bind::parameters(&statement.binds)?;
    let plan = session.query(&format!("EXPLAIN {}", statement.sql), &bind::bound(&parameters)).await?;
    let first = plan.first().map(|line| get::<&str>(line, "QUERY PLAN")).transpose()?;
    Ok(first.and_then(estimate))
}

/// How many rows the server expects of each statement; of those that it cannot tell there are none.
pub(crate) async fn expected_each(session: &mut Session, statements: &[Statement]) -> Result<Vec<u64>> {
    let asked = statements
        .iter()
        .map(|statement| Ok((format!("EXPLAIN {}", statement.sql), bind::parameters(&statement.binds)?)));
    let asked = asked.collect::<Result<Vec<_>>>()?;
    let bound: Vec<_> = asked.iter().map(|(sql, parameters)| (sql.as_str(), bind::bound(parameters))).collect();
    let questions: Vec<_> = bound.iter().map(|(sql, values)| (*sql, values.as_slice())).collect();
    let mut rows = Vec::with_capacity(questions.len());
    for plan in session.query_each(&questions).await? {
        let first = plan.first().map(|line| get::<&str>(line, "QUERY PLAN")).transpose()?;
        rows.extend(first.and_then(estimate).map(|expected| expected.rows));
    }
    Ok(rows)
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
