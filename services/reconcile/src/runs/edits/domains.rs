//! The tenants' domains: which the portal names, and that each has one owner.

use rollcall_domain::TenantId;
use rollcall_proto::v1;

use super::domain_list::DomainList;
use crate::{
    error::ReconcileError,
    store::{Store, TenantLock, domains},
};

/// Replaces a tenant's domains. Runs that read at the time are decided with the new ones.
pub(crate) async fn put_domains(
    store: &Store,
    tenant: &TenantId,
    list: &DomainList,
) -> Result<Vec<v1::Domain>, ReconcileError> {
    let mut tx = TenantLock::open(&store.calls, tenant).await?;
    let wanted = list.stored();
    if domains::of_locked(&mut tx).await? != wanted {
        let (names, alias_of) = list.columns();
        domains::replace(&mut tx, &names, &alias_of).await?;
        tx.row.generations.portal += 1;
        tx.row.generations.domains += 1;
        tx.commit().await?;
    }
    Ok(wanted)
}

/// A tenant's domains, by name.
pub(crate) async fn get_domains(store: &Store, tenant: &TenantId) -> Result<Vec<v1::Domain>, ReconcileError> {
    domains::of_tenant(&store.calls, tenant).await
}
