//! Executes decisions: in sets, under the tenant's lock, in one transaction with the outcome.

mod account_message;
pub(crate) mod accounts;
mod before;
mod end;
mod execute;
mod history;
pub(crate) mod outbox;
mod superseded;

pub(crate) use account_message::account_message;
pub(crate) use end::{end, lose};
pub(crate) use execute::{Written, execute};
pub(crate) use superseded::mark_superseded;
