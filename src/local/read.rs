//! A scan over the wire: its partitions, its splits page by page, and several splits read at once.
//!
//! Memory is bounded by the reads at once times one answer (or two spilled blocks), and as many batches in the queue behind.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use connector_core::{Error, ErrorKind, Expr, Result, block_size, eval};
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use futures::{FutureExt, TryStreamExt};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::query::QueryContext;
use super::report::{Count, ScanCounters};
use super::types::local_batch;
use super::wire::{Answer, Wire, expected};
use crate::protocol::{
    Constraints, GetSplitsRequest, GetTableLayoutRequest, GetTableResponse, ReadRecordsRequest,
    RemoteReadRecordsResponse, Request, Response, Split,
};
use crate::spill;

/// Everything that a scan is.
pub(super) struct Plan {
    pub wire: Arc<Wire>,
    pub query: Arc<QueryContext>,
    pub table: GetTableResponse,
    /// The columns asked for, as the wire has them; the first are the wanted ones.
    pub schema: SchemaRef,
    /// The wanted ones, as the engine has them.
    pub local: SchemaRef,
    /// Conditions evaluated on every row.
    pub filters: Vec<Expr>,
    pub constraints: Constraints,
    /// Whether nothing needs to be read.
    pub is_empty: bool,
    /// Rows after which no more are needed.
    pub limit: Option<u64>,
    pub counters: Arc<ScanCounters>,
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plan").field("table", &self.table.table).finish_non_exhaustive()
    }
}

type Sender = mpsc::Sender<Result<RecordBatch>>;

/// Reads the scan into `sender`, until it is through, has failed, or nobody takes batches any more.
pub(super) async fn read(plan: Arc<Plan>, sender: Sender) {
    let reading = async {
        // A queue that closes without an error is a result at its end, so a panic must not close it.
        let read = AssertUnwindSafe(all_splits(&plan, &sender)).catch_unwind().await;
        if let Err(error) = read.unwrap_or_else(|_| Err(Error::internal("a scan stopped halfway"))) {
            let _ = sender.send(Err(error)).await;
        }
    };
    tokio::select! {
        () = reading => {}
        () = sender.closed() => {}
    }
}

/// Asks for the splits of the scan without reading any, so that its counters tell how many there are.
pub(super) async fn list(plan: &Arc<Plan>) -> Result<()> {
    if !plan.is_needless() {
        let mut pages = Pages::new(plan.clone()).await?;
        while pages.next().await?.is_some() {}
    }
    Ok(())
}

async fn all_splits(plan: &Arc<Plan>, sender: &Sender) -> Result<()> {
    if plan.is_needless() {
        return Ok(());
    }
    let at_once = plan.query.options.parallel_reads.max(1);
    let mut pages = Pages::new(plan.clone()).await?;
    let mut reads = JoinSet::new();
    'pages: while let Some(splits) = pages.next().await? {
        for split in splits {
            while reads.len() >= at_once {
                joined(reads.join_next().await)?;
            }
            // Rows are counted before they are handed on, so those under way must not be stopped: the limit may need them.
            if plan.has_enough() {
                break 'pages;
            }
            reads.spawn(one_split(plan.clone(), split, sender.clone()));
        }
    }
    while !reads.is_empty() {
        joined(reads.join_next().await)?;
    }
    Ok(())
}

fn joined(read: Option<Result<Result<()>, tokio::task::JoinError>>) -> Result<()> {
    match read {
        None => Ok(()),
        Some(Ok(read)) => read,
        Some(Err(error)) => Err(Error::internal("a read stopped halfway").with_source(error)),
    }
}

/// Splits, page by page; equal ones are one, as they are to Athena.
struct Pages {
    plan: Arc<Plan>,
    partitions: Option<RecordBatch>,
    token: Option<String>,
    asked: usize,
    seen: HashMap<BTreeMap<String, String>, Vec<Split>>,
}

/// Pages after which a listing is taken for endless.
const MAX_PAGES: usize = 100_000;

impl Pages {
    async fn new(plan: Arc<Plan>) -> Result<Self> {
        let start = Instant::now();
        let request = Request::GetTableLayout(GetTableLayoutRequest {
            identity: plan.wire.identity(),
            query_id: plan.query.id.clone(),
            catalog: plan.wire.catalog().to_owned(),
            table: plan.table.table.clone(),
            constraints: plan.constraints.clone(),
            schema: plan.table.schema.clone(),
            partition_columns: plan.table.partition_columns.clone(),
        });
        let partitions = expected!(plan.ask(request).await?.response, GetTableLayout)?.partitions;
        for column in &plan.table.partition_columns {
            if partitions.column_by_name(column).is_none() {
                return Err(plan.broken(&format!("the partitions lack their column {column:?}")));
            }
        }
        plan.counters.add_time(Count::ListingMicros, start);
        let partitions = (partitions.num_rows() > 0).then_some(partitions);
        Ok(Self { plan, partitions, token: None, asked: 0, seen: HashMap::new() })
    }

    async fn next(&mut self) -> Result<Option<Vec<Split>>> {
        let Some(partitions) = self.partitions.clone() else { return Ok(None) };
        let plan = self.plan.clone();
        self.asked += 1;
        if self.asked > MAX_PAGES {
            return Err(plan.broken("its splits have no end"));
        }
        let start = Instant::now();
        let request = Request::GetSplits(GetSplitsRequest {
            identity: plan.wire.identity(),
            query_id: plan.query.id.clone(),
            catalog: plan.wire.catalog().to_owned(),
            table: plan.table.table.clone(),
            partitions,
            partition_columns: plan.table.partition_columns.clone(),
            constraints: plan.constraints.clone(),
            continuation_token: self.token.take(),
        });
        let page = expected!(plan.ask(request).await?.response, GetSplits)?;
        plan.counters.add_time(Count::ListingMicros, start);
        self.token = page.continuation_token;
        if self.token.is_none() {
            self.partitions = None;
        }
        let splits: Vec<Split> = page.splits.into_iter().filter(|split| self.is_new(split)).collect();
        plan.counters.add(Count::Splits, splits.len());
        Ok(Some(splits))
    }

    fn is_new(&mut self, split: &Split) -> bool {
        let alike = self.seen.entry(split.properties.clone()).or_default();
        let is_new = !alike.contains(split);
        if is_new {
            alike.push(split.clone());
        }
        is_new
    }
}

async fn one_split(plan: Arc<Plan>, split: Split, sender: Sender) -> Result<()> {
    let start = Instant::now();
    let answer = plan.ask_patiently(plan.read_request(split)).await?;
    plan.counters.add_time(Count::ReadingMicros, start);
    plan.counters.add(Count::SplitsRead, 1);
    match answer.response {
        Response::ReadRecords(response) => {
            plan.counters.add(Count::InlineBlocks, 1);
            plan.emit(response.records, &sender).await?;
        }
        Response::RemoteReadRecords(response) => plan.spilled(&response, &sender).await?,
        other => return Err(plan.broken(&format!("a block was expected and a {} came", other.kind()))),
    }
    Ok(())
}

/// Attempts of a read that the source asks to slow down for, and the pause before the second.
const ATTEMPTS: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

impl Plan {
    /// What ReadRecords would be asked, of a table read in one piece: for the hook that shows statements.
    pub fn sample(&self) -> Request {
        self.read_request(Split::default())
    }

    fn read_request(&self, split: Split) -> Request {
        Request::ReadRecords(ReadRecordsRequest {
            identity: self.wire.identity(),
            query_id: self.query.id.clone(),
            catalog: self.wire.catalog().to_owned(),
            table: self.table.table.clone(),
            schema: self.schema.clone(),
            split,
            constraints: self.constraints.clone(),
            max_block_size: self.query.options.max_block_size,
            max_inline_block_size: self.query.options.max_inline_block_size,
        })
    }

    async fn ask(&self, request: Request) -> Result<Answer> {
        let answer = self.wire.ask(request).await?;
        self.counters.add(Count::BytesSent, answer.sent);
        self.counters.add(Count::BytesReceived, answer.received);
        Ok(answer)
    }

    /// Asks again, later each time, while the source asks for fewer requests: nothing of this read has been used yet.
    async fn ask_patiently(&self, request: Request) -> Result<Answer> {
        let mut pause = FIRST_PAUSE;
        for _ in 1..ATTEMPTS {
            match self.ask(request.clone()).await {
                Err(error) if error.kind() == ErrorKind::Throttled => tokio::time::sleep(pause).await,
                answer => return answer,
            }
            pause *= 2;
        }
        self.ask(request).await
    }

    async fn spilled(&self, response: &RemoteReadRecordsResponse, sender: &Sender) -> Result<()> {
        self.check_schema(&response.schema)?;
        let Some(store) = self.query.options.spill.as_ref() else {
            return Err(Error::invalid(format!(
                "rows of table {} were spilled to S3, and no S3 to read them from is set",
                self.table.table
            ))
            .hint("give the settings of the function's own spill"));
        };
        let mut blocks = std::pin::pin!(spill::read(store, response));
        let mut start = Instant::now();
        while let Some(block) = blocks.try_next().await? {
            self.counters.add_time(Count::ReadingMicros, start);
            self.counters.add(Count::SpilledBlocks, 1);
            self.counters.add(Count::BytesReceived, block_size(&block));
            self.emit(block, sender).await?;
            if self.has_enough() {
                break;
            }
            start = Instant::now();
        }
        Ok(())
    }

    /// Checks a block as Athena's reader would, filters it and hands its rows on.
    async fn emit(&self, block: RecordBatch, sender: &Sender) -> Result<()> {
        self.check_schema(&block.schema())?;
        self.check_size(&block)?;
        self.counters.add(Count::Rows, block.num_rows());
        let start = Instant::now();
        let kept = if self.filters.is_empty() {
            block
        } else {
            eval::filter(&block, &[], &self.filters)
                .map_err(|error| error.context(format!("filtering rows of table {}", self.table.table)))?
        };
        // Who wants rows as they travel says so by the schema.
        let batch = if Arc::ptr_eq(&self.local, &self.schema) { kept } else { local_batch(&kept, &self.local)? };
        self.counters.add(Count::RowsKept, batch.num_rows());
        self.counters.add_time(Count::EvaluatingMicros, start);
        for batch in pieces(batch, self.query.batch_rows) {
            if batch.num_rows() > 0 {
                // A closed queue ends this read with the others.
                let _ = sender.send(Ok(batch)).await;
            }
        }
        Ok(())
    }

    /// Names, types and order; not nullability, which no reader of the protocol looks at.
    fn check_schema(&self, answered: &SchemaRef) -> Result<()> {
        let is_same = answered.fields().len() == self.schema.fields().len()
            && answered.fields().iter().zip(self.schema.fields()).all(|(answered, asked)| {
                answered.name() == asked.name() && answered.data_type().equals_datatype(asked.data_type())
            });
        if is_same {
            return Ok(());
        }
        let types = |schema: &SchemaRef| {
            let fields = schema.fields().iter().map(|field| format!("{} {}", field.name(), field.data_type()));
            fields.collect::<Vec<_>>().join(", ")
        };
        Err(self.broken(&format!("columns [{}] were asked for, [{}] came", types(&self.schema), types(answered))))
    }

    fn check_size(&self, block: &RecordBatch) -> Result<()> {
        let (bytes, most) = (block_size(block), self.query.options.max_block_size);
        if u64::try_from(bytes).is_ok_and(|bytes| bytes <= most) {
            return Ok(());
        }
        let message = format!(
            "CONSTRAINT_VIOLATION: one or more blocks exceeded the max block size: expected <= {most} bytes but received {bytes}"
        );
        Err(Error::new(ErrorKind::TooLarge, message).context(format!("reading table {}", self.table.table)))
    }

    fn broken(&self, what: &str) -> Error {
        Error::corrupt(format!("catalog {:?}, table {}: {what}", self.wire.catalog(), self.table.table))
    }

    fn is_needless(&self) -> bool {
        self.is_empty || self.limit == Some(0)
    }

    fn has_enough(&self) -> bool {
        self.limit.is_some_and(|limit| self.counters.count(Count::RowsKept) >= limit)
    }
}

/// Batches of a size that the engine works well with.
fn pieces(batch: RecordBatch, rows: usize) -> impl Iterator<Item = RecordBatch> {
    let (total, rows) = (batch.num_rows(), rows.max(1));
    (0..total).step_by(rows).map(move |start| batch.slice(start, rows.min(total - start)))
}
