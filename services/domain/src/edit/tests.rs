//! Accounts after a write, by example.

use super::*;
use crate::DomainName;

const NOON: &str = "2026-03-01T12:00:00Z";

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn id(number: u128) -> AccountId {
    AccountId::from_uuid(uuid::Uuid::from_u128(number))
}

/// The tenant's domains: `a.example`, and `b.example` as an alias of it.
fn domains() -> TenantDomains {
    let domain = |name| DomainName::parse(name).unwrap();
    TenantDomains::new([
        (domain("a.example"), None),
        (domain("b.example"), Some(domain("a.example"))),
    ])
}

fn wanted(addresses: &[&str]) -> AccountEdit {
    let mut all: Vec<Address> = addresses.iter().map(|text| address(text)).collect();
    let primary = all[0].clone();
    all.sort();
    AccountEdit {
        id: None,
        primary,
        addresses: all,
        object_type: None,
        hsr_enabled: false,
        is_protected: false,
    }
}

fn state(text: &str, origin: Origin, stale: bool) -> AddressState {
    AddressState {
        address: address(text),
        address_type: AddressType::Alias,
        origin,
        stale_since: stale.then(|| NOON.parse().unwrap()),
    }
}

/// An account that the directory made; the first address is its primary.
fn synced(mut addresses: Vec<AddressState>) -> AccountState {
    addresses[0].address_type = AddressType::Primary;
    AccountState {
        id: id(1),
        object_id: None,
        object_type: ObjectType::User,
        origin: Origin::Synced,
        hsr_enabled: false,
        is_protected: false,
        stale_since: stale_since(addresses.iter().map(|state| (state.origin, state.stale_since))),
        removed: false,
        addresses,
    }
}

fn texts(account: &AccountState) -> Vec<(&str, &str, &str)> {
    account
        .addresses
        .iter()
        .map(|state| {
            (
                state.address.as_str(),
                AddressType::as_str(state.address_type),
                Origin::as_str(state.origin),
            )
        })
        .collect()
}

fn refused(before: &AccountState, wanted: &AccountEdit) -> Option<String> {
    match changed(before, wanted, &domains()) {
        Err(EditRefused::HeldByDirectory { address }) => Some(address.to_string()),
        _ => None,
    }
}

#[test]
fn a_new_account_is_manual_and_its_domain_aliases_are_recognised() {
    let account = made(
        id(7),
        &wanted(&["z@a.example", "z@b.example", "y@b.example", "b@a.example"]),
        &domains(),
    )
    .unwrap();
    assert_eq!(
        texts(&account),
        [
            ("z@a.example", "PRIMARY", "MANUAL"),
            ("b@a.example", "ALIAS", "MANUAL"),
            ("y@b.example", "ALIAS", "MANUAL"),
            ("z@b.example", "DOMAIN_ALIAS", "MANUAL"),
        ]
    );
    assert_eq!(
        (account.origin, account.object_type),
        (Origin::Manual, ObjectType::User)
    );
}

#[test]
fn hsr_is_only_for_users() {
    let group = AccountEdit {
        object_type: Some(ObjectType::Group),
        hsr_enabled: true,
        ..wanted(&["a@a.example"])
    };
    assert!(matches!(
        made(id(7), &group, &domains()),
        Err(EditRefused::HsrOfOtherType { .. })
    ));
    let user = AccountEdit {
        object_type: None,
        ..group
    };
    assert!(made(id(7), &user, &domains()).unwrap().hsr_enabled);
}

#[test]
fn addresses_in_the_directory_can_be_neither_dropped_nor_given_another_type() {
    let before = synced(vec![
        state("p@a.example", Origin::Synced, false),
        state("s@a.example", Origin::Synced, false),
        state("t@a.example", Origin::Manual, false),
    ]);
    let drops_alias = wanted(&["p@a.example", "t@a.example"]);
    assert_eq!(refused(&before, &drops_alias).as_deref(), Some("s@a.example"));
    let other_primary = wanted(&["t@a.example", "p@a.example", "s@a.example"]);
    assert_eq!(refused(&before, &other_primary).as_deref(), Some("p@a.example"));
    let other_type = AccountEdit {
        object_type: Some(ObjectType::Group),
        ..wanted(&["p@a.example", "s@a.example", "t@a.example"])
    };
    assert_eq!(refused(&before, &other_type).as_deref(), Some("p@a.example"));
}

#[test]
fn an_alias_that_the_directory_holds_cannot_be_made_the_primary() {
    let before = synced(vec![
        state("t@a.example", Origin::Manual, false),
        state("s@a.example", Origin::Synced, false),
    ]);
    let wanted = wanted(&["s@a.example", "t@a.example"]);
    assert_eq!(refused(&before, &wanted).as_deref(), Some("s@a.example"));
}

#[test]
fn manual_addresses_and_hsr_of_a_synced_account_belong_to_the_portal() {
    let before = synced(vec![
        state("p@a.example", Origin::Synced, false),
        state("t@a.example", Origin::Manual, false),
    ]);
    let wanted = AccountEdit {
        hsr_enabled: true,
        ..wanted(&["p@a.example", "p@b.example"])
    };
    let after = changed(&before, &wanted, &domains()).unwrap();
    assert_eq!(
        texts(&after),
        [
            ("p@a.example", "PRIMARY", "SYNCED"),
            ("p@b.example", "DOMAIN_ALIAS", "MANUAL"),
        ]
    );
    assert_eq!((after.origin, after.hsr_enabled), (Origin::Synced, true));
}

#[test]
fn a_stale_address_stays_stale_or_goes_and_its_account_with_it() {
    let before = synced(vec![
        state("p@a.example", Origin::Synced, true),
        state("s@a.example", Origin::Synced, true),
    ]);
    assert!(before.stale_since.is_some());
    let kept = changed(&before, &wanted(&["p@a.example"]), &domains()).unwrap();
    assert_eq!(kept.stale_since, before.stale_since);
    assert!(kept.addresses[0].stale_since.is_some());
    let manual = changed(&before, &wanted(&["t@a.example"]), &domains()).unwrap();
    assert_eq!(manual.stale_since, None);
    assert_eq!(texts(&manual), [("t@a.example", "PRIMARY", "MANUAL")]);
}

#[test]
fn an_adopted_account_stays_its_objects() {
    let before = AccountState {
        origin: Origin::Manual,
        object_id: crate::ObjectId::from_canonical("cn=a").ok(),
        ..synced(vec![state("p@a.example", Origin::Synced, false)])
    };
    let after = changed(&before, &wanted(&["p@a.example", "t@a.example"]), &domains()).unwrap();
    assert_eq!(
        (after.origin, &after.object_id),
        (Origin::Manual, &before.object_id)
    );
    assert!(before.object_id.is_some());
}

#[test]
fn a_write_of_what_is_there_changes_nothing() {
    let before = synced(vec![
        state("p@a.example", Origin::Synced, false),
        state("s@a.example", Origin::Synced, true),
        state("t@a.example", Origin::Manual, false),
    ]);
    let same = wanted(&["p@a.example", "s@a.example", "t@a.example"]);
    assert_eq!(changed(&before, &same, &domains()).unwrap(), before);
}

#[test]
fn only_what_is_new_to_the_account_must_be_in_the_tenants_domains() {
    let before = synced(vec![state("p@gone.example", Origin::Manual, false)]);
    let added = added(Some(&before), &wanted(&["p@gone.example", "t@a.example"]));
    assert_eq!(added, [address("t@a.example")]);
    assert!(check_registered(&added, &domains()).is_ok());
    let refusal = check_registered(&[address("x@gone.example")], &domains()).unwrap_err();
    assert!(refusal.to_string().contains("x@gone.example"), "{refusal}");
}
