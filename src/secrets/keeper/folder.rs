//! A keeper on one machine: a private folder, one file a secret, for several processes at once.
//!
//! Each change is a new file that takes the old one's name, under a lock of the folder, so that a reader or a crash sees the state
//! before or the state after, and two writers follow each other.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use connector_core::{Error, ErrorKind, Result, Secret};

use super::{Keeper, comes_after, kept_otherwise, not_kept};
use crate::config::make_private_folder;
use crate::secrets::folder::{Generation, Kept, file_of, load, parse};

/// Keeps secrets in a folder.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
    window: Duration,
}

/// Generations whose text is kept: the one in force and the one before it, or the one that follows.
const KEPT: usize = 2;
/// The lock; no secret's file begins with a dot, unless its name is empty.
const LOCK: &str = ".lock";
/// What a file is called until it is whole.
const UNFINISHED: &str = "new";

impl Folder {
    /// The folder `path`, made when first written to; what is discarded can be taken back for `window`.
    pub fn new(path: impl Into<PathBuf>, window: Duration) -> Self {
        Self { path: path.into(), window }
    }

    /// Erases what was discarded longer ago than the window at `now`, and what a crash left unfinished; how many files.
    ///
    /// Errors: the first, after all others have been looked at.
    pub async fn sweep(&self, now: SystemTime) -> Result<usize> {
        self.run("erasing discarded secrets", move |folder| {
            folder.locked(|| {
                let swept: Vec<_> = folder.files()?.iter().map(|path| folder.sweep_file(path, now)).collect();
                swept.into_iter().try_fold(0, |erased, swept| Ok(erased + usize::from(swept?)))
            })
        })
        .await
    }

    fn sweep_file(&self, path: &Path, now: SystemTime) -> Result<bool> {
        let erases = match path.extension().and_then(|extension| extension.to_str()) {
            Some(UNFINISHED) => true,
            Some("json") => parse(path)?.is_some_and(|kept| self.is_over(&kept, now)),
            _ => false,
        };
        if erases {
            self.erase(path)?;
        }
        Ok(erases)
    }

    /// Files are waited for on a thread of their own.
    async fn run<T: Send + 'static>(
        &self,
        doing: impl Into<String>,
        act: impl FnOnce(&Self) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (folder, doing) = (self.clone(), doing.into());
        match tokio::task::spawn_blocking(move || act(&folder)).await {
            Ok(done) => done.map_err(|error| error.context(doing)),
            Err(_) => Err(Error::internal("the thread that does it broke off").context(doing)),
        }
    }

    /// What is kept of a secret that is not over.
    fn load(&self, name: &str) -> Result<Option<Kept>> {
        Ok(load(&self.path, name)?.filter(|kept| !self.is_over(kept, SystemTime::now())))
    }

    fn is_over(&self, kept: &Kept, now: SystemTime) -> bool {
        kept.discarded.is_some_and(|at| UNIX_EPOCH + Duration::from_secs(at) + self.window <= now)
    }

    /// Changes what is kept of a secret, as the only one who does; what is as it was is not written again.
    fn change(&self, name: &str, change: impl FnOnce(Option<Kept>) -> Result<Option<Kept>>) -> Result<()> {
        self.locked(|| match change(self.load(name)?)? {
            Some(kept) => self.write(&kept),
            None => Ok(()),
        })
    }

    fn locked<T>(&self, act: impl FnOnce() -> Result<T>) -> Result<T> {
        make_private_folder(&self.path)?;
        let path = self.path.join(LOCK);
        let lock =
            private().create(true).truncate(false).open(&path).map_err(|error| broken("opening", &path, &error))?;
        lock.lock().map_err(|error| broken("locking", &path, &error))?;
        // Closing the file lets go of the lock, whether we end well or not.
        act()
    }

    fn files(&self) -> Result<Vec<PathBuf>> {
        let read = std::fs::read_dir(&self.path).map_err(|error| broken("listing", &self.path, &error))?;
        let paths = read.map(|entry| entry.map(|entry| entry.path()));
        paths.collect::<std::io::Result<_>>().map_err(|error| broken("listing", &self.path, &error))
    }

    fn write(&self, kept: &Kept) -> Result<()> {
        let path = file_of(&self.path, &kept.name);
        let unfinished = path.with_extension(UNFINISHED);
        let text = serde_json::to_string(kept).map(Secret::new).map_err(|_| Error::internal("a secret is no JSON"))?;
        // One that a crash left may be half a text, or have the modes of whoever restored a backup.
        match std::fs::remove_file(&unfinished) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(broken("removing", &unfinished, &error));
            }
            _ => {}
        }
        let mut file =
            private().create_new(true).open(&unfinished).map_err(|error| broken("making", &unfinished, &error))?;
        file.write_all(text.expose().as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(|error| broken("writing", &unfinished, &error))?;
        std::fs::rename(&unfinished, &path).map_err(|error| broken("renaming", &unfinished, &error))?;
        self.sync()
    }

    fn erase(&self, path: &Path) -> Result<()> {
        std::fs::remove_file(path).map_err(|error| broken("removing", path, &error))?;
        self.sync()
    }

    /// A name that was given or taken is on the disk once its folder is.
    fn sync(&self) -> Result<()> {
        #[cfg(unix)]
        File::open(&self.path)
            .and_then(|folder| folder.sync_all())
            .map_err(|error| broken("writing", &self.path, &error))?;
        Ok(())
    }
}

#[async_trait]
impl Keeper for Folder {
    async fn propose(&self, name: &str, generation: u64, text: &Secret) -> Result<()> {
        let (secret, text) = (name.to_owned(), text.clone());
        self.run(format!("keeping secret {name:?}"), move |folder| {
            folder.change(&secret, |kept| {
                let discarded = kept.filter(|kept| kept.discarded.is_some());
                Ok(discarded.map(|kept| Kept { discarded: None, ..kept }))
            })?;
            folder.change(&secret, |kept| {
                let mut kept = kept.unwrap_or_else(|| Kept::new(&secret));
                match kept.text(generation) {
                    Some(before) if *before == text => return Ok(None),
                    Some(_) => return Err(kept_otherwise(generation)),
                    None => comes_after(kept.newest(), "kept", generation)?,
                }
                kept.add(generation, text);
                Ok(Some(kept))
            })
        })
        .await
    }

    async fn read(&self, name: &str, generation: u64) -> Result<Option<Secret>> {
        let secret = name.to_owned();
        self.run(format!("reading secret {name:?}"), move |folder| {
            let kept = folder.load(&secret)?.filter(|kept| kept.discarded.is_none());
            Ok(kept.and_then(|kept| kept.text(generation).cloned()))
        })
        .await
    }

    async fn promote(&self, name: &str, generation: u64) -> Result<()> {
        let secret = name.to_owned();
        self.run(format!("putting secret {name:?} in force"), move |folder| {
            folder.change(&secret, |kept| {
                let kept = kept.filter(|kept| kept.discarded.is_none()).ok_or_else(|| not_kept(generation))?;
                comes_after(kept.current, "in force", generation)?;
                if kept.text(generation).is_none() {
                    return Err(not_kept(generation));
                }
                let changes = kept.current != Some(generation);
                Ok(changes.then_some(Kept { current: Some(generation), ..kept }))
            })
        })
        .await
    }

    async fn open_to(&self, name: &str, _reader: Option<&str>) -> Result<()> {
        if self.is_kept(name).await? {
            return Ok(());
        }
        Err(Error::not_found("it is not kept here").context(format!("opening secret {name:?}")))
    }

    async fn discard(&self, name: &str) -> Result<()> {
        let secret = name.to_owned();
        self.run(format!("discarding secret {name:?}"), move |folder| {
            folder.change(&secret, |kept| {
                let still_there = kept.filter(|kept| kept.discarded.is_none());
                let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
                Ok(still_there.map(|kept| Kept { discarded: Some(now), ..kept }))
            })
        })
        .await?;
        // It is discarded, whatever became of others.
        if let Err(error) = self.sweep(SystemTime::now()).await {
            tracing::warn!("{error}");
        }
        Ok(())
    }

    async fn is_kept(&self, name: &str) -> Result<bool> {
        let secret = name.to_owned();
        self.run(format!("looking for secret {name:?}"), move |folder| {
            Ok(folder.load(&secret)?.is_some_and(|kept| kept.discarded.is_none()))
        })
        .await
    }
}

impl Kept {
    /// A secret of which nothing is kept yet.
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), current: None, generations: Vec::new(), discarded: None }
    }

    /// Keeps one more, and lets go of the oldest that is not in force.
    pub(super) fn add(&mut self, number: u64, text: Secret) {
        self.generations.push(Generation { number, text });
        self.generations.sort_by_key(|one| one.number);
        while self.generations.len() > KEPT {
            let current = self.current;
            let oldest = self.generations.iter().position(|one| Some(one.number) != current);
            self.generations.remove(oldest.unwrap_or_default());
        }
    }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn broken(doing: &str, path: &Path, error: &std::io::Error) -> Error {
    let kind = match error.kind() {
        std::io::ErrorKind::PermissionDenied => ErrorKind::Forbidden,
        _ => ErrorKind::Unavailable,
    };
    Error::new(kind, format!("{doing} {}: {error}", path.display()))
}
