//! What stands in an answer beside the values of rows: columns, errors, changes of the session, ends.
//!
//! A token is read once all of it has arrived; one that has not yet is no failure. Not here: rows (`follower.rs`, `decode`).

use crate::collation::Collation;
use crate::packet::{Rest, text};

/// First bytes of tokens (MS-TDS 2.2.7).
pub(crate) mod first {
    pub(crate) const COLUMNS: u8 = 0x81;
    pub(crate) const RETURN_STATUS: u8 = 0x79;
    pub(crate) const ERROR: u8 = 0xaa;
    pub(crate) const CHANGE: u8 = 0xe3;
    pub(crate) const ROW: u8 = 0xd1;
    pub(crate) const ROW_WITH_NULLS: u8 = 0xd2;
    pub(crate) const DONE: u8 = 0xfd;
    pub(crate) const DONE_PROCEDURE: u8 = 0xfe;
    pub(crate) const DONE_IN_PROCEDURE: u8 = 0xff;
    pub(crate) const LOGIN: u8 = 0xad;
    pub(crate) const TABLE_NAMES: u8 = 0xa4;
    pub(crate) const COLUMN_INFO: u8 = 0xa5;
    pub(crate) const ORDER: u8 = 0xa9;
    pub(crate) const INFO: u8 = 0xab;
    pub(crate) const EXTENSIONS: u8 = 0xae;
    pub(crate) const SESSION_STATE: u8 = 0xe4;
    pub(crate) const FEDERATED: u8 = 0xee;
}

/// Types on the wire (MS-TDS 2.2.5.4).
pub(crate) mod kind {
    pub(crate) const NULL: u8 = 0x1f;
    pub(crate) const INT1: u8 = 0x30;
    pub(crate) const BIT: u8 = 0x32;
    pub(crate) const INT2: u8 = 0x34;
    pub(crate) const INT4: u8 = 0x38;
    pub(crate) const DATETIME4: u8 = 0x3a;
    pub(crate) const FLOAT4: u8 = 0x3b;
    pub(crate) const MONEY: u8 = 0x3c;
    pub(crate) const DATETIME: u8 = 0x3d;
    pub(crate) const FLOAT8: u8 = 0x3e;
    pub(crate) const MONEY4: u8 = 0x7a;
    pub(crate) const INT8: u8 = 0x7f;
    pub(crate) const GUID: u8 = 0x24;
    pub(crate) const INT_N: u8 = 0x26;
    pub(crate) const DATE: u8 = 0x28;
    pub(crate) const TIME: u8 = 0x29;
    pub(crate) const DATETIME2: u8 = 0x2a;
    pub(crate) const DATETIMEOFFSET: u8 = 0x2b;
    pub(crate) const BIT_N: u8 = 0x68;
    pub(crate) const DECIMAL: u8 = 0x6a;
    pub(crate) const NUMERIC: u8 = 0x6c;
    pub(crate) const FLOAT_N: u8 = 0x6d;
    pub(crate) const MONEY_N: u8 = 0x6e;
    pub(crate) const DATETIME_N: u8 = 0x6f;
    pub(crate) const VARBINARY: u8 = 0xa5;
    pub(crate) const VARCHAR: u8 = 0xa7;
    pub(crate) const BINARY: u8 = 0xad;
    pub(crate) const CHAR: u8 = 0xaf;
    pub(crate) const NVARCHAR: u8 = 0xe7;
    pub(crate) const NCHAR: u8 = 0xef;
    pub(crate) const CLR: u8 = 0xf0;
    pub(crate) const XML: u8 = 0xf1;
    pub(crate) const IMAGE: u8 = 0x22;
    pub(crate) const TEXT: u8 = 0x23;
    pub(crate) const NTEXT: u8 = 0x63;
    pub(crate) const VARIANT: u8 = 0x62;
}

/// What a column's values are on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Described {
    pub(crate) kind: u8,
    /// The most bytes of a value, where its type has some of its own.
    pub(crate) length: u32,
    pub(crate) scale: u8,
    pub(crate) collation: Collation,
}

/// How the bytes of a value are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// So many; none at all is NULL.
    Fixed(usize),
    /// Behind a length of one byte; none at all is NULL.
    Short,
    /// Behind a length of two, of which the largest is NULL.
    Counted,
    /// Behind a length of four; none at all is NULL.
    Long,
    /// Behind a pointer, without which it is NULL, and a length of four.
    Pointed,
    /// In pieces.
    Pieces,
}

/// The length that says that there is none.
const UNLIMITED: u32 = 0xffff;

impl Described {
    pub(crate) fn framing(self) -> Framing {
        match self.kind {
            kind::NULL => Framing::Fixed(0),
            kind::INT1 | kind::BIT => Framing::Fixed(1),
            kind::INT2 => Framing::Fixed(2),
            kind::INT4 | kind::DATETIME4 | kind::FLOAT4 | kind::MONEY4 => Framing::Fixed(4),
            kind::MONEY | kind::DATETIME | kind::FLOAT8 | kind::INT8 => Framing::Fixed(8),
            kind::VARBINARY | kind::VARCHAR | kind::NVARCHAR if self.length == UNLIMITED => Framing::Pieces,
            kind::VARBINARY | kind::VARCHAR | kind::NVARCHAR | kind::BINARY | kind::CHAR | kind::NCHAR => {
                Framing::Counted
            }
            kind::CLR | kind::XML => Framing::Pieces,
            kind::IMAGE | kind::TEXT | kind::NTEXT => Framing::Pointed,
            kind::VARIANT => Framing::Long,
            _ => Framing::Short,
        }
    }

    /// A column's type, taken from in front of what follows it.
    fn take(rest: &mut Rest<'_>) -> Option<Result<Self, Odd>> {
        let kind = rest.byte()?;
        let mut described = Self { kind, ..Self::default() };
        match kind {
            kind::NULL
            | kind::INT1
            | kind::BIT
            | kind::INT2
            | kind::INT4
            | kind::DATETIME4
            | kind::FLOAT4
            | kind::MONEY
            | kind::DATETIME
            | kind::FLOAT8
            | kind::MONEY4
            | kind::INT8
            | kind::DATE => {}
            kind::GUID | kind::INT_N | kind::BIT_N | kind::FLOAT_N | kind::MONEY_N | kind::DATETIME_N => {
                described.length = rest.byte()?.into();
            }
            kind::DECIMAL | kind::NUMERIC => {
                let [length, _precision, scale] = rest.array()?;
                (described.length, described.scale) = (length.into(), scale);
            }
            kind::TIME | kind::DATETIME2 | kind::DATETIMEOFFSET => described.scale = rest.byte()?,
            kind::VARBINARY | kind::BINARY => described.length = rest.u16()?.into(),
            kind::VARCHAR | kind::CHAR | kind::NVARCHAR | kind::NCHAR => {
                described.length = rest.u16()?.into();
                described.collation = Collation::new(rest.array()?);
            }
            kind::TEXT | kind::NTEXT => {
                described.length = rest.u32()?;
                described.collation = Collation::new(rest.array()?);
                table_name(rest)?;
            }
            kind::IMAGE => {
                described.length = rest.u32()?;
                table_name(rest)?;
            }
            kind::VARIANT => described.length = rest.u32()?,
            kind::XML => {
                if rest.byte()? != 0 {
                    // The collection of schemas: database, owner, name.
                    short_texts(2, rest)?;
                    rest.long_units()?;
                }
            }
            kind::CLR => {
                described.length = rest.u16()?.into();
                // Database, schema, type, and the assembly's name.
                short_texts(3, rest)?;
                rest.long_units()?;
            }
            _ => return Some(Err(Odd("a column has a type that is not known"))),
        }
        Some(Ok(described))
    }
}

fn short_texts(count: usize, rest: &mut Rest<'_>) -> Option<()> {
    for _ in 0..count {
        rest.short_units()?;
    }
    Some(())
}

fn table_name(rest: &mut Rest<'_>) -> Option<()> {
    for _ in 0..rest.byte()? {
        rest.long_units()?;
    }
    Some(())
}

/// What is no protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Odd(pub(crate) &'static str);

/// A described column and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) described: Described,
}

/// An error that the server sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) number: u32,
    pub(crate) state: u8,
    pub(crate) class: u8,
    pub(crate) text: String,
    /// The module of the source's own that it comes out of.
    pub(crate) procedure: String,
}

/// What a token says, as far as it matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Columns(Vec<Named>),
    Refused(Refusal),
    /// The login is let in.
    LetIn,
    /// The login is to be made elsewhere.
    SentOn {
        host: String,
        port: u16,
    },
    /// Packets are of this size from now on.
    Packets(usize),
    /// The session is in this transaction, or in none.
    Transaction([u8; 8]),
    /// A statement's end.
    Done,
    /// Anything else.
    Other,
}

/// The next token and its length, if all of it has arrived.
pub(crate) fn next(arrived: &[u8]) -> Result<Option<(Told, usize)>, Odd> {
    let mut rest = Rest(arrived);
    let told = match rest.byte() {
        Some(first::COLUMNS) => columns(&mut rest).transpose()?,
        Some(first::ERROR) => body(&mut rest, |body| refusal(body).map(Told::Refused))?,
        Some(first::CHANGE) => body(&mut rest, change)?,
        Some(first::LOGIN) => body(&mut rest, |_| Some(Told::LetIn))?,
        // Its status, what it was, and how many rows.
        Some(first::DONE | first::DONE_PROCEDURE | first::DONE_IN_PROCEDURE) => rest.take(12).map(|_| Told::Done),
        Some(first::RETURN_STATUS) => rest.take(4).map(|_| Told::Other),
        Some(first::TABLE_NAMES | first::COLUMN_INFO | first::ORDER | first::INFO) => {
            rest.counted().map(|_| Told::Other)
        }
        Some(first::EXTENSIONS) => extensions(&mut rest),
        Some(first::SESSION_STATE | first::FEDERATED) => {
            rest.u32().and_then(|length| rest.take(usize::try_from(length).ok()?)).map(|_| Told::Other)
        }
        None => None,
        Some(_) => return Err(Odd("an answer holds something that is not known")),
    };
    Ok(told.map(|told| (told, arrived.len() - rest.0.len())))
}

/// A token behind its length.
fn body(rest: &mut Rest<'_>, read: impl Fn(&mut Rest<'_>) -> Option<Told>) -> Result<Option<Told>, Odd> {
    match rest.counted() {
        None => Ok(None),
        Some(body) => read(&mut Rest(body)).map(Some).ok_or(Odd("a message of the server is cut short")),
    }
}

fn columns(rest: &mut Rest<'_>) -> Option<Result<Told, Odd>> {
    const NONE: u16 = 0xffff;
    let count = Some(rest.u16()?).filter(|count| *count != NONE).unwrap_or(0);
    let mut ahead = *rest;
    // Nothing is kept of them before all have arrived.
    for _ in 0..count {
        if let Err(odd) = column(&mut ahead)? {
            return Some(Err(odd));
        }
    }
    let named = |(described, name)| Named { name: text(name), described };
    Some(
        (0..count)
            .map(|_| column(rest))
            .collect::<Option<Result<Vec<_>, _>>>()?
            .map(|columns| Told::Columns(columns.into_iter().map(named).collect())),
    )
}

/// A column and its name.
fn column<'a>(rest: &mut Rest<'a>) -> Option<Result<(Described, &'a [u8]), Odd>> {
    // The number of a user's own type, and flags.
    rest.take(6)?;
    match Described::take(rest)? {
        Ok(described) => Some(Ok((described, rest.short_units()?))),
        Err(odd) => Some(Err(odd)),
    }
}

fn refusal(body: &mut Rest<'_>) -> Option<Refusal> {
    let number = body.u32()?;
    let [state, class] = body.array()?;
    let text = body.long_text()?;
    let _server = body.short_text()?;
    Some(Refusal { number, state, class, text, procedure: body.short_text()? })
}

fn change(body: &mut Rest<'_>) -> Option<Told> {
    const PACKETS: u8 = 4;
    const BEGUN: u8 = 8;
    const COMMITTED: u8 = 9;
    const ROLLED_BACK: u8 = 10;
    const ENDED: u8 = 17;
    const SENT_ON: u8 = 20;
    Some(match body.byte()? {
        PACKETS => Told::Packets(body.short_text()?.parse().ok()?),
        BEGUN => {
            let length = body.byte()?;
            Told::Transaction(body.take(length.into())?.try_into().ok()?)
        }
        COMMITTED | ROLLED_BACK | ENDED => Told::Transaction([0; 8]),
        SENT_ON => {
            let mut place = Rest(body.counted()?);
            let _protocol = place.byte()?;
            let port = place.u16()?;
            Told::SentOn { port, host: place.long_text()? }
        }
        _ => Told::Other,
    })
}

fn extensions(rest: &mut Rest<'_>) -> Option<Told> {
    const END: u8 = 0xff;
    while rest.byte()? != END {
        let length = rest.u32()?;
        rest.take(usize::try_from(length).ok()?)?;
    }
    Some(Told::Other)
}

#[cfg(test)]
mod tests;
