use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use crate::run::{Glaux, Ran};

/// A port of this machine where nobody listens.
fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// An error comes first, and a hint stands at the end behind a blank line.
fn check_shape(ran: &Ran) {
    let (error, hint) = ran.stderr.split_once("\n\nhint: ").unwrap_or((&ran.stderr, ""));
    assert!(error.starts_with("error: ") && !error.contains("hint: "), "{}", ran.stderr);
    assert!(ran.stderr.ends_with('\n') && hint.lines().count() <= 1, "{}", ran.stderr);
    assert_eq!(ran.stdout, "");
}

#[test]
fn the_exit_code_says_what_kind_of_failure_it_was() {
    for (statement, code, words) in [
        ("select * from shop.nope", 4, "\"nope\" does not exist"),
        ("select * from nope.orders", 4, "nope"),
        ("select * from nope.shop.orders", 4, "nope"),
        ("select nope from shop.orders", 2, "nope"),
        ("selekt 1", 2, ""),
        ("delete from shop.orders", 1, "only statements that read"),
        ("\\x", 2, "no command of this shell"),
        ("\\d shop.nope", 4, "nope"),
    ] {
        let ran = Glaux::memory().run(&["sql", statement]);
        assert_eq!(ran.code, code, "{statement}: {}", ran.stderr);
        assert!(ran.stderr.contains(words), "{statement}: {}", ran.stderr);
        check_shape(&ran);
    }
}

#[test]
fn a_wrong_setting_is_named_and_its_value_is_not() {
    for (key, value) in [("casing_mode", "hunter2"), ("default_scale", "hunter2"), ("glaux_nonsense", "hunter2")] {
        let ran = Glaux::memory().set(key, value).run(&["sql", "select 1"]);
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(ran.stderr.contains(key) && !ran.stderr.contains("hunter2"), "{}", ran.stderr);
        check_shape(&ran);
    }
}

#[test]
fn without_any_settings_the_way_on_is_shown() {
    for command in [&["sql", "select 1"][..], &["check"]] {
        let ran = Glaux::bare().run(command);
        assert_eq!(ran.code, 2);
        for word in ["default", "--config", "glaux demo"] {
            assert!(ran.stderr.contains(word), "{word} is not in {}", ran.stderr);
        }
        check_shape(&ran);
    }
}

#[test]
fn a_mistake_in_the_arguments_is_one_of_usage() {
    for arguments in [
        &["sql", "-o", "xml"][..],
        &["sql", "--nonsense"],
        &["nonsense"],
        &["sql", "--endpoint", "http://127.0.0.1:1", "select 1"],
        &["demo", "--fetch", "--installed"],
    ] {
        let ran = Glaux::memory().run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
    }
    let help = Glaux::bare().run(&["sql", "--help"]);
    assert!(help.code == 0 && help.stdout.contains("--output") && help.stderr.is_empty(), "{help:?}");
}

#[test]
fn a_source_that_cannot_be_reached_is_told_apart_from_the_others() {
    let dead = format!("postgres://jdbc:postgresql://127.0.0.1:{}/db?sslmode=disable", closed_port());
    let ran = Glaux::bare().set("default", &dead).run(&["sql", "select * from a.b"]);
    assert_eq!(ran.code, 6, "{}", ran.stderr);
    check_shape(&ran);
    let both = Glaux::memory().set("dead_connection_string", &dead).set("zz_connection_string", "memory://nope");
    let ran = both.run(&["check", "-o", "csv"]);
    assert_eq!(ran.code, 6, "{}", ran.stdout);
    for row in ["\ndead,FAILED,connection,", "\ndefault,ok,tables,", "\nzz,FAILED,connection,"] {
        assert!(ran.stdout.contains(row), "{row} is not in {}", ran.stdout);
    }
}

#[test]
fn a_password_is_in_no_output_however_much_is_told() {
    let port = closed_port();
    let inline = format!("postgres://jdbc:postgresql://127.0.0.1:{port}/db?user=bob&password=hunter2&sslmode=disable");
    let named = format!("postgres://jdbc:postgresql://127.0.0.1:{port}/db?${{my/secret}}&sslmode=disable");
    let directory = tempfile::tempdir().unwrap();
    let secrets = directory.path().join("secrets.json");
    std::fs::write(&secrets, "{\"my/secret\": {\"username\": \"bob\", \"password\": \"hunter2\"}}").unwrap();
    std::fs::set_permissions(&secrets, std::fs::Permissions::from_mode(0o600)).unwrap();
    for url in [&inline, &named] {
        for arguments in [
            &["sql", "-vv", "select * from a.b"][..],
            &["sql", "-vv", "explain select * from a.b"],
            &["sql", "-vv", "\\d"],
            &["check", "-vv"],
            &["check", "-vv", "-o", "json"],
        ] {
            let glaux = Glaux::memory().set("x_connection_string", url);
            let ran =
                glaux.set("glaux_secrets_file", secrets.to_str().unwrap()).run(&[arguments, &["--verbose"]].concat());
            assert!(!ran.stdout.contains("hunter2") && !ran.stderr.contains("hunter2"), "{arguments:?}: {ran:?}");
        }
    }
}

#[test]
fn a_secrets_file_that_others_may_read_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let secrets = directory.path().join("secrets.json");
    std::fs::write(&secrets, "{\"s\": {\"username\": \"bob\", \"password\": \"hunter2\"}}").unwrap();
    std::fs::set_permissions(&secrets, std::fs::Permissions::from_mode(0o644)).unwrap();
    let url = format!("postgres://jdbc:postgresql://127.0.0.1:{}/db?${{s}}", closed_port());
    let glaux = Glaux::bare().set("default", &url).set("glaux_secrets_file", secrets.to_str().unwrap());
    let ran = glaux.run(&["sql", "select * from a.b"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stderr.contains("chmod 600"), "{}", ran.stderr);
    check_shape(&ran);
}

#[test]
fn a_statement_that_is_not_utf_8_is_refused() {
    use std::io::Write;
    let glaux = Glaux::memory();
    let mut child = glaux.start(&["sql"]);
    child.stdin.take().unwrap().write_all(b"select '\xff';\n").unwrap();
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(2));
    assert_eq!(String::from_utf8(ended.stderr).unwrap(), "error: stdin is not UTF-8\n");
}

#[test]
fn a_query_that_is_terminated_leaves_nothing() {
    use std::io::{BufRead, BufReader};
    for (signal, code) in [("-TERM", 143), ("-INT", 130), ("-HUP", 129)] {
        let glaux = Glaux::memory();
        let every_pair =
            "select o.id, p.note from shop.orders as o cross join shop.orders as p cross join shop.orders as q";
        let mut child = glaux.start(&["sql", "-o", "csv", every_pair]);
        let mut rows = BufReader::new(child.stdout.take().unwrap());
        rows.read_line(&mut String::new()).unwrap();
        assert_eq!(glaux.left_behind().len(), 1, "the directory for large results is there");
        let kill = std::process::Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        assert!(kill.success());
        std::io::copy(&mut rows, &mut std::io::sink()).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(code), "{signal}");
        assert_eq!(glaux.left_behind(), Vec::<String>::new());
    }
}
