//! Reads directories and hands the objects to reconcile.
//!
//! A worker owns nothing: no database, no disk. It takes a job, begins the run at reconcile, opens the tenant's
//! credential, reads the directory as a stream, and submits the read or reports that nothing has changed. Only workers
//! hold the keys that open credentials, and only they speak to customers' servers.
//!
//! Invariants: a directory's answers are bounded before they are parsed; nothing here grows with a directory beyond
//! what a run may buffer; only a complete read has an effect; no log shows an address or a password.

mod alone;
mod assembly;
mod config;
mod connection_test;
mod control;
mod credentials;
mod job_span;
mod jobs;
mod memory;
mod metrics;
mod network;
mod reconcile;
mod run;
mod service;
mod slots;
mod source;

pub use alone::child::be_the_first_to_go;
pub use service::{Command, start};

/// The worker's name in logs, traces and at the broker.
pub const NAME: &str = "rollcall-worker";

/// Readers of bytes that strangers send, for `make fuzz`.
pub mod fuzzing {
    pub use crate::source::ldap::{
        entry::Entry,
        frame::{FrameReadError, FrameReader, check},
        limits::Limits,
        message::Message,
        ranges::Growing,
        strip::{WantedAttributes, strip},
        target::Target,
    };
}
