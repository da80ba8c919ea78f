//! The URLs of Glue's connections in the form of each engine's own driver, as the engines tell it.

use connector_core::GlueForm;

use crate::connectors::{self, CONNECTORS};

/// An engine that Glue has connections to.
pub struct Form {
    /// Its token.
    pub engine: &'static str,
    /// How Glue has it.
    pub of: &'static GlueForm,
}

/// Those that there are.
pub fn forms() -> impl Iterator<Item = Form> {
    CONNECTORS.iter().filter_map(|connector| Some(Form { engine: connector.name(), of: connector.glue()? }))
}

/// The form of what Glue, or a URL, calls by this name.
pub fn find(name: &str) -> Option<Form> {
    let name = name.trim();
    let engine = connectors::find(name).map(connector_core::Connector::name).ok();
    forms().find(|form| form.of.kind.eq_ignore_ascii_case(name) || Some(form.engine) == engine)
}

/// The URL of a connection of type JDBC as the engine's own driver takes it; AWS writes some that it does not take.
pub fn own_form(url: &str) -> String {
    let url = url.trim();
    forms().find_map(|form| (form.of.own)(url)).unwrap_or_else(|| url.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_url_of_glues_is_written_as_its_driver_takes_it() {
        for (glues, own) in [
            (" jdbc:mysql://h:3306/d ", "jdbc:mysql://h:3306/d"),
            ("jdbc:postgresql://h:5432/d?a=b", "jdbc:postgresql://h:5432/d?a=b"),
            ("jdbc:sqlserver://h:1433/d;encrypt=strict", "jdbc:sqlserver://h:1433;databaseName=d;encrypt=strict"),
            ("jdbc:oracle://h:1521/s", "jdbc:oracle:thin:@//h:1521/s"),
        ] {
            assert_eq!(own_form(glues), own);
        }
    }

    #[test]
    fn an_engine_is_found_by_the_words_of_glue_and_of_urls() {
        for (names, engine) in [
            (&["MYSQL", "mysql", "mariadb"][..], "mysql"),
            (&["POSTGRESQL", "postgres", "postgresql"], "postgres"),
            (&["SQLSERVER", " sqlserver "], "sqlserver"),
            (&["ORACLE", "oracle"], "oracle"),
        ] {
            assert!(names.iter().all(|name| find(name).unwrap().engine == engine), "{names:?}");
        }
        assert!(["memory", "", "JDBC"].into_iter().all(|name| find(name).is_none()));
    }
}
