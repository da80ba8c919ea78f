//! Reading a message: fields by name in any order, scalars coerced as AWS's reader does, and every failure with its JSON path.
//!
//! A message never shows a value, because some are credentials; it shows where, what was wanted and what kind of thing was there.

#![expect(clippy::redundant_closure_for_method_calls, reason = "as paths, a cursor's methods are of one lifetime only")]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connector_core::{Error, ErrorKind, Result};

use super::node::Node;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Parses a message and hands its root to `read`; failures are of `kind`. What follows the root object is ignored.
pub fn parse<T>(bytes: &[u8], kind: ErrorKind, read: impl FnOnce(&Object<'_, '_>) -> Result<T>) -> Result<T> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let root: Node<'_> = serde::Deserialize::deserialize(&mut deserializer)
        .map_err(|error| Error::new(kind, format!("the message is not JSON that can be read: {error}")))?;
    let path = Path { kind, parent: None, step: Step::Root };
    read(&Cursor { node: &root, path: &path }.object()?)
}

/// A place in a message.
#[derive(Clone, Copy)]
pub struct Cursor<'n, 'a> {
    node: &'n Node<'a>,
    path: &'n Path<'n>,
}

/// An object in a message.
pub struct Object<'n, 'a> {
    entries: &'n [(Cow<'a, str>, Node<'a>)],
    path: &'n Path<'n>,
}

struct Path<'p> {
    kind: ErrorKind,
    parent: Option<&'p Path<'p>>,
    step: Step<'p>,
}

enum Step<'p> {
    Root,
    Field(&'p str),
    Item(usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.step {
            Step::Root => f.write_char('$'),
            Step::Field(name) => write!(f, ".{}", Shortened(name)),
            Step::Item(index) => write!(f, "[{index}]"),
        }
    }
}

/// A name from outside, cut to a length that a log line bears.
pub struct Shortened<'s>(pub &'s str);

impl fmt::Display for Shortened<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 128;
        match self.0.char_indices().nth(LONGEST) {
            Some((end, _)) => write!(f, "{}…", self.0.get(..end).unwrap_or_default().escape_debug()),
            None => write!(f, "{}", self.0.escape_debug()),
        }
    }
}

impl<'n, 'a> Object<'n, 'a> {
    /// Whether a field is there, null or not.
    pub fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|(key, _)| key == name)
    }

    /// Hands a field that must be there to `read`.
    pub fn field<T>(&self, name: &str, read: impl FnOnce(Cursor<'_, 'a>) -> Result<T>) -> Result<T> {
        match self.find(name)? {
            Some(node) => self.at(name, node, read),
            None => Err(self.error(format!("the field {name:?} is missing"))),
        }
    }

    /// Hands a field that may be absent or null to `read`.
    pub fn optional<T>(&self, name: &str, read: impl FnOnce(Cursor<'_, 'a>) -> Result<T>) -> Result<Option<T>> {
        match self.find(name)? {
            None | Some(Node::Null) => Ok(None),
            Some(node) => self.at(name, node, read).map(Some),
        }
    }

    /// Hands a field that must be there but may be null to `read`.
    pub fn nullable<T>(&self, name: &str, read: impl FnOnce(Cursor<'_, 'a>) -> Result<T>) -> Result<Option<T>> {
        match self.find(name)? {
            None => Err(self.error(format!("the field {name:?} is missing"))),
            Some(Node::Null) => Ok(None),
            Some(node) => self.at(name, node, read).map(Some),
        }
    }

    /// The string of a field that must be there.
    pub fn text(&self, name: &str) -> Result<String> {
        self.field(name, |cursor| cursor.text().map(Cow::into_owned))
    }

    /// The string of a field that must be there, where AWS's reader lets null stand for nothing.
    pub fn text_or_null(&self, name: &str) -> Result<String> {
        Ok(self.nullable(name, |cursor| cursor.text().map(Cow::into_owned))?.unwrap_or_default())
    }

    /// The string of a field that may be absent or null.
    pub fn optional_text(&self, name: &str) -> Result<Option<String>> {
        self.optional(name, |cursor| cursor.text().map(Cow::into_owned))
    }

    /// The strings of a field that must be there.
    pub fn texts(&self, name: &str) -> Result<Vec<String>> {
        self.field(name, |cursor| cursor.texts())
    }

    /// The number of a field that must be there.
    pub fn whole<N: TryFrom<i128>>(&self, name: &str) -> Result<N> {
        self.field(name, |cursor| cursor.whole())
    }

    /// The number of a field that may be absent; null is 0.
    pub fn optional_whole<N: TryFrom<i128>>(&self, name: &str) -> Result<Option<N>> {
        self.find(name)?.map(|node| self.at(name, node, |cursor| cursor.whole())).transpose()
    }

    /// The number of a field that must be there, where nothing else is coerced to one.
    pub fn strict_whole<N: TryFrom<i128>>(&self, name: &str) -> Result<N> {
        self.field(name, |cursor| cursor.strict_whole())
    }

    /// The boolean of a field that must be there.
    pub fn boolean(&self, name: &str) -> Result<bool> {
        self.field(name, |cursor| cursor.boolean())
    }

    /// The bytes of a field that must be there.
    pub fn bytes(&self, name: &str) -> Result<Vec<u8>> {
        self.field(name, |cursor| cursor.bytes())
    }

    /// The map of strings of a field that may be absent or null.
    pub fn text_map(&self, name: &str) -> Result<BTreeMap<String, String>> {
        Ok(self.optional(name, |cursor| cursor.text_map())?.unwrap_or_default())
    }

    /// The strings of a field that may be absent or null.
    pub fn optional_texts(&self, name: &str) -> Result<Vec<String>> {
        Ok(self.optional(name, |cursor| cursor.texts())?.unwrap_or_default())
    }

    /// A failure at this object.
    pub fn error(&self, message: impl fmt::Display) -> Error {
        self.path.error(message)
    }

    fn find(&self, name: &str) -> Result<Option<&'n Node<'a>>> {
        let mut found = self.entries.iter().filter(|(key, _)| key == name);
        let first = found.next().map(|(_, node)| node);
        // Which of two was meant cannot be known, and AWS's reader takes neither.
        if found.next().is_some() { Err(self.error(format!("the field {name:?} stands twice"))) } else { Ok(first) }
    }

    fn at<T>(&self, name: &str, node: &Node<'a>, read: impl FnOnce(Cursor<'_, 'a>) -> Result<T>) -> Result<T> {
        read(Cursor { node, path: &Path { kind: self.path.kind, parent: Some(self.path), step: Step::Field(name) } })
    }
}

impl Path<'_> {
    fn error(&self, message: impl fmt::Display) -> Error {
        Error::new(self.kind, format!("{self}: {message}"))
    }
}

impl<'n, 'a> Cursor<'n, 'a> {
    /// A failure at this place.
    pub fn error(&self, message: impl fmt::Display) -> Error {
        self.path.error(message)
    }

    /// Says of a failure from elsewhere that it happened at this place.
    pub fn locate(&self, error: Error) -> Error {
        error.context(self.path.to_string())
    }

    /// An object.
    pub fn object(self) -> Result<Object<'n, 'a>> {
        match self.node {
            Node::Object(entries) => Ok(Object { entries, path: self.path }),
            _ => Err(self.wanted("an object")),
        }
    }

    /// Whether an object is here.
    pub fn is_object(&self) -> bool {
        matches!(self.node, Node::Object(_))
    }

    /// Whether null is here.
    pub fn is_null(&self) -> bool {
        matches!(self.node, Node::Null)
    }

    /// A string, or what a number or boolean is written as.
    pub fn text(self) -> Result<Cow<'n, str>> {
        match self.node {
            Node::Text(text) => Ok(Cow::Borrowed(text)),
            Node::Whole(number) => Ok(Cow::Owned(number.to_string())),
            Node::Fraction(number) => Ok(Cow::Owned(number.to_string())),
            Node::Bool(value) => Ok(Cow::Owned(value.to_string())),
            _ => Err(self.wanted("a string")),
        }
    }

    /// A number as AWS's reader coerces it: null and a string that is no number are 0, a fraction is cut.
    fn whole<N: TryFrom<i128>>(self) -> Result<N> {
        let number = match self.node {
            Node::Whole(number) => *number,
            Node::Fraction(number) => self.cut(*number)?,
            Node::Null => 0,
            Node::Text(text) => match text.trim().parse::<i128>() {
                Ok(number) => number,
                Err(_) => self.cut(text.trim().parse::<f64>().unwrap_or(0.0))?,
            },
            _ => return Err(self.wanted("a number")),
        };
        N::try_from(number).map_err(|_| self.error("the number is out of range"))
    }

    /// A number, written as one or as a string, where nothing else will do.
    fn strict_whole<N: TryFrom<i128>>(self) -> Result<N> {
        match self.node {
            Node::Null => Err(self.wanted("a number")),
            Node::Text(text) if text.trim().parse::<i128>().is_err() => Err(self.error("wanted a number, found text")),
            _ => self.whole(),
        }
    }

    /// A boolean as AWS's reader coerces it: null is false, a number is whether it is not 0.
    fn boolean(self) -> Result<bool> {
        match self.node {
            Node::Bool(value) => Ok(*value),
            Node::Null => Ok(false),
            Node::Whole(number) => Ok(*number != 0),
            Node::Text(text) => Ok(text.trim() == "true"),
            _ => Err(self.wanted("a boolean")),
        }
    }

    /// Bytes in base64; white space between groups of four is skipped.
    pub fn bytes(self) -> Result<Vec<u8>> {
        let text = self.borrowed_text()?;
        STANDARD.decode(text).or_else(|error| {
            if !text.bytes().any(|byte| byte.is_ascii_whitespace()) {
                return Err(self.error(format!("this is not base64: {error}")));
            }
            let packed: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
            STANDARD.decode(packed).map_err(|error| self.error(format!("this is not base64: {error}")))
        })
    }

    /// A string that is one.
    pub fn borrowed_text(self) -> Result<&'n str> {
        match self.node {
            Node::Text(text) => Ok(text),
            _ => Err(self.wanted("a string")),
        }
    }

    /// Every item of an array through `read`.
    pub fn items<T>(self, mut read: impl FnMut(Cursor<'_, 'a>) -> Result<T>) -> Result<Vec<T>> {
        let Node::Array(nodes) = self.node else { return Err(self.wanted("an array")) };
        let item = |(index, node)| {
            read(Cursor {
                node,
                path: &Path { kind: self.path.kind, parent: Some(self.path), step: Step::Item(index) },
            })
        };
        nodes.iter().enumerate().map(item).collect()
    }

    /// An array of strings; a null among them is an empty one.
    pub fn texts(self) -> Result<Vec<String>> {
        self.items(|item| if item.is_null() { Ok(String::new()) } else { item.text().map(Cow::into_owned) })
    }

    /// Every entry of a map through `read`; a key may stand once.
    pub fn entries<T>(self, mut read: impl FnMut(Cursor<'_, 'a>) -> Result<T>) -> Result<BTreeMap<String, T>> {
        let object = self.object()?;
        let mut map = BTreeMap::new();
        for (key, node) in object.entries {
            let value = object.at(key, node, &mut read)?;
            if map.insert(key.clone().into_owned(), value).is_some() {
                return Err(self.error(format!("the key \"{}\" stands twice", Shortened(key))));
            }
        }
        Ok(map)
    }

    /// A map of strings; null is empty, for the map and for a value, and the last of two equal keys wins.
    fn text_map(self) -> Result<BTreeMap<String, String>> {
        if self.is_null() {
            return Ok(BTreeMap::new());
        }
        let object = self.object()?;
        let entry = |(key, node): &(Cow<'a, str>, Node<'a>)| {
            let value =
                object.at(key, node, |value| if value.is_null() { Ok(Cow::Borrowed("")) } else { value.owned_text() });
            Ok((key.clone().into_owned(), value?.into_owned()))
        };
        object.entries.iter().map(entry).collect()
    }

    fn owned_text(self) -> Result<Cow<'static, str>> {
        self.text().map(|text| Cow::Owned(text.into_owned()))
    }

    fn cut(self, number: f64) -> Result<i128> {
        // The text of a whole number in a float is exact, and parsing it back refuses what is out of range.
        format!("{:.0}", number.trunc()).parse().map_err(|_| self.error("the number is out of range"))
    }

    fn wanted(self, what: &str) -> Error {
        self.error(format!("wanted {what}, found {}", self.node.noun()))
    }
}
