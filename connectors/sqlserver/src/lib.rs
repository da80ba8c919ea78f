//! SQL Server behind the connector seam.
//!
//! Rooms: `url` and `options` read the connection URL; `connect`, `tls` and `login` reach the server, `browser` and `entra` ask
//! others about the way in; `wire`, `packet` and `token` speak its protocol; `session` and `connection` hold a live session;
//! `catalog` describes tables, with `row` for what it is answered, and `types` maps them; `dialect` spells SQL; `bind` sends
//! values; `follower`, `collation`, `decode` and `reading` bring rows back as Arrow batches; `access` is about users and rights;
//! `glue` is what AWS Glue calls it; `error` sorts what fails.
//!
//! Not here: what is asked of a table; `connector_core::sql` renders that with this crate's dialect.

mod access;
mod bind;
mod browser;
mod catalog;
mod collation;
mod connect;
mod connection;
mod decode;
mod dialect;
mod entra;
mod error;
mod follower;
mod glue;
mod login;
mod options;
mod packet;
mod reading;
mod row;
mod session;
mod time;
mod tls;
mod token;
mod types;
mod url;
mod wire;

use async_trait::async_trait;
use connector_core::{
    Access, Acting, Connection, Connector, Credential, Dialect, Endpoint, GlueForm, Logins, Parameter, Principal,
    Result, Settings,
};

use self::connection::Login;

/// The engine's identity card.
pub static CONNECTOR: &dyn Connector = &SqlServer;

struct SqlServer;

#[async_trait]
impl Connector for SqlServer {
    fn name(&self) -> &'static str {
        "sqlserver"
    }

    fn parameters(&self) -> &'static [Parameter] {
        options::OPTIONS.parameters
    }

    fn endpoint(&self, url: &str) -> Result<Endpoint> {
        url::endpoint(url)
    }

    fn dialect(&self) -> &'static dyn Dialect {
        &dialect::TransactSql
    }

    async fn connect(
        &self,
        endpoint: &Endpoint,
        credential: &Credential,
        settings: &Settings,
    ) -> Result<Box<dyn Connection>> {
        connection::connect(endpoint, Login::User(credential), settings).await
    }

    fn logins(&self, endpoint: &Endpoint) -> Logins {
        options::logins(&endpoint.options).unwrap_or_default()
    }

    async fn connect_as(
        &self,
        endpoint: &Endpoint,
        principal: &Principal,
        settings: &Settings,
    ) -> Result<Box<dyn Connection>> {
        connection::connect(endpoint, Login::Application(principal), settings).await
    }

    fn check_acting(&self, acting: &Acting) -> Result<()> {
        connection::check_acting(acting)
    }

    fn usual_port(&self) -> Option<u16> {
        Some(connect::PORT)
    }

    fn glue(&self) -> Option<&'static GlueForm> {
        Some(&glue::GLUE)
    }

    fn access(&self) -> Option<&'static dyn Access> {
        Some(&access::SqlServerAccess)
    }
}
