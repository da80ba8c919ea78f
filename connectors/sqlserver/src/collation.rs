//! Which encoding a text is in whose column has some collation.
//!
//! What is not in the tables is no guess: a text of an unknown collation is a fault where it is read.

use encoding_rs::Encoding;

/// A collation as it stands on the wire: language and flags, and the number of an old sort order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Collation {
    language: u32,
    sort: u8,
}

/// How the bytes of a text are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Charset {
    Utf8,
    Page(&'static Encoding),
}

impl Collation {
    pub(crate) fn new([a, b, c, d, sort]: [u8; 5]) -> Self {
        Self { language: u32::from_le_bytes([a, b, c, d]), sort }
    }

    /// The encoding; nothing for one that is not known or cannot be read (the code pages of DOS).
    pub(crate) fn charset(self) -> Option<Charset> {
        const UTF8: u32 = 1 << 26;
        if self.language & UTF8 != 0 {
            return Some(Charset::Utf8);
        }
        let page = if self.sort == 0 { of_language(self.language & 0xffff) } else { of_sort(self.sort) };
        page.map(Charset::Page)
    }
}

/// The code page of a sort order, which the collations whose names begin with SQL have (MS-TDS 2.2.5.1.2).
fn of_sort(sort: u8) -> Option<&'static Encoding> {
    use encoding_rs as page;
    Some(match sort {
        50..=54 | 71..=75 | 183..=186 | 210..=217 => page::WINDOWS_1252,
        80..=98 => page::WINDOWS_1250,
        104..=108 => page::WINDOWS_1251,
        112..=114 | 120..=124 => page::WINDOWS_1253,
        128..=130 => page::WINDOWS_1254,
        136..=138 => page::WINDOWS_1255,
        144..=146 => page::WINDOWS_1256,
        152..=160 => page::WINDOWS_1257,
        192 | 193 | 200 => page::SHIFT_JIS,
        194 | 195 | 201 => page::EUC_KR,
        196 | 197 | 202 => page::BIG5,
        198 | 199 | 203 => page::GBK,
        204..=206 => page::WINDOWS_874,
        _ => return None,
    })
}

/// The code page of a language (MS-LCID, by its lower half: the upper one tells ways to sort), for the languages that the
/// server has collations of, and those of the same code page beside them.
fn of_language(language: u32) -> Option<&'static Encoding> {
    use encoding_rs as page;
    Some(match language {
        0x041e => page::WINDOWS_874,
        0x0411 => page::SHIFT_JIS,
        0x0804 | 0x1004 => page::GBK,
        0x0412 => page::EUC_KR,
        0x0404 | 0x0c04 | 0x1404 => page::BIG5,
        // Czech, Hungarian, Polish, Romanian, Croatian, Slovak, Albanian, Slovenian, Turkmen, Serbian and Bosnian in Latin script.
        0x0405 | 0x040e | 0x0415 | 0x0418 | 0x041a..=0x041c | 0x0424 | 0x0442 | 0x081a | 0x101a | 0x141a => {
            page::WINDOWS_1250
        }
        // Bulgarian, Russian, Ukrainian, Belarusian, Macedonian, Kazakh, Kyrgyz, Tatar, Mongolian, Bashkir, Yakut, and what is
        // in Cyrillic script of Azeri, Uzbek, Serbian and Bosnian.
        0x0402 | 0x0419 | 0x0422 | 0x0423 | 0x042f | 0x043f | 0x0440 | 0x0444 | 0x0450 | 0x046d | 0x0485 | 0x082c
        | 0x0843 | 0x0c1a | 0x201a => page::WINDOWS_1251,
        0x0408 => page::WINDOWS_1253,
        // Turkish, Azeri, Uzbek.
        0x041f | 0x042c | 0x0443 => page::WINDOWS_1254,
        0x040d => page::WINDOWS_1255,
        // Arabic, Urdu, Persian, Uighur, Dari.
        0x0401 | 0x0420 | 0x0429 | 0x0480 | 0x048c => page::WINDOWS_1256,
        // Estonian, Latvian, Lithuanian.
        0x0425..=0x0427 | 0x0827 => page::WINDOWS_1257,
        0x042a => page::WINDOWS_1258,
        _ if is_western(language) => page::WINDOWS_1252,
        _ => return None,
    })
}

/// Catalan, Danish, German, English, Spanish, Finnish, French, Icelandic, Italian, Dutch, Norwegian, Portuguese, Romansh,
/// Swedish, Indonesian, Basque, Upper Sorbian, Afrikaans, Georgian, Sami, Malay, Swahili, Welsh, Galician, Frisian, Mapudungan,
/// Mohawk, Breton, Corsican, and other ways of some of them.
fn is_western(language: u32) -> bool {
    matches!(
        language,
        0x0403 | 0x0406 | 0x0407 | 0x0409
            ..=0x040c
                | 0x040f
                | 0x0410
                | 0x0413
                | 0x0414
                | 0x0416
                | 0x0417
                | 0x041d
                | 0x0421
                | 0x042d
                | 0x042e
                | 0x0436
                | 0x0437
                | 0x043b
                | 0x043e
                | 0x0441
                | 0x0452
                | 0x0456
                | 0x0462
                | 0x047a
                | 0x047c
                | 0x047e
                | 0x0483
                | 0x0807
                | 0x0809
                | 0x080a
                | 0x080c
                | 0x0810
                | 0x0813
                | 0x0814
                | 0x0816
                | 0x081d
                | 0x083b
                | 0x0c07
                | 0x0c09
                | 0x0c0a
                | 0x0c0c
                | 0x1009
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sort_order_goes_before_the_language_and_utf8_before_both() {
        let charset = |bytes| Collation::new(bytes).charset();
        // SQL_Latin1_General_CP1_CI_AS, and the same of CP1250 and CP850, all of the same language.
        assert_eq!(charset([0x09, 0x04, 0xd0, 0x00, 0x34]), Some(Charset::Page(encoding_rs::WINDOWS_1252)));
        assert_eq!(charset([0x09, 0x04, 0xd0, 0x00, 80]), Some(Charset::Page(encoding_rs::WINDOWS_1250)));
        assert_eq!(charset([0x09, 0x04, 0xd0, 0x00, 42]), None);
        // Hungarian_Technical, whose language has another way to sort.
        assert_eq!(charset([0x0e, 0x04, 0xd1, 0x00, 0]), Some(Charset::Page(encoding_rs::WINDOWS_1250)));
        // Latin1_General_100_CI_AS_SC_UTF8.
        assert_eq!(charset([0x09, 0x04, 0xd0, 0x24, 0x00]), Some(Charset::Utf8));
        // Hindi has no code page.
        assert_eq!(charset([0x39, 0x04, 0, 0, 0]), None);
    }
}
