//! What a person should know about the source: who we are there, how the way is protected, rights too many or too few.

use connector_core::{Health, Result};

use super::{READABLE, VISIBLE};
use crate::options::SslMode;
use crate::session::{Row, Session, get};

/// Each split is one statement, which reads a snapshot of its own.
const CONSISTENCY: &str = "each split reads a snapshot of its own: a row that stays comes once, one whose key changes meanwhile may \
     come twice or not at all";

fn sql() -> String {
    format!(
        "SELECT pg_catalog.current_setting('server_version') AS version, current_user::text AS name, \
         CASE WHEN s.ssl THEN s.version || ', ' || s.cipher END AS tls, u.rolsuper AS superuser, \
         (SELECT pg_catalog.string_agg(m.rolname::text, ', ' ORDER BY m.rolname) FROM pg_catalog.pg_roles m \
         WHERE m.rolname IN ('pg_read_all_data', 'pg_write_all_data', 'rds_superuser', 'pg_execute_server_program', \
         'pg_read_server_files', 'pg_write_server_files') AND pg_catalog.pg_has_role(m.oid, 'USAGE')) AS wide_roles, \
         r.readable, r.writable FROM pg_catalog.pg_roles u \
         LEFT JOIN pg_catalog.pg_stat_ssl s ON s.pid = pg_catalog.pg_backend_pid() \
         CROSS JOIN (SELECT pg_catalog.count(*) FILTER (WHERE {READABLE}) AS readable, pg_catalog.count(*) FILTER \
         (WHERE c.relkind IN ('r', 'p', 'v', 'f') AND (pg_catalog.has_table_privilege(c.oid, 'DELETE, TRUNCATE') \
         OR pg_catalog.has_any_column_privilege(c.oid, 'INSERT, UPDATE'))) AS writable FROM pg_catalog.pg_class c \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE {VISIBLE}) r \
         WHERE u.rolname = current_user"
    )
}

/// The state of the source.
pub(crate) async fn health(session: &mut Session, ssl_mode: SslMode) -> Result<Health> {
    let rows = session.query(&sql(), &[]).await?;
    let Some(row) = rows.first() else { return Ok(Health::default()) };
    Ok(Health {
        version: get(row, "version")?,
        user: get(row, "name")?,
        tls: get(row, "tls")?,
        consistency: CONSISTENCY,
        findings: findings(row, ssl_mode)?,
    })
}

fn findings(row: &Row, ssl_mode: SslMode) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    if ssl_mode < SslMode::VerifyFull {
        let risk = match ssl_mode {
            SslMode::Disable => "nothing on the way is encrypted",
            SslMode::Prefer => "the way is encrypted only if the server, or whoever poses as it, wants that",
            SslMode::Require => "the way is encrypted, but to whom is not verified",
            SslMode::VerifyCa | SslMode::VerifyFull => "the server's CA is verified, but not that it is this server",
        };
        findings.push(format!("sslmode={} is weaker than verify-full: {risk}", ssl_mode.as_str()));
    }
    if get(row, "superuser")? {
        findings.push("the user is a superuser, who may do everything and whom no row policy binds".to_owned());
    }
    if let Some(roles) = get::<Option<String>>(row, "wide_roles")? {
        findings.push(format!("the user has the rights of {roles}, which reach beyond single tables"));
    }
    let (readable, writable): (i64, i64) = (get(row, "readable")?, get(row, "writable")?);
    if writable > 0 {
        findings.push(format!("the user may change {writable} tables, but only needs to read"));
    }
    if readable == 0 {
        findings.push("the user may read no table: grant USAGE on a schema and SELECT on its tables".to_owned());
    }
    Ok(findings)
}
