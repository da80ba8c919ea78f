//! What the secret of a grant says: who logs in, and where, in the keys of RDS's own secrets and one of ours, so that whoever
//! finds it needs no other setting (D18).

use connector_core::{Credential, Endpoint, Error, Result, Secret};
use serde::Serialize;

/// The JSON for a user of an engine's source; `url` is the engine's native one, without anything secret.
pub fn given(login: &Credential, engine: &str, url: &str, endpoint: &Endpoint) -> Result<Secret> {
    #[derive(Serialize)]
    struct Text<'t> {
        engine: &'t str,
        host: &'t str,
        #[serde(skip_serializing_if = "Option::is_none")]
        port: Option<u16>,
        dbname: &'t str,
        username: &'t str,
        password: &'t str,
        connection: String,
    }
    let text = Text {
        engine,
        host: &endpoint.host,
        port: endpoint.port,
        dbname: &endpoint.database,
        username: &login.user,
        password: login.password.expose(),
        connection: format!("{engine}://{url}"),
    };
    serde_json::to_string(&text).map(Secret::new).map_err(|_| Error::internal("a secret cannot be written as JSON"))
}

/// The text of a secret for a person who has asked for it, and of whom the register says so.
pub fn revealed(secret: &Secret) -> String {
    secret.expose().to_owned()
}

#[cfg(test)]
mod tests {
    use connector_core::Logins;

    use super::super::document::Document;
    use super::super::login::Login;
    use super::*;

    #[test]
    fn a_secret_is_read_as_it_was_written() {
        let login = Credential { user: "o'neil".into(), password: Secret::new("p\"\\é") };
        let endpoint = Endpoint { host: "h".into(), port: Some(5), database: "d".into(), ..Endpoint::default() };
        let text = given(&login, "postgres", "jdbc:postgresql://h:5/d", &endpoint).unwrap();
        let document = Document::parse("s", &text).unwrap();
        assert_eq!(
            (document.host.as_deref(), document.port, document.database.as_deref()),
            (Some("h"), Some(5), Some("d"))
        );
        assert_eq!(document.keys.login("s", Logins::Users).unwrap(), Login::User(login));
    }
}
