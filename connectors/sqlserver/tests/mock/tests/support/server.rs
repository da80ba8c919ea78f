//! Microsoft's scripted server under a certificate of ours, and sessions of the connector with it.
#![allow(dead_code, clippy::unwrap_used)]

use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::DataType;
use connector_core::{
    BatchLimits, Column, ColumnMapping, Connection, Credential, Principal, Pushdown, ReadAs, Result, Scan, Secret,
    Settings, Statement, Table, TableName, sql,
};
use connector_sqlserver::CONNECTOR;
use connector_tls::testing as certificates;
use futures::TryStreamExt;
use mssql_mock_tds::{
    ConnectionInfo, ConnectionStore, MockTdsServer, QueryRegistry, QueryResponse, create_test_identity,
};
use tokio::sync::Mutex;

/// A running server.
pub struct Server {
    pub port: u16,
    registry: Arc<Mutex<QueryRegistry>>,
    connections: Arc<Mutex<ConnectionStore>>,
}

/// An authority, and the certificate that it signed for `localhost`.
pub struct Tls {
    pub certificate: certificates::Signed,
    authority: certificates::Authority,
    ca: PathBuf,
    _dir: tempfile::TempDir,
}

impl Tls {
    pub fn new() -> Self {
        let authority = certificates::authority("test authority");
        let dir = tempfile::tempdir().unwrap();
        let ca = dir.path().join("ca.pem");
        std::fs::write(&ca, &authority.pem).unwrap();
        Self { certificate: certificates::signed(&authority, "localhost", false), authority, ca, _dir: dir }
    }

    /// Another certificate of the same authority.
    pub fn another(&self) -> certificates::Signed {
        certificates::signed(&self.authority, "localhost", false)
    }

    fn pem(&self) -> [String; 2] {
        [self.certificate.0.pem(), self.certificate.1.serialize_pem()]
    }

    /// A session with whoever listens there and proves to be ours.
    pub async fn enter(&self, port: u16, options: &str) -> Result<Box<dyn Connection>> {
        let ca = self.ca.display();
        let url = format!("jdbc:sqlserver://localhost:{port};sslrootcert={ca};databaseName=sales;{options}");
        let credential = Credential { user: "reader".into(), password: Secret::new("hunter2") };
        CONNECTOR.connect(&CONNECTOR.endpoint(&url).unwrap(), &credential, &Settings::default()).await
    }

    /// The same as an application of Entra ID, whose tokens come from this port.
    pub async fn enter_as_application(&self, port: u16, tokens: u16, options: &str) -> Result<Box<dyn Connection>> {
        let ca = self.ca.display();
        let url = format!(
            "jdbc:sqlserver://localhost:{port};sslrootcert={ca};entraAuthority=https://localhost:{tokens};{options}"
        );
        let principal =
            Principal { tenant: "contoso.example".into(), client: "app".into(), secret: Secret::new("hunter2") };
        CONNECTOR.connect_as(&CONNECTOR.endpoint(&url).unwrap(), &principal, &Settings::default()).await
    }
}

impl Server {
    /// One that speaks TDS 8 (`encrypt=strict`).
    pub async fn strict(tls: &Tls) -> Self {
        let [certificate, key] = tls.pem();
        let identity = create_test_identity(certificate.as_bytes(), key.as_bytes()).unwrap();
        Self::run(MockTdsServer::new_with_strict_tls("127.0.0.1:0", identity).await.unwrap())
    }

    /// One that speaks TDS 7, with TLS inside its packets.
    pub async fn wrapped(tls: &Tls) -> Self {
        let [certificate, key] = tls.pem();
        let identity = create_test_identity(certificate.as_bytes(), key.as_bytes()).unwrap();
        Self::run(MockTdsServer::new_with_tls("127.0.0.1:0", Some(identity)).await.unwrap())
    }

    /// Any other.
    pub fn run(server: MockTdsServer) -> Self {
        let (registry, connections) = (server.query_registry(), server.connection_store());
        let port = server.local_addr().port();
        tokio::spawn(server.run());
        Self { port, registry, connections }
    }

    /// Has a scan, or whatever the key means, answered like this.
    pub async fn answer(&self, key: impl Into<String>, answer: QueryResponse) {
        self.registry.lock().await.register(key, answer);
    }

    /// Server and database that each login asked for.
    pub async fn logins(&self) -> Vec<(String, String)> {
        let connections = self.connections.lock().await;
        let known = connections.all().values().filter(|one| one.authenticated);
        known
            .map(|one| {
                (
                    one.received_server_name.clone().unwrap_or_default(),
                    one.received_database.clone().unwrap_or_default(),
                )
            })
            .collect()
    }

    /// The token of each login, as the server has read it.
    pub async fn tokens(&self) -> Vec<Option<String>> {
        let connections = self.connections.lock().await;
        connections.all().values().map(ConnectionInfo::received_token_as_string).collect()
    }

    /// Forgets what it knows, so that only a connection that speaks or ends from here on is known again.
    pub async fn forget(&self) {
        self.connections.lock().await.clear();
    }
}

/// A scan of these columns, whose statement is in upper case because the server compares it so.
pub fn scan(columns: &[(&str, DataType)]) -> Scan {
    let column = |(name, data_type): &(&str, DataType)| {
        let data_type = data_type.clone();
        let mapping = ColumnMapping { data_type, read_as: ReadAs::Plain, bind_as: None, pushdown: Pushdown::Full };
        Column { name: (*name).into(), remote_name: (*name).into(), comment: None, announced: None, mapping }
    };
    let table = Table { name: TableName::new("S", "T"), columns: columns.iter().map(column).collect(), comment: None };
    Scan::new(table, columns.iter().map(|(name, _)| (*name).to_owned()).collect())
}

pub fn statement(scan: &Scan) -> Statement {
    sql::render(scan, CONNECTOR.dialect()).unwrap().statement
}

pub async fn read(connection: &mut dyn Connection, scan: &Scan) -> Result<Vec<RecordBatch>> {
    let statement = statement(scan);
    let batches = connection.read(scan, &statement, BatchLimits { rows: 2, bytes: 1 << 20 }).await?;
    batches.try_collect().await
}
