//! What failed once, as a file: what makes the table, and the request as it travels.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use glaux::protocol::{Request, Split, Version};
use serde_json::{Value, json};

use crate::judge::{Subject, Verdict};
use crate::mutation::Mutation;
use crate::shrink::Case;
use crate::source::Source;
use crate::wire;

const SCHEMA: &str = "fuzz_again";

/// Writes a case down; the file's name is for whoever keeps it to change.
pub fn write(source: Source, case: &Case, what: &str) -> PathBuf {
    let scan = &case.scan;
    let split = Split { spill_location: None, encryption_key: None, properties: [].into() };
    let request = wire::read_records(scan, wire::schema(scan), split, (0, 0));
    let request: Value = serde_json::from_slice(&request.encode(Version::default()).unwrap()).unwrap();
    let told = json!({
        "source": source.name(),
        "what": what,
        "statements": case.design.statements(source),
        "table": case.design.name,
        "request": request,
        "slices": case.slices.iter().map(connector_core::Split::properties).collect::<Vec<_>>(),
    });
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{}.json", source.name(), std::process::id()));
    std::fs::write(&path, serde_json::to_string_pretty(&told).unwrap() + "\n").unwrap();
    path
}

/// Asks again what a file holds.
pub async fn ask(source: Source, path: &Path, broken: Option<&Mutation>) -> Verdict {
    let told: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let text = |key: &str| told[key].as_str().unwrap_or_else(|| panic!("{} has no {key}", path.display()));
    source.prepare().await;
    source.make(SCHEMA, text("statements")).await;
    let mut connection = source.connect().await;
    let subject = Subject::open(source, connection.as_mut(), SCHEMA, text("table")).await.unwrap();
    let Ok(Request::ReadRecords(request)) = Request::decode(told["request"].to_string().as_bytes()) else {
        panic!("{} holds no request for rows", path.display());
    };
    // Files from before there were slices have none.
    let slices: Option<Vec<BTreeMap<String, String>>> = serde_json::from_value(told["slices"].clone()).unwrap();
    let slices = slices.unwrap_or_else(|| vec![BTreeMap::new()]);
    let slices: Vec<_> = slices.iter().map(|split| connector_core::Split::from_properties(split).unwrap()).collect();
    subject.ask(connection.as_mut(), &wire::scan_of(&subject, request), &slices, broken).await
}

/// Asks everything that failed once of the sources that there are.
pub async fn all_pass(sources: &[Option<Source>]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let told: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let Some(source) = sources.iter().flatten().find(|source| told["source"] == source.name()) else { continue };
        if let Verdict::Wrong(what) = ask(*source, &path, None).await {
            panic!("{}: {what}", path.display());
        }
    }
}
