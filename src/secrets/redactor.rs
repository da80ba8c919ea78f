//! Takes known secrets out of texts that others wrote: a driver's message quotes the statement, a service's the request.
//!
//! A secret is found as it is and as it may have been written down on the way: percent-encoded, escaped for JSON or for a literal
//! of SQL, in Base64. Not here: keeping secrets out of our own texts, which is [`Secret`]'s.

mod spelling;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use connector_core::{Error, Secret};

use super::document::Document;
use super::login::Keys;

/// What stands where a secret stood.
const HIDDEN: &str = "[hidden]";

/// Knows secrets, and takes them out of texts.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    /// Secrets and their Base64.
    known: Vec<Secret>,
}

impl Redactor {
    /// One that knows these; an empty one is none.
    pub fn new<'s>(secrets: impl IntoIterator<Item = &'s Secret>) -> Self {
        let mut redactor = Self::default();
        secrets.into_iter().for_each(|secret| redactor.learn(secret));
        redactor
    }

    /// Knows one more, and if it is the JSON of a login also what is secret in that.
    pub fn learn(&mut self, secret: &Secret) {
        self.add(secret);
        if let Ok(Document { keys: Keys { user, client, .. }, .. }) = Document::parse("", secret) {
            user.iter().for_each(|user| self.add(&user.password));
            client.iter().for_each(|(_, secret)| self.add(secret));
        }
    }

    /// The text without any of them.
    pub fn clean(&self, text: &str) -> String {
        let mut hits: Vec<(usize, usize)> = self.known.iter().flat_map(|secret| spelling::find(secret, text)).collect();
        hits.sort_unstable();
        let (mut clean, mut done) = (String::with_capacity(text.len()), 0);
        for (start, end) in hits {
            if start >= done {
                clean.push_str(&text[done..start]);
                clean.push_str(HIDDEN);
            }
            // One that begins inside another is hidden with it.
            done = done.max(end);
        }
        clean + &text[done..]
    }

    /// The error without any of them. What caused it is dropped, since its text cannot be changed.
    #[must_use]
    pub fn clean_error(&self, error: &Error) -> Error {
        let clean = Error::new(error.kind(), self.clean(&error.to_string()));
        match error.hint_text() {
            Some(hint) => clean.hint(self.clean(hint)),
            None => clean,
        }
    }

    fn add(&mut self, secret: &Secret) {
        let text = secret.expose();
        if text.is_empty() || self.known.contains(secret) {
            return;
        }
        self.known.push(secret.clone());
        self.known.extend(in_base64(text.as_bytes()).filter(|base64| !base64.is_empty()).map(Secret::new));
    }
}

/// What of a Base64 text depends on nothing but `bytes`, whichever of the three ways they lie in it, in both alphabets.
fn in_base64(bytes: &[u8]) -> impl Iterator<Item = String> {
    let inner = |before: usize| {
        let text = STANDARD_NO_PAD.encode([&vec![0; before], bytes].concat());
        // The first characters and the last also tell bits of their neighbours.
        let (first, whole) = ((before * 8).div_ceil(6), (before + bytes.len()) * 8 / 6);
        text.get(first..whole).unwrap_or_default().to_owned()
    };
    // Few characters would be found by chance; a secret of so few bytes is not one.
    let long = (0..3).map(inner).filter(|text| text.len() >= 6).collect::<Vec<_>>();
    long.into_iter()
        .flat_map(|text| {
            let url = text.replace('+', "-").replace('/', "_");
            let differs = url != text;
            [Some(text), differs.then_some(url)]
        })
        .flatten()
}

#[cfg(test)]
mod tests;
