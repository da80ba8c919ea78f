//! What every engine does about TLS: whom it trusts, how much of it is verified, and what a failure means.
//!
//! Trusted are Mozilla's roots and those of Amazon RDS, both built in, or instead of them the file that an option names. The
//! crypto provider is passed on every time, so that nothing depends on what the process has installed. Not here: the handshake,
//! which is the driver's, and what an engine's options are called, which it says itself.

mod failure;
mod file;
mod roots;
mod settings;
mod verifier;

#[cfg(feature = "testing")]
pub mod testing;

pub use failure::{Advice, failure, told_failure};
pub use file::{File, client_files};
pub use roots::roots_pem;
pub use settings::{Settings, Verify, web_config};
