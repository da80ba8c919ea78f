//! The variables of AWS's Java connectors, under their own names, and a few of ours, which begin with `glaux_`.
//!
//! A blank variable is one that is not set, since a template's empty parameter arrives as one.

use std::collections::BTreeMap;
use std::path::PathBuf;

use connector_core::{Casing, Error, Result, Settings};

use super::catalog::DEFAULT;
use super::connection_string::{check_secret_name, parse};
use super::{
    Aws, Callers, Catalog, Catalogs, Config, DEFAULT_LOG_LEVEL, DEFAULT_SERDE_VERSION, Encryption, Granted, PutHeaders,
    SecretReference, SecretsConfig, SpillConfig, check, glue, idle_plans, settings,
};

const CONNECTION_STRING: &str = "_connection_string";
/// For all catalogs under AWS's own name, for one with its name and an underscore in front.
const PASSTHROUGH: &str = "enable_query_passthrough";
/// The same of ours.
const PLANS: &str = "glaux_query_plans";
const MAX_SPLITS: &str = "glaux_max_splits";
const MAX_CONNECTIONS: &str = "glaux_max_connections";
const CALLERS: &str = "glaux_callers";
const JAVA_TYPES: &str = "glaux_java_types";
const SPLIT_BY: &str = "glaux_split_by";
/// What a catalog may have otherwise than all.
const OF_A_CATALOG: [&str; 7] = [PASSTHROUGH, PLANS, MAX_SPLITS, MAX_CONNECTIONS, CALLERS, JAVA_TYPES, SPLIT_BY];
const PREFIX: &str = "glaux_secrets_prefix";
const ENVIRONMENT: &str = "glaux_environment";

/// The variables of this process; a value that is not UTF-8 is an error only if it is one of ours.
pub fn process_variables() -> Result<Vec<(String, String)>> {
    let mut variables = Vec::new();
    for (key, value) in std::env::vars_os() {
        let Ok(key) = key.into_string() else { continue };
        match value.into_string() {
            Ok(value) => variables.push((key, value)),
            Err(_) if key.ends_with(CONNECTION_STRING) || key.starts_with("glaux_") || key.starts_with("spill_") => {
                return Err(check::wrong(&key, "UTF-8"));
            }
            Err(_) => {}
        }
    }
    Ok(variables)
}

/// Reads `variables` into a configuration; `told` is what there is to be told of them already.
pub fn read(variables: impl IntoIterator<Item = (String, String)>, aws: &Aws, told: Vec<String>) -> Result<Config> {
    let mut variables = Variables(variables.into_iter().collect());
    variables.refuse_unknown()?;
    variables.0.retain(|_, value| !value.trim().is_empty());
    variables.refuse_unbuilt()?;
    let (spill, notes) = variables.spill(aws)?;
    let mut notes = [told, notes, variables.idle()].concat();
    let function = variables.text("AWS_LAMBDA_FUNCTION_NAME").map(Into::into);
    let catalogs = Catalogs::and_granted(variables.catalogs()?, variables.granted()?, function)?;
    let serde_version = variables.number("glaux_serde_version", check::serde_version)?.unwrap_or(DEFAULT_SERDE_VERSION);
    notes.extend(idle_plans(&catalogs, serde_version));
    Ok(Config {
        catalogs,
        spill,
        secrets: variables.secrets(aws)?,
        query_status: variables.text("AWS_LAMBDA_FUNCTION_NAME").map(|_| aws.clone()),
        serde_version,
        log_level: variables.read("ATHENA_FEDERATION_SDK_LOG_LEVEL", check::log_level)?.unwrap_or(DEFAULT_LOG_LEVEL),
        metrics: variables.read("glaux_metrics_namespace", check::namespace)?,
        notes,
    })
}

/// Reads what `variables` say about secrets.
pub fn secrets(variables: impl IntoIterator<Item = (String, String)>) -> Result<SecretsConfig> {
    let set = variables.into_iter().filter(|(_, value)| !value.trim().is_empty());
    Variables(set.collect()).secrets(&Aws::lazy())
}

struct Variables(BTreeMap<String, String>);

impl Variables {
    fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    fn read<T>(&self, key: &str, check: impl FnOnce(&str, &str) -> Result<T>) -> Result<Option<T>> {
        self.text(key).map(|text| check(key, text)).transpose()
    }

    fn number<T>(&self, key: &str, check: impl FnOnce(&str, u64) -> Result<T>) -> Result<Option<T>> {
        self.read(key, |key, text| check(key, check::number(key, text)?))
    }

    fn flag(&self, key: &str) -> Result<bool> {
        Ok(self.read(key, check::boolean)?.unwrap_or(false))
    }

    /// A catalog's name may begin as our own settings do.
    fn refuse_unknown(&self) -> Result<()> {
        match self
            .0
            .keys()
            .filter(|key| !key.ends_with(CONNECTION_STRING) && !OF_A_CATALOG.iter().any(|own| key.ends_with(own)))
            .find(|key| key.starts_with("glaux_") && !settings::ours().any(|own| own == key.as_str()))
        {
            None => Ok(()),
            Some(key) => {
                let ours: Vec<&str> = settings::ours().collect();
                Err(Error::invalid(format!("setting {key:?} is unknown; of ours there are {ours:?}")))
            }
        }
    }

    fn refuse_unbuilt(&self) -> Result<()> {
        if self.text(glue::CONNECTION).is_some() {
            return Err(check::refused(glue::CONNECTION, "nobody has asked Glue for it")
                .hint("it is asked for where a process reads its own variables"));
        }
        // Both spellings that AWS's templates use, and any other.
        for key in self.0.keys().filter(|key| key.eq_ignore_ascii_case("is_fips_enabled")) {
            if self.flag(key)? {
                return Err(check::refused(key, "this build's cryptography is not the validated one"));
            }
        }
        Ok(())
    }

    fn catalogs(&self) -> Result<Vec<Catalog>> {
        let settings = self.settings()?;
        let mut catalogs = Vec::new();
        for (key, text) in &self.0 {
            let name = match key.strip_suffix(CONNECTION_STRING) {
                Some("") => return Err(Error::invalid(format!("setting {key:?} has no catalog's name in front"))),
                Some(name) => name,
                None if key == DEFAULT => key,
                _ => continue,
            };
            let parts = parse(key, text)?;
            let secret = match parts.secret {
                SecretReference::None if name == DEFAULT => {
                    self.read("secret_name", check_secret_name)?.map_or(SecretReference::None, SecretReference::Name)
                }
                secret => secret,
            };
            let key = |of_all: &str| format!("{name}_{of_all}");
            let settings = Settings {
                query_passthrough: self.read(&key(PASSTHROUGH), check::boolean)?.unwrap_or(settings.query_passthrough),
                query_plans: self.read(&key(PLANS), check::boolean)?.unwrap_or(settings.query_plans),
                java_types: self.read(&key(JAVA_TYPES), check::boolean)?.unwrap_or(settings.java_types),
                max_splits: self.number(&key(MAX_SPLITS), check::positive)?.or(settings.max_splits),
                max_connections: self.number(&key(MAX_CONNECTIONS), check::positive)?.or(settings.max_connections),
                split_by: self.read(&key(SPLIT_BY), check::split_by_text)?.unwrap_or_else(|| settings.split_by.clone()),
                ..settings.clone()
            };
            let callers = match self.read(&key(CALLERS), Callers::of_json)? {
                None => self.read(CALLERS, Callers::of_json)?,
                own => own,
            };
            let (name, views) = (name.into(), BTreeMap::new());
            catalogs.push(Catalog { name, engine: parts.engine, url: parts.url, secret, settings, views, callers });
        }
        self.refuse_homeless(&catalogs)?;
        Ok(catalogs)
    }

    /// What is set for all catalogs is set for these.
    fn granted(&self) -> Result<Option<Granted>> {
        let granted = Granted::by((PREFIX, self.text(PREFIX)), (ENVIRONMENT, self.text(ENVIRONMENT)))?;
        let Some(granted) = granted else { return Ok(None) };
        let (settings, callers) = (self.settings()?, self.read(CALLERS, Callers::of_json)?);
        Ok(Some(Granted { settings, callers, ..granted }))
    }

    /// A setting of a catalog that there is not would be one that somebody believes in.
    fn refuse_homeless(&self, catalogs: &[Catalog]) -> Result<()> {
        for key in self.0.keys() {
            let name =
                OF_A_CATALOG.iter().find_map(|own| key.strip_suffix(own)).and_then(|name| name.strip_suffix('_'));
            if name.is_some_and(|name| !catalogs.iter().any(|catalog| catalog.name == name)) {
                return Err(Error::invalid(format!("setting {key:?} has no catalog's name in front")));
            }
        }
        Ok(())
    }

    fn settings(&self) -> Result<Settings> {
        let default = Settings::default();
        Ok(Settings {
            casing: self.read("casing_mode", check::casing)?.unwrap_or(Casing::Search),
            default_scale: self.number("default_scale", check::scale)?,
            java_types: self.flag(JAVA_TYPES)?,
            zoned_timestamps: self.flag("glaux_zoned_timestamps")?,
            max_cell_bytes: self.number("glaux_max_cell_bytes", check::positive)?.unwrap_or(default.max_cell_bytes),
            split_bytes: self.number("glaux_split_bytes", check::bytes)?.unwrap_or(default.split_bytes),
            max_splits: self.number(MAX_SPLITS, check::positive)?,
            max_connections: self.number(MAX_CONNECTIONS, check::positive)?,
            split_by: self.read(SPLIT_BY, check::split_by_text)?.unwrap_or_default(),
            query_passthrough: self.flag(PASSTHROUGH)?,
            time_limit: None,
            query_plans: self.flag(PLANS)?,
            application_name: default.application_name,
            acting_as: default.acting_as,
        })
    }

    fn spill(&self, aws: &Aws) -> Result<(SpillConfig, Vec<String>)> {
        let default = SpillConfig::default();
        let mut notes = Vec::new();
        let encryption = match (self.flag("disable_spill_encryption")?, self.text("kms_key_id")) {
            (true, Some(_)) => {
                notes.push("kms_key_id does nothing: disable_spill_encryption turns encryption off".into());
                Encryption::Off
            }
            (true, None) => Encryption::Off,
            (false, Some(key)) => Encryption::Kms(key.trim().into()),
            (false, None) => Encryption::Local,
        };
        let config = SpillConfig {
            bucket: self.read("spill_bucket", check::bucket)?,
            prefix: self.read("spill_prefix", check::prefix)?.unwrap_or(default.prefix),
            encryption,
            put_headers: self
                .read("spill_put_request_headers", check::put_headers_json)?
                .unwrap_or_else(PutHeaders::default),
            max_block_size: self.number("MAX_BLOCK_SIZE_BYTES", check::positive)?,
            queue_capacity: self.queue_capacity()?.unwrap_or(default.queue_capacity),
            timeout: self
                .number("glaux_spill_timeout_seconds", |key, value| check::seconds(key, value, 1))?
                .unwrap_or(default.timeout),
            aws: aws.clone(),
        };
        Ok((config, notes))
    }

    /// AWS's SDK takes either spelling.
    fn queue_capacity(&self) -> Result<Option<usize>> {
        let upper = self.number("SPILL_QUEUE_CAPACITY", check::positive)?;
        let lower = self.number("spill_queue_capacity", check::positive)?;
        match (upper, lower) {
            (Some(upper), Some(lower)) if upper != lower => Err(Error::invalid(
                "settings \"SPILL_QUEUE_CAPACITY\" and \"spill_queue_capacity\" are the same setting and differ",
            )),
            (upper, lower) => Ok(upper.or(lower)),
        }
    }

    fn secrets(&self, aws: &Aws) -> Result<SecretsConfig> {
        let default = SecretsConfig::default();
        let place = |key| self.text(key).map(PathBuf::from);
        let (file, folder) = (place("glaux_secrets_file"), place("glaux_secrets_folder"));
        check::not_both(("glaux_secrets_file", &file), ("glaux_secrets_folder", &folder))?;
        Ok(SecretsConfig {
            file,
            folder,
            ttl: self
                .number("glaux_secret_ttl_seconds", |key, value| check::seconds(key, value, 0))?
                .unwrap_or(default.ttl),
            refresh_pause: default.refresh_pause,
            aws: aws.clone(),
        })
    }

    /// What was set and does nothing here.
    fn idle(&self) -> Vec<String> {
        let mut notes = Vec::new();
        for key in settings::IDLE.iter().filter(|key| self.text(key).is_some()) {
            let why = if key.starts_with("throttle") {
                "a source that asks for fewer requests is reported to Athena at once"
            } else {
                "how text sorts is asked of the source itself"
            };
            notes.push(format!("{key} does nothing: {why}"));
        }
        notes
    }
}
