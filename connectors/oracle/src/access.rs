//! Users, rights, and a session that may change things: the only SQL about either.

mod look;
mod users;

use async_trait::async_trait;
use connector_core::{
    Access, Administration, Change, Credential, Dialect, Endpoint, Error, Result, Row, Secret, Users, listed,
    plain_password,
};

use self::users::{OracleUsers, Server};
use crate::connect::Route;
use crate::dialect::OracleSql;
use crate::options::Options;
use crate::session::Session;

/// How users and rights are spelled.
pub(crate) struct OracleAccess;

#[async_trait]
impl Access for OracleAccess {
    async fn administer(
        &self,
        endpoint: &Endpoint,
        credential: &Credential,
        _application_name: &str,
    ) -> Result<Box<dyn Administration>> {
        let options = Options::parse(&endpoint.options)?;
        let route = Route::new(endpoint, &options)?;
        Ok(Box::new(Administrator(route.entered(route.login(credential)).await?)))
    }

    fn facts(&self) -> &'static str {
        users::FACTS
    }

    fn users(&self, facts: &[Row]) -> Result<Box<dyn Users>> {
        Ok(Box::new(OracleUsers(Server::told(facts)?)))
    }

    fn existing_schemas(&self, schemas: &[&str]) -> String {
        format!("SELECT username FROM all_users WHERE LOWER(username) IN ({})", listed(schemas))
    }

    fn acceptable(&self, password: &Secret) -> Secret {
        // A letter first, and of most kinds of characters one, as the stricter profiles want it; versions before 23 take 30 bytes.
        Secret::new(format!("Az_{}", password.expose().chars().take(27).collect::<String>()))
    }

    fn create_user(&self, user: &Credential) -> Result<Vec<Change>> {
        let (name, password) = (user_name(&user.user), plain_password(&user.password)?);
        Ok(vec![Change::new(
            format!("CREATE USER {name} IDENTIFIED BY \"{password}\""),
            // Its objects and a right that it was given do not hold it back.
            format!("DROP USER {name} CASCADE"),
        )])
    }

    /// Rights on whole schemas are known since 23, so that the tables are looked up and granted one by one.
    fn let_read(&self, user: &str, schemas: &[&str]) -> Vec<String> {
        let user = user_name(user);
        // It stands inside of a literal, too.
        let inside = user.replace('\'', "''");
        let owners = listed(&schemas.iter().map(|schema| schema.to_uppercase()).collect::<Vec<_>>());
        let each = format!(
            "BEGIN FOR found IN (SELECT owner, table_name AS name FROM all_tables WHERE owner IN ({owners}) UNION ALL \
             SELECT owner, view_name FROM all_views WHERE owner IN ({owners})) LOOP EXECUTE IMMEDIATE \
             'GRANT SELECT ON \"' || found.owner || '\".\"' || found.name || '\" TO {inside}'; END LOOP; END;"
        );
        vec![format!("GRANT CREATE SESSION TO {user}"), each]
    }
}

/// The name of a user. Logins fold names to upper case, which a quoted one must be already.
fn user_name(user: &str) -> String {
    OracleSql.quoted(&user.to_uppercase())
}

struct Administrator(Session);

#[async_trait]
impl Administration for Administrator {
    async fn execute(&mut self, statement: &str) -> Result<()> {
        self.0.change(statement.to_owned()).await.map_err(Error::without_hint)
    }

    async fn rows(&mut self, query: &str) -> Result<Vec<Row>> {
        self.0.query(query.to_owned(), Vec::new()).await.map_err(Error::without_hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_in_upper_case_and_a_password_ends_no_literal() {
        let user = |password: &str| Credential { user: "reader_1".into(), password: Secret::new(password) };
        let made = OracleAccess.create_user(&user("p-1")).unwrap();
        assert_eq!(made[0].run.expose(), "CREATE USER \"READER_1\" IDENTIFIED BY \"p-1\"");
        assert!(OracleAccess.create_user(&user("p\" DEFAULT ROLE ALL")).is_err());
        let acceptable = OracleAccess.acceptable(&Secret::new("0f".repeat(20)));
        assert_eq!(acceptable.expose().len(), 30);
        assert!(OracleAccess.create_user(&user(acceptable.expose())).is_ok());
        assert!(OracleAccess.let_read("reader", &["shop", "crm"])[1].contains("owner IN ('SHOP', 'CRM')"));
        assert!(OracleAccess.let_read("o'x", &["shop"])[1].contains("|| '\" TO \"O''X\"'; END LOOP"));
    }
}
