//! A session as the seam wants it, and the only SQL that sets one up.

mod acting;

use std::time::Duration;

use async_trait::async_trait;
use connector_core::split::{self, Sizes};
use connector_core::{
    BatchLimits, BatchStream, Capabilities, Column, Connection, Credential, Dialect, Endpoint, Error, ErrorKind,
    Estimate, Function, Health, Key, Query, Relation, Result, Scan, Settings, Split, Statement, Table, TableName, mark,
};
use postgres_types::Type;

use crate::connect::{Login, Route};
use crate::dialect::Postgres;
use crate::message::Bound;
use crate::options::Options;
use crate::session::{Awaited, Row, Session, get};
use crate::{catalog, reading};

/// What every session is pinned to, so that answers depend on no user's or database's settings. Values are shown in UTC and in
/// one style; floats in as many digits as tell them apart; sessions read; unqualified names mean the system's own.
const SET_UP: &str = "SET default_transaction_read_only = on; SET TimeZone = 'UTC'; SET client_encoding = 'UTF8'; \
     SET DateStyle = 'ISO'; SET IntervalStyle = 'postgres'; SET extra_float_digits = 3; SET bytea_output = 'hex'; \
     SET standard_conforming_strings = on; SET transform_null_equals = off; SET client_min_messages = 'error'; \
     SET search_path = pg_catalog";

/// Has a server that can (from 14, on Linux) look every second whether we are still there. Otherwise it would notice that a
/// function was stopped in the middle of a statement only with the first rows that it sends.
const NOTICE: &str = "; SELECT CASE WHEN pg_catalog.version() LIKE '%linux%' \
     AND pg_catalog.current_setting('client_connection_check_interval', true) IS NOT NULL \
     THEN pg_catalog.set_config('client_connection_check_interval', '1000', false) END";

/// All that `DISCARD ALL` does, which itself may not travel together with other statements.
const DISCARD: &str = "ROLLBACK; CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; DEALLOCATE ALL; UNLISTEN *; \
     SELECT pg_catalog.pg_advisory_unlock_all(); DISCARD PLANS; DISCARD TEMP; DISCARD SEQUENCES; ";

/// Around a pass-through query, and never committed: what a transaction that only reads lets happen all the same (settings,
/// notifications, before version 16 large objects) ends with it. Begun in so many words it cannot be made one that writes by
/// the query itself.
const BEGIN: &str = "BEGIN TRANSACTION READ ONLY";

/// What a setting of one's own is called at least: the server keeps names without a dot for itself.
pub(crate) const SETTING_PARTS: usize = 2;

const RENAME: &str = "SELECT pg_catalog.set_config('application_name', $1, false)";

/// A live session.
pub(crate) struct PgConnection {
    session: Session,
    settings: Settings,
    options: Options,
    encoding: String,
}

/// Logs in and pins the session's settings.
pub(crate) async fn connect(
    endpoint: &Endpoint,
    credential: &Credential,
    settings: &Settings,
) -> Result<Box<dyn Connection>> {
    let options = Options::parse(&endpoint.options)?;
    let route = Route::new(endpoint, &options, settings.max_cell_bytes)?;
    settings.acting_as.check(SETTING_PARTS)?;
    let name = application_name(&settings.application_name, &options);
    let entering = async {
        let Login { session, encoding } = route.login(endpoint, credential, &name).await?;
        let settings = settings.clone();
        let mut connection = PgConnection { session, settings, options, encoding };
        connection.pin().await.map_err(|error| error.context("setting up the session"))?;
        connection.session.name(mark(&connection.settings.application_name));
        Ok(connection)
    };
    Ok(Box::new(route.entered(entering).await?))
}

fn application_name(name: &str, options: &Options) -> String {
    match &options.application_name {
        Some(own) => format!("{name} {own}"),
        None => name.to_owned(),
    }
}

fn set_up(options: &Options, time_limit: Option<Duration>) -> String {
    let mut sql = SET_UP.to_owned();
    for schema in &options.search_path {
        sql.push_str(", ");
        Postgres.identifier(schema, &mut sql);
    }
    if let Some(limit) = options.query_timeout {
        sql.push_str("; SET statement_timeout = ");
        sql.push_str(&limit.as_millis().to_string());
    }
    sql.push_str(NOTICE);
    if let Some(limit) = time_limit {
        sql.push_str(&no_longer_than(limit));
    }
    sql
}

/// Lowers the limit on statements; one that is lower, by the URL or by the user's or database's own settings, stays.
fn no_longer_than(limit: Duration) -> String {
    let limit = limit.as_millis().clamp(1, u128::from(i32::MAX.unsigned_abs()));
    format!(
        "; SELECT pg_catalog.set_config('statement_timeout', '{limit}', false) \
         WHERE NOT CAST(pg_catalog.current_setting('statement_timeout') AS pg_catalog.interval) \
         BETWEEN '1 ms' AND '{limit} ms'"
    )
}

impl PgConnection {
    async fn pin(&mut self) -> Result<()> {
        let set_up = set_up(&self.options, self.settings.time_limit);
        self.session.run(Awaited::Answer, &set_up).await?;
        if self.options.primary_only {
            let rows = self.session.query("SELECT pg_catalog.pg_is_in_recovery() AS standby", &[]).await?;
            let standby = rows.first().map(|row| get::<bool>(row, "standby")).transpose()?;
            if standby == Some(true) {
                return Err(Error::new(
                    ErrorKind::Unavailable,
                    "the server is a standby, and targetServerType=primary",
                )
                .hint("name the cluster's writer endpoint, or leave targetServerType out"));
            }
        }
        acting::begin(&mut self.session, &self.settings.acting_as).await
    }
}

impl PgConnection {
    /// Makes the session as new, and asks about a table in it. All is sent before the first answer comes, so this is one round
    /// trip; what is asked is done in the order in which it was.
    async fn renew(
        &mut self,
        name: &str,
        limit: Option<Duration>,
        table: Option<&TableName>,
    ) -> Result<Result<Vec<Row>>> {
        let acting = acting::statements(&self.settings.acting_as);
        let sql = format!("{DISCARD}{}{acting}", set_up(&self.options, limit));
        self.session.name(mark(name));
        let name = application_name(name, &self.options);
        let named: [Bound<'_>; 1] = [(&name, Type::TEXT)];
        let (about, values) = (catalog::columns::sql(), table.map(catalog::columns::values));
        let describing = values.as_ref().map(|values| (about.as_str(), values.as_slice()));
        let renewed = self.session.run_and_query(&sql, (RENAME, &named), describing).await;
        renewed.map_err(|error| error.context("resetting the session"))
    }
}

#[async_trait]
impl Connection for PgConnection {
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
        let table = catalog::table(&mut self.session, name, &self.settings, &self.encoding).await;
        table.map_err(|error| error.context(format!("describing table {name}")))
    }

    async fn describe(&mut self, query: &Query) -> Result<Vec<Column>> {
        let told = catalog::query(&mut self.session, query, &self.settings, &self.encoding).await;
        told.map_err(|error| error.context("describing a pass-through query"))
    }

    async fn key(&mut self, table: &Table) -> Result<Option<Key>> {
        let key = catalog::key(&mut self.session, table).await;
        key.map_err(|error| error.context(format!("looking for a key of table {}", table.name)))
    }

    async fn splits(&mut self, scan: &Scan, sizes: Sizes) -> Result<Vec<Split>> {
        split::plan(self, &Postgres, scan, sizes).await
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

    async fn estimate(&mut self, statement: &Statement) -> Result<Option<Estimate>> {
        let expected = catalog::expected(&mut self.session, statement).await;
        expected.map_err(|error| error.context("asking for the plan of a statement"))
    }

    async fn estimates(&mut self, selects: &[Statement]) -> Result<Vec<u64>> {
        let expected = catalog::expected_each(&mut self.session, selects).await;
        expected.map_err(|error| error.context("asking how many rows ranges of a key have"))
    }

    async fn reset(&mut self, application_name: &str, time_limit: Option<Duration>) -> Result<()> {
        self.renew(application_name, time_limit, None).await.map(|_| ())
    }

    async fn reset_and_describe(
        &mut self,
        application_name: &str,
        time_limit: Option<Duration>,
        table: &TableName,
    ) -> Result<Result<Table>> {
        let rows = self.renew(application_name, time_limit, Some(table)).await?;
        let told = rows.and_then(|rows| catalog::columns::told(&rows, table, &self.settings, &self.encoding));
        Ok(told.map_err(|error| error.context(format!("describing table {table}"))))
    }

    async fn stop(&mut self) {
        self.session.stop().await;
    }

    async fn health(&mut self) -> Result<Health> {
        let health = catalog::health(&mut self.session, self.options.ssl_mode).await;
        health.map_err(|error| error.context("checking the source"))
    }
}
