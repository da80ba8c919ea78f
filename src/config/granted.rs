//! Catalogs that nobody has configured: each is what the secret of its name says (D18).

use connector_core::{Error, Result, Settings};

use super::Callers;

/// Whose secrets describe catalogs, and how those are read. An environment is a deployment and never something a request chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// What the names of secrets begin with.
    pub prefix: String,
    /// The one environment that is served.
    pub environment: String,
    /// How every such catalog is read.
    pub settings: Settings,
    /// Who may read them, and as whom; without this, whoever may call the function, as the user that the secret names.
    pub callers: Option<Callers>,
}

impl Granted {
    /// What is granted to this environment, read as is usual.
    pub fn to(environment: &str, prefix: &str) -> Self {
        let (prefix, environment) = (prefix.to_owned(), environment.to_owned());
        Self { prefix, environment, settings: Settings::default(), callers: None }
    }

    /// By two settings, of which neither means anything alone.
    pub(super) fn by(
        (prefix_key, prefix): (&str, Option<&str>),
        (environment_key, environment): (&str, Option<&str>),
    ) -> Result<Option<Self>> {
        match (prefix.map(str::trim), environment.map(str::trim)) {
            (None, None) => Ok(None),
            (Some(prefix), Some(environment)) => Ok(Some(Self::to(environment, prefix))),
            (prefix, _) => {
                let (there, missing) =
                    if prefix.is_some() { (prefix_key, environment_key) } else { (environment_key, prefix_key) };
                Err(Error::invalid(format!("setting {there:?} is there and {missing:?} is not"))
                    .hint("a granted catalog is the secret <prefix>/<environment>/<catalog>: set both, or neither"))
            }
        }
    }
}
