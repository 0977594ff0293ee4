//! The calls: convert, do, convert.

mod account;
mod run;

pub(crate) use account::AccountCalls;
pub(crate) use run::RunCalls;
