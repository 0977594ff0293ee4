//! The verdict of each claim and of each absent address, from what was decided.

use crate::object::{AddressType, Origin};
use crate::verdict::{Reason, Verdict};

use super::absent::AbsenceOutcome;
use super::accounts::{Accounts, Decision};
use super::aliases::Outcome;
use super::names::{AccountName, AddressName, ClaimName, EntryName, ObjectName};
use super::pace::PlanError;
use super::rows::{Other, RowDecision, RowEntry, Subject};

/// The rows: of each claim, and of each absent address.
pub(super) fn rows(decision: &Decision<'_>, accounts: &Accounts) -> Result<Vec<RowEntry>, PlanError> {
    let judge = Judge { decision, accounts };
    let world = &decision.world;
    let mut rows = Vec::with_capacity(world.directory.claims.len());
    for object in world.objects() {
        world.pace.step()?;
        let claims = world.claims(object).filter(|claim| world.is_email(*claim));
        rows.extend(claims.map(|claim| judge.claim(object, claim)));
    }
    for account in world
        .accounts()
        .filter(|account| !world.account(*account).removed)
    {
        world.pace.step()?;
        rows.extend(
            world
                .entries(account)
                .filter_map(|entry| judge.absent(account, entry)),
        );
    }
    Ok(rows)
}

fn skip(reason: Reason, other: Other) -> RowDecision {
    RowDecision::new(Verdict::Skip, reason, other)
}

struct Judge<'d, 'a> {
    decision: &'d Decision<'a>,
    accounts: &'d Accounts,
}

impl Judge<'_, '_> {
    fn claim(&self, object: ObjectName, claim: ClaimName) -> RowEntry {
        let entry = self.decision.world.directory.claims[claim as usize];
        let outcome = self.decision.claims.outcome[claim];
        RowEntry {
            subject: Subject::Claim(object, claim),
            decision: self.decided(object, entry.text, outcome),
            steady: Some(self.steady(object, entry.text, outcome)),
            new_place: entry
                .address()
                .and_then(|address| self.accounts.new_place[address]),
        }
    }

    fn decided(&self, object: ObjectName, address: AddressName, outcome: Outcome) -> RowDecision {
        match outcome {
            Outcome::Kept(address_type) => self.kept(object, address, address_type),
            Outcome::Refused(reason) => skip(reason, Other::Nothing),
            Outcome::Interferes(account) => self.interferes(address, account),
            Outcome::Lost { to, .. } => skip(Reason::ClaimedByOtherObject, Other::Object(to)),
            Outcome::Duplicate(kept) => skip(Reason::DuplicateUsername, Other::Address(kept)),
        }
    }

    fn steady(&self, object: ObjectName, address: AddressName, outcome: Outcome) -> RowDecision {
        let refusing = || self.refuses_from_now_on(object, address);
        match outcome {
            Outcome::Kept(_) => RowDecision::KEEP,
            Outcome::Lost { .. } | Outcome::Duplicate(_) if let Some(account) = refusing() => {
                self.interferes(address, account)
            }
            Outcome::Lost { then: Some(kept), .. } => skip(Reason::DuplicateUsername, Other::Address(kept)),
            _ => self.decided(object, address, outcome),
        }
    }

    fn interferes(&self, address: AddressName, account: AccountName) -> RowDecision {
        skip(
            Reason::InterferesWithPortalAccount,
            self.blocker(address, account),
        )
    }

    /// The account that refuses an address, by the primary address that it has after the run.
    fn blocker(&self, address: AddressName, account: AccountName) -> Other {
        let primary = self.accounts.new_place[address].map(|place| place.primary);
        primary
            .or_else(|| self.decision.world.primary_of(account))
            .map_or(Other::Nothing, Other::Address)
    }

    /// The account that will refuse an address to an object, and does not yet: it is given back with the address, or it is protected and
    /// gets the address in this run.
    fn refuses_from_now_on(&self, object: ObjectName, address: AddressName) -> Option<AccountName> {
        let Decision {
            world,
            ownership,
            claims,
            absences,
            ..
        } = self.decision;
        let given_back =
            world.entry_of[address].filter(|entry| absences.outcome[*entry] == AbsenceOutcome::GivenBack);
        let other = claims.kept_by[address].filter(|other| *other != object);
        given_back
            .map(|entry| world.account_at[entry])
            .or_else(|| ownership.protected_account_of(world, other?))
    }

    /// The verdict of a claim whose object keeps the address.
    fn kept(&self, object: ObjectName, address: AddressName, address_type: AddressType) -> RowDecision {
        let Decision { world, ownership, .. } = self.decision;
        let account = ownership.account_of[object];
        let Some(entry) = world.entry_of[address] else {
            let reason = match account {
                None => Reason::NewAccount,
                Some(account) if world.account(account).removed => Reason::Restored,
                Some(_) => Reason::NewAddress,
            };
            return RowDecision::new(Verdict::Add, reason, Other::Nothing);
        };
        let left = world.account_at[entry];
        if Some(left) != account {
            let merged = ownership.owner[left] == Some(object);
            let reason = if merged { Reason::Merged } else { Reason::Moved };
            // An account that loses its primary address goes by another one from here on.
            let name = self.accounts.primary_of[left].or_else(|| world.primary_of(left));
            let other = name.map_or(Other::Nothing, Other::Address);
            return RowDecision::new(Verdict::Update, reason, other);
        }
        match self.change_within(object, left, entry, address_type) {
            Some(reason) => RowDecision::new(Verdict::Update, reason, Other::Nothing),
            None => RowDecision::KEEP,
        }
    }

    /// Change of an address that its account keeps; of several changes the weightiest.
    fn change_within(
        &self,
        object: ObjectName,
        account: AccountName,
        entry: EntryName,
        address_type: AddressType,
    ) -> Option<Reason> {
        let Decision { world, ownership, .. } = self.decision;
        let (state, before) = (world.account(account), world.entry(entry));
        if ownership.taken[account] {
            let was_manual = state.object_id.is_none();
            return Some(if was_manual {
                Reason::Adopted
            } else {
                Reason::Rebound
            });
        }
        let is_primary = |address_type| address_type == AddressType::Primary;
        if is_primary(before.address_type) != is_primary(address_type) {
            Some(Reason::Renamed)
        } else if state.object_type != world.directory.objects[object as usize].object_type {
            Some(Reason::TypeChanged)
        } else if before.origin == Origin::Manual {
            Some(Reason::NowSynced)
        } else if before.stale_since.is_some() {
            Some(Reason::StaleNoMore)
        } else {
            (before.address_type != address_type).then_some(Reason::RoleChanged)
        }
    }

    /// The row of an address of the portal, if it is absent.
    fn absent(&self, account: AccountName, entry: EntryName) -> Option<RowEntry> {
        let Decision { world, absences, .. } = self.decision;
        let address = world.names.of_entry(entry);
        let cause = absences.cause[address];
        let absent = |verdict| match cause {
            None => RowDecision::new(verdict, Reason::Absent, Other::Nothing),
            Some(cause) => RowDecision::new(verdict, Reason::OnlyRefusedClaims, Other::Reason(cause)),
        };
        let (decided, steady) = match absences.outcome[entry] {
            AbsenceOutcome::Kept | AbsenceOutcome::Void | AbsenceOutcome::Refusing => return None,
            AbsenceOutcome::Manual(withheld) => {
                let keep = RowDecision {
                    reason: withheld,
                    ..RowDecision::KEEP
                };
                (self.change_of_manual(account, entry).unwrap_or(keep), Some(keep))
            }
            AbsenceOutcome::Stale(None) => (absent(Verdict::Stale), Some(absent(Verdict::Stale))),
            AbsenceOutcome::Stale(Some(withheld)) => {
                let stale = RowDecision::new(Verdict::Stale, withheld, Other::Nothing);
                (stale, Some(stale))
            }
            AbsenceOutcome::Removed => (absent(Verdict::Remove), None),
            AbsenceOutcome::Spared => {
                let spared = self.interferes(address, account);
                (spared, Some(spared))
            }
            // A duplicate is refused by the account from here on, and so is no longer absent.
            AbsenceOutcome::GivenBack => (
                RowDecision::new(Verdict::Update, Reason::GivenBack, Other::Nothing),
                (cause != Some(Reason::DuplicateUsername)).then_some(RowDecision::KEEP),
            ),
        };
        Some(RowEntry {
            subject: Subject::Absent(entry),
            decision: decided,
            steady,
            new_place: self.accounts.new_place[address],
        })
    }

    /// Change of an absent manual address that stays.
    fn change_of_manual(&self, account: AccountName, entry: EntryName) -> Option<RowDecision> {
        let Decision { world, ownership, .. } = self.decision;
        let own = ownership.owner[account].and_then(|owner| ownership.account_of[owner]);
        if own.is_some_and(|own| own != account) {
            let left = world.primary_of(account).map_or(Other::Nothing, Other::Address);
            return Some(RowDecision::new(Verdict::Update, Reason::Merged, left));
        }
        let address_type =
            self.accounts.new_place[world.names.of_entry(entry)].map(|place| place.address_type);
        let reason = if address_type != Some(world.entry(entry).address_type) {
            Reason::Renamed
        } else if self.decision.type_of(account) != world.account(account).object_type {
            Reason::TypeChanged
        } else {
            return None;
        };
        Some(RowDecision::new(Verdict::Update, reason, Other::Nothing))
    }
}
