//! Functions that check themselves: what their owner learns, and what nobody does.

use std::sync::Arc;

use async_trait::async_trait;
use connector_core::{Error, ErrorKind, Result};
use glaux::config::Config;
use glaux::handler::Handler;
use glaux::local::endpoint::{Endpoint, Functions};
use glaux::local::invoke::{InProcess, Invoke};
use glaux::protocol::{PingResponse, Request, Response, Version};

use crate::run::{Glaux, Ran};
use crate::support::lambda::{Lambda, Options};
use crate::support::stage::Stage;

const PROGRAM: &str = env!("CARGO_BIN_EXE_glaux-lambda");
const SHOP: &str =
    "CREATE SCHEMA shop; CREATE TABLE shop.orders (id int PRIMARY KEY); GRANT USAGE ON SCHEMA shop TO ROLE;
    GRANT SELECT, DELETE ON shop.orders TO ROLE;";

fn check(endpoint: &str, more: &[&str]) -> Ran {
    let typed = ["check", "-o", "csv", "--function", "glaux", "--endpoint", endpoint];
    Glaux::bare().run(&[&typed, more].concat())
}

async fn checked(endpoint: &str, more: &'static [&'static str]) -> Ran {
    let endpoint = endpoint.to_owned();
    tokio::task::spawn_blocking(move || check(&endpoint, more)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deployed_function_finds_what_its_owner_asks_and_tells_what_its_callers_may_know() {
    let Some(stage) = Stage::open(SHOP).await else { return };
    let (lambda, _) = stage.pool(PROGRAM).await;
    let ran = checked(lambda.endpoint(), &[]).await;
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let version = env!("CARGO_PKG_VERSION");
    for row in [
        &format!("catalog,state,about,finding\n,ok,version,{version}\n"),
        "\npg,ok,engine,postgres\n",
        "\npg,ok,source,it is reached\n",
        "\npg,ok,secret,its user can log in\n",
        "\npg,ok,tls,encrypted\n",
        "\npg,ok,tables,1 table in 1 schema can be read\n",
        "\npg,ok,splits,\"each split reads a snapshot of its own: a row that stays comes once, one whose key changes meanwhile may \
         come twice or not at all\"\n",
        "\npg,warning,privileges,\"rights are missing, or more than needed: the function's log says which\"\n",
        "\nmemory,ok,tables,3 tables in 1 schema can be read\n",
        "\n,ok,spill,its bucket is there and ours to use\n",
    ] {
        assert!(ran.stdout.contains(row), "{row} is not in {}", ran.stdout);
    }
    assert!(!ran.stdout.contains("\nmemory,ok,splits,"), "{}", ran.stdout);
    // Neither the user's name nor what is wrong with it, nor where the server is and of which version.
    let server = stage.database.url();
    let host = server.split('/').nth(2).unwrap();
    for hidden in [stage.role().as_str(), host, "DELETE", "PostgreSQL 1", "password"] {
        assert!(!ran.stdout.contains(hidden), "{hidden} is told: {}", ran.stdout);
    }
    let one = checked(lambda.endpoint(), &["memory", "none"]).await;
    assert_eq!(one.code, 4, "{}", one.stdout);
    assert!(one.stdout.contains("\nnone,FAILED,connection,") && !one.stdout.contains("\npg,"), "{}", one.stdout);
    let many: Vec<String> = (0..17).map(|number| number.to_string()).collect();
    let endpoint = lambda.endpoint().to_owned();
    let many =
        tokio::task::spawn_blocking(move || check(&endpoint, &many.iter().map(String::as_str).collect::<Vec<_>>()));
    let many = many.await.unwrap();
    assert!(many.code == 2 && many.stderr.contains("17 catalogs are more than the 16"), "{}", many.stderr);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_work_where_the_function_runs_is_found_there() {
    let mut options = Options::new(PROGRAM);
    let rules = r#"[{"arn": "arn:aws:iam::111122223333:role/analyst", "secret": "shop/analyst"}]"#;
    let settings = [
        ("far_connection_string", "postgres://jdbc:postgresql://127.0.0.1:1/shop?user=reader&password=hunter2"),
        ("own_connection_string", "memory://shop"),
        ("own_glaux_callers", rules),
        ("spill_bucket", "nowhere"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ];
    options.env = settings.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    let lambda = Lambda::start(options).await;
    let ran = checked(lambda.endpoint(), &[]).await;
    assert_eq!(ran.code, 6, "{}{}", ran.stdout, ran.stderr);
    for row in ["\nfar,FAILED,connection,", "\n,FAILED,spill,"] {
        assert!(ran.stdout.contains(row), "{row} is not in {}", ran.stdout);
    }
    // Whoever is not let read a catalog learns nothing of it by checking.
    assert!(ran.stdout.contains("\nown,FAILED,connection,\"catalog \"\"own\"\" is not for"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("own,ok") && !ran.stdout.contains("hunter2"), "{}", ran.stdout);
}

/// A function as it was before, or somebody else's.
struct Other {
    handler: InProcess,
    is_ours: bool,
}

#[async_trait]
impl Invoke for Other {
    async fn invoke(&self, payload: Vec<u8>) -> Result<Vec<u8>> {
        let text = String::from_utf8(payload).unwrap();
        match (self.is_ours, Request::decode(text.as_bytes())) {
            // The older decoder knew all names but this one, and says so in these words of today.
            (true, Ok(Request::Check(_))) => {
                let renamed = text.replace("GlauxCheckRequest", "GlauxCheckRequest ");
                self.handler.invoke(renamed.into_bytes()).await
            }
            (false, Ok(Request::Ping(ping))) => {
                let (catalog, query_id, source_type) = (ping.catalog, ping.query_id, "postgres".into());
                let answer = PingResponse { catalog, query_id, source_type, capabilities: 23, serde_version: 5 };
                Response::Ping(answer).encode(Version::default())
            }
            (false, _) => Err(Error::new(ErrorKind::Internal, "Could not resolve type id 'GlauxCheckRequest'")),
            _ => self.handler.invoke(text.into_bytes()).await,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_function_and_somebody_elses_are_told_apart() {
    let config = Config::from_env([("default".to_owned(), "memory://shop".to_owned())]).unwrap();
    for (is_ours, told) in [(true, "is an older Glaux"), (false, "is no Glaux: it reads \"postgres\"")] {
        let handler = InProcess(Arc::new(Handler::new(config.clone()).unwrap()));
        let other: Arc<dyn Invoke> = Arc::new(Other { handler, is_ours });
        let endpoint = Endpoint::start(Functions::from([("glaux".to_owned(), other)]), None).await.unwrap();
        let ran = checked(&endpoint.url(), &[]).await;
        assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains(told) && ran.stderr.contains("\n\nhint: "), "{}", ran.stderr);
    }
    let endpoint = Endpoint::start(Functions::new(), None).await.unwrap();
    let none = checked(&endpoint.url(), &[]).await;
    assert!(none.code == 4 && none.stderr.contains("Function not found: glaux"), "{}", none.stderr);
}
