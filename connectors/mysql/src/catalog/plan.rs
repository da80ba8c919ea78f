//! What the server expects of a statement before it runs it.

use connector_core::{Result, Statement};

use crate::session::Session;

/// How many rows the server expects, by its own statistics; none for more than one step, whose rows may be each other's.
pub(crate) async fn expected_rows(session: &mut Session, statement: &Statement) -> Result<Option<u64>> {
    let (words, rows) = if session.server.is_mariadb {
        ("EXPLAIN EXTENDED", 8)
    } else {
        // The variable explain_format may ask for another form.
        ("EXPLAIN FORMAT=TRADITIONAL", 9)
    };
    let plan = session.cells(&format!("{words} {}", statement.sql), &statement.binds).await?;
    Ok(match plan.as_slice() {
        [step] => rows_of(step, rows),
        _ => None,
    })
}

/// The rows that are looked at, in this column, and behind it how many in a hundred are expected to pass.
fn rows_of(step: &[Option<Vec<u8>>], column: usize) -> Option<u64> {
    let looked_at = number(step.get(column)?.as_ref()?)?;
    let percent = f64::from_le_bytes(step.get(column + 1)?.as_deref()?.try_into().ok()?);
    let percent: u64 = format!("{percent:.0}").parse().ok()?;
    Some((looked_at.saturating_mul(percent) / 100).max(1))
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
        assert_eq!(rows_of(&step(9000, 33.33), 0), Some(2970));
        assert_eq!(rows_of(&step(1, 10.0), 0), Some(1));
        let digits = [Some(b"43336".to_vec()), Some(50.0_f64.to_le_bytes().to_vec())];
        assert_eq!(rows_of(&digits, 0), Some(21668));
        assert_eq!(rows_of(&step(9000, f64::NAN), 0), None);
        assert_eq!(rows_of(&[None, None], 0), None);
    }
}
