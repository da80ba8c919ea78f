//! What a connection says, made into settings under the names of variables. Pure.
//!
//! No message from here repeats a value: a URL or an option of one may hold a password.

use std::collections::BTreeMap;

use connector_core::{Error, ErrorKind, GlueForm, Result};

use super::form::{Form, find, forms, own_form};
use crate::config::catalog::DEFAULT;
use crate::config::connection_string::{check_secret_name, parse};
use crate::config::settings::{IDLE, SETTINGS, Scope};
use crate::config::{SecretReference, check};

/// A connection of Glue's. It cannot be printed.
pub struct Described {
    /// Its name.
    pub name: String,
    /// Its type; empty where Glue does not tell one.
    pub kind: String,
    /// How its database is reached.
    pub properties: BTreeMap<String, String>,
    /// What Athena's connectors take from it besides.
    pub athena: BTreeMap<String, String>,
    /// How one logs in.
    pub authentication: Option<String>,
    /// The secret that one logs in with, by its whole ARN.
    pub secret: Option<String>,
}

/// Where a connection leads.
#[derive(Debug, PartialEq, Eq)]
pub struct Place {
    /// The engine's token.
    pub engine: String,
    /// Its native URL, without anything secret.
    pub url: String,
    /// The secret that knows user and password.
    pub secret: Option<String>,
}

const HOST: &str = "HOST";
const PORT: &str = "PORT";
const DATABASE: &str = "DATABASE";
const PARAMS: &str = "JDBC_PARAMS";
const URL: &str = "JDBC_CONNECTION_URL";
const ENGINE: &str = "JDBC_ENGINE";
const SECRET_ID: &str = "SECRET_ID";
const SSL: [&str; 2] = ["ENFORCE_SSL", "JDBC_ENFORCE_SSL"];
const CASING: &str = "CATALOG_CASING_FILTER";
/// Where a password stands in the connection itself; who asks for it hidden is told the user alone.
const IN_CLEAR: [&str; 3] = ["USERNAME", "PASSWORD", "ENCRYPTED_PASSWORD"];

/// What would change who is trusted or who logs in, and is not offered.
const REFUSED: [(&str, &str); 5] = [
    ("CERTIFICATE_S3_REFERENCE", CERTIFICATE),
    ("CUSTOM_JDBC_CERT", CERTIFICATE),
    ("CUSTOM_JDBC_CERT_STRING", CERTIFICATE),
    ("CUSTOM_AUTH_TYPE", "user and password in a secret are the only log-in that is taken from a connection"),
    ("SKIP_CUSTOM_JDBC_CERT_VALIDATION", "certificates are verified unless an option of the URL says otherwise"),
];
const CERTIFICATE: &str =
    "no certificate is fetched from S3; put it into the package and name it by the engine's own option of the URL";

/// What Athena's properties may not decide: who reads, by which secret, and where from.
const NOT_ATHENAS: [&str; 4] = [DEFAULT, "crm_connection_string", "secret_name", "glaux_callers"];
/// What Glue writes among Athena's properties for itself.
const GLUES: [&str; 1] = ["lambda_function_arn"];

type Said = (Vec<(String, String)>, Vec<String>);

impl Described {
    /// The settings that it stands for, under the names of variables, and what is to be told of others; `set` are the variables
    /// that go before them.
    ///
    /// Errors: unsupported or invalid, by the name of the property.
    pub fn settings(&self, set: &BTreeMap<String, String>) -> Result<Said> {
        self.whole(set).map_err(|error| self.doing(error))
    }

    /// Where it leads.
    ///
    /// Errors: those of [`Described::settings`]; `has_secret` is whether another says who logs in.
    pub fn place(&self, has_secret: bool) -> Result<Place> {
        self.placed(has_secret).map_err(|error| self.doing(error))
    }

    fn doing(&self, error: Error) -> Error {
        error.context(format!("reading connection {:?} of Glue", self.name))
    }

    fn whole(&self, set: &BTreeMap<String, String>) -> Result<Said> {
        let (mut said, mut notes) = self.athena();
        if let Some(filter) = self.property(CASING) {
            said.push(("casing_mode".into(), casing(filter)?.into()));
        }
        if !set.contains_key(DEFAULT) {
            let place = self.placed(set.contains_key("secret_name"))?;
            said.push((DEFAULT.into(), format!("{}://{}", place.engine, place.url)));
            said.extend(place.secret.map(|secret| ("secret_name".into(), secret)));
        }
        notes.extend(self.idle());
        Ok((said, notes))
    }

    /// What it gives Athena's connectors, under our names, and what of that does nothing.
    fn athena(&self) -> Said {
        let (mut said, mut notes) = (Vec::new(), Vec::new());
        for (key, value) in self.athena.iter().filter(|(key, _)| !GLUES.contains(&key.as_str())) {
            let key = if key == "spill_kms_key_id" { "kms_key_id" } else { key.as_str() };
            if is_athenas(key) {
                said.push((key.to_owned(), value.clone()));
            } else {
                notes.push(format!("Athena property {key:?} of Glue connection {:?} does nothing", self.name));
            }
        }
        (said, notes)
    }

    /// What is said and makes no difference here.
    fn idle(&self) -> Vec<String> {
        let known = [HOST, PORT, DATABASE, PARAMS, URL, ENGINE, SECRET_ID, CASING];
        let is_known = |key: &str| known.contains(&key) || SSL.contains(&key) || IN_CLEAR.contains(&key);
        let idle = self.properties.keys().filter(|key| !is_known(key) && !REFUSED.iter().any(|(name, _)| name == key));
        idle.map(|key| format!("property {key:?} of Glue connection {:?} does nothing", self.name)).collect()
    }

    fn placed(&self, has_secret: bool) -> Result<Place> {
        self.refuse()?;
        let secret = self.secret(has_secret)?;
        let form = self.form()?;
        let url = self.url(form.of)?;
        // As a connection string, so that what a driver would take for a password is found wherever it stands.
        let parsed = parse(self.written(), &format!("{}://{url}", form.engine))?;
        match (parsed.secret, secret) {
            (SecretReference::Inline(_), _) => Err(in_clear(self.written())),
            (SecretReference::Name(_), Some(_)) => {
                Err(Error::invalid(format!("{} names a secret, and so does the connection", self.written()))
                    .hint("name it in one place"))
            }
            (SecretReference::Name(own), None) => {
                Ok(Place { engine: parsed.engine, url: parsed.url, secret: Some(own) })
            }
            (SecretReference::None, secret) => Ok(Place { engine: parsed.engine, url: parsed.url, secret }),
        }
    }

    fn refuse(&self) -> Result<()> {
        for (key, why) in REFUSED {
            let is_off = |value: &str| value.trim().eq_ignore_ascii_case("false");
            if self.property(key).is_some_and(|value| !is_off(value)) {
                return Err(Error::unsupported(format!("{key} is not offered: {why}")));
            }
        }
        match self.authentication.as_deref() {
            Some(kind @ ("OAUTH2" | "IAM")) => {
                Err(Error::unsupported(format!("its authentication of type {kind} is not offered"))
                    .hint("give it BASIC and a secret with username and password"))
            }
            _ => Ok(()),
        }
    }

    /// Whole, since a name alone would be of this account.
    fn secret(&self, has_other: bool) -> Result<Option<String>> {
        let named = self.secret.as_deref().or_else(|| self.property(SECRET_ID));
        if let Some(named) = named {
            return check_secret_name(SECRET_ID, named.trim()).map(Some);
        }
        match IN_CLEAR.iter().find(|key| self.property(key).is_some()) {
            Some(key) if !has_other => Err(in_clear(key)),
            _ => Ok(None),
        }
    }

    /// By the type, else by what the URL or the connection calls its engine; a port is no evidence.
    fn form(&self) -> Result<Form> {
        let kind = self.kind.trim();
        let url =
            self.property(URL).and_then(|url| url.trim().strip_prefix("jdbc:")).and_then(|url| url.split(':').next());
        let engine = if matches!(kind, "" | "JDBC") { url.or_else(|| self.property(ENGINE)) } else { Some(kind) };
        let known: Vec<&str> = forms().map(|form| form.of.kind).collect();
        let other = |told: String| {
            Err(Error::unsupported(told).hint(format!(
                "types {known:?} are read, and JDBC with JDBC_CONNECTION_URL; or set \"default\" to the connection string"
            )))
        };
        match engine {
            None => other("neither its type nor a URL tells of which engine it is".into()),
            Some(name) => match find(name) {
                Some(form) => Ok(form),
                None => other(format!("it is of type {kind:?}, engine {name:?}, which is none that is read")),
            },
        }
    }

    fn url(&self, form: &GlueForm) -> Result<String> {
        let (written, params) = (self.property(URL), self.property(PARAMS));
        let mut is_tls = false;
        for key in SSL {
            is_tls |= self.property(key).map(|value| check::boolean(key, value)).transpose()?.unwrap_or(false);
        }
        let mut url = match written {
            Some(url) => own_form(url),
            None => self.built(form)?,
        };
        if let Some(params) = params {
            let has_options = url.contains(form.first);
            let parting = match (has_options, form.first) {
                (true, '?') => '&',
                (_, first) => first,
            };
            url.push(parting);
            url += params.trim().trim_start_matches(['?', '&', ';']);
        }
        if !is_tls {
            return Ok(url);
        }
        let options = url.to_ascii_lowercase();
        let split: Vec<&str> = options.split(['?', '&', ';']).map(str::trim).collect();
        let weak = form.in_clear.iter().find(|weak| split.contains(*weak));
        (form.over_tls)(&url).filter(|_| weak.is_none()).ok_or_else(|| {
            Error::invalid(format!("{} asks for TLS, and {} does not", SSL.join(" or "), self.written()))
                .hint("take the option out that lets it be in clear, or set the other to false")
        })
    }

    fn built(&self, form: &GlueForm) -> Result<String> {
        let is_plain = |text: &str, more: &str| text.chars().all(|c| c.is_alphanumeric() || more.contains(c));
        let wrong = |key: &str, what: &str| Err(check::wrong(key, what));
        let Some(host) = self.property(HOST).map(str::trim) else { return wrong(HOST, "a host's name or address") };
        if !is_plain(host, ".-_:[]") {
            return wrong(HOST, "a host's name or address");
        }
        // A URL may leave it out where the engine has one of its own.
        let port = self.property(PORT).map(str::trim).unwrap_or_default();
        if !port.chars().all(|c| c.is_ascii_digit()) {
            return wrong(PORT, "a number");
        }
        let database = self.property(DATABASE).map(str::trim).unwrap_or_default();
        if !is_plain(database, "._-$ ") {
            return wrong(DATABASE, "a name of letters, digits and . _ - $; write another into \"default\"");
        }
        let port = if port.is_empty() { String::new() } else { format!(":{port}") };
        let database = match (database, form.first) {
            ("", ';') => String::new(),
            _ => format!("{}{database}", form.database),
        };
        Ok(format!("{}{host}{port}{database}", form.before))
    }

    /// The property that options stand in.
    fn written(&self) -> &'static str {
        if self.property(URL).is_some() { URL } else { PARAMS }
    }

    fn property(&self, key: &str) -> Option<&str> {
        self.properties.get(key).map(String::as_str)
    }
}

fn is_athenas(key: &str) -> bool {
    let is_offered = |scope: Scope| matches!(scope, Scope::Spill | Scope::Catalog | Scope::Catalogs);
    let known = SETTINGS.iter().any(|setting| setting.variable == Some(key) && is_offered(setting.scope));
    (known || IDLE.contains(&key)) && !NOT_ATHENAS.contains(&key)
}

/// Names of one case alone are seen through a connection that filters them, and Athena has them in lower case.
fn casing(filter: &str) -> Result<&'static str> {
    match filter.trim().to_ascii_uppercase().as_str() {
        "UPPERCASE_ONLY" => Ok("UPPER"),
        "LOWERCASE_ONLY" => Ok("LOWER"),
        _ => Err(check::wrong(CASING, "UPPERCASE_ONLY or LOWERCASE_ONLY")),
    }
}

fn in_clear(key: &str) -> Error {
    Error::new(ErrorKind::Unsupported, format!("{key}: its user and password stand in the connection itself, and are not read"))
        .hint("put both into a secret, as {\"username\": …, \"password\": …}, and name it in the connection (SECRET_ID), or set \"secret_name\"")
}

#[cfg(test)]
mod tests;
