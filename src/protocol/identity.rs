//! Who asks, as Athena tells it. Filler fields of the wire (`id`, `principal`) are dropped here.

use std::collections::BTreeMap;
use std::fmt;

use connector_core::Result;

use super::json::{Cursor, Object, Writer};

/// What AWS's SDK writes in fields that nobody reads.
const FILLER: &str = "UNKNOWN";

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

impl Identity {
    /// Reads the field `identity`; all of it may be absent, as it was in 2020.
    pub(super) fn read(request: &Object<'_, '_>) -> Result<Self> {
        Ok(request.optional("identity", Self::read_object)?.unwrap_or_default())
    }

    fn read_object(cursor: Cursor<'_, '_>) -> Result<Self> {
        let identity = cursor.object()?;
        Ok(Self {
            account: identity.optional_text("account")?.unwrap_or_default(),
            arn: identity.optional_text("arn")?.unwrap_or_default(),
            tags: identity.text_map("tags")?,
            groups: identity.optional_texts("groups")?,
            config_options: identity.text_map("configOptions")?,
        })
    }

    pub(super) fn write(&self, writer: &mut Writer) -> Result<()> {
        writer.name("identity")?.object(|writer| {
            writer.name("id")?.text(FILLER)?;
            writer.name("principal")?.text(FILLER)?;
            writer.name("account")?.text(&self.account)?;
            writer.name("arn")?.text(&self.arn)?;
            writer.name("tags")?.text_map(&self.tags)?;
            writer.name("groups")?.texts(&self.groups)?;
            writer.name("configOptions")?.text_map(&self.config_options)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_named_but_never_shown() {
        let config_options = BTreeMap::from([("fas_token".to_owned(), "hush".to_owned())]);
        let shown = format!("{:?}", Identity { config_options, ..Identity::default() });
        assert!(shown.contains("fas_token") && !shown.contains("hush"));
    }
}
