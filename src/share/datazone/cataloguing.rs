//! What is published here, put into DataZone's catalogue as assets of a type of our own; and taken out of it again.
//!
//! What is wanted there follows from the register at any time, how far it is is kept beside it, and DataZone is asked for one
//! thing after the other, each by a token that stays the same until the register knows that it was done: so it may stop anywhere
//! and be repeated. An asset is ours by its external identifier, under which nobody else's is touched; and what people there
//! have added to one of ours, names, terms and forms, stays.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use connector_core::{Error, ErrorKind, Result};
use serde_json::json;

use super::catalogue::{Catalogue, Draft, Form, Held, Slot};
use super::offer::FORM;
use crate::register::{
    Asset, AssetState, By, Catalogued, CataloguedState, Entity, Source, Versioned, Write, hash_of, pause,
};
use crate::share::{Caller, Share};

/// The type of our assets.
pub const ASSET_TYPE: &str = "GlauxTableAssetType";
/// DataZone's own form for the columns of a table, and what it is called in ours.
const COLUMNS_TYPE: &str = "amazon.datazone.RelationalTableFormType";
const COLUMNS: &str = "RelationalTableForm";
/// What our form says; a form type that lacks one of these is somebody else's.
const MEMBERS: [&str; 4] = ["engine", "source", "schema", "table"];
/// So many assets are looked after at once, for the clock has more to do.
const AT_ONCE: usize = 20;
/// And for so long: a function that is stopped in between has done no harm, but rings an alarm.
const LONG_ENOUGH: Duration = Duration::from_secs(20);
/// An asset is at rest after fewer steps than these.
const STEPS: usize = 8;

/// Whose assets are put there.
#[derive(Clone, Copy, Debug)]
pub struct Cataloguing<'c> {
    /// What tells this register's assets from those of another.
    pub domain: &'c str,
    /// The projects whose assets are put there; the first owns the types.
    pub projects: &'c [String],
}

/// An asset as it should be there, without what others add.
struct Wanted {
    owner: String,
    external: String,
    name: String,
    table: String,
    columns: String,
    says: String,
}

impl Wanted {
    fn of(asset: &Asset, engine: &str, domain: &str) -> Self {
        let Asset { id, source, schema, table, .. } = asset;
        let column = |column: &crate::register::Column| match &column.comment {
            Some(comment) => {
                json!({"columnName": column.name, "dataType": column.data_type, "description": comment})
            }
            None => json!({"columnName": column.name, "dataType": column.data_type}),
        };
        let columns: Vec<_> = asset.columns.iter().map(column).collect();
        let columns = json!({"tableName": table, "columns": columns}).to_string();
        let form = json!({"engine": engine, "source": source, "schema": schema, "table": table}).to_string();
        let says = hash_of(&[&form, &columns]);
        let (owner, name) = (asset.owner.clone(), table.clone());
        Self { owner, external: external(domain, id), name, table: form, columns, says }
    }

    /// Our forms, of those that the type has.
    fn forms(&self, slots: &BTreeMap<String, Slot>) -> Vec<Form> {
        let form = |(name, content): (&str, &String)| {
            slots.get(name).map(|slot| Form {
                name: name.into(),
                form_type: Some(slot.form_type.clone()),
                revision: Some(slot.revision.clone()),
                content: content.clone(),
            })
        };
        [(FORM, &self.table), (COLUMNS, &self.columns)].into_iter().filter_map(form).collect()
    }

    fn draft(&self, slots: &BTreeMap<String, Slot>) -> Draft {
        Draft {
            project: self.owner.clone(),
            asset_type: ASSET_TYPE.into(),
            external: self.external.clone(),
            name: self.name.clone(),
            description: None,
            terms: Vec::new(),
            forms: self.forms(slots),
        }
    }
}

/// What an asset is known by in DataZone.
fn external(domain: &str, asset: &str) -> String {
    format!("glaux:{domain}:{asset}")
}

/// One look at all of it.
struct Work<'w> {
    catalogue: &'w dyn Catalogue,
    cataloguing: Cataloguing<'w>,
    caller: Caller,
    slots: Option<BTreeMap<String, Slot>>,
}

impl Share {
    /// Brings DataZone's catalogue nearer to what is published here, and says whether nothing is left to do.
    ///
    /// Errors: those of the register and of the types there; of one asset the register tells, and it is tried again.
    pub async fn catalogue(&self, catalogue: &dyn Catalogue, of: Cataloguing<'_>, request: &str) -> Result<bool> {
        let wanted = self.wanted(of).await?;
        let known = self.register.list::<Catalogued>(&By::Kind).await?;
        let known: BTreeMap<String, Catalogued> =
            known.into_iter().map(|read| (read.record.id.clone(), read.record)).collect();
        let ids: BTreeSet<&String> = wanted.keys().chain(known.keys()).collect();
        let open: Vec<&String> = ids.into_iter().filter(|id| !is_at_rest(known.get(*id), wanted.get(*id))).collect();
        let now = self.register.now();
        let is_due = |id: &&&String| known.get(**id).and_then(|known| known.look_again).is_none_or(|at| at <= now);
        let due: Vec<&String> = open.iter().filter(is_due).take(AT_ONCE).copied().collect();
        if due.is_empty() {
            return Ok(open.is_empty());
        }
        let mut work = Work { catalogue, cataloguing: of, caller: Caller::clock(request), slots: None };
        if let (true, Some(project)) = (due.iter().any(|id| wanted.contains_key(*id)), of.projects.first()) {
            work.slots = Some(types(catalogue, project).await?);
        }
        let (mut settled, started) = (0, Instant::now());
        for id in due.iter().take_while(|_| started.elapsed() < LONG_ENOUGH) {
            match self.settle(&work, id, wanted.get(*id)).await {
                Ok(()) => settled += 1,
                Err(error) => {
                    tracing::error!(asset = id.as_str(), "putting it into DataZone's catalogue: {error}");
                    self.not_settled(&work, id, &error).await?;
                }
            }
        }
        Ok(settled == open.len())
    }

    /// What should be there, by the asset's id.
    async fn wanted(&self, of: Cataloguing<'_>) -> Result<BTreeMap<String, Wanted>> {
        let mut wanted = BTreeMap::new();
        for project in of.projects {
            let sources = self.register.list::<Source>(&By::Owner(project.clone())).await?;
            let engines: BTreeMap<String, String> =
                sources.into_iter().map(|read| (read.record.id, read.record.engine)).collect();
            for Versioned { record, .. } in self.register.list::<Asset>(&By::Owner(project.clone())).await? {
                let engine = engines.get(&record.source).filter(|_| record.published);
                if let (Some(engine), AssetState::Present) = (engine, record.state) {
                    wanted.insert(record.id.clone(), Wanted::of(&record, engine, of.domain));
                }
            }
        }
        Ok(wanted)
    }

    /// One step after the other, each written down before the next.
    async fn settle(&self, work: &Work<'_>, id: &str, wanted: Option<&Wanted>) -> Result<()> {
        let mut is_new = false;
        for _ in 0..STEPS {
            let read = self.register.find::<Catalogued>(id).await?;
            let known = read.as_ref().map(|read| &read.record);
            let Some((verb, next)) = work.step(id, known, wanted, is_new).await? else { return Ok(()) };
            // Whoever finds it begun cannot know whether it was made; and to look for it takes all pages of all others.
            is_new = known.is_none_or(|known| known.state == CataloguedState::Gone);
            let next = Catalogued { error: None, failures: 0, look_again: None, ..next };
            let write = match &read {
                Some(read) => Write::update(read, &next)?,
                None => Write::create(&next)?,
            };
            self.register.write(&work.caller.act(verb, None, None), &[write]).await?;
        }
        Err(Error::new(ErrorKind::Conflict, format!("asset {id} does not come to rest in DataZone's catalogue")))
    }

    async fn not_settled(&self, work: &Work<'_>, id: &str, error: &Error) -> Result<()> {
        let Some(read) = self.register.find::<Catalogued>(id).await? else { return Ok(()) };
        let (told, now, failures) = (error.to_string(), self.register.now(), read.record.failures);
        let (error, look_again) = (Some(told.clone()), Some(now.after(pause(failures))));
        let failed = Catalogued { error, failures: failures + 1, look_again, ..read.record.clone() };
        let act = work.caller.act("catalogue failed", None, Some(&told));
        match self.register.write(&act, &[Write::update(&read, &failed)?]).await {
            // Somebody else has it in hand.
            Err(error) if error.kind() == ErrorKind::Conflict => Ok(()),
            written => written.map(drop),
        }
    }
}

fn is_at_rest(known: Option<&Catalogued>, wanted: Option<&Wanted>) -> bool {
    match (known, wanted) {
        (Some(known), Some(wanted)) => known.state == CataloguedState::Listed && known.says == wanted.says,
        (Some(known), None) => known.state == CataloguedState::Gone,
        (None, wanted) => wanted.is_none(),
    }
}

type Step = Option<(&'static str, Catalogued)>;

impl Work<'_> {
    /// What is to be written down next, after it was done; nothing, if it is as it should be.
    async fn step(&self, id: &str, known: Option<&Catalogued>, wanted: Option<&Wanted>, is_new: bool) -> Result<Step> {
        use CataloguedState::{Gone, Leaving, Listed, Made, Making, Unlisted};
        match (known, wanted) {
            (known, wanted) if is_at_rest(known, wanted) => Ok(None),
            (None, Some(wanted)) => Ok(Some(("catalogue want", begun(id, None, wanted)))),
            (Some(known), Some(wanted))
                if known.says != wanted.says || matches!(known.state, Leaving | Unlisted | Gone) =>
            {
                Ok(Some(("catalogue want", begun(id, Some(known), wanted))))
            }
            (Some(known), Some(wanted)) => match known.state {
                Making => self.make(known, wanted, is_new).await,
                Made => self.list(known).await,
                Listed | Leaving | Unlisted | Gone => Ok(None),
            },
            (Some(known), None) => match known.state {
                Making | Made | Listed => {
                    Ok(Some(("catalogue withdraw", Catalogued { state: Leaving, ..known.clone() })))
                }
                Leaving => self.unlist(known).await,
                Unlisted => self.remove(known).await,
                Gone => Ok(None),
            },
            (None, None) => Ok(None),
        }
    }

    /// Made, found or made to say what it should, whichever it lacks.
    async fn make(&self, known: &Catalogued, wanted: &Wanted, is_new: bool) -> Result<Step> {
        let slots = self.slots.as_ref().ok_or_else(|| Error::internal("an asset is made without its type"))?;
        let entity = if is_new { None } else { self.entity(known).await? };
        let Some(entity) = entity else {
            let made = self.catalogue.make(&wanted.draft(slots), &self.token(known, "make")).await?;
            return Ok(Some(("catalogue make", now(known, CataloguedState::Made, made))));
        };
        let Some(held) = self.held(known, &entity).await? else {
            // Somebody has taken it away there: what was made by the token before is no more.
            let anew = Catalogued { entity: None, generation: known.generation + 1, ..known.clone() };
            return Ok(Some(("catalogue want", anew)));
        };
        let draft = merged(held.draft.clone(), wanted.forms(slots));
        if draft == held.draft {
            let entity = Entity { revision: held.revision, ..entity };
            return Ok(Some(("catalogue make", now(known, CataloguedState::Made, entity))));
        }
        let revised = self.catalogue.revise(&entity.id, &draft, &self.token(known, "revise")).await?;
        Ok(Some(("catalogue revise", now(known, CataloguedState::Made, revised))))
    }

    async fn list(&self, known: &Catalogued) -> Result<Step> {
        let entity = known.entity.clone().ok_or_else(|| Error::internal("nothing is there to be listed"))?;
        match self.catalogue.list(&entity, true, &self.token(known, "list")).await {
            // Made and taken away meanwhile: it is looked for anew.
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Ok(Some(("catalogue want", Catalogued { state: CataloguedState::Making, ..known.clone() })))
            }
            listed => listed.map(|()| Some(("catalogue list", now(known, CataloguedState::Listed, entity)))),
        }
    }

    async fn unlist(&self, known: &Catalogued) -> Result<Step> {
        let entity = self.entity(known).await?;
        let held = match &entity {
            Some(entity) => self.held(known, entity).await?,
            None => None,
        };
        let (Some(entity), Some(held)) = (entity, held) else { return Ok(Some(gone(known))) };
        if held.is_listed {
            self.catalogue.list(&entity, false, &self.token(known, "unlist")).await?;
        }
        Ok(Some(("catalogue unlist", now(known, CataloguedState::Unlisted, entity))))
    }

    async fn remove(&self, known: &Catalogued) -> Result<Step> {
        let Some(entity) = &known.entity else { return Ok(Some(gone(known))) };
        if self.held(known, entity).await?.is_some() {
            match self.catalogue.remove(&entity.id).await {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(Some(gone(known)))
    }

    /// What it is there, as the register knows or by its external identifier: whoever made it may have had no time to say so.
    async fn entity(&self, known: &Catalogued) -> Result<Option<Entity>> {
        if known.entity.is_some() {
            return Ok(known.entity.clone());
        }
        let external = external(self.cataloguing.domain, &known.id);
        let found = self.catalogue.find(&known.owner, ASSET_TYPE, &external).await?;
        Ok(found.map(|id| Entity { id, revision: String::new() }))
    }

    /// It as it is there.
    ///
    /// Errors: forbidden, for one that is not ours.
    async fn held(&self, known: &Catalogued, entity: &Entity) -> Result<Option<Held>> {
        let Some(held) = self.catalogue.asset(&entity.id).await? else { return Ok(None) };
        if held.draft.external == external(self.cataloguing.domain, &known.id) && held.draft.asset_type == ASSET_TYPE {
            return Ok(Some(held));
        }
        let told = format!("asset {} of DataZone is not the one that was made for {}", entity.id, known.id);
        Err(Error::new(ErrorKind::Forbidden, told).hint("it is left alone; see whose it is"))
    }

    /// The same as long as the same is wanted.
    fn token(&self, known: &Catalogued, what: &str) -> String {
        hash_of(&[self.cataloguing.domain, &known.id, &known.generation.to_string(), what])
    }
}

fn begun(id: &str, known: Option<&Catalogued>, wanted: &Wanted) -> Catalogued {
    Catalogued {
        id: id.into(),
        owner: wanted.owner.clone(),
        says: wanted.says.clone(),
        generation: known.map_or(0, |known| known.generation) + 1,
        entity: known.and_then(|known| known.entity.clone()),
        state: CataloguedState::Making,
        error: None,
        failures: 0,
        look_again: None,
    }
}

fn now(known: &Catalogued, state: CataloguedState, entity: Entity) -> Catalogued {
    Catalogued { entity: Some(entity), state, ..known.clone() }
}

fn gone(known: &Catalogued) -> (&'static str, Catalogued) {
    ("catalogue remove", Catalogued { entity: None, state: CataloguedState::Gone, ..known.clone() })
}

/// What is there, with our forms in place of those that it has of ours.
fn merged(held: Draft, ours: Vec<Form>) -> Draft {
    let is_same = |one: &Form, other: &Form| {
        let value = |form: &Form| serde_json::from_str::<serde_json::Value>(&form.content).ok();
        one.name == other.name && value(one) == value(other)
    };
    let mut forms: Vec<Form> = Vec::new();
    for form in held.forms {
        match ours.iter().find(|own| own.name == form.name) {
            Some(own) if !is_same(own, &form) => forms.push(own.clone()),
            _ => forms.push(form),
        }
    }
    let lacks: Vec<Form> = ours.into_iter().filter(|own| !forms.iter().any(|form| form.name == own.name)).collect();
    forms.extend(lacks);
    Draft { forms, ..held }
}

/// The forms of our asset type, which are made if they are not there.
///
/// Errors: conflict, for types of these names that are somebody else's.
async fn types(catalogue: &dyn Catalogue, project: &str) -> Result<BTreeMap<String, Slot>> {
    if let Some(slots) = catalogue.asset_type(ASSET_TYPE).await? {
        return match slots.get(FORM) {
            Some(slot) if slot.form_type == FORM => Ok(slots),
            _ => Err(not_ours("asset type", ASSET_TYPE)),
        };
    }
    let own = match catalogue.form_type(FORM).await? {
        Some(found) if MEMBERS.iter().all(|member| found.model.contains(member)) => found.revision,
        Some(_) => return Err(not_ours("form type", FORM)),
        None => catalogue.make_form_type(project, FORM, &model()).await?,
    };
    let slot = |form_type: &str, revision, is_required| Slot { form_type: form_type.into(), revision, is_required };
    let mut slots = BTreeMap::from([(FORM.to_owned(), slot(FORM, own, true))]);
    // DataZone's own, which shows columns as it shows those of Glue's tables.
    if let Some(columns) = catalogue.form_type(COLUMNS_TYPE).await? {
        slots.insert(COLUMNS.into(), slot(COLUMNS_TYPE, columns.revision, false));
    }
    catalogue.make_asset_type(project, ASSET_TYPE, &slots).await?;
    Ok(slots)
}

fn model() -> String {
    let member = |name| format!("    @required\n    @amazon.datazone#searchable\n    {name}: String\n");
    format!("structure {FORM} {{\n{}}}\n", MEMBERS.map(member).concat())
}

fn not_ours(what: &str, name: &str) -> Error {
    Error::new(ErrorKind::Conflict, format!("{what} {name} of DataZone is not the one that is made here"))
        .hint("rename or delete it there; nothing is put into the catalogue until then")
}
