//! Grants from approval to the last trace gone, on real servers: what happens when everything goes well, and when it does not.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::large_futures)]

mod support;

#[path = "grants/ends.rs"]
mod ends;
#[path = "grants/leaks.rs"]
mod leaks;
#[path = "grants/mended.rs"]
mod mended;
#[path = "grants/places.rs"]
mod places;
#[path = "grants/resolving.rs"]
mod resolving;
#[path = "grants/secrets.rs"]
mod secrets;
#[path = "grants/sqlserver.rs"]
mod sqlserver;
#[path = "grants/stage.rs"]
mod stage;
#[path = "grants/stories.rs"]
mod stories;
#[path = "grants/surveys.rs"]
mod surveys;
#[path = "grants/tls.rs"]
mod tls;
#[path = "workflow/account.rs"]
mod account;
#[path = "workflow/athena.rs"]
mod athena;
#[path = "workflow/catalogued.rs"]
mod catalogued;
#[path = "workflow/clock.rs"]
mod clock;
#[path = "workflow/copies.rs"]
mod copies;
#[path = "workflow/datazone.rs"]
mod datazone;
#[path = "workflow/dismantle.rs"]
mod dismantle;
#[path = "workflow/failures.rs"]
mod failures;
#[path = "workflow/gateway.rs"]
mod gateway;
#[path = "workflow/grounds.rs"]
mod grounds;
#[path = "workflow/hooks.rs"]
mod hooks;
#[path = "workflow/late.rs"]
mod late;
#[path = "workflow/mapped.rs"]
mod mapped;
#[path = "workflow/owed.rs"]
mod owed;
#[path = "workflow/portal.rs"]
mod portal;
#[path = "workflow/shelf.rs"]
mod shelf;
#[path = "workflow/story.rs"]
mod workflow;
