use proptest::prelude::*;

use super::*;
use crate::source::ldap::{
    ber::{done, entry, seq, tlv},
    frame::check,
    limits::FrameLimits,
    message::Message,
};

const LIMITS: FrameLimits = FrameLimits {
    bytes: 1 << 20,
    elements: 10_000,
    depth: 12,
};

fn wanted(names: &[&str]) -> WantedAttributes {
    WantedAttributes::names(names.iter().map(|name| name.as_bytes()))
}

fn stripped(message: &[u8], names: &[&str]) -> (BytesMut, bool) {
    let mut frame = BytesMut::from(message);
    let cut = strip(&mut frame, &wanted(names)).unwrap();
    check(&frame, LIMITS).unwrap();
    (frame, cut)
}

#[test]
fn what_was_not_asked_for_is_cut_out_and_the_rest_stays_in_its_order() {
    let message = entry(
        2,
        "cn=a",
        &[
            ("jpegPhoto", &[&[0xff; 300]]),
            ("proxyAddresses;range=0-0", &[b"smtp:a@b.example"]),
            ("description", &[b"x", b"y"]),
            ("MAIL", &[b"a@b.example"]),
            ("cn", &[b"a"]),
        ],
    );
    let expected = entry(
        2,
        "cn=a",
        &[
            ("proxyAddresses;range=0-0", &[b"smtp:a@b.example"]),
            ("MAIL", &[b"a@b.example"]),
        ],
    );
    let (frame, cut) = stripped(&message, &["proxyaddresses", "mail"]);
    assert!(cut);
    // Lengths keep the number of their bytes, so only what they say is compared.
    let parts = |frame: &[u8]| {
        let message = Message::parse(frame).unwrap();
        (message.id, frame[frame.len() - 60..].to_vec())
    };
    assert_eq!(parts(&frame), parts(&expected));
    assert!(!frame.windows(9).any(|window| window == b"jpegPhoto"));
}

#[test]
fn an_entry_of_wanted_attributes_and_what_is_no_entry_stay_as_they_are() {
    let asked = entry(
        2,
        "cn=a",
        &[("mail", &[b"a@b.example"]), ("mail;lang-de", &[b"c"])],
    );
    let strange = seq(0x30, &[tlv(0x02, &[2]), seq(0x64, &[tlv(0x04, b"cn=a")])]);
    let nameless = seq(
        0x30,
        &[
            tlv(0x02, &[2]),
            seq(0x64, &[tlv(0x04, b"cn=a"), seq(0x30, &[seq(0x30, &[])])]),
        ],
    );
    // The content of a primitive element is bytes, and may look like an attribute that reaches beyond it.
    let no_list = seq(
        0x30,
        &[
            tlv(0x02, &[2]),
            seq(
                0x64,
                &[tlv(0x04, b"cn=a"), tlv(0x10, &[0x30, 0x20, 0x04, 0x01, b'x'])],
            ),
        ],
    );
    for message in [asked, strange, nameless, no_list, done(2, 0, "")] {
        let (frame, cut) = stripped(&message, &["mail"]);
        assert_eq!((frame.as_ref(), cut), (message.as_slice(), false));
    }
}

#[test]
fn a_list_or_a_name_under_another_tag_escapes_nothing() {
    for (list, name) in [(0x31, 0x04), (0x30, 0x0c), (0xa3, 0x80)] {
        let attribute = seq(0x30, &[tlv(name, b"jpegPhoto"), seq(0x31, &[tlv(0x04, b"x")])]);
        let operation = seq(0x64, &[tlv(0x04, b"cn=a"), seq(list, &[attribute])]);
        let (frame, cut) = stripped(&seq(0x30, &[tlv(0x02, &[2]), operation]), &["mail"]);
        assert!(
            cut && !frame.windows(9).any(|window| window == b"jpegPhoto"),
            "{list:02x} {name:02x}"
        );
    }
}

#[test]
fn a_search_for_no_attributes_gets_none_and_one_for_all_gets_all() {
    let message = entry(2, "cn=a", &[("mail", &[b"a@b.example"])]);
    assert!(stripped(&message, &["1.1"]).1);
    for all in [&[][..], &["*"], &["mail", "+"], &["0.9.2342.19200300.100.1.3"]] {
        assert_eq!(wanted(all), WantedAttributes::All);
        assert!(!stripped(&message, all).1);
    }
}

#[test]
fn the_attributes_are_those_of_the_request() {
    let search = |attributes: &[&str]| {
        let names: Vec<_> = attributes.iter().map(|name| tlv(0x04, name.as_bytes())).collect();
        let mut parts = vec![tlv(0x04, b"dc=corp"), tlv(0x0a, &[2]), tlv(0x0a, &[0])];
        parts.extend([
            tlv(0x02, &[0]),
            tlv(0x02, &[0]),
            tlv(0x01, &[0]),
            tlv(0x87, b"objectClass"),
        ]);
        parts.push(seq(0x30, &names));
        parts.concat()
    };
    assert_eq!(
        WantedAttributes::of_search(&search(&["mail;lang-de", "cn"])),
        wanted(&["mail", "cn"])
    );
    assert_eq!(WantedAttributes::of_search(b""), WantedAttributes::All);
}

#[test]
fn the_name_of_an_entry_is_known_before_the_entry_is_there() {
    let name = "CN=ann,DC=corp";
    let message = entry(2, name, &[("jpegPhoto", &[&[0; 5_000]])]);
    assert_eq!(entry_name(&message[..60]), Some(ShownName::new(name.as_bytes())));
    assert_eq!(entry_name(&message[..12]), None);
    assert_eq!(entry_name(&done(2, 0, "")), None);
    let long = entry(2, &"n".repeat(1 << 20), &[]);
    assert!(entry_name(&long[..1024]).is_some());
}

proptest! {
    #[test]
    fn any_entry_is_still_one_and_has_nothing_that_was_not_asked_for(
        names in proptest::collection::vec("(mail|cn|x)(;[a-z]{1,3})?", 0..8),
        long in 0..300_usize,
    ) {
        let value = vec![b'v'; long];
        let values: [&[u8]; 1] = [&value];
        let attributes: Vec<(&str, &[&[u8]])> = names.iter().map(|name| (name.as_str(), &values[..])).collect();
        let message = entry(2, "cn=a", &attributes);
        let (mut frame, cut) = stripped(&message, &["mail"]);
        prop_assert_eq!(cut, names.iter().any(|name| !name.starts_with("mail")));
        prop_assert_eq!(strip(&mut frame, &wanted(&["mail"])), Ok(false));
        prop_assert!(Message::parse(&frame).is_ok());
    }
}
