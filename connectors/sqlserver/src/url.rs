//! The connection URL as the vendor's JDBC driver takes it: `jdbc:sqlserver://host:port;option=value;option={value}`.
//!
//! Not here: what an option means (`options.rs`). Host and database may be absent, because a secret may hold them.

use std::collections::BTreeMap;

use connector_core::{Endpoint, Error, Result, url};

use crate::browser;
use crate::connect::PORT;
use crate::options::{OPTIONS, Options};

const SHAPE: &str = "write sqlserver://jdbc:sqlserver://host:1433;databaseName=db;${secret}";

/// Takes the URL apart and checks every option; no value of an option is repeated in a message from here.
pub(crate) fn endpoint(url: &str) -> Result<Endpoint> {
    let rest = url::strip_scheme(url.trim(), &["jdbc:sqlserver://", "sqlserver://"])
        .ok_or_else(|| Error::invalid("the connection URL does not start with jdbc:sqlserver://").hint(SHAPE))?;
    if rest.contains('\0') {
        return Err(Error::invalid("the connection URL holds a zero byte"));
    }
    let (authority, properties) = rest.split_once(';').unwrap_or((rest, ""));
    check_authority(authority)?;
    let (authority, instance) = cut_instance(authority.trim())?;
    let (host, own_port) = url::host_and_port(&authority, PORT)?;
    let (host, port) = (host.trim().to_owned(), url::port(own_port.trim())?);
    let mut properties = parse_properties(properties)?;
    let own_host = properties.remove("serverName").map(|host| cut_instance(&host)).transpose()?;
    let (own_host, own_instance) = own_host.map_or((None, None), |(host, instance)| (Some(host), instance));
    let host = one_of("host", Some(host).filter(|host| !host.is_empty()), own_host)?;
    let instance = one_of("instance", one_of("instance", instance, own_instance)?, properties.remove("instanceName"))?;
    if let Some(instance) = instance {
        url::add_option(&mut properties, "instanceName", instance)?;
    }
    let own_port = properties.remove("portNumber").map(|text| url::port(&text)).transpose()?.flatten();
    let port = one_of("port", port.map(|port| port.to_string()), own_port.map(|port| port.to_string()))?;
    let endpoint = Endpoint {
        host: host.unwrap_or_default(),
        port: port.map(|text| url::port(&text)).transpose()?.flatten(),
        database: properties.remove("databaseName").unwrap_or_default(),
        options: properties,
    };
    Options::parse(&endpoint.options)?;
    Ok(endpoint)
}

fn one_of(what: &str, place: Option<String>, property: Option<String>) -> Result<Option<String>> {
    match (place, property) {
        (Some(_), Some(_)) => Err(Error::invalid(format!("the {what} stands twice in the connection URL"))),
        (place, property) => Ok(place.or(property)),
    }
}

fn check_authority(authority: &str) -> Result<()> {
    if authority.contains(['@', '=']) {
        return Err(Error::invalid("the connection URL holds an option or a user where its host belongs")
            .hint("options begin with a semicolon; user and password belong into a secret: ${secret_name}"));
    }
    if authority.contains('/') {
        return Err(Error::invalid("the connection URL holds a slash behind its host")
            .hint("name the database as an option: ;databaseName=db"));
    }
    Ok(())
}

/// Takes the instance out of `host\instance` and `host\instance:port`.
fn cut_instance(place: &str) -> Result<(String, Option<String>)> {
    let Some((host, behind)) = place.split_once('\\') else { return Ok((place.to_owned(), None)) };
    let (instance, port) = behind.find(':').map_or((behind, ""), |colon| behind.split_at(colon));
    let instance = browser::check_name(instance.trim())?;
    Ok((format!("{}{port}", host.trim_end()), Some(instance.to_owned())))
}

fn parse_properties(text: &str) -> Result<BTreeMap<String, String>> {
    let mut properties = BTreeMap::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        // A removed secret placeholder leaves empty places behind.
        if let Some(behind) = rest.strip_prefix(';') {
            rest = behind.trim_start();
            continue;
        }
        let name = match rest.find(['=', ';']) {
            Some(end) if rest[end..].starts_with('=') => &rest[..end],
            // The rest of a password with a semicolon in it, perhaps.
            _ => {
                return Err(Error::invalid("the connection URL has an option without a value")
                    .hint("write a value that holds a semicolon in braces: {a;b}"));
            }
        };
        let own_name = OPTIONS.own_name(name.trim())?;
        let (value, behind) = value(rest[name.len() + 1..].trim_start(), own_name)?;
        rest = behind.trim_start();
        url::add_option(&mut properties, own_name, value)?;
    }
    Ok(properties)
}

/// A value, and what stands behind it: up to a semicolon, or in braces, where `}}` is a closing brace.
fn value<'t>(text: &'t str, name: &str) -> Result<(String, &'t str)> {
    let Some(mut braced) = text.strip_prefix('{') else {
        let (value, behind) = text.split_once(';').unwrap_or((text, ""));
        return Ok((value.trim_end().to_owned(), behind));
    };
    let mut value = String::new();
    loop {
        let Some((part, behind)) = braced.split_once('}') else {
            return Err(Error::invalid(format!(
                "the value of option {name} of the connection URL lacks its closing brace"
            ))
            .hint("write a closing brace inside braces twice: {a}}b}"));
        };
        value.push_str(part);
        let Some(again) = behind.strip_prefix('}') else {
            let behind = behind.trim_start();
            if behind.is_empty() || behind.starts_with(';') {
                return Ok((value, behind));
            }
            return Err(Error::invalid(format!(
                "there is more behind the braces of option {name} of the connection URL"
            ))
            .hint("write a closing brace inside braces twice: {a}}b}"));
        };
        value.push('}');
        braced = again;
    }
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
            ("jdbc:sqlserver://db.example:1434;databaseName=sales", at("db.example", Some(1434), "sales")),
            ("jdbc:sqlserver://db.example;database=sales;", at("db.example", None, "sales")),
            ("JDBC:SQLServer://[::1]:1433;;", at("::1", Some(1433), "")),
            ("jdbc:sqlserver://;serverName=::1;port=9;databaseName=d", at("::1", Some(9), "d")),
            ("jdbc:sqlserver://;server=h;portNumber=9", at("h", Some(9), "")),
            ("jdbc:sqlserver://", at("", None, "")),
            ("jdbc:sqlserver:// h : 7 ; databaseName = {a;b}}c} ; ", at("h", Some(7), "a;b}c")),
            ("sqlserver://h:1;databaseName=café d", at("h", Some(1), "café d")),
        ] {
            assert_eq!(endpoint(url).unwrap(), expected, "{url}");
        }
    }

    #[test]
    fn an_instance_is_found_wherever_it_stands() {
        for (url, host, port) in [
            ("jdbc:sqlserver://h\\SQL2019;databaseName=d", "h", None),
            ("jdbc:sqlserver:// h \\ SQL2019 : 7 ;", "h", Some(7)),
            ("jdbc:sqlserver://[::1]\\SQL2019", "::1", None),
            ("jdbc:sqlserver://h:7;instanceName=SQL2019", "h", Some(7)),
            ("jdbc:sqlserver://;serverName=h\\SQL2019;portNumber=7", "h", Some(7)),
            ("jdbc:sqlserver://;serverName=::1\\SQL2019", "::1", None),
        ] {
            let found = endpoint(url).unwrap();
            assert_eq!((found.host.as_str(), found.port), (host, port), "{url}");
            assert_eq!(found.options["instanceName"], "SQL2019", "{url}");
        }
    }

    #[test]
    fn an_option_is_found_whatever_its_case_and_kept_in_the_vendors() {
        let endpoint =
            endpoint("jdbc:sqlserver://h;ENCRYPT=strict;;applicationname={my;app}}};loginTimeout=5").unwrap();
        assert_eq!(endpoint.options["encrypt"], "strict");
        assert_eq!(endpoint.options["applicationName"], "my;app}");
        assert_eq!(endpoint.options["loginTimeout"], "5");
    }

    #[test]
    fn what_is_wrong_is_named_and_no_password_is_repeated() {
        for (url, named) in [
            ("jdbc:mysql://h/d", "jdbc:sqlserver:"),
            ("jdbc:sqlserver://h\\sql2019;instanceName=sql2019", "instance stands twice"),
            ("jdbc:sqlserver://h\\hunter2 x;databaseName=d", "instance"),
            ("jdbc:sqlserver://h\\;databaseName=d", "instance"),
            ("jdbc:sqlserver://h\\a:1:2", "colon"),
            ("jdbc:sqlserver://h:1\\a:2", "colon"),
            ("jdbc:sqlserver://u:hunter2\\x@h", "user"),
            ("jdbc:sqlserver://h;entraAuthority=http://hunter2", "entraAuthority"),
            ("jdbc:sqlserver://u:hunter2@h;databaseName=d", "user"),
            ("jdbc:sqlserver://h:70000", "70000"),
            ("jdbc:sqlserver://u:hunter2", "port"),
            ("jdbc:sqlserver://h/d", "slash"),
            ("jdbc:sqlserver://::1;databaseName=d", "colon"),
            ("jdbc:sqlserver://[::1;databaseName=d", "]"),
            ("jdbc:sqlserver://h;encrypt=true;hunter2", "without a value"),
            ("jdbc:sqlserver://h;hunter2;encrypt=true", "without a value"),
            ("jdbc:sqlserver://h;password=hunter2", "password"),
            ("jdbc:sqlserver://h;USER=hunter2", "user"),
            ("jdbc:sqlserver://h;accessToken=hunter2", "accessToken"),
            ("jdbc:sqlserver://h;trustStorePassword=hunter2", "trustStorePassword"),
            ("jdbc:sqlserver://h;trustStore=/hunter2.jks", "trustStore"),
            ("jdbc:sqlserver://h;nonsense=hunter2", "nonsense"),
            ("jdbc:sqlserver://h;encrypt=true;Encrypt=true", "twice"),
            ("jdbc:sqlserver://h;serverName=i", "twice"),
            ("jdbc:sqlserver://h:1;portNumber=2", "twice"),
            ("jdbc:sqlserver://h;applicationName={hunter2", "closing brace"),
            ("jdbc:sqlserver://h;applicationName={a}hunter2", "more behind"),
            ("jdbc:sqlserver://h;databaseName=a\0b", "zero byte"),
        ] {
            let error = endpoint(url).unwrap_err();
            assert!(error.to_string().contains(named), "{url}: {error}");
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{url}");
        }
    }

    #[test]
    fn any_text_gives_an_answer() {
        for url in ["", "jdbc:sqlserver:", "jdbc:sqlserver://;", "jdbc:sqlserver://;=;{}", "jdbc:sqlserver://[]:é", "é"]
        {
            drop(endpoint(url));
        }
    }
}
