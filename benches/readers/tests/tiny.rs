//! One run of the benches at a tiny scale, without peers, so that they cannot rot; its figures mean nothing.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::path::Path;
use std::process::Command;

#[test]
fn a_tiny_run_measures_every_reader_of_ours() {
    let has = |program: &str| Command::new(program).arg("--version").output().is_ok();
    if !["python3", "psql", "bash"].into_iter().all(has) {
        return println!("skipped: needs python3, psql and bash");
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let out = tempfile::tempdir().unwrap();
    // The Lambda lies beside, if the whole workspace was built.
    let programs = Path::new(env!("CARGO_BIN_EXE_glaux-bench")).parent().unwrap();
    let ran = Command::new(root.join("benches/run"))
        .args(["--scale", "0.001", "--repeat", "1", "--engines", "postgresql", "--parts", "readers,cold", "--no-peers"])
        .args(["--name", "tiny", "--programs"])
        .arg(programs)
        .arg("--out")
        .arg(out.path())
        .output()
        .unwrap();
    let (said, told) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{said}{told}");
    let result: serde_json::Value =
        serde_json::from_slice(&std::fs::read(out.path().join("tiny.json")).unwrap()).unwrap();
    let records = result["records"].as_array().unwrap();
    let failed: Vec<_> = records.iter().filter(|record| record.get("failed").is_some()).collect();
    assert!(failed.is_empty(), "{failed:?}");
    let of = |reader: &str| records.iter().filter(|record| record["reader"] == reader).count();
    assert_eq!((of("psql, COPY binary to nowhere"), of("Glaux")), (3, 5), "{said}");
    if programs.join("glaux-lambda").exists() {
        assert_eq!((of("Glaux, Lambda"), result["cold"]["Glaux, Lambda"].as_array().unwrap().len()), (5, 5), "{said}");
    }
    assert!(std::fs::read_to_string(out.path().join("tiny.svg")).unwrap().ends_with("</svg>\n"));
}

#[test]
fn the_cost_model_stands_on_the_last_result() {
    let simulate = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cost/simulate.py");
    let Ok(ran) = Command::new("python3").arg(simulate).arg("--check").output() else {
        return println!("skipped: needs python3");
    };
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}
