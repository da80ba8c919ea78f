//! What a user holds: how it is asked for, and what of it no reader is given.

use connector_core::{Beyond, Dialect, Error, Result, Right, Row, Seen};

use super::account;
use super::hash;
use super::server::MySqlUsers;
use super::users::{DROP, TAKE, at, stripped};
use crate::dialect::MySql;

/// What is kept of both servers alike, each up to the user's name. What was dropped is still told, and is taken like the rest.
const HELD: [&str; 5] = [
    "SELECT 'schema', Db, NULL, NULL, NULL FROM mysql.db WHERE Host = '%' AND CAST(User AS BINARY) = ",
    "SELECT 'table', Db, Table_name, Table_priv, NULL FROM mysql.tables_priv \
     WHERE Host = '%' AND Table_priv <> '' AND CAST(User AS BINARY) = ",
    "SELECT 'column', Db, Table_name, Column_name, Column_priv FROM mysql.columns_priv \
     WHERE Host = '%' AND Column_priv <> '' AND CAST(User AS BINARY) = ",
    "SELECT 'routine', Db, Routine_name, Routine_type, Proc_priv FROM mysql.procs_priv \
     WHERE Host = '%' AND CAST(User AS BINARY) = ",
    "SELECT 'proxy', Proxied_user, Proxied_host, NULL, NULL FROM mysql.proxies_priv \
     WHERE Host = '%' AND CAST(User AS BINARY) = ",
];

/// With what a new version may have to give, too, which no table of the server shows as a whole.
const GLOBAL: &str = "SELECT 'global', PRIVILEGE_TYPE, NULL, NULL, NULL FROM information_schema.USER_PRIVILEGES \
    WHERE NOT (PRIVILEGE_TYPE = 'USAGE' AND IS_GRANTABLE = 'NO') AND CAST(GRANTEE AS BINARY) = ";

impl MySqlUsers {
    /// Questions with five columns each; what the first one is tells what the others are.
    pub(super) fn questions(&self, user: &str) -> Vec<String> {
        let of_user = HELD.into_iter().chain([self.accounts(), self.roles()]);
        let mut questions: Vec<String> = of_user.map(|question| format!("{question}{}", bytes(user))).collect();
        questions.push(format!("{GLOBAL}{}", bytes(&format!("'{user}'@'%'"))));
        questions
    }

    pub(super) fn told(&self, user: &str, rows: Vec<Row>) -> Result<Seen> {
        let mut seen = Seen::default();
        for row in rows {
            let row = row.into_iter().map(Option::unwrap_or_default).collect::<Vec<String>>();
            let row: [String; 5] =
                row.try_into().map_err(|_| Error::corrupt("what a user holds is told in five columns"))?;
            self.tell(&mut seen, user, row.each_ref().map(String::as_str))?;
        }
        seen.rights.sort();
        Ok(seen)
    }

    fn accounts(&self) -> &'static str {
        if self.is_mariadb {
            "SELECT 'account', Host, IF(JSON_VALUE(Priv, '$.account_locked') IN ('1', 'true') \
             OR JSON_VALUE(Priv, '$.password_last_changed') = 0, 'shut', 'open'), \
             IF(COALESCE(JSON_VALUE(Priv, '$.ssl_type'), 0) = 0, 'clear', 'tls'), 'one' FROM mysql.global_priv \
             WHERE COALESCE(JSON_VALUE(Priv, '$.is_role'), 'false') NOT IN ('1', 'true') AND CAST(User AS BINARY) = "
        } else {
            "SELECT 'account', Host, IF(account_locked = 'Y' OR password_expired = 'Y', 'shut', 'open'), \
             IF(ssl_type = '', 'clear', 'tls'), IF(JSON_EXTRACT(User_attributes, '$.additional_password') IS NULL, 'one', 'two') \
             FROM mysql.user WHERE CAST(User AS BINARY) = "
        }
    }

    fn roles(&self) -> &'static str {
        if self.is_mariadb {
            "SELECT 'role', Role, NULL, NULL, NULL FROM mysql.roles_mapping WHERE Host = '%' AND CAST(User AS BINARY) = "
        } else {
            "SELECT 'role', FROM_USER, FROM_HOST, NULL, NULL FROM mysql.role_edges \
             WHERE TO_HOST = '%' AND CAST(TO_USER AS BINARY) = "
        }
    }

    fn tell(&self, seen: &mut Seen, user: &str, row: [&str; 5]) -> Result<()> {
        let [kind, a, b, c, d] = row;
        let name = account(user);
        let mut beyond = |what: String, undo: String| seen.beyond.push(Beyond { what, undo: vec![undo] });
        match kind {
            "account" if a == "%" => {
                (seen.is_there, seen.is_open) = (true, b == "open");
                if self.has_tls && c == "clear" {
                    beyond("entry without TLS".into(), format!("ALTER USER {name} REQUIRE SSL"));
                }
                if d == "two" {
                    beyond("a second password".into(), format!("ALTER USER {name} DISCARD OLD PASSWORD"));
                }
            }
            "account" => beyond(format!("an account at host {a:?}"), format!("{DROP} {}", at(user, a))),
            "role" => {
                let role = if self.is_mariadb { MySql.quoted(a) } else { at(a, b) };
                beyond(format!("role {a:?}"), format!("{TAKE} {role} FROM {name}"));
            }
            "proxy" => beyond(format!("proxy of {a:?}"), format!("{TAKE} PROXY ON {} FROM {name}", at(a, b))),
            "global" => beyond(format!("{a} on the server"), stripped(user)),
            "schema" => beyond(format!("rights on all of schema {a:?}"), stripped(user)),
            "routine" => beyond(format!("{d} on {} {a:?}.{b:?}", c.to_lowercase()), stripped(user)),
            "table" | "column" => {
                let column = (kind == "column").then(|| c.to_owned());
                for privilege in if column.is_some() { d } else { c }.split(',') {
                    match (privilege, &column) {
                        ("Select", _) => seen.rights.push(Right::part(a, b, column.clone())),
                        (_, Some(column)) => {
                            beyond(format!("{privilege} on column {column:?} of {a:?}.{b:?}"), stripped(user));
                        }
                        _ => beyond(format!("{privilege} on table {a:?}.{b:?}"), stripped(user)),
                    }
                }
            }
            _ => return Err(Error::corrupt(format!("{kind:?} is nothing that a user of MySQL holds"))),
        }
        Ok(())
    }
}

/// A name to compare with, whatever modes and collations there are.
pub(super) fn bytes(text: &str) -> String {
    format!("X'{}'", hash::hex(text.as_bytes()))
}
