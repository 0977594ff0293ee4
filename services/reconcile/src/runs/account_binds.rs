//! Binds of accounts of directory servers, over all tenants: no caller can guess a password, or lock an account, through
//! tests and runs of its own tenants or of others'.
//!
//! A stored credential that the directory accepted when it saw it last is tried at the same address in any case: it cannot be
//! wrong by what others tried in the meantime, so nobody keeps a tenant from its syncs by failing on purpose with its user
//! name. At another address it is a guess like any other: its name may have been led to a stranger's server.

use rollcall_domain::TenantId;

use crate::{
    account_binds::{Account, Permit, Settled},
    error::ReconcileError,
    resources::Resources,
    store::account_binds,
};

/// A stored credential of a tenant.
pub(crate) struct Stored {
    pub(crate) tenant: TenantId,
    pub(crate) generation: i64,
    /// The address of the server that it is tried at.
    pub(crate) address: String,
}

/// Answer to a worker that wants to bind.
pub(crate) enum Answer {
    /// The credential is proven: it is tried, and only a refusal is reported.
    Proven,
    /// Decided by the account's last binds.
    Decided(Permit),
}

/// Answers if a bind of the account may be tried now.
pub(crate) async fn permit(
    resources: &Resources,
    account: &Account,
    stored: Option<Stored>,
) -> Result<Answer, ReconcileError> {
    let gate = &resources.store.runs;
    if let Some(stored) = stored
        && account_binds::is_proven(gate, &stored.tenant, stored.generation, &stored.address).await?
    {
        return Ok(Answer::Proven);
    }
    let pauses = resources.bounds.binds;
    account_binds::change(gate, account, |binds, now| binds.ask(now, &pauses))
        .await
        .map(Answer::Decided)
}

/// Notes the result of a bind, which was permitted before unless its credential was proven.
pub(crate) async fn settle(
    resources: &Resources,
    account: &Account,
    settled: Settled,
    is_permitted: bool,
) -> Result<(), ReconcileError> {
    let pauses = resources.bounds.binds;
    account_binds::change(&resources.store.runs, account, |binds, now| {
        binds.settle(settled, is_permitted, now, &pauses);
    })
    .await
}
