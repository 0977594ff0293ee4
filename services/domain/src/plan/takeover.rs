//! Rules 4 and 7: whose accounts are, which addresses they refuse to others, and how an object takes one over.

use crate::object::Origin;

use super::arena::Column;
use super::claimants::{Claimants, Takeover};
use super::pace::PlanError;
use super::primaries::{Contest, Primaries};
use super::withhold;
use super::world::{AccountName, AddressName, EntryName, ObjectName, World};

/// Whose accounts are. It grows as objects take accounts over, until none takes anything more.
#[derive(Debug)]
pub(super) struct Ownership {
    /// The object to which everything of an account belongs.
    pub(super) owner: Column<Option<ObjectName>>,
    /// The account that an object has; what it takes besides is merged into it.
    pub(super) account_of: Column<Option<AccountName>>,
    /// Whether an account was taken over in this run.
    pub(super) taken: Column<bool>,
}

/// What an address is to an object that claims it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Nobody's, its own, or synced: whoever has the best claim gets it.
    Open,
    /// The primary of a hand-made account: who gets it as primary address gets the account.
    Door,
    /// An account of the portal refuses it.
    Refused,
}

/// How often everything may be decided again, in sum. Real directories decide a few objects again, in two or three rounds.
const TIMES: usize = 100;

/// How much may be decided again, in wishes.
fn most_work(world: &World<'_>) -> usize {
    (world.directory.claims.len() + world.directory.objects.len()).saturating_mul(TIMES)
}

fn entangled(world: &World<'_>, object: ObjectName) -> PlanError {
    let directory = world.directory;
    PlanError::Entangled {
        dn: directory
            .dns
            .get(directory.objects[object as usize].dn)
            .to_owned(),
    }
}

impl Ownership {
    /// Decides rule 3 again and again, until nobody takes anything more. After the first round a round costs what it changes.
    pub(super) fn settle(world: &World<'_>) -> Result<(Self, Primaries), PlanError> {
        let mut ownership = Self {
            owner: world.accounts().map(|account| world.object_of[account]).collect(),
            account_of: world.objects().map(|object| world.account_of[object]).collect(),
            taken: world.accounts().map(|_| false).collect(),
        };
        let (mut contest, mut primaries) = Contest::begin(world, &ownership)?;
        let mut takeovers = ownership.take(world, &primaries, world.objects());
        if takeovers.is_empty() {
            return Ok((ownership, primaries));
        }
        let claimants = Claimants::of(world);
        let most = contest.work() + most_work(world);
        while let Some((last, _)) = takeovers.last() {
            if contest.work() > most {
                return Err(entangled(world, *last));
            }
            let objects = claimants.concerned(world, &takeovers).into_iter();
            let moved = contest.resume(world, &ownership, &mut primaries, objects)?;
            takeovers = ownership.take(world, &primaries, moved.into_iter());
        }
        Ok((ownership, primaries))
    }

    /// Lets each of these objects take the account of which its primary address is the primary, and answers who took which.
    fn take(
        &mut self,
        world: &World<'_>,
        primaries: &Primaries,
        objects: impl Iterator<Item = ObjectName>,
    ) -> Vec<Takeover> {
        let mut takeovers = Vec::new();
        for object in objects {
            let Some(account) = primaries.of[object].and_then(|primary| self.takes(world, object, primary))
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
        let account = world.account_at[world.held[primary]?];
        if world.account(account).protected || self.owner[account].is_some() {
            return None;
        }
        if world.primary_of(account) != Some(primary) {
            return None;
        }
        let hand_made = self.is_hand_made(world, account);
        let orphan = !world.in_read[account] && self.account_of[object].is_none();
        (hand_made || orphan).then_some(account)
    }

    /// Whether an account is nobody's but the hand's that made it.
    pub(super) fn is_hand_made(&self, world: &World<'_>, account: AccountName) -> bool {
        world.account(account).object_id.is_none() && !self.taken[account]
    }

    /// Whether an address was typed in the portal and is not claimed by its account's own object: what a hand-made
    /// account holds, and what was added by hand to another.
    pub(super) fn is_typed(&self, world: &World<'_>, entry: EntryName) -> bool {
        let account = world.account_at[entry];
        let manual =
            world.entry(entry).origin == Origin::Manual || world.account(account).object_id.is_none();
        manual
            && !self.owner[account]
                .is_some_and(|owner| world.claims_address(owner, world.names.of_entry(entry)))
    }

    /// What an address is to an object that claims it.
    pub(super) fn access(&self, world: &World<'_>, object: ObjectName, address: AddressName) -> Access {
        let Some(entry) = world.held[address] else {
            return Access::Open;
        };
        let account = world.account_at[entry];
        if self.owner[account] == Some(object) {
            return Access::Open;
        }
        if world.account(account).protected {
            return Access::Refused;
        }
        if !self.is_typed(world, entry) || self.is_on_its_way_out(world, account) {
            return Access::Open;
        }
        if self.is_hand_made(world, account) && world.primary_of(account) == Some(address) {
            return Access::Door;
        }
        Access::Refused
    }

    /// Whether an address belongs to an object's accounts already.
    pub(super) fn holds(&self, world: &World<'_>, object: ObjectName, address: AddressName) -> bool {
        world.held[address].is_some_and(|entry| self.owner[world.account_at[entry]] == Some(object))
    }

    /// Whether a hand-made account is to be removed with all that it holds, in this run.
    fn is_on_its_way_out(&self, world: &World<'_>, account: AccountName) -> bool {
        self.is_unwanted(world, account) && !withhold::keeps_whole(world, account)
    }

    /// Whether the settings remove a hand-made account with all that it holds, be it that its removal waits.
    pub(super) fn is_unwanted(&self, world: &World<'_>, account: AccountName) -> bool {
        world.rules.removal.removes_manual()
            && self.is_hand_made(world, account)
            && world
                .primary_of(account)
                .is_some_and(|primary| !world.claimed[primary])
    }

    /// The account of an object that the portal protects, and whose primary address therefore stays what it is.
    pub(super) fn protected_account_of(&self, world: &World<'_>, object: ObjectName) -> Option<AccountName> {
        self.account_of[object].filter(|account| {
            let state = world.account(*account);
            state.protected && !state.removed && !state.addresses().is_empty()
        })
    }
}
