//! Demo placeholder.
use super::DemoArguments;
use super::output::{Done, Output};
pub async fn run(_: &DemoArguments, _: &mut Output) -> Done {
    Ok(())
}
