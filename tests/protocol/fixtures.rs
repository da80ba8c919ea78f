//! The test data of AWS's SDK, where a copy lies: read, written in its version, and read again to the same.

use std::fs;
use std::path::{Path, PathBuf};

use glaux::protocol::{LambdaError, Request, Response, Version};

fn folder() -> Option<PathBuf> {
    let given = std::env::var_os("GLAUX_PROTOCOL_FIXTURES").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/protocol-fixtures");
    given.or(Some(beside)).filter(|folder| folder.is_dir())
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn the_sdks_own_test_data_is_read_and_survives_being_written() {
    let Some(folder) = folder() else {
        println!("skipped: no copy of the SDK's test data; name its folder in GLAUX_PROTOCOL_FIXTURES");
        return;
    };
    let mut read = 0;
    for path in files(&folder) {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let version =
            path.parent().and_then(Path::file_name).and_then(|v| v.to_str()?.strip_prefix('v')?.parse::<u8>().ok());
        let version = Version::try_from(version.unwrap_or(2)).unwrap();
        let bytes = fs::read(&path).unwrap();
        let label = path.display();
        if name == "LambdaFunctionException" {
            let error = LambdaError::decode(&bytes);
            assert!(!error.error_message.is_empty() && !error.error_type.is_empty() && !error.stack_trace.is_empty());
        } else if name.contains("Request") {
            let request = Request::decode(&bytes).unwrap_or_else(|error| panic!("{label}: {error}"));
            let again = Request::decode(&request.encode(version).unwrap()).unwrap();
            assert_eq!(again.encode(version).unwrap(), request.encode(version).unwrap(), "{label}");
        } else {
            let response = Response::decode(&bytes).unwrap_or_else(|error| panic!("{label}: {error}"));
            assert_eq!(Response::decode(&response.encode(version).unwrap()).unwrap(), response, "{label}");
        }
        read += 1;
    }
    assert_eq!(read, 25);
}
