//! An engine's identity card.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_trait::async_trait;

use crate::{
    Access, Acting, Connection, Credential, Dialect, Error, Function, GlueForm, Logins, Principal, Result, TableName,
};

/// One database product: stateless, one static per engine, found by name.
#[async_trait]
pub trait Connector: Send + Sync {
    /// The engine's token, in front of `://` of a connection string (`postgres`).
    fn name(&self) -> &'static str;

    /// Other tokens that it is found by, in lower case.
    fn aliases(&self) -> &'static [&'static str] {
        &[]
    }

    /// The options its connection URL may carry.
    fn parameters(&self) -> &'static [Parameter];

    /// Reads the engine's native URL (the part behind `<engine>://`, secret placeholder removed) into an endpoint.
    ///
    /// Errors: invalid, for an URL that is none or an option that is unknown, refused or does not parse, by name.
    fn endpoint(&self, url: &str) -> Result<Endpoint>;

    /// How the engine spells SQL.
    fn dialect(&self) -> &'static dyn Dialect;

    /// Opens a session: logged in, verified, read-only where the engine has it, zone pinned to UTC.
    ///
    /// Errors: unavailable, unauthenticated (a fresh credential may help), invalid (TLS settings).
    async fn connect(
        &self,
        endpoint: &Endpoint,
        credential: &Credential,
        settings: &Settings,
    ) -> Result<Box<dyn Connection>>;

    /// Who may log in at the endpoint, which decides what of a secret is used.
    fn logins(&self, _endpoint: &Endpoint) -> Logins {
        Logins::Users
    }

    /// Opens a session as an application of Entra ID, where [`Connector::logins`] lets one in.
    ///
    /// Errors: those of [`Connector::connect`].
    async fn connect_as(
        &self,
        _endpoint: &Endpoint,
        _principal: &Principal,
        _settings: &Settings,
    ) -> Result<Box<dyn Connection>> {
        Err(Error::internal(format!("an application of Entra ID was to log in to engine {:?}", self.name())))
    }

    /// Whether it knows the types of AWS's Java connector ([`Settings::java_types`]).
    fn knows_java_types(&self) -> bool {
        false
    }

    /// How tokens are signed that are shown instead of a password, if the endpoint asks for that.
    ///
    /// Errors: those of [`Connector::endpoint`].
    fn signing(&self, _endpoint: &Endpoint) -> Result<Option<Signing>> {
        Ok(None)
    }

    /// Checks that a session may be asked to act as this, as far as that can be told without a server.
    ///
    /// Errors: unsupported, invalid.
    fn check_acting(&self, acting: &Acting) -> Result<()> {
        if acting.is_plain() {
            return Ok(());
        }
        let told = format!("engine {:?} takes neither a role nor settings for a caller", self.name());
        Err(Error::unsupported(told).hint("map its callers to secrets, each with a user of its own"))
    }

    /// Where it listens if a URL names no port.
    fn usual_port(&self) -> Option<u16> {
        None
    }

    /// How AWS Glue knows it, if it does.
    fn glue(&self) -> Option<&'static GlueForm> {
        None
    }

    /// Users and rights, if the engine has any.
    fn access(&self) -> Option<&'static dyn Access> {
        None
    }
}

/// One option of an engine's connection URL.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name as the vendor's driver spells it.
    pub name: &'static str,
    /// What becomes of it: honoured, harmless to ignore, or refused, and why.
    pub support: Support,
}

/// What becomes of a URL option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// It does what the vendor says; the text says what.
    Honoured(&'static str),
    /// It tunes the vendor's driver and changes no answer; the text says what we do instead.
    Ignored(&'static str),
    /// It would change an answer or a protection in a way we do not offer; the text says what to do.
    Refused(&'static str),
}

/// Where a database is and how to reach it: the parsed connection URL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endpoint {
    /// Host; empty until a secret supplies it.
    pub host: String,
    /// Port; `None` is the engine's own.
    pub port: Option<u16>,
    /// Database; empty until a secret supplies it.
    pub database: String,
    /// Options of the URL by the vendor's name, checked against [`Connector::parameters`].
    pub options: BTreeMap<String, String>,
}

/// What a signed token of Amazon RDS is for, beside the user: a host and a port of the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signing {
    /// Host.
    pub host: String,
    /// Port.
    pub port: u16,
    /// The region, where the endpoint's options name one.
    pub region: Option<String>,
}

/// What a catalog's owner has decided about reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct Settings {
    /// How names are matched.
    pub casing: Casing,
    /// Scale of numbers that the source declares without one; `None` shows them as text, exactly.
    pub default_scale: Option<u8>,
    /// Whether columns are announced as the types that AWS's Java connector gives them, where the engine knows them.
    pub java_types: bool,
    /// Whether zoned timestamps keep Athena's zoned type instead of plain ones in UTC.
    pub zoned_timestamps: bool,
    /// The largest single value, in bytes, that is read at all.
    pub max_cell_bytes: usize,
    /// About how many bytes of the source one slice of a read has; a smaller table is read at once.
    pub split_bytes: u64,
    /// No scan is cut into more splits than this, since each is a connection to the source; `None` leaves it to
    /// [`crate::split::Sizes`].
    pub max_splits: Option<usize>,
    /// At most so many sessions with the source at once in one process, idle ones included; `None` counts none.
    pub max_connections: Option<usize>,
    /// The columns along which tables and views of the source are cut; both names in lower case, as Athena has them.
    pub split_by: BTreeMap<TableName, String>,
    /// Whether queries in the source's own words are passed through.
    pub query_passthrough: bool,
    /// How long a statement may run at the source, where the server keeps such a limit; a stricter one of the server's stays.
    pub time_limit: Option<Duration>,
    /// Whether rows are put together at the source as a request's plan says.
    pub query_plans: bool,
    /// What the session calls itself at the source; holds Athena's query id.
    pub application_name: String,
    /// As whom it acts there.
    pub acting_as: Acting,
}

impl Settings {
    /// The scale of numbers that the source declares without one; the Java connectors take none for 0.
    pub fn scale(&self) -> Option<u8> {
        self.default_scale.or(self.java_types.then_some(0))
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            casing: Casing::Search,
            default_scale: None,
            java_types: false,
            zoned_timestamps: false,
            max_cell_bytes: 64 << 20,
            // Some seconds of reading, where a Lambda has minutes.
            split_bytes: 128 << 20,
            max_splits: None,
            max_connections: None,
            split_by: BTreeMap::new(),
            query_passthrough: false,
            time_limit: None,
            query_plans: false,
            application_name: "glaux".into(),
            acting_as: Acting::default(),
        }
    }
}

/// How a name that Athena has folded to lower case is matched with the source's (`casing_mode`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Casing {
    /// Exact, else the only one by folded case.
    #[default]
    Search,
    /// As given.
    None,
    /// Folded to lower case.
    Lower,
    /// Folded to upper case.
    Upper,
}

/// What Athena may rely on: a promise that the shared suite holds the engine to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// Functions whose every use is applied.
    pub functions: BTreeSet<Function>,
    /// A limit is applied per split.
    pub limit: bool,
    /// Order and limit together are applied per split.
    pub top_n: bool,
}
