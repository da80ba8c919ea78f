//! Whose rows a caller sees: rules map callers to roles (PostgreSQL) and to settings (MariaDB, MySQL) of one and the same log-in,
//! and whatever happens between two requests, nobody is given another's.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::cast::AsArray;
use connector_core::{Error, ErrorKind};
use futures::{StreamExt, stream};
use glaux::handler::Handler;
use glaux::protocol::{
    GetDataSourceCapabilitiesRequest, Identity, ListSchemasRequest, ListTablesRequest, ReadRecordsRequest, Request,
    Response,
};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::source::{Source, ask, handler_with, read_request_of, table_request};

/// Of a session of a role; the session is called like the other tenant.
fn a() -> Identity {
    of("arn:aws:sts::111122223333:assumed-role/analyst-a/b")
}

/// Of a tag.
fn b() -> Identity {
    let tags = BTreeMap::from([("team".to_owned(), "b".to_owned())]);
    Identity { tags, ..of("arn:aws:sts::111122223333:assumed-role/shared/analyst-a") }
}

fn of(arn: &str) -> Identity {
    Identity { account: "111122223333".into(), arn: arn.into(), ..Identity::default() }
}

/// Callers that no rule is for.
fn strangers() -> [Identity; 4] {
    let tagged = |team: &str| BTreeMap::from([("team".to_owned(), team.to_owned())]);
    [
        Identity::default(),
        of("UNKNOWN_ARN"),
        of("arn:aws:sts::111122223333:assumed-role/other/analyst-a"),
        Identity { tags: tagged(""), ..of("arn:aws:iam::111122223333:user/analyst-a") },
    ]
}

fn rules(source: &Source) -> String {
    let arn = "arn:aws:iam::111122223333:role/analyst-*";
    if source.name() == "PostgreSQL" {
        let role = source.reader();
        return format!(
            r#"[{{"arn": "{arn}", "role": "{role}_a"}}, {{"tags": {{"team": "*"}}, "role": "{role}_{{tag:team}}"}}]"#
        );
    }
    format!(
        r#"[{{"arn": "{arn}", "settings": {{"tenant": "a"}}}},
            {{"tags": {{"team": "*"}}, "settings": {{"tenant": "{{tag:team}}"}}}}]"#
    )
}

async fn function(source: &Source) -> Arc<Handler> {
    source.add_tenants().await;
    handler_with(source, &[("default_glaux_callers", &rules(source)), ("enable_query_passthrough", "true")], |_| {})
}

async fn read(handler: &Handler, caller: &Identity, table: &str) -> Result<Vec<String>, Error> {
    tenants(handler, &read_request_of(handler, caller, table, "q").await?).await
}

/// The tenants whose rows a read gives; none if it is of something else.
async fn tenants(handler: &Handler, request: &Request) -> Result<Vec<String>, Error> {
    let Response::ReadRecords(answer) = ask(handler, request, None).await? else { panic!("spilled") };
    let Some(tenants) = answer.records.column_by_name("tenant") else { return Ok(Vec::new()) };
    Ok(tenants.as_string::<i32>().iter().map(|tenant| tenant.unwrap().to_owned()).collect())
}

#[tokio::test]
async fn callers_see_their_own_rows_and_columns_whatever_happens_in_between_and_an_unknown_one_sees_nothing() {
    let reads = std::env::var("TEST_CALLER_READS").map_or(READS, |count| count.parse().unwrap());
    let seed: u64 = std::env::var("TEST_SEED").map_or_else(|_| rand::random(), |seed| seed.parse().unwrap());
    println!("TEST_SEED={seed}");
    for source in Source::all().await {
        let handler = function(&source).await;
        in_turns(&source, &handler).await;
        at_once(&source, &handler, reads, seed).await;
    }
}

/// Each finds what the other left.
async fn in_turns(source: &Source, handler: &Handler) {
    for _ in 0..3 {
        for (caller, tenant) in [(a(), "a"), (b(), "b")] {
            assert_eq!(read(handler, &caller, "tenants").await.unwrap(), vec![tenant; 10], "{}", source.name());
        }
    }
    for stranger in strangers() {
        for request in of_every_kind(handler, &stranger).await {
            let kind = request.kind();
            let error = ask(handler, &request, None).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Forbidden, "{kind}: {error}");
            let told = format!("{error} {}", error.hint_text().unwrap());
            assert!(told.contains("default_glaux_callers"), "{kind}: {told}");
            assert!(!told.contains("role/analyst") && !told.contains("reader"), "{kind}: {told}");
        }
    }
}

/// A request of every kind but Ping.
async fn of_every_kind(handler: &Handler, caller: &Identity) -> Vec<Request> {
    let (identity, catalog) = (caller.clone(), "source".to_owned());
    let planned = read_request_of(handler, &a(), "tenants", "q").await.unwrap();
    let Request::ReadRecords(read) = planned else { panic!("no read") };
    vec![
        Request::GetDataSourceCapabilities(GetDataSourceCapabilitiesRequest {
            identity: identity.clone(),
            query_id: "q".into(),
            catalog: catalog.clone(),
        }),
        Request::ListSchemas(ListSchemasRequest {
            identity: identity.clone(),
            query_id: "q".into(),
            catalog: catalog.clone(),
        }),
        Request::ListTables(ListTablesRequest {
            identity: identity.clone(),
            query_id: "q".into(),
            catalog,
            schema: "app".into(),
            next_token: None,
            page_size: None,
        }),
        table_request(&identity, "tenants", "q"),
        crate::source::splits_request(&identity, "tenants", "q"),
        crate::source::layout_request(&identity, "tenants", "q"),
        Request::ReadRecords(ReadRecordsRequest { identity, ..read }),
    ]
}

#[tokio::test]
async fn a_role_that_the_log_in_may_not_take_on_is_forbidden() {
    let Some(source) = Source::postgres().await else { return };
    let handler = function(&source).await;
    // A tag's value is a name and nothing else, whatever stands in it.
    for team in ["ungranted", "none", "a\" ; RESET ROLE; --", "b\\", "{account}"] {
        let tags = BTreeMap::from([("team".to_owned(), team.to_owned())]);
        let caller = Identity { tags, ..b() };
        let error = read(&handler, &caller, "tenants").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Forbidden, "{team}: {error}");
    }
    // The role of the log-in itself would lift every limit that its roles set.
    let own = r#"[{"tags": {"team": "*"}, "role": "{tag:team}"}]"#;
    let handler = handler_with(&source, &[("default_glaux_callers", own)], |_| {});
    for team in ["none", "NONE", &source.reader()] {
        let tags = BTreeMap::from([("team".to_owned(), team.to_owned())]);
        let error = read(&handler, &Identity { tags, ..b() }, "tenants").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Forbidden, "{team}: {error}");
    }
}

#[tokio::test]
async fn no_query_in_the_sources_own_words_is_let_through_that_could_change_the_role() {
    let Some(source) = Source::postgres().await else { return };
    let handler = function(&source).await;
    for sql in ["SELECT set_config('role', 'none', false) AS s", "SELECT id FROM app.tenants", "SELECT @tenant := 'b'"]
    {
        let passthrough = [("schemaFunctionName", "SYSTEM.QUERY"), ("QUERY", sql)];
        let mut request = table_request(&a(), "tenants", "q");
        let Request::GetTable(asked) = &mut request else { panic!("no table") };
        asked.passthrough = passthrough.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let error = ask(&handler, &request, None).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Forbidden, "{}: {error}", source.name());
        assert!(error.to_string().contains("role or settings"), "{error}");
    }
    let capabilities = Request::GetDataSourceCapabilities(GetDataSourceCapabilitiesRequest {
        identity: a(),
        query_id: "q".into(),
        catalog: "source".into(),
    });
    let answer = ask(&handler, &capabilities, None).await.unwrap();
    let Response::GetDataSourceCapabilities(answer) = answer else { panic!("no capabilities") };
    assert!(!answer.capabilities.contains_key("SYSTEM.QUERY"), "{:?}", answer.capabilities);
}

/// How many requests, unless `TEST_CALLER_READS` says.
const READS: usize = 500;

/// A tenant, and how it reads each table once that is planned.
struct Tenant {
    name: &'static str,
    caller: Identity,
    reads: BTreeMap<&'static str, Request>,
}

impl Tenant {
    async fn of(handler: &Handler, name: &'static str, caller: Identity) -> Self {
        let mut reads = BTreeMap::new();
        for table in ["tenants", "failing", "widening", "halfway"] {
            reads.insert(table, read_request_of(handler, &caller, table, "q").await.unwrap());
        }
        Self { name, caller, reads }
    }
}

/// A few at a time, some of which are let go, fail, or change what the session acts as.
async fn at_once(source: &Source, handler: &Handler, reads: usize, seed: u64) {
    let both = [Tenant::of(handler, "a", a()).await, Tenant::of(handler, "b", b()).await];
    let start = Instant::now();
    let asking = |number: u64| one(handler, source, &both, StdRng::seed_from_u64(seed ^ number));
    let numbers = 0..u64::try_from(reads).unwrap();
    let done: Vec<Done> = stream::iter(numbers).map(asking).buffer_unordered(4).collect().await;
    let count = |done_so: Done| done.iter().filter(|done| **done == done_so).count();
    println!(
        "{}: {} reads of their own rows, {} descriptions, {} cut off, {} failed, {} that changed the role, {} refused, in {:?}",
        source.name(),
        count(Done::Read),
        count(Done::Described),
        count(Done::CutOff),
        count(Done::Failed),
        count(Done::Widened),
        count(Done::Refused),
        start.elapsed()
    );
    assert!(count(Done::Read) > reads / 2);
    source.wait("the end of all but the idle sessions", async || source.sessions().await <= 8).await;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Done {
    Read,
    Described,
    CutOff,
    Failed,
    Widened,
    Refused,
}

/// One thing that a caller does, and that what comes of it is theirs.
async fn one(handler: &Handler, source: &Source, both: &[Tenant; 2], mut random: StdRng) -> Done {
    let Tenant { name, caller, reads } = &both[random.random_range(0..2)];
    let (own, said) = (vec![(*name).to_owned(); 10], format!("{}, {name}", source.name()));
    match random.random_range(0..100) {
        0..70 => {
            assert_eq!(tenants(handler, &reads["tenants"]).await.unwrap(), own, "{said}");
            Done::Read
        }
        70..80 => {
            let request = table_request(caller, "tenants", "q");
            let Response::GetTable(table) = ask(handler, &request, None).await.unwrap() else { panic!("no table") };
            let more = source.name() == "PostgreSQL" && *name == "b";
            assert_eq!(table.schema.fields().len(), if more { 3 } else { 2 }, "{said}");
            Done::Described
        }
        80..84 => {
            // Somewhere between the log-in and the rows.
            let table = if random.random_bool(0.5) { "halfway" } else { "tenants" };
            let moment = Duration::from_micros(random.random_range(0..20_000));
            if let Ok(rows) = tokio::time::timeout(moment, tenants(handler, &reads[table])).await {
                assert_eq!(rows.unwrap(), own, "{said}");
            }
            Done::CutOff
        }
        84..89 => {
            tenants(handler, &reads["failing"]).await.unwrap_err();
            Done::Failed
        }
        89..95 => {
            tenants(handler, &reads["widening"]).await.unwrap();
            Done::Widened
        }
        _ => {
            let Request::ReadRecords(read) = &reads["tenants"] else { panic!("no read") };
            let identity = strangers()[random.random_range(0..4)].clone();
            let request = Request::ReadRecords(ReadRecordsRequest { identity, ..read.clone() });
            let error = tenants(handler, &request).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Forbidden, "{error}");
            Done::Refused
        }
    }
}
