//! Section 4: what waits although Remove Accounts is on.

use crate::object::Origin;
use crate::plan::{ApprovedAddresses, Removal, Rules, Withholding};
use crate::verdict::Reason;

use super::tenant::Tenant;

/// A tenant with Remove Accounts on, whose directory lost `bob` and the alias of `ann`; and beside them manual
/// addresses.
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
        .manual_accounts(&["info@a.test"])
        .manual_address("ann@a.test", "typed@a.test")
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
fn addresses_first_absent_at_another_server_wait_for_the_next_read_but_manual_ones_do_not() {
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
fn an_address_that_comes_back_before_the_next_read_is_no_longer_stale() {
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
fn only_approved_addresses_are_removed() {
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
fn a_manual_account_whose_removal_waits_still_refuses_its_addresses() {
    for withholding in [paused(), approved(&["boss@a.test"])] {
        let mut tenant = Tenant::with(Rules {
            removal: Removal::On { keep_manual: false },
            ..Rules::default()
        });
        tenant
            .manual_accounts(&["boss@a.test info@a.test"])
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
    tenant.manual_accounts(&["ann@a.test info@a.test"]);
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

#[test]
fn an_approved_merger_covers_the_former_primary_that_its_new_object_claims_twice() {
    let mut tenant = Tenant::new();
    tenant.directory(&[("bob", "SMTP:robert@a.test")]).sync();
    tenant.manual_accounts(&["bob@b.test bob@alias.test"]);
    tenant.directory(&[("bob", "SMTP:bob@alias.test smtp:bob@b.test")]);
    let merged = approved_of(&["bob@alias.test"]);
    let beyond = |approved| tenant.plan(|plan| plan.reduced_beyond(approved));
    assert_eq!((beyond(&merged), beyond(&approved_of(&[]))), (0, 1));
    assert_eq!(
        tenant.sync(),
        [
            "bob@alias.test UPDATE MERGED bob@b.test",
            "bob@b.test SKIP DUPLICATE_USERNAME bob@alias.test",
            "bob@b.test STALE ONLY_REFUSED_CLAIMS DUPLICATE_USERNAME",
            "robert@a.test STALE ABSENT"
        ]
    );
}

fn approved_of(addresses: &[&str]) -> ApprovedAddresses {
    addresses.iter().map(ToString::to_string).collect()
}
