//! Connect descriptors: `(DESCRIPTION=(ADDRESS=(PROTOCOL=tcp)(HOST=h)(PORT=1521))(CONNECT_DATA=(SERVICE_NAME=s)))`.
//!
//! One is taken apart so that everything in it is honoured or refused by name, and written again for the driver, which would
//! pass over what it does not know. Not here: what an option means (`options.rs`).

use std::collections::BTreeMap;

use connector_core::url::port;
use connector_core::{Endpoint, Error, Result};

use crate::options::{
    DESCRIPTOR, FAILOVER, INSTANCE, LOAD_BALANCE, OPTIONS, PROTOCOL, RETRY_COUNT, RETRY_DELAY, SERVER, SID,
};

/// How deep a descriptor may be nested; four levels exist.
const DEEPEST: usize = 8;

/// A name with a text, or with more of the same.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    Text(String, String),
    List(String, Vec<Node>),
}

/// Options that the driver reads in the text of a descriptor.
pub(crate) const WRITTEN_INSIDE: [&str; 7] =
    [FAILOVER, INSTANCE, LOAD_BALANCE, PROTOCOL, RETRY_COUNT, RETRY_DELAY, SERVER];

/// Takes a descriptor apart, and gives what stands behind it. Host, port and service are those of its first address, for
/// messages; the rest is its own.
///
/// Errors: invalid, for a text that is none, or something in it that is unknown or refused; no value is repeated.
pub(crate) fn endpoint(text: &str) -> Result<(Endpoint, &str)> {
    let (node, rest) = node(text.trim(), 0)?;
    let Node::List(name, _) = &node else { return Err(broken("it describes nothing")) };
    if !["DESCRIPTION", "DESCRIPTION_LIST"].contains(&name.as_str()) {
        return Err(broken("it does not begin with DESCRIPTION"));
    }
    let mut found = BTreeMap::new();
    gather(&node, &mut found)?;
    let mut take = |name: &str| found.remove(name);
    let host = take("HOST").ok_or_else(|| broken("it names no HOST"))?;
    let port = take("PORT").map(|text| port(&text)).transpose()?.flatten();
    let database =
        take("SERVICE_NAME").or_else(|| take(SID)).ok_or_else(|| broken("it names no SERVICE_NAME and no SID"))?;
    found.insert(DESCRIPTOR.into(), written(&node));
    Ok((Endpoint { host, port, database, options: found }, rest))
}

fn broken(what: &str) -> Error {
    Error::invalid(format!("the descriptor of the connection URL is not one: {what}"))
        .hint("write (DESCRIPTION=(ADDRESS=(PROTOCOL=tcp)(HOST=host)(PORT=1521))(CONNECT_DATA=(SERVICE_NAME=service)))")
}

/// One `(name=value)`, and what stands behind it.
fn node(text: &str, depth: usize) -> Result<(Node, &str)> {
    if depth > DEEPEST {
        return Err(broken("it is nested too deeply"));
    }
    let inner = text.strip_prefix('(').ok_or_else(|| broken("a parenthesis is missing"))?;
    let (name, mut value) = inner.split_once('=').ok_or_else(|| broken("a name has no value"))?;
    let name = name.trim().to_ascii_uppercase();
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.".contains(&byte)) {
        return Err(broken("a name has signs that none has"));
    }
    value = value.trim_start();
    if !value.starts_with('(') {
        let (text, rest) = value.split_once(')').ok_or_else(|| broken("a parenthesis is missing"))?;
        let text = text.trim().trim_matches('"');
        if text.contains(['(', '"', '=', '\0']) {
            return Err(broken("a value has signs that none has"));
        }
        return Ok((Node::Text(name, text.to_owned()), rest));
    }
    let mut nodes = Vec::new();
    while value.starts_with('(') {
        let (node, rest) = node(value, depth + 1)?;
        nodes.push(node);
        value = rest.trim_start();
    }
    let rest = value.strip_prefix(')').ok_or_else(|| broken("a parenthesis is missing"))?;
    Ok((Node::List(name, nodes), rest))
}

const CONTAINERS: [&str; 6] =
    ["DESCRIPTION_LIST", "DESCRIPTION", "ADDRESS_LIST", "ADDRESS", "CONNECT_DATA", "SECURITY"];

/// Checks every option and keeps its first value; if any address is encrypted, all must be.
fn gather(node: &Node, found: &mut BTreeMap<String, String>) -> Result<()> {
    match node {
        Node::List(name, nodes) if CONTAINERS.contains(&name.as_str()) => {
            nodes.iter().try_for_each(|node| gather(node, found))
        }
        Node::List(name, _) => OPTIONS.own_name(name).map(|_| ()),
        Node::Text(name, value) => {
            let name = OPTIONS.own_name(name)?;
            let value = if name == PROTOCOL { value.to_ascii_lowercase() } else { value.clone() };
            let first = found.entry(name.to_owned()).or_insert_with(|| value.clone());
            if name == PROTOCOL && *first != value {
                return Err(broken("some of its addresses are encrypted and some are not"));
            }
            Ok(())
        }
    }
}

/// The descriptor as the driver gets it, which waits a second behind an attempt that failed unless it is told not to.
fn written(node: &Node) -> String {
    match node {
        Node::Text(name, value) => format!("({name}={value})"),
        Node::List(name, nodes) => {
            let has_delay = nodes.iter().any(|node| matches!(node, Node::Text(name, _) if name == RETRY_DELAY));
            let delay = if name == "DESCRIPTION" && !has_delay { NO_DELAY } else { "" };
            format!("({name}={delay}{})", nodes.iter().map(written).collect::<String>())
        }
    }
}

const NO_DELAY: &str = "(RETRY_DELAY=0)";

/// The descriptor of an endpoint whose parts were written one by one.
///
/// Errors: invalid, for an endpoint without a host or a database, or with signs that no name has.
pub(crate) fn of(endpoint: &Endpoint, default_port: u16) -> Result<String> {
    if endpoint.host.is_empty() {
        return Err(Error::invalid("neither the connection URL nor the secret names a host").hint(crate::url::SHAPE));
    }
    if let Some(text) = endpoint.options.get(DESCRIPTOR) {
        return Ok(text.clone());
    }
    if endpoint.database.is_empty() {
        return Err(Error::invalid("neither the connection URL nor the secret names a service").hint(crate::url::SHAPE));
    }
    let option = |name: &str| endpoint.options.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let kind = if option(SID).is_some() { SID } else { "SERVICE_NAME" };
    let mut data = part(kind, &endpoint.database)?;
    for name in [SERVER, INSTANCE] {
        data += &option(name).map(|value| part(name, value)).transpose()?.unwrap_or_default();
    }
    let mut attempts = String::new();
    for (name, default) in [(RETRY_COUNT, Some("0")), (RETRY_DELAY, Some("0")), (FAILOVER, None), (LOAD_BALANCE, None)]
    {
        attempts += &option(name).or(default).map(|value| part(name, value)).transpose()?.unwrap_or_default();
    }
    let protocol = part(PROTOCOL, option(PROTOCOL).unwrap_or("tcp"))?;
    let port = endpoint.port.unwrap_or(default_port);
    let addresses: String = endpoint
        .host
        .split(',')
        .map(|host| Ok(format!("(ADDRESS={protocol}{}(PORT={port}))", part("HOST", host.trim())?)))
        .collect::<Result<_>>()?;
    Ok(format!("(DESCRIPTION={attempts}{addresses}(CONNECT_DATA={data}))"))
}

fn part(name: &str, value: &str) -> Result<String> {
    let is_name = |character: char| character.is_alphanumeric() || "._-:$#".contains(character);
    if value.is_empty() || !value.chars().all(is_name) {
        return Err(Error::invalid(format!("{name} of the connection URL or of the secret has signs that none has"))
            .hint(crate::url::SHAPE));
    }
    Ok(format!("({name}={value})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RAC: &str = "(description = (load_balance=on) (ADDRESS_LIST = (ADDRESS=(PROTOCOL=TCPS)(HOST=a.example)(PORT=2484)) \
         (ADDRESS=(PROTOCOL=tcps)(HOST=b.example)(PORT=2484))) (CONNECT_DATA=(SERVICE_NAME=sales.example)(SERVER=dedicated)) \
         (SECURITY=(SSL_SERVER_DN_MATCH=on)(MY_WALLET_DIRECTORY=/opt/wallet)))";

    #[test]
    fn a_descriptor_is_taken_apart_and_written_again() {
        let (endpoint, rest) = endpoint(RAC).unwrap();
        assert_eq!(rest, "");
        assert_eq!((endpoint.host.as_str(), endpoint.port), ("a.example", Some(2484)));
        assert_eq!(endpoint.database, "sales.example");
        assert_eq!(endpoint.options[PROTOCOL], "tcps");
        assert_eq!(endpoint.options["WALLET_LOCATION"], "/opt/wallet");
        assert_eq!(
            of(&endpoint, 1521).unwrap(),
            "(DESCRIPTION=(RETRY_DELAY=0)(LOAD_BALANCE=on)(ADDRESS_LIST=(ADDRESS=(PROTOCOL=TCPS)(HOST=a.example)(PORT=2484))\
             (ADDRESS=(PROTOCOL=tcps)(HOST=b.example)(PORT=2484)))(CONNECT_DATA=(SERVICE_NAME=sales.example)(SERVER=dedicated))\
             (SECURITY=(SSL_SERVER_DN_MATCH=on)(MY_WALLET_DIRECTORY=/opt/wallet)))"
        );
    }

    #[test]
    fn parts_make_a_descriptor() {
        let mut endpoint = Endpoint { host: "h".into(), port: None, database: "svc".into(), options: BTreeMap::new() };
        assert_eq!(
            of(&endpoint, 1521).unwrap(),
            "(DESCRIPTION=(RETRY_COUNT=0)(RETRY_DELAY=0)(ADDRESS=(PROTOCOL=tcp)(HOST=h)(PORT=1521))(CONNECT_DATA=(SERVICE_NAME=svc)))"
        );
        endpoint.options = [(SID.into(), "true".into()), (PROTOCOL.into(), "tcps".into())].into();
        endpoint.options.extend([(FAILOVER.into(), "off".into()), (LOAD_BALANCE.into(), String::new())]);
        (endpoint.port, endpoint.database) = (Some(2484), "ORCL".into());
        assert_eq!(
            of(&endpoint, 1521).unwrap(),
            "(DESCRIPTION=(RETRY_COUNT=0)(RETRY_DELAY=0)(FAILOVER=off)(ADDRESS=(PROTOCOL=tcps)(HOST=h)(PORT=2484))\
             (CONNECT_DATA=(SID=ORCL)))"
        );
    }

    #[test]
    fn what_would_break_out_of_a_descriptor_is_refused() {
        for (host, database) in
            [("h)(HOST=evil", "svc"), ("h", "svc)(SERVER=pooled"), ("h", "a b"), ("", "svc"), ("h", ""), ("h", "\"s\"")]
        {
            let endpoint =
                Endpoint { host: host.into(), port: None, database: database.into(), options: BTreeMap::new() };
            assert!(of(&endpoint, 1521).is_err(), "{host} {database}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_and_no_value_is_repeated() {
        let described = |inner: &str| format!("(DESCRIPTION={inner})");
        let address = "(ADDRESS=(PROTOCOL=tcp)(HOST=hunter2)(PORT=1))(CONNECT_DATA=(SID=s))";
        for (text, named) in [
            ("(DESCRIPTION=".to_owned(), "parenthesis"),
            ("(ADDRESS=(HOST=hunter2))".into(), "DESCRIPTION"),
            ("(DESCRIPTION=hunter2)".into(), "nothing"),
            (described("(ADDRESS=(HOST=hunter2))"), "SERVICE_NAME"),
            (described("(CONNECT_DATA=(SID=hunter2))"), "HOST"),
            (described(&format!("{address}(SOURCE_ROUTE=yes)")), "SOURCE_ROUTE"),
            (described(&format!("{address}(PASSWORD=hunter2)")), "password"),
            (described(&format!("{address}(NONSENSE=hunter2)")), "NONSENSE"),
            (described(&format!("{address}(POOL_NAME=hunter2)")), "POOL_NAME"),
            (described(&format!("{address}(ADDRESS=(PROTOCOL=tcps)(HOST=b))")), "encrypted"),
            (described("(ADDRESS=(HOST=a)(PORT=hunter2))(CONNECT_DATA=(SID=s))"), "port"),
            (described("(ADDRESS=(HOST=\"a(b\"))"), "signs"),
            (format!("{}1{}", "(A=".repeat(100), ")".repeat(100)), "deeply"),
        ] {
            let error = endpoint(&text).unwrap_err();
            assert!(error.to_string().contains(named), "{text}: {error}");
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{text}");
        }
    }
}
