//! That what is searched for secrets is searched well: each spelling is found, wherever it stands.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::support::spelled::{Written, leaks, spellings};

const SECRET: &str = "Abc-_123\"\\/+xyzABCDEFGHIJKLMN";

#[test]
fn a_secret_is_found_however_it_is_spelled() {
    let secrets = [SECRET.to_owned()];
    for (spelling, text) in spellings(SECRET) {
        let written = [Written::new("log", format!("before {text} behind")), Written::new("other", "nothing")];
        let found = leaks(&secrets, &written);
        assert!(found.iter().any(|found| found.ends_with(spelling)), "{spelling}: {found:?}");
        assert!(!found.iter().any(|found| found.starts_with("other")));
    }
    for before in ["", "{", "{\"p\":"] {
        let encoded = STANDARD.encode(format!("{before}{SECRET}}}\n"));
        assert!(!leaks(&secrets, &[Written::new("log", encoded)]).is_empty(), "{before}");
    }
    assert!(leaks(&secrets, &[Written::new("log", SECRET.to_lowercase())]).is_empty());
}
