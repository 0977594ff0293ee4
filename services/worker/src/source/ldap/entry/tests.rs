use std::time::Duration;

use lber::parse::parse_tag;
use proptest::prelude::*;

use super::*;
use crate::source::ldap::ber::{entry_operation, seq, tlv};

const LIMITS: Limits = Limits {
    connect: Duration::from_secs(1),
    reach: Duration::from_secs(1),
    bind: Duration::from_secs(1),
    operation: Duration::from_secs(1),
    page_size: 100,
    values: 3,
    value_bytes: 10,
    entry_bytes: 400,
    message_bytes: 1_000,
};

fn decode(operation: &[u8]) -> Result<Entry, DirectoryError> {
    Entry::decode(parse_tag(operation).unwrap().1, &LIMITS)
}

#[test]
fn values_are_bytes_found_by_name_in_any_case_and_with_any_options() {
    let operation = entry_operation(
        b"cn=a",
        &[
            ("objectGUID", &[&[0xff, 0x00]]),
            ("Mail", &[b"a@b"]),
            ("mail;lang-de", &[b"c@d"]),
        ],
    );
    let entry = decode(&operation).unwrap();
    assert_eq!(entry.dn, "cn=a");
    assert_eq!(entry.values("objectguid").collect::<Vec<_>>(), [&[0xff, 0x00]]);
    assert_eq!(entry.values("mail").collect::<Vec<_>>(), [b"a@b", b"c@d"]);
    assert_eq!(entry.values("cn").count(), 0);
}

#[test]
fn a_range_says_whether_values_are_missing() {
    let cases = [
        ("member", None, false),
        (
            "member;range=0-1499",
            Some(ValueRange {
                first: 0,
                last: Some(1499),
            }),
            true,
        ),
        (
            "member;Range=1500-*",
            Some(ValueRange {
                first: 1500,
                last: None,
            }),
            true,
        ),
        (
            "member;range=0-*",
            Some(ValueRange { first: 0, last: None }),
            false,
        ),
        ("member;x-range=0-1", None, false),
    ];
    for (description, range, partial) in cases {
        let entry = decode(&entry_operation(b"", &[(description, &[b"x"])])).unwrap();
        assert_eq!(entry.attributes[0].range, range, "{description}");
        let asked = AddressAttributes::parse(["member"]).unwrap();
        assert_eq!(entry.is_partial(&asked), partial, "{description}");
        assert!(!entry.is_partial(&AddressAttributes::default()), "{description}");
        assert_eq!(entry.attributes[0].name(), "member");
    }
    let entry = decode(&entry_operation(b"", &[("member;lang-de;range=0-*", &[])])).unwrap();
    assert_eq!(entry.attributes[0].description, "member;lang-de");
}

#[test]
fn values_in_a_range_that_cannot_be_read_never_pass_for_all() {
    for option in [
        "range=abc",
        "range=0-",
        "range=-1-5",
        "range=0-99999999999999999999",
        "range=18446744073709551615-18446744073709551616",
        " range=0-0",
        "RANGE =0-0",
        "range=",
    ] {
        let description = format!("member;{option}");
        let read = decode(&entry_operation(b"", &[(&description, &[b"x"])]));
        match read {
            Err(DirectoryError::Incomplete(why)) => assert!(why.contains("range"), "{why}"),
            other => panic!("{option}: {other:?}"),
        }
    }
}

#[test]
fn a_name_that_is_no_text_is_shown_by_its_bytes() {
    assert_eq!(decode(&entry_operation(b"cn=\xff", &[])).unwrap().dn, r"cn=\xFF");
}

#[test]
fn a_bound_that_is_crossed_is_named_and_so_is_the_entry() {
    let many: [&[u8]; 4] = [b"1", b"2", b"3", b"4"];
    let full: [&[u8]; 3] = [b"0123456789"; 3];
    let long = "n".repeat(5_000);
    let cases = [
        (
            entry_operation(b"cn=a", &[("mail", &many)]),
            "cn=a has more than 3 values of mail (limits.values)",
        ),
        (
            entry_operation(b"cn=a", &[("mail", &[b"elevenbytes"])]),
            "cn=a has a value of mail with 11 bytes, and 10 are accepted (limits.value_bytes)",
        ),
        (
            entry_operation(b"cn=a", &[("mail", &full), ("cn", &full), ("sn", &full)]),
            "cn=a holds more than 400 bytes, over all its ranges (limits.entry_bytes)",
        ),
        (
            entry_operation(long.as_bytes(), &[]),
            "has a distinguished name of 5000 bytes, and 4096 are accepted",
        ),
    ];
    for (operation, said) in cases {
        match decode(&operation) {
            Err(error @ DirectoryError::Limit(_)) => {
                let shown = error.to_string();
                assert!(shown.contains(said) && shown.len() < 500, "{shown}");
            }
            other => panic!("{said}: {other:?}"),
        }
    }
}

#[test]
fn what_is_no_entry_is_an_error() {
    let hostile = [
        tlv(0x64, b""),
        tlv(0x44, b"primitive"),
        seq(0x64, &[tlv(0x04, b"cn=a")]),
        seq(0x64, &[seq(0x30, &[]), seq(0x30, &[])]),
        seq(0x64, &[tlv(0x04, b"cn=a"), tlv(0x04, b"")]),
        seq(0x64, &[tlv(0x04, b"cn=a"), seq(0x30, &[tlv(0x04, b"")])]),
        seq(
            0x64,
            &[tlv(0x04, b"cn=a"), seq(0x30, &[seq(0x30, &[tlv(0x04, b"mail")])])],
        ),
        seq(
            0x64,
            &[
                tlv(0x04, b"cn=a"),
                seq(0x30, &[seq(0x30, &[tlv(0x04, b"mail"), tlv(0x04, b"x")])]),
            ],
        ),
        seq(
            0x64,
            &[
                tlv(0x04, b"cn=a"),
                seq(
                    0x30,
                    &[seq(0x30, &[tlv(0x04, b"mail"), seq(0x31, &[seq(0x30, &[])])])],
                ),
            ],
        ),
        seq(0x73, &[tlv(0x04, b"ldap://elsewhere")]),
        seq(0x24, &[tlv(0x04, b"cn=a"), seq(0x30, &[])]),
    ];
    for operation in hostile {
        assert!(
            matches!(decode(&operation), Err(DirectoryError::Entry(_))),
            "{operation:02x?}"
        );
    }
}

proptest! {
    #[test]
    fn no_bytes_make_decoding_panic(content in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok((_, tag)) = parse_tag(&tlv(0x64, &content)) {
            let _ = Entry::decode(tag, &LIMITS);
        }
    }
}
