//! What a server tells of a user, and what that says of it.

use connector_core::{Beyond, Dialect, Error, Result, Right, Row, Seen};

use super::facts::Place;
use super::users::{of, of_user, sweep, text};
use crate::dialect::TransactSql;

/// What a user that is let in has, as [`Seen::entries`].
pub(super) mod entry {
    /// A login of that name with a password.
    pub(crate) const LOGIN: &str = "the login";
    /// It is not disabled.
    pub(crate) const ENABLED: &str = "the login enabled";
    /// It may enter the server.
    pub(crate) const SERVER: &str = "CONNECT SQL on the server";
    /// A user of that name in the database, and the login's.
    pub(crate) const USER: &str = "the user";
    /// It may enter the database.
    pub(crate) const DATABASE: &str = "CONNECT on the database";
}

/// Of the server. Each row says first of what it tells.
const OF_SERVER: [&str; 6] = [
    "SELECT N'login', p.type, p.is_disabled FROM sys.server_principals p WHERE p.name = :user",
    "SELECT N'server role', r.name FROM sys.server_role_members m JOIN sys.server_principals p \
     ON p.principal_id = m.member_principal_id JOIN sys.server_principals r ON r.principal_id = m.role_principal_id \
     WHERE p.name = :user",
    "SELECT N'server right', s.permission_name, s.state, s.class_desc, e.name, t.name, t.type FROM sys.server_permissions s \
     JOIN sys.server_principals p ON p.principal_id = s.grantee_principal_id \
     LEFT JOIN sys.endpoints e ON s.class_desc = N'ENDPOINT' AND e.endpoint_id = s.major_id \
     LEFT JOIN sys.server_principals t ON s.class_desc = N'SERVER_PRINCIPAL' AND t.principal_id = s.major_id \
     WHERE p.name = :user",
    "SELECT N'owns', N'DATABASE', d.name FROM sys.databases d WHERE d.owner_sid = SUSER_SID(:user)",
    "SELECT N'owns', N'ENDPOINT', e.name FROM sys.endpoints e JOIN sys.server_principals p \
     ON p.principal_id = e.principal_id WHERE p.name = :user",
    // Databases that cannot be written are left out: nothing can be taken there.
    "DECLARE @sql nvarchar(max) = N''; SELECT @sql += N' UNION ALL SELECT N''elsewhere'', N' COLLATE DATABASE_DEFAULT \
     + QUOTENAME(d.name, N'''') + N' WHERE EXISTS (SELECT 1 FROM ' + QUOTENAME(d.name) + N'.sys.database_principals u WHERE \
     u.principal_id > 4 AND (u.name = @name OR u.sid = SUSER_SID(@name)))' FROM sys.databases d WHERE d.database_id <> DB_ID() \
     AND d.state = 0 AND HAS_DBACCESS(d.name) = 1 AND DATABASEPROPERTYEX(d.name, N'Updateability') = N'READ_WRITE'; \
     SET @sql = STUFF(@sql, 1, LEN(N' UNION ALL '), N''); \
     IF @sql <> N'' EXEC sys.sp_executesql @sql, N'@name sysname', @name = :user",
];

/// Of the database.
const OF_DATABASE: [&str; 6] = [
    "SELECT N'user', u.name, u.type, u.authentication_type, CASE WHEN :is_own THEN 1 ELSE 0 END FROM sys.database_principals u \
     WHERE :of_user",
    "SELECT N'role', r.name FROM sys.database_role_members m JOIN sys.database_principals u \
     ON u.principal_id = m.member_principal_id JOIN sys.database_principals r ON r.principal_id = m.role_principal_id \
     WHERE u.name = :user",
    "SELECT N'right', p.class_desc, p.state, p.permission_name, s.name, COALESCE(o.name, t.name, d.name), c.name, d.type, g.name \
     FROM sys.database_permissions p JOIN sys.database_principals u ON u.principal_id = p.grantee_principal_id \
     LEFT JOIN sys.all_objects o ON p.class = 1 AND o.object_id = p.major_id \
     LEFT JOIN sys.types t ON p.class = 6 AND t.user_type_id = p.major_id \
     LEFT JOIN sys.database_principals d ON p.class = 4 AND d.principal_id = p.major_id \
     LEFT JOIN sys.schemas s ON s.schema_id = CASE p.class WHEN 1 THEN o.schema_id WHEN 3 THEN p.major_id \
     WHEN 6 THEN t.schema_id END \
     LEFT JOIN sys.all_columns c ON p.class = 1 AND p.minor_id > 0 AND c.object_id = p.major_id AND c.column_id = p.minor_id \
     LEFT JOIN sys.database_principals g ON g.principal_id = p.grantor_principal_id \
     AND g.principal_id NOT IN (1, COALESCE(o.principal_id, s.principal_id, 1)) WHERE u.name = :user",
    "SELECT N'owns', N'SCHEMA', s.name FROM sys.schemas s JOIN sys.database_principals u \
     ON u.principal_id = s.principal_id WHERE u.name = :user",
    "SELECT N'owns', N'OBJECT', s.name, o.name FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id \
     JOIN sys.database_principals u ON u.principal_id = o.principal_id WHERE u.name = :user",
    "SELECT N'owns', N'ROLE', r.name FROM sys.database_principals r JOIN sys.database_principals u \
     ON u.principal_id = r.owning_principal_id WHERE u.name = :user",
];

/// The questions about a user.
pub(super) fn questions(place: Place, user: &str) -> Vec<String> {
    // Azure SQL Database knows no login's identifier outside of its master.
    let (of_server, is_own) = match place {
        Place::Logins { .. } => (&OF_SERVER[..], "u.sid = SUSER_SID(:user)"),
        Place::Database => (&[][..], "1 = 1"),
    };
    let asked = |sql: &&str| of(&sql.replace(":is_own", is_own).replace(":of_user", of_user(place)), user);
    of_server.iter().chain(&OF_DATABASE).map(asked).collect()
}

/// What the answers say.
pub(super) fn seen(place: Place, user: &str, answers: &[Vec<Row>]) -> Result<Seen> {
    let mut seen = Seen::default();
    for row in answers.concat() {
        let cells: Vec<&str> = row.iter().map(|cell| cell.as_deref().unwrap_or_default()).collect();
        let mut row = [""; 9];
        row.get_mut(..cells.len()).ok_or_else(|| odd(&cells))?.copy_from_slice(&cells);
        Teller { place, user, seen: &mut seen }.tell(row)?;
    }
    let has = |needed: &&str| seen.entries.iter().any(|held| held == needed);
    let needed: &[&str] = match place {
        Place::Logins { .. } => &[entry::LOGIN, entry::ENABLED, entry::SERVER, entry::USER, entry::DATABASE],
        Place::Database => &[entry::USER, entry::DATABASE],
    };
    // A login that may come in by a role, or anywhere else, counts as let in, so that it is locked.
    let has_more = !seen.beyond.is_empty() || !seen.elsewhere.is_empty();
    seen.is_open |= needed.iter().all(has) || has(&entry::ENABLED) && has_more;
    Ok(seen)
}

fn odd(row: &[&str]) -> Error {
    Error::corrupt(format!("{:?} is nothing that a user of SQL Server holds", row.first().unwrap_or(&"")))
}

struct Teller<'t> {
    place: Place,
    user: &'t str,
    seen: &'t mut Seen,
}

impl Teller<'_> {
    fn tell(&mut self, row: [&str; 9]) -> Result<()> {
        let name = TransactSql.quoted(self.user);
        match row {
            ["login", "S", is_disabled, ..] => {
                self.seen.is_there = true;
                self.enter(entry::LOGIN);
                if is_disabled == "0" {
                    self.enter(entry::ENABLED);
                }
            }
            ["login", kind, ..] => {
                self.seen.is_there = true;
                self.beyond(format!("a login of kind {kind}, which has no password"), None);
            }
            ["server role", role, ..] => {
                let undo = format!("ALTER SERVER ROLE {} DROP MEMBER {name}", TransactSql.quoted(role));
                self.beyond(format!("membership of the server's role {role:?}"), Some(undo));
            }
            ["server right", "CONNECT SQL", "G", "SERVER", ..] => self.enter(entry::SERVER),
            // Whoever is denied it is not let in, which letting it in takes back.
            ["server right", "CONNECT SQL", "D", "SERVER", ..] => {}
            ["server right", right, state, class, endpoint, principal, kind, ..] => {
                self.server_right(right, state, class, endpoint, principal, kind);
            }
            ["user", name, kind, authentication, is_own, ..] => self.user(name, kind, authentication, is_own == "1"),
            ["role", role, ..] => {
                let undo = format!("ALTER ROLE {} DROP MEMBER {name}", TransactSql.quoted(role));
                self.beyond(format!("membership of role {role:?}"), Some(undo));
            }
            ["right", class, state, right, schema, object, column, kind, grantor] => {
                self.right(Held { class, state, right, schema, object, column, kind, grantor });
            }
            ["owns", kind, schema, object, ..] => self.owns(kind, schema, object),
            ["elsewhere", database, ..] => self.seen.elsewhere.push(database.into()),
            _ => return Err(odd(&row)),
        }
        Ok(())
    }

    fn enter(&mut self, entry: &str) {
        self.seen.entries.push(entry.into());
    }

    fn beyond(&mut self, what: String, undo: Option<String>) {
        self.seen.beyond.push(Beyond { what, undo: undo.into_iter().collect() });
    }

    fn user(&mut self, name: &str, kind: &str, authentication: &str, is_own: bool) {
        const NONE: &str = "0";
        const BY_LOGIN: &str = "1";
        const BY_ITSELF: &str = "2";
        self.seen.is_there = true;
        let expected = if self.place == Place::Database { BY_ITSELF } else { BY_LOGIN };
        if (name, kind, authentication, is_own) == (self.user, "S", expected, true) {
            return self.enter(entry::USER);
        }
        // As a user that has a login and not ours nobody comes in who does not already.
        let is_way_of_its_own = self.place == Place::Database || !matches!(authentication, NONE | BY_LOGIN);
        self.seen.is_open |= is_way_of_its_own;
        if is_own || is_way_of_its_own {
            let what = format!("another way into the database, as user {name:?}");
            self.beyond(what, Some(sweep(self.place, self.user)));
        }
    }

    fn server_right(&mut self, right: &str, state: &str, class: &str, endpoint: &str, principal: &str, kind: &str) {
        let on = match (class, kind) {
            ("SERVER", _) => Some(String::new()),
            ("ENDPOINT", _) => Some(format!(" ON ENDPOINT::{}", TransactSql.quoted(endpoint))),
            ("SERVER_PRINCIPAL", "R") => Some(format!(" ON SERVER ROLE::{}", TransactSql.quoted(principal))),
            ("SERVER_PRINCIPAL", _) => Some(format!(" ON LOGIN::{}", TransactSql.quoted(principal))),
            _ => None,
        };
        let revoke = |on| format!("REVOKE {right}{on} FROM {} CASCADE", TransactSql.quoted(self.user));
        let undo = on.filter(|_| is_plain(right)).map(|on| in_master(&revoke(on)));
        let place = [endpoint, principal].concat();
        self.beyond(format!("{}{right} of the server {place}", denied(state)).trim_end().into(), undo);
    }

    fn right(&mut self, held: Held<'_>) {
        let Held { class, state, right, schema, object, column, grantor, .. } = held;
        if grantor.is_empty() {
            match (class, right, state) {
                ("DATABASE", "CONNECT", "G") => return self.enter(entry::DATABASE),
                ("DATABASE", "CONNECT", "D") => return,
                ("OBJECT_OR_COLUMN", "SELECT", "G" | "W") => {
                    let column = Some(column).filter(|column| !column.is_empty()).map(str::to_owned);
                    self.seen.rights.push(Right::part(schema, object, column));
                    if state == "G" {
                        return;
                    }
                }
                _ => {}
            }
        }
        let undo = held.undo(&TransactSql.quoted(self.user));
        self.beyond(held.what(), undo);
    }

    fn owns(&mut self, kind: &str, schema: &str, object: &str) {
        let (owned, to) = match kind {
            "OBJECT" => (table(schema, object), "SCHEMA OWNER"),
            _ => (TransactSql.quoted(schema), "[dbo]"),
        };
        // Whom a database or an endpoint is to belong to is for a person to say.
        let is_moved = matches!(kind, "OBJECT" | "SCHEMA" | "ROLE");
        let undo = is_moved.then(|| format!("ALTER AUTHORIZATION ON {kind}::{owned} TO {to}"));
        self.beyond(format!("ownership of {} {owned}", kind.to_lowercase()), undo);
    }
}

/// A right in the database, or its denial, or a column that a right to its table leaves out.
#[derive(Clone, Copy)]
struct Held<'h> {
    class: &'h str,
    state: &'h str,
    right: &'h str,
    schema: &'h str,
    object: &'h str,
    column: &'h str,
    /// Of a principal that it is a right on.
    kind: &'h str,
    /// Who gave it, if neither the database's owner nor that of the object.
    grantor: &'h str,
}

impl Held<'_> {
    fn what(self) -> String {
        let Held { state, right, schema, object, column, grantor, .. } = self;
        let place =
            [schema, object, column].map(|part| if part.is_empty() { String::new() } else { format!("{part:?}") });
        let place = place.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(".");
        let place = if place.is_empty() { "the database".into() } else { place };
        let given = if grantor.is_empty() { String::new() } else { format!(", given by {grantor:?}") };
        let how = match state {
            "W" => " with the right to give it on",
            "R" => ", left out",
            _ => "",
        };
        format!("{}{right} on {place}{how}{given}", denied(state))
    }

    /// What takes it away; a right to read that may be given on keeps to its reading.
    fn undo(self, user: &str) -> Option<String> {
        let Held { class, state, right, schema, object, column, kind, grantor } = self;
        let quoted = |name: &str| TransactSql.quoted(name);
        let on = match (class, kind) {
            ("DATABASE", _) => String::new(),
            ("OBJECT_OR_COLUMN", _) if column.is_empty() || state == "R" => format!(" ON {}", table(schema, object)),
            ("OBJECT_OR_COLUMN", _) => format!(" ON {} ({})", table(schema, object), quoted(column)),
            ("SCHEMA", _) => format!(" ON SCHEMA::{}", quoted(schema)),
            ("TYPE", _) => format!(" ON TYPE::{}", table(schema, object)),
            ("DATABASE_PRINCIPAL", "R") => format!(" ON ROLE::{}", quoted(object)),
            ("DATABASE_PRINCIPAL", "A") => format!(" ON APPLICATION ROLE::{}", quoted(object)),
            ("DATABASE_PRINCIPAL", _) => format!(" ON USER::{}", quoted(object)),
            _ => return None,
        };
        let is_reading = (class, right, state, grantor) == ("OBJECT_OR_COLUMN", "SELECT", "W", "");
        let option = if is_reading { "GRANT OPTION FOR " } else { "" };
        let by = if grantor.is_empty() { String::new() } else { format!(" AS {}", quoted(grantor)) };
        is_plain(right).then(|| format!("REVOKE {option}{right}{on} FROM {user} CASCADE{by}"))
    }
}

/// A name of a right stands unquoted in a statement.
fn is_plain(right: &str) -> bool {
    !right.is_empty() && right.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b' ')
}

fn denied(state: &str) -> &'static str {
    if state == "D" { "denial of " } else { "" }
}

/// A table as statements name it.
pub(super) fn table(schema: &str, table: &str) -> String {
    format!("{}.{}", TransactSql.quoted(schema), TransactSql.quoted(table))
}

/// Rights of the server are given and taken in its first database only.
pub(super) fn in_master(statement: &str) -> String {
    format!("EXEC master.sys.sp_executesql {}", text(statement))
}
