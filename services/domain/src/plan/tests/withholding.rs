//! Section 4: what waits although Remove Accounts is on.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::object::Origin;
use crate::plan::{AccountState, ApprovedAddresses, Portal, Removal, Rules, Withholding};
use crate::verdict::{Reason, Verdict};

use super::tenant::Tenant;
use super::worlds::any_world;

/// A tenant with Remove Accounts on, whose directory lost `bob` and the alias of `ann`; and beside them what was typed.
fn tenant(keep_manual: bool) -> Tenant {
    let mut tenant = Tenant::with(Rules {
        removal: Removal::On { keep_manual },
        ..Rules::default()
    });
    tenant
        .directory(&[
            ("ann", "SMTP:ann@a.test smtp:al@a.test"),
            ("bob", "SMTP:bob@a.test"),
        ])
        .sync();
    tenant
        .hand_made(&["info@a.test"])
        .typed("ann@a.test", "typed@a.test")
        .directory(&[("ann", "SMTP:ann@a.test")]);
    tenant
}

fn approved(addresses: &[&str]) -> Withholding {
    Withholding {
        approved: Some(addresses.iter().map(ToString::to_string).collect()),
        ..Withholding::default()
    }
}

fn paused() -> Withholding {
    Withholding {
        removals_paused: true,
        ..Withholding::default()
    }
}

fn other_server() -> Withholding {
    Withholding {
        other_server: true,
        ..Withholding::default()
    }
}

#[test]
fn while_removals_are_paused_all_that_is_absent_stays() {
    let mut tenant = tenant(false);
    tenant.withholding = paused();
    let rows = [
        "al@a.test STALE REMOVALS_PAUSED",
        "ann@a.test KEEP",
        "bob@a.test STALE REMOVALS_PAUSED",
        "info@a.test KEEP REMOVALS_PAUSED",
        "typed@a.test KEEP REMOVALS_PAUSED",
    ];
    assert_eq!(tenant.sync(), rows);
    assert_eq!(tenant.sync(), rows);
    assert_eq!(
        tenant.accounts(),
        [
            "101: ann@a.test al@a.test~ typed@a.test*",
            "102: bob@a.test~",
            "103: info@a.test*"
        ]
    );
    tenant.withholding = Withholding::default();
    assert_eq!(
        tenant.sync(),
        [
            "al@a.test REMOVE ABSENT",
            "ann@a.test KEEP",
            "bob@a.test REMOVE ABSENT",
            "info@a.test REMOVE ABSENT",
            "typed@a.test REMOVE ABSENT",
        ]
    );
}

#[test]
fn what_another_server_is_the_first_to_lack_waits_for_the_next_read_but_not_what_was_typed() {
    let mut tenant = tenant(false);
    tenant.withholding = other_server();
    assert_eq!(
        tenant.sync(),
        [
            "al@a.test STALE OTHER_SERVER",
            "ann@a.test KEEP",
            "bob@a.test STALE OTHER_SERVER",
            "info@a.test REMOVE ABSENT",
            "typed@a.test REMOVE ABSENT",
        ]
    );
    assert_eq!(
        tenant.sync(),
        [
            "al@a.test REMOVE ABSENT",
            "ann@a.test KEEP",
            "bob@a.test REMOVE ABSENT"
        ],
        "the other server lacks it too"
    );
}

#[test]
fn what_comes_back_before_the_next_read_is_stale_no_more() {
    let mut tenant = tenant(true);
    tenant.withholding = other_server();
    tenant.sync();
    tenant.withholding = Withholding::default();
    tenant.directory(&[
        ("ann", "SMTP:ann@a.test smtp:al@a.test"),
        ("bob", "SMTP:bob@a.test"),
    ]);
    assert_eq!(
        tenant.sync(),
        [
            "al@a.test UPDATE STALE_NO_MORE",
            "ann@a.test KEEP",
            "bob@a.test UPDATE STALE_NO_MORE",
            "info@a.test KEEP",
            "typed@a.test KEEP",
        ]
    );
}

#[test]
fn of_what_is_absent_only_what_was_approved_goes() {
    let mut tenant = tenant(false);
    tenant.withholding = approved(&["bob@a.test", "typed@a.test"]);
    assert_eq!(
        tenant.sync(),
        [
            "al@a.test STALE NOT_APPROVED",
            "ann@a.test KEEP",
            "bob@a.test REMOVE ABSENT",
            "info@a.test KEEP NOT_APPROVED",
            "typed@a.test REMOVE ABSENT",
        ]
    );
}

#[test]
fn what_was_approved_goes_whichever_server_is_read_since_it_was_seen_to_be_absent_before() {
    let mut tenant = tenant(true);
    tenant.withholding = Withholding {
        other_server: true,
        ..approved(&["bob@a.test"])
    };
    assert_eq!(
        tenant.sync()[..3],
        [
            "al@a.test STALE NOT_APPROVED",
            "ann@a.test KEEP",
            "bob@a.test REMOVE ABSENT"
        ]
    );
}

#[test]
fn what_was_approved_waits_too_while_removals_are_paused() {
    let mut tenant = tenant(true);
    tenant.withholding = Withholding {
        removals_paused: true,
        ..approved(&["bob@a.test"])
    };
    assert!(
        tenant
            .sync()
            .contains(&"bob@a.test STALE REMOVALS_PAUSED".to_owned())
    );
}

#[test]
fn with_remove_accounts_off_nothing_is_withheld() {
    let mut tenant = tenant(false);
    tenant.rules.removal = Removal::Off;
    for withholding in [paused(), other_server(), approved(&[])] {
        tenant.withholding = withholding;
        assert_eq!(
            tenant.sync(),
            [
                "al@a.test STALE ABSENT",
                "ann@a.test KEEP",
                "bob@a.test STALE ABSENT",
                "info@a.test KEEP",
                "typed@a.test KEEP",
            ]
        );
    }
}

#[test]
fn a_hand_made_account_whose_removal_waits_is_not_on_its_way_out_and_refuses_what_it_holds() {
    for withholding in [paused(), approved(&["boss@a.test"])] {
        let mut tenant = Tenant::with(Rules {
            removal: Removal::On { keep_manual: false },
            ..Rules::default()
        });
        tenant
            .hand_made(&["boss@a.test info@a.test"])
            .directory(&[("ann", "SMTP:ann@a.test smtp:info@a.test")]);
        let reason = if withholding.removals_paused {
            Reason::RemovalsPaused
        } else {
            Reason::NotApproved
        };
        tenant.withholding = withholding;
        assert_eq!(
            tenant.sync(),
            [
                "ann@a.test ADD NEW_ACCOUNT".to_owned(),
                format!("boss@a.test KEEP {reason}"),
                "info@a.test SKIP INTERFERES_WITH_PORTAL_ACCOUNT boss@a.test".to_owned(),
            ]
        );
        tenant.withholding = approved(&["boss@a.test", "info@a.test"]);
        assert_eq!(
            tenant.sync(),
            [
                "ann@a.test KEEP",
                "boss@a.test REMOVE ABSENT",
                "info@a.test UPDATE MOVED boss@a.test"
            ]
        );
    }
}

#[test]
fn an_adopted_account_is_given_back_as_a_whole_or_waits_as_a_whole() {
    let mut tenant = Tenant::with(Rules {
        removal: Removal::On { keep_manual: true },
        ..Rules::default()
    });
    tenant.hand_made(&["ann@a.test info@a.test"]);
    tenant
        .directory(&[("ann", "SMTP:ann@a.test smtp:al@a.test")])
        .sync();
    tenant.directory(&[]);
    tenant.withholding = approved(&["al@a.test"]);
    assert_eq!(
        tenant.sync(),
        [
            "al@a.test STALE NOT_APPROVED",
            "ann@a.test STALE NOT_APPROVED",
            "info@a.test KEEP"
        ]
    );
    assert!(tenant.account_of("ann@a.test").object_id.is_some());
    tenant.withholding = approved(&["al@a.test", "ann@a.test"]);
    assert_eq!(
        tenant.sync(),
        [
            "al@a.test UPDATE GIVEN_BACK",
            "ann@a.test UPDATE GIVEN_BACK",
            "info@a.test KEEP"
        ]
    );
    assert_eq!(tenant.account_of("ann@a.test").origin, Origin::Manual);
}

#[test]
fn accounts_that_lose_something_and_addresses_newly_stale_are_counted() {
    let mut tenant = tenant(false);
    let counts = tenant.plan(|plan| plan.counts);
    assert_eq!((counts.accounts_reduced, counts.newly_stale), (3, 0));
    assert_eq!(
        tenant.plan(|plan| plan.reduced_beyond(&approved_of(&["bob@a.test", "al@a.test"]))),
        2
    );
    tenant.withholding = paused();
    let counts = tenant.plan(|plan| plan.counts);
    assert_eq!((counts.accounts_reduced, counts.newly_stale), (0, 2));
    tenant.sync();
    assert_eq!(tenant.plan(|plan| plan.counts).newly_stale, 0, "still stale");
    assert!(tenant.plan(|plan| plan.withheld));
}

#[test]
fn an_account_that_an_address_moves_away_from_is_counted_with_remove_accounts_off_too() {
    let mut tenant = Tenant::new();
    tenant
        .directory(&[
            ("ann", "SMTP:ann@a.test smtp:info@a.test"),
            ("bob", "SMTP:bob@a.test"),
        ])
        .sync();
    tenant.directory(&[
        ("ann", "SMTP:ann@a.test"),
        ("bob", "SMTP:bob@a.test smtp:info@a.test"),
    ]);
    assert_eq!(tenant.plan(|plan| plan.counts).accounts_reduced, 1);
}

fn approved_of(addresses: &[&str]) -> ApprovedAddresses {
    addresses.iter().map(ToString::to_string).collect()
}

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
    fn while_removals_are_paused_nothing_is_removed_that_nobody_takes(mut world in any_world()) {
        world.withholding.removals_paused = true;
        let (directory, portal) = (world.directory(), world.portal());
        let plan = world.plan(&directory, &portal);
        prop_assert_eq!(plan.counts.remove, 0);
        let after = live_addresses(&portal.apply(&plan));
        prop_assert!(live_addresses(&portal).is_subset(&after));
    }

    #[test]
    fn of_what_is_lost_all_is_approved_or_somebody_elses(mut world in any_world()) {
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
        world.withholding = other_server();
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
        // An account on its way out refuses nothing: while that waits, others may come to hold something else.
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
        prop_assert_eq!(plan.reduced_beyond(&approved), beyond);
        let newly = |state: &&crate::plan::AddressState| state.stale_since == Some(super::worlds::now());
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

fn live_addresses(portal: &Portal) -> BTreeSet<String> {
    let live = portal.iter().filter(|account| !account.removed);
    live.flat_map(|account| account.addresses)
        .map(|state| state.address.to_string())
        .collect()
}
