//! Users of MySQL and MariaDB that read for somebody.
//!
//! The administrator needs CREATE USER, PROCESS, SELECT on `mysql`.* (where rights are kept) and SELECT WITH GRANT OPTION on
//! whatever is to be read; and for ending sessions `CONNECTION_ADMIN` (MySQL), CONNECTION ADMIN or, before 10.5, SUPER (MariaDB),
//! or the procedure `mysql.rds_kill`. The master user of RDS and Aurora has all of these. Of what a reader should not hold it
//! can take away all but roles, which need `ROLE_ADMIN` or the role's admin option, and proxies, which need the proxy's own grant.
//!
//! A user is one account, at any host; [`Users::lock`] locks this one, and one of its name at a certain host, which somebody else
//! has made, is dropped by the others. The server keeps no end for it: a password that expires still lets its holder set another
//! one. What everybody holds (`PUBLIC`, mandatory roles) is nobody's own and not told.

use connector_core::{Dialect, Result, Right, Row, Secret, Seen, User, Users, difference, plain_password, united};

use super::account;
use super::hash;
use super::held::bytes;
use super::server::MySqlUsers;
use crate::dialect::MySql;

impl MySqlUsers {
    /// How the password is set, which a policy of MariaDB's may want to look at.
    fn identified(&self, password: &Secret) -> Result<String> {
        let plain = plain_password(password)?;
        Ok(match (self.is_mariadb, self.wants_plain) {
            (true, true) => format!(" IDENTIFIED VIA mysql_native_password USING PASSWORD('{plain}')"),
            (true, false) => format!(" IDENTIFIED VIA mysql_native_password USING '{}'", hash::native(plain)),
            (false, _) => format!(" IDENTIFIED WITH caching_sha2_password AS 0x{}", hash::caching(plain)?),
        })
    }

    /// In the spelling of the server.
    fn spelled(&self, rights: &[Right]) -> Vec<Right> {
        let lower = |right: &Right| Right {
            schema: right.schema.to_lowercase(),
            table: right.table.to_lowercase(),
            columns: right.columns.clone(),
        };
        if self.is_lower { rights.iter().map(lower).collect() } else { rights.to_vec() }
    }
}

pub(super) const DROP: &str = "DROP USER IF EXISTS";
pub(super) const TAKE: &str = "REVOKE";

impl Users for MySqlUsers {
    fn look(&self, user: &str) -> Vec<String> {
        self.questions(user)
    }

    fn seen(&self, user: &str, answers: &[Vec<Row>]) -> Result<Seen> {
        self.told(user, answers.concat())
    }

    fn admit(&self, user: &User<'_>, seen: &Seen, password: Option<&Secret>) -> Result<Vec<Secret>> {
        let by = match (password, seen.is_there) {
            (Some(password), _) => self.identified(password)?,
            (None, true) => String::new(),
            // An account without a password lets everybody in.
            (None, false) => self.identified(&Secret::new(hash::unknown_password()?))?,
        };
        let verb = if seen.is_there { "ALTER" } else { "CREATE" };
        let tls = if self.has_tls { " REQUIRE SSL" } else { "" };
        let is_told = self.has_comments && !seen.is_there;
        let about = if is_told { format!(" COMMENT {}", literal(user.about)) } else { String::new() };
        let name = account(user.name);
        Ok(vec![Secret::new(format!("{verb} USER {name}{by}{tls} PASSWORD EXPIRE NEVER ACCOUNT UNLOCK{about}"))])
    }

    fn settle(&self, user: &str, seen: &Seen, rights: &[Right]) -> Result<Vec<String>> {
        let (wanted, strip) = (self.spelled(rights), stripped(user));
        let mut undone: Vec<String> = Vec::new();
        let beyond = seen.beyond.iter().flat_map(|beyond| beyond.undo.iter().cloned());
        for statement in beyond.chain(is_ambiguous(&seen.rights, &wanted).then(|| strip.clone())) {
            if !undone.contains(&statement) {
                undone.push(statement);
            }
        }
        let held = if undone.contains(&strip) { &[][..] } else { &seen.rights };
        // What the administrator may not take holds nothing else up.
        let (refusable, mut statements): (Vec<_>, Vec<_>) =
            undone.into_iter().partition(|undo| undo.starts_with(TAKE) && *undo != strip);
        statements.extend(changes(user, held, &wanted));
        // Whoever is locked and left nothing is about to go, and its roles go along.
        if seen.is_open || !rights.is_empty() {
            statements.extend(refusable);
        }
        Ok(statements)
    }

    fn lock(&self, user: &str) -> Vec<String> {
        vec![format!("ALTER USER {} ACCOUNT LOCK", account(user))]
    }

    fn sessions(&self, user: &str) -> String {
        format!(
            "SELECT CAST(ID AS CHAR) FROM information_schema.PROCESSLIST WHERE CAST(USER AS BINARY) = {}",
            bytes(user)
        )
    }

    /// MySQL ends a session by its number only, which it gives to no other before four thousand million have been begun.
    fn end(&self, user: &str, session: &str) -> String {
        let number: String = session.chars().filter(char::is_ascii_digit).collect();
        match (self.has_rds_kill, self.is_mariadb) {
            (true, _) => format!("CALL mysql.rds_kill({number})"),
            (false, true) => format!("KILL CONNECTION USER {}", MySql.quoted(user)),
            (false, false) => format!("KILL CONNECTION {number}"),
        }
    }

    /// MySQL drops nobody in whose name views, routines or events run, unless the administrator may leave such behind: then the
    /// user stays, locked and without rights.
    fn remove(&self, user: &str, seen: &Seen) -> Result<Vec<String>> {
        let undone = seen.beyond.iter().flat_map(|beyond| beyond.undo.iter());
        let mut statements: Vec<String> = undone.filter(|undo| undo.starts_with(DROP)).cloned().collect();
        if seen.is_there {
            statements.extend(self.lock(user));
            statements.extend([stripped(user), format!("{DROP} {}", account(user))]);
        }
        Ok(statements)
    }
}

/// Takes every right, but neither roles nor proxies; the only way that needs no right of one's own but CREATE USER.
pub(super) fn stripped(user: &str) -> String {
    format!("{TAKE} ALL PRIVILEGES, GRANT OPTION FROM {}", account(user))
}

/// An account at a host. Quoted as names are, which no mode of the server reads otherwise.
pub(super) fn at(user: &str, host: &str) -> String {
    format!("{}@{}", MySql.quoted(user), MySql.quoted(host))
}

/// A text for people. A backslash means itself in some modes only.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "/").replace('\'', "''"))
}

/// Whether columns of one table differ only in case: the servers take such for one, but keep a row for each, and taking the one
/// takes the other until they are started again.
fn is_ambiguous(held: &[Right], wanted: &[Right]) -> bool {
    let all = united(&[held, wanted].concat().into_iter().filter(|right| right.columns.is_some()).collect::<Vec<_>>());
    all.iter().any(|right| {
        let mut lower: Vec<String> = right.columns.iter().flatten().map(|column| column.to_lowercase()).collect();
        lower.sort();
        lower.windows(2).any(|pair| matches!(pair, [one, other] if one == other))
    })
}

/// What leads from the rights held to those wanted, what is given first: no transaction hides what stands between. Taking a
/// right to a whole table takes those to its columns too, so only where such a right becomes narrower there is a moment without.
fn changes(user: &str, held: &[Right], wanted: &[Right]) -> Vec<String> {
    let name = account(user);
    let grant = |right: &Right| format!("GRANT {} TO {name}", select(right));
    let revoke = |right: &Right| format!("{TAKE} {} FROM {name}", select(right));
    let (give, take) = difference(held, wanted);
    let (cleared, parts): (Vec<Right>, Vec<Right>) = take.into_iter().partition(|right| right.columns.is_none());
    let is_cleared = |right: &&Right| cleared.iter().any(|taken| is_of_one_table(taken, right));
    let wanted = united(wanted);
    let given = give.iter().filter(|right| !is_cleared(right)).map(grant);
    let narrowed = cleared.iter().flat_map(|taken| {
        let rest = wanted.iter().filter(|right| is_of_one_table(taken, right)).map(grant);
        std::iter::once(revoke(taken)).chain(rest)
    });
    given.chain(narrowed).chain(parts.iter().filter(|right| !is_cleared(right)).map(revoke)).collect()
}

fn is_of_one_table(one: &Right, other: &Right) -> bool {
    (&one.schema, &one.table) == (&other.schema, &other.table)
}

/// On a table a schema is no pattern, as it is on a schema.
fn select(right: &Right) -> String {
    let columns = right.columns.as_ref().map(|columns| {
        let columns: Vec<String> = columns.iter().map(|column| MySql.quoted(column)).collect();
        format!(" ({})", columns.join(", "))
    });
    let table = format!("{}.{}", MySql.quoted(&right.schema), MySql.quoted(&right.table));
    format!("SELECT{} ON {table}", columns.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::super::server::tests::{MARIADB, MYSQL};
    use super::*;

    fn row(cells: &[&str]) -> Row {
        cells.iter().map(|cell| Some((*cell).to_owned())).collect()
    }

    fn part(table: &str, columns: &[&str]) -> Right {
        Right { columns: Some(columns.iter().map(ToString::to_string).collect()), ..Right::whole("s", table) }
    }

    type Rights<'r> = &'r [Right];

    #[test]
    fn rights_are_given_first_and_taken_then() {
        let (t, v) = (Right::whole("s", "t"), Right::whole("s", "v"));
        let cases: &[(Rights<'_>, Rights<'_>, &[&str])] = &[
            (&[], &[], &[]),
            (&[], std::slice::from_ref(&t), &["GRANT SELECT ON `s`.`t` TO `u`@`%`"]),
            (
                std::slice::from_ref(&t),
                std::slice::from_ref(&v),
                &["GRANT SELECT ON `s`.`v` TO `u`@`%`", "REVOKE SELECT ON `s`.`t` FROM `u`@`%`"],
            ),
            (
                &[part("t", &["a", "b"])],
                &[part("t", &["b", "c"])],
                &["GRANT SELECT (`c`) ON `s`.`t` TO `u`@`%`", "REVOKE SELECT (`a`) ON `s`.`t` FROM `u`@`%`"],
            ),
            (
                &[part("t", &["a"])],
                std::slice::from_ref(&t),
                &["GRANT SELECT ON `s`.`t` TO `u`@`%`", "REVOKE SELECT (`a`) ON `s`.`t` FROM `u`@`%`"],
            ),
            // Taking the whole takes the column that is held already.
            (
                &[t.clone(), part("t", &["a", "z"])],
                &[part("t", &["a", "b"])],
                &["REVOKE SELECT ON `s`.`t` FROM `u`@`%`", "GRANT SELECT (`a`, `b`) ON `s`.`t` TO `u`@`%`"],
            ),
            (&[t.clone(), part("t", &["a"])], &[], &["REVOKE SELECT ON `s`.`t` FROM `u`@`%`"]),
            // The one column is not taken with the other's name.
            (
                &[part("t", &["ID"])],
                &[part("t", &["id"])],
                &["REVOKE ALL PRIVILEGES, GRANT OPTION FROM `u`@`%`", "GRANT SELECT (`id`) ON `s`.`t` TO `u`@`%`"],
            ),
        ];
        for (held, wanted, statements) in cases {
            let seen = Seen { is_there: true, is_open: true, rights: held.to_vec(), ..Seen::default() };
            assert_eq!(MYSQL.settle("u", &seen, wanted).unwrap(), *statements, "{held:?} {wanted:?}");
            assert_eq!(MARIADB.settle("u", &seen, wanted).unwrap(), *statements, "{held:?} {wanted:?}");
        }
        let lower = MySqlUsers { is_lower: true, ..MYSQL };
        let seen = Seen { rights: vec![t], ..Seen::default() };
        assert!(lower.settle("u", &seen, &[Right::whole("S", "T")]).unwrap().is_empty());
    }

    #[test]
    fn what_no_reader_is_given_is_undone_first_unless_that_may_be_refused() {
        const STRIP: &str = "REVOKE ALL PRIVILEGES, GRANT OPTION FROM `u`@`%`";
        let cases: &[(&[&str], &str)] = &[
            (&["global", "SELECT", "", "", ""], STRIP),
            (&["schema", "s", "", "", ""], STRIP),
            (&["table", "s", "t", "Insert", ""], STRIP),
            (&["table", "s", "t", "Select,Grant", ""], STRIP),
            (&["column", "s", "t", "c", "Select,Update"], STRIP),
            (&["routine", "s", "f", "FUNCTION", "Execute"], STRIP),
            (&["account", "%", "open", "clear", "one"], "ALTER USER `u`@`%` REQUIRE SSL"),
            (&["account", "%", "open", "tls", "two"], "ALTER USER `u`@`%` DISCARD OLD PASSWORD"),
            (&["account", "10.%", "open", "tls", "one"], "DROP USER IF EXISTS `u`@`10.%`"),
            (&["role", "r`s", "%", "", ""], "REVOKE `r``s`@`%` FROM `u`@`%`"),
            (&["proxy", "p", "%", "", ""], "REVOKE PROXY ON `p`@`%` FROM `u`@`%`"),
        ];
        for (held, undo) in cases {
            let seen = MYSQL.seen("u", &[vec![row(held)]]).unwrap();
            let undone: Vec<&String> = seen.beyond.iter().flat_map(|beyond| &beyond.undo).collect();
            assert_eq!(undone, [undo], "{held:?}");
            let wanted = [Right::whole("s", "v")];
            let statements = MYSQL.settle("u", &seen, &wanted).unwrap();
            let place = usize::from(matches!(held[0], "role" | "proxy"));
            assert_eq!((statements[place].as_str(), statements.len()), (*undo, 2), "{held:?}");
        }
        let locked = [row(&["account", "%", "shut", "tls", "one"]), row(&["role", "r", "%", "", ""])];
        let locked = MYSQL.seen("u", &[locked.to_vec()]).unwrap();
        assert!(MYSQL.settle("u", &locked, &[]).unwrap().is_empty() && locked.beyond.len() == 1);
        let role = MARIADB.seen("u", &[vec![row(&["role", "r", "", "", ""])]]).unwrap();
        assert_eq!(role.beyond[0].undo, ["REVOKE `r` FROM `u`@`%`"]);
        assert!(MYSQL.seen("u", &[vec![row(&["table", "s", "t"])]]).is_err());
        assert!(MYSQL.seen("u", &[vec![row(&["other", "", "", "", ""])]]).is_err());
    }

    #[test]
    fn rights_that_go_together_are_taken_by_one_statement_and_those_to_keep_given_again() {
        let rows = ["Insert", "Select,Drop,Grant"].map(|held| row(&["table", "s", "t", held, ""]));
        let seen = MYSQL.seen("u", &[rows.to_vec()]).unwrap();
        let strip = "REVOKE ALL PRIVILEGES, GRANT OPTION FROM `u`@`%`";
        assert_eq!(seen.beyond.len(), 3);
        assert_eq!(MYSQL.settle("u", &seen, &seen.rights).unwrap(), [strip, "GRANT SELECT ON `s`.`t` TO `u`@`%`"]);
    }

    #[test]
    fn no_name_ends_what_it_stands_in() {
        let odd = "o'r \"`u\\";
        let quoted = "`o'r \"``u\\`";
        assert_eq!(MYSQL.lock(odd), [format!("ALTER USER {quoted}@`%` ACCOUNT LOCK")]);
        assert!(MYSQL.sessions(odd).ends_with("CAST(USER AS BINARY) = X'6F2772202260755C'"));
        assert!(MYSQL.look(odd).iter().all(|question| !question.contains('\\') && !question.contains("o'r")));
        assert_eq!(MARIADB.end(odd, "7"), format!("KILL CONNECTION USER {quoted}"));
        assert_eq!(MYSQL.end(odd, "7; DROP TABLE x"), "KILL CONNECTION 7");
        let rds = MySqlUsers { has_rds_kill: true, ..MARIADB };
        assert_eq!(rds.end(odd, "7"), "CALL mysql.rds_kill(7)");
        let seen = Seen { is_there: true, ..Seen::default() };
        let table = Right { columns: Some(vec!["a`b".into(), "Ü".into()]), ..Right::whole("a_b.c", "select") };
        let given = format!("GRANT SELECT (`a``b`, `Ü`) ON `a_b.c`.`select` TO {quoted}@`%`");
        assert_eq!(MYSQL.settle(odd, &seen, &[table]).unwrap(), [given]);
    }

    #[test]
    fn a_user_is_made_with_a_hash_and_over_tls() {
        let password = Secret::new("First-1_word");
        let about = User { name: "u", ends: None, about: "it's \\ a \"test\"" };
        let there = Seen { is_there: true, ..Seen::default() };
        let told = |users: &MySqlUsers, seen: &Seen, password: Option<&Secret>| {
            users.admit(&about, seen, password).unwrap()[0].expose().to_owned()
        };
        let made = told(&MYSQL, &Seen::default(), Some(&password));
        let (front, rest) = made.split_at(67);
        assert_eq!(front, "CREATE USER `u`@`%` IDENTIFIED WITH caching_sha2_password AS 0x2441");
        assert!(
            rest.ends_with(" REQUIRE SSL PASSWORD EXPIRE NEVER ACCOUNT UNLOCK COMMENT 'it''s / a \"test\"'"),
            "{rest}"
        );
        let native = "CREATE USER `u`@`%` IDENTIFIED VIA mysql_native_password USING '*14E65567ABDB5135D0CFD9A70B3032C179A49EE7' \
                      PASSWORD EXPIRE NEVER ACCOUNT UNLOCK";
        let clear = MySqlUsers { has_tls: false, ..MARIADB };
        assert_eq!(told(&clear, &Seen::default(), Some(&Secret::new("secret"))), native);
        let strict = MySqlUsers { wants_plain: true, ..clear.clone() };
        let plain = told(&strict, &there, Some(&password));
        assert!(plain.starts_with("ALTER USER") && plain.contains("PASSWORD('First-1_word')"), "{plain}");
        assert_eq!(told(&clear, &there, None), "ALTER USER `u`@`%` PASSWORD EXPIRE NEVER ACCOUNT UNLOCK");
        for users in [MYSQL, MARIADB] {
            assert!(told(&users, &Seen::default(), None).contains(" IDENTIFIED "), "an account that lets everybody in");
            assert!(users.admit(&about, &there, Some(&Secret::new("a'b"))).is_err());
        }
    }

    #[test]
    fn a_removed_user_is_removed_at_every_host() {
        let accounts = [row(&["account", "%", "open", "tls", "two"]), row(&["account", "10.%", "open", "tls", "one"])];
        let seen = MYSQL.seen("u", &[accounts.to_vec()]).unwrap();
        let expected = [
            "DROP USER IF EXISTS `u`@`10.%`",
            "ALTER USER `u`@`%` ACCOUNT LOCK",
            "REVOKE ALL PRIVILEGES, GRANT OPTION FROM `u`@`%`",
            "DROP USER IF EXISTS `u`@`%`",
        ];
        assert_eq!(MYSQL.remove("u", &seen).unwrap(), expected);
        assert!(MYSQL.remove("u", &Seen::default()).unwrap().is_empty());
    }
}
