//! Queries in the source's own words: Athena's `TABLE(<catalog>.system.query(query => '…'))`, the same in splits, and views of
//! the configuration, which are queries that a catalog's owner has given a name.
//!
//! A catalog offers them if its owner has switched them on, and what is passed through has been checked. Not here: the check
//! itself (`connector_core::passthrough`), and how the function is called on the wire (`protocol`).

use std::collections::{BTreeMap, BTreeSet};

use connector_core::{Connector, Error, ErrorKind, Grammar, Query, Result, Scan, Table, TableName};

use super::Handler;
use super::caller::Asked;
use super::sessions::Session;
use super::source::Source;
use crate::config::Catalog;
use crate::protocol::{CapabilitySubType, passthrough as function};

impl Asked {
    /// The query that a request's arguments hold, or that is the view of this name; none if it is about a table of the source.
    ///
    /// Errors: unsupported, where the catalog does not offer it; invalid, for arguments of another function; those of the check;
    /// not found, for a name in a schema of views that is none of theirs.
    pub(super) fn query(&self, table: &TableName, arguments: &BTreeMap<String, String>) -> Result<Option<Query>> {
        if arguments.is_empty() {
            return self.source.view(table);
        }
        let grammar = self.grammar()?;
        let Call { text, split_by } = called(arguments)?;
        let query = Query::check(text, grammar).map_err(|error| error.context("checking a pass-through query"))?;
        Ok(Some(match split_by {
            Some(column) => query.cut_along(column),
            None => query,
        }))
    }

    fn grammar(&self) -> Result<Grammar> {
        let (catalog, source) = (self.catalog(), &self.source);
        if !catalog.settings.query_passthrough {
            let told = format!("pass-through queries are switched off for catalog {:?}", catalog.name);
            return Err(Error::unsupported(told).hint(
                "query the tables themselves, or let the owner of the function set \"enable_query_passthrough\" to true \
                 (in a file: query_passthrough = true beside the catalog's url)",
            ));
        }
        if !self.who.acting.is_plain() {
            // SELECT set_config('role', …) is a query, too.
            let told = "the rows that a caller may see depend on the session's role or settings, which a query in the \
                 source's own words could change";
            return Err(Error::new(ErrorKind::Forbidden, told).hint(
                "query the tables themselves, or let the owner of the function map the caller to a secret of its own",
            ));
        }
        grammar(catalog, source.connector)
    }

    /// The functions as capabilities, where the catalog offers them.
    pub(super) fn offered(&self) -> impl Iterator<Item = (String, Vec<CapabilitySubType>)> {
        self.grammar().ok().map(|_| function::capabilities()).into_iter().flatten()
    }
}

impl Handler {
    /// A session, and what there is to read in it: the table of this name, or the columns of the query, which is not run for
    /// that.
    pub(super) async fn found(
        &self,
        asked: &Asked,
        table: &TableName,
        query: Option<&Query>,
    ) -> Result<(Session<'_>, Table)> {
        let Some(query) = query else { return self.session_about(asked, table).await };
        let mut session = self.session(asked).await?;
        let columns = session.connection().describe(query).await.map_err(against_the_query)?;
        Ok((session, Scan::of_query(query.clone(), columns, Vec::new()).table))
    }
}

impl Source {
    /// The view of this name.
    fn view(&self, name: &TableName) -> Result<Option<Query>> {
        let Some(views) = self.views_of(&name.schema) else { return Ok(None) };
        let lower = TableName::new(name.schema.to_lowercase(), name.table.to_lowercase());
        let view = self.views.get(&lower).cloned().map(Some);
        view.ok_or_else(|| {
            Error::not_found(format!("table {name} does not exist"))
                .hint(format!("the schema is made of the configuration's views, which are {views:?}"))
        })
    }

    /// The names of a schema's views in order; none for a schema of the source.
    pub(super) fn views_of(&self, schema: &str) -> Option<BTreeSet<&str>> {
        let schema = schema.to_lowercase();
        let of_schema = self.views.keys().filter(|name| name.schema == schema);
        let names: BTreeSet<&str> = of_schema.map(|name| name.table.as_str()).collect();
        (!names.is_empty()).then_some(names)
    }

    /// Schemas that hold views.
    pub(super) fn view_schemas(&self) -> impl Iterator<Item = String> {
        self.views.keys().map(|name| name.schema.clone())
    }
}

/// How queries of a catalog's engine are read.
pub(super) fn grammar(catalog: &Catalog, connector: &dyn Connector) -> Result<Grammar> {
    connector.dialect().grammar().ok_or_else(|| {
        Error::unsupported(format!("engine {:?} takes no queries in its own words", catalog.engine))
            .hint("query the tables themselves")
    })
}

/// What a function is called with.
struct Call<'a> {
    text: &'a str,
    split_by: Option<&'a str>,
}

/// Errors: invalid, for an argument that is unknown or missing; not found, for another function.
fn called(arguments: &BTreeMap<String, String>) -> Result<Call<'_>> {
    let is_it = |name: &str, of: &str| name.eq_ignore_ascii_case(of);
    let (name, expected) = match arguments.get(function::SIGNATURE) {
        Some(name) if is_it(name, function::NAME) => (function::NAME, &[function::QUERY][..]),
        Some(name) if is_it(name, function::IN_SPLITS) => {
            (function::IN_SPLITS, &[function::QUERY, function::SPLIT_BY][..])
        }
        Some(name) => {
            return Err(Error::not_found(format!("there is no function {name:?}")).hint(format!(
                "there are {} and {}",
                function::NAME,
                function::IN_SPLITS
            )));
        }
        None => return Err(Error::invalid("a pass-through request does not say which function it calls")),
    };
    let is_unknown = |key: &&String| *key != function::SIGNATURE && !expected.contains(&key.as_str());
    if let Some(unknown) = arguments.keys().find(is_unknown) {
        return Err(Error::invalid(format!("{name} has no argument {unknown:?}"))
            .hint(format!("it has {}", expected.join(" and "))));
    }
    let argument = |key: &str| {
        let text = arguments.get(key).map(|text| text.trim()).filter(|text| !text.is_empty());
        text.ok_or_else(|| Error::invalid(format!("{name} is called without its argument {key}")))
    };
    let split_by = (name == function::IN_SPLITS).then(|| argument(function::SPLIT_BY)).transpose()?;
    Ok(Call { text: argument(function::QUERY)?, split_by })
}

/// What the source has against a query was not different before.
fn against_the_query(error: Error) -> Error {
    let hint = "the source itself refuses the query: run it there first";
    match error.kind() {
        ErrorKind::Conflict => Error::invalid(error.to_string()).hint(hint).with_source(error),
        ErrorKind::NotFound => error.without_hint().hint(hint),
        _ => error,
    }
}
