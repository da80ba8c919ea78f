//! A caller's role and settings: the SQL that takes them on, and the look whether they hold.
//!
//! Values travel as digits, because the whole text is read before its first statement can say how a backslash is meant.

use connector_core::{Acting, Dialect, Error, ErrorKind, Result};
use postgres_types::Type;

use crate::dialect::Postgres;
use crate::message::Bound;
use crate::session::{Awaited, Session, get};

/// Statements that take on what `acting` says, each behind a semicolon. The role comes last, so that all else is set with the
/// rights of the user who logged in.
pub(super) fn statements(acting: &Acting) -> String {
    let mut sql = String::new();
    for (name, value) in &acting.settings {
        let digits: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
        sql += &format!(
            "; SELECT pg_catalog.set_config('{name}', \
             pg_catalog.convert_from(pg_catalog.decode('{digits}', 'hex'), 'UTF8'), false)"
        );
    }
    if let Some(role) = &acting.role {
        sql += "; SET ROLE ";
        Postgres.identifier(role, &mut sql);
    }
    sql
}

/// Takes it on in a session that is already set up, and sees that it holds.
///
/// A name that is too long is cut by the server, "none" means no role at all, and everybody may take on their own: each would
/// be another role than the caller's.
pub(super) async fn begin(session: &mut Session, acting: &Acting) -> Result<()> {
    if acting.is_plain() {
        return Ok(());
    }
    let begun = session.run(Awaited::Answer, statements(acting).trim_start_matches("; ")).await;
    // A session that broke off was not refused anything.
    let was_refused = !session.is_busy();
    begun.map_err(|error| if was_refused { refused(acting, error) } else { error })?;
    let whose = "SELECT current_user::text AS acting, session_user::text AS own";
    let rows = session.query(whose, &[]).await?;
    let row = rows.first().ok_or_else(|| Error::internal("a session does not know who it is"))?;
    if let Some(role) = &acting.role
        && (get::<String>(row, "acting")? != *role || get::<String>(row, "own")? == *role)
    {
        return Err(another(role));
    }
    for (name, value) in &acting.settings {
        let named: [Bound<'_>; 1] = [(name, Type::TEXT)];
        let rows = session.query("SELECT pg_catalog.current_setting($1, true) AS value", &named).await?;
        let held = rows.first().map(|row| get::<Option<String>>(row, "value")).transpose()?.flatten();
        if held.as_ref() != Some(value) {
            return Err(Error::internal(format!("the server does not keep the caller's setting {name:?}")));
        }
    }
    Ok(())
}

fn another(role: &str) -> Error {
    Error::new(ErrorKind::Forbidden, format!("role {role:?} is not one that the catalog's user can be lent"))
        .hint("a caller's role must be another than the user's own, and its name is at most 63 bytes long and not none")
}

/// What the server says against it; whether it is there at all is told like a missing right.
fn refused(acting: &Acting, error: Error) -> Error {
    let Some(role) = &acting.role else {
        return Error::new(ErrorKind::Forbidden, "the server refuses a caller's settings").with_source(error);
    };
    Error::new(ErrorKind::Forbidden, format!("the catalog's user may not act as role {role:?}"))
        .hint("make the role, and grant it: GRANT … TO … (from version 16 WITH INHERIT FALSE, SET TRUE)")
        .with_source(error)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_role_is_quoted_and_a_value_is_digits() {
        let acting = Acting {
            role: Some("a\"; RESET ROLE; --".into()),
            settings: BTreeMap::from([("glaux.tenant".into(), "\\' é".into())]),
        };
        assert_eq!(
            statements(&acting),
            "; SELECT pg_catalog.set_config('glaux.tenant', \
             pg_catalog.convert_from(pg_catalog.decode('5c2720c3a9', 'hex'), 'UTF8'), false); \
             SET ROLE \"a\"\"; RESET ROLE; --\""
        );
        assert_eq!(statements(&Acting::default()), "");
    }
}
