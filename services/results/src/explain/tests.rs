use rollcall_proto::v1::{self, AccountAddress, AddressType, ObjectType, Origin, RunState};
use rollcall_terms::time::to_proto;

use super::*;

const DECIDED: &str = "It found the following, and decided this:";
const ANN: &str = "ann@acme.example";

fn time(text: &str) -> prost_types::Timestamp {
    to_proto(text.parse().unwrap())
}

fn run(kind: RunKind, state: RunState) -> Run {
    Run {
        run_id: format!("{kind:?} {state:?}"),
        kind: kind.into(),
        state: state.into(),
        end_time: Some(time("2026-11-23T02:00:59Z")),
        ..Run::default()
    }
}

fn synced() -> Run {
    run(RunKind::Sync, RunState::Succeeded)
}

fn row(verdict: v1::Verdict, reason: v1::Reason) -> Row {
    Row {
        address: ANN.into(),
        verdict: verdict.into(),
        reason: reason.into(),
        ..Row::default()
    }
}

fn claim(dn: &str, directory_type: AddressType, verdict: v1::Verdict, reason: v1::Reason) -> Row {
    Row {
        directory_type: directory_type.into(),
        object_dn: dn.into(),
        ..row(verdict, reason)
    }
}

fn account(address_type: AddressType, origin: Origin) -> Account {
    let primary = match address_type {
        AddressType::Primary => ANN,
        _ => "smith@acme.example",
    };
    Account {
        primary_address: primary.into(),
        r#type: ObjectType::User.into(),
        addresses: vec![AccountAddress {
            address: ANN.into(),
            address_type: address_type.into(),
            origin: origin.into(),
            stale_since: None,
        }],
        ..Account::default()
    }
}

fn own(facts: Facts) -> Facts {
    Facts {
        standing: DomainStanding::Own,
        ..facts
    }
}

#[track_caller]
fn says(facts: &Facts, sentences: &[&str]) {
    assert_eq!(explanation(ANN, facts), sentences.join(" "));
}

#[test]
fn an_imported_primary_is_in_the_portal_because_of_its_entry() {
    let keep = claim(
        "cn=ann",
        AddressType::Primary,
        v1::Verdict::Keep,
        v1::Reason::Unspecified,
    );
    let facts = own(Facts {
        account: Some(account(AddressType::Primary, Origin::Synced)),
        read: Some(synced()),
        rows: vec![keep],
        ..Facts::default()
    });
    says(
        &facts,
        &[
            "ann@acme.example is in the portal, as the primary address of a user.",
            "The directory was last read by the sync of 2026-11-23 02:00 UTC.",
            DECIDED,
            "cn=ann has it as its primary address.",
            &verdict::explain(Verdict::Keep, None, None, &Periods::default()),
        ],
    );
}

#[test]
fn a_lost_claim_is_shown_with_the_winner() {
    let lost = Row {
        other: "bob@acme.example".into(),
        ..claim(
            "cn=ann",
            AddressType::Alias,
            v1::Verdict::Skip,
            v1::Reason::ClaimedByOtherObject,
        )
    };
    let facts = own(Facts {
        account: Some(account(AddressType::Alias, Origin::Synced)),
        read: Some(synced()),
        rows: vec![lost],
        ..Facts::default()
    });
    let reason = Some(Reason::ClaimedByOtherObject);
    let rule = verdict::explain(
        Verdict::Skip,
        reason,
        Some("bob@acme.example"),
        &Periods::default(),
    );
    assert!(rule.contains("bob@acme.example"), "{rule}");
    says(
        &facts,
        &[
            "ann@acme.example is in the portal, as an alias of smith@acme.example.",
            "The directory was last read by the sync of 2026-11-23 02:00 UTC.",
            DECIDED,
            "cn=ann has it as an alias.",
            &rule,
        ],
    );
}

#[test]
fn more_claims_than_one_reads_are_counted() {
    let lost = |n: usize| {
        let dn = format!("cn={n}");
        claim(
            &dn,
            AddressType::Alias,
            v1::Verdict::Skip,
            v1::Reason::ClaimedByOtherObject,
        )
    };
    let facts = own(Facts {
        read: Some(synced()),
        rows: (0..7).map(lost).collect(),
        ..Facts::default()
    });
    let text = explanation(ANN, &facts);
    assert!(text.contains("cn=4 has it") && !text.contains("cn=5"), "{text}");
    assert!(text.ends_with("2 more objects have it."), "{text}");
}

#[test]
fn a_stale_address_is_shown_with_the_date_of_its_absence() {
    let mut stale = account(AddressType::DomainAlias, Origin::Synced);
    stale.addresses[0].stale_since = Some(time("2026-11-20T01:01:30Z"));
    let facts = own(Facts {
        account: Some(stale),
        read: Some(synced()),
        rows: vec![row(v1::Verdict::Stale, v1::Reason::Absent)],
        ..Facts::default()
    });
    says(
        &facts,
        &[
            "ann@acme.example is in the portal, as a domain alias of smith@acme.example.",
            "It has been stale since 2026-11-20 01:01 UTC: no object in the directory gives it to its account.",
            "The directory was last read by the sync of 2026-11-23 02:00 UTC.",
            DECIDED,
            &verdict::explain(Verdict::Stale, Some(Reason::Absent), None, &Periods::default()),
        ],
    );
}

#[test]
fn a_manual_address_of_a_protected_account_is_shown_as_such() {
    let account = Account {
        is_protected: true,
        ..account(AddressType::Primary, Origin::Manual)
    };
    let facts = own(Facts {
        account: Some(account),
        ..Facts::default()
    });
    says(
        &facts,
        &[
            "ann@acme.example is in the portal, as the primary address of a user.",
            "It is a manual address.",
            "Its account is protected: no sync takes an address from it.",
            "The directory's state is not known: no complete read of it has been kept. Start a preview or a sync to \
             get one.",
        ],
    );
}

#[test]
fn a_removed_address_is_shown_with_the_last_day_for_restoring_it() {
    let removed = Account {
        remove_time: Some(time("2026-11-22T10:00:00Z")),
        ..account(AddressType::Alias, Origin::Synced)
    };
    let removal = row(v1::Verdict::Remove, v1::Reason::Absent);
    let facts = own(Facts {
        removed_accounts: vec![removed],
        read: Some(run(RunKind::Preview, RunState::Succeeded)),
        last_change: Some((synced(), removal)),
        ..Facts::default()
    });
    says(
        &facts,
        &[
            "None of your accounts has ann@acme.example.",
            "The account smith@acme.example, which had it, was removed on 2026-11-22 10:00 UTC; it can be restored \
             until 2026-12-22 10:00 UTC, and is then deleted for good.",
            "The directory was last read by the preview of 2026-11-23 02:00 UTC, which changes nothing but shows what \
             a sync would do.",
            sentences::NOT_FOUND,
            "The last run that changed it was the sync of 2026-11-23 02:00 UTC, which decided:",
            &verdict::explain(Verdict::Remove, Some(Reason::Absent), None, &Periods::default()),
        ],
    );
}

#[test]
fn the_changes_of_the_last_read_are_shown_once() {
    let added = claim(
        "cn=ann",
        AddressType::Primary,
        v1::Verdict::Add,
        v1::Reason::NewAccount,
    );
    let facts = own(Facts {
        read: Some(synced()),
        rows: vec![added.clone()],
        last_change: Some((synced(), added)),
        ..Facts::default()
    });
    assert!(!explanation(ANN, &facts).contains("The last run"));
}

#[test]
fn a_held_read_and_a_reverted_change_are_shown_as_such() {
    let back = row(v1::Verdict::Update, v1::Reason::Reverted);
    let facts = own(Facts {
        read: Some(run(RunKind::Sync, RunState::Held)),
        rows: vec![row(v1::Verdict::Remove, v1::Reason::Absent)],
        last_change: Some((run(RunKind::Revert, RunState::Succeeded), back)),
        ..Facts::default()
    });
    let text = explanation(ANN, &facts);
    assert!(
        text.contains("which is HELD and has changed nothing. It found the following, and would do this:"),
        "{text}"
    );
    assert!(
        text.contains("The last run that changed it was the revert of a sync of"),
        "{text}"
    );
}

#[test]
fn an_unregistered_domain_is_shown_once() {
    let mut facts = Facts {
        standing: DomainStanding::NotRegistered,
        read: Some(synced()),
        ..Facts::default()
    };
    assert!(explanation(ANN, &facts).contains("Its domain is not registered"));
    let refused = v1::Reason::DomainNotRegistered;
    facts.rows = vec![claim("cn=ann", AddressType::Alias, v1::Verdict::Skip, refused)];
    let text = explanation(ANN, &facts);
    assert!(!text.contains("Its domain"), "the row says it: {text}");
}

#[test]
fn a_domain_that_was_registered_after_the_read_is_shown_after_the_decisions_of_the_read() {
    let refused = v1::Reason::DomainNotRegistered;
    let facts = own(Facts {
        read: Some(synced()),
        rows: vec![claim("cn=ann", AddressType::Alias, v1::Verdict::Skip, refused)],
        ..Facts::default()
    });
    let text = explanation(ANN, &facts);
    assert!(text.ends_with("the next sync decides again."), "{text}");
}

#[test]
fn the_owner_is_shown_before_those_that_lost_the_address() {
    let lost = claim(
        "cn=a",
        AddressType::Alias,
        v1::Verdict::Skip,
        v1::Reason::ClaimedByOtherObject,
    );
    let has = claim(
        "cn=b",
        AddressType::Primary,
        v1::Verdict::Keep,
        v1::Reason::Unspecified,
    );
    let facts = own(Facts {
        read: Some(synced()),
        rows: vec![lost.clone(), has.clone()],
        ..Facts::default()
    });
    assert_eq!(answer(ANN, facts).rows, [has, lost]);
}

#[test]
fn a_manual_address_that_is_in_no_directory_is_shown_as_both() {
    let facts = own(Facts {
        read: Some(synced()),
        rows: vec![row(v1::Verdict::Keep, v1::Reason::Unspecified)],
        ..Facts::default()
    });
    assert!(explanation(ANN, &facts).ends_with("It stays as a manual address."));
}

#[test]
fn a_verdict_of_a_later_version_is_no_reason_to_say_nothing() {
    let unknown = claim(
        "cn=ann",
        AddressType::Primary,
        v1::Verdict::Unspecified,
        v1::Reason::Unspecified,
    );
    let facts = own(Facts {
        read: Some(synced()),
        rows: vec![unknown],
        ..Facts::default()
    });
    assert!(explanation(ANN, &facts).ends_with("cn=ann has it as its primary address."));
}
