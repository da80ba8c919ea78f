//! `glaux package`: the functions as zips that Lambda takes, built here or given.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use connector_core::{Error, ErrorKind};

use super::output::{Done, Output};
use super::rows::{Format, listing};
use crate::deploy::package::{
    Architecture, Building, Checkout, Function, Linked, Package, Program, Tool, prepare, private_folders, write,
};

/// Shown below the help of the command.
pub const HELP: &str = "\
Each zip holds the program as bootstrap and, as sbom.cdx.json (CycloneDX), what is linked into it. Building takes minutes, with
what is here: cargo-lambda, cargo-zigbuild, or cargo alone, for another processor with a C compiler for it. Refused is what would
not start on Lambda: another machine's program, one that asks for a newer C library than glibc 2.34 or for other libraries.

  glaux package
  glaux package lambda --arch arm64 --out packages
  glaux package lambda --binary target/dist/glaux-lambda";

/// The names of the columns.
const COLUMNS: [&str; 6] = ["file", "architecture", "zipped", "unzipped", "glibc", "sha256"];

#[derive(Args, Debug)]
pub struct PackageArguments {
    /// Which functions: lambda reads, grants walks the grants; without one both
    #[arg(value_enum, value_name = "FUNCTION")]
    functions: Vec<FunctionName>,
    /// For which processors; without one those that this machine can build for
    #[arg(long, value_enum, value_name = "ARCHITECTURE")]
    arch: Vec<ArchitectureName>,
    /// Package this program, built already, of the one function that is named
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
    /// The checkout of Glaux to build from, and to list what is linked by; without it the current directory
    #[arg(long, value_name = "DIR")]
    source: Option<PathBuf>,
    /// Where the zips go; it is made if it is not there
    #[arg(long, value_name = "DIR", default_value = "target/package")]
    out: PathBuf,
    /// How the list of packages is written
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FunctionName {
    Lambda,
    Grants,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ArchitectureName {
    Arm64,
    #[value(name = "x86-64", alias = "x86_64")]
    X86,
}

impl From<FunctionName> for Function {
    fn from(name: FunctionName) -> Self {
        match name {
            FunctionName::Lambda => Self::Lambda,
            FunctionName::Grants => Self::Grants,
        }
    }
}

impl From<ArchitectureName> for Architecture {
    fn from(name: ArchitectureName) -> Self {
        match name {
            ArchitectureName::Arm64 => Self::Arm64,
            ArchitectureName::X86 => Self::X86,
        }
    }
}

/// What is wanted, each once.
fn each<T: From<N> + Ord, N: Copy>(names: &[N]) -> Vec<T> {
    let mut wanted: Vec<T> = names.iter().copied().map(T::from).collect();
    wanted.sort();
    wanted.dedup();
    wanted
}

/// Makes the packages and lists them; those that were made before one failed are listed too.
pub async fn run(asked: PackageArguments, output: &mut Output) -> Done {
    let mut packages = Vec::new();
    let made = Box::pin(make(&asked, &mut packages, output)).await;
    if !packages.is_empty() {
        let rows: Vec<Vec<Option<String>>> = packages.iter().map(row).collect();
        output.whole(asked.output, &listing(&COLUMNS, &rows)?)?;
        packages.iter().filter_map(Package::warning).for_each(|warning| output.note(&warning));
    }
    made
}

fn row(package: &Package) -> Vec<Option<String>> {
    vec![
        Some(package.file.display().to_string()),
        Some(package.architecture.to_string()),
        Some(package.zipped.to_string()),
        Some(package.unzipped.to_string()),
        package.glibc.clone(),
        Some(package.sha256.clone()),
    ]
}

async fn make(asked: &PackageArguments, packages: &mut Vec<Package>, output: &mut Output) -> Done {
    let (functions, architectures) = (each(&asked.functions), each(&asked.arch));
    match &asked.binary {
        Some(binary) => {
            let given = given(asked, binary, &functions, &architectures, output).await?;
            packages.push(given);
            Ok(())
        }
        None => Box::pin(build(asked, &functions, &architectures, packages, output)).await,
    }
}

/// Packages what is built already.
async fn given(
    asked: &PackageArguments,
    binary: &Path,
    functions: &[Function],
    architectures: &[Architecture],
    output: &mut Output,
) -> Done<Package> {
    let [function] = functions else {
        return Err(Error::invalid("--binary is one program, and of which function it is was not said")
            .hint("name it: glaux package lambda --binary FILE, or glaux package grants --binary FILE")
            .into());
    };
    if architectures.len() > 1 {
        return Err(Error::invalid("--binary is one program, and two architectures were asked for").into());
    }
    let program = Program::read(binary, architectures.first().copied())?;
    let linked = match list(asked, *function, &program).await {
        Ok(linked) => Some(linked),
        // Whoever named no checkout may have none.
        Err(error) if asked.source.is_none() && error.kind() == ErrorKind::NotFound => {
            output
                .note(&format!("the package lists nothing of what is linked, and has no version in its name: {error}"));
            None
        }
        Err(error) => return Err(error.into()),
    };
    if linked.is_some() {
        output.note("what is linked is listed by the checkout: whether the program was built from it cannot be seen");
    }
    prepare(&asked.out)?;
    Ok(write(*function, &program, linked.as_ref(), &asked.out)?)
}

async fn list(asked: &PackageArguments, function: Function, program: &Program) -> connector_core::Result<Linked> {
    let checkout = checkout(asked).await?;
    checkout.check(function)?;
    Linked::of(&checkout, function, program.architecture()).await
}

async fn checkout(asked: &PackageArguments) -> connector_core::Result<Checkout> {
    Checkout::at(asked.source.as_deref().unwrap_or(Path::new("."))).await
}

/// Builds and packages; everything that can be refused is, before minutes go into the first program.
async fn build(
    asked: &PackageArguments,
    functions: &[Function],
    architectures: &[Architecture],
    packages: &mut Vec<Package>,
    output: &mut Output,
) -> Done {
    let checkout = checkout(asked).await?;
    let functions = if functions.is_empty() { &Function::ALL } else { functions };
    functions.iter().try_for_each(|function| checkout.check(*function))?;
    let tools = tools(architectures, output).await?;
    prepare(&asked.out)?;
    for (architecture, tool) in tools {
        for function in functions.iter().copied() {
            let linked = Linked::of(&checkout, function, architecture).await?;
            output.note(&format!("building {} for {architecture} with {}", function.program(), tool.name()));
            let built = Building { checkout: &checkout, function, architecture, tool }.run().await?;
            let program = Program::read(&built, Some(architecture))?;
            tell_of_folders(&checkout, function, &program, output);
            packages.push(write(function, &program, Some(&linked), &asked.out)?);
        }
    }
    Ok(())
}

/// What builds for each architecture that was asked for, or for those that something builds for.
async fn tools(asked: &[Architecture], output: &mut Output) -> Done<Vec<(Architecture, Tool)>> {
    let mut tools = Vec::new();
    let mut lacking = Vec::new();
    for architecture in if asked.is_empty() { &Architecture::ALL } else { asked } {
        match Tool::at_hand(*architecture).await {
            Ok(tool) => tools.push((*architecture, tool)),
            Err(error) if asked.is_empty() && error.kind() == ErrorKind::Unsupported => lacking.push(error),
            Err(error) => return Err(error.into()),
        }
    }
    if tools.is_empty() && !lacking.is_empty() {
        return Err(lacking.swap_remove(0).into());
    }
    for error in lacking {
        output.note(&format!("left out, since {error}; to have it: {}", error.hint_text().unwrap_or_default()));
    }
    Ok(tools)
}

fn tell_of_folders(checkout: &Checkout, function: Function, program: &Program, output: &mut Output) {
    let folders = private_folders(checkout);
    for folder in program.holding(folders.iter().map(String::as_str)) {
        output.note(&format!("{} holds the path {folder}: built elsewhere it has other bytes", function.program()));
    }
}
