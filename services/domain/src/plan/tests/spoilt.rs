//! Section 4: addresses that invisible characters spoil in the directory.

use crate::object::Origin;
use crate::plan::{Removal, Rules};

use super::tenant::Tenant;

fn removing(keep_manual: bool) -> Tenant {
    Tenant::with(Rules {
        removal: Removal::On { keep_manual },
        ..Rules::default()
    })
}

#[test]
fn an_account_whose_only_address_is_spoilt_stays_stale_with_remove_accounts_on() {
    let mut tenant = removing(false);
    tenant.directory(&[("ann", "SMTP:ann@a.test")]).sync();
    tenant.directory(&[("ann", "SMTP:ann\u{200b}@a.test")]);
    let rows = [
        r"ann@a.test STALE SPOILT",
        r"ann\u{200b}@a.test SKIP INVALID_ADDRESS",
    ];
    assert_eq!(
        tenant.plan(|plan| (plan.counts.spoilt, plan.counts.remove, plan.withheld)),
        (1, 0, false)
    );
    assert_eq!(tenant.sync(), rows);
    assert_eq!(tenant.sync(), rows, "and again");
    assert_eq!(tenant.accounts(), ["101: ann@a.test~"]);
    tenant.directory(&[("ann", "SMTP:ann@a.test")]);
    assert_eq!(tenant.sync(), ["ann@a.test UPDATE STALE_NO_MORE"]);
}

#[test]
fn an_address_behind_a_spoilt_prefix_is_spoilt_too() {
    let mut tenant = removing(false);
    tenant
        .directory(&[("ann", "SMTP:ann@a.test smtp:al@a.test")])
        .sync();
    tenant.directory(&[("ann", "SMTP:ann@a.test \u{feff}smtp:al@a.test")]);
    assert_eq!(
        tenant.sync(),
        [
            r"\u{feff}smtp:al@a.test SKIP UNKNOWN_PREFIX",
            "al@a.test STALE SPOILT",
            "ann@a.test KEEP",
        ]
    );
}

#[test]
fn what_another_object_has_spoilt_is_gone() {
    let mut tenant = removing(false);
    tenant
        .directory(&[("ann", "SMTP:ann@a.test smtp:al@a.test")])
        .sync();
    tenant.directory(&[("ann", "SMTP:ann@a.test"), ("bob", "SMTP:al\u{200b}@a.test")]);
    assert_eq!(
        tenant.sync(),
        [
            "al@a.test REMOVE ABSENT",
            r"al\u{200b}@a.test SKIP INVALID_ADDRESS",
            "ann@a.test KEEP",
        ]
    );
}

#[test]
fn a_spoilt_address_that_another_object_claims_goes_there() {
    let mut tenant = removing(false);
    tenant
        .directory(&[("ann", "SMTP:ann@a.test smtp:al@a.test")])
        .sync();
    tenant.directory(&[
        ("ann", "SMTP:ann@a.test smtp:al\u{200b}@a.test"),
        ("bob", "SMTP:al@a.test"),
    ]);
    tenant.sync();
    assert_eq!(tenant.accounts(), ["101: ann@a.test", "102: al@a.test"]);
}

#[test]
fn a_spoilt_address_goes_not_even_if_its_removal_is_approved() {
    let mut tenant = removing(false);
    tenant.directory(&[("ann", "SMTP:ann@a.test")]).sync();
    tenant.directory(&[("ann", "SMTP:ann\u{200b}@a.test")]);
    tenant.withholding.approved = Some(["ann@a.test".to_owned()].into_iter().collect());
    tenant.sync();
    assert_eq!(tenant.accounts(), ["101: ann@a.test~"]);
}

#[test]
fn an_adopted_account_with_a_spoilt_address_is_not_given_back() {
    let mut tenant = removing(true);
    tenant
        .manual_accounts(&["ann@a.test"])
        .directory(&[("ann", "SMTP:ann@a.test")])
        .sync();
    tenant.directory(&[("ann", "SMTP:ann\u{200b}@a.test")]).sync();
    let account = tenant.account_of("ann@a.test");
    assert!(account.object_id.is_some(), "it is still the object's");
    assert_eq!(account.addresses[0].origin, Origin::Synced);
}

#[test]
fn a_manual_address_that_its_object_has_spoilt_stays_manual() {
    let mut tenant = removing(false);
    tenant.directory(&[("ann", "SMTP:ann@a.test")]).sync();
    tenant.manual_address("ann@a.test", "info@a.test");
    tenant.directory(&[("ann", "SMTP:ann@a.test smtp:in\u{ad}fo@a.test")]);
    assert_eq!(
        tenant.sync(),
        [
            "ann@a.test KEEP",
            r"in\u{ad}fo@a.test SKIP INVALID_ADDRESS",
            "info@a.test KEEP SPOILT",
        ]
    );
    assert_eq!(tenant.accounts(), ["101: ann@a.test info@a.test*"]);
}

#[test]
fn an_alias_is_a_duplicate_of_the_primary_that_takes_the_place_of_a_spoilt_one() {
    let mut tenant = removing(false);
    let aliases = "smtp:bob@b.test SMTP:bob@alias.test";
    tenant
        .directory(&[("cy", &format!("SMTP:cy@b.test {aliases}"))])
        .sync();
    assert_eq!(tenant.accounts(), ["101: cy@b.test bob@b.test"]);
    tenant.directory(&[("cy", &format!("\u{feff}SMTP:cy@b.test {aliases}"))]);
    assert_eq!(
        tenant.sync(),
        [
            r"\u{feff}SMTP:cy@b.test SKIP UNKNOWN_PREFIX",
            "bob@alias.test ADD NEW_ADDRESS",
            "bob@b.test REMOVE ONLY_REFUSED_CLAIMS DUPLICATE_USERNAME",
            "bob@b.test SKIP DUPLICATE_USERNAME bob@alias.test",
            "cy@b.test STALE SPOILT",
        ]
    );
}
