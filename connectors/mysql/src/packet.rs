//! What the packets around the rows say: greeting, refusal, columns, statements; and those that we send.
//!
//! Everything is taken from the front of a slice and may be missing, so that no server can make us panic. Not here: rows
//! (`decode`), and how packets travel (`wire.rs`).

/// What both ends can do, as bits.
pub(crate) mod capability {
    pub(crate) const LONG_PASSWORD: u32 = 1;
    pub(crate) const CONNECT_WITH_DB: u32 = 1 << 3;
    pub(crate) const PROTOCOL_41: u32 = 1 << 9;
    pub(crate) const SSL: u32 = 1 << 11;
    pub(crate) const TRANSACTIONS: u32 = 1 << 13;
    pub(crate) const SECURE_CONNECTION: u32 = 1 << 15;
    pub(crate) const PLUGIN_AUTH: u32 = 1 << 19;
    pub(crate) const CONNECT_ATTRS: u32 = 1 << 20;
    pub(crate) const PLUGIN_AUTH_LENENC: u32 = 1 << 21;
    pub(crate) const DEPRECATE_EOF: u32 = 1 << 24;
}

/// First bytes of packets.
pub(crate) const OK: u8 = 0x00;
pub(crate) const MORE: u8 = 0x01;
pub(crate) const LOCAL_INFILE: u8 = 0xfb;
pub(crate) const END: u8 = 0xfe;
pub(crate) const ERROR: u8 = 0xff;

/// Commands.
pub(crate) const QUERY: u8 = 0x03;
pub(crate) const PREPARE: u8 = 0x16;
pub(crate) const EXECUTE: u8 = 0x17;
pub(crate) const CLOSE: u8 = 0x19;
pub(crate) const RESET: u8 = 0x1f;

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
        self.take(N)?.try_into().ok()
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    /// Up to a zero byte, which is taken too, or to the end.
    pub(crate) fn until_zero(&mut self) -> &'a [u8] {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at_checked(end).unwrap_or_default();
        self.0 = rest.get(1..).unwrap_or_default();
        taken
    }

    /// A number in as many bytes as its first one says.
    pub(crate) fn number(&mut self) -> Option<u64> {
        Some(match self.byte()? {
            small @ 0..=250 => small.into(),
            0xfc => self.u16()?.into(),
            0xfd => {
                let [a, b, c] = self.array()?;
                u32::from_le_bytes([a, b, c, 0]).into()
            }
            0xfe => u64::from_le_bytes(self.array()?),
            _ => return None,
        })
    }

    /// Bytes behind their length.
    pub(crate) fn counted(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        self.take(length)
    }
}

/// What a server says first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Greeting {
    pub(crate) version: String,
    pub(crate) id: u32,
    pub(crate) nonce: Vec<u8>,
    pub(crate) capabilities: u32,
    pub(crate) plugin: String,
}

impl Greeting {
    pub(crate) fn parse(packet: &[u8]) -> Option<Self> {
        const PROTOCOL: u8 = 10;
        let mut rest = Rest(packet);
        if rest.byte()? != PROTOCOL {
            return None;
        }
        let version = text(rest.until_zero());
        let id = rest.u32()?;
        let mut nonce = rest.take(8)?.to_vec();
        rest.byte()?;
        let low = rest.u16()?;
        let _collation = rest.byte()?;
        let _status = rest.u16()?;
        let capabilities = u32::from(low) | u32::from(rest.u16()?) << 16;
        let length = usize::from(rest.byte()?);
        rest.take(10)?;
        // The rest of the nonce is twelve bytes and a zero, whatever longer length is announced.
        let second = rest.take(length.saturating_sub(8).max(13))?;
        nonce.extend(second.get(..12)?);
        Some(Self { version, id, nonce, capabilities, plugin: text(rest.until_zero()) })
    }
}

/// An error that the server sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: u16,
    pub(crate) state: String,
    pub(crate) text: String,
}

impl Refusal {
    /// The error, if the packet is one.
    pub(crate) fn parse(packet: &[u8]) -> Option<Self> {
        let mut rest = Rest(packet.strip_prefix(&[ERROR])?);
        let code = rest.u16()?;
        let state = match rest.0.strip_prefix(b"#") {
            Some(behind) => {
                rest = Rest(behind);
                text(rest.take(5)?)
            }
            None => "HY000".to_owned(),
        };
        Some(Self { code, state, text: text(rest.0) })
    }
}

/// A column of an answer, as the server describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Described {
    pub(crate) kind: u8,
    pub(crate) unsigned: bool,
    /// Whether its bytes are no text.
    pub(crate) binary: bool,
}

impl Described {
    pub(crate) fn parse(packet: &[u8]) -> Option<Self> {
        const BINARY: u16 = 63;
        const UNSIGNED: u16 = 32;
        let mut rest = Rest(packet);
        // Catalog, schema, table and its own name, column and its own name.
        for _ in 0..6 {
            rest.counted()?;
        }
        let mut fixed = Rest(rest.counted()?);
        let charset = fixed.u16()?;
        let _length = fixed.u32()?;
        let kind = fixed.byte()?;
        let flags = fixed.u16()?;
        Some(Self { kind, unsigned: flags & UNSIGNED != 0, binary: charset == BINARY })
    }
}

/// A column of a statement that was prepared and not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) label: String,
    pub(crate) column: Described,
    pub(crate) length: u32,
    pub(crate) decimals: u8,
}

impl Told {
    pub(crate) fn parse(packet: &[u8]) -> Option<Self> {
        let mut rest = Rest(packet);
        // Catalog, schema, table and its own name.
        for _ in 0..4 {
            rest.counted()?;
        }
        let label = text(rest.counted()?);
        rest.counted()?;
        let mut fixed = Rest(rest.counted()?);
        fixed.u16()?;
        let length = fixed.u32()?;
        // Type and flags.
        fixed.take(3)?;
        Some(Self { label, column: Described::parse(packet)?, length, decimals: fixed.byte()? })
    }
}

/// A statement that the server has prepared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Prepared {
    pub(crate) id: u32,
    pub(crate) columns: u16,
    pub(crate) parameters: u16,
}

impl Prepared {
    pub(crate) fn parse(packet: &[u8]) -> Option<Self> {
        let mut rest = Rest(packet.strip_prefix(&[OK])?);
        Some(Self { id: rest.u32()?, columns: rest.u16()?, parameters: rest.u16()? })
    }
}

/// Whether a packet among rows says that there are no more.
pub(crate) fn is_end(packet: &[u8]) -> bool {
    packet.first() == Some(&END) && packet.len() < crate::wire::LONGEST
}

/// Appends a length and the bytes.
pub(crate) fn put_counted(bytes: &[u8], out: &mut Vec<u8>) {
    match bytes.len() {
        length @ 0..=250 => out.push(u8::try_from(length).unwrap_or(0)),
        length => {
            out.push(0xfe);
            out.extend(u64::try_from(length).unwrap_or(0).to_le_bytes());
        }
    }
    out.extend_from_slice(bytes);
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    fn greeting() -> Vec<u8> {
        let fixed =
            [&[10][..], b"5.5.5-10.11.19-MariaDB\0", &7_u32.to_le_bytes(), b"12345678\0", &[0xfe, 0xf7]].concat();
        let more = [&[45, 2, 0, 0xff, 0x81, 21][..], &[0; 10], b"abcdefghijkl\0", b"mysql_native_password\0"].concat();
        [fixed, more].concat()
    }

    #[test]
    fn a_greeting_is_read_and_a_cut_one_is_none() {
        let found = Greeting::parse(&greeting()).unwrap();
        assert_eq!((found.version.as_str(), found.id), ("5.5.5-10.11.19-MariaDB", 7));
        assert_eq!(
            (found.nonce.as_slice(), found.plugin.as_str()),
            (&b"12345678abcdefghijkl"[..], "mysql_native_password")
        );
        assert_eq!(found.capabilities, 0x81ff_f7fe);
        for length in 0..60 {
            assert_eq!(Greeting::parse(&greeting()[..length]), None, "{length}");
        }
    }

    #[test]
    fn an_error_has_a_state_or_the_general_one() {
        let refused = |body: &[u8]| Refusal::parse(&[&[ERROR, 0x15, 0x04], body].concat()).unwrap();
        let denied = refused(b"#28000Access denied");
        assert_eq!((denied.code, denied.state.as_str(), denied.text.as_str()), (1045, "28000", "Access denied"));
        assert_eq!((refused(b"Too many").state.as_str(), refused(b"Too many").text.as_str()), ("HY000", "Too many"));
    }

    #[test]
    fn lengths_of_every_size_are_read_back() {
        for length in [0, 1, 250, 251, 65_535, 65_536, 1 << 24] {
            let mut out = Vec::new();
            put_counted(&vec![9; length], &mut out);
            assert_eq!(Rest(&out).counted().map(<[u8]>::len), Some(length));
        }
        assert_eq!(Rest(&[0xfc, 1, 1]).number(), Some(257));
        assert_eq!(Rest(&[0xfd, 0, 0, 1]).number(), Some(65_536));
        assert_eq!(Rest(&[0xff]).number(), None);
        assert_eq!(Rest(&[0xfe, 255, 255, 255, 255, 255, 255, 255, 255, 1]).counted(), None);
    }

    #[test]
    fn any_bytes_give_an_answer() {
        let seed: u64 = rand::rng().random();
        println!("seed {seed}");
        let mut random = StdRng::seed_from_u64(seed);
        for _ in 0..50_000 {
            let mut bytes: Vec<u8> = (0..random.random_range(0..80)).map(|_| random.random()).collect();
            if let Some(first) = bytes.first_mut() {
                *first = [10, OK, END, ERROR][random.random_range(0..4)];
            }
            drop((Greeting::parse(&bytes), Refusal::parse(&bytes), Described::parse(&bytes), Prepared::parse(&bytes)));
        }
    }
}
