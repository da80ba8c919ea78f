//! A caller's role and settings: the SQL that takes them on, and the look whether they hold.
//!
//! Settings are variables of the session. Values travel as digits, so that no mode of the server decides how they are read.

use connector_core::{Acting, Dialect, Error, ErrorKind, Result};

use crate::dialect::MySql;
use crate::session::{Server, Session};

/// Takes on what `acting` says. The server's own reset takes the variables away but not the role, so both are said again.
pub(super) async fn begin(session: &mut Session, acting: &Acting) -> Result<()> {
    if let Some(sql) = variables(acting) {
        session.run(&sql).await?;
    }
    let Some(role) = &acting.role else { return Ok(()) };
    let sql = take_on(role, &session.server);
    let begun = session.run(&sql).await;
    // A session that broke off was not refused anything.
    let was_refused = !session.is_busy();
    begun.map_err(|error| if was_refused { refused(role, error) } else { error })
}

fn variables(acting: &Acting) -> Option<String> {
    let one = |(name, value): (&String, &String)| {
        let digits: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
        let value = if digits.is_empty() { "''".to_owned() } else { format!("0x{digits}") };
        format!("@`{name}` = _utf8mb4 {value}")
    };
    let all: Vec<String> = acting.settings.iter().map(one).collect();
    (!all.is_empty()).then(|| format!("SET {}", all.join(", ")))
}

/// MySQL's roles have a host as its users have one.
fn take_on(role: &str, server: &Server) -> String {
    let mut sql = "SET ROLE ".to_owned();
    MySql.identifier(role, &mut sql);
    if !server.is_mariadb {
        sql += "@`%`";
    }
    sql
}

/// Sees that it holds: NONE, in any case and quoted or not, is no role to MariaDB.
pub(super) async fn check(session: &mut Session, acting: &Acting) -> Result<()> {
    if let Some(role) = &acting.role {
        let held = first(session, "SELECT CURRENT_ROLE()").await?;
        let named = if session.server.is_mariadb { role.clone() } else { format!("`{role}`@`%`") };
        if held.as_ref() != Some(&named) {
            return Err(Error::new(ErrorKind::Forbidden, format!("role {role:?} is not one that can be taken on"))
                .hint("give the caller's role a plain name"));
        }
    }
    for (name, value) in &acting.settings {
        let held = first(session, &format!("SELECT @`{name}`")).await?;
        if held.as_ref() != Some(value) {
            return Err(Error::internal(format!("the server does not keep the caller's setting {name:?}")));
        }
    }
    Ok(())
}

async fn first(session: &mut Session, sql: &str) -> Result<Option<String>> {
    Ok(session.query(sql, &[]).await?.into_iter().next().and_then(|row| row.into_iter().next()).flatten())
}

/// What the server says against it; whether the role is there at all is told like a missing right.
fn refused(role: &str, error: Error) -> Error {
    Error::new(ErrorKind::Forbidden, format!("the catalog's user may not act as role {role:?}"))
        .hint("make the role, and grant it to the catalog's user: GRANT … TO …")
        .with_source(error)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_role_is_quoted_and_a_value_is_digits() {
        let settings = [("empty", ""), ("tenant", "o'c\\ é")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let acting = Acting { role: None, settings: BTreeMap::from(settings) };
        let sql = variables(&acting).unwrap();
        assert_eq!(sql, "SET @`empty` = _utf8mb4 '', @`tenant` = _utf8mb4 0x6f27635c20c3a9");
        assert_eq!(variables(&Acting::default()), None);
        let of = |greeting| take_on("a`; SET ROLE ALL; --", &Server::of(greeting));
        assert_eq!(of("9.7.4"), "SET ROLE `a``; SET ROLE ALL; --`@`%`");
        assert_eq!(of("11.4.5-MariaDB"), "SET ROLE `a``; SET ROLE ALL; --`");
    }
}
