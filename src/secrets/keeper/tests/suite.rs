//! The same for every keeper.

use std::sync::Arc;

use connector_core::{ErrorKind, Secret};
use futures::StreamExt;
use futures::future::{join, join_all};

use super::super::Keeper;
use crate::secrets::source::{Source, Stage};

/// Where secrets are kept and read.
pub struct Kept {
    /// Two who keep there, as two processes do.
    pub keepers: [Arc<dyn Keeper>; 2],
    /// How a handler reads.
    pub source: Source,
    /// Whether the first generation is in force at once, as AWS has it.
    pub first_is_in_force: bool,
    /// Whether what is proposed twice in the same moment is told apart: moto takes the second in place of the first, and its labels
    /// with it.
    pub guards_the_moment: bool,
}

pub const READER: &str = "arn:aws:iam::222222222222:role/glaux-env-a";

fn secret(text: &str) -> Secret {
    Secret::new(text)
}

/// Holds all of it, each under names of its own that begin with `prefix`.
pub async fn holds(kept: &Kept, prefix: &str) {
    for times in [1, 3] {
        a_secret_is_kept_tried_in_force_and_gone(kept, &format!("{prefix}/life{times}"), times).await;
    }
    what_is_absent_is_done_or_not_found(kept, &format!("{prefix}/absent")).await;
    a_generation_is_one_text(kept, &format!("{prefix}/text")).await;
    an_older_generation_does_not_come_back(kept, &format!("{prefix}/order")).await;
    what_is_in_force_may_be_said_again(kept, &format!("{prefix}/again")).await;
    what_is_discarded_comes_back_as_it_was(kept, &format!("{prefix}/back")).await;
    two_who_write_lose_nothing(kept, &format!("{prefix}/two")).await;
}

impl Kept {
    fn one(&self) -> &dyn Keeper {
        &*self.keepers[0]
    }

    async fn in_force(&self, name: &str) -> Option<String> {
        let read = self.source.read(name, Stage::Current).await;
        read.ok().flatten().map(|text| text.expose().to_owned())
    }

    async fn pending(&self, name: &str) -> Option<String> {
        self.source.read(name, Stage::Pending).await.unwrap().map(|text| text.expose().to_owned())
    }

    pub async fn states(&self, name: &str, current: Option<&str>, pending: Option<&str>) {
        let found = (self.in_force(name).await, self.pending(name).await);
        assert_eq!((found.0.as_deref(), found.1.as_deref()), (current, pending), "{name}");
    }

    async fn says(&self, name: &str, generation: u64) -> Option<String> {
        self.one().read(name, generation).await.unwrap().map(|text| text.expose().to_owned())
    }

    async fn propose(&self, name: &str, generation: u64, text: &str) {
        self.one().propose(name, generation, &secret(text)).await.unwrap();
    }

    async fn promote(&self, name: &str, generation: u64) {
        self.one().promote(name, generation).await.unwrap();
    }

    async fn conflicts(&self, name: &str, generation: u64, text: &str) {
        let error = self.one().propose(name, generation, &secret(text)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
        assert!(error.to_string().contains(&format!("{name:?}")) && !format!("{error:?}").contains(text), "{error:?}");
    }

    async fn does_not_promote(&self, name: &str, generation: u64, kind: ErrorKind) {
        let error = self.one().promote(name, generation).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
    }
}

pub async fn a_secret_is_kept_tried_in_force_and_gone(kept: &Kept, name: &str, times: usize) {
    let first = kept.first_is_in_force.then_some("one");
    for _ in 0..times {
        kept.propose(name, 1, "one").await;
        kept.states(name, first, Some("one")).await;
    }
    assert_eq!((kept.says(name, 1).await.as_deref(), kept.says(name, 2).await), (Some("one"), None));
    for _ in 0..times {
        kept.promote(name, 1).await;
        kept.states(name, Some("one"), None).await;
    }
    for _ in 0..times {
        kept.propose(name, 2, "two").await;
        kept.states(name, Some("one"), Some("two")).await;
    }
    assert_eq!((kept.says(name, 1).await.as_deref(), kept.says(name, 2).await.as_deref()), (Some("one"), Some("two")));
    for _ in 0..times {
        kept.promote(name, 2).await;
        kept.states(name, Some("two"), None).await;
    }
    assert_eq!(kept.says(name, 1).await.as_deref(), Some("one"), "queries that began with it still run");
    for reader in [Some(READER), None, Some(READER)] {
        kept.one().open_to(name, reader).await.unwrap();
    }
    assert!(kept.one().is_kept(name).await.unwrap());
    for _ in 0..times {
        kept.one().discard(name).await.unwrap();
        assert!(!kept.one().is_kept(name).await.unwrap());
        assert_eq!((kept.in_force(name).await, kept.says(name, 2).await), (None, None));
    }
}

async fn what_is_absent_is_done_or_not_found(kept: &Kept, name: &str) {
    kept.does_not_promote(name, 1, ErrorKind::NotFound).await;
    assert_eq!(kept.one().open_to(name, Some(READER)).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!((kept.says(name, 1).await, kept.one().is_kept(name).await.unwrap()), (None, false));
    kept.one().discard(name).await.unwrap();
    kept.propose(name, 1, "one").await;
    kept.does_not_promote(name, 2, ErrorKind::NotFound).await;
    kept.one().discard(name).await.unwrap();
    kept.does_not_promote(name, 1, ErrorKind::NotFound).await;
    assert_eq!(kept.one().open_to(name, Some(READER)).await.unwrap_err().kind(), ErrorKind::NotFound);
}

async fn a_generation_is_one_text(kept: &Kept, name: &str) {
    let awkward = "{\"password\":\"p'a\\\"s\\\\s \u{1f511}\n\"}".to_owned() + &"x".repeat(10_000);
    kept.propose(name, 1, &awkward).await;
    kept.conflicts(name, 1, "hunter2").await;
    kept.promote(name, 1).await;
    kept.conflicts(name, 1, "hunter2").await;
    kept.propose(name, 1, &awkward).await;
    kept.states(name, Some(&awkward), None).await;
}

async fn an_older_generation_does_not_come_back(kept: &Kept, name: &str) {
    kept.propose(name, 3, "three").await;
    kept.promote(name, 3).await;
    kept.propose(name, 7, "seven").await;
    kept.promote(name, 7).await;
    kept.does_not_promote(name, 3, ErrorKind::Conflict).await;
    kept.conflicts(name, 5, "hunter2").await;
    // One that was proposed and passed over is not proposed anew, with another text under its number.
    kept.propose(name, 9, "nine").await;
    kept.conflicts(name, 8, "hunter2").await;
    kept.propose(name, 10, "ten").await;
    kept.conflicts(name, 9, "hunter2").await;
    kept.states(name, Some("seven"), Some("ten")).await;
    kept.promote(name, 10).await;
    kept.does_not_promote(name, 7, ErrorKind::Conflict).await;
}

async fn what_is_in_force_may_be_said_again(kept: &Kept, name: &str) {
    kept.propose(name, 3, "three").await;
    kept.promote(name, 3).await;
    kept.propose(name, 7, "seven").await;
    kept.promote(name, 7).await;
    kept.propose(name, 3, "three").await;
    kept.states(name, Some("seven"), None).await;
}

async fn what_is_discarded_comes_back_as_it_was(kept: &Kept, name: &str) {
    kept.propose(name, 1, "one").await;
    kept.promote(name, 1).await;
    kept.one().discard(name).await.unwrap();
    kept.does_not_promote(name, 1, ErrorKind::NotFound).await;
    kept.propose(name, 2, "two").await;
    kept.states(name, Some("one"), Some("two")).await;
    kept.promote(name, 2).await;
    kept.states(name, Some("two"), None).await;
    kept.one().discard(name).await.unwrap();
    // The generation that it had: it is there again, whatever is said of its text.
    kept.conflicts(name, 2, "hunter2").await;
    kept.states(name, Some("two"), None).await;
    kept.one().discard(name).await.unwrap();
    kept.propose(name, 2, "two").await;
    kept.states(name, Some("two"), None).await;
}

async fn two_who_write_lose_nothing(kept: &Kept, name: &str) {
    let [one, other] = &kept.keepers;
    let text = secret("same");
    let same = if kept.guards_the_moment {
        join(one.propose(name, 1, &text), other.propose(name, 1, &text)).await
    } else {
        (one.propose(name, 1, &text).await, other.propose(name, 1, &text).await)
    };
    assert!(same.0.is_ok() && same.1.is_ok(), "{same:?}");
    let same = join(one.promote(name, 1), other.promote(name, 1)).await;
    assert!(same.0.is_ok() && same.1.is_ok(), "{same:?}");
    kept.states(name, Some("same"), None).await;
    let proposals = (0..6).map(|index| {
        let (keeper, text) = (&kept.keepers[index % 2], secret(&format!("text {index}")));
        async move { keeper.propose(name, 2, &text).await.map(|()| text) }
    });
    let proposed: Vec<_> = if kept.guards_the_moment {
        join_all(proposals).await
    } else {
        futures::stream::iter(proposals).then(|one| one).collect().await
    };
    let kept_text = one.read(name, 2).await.unwrap().unwrap();
    let won: Vec<_> = proposed.iter().flatten().collect();
    let lost = proposed.iter().filter_map(|one| one.as_ref().err());
    assert!(lost.clone().all(|error| error.kind() == ErrorKind::Conflict), "{:?}", lost.collect::<Vec<_>>());
    assert_eq!(won, [&kept_text]);
    other.promote(name, 2).await.unwrap();
    // One rotates while another ends what it has slept over.
    one.propose(name, 3, &secret("three")).await.unwrap();
    let (late, rotated) = join(other.promote(name, 2), one.promote(name, 3)).await;
    assert!(rotated.is_ok() && late.err().is_none_or(|error| error.kind() == ErrorKind::Conflict), "{rotated:?}");
    kept.states(name, Some("three"), None).await;
}
