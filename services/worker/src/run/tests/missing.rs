//! Missing objects are asked for before anything is decided.

use std::time::Duration;

use rollcall_chassis::amqp::Delay;
use rollcall_proto::{internal::v1::Confirmation, v1::RunState};

use super::{
    scripted::{Answers, Call, Scripted},
    two_people,
};
use crate::{
    run::Disposition,
    source::ldap::{
        ber::{done, entry, page_done},
        script::{Script, Server, serve},
    },
};

const LOST: &str = "1a2b3c9f-4d5e-4f80-a1b2-c3d4e5f60718";
const ELSEWHERE: &str = "00000000-0000-4000-8000-000000000001";

/// A directory that goes on, after the read, with these answers.
async fn directory(answers: &[Vec<u8>]) -> Server {
    serve(vec![[two_people(), answers.to_vec()].concat()]).await
}

async fn reconcile(missing: &[&[&str]]) -> Scripted {
    let missing = missing
        .iter()
        .map(|ids| ids.iter().map(|id| (*id).to_owned()).collect())
        .collect();
    Scripted::start(Answers {
        missing,
        ..Answers::default()
    })
    .await
}

/// The entry of the object that was missing.
fn cay(id: u8) -> Vec<u8> {
    let guid = [
        0x9f, 0x3c, 0x2b, 0x1a, 0x5e, 0x4d, 0x80, 0x4f, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0xf6, 0x07, 0x18,
    ];
    let addresses: [&[u8]; 2] = [b"SMTP:cay@corp.example", b"X500:/o=corp"];
    let attributes: [(&str, &[&[u8]]); 2] = [("objectGUID", &[&guid]), ("proxyAddresses", &addresses)];
    entry(id, "cn=cay,dc=corp", &attributes)
}

fn there_after_all(id: u8) -> Vec<u8> {
    [cay(id), page_done(id, b"")].concat()
}

fn failure(scripted: &Scripted) -> String {
    scripted.failed().expect("a failure").failure.expect("why").code
}

fn is_complete(confirmations: &[Confirmation]) -> bool {
    confirmations.iter().any(|part| part.complete)
}

#[tokio::test]
async fn objects_that_are_found_after_all_are_reported_before_the_outcome_over_the_connection_of_the_read() {
    let directory = directory(&[there_after_all(4)]).await;
    let scripted = reconcile(&[&[LOST], &[ELSEWHERE]]).await;
    assert_eq!(scripted.run(directory.port, 1).await, Disposition::Done);
    assert_eq!(scripted.calls(), [Call::Begin, Call::Submit]);

    let confirmations = scripted.confirmations();
    let last = confirmations.last().expect("a confirmation");
    assert!(last.complete);
    assert_eq!(last.not_email, 1);
    let found: Vec<_> = confirmations.iter().flat_map(|part| &part.found).collect();
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].id.as_str(), found[0].dn.as_str()),
        (LOST, "cn=cay,dc=corp")
    );
    assert_eq!(found[0].claims[0].address, "cay@corp.example");
    // The read counts by itself.
    assert_eq!(scripted.submitted().expect("a submission").1.entries, 2);
    assert_eq!(directory.task.await.unwrap(), 1, "connections");
}

#[tokio::test]
async fn nothing_that_is_missing_is_there() {
    let directory = directory(&[page_done(4, b"")]).await;
    let scripted = reconcile(&[&[LOST]]).await;
    assert_eq!(scripted.run(directory.port, 1).await, Disposition::Done);
    let only = Confirmation {
        complete: true,
        ..Confirmation::default()
    };
    assert_eq!(scripted.confirmations(), [only]);
}

#[tokio::test]
async fn a_directory_that_does_not_answer_for_each_leaves_everything_as_it_was() {
    let cases: [(&str, &[Vec<u8>]); 5] = [
        ("BUSY", &[done(4, 51, "")]),
        ("SIZE_LIMIT", &[[cay(4), done(4, 4, "")].concat()]),
        ("NO_SUCH_BASE", &[done(4, 32, "")]),
        ("OPERATION_TIMEOUT", &[Vec::new()]),
        ("CONNECTION_LOST", &[]),
    ];
    for (code, answers) in cases {
        let directory = directory(answers).await;
        let scripted = reconcile(&[&[LOST]]).await;
        let disposition = scripted.run(directory.port, 1).await;
        assert_eq!(failure(&scripted), code);
        assert!(!is_complete(&scripted.confirmations()), "{code}");
        let expected = match code {
            "NO_SUCH_BASE" => Disposition::Done,
            "OPERATION_TIMEOUT" => Disposition::RetrySlowly(Delay::Seconds2),
            _ => Disposition::Retry(Delay::Seconds2),
        };
        assert_eq!(disposition, expected, "{code}");
    }
}

#[tokio::test]
async fn a_server_that_hangs_up_while_reconcile_thinks_is_no_matter_unless_it_is_asked() {
    for (missing, expected) in [
        (vec![], None),
        (vec![vec![LOST.to_owned()]], Some("CONNECTION_LOST")),
    ] {
        let scripted = Scripted::start(Answers {
            missing,
            thinks: Duration::from_millis(200),
            ..Answers::default()
        })
        .await;
        scripted.run(directory(&[]).await.port, 1).await;
        assert_eq!(
            scripted
                .failed()
                .and_then(|failed| failed.failure)
                .map(|why| why.code)
                .as_deref(),
            expected
        );
    }
}

#[tokio::test]
async fn a_read_beyond_the_buffer_is_confirmed_all_the_same() {
    let scripted = Scripted::start(Answers {
        last_digest: vec![7; 16],
        buffer_bytes: 1,
        missing: vec![vec![LOST.to_owned()]],
        ..Answers::default()
    })
    .await;
    scripted.run(directory(&[there_after_all(4)]).await.port, 1).await;
    assert!(is_complete(&scripted.confirmations()));
}

#[tokio::test]
async fn the_runs_time_bounds_the_question_too() {
    let scripted = Scripted::start(Answers {
        missing: vec![vec![LOST.to_owned()]],
        run_limit: Duration::from_millis(500),
        ..Answers::default()
    })
    .await;
    let silent: Script = vec![Vec::new()];
    let port = directory(&silent).await.port;
    scripted.run_with_patience(port, Duration::from_mins(1)).await;
    assert_eq!(failure(&scripted), "RUN_DEADLINE");
    assert!(!is_complete(&scripted.confirmations()));
}

#[tokio::test]
async fn a_run_that_is_cancelled_while_the_directory_is_asked_ends_without_a_failure() {
    let scripted = Scripted::start(Answers {
        missing: vec![vec![LOST.to_owned()]],
        cancelled: true,
        ..Answers::default()
    })
    .await;
    let port = directory(&[Vec::new()]).await.port;
    let disposition = scripted.run_with_patience(port, Duration::from_mins(1)).await;
    assert_eq!(disposition, Disposition::Done);
    assert_eq!(scripted.failed().expect("an end").failure, None);
}

#[tokio::test]
async fn a_run_that_is_held_is_done() {
    let scripted = Scripted::start(Answers {
        outcome: RunState::Held,
        ..Answers::default()
    })
    .await;
    let disposition = scripted.run(directory(&[]).await.port, 1).await;
    assert_eq!(disposition, Disposition::Done);
    assert!(scripted.failed().is_none());
}
