//! A session as the seam wants it, and the only SQL that sets one up.

mod acting;

use std::time::Duration;

use arrow_array::RecordBatch;
use async_trait::async_trait;
use connector_core::split::{self, Place, Sizes};
use connector_core::{
    BatchLimits, BatchStream, Capabilities, Column, Connection, Credential, Endpoint, Error, Estimate, Function,
    Health, Key, Query, Relation, Result, Scan, Settings, Split, Statement, Table, TableName,
};
use futures::TryStreamExt;

use crate::connect::Route;
use crate::dialect::MySql;
use crate::options::{Options, Shown};
use crate::reading::Reading;
use crate::session::{Server, Session};
use crate::types::{Context, SORTED_BYTES};
use crate::{catalog, reading};

/// What every session is pinned to, so that answers depend on no user's or server's settings: one zone and one character set;
/// no rows or values left out, and NULL not taken for the last key; an order of all that is sorted. A server waits for us for
/// minutes, and we for a locked table for one.
///
/// No mode is set that changes how SQL is read. Under `NO_BACKSLASH_ESCAPES` MySQL reads the expressions of a table's computed
/// columns otherwise than they were written, and lends the opened table to other sessions.
const SET_UP: &str = "SET NAMES utf8mb4, time_zone = '+00:00', sql_mode = '', autocommit = 1, \
     sql_auto_is_null = 0, sql_select_limit = 18446744073709551615, sql_big_selects = 1, sql_safe_updates = 0, \
     group_concat_max_len = 1073741824, sort_buffer_size = 8388608, net_write_timeout = 600, lock_wait_timeout = 60";

/// What tells one server from another behind the same address, the session's number as the server itself knows it, and the
/// largest value that the server's expressions may have.
pub(crate) const ABOUT: &str = "SELECT CONCAT_WS(' ', @@hostname, @@port, @@server_id), CAST(CONNECTION_ID() AS CHAR), \
     CAST(@@max_allowed_packet AS CHAR)";

/// Around a pass-through query, and never ended but with the session. In a transaction that was begun so, not even a function
/// can lift what the session is set to.
const BEGIN: &str = "START TRANSACTION READ ONLY";

/// What a setting of a caller is called at least: a variable has one name.
pub(crate) const SETTING_PARTS: usize = 1;

/// A live session.
pub(crate) struct MySqlConnection {
    session: Session,
    settings: Settings,
    options: Options,
    largest_value: u64,
}

/// Logs in and pins the session's settings.
pub(crate) async fn connect(
    endpoint: &Endpoint,
    credential: &Credential,
    settings: &Settings,
) -> Result<Box<dyn Connection>> {
    let options = Options::parse(&endpoint.options)?;
    settings.acting_as.check(SETTING_PARTS)?;
    let route = Route::new(endpoint, credential, &options, settings.max_cell_bytes)?;
    let entering = async {
        let session = route.login(&settings.application_name).await?;
        let settings = settings.clone();
        let mut connection = MySqlConnection { session, settings, options, largest_value: 0 };
        connection.pin().await.map_err(|error| error.context("setting up the session"))?;
        Ok(connection)
    };
    Ok(Box::new(route.entered(entering).await?))
}

/// What a session that may change things is pinned to: as one that reads, but for being read-only. MariaDB would otherwise make
/// a user without a password of whoever is given a right and is not there.
pub(crate) fn administering(server: &Server) -> String {
    let mode = if server.is_mariadb { "NO_AUTO_CREATE_USER" } else { "" };
    format!("{SET_UP}, sql_mode = '{mode}'")
}

fn set_up(server: &Server, options: &Options, time_limit: Option<Duration>) -> String {
    let old = server.is_mariadb || server.version < (8, 0, 0);
    // Without the word SESSION it would hold for one transaction only.
    let transaction = if old { "@@SESSION.tx" } else { "@@SESSION.transaction" };
    // What is not committed is no row.
    let mut sql = format!(
        "{SET_UP}, max_sort_length = {SORTED_BYTES}, {transaction}_read_only = 1, {transaction}_isolation = 'REPEATABLE-READ'"
    );
    if !old {
        // Otherwise a table's size is what it was up to a day ago.
        sql += ", information_schema_stats_expiry = 0";
    }
    let of_url = options.query_timeout.filter(|own| time_limit.is_none_or(|limit| *own <= limit));
    let limit = of_url.or(time_limit);
    // Each has its own name and its own unit for it.
    let (variable, limit) = match (limit, server.is_mariadb) {
        (None, _) => return sql,
        (Some(limit), true) => ("max_statement_time", format!("{:.3}", limit.as_secs_f64().max(0.001))),
        (Some(limit), false) => ("max_execution_time", limit.as_millis().clamp(1, u32::MAX.into()).to_string()),
    };
    if of_url.is_some() {
        sql += &format!(", {variable} = {limit}");
    } else {
        // One that the server's own settings make lower stays.
        let lowered = format!("IF(@@{variable} > 0 AND @@{variable} < {limit}, @@{variable}, {limit})");
        // MySQL takes nothing but its own type, and MariaDB keeps the places behind the point only without a cast.
        let lowered = if server.is_mariadb { lowered } else { format!("CAST({lowered} AS UNSIGNED)") };
        sql += &format!(", {variable} = {lowered}");
    }
    sql
}

impl MySqlConnection {
    async fn pin(&mut self) -> Result<()> {
        self.set_up(self.settings.time_limit).await?;
        acting::check(&mut self.session, &self.settings.acting_as).await?;
        self.largest_value = self.session.recognise().await?;
        let name = self.settings.application_name.clone();
        self.session.name(&name);
        Ok(())
    }

    fn describing(&mut self) -> (&mut Session, Context<'_>) {
        let context =
            Context { settings: &self.settings, shown: self.options.shown, largest_value: self.largest_value };
        (&mut self.session, context)
    }

    async fn set_up(&mut self, time_limit: Option<Duration>) -> Result<()> {
        let sql = set_up(&self.session.server, &self.options, time_limit);
        self.session.run(&sql).await?;
        acting::begin(&mut self.session, &self.settings.acting_as).await
    }
}

#[async_trait]
impl Connection for MySqlConnection {
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
        let (session, context) = self.describing();
        let table = catalog::table(session, name, context).await;
        table.map_err(|error| error.context(format!("describing table {name}")))
    }

    async fn describe(&mut self, query: &Query) -> Result<Vec<Column>> {
        let (session, context) = self.describing();
        let columns = catalog::query(session, query, context).await;
        columns.map_err(|error| error.context("describing a pass-through query"))
    }

    async fn key(&mut self, table: &Table) -> Result<Option<Key>> {
        let key = catalog::key(&mut self.session, table).await;
        key.map_err(|error| error.context(format!("looking for a key of table {}", table.name)))
    }

    async fn places(&mut self, scan: &Scan, places: Vec<Place>) -> Result<Vec<Place>> {
        let places = catalog::places(&mut self.session, scan, places).await;
        places.map_err(|error| error.context("looking for what parts a table"))
    }

    async fn splits(&mut self, scan: &Scan, sizes: Sizes) -> Result<Vec<Split>> {
        split::plan(self, &MySql, scan, sizes).await
    }

    async fn read<'a>(
        &'a mut self,
        scan: &'a Scan,
        statement: &'a Statement,
        limits: BatchLimits,
    ) -> Result<BatchStream<'a>> {
        if scan.query.is_some() {
            self.session.run(BEGIN).await?;
        }
        let reading = Reading { shown: self.options.shown, limits, max_cell_bytes: self.settings.max_cell_bytes };
        reading::start(&mut self.session, statement, reading).await
    }

    async fn probe(&mut self, _scan: &Scan, statement: &Statement) -> Result<Vec<RecordBatch>> {
        let shown = Shown { zero_is_null: true, ..self.options.shown };
        let limits = BatchLimits::default();
        let reading = Reading { shown, limits, max_cell_bytes: self.settings.max_cell_bytes };
        reading::start(&mut self.session, statement, reading).await?.try_collect().await
    }

    async fn estimate(&mut self, statement: &Statement) -> Result<Option<Estimate>> {
        let expected = catalog::expected(&mut self.session, statement).await;
        expected.map_err(|error| error.context("asking for the plan of a statement"))
    }

    async fn estimates(&mut self, selects: &[Statement]) -> Result<Vec<u64>> {
        let expected = catalog::expected_each(&mut self.session, selects).await;
        expected.map_err(|error| error.context("asking how many rows ranges of a key have"))
    }

    async fn reset(&mut self, application_name: &str, time_limit: Option<Duration>) -> Result<()> {
        let resetting = async {
            self.session.reset().await?;
            self.set_up(time_limit).await?;
            self.session.name(application_name);
            Ok(())
        };
        resetting.await.map_err(|error: Error| error.context("resetting the session"))
    }

    async fn stop(&mut self) {
        self.session.stop().await;
    }

    async fn health(&mut self) -> Result<Health> {
        let health = catalog::health(&mut self.session, self.options.ssl_mode).await;
        health.map_err(|error| error.context("checking the source"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn servers_are_set_up_in_their_own_words() {
        let limited = Options::parse(&BTreeMap::from([("queryTimeout".into(), "9".into())])).unwrap();
        for (greeting, read_only, limit) in [
            ("5.5.5-10.11.19-MariaDB", "tx_read_only = 1", "max_statement_time = 9.000"),
            ("9.7.4", "transaction_read_only = 1", "max_execution_time = 9000"),
            ("5.7.44", ".tx_read_only = 1", "max_execution_time = 9000"),
        ] {
            for time_limit in [None, Some(Duration::from_mins(1))] {
                let sql = set_up(&Server::of(greeting), &limited, time_limit);
                assert!(sql.contains(read_only) && sql.contains(limit), "{sql}");
            }
        }
        let unlimited = Options::parse(&BTreeMap::new()).unwrap();
        assert!(!set_up(&Server::of("9.7.4"), &unlimited, None).contains("max_execution"));
    }

    #[test]
    fn the_shorter_of_two_limits_holds_and_one_of_the_servers_own_too() {
        let limited = Options::parse(&BTreeMap::from([("queryTimeout".into(), "9".into())])).unwrap();
        let short = Some(Duration::from_millis(1500));
        for (greeting, lowered) in [
            (
                "11.4.5-MariaDB",
                "IF(@@max_statement_time > 0 AND @@max_statement_time < 1.500, @@max_statement_time, 1.500)",
            ),
            (
                "9.7.4",
                "CAST(IF(@@max_execution_time > 0 AND @@max_execution_time < 1500, @@max_execution_time, 1500) AS UNSIGNED)",
            ),
        ] {
            let sql = set_up(&Server::of(greeting), &limited, short);
            assert!(sql.ends_with(lowered), "{sql}");
        }
    }
}
