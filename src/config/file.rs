//! One TOML file, typed: the same settings by shorter names, and settings of a catalog beside it.
//!
//! An unknown key is an error. What the TOML reader says is passed on only where it holds nothing but keys.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use connector_core::{Error, Result, Settings, TableName};
use serde::Deserialize;

use super::callers::Written;
use super::connection_string::{check_secret_name, parse};
use super::private::unreadable;
use super::{
    Aws, Callers, Catalog, Catalogs, Config, DEFAULT_LOG_LEVEL, DEFAULT_SERDE_VERSION, Encryption, Granted,
    SecretReference, SecretsConfig, SpillConfig, View, check, check_private, idle_plans,
};

/// Reads the file at `path`.
pub fn read(path: &Path) -> Result<Config> {
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
    let doing = || format!("reading the configuration {}", path.display());
    let config = from_toml(&text, path.parent().unwrap_or(Path::new(""))).map_err(|error| error.context(doing()))?;
    let holds_password = |catalog: &Catalog| matches!(catalog.secret, SecretReference::Inline(_));
    if config.catalogs.iter().any(holds_password) {
        check_private(path).map_err(|error| error.context("a password stands in this file"))?;
    }
    Ok(config)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    catalogs: BTreeMap<String, CatalogTable>,
    #[serde(default)]
    spill: SpillTable,
    #[serde(default)]
    secrets: SecretsTable,
    serde_version: Option<u64>,
    max_splits: Option<u64>,
    max_connections: Option<u64>,
    log_level: Option<String>,
    metrics_namespace: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CatalogTable {
    url: String,
    secret: Option<String>,
    casing: Option<String>,
    default_scale: Option<u64>,
    java_types: Option<bool>,
    zoned_timestamps: Option<bool>,
    max_cell_bytes: Option<u64>,
    query_passthrough: Option<bool>,
    query_plans: Option<bool>,
    split_bytes: Option<u64>,
    max_splits: Option<u64>,
    max_connections: Option<u64>,
    #[serde(default)]
    split_by: BTreeMap<String, SplitByValue>,
    #[serde(default)]
    views: BTreeMap<String, BTreeMap<String, ViewValue>>,
    callers: Option<Vec<Written>>,
}

/// A view: its query, or a table with more about it.
#[derive(Deserialize)]
#[serde(untagged)]
enum ViewValue {
    Query(String),
    Table(ViewTable),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ViewTable {
    query: String,
    split_by: Option<String>,
}

/// The columns along which a schema's tables are cut, or that of one table whose name stands in quotes with its schema's.
#[derive(Deserialize)]
#[serde(untagged)]
enum SplitByValue {
    Column(String),
    Tables(BTreeMap<String, String>),
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SpillTable {
    bucket: Option<String>,
    prefix: Option<String>,
    kms_key_id: Option<String>,
    disable_encryption: Option<bool>,
    put_request_headers: Option<BTreeMap<String, String>>,
    max_block_size_bytes: Option<u64>,
    queue_capacity: Option<u64>,
    timeout_seconds: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SecretsTable {
    file: Option<PathBuf>,
    folder: Option<PathBuf>,
    prefix: Option<String>,
    environment: Option<String>,
    ttl_seconds: Option<u64>,
}

/// A relative path in the file is relative to the file's own directory.
fn from_toml(text: &str, directory: &Path) -> Result<Config> {
    let file: File = toml::from_str(text).map_err(|error| complaint(text, &error))?;
    let default = Settings::default();
    let max_splits = most("max_splits", file.max_splits)?;
    let max_connections = most("max_connections", file.max_connections)?;
    let of_all = Settings { max_splits, max_connections, ..default };
    let catalogs =
        file.catalogs.into_iter().map(|(name, table)| catalog(name, table, &of_all)).collect::<Result<_>>()?;
    let aws = Aws::lazy();
    let catalogs = Catalogs::and_granted(catalogs, granted(&file.secrets, of_all)?, None)?;
    let serde_version = or(file.serde_version, "serde_version", check::serde_version, DEFAULT_SERDE_VERSION)?;
    Ok(Config {
        notes: idle_plans(&catalogs, serde_version).into_iter().collect(),
        catalogs,
        spill: spill(file.spill, &aws)?,
        secrets: secrets(file.secrets, directory, &aws)?,
        query_status: None,
        serde_version,
        log_level: match file.log_level {
            Some(text) => check::log_level("log_level", &text)?,
            None => DEFAULT_LOG_LEVEL,
        },
        metrics: file.metrics_namespace.map(|name| check::namespace("metrics_namespace", &name)).transpose()?,
    })
}

fn or<T, V>(value: Option<V>, key: &str, check: impl FnOnce(&str, V) -> Result<T>, default: T) -> Result<T> {
    value.map_or(Ok(default), |value| check(key, value))
}

fn most(key: &str, value: Option<u64>) -> Result<Option<usize>> {
    value.map(|value| check::positive(key, value)).transpose()
}

fn catalog(name: String, table: CatalogTable, default: &Settings) -> Result<Catalog> {
    let key = |setting: &str| format!("catalogs.{name}.{setting}");
    let parts = parse(&key("url"), &table.url)?;
    let secret = match (parts.secret, table.secret) {
        (secret, None) => secret,
        (SecretReference::None, Some(named)) => SecretReference::Name(check_secret_name(&key("secret"), &named)?),
        (_, Some(_)) => {
            return Err(Error::invalid(format!("setting {:?} stands beside another in the URL", key("secret")))
                .hint("say in one place who knows the password"));
        }
    };
    let settings = Settings {
        casing: table.casing.map_or(Ok(default.casing), |text| check::casing(&key("casing"), &text))?,
        default_scale: table.default_scale.map(|scale| check::scale(&key("default_scale"), scale)).transpose()?,
        java_types: table.java_types.unwrap_or(default.java_types),
        zoned_timestamps: table.zoned_timestamps.unwrap_or(false),
        max_cell_bytes: or(table.max_cell_bytes, &key("max_cell_bytes"), check::positive, default.max_cell_bytes)?,
        split_bytes: or(table.split_bytes, &key("split_bytes"), check::bytes, default.split_bytes)?,
        max_splits: most(&key("max_splits"), table.max_splits)?.or(default.max_splits),
        max_connections: most(&key("max_connections"), table.max_connections)?.or(default.max_connections),
        split_by: split_by(&key("split_by"), table.split_by)?,
        query_passthrough: table.query_passthrough.unwrap_or(default.query_passthrough),
        time_limit: None,
        query_plans: table.query_plans.unwrap_or(default.query_plans),
        application_name: default.application_name.clone(),
        acting_as: default.acting_as.clone(),
    };
    let views = views(&key("views"), table.views)?;
    refuse_views(&key("split_by"), &settings, &views)?;
    let callers = table.callers.map(|written| Callers::of(&key("callers"), written)).transpose()?;
    Ok(Catalog { engine: parts.engine, url: parts.url, secret, settings, views, callers, name })
}

/// Queries by schema and name. Whether they are queries is asked of the engine.
fn views(key: &str, schemas: BTreeMap<String, BTreeMap<String, ViewValue>>) -> Result<BTreeMap<TableName, View>> {
    let mut views = BTreeMap::new();
    for (schema, queries) in schemas {
        for (view, value) in queries {
            let value = match value {
                ViewValue::Query(query) => View { query, split_by: None },
                ViewValue::Table(ViewTable { query, split_by }) => View { query, split_by },
            };
            let name = TableName::new(schema.to_lowercase(), view.to_lowercase());
            if name.schema.trim().is_empty() || name.table.trim().is_empty() {
                return Err(check::wrong(
                    key,
                    "queries by schema and name: [catalogs.shop.views.reports] sales = \"…\"",
                ));
            }
            if views.insert(name.clone(), value).is_some() {
                return Err(Error::invalid(format!("two views in {key:?} are {name} to Athena, which tells no case")));
            }
        }
    }
    Ok(views)
}

/// Columns by schema and table.
fn split_by(key: &str, schemas: BTreeMap<String, SplitByValue>) -> Result<BTreeMap<TableName, String>> {
    let mut named = Vec::new();
    for (schema, value) in schemas {
        match value {
            SplitByValue::Tables(tables) => {
                let of = |(table, column): (String, String)| (TableName::new(schema.as_str(), table), column);
                named.extend(tables.into_iter().map(of));
            }
            // The check tells what is wrong with a name that is none.
            SplitByValue::Column(column) => {
                named.push((check::table(&schema).unwrap_or(TableName::new(schema, "")), column));
            }
        }
    }
    check::split_by(key, named)
}

/// A schema of views has no tables of the source, and a column that does nothing would be one that somebody believes in.
fn refuse_views(key: &str, settings: &Settings, views: &BTreeMap<TableName, View>) -> Result<()> {
    match settings.split_by.keys().find(|name| views.keys().any(|view| view.schema == name.schema)) {
        None => Ok(()),
        Some(name) => {
            let told = format!("setting {key:?} names {name}, whose schema is made of the configuration's views");
            Err(Error::invalid(told).hint("name the column in the view itself: { query = \"…\", split_by = \"…\" }"))
        }
    }
}

fn spill(table: SpillTable, aws: &Aws) -> Result<SpillConfig> {
    let default = SpillConfig::default();
    let seconds = |key: &str, value| check::seconds(key, value, 1);
    Ok(SpillConfig {
        bucket: table.bucket.map(|text| check::bucket("spill.bucket", &text)).transpose()?,
        prefix: or(table.prefix, "spill.prefix", |key, text| check::prefix(key, &text), default.prefix)?,
        encryption: match (table.disable_encryption.unwrap_or(false), table.kms_key_id) {
            (true, Some(_)) => {
                return Err(Error::invalid(
                    "settings \"spill.disable_encryption\" and \"spill.kms_key_id\" contradict each other",
                ));
            }
            (true, None) => Encryption::Off,
            (false, Some(key)) if key.trim().is_empty() => {
                return Err(check::wrong("spill.kms_key_id", "a key's id or ARN"));
            }
            (false, Some(key)) => Encryption::Kms(key),
            (false, None) => Encryption::Local,
        },
        put_headers: or(
            table.put_request_headers,
            "spill.put_request_headers",
            check::put_headers,
            default.put_headers,
        )?,
        max_block_size: table
            .max_block_size_bytes
            .map(|n| check::positive("spill.max_block_size_bytes", n))
            .transpose()?,
        queue_capacity: or(table.queue_capacity, "spill.queue_capacity", check::positive, default.queue_capacity)?,
        timeout: or(table.timeout_seconds, "spill.timeout_seconds", seconds, default.timeout)?,
        aws: aws.clone(),
    })
}

/// What is set for all catalogs is set for these.
fn granted(table: &SecretsTable, settings: Settings) -> Result<Option<Granted>> {
    let (prefix, environment) = (table.prefix.as_deref(), table.environment.as_deref());
    let granted = Granted::by(("secrets.prefix", prefix), ("secrets.environment", environment))?;
    Ok(granted.map(|granted| Granted { settings, ..granted }))
}

fn secrets(table: SecretsTable, directory: &Path, aws: &Aws) -> Result<SecretsConfig> {
    let default = SecretsConfig::default();
    let seconds = |key: &str, value| check::seconds(key, value, 0);
    let place = |path: Option<PathBuf>| path.map(|path| directory.join(path));
    let (file, folder) = (place(table.file), place(table.folder));
    check::not_both(("secrets.file", &file), ("secrets.folder", &folder))?;
    Ok(SecretsConfig {
        file,
        folder,
        ttl: or(table.ttl_seconds, "secrets.ttl_seconds", seconds, default.ttl)?,
        refresh_pause: default.refresh_pause,
        aws: aws.clone(),
    })
}

/// Words that a complaint may show: what stands before a `=` in a broken file can be anything, a password's end too.
const KEYS: [&str; 35] = [
    "callers",
    "arn",
    "account",
    "group",
    "tags",
    "role",
    "settings",
    "serde_version",
    "max_splits",
    "max_connections",
    "log_level",
    "url",
    "secret",
    "casing",
    "default_scale",
    "java_types",
    "zoned_timestamps",
    "max_cell_bytes",
    "query_passthrough",
    "query_plans",
    "split_bytes",
    "split_by",
    "views",
    "bucket",
    "prefix",
    "kms_key_id",
    "disable_encryption",
    "put_request_headers",
    "max_block_size_bytes",
    "queue_capacity",
    "timeout_seconds",
    "file",
    "folder",
    "environment",
    "ttl_seconds",
];

/// The reader's words quote a value of the wrong type, so only those about keys are passed on; the line tells the rest.
fn complaint(text: &str, error: &toml::de::Error) -> Error {
    let start = error.span().map_or(0, |span| span.start);
    let before = text.get(..start).unwrap_or_default();
    let number = before.matches('\n').count() + 1;
    let line = text.lines().nth(number - 1).unwrap_or_default();
    let about_keys = ["unknown field", "missing field", "duplicate key"];
    let key = line.split_once('=').map_or("", |(key, _)| key.trim());
    let what = if about_keys.iter().any(|start| error.message().starts_with(start)) {
        error.message().to_owned()
    } else if KEYS.contains(&key) {
        format!("the value of {key:?} has the wrong type or is not TOML")
    } else {
        "it is not TOML, or something has the wrong type".to_owned()
    };
    Error::invalid(format!("line {number}: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complain(text: &str) -> String {
        let error = from_toml(text, Path::new("")).unwrap_err();
        format!("{error} / {error:?}")
    }

    const GOOD: &str = "[catalogs.pg]\nurl = \"postgres://jdbc:postgresql://h/db\"\n";

    #[test]
    fn an_unknown_key_is_named_with_its_line() {
        for (text, key, line) in [
            (format!("{GOOD}passwrod = \"hunter2\"\n"), "passwrod", "line 3"),
            (format!("{GOOD}[spill]\nbuckte = \"b\"\n"), "buckte", "line 4"),
            (format!("{GOOD}[secrets]\ndirectory = \"b\"\n"), "directory", "line 4"),
            (format!("colour = 1\n{GOOD}"), "colour", "line 1"),
        ] {
            let told = complain(&text);
            assert!(told.contains(key) && told.contains(line) && !told.contains("hunter2"), "{told}");
        }
    }

    /// The first block of settings in a guide.
    fn settings_in(guide: &'static str) -> &'static str {
        guide.split("```").find_map(|block| block.strip_prefix("toml\n")).unwrap()
    }

    #[test]
    fn the_callers_of_the_guide_are_whom_they_say() {
        let guide = include_str!("../../docs/callers.md");
        let text = format!("{}{}", GOOD.replace("pg", "shop"), settings_in(guide));
        let config = from_toml(&text, Path::new("")).unwrap();
        let callers = config.catalogs.get("shop").unwrap().callers.clone().unwrap();
        assert_eq!(callers.key, "catalogs.shop.callers");
        let team = BTreeMap::from([("team".to_owned(), "b".to_owned())]);
        let arn = |resource: &str| Some(format!("arn:aws:iam::111122223333:{resource}"));
        let account = Some("111122223333");
        let caller = |arn, tags| crate::config::Caller { account, arn, tags, groups: &[] };
        let acting_of =
            |caller: &crate::config::Caller<'_>| callers.rule_for(caller).map(|rule| rule.acting(caller).unwrap());
        let role = |caller| acting_of(&caller).and_then(|acting| acting.role);
        assert_eq!(role(caller(arn("role/analyst-1"), Some(&team))).as_deref(), Some("tenant_a"));
        let tagged = acting_of(&caller(arn("role/other"), Some(&team))).unwrap();
        assert_eq!((tagged.role.as_deref(), tagged.settings["glaux.tenant"].as_str()), (Some("tenant_b"), "b"));
        let ana = caller(arn("user/ana"), None);
        assert_eq!(callers.rule_for(&ana).unwrap().secret, Some(SecretReference::Name("shop/ana".into())));
        assert!(acting_of(&caller(arn("role/other"), None)).is_none());
        let wrong = format!("{GOOD}[[catalogs.pg.callers]]\narm = \"hunter2\"\n");
        assert!(complain(&wrong).contains("arm") && !complain(&wrong).contains("hunter2"));
    }

    #[test]
    fn a_value_of_the_wrong_type_is_not_quoted() {
        for text in [
            format!("{GOOD}default_scale = \"hunter2\"\n"),
            format!("{GOOD}zoned_timestamps = \"hunter2\"\n"),
            format!("{GOOD}secret = [\"hunter2\"]\n"),
            format!("{GOOD}secret = hunter2\n"),
            format!("{GOOD}secret = \"hunter2\n"),
            "catalogs = \"postgres://h?password=hunter2\"\n".to_owned(),
            "[catalogs]\npg = \"postgres://h?password=hunter2\"\n".to_owned(),
            "hunter2".to_owned(),
            "hunter2==".to_owned(),
        ] {
            let told = complain(&text);
            assert!(!told.contains("hunter2") && told.contains("line "), "{told}");
        }
        assert!(complain(&format!("{GOOD}default_scale = \"x\"\n")).contains("default_scale"));
    }
}
