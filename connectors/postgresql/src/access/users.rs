//! Users of PostgreSQL that read for somebody.
//!
//! The administrator needs CREATEROLE and the right to grant what is to be read: to own the tables or to have SELECT on them WITH
//! GRANT OPTION. It need not be a superuser, which RDS has for nobody: it makes itself a member of each user that it makes, for
//! that is what lets it end the user's sessions and drop what the user holds.

use connector_core::{
    Beyond, Dialect, Error, Result, Right, Row, Secret, Seen, User, Users, difference, listed, united,
};
use postgres_protocol::password::scram_sha_256;

use crate::dialect::Postgres;

/// Of any server that we know.
pub(super) struct PgUsers;

/// Everything that a user holds, a row each: what kind it is, and where. Privileges on other things than tables, columns, schemas
/// and databases are told by their place in the catalog only, which is enough to drop them.
const LOOK: &str = "
WITH u AS (SELECT * FROM pg_catalog.pg_roles WHERE rolname IN (NAME)),
dep AS (SELECT d.* FROM u JOIN pg_catalog.pg_shdepend d
        ON d.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND d.refobjid = u.oid)
SELECT 'user', rolcanlogin::text,
       to_char(NULLIF(rolvaliduntil, 'infinity') AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), NULL, NULL FROM u
UNION ALL SELECT 'attribute', a.name, NULL, NULL, NULL FROM u, LATERAL (VALUES ('SUPERUSER', rolsuper),
       ('CREATEDB', rolcreatedb), ('CREATEROLE', rolcreaterole), ('REPLICATION', rolreplication),
       ('BYPASSRLS', rolbypassrls)) a(name, has) WHERE a.has
UNION ALL SELECT 'member', g.rolname, NULL, NULL, NULL FROM u JOIN pg_catalog.pg_auth_members m ON m.member = u.oid
       JOIN pg_catalog.pg_roles g ON g.oid = m.roleid
UNION ALL SELECT 'database', d.datname, x.privilege_type, x.is_grantable::text, NULL FROM u, pg_catalog.pg_database d,
       pg_catalog.aclexplode(d.datacl) x WHERE d.datname = pg_catalog.current_database() AND x.grantee = u.oid
UNION ALL SELECT 'schema', n.nspname, x.privilege_type, x.is_grantable::text, NULL FROM u, pg_catalog.pg_namespace n,
       pg_catalog.aclexplode(n.nspacl) x WHERE x.grantee = u.oid
UNION ALL SELECT CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END, n.nspname, c.relname, x.privilege_type,
       x.is_grantable::text FROM u, pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace,
       pg_catalog.aclexplode(c.relacl) x WHERE x.grantee = u.oid
UNION ALL SELECT 'column ' || x.privilege_type || CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END,
       n.nspname, c.relname, a.attname, NULL FROM u, pg_catalog.pg_attribute a
       JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace,
       pg_catalog.aclexplode(a.attacl) x WHERE x.grantee = u.oid
UNION ALL SELECT 'owns', dep.classid::pg_catalog.regclass::text, count(*)::text, NULL, NULL FROM dep
       WHERE deptype = 'o' AND dbid IN (0, (SELECT oid FROM pg_catalog.pg_database
       WHERE datname = pg_catalog.current_database())) GROUP BY 2
UNION ALL SELECT 'other', dep.classid::pg_catalog.regclass::text, count(*)::text, NULL, NULL FROM dep
       WHERE deptype IN ('a', 'r') AND dep.classid NOT IN ('pg_catalog.pg_class'::pg_catalog.regclass,
       'pg_catalog.pg_namespace'::pg_catalog.regclass, 'pg_catalog.pg_database'::pg_catalog.regclass,
       'pg_catalog.pg_auth_members'::pg_catalog.regclass) AND dbid IN (0, (SELECT oid FROM pg_catalog.pg_database
       WHERE datname = pg_catalog.current_database())) GROUP BY 2
UNION ALL SELECT DISTINCT 'elsewhere', d.datname, NULL, NULL, NULL FROM dep JOIN pg_catalog.pg_database d ON d.oid = dep.dbid
       WHERE d.datname <> pg_catalog.current_database()
UNION ALL SELECT 'elsewhere', d.datname, NULL, NULL, NULL FROM u, pg_catalog.pg_database d,
       pg_catalog.aclexplode(d.datacl) x WHERE d.datname <> pg_catalog.current_database() AND x.grantee = u.oid
ORDER BY 1, 2, 3, 4, 5";

impl Users for PgUsers {
    fn look(&self, user: &str) -> Vec<String> {
        vec![LOOK.replace("NAME", &literal(user))]
    }

    fn seen(&self, user: &str, answers: &[Vec<Row>]) -> Result<Seen> {
        let mut seen = Seen::default();
        for row in answers.concat() {
            let row = row.into_iter().map(Option::unwrap_or_default).collect::<Vec<String>>();
            let row: [String; 5] =
                row.try_into().map_err(|_| Error::corrupt("what a user holds is told in five columns"))?;
            tell(&mut seen, user, row.each_ref().map(String::as_str))?;
        }
        seen.elsewhere.dedup();
        Ok(seen)
    }

    fn admit(&self, user: &User<'_>, seen: &Seen, password: Option<&Secret>) -> Result<Vec<Secret>> {
        let name = Postgres.quoted(user.name);
        // The server is sent what it would keep, so that its log and whoever listens learn no password.
        let verifier = |password: &Secret| format!(" PASSWORD '{}'", scram_sha_256(password.expose().as_bytes()));
        let password = password.map(verifier).unwrap_or_default();
        let until = user.ends.unwrap_or("infinity");
        let verb = if seen.is_there { "ALTER" } else { "CREATE" };
        let mut statements =
            vec![format!("{verb} ROLE {name} LOGIN NOINHERIT{password} VALID UNTIL {}", literal(until))];
        statements.push(join(&name));
        if !seen.is_there {
            statements.push(format!("COMMENT ON ROLE {name} IS {}", literal(user.about)));
        }
        Ok(statements.into_iter().map(Secret::new).collect())
    }

    fn settle(&self, user: &str, seen: &Seen, rights: &[Right]) -> Result<Vec<String>> {
        let undo = seen.beyond.iter().flat_map(|beyond| beyond.undo.clone());
        // What the administrator may not take away holds nothing else up: an attribute that it lacks itself, since PostgreSQL 16.
        let (of_role, mut statements): (Vec<String>, Vec<String>) = undo.partition(|sql| sql.starts_with("ALTER ROLE"));
        statements.dedup();
        // Whatever is dropped as a whole takes the rights to read with it.
        let is_swept = statements.iter().any(|statement| statement.starts_with("DROP OWNED"));
        let (held, entries) = if is_swept { (&[][..], &[][..]) } else { (&seen.rights[..], &seen.entries[..]) };
        statements.extend(changes(user, held, entries, rights));
        if !statements.is_empty() {
            statements.insert(0, "BEGIN".into());
            statements.push("COMMIT".into());
        }
        statements.extend(of_role);
        Ok(statements)
    }

    fn lock(&self, user: &str) -> Vec<String> {
        vec![format!("ALTER ROLE {} NOLOGIN", Postgres.quoted(user))]
    }

    fn sessions(&self, user: &str) -> String {
        format!("SELECT pid::text FROM pg_catalog.pg_stat_activity WHERE usename IN ({})", literal(user))
    }

    fn end(&self, user: &str, session: &str) -> String {
        format!(
            "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE usename IN ({}) AND pid::text \
             IN ({})",
            literal(user),
            literal(session)
        )
    }

    fn sweep(&self, user: &str) -> Vec<String> {
        let name = Postgres.quoted(user);
        vec![join(&name), format!("REASSIGN OWNED BY {name} TO CURRENT_USER"), format!("DROP OWNED BY {name}")]
    }

    fn remove(&self, user: &str, seen: &Seen) -> Result<Vec<String>> {
        if !seen.is_there {
            return Ok(Vec::new());
        }
        let mut statements = self.sweep(user);
        statements.push(format!("DROP ROLE IF EXISTS {}", Postgres.quoted(user)));
        Ok(statements)
    }
}

/// Makes the administrator a member of the user, which it may have been cut off from when it made the user.
fn join(name: &str) -> String {
    format!("GRANT {name} TO CURRENT_USER")
}

/// A text, whatever the server takes a backslash for.
fn literal(text: &str) -> String {
    let quoted = listed(&[text]);
    if text.contains('\\') { format!("E{}", quoted.replace('\\', "\\\\")) } else { quoted }
}

fn tell(seen: &mut Seen, user: &str, row: [&str; 5]) -> Result<()> {
    let name = Postgres.quoted(user);
    let [kind, a, b, c, d] = row;
    let table = || format!("{}.{}", Postgres.quoted(a), Postgres.quoted(b));
    let mut beyond = |what: String, undo: Vec<String>| seen.beyond.push(Beyond { what, undo });
    match (kind, c, d) {
        ("user", ..) => {
            (seen.is_there, seen.is_open) = (true, a == "true");
            seen.ends = (!b.is_empty()).then(|| b.to_owned());
        }
        ("attribute", ..) => beyond(a.into(), vec![format!("ALTER ROLE {name} NO{a}")]),
        ("member", ..) => {
            beyond(format!("membership of {a:?}"), vec![format!("REVOKE {} FROM {name}", Postgres.quoted(a))]);
        }
        ("database", "false", _) if b == "CONNECT" => seen.entries.push(connect(a)),
        ("database", ..) => {
            beyond(
                format!("{b} on the database"),
                vec![format!("REVOKE ALL ON DATABASE {} FROM {name}", Postgres.quoted(a))],
            );
        }
        ("schema", "false", _) if b == "USAGE" => seen.entries.push(usage(a)),
        ("schema", ..) => {
            let undo = if b == "USAGE" { "GRANT OPTION FOR USAGE" } else { b };
            beyond(
                format!("{b} on schema {a:?}"),
                vec![format!("REVOKE {undo} ON SCHEMA {} FROM {name} CASCADE", Postgres.quoted(a))],
            );
        }
        ("table", "SELECT", "false") => seen.rights.push(Right::whole(a, b)),
        ("table" | "sequence", ..) => {
            let undo = if c == "SELECT" && kind == "table" {
                seen.rights.push(Right::whole(a, b));
                "GRANT OPTION FOR SELECT"
            } else {
                c
            };
            let on = if kind == "table" { "TABLE" } else { "SEQUENCE" };
            let undo = format!("REVOKE {undo} ON {on} {} FROM {name} CASCADE", table());
            seen.beyond.push(Beyond { what: format!("{c} on {kind} {a:?}.{b:?}"), undo: vec![undo] });
        }
        ("column SELECT", ..) => seen.rights.push(Right::part(a, b, Some(c.into()))),
        ("owns" | "other", ..) => {
            let what = if kind == "owns" { "ownership" } else { "rights" };
            beyond(format!("{what} of {b} in {a}"), PgUsers.sweep(user));
        }
        ("elsewhere", ..) => seen.elsewhere.push(a.into()),
        (kind, ..) if kind.starts_with("column ") => {
            let privilege = kind.trim_start_matches("column ").trim_end_matches(" WITH GRANT OPTION");
            let undo = format!("REVOKE {privilege} ({}) ON TABLE {} FROM {name} CASCADE", Postgres.quoted(c), table());
            beyond(format!("{} on column {c:?} of {a:?}.{b:?}", kind.trim_start_matches("column ")), vec![undo]);
        }
        _ => return Err(Error::corrupt(format!("{kind:?} is nothing that a user of PostgreSQL holds"))),
    }
    Ok(())
}

fn connect(database: &str) -> String {
    format!("CONNECT ON DATABASE {}", Postgres.quoted(database))
}

fn usage(schema: &str) -> String {
    format!("USAGE ON SCHEMA {}", Postgres.quoted(schema))
}

/// What leads from the rights held to those wanted. A right to a whole table is taken before one to its columns is given, for
/// taking it takes those too; that nobody finds the user without either is the transaction's doing.
fn changes(user: &str, held: &[Right], entries: &[String], rights: &[Right]) -> Vec<String> {
    let name = Postgres.quoted(user);
    let (_, take) = difference(held, rights);
    let is_cleared = |right: &Right| {
        take.iter()
            .any(|taken| taken.columns.is_none() && (&taken.schema, &taken.table) == (&right.schema, &right.table))
    };
    let left: Vec<Right> = held.iter().filter(|right| !is_cleared(right)).cloned().collect();
    let (give, also_take) = difference(&left, rights);
    let cleared = take.iter().filter(|right| right.columns.is_none());
    let mut schemas: Vec<String> = united(rights).iter().map(|right| usage(&right.schema)).collect();
    schemas.dedup();
    let lost = entries.iter().filter(|entry| entry.starts_with("USAGE") && !schemas.contains(entry));
    let gained = schemas.iter().filter(|schema| !entries.contains(schema));
    let taken = cleared.chain(&also_take).map(|right| format!("REVOKE {} FROM {name} CASCADE", select(right)));
    let taken = taken.chain(lost.map(|entry| format!("REVOKE {entry} FROM {name} CASCADE")));
    let given = gained.map(|entry| format!("GRANT {entry} TO {name}"));
    let given = given.chain(give.iter().map(|right| format!("GRANT {} TO {name}", select(right))));
    taken.chain(given).collect()
}

fn select(right: &Right) -> String {
    let columns = right.columns.as_ref().map(|columns| {
        let columns: Vec<String> = columns.iter().map(|column| Postgres.quoted(column)).collect();
        format!(" ({})", columns.join(", "))
    });
    let table = format!("{}.{}", Postgres.quoted(&right.schema), Postgres.quoted(&right.table));
    format!("SELECT{} ON TABLE {table}", columns.unwrap_or_default())
}
