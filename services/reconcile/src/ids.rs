//! Ids as calls name them.

use rollcall_chassis::status::Violations;
use rollcall_domain::{AccountId, Fence, RunId, TenantId};

use crate::error::ReconcileError;

/// A run of a tenant, as the worker names it that began it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LeaseKey {
    pub(crate) tenant: TenantId,
    pub(crate) run: RunId,
    pub(crate) fence: Fence,
}

impl LeaseKey {
    /// Or all fields that are wrong.
    pub(crate) fn parse(tenant_id: &str, run_id: &str, fence: i64) -> Result<Self, ReconcileError> {
        let (tenant, run) = run(tenant_id, run_id)?;
        Ok(Self {
            tenant,
            run,
            fence: Fence(fence),
        })
    }
}

/// An account of a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AccountKey {
    pub(crate) tenant: TenantId,
    pub(crate) account: AccountId,
}

impl AccountKey {
    /// Or all fields that are wrong.
    pub(crate) fn parse(tenant_id: &str, account_id: &str) -> Result<Self, ReconcileError> {
        let mut violations = Violations::default();
        let tenant = violations.check("tenant_id", TenantId::parse(tenant_id));
        let account = violations.check("account_id", AccountId::parse(account_id));
        match (tenant, account) {
            (Some(tenant), Some(account)) => Ok(Self { tenant, account }),
            _ => Err(ReconcileError::Malformed(violations)),
        }
    }
}

/// A tenant's id, or the field that is wrong.
pub(crate) fn tenant(tenant_id: &str) -> Result<TenantId, ReconcileError> {
    let mut violations = Violations::default();
    match violations.check("tenant_id", TenantId::parse(tenant_id)) {
        Some(tenant) => Ok(tenant),
        None => Err(ReconcileError::Malformed(violations)),
    }
}

/// A tenant and one of its runs, or all fields that are wrong.
pub(crate) fn run(tenant_id: &str, run_id: &str) -> Result<(TenantId, RunId), ReconcileError> {
    let mut violations = Violations::default();
    let tenant = violations.check("tenant_id", TenantId::parse(tenant_id));
    let run = violations.check("run_id", RunId::parse(run_id));
    match (tenant, run) {
        (Some(tenant), Some(run)) => Ok((tenant, run)),
        _ => Err(ReconcileError::Malformed(violations)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_id_of_a_request_is_named() {
        let Err(ReconcileError::Malformed(violations)) = run("no tenant", "no run") else {
            panic!("it was taken")
        };
        let text = format!("{violations:?}");
        assert!(text.contains("tenant_id") && text.contains("run_id"), "{text}");
    }
}
