//! Tokens that are known, in memory only: used until shortly before they expire, and asked for once for all who want the same.

use std::future::Future;
use std::sync::{Arc, Mutex as SyncMutex, PoisonError};
use std::time::{Duration, Instant};

use connector_core::{Principal, Result, Secret};
use tokio::sync::Mutex;

use super::answer::Granted;
use super::place::Place;

/// How long before its end a token is no longer used: a login may take a while, and clocks differ.
const MARGIN: Duration = Duration::from_mins(5);
/// Old client secrets leave their entries behind; this many are enough for every catalog of a function.
const MOST: usize = 64;

/// What a token is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Purpose {
    pub(crate) authority: Place,
    pub(crate) resource: Place,
    pub(crate) principal: Principal,
}

/// A token, and whether it was known already.
pub(crate) struct Handed {
    pub(crate) token: Secret,
    pub(crate) was_known: bool,
}

struct Entry {
    purpose: Purpose,
    /// Whoever asks for one holds the lock, so that those who come meanwhile wait and share it.
    known: Mutex<Option<Known>>,
}

struct Known {
    token: Secret,
    until: Instant,
}

/// The tokens of a process.
pub(crate) struct Tokens(SyncMutex<Vec<Arc<Entry>>>);

impl Tokens {
    pub(crate) const fn new() -> Self {
        Self(SyncMutex::new(Vec::new()))
    }

    /// The token that is known, or the one that `asking` brings.
    pub(crate) async fn get(&self, purpose: &Purpose, asking: impl Future<Output = Result<Granted>>) -> Result<Handed> {
        let entry = self.entry(purpose);
        let mut known = entry.known.lock().await;
        let now = Instant::now();
        if let Some(known) = known.as_ref().filter(|known| known.until > now) {
            return Ok(Handed { token: known.token.clone(), was_known: true });
        }
        *known = None;
        let Granted { token, lifetime } = asking.await?;
        *known = Some(Known { token: token.clone(), until: now + lifetime.saturating_sub(MARGIN) });
        Ok(Handed { token, was_known: false })
    }

    /// Forgets a token that was refused, unless another has taken its place.
    pub(crate) async fn forget(&self, purpose: &Purpose, refused: &Secret) {
        let entry = self.entry(purpose);
        let mut known = entry.known.lock().await;
        if known.as_ref().is_some_and(|known| known.token == *refused) {
            *known = None;
        }
    }

    fn entry(&self, purpose: &Purpose) -> Arc<Entry> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = entries.iter().find(|entry| entry.purpose == *purpose) {
            return Arc::clone(entry);
        }
        if entries.len() == MOST {
            entries.remove(0);
        }
        let entry = Arc::new(Entry { purpose: purpose.clone(), known: Mutex::new(None) });
        entries.push(Arc::clone(&entry));
        entry
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn purpose(secret: &str) -> Purpose {
        let place = |host: &str| Place { host: host.into(), port: 443 };
        let principal = Principal { tenant: "t".into(), client: "c".into(), secret: Secret::new(secret) };
        Purpose { authority: place("a"), resource: place("r"), principal }
    }

    #[tokio::test]
    async fn those_who_come_while_one_is_asked_for_share_it() {
        let (tokens, asked) = (Tokens::new(), AtomicUsize::new(0));
        let asking = || async {
            let number = asked.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
            Ok(Granted { token: Secret::new(number.to_string()), lifetime: Duration::from_hours(1) })
        };
        let purpose = purpose("s");
        let all = futures::future::join_all((0..5).map(|_| tokens.get(&purpose, asking()))).await;
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        assert!(all.iter().all(|handed| handed.as_ref().unwrap().token == Secret::new("0")));
        // One that let go while it asked holds up nobody.
        tokens.forget(&purpose, &Secret::new("0")).await;
        let mut first = Box::pin(tokens.get(&purpose, std::future::pending()));
        assert!(futures::poll!(&mut first).is_pending());
        drop(first);
        assert_eq!(tokens.get(&purpose, asking()).await.unwrap().token, Secret::new("1"));
    }

    #[tokio::test]
    async fn another_secret_is_another_token_and_old_ones_make_room() {
        let tokens = Tokens::new();
        let grant =
            |token: String| async move { Ok(Granted { token: Secret::new(token), lifetime: Duration::from_hours(1) }) };
        for number in 0..2 * MOST {
            let handed = tokens.get(&purpose(&number.to_string()), grant(number.to_string())).await.unwrap();
            assert_eq!((handed.token, handed.was_known), (Secret::new(number.to_string()), false));
        }
        assert_eq!(tokens.0.lock().unwrap().len(), MOST);
    }
}
