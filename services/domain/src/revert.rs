//! Reverts of runs: each account that nothing has changed since then returns to what it was, the others are left alone.

mod rows;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::address::Address;
use crate::id::AccountId;
use crate::object::AddressType;
use crate::plan::{AccountChange, AccountState, ChangeKind, Portal};
use crate::verdict::{Reason, Verdict};

/// An account that the run changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Before {
    /// The account.
    pub id: AccountId,
    /// State before the run; `None` if the run created it.
    pub state: Option<AccountState>,
    /// True if neither a later run nor a person has changed it since then.
    pub untouched: bool,
}

/// Result of reverting a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revert {
    /// The accounts that change, each once, in the order of their ids.
    pub changes: Vec<AccountChange>,
    /// One row for each address that changes, and for each address of an account that is left alone; by address.
    pub rows: Vec<RevertRow>,
    /// Live accounts of the tenant once the changes are applied.
    pub accounts: u64,
}

/// Outcome of an address when a run is reverted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevertRow {
    /// The address, normalised.
    pub address: String,
    /// ADD, UPDATE or REMOVE; SKIP if its account is left alone.
    pub verdict: Verdict,
    /// REVERTED, or the reason why its account is left alone.
    pub reason: Reason,
    /// Type of the address, afterwards, in the account that has it.
    pub address_type: Option<AddressType>,
    /// The primary address of that account.
    pub primary_address: Option<String>,
    /// The primary address of the account that has taken one of the addresses.
    pub other: Option<String>,
}

/// Reasons why an account is left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
enum LeftAlone {
    /// A later run, or a person, changed it.
    Changed,
    /// The live account with this primary address has one of its addresses.
    Taken(Option<String>),
}

/// Changes that revert a run, from the accounts as they were before it and as they are now.
///
/// An account that the run created is removed and can be restored. An account that cannot have all its addresses back
/// is left alone, and so keeps its own from others, until no account needs another's address.
pub fn revert(before: &[Before], portal: &Portal) -> Revert {
    let now = concerned(before, portal);
    let mut reverting = BTreeMap::new();
    let mut left_alone = BTreeMap::new();
    for account in before {
        match now.get(&account.id).filter(|_| account.untouched) {
            Some(present) => {
                reverting.insert(account.id, target(account, present));
            }
            None => {
                left_alone.insert(account.id, LeftAlone::Changed);
            }
        }
    }
    yield_to_owners(portal, &now, &mut reverting, &mut left_alone);
    let changes = changes(&now, &reverting);
    Revert {
        rows: rows::collect_rows(before, &now, &changes, &left_alone),
        accounts: live_afterwards(portal.live_accounts(), &changes),
        changes,
    }
}

/// The accounts that the run changed, as they are now: few among all.
fn concerned(before: &[Before], portal: &Portal) -> BTreeMap<AccountId, AccountState> {
    let ids: BTreeSet<AccountId> = before.iter().map(|account| account.id).collect();
    portal
        .iter()
        .filter(|account| ids.contains(&account.id))
        .map(|account| (account.id, account))
        .collect()
}

/// The state to which an account returns.
fn target(before: &Before, present: &AccountState) -> AccountState {
    before.state.clone().unwrap_or_else(|| AccountState {
        removed: true,
        ..present.clone()
    })
}

/// Leaves alone each account that needs an address of an account that does not give it up. That account then gives up
/// nothing either.
///
/// Each account is looked at only once after it is left alone: a round looks only at accounts that need an address
/// which the round before found to stay.
fn yield_to_owners(
    portal: &Portal,
    now: &BTreeMap<AccountId, AccountState>,
    reverting: &mut BTreeMap<AccountId, AccountState>,
    left_alone: &mut BTreeMap<AccountId, LeftAlone>,
) {
    let needed = needed(reverting);
    let mut owners = HashMap::new();
    let mut staying = Vec::new();
    for account in portal
        .iter()
        .filter(|account| !reverting.contains_key(&account.id))
    {
        note_owner(&mut owners, &mut staying, &account, &needed);
    }
    while !staying.is_empty() {
        let wanting: BTreeSet<AccountId> = staying
            .drain(..)
            .filter_map(|address| needed.get(&address))
            .flatten()
            .copied()
            .collect();
        let in_the_way: Vec<(AccountId, Option<String>)> = wanting
            .into_iter()
            .filter_map(|id| {
                let owner = live_addresses(reverting.get(&id)?).find_map(|address| owners.get(address))?;
                Some((id, owner.clone()))
            })
            .collect();
        for (id, owner) in in_the_way {
            reverting.remove(&id);
            left_alone.insert(id, LeftAlone::Taken(owner));
            if let Some(account) = now.get(&id) {
                note_owner(&mut owners, &mut staying, account, &needed);
            }
        }
    }
}

/// The accounts that need each address to go back to what they were.
type Needed = HashMap<Address, Vec<AccountId>>;

fn needed(reverting: &BTreeMap<AccountId, AccountState>) -> Needed {
    let mut needed = Needed::new();
    for (id, target) in reverting {
        for address in live_addresses(target) {
            needed.entry(address.clone()).or_default().push(*id);
        }
    }
    needed
}

/// Notes, for addresses that some account needs, the accounts that have them, by primary address.
fn note_owner(
    owners: &mut HashMap<Address, Option<String>>,
    staying: &mut Vec<Address>,
    account: &AccountState,
    needed: &Needed,
) {
    for address in live_addresses(account).filter(|address| needed.contains_key(*address)) {
        let primary = account.primary().map(|state| state.address.to_string());
        owners.insert(address.clone(), primary);
        staying.push(address.clone());
    }
}

/// Addresses of an account. A removed one has none.
fn live_addresses(account: &AccountState) -> impl Iterator<Item = &Address> {
    let addresses = if account.removed {
        &[][..]
    } else {
        &account.addresses
    };
    addresses.iter().map(|state| &state.address)
}

fn changes(
    now: &BTreeMap<AccountId, AccountState>,
    reverting: &BTreeMap<AccountId, AccountState>,
) -> Vec<AccountChange> {
    let change = |(id, after): (&AccountId, &AccountState)| {
        let present = now.get(id).filter(|present| *present != after)?;
        Some(AccountChange {
            kind: kind(present, after),
            before: Some(present.clone()),
            after: after.clone(),
            welcome: false,
        })
    };
    reverting.iter().filter_map(change).collect()
}

fn kind(present: &AccountState, after: &AccountState) -> ChangeKind {
    let primary = |account: &AccountState| account.primary().map(|state| state.address.clone());
    if after.removed && !present.removed {
        ChangeKind::Removed
    } else if present.removed && !after.removed {
        ChangeKind::Restored
    } else if primary(present) != primary(after) {
        ChangeKind::Renamed
    } else {
        ChangeKind::Changed
    }
}

fn live_afterwards(now: u64, changes: &[AccountChange]) -> u64 {
    let of_kind = |kind| changes.iter().filter(|change| change.kind == kind).count() as u64;
    now + of_kind(ChangeKind::Restored) - of_kind(ChangeKind::Removed)
}

#[cfg(test)]
mod tests;
