//! What a person should know about the source: who we are there, how the way is protected, rights too many or too few.

use connector_core::{Health, Result};

use super::{READABLE, VISIBLE};
use crate::options::{Encrypt, Options};
use crate::row::{Row, get, maybe};
use crate::session::Session;

/// READ COMMITTED, which the session sets, with versions of rows: each statement reads what was committed when it began.
const VERSIONED: &str = "each split reads a snapshot of its own, of when its statement began (READ_COMMITTED_SNAPSHOT is on): a row that \
     stays comes once, one whose key changes meanwhile may come twice or not at all";

/// The same with locks, each held while its row is read.
const LOCKED: &str = "no split reads a snapshot, nor do all together: READ_COMMITTED_SNAPSHOT is off, so that each waits for writers and \
     shows rows as of different moments; one that meanwhile moves in the index that is read may come twice or not at all";

/// What holds either way.
const UNTOLD: &str = "splits share no snapshot, and whether each reads one is not told: rows may be of different moments, and one that \
     meanwhile moves in the index that is read may come twice or not at all";

/// What is read of rows that change meanwhile. Whether the database allows snapshots besides (`snapshot_isolation_state`) makes no
/// difference, because no session asks for them.
fn consistency(row: &Row) -> Result<&'static str> {
    Ok(match maybe::<i32>(row, "versioned")? {
        Some(1) => VERSIONED,
        Some(0) => LOCKED,
        _ => UNTOLD,
    })
}

fn sql() -> String {
    let may = |right: &str| {
        format!(
            "HAS_PERMS_BY_NAME(QUOTENAME(SCHEMA_NAME(o.schema_id)) + N'.' + QUOTENAME(o.name), N'OBJECT', N'{right}') = 1"
        )
    };
    format!(
        "SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)) AS version, \
         CAST(SERVERPROPERTY('Edition') AS nvarchar(128)) AS edition, USER_NAME() AS user_name, \
         COALESCE(IS_SRVROLEMEMBER(N'sysadmin'), 0) AS is_sysadmin, COALESCE(IS_ROLEMEMBER(N'db_owner'), 0) AS is_owner, \
         COALESCE(IS_ROLEMEMBER(N'db_datareader'), 0) AS reads_all, \
         (SELECT CAST(d.is_read_committed_snapshot_on AS int) FROM sys.databases d WHERE d.database_id = DB_ID()) AS versioned, \
         (SELECT COUNT(*) FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id WHERE {VISIBLE} AND {READABLE}) \
         AS readable, \
         (SELECT COUNT(*) FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id WHERE {VISIBLE} \
         AND o.type IN ('U', 'V') AND o.is_ms_shipped = 0 AND ({insert} OR {update} OR {delete})) AS writable",
        insert = may("INSERT"),
        update = may("UPDATE"),
        delete = may("DELETE"),
    )
}

/// The state of the source.
pub(crate) async fn health(session: &mut Session, options: &Options) -> Result<Health> {
    let rows = session.query(&sql(), &[]).await?;
    let Some(row) = rows.first() else { return Ok(Health::default()) };
    Ok(Health {
        version: format!("{} ({})", get::<&str>(row, "version")?, get::<&str>(row, "edition")?),
        user: get::<&str>(row, "user_name")?.to_owned(),
        tls: tls(options),
        consistency: consistency(row)?,
        findings: findings(row, options)?,
    })
}

/// What there would have been no connection without.
fn tls(options: &Options) -> Option<String> {
    match options.encrypt {
        Encrypt::Strict => Some("TLS throughout (encrypt=strict)".into()),
        Encrypt::Mandatory => Some("TLS (encrypt=true)".into()),
        Encrypt::Optional => None,
    }
}

fn findings(row: &Row, options: &Options) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    if options.encrypt == Encrypt::Optional {
        findings.push(
            "encrypt=false is weaker than true: behind the login nothing on the way need be encrypted".to_owned(),
        );
    }
    if options.trust_any {
        findings.push("trustServerCertificate=true: the way is encrypted, but to whom is not verified".to_owned());
    }
    if get::<i32>(row, "is_sysadmin")? == 1 {
        findings.push("the user is a sysadmin, who may do everything and whom no row policy need bind".to_owned());
    } else if get::<i32>(row, "is_owner")? == 1 {
        findings.push("the user is a member of db_owner, who may do everything in the database".to_owned());
    } else if get::<i32>(row, "reads_all")? == 1 {
        findings.push("the user is a member of db_datareader, which reads every table, new ones too".to_owned());
    }
    let (readable, writable): (i32, i32) = (get(row, "readable")?, get(row, "writable")?);
    if writable > 0 {
        findings.push(format!("the user may change {writable} tables, but only needs to read"));
    }
    if readable == 0 {
        findings.push("the user may read no table: grant SELECT on a schema or on tables".to_owned());
    }
    if maybe::<i32>(row, "versioned")? == Some(0) {
        findings.push("READ_COMMITTED_SNAPSHOT is off: reads wait for writers, and writers for reads".to_owned());
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use crate::row::Cell;

    use super::*;

    fn row(numbers: [(&str, i32); 6]) -> Row {
        Row::of(&numbers.map(|(name, number)| (name, Cell::Number(number.into()))))
    }

    fn found(url: &str, sysadmin: i32, readable: i32, writable: i32, versioned: i32) -> Vec<String> {
        let options = Options::parse(&crate::url::endpoint(url).unwrap().options).unwrap();
        let row = row([
            ("is_sysadmin", sysadmin),
            ("is_owner", 1),
            ("reads_all", 1),
            ("readable", readable),
            ("writable", writable),
            ("versioned", versioned),
        ]);
        findings(&row, &options).unwrap()
    }

    #[test]
    fn what_is_read_of_rows_that_change_depends_on_versions() {
        let told = |versioned| consistency(&Row::of(&[("versioned", versioned)])).unwrap();
        assert_eq!(told(Cell::Number(1)), VERSIONED);
        assert_eq!(told(Cell::Number(0)), LOCKED);
        assert_eq!(told(Cell::Null), UNTOLD);
        for sentence in [VERSIONED, LOCKED, UNTOLD] {
            assert!(sentence.ends_with("may come twice or not at all"), "{sentence}");
        }
    }

    #[test]
    fn what_is_weak_or_too_much_is_told_once() {
        assert_eq!(found("jdbc:sqlserver://h", 0, 3, 0, 1).len(), 1);
        let all = found("jdbc:sqlserver://h;encrypt=false;trustServerCertificate=true", 1, 0, 2, 0);
        for word in ["encrypt=false", "trustServerCertificate", "sysadmin", "may change 2", "no table", "SNAPSHOT"] {
            assert_eq!(all.iter().filter(|finding| finding.contains(word)).count(), 1, "{word}: {all:?}");
        }
    }
}
