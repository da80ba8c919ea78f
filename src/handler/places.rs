//! How many sessions a process may have with a catalog's source at once (`max_connections`), and who waits for one.
//!
//! A session on loan has a place until it is given back or closed, also while its statement is being stopped. An idle one has none:
//! it is closed before one too many is made (`sessions`), so nobody waits for it. Whoever has a place waits for no other of the
//! same catalog, or two of them could wait for each other for ever.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use connector_core::{Error, ErrorKind, Result};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::deadline::Deadline;
use crate::config::Catalog;

/// The places of each catalog that has a limit. They are kept by name, since what is behind a granted name is opened anew now and then.
#[derive(Default)]
pub(super) struct Places {
    of: Mutex<BTreeMap<String, Arc<Semaphore>>>,
}

/// A place for one session on loan; the next in turn has it when it is dropped.
pub(super) struct Place(OwnedSemaphorePermit);

impl Place {
    /// How many places nobody has: so many sessions may be idle.
    pub(super) fn others(&self) -> usize {
        self.0.semaphore().available_permits()
    }
}

impl Places {
    /// A place for a session with this catalog's source, in turn; none is needed where no limit is set.
    ///
    /// Errors: throttled, if none was free in the request's time.
    pub(super) async fn take(&self, catalog: &Catalog) -> Result<Option<Place>> {
        let Some(most) = catalog.settings.max_connections else { return Ok(None) };
        let (places, deadline) = (self.of(&catalog.name, most), Deadline::current());
        tokio::select! {
            biased;
            permit = places.acquire_owned() => match permit {
                Ok(permit) => Ok(Some(Place(permit))),
                Err(closed) => Err(Error::internal("the places of a catalog's sessions are gone").with_source(closed)),
            },
            () = deadline.is_late() => Err(none_free(&catalog.name, most)),
        }
    }

    fn of(&self, catalog: &str, most: usize) -> Arc<Semaphore> {
        let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(places) = of.get(catalog) {
            return places.clone();
        }
        // Places that nobody has or waits for are as good as new ones.
        of.retain(|_, places| Arc::strong_count(places) > 1);
        let places = Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)));
        of.insert(catalog.to_owned(), places.clone());
        places
    }
}

fn none_free(catalog: &str, most: usize) -> Error {
    let told = format!(
        "catalog {catalog:?} had all its sessions in use, at most {most} at once, until the request's time was over"
    );
    Error::new(ErrorKind::Throttled, told).hint(
        "ask again, read in fewer splits (glaux_max_splits), or let the owner raise \"glaux_max_connections\" (in a file: \
         max_connections beside the catalog's url)",
    )
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use connector_core::Settings;
    use futures::FutureExt;

    use super::*;
    use crate::config::Config;

    fn catalog(name: &str, most: Option<usize>) -> Catalog {
        let variables = [("default", "memory://shop")].map(|(key, value)| (key.to_owned(), value.to_owned()));
        let catalog = Config::from_env(variables).unwrap().catalogs.get("default").unwrap().clone();
        let settings = Settings { max_connections: most, ..catalog.settings.clone() };
        Catalog { name: name.to_owned(), settings, ..catalog }
    }

    /// A place that is free.
    fn free(places: &Places, catalog: &Catalog) -> Option<Place> {
        places.take(catalog).now_or_never().map(|place| place.unwrap().unwrap())
    }

    #[tokio::test]
    async fn each_catalog_has_its_own_places_and_one_without_a_limit_needs_none() {
        let (places, a, b) = (Places::default(), catalog("a", Some(2)), catalog("b", Some(1)));
        let (first, second, other) =
            (free(&places, &a).unwrap(), free(&places, &a).unwrap(), free(&places, &b).unwrap());
        assert_eq!((first.others(), other.others()), (0, 0));
        assert!(free(&places, &a).is_none() && free(&places, &b).is_none());
        drop(first);
        assert_eq!((second.others(), other.others()), (1, 0));
        assert!(free(&places, &b).is_none() && free(&places, &a).is_some());
        assert!(places.take(&catalog("c", None)).await.unwrap().is_none());
        assert!(free(&places, &catalog("d", Some(usize::MAX))).is_some());
    }

    #[tokio::test]
    async fn whoever_waits_has_its_turn_in_order_and_whoever_is_gone_loses_none() {
        let (places, a) = (Places::default(), catalog("a", Some(1)));
        let held = free(&places, &a).unwrap();
        let [mut first, mut gone, mut last] = [(), (), ()].map(|()| Box::pin(places.take(&a)));
        for waiting in [&mut first, &mut gone, &mut last] {
            assert!(waiting.as_mut().now_or_never().is_none());
        }
        drop(held);
        // It is the first one's, whoever asks before.
        assert!(last.as_mut().now_or_never().is_none() && free(&places, &a).is_none());
        drop(first.await.unwrap());
        // Now it is that one's turn; it never takes it.
        assert!(last.as_mut().now_or_never().is_none());
        drop(gone);
        assert!(last.await.unwrap().is_some());
    }

    #[tokio::test]
    async fn whoever_waits_until_its_time_is_up_is_told_what_helps() {
        tokio::time::pause();
        let (places, a) = (Places::default(), catalog("a", Some(3)));
        let held: Vec<Place> = (0..3).map(|_| free(&places, &a).unwrap()).collect();
        for left in [3, 60, 900] {
            let deadline = Deadline::until(Some(Instant::now() + Duration::from_secs(left)));
            let error = deadline.govern(places.take(&a)).await.err().unwrap();
            assert_eq!(error.kind(), ErrorKind::Throttled, "{error}");
            let told = format!("{error} {}", error.hint_text().unwrap());
            for part in ["catalog \"a\"", "at most 3 at once", "ask again", "glaux_max_splits", "max_connections"] {
                assert!(told.contains(part), "{told}");
            }
        }
        // Without a deadline there is no end, and who waited in vain has left nothing behind.
        let mut waiting = Box::pin(places.take(&a));
        assert!(waiting.as_mut().now_or_never().is_none());
        drop(held);
        assert!(waiting.await.unwrap().is_some());
        assert_eq!(free(&places, &a).unwrap().others(), 2);
    }

    #[tokio::test]
    async fn places_that_nobody_has_are_not_kept() {
        let (places, a) = (Places::default(), catalog("a", Some(1)));
        let held = free(&places, &a).unwrap();
        for number in 0..10 {
            drop(free(&places, &catalog(&number.to_string(), Some(1))).unwrap());
        }
        assert!(places.of.lock().unwrap().len() <= 2);
        assert!(free(&places, &a).is_none(), "those that somebody has are");
        drop(held);
        assert!(free(&places, &a).is_some());
    }
}
