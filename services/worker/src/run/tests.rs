//! Runs against a reconcile and a directory that follow scripts.

mod giving_way;
mod missing;
mod scripted;

use std::time::Duration;

use rollcall_chassis::amqp::Delay;
use rollcall_proto::{
    internal::v1::BeginStatus,
    v1::{RunKind, RunTrigger},
};
use rollcall_terms::Refusal;

use super::Disposition;
use crate::source::ldap::{
    ber::{bound, done, page_done},
    script::{Script, person, serve},
};
use scripted::{Answers, Call, Scripted};

fn two_people() -> Script {
    vec![
        bound(1, 0, ""),
        done(2, 0, ""),
        [person(3, "ann"), person(3, "bob"), page_done(3, b"")].concat(),
    ]
}

/// The digest of those two.
async fn digest() -> Vec<u8> {
    let scripted = Scripted::start(Answers::default()).await;
    scripted.run(serve(vec![two_people()]).await.port, 1).await;
    scripted.submitted().expect("a submission").1.digest
}

#[tokio::test]
async fn what_was_read_is_submitted_with_its_summary() {
    let scripted = Scripted::start(Answers::default()).await;
    let disposition = scripted.run(serve(vec![two_people()]).await.port, 1).await;
    assert_eq!(disposition, Disposition::Done);
    let (objects, summary) = scripted.submitted().expect("a submission");
    assert_eq!((objects, summary.entries, summary.claims), (2, 2, 2));
    assert_eq!(scripted.calls(), [Call::Begin, Call::Submit]);
}

#[tokio::test]
async fn a_sync_that_equals_the_last_applied_read_submits_nothing() {
    let scripted = Scripted::start(Answers {
        last_digest: digest().await,
        ..Answers::default()
    })
    .await;
    let disposition = scripted.run(serve(vec![two_people()]).await.port, 1).await;
    assert_eq!(disposition, Disposition::Done);
    assert_eq!(scripted.calls(), [Call::Begin, Call::Unchanged]);
}

#[tokio::test]
async fn a_preview_is_never_unchanged() {
    let answers = Answers {
        last_digest: digest().await,
        kind: RunKind::Preview,
        ..Answers::default()
    };
    let scripted = Scripted::start(answers).await;
    scripted.run(serve(vec![two_people()]).await.port, 1).await;
    assert_eq!(scripted.calls(), [Call::Begin, Call::Submit]);
}

#[tokio::test]
async fn a_read_that_proves_changed_is_submitted_from_the_buffer() {
    let refusal = Some(Refusal::NotUnchanged);
    let answers = Answers {
        last_digest: digest().await,
        unchanged: refusal,
        ..Answers::default()
    };
    let scripted = Scripted::start(answers).await;
    let disposition = scripted.run(serve(vec![two_people()]).await.port, 1).await;
    assert_eq!(disposition, Disposition::Done);
    assert_eq!(scripted.calls(), [Call::Begin, Call::Unchanged, Call::Submit]);
    assert_eq!(scripted.submitted().expect("a submission").0, 2);
}

#[tokio::test]
async fn batches_beyond_the_buffer_are_sent_as_they_come() {
    let answers = Answers {
        last_digest: vec![7; 16],
        buffer_bytes: 1,
        ..Answers::default()
    };
    let scripted = Scripted::start(answers).await;
    scripted.run(serve(vec![two_people()]).await.port, 1).await;
    assert_eq!(scripted.submitted().expect("a submission").0, 2);
}

#[tokio::test]
async fn a_read_that_fails_sends_no_footer_and_is_tried_again_as_often_as_its_trigger_allows() {
    let cut = || vec![bound(1, 0, ""), done(2, 0, ""), person(3, "ann")];
    for (trigger, attempt, expected) in [
        (RunTrigger::Manual, 1, Disposition::Retry(Delay::Seconds2)),
        (RunTrigger::Manual, 2, Disposition::Done),
        (RunTrigger::Scheduled, 3, Disposition::Retry(Delay::Seconds300)),
        (RunTrigger::Scheduled, 4, Disposition::Done),
    ] {
        let again = expected != Disposition::Done;
        let scripted = Scripted::start(Answers {
            trigger,
            ..Answers::default()
        })
        .await;
        assert_eq!(
            scripted.run(serve(vec![cut()]).await.port, attempt).await,
            expected
        );
        assert!(scripted.submitted().is_none());
        let failed = scripted.failed().expect("a failure");
        assert_eq!(failed.failure.expect("why").code, "CONNECTION_LOST");
        assert_eq!(failed.next_attempt_time.is_some(), again);
    }
}

#[tokio::test]
async fn wrong_credentials_fail_at_once_with_advice() {
    let scripted = Scripted::start(Answers {
        trigger: RunTrigger::Scheduled,
        ..Answers::default()
    })
    .await;
    let port = serve(vec![vec![bound(1, 49, "80090308: x, data 533, v1db1")]])
        .await
        .port;
    assert_eq!(scripted.run(port, 1).await, Disposition::Done);
    let failed = scripted.failed().expect("a failure");
    let failure = failed.failure.expect("why");
    assert_eq!(failure.code, "ACCOUNT_DISABLED");
    assert!(!failure.message.is_empty() && !failure.advice.is_empty());
    assert!(failure.detail.contains("data 533"), "{}", failure.detail);
    assert!(failed.next_attempt_time.is_none());
}

#[tokio::test]
async fn a_run_whose_settings_changed_begins_again() {
    let refusal = Some(Refusal::SettingsChangedDuringRun);
    let scripted = Scripted::start(Answers {
        submit: refusal,
        refusals: 1,
        ..Answers::default()
    })
    .await;
    let disposition = scripted
        .run(serve(vec![two_people(), two_people()]).await.port, 1)
        .await;
    assert_eq!(disposition, Disposition::Done);
    assert_eq!(
        scripted.calls(),
        [Call::Begin, Call::Submit, Call::Begin, Call::Submit]
    );
}

#[tokio::test]
async fn a_run_whose_lease_is_lost_is_dropped_without_a_word_and_keeps_its_job() {
    let refusal = Some(Refusal::Fenced);
    let scripted = Scripted::start(Answers {
        submit: refusal,
        refusals: 9,
        ..Answers::default()
    })
    .await;
    let disposition = scripted.run(serve(vec![two_people()]).await.port, 1).await;
    assert_eq!(disposition, Disposition::Park);
    assert_eq!(scripted.calls(), [Call::Begin, Call::Submit]);
}

#[tokio::test]
async fn a_read_that_cannot_be_handed_in_gives_the_lease_back_and_fails_nothing() {
    let refusal = Some(Refusal::Unavailable);
    let scripted = Scripted::start(Answers {
        submit: refusal,
        refusals: 9,
        ..Answers::default()
    })
    .await;
    let disposition = scripted.run(serve(vec![two_people()]).await.port, 1).await;
    assert_eq!(disposition, Disposition::InVain(None));
    let failed = scripted.failed().expect("the lease is given back");
    assert_eq!(failed.failure, None);
    assert!(failed.next_attempt_time.is_some(), "it is not over");
}

#[tokio::test]
async fn a_lease_that_cannot_be_given_back_either_goes_with_the_job() {
    let away = Some(Refusal::Unavailable);
    let scripted = Scripted::start(Answers {
        submit: away,
        refusals: 9,
        fail: away,
        ..Answers::default()
    })
    .await;
    let disposition = scripted.run(serve(vec![two_people()]).await.port, 1).await;
    assert_eq!(
        disposition,
        Disposition::InVain(Some(1)),
        "whoever comes next may have the lease"
    );
}

#[tokio::test]
async fn a_read_that_is_refused_for_good_fails_its_run_with_the_code_of_the_refusal() {
    let refusal = Some(Refusal::ReadTooLarge);
    let scripted = Scripted::start(Answers {
        submit: refusal,
        refusals: 9,
        ..Answers::default()
    })
    .await;
    assert_eq!(
        scripted.run(serve(vec![two_people()]).await.port, 1).await,
        Disposition::Done
    );
    assert_eq!(
        scripted.failed().expect("a failure").failure.expect("why").code,
        "READ_TOO_LARGE"
    );
}

#[tokio::test]
async fn a_cancelled_run_stops_reading_and_is_ended_without_a_failure() {
    let scripted = Scripted::start(Answers {
        cancelled: true,
        ..Answers::default()
    })
    .await;
    // The directory says nothing for longer than the first heartbeat takes.
    let silent = vec![bound(1, 0, ""), done(2, 0, ""), Vec::new()];
    let port = serve(vec![silent]).await.port;
    let run = tokio::time::timeout(
        Duration::from_secs(10),
        scripted.run_with_patience(port, Duration::from_mins(1)),
    );
    assert_eq!(run.await.expect("the run stops"), Disposition::Done);
    assert_eq!(scripted.failed().expect("an end").failure, None);
}

#[tokio::test]
async fn a_run_that_takes_longer_than_it_may_fails() {
    let scripted = Scripted::start(Answers {
        run_limit: Duration::from_millis(300),
        ..Answers::default()
    })
    .await;
    let port = serve(vec![vec![bound(1, 0, ""), done(2, 0, ""), Vec::new()]])
        .await
        .port;
    assert_eq!(
        scripted.run_with_patience(port, Duration::from_mins(1)).await,
        Disposition::Done
    );
    assert_eq!(
        scripted.failed().expect("a failure").failure.expect("why").code,
        "RUN_DEADLINE"
    );
}

#[tokio::test]
async fn a_credential_that_was_sealed_for_another_host_does_not_open_and_nothing_is_dialled() {
    let scripted = Scripted::start(Answers {
        sealed_for_another: true,
        ..Answers::default()
    })
    .await;
    let server = serve(vec![vec![done(1, 0, "")]]).await;
    assert_eq!(scripted.run(server.port, 1).await, Disposition::Done);
    assert_eq!(
        scripted.failed().expect("a failure").failure.expect("why").code,
        "CREDENTIAL_UNREADABLE"
    );
    assert!(!server.task.is_finished(), "a connection was made");
}

#[tokio::test]
async fn a_run_whose_credential_needs_another_workers_key_waits_and_does_not_fail() {
    let scripted = Scripted::start(Answers {
        sealed_to_another_key: true,
        trigger: RunTrigger::Scheduled,
        ..Answers::default()
    })
    .await;
    let server = serve(vec![vec![done(1, 0, "")]]).await;
    assert_eq!(scripted.run(server.port, 1).await, Disposition::InVain(None));
    let given_back = scripted.failed().expect("the lease is given back");
    assert_eq!(given_back.failure, None);
    assert!(given_back.next_attempt_time.is_some(), "it is not over");
    assert!(!server.task.is_finished(), "a connection was made");
}

#[tokio::test]
async fn a_job_whose_run_cannot_begin_now_is_finished_according_to_the_reason() {
    for (status, expected) in [
        (BeginStatus::Finished, Disposition::Done),
        (BeginStatus::Busy, Disposition::Park),
        (BeginStatus::Taken, Disposition::Park),
        (BeginStatus::RunningHere, Disposition::Park),
        (BeginStatus::NeedsProcess, Disposition::NeedsProcess),
    ] {
        let scripted = Scripted::start(Answers {
            begin: status,
            ..Answers::default()
        })
        .await;
        assert_eq!(scripted.run(1, 1).await, expected, "{status:?}");
        assert_eq!(scripted.calls(), [Call::Begin]);
    }
    let refusal = Some(Refusal::InvalidFields);
    let scripted = Scripted::start(Answers {
        begin_refusal: refusal,
        ..Answers::default()
    })
    .await;
    assert!(matches!(scripted.run(1, 1).await, Disposition::Reject(_)));
}
