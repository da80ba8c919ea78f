//! Which secrets an environment has, where that can be told without asking: on a machine of one's own.

use std::collections::BTreeSet;

use connector_core::Result;

use super::names::Names;
use super::source::known;
use crate::config::{Granted, SecretsConfig};

/// The catalogs that are granted, in order; none where Secrets Manager alone could tell.
///
/// Errors: those of reading the file or the folder.
pub fn granted(secrets: &SecretsConfig, granted: &Granted) -> Result<BTreeSet<String>> {
    let names = Names::new(&granted.prefix)?;
    names.below(&granted.environment)?;
    let known = known(secrets)?;
    let own = known.iter().filter_map(|name| names.parts(name)).filter(|(whose, _)| *whose == granted.environment);
    Ok(own.map(|(_, catalog)| catalog.to_owned()).collect())
}
