//! Properties of every world.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use crate::object::{AddressType, Origin};
use crate::plan::{AccountState, ChangeKind, PlannedRow, Portal, Removal, SameUsername};
use crate::verdict::{Reason, Verdict};

use super::worlds::{RandomWorld, any_world};

proptest! {
    #[test]
    fn every_claim_has_one_row_and_every_absent_address_one(world in any_world()) {
        let (directory, portal) = (world.directory(), world.portal());
        let plan = world.plan(&directory, &portal);
        let mut claims = BTreeSet::new();
        let mut absent = BTreeSet::new();
        for row in plan.rows.iter() {
            match row.object_id {
                Some(id) => prop_assert!(claims.insert((id, row.address)), "twice: {row:?}"),
                None => prop_assert!(absent.insert(row.address), "twice: {row:?}"),
            }
        }
        let claimed = |object: &crate::object::DirectoryObject| {
            let id = object.id.clone();
            object.claims.iter().map(move |claim| (id.clone(), claim.address.as_str().to_owned())).collect::<Vec<_>>()
        };
        let expected: BTreeSet<_> = world.objects.iter().flat_map(claimed).collect();
        let met: BTreeSet<_> = plan.rows.iter().filter_map(|row| {
            Some((crate::id::ObjectId::from_canonical(row.object_id?).unwrap(), row.address.to_owned()))
        }).collect();
        prop_assert_eq!(met, expected);
        for (address, _) in live_addresses(&portal) {
            let rows: Vec<PlannedRow<'_>> = plan.rows.iter().filter(|row| row.address == address).collect();
            prop_assert!(!rows.is_empty(), "no row for {}", address);
            let only_refused = rows.iter().filter(|row| row.object_id.is_some()).all(|row| is_refusal_of_the_claim(row));
            prop_assert_eq!(absent.contains(address.as_str()), only_refused, "{}: {:?}", address, rows);
        }
    }

    #[test]
    fn the_order_of_the_input_never_matters((world, shuffled) in any_world().prop_flat_map(|world| {
        let shuffled = shuffle(world.clone());
        (Just(world), shuffled)
    })) {
        let (directory, portal) = (world.directory(), world.portal());
        let (other_directory, other_portal) = (shuffled.directory(), shuffled.portal());
        let (plan, other) = (world.plan(&directory, &portal), shuffled.plan(&other_directory, &other_portal));
        prop_assert_eq!(plan.rows.iter().collect::<Vec<_>>(), other.rows.iter().collect::<Vec<_>>());
        prop_assert_eq!(plan.changes, other.changes);
        prop_assert_eq!(plan.counts, other.counts);
    }

    #[test]
    fn planning_again_changes_nothing_and_finds_the_steady_rows(mut world in any_world()) {
        // An address that a different server was the first to lack is no longer new the next time.
        world.withholding.other_server = false;
        let (directory, portal) = (world.directory(), world.portal());
        let plan = world.plan(&directory, &portal);
        let after = portal.apply(&plan);
        let again = world.plan(&directory, &after);
        prop_assert!(again.changes.is_empty(), "{:#?}", again.changes);
        let moved = again.counts.add + again.counts.update + again.counts.remove;
        prop_assert_eq!(moved, 0, "{:#?}", again.rows.iter().collect::<Vec<_>>());
        prop_assert_eq!(forecast(plan.rows.iter()), found(again.rows.iter()));
        prop_assert_eq!(plan.counts.accounts, after.live_accounts());
        prop_assert_eq!(forecast(again.rows.iter()), found(again.rows.iter()));
    }

    #[test]
    fn one_live_address_is_of_one_account_and_every_live_account_has_one_primary(world in any_world()) {
        let (directory, portal) = (world.directory(), world.portal());
        let after = portal.apply(&world.plan(&directory, &portal));
        let mut held = BTreeSet::new();
        let mut objects = BTreeSet::new();
        for account in after.iter().filter(|account| !account.removed) {
            for state in &account.addresses {
                prop_assert!(held.insert(state.address.clone()), "{} twice", state.address);
            }
            let primaries = account.addresses.iter().filter(|state| state.address_type == AddressType::Primary);
            prop_assert_eq!(primaries.count(), 1, "{:?}", account);
            if let Some(object) = account.object_id {
                prop_assert!(objects.insert(object.clone()), "two accounts of {}", object);
            }
        }
    }

    #[test]
    fn an_object_keeps_its_account_whatever_becomes_of_its_addresses(world in any_world()) {
        let (directory, portal) = (world.directory(), world.portal());
        let after = portal.apply(&world.plan(&directory, &portal));
        let of_object: BTreeMap<_, _> = after.iter().filter(|account| !account.removed)
            .filter_map(|account| Some((account.object_id.clone()?, account.id))).collect();
        for account in portal.iter() {
            let Some(object) = account.object_id else { continue };
            let in_read = world.objects.iter().any(|known| known.id == object);
            if let Some(id) = of_object.get(&object).filter(|_| in_read) {
                prop_assert_eq!(*id, account.id, "{} was given another account", object);
            }
        }
    }

    #[test]
    fn no_address_is_lost_that_an_object_could_keep(world in any_world()) {
        let (directory, portal) = (world.directory(), world.portal());
        let plan = world.plan(&directory, &portal);
        let after = live_addresses(&portal.apply(&plan));
        for (address, _) in live_addresses(&portal) {
            let removable = plan.rows.iter().any(|row| row.address == address && row.verdict == Verdict::Remove);
            prop_assert!(removable || after.contains_key(&address), "{} is lost", address);
            prop_assert!(world.rules.removal.removes_synced() || after.contains_key(&address), "{} is removed", address);
        }
        for row in plan.rows.iter() {
            let wanted = matches!(row.reason, Some(Reason::ClaimedByOtherObject | Reason::InterferesWithPortalAccount))
                || matches!(row.verdict, Verdict::Add | Verdict::Keep | Verdict::Update);
            let renames = portal.iter().any(|account| account.is_protected);
            prop_assert!(!wanted || renames || after.contains_key(row.address), "{row:?}");
            prop_assert_eq!(row.primary_address.is_some(), after.contains_key(row.address), "{:?}", row);
        }
    }

    #[test]
    fn an_alias_claim_takes_no_primary_from_a_holder_that_still_claims_it(mut world in any_world()) {
        // No address is lost as a duplicate.
        world.rules.same_username = SameUsername::Import;
        let (directory, portal) = (world.directory(), world.portal());
        let plan = world.plan(&directory, &portal);
        let rows: Vec<PlannedRow<'_>> = plan.rows.iter().collect();
        for account in portal.iter().filter(|account| !account.removed) {
            let Some(holder) = account.object_id else { continue };
            for state in account.addresses {
                let address = state.address.as_str();
                let of_address = || rows.iter().filter(move |row| row.address == address);
                let still_claimed = of_address().any(|row| {
                    row.object_id == Some(holder.as_str()) && !is_refusal_of_the_claim(row)
                });
                let by_alias = of_address().find(|row| {
                    row.object_id.is_some_and(|id| id != holder.as_str())
                        && row.directory_type == Some(AddressType::Alias)
                        && matches!(row.verdict, Verdict::Add | Verdict::Keep | Verdict::Update)
                        && row.address_type == Some(AddressType::Primary)
                });
                prop_assert!(!still_claimed || by_alias.is_none(), "{by_alias:?}");
            }
        }
    }

    #[test]
    fn an_address_that_its_own_object_has_spoilt_stays_unless_another_object_gets_it(world in any_world()) {
        let (directory, portal) = (world.directory(), world.portal());
        let plan = world.plan(&directory, &portal);
        let after = live_addresses(&portal.apply(&plan));
        for account in portal.iter().filter(|account| !account.removed) {
            let Some(object) = world.objects.iter().find(|object| account.object_id.as_ref() == Some(&object.id)) else {
                continue;
            };
            for address in object.claims.iter().flat_map(|claim| claim.address.freed()) {
                if !account.addresses.iter().any(|state| state.address == *address) {
                    continue;
                }
                prop_assert!(after.contains_key(address.as_str()), "{} is lost", address);
                let absent = plan.rows.iter().find(|row| row.address == address.as_str() && row.object_id.is_none());
                if let Some(row) = absent {
                    // A manual one that changes in another way says so, and is spoilt from then on.
                    let reason = if row.verdict == Verdict::Update { row.steady_reason } else { row.reason };
                    prop_assert_eq!(reason, Some(Reason::Spoilt), "{:?}", row);
                    prop_assert!(matches!(row.verdict, Verdict::Stale | Verdict::Keep | Verdict::Update), "{:?}", row);
                }
            }
        }
        let is_spoilt = |row: &PlannedRow<'_>| row.reason == Some(Reason::Spoilt) || row.steady_reason == Some(Reason::Spoilt);
        let spoilt = plan.rows.iter().filter(is_spoilt).count() as u64;
        prop_assert_eq!(plan.counts.spoilt, spoilt);
    }

    #[test]
    fn protected_accounts_stay_as_they_are_but_for_more_addresses(world in any_world()) {
        let (directory, portal) = (world.directory(), world.portal());
        let after = by_id(&portal.apply(&world.plan(&directory, &portal)));
        for account in portal.iter().filter(|account| account.is_protected) {
            let now = &after[&account.id];
            prop_assert!(!now.removed);
            prop_assert_eq!(&now.object_id, &account.object_id);
            prop_assert_eq!(now.primary().map(|state| &state.address), account.primary().map(|state| &state.address));
            for state in &account.addresses {
                prop_assert!(now.addresses.iter().any(|kept| kept.address == state.address), "{} is lost", state.address);
            }
        }
    }

    #[test]
    fn changes_show_the_states_before_and_after_and_only_real_changes(world in any_world()) {
        let (directory, portal) = (world.directory(), world.portal());
        let plan = world.plan(&directory, &portal);
        let before = by_id(&portal);
        let mut changed = BTreeSet::new();
        for change in &plan.changes {
            prop_assert!(changed.insert(change.after.id));
            prop_assert_eq!(change.before.as_ref(), before.get(&change.after.id));
            prop_assert_ne!(change.before.as_ref(), Some(&change.after));
            prop_assert_eq!(change.kind == ChangeKind::Created, change.before.is_none());
            prop_assert_eq!(change.kind == ChangeKind::Removed, change.after.removed);
            prop_assert!(!change.welcome || change.kind == ChangeKind::Created);
        }
    }

    #[test]
    fn manual_accounts_are_spared_unless_the_settings_remove_them(world in any_world()) {
        let (directory, portal) = (world.directory(), world.portal());
        let plan = world.plan(&directory, &portal);
        let after = live_addresses(&portal.apply(&plan));
        if world.rules.removal == (Removal::On { keep_manual: false }) {
            return Ok(());
        }
        for account in portal.iter().filter(|account| !account.removed) {
            for state in account.addresses.iter().filter(|state| state.origin == Origin::Manual) {
                let claimed = plan.rows.iter().any(|row| row.address == state.address.as_str() && row.object_id.is_some());
                prop_assert!(claimed || after.contains_key(state.address.as_str()), "{} is lost", state.address);
            }
        }
    }
}

/// True if a row refuses its claim so that the address counts as absent.
fn is_refusal_of_the_claim(row: &PlannedRow<'_>) -> bool {
    matches!(
        row.reason,
        Some(
            Reason::TypeExcluded
                | Reason::DisabledExcluded
                | Reason::DomainExcluded
                | Reason::DomainNotRegistered
                | Reason::DuplicateUsername
        )
    )
}

type Verdicts = BTreeMap<(String, Option<String>), (Verdict, Option<Reason>, Option<String>, Option<String>)>;

/// The rows that a next run is said to have.
fn forecast<'a>(rows: impl Iterator<Item = PlannedRow<'a>>) -> Verdicts {
    rows.filter_map(|row| {
        Some((
            key(&row),
            (
                row.steady_verdict?,
                row.steady_reason,
                own(row.steady_other),
                own(row.primary_address),
            ),
        ))
    })
    .collect()
}

fn found<'a>(rows: impl Iterator<Item = PlannedRow<'a>>) -> Verdicts {
    rows.map(|row| {
        (
            key(&row),
            (row.verdict, row.reason, own(row.other), own(row.primary_address)),
        )
    })
    .collect()
}

fn key(row: &PlannedRow<'_>) -> (String, Option<String>) {
    (row.address.to_owned(), own(row.object_id))
}

fn own(text: Option<&str>) -> Option<String> {
    text.map(str::to_owned)
}

fn by_id(portal: &Portal) -> BTreeMap<crate::id::AccountId, AccountState> {
    portal.iter().map(|account| (account.id, account)).collect()
}

fn live_addresses(portal: &Portal) -> BTreeMap<String, crate::id::AccountId> {
    let live = portal.iter().filter(|account| !account.removed);
    live.flat_map(|account| {
        let id = account.id;
        account
            .addresses
            .into_iter()
            .map(move |state| (state.address.as_str().to_owned(), id))
    })
    .collect()
}

fn shuffle(world: RandomWorld) -> impl Strategy<Value = RandomWorld> {
    let claims: Vec<_> = world
        .objects
        .iter()
        .map(|object| Just(object.claims.clone()).prop_shuffle())
        .collect();
    let objects = (Just(world.objects.clone()), claims).prop_map(|(mut objects, claims)| {
        for (object, claims) in objects.iter_mut().zip(claims) {
            object.claims = claims;
        }
        objects
    });
    let accounts = Just(world.accounts.clone()).prop_shuffle();
    (objects.prop_shuffle(), accounts).prop_map(move |(objects, accounts)| RandomWorld {
        objects,
        accounts,
        ..world.clone()
    })
}
