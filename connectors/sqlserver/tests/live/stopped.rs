//! A read that nobody waits for any more is stopped at the server.

use std::time::{Duration, Instant};

use connector_core::{BatchLimits, sql};
use connector_sqlserver::CONNECTOR;
use futures::TryStreamExt;

use crate::support::{self, Admin, read, scan, shown, table};

/// What is promised.
const PROMISE: Duration = Duration::from_secs(2);

/// `busy` computes for hours before its first row, `halfway` after some.
const SOURCE: [&str; 5] = [
    "CREATE VIEW stopped.me AS SELECT @@SPID AS s",
    "CREATE TABLE stopped.numbers (n int)",
    "INSERT INTO stopped.numbers SELECT a.n + 10 * b.n + 100 * c.n FROM (VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)) a(n) \
     CROSS JOIN (VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)) b(n) CROSS JOIN (VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)) c(n)",
    "CREATE VIEW stopped.busy AS SELECT COUNT_BIG(*) AS s FROM stopped.numbers a CROSS JOIN stopped.numbers b \
     CROSS JOIN stopped.numbers c CROSS JOIN stopped.numbers d WHERE a.n ^ b.n ^ c.n ^ d.n = -1",
    "CREATE VIEW stopped.halfway AS SELECT CAST(a.n AS nvarchar(9)) + REPLICATE(N'x', 900) AS s FROM stopped.numbers a \
     CROSS JOIN stopped.numbers b CROSS JOIN stopped.numbers c",
];

async fn until(admin: &mut Admin, what: &str, sql: &str, rows: impl Fn(usize) -> bool) {
    let start = Instant::now();
    while !rows(admin.ask(sql).await.len()) {
        assert!(start.elapsed() < Duration::from_mins(1), "still waiting for {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_read_that_is_let_go_leaves_no_session() {
    let Some(server) = support::server() else { return };
    server.schema("stopped", &SOURCE).await;
    let mut admin = server.admin().await;
    for name in ["busy", "halfway"] {
        let mut connection = server.connect().await;
        let me = table(connection.as_mut(), "stopped", "me").await;
        let me = shown(&read(connection.as_mut(), &scan(&me)).await, "s").remove(0);
        let session = format!("SELECT CAST(spid AS nvarchar(20)) FROM sys.sysprocesses WHERE spid = {me}");
        let scan = scan(&table(connection.as_mut(), "stopped", name).await);
        let statement = sql::render(&scan, CONNECTOR.dialect()).unwrap().statement;
        let reading = connection.read(&scan, &statement, BatchLimits::default());
        if name == "halfway" {
            let mut batches = reading.await.unwrap();
            assert!(batches.try_next().await.unwrap().is_some());
        } else {
            let running = format!("{session} AND status NOT LIKE 'sleeping%' AND status NOT LIKE 'idle%'");
            tokio::select! {
                ended = reading => panic!("it ended: {}", ended.is_ok()),
                () = until(&mut admin, "the read", &running, |rows| rows > 0) => {}
            }
        }
        drop(connection);
        let since = Instant::now();
        until(&mut admin, "the session's end", &session, |rows| rows == 0).await;
        let took = since.elapsed();
        println!("{name}: the session was gone after {} ms", took.as_millis());
        assert!(took < PROMISE || admin.leaves_out(&format!("a stop in time: {took:?}")), "{name}: {took:?}");
    }
}
