use proptest::prelude::*;

use super::*;
use crate::source::ldap::{
    ber::{entry, message, tlv},
    message::Message,
};

/// A result with these bytes as matched name and as text, with a referral to them, and with more behind.
fn result(tag: u8, words: &[u8]) -> BytesMut {
    let parts = [
        tlv(0x0a, &[49]),
        tlv(0x04, words),
        tlv(0x04, words),
        tlv(0xa3, &[tlv(0x04, b"ldap://a"), tlv(0x04, words)].concat()),
        tlv(0x87, words),
    ];
    frame(message(1, tlv(tag, &parts.concat())))
}

fn frame(bytes: impl AsRef<[u8]>) -> BytesMut {
    BytesMut::from(bytes.as_ref())
}

#[test]
fn words_in_the_code_page_of_a_country_leave_the_code_of_a_result() {
    for tag in [0x61, 0x65, 0x78] {
        let mut answer = result(tag, b"Anmeldung f\xfcr \"M\xfcller\" verweigert, data 52e");
        assert!(Message::parse(&answer).is_err(), "the library would not stand it");
        mend(&mut answer);
        let result = Message::parse(&answer).unwrap().result().unwrap();
        assert_eq!(
            (result.code, result.text.as_str()),
            (49, r#"Anmeldung f\xFCr "M\xFCller" verweigert, data 52e"#)
        );
    }
}

#[test]
fn the_targets_of_a_search_reference_are_mended() {
    let targets = |texts: [&[u8]; 2]| message(1, tlv(0x73, &texts.map(|text| tlv(0x04, text)).concat()));
    let long = vec![b'a'; 200];
    let mut reference = frame(targets([b"ldap://m\xfcnchen", &long]));
    mend(&mut reference);
    assert_eq!(Message::parse(&reference).unwrap().id, 1);
    for text in [r"ldap://m\xFCnchen".as_bytes(), &long] {
        assert!(reference.windows(text.len()).any(|bytes| bytes == text));
    }
}

#[test]
fn text_stays_as_it_is_and_so_does_an_entry() {
    for frame in [
        result(0x61, "Anmeldung für „Müller“".as_bytes()),
        frame(entry(1, "cn=a", &[("jpegPhoto", &[b"\xff\xd8"])])),
        frame(b"HTTP/1.1 400"),
        frame([0x30]),
    ] {
        let mut mended = frame.clone();
        mend(&mut mended);
        assert_eq!(mended, frame);
    }
}

proptest! {
    #[test]
    fn any_bytes_as_words_leave_a_message_with_its_code(words in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut answer = result(0x61, &words);
        mend(&mut answer);
        let code = Message::parse(&answer).ok().and_then(|message| message.result()).map(|result| result.code);
        prop_assert_eq!(code, Some(49));
    }

    #[test]
    fn any_bytes_as_a_frame_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        mend(&mut frame(bytes));
    }
}
