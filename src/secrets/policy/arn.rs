//! Names of AWS's things, as far as policies about secrets name them.

use std::fmt;
use std::str::FromStr;

use connector_core::{Error, Result};

/// A role, by its ARN: never one that stands for others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RoleArn {
    arn: String,
    partition: String,
    account: String,
}

impl RoleArn {
    /// The ARN.
    pub fn as_str(&self) -> &str {
        &self.arn
    }

    /// The part of AWS that it is in.
    pub fn partition(&self) -> &str {
        &self.partition
    }

    /// The account that the role is in.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The ARN of the account's root user, which also stands for the account.
    pub fn root(&self) -> String {
        root(&self.partition, &self.account)
    }
}

pub(super) fn root(partition: &str, account: &str) -> String {
    format!("arn:{partition}:iam::{account}:root")
}

impl fmt::Display for RoleArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.arn)
    }
}

impl FromStr for RoleArn {
    type Err = Error;

    fn from_str(arn: &str) -> Result<Self> {
        let wrong = || {
            Error::invalid(format!("{arn:?} is not the ARN of a role"))
                .hint("write it as arn:aws:iam::<account>:role/<name>, not as the session of one")
        };
        let [_, partition, "iam", "", account, resource] = parts(arn).ok_or_else(wrong)? else { return Err(wrong()) };
        let name = resource.strip_prefix("role/").ok_or_else(wrong)?;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-/".contains(&byte);
        if !is_account(account) || !is_partition(partition) || name.is_empty() || !name.bytes().all(is_plain) {
            return Err(wrong());
        }
        Ok(Self { arn: arn.into(), partition: partition.into(), account: account.into() })
    }
}

/// Where secrets are: a region of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    partition: String,
    region: String,
    account: String,
}

impl Place {
    /// A region of an account of AWS's partition `aws`, `aws-cn` or `aws-us-gov`.
    ///
    /// Errors: invalid, for what is none.
    pub fn new(partition: &str, region: &str, account: &str) -> Result<Self> {
        let is_region =
            !region.is_empty() && region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !is_partition(partition) || !is_region || !is_account(account) {
            return Err(Error::invalid(format!(
                "{partition:?}, {region:?}, {account:?} are not an AWS partition, region, account"
            )));
        }
        Ok(Self { partition: partition.into(), region: region.into(), account: account.into() })
    }

    /// Where what this ARN names is; none, if it is none, or of something that is in no region or account.
    pub fn of(arn: &str) -> Option<Self> {
        let [_, partition, _, region, account, _] = parts(arn)?;
        Self::new(partition, region, account).ok()
    }

    /// The account.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// Another region and account of the same partition.
    pub fn elsewhere(&self, region: &str, account: &str) -> Result<Self> {
        Self::new(&self.partition, region, account)
    }

    /// The ARN of a function.
    pub fn function(&self, name: &str) -> String {
        format!("arn:{}:lambda:{}:{}:function:{name}", self.partition, self.region, self.account)
    }

    /// The ARN of a role.
    pub fn role(&self, name: &str) -> String {
        format!("arn:{}:iam::{}:role/{name}", self.partition, self.account)
    }

    /// The ARN that a policy means all secrets below a prefix by.
    pub fn secrets_below(&self, prefix: &str) -> String {
        format!("{}{prefix}/*", self.secret(""))
    }

    /// The ARN that a policy means one secret by: the service ends it with six characters of its own.
    pub fn secret_named(&self, name: &str) -> String {
        format!("{}-??????", self.secret(name))
    }

    /// The ARN that a secret is read by, without the six characters that the service ends it with and does not ask for.
    pub fn secret(&self, name: &str) -> String {
        format!("arn:{}:secretsmanager:{}:{}:secret:{name}", self.partition, self.region, self.account)
    }

    /// The ARN that a policy means all of SSM's parameters below a path by.
    pub fn parameters_below(&self, path: &str) -> String {
        format!("arn:{}:ssm:{}:{}:parameter/{path}/*", self.partition, self.region, self.account)
    }

    /// The ARN that a policy means all of Athena's catalogs by.
    pub fn catalogs(&self) -> String {
        format!("arn:{}:athena:{}:{}:datacatalog/*", self.partition, self.region, self.account)
    }

    pub(super) fn root(&self) -> String {
        root(&self.partition, &self.account)
    }

    /// What `kms:ViaService` says when Secrets Manager uses a key for somebody.
    pub(super) fn secrets_manager(&self) -> String {
        let domain = if self.partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
        format!("secretsmanager.{}.{domain}", self.region)
    }
}

/// The six parts of an ARN; the last may hold colons.
pub(super) fn parts(arn: &str) -> Option<[&str; 6]> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    parts.try_into().ok().filter(|parts: &[&str; 6]| parts[0] == "arn")
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_partition(text: &str) -> bool {
    matches!(text, "aws" | "aws-cn" | "aws-us-gov")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_one_role() {
        let role: RoleArn = "arn:aws:iam::111122223333:role/dz/reader@prod".parse().unwrap();
        assert_eq!((role.account(), role.root().as_str()), ("111122223333", "arn:aws:iam::111122223333:root"));
        for wrong in [
            "",
            "*",
            "reader",
            "arn:aws:iam::111122223333:role/*",
            "arn:aws:iam::111122223333:role/read?r",
            "arn:aws:iam::*:role/reader",
            "arn:aws:iam::111122223333:root",
            "arn:aws:iam::111122223333:user/reader",
            "arn:aws:iam::111122223333:role/",
            "arn:aws:iam:eu-central-1:111122223333:role/reader",
            "arn:aws:sts::111122223333:assumed-role/reader/session",
            "arn:aws:iam::11112222333:role/reader",
            "arn:aws:iam::111122223333:role/${aws:username}",
            "arn:elsewhere:iam::111122223333:role/reader",
        ] {
            assert!(wrong.parse::<RoleArn>().is_err(), "{wrong}");
        }
    }
}
