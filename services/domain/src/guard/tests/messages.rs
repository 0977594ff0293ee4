//! Messages to the administrator.

use super::*;

#[test]
fn the_administrator_reads_the_numbers_and_what_to_do() {
    for (hold, matter) in [
        (
            Hold::RemovalLimit {
                reduced: 51,
                approved: 0,
                earlier: 0,
                allowed: 50,
            },
            "The run would remove, or take addresses from, 51 accounts; the limit for 24 hours is 50 accounts.",
        ),
        (
            Hold::RemovalLimit {
                reduced: 1,
                approved: 0,
                earlier: 5,
                allowed: 5,
            },
            "The run would remove, or take addresses from, 1 account, on top of 5 accounts in the last 24 hours; the \
             limit for 24 hours is 5 accounts.",
        ),
        (
            Hold::RemovalLimit {
                reduced: 2,
                approved: 0,
                earlier: 1,
                allowed: 0,
            },
            "The run would remove, or take addresses from, 2 accounts, on top of 1 account in the last 24 hours; every \
             removal needs approval.",
        ),
        (
            Hold::EmptyRead {
                removed: 12,
                marked: 0,
            },
            "The directory returned no objects, so the run would remove 12 addresses. Check that the search base, the \
             filter and the rights of the account that reads the directory are still correct.",
        ),
        (
            Hold::FirstRemoval { removed: 1 },
            "This is the first run since Remove Accounts was switched on. It would remove 1 address; no preview has \
             shown all of these removals.",
        ),
    ] {
        assert_eq!(Holds::from(hold).message(), format!("{matter} {ADVICE}"));
    }
}

#[test]
fn the_administrator_reads_how_many_accounts_would_be_new_besides_those_that_are_approved() {
    for (hold, matter) in [
        (
            Hold::TooManyNew {
                created: 3_000,
                approved: 0,
                welcomes: 2_990,
                allowed: 60,
            },
            "The run would create 3000 accounts and send 2990 welcome messages, which cannot be taken back; the limit \
             for a run is 60 accounts.",
        ),
        (
            Hold::TooManyNew {
                created: 1,
                approved: 0,
                welcomes: 0,
                allowed: 0,
            },
            "The run would create 1 account; every new account needs approval.",
        ),
        (
            Hold::TooManyNew {
                created: 51,
                approved: 60,
                welcomes: 51,
                allowed: 50,
            },
            "Besides the 60 accounts that are approved, the run would create 51 accounts and send 51 welcome messages, \
             which cannot be taken back; the limit for a run is 50 accounts.",
        ),
        (
            Hold::RemovalLimit {
                reduced: 7,
                approved: 1,
                earlier: 0,
                allowed: 5,
            },
            "Besides the account that is approved, the run would remove, or take addresses from, 7 accounts; the limit \
             for 24 hours is 5 accounts.",
        ),
    ] {
        assert_eq!(Holds::from(hold).message(), format!("{matter} {ADVICE}"));
    }
}

#[test]
fn the_administrator_reads_how_much_differs_from_the_preview() {
    assert_eq!(
        Holds::from(Hold::ChangedSincePreview { differences: 3 }).message(),
        "The result would differ from the preview you reviewed: 3 rows differ. Nothing has been changed, and additions \
         are on hold as well. Review the rows, then sync again without a preview, or start a new preview first."
    );
}

#[test]
fn the_message_of_a_preview_does_not_ask_for_its_approval() {
    let holds = Holds::from(Hold::RemovalLimit {
        reduced: 51,
        approved: 0,
        earlier: 0,
        allowed: 50,
    });
    assert_eq!(
        holds.forecast(),
        "The run would remove, or take addresses from, 51 accounts; the limit for 24 hours is 50 accounts. A sync \
         would change nothing and wait for approval. If this is not right, correct the directory or the settings \
         first."
    );
}

#[test]
fn of_an_empty_read_the_administrator_reads_what_it_would_do() {
    for (removed, marked, expected) in [
        (0, 1, "mark 1 address as stale"),
        (2, 0, "remove 2 addresses"),
        (1, 2, "remove 1 address and mark 2 addresses as stale"),
        (0, 0, "return adopted accounts to the portal"),
    ] {
        let message = Holds::from(Hold::EmptyRead { removed, marked }).message();
        assert!(
            message.contains(&format!("so the run would {expected}. ")),
            "{message}"
        );
    }
}
