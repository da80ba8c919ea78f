use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::config::{Catalogs, Config, SecretsConfig};
use crate::protocol::Identity;
use crate::stand_ins::aws::{Answer, Asked, Service};

const HOUR: Duration = Duration::from_hours(1);
const ARN: &str = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:";

type Kept = Arc<SyncMutex<BTreeMap<String, String>>>;

/// Secrets by name or ARN and parameters by path, as the two services tell of them.
struct Account {
    service: Service,
    kept: Kept,
}

fn target(asked: &Asked) -> &str {
    asked.headers["x-amz-target"].to_str().unwrap()
}

/// The name that was asked for.
fn name(asked: &Asked) -> String {
    let body: Value = serde_json::from_slice(&asked.body).unwrap();
    let key = if target(asked).starts_with("AmazonSSM") { "Name" } else { "SecretId" };
    body[key].as_str().unwrap().to_owned()
}

impl Account {
    async fn new() -> Self {
        let kept = Kept::default();
        let there = kept.clone();
        let service = Service::start(move |asked| {
            let absent = match target(asked) {
                "AmazonSSM.GetParameter" => "ParameterNotFound",
                "secretsmanager.GetSecretValue" => "ResourceNotFoundException",
                other => panic!("{other}"),
            };
            match there.lock().unwrap().get(&name(asked)) {
                None => Answer::Say(400, json!({"__type": absent, "message": "no"}).to_string()),
                Some(failure) if failure.ends_with("Exception") => {
                    Answer::Say(400, json!({"__type": failure, "message": "no"}).to_string())
                }
                Some(text) if absent == "ParameterNotFound" => {
                    Answer::Say(200, json!({"Parameter": {"Value": text}}).to_string())
                }
                Some(text) => Answer::Say(200, json!({"SecretString": text}).to_string()),
            }
        })
        .await;
        Self { service, kept }
    }

    fn keep(&self, name: &str, text: &str) {
        self.kept.lock().unwrap().insert(name.to_owned(), text.to_owned());
    }

    fn lose(&self, name: &str) {
        self.kept.lock().unwrap().remove(name);
    }

    fn names(&self) -> Vec<String> {
        self.service.asked().iter().map(name).collect()
    }

    /// The function of an environment.
    fn handler(&self, environment: &str, ttl: Duration) -> Handler {
        let secrets = SecretsConfig { ttl, aws: self.service.aws(), ..SecretsConfig::default() };
        let catalogs = Catalogs::only_granted(config::Granted::to(environment, "glaux"));
        Handler::new(Config::of(catalogs, secrets)).unwrap()
    }
}

fn memory(connection: &str) -> String {
    json!({"username": "u", "password": "hunter2", "connection": connection}).to_string()
}

async fn url(handler: &Handler, name: &str) -> Result<String> {
    handler.source(name).await.map(|source| source.catalog.url.clone())
}

/// Names that would lead elsewhere if anything of them but a name counted.
const TRICKS: [&str; 20] = [
    "",
    " ",
    ".",
    "..",
    "/shop",
    "../dev/shop",
    "dev/shop",
    "shop/../../dev/shop",
    "glaux/dev/shop",
    "/glaux/dev/shop",
    "..%2fdev%2fshop",
    "shop\0",
    "shop ",
    "sh?p",
    "*",
    "${aws:username}",
    "lambda:shop",
    "arn:aws:secretsmanager:eu-central-1:111122223333:secret:glaux/dev/shop",
    "şhop",
    "shop\n../dev/shop",
];

#[tokio::test]
async fn each_environment_has_its_own_by_one_name_and_none_is_led_into_anothers() {
    let account = Account::new().await;
    account.keep("glaux/prod/shop", &memory("memory://shop"));
    account.keep("glaux/dev/shop", &memory("memory://"));
    account.keep("glaux/dev/only", &memory("memory://shop"));
    let (prod, dev) = (account.handler("prod", HOUR), account.handler("dev", HOUR));
    assert_eq!(url(&prod, "shop").await.unwrap(), "shop");
    assert_eq!(url(&dev, "shop").await.unwrap(), "");
    let before = account.service.count();
    for trick in TRICKS {
        let error = url(&prod, trick).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{trick:?}: {error}");
        let told = error.to_string();
        assert!(told.contains("\"shop\"") && !told.contains("only"), "{told}");
    }
    assert_eq!(account.service.count(), before, "{:?}", account.names());
    for other in ["only", "shop@dev", "dev", "..-dev", "dev@prod"] {
        assert_eq!(url(&prod, other).await.unwrap_err().kind(), ErrorKind::NotFound, "{other}");
    }
    for same in ["SHOP", "Shop", "shop@prod", "SHOP@PROD"] {
        assert_eq!(url(&prod, same).await.unwrap(), "shop", "{same}");
    }
    for name in account.names() {
        let own = name.trim_start_matches('/');
        let (environment, rest) = own.strip_prefix("glaux/").unwrap().split_once('/').unwrap();
        assert!(!rest.contains('/') && (environment == "prod" || own == "glaux/dev/shop"), "{name}");
    }
    for wrong in ["", "prod/shop", "../prod", "*"] {
        let catalogs = Catalogs::only_granted(config::Granted::to(wrong, "glaux"));
        assert!(Handler::new(Config::of(catalogs, SecretsConfig::default())).is_err(), "{wrong}");
    }
}

#[tokio::test]
async fn a_secret_of_another_account_is_found_by_the_parameter_of_its_name() {
    let account = Account::new().await;
    let handler = account.handler("prod", Duration::ZERO);
    account.keep("/glaux/prod/shop", &format!("{ARN}glaux/prod/shop"));
    assert_eq!(url(&handler, "shop").await.unwrap_err().kind(), ErrorKind::NotFound);
    account.keep(&format!("{ARN}glaux/prod/shop"), &memory("memory://shop"));
    assert_eq!(url(&handler, "shop").await.unwrap(), "shop");
    // Whose role may read nothing in its own account is not told that there is nothing.
    account.keep("glaux/prod/shop", "AccessDeniedException");
    assert_eq!(url(&handler, "shop").await.unwrap(), "shop");
    account.lose("/glaux/prod/shop");
    assert_eq!(url(&handler, "shop").await.unwrap_err().kind(), ErrorKind::Forbidden);
    account.lose("glaux/prod/shop");
    account.keep(&format!("{ARN}glaux/dev/shop"), &memory("memory://shop"));
    for elsewhere in [&format!("{ARN}glaux/dev/shop"), "hunter2", "glaux/dev/shop"] {
        account.keep("/glaux/prod/shop", elsewhere);
        let error = url(&handler, "shop").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(!format!("{error} {error:?}").contains(elsewhere), "{error}");
    }
    assert!(!account.names().contains(&format!("{ARN}glaux/dev/shop")));
    account.keep("/glaux/prod/shop", "AccessDeniedException");
    assert_eq!(url(&handler, "shop").await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_storm_of_unknown_names_is_none_of_calls() {
    let account = Account::new().await;
    account.keep("glaux/prod/shop", &memory("memory://shop"));
    let mut handler = account.handler("prod", HOUR);
    // However slow the machine is.
    handler.granted.as_mut().unwrap().pause = HOUR;
    for _ in 0..50 {
        url(&handler, "shop").await.unwrap();
        assert_eq!(url(&handler, "nothing").await.unwrap_err().kind(), ErrorKind::NotFound);
    }
    assert_eq!(account.service.count(), 3);
    let mut refused = 0;
    for number in 0..300 {
        match url(&handler, &format!("n{number}")).await.unwrap_err().kind() {
            ErrorKind::Throttled => refused += 1,
            kind => assert_eq!(kind, ErrorKind::NotFound),
        }
    }
    assert_eq!((refused, account.service.count()), (300 - (MOST - 1), 3 + 2 * (MOST - 1)));
    assert_eq!(url(&handler, "shop").await.unwrap(), "shop");
}

#[tokio::test]
async fn no_more_catalogs_are_known_than_so_many() {
    let account = Account::new().await;
    let handler = account.handler("prod", HOUR);
    for number in 0..MOST + 3 {
        account.keep(&format!("glaux/prod/c{number}"), &memory("memory://shop"));
        url(&handler, &format!("c{number}")).await.unwrap();
    }
    let granted = handler.granted.as_ref().unwrap();
    let names: BTreeSet<String> = granted.known().keys().cloned().collect();
    assert_eq!(names.len(), MOST);
    assert!(!names.contains("c0") && !names.contains("c2") && names.contains("c3"));
}

async fn used(handler: &Handler, name: &str) {
    let asked = handler.asked(name, &Identity::default(), "q").await.unwrap();
    handler.session(&asked).await.unwrap().give_back();
    assert_eq!(handler.sessions.idle_of(name), 1);
}

#[tokio::test]
async fn what_is_revoked_is_unknown_within_the_time_and_keeps_no_session() {
    let account = Account::new().await;
    let (believes, doubts) = (account.handler("prod", HOUR), account.handler("prod", Duration::ZERO));
    for lost in ["gone", "AccessDeniedException"] {
        account.keep("glaux/prod/shop", &memory("memory://shop"));
        used(&doubts, "shop").await;
        assert_eq!(url(&believes, "shop").await.unwrap(), "shop");
        match lost {
            "gone" => account.lose("glaux/prod/shop"),
            refused => account.keep("glaux/prod/shop", refused),
        }
        let error = url(&doubts, "shop").await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Forbidden), "{error}");
        assert_eq!(doubts.sessions.idle_of("shop"), 0, "{lost}");
        assert_eq!(url(&believes, "shop").await.unwrap(), "shop");
    }
    account.keep("glaux/prod/shop", &memory("memory://shop"));
    assert_eq!(url(&doubts, "shop").await.unwrap(), "shop");
}

#[tokio::test]
async fn a_catalog_that_has_become_another_keeps_no_session_and_one_that_has_not_does() {
    let account = Account::new().await;
    let handler = account.handler("prod", Duration::ZERO);
    account.keep("glaux/prod/shop", &memory("memory://shop"));
    used(&handler, "shop").await;
    account.keep("glaux/prod/shop", &memory("memory://shop").replace("hunter2", "hunter3"));
    assert_eq!(url(&handler, "shop").await.unwrap(), "shop");
    // Whom a service does not answer just now is no other yet.
    account.keep("glaux/prod/shop", "ThrottlingException");
    assert_eq!(url(&handler, "shop").await.unwrap_err().kind(), ErrorKind::Throttled);
    assert_eq!(handler.sessions.idle_of("shop"), 1);
    account.keep("glaux/prod/shop", &memory("memory://"));
    assert_eq!(url(&handler, "shop").await.unwrap(), "");
    assert_eq!(handler.sessions.idle_of("shop"), 0);
}

#[tokio::test]
async fn a_secret_that_describes_no_catalog_is_told_by_its_name_and_key_alone() {
    let account = Account::new().await;
    let handler = account.handler("prod", Duration::ZERO);
    let user = json!({"username": "u", "password": "hunter2"});
    let with = |connection: Value| {
        let mut all = user.clone();
        all["connection"] = connection;
        all.to_string()
    };
    for (text, key) in [
        (user.to_string(), "connection"),
        (with(json!("")), "connection"),
        (with(json!(5)), "connection"),
        (with(json!("hunter2")), "connection"),
        (with(json!("hunter2://jdbc:hunter2://h/db")), "connection"),
        (with(json!("postgres://hunter2")), "connection"),
        (with(json!("postgres://jdbc:postgresql://h/db?password=hunter2")), "connection"),
        (with(json!("postgres://jdbc:postgresql://h/db?user=u&password=hunter2")), "connection"),
        (with(json!("postgres://jdbc:postgresql://h/db?hunter2=1")), "connection"),
        (with(json!("postgres://jdbc:postgresql://h/db?${hunter2}")), "connection"),
        (with(json!("memory://hunter2")), "connection"),
        (r#"{"username": "u", "connection": "memory://shop", "x": "hunter2"}"#.to_owned(), "password"),
        ("hunter2".to_owned(), "JSON"),
        ("{\"connection\": [\"hunter2\"]}".to_owned(), "JSON"),
    ] {
        account.keep("glaux/prod/shop", &text);
        let error = url(&handler, "shop").await.unwrap_err();
        let told = format!("{error} {:?}", error.hint_text());
        assert_eq!(error.kind(), ErrorKind::Invalid, "{text}: {told}");
        assert!(told.contains("glaux/prod/shop") && told.contains(key), "{text}: {told}");
        assert!(!format!("{told} {error:?}").contains("hunter2"), "{told}");
    }
}

#[tokio::test]
async fn whom_the_function_does_not_know_reads_nothing_that_is_granted_either() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secrets.json");
    std::fs::write(
        &file,
        json!({"glaux/prod/shop": {"username": "u", "password": "p", "connection": "memory://shop"}}).to_string(),
    )
    .unwrap();
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let settings = [
        ("glaux_secrets_prefix", "glaux"),
        ("glaux_environment", "prod"),
        ("glaux_secrets_file", file.to_str().unwrap()),
        ("glaux_callers", r#"[{"account": "111122223333", "secret": "glaux/prod/shop"}]"#),
    ];
    let config = Config::from_env(settings.map(|(key, value)| (key.to_owned(), value.to_owned()))).unwrap();
    let handler = Handler::new(config).unwrap();
    assert_eq!(url(&handler, "shop").await.unwrap(), "shop");
    let known = Identity { account: "111122223333".into(), ..Identity::default() };
    assert!(handler.asked("shop", &known, "q").await.is_ok());
    let asked = handler.asked("shop", &Identity::default(), "q").await;
    assert_eq!(asked.err().unwrap().kind(), ErrorKind::Forbidden);
    let error = url(&handler, "other").await.unwrap_err();
    assert!(error.kind() == ErrorKind::NotFound && error.to_string().contains("[\"shop\"]"), "{error}");
}
