//! Requests as Athena sends them, and rows as it gets them.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Schema};
use connector_core::{Bound, Domain, Error, Expr, Function, Range, TableName, Value, Values};
use futures::TryStreamExt;
use glaux::config::Config;
use glaux::handler::Handler;
use glaux::local::s3::S3Server;
use glaux::protocol::{
    Constraints, GetSplitsRequest, GetTableLayoutRequest, GetTableRequest, Identity, ReadRecordsRequest, Request,
    Response, Split, Version,
};
use glaux::spill;
use tempfile::TempDir;

use crate::mysql;
use crate::support::stage::{PASSWORD, Stage, rows};

/// A schema of one engine, and the handler that reads it.
pub struct Peer {
    pub stage: Stage,
    pub asked: Asked,
}

/// The handler, and the schema it is asked about; it is a catalog `source`.
pub struct Asked {
    handler: Arc<Handler>,
    store: spill::Store,
    catalog: &'static str,
    schema: String,
    password: &'static str,
    version: Version,
    _spilled: Option<(S3Server, TempDir)>,
}

/// A change to the JSON of a request, for what our own writer would not write.
pub type Edit<'e> = Option<&'e dyn Fn(&mut serde_json::Value)>;

impl Peer {
    /// The schema filled by `script`, all of it readable; `ROLE` in it is who reads.
    pub async fn open(script: &str) -> Option<Self> {
        let stage = Stage::open(&format!(
            "CREATE SCHEMA peer; SET search_path = peer, public; GRANT USAGE ON SCHEMA peer TO ROLE; \
             ALTER DEFAULT PRIVILEGES IN SCHEMA peer GRANT SELECT ON TABLES TO ROLE; {script}"
        ))
        .await?;
        let asked = Asked {
            handler: stage.handler(),
            store: stage.store(),
            catalog: "pg",
            schema: "peer".to_owned(),
            password: PASSWORD,
            version: Version::default(),
            _spilled: None,
        };
        Some(Self { stage, asked })
    }
}

/// A PostgreSQL's schema is asked as any other.
impl std::ops::Deref for Peer {
    type Target = Asked;

    fn deref(&self) -> &Asked {
        &self.asked
    }
}

impl Asked {
    /// A schema of a MariaDB or MySQL, made anew and filled by `script`, read by somebody who may read nothing else.
    /// The options follow those of the usual way in.
    pub async fn open(server: &mysql::Server, schema: &str, script: &str, options: &str) -> Self {
        server.schema(schema, script).await;
        let password = mysql::PASSWORD.replace(' ', "%20");
        let url = server.url(&format!("{}&{options}&user=reader&password={password}", server.options()));
        let (folder, settings) = (TempDir::new().unwrap(), [("source_connection_string", format!("mysql://{url}"))]);
        let s3 = S3Server::start(folder.path()).await.unwrap();
        s3.create_bucket("spill").unwrap();
        let settings =
            settings.into_iter().chain([("spill_bucket", "spill".to_owned()), ("glaux_split_bytes", "1".to_owned())]);
        let mut config = Config::from_env(settings.map(|(key, value)| (key.to_owned(), value))).unwrap();
        config.spill.aws = s3.aws();
        Self {
            store: spill::Store::new(&config.spill),
            handler: Arc::new(Handler::new(config).unwrap()),
            catalog: "source",
            schema: schema.to_owned(),
            password: mysql::PASSWORD,
            version: Version::default(),
            _spilled: Some((s3, folder)),
        }
    }

    /// From now on it is asked in serde 6, which may bring a plan.
    pub fn speak_six(&mut self) {
        self.version = Version::try_from(6).unwrap();
    }

    /// Sends a request as bytes, and reads the answer as AWS's own reader would have to.
    pub async fn ask(&self, request: &Request, edit: Edit<'_>) -> Result<Response, Error> {
        let mut bytes = request.encode(self.version).unwrap();
        if let Some(edit) = edit {
            let mut json = serde_json::from_slice(&bytes).unwrap();
            edit(&mut json);
            bytes = json.to_string().into_bytes();
        }
        let answer = self.handler.handle(&bytes).await;
        let answer = answer.inspect_err(|error| assert!(!format!("{error} {error:?}").contains(self.password)))?;
        Ok(Response::decode(&answer).unwrap())
    }

    pub async fn schema(&self, table: &str) -> Result<Arc<Schema>, Error> {
        let request = GetTableRequest {
            identity: Identity::default(),
            query_id: "q".into(),
            catalog: self.catalog.into(),
            table: TableName::new(&self.schema, table),
            passthrough: BTreeMap::new(),
        };
        match self.ask(&Request::GetTable(request), None).await? {
            Response::GetTable(response) => Ok(response.schema),
            other => panic!("{}", other.kind()),
        }
    }

    pub async fn splits(&self, table: &str, wanted: &Constraints, edit: Edit<'_>) -> Result<Vec<Split>, Error> {
        let layout = Request::GetTableLayout(GetTableLayoutRequest {
            identity: Identity::default(),
            query_id: "q".into(),
            catalog: self.catalog.into(),
            table: TableName::new(&self.schema, table),
            constraints: wanted.clone(),
            schema: self.schema(table).await?,
            partition_columns: Vec::new(),
        });
        let Response::GetTableLayout(layout) = self.ask(&layout, edit).await? else { panic!("no layout") };
        let splits = Request::GetSplits(GetSplitsRequest {
            identity: Identity::default(),
            query_id: "q".into(),
            catalog: self.catalog.into(),
            table: TableName::new(&self.schema, table),
            partitions: layout.partitions,
            partition_columns: Vec::new(),
            constraints: wanted.clone(),
            continuation_token: None,
        });
        let Response::GetSplits(response) = self.ask(&splits, edit).await? else { panic!("no splits") };
        assert_eq!(response.continuation_token, None);
        Ok(response.splits)
    }

    /// Reads one split, inline or spilled.
    pub async fn read_split(
        &self,
        table: &str,
        columns: &[&str],
        split: Split,
        wanted: &Constraints,
        edit: Edit<'_>,
    ) -> Result<Vec<RecordBatch>, Error> {
        let whole = self.schema(table).await?;
        let fields: Vec<_> = columns.iter().map(|name| whole.field_with_name(name).unwrap().clone()).collect();
        let schema = Arc::new(Schema::new(fields));
        let request = Request::ReadRecords(ReadRecordsRequest {
            identity: Identity::default(),
            query_id: "q".into(),
            catalog: self.catalog.into(),
            table: TableName::new(&self.schema, table),
            schema: schema.clone(),
            split,
            constraints: wanted.clone(),
            max_block_size: 16_000_000,
            max_inline_block_size: 5_242_880,
        });
        match self.ask(&request, edit).await? {
            Response::ReadRecords(response) => {
                assert_eq!(response.records.schema(), schema);
                Ok(vec![response.records])
            }
            Response::RemoteReadRecords(response) => spill::read(&self.store, &response).try_collect().await,
            other => panic!("{}", other.kind()),
        }
    }

    /// The rows of a table, cells joined by `|`, in order of their text.
    pub async fn read_edited(
        &self,
        table: &str,
        columns: &[&str],
        wanted: &Constraints,
        edit: Edit<'_>,
    ) -> Result<Vec<String>, Error> {
        let mut found = Vec::new();
        for split in self.splits(table, wanted, edit).await? {
            for batch in self.read_split(table, columns, split, wanted, edit).await? {
                found.extend(
                    rows(&batch).iter().map(|row| {
                        row.iter().map(|cell| cell.as_deref().unwrap_or("NULL")).collect::<Vec<_>>().join("|")
                    }),
                );
            }
        }
        found.sort();
        Ok(found)
    }

    pub async fn try_read(&self, table: &str, columns: &[&str], wanted: &Constraints) -> Result<Vec<String>, Error> {
        self.read_edited(table, columns, wanted, None).await
    }

    pub async fn read(&self, table: &str, columns: &[&str], wanted: &Constraints) -> Vec<String> {
        self.try_read(table, columns, wanted).await.unwrap_or_else(|error| panic!("{table}: {error}"))
    }

    pub async fn all(&self, table: &str, columns: &[&str]) -> Vec<String> {
        self.read(table, columns, &Constraints::default()).await
    }
}

/// Wants one domain.
pub fn only(column: &str, domain: Domain) -> Constraints {
    Constraints { summary: BTreeMap::from([(column.to_owned(), domain)]), ..Constraints::default() }
}

/// Wants one value.
pub fn equal(column: &str, data_type: DataType, value: Value) -> Constraints {
    only(column, Domain::single(data_type, value))
}

/// Wants one range.
pub fn range(column: &str, data_type: DataType, low: Bound, high: Bound) -> Constraints {
    only(column, Domain { data_type, values: Values::Ranges(vec![Range { low, high }]), nulls: false })
}

/// Wants what makes a condition true.
pub fn whether(condition: Expr) -> Constraints {
    Constraints { expressions: vec![condition], ..Constraints::default() }
}

pub fn column(name: &str, data_type: DataType) -> Expr {
    Expr::Column { name: name.into(), data_type }
}

pub fn constant(value: Option<Value>, data_type: DataType) -> Expr {
    Expr::Constant { value, data_type }
}

pub fn call(function: Function, args: Vec<Expr>) -> Expr {
    Expr::Call { function, args, data_type: DataType::Boolean }
}

/// A call that is no condition.
pub fn typed(function: Function, args: Vec<Expr>, data_type: DataType) -> Expr {
    Expr::Call { function, args, data_type }
}

pub fn text(value: &str) -> Value {
    Value::Text(value.into())
}
