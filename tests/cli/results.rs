use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::Arc;

use glaux::config::Config;
use glaux::handler::Handler;
use glaux::local::endpoint::Endpoint;
use glaux::local::invoke::{InProcess, Invoke};
use glaux::local::s3::S3Server;

use crate::run::Glaux;

const CUSTOMERS: &str = "select id, name, country from shop.customers where id in (8, 9, 10) order by id";

#[test]
fn csv_is_the_same_to_the_byte_and_keeps_null_and_the_empty_string_apart() {
    let glaux = Glaux::memory();
    assert_eq!(glaux.sql("csv", CUSTOMERS), "id,name,country\n8,customer 8,JP\n9,,DE\n10,customer 10,FR\n");
    let texts =
        "select '' as a, cast(null as varchar) as b, 'x,y' as c, 'say \"hi\"' as d from shop.customers where id = 0";
    assert_eq!(glaux.sql("csv", texts), "a,b,c,d\n\"\",,\"x,y\",\"say \"\"hi\"\"\"\n");
    assert_eq!(glaux.sql("csv", "select id, name from shop.customers where id < 0"), "id,name\n");
}

#[test]
fn json_is_one_object_a_line_with_every_digit() {
    let expected = "{\"c_boolean\":true,\"c_tinyint\":1,\"c_smallint\":1,\"c_integer\":1,\"c_bigint\":1,\"c_real\":1.5,\
        \"c_double\":1.5,\"c_decimal\":1.50,\"c_varchar\":\"text\",\"c_varbinary\":\"AQI=\",\"c_date\":\"2020-01-01\",\
        \"c_timestamp\":\"2020-01-01T00:00:00.123\",\"c_timestamptz\":\"2020-01-01T00:00:00.123Z\",\"c_array\":[1,null]}\n\
        {\"c_boolean\":false,\"c_tinyint\":-128,\"c_smallint\":-32768,\"c_integer\":-2147483648,\
        \"c_bigint\":-9223372036854775808,\"c_real\":\"NaN\",\"c_double\":-0.0,\
        \"c_decimal\":-999999999999999999999999999999999999.99,\"c_varchar\":\"\u{1F600}\u{FF5E}'\\\"\\\\\",\
        \"c_varbinary\":\"\",\"c_date\":\"1500-01-11\",\"c_timestamp\":\"1969-12-31T23:59:59.999\",\
        \"c_timestamptz\":\"1969-12-31T23:59:59.999Z\",\"c_array\":[]}\n\
        {\"c_boolean\":null,\"c_tinyint\":null,\"c_smallint\":null,\"c_integer\":null,\"c_bigint\":null,\"c_real\":null,\
        \"c_double\":null,\"c_decimal\":null,\"c_varchar\":null,\"c_varbinary\":null,\"c_date\":null,\"c_timestamp\":null,\
        \"c_timestamptz\":null,\"c_array\":null}\n";
    let written = Glaux::memory().sql("json", "select * from shop.every_type");
    assert_eq!(written, expected);
    for line in written.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
}

#[test]
fn a_table_is_aligned_on_stdout_and_counted_on_stderr() {
    let ran = Glaux::memory().run(&["sql", CUSTOMERS]);
    let table = "id | name        | country\n\
                 ---+-------------+--------\n \
                 8 | customer 8  | JP\n \
                 9 | NULL        | DE\n\
                 10 | customer 10 | FR\n";
    assert_eq!((ran.code, ran.stdout.as_str()), (0, table));
    assert!(ran.stderr.starts_with("3 rows in ") && ran.stderr.lines().count() == 1, "{}", ran.stderr);
}

#[test]
fn bytes_are_hexadecimal_in_csv() {
    let written = Glaux::memory().sql("csv", "select c_varbinary from shop.every_type");
    assert_eq!(written, "c_varbinary\n0x0102\n0x\n\n");
}

#[test]
fn statements_are_read_from_stdin_with_their_comments_and_quotes() {
    let glaux = Glaux::memory();
    let script = "-- first; this\nselect id from shop.customers\n where country = 'DE;' or id = 3;\n\
                  select 'it''s; here' as b from shop.customers where id = 1 /* last; one */\n";
    for arguments in [&["sql", "-o", "csv"][..], &["sql", "-o", "csv", "-"]] {
        let ran = glaux.fed(arguments, script);
        assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, "id\n3\nb\nit's; here\n", ""));
    }
    let given =
        glaux.sql("csv", "select id from shop.customers where id = 1; select id from shop.customers where id = 2");
    assert_eq!(given, "id\n1\nid\n2\n");
}

#[test]
fn the_first_failure_ends_a_script_and_what_came_before_is_there() {
    let script = "select id from shop.customers where id = 1;\nselect * from shop.nope;\nselect id from shop.customers where id = 2;";
    let ran = Glaux::memory().fed(&["sql", "-o", "csv"], script);
    assert_eq!((ran.code, ran.stdout.as_str()), (4, "id\n1\n"));
}

#[test]
fn the_shells_commands_work_in_a_pipe() {
    let glaux = Glaux::memory();
    let ran = glaux
        .fed(&["sql", "-o", "csv"], "\\dn\n\\d\n\\d Shop.ORDERS\n\\timing\nselect 1 as one;\n\\q\nselect 2 as two;\n");
    let expected = "catalog,schema\ndefault,shop\n\
                    catalog,schema,table\ndefault,shop,customers\ndefault,shop,every_type\ndefault,shop,orders\n\
                    column,type,comment\nid,bigint,\ncustomer_id,integer,\ntotal,\"decimal(12,2)\",\n\
                    placed_at,timestamp(3),\nnote,varchar,\n\
                    one\n1\n";
    assert_eq!((ran.code, ran.stdout.as_str()), (0, expected), "{}", ran.stderr);
    assert!(ran.stderr.starts_with("timing is on\n1 row in "), "{}", ran.stderr);
    let help = glaux.fed(&["sql"], "\\?\n");
    assert!(help.code == 0 && help.stdout.is_empty() && help.stderr.contains("\\timing"), "{help:?}");
}

#[test]
fn names_without_a_catalog_or_a_schema_mean_the_default_ones() {
    let glaux = Glaux::memory();
    let query = "select count(*) as n from customers";
    let ran = glaux.run(&["sql", "-o", "csv", "--schema", "shop", query]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "n\n100\n"), "{}", ran.stderr);
    let ran = glaux.run(&["sql", "-o", "csv", "--catalog", "mine", "select count(*) as n from mine.shop.customers"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "n\n100\n"), "{}", ran.stderr);
    let two = glaux.set("other_connection_string", "memory://shop");
    let ran = two.run(&["sql", "-o", "csv", "--catalog", "other", "select count(*) as n from shop.orders"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "n\n1000\n"), "{}", ran.stderr);
    let ran = two.run(&["sql", "select count(*) as n from shop.orders"]);
    assert_eq!(ran.code, 2, "neither is the default: {}", ran.stderr);
}

#[test]
fn explain_says_what_is_pushed_and_what_stays() {
    let glaux = Glaux::memory();
    let explained = glaux.sql("table", "explain select id from shop.orders where id < 5 and note like 'n%'");
    let lines: Vec<&str> = explained.lines().take_while(|line| *line != "athena").collect();
    let expected = [
        "default.shop.orders",
        "  columns         id, note",
        "  pushed          id IN (.., 5)",
        "  pushed          note LIKE 'n%'",
        "  sql             SELECT \"id\", \"note\" FROM \"shop\".\"orders\"",
        "  function checks id IN (.., 5)",
        "  function checks note LIKE 'n%'",
        "  athena checks   id < 5",
        "  athena checks   note LIKE 'n%'",
        "  splits          4",
    ];
    assert_eq!(lines, expected);
    let done = glaux.sql("csv", "EXPLAIN ANALYZE select id from shop.orders where id < 5");
    assert!(done.starts_with("scan,about,what\ndefault.shop.orders,columns,id\n"), "{done}");
    for line in ["default.shop.orders,splits,4 of 4 read\n", "default.shop.orders,kept,5 rows\n"] {
        assert!(done.contains(line), "{line} is not in {done}");
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let glaux = Glaux::memory();
    let every_pair = "select o.id, o.note, p.note from shop.orders as o cross join shop.orders as p";
    let mut child = glaux.command(&["sql", "-o", "csv", every_pair]).stdin(Stdio::null()).spawn().unwrap();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    let mut header = String::new();
    reader.read_line(&mut header).unwrap();
    assert_eq!(header, "id,note,note\n");
    drop(reader);
    let ended = child.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), String::from_utf8(ended.stderr).unwrap()), (Some(0), String::new()));
    assert!(glaux.left_behind().is_empty());
}

#[test]
fn settings_come_from_a_file_as_well() {
    let glaux = Glaux::bare();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("glaux.toml");
    std::fs::write(&file, "[catalogs.things]\nurl = \"memory://shop\"\n").unwrap();
    let file = file.to_str().unwrap();
    let ran = glaux.run(&["--config", file, "sql", "-o", "csv", "select count(*) as n from things.shop.orders"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "n\n1000\n"), "{}", ran.stderr);
}

/// The very bytes, so that the way over HTTP adds nothing and loses nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_function_behind_the_invoke_api_gives_the_same_as_the_handler_here() {
    let directory = tempfile::tempdir().unwrap();
    let s3 = S3Server::start(directory.path()).await.unwrap();
    s3.create_bucket("spill").unwrap();
    let pairs = [("default", "memory://shop"), ("spill_bucket", "spill")];
    let mut config = Config::from_env(pairs.map(|(key, value)| (key.to_owned(), value.to_owned()))).unwrap();
    config.spill.aws = s3.aws();
    let function: Arc<dyn Invoke> = Arc::new(InProcess(Arc::new(Handler::new(config).unwrap())));
    let endpoint = Endpoint::start([("shop-fn".to_owned(), function)].into(), None).await.unwrap();
    let url = endpoint.url();
    tokio::task::spawn_blocking(move || {
        let remote = ["sql", "-o", "json", "--function", "shop-fn", "--endpoint", &url];
        let all = "select * from shop.every_type";
        let ran = Glaux::bare().run(&[&remote[..], &[all]].concat());
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
        assert_eq!(ran.stdout, Glaux::memory().sql("json", all));
        let ran = Glaux::bare().run(&[&remote[..], &["select * from shop.nope"]].concat());
        assert_eq!(ran.code, 4, "{}", ran.stderr);
        assert!(ran.stderr.contains("\n\nhint: "), "{}", ran.stderr);
    })
    .await
    .unwrap();
}

#[test]
fn a_check_has_a_row_for_every_finding() {
    let checked = Glaux::memory().run(&["check", "--output", "csv"]);
    assert_eq!(checked.code, 0, "{}", checked.stderr);
    assert!(
        checked.stdout.starts_with("catalog,state,about,finding\ndefault,ok,engine,memory\n"),
        "{}",
        checked.stdout
    );
    assert!(checked.stdout.contains("\ndefault,ok,tables,3 tables in 1 schema can be read\n"), "{}", checked.stdout);
    assert!(checked.stdout.contains("\n,warning,spill,"), "{}", checked.stdout);
    // What nobody changes meanwhile needs no snapshot.
    assert!(!checked.stdout.contains(",splits,"), "{}", checked.stdout);
    let json = Glaux::memory().run(&["check", "--output", "json"]);
    for line in json.stdout.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(row["state"].is_string() && row["finding"].is_string(), "{row}");
    }
}
