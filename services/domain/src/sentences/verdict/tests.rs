use std::collections::HashSet;

use super::*;
use crate::periods::Days;

/// The sentence where the periods are the usual ones.
fn explain(verdict: Verdict, reason: Option<Reason>, other: Option<&str>) -> String {
    super::explain(verdict, reason, other, &Periods::default())
}

/// The verdicts that a reason goes with.
fn verdicts(reason: Reason) -> &'static [Verdict] {
    match reason {
        Reason::InvalidAddress
        | Reason::UnknownPrefix
        | Reason::TypeExcluded
        | Reason::DisabledExcluded
        | Reason::DomainExcluded
        | Reason::DomainNotRegistered
        | Reason::InterferesWithPortalAccount
        | Reason::ClaimedByOtherObject
        | Reason::DuplicateUsername
        | Reason::ChangedSince
        | Reason::AddressTaken => &[Verdict::Skip],
        Reason::NewAccount | Reason::NewAddress | Reason::Restored => &[Verdict::Add],
        Reason::Adopted
        | Reason::Merged
        | Reason::Rebound
        | Reason::Renamed
        | Reason::Moved
        | Reason::TypeChanged
        | Reason::NowSynced
        | Reason::StaleNoMore
        | Reason::RoleChanged
        | Reason::GivenBack => &[Verdict::Update],
        Reason::Absent | Reason::OnlyRefusedClaims => &[Verdict::Stale, Verdict::Remove],
        Reason::OtherServer => &[Verdict::Stale],
        Reason::NotApproved | Reason::RemovalsPaused | Reason::Spoilt => &[Verdict::Stale, Verdict::Keep],
        Reason::Reverted => &[Verdict::Add, Verdict::Update, Verdict::Remove],
    }
}

#[test]
fn every_verdict_with_every_reason_that_it_can_have_is_explained_in_words_of_its_own() {
    let mut told = HashSet::new();
    let mut tell = |text: String| {
        assert!(
            text.ends_with('.') && text.starts_with(char::is_uppercase),
            "{text}"
        );
        assert!(!text.contains("  ") && !text.contains('_'), "{text}");
        assert!(told.insert(text.clone()), "twice: {text}");
    };
    for verdict in Verdict::ALL {
        tell(explain(*verdict, None, None));
    }
    for reason in Reason::ALL {
        for verdict in verdicts(*reason) {
            tell(explain(*verdict, Some(*reason), None));
        }
    }
}

#[test]
fn who_won_who_blocks_and_what_was_left_is_named() {
    for (verdict, reason, other) in [
        (Verdict::Skip, Reason::InterferesWithPortalAccount, "boss@a.test"),
        (Verdict::Skip, Reason::ClaimedByOtherObject, "CN=Bob,DC=a,DC=test"),
        (Verdict::Skip, Reason::DuplicateUsername, "ann@a.test"),
        (Verdict::Update, Reason::Moved, "bob@a.test"),
        (Verdict::Update, Reason::Merged, "boss@a.test"),
        (Verdict::Skip, Reason::AddressTaken, "lee@a.test"),
    ] {
        let text = explain(verdict, Some(reason), Some(other));
        assert!(text.contains(other), "{text}");
        assert!(!text.contains("  ") && !text.contains(" ,"), "{text}");
    }
}

#[test]
fn of_an_absent_address_whose_claims_are_refused_it_is_said_why_they_are() {
    let mut told = HashSet::new();
    for reason in [
        Reason::TypeExcluded,
        Reason::DisabledExcluded,
        Reason::DomainExcluded,
        Reason::DomainNotRegistered,
        Reason::DuplicateUsername,
    ] {
        for verdict in [Verdict::Stale, Verdict::Remove] {
            assert!(told.insert(explain(
                verdict,
                Some(Reason::OnlyRefusedClaims),
                Some(reason.as_str())
            )));
        }
    }
    assert_eq!(
        explain(
            Verdict::Stale,
            Some(Reason::OnlyRefusedClaims),
            Some("DISABLED_EXCLUDED")
        ),
        "The directory has the address only where it is not imported: its object is a disabled user, and the settings \
         exclude those. It stays in the portal, marked as stale with a date."
    );
}

#[test]
fn an_absence_says_whether_the_address_stays() {
    for (verdict, reason, expected) in [
        (
            Verdict::Remove,
            Reason::Absent,
            "The directory does not have the address. It is removed, because Remove Accounts is on; an account left \
             without an address can be restored for 30 days.",
        ),
        (
            Verdict::Stale,
            Reason::Absent,
            "The directory does not have the address. It stays in the portal, marked as stale with a date.",
        ),
        (
            Verdict::Keep,
            Reason::RemovalsPaused,
            "The directory does not have the address, but all removals are currently paused. It stays as a manual \
             address.",
        ),
    ] {
        assert_eq!(explain(verdict, Some(reason), None), expected);
    }
}

#[test]
fn a_removal_says_how_long_this_deployment_keeps_the_account() {
    let periods = Periods {
        removed_accounts: Days(1),
        ..Periods::default()
    };
    let text = super::explain(Verdict::Remove, Some(Reason::Absent), None, &periods);
    assert!(text.ends_with("can be restored for 1 day."), "{text}");
}
