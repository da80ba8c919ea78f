//! Who asks, as Athena tells it. Filler fields of the wire (`id`, `principal`) are dropped here.

use std::collections::BTreeMap;
use std::fmt;

/// The caller of a request.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// AWS account.
    pub account: String,
    /// ARN.
    pub arn: String,
    /// Principal tags.
    pub tags: BTreeMap<String, String>,
    /// IAM groups.
    pub groups: Vec<String>,
    /// Options of the connection; some hold credentials, so their values are never printed.
    pub config_options: BTreeMap<String, String>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options: Vec<&String> = self.config_options.keys().collect();
        f.debug_struct("Identity")
            .field("account", &self.account)
            .field("arn", &self.arn)
            .field("tags", &self.tags)
            .field("groups", &self.groups)
            .field("config_options", &options)
            .finish()
    }
}
