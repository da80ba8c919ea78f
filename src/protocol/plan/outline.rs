//! What can be said about a plan that is not understood: what its columns are called, and whether it puts rows together.

use connector_core::{Error, Result};

use super::wire::{Fields, Raw};
use super::{QueryPlan, bytes};

/// How many relations are looked through.
const MOST: usize = 10_000;

/// A plan seen from afar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// What its columns are called.
    pub names: Vec<String>,
    /// Whether some relation in it makes fewer rows of many, or more of few, so that its rows are not a table's.
    pub reshapes: bool,
}

impl Outline {
    /// Looks at a plan as it travels.
    ///
    /// Errors: corrupt, for what is no plan.
    pub fn of(plan: &QueryPlan) -> Result<Self> {
        let bytes = bytes(plan)?;
        let mut outline = Self::default();
        for root in inside(&bytes, 3)? {
            for root in inside(root, 2)? {
                outline.look(root)?;
            }
        }
        Ok(outline)
    }

    fn look(&mut self, root: &[u8]) -> Result<()> {
        for field in Fields::new(root) {
            match field? {
                (2, raw) => self.names.push(raw.text()?),
                (1, raw) => self.reshapes |= reshapes(raw.message()?)?,
                _ => {}
            }
        }
        Ok(())
    }
}

/// The messages in a field of another.
fn inside(message: &[u8], wanted: u64) -> Result<Vec<&[u8]>> {
    let mut found = Vec::new();
    for field in Fields::new(message) {
        let (number, raw) = field?;
        if number == wanted {
            found.push(raw.message()?);
        }
    }
    Ok(found)
}

/// Whether there is anything but reads, filters, fetches, sorts and projections, which give rows of a table.
fn reshapes(relation: &[u8]) -> Result<bool> {
    let mut next = relation;
    for _ in 0..MOST {
        let mut input = None;
        for field in Fields::new(next) {
            match field? {
                (1, _) => {}
                (2 | 3 | 5 | 7, Raw::Bytes(message)) => input = inside(message, 2)?.pop(),
                _ => return Ok(true),
            }
        }
        match input {
            Some(input) => next = input,
            None => return Ok(false),
        }
    }
    Err(Error::corrupt("the plan has no end"))
}
