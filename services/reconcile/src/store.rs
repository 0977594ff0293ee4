//! The statements of this service. No other folder names the database's library.
//!
//! Changes need a [`TenantLock`]; data that is only read needs a transaction about its tenant, or about all.

pub(crate) mod account_binds;
pub(crate) mod accounts;
mod bulk;
pub(crate) mod connection_test;
pub(crate) mod domains;
pub(crate) mod expired;
mod gate;
pub(crate) mod guard;
mod hints;
pub(crate) mod history;
pub(crate) mod lease;
pub(crate) mod months;
pub(crate) mod outbox;
pub(crate) mod period;
pub(crate) mod portal;
mod readiness;
pub(crate) mod renewed_seal;
pub(crate) mod reverted;
pub(crate) mod run_record;
mod run_status;
pub(crate) mod scheduler_views;
mod schema;
pub(crate) mod sightings;
mod stage;
pub(crate) mod tenant;
mod tenant_lock;
#[cfg(test)]
mod tests;

pub(crate) use gate::{Gate, Store};
pub(crate) use readiness::{Readiness, ReadyRun};
pub(crate) use run_status::RunStatus;
pub(crate) use scheduler_views::{CurrentSettings, RunRequest};
pub(crate) use schema::SCHEMA;
pub(crate) use stage::Stage;
pub(crate) use tenant::TenantRow;
pub(crate) use tenant_lock::{News, TenantLock};

/// A count for SQL.
pub(crate) fn to_bigint(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
