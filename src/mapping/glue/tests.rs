use serde_json::{Value, json};

use super::*;
use crate::mapping::tests::{postgres, table};
use crate::mapping::{plan, removal, wanted};
use crate::stand_ins::aws::{Answer, Asked, Service};

fn asked(asked: &Asked) -> (String, Value) {
    let does = asked.headers["x-amz-target"].to_str().unwrap().rsplit_once('.').unwrap().1.to_owned();
    (does, serde_json::from_slice(&asked.body).unwrap())
}

/// A Glue that answers a call as the test says, and whatever it does not speak of by nothing.
async fn glue(answers: impl Fn(&str, &Value) -> Option<(u16, Value)> + Send + Sync + 'static) -> (Service, Glue) {
    let service = Service::start(move |request| {
        let (does, body) = asked(request);
        let (status, told) = answers(&does, &body).unwrap_or((200, json!({})));
        Answer::Say(status, told.to_string())
    })
    .await;
    let glue = Glue::new(&service.aws()).await;
    (service, glue)
}

fn ours() -> Value {
    json!({"glaux_source": "shop/shop-db", "glaux_schema": "a", "glaux_table": "one"})
}

fn told(database: &str, name: &str) -> Value {
    json!({"Name": name, "DatabaseName": database, "VersionId": "7", "Parameters": ours()})
}

async fn all_of(glue: &Glue) -> Held {
    let schemas = BTreeSet::from(["a".to_owned()]);
    glue.held(&postgres(), &Target::Prefix("pg_".into()), Some(&schemas)).await.unwrap()
}

/// One database a page, one table a page: of the schema, of the source, and of others.
fn paged(does: &str, body: &Value) -> Option<(u16, Value)> {
    let page = body["NextToken"].as_str().map_or(0, |token| token.parse::<usize>().unwrap());
    let next = |last: usize| if page < last { json!((page + 1).to_string()) } else { Value::Null };
    let told = match does {
        "GetDatabases" => {
            let all = [("pg_a", Value::Null), ("other", ours()), ("pg_old", ours()), ("pg_theirs", Value::Null)];
            let (name, parameters) = &all[page];
            json!({"DatabaseList": [{"Name": name, "Parameters": parameters}], "NextToken": next(3)})
        }
        "GetTables" => {
            let name = ["one", "two"][page];
            json!({"TableList": [told(body["DatabaseName"].as_str().unwrap(), name)], "NextToken": next(1)})
        }
        _ => return None,
    };
    Some((200, told))
}

#[tokio::test]
async fn all_pages_are_read_of_databases_that_may_hold_tables_of_the_source_and_of_no_others() {
    let (service, glue) = glue(paged).await;
    let held = all_of(&glue).await;
    assert_eq!(held.databases.keys().collect::<Vec<_>>(), ["pg_a", "pg_old"]);
    let names: Vec<String> = held.tables.keys().map(ToString::to_string).collect();
    assert_eq!(names, ["pg_a.one", "pg_a.two", "pg_old.one", "pg_old.two"]);
    let asked: Vec<(String, Value)> = service.asked().iter().map(asked).collect();
    let listed = asked.iter().filter(|(does, _)| does == "GetTables").map(|(_, body)| body["DatabaseName"].to_string());
    assert_eq!(listed.collect::<BTreeSet<String>>().len(), 2);
}

fn fault(code: &str) -> (u16, Value) {
    (400, json!({"__type": code, "Message": "no"}))
}

#[tokio::test]
async fn what_somebody_else_has_done_meanwhile_is_no_failure_or_told_and_not_written_over() {
    let (service, glue) = glue(|does, body| match does {
        "CreateDatabase" => Some(fault("AlreadyExistsException")),
        "UpdateTable" => Some(fault("ConcurrentModificationException")),
        _ => paged(does, body),
    })
    .await;
    let tables = [table("a", "one"), table("b", "one")];
    let wanted = wanted(&postgres(), &tables, &Target::Prefix("pg_".into()), None).unwrap();
    let plan = plan(&postgres(), wanted, all_of(&glue).await, &|_| true, false);
    assert_eq!(plan.databases, ["pg_b"]);
    let outcome = glue.apply(&postgres(), &plan, &mut |_| {}).await.unwrap();
    let failed: Vec<String> = outcome.failed.iter().map(|(name, error)| format!("{name}: {error}")).collect();
    assert!(failed.len() == 1 && failed[0].starts_with("pg_a.one: writing table pg_a.one of Glue: "), "{failed:?}");
    let asked: Vec<(String, Value)> = service.asked().iter().map(asked).collect();
    let body = |wanted: &str| asked.iter().find(|(does, _)| does == wanted).unwrap().1.clone();
    assert_eq!(
        (&body("UpdateTable")["VersionId"], &body("CreateTable")["DatabaseName"]),
        (&"7".into(), &"pg_b".into())
    );
}

#[tokio::test]
async fn what_cannot_be_taken_away_is_told_by_name_and_what_is_gone_is_not() {
    let failed = |name: &str, code: &str| json!({"TableName": name, "ErrorDetail": {"ErrorCode": code}});
    let (_service, glue) = glue(move |does, body| match (does, body["DatabaseName"].as_str()) {
        ("BatchDeleteTable", Some("pg_a")) => Some((
            200,
            json!({"Errors": [failed("one", "EntityNotFoundException"), failed("two", "AccessDeniedException")]}),
        )),
        ("BatchDeleteTable", _) => Some(fault("AccessDeniedException")),
        _ => paged(does, body),
    })
    .await;
    let plan = removal(&postgres(), all_of(&glue).await, &|_| true);
    assert_eq!(plan.steps.len(), 4);
    let mut seen = Vec::new();
    let outcome = glue.apply(&postgres(), &plan, &mut |done| seen.push(done)).await.unwrap();
    let failed: Vec<String> = outcome.failed.iter().map(|(name, _)| name.to_string()).collect();
    assert_eq!(failed, ["pg_a.two", "pg_old.one", "pg_old.two"]);
    assert_eq!((seen, outcome.removed), (vec![2, 4], Vec::new()), "what still has tables stays");
}
