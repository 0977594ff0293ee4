//! Rules 4 and 7: manual accounts, accounts whose object is missing, and protected accounts.

use crate::object::Origin;
use crate::plan::{Removal, Rules};

use super::tenant::Tenant;

fn with_removal(keep_manual: bool) -> Tenant {
    Tenant::with(Rules {
        removal: Removal::On { keep_manual },
        ..Rules::default()
    })
}

#[test]
fn a_manual_address_is_refused_to_others() {
    let mut tenant = Tenant::new();
    tenant
        .manual_accounts(&["boss@a.test info@a.test"])
        .directory(&[("ann", "SMTP:ann@a.test smtp:info@a.test")]);
    assert_eq!(
        tenant.sync(),
        [
            "ann@a.test ADD NEW_ACCOUNT",
            "boss@a.test KEEP",
            "info@a.test SKIP INTERFERES_WITH_PORTAL_ACCOUNT boss@a.test"
        ]
    );
}

#[test]
fn the_primary_of_a_manual_account_is_refused_to_an_alias_claim() {
    let mut tenant = Tenant::new();
    tenant
        .manual_accounts(&["boss@a.test"])
        .directory(&[("ann", "SMTP:ann@a.test smtp:boss@a.test")]);
    assert_eq!(
        tenant.sync(),
        [
            "ann@a.test ADD NEW_ACCOUNT",
            "boss@a.test SKIP INTERFERES_WITH_PORTAL_ACCOUNT boss@a.test"
        ]
    );
    assert_eq!(tenant.accounts(), ["101: boss@a.test*", "102: ann@a.test"]);
}

#[test]
fn an_object_adopts_the_manual_account_of_its_primary_whole() {
    let mut tenant = Tenant::new();
    tenant.manual_accounts(&["ann@a.test info@a.test sales@a.test"]);
    tenant.directory(&[("ann", "SMTP:ann@a.test smtp:sales@a.test")]);
    assert_eq!(
        tenant.sync(),
        [
            "ann@a.test UPDATE ADOPTED",
            "info@a.test KEEP",
            "sales@a.test UPDATE ADOPTED"
        ]
    );
    assert_eq!(tenant.accounts(), ["101: ann@a.test info@a.test* sales@a.test"]);
    let account = tenant.account_of("ann@a.test");
    assert_eq!(account.origin, Origin::Manual, "it is still known who made it");
    assert!(account.object_id.is_some() && account.hsr_enabled);
}

#[test]
fn an_object_with_an_account_takes_the_addresses_of_a_manual_one_into_it() {
    let mut tenant = Tenant::new();
    tenant.directory(&[("ann", "SMTP:ann@a.test")]).sync();
    tenant
        .manual_accounts(&["lee@a.test info@a.test"])
        .directory(&[("ann", "SMTP:lee@a.test smtp:ann@a.test")]);
    assert_eq!(
        tenant.sync(),
        [
            "ann@a.test UPDATE RENAMED",
            "info@a.test UPDATE MERGED lee@a.test",
            "lee@a.test UPDATE MERGED lee@a.test"
        ]
    );
    assert_eq!(tenant.accounts(), ["101: lee@a.test ann@a.test info@a.test*"]);
}

#[test]
fn what_is_adopted_counts_as_its_objects_own_in_the_same_run() {
    let mut tenant = Tenant::new();
    tenant.manual_accounts(&["x@a.test y@a.test"]);
    tenant.directory(&[
        ("ann", "SMTP:x@a.test smtp:y@a.test"),
        ("aaa", "SMTP:aaa@a.test smtp:y@a.test"),
    ]);
    let rows = tenant.sync();
    assert!(
        rows.contains(&"y@a.test SKIP CLAIMED_BY_OTHER_OBJECT CN=ann".to_owned()),
        "{rows:?}"
    );
    assert_eq!(tenant.accounts(), ["101: x@a.test y@a.test", "102: aaa@a.test"]);
}

#[test]
fn an_object_created_again_with_the_same_primary_takes_the_account_over() {
    let mut tenant = Tenant::new();
    tenant
        .directory(&[("old", "SMTP:ann@a.test smtp:al@a.test")])
        .sync();
    tenant.directory(&[("new", "SMTP:ann@a.test")]);
    assert_eq!(
        tenant.sync(),
        ["al@a.test STALE ABSENT", "ann@a.test UPDATE REBOUND"]
    );
    assert_eq!(tenant.accounts(), ["101: ann@a.test al@a.test~"]);
}

#[test]
fn an_object_with_an_account_takes_only_the_address_of_an_account_whose_object_is_missing() {
    let mut tenant = Tenant::new();
    tenant
        .directory(&[("ann", "SMTP:ann@a.test"), ("old", "SMTP:x@a.test smtp:y@a.test")])
        .sync();
    tenant.directory(&[("ann", "SMTP:x@a.test smtp:ann@a.test")]);
    assert_eq!(
        tenant.sync(),
        [
            "ann@a.test UPDATE RENAMED",
            "x@a.test UPDATE MOVED y@a.test",
            "y@a.test STALE ABSENT"
        ]
    );
    assert_eq!(tenant.accounts(), ["101: x@a.test ann@a.test", "102: y@a.test~"]);
}

#[test]
fn an_account_whose_object_is_in_the_read_is_not_taken_over() {
    let mut tenant = Tenant::new();
    tenant
        .directory(&[("old", "SMTP:ann@a.test smtp:al@a.test")])
        .sync();
    tenant.directory(&[("old", "SMTP:al@a.test"), ("new", "SMTP:ann@a.test")]);
    assert_eq!(
        tenant.sync(),
        ["al@a.test UPDATE RENAMED", "ann@a.test UPDATE MOVED al@a.test"]
    );
    assert_eq!(tenant.accounts(), ["101: al@a.test", "102: ann@a.test"]);
}

#[test]
fn a_manual_account_about_to_be_removed_refuses_nothing() {
    let mut tenant = with_removal(false);
    tenant
        .manual_accounts(&["boss@a.test info@a.test"])
        .directory(&[("ann", "SMTP:ann@a.test smtp:info@a.test")]);
    assert_eq!(
        tenant.sync(),
        [
            "ann@a.test ADD NEW_ACCOUNT",
            "boss@a.test REMOVE ABSENT",
            "info@a.test UPDATE MOVED boss@a.test"
        ]
    );
    assert_eq!(tenant.accounts(), ["102: ann@a.test info@a.test"]);
}

#[test]
fn a_protected_account_refuses_whatever_would_change_it() {
    let mut tenant = with_removal(false);
    tenant
        .manual_accounts(&["admin@a.test root@a.test"])
        .account("admin@a.test", |admin| admin.is_protected = true);
    tenant.directory(&[("ann", "SMTP:admin@a.test smtp:ann@a.test")]);
    assert_eq!(
        tenant.sync(),
        [
            "admin@a.test SKIP INTERFERES_WITH_PORTAL_ACCOUNT admin@a.test",
            "ann@a.test ADD NEW_ACCOUNT",
            "root@a.test SKIP INTERFERES_WITH_PORTAL_ACCOUNT admin@a.test",
        ]
    );
}

#[test]
fn a_protected_account_keeps_its_primary_when_its_object_has_another() {
    let mut tenant = Tenant::new();
    tenant.directory(&[("ann", "SMTP:ann@a.test")]).sync();
    tenant.account("ann@a.test", |ann| ann.is_protected = true);
    tenant.directory(&[("ann", "SMTP:lee@a.test smtp:ann@a.test smtp:info@a.test")]);
    assert_eq!(
        tenant.sync(),
        [
            "ann@a.test KEEP",
            "info@a.test ADD NEW_ADDRESS",
            "lee@a.test SKIP INTERFERES_WITH_PORTAL_ACCOUNT ann@a.test"
        ]
    );
}

#[test]
fn a_protected_account_is_not_stripped_by_an_object_with_a_better_claim() {
    let mut tenant = Tenant::new();
    tenant
        .directory(&[("ann", "SMTP:ann@a.test smtp:info@a.test")])
        .sync();
    tenant.account("ann@a.test", |ann| ann.is_protected = true);
    tenant.directory(&[("bob", "SMTP:info@a.test smtp:bob@a.test")]);
    assert_eq!(
        tenant.sync(),
        [
            "ann@a.test STALE ABSENT",
            "bob@a.test ADD NEW_ACCOUNT",
            "info@a.test SKIP INTERFERES_WITH_PORTAL_ACCOUNT ann@a.test"
        ]
    );
}
