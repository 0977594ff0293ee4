//! Changes of accounts: the complete states before and after, so that they can be applied set by set.

use std::collections::HashSet;

use crate::address::Address;
use crate::skipped::Skipped;

use super::portal::{AccountState, AddressState};

/// One account that a run changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountChange {
    /// Kind of change, in a word.
    pub kind: ChangeKind,
    /// The account as the portal has it; none for a new one.
    pub before: Option<AccountState>,
    /// The account after the change. Every difference from `before` must be written, and addresses that are no longer
    /// here must be taken from it. A removed account retains its last addresses, which block no other account, so that
    /// it can be restored.
    pub after: AccountState,
    /// The portal must send a welcome message.
    pub welcome: bool,
}

impl AccountChange {
    /// Addresses that the account no longer has, even if another account has them then.
    pub fn lost(&self) -> impl Iterator<Item = &AddressState> {
        let held_by = |account: &&AccountState| !account.removed;
        let before = self.before.as_ref().filter(held_by);
        let after = Some(&self.after).filter(held_by);
        let kept: HashSet<&Address> = after
            .into_iter()
            .flat_map(|after| &after.addresses)
            .map(|state| &state.address)
            .collect();
        before
            .into_iter()
            .flat_map(|before| &before.addresses)
            .filter(move |state| !kept.contains(&state.address))
    }

    /// True if the account was live, and is removed or loses an address.
    pub fn reduces(&self) -> bool {
        self.lost().next().is_some()
    }
}

/// Kind of an account's change, in a word: the first of these that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// It is new.
    Created,
    /// It was removed and is live again, with its object.
    Restored,
    /// It ceases to be live.
    Removed,
    /// Its primary address changes, and perhaps more.
    Renamed,
    /// Any other field changes.
    Changed,
}

/// Numbers of a run's decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows with the verdict ADD.
    pub add: u64,
    /// Rows with the verdict KEEP.
    pub keep: u64,
    /// Rows with the verdict UPDATE.
    pub update: u64,
    /// Rows with the verdict REMOVE.
    pub remove: u64,
    /// Rows with the verdict STALE.
    pub stale: u64,
    /// Rows with the verdict SKIP.
    pub skip: u64,
    /// The same by reason.
    pub skipped: Skipped,
    /// Live accounts of the tenant once the changes are applied.
    pub accounts: u64,
    /// Welcome messages that the portal must send.
    pub welcomes: u64,
    /// Accounts that are removed or lose an address, to whomever.
    pub accounts_reduced: u64,
    /// Accounts that are created. Those that were adopted, merged, rebound or restored are not new.
    pub accounts_created: u64,
    /// Addresses that were not stale and are now.
    pub newly_stale: u64,
    /// Accounts that become manual again, because their objects are missing.
    pub given_back: u64,
    /// Claims that are not e-mail: behind an unknown prefix, without an address in one of the tenant's domains.
    pub not_email: u64,
    /// Addresses that are spoilt in the directory by invisible characters, and therefore stay.
    pub spoilt: u64,
}

/// Accounts that a run creates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NewAccounts {
    /// So many.
    pub accounts: u64,
    /// Those of them that the portal must welcome.
    pub welcomes: u64,
}
