use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use connector_core::Result;
use glaux::config::Config;
use glaux::handler::Handler;
use glaux::local::endpoint::Endpoint;
use glaux::local::invoke::{InProcess, Invoke};
use glaux::local::s3::S3Server;
use glaux::protocol::{Request, Response, Version};

use crate::run::{Glaux, Ran};

fn handler(s3: &S3Server) -> InProcess {
    let variables = [("default", "memory://shop"), ("spill_bucket", "spill")];
    let mut config = Config::from_env(variables.map(|(key, value)| (key.to_owned(), value.to_owned()))).unwrap();
    config.spill.aws = s3.aws();
    InProcess(Arc::new(Handler::new(config).unwrap()))
}

/// What is wrong with a function.
enum Fault {
    /// It has no table `orders`.
    Table,
    /// It lacks the last row of every answer.
    Row,
    /// It gives no row if something is asked of column `country`.
    Condition,
}

struct Wrong(InProcess, Fault);

#[async_trait]
impl Invoke for Wrong {
    async fn invoke(&self, payload: Vec<u8>) -> Result<Vec<u8>> {
        let asked = Request::decode(&payload)?;
        let mut answer = Response::decode(&self.0.invoke(payload).await?)?;
        match (&mut answer, &self.1, &asked) {
            (Response::ListTables(told), Fault::Table, _) => told.tables.retain(|table| table.table != "orders"),
            (Response::ReadRecords(told), Fault::Row, _) => {
                told.records = told.records.slice(0, told.records.num_rows().saturating_sub(1));
            }
            (Response::ReadRecords(told), Fault::Condition, Request::ReadRecords(asked))
                if asked.constraints.summary.contains_key("country") =>
            {
                told.records = told.records.slice(0, 0);
            }
            _ => {}
        }
        answer.encode(Version::default())
    }
}

/// Compares a function with one that has this fault, or none.
async fn compared(fault: Option<Fault>, more: &[&str]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let s3 = S3Server::start(folder.path()).await.unwrap();
    s3.create_bucket("spill").unwrap();
    let new: Arc<dyn Invoke> = match fault {
        Some(fault) => Arc::new(Wrong(handler(&s3), fault)),
        None => Arc::new(handler(&s3)),
    };
    let functions =
        BTreeMap::from([("java".to_owned(), Arc::new(handler(&s3)) as Arc<dyn Invoke>), ("glaux".into(), new)]);
    let endpoint = Endpoint::start(functions, None).await.unwrap();
    let [old, new] = ["java", "glaux"].map(|name| format!("{}/{name}", endpoint.url()));
    let mut glaux = Glaux::bare();
    for (name, value) in s3.environment() {
        glaux = glaux.set(&name, &value);
    }
    let mut arguments =
        vec!["compare".to_owned(), "--old".into(), old, "--new".into(), new, "--output".into(), "json".into()];
    arguments.extend(more.iter().map(ToString::to_string));
    tokio::task::spawn_blocking(move || glaux.run(&arguments)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_functions_that_are_alike_have_no_difference_and_each_fault_is_found() {
    let alike = compared(None, &["--sample", "100"]).await;
    assert_eq!((alike.code, alike.stdout.as_str()), (0, ""), "{}", alike.stderr);
    let said = alike.stderr.lines().last().unwrap();
    assert!(said.starts_with("no difference in 3 tables, ") && said.ends_with(" conditions"), "{said}");

    let table = compared(Some(Fault::Table), &["--tables", "shop.*", "--conditions", "0"]).await;
    let told = r#"{"place":"shop","difference":"table","what":"orders","old":"there","new":"missing"}"#;
    assert_eq!((table.code, table.stdout.trim()), (1, told));

    let row = compared(Some(Fault::Row), &["--tables", "customers", "--conditions", "0"]).await;
    assert!(row.code == 1 && row.stdout.contains(r#""difference":"rows","what":"all""#), "{}", row.stdout);

    let condition = compared(Some(Fault::Condition), &["--tables", "customers"]).await;
    assert_eq!(condition.code, 1);
    let lines: Vec<&str> = condition.stdout.lines().collect();
    assert!(
        !lines.is_empty() && lines.iter().all(|line| line.contains("country") && line.contains("(new: not the rows")),
        "{lines:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_function_that_is_not_there_is_told_as_one() {
    let old = "http://127.0.0.1:1/java";
    let ran = Glaux::bare().run(&["compare", "--old", old, "--new", "http://127.0.0.1:1/glaux"]);
    assert!(ran.code == 6 && ran.stderr.contains("asking the "), "{} {}", ran.code, ran.stderr);
    let ran = Glaux::bare().run(&["compare", "--old", "http://127.0.0.1:1", "--new", old]);
    assert!(ran.code == 2 && ran.stderr.contains("--old"), "{} {}", ran.code, ran.stderr);
}
