//! The moment as of which all splits of a table can be read.

use connector_core::{Result, Table};

use super::{USER, maybe};
use crate::bind::Parameter;
use crate::session::Session;

/// The server's present change number, where the user may read the table as it was at one: a table of its own, one on which it, a role
/// of it or everybody has FLASHBACK, or any. Whoever may not run the package does not know it, and gets an error. `TIMESTAMP_TO_SCN`
/// asks for no right, but the numbers that it knows are up to three seconds old: a query would not find what was committed just before.
fn sql() -> String {
    format!(
        "SELECT SYS.DBMS_FLASHBACK.GET_SYSTEM_CHANGE_NUMBER FROM all_tables t WHERE t.owner = :v1 AND t.table_name = :v2 \
         AND (t.owner = {USER} OR EXISTS (SELECT 1 FROM session_privs y WHERE y.privilege = 'FLASHBACK ANY TABLE') \
         OR EXISTS (SELECT 1 FROM all_tab_privs p WHERE p.table_schema = t.owner AND p.table_name = t.table_name \
         AND p.privilege = 'FLASHBACK' AND (p.grantee IN ({USER}, 'PUBLIC') \
         OR p.grantee IN (SELECT e.role FROM session_roles e))))"
    )
}

/// That number; none of a table that is no such one, nor of a view.
pub(crate) async fn moment(session: &mut Session, table: &Table) -> Result<Option<u64>> {
    let name = [&table.name.schema, &table.name.table].map(|name| Parameter::text(Some(name)));
    let rows = session.query(sql(), name.into()).await?;
    Ok(rows.first().and_then(|row| maybe(row, 0)).and_then(|digits| digits.parse().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_the_right_is_asked_about_in_one_question() {
        let sql = sql();
        for way in
            ["t.owner = SYS_CONTEXT(", "'FLASHBACK ANY TABLE'", "p.privilege = 'FLASHBACK'", "'PUBLIC'", "e.role"]
        {
            assert!(sql.contains(way), "{way}: {sql}");
        }
        assert_eq!(sql.matches('(').count(), sql.matches(')').count(), "{sql}");
        assert!([":v1", ":v2"].iter().all(|place| sql.matches(place).count() == 1), "{sql}");
    }
}
