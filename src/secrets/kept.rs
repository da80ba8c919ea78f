//! What a kept secret says, and how it is written: the JSON that [`Secrets`](super::Secrets) reads.

use connector_core::{Credential, Error, Logins, Result, Secret};
use serde::Serialize;

use super::document::Document;
use super::login::Login;

/// A user and the password, as the text of a secret.
pub fn text_of(user: &Credential) -> Result<Secret> {
    #[derive(Serialize)]
    struct Text<'t> {
        username: &'t str,
        password: &'t str,
    }
    let text = Text { username: &user.user, password: user.password.expose() };
    serde_json::to_string(&text).map(Secret::new).map_err(|_| Error::internal("a secret cannot be written as JSON"))
}

/// Who logs in by the text of secret `name`.
///
/// Errors: invalid, if nobody can.
pub fn login_of(name: &str, text: &Secret, logins: Logins) -> Result<Login> {
    Document::parse(name, text)?.keys.login(&format!("secret {name:?}"), logins)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_read_as_written_whatever_the_password_holds() {
        for password in ["p", "", "a\"b\\c", "p%ss é\u{1f600}\n"] {
            let user = Credential { user: "o'neil".into(), password: Secret::new(password) };
            let text = text_of(&user).unwrap();
            assert_eq!(login_of("s", &text, Logins::Users).unwrap(), Login::User(user));
        }
    }
}
