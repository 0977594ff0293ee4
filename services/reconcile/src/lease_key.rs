//! The name of a lease.

use rollcall_domain::{Fence, RunId, TenantId};

/// A run of a tenant, as the worker names it that began it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LeaseKey {
    pub(crate) tenant: TenantId,
    pub(crate) run: RunId,
    pub(crate) fence: Fence,
}
