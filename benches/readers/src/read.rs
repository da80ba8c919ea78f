//! A plain read: through the connector seam into batches that are thrown away, as many sessions at once as there are splits.

use connector_core::split::Sizes;
use connector_core::{BatchLimits, Connector, Credential, Endpoint, Scan, Secret, Settings, Split, TableName, sql};
use futures::TryStreamExt;
use serde_json::json;

/// Batches as the Lambda asks for them.
const LIMITS: BatchLimits = BatchLimits { rows: 1 << 20, bytes: (8 << 20) - (8 << 20) / 32 };

fn engines() -> [&'static dyn Connector; 2] {
    [connector_postgresql::CONNECTOR, connector_mysql::CONNECTOR]
}

/// Reads every column of a table and prints how many rows, bytes of Arrow and batches there were.
///
/// `url` is a setting's, `ENGINE://jdbc:…`, without user and password, which are in `BENCH_USER` and `BENCH_PASSWORD`.
pub async fn print(url: &str, schema: &str, table: &str, splits: &str) -> Result<(), String> {
    let most = splits.parse().map_err(|_| format!("{splits:?} splits are no number"))?;
    let total = read(url, &TableName::new(schema, table), most).await.map_err(|error| error.to_string())?;
    let Total { rows, bytes, batches, sessions } = total;
    println!("{}", json!({"rows": rows, "bytes": bytes, "batches": batches, "sessions": sessions}));
    Ok(())
}

#[derive(Clone, Copy, Default)]
struct Total {
    rows: usize,
    bytes: usize,
    batches: usize,
    sessions: usize,
}

/// How to get in.
struct Way {
    engine: &'static dyn Connector,
    endpoint: Endpoint,
    credential: Credential,
    settings: Settings,
}

impl Way {
    fn new(url: &str, splits: u64) -> connector_core::Result<Self> {
        let found = url.split_once("://").and_then(|(token, url)| {
            engines().into_iter().find(|engine| engine.name() == token).map(|engine| (engine, url))
        });
        let (engine, url) = found.ok_or_else(|| connector_core::Error::invalid(format!("no engine reads {url}")))?;
        let variable = |name| std::env::var(name).unwrap_or_default();
        let credential = Credential { user: variable("BENCH_USER"), password: Secret::new(variable("BENCH_PASSWORD")) };
        // So small that the number of splits decides.
        let settings = Settings { split_bytes: if splits > 1 { 1 } else { u64::MAX }, ..Settings::default() };
        Ok(Self { engine, endpoint: engine.endpoint(url)?, credential, settings })
    }

    async fn connect(&self) -> connector_core::Result<Box<dyn connector_core::Connection>> {
        self.engine.connect(&self.endpoint, &self.credential, &self.settings).await
    }

    async fn read(&self, scan: Scan) -> connector_core::Result<Total> {
        let rendered = sql::render(&scan, self.engine.dialect())?;
        let mut connection = self.connect().await?;
        let mut batches = connection.read(&scan, &rendered.statement, LIMITS).await?;
        let mut total = Total { sessions: 1, ..Total::default() };
        while let Some(batch) = batches.try_next().await? {
            total.rows += batch.num_rows();
            total.bytes += connector_core::block_size(&batch);
            total.batches += 1;
        }
        Ok(total)
    }
}

async fn read(url: &str, name: &TableName, most: usize) -> connector_core::Result<Total> {
    let way = std::sync::Arc::new(Way::new(url, u64::try_from(most).unwrap_or(u64::MAX))?);
    let mut connection = way.connect().await?;
    let table = connection.table(name).await?;
    let columns = table.columns.iter().map(|column| column.name.clone()).collect();
    let scan = Scan::new(table, columns);
    let sizes = Sizes { most, bytes: way.settings.split_bytes, largest: None };
    let splits = if most > 1 { connection.splits(&scan, sizes).await? } else { vec![Split::Whole] };
    drop(connection);
    let readers = splits.into_iter().map(|split| {
        let (way, scan) = (way.clone(), Scan { split, ..scan.clone() });
        tokio::spawn(async move { way.read(scan).await })
    });
    let mut sum = Total::default();
    for one in futures::future::join_all(readers).await {
        let one = one.map_err(|error| connector_core::Error::internal(error.to_string()))??;
        sum.rows += one.rows;
        sum.bytes += one.bytes;
        sum.batches += one.batches;
        sum.sessions += one.sessions;
    }
    Ok(sum)
}
