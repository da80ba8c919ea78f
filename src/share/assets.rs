//! Assets: what a source has, as last looked at, and which of it others may see and ask for.

use std::collections::BTreeMap;

use connector_core::{Error, ErrorKind, Result, TableName};
use futures::FutureExt;

use super::ending::AT_ONCE;
use super::{Caller, Share, is_member};
use crate::register::{
    Asset, AssetState, By, Column, Event, Membership, Project, Register, Source, SourceState, Versioned, Write,
};

/// A table or view that was found at a source, in the source's spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its schema and name.
    pub name: TableName,
    /// Its columns, typed for Athena.
    pub columns: Vec<Column>,
}

/// What is otherwise than when it was last looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was not known.
    New,
    /// Its columns are others, or it is back.
    Changed,
    /// It is no longer there.
    Gone,
}

/// A part of an id, in double quotes unless it is a plain word, so that ids are as unambiguous as the names in them.
fn part(name: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '$');
    if !name.is_empty() && name.chars().all(is_plain) {
        return name.to_owned();
    }
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The id of a table of a source; the case of names counts.
pub fn asset_id(source: &str, schema: &str, table: &str) -> String {
    [source, schema, table].map(part).join(".")
}

impl Share {
    /// Remembers what was found where one has looked, and says what is otherwise than before, in order of ids.
    ///
    /// Errors: forbidden, but for an owner of the source's project.
    pub async fn map(
        &self,
        caller: &Caller,
        source: &str,
        found: &[Found],
        has_looked: &(dyn Fn(&TableName) -> bool + Send + Sync),
    ) -> Result<(Vec<Event>, Vec<(Asset, Change)>)> {
        let (act, register) = (caller.act("asset map", None, None), &self.register);
        let (mut events, mut changes) = (Vec::new(), Vec::new());
        loop {
            let decided = register.decide(&act, || mapping(register, caller, source, found, has_looked).boxed()).await;
            let (written, found_anew) = self.or_noted::<Source, _>(&act, source, decided).await?;
            if written.is_empty() {
                changes.sort_by(|(a, _): &(Asset, Change), (b, _)| a.id.cmp(&b.id));
                return Ok((events, changes));
            }
            events.extend(written);
            changes.extend(found_anew);
        }
    }

    /// Lets others see assets and ask for them, or not any more; what is granted of them stays. Those that are so already are
    /// left alone.
    ///
    /// Errors: not found; forbidden, but for an owner; conflict, for an asset that is no longer at its source.
    pub async fn publish(&self, caller: &Caller, ids: &[String], published: bool) -> Result<Vec<Event>> {
        let verb = if published { "asset publish" } else { "asset unpublish" };
        let (act, register) = (caller.act(verb, None, None), &self.register);
        let mut all = Vec::new();
        loop {
            let decided = register.decide(&act, || publishing(register, caller, ids, published).boxed()).await;
            let about = not_owned(register, caller, ids).await?;
            let (events, ()) = self.or_noted::<Asset, _>(&act, about, decided).await?;
            if events.is_empty() {
                return Ok(all);
            }
            all.extend(events);
        }
    }
}

type Mapped = (Vec<Write>, Vec<(Asset, Change)>);

async fn mapping(
    register: &Register,
    caller: &Caller,
    source: &str,
    found: &[Found],
    has_looked: &(dyn Fn(&TableName) -> bool + Send + Sync),
) -> Result<Mapped> {
    let source = register.get::<Source>(source).await?.record;
    let owner = register.get::<Project>(&source.owner).await?.record;
    is_member(&owner, &caller.actor, Membership::Owner)?;
    is_not_retired(&source)?;
    // Some of them may have been handed to other projects.
    let known = register.list::<Asset>(&By::Kind).await?;
    let known = known.into_iter().filter(|read| read.record.source == source.id);
    let mut known: BTreeMap<TableName, Versioned<Asset>> =
        known.map(|read| (TableName::new(&read.record.schema, &read.record.table), read)).collect();
    let (mut writes, mut changes) = (Vec::new(), Vec::new());
    for found in found {
        if let Some((write, asset, change)) = compared(&source, found, known.remove(&found.name))? {
            writes.push(write);
            changes.push((asset, change));
        }
    }
    let is_gone = |name: &TableName, asset: &Asset| asset.state == AssetState::Present && has_looked(name);
    for (_, read) in known.iter().filter(|(name, read)| is_gone(name, &read.record)) {
        let missing = Asset { state: AssetState::Missing, ..read.record.clone() };
        writes.push(Write::update(read, &missing)?);
        changes.push((missing, Change::Gone));
    }
    writes.truncate(AT_ONCE);
    changes.truncate(AT_ONCE);
    Ok((writes, changes))
}

fn compared(source: &Source, found: &Found, known: Option<Versioned<Asset>>) -> Result<Option<(Write, Asset, Change)>> {
    let TableName { schema, table } = found.name.clone();
    let Some(read) = known else {
        let (id, owner, source) = (asset_id(&source.id, &schema, &table), source.owner.clone(), source.id.clone());
        let (columns, state) = (found.columns.clone(), AssetState::Present);
        let asset = Asset { id, source, owner, schema, table, columns, description: None, published: false, state };
        return Ok(Some((Write::create(&asset)?, asset, Change::New)));
    };
    let asset = Asset { columns: found.columns.clone(), state: AssetState::Present, ..read.record.clone() };
    if asset == read.record {
        return Ok(None);
    }
    Ok(Some((Write::update(&read, &asset)?, asset, Change::Changed)))
}

async fn publishing(register: &Register, caller: &Caller, ids: &[String], published: bool) -> Result<(Vec<Write>, ())> {
    let mut writes = Vec::new();
    for id in ids {
        let read = register.get::<Asset>(id).await?;
        let owner = register.get::<Project>(&read.record.owner).await?.record;
        is_member(&owner, &caller.actor, Membership::Owner)?;
        if published {
            is_not_retired(&register.get::<Source>(&read.record.source).await?.record)?;
            if read.record.state == AssetState::Missing {
                let told = format!("asset {id} is no longer at its source");
                return Err(Error::new(ErrorKind::Conflict, told).hint("look again with glaux asset map"));
            }
        }
        if read.record.published != published && writes.len() < AT_ONCE {
            writes.push(Write::update(&read, &Asset { published, ..read.record.clone() })?);
        }
    }
    Ok((writes, ()))
}

/// The first of the assets that the caller does not own, of which a refusal tells.
async fn not_owned<'i>(register: &Register, caller: &Caller, ids: &'i [String]) -> Result<&'i str> {
    for id in ids {
        if let Some(read) = register.find::<Asset>(id).await? {
            let owner = register.get::<Project>(&read.record.owner).await?.record;
            if is_member(&owner, &caller.actor, Membership::Owner).is_err() {
                return Ok(id);
            }
        }
    }
    Ok("")
}

pub(super) fn is_not_retired(source: &Source) -> Result<()> {
    match source.state {
        SourceState::Retired => Err(Error::new(ErrorKind::Conflict, format!("source {} is retired", source.id))),
        SourceState::New | SourceState::Ready | SourceState::Failing => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_tables_have_one_id() {
        let names = ["a", "a.b", "b", "A", "", "\"", "\"a\"", "a b", "a\"b", "größe", ".", "a\".\"b"];
        let mut ids = std::collections::BTreeSet::new();
        for schema in names {
            for table in names {
                assert!(ids.insert(asset_id("s", schema, table)), "{schema:?} {table:?}");
            }
        }
        assert_eq!(asset_id("shop-db", "public", "Orders"), "shop-db.public.Orders");
        assert_eq!(asset_id("s", "a.b", "say \"hi\""), "s.\"a.b\".\"say \"\"hi\"\"\"");
    }
}
