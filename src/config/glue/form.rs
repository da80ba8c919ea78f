//! The URLs of Glue's connections in the form of each engine's own driver.

/// One engine, as the Java connectors make its connection string of a connection's properties.
pub struct Form {
    /// Glue's word for it.
    pub kind: &'static str,
    /// The token in front of a connection string.
    pub engine: &'static str,
    /// What stands before the host.
    pub before: &'static str,
    /// The same where TLS is asked for, if the URL says so in front.
    pub before_tls: &'static str,
    /// What stands before the database.
    pub database: &'static str,
    /// What stands before the first option.
    pub first: char,
    /// Options that say that there need be no TLS, in lower case.
    pub in_clear: &'static [&'static str],
}

const fn of(
    (kind, engine): (&'static str, &'static str),
    (before, before_tls): (&'static str, &'static str),
    (database, first): (&'static str, char),
    in_clear: &'static [&'static str],
) -> Form {
    Form { kind, engine, before, before_tls, database, first, in_clear }
}

/// Those that there are.
pub const FORMS: [Form; 4] = [
    of(
        ("MYSQL", "mysql"),
        ("jdbc:mysql://", "jdbc:mysql://"),
        ("/", '?'),
        &["sslmode=disabled", "sslmode=disable", "sslmode=preferred", "usessl=false", "verifyservercertificate=false"],
    ),
    of(
        ("POSTGRESQL", "postgres"),
        ("jdbc:postgresql://", "jdbc:postgresql://"),
        ("/", '?'),
        &["sslmode=disable", "sslmode=allow", "sslmode=prefer", "ssl=false"],
    ),
    of(
        ("SQLSERVER", "sqlserver"),
        ("jdbc:sqlserver://", "jdbc:sqlserver://"),
        (";databaseName=", ';'),
        &["encrypt=false", "encrypt=no", "encrypt=optional"],
    ),
    of(("ORACLE", "oracle"), ("jdbc:oracle:thin:@//", "jdbc:oracle:thin:@tcps://"), ("/", '?'), &["protocol=tcp"]),
];

/// The form of what Glue, or a URL, calls by this name.
pub fn find(name: &str) -> Option<&'static Form> {
    let name = name.trim();
    let same = |form: &&Form| form.kind.eq_ignore_ascii_case(name) || form.engine.eq_ignore_ascii_case(name);
    FORMS.iter().find(same)
}

/// The URL of a connection of type JDBC as the engine's own driver takes it.
///
/// AWS's guidance for DataZone writes `jdbc:<engine>://host:port/database` whatever the engine, and Glue's own manual writes
/// Oracle's as `jdbc:oracle:thin://@host:port/service`; neither driver takes these.
pub fn own_form(url: &str) -> String {
    let url = url.trim();
    if let Some(rest) = url.strip_prefix("jdbc:sqlserver://") {
        let (place, options) = rest.find(';').map_or((rest, ""), |at| rest.split_at(at));
        return match place.split_once('/') {
            Some((place, "")) => format!("jdbc:sqlserver://{place}{options}"),
            Some((place, database)) => format!("jdbc:sqlserver://{place};databaseName={database}{options}"),
            None => url.to_owned(),
        };
    }
    let slashed = ["jdbc:oracle:thin://@", "jdbc:oracle://"].iter().find_map(|form| url.strip_prefix(form));
    slashed.map_or_else(|| url.to_owned(), |rest| format!("jdbc:oracle:thin:@//{rest}"))
}

/// The same, over TLS from the first byte, for an engine whose URL says that in front.
pub fn over_tls(form: &Form, url: &str) -> Option<String> {
    if form.before == form.before_tls {
        return Some(url.to_owned());
    }
    if url.starts_with(form.before_tls) {
        return Some(url.to_owned());
    }
    let bare = form.before.trim_end_matches('/');
    let rest = url.strip_prefix(form.before).or_else(|| url.strip_prefix(bare))?;
    // A descriptor says in its own words how it is reached, and what has another protocol in front has said so.
    let is_plain = !rest.starts_with('(') && !rest.contains("://");
    is_plain.then(|| format!("{}{rest}", form.before_tls))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_url_of_glues_is_written_as_its_driver_takes_it() {
        for (glues, own) in [
            ("jdbc:mysql://h:3306/d", "jdbc:mysql://h:3306/d"),
            ("jdbc:postgresql://h:5432/d?a=b", "jdbc:postgresql://h:5432/d?a=b"),
            ("jdbc:sqlserver://h:1433/d", "jdbc:sqlserver://h:1433;databaseName=d"),
            ("jdbc:sqlserver://h:1433/d;encrypt=strict", "jdbc:sqlserver://h:1433;databaseName=d;encrypt=strict"),
            ("jdbc:sqlserver://h:1433;databaseName=a/b", "jdbc:sqlserver://h:1433;databaseName=a/b"),
            ("jdbc:sqlserver://h:1433/", "jdbc:sqlserver://h:1433"),
            ("jdbc:oracle://h:1521/s", "jdbc:oracle:thin:@//h:1521/s"),
            ("jdbc:oracle:thin://@h:1521/s", "jdbc:oracle:thin:@//h:1521/s"),
            ("jdbc:oracle:thin:@h:1521:SID", "jdbc:oracle:thin:@h:1521:SID"),
            ("jdbc:oracle:thin:@//h:1521/s", "jdbc:oracle:thin:@//h:1521/s"),
        ] {
            assert_eq!(own_form(glues), own);
        }
    }

    #[test]
    fn tls_is_asked_for_in_front_where_that_is_where_an_url_says_so() {
        let oracle = find("oracle").unwrap();
        let over = |url: &str| over_tls(oracle, url);
        assert_eq!(over("jdbc:oracle:thin:@//h:1/s").as_deref(), Some("jdbc:oracle:thin:@tcps://h:1/s"));
        assert_eq!(over("jdbc:oracle:thin:@h:1/s").as_deref(), Some("jdbc:oracle:thin:@tcps://h:1/s"));
        assert_eq!(over("jdbc:oracle:thin:@tcps://h:1/s").as_deref(), Some("jdbc:oracle:thin:@tcps://h:1/s"));
        assert_eq!(over("jdbc:oracle:thin:@tcp://h:1/s"), None);
        assert_eq!(over("jdbc:oracle:thin:@(DESCRIPTION=)"), None);
        assert_eq!(over_tls(find("MYSQL").unwrap(), "jdbc:mysql://h/d").as_deref(), Some("jdbc:mysql://h/d"));
    }
}
