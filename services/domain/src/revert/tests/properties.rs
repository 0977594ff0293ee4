//! Properties of every revert, for any run and any later changes.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use proptest::collection::vec;
use proptest::prelude::*;

use crate::id::AccountId;
use crate::object::AddressType;
use crate::plan::tests::worlds::{RandomWorld, any_world};
use crate::plan::{AccountChange, AccountState, Portal};
use crate::revert::{Before, Revert, revert};
use crate::verdict::{Reason, Verdict};

/// A run, possible later changes, and the accounts as they are then.
#[derive(Clone, Debug)]
struct Story {
    portal: Portal,
    changes: Vec<AccountChange>,
    now: Portal,
    touched: HashSet<AccountId>,
}

/// A run of a world, and then a run of another world on the accounts that it left.
fn stories() -> impl Strategy<Value = Story> {
    (any_world(), any_world()).prop_map(|(world, later)| {
        let portal = world.portal();
        let (changes, between) = run(&world, &portal);
        let (touching, now) = run(&later, &between);
        Story {
            portal,
            changes,
            now,
            touched: touching.iter().map(|change| change.after.id).collect(),
        }
    })
}

fn run(world: &RandomWorld, portal: &Portal) -> (Vec<AccountChange>, Portal) {
    let directory = world.directory();
    let plan = world.plan_from(portal.iter().count() as u128 * 1_000, &directory, portal);
    let after = portal.apply(&plan);
    (plan.changes, after)
}

impl Story {
    fn befores(&self) -> Vec<Before> {
        let before = |change: &AccountChange| Before {
            id: change.after.id,
            state: change.before.clone(),
            untouched: !self.touched.contains(&change.after.id),
        };
        self.changes.iter().map(before).collect()
    }
}

fn applied(revert: &Revert, portal: &Portal) -> Portal {
    let mut accounts = by_id(portal);
    for change in &revert.changes {
        accounts.insert(change.after.id, change.after.clone());
    }
    accounts.into_values().collect()
}

fn by_id(portal: &Portal) -> BTreeMap<AccountId, AccountState> {
    portal.iter().map(|account| (account.id, account)).collect()
}

proptest! {
    #[test]
    fn right_after_a_run_accounts_go_back_to_what_they_were_and_new_ones_are_removed(world in any_world()) {
        let portal = world.portal();
        let (changes, now) = run(&world, &portal);
        let story = Story { portal, changes, now, touched: HashSet::new() };
        let reverted = revert(&story.befores(), &story.now);
        let (before, after) = (by_id(&story.portal), by_id(&applied(&reverted, &story.now)));
        for (id, account) in &after {
            match before.get(id) {
                Some(was) => prop_assert_eq!(account, was),
                None => prop_assert!(account.removed),
            }
        }
        prop_assert!(before.keys().all(|id| after.contains_key(id)));
        prop_assert!(reverted.rows.iter().all(|row| row.reason == Reason::Reverted));
        prop_assert_eq!(reverted.accounts, story.portal.live_accounts());
    }

    #[test]
    fn one_live_address_belongs_to_one_account_and_every_live_account_has_one_primary(story in stories()) {
        let reverted = revert(&story.befores(), &story.now);
        let after = applied(&reverted, &story.now);
        let mut live = BTreeSet::new();
        for account in after.iter().filter(|account| !account.removed) {
            for state in &account.addresses {
                prop_assert!(live.insert(state.address.clone()), "{} twice", state.address);
            }
            let primaries = account.addresses.iter().filter(|state| state.address_type == AddressType::Primary);
            prop_assert_eq!(primaries.count(), 1, "{:?}", account);
        }
        prop_assert_eq!(reverted.accounts, after.live_accounts());
    }

    #[test]
    fn touched_accounts_do_not_change_and_the_others_go_back_to_what_they_were(story in stories()) {
        let befores = story.befores();
        let reverted = revert(&befores, &story.now);
        let states: BTreeMap<_, _> = befores.iter().map(|before| (before.id, before)).collect();
        let now = by_id(&story.now);
        for change in &reverted.changes {
            let before = states[&change.after.id];
            prop_assert!(before.untouched);
            prop_assert_eq!(change.before.as_ref(), now.get(&before.id));
            prop_assert_ne!(change.before.as_ref(), Some(&change.after));
            match &before.state {
                Some(state) => prop_assert_eq!(&change.after, state),
                None => prop_assert!(change.after.removed),
            }
        }
    }

    #[test]
    fn every_account_goes_back_or_is_listed_with_the_reason(story in stories()) {
        let befores = story.befores();
        let reverted = revert(&befores, &story.now);
        let (now, after) = (by_id(&story.now), by_id(&applied(&reverted, &story.now)));
        let skipped: BTreeMap<&str, Vec<Reason>> = reverted.rows.iter().filter(|row| row.verdict == Verdict::Skip)
            .fold(BTreeMap::new(), |mut all, row| { all.entry(row.address.as_str()).or_default().push(row.reason); all });
        for before in &befores {
            let gone_back = match &before.state {
                Some(state) => after.get(&before.id) == Some(state),
                None => after.get(&before.id).is_none_or(|account| account.removed),
            };
            let reason = if before.untouched { Reason::AddressTaken } else { Reason::ChangedSince };
            let listed = now[&before.id].addresses.iter()
                .all(|state| skipped.get(state.address.as_str()).is_some_and(|reasons| reasons.contains(&reason)));
            prop_assert!(gone_back || listed, "{:?}", before);
        }
    }

    #[test]
    fn each_row_says_how_its_address_changes(story in stories()) {
        let reverted = revert(&story.befores(), &story.now);
        let (before, after) = (live(&story.now), live(&applied(&reverted, &story.now)));
        for row in &reverted.rows {
            let (was, is) = (before.get(&row.address), after.get(&row.address));
            match row.verdict {
                Verdict::Add => prop_assert!(was.is_none() && is.is_some(), "{row:?}"),
                Verdict::Remove => prop_assert!(was.is_some() && is.is_none(), "{row:?}"),
                Verdict::Update => prop_assert!(was.is_some() && is.is_some(), "{row:?}"),
                Verdict::Skip => prop_assert!(row.primary_address.is_none() || was == is, "{row:?}"),
                _ => prop_assert!(false, "{row:?}"),
            }
            if row.verdict != Verdict::Skip {
                prop_assert_eq!(row.primary_address.as_ref(), is.map(|(_, primary)| primary));
            }
        }
        let listed: BTreeSet<_> = reverted.rows.iter().filter(|row| row.verdict != Verdict::Skip).map(|row| &row.address).collect();
        for address in before.keys().chain(after.keys()).filter(|address| before.get(*address) != after.get(*address)) {
            let listed = listed.contains(address);
            // If only the primary address of an account changes, its other addresses have no row.
            let same_account = before.get(address).map(|entry| entry.0) == after.get(address).map(|entry| entry.0);
            prop_assert!(listed || same_account, "{} is not listed", address);
        }
    }

    #[test]
    fn the_order_in_which_accounts_are_given_never_matters(story in stories(), swaps in vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..8)) {
        let befores = story.befores();
        let mut shuffled = befores.clone();
        if !shuffled.is_empty() {
            for (a, b) in swaps {
                let (a, b) = (a.index(shuffled.len()), b.index(shuffled.len()));
                shuffled.swap(a, b);
            }
        }
        prop_assert_eq!(revert(&befores, &story.now), revert(&shuffled, &story.now));
    }
}

/// Each live address with its account and the primary address of that.
fn live(portal: &Portal) -> BTreeMap<String, (AccountId, String)> {
    let live = portal.iter().filter(|account| !account.removed);
    live.flat_map(|account| {
        let primary = account
            .primary()
            .map(|state| state.address.to_string())
            .unwrap_or_default();
        let addresses = account.addresses.clone();
        addresses
            .into_iter()
            .map(move |state| (state.address.to_string(), (account.id, primary.clone())))
    })
    .collect()
}
