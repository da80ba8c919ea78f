//! What the connection URLs of the vendors' JDBC drivers have in common. No message from here repeats the value of an option,
//! or what may be a misplaced password. Not here: which options an engine has.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

use crate::{Endpoint, Error, OptionTable, Result};

/// What stands behind the first of these schemes that the URL begins with, whatever its case.
pub fn strip_scheme<'u>(url: &'u str, schemes: &[&str]) -> Option<&'u str> {
    schemes.iter().find_map(|scheme| {
        let (head, rest) = url.split_at_checked(scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then_some(rest)
    })
}

/// Reads what most drivers have behind their scheme, `//host:port/database?option=value&…`, of which any part may be absent.
///
/// Errors: invalid, for what is none of it, and for an option that is not known, refused, or stands twice.
pub fn endpoint(rest: &str, options: &OptionTable, own_port: u16) -> Result<Endpoint> {
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, database) = match place.strip_prefix("//") {
        Some(place) => place.split_once('/').unwrap_or((place, "")),
        None => ("", place.trim_start_matches('/')),
    };
    check_one_host(authority)?;
    let (host, port) = host_and_port(authority, own_port)?;
    Ok(Endpoint {
        host: decode(host, "host")?,
        port: self::port(port)?,
        database: decode(database, "database")?,
        options: parse_options(query, options)?,
    })
}

fn check_one_host(authority: &str) -> Result<()> {
    if authority.contains('@') {
        return Err(Error::invalid("the connection URL holds a user in front of its host")
            .hint("user and password belong into a secret: ${secret_name}"));
    }
    if authority.contains(',') {
        return Err(Error::invalid("the connection URL lists several hosts, but one is taken")
            .hint("name the cluster's own endpoint, which follows a failover; its reader endpoint spreads reads"));
    }
    Ok(())
}

/// Takes `host:port` apart, and `[::1]:port`; `own_port` is the engine's, for an example.
pub fn host_and_port(authority: &str, own_port: u16) -> Result<(&str, &str)> {
    if let Some(rest) = authority.strip_prefix('[') {
        let places = rest.split_once(']');
        let (host, rest) = places.ok_or_else(|| Error::invalid("the host of the connection URL lacks its ]"))?;
        return Ok((host, rest.strip_prefix(':').unwrap_or(rest)));
    }
    let (host, port) = authority.rsplit_once(':').unwrap_or((authority, ""));
    if host.contains(':') {
        return Err(Error::invalid("the host of the connection URL holds a colon")
            .hint(format!("write an IPv6 address in brackets: [::1]:{own_port}")));
    }
    Ok((host, port))
}

/// A port, if there is one.
pub fn port(text: &str) -> Result<Option<u16>> {
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

fn parse_options(query: &str, table: &OptionTable) -> Result<BTreeMap<String, String>> {
    let mut options = BTreeMap::new();
    // A removed secret placeholder leaves empty places behind.
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = match pair.split_once('=') {
            Some(parts) => parts,
            None if table.find(pair).is_some() => (pair, ""),
            // The rest of a password with an ampersand in it, perhaps.
            None => {
                return Err(Error::invalid("the connection URL has an option without a value that is not known")
                    .hint("write an ampersand inside a value as %26"));
            }
        };
        let name = table.own_name(&decode(name, "option")?)?;
        add_option(&mut options, name, decode(value, name)?)?;
    }
    Ok(options)
}

/// Adds an option to those of an endpoint.
///
/// Errors: invalid, for one that stands there already.
pub fn add_option(options: &mut BTreeMap<String, String>, name: &str, value: String) -> Result<()> {
    match options.insert(name.to_owned(), value) {
        None => Ok(()),
        Some(_) => Err(Error::invalid(format!("option {name} stands twice in the connection URL"))),
    }
}

/// Decodes as the vendors' drivers do, for which a plus sign is a blank.
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
    use crate::{Support, option};

    static OPTIONS: OptionTable = OptionTable {
        engine: "Test",
        parameters: &[option("Mode", Support::Honoured("")), option("password", Support::Refused("use a secret"))],
        aliases: &[("way", "Mode")],
    };

    fn read(rest: &str) -> Result<Endpoint> {
        endpoint(rest, &OPTIONS, 1234)
    }

    #[test]
    fn the_places_are_found() {
        let at = |host: &str, port, database: &str| Endpoint {
            host: host.into(),
            port,
            database: database.into(),
            options: BTreeMap::new(),
        };
        for (rest, expected) in [
            ("//db.example:5433/sales", at("db.example", Some(5433), "sales")),
            ("//db.example/sales?", at("db.example", None, "sales")),
            ("//[::1]:5432/sales?&", at("::1", Some(5432), "sales")),
            ("//[fe80::1]/", at("fe80::1", None, "")),
            ("//h/caf%C3%A9%2F1", at("h", None, "café/1")),
            ("sales", at("", None, "sales")),
            ("/", at("", None, "")),
            ("//?&", at("", None, "")),
        ] {
            assert_eq!(read(rest).unwrap(), expected, "{rest}");
        }
    }

    #[test]
    fn a_scheme_is_found_whatever_its_case_and_even_in_odd_text() {
        assert_eq!(strip_scheme("JDBC:x://h", &["y:", "jdbc:x:"]), Some("//h"));
        assert_eq!(strip_scheme("jdbc:é", &["jdbc:x:", "jdbc:ab"]), None);
    }

    #[test]
    fn an_option_is_found_by_any_name_and_kept_in_its_own() {
        for rest in ["//h/d?MODE=my+%20app%2B&&", "//h?way=my%20%20app%2B"] {
            assert_eq!(read(rest).unwrap().options["Mode"], "my  app+", "{rest}");
        }
        assert_eq!(read("?mode").unwrap().options["Mode"], "");
    }

    #[test]
    fn what_is_wrong_is_named_and_no_password_is_repeated() {
        for (rest, named) in [
            ("//a:1,b:2/d", "several hosts"),
            ("//u:hunter2@h/d", "user in front"),
            ("//h:70000/d", "70000"),
            ("//h:0/d", "port 0"),
            ("//u:hunter2/d", "port"),
            ("//h/d?mode=a&hunter2", "without a value"),
            ("//::1/d", "colon"),
            ("//[::1/d", "]"),
            ("//h/d?PASSWORD=hunter2", "password"),
            ("//h/d?nonsense=hunter2", "nonsense"),
            ("//h/d?mode=a&way=b", "twice"),
            ("//h/%FF", "UTF-8"),
            ("//h/a%00b", "zero byte"),
        ] {
            let error = read(rest).unwrap_err();
            assert!(error.to_string().contains(named), "{rest}: {error}");
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{rest}");
        }
        assert!(read("//::1/d").unwrap_err().hint_text().unwrap().ends_with("[::1]:1234"));
        assert!(read("?nonsense=1").unwrap_err().hint_text().unwrap().contains("README of the Test connector"));
    }
}
