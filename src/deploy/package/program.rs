//! A program for Lambda, read before it goes there: its machine, and what it asks of the system.
//!
//! Lambda's `provided.al2023` is Amazon Linux 2023 with glibc 2.34; a program that asks for more does not start there, and says so
//! only in the function's log.

use std::collections::BTreeMap;
use std::path::Path;

use connector_core::{Error, ErrorKind, Result};
use object::elf::{self, FileHeader64};
use object::read::elf::{FileHeader, ProgramHeader, SectionHeader, SectionTable, Sym};
use object::{LittleEndian, read};

use super::Architecture;

/// The C library of Lambda's system.
const GLIBC: &[u32] = &[2, 34];

/// What of other libraries is there too: the C library's other files, and the compiler's own.
const LIBRARIES: [&str; 9] = [
    "libc.so.6",
    "libm.so.6",
    "libdl.so.2",
    "libpthread.so.0",
    "librt.so.1",
    "libresolv.so.2",
    "libgcc_s.so.1",
    "ld-linux-x86-64.so.2",
    "ld-linux-aarch64.so.1",
];

/// Symbols that a refusal names.
const NAMED: usize = 5;

type Header = FileHeader64<LittleEndian>;
type Sections<'data> = SectionTable<'data, Header>;

/// A program that Lambda can run.
#[derive(Debug)]
pub struct Program {
    bytes: Vec<u8>,
    architecture: Architecture,
    glibc: Option<String>,
    compiler: Option<String>,
}

impl Program {
    /// Reads a program and fails unless Lambda can run it, on the processor that is `wanted` if one is.
    pub fn read(path: &Path, wanted: Option<Architecture>) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(|error| unread(path, &error))?;
        let looked = look(&bytes, wanted).map_err(|error| error.context(format!("packaging {}", path.display())))?;
        Ok(Self { architecture: looked.0, glibc: looked.1, compiler: looked.2, bytes })
    }

    /// The file's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Where it runs.
    pub fn architecture(&self) -> Architecture {
        self.architecture
    }

    /// The newest glibc that it asks for; none if it brings its own.
    pub fn glibc(&self) -> Option<&str> {
        self.glibc.as_deref()
    }

    /// The version of Rust that compiled it, if it says so.
    pub fn compiler(&self) -> Option<&str> {
        self.compiler.as_deref()
    }

    /// Those of `texts` that stand somewhere in it.
    pub fn holding<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
        let holds = |text: &str| self.bytes.windows(text.len()).any(|there| there == text.as_bytes());
        texts.into_iter().filter(|text| !text.is_empty() && holds(text)).collect()
    }
}

type Looked = (Architecture, Option<String>, Option<String>);

fn look(bytes: &[u8], wanted: Option<Architecture>) -> Result<Looked> {
    if !bytes.starts_with(&elf::ELFMAG) {
        return Err(Error::invalid("it is no program for Linux: an ELF file begins otherwise")
            .hint("give the program itself, built for Linux: not a zip of it, and not one for a Mac"));
    }
    let header = Header::parse(bytes).map_err(|_| stranger("not one of 64 bits, little end first"))?;
    let endian = header.endian().map_err(|_| stranger("not one of 64 bits, little end first"))?;
    let architecture = machine(header.e_machine(endian))?;
    if let Some(wanted) = wanted.filter(|wanted| *wanted != architecture) {
        return Err(Error::invalid(format!("it is for {architecture}, and one for {wanted} was asked for"))
            .hint("give the program that was built for it, or ask for no architecture"));
    }
    let asked = || -> read::Result<_> {
        let sections = header.sections(endian, bytes)?;
        let loader = loader(header, endian, bytes)?;
        let asked = Asked::of(&sections, endian, bytes)?;
        Ok((loader, asked, is_position_independent(&sections, endian, bytes)?, compiler(&sections, endian, bytes)))
    };
    let (loader, asked, is_pie, compiler) =
        asked().map_err(|error| Error::corrupt(format!("its tables cannot be read: {error}")))?;
    if header.e_type(endian) != elf::ET_EXEC && loader.is_none() && !is_pie {
        return Err(Error::invalid("it is no program but a library or a part of one"));
    }
    if loader.is_some() && asked.libraries.is_empty() {
        return Err(Error::corrupt("it does not say which libraries it is linked to: its section headers are gone")
            .hint("strip it with strip, or not at all"));
    }
    check_loader(loader.as_deref(), architecture)?;
    Ok((architecture, asked.check()?, compiler))
}

fn machine(number: u16) -> Result<Architecture> {
    match number {
        elf::EM_X86_64 => Ok(Architecture::X86),
        elf::EM_AARCH64 => Ok(Architecture::Arm64),
        other => Err(stranger(&format!("by its number, {other}, not one for arm64 or x86-64"))),
    }
}

fn stranger(what: &str) -> Error {
    Error::invalid(format!("it is a program for another machine: {what}")).hint("Lambda has arm64 and x86-64")
}

/// The program that the system is to load it with.
fn loader(header: &Header, endian: LittleEndian, bytes: &[u8]) -> read::Result<Option<String>> {
    for segment in header.program_headers(endian, bytes)? {
        if let Some(path) = segment.interpreter(endian, bytes)? {
            return Ok(Some(String::from_utf8_lossy(path).into_owned()));
        }
    }
    Ok(None)
}

fn check_loader(loader: Option<&str>, architecture: Architecture) -> Result<()> {
    let there = match architecture {
        Architecture::Arm64 => "/lib/ld-linux-aarch64.so.1",
        Architecture::X86 => "/lib64/ld-linux-x86-64.so.2",
    };
    match loader {
        Some(other) if other != there => {
            Err(Error::unsupported(format!("it is to be loaded by {other}, which Lambda has not: there it is {there}"))
                .hint(format!("build it for {}", architecture.target())))
        }
        _ => Ok(()),
    }
}

fn is_position_independent(sections: &Sections, endian: LittleEndian, bytes: &[u8]) -> read::Result<bool> {
    let flags = sections.dynamic_table(endian, bytes)?;
    Ok(flags.iter().any(|entry| entry.tag == elf::DT_FLAGS_1 && entry.val & u64::from(elf::DF_1_PIE) != 0))
}

/// `rustc version 1.95.0 (…)`, as the compiler signs what it makes.
fn compiler(sections: &Sections, endian: LittleEndian, bytes: &[u8]) -> Option<String> {
    let (_, section) = sections.section_by_name(endian, b".comment")?;
    let signed = String::from_utf8_lossy(section.data(endian, bytes).ok()?).into_owned();
    let version = signed.split('\0').find_map(|text| text.strip_prefix("rustc version "))?;
    version.split(' ').next().map(str::to_owned)
}

/// What a program asks of the libraries it is linked to.
struct Asked {
    libraries: Vec<String>,
    /// The versions of glibc, and whether it starts without them.
    versions: BTreeMap<String, bool>,
    /// Symbols and their versions.
    symbols: Vec<(String, String)>,
}

impl Asked {
    fn of(sections: &Sections, endian: LittleEndian, bytes: &[u8]) -> read::Result<Self> {
        let dynamic = sections.dynamic_table(endian, bytes)?;
        let needed = dynamic.iter().filter(|entry| entry.tag == elf::DT_NEEDED);
        let libraries = needed.map(|entry| dynamic.string(entry).map(text)).collect::<read::Result<_>>()?;
        let mut asked = Self { libraries, versions: BTreeMap::new(), symbols: Vec::new() };
        asked.read_versions(sections, endian, bytes)?;
        asked.read_symbols(sections, endian, bytes)?;
        Ok(asked)
    }

    fn read_versions(&mut self, sections: &Sections, endian: LittleEndian, bytes: &[u8]) -> read::Result<()> {
        let Some((mut needs, link)) = sections.gnu_verneed(endian, bytes)? else { return Ok(()) };
        let strings = sections.strings(endian, bytes, link)?;
        while let Some((_, mut versions)) = needs.next()? {
            while let Some(version) = versions.next()? {
                let is_weak = version.vna_flags.get(endian) & elf::VER_FLG_WEAK != 0;
                let name = text(version.name(endian, strings)?);
                if let Some(number) = name.strip_prefix("GLIBC_") {
                    let known = self.versions.entry(number.to_owned()).or_insert(true);
                    *known &= is_weak;
                }
            }
        }
        Ok(())
    }

    fn read_symbols(&mut self, sections: &Sections, endian: LittleEndian, bytes: &[u8]) -> read::Result<()> {
        let symbols = sections.symbols(endian, bytes, elf::SHT_DYNSYM)?;
        let Some(versions) = sections.versions(endian, bytes)? else { return Ok(()) };
        for (index, symbol) in symbols.enumerate().filter(|(_, symbol)| symbol.is_undefined(endian)) {
            if let Some(version) = versions.version(versions.version_index(endian, index))? {
                self.symbols.push((text(symbols.symbol_name(endian, symbol)?), text(version.name())));
            }
        }
        Ok(())
    }

    /// The newest version of glibc that is asked for, which Lambda has.
    fn check(&self) -> Result<Option<String>> {
        let strange: Vec<&str> =
            self.libraries.iter().map(String::as_str).filter(|name| !LIBRARIES.contains(name)).collect();
        if !strange.is_empty() {
            return Err(Error::unsupported(format!("it is linked to {}, which Lambda has not", strange.join(", ")))
                .hint("link it statically, or leave it out"));
        }
        let strong = || self.versions.iter().filter(|(_, is_weak)| !**is_weak).map(|(version, _)| version.as_str());
        let newer: Vec<&str> =
            strong().filter(|version| numbers(version).is_none_or(|it| it.as_slice() > GLIBC)).collect();
        if !newer.is_empty() {
            return Err(self.too_new(&newer));
        }
        Ok(strong().max_by_key(|version| numbers(version)).map(str::to_owned))
    }

    fn too_new(&self, versions: &[&str]) -> Error {
        let of = |symbol: &(String, String)| {
            let version = symbol.1.strip_prefix("GLIBC_")?;
            versions.contains(&version).then(|| format!("{} (GLIBC_{version})", symbol.0))
        };
        let mut named: Vec<String> = self.symbols.iter().filter_map(of).collect();
        let more = named.len().saturating_sub(NAMED);
        named.truncate(NAMED);
        if more > 0 {
            named.push(format!("{more} more"));
        }
        // A version may be asked for by no symbol, as the one that stands for packed relocations is.
        let what = if named.is_empty() { format!("GLIBC_{}", versions.join(", GLIBC_")) } else { named.join(", ") };
        Error::unsupported(format!("it asks for more than Lambda's C library, glibc 2.34, has: {what}")).hint(
            "build it against an older one: with cargo-zigbuild (pip install cargo-zigbuild), which is then used by itself, or on \
             Amazon Linux 2023",
        )
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// `2.34`; none for a version that is no number, as `PRIVATE`.
fn numbers(version: &str) -> Option<Vec<u32>> {
    version.split('.').map(|number| number.parse().ok()).collect()
}

fn unread(path: &Path, error: &std::io::Error) -> Error {
    let kind = match error.kind() {
        std::io::ErrorKind::NotFound => ErrorKind::NotFound,
        std::io::ErrorKind::PermissionDenied => ErrorKind::Forbidden,
        _ => ErrorKind::Invalid,
    };
    Error::new(kind, format!("reading {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(versions: &[(&str, bool)], symbols: &[(&str, &str)]) -> Asked {
        Asked {
            libraries: vec!["libc.so.6".into()],
            versions: versions.iter().map(|(version, is_weak)| ((*version).to_owned(), *is_weak)).collect(),
            symbols: symbols.iter().map(|(symbol, version)| ((*symbol).to_owned(), (*version).to_owned())).collect(),
        }
    }

    #[test]
    fn the_newest_version_is_so_by_its_numbers() {
        let newest = asked(&[("2.2.5", false), ("2.34", false), ("2.4", false)], &[]).check().unwrap();
        assert_eq!(newest.as_deref(), Some("2.34"));
        assert_eq!(asked(&[], &[]).check().unwrap(), None);
    }

    #[test]
    fn what_lambda_has_not_is_refused_by_name() {
        let symbols = [("strtol", "GLIBC_2.38"), ("read", "GLIBC_2.2.5"), ("other", "LIB_2.38")];
        let error = asked(&[("2.38", false), ("2.2.5", false)], &symbols).check().unwrap_err();
        assert!(error.to_string().ends_with("glibc 2.34, has: strtol (GLIBC_2.38)"), "{error}");
        assert!(error.hint_text().unwrap().contains("cargo-zigbuild"));
        for version in ["2.34.1", "2.100", "3.0", "PRIVATE", "ABI_DT_RELR", ""] {
            let error = asked(&[(version, false)], &[]).check().unwrap_err();
            assert!(error.to_string().ends_with(&format!("has: GLIBC_{version}")), "{error}");
        }
        let many: Vec<(&str, &str)> = ["a", "b", "c", "d", "e", "f", "g"].map(|name| (name, "GLIBC_2.40")).to_vec();
        let error = asked(&[("2.40", false)], &many).check().unwrap_err().to_string();
        assert!(error.contains("e (GLIBC_2.40), 2 more") && !error.contains("f ("), "{error}");
    }

    #[test]
    fn what_it_can_start_without_is_no_reason() {
        let newest = asked(&[("2.39", true), ("2.17", false)], &[("pidfd_spawnp", "GLIBC_2.39")]).check().unwrap();
        assert_eq!(newest.as_deref(), Some("2.17"));
    }

    #[test]
    fn a_library_of_the_building_system_is_refused_by_name() {
        let mut linked = asked(&[], &[]);
        linked.libraries.push("libssl.so.3".into());
        assert!(linked.check().unwrap_err().to_string().contains("linked to libssl.so.3,"));
    }

    #[test]
    fn a_loader_of_another_system_is_refused() {
        for other in ["/lib/ld-musl-x86_64.so.1", "/nix/store/x/lib/ld-linux-x86-64.so.2"] {
            let error = check_loader(Some(other), Architecture::X86).unwrap_err();
            assert!(error.to_string().contains(other), "{error}");
        }
        check_loader(Some("/lib64/ld-linux-x86-64.so.2"), Architecture::X86).unwrap();
        check_loader(None, Architecture::Arm64).unwrap();
    }
}
