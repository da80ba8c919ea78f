//! What a server tells of a user, and what that says of it.

use connector_core::{Beyond, Dialect, Error, Result, Right, Row, Seen, listed};

use super::users::Server;
use crate::dialect::OracleSql;

/// What a user that is let in has, as [`Seen::entries`].
pub(super) const CREATE_SESSION: &str = "CREATE SESSION";

/// Asked of every server. Each row says first of what it tells. Who gave a right on an object is told unless it is the object's owner,
/// in whose name all others give, or the administrator: nobody else's can be taken.
const OF_EVERY: [&str; 9] = [
    "SELECT 'user', u.account_status, u.authentication_type FROM dba_users u WHERE u.username = :user",
    "SELECT 'system', p.privilege, p.admin_option FROM dba_sys_privs p WHERE p.grantee = :user",
    "SELECT 'role', p.granted_role FROM dba_role_privs p WHERE p.grantee = :user",
    "SELECT 'object', p.privilege, p.owner, p.table_name, p.grantable, \
     CASE WHEN p.grantor IN (p.owner, USER) THEN NULL ELSE p.grantor END, (SELECT MIN(o.object_type) FROM dba_objects o \
     WHERE o.owner = p.owner AND o.object_name = p.table_name AND o.object_type IN ('DIRECTORY', 'EDITION', 'JAVA SOURCE', \
     'JAVA RESOURCE', 'MINING MODEL', 'SQL TRANSLATION PROFILE')), \
     (SELECT MIN(u.username) FROM dba_users u WHERE p.owner = 'SYS' AND u.username = p.table_name) \
     FROM dba_tab_privs p WHERE p.grantee = :user",
    "SELECT DISTINCT 'object', p.privilege, p.owner, p.table_name, NULL, \
     CASE WHEN p.grantor IN (p.owner, USER) THEN NULL ELSE p.grantor END FROM dba_col_privs p WHERE p.grantee = :user",
    "SELECT 'proxy', p.client FROM proxy_users p WHERE p.proxy = :user",
    "SELECT 'client', p.proxy FROM proxy_users p WHERE p.client = :user",
    "SELECT 'owns', o.object_type, TO_CHAR(COUNT(*)) FROM dba_objects o WHERE o.owner = :user GROUP BY o.object_type \
     ORDER BY o.object_type",
    "SELECT 'file', f.username FROM v$pwfile_users f WHERE f.username = :user",
];

/// Rights on whole schemas are known since version 23.
const OF_SCHEMAS: &str = "SELECT 'schema', p.privilege, p.schema FROM dba_schema_privs p WHERE p.grantee = :user";

/// The questions about a user.
pub(super) fn questions(server: Server, user: &str) -> Vec<String> {
    let of_schemas = server.has_schema_rights.then_some(OF_SCHEMAS);
    OF_EVERY.into_iter().chain(of_schemas).map(|sql| of(sql, user)).collect()
}

/// A statement about a user, whose name is in upper case where it is kept.
pub(super) fn of(sql: &str, user: &str) -> String {
    sql.replace(":user", &listed(&[user.to_uppercase()]))
}

/// What the answers say.
pub(super) fn seen(server: Server, user: &str, answers: &[Vec<Row>]) -> Result<Seen> {
    let mut seen = Seen::default();
    let user = super::user_name(user);
    for row in answers.concat() {
        let cells: Vec<&str> = row.iter().map(|cell| cell.as_deref().unwrap_or_default()).collect();
        let mut row = [""; 8];
        row.get_mut(..cells.len()).ok_or_else(|| odd(&cells))?.copy_from_slice(&cells);
        Teller { server, user: &user, seen: &mut seen }.tell(row)?;
    }
    // Whoever may come in by a role counts as let in, so that it is locked.
    seen.is_open &= seen.entries.iter().any(|entry| entry == CREATE_SESSION) || !seen.beyond.is_empty();
    Ok(seen)
}

fn odd(row: &[&str]) -> Error {
    Error::corrupt(format!("{:?} is nothing that a user of Oracle holds", row.first().unwrap_or(&"")))
}

struct Teller<'t> {
    server: Server,
    /// As statements name it.
    user: &'t str,
    seen: &'t mut Seen,
}

impl Teller<'_> {
    fn tell(&mut self, row: [&str; 8]) -> Result<()> {
        let user = self.user;
        match row {
            ["user", status, authentication, ..] => self.user(status, authentication),
            ["system", CREATE_SESSION, "NO", ..] => self.seen.entries.push(CREATE_SESSION.into()),
            ["system", right, ..] => {
                let undo = is_plain(right).then(|| format!("REVOKE {right} FROM {user}"));
                self.beyond(right.into(), undo);
            }
            ["role", role, ..] => {
                self.beyond(format!("role {role:?}"), Some(format!("REVOKE {} FROM {user}", OracleSql.quoted(role))));
            }
            ["object", right, owner, name, is_grantable, grantor, kind, on_user] => {
                self.object(Held { right, owner, name, is_grantable: is_grantable == "YES", grantor, kind, on_user });
            }
            ["schema", right, schema, ..] => {
                let undo = || format!("REVOKE {right} ON SCHEMA {} FROM {user}", OracleSql.quoted(schema));
                self.beyond(format!("{right} on schema {schema:?}"), is_plain(right).then(undo));
            }
            ["proxy", client, ..] => {
                let undo = format!("ALTER USER {} REVOKE CONNECT THROUGH {user}", OracleSql.quoted(client));
                self.beyond(format!("entering as {client:?}"), Some(undo));
            }
            ["client", proxy, ..] => {
                let undo = format!("ALTER USER {user} REVOKE CONNECT THROUGH {}", OracleSql.quoted(proxy));
                self.beyond(format!("being entered by {proxy:?}"), Some(undo));
            }
            ["owns", kind, count, ..] => self.beyond(format!("{OWNERSHIP}{count} {kind}"), None),
            ["file", ..] => self.beyond("a right of the server's password file".into(), None),
            _ => return Err(odd(&row)),
        }
        Ok(())
    }

    fn beyond(&mut self, what: String, undo: Option<String>) {
        self.seen.beyond.push(Beyond { what, undo: undo.into_iter().collect() });
    }

    /// The password before the last may be good for some time yet, where the user's profile says so.
    fn user(&mut self, status: &str, authentication: &str) {
        self.seen.is_there = true;
        let is_past_end = status.split(" & ").any(|part| part == "EXPIRED");
        self.seen.is_open = !is_past_end && !status.contains("LOCKED");
        if status.contains("IN ROLLOVER") {
            let undo = format!("ALTER USER {} EXPIRE PASSWORD ROLLOVER PERIOD", self.user);
            self.beyond("the password before the last".into(), Some(undo));
        }
        if !matches!(authentication, "PASSWORD" | "NONE" | "") {
            self.beyond(format!("another way in than by its password: {authentication}"), None);
        }
    }

    fn object(&mut self, held: Held<'_>) {
        let Held { right, owner, name, is_grantable, grantor, .. } = held;
        if right == self.server.reading && held.is_table() && grantor.is_empty() {
            self.seen.rights.push(Right::whole(owner, name));
            if !is_grantable {
                return;
            }
        }
        let give_on = if is_grantable { " with the right to give it on" } else { "" };
        let given = if grantor.is_empty() { String::new() } else { format!(", given by {grantor:?}") };
        self.beyond(format!("{right} on {owner:?}.{name:?}{give_on}{given}"), held.undo(self.user));
    }
}

/// What a person must do about before the user can go.
pub(super) const OWNERSHIP: &str = "ownership of ";

/// A right on an object, of the whole of it or of some columns, which are taken together.
#[derive(Clone, Copy)]
struct Held<'h> {
    right: &'h str,
    owner: &'h str,
    name: &'h str,
    is_grantable: bool,
    /// Who gave it, if neither the object's owner nor the administrator.
    grantor: &'h str,
    /// What the object is, if neither a table nor anything that is named alike.
    kind: &'h str,
    /// The user of that name, for the right is on one.
    on_user: &'h str,
}

impl Held<'_> {
    fn is_table(self) -> bool {
        self.kind.is_empty() && self.on_user.is_empty()
    }

    /// What takes it away, if the administrator can.
    fn undo(self, user: &str) -> Option<String> {
        let Held { right, owner, name, grantor, kind, on_user, .. } = self;
        let on = match kind {
            _ if !on_user.is_empty() && right.ends_with("PRIVILEGES") => format!("USER {}", OracleSql.quoted(name)),
            "" => table(owner, name),
            "DIRECTORY" | "EDITION" => format!("{kind} {}", OracleSql.quoted(name)),
            _ => format!("{kind} {}", table(owner, name)),
        };
        let cascade = if right == "REFERENCES" { " CASCADE CONSTRAINTS" } else { "" };
        (grantor.is_empty() && is_plain(right)).then(|| format!("REVOKE {right} ON {on} FROM {user}{cascade}"))
    }
}

/// A name of a right stands unquoted in a statement.
fn is_plain(right: &str) -> bool {
    !right.is_empty() && right.bytes().all(|byte| byte.is_ascii_uppercase() || matches!(byte, b' ' | b'_'))
}

/// A table as statements name it.
pub(super) fn table(owner: &str, name: &str) -> String {
    format!("{}.{}", OracleSql.quoted(owner), OracleSql.quoted(name))
}
