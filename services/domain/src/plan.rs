//! Verdicts and account changes from one complete read and the tenant's accounts.
//!
//! [`plan()`] decides for a preview, a sync and the tests alike. It is pure and deterministic: the order in
//! which values, objects, accounts and ids are given never counts, and planning again after the changes are
//! applied ([`Portal::apply`]) changes nothing. Everything that it works on lies in flat arenas, where an
//! address, an object or an account is a 32-bit number, so that a tenant with a million addresses fits in a
//! few hundred megabytes and is planned in seconds.

mod absent;
mod acceptance;
mod accounts;
mod aliases;
mod apply;
mod arena;
mod changes;
mod claimants;
mod decide;
mod defence;
mod directory;
mod footprint;
mod lost_domains;
mod names;
mod pace;
mod portal;
mod primaries;
mod refuse;
mod rounds;
mod rows;
mod selection;
mod settings;
mod sightings;
mod spoilt;
mod takeover;
mod verdicts;
mod withhold;
mod world;

use std::collections::HashMap;

use jiff::Timestamp;

use crate::address::Address;
use crate::id::AccountId;

use absent::Absences;
use accounts::{Accountant, Decision};
use world::World;

pub use changes::{AccountChange, ChangeKind, Counts, NewAccounts};
pub use directory::{Directory, DirectoryBuilder};
pub use footprint::Footprint;
pub use lost_domains::{DomainCause, LostDomain};
pub use pace::{Pace, PlanError};
pub use portal::{AccountState, AddressState, Portal, PortalBuilder, stale_since};
pub use rows::{PlannedRow, Rows};
pub use selection::Selection;
pub use settings::{ApprovedAddresses, Removal, Rules, SameUsername, TenantDomains, Withholding};
pub use sightings::Sightings;

/// The version of the rules. It is one of the inputs that decide if a read that equals the last applied one needs no
/// plan. Raise it whenever the same objects, portal and settings may lead to another plan. What makes other objects of
/// the same directory, such as a further prefix of proxy addresses, changes the digest of the read and needs no raise.
pub const RULES_VERSION: u32 = 5;

/// Decision of a run, complete before anything is applied.
#[derive(Debug)]
pub struct Plan<'a> {
    /// One row for each claim, and one for each absent address of the portal.
    pub rows: Rows<'a>,
    /// The accounts that change, each once: those of the portal in the order of their ids, then the new ones.
    pub changes: Vec<AccountChange>,
    /// All of it in numbers.
    pub counts: Counts,
    /// True if a removal or a return to manual is withheld. The next run then decides about it again, even if it reads
    /// the same.
    pub withheld: bool,
}

impl Plan<'_> {
    /// Accounts that lose an address without approval. Of a manual account that is merged, some addresses have no row to
    /// approve, such as one that its new object claims twice: they go where the primary address goes, with one that was
    /// approved.
    pub fn reduced_beyond(&self, approved: &ApprovedAddresses) -> u64 {
        let holders = self.holders();
        let may_go = |state: &AddressState| approved.contains(state.address.as_str());
        let beyond = |change: &&AccountChange| {
            let was_manual = change
                .before
                .as_ref()
                .is_some_and(|before| before.object_id.is_none());
            let primary = change
                .lost()
                .next()
                .filter(|_| was_manual && change.after.removed);
            let merged_into = primary.and_then(|primary| holders.get(&primary.address));
            let goes_along =
                |state: &AddressState| merged_into.is_some() && holders.get(&state.address) == merged_into;
            let is_approved = change.lost().any(|state| may_go(state) && goes_along(state));
            !change
                .lost()
                .all(|state| may_go(state) || is_approved && goes_along(state))
        };
        self.changes.iter().filter(beyond).count() as u64
    }

    /// New accounts, but for those of objects that are approved to get one.
    pub fn created_beyond(&self, is_approved: impl Fn(&str) -> bool) -> NewAccounts {
        let is_beyond = |change: &&AccountChange| {
            let object = change.after.object_id.as_ref();
            change.kind == ChangeKind::Created && !object.is_some_and(|object| is_approved(object.as_str()))
        };
        let beyond = self.changes.iter().filter(is_beyond);
        beyond.fold(NewAccounts::default(), |sum, change| NewAccounts {
            accounts: sum.accounts + 1,
            welcomes: sum.welcomes + u64::from(change.welcome),
        })
    }

    /// Domains whose addresses are removed because they are not imported from there, those with most addresses first.
    pub fn lost_domains(&self) -> Vec<LostDomain> {
        lost_domains::of_rows(&self.rows)
    }

    /// The account that has an address in the end, of all accounts that change.
    fn holders(&self) -> HashMap<&Address, AccountId> {
        let live = self
            .changes
            .iter()
            .map(|change| &change.after)
            .filter(|account| !account.removed);
        live.flat_map(|account| account.addresses.iter().map(|state| (&state.address, account.id)))
            .collect()
    }
}

/// Decides about every claim of a complete read and every account of a tenant.
///
/// `withholding` says which removals wait. `now` is the time since which newly absent addresses are stale. `pace` says
/// if the plan may continue. `new_id` makes the ids of new accounts.
///
/// The cost is that of claims, addresses and accounts together, apart from sorting them. No input can make it the
/// product of two of these.
#[expect(
    clippy::too_many_arguments,
    reason = "each is a world of its own, loaded by another hand, and a plan needs them all"
)]
pub fn plan<'a>(
    rules: &'a Rules,
    domains: &'a TenantDomains,
    directory: &'a Directory,
    portal: &'a Portal,
    withholding: &'a Withholding,
    now: Timestamp,
    pace: Pace,
    new_id: &mut dyn FnMut() -> AccountId,
) -> Result<Plan<'a>, PlanError> {
    let world = World::new(rules, domains, directory, portal, withholding, pace);
    let (ownership, primaries, claims) = decide::decide(&world)?;
    let absences = Absences::decide(&world, &ownership, &primaries, &claims)?;
    let decision = Decision {
        world,
        ownership,
        primaries,
        claims,
        absences,
    };
    let accounts = Accountant::new(&decision, now).collect_all(new_id)?;
    let entries = verdicts::rows(&decision, &accounts)?;
    let counts = Counts {
        newly_stale: decision.absences.newly_stale(&decision.world),
        given_back: decision.absences.accounts_given_back(),
        not_email: decision.world.not_email(),
        ..count(portal, &accounts.changes)
    };
    let withheld = decision.absences.withhold_any();
    let rows = Rows {
        names: decision.world.names,
        entries,
    };
    Ok(Plan {
        counts: rows.count(counts),
        rows,
        changes: accounts.changes,
        withheld,
    })
}

/// Sums up the changes.
fn count(portal: &Portal, changes: &[AccountChange]) -> Counts {
    let of_kind = |kinds: &[ChangeKind]| {
        changes
            .iter()
            .filter(|change| kinds.contains(&change.kind))
            .count() as u64
    };
    let appeared = of_kind(&[ChangeKind::Created, ChangeKind::Restored]);
    Counts {
        accounts: portal.live_accounts() + appeared - of_kind(&[ChangeKind::Removed]),
        welcomes: changes.iter().filter(|change| change.welcome).count() as u64,
        accounts_created: of_kind(&[ChangeKind::Created]),
        accounts_reduced: changes.iter().filter(|change| change.reduces()).count() as u64,
        ..Counts::default()
    }
}

#[cfg(test)]
pub(crate) mod tests;
