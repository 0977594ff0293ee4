use rollcall_domain::{AccountId, AddressType, ObjectType, Origin, plan::ChangeKind};

use super::*;

fn state(address: &str, address_type: AddressType) -> AddressState {
    AddressState {
        address: Address::parse(address).unwrap(),
        address_type,
        origin: Origin::Synced,
        stale_since: None,
    }
}

fn account(id: u128, addresses: &[&str]) -> AccountState {
    let states = addresses.iter().enumerate().map(|(position, address)| {
        state(
            address,
            if position == 0 {
                AddressType::Primary
            } else {
                AddressType::Alias
            },
        )
    });
    AccountState {
        id: AccountId::from_uuid(Uuid::from_u128(id)),
        object_id: None,
        object_type: ObjectType::User,
        origin: Origin::Synced,
        hsr_enabled: false,
        is_protected: false,
        stale_since: None,
        removed: false,
        addresses: states.collect(),
    }
}

fn removed(account: AccountState) -> AccountState {
    AccountState {
        removed: true,
        ..account
    }
}

fn change(before: Option<AccountState>, after: AccountState) -> AccountChange {
    AccountChange {
        kind: ChangeKind::Changed,
        before,
        after,
        welcome: false,
    }
}

fn come<'a>(difference: &AddressChange<'a>) -> Vec<(u128, &'a str)> {
    difference
        .come
        .iter()
        .map(|(account, state)| (account.as_uuid().as_u128(), state.address.as_str()))
        .collect()
}

#[test]
fn all_addresses_of_a_new_account_come() {
    let changes = [change(None, account(1, &["a@x.example", "b@x.example"]))];
    let difference = AddressChange::collect(&changes);
    assert_eq!(come(&difference), [(1, "a@x.example"), (1, "b@x.example")]);
    assert!(difference.gone.is_empty());
}

#[test]
fn what_stays_as_it_is_is_not_touched() {
    let before = account(1, &["a@x.example", "b@x.example", "c@x.example"]);
    let changes = [change(
        Some(before),
        account(1, &["a@x.example", "c@x.example", "d@x.example"]),
    )];
    let difference = AddressChange::collect(&changes);
    assert_eq!(difference.gone, ["b@x.example"]);
    assert_eq!(come(&difference), [(1, "d@x.example")]);
}

#[test]
fn an_address_whose_type_changes_is_deleted_and_written() {
    let before = account(1, &["a@x.example", "b@x.example"]);
    let changes = [change(Some(before), account(1, &["b@x.example", "a@x.example"]))];
    let difference = AddressChange::collect(&changes);
    assert_eq!(difference.gone, ["a@x.example", "b@x.example"]);
    assert_eq!(come(&difference), [(1, "a@x.example"), (1, "b@x.example")]);
}

#[test]
fn swapped_addresses_both_go_and_both_come() {
    let changes = [
        change(Some(account(1, &["a@x.example"])), account(1, &["b@x.example"])),
        change(Some(account(2, &["b@x.example"])), account(2, &["a@x.example"])),
    ];
    let difference = AddressChange::collect(&changes);
    assert_eq!(difference.gone, ["a@x.example", "b@x.example"]);
    assert_eq!(come(&difference), [(1, "b@x.example"), (2, "a@x.example")]);
}

#[test]
fn a_removed_account_keeps_its_addresses_apart_until_it_returns() {
    let live = account(1, &["a@x.example"]);
    let going = [change(Some(live.clone()), removed(live.clone()))];
    let difference = AddressChange::collect(&going);
    assert_eq!(difference.gone, ["a@x.example"]);
    assert_eq!(difference.retained.len(), 1);
    assert!(difference.come.is_empty() && difference.forgotten.is_empty());

    let returning = [change(Some(removed(live.clone())), live)];
    let difference = AddressChange::collect(&returning);
    assert_eq!(difference.forgotten, [Uuid::from_u128(1)]);
    assert_eq!(come(&difference), [(1, "a@x.example")]);
    assert!(difference.gone.is_empty() && difference.retained.is_empty());
}
