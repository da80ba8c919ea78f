//! Protocol buffers: fields of a message one after the other, each with its number and one of four kinds of value.

use connector_core::{Error, Result};

use super::unread;

/// A field's value as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Raw<'a> {
    Varint(u64),
    Fixed64([u8; 8]),
    Bytes(&'a [u8]),
    Fixed32([u8; 4]),
}

/// The fields of a message, in its order.
pub(super) struct Fields<'a> {
    rest: &'a [u8],
}

fn cut() -> Error {
    Error::corrupt("the plan is cut off or no protocol buffer")
}

impl<'a> Fields<'a> {
    pub fn new(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (head, rest) = self.rest.split_first_chunk::<N>().ok_or_else(cut)?;
        self.rest = rest;
        Ok(*head)
    }

    fn varint(&mut self) -> Result<u64> {
        let mut value = 0;
        for place in 0..10 {
            let [byte] = self.array()?;
            let bits = u64::from(byte & 0x7f);
            // The tenth byte has room for one bit.
            if place == 9 && bits > 1 {
                return Err(cut());
            }
            value |= bits << (7 * place);
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(cut())
    }

    fn field(&mut self) -> Result<(u64, Raw<'a>)> {
        let tag = self.varint()?;
        let value = match tag & 7 {
            0 => Raw::Varint(self.varint()?),
            1 => Raw::Fixed64(self.array()?),
            2 => {
                let length = usize::try_from(self.varint()?).map_err(|_| cut())?;
                let (bytes, rest) = self.rest.split_at_checked(length).ok_or_else(cut)?;
                self.rest = rest;
                Raw::Bytes(bytes)
            }
            5 => Raw::Fixed32(self.array()?),
            _ => return Err(cut()),
        };
        Ok((tag >> 3, value))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Raw<'a>)>;

    fn next(&mut self) -> Option<Self::Item> {
        (!self.rest.is_empty()).then(|| self.field())
    }
}

impl<'a> Raw<'a> {
    pub fn message(self) -> Result<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            _ => Err(cut()),
        }
    }

    pub fn text(self) -> Result<String> {
        String::from_utf8(self.message()?.to_vec()).map_err(|error| cut().with_source(error))
    }

    pub fn varint(self) -> Result<u64> {
        match self {
            Self::Varint(value) => Ok(value),
            _ => Err(cut()),
        }
    }

    pub fn flag(self) -> Result<bool> {
        Ok(self.varint()? != 0)
    }

    /// An int32 or int64, whose negative numbers are written in 64 bits.
    pub fn signed(self) -> Result<i64> {
        Ok(i64::from_ne_bytes(self.varint()?.to_ne_bytes()))
    }

    pub fn index(self) -> Result<usize> {
        usize::try_from(self.varint()?).map_err(|_| cut())
    }

    /// Adds the numbers of a repeated field, which stand together or one by one.
    pub fn indexes(self, into: &mut Vec<usize>) -> Result<()> {
        let Self::Bytes(packed) = self else {
            into.push(self.index()?);
            return Ok(());
        };
        let mut numbers = Fields::new(packed);
        while !numbers.rest.is_empty() {
            into.push(Raw::Varint(numbers.varint()?).index()?);
        }
        Ok(())
    }

    /// A field that must say nothing else than this.
    pub fn only(self, value: u64, what: &str) -> Result<()> {
        if self.varint()? == value { Ok(()) } else { Err(unread(what)) }
    }
}

/// Keeps a field's value; a field that may stand once and stands twice means its last or both, depending on who reads.
pub(super) fn once<T>(slot: &mut Option<T>, value: T) -> Result<()> {
    if slot.replace(value).is_some() { Err(unread("a field that stands twice")) } else { Ok(()) }
}

/// The value of a field that must stand.
pub(super) fn required<T>(slot: Option<T>, what: &str) -> Result<T> {
    slot.ok_or_else(|| Error::corrupt(format!("the plan lacks {what}")))
}

/// A message as it is put together.
#[derive(Default)]
pub(super) struct Message(Vec<u8>);

impl Message {
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    fn push(&mut self, mut value: u64) {
        while let Some(byte) = u8::try_from(value & 0x7f).ok().filter(|_| value > 0x7f) {
            self.0.push(byte | 0x80);
            value >>= 7;
        }
        self.0.extend(u8::try_from(value));
    }

    pub fn varint(mut self, field: u64, value: u64) -> Self {
        self.push(field << 3);
        self.push(value);
        self
    }

    pub fn signed(self, field: u64, value: i64) -> Self {
        self.varint(field, u64::from_ne_bytes(value.to_ne_bytes()))
    }

    pub fn bytes(mut self, field: u64, bytes: &[u8]) -> Self {
        self.push(field << 3 | 2);
        self.push(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        self.0.extend_from_slice(bytes);
        self
    }

    #[expect(clippy::needless_pass_by_value, reason = "a message that is put into another is done with")]
    pub fn message(self, field: u64, message: Self) -> Self {
        self.bytes(field, &message.0)
    }
}
