//! Glue's catalogue, as it is asked and told.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_glue::Client;
use aws_sdk_glue::config::Builder;
use aws_sdk_glue::types::{DatabaseInput, Table};
use connector_core::{Error, ErrorKind, Result};
use futures::StreamExt;
use futures::stream;

use super::entry::of_database;
use super::plan::{Change, Plan, Step};
use super::{Name, Target};
use crate::config::{Aws, failure};
use crate::register::Source;

/// Calls at once: Glue throttles a whole account, and others work in it.
const AT_ONCE: usize = 8;
/// Tables that one call may delete.
const IN_A_CALL: usize = 100;
/// A call that is throttled is made again, later and later.
const ATTEMPTS: u32 = 8;
const ATTEMPT: Duration = Duration::from_secs(15);
const CALL: Duration = Duration::from_secs(90);

/// Glue's catalogue of one account and region.
pub struct Glue {
    client: Client,
}

/// What it has where tables of a source may be.
#[derive(Default)]
pub struct Held {
    /// Databases, with their parameters.
    pub databases: BTreeMap<String, HashMap<String, String>>,
    /// Tables.
    pub tables: BTreeMap<Name, Table>,
}

/// What came of a plan.
#[derive(Default)]
pub struct Outcome {
    /// Those that could not be done, and why.
    pub failed: Vec<(Name, Error)>,
    /// Databases that were taken away.
    pub removed: Vec<String>,
}

impl Glue {
    /// The catalogue that `aws` leads to.
    pub async fn new(aws: &Aws) -> Self {
        let limits = TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).operation_timeout(CALL);
        let limits = limits.connect_timeout(ATTEMPT / 5).build();
        let retries = RetryConfig::standard().with_max_attempts(ATTEMPTS);
        let own = Builder::from(aws.sdk().await).timeout_config(limits).retry_config(retries);
        Self { client: Client::from_conf(own.build()) }
    }

    /// What there is in the databases of a target. Where others have databases that its prefix fits, in those of `schemas` and in those
    /// that were made for the source.
    pub async fn held(&self, source: &Source, target: &Target, schemas: Option<&BTreeSet<String>>) -> Result<Held> {
        let names: Option<BTreeSet<String>> =
            schemas.map(|schemas| schemas.iter().map(|schema| target.database(schema)).collect());
        let is_named = |name: &String| names.as_ref().is_none_or(|names| names.contains(name));
        let mut held = Held::default();
        let mut pages = self.client.get_databases().into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| failure("listing the databases of Glue", &error))?;
            for found in page.database_list {
                let parameters = found.parameters.unwrap_or_default();
                let is_meant = is_named(&found.name) || super::entry::marked(Some(&parameters), source);
                if target.has(&found.name) && is_meant {
                    held.databases.insert(found.name, parameters);
                }
            }
        }
        let listed = stream::iter(held.databases.keys().cloned().collect::<Vec<_>>());
        let mut listed = listed.map(|database| self.tables(database)).buffer_unordered(AT_ONCE);
        while let Some(tables) = listed.next().await {
            held.tables.extend(tables?);
        }
        drop(listed);
        Ok(held)
    }

    async fn tables(&self, database: String) -> Result<Vec<(Name, Table)>> {
        let doing = format!("listing the tables of Glue's database {database}");
        let mut pages = self.client.get_tables().database_name(&database).into_paginator().send();
        let mut tables = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| failure(&doing, &error))?;
            let named = |table: Table| (Name { database: database.clone(), table: table.name.clone() }, table);
            tables.extend(page.table_list.unwrap_or_default().into_iter().map(named));
        }
        Ok(tables)
    }

    /// Does what is planned; what cannot be done keeps nothing else from being done.
    ///
    /// Errors: those of making a database, without which nothing can be put there.
    pub async fn apply(
        &self,
        source: &Source,
        plan: &Plan,
        progress: &mut (dyn FnMut(usize) + Send),
    ) -> Result<Outcome> {
        for database in &plan.databases {
            self.make(source, database).await?;
        }
        let (mut outcome, mut done) = (Outcome::default(), 0);
        let is_written = |step: &&Step| matches!(step.change, Change::New | Change::Changed | Change::Drifted);
        let steps: Vec<&Step> = plan.steps.iter().filter(is_written).collect();
        // By number, since a closure over what is borrowed keeps the whole from being sent to another thread.
        let mut writing = stream::iter(0..steps.len()).map(|index| self.write(steps[index])).buffer_unordered(AT_ONCE);
        while let Some((name, written)) = writing.next().await {
            outcome.failed.extend(written.err().map(|error| (name.clone(), error)));
            done += 1;
            progress(done);
        }
        drop(writing);
        let removed = plan.steps.iter().filter(|step| step.change == Change::Removed).map(|step| &step.name);
        self.remove(&removed.collect::<Vec<_>>(), &mut outcome, &mut |more| progress(done + more)).await;
        for database in &plan.emptied {
            if self.drop_if_empty(database).await? {
                outcome.removed.push(database.clone());
            }
        }
        Ok(outcome)
    }

    async fn make(&self, source: &Source, database: &str) -> Result<()> {
        let doing = format!("making database {database} of Glue");
        let input = DatabaseInput::builder().name(database).set_parameters(Some(of_database(source)));
        let input = input.description(format!("Tables of {}, mapped by glaux", source.id)).build();
        let input = input.map_err(|error| Error::internal(doing.clone()).with_source(error))?;
        match self.client.create_database().database_input(input).send().await {
            // Another run has made it meanwhile.
            Err(error) if is_there(&error) => Ok(()),
            made => made.map(drop).map_err(|error| failure(&doing, &error)),
        }
    }

    async fn write<'s>(&self, step: &'s Step) -> (&'s Name, Result<()>) {
        (&step.name, self.written(step).await)
    }

    async fn written(&self, step: &Step) -> Result<()> {
        let (Name { database, .. }, input) = (&step.name, step.input()?);
        let doing = format!("writing table {} of Glue", step.name);
        let Some(held) = &step.held else {
            let made = self.client.create_table().database_name(database).table_input(input).send().await;
            return made.map(drop).map_err(|error| failure(&doing, &error));
        };
        // Of the version that was looked at, so that what somebody else has written since is not lost.
        let updated = self.client.update_table().database_name(database).table_input(input);
        let updated = updated.set_version_id(held.version_id.clone()).send().await;
        updated.map(drop).map_err(|error| failure(&doing, &error))
    }

    async fn remove(&self, names: &[&Name], outcome: &mut Outcome, progress: &mut (dyn FnMut(usize) + Send)) {
        let mut databases: BTreeMap<&str, Vec<&Name>> = BTreeMap::new();
        names.iter().for_each(|name| databases.entry(&name.database).or_default().push(name));
        let calls: Vec<Vec<&Name>> = databases
            .into_values()
            .flat_map(|names| names.chunks(IN_A_CALL).map(<[&Name]>::to_vec).collect::<Vec<_>>())
            .collect();
        let mut done = 0;
        for call in calls {
            done += call.len();
            match self.removed(&call).await {
                Ok(failed) => outcome.failed.extend(failed),
                Err(error) => outcome.failed.extend(call.iter().map(|name| ((*name).clone(), told_again(&error)))),
            }
            progress(done);
        }
    }

    /// Takes tables of one database away; those that are gone are done.
    async fn removed(&self, names: &[&Name]) -> Result<Vec<(Name, Error)>> {
        let Some(database) = names.first().map(|name| &name.database) else { return Ok(Vec::new()) };
        let doing = format!("deleting tables of Glue's database {database}");
        let deleted = self.client.batch_delete_table().database_name(database);
        let deleted = deleted.set_tables_to_delete(Some(names.iter().map(|name| name.table.clone()).collect()));
        let answer = deleted.send().await.map_err(|error| failure(&doing, &error))?;
        let failed = answer.errors.unwrap_or_default().into_iter().filter_map(|failed| {
            let (table, detail) = (failed.table_name?, failed.error_detail?);
            let code = detail.error_code.unwrap_or_default();
            let told =
                Error::new(ErrorKind::Unavailable, format!("{code}: {}", detail.error_message.unwrap_or_default()));
            (code != "EntityNotFoundException")
                .then(|| (Name { database: database.clone(), table }, told.context(doing.clone())))
        });
        Ok(failed.collect())
    }

    async fn drop_if_empty(&self, database: &str) -> Result<bool> {
        if !self.tables(database.to_owned()).await?.is_empty() {
            return Ok(false);
        }
        let deleted = self.client.delete_database().name(database).send().await;
        deleted.map(|_| true).map_err(|error| failure(&format!("deleting database {database} of Glue"), &error))
    }
}

fn is_there<R>(
    error: &aws_sdk_glue::error::SdkError<aws_sdk_glue::operation::create_database::CreateDatabaseError, R>,
) -> bool {
    error
        .as_service_error()
        .is_some_and(aws_sdk_glue::operation::create_database::CreateDatabaseError::is_already_exists_exception)
}

/// An error once more, for another of those that it is about.
fn told_again(error: &Error) -> Error {
    Error::new(error.kind(), error.to_string())
}

#[cfg(test)]
#[cfg(all(feature = "governance", feature = "local"))]
mod tests;
