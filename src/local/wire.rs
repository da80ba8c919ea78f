//! One catalog as Athena asks it: typed questions out, answers read strictly. Every byte goes through the codec.
//!
//! Not here: how the bytes get there (`invoke`), what is asked for a query (`exec`).

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use connector_core::{Error, ErrorKind, Function, Result, TableName};
use tokio::sync::OnceCell;

use super::invoke::Invoke;
use super::pushdown::Promises;
use crate::protocol::{
    GetDataSourceCapabilitiesRequest, GetTableRequest, GetTableResponse, Identity, ListSchemasRequest,
    ListTablesRequest, PingRequest, Request, Response, Version, check_supported,
};

/// Tables asked for at a time.
const TABLES_PER_PAGE: u32 = 1_000;

/// Pages after which a listing is taken for endless.
const MAX_PAGES: usize = 100_000;

/// One catalog and the function that serves it.
pub(super) struct Wire {
    catalog: String,
    function: Arc<dyn Invoke>,
    identity: Identity,
    wanted: Option<Version>,
    version: OnceCell<Version>,
    promises: OnceCell<Promises>,
}

/// An answer and what it took.
pub(super) struct Answer {
    pub response: Response,
    pub sent: usize,
    pub received: usize,
}

/// Takes the one kind of answer that a request may have.
macro_rules! expected {
    ($answer:expr, $variant:ident) => {
        match $answer {
            Response::$variant(response) => Ok(response),
            other => {
                Err(Error::corrupt(format!("a {} was expected and a {} came", stringify!($variant), other.kind())))
            }
        }
    };
}
pub(super) use expected;

impl Wire {
    /// A catalog whose function is called with the newest version both sides speak, or with `wanted`.
    pub fn new(catalog: String, function: Arc<dyn Invoke>, identity: Identity, wanted: Option<Version>) -> Self {
        Self { catalog, function, identity, wanted, version: OnceCell::new(), promises: OnceCell::new() }
    }

    pub fn catalog(&self) -> &str {
        &self.catalog
    }

    pub fn identity(&self) -> Identity {
        self.identity.clone()
    }

    /// Asks anything, in the version agreed on.
    pub async fn ask(&self, request: Request) -> Result<Answer> {
        let version = self.version(request_query_id(&request)).await?;
        self.ask_in(version, &request).await
    }

    async fn ask_in(&self, version: Version, request: &Request) -> Result<Answer> {
        let doing = |error: Error| error.context(format!("asking catalog {:?} ({})", self.catalog, request.kind()));
        let payload = request.encode(version).map_err(doing)?;
        let sent = payload.len();
        let bytes = self.function.invoke(payload).await.map_err(doing)?;
        let response = Response::decode(&bytes).map_err(doing)?;
        if let Some(catalog) = answered_catalog(&response).filter(|catalog| *catalog != self.catalog) {
            return Err(doing(Error::corrupt(format!("the answer is for catalog {catalog:?}"))));
        }
        Ok(Answer { response, sent, received: bytes.len() })
    }

    /// The version to speak: asked for once, by a Ping, as Athena does.
    pub async fn version(&self, query_id: &str) -> Result<Version> {
        self.version.get_or_try_init(|| self.negotiate(query_id)).await.copied()
    }

    async fn negotiate(&self, query_id: &str) -> Result<Version> {
        let request = Request::Ping(PingRequest {
            identity: self.identity(),
            catalog: self.catalog.clone(),
            query_id: query_id.to_owned(),
        });
        // A Ping looks the same in every version.
        let answer = self.ask_in(self.wanted.unwrap_or_default(), &request).await?;
        let announced = expected!(answer.response, Ping)?.serde_version;
        let newest = Version::ALL.iter().copied().filter(|version| u32::from(version.number()) <= announced).max();
        self.wanted.or(newest).ok_or_else(|| {
            Error::unsupported(format!("the function of catalog {:?} speaks serde {announced} at most", self.catalog))
                .hint("serde 2 and newer are spoken here")
        })
    }

    /// What the source promises, if pushdown is wanted; asked for once.
    pub async fn promises(&self, query_id: &str) -> Result<&Promises> {
        self.promises.get_or_try_init(|| self.ask_promises(query_id)).await
    }

    async fn ask_promises(&self, query_id: &str) -> Result<Promises> {
        let mut promises = Promises { constraints: true, ..Promises::default() };
        // Expressions and limits came with 4, and the question with them.
        if self.version(query_id).await?.number() < 4 {
            return Ok(promises);
        }
        let request = Request::GetDataSourceCapabilities(GetDataSourceCapabilitiesRequest {
            identity: self.identity(),
            query_id: query_id.to_owned(),
            catalog: self.catalog.clone(),
        });
        let told = expected!(self.ask(request).await?.response, GetDataSourceCapabilities)?.capabilities;
        let sub_types = |capability: &str| told.get(capability).map(Vec::as_slice).unwrap_or_default();
        for sub_type in sub_types("supports_complex_expression_pushdown") {
            if sub_type.sub_type == "supported_function_expression_types" {
                let known = sub_type.properties.iter().filter_map(|name| Function::from_wire_name(name));
                promises.functions.extend(known);
            }
        }
        promises.limit =
            sub_types("supports_limit_pushdown").iter().any(|sub_type| sub_type.sub_type == "integer_constant");
        Ok(promises)
    }

    /// The schemas, in order of name.
    pub async fn schemas(&self, query_id: &str) -> Result<Vec<String>> {
        let request = Request::ListSchemas(ListSchemasRequest {
            identity: self.identity(),
            query_id: query_id.to_owned(),
            catalog: self.catalog.clone(),
        });
        let answer = expected!(self.ask(request).await?.response, ListSchemas)?;
        Ok(answer.schemas.into_iter().collect::<BTreeSet<_>>().into_iter().collect())
    }

    /// The tables of a schema, in order of name, page by page.
    pub async fn tables(&self, query_id: &str, schema: &str) -> Result<Vec<String>> {
        let mut names = BTreeSet::new();
        let mut next_token = None;
        for _ in 0..MAX_PAGES {
            let request = Request::ListTables(ListTablesRequest {
                identity: self.identity(),
                query_id: query_id.to_owned(),
                catalog: self.catalog.clone(),
                schema: schema.to_owned(),
                next_token,
                page_size: Some(TABLES_PER_PAGE),
            });
            let page = expected!(self.ask(request).await?.response, ListTables)?;
            names.extend(page.tables.into_iter().map(|table| table.table));
            next_token = page.next_token;
            if next_token.is_none() {
                return Ok(names.into_iter().collect());
            }
        }
        Err(Error::corrupt(format!("catalog {:?} lists the tables of {schema:?} without end", self.catalog)))
    }

    /// A table's columns, known to be of types that can be carried.
    pub async fn table(&self, query_id: &str, table: TableName) -> Result<GetTableResponse> {
        self.called(query_id, table, BTreeMap::new()).await
    }

    /// The same of a function that was called with arguments.
    pub async fn called(
        &self,
        query_id: &str,
        table: TableName,
        passthrough: BTreeMap<String, String>,
    ) -> Result<GetTableResponse> {
        let request = Request::GetTable(GetTableRequest {
            identity: self.identity(),
            query_id: query_id.to_owned(),
            catalog: self.catalog.clone(),
            table,
            passthrough,
        });
        let answer = expected!(self.ask(request).await?.response, GetTable)?;
        check_supported(&answer.schema)?;
        let mut names = HashSet::new();
        for field in answer.schema.fields() {
            if !names.insert(field.name()) {
                let message = format!("table {} has two columns {:?}", answer.table, field.name());
                return Err(Error::new(ErrorKind::Corrupt, message));
            }
        }
        Ok(answer)
    }
}

fn request_query_id(request: &Request) -> &str {
    match request {
        Request::Ping(request) => &request.query_id,
        Request::GetDataSourceCapabilities(request) => &request.query_id,
        Request::ListSchemas(request) => &request.query_id,
        Request::ListTables(request) => &request.query_id,
        Request::GetTable(request) => &request.query_id,
        Request::GetTableLayout(request) => &request.query_id,
        Request::GetSplits(request) => &request.query_id,
        Request::ReadRecords(request) => &request.query_id,
        Request::UserDefinedFunction(_) | Request::Check(_) => "",
    }
}

fn answered_catalog(response: &Response) -> Option<&str> {
    Some(match response {
        Response::Ping(response) => &response.catalog,
        Response::GetDataSourceCapabilities(response) => &response.catalog,
        Response::ListSchemas(response) => &response.catalog,
        Response::ListTables(response) => &response.catalog,
        Response::GetTable(response) => &response.catalog,
        Response::GetTableLayout(response) => &response.catalog,
        Response::GetSplits(response) => &response.catalog,
        Response::ReadRecords(response) => &response.catalog,
        Response::RemoteReadRecords(response) => &response.catalog,
        Response::UserDefinedFunction(_) | Response::Check(_) => return None,
    })
}
