//! What a stack is made of besides its template: the package, and the definition of the state machine, in a bucket.
//!
//! A key holds what is below it, by its hash, so that a new version has a key of its own, an old one still has its, and the same is
//! not uploaded twice.

use std::io::Read;
use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};
use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;
use connector_core::{Error, Result};

use super::template::Kind;
use crate::config::{Aws, failure, timeouts};

/// The state machine that walks the steps of grants.
const DEFINITION: &str = include_str!("../../infra/grants.asl.json");
/// What a Lambda function's program is called in its package.
const PROGRAM: &str = "bootstrap";
/// How long an upload may take: tens of megabytes, on a slow line.
const LIMIT: std::time::Duration = std::time::Duration::from_mins(10);

/// Something that is to be in the bucket.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Its key.
    pub key: String,
    /// Where it is from, for a reader.
    pub origin: String,
    bytes: Vec<u8>,
}

/// A package, and what it was built for.
#[derive(Clone, Debug)]
pub struct Package {
    /// What is uploaded.
    pub upload: Upload,
    /// As the templates name it.
    pub architecture: &'static str,
}

impl Package {
    /// Reads a package for a stack of this kind.
    ///
    /// Errors: invalid, for a file that is no package, or another program's.
    pub fn open(path: &Path, kind: Kind) -> Result<Self> {
        let shown = path.display();
        let bytes = std::fs::read(path).map_err(|error| Error::invalid(format!("reading package {shown}: {error}")))?;
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let others = Kind::ALL.map(Kind::program).into_iter().filter(|program| *program != kind.program());
        if let Some(other) = others.into_iter().find(|other| name.starts_with(other)) {
            return Err(Error::invalid(format!("{shown} is by its name a package of {other}")).hint(format!(
                "template {} runs {}",
                kind.name(),
                kind.program()
            )));
        }
        let architecture = architecture(&bytes).map_err(|error| error.context(format!("reading package {shown}")))?;
        let key = format!("{}-{}.zip", kind.program(), hash(&bytes));
        Ok(Self { upload: Upload { key, origin: shown.to_string(), bytes }, architecture })
    }
}

impl Upload {
    /// The definition of the state machine.
    pub fn definition() -> Self {
        let bytes = DEFINITION.as_bytes().to_vec();
        Self { key: format!("grants-{}.asl.json", hash(&bytes)), origin: "the state machine".into(), bytes }
    }

    /// The template of the product that a stack of this kind offers.
    pub fn product(kind: Kind, text: String) -> Self {
        let bytes = text.into_bytes();
        let key = format!("{}-{}.yaml", kind.name(), hash(&bytes));
        Self { key, origin: "the product's template".into(), bytes }
    }
}

/// Puts what is not there yet into a bucket, and says what it was.
pub async fn upload(aws: &Aws, bucket: &str, all: &[Upload]) -> Result<Vec<String>> {
    let config = aws_sdk_s3::config::Builder::from(aws.sdk().await).timeout_config(timeouts(LIMIT));
    let s3 = Client::from_conf(config.force_path_style(aws.path_style().await).build());
    let mut done = Vec::new();
    for one in all {
        let place = format!("s3://{bucket}/{}", one.key);
        let put = s3.put_object().bucket(bucket).key(&one.key).body(ByteStream::from(one.bytes.clone()));
        // What is there under its hash is the same: it is not overwritten, and no right to read is needed to find out.
        match put.if_none_match("*").send().await {
            Ok(_) => done.push(format!("{} is uploaded to {place}", one.origin)),
            Err(error) if error.as_service_error().and_then(|told| told.code()) == Some("PreconditionFailed") => {}
            Err(error) => return Err(failure(&format!("uploading {} to {place}", one.origin), &error)),
        }
    }
    Ok(done)
}

/// As text.
pub fn hash(bytes: &[u8]) -> String {
    digest(&SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the program in a package was built for.
fn architecture(package: &[u8]) -> Result<&'static str> {
    /// The field `e_machine` of ELF and its values for the two that Lambda has.
    const X86_64: [u8; 2] = [62, 0];
    const ARM64: [u8; 2] = [183, 0];
    let unread = |error: &dyn std::fmt::Display| {
        Error::invalid(format!("it is no zip with a program {PROGRAM:?}: {error}")).hint("make one with glaux package")
    };
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(package)).map_err(|error| unread(&error))?;
    let mut program = archive.by_name(PROGRAM).map_err(|error| unread(&error))?;
    let mut head = [0; 20];
    program.read_exact(&mut head).map_err(|error| unread(&error))?;
    match &head[18..20] {
        machine if head[..4] == *b"\x7fELF" && *machine == X86_64 => Ok("x86_64"),
        machine if head[..4] == *b"\x7fELF" && *machine == ARM64 => Ok("arm64"),
        _ => Err(Error::invalid(format!("{PROGRAM:?} in it is no program of Linux on x86-64 or ARM"))),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn package(name: &str, program: &[u8]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(program).unwrap();
        zip.finish().unwrap().into_inner()
    }

    fn program(magic: &[u8], machine: u8) -> Vec<u8> {
        [magic, &[0; 14], &[machine, 0]].concat()
    }

    #[test]
    fn only_a_program_of_one_of_lambdas_machines_has_an_architecture() {
        let of = |program: &[u8]| architecture(&package("bootstrap", program));
        assert_eq!(of(&program(b"\x7fELF", 62)).unwrap(), "x86_64");
        assert_eq!(of(&program(b"\x7fELF", 183)).unwrap(), "arm64");
        for other in [program(b"\x7fELF", 3), program(b"\xcf\xfa\xed\xfe", 62), program(b"#!/b", 183)] {
            let error = of(&other).unwrap_err();
            assert!(error.to_string().contains("no program of Linux"), "{error}");
        }
        for none in [package("bootstrap", b"\x7fELF"), package("main", &program(b"\x7fELF", 62)), b"PK".to_vec()] {
            let error = architecture(&none).unwrap_err();
            assert!(error.to_string().contains("no zip with a program"), "{error}");
        }
    }
}
