//! Section 4: absent addresses.

use jiff::ToSpan;

use crate::object::Origin;
use crate::plan::{DomainCause, LostDomain, Plan, Removal, Rules};

use super::tenant::Tenant;
use super::worlds::now;

fn with_removal(keep_manual: bool) -> Tenant {
    Tenant::with(Rules {
        removal: Removal::On { keep_manual },
        ..Rules::default()
    })
}

#[test]
fn an_absent_address_stays_with_the_date_of_its_absence_and_is_no_longer_stale_once_it_is_back() {
    let mut tenant = Tenant::new();
    tenant.directory(&[("ann", "SMTP:ann@a.test")]).sync();
    tenant.directory(&[]);
    assert_eq!(tenant.sync(), ["ann@a.test STALE ABSENT"]);
    let later = now().checked_add(5.hours()).unwrap();
    assert_eq!(tenant.sync_at(later), ["ann@a.test STALE ABSENT"]);
    let account = tenant.account_of("ann@a.test");
    assert_eq!(
        (account.stale_since, account.addresses[0].stale_since),
        (Some(now()), Some(now()))
    );
    tenant.directory(&[("ann", "SMTP:ann@a.test")]);
    assert_eq!(tenant.sync(), ["ann@a.test UPDATE STALE_NO_MORE"]);
    assert_eq!(tenant.account_of("ann@a.test").stale_since, None);
}

#[test]
fn an_account_is_not_stale_while_one_of_its_addresses_is_in_the_directory() {
    let mut tenant = Tenant::new();
    tenant
        .directory(&[("ann", "SMTP:ann@a.test smtp:al@a.test")])
        .sync();
    tenant.directory(&[("ann", "SMTP:ann@a.test")]).sync();
    assert_eq!(tenant.accounts(), ["101: ann@a.test al@a.test~"]);
    assert_eq!(tenant.account_of("ann@a.test").stale_since, None);
}

#[test]
fn a_domain_that_leaves_the_tenant_makes_its_addresses_stale_and_says_why() {
    let mut tenant = Tenant::new();
    tenant
        .directory(&[("ann", "SMTP:ann@a.test smtp:lee@b.test")])
        .sync();
    tenant.lose_domain("b.test");
    assert_eq!(
        tenant.sync(),
        [
            "ann@a.test KEEP",
            "lee@b.test SKIP DOMAIN_NOT_REGISTERED",
            "lee@b.test STALE ONLY_REFUSED_CLAIMS DOMAIN_NOT_REGISTERED",
        ]
    );
}

#[test]
fn remove_accounts_removes_all_that_is_not_in_the_directory_manual_accounts_too() {
    let mut tenant = with_removal(false);
    tenant
        .directory(&[
            ("ann", "SMTP:ann@a.test smtp:al@a.test"),
            ("bob", "SMTP:bob@a.test"),
        ])
        .sync();
    tenant
        .manual_accounts(&["info@a.test"])
        .manual_address("ann@a.test", "typed@a.test");
    tenant.directory(&[("ann", "SMTP:ann@a.test")]);
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
    assert_eq!(tenant.accounts(), ["101: ann@a.test"]);
}

#[test]
fn keep_manual_spares_manual_accounts_and_manual_addresses() {
    let mut tenant = with_removal(true);
    tenant
        .directory(&[("ann", "SMTP:ann@a.test smtp:al@a.test")])
        .sync();
    tenant
        .manual_accounts(&["info@a.test"])
        .manual_address("ann@a.test", "typed@a.test");
    tenant.directory(&[("ann", "SMTP:ann@a.test")]);
    assert_eq!(
        tenant.sync(),
        [
            "al@a.test REMOVE ABSENT",
            "ann@a.test KEEP",
            "info@a.test KEEP",
            "typed@a.test KEEP"
        ]
    );
}

#[test]
fn keep_manual_gives_an_adopted_account_back_to_the_hand_that_made_it() {
    let mut tenant = with_removal(true);
    tenant.manual_accounts(&["ann@a.test info@a.test"]);
    tenant
        .directory(&[("ann", "SMTP:ann@a.test smtp:al@a.test")])
        .sync();
    tenant.directory(&[]);
    assert_eq!(
        tenant.sync(),
        [
            "al@a.test UPDATE GIVEN_BACK",
            "ann@a.test UPDATE GIVEN_BACK",
            "info@a.test KEEP"
        ]
    );
    let account = tenant.account_of("ann@a.test");
    assert_eq!((account.origin, account.object_id), (Origin::Manual, None));
    tenant.directory(&[("ann", "SMTP:ann@a.test")]);
    assert_eq!(
        tenant.sync(),
        ["al@a.test KEEP", "ann@a.test UPDATE ADOPTED", "info@a.test KEEP"]
    );
}

#[test]
fn an_object_that_returns_gets_its_account_back_without_a_welcome() {
    let mut tenant = with_removal(false);
    tenant.rules.send_hsr = true;
    tenant.directory(&[("ann", "SMTP:ann@a.test")]).sync();
    tenant
        .account("ann@a.test", |ann| ann.hsr_enabled = false)
        .directory(&[])
        .sync();
    assert!(tenant.accounts().is_empty());
    tenant.directory(&[("ann", "SMTP:ann@a.test smtp:al@a.test")]);
    assert_eq!(
        tenant.sync(),
        ["al@a.test ADD RESTORED", "ann@a.test ADD RESTORED"]
    );
    assert_eq!(tenant.accounts(), ["101: ann@a.test al@a.test"]);
    assert!(
        !tenant.account_of("ann@a.test").hsr_enabled,
        "restored accounts are not new"
    );
}

#[test]
fn the_domains_whose_addresses_go_because_nothing_is_imported_from_there_are_counted() {
    let mut tenant = with_removal(false);
    tenant.directory(&[
        ("ann", "SMTP:ann@a.test smtp:ann.lee@b.test smtp:al@b.test"),
        ("bob", "SMTP:bob@a.test smtp:bo@a.test"),
    ]);
    tenant.sync();
    tenant.lose_domain("b.test");
    tenant.directory(&[
        ("ann", "SMTP:ann@a.test smtp:ann.lee@b.test smtp:al@b.test"),
        ("bob", "SMTP:bob@a.test"),
    ]);
    let lost = tenant.plan(|plan: &Plan<'_>| plan.lost_domains());
    let expected = LostDomain {
        name: "b.test".to_owned(),
        cause: DomainCause::NotRegistered,
        addresses: 2,
    };
    assert_eq!(lost, [expected], "bo@a.test is simply gone");
}
