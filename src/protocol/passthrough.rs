//! The table function of pass-through queries, as it is declared and called (protocol reference 1.9 and 1.10).

use super::CapabilitySubType;

/// The function, as a capability's name and in calls.
pub const NAME: &str = "SYSTEM.QUERY";

/// Under which key a call says which function it is of.
pub const SIGNATURE: &str = "schemaFunctionName";

/// The argument that holds the query's text.
pub const QUERY: &str = "QUERY";

/// The capability that declares the function.
pub fn capability() -> (String, Vec<CapabilitySubType>) {
    let part = |name: &str, value: &str| CapabilitySubType { sub_type: name.into(), properties: vec![value.into()] };
    let parts = vec![
        part("query_passthrough_schema", "system"),
        part("query_passthrough_name", "query"),
        part("query_passthrough_arguments", QUERY),
    ];
    (NAME.into(), parts)
}
