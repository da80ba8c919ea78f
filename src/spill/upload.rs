//! Blocks on their way into S3, a bounded number at a time. Each must arrive: the first failure is kept and fails the request.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::RecordBatch;
use bytes::Bytes;
use connector_core::{Error, ErrorKind, Result};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::cipher::SplitKey;
use super::objects::Objects;
use crate::config::PutHeaders;
use crate::protocol::{Framing, SpillLocation, ipc};

/// Uploads that run side by side, before the queue's own capacity: as many as AWS's SDK has threads for them.
const UPLOADERS: usize = 2;

/// The uploads of one split. Dropping it stops them.
pub struct Uploads {
    shared: Arc<Shared>,
    tasks: JoinSet<()>,
    room: Arc<Semaphore>,
    started: u64,
}

struct Shared {
    objects: Arc<Objects>,
    directory: SpillLocation,
    key: Option<SplitKey>,
    headers: PutHeaders,
    buffers: Arc<Buffers>,
    arrived: AtomicU64,
    failed: Mutex<Option<Failed>>,
}

/// Memory of objects that have been stored, for those to come: freed and asked for anew at this size, it would pile up in the
/// allocator's heaps.
#[derive(Default)]
struct Buffers(Mutex<Vec<Vec<u8>>>);

/// Bytes that go back to where they are from.
struct Borrowed {
    bytes: Vec<u8>,
    from: Arc<Buffers>,
}

impl Buffers {
    fn one(from: &Arc<Self>) -> Borrowed {
        let bytes = from.free().pop().unwrap_or_default();
        Borrowed { bytes, from: from.clone() }
    }

    fn free(&self) -> std::sync::MutexGuard<'_, Vec<Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AsRef<[u8]> for Borrowed {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.clear();
        self.from.free().push(bytes);
    }
}

/// The first failure, until it is told; then that there was one.
enum Failed {
    Untold(Error),
    Told(ErrorKind),
}

impl Uploads {
    /// Uploads below `directory`, sealed if there is a key; at most `queue` more than two at a time.
    pub fn new(
        objects: Arc<Objects>,
        directory: SpillLocation,
        key: Option<SplitKey>,
        headers: PutHeaders,
        queue: usize,
    ) -> Self {
        let (buffers, arrived, failed) = (Arc::default(), AtomicU64::new(0), Mutex::new(None));
        let shared = Shared { objects, directory, key, headers, buffers, arrived, failed };
        let room = Arc::new(Semaphore::new(UPLOADERS.saturating_add(queue).min(Semaphore::MAX_PERMITS)));
        Self { shared: Arc::new(shared), tasks: JoinSet::new(), room, started: 0 }
    }

    /// Whether anything was spilled, or is about to be.
    pub fn any(&self) -> bool {
        self.started > 0
    }

    /// Starts the upload of the next block, as soon as there is room for it.
    pub async fn start(&mut self, block: RecordBatch) -> Result<()> {
        let room =
            self.room.clone().acquire_owned().await.map_err(|_| Error::internal("the upload queue is closed"))?;
        self.shared.check()?;
        let (shared, number) = (self.shared.clone(), self.started);
        self.started += 1;
        self.tasks.spawn(async move {
            if let Err(error) = shared.clone().upload(number, block).await {
                shared.fail(error);
            }
            // Held until a failure is noted, so that whoever waits for room sees it.
            drop(room);
        });
        while let Some(ended) = self.tasks.try_join_next() {
            self.shared.note(ended);
        }
        Ok(())
    }

    /// Waits for all of them; where they are, in order of number.
    pub async fn finish(mut self) -> Result<Vec<SpillLocation>> {
        while let Some(ended) = self.tasks.join_next().await {
            self.shared.note(ended);
        }
        self.shared.check()?;
        Ok((0..self.started).map(|number| self.shared.object(number)).collect())
    }
}

impl Shared {
    async fn upload(self: Arc<Self>, number: u64, block: RecordBatch) -> Result<()> {
        let sealing = self.clone();
        let object = tokio::task::spawn_blocking(move || sealing.seal(&block)).await.map_err(defect)??;
        self.untroubled()?;
        self.objects.put(&self.object(number), object, &self.headers).await?;
        self.arrived.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn seal(&self, block: &RecordBatch) -> Result<Bytes> {
        let mut object = Buffers::one(&self.buffers);
        ipc::write_batch(&mut object.bytes, block, Framing::Legacy)?;
        if let Some(key) = &self.key {
            key.seal(&mut object.bytes)?;
        }
        Ok(Bytes::from_owner(object))
    }

    fn object(&self, number: u64) -> SpillLocation {
        let SpillLocation { bucket, key, .. } = &self.directory;
        SpillLocation { bucket: bucket.clone(), key: format!("{key}.{number}"), directory: false }
    }

    fn failed(&self) -> std::sync::MutexGuard<'_, Option<Failed>> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fail(&self, error: Error) {
        self.failed().get_or_insert(Failed::Untold(error));
    }

    fn note(&self, ended: Result<(), tokio::task::JoinError>) {
        if let Err(error) = ended {
            self.fail(defect(error));
        }
    }

    /// Whether a new upload is still worth starting.
    fn untroubled(&self) -> Result<()> {
        match &*self.failed() {
            None => Ok(()),
            Some(Failed::Untold(error)) => Err(after(error.kind())),
            Some(Failed::Told(kind)) => Err(after(*kind)),
        }
    }

    /// Tells the first failure, once in full.
    fn check(&self) -> Result<()> {
        let mut failed = self.failed();
        match failed.take() {
            None => Ok(()),
            Some(Failed::Untold(error)) => {
                *failed = Some(Failed::Told(error.kind()));
                Err(self.for_athena(error))
            }
            Some(Failed::Told(kind)) => {
                *failed = Some(Failed::Told(kind));
                Err(after(kind))
            }
        }
    }

    /// Athena may slow down and ask again only while it can have seen no block: it may read objects as they appear.
    fn for_athena(&self, error: Error) -> Error {
        match error.kind() {
            ErrorKind::Throttled if self.arrived.load(Ordering::Relaxed) > 0 => {
                Error::new(ErrorKind::Unavailable, error.to_string())
            }
            _ => error,
        }
    }
}

fn after(kind: ErrorKind) -> Error {
    Error::new(kind, "an earlier block of this split could not be stored")
}

fn defect(error: tokio::task::JoinError) -> Error {
    Error::internal("storing a block stopped halfway").with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_of_an_object_serves_the_next_one_once_nobody_reads_it() {
        let buffers: Arc<Buffers> = Arc::default();
        let mut object = Buffers::one(&buffers);
        object.bytes = vec![7; 100];
        let sent = Bytes::from_owner(object);
        let still_read = sent.clone();
        drop(sent);
        assert!(buffers.free().is_empty());
        drop(still_read);
        let next = Buffers::one(&buffers);
        assert!(next.bytes.is_empty() && next.bytes.capacity() >= 100);
    }
}
