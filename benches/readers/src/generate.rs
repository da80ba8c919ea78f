//! The rows of the benches' tables, as text that both `COPY … (FORMAT csv)` and `LOAD DATA` take.

use std::fmt::Display;
use std::io::{BufWriter, Write, stdout};

use tpchgen::csv::{LineItemCsv, OrderCsv, RegionCsv};
use tpchgen::generators::{LineItemGenerator, OrderGenerator, RegionGenerator};

use crate::wide;

/// Rows of the wide table at scale 1.
const WIDE_ROWS: f64 = 2e6;

/// Prints the rows of `table` at `scale`.
pub fn print(table: &str, scale: &str) -> Result<(), String> {
    let scale: f64 = scale.parse().map_err(|_| format!("the scale {scale:?} is not a number"))?;
    match table {
        "region" => write(RegionGenerator::new(scale, 1, 1).iter().map(RegionCsv::new)),
        "orders" => write(OrderGenerator::new(scale, 1, 1).iter().map(OrderCsv::new)),
        "lineitem" => write(LineItemGenerator::new(scale, 1, 1).iter().map(LineItemCsv::new)),
        "wide" => write((0..rows(scale)).map(wide::Row::new)),
        other => Err(format!("there is no table {other:?}: region, orders, lineitem, wide")),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of a few millions")]
fn rows(scale: f64) -> u64 {
    (WIDE_ROWS * scale) as u64
}

fn write(rows: impl Iterator<Item = impl Display>) -> Result<(), String> {
    let mut out = BufWriter::with_capacity(1 << 20, stdout().lock());
    for row in rows {
        writeln!(out, "{row}").map_err(|error| format!("printing rows: {error}"))?;
    }
    out.flush().map_err(|error| format!("printing the last rows: {error}"))
}
