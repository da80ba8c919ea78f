//! What the messages around the rows say: requests for a password, errors, columns; and the questions that we send.
//!
//! Everything is taken from the front of a slice and may be missing, so that no server can make us panic. Not here: what a
//! row's values mean (`decode`), and how messages travel (`wire.rs`).

use bytes::BytesMut;
use connector_core::decode::{Found, Layout, Malformed};
use connector_core::{Error, Result};
use postgres_protocol::message::frontend::{self, BindError};
use postgres_types::{ToSql, Type};

use crate::error::{Unbindable, unbindable};

/// Kinds of messages.
pub(crate) mod kind {
    pub(crate) const PARSED: u8 = b'1';
    pub(crate) const BOUND: u8 = b'2';
    pub(crate) const NOTIFICATION: u8 = b'A';
    pub(crate) const COMPLETE: u8 = b'C';
    pub(crate) const DATA_ROW: u8 = b'D';
    pub(crate) const ERROR: u8 = b'E';
    pub(crate) const EMPTY: u8 = b'I';
    pub(crate) const KEY: u8 = b'K';
    pub(crate) const NOTICE: u8 = b'N';
    pub(crate) const NO_DATA: u8 = b'n';
    pub(crate) const AUTHENTICATION: u8 = b'R';
    pub(crate) const PARAMETER: u8 = b'S';
    pub(crate) const PARAMETERS: u8 = b't';
    pub(crate) const COLUMNS: u8 = b'T';
    pub(crate) const READY: u8 = b'Z';
}

/// Values are sent and asked for in binary.
const BINARY: i16 = 1;

/// Bytes of which some are still to be taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rest<'a>(pub(crate) &'a [u8]);

impl<'a> Rest<'a> {
    pub(crate) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub(crate) fn i32(&mut self) -> Option<i32> {
        self.array().map(i32::from_be_bytes)
    }

    /// Up to a zero byte, which is taken too.
    pub(crate) fn text(&mut self) -> Option<String> {
        let end = self.0.iter().position(|byte| *byte == 0)?;
        let text = self.take(end)?;
        self.take(1)?;
        Some(String::from_utf8_lossy(text).into_owned())
    }
}

/// An error that the server sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The SQLSTATE.
    pub(crate) state: String,
    pub(crate) text: String,
    /// Whether it passed through something other than our statement: a function, a foreign server.
    pub(crate) has_context: bool,
}

impl Refusal {
    /// The error, of which every field may be missing.
    pub(crate) fn parse(body: &[u8]) -> Self {
        let mut rest = Rest(body);
        let mut refusal = Self::default();
        while let Some(field) = rest.byte().filter(|field| *field != 0) {
            let Some(value) = rest.text() else { break };
            match field {
                b'C' => refusal.state = value,
                b'M' => refusal.text = value,
                // A context, and the place in a statement that was not ours.
                b'W' | b'p' | b'q' => refusal.has_context = true,
                _ => {}
            }
        }
        refusal
    }
}

/// A column of an answer, as the server describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) name: String,
    /// The number of its type.
    pub(crate) oid: u32,
    pub(crate) modifier: i32,
}

/// The columns of an answer.
pub(crate) fn fields(body: &[u8]) -> Option<Vec<Field>> {
    let mut rest = Rest(body);
    let fields = (0..rest.u16()?).map(|_| {
        let name = rest.text()?;
        let _table = rest.u32()?;
        let _number = rest.u16()?;
        let oid = rest.u32()?;
        let _length = rest.u16()?;
        let modifier = rest.i32()?;
        let _format = rest.u16()?;
        Some(Field { name, oid, modifier })
    });
    let fields = fields.collect::<Option<Vec<_>>>()?;
    rest.0.is_empty().then_some(fields)
}

/// A setting that the server tells by itself.
pub(crate) fn parameter(body: &[u8]) -> Option<(String, String)> {
    let mut rest = Rest(body);
    Some((rest.text()?, rest.text()?))
}

/// The length of NULL.
const NULL: u32 = u32::MAX;

/// A row of which some values have been taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'r> {
    /// From the next value on all that has arrived.
    onwards: &'r [u8],
    /// How much of that is behind the row.
    behind: usize,
}

impl<'r> Row<'r> {
    /// A row of `length` bytes, at the front of what has arrived, and how many values it says it has.
    pub(crate) fn new(onwards: &'r [u8], length: usize) -> Option<(Self, u16)> {
        let mut rest = Rest(onwards);
        let values = rest.u16()?;
        Some((Self { onwards: rest.0, behind: onwards.len().checked_sub(length)? }, values))
    }

    /// Takes the next value, maybe of a row behind this one, which [`Row::is_at_its_end`] tells afterwards.
    #[inline]
    fn value(&mut self) -> Result<Option<Found<'r, [u8]>>, Malformed> {
        let (length, onwards) = self.onwards.split_first_chunk().ok_or(Malformed)?;
        let length = u32::from_be_bytes(*length);
        match usize::try_from(length).ok().and_then(|length| onwards.split_at_checked(length)) {
            Some((cell, next)) => {
                self.onwards = next;
                Ok(Some(Found { cell, onwards }))
            }
            None if length == NULL => {
                self.onwards = onwards;
                Ok(None)
            }
            None => Err(Malformed),
        }
    }

    fn is_at_its_end(&self) -> bool {
        self.onwards.len() == self.behind
    }
}

/// The bytes of a row's values, in order; NULL is nothing. A row that is cut, that goes on behind its last value or that has
/// another number of them is malformed.
pub(crate) fn cells(row: &[u8], columns: usize) -> impl Iterator<Item = Result<Option<&[u8]>, Malformed>> {
    let row = Row::new(row, row.len()).filter(|(_, values)| usize::from(*values) == columns);
    let mut row = row.map(|(row, _)| row);
    (0..columns).map(move |column| {
        let row = row.as_mut().ok_or(Malformed)?;
        let cell = row.value()?.map(|found| found.cell);
        if column + 1 < columns || row.is_at_its_end() { Ok(cell) } else { Err(Malformed) }
    })
}

/// Rows as they have arrived. Their values are found a column at a time: the place of a row's next value follows from the length of
/// this one, and while the processor waits for that it can look at other rows.
pub(crate) struct InRows;

impl Layout<[u8]> for InRows {
    type Rows<'r> = Vec<Row<'r>>;

    #[inline]
    fn column<'r>(rows: &mut Self::Rows<'r>) -> impl Iterator<Item = Result<Option<Found<'r, [u8]>>, Malformed>> {
        rows.iter_mut().map(Row::value)
    }

    fn goes_on(rows: &Self::Rows<'_>) -> Option<usize> {
        rows.iter().position(|row| !row.is_at_its_end())
    }
}

/// A value and its type.
pub(crate) type Bound<'a> = (&'a (dyn ToSql + Sync), Type);

/// Appends statements that take no values, whose answer is text.
pub(crate) fn statements(sql: &str, out: &mut BytesMut) -> Result<()> {
    frontend::query(sql, out).map_err(|_| unsendable())
}

/// Appends a question, all of it at once: the statement with its values, what its columns are, and its rows in binary. `psql`
/// by COPY in binary, which takes no values, costs the server more: 13.8 CPU seconds for `lineitem` of TPC-H, scale 1, against 9.0.
pub(crate) fn question(sql: &str, values: &[Bound<'_>], out: &mut BytesMut) -> Result<()> {
    frontend::parse("", sql, values.iter().map(|(_, of)| of.oid()), out).map_err(|_| unsendable())?;
    let formats = values.iter().map(|_| BINARY);
    let encode = |(value, of): &Bound<'_>, out: &mut BytesMut| {
        value.to_sql_checked(of, out).map(|is_null| match is_null {
            postgres_types::IsNull::Yes => postgres_protocol::IsNull::Yes,
            postgres_types::IsNull::No => postgres_protocol::IsNull::No,
        })
    };
    frontend::bind("", "", formats, values, encode, [BINARY], out).map_err(|error| match error {
        BindError::Conversion(cause) => unbindable(cause.downcast_ref::<Unbindable>()),
        BindError::Serialization(_) => too_many(),
    })?;
    let ended = frontend::describe(b'P', "", out).and_then(|()| frontend::execute("", 0, out));
    ended.map_err(|_| unsendable())?;
    frontend::sync(out);
    Ok(())
}

/// Appends the question what a statement takes and what its columns are.
pub(crate) fn description(sql: &str, out: &mut BytesMut) -> Result<()> {
    let asked = frontend::parse("", sql, [], out).and_then(|()| frontend::describe(b'S', "", out));
    asked.map_err(|_| unsendable())?;
    frontend::sync(out);
    Ok(())
}

fn unsendable() -> Error {
    Error::invalid("a statement holds a zero byte, or is longer than 2 GiB, and cannot be sent")
}

fn too_many() -> Error {
    Error::invalid("the query compares with more than 65,535 values, or with 2 GiB of them").hint("compare with fewer")
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    fn column(name: &str, oid: u32) -> Vec<u8> {
        [name.as_bytes(), &[0; 7], &oid.to_be_bytes(), &[0, 4], &(-1_i32).to_be_bytes(), &[0, 1]].concat()
    }

    #[test]
    fn a_question_is_what_the_protocol_says() {
        let mut out = BytesMut::new();
        question("SELECT $1", &[(&7_i32, Type::INT4), (&None::<&str>, Type::TEXT)], &mut out).unwrap();
        let parse = b"P\0\0\0\x19\0SELECT $1\0\0\x02\0\0\0\x17\0\0\0\x19";
        let bind = b"B\0\0\0\x1e\0\0\0\x02\0\x01\0\x01\0\x02\0\0\0\x04\0\0\0\x07\xff\xff\xff\xff\0\x01\0\x01";
        let rest = b"D\0\0\0\x06P\0E\0\0\0\x09\0\0\0\0\0S\0\0\0\x04";
        assert_eq!(out, [&parse[..], bind, rest].concat());
        out.clear();
        description("SELECT 1", &mut out).unwrap();
        assert_eq!(out, &b"P\0\0\0\x10\0SELECT 1\0\0\0D\0\0\0\x06S\0S\0\0\0\x04"[..]);
        out.clear();
        statements("SELECT 1", &mut out).unwrap();
        assert_eq!(out, &b"Q\0\0\0\x0dSELECT 1\0"[..]);
        assert!(statements("SELECT '\0'", &mut out).is_err());
    }

    #[test]
    fn columns_are_read_and_cut_ones_are_none() {
        let body = [&2_u16.to_be_bytes()[..], &column("id", 23), &column("naïve", 16_999)].concat();
        let found = fields(&body).unwrap();
        let found: Vec<_> = found.iter().map(|field| (field.name.as_str(), field.oid, field.modifier)).collect();
        assert_eq!(found, [("id", 23, -1), ("naïve", 16_999, -1)]);
        for length in 0..body.len() {
            assert_eq!(fields(&body[..length]), None, "{length}");
        }
        assert_eq!(fields(&[&body[..], &[0]].concat()), None);
    }

    #[test]
    fn an_error_is_read_and_one_from_within_is_told_apart() {
        let sent = b"SERROR\0VERROR\0C42P01\0Mrelation \"t\" does not exist\0P15\0Fparse_relation.c\0\0";
        let refusal = Refusal::parse(sent);
        assert_eq!((refusal.state.as_str(), refusal.text.as_str()), ("42P01", "relation \"t\" does not exist"));
        assert!(!refusal.has_context);
        for field in [&b"WPL/pgSQL function f()\0\0"[..], b"p3\0qSELECT x\0\0"] {
            assert!(Refusal::parse(&[&sent[..sent.len() - 1], field].concat()).has_context);
        }
        assert_eq!(Refusal::parse(b"C42P01"), Refusal::default());
    }

    #[test]
    fn a_row_is_taken_apart_and_one_that_is_cut_or_goes_on_is_not() {
        let row = b"\0\x03\0\0\0\x02hi\xff\xff\xff\xff\0\0\0\0";
        let whole = |row: &[u8], columns| {
            cells(row, columns)
                .map(|cell| cell.map(|cell| cell.map(<[u8]>::to_vec)))
                .collect::<Result<Vec<_>, _>>()
                .ok()
        };
        assert_eq!(whole(row, 3), Some(vec![Some(b"hi".to_vec()), None, Some(Vec::new())]));
        for length in 0..row.len() {
            assert_eq!(whole(&row[..length], 3), None, "{length}");
        }
        assert_eq!((whole(&[&row[..], &[0]].concat(), 3), whole(row, 2), whole(row, 4)), (None, None, None));
        assert_eq!(whole(b"\0\x01\xff\xff\xff\xfe", 1), None);
    }

    #[test]
    fn any_bytes_give_an_answer() {
        let seed: u64 = rand::rng().random();
        println!("seed {seed}");
        let mut random = StdRng::seed_from_u64(seed);
        for _ in 0..10_000 {
            let mut bytes: Vec<u8> = (0..random.random_range(0..80)).map(|_| random.random_range(0..6)).collect();
            if random.random() {
                bytes.iter_mut().for_each(|byte| *byte = byte.wrapping_mul(63));
            }
            drop((Refusal::parse(&bytes), fields(&bytes), parameter(&bytes)));
            assert!(cells(&bytes, random.random_range(0..6)).count() < 6);
        }
    }
}
