//! Who runs this process, by what the system knows and nobody can set.

use std::process::{Command, Stdio};

use connector_core::{Error, Result};

/// The name of the operating system's user, or `uid N` for one without a name.
///
/// Errors: internal, where the system does not tell.
pub fn operating_system_user() -> Result<String> {
    let user = super::private::own_user().map_or_else(|| told("-u"), |user| Some(user.to_string()));
    let user = user.ok_or_else(|| Error::internal("the system does not tell whose process this is"))?;
    let named = named_in_passwd(&std::fs::read_to_string("/etc/passwd").unwrap_or_default(), &user);
    // Users of a directory service, and those of macOS, are in no file.
    Ok(named.or_else(|| told("-un")).unwrap_or_else(|| format!("uid {user}")))
}

fn named_in_passwd(passwd: &str, user: &str) -> Option<String> {
    let entry = passwd.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let mut entry = entry.filter(|fields| fields.get(2) == Some(&user));
    entry.next().and_then(|fields| fields.first().map(|name| (*name).to_owned())).filter(|name| !name.is_empty())
}

/// What the system's own `id` says; one that is found by the search path could be anybody's.
fn told(option: &str) -> Option<String> {
    let run = Command::new("/usr/bin/id").arg(option).env_clear().stdin(Stdio::null()).stderr(Stdio::null()).output();
    let run = run.ok().filter(|run| run.status.success())?;
    let text = String::from_utf8(run.stdout).ok()?.trim().to_owned();
    (!text.is_empty() && !text.chars().any(char::is_control)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_found_by_number_and_not_by_place_or_name() {
        let passwd = "# users\nroot:x:0:0:root:/:/bin/sh\n\nalice:x:1000:0::/nowhere:/bin/sh\n1001:x:7:1001:::\n";
        assert_eq!(named_in_passwd(passwd, "0").as_deref(), Some("root"));
        assert_eq!(named_in_passwd(passwd, "1000").as_deref(), Some("alice"));
        assert_eq!(named_in_passwd(passwd, "1001"), None);
        assert_eq!(named_in_passwd("", "0"), None);
    }

    #[test]
    fn it_is_whom_the_system_names() {
        let id = Command::new("id").arg("-un").output().unwrap();
        assert_eq!(operating_system_user().unwrap(), String::from_utf8(id.stdout).unwrap().trim());
    }
}
