//! Rule 3's defence: a copied object takes nothing from the account that has its addresses.

use crate::plan::{Removal, Rules, SameUsername};

use super::tenant::Tenant;

fn ann_with_an_alias() -> Tenant {
    let mut tenant = Tenant::new();
    tenant
        .directory(&[("ann", "SMTP:ann@a.test smtp:info@a.test")])
        .sync();
    tenant
}

#[test]
fn a_copy_with_nothing_but_aliases_takes_none_of_them_and_has_no_account() {
    let mut tenant = ann_with_an_alias();
    tenant.directory(&[
        ("a copy", "smtp:ann@a.test smtp:info@a.test"),
        ("ann", "SMTP:ann@a.test smtp:info@a.test"),
    ]);
    assert_eq!(
        tenant.sync(),
        [
            "ann@a.test KEEP",
            "ann@a.test SKIP CLAIMED_BY_OTHER_OBJECT CN=ann",
            "info@a.test KEEP",
            "info@a.test SKIP CLAIMED_BY_OTHER_OBJECT CN=ann",
        ]
    );
    assert_eq!(tenant.accounts(), ["101: ann@a.test info@a.test"]);
}

#[test]
fn a_copy_with_a_primary_of_its_own_gets_an_account_without_the_aliases() {
    let mut tenant = ann_with_an_alias();
    tenant.directory(&[
        ("a copy", "SMTP:copy@a.test smtp:info@a.test"),
        ("ann", "SMTP:ann@a.test smtp:info@a.test"),
    ]);
    assert_eq!(
        tenant.sync(),
        [
            "ann@a.test KEEP",
            "copy@a.test ADD NEW_ACCOUNT",
            "info@a.test KEEP",
            "info@a.test SKIP CLAIMED_BY_OTHER_OBJECT CN=ann",
        ]
    );
}

#[test]
fn a_copy_whose_primary_is_in_an_unregistered_domain_takes_no_alias_in_its_place() {
    let mut tenant = ann_with_an_alias();
    tenant.directory(&[
        ("a copy", "SMTP:copy@corp.local smtp:info@a.test"),
        ("ann", "SMTP:ann@a.test smtp:info@a.test"),
    ]);
    tenant.sync();
    assert_eq!(tenant.accounts(), ["101: ann@a.test info@a.test"]);
}

#[test]
fn a_primary_claim_still_takes_an_alias_from_its_holder() {
    let mut tenant = ann_with_an_alias();
    tenant.directory(&[
        ("ann", "SMTP:ann@a.test smtp:info@a.test"),
        ("desk", "SMTP:info@a.test"),
    ]);
    tenant.sync();
    assert_eq!(tenant.accounts(), ["101: ann@a.test", "102: info@a.test"]);
}

#[test]
fn an_alias_that_its_holder_gives_up_is_free_for_an_alias_claim() {
    let mut tenant = ann_with_an_alias();
    tenant.directory(&[("ann", "SMTP:ann@a.test"), ("desk", "smtp:info@a.test")]);
    tenant.sync();
    assert_eq!(tenant.accounts(), ["101: ann@a.test", "102: info@a.test"]);
}

#[test]
fn a_holder_that_is_refused_by_itself_defends_nothing() {
    let mut tenant = Tenant::with(Rules {
        exclude_disabled: true,
        ..Rules::default()
    });
    tenant
        .directory(&[("ann", "SMTP:ann@a.test smtp:info@a.test")])
        .sync();
    tenant.directory(&[
        ("ann", "SMTP:ann@a.test smtp:info@a.test"),
        ("desk", "smtp:info@a.test"),
    ]);
    tenant.object("ann", |ann| ann.disabled = true);
    tenant.sync();
    assert_eq!(tenant.accounts(), ["101: ann@a.test~", "102: info@a.test"]);
}

#[test]
fn an_address_that_its_holder_would_lose_as_a_duplicate_is_not_defended() {
    let mut tenant = Tenant::new();
    tenant
        .directory(&[("ann", "SMTP:ann@a.test smtp:lee@b.test")])
        .sync();
    tenant.directory(&[
        ("ann", "SMTP:lee@a.test smtp:lee@b.test"),
        ("desk", "smtp:lee@b.test"),
    ]);
    tenant.sync();
    assert_eq!(
        tenant.accounts(),
        ["101: lee@a.test ann@a.test~", "102: lee@b.test"]
    );
}

#[test]
fn the_same_address_is_defended_where_each_alias_is_decided_on_its_own() {
    let mut tenant = Tenant::with(Rules {
        same_username: SameUsername::Import,
        ..Rules::default()
    });
    tenant
        .directory(&[("ann", "SMTP:ann@a.test smtp:lee@b.test")])
        .sync();
    tenant.directory(&[
        ("ann", "SMTP:lee@a.test smtp:lee@b.test"),
        ("desk", "smtp:lee@b.test"),
    ]);
    tenant.sync();
    assert_eq!(tenant.accounts(), ["101: lee@a.test ann@a.test~ lee@b.test"]);
}

#[test]
fn a_duplicate_in_a_domain_alias_that_its_holder_keeps_is_defended() {
    let mut tenant = Tenant::new();
    tenant
        .directory(&[("ann", "SMTP:ann@a.test smtp:ann@alias.test")])
        .sync();
    tenant.directory(&[
        ("a copy", "smtp:ann@alias.test"),
        ("ann", "SMTP:ann@a.test smtp:ann@alias.test"),
    ]);
    tenant.sync();
    assert_eq!(tenant.accounts(), ["101: ann@a.test ann@alias.test="]);
}

#[test]
fn an_object_defends_the_addresses_that_it_takes_over_in_the_same_run() {
    let mut tenant = ann_with_an_alias();
    tenant.directory(&[
        ("a copy", "smtp:info@a.test"),
        ("new ann", "SMTP:ann@a.test smtp:info@a.test"),
    ]);
    tenant.sync();
    assert_eq!(tenant.accounts(), ["101: ann@a.test info@a.test"]);
}

#[test]
fn a_copy_removes_no_account_with_remove_accounts_on() {
    let mut tenant = Tenant::with(Rules {
        removal: Removal::On { keep_manual: false },
        ..Rules::default()
    });
    tenant.directory(&[("ann", "smtp:info@a.test")]).sync();
    tenant.directory(&[("a copy", "smtp:info@a.test"), ("ann", "smtp:info@a.test")]);
    assert_eq!(
        tenant.sync(),
        [
            "info@a.test KEEP",
            "info@a.test SKIP CLAIMED_BY_OTHER_OBJECT CN=ann",
        ]
    );
}
