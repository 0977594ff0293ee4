use proptest::prelude::*;

use super::*;
use crate::object::{Claim, ClaimedAddress};

mod hints;

fn read(attributes: &[&str], entry: &[(&str, &[&[u8]])]) -> ReadEntry {
    let attributes = AddressAttributes::parse(attributes).unwrap();
    let mut reader = EntryReader::new(&attributes);
    for (name, values) in entry {
        reader.attribute(name, *values);
    }
    reader.finish(b"CN=Ann,DC=corp,DC=example")
}

/// Claims of these values of `proxyAddresses`: `+` before a primary, `-` before an alias, then `!` before a value that is none
/// and `?` before one with an unknown prefix.
fn claims_of(values: &[&[u8]]) -> Vec<String> {
    shown(&read(&[], &[("proxyAddresses", values)]))
}

fn shown(entry: &ReadEntry) -> Vec<String> {
    let show = |claim: &Claim| {
        let sign = if claim.primary { '+' } else { '-' };
        match &claim.address {
            ClaimedAddress::Valid(address) => format!("{sign}{address}"),
            ClaimedAddress::Invalid(value) => format!("{sign}!{}", value.shown),
            ClaimedAddress::UnknownPrefix(value, domain) => format!("{sign}?{} ({domain})", value.shown),
        }
    };
    entry.object.claims.iter().map(show).collect()
}

#[test]
fn smtp_in_capitals_is_primary_and_in_any_other_case_an_alias() {
    assert_eq!(
        claims_of(&[
            b"SMTP:ann@x.example",
            b"smtp:b@x.example",
            b"Smtp:c@x.example",
            b"sMTP: D@X.example "
        ]),
        ["+ann@x.example", "-b@x.example", "-c@x.example", "-d@x.example"]
    );
}

#[test]
fn the_prefix_of_another_address_space_is_counted_and_no_claim() {
    let values: [&[u8]; 8] = [
        b"X500:/o=Corp/cn=ann",
        b"x400:C=us;A= ;P=Corp",
        b"SIP:ann@x.example",
        b"EUM:4711",
        b"SPO:SPO_1@x",
        b"MS:CORP/EX/ANN",
        b" Notes :Ann@x.example",
        b"X500:\xff",
    ];
    let entry = read(&[], &[("proxyAddresses", &values)]);
    assert_eq!((entry.object.claims.len(), entry.not_email), (0, 8));
}

#[test]
fn an_unknown_prefix_before_an_address_is_a_claim_as_it_stands() {
    assert_eq!(
        claims_of(&[
            b"stmp:rs@x.example",
            b"mailto: Rexs@X.example ",
            b":a@x.example",
            "\u{200b}SMTP:ann@x.example".as_bytes(),
            "SM\u{ad}TP:bob@x.example".as_bytes(),
            "\u{a0}X500:cal@y.example".as_bytes(),
            "SMTP\u{202a}:dan\u{200b}@x.example".as_bytes(),
            b"s\xffmtp:eve@x.example",
        ]),
        [
            r"-?:a@x.example (x.example)",
            r"-?SMTP\u{202a}:dan\u{200b}@x.example (x.example)",
            r"-?SM\u{ad}TP:bob@x.example (x.example)",
            r"-?\u{200b}SMTP:ann@x.example (x.example)",
            r"-?\u{a0}X500:cal@y.example (y.example)",
            r"-?mailto: Rexs@X.example  (x.example)",
            r"-?s\xFFmtp:eve@x.example (x.example)",
            r"-?stmp:rs@x.example (x.example)",
        ]
    );
}

#[test]
fn an_unknown_prefix_before_anything_else_is_counted() {
    let values: [&[u8]; 4] = [
        b"stmp:Ann Lee@x.example",
        b"stmp:",
        b"a:b:c@x.example",
        b"http://x.example",
    ];
    let entry = read(&[], &[("proxyAddresses", &values)]);
    assert_eq!((entry.object.claims.len(), entry.not_email), (0, 4));
}

#[test]
fn a_refused_value_says_which_address_it_would_be_without_invisible_characters() {
    let freed = |attribute: &str, value: &str| {
        let entry = read(&[attribute], &[(attribute, &[value.as_bytes()])]);
        let [claim] = &entry.object.claims[..] else {
            panic!("{value:?}: {entry:?}")
        };
        match &claim.address {
            ClaimedAddress::Valid(_) => panic!("{value:?} is an address"),
            ClaimedAddress::Invalid(value) | ClaimedAddress::UnknownPrefix(value, _) => {
                value.freed.iter().map(ToString::to_string).collect::<Vec<_>>()
            }
        }
    };
    for value in [
        "SMTP:ann\u{200b}@x.example",
        "\u{feff}SMTP:ann@x.example",
        "sm\u{ad}tp :\u{202a}Ann@x.\u{200b}example",
    ] {
        assert_eq!(freed("proxyAddresses", value), ["ann@x.example"], "{value:?}");
    }
    for value in [
        "stmp:ann@x.example",
        "\u{200b}SIP:ann@x.example",
        "SMTP:a n\u{200b}n@x.example",
        "\u{200b}ann@x.example",
    ] {
        assert_eq!(freed("proxyAddresses", value), [""; 0], "{value:?}");
    }
    for value in ["ann\u{200b}@x.example", "\u{200b}smtp:ann@x.example"] {
        assert_eq!(freed("mail", value), ["ann@x.example"], "{value:?}");
    }
}

#[test]
fn what_is_no_address_is_shown_as_it_stands() {
    assert_eq!(claims_of(&[b"SMTP:Ann Lee@x.example"]), ["+!Ann Lee@x.example"]);
    assert_eq!(
        claims_of(&[b"smtp:M\xfcller@x.example"]),
        ["-!M\\xFCller@x.example"]
    );
    assert_eq!(claims_of(&[b"smtp:a\0@x.example"]), ["-!a\\u{0}@x.example"]);
    assert_eq!(
        claims_of(&[
            "smtp:ann\u{200b}.bell@x.example".as_bytes(),
            "smtp:\u{301}@x.example".as_bytes()
        ]),
        [r"-!\u{301}@x.example", r"-!ann\u{200b}.bell@x.example"]
    );
    assert_eq!(claims_of(&[b"smtp:"]), ["-!smtp:"]);
    assert_eq!(claims_of(&[b"Ann@x.example"]), ["-!Ann@x.example"]);
    assert_eq!(claims_of(&[b""]), [""; 0]);
}

#[test]
fn what_is_far_too_long_is_cut() {
    for filler in ["a", "ü", "\u{1}"] {
        let claims = claims_of(&[format!("smtp:{}", filler.repeat(5_000)).as_bytes()]);
        assert!(
            claims[0].ends_with('…') && claims[0].len() <= 2 + 1_024,
            "{}",
            claims[0].len()
        );
    }
    let fits = "a".repeat(1_024);
    assert_eq!(
        claims_of(&[format!("smtp:{fits}").as_bytes()]),
        [format!("-!{fits}")]
    );
}

#[test]
fn one_address_is_one_claim_and_primary_beats_alias() {
    assert_eq!(
        claims_of(&[
            b"smtp:ann@x.example",
            b"SMTP:ANN@x.example",
            b"smtp:Ann@X.example"
        ]),
        ["+ann@x.example"]
    );
    assert_eq!(
        claims_of(&[b"ann@x.example", b"smtp:ann@x.example"]),
        ["-ann@x.example"]
    );
    assert_eq!(claims_of(&[b"smtp:a b", b"SMTP:a b"]), ["+!a b"]);
}

#[test]
fn mail_claims_a_primary_and_other_attributes_claim_aliases() {
    let entry: &[(&str, &[&[u8]])] = &[
        ("MAIL", &[b"Ann@x.example"]),
        (
            "otherMailbox",
            &[
                b"a@x.example",
                b"SMTP:b@x.example",
                b"X500:/o=c",
                b"SIP:c@x.example",
            ],
        ),
        ("proxyaddresses", &[b"SMTP:p@x.example"]),
    ];
    let all = read(&["mail", "otherMailbox"], entry);
    assert_eq!(shown(&all), ["-a@x.example", "+ann@x.example", "-b@x.example"]);
    assert_eq!(all.not_email, 2);
}

#[test]
fn mail_claims_an_alias_beside_smtp_in_capitals_in_whatever_order() {
    let mail: (&str, &[&[u8]]) = ("mail", &[b"SMTP:Ann@x.example"]);
    for (proxy, expected) in [
        (&b"SMTP:p@x.example"[..], ["-ann@x.example", "+p@x.example"]),
        (b"SMTP:p p@x.example", ["-ann@x.example", "+!p p@x.example"]),
        (b"smtp:p@x.example", ["+ann@x.example", "-p@x.example"]),
    ] {
        let proxies: (&str, &[&[u8]]) = ("proxyAddresses", &[proxy]);
        for entry in [[mail, proxies], [proxies, mail]] {
            let entry = read(&["mail", "proxyAddresses"], &entry);
            assert_eq!(shown(&entry), expected);
            assert_eq!(entry.object.mail, Some(Address::parse("ann@x.example").unwrap()));
        }
    }
}

#[test]
fn the_primary_attribute_claims_primaries_as_mail_does() {
    let attributes =
        AddressAttributes::parse(["mailPrimaryAddress", "mailAlternativeAddress", "proxyAddresses"])
            .unwrap()
            .with_primary("MAILprimaryaddress")
            .unwrap();
    let read = |proxy: &[u8]| {
        let mut reader = EntryReader::new(&attributes);
        reader.attribute("mailAlternativeAddress", [b"a@x.example"]);
        reader.attribute("mailPrimaryAddress", [b"zoe@x.example"]);
        reader.attribute("proxyAddresses", [proxy]);
        shown(&reader.finish(b"CN=Zoe"))
    };
    assert_eq!(
        read(b"smtp:p@x.example"),
        ["-a@x.example", "-p@x.example", "+zoe@x.example"]
    );
    assert_eq!(
        read(b"SMTP:p@x.example"),
        ["-a@x.example", "+p@x.example", "-zoe@x.example"]
    );
}

#[test]
fn a_value_of_another_attribute_that_is_no_address_is_shown_only_by_its_length() {
    let entry: &[(&str, &[&[u8]])] = &[
        (
            "info",
            &[b"badge 4711", b"badge 4712", "ann\u{200b}@x.example".as_bytes()],
        ),
        ("pager", &[b"secret:bob@x.example"]),
    ];
    let entry = read(&["info", "pager"], entry);
    assert_eq!(
        shown(&entry),
        [
            "-!(a value of info, 10 octets)",
            "-!(a value of info, 10 octets) #2",
            "-!(a value of info, 16 octets)",
            "-?(a value of pager, 20 octets) (x.example)",
        ]
    );
}

#[test]
fn hidden_values_of_one_length_all_count_and_keep_what_is_known_of_each_in_whatever_order() {
    let values: [&[u8]; 4] = [
        b"pin:lea@a.example",
        b"pin:lea@b.example",
        "l\u{200b}ea@ab.example".as_bytes(),
        "le\u{200b}o@ab.example".as_bytes(),
    ];
    let mut reversed = values;
    reversed.reverse();
    let entry = read(&["info"], &[("info", &values)]);
    assert_eq!(entry, read(&["info"], &[("info", &reversed)]));
    assert_eq!(
        shown(&entry),
        [
            "-!(a value of info, 17 octets)",
            "-!(a value of info, 17 octets) #2",
            "-?(a value of info, 17 octets) #3 (a.example)",
            "-?(a value of info, 17 octets) #4 (b.example)",
        ]
    );
    let freed = entry.object.claims.iter().flat_map(|claim| claim.address.freed());
    assert_eq!(
        freed.map(ToString::to_string).collect::<Vec<_>>(),
        ["lea@ab.example", "leo@ab.example"]
    );
}

#[test]
fn mail_is_a_hint_and_no_claim_unless_it_is_asked_for() {
    let entry = read(
        &[],
        &[
            ("mail", &[b"Ann@x.example"]),
            ("proxyAddresses", &[b"smtp:a@x.example"]),
        ],
    );
    assert_eq!(shown(&entry), ["-a@x.example"]);
    assert_eq!(entry.object.mail, Some(Address::parse("ann@x.example").unwrap()));
    assert_eq!(read(&[], &[("mail", &[b"no address"])]).object.mail, None);
}

#[test]
fn values_that_come_in_ranges_are_taken_together() {
    let entry = read(
        &[],
        &[
            ("proxyAddresses;range=0-1", &[b"SMTP:a@x.example", b"X500:a"]),
            ("proxyAddresses;range=2-*", &[b"smtp:b@x.example"]),
        ],
    );
    assert_eq!(
        (shown(&entry), entry.not_email),
        (vec!["+a@x.example".into(), "-b@x.example".into()], 1)
    );
}

#[test]
fn an_object_is_known_by_its_guid_else_its_entry_uuid_else_its_dn() {
    let guid: &[u8] = &[
        0x33, 0x22, 0x11, 0, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,
    ];
    let uuid: &[u8] = b"597AE2F6-16a6-1027-98f4-abcdefabcdef";
    for (entry, expected) in [
        (
            &[("objectGUID", &[guid][..]), ("entryUUID", &[uuid])][..],
            "00112233-4455-6677-8899-aabbccddeeff",
        ),
        (
            &[("objectGUID", &[&guid[1..]]), ("entryUUID", &[uuid])],
            "597ae2f6-16a6-1027-98f4-abcdefabcdef",
        ),
        (&[("entryUUID", &[b"?"])], "cn=ann,dc=corp,dc=example"),
    ] {
        assert_eq!(read(&[], entry).object.id.as_str(), expected);
    }
    assert_eq!(read(&[], &[]).object.dn, "CN=Ann,DC=corp,DC=example");
}

#[test]
fn a_dn_that_is_no_text_is_shown_in_hexadecimal() {
    let attributes = AddressAttributes::default();
    let entry = EntryReader::new(&attributes).finish(b"CN=\xff\0");
    assert_eq!(
        (entry.object.dn.as_str(), entry.object.id.as_str()),
        ("CN=\\xFF\\x00", "cn=\\xff\\x00")
    );
}

fn values() -> impl Strategy<Value = Vec<u8>> {
    let prefix = prop::sample::select(vec!["SMTP:", "smtp:", "X500:", ""]);
    prop_oneof![
        any::<Vec<u8>>(),
        (prefix, "[abA]@[xX]\\.example")
            .prop_map(|(prefix, address)| format!("{prefix}{address}").into_bytes()),
    ]
}

proptest! {
    #[test]
    fn the_order_of_values_and_attributes_does_not_matter(
        entry in prop::collection::vec(
            (prop::sample::select(vec!["proxyAddresses", "mail", "objectClass", "objectGUID"]),
            prop::collection::vec(values(), 0..5)), 0..4),
    ) {
        let attributes = AddressAttributes::parse(["proxyAddresses", "mail"]).unwrap();
        let (mut forwards, mut backwards) = (EntryReader::new(&attributes), EntryReader::new(&attributes));
        for (name, values) in &entry {
            forwards.attribute(name, values);
        }
        for (name, values) in entry.iter().rev() {
            backwards.attribute(name, values.iter().rev());
        }
        prop_assert_eq!(forwards.finish(b"CN=a"), backwards.finish(b"CN=a"));
    }

    #[test]
    fn no_bytes_make_the_reader_panic(name in ".*", value in any::<Vec<u8>>(), dn in any::<Vec<u8>>()) {
        let attributes = AddressAttributes::default();
        let mut reader = EntryReader::new(&attributes);
        for hint in HINTS.iter().copied().chain(["proxyAddresses", &name]) {
            reader.attribute(hint, [&value]);
        }
        let entry = reader.finish(&dn);
        prop_assert!(entry.object.claims.len() <= 1);
    }
}
