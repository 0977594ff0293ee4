//! Reads directories and hands what they hold to reconcile.
//!
//! A worker owns nothing: no database, no disk. It takes a job, begins the run at reconcile, opens the
//! tenant's credential, reads the directory as a stream, and submits what it read or says that nothing
//! changed. It alone holds the keys that open credentials, and it alone speaks to customers' servers.
//!
//! Invariants: what a directory sends is bounded before it is parsed; nothing here grows with a directory
//! beyond what a run may hold back; only a complete read has an effect; no log shows an address or a password.

mod alone;
mod assembly;
mod config;
mod connection_test;
mod control;
mod credentials;
mod directory;
mod job_span;
mod jobs;
mod memory;
mod metrics;
mod network;
mod reconcile;
mod run;
mod service;
mod slots;

pub use service::{Command, start};

/// What the worker is called in logs, traces and by the broker.
pub const NAME: &str = "rollcall-worker";

/// Readers of bytes that strangers send, for `make fuzz`.
pub mod fuzzing {
    pub use crate::directory::{
        entry::Entry,
        frame::{FrameReadError, FrameReader, check},
        limits::Limits,
        message::Message,
        ranges::Growing,
        strip::{Wanted, strip},
        target::Target,
    };
}
