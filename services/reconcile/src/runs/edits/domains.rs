//! The tenants' domains: which the portal names, and that each has one owner.

use rollcall_chassis::audit::{Act, Record};
use rollcall_domain::{DomainName, TenantId};
use rollcall_proto::{limits, v1};
use rollcall_terms::audit::Details;

use super::{domain_list::DomainList, records};
use crate::{
    error::ReconcileError,
    resources::Resources,
    store::{Store, TenantLock, domains, domains::DomainOwner},
};

/// The most domains of a tenant with those that are reserved for it: twice as many as it may own, so that it can replace
/// all of them at once. Giving a domain up changes nothing of the sum, and so is never refused.
const MOST_WITH_RESERVED: u64 = 2 * limits::put_domains_request::DOMAINS_MAX_ITEMS as u64;

/// Conditions under which a list of domains is replaced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ReplaceOnly {
    /// The etag that the stored list must have; empty for any.
    pub(crate) etag: String,
    /// No domain that addresses are in is dropped.
    pub(crate) if_unused: bool,
}

/// Replaces a tenant's domains. Runs that read at the time are decided with the new ones.
pub(crate) async fn put_domains(
    resources: &Resources,
    act: &Act,
    tenant: &TenantId,
    list: &DomainList,
    only: &ReplaceOnly,
) -> Result<Vec<v1::Domain>, ReconcileError> {
    let mut tx = TenantLock::open(&resources.store.calls, tenant).await?;
    let wanted = list.stored();
    let stored = domains::of_locked(&mut tx).await?;
    if !only.etag.is_empty() && only.etag != etag(&stored) {
        return Err(ReconcileError::DomainsChanged);
    }
    if stored != wanted {
        if only.if_unused {
            refuse_in_use(&mut tx, &list.dropped(&stored)).await?;
        }
        let (names, alias_of) = list.columns();
        domains::replace(&mut tx, &names, &alias_of, resources.bounds.reserved_domains).await?;
        if list.registers(&stored) {
            refuse_hoarding(&mut tx, names.len()).await?;
        }
        tx.row.generations.portal += 1;
        tx.row.generations.domains += 1;
    }
    let details = records::domains(&stored, &wanted);
    tx.record(Record::of(act).details(details)).await?;
    tx.commit().await?;
    Ok(wanted)
}

async fn refuse_in_use(tx: &mut TenantLock, dropped: &[&str]) -> Result<(), ReconcileError> {
    if dropped.is_empty() {
        return Ok(());
    }
    let in_use = domains::in_use(tx, dropped).await?;
    if in_use.is_empty() {
        Ok(())
    } else {
        Err(ReconcileError::DomainsInUse { in_use })
    }
}

/// A tenant that registers domains and gives them up again would otherwise keep any number of them from all others.
async fn refuse_hoarding(tx: &mut TenantLock, owned: usize) -> Result<(), ReconcileError> {
    let reserved = domains::reserved(tx).await?;
    if reserved.saturating_add(owned as u64) > MOST_WITH_RESERVED {
        Err(ReconcileError::TooManyDomains {
            reserved,
            most: MOST_WITH_RESERVED,
        })
    } else {
        Ok(())
    }
}

/// A tenant's domains, by name.
pub(crate) async fn get_domains(store: &Store, tenant: &TenantId) -> Result<Vec<v1::Domain>, ReconcileError> {
    domains::of_tenant(&store.calls, tenant).await
}

/// The tenant that owns a domain, or for which it is reserved; `None` if there is none.
pub(crate) async fn owner(store: &Store, name: &DomainName) -> Result<Option<DomainOwner>, ReconcileError> {
    domains::owner(&store.calls, name).await
}

/// Ends the reservation of a domain, and answers for which tenant it was reserved.
pub(crate) async fn release(store: &Store, act: &Act, name: &DomainName) -> Result<TenantId, ReconcileError> {
    let record = Record::of(act).details(Details::default().with("domain", name.as_str()));
    let released = domains::release(&store.calls, name, record).await?;
    released.ok_or_else(|| ReconcileError::DomainNotReserved {
        name: name.as_str().to_owned(),
    })
}

/// The etag of a stored list: lists with the same etag are the same.
pub(crate) fn etag(domains: &[v1::Domain]) -> String {
    let mut hasher = blake3::Hasher::new();
    // No name has a line end.
    for domain in domains {
        hasher.update(domain.name.as_bytes()).update(b"\n");
        hasher.update(domain.alias_of.as_bytes()).update(b"\n");
    }
    hasher.finalize().to_hex()[..32].to_owned()
}
