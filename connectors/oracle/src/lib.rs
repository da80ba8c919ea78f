//! Oracle behind the connector seam.
//!
//! Rooms: `url`, `descriptor` and `options` read the connection URL; `connect` and `tls` reach the server; `thread` is where
//! the driver, which blocks, works; `session` and `connection` hold a live session; `catalog` describes tables and `types` maps
//! them; `dialect` spells SQL; `bind` sends values, `reading` and `decode` bring rows back as Arrow batches, with the dates of
//! `time`; `access` is about users and rights; `glue` is what AWS Glue calls it; `error` sorts what fails.
//!
//! Not here: what is asked of a table; `connector_core::sql` renders that with this crate's dialect.

mod access;
mod bind;
mod catalog;
mod connect;
mod connection;
mod decode;
mod descriptor;
mod dialect;
mod error;
mod glue;
mod options;
mod reading;
mod session;
mod thread;
mod time;
mod tls;
mod types;
mod url;

/// What the live tests try, held to the table of types here too.
#[cfg(test)]
#[path = "../tests/live/ends.rs"]
mod ends;

use async_trait::async_trait;
use connector_core::{
    Access, Connection, Connector, Credential, Dialect, Endpoint, GlueForm, Parameter, Result, Settings,
};

/// The engine's identity card.
pub static CONNECTOR: &dyn Connector = &Oracle;

struct Oracle;

#[async_trait]
impl Connector for Oracle {
    fn name(&self) -> &'static str {
        "oracle"
    }

    fn parameters(&self) -> &'static [Parameter] {
        options::OPTIONS.parameters
    }

    fn endpoint(&self, url: &str) -> Result<Endpoint> {
        url::endpoint(url)
    }

    fn dialect(&self) -> &'static dyn Dialect {
        &dialect::OracleSql
    }

    async fn connect(
        &self,
        endpoint: &Endpoint,
        credential: &Credential,
        settings: &Settings,
    ) -> Result<Box<dyn Connection>> {
        connection::connect(endpoint, credential, settings).await
    }

    fn usual_port(&self) -> Option<u16> {
        Some(connect::PORT)
    }

    fn glue(&self) -> Option<&'static GlueForm> {
        Some(&glue::GLUE)
    }

    fn access(&self) -> Option<&'static dyn Access> {
        Some(&access::OracleAccess)
    }
}
