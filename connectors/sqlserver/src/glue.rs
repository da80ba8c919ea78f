//! How AWS Glue knows the engine.

use connector_core::GlueForm;

pub(crate) static GLUE: GlueForm = GlueForm {
    database: ";databaseName=",
    first: ';',
    in_clear: &["encrypt=false", "encrypt=no", "encrypt=optional"],
    own,
    ..GlueForm::of("SQLSERVER", "sqlserver", BEFORE)
};

const BEFORE: &str = "jdbc:sqlserver://";

/// AWS's guidance for DataZone puts the database behind a slash, as other engines have it.
fn own(url: &str) -> Option<String> {
    let rest = url.strip_prefix(BEFORE)?;
    let (place, options) = rest.find(';').map_or((rest, ""), |at| rest.split_at(at));
    match place.split_once('/')? {
        (place, "") => Some(format!("{BEFORE}{place}{options}")),
        (place, database) => Some(format!("{BEFORE}{place};databaseName={database}{options}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_behind_a_slash_is_an_option_to_the_driver() {
        for (url, expected) in [
            ("jdbc:sqlserver://h:1433/d", Some("jdbc:sqlserver://h:1433;databaseName=d")),
            ("jdbc:sqlserver://h:1433/d;encrypt=strict", Some("jdbc:sqlserver://h:1433;databaseName=d;encrypt=strict")),
            ("jdbc:sqlserver://h:1433/", Some("jdbc:sqlserver://h:1433")),
            ("jdbc:sqlserver://h:1433;databaseName=a/b", None),
            ("jdbc:mysql://h/d", None),
        ] {
            assert_eq!(own(url).as_deref(), expected, "{url}");
        }
    }
}
