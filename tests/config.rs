//! Every documented setting, right and wrong, from both sources.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::time::Duration;

use connector_core::{Casing, Credential, Error, ErrorKind, Secret};
use glaux::config::{Config, Encryption, SecretReference};
use tracing::level_filters::LevelFilter;

const PG: (&str, &str) = ("default", "postgres://jdbc:postgresql://host:5432/db?${sec}&sslmode=require");

fn env(pairs: &[(&str, &str)]) -> Result<Config, Error> {
    let all = [PG].iter().chain(pairs).map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect::<Vec<_>>();
    Config::from_env(all)
}

fn toml(text: &str) -> Result<Config, Error> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("glaux.toml");
    std::fs::write(&path, text).unwrap();
    make_private(&path, 0o600);
    Config::from_file(&path)
}

fn make_private(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn only_default_is_enough_and_everything_else_has_a_value() {
    let config = env(&[]).unwrap();
    let catalog = config.catalogs.get("whatever").unwrap();
    assert_eq!(
        (catalog.engine.as_str(), catalog.url.as_str()),
        ("postgres", "jdbc:postgresql://host:5432/db?sslmode=require")
    );
    assert_eq!(catalog.secret, SecretReference::Name("sec".into()));
    assert_eq!(catalog.settings, connector_core::Settings::default());
    assert_eq!((config.serde_version, config.log_level), (5, LevelFilter::WARN));
    assert_eq!(config.spill.prefix, "athena-federation-spill");
    assert_eq!((config.spill.bucket, config.spill.encryption), (None, Encryption::Local));
    assert_eq!((config.spill.queue_capacity, config.spill.max_block_size), (2, None));
    assert_eq!((config.secrets.ttl, config.secrets.file, config.secrets.folder), (Duration::from_mins(1), None, None));
    assert!(config.notes.is_empty());
    assert!(config.query_status.is_none(), "who is not a function of Athena's does not ask Athena");
    assert!(env(&[("AWS_LAMBDA_FUNCTION_NAME", "fn")]).unwrap().query_status.is_some());
    let kept = env(&[("glaux_secrets_folder", "/var/lib/glaux/secrets")]).unwrap().secrets;
    assert_eq!((kept.folder.as_deref(), kept.file), (Some(Path::new("/var/lib/glaux/secrets")), None));
    let error = env(&[("glaux_secrets_folder", "/a"), ("glaux_secrets_file", "/b")]).unwrap_err();
    assert!(error.to_string().contains("glaux_secrets_folder") && !error.to_string().contains("/a"), "{error}");
}

#[test]
fn what_is_granted_is_named_by_two_settings_and_read_as_all_catalogs_are() {
    assert!(env(&[]).unwrap().catalogs.granted().is_none());
    let both = [("glaux_secrets_prefix", "glaux/d"), ("glaux_environment", "prod")];
    let more = [("glaux_max_splits", "3"), ("glaux_callers", r#"[{"account": "111122223333", "role": "r"}]"#)];
    let config = env(&[&both[..], &more[..]].concat()).unwrap();
    let granted = config.catalogs.granted().unwrap();
    assert_eq!((granted.prefix.as_str(), granted.environment.as_str()), ("glaux/d", "prod"));
    assert!(granted.settings.max_splits == Some(3) && granted.callers.is_some());
    assert_eq!(config.catalogs.configured("default").unwrap().name, "default");
    assert!(config.catalogs.configured("shop").is_none(), "default is for its own names");
    let file = "max_splits = 3\n[secrets]\nprefix = \"glaux/d\"\nenvironment = \"prod\"\n";
    let from_file = toml(file).unwrap();
    let told = from_file.catalogs.granted().unwrap();
    assert_eq!(
        (&told.prefix, &told.environment, told.settings.max_splits),
        (&granted.prefix, &granted.environment, Some(3))
    );
    assert_eq!(from_file.catalogs.iter().count(), 0);
    for (one, missing) in [(both[0], "glaux_environment"), (both[1], "glaux_secrets_prefix")] {
        let error = env(&[one]).unwrap_err();
        assert!(error.kind() == ErrorKind::Invalid && error.to_string().contains(missing), "{error}");
    }
    assert!(toml("[secrets]\nprefix = \"glaux\"\n").unwrap_err().to_string().contains("secrets.environment"));
}

#[test]
fn every_variable_is_taken() {
    let config = env(&[
        ("sales_connection_string", "mysql://jdbc:mysql://h:3306/db?${rds!db-1}"),
        ("AWS_LAMBDA_FUNCTION_NAME", "fn"),
        ("spill_bucket", "my-bucket"),
        ("spill_prefix", "/a/b/"),
        ("kms_key_id", "alias/spill"),
        ("disable_spill_encryption", "False"),
        ("spill_put_request_headers", r#"{"x-amz-server-side-encryption":"aws:kms"}"#),
        ("MAX_BLOCK_SIZE_BYTES", "1000000"),
        ("SPILL_QUEUE_CAPACITY", "7"),
        ("spill_queue_capacity", "7"),
        ("casing_mode", "upper"),
        ("default_scale", "3"),
        ("enable_query_passthrough", "false"),
        ("non_default_collate", "true"),
        ("throttle_initial_delay_ms", "10"),
        ("throttle_max_delay_ms", "1000"),
        ("throttle_decrease_factor", "0.5"),
        ("throttle_increase_ms", "10"),
        ("ATHENA_FEDERATION_SDK_LOG_LEVEL", "DEBUG"),
        ("is_fips_enabled", "false"),
        ("glaux_serde_version", "4"),
        ("glaux_zoned_timestamps", "true"),
        ("glaux_max_cell_bytes", "1024"),
        ("glaux_secrets_file", "/etc/glaux/secrets.json"),
        ("glaux_secret_ttl_seconds", "0"),
        ("glaux_max_splits", "4"),
        ("glaux_spill_timeout_seconds", "5"),
        ("PATH", "/bin"),
    ])
    .unwrap();
    let sales = config.catalogs.get("sales").unwrap();
    assert_eq!((sales.engine.as_str(), &sales.secret), ("mysql", &SecretReference::Name("rds!db-1".into())));
    assert_eq!(config.catalogs.get("lambda:fn").unwrap().name, "default");
    assert_eq!((sales.settings.casing, sales.settings.default_scale), (Casing::Upper, Some(3)));
    assert_eq!((sales.settings.zoned_timestamps, sales.settings.max_cell_bytes), (true, 1024));
    assert_eq!((config.spill.bucket.as_deref(), config.spill.prefix.as_str()), (Some("my-bucket"), "a/b"));
    assert_eq!(config.spill.encryption, Encryption::Kms("alias/spill".into()));
    assert_eq!(config.spill.put_headers.0, [("x-amz-server-side-encryption".to_owned(), "aws:kms".to_owned())]);
    assert_eq!((config.spill.max_block_size, config.spill.queue_capacity), (Some(1_000_000), 7));
    assert_eq!((config.spill.timeout, config.secrets.ttl), (Duration::from_secs(5), Duration::ZERO));
    assert_eq!(config.secrets.file.as_deref(), Some(Path::new("/etc/glaux/secrets.json")));
    assert_eq!((config.serde_version, config.log_level), (4, LevelFilter::DEBUG));
    assert_eq!(config.notes.len(), 5, "{:?}", config.notes);
}

#[test]
fn pass_through_is_off_unless_switched_on_for_all_catalogs_or_for_one() {
    let two = |switch: &[(&str, &str)]| {
        let others = [("sales_connection_string", "mysql://jdbc:mysql://h:3306/db?${s}")];
        let config = env(&[&others[..], switch].concat()).unwrap();
        ["default", "sales"].map(|name| config.catalogs.get(name).unwrap().settings.query_passthrough)
    };
    assert_eq!(two(&[]), [false, false]);
    assert_eq!(two(&[("enable_query_passthrough", "true")]), [true, true]);
    assert_eq!(two(&[("sales_enable_query_passthrough", "True")]), [false, true]);
    assert_eq!(
        two(&[("enable_query_passthrough", "true"), ("sales_enable_query_passthrough", "false")]),
        [true, false]
    );
    let switched = |line: &str| {
        let text = format!("[catalogs.pg]\nurl = \"postgres://jdbc:postgresql://h/db?${{s}}\"\n{line}\n");
        toml(&text).unwrap().catalogs.get("pg").unwrap().settings.query_passthrough
    };
    assert!(switched("query_passthrough = true") && !switched("query_passthrough = false") && !switched(""));
}

#[test]
fn plans_are_followed_only_where_switched_on_and_a_note_says_if_none_can_come() {
    let two = |switch: &[(&str, &str)]| {
        let others = [("sales_connection_string", "mysql://jdbc:mysql://h:3306/db?${s}")];
        let config = env(&[&others[..], switch].concat()).unwrap();
        let on = ["default", "sales"].map(|name| config.catalogs.get(name).unwrap().settings.query_plans);
        (on, config.notes.len())
    };
    assert_eq!(two(&[]), ([false, false], 0));
    assert_eq!(two(&[("glaux_query_plans", "true")]), ([true, true], 1));
    assert_eq!(two(&[("sales_glaux_query_plans", "true"), ("glaux_serde_version", "6")]), ([false, true], 0));
    assert_eq!(two(&[("glaux_query_plans", "true"), ("sales_glaux_query_plans", "false")]), ([true, false], 1));
    let switched = |line: &str| {
        let text = format!("[catalogs.pg]\nurl = \"postgres://jdbc:postgresql://h/db?${{s}}\"\n{line}\n");
        let config = toml(&text).unwrap();
        (config.catalogs.get("pg").unwrap().settings.query_plans, config.notes.len())
    };
    assert_eq!(switched("query_plans = true"), (true, 1));
    assert_eq!((switched("query_plans = false"), switched("")), ((false, 0), (false, 0)));
}

#[test]
fn every_wrong_variable_is_named() {
    for (key, value, kind) in [
        ("sales_connection_string", "hunter2", ErrorKind::Invalid),
        ("_connection_string", "postgres://x", ErrorKind::Invalid),
        ("Default_connection_string", "postgres://jdbc:postgresql://h/db", ErrorKind::Invalid),
        ("spill_bucket", "s3://hunter2", ErrorKind::Invalid),
        ("spill_bucket", "hunter2/", ErrorKind::Invalid),
        ("spill_prefix", "//", ErrorKind::Invalid),
        ("disable_spill_encryption", "hunter2", ErrorKind::Invalid),
        ("spill_put_request_headers", "hunter2", ErrorKind::Invalid),
        ("spill_put_request_headers", r#"{"a b":"hunter2"}"#, ErrorKind::Invalid),
        ("spill_put_request_headers", r#"{"Content-Length":"hunter2"}"#, ErrorKind::Invalid),
        ("spill_put_request_headers", "{\"a\":\"hunter2\\n\"}", ErrorKind::Invalid),
        ("spill_put_request_headers", r#"{"a":2}"#, ErrorKind::Invalid),
        ("MAX_BLOCK_SIZE_BYTES", "0", ErrorKind::Invalid),
        ("MAX_BLOCK_SIZE_BYTES", "16MB", ErrorKind::Invalid),
        ("SPILL_QUEUE_CAPACITY", "-1", ErrorKind::Invalid),
        ("spill_queue_capacity", "0", ErrorKind::Invalid),
        ("casing_mode", "hunter2", ErrorKind::Invalid),
        ("casing_mode", "ANNOTATION", ErrorKind::Unsupported),
        ("default_scale", "39", ErrorKind::Invalid),
        ("default_scale", "-1", ErrorKind::Invalid),
        ("nobody_enable_query_passthrough", "true", ErrorKind::Invalid),
        ("nobody_glaux_query_plans", "true", ErrorKind::Invalid),
        ("glaux_query_plans", "hunter2", ErrorKind::Invalid),
        ("enable_query_passthrough", "hunter2", ErrorKind::Invalid),
        ("glue_connection", "hunter2", ErrorKind::Unsupported),
        ("is_fips_enabled", "true", ErrorKind::Unsupported),
        ("is_FIPS_Enabled", "TRUE", ErrorKind::Unsupported),
        ("ATHENA_FEDERATION_SDK_LOG_LEVEL", "hunter2", ErrorKind::Invalid),
        ("glaux_serde_version", "1", ErrorKind::Invalid),
        ("glaux_serde_version", "7", ErrorKind::Invalid),
        ("glaux_zoned_timestamps", "1", ErrorKind::Invalid),
        ("glaux_max_cell_bytes", "0", ErrorKind::Invalid),
        ("glaux_secret_ttl_seconds", "99999999999999999999", ErrorKind::Invalid),
        ("glaux_secret_ttl_seconds", "3601", ErrorKind::Invalid),
        ("glaux_max_splits", "0", ErrorKind::Invalid),
        ("default_glaux_max_splits", "0", ErrorKind::Invalid),
        ("nobody_glaux_max_splits", "2", ErrorKind::Invalid),
        ("glaux_max_connections", "0", ErrorKind::Invalid),
        ("default_glaux_max_connections", "-1", ErrorKind::Invalid),
        ("nobody_glaux_max_connections", "2", ErrorKind::Invalid),
        ("glaux_spill_timeout_seconds", "0", ErrorKind::Invalid),
        ("glaux_unknown", "hunter2", ErrorKind::Invalid),
    ] {
        let error = env(&[(key, value)]).expect_err(key);
        let told = format!("{error} {error:?}");
        let named = told.contains(key) || (key.starts_with('D') && told.contains("Default"));
        assert!(named && !told.contains("hunter2"), "{key}: {told}");
        assert_eq!(error.kind(), kind, "{key}={value}");
    }
    let both = env(&[("SPILL_QUEUE_CAPACITY", "2"), ("spill_queue_capacity", "3")]).unwrap_err().to_string();
    assert!(both.contains("SPILL_QUEUE_CAPACITY") && both.contains("spill_queue_capacity"));
    assert!(
        Config::from_env([("PATH".to_owned(), "/bin".to_owned())])
            .unwrap_err()
            .hint_text()
            .unwrap()
            .contains("default")
    );
}

#[test]
fn a_blank_variable_is_one_that_is_not_set() {
    let blank =
        ["kms_key_id", "default_scale", "glue_connection", "casing_mode", "spill_bucket", "x_connection_string"];
    let config = env(&blank.map(|key| (key, " "))).unwrap();
    assert_eq!(config.spill.encryption, Encryption::Local);
    assert_eq!(config.catalogs.iter().count(), 1);
}

#[test]
fn encryption_that_is_off_wins_over_a_key_and_says_so() {
    let config = env(&[("disable_spill_encryption", "TRUE"), ("kms_key_id", "k")]).unwrap();
    assert_eq!(config.spill.encryption, Encryption::Off);
    assert!(config.notes[0].contains("kms_key_id"));
}

#[test]
fn secret_name_serves_default_only_where_nothing_else_does() {
    let bare = ("default", "postgres://jdbc:postgresql://h/db");
    let read = |pairs: &[(&str, &str)]| {
        Config::from_env(pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))).unwrap()
    };
    let named = read(&[bare, ("secret_name", "shared"), ("a_connection_string", "postgres://jdbc:postgresql://h/db")]);
    assert_eq!(named.catalogs.get("default").unwrap().secret, SecretReference::Name("shared".into()));
    assert_eq!(named.catalogs.get("a").unwrap().secret, SecretReference::None);
    let own = read(&[PG, ("secret_name", "shared")]);
    assert_eq!(own.catalogs.get("default").unwrap().secret, SecretReference::Name("sec".into()));
}

#[test]
fn a_catalog_may_have_fewer_splits_than_the_others() {
    let splits =
        |config: &Config| ["default", "sales"].map(|name| config.catalogs.get(name).unwrap().settings.max_splits);
    let sales = ("sales_connection_string", "mysql://jdbc:mysql://h:3306/db?${s}");
    let two = |settings: &[(&str, &str)]| splits(&env(&[settings, &[sales]].concat()).unwrap());
    assert_eq!(two(&[]), [None, None]);
    assert_eq!(two(&[("glaux_max_splits", "4")]), [Some(4), Some(4)]);
    assert_eq!(two(&[("glaux_max_splits", "4"), ("sales_glaux_max_splits", "2")]), [Some(4), Some(2)]);
    let catalog =
        |name: &str, line: &str| format!("[catalogs.{name}]\nurl = \"postgres://jdbc:postgresql://h/db\"\n{line}\n");
    let file = format!("max_splits = 4\n{}{}", catalog("default", ""), catalog("sales", "max_splits = 2"));
    assert_eq!(splits(&toml(&file).unwrap()), [Some(4), Some(2)]);
}

#[test]
fn sessions_are_limited_where_it_is_said_for_all_catalogs_or_for_one() {
    let limits =
        |config: &Config| ["default", "sales"].map(|name| config.catalogs.get(name).unwrap().settings.max_connections);
    let sales = ("sales_connection_string", "mysql://jdbc:mysql://h:3306/db?${s}");
    let two = |settings: &[(&str, &str)]| limits(&env(&[settings, &[sales]].concat()).unwrap());
    assert_eq!(two(&[]), [None, None]);
    assert_eq!(two(&[("glaux_max_connections", "4")]), [Some(4), Some(4)]);
    assert_eq!(two(&[("sales_glaux_max_connections", "2")]), [None, Some(2)]);
    assert_eq!(two(&[("glaux_max_connections", "4"), ("sales_glaux_max_connections", "8")]), [Some(4), Some(8)]);
    let catalog =
        |name: &str, line: &str| format!("[catalogs.{name}]\nurl = \"postgres://jdbc:postgresql://h/db\"\n{line}\n");
    let both = format!("{}{}", catalog("default", ""), catalog("sales", "max_connections = 2"));
    assert_eq!(limits(&toml(&both).unwrap()), [None, Some(2)]);
    assert_eq!(limits(&toml(&format!("max_connections = 4\n{both}")).unwrap()), [Some(4), Some(2)]);
    let granted = |config: Config| config.catalogs.granted().unwrap().settings.max_connections;
    let variables = [("glaux_secrets_prefix", "g"), ("glaux_environment", "prod"), ("glaux_max_connections", "4")];
    assert_eq!(granted(env(&variables).unwrap()), Some(4));
    let file = "max_connections = 4\n[secrets]\nprefix = \"g\"\nenvironment = \"prod\"\n";
    assert_eq!(granted(toml(file).unwrap()), Some(4));
}

#[test]
fn tables_are_cut_along_the_columns_that_are_named_for_all_catalogs_or_for_one() {
    let columns = |config: &Config, name: &str| {
        let settings = &config.catalogs.get(name).unwrap().settings;
        let named = settings.split_by.iter();
        let named = named.map(|(table, column)| format!("{}.{}={column}", table.schema, table.table));
        named.collect::<Vec<_>>().join(" ")
    };
    let sales = ("sales_connection_string", "mysql://jdbc:mysql://h:3306/db?${s}");
    let two = |settings: &[(&str, &str)]| {
        let config = env(&[settings, &[sales]].concat()).unwrap();
        ["default", "sales"].map(|name| columns(&config, name))
    };
    let both = "shop.days=day shop.lines=id";
    assert_eq!(two(&[]), ["", ""]);
    assert_eq!(two(&[("glaux_split_by", " Shop.Lines = ID,shop.days=day")]), [both, both]);
    let own = [("glaux_split_by", "shop.lines=id"), ("sales_glaux_split_by", "crm.calls=made.at")];
    assert_eq!(two(&own), ["shop.lines=id", "crm.calls=made.at"]);
    let catalog = |lines: &str| format!("[catalogs.pg]\nurl = \"postgres://jdbc:postgresql://h/db\"\n{lines}\n");
    for lines in [
        "split_by = { Shop.Lines = \"ID\", shop.days = \"day\" }",
        "split_by = { \"shop.lines\" = \"id\", shop.days = \"day\" }",
        "[catalogs.pg.split_by]\nshop.lines = \"id\"\nshop.days = \"day\"",
        "[catalogs.pg.split_by.shop]\nlines = \"id\"\ndays = \"day\"",
    ] {
        assert_eq!(columns(&toml(&catalog(lines)).unwrap(), "pg"), both, "{lines}");
    }
    let odd = toml(&catalog("split_by.\"s.1\".\"a=b, c\" = \"id\"")).unwrap();
    assert_eq!(columns(&odd, "pg"), "s.1.a=b, c=id", "a file knows every name");
}

#[test]
fn a_column_to_cut_along_that_names_no_table_or_the_same_one_again_is_refused() {
    for (value, told) in [
        ("hunter2", "a column for each table"),
        ("shop.lines", "a column for each table"),
        ("lines=hunter2", "a column for each table"),
        ("hunter2.shop.lines=id", "a column for each table"),
        ("shop.lines=id=hunter2", "a column for each table"),
        ("shop.lines=id,", "a column for each table"),
        ("shop.lines= , shop.days=day", "a column for each table"),
        (".lines=id", "a column for each table"),
        ("shop.=id", "a column for each table"),
        ("shop.lines=id, Shop.LINES=hunter2", "twice"),
    ] {
        let error = env(&[("default_glaux_split_by", value)]).expect_err(value);
        let said = format!("{error} {error:?}");
        assert_eq!(error.kind(), ErrorKind::Invalid, "{value}");
        assert!(said.contains("default_glaux_split_by") && said.contains(told) && !said.contains("hunter2"), "{said}");
    }
    let homeless = env(&[("nobody_glaux_split_by", "shop.lines=id")]).unwrap_err().to_string();
    assert!(homeless.contains("nobody_glaux_split_by"), "{homeless}");
    for (lines, told) in [
        ("split_by = { shop = \"hunter2\" }", "catalogs.pg.split_by"),
        ("split_by = { shop.lines = \" \" }", "catalogs.pg.split_by"),
        ("split_by = { \"\".lines = \"id\" }", "catalogs.pg.split_by"),
        ("split_by = { shop.lines = \"id\", Shop.lines = \"hunter2\" }", "twice"),
        ("split_by = { shop.lines = 1 }", "wrong type"),
        ("split_by = \"hunter2\"", "wrong type"),
        ("split_by = { app.lines = \"id\" }\nviews.App.sales = \"select 1\"", "the configuration's views"),
    ] {
        let text = format!("[catalogs.pg]\nurl = \"postgres://jdbc:postgresql://h/db\"\n{lines}\n");
        let error = toml(&text).expect_err(lines);
        let said = format!("{error} {error:?}");
        assert!(said.contains(told) && !said.contains("hunter2"), "{lines}: {said}");
    }
}

#[test]
fn a_file_says_the_same_as_the_variables() {
    let from_file = toml(
        r#"
        serde_version = 4
        max_splits = 4
        log_level = "debug"
        [catalogs.default]
        url = "postgres://jdbc:postgresql://host:5432/db?${sec}&sslmode=require"
        casing = "UPPER"
        default_scale = 3
        zoned_timestamps = true
        max_cell_bytes = 1024
        [catalogs.sales]
        url = "mysql://jdbc:mysql://h:3306/db"
        secret = "rds!db-1"
        [spill]
        bucket = "my-bucket"
        prefix = "a/b"
        kms_key_id = "alias/spill"
        put_request_headers = { x-amz-server-side-encryption = "aws:kms" }
        max_block_size_bytes = 1000000
        queue_capacity = 7
        timeout_seconds = 5
        [secrets]
        file = "/etc/glaux/secrets.json"
        ttl_seconds = 0
        "#,
    )
    .unwrap();
    let from_env = env(&[
        ("spill_bucket", "my-bucket"),
        ("spill_prefix", "a/b"),
        ("kms_key_id", "alias/spill"),
        ("spill_put_request_headers", r#"{"x-amz-server-side-encryption":"aws:kms"}"#),
        ("MAX_BLOCK_SIZE_BYTES", "1000000"),
        ("SPILL_QUEUE_CAPACITY", "7"),
        ("casing_mode", "UPPER"),
        ("default_scale", "3"),
        ("ATHENA_FEDERATION_SDK_LOG_LEVEL", "debug"),
        ("glaux_serde_version", "4"),
        ("glaux_zoned_timestamps", "true"),
        ("glaux_max_cell_bytes", "1024"),
        ("glaux_secrets_file", "/etc/glaux/secrets.json"),
        ("glaux_secret_ttl_seconds", "0"),
        ("glaux_max_splits", "4"),
        ("glaux_spill_timeout_seconds", "5"),
    ])
    .unwrap();
    assert_eq!(from_file.catalogs.get("default").unwrap(), from_env.catalogs.get("default").unwrap());
    assert_eq!(from_file.catalogs.get("sales").unwrap().secret, SecretReference::Name("rds!db-1".into()));
    assert_eq!(format!("{:?}", from_file.spill), format!("{:?}", from_env.spill));
    assert_eq!(format!("{:?}", from_file.secrets), format!("{:?}", from_env.secrets));
    assert_eq!((from_file.serde_version, from_file.log_level), (from_env.serde_version, from_env.log_level));
}

#[test]
fn every_wrong_value_of_a_file_is_named() {
    let catalog = |line: &str| format!("[catalogs.pg]\nurl = \"postgres://jdbc:postgresql://h/db?${{s}}\"\n{line}\n");
    for (text, key) in [
        (catalog("casing = \"hunter2\""), "catalogs.pg.casing"),
        (catalog("default_scale = 39"), "catalogs.pg.default_scale"),
        (catalog("max_cell_bytes = 0"), "catalogs.pg.max_cell_bytes"),
        (catalog("secret = \"other\""), "catalogs.pg.secret"),
        (catalog("query_passthrough = 1"), "query_passthrough"),
        ("[catalogs.pg]\nurl = \"hunter2\"".into(), "catalogs.pg.url"),
        ("[catalogs.pg]\nurl = \"postgres://h\"\nsecret = \"a b hunter2\"".into(), "catalogs.pg.secret"),
        (catalog("[spill]\nbucket = \"s3://hunter2\""), "spill.bucket"),
        (catalog("[spill]\nprefix = \"/\""), "spill.prefix"),
        (catalog("[spill]\nkms_key_id = \"\""), "spill.kms_key_id"),
        (catalog("[spill]\nkms_key_id = \"k\"\ndisable_encryption = true"), "spill.kms_key_id"),
        (catalog("[spill]\nput_request_headers = { host = \"hunter2\" }"), "spill.put_request_headers"),
        (catalog("[spill]\nmax_block_size_bytes = 0"), "spill.max_block_size_bytes"),
        (catalog("[spill]\nqueue_capacity = 0"), "spill.queue_capacity"),
        (catalog("[spill]\ntimeout_seconds = 0"), "spill.timeout_seconds"),
        (catalog("[secrets]\nttl_seconds = 3601"), "secrets.ttl_seconds"),
        (format!("serde_version = 9\n{}", catalog("")), "serde_version"),
        (format!("max_splits = 0\n{}", catalog("")), "max_splits"),
        (catalog("max_splits = 0"), "catalogs.pg.max_splits"),
        (format!("max_connections = 0\n{}", catalog("")), "max_connections"),
        (catalog("max_connections = 0"), "catalogs.pg.max_connections"),
        (catalog("max_connections = \"hunter2\""), "\"max_connections\" has the wrong type"),
        (format!("log_level = \"hunter2\"\n{}", catalog("")), "log_level"),
        ("serde_version = 5".into(), "no catalog is configured"),
        ("[catalogs]".into(), "catalog"),
    ] {
        let error = toml(&text).expect_err(key);
        let told = format!("{error} {error:?}");
        assert!(told.contains(key) && !told.contains("hunter2"), "{key}: {told}");
    }
}

#[test]
fn a_password_in_clear_is_taken_and_never_printed() {
    let text = "postgres://jdbc:postgresql://h/db?user=bob&password=hunter2";
    let config = env(&[("clear_connection_string", text)]).unwrap();
    let held = Credential { user: "bob".into(), password: Secret::new("hunter2") };
    assert_eq!(config.catalogs.get("clear").unwrap().secret, SecretReference::Inline(held));
    let printed = format!("{config:?} {config:#?} {:?}", config.catalogs.get("clear"));
    assert!(printed.contains("bob") && !printed.contains("hunter2"), "{printed}");
    let headers =
        env(&[("spill_put_request_headers", r#"{"x-amz-server-side-encryption-customer-key":"hunter2"}"#)]).unwrap();
    assert!(!format!("{headers:?}").contains("hunter2"));
}

#[test]
fn a_file_with_a_password_must_be_private_and_one_without_need_not() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("glaux.toml");
    std::fs::write(&path, "[catalogs.pg]\nurl = \"postgres://jdbc:postgresql://h/db?user=u&password=hunter2\"")
        .unwrap();
    make_private(&path, 0o644);
    let error = Config::from_file(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert!(error.hint_text().unwrap().starts_with("run: chmod 600 "));
    make_private(&path, 0o600);
    Config::from_file(&path).unwrap();
    std::fs::write(&path, "[catalogs.pg]\nurl = \"memory://\"\n[secrets]\nfile = \"secrets.json\"").unwrap();
    make_private(&path, 0o644);
    assert_eq!(Config::from_file(&path).unwrap().secrets.file, Some(directory.path().join("secrets.json")));
    std::fs::write(&path, "[catalogs.pg]\nurl = \"memory://\"\n[secrets]\nfolder = \"kept\"").unwrap();
    assert_eq!(Config::from_file(&path).unwrap().secrets.folder, Some(directory.path().join("kept")));
    std::fs::write(&path, "[catalogs.pg]\nurl = \"memory://\"\n[secrets]\nfile = \"a\"\nfolder = \"b\"").unwrap();
    let error = Config::from_file(&path).unwrap_err();
    assert!(error.to_string().contains("secrets.file") && error.to_string().contains("secrets.folder"), "{error}");
    assert_eq!(Config::from_file(&directory.path().join("none")).unwrap_err().kind(), ErrorKind::NotFound);
}
