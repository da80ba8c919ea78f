//! What a server must be asked before its users are ruled: what it is, and whether the administrator sees all that there is.

use connector_core::{Error, ErrorKind, Result, Row};

/// The product, whether it is Babelfish or Amazon RDS, and what the administrator may do. The last column is no fact: without the
/// right to see the sessions of others the server hides them in one view and refuses the other, and a user whose sessions are hidden
/// would seem to have none.
pub(super) const FACTS: &str = "\
SELECT CAST(SERVERPROPERTY(N'EngineEdition') AS int), CAST(SERVERPROPERTY(N'Babelfish') AS int), DB_ID(N'rdsadmin'),
       HAS_PERMS_BY_NAME(QUOTENAME(DB_NAME()), N'DATABASE', N'CONTROL'),
       HAS_PERMS_BY_NAME(NULL, NULL, N'ALTER ANY LOGIN'), HAS_PERMS_BY_NAME(NULL, NULL, N'ALTER ANY CONNECTION'),
       HAS_PERMS_BY_NAME(NULL, NULL, N'VIEW ANY DEFINITION'), HAS_PERMS_BY_NAME(NULL, NULL, N'VIEW SERVER STATE'),
       (SELECT COUNT(*) FROM sys.dm_exec_connections)";

/// What an administrator needs, in the order of [`FACTS`]. It need not be a sysadmin, which Amazon RDS has for nobody.
const RIGHTS: [&str; 5] =
    ["CONTROL on the database", "ALTER ANY LOGIN", "ALTER ANY CONNECTION", "VIEW ANY DEFINITION", "VIEW SERVER STATE"];

/// Where the users of a server are kept, and how it is told their passwords.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Logins of the server, each with a user in the database.
    Logins {
        /// Whether the password is sent as its hash. Amazon RDS and Azure have not been seen to take one, so it is sent to them as it is;
        /// whatever the server logs of the statement, it writes without the password.
        is_hashed: bool,
    },
    /// Users of the database with passwords of their own: Azure SQL Database.
    Database,
}

/// What the answer to [`FACTS`] says.
pub(super) fn place(facts: &[Row]) -> Result<Place> {
    let [row] = facts else { return Err(odd()) };
    let number = |cell: &Option<String>| cell.as_deref().and_then(|text| text.parse::<i64>().ok());
    let cells: Vec<Option<i64>> = row.iter().map(number).collect();
    let [edition, babelfish, rds, rights @ .., _] = &cells[..] else { return Err(odd()) };
    if rights.len() != RIGHTS.len() {
        return Err(odd());
    }
    if babelfish.is_some() {
        return Err(Error::unsupported("Babelfish does not tell what a user may read, so that no user is ruled there")
            .hint("make a user of PostgreSQL for the same tables, and register the database as one of PostgreSQL"));
    }
    let (place, needed) = match edition {
        Some(2..=4 | 8 | 9) => (Place::Logins { is_hashed: *edition != Some(8) && rds.is_none() }, RIGHTS.len()),
        Some(5) => (Place::Database, 1),
        _ => return Err(Error::unsupported("users of this edition of SQL Server are not known")),
    };
    let lacks = |(right, held): (&&'static str, &Option<i64>)| (*held != Some(1)).then_some(*right);
    let lacking: Vec<&str> = RIGHTS.iter().zip(rights).take(needed).filter_map(lacks).collect();
    if lacking.is_empty() {
        return Ok(place);
    }
    Err(Error::new(ErrorKind::Forbidden, format!("the administrator lacks {}", lacking.join(", ")))
        .hint("grant it that, or name another administrator: with less, rights and sessions are hidden from it"))
}

fn odd() -> Error {
    Error::corrupt("the server does not say what it is")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(edition: &str, babelfish: Option<&str>, rds: Option<&str>, rights: [Option<&str>; 5]) -> Result<Place> {
        let mut cells = vec![Some(edition), babelfish, rds];
        cells.extend(rights);
        cells.push(Some("7"));
        place(&[cells.into_iter().map(|cell| cell.map(str::to_owned)).collect()])
    }

    #[test]
    fn a_server_is_known_by_what_it_says() {
        let server = |edition, babelfish, rds| told(edition, babelfish, rds, [Some("1"); 5]);
        let logins = |is_hashed| Place::Logins { is_hashed };
        assert_eq!(server("3", None, None).unwrap(), logins(true));
        assert_eq!(server("3", None, Some("5")).unwrap(), logins(false));
        assert_eq!(server("8", None, None).unwrap(), logins(false));
        assert_eq!(server("5", None, None).unwrap(), Place::Database);
        for other in [server("3", Some("1"), None), server("6", None, None), server("12", None, None)] {
            assert_eq!(other.unwrap_err().kind(), ErrorKind::Unsupported);
        }
        assert_eq!(place(&[]).unwrap_err().kind(), ErrorKind::Corrupt);
    }

    #[test]
    fn an_administrator_from_whom_something_is_hidden_rules_nobody() {
        let (all, none) = (Some("1"), Some("0"));
        for (rights, lacking) in [
            ([none, all, all, all, all], "CONTROL on the database"),
            ([all, none, all, all, None], "ALTER ANY LOGIN, VIEW SERVER STATE"),
        ] {
            let error = told("3", None, None, rights).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Forbidden);
            assert!(error.to_string().contains(&format!("lacks {lacking}")), "{error}");
        }
        // Azure SQL Database has no rights on a server.
        assert!(told("5", None, None, [all, None, None, None, None]).is_ok());
        assert!(told("5", None, None, [none, all, all, all, all]).is_err());
    }
}
