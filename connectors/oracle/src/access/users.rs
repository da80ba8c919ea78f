//! Users of Oracle that read for somebody.
//!
//! The administrator needs CREATE USER, ALTER USER, DROP USER, the right to give CREATE SESSION, GRANT ANY OBJECT PRIVILEGE, SELECT ANY
//! DICTIONARY (or the role `SELECT_CATALOG_ROLE`), and ALTER SYSTEM to end sessions; without the dictionary it is refused, not shown less.
//! Amazon RDS keeps ALTER SYSTEM to itself and has a procedure in its place. Users keep the profile that the server gives them:
//! whatever it says of a password's age holds, so that passwords must be changed more often than that. The end that the server shows of a
//! user is its password's by that profile and cannot be set for one user, so that a user's end is for others to mind.

use aws_lc_rs::rand;
use connector_core::{Error, ErrorKind, Result, Right, Row, Secret, Seen, User, Users, difference, plain_password};

use super::look::{self, CREATE_SESSION, OWNERSHIP, of, table};
use super::user_name;

/// What a server must be asked before its users are ruled: its version, and whether it is Amazon RDS.
pub(super) const FACTS: &str = "SELECT (SELECT MIN(p.version) FROM product_component_version p WHERE p.product LIKE 'Oracle%'), \
     (SELECT TO_CHAR(COUNT(*)) FROM all_users u WHERE u.username = 'RDSADMIN') FROM dual";

/// What is done otherwise on some servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Server {
    /// The right to read a table, and no more than that where the version has it: SELECT lets a reader lock the rows that it reads.
    pub(super) reading: &'static str,
    /// Whether somebody may hold rights on whole schemas.
    pub(super) has_schema_rights: bool,
    /// How many bytes a password may have.
    pub(super) longest_password: usize,
    /// Whether sessions are ended by a procedure of Amazon RDS.
    pub(super) is_rds: bool,
}

impl Server {
    /// What the answer to [`FACTS`] says.
    pub(super) fn told(facts: &[Row]) -> Result<Self> {
        let odd = || Error::corrupt("the server does not say which version it is");
        let [row] = facts else { return Err(odd()) };
        let [Some(version), rds] = &row[..] else { return Err(odd()) };
        let parts: Vec<u32> = version.split('.').map_while(|part| part.parse().ok()).collect();
        if parts.is_empty() {
            return Err(odd());
        }
        Ok(Self {
            reading: if parts >= vec![12, 1, 0, 2] { "READ" } else { "SELECT" },
            has_schema_rights: parts >= vec![23],
            longest_password: if parts >= vec![23] { 1024 } else { 30 },
            is_rds: rds.as_deref() != Some("0"),
        })
    }
}

/// Of a server.
pub(super) struct OracleUsers(pub(super) Server);

/// The sessions of a user. One that was told to end runs nothing any more, however long its client does not ask.
const SESSIONS: &str = "gv$session s WHERE s.username = :user AND s.status <> 'KILLED'";

impl Users for OracleUsers {
    fn look(&self, user: &str) -> Vec<String> {
        look::questions(self.0, user)
    }

    fn seen(&self, user: &str, answers: &[Vec<Row>]) -> Result<Seen> {
        look::seen(self.0, user, answers)
    }

    fn admit(&self, user: &User<'_>, seen: &Seen, password: Option<&Secret>) -> Result<Vec<Secret>> {
        let name = user_name(user.name);
        let by = |password: &Secret| Ok(format!(" IDENTIFIED BY \"{}\"", self.bounded(plain_password(password)?)?));
        let mut statements = Vec::new();
        if !seen.is_there {
            let password = password.cloned().map_or_else(unknown, Ok)?;
            statements.push(format!("CREATE USER {name}{}", by(&password)?));
        } else if !seen.is_open || password.is_some() {
            let by = password.map(by).transpose()?.unwrap_or_default();
            statements.push(format!("ALTER USER {name}{by} ACCOUNT UNLOCK"));
        }
        if !seen.entries.iter().any(|entry| entry == CREATE_SESSION) {
            statements.push(format!("GRANT {CREATE_SESSION} TO {name}"));
        }
        Ok(statements.into_iter().map(Secret::new).collect())
    }

    fn settle(&self, user: &str, seen: &Seen, rights: &[Right]) -> Result<Vec<String>> {
        if let Some(Right { schema, table, columns: Some(columns) }) =
            rights.iter().find(|right| right.columns.is_some())
        {
            let told = format!(
                "Oracle gives the right to read a whole table only: nobody can be given columns {} of {schema:?}.{table:?}",
                columns.join(", ")
            );
            return Err(
                Error::unsupported(told).hint("make a view of these columns, and give the right to read the view")
            );
        }
        let name = user_name(user);
        // What is taken twice is an error.
        let mut statements: Vec<String> = Vec::new();
        for undo in seen.beyond.iter().flat_map(|beyond| &beyond.undo) {
            if !statements.contains(undo) {
                statements.push(undo.clone());
            }
        }
        // A right that could be given on is taken as a whole, and all others that were taken by it.
        let is_held = |right: &&Right| !statements.contains(&self.revoke(right, &name));
        let held: Vec<Right> = seen.rights.iter().filter(is_held).cloned().collect();
        let (give, take) = difference(&held, rights);
        let is_entry_lost = statements.iter().any(|undo| *undo == format!("REVOKE {CREATE_SESSION} FROM {name}"));
        statements.extend(take.iter().map(|right| self.revoke(right, &name)));
        statements.extend(is_entry_lost.then(|| format!("GRANT {CREATE_SESSION} TO {name}")));
        let grant =
            |right: &Right| format!("GRANT {} ON {} TO {name}", self.0.reading, table(&right.schema, &right.table));
        statements.extend(give.iter().map(grant));
        Ok(statements)
    }

    fn lock(&self, user: &str) -> Vec<String> {
        vec![format!("ALTER USER {} ACCOUNT LOCK", user_name(user))]
    }

    fn sessions(&self, user: &str) -> String {
        of(&format!("SELECT s.sid || ',' || s.serial# || ',@' || s.inst_id FROM {SESSIONS}"), user)
    }

    fn end(&self, _user: &str, session: &str) -> String {
        let is_plain = |sign: &char| sign.is_ascii_digit() || matches!(sign, ',' | '@');
        let session: String = session.chars().filter(is_plain).collect();
        if !self.0.is_rds {
            return format!("ALTER SYSTEM KILL SESSION '{session}' IMMEDIATE");
        }
        let mut parts = session.split(',');
        let (sid, serial) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        format!("BEGIN rdsadmin.rdsadmin_util.kill(sid => {sid}, serial => {serial}, method => 'IMMEDIATE'); END;")
    }

    fn remove(&self, user: &str, seen: &Seen) -> Result<Vec<String>> {
        if !seen.is_there {
            return Ok(Vec::new());
        }
        let owned = seen.beyond.iter().filter_map(|beyond| beyond.what.strip_prefix(OWNERSHIP));
        let owned = owned.collect::<Vec<_>>().join(", ");
        if !owned.is_empty() {
            let told = format!("user {user:?} owns {owned}, which Oracle drops with it or not at all");
            return Err(Error::new(ErrorKind::Conflict, told)
                .hint("move what is to be kept into another schema, drop the rest, and run it again; till then the user stays locked"));
        }
        let mut statements = self.lock(user);
        statements.extend([self.end_all(user), format!("DROP USER {}", user_name(user))]);
        Ok(statements)
    }
}

impl OracleUsers {
    /// The server would call it a name that is too long.
    fn bounded<'p>(&self, password: &'p str) -> Result<&'p str> {
        let longest = self.0.longest_password;
        if password.len() <= longest {
            return Ok(password);
        }
        Err(Error::invalid(format!(
            "the password is longer than the {longest} bytes that this version of Oracle takes"
        )))
    }

    fn revoke(&self, right: &Right, name: &str) -> String {
        format!("REVOKE {} ON {} FROM {name}", self.0.reading, table(&right.schema, &right.table))
    }

    /// A user with a session cannot be dropped. One that ends by itself meanwhile cannot be ended.
    fn end_all(&self, user: &str) -> String {
        let end = if self.0.is_rds {
            "rdsadmin.rdsadmin_util.kill(sid => s.sid, serial => s.serial#, method => 'IMMEDIATE')"
        } else {
            "EXECUTE IMMEDIATE 'ALTER SYSTEM KILL SESSION ''' || s.sid || ',' || s.serial# || ',@' || s.inst_id || ''' IMMEDIATE'"
        };
        of(
            &format!(
                "BEGIN FOR s IN (SELECT s.sid, s.serial#, s.inst_id FROM {SESSIONS}) LOOP BEGIN {end}; EXCEPTION WHEN OTHERS THEN \
                 NULL; END; END LOOP; END;"
            ),
            user,
        )
    }
}

/// A password that nobody knows: of most kinds of characters one, and no longer than versions before 23 take it.
fn unknown() -> Result<Secret> {
    let mut bytes = [0; 12];
    rand::fill(&mut bytes).map_err(|_| Error::internal("the system gives no random bytes"))?;
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Secret::new(format!("Az_{digits}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(version: &str, rds: &str) -> Result<Server> {
        Server::told(&[vec![Some(version.into()), Some(rds.into())]])
    }

    #[test]
    fn a_server_is_known_by_what_it_says() {
        let told = |version, rds| {
            let server = server(version, rds).unwrap();
            (server.reading, server.has_schema_rights, server.is_rds)
        };
        assert_eq!(told("12.1.0.1.0", "0"), ("SELECT", false, false));
        assert_eq!(told("12.1.0.2.0", "1"), ("READ", false, true));
        assert_eq!(told("19.0.0.0.0", "1"), ("READ", false, true));
        assert_eq!(told("23.0.0.0.0", "0"), ("READ", true, false));
        assert_eq!(server("Oracle", "0").unwrap_err().kind(), ErrorKind::Corrupt);
        assert_eq!(Server::told(&[]).unwrap_err().kind(), ErrorKind::Corrupt);
    }

    #[test]
    fn a_password_is_as_long_as_the_version_takes() {
        let admitted = |version, length| {
            let (user, password) = (User { name: "u", ends: None, about: "" }, Secret::new("a".repeat(length)));
            OracleUsers(server(version, "0").unwrap()).admit(&user, &Seen::default(), Some(&password))
        };
        assert!(admitted("19.0.0.0.0", 30).is_ok() && admitted("23.0.0.0.0", 31).is_ok());
        let error = admitted("21.0.0.0.0", 31).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(!error.to_string().contains("aaa"), "{error}");
    }

    #[test]
    fn columns_alone_are_never_widened_to_their_table() {
        let right = Right::part("S", "T", Some("A".into()));
        let users = OracleUsers(server("19.0.0.0.0", "0").unwrap());
        let error = users.settle("u", &Seen::default(), &[Right::whole("S", "V"), right]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains("columns A of \"S\".\"T\""), "{error}");
    }

    #[test]
    fn what_a_user_owns_is_never_dropped_with_it() {
        let users = OracleUsers(server("19.0.0.0.0", "0").unwrap());
        let owns = vec![vec![Some("owns".into()), Some("TABLE".into()), Some("2".into())]];
        let user = vec![vec![Some("user".into()), Some("OPEN".into()), Some("PASSWORD".into())]];
        let seen = users.seen("u", &[user, owns]).unwrap();
        let error = users.remove("u", &seen).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        assert!(error.to_string().contains("owns 2 TABLE"), "{error}");
    }
}
