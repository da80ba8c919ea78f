//! The messages that we send, and what stands in those of the log-in that come back.
//!
//! Everything is taken from the front of a slice and may be missing, so that no server can make us panic. Not here: answers
//! (`token.rs`), and how messages travel (`wire.rs`).

use crate::bind::Parameter;

/// Bytes of which some are still to be taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rest<'a>(pub(crate) &'a [u8]);

impl<'a> Rest<'a> {
    #[inline]
    pub(crate) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    #[inline]
    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    #[inline]
    pub(crate) fn byte(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    #[inline]
    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    #[inline]
    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    /// Bytes behind a length of two bytes.
    pub(crate) fn counted(&mut self) -> Option<&'a [u8]> {
        let length = self.u16()?;
        self.take(length.into())
    }

    /// The bytes of a text behind its length in characters, which is one byte.
    pub(crate) fn short_units(&mut self) -> Option<&'a [u8]> {
        let units = self.byte()?;
        self.take(usize::from(units) * 2)
    }

    /// The same with a length of two bytes.
    pub(crate) fn long_units(&mut self) -> Option<&'a [u8]> {
        let units = self.u16()?;
        self.take(usize::from(units) * 2)
    }

    /// Text behind a length of one byte.
    pub(crate) fn short_text(&mut self) -> Option<String> {
        self.short_units().map(text)
    }

    /// Text behind a length of two bytes.
    pub(crate) fn long_text(&mut self) -> Option<String> {
        self.long_units().map(text)
    }
}

/// Names and messages; what is no text in them is replaced, for they are only shown and compared.
pub(crate) fn text(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    char::decode_utf16(units).map(|one| one.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// Text in units of two bytes.
pub(crate) fn put_text(text: &str, out: &mut Vec<u8>) {
    out.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// How much of the way is to be encrypted, as the first messages say.
pub(crate) mod encryption {
    /// The login only.
    pub(crate) const LOGIN: u8 = 0;
    pub(crate) const ALL: u8 = 1;
    /// All, or the server is left.
    pub(crate) const REQUIRED: u8 = 3;
}

const VERSION: u8 = 0;
const ENCRYPTION: u8 = 1;
const INSTANCE: u8 = 2;
const FEDERATED: u8 = 6;
const END: u8 = 0xff;

/// The first message: what we want of the way, which instance we mean, and whether a token will follow.
pub(crate) fn prelogin(wanted: u8, instance: Option<&str>, with_token: bool) -> Vec<u8> {
    let mut options = vec![(VERSION, vec![0; 6]), (ENCRYPTION, vec![wanted])];
    if let Some(instance) = instance {
        options.push((INSTANCE, [instance.as_bytes(), &[0]].concat()));
    }
    if with_token {
        options.push((FEDERATED, vec![1]));
    }
    let mut place = options.len() * 5 + 1;
    let (mut out, mut data) = (Vec::new(), Vec::new());
    for (option, value) in options {
        out.push(option);
        out.extend(short(place).to_be_bytes());
        out.extend(short(value.len()).to_be_bytes());
        place += value.len();
        data.extend(value);
    }
    out.push(END);
    out.extend(data);
    out
}

fn short(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

/// What the server answers to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Greeting {
    pub(crate) encryption: u8,
    /// It is another instance than the one that was meant.
    pub(crate) is_other_instance: bool,
    /// It wants to know whether we have read that it takes tokens.
    pub(crate) takes_tokens: bool,
}

impl Greeting {
    pub(crate) fn parse(message: &[u8]) -> Option<Self> {
        let mut rest = Rest(message);
        let mut greeting = Self::default();
        let mut is_told = false;
        loop {
            let option = rest.byte()?;
            if option == END {
                return is_told.then_some(greeting);
            }
            let place = usize::from(u16::from_be_bytes(rest.array()?));
            let length = usize::from(u16::from_be_bytes(rest.array()?));
            let value = message.get(place..place + length)?;
            match (option, value.first()) {
                (ENCRYPTION, Some(encryption)) => (greeting.encryption, is_told) = (*encryption, true),
                (INSTANCE, Some(one)) => greeting.is_other_instance = *one != 0,
                (FEDERATED, Some(one)) => greeting.takes_tokens = *one != 0,
                _ => {}
            }
        }
    }
}

/// What a login shows.
#[derive(Clone, Copy)]
pub(crate) enum Shown<'a> {
    /// A name and a password.
    Password(&'a str, &'a str),
    /// A token of Entra ID.
    Token(&'a str),
}

/// What is told about us.
#[derive(Clone, Copy)]
pub(crate) struct Identity<'a> {
    pub(crate) shown: Shown<'a>,
    pub(crate) host: &'a str,
    pub(crate) workstation: &'a str,
    pub(crate) application: &'a str,
    pub(crate) database: &'a str,
    pub(crate) reads_only: bool,
    /// TLS came first (TDS 8).
    pub(crate) is_strict: bool,
    pub(crate) packet_bytes: u32,
}

/// The login.
pub(crate) fn login(who: &Identity<'_>, greeting: Greeting) -> Vec<u8> {
    const TDS_7: u32 = 0x7400_0004;
    const TDS_8: u32 = 0x0800_0000;
    const US_ENGLISH: u32 = 0x0409;
    const TABLE: usize = 94;
    // The database and the language must be as asked for; the driver of ODBC, whose settings of a session are the ANSI ones.
    const FLAGS: [u8; 2] = [0x20 | 0x40, 0x01 | 0x02];
    const READ_ONLY: u8 = 0x20;
    const UNKNOWN_COLLATIONS: u8 = 0x08;
    const EXTENSIONS: u8 = 0x10;
    let (user, password, token) = match who.shown {
        Shown::Password(user, password) => (user, password, None),
        Shown::Token(token) => ("", "", Some(token)),
    };
    let mut data = Vec::new();
    let mut table = Vec::new();
    for text in [who.workstation, user, password, who.application, who.host, "", "glaux", "", who.database] {
        let start = data.len();
        table.extend(short(TABLE + start).to_le_bytes());
        if token.is_some() && table.len() == 22 {
            // In place of a text, where the extensions are told to begin.
            table.extend(4_u16.to_le_bytes());
            data.extend([0; 4]);
            continue;
        }
        table.extend(short(units(text)).to_le_bytes());
        put_text(text, &mut data);
        if table.len() == 12 {
            data.iter_mut().skip(start).for_each(|byte| *byte = byte.rotate_left(4) ^ 0xa5);
        }
    }
    // No address of a network card; then nothing for Windows, a file to attach, a new password.
    table.extend([0; 6]);
    for _ in 0..3 {
        table.extend(short(TABLE + data.len()).to_le_bytes());
        table.extend([0; 2]);
    }
    table.extend([0; 4]);
    if let Some(token) = token {
        let extensions = u32::try_from(TABLE + data.len()).unwrap_or(u32::MAX).to_le_bytes();
        let place = table.get(20..22).and_then(|place| <[u8; 2]>::try_from(place).ok()).unwrap_or_default();
        let place = usize::from(u16::from_le_bytes(place)) - TABLE;
        data.iter_mut().skip(place).zip(extensions).for_each(|(byte, part)| *byte = part);
        put_token(token, greeting.takes_tokens, &mut data);
    }
    let flags = [
        FLAGS[0],
        FLAGS[1],
        if who.reads_only { READ_ONLY } else { 0 },
        UNKNOWN_COLLATIONS | if token.is_some() { EXTENSIONS } else { 0 },
    ];
    let length = u32::try_from(TABLE + data.len()).unwrap_or(u32::MAX);
    let version = if who.is_strict { TDS_8 } else { TDS_7 };
    let head = [length, version, who.packet_bytes, 0, std::process::id(), 0];
    let mut out: Vec<u8> = head.into_iter().flat_map(u32::to_le_bytes).collect();
    out.extend(flags);
    out.extend([0; 4]);
    out.extend(US_ENGLISH.to_le_bytes());
    out.extend(table);
    out.extend(data);
    out
}

/// The only extension: a token, and whether we have read that the server takes one.
fn put_token(token: &str, is_echoed: bool, data: &mut Vec<u8>) {
    const FEDERATED: u8 = 2;
    const SECURITY_TOKEN: u8 = 1 << 1;
    let length = u32::try_from(units(token) * 2).unwrap_or(u32::MAX);
    data.push(FEDERATED);
    data.extend((length + 5).to_le_bytes());
    data.push(SECURITY_TOKEN | u8::from(is_echoed));
    data.extend(length.to_le_bytes());
    put_text(token, data);
    data.push(END);
}

/// What stands in front of every request: the transaction that it belongs to.
fn headers(transaction: [u8; 8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    out.extend(22_u32.to_le_bytes());
    out.extend(18_u32.to_le_bytes());
    out.extend(2_u16.to_le_bytes());
    out.extend(transaction);
    out.extend(1_u32.to_le_bytes());
    out
}

/// Statements without values.
pub(crate) fn batch(sql: &str, transaction: [u8; 8]) -> Vec<u8> {
    let mut out = headers(transaction);
    put_text(sql, &mut out);
    out
}

/// One statement with its values, which it calls `@P1` and so on.
pub(crate) fn execute(sql: &str, values: &[Parameter], transaction: [u8; 8]) -> Vec<u8> {
    // `sp_executesql` by number, without options.
    const EXECUTE_SQL: [u8; 6] = [0xff, 0xff, 10, 0, 0, 0];
    let mut out = headers(transaction);
    out.extend(EXECUTE_SQL);
    put_parameter("", &Parameter::text(sql), &mut out);
    if values.is_empty() {
        return out;
    }
    let declared: Vec<String> =
        values.iter().enumerate().map(|(index, value)| format!("@P{} {}", index + 1, value.declared())).collect();
    put_parameter("", &Parameter::text(&declared.join(",")), &mut out);
    for (index, value) in values.iter().enumerate() {
        put_parameter(&format!("@P{}", index + 1), value, &mut out);
    }
    out
}

fn put_parameter(name: &str, value: &Parameter, out: &mut Vec<u8>) {
    out.push(u8::try_from(units(name)).unwrap_or(u8::MAX));
    put_text(name, out);
    // By value.
    out.push(0);
    out.extend_from_slice(value.bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHO: Identity<'static> = Identity {
        shown: Shown::Password("sa", "pä"),
        host: "h",
        workstation: "w",
        application: "a",
        database: "db",
        reads_only: true,
        is_strict: false,
        packet_bytes: 16_000,
    };

    /// A text of the login, found by the place in its table.
    fn text_at(login: &[u8], place: usize) -> String {
        let number = |at: usize| usize::from(u16::from_le_bytes([login[at], login[at + 1]]));
        text(&login[number(place)..number(place) + number(place + 2) * 2])
    }

    #[test]
    fn a_login_has_every_text_in_its_place() {
        let login = login(&WHO, Greeting::default());
        assert_eq!(login[..4], u32::try_from(login.len()).unwrap().to_le_bytes());
        assert_eq!((&login[4..8], &login[8..12]), (&[4, 0, 0, 0x74][..], &16_000_u32.to_le_bytes()[..]));
        assert_eq!(login[24..28], [0x60, 0x03, 0x20, 0x08]);
        for (place, expected) in [(36, "w"), (40, "sa"), (48, "a"), (52, "h"), (60, "glaux"), (64, ""), (68, "db")] {
            assert_eq!(text_at(&login, place), expected, "{place}");
        }
        let start = usize::from(u16::from_le_bytes([login[44], login[45]]));
        // The halves of every byte are swapped, and some bits turned round.
        assert_eq!(login[start..start + 4], [0xa2, 0xa5, 0xeb, 0xa5]);
        assert_eq!(self::login(&Identity { is_strict: true, ..WHO }, Greeting::default())[4..8], [0, 0, 0, 8]);
    }

    #[test]
    fn a_token_stands_in_an_extension_and_nothing_in_place_of_a_password() {
        let greeting = Greeting { takes_tokens: true, ..Greeting::default() };
        let login = login(&Identity { shown: Shown::Token("t😀"), ..WHO }, greeting);
        assert_eq!((login[27], text_at(&login, 40), text_at(&login, 44)), (0x18, String::new(), String::new()));
        let long = |at: usize| usize::try_from(u32::from_le_bytes(login[at..at + 4].try_into().unwrap())).unwrap();
        let place = usize::from(u16::from_le_bytes([login[56], login[57]]));
        let extension = &login[long(place)..];
        let expected = [&[2, 11, 0, 0, 0, 3, 6, 0, 0, 0, b't', 0][..], &[0x3d, 0xd8, 0, 0xde, 0xff]].concat();
        assert_eq!((&login[58..60], extension), (&[4, 0][..], &expected[..]));
        assert_eq!(text_at(&login, 68), "db");
    }

    #[test]
    fn the_first_message_and_its_answer_are_options_behind_a_table() {
        let sent = prelogin(encryption::REQUIRED, Some("i"), true);
        let expected = [
            &[0, 0, 21, 0, 6, 1, 0, 27, 0, 1, 2, 0, 28, 0, 2, 6, 0, 30, 0, 1, 0xff][..],
            &[0, 0, 0, 0, 0, 0, 3, b'i', 0, 1],
        ];
        assert_eq!(sent, expected.concat());
        let greeting = Greeting { encryption: 3, is_other_instance: true, takes_tokens: true };
        assert_eq!(Greeting::parse(&sent), Some(greeting));
        for length in 0..28 {
            assert_eq!(Greeting::parse(&sent[..length]), None, "{length}");
        }
        assert_eq!(Greeting::parse(&[0xff]), None, "nothing about encryption");
        assert_eq!(Greeting::parse(b"HTTP/1.1 400 Bad Request"), None);
    }

    #[test]
    fn a_request_belongs_to_its_transaction_and_names_its_values() {
        let transaction = [1, 2, 3, 4, 5, 6, 7, 8];
        let head = [&[22, 0, 0, 0, 18, 0, 0, 0, 2, 0][..], &transaction, &[1, 0, 0, 0]].concat();
        assert_eq!(batch("a", transaction), [&head[..], b"a\0"].concat());
        let statement = [&[0, 0][..], Parameter::text("S").bytes()].concat();
        let bare = [&head[..], &[0xff, 0xff, 10, 0, 0, 0], &statement].concat();
        assert_eq!(execute("S", &[], transaction), bare);
        let declared = [&[0, 0][..], Parameter::text("@P1 bigint,@P2 nvarchar(4000)").bytes()].concat();
        let named = |number: u8| [3, b'@', 0, b'P', 0, b'0' + number, 0, 0];
        let values = [Parameter::bigint(7), Parameter::text("x")];
        let sent = [&bare[..], &declared, &named(1), values[0].bytes(), &named(2), values[1].bytes()].concat();
        assert_eq!(execute("S", &values, transaction), sent);
    }
}
