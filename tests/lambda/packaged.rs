//! The function as it is packaged: what Lambda unpacks is what answers.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use connector_core::TableName;
use glaux::config::Config;
use glaux::deploy::package::{Architecture, Function, Program, write};
use glaux::handler::Handler;
use glaux::local::s3::S3Server;
use tempfile::TempDir;

use crate::support::lambda::Lambda;
use crate::support::{self, packages, postgres};
use crate::{Emulator, bytes, requests};

/// The program of this build, packaged and unpacked again. Where it could not go to Lambda, as on a system with a newer C
/// library, it is the program as it was built.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let built = Path::new(env!("CARGO_BIN_EXE_glaux-lambda"));
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packaged");
        fs::create_dir_all(&folder).unwrap();
        let stripped = folder.join("glaux-lambda");
        // What a debugger wants would be most of the zip.
        let ran = Command::new("strip").arg("--strip-all").arg("-o").arg(&stripped).arg(built).status();
        let is_stripped = ran.is_ok_and(|status| status.success());
        match Program::read(if is_stripped { &stripped } else { built }, None) {
            Ok(program) => packages::unpack(&write(Function::Lambda, &program, None, &folder).unwrap().file, &folder),
            Err(error) => {
                support::skip("packages", &format!("what was built here is run without a package: {error}"));
                built.to_owned()
            }
        }
    })
}

/// What ships knows no tables in memory, so these packages read a PostgreSQL.
#[tokio::test]
async fn packages_that_are_given_answer_from_ping_to_read_records() {
    let packages = packages::given("glaux-lambda");
    if packages.is_empty() {
        return support::skip("packages", "set TEST_PACKAGES to zips that glaux package made, a colon between them");
    }
    let script = "CREATE SCHEMA shop; CREATE TABLE shop.orders AS SELECT g AS id, g * 1.25 AS amount, 'row ' || g AS name, \
                  date '2026-01-01' + g AS day FROM generate_series(1, 1000) g; ALTER TABLE shop.orders ADD PRIMARY KEY (id);";
    let Some(database) = postgres::database(script).await else { return };
    let folder = TempDir::new().unwrap();
    let s3 = S3Server::start(folder.path()).await.unwrap();
    s3.create_bucket("spill").unwrap();
    let settings =
        [("default", database.setting()), ("spill_bucket", "spill".into()), ("glaux_split_bytes", "1".into())];
    let settings = settings.map(|(key, value)| (key.to_owned(), value)).to_vec();
    let mut config = Config::from_env(settings.clone()).unwrap();
    config.spill.aws = s3.aws();
    let handler = Handler::new(config).unwrap();
    let requests = requests(&handler, "pg", &TableName::new("shop", "orders")).await;
    let environment: Vec<(String, String)> = settings.into_iter().chain(s3.environment()).collect();
    for package in packages {
        let place = TempDir::new().unwrap();
        let program = packages::unpack(&package, place.path());
        let (mut options, architecture) = packages::options(&program);
        options.env.clone_from(&environment);
        let lambda = Lambda::start(options).await;
        for request in &requests {
            let answer = lambda.invoke(bytes(request)).await;
            assert_eq!(answer.function_error, None, "{}: {:?} {}", request.kind(), answer.payload, lambda.logs());
            let expected = handler.handle(&bytes(request)).await.unwrap();
            assert!(answer.payload == expected, "{}: {} differs", package.display(), request.kind());
        }
        println!("{}: {} answers, {:?}", package.display(), requests.len(), lambda.processes()[0]);
        lambda.stop().await;
        if let (Ok(emulator), Architecture::X86) = (std::env::var("TEST_LAMBDA_RIE"), architecture) {
            let emulator = Emulator::start(&emulator, &program, environment.clone()).await;
            for request in &requests {
                let expected = handler.handle(&bytes(request)).await.unwrap();
                assert!(emulator.ask(request).await == expected, "{}: {} differs", package.display(), request.kind());
            }
            println!("{}: the same under AWS's emulator", package.display());
        }
    }
}
