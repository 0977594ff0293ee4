use std::time::Duration;

use rollcall_domain::filter::Filter;
use tokio::{
    io::{AsyncReadExt as _, DuplexStream, duplex},
    time::timeout,
};

use super::*;
use crate::memory::Memory;
use crate::source::ldap::ber::{bound, done, entry, message, nested, result, seq, tlv};

const LIMITS: FrameLimits = FrameLimits {
    bytes: 1 << 20,
    elements: 1_000,
    depth: 12,
};
const SEARCH: [u8; 7] = [0x30, 0x05, 0x02, 0x01, 0x02, 0x63, 0x00];

struct Bench {
    server: DuplexStream,
    library: UnixStream,
    guard: tokio::task::JoinHandle<Result<(), GuardError>>,
    credit: std::sync::Arc<Credit>,
}

fn bench(credit: usize) -> Bench {
    let (server, far) = duplex(1 << 20);
    let (library, ours) = UnixStream::pair().unwrap();
    let credit = std::sync::Arc::new(Credit::new(credit, std::sync::Arc::default()));
    let share = Memory::new(1 << 30, 1 << 30).share();
    let guard = {
        let credit = std::sync::Arc::clone(&credit);
        tokio::spawn(async move { run(far, ours, LIMITS, &credit, share, &BindPassword::default()).await })
    };
    Bench {
        server,
        library,
        guard,
        credit,
    }
}

impl Bench {
    /// The library asks, and the server has seen it.
    async fn ask(&mut self, request: &[u8]) {
        self.library.write_all(request).await.unwrap();
        let mut seen = vec![0; request.len()];
        self.server.read_exact(&mut seen).await.unwrap();
        assert_eq!(seen, request);
    }

    async fn ended(self) -> Result<(), GuardError> {
        timeout(Duration::from_secs(5), self.guard)
            .await
            .expect("the guard ends")
            .unwrap()
    }
}

#[tokio::test]
async fn what_was_asked_passes_unchanged() {
    let mut bench = bench(1 << 20);
    bench.ask(&SEARCH).await;
    let answers = [entry(2, "cn=a", &[("mail", &[b"a@b.example"])]), done(2, 0, "")].concat();
    bench.server.write_all(&answers).await.unwrap();
    let mut passed = vec![0; answers.len()];
    bench.library.read_exact(&mut passed).await.unwrap();
    assert_eq!(passed, answers);
    let Bench { library, guard, .. } = bench;
    drop(library);
    assert!(guard.await.unwrap().is_ok());
}

#[tokio::test]
async fn a_filter_may_nest_deeper_than_an_answer() {
    let filter = nested(Filter::MAX_DEPTH + 6);
    let request = seq(0x30, &[tlv(0x02, &[2]), seq(0x63, &[filter])]);
    bench(1 << 20).ask(&request).await;
}

#[tokio::test]
async fn what_was_not_asked_ends_the_connection_and_the_library_sees_none_of_it() {
    let notice = message(0, result(0x78, 52, "shutting down"));
    let cases: [(&str, Vec<u8>, &str); 7] = [
        (
            "an entry for another request",
            entry(3, "cn=a", &[]),
            "not requested",
        ),
        ("a bind's answer to a search", bound(2, 0, ""), "not requested"),
        (
            "an extended answer to a search",
            message(2, result(0x78, 0, "")),
            "not requested",
        ),
        (
            "a second end",
            [done(2, 0, ""), done(2, 0, "")].concat(),
            "not requested",
        ),
        ("a notice", notice, "shutting down"),
        ("20,000 levels", nested(20_000), "nested"),
        (
            "an operation that there is none of",
            message(2, seq(0x7d, &[tlv(0x04, b"")])),
            "no LDAP message",
        ),
    ];
    for (what, bytes, expected) in cases {
        let mut bench = bench(1 << 20);
        bench.ask(&SEARCH).await;
        bench.server.write_all(&bytes).await.unwrap();
        let error = bench.ended().await.unwrap_err().to_string();
        assert!(error.contains(expected), "{what}: {error}");
    }
}

/// A notice that tells a client nothing.
fn other_notice() -> Vec<u8> {
    let parts = [
        tlv(0x0a, &[0]),
        tlv(0x04, b""),
        tlv(0x04, b"hello"),
        tlv(0x8a, b"1.2.3.4"),
    ];
    message(0, seq(0x78, &parts))
}

#[tokio::test]
async fn a_notice_of_something_else_does_not_end_a_search_nor_reach_the_library() {
    let mut bench = bench(1 << 20);
    bench.ask(&SEARCH).await;
    let answers = [entry(2, "cn=a", &[]), other_notice(), done(2, 0, "")].concat();
    bench.server.write_all(&answers).await.unwrap();
    let expected = [entry(2, "cn=a", &[]), done(2, 0, "")].concat();
    let mut passed = vec![0; expected.len()];
    bench.library.read_exact(&mut passed).await.unwrap();
    assert_eq!(passed, expected);
}

#[tokio::test]
async fn a_flood_of_notices_ends_the_connection() {
    let mut bench = bench(1 << 20);
    bench.ask(&SEARCH).await;
    let flood = other_notice().repeat(IGNORED_NOTICES + 1);
    bench.server.write_all(&flood).await.unwrap();
    assert!(matches!(bench.ended().await, Err(GuardError::Notice(_))));
}

/// A search for `mail`.
fn search_for_mail() -> Vec<u8> {
    let query = [
        tlv(0x04, b"dc=corp"),
        tlv(0x0a, &[2]),
        tlv(0x0a, &[0]),
        tlv(0x02, &[0]),
        tlv(0x02, &[0]),
        tlv(0x01, &[0]),
        tlv(0x87, b"objectClass"),
        seq(0x30, &[tlv(0x04, b"mail")]),
    ];
    seq(0x30, &[tlv(0x02, &[2]), seq(0x63, &query)])
}

#[tokio::test]
async fn attributes_that_were_not_asked_for_never_reach_the_library_however_many_there_are() {
    let names: Vec<String> = (0..2_000).map(|n| format!("x{n};range=0-0")).collect();
    let value: [&[u8]; 1] = [b"x"];
    let mut attributes: Vec<(&str, &[&[u8]])> =
        names.iter().map(|name| (name.as_str(), &value[..])).collect();
    attributes.push(("mail", &[b"a@b.example"]));
    let mut bench = bench(1 << 20);
    bench.ask(&search_for_mail()).await;
    bench
        .server
        .write_all(&entry(2, "cn=a", &attributes))
        .await
        .unwrap();
    let mut passed = vec![0; entry(2, "cn=a", &[("mail", &[b"a@b.example"])]).len()];
    // Lengths are written in six bytes each, as they were.
    let longer = 3 * 4;
    passed.resize(passed.len() + longer, 0);
    bench.library.read_exact(&mut passed).await.unwrap();
    assert!(passed.ends_with(b"a@b.example"), "{passed:02x?}");
    assert!(passed.windows(4).any(|window| window == b"mail"));
}

#[tokio::test]
async fn an_entry_that_crosses_a_bound_is_refused_by_its_name() {
    let many: Vec<&[u8]> = vec![b"x"; 2_000];
    let large = vec![b'x'; 2 << 20];
    let cases = [
        (
            entry(2, "cn=ann", &[("mail", &many)]),
            "cn=ann: a message of more than 1000 elements",
        ),
        (
            entry(2, "cn=ann", &[("mail", &[&large])]),
            "cn=ann: a message of 2097205",
        ),
    ];
    for (message, said) in cases {
        let mut bench = bench(1 << 20);
        bench.ask(&search_for_mail()).await;
        let Bench {
            mut server,
            guard,
            library,
            ..
        } = bench;
        let sent = tokio::spawn(async move { server.write_all(&message).await });
        let error = guard.await.unwrap().unwrap_err();
        assert!(error.to_string().starts_with(said), "{error}");
        drop((sent, library));
    }
}

#[tokio::test]
async fn answers_before_any_request_are_refused() {
    let mut bench = bench(1 << 20);
    bench.server.write_all(&bound(1, 0, "")).await.unwrap();
    assert!(matches!(bench.ended().await, Err(GuardError::Unexpected(_))));
}

#[tokio::test]
async fn an_end_is_distinguished_from_a_cut() {
    let mut closed = bench(1 << 20);
    closed.server.shutdown().await.unwrap();
    assert!(matches!(closed.ended().await, Err(GuardError::Closed)));
    let mut cut = bench(1 << 20);
    cut.ask(&SEARCH).await;
    cut.server.write_all(&entry(2, "cn=a", &[])[..5]).await.unwrap();
    cut.server.shutdown().await.unwrap();
    assert!(matches!(cut.ended().await, Err(GuardError::Cut)));
}

#[tokio::test]
async fn no_more_waits_for_the_reader_than_there_is_credit() {
    let one = entry(2, "cn=a", &[("mail", &[&[b'x'; 500]])]);
    let mut bench = bench(2 * 1024);
    bench.ask(&SEARCH).await;
    bench.server.write_all(&one.repeat(4)).await.unwrap();
    // Each weighs some 1,100 bytes: one fits.
    let mut passed = vec![0; one.len()];
    bench.library.read_exact(&mut passed).await.unwrap();
    let more = timeout(Duration::from_millis(100), bench.library.read_u8()).await;
    assert!(more.is_err(), "a second one was passed on");
    bench.credit.give_back();
    bench.library.read_exact(&mut passed).await.unwrap();
    assert_eq!(passed, one);
}

#[tokio::test]
async fn a_message_larger_than_all_credit_passes_by_itself() {
    let mut bench = bench(100);
    bench.ask(&SEARCH).await;
    let large = entry(2, "cn=a", &[("mail", &[&[b'x'; 5_000]])]);
    bench.server.write_all(&large).await.unwrap();
    let mut passed = vec![0; large.len()];
    bench.library.read_exact(&mut passed).await.unwrap();
    assert_eq!(passed, large);
}
