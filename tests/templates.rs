//! The templates below `infra`, as AWS gets them: `.ci/templates` writes them as JSON to where `TEST_TEMPLATES` says.
//!
//! What they say is compared with what the code takes, their policies are judged by laws of their own and by what they come to,
//! and stacks are made of them. Each law is seen failing on a planted fault.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::large_futures)]

#[path = "templates/alarms.rs"]
mod alarms;
#[path = "templates/given.rs"]
mod given;
#[path = "templates/laws.rs"]
mod laws;
#[path = "support/moto.rs"]
#[allow(dead_code)]
mod moto;
#[cfg(feature = "local")]
#[path = "templates/products.rs"]
mod products;
#[path = "templates/rights.rs"]
mod rights;
#[path = "templates/settings.rs"]
mod settings;
#[path = "support/skip.rs"]
#[allow(dead_code)]
mod skip;
#[path = "templates/stacks.rs"]
mod stacks;
#[cfg(feature = "local")]
#[path = "templates/taken.rs"]
mod taken;
#[path = "templates/template.rs"]
mod template;
