//! The seam between Glaux and its engines: the vocabulary both sides speak, the one SQL renderer, and Athena's semantics.
//!
//! An engine implements [`Connector`], [`Connection`] and [`Dialect`]; everything above the seam is written against these
//! three. What is to be read is a [`Scan`], a value; [`sql::render`] turns it into a [`Statement`] and a [`Remainder`], once,
//! at the end. The remainder is what the source was not asked to do, and [`eval`] does it over the batches that come back.
//! A query in the source's own words may stand in a table's place: [`passthrough`] says which. [`split`] cuts a scan into slices. Users and rights are [`Access`]'s. What engines would each do alike is here once: [`url`] reads connection URLs, [`decode`] makes batches of cells.
//!
//! Not here: drivers, JSON, AWS, an async runtime. A connector may bring those; the seam stays free of them.

mod access;
mod acting;
mod aggregate;
mod announced;
mod connection;
mod connector;
pub mod decode;
mod dialect;
mod domain;
mod error;
pub mod eval;
mod expr;
mod glue;
mod mapping;
mod name;
mod options;
pub mod passthrough;
mod scan;
mod secret;
mod size;
pub mod split;
pub mod sql;
mod types;
pub mod url;
mod value;
mod zoned;

#[cfg(feature = "testing")]
pub mod testing;

pub use access::{
    Access, Administration, Administrator, Beyond, Change, Right, Row, Seen, User, Users, difference, listed,
    plain_password, united,
};
pub use acting::{Acting, mark};
pub use aggregate::{Aggregate, Measure, Told};
pub use announced::{Announcing, apart};
pub use connection::{BatchLimits, BatchStream, Connection, Estimate, Health, Relation};
pub use connector::{Capabilities, Casing, Connector, Endpoint, Parameter, Settings, Signing, Support};
pub use dialect::{Around, BinaryText, Dialect, FunctionForm};
pub use domain::{Bound, Domain, Range, Values};
pub use error::{Error, ErrorKind, Result};
pub use expr::{Expr, Function};
pub use glue::GlueForm;
pub use mapping::{Column, ColumnMapping, Pushdown, ReadAs, Table};
pub use name::{TableName, resolve};
pub use options::{OptionTable, Silence, choose, option};
pub use passthrough::{Grammar, Query};
pub use scan::{Direction, Nulls, Scan, SortKey};
pub use secret::{Credential, Logins, Principal, Secret};
pub use size::block_size;
pub use split::{Key, KeyRange, Split};
pub use sql::{Bind, Remainder, Rendered, Statement};
pub use types::{one_family, one_type, same_layout, same_type};
pub use value::Value;
pub use zoned::{pack_zoned, unpack_zoned};
