//! What clients come back for: kept for a while under names that cannot be guessed, and not without end.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Things by their handles, oldest first.
pub struct Shelf<T> {
    room: usize,
    age: Duration,
    things: Mutex<VecDeque<Thing<T>>>,
}

struct Thing<T> {
    handle: String,
    since: Instant,
    value: T,
}

impl<T> Shelf<T> {
    /// Room for so many things, each of which may stay so long; the oldest goes first.
    pub fn new(room: usize, age: Duration) -> Self {
        Self { room, age, things: Mutex::default() }
    }

    /// Keeps a thing, and says under which handle.
    pub fn put(&self, value: T) -> String {
        let handle = uuid::Uuid::new_v4().simple().to_string();
        let mut things = self.fresh();
        if things.len() >= self.room {
            things.pop_front();
        }
        things.push_back(Thing { handle: handle.clone(), since: Instant::now(), value });
        handle
    }

    /// Hands a thing out for good.
    pub fn take(&self, handle: &str) -> Option<T> {
        let mut things = self.fresh();
        let at = things.iter().position(|thing| thing.handle == handle)?;
        things.remove(at).map(|thing| thing.value)
    }

    /// Does something with a thing that stays.
    pub fn with<R>(&self, handle: &str, act: impl FnOnce(&mut T) -> R) -> Option<R> {
        let mut things = self.fresh();
        things.iter_mut().find(|thing| thing.handle == handle).map(|thing| act(&mut thing.value))
    }

    /// The handles of what is kept.
    pub fn handles(&self) -> Vec<String> {
        self.fresh().iter().map(|thing| thing.handle.clone()).collect()
    }

    fn fresh(&self) -> MutexGuard<'_, VecDeque<Thing<T>>> {
        let mut things = self.things.lock().unwrap_or_else(PoisonError::into_inner);
        things.retain(|thing| thing.since.elapsed() < self.age);
        things
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_first_and_nothing_stays_for_ever() {
        let shelf = Shelf::new(2, Duration::from_hours(1));
        let handles: Vec<String> = (0..3).map(|value| shelf.put(value)).collect();
        assert_eq!(
            handles.iter().map(|handle| shelf.with(handle, |value| *value)).collect::<Vec<_>>(),
            [None, Some(1), Some(2)]
        );
        assert_eq!((shelf.take(&handles[1]), shelf.take(&handles[1])), (Some(1), None));
        assert_eq!(shelf.handles(), [handles[2].clone()]);
        let brief = Shelf::new(2, Duration::ZERO);
        let handle = brief.put(1);
        assert_eq!(brief.take(&handle), None);
    }
}
