//! Every setting of a deployment, as its reference tells it: the one list of names, which the reader of variables takes its own from.

/// What a setting is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A catalog: as a variable for all of them, with `NAME_` in front for catalog NAME alone, in a file beside the catalog's URL.
    Catalog,
    /// Each catalog alike as a variable; in a file beside a catalog's URL.
    Catalogs,
    /// Results that are too large to return.
    Spill,
    /// Where passwords are.
    Secrets,
    /// The function, or the command.
    Process,
}

impl Scope {
    /// As lists say it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Catalog | Self::Catalogs => "catalog",
            Self::Spill => "spill",
            Self::Secrets => "secrets",
            Self::Process => "process",
        }
    }
}

/// A setting, by its two names.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// What it is about.
    pub scope: Scope,
    /// As a variable.
    pub variable: Option<&'static str>,
    /// As a key of a TOML file, within its table.
    pub key: Option<&'static str>,
    /// Something that it may be, as a variable.
    pub example: &'static str,
    /// What holds without it.
    pub default: &'static str,
    /// What it decides.
    pub meaning: &'static str,
}

const fn of(
    scope: Scope,
    (variable, key): (&'static str, &'static str),
    example: &'static str,
    default: &'static str,
    meaning: &'static str,
) -> Setting {
    let variable = if variable.is_empty() { None } else { Some(variable) };
    let key = if key.is_empty() { None } else { Some(key) };
    Setting { scope, variable, key, example, default, meaning }
}

use Scope::{Catalog, Catalogs, Process, Secrets, Spill};

/// All of them, in the order of the reference. Names without `glaux_` are those of AWS's Java connectors.
pub const SETTINGS: &[Setting] = &[
    of(
        Catalogs,
        ("default", ""),
        "postgres://jdbc:postgresql://db:5432/shop?${shop/reader}",
        "",
        "the connection string of the catalog that serves whatever name is asked for; in a file a catalog is called `default`",
    ),
    of(
        Catalogs,
        ("crm_connection_string", "url"),
        "postgres://jdbc:postgresql://db:5432/shop?${shop/reader}",
        "",
        "the connection string of catalog `crm`, or of any other name",
    ),
    of(
        Catalogs,
        ("secret_name", "secret"),
        "shop/reader",
        "the one that the URL names",
        "the secret that knows user and password; as a variable of `default` alone",
    ),
    of(
        Catalogs,
        ("casing_mode", "casing"),
        "LOWER",
        "`CASE_INSENSITIVE_SEARCH`",
        "how a name that Athena has folded finds the source's: exactly, else the only one in any case; `NONE`, `LOWER`, `UPPER` without looking",
    ),
    of(
        Catalogs,
        ("default_scale", "default_scale"),
        "4",
        "refused by name",
        "digits behind the point of decimal numbers whose type names none, such as Oracle's NUMBER",
    ),
    of(
        Catalogs,
        ("glaux_zoned_timestamps", "zoned_timestamps"),
        "true",
        "`false`: in UTC, as AWS's connectors give them",
        "times with a zone keep it",
    ),
    of(
        Catalogs,
        ("glaux_max_cell_bytes", "max_cell_bytes"),
        "1048576",
        "64 MiB",
        "a longer value is an error that names its column",
    ),
    of(
        Catalogs,
        ("glaux_split_bytes", "split_bytes"),
        "33554432",
        "128 MiB",
        "how large a split shall be, by the source's own estimate",
    ),
    of(
        Catalog,
        ("glaux_max_splits", "max_splits"),
        "8",
        "32; of a table above 512 GiB one for each 16 GiB, up to 256",
        "at most so many splits a table, which is how many sessions read it at once",
    ),
    of(
        Catalog,
        ("glaux_max_connections", "max_connections"),
        "4",
        "no limit",
        "at most so many sessions with the source at once in one process, idle ones included: a request waits until one is free; a function serves one request at a time, so what limits it is reserved concurrency",
    ),
    of(
        Catalog,
        ("glaux_split_by", "split_by"),
        "shop.order_lines=id, shop.days=day",
        "a key that an index knows, else one split",
        "the column along which a table or a view is cut: `shop.order_lines=id, shop.days=day`; in a file `{ shop.order_lines = \"id\" }`",
    ),
    of(
        Catalog,
        ("enable_query_passthrough", "query_passthrough"),
        "true",
        "`false`",
        "`TABLE(system.query(query => '…'))`: the source's own words, only reading",
    ),
    of(
        Catalog,
        ("glaux_query_plans", "query_plans"),
        "true",
        "`false`",
        "whole plans are done at the source where the answer is exactly Athena's; needs serde 6",
    ),
    of(
        Catalog,
        ("glaux_java_types", "java_types"),
        "true",
        "`false`: types that hold every value",
        "columns have the types that AWS's Java connector gives them, on PostgreSQL and MySQL; a value that does not fit is an error",
    ),
    of(
        Catalog,
        ("glaux_callers", "callers"),
        r#"[{"account": "111122223333", "role": "tenant_a"}]"#,
        "whoever may call the function",
        "as whom a caller reads; nobody else may",
    ),
    of(Catalogs, ("", "views"), "", "none", "the owner's queries, read like tables"),
    of(
        Spill,
        ("spill_bucket", "bucket"),
        "my-spill-bucket",
        "the one that a request names",
        "the bucket for results too large to return",
    ),
    of(Spill, ("spill_prefix", "prefix"), "spill", "`athena-federation-spill`", "what keys begin with"),
    of(
        Spill,
        ("kms_key_id", "kms_key_id"),
        "alias/spill",
        "keys made here, one a split",
        "the key of KMS that gives data keys",
    ),
    of(Spill, ("disable_spill_encryption", "disable_encryption"), "true", "`false`", "objects are stored as they are"),
    of(
        Spill,
        ("spill_put_request_headers", "put_request_headers"),
        r#"{"x-amz-server-side-encryption": "aws:kms"}"#,
        "none",
        "headers of every upload",
    ),
    of(
        Spill,
        ("MAX_BLOCK_SIZE_BYTES", "max_block_size_bytes"),
        "8000000",
        "what a request says",
        "an upper limit on a block",
    ),
    of(
        Spill,
        ("SPILL_QUEUE_CAPACITY", "queue_capacity"),
        "4",
        "2",
        "blocks that may wait behind the two being uploaded",
    ),
    of(
        Spill,
        ("glaux_spill_timeout_seconds", "timeout_seconds"),
        "10",
        "30",
        "how long one object may take, attempts included",
    ),
    of(
        Secrets,
        ("glaux_secrets_file", "file"),
        "/run/secrets.json",
        "AWS Secrets Manager",
        "a private JSON file, for a machine without AWS",
    ),
    of(
        Secrets,
        ("glaux_secrets_folder", "folder"),
        "/run/secrets",
        "AWS Secrets Manager",
        "the private folder in which secrets of grants are kept",
    ),
    of(
        Secrets,
        ("glaux_secrets_prefix", "prefix"),
        "glaux/sales",
        "nothing is found by its secret alone",
        "with the environment: a catalog that is not configured is the secret `<prefix>/<environment>/<catalog>`",
    ),
    of(
        Secrets,
        ("glaux_environment", "environment"),
        "prod",
        "nothing is found by its secret alone",
        "the one environment whose secrets are catalogs here",
    ),
    of(
        Secrets,
        ("glaux_secret_ttl_seconds", "ttl_seconds"),
        "300",
        "60",
        "how long a secret is believed; one whose login is refused is read again at once",
    ),
    of(
        Process,
        ("glue_connection", ""),
        "shop-connection",
        "none is asked for",
        "the connection of AWS Glue's that says what variables do not: `default`, `secret_name`, `casing_mode`, and the settings of spilling",
    ),
    of(
        Process,
        ("GLUE_ENDPOINT", ""),
        "https://vpce-1.glue.eu-west-1.vpce.amazonaws.com",
        "AWS's own",
        "where Glue is asked for it",
    ),
    of(
        Process,
        ("glaux_serde_version", "serde_version"),
        "6",
        "5",
        "the version of the protocol that is announced, 2 to 6",
    ),
    of(
        Process,
        ("ATHENA_FEDERATION_SDK_LOG_LEVEL", "log_level"),
        "debug",
        "`warn`",
        "what is logged: `off`, `error`, `warn`, `info`, `debug`, `trace`",
    ),
    of(
        Process,
        ("glaux_metrics_namespace", "metrics_namespace"),
        "Glaux",
        "no metrics",
        "the namespace of CloudWatch for what requests cost, by catalog and kind; as lines of the log, in CloudWatch's embedded format",
    ),
];

/// What is accepted for a function's sake that ran with another connector, and does nothing.
pub const IDLE: [&str; 5] = [
    "non_default_collate",
    "throttle_initial_delay_ms",
    "throttle_max_delay_ms",
    "throttle_decrease_factor",
    "throttle_increase_ms",
];

/// The variables that are ours: whoever misspells one is told.
pub(super) fn ours() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().filter_map(|setting| setting.variable).filter(|name| name.starts_with("glaux_"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::config::Config;

    /// The table of one scope.
    fn table(scope: &[Scope]) -> String {
        let mut out = "| variable | in a file | without it | what it decides |\n|---|---|---|---|\n".to_owned();
        for setting in SETTINGS.iter().filter(|setting| scope.contains(&setting.scope)) {
            let name = |name: Option<&str>| name.map_or_else(String::new, |name| format!("`{name}`"));
            let variable = match (setting.scope, setting.variable) {
                (Scope::Catalog, Some(variable)) => format!("`{variable}`, `crm_{variable}`"),
                (_, variable) => name(variable),
            };
            let cells = [variable, name(setting.key), setting.default.to_owned(), setting.meaning.to_owned()];
            out += &format!("| {} |\n", cells.join(" | "));
        }
        out
    }

    #[test]
    fn the_reference_is_what_the_code_knows() {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/settings.md");
        for (name, scope) in [
            ("catalogs", &[Scope::Catalog, Scope::Catalogs][..]),
            ("spill", &[Scope::Spill]),
            ("secrets", &[Scope::Secrets]),
            ("process", &[Scope::Process]),
        ] {
            connector_core::testing::readme::document(&page, name, &table(scope));
        }
    }

    fn read(more: &[(&str, &str)]) -> Result<Config, connector_core::Error> {
        let there = [("default", "postgres://jdbc:postgresql://db:5432/shop?${a}")];
        let there = there.iter().filter(|(key, _)| !more.iter().any(|(other, _)| other == key));
        Config::from_env(there.chain(more).map(|(key, value)| ((*key).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn every_variable_is_read_and_decides_something() {
        let usual = format!("{:?}", read(&[]).unwrap());
        for Setting { variable, example, .. } in SETTINGS {
            // The connection is asked for where a process starts (`tests/migration`).
            let elsewhere = ["default", "glue_connection", "GLUE_ENDPOINT"];
            let Some(variable) = variable.filter(|variable| !elsewhere.contains(variable)) else { continue };
            // Neither of the two means anything without the other.
            let other = match variable {
                "glaux_secrets_prefix" => Some(("glaux_environment", "prod")),
                "glaux_environment" => Some(("glaux_secrets_prefix", "glaux")),
                _ => None,
            };
            let given: Vec<(&str, &str)> = other.into_iter().chain([(variable, *example)]).collect();
            let config = read(&given).unwrap_or_else(|error| panic!("{variable}: {error}"));
            // A secret named beside the URL's own is the URL's to name; who may read stands in no debug form.
            if !["secret_name", "glaux_callers"].contains(&variable) {
                assert_ne!(format!("{config:?}"), usual, "{variable} does nothing");
            }
        }
        assert!(read(&[("glaux_max_split", "1")]).is_err());
        for idle in IDLE {
            assert_eq!(read(&[(idle, "1")]).unwrap().notes.len(), 1, "{idle}");
        }
    }

    /// What the reader of files says that it knows, when it is asked for something else.
    fn keys(file: &str) -> BTreeSet<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("glaux.toml");
        std::fs::write(&path, file).unwrap();
        let told = Config::from_file(&path).unwrap_err().to_string();
        let known = told.split("expected one of ").nth(1).unwrap_or_else(|| panic!("{told}"));
        known.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    #[test]
    fn every_key_of_a_file_is_in_the_reference() {
        let mut known = keys("nothing = 1\n[catalogs]");
        for table in ["catalogs", "spill", "secrets"] {
            assert!(known.remove(table), "{table}");
        }
        let there = "[catalogs.crm]\nurl = \"postgres://jdbc:postgresql://db:5432/shop?${a}\"\n";
        known.extend(keys(&format!("{there}nothing = 1")));
        known.extend(keys(&format!("{there}[spill]\nnothing = 1")));
        known.extend(keys(&format!("{there}[secrets]\nnothing = 1")));
        let told: BTreeSet<String> = SETTINGS.iter().filter_map(|setting| setting.key).map(str::to_owned).collect();
        assert_eq!(told, known);
    }
}
