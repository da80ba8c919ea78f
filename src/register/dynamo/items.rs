//! Records, events and the chain's head as items, and what lists find them by.
//!
//! The table's key is kind and id, as a record's is. Events are of a kind of their own, with their numbers as ids, and so is the
//! head. An index is named like the attribute it sorts by.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use connector_core::{Error, Result};

use super::super::event::Event;
use super::super::records::FoundBy;
use super::super::store::{By, Head, Item, Key};
use super::super::time::Time;

/// An item as DynamoDB knows it.
pub(super) type Attributes = HashMap<String, AttributeValue>;

/// The kind of events.
pub(super) const EVENT: &str = "event";
/// The indexes; there is no room for a sixth.
pub(super) const INDEXES: [&str; 5] = ["by_state", "by_owner", "by_consumer", "by_due", "by_record"];
/// A sort key ends here, in bytes.
const LONGEST_KEY: usize = 1024;
/// What the table and the items hold, counted.
pub(super) const LAYOUT: u64 = 1;

/// Whether a record may have this id at all.
pub(super) fn can_be_a_key(id: &str) -> bool {
    (1..=LONGEST_KEY).contains(&id.len())
}

pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn told<'a>(attributes: &'a Attributes, name: &str) -> Option<&'a str> {
    attributes.get(name)?.as_s().ok().map(String::as_str)
}

fn counted<N: std::str::FromStr>(attributes: &Attributes, name: &str) -> Option<N> {
    attributes.get(name)?.as_n().ok()?.parse().ok()
}

fn none_of_ours(attributes: &Attributes) -> Error {
    let name = |part| told(attributes, part).unwrap_or("?");
    Error::corrupt(format!("the item {} {} is none of the register's", name("kind"), name("id")))
        .hint("something else has written to the table")
}

/// The attributes that name an item.
pub(super) fn key(key: &Key) -> Attributes {
    HashMap::from([("kind".to_owned(), text(&key.kind)), ("id".to_owned(), text(&key.id))])
}

/// Which item this is.
pub(super) fn key_of(attributes: &Attributes) -> Result<Key> {
    let named = told(attributes, "kind").zip(told(attributes, "id"));
    let (kind, id) = named.ok_or_else(|| none_of_ours(attributes))?;
    Ok(Key { kind: kind.into(), id: id.into() })
}

/// A record's version; events have none, which is the least.
pub(super) fn version_of(attributes: &Attributes) -> u64 {
    counted(attributes, "version").unwrap_or_default()
}

/// What sorts by an id among those of one name, whatever characters either has.
fn place(name: &str, id: &str) -> String {
    format!("{} {id}", group(name))
}

fn group(name: &str) -> String {
    format!("{}:{name}", name.len())
}

/// A moment that sorts as text, those before 1970 too.
fn moment(time: Time) -> String {
    format!("{:020}", time.millis().cast_unsigned() ^ (1 << 63))
}

/// The id of an event.
pub(super) fn event_key(number: u64) -> Key {
    Key { kind: EVENT.into(), id: format!("{number:020}") }
}

/// The item of a record.
pub(super) fn of_record(item: &Item) -> Attributes {
    let FoundBy { owner, consumer, state, due } = &item.found_by;
    let id = &item.key.id;
    let mut attributes = key(&item.key);
    let mut set = |name: &str, value| attributes.insert(name.to_owned(), value);
    set("version", number(item.version));
    set("body", text(&item.body));
    set("state", text(state));
    set("by_state", text(place(state, id)));
    if let Some(owner) = owner {
        set("owner", text(owner));
        set("by_owner", text(place(owner, id)));
    }
    if let Some(consumer) = consumer {
        set("consumer", text(consumer));
        set("by_consumer", text(place(consumer, id)));
    }
    if let Some(due) = due {
        set("due", AttributeValue::N(due.millis().to_string()));
        set("by_due", text(format!("{} {id}", moment(*due))));
    }
    attributes
}

/// The record of an item.
pub(super) fn read(attributes: &Attributes) -> Result<Item> {
    let read = || {
        let owned = |name| told(attributes, name).map(str::to_owned);
        let due = counted(attributes, "due").map(Time::from_millis);
        let found_by = FoundBy { owner: owned("owner"), consumer: owned("consumer"), state: owned("state")?, due };
        let key = key_of(attributes).ok()?;
        Some(Item { key, version: counted(attributes, "version")?, found_by, body: owned("body")? })
    };
    read().ok_or_else(|| none_of_ours(attributes))
}

/// Whether a list of these has it.
pub(super) fn is_found(item: &Item, by: &By) -> bool {
    let FoundBy { owner, consumer, state, due } = &item.found_by;
    match by {
        By::Kind => true,
        By::State(wanted) => state == wanted,
        By::Owner(project) => owner.as_ref() == Some(project),
        By::Consumer(project) => consumer.as_ref() == Some(project),
        By::Due(until) => due.is_some_and(|due| due <= *until),
    }
}

/// The item of an event; `write` names the write that made it, once and for all.
pub(super) fn of_event(event: &Event, write: &str) -> Result<Attributes> {
    let body =
        serde_json::to_string(event).map_err(|error| Error::internal("writing an event as JSON").with_source(error))?;
    let event_key = event_key(event.number);
    let mut attributes = key(&event_key);
    attributes.insert("by_record".into(), text(place(&event.record.to_string(), &event_key.id)));
    attributes.insert("body".into(), text(body));
    attributes.insert("write".into(), text(write));
    Ok(attributes)
}

/// The event of an item.
pub(super) fn read_event(attributes: &Attributes) -> Result<Event> {
    let body = told(attributes, "body").ok_or_else(|| none_of_ours(attributes))?;
    serde_json::from_str(body).map_err(|error| none_of_ours(attributes).with_source(error))
}

/// Which write made an event.
pub(super) fn write_of(attributes: &Attributes) -> Option<&str> {
    told(attributes, "write")
}

/// Where the chain ends, and what the last write made.
pub(super) struct End {
    pub(super) head: Head,
    pub(super) layout: u64,
    /// Records by their version, events by 0.
    pub(super) made: BTreeMap<Key, u64>,
}

impl End {
    pub(super) fn key() -> Key {
        Key { kind: "head".into(), id: "head".into() }
    }

    /// The item after a write.
    pub(super) fn item(head: &Head, items: &[Item], events: &[Event]) -> Attributes {
        let records = items.iter().map(|item| (item.key.to_string(), number(item.version))).collect();
        let first = events.first().map_or(head.number, |event| event.number);
        let mut attributes = key(&Self::key());
        attributes.insert("number".into(), number(head.number));
        attributes.insert("first".into(), number(first));
        attributes.insert("hash".into(), text(&head.hash));
        attributes.insert("records".into(), AttributeValue::M(records));
        attributes.insert("layout".into(), number(LAYOUT));
        attributes
    }

    pub(super) fn read(attributes: &Attributes) -> Result<Self> {
        let read = || {
            let head = Head { number: counted(attributes, "number")?, hash: told(attributes, "hash")?.to_owned() };
            let mut made = BTreeMap::new();
            for (name, version) in attributes.get("records")?.as_m().ok()? {
                made.insert(Key::try_from(name.clone()).ok()?, version.as_n().ok()?.parse().ok()?);
            }
            let events = counted(attributes, "first")?..=head.number;
            made.extend(events.map(|number| (event_key(number), 0)));
            Some(Self { head, layout: counted(attributes, "layout")?, made })
        };
        read().ok_or_else(|| none_of_ours(attributes))
    }
}

/// Items of a kind that lie together in an order.
pub(super) struct Range {
    sort: &'static str,
    from: String,
    to: Option<String>,
}

impl Range {
    /// Those of a list, from behind a place in it.
    pub(super) fn of(by: &By, after: Option<&str>) -> Self {
        let range = match by {
            By::Kind => Self { sort: "id", from: "\0".into(), to: None },
            By::State(state) => Self::of_group("by_state", state),
            By::Owner(project) => Self::of_group("by_owner", project),
            By::Consumer(project) => Self::of_group("by_consumer", project),
            By::Due(until) => Self { sort: "by_due", from: "0".into(), to: Some(format!("{}!", moment(*until))) },
        };
        match after {
            Some(after) => range.behind(after),
            None => range,
        }
    }

    /// Those of all events, or of a record's, behind a number.
    pub(super) fn of_events(of: Option<&Key>, after: u64) -> Self {
        match of {
            None => Self { sort: "id", from: format!("{}\0", event_key(after).id), to: None },
            Some(key) => {
                let record = key.to_string();
                Self::of_group("by_record", &record).behind(&place(&record, &event_key(after).id))
            }
        }
    }

    /// All places of one name: '!' is what follows the blank between name and id.
    fn of_group(sort: &'static str, name: &str) -> Self {
        Self { sort, from: format!("{} ", group(name)), to: Some(format!("{}!", group(name))) }
    }

    /// The rest of it; nothing lies between a text and the same with a zero byte at its end.
    pub(super) fn behind(self, place: &str) -> Self {
        Self { from: format!("{place}\0"), ..self }
    }

    pub(super) fn is_of_index(&self) -> bool {
        self.sort != "id"
    }

    /// A query for it.
    pub(super) fn asked(&self, query: QueryFluentBuilder, kind: &str) -> QueryFluentBuilder {
        let upper = if self.to.is_some() { "BETWEEN :from AND :to" } else { ">= :from" };
        let query = query
            .set_index_name(self.is_of_index().then(|| self.sort.to_owned()))
            .key_condition_expression(format!("#kind = :kind AND #sort {upper}"))
            .expression_attribute_names("#kind", "kind")
            .expression_attribute_names("#sort", self.sort)
            .expression_attribute_values(":kind", text(kind))
            .expression_attribute_values(":from", text(&self.from));
        match &self.to {
            Some(to) => query.expression_attribute_values(":to", text(to)),
            None => query,
        }
    }

    /// Where a page ended, if not with the range.
    pub(super) fn place_of(&self, last: Option<&Attributes>) -> Option<String> {
        told(last?, self.sort).map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_no_place_among_anothers() {
        let within =
            |range: &Range, place: &str| *place >= *range.from && range.to.as_ref().is_none_or(|to| *place <= **to);
        let shop = Range::of(&By::Owner("a b".into()), None);
        assert!(within(&shop, &place("a b", "c")) && within(&shop, &place("a b", "\u{10ffff}")));
        for (name, id) in
            [("a", "b c"), ("a b c", "d"), ("a b!", ""), ("a", "b"), ("", "a b"), ("b", "c"), ("3:a b", "c")]
        {
            assert!(!within(&shop, &place(name, id)), "{name:?} {id:?}");
        }
        let rest = Range::of(&By::Owner("a b".into()), Some(&place("a b", "c")));
        assert!(!within(&rest, &place("a b", "c")) && within(&rest, &place("a b", "c\0")));
    }

    #[test]
    fn moments_sort_as_text() {
        let millis = [i64::MIN, -1, 0, 1, 1_900_000_000_000, i64::MAX];
        let written: Vec<String> = millis.iter().map(|millis| moment(Time::from_millis(*millis))).collect();
        assert!(written.is_sorted() && written.iter().all(|text| text.len() == 20), "{written:?}");
        let due = Range::of(&By::Due(Time::from_millis(0)), None);
        let is_due = |millis| {
            let place = format!("{} id", moment(Time::from_millis(millis)));
            place >= due.from && Some(&place) <= due.to.as_ref()
        };
        assert!(is_due(-1) && is_due(0) && !is_due(1));
    }
}
