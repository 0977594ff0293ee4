//! The rows of a run that reverts another one.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::AccountId;
use crate::plan::{AccountChange, AccountState, AddressState};
use crate::verdict::{Reason, Verdict};

use super::{Before, LeftAlone, RevertRow};

/// One row for each address that changes, and for each address of an account that is left alone; by address.
pub(super) fn collect_rows(
    before: &[Before],
    now: &BTreeMap<AccountId, AccountState>,
    changes: &[AccountChange],
    left_alone: &BTreeMap<AccountId, LeftAlone>,
) -> Vec<RevertRow> {
    let mut rows = rows_of_changes(changes);
    let before: BTreeMap<AccountId, &Before> = before.iter().map(|account| (account.id, account)).collect();
    for (id, why) in left_alone {
        if let Some(account) = before.get(id) {
            rows.extend(rows_of_left_alone(account, now, why));
        }
    }
    // Of one address in the order of the accounts: the sort is stable.
    rows.sort_by(|a, b| a.address.cmp(&b.address));
    rows
}

/// An address with the account that has it.
type Entry<'a> = (&'a AccountState, &'a AddressState);

fn rows_of_changes(changes: &[AccountChange]) -> Vec<RevertRow> {
    let before = entries(changes.iter().filter_map(|change| change.before.as_ref()));
    let after = entries(changes.iter().map(|change| &change.after));
    let addresses: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    addresses
        .into_iter()
        .filter_map(|address| reverted(address, before.get(address), after.get(address)))
        .collect()
}

fn entries<'a>(accounts: impl Iterator<Item = &'a AccountState>) -> BTreeMap<&'a str, Entry<'a>> {
    let live = accounts.filter(|account| !account.removed);
    live.flat_map(|account| account.addresses.iter().map(move |state| (account, state)))
        .map(|(account, state)| (state.address.as_str(), (account, state)))
        .collect()
}

fn reverted(address: &str, before: Option<&Entry<'_>>, after: Option<&Entry<'_>>) -> Option<RevertRow> {
    let verdict = match (before, after) {
        (None, Some(_)) => Verdict::Add,
        (Some(_), None) => Verdict::Remove,
        (Some(before), Some(after)) if is_changed(before, after) => Verdict::Update,
        _ => return None,
    };
    Some(row(address, verdict, Reason::Reverted, after.copied()))
}

/// True if anything of an address changes, or of its account apart from the other addresses.
fn is_changed((old, was): &Entry<'_>, (new, is): &Entry<'_>) -> bool {
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

fn rows_of_left_alone<'a>(
    before: &'a Before,
    now: &'a BTreeMap<AccountId, AccountState>,
    why: &'a LeftAlone,
) -> impl Iterator<Item = RevertRow> + 'a {
    let (reason, other) = match why {
        LeftAlone::Changed => (Reason::ChangedSince, None),
        LeftAlone::Taken(by) => (Reason::AddressTaken, by.clone()),
    };
    let present = now.get(&before.id);
    let live = present.filter(|account| !account.removed);
    let current = entries(live.into_iter());
    let states = [present, before.state.as_ref()].into_iter().flatten();
    let addresses: BTreeSet<&str> = states
        .flat_map(|account| &account.addresses)
        .map(|state| state.address.as_str())
        .collect();
    addresses.into_iter().map(move |address| RevertRow {
        other: other.clone(),
        ..row(address, Verdict::Skip, reason, current.get(address).copied())
    })
}

fn row(address: &str, verdict: Verdict, reason: Reason, entry: Option<Entry<'_>>) -> RevertRow {
    RevertRow {
        address: address.to_owned(),
        verdict,
        reason,
        address_type: entry.map(|(_, state)| state.address_type),
        primary_address: entry.and_then(|(account, _)| primary_of(account)),
        other: None,
    }
}

fn primary_of(account: &AccountState) -> Option<String> {
    account.primary().map(|state| state.address.to_string())
}
