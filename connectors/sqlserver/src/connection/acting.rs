//! A caller's user and settings: the SQL that takes them on, and the look whether they hold.
//!
//! Both are taken on once, for as long as the session lasts: the user without a way back, the settings for reading only.

use connector_core::{Acting, Error, ErrorKind, Result};

use crate::session::{Awaited, Session};

/// The longest value of a setting, in units of UTF-16: what the server keeps of one.
const LONGEST_VALUE: usize = 4000;
/// The longest name of a user.
const LONGEST_NAME: usize = 128;

/// Errors: those of [`Acting::check`]; invalid, for a name or a value that the server would cut.
pub(crate) fn check(acting: &Acting) -> Result<()> {
    acting.check(1)?;
    let is_longer = |text: &str, most: usize| text.encode_utf16().count() > most;
    if acting.role.as_deref().is_some_and(|role| is_longer(role, LONGEST_NAME) || role.trim_end() != role) {
        return Err(Error::invalid(
            "a caller's user has a name that ends in a space, or is longer than 128 characters",
        ));
    }
    match acting.settings.iter().find(|(name, value)| name.len() > LONGEST_NAME || is_longer(value, LONGEST_VALUE)) {
        Some((name, _)) => Err(Error::invalid(format!("a caller's setting {name:?} is longer than the server keeps"))),
        None => Ok(()),
    }
}

/// Takes on what `acting` says in a session that is already set up, and sees that it holds.
pub(super) async fn begin(session: &mut Session, acting: &Acting) -> Result<()> {
    if acting.is_plain() {
        return Ok(());
    }
    let begun = session.run(Awaited::Answer, &format!("{}{}", take_on(acting), still(acting))).await;
    let was_refused = !session.is_busy();
    begun.map_err(|error| if was_refused { refused(acting, error) } else { error })
}

/// Everybody may take on their own user, which would be another than the caller's.
fn take_on(acting: &Acting) -> String {
    let mut sql = String::new();
    for (name, value) in &acting.settings {
        let (name, value) = (text(name), text(value));
        sql += &format!("EXEC sys.sp_set_session_context @key = {name}, @value = {value}, @read_only = 1; ");
    }
    if let Some(role) = &acting.role {
        let role = text(role);
        sql += &format!(
            "IF USER_NAME() = {role} THROW 50000, 'the user is the own one', 1; EXECUTE AS USER = {role} WITH NO REVERT"
        );
    }
    sql
}

/// Fails unless the session still acts as `acting` says.
pub(super) fn still(acting: &Acting) -> String {
    let mut sql = String::new();
    for (name, value) in &acting.settings {
        let (name, value) = (text(name), text(value));
        sql += &format!(
            "; IF ISNULL(CAST(SESSION_CONTEXT({name}) AS nvarchar(4000)), N'') COLLATE Latin1_General_100_BIN2 <> {value} \
             THROW 50000, 'a setting of the caller does not hold', 1"
        );
    }
    if let Some(role) = &acting.role {
        let role = text(role);
        sql += &format!(
            "; IF USER_NAME() COLLATE Latin1_General_100_BIN2 <> {role} THROW 50000, 'the user of the caller does not hold', 1"
        );
    }
    sql
}

/// The text as a literal, which a quote alone ends.
fn text(text: &str) -> String {
    format!("N'{}'", text.replace('\'', "''"))
}

/// What the server says against it; whether the user is there at all is told like a missing right.
fn refused(acting: &Acting, error: Error) -> Error {
    let Some(role) = &acting.role else {
        return Error::new(ErrorKind::Forbidden, "the server refuses a caller's settings").with_source(error);
    };
    Error::new(ErrorKind::Forbidden, format!("the catalog's user may not act as user {role:?}"))
        .hint("make the user, without a login, and let the catalog's act as it: GRANT IMPERSONATE ON USER::… TO …")
        .with_source(error)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn acting(role: Option<&str>, value: &str) -> Acting {
        let settings = BTreeMap::from([("tenant".to_owned(), value.to_owned())]);
        Acting { role: role.map(Into::into), settings }
    }

    #[test]
    fn names_and_values_are_literals_that_they_do_not_end() {
        let acting = acting(Some("a'; REVERT; --"), "o'clock");
        let sql = take_on(&acting);
        assert!(
            sql.starts_with("EXEC sys.sp_set_session_context @key = N'tenant', @value = N'o''clock', @read_only = 1; ")
        );
        assert!(sql.ends_with("EXECUTE AS USER = N'a''; REVERT; --' WITH NO REVERT"), "{sql}");
        assert!(still(&acting).contains("<> N'a''; REVERT; --' THROW"));
        assert_eq!((take_on(&Acting::default()), still(&Acting::default())), (String::new(), String::new()));
    }

    #[test]
    fn what_the_server_would_cut_is_refused() {
        assert!(check(&acting(Some(&"é".repeat(128)), &"é".repeat(4000))).is_ok());
        assert!(check(&acting(None, &"é".repeat(4001))).is_err());
        assert!(check(&acting(None, &"😀".repeat(2001))).is_err());
        assert!(check(&acting(Some(&"a".repeat(129)), "")).is_err());
        assert!(check(&acting(Some("a "), "")).is_err());
    }
}
