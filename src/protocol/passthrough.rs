//! The table functions of pass-through queries, as they are declared and called (protocol reference 1.9 and 1.10).
//!
//! There are two, because Athena asks for every argument that is declared.

use super::CapabilitySubType;

/// The function that reads a query at once, as a capability's name and in calls.
pub const NAME: &str = "SYSTEM.QUERY";

/// The function that reads a query in splits.
pub const IN_SPLITS: &str = "SYSTEM.QUERY_IN_SPLITS";

/// Under which key a call says which function it is of.
pub const SIGNATURE: &str = "schemaFunctionName";

/// The argument that holds the query's text.
pub const QUERY: &str = "QUERY";

/// The argument that names the column along which the query is cut.
pub const SPLIT_BY: &str = "SPLIT_BY";

/// The capabilities that declare the functions.
pub fn capabilities() -> [(String, Vec<CapabilitySubType>); 2] {
    [declared(NAME, &[QUERY]), declared(IN_SPLITS, &[QUERY, SPLIT_BY])]
}

fn declared(name: &str, arguments: &[&str]) -> (String, Vec<CapabilitySubType>) {
    let part = |sub_type: &str, properties: &[&str]| CapabilitySubType {
        sub_type: sub_type.into(),
        properties: properties.iter().map(|property| (*property).to_owned()).collect(),
    };
    let (schema, function) = name.split_once('.').unwrap_or_default();
    let parts = vec![
        part("query_passthrough_schema", &[&schema.to_lowercase()]),
        part("query_passthrough_name", &[&function.to_lowercase()]),
        part("query_passthrough_arguments", arguments),
    ];
    (name.into(), parts)
}
