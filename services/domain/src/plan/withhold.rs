//! Removals that wait: without approval, paused by the operator, or first seen by a different server.

use crate::verdict::Reason;

use super::names::{AccountName, EntryName};
use super::settings::Withholding;
use super::world::World;

/// An absent address, as the accounts of this run see it.
#[derive(Clone, Copy, Debug)]
pub(super) struct AbsentAddress {
    /// True if the settings remove its manual account as a whole.
    pub(super) goes_whole: bool,
    /// True if it was entered in the portal, and its account's own object does not claim it.
    pub(super) is_manual_and_unclaimed: bool,
}

/// Reason why an absent address that the settings would remove must wait, if it must.
pub(super) fn of_entry(world: &World<'_>, entry: EntryName, address: AbsentAddress) -> Option<Reason> {
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
        let may_go = if address.goes_whole {
            world.may_go_whole[account]
        } else {
            approved.contains(world.names.text(world.names.of_entry(entry)))
        };
        return (!may_go).then_some(Reason::NotApproved);
    }
    let newly_absent = world.entry(entry).stale_since.is_none() && !address.is_manual_and_unclaimed;
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
