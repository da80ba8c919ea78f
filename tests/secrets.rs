//! Secrets through AWS's own SDK against a small Secrets Manager over HTTP, and from a private file.
#![allow(clippy::unwrap_used)]

#[path = "support/aws.rs"]
mod aws;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use connector_core::{Credential, Error, ErrorKind, Logins, Secret, Settings};
use futures::future::join_all;
use glaux::config::{Aws, Catalog, SecretReference, SecretsConfig};
use glaux::secrets::{Login, Resolved, Secrets};
use serde_json::{Value, json};

use aws::{Answer, Service};

/// A Secrets Manager with one secret, whose versions a test changes as a rotation does.
struct Manager {
    service: Service,
    versions: Arc<Mutex<Versions>>,
}

#[derive(Default)]
struct Versions {
    current: Option<Value>,
    pending: Option<Value>,
    failure: Option<(u16, &'static str)>,
}

impl Manager {
    async fn start(password: &str) -> Self {
        let versions = Arc::new(Mutex::new(Versions { current: Some(secret(password)), ..Versions::default() }));
        let told = versions.clone();
        let service = Service::start(move |asked| {
            assert_eq!(asked.headers["x-amz-target"], "secretsmanager.GetSecretValue");
            let request: Value = serde_json::from_slice(&asked.body).unwrap();
            let versions = told.lock().unwrap();
            if let Some((status, code)) = versions.failure {
                return Answer::Say(status, json!({"__type": code, "Message": "told so"}).to_string());
            }
            let version = match request.get("VersionStage").and_then(Value::as_str) {
                Some("AWSPENDING") => &versions.pending,
                _ => &versions.current,
            };
            match version {
                Some(text) if request["SecretId"] == "prod/db" => {
                    Answer::Say(200, json!({"Name": "prod/db", "SecretString": text.to_string()}).to_string())
                }
                _ => {
                    Answer::Say(400, json!({"__type": "ResourceNotFoundException", "Message": "not here"}).to_string())
                }
            }
        })
        .await;
        Self { service, versions }
    }

    fn secrets(&self, ttl: Duration) -> Secrets {
        Secrets::new(&SecretsConfig { ttl, aws: self.service.aws(), refresh_pause: HOUR, ..SecretsConfig::default() })
    }

    fn put(&self, change: impl FnOnce(&mut Versions)) {
        change(&mut self.versions.lock().unwrap());
    }
}

const HOUR: Duration = Duration::from_hours(1);

fn secret(password: &str) -> Value {
    json!({"username": "reader", "password": password, "host": "db.internal", "port": 5433, "dbname": "shop", "engine": "postgres"})
}

fn catalog(secret: SecretReference) -> Catalog {
    let settings = Settings::default();
    Catalog {
        name: "pg".into(),
        engine: "postgres".into(),
        url: String::new(),
        secret,
        settings,
        views: BTreeMap::new(),
        callers: None,
    }
}

fn named() -> Catalog {
    catalog(SecretReference::Name("prod/db".into()))
}

fn user(resolved: &Resolved) -> Credential {
    match resolved.login(&named(), Logins::Users).unwrap() {
        Login::User(credential) => credential,
        Login::Principal(principal) => panic!("{principal:?}"),
    }
}

fn password(resolved: &Resolved) -> String {
    user(resolved).password.expose().to_owned()
}

#[tokio::test]
async fn a_secret_is_read_once_and_believed_for_its_time() {
    let manager = Manager::start("one").await;
    let secrets = manager.secrets(HOUR);
    let first = secrets.resolve(&named()).await.unwrap();
    assert_eq!(user(&first), Credential { user: "reader".into(), password: Secret::new("one") });
    assert_eq!(
        (first.host.as_deref(), first.port, first.database.as_deref()),
        (Some("db.internal"), Some(5433), Some("shop"))
    );
    manager.put(|versions| versions.current = Some(secret("two")));
    assert_eq!(secrets.resolve(&named()).await.unwrap(), first);
    assert_eq!(manager.service.count(), 1);
    let forgetful = manager.secrets(Duration::ZERO);
    for _ in 0..2 {
        assert_eq!(password(&forgetful.resolve(&named()).await.unwrap()), "two");
    }
    assert_eq!(manager.service.count(), 3);
}

#[tokio::test]
async fn after_a_rotation_a_refused_login_gets_the_new_password_and_so_does_everyone_after() {
    let manager = Manager::start("one").await;
    let secrets = manager.secrets(HOUR);
    let old = secrets.resolve(&named()).await.unwrap();
    manager.put(|versions| versions.current = Some(secret("two")));
    let fresh = secrets.refresh(&named(), &old).await.unwrap();
    assert_eq!(password(&fresh), "two");
    assert_ne!(fresh, old);
    assert_eq!(password(&secrets.resolve(&named()).await.unwrap()), "two");
    assert_eq!(manager.service.count(), 2);
}

#[tokio::test]
async fn in_the_middle_of_a_rotation_the_pending_password_is_tried() {
    let manager = Manager::start("one").await;
    let secrets = manager.secrets(HOUR);
    let old = secrets.resolve(&named()).await.unwrap();
    // The database has been told already, the stage has not moved yet.
    manager.put(|versions| versions.pending = Some(secret("two")));
    let pending = secrets.refresh(&named(), &old).await.unwrap();
    assert_eq!(password(&pending), "two");
    // Undone: the pending one is refused, and the current one is right after all.
    assert_eq!(password(&secrets.refresh(&named(), &pending).await.unwrap()), "one");
}

#[tokio::test]
async fn a_wrong_password_does_not_hammer_the_service() {
    let manager = Manager::start("wrong").await;
    let secrets = manager.secrets(HOUR);
    let refused = secrets.resolve(&named()).await.unwrap();
    for _ in 0..10 {
        assert_eq!(secrets.refresh(&named(), &refused).await.unwrap(), refused);
    }
    // The first, and one look at each of the two versions.
    assert_eq!(manager.service.count(), 3);
}

#[tokio::test]
async fn those_who_ask_at_the_same_time_share_one_reading() {
    let manager = Manager::start("one").await;
    let secrets = manager.secrets(HOUR);
    let (pg, asking) = (named(), 20);
    let all = join_all((0..asking).map(|_| secrets.resolve(&pg))).await;
    let old = all.into_iter().map(Result::unwrap).next().unwrap();
    assert_eq!(manager.service.count(), 1);
    manager.put(|versions| versions.current = Some(secret("two")));
    for fresh in join_all((0..asking).map(|_| secrets.refresh(&pg, &old))).await {
        assert_eq!(password(&fresh.unwrap()), "two");
    }
    assert_eq!(manager.service.count(), 2);
    let fresh = secrets.resolve(&pg).await.unwrap();
    for same in join_all((0..asking).map(|_| secrets.refresh(&pg, &fresh))).await {
        assert_eq!(same.unwrap(), fresh);
    }
    assert_eq!(manager.service.count(), 4);
}

#[tokio::test]
async fn failures_are_sorted_and_not_remembered() {
    let manager = Manager::start("hunter2").await;
    let secrets = manager.secrets(HOUR);
    for (status, code, kind) in [
        (400, "AccessDeniedException", ErrorKind::Forbidden),
        (400, "DecryptionFailure", ErrorKind::Forbidden),
        (400, "ResourceNotFoundException", ErrorKind::NotFound),
        (400, "ThrottlingException", ErrorKind::Throttled),
        (400, "ExpiredTokenException", ErrorKind::Unauthenticated),
        (400, "InvalidRequestException", ErrorKind::NotFound),
        (500, "InternalServiceError", ErrorKind::Unavailable),
    ] {
        manager.put(|versions| versions.failure = Some((status, code)));
        let error = secrets.resolve(&named()).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains("prod/db") && error.to_string().contains(code), "{error}");
    }
    manager.put(|versions| versions.failure = None);
    assert_eq!(password(&secrets.resolve(&named()).await.unwrap()), "hunter2");
    let missing = catalog(SecretReference::Name("prod/other".into()));
    assert_eq!(secrets.resolve(&missing).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_service_that_cannot_be_reached_or_never_answers_is_told_apart() {
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let aws = Aws::at(&format!("http://{nobody}"), "key", "secret");
    let error = resolve_with(aws).await;
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    let silent = Service::start(|_| Answer::Never).await;
    let limit = aws_config::timeout::TimeoutConfig::builder().operation_timeout(Duration::from_millis(200)).build();
    let sdk = silent.aws().sdk().await.to_builder().timeout_config(limit).build();
    let error = resolve_with(Aws::of(sdk)).await;
    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
    assert!(error.hint_text().unwrap().contains("VPC"));
}

async fn resolve_with(aws: Aws) -> Error {
    Secrets::new(&SecretsConfig { aws, ..SecretsConfig::default() }).resolve(&named()).await.unwrap_err()
}

#[tokio::test]
async fn what_a_secret_says_is_in_no_message_and_no_debug_form() {
    let manager = Manager::start("hunter2").await;
    let secrets = manager.secrets(Duration::ZERO);
    let resolved = secrets.resolve(&named()).await.unwrap();
    assert!(!format!("{resolved:?} {resolved:#?}").contains("hunter2"));
    for broken in
        [json!("hunter2"), json!({"password": "hunter2"}), json!({"username": "u", "password": {"a": "hunter2"}})]
    {
        manager.put(|versions| versions.current = Some(broken));
        let error = secrets.resolve(&named()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.to_string().contains("prod/db") && !format!("{error:?}").contains("hunter2"), "{error:?}");
    }
    // An answer that breaks off: the SDK's own error would show the raw body.
    let cut = Service::start(|_| Answer::Say(200, r#"{"Name":"prod/db","SecretString":"hunter2"#.into())).await;
    let error = resolve_with(cut.aws()).await;
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
}

#[tokio::test]
async fn an_application_of_entra_is_for_the_engine_that_lets_it_in_and_nobodys_password() {
    let manager = Manager::start("one").await;
    let application = json!({"Client_Id": "app", "CLIENT_SECRET": "hunter2+&=%", "tenant_id": "contoso.example"});
    manager.put(|versions| versions.current = Some(application));
    let secrets = manager.secrets(HOUR);
    let resolved = secrets.resolve(&named()).await.unwrap();
    let Login::Principal(principal) = resolved.login(&named(), Logins::PrincipalsFirst).unwrap() else {
        panic!("a user")
    };
    assert_eq!((principal.client.as_str(), principal.tenant.as_str()), ("app", "contoso.example"));
    assert_eq!(principal.secret, Secret::new("hunter2+&=%"));
    let error = resolved.login(&named(), Logins::Users).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(error.to_string().contains("prod/db") && error.to_string().contains("user and password"), "{error}");
    assert!(!format!("{error:?} {resolved:?} {principal:?}").contains("hunter2"));
    // A rotation of the client secret is noticed as one of a password is.
    let rotated = json!({"client_id": "app", "client_secret": "two", "tenant_id": "contoso.example"});
    manager.put(|versions| versions.current = Some(rotated));
    let fresh = secrets.refresh(&named(), &resolved).await.unwrap();
    assert_ne!(fresh, resolved);
    let clear = catalog(SecretReference::Inline(Credential { user: "app".into(), password: Secret::new("hunter2") }));
    let error = secrets.resolve(&clear).await.unwrap().login(&clear, Logins::Principals).unwrap_err();
    assert!(error.to_string().contains("tenant_id") && error.hint_text().unwrap().contains("client_id"), "{error}");
}

#[tokio::test]
async fn a_password_in_clear_and_no_password_need_no_service() {
    let nowhere =
        Secrets::new(&SecretsConfig { aws: Aws::at("http://127.0.0.1:1", "k", "s"), ..SecretsConfig::default() });
    let clear = Credential { user: "bob".into(), password: Secret::new("pw") };
    let catalog_in_clear = catalog(SecretReference::Inline(clear.clone()));
    let resolved = nowhere.resolve(&catalog_in_clear).await.unwrap();
    assert_eq!(user(&resolved), clear);
    assert_eq!(nowhere.refresh(&catalog_in_clear, &resolved).await.unwrap(), resolved);
    assert_eq!(user(&nowhere.resolve(&catalog(SecretReference::None)).await.unwrap()).user, "");
}

#[tokio::test]
async fn a_private_file_serves_instead_and_its_changes_count() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("secrets.json");
    let mode = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    std::fs::write(&path, json!({"prod/db": secret("one"), "other": {}}).to_string()).unwrap();
    let config = SecretsConfig { file: Some(path.clone()), ttl: HOUR, ..SecretsConfig::default() };
    let secrets = Secrets::new(&config);
    mode(0o644);
    let error = secrets.resolve(&named()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert_eq!(error.hint_text().unwrap(), format!("run: chmod 600 {}", path.display()));
    mode(0o600);
    let old = secrets.resolve(&named()).await.unwrap();
    assert_eq!(password(&old), "one");
    std::fs::write(&path, json!({"prod/db": secret("two")}).to_string()).unwrap();
    assert_eq!(password(&secrets.refresh(&named(), &old).await.unwrap()), "two");
    let missing = secrets.resolve(&catalog(SecretReference::Name("nope".into()))).await.unwrap_err();
    assert!(missing.to_string().contains("[\"prod/db\"]"), "{missing}");
    std::fs::write(&path, "hunter2").unwrap();
    let broken = secrets.resolve(&catalog(SecretReference::Name("nope".into()))).await.unwrap_err();
    assert!(!format!("{broken:?}").contains("hunter2"));
}
