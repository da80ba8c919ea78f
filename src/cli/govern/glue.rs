//! `glaux asset map` and `unmap` as far as AWS Glue is concerned: where tables go, and what is told of it.

use std::collections::BTreeSet;

use clap::Args;
use connector_core::{Error, Result, TableName};

use super::asset::PARTLY;
use super::desk::{Desk, Row, some};
use super::near::Named;
use crate::cli::output::{Done, told};
use crate::config::Aws;
use crate::mapping::{Change, Glue, Looked, Plan, Scope, Step, Target, plan, removal, wanted};
use crate::register::{Asset, By, Source};
use crate::share::asset_id;

pub const HELP: &str = "\
With --glue-database or --glue-database-prefix the tables are written into AWS Glue as well, as a crawler would: names in lower case,
columns with types and comments, the classification, and where each table is. Run again it tells and mends what is otherwise. A table
is known by its parameter glaux_source; one without is never changed, and what others have added to ours stays.";

/// Where in Glue.
#[derive(Args, Debug)]
pub struct Place {
    /// This database of AWS Glue, for the tables of the one schema that --schema names
    #[arg(long, value_name = "NAME", requires = "schema", conflicts_with = "glue_database_prefix")]
    glue_database: Option<String>,
    /// One database of AWS Glue a schema, called by the schema behind this
    #[arg(long, value_name = "PREFIX")]
    glue_database_prefix: Option<String>,
}

/// Which tables of a source, and where they are in Glue.
#[derive(Args, Debug)]
pub struct Tables {
    /// Which source
    pub source: String,
    /// This schema only
    #[arg(long, value_name = "SCHEMA")]
    pub schema: Option<String>,
    /// Tables of such names only; * stands for anything
    #[arg(long, value_name = "PATTERN")]
    pub table: Option<String>,
    #[command(flatten)]
    pub place: Place,
}

#[derive(Args, Debug)]
pub struct Writing {
    /// The connection of AWS Glue's that the tables are said to be read through
    #[arg(long, value_name = "NAME")]
    glue_connection: Option<String>,
    /// Take tables out of AWS Glue that are no longer at the source
    #[arg(long)]
    remove_gone: bool,
}

impl Place {
    fn target(&self) -> Result<Option<Target>> {
        let target = match (&self.glue_database, &self.glue_database_prefix) {
            (Some(name), _) => Target::Database(name.clone()),
            (None, Some(prefix)) => Target::Prefix(prefix.clone()),
            (None, None) => return Ok(None),
        };
        let (Target::Database(text) | Target::Prefix(text)) = &target;
        let is_named = !text.is_empty() || matches!(target, Target::Prefix(_));
        if is_named && !text.chars().any(char::is_control) && text.chars().count() <= 200 {
            return Ok(Some(target));
        }
        Err(Error::invalid(format!("Glue takes no database called {text:?}")))
    }
}

impl Writing {
    /// Where the tables go, if they go anywhere.
    ///
    /// Errors: invalid, for options that mean nothing without that.
    pub fn target(&self, place: &Place) -> Result<Option<Target>> {
        let target = place.target()?;
        if target.is_none() && (self.remove_gone || self.glue_connection.is_some()) {
            return Err(Error::invalid("--glue-connection and --remove-gone are about tables of Glue")
                .hint("say where they are: --glue-database NAME, or --glue-database-prefix PREFIX"));
        }
        Ok(target)
    }
}

/// Has Glue have what was found, and tells what was otherwise; whether all of it could be done.
pub async fn map(
    desk: &mut Desk<'_>,
    source: &Source,
    looked: &Looked,
    (target, writing): (&Target, &Writing),
    has_looked: &(dyn Fn(&TableName) -> bool + Sync),
) -> Done<bool> {
    let wanted = wanted(source, &looked.tables, target, writing.glue_connection.as_deref())?;
    let glue = Glue::new(&Aws::lazy()).await;
    desk.output.status("asking Glue what it has");
    let schemas = looked.tables.iter().map(|table| table.name.schema.clone()).collect();
    let held = glue.held(source, target, Some(&schemas)).await?;
    let plan = plan(source, wanted, held, has_looked, writing.remove_gone);
    carry_out(desk, &glue, source, plan).await
}

/// Takes out of Glue what was mapped into it.
pub async fn unmap(desk: &mut Desk<'_>, tables: Tables) -> Done<u8> {
    let Some(target) = tables.place.target()? else {
        return Err(Error::invalid("it is not said out of which database of Glue")
            .hint("say --glue-database NAME with --schema, or --glue-database-prefix PREFIX")
            .into());
    };
    let owned = desk.share.own_source(&desk.caller, &tables.source, "asset unmap").await;
    let source = desk.found(owned, &[Named::Source(&tables.source)]).await?;
    let assets = desk.register.list::<Asset>(&By::Kind).await?;
    let of_source = assets.into_iter().map(|read| read.record).filter(|asset| asset.source == source.id);
    let schemas: BTreeSet<String> = of_source.map(|asset| asset.schema).chain(tables.schema.clone()).collect();
    let scope = Scope { schema: tables.schema, table: tables.table };
    let glue = Glue::new(&Aws::lazy()).await;
    let held = glue.held(&source, &target, Some(&schemas)).await?;
    let plan = removal(&source, held, &|name| scope.has(name));
    if !plan.steps.is_empty() && !desk.common.dry_run {
        desk.agreed(&format!("Delete {} tables of {} out of Glue?", plan.steps.len(), source.id)).await?;
    }
    Ok(if carry_out(desk, &glue, &source, plan).await? { 0 } else { PARTLY })
}

async fn carry_out(desk: &mut Desk<'_>, glue: &Glue, source: &Source, plan: Plan) -> Done<bool> {
    let count = plan.steps.iter().filter(|step| step.change != Change::Gone).count();
    let outcome = if desk.common.dry_run {
        None
    } else {
        let output = &mut *desk.output;
        let mut progress = |done: usize| output.status(&format!("telling Glue: {done} of {count} tables"));
        Some(glue.apply(source, &plan, &mut progress).await?)
    };
    desk.output.clear_status();
    let rows: Vec<Row> = plan.steps.iter().map(|step| row(source, step)).collect();
    desk.list(&["asset", "table", "change", "what"], &rows)?;
    desk.output.note(&format!("Glue: {} otherwise than at the source, {} the same", rows.len(), plan.same));
    let gone = plan.steps.iter().filter(|step| step.change == Change::Gone).count();
    if gone > 0 {
        desk.output.note(&format!("{gone} are gone at the source and stay in Glue; --remove-gone takes them out"));
    }
    let (removed, failed) = outcome.map(|outcome| (outcome.removed, outcome.failed)).unwrap_or_default();
    if !removed.is_empty() {
        desk.output.note(&format!("databases taken away, which were empty: {removed:?}"));
    }
    if desk.common.dry_run {
        desk.output.note("a dry run: Glue was told nothing");
    }
    let is_whole = failed.is_empty() && plan.refused.is_empty();
    for (name, error) in failed {
        desk.output.fault(&told(&error.context(format!("table {name}"))));
    }
    for (name, error) in plan.refused {
        desk.output.fault(&told(&error.context(format!("mapping {name}"))));
    }
    Ok(is_whole)
}

fn row(source: &Source, step: &Step) -> Row {
    let word = match step.change {
        Change::New => "new",
        Change::Changed => "changed",
        Change::Drifted => "drifted",
        Change::Gone => "gone",
        Change::Removed => "removed",
    };
    let what = (!step.what.is_empty()).then(|| step.what.join("; "));
    vec![some(asset_id(&source.id, &step.of.schema, &step.of.table)), some(step.name.to_string()), some(word), what]
}
