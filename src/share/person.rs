//! Whose act it is where AWS tells: an actor is an account, a role and its session, and who stands behind it is the session.
//!
//! A session's name is chosen by whoever assumes the role, unless the role's trust policy asks for one (`sts:RoleSessionName`), or
//! IAM Identity Center names it after its user. A role whose sessions may be called anything is no role to own a project by.

use connector_core::{Error, Result};

/// An actor as events name it, of the ARN by which STS knows a caller: what is left of it does not change with the partition or
/// the path, and needs no quotes where it is typed.
///
/// Errors: invalid, for an ARN of nobody who acts.
pub fn actor_of(arn: &str) -> Result<String> {
    let wrong = || {
        Error::invalid(format!("{arn:?} is the ARN of nobody who acts"))
            .hint("give what aws sts get-caller-identity says: a session of a role, or a user")
    };
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", _, "sts" | "iam", "", account, who] = parts[..] else { return Err(wrong()) };
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let named = |name: &str| !name.is_empty() && !name.contains('/');
    let actor = match who.split_once('/') {
        None if who == "root" => format!("{account}/root"),
        Some(("assumed-role", of)) => match of.split_once('/') {
            Some((role, session)) if named(role) && named(session) => format!("{account}/role/{role}/{session}"),
            _ => return Err(wrong()),
        },
        // A user's name is one in its account, whatever path leads to it.
        Some(("user", path)) => match path.rsplit('/').next() {
            Some(name) if named(name) => format!("{account}/user/{name}"),
            _ => return Err(wrong()),
        },
        Some(("federated-user", name)) if named(name) => format!("{account}/federated/{name}"),
        _ => return Err(wrong()),
    };
    if is_account { Ok(actor) } else { Err(wrong()) }
}

/// Whether one person may stand behind both: the same actor, or sessions and users of one name, through whichever role or account
/// they come.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    one == other || name_of(one).zip(name_of(other)).is_some_and(|(one, other)| one.eq_ignore_ascii_case(other))
}

/// The session's or the user's name, of an actor of AWS.
fn name_of(actor: &str) -> Option<&str> {
    let parts: Vec<&str> = actor.split('/').collect();
    let is_account = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    match parts[..] {
        [account, "role", _, name] | [account, "user" | "federated", name] if is_account(account) => Some(name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actor_is_what_does_not_change_of_an_arn() {
        for (arn, actor) in [
            ("arn:aws:sts::111122223333:assumed-role/analyst/mia@x.org", "111122223333/role/analyst/mia@x.org"),
            ("arn:aws-cn:sts::111122223333:assumed-role/analyst/mia", "111122223333/role/analyst/mia"),
            ("arn:aws:iam::111122223333:user/sales/emea/mia", "111122223333/user/mia"),
            ("arn:aws:sts::111122223333:federated-user/mia", "111122223333/federated/mia"),
            ("arn:aws:iam::111122223333:root", "111122223333/root"),
        ] {
            assert_eq!(actor_of(arn).unwrap(), actor);
        }
        for odd in [
            "",
            "mia",
            "arn:aws:iam::111122223333:role/analyst",
            "arn:aws:sts::111122223333:assumed-role/analyst",
            "arn:aws:sts::111122223333:assumed-role/analyst/",
            "arn:aws:sts::111122223333:assumed-role/analyst/mia/olga",
            "arn:aws:sts::1111:assumed-role/analyst/mia",
            "arn:aws:s3::111122223333:user/mia",
        ] {
            assert!(actor_of(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn another_role_or_another_account_makes_nobody_another_person() {
        let mia = "111122223333/role/analyst/mia";
        for same in [
            mia,
            "111122223333/role/owner/mia",
            "444455556666/role/owner/Mia",
            "444455556666/user/mia",
            "444455556666/federated/mia",
        ] {
            assert!(is_same(mia, same), "{same}");
        }
        for other in
            ["111122223333/role/analyst/olga", "111122223333/user/olga", "mia", "root/mia", "111122223333/root"]
        {
            assert!(!is_same(mia, other), "{other}");
        }
        assert!(!is_same("111122223333/root", "444455556666/root") && is_same("root/mia", "root/mia"));
        assert!(!is_same("root/mia", "eve/mia"));
    }
}
