//! Packages as `glaux package` makes them: those that are given to the tests, unpacked as Lambda does, and how their programs run here.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use glaux::deploy::package::{Architecture, Program};

use super::lambda::Options;

/// How programs of the other processor run here, with Debian's libraries for it.
const QEMU: [&str; 3] = ["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu"];

/// The packages of a program among those that `TEST_PACKAGES` names.
pub fn given(program: &str) -> Vec<PathBuf> {
    let named = std::env::var_os("TEST_PACKAGES").unwrap_or_default();
    let of_it = |package: &PathBuf| {
        package.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&format!("{program}-")))
    };
    std::env::split_paths(&named).filter(of_it).collect()
}

/// Unpacks a package as Lambda does, modes and all, and returns its program.
pub fn unpack(package: &Path, folder: &Path) -> PathBuf {
    let mut package = zip::ZipArchive::new(File::open(package).unwrap()).unwrap();
    let mut packed = package.by_name("bootstrap").unwrap();
    let program = folder.join("bootstrap");
    // A file that somebody runs cannot be written.
    let _ = fs::remove_file(&program);
    let mut unpacked = Vec::new();
    packed.read_to_end(&mut unpacked).unwrap();
    fs::write(&program, unpacked).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(packed.unix_mode().unwrap());
    fs::set_permissions(&program, mode).unwrap();
    program
}

/// The way that a package's program runs here.
pub fn options(program: &Path) -> (Options, Architecture) {
    let architecture = Program::read(program, None).unwrap().architecture();
    let is_native = architecture.target().starts_with(std::env::consts::ARCH);
    if is_native {
        return (Options::new(program), architecture);
    }
    assert_eq!(architecture, Architecture::Arm64, "nothing here runs it");
    let mut options = Options::new(QEMU[0]);
    options.args = QEMU[1..].iter().map(|argument| (*argument).to_owned()).collect();
    options.args.push(program.to_str().unwrap().to_owned());
    (options, architecture)
}
