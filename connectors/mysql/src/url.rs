//! The connection URL as the vendor's JDBC driver takes it: `jdbc:mysql://host:port/database?option=value`.
//!
//! Not here: what an option means (`options.rs`). Host and database may be absent, because a secret may hold them.

use connector_core::{Endpoint, Error, Result, url};

use crate::connect::PORT;
use crate::options::{OPTIONS, Options};

/// As the drivers of both vendors begin.
const SCHEMES: &[&str] = &["jdbc:mysql:", "jdbc:mariadb:", "mysql:", "mariadb:"];

/// Takes the URL apart and checks every option; no value of an option is repeated in a message from here.
pub(crate) fn endpoint(url: &str) -> Result<Endpoint> {
    let rest = url::strip_scheme(url.trim(), SCHEMES).ok_or_else(|| {
        Error::invalid("the connection URL does not start with jdbc:mysql:")
            .hint("write mysql://jdbc:mysql://host:3306/database?${secret}")
    })?;
    check_form(rest)?;
    let endpoint = url::endpoint(rest, &OPTIONS, PORT)?;
    Options::parse(&endpoint.options)?;
    Ok(endpoint)
}

/// Refuses two forms that only these drivers have.
fn check_form(rest: &str) -> Result<()> {
    let place = rest.split('?').next().unwrap_or_default();
    let Some(authority) = place.strip_prefix("//") else {
        return if place.contains("://") {
            Err(Error::invalid("the connection URL names a protocol of its driver in front of a place")
                .hint("write jdbc:mysql://host:3306/database"))
        } else {
            Ok(())
        };
    };
    if authority.starts_with('(') || authority.to_ascii_lowercase().starts_with("address=") {
        return Err(Error::invalid("the connection URL describes its host by keys, but a name is taken")
            .hint("write //host:port/database"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

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
