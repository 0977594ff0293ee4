//! The course of a run, from its beginning to its end, and the portal's own writes. Each file drives named steps: it
//! reads facts, has them decided, and has the decision written.

pub(crate) mod account_binds;
pub(crate) mod asking;
mod batch;
pub(crate) mod begin;
pub(crate) mod binds;
mod cancel;
mod commit;
mod complete_read;
pub(crate) mod connection_test;
pub(crate) mod edits;
pub(crate) mod fail;
pub(crate) mod heartbeat;
mod holder;
mod lease;
mod revert;
pub(crate) mod seals;
pub(crate) mod submit;
pub(crate) mod unchanged;
