//! `glaux asset`: what a source has, and what of it others may see and ask for.

use clap::{Args, Subcommand};
use connector_core::{Error, Table, TableName};

use super::desk::{Desk, Row, some, state};
use super::glue;
use super::near::Named;
use super::reach;
use crate::cli::output::{Done, told};
use crate::local::athena_type;
use crate::mapping::{Looked, Scope, comment, is_like, look};
use crate::register::{Asset, By, Column};
use crate::share::{Change, Found, Sight};

/// What may be done.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Look at what a source has, and remember it; nothing is published by that
    #[command(after_help = glue::HELP)]
    Map(Mapping),
    /// Take tables of a source out of AWS Glue again that were mapped into it; the register keeps them
    Unmap(glue::Tables),
    /// The assets that you may see
    List(Listing),
    /// Assets whose name, description, or the name of one of whose columns holds a word
    Search {
        /// The word, in any case
        word: String,
    },
    /// One asset: its columns, and what is said of it
    Show {
        /// SOURCE.SCHEMA.TABLE, in double quotes what is no plain word
        id: String,
    },
    /// Let others see assets and ask for them
    Publish(Chosen),
    /// Let others neither see assets nor ask for them any more; what is granted stays
    Unpublish(Chosen),
    /// Say what an asset is, to whoever finds it
    Describe {
        /// Which
        id: String,
        /// In your words; an empty text takes away what was said
        #[arg(long, value_name = "TEXT")]
        text: String,
    },
    /// Hand an asset to another project, whose owners decide on it from then on
    Owner {
        /// Which: one that nobody asks for or reads
        id: String,
        /// Whose it will be
        project: String,
    },
}

#[derive(Args, Debug)]
pub struct Mapping {
    #[command(flatten)]
    tables: glue::Tables,
    #[command(flatten)]
    writing: glue::Writing,
}

#[derive(Args, Debug)]
pub struct Listing {
    /// Of this source only
    #[arg(long, value_name = "SOURCE")]
    source: Option<String>,
    /// Of such ids only; * stands for anything
    #[arg(long = "match", value_name = "PATTERN")]
    pattern: Option<String>,
}

#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub struct Chosen {
    /// Which
    ids: Vec<String>,
    /// All of your projects' of such ids; * stands for anything
    #[arg(long = "match", value_name = "PATTERN")]
    pattern: Option<String>,
}

/// The exit code of what was done in part.
pub(super) const PARTLY: u8 = 7;

/// Runs a verb.
pub async fn run(verb: Verb, mut desk: Desk<'_>) -> Done<u8> {
    match verb {
        Verb::Map(mapping) => return Box::pin(map(&mut desk, mapping)).await,
        Verb::Unmap(tables) => return Box::pin(glue::unmap(&mut desk, tables)).await,
        Verb::List(listing) => {
            list(&mut desk, |asset| {
                listing.source.as_ref().is_none_or(|source| asset.source == *source)
                    && listing.pattern.as_ref().is_none_or(|pattern| is_like(&asset.id, pattern))
            })
            .await?;
        }
        Verb::Search { word } => search(&mut desk, &word.to_lowercase()).await?,
        Verb::Show { id } => show(&mut desk, &id).await?,
        Verb::Publish(chosen) => publish(&mut desk, chosen, true).await?,
        Verb::Unpublish(chosen) => publish(&mut desk, chosen, false).await?,
        Verb::Describe { id, text } => {
            let described = desk.share.describe(&desk.caller, &id, &text).await;
            let events = desk.found(described, &[Named::Asset(&id)]).await?;
            desk.wrote(&events)?;
        }
        Verb::Owner { id, project } => {
            let handed = desk.share.hand_over(&desk.caller, &id, &project).await;
            let events = desk.found(handed, &[Named::Asset(&id), Named::Project(&project)]).await?;
            desk.wrote(&events)?;
        }
    }
    Ok(0)
}

async fn map(desk: &mut Desk<'_>, Mapping { tables, writing }: Mapping) -> Done<u8> {
    let target = writing.target(&tables.place)?;
    let used = desk.share.use_source(&desk.caller, &tables.source, "asset map").await;
    let source = desk.found(used, &[Named::Source(&tables.source)]).await?;
    let login = reach::administrator(desk, &source).await?;
    let mut connection = reach::connect(&source, &login).await?;
    let scope = Scope { schema: tables.schema, table: tables.table };
    let looked = looked(desk, connection.as_mut(), &scope).await?;
    let has_looked = |name: &TableName| scope.has(name) && looked.is_known(name);
    let found: Vec<Found> = looked.tables.iter().map(found).collect();
    let (events, changes) = desk.share.map(&desk.caller, &source.id, &found, &has_looked).await?;
    let rows: Vec<Row> = changes.iter().map(|(asset, change)| changed(asset, *change)).collect();
    if target.is_none() {
        desk.list(&["asset", "change", "columns", "published"], &rows)?;
    }
    let same = found.len() - changes.iter().filter(|(_, change)| *change != Change::Gone).count();
    let written = match (events.first(), events.last(), desk.common.dry_run) {
        (Some(_), _, true) => "a dry run: nothing was written".to_owned(),
        (Some(first), Some(last), false) => {
            format!("events {} to {} by {}", first.number, last.number, first.act.actor)
        }
        _ => "nothing was written".to_owned(),
    };
    desk.output.note(&format!("{} otherwise than before, {same} the same; {written}", rows.len()));
    let written = match &target {
        Some(target) => glue::map(desk, &source, &looked, (target, &writing), &has_looked).await?,
        None => true,
    };
    let code = if written && looked.failed.is_empty() { 0 } else { PARTLY };
    for (name, error) in looked.failed {
        desk.output.fault(&told(&error.context(format!("looking at {name}"))));
    }
    Ok(code)
}

async fn looked(
    desk: &mut Desk<'_>,
    connection: &mut dyn connector_core::Connection,
    scope: &Scope,
) -> connector_core::Result<Looked> {
    let output = &mut *desk.output;
    let looked = look(connection, scope, &mut |name| output.status(&format!("looking at {name}"))).await?;
    output.clear_status();
    Ok(looked)
}

fn found(table: &Table) -> Found {
    let column = |column: &connector_core::Column| Column {
        name: column.remote_name.clone(),
        data_type: athena_type(&column.mapping.data_type),
        comment: column.comment.as_deref().and_then(comment),
    };
    Found { name: table.name.clone(), columns: table.columns.iter().map(column).collect() }
}

fn changed(asset: &Asset, change: Change) -> Row {
    let word = match change {
        Change::New => "new",
        Change::Changed => "changed",
        Change::Gone => "gone",
    };
    vec![some(&asset.id), some(word), some(asset.columns.len().to_string()), some(yes(asset.published))]
}

fn yes(is_so: bool) -> &'static str {
    if is_so { "yes" } else { "no" }
}

async fn seen(desk: &Desk<'_>) -> connector_core::Result<(Sight, Vec<Asset>)> {
    let sight = desk.sight().await?;
    let all = desk.register.list::<Asset>(&By::Kind).await?;
    let of_project = |asset: &Asset| desk.common.project.as_ref().is_none_or(|project| asset.owner == *project);
    let seen = all.into_iter().map(|read| read.record);
    let seen = seen.filter(|asset| sight.sees_asset(asset) && of_project(asset)).collect();
    Ok((sight, seen))
}

async fn list(desk: &mut Desk<'_>, is_meant: impl Fn(&Asset) -> bool) -> Done {
    let (_, assets) = seen(desk).await?;
    let row = |asset: &Asset| -> Row {
        let (published, columns) = (some(yes(asset.published)), some(asset.columns.len().to_string()));
        vec![some(&asset.id), some(&asset.owner), state(asset), published, columns]
    };
    let rows: Vec<Row> = assets.iter().filter(|asset| is_meant(asset)).map(row).collect();
    desk.list(&["asset", "project", "state", "published", "columns"], &rows)
}

async fn search(desk: &mut Desk<'_>, word: &str) -> Done {
    let (_, assets) = seen(desk).await?;
    let mut rows: Vec<Row> = Vec::new();
    for asset in &assets {
        let hits = asset.columns.iter().filter(|column| column.name.to_lowercase().contains(word));
        let hits: Vec<String> = hits.map(|column| column.name.clone()).collect();
        let is_said = asset.description.as_ref().is_some_and(|text| text.to_lowercase().contains(word));
        if !hits.is_empty() || is_said || asset.id.to_lowercase().contains(word) {
            let columns = (!hits.is_empty()).then(|| super::words::shown_columns(&hits));
            rows.push(vec![some(&asset.id), some(&asset.owner), columns]);
        }
    }
    desk.list(&["asset", "project", "columns"], &rows)
}

async fn show(desk: &mut Desk<'_>, id: &str) -> Done {
    let sight = desk.sight().await?;
    let found = desk.register.find::<Asset>(id).await?.map(|read| read.record).filter(|asset| sight.sees_asset(asset));
    let found =
        found.ok_or_else(|| Error::not_found(format!("there is no asset {id} that {} may see", desk.caller.actor)));
    let asset = desk.found(found, &[Named::Asset(id)]).await?;
    let rows = asset.columns.iter().map(|column| vec![some(&column.name), some(&column.data_type)]);
    desk.list(&["column", "type"], &rows.collect::<Vec<_>>())?;
    if let Some(description) = &asset.description {
        desk.output.note(description);
    }
    let Asset { source, owner, schema, table, published, .. } = &asset;
    let state = state(&asset).unwrap_or_default();
    let told = format!("table {table:?} of schema {schema:?} at {source}, owned by {owner}, {state}");
    desk.output.note(&format!("{told}, {}", if *published { "published" } else { "not published" }));
    Ok(())
}

async fn publish(desk: &mut Desk<'_>, chosen: Chosen, published: bool) -> Done {
    let mut ids = chosen.ids;
    if let Some(pattern) = &chosen.pattern {
        let (sight, assets) = seen(desk).await?;
        let is_own = |asset: &&Asset| sight.owned().any(|project| project == asset.owner);
        let there = assets.iter().filter(is_own).filter(|asset| !published || state(*asset) == some("present"));
        ids = there.filter(|asset| is_like(&asset.id, pattern)).map(|asset| asset.id.clone()).collect();
        if ids.is_empty() {
            return Err(
                Error::not_found(format!("no asset of {}'s projects is like {pattern:?}", desk.caller.actor)).into()
            );
        }
    }
    let done = desk.share.publish(&desk.caller, &ids, published).await;
    let named: Vec<Named<'_>> = ids.iter().map(|id| Named::Asset(id)).collect();
    let events = desk.found(done, &named).await?;
    desk.wrote(&events)
}
