//! A store that forgets: what is written is seen through it, and the store beneath never hears of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use connector_core::Result;

use super::event::Event;
use super::store::{By, Head, Item, Key, Page, Store};

/// What would be written over a store.
pub(super) struct Rehearsal {
    beneath: Arc<dyn Store>,
    written: Mutex<Written>,
}

#[derive(Default)]
struct Written {
    items: BTreeMap<Key, Item>,
    events: Vec<Event>,
}

impl Rehearsal {
    pub(super) fn over(beneath: Arc<dyn Store>) -> Self {
        Self { beneath, written: Mutex::default() }
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All items that a list finds beneath, however many pages they are.
    async fn found_beneath(&self, kind: &str, by: &By, most: usize) -> Result<BTreeMap<Key, Item>> {
        let (mut all, mut after) = (BTreeMap::new(), None);
        loop {
            let Page { items, next } = self.beneath.list(kind, by, after, most).await?;
            all.extend(items.into_iter().map(|item| (item.key.clone(), item)));
            match next {
                None => return Ok(all),
                next => after = next,
            }
        }
    }
}

#[async_trait]
impl Store for Rehearsal {
    async fn get(&self, key: &Key) -> Result<Option<Item>> {
        let written = self.written().items.get(key).cloned();
        match written {
            Some(item) => Ok(Some(item)),
            None => self.beneath.get(key).await,
        }
    }

    async fn head(&self) -> Result<Head> {
        let last = self.written().events.last().map(Event::head);
        match last {
            Some(head) => Ok(head),
            None => self.beneath.head().await,
        }
    }

    async fn write(&self, items: &[Item], events: &[Event], head: &Head) -> Result<bool> {
        if self.head().await? != *head {
            return Ok(false);
        }
        let mut written = self.written();
        // Somebody else of this process may have written since it was asked.
        if written.events.last().is_some_and(|last| last.head() != *head) {
            return Ok(false);
        }
        written.items.extend(items.iter().map(|item| (item.key.clone(), item.clone())));
        written.events.extend_from_slice(events);
        Ok(true)
    }

    /// One page, however long: what is written moves items from page to page of the store beneath.
    async fn list(&self, kind: &str, by: &By, _after: Option<String>, most: usize) -> Result<Page> {
        let mut found = self.found_beneath(kind, by, most).await?;
        for (key, item) in &self.written().items {
            found.remove(key);
            if key.kind == kind && is_found(item, by) {
                found.insert(key.clone(), item.clone());
            }
        }
        let mut items: Vec<Item> = found.into_values().collect();
        if matches!(by, By::Due(_)) {
            items.sort_by(|a, b| (a.found_by.due, &a.key.id).cmp(&(b.found_by.due, &b.key.id)));
        }
        Ok(Page { items, next: None })
    }

    async fn events(&self, of: Option<&Key>, after: u64, most: usize) -> Result<Vec<Event>> {
        let mut events = self.beneath.events(of, after, most).await?;
        let written = self.written();
        let first = written.events.first().map_or(u64::MAX, |event| event.number);
        events.retain(|event| event.number < first);
        let wanted = |event: &&Event| event.number > after && of.is_none_or(|of| event.record == *of);
        events.extend(written.events.iter().filter(wanted).cloned());
        events.truncate(most);
        Ok(events)
    }
}

fn is_found(item: &Item, by: &By) -> bool {
    match by {
        By::Kind => true,
        By::State(state) => item.found_by.state == *state,
        By::Owner(project) => item.found_by.owner.as_ref() == Some(project),
        By::Consumer(project) => item.found_by.consumer.as_ref() == Some(project),
        By::Due(until) => item.found_by.due.is_some_and(|due| due <= *until),
    }
}

#[cfg(test)]
#[cfg(feature = "local")]
mod tests {
    use super::super::{Act, Project, ProjectState, Sqlite, Write, suite};
    use super::*;

    #[tokio::test]
    async fn it_is_a_store_like_any_other_and_leaves_the_one_beneath_alone() {
        let folder = tempfile::tempdir().unwrap();
        let opened = Mutex::new(Vec::new());
        suite::holds(async |name| {
            let beneath: Arc<dyn Store> = Arc::new(Sqlite::open(&folder.path().join(name)).await.unwrap());
            opened.lock().unwrap().push(beneath.clone());
            let rehearsal: Arc<dyn Store> = Arc::new(Rehearsal::over(beneath));
            [rehearsal.clone(), rehearsal]
        })
        .await;
        for beneath in opened.into_inner().unwrap() {
            assert_eq!(beneath.head().await.unwrap(), Head::default());
            assert_eq!(beneath.list("project", &By::Kind, None, 10).await.unwrap().items, []);
        }
        let beneath: Arc<dyn Store> = Arc::new(Sqlite::open(&folder.path().join("register")).await.unwrap());
        // Over what is there already, too.
        suite::three_projects(&suite::register(beneath.clone())).await;
        let before = beneath.head().await.unwrap();
        let rehearsal: Arc<dyn Store> = Arc::new(Rehearsal::over(beneath.clone()));
        let register = suite::register(rehearsal);
        let read = register.get::<Project>("b").await.unwrap();
        let archived = Project { state: ProjectState::Archived, ..read.record.clone() };
        let act = Act { actor: "alice".into(), verb: "project archive".into(), ..Act::default() };
        register.write(&act, &[Write::update(&read, &archived).unwrap()]).await.unwrap();
        let archived = By::State("archived".into());
        assert_eq!(register.list::<Project>(&archived).await.unwrap().len(), 1);
        assert_eq!(register.list::<Project>(&By::State("active".into())).await.unwrap().len(), 2);
        assert_eq!(register.verify().await.unwrap(), []);
        assert_eq!(register.events(None).await.unwrap().len(), 4);
        assert_eq!(beneath.head().await.unwrap(), before);
    }
}
