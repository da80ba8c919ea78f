//! Writing a message: what is put in comes out in that order, into one buffer. Commas are its only intelligence.

use std::fmt::Display;
use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connector_core::{Error, Result};

/// A JSON document in the making.
#[derive(Debug, Default)]
pub struct Writer {
    out: Vec<u8>,
    comma: bool,
}

impl Writer {
    /// The document.
    pub fn finish(self) -> Vec<u8> {
        self.out
    }

    /// An object whose fields `write` puts in.
    pub fn object(&mut self, write: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        self.nested(b'{', b'}', write)
    }

    /// An array of which `write` puts in each item.
    pub fn array<I: IntoIterator>(
        &mut self,
        items: I,
        mut write: impl FnMut(&mut Self, I::Item) -> Result<()>,
    ) -> Result<()> {
        self.nested(b'[', b']', |writer| items.into_iter().try_for_each(|item| write(writer, item)))
    }

    /// The name of a field; its value comes next.
    pub fn name(&mut self, name: &str) -> Result<&mut Self> {
        self.text(name)?;
        self.out.push(b':');
        self.comma = false;
        Ok(self)
    }

    /// A string.
    pub fn text(&mut self, text: &str) -> Result<()> {
        self.separate();
        serde_json::to_writer(&mut self.out, text).map_err(unwritable)
    }

    /// A string or null.
    pub fn optional_text(&mut self, text: Option<&str>) -> Result<()> {
        match text {
            Some(text) => self.text(text),
            None => self.null(),
        }
    }

    /// An array of strings.
    pub fn texts<S: AsRef<str>>(&mut self, texts: &[S]) -> Result<()> {
        self.array(texts, |writer, text| writer.text(text.as_ref()))
    }

    /// An object of strings.
    pub fn text_map<'m>(&mut self, map: impl IntoIterator<Item = (&'m String, &'m String)>) -> Result<()> {
        self.object(|writer| map.into_iter().try_for_each(|(key, value)| writer.name(key)?.text(value)))
    }

    /// A number.
    pub fn whole(&mut self, number: impl Into<i128>) -> Result<()> {
        self.plain(number.into())
    }

    /// A boolean.
    pub fn boolean(&mut self, value: bool) -> Result<()> {
        self.plain(value)
    }

    /// Null.
    pub fn null(&mut self) -> Result<()> {
        self.plain("null")
    }

    /// Bytes as base64, encoded in place: a block is not built as a string first.
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        self.separate();
        let length =
            base64::encoded_len(bytes.len(), true).ok_or_else(|| Error::internal("a block too long to write"))?;
        self.out.reserve(length + 2);
        self.out.push(b'"');
        let start = self.out.len();
        self.out.resize(start + length, 0);
        let target = self.out.get_mut(start..).unwrap_or_default();
        STANDARD.encode_slice(bytes, target).map_err(unwritable)?;
        self.out.push(b'"');
        Ok(())
    }

    fn nested(&mut self, open: u8, close: u8, write: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        self.separate();
        self.out.push(open);
        self.comma = false;
        write(self)?;
        self.out.push(close);
        self.comma = true;
        Ok(())
    }

    fn plain(&mut self, token: impl Display) -> Result<()> {
        self.separate();
        write!(self.out, "{token}").map_err(unwritable)
    }

    fn separate(&mut self) {
        if self.comma {
            self.out.push(b',');
        }
        self.comma = true;
    }
}

fn unwritable(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::internal("a message could not be written").with_source(error)
}
