//! A wide table of every kind of column that reading treats differently, a tenth of its cells NULL; the same rows every time.

use std::fmt::{Display, Formatter, Result};

const WORDS: [&str; 12] = [
    "owl",
    "Athene noctua",
    "Käuzchen",
    "сова",
    "フクロウ",
    "🦉",
    "naïve",
    "a\tb",
    "quoted \"\"word\"\"",
    "straße",
    "x",
    "a somewhat longer piece of plain text",
];

/// Row number `id`; nothing of it depends on another row.
pub struct Row {
    id: u64,
}

impl Row {
    /// The row of this number.
    pub fn new(id: u64) -> Self {
        Self { id }
    }

    /// A number that looks random, for one column of this row.
    fn chance(&self, column: u64) -> u64 {
        // SplitMix64's finisher.
        let mut mixed = self.id.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(column << 56 | column);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn words(&self, column: u64, count: u64) -> String {
        let chance = self.chance(column);
        let word = |place: u64| WORDS[usize::try_from((chance >> (place * 5)) % 12).unwrap_or_default()];
        (0..count).map(word).collect::<Vec<_>>().join(" ")
    }

    fn cell(&self, column: u64) -> String {
        let chance = self.chance(column);
        let sign = if chance & 1 == 0 { "" } else { "-" };
        let (large, small) = (chance >> 1, chance >> 40);
        match column {
            0 => format!("{sign}{}", large % 32_768),
            1 => format!("{sign}{}", large % 2_147_483_648),
            2 => format!("{sign}{large}"),
            3 => format!("{sign}{}.{:02}", large % 10_000_000_000, small % 100),
            // As many digits as every reader here can hold.
            4 => format!("{sign}{}.{small:010}", large % 1_000_000_000_000_000),
            5 => format!("{sign}{}.{:06}e{}", large % 10, small % 1_000_000, (large >> 50) % 200),
            6 => format!("{sign}{}.{:02}", large % 10_000, small % 100),
            7 => format!("{}", chance & 1),
            8 => format!("C{:07}", large % 10_000_000),
            9 => format!("\"{}\"", self.words(column, 1 + small % 2)),
            10 => format!("\"{}\"", self.words(column, small % 12)),
            11 => format!("{:04}-{:02}-{:02}", 1900 + large % 200, 1 + small % 12, 1 + (large >> 20) % 28),
            12 | 13 => format!(
                "{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:03}",
                1971 + large % 60,
                1 + small % 12,
                1 + (large >> 10) % 28,
                (large >> 20) % 24,
                (large >> 30) % 60,
                (large >> 40) % 60,
                (large >> 48) % 1_000
            ),
            14 => uuid(chance, self.chance(99)),
            _ => format!("{chance:016x}{:016x}", self.chance(98)),
        }
    }
}

/// Columns behind the number.
const COLUMNS: u64 = 16;

fn uuid(high: u64, low: u64) -> String {
    let text = format!("{high:016x}{low:016x}");
    format!("{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..])
}

impl Display for Row {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        write!(out, "{}", self.id)?;
        for column in 0..COLUMNS {
            // What `COPY` and `LOAD DATA` take for NULL alike.
            let null = self.chance(column + 32).is_multiple_of(10);
            write!(out, ",{}", if null { "\\N".to_owned() } else { self.cell(column) })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_the_same_every_time_and_differ_from_each_other() {
        let row = |id| Row::new(id).to_string();
        assert_eq!(row(7), row(7));
        assert_ne!(
            row(7).split_once(',').map(|row| row.1.to_owned()),
            row(8).split_once(',').map(|row| row.1.to_owned())
        );
    }

    #[test]
    fn about_a_tenth_of_the_cells_is_null() {
        let nulls: usize = (0..1_000).map(|id| Row::new(id).to_string().matches("\\N").count()).sum();
        assert!((1_200..2_000).contains(&nulls), "{nulls} of 16,000");
    }
}
