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
pub mod config;
pub mod connection_test;
pub mod control;
pub mod credentials;
pub mod directory;
mod job_span;
pub mod jobs;
pub mod memory;
pub mod metrics;
pub mod network;
pub mod reconcile;
pub mod run;
pub mod service;
pub mod slots;

/// What the worker is called in logs, traces and by the broker.
pub const NAME: &str = "rollcall-worker";
