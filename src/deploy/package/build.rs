//! How a function is built for a processor: with what this machine has.
//!
//! No path of this machine gets into the program, so that another checkout gives the same one.

use std::path::PathBuf;
use std::process::Stdio;

use connector_core::{Error, Result};
use tokio::process::Command;

use super::checkout::{PACKAGE, cargo, not_run, printed};
use super::{Architecture, Checkout, Function};
use crate::config;

/// What builds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// cargo-lambda, which brings zig.
    CargoLambda,
    /// cargo-zigbuild: zig links against the C library that Lambda has.
    Zigbuild,
    /// cargo, for this machine's own processor.
    Cargo,
    /// cargo, and a C compiler for the other processor.
    CrossCompiler,
}

impl Tool {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::CargoLambda => "cargo-lambda",
            Self::Zigbuild => "cargo-zigbuild",
            Self::Cargo => "cargo",
            Self::CrossCompiler => "cargo and a cross compiler",
        }
    }

    /// What this machine has for `architecture`.
    ///
    /// Errors: unsupported, where it has nothing; the hint says what to install.
    pub async fn at_hand(architecture: Architecture) -> Result<Self> {
        choose(&Machine::look(architecture).await?, architecture)
    }
}

/// What is here.
#[expect(clippy::struct_excessive_bools, reason = "each is there or not, whatever the others are")]
struct Machine {
    is_native: bool,
    has_standard_library: bool,
    has_cargo_lambda: bool,
    has_zigbuild: bool,
    has_compiler: bool,
}

impl Machine {
    async fn look(architecture: Architecture) -> Result<Self> {
        let mut asked = Command::new(config::rustc());
        let told = printed(asked.args(["--version", "--verbose"]).stdin(Stdio::null()).kill_on_drop(true)).await?;
        let host = told.lines().find_map(|line| line.strip_prefix("host: "));
        let runs = |program| async move {
            let mut command = Command::new(program);
            let ran = command.arg("--version").stdin(Stdio::null()).kill_on_drop(true).output().await;
            ran.is_ok_and(|ran| ran.status.success())
        };
        Ok(Self {
            is_native: host == Some(architecture.target()),
            has_standard_library: has_standard_library(architecture).await,
            has_cargo_lambda: runs("cargo-lambda").await,
            has_zigbuild: runs("cargo-zigbuild").await,
            has_compiler: config::is_set(&linker_variable(architecture)) || runs(compiler(architecture)).await,
        })
    }
}

async fn has_standard_library(architecture: Architecture) -> bool {
    let mut asked = Command::new(config::rustc());
    asked.args(["--print", "target-libdir", "--target", architecture.target()]).stdin(Stdio::null());
    let Ok(folder) = printed(&mut asked).await else { return false };
    let Ok(files) = std::fs::read_dir(folder.trim()) else { return false };
    files.flatten().any(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
}

/// zig comes first, since it links against the C library of Lambda whatever this machine's own is.
fn choose(machine: &Machine, architecture: Architecture) -> Result<Tool> {
    let target = architecture.target();
    let has = machine.has_standard_library;
    match machine {
        Machine { has_cargo_lambda: true, .. } => Ok(Tool::CargoLambda),
        Machine { has_zigbuild: true, .. } if has => Ok(Tool::Zigbuild),
        Machine { is_native: true, .. } if has => Ok(Tool::Cargo),
        Machine { has_compiler: true, .. } if has => Ok(Tool::CrossCompiler),
        _ => Err(Error::unsupported(format!("nothing here builds for {architecture}")).hint(if has {
            format!("pip install cargo-zigbuild; or install {}", compiler(architecture))
        } else {
            format!("rustup target add {target} && pip install cargo-zigbuild; or pip install cargo-lambda")
        })),
    }
}

/// The C compiler of Debian, Ubuntu and Fedora for another processor.
fn compiler(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::Arm64 => "aarch64-linux-gnu-gcc",
        Architecture::X86 => "x86_64-linux-gnu-gcc",
    }
}

fn linker_variable(architecture: Architecture) -> String {
    format!("CARGO_TARGET_{}_LINKER", architecture.target().to_uppercase().replace('-', "_"))
}

/// A program that is to be built.
#[derive(Debug)]
pub struct Building<'a> {
    /// From what.
    pub checkout: &'a Checkout,
    /// Which.
    pub function: Function,
    /// For what.
    pub architecture: Architecture,
    /// With what.
    pub tool: Tool,
}

/// Leaves out of AWS-LC what times the processor for randomness, beside the system's and the processor's own: it takes 50 ms of a
/// processor in every process that starts, and a function starts often.
const NO_JITTER: &str = "AWS_LC_SYS_NO_JITTER_ENTROPY";

impl Building<'_> {
    /// Builds it, which takes minutes and tells of it on stderr, and returns where it is.
    pub async fn run(&self) -> Result<PathBuf> {
        let what = || format!("building {} for {}", self.function.program(), self.architecture);
        let mut command = self.command();
        // Data alone goes to stdout, and what tools say there is none.
        let ended =
            command.stdout(Stdio::null()).status().await.map_err(|error| not_run("cargo", &error).context(what()))?;
        if !ended.success() {
            return Err(
                Error::unsupported(format!("{}: {ended}: what it says above is why", self.tool.name())).context(what())
            );
        }
        let program = self.function.program();
        let built = self.checkout.target().join(self.architecture.target()).join("dist").join(program);
        let moved = self.checkout.target().join("lambda").join(program).join("bootstrap");
        Ok(if self.tool == Tool::CargoLambda { moved } else { built })
    }

    fn command(&self) -> Command {
        let (target, variable) = (self.architecture.target(), linker_variable(self.architecture));
        let mut command = match self.tool {
            Tool::CargoLambda => cargo("lambda"),
            Tool::Zigbuild => cargo("zigbuild"),
            Tool::Cargo | Tool::CrossCompiler => cargo("build"),
        };
        match self.tool {
            Tool::CargoLambda => command.args(["build", "--target", &format!("{target}.2.34")]),
            Tool::Zigbuild => command.args(["--target", &format!("{target}.2.34")]),
            Tool::Cargo | Tool::CrossCompiler => command.args(["--target", target]),
        };
        command.args(["--locked", "--profile", "dist", "--package", PACKAGE, "--no-default-features", "--features"]);
        command.args([self.function.features(), "--bin", self.function.program(), "--manifest-path"]);
        command.arg(self.checkout.root().join("Cargo.toml"));
        command.env("CARGO_ENCODED_RUSTFLAGS", self.flags());
        if !config::is_set(NO_JITTER) {
            command.env(NO_JITTER, "1");
        }
        if self.tool == Tool::CrossCompiler && !config::is_set(&variable) {
            let compiler = compiler(self.architecture);
            command.env(variable, compiler).env(format!("CC_{}", target.replace('-', "_")), compiler);
        }
        command
    }

    /// The user's flags, and what takes the folders of this machine out of the program; of two that fit a path the last counts.
    fn flags(&self) -> String {
        let renamed = |(from, to): &(PathBuf, &str)| format!("--remap-path-prefix={}={to}", from.display());
        let mut flags = config::rust_flags();
        flags.extend(folders(self.checkout).iter().map(renamed));
        flags.join(&config::FLAG_END.to_string())
    }
}

/// The folders of this machine that a program could hold, and what they are called in it.
fn folders(checkout: &Checkout) -> Vec<(PathBuf, &'static str)> {
    let ours = [(checkout.root().to_owned(), "/glaux"), (checkout.target().to_owned(), "/glaux/target")];
    ours.into_iter().chain(config::cargo_home().map(|home| (home, "/cargo"))).collect()
}

/// The folders of this machine that a program of this checkout must not hold.
pub fn private_folders(checkout: &Checkout) -> Vec<String> {
    folders(checkout).into_iter().map(|(folder, _)| folder.display().to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine() -> Machine {
        Machine {
            is_native: false,
            has_standard_library: true,
            has_cargo_lambda: false,
            has_zigbuild: false,
            has_compiler: false,
        }
    }

    #[test]
    fn what_is_at_hand_builds_and_zig_before_the_rest() {
        let chosen = |machine: Machine| choose(&machine, Architecture::Arm64).unwrap();
        assert_eq!(chosen(Machine { has_compiler: true, ..machine() }), Tool::CrossCompiler);
        assert_eq!(chosen(Machine { is_native: true, has_compiler: true, ..machine() }), Tool::Cargo);
        assert_eq!(chosen(Machine { is_native: true, has_zigbuild: true, ..machine() }), Tool::Zigbuild);
        assert_eq!(chosen(Machine { has_cargo_lambda: true, has_zigbuild: true, ..machine() }), Tool::CargoLambda);
    }

    /// cargo-lambda fetches the standard library itself.
    #[test]
    fn where_nothing_builds_it_is_said_what_to_install() {
        let bare = || Machine { has_standard_library: false, ..machine() };
        let hint =
            |machine: Machine| choose(&machine, Architecture::Arm64).unwrap_err().hint_text().unwrap().to_owned();
        assert_eq!(hint(machine()), "pip install cargo-zigbuild; or install aarch64-linux-gnu-gcc");
        for lacking in [bare(), Machine { has_zigbuild: true, ..bare() }, Machine { has_compiler: true, ..bare() }] {
            assert!(hint(lacking).starts_with("rustup target add aarch64-unknown-linux-gnu"));
        }
        assert_eq!(
            choose(&Machine { has_cargo_lambda: true, ..bare() }, Architecture::X86).unwrap(),
            Tool::CargoLambda
        );
    }

    #[test]
    fn a_linker_is_found_under_cargos_name_for_it() {
        assert_eq!(linker_variable(Architecture::X86), "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER");
    }
}
