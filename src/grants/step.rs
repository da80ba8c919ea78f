//! What is done to a grant, in order, and what a worker must be told.

use serde::{Deserialize, Serialize};

use crate::config::Side;
use crate::register::Grant;

/// One step. Whatever stops after it goes on with the next; whatever stops within it repeats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// There is a record.
    Intake,
    /// It is ours alone.
    Lease,
    /// The source is looked at: what it has, whom it lets in, what somebody else has changed. Nothing is written anywhere.
    Survey,
    /// What is desired is written down, by the subscriptions and what was seen.
    Plan,
    /// Secret kept, user there, rights as desired and looked at again; or nothing left at the source.
    Apply,
    /// The secret is in force, and readable by the one who reads; or gone.
    Publish,
    /// Whoever reads logs in with what is in force, and reads each table; on AWS, Athena knows it then as a catalog. Or no more.
    Verify,
    /// The register says so.
    Record,
    /// Whoever asked is told.
    Report,
}

impl Step {
    /// All of them, in order.
    pub const ALL: [Self; 9] = [
        Self::Intake,
        Self::Lease,
        Self::Survey,
        Self::Plan,
        Self::Apply,
        Self::Publish,
        Self::Verify,
        Self::Record,
        Self::Report,
    ];

    /// As a state machine names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Intake => "Intake",
            Self::Lease => "Lease",
            Self::Survey => "Survey",
            Self::Plan => "Plan",
            Self::Apply => "Apply",
            Self::Publish => "Publish",
            Self::Verify => "Verify",
            Self::Record => "Record",
            Self::Report => "Report",
        }
    }

    /// The step of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }

    /// Who may do it on AWS, where no role may do everything: the register is written by governance alone.
    pub fn side(self) -> Side {
        match self {
            Self::Intake | Self::Lease | Self::Plan | Self::Record | Self::Report => Side::Governance,
            Self::Survey | Self::Apply | Self::Publish => Side::Producer,
            Self::Verify => Side::Consumer,
        }
    }
}

/// A grant to be looked at, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// Who reads.
    pub environment: String,
    /// What is read.
    pub source: String,
    /// Who works on it: one name for all steps of one walk, and for no other walk.
    pub holder: String,
    /// What asked for it, for the events.
    pub cause: String,
}

impl Task {
    /// Of whoever only looks.
    pub fn looking(environment: &str, source: &str) -> Self {
        let nobody = String::new();
        Self { environment: environment.into(), source: source.into(), holder: nobody.clone(), cause: nobody }
    }

    /// The id of its grant.
    pub fn grant(&self) -> String {
        Grant::id_of(&self.environment, &self.source)
    }
}
