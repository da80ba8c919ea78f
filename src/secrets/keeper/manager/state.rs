//! What the service says of a secret, and the ids of versions.

use std::collections::HashMap;
use std::fmt::Write;

use aws_lc_rs::digest::{SHA256, digest};
use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;

/// The label of the version in force.
pub const CURRENT: &str = "AWSCURRENT";
/// The label of the version that is to be tried.
pub const PENDING: &str = "AWSPENDING";

/// A secret, without what it says.
#[derive(Debug, Default)]
pub struct State {
    pub is_deleted: bool,
    /// Version → labels.
    versions: HashMap<String, Vec<String>>,
}

impl State {
    pub fn of(told: DescribeSecretOutput) -> Self {
        Self { is_deleted: told.deleted_date.is_some(), versions: told.version_ids_to_stages.unwrap_or_default() }
    }

    pub fn has(&self, version: &str) -> bool {
        self.versions.contains_key(version)
    }

    pub fn version_in(&self, stage: &str) -> Option<&str> {
        let found = self.versions.iter().find(|(_, stages)| stages.iter().any(|one| one == stage));
        found.map(|(version, _)| version.as_str())
    }

    /// The generation in force; none if the version in force is none of a keeper's.
    pub fn current(&self, name: &str) -> Option<u64> {
        generation(name, self.version_in(CURRENT)?)
    }

    /// The last generation that is kept, of those that the service still lists.
    pub fn newest(&self, name: &str) -> Option<u64> {
        self.versions.keys().filter_map(|version| generation(name, version)).max()
    }
}

/// The id of the version that is this generation: 32 to 64 characters, and the same whenever it is asked for again.
pub fn token(name: &str, generation: u64) -> String {
    let mut token = format!("g{generation:020}-");
    for byte in &digest(&SHA256, name.as_bytes()).as_ref()[..16] {
        let _ = write!(token, "{byte:02x}");
    }
    token
}

fn generation(name: &str, version: &str) -> Option<u64> {
    let number = version.strip_prefix('g')?.get(..20)?.parse().ok()?;
    (token(name, number) == version).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_tells_its_generation_and_nothing_elses() {
        for number in [0, 1, 42, u64::MAX] {
            let version = token("grants/prod/shop", number);
            assert_eq!(version.len(), 54);
            assert_eq!(generation("grants/prod/shop", &version), Some(number));
            assert_eq!(generation("grants/prod/other", &version), None);
        }
        for foreign in ["", "g", "0123456789abcdef0123456789abcdef", "g0000000000000000000é-x"] {
            assert_eq!(generation("grants/prod/shop", foreign), None);
        }
    }
}
