//! Properties of everything that waits, in every world.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::object::Origin;
use crate::plan::{AccountState, AddressState, ApprovedAddresses, PlannedRow, Portal, Removal, Withholding};
use crate::verdict::{Reason, Verdict};

use super::worlds::{any_world, now};

proptest! {
    #[test]
    fn nothing_that_is_withheld_is_removed(world in any_world()) {
        let (directory, portal) = (world.directory(), world.portal());
        let plan = world.plan(&directory, &portal);
        let after = live_addresses(&portal.apply(&plan));
        let mut any = false;
        for row in plan.rows.iter().filter(|row| is_withheld(row.reason)) {
            any = true;
            prop_assert!(after.contains(row.address), "{} is lost", row.address);
            prop_assert!(matches!(row.verdict, Verdict::Stale | Verdict::Keep), "{:?}", row);
        }
        prop_assert!(!any || plan.withheld);
        prop_assert!(!any || world.rules.removal.removes_synced());
    }

    #[test]
    fn while_removals_are_paused_nothing_is_removed_that_no_object_takes(mut world in any_world()) {
        world.withholding.removals_paused = true;
        let (directory, portal) = (world.directory(), world.portal());
        let plan = world.plan(&directory, &portal);
        prop_assert_eq!(plan.counts.remove, 0);
        let after = live_addresses(&portal.apply(&plan));
        prop_assert!(live_addresses(&portal).is_subset(&after));
    }

    #[test]
    fn every_lost_address_is_approved_or_goes_to_another_object(mut world in any_world()) {
        world.withholding.approved.get_or_insert_default();
        let (directory, portal) = (world.directory(), world.portal());
        let plan = world.plan(&directory, &portal);
        let approved = world.withholding.approved.as_ref().unwrap();
        let after = live_addresses(&portal.apply(&plan));
        for address in live_addresses(&portal).difference(&after) {
            prop_assert!(approved.contains(address), "{} is lost", address);
        }
        for row in plan.rows.iter().filter(|row| row.verdict == Verdict::Remove) {
            prop_assert!(approved.contains(row.address), "{:?}", row);
        }
    }

    #[test]
    fn another_server_removes_nothing_synced_that_was_not_stale(mut world in any_world()) {
        world.withholding = Withholding {
            other_server: true,
            ..Withholding::default()
        };
        let (directory, portal) = (world.directory(), world.portal());
        let plan = world.plan(&directory, &portal);
        for account in portal.iter().filter(|account| !account.removed && account.object_id.is_some()) {
            let newly = account.addresses.iter().filter(|state| state.origin == Origin::Synced && state.stale_since.is_none());
            for state in newly {
                let removed = plan.rows.iter().any(|row| row.address == state.address.as_str() && row.verdict == Verdict::Remove);
                prop_assert!(!removed, "{} is removed", state.address);
            }
        }
    }

    #[test]
    fn what_waits_is_decided_by_the_next_run_as_if_it_had_never_waited(mut world in any_world()) {
        // An account that is being removed refuses nothing: while its removal waits, others may get something else.
        world.rules.removal = Removal::On { keep_manual: true };
        let withheld = world.clone();
        world.withholding = Withholding::default();
        let (directory, portal) = (world.directory(), world.portal());
        let waited = portal.apply(&withheld.plan(&directory, &portal));
        let at_once = live_addresses(&portal.apply(&world.plan(&directory, &portal)));
        let in_two = live_addresses(&waited.apply(&world.plan(&directory, &waited)));
        prop_assert_eq!(at_once, in_two);
    }

    #[test]
    fn an_approval_of_all_that_a_run_shows_applies_all_of_it_and_nothing_beyond(mut world in any_world()) {
        world.withholding = Withholding::default();
        // One that keeps an account's primary address from its object makes another account wait as a whole.
        for account in &mut world.accounts {
            account.is_protected = false;
        }
        let (directory, portal) = (world.directory(), world.portal());
        let shown = world.plan(&directory, &portal);
        let approved: ApprovedAddresses = shown.rows.iter().filter(takes).map(|row| row.address.to_owned()).collect();
        let mut again = world.clone();
        again.withholding.approved = Some(approved.clone());
        let plan = again.plan(&directory, &portal);
        prop_assert_eq!(&plan.changes, &shown.changes);
        prop_assert_eq!(plan.reduced_beyond(&approved), 0);
    }

    #[test]
    fn every_account_that_holds_less_is_counted_and_beyond_the_approved_ones_too(world in any_world()) {
        let (directory, portal) = (world.directory(), world.portal());
        let plan = world.plan(&directory, &portal);
        let after = portal.apply(&plan);
        let approved = world.withholding.approved.clone().unwrap_or_default();
        let lost = |account: &AccountState| {
            let now = after.iter().find(|now| now.id == account.id && !now.removed);
            let kept: BTreeSet<_> = now.iter().flat_map(|now| &now.addresses).map(|state| &state.address).collect();
            let lost = account.addresses.iter().map(|state| &state.address).filter(|address| !kept.contains(address));
            lost.map(ToString::to_string).collect::<Vec<_>>()
        };
        let live = || portal.iter().filter(|account| !account.removed);
        let reduced = live().filter(|account| !lost(account).is_empty()).count() as u64;
        prop_assert_eq!(plan.counts.accounts_reduced, reduced);
        let beyond = live().filter(|account| lost(account).iter().any(|address| !approved.contains(address))).count() as u64;
        prop_assert!(plan.reduced_beyond(&approved) <= beyond);
        let merged = |row: &PlannedRow<'_>| row.reason == Some(Reason::Merged);
        let goes_alone = |address: &String| plan.rows.iter().any(|row| row.address == *address && takes(&row) && !merged(&row));
        let surely = live().filter(|account| lost(account).iter().any(|address| goes_alone(address) && !approved.contains(address)));
        prop_assert!(plan.reduced_beyond(&approved) >= surely.count() as u64);
        let newly = |state: &&AddressState| state.stale_since == Some(now());
        let newly_stale = after.iter().filter(|account| !account.removed)
            .map(|account| account.addresses.iter().filter(newly).count() as u64).sum::<u64>();
        prop_assert_eq!(plan.counts.newly_stale, newly_stale);
    }
}

fn is_withheld(reason: Option<Reason>) -> bool {
    matches!(
        reason,
        Some(Reason::OtherServer | Reason::NotApproved | Reason::RemovalsPaused)
    )
}

/// True if a row takes its address from an account, or makes it manual again: an approval of its run says that it may.
fn takes(row: &PlannedRow<'_>) -> bool {
    row.verdict == Verdict::Remove
        || matches!(
            row.reason,
            Some(Reason::Moved | Reason::Merged | Reason::GivenBack)
        )
}

fn live_addresses(portal: &Portal) -> BTreeSet<String> {
    let live = portal.iter().filter(|account| !account.removed);
    live.flat_map(|account| account.addresses)
        .map(|state| state.address.to_string())
        .collect()
}
