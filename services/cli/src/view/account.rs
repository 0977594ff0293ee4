//! Accounts and domains.

use rollcall_proto::v1;
use serde::Serialize;

use super::{name, time};

/// A tenant's accounts.
#[derive(Debug, Serialize)]
pub(crate) struct AccountList {
    pub(crate) accounts: Vec<AccountView>,
    /// There are more accounts than were requested.
    pub(crate) more: bool,
}

/// An account.
#[derive(Debug, Serialize)]
pub(crate) struct AccountView {
    pub(crate) account_id: String,
    pub(crate) primary_address: String,
    pub(crate) addresses: Vec<AddressView>,
    #[serde(rename = "type")]
    pub(crate) object_type: Option<&'static str>,
    pub(crate) origin: Option<&'static str>,
    pub(crate) hsr_enabled: bool,
    pub(crate) is_protected: bool,
    pub(crate) last_name: String,
    pub(crate) stale_since: Option<String>,
    pub(crate) remove_time: Option<String>,
}

/// One address of an account.
#[derive(Debug, Serialize)]
pub(crate) struct AddressView {
    pub(crate) address: String,
    pub(crate) address_type: Option<&'static str>,
    pub(crate) origin: Option<&'static str>,
    pub(crate) stale_since: Option<String>,
}

/// A tenant's domains.
#[derive(Debug, Serialize)]
pub(crate) struct DomainList {
    pub(crate) tenant_id: String,
    pub(crate) domains: Vec<DomainView>,
}

/// A domain.
#[derive(Debug, Serialize)]
pub(crate) struct DomainView {
    pub(crate) name: String,
    pub(crate) alias_of: Option<String>,
}

impl From<&v1::Account> for AccountView {
    fn from(account: &v1::Account) -> Self {
        Self {
            account_id: account.account_id.clone(),
            primary_address: account.primary_address.clone(),
            addresses: account.addresses.iter().map(AddressView::from).collect(),
            object_type: name(account.r#type().as_str_name(), "OBJECT_TYPE_"),
            origin: name(account.origin().as_str_name(), "ORIGIN_"),
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
            address_type: name(address.address_type().as_str_name(), "ADDRESS_TYPE_"),
            origin: name(address.origin().as_str_name(), "ORIGIN_"),
            stale_since: time(address.stale_since.as_ref()),
        }
    }
}

impl DomainList {
    /// A tenant's domains as answered.
    pub(crate) fn new(tenant_id: String, domains: &[v1::Domain]) -> Self {
        let view = |domain: &v1::Domain| DomainView {
            name: domain.name.clone(),
            alias_of: super::given(&domain.alias_of),
        };
        Self {
            tenant_id,
            domains: domains.iter().map(view).collect(),
        }
    }
}
