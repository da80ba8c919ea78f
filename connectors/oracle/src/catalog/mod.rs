//! What there is to read: the only metadata SQL of this engine.
//!
//! Only what the user may read exists here: its own tables, those granted to it, to its roles or to everybody, and all where it
//! may read any. Names are put in order by their bytes, as the session compares; which of them a name means is decided on our
//! side. Not here: what a column's type becomes (`types.rs`).

mod columns;
mod health;
mod keys;
mod moment;
mod query;
mod statistics;

use connector_core::{Casing, Relation, Result, resolve};

pub(crate) use columns::table;
pub(crate) use health::health;
pub(crate) use keys::key;
pub(crate) use moment::moment;
pub(crate) use query::query;

use crate::bind::Parameter;
use crate::error;
use crate::session::{Row, Session};
use crate::types::Charset;

/// A schema `u` of the users' own; Amazon RDS has one that is not marked as the server's.
const VISIBLE: &str = "u.oracle_maintained = 'N' AND u.username <> 'RDSADMIN'";

/// Tables, views and synonyms, each with the object whose columns and rights are its own. A materialized view is also a table;
/// a nested table, one of an index or one that was dropped is none.
const OBJECTS: &str = "SELECT t.owner AS schema_name, t.table_name AS name, t.owner AS of_schema, t.table_name AS of_name \
     FROM all_tables t WHERE t.nested = 'NO' AND t.secondary = 'N' AND t.dropped = 'NO' \
     AND (t.iot_type IS NULL OR t.iot_type = 'IOT') \
     UNION ALL SELECT v.owner, v.view_name, v.owner, v.view_name FROM all_views v \
     UNION ALL SELECT s.owner, s.synonym_name, s.table_owner, s.table_name FROM all_synonyms s \
     JOIN all_objects o ON o.owner = s.table_owner AND o.object_name = s.table_name AND o.object_type IN ('TABLE', 'VIEW') \
     WHERE s.db_link IS NULL";

/// The user that logged in.
const USER: &str = "SYS_CONTEXT('USERENV', 'SESSION_USER')";

/// What may be read of them: the relations `r`. Since version 23 there are rights on whole schemas.
fn relations(session: &Session) -> String {
    let of_schemas = if session.is_at_least(23, 0) {
        " OR EXISTS (SELECT 1 FROM session_schema_privs h WHERE h.schema = o.of_schema \
         AND h.privilege IN ('SELECT ANY TABLE', 'READ ANY TABLE'))"
    } else {
        ""
    };
    readable(of_schemas)
}

fn readable(of_schemas: &str) -> String {
    format!(
        "(SELECT o.schema_name, o.name, o.of_schema, o.of_name FROM ({OBJECTS}) o WHERE o.of_schema = {USER} \
         OR EXISTS (SELECT 1 FROM all_tab_privs p WHERE p.table_schema = o.of_schema AND p.table_name = o.of_name \
         AND p.privilege IN ('SELECT', 'READ') AND (p.grantee IN ({USER}, 'PUBLIC') \
         OR p.grantee IN (SELECT e.role FROM session_roles e))) \
         OR EXISTS (SELECT 1 FROM session_privs y WHERE y.privilege IN ('SELECT ANY TABLE', 'READ ANY TABLE')){of_schemas}) r"
    )
}

/// Whether `name` may be what is wanted: the same but for the case of its letters, or beyond ASCII, where the server's idea of
/// case may differ from ours, which decides.
fn may_be(name: &str, wanted: &str) -> String {
    format!("(UPPER({name}) = UPPER({wanted}) OR ASCIISTR({name}) <> {name})")
}

/// Schemas that hold something readable.
pub(crate) async fn schemas(session: &mut Session) -> Result<Vec<String>> {
    let sql = format!(
        "SELECT u.username FROM all_users u WHERE {VISIBLE} AND EXISTS (SELECT 1 FROM {relations} \
         WHERE r.schema_name = u.username) ORDER BY u.username",
        relations = relations(session)
    );
    names(session.query(sql, Vec::new()).await?)
}

/// The schema that `wanted` means.
async fn schema(session: &mut Session, wanted: &str, casing: Casing) -> Result<String> {
    let sql = format!(
        "SELECT u.username FROM all_users u CROSS JOIN (SELECT :v1 AS name FROM dual) w WHERE {VISIBLE} AND {same} \
         AND EXISTS (SELECT 1 FROM {relations} WHERE r.schema_name = u.username) ORDER BY u.username",
        same = may_be("u.username", "w.name"),
        relations = relations(session)
    );
    let found = names(session.query(sql, vec![Parameter::text(Some(wanted))]).await?)?;
    Ok(resolve("schema", wanted, &found, casing)?.to_owned())
}

/// Up to `limit` tables behind `after`, in order of their bytes.
pub(crate) async fn tables(
    session: &mut Session,
    schema: &str,
    after: Option<&str>,
    limit: Option<usize>,
    casing: Casing,
) -> Result<Vec<Relation>> {
    let schema = self::schema(session, schema, casing).await?;
    let sql = tables_sql(&relations(session), limit);
    let found = names(session.query(sql, vec![Parameter::text(Some(&schema)), Parameter::text(after)]).await?)?;
    Ok(found.into_iter().map(|name| Relation { name }).collect())
}

fn tables_sql(relations: &str, limit: Option<usize>) -> String {
    let limit = limit.map(|rows| format!(" FETCH FIRST {rows} ROWS ONLY")).unwrap_or_default();
    format!(
        "SELECT r.name FROM {relations} CROSS JOIN (SELECT :v1 AS schema_name, :v2 AS name FROM dual) w \
         WHERE r.schema_name = w.schema_name AND (w.name IS NULL OR r.name > w.name) ORDER BY r.name{limit}"
    )
}

/// The database's character set.
async fn charset(session: &mut Session) -> Result<Charset> {
    let sql = "SELECT p.value FROM nls_database_parameters p WHERE p.parameter = 'NLS_CHARACTERSET'";
    let found = names(session.query(sql.into(), Vec::new()).await?)?;
    found.first().map(|name| Charset::of(name)).ok_or_else(|| error::metadata("the database has no character set"))
}

/// The only column of each row.
fn names(rows: Vec<Row>) -> Result<Vec<String>> {
    rows.into_iter().map(|row| text(&row, 0)).collect()
}

/// A cell that cannot be NULL.
fn text(row: &Row, column: usize) -> Result<String> {
    maybe(row, column).ok_or_else(|| error::metadata(&format!("column {column} is NULL")))
}

fn maybe(row: &Row, column: usize) -> Option<String> {
    row.get(column).cloned().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_listed_depends_on_rights_and_is_whole_sql() {
        for of_schemas in ["", " OR 1 = 0"] {
            let sql = tables_sql(&readable(of_schemas), Some(5));
            assert!(sql.contains("all_tab_privs") && sql.contains("session_roles") && sql.contains("session_privs"));
            assert_eq!(sql.matches('(').count(), sql.matches(')').count(), "{sql}");
        }
    }

    #[test]
    fn a_page_begins_behind_a_name_and_has_a_limit() {
        let sql = tables_sql("r", Some(7));
        assert!(sql.contains("r.name > w.name") && sql.ends_with("ORDER BY r.name FETCH FIRST 7 ROWS ONLY"), "{sql}");
        assert!(!tables_sql("r", None).contains("FETCH"));
    }

    #[test]
    fn defect_21_views_and_synonyms_are_found_like_tables() {
        assert!(["all_tables", "all_views", "all_synonyms"].iter().all(|view| OBJECTS.contains(view)));
        assert!(may_be("n", "w").contains("UPPER(n) = UPPER(w)"));
    }

    #[test]
    fn no_value_stands_in_the_text_twice() {
        // The driver counts every place of a value by itself.
        for sql in [tables_sql("r", None), columns::sql(true)] {
            for place in [":v1", ":v2"] {
                assert_eq!(sql.matches(place).count(), 1, "{sql}");
            }
        }
    }
}
