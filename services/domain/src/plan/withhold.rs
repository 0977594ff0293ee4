//! Which removals wait: those that somebody has yet to approve, that the operator has paused, or that another server was the
//! first to see.

use std::collections::HashSet;

use crate::verdict::Reason;

use super::portal::{AccountEntry, Portal};
use super::takeover::Ownership;
use super::world::{AccountName, EntryName, World};

/// What of all that Remove Accounts would remove is to wait. By default nothing is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Withholding {
    /// Whether the operator has paused all removals.
    pub removals_paused: bool,
    /// Whether another server was read than the last time. What it is the first to lack waits for the next complete read; what was
    /// typed was never for a server to have.
    pub other_server: bool,
    /// The addresses that may go, where somebody has approved some; they have been seen to be absent before, by the run that
    /// was approved. None: all of them may.
    pub approved: Option<ApprovedAddresses>,
}

/// Addresses of which somebody has said that they may go, normalised.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApprovedAddresses {
    addresses: HashSet<String>,
}

impl ApprovedAddresses {
    /// Whether this address may go.
    pub fn contains(&self, address: &str) -> bool {
        self.addresses.contains(address)
    }
}

impl FromIterator<String> for ApprovedAddresses {
    fn from_iter<I: IntoIterator<Item = String>>(addresses: I) -> Self {
        Self {
            addresses: addresses.into_iter().collect(),
        }
    }
}

/// Why an absent address that the settings would remove is to wait, if it is.
pub(super) fn of_entry(world: &World<'_>, ownership: &Ownership, entry: EntryName) -> Option<Reason> {
    let Withholding {
        removals_paused,
        other_server,
        approved,
    } = world.withholding;
    let account = world.account_at[entry];
    if *removals_paused {
        return Some(Reason::RemovalsPaused);
    }
    if let Some(approved) = approved {
        // What is to go as a whole goes as a whole or not at all.
        let may_go = if ownership.is_unwanted(world, account) {
            world.may_go_whole[account]
        } else {
            approved.contains(world.names.text(world.names.of_entry(entry)))
        };
        return (!may_go).then_some(Reason::NotApproved);
    }
    let newly_absent = world.entry(entry).stale_since.is_none() && !ownership.is_typed(world, entry);
    (*other_server && newly_absent).then_some(Reason::OtherServer)
}

/// Whether the removal of a hand-made account is to wait.
pub(super) fn keeps_whole(world: &World<'_>, account: AccountName) -> bool {
    let Withholding {
        removals_paused,
        approved,
        ..
    } = world.withholding;
    *removals_paused || approved.is_some() && !world.may_go_whole[account]
}

/// Whether all addresses of an account may go. Decided once for each account: each claim on one of them asks.
pub(super) fn may_go_whole(withholding: &Withholding, portal: &Portal, account: &AccountEntry) -> bool {
    let approved = withholding.approved.as_ref();
    approved.is_none_or(|approved| {
        let mut addresses = account.addresses();
        addresses.all(|address| approved.contains(portal.address_text(address)))
    })
}
