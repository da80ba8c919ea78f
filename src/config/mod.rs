//! Every setting, read once: from the variables that AWS's Java connectors know, or from one TOML file.
//!
//! The only room that reads the environment. Both sources give the same [`Config`], checked to the end before the first
//! request, and every complaint names its key and never its value. Not here: what an engine's URL may hold
//! ([`connector_core::Connector::endpoint`]) and what a secret says (`secrets`).

mod aws;
mod callers;
mod catalog;
mod check;
mod connection_string;
#[cfg(feature = "governance")]
mod deployment;
mod env;
mod file;
mod glue;
mod granted;
mod home;
#[cfg(feature = "governance")]
mod identity;
mod private;
mod settings;
#[cfg(feature = "local")]
mod toolchain;
mod user;
#[cfg(feature = "governance")]
mod workflow;

use std::path::{Path, PathBuf};
use std::time::Duration;

use connector_core::{Error, Result};
use tracing::level_filters::LevelFilter;

pub use aws::{Aws, failure};
pub(crate) use aws::{causes, timeouts};
pub use callers::{Caller, Callers, Lacking, Rule};
pub use catalog::{Catalog, Catalogs, View};
pub use connection_string::SecretReference;
#[cfg(feature = "governance")]
pub use deployment::Deployment;
pub use glue::{Place as GluePlace, own_form};
pub use granted::Granted;
pub use home::{administrator_password, cache_home, data_home, demo_password, history_file, search_path, store, token};
#[cfg(feature = "governance")]
pub use identity::caller_arn;
pub use private::{check_private, check_private_folder, make_private_folder};
pub use settings::{SETTINGS, Scope, Setting};
#[cfg(feature = "local")]
pub use toolchain::{FLAG_END, cargo, cargo_home, is_set, rust_flags, rustc};
pub use user::operating_system_user;
#[cfg(feature = "governance")]
pub use workflow::{Deployed, Hooks, Side, WorkflowConfig};

/// Everything a deployment decides.
#[derive(Clone, Debug)]
pub struct Config {
    /// The databases and how each is read.
    pub catalogs: Catalogs,
    /// Where large results go.
    pub spill: SpillConfig,
    /// Where passwords are kept.
    pub secrets: SecretsConfig,
    /// The Athena that is asked whether a query still runs: a function's own, and none elsewhere, where query ids are not Athena's.
    pub query_status: Option<Aws>,
    /// The serde version announced to Athena, 2 to 6.
    pub serde_version: u8,
    /// What is logged.
    pub log_level: LevelFilter,
    /// The namespace of `CloudWatch` into which requests are measured, if they are.
    pub metrics: Option<String>,
    /// Settings that were accepted and do nothing here, each a sentence for the log.
    pub notes: Vec<String>,
}

impl Config {
    /// These catalogs, whose secrets are there, and what is usual for the rest.
    pub fn of(catalogs: Catalogs, secrets: SecretsConfig) -> Self {
        Self {
            catalogs,
            spill: SpillConfig::default(),
            secrets,
            query_status: None,
            serde_version: DEFAULT_SERDE_VERSION,
            log_level: DEFAULT_LOG_LEVEL,
            metrics: None,
            notes: Vec::new(),
        }
    }

    /// Reads the variables of this process, and behind them the connection of Glue's that they name.
    ///
    /// Errors: those of the settings; with a connection named, those of asking Glue.
    pub async fn from_process_env() -> Result<Self> {
        Self::from_env_and_glue(env::process_variables()?, &Aws::lazy()).await
    }

    /// Reads variables given as pairs, and behind them the connection of Glue's that they name.
    ///
    /// Errors: those of [`Config::from_process_env`].
    pub async fn from_env_and_glue(variables: impl IntoIterator<Item = (String, String)>, aws: &Aws) -> Result<Self> {
        let (variables, told) = glue::behind(variables, aws).await?;
        env::read(variables, aws, told)
    }

    /// Reads variables given as pairs.
    pub fn from_env(variables: impl IntoIterator<Item = (String, String)>) -> Result<Self> {
        env::read(variables, &Aws::lazy(), Vec::new())
    }

    /// Reads a TOML file.
    pub fn from_file(path: &Path) -> Result<Self> {
        file::read(path)
    }
}

/// The engine and the URL of a source, as a connection string has them or as a JDBC URL that names the engine itself.
///
/// Errors: invalid, for what is neither, and for one with a user, a password or a secret in it: those are told apart from it.
pub fn source_url(text: &str) -> Result<(String, String)> {
    const KEY: &str = "--url";
    let named = text.trim().strip_prefix("jdbc:").and_then(|rest| rest.split_once(':'));
    let whole = named.map_or_else(|| text.to_owned(), |(engine, _)| format!("{engine}://{}", text.trim()));
    let parsed = connection_string::parse(KEY, &whole)?;
    let url = parsed.url.to_ascii_lowercase();
    if parsed.secret != SecretReference::None || ["password", "pwd", "secret"].iter().any(|word| url.contains(word)) {
        return Err(Error::invalid("the URL has a user, a password or a secret in it, and URLs are kept and shown")
            .hint(
                "write it without; --user names the user and the password is asked for, or --secret names a secret",
            ));
    }
    Ok((parsed.engine, parsed.url))
}

/// Where a connection of Glue's leads, by what this process says of AWS; `has_secret` is whether another says who logs in.
///
/// Errors: not found; those of reaching Glue; invalid or unsupported, for one that leads nowhere that is read.
pub async fn glue_place(name: &str, has_secret: bool) -> Result<GluePlace> {
    let variables = env::process_variables()?;
    let endpoint = variables.iter().find(|(key, _)| key == glue::ENDPOINT).map(|(_, url)| url.trim());
    let endpoint = endpoint.filter(|url| !url.is_empty());
    glue::described(&Aws::lazy(), endpoint, name).await?.place(has_secret)
}

/// The engine and the URL of a connection string that leaves user and password to the secret it stands in.
///
/// Errors: invalid, for what is none.
pub fn granted_connection(text: &str) -> Result<(String, String)> {
    let parsed = connection_string::parse("connection", text)?;
    match parsed.secret {
        SecretReference::None => Ok((parsed.engine, parsed.url)),
        _ => Err(Error::invalid("it has a user, a password or another secret in it")),
    }
}

/// Where secrets are, by the variables of this process alone: there need be no catalog.
pub fn secrets_of_process() -> Result<SecretsConfig> {
    env::secrets(env::process_variables()?)
}

/// The first serde version in which requests bring plans.
const PLANS_SINCE: u8 = 6;

/// A note where plans are switched on and none will come.
fn idle_plans(catalogs: &Catalogs, serde_version: u8) -> Option<String> {
    (catalogs.follow_plans() && serde_version < PLANS_SINCE).then(|| {
        format!("following plans is switched on and does nothing: none come before serde {PLANS_SINCE}, and {serde_version} is announced")
    })
}

/// Where and how results too large to return are stored.
#[derive(Clone, Debug)]
pub struct SpillConfig {
    /// The bucket, unless a request names one.
    pub bucket: Option<String>,
    /// What keys begin with, without slashes at either end.
    pub prefix: String,
    /// How objects are protected.
    pub encryption: Encryption,
    /// Headers added to every upload.
    pub put_headers: PutHeaders,
    /// An upper limit on blocks, besides the one in each request.
    pub max_block_size: Option<usize>,
    /// Blocks that may wait behind the two being uploaded.
    pub queue_capacity: usize,
    /// How long one object may take, attempts included.
    pub timeout: Duration,
    /// Where S3 and KMS are.
    pub aws: Aws,
}

impl Default for SpillConfig {
    fn default() -> Self {
        Self {
            bucket: None,
            prefix: "athena-federation-spill".into(),
            encryption: Encryption::Local,
            put_headers: PutHeaders::default(),
            max_block_size: None,
            queue_capacity: 2,
            timeout: Duration::from_secs(30),
            aws: Aws::lazy(),
        }
    }
}

/// How spilled objects are protected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// AES-256 keys made here, one a split.
    Local,
    /// AES-128 data keys of this KMS key, one a split.
    Kms(String),
    /// Not at all.
    Off,
}

/// Headers for uploads; their values are not printed, since a customer's encryption key may be one.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PutHeaders(pub Vec<(String, String)>);

impl std::fmt::Debug for PutHeaders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// Where passwords are kept and for how long they are remembered.
#[derive(Clone, Debug)]
pub struct SecretsConfig {
    /// A private file that holds them, instead of AWS Secrets Manager.
    pub file: Option<PathBuf>,
    /// A private folder in which the secrets of grants are kept, instead of AWS Secrets Manager.
    pub folder: Option<PathBuf>,
    /// How long a secret is believed.
    pub ttl: Duration,
    /// After a refused login whose secret turned out to be current, it is not read again for this long.
    pub refresh_pause: Duration,
    /// Where Secrets Manager is.
    pub aws: Aws,
}

impl Default for SecretsConfig {
    fn default() -> Self {
        let (ttl, refresh_pause) = (Duration::from_mins(1), Duration::from_secs(5));
        Self { file: None, folder: None, ttl, refresh_pause, aws: Aws::lazy() }
    }
}

const DEFAULT_SERDE_VERSION: u8 = 5;
const DEFAULT_LOG_LEVEL: LevelFilter = LevelFilter::WARN;
