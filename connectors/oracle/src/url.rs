//! The connection URL as the vendor's JDBC thin driver takes it: `jdbc:oracle:thin:@` and behind it a service
//! (`//host:port/service`, `tcps://host:port/service`), a system identifier (`host:port:sid`), or a descriptor in parentheses.
//!
//! Not here: what an option means (`options.rs`). Host and service may be absent, because a secret may hold them.

use std::collections::BTreeMap;

use connector_core::url::{add_option, host_and_port, port, strip_scheme};
use connector_core::{Endpoint, Error, Result};

use crate::connect::PORT;
use crate::descriptor::{self, WRITTEN_INSIDE};
use crate::options::{self, INSTANCE, OPTIONS, Options, PROTOCOL, SERVER, SID};

/// What a URL looks like.
pub(crate) const SHAPE: &str = "write oracle://jdbc:oracle:thin:${secret}@//host:1521/service";

/// Takes the URL apart and checks every option; no value of an option is repeated in a message from here.
pub(crate) fn endpoint(url: &str) -> Result<Endpoint> {
    let url = url.trim();
    let rest = strip_scheme(url, &["jdbc:oracle:thin:", "oracle:thin:"]).ok_or_else(|| {
        Error::invalid("the connection URL does not start with jdbc:oracle:thin:")
            .hint(format!("{SHAPE}; drivers other than the thin one are not offered"))
    })?;
    if rest.contains('\0') {
        return Err(Error::invalid("the connection URL holds a zero byte"));
    }
    // The last sign of this kind that is no part of an option.
    let address = rest.strip_prefix('@').ok_or_else(|| {
        Error::invalid("the connection URL has something else than @ behind jdbc:oracle:thin:")
            .hint("user and password belong into a secret: jdbc:oracle:thin:${secret_name}@//host:1521/service")
    })?;
    let endpoint = if address.trim_start().starts_with('(') { described(address)? } else { simple(address)? };
    Options::parse(&endpoint.options)?;
    Ok(endpoint)
}

/// A descriptor, and options behind it.
fn described(address: &str) -> Result<Endpoint> {
    let (mut endpoint, rest) = descriptor::endpoint(address)?;
    let query = match rest.trim_start().strip_prefix('?') {
        Some(query) => query,
        None if rest.trim().is_empty() => "",
        None => {
            return Err(Error::invalid("the descriptor of the connection URL has more behind it")
                .hint("options begin with a question mark, and are parted by &"));
        }
    };
    for (name, value) in parse_options(query)? {
        if WRITTEN_INSIDE.contains(&name.as_str()) {
            return Err(Error::invalid(format!("{name} does not stand behind the descriptor of the connection URL"))
                .hint("write it into the descriptor"));
        }
        add_option(&mut endpoint.options, &name, value)?;
    }
    Ok(endpoint)
}

/// Everything but a descriptor.
fn simple(address: &str) -> Result<Endpoint> {
    let (address, query) = address.split_once('?').unwrap_or((address, ""));
    let mut options = parse_options(query)?;
    let address = address.trim();
    let (protocol, place) = match address.split_once("//") {
        Some((protocol, place)) => (protocol.strip_suffix(':').unwrap_or(protocol), place),
        None => ("", address),
    };
    match protocol.to_ascii_lowercase().as_str() {
        "" => {}
        protocol @ ("tcp" | "tcps") => add_option(&mut options, PROTOCOL, protocol.to_owned())?,
        _ => {
            return Err(Error::invalid("the connection URL has a protocol that is neither tcp nor tcps")
                .hint("give host, port and service; directories and other sources of a descriptor are not asked"));
        }
    }
    if place.contains('@') {
        return Err(Error::invalid("the connection URL holds a user where its host belongs")
            .hint("user and password belong into a secret: ${secret_name}"));
    }
    let (authority, service) = match place.split_once('/') {
        Some((authority, service)) => (authority, Some(service)),
        None => (place, None),
    };
    let (host, port, sid) = host_port_sid(authority, address.contains("//"))?;
    let database = match (service, sid) {
        (Some(_), Some(_)) => {
            return Err(Error::invalid("the connection URL names both a service and a SID").hint(SHAPE));
        }
        (None, Some(sid)) => {
            add_option(&mut options, SID, "true".to_owned())?;
            sid
        }
        (Some(service), None) => name_of_service(service, &mut options)?,
        (None, None) => String::new(),
    };
    Ok(Endpoint { host, port, database, options })
}

/// A service, `service:server/instance`.
fn name_of_service(text: &str, options: &mut BTreeMap<String, String>) -> Result<String> {
    let (text, instance) = text.split_once('/').map_or((text, None), |(text, instance)| (text, Some(instance)));
    let (service, server) = text.split_once(':').map_or((text, None), |(service, server)| (service, Some(server)));
    for (name, value) in [(INSTANCE, instance), (SERVER, server)] {
        if let Some(value) = value.map(str::trim).filter(|value| !value.is_empty()) {
            add_option(options, name, value.to_owned())?;
        }
    }
    Ok(service.trim().to_owned())
}

/// Host, port and SID of `host:port:sid`; only without slashes in front may the last be there.
fn host_port_sid(authority: &str, has_slashes: bool) -> Result<(String, Option<u16>, Option<String>)> {
    let (place, sid) = split_sid(authority.trim());
    if has_slashes && sid.is_some() {
        return Err(Error::invalid("the host of the connection URL has two colons behind it")
            .hint("write host:port:sid without slashes, or //host:port/service, and an IPv6 address in brackets"));
    }
    if sid.is_some_and(str::is_empty) {
        return Err(Error::invalid("the SID of the connection URL is empty").hint("write host:port:sid"));
    }
    let (host, own_port) = host_and_port(place, PORT)?;
    if host.contains(['=', ';', ' ', '(', ')']) {
        return Err(Error::invalid("the host of the connection URL has signs that none has")
            .hint("options begin with a question mark, and are parted by &"));
    }
    Ok((host.to_owned(), port(own_port.trim())?, sid.map(str::to_owned)))
}

/// Takes off what stands behind a second colon, those of an IPv6 address in brackets not counted.
fn split_sid(authority: &str) -> (&str, Option<&str>) {
    let behind_host = match authority.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map_or("", |(_, behind)| behind),
        None => authority,
    };
    match authority.rsplit_once(':') {
        Some((place, sid)) if behind_host.matches(':').count() > 1 => (place, Some(sid.trim())),
        _ => (authority, None),
    }
}

/// Values are taken as they stand, for the vendor's driver knows quotes around one and no percent signs.
fn parse_options(query: &str) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for option in query.split('&').map(str::trim).filter(|option| !option.is_empty()) {
        let (name, value) = option.split_once('=').ok_or_else(|| {
            // The rest of a password with an ampersand in it, perhaps.
            Error::invalid("the connection URL has an option without a value").hint("write option=value")
        })?;
        let name = OPTIONS.own_name(name.trim())?;
        if [options::DESCRIPTOR, "HOST", "PORT", "SERVICE_NAME", SID].contains(&name) {
            return Err(Error::invalid(format!("{name} does not stand among the options of the connection URL"))
                .hint("write it in front of the question mark, or all of it as a descriptor in parentheses"));
        }
        add_option(&mut found, name, value.trim().trim_matches('"').to_owned())?;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(host: &str, port: Option<u16>, database: &str, options: &[(&str, &str)]) -> Endpoint {
        let options = options.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        Endpoint { host: host.into(), port, database: database.into(), options }
    }

    #[test]
    fn the_places_of_the_url_are_found() {
        for (url, expected) in [
            ("jdbc:oracle:thin:@//db.example:1522/sales", at("db.example", Some(1522), "sales", &[])),
            ("jdbc:oracle:thin:@//db.example/sales.example.com", at("db.example", None, "sales.example.com", &[])),
            ("JDBC:Oracle:Thin:@db.example:1521/sales", at("db.example", Some(1521), "sales", &[])),
            ("jdbc:oracle:thin:@db.example:1521:ORCL", at("db.example", Some(1521), "ORCL", &[("SID", "true")])),
            ("jdbc:oracle:thin:@tcps://h:2484/svc", at("h", Some(2484), "svc", &[("PROTOCOL", "tcps")])),
            ("jdbc:oracle:thin:@[::1]:1521:ORCL", at("::1", Some(1521), "ORCL", &[("SID", "true")])),
            ("jdbc:oracle:thin:@[::1]:1521", at("::1", Some(1521), "", &[])),
            ("jdbc:oracle:thin:@tcp://h:1/svc", at("h", Some(1), "svc", &[("PROTOCOL", "tcp")])),
            ("jdbc:oracle:thin:@//[::1]:1521/svc", at("::1", Some(1521), "svc", &[])),
            ("jdbc:oracle:thin:@//a,b:1521/svc", at("a,b", Some(1521), "svc", &[])),
            (
                "jdbc:oracle:thin:@//h:1/svc:dedicated/i1",
                at("h", Some(1), "svc", &[("INSTANCE_NAME", "i1"), ("SERVER", "dedicated")]),
            ),
            ("jdbc:oracle:thin:@", at("", None, "", &[])),
            ("jdbc:oracle:thin:@//", at("", None, "", &[])),
            ("jdbc:oracle:thin:@///svc", at("", None, "svc", &[])),
        ] {
            assert_eq!(endpoint(url).unwrap(), expected, "{url}");
        }
    }

    #[test]
    fn an_option_is_found_whatever_its_case_and_kept_in_its_own() {
        let endpoint = endpoint(
            "jdbc:oracle:thin:@tcps://h/svc?wallet_location=\"/opt/a+b%20c\"&Connect_Timeout=5&oracle.jdbc.readtimeout=7&sdu=8192",
        )
        .unwrap();
        assert_eq!(endpoint.options["WALLET_LOCATION"], "/opt/a+b%20c");
        assert_eq!(endpoint.options["CONNECT_TIMEOUT"], "5");
        assert_eq!(endpoint.options["oracle.jdbc.ReadTimeout"], "7");
    }

    #[test]
    fn options_may_stand_behind_a_descriptor_unless_the_driver_reads_them_in_it() {
        let behind = |rest: &str| {
            let address = "(ADDRESS=(PROTOCOL=tcp)(HOST=h)(PORT=1))(CONNECT_DATA=(SID=s))(CONNECT_TIMEOUT=7)";
            endpoint(&format!("jdbc:oracle:thin:@(DESCRIPTION={address}){rest}"))
        };
        assert_eq!(behind("?oracle.jdbc.ReadTimeout=5&").unwrap().options["oracle.jdbc.ReadTimeout"], "5");
        for (rest, named) in [
            ("hunter2", "behind it"),
            ("?retry_count=3", "RETRY_COUNT"),
            ("?PROTOCOL=tcps", "PROTOCOL"),
            ("?connect_timeout=8", "CONNECT_TIMEOUT stands twice"),
            ("?TNS_ADMIN=hunter2", "TNS_ADMIN"),
        ] {
            let error = behind(rest).unwrap_err();
            assert!(error.to_string().contains(named), "{rest}: {error}");
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{rest}");
        }
    }

    #[test]
    fn defect_20_only_the_protocol_turns_tls_on_and_no_option_by_being_there() {
        let encrypted = |url: &str| Options::parse(&endpoint(url).unwrap().options).unwrap().is_encrypted;
        assert!(encrypted("jdbc:oracle:thin:@tcps://h/s") && encrypted("jdbc:oracle:thin:@//h/s?protocol=tcps"));
        assert!(!encrypted("jdbc:oracle:thin:@//h/s") && !encrypted("jdbc:oracle:thin:@//h/s?protocol=tcp"));
        assert!(endpoint("jdbc:oracle:thin:@//h/s?ENFORCE_SSL=false").unwrap_err().to_string().contains("ENFORCE_SSL"));
    }

    #[test]
    fn what_is_wrong_is_named_and_no_password_is_repeated() {
        for (url, named) in [
            ("jdbc:mysql://h/d", "jdbc:oracle:thin:"),
            ("jdbc:oracle:oci:@h", "jdbc:oracle:thin:"),
            ("jdbc:oracle:thin:scott/hunter2@//h/s", "@"),
            ("jdbc:oracle:thin:@//scott:hunter2@h/s", "user"),
            ("jdbc:oracle:thin:@ldap://directory/hunter2", "protocol"),
            ("jdbc:oracle:thin:@//h:70000/s", "70000"),
            ("jdbc:oracle:thin:@//h:hunter2/s", "port"),
            ("jdbc:oracle:thin:@//h:1:ORCL", "colons"),
            ("jdbc:oracle:thin:@h:1:", "SID"),
            ("jdbc:oracle:thin:@::1:1521:ORCL", "colon"),
            ("jdbc:oracle:thin:@h:1:ORCL/s", "SID"),
            ("jdbc:oracle:thin:@//[::1/s", "]"),
            ("jdbc:oracle:thin:@//h;a=hunter2/s", "signs"),
            ("jdbc:oracle:thin:@//h/s?hunter2", "without a value"),
            ("jdbc:oracle:thin:@//h/s?password=hunter2", "password"),
            ("jdbc:oracle:thin:@//h/s?oracle.net.wallet_password=hunter2", "oracle.net.wallet_password"),
            ("jdbc:oracle:thin:@//h/s?TNS_ADMIN=/hunter2", "TNS_ADMIN"),
            ("jdbc:oracle:thin:@//h/s?descriptor=hunter2", "DESCRIPTOR"),
            ("jdbc:oracle:thin:@//h/s?nonsense=hunter2", "nonsense"),
            ("jdbc:oracle:thin:@//h/s?sdu=1&SDU=1", "SDU stands twice"),
            ("jdbc:oracle:thin:@tcps://h/s?PROTOCOL=tcp", "PROTOCOL stands twice"),
            ("jdbc:oracle:thin:@tcps://h/s?ssl_server_dn_match=off", "SSL_SERVER_DN_MATCH"),
            ("jdbc:oracle:thin:@//h/s:pooled", "SERVER"),
            ("jdbc:oracle:thin:@//h/a\0b", "zero byte"),
        ] {
            let error = endpoint(url).unwrap_err();
            assert!(error.to_string().contains(named), "{url}: {error}");
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{url}");
        }
    }

    #[test]
    fn any_text_gives_an_answer() {
        for url in
            ["", "jdbc:oracle:thin:", "jdbc:oracle:thin:@(", "jdbc:oracle:thin:@//?", "jdbc:oracle:thin:@[]:é", "é"]
        {
            drop(endpoint(url));
        }
    }
}
