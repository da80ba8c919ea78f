//! THE registration: one line per engine. Nothing else names engines.

use connector_core::{Connector, Error, Result};

/// Every engine of this build.
pub static CONNECTORS: &[&dyn Connector] = &[
    #[cfg(feature = "memory")]
    connector_memory::CONNECTOR,
    #[cfg(feature = "mysql")]
    connector_mysql::CONNECTOR,
    #[cfg(feature = "oracle")]
    connector_oracle::CONNECTOR,
    #[cfg(feature = "postgresql")]
    connector_postgresql::CONNECTOR,
    #[cfg(feature = "sqlserver")]
    connector_sqlserver::CONNECTOR,
];

/// The engine that connection strings call `token`.
///
/// Errors: invalid for one that is not built; it lists what there is.
pub fn find(token: &str) -> Result<&'static dyn Connector> {
    find_in(CONNECTORS, token)
}

fn find_in<'a>(connectors: &'a [&'a dyn Connector], token: &str) -> Result<&'a dyn Connector> {
    let wanted = token.to_ascii_lowercase();
    let mut all = connectors.iter();
    if let Some(found) = all.find(|one| one.name() == wanted || one.aliases().contains(&wanted.as_str())) {
        return Ok(*found);
    }
    let known: Vec<&str> = connectors.iter().map(|connector| connector.name()).collect();
    Err(Error::invalid(format!("engine {token:?} is unknown; there are {known:?}"))
        .hint("a connection string begins with the engine, as in postgres://jdbc:postgresql://host:5432/db"))
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use connector_core::{Connection, Credential, Dialect, Endpoint, ErrorKind, Parameter, Settings};

    use super::*;

    struct Named(&'static str, &'static [&'static str]);

    #[async_trait]
    impl Connector for Named {
        fn name(&self) -> &'static str {
            self.0
        }

        fn aliases(&self) -> &'static [&'static str] {
            self.1
        }

        fn parameters(&self) -> &'static [Parameter] {
            &[]
        }

        fn endpoint(&self, _url: &str) -> Result<Endpoint> {
            Ok(Endpoint::default())
        }

        fn dialect(&self) -> &'static dyn Dialect {
            unreachable!("only its name is asked")
        }

        async fn connect(&self, _: &Endpoint, _: &Credential, _: &Settings) -> Result<Box<dyn Connection>> {
            Err(Error::internal("only its name is asked"))
        }
    }

    #[test]
    fn an_engine_is_found_by_either_of_its_names() {
        let three: [&dyn Connector; 3] =
            [&Named("memory", &[]), &Named("mysql", &["mariadb"]), &Named("postgres", &["postgresql"])];
        for (tokens, name) in
            [(["postgres", "postgresql", "PostgreSQL"], "postgres"), (["mysql", "mariadb", "MariaDB"], "mysql")]
        {
            for token in tokens {
                assert_eq!(find_in(&three, token).unwrap().name(), name);
            }
        }
        let unknown = find_in(&three, "db2").err().unwrap();
        assert_eq!(unknown.kind(), ErrorKind::Invalid);
        assert!(
            unknown.to_string().contains("db2")
                && unknown.to_string().contains("[\"memory\", \"mysql\", \"postgres\"]")
        );
    }
}
