//! What a person should know about the source: who we are there, how the way is protected, rights too many or too few.

use connector_core::{Health, Result};

use super::{READABLE, ask};
use crate::options::SslMode;
use crate::session::{Row, Session};

/// Rights that reach beyond single tables and are none of reading.
const WIDE: &str = "SUPER FILE PROCESS SHUTDOWN RELOAD GRANT INSERT UPDATE DELETE DROP CREATE ALTER";

/// Each split is one statement, which reads a snapshot of its own (`InnoDB`).
const CONSISTENCY: &str = "each split reads a snapshot of its own: a row that stays comes once, one whose key changes meanwhile may \
     come twice or not at all";

/// The state of the source.
pub(crate) async fn health(session: &mut Session, ssl_mode: SslMode) -> Result<Health> {
    let about = ask(session, "SELECT VERSION(), CURRENT_USER()", &[]).await?;
    let [version, user] = two(about.into_iter().next());
    let way = ask(session, "SHOW SESSION STATUS WHERE Variable_name IN ('Ssl_version', 'Ssl_cipher')", &[]).await?;
    let way: Vec<String> = way.into_iter().map(|row| two(Some(row))).map(|[_, value]| value).collect();
    let tls = way.iter().any(|value| !value.is_empty()).then(|| way.into_iter().rev().collect::<Vec<_>>().join(", "));
    let mut findings: Vec<String> = weakness(ssl_mode).into_iter().collect();
    findings.extend(wide_rights(session).await?);
    findings.extend(rights(session).await?);
    Ok(Health { version, user, tls, consistency: CONSISTENCY, findings })
}

fn two(row: Option<Row>) -> [String; 2] {
    let mut cells = row.unwrap_or_default().into_iter().map(Option::unwrap_or_default);
    [cells.next().unwrap_or_default(), cells.next().unwrap_or_default()]
}

fn weakness(ssl_mode: SslMode) -> Option<String> {
    let risk = match ssl_mode {
        SslMode::Disabled => "nothing on the way is encrypted",
        SslMode::Preferred => "the way is encrypted only if the server, or whoever poses as it, wants that",
        SslMode::Required => "the way is encrypted, but to whom is not verified",
        SslMode::VerifyCa => "the server's CA is verified, but not that it is this server",
        SslMode::VerifyIdentity => return None,
    };
    Some(format!("sslMode={} is weaker than VERIFY_IDENTITY: {risk}", ssl_mode.as_str()))
}

async fn wide_rights(session: &mut Session) -> Result<Option<String>> {
    let sql = "SELECT DISTINCT p.PRIVILEGE_TYPE FROM information_schema.USER_PRIVILEGES p \
         WHERE p.GRANTEE = CONCAT('''', REPLACE(CURRENT_USER(), '@', '''@'''), '''')";
    let rows = ask(session, sql, &[]).await?;
    let mut held: Vec<String> = rows.into_iter().map(|row| two(Some(row))).map(|[held, _]| held).collect();
    held.retain(|held| WIDE.split(' ').any(|wide| held == wide));
    held.sort_unstable();
    Ok((!held.is_empty())
        .then(|| format!("the user has rights to {} on everything, but only needs to read", held.join(", "))))
}

async fn rights(session: &mut Session) -> Result<Vec<String>> {
    let counted = |condition: &str| {
        format!(
            "SELECT CAST(COUNT(DISTINCT CAST(c.TABLE_SCHEMA AS BINARY), CAST(c.TABLE_NAME AS BINARY)) AS CHAR) \
             FROM information_schema.COLUMNS c WHERE {condition}"
        )
    };
    let writable = "c.TABLE_SCHEMA NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys') \
         AND (FIND_IN_SET('insert', c.PRIVILEGES) > 0 OR FIND_IN_SET('update', c.PRIVILEGES) > 0)";
    let [readable, _] = two(ask(session, &counted(READABLE), &[]).await?.into_iter().next());
    let [writable, _] = two(ask(session, &counted(writable), &[]).await?.into_iter().next());
    let mut findings = Vec::new();
    if writable != "0" {
        findings.push(format!("the user may change {writable} tables, but only needs to read"));
    }
    if readable == "0" {
        findings.push("the user may read no table: GRANT SELECT ON … TO …".to_owned());
    }
    Ok(findings)
}
