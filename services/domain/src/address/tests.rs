use std::borrow::Cow;

use proptest::prelude::*;

use super::*;

fn normalised(text: &str) -> String {
    Address::parse(text)
        .unwrap_or_else(|e| panic!("{text:?}: {e}"))
        .as_str()
        .to_owned()
}

#[test]
fn an_address_is_trimmed_and_lower_cased() {
    for (text, expected) in [
        ("ann@example.com", "ann@example.com"),
        (" Ann.Lee@Example.COM\t", "ann.lee@example.com"),
        ("O'Brien+Tag@mail.example.com", "o'brien+tag@mail.example.com"),
        ("!#$%&'*+-/=?^_`{|}~@x.example", "!#$%&'*+-/=?^_`{|}~@x.example"),
        ("a@localhost", "a@localhost"),
    ] {
        assert_eq!(normalised(text), expected);
    }
}

#[test]
fn a_local_part_beyond_ascii_is_lower_cased_and_composed() {
    assert_eq!(normalised("MÜLLER@example.com"), "müller@example.com");
    assert_eq!(normalised("mu\u{308}ller@example.com"), "m\u{fc}ller@example.com");
    assert_eq!(normalised("用户@example.com"), "用户@example.com");
}

#[test]
fn a_domain_becomes_a_labels() {
    for (text, expected) in [
        ("a@Bücher.example", "a@xn--bcher-kva.example"),
        ("a@straße.example", "a@xn--strae-oqa.example"),
        ("a@XN--BCHER-KVA.example", "a@xn--bcher-kva.example"),
        ("a@例え.テスト", "a@xn--r8jz45g.xn--zckzah"),
        ("a@example\u{3002}com", "a@example.com"),
    ] {
        assert_eq!(normalised(text), expected);
    }
}

#[test]
fn username_portion_and_domain_are_what_stands_around_the_at_sign() {
    let address = Address::parse("Ann.Lee@Bücher.example").unwrap();
    assert_eq!(
        (address.local(), address.domain()),
        ("ann.lee", "xn--bcher-kva.example")
    );
}

#[test]
fn what_is_no_dot_atom_is_refused() {
    for text in [
        ".a@x.example",
        "a.@x.example",
        "a..b@x.example",
        "a b@x.example",
        "\"a b\"@x.example",
        "a,b@x.example",
        "<a@x.example",
        "a@b@x.example",
        "a\u{0}b@x.example",
    ] {
        assert_eq!(Address::parse(text), Err(InvalidAddress::LocalPart), "{text:?}");
    }
}

#[test]
fn an_address_with_an_invisible_character_is_refused() {
    for c in
        "\u{85}\u{a0}\u{ad}\u{200b}\u{200d}\u{202a}\u{2066}\u{2800}\u{3164}\u{fe0f}\u{feff}\u{e0041}".chars()
    {
        for local in [format!("{c}ann"), format!("an{c}n"), format!("ann{c}")] {
            let text = format!("{local}@x.example");
            assert_eq!(Address::parse(&text), Err(InvalidAddress::Invisible), "{text:?}");
        }
        for domain in [
            format!("{c}x.example"),
            format!("x{c}y.example"),
            format!("x.example{c}"),
        ] {
            let text = format!("ann@{domain}");
            assert_eq!(Address::parse(&text), Err(InvalidDomainName.into()), "{text:?}");
            assert_eq!(DomainName::parse(&domain), Err(InvalidDomainName), "{domain:?}");
        }
    }
}

#[test]
fn a_local_part_does_not_begin_with_a_combining_mark() {
    for local in ["\u{301}", "\u{301}ann", "\u{20dd}"] {
        let text = format!("{local}@x.example");
        assert_eq!(Address::parse(&text), Err(InvalidAddress::Invisible), "{text:?}");
    }
    assert_eq!(
        normalised("ann\u{323}\u{301}@x.example"),
        "an\u{144}\u{323}@x.example".nfc().collect::<String>()
    );
}

#[test]
fn a_joiner_that_changes_the_letters_around_it_stays_in_a_domain() {
    assert_eq!(
        normalised("a@\u{646}\u{627}\u{645}\u{647}\u{200c}\u{627}\u{6cc}.example"),
        "a@xn--mgba3gch31f060k.example"
    );
}

#[test]
fn what_lacks_a_part_is_refused() {
    for text in ["", "  ", "ann", "@x.example", "ann.example.com"] {
        assert_eq!(Address::parse(text), Err(InvalidAddress::Incomplete), "{text:?}");
    }
}

#[test]
fn what_has_no_domain_name_is_refused() {
    for domain in [
        "",
        ".",
        ".example",
        "example.",
        "a..b",
        "-a.example",
        "a-.example",
        "a_b.example",
        "a b.example",
        "ab--cd.example",
        "xn--a.example",
        "xn--n3h.example",
        "☃.example",
        "💩.example",
        "[192.0.2.1]",
        "\u{301}a.example",
        &format!("{}.example", "a".repeat(64)),
        &vec!["a".repeat(49); 6].join("."),
    ] {
        let text = format!("a@{domain}");
        assert_eq!(Address::parse(&text), Err(InvalidDomainName.into()), "{text:?}");
        assert_eq!(DomainName::parse(domain), Err(InvalidDomainName), "{domain:?}");
    }
}

#[test]
fn a_local_part_has_at_most_64_octets() {
    assert!(Address::parse(&format!("{}@x.example", "a".repeat(64))).is_ok());
    assert!(Address::parse(&format!("{}@x.example", "ü".repeat(32))).is_ok());
    for local in ["a".repeat(65), "ü".repeat(33)] {
        assert_eq!(
            Address::parse(&format!("{local}@x.example")),
            Err(InvalidAddress::LocalPartTooLong)
        );
    }
}

#[test]
fn an_address_has_at_most_254_octets() {
    let label = "b".repeat(63);
    let domain = |last: usize| format!("{label}.{label}.{}", "c".repeat(last));
    let of_length = |n: usize| format!("{}@{}", "a".repeat(64), domain(n - 64 - 1 - 128));
    assert_eq!(normalised(&of_length(254)).len(), 254);
    assert_eq!(Address::parse(&of_length(255)), Err(InvalidAddress::TooLong));
}

#[test]
fn addresses_are_ordered_by_their_bytes() {
    let mut addresses: Vec<_> = ["b@x.example", "a@x.example", "a.b@x.example", "ä@x.example"]
        .map(normalised)
        .into();
    addresses.sort();
    assert_eq!(
        addresses,
        ["a.b@x.example", "a@x.example", "b@x.example", "ä@x.example"]
    );
}

#[test]
fn a_stored_text_without_an_at_is_no_address() {
    assert_eq!(Address::from_stored("a.example"), None);
    assert_eq!(Address::from_stored(""), None);
}

#[test]
fn a_name_of_megabytes_is_refused_before_it_costs_time() {
    let begun = std::time::Instant::now();
    for text in [
        "ü".repeat(1_000_000),
        "ü.".repeat(500_000),
        format!("ü{}", "a".repeat(1_000_000)),
    ] {
        assert!(DomainName::parse(&text).is_err());
        assert!(Address::parse(&format!("ann@{text}")).is_err());
    }
    assert!(
        begun.elapsed() < std::time::Duration::from_secs(1),
        "{:?}",
        begun.elapsed()
    );
}

proptest! {
    #[test]
    fn a_normalised_address_is_its_own_normal_form(text in "[a-zA-ZÀ-ÿΑ-Ωİς.]{1,12}@[a-zA-ZÀ-ÿΑ-Ω0-9ß-]{1,8}\\.[a-zA-Z]{2,4}") {
        if let Ok(address) = Address::parse(&text) {
            prop_assert_eq!(Address::from_stored(address.as_str()), Some(address.clone()));
            prop_assert_eq!(Address::parse(address.as_str()), Ok(address));
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC*@\\PC*", any in any::<String>()) {
        let _ = (Address::parse(&text), Address::parse(&any), DomainName::parse(&any));
    }

    #[test]
    fn the_short_way_for_plain_names_agrees_with_the_long_one(name in "[a-zA-Z0-9.-]{0,20}") {
        let long = domain::to_a_labels(&name);
        prop_assert_eq!(domain::normalise(&name).map(Cow::into_owned), long);
    }
}
