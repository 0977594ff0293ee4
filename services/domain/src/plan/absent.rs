//! Outcomes of portal addresses that no object keeps: those that are absent, and those that are refused to others.

use crate::object::Origin;
use crate::verdict::Reason;

use super::aliases::{Claims, Outcome};
use super::arena::{Column, index};
use super::names::{AccountName, EntryName};
use super::pace::PlanError;
use super::primaries::Primaries;
use super::spoilt::spoilt;
use super::takeover::Ownership;
use super::withhold::{self, AbsentAddress};
use super::world::World;

/// Outcome of an account's entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AbsenceOutcome {
    /// Some object keeps the address: it goes, or stays, where that object's account is.
    Kept,
    /// It does not have its address.
    Void,
    /// It is claimed, but refused to those who claim it; it stays as it is.
    Refusing,
    /// It is absent and manual, and stays as it is. `Some`: it stays for this reason, whatever the settings say.
    Manual(Option<Reason>),
    /// It is absent and stays, marked as stale. `Some`: it stays for this reason, whatever the settings say.
    Stale(Option<Reason>),
    /// It is absent and is taken from its account.
    Removed,
    /// It would be removed if its account were not protected; it stays as it is.
    Spared,
    /// It becomes manual again, together with its account.
    GivenBack,
}

impl AbsenceOutcome {
    /// True if the address stays with its account, or goes to the account into which its account is merged.
    pub(super) fn remains(self) -> bool {
        matches!(
            self,
            Self::Refusing | Self::Manual(_) | Self::Stale(_) | Self::Spared | Self::GivenBack
        )
    }

    /// Reason for which its removal is postponed.
    pub(super) fn withheld(self) -> Option<Reason> {
        match self {
            Self::Manual(reason) | Self::Stale(reason) => reason.filter(|reason| *reason != Reason::Spoilt),
            _ => None,
        }
    }

    /// True if it is not gone from the directory, but spoilt there.
    fn is_spoilt(self) -> bool {
        matches!(
            self,
            Self::Manual(Some(Reason::Spoilt)) | Self::Stale(Some(Reason::Spoilt))
        )
    }
}

/// Outcomes of all entries of the portal.
#[derive(Debug)]
pub(super) struct Absences {
    pub(super) outcome: Column<AbsenceOutcome>,
    /// Reasons for which the claims of an address are refused, by rule 2 or as duplicates. Of several reasons the last
    /// counts.
    pub(super) cause: Column<Option<Reason>>,
    /// Accounts that become manual again.
    pub(super) given_back: Column<bool>,
}

impl Absences {
    /// Decides section 4 for every address that no object keeps.
    pub(super) fn decide(
        world: &World<'_>,
        ownership: &Ownership,
        primaries: &Primaries,
        claims: &Claims,
    ) -> Result<Self, PlanError> {
        let mut cause = Column::filled(None, world.names.len());
        let mut interferes = Column::filled(false, world.names.len());
        for (claim, outcome) in claims.outcome.iter() {
            world.pace.step()?;
            let entry = world.directory.claims[claim as usize];
            match *outcome {
                Outcome::Refused(reason) => {
                    if let Some(address) = entry.address() {
                        cause[address] = cause[address].max(Some(reason));
                    }
                }
                Outcome::Duplicate(_) => cause[entry.text] = Some(Reason::DuplicateUsername),
                Outcome::Interferes(_) => interferes[entry.text] = true,
                _ => {}
            }
        }
        let spoilt = spoilt(world, ownership)?;
        let outcome_of = |entry| {
            let address = world.names.of_entry(entry);
            if !world.is_first_entry(entry) {
                AbsenceOutcome::Void
            } else if claims.kept_by[address].is_some() {
                AbsenceOutcome::Kept
            } else if interferes[address] {
                AbsenceOutcome::Refusing
            } else if spoilt[entry] {
                outcome_of_spoilt(world, ownership, entry)
            } else {
                outcome_of_absent(world, ownership, entry)
            }
        };
        let mut absences = Self {
            outcome: (0..index(world.portal.addresses.len())).map(outcome_of).collect(),
            cause,
            given_back: world.accounts().map(|_| false).collect(),
        };
        absences.give_back(world, ownership, primaries);
        world.pace.step()?;
        Ok(absences)
    }

    /// Returns adopted accounts whose object keeps nothing to manual, with everything that would be removed. An account
    /// returns as a whole: if one part of it must wait, all of it waits. One with an address that is spoilt stays: its object
    /// is there, and gets the address back once it is mended.
    fn give_back(&mut self, world: &World<'_>, ownership: &Ownership, primaries: &Primaries) {
        for account in world.accounts() {
            let kept = ownership.owner[account].is_some_and(|owner| primaries.of[owner].is_some());
            if kept || !world.rules.removal.gives_back() || !is_adopted(world, account) {
                continue;
            }
            if !matches!(
                self.outcome_of_primary(world, account),
                Some(AbsenceOutcome::Removed | AbsenceOutcome::Manual(_) | AbsenceOutcome::Stale(_))
            ) {
                continue;
            }
            if world
                .entries(account)
                .any(|entry| self.outcome[entry].is_spoilt())
            {
                continue;
            }
            let withheld = world
                .entries(account)
                .find_map(|entry| self.outcome[entry].withheld());
            self.given_back[account] = withheld.is_none();
            for entry in world.entries(account) {
                if self.outcome[entry] == AbsenceOutcome::Removed {
                    self.outcome[entry] =
                        withheld.map_or(AbsenceOutcome::GivenBack, |_| AbsenceOutcome::Stale(withheld));
                }
            }
        }
    }

    /// Number of addresses that are newly stale.
    pub(super) fn newly_stale(&self, world: &World<'_>) -> u64 {
        let newly = |(entry, outcome): &(EntryName, &AbsenceOutcome)| {
            matches!(outcome, AbsenceOutcome::Stale(_)) && world.entry(*entry).stale_since.is_none()
        };
        self.outcome.iter().filter(newly).count() as u64
    }

    /// Number of accounts that become manual again.
    pub(super) fn accounts_given_back(&self) -> u64 {
        self.given_back
            .iter()
            .filter(|(_, given_back)| **given_back)
            .count() as u64
    }

    /// True if anything would be removed or made manual again, but waits.
    pub(super) fn withhold_any(&self) -> bool {
        self.outcome
            .iter()
            .any(|(_, outcome)| outcome.withheld().is_some())
    }

    /// Outcome of the address that would be an account's primary address if nothing were removed: the present one,
    /// otherwise the lowest.
    fn outcome_of_primary(&self, world: &World<'_>, account: AccountName) -> Option<AbsenceOutcome> {
        let is_there = |entry: &EntryName| {
            self.outcome[*entry].remains() || self.outcome[*entry] == AbsenceOutcome::Removed
        };
        let present = world.entries(account).next()?;
        let text = |entry: &EntryName| world.names.text(world.names.of_entry(*entry));
        let primary = if is_there(&present) {
            present
        } else {
            world.entries(account).filter(is_there).min_by_key(text)?
        };
        Some(self.outcome[primary])
    }
}

fn outcome_of_spoilt(world: &World<'_>, ownership: &Ownership, entry: EntryName) -> AbsenceOutcome {
    let reason = Some(Reason::Spoilt);
    if ownership.is_manual_and_unclaimed(world, entry) {
        AbsenceOutcome::Manual(reason)
    } else {
        AbsenceOutcome::Stale(reason)
    }
}

fn outcome_of_absent(world: &World<'_>, ownership: &Ownership, entry: EntryName) -> AbsenceOutcome {
    let removal = world.rules.removal;
    let is_manual_and_unclaimed = ownership.is_manual_and_unclaimed(world, entry);
    let removed = if is_manual_and_unclaimed {
        removal.removes_manual()
    } else {
        removal.removes_synced()
    };
    let address = AbsentAddress {
        goes_whole: ownership.is_unwanted(world, world.account_at[entry]),
        is_manual_and_unclaimed,
    };
    match (removed, is_manual_and_unclaimed) {
        (true, _) if world.account(world.account_at[entry]).is_protected => AbsenceOutcome::Spared,
        (true, is_manual_and_unclaimed) => match withhold::of_entry(world, entry, address) {
            None => AbsenceOutcome::Removed,
            withheld if is_manual_and_unclaimed => AbsenceOutcome::Manual(withheld),
            withheld => AbsenceOutcome::Stale(withheld),
        },
        (false, true) => AbsenceOutcome::Manual(None),
        (false, false) => AbsenceOutcome::Stale(None),
    }
}

/// True for a live account that was created manually and now belongs to a directory object.
fn is_adopted(world: &World<'_>, account: AccountName) -> bool {
    let state = world.account(account);
    state.origin == Origin::Manual && state.object_id.is_some() && !state.is_protected && !state.removed
}
