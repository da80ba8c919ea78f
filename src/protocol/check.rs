//! What Athena never asks: whether a function reaches what it reads. Ours alone, so that other connectors answer it with an error.

use connector_core::{ErrorKind, Result};

use super::Identity;
use super::json::{Cursor, Object, Writer};
use crate::error::{athena_error_type, error_kind};

/// Asks a function to look at its catalogs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckRequest {
    /// Who asks.
    pub identity: Identity,
    /// Which catalogs; those that are configured, if none is named.
    pub catalogs: Vec<String>,
}

/// Says what it found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckResponse {
    /// The function's version of Glaux.
    pub version: String,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// What was found out about one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The catalog, or nothing, where it is not about one.
    pub catalog: String,
    /// How it is.
    pub standing: Standing,
    /// What it is about.
    pub about: String,
    /// In words.
    pub text: String,
}

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// As it should be.
    Ok,
    /// To be looked at.
    Warning,
    /// Not as it has to be, and why.
    Failed(ErrorKind),
}

impl Standing {
    /// In a word, since colour says nothing.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed(_) => "FAILED",
        }
    }
}

impl CheckRequest {
    pub(super) fn read(request: &Object<'_, '_>) -> Result<Self> {
        Ok(Self { identity: Identity::read(request)?, catalogs: request.texts("catalogs")? })
    }

    pub(super) fn write(&self, writer: &mut Writer) -> Result<()> {
        self.identity.write(writer)?;
        writer.name("catalogs")?.texts(&self.catalogs)
    }
}

impl CheckResponse {
    pub(super) fn read(response: &Object<'_, '_>) -> Result<Self> {
        let findings = response.field("findings", |list| list.items(Finding::read))?;
        Ok(Self { version: response.text("version")?, findings })
    }

    pub(super) fn write(&self, writer: &mut Writer) -> Result<()> {
        writer.name("version")?.text(&self.version)?;
        writer.name("findings")?.array(&self.findings, |writer, finding| finding.write(writer))
    }
}

impl Finding {
    fn read(cursor: Cursor<'_, '_>) -> Result<Self> {
        let finding = cursor.object()?;
        let standing = match finding.text("standing")?.as_str() {
            "ok" => Standing::Ok,
            "warning" => Standing::Warning,
            // A kind that is not known yet is a failure all the same.
            _ => Standing::Failed(error_kind(&finding.text_or_null("errorType")?).unwrap_or(ErrorKind::Internal)),
        };
        Ok(Self {
            catalog: finding.text("catalog")?,
            standing,
            about: finding.text("about")?,
            text: finding.text("text")?,
        })
    }

    fn write(&self, writer: &mut Writer) -> Result<()> {
        writer.object(|writer| {
            writer.name("catalog")?.text(&self.catalog)?;
            writer.name("standing")?.text(self.standing.word())?;
            writer.name("about")?.text(&self.about)?;
            writer.name("text")?.text(&self.text)?;
            match self.standing {
                Standing::Failed(kind) => writer.name("errorType")?.text(athena_error_type(kind)),
                _ => Ok(()),
            }
        })
    }
}
