//! A session as the seam wants it, and the only SQL that sets one up.

use std::time::Duration;

use async_trait::async_trait;
use connector_core::split::{self, Sizes};
use connector_core::{
    BatchLimits, BatchStream, Capabilities, Column, Connection, Credential, Endpoint, Function, Health, Key, KeyRange,
    Query, Relation, Result, Scan, Settings, Split, Statement, Table, TableName, sql,
};

use crate::connect::Route;
use crate::dialect::OracleSql;
use crate::options::Options;
use crate::session::Session;
use crate::{catalog, reading};

/// What every session is pinned to, so that answers depend on no user's or database's settings: language and territory come
/// first, because they bring others along. Texts are compared by their bytes, and none may lose a character unnoticed.
const SET_UP: &str = "ALTER SESSION SET NLS_LANGUAGE = 'AMERICAN' NLS_TERRITORY = 'AMERICA' NLS_SORT = 'BINARY' \
     NLS_COMP = 'BINARY' NLS_NUMERIC_CHARACTERS = '.,' NLS_CALENDAR = 'GREGORIAN' NLS_LENGTH_SEMANTICS = 'BYTE' \
     NLS_NCHAR_CONV_EXCP = 'TRUE' NLS_DATE_FORMAT = 'YYYY-MM-DD HH24:MI:SS' \
     NLS_TIMESTAMP_FORMAT = 'YYYY-MM-DD HH24:MI:SS.FF9' \
     NLS_TIMESTAMP_TZ_FORMAT = 'YYYY-MM-DD HH24:MI:SS.FF9 TZH:TZM' TIME_ZONE = '+00:00'";

/// All that one request reads is of one moment, and nothing can be written.
const READ_ONLY: &str = "SET TRANSACTION READ ONLY";

/// Variables of packages, which a view's functions may have left.
const FORGET: &str = "BEGIN DBMS_SESSION.RESET_PACKAGE; END;";

/// A live session.
struct OracleConnection {
    session: Session,
    settings: Settings,
    options: Options,
}

/// Logs in and pins the session's settings.
pub(crate) async fn connect(
    endpoint: &Endpoint,
    credential: &Credential,
    settings: &Settings,
) -> Result<Box<dyn Connection>> {
    let options = Options::parse(&endpoint.options)?;
    let route = Route::new(endpoint, &options)?;
    let entering = async {
        let mut session = route.login(credential).await?;
        session.limit(settings.time_limit);
        let mut connection = OracleConnection { session, settings: settings.clone(), options: options.clone() };
        let pinned = connection.pin(&settings.application_name, &[SET_UP, READ_ONLY]).await;
        pinned.map_err(|error| error.context("setting up the session"))?;
        Ok(connection)
    };
    Ok(Box::new(route.entered(entering).await?))
}

impl OracleConnection {
    /// Runs statements, and names the session; the name travels with the first of them.
    async fn pin(&mut self, name: &str, statements: &[&str]) -> Result<()> {
        // What the server keeps of each in all versions.
        let (module, client) = (shortened(name, 48).to_owned(), shortened(name, 64).to_owned());
        self.session
            .ask(move |connection| {
                connection.set_module(&module)?;
                connection.set_client_identifier(&client)
            })
            .await?;
        self.session.run(statements.iter().map(ToString::to_string).collect()).await
    }
}

/// As many bytes of a name as there is room for.
fn shortened(name: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(name.len())).rev().find(|end| name.is_char_boundary(*end));
    name.get(..end.unwrap_or(0)).unwrap_or_default()
}

/// A read of one row of a table as it was at a moment.
fn as_it_was(table: &Table, moment: u64) -> Scan {
    let all = KeyRange { moment: Some(moment), ..KeyRange::everything() };
    Scan { limit: Some(1), split: Split::Range(all), ..Scan::new(table.clone(), Vec::new()) }
}

#[async_trait]
impl Connection for OracleConnection {
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

    async fn moment(&mut self, table: &Table) -> Result<Option<u64>> {
        // Whatever there is against it, each split is then read as of its own moment.
        let Ok(Some(moment)) = catalog::moment(&mut self.session, table).await else { return Ok(None) };
        let scan = as_it_was(table, moment);
        let Ok(rendered) = sql::render(&scan, &OracleSql) else { return Ok(None) };
        // A right is not all that it takes: not every table has a past, and no split is to fail for want of one. Here the transaction
        // is older than the moment, which those of splits are not.
        let tried = self.probe(&scan, &rendered.statement).await;
        Ok(tried.is_ok().then_some(moment))
    }

    async fn splits(&mut self, scan: &Scan, sizes: Sizes) -> Result<Vec<Split>> {
        split::plan(self, &OracleSql, scan, sizes).await
    }

    async fn read<'a>(
        &'a mut self,
        scan: &'a Scan,
        statement: &'a Statement,
        limits: BatchLimits,
    ) -> Result<BatchStream<'a>> {
        reading::start(&mut self.session, scan, statement, limits, self.settings.max_cell_bytes).await
    }

    async fn reset(&mut self, application_name: &str, time_limit: Option<Duration>) -> Result<()> {
        self.session.limit(time_limit);
        let begun = self.session.ask(oracledb::Connection::rollback).await;
        let pinned = match begun {
            Ok(()) => self.pin(application_name, &[FORGET, SET_UP, READ_ONLY]).await,
            failed => failed,
        };
        pinned.map_err(|error| error.context("resetting the session"))
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
    fn a_name_is_cut_to_its_bytes_between_characters() {
        assert_eq!(shortened("glaux q-1", 48), "glaux q-1");
        assert_eq!(shortened(&"é".repeat(40), 49), "é".repeat(24));
        assert_eq!(shortened("😀", 3), "");
    }

    #[test]
    fn a_moment_is_tried_on_one_row_of_its_table() {
        let table = Table { name: TableName::new("S", "T"), columns: Vec::new(), comment: None };
        let rendered = sql::render(&as_it_was(&table, 7), &OracleSql).unwrap();
        assert_eq!(rendered.statement.sql, "SELECT 1 FROM \"S\".\"T\" AS OF SCN 7 FETCH FIRST 1 ROWS ONLY");
        assert!(rendered.statement.binds.is_empty() && !rendered.remainder.limit);
    }

    #[test]
    fn a_session_compares_by_bytes_in_utc() {
        for pinned in
            ["NLS_SORT = 'BINARY'", "NLS_COMP = 'BINARY'", "TIME_ZONE = '+00:00'", "NLS_NUMERIC_CHARACTERS = '.,'"]
        {
            assert!(SET_UP.contains(pinned), "{pinned}");
        }
    }
}
