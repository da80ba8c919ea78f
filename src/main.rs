//! The binary `glaux`: the command line, and nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(glaux::cli::main(std::env::args_os()))
}
