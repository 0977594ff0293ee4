use proptest::prelude::*;

use super::*;
use crate::source::ldap::{
    ber::{bound, done, entry, message, page_done, result, seq, tlv},
    frame::check,
    limits::FrameLimits,
};

const LIMITS: FrameLimits = FrameLimits {
    bytes: 1 << 20,
    elements: 1_000,
    depth: 12,
};

#[test]
fn answers_are_distinguished_and_carry_their_results() {
    let answer = bound(1, 49, "80090308: data 52e");
    let parsed = Message::parse(&answer).unwrap();
    assert_eq!((parsed.id, parsed.response), (1, Response::Bind));
    assert_eq!(
        parsed.result(),
        Some(OperationResult {
            code: 49,
            text: "80090308: data 52e".to_owned()
        })
    );
    assert_eq!(
        Message::parse(&entry(7, "cn=a", &[])).unwrap().response,
        Response::Entry
    );
    assert_eq!(Message::parse(&done(7, 0, "")).unwrap().response, Response::Done);
    assert_eq!(
        Message::parse(&page_done(7, b"cookie")).unwrap().response,
        Response::Done
    );
}

#[test]
fn of_a_servers_words_the_beginning_is_kept() {
    let answer = bound(1, 51, &format!("data 775 {}", "é".repeat(10_000)));
    let text = Message::parse(&answer).unwrap().result().unwrap().text;
    assert!(text.starts_with("data 775 é"), "{text}");
    assert!((990..=1_000).contains(&text.len()), "{}", text.len());
}

fn assert_refused(what: &str, frame: &[u8]) {
    assert!(
        check(frame, LIMITS).is_ok(),
        "{what}: refused for its frame already"
    );
    let parsed = Message::parse(frame);
    assert!(matches!(parsed, Err(FrameError::Malformed(_))), "{what}");
}

#[test]
fn what_is_no_message_is_refused() {
    assert_refused("an empty sequence", &[0x30, 0x00]);
    assert_refused("a message id alone", &seq(0x30, &[tlv(0x02, &[1])]));
    assert_refused("an operation that no client is sent", &message(1, tlv(0x7d, b"")));
    assert_refused("a request", &message(1, tlv(0x63, b"")));
    for id in [&[0xff][..], &[], &[0, 0, 0, 0, 1]] {
        assert_refused(
            "a message id that is none",
            &seq(0x30, &[tlv(0x02, id), result(0x65, 0, "")]),
        );
    }
}

#[test]
fn a_result_that_the_library_would_panic_at_is_refused() {
    let with_parts = |parts: &[Vec<u8>]| message(1, seq(0x65, parts));
    assert_refused("a result without parts", &with_parts(&[]));
    assert_refused("without a text", &with_parts(&[tlv(0x0a, &[0]), tlv(0x04, b"")]));
    let bad_text = [tlv(0x0a, &[0]), tlv(0x04, b""), tlv(0x04, &[0xff])];
    assert_refused("with a text that is not UTF-8", &with_parts(&bad_text));
    for referral in [
        tlv(0x83, b"primitive"),
        seq(0xa3, &[tlv(0x02, &[1])]),
        seq(0xa3, &[tlv(0x04, &[0xff])]),
    ] {
        let parts = [tlv(0x0a, &[10]), tlv(0x04, b""), tlv(0x04, b""), referral];
        assert_refused("with a referral that is none", &with_parts(&parts));
    }
}

#[test]
fn a_control_that_the_library_would_panic_at_is_refused() {
    for control in [
        tlv(0x04, b"1.2"),
        tlv(0x30, b""),
        seq(0x30, &[tlv(0x04, b"1.2"), tlv(0x01, b"")]),
        seq(0x30, &[tlv(0x04, b"1.2"), tlv(0x02, &[1])]),
        seq(0x30, &[tlv(0x04, &[0xff])]),
    ] {
        let parts = [tlv(0x02, &[1]), result(0x65, 0, ""), seq(0xa0, &[control])];
        assert_refused("a control", &seq(0x30, &parts));
    }
}

#[test]
fn a_notice_is_read_as_active_directory_writes_it() {
    let operation = result(0x78, 52, "the server is shutting down");
    let notice = seq(
        0x30,
        &[tlv(0x02, &[0]), operation, tlv(0x8a, b"1.3.6.1.4.1.1466.20036")],
    );
    let parsed = Message::parse(&notice).unwrap();
    assert_eq!(parsed.id, 0);
    assert_eq!(parsed.result().unwrap().text, "the server is shutting down");
}

#[test]
fn only_a_notice_with_another_name_is_ignored_wherever_the_name_stands() {
    let (disconnection, other) = (&b"1.3.6.1.4.1.1466.20036"[..], &b"1.3.6.1.4.1.4203.666.1"[..]);
    let within = |id: u8, name: &[u8]| {
        let parts = [tlv(0x0a, &[0]), tlv(0x04, b""), tlv(0x04, b""), tlv(0x8a, name)];
        seq(0x30, &[tlv(0x02, &[id]), seq(0x78, &parts)])
    };
    let after = |name: &[u8]| {
        let parts = [tlv(0x02, &[0]), result(0x78, 0, ""), tlv(0x8a, name)];
        seq(0x30, &parts)
    };
    let nameless = seq(0x30, &[tlv(0x02, &[0]), result(0x78, 52, "")]);
    for (frame, ignored) in [
        (within(0, other), true),
        (after(other), true),
        (within(0, disconnection), false),
        (after(disconnection), false),
        (nameless, false),
        (within(1, other), false),
    ] {
        assert_eq!(
            Message::parse(&frame).unwrap().is_other_notice(),
            ignored,
            "{frame:02x?}"
        );
    }
}

#[test]
fn the_cookie_is_found_in_the_control() {
    let value = seq(0x30, &[tlv(0x02, &[0]), tlv(0x04, b"next")]);
    assert_eq!(paged_results_cookie(&value).unwrap(), b"next");
    for bad in [
        &b""[..],
        &[0x30, 0x00],
        &[0x30, 0x03, 0x02, 0x01, 0x00],
        b"garbage",
    ] {
        assert!(paged_results_cookie(bad).is_err(), "{bad:?}");
    }
}

proptest! {
    #[test]
    fn whatever_passes_both_checks_does_not_make_the_library_panic(
        operation in prop_oneof![Just(0x61_u8), Just(0x64), Just(0x65), Just(0x78), any::<u8>()],
        content in proptest::collection::vec(
            prop_oneof![Just(0x30_u8), Just(0x04), Just(0x0a), Just(0xa3), Just(0x00), Just(0x01), any::<u8>()],
            0..40,
        ),
    ) {
        let frame = message(1, tlv(operation, &content));
        if check(&frame, LIMITS).is_ok()
            && let Ok(message) = Message::parse(&frame)
            && message.response.has_result()
        {
            let (_, parsed) = lber::parse::parse_tag(&frame).unwrap();
            let operation = parsed.expect_constructed().unwrap().remove(1);
            // Panics at what it does not expect.
            let result = ldap3::result::LdapResult::from(lber::structures::Tag::StructureTag(operation));
            prop_assert_eq!(result.rc, message.result().unwrap().code);
        }
    }
}
