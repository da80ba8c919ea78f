//! Text of every encoding, written as UTF-8 where it is kept.

use connector_core::decode::{Copied, Fault, Varied, append};

use super::Buffers;
use crate::collation::Charset;

const NOT_UTF8: &str = "text that is not in its column's encoding";
const NO_TEXT: Fault = Fault::value("a text that is not in its column's encoding, or was cut inside a character,");

/// Buffers whose values `write` appends, as UTF-8, none of them larger than `most`.
pub(super) fn texts(write: impl Fn(&[u8], &mut Vec<u8>) -> Result<(), Fault> + Send + 'static, most: usize) -> Buffers {
    let write = at_most(most, write);
    Varied::written(NOT_UTF8, move |cell: &[u8], data: &mut Vec<u8>| write(cell, data).map(|()| true))
}

/// The same of text that stays as it is where it is ASCII.
pub(super) fn plain_texts(
    write: impl Fn(&[u8], &mut Vec<u8>) -> Result<(), Fault> + Send + 'static,
    most: usize,
) -> Buffers {
    Copied::text_if(NOT_UTF8, most, <[u8]>::is_ascii, at_most(most, write))
}

/// Appends what `write` does, unless that is larger than `most`.
fn at_most(
    most: usize,
    write: impl Fn(&[u8], &mut Vec<u8>) -> Result<(), Fault>,
) -> impl Fn(&[u8], &mut Vec<u8>) -> Result<(), Fault> {
    move |cell, data| {
        // Every two bytes of any encoding are one of UTF-8 at least, so that what was cut is seen to be too large first.
        if cell.len() / 2 > most {
            return Err(Fault::Cell(most));
        }
        let size = data.len();
        write(cell, data)?;
        if data.len() - size > most { Err(Fault::Cell(most)) } else { Ok(()) }
    }
}

/// Adds a text in units of two bytes.
pub(crate) fn utf16(cell: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
    const BEYOND_ASCII: u64 = 0xff80_ff80_ff80_ff80;
    let mut rest = cell;
    while !rest.is_empty() {
        let (fours, _) = rest.as_chunks::<8>();
        let plain = fours.iter().take_while(|four| u64::from_le_bytes(**four) & BEYOND_ASCII == 0).count() * 8;
        let (plain, behind) = rest.split_at(plain);
        let (units, _) = plain.as_chunks::<2>();
        out.extend(units.iter().map(|[low, _]| *low));
        rest = some_units(behind, out).ok_or(NO_TEXT)?;
    }
    Ok(())
}

/// Adds a few characters of any kind, and gives what is behind them.
fn some_units<'a>(cell: &'a [u8], out: &mut Vec<u8>) -> Option<&'a [u8]> {
    const FEW: usize = 8;
    let mut rest = cell;
    for _ in 0..FEW {
        let Some((unit, behind)) = rest.split_first_chunk::<2>() else { return rest.is_empty().then_some(rest) };
        rest = behind;
        let unit = u16::from_le_bytes(*unit);
        if let Ok(ascii @ 0..=0x7f) = u8::try_from(unit) {
            out.push(ascii);
            continue;
        }
        let mut pair = [unit, 0];
        let mut units = 1;
        if (0xd800..0xdc00).contains(&unit) {
            let (low, behind) = rest.split_first_chunk::<2>()?;
            rest = behind;
            pair[1] = u16::from_le_bytes(*low);
            units = 2;
        }
        let character = char::decode_utf16(pair.into_iter().take(units)).next()?.ok()?;
        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
    Some(rest)
}

/// Adds a text in a code page or in UTF-8.
#[inline]
pub(crate) fn decoded(charset: Charset, cell: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
    if cell.is_ascii() {
        // Of every encoding that the server has.
        append(cell, out);
        return Ok(());
    }
    converted(charset, cell, out)
}

/// The same of one that has more than ASCII.
#[inline(never)]
fn converted(charset: Charset, cell: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
    match charset {
        Charset::Utf8 => {
            out.extend_from_slice(std::str::from_utf8(cell).map_err(|_| NO_TEXT)?.as_bytes());
            Ok(())
        }
        Charset::Page(page) => {
            let mut decoder = page.new_decoder_without_bom_handling();
            let most = decoder.max_utf8_buffer_length_without_replacement(cell.len()).ok_or(Fault::TooLarge)?;
            let start = out.len();
            out.resize(start + most, 0);
            let room = out.get_mut(start..).unwrap_or_default();
            let (outcome, _, written) = decoder.decode_to_utf8_without_replacement(cell, room, true);
            out.truncate(start + written);
            if outcome == encoding_rs::DecoderResult::InputEmpty { Ok(()) } else { Err(NO_TEXT) }
        }
    }
}
