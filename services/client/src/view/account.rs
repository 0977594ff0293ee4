//! Accounts and domains.

use rollcall_proto::v1;
use serde::Serialize;

use super::{given, name, time};

/// A tenant's accounts.
#[derive(Debug, Serialize)]
pub struct AccountList {
    pub accounts: Vec<AccountView>,
    /// There are more accounts than were requested.
    pub more: bool,
}

/// An account.
#[derive(Debug, Serialize)]
pub struct AccountView {
    pub account_id: String,
    pub primary_address: String,
    pub addresses: Vec<AddressView>,
    #[serde(rename = "type")]
    pub object_type: Option<&'static str>,
    pub origin: Option<&'static str>,
    pub hsr_enabled: bool,
    pub is_protected: bool,
    pub last_name: String,
    pub stale_since: Option<String>,
    pub remove_time: Option<String>,
}

/// One address of an account.
#[derive(Debug, Serialize)]
pub struct AddressView {
    pub address: String,
    pub address_type: Option<&'static str>,
    pub origin: Option<&'static str>,
    pub stale_since: Option<String>,
}

/// A tenant's domains.
#[derive(Debug, Serialize)]
pub struct DomainList {
    pub tenant_id: String,
    pub domains: Vec<DomainView>,
}

/// A domain.
#[derive(Debug, Serialize)]
pub struct DomainView {
    pub name: String,
    pub alias_of: Option<String>,
}

/// The owner of a domain.
#[derive(Debug, Serialize)]
pub struct DomainOwnerView {
    pub name: String,
    /// None if nobody has it.
    pub tenant_id: Option<String>,
    pub alias_of: Option<String>,
    /// Set if the tenant gave it up.
    pub reserved_until: Option<String>,
}

/// A domain whose reservation was ended.
#[derive(Debug, Serialize)]
pub struct ReleasedView {
    pub name: String,
    /// The tenant for which it was reserved.
    pub tenant_id: String,
}

impl From<&v1::GetDomainOwnerResponse> for DomainOwnerView {
    fn from(owner: &v1::GetDomainOwnerResponse) -> Self {
        Self {
            name: owner.name.clone(),
            tenant_id: given(&owner.tenant_id),
            alias_of: given(&owner.alias_of),
            reserved_until: time(owner.reserved_until.as_ref()),
        }
    }
}

impl From<&v1::Account> for AccountView {
    fn from(account: &v1::Account) -> Self {
        Self {
            account_id: account.account_id.clone(),
            primary_address: account.primary_address.clone(),
            addresses: account.addresses.iter().map(AddressView::from).collect(),
            object_type: name(account.r#type()),
            origin: name(account.origin()),
            hsr_enabled: account.hsr_enabled,
            is_protected: account.is_protected,
            last_name: account.last_name.clone(),
            stale_since: time(account.stale_since.as_ref()),
            remove_time: time(account.remove_time.as_ref()),
        }
    }
}

impl From<&v1::AccountAddress> for AddressView {
    fn from(address: &v1::AccountAddress) -> Self {
        Self {
            address: address.address.clone(),
            address_type: name(address.address_type()),
            origin: name(address.origin()),
            stale_since: time(address.stale_since.as_ref()),
        }
    }
}

impl DomainList {
    /// A tenant's domains as answered.
    pub fn new(tenant_id: String, domains: &[v1::Domain]) -> Self {
        let view = |domain: &v1::Domain| DomainView {
            name: domain.name.clone(),
            alias_of: given(&domain.alias_of),
        };
        Self {
            tenant_id,
            domains: domains.iter().map(view).collect(),
        }
    }
}
