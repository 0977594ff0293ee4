//! Outcomes of accounts when a run is reverted, by example.

use jiff::Timestamp;
use uuid::Uuid;

use crate::address::Address;
use crate::id::AccountId;
use crate::object::{AddressType, ObjectType, Origin};
use crate::plan::{AccountState, AddressState, ChangeKind, Portal};
use crate::revert::{Before, Revert, revert};

fn id(number: u128) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(number))
}

/// An account with these addresses, the primary first.
fn account(number: u128, addresses: &str) -> AccountState {
    let state = |(position, text): (usize, &str)| AddressState {
        address: Address::parse(text).unwrap(),
        address_type: if position == 0 {
            AddressType::Primary
        } else {
            AddressType::Alias
        },
        origin: Origin::Synced,
        stale_since: None,
    };
    AccountState {
        id: id(number),
        object_id: None,
        object_type: ObjectType::User,
        origin: Origin::Synced,
        hsr_enabled: true,
        is_protected: false,
        stale_since: None,
        removed: false,
        addresses: addresses.split_whitespace().enumerate().map(state).collect(),
    }
}

fn removed(account: AccountState) -> AccountState {
    AccountState {
        removed: true,
        ..account
    }
}

fn was(state: AccountState) -> Before {
    Before {
        id: state.id,
        state: Some(state),
        untouched: true,
    }
}

fn made(number: u128) -> Before {
    Before {
        id: id(number),
        state: None,
        untouched: true,
    }
}

fn touched(before: Before) -> Before {
    Before {
        untouched: false,
        ..before
    }
}

/// Result of reverting a run: each change as `number KIND`, each row as `address VERDICT REASON other`, live accounts.
fn result_of(before: &[Before], now: Vec<AccountState>) -> (Vec<String>, Vec<String>, u64) {
    let Revert {
        changes,
        rows,
        accounts,
    } = revert(before, &now.into_iter().collect::<Portal>());
    let change = |change: &crate::plan::AccountChange| {
        assert!(!change.welcome);
        let kind = match change.kind {
            ChangeKind::Created => "created",
            ChangeKind::Restored => "restored",
            ChangeKind::Removed => "removed",
            ChangeKind::Renamed => "renamed",
            ChangeKind::Changed => "changed",
        };
        format!("{} {kind}", change.after.id.as_uuid().as_u128())
    };
    let row = |row: &crate::revert::RevertRow| {
        let other = row
            .other
            .as_ref()
            .map(|other| format!(" {other}"))
            .unwrap_or_default();
        format!("{} {} {}{other}", row.address, row.verdict, row.reason)
    };
    (
        changes.iter().map(change).collect(),
        rows.iter().map(row).collect(),
        accounts,
    )
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

#[test]
fn each_account_goes_back_to_what_it_was() {
    let (changes, rows, accounts) = result_of(
        &[
            made(1),
            was(account(2, "bob@a.test")),
            was(account(3, "cy@a.test al@a.test")),
            was(account(4, "dee@a.test")),
            was(removed(account(5, "eve@a.test"))),
        ],
        vec![
            account(1, "ann@a.test"),
            removed(account(2, "bob@a.test")),
            account(3, "al@a.test"),
            account(4, "dee@a.test di@a.test"),
            account(5, "eve@a.test"),
            account(6, "other@a.test"),
        ],
    );
    assert_eq!(
        changes,
        ["1 removed", "2 restored", "3 renamed", "4 changed", "5 removed"]
    );
    assert_eq!(
        rows,
        [
            "al@a.test UPDATE REVERTED",
            "ann@a.test REMOVE REVERTED",
            "bob@a.test ADD REVERTED",
            "cy@a.test ADD REVERTED",
            "di@a.test REMOVE REVERTED",
            "eve@a.test REMOVE REVERTED",
        ]
    );
    assert_eq!(accounts, 4);
}

#[test]
fn an_address_that_moved_goes_back_with_both_its_accounts() {
    let (changes, rows, _) = result_of(
        &[
            was(account(1, "ann@a.test info@a.test")),
            was(account(2, "bob@a.test")),
        ],
        vec![account(1, "ann@a.test"), account(2, "bob@a.test info@a.test")],
    );
    assert_eq!(changes, ["1 changed", "2 changed"]);
    assert_eq!(rows, ["info@a.test UPDATE REVERTED"]);
}

#[test]
fn accounts_changed_by_a_later_run_or_a_person_are_left_alone_and_listed() {
    let (changes, rows, accounts) = result_of(
        &[
            touched(made(1)),
            touched(was(account(2, "bob@a.test"))),
            was(account(3, "cy@a.test")),
        ],
        vec![
            account(1, "ann@a.test manual@a.test"),
            account(3, "cy@a.test di@a.test"),
        ],
    );
    assert_eq!(changes, ["3 changed"]);
    assert_eq!(
        rows,
        [
            "ann@a.test SKIP CHANGED_SINCE",
            "bob@a.test SKIP CHANGED_SINCE",
            "di@a.test REMOVE REVERTED",
            "manual@a.test SKIP CHANGED_SINCE",
        ]
    );
    assert_eq!(accounts, 2);
}

#[test]
fn an_account_is_left_alone_if_another_one_has_one_of_its_addresses_now() {
    let (changes, rows, _) = result_of(
        &[was(account(1, "ann@a.test al@a.test"))],
        vec![
            removed(account(1, "ann@a.test al@a.test")),
            account(2, "lee@a.test al@a.test"),
        ],
    );
    assert_eq!(changes, texts(&[]));
    assert_eq!(
        rows,
        [
            "al@a.test SKIP ADDRESS_TAKEN lee@a.test",
            "ann@a.test SKIP ADDRESS_TAKEN lee@a.test"
        ]
    );
}

#[test]
fn an_account_left_alone_keeps_addresses_from_others_which_are_then_left_alone_too() {
    // The run moved `x` from 1 to 2 and `y` from 2 to 3; 3 has changed since then.
    let (changes, rows, _) = result_of(
        &[
            was(account(1, "a@a.test x@a.test")),
            was(account(2, "b@a.test y@a.test")),
            touched(was(account(3, "c@a.test"))),
        ],
        vec![
            account(1, "a@a.test"),
            account(2, "b@a.test x@a.test"),
            account(3, "c@a.test y@a.test"),
        ],
    );
    assert_eq!(changes, texts(&[]));
    assert_eq!(
        rows,
        [
            "a@a.test SKIP ADDRESS_TAKEN b@a.test",
            "b@a.test SKIP ADDRESS_TAKEN c@a.test",
            "c@a.test SKIP CHANGED_SINCE",
            "x@a.test SKIP ADDRESS_TAKEN b@a.test",
            "x@a.test SKIP ADDRESS_TAKEN c@a.test",
            "y@a.test SKIP ADDRESS_TAKEN c@a.test",
            "y@a.test SKIP CHANGED_SINCE",
        ]
    );
}

#[test]
fn a_change_of_the_account_itself_has_a_row_for_each_of_its_addresses() {
    let before = AccountState {
        object_type: ObjectType::SharedMailbox,
        ..account(1, "ann@a.test al@a.test")
    };
    let (changes, rows, _) = result_of(&[was(before)], vec![account(1, "ann@a.test al@a.test")]);
    assert_eq!(changes, ["1 changed"]);
    assert_eq!(rows, ["al@a.test UPDATE REVERTED", "ann@a.test UPDATE REVERTED"]);
}

#[test]
fn a_stale_address_is_stale_again_with_its_former_date() {
    let since = Timestamp::from_second(1_600_000_000).unwrap();
    let mut before = account(1, "ann@a.test");
    before.stale_since = Some(since);
    before.addresses[0].stale_since = Some(since);
    let portal: Portal = [account(1, "ann@a.test")].into_iter().collect();
    let reverted = revert(&[was(before.clone())], &portal);
    assert_eq!(reverted.changes[0].after, before);
    assert_eq!(reverted.rows.len(), 1);
}

#[test]
fn a_row_says_what_the_address_is_afterwards() {
    let portal = [account(1, "al@a.test"), account(2, "new@a.test")]
        .into_iter()
        .collect();
    let reverted = revert(&[was(account(1, "ann@a.test al@a.test")), made(2)], &portal);
    let rows: Vec<_> = reverted
        .rows
        .iter()
        .map(|row| {
            (
                row.address.as_str(),
                row.address_type,
                row.primary_address.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("al@a.test", Some(AddressType::Alias), Some("ann@a.test")),
            ("ann@a.test", Some(AddressType::Primary), Some("ann@a.test")),
            ("new@a.test", None, None),
        ]
    );
}

#[test]
fn reverting_a_run_that_changed_nothing_changes_nothing() {
    let (changes, rows, accounts) = result_of(&[], vec![account(1, "ann@a.test")]);
    assert_eq!((changes, rows, accounts), (texts(&[]), texts(&[]), 1));
}
