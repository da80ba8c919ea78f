//! A function as Lambda takes it: a zip of the program, by the name `bootstrap`, and the list of what is linked into it.
//!
//! The same program and list give the same bytes. Not here: how a package gets to AWS.

mod archive;
mod build;
mod checkout;
mod linked;
mod program;

use std::fmt;
use std::path::{Path, PathBuf};

use connector_core::Result;

pub use archive::prepare;
pub use build::{Building, Tool, private_folders};
pub use checkout::Checkout;
pub use linked::Linked;
pub use program::Program;

/// A function of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Function {
    /// The one that reads.
    Lambda,
    /// The one that walks grants.
    Grants,
}

impl Function {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Lambda, Self::Grants];

    /// The name of its program.
    pub fn program(self) -> &'static str {
        match self {
            Self::Lambda => "glaux-lambda",
            Self::Grants => "glaux-grants",
        }
    }

    /// What is compiled into it: every engine that has a server, and what it alone needs.
    pub fn features(self) -> &'static str {
        match self {
            Self::Lambda => "postgresql,mysql,sqlserver,oracle",
            Self::Grants => "postgresql,mysql,sqlserver,oracle,workflow",
        }
    }
}

/// A kind of processor that Lambda has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Architecture {
    /// `arm64` in the templates.
    Arm64,
    /// `x86_64` in the templates.
    X86,
}

impl Architecture {
    /// Both, the cheaper one at AWS first.
    pub const ALL: [Self; 2] = [Self::Arm64, Self::X86];

    /// What it is called by in file names and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Arm64 => "arm64",
            Self::X86 => "x86-64",
        }
    }

    /// What Rust calls it, on Lambda's kind of Linux.
    pub fn target(self) -> &'static str {
        match self {
            Self::Arm64 => "aarch64-unknown-linux-gnu",
            Self::X86 => "x86_64-unknown-linux-gnu",
        }
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What Lambda takes in one call; a larger package goes by S3.
const UPLOAD_LIMIT: u64 = 50 << 20;

/// What Lambda unpacks.
const UNPACKED_LIMIT: u64 = 250 << 20;

/// A package that was written.
#[derive(Clone, Debug)]
pub struct Package {
    /// Where it is.
    pub file: PathBuf,
    /// Where it runs.
    pub architecture: Architecture,
    /// Its bytes.
    pub zipped: u64,
    /// The bytes of what is in it.
    pub unzipped: u64,
    /// The newest glibc that the program asks for; none if it asks for none.
    pub glibc: Option<String>,
    /// What the zip's SHA-256 is, in hexadecimal.
    pub sha256: String,
}

impl Package {
    /// What Lambda would say against it.
    pub fn warning(&self) -> Option<String> {
        let file = self.file.display();
        match (self.zipped, self.unzipped) {
            (_, unzipped) if unzipped > UNPACKED_LIMIT => Some(format!(
                "{file}: Lambda takes no more than {UNPACKED_LIMIT} bytes unzipped, and this has {unzipped}: build it with \
                 the profile dist"
            )),
            (zipped, _) if zipped > UPLOAD_LIMIT => Some(format!(
                "{file}: Lambda takes no more than {UPLOAD_LIMIT} bytes in one call, and this has {zipped}: it must go by S3"
            )),
            _ => None,
        }
    }
}

/// Writes the package of a program, with the list of what is linked into it where that is known.
pub fn write(function: Function, program: &Program, linked: Option<&Linked>, folder: &Path) -> Result<Package> {
    let version = linked.map(|linked| format!("-{}", linked.version())).unwrap_or_default();
    let file = folder.join(format!("{}{version}-{}.zip", function.program(), program.architecture()));
    let list = linked.map(|linked| linked.document(function, program));
    let mut entries = vec![archive::Entry { name: "bootstrap", mode: 0o755, bytes: program.bytes() }];
    entries.extend(list.as_ref().map(|list| archive::Entry {
        name: "sbom.cdx.json",
        mode: 0o644,
        bytes: list.as_bytes(),
    }));
    let bytes = archive::zip(&entries)?;
    archive::save(&bytes, &file)?;
    let length = |bytes: &[u8]| u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    Ok(Package {
        file,
        architecture: program.architecture(),
        zipped: length(&bytes),
        unzipped: entries.iter().map(|entry| length(entry.bytes)).sum(),
        glibc: program.glibc().map(str::to_owned),
        sha256: archive::sha256(&bytes),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_for_lambda_is_told() {
        let of = |zipped, unzipped| Package {
            file: "a.zip".into(),
            architecture: Architecture::Arm64,
            zipped,
            unzipped,
            glibc: None,
            sha256: String::new(),
        };
        assert_eq!(of(UPLOAD_LIMIT, UNPACKED_LIMIT).warning(), None);
        assert!(of(UPLOAD_LIMIT + 1, UNPACKED_LIMIT).warning().unwrap().contains("must go by S3"));
        assert!(of(UPLOAD_LIMIT + 1, UNPACKED_LIMIT + 1).warning().unwrap().contains("262144000 bytes unzipped"));
    }

    /// The manifest lists the engines in its default features.
    #[test]
    fn every_engine_with_a_server_ships() {
        let manifest: toml::Table = include_str!("../../Cargo.toml").parse().unwrap();
        let default = manifest["features"]["default"].as_array().unwrap();
        let engines: Vec<&str> = default.iter().map(|name| name.as_str().unwrap()).collect();
        let engines: Vec<&str> =
            engines.into_iter().filter(|name| !["local", "governance", "memory"].contains(name)).collect();
        assert_eq!(Function::Lambda.features(), engines.join(","));
        assert_eq!(Function::Grants.features(), format!("{},workflow", engines.join(",")));
    }
}
