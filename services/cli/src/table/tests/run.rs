use super::*;

#[test]
fn a_finished_run_shows_what_it_met_and_decided() {
    insta::assert_snapshot!(run(&RunView::from(&finished()), &wide()).whole(), @"
    run:      01900000-0000-7000-8000-000000000001
    tenant:   acme
    kind:     SYNC, MANUAL
    state:    SUCCEEDED
    read:     FULL
    created:  2023-11-14 22:13:20Z
    ended:    2023-11-14 22:13:24Z

    in the directory        decided        in the portal
    ────────────────────────────────────────────────────────────
    objects            420  add      1200  accounts          400
    addresses         1250  keep        0  new accounts        0
    not e-mail          12  update      0  welcomes          310
    references           0  remove      0  losing addresses    0
                            stale       0  spoilt addresses    0
                            skip       50
    ");
}

#[test]
fn a_failed_run_says_what_to_do() {
    let failed = v1::Run {
        state: v1::RunState::Failed.into(),
        counts: None,
        read_mode: 0,
        failure: Some(v1::Failure {
            code: "WRONG_CREDENTIALS".into(),
            message: "The directory refused user name and password.".into(),
            advice: "Check both and save the settings again.".into(),
            detail: "dc1.acme.example: result 49, data 52e".into(),
        }),
        ..finished()
    };
    insta::assert_snapshot!(run(&RunView::from(&failed), &wide()).whole(), @"
    run:      01900000-0000-7000-8000-000000000001
    tenant:   acme
    kind:     SYNC, MANUAL
    state:    FAILED
    created:  2023-11-14 22:13:20Z
    ended:    2023-11-14 22:13:24Z

    failure:      WRONG_CREDENTIALS
    message:      The directory refused user name and password.
    advice:       Check both and save the settings again.
    for support:  dc1.acme.example: result 49, data 52e
    ");
}

#[test]
fn a_run_that_lost_its_workers_says_how_often() {
    let lost = v1::Run {
        state: v1::RunState::Failed.into(),
        takeovers: 3,
        ..finished()
    };
    let text = run(&RunView::from(&lost), &wide()).whole();
    assert!(text.contains("takeovers:  3\n"), "{text}");
    assert!(
        !run(&RunView::from(&finished()), &wide())
            .whole()
            .contains("takeovers")
    );
}

#[test]
fn each_run_is_shown_in_a_line() {
    insta::assert_snapshot!(runs(&[RunView::from(&finished())], &wide()), @"
    run                                   kind          created               result
    ───────────────────────────────────────────────────────────────────────────────────────────
    01900000-0000-7000-8000-000000000001  SYNC, MANUAL  2023-11-14 22:13:20Z  1200 add, 50 skip
    ");
}

/// A run that is HELD with this reason.
fn held(reason: v1::HeldReason) -> v1::Run {
    let mut run = v1::Run {
        state: v1::RunState::Held.into(),
        held_reason: reason.into(),
        held_message: "The sync would take 12 accounts; 5 are allowed in 24 hours.".into(),
        ..finished()
    };
    if let Some(counts) = &mut run.counts {
        (counts.remove, counts.accounts_reduced) = (12, 12);
    }
    run
}

#[test]
fn a_held_run_says_why_and_shows_the_two_ways_on() {
    let run_ = held(v1::HeldReason::RemovalLimit);
    let text = run(&RunView::from(&run_), &Look::wide(80)).whole();
    let end: Vec<_> = text
        .lines()
        .skip_while(|line| !line.starts_with("held:"))
        .collect();
    insta::assert_snapshot!(end.join("\n"), @"
    held:    REMOVAL_LIMIT
    reason:  The sync would take 12 accounts; 5 are allowed in 24 hours.

    Review what it would do:
      rollcall rows acme 01900000-0000-7000-8000-000000000001 --verdict remove
    If that is correct:
      rollcall approve acme 01900000-0000-7000-8000-000000000001
    ");
    insta::assert_snapshot!(runs(&[RunView::from(&run_)], &wide()), @"
    run                                   kind          created               result
    ─────────────────────────────────────────────────────────────────────────────────────────────
    01900000-0000-7000-8000-000000000001  SYNC, MANUAL  2023-11-14 22:13:20Z  HELD, REMOVAL_LIMIT
    ");
}

#[test]
fn a_run_that_is_held_for_two_reasons_says_both_and_shows_the_rows_of_both() {
    let mut run_ = held(v1::HeldReason::RemovalLimit);
    run_.further_held_reasons = vec![v1::HeldReason::TooManyNew.into()];
    let text = run(&RunView::from(&run_), &wide()).whole();
    assert!(text.contains("held:    REMOVAL_LIMIT, TOO_MANY_NEW\n"), "{text}");
    assert!(text.contains("--verdict add,remove\n"), "{text}");
    let line = runs(&[RunView::from(&run_)], &wide());
    assert!(line.contains("HELD, REMOVAL_LIMIT, TOO_MANY_NEW"), "{line}");
}

#[test]
fn a_run_that_differs_from_its_preview_is_not_for_approval() {
    let text = run(
        &RunView::from(&held(v1::HeldReason::ChangedSincePreview)),
        &wide(),
    )
    .whole();
    assert!(
        !text.contains("approve") && text.contains("rollcall preview acme"),
        "{text}"
    );
}

#[test]
fn a_preview_says_what_its_sync_would_come_to() {
    let mut preview = finished();
    preview.set_kind(v1::RunKind::Preview);
    let text = run(&RunView::from(&preview), &wide()).whole();
    insta::assert_snapshot!(text.lines().skip_while(|line| !line.starts_with("sync:")).collect::<Vec<_>>().join("\n"), @"
    sync:  would be applied
    new:   0 accounts and 310 welcomes

    To apply exactly this preview:
      rollcall sync acme --expect 01900000-0000-7000-8000-000000000001
    ");

    preview.would_hold = true;
    preview.set_held_reason(v1::HeldReason::EmptyRead);
    preview.held_message = "The directory answered no object at all.".into();
    let text = run(&RunView::from(&preview), &wide()).whole();
    insta::assert_snapshot!(text.lines().skip_while(|line| !line.starts_with("sync:")).collect::<Vec<_>>().join("\n"), @"
    sync:  would be HELD, EMPTY_READ: The directory answered no object at all.
    new:   0 accounts and 310 welcomes
    ");
}

#[test]
fn a_run_says_how_many_claims_are_skipped_for_which_reason() {
    let count = |reason: v1::Reason, claims| v1::ReasonCount {
        reason: reason.into(),
        claims,
    };
    let leaving_out = v1::Run {
        skipped: vec![
            count(v1::Reason::DuplicateUsername, 48),
            count(v1::Reason::InvalidAddress, 2),
        ],
        ..finished()
    };
    let text = run(&RunView::from(&leaving_out), &wide()).whole();
    insta::assert_snapshot!(text.lines().skip_while(|line| !line.starts_with("skipped:")).collect::<Vec<_>>().join("\n"), @"
    skipped:  48 DUPLICATE_USERNAME: its object keeps another address with the same part before the @
              2 INVALID_ADDRESS: it is not an e-mail address, or has no prefix such as smtp: in proxyAddresses
    ");
    let piped = run(&RunView::from(&leaving_out), &Look::default()).whole();
    assert!(piped.contains("before the @; 2 INVALID_ADDRESS: "), "{piped}");
}

#[test]
fn a_run_that_found_nothing_says_what_to_check() {
    let empty = v1::Run {
        empty_message: "Nothing was found. Check the filter.".into(),
        counts: None,
        ..finished()
    };
    let text = run(&RunView::from(&empty), &wide()).whole();
    assert!(
        text.ends_with("nothing found:  Nothing was found. Check the filter."),
        "{text}"
    );
}

#[test]
fn a_run_that_waits_for_its_next_attempt_says_why_and_until_when() {
    let waiting = v1::Run {
        state: v1::RunState::Queued.into(),
        attempt: 2,
        failure: Some(v1::Failure {
            code: "CANNOT_CONNECT".into(),
            ..v1::Failure::default()
        }),
        next_attempt_time: Some(prost_types::Timestamp {
            seconds: 1_700_000_012,
            nanos: 0,
        }),
        ..finished()
    };
    let listed = runs(&[RunView::from(&waiting)], &wide());
    assert!(
        listed.contains("QUEUED, CANNOT_CONNECT, attempt 2 is due at 2023-11-14 22:13:32Z"),
        "{listed}"
    );
}

#[test]
fn a_row_that_differs_from_the_preview_says_what_it_was() {
    let row = |verdict: v1::Verdict, previous: v1::Verdict| {
        RowView::from(&v1::Row {
            address: "ann@acme.example".into(),
            verdict: verdict.into(),
            reason: v1::Reason::Absent.into(),
            previous_verdict: previous.into(),
            ..v1::Row::default()
        })
    };
    let differences = [
        row(v1::Verdict::Remove, v1::Verdict::Keep),
        row(v1::Verdict::Unspecified, v1::Verdict::Add),
    ];
    insta::assert_snapshot!(rows(&differences, &wide()).whole(), @"
    address           verdict
    ──────────────────────────────────────────────────
    ann@acme.example  REMOVE, ABSENT, was KEEP
    ann@acme.example  no longer there, ABSENT, was ADD

    ABSENT:  the directory no longer has it
    ");
}

#[test]
fn a_revert_reads_no_directory_and_shows_what_it_reverts() {
    let mut reverted = finished();
    reverted.set_kind(v1::RunKind::Revert);
    reverted.acts_on_run_id = "r1".into();
    let text = run(&RunView::from(&reverted), &wide()).whole();
    assert!(text.contains("reverts:  r1"), "{text}");
    assert!(
        !text.contains("in the directory") && text.contains("in the portal"),
        "{text}"
    );
}

#[test]
fn a_run_names_what_its_read_left_out() {
    let partial = v1::Run {
        left_out: Some(v1::LeftOut {
            contexts: vec!["DC=brand,DC=example".into()],
            references: vec!["ldaps://emea.corp.example/DC=emea".into()],
            more_references: 2,
            ..v1::LeftOut::default()
        }),
        ..finished()
    };
    let text = run(&RunView::from(&partial), &wide()).whole();
    assert!(
        text.contains(
            "left out:  No search base covers DC=brand,DC=example. The server refers to \
             ldaps://emea.corp.example/DC=emea; 2 more."
        ),
        "{text}"
    );
    assert!(text.contains("Add a search base"), "{text}");
}
