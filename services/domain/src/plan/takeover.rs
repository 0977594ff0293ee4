//! Rules 4 and 7: whose accounts are, which addresses they refuse to others, and how an object takes one over.

use crate::object::Origin;

use super::arena::Column;
use super::names::{AccountName, AddressName, EntryName, ObjectName};
use super::withhold;
use super::world::World;

/// An object took over an account.
pub(super) type Takeover = (ObjectName, AccountName);

/// Owners of accounts. The list grows as objects take accounts over, until no object takes a further one.
#[derive(Debug)]
pub(super) struct Ownership {
    /// The object to which everything of an account belongs.
    pub(super) owner: Column<Option<ObjectName>>,
    /// The account that an object has; what it takes besides is merged into it.
    pub(super) account_of: Column<Option<AccountName>>,
    /// True if an account was taken over in this run.
    pub(super) taken: Column<bool>,
}

/// Access of a claiming object to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Free, its own, or synced: the object with the strongest claim gets it.
    Open,
    /// The primary of a manual account: the object that gets it as primary address gets the account.
    Adoptable,
    /// An account of the portal refuses it.
    Refused,
}

impl Ownership {
    /// Accounts as they are before any takeover.
    pub(super) fn begin(world: &World<'_>) -> Self {
        Self {
            owner: world.accounts().map(|account| world.object_of[account]).collect(),
            account_of: world.objects().map(|object| world.account_of[object]).collect(),
            taken: world.accounts().map(|_| false).collect(),
        }
    }

    /// Lets each of these objects take the account of which its primary address is the primary. Returns who took which.
    pub(super) fn take(
        &mut self,
        world: &World<'_>,
        primary_of: &Column<Option<AddressName>>,
        objects: impl Iterator<Item = ObjectName>,
    ) -> Vec<Takeover> {
        let mut takeovers = Vec::new();
        for object in objects {
            let Some(account) = primary_of[object].and_then(|primary| self.takes(world, object, primary))
            else {
                continue;
            };
            self.owner[account] = Some(object);
            self.taken[account] = true;
            self.account_of[object].get_or_insert(account);
            takeovers.push((object, account));
        }
        takeovers
    }

    fn takes(&self, world: &World<'_>, object: ObjectName, primary: AddressName) -> Option<AccountName> {
        let account = world.account_at[world.entry_of[primary]?];
        if world.account(account).is_protected || self.owner[account].is_some() {
            return None;
        }
        if world.primary_of(account) != Some(primary) {
            return None;
        }
        let is_manual = self.is_manual(world, account);
        let orphan = !world.in_read[account] && self.account_of[object].is_none();
        (is_manual || orphan).then_some(account)
    }

    /// True for a manual account that belongs to no object.
    pub(super) fn is_manual(&self, world: &World<'_>, account: AccountName) -> bool {
        world.account(account).object_id.is_none() && !self.taken[account]
    }

    /// True for a manual address that the object of its account does not claim: an address of a manual account, or one
    /// that was added manually to another account.
    pub(super) fn is_manual_and_unclaimed(&self, world: &World<'_>, entry: EntryName) -> bool {
        let account = world.account_at[entry];
        let manual =
            world.entry(entry).origin == Origin::Manual || world.account(account).object_id.is_none();
        manual
            && !self.owner[account]
                .is_some_and(|owner| world.claims_address(owner, world.names.of_entry(entry)))
    }

    /// Access of a claiming object to an address.
    pub(super) fn access(&self, world: &World<'_>, object: ObjectName, address: AddressName) -> Access {
        let Some(entry) = world.entry_of[address] else {
            return Access::Open;
        };
        let account = world.account_at[entry];
        if self.owner[account] == Some(object) {
            return Access::Open;
        }
        if world.account(account).is_protected {
            return Access::Refused;
        }
        if !self.is_manual_and_unclaimed(world, entry) || self.is_on_its_way_out(world, account) {
            return Access::Open;
        }
        if self.is_manual(world, account) && world.primary_of(account) == Some(address) {
            return Access::Adoptable;
        }
        Access::Refused
    }

    /// True if an address already belongs to an object's accounts.
    pub(super) fn is_owner_of(&self, world: &World<'_>, object: ObjectName, address: AddressName) -> bool {
        self.holder_of(world, address) == Some(object)
    }

    /// The object in this read whose accounts have an address.
    pub(super) fn holder_of(&self, world: &World<'_>, address: AddressName) -> Option<ObjectName> {
        self.owner[world.account_at[world.entry_of[address]?]]
    }

    /// True if a manual account must be removed with all its addresses, in this run.
    fn is_on_its_way_out(&self, world: &World<'_>, account: AccountName) -> bool {
        self.is_unwanted(world, account) && !withhold::keeps_whole(world, account)
    }

    /// True if the settings remove a manual account with all its addresses, even if the removal waits.
    pub(super) fn is_unwanted(&self, world: &World<'_>, account: AccountName) -> bool {
        world.rules.removal.removes_manual()
            && self.is_manual(world, account)
            && world
                .primary_of(account)
                .is_some_and(|primary| !world.claimed[primary])
    }

    /// The account of an object that the portal protects, and whose primary address therefore stays what it is.
    pub(super) fn protected_account_of(&self, world: &World<'_>, object: ObjectName) -> Option<AccountName> {
        self.account_of[object].filter(|account| {
            let state = world.account(*account);
            state.is_protected && !state.removed && !state.addresses().is_empty()
        })
    }
}
