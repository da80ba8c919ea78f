use super::*;

fn pairs(given: &[(&str, &str)]) -> BTreeMap<String, String> {
    given.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn connection(kind: &str, properties: &[(&str, &str)]) -> Described {
    Described {
        name: "shop".into(),
        kind: kind.into(),
        properties: pairs(properties),
        athena: BTreeMap::new(),
        authentication: None,
        secret: Some(ARN.into()),
    }
}

const ARN: &str = "arn:aws:secretsmanager:eu-west-1:999999999999:secret:rds!db-1-AbCdEf";
const PLACE: [(&str, &str); 3] = [("HOST", "db.example"), ("PORT", "1234"), ("DATABASE", "shop")];

fn default_of(kind: &str, more: &[(&str, &str)]) -> Result<String> {
    let (said, _) = connection(kind, &[&PLACE[..], more].concat()).settings(&BTreeMap::new())?;
    Ok(said.into_iter().find(|(key, _)| key == "default").unwrap().1)
}

#[test]
fn each_engine_is_reached_as_its_java_connector_would_reach_it_and_by_a_secret_of_any_account() {
    for (kind, url) in [
        ("MYSQL", "mysql://jdbc:mysql://db.example:1234/shop"),
        ("POSTGRESQL", "postgres://jdbc:postgresql://db.example:1234/shop"),
        ("SQLSERVER", "sqlserver://jdbc:sqlserver://db.example:1234;databaseName=shop"),
        ("ORACLE", "oracle://jdbc:oracle:thin:@//db.example:1234/shop"),
    ] {
        let (said, notes) = connection(kind, &PLACE).settings(&BTreeMap::new()).unwrap();
        assert_eq!(said, [("default".into(), url.into()), ("secret_name".into(), ARN.to_owned())], "{kind}");
        assert!(notes.is_empty(), "{notes:?}");
    }
}

#[test]
fn options_are_honoured_behind_the_place_whatever_they_begin_with() {
    for (kind, params, url) in [
        ("MYSQL", "a=b&c=d", "mysql://jdbc:mysql://db.example:1234/shop?a=b&c=d"),
        ("POSTGRESQL", "?a=b", "postgres://jdbc:postgresql://db.example:1234/shop?a=b"),
        ("SQLSERVER", ";a=b;c=d", "sqlserver://jdbc:sqlserver://db.example:1234;databaseName=shop;a=b;c=d"),
        ("ORACLE", "sdu=8192", "oracle://jdbc:oracle:thin:@//db.example:1234/shop?sdu=8192"),
    ] {
        assert_eq!(default_of(kind, &[("JDBC_PARAMS", params)]).unwrap(), url);
    }
}

#[test]
fn tls_is_asked_for_by_true_alone() {
    let oracle = |value: &str| default_of("ORACLE", &[("ENFORCE_SSL", value)]);
    assert_eq!(oracle("true").unwrap(), "oracle://jdbc:oracle:thin:@tcps://db.example:1234/shop");
    assert_eq!(oracle("False").unwrap(), "oracle://jdbc:oracle:thin:@//db.example:1234/shop");
    assert!(oracle("hunter2").unwrap_err().to_string().contains("ENFORCE_SSL"));
    for (kind, params) in
        [("MYSQL", "x=y&sslMode=DISABLED"), ("POSTGRESQL", "sslmode=prefer"), ("SQLSERVER", "encrypt=false")]
    {
        let given = |tls| [("JDBC_PARAMS", params), ("ENFORCE_SSL", tls)];
        let error = default_of(kind, &given("true")).unwrap_err().to_string();
        assert!(error.contains("ENFORCE_SSL") && error.contains("JDBC_PARAMS"), "{error}");
        default_of(kind, &given("false")).unwrap();
    }
}

fn jdbc(url: &str, more: &[(&str, &str)]) -> Result<Place> {
    connection("JDBC", &[&[("JDBC_CONNECTION_URL", url)], more].concat()).place(false)
}

#[test]
fn a_connection_of_type_jdbc_is_read_in_the_guidances_form_and_in_the_drivers() {
    for (url, engine, own) in [
        ("jdbc:mysql://h:3306/d", "mysql", "jdbc:mysql://h:3306/d"),
        ("jdbc:mariadb://h:3306/d", "mysql", "jdbc:mariadb://h:3306/d"),
        ("jdbc:postgresql://h:5432/d", "postgres", "jdbc:postgresql://h:5432/d"),
        ("jdbc:sqlserver://h:1433/d", "sqlserver", "jdbc:sqlserver://h:1433;databaseName=d"),
        ("jdbc:oracle://h:1521/s", "oracle", "jdbc:oracle:thin:@//h:1521/s"),
        ("jdbc:oracle:thin:@h:1521:SID", "oracle", "jdbc:oracle:thin:@h:1521:SID"),
    ] {
        let expected = Place { engine: engine.into(), url: own.into(), secret: Some(ARN.into()) };
        assert_eq!(jdbc(url, &[]).unwrap(), expected);
    }
    let tls = [("JDBC_ENFORCE_SSL", "true")];
    assert_eq!(jdbc("jdbc:oracle://h:1521/s", &tls).unwrap().url, "jdbc:oracle:thin:@tcps://h:1521/s");
    assert_eq!(
        jdbc("jdbc:oracle://h:1521/s", &[("JDBC_ENFORCE_SSL", "false")]).unwrap().url,
        "jdbc:oracle:thin:@//h:1521/s"
    );
    assert!(jdbc("jdbc:postgresql://h/d?sslmode=disable", &tls).is_err());
}

#[test]
fn a_secret_is_taken_by_the_name_that_the_connection_has_for_it() {
    let url = ("JDBC_CONNECTION_URL", "jdbc:mysql://h/d");
    let named = |more: &[(&str, &str)]| {
        let read = Described { secret: None, ..connection("JDBC", &[&[url], more].concat()) };
        read.place(false).map(|place| place.secret)
    };
    assert_eq!(named(&[("SECRET_ID", "shop/admin")]).unwrap().as_deref(), Some("shop/admin"));
    assert_eq!(named(&[("SECRET_ID", ARN), ("USERNAME", "bob")]).unwrap().as_deref(), Some(ARN));
    assert_eq!(named(&[]).unwrap(), None);
}

#[test]
fn a_password_in_the_connection_is_refused_by_name_and_never_told() {
    let url = ("JDBC_CONNECTION_URL", "jdbc:mysql://h/d");
    for (properties, named) in [
        (&[url, ("USERNAME", "hunter2")][..], "USERNAME"),
        (&[url, ("PASSWORD", "hunter2")], "PASSWORD"),
        (&[url, ("ENCRYPTED_PASSWORD", "hunter2")], "ENCRYPTED_PASSWORD"),
        (&[("JDBC_CONNECTION_URL", "jdbc:mysql://bob:hunter2@h/d")], "JDBC_CONNECTION_URL"),
        (&[("JDBC_CONNECTION_URL", "jdbc:mysql://h/d?user=bob&password=hunter2")], "JDBC_CONNECTION_URL"),
        (&[url, ("SECRET_ID", "hunter2 is none")], "SECRET_ID"),
    ] {
        let error = Described { secret: None, ..connection("JDBC", properties) }.place(false).unwrap_err();
        let told = format!("{error} {error:?} {}", error.hint_text().unwrap_or_default());
        assert!(told.contains(named) && told.contains("shop") && !told.contains("hunter2"), "{told}");
    }
    let error = default_of("POSTGRESQL", &[("JDBC_PARAMS", "user=bob&password=hunter2")]).unwrap_err();
    assert!(error.to_string().contains("JDBC_PARAMS") && !format!("{error:?}").contains("hunter2"), "{error}");
    // Somebody else says who logs in.
    let read = Described { secret: None, ..connection("JDBC", &[url, ("USERNAME", "bob")]) };
    assert_eq!(read.place(true).unwrap().secret, None);
}

#[test]
fn what_cannot_be_told_or_kept_to_is_refused_by_name() {
    for (kind, properties, named) in [
        ("", &PLACE[..], "neither its type"),
        ("JDBC", &PLACE, "neither its type"),
        ("SNOWFLAKE", &PLACE, "SNOWFLAKE"),
        ("JDBC", &[("JDBC_CONNECTION_URL", "jdbc:redshift://h/d")], "redshift"),
        ("MYSQL", &[("PORT", "1")], "HOST"),
        ("MYSQL", &[("HOST", "h/d?x=y")], "HOST"),
        ("MYSQL", &[("HOST", "h"), ("PORT", "1/x")], "PORT"),
        ("MYSQL", &[("HOST", "h"), ("DATABASE", "d?x=y")], "DATABASE"),
        ("MYSQL", &[PLACE[0], ("CERTIFICATE_S3_REFERENCE", "s3://b/ca.pem")], "CERTIFICATE_S3_REFERENCE"),
        ("MYSQL", &[PLACE[0], ("CUSTOM_AUTH_TYPE", "X")], "CUSTOM_AUTH_TYPE"),
        ("MYSQL", &[PLACE[0], ("SKIP_CUSTOM_JDBC_CERT_VALIDATION", "true")], "SKIP_CUSTOM_JDBC_CERT_VALIDATION"),
    ] {
        let error = connection(kind, properties).place(false).unwrap_err();
        assert!(error.to_string().contains(named), "{kind} {properties:?}: {error}");
    }
    let by_token = Described { authentication: Some("OAUTH2".into()), ..connection("MYSQL", &PLACE) };
    assert!(by_token.place(false).unwrap_err().to_string().contains("OAUTH2"));
    // By the engine that a connection of type JDBC names beside its host.
    let told = connection("JDBC", &[&PLACE[..], &[("JDBC_ENGINE", "mysql")]].concat()).place(false).unwrap();
    assert_eq!(told.url, "jdbc:mysql://db.example:1234/shop");
}

#[test]
fn athenas_properties_are_settings_but_not_of_who_reads_what() {
    let mut read =
        connection("MYSQL", &[&PLACE[..], &[("CATALOG_CASING_FILTER", "UPPERCASE_ONLY"), ("ROLE_ARN", "x")]].concat());
    read.athena = pairs(&[
        ("spill_bucket", "b"),
        ("spill_prefix", "p"),
        ("spill_kms_key_id", "k"),
        ("default_scale", "4"),
        ("lambda_function_arn", "arn"),
        ("glaux_callers", "[]"),
        ("glaux_secrets_file", "/etc/x"),
        ("crm_connection_string", "x"),
        ("secret_name", "x"),
    ]);
    let (said, notes) = read.settings(&BTreeMap::new()).unwrap();
    let said: BTreeMap<String, String> = said.into_iter().collect();
    let expected = [
        ("spill_bucket", "b"),
        ("spill_prefix", "p"),
        ("kms_key_id", "k"),
        ("default_scale", "4"),
        ("casing_mode", "UPPER"),
        ("default", "mysql://jdbc:mysql://db.example:1234/shop"),
        ("secret_name", ARN),
    ];
    assert_eq!(said, pairs(&expected));
    for named in ["glaux_callers", "glaux_secrets_file", "crm_connection_string", "secret_name", "ROLE_ARN"] {
        assert_eq!(notes.iter().filter(|note| note.contains(named)).count(), 1, "{named}: {notes:?}");
    }
    assert_eq!(notes.len(), 5, "{notes:?}");
    let wrong = connection("MYSQL", &[&PLACE[..], &[("CATALOG_CASING_FILTER", "x")]].concat());
    assert!(wrong.settings(&BTreeMap::new()).unwrap_err().to_string().contains("CATALOG_CASING_FILTER"));
}

#[test]
fn where_the_function_says_what_is_read_the_connection_is_not_asked_that() {
    let (said, _) = connection("SNOWFLAKE", &[]).settings(&pairs(&[("default", "memory://shop")])).unwrap();
    assert_eq!(said, []);
}

#[test]
fn one_secret_is_named_in_one_place() {
    let other = "arn:aws:secretsmanager:eu-west-1:999999999999:secret:other-AbCdEf";
    // How one logs in by Glue goes before a property of somebody's own; blanks are nobody's.
    let both = connection("MYSQL", &[&PLACE[..], &[("SECRET_ID", other)]].concat());
    assert_eq!(both.place(false).unwrap().secret.as_deref(), Some(ARN));
    let blank = Described { secret: None, ..connection("MYSQL", &[&PLACE[..], &[("SECRET_ID", " shop/a ")]].concat()) };
    assert_eq!(blank.place(false).unwrap().secret.as_deref(), Some("shop/a"));
    let named = ("JDBC_CONNECTION_URL", "jdbc:mysql://h/d?${shop/reader}");
    let error = connection("JDBC", &[named]).place(false).unwrap_err().to_string();
    assert!(error.contains("JDBC_CONNECTION_URL names a secret, and so does the connection"), "{error}");
    let alone = Described { secret: None, ..connection("JDBC", &[named]) };
    assert_eq!(alone.place(false).unwrap().secret.as_deref(), Some("shop/reader"));
}

#[test]
fn what_is_left_out_or_off_is_no_part_of_the_settings() {
    let (host, off) = (PLACE[0], ("SKIP_CUSTOM_JDBC_CERT_VALIDATION", "False"));
    for (kind, url) in [
        ("MYSQL", "mysql://jdbc:mysql://db.example/"),
        ("SQLSERVER", "sqlserver://jdbc:sqlserver://db.example"),
        ("ORACLE", "oracle://jdbc:oracle:thin:@//db.example/"),
    ] {
        let (said, notes) = connection(kind, &[host, off]).settings(&BTreeMap::new()).unwrap();
        assert_eq!(said[0], ("default".into(), url.into()));
        assert!(notes.is_empty(), "{notes:?}");
    }
    // Glue need not tell a type where a URL does.
    let told = connection("", &[("JDBC_CONNECTION_URL", "jdbc:postgresql://h/d")]).place(false).unwrap();
    assert_eq!(told.engine, "postgres");
}
