//! The connection URL as the vendor's JDBC driver takes it: `jdbc:mysql://host:port/database?option=value`.
//!
//! Not here: what an option means (`options.rs`). Host and database may be absent, because a secret may hold them.

use std::collections::BTreeMap;

use connector_core::{Endpoint, Error, Result, Support};
use percent_encoding::percent_decode_str;

use crate::options::{self, Options};

/// As the drivers of both vendors begin.
const SCHEMES: [&str; 4] = ["jdbc:mysql:", "jdbc:mariadb:", "mysql:", "mariadb:"];

/// Takes the URL apart and checks every option; no value of an option is repeated in a message from here.
pub(crate) fn endpoint(url: &str) -> Result<Endpoint> {
    let url = url.trim();
    let rest = SCHEMES.iter().find_map(|scheme| strip_scheme(url, scheme)).ok_or_else(|| {
        Error::invalid("the connection URL does not start with jdbc:mysql:")
            .hint("write mysql://jdbc:mysql://host:3306/database?${secret}")
    })?;
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, database) = match place.strip_prefix("//") {
        Some(place) => place.split_once('/').unwrap_or((place, "")),
        None if place.contains("://") => {
            return Err(Error::invalid("the connection URL names a protocol of its driver in front of a place")
                .hint("write jdbc:mysql://host:3306/database"));
        }
        None => ("", place.trim_start_matches('/')),
    };
    let (host, port) = host_and_port(authority)?;
    let endpoint = Endpoint { host, port, database: decode(database, "database")?, options: parse_options(query)? };
    Options::parse(&endpoint.options)?;
    Ok(endpoint)
}

fn strip_scheme<'a>(url: &'a str, scheme: &str) -> Option<&'a str> {
    let head = url.get(..scheme.len())?;
    head.eq_ignore_ascii_case(scheme).then(|| url.get(scheme.len()..)).flatten()
}

fn host_and_port(authority: &str) -> Result<(String, Option<u16>)> {
    if authority.contains('@') {
        return Err(Error::invalid("the connection URL holds a user in front of its host")
            .hint("user and password belong into a secret: ${secret_name}"));
    }
    if authority.contains(',') {
        return Err(Error::invalid("the connection URL lists several hosts, but one is taken")
            .hint("name the cluster's own endpoint, which follows a failover; its reader endpoint spreads reads"));
    }
    if authority.starts_with('(') || authority.to_ascii_lowercase().starts_with("address=") {
        return Err(Error::invalid("the connection URL describes its host by keys, but a name is taken")
            .hint("write //host:port/database"));
    }
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) =
                rest.split_once(']').ok_or_else(|| Error::invalid("the host of the connection URL lacks its ]"))?;
            (host, rest.strip_prefix(':').unwrap_or(rest))
        }
        None => authority.rsplit_once(':').unwrap_or((authority, "")),
    };
    if !authority.starts_with('[') && host.contains(':') {
        return Err(Error::invalid("the host of the connection URL holds a colon")
            .hint("write an IPv6 address in brackets: [::1]:3306"));
    }
    Ok((decode(host, "host")?, self::port(port)?))
}

fn port(text: &str) -> Result<Option<u16>> {
    match text.parse::<u16>() {
        _ if text.is_empty() => Ok(None),
        Ok(port) if port > 0 => Ok(Some(port)),
        // What is no number may be a password whose host is missing.
        _ if !text.bytes().all(|byte| byte.is_ascii_digit()) => {
            Err(Error::invalid("the port of the connection URL is not a number between 1 and 65535"))
        }
        _ => Err(Error::invalid(format!("port {text} of the connection URL is not a number between 1 and 65535"))),
    }
}

fn parse_options(query: &str) -> Result<BTreeMap<String, String>> {
    let mut options = BTreeMap::new();
    // A removed secret placeholder leaves empty places behind.
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = match pair.split_once('=') {
            Some(parts) => parts,
            None if options::find(pair).is_some() => (pair, ""),
            // The rest of a password with an ampersand in it, perhaps.
            None => {
                return Err(Error::invalid("the connection URL has an option without a value that is not known")
                    .hint("write an ampersand inside a value as %26"));
            }
        };
        let name = known_option(&decode(name, "option")?)?;
        let value = decode(value, name)?;
        if options.insert(name.to_owned(), value).is_some() {
            return Err(Error::invalid(format!("option {name} stands twice in the connection URL")));
        }
    }
    Ok(options)
}

/// The option's own spelling, if it is one that is not refused.
fn known_option(name: &str) -> Result<&'static str> {
    match options::find(name) {
        Some(parameter) => match parameter.support {
            Support::Refused(what_to_do) => {
                Err(Error::invalid(format!("option {} of the connection URL is refused", parameter.name))
                    .hint(what_to_do))
            }
            Support::Honoured(_) | Support::Ignored(_) => Ok(parameter.name),
        },
        None => Err(Error::invalid(format!("option {name:?} of the connection URL is not known"))
            .hint("the README of the MySQL connector lists the options")),
    }
}

/// Decodes as the vendor's driver does, for which a plus sign is a blank.
fn decode(text: &str, what: &str) -> Result<String> {
    let text = text.replace('+', " ");
    let decoded = percent_decode_str(&text)
        .decode_utf8()
        .map_err(|_| Error::invalid(format!("the {what} in the connection URL is not percent-encoded UTF-8")))?;
    if decoded.contains('\0') {
        return Err(Error::invalid(format!("the {what} in the connection URL holds a zero byte")));
    }
    Ok(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(host: &str, port: Option<u16>, database: &str) -> Endpoint {
        Endpoint { host: host.into(), port, database: database.into(), options: BTreeMap::new() }
    }

    #[test]
    fn the_places_of_the_url_are_found() {
        for (url, expected) in [
            ("jdbc:mysql://db.example:5433/sales", at("db.example", Some(5433), "sales")),
            ("jdbc:mysql://db.example/sales?", at("db.example", None, "sales")),
            ("JDBC:MariaDB://[::1]:5432/sales?&", at("::1", Some(5432), "sales")),
            ("jdbc:mysql://[fe80::1]/", at("fe80::1", None, "")),
            ("jdbc:mysql://h/caf%C3%A9%2F1", at("h", None, "café/1")),
            ("jdbc:mysql:sales", at("", None, "sales")),
            ("jdbc:mysql:/", at("", None, "")),
            ("jdbc:mysql://?&", at("", None, "")),
            ("mariadb://h:1/d", at("h", Some(1), "d")),
        ] {
            assert_eq!(endpoint(url).unwrap(), expected, "{url}");
        }
    }

    #[test]
    fn an_option_is_found_whatever_its_case_and_kept_in_the_vendors() {
        let endpoint = endpoint("jdbc:mysql://h/d?SSLMODE=verify_ca&&connectionattributes=my+%20app%2B&").unwrap();
        assert_eq!(endpoint.options["sslMode"], "verify_ca");
        assert_eq!(endpoint.options["connectionAttributes"], "my  app+");
    }

    #[test]
    fn what_is_wrong_is_named_and_no_password_is_repeated() {
        for (url, named) in [
            ("jdbc:postgresql://h/d", "jdbc:mysql:"),
            ("jdbc:mysql://a:1,b:2/d", "several hosts"),
            ("jdbc:mysql://address=(host=h)(password=hunter2)/d", "by keys"),
            ("jdbc:mysql:replication://h/d", "a place"),
            ("jdbc:mysql://u:hunter2@h/d", "user in front"),
            ("jdbc:mysql://h:70000/d", "70000"),
            ("jdbc:mysql://u:hunter2/d", "port"),
            ("jdbc:mysql://h/d?useSSL=true&hunter2", "without a value"),
            ("jdbc:mysql://::1/d", "colon"),
            ("jdbc:mysql://[::1/d", "]"),
            ("jdbc:mysql://h/d?password=hunter2", "password"),
            ("jdbc:mysql://h/d?USER=hunter2", "user"),
            ("jdbc:mysql://h/d?password2=hunter2", "password2"),
            ("jdbc:mysql://h/d?socketFactory=x", "socketFactory"),
            ("jdbc:mysql://h/d?nonsense=hunter2", "nonsense"),
            ("jdbc:mysql://h/d?useSSL=true&USESSL=true", "twice"),
            ("jdbc:mysql://h/%FF", "UTF-8"),
            ("jdbc:mysql://h/a%00b", "zero byte"),
        ] {
            let error = endpoint(url).unwrap_err();
            assert!(error.to_string().contains(named), "{url}: {error}");
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{url}");
        }
    }

    #[test]
    fn any_text_gives_an_answer() {
        for url in ["", "jdbc:mysql:", "jdbc:mysql://", "jdbc:mysql:?=&=%", "jdbc:mysql://[]:/é", "é"] {
            drop(endpoint(url));
        }
    }
}
