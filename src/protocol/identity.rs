//! Who asks, as Athena tells it. Filler fields of the wire (`id`, `principal`) are dropped here.

use std::collections::BTreeMap;
use std::fmt;

use connector_core::{Casing, Error, Result};

use super::json::{Cursor, Object, Writer};

/// What AWS's SDK writes in fields that nobody reads.
const FILLER: &str = "UNKNOWN";
/// By which a connection of Glue's shows names of one case alone.
const CASING_FILTER: &str = "CATALOG_CASING_FILTER";

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
    /// The account, if it is told.
    pub fn known_account(&self) -> Option<&str> {
        Some(self.account.as_str()).filter(|account| is_account(account))
    }

    /// Of which case the names are that the request's data source shows, if it shows none of the other.
    ///
    /// Errors: invalid, for a filter that is none of Glue's.
    pub fn casing(&self) -> Result<Option<Casing>> {
        let filter = self.config_options.get(CASING_FILTER).map(|filter| filter.trim()).unwrap_or_default();
        match filter.to_ascii_uppercase().as_str() {
            "" => Ok(None),
            "UPPERCASE_ONLY" => Ok(Some(Casing::Upper)),
            "LOWERCASE_ONLY" => Ok(Some(Casing::Lower)),
            _ => Err(Error::invalid(format!("the request's option {CASING_FILTER} is none that is known"))
                .hint("set it in the Glue connection to UPPERCASE_ONLY or LOWERCASE_ONLY, or leave it out")),
        }
    }

    /// Whether credentials of the caller's came with the request.
    ///
    /// They are not used: they are sealed for functions that AWS itself runs, with a key of its own, and what is read and where
    /// results go is decided by the function's role here. A request is not refused for having them, since nothing that it
    /// asks for depends on them; who may ask is for `callers` to say.
    pub fn has_credentials(&self) -> bool {
        self.config_options.contains_key("fas_token")
    }

    /// The user or role of IAM that the ARN is about: `arn:aws:iam::111122223333:role/analyst`.
    ///
    /// A session of a role is its role: what the session is called is chosen by whoever assumes the role, as is the name of a
    /// federated user, which is nobody here. A role is told without its path, which a session's ARN does not have. Athena writes
    /// `UNKNOWN_ARN` where it does not say who asks, as it does for a table behind a view of its own.
    pub fn principal(&self) -> Option<String> {
        let plain = |character: char| character.is_ascii_alphanumeric() || "+=,.@_-/:".contains(character);
        let fields: Vec<&str> = self.arn.split(':').collect();
        let ["arn", partition, service, "", account, resource] = fields[..] else { return None };
        if partition.is_empty() || !is_account(account) || !self.arn.chars().all(plain) {
            return None;
        }
        let parts: Vec<&str> = resource.split('/').collect();
        if parts.iter().any(|part| part.is_empty()) {
            return None;
        }
        let resource = match (service, &parts[..]) {
            ("sts", ["assumed-role", role, _]) | ("iam", ["role", .., role]) => format!("role/{role}"),
            ("iam", ["user", _, ..] | ["root"]) => resource.to_owned(),
            _ => return None,
        };
        Some(format!("arn:{partition}:iam::{account}:{resource}"))
    }

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

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_its_role_whatever_it_is_called() {
        let principal = |arn: &str| Identity { arn: arn.to_owned(), ..Identity::default() }.principal();
        let role = "arn:aws:iam::111122223333:role/analyst";
        for arn in [
            "arn:aws:sts::111122223333:assumed-role/analyst/ana",
            "arn:aws:sts::111122223333:assumed-role/analyst/admin",
            "arn:aws:sts::111122223333:assumed-role/analyst/assumed-role",
            "arn:aws:iam::111122223333:role/analyst",
            "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/analyst",
        ] {
            assert_eq!(principal(arn).as_deref(), Some(role), "{arn}");
        }
        for kept in ["arn:aws:iam::111122223333:user/team/ana", "arn:aws-cn:iam::111122223333:root"] {
            assert_eq!(principal(kept).as_deref(), Some(kept));
        }
    }

    #[test]
    fn an_arn_that_is_no_users_and_no_roles_is_nobodys() {
        for arn in [
            "",
            "UNKNOWN",
            "UNKNOWN_ARN",
            "*",
            "arn:aws:iam::111122223333:role/*",
            "arn:aws:sts::111122223333:federated-user/admin",
            "arn:aws:sts::111122223333:assumed-role/analyst",
            "arn:aws:sts::111122223333:assumed-role/analyst/",
            "arn:aws:sts::111122223333:assumed-role//admin",
            "arn:aws:sts::111122223333:assumed-role/analyst/x/admin",
            "arn:aws:sts::111122223333:assumed-role/analyst/x:role/admin",
            "arn:aws:sts::111122223333:assumed-role/analyst/x\nadmin",
            "arn:aws:sts::111122223333:role/admin",
            "arn:aws:iam::111122223333:assumed-role/admin/x",
            "arn:aws:iam::111122223333:role/",
            "arn:aws:iam::111122223333:role",
            "arn:aws:iam::111122223333:user/",
            "arn:aws:iam::111122223333:root/x",
            "arn:aws:iam::111122223333:group/admins",
            "arn:aws:iam:eu-west-1:111122223333:role/admin",
            "arn:aws:iam::11112222333:role/admin",
            "arn::iam::111122223333:role/admin",
            "arn:aws:iam::111122223333:role/ádmin",
            " arn:aws:iam::111122223333:role/admin",
        ] {
            let identity = Identity { arn: arn.to_owned(), ..Identity::default() };
            assert_eq!(identity.principal(), None, "{arn}");
        }
        let account = |account: &str| Identity { account: account.to_owned(), ..Identity::default() };
        assert_eq!(account("111122223333").known_account(), Some("111122223333"));
        assert!(
            ["", "UNKNOWN", "1111", "11112222333a", "1111222233334"]
                .iter()
                .all(|text| account(text).known_account().is_none())
        );
    }

    #[test]
    fn options_are_named_but_never_shown() {
        let config_options = BTreeMap::from([("fas_token".to_owned(), "hush".to_owned())]);
        let shown = format!("{:?}", Identity { config_options, ..Identity::default() });
        assert!(shown.contains("fas_token") && !shown.contains("hush"));
    }
}
