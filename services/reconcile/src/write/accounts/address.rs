//! Addresses that go and come when accounts change. All that go do so before any comes: an address that moves from
//! one account to another, or is swapped between two, never has two owners.

use std::collections::BTreeMap;

use rollcall_domain::{
    Address,
    plan::{AccountChange, AccountState, AddressState},
};
use uuid::Uuid;

use crate::{
    error::ReconcileError,
    store::{
        TenantLock,
        accounts::{self, OwnedAddress},
    },
};

/// Addresses that one statement deletes.
const BATCH: usize = 10_000;

/// Addresses that go and come, both those that count and those that removed accounts retain.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct AddressChange<'a> {
    gone: Vec<&'a str>,
    come: Vec<OwnedAddress<'a>>,
    /// Accounts whose retained addresses go, all of them.
    forgotten: Vec<Uuid>,
    retained: Vec<OwnedAddress<'a>>,
}

impl<'a> AddressChange<'a> {
    /// Of all changes of a plan.
    pub(super) fn collect(changes: &'a [AccountChange]) -> Self {
        let mut difference = Self::default();
        for change in changes {
            difference.add(change);
        }
        difference
    }

    fn add(&mut self, change: &'a AccountChange) {
        let account = change.after.id;
        let after = Addresses::from(Some(&change.after));
        let before = Addresses::from(change.before.as_ref());
        if before.retained != after.retained {
            if !before.retained.is_empty() {
                self.forgotten.push(account.as_uuid());
            }
            self.retained
                .extend(after.retained.iter().map(|state| (account, state)));
        }
        if before.live.is_empty() {
            self.come.extend(after.live.iter().map(|state| (account, state)));
            return;
        }
        let had = by_address(before.live);
        let has = by_address(after.live);
        self.gone.extend(
            had.iter()
                .filter(|(key, state)| has.get(*key) != Some(*state))
                .map(|(key, _)| key.as_str()),
        );
        let come = has.into_iter().filter(|(key, state)| had.get(key) != Some(state));
        self.come.extend(come.map(|(_, state)| (account, state)));
    }

    /// Writes it.
    pub(super) async fn apply(self, tenant: &mut TenantLock) -> Result<(), ReconcileError> {
        let Self {
            gone,
            mut come,
            forgotten,
            retained,
        } = self;
        for gone in gone.chunks(BATCH) {
            accounts::delete_addresses(tenant, gone).await?;
        }
        for forgotten in forgotten.chunks(BATCH) {
            accounts::delete_retained(tenant, forgotten).await?;
        }
        // In the order of the index, which is then written from its one end to the other.
        come.sort_unstable_by(|(_, a), (_, b)| a.address.cmp(&b.address));
        if !come.is_empty() {
            accounts::write_addresses(tenant, come).await?;
        }
        if !retained.is_empty() {
            accounts::write_retained(tenant, retained).await?;
        }
        Ok(())
    }
}

/// An account's addresses: those that count, and those that a removed account retains.
struct Addresses<'a> {
    live: &'a [AddressState],
    retained: &'a [AddressState],
}

impl<'a> From<Option<&'a AccountState>> for Addresses<'a> {
    fn from(account: Option<&'a AccountState>) -> Self {
        match account {
            None => Self {
                live: &[],
                retained: &[],
            },
            Some(account) if account.removed => Self {
                live: &[],
                retained: &account.addresses,
            },
            Some(account) => Self {
                live: &account.addresses,
                retained: &[],
            },
        }
    }
}

fn by_address(states: &[AddressState]) -> BTreeMap<&Address, &AddressState> {
    states.iter().map(|state| (&state.address, state)).collect()
}

#[cfg(test)]
mod tests;
