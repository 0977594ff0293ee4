//! Syncs that can be reverted, and the numbers of a revert.

use rollcall_domain::{
    AccountId, Address, AddressType, ObjectType, Origin, Reason,
    plan::{AccountState, AddressState},
    revert::RevertRow,
};
use uuid::Uuid;

use super::*;

const NOW: Timestamp = Timestamp::constant(1_700_000_000, 0);

fn sync() -> ToRevert {
    ToRevert {
        run: RunId::from_uuid(Uuid::nil()),
        kind: v1::RunKind::Sync,
        state: v1::RunState::Succeeded,
        account_version: Some(7),
        is_reverted: false,
        end_time: Some(NOW),
        is_data_gone: false,
    }
}

fn refused(change: impl FnOnce(&mut ToRevert)) -> Option<Refused> {
    let mut run = sync();
    change(&mut run);
    check(Some(run), &Periods::default(), NOW).err()
}

#[test]
fn a_sync_that_changed_accounts_can_be_reverted() {
    assert_eq!(
        check(Some(sync()), &Periods::default(), NOW).map(|reverted| reverted.account_version),
        Ok(7)
    );
}

#[test]
fn each_reason_against_it_is_given() {
    assert_eq!(check(None, &Periods::default(), NOW).err(), Some(Refused::NoRun));
    let preview = |run: &mut ToRevert| run.kind = v1::RunKind::Preview;
    assert_eq!(refused(preview), Some(Refused::NotAFinishedSync));
    let held = |run: &mut ToRevert| run.state = v1::RunState::Held;
    assert_eq!(refused(held), Some(Refused::NotAFinishedSync));
    assert_eq!(
        refused(|run| run.is_reverted = true),
        Some(Refused::AlreadyReverted)
    );
    assert_eq!(
        refused(|run| run.account_version = None),
        Some(Refused::NothingToRevert)
    );
    assert_eq!(refused(|run| run.is_data_gone = true), Some(Refused::Expired));
}

#[test]
fn the_failure_says_why_for_support() {
    let failure = Refused::AlreadyReverted.failure();
    assert_eq!(failure.code, "REVERT_REFUSED");
    assert!(failure.detail.contains("already"), "{}", failure.detail);
}

fn account(addresses: &[&str], removed: bool) -> AccountState {
    AccountState {
        id: AccountId::from_uuid(Uuid::from_u128(1)),
        object_id: None,
        object_type: ObjectType::User,
        origin: Origin::Synced,
        hsr_enabled: false,
        is_protected: false,
        stale_since: None,
        removed,
        addresses: addresses
            .iter()
            .map(|text| AddressState {
                address: Address::parse(text).unwrap(),
                address_type: AddressType::Alias,
                origin: Origin::Synced,
                stale_since: None,
            })
            .collect(),
    }
}

fn change(kind: ChangeKind, before: AccountState, after: AccountState) -> AccountChange {
    AccountChange {
        kind,
        before: Some(before),
        after,
        welcome: false,
    }
}

fn removed() -> AccountChange {
    change(
        ChangeKind::Removed,
        account(&["a@a.example"], false),
        account(&["a@a.example"], true),
    )
}

fn restored() -> AccountChange {
    change(
        ChangeKind::Restored,
        account(&["b@a.example", "c@a.example"], true),
        account(&["b@a.example"], false),
    )
}

fn stripped() -> AccountChange {
    change(
        ChangeKind::Changed,
        account(&["b@a.example", "c@a.example"], false),
        account(&["b@a.example"], false),
    )
}

fn grown() -> AccountChange {
    change(
        ChangeKind::Changed,
        account(&["b@a.example"], false),
        account(&["b@a.example", "c@a.example"], false),
    )
}

#[test]
fn live_accounts_grow_by_restored_ones_and_shrink_by_removed_ones() {
    assert_eq!(balance(&[removed(), removed(), restored(), stripped()]), -1);
}

#[test]
fn an_account_is_reduced_if_it_was_live_and_is_removed_or_loses_an_address() {
    assert!(removed().reduces());
    assert!(stripped().reduces());
    assert!(!restored().reduces());
    assert!(!grown().reduces());
}

#[test]
fn rows_are_counted_by_verdict() {
    let row = |verdict, reason| RevertRow {
        address: "a@a.example".to_owned(),
        verdict,
        reason,
        address_type: None,
        primary_address: None,
        other: None,
    };
    let revert = Revert {
        changes: vec![removed(), stripped()],
        rows: vec![
            row(Verdict::Remove, Reason::Reverted),
            row(Verdict::Remove, Reason::Reverted),
            row(Verdict::Skip, Reason::ChangedSince),
        ],
        accounts: 0,
    };
    let counts = counts(&revert, 12);
    assert_eq!((counts.add, counts.remove, counts.skip), (0, 2, 1));
    assert_eq!((counts.accounts, counts.accounts_reduced), (12, 2));
}
