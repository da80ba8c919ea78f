//! The reference connector: three tables in memory, no server, nothing pushed down.
//!
//! It is what the seam looks like with everything left out, runs every path above the seam on a bare machine, and reads its
//! largest table in several splits. It is not a place to keep data.

mod connection;
mod tables;
#[cfg(feature = "testing")]
pub mod testing;

use async_trait::async_trait;
use connector_core::{
    BinaryText, Bind, Connection, Connector, Credential, Dialect, Direction, Endpoint, Function, FunctionForm, Nulls,
    Parameter, Result, Settings,
};

/// The engine, as the registration lists it.
pub static CONNECTOR: &dyn Connector = &Memory;

struct Memory;

#[async_trait]
impl Connector for Memory {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn parameters(&self) -> &'static [Parameter] {
        &[]
    }

    fn endpoint(&self, url: &str) -> Result<Endpoint> {
        let name = if url.is_empty() { "shop" } else { url };
        tables::database(name)?;
        Ok(Endpoint { host: "memory".into(), database: name.into(), ..Endpoint::default() })
    }

    fn dialect(&self) -> &'static dyn Dialect {
        &Declined
    }

    async fn connect(&self, endpoint: &Endpoint, _: &Credential, _: &Settings) -> Result<Box<dyn Connection>> {
        Ok(Box::new(connection::Memory(tables::database(&endpoint.database)?)))
    }
}

/// A dialect that declines whatever can be declined; its text is shown, never run.
struct Declined;

impl Dialect for Declined {
    fn identifier(&self, name: &str, out: &mut String) {
        out.push('"');
        out.push_str(&name.replace('"', "\"\""));
        out.push('"');
    }

    fn placeholder(&self, _: usize, _: &Bind, out: &mut String) {
        out.push('?');
    }

    fn bind_type(&self, _: &arrow_schema::DataType) -> Option<&'static str> {
        None
    }

    fn binary_text(&self, _: Function) -> Option<BinaryText> {
        None
    }

    fn function(&self, _: Function, _: &[arrow_schema::DataType]) -> Option<FunctionForm> {
        None
    }

    fn sort(&self, _: &str, _: Direction, _: Nulls, _: &mut String) {}

    fn limit(&self, _: u64, _: bool, _: &mut String) {}

    fn reads_parts(&self) -> bool {
        true
    }

    fn max_binds(&self) -> usize {
        0
    }
}
