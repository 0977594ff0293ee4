mod messages;

use crate::plan::{DomainCause, LostDomain};

use super::*;

const UNLIMITED: RemovalLimit = RemovalLimit {
    accounts: None,
    percent: None,
};

fn limit(accounts: Option<u32>, percent: Option<u32>) -> RemovalLimit {
    RemovalLimit { accounts, percent }
}

/// A run that takes something from so many of 1,000 accounts.
fn run(reduced: u64) -> Situation {
    Situation {
        objects: 900,
        counts: Counts {
            remove: reduced * 2,
            accounts_reduced: reduced,
            ..Counts::default()
        },
        reduced,
        live: 1_000,
        ..Situation::default()
    }
}

fn held(situation: &Situation) -> Option<HeldReason> {
    let holds = judge(situation)?;
    assert_eq!(holds.reasons().count(), 1, "{holds:?}");
    holds.reasons().next()
}

#[test]
fn unless_a_limit_is_set_it_is_the_greater_of_5_and_5_percent_and_never_more_than_half() {
    for (live, allowed) in [
        (0, 0),
        (1, 0),
        (2, 1),
        (3, 1),
        (8, 4),
        (9, 4),
        (10, 5),
        (100, 5),
        (119, 5),
        (120, 6),
        (1_000, 50),
        (1_019, 50),
        (1_000_000, 50_000),
        (u64::MAX, u64::MAX / 20),
    ] {
        assert_eq!(UNLIMITED.allowed(live), allowed, "{live} live accounts");
    }
}

#[test]
fn only_a_limit_that_is_set_counts_and_of_two_the_lower() {
    for (limit, live, allowed) in [
        (limit(Some(0), None), 1_000, 0),
        (limit(Some(3), None), 1_000, 3),
        (limit(Some(900), None), 1_000, 900),
        (limit(Some(900), None), 3, 900),
        (limit(None, Some(0)), 1_000, 0),
        (limit(None, Some(10)), 1_000, 100),
        (limit(None, Some(10)), 19, 1),
        (limit(None, Some(10)), 9, 0),
        (limit(None, Some(100)), 7, 7),
        (limit(Some(20), Some(10)), 1_000, 20),
        (limit(Some(20), Some(1)), 1_000, 10),
        (limit(Some(0), Some(100)), 1_000, 0),
    ] {
        assert_eq!(limit.allowed(live), allowed, "{limit:?} of {live} live accounts");
    }
}

#[test]
fn a_run_is_held_if_it_takes_something_from_more_accounts_than_the_limit() {
    for (reduced, limit, expected) in [
        (50, UNLIMITED, None),
        (51, UNLIMITED, Some(HeldReason::RemovalLimit)),
        (0, limit(Some(0), None), None),
        (1, limit(Some(0), None), Some(HeldReason::RemovalLimit)),
        (100, limit(None, Some(10)), None),
        (101, limit(None, Some(10)), Some(HeldReason::RemovalLimit)),
        (700, limit(Some(700), None), None),
    ] {
        let situation = Situation {
            limit,
            ..run(reduced)
        };
        assert_eq!(held(&situation), expected, "{reduced} accounts, {limit:?}");
    }
}

#[test]
fn what_runs_did_in_the_last_24_hours_counts_together_with_the_run() {
    for (earlier, reduced, expected) in [
        (49, 1, None),
        (50, 1, Some(HeldReason::RemovalLimit)),
        (1_000, 0, None),
        (u64::MAX, 1, Some(HeldReason::RemovalLimit)),
    ] {
        let situation = Situation {
            earlier,
            ..run(reduced)
        };
        assert_eq!(held(&situation), expected, "{reduced} accounts after {earlier}");
    }
}

#[test]
fn what_was_approved_does_not_count() {
    let situation = Situation {
        reduced: 0,
        earlier: 900,
        ..run(700)
    };
    assert_eq!(held(&situation), None);
}

#[test]
fn a_read_without_objects_is_held_whatever_the_limit_if_it_would_remove_or_mark_anything() {
    let nothing = Counts::default();
    for (counts, expected) in [
        (nothing, None),
        (
            Counts {
                stale: 9,
                keep: 3,
                ..nothing
            },
            None,
        ),
        (Counts { remove: 1, ..nothing }, Some(HeldReason::EmptyRead)),
        (
            Counts {
                newly_stale: 1,
                ..nothing
            },
            Some(HeldReason::EmptyRead),
        ),
        (
            Counts {
                given_back: 1,
                ..nothing
            },
            Some(HeldReason::EmptyRead),
        ),
    ] {
        let situation = Situation {
            objects: 0,
            counts,
            limit: limit(Some(u32::MAX), None),
            ..run(0)
        };
        assert_eq!(held(&situation), expected, "{counts:?}");
        let approved = Situation {
            empty_read_approved: true,
            ..situation
        };
        assert_eq!(held(&approved), None, "{counts:?}");
        let one_object = Situation {
            objects: 1,
            ..situation
        };
        assert_eq!(held(&one_object), None, "{counts:?}");
    }
}

#[test]
fn the_first_run_that_removes_what_no_preview_has_shown_is_held() {
    let first = Situation {
        unseen_first_removal: true,
        ..run(1)
    };
    assert_eq!(held(&first), Some(HeldReason::FirstRemoval));
    assert_eq!(
        held(&Situation {
            unseen_first_removal: true,
            ..run(0)
        }),
        None
    );
}

#[test]
fn of_several_reasons_an_empty_read_goes_first_then_the_first_removal_then_the_limit() {
    let all = Situation {
        objects: 0,
        unseen_first_removal: true,
        ..run(1_000)
    };
    assert_eq!(held(&all), Some(HeldReason::EmptyRead));
    let approved = Situation {
        empty_read_approved: true,
        ..all
    };
    assert_eq!(held(&approved), Some(HeldReason::FirstRemoval));
    let seen = Situation {
        unseen_first_removal: false,
        ..approved
    };
    assert_eq!(held(&seen), Some(HeldReason::RemovalLimit));
}

#[test]
fn all_but_a_change_since_the_preview_can_be_approved() {
    for reason in HeldReason::ALL {
        assert_eq!(reason.is_approvable(), *reason != HeldReason::ChangedSincePreview);
        assert_eq!(HeldReason::parse(reason.as_str()), Some(*reason));
    }
}

const ADVICE: &str = "Nothing has been changed, and additions are on hold as well. Review the rows of the run, and \
                      approve it if they are right. If they are not, correct the directory or the settings, and sync \
                      again.";

/// A run that creates so many accounts beside 1,000.
fn creating(accounts: u64, limit: Option<CreationLimit>) -> Situation {
    Situation {
        created: NewAccounts {
            accounts,
            welcomes: 0,
        },
        creation_limit: limit,
        ..run(0)
    }
}

fn lost(name: &str, cause: DomainCause, addresses: u64) -> LostDomain {
    LostDomain {
        name: name.to_owned(),
        cause,
        addresses,
    }
}

#[test]
fn a_run_that_is_held_for_removals_names_the_domains_among_the_causes() {
    let holds = judge(&run(51)).unwrap();
    let domains = vec![
        lost("old.test", DomainCause::NotRegistered, 40),
        lost("sold.test", DomainCause::NotRegistered, 9),
        lost("left.test", DomainCause::Excluded, 1),
        lost("x.test", DomainCause::NotRegistered, 1),
        lost("y.test", DomainCause::NotRegistered, 1),
    ];
    let one = holds.clone().naming(|| domains[..1].to_vec()).message();
    assert!(
        one.contains("Among the causes: old.test is not registered in the portal (40 addresses). Nothing"),
        "{one}"
    );
    let many = holds.naming(|| domains).forecast();
    let named = "Among the causes: old.test is not registered in the portal (40 addresses); sold.test is not \
                 registered in the portal (9 addresses); left.test is not among the domains that the settings list \
                 (1 address); 2 other domains. A sync";
    assert!(many.contains(named), "{many}");
}

#[test]
fn a_run_that_is_held_for_new_accounts_names_no_domain() {
    let holds = judge(&creating(501, Some(CreationLimit::default()))).unwrap();
    let named = holds.naming(|| vec![lost("old.test", DomainCause::NotRegistered, 1)]);
    assert!(named.domains().is_empty());
}

#[test]
fn unless_a_limit_is_set_a_run_may_create_the_greater_of_50_and_half_of_the_accounts() {
    for (live, allowed) in [(0, 50), (60, 50), (100, 50), (101, 50), (102, 51), (1_000, 500)] {
        assert_eq!(
            CreationLimit::default().allowed(live),
            allowed,
            "{live} live accounts"
        );
    }
    for limit in [0, 7, 4_000] {
        let accounts = Some(limit);
        assert_eq!(CreationLimit { accounts }.allowed(1_000), limit.into());
    }
}

#[test]
fn a_run_is_held_if_it_creates_more_accounts_than_the_limit() {
    let limit = |accounts| {
        Some(CreationLimit {
            accounts: Some(accounts),
        })
    };
    let too_many = Some(HeldReason::TooManyNew);
    for (created, limit, expected) in [
        (500, Some(CreationLimit::default()), None),
        (501, Some(CreationLimit::default()), too_many),
        (0, limit(0), None),
        (1, limit(0), too_many),
        (700, limit(700), None),
        (701, limit(700), too_many),
        (1_000_000, None, None),
    ] {
        assert_eq!(held(&creating(created, limit)), expected, "{created}, {limit:?}");
    }
}

#[test]
fn a_run_that_removes_and_creates_too_much_is_held_for_both() {
    let situation = Situation {
        counts: run(51).counts,
        reduced: 51,
        ..creating(501, Some(CreationLimit::default()))
    };
    let holds = judge(&situation).unwrap();
    assert_eq!(
        holds.reasons().collect::<Vec<_>>(),
        [HeldReason::RemovalLimit, HeldReason::TooManyNew]
    );
    assert_eq!(
        holds.message(),
        format!(
            "The run would remove, or take addresses from, 51 accounts; the limit for 24 hours is 50 accounts. The run \
             would create 501 accounts; the limit for a run is 500 accounts. {ADVICE}"
        )
    );
}

#[test]
fn limits_are_said_as_they_count() {
    let limit_of_new = |accounts| CreationLimit { accounts }.in_words();
    assert_eq!(limit_of_new(Some(1)), "1 account");
    assert_eq!(
        limit_of_new(None),
        "default: 50 accounts or half of the live ones, whichever is more"
    );
    let limit = |accounts, percent| RemovalLimit { accounts, percent }.in_words();
    assert_eq!(limit(Some(1), None), "1 account");
    assert_eq!(limit(None, Some(2)), "2 % of the accounts");
    assert_eq!(
        limit(Some(7), Some(2)),
        "7 accounts or 2 % of the accounts, whichever is less"
    );
    assert!(limit(None, None).starts_with("default: 5 accounts or 5 %"));
}

#[test]
fn the_contract_gives_the_default_that_counts() {
    let contract = include_str!("../../../../proto/rollcall/v1/settings.proto");
    let comment: Vec<&str> = contract
        .lines()
        .map(|line| line.trim().trim_start_matches("//").trim())
        .collect();
    let default = format!(
        "the greater of {DEFAULT_ACCOUNTS} and {DEFAULT_PERCENT} % of the live accounts, but never more than half"
    );
    assert!(comment.join(" ").contains(&default), "{default}");
    let default_of_new = format!("the greater of {DEFAULT_NEW_ACCOUNTS} and half of the live accounts");
    assert!(comment.join(" ").contains(&default_of_new), "{default_of_new}");
}

#[test]
fn a_run_whose_hints_vanished_is_held_whatever_it_would_do() {
    let vanished = Hints::OF_STATE;
    for (run, further) in [
        (run(0), None),
        (run(1), None),
        (run(900), Some(HeldReason::RemovalLimit)),
    ] {
        let holds = judge(&Situation { vanished, ..run }).unwrap();
        assert_eq!(holds.vanished(), vanished);
        let expected: Vec<_> = [Some(HeldReason::HintsVanished), further]
            .into_iter()
            .flatten()
            .collect();
        assert_eq!(holds.reasons().collect::<Vec<_>>(), expected);
    }
    assert!(HeldReason::HintsVanished.is_approvable());
}
