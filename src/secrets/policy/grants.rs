//! The policies that guard the secrets of grants, made of what is granted.
//!
//! Names are checked before they get here ([`Names`], [`RoleArn`]): none holds what a policy takes for a wildcard.

use connector_core::{Error, Result};

use super::{Place, Policy, Principals, RoleArn, Statement};
use crate::secrets::Names;

/// Reading, and finding out that there is something to read.
const READ: [&str; 2] = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"];

/// Everything else that is done with a secret that is there, but deleting it.
const CHANGE: [&str; 15] = [
    "secretsmanager:CancelRotateSecret",
    "secretsmanager:DeleteResourcePolicy",
    "secretsmanager:PutResourcePolicy",
    "secretsmanager:PutSecretValue",
    "secretsmanager:RemoveRegionsFromReplication",
    "secretsmanager:ReplicateSecretToRegions",
    "secretsmanager:RestoreSecret",
    "secretsmanager:RotateSecret",
    "secretsmanager:StopReplicationToReplica",
    "secretsmanager:TagResource",
    "secretsmanager:UntagResource",
    "secretsmanager:UpdateSecret",
    "secretsmanager:UpdateSecretVersionStage",
    "secretsmanager:GetResourcePolicy",
    "secretsmanager:ListSecretVersionIds",
];

/// What a keeper does.
const KEEP: [&str; 11] = [
    "secretsmanager:CreateSecret",
    "secretsmanager:DeleteSecret",
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetResourcePolicy",
    "secretsmanager:GetSecretValue",
    "secretsmanager:PutResourcePolicy",
    "secretsmanager:PutSecretValue",
    "secretsmanager:RestoreSecret",
    "secretsmanager:TagResource",
    "secretsmanager:UntagResource",
    "secretsmanager:UpdateSecretVersionStage",
];

/// What is done with the parameters that lead to secrets of other accounts; reading them is all that queries need.
const POINT: [&str; 3] = ["ssm:DeleteParameter", "ssm:GetParameter", "ssm:PutParameter"];

/// What is done with Athena's catalogs.
const LIST: [&str; 4] =
    ["athena:CreateDataCatalog", "athena:DeleteDataCatalog", "athena:GetDataCatalog", "athena:UpdateDataCatalog"];

/// What is done with the policy of a function.
const BIND: [&str; 2] = ["lambda:GetResourcePolicy", "lambda:PutResourcePolicy"];

/// What rules a key and opens nothing with it. Who changes the key's policy can give away the rest, and leaves a trace.
const ADMINISTER_KEY: [&str; 16] = [
    "kms:CancelKeyDeletion",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListAliases",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateKeyDescription",
];

/// The policy on the secret of a grant: the one role reads, the keeper does all, and everybody else is denied whatever their own
/// policies say. The account's root user may delete it and no more, for the day when the keeper's role is gone.
pub fn secret_policy(keeper: &RoleArn, reader: Option<&RoleArn>) -> Policy {
    let this = ["*".to_owned()];
    let name = |role: &RoleArn| role.as_str().to_owned();
    let readers = [Some(keeper), reader].into_iter().flatten().map(name);
    let lets_read = reader.map(|reader| {
        Statement::allow("OneRoleReads", &READ, &this).about(Principals::aws([name(reader)])).when(
            "StringEquals",
            "aws:PrincipalAccount",
            [reader.account().to_owned()],
        )
    });
    let denies = [
        Statement::deny("NobodyElseReads", &READ, &this).about(Principals::Everybody).when(
            "ArnNotEquals",
            "aws:PrincipalArn",
            readers,
        ),
        Statement::deny("NobodyElseChanges", &CHANGE, &this).about(Principals::Everybody).when(
            "ArnNotEquals",
            "aws:PrincipalArn",
            [name(keeper)],
        ),
        Statement::deny("NobodyElseDeletes", &["secretsmanager:DeleteSecret"], &this)
            .about(Principals::Everybody)
            .when("ArnNotEquals", "aws:PrincipalArn", [name(keeper), keeper.root()]),
        Statement::deny("OnlyOverTls", &["secretsmanager:*"], &this).about(Principals::Everybody).when(
            "Bool",
            "aws:SecureTransport",
            ["false".to_owned()],
        ),
    ];
    Policy::of(lets_read.into_iter().chain(denies).collect())
}

/// A role that opens secrets with the key of a producer's grants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyReader {
    /// The role.
    pub reader: RoleArn,
    /// The environment whose secrets it reads.
    pub environment: String,
}

/// The policy on the key of a producer's grants: the keeper uses it for secrets of grants, and each role for those of its own
/// environment, all of them only through Secrets Manager; the account rules it and opens nothing.
///
/// Errors: invalid, for an environment that is no name.
pub fn key_policy(place: &Place, names: &Names, keeper: &RoleArn, readers: &[KeyReader]) -> Result<Policy> {
    let account =
        Statement::allow("TheAccountRules", &ADMINISTER_KEY, &["*".to_owned()]).about(Principals::aws([place.root()]));
    let keeps =
        keeping("TheKeeperUses", "*", place, names.prefix()).about(Principals::aws([keeper.as_str().to_owned()]));
    let mut all = vec![account, keeps];
    for (index, KeyReader { reader, environment }) in readers.iter().enumerate() {
        let sid = format!("Reader{index}Opens");
        let opens = opening(&sid, "*", place, &names.below(environment)?);
        all.push(opens.about(Principals::aws([reader.as_str().to_owned()])));
    }
    Ok(Policy::of(all))
}

/// Use of a key through Secrets Manager, to open secrets below a prefix.
fn opening(sid: &str, key: &str, place: &Place, prefix: &str) -> Statement {
    using(sid, &["kms:Decrypt"], key, place, vec![place.secrets_below(prefix)])
}

/// The same to make them too. The service tries the key before it makes a secret, and says in its place that it does.
fn keeping(sid: &str, key: &str, place: &Place, prefix: &str) -> Statement {
    let secrets = vec![place.secrets_below(prefix), "RequestToValidateKeyAccess".to_owned()];
    using(sid, &["kms:Decrypt", "kms:GenerateDataKey"], key, place, secrets)
}

fn using(sid: &str, action: &[&str], key: &str, place: &Place, secrets: Vec<String>) -> Statement {
    Statement::allow(sid, action, &[key.to_owned()])
        .when("StringEquals", "kms:ViaService", [place.secrets_manager()])
        .when("StringLike", "kms:EncryptionContext:SecretARN", secrets)
}

/// What the producer's deployment role may: read the administrators' secrets of its own sources, and keep the secrets of grants.
#[derive(Clone, Debug)]
pub struct Producer<'a> {
    /// Where it is deployed.
    pub place: &'a Place,
    /// The secrets of grants.
    pub grants: &'a Names,
    /// The administrators' secrets, by the prefixes of its own sources.
    pub administrators: &'a [Names],
    /// The ARN of the grants' key, if they have one of their own.
    pub key: Option<&'a str>,
}

impl Producer<'_> {
    /// The policy of the role.
    ///
    /// Errors: invalid, if administrators' secrets and those of grants lie inside each other: a role that may read the one could
    /// then read the other.
    pub fn policy(&self) -> Result<Policy> {
        let own: Vec<String> = self.administrators.iter().map(|own| self.place.secrets_below(own.prefix())).collect();
        for administrators in self.administrators {
            apart(administrators.prefix(), self.grants.prefix())?;
        }
        let grants = [self.place.secrets_below(self.grants.prefix())];
        let reads = (!own.is_empty()).then(|| Statement::allow("ReadAdministrators", &READ, &own));
        let keeps = Statement::allow("KeepGrants", &KEEP, &grants);
        let uses = self.key.map(|key| keeping("UseKey", key, self.place, self.grants.prefix()));
        Ok(Policy::of(reads.into_iter().chain([keeps]).chain(uses).collect()))
    }
}

/// What the role of one environment may: read the secrets of its own grants, wherever producers keep them.
#[derive(Clone, Debug)]
pub struct Consumer<'a> {
    /// The environment.
    pub environment: &'a str,
    /// The secrets of grants.
    pub grants: &'a Names,
    /// Where producers keep them, each with the ARN of its key if it has one.
    pub producers: &'a [(Place, Option<String>)],
}

impl Consumer<'_> {
    /// The policy of the role.
    ///
    /// Errors: invalid, for an environment that is no name, or without a producer.
    pub fn policy(&self) -> Result<Policy> {
        let below = self.grants.below(self.environment)?;
        if self.producers.is_empty() {
            return Err(Error::invalid(format!("environment {:?} has no producer to read from", self.environment)));
        }
        let secrets: Vec<String> = self.producers.iter().map(|(place, _)| place.secrets_below(&below)).collect();
        let keys = self.producers.iter().enumerate().filter_map(|(index, (place, key))| {
            let sid = format!("OpenWithKey{index}");
            Some(opening(&sid, key.as_deref()?, place, &below))
        });
        Ok(Policy::of([Statement::allow("ReadOwnGrants", &READ, &secrets)].into_iter().chain(keys).collect()))
    }
}

/// What it takes besides to make the environment's catalogs known in its own account, and to find what is kept elsewhere.
pub fn listing_policy(place: &Place, grants: &Names, environment: &str, function: &str) -> Result<Policy> {
    let parameters = place.parameters_below(&grants.below(environment)?);
    Ok(Policy::of(vec![
        Statement::allow("PointElsewhere", &POINT, &[parameters]),
        // Athena's catalogs are called as their users see them, so no pattern tells an environment's from another's.
        Statement::allow("ListInAthena", &LIST, &[place.catalogs()]),
        Statement::allow("BindFunction", &BIND, &[function.to_owned()]),
    ]))
}

fn apart(one: &str, other: &str) -> Result<()> {
    let inside = |inner: &str, outer: &str| format!("{inner}/").starts_with(&format!("{outer}/"));
    if inside(one, other) || inside(other, one) {
        return Err(Error::invalid(format!("the secrets below {one:?} and {other:?} are not apart")).hint(
            "keep administrators' secrets and those of grants below prefixes of which neither contains the other",
        ));
    }
    Ok(())
}
