//! What an account is once the portal has written it.
//!
//! The directory holds an address that is SYNCED and not stale: its role stays, and the account cannot do without it. So does
//! the type of an account of which it holds anything. All else is the portal's: an address that is new to the account was
//! typed, whoever made the account; one that the account has stays what it is, a stale one stale. An account that was
//! adopted stays its object's: to write it takes nothing from the directory and gives it nothing.

use std::collections::HashMap;

use jiff::Timestamp;
use rollcall_chassis::status::Violations;
use rollcall_domain::{
    AccountId, Address, AddressType, ObjectType, Origin,
    plan::{AccountState, AddressState},
};

use super::request::Wanted;
use crate::error::{AccountRefused, ReconcileError};

/// Domains of the tenant, each with the domain of which it is an alias.
pub(super) type Domains = HashMap<String, Option<String>>;

/// The wanted addresses that the account has not.
pub(super) fn added(before: Option<&AccountState>, wanted: &Wanted) -> Vec<Address> {
    let had = by_address(before);
    let is_new = |address: &&Address| !had.contains_key(address);
    wanted.addresses.iter().filter(is_new).cloned().collect()
}

/// All of them must be in domains of the tenant. Those that an account has already are not asked for: a domain that was taken
/// away is no reason to refuse a write of something else.
pub(super) fn check_registered(addresses: &[Address], domains: &Domains) -> Result<(), ReconcileError> {
    match addresses
        .iter()
        .find(|address| !domains.contains_key(address.domain()))
    {
        Some(address) => Err(AccountRefused::DomainNotRegistered {
            address: address.to_string(),
        }
        .into()),
        None => Ok(()),
    }
}

/// A new account, made by hand.
pub(super) fn made(
    id: AccountId,
    wanted: &Wanted,
    domains: &Domains,
) -> Result<AccountState, ReconcileError> {
    let object_type = wanted.object_type.unwrap_or(ObjectType::User);
    Ok(AccountState {
        id,
        object_id: None,
        object_type,
        origin: Origin::Manual,
        hsr_enabled: hsr(wanted, object_type)?,
        protected: wanted.protected,
        stale_since: None,
        removed: false,
        addresses: addresses(None, wanted, domains),
    })
}

/// An account as it is after the write.
pub(super) fn changed(
    before: &AccountState,
    wanted: &Wanted,
    domains: &Domains,
) -> Result<AccountState, ReconcileError> {
    check_held(before, wanted)?;
    let object_type = wanted.object_type.unwrap_or(before.object_type);
    let addresses = addresses(Some(before), wanted, domains);
    Ok(AccountState {
        object_type,
        hsr_enabled: hsr(wanted, object_type)?,
        protected: wanted.protected,
        stale_since: stale_since(&addresses),
        addresses,
        ..before.clone()
    })
}

/// The primary address.
pub(super) fn primary(account: &AccountState) -> Option<&Address> {
    account.primary().map(|primary| &primary.address)
}

fn check_held(before: &AccountState, wanted: &Wanted) -> Result<(), ReconcileError> {
    let refused = |address: &Address| {
        Err(AccountRefused::HeldByDirectory {
            address: address.to_string(),
        }
        .into())
    };
    let mut held = before.addresses.iter().filter(|state| is_held(state)).peekable();
    if let Some(first) = held.peek()
        && wanted
            .object_type
            .is_some_and(|wanted| wanted != before.object_type)
    {
        return refused(&first.address);
    }
    for state in held {
        let stays = wanted.addresses.binary_search(&state.address).is_ok();
        let was_primary = primary(before) == Some(&state.address);
        if !stays || was_primary != (wanted.primary == state.address) {
            return refused(&state.address);
        }
    }
    Ok(())
}

/// HSR is for users alone.
fn hsr(wanted: &Wanted, object_type: ObjectType) -> Result<bool, ReconcileError> {
    if wanted.hsr_enabled && object_type != ObjectType::User {
        let mut violations = Violations::default();
        violations.push(
            "account.hsr_enabled",
            format!("HSR is only for accounts of type USER; this account is {object_type}"),
        );
        return Err(ReconcileError::Malformed(violations));
    }
    Ok(wanted.hsr_enabled)
}

/// The addresses, the primary first, then by bytes.
fn addresses(before: Option<&AccountState>, wanted: &Wanted, domains: &Domains) -> Vec<AddressState> {
    let had = by_address(before);
    let state = |address: &Address| {
        let had = had.get(address).copied();
        let address_type = match had {
            _ if *address == wanted.primary => AddressType::Primary,
            Some(had) if is_held(had) => had.address_type,
            _ => role(address, wanted, domains),
        };
        AddressState {
            address: address.clone(),
            address_type,
            origin: had.map_or(Origin::Manual, |had| had.origin),
            stale_since: had.and_then(|had| had.stale_since),
        }
    };
    let (mut primary, others): (Vec<_>, Vec<_>) = wanted
        .addresses
        .iter()
        .map(state)
        .partition(|state| state.address == wanted.primary);
    primary.extend(others);
    primary
}

/// A domain alias has the username portion of another address of the account, in a domain that is an alias of that one's.
fn role(address: &Address, wanted: &Wanted, domains: &Domains) -> AddressType {
    let original = domains.get(address.domain()).and_then(Option::as_deref);
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

fn is_held(state: &AddressState) -> bool {
    state.origin == Origin::Synced && state.stale_since.is_none()
}

/// Since when no address has been in the directory: none while one is, or while all were typed.
fn stale_since(addresses: &[AddressState]) -> Option<Timestamp> {
    let mut synced = addresses
        .iter()
        .filter(|state| state.origin == Origin::Synced)
        .map(|state| state.stale_since);
    let first = synced.next().flatten()?;
    synced.try_fold(first, |latest, since| Some(latest.max(since?)))
}

#[cfg(test)]
mod tests;
