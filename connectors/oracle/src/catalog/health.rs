//! What a person should know about the source: who we are there, how the way is protected, rights too many or too few.

use connector_core::{Health, Result};

use super::{USER, relations, text};
use crate::error;
use crate::options::Options;
use crate::session::Session;

fn sql(relations: &str) -> String {
    let may = |right: &str| format!("(SELECT COUNT(*) FROM session_privs s WHERE s.privilege {right})");
    format!(
        "SELECT {USER}, {reads_all}, {writes_all}, (SELECT COUNT(*) FROM session_roles e WHERE e.role = 'DBA'), \
         (SELECT COUNT(*) FROM {relations}), (SELECT COUNT(DISTINCT p.table_schema || '.' || p.table_name) \
         FROM all_tab_privs p WHERE p.privilege IN ('INSERT', 'UPDATE', 'DELETE') AND (p.grantee = {USER} \
         OR p.grantee IN (SELECT e.role FROM session_roles e))), (SELECT COUNT(*) FROM all_tab_privs p \
         WHERE p.table_schema = 'SYS' AND p.table_name = 'DBMS_FLASHBACK' AND p.privilege = 'EXECUTE' \
         AND (p.grantee IN ({USER}, 'PUBLIC') OR p.grantee IN (SELECT e.role FROM session_roles e))) FROM dual",
        reads_all = may("IN ('SELECT ANY TABLE', 'READ ANY TABLE')"),
        writes_all = may("IN ('INSERT ANY TABLE', 'UPDATE ANY TABLE', 'DELETE ANY TABLE')"),
    )
}

/// Each split is one statement, which reads a snapshot of its own.
const APART: &str = "each split reads a snapshot of its own: a row that stays comes once, one whose key changes meanwhile may \
     come twice or not at all; with EXECUTE on DBMS_FLASHBACK, and FLASHBACK on a table, all its splits read one moment";

/// For whoever may ask which moment it is.
const TOGETHER: &str = "all splits of a table that the user may flash back (its own, or FLASHBACK on it) read the moment at which they \
     were cut; of any other each reads a snapshot of its own, so that a row whose key changes meanwhile may come twice or not at all";

/// What is read of rows that change meanwhile, by whether the user may ask which moment it is.
const fn consistency(knows_moments: bool) -> &'static str {
    if knows_moments { TOGETHER } else { APART }
}

/// The state of the source.
pub(crate) async fn health(session: &mut Session, options: &Options) -> Result<Health> {
    let rows = session.query(sql(&relations(session)), Vec::new()).await?;
    let Some(row) = rows.first() else { return Ok(Health::default()) };
    let count = |column| -> Result<u64> {
        text(row, column)?.parse().map_err(|_| error::metadata(&format!("column {column} is no count")))
    };
    let seen = Seen {
        reads_all: count(1)? > 0,
        writes_all: count(2)? > 0,
        rules: count(3)? > 0,
        readable: count(4)?,
        writable: count(5)?,
    };
    Ok(Health {
        version: session.version().to_owned(),
        user: text(row, 0)?,
        // The driver does not tell protocol and cipher, so this says what it would not have connected without.
        tls: options.is_encrypted.then(|| "TLS (tcps)".to_owned()),
        consistency: consistency(count(6)? > 0),
        findings: seen.findings(options.is_encrypted),
    })
}

struct Seen {
    reads_all: bool,
    writes_all: bool,
    rules: bool,
    readable: u64,
    writable: u64,
}

impl Seen {
    fn findings(&self, is_encrypted: bool) -> Vec<String> {
        let mut findings = Vec::new();
        if !is_encrypted {
            findings.push(
                "the protocol is tcp: the password is hidden on the way, but nothing else is; tcps is TLS".to_owned(),
            );
        }
        if self.rules {
            findings.push("the user has the role DBA, which may do everything".to_owned());
        } else if self.reads_all {
            findings.push("the user may read any table, new ones and those of others too".to_owned());
        }
        if self.writes_all {
            findings.push("the user may change any table, but only needs to read".to_owned());
        } else if self.writable > 0 {
            findings.push(format!("the user may change {} tables of others, but only needs to read", self.writable));
        }
        if self.readable == 0 {
            findings.push("the user may read no table: grant SELECT or READ on tables or views".to_owned());
        }
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_weak_or_too_much_is_told_once() {
        let good = Seen { reads_all: false, writes_all: false, rules: false, readable: 3, writable: 0 };
        assert!(good.findings(true).is_empty());
        let bad = Seen { reads_all: true, writes_all: false, rules: true, readable: 0, writable: 2 };
        let told = bad.findings(false);
        for word in ["protocol is tcp", "DBA", "change 2 tables", "no table"] {
            assert_eq!(told.iter().filter(|finding| finding.contains(word)).count(), 1, "{word}: {told:?}");
        }
        assert_eq!(told.len(), 4);
    }

    #[test]
    fn one_row_tells_all() {
        let sql = sql("(r) r");
        assert_eq!(sql.matches('(').count(), sql.matches(')').count(), "{sql}");
        assert!(sql.ends_with("FROM dual"));
        assert!(sql.contains("'DBMS_FLASHBACK'"), "{sql}");
    }

    #[test]
    fn what_splits_show_of_a_change_depends_on_who_asks() {
        assert!(consistency(true).contains("the moment at which they were cut"));
        assert!(consistency(false).starts_with("each split reads a snapshot of its own"));
    }
}
