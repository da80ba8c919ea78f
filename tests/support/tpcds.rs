//! TPC-DS in a database of one's own. Its data and texts are not ours to copy: `DuckDB`'s generator makes them on the spot.
//!
//! The generator is two packages of `PyPI`, taken from the folder that `TEST_TPCDS` names, else fetched once into the build's
//! own folder; where they cannot be had, the test is skipped with a line that says so.

use std::path::{Path, PathBuf};
use std::process::Command;

use bytes::Bytes;
use futures::SinkExt;
use tokio_postgres::Client;

use super::postgres::{self, Database};

/// The smallest scale at which two thirds of the queries still find rows.
const SCALE: &str = "0.01";
const PACKAGES: [&str; 2] = ["duckdb==1.5.5", "duckdb-extension-tpcds==1.5.5"];

/// The benchmark: its tables in a database, and the number and text of each query.
pub struct TpcDs {
    pub database: Database,
    pub queries: Vec<(usize, String)>,
}

/// The benchmark, or none (and a printed reason) where there is no server or no generator.
pub async fn open() -> Option<TpcDs> {
    let folder = match generated() {
        Ok(folder) => folder,
        Err(why) => {
            super::skip("tpcds", &format!("needs {} of PyPI, or TEST_TPCDS: {why}", PACKAGES.join(" and ")));
            return None;
        }
    };
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    let database = postgres::database(&read(&folder.join("schema.sql"))).await?;
    let client = database.client().await;
    let mut queries = Vec::new();
    let mut files: Vec<PathBuf> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let name = file.file_stem().unwrap().to_str().unwrap();
        match (file.extension().unwrap().to_str().unwrap(), name.parse()) {
            ("csv", _) => copy(&client, name, std::fs::read(&file).unwrap()).await,
            (_, Ok(number)) => queries.push((number, read(&file))),
            _ => {}
        }
    }
    client.batch_execute("ANALYZE").await.unwrap();
    Some(TpcDs { database, queries })
}

async fn copy(client: &Client, table: &str, rows: Vec<u8>) {
    let statement = format!("COPY tpcds.{table} FROM STDIN (FORMAT csv, NULL '\\N')");
    let mut sink = Box::pin(client.copy_in::<_, Bytes>(&statement).await.unwrap());
    sink.send(Bytes::from(rows)).await.unwrap();
    sink.as_mut().finish().await.unwrap_or_else(|error| panic!("copying {table}: {error}"));
}

/// The folder with what the generator made, which is made once.
fn generated() -> Result<PathBuf, String> {
    let own = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tpcds");
    let done = own.join(format!("data-{SCALE}"));
    if done.is_dir() {
        return Ok(done);
    }
    let packages = std::env::var_os("TEST_TPCDS").map_or_else(|| own.join("packages"), PathBuf::from);
    if !packages.join("duckdb_extension_tpcds").is_dir() {
        let options = ["-m", "pip", "install", "-q", "--root-user-action", "ignore", "--retries", "1", "--target"];
        python(Command::new("python3").args(options).arg(&packages).args(PACKAGES))?;
    }
    let half = own.join(format!("half-{}", std::process::id()));
    std::fs::create_dir_all(&half).map_err(|error| format!("making {}: {error}", half.display()))?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sql/tpcds/generate.py");
    python(Command::new("python3").arg(script).arg(&packages).arg(SCALE).arg(&half))?;
    // Another process may have been quicker, with the same rows.
    if std::fs::rename(&half, &done).is_err() {
        drop(std::fs::remove_dir_all(&half));
    }
    Ok(done)
}

fn python(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("running {command:?}: {error}"))?;
    let told = String::from_utf8_lossy(&output.stderr);
    output.status.success().then_some(()).ok_or_else(|| told.lines().last().unwrap_or("it failed").to_owned())
}
