//! The rows of a run that takes another one back.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::AccountId;
use crate::plan::{AccountChange, AccountState, AddressState};
use crate::verdict::{Reason, Verdict};

use super::{Before, LeftAlone, UndoRow};

/// One row for each address that changes, and for each address of an account that is left alone; by address.
pub(super) fn of(
    before: &[Before],
    now: &BTreeMap<AccountId, AccountState>,
    changes: &[AccountChange],
    left_alone: &BTreeMap<AccountId, LeftAlone>,
) -> Vec<UndoRow> {
    let mut rows = of_changes(changes);
    let before: BTreeMap<AccountId, &Before> = before.iter().map(|account| (account.id, account)).collect();
    for (id, why) in left_alone {
        if let Some(account) = before.get(id) {
            rows.extend(of_left_alone(account, now, why));
        }
    }
    // Of one address in the order of the accounts: the sort is stable.
    rows.sort_by(|a, b| a.address.cmp(&b.address));
    rows
}

/// An address with the account that has it.
type Held<'a> = (&'a AccountState, &'a AddressState);

fn of_changes(changes: &[AccountChange]) -> Vec<UndoRow> {
    let before = held(changes.iter().filter_map(|change| change.before.as_ref()));
    let after = held(changes.iter().map(|change| &change.after));
    let addresses: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    addresses
        .into_iter()
        .filter_map(|address| reverted(address, before.get(address), after.get(address)))
        .collect()
}

fn held<'a>(accounts: impl Iterator<Item = &'a AccountState>) -> BTreeMap<&'a str, Held<'a>> {
    let live = accounts.filter(|account| !account.removed);
    live.flat_map(|account| account.addresses.iter().map(move |state| (account, state)))
        .map(|(account, state)| (state.address.as_str(), (account, state)))
        .collect()
}

fn reverted(address: &str, before: Option<&Held<'_>>, after: Option<&Held<'_>>) -> Option<UndoRow> {
    let verdict = match (before, after) {
        (None, Some(_)) => Verdict::Add,
        (Some(_), None) => Verdict::Remove,
        (Some(before), Some(after)) if is_changed(before, after) => Verdict::Update,
        _ => return None,
    };
    Some(row(address, verdict, Reason::Reverted, after.copied()))
}

/// True if anything of an address changes, or of its account apart from the other addresses.
fn is_changed((old, was): &Held<'_>, (new, is): &Held<'_>) -> bool {
    let account = |account: &AccountState| {
        (
            account.id,
            account.object_id.clone(),
            account.object_type,
            account.origin,
            account.hsr_enabled,
            account.is_protected,
        )
    };
    was != is || account(old) != account(new)
}

fn of_left_alone<'a>(
    before: &'a Before,
    now: &'a BTreeMap<AccountId, AccountState>,
    why: &'a LeftAlone,
) -> impl Iterator<Item = UndoRow> + 'a {
    let (reason, other) = match why {
        LeftAlone::Changed => (Reason::ChangedSince, None),
        LeftAlone::Taken(by) => (Reason::AddressTaken, by.clone()),
    };
    let present = now.get(&before.id);
    let live = present.filter(|account| !account.removed);
    let holding: BTreeMap<&str, Held<'a>> = live
        .into_iter()
        .flat_map(|account| account.addresses.iter().map(move |state| (account, state)))
        .map(|(account, state)| (state.address.as_str(), (account, state)))
        .collect();
    let states = [present, before.state.as_ref()].into_iter().flatten();
    let addresses: BTreeSet<&str> = states
        .flat_map(|account| &account.addresses)
        .map(|state| state.address.as_str())
        .collect();
    addresses.into_iter().map(move |address| UndoRow {
        other: other.clone(),
        ..row(address, Verdict::Skip, reason, holding.get(address).copied())
    })
}

fn row(address: &str, verdict: Verdict, reason: Reason, held: Option<Held<'_>>) -> UndoRow {
    UndoRow {
        address: address.to_owned(),
        verdict,
        reason,
        address_type: held.map(|(_, state)| state.address_type),
        primary_address: held.and_then(|(account, _)| primary_of(account)),
        other: None,
    }
}

fn primary_of(account: &AccountState) -> Option<String> {
    account.primary().map(|state| state.address.to_string())
}
