//! A catalog that was opened: its engine, where its data is, and what its owner has made of its tables.

use std::collections::BTreeMap;

use connector_core::{Connector, Endpoint, Error, Query, Result, TableName};

use super::passthrough;
use crate::config::{Callers, Catalog, SecretReference};
use crate::connectors;

/// A catalog, its engine and the endpoint its URL names. Nothing is reached by having one.
pub(super) struct Source {
    pub(super) catalog: Catalog,
    pub(super) connector: &'static dyn Connector,
    pub(super) endpoint: Endpoint,
    pub(super) views: BTreeMap<TableName, Query>,
}

impl Source {
    /// Opens a catalog.
    ///
    /// Errors: invalid or unsupported, for an unknown engine, a URL it refuses, callers it cannot act for, or a view that is no
    /// query.
    pub(super) fn open(catalog: Catalog) -> Result<Self> {
        let connector = connectors::find(&catalog.engine)?;
        let endpoint = connector.endpoint(&catalog.url).map_err(|error| match catalog.secret {
            // An unescaped separator in the password makes its rest look like an option, which the engine would name.
            SecretReference::Inline(_) => Error::invalid(format!(
                "the connection URL is not one that engine {:?} takes; more is not told, because a password stands in it",
                catalog.engine
            ))
            .hint(
                "write an ampersand inside the password as %26, or leave user and password to a secret: ${secret_name}",
            ),
            SecretReference::Name(_) | SecretReference::None => error,
        })?;
        check_java_types(&catalog, connector)?;
        for acting in catalog.callers.iter().flat_map(Callers::outlines) {
            connector.check_acting(&acting).map_err(|error| error.context("reading its callers"))?;
        }
        let views = catalog.views.iter().map(|(name, view)| {
            let query =
                passthrough::grammar(&catalog, connector).and_then(|grammar| Query::check(&view.query, grammar));
            let query = query.map_err(|error| error.context(format!("reading its view {name}")))?;
            Ok((name.clone(), view.split_by.iter().fold(query, |query, column| query.cut_along(column))))
        });
        let views = views.collect::<Result<_>>()?;
        Ok(Self { catalog, connector, endpoint, views })
    }
}

/// Types of the Java connectors are given where they are known, and beside nothing that would give others.
fn check_java_types(catalog: &Catalog, connector: &dyn Connector) -> Result<()> {
    let settings = &catalog.settings;
    if !settings.java_types {
        return Ok(());
    }
    if !connector.knows_java_types() {
        let told =
            "setting \"glaux_java_types\" is refused: the types that the Java connector gives are not known of engine";
        return Err(Error::unsupported(format!("{told} {:?}", catalog.engine))
            .hint("leave it out: the columns then have the types that hold every value"));
    }
    let others = [("glaux_zoned_timestamps", settings.zoned_timestamps), ("glaux_query_plans", settings.query_plans)];
    match others.into_iter().find(|(_, is_on)| *is_on) {
        Some((other, _)) => Err(Error::invalid(format!(
            "settings \"glaux_java_types\" and {other:?} contradict each other"
        ))
        .hint(
            "the Java connectors have neither times with a zone nor plans: switch one of the two off for this catalog",
        )),
        None => Ok(()),
    }
}
