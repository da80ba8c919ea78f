//! Our side of the benches, one command each; `benches/run` starts them and measures from outside.
//!
//! `generate TABLE SCALE` prints a table's rows, `read URL SCHEMA TABLE SPLITS` reads one through the connector seam and throws
//! its batches away.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod generate;
mod read;
mod wide;

use std::process::ExitCode;

const USAGE: &str = "usage: glaux-bench generate TABLE SCALE | read URL SCHEMA TABLE SPLITS";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["generate", table, scale] => generate::print(table, scale),
        ["read", url, schema, table, splits] => read::print(url, schema, table, splits).await,
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
