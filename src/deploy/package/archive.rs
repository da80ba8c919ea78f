//! The zip: nothing of when, where or by whom it was made.

use std::io::{Cursor, Write};
use std::path::Path;

use aws_lc_rs::digest;
use connector_core::{Error, ErrorKind, Result};
use tempfile::{Builder, NamedTempFile};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// A file in the zip.
pub struct Entry<'a> {
    pub name: &'static str,
    pub mode: u32,
    pub bytes: &'a [u8],
}

/// The zip's bytes.
pub fn zip(entries: &[Entry]) -> Result<Vec<u8>> {
    let failed = |error: zip::result::ZipError| Error::internal(format!("zipping: {error}"));
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for entry in entries {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(9))
            .last_modified_time(DateTime::default())
            .unix_permissions(entry.mode);
        zip.start_file(entry.name, options).map_err(failed)?;
        zip.write_all(entry.bytes).map_err(|error| Error::internal(format!("zipping: {error}")))?;
    }
    Ok(zip.finish().map_err(failed)?.into_inner())
}

/// Makes the folder for packages, and fails if nothing can be written there: before minutes go into what is to be written.
pub fn prepare(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|error| unwritten(folder, &error))?;
    unfinished(folder).map(drop)
}

/// Writes a file whole, or leaves the one that is there.
pub fn save(bytes: &[u8], file: &Path) -> Result<()> {
    let mut begun = unfinished(file.parent().unwrap_or(Path::new(".")))?;
    begun.write_all(bytes).map_err(|error| unwritten(file, &error))?;
    begun.persist(file).map_err(|error| unwritten(file, &error.error))?;
    Ok(())
}

fn unfinished(folder: &Path) -> Result<NamedTempFile> {
    let mut begun = Builder::new();
    begun.prefix(".package-").suffix(".part");
    // A package is no secret: as any new file is, by the user's mask.
    #[cfg(unix)]
    begun.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    begun.tempfile_in(folder).map_err(|error| unwritten(folder, &error))
}

fn unwritten(path: &Path, error: &std::io::Error) -> Error {
    let kind = match error.kind() {
        std::io::ErrorKind::PermissionDenied => ErrorKind::Forbidden,
        std::io::ErrorKind::NotADirectory | std::io::ErrorKind::AlreadyExists => ErrorKind::Invalid,
        _ => ErrorKind::Unavailable,
    };
    Error::new(kind, format!("writing {}: {error}", path.display())).hint("give another folder: --out DIR")
}

/// The SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    digest::digest(&digest::SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zip_holds_each_file_under_its_mode_and_no_time() {
        let entries = [
            Entry { name: "bootstrap", mode: 0o755, bytes: b"program" },
            Entry { name: "sbom.cdx.json", mode: 0o644, bytes: b"{}" },
        ];
        let bytes = zip(&entries).unwrap();
        let mut read = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
        assert_eq!(read.len(), 2);
        for (index, entry) in entries.iter().enumerate() {
            let mut file = read.by_index(index).unwrap();
            assert_eq!(file.name().unwrap(), entry.name);
            assert_eq!(file.unix_mode(), Some(0o100_000 | entry.mode));
            assert_eq!(file.last_modified(), Some(DateTime::default()));
            let mut there = Vec::new();
            std::io::copy(&mut file, &mut there).unwrap();
            assert_eq!(there, entry.bytes);
        }
    }

    #[test]
    fn a_hash_is_written_as_others_write_it() {
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn a_file_is_replaced_whole_and_nothing_stays_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.zip");
        std::fs::write(&file, "before").unwrap();
        prepare(folder.path()).unwrap();
        save(b"after", &file).unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"after");
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_is_a_file_is_refused_before_anything_is_built() {
        let file = NamedTempFile::new().unwrap();
        for folder in [file.path().to_owned(), file.path().join("below")] {
            let error = prepare(&folder).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
            assert!(error.to_string().contains(&*folder.to_string_lossy()), "{error}");
        }
    }
}
