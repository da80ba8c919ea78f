//! Serde versions of the protocol, and the Arrow framing each writes. Reading needs neither: shape and framing are seen.

use connector_core::{Error, Result};

/// A serde version that can be written; 2 to 6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u8);

/// The prefix of an Arrow message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// A continuation word, the length, metadata version 5.
    Modern,
    /// The length alone, metadata version 4: inline up to serde 2, and every spilled object.
    Legacy,
}

impl Version {
    /// All of them, oldest first.
    pub const ALL: [Self; 5] = [Self(2), Self(3), Self(4), Self(5), Self(6)];

    pub(super) const CAPABILITIES: Self = Self(4);
    pub(super) const EXPRESSIONS: Self = Self(4);
    pub(super) const PASSTHROUGH: Self = Self(5);
    /// Since when requests may bring plans.
    pub const QUERY_PLAN: Self = Self(6);

    /// The number, as `serDeVersion` announces it.
    pub fn number(self) -> u8 {
        self.0
    }

    /// How Arrow messages inside JSON are framed.
    pub fn framing(self) -> Framing {
        if self.0 >= 3 { Framing::Modern } else { Framing::Legacy }
    }

    /// Fails if `what` came only with a later version.
    pub(super) fn require(self, since: Self, what: &str) -> Result<()> {
        if self >= since {
            return Ok(());
        }
        Err(Error::unsupported(format!("serde version {} has no {what}", self.0))
            .hint(format!("use serde version {} or later", since.0)))
    }
}

impl Default for Version {
    /// 5: the newest that never brings a query plan in place of constraints.
    fn default() -> Self {
        Self(5)
    }
}

impl TryFrom<u8> for Version {
    type Error = Error;

    fn try_from(number: u8) -> Result<Self> {
        match number {
            2..=6 => Ok(Self(number)),
            _ => Err(Error::unsupported(format!("serde version {number} is not spoken here")).hint("use 2 to 6")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_two_to_six_are_versions_and_two_alone_is_legacy() {
        assert!(Version::try_from(1).is_err() && Version::try_from(7).is_err());
        let framings: Vec<_> = Version::ALL.iter().map(|version| version.framing()).collect();
        assert_eq!(framings[0], Framing::Legacy);
        assert!(framings[1..].iter().all(|framing| *framing == Framing::Modern));
        assert_eq!(Version::default().number(), 5);
    }
}
