//! Rule 6 and 8: what every account is after the run, and so which accounts change.

use jiff::Timestamp;

use crate::address::Address;
use crate::id::{AccountId, ObjectId};
use crate::object::{AddressType, ObjectType, Origin};

use super::absent::{AbsenceOutcome, Absences};
use super::aliases::{Claims, Outcome};
use super::arena::Column;
use super::changes::{AccountChange, ChangeKind};
use super::names::{AccountName, AddressName, EntryName, ObjectName};
use super::pace::PlanError;
use super::portal::{AccountState, AddressState, stale_since};
use super::primaries::Primaries;
use super::takeover::Ownership;
use super::world::World;

/// All that was decided about claims and absent addresses.
#[derive(Debug)]
pub(super) struct Decision<'a> {
    pub(super) world: World<'a>,
    pub(super) ownership: Ownership,
    pub(super) primaries: Primaries,
    pub(super) claims: Claims,
    pub(super) absences: Absences,
}

impl Decision<'_> {
    /// The type of an account after the run: that of its object, if that keeps anything in this run.
    pub(super) fn type_of(&self, account: AccountName) -> ObjectType {
        let Self { world, ownership, .. } = self;
        let keeping = ownership.owner[account].filter(|owner| self.claims.keeps[*owner]);
        keeping.map_or(world.account(account).object_type, |owner| {
            world.directory.objects[owner as usize].object_type
        })
    }
}

/// The accounts as they are after the run.
#[derive(Debug)]
pub(super) struct Accounts {
    /// Type of each address, and the primary address of the account that has it.
    pub(super) new_place: Column<Option<NewPlace>>,
    /// The primary address of each account; `None` for one that is removed.
    pub(super) primary_of: Column<Option<AddressName>>,
    pub(super) changes: Vec<AccountChange>,
}

/// Type of an address in the account that has it after the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NewPlace {
    pub(super) address_type: AddressType,
    pub(super) primary: AddressName,
}

/// An address of an account as it is after the run.
#[derive(Clone, Copy, Debug)]
struct Kept {
    address: AddressName,
    address_type: AddressType,
    origin: Origin,
    stale_since: Option<Timestamp>,
}

/// Works out the accounts, one after the other.
pub(super) struct Accountant<'d, 'a> {
    decision: &'d Decision<'a>,
    now: Timestamp,
    /// Accounts that are merged, after the accounts that take them in.
    merged: Vec<(AccountName, AccountName)>,
    accounts: Accounts,
    /// Memory for the addresses of one account, which the next one uses again.
    spare: Vec<Kept>,
}

impl<'d, 'a> Accountant<'d, 'a> {
    pub(super) fn new(decision: &'d Decision<'a>, now: Timestamp) -> Self {
        let (world, ownership) = (&decision.world, &decision.ownership);
        let into = |account| ownership.owner[account].and_then(|owner| ownership.account_of[owner]);
        let mut merged: Vec<_> = world
            .accounts()
            .filter_map(|account| Some((into(account)?, account)))
            .filter(|(into, account)| into != account)
            .collect();
        merged.sort_unstable();
        Self {
            decision,
            now,
            merged,
            accounts: Accounts {
                new_place: Column::filled(None, world.names.len()),
                primary_of: Column::filled(None, world.portal.accounts.len()),
                changes: Vec::new(),
            },
            spare: Vec::new(),
        }
    }

    /// All accounts: those of the portal in the order of their ids, then the new ones in that of their objects.
    pub(super) fn collect_all(
        mut self,
        new_id: &mut dyn FnMut() -> AccountId,
    ) -> Result<Accounts, PlanError> {
        let decision = self.decision;
        for account in decision.world.accounts() {
            decision.world.pace.step()?;
            self.collect_account(account);
        }
        for object in decision.world.objects() {
            decision.world.pace.step()?;
            if decision.primaries.of[object].is_some() && decision.ownership.account_of[object].is_none() {
                self.create(object, new_id());
            }
        }
        Ok(self.accounts)
    }

    fn collect_account(&mut self, account: AccountName) {
        let Decision {
            world,
            ownership,
            primaries,
            ..
        } = self.decision;
        let state = world.account(account);
        let owner = ownership.owner[account];
        let active = owner.filter(|owner| primaries.of[*owner].is_some());
        if state.removed && active.is_none() {
            return;
        }
        let mut kept = std::mem::take(&mut self.spare);
        kept.clear();
        if owner.is_none_or(|owner| ownership.account_of[owner] == Some(account)) {
            self.collect(account, active, &mut kept);
        }
        if kept.is_empty() {
            self.remove(account);
        } else {
            let primary = active.and_then(|owner| primaries.of[owner]);
            self.assign_primary(&mut kept, primary.or_else(|| world.primary_of(account)));
            self.accounts.primary_of[account] = kept.first().map(|kept| kept.address);
            self.compare(account, &kept);
        }
        self.spare = kept;
    }

    /// Collects the addresses that an account has after the run.
    fn collect(&self, account: AccountName, owner: Option<ObjectName>, kept: &mut Vec<Kept>) {
        if let Some(owner) = owner {
            self.collect_claims(owner, kept);
        }
        self.collect_remaining(account, kept);
        let first = self.merged.partition_point(|(into, _)| *into < account);
        for position in first..self.merged.len() {
            let (into, merged) = self.merged[position];
            if into != account {
                break;
            }
            self.collect_remaining(merged, kept);
        }
    }

    fn collect_claims(&self, object: ObjectName, kept: &mut Vec<Kept>) {
        let Decision { world, claims, .. } = self.decision;
        for (claim, address) in world.valid_claims(object) {
            if let Outcome::Kept(address_type) = claims.outcome[claim] {
                kept.push(Kept {
                    address,
                    address_type,
                    origin: Origin::Synced,
                    stale_since: None,
                });
            }
        }
    }

    fn collect_remaining(&self, account: AccountName, kept: &mut Vec<Kept>) {
        let Decision { world, absences, .. } = self.decision;
        for entry in world
            .entries(account)
            .filter(|entry| absences.outcome[*entry].remains())
        {
            kept.push(self.remaining(entry, absences.outcome[entry]));
        }
    }

    /// State of an entry that no object keeps and that remains.
    fn remaining(&self, entry: EntryName, outcome: AbsenceOutcome) -> Kept {
        let world = &self.decision.world;
        let state = world.entry(entry);
        let (origin, stale_since) = match outcome {
            AbsenceOutcome::Stale(_) => (Origin::Synced, Some(state.stale_since.unwrap_or(self.now))),
            AbsenceOutcome::GivenBack => (Origin::Manual, None),
            _ => (state.origin, state.stale_since),
        };
        Kept {
            address: world.names.of_entry(entry),
            address_type: state.address_type,
            origin,
            stale_since,
        }
    }

    /// Makes this address the primary one, or the lowest if it is not there, and puts all in order.
    fn assign_primary(&mut self, all: &mut [Kept], primary: Option<AddressName>) {
        let names = &self.decision.world.names;
        all.sort_unstable_by_key(|kept| (Some(kept.address) != primary, names.text(kept.address)));
        for (position, kept) in all.iter_mut().enumerate() {
            kept.address_type = match (position, kept.address_type) {
                (0, _) => AddressType::Primary,
                (_, AddressType::Primary) => AddressType::Alias,
                (_, address_type) => address_type,
            };
        }
        let primary = all[0].address;
        for kept in all {
            self.accounts.new_place[kept.address] = Some(NewPlace {
                address_type: kept.address_type,
                primary,
            });
        }
    }

    fn remove(&mut self, account: AccountName) {
        let portal = self.decision.world.portal;
        let before = portal.state_of(self.decision.world.account(account));
        let after = AccountState {
            removed: true,
            ..before.clone()
        };
        self.accounts.changes.push(AccountChange {
            kind: ChangeKind::Removed,
            before: Some(before),
            after,
            welcome: false,
        });
    }

    /// Notes what changes of an account that is there, or comes back.
    fn compare(&mut self, account: AccountName, all: &[Kept]) {
        let world = &self.decision.world;
        let state = world.account(account);
        let object_type = self.decision.type_of(account);
        let ceases_to_be_user = state.object_type == ObjectType::User && object_type != ObjectType::User;
        let hsr_enabled = state.hsr_enabled && !ceases_to_be_user;
        let stale_since = stale_since(all.iter().map(|kept| (kept.origin, kept.stale_since)));
        let rebound = self.decision.ownership.taken[account] || self.decision.absences.given_back[account];
        let same = (state.object_type, state.hsr_enabled, state.removed) == (object_type, hsr_enabled, false)
            && state.stale_since == stale_since
            && !rebound
            && self.same_addresses(account, all);
        if same {
            return;
        }
        let before = world.portal.state_of(state);
        let after = AccountState {
            id: state.id,
            object_id: self.object_id_of(account).or_else(|| {
                before
                    .object_id
                    .clone()
                    .filter(|_| !self.decision.absences.given_back[account])
            }),
            object_type,
            origin: state.origin,
            hsr_enabled,
            is_protected: state.is_protected,
            stale_since,
            removed: false,
            addresses: self.address_states(all),
        };
        let renamed = world.primary_of(account) != Some(all[0].address);
        let kind = match (state.removed, renamed) {
            (true, _) => ChangeKind::Restored,
            (false, true) => ChangeKind::Renamed,
            (false, false) => ChangeKind::Changed,
        };
        self.accounts.changes.push(AccountChange {
            kind,
            before: Some(before),
            after,
            welcome: false,
        });
    }

    /// The object of an account that it has, or that took it over, in this read.
    fn object_id_of(&self, account: AccountName) -> Option<ObjectId> {
        let owner = self.decision.ownership.owner[account]?;
        let taken = self.decision.ownership.taken[account];
        taken.then(|| self.object_id(owner)).flatten()
    }

    fn object_id(&self, object: ObjectName) -> Option<ObjectId> {
        let directory = self.decision.world.directory;
        let id = directory.objects[object as usize].id;
        ObjectId::from_canonical(directory.ids.get(id)).ok()
    }

    fn same_addresses(&self, account: AccountName, all: &[Kept]) -> bool {
        let world = &self.decision.world;
        all.len() == world.account(account).addresses().len()
            && all.iter().zip(world.entries(account)).all(|(kept, entry)| {
                let state = world.entry(entry);
                kept.address == world.names.of_entry(entry)
                    && (kept.address_type, kept.origin, kept.stale_since)
                        == (state.address_type, state.origin, state.stale_since)
            })
    }

    fn address_states(&self, all: &[Kept]) -> Vec<AddressState> {
        let names = &self.decision.world.names;
        let state = |kept: &Kept| AddressState {
            address: Address::from_normalised(
                names.text(kept.address),
                u8::try_from(names.parts(kept.address).0.len()).unwrap_or(u8::MAX),
            ),
            address_type: kept.address_type,
            origin: kept.origin,
            stale_since: kept.stale_since,
        };
        all.iter().map(state).collect()
    }

    /// Makes the account of an object that has none.
    fn create(&mut self, object: ObjectName, id: AccountId) {
        let Decision { world, primaries, .. } = self.decision;
        let mut all = Vec::new();
        self.collect_claims(object, &mut all);
        self.assign_primary(&mut all, primaries.of[object]);
        let object_type = world.directory.objects[object as usize].object_type;
        let is_user = object_type == ObjectType::User;
        self.accounts.changes.push(AccountChange {
            kind: ChangeKind::Created,
            before: None,
            after: AccountState {
                id,
                object_id: self.object_id(object),
                object_type,
                origin: Origin::Synced,
                hsr_enabled: is_user && world.rules.send_hsr,
                is_protected: false,
                stale_since: None,
                removed: false,
                addresses: self.address_states(&all),
            },
            welcome: is_user && world.rules.send_welcome,
        });
    }
}
