//! The connection URL as the vendor's JDBC driver takes it: `jdbc:postgresql://host:port/database?option=value`.
//!
//! Not here: what an option means (`options.rs`). Host and database may be absent, because a secret may hold them.

use connector_core::{Endpoint, Error, Result, url};

use crate::connect::PORT;
use crate::options::{OPTIONS, Options};

/// Takes the URL apart and checks every option; no value of an option is repeated in a message from here.
pub(crate) fn endpoint(url: &str) -> Result<Endpoint> {
    let rest = url::strip_scheme(url.trim(), &["jdbc:postgresql:", "postgresql:"]).ok_or_else(|| {
        Error::invalid("the connection URL does not start with jdbc:postgresql:")
            .hint("write postgres://jdbc:postgresql://host:5432/database?${secret}")
    })?;
    let endpoint = url::endpoint(rest, &OPTIONS, PORT)?;
    Options::parse(&endpoint.options)?;
    Ok(endpoint)
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
            ("jdbc:postgresql://db.example:5433/sales", at("db.example", Some(5433), "sales")),
            ("jdbc:postgresql://db.example/sales?", at("db.example", None, "sales")),
            ("JDBC:postgresql://[::1]:5432/sales?&", at("::1", Some(5432), "sales")),
            ("jdbc:postgresql://[fe80::1]/", at("fe80::1", None, "")),
            ("jdbc:postgresql://h/caf%C3%A9%2F1", at("h", None, "café/1")),
            ("jdbc:postgresql:sales", at("", None, "sales")),
            ("jdbc:postgresql:/", at("", None, "")),
            ("jdbc:postgresql://?&", at("", None, "")),
            ("postgresql://h:1/d", at("h", Some(1), "d")),
        ] {
            assert_eq!(endpoint(url).unwrap(), expected, "{url}");
        }
    }

    #[test]
    fn an_option_is_found_whatever_its_case_and_kept_in_the_vendors() {
        let endpoint = endpoint("jdbc:postgresql://h/d?SSLMODE=verify-ca&&applicationname=my+%20app%2B&").unwrap();
        assert_eq!(endpoint.options["sslmode"], "verify-ca");
        assert_eq!(endpoint.options["ApplicationName"], "my  app+");
    }

    #[test]
    fn what_is_wrong_is_named_and_no_password_is_repeated() {
        for (url, named) in [
            ("jdbc:mysql://h/d", "jdbc:postgresql:"),
            ("jdbc:postgresql://a:1,b:2/d", "several hosts"),
            ("jdbc:postgresql://u:hunter2@h/d", "user in front"),
            ("jdbc:postgresql://h:70000/d", "70000"),
            ("jdbc:postgresql://u:hunter2/d", "port"),
            ("jdbc:postgresql://h/d?ssl=true&hunter2", "without a value"),
            ("jdbc:postgresql://::1/d", "colon"),
            ("jdbc:postgresql://[::1/d", "]"),
            ("jdbc:postgresql://h/d?password=hunter2", "password"),
            ("jdbc:postgresql://h/d?USER=hunter2", "user"),
            ("jdbc:postgresql://h/d?sslpassword=hunter2", "sslpassword"),
            ("jdbc:postgresql://h/d?kerberosServerName=x", "kerberosServerName"),
            ("jdbc:postgresql://h/d?nonsense=hunter2", "nonsense"),
            ("jdbc:postgresql://h/d?ssl=true&SSL=true", "twice"),
            ("jdbc:postgresql://h/%FF", "UTF-8"),
            ("jdbc:postgresql://h/a%00b", "zero byte"),
        ] {
            let error = endpoint(url).unwrap_err();
            assert!(error.to_string().contains(named), "{url}: {error}");
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{url}");
        }
    }

    #[test]
    fn any_text_gives_an_answer() {
        for url in
            ["", "jdbc:postgresql:", "jdbc:postgresql://", "jdbc:postgresql:?=&=%", "jdbc:postgresql://[]:/é", "é"]
        {
            drop(endpoint(url));
        }
    }
}
