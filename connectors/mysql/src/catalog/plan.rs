//! What the server expects of a statement before it runs it.

use connector_core::{Estimate, Result, Statement};

use crate::session::Session;

/// A step of a plan as the server tells it.
type Step = [Option<Vec<u8>>];

/// What the server expects, by its own statistics; none for more than one step, whose rows may be each other's.
pub(crate) async fn expected(session: &mut Session, statement: &Statement) -> Result<Option<Estimate>> {
    let (plan, rows) = explained(session, statement).await?;
    Ok(match plan.as_slice() {
        [step] => estimate(step, rows),
        _ => None,
    })
}

/// How many rows the server expects of each select, asked in one question. Where it sees at once that there are none, or only one,
/// it tells no number.
pub(crate) async fn expected_each(session: &mut Session, selects: &[Statement]) -> Result<Vec<u64>> {
    const KIND: usize = 1;
    let sql = selects.iter().map(|select| select.sql.as_str()).collect::<Vec<_>>().join(" UNION ALL ");
    let binds = selects.iter().flat_map(|select| select.binds.clone()).collect();
    let (plan, rows) = explained(session, &Statement { sql, binds, columns: Vec::new() }).await?;
    let is_select =
        |step: &&Vec<_>| step.get(KIND).is_some_and(|kind: &Option<Vec<u8>>| kind.as_deref() != Some(b"UNION RESULT"));
    Ok(plan.iter().filter(is_select).map(|step| estimate(step, rows).map_or(0, |found| found.rows)).collect())
}

/// The plan of a statement, and in which column of it there are the rows.
async fn explained(session: &mut Session, statement: &Statement) -> Result<(Vec<Vec<Option<Vec<u8>>>>, usize)> {
    let (words, rows) = if session.server.is_mariadb {
        ("EXPLAIN EXTENDED", 8)
    } else {
        // The variable explain_format may ask for another form.
        ("EXPLAIN FORMAT=TRADITIONAL", 9)
    };
    Ok((session.cells(&format!("{words} {}", statement.sql), &statement.binds).await?, rows))
}

/// By the rows that are looked at, in this column, and behind it how many in a hundred are expected to pass.
fn estimate(step: &Step, column: usize) -> Option<Estimate> {
    let effort = number(step.get(column)?.as_ref()?)?;
    let percent = f64::from_le_bytes(step.get(column + 1)?.as_deref()?.try_into().ok()?);
    let percent: u64 = format!("{percent:.0}").parse().ok()?;
    Some(Estimate { rows: (effort.saturating_mul(percent) / 100).max(1), effort })
}

/// MySQL tells a number, MariaDB its digits; no number of rows looks like eight digits.
fn number(bytes: &[u8]) -> Option<u64> {
    if bytes.iter().all(u8::is_ascii_digit) {
        return std::str::from_utf8(bytes).ok()?.parse().ok();
    }
    let mut whole = [0; 8];
    whole.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(u64::from_le_bytes(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filtered_is_not_expected() {
        let step =
            |rows: u64, percent: f64| [rows.to_le_bytes(), percent.to_le_bytes()].map(|cell| Some(cell.to_vec()));
        assert_eq!(estimate(&step(9000, 33.33), 0), Some(Estimate { rows: 2970, effort: 9000 }));
        assert_eq!(estimate(&step(1, 10.0), 0), Some(Estimate { rows: 1, effort: 1 }));
        let digits = [Some(b"43336".to_vec()), Some(50.0_f64.to_le_bytes().to_vec())];
        assert_eq!(estimate(&digits, 0), Some(Estimate { rows: 21668, effort: 43336 }));
        assert_eq!(estimate(&step(9000, f64::NAN), 0), None);
        assert_eq!(estimate(&[None, None], 0), None);
    }
}
