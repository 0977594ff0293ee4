//! Decisions of runs, by example, on small worlds.

use std::collections::HashSet;

use rollcall_domain::{
    Address, AddressType, DomainName, Hint, Hints, Origin,
    guard::HeldReason,
    id::{AccountId, ObjectId},
    object::{Claim, ClaimedAddress, DirectoryObject, ObjectType},
    plan::{
        AccountState, AddressState, ApprovedAddresses, Directory, Portal, Removal, Selection, TenantDomains,
        Withholding,
    },
};
use rollcall_proto::{internal, v1};
use uuid::Uuid;

use super::{
    compare::{OpenRow, OpenRows},
    compare_preview::{ShownRow, ShownRows},
    facts::{Approved, Confirmed, HeldBefore, RemovalFacts, ReviewedPreview},
    *,
};

const DIGEST: [u8; 16] = [7; 16];

fn address(user: &str) -> Address {
    Address::parse(&format!("{user}@corp.example")).unwrap()
}

fn object(user: &str) -> DirectoryObject {
    DirectoryObject {
        id: ObjectId::from_canonical(user).unwrap(),
        dn: format!("CN={user}"),
        object_type: ObjectType::User,
        disabled: false,
        hints: Hints::NONE,
        mail: None,
        claims: vec![Claim {
            address: ClaimedAddress::Valid(address(user)),
            primary: true,
        }],
    }
}

/// A complete read of these people.
fn read(users: &[&str]) -> DirectoryRead {
    let mut builder = Directory::builder();
    for user in users {
        builder.push(object(user));
    }
    DirectoryRead {
        directory: builder.finish(),
        summary: internal::v1::ReadSummary {
            digest: DIGEST.to_vec(),
            server_id: "dc1".to_owned(),
            ..internal::v1::ReadSummary::default()
        },
        confirmed: Confirmed::default(),
    }
}

/// The same, after the directory was asked for these objects, which it has not.
fn read_without(users: &[&str], missing: &[&str]) -> DirectoryRead {
    let mut read = read(users);
    read.confirmed.ids = missing.iter().map(|id| Box::from(*id)).collect();
    read
}

/// Synced accounts of these people.
fn portal(users: &[&str]) -> Portal {
    let mut builder = Portal::builder();
    for (number, user) in (1..).zip(users) {
        builder.push(AccountState {
            id: AccountId::from_uuid(Uuid::from_u128(number)),
            object_id: Some(ObjectId::from_canonical(user).unwrap()),
            object_type: ObjectType::User,
            origin: Origin::Synced,
            hsr_enabled: false,
            is_protected: false,
            stale_since: None,
            removed: false,
            addresses: vec![AddressState {
                address: address(user),
                address_type: AddressType::Primary,
                origin: Origin::Synced,
                stale_since: None,
            }],
        });
    }
    builder.finish()
}

/// A sync of a tenant that owns `corp.example` and has these accounts.
fn facts(users: &[&str]) -> Facts {
    Facts {
        kind: RunKind::Sync,
        settings: v1::Settings::default(),
        rules: rules::rules(&v1::Settings::default()).unwrap(),
        portal_generation: 1,
        removal: RemovalFacts::default(),
        withholding: Withholding::default(),
        approved: None,
        domains: TenantDomains::new([(DomainName::parse("corp.example").unwrap(), None)]),
        portal: portal(users),
        open: OpenRows::default(),
        preview: None,
        vanished: Hints::NONE,
        reduced_lately: 0,
        is_first_applied: false,
        held_before: None,
    }
}

/// The same with Remove Accounts on, and nothing that was not seen before.
fn removing(users: &[&str]) -> Facts {
    let mut facts = facts(users);
    facts.rules.removal = Removal::On { keep_manual: false };
    facts.removal = RemovalFacts {
        is_on: true,
        switched_on: Some(3),
        last_seen: Some(3),
        shown_before_first: None,
    };
    facts
}

fn decided<'f>(facts: &'f Facts, read: &'f DirectoryRead) -> Decision<'f> {
    decide(facts, read, Timestamp::UNIX_EPOCH, Pace::unhurried()).unwrap()
}

#[track_caller]
fn held_because(decision: &Decision<'_>) -> Vec<HeldReason> {
    match decision {
        Decision::Hold { holds, .. } => holds.reasons().collect(),
        _ => panic!("the run is not HELD"),
    }
}

#[test]
fn a_sync_within_its_limit_is_applied_and_remembered() {
    let (facts, read) = (facts(&["ann"]), read(&["ann", "bob"]));
    let Decision::Apply {
        plan,
        history,
        remember,
    } = decided(&facts, &read)
    else {
        panic!("it is not applied")
    };
    assert_eq!(plan.changes.len(), 1, "bob's account is new");
    assert_eq!(history.new.len(), 2, "nothing was in the history");
    assert_eq!(remember.digest.as_deref(), Some(&DIGEST[..]));
    assert_eq!(
        remember.server.as_ref().map(|server| server.id.as_str()),
        Some("dc1")
    );
    assert_eq!((remember.accounts, remember.steady.keep), (2, 2));
}

#[test]
fn rows_that_the_history_has_are_not_written_again() {
    let (mut facts, read) = (facts(&["ann"]), read(&["ann"]));
    let content = {
        let first = decided(&facts, &read);
        let row = first.plan().rows.iter().next().unwrap();
        content::steady(&row)
    };
    facts.open = OpenRows::new(vec![
        OpenRow { content, row_id: 5 },
        OpenRow {
            content: 0,
            row_id: 6,
        },
    ]);
    let Decision::Apply { history, .. } = decided(&facts, &read) else {
        panic!("it is not applied")
    };
    assert!(history.new.is_empty());
    assert_eq!(history.closed, [6]);
}

#[test]
fn a_preview_shows_what_its_sync_would_be_held_for() {
    let mut facts = removing(&["ann", "bob"]);
    facts.kind = RunKind::Preview;
    let read = read_without(&[], &["ann", "bob"]);
    let Decision::Show {
        forecast: Some(holds),
        ..
    } = decided(&facts, &read)
    else {
        panic!("it forecasts nothing")
    };
    assert_eq!(holds.reasons().collect::<Vec<_>>(), [HeldReason::EmptyRead]);
}

#[test]
fn a_removal_beyond_the_limit_is_held_with_rows_of_its_own() {
    let facts = removing(&["ann", "bob"]);
    let read = read_without(&["eve"], &["ann", "bob"]);
    let decision = decided(&facts, &read);
    assert_eq!(held_because(&decision), [HeldReason::RemovalLimit]);
    assert!(matches!(
        decision,
        Decision::Hold {
            rows: HeldRows::Own(_),
            ..
        }
    ));
}

#[test]
fn a_run_that_is_held_for_the_same_again_shows_the_rows_of_the_run_before() {
    let mut facts = removing(&["ann", "bob"]);
    let read = read_without(&["eve"], &["ann", "bob"]);
    let Decision::Hold { content, .. } = decided(&facts, &read) else {
        panic!("it is not HELD")
    };
    let before = Uuid::from_u128(9);
    facts.held_before = Some(HeldBefore {
        content,
        rows_of: before,
    });
    let again = decided(&facts, &read);
    assert!(matches!(again, Decision::Hold { rows: HeldRows::OfRun(run), .. } if run == before));
    facts.held_before = Some(HeldBefore {
        content: Uuid::nil(),
        rows_of: before,
    });
    let other = decided(&facts, &read);
    assert!(matches!(
        other,
        Decision::Hold {
            rows: HeldRows::Own(_),
            ..
        }
    ));
}

#[test]
fn what_syncs_removed_lately_counts_against_the_limit() {
    let users: Vec<String> = (0..12).map(|number| format!("user{number}")).collect();
    let users: Vec<&str> = users.iter().map(String::as_str).collect();
    let mut facts = removing(&users);
    let read = read_without(&users[1..], &users[..1]);
    assert!(matches!(decided(&facts, &read), Decision::Apply { .. }));
    facts.reduced_lately = 5;
    assert_eq!(held_because(&decided(&facts, &read)), [HeldReason::RemovalLimit]);
}

#[test]
fn an_approval_lets_exactly_the_removals_pass_that_were_shown() {
    let mut facts = removing(&["ann", "bob"]);
    let read = read_without(&["eve"], &["ann", "bob"]);
    let approve = |users: &[&str]| {
        let addresses = || users.iter().map(|user| address(user).as_str().to_owned());
        let approved = Approved {
            addresses: addresses().collect(),
            new_objects: Selection::default(),
            reason: v1::HeldReason::RemovalLimit,
            hints: Hints::NONE,
        };
        (Some(addresses().collect()), Some(approved))
    };
    (facts.withholding.approved, facts.approved) = approve(&["ann", "bob"]);
    let Decision::Apply { plan, remember, .. } = decided(&facts, &read) else {
        panic!("it is not applied")
    };
    assert_eq!((plan.counts.remove, plan.counts.accounts_reduced), (2, 2));
    assert_eq!(remember.reduced, 0, "what was approved counts against no limit");
    assert!(remember.digest.is_some());
    (facts.withholding.approved, facts.approved) = approve(&["ann"]);
    let Decision::Apply { plan, remember, .. } = decided(&facts, &read) else {
        panic!("it is not applied")
    };
    assert_eq!(plan.counts.remove, 1, "bob was not shown, and stays");
    assert_eq!(remember.digest, None, "his removal must be decided on again");
}

/// Names of 60 people.
fn sixty() -> Vec<String> {
    (0..60).map(|number| format!("user{number}")).collect()
}

#[test]
fn a_run_that_creates_too_many_accounts_is_held_unless_it_is_the_first() {
    let users = sixty();
    let users: Vec<&str> = users.iter().map(String::as_str).collect();
    let mut facts = facts(&[]);
    let read = read(&users);
    assert_eq!(held_because(&decided(&facts, &read)), [HeldReason::TooManyNew]);
    facts.is_first_applied = true;
    assert!(matches!(decided(&facts, &read), Decision::Apply { .. }));
}

fn selection(read: &DirectoryRead, users: &[&str]) -> Selection {
    let mut selection = Selection::default();
    for user in users {
        selection.add(&read.directory, user);
    }
    selection
}

#[test]
fn an_approval_creates_the_accounts_that_were_shown_and_others_up_to_the_limit() {
    let users = sixty();
    let users: Vec<&str> = users.iter().map(String::as_str).collect();
    let mut facts = facts(&[]);
    let read = read(&users);
    let approve = |shown: &[&str]| Approved {
        addresses: ApprovedAddresses::default(),
        new_objects: selection(&read, shown),
        reason: v1::HeldReason::TooManyNew,
        hints: Hints::NONE,
    };
    facts.approved = Some(approve(&users[..10]));
    let Decision::Apply { plan, .. } = decided(&facts, &read) else {
        panic!("it is not applied")
    };
    assert_eq!(plan.counts.accounts_created, 60, "50 of them were not shown");
    facts.approved = Some(approve(&users[..9]));
    let decision = decided(&facts, &read);
    assert_eq!(held_because(&decision), [HeldReason::TooManyNew]);
    let Decision::Hold { holds, .. } = decision else {
        panic!("it is not HELD")
    };
    assert!(
        holds.message().contains("would create 51 accounts"),
        "{}",
        holds.message()
    );
}

#[test]
fn the_first_removal_is_held_unless_a_preview_has_shown_all_of_it() {
    let users: Vec<String> = (0..12).map(|number| format!("user{number}")).collect();
    let users: Vec<&str> = users.iter().map(String::as_str).collect();
    let mut facts = removing(&users);
    let read = read_without(&users[1..], &users[..1]);
    facts.removal.shown_before_first = Some(HashSet::new());
    assert_eq!(held_because(&decided(&facts, &read)), [HeldReason::FirstRemoval]);
    let shown = address(users[0]).as_str().to_owned();
    facts.removal.shown_before_first = Some(HashSet::from([shown]));
    assert!(matches!(decided(&facts, &read), Decision::Apply { .. }));
}

#[test]
fn removals_that_wait_unseen_leave_the_first_removal_to_come() {
    let mut facts = removing(&["ann", "bob"]);
    facts.removal.last_seen = None;
    facts.withholding.removals_paused = true;
    let read = read_without(&["ann"], &[]);
    let Decision::Apply { remember, .. } = decided(&facts, &read) else {
        panic!("it is not applied")
    };
    assert_eq!(remember.removal_last_seen, None);
    assert_eq!(remember.digest, None);
}

#[test]
fn an_object_that_was_not_asked_for_is_not_removed() {
    let facts = removing(&["ann", "bob"]);
    let read = read_without(&["ann"], &[]);
    let refused = decide(&facts, &read, Timestamp::UNIX_EPOCH, Pace::unhurried());
    assert!(matches!(refused, Err(ReconcileError::SettingsChanged)));
}

#[test]
fn a_run_that_follows_a_preview_does_what_was_shown_or_shows_the_difference() {
    let (mut facts, read) = (facts(&["ann"]), read(&["ann", "bob"]));
    let shown: Vec<ShownRow> = decided(&facts, &read)
        .plan()
        .rows
        .iter()
        .enumerate()
        .map(|(number, row)| {
            ShownRow::new(
                i64::try_from(number).unwrap(),
                row.address,
                row.object_id.unwrap_or_default(),
                Some(row.verdict.as_str()),
                row.reason.map(rollcall_domain::Reason::as_str),
            )
        })
        .collect();
    let run = Uuid::from_u128(4);
    let reviewed = |rows: &[ShownRow]| {
        Some(ReviewedPreview {
            run,
            rows: ShownRows::new(rows.to_vec()),
        })
    };
    facts.preview = reviewed(&shown);
    assert!(matches!(decided(&facts, &read), Decision::Apply { .. }));
    facts.preview = reviewed(&shown[..1]);
    let Decision::Differ {
        from, differences, ..
    } = decided(&facts, &read)
    else {
        panic!("it does not differ")
    };
    assert_eq!((from, differences.len()), (run, 1));
}

#[test]
fn a_read_that_was_completed_by_asking_is_decided_on_again() {
    let (facts, mut read) = (facts(&["ann"]), read(&["ann"]));
    read.confirmed.found = 1;
    let Decision::Apply { remember, .. } = decided(&facts, &read) else {
        panic!("it is not applied")
    };
    assert_eq!(remember.digest, None);
}

#[test]
fn a_run_whose_hints_vanished_is_held_until_exactly_these_are_approved() {
    let (mut facts, read) = (facts(&["ann"]), read(&["ann", "bob"]));
    let flags = Hints::NONE.with(Hint::UserAccountControl);
    facts.vanished = flags;
    assert_eq!(held_because(&decided(&facts, &read)), [HeldReason::HintsVanished]);
    facts.approved = Some(Approved {
        addresses: std::iter::empty().collect(),
        new_objects: Selection::default(),
        reason: v1::HeldReason::HintsVanished,
        hints: flags,
    });
    assert!(matches!(decided(&facts, &read), Decision::Apply { .. }));
    facts.vanished = flags.with(Hint::RecipientType);
    let Decision::Hold { holds, .. } = decided(&facts, &read) else {
        panic!("it is not HELD")
    };
    assert_eq!(holds.vanished(), Hints::NONE.with(Hint::RecipientType));
}

#[test]
fn a_preview_shows_that_its_sync_would_be_held_for_vanished_hints() {
    let (mut facts, read) = (facts(&["ann"]), read(&["ann"]));
    facts.kind = RunKind::Preview;
    facts.vanished = Hints::OF_STATE;
    let Decision::Show { forecast, .. } = decided(&facts, &read) else {
        panic!("it shows nothing")
    };
    assert_eq!(forecast.map(|holds| holds.vanished()), Some(Hints::OF_STATE));
}

#[test]
fn where_disabled_users_are_left_out_some_user_must_show_whether_it_is_disabled() {
    let mut facts = facts(&[]);
    let decide = |facts: &Facts, read: &DirectoryRead| {
        let decided = decide(facts, read, Timestamp::UNIX_EPOCH, Pace::unhurried());
        decided.map(|decision| decision.state())
    };
    let hidden = read(&["ann", "bob"]);
    assert_eq!(decide(&facts, &hidden).unwrap(), v1::RunState::Succeeded);
    facts.rules.exclude_disabled = true;
    for kind in [RunKind::Sync, RunKind::Preview] {
        facts.kind = kind;
        let refused = decide(&facts, &hidden);
        assert!(
            matches!(refused, Err(ReconcileError::CannotTellDisabled { users: 2 })),
            "{refused:?}"
        );
    }
    let of = |object_type, hints| {
        let mut builder = Directory::builder();
        builder.push(object("ann"));
        builder.push(DirectoryObject {
            object_type,
            hints,
            ..object("bob")
        });
        DirectoryRead {
            directory: builder.finish(),
            ..read(&[])
        }
    };
    let shown = of(ObjectType::User, Hints::NONE.with(Hint::NsAccountLock));
    assert_eq!(decide(&facts, &shown).unwrap(), v1::RunState::Succeeded);
    let of_a_group = of(ObjectType::Group, Hints::OF_STATE);
    assert!(matches!(
        decide(&facts, &of_a_group),
        Err(ReconcileError::CannotTellDisabled { users: 1 })
    ));
    assert_eq!(decide(&facts, &read(&[])).unwrap(), v1::RunState::Succeeded);
}
