//! Types and states of objects, from their hints.

use super::super::*;
use super::read;
use crate::object::ObjectType;

#[test]
fn the_type_is_what_exchange_says() {
    for (values, expected) in [
        (&[1, 2, 8, 128, 2_147_483_648][..], ObjectType::User),
        (&[4, 34_359_738_368], ObjectType::SharedMailbox),
        (
            &[16, 32, 8_589_934_592, 17_179_869_184, 2_199_023_255_552],
            ObjectType::Resource,
        ),
        (&[64, 32_768], ObjectType::Contact),
        (
            &[
                256,
                512,
                1024,
                2048,
                268_435_456,
                1_099_511_627_776,
                8_796_093_022_208,
            ],
            ObjectType::Group,
        ),
        (&[4096], ObjectType::PublicFolder),
        (
            &[
                8192,
                16_384,
                8_388_608,
                536_870_912,
                549_755_813_888,
                4_398_046_511_104,
            ],
            ObjectType::Other,
        ),
    ] {
        // Its class says something else.
        let class = if expected == ObjectType::Contact {
            "group"
        } else {
            "contact"
        };
        for value in values {
            assert_eq!(classify(Some(*value), [class]), expected, "{value}");
            let text = value.to_string();
            let entry = read(
                &[],
                &[
                    ("objectClass", &[class.as_bytes()]),
                    ("msExchRecipientTypeDetails", &[text.as_bytes()]),
                ],
            );
            assert_eq!(entry.object.object_type, expected, "{value}");
        }
    }
}

#[test]
fn a_value_that_is_not_one_of_exchanges_counts_as_absent() {
    for value in ["0", "3", "6", "-1", "9223372036854775807", "x", "", "1 2"] {
        let entry = read(
            &[],
            &[
                ("objectClass", &[b"top", b"group"]),
                ("msExchRecipientTypeDetails", &[value.as_bytes()]),
            ],
        );
        assert_eq!(entry.object.object_type, ObjectType::Group, "{value}");
        let alone = read(&[], &[("msExchRecipientTypeDetails", &[value.as_bytes()])]);
        assert_eq!(alone.object.object_type, ObjectType::User, "{value}");
    }
    assert_eq!(classify(Some(3), ["group"]), ObjectType::Group);
}

#[test]
fn a_remote_user_mailbox_is_of_the_kind_that_its_bits_show() {
    let kind = |recipient_type: &str, remote: &str| {
        let entry = read(
            &[],
            &[
                ("msExchRemoteRecipientType", &[remote.as_bytes()]),
                ("msExchRecipientTypeDetails", &[recipient_type.as_bytes()]),
            ],
        );
        entry.object.object_type
    };
    for (remote, expected) in [
        ("96", ObjectType::SharedMailbox),
        ("97", ObjectType::SharedMailbox),
        ("100", ObjectType::SharedMailbox),
        ("33", ObjectType::Resource),
        ("36", ObjectType::Resource),
        ("65", ObjectType::Resource),
        ("68", ObjectType::Resource),
        ("0", ObjectType::User),
        ("1", ObjectType::User),
        ("4", ObjectType::User),
        ("x", ObjectType::User),
    ] {
        assert_eq!(kind("2147483648", remote), expected, "{remote}");
        assert_eq!(kind("1", remote), ObjectType::User, "{remote}");
        assert_eq!(kind("34359738368", remote), ObjectType::SharedMailbox, "{remote}");
        assert_eq!(kind("3", remote), ObjectType::User, "{remote}");
    }
}

#[test]
fn the_type_is_else_what_the_classes_say() {
    for (classes, expected) in [
        (&["top", "group"][..], ObjectType::Group),
        (&["groupOfNames"], ObjectType::Group),
        (&["GROUPOFUNIQUENAMES"], ObjectType::Group),
        (&["msExchDynamicDistributionList"], ObjectType::Group),
        (
            &["top", "person", "organizationalPerson", "contact"],
            ObjectType::Contact,
        ),
        (&["publicFolder"], ObjectType::PublicFolder),
        (
            &["top", "person", "organizationalPerson", "user"],
            ObjectType::User,
        ),
        (&["inetOrgPerson"], ObjectType::User),
        (
            &["top", "person", "organizationalPerson", "user", "computer"],
            ObjectType::Other,
        ),
        (
            &["user", "computer", "msDS-ManagedServiceAccount"],
            ObjectType::Other,
        ),
        (&["msDS-ManagedServiceAccount"], ObjectType::Other),
        (&["msds-groupmanagedserviceaccount"], ObjectType::Other),
        (&["msDS-DelegatedManagedServiceAccount"], ObjectType::Other),
        (&[], ObjectType::User),
    ] {
        assert_eq!(classify(None, classes), expected, "{classes:?}");
    }
}

#[test]
fn of_several_classes_that_show_a_type_one_counts_whatever_their_order() {
    for (classes, expected) in [
        (["group", "computer"], ObjectType::Other),
        (["contact", "groupOfNames"], ObjectType::Group),
        (["publicFolder", "contact"], ObjectType::Contact),
    ] {
        let [one, other] = classes;
        for classes in [[one, other], [other, one]] {
            assert_eq!(classify(None, classes), expected, "{classes:?}");
            let values = classes.map(str::as_bytes);
            let entry = read(&[], &[("objectClass", &values)]);
            assert_eq!(entry.object.object_type, expected, "{classes:?}");
        }
    }
}

#[test]
fn bit_2_of_user_account_control_means_disabled() {
    for (value, expected) in [
        ("512", false),
        ("514", true),
        ("66050", true),
        ("-2147483646", true),
        ("x", false),
    ] {
        let entry = read(&[], &[("userAccountControl", &[value.as_bytes()])]);
        assert_eq!(entry.object.disabled, expected, "{value}");
    }
}

#[test]
fn an_account_is_disabled_where_its_server_says_so() {
    for name in [
        "nsAccountLock",
        "msDS-UserAccountDisabled",
        "loginDisabled",
        "NSACCOUNTLOCK",
    ] {
        for (value, expected) in [
            ("TRUE", true),
            ("true", true),
            ("True", true),
            ("FALSE", false),
            ("false", false),
            ("", false),
            ("1", false),
        ] {
            let entry = read(&[], &[(name, &[value.as_bytes()])]);
            assert_eq!(entry.object.disabled, expected, "{name}: {value}");
        }
    }
    let both = read(
        &[],
        &[("userAccountControl", &[b"512"]), ("nsAccountLock", &[b"TRUE"])],
    );
    assert!(both.object.disabled);
}

#[test]
fn the_user_of_a_linked_mailbox_is_not_disabled() {
    let kind = |value: &[u8]| {
        let entry = read(
            &[],
            &[
                ("userAccountControl", &[b"514"]),
                ("msExchRecipientTypeDetails", &[value]),
            ],
        );
        (entry.object.object_type, entry.object.disabled)
    };
    assert_eq!(kind(b"2"), (ObjectType::User, false));
    assert_eq!(kind(b"1"), (ObjectType::User, true));
}

#[test]
fn a_hint_is_shown_by_a_value_that_says_something() {
    let shown = |name: &str, value: &[u8]| read(&[], &[(name, &[value])]).object.hints;
    for (name, value) in [
        ("mail", &b"ann@corp.example"[..]),
        ("objectClass", b"top"),
        ("userAccountControl", b"512"),
        ("nsAccountLock", b"false"),
        ("msDS-UserAccountDisabled", b"FALSE"),
        ("loginDisabled", b"TRUE"),
        ("msExchRecipientTypeDetails", b"1"),
        ("msExchRemoteRecipientType", b"4"),
    ] {
        let hint = Hint::of_attribute(name).unwrap();
        assert_eq!(shown(name, value), Hints::NONE.with(hint), "{name}");
        // Of these the server shows that it does not hide them.
        let by_presence = Hints::NONE.with(Hint::ObjectClass).with(Hint::Mail);
        assert_eq!(shown(name, b"\xff").without(by_presence), Hints::NONE, "{name}");
    }
    assert_eq!(shown("msExchRecipientTypeDetails", b"3"), Hints::NONE);
    assert_eq!(shown("mail", b"see proxyAddresses"), Hints::NONE.with(Hint::Mail));
    assert_eq!(shown("mail", b""), Hints::NONE);
    assert_eq!(
        read(&[], &[("proxyAddresses", &[b"SMTP:a@corp.example"])])
            .object
            .hints,
        Hints::NONE
    );
}

#[test]
fn every_hint_is_asked_for_by_name() {
    for hint in Hint::ALL {
        assert!(HINTS.contains(&hint.as_str()), "{hint}");
    }
    assert_eq!(HINTS.len(), Hint::ALL.len() + 2);
}
