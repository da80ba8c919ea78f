//! As much of a server as a test needs: it greets, lets everyone in and answers what it is told to.
#![allow(dead_code)]

use std::io::{self, Read, Write};
use std::net::TcpStream;

/// The wish for TLS, among what a server can do.
pub const TLS: u32 = 1 << 11;
/// Everything that a client may ask for but TLS.
const ALL: u32 = 0x01ff_f7ff;

/// A packet of this number.
pub fn packet(number: u8, body: &[u8]) -> Vec<u8> {
    let [a, b, c, _] = u32::try_from(body.len()).unwrap().to_le_bytes();
    [&[a, b, c, number], body].concat()
}

/// What says that all is well.
pub fn ok() -> Vec<u8> {
    vec![0, 0, 0, 2, 0, 0, 0]
}

/// A greeting that offers TLS or not.
pub fn greeting(tls: u32) -> Vec<u8> {
    greeting_of("8.0.35", ALL | tls)
}

pub fn greeting_of(version: &str, capabilities: u32) -> Vec<u8> {
    let [low, high, more, most] = capabilities.to_le_bytes();
    let first = [&[10], version.as_bytes(), &[0], &7_u32.to_le_bytes(), b"12345678\0", &[low, high]].concat();
    let second = [&[45, 2, 0, more, most, 21], [0; 10].as_slice(), b"abcdefghijkl\0caching_sha2_password\0"].concat();
    packet(0, &[first, second].concat())
}

/// The next packet's body.
pub fn taken(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut header = [0; 4];
    stream.read_exact(&mut header)?;
    let [a, b, c, _] = header;
    let mut body = vec![0; usize::try_from(u32::from_le_bytes([a, b, c, 0])).unwrap()];
    stream.read_exact(&mut body)?;
    Ok(body)
}

/// What a client says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    Query(String),
    Prepare(String),
    Execute,
    Reset,
}

/// What is answered.
pub enum Reply {
    /// What such a server would.
    Usual,
    /// Something else.
    Own(Vec<u8>),
    /// Something else, behind which the test itself has the word.
    Last(Vec<u8>),
}

/// Lets a client in and answers it until it hangs up, or `instead` has answered with something of its own.
pub fn serve(stream: &mut TcpStream, instead: &mut impl FnMut(&Said) -> Option<Vec<u8>>) {
    talk(stream, &mut |said| instead(said).map_or(Reply::Usual, Reply::Last));
}

/// Lets a client in and answers it as `reply` says until it hangs up.
pub fn talk(stream: &mut TcpStream, reply: &mut impl FnMut(&Said) -> Reply) {
    if taken(stream).is_err() || stream.write_all(&packet(2, &ok())).is_err() {
        return;
    }
    while let Ok(body) = taken(stream) {
        let text = || String::from_utf8_lossy(body.get(1..).unwrap_or_default()).into_owned();
        let said = match body.first() {
            Some(0x03) => Said::Query(text()),
            Some(0x16) => Said::Prepare(text()),
            Some(0x17) => Said::Execute,
            Some(0x1f) => Said::Reset,
            _ => continue,
        };
        let answer = match (reply(&said), said) {
            (Reply::Last(answer), _) => {
                drop(stream.write_all(&answer));
                return;
            }
            (Reply::Own(answer), _) => answer,
            (Reply::Usual, Said::Query(_) | Said::Reset) => packet(1, &ok()),
            (Reply::Usual, Said::Prepare(_)) => prepared(),
            (Reply::Usual, Said::Execute) => about("here"),
        };
        if stream.write_all(&answer).is_err() {
            return;
        }
    }
}

/// A statement without parameters that gives three texts.
pub fn prepared() -> Vec<u8> {
    [packet(1, &[0, 1, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0]), column(2, 253), column(3, 253), column(4, 253)].concat()
}

/// What every session asks first: which server it is, the session's number and the largest value.
pub fn about(place: &str) -> Vec<u8> {
    let length = u8::try_from(place.len()).unwrap();
    let row = [&[0, 0, length], place.as_bytes(), b"\x017\x0816777216"].concat();
    [packet(1, &[3]), column(2, 253), column(3, 253), column(4, 253), packet(5, &row), end(6)].concat()
}

/// The description of a column.
pub fn column(number: u8, kind: u8) -> Vec<u8> {
    packet(number, &[&[0, 0, 0, 0, 0, 0, 12, 45, 0, 255, 255, 0, 0, kind], [0; 5].as_slice()].concat())
}

/// What ends an answer.
pub fn end(number: u8) -> Vec<u8> {
    packet(number, &[0xfe, 0, 0, 2, 0, 0, 0])
}
