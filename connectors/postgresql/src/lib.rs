//! PostgreSQL behind the connector seam.
//!
//! Rooms: `url` and `options` read the connection URL; `connect`, `tls` and `login` reach the server, and `wire`,
//! `message` and `follower` speak its protocol; `session` and `connection` hold a live session; `catalog` describes tables and
//! `types` maps them; `dialect` spells SQL; `bind` sends values, `reading` and `decode` bring rows back as Arrow batches;
//! `access` is about users and rights; `glue` is what AWS Glue calls it; `error` sorts what fails.
//!
//! Not here: what is asked of a table; `connector_core::sql` renders that with this crate's dialect.

mod access;
mod bind;
mod catalog;
mod connect;
mod connection;
mod decode;
mod dialect;
mod error;
mod follower;
mod glue;
mod login;
mod message;
mod options;
mod reading;
mod session;
mod tls;
mod types;
mod url;
mod wire;

use async_trait::async_trait;
use connector_core::{
    Access, Acting, Connection, Connector, Credential, Dialect, Endpoint, GlueForm, Parameter, Result, Settings,
    Signing,
};

/// The engine's identity card.
pub static CONNECTOR: &dyn Connector = &PostgreSql;

struct PostgreSql;

#[async_trait]
impl Connector for PostgreSql {
    fn name(&self) -> &'static str {
        "postgres"
    }

    /// AWS's connector knows only its own short token; users know the other from the URL behind it.
    fn aliases(&self) -> &'static [&'static str] {
        &["postgresql"]
    }

    fn parameters(&self) -> &'static [Parameter] {
        options::OPTIONS.parameters
    }

    fn endpoint(&self, url: &str) -> Result<Endpoint> {
        url::endpoint(url)
    }

    fn dialect(&self) -> &'static dyn Dialect {
        &dialect::Postgres
    }

    async fn connect(
        &self,
        endpoint: &Endpoint,
        credential: &Credential,
        settings: &Settings,
    ) -> Result<Box<dyn Connection>> {
        connection::connect(endpoint, credential, settings).await
    }

    fn knows_java_types(&self) -> bool {
        true
    }

    fn signing(&self, endpoint: &Endpoint) -> Result<Option<Signing>> {
        options::signing(endpoint)
    }

    fn check_acting(&self, acting: &Acting) -> Result<()> {
        acting.check(connection::SETTING_PARTS)
    }

    fn usual_port(&self) -> Option<u16> {
        Some(connect::PORT)
    }

    fn glue(&self) -> Option<&'static GlueForm> {
        Some(&glue::GLUE)
    }

    fn access(&self) -> Option<&'static dyn Access> {
        Some(&access::PgAccess)
    }
}
