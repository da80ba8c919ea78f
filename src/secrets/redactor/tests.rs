use connector_core::ErrorKind;

use super::*;

fn redactor(secret: &str) -> Redactor {
    Redactor::new([&Secret::new(secret)])
}

/// Of every character that some encoder changes.
const AWKWARD: &str = "p'a\"s\\s w%41+o/r&d=\n\u{e9}\u{1f511}`]";

fn percent(text: &str, keeps: impl Fn(u8) -> bool, upper: bool) -> String {
    let encoded = |byte: u8| if upper { format!("%{byte:02X}") } else { format!("%{byte:02x}") };
    text.bytes().map(|byte| if keeps(byte) { char::from(byte).to_string() } else { encoded(byte) }).collect()
}

/// The secret as others write it down.
fn spellings(secret: &str) -> Vec<String> {
    let json = serde_json::to_string(secret).unwrap();
    let again = serde_json::to_string(&json).unwrap();
    let ascii: String = secret.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    let in_debug = format!("{secret:?}");
    let every = percent(secret, |_| false, true);
    let mut all = vec![
        secret.to_owned(),
        json[1..json.len() - 1].to_owned(),
        again[3..again.len() - 3].to_owned(),
        ascii,
        in_debug[1..in_debug.len() - 1].to_owned(),
        secret.replace('\'', "''"),
        secret.replace('"', "\"\""),
        secret.replace('\'', "\\'").replace('\n', "\\n"),
        secret.replace('`', "``"),
        secret.replace(']', "]]"),
        percent(secret, |byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte), true),
        percent(secret, |byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte), false),
        percent(secret, |byte| byte.is_ascii_alphanumeric() || b"-_.~/'".contains(&byte), true),
        percent(secret, |byte| byte.is_ascii_alphanumeric() || b"-_.~ ".contains(&byte), true).replace(' ', "+"),
        percent(&every, |byte| byte.is_ascii_alphanumeric(), true),
        every,
    ];
    for before in ["", "u", "us", "user:"] {
        let text = format!("{before}{secret}");
        all.push(base64::engine::general_purpose::STANDARD.encode(&text));
        all.push(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(format!("{text}: more")));
    }
    all
}

#[test]
fn a_secret_is_found_however_it_is_spelled() {
    for secret in ["s3cret-Pa_ssword", AWKWARD, "''''''", "\\\\\\\\\\\\", "%25%25%25", "aaaaaaaa"] {
        let redactor = redactor(secret);
        for spelled in spellings(secret) {
            let clean = redactor.clean(&format!("<{spelled}>"));
            assert!(clean.contains(HIDDEN) && clean.starts_with('<') && clean.ends_with('>'), "{spelled:?}: {clean:?}");
            // Of Base64 a character at each end tells bits of its neighbours too, and stays.
            assert!(clean.len() <= HIDDEN.len() + 24, "{spelled:?}: {clean:?}");
            assert!(!clean.contains(&spelled), "{clean:?}");
        }
    }
}

#[test]
fn nothing_else_is_touched() {
    let text = "ERROR: role \"dz_a\" does not exist at 'x''y' %41 \\n \u{e9} c2VjcmV0";
    assert_eq!(redactor("s3cret").clean(text), text);
    assert_eq!(Redactor::default().clean(text), text);
    assert_eq!(redactor("").clean(text), text);
}

#[test]
fn several_and_overlapping_ones_are_all_hidden() {
    let redactor = Redactor::new([&Secret::new("abcabc"), &Secret::new("cabcx"), &Secret::new("q1w2e3")]);
    assert_eq!(redactor.clean("-abcabcabcx-q1w2e3q1w2e3."), "-[hidden]-[hidden][hidden].");
    assert_eq!(redactor.clean("abcabcabc"), "[hidden]");
}

#[test]
fn the_password_inside_a_secret_is_known_with_it() {
    let text = r#"{"username":"dz_a","password":"Tr0ub4dor&3","client_id":"app","client_secret":"c0rrect-horse","tenant_id":"t"}"#;
    let redactor = redactor(text);
    let clean = redactor.clean("CREATE USER dz_a PASSWORD 'Tr0ub4dor&3'; secret=c0rrect-horse; all={\"a\":1}");
    assert_eq!(clean, "CREATE USER dz_a PASSWORD '[hidden]'; secret=[hidden]; all={\"a\":1}");
    assert_eq!(redactor.clean(text), HIDDEN);
    assert!(!format!("{redactor:?}").contains("Tr0ub4dor"));
}

#[test]
fn an_error_keeps_its_kind_and_loses_the_secret_and_the_cause() {
    let cause = std::io::Error::other("s3cret");
    let error = Error::new(ErrorKind::Conflict, "at \"CREATE USER u PASSWORD 's3cret'\"")
        .with_source(cause)
        .hint("not s3cret")
        .context("making user s3cret");
    let clean = redactor("s3cret").clean_error(&error);
    assert_eq!(clean.kind(), ErrorKind::Conflict);
    assert_eq!(clean.to_string(), "making user [hidden]: at \"CREATE USER u PASSWORD '[hidden]'\"");
    assert_eq!(clean.hint_text(), Some("not [hidden]"));
    assert!(!format!("{clean:?}").contains("s3cret"), "{clean:?}");
    let unhinted = Error::internal("it broke").with_source(std::io::Error::other("s3cret"));
    assert!(!format!("{:?}", redactor("s3cret").clean_error(&unhinted)).contains("s3cret"));
}

/// Time is spent on what begins like a secret only.
#[test]
fn a_long_text_of_beginnings_is_cleaned() {
    let text = "\\".repeat(2_000) + &"a".repeat(2_000);
    let clean = redactor(&("a".repeat(50) + "b")).clean(&text);
    assert_eq!(clean, text);
}
