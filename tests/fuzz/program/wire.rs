//! The same question through the one door, as Athena asks it: every message in bytes, the rows inline and spilled.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::Schema;
use arrow_select::concat::concat_batches;
use connector_core::{Column, Result, Scan, sql};
use futures::TryStreamExt;
use glaux::config::Config;
use glaux::handler::Handler;
use glaux::protocol::{
    Constraints, GetSplitsRequest, GetTableLayoutRequest, Identity, ReadRecordsRequest, Request, Response, Split,
    Version,
};
use glaux::spill;
use tempfile::TempDir;

use crate::judge::{Subject, Verdict, merged};
use crate::question;
use crate::s3::S3Server;
use crate::source::Source;

const CATALOG: &str = "fuzz";
/// The largest block, and the size from which it is spilled.
const INLINE: (u64, u64) = (16_000_000, 5_242_880);
const SPILLED: (u64, u64) = (64_000, 1);

/// A handler over one source, with an S3 of its own.
pub struct Function {
    handler: Handler,
    store: spill::Store,
    _s3: S3Server,
    _folder: TempDir,
}

impl Function {
    pub async fn start(source: Source) -> Self {
        let folder = TempDir::new().unwrap();
        let s3 = S3Server::start(folder.path()).await.unwrap();
        s3.create_bucket("spill").unwrap();
        let settings = [
            (format!("{CATALOG}_connection_string"), source.connection_string()),
            ("spill_bucket".into(), "spill".into()),
            // As many splits as there are rows, if there are few.
            ("glaux_split_bytes".into(), "1".into()),
            ("glaux_max_splits".into(), "7".into()),
        ];
        let mut config = Config::from_env(settings).unwrap();
        config.spill.aws = s3.aws();
        let store = spill::Store::new(&config.spill);
        Self { handler: Handler::new(config).unwrap(), store, _s3: s3, _folder: folder }
    }

    /// What becomes of a question whose rows were right, and how many objects they were spilled to.
    pub async fn ask(&self, subject: &Subject, scan: &Scan) -> (Verdict, usize) {
        let wanted = subject.wanted(scan).unwrap();
        let mut scan = scan.clone();
        question::with_keys(&mut scan);
        let scan = &scan;
        let rendered = sql::render(&as_it_travels(subject, scan), subject.source.dialect()).unwrap();
        // A limit that was kept is the handler's to apply, unless the rows must be in order first.
        let limited = scan.limit.is_some() && !rendered.remainder.order;
        let mut all_objects = 0;
        for sizes in [INLINE, SPILLED] {
            let (rows, objects) = match self.read(scan, sizes, limited).await {
                Ok(read) => read,
                Err(error) => return (Verdict::Wrong(format!("no answer of the handler: {error}")), all_objects),
            };
            all_objects += objects;
            match subject.judge(scan, &wanted, &rows, limited) {
                Verdict::Same(_) => {}
                wrong => return (wrong, all_objects),
            }
        }
        (Verdict::Same(wanted.true_count()), all_objects)
    }

    async fn read(&self, scan: &Scan, sizes: (u64, u64), limited: bool) -> Result<(RecordBatch, usize)> {
        let schema = schema(scan);
        let (mut parts, mut objects) = (Vec::new(), 0);
        for split in self.splits(scan).await? {
            match self.handle(read_records(scan, schema.clone(), split, sizes)).await? {
                Response::ReadRecords(response) => parts.push(response.records),
                Response::RemoteReadRecords(response) => {
                    objects += response.remote_blocks.len();
                    let blocks: Vec<RecordBatch> = spill::read(&self.store, &response).try_collect().await?;
                    parts.push(joined(&schema, &blocks));
                }
                other => panic!("rows were asked for, and {} came", other.kind()),
            }
        }
        if parts.is_empty() {
            parts.push(joined(&schema, &[]));
        }
        Ok((merged(scan, &parts, limited), objects))
    }

    async fn splits(&self, scan: &Scan) -> Result<Vec<Split>> {
        let (identity, query_id, catalog) = (Identity::default(), "q".to_owned(), CATALOG.to_owned());
        let (table, constraints) = (scan.table.name.clone(), constraints(scan));
        let whole = Arc::new(Schema::new(scan.table.columns.iter().map(Column::field).collect::<Vec<_>>()));
        let layout = Request::GetTableLayout(GetTableLayoutRequest {
            identity: identity.clone(),
            query_id: query_id.clone(),
            catalog: catalog.clone(),
            table: table.clone(),
            constraints: constraints.clone(),
            schema: whole,
            partition_columns: Vec::new(),
        });
        let Response::GetTableLayout(layout) = self.handle(layout).await? else { panic!("no layout came") };
        let request = Request::GetSplits(GetSplitsRequest {
            identity,
            query_id,
            catalog,
            table,
            partitions: layout.partitions,
            partition_columns: Vec::new(),
            constraints,
            continuation_token: None,
        });
        let Response::GetSplits(response) = self.handle(request).await? else { panic!("no splits came") };
        Ok(response.splits)
    }

    async fn handle(&self, request: Request) -> Result<Response> {
        let answer = self.handler.handle(&request.encode(Version::default())?).await?;
        Response::decode(&answer)
    }
}

/// What arrives of a question: ranges are joined on the way, and impossible ones left out.
fn as_it_travels(subject: &Subject, scan: &Scan) -> Scan {
    let split = Split { spill_location: None, encryption_key: None, properties: BTreeMap::new() };
    let request = read_records(scan, schema(scan), split, INLINE).encode(Version::default()).unwrap();
    let Ok(Request::ReadRecords(request)) = Request::decode(&request) else { panic!("no request for rows came back") };
    scan_of(subject, request)
}

/// The schema of the columns that a scan wants.
pub fn schema(scan: &Scan) -> Arc<Schema> {
    let columns = scan.projection.iter().map(|name| scan.column(name).unwrap());
    Arc::new(Schema::new(columns.map(Column::field).collect::<Vec<_>>()))
}

/// The scan that a request describes.
pub fn scan_of(subject: &Subject, request: ReadRecordsRequest) -> Scan {
    let projection = request.schema.fields().iter().map(|field| field.name().clone()).collect();
    Scan {
        domains: request.constraints.summary,
        filters: request.constraints.expressions,
        order: request.constraints.order_by,
        limit: request.constraints.limit,
        ..Scan::new(subject.table.clone(), projection)
    }
}

/// Blocks as one; without columns only the rows count.
fn joined(schema: &Arc<Schema>, batches: &[RecordBatch]) -> RecordBatch {
    if schema.fields().is_empty() {
        let rows = batches.iter().map(RecordBatch::num_rows).sum();
        let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(rows));
        return RecordBatch::try_new_with_options(schema.clone(), Vec::new(), &options).unwrap();
    }
    concat_batches(schema, batches).unwrap()
}

fn constraints(scan: &Scan) -> Constraints {
    Constraints {
        summary: scan.domains.clone(),
        expressions: scan.filters.clone(),
        order_by: scan.order.clone(),
        limit: scan.limit,
        passthrough: BTreeMap::new(),
        query_plan: None,
    }
}

/// The request for a split of a scan.
pub fn read_records(
    scan: &Scan,
    schema: Arc<Schema>,
    split: Split,
    (max_block_size, max_inline_block_size): (u64, u64),
) -> Request {
    Request::ReadRecords(ReadRecordsRequest {
        identity: Identity::default(),
        query_id: "q".into(),
        catalog: CATALOG.into(),
        table: scan.table.name.clone(),
        schema,
        split,
        constraints: constraints(scan),
        max_block_size,
        max_inline_block_size,
    })
}
