//! No more sessions at once than a catalog may have in a process, as the database counts them.

use arrow_array::types::Int64Type;
use tokio_postgres::Client;

use super::*;

/// Lines that are read once a lock is free, each with how many sessions its reader has.
const WATCHED: &str = "create view app.watched as select g as line, pg_advisory_xact_lock_shared(1)::text as waited, \
    (select count(*) from pg_stat_activity where usename = current_user) as sessions from generate_series(1, 800) g; \
    grant select on app.watched to ROLE";

/// How many sessions the reader has, and how many of them wait for the lock.
async fn counted(owner: &Client, database: &Database) -> (i64, i64) {
    let sql = format!(
        "select count(*), count(*) filter (where wait_event = 'advisory') from pg_stat_activity where usename = '{}'",
        role(database)
    );
    let row = owner.query_one(&sql, &[]).await.unwrap();
    (row.get(0), row.get(1))
}

/// Waits until so many sessions wait for the lock, and says how many there are then.
async fn until_waiting(owner: &Client, database: &Database, wanted: i64) -> i64 {
    let start = std::time::Instant::now();
    loop {
        let (sessions, waiting) = counted(owner, database).await;
        if waiting >= wanted {
            return sessions;
        }
        assert!(start.elapsed().as_secs() < 60, "{waiting} of {sessions} sessions wait, not {wanted}");
        tokio::task::yield_now().await;
    }
}

/// Waits until the reader has no session.
async fn until_left(database: &Database) {
    let (owner, start) = (database.client().await, std::time::Instant::now());
    while counted(&owner, database).await.0 > 0 {
        assert!(start.elapsed().as_secs() < 60, "a session is still there");
        tokio::task::yield_now().await;
    }
}

/// The lines of all splits, read at once, and the most sessions that any of them or the owner has seen meanwhile.
async fn read_at_once(glaux: &Glaux, database: &Database, wanted: i64) -> (Vec<i32>, i64) {
    let owner = database.client().await;
    let schema = glaux.schema("watched").await.unwrap();
    let splits = splits(&glaux.handler, "watched", "q").await.unwrap();
    assert_eq!(splits.len(), 8);
    owner.batch_execute("select pg_advisory_lock(1)").await.unwrap();
    let reads: Vec<_> = splits
        .into_iter()
        .map(|split| {
            let (handler, request) = (glaux.handler.clone(), read_split("watched", "q", schema.clone(), split));
            tokio::spawn(async move { ask(&handler, &request).await })
        })
        .collect();
    let mut most = until_waiting(&owner, database, wanted).await;
    owner.batch_execute("select pg_advisory_unlock(1)").await.unwrap();
    let mut lines = Vec::new();
    for read in reads {
        let Response::ReadRecords(read) = read.await.unwrap().unwrap() else { panic!("spilled") };
        lines.extend_from_slice(read.records.column_by_name("line").unwrap().as_primitive::<Int32Type>().values());
        let sessions = read.records.column_by_name("sessions").unwrap().as_primitive::<Int64Type>();
        most = sessions.values().iter().copied().fold(most, i64::max);
    }
    lines.sort_unstable();
    (lines, most.max(counted(&owner, database).await.0))
}

#[tokio::test]
async fn eight_splits_read_at_once_take_no_more_sessions_than_are_allowed() {
    let Some(database) = database().await else { return };
    run(&database, WATCHED).await;
    let along = [("glaux_max_splits", "8"), ("glaux_split_by", "app.watched=line")];
    for (limit, allowed) in [("1", 1), ("2", 2)] {
        let settings = [&along[..], &[("default_glaux_max_connections", limit)]].concat();
        let glaux = Glaux::new(&database, &settings).await;
        let (lines, most) = read_at_once(&glaux, &database, allowed).await;
        assert_eq!(lines, (1..=800).collect::<Vec<_>>(), "{limit}");
        assert_eq!(most, allowed, "{limit}");
        drop(glaux);
        until_left(&database).await;
    }
    // Without a limit all eight are there at once, so it is the limit that holds them back.
    let glaux = Glaux::new(&database, &along).await;
    let (lines, most) = read_at_once(&glaux, &database, 8).await;
    assert_eq!(lines, (1..=800).collect::<Vec<_>>());
    assert!(most >= 8, "{most}");
}
