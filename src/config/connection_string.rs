//! Takes `<engine>://<native URL>` apart: the engine, the URL without anything secret, and who knows the password.
//!
//! What the native URL means is its engine's business. Messages name the setting and never quote it: it may hold a password.

use connector_core::{Credential, Error, Result, Secret};

/// Who knows the password of a catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretReference {
    /// Nobody: the source asks for none.
    None,
    /// A secret of this name or ARN.
    Name(String),
    /// It stood in the connection string in clear.
    Inline(Credential),
}

/// A connection string, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionString {
    pub engine: String,
    pub url: String,
    pub secret: SecretReference,
}

/// Takes `text`, the value of setting `key`, apart.
pub fn parse(key: &str, text: &str) -> Result<ConnectionString> {
    let (engine, native) = text
        .trim()
        .split_once("://")
        .filter(|(engine, _)| !engine.is_empty() && engine.chars().all(|c| c.is_ascii_alphanumeric()))
        .ok_or_else(|| {
            Error::invalid(format!("setting {key:?} is not a connection string"))
                .hint("write <engine>://<JDBC URL>, as in postgres://jdbc:postgresql://host:5432/db?${secret}")
        })?;
    let (native, name) = cut_placeholders(key, native)?;
    let (native, clear) = cut_credential(key, &native)?;
    let secret = match (name, clear) {
        (Some(_), Some(_)) => {
            return Err(Error::invalid(format!(
                "setting {key:?} has both a ${{secret}} and a user or password in clear"
            ))
            .hint("leave the user and the password to the secret"));
        }
        (Some(name), None) => SecretReference::Name(name),
        (None, Some(credential)) => SecretReference::Inline(credential),
        (None, None) => SecretReference::None,
    };
    Ok(ConnectionString { engine: engine.to_ascii_lowercase(), url: tidy(&native), secret })
}

/// Checks the name or ARN of a secret: the characters that AWS's connectors allow, and at most one `word!` in front.
pub fn check_secret_name(key: &str, name: &str) -> Result<String> {
    let (service, rest) = name.split_once('!').unwrap_or(("x", name));
    // An ARN has its account and more in front.
    let service = if service.starts_with("arn:") { service.rsplit(':').next().unwrap_or_default() } else { service };
    let word = |c: char| c.is_ascii_alphanumeric();
    let ok = !rest.is_empty()
        && !service.is_empty()
        && service.chars().all(word)
        && rest.chars().all(|c| word(c) || ":/_+=.@-".contains(c));
    if ok {
        return Ok(name.to_owned());
    }
    Err(Error::invalid(format!("setting {key:?} names a secret by something that is neither a name nor an ARN"))
        .hint("a secret's name has letters, digits and : / _ + = . @ - only, with at most one \"word!\" in front"))
}

/// Cuts every `${…}` out; the first is the one that counts, as in AWS's connectors.
fn cut_placeholders(key: &str, native: &str) -> Result<(String, Option<String>)> {
    let (mut kept, mut first, mut rest) = (String::new(), None, native);
    while let Some((before, behind)) = rest.split_once("${") {
        let (name, after) = behind
            .split_once('}')
            .ok_or_else(|| Error::invalid(format!("setting {key:?} has a ${{ that is not closed")))?;
        let name = check_secret_name(key, name)?;
        first.get_or_insert(name);
        kept.push_str(before);
        rest = after;
    }
    kept.push_str(rest);
    Ok((kept, first))
}

/// Cuts user and password out, wherever the JDBC drivers take them: options, `//user:password@host`, Oracle's `user/password@`.
fn cut_credential(key: &str, native: &str) -> Result<(String, Option<Credential>)> {
    let (address, options) = match native.find(['?', ';']) {
        Some(at) => native.split_at(at),
        None => (native, ""),
    };
    let (options, mut found) = cut_options(options);
    let (address, in_front) = cut_user_info(address);
    found.user = found.user.or(in_front.user);
    found.password = found.password.or(in_front.password);
    let credential = match (found.user, found.password) {
        (None, None) => None,
        (Some(user), password) => Some(Credential { user, password: password.unwrap_or_else(|| Secret::new("")) }),
        (None, Some(_)) => return Err(Error::invalid(format!("setting {key:?} has a password in clear and no user"))),
    };
    Ok((address + &options, credential))
}

#[derive(Default)]
struct Found {
    user: Option<String>,
    password: Option<Secret>,
}

fn cut_options(options: &str) -> (String, Found) {
    let mut found = Found::default();
    let Some(lead) = options.chars().next() else { return (String::new(), found) };
    let (separator, decode): (char, fn(&str) -> String) =
        if lead == '?' { ('&', percent_decode) } else { (';', unbrace) };
    let mut kept = Vec::new();
    for option in split_options(options.get(1..).unwrap_or_default(), separator) {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        match name.trim().to_ascii_lowercase().as_str() {
            "user" | "username" => found.user = Some(decode(value)),
            "password" | "pwd" => found.password = Some(Secret::new(decode(value))),
            _ => kept.push(option),
        }
    }
    (format!("{lead}{}", kept.join(&separator.to_string())), found)
}

/// Splits at the separator, except inside braces, where SQL Server's driver takes a value as it stands.
fn split_options(options: &str, separator: char) -> Vec<&str> {
    let mut inside = false;
    let mut split = options.split(|c| {
        inside = separator == ';' && (inside || c == '{') && c != '}';
        c == separator && !inside
    });
    split.by_ref().collect()
}

fn unbrace(value: &str) -> String {
    match value.trim().strip_prefix('{').and_then(|value| value.strip_suffix('}')) {
        Some(inner) => inner.to_owned(),
        None => value.to_owned(),
    }
}

/// Cuts what stands in front of the host's `@`; `:` parts user and password behind `//`, `/` in Oracle's form before it.
fn cut_user_info(address: &str) -> (String, Found) {
    let slashes = address.find("//").unwrap_or(address.len());
    if let Some(at) = address.get(..slashes).and_then(|front| front.rfind('@')) {
        let front = address.get(..at).unwrap_or_default();
        let start = front.rfind("thin:").map_or(0, |thin| thin + "thin:".len());
        return cut_at(address, start, at, '/', |text| text.trim_matches('"').to_owned());
    }
    let start = (slashes + 2).min(address.len());
    match end_of_user_info(address.get(start..).unwrap_or_default()) {
        Some(at) => cut_at(address, start, start + at, ':', percent_decode),
        None => (address.to_owned(), Found::default()),
    }
}

/// A host ends at the first slash; only where what stands before it cannot be a host is an unescaped slash a password's.
fn end_of_user_info(authority: &str) -> Option<usize> {
    let host = authority.split('/').next().unwrap_or_default();
    let port = host.rsplit_once(':').map_or("", |(_, port)| port);
    let is_host = port.ends_with(']') || port.chars().all(|c| c.is_ascii_digit());
    host.rfind('@').or_else(|| authority.rfind('@').filter(|_| !is_host))
}

fn cut_at(address: &str, start: usize, at: usize, parting: char, decode: fn(&str) -> String) -> (String, Found) {
    let info = address.get(start..at).unwrap_or_default();
    let behind = if parting == '/' { at } else { at + 1 };
    let kept = format!("{}{}", address.get(..start).unwrap_or_default(), address.get(behind..).unwrap_or_default());
    let (user, password) = match info.split_once(parting) {
        Some((user, password)) => (user, Some(Secret::new(decode(password)))),
        None => (info, None),
    };
    (kept, Found { user: (!user.is_empty()).then(|| decode(user)), password })
}

/// Decodes `%XX`; a plus sign stands for itself.
fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let hex = tail.get(..2).filter(|digits| byte == b'%' && digits.iter().all(u8::is_ascii_hexdigit));
        let hex = hex.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        bytes.push(hex.unwrap_or(byte));
        rest = if hex.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// Removes the separators that a cut has left without an option.
fn tidy(native: &str) -> String {
    let mut url = native.to_owned();
    for (from, to) in [("&&", "&"), (";;", ";"), ("?&", "?")] {
        while url.contains(from) {
            url = url.replace(from, to);
        }
    }
    url.trim_end_matches(['?', '&', ';']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (String, String, SecretReference) {
        let parsed = parse("default", text).unwrap();
        (parsed.engine, parsed.url, parsed.secret)
    }

    fn clear(user: &str, password: &str) -> SecretReference {
        SecretReference::Inline(Credential { user: user.into(), password: Secret::new(password) })
    }

    #[test]
    fn a_placeholder_is_cut_out_of_every_engines_url() {
        let name = |name: &str| SecretReference::Name(name.into());
        for (text, engine, url, secret) in [
            (
                "postgres://jdbc:postgresql://h:5432/db?${my/sec-ret}",
                "postgres",
                "jdbc:postgresql://h:5432/db",
                "my/sec-ret",
            ),
            (
                "postgres://jdbc:postgresql://h/db?${s}&sslmode=require",
                "postgres",
                "jdbc:postgresql://h/db?sslmode=require",
                "s",
            ),
            ("postgres://jdbc:postgresql://h/db?a=b&${s}&c=d", "postgres", "jdbc:postgresql://h/db?a=b&c=d", "s"),
            ("mysql://jdbc:mysql://h:3306/db?${rds!db-1}", "mysql", "jdbc:mysql://h:3306/db", "rds!db-1"),
            (
                "sqlserver://jdbc:sqlserver://h:1433;databaseName=db;${s}",
                "sqlserver",
                "jdbc:sqlserver://h:1433;databaseName=db",
                "s",
            ),
            ("oracle://jdbc:oracle:thin:${s}@//h:1521/svc", "oracle", "jdbc:oracle:thin:@//h:1521/svc", "s"),
            ("postgres://jdbc:postgresql://h/db?${first}${second}", "postgres", "jdbc:postgresql://h/db", "first"),
            (
                "postgres://jdbc:postgresql://h/db?${arn:aws:secretsmanager:eu-west-1:123456789012:secret:a/b-AbCdEf}",
                "postgres",
                "jdbc:postgresql://h/db",
                "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a/b-AbCdEf",
            ),
        ] {
            assert_eq!(parts(text), (engine.to_owned(), url.to_owned(), name(secret)), "{text}");
        }
    }

    #[test]
    fn a_credential_in_clear_is_taken_out_of_every_place_it_may_stand() {
        for (text, url, user, password) in [
            (
                "postgres://jdbc:postgresql://h/db?user=bob&password=p%40ss+w&sslmode=require",
                "jdbc:postgresql://h/db?sslmode=require",
                "bob",
                "p@ss+w",
            ),
            ("postgres://jdbc:postgresql://h/db?user=bob&password=%+a%zz%", "jdbc:postgresql://h/db", "bob", "%+a%zz%"),
            ("postgres://jdbc:postgresql://h/db?user=bob", "jdbc:postgresql://h/db", "bob", ""),
            ("mysql://jdbc:mysql://bob:p%3Ass@h/db?a=b", "jdbc:mysql://h/db?a=b", "bob", "p:ss"),
            ("mysql://jdbc:mysql://bob:p@ss@h/db", "jdbc:mysql://h/db", "bob", "p@ss"),
            // No URL at all, but its password must not be shown as a part of one.
            ("mysql://jdbc:mysql://bob:p/ss@h/db", "jdbc:mysql://h/db", "bob", "p/ss"),
            (
                "sqlserver://jdbc:sqlserver://h;user=sa;password={a;b};databaseName=db",
                "jdbc:sqlserver://h;databaseName=db",
                "sa",
                "a;b",
            ),
            ("sqlserver://jdbc:sqlserver://h;userName=sa;password=a?b", "jdbc:sqlserver://h", "sa", "a?b"),
            ("oracle://jdbc:oracle:thin:bob/pw@//h:1521/svc", "jdbc:oracle:thin:@//h:1521/svc", "bob", "pw"),
            ("oracle://jdbc:oracle:thin:bob/\"p@x\"@//h/svc", "jdbc:oracle:thin:@//h/svc", "bob", "p@x"),
        ] {
            let (_, found, secret) = parts(text);
            assert_eq!((found.as_str(), secret), (url, clear(user, password)), "{text}");
        }
    }

    #[test]
    fn an_url_without_either_keeps_every_option() {
        let url = "jdbc:postgresql://h/db?sslmode=verify-full&options=-c%20x";
        assert_eq!(parts(&format!("postgres://{url}")), ("postgres".into(), url.into(), SecretReference::None));
        let at = "jdbc:postgresql://h:5432/d@b";
        assert_eq!(parts(&format!("postgres://{at}")), ("postgres".into(), at.into(), SecretReference::None));
        assert_eq!(parts("memory://"), ("memory".into(), String::new(), SecretReference::None));
    }

    #[test]
    fn what_is_no_connection_string_is_named_and_not_quoted() {
        for text in [
            "",
            "hunter2",
            "jdbc:postgresql://h/db?password=hunter2",
            "://hunter2",
            "postgres://jdbc:postgresql://h/db?password=hunter2",
            "postgres://jdbc:postgresql://h/db?user=u&password=hunter2&${s}",
            "postgres://jdbc:postgresql://h/db?x=hunter2&${s",
            "postgres://jdbc:postgresql://h/db?${hunter2 with blanks}",
            "postgres://jdbc:postgresql://h/db?${a!b!hunter2}",
            "postgres://jdbc:postgresql://h/db?${}",
        ] {
            let error = parse("pg_connection_string", text).unwrap_err();
            let told = format!("{error} {error:?}");
            assert!(told.contains("pg_connection_string") && !told.contains("hunter2"), "{told}");
        }
    }

    #[test]
    fn nothing_that_comes_in_makes_it_panic() {
        for text in [
            "x://@",
            "x:////@@",
            "x://?",
            "x://;;;",
            "x://a@//b@c",
            "x://%",
            "x://%zz?password=%e9",
            "x://é//ü@ö?user=ß",
        ] {
            let _ = parse("default", text);
        }
    }
}
