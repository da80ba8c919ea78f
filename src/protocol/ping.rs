//! What a function says of itself: that it is there, which serde it speaks, what may be pushed down to it.

use std::collections::BTreeMap;

use connector_core::Result;

use super::head::{read_head, write_head};
use super::json::{Cursor, Object, Writer};
use super::{Identity, Version};

/// Asks whether the function is there and which serde it speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PingRequest {
    /// Who asks.
    pub identity: Identity,
    /// The catalog, echoed and never parsed.
    pub catalog: String,
    /// Athena's id of the query.
    pub query_id: String,
}

/// Says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PingResponse {
    /// The catalog.
    pub catalog: String,
    /// Athena's id of the query.
    pub query_id: String,
    /// A free label.
    pub source_type: String,
    /// Feature level of AWS's SDK that is claimed; [`PingResponse::CAPABILITIES`].
    pub capabilities: u32,
    /// The newest serde spoken; 1 if the answer did not say.
    pub serde_version: u32,
}

impl PingResponse {
    /// The feature level of today's SDK.
    pub const CAPABILITIES: u32 = 24;
}

/// Asks what may be pushed down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetDataSourceCapabilitiesRequest {
    /// Who asks.
    pub identity: Identity,
    /// Athena's id of the query.
    pub query_id: String,
    /// The catalog.
    pub catalog: String,
}

/// What may be pushed down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetDataSourceCapabilitiesResponse {
    /// The catalog.
    pub catalog: String,
    /// By capability.
    pub capabilities: BTreeMap<String, Vec<CapabilitySubType>>,
}

/// One promise under a capability.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CapabilitySubType {
    /// Its name.
    pub sub_type: String,
    /// What it is about.
    pub properties: Vec<String>,
}

impl PingRequest {
    pub(super) fn read(request: &Object<'_, '_>) -> Result<Self> {
        Ok(Self {
            identity: Identity::read(request)?,
            catalog: request.text("catalogName")?,
            query_id: request.text_or_null("queryId")?,
        })
    }

    pub(super) fn write(&self, writer: &mut Writer) -> Result<()> {
        self.identity.write(writer)?;
        writer.name("catalogName")?.text(&self.catalog)?;
        writer.name("queryId")?.text(&self.query_id)
    }
}

impl PingResponse {
    pub(super) fn read(response: &Object<'_, '_>) -> Result<Self> {
        Ok(Self {
            catalog: response.text("catalogName")?,
            query_id: response.text_or_null("queryId")?,
            source_type: response.text_or_null("sourceType")?,
            capabilities: response.whole("capabilities")?,
            serde_version: response.optional_whole("serDeVersion")?.filter(|version| *version > 0).unwrap_or(1),
        })
    }

    pub(super) fn write(&self, writer: &mut Writer) -> Result<()> {
        writer.name("catalogName")?.text(&self.catalog)?;
        writer.name("queryId")?.text(&self.query_id)?;
        writer.name("sourceType")?.text(&self.source_type)?;
        writer.name("capabilities")?.whole(self.capabilities)?;
        writer.name("serDeVersion")?.whole(self.serde_version)
    }
}

impl GetDataSourceCapabilitiesRequest {
    pub(super) fn read(request: &Object<'_, '_>) -> Result<Self> {
        let (identity, query_id, catalog) = read_head(request)?;
        Ok(Self { identity, query_id, catalog })
    }

    pub(super) fn write(&self, writer: &mut Writer, version: Version) -> Result<()> {
        version.require(Version::CAPABILITIES, "data source capabilities")?;
        write_head(writer, &self.identity, &self.query_id, &self.catalog)
    }
}

impl GetDataSourceCapabilitiesResponse {
    pub(super) fn read(response: &Object<'_, '_>) -> Result<Self> {
        Ok(Self {
            catalog: response.text("catalogName")?,
            capabilities: response
                .nullable("capabilities", |cursor| cursor.entries(|list| list.items(CapabilitySubType::read)))?
                .unwrap_or_default(),
        })
    }

    pub(super) fn write(&self, writer: &mut Writer, version: Version) -> Result<()> {
        version.require(Version::CAPABILITIES, "data source capabilities")?;
        writer.name("catalogName")?.text(&self.catalog)?;
        writer.name("capabilities")?.object(|writer| {
            self.capabilities.iter().try_for_each(|(capability, promises)| {
                writer.name(capability)?.array(promises, |writer, promise| promise.write(writer))
            })
        })
    }
}

impl CapabilitySubType {
    fn read(cursor: Cursor<'_, '_>) -> Result<Self> {
        let promise = cursor.object()?;
        Ok(Self { sub_type: promise.text_or_null("subType")?, properties: promise.texts("properties")? })
    }

    fn write(&self, writer: &mut Writer) -> Result<()> {
        writer.object(|writer| {
            writer.name("subType")?.text(&self.sub_type)?;
            writer.name("properties")?.texts(&self.properties)
        })
    }
}
