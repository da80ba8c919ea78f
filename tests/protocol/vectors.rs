//! Every message that AWS's SDK wrote is read to what it means, written again, and read again to the same.

use std::fs;
use std::path::PathBuf;

use connector_core::Domain;
use glaux::protocol::{Constraints, Request, Response, Version};
use serde_json::{Value as Json, json};

use super::{describe, value_set};

pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("schemas/protocol")
}

/// Every recorded message: version, name, bytes.
pub fn messages() -> Vec<(Version, String, Vec<u8>)> {
    let mut messages = Vec::new();
    for version in Version::ALL {
        for entry in fs::read_dir(folder().join(format!("v{}", version.number()))).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            messages.push((version, name, fs::read(path).unwrap()));
        }
    }
    messages.sort_by_key(|(version, name, _)| (*version, name.clone()));
    messages
}

pub fn values(version: Version) -> Json {
    let path = folder().join(format!("v{}.values.json", version.number()));
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn every_recorded_message_means_what_its_writer_meant_and_survives_being_written_again() {
    let messages = messages();
    assert_eq!(messages.len(), 163);
    for version in Version::ALL {
        let values = values(version);
        let mine: Vec<_> = messages.iter().filter(|message| message.0 == version).collect();
        assert_eq!(mine.len(), values.as_object().unwrap().len());
        for (_, name, bytes) in mine {
            check(version, name, bytes, &values[name.as_str()]);
        }
    }
}

fn check(version: Version, name: &str, bytes: &[u8], recorded: &Json) {
    let label = format!("v{}/{name}", version.number());
    if name.contains("Request") {
        let read = Request::decode(bytes).unwrap_or_else(|error| panic!("{label}: {error}"));
        compare(&label, version, &describe::request(&read), recorded);
        let again = Request::decode(&read.encode(version).unwrap()).unwrap();
        compare(&label, version, &describe::request(&again), recorded);
        if let (Some(one), Some(other)) = (constraints(&read), constraints(&again)) {
            check_summary(&label, one, recorded);
            assert_eq!(one.summary.len(), other.summary.len());
            one.summary
                .iter()
                .for_each(|(column, domain)| value_set::assert_same(column, domain, &other.summary[column]));
        }
    } else {
        let read = Response::decode(bytes).unwrap_or_else(|error| panic!("{label}: {error}"));
        compare(&label, version, &describe::response(&read), recorded);
        assert_eq!(Response::decode(&read.encode(version).unwrap()).unwrap(), read, "{label}");
    }
}

pub fn constraints(request: &Request) -> Option<&Constraints> {
    match request {
        Request::GetTableLayout(request) => Some(&request.constraints),
        Request::GetSplits(request) => Some(&request.constraints),
        Request::ReadRecords(request) => Some(&request.constraints),
        _ => None,
    }
}

fn check_summary(label: &str, constraints: &Constraints, recorded: &Json) {
    let recorded = recorded["constraints"]["summary"].as_object().unwrap();
    let columns: Vec<&String> = constraints.summary.keys().collect();
    assert_eq!(columns, recorded.keys().collect::<Vec<_>>(), "{label}");
    let check = |(column, domain): (&String, &Domain)| value_set::assert_means(column, domain, &recorded[column]);
    constraints.summary.iter().for_each(check);
}

/// As text, because a JSON value takes -0.0 for 0.0; and both parsed once, because that rounds the largest floats.
fn compare(label: &str, version: Version, described: &Json, recorded: &Json) {
    let described: Json = serde_json::from_str(&described.to_string()).unwrap();
    let mut recorded = recorded.clone();
    expect_of_version(version, &mut recorded);
    assert_eq!(described.to_string(), recorded.to_string(), "{label}");
}

/// The recorded meaning, less what the version does not carry and what is compared elsewhere.
fn expect_of_version(version: Version, recorded: &mut Json) {
    if let Some(columns) = recorded.get_mut("partitionColumns") {
        let names: Vec<String> = serde_json::from_value(columns.clone()).unwrap();
        *columns = describe::set(&names);
    }
    if let Some(constraints) = recorded.get_mut("constraints").and_then(Json::as_object_mut) {
        constraints.remove("summary");
        if version.number() < 4 {
            constraints.extend([("expression".into(), json!([])), ("orderByClause".into(), json!([]))]);
            constraints.insert("limit".into(), json!(-1));
        }
        if version.number() < 6 {
            constraints.insert("queryPlan".into(), Json::Null);
        }
    }
    drop_zones(recorded);
}

/// Names of zones are for display and nowhere in our types.
fn drop_zones(json: &mut Json) {
    match json {
        Json::Array(items) => items.iter_mut().for_each(drop_zones),
        Json::Object(fields) => {
            if fields.contains_key("packed") {
                fields.remove("zone");
            }
            fields.values_mut().for_each(drop_zones);
        }
        _ => {}
    }
}
