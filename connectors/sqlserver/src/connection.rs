//! A session as the seam wants it, and the only SQL that sets one up.

mod acting;

use std::time::Duration;

use async_trait::async_trait;
use connector_core::split::{self, Sizes};
use connector_core::{
    BatchLimits, BatchStream, Capabilities, Column, Connection, Credential, Endpoint, Function, Health, Key, Principal,
    Query, Relation, Result, Scan, Settings, Split, Statement, Table, TableName,
};

use crate::connect::Route;
use crate::dialect::TransactSql;
use crate::options::Options;
use crate::session::{Awaited, Session};
use crate::{catalog, connect, reading};

/// What every session is pinned to, so that answers depend on no login's or database's settings. The language comes first,
/// because it brings a format of dates along; a reader gives way in a deadlock; committed data is read, without a snapshot,
/// which a database need not allow.
const SET_UP: &str = "SET LANGUAGE us_english; SET DATEFORMAT ymd; SET DATEFIRST 7; SET NOCOUNT ON; SET ANSI_NULLS ON; \
     SET ANSI_PADDING ON; SET ANSI_WARNINGS ON; SET ARITHABORT ON; SET CONCAT_NULL_YIELDS_NULL ON; SET QUOTED_IDENTIFIER ON; \
     SET NUMERIC_ROUNDABORT OFF; SET IMPLICIT_TRANSACTIONS OFF; SET XACT_ABORT ON; SET ROWCOUNT 0; SET DEADLOCK_PRIORITY LOW; \
     SET TRANSACTION ISOLATION LEVEL READ COMMITTED";

/// The server's own reset would undo what the set-up did, too, so what a session may have left is undone by name. Only our
/// statements run in it, which read; a view can neither open a transaction nor leave a temporary object or a role behind. Nor can
/// anything give a caller's user back: it is taken on for as long as the session lasts, and looked at again.
const UNDO: &str = "IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION; ";

/// Around a pass-through query, and never committed. The server has no transaction that only reads.
const BEGIN: &str = "BEGIN TRANSACTION";

/// A live session.
pub(crate) struct SqlServerConnection {
    session: Session,
    settings: Settings,
    options: Options,
    set_up: String,
}

/// Who logs in.
pub(crate) enum Login<'l> {
    User(&'l Credential),
    Application(&'l Principal),
}

pub(crate) use acting::check as check_acting;

/// Logs in and pins the session's settings.
pub(crate) async fn connect(endpoint: &Endpoint, login: Login<'_>, settings: &Settings) -> Result<Box<dyn Connection>> {
    acting::check(&settings.acting_as)?;
    let options = Options::parse(&endpoint.options)?;
    let route = Route::new(endpoint, &options)?;
    let name = application_name(&settings.application_name, &options);
    let entering = Box::pin(async {
        let session = match login {
            Login::User(credential) => route.login(endpoint, connect::password(credential), &name).await?,
            Login::Application(principal) => route.login_as(endpoint, principal, &name).await?,
        };
        let (settings, set_up) = (settings.clone(), set_up(&options, settings.max_cell_bytes));
        let mut connection = SqlServerConnection { session, settings, options, set_up };
        connection.enter(&name).await.map_err(|error| error.context("setting up the session"))?;
        Ok(connection)
    });
    Ok(Box::new(route.entered(entering).await?))
}

fn application_name(name: &str, options: &Options) -> String {
    match &options.application_name {
        Some(own) => format!("{name} {own}"),
        None => name.to_owned(),
    }
}

fn set_up(options: &Options, max_cell_bytes: usize) -> String {
    let lock_timeout = options.lock_timeout.map_or(-1, |limit| i64::try_from(limit.as_millis()).unwrap_or(i64::MAX));
    format!("{SET_UP}; SET LOCK_TIMEOUT {lock_timeout}; SET TEXTSIZE {}", text_size(max_cell_bytes))
}

/// How much of a large value the server sends at all: just enough that what was cut is larger than the largest cell, for a
/// character of two bytes may become a single one here.
fn text_size(max_cell_bytes: usize) -> usize {
    const MOST: usize = 0x7fff_fffe;
    max_cell_bytes.saturating_add(1).saturating_mul(2).min(MOST)
}

/// The session's name where it can be changed: the one of the login packet stays what it was.
fn context_info(name: &str) -> String {
    const MOST: usize = 128;
    let digits: String = name.bytes().take(MOST).map(|byte| format!("{byte:02x}")).collect();
    format!("; SET CONTEXT_INFO 0x{digits}")
}

impl SqlServerConnection {
    async fn enter(&mut self, name: &str) -> Result<()> {
        self.pin("", name, "").await?;
        acting::begin(&mut self.session, &self.settings.acting_as).await
    }

    async fn pin(&mut self, first: &str, name: &str, last: &str) -> Result<()> {
        self.session.run(Awaited::Answer, &format!("{first}{}{}{last}", self.set_up, context_info(name))).await
    }
}

#[async_trait]
impl Connection for SqlServerConnection {
    fn capabilities(&self) -> Capabilities {
        // What the dialect does not render exactly is evaluated above, so every use of these functions is applied.
        let functions = Function::ALL.iter().copied().filter(|function| !function.may_fail());
        Capabilities { functions: functions.collect(), limit: true, top_n: false }
    }

    async fn schemas(&mut self) -> Result<Vec<String>> {
        catalog::schemas(&mut self.session).await.map_err(|error| error.context("listing schemas"))
    }

    async fn tables(&mut self, schema: &str, after: Option<&str>, limit: Option<usize>) -> Result<Vec<Relation>> {
        let tables = catalog::tables(&mut self.session, schema, after, limit, self.settings.casing).await;
        tables.map_err(|error| error.context(format!("listing tables of schema {schema:?}")))
    }

    async fn table(&mut self, name: &TableName) -> Result<Table> {
        let table = catalog::table(&mut self.session, name, &self.settings).await;
        table.map_err(|error| error.context(format!("describing table {name}")))
    }

    async fn describe(&mut self, query: &Query) -> Result<Vec<Column>> {
        let columns = catalog::query(&mut self.session, query, &self.settings).await;
        columns.map_err(|error| error.context("describing a pass-through query"))
    }

    async fn key(&mut self, table: &Table) -> Result<Option<Key>> {
        // Whatever the catalog has against it costs speed and no row: the table is then read at once, as views are.
        Ok(catalog::key(&mut self.session, table).await.unwrap_or_default())
    }

    async fn splits(&mut self, scan: &Scan, sizes: Sizes) -> Result<Vec<Split>> {
        split::plan(self, &TransactSql, scan, sizes).await
    }

    async fn read<'a>(
        &'a mut self,
        scan: &'a Scan,
        statement: &'a Statement,
        limits: BatchLimits,
    ) -> Result<BatchStream<'a>> {
        if scan.query.is_some() {
            self.session.run(Awaited::Answer, BEGIN).await?;
        }
        reading::start(&mut self.session, statement, limits, self.settings.max_cell_bytes).await
    }

    /// The server keeps no limit on statements; whoever has no time left closes the session, which stops what it runs.
    async fn reset(&mut self, application_name: &str, _: Option<Duration>) -> Result<()> {
        let name = self::application_name(application_name, &self.options);
        let still = acting::still(&self.settings.acting_as);
        self.pin(UNDO, &name, &still).await.map_err(|error| error.context("resetting the session"))
    }

    async fn health(&mut self) -> Result<Health> {
        let health = catalog::health(&mut self.session, &self.options).await;
        health.map_err(|error| error.context("checking the source"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_was_cut_is_larger_than_the_largest_cell() {
        for most in [0, 1, 1000, 64 << 20] {
            let sent = text_size(most);
            assert!(sent.is_multiple_of(2) && sent / 2 > most, "{most}");
        }
        assert_eq!(text_size(usize::MAX), 0x7fff_fffe);
    }

    #[test]
    fn a_name_is_written_in_digits_only() {
        assert_eq!(context_info("q'1"), "; SET CONTEXT_INFO 0x712731");
        assert_eq!(context_info(&"a".repeat(500)).len(), "; SET CONTEXT_INFO 0x".len() + 256);
        assert_eq!(context_info(""), "; SET CONTEXT_INFO 0x");
    }

    #[test]
    fn a_lock_is_waited_for_as_long_as_the_url_says() {
        let written = |url: &str| set_up(&Options::parse(&crate::url::endpoint(url).unwrap().options).unwrap(), 0);
        assert!(written("jdbc:sqlserver://h").contains("SET LOCK_TIMEOUT -1;"));
        assert!(written("jdbc:sqlserver://h;lockTimeout=5000").contains("SET LOCK_TIMEOUT 5000;"));
    }
}
