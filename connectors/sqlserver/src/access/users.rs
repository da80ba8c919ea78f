//! Users of SQL Server that read for somebody.
//!
//! Of a server: a login, and a user of it in the one database that it reads; of Azure SQL Database: a user with a password. What
//! an administrator needs is in `facts.rs`. It sees the databases that it may enter itself: what a user holds in others is neither
//! found nor taken, but ends with the login. The server keeps no end of a login, so that a user's end is for others to mind.

use connector_core::{
    Dialect, Result, Right, Row, Secret, Seen, User, Users, difference, listed, plain_password, united,
};

use super::facts::Place;
use super::look::{self, entry, in_master, table};
use super::password;
use crate::dialect::TransactSql;

/// Of a server whose users are kept in this place.
pub(super) struct SqlServerUsers(pub(super) Place);

/// Drops the users of a name in the database. What they gave is taken back first, and what they own becomes the owner's: either
/// would hold them.
const SWEEP: &str = "\
DECLARE @sql nvarchar(max) = N'';
SELECT @sql += N'REVOKE ' COLLATE DATABASE_DEFAULT + p.permission_name + CASE p.class WHEN 0 THEN N''
       WHEN 3 THEN N' ON SCHEMA::' + QUOTENAME(s.name) ELSE N' ON ' + QUOTENAME(s.name) + N'.' + QUOTENAME(o.name)
       + COALESCE(N' (' + QUOTENAME(c.name) + N')', N'') END + N' FROM ' + QUOTENAME(e.name) + N' CASCADE AS ' + QUOTENAME(u.name) + N'; '
FROM sys.database_permissions p JOIN sys.database_principals u ON u.principal_id = p.grantor_principal_id
     JOIN sys.database_principals e ON e.principal_id = p.grantee_principal_id
     LEFT JOIN sys.all_objects o ON p.class = 1 AND o.object_id = p.major_id
     LEFT JOIN sys.all_columns c ON p.class = 1 AND c.object_id = p.major_id AND c.column_id = p.minor_id AND p.minor_id > 0
     LEFT JOIN sys.schemas s ON s.schema_id = CASE p.class WHEN 1 THEN o.schema_id ELSE p.major_id END
WHERE p.class IN (0, 1, 3) AND :of_user;
SELECT @sql += N'ALTER AUTHORIZATION ON OBJECT::' COLLATE DATABASE_DEFAULT + QUOTENAME(s.name) + N'.' + QUOTENAME(o.name)
       + N' TO SCHEMA OWNER; '
FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id
     JOIN sys.database_principals u ON u.principal_id = o.principal_id WHERE :of_user;
SELECT @sql += N'ALTER AUTHORIZATION ON SCHEMA::' COLLATE DATABASE_DEFAULT + QUOTENAME(s.name) + N' TO [dbo]; '
FROM sys.schemas s JOIN sys.database_principals u ON u.principal_id = s.principal_id WHERE :of_user;
SELECT @sql += N'ALTER AUTHORIZATION ON ROLE::' COLLATE DATABASE_DEFAULT + QUOTENAME(r.name) + N' TO [dbo]; '
FROM sys.database_principals r JOIN sys.database_principals u ON u.principal_id = r.owning_principal_id WHERE :of_user;
SELECT @sql += N'DROP USER ' COLLATE DATABASE_DEFAULT + QUOTENAME(u.name) + N'; ' FROM sys.database_principals u WHERE :of_user;
EXEC (@sql)";

/// How that is told from other statements.
const SWEEP_BEGINS: &str = "DECLARE ";

/// The sessions of a user.
const SESSIONS: &str = "sys.dm_exec_sessions s WHERE (s.original_login_name = :user OR s.login_name = :user)";

/// Ends the sessions of a user, and waits some seconds for them: a login with a session cannot be dropped.
const END_ALL: &str = "\
DECLARE @sql nvarchar(max) = N'', @tries int = 0;
SELECT @sql += N'BEGIN TRY KILL ' + CAST(s.session_id AS nvarchar(10)) + N' END TRY BEGIN CATCH END CATCH; ' FROM :sessions;
EXEC (@sql);
WHILE @tries < 100 AND EXISTS (SELECT 1 FROM :sessions) BEGIN WAITFOR DELAY '00:00:00.1'; SET @tries += 1 END";

impl Users for SqlServerUsers {
    fn look(&self, user: &str) -> Vec<String> {
        look::questions(self.0, user)
    }

    fn seen(&self, user: &str, answers: &[Vec<Row>]) -> Result<Seen> {
        look::seen(self.0, user, answers)
    }

    fn admit(&self, user: &User<'_>, seen: &Seen, password: Option<&Secret>) -> Result<Vec<Secret>> {
        let mut statements = match self.0 {
            Place::Logins { is_hashed } => login(user, seen, password, is_hashed)?,
            Place::Database => Vec::new(),
        };
        statements.extend(self.user(user, seen, password)?);
        Ok(statements.into_iter().map(Secret::new).collect())
    }

    fn settle(&self, user: &str, seen: &Seen, rights: &[Right]) -> Result<Vec<String>> {
        let undone: Vec<String> = seen.beyond.iter().flat_map(|beyond| beyond.undo.clone()).collect();
        // What rules the server, or asks first, cannot stand among statements of a database that all happen or none.
        let is_together = |statement: &String| {
            ["REVOKE ", "ALTER ROLE ", "ALTER AUTHORIZATION "].iter().any(|verb| statement.starts_with(verb))
        };
        let (together, mut statements): (Vec<String>, Vec<String>) = undone.into_iter().partition(is_together);
        if statements.iter().any(|statement| statement.starts_with(SWEEP_BEGINS)) {
            // It has no rights left in the database, nor is it there to be given any: that is for letting it in again.
            return Ok(statements);
        }
        // Whatever is taken beyond reading may take a right to read along.
        let held = if seen.beyond.is_empty() { &seen.rights[..] } else { &[] };
        let changes: Vec<String> = together.into_iter().chain(changes(user, &seen.rights, held, rights)).collect();
        if !changes.is_empty() {
            // In one message: a session that is left within a transaction would take what follows along when it ends.
            let changes = changes.join(";\n");
            statements.push(format!("SET XACT_ABORT ON;\nBEGIN TRANSACTION;\n{changes};\nCOMMIT TRANSACTION"));
        }
        Ok(statements)
    }

    fn lock(&self, user: &str) -> Vec<String> {
        // A denial outweighs whatever a role may give.
        let (name, literal) = (TransactSql.quoted(user), text(user));
        let deny = format!("IF USER_ID({literal}) IS NOT NULL DENY CONNECT TO {name}");
        let disable = format!("IF SUSER_ID({literal}) IS NOT NULL ALTER LOGIN {name} DISABLE");
        if self.0 == Place::Database { vec![deny] } else { vec![disable, deny] }
    }

    fn sessions(&self, user: &str) -> String {
        format!("SELECT CAST(s.session_id AS nvarchar(10)) FROM {}", of(SESSIONS, user))
    }

    fn end(&self, user: &str, session: &str) -> String {
        let session: String = session.chars().filter(char::is_ascii_digit).collect();
        let of_user = of(SESSIONS, user);
        format!("IF EXISTS (SELECT 1 FROM {of_user} AND s.session_id = {session}) KILL {session}")
    }

    fn sweep(&self, user: &str) -> Vec<String> {
        vec![sweep(self.0, user)]
    }

    fn remove(&self, user: &str, seen: &Seen) -> Result<Vec<String>> {
        if !seen.is_there {
            return Ok(Vec::new());
        }
        let mut statements = self.lock(user);
        statements.extend([of(&END_ALL.replace(":sessions", SESSIONS), user), sweep(self.0, user)]);
        if self.0 != Place::Database {
            statements.push(format!("IF SUSER_ID({}) IS NOT NULL DROP LOGIN {}", text(user), TransactSql.quoted(user)));
        }
        Ok(statements)
    }
}

impl SqlServerUsers {
    /// The user in the database.
    fn user(&self, user: &User<'_>, seen: &Seen, password: Option<&Secret>) -> Result<Vec<String>> {
        let name = TransactSql.quoted(user.name);
        let is_by_itself = self.0 == Place::Database;
        if !has(seen, entry::USER) {
            let by = if is_by_itself {
                format!("WITH PASSWORD = {}", told(password, false)?)
            } else {
                format!("FOR LOGIN {name}")
            };
            // One that is there is another login's, or of a login that is no more, and keeps the name and its rights.
            return Ok(vec![sweep(self.0, user.name), format!("CREATE USER {name} {by}"), describe(user)]);
        }
        let mut statements = Vec::new();
        if is_by_itself && password.is_some() {
            statements.push(format!("ALTER USER {name} WITH PASSWORD = {}", told(password, false)?));
        }
        if !has(seen, entry::DATABASE) {
            statements.push(format!("GRANT CONNECT TO {name}"));
        }
        Ok(statements)
    }
}

/// The login, which nobody who guesses passwords shall lock, and whose password others change in time: the server's rules about
/// either are off.
fn login(user: &User<'_>, seen: &Seen, password: Option<&Secret>, is_hashed: bool) -> Result<Vec<String>> {
    const NO_RULES: &str = "CHECK_POLICY = OFF, CHECK_EXPIRATION = OFF";
    let name = TransactSql.quoted(user.name);
    if !has(seen, entry::LOGIN) {
        return Ok(vec![format!("CREATE LOGIN {name} WITH PASSWORD = {}, {NO_RULES}", told(password, is_hashed)?)]);
    }
    let mut statements = Vec::new();
    if password.is_some() {
        // A hash is taken only by a login without rules.
        statements.push(format!("ALTER LOGIN {name} WITH {NO_RULES}"));
        statements.push(format!("ALTER LOGIN {name} WITH PASSWORD = {}", told(password, is_hashed)?));
    }
    if !has(seen, entry::ENABLED) {
        statements.push(format!("ALTER LOGIN {name} ENABLE"));
    }
    if !has(seen, entry::SERVER) {
        statements.push(in_master(&format!("GRANT CONNECT SQL TO {name}")));
    }
    Ok(statements)
}

/// The password as a statement holds it; one that nobody knows, if none is named.
fn told(password: Option<&Secret>, is_hashed: bool) -> Result<String> {
    let password = password.cloned().map_or_else(password::unknown, Ok)?;
    if is_hashed {
        return Ok(format!("{} HASHED", password::hashed(&password)?));
    }
    Ok(format!("N'{}'", plain_password(&password)?))
}

fn describe(user: &User<'_>) -> String {
    const LONGEST: usize = 1000;
    let about: String = user.about.chars().take(LONGEST).collect();
    format!("EXEC sys.sp_addextendedproperty N'MS_Description', {}, N'USER', {}", text(&about), text(user.name))
}

/// The users of the name, and of the login of the name: nobody but us makes one. The first four are the server's own.
pub(super) fn of_user(place: Place) -> &'static str {
    match place {
        Place::Logins { .. } => "u.principal_id > 4 AND (u.name = :user OR u.sid = SUSER_SID(:user))",
        Place::Database => "u.principal_id > 4 AND u.name = :user",
    }
}

/// Leaves none of them in the database.
pub(super) fn sweep(place: Place, user: &str) -> String {
    of(&SWEEP.replace(":of_user", of_user(place)), user)
}

/// A statement about a user.
pub(super) fn of(sql: &str, user: &str) -> String {
    sql.replace(":user", &text(user))
}

/// A text.
pub(super) fn text(value: &str) -> String {
    format!("N{}", listed(&[value]))
}

fn has(seen: &Seen, entry: &str) -> bool {
    seen.entries.iter().any(|held| held == entry)
}

/// What leads from the rights that are known to those wanted. Of a table whose rights change, all are taken before any is given:
/// what one on the whole leaves of those on its columns is then the same everywhere. Nobody finds the user without either, which is the
/// transaction's doing.
fn changes(user: &str, known: &[Right], held: &[Right], rights: &[Right]) -> Vec<String> {
    let name = TransactSql.quoted(user);
    let (give, _) = difference(held, rights);
    let (_, take) = difference(known, rights);
    let is_changed = |right: &Right| {
        let is_same = |other: &Right| (&other.schema, &other.table) == (&right.schema, &right.table);
        take.iter().any(is_same)
    };
    let mut taken: Vec<Right> = known.iter().filter(|right| is_changed(right)).cloned().collect();
    // The whole table first.
    taken.sort();
    taken.dedup();
    let revokes = taken.iter().map(|right| format!("REVOKE {} FROM {name} CASCADE", select(right)));
    let wanted = united(rights);
    let given = wanted.iter().filter(|right| is_changed(right)).chain(give.iter().filter(|right| !is_changed(right)));
    let grants = given.map(|right| format!("GRANT {} TO {name}", select(right)));
    revokes.chain(grants).collect()
}

fn select(right: &Right) -> String {
    let columns = right.columns.as_ref().map(|columns| {
        let columns: Vec<String> = columns.iter().map(|column| TransactSql.quoted(column)).collect();
        format!(" ({})", columns.join(", "))
    });
    format!("SELECT ON {}{}", table(&right.schema, &right.table), columns.unwrap_or_default())
}
