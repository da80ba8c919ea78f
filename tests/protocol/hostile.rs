//! Broken messages: cut, flipped, emptied, exchanged. Whatever comes in, an error or a message comes out, and never a secret.

use connector_core::{Error, ErrorKind};
use glaux::protocol::{LambdaError, Request, Response, ipc};
use rand::prelude::*;

use super::appendix::bytes;
use super::generate;
use super::ordered::Ordered;
use super::vectors::messages;

/// Decodes as both sides would; what is understood must also be writable or be refused with an error.
fn swallow(bytes: &[u8]) -> Vec<Error> {
    let _ = LambdaError::decode(bytes);
    let mut errors = Vec::new();
    match Request::decode(bytes) {
        Ok(request) => errors.extend(request.encode(6.try_into().unwrap()).err()),
        Err(error) => errors.push(error),
    }
    match Response::decode(bytes) {
        Ok(response) => errors.extend(response.encode(2.try_into().unwrap()).err()),
        Err(error) => errors.push(error),
    }
    errors
}

fn recorded(version: u8, name: &str) -> Vec<u8> {
    messages().into_iter().find(|message| message.0.number() == version && message.1 == name).unwrap().2
}

#[test]
fn a_message_cut_anywhere_is_an_error() {
    for name in ["PingRequest", "GetSplitsRequest", "GetTableResponse", "ReadRecordsResponse", "GetSplitsResponse"] {
        let whole = recorded(5, name);
        for end in 0..whole.len() {
            assert_eq!(swallow(&whole[..end]).len(), 2, "{name} cut at {end}");
        }
    }
    let whole = recorded(6, "ReadRecordsRequest");
    for end in (0..whole.len()).step_by(997) {
        assert_eq!(swallow(&whole[..end]).len(), 2, "cut at {end}");
    }
}

#[test]
fn an_arrow_message_cut_anywhere_is_an_error() {
    for suffix in ["", ", legacy"] {
        let (schema, batch) = (bytes(&format!("table schema{suffix}")), bytes(&format!("table batch{suffix}")));
        let whole = ipc::decode_schema(&schema).unwrap();
        for end in 0..schema.len() {
            ipc::decode_schema(&schema[..end]).unwrap_err();
        }
        for end in 1..batch.len() {
            ipc::decode_batch(&batch[..end], whole.clone()).unwrap_err();
        }
    }
}

#[test]
fn flipped_bytes_never_panic() {
    let mut random = generate::random();
    let names = ["GetTableLayoutRequest", "ReadRecordsRequest-passthrough", "ReadRecordsResponse", "GetSplitsRequest"];
    for _ in 0..600 {
        let mut message = recorded(random.random_range(5..=6), names[random.random_range(0..names.len())]);
        for _ in 0..random.random_range(1..4) {
            let at = random.random_range(0..message.len());
            message[at] = random.random();
        }
        swallow(&message);
    }
}

#[test]
fn flipped_bytes_inside_arrow_payloads_never_panic() {
    let mut random = generate::random();
    let fixed = ["types schema", "table schema", "table schema, legacy", "value schema"].map(bytes);
    for _ in 0..3000 {
        let mut schema = fixed[random.random_range(0..fixed.len())].clone();
        flip(&mut random, &mut schema);
        if let Ok(schema) = ipc::decode_schema(&schema) {
            ipc::encode_schema(&schema, glaux::protocol::Framing::Modern).unwrap();
        }
    }
    for round in 0..3000 {
        let batch = generate::batch(&mut random);
        let framing = if round % 2 == 0 { glaux::protocol::Framing::Modern } else { glaux::protocol::Framing::Legacy };
        let mut message = ipc::encode_batch(&batch, framing).unwrap();
        flip(&mut random, &mut message);
        // What is accepted keeps all its promises, so that it can be written and read again.
        if let Ok(read) = ipc::decode_batch(&message, batch.schema()) {
            let again = ipc::encode_batch(&read, framing).unwrap();
            assert_eq!(ipc::decode_batch(&again, batch.schema()).unwrap(), read);
        }
    }
}

fn flip(random: &mut StdRng, message: &mut [u8]) {
    for _ in 0..random.random_range(1..4) {
        if let Some(byte) = message.choose_mut(random) {
            *byte = if random.random() { random.random() } else { [0x00, 0x7f, 0x80, 0xff][random.random_range(0..4)] };
        }
    }
}

#[test]
fn a_batch_under_the_schema_of_another_never_panics() {
    let mut random = generate::random();
    for _ in 0..3000 {
        let (one, other) = (generate::batch(&mut random), generate::batch(&mut random));
        let message = ipc::encode_batch(&one, glaux::protocol::Framing::Modern).unwrap();
        if let Err(error) = ipc::decode_batch(&message, other.schema()) {
            assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
        }
    }
}

#[test]
fn fields_dropped_emptied_exchanged_or_doubled_never_panic() {
    let mut random = generate::random();
    let all = messages();
    for _ in 0..1200 {
        let (_, _, bytes) = &all[random.random_range(0..all.len())];
        let mut json = Ordered::parse(bytes);
        let mut objects = 0;
        json.each_object("", &mut |_, _| objects += 1);
        let chosen = random.random_range(0..objects);
        let mut at = 0;
        json.each_object("", &mut |_, fields| {
            if at == chosen {
                mutate(&mut random, fields);
            }
            at += 1;
        });
        swallow(json.write().as_bytes());
    }
}

fn mutate(random: &mut StdRng, fields: &mut Vec<(String, Ordered)>) {
    if fields.is_empty() {
        return;
    }
    let (one, other) = (random.random_range(0..fields.len()), random.random_range(0..fields.len()));
    match random.random_range(0..6) {
        0 => drop(fields.remove(one)),
        1 => fields[one].1 = Ordered::Null,
        2 => {
            let value = fields[other].1.clone();
            fields[one].1 = value;
        }
        3 => {
            let twice = fields[one].clone();
            fields.push(twice);
        }
        4 => fields[one].0 = "unknown".into(),
        _ => {
            let odd = [
                Ordered::Array(vec![]),
                Ordered::Object(vec![]),
                Ordered::Bool(true),
                Ordered::Number("-1".into()),
                Ordered::Number("1e300".into()),
                Ordered::Text("=".into()),
            ];
            fields[one].1 = odd[random.random_range(0..odd.len())].clone();
        }
    }
}

#[test]
fn no_error_shows_a_credential() {
    const SECRETS: [&str; 3] = ["hush-token", "aHVzaC1rZXktb2Ytc3BpbGw=", "hush-pass"];
    let mut json = Ordered::parse(&recorded(5, "ReadRecordsRequest"));
    json.each_object("", &mut |name, fields| match name {
        "configOptions" => fields.push(("fas_token".into(), Ordered::Text(SECRETS[0].into()))),
        "encryptionKey" => fields.iter_mut().for_each(|(_, value)| *value = Ordered::Text(SECRETS[1].into())),
        "queryPassthroughArguments" => fields.push(("QUERY".into(), Ordered::Text(SECRETS[2].into()))),
        _ => {}
    });
    let whole = json.write();
    assert!(SECRETS.iter().all(|secret| whole.contains(secret)));
    let request = Request::decode(whole.as_bytes()).unwrap();
    let shown = format!("{request:?}");
    assert!(!shown.contains(SECRETS[0]) && !shown.contains("104, 117, 115, 104"));
    for secret in SECRETS {
        for wrong in ["[\"hush-token\"]", "{\"hush-pass\":1}", "\"aHVzaC1rZXktb2Ytc3BpbGw\"", "\"\\ud800hush-token\""] {
            let message = whole.replace(&format!("\"{secret}\""), wrong);
            for error in swallow(message.as_bytes()) {
                let text = format!("{error} {:?} {error:?}", error.hint_text());
                assert!(SECRETS.iter().all(|secret| !text.contains(secret.trim_end_matches('='))), "{text}");
            }
        }
    }
}

#[test]
fn depth_is_an_error_and_no_overflow() {
    for (open, close) in [("[", "]"), (r#"{"@type":"#, "}")] {
        let deep = format!("{}1{}", open.repeat(200_000), close.repeat(200_000));
        assert_eq!(swallow(deep.as_bytes()).len(), 2);
    }
    let not = r#"{"@type":"FunctionCallExpression","type":{"@type":"Bool"},"functionName":{"functionName":"$not"},"arguments":["#;
    let request = |depth: usize| {
        let leaf = r#"{"@type":"VariableExpression","columnName":"c","type":{"@type":"Bool"}}"#;
        let expression = format!("{}{leaf}{}", not.repeat(depth), "]}".repeat(depth));
        let whole = String::from_utf8(recorded(5, "ReadRecordsRequest-unconstrained")).unwrap();
        Request::decode(whole.replace(r#""expression":[]"#, &format!(r#""expression":[{expression}]"#)).as_bytes())
    };
    request(50).unwrap();
    assert_eq!(request(5_000).unwrap_err().kind(), ErrorKind::Invalid);
}
