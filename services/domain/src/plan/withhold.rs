//! Removals that wait: without approval, paused by the operator, or first seen by a different server.

use std::collections::HashSet;

use crate::verdict::Reason;

use super::portal::{AccountEntry, Portal};
use super::takeover::Ownership;
use super::world::{AccountName, EntryName, World};

/// Removals of Remove Accounts that must wait. By default none does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Withholding {
    /// True if the operator has paused all removals.
    pub removals_paused: bool,
    /// True if a different server was read than last time. An address that it is the first to lack waits for the next
    /// complete read. A manual address was never on any server, so this does not apply to it.
    pub other_server: bool,
    /// Addresses that may go, if a person has approved some. The run that was approved has already seen them absent.
    /// `None`: all may go.
    pub approved: Option<ApprovedAddresses>,
}

/// Addresses that are approved to go, normalised.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApprovedAddresses {
    addresses: HashSet<String>,
}

impl ApprovedAddresses {
    /// True if this address may go.
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

/// Reason why an absent address that the settings would remove must wait, if it must.
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
        // Addresses that go as a whole go together or not at all.
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

/// True if the removal of a manual account must wait.
pub(super) fn keeps_whole(world: &World<'_>, account: AccountName) -> bool {
    let Withholding {
        removals_paused,
        approved,
        ..
    } = world.withholding;
    *removals_paused || approved.is_some() && !world.may_go_whole[account]
}

/// True if all addresses of an account may go. Decided once for each account, because each claim on one of them asks.
pub(super) fn may_go_whole(withholding: &Withholding, portal: &Portal, account: &AccountEntry) -> bool {
    let approved = withholding.approved.as_ref();
    approved.is_none_or(|approved| {
        let mut addresses = account.addresses();
        addresses.all(|address| approved.contains(portal.address_text(address)))
    })
}
