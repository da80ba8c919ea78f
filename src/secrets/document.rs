//! What a secret says: the JSON of AWS's connectors, which is also RDS's own. Its keys are found in any case.

use std::fmt;

use connector_core::{Credential, Error, Result, Secret};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use super::login::Keys;

/// A secret, read.
#[derive(Clone, PartialEq, Eq)]
pub struct Document {
    pub keys: Keys,
    pub host: Option<String>,
    pub port: Option<u16>,
    pub database: Option<String>,
    pub engine: Option<String>,
    /// Where, and whose engine: a connection string, as grants have it (D18).
    pub connection: Option<Secret>,
}

impl Document {
    /// Reads the text of secret `name`.
    ///
    /// Errors: invalid; they name the secret and the key and never quote the text.
    pub fn parse(name: &str, text: &Secret) -> Result<Self> {
        // The parser's own message quotes what it did not expect.
        let fields: Fields = serde_json::from_str(text.expose()).map_err(|_| {
            Error::invalid(format!("secret {name:?} is not a JSON object of plain values"))
                .hint("write it as {\"username\": \"…\", \"password\": \"…\"}")
        })?;
        Self::of(name, fields)
    }

    fn of(name: &str, mut fields: Fields) -> Result<Self> {
        if let Some(key) = fields.twice {
            return Err(Error::invalid(format!("secret {name:?} has the key {key:?} twice, in different cases")));
        }
        let port = match &fields.port {
            None => None,
            Some(port) => Some(port.expose().parse().map_err(|_| {
                Error::invalid(format!("secret {name:?} has a key \"port\" that is not a port's number"))
            })?),
        };
        let keys = fields
            .keys()
            .map_err(|key| Error::invalid(format!("secret {name:?} has no key {key:?} with a text as its value")))?;
        let Fields { host, dbname: database, engine, connection, .. } = fields;
        Ok(Self { keys, host, port, database, engine, connection })
    }
}

#[derive(Default)]
struct Fields {
    username: Option<String>,
    password: Option<Secret>,
    client_id: Option<String>,
    client_secret: Option<Secret>,
    tenant_id: Option<String>,
    host: Option<String>,
    port: Option<Secret>,
    dbname: Option<String>,
    engine: Option<String>,
    connection: Option<Secret>,
    twice: Option<&'static str>,
}

impl Fields {
    /// A user or an application, complete; what the other lacks is of no account. The error is the key that is missing.
    fn keys(&mut self) -> Result<Keys, &'static str> {
        let secret = self.client_secret.take().filter(|secret| !secret.expose().is_empty());
        let lacks_user = if self.username.is_none() { "username" } else { "password" };
        let lacks_client = match (&self.client_id, &secret) {
            (Some(_), Some(_)) => "tenant_id",
            (Some(_), None) => "client_secret",
            (None, _) => "client_id",
        };
        let names_client = self.client_id.is_some() || secret.is_some();
        let names_user = self.username.is_some() || self.password.is_some();
        let user = self.username.take().zip(self.password.take());
        let keys = Keys {
            user: user.map(|(user, password)| Credential { user, password }),
            client: self.client_id.take().zip(secret),
            tenant: self.tenant_id.take(),
        };
        match &keys {
            Keys { user: Some(_), .. } | Keys { client: Some(_), tenant: Some(_), .. } => Ok(keys),
            _ if names_client && !names_user => Err(lacks_client),
            _ => Err(lacks_user),
        }
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut fields = Fields::default();
        while let Some(key) = map.next_key::<String>()? {
            let twice = match key.to_ascii_lowercase().as_str() {
                "username" => set(&mut fields.username, map.next_value::<Text>()?.shown(), "username"),
                "password" => set(&mut fields.password, map.next_value::<Text>()?.0, "password"),
                "client_id" => set(&mut fields.client_id, map.next_value::<Text>()?.shown(), "client_id"),
                "client_secret" => set(&mut fields.client_secret, map.next_value::<Text>()?.0, "client_secret"),
                "tenant_id" => set(&mut fields.tenant_id, map.next_value::<Text>()?.shown(), "tenant_id"),
                "host" => set(&mut fields.host, map.next_value::<Text>()?.shown(), "host"),
                "port" => set(&mut fields.port, map.next_value::<Text>()?.0, "port"),
                "dbname" => set(&mut fields.dbname, map.next_value::<Text>()?.shown(), "dbname"),
                "engine" => set(&mut fields.engine, map.next_value::<Text>()?.shown(), "engine"),
                "connection" => set(&mut fields.connection, map.next_value::<Text>()?.0, "connection"),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    None
                }
            };
            fields.twice = fields.twice.or(twice);
        }
        Ok(fields)
    }
}

/// Fills an empty place; the key, if it was not empty.
fn set<T>(place: &mut Option<T>, value: Option<T>, key: &'static str) -> Option<&'static str> {
    let taken = place.is_some() && value.is_some();
    if !taken {
        *place = value.or(place.take());
    }
    taken.then_some(key)
}

/// A text, or a number as text; it goes straight into a place that is wiped. Null is nothing.
struct Text(Option<Secret>);

impl Text {
    fn shown(self) -> Option<String> {
        self.0.map(|text| text.expose().to_owned()).filter(|text| !text.is_empty())
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl Visitor<'_> for TextVisitor {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E>(self, text: &str) -> Result<Text, E> {
        Ok(Text(Some(Secret::new(text))))
    }

    fn visit_string<E>(self, text: String) -> Result<Text, E> {
        Ok(Text(Some(Secret::new(text))))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Text, E> {
        Ok(Text(Some(Secret::new(number.to_string()))))
    }

    fn visit_unit<E>(self) -> Result<Text, E> {
        Ok(Text(None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Document> {
        Document::parse("my/secret", &Secret::new(text))
    }

    #[test]
    fn the_two_keys_of_awss_connectors_are_found_in_any_case() {
        let document = parse(r#"{"UserName":"bob","PASSWORD":"p\"w"}"#).unwrap();
        let bob = Credential { user: "bob".into(), password: Secret::new("p\"w") };
        assert_eq!(document.keys, Keys::of_user(bob));
        assert!(document.host.is_none() && document.port.is_none() && document.database.is_none());
    }

    #[test]
    fn what_rds_writes_is_understood_and_what_others_add_is_ignored() {
        let text = r#"{"username":"u","password":"p","engine":"postgres","host":"h","port":5432,"dbname":"d",
            "dbInstanceIdentifier":"i","masterarn":null,"tags":{"a":[1]},"more":[true]}"#;
        let document = parse(text).unwrap();
        assert_eq!(
            (document.host.as_deref(), document.port, document.database.as_deref()),
            (Some("h"), Some(5432), Some("d"))
        );
        assert_eq!(document.engine.as_deref(), Some("postgres"));
        assert_eq!(parse(r#"{"username":"u","password":"p","port":"5432","host":""}"#).unwrap().port, Some(5432));
        for (text, password) in
            [(r#"{"username":"u","password":12345}"#, "12345"), (r#"{"username":"u","password":""}"#, "")]
        {
            let user = Credential { user: "u".into(), password: Secret::new(password) };
            assert_eq!(parse(text).unwrap().keys, Keys::of_user(user));
        }
    }

    #[test]
    fn an_application_of_entra_is_found_in_any_case_and_beside_a_user() {
        let alone =
            parse(r#"{"Client_ID":"c","CLIENT_SECRET":"s+&=% ","tenant_id":"t","access_token":"old"}"#).unwrap();
        let client = Some(("c".into(), Secret::new("s+&=% ")));
        let keys = Keys { user: None, client, tenant: Some("t".into()) };
        assert_eq!(alone.keys, keys);
        let user = Some(Credential { user: "u".into(), password: Secret::new("p") });
        let both = r#"{"username":"u","password":"p","client_id":"c","client_secret":"s+&=% ","tenant_id":"t"}"#;
        assert_eq!(parse(both).unwrap().keys, Keys { user: user.clone(), ..keys });
        // Whoever has a user may keep what they like beside it.
        let half = parse(r#"{"username":"u","password":"p","client_id":"c","client_secret":""}"#).unwrap();
        assert_eq!(half.keys, Keys { user, ..Keys::default() });
    }

    #[test]
    fn a_complaint_names_the_secret_and_the_key_and_never_its_text() {
        for (text, named) in [
            (r#"{"password":"hunter2"}"#, "username"),
            (r#"{"username":"hunter2"}"#, "password"),
            (r#"{"username":null,"password":"hunter2"}"#, "username"),
            (r#"{"client_id":"c","client_secret":"hunter2"}"#, "tenant_id"),
            (r#"{"client_id":"c","tenant_id":"hunter2"}"#, "client_secret"),
            (r#"{"client_secret":"hunter2","tenant_id":"t"}"#, "client_id"),
            (r#"{"tenant_id":"hunter2"}"#, "username"),
            (r#"{"client_secret":"hunter2","Client_Secret":"hunter2"}"#, "client_secret"),
            (r#"{"username":"u","password":"p","port":"hunter2"}"#, "port"),
            (r#"{"username":"u","password":"p","port":65536}"#, "port"),
            (r#"{"username":"u","password":"hunter2","Password":"other"}"#, "password"),
            (r#"{"username":"u","password":["hunter2"]}"#, "JSON object"),
            (r#"{"username":"u","password":"hunter2""#, "JSON object"),
            (r#""hunter2""#, "JSON object"),
            ("hunter2", "JSON object"),
            ("[\"hunter2\"]", "JSON object"),
            ("", "JSON object"),
        ] {
            let error = parse(text).err().expect(text);
            let told = format!("{error} {error:?}");
            assert!(told.contains("my/secret") && told.contains(named) && !told.contains("hunter2"), "{text}: {told}");
        }
    }
}
