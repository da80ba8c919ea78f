//! An engine as AWS Glue has it: a type of its connections, and what its crawlers write of tables.

/// How Glue knows an engine, and how the URL of the engine's own driver is made of what a connection of Glue's says.
#[derive(Clone, Copy, Debug)]
pub struct GlueForm {
    /// The type of a connection to it.
    pub kind: &'static str,
    /// What a crawler classifies its tables as.
    pub classification: &'static str,
    /// Whether the whole name of a table begins with its database, in front of its schema.
    pub has_databases: bool,
    /// What stands before the host of a URL.
    pub before: &'static str,
    /// What stands before the database.
    pub database: &'static str,
    /// What stands before the first option.
    pub first: char,
    /// Options that say that there need be no TLS, in lower case.
    pub in_clear: &'static [&'static str],
    /// A URL that AWS writes for the engine and its driver does not take, as the driver takes it; none for any other.
    pub own: fn(&str) -> Option<String>,
    /// A URL of the driver's, with TLS asked for; none if it says that there is none.
    pub over_tls: fn(&str) -> Option<String>,
}

impl GlueForm {
    /// Of an engine whose driver takes `<before>host:port/database?option=value`, as AWS writes it, and TLS by an option.
    pub const fn of(kind: &'static str, classification: &'static str, before: &'static str) -> Self {
        Self {
            kind,
            classification,
            has_databases: true,
            before,
            database: "/",
            first: '?',
            in_clear: &[],
            own: |_| None,
            over_tls: |url| Some(url.to_owned()),
        }
    }
}
