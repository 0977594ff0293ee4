//! What becomes of the addresses of the portal that no object keeps: those that are absent, and those that are refused to others.

use crate::object::Origin;
use crate::verdict::Reason;

use super::aliases::{Claims, Outcome};
use super::arena::{Column, index};
use super::pace::PlanError;
use super::primaries::Primaries;
use super::takeover::Ownership;
use super::withhold;
use super::world::{AccountName, EntryName, World};

/// What becomes of an entry of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Some object keeps the address: it goes, or stays, where that object's account is.
    Kept,
    /// It does not hold its address.
    Void,
    /// It is claimed, but refused to those who claim it; it stays as it is.
    Refusing,
    /// It is absent and was typed; it stays as it is. Perhaps it would go, but for this reason to wait.
    Typed(Option<Reason>),
    /// It is absent and stays, marked. Perhaps it would go, but for this reason to wait.
    Stale(Option<Reason>),
    /// It is absent and is taken from its account.
    Removed,
    /// It would be removed if its account were not protected; it stays as it is.
    Spared,
    /// It goes back, with its account, to the hand that made the account.
    GivenBack,
}

impl Fate {
    /// Whether the address stays with its account, or goes where its account is merged into.
    pub(super) fn remains(self) -> bool {
        matches!(
            self,
            Self::Refusing | Self::Typed(_) | Self::Stale(_) | Self::Spared | Self::GivenBack
        )
    }

    /// Why it stays, if it would be removed but for that.
    pub(super) fn withheld(self) -> Option<Reason> {
        match self {
            Self::Typed(withheld) | Self::Stale(withheld) => withheld,
            _ => None,
        }
    }
}

/// What becomes of every entry of the portal.
#[derive(Debug)]
pub(super) struct Absences {
    pub(super) fate: Column<Fate>,
    /// Why the claims of an address are refused, where they are refused by rule 2 or as duplicates; of several reasons the last.
    pub(super) cause: Column<Option<Reason>>,
    /// Whether an account is given back.
    pub(super) given_back: Column<bool>,
}

impl Absences {
    /// Settles section 4 for every address that no object keeps.
    pub(super) fn settle(
        world: &World<'_>,
        ownership: &Ownership,
        primaries: &Primaries,
        claims: &Claims,
    ) -> Result<Self, PlanError> {
        let mut cause = Column::of(None, world.names.len());
        let mut interferes = Column::of(false, world.names.len());
        for (claim, outcome) in claims.outcome.iter() {
            world.pace.step()?;
            let entry = world.directory.claims[claim as usize];
            match *outcome {
                Outcome::Refused(reason) if entry.valid => {
                    cause[entry.text] = cause[entry.text].max(Some(reason));
                }
                Outcome::Duplicate(_) => cause[entry.text] = Some(Reason::DuplicateUsername),
                Outcome::Interferes(_) => interferes[entry.text] = true,
                _ => {}
            }
        }
        let fate_of = |entry| {
            let address = world.names.of_entry(entry);
            if !world.holds(entry) {
                Fate::Void
            } else if claims.keeper[address].is_some() {
                Fate::Kept
            } else if interferes[address] {
                Fate::Refusing
            } else {
                fate_of_absent(world, ownership, entry)
            }
        };
        let mut absences = Self {
            fate: (0..index(world.portal.addresses.len())).map(fate_of).collect(),
            cause,
            given_back: world.accounts().map(|_| false).collect(),
        };
        absences.give_back(world, ownership, primaries);
        world.pace.step()?;
        Ok(absences)
    }

    /// Gives adopted accounts whose object keeps nothing back to the hand that made them, with all that would be removed: as a
    /// whole, so that if anything of one is to wait, all of it waits.
    fn give_back(&mut self, world: &World<'_>, ownership: &Ownership, primaries: &Primaries) {
        for account in world.accounts() {
            let kept = ownership.owner[account].is_some_and(|owner| primaries.of[owner].is_some());
            if kept || !world.rules.removal.gives_back() || !is_adopted(world, account) {
                continue;
            }
            if !matches!(
                self.fate_of_primary(world, account),
                Some(Fate::Removed | Fate::Typed(_) | Fate::Stale(_))
            ) {
                continue;
            }
            let withheld = world
                .entries(account)
                .find_map(|entry| self.fate[entry].withheld());
            self.given_back[account] = withheld.is_none();
            for entry in world.entries(account) {
                if self.fate[entry] == Fate::Removed {
                    self.fate[entry] = withheld.map_or(Fate::GivenBack, |_| Fate::Stale(withheld));
                }
            }
        }
    }

    /// How many addresses that were not stale are now.
    pub(super) fn newly_stale(&self, world: &World<'_>) -> u64 {
        let newly = |(entry, fate): &(EntryName, &Fate)| {
            matches!(fate, Fate::Stale(_)) && world.entry(*entry).stale_since.is_none()
        };
        self.fate.iter().filter(newly).count() as u64
    }

    /// How many accounts are given back.
    pub(super) fn accounts_given_back(&self) -> u64 {
        self.given_back
            .iter()
            .filter(|(_, given_back)| **given_back)
            .count() as u64
    }

    /// Whether anything would be removed, or given back, but waits.
    pub(super) fn withhold_any(&self) -> bool {
        self.fate.iter().any(|(_, fate)| fate.withheld().is_some())
    }

    /// The fate of what would be an account's primary address if nothing were removed: the present one, else the lowest.
    fn fate_of_primary(&self, world: &World<'_>, account: AccountName) -> Option<Fate> {
        let is_there = |entry: &EntryName| self.fate[*entry].remains() || self.fate[*entry] == Fate::Removed;
        let present = world.entries(account).next()?;
        let text = |entry: &EntryName| world.names.text(world.names.of_entry(*entry));
        let primary = if is_there(&present) {
            present
        } else {
            world.entries(account).filter(is_there).min_by_key(text)?
        };
        Some(self.fate[primary])
    }
}

fn fate_of_absent(world: &World<'_>, ownership: &Ownership, entry: EntryName) -> Fate {
    let removal = world.rules.removal;
    let typed = ownership.is_typed(world, entry);
    let removed = if typed {
        removal.removes_manual()
    } else {
        removal.removes_synced()
    };
    match (removed, typed) {
        (true, _) if world.account(world.account_at[entry]).protected => Fate::Spared,
        (true, typed) => match withhold::of_entry(world, ownership, entry) {
            None => Fate::Removed,
            withheld if typed => Fate::Typed(withheld),
            withheld => Fate::Stale(withheld),
        },
        (false, true) => Fate::Typed(None),
        (false, false) => Fate::Stale(None),
    }
}

/// Whether a live account was made by hand and is a directory object's now.
fn is_adopted(world: &World<'_>, account: AccountName) -> bool {
    let state = world.account(account);
    state.origin == Origin::Manual && state.object_id.is_some() && !state.protected && !state.removed
}
