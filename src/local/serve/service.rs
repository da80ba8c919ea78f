//! Flight SQL on the local Athena. Each call is a few lines: what is asked goes to the room that answers it.
//!
//! Who may call is decided before (`token`). Only what reads is answered; what would write is refused by name.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_flight::decode::FlightRecordBatchStream;
use arrow_flight::encode::FlightDataEncoderBuilder;
use arrow_flight::error::FlightError;
use arrow_flight::flight_service_server::FlightService;
use arrow_flight::sql::server::{FlightSqlService, PeekableFlightDataStream};
use arrow_flight::sql::{
    ActionCancelQueryRequest, ActionCancelQueryResult, ActionClosePreparedStatementRequest,
    ActionCreatePreparedStatementRequest, ActionCreatePreparedStatementResult, Any, CommandGetCatalogs,
    CommandGetCrossReference, CommandGetDbSchemas, CommandGetExportedKeys, CommandGetImportedKeys,
    CommandGetPrimaryKeys, CommandGetSqlInfo, CommandGetTableTypes, CommandGetTables, CommandGetXdbcTypeInfo,
    CommandPreparedStatementQuery, CommandPreparedStatementUpdate, CommandStatementIngest, CommandStatementQuery,
    CommandStatementSubstraitPlan, CommandStatementUpdate, DoPutPreparedStatementResult, ProstMessageExt, SqlInfo,
    TicketStatementQuery,
};
use arrow_flight::{
    Action, ActionType, CancelStatus, FlightDescriptor, FlightEndpoint, FlightInfo, HandshakeRequest,
    HandshakeResponse, IpcMessage, SchemaAsIpc, Ticket,
};
use arrow_ipc::writer::IpcWriteOptions;
use arrow_schema::{Schema, SchemaRef};
use bytes::Bytes;
use connector_core::{Error, Result};
use datafusion::common::ScalarValue;
use futures::{Stream, StreamExt, TryStreamExt, stream};
use tonic::{Request, Response, Status, Streaming};

use super::super::parameters;
use super::super::query::PlannedQuery;
use super::super::{LocalAthena, Prepared};
use super::metrics::{Metrics, add, kind_word};
use super::packed::{any, number};
use super::queries::{Queries, holds};
use super::shelf::Shelf;
use super::status::{encoding, status};
use super::token::Token;
use super::{info, listings};

/// Statements that are planned and whose rows are not asked for yet, and how long they may wait.
const WAITING: (usize, Duration) = (100, Duration::from_mins(10));

/// Prepared statements, and how long a client may keep one.
const PREPARED: (usize, Duration) = (1_000, Duration::from_hours(12));

/// The service; clones share everything.
#[derive(Clone)]
pub(super) struct Service {
    athena: Arc<LocalAthena>,
    token: Arc<Token>,
    metrics: Arc<Metrics>,
    queries: Arc<Queries>,
    waiting: Arc<Shelf<PlannedQuery>>,
    prepared: Arc<Shelf<Statement>>,
}

/// A prepared statement, and the values it is to run with.
struct Statement {
    text: String,
    values: Vec<ScalarValue>,
}

type Rows = <Service as FlightService>::DoGetStream;
type Told<T> = Result<T, Status>;

impl Service {
    pub fn new(athena: Arc<LocalAthena>, token: Arc<Token>, metrics: Arc<Metrics>, queries: Arc<Queries>) -> Self {
        let (waiting, prepared) = (Shelf::new(WAITING.0, WAITING.1), Shelf::new(PREPARED.0, PREPARED.1));
        Self { athena, token, metrics, queries, waiting: Arc::new(waiting), prepared: Arc::new(prepared) }
    }

    /// Plans a statement and says where its rows are to be had.
    async fn planned(&self, text: &str, values: &[ScalarValue], asked: FlightDescriptor) -> Told<Response<FlightInfo>> {
        add(&self.metrics.queries, 1);
        let planned = self.athena.plan(text, values).await.map_err(|error| self.failed(&error))?;
        let schema = planned.schema.clone();
        let statement_handle = self.waiting.put(planned).into();
        described(&TicketStatementQuery { statement_handle }, &schema, asked)
    }

    /// A failure before the first row.
    fn failed(&self, error: &Error) -> Status {
        self.metrics.failed(error.kind());
        tracing::info!(outcome = kind_word(error.kind()), %error, "query");
        status(error)
    }

    /// Ends a query that sends rows, or forgets one whose rows were not asked for yet.
    fn cancel(&self, message: &[u8]) -> CancelStatus {
        let waiting = self.waiting.handles().into_iter().find(|handle| holds(message, handle));
        let was_waiting = waiting.is_some_and(|handle| self.waiting.take(&handle).is_some());
        if was_waiting || self.queries.cancel(message) { CancelStatus::Cancelled } else { CancelStatus::NotCancellable }
    }
}

fn told<T>(result: Result<T>) -> Told<T> {
    result.map_err(|error| status(&error))
}

/// What a command will give, and the ticket for it: the command itself.
fn described(command: &impl ProstMessageExt, schema: &Schema, asked: FlightDescriptor) -> Told<Response<FlightInfo>> {
    let endpoint = FlightEndpoint::new().with_ticket(Ticket::new(any(command)));
    let info = FlightInfo::new().try_with_schema(schema).map_err(|error| status(&encoding(error.into())))?;
    // How much it is, is known to nobody before the end.
    Ok(Response::new(info.with_endpoint(endpoint).with_descriptor(asked).with_total_records(-1).with_total_bytes(-1)))
}

fn sent(
    schema: SchemaRef,
    rows: impl Stream<Item = Result<RecordBatch, FlightError>> + Send + 'static,
) -> Response<Rows> {
    let messages = FlightDataEncoderBuilder::new().with_schema(schema).build(rows);
    Response::new(messages.map_err(Status::from).boxed())
}

/// A listing, whole.
fn listed(listing: Result<RecordBatch>) -> Told<Response<Rows>> {
    let listing = told(listing)?;
    Ok(sent(listing.schema(), stream::iter([Ok(listing)])))
}

fn message(schema: &Schema) -> Result<Bytes> {
    let message = IpcMessage::try_from(SchemaAsIpc::new(schema, &IpcWriteOptions::default()));
    Ok(message.map_err(|error| encoding(error.into()))?.0)
}

/// The one row that a client sends as parameters; none if it sends none.
async fn row(messages: PeekableFlightDataStream) -> Result<Option<RecordBatch>> {
    let mut batches = FlightRecordBatchStream::new_from_flight_data(messages.map_err(FlightError::from));
    let mut row = None;
    while let Some(batch) = batches.try_next().await.map_err(encoding)? {
        match (batch.num_rows(), &row) {
            (0, _) => {}
            (1, None) => row = Some(batch),
            _ => {
                return Err(Error::unsupported("a query takes one row of parameters")
                    .hint("run the statement once for each row"));
            }
        }
    }
    Ok(row)
}

fn text(handle: &[u8]) -> &str {
    std::str::from_utf8(handle).unwrap_or_default()
}

fn reads_only(what: &str) -> Status {
    status(&Error::unsupported(format!("{what} refused: only statements that read are run here")))
}

fn forgotten(what: &str) -> Status {
    status(
        &Error::not_found(format!("{what} is not known here (any more)")).hint("begin again with the statement's text"),
    )
}

fn no_transaction(id: Option<&Bytes>) -> Told<()> {
    match id {
        Some(id) if !id.is_empty() => Err(reads_only("transactions are")),
        _ => Ok(()),
    }
}

#[tonic::async_trait]
impl FlightSqlService for Service {
    type FlightService = Self;

    async fn do_handshake(
        &self,
        _: Request<Streaming<HandshakeRequest>>,
    ) -> Told<Response<Pin<Box<dyn Stream<Item = Told<HandshakeResponse>> + Send>>>> {
        let answer =
            HandshakeResponse { protocol_version: 0, payload: Bytes::copy_from_slice(self.token.text().as_bytes()) };
        let answer: Pin<Box<dyn Stream<Item = _> + Send>> = Box::pin(stream::iter([Ok(answer)]));
        let mut response = Response::new(answer);
        response.metadata_mut().insert("authorization", told(self.token.bearer())?);
        Ok(response)
    }

    async fn get_flight_info_statement(
        &self,
        query: CommandStatementQuery,
        request: Request<FlightDescriptor>,
    ) -> Told<Response<FlightInfo>> {
        no_transaction(query.transaction_id.as_ref())?;
        self.planned(&query.query, &[], request.into_inner()).await
    }

    async fn do_get_statement(&self, ticket: TicketStatementQuery, _: Request<Ticket>) -> Told<Response<Rows>> {
        let handle = text(&ticket.statement_handle).to_owned();
        let planned = self.waiting.take(&handle).ok_or_else(|| forgotten("this result"))?;
        let query = planned.start().map_err(|error| self.failed(&error))?;
        Ok(sent(query.schema.clone(), self.queries.rows(handle, query)))
    }

    async fn do_action_create_prepared_statement(
        &self,
        asked: ActionCreatePreparedStatementRequest,
        _: Request<Action>,
    ) -> Told<ActionCreatePreparedStatementResult> {
        no_transaction(asked.transaction_id.as_ref())?;
        let prepared = self.athena.prepare(&asked.query).await.map_err(|error| {
            add(&self.metrics.queries, 1);
            self.failed(&error)
        });
        let Prepared { schema, parameters } = prepared?;
        let dataset_schema = told(message(&schema))?;
        let parameter_schema = told(message(&parameters))?;
        let statement = Statement { text: asked.query, values: Vec::new() };
        let prepared_statement_handle = self.prepared.put(statement).into();
        Ok(ActionCreatePreparedStatementResult { prepared_statement_handle, dataset_schema, parameter_schema })
    }

    async fn do_put_prepared_statement_query(
        &self,
        asked: CommandPreparedStatementQuery,
        request: Request<PeekableFlightDataStream>,
    ) -> Told<DoPutPreparedStatementResult> {
        let row = told(row(request.into_inner()).await)?;
        let values = told(row.map_or_else(|| Ok(Vec::new()), |row| parameters::values(&row)))?;
        let handle = text(&asked.prepared_statement_handle);
        let kept = self.prepared.with(handle, |statement| statement.values = values);
        kept.ok_or_else(|| forgotten("this prepared statement"))?;
        // JDBC's driver goes on with the handle of this answer, even if it holds none.
        Ok(DoPutPreparedStatementResult { prepared_statement_handle: Some(asked.prepared_statement_handle) })
    }

    async fn get_flight_info_prepared_statement(
        &self,
        asked: CommandPreparedStatementQuery,
        request: Request<FlightDescriptor>,
    ) -> Told<Response<FlightInfo>> {
        let handle = text(&asked.prepared_statement_handle);
        let found = self.prepared.with(handle, |statement| (statement.text.clone(), statement.values.clone()));
        let (text, values) = found.ok_or_else(|| forgotten("this prepared statement"))?;
        self.planned(&text, &values, request.into_inner()).await
    }

    async fn do_action_close_prepared_statement(
        &self,
        asked: ActionClosePreparedStatementRequest,
        _: Request<Action>,
    ) -> Told<()> {
        // Closed twice, or forgotten before, is closed.
        drop(self.prepared.take(text(&asked.prepared_statement_handle)));
        Ok(())
    }

    async fn get_flight_info_catalogs(
        &self,
        asked: CommandGetCatalogs,
        request: Request<FlightDescriptor>,
    ) -> Told<Response<FlightInfo>> {
        described(&asked, &asked.into_builder().schema(), request.into_inner())
    }

    async fn do_get_catalogs(&self, asked: CommandGetCatalogs, _: Request<Ticket>) -> Told<Response<Rows>> {
        listed(listings::catalogs(&self.athena, asked))
    }

    async fn get_flight_info_schemas(
        &self,
        asked: CommandGetDbSchemas,
        request: Request<FlightDescriptor>,
    ) -> Told<Response<FlightInfo>> {
        described(&asked, &asked.clone().into_builder().schema(), request.into_inner())
    }

    async fn do_get_schemas(&self, asked: CommandGetDbSchemas, _: Request<Ticket>) -> Told<Response<Rows>> {
        listed(listings::schemas(&self.athena, asked).await)
    }

    async fn get_flight_info_tables(
        &self,
        asked: CommandGetTables,
        request: Request<FlightDescriptor>,
    ) -> Told<Response<FlightInfo>> {
        described(&asked, &asked.clone().into_builder().schema(), request.into_inner())
    }

    async fn do_get_tables(&self, asked: CommandGetTables, _: Request<Ticket>) -> Told<Response<Rows>> {
        listed(listings::tables(&self.athena, asked).await)
    }

    async fn get_flight_info_table_types(
        &self,
        asked: CommandGetTableTypes,
        request: Request<FlightDescriptor>,
    ) -> Told<Response<FlightInfo>> {
        described(&asked, &asked.into_builder().schema(), request.into_inner())
    }

    async fn do_get_table_types(&self, asked: CommandGetTableTypes, _: Request<Ticket>) -> Told<Response<Rows>> {
        listed(listings::table_types(asked))
    }

    async fn get_flight_info_sql_info(
        &self,
        asked: CommandGetSqlInfo,
        request: Request<FlightDescriptor>,
    ) -> Told<Response<FlightInfo>> {
        let known = told(info::server())?;
        described(&asked, &known.schema(), request.into_inner())
    }

    async fn do_get_sql_info(&self, asked: CommandGetSqlInfo, _: Request<Ticket>) -> Told<Response<Rows>> {
        let known = told(info::server())?;
        listed(asked.into_builder(&known).build().map_err(encoding))
    }

    async fn get_flight_info_xdbc_type_info(
        &self,
        asked: CommandGetXdbcTypeInfo,
        request: Request<FlightDescriptor>,
    ) -> Told<Response<FlightInfo>> {
        let known = told(info::types())?;
        described(&asked, &known.schema(), request.into_inner())
    }

    async fn do_get_xdbc_type_info(&self, asked: CommandGetXdbcTypeInfo, _: Request<Ticket>) -> Told<Response<Rows>> {
        let known = told(info::types())?;
        listed(asked.into_builder(&known).build().map_err(encoding))
    }

    // Keys are not part of Athena's protocol, so none are known.

    async fn get_flight_info_primary_keys(
        &self,
        asked: CommandGetPrimaryKeys,
        request: Request<FlightDescriptor>,
    ) -> Told<Response<FlightInfo>> {
        described(&asked, &info::primary_keys(), request.into_inner())
    }

    async fn do_get_primary_keys(&self, _: CommandGetPrimaryKeys, _: Request<Ticket>) -> Told<Response<Rows>> {
        listed(Ok(RecordBatch::new_empty(info::primary_keys())))
    }

    async fn get_flight_info_exported_keys(
        &self,
        asked: CommandGetExportedKeys,
        request: Request<FlightDescriptor>,
    ) -> Told<Response<FlightInfo>> {
        described(&asked, &info::foreign_keys(), request.into_inner())
    }

    async fn do_get_exported_keys(&self, _: CommandGetExportedKeys, _: Request<Ticket>) -> Told<Response<Rows>> {
        listed(Ok(RecordBatch::new_empty(info::foreign_keys())))
    }

    async fn get_flight_info_imported_keys(
        &self,
        asked: CommandGetImportedKeys,
        request: Request<FlightDescriptor>,
    ) -> Told<Response<FlightInfo>> {
        described(&asked, &info::foreign_keys(), request.into_inner())
    }

    async fn do_get_imported_keys(&self, _: CommandGetImportedKeys, _: Request<Ticket>) -> Told<Response<Rows>> {
        listed(Ok(RecordBatch::new_empty(info::foreign_keys())))
    }

    async fn get_flight_info_cross_reference(
        &self,
        asked: CommandGetCrossReference,
        request: Request<FlightDescriptor>,
    ) -> Told<Response<FlightInfo>> {
        described(&asked, &info::foreign_keys(), request.into_inner())
    }

    async fn do_get_cross_reference(&self, _: CommandGetCrossReference, _: Request<Ticket>) -> Told<Response<Rows>> {
        listed(Ok(RecordBatch::new_empty(info::foreign_keys())))
    }

    async fn do_put_statement_update(
        &self,
        _: CommandStatementUpdate,
        _: Request<PeekableFlightDataStream>,
    ) -> Told<i64> {
        Err(reads_only("updates are"))
    }

    async fn do_put_prepared_statement_update(
        &self,
        _: CommandPreparedStatementUpdate,
        _: Request<PeekableFlightDataStream>,
    ) -> Told<i64> {
        Err(reads_only("updates are"))
    }

    async fn do_put_statement_ingest(
        &self,
        _: CommandStatementIngest,
        _: Request<PeekableFlightDataStream>,
    ) -> Told<i64> {
        Err(reads_only("bulk ingestion is"))
    }

    async fn do_put_substrait_plan(
        &self,
        _: CommandStatementSubstraitPlan,
        _: Request<PeekableFlightDataStream>,
    ) -> Told<i64> {
        Err(reads_only("Substrait plans are"))
    }

    async fn do_action_cancel_query(
        &self,
        asked: ActionCancelQueryRequest,
        _: Request<Action>,
    ) -> Told<ActionCancelQueryResult> {
        // The two enumerations have the same numbers.
        Ok(ActionCancelQueryResult { result: self.cancel(&asked.info).into() })
    }

    async fn do_action_fallback(
        &self,
        request: Request<Action>,
    ) -> Told<Response<<Self as FlightService>::DoActionStream>> {
        let action = request.into_inner();
        if action.r#type != CANCEL {
            return Err(status(&Error::unsupported(format!("the action {:?} is not offered here", action.r#type))));
        }
        let status = match self.cancel(&action.body) {
            CancelStatus::Cancelled => 1,
            _ => 3,
        };
        Ok(Response::new(stream::iter([Ok(arrow_flight::Result { body: number(status).into() })]).boxed()))
    }

    async fn list_custom_actions(&self) -> Option<Vec<Told<ActionType>>> {
        Some(vec![Ok(ActionType { r#type: CANCEL.into(), description: "Cancels a query by its FlightInfo.".into() })])
    }

    async fn do_get_fallback(&self, _: Request<Ticket>, asked: Any) -> Told<Response<Rows>> {
        Err(status(&Error::unsupported(format!("{} is not offered here", asked.type_url))))
    }

    async fn register_sql_info(&self, _: i32, _: &SqlInfo) {}
}

/// The action of Flight's own that cancels.
const CANCEL: &str = "CancelFlightInfo";
