//! Where a subscription comes from if it was decided elsewhere, and what that place has been told of it.

use serde::{Deserialize, Serialize};

/// A subscription in DataZone that one here was made for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// Its id there.
    pub subscription: String,
    /// Its grants there to this environment, each of which is to be told how far it is.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub reports: Vec<Report>,
}

/// What a grant in DataZone is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The grant's id there.
    pub grant: String,
    /// Its asset's id there.
    pub asset: String,
    /// Whether it is to be undone, by what was decided there.
    pub is_over: bool,
    /// What it was told last; what it should have been told since is owed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub told: Option<Told>,
}

/// How far a grant is, as DataZone says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// How far.
    pub status: Status,
    /// Why no further, without a secret.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cause: Option<String>,
}

/// How far a grant is, in DataZone's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// It is being made.
    GrantInProgress,
    /// It can be read by.
    Granted,
    /// It could not be made; it may be tried again.
    GrantFailed,
    /// It is being undone.
    RevokeInProgress,
    /// Nothing is left of it.
    Revoked,
    /// It could not be undone; it is tried again.
    RevokeFailed,
}

impl Status {
    /// Whether it is about an end.
    pub fn is_of_end(self) -> bool {
        matches!(self, Self::RevokeInProgress | Self::Revoked | Self::RevokeFailed)
    }
}
