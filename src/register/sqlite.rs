//! The register in one file of this machine.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use connector_core::{Error, ErrorKind, Result};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};

use super::event::Event;
use super::records::FoundBy;
use super::store::{By, Head, Item, Key, Page, Store};
use super::time::Time;

/// How long a write waits for another process's.
const PATIENCE: Duration = Duration::from_secs(10);
/// The layout below, counted.
const LAYOUT: i64 = 1;

const TABLES: &str = "
CREATE TABLE record (
    kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, owner TEXT, consumer TEXT, state TEXT NOT NULL,
    due INTEGER, body TEXT NOT NULL, PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX of_owner ON record (owner, kind, id);
CREATE INDEX of_consumer ON record (consumer, kind, id);
CREATE INDEX due ON record (kind, due, id) WHERE due IS NOT NULL;
CREATE TABLE event (number INTEGER PRIMARY KEY, record TEXT NOT NULL, hash TEXT NOT NULL, body TEXT NOT NULL) STRICT;
CREATE INDEX of_record ON event (record, number);
PRAGMA user_version = 1;
";

/// A file of SQLite's. Several processes may have it open.
pub struct Sqlite {
    connection: Arc<Mutex<Connection>>,
}

impl Sqlite {
    /// Opens the register at `path`, and makes one if there is none.
    ///
    /// Errors: forbidden, if others may read or write the file; unsupported, if a newer Glaux has made it.
    pub async fn open(path: &Path) -> Result<Self> {
        let owned = path.to_owned();
        let opening = tokio::task::spawn_blocking(move || open(&owned)).await;
        let connection = opening.map_err(|error| Error::internal("opening the register stopped").with_source(error))?;
        let connection =
            connection.map_err(|error| error.context(format!("opening the register {}", path.display())))?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T> {
        let connection = self.connection.clone();
        let working = move || work(&mut connection.lock().unwrap_or_else(PoisonError::into_inner));
        let worked = tokio::task::spawn_blocking(working).await;
        worked.map_err(|error| Error::internal("the register's file stopped").with_source(error))?.map_err(failed)
    }
}

fn open(path: &Path) -> Result<Connection> {
    make_private(path).map_err(|error| {
        Error::new(ErrorKind::Unavailable, format!("making the file: {error}")).hint("name a directory that is there")
    })?;
    crate::config::check_private(path)?;
    let mut connection = Connection::open(path).map_err(failed)?;
    let preparing = |connection: &mut Connection| {
        connection.busy_timeout(PATIENCE)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        // What was told as done is on the disk.
        connection.pragma_update(None, "synchronous", "full")?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let layout: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if layout == 0 {
            transaction.execute_batch(TABLES)?;
        }
        transaction.commit()?;
        Ok(layout)
    };
    let layout = preparing(&mut connection).map_err(failed)?;
    if layout > LAYOUT {
        return Err(Error::unsupported(format!("it is of layout {layout}, and this version knows {LAYOUT}"))
            .hint("use the version of Glaux that made it, or a newer one"));
    }
    Ok(connection)
}

/// SQLite gives the files beside it the same mode.
#[cfg(unix)]
fn make_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path).map(drop)
}

#[cfg(not(unix))]
fn make_private(path: &Path) -> std::io::Result<()> {
    std::fs::OpenOptions::new().write(true).create(true).truncate(false).open(path).map(drop)
}

fn failed(error: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode::{DatabaseBusy, DatabaseCorrupt, NotADatabase};
    let kind = match error.sqlite_error_code() {
        Some(DatabaseBusy) => ErrorKind::Throttled,
        Some(DatabaseCorrupt | NotADatabase) => ErrorKind::Corrupt,
        _ => ErrorKind::Unavailable,
    };
    Error::new(kind, format!("the register's file: {error}")).with_source(error)
}

#[async_trait]
impl Store for Sqlite {
    async fn get(&self, key: &Key) -> Result<Option<Item>> {
        let key = key.clone();
        self.run(move |connection| {
            let sql =
                "SELECT kind, id, version, owner, consumer, state, due, body FROM record WHERE kind = ?1 AND id = ?2";
            connection.query_row(sql, [key.kind, key.id], item).optional()
        })
        .await
    }

    async fn head(&self) -> Result<Head> {
        self.run(|connection| head(connection)).await
    }

    async fn write(&self, items: &[Item], events: &[Event], end: &Head) -> Result<bool> {
        let (items, events, end) = (items.to_vec(), events.to_vec(), end.clone());
        self.run(move |connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            if head(&transaction)? != end {
                return Ok(false);
            }
            for item in &items {
                put(&transaction, item)?;
            }
            for event in &events {
                add(&transaction, event)?;
            }
            transaction.commit().map(|()| true)
        })
        .await
    }

    async fn list(&self, kind: &str, by: &By, after: Option<String>, most: usize) -> Result<Page> {
        let (filter, value) = match by {
            By::Kind => ("?2 IS NULL", Value::Null),
            By::State(state) => ("state = ?2", Value::Text(state.clone())),
            By::Owner(project) => ("owner = ?2", Value::Text(project.clone())),
            By::Consumer(project) => ("consumer = ?2", Value::Text(project.clone())),
            By::Due(until) => ("due <= ?2", Value::Integer(until.millis())),
        };
        let is_due = matches!(by, By::Due(_));
        // What a list is ordered by stays as it is while it is read, but for what is due.
        let (behind, order) =
            if is_due { ("(due, id) > (?3, ?4)", "due, id") } else { ("?3 IS NOT NULL AND id > ?4", "id") };
        let sql = format!(
            "SELECT kind, id, version, owner, consumer, state, due, body FROM record \
             WHERE kind = ?1 AND {filter} AND {behind} ORDER BY {order} LIMIT ?5"
        );
        let (rank, id) = position(after.as_deref())?;
        let (kind, limit) = (kind.to_owned(), i64::try_from(most).unwrap_or(i64::MAX));
        let items = self.run(move |connection| {
            let mut statement = connection.prepare(&sql)?;
            statement.query_map(params![kind, value, rank, id, limit], item)?.collect::<rusqlite::Result<Vec<_>>>()
        });
        let items = items.await?;
        let last = items.last().filter(|_| items.len() == most);
        let next = last.map(|item| {
            let rank = item.found_by.due.filter(|_| is_due).map_or(0, Time::millis);
            format!("{rank} {}", item.key.id)
        });
        Ok(Page { items, next })
    }

    async fn events(&self, of: Option<&Key>, after: u64, most: usize) -> Result<Vec<Event>> {
        let of = of.map(ToString::to_string);
        let (after, most) = (i64::try_from(after).unwrap_or(i64::MAX), i64::try_from(most).unwrap_or(i64::MAX));
        let bodies = self.run(move |connection| {
            let filter = if of.is_some() { "record = ?3" } else { "?3 IS NULL" };
            let sql = format!("SELECT body FROM event WHERE number > ?1 AND {filter} ORDER BY number LIMIT ?2");
            let mut statement = connection.prepare(&sql)?;
            let bodies = statement.query_map(params![after, most, of], |row| row.get::<_, String>(0))?;
            bodies.collect::<rusqlite::Result<Vec<_>>>()
        });
        let read = |body: String| {
            serde_json::from_str(&body)
                .map_err(|error| Error::new(ErrorKind::Corrupt, "an event in the register is none").with_source(error))
        };
        bodies.await?.into_iter().map(read).collect()
    }
}

fn head(connection: &Connection) -> rusqlite::Result<Head> {
    let sql = "SELECT number, hash FROM event ORDER BY number DESC LIMIT 1";
    let last = connection.query_row(sql, [], |row| {
        let number: i64 = row.get(0)?;
        Ok(Head { number: number.unsigned_abs(), hash: row.get(1)? })
    });
    Ok(last.optional()?.unwrap_or_default())
}

fn put(transaction: &Transaction<'_>, item: &Item) -> rusqlite::Result<()> {
    let FoundBy { owner, consumer, state, due } = &item.found_by;
    let (version, due) = (i64::try_from(item.version).unwrap_or(i64::MAX), due.map(Time::millis));
    let sql = "INSERT OR REPLACE INTO record (kind, id, version, owner, consumer, state, due, body) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let Key { kind, id } = &item.key;
    transaction.execute(sql, params![kind, id, version, owner, consumer, state, due, item.body]).map(drop)
}

fn add(transaction: &Transaction<'_>, event: &Event) -> rusqlite::Result<()> {
    let body = serde_json::to_string(event).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    let number = i64::try_from(event.number).unwrap_or(i64::MAX);
    let sql = "INSERT INTO event (number, record, hash, body) VALUES (?1, ?2, ?3, ?4)";
    transaction.execute(sql, params![number, event.record.to_string(), event.hash, body]).map(drop)
}

fn item(row: &Row<'_>) -> rusqlite::Result<Item> {
    let version: i64 = row.get("version")?;
    let due: Option<i64> = row.get("due")?;
    Ok(Item {
        key: Key { kind: row.get("kind")?, id: row.get("id")? },
        version: version.unsigned_abs(),
        found_by: FoundBy {
            owner: row.get("owner")?,
            consumer: row.get("consumer")?,
            state: row.get("state")?,
            due: due.map(Time::from_millis),
        },
        body: row.get("body")?,
    })
}

/// Where a page ended: what it was ordered by, and the id.
fn position(after: Option<&str>) -> Result<(i64, String)> {
    let Some(after) = after else { return Ok((i64::MIN, String::new())) };
    let parts = after.split_once(' ').and_then(|(rank, id)| Some((rank.parse().ok()?, id.to_owned())));
    parts.ok_or_else(|| Error::invalid(format!("{after:?} is no place in a list")))
}

#[cfg(test)]
#[cfg(feature = "local")]
mod tests {
    use super::super::suite;
    use super::*;

    #[tokio::test]
    async fn a_file_keeps_the_suite() {
        let folder = tempfile::tempdir().unwrap();
        suite::holds(async |name| {
            let path = folder.path().join(name);
            let stores = [Sqlite::open(&path).await.unwrap(), Sqlite::open(&path).await.unwrap()];
            stores.map(|store| Arc::new(store) as Arc<dyn Store>)
        })
        .await;
    }

    #[tokio::test]
    async fn what_is_changed_behind_our_back_shows() {
        let edits = [
            ("UPDATE event SET body = replace(body, '\"alice\"', '\"mallory\"') WHERE number = 2", "event 2"),
            ("DELETE FROM event WHERE number = 2", "event 3"),
            ("DELETE FROM event WHERE number = 3", "project c"),
            ("UPDATE record SET body = replace(body, 'alice', 'mallory') WHERE id = 'b'", "project b"),
            ("DELETE FROM record WHERE id = 'b'", "project b"),
            (
                "INSERT INTO record (kind, id, version, state, body) SELECT kind, 'x', 1, state, body FROM record LIMIT 1",
                "project x",
            ),
        ];
        for (edit, expected) in edits {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("register");
            let register = suite::register(Arc::new(Sqlite::open(&path).await.unwrap()));
            suite::three_projects(&register).await;
            assert_eq!(register.verify().await.unwrap(), []);
            Connection::open(&path).unwrap().execute(edit, []).unwrap();
            let found: Vec<String> = register.verify().await.unwrap().iter().map(ToString::to_string).collect();
            assert!(found.iter().any(|fault| fault.starts_with(expected)), "{edit}: {found:?}");
        }
    }

    #[tokio::test]
    async fn a_file_of_others_or_of_another_layout_or_none_of_ours_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("register");
        let kind = async || Sqlite::open(&path).await.err().map(|error| error.kind());
        assert_eq!(kind().await, None);
        Connection::open(&path).unwrap().pragma_update(None, "user_version", 2).unwrap();
        assert_eq!(kind().await, Some(ErrorKind::Unsupported));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(kind().await, Some(ErrorKind::Forbidden));
        let other = folder.path().join("letter");
        std::fs::write(&other, "Dear reader, this is no register at all, however long it goes on.".repeat(20)).unwrap();
        std::fs::set_permissions(&other, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(Sqlite::open(&other).await.err().unwrap().kind(), ErrorKind::Corrupt);
        let nowhere = folder.path().join("none/register");
        assert_eq!(Sqlite::open(&nowhere).await.err().unwrap().kind(), ErrorKind::Unavailable);
    }
}
