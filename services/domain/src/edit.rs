//! An account after the portal has written it.
//!
//! The directory has an address that is SYNCED and not stale: its address type stays, and the account cannot do without it. The
//! type of an account that has such an address stays too. All else is the portal's. An address that is new to the account is
//! manual, no matter who created the account; one that the account has keeps its origin, and a stale one stays stale. An
//! adopted account stays its object's: writing it takes nothing from the directory and gives it nothing.

use std::collections::HashMap;

use crate::{
    account::order_of_addresses,
    address::Address,
    id::AccountId,
    object::{AddressType, ObjectType, Origin},
    plan::{AccountState, AddressState, TenantDomains, stale_since},
    sentences::account,
};

/// An account as the portal wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountEdit {
    /// `None` for a new account.
    pub id: Option<AccountId>,
    /// The primary address.
    pub primary: Address,
    /// All addresses, the primary among them, by bytes.
    pub addresses: Vec<Address>,
    /// `None`: the type stays as it is; of a new account it is USER.
    pub object_type: Option<ObjectType>,
    /// HSR is on.
    pub hsr_enabled: bool,
    /// The account is protected.
    pub is_protected: bool,
}

/// A rule that an edit breaks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditRefused {
    /// A new address is outside of the tenant's domains.
    #[error("{}", account::domain_not_registered(address))]
    DomainNotRegistered {
        /// The address.
        address: Address,
    },
    /// The directory has what would be changed.
    #[error("{}", account::held_by_directory(address))]
    HeldByDirectory {
        /// The address, or the first of those of the account.
        address: Address,
    },
    /// HSR is only for users.
    #[error("{}", account::hsr_of_other_type(*object_type))]
    HsrOfOtherType {
        /// The account's type.
        object_type: ObjectType,
    },
}

/// Wanted addresses that the account does not have yet.
pub fn added(before: Option<&AccountState>, wanted: &AccountEdit) -> Vec<Address> {
    let had = by_address(before);
    let is_new = |address: &&Address| !had.contains_key(address);
    wanted.addresses.iter().filter(is_new).cloned().collect()
}

/// Refuses addresses outside of the tenant's domains. The caller leaves out those that an account has already: a domain that
/// was taken away is no reason to refuse a write of something else.
pub fn check_registered(addresses: &[Address], domains: &TenantDomains) -> Result<(), EditRefused> {
    match addresses.iter().find(|address| !domains.owns(address.domain())) {
        Some(address) => Err(EditRefused::DomainNotRegistered {
            address: address.clone(),
        }),
        None => Ok(()),
    }
}

/// A new account, created manually.
pub fn made(
    id: AccountId,
    wanted: &AccountEdit,
    domains: &TenantDomains,
) -> Result<AccountState, EditRefused> {
    let object_type = wanted.object_type.unwrap_or(ObjectType::User);
    Ok(AccountState {
        id,
        object_id: None,
        object_type,
        origin: Origin::Manual,
        hsr_enabled: hsr(wanted, object_type)?,
        is_protected: wanted.is_protected,
        stale_since: None,
        removed: false,
        addresses: addresses(None, wanted, domains),
    })
}

/// An account as it is after the write.
pub fn changed(
    before: &AccountState,
    wanted: &AccountEdit,
    domains: &TenantDomains,
) -> Result<AccountState, EditRefused> {
    check_directory_addresses(before, wanted)?;
    let object_type = wanted.object_type.unwrap_or(before.object_type);
    let addresses = addresses(Some(before), wanted, domains);
    Ok(AccountState {
        object_type,
        hsr_enabled: hsr(wanted, object_type)?,
        is_protected: wanted.is_protected,
        stale_since: stale_since(addresses.iter().map(|state| (state.origin, state.stale_since))),
        addresses,
        ..before.clone()
    })
}

/// The primary address.
pub fn primary(account: &AccountState) -> Option<&Address> {
    account.primary().map(|primary| &primary.address)
}

fn check_directory_addresses(before: &AccountState, wanted: &AccountEdit) -> Result<(), EditRefused> {
    let refused = |address: &Address| {
        Err(EditRefused::HeldByDirectory {
            address: address.clone(),
        })
    };
    let mut former = before
        .addresses
        .iter()
        .filter(|state| is_in_directory(state))
        .peekable();
    if let Some(first) = former.peek()
        && wanted
            .object_type
            .is_some_and(|wanted| wanted != before.object_type)
    {
        return refused(&first.address);
    }
    for state in former {
        let stays = wanted.addresses.binary_search(&state.address).is_ok();
        let was_primary = primary(before) == Some(&state.address);
        if !stays || was_primary != (wanted.primary == state.address) {
            return refused(&state.address);
        }
    }
    Ok(())
}

/// HSR is only for users.
fn hsr(wanted: &AccountEdit, object_type: ObjectType) -> Result<bool, EditRefused> {
    if wanted.hsr_enabled && object_type != ObjectType::User {
        return Err(EditRefused::HsrOfOtherType { object_type });
    }
    Ok(wanted.hsr_enabled)
}

/// The addresses, in the order in which an account shows them.
fn addresses(
    before: Option<&AccountState>,
    wanted: &AccountEdit,
    domains: &TenantDomains,
) -> Vec<AddressState> {
    let had = by_address(before);
    let state = |address: &Address| {
        let had = had.get(address).copied();
        let address_type = match had {
            _ if *address == wanted.primary => AddressType::Primary,
            Some(had) if is_in_directory(had) => had.address_type,
            _ => address_type_of(address, wanted, domains),
        };
        AddressState {
            address: address.clone(),
            address_type,
            origin: had.map_or(Origin::Manual, |had| had.origin),
            stale_since: had.and_then(|had| had.stale_since),
        }
    };
    let mut states: Vec<AddressState> = wanted.addresses.iter().map(state).collect();
    let is_primary = |state: &AddressState| state.address == wanted.primary;
    states.sort_by(|one, other| {
        order_of_addresses(
            (is_primary(one), one.address.as_str()),
            (is_primary(other), other.address.as_str()),
        )
    });
    states
}

/// A domain alias has the username portion of another address of the account, in a domain that is an alias of that one's.
fn address_type_of(address: &Address, wanted: &AccountEdit, domains: &TenantDomains) -> AddressType {
    let original = domains.alias_of(address.domain());
    let stands_for = original.is_some_and(|original| {
        let other = format!("{}@{original}", address.local());
        wanted
            .addresses
            .binary_search_by(|wanted| wanted.as_str().cmp(&other))
            .is_ok()
    });
    if stands_for {
        AddressType::DomainAlias
    } else {
        AddressType::Alias
    }
}

/// The addresses that an account had. They may be many, and so may those that are wanted.
fn by_address(before: Option<&AccountState>) -> HashMap<&Address, &AddressState> {
    let states = before.into_iter().flat_map(|before| &before.addresses);
    states.map(|state| (&state.address, state)).collect()
}

fn is_in_directory(state: &AddressState) -> bool {
    state.origin == Origin::Synced && state.stale_since.is_none()
}

#[cfg(test)]
mod tests;
