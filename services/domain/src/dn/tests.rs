use proptest::prelude::*;

use super::*;

fn shown(text: &str) -> String {
    Dn::parse(text)
        .unwrap_or_else(|e| panic!("{text:?}: {e}"))
        .to_string()
}

fn normalised(text: &str) -> String {
    Dn::parse(text)
        .unwrap_or_else(|e| panic!("{text:?}: {e}"))
        .normalised()
}

#[test]
fn a_dn_of_rfc_4514_stays_as_it_is() {
    for text in [
        "",
        "UID=jsmith,DC=example,DC=net",
        "OU=Sales+CN=J.  Smith,DC=example,DC=net",
        r#"CN=James \"Jim\" Smith\, III,DC=example,DC=net"#,
        r"CN=Before\0dAfter,DC=example,DC=net",
        "1.3.6.1.4.1.1466.0=#04024869",
        "OU=SBSUsers,OU=Users,OU=MyBusiness,DC=apteamdev,DC=local",
        "CN=Lučić,OU=Größe",
        r"CN=\#1\+2=3\;\<\>\\",
        r"CN=\ a \ ",
        r"CN=\ff",
        "CN=",
        r"CN=Ann\0aDEL:8bd3\2c",
        r"CN=Ann\c2\a0Bell",
    ] {
        assert_eq!(shown(text), text.replace(r"\2c", r"\,"));
    }
}

#[test]
fn space_around_separators_is_layout() {
    assert_eq!(
        shown(" OU = Users ,  DC=corp+ CN=a b , DC= example "),
        "OU=Users,DC=corp+CN=a b,DC=example"
    );
    assert_eq!(shown("1.2=#0401 , DC=x"), "1.2=#0401,DC=x");
}

#[test]
fn an_error_says_where_and_what_was_expected() {
    let next = r"`,` and the next part (in a value, write `\` before `,` `+` `;` `<` `>` and quotes)";
    for (text, position, expected) in [
        ("Users", 5, "`=`, but found the end."),
        ("OU=Ü,", 5, "an attribute, such as `OU`, but found the end."),
        ("OU=a,,DC=b", 5, "an attribute, such as `OU`, but found `,`."),
        ("OU=a,=b", 5, "an attribute, such as `OU`, but found `=`."),
        ("O U=a", 2, "`=`, but found `U`."),
        ("OU=a;DC=b", 4, &format!("{next}, but found `;`.")),
        ("OU=\"a\"", 3, &format!("{next}, but found `\"`.")),
        ("OU=#0", 5, "two hexadecimal digits, but found the end."),
        ("OU=#zz", 4, "two hexadecimal digits, but found `z`."),
        (
            r"OU=a\x",
            5,
            "two hexadecimal digits or the character that is escaped, but found `x`.",
        ),
        (
            r"OU=a\",
            5,
            "two hexadecimal digits or the character that is escaped, but found the end.",
        ),
    ] {
        let error = Dn::parse(text).unwrap_err();
        assert_eq!(
            (error.position, error.message()),
            (position, format!("Expected {expected}")),
            "{text:?}"
        );
    }
}

#[test]
fn ways_to_write_one_dn_have_one_normal_form() {
    for text in [
        "CN=Ann Lee+OU=Größe,DC=Example",
        "cn=ANN  lee+ou=gro\u{308}ße, dc=example",
        r"OU=Gr\c3\b6ße + CN=\41nn Lee , DC=\ example\ ",
    ] {
        assert_eq!(normalised(text), "cn=ann lee+ou=größe,dc=example");
    }
    assert_ne!(normalised("CN=ab"), normalised("CN=a b"));
}

#[test]
fn the_root_is_empty() {
    assert!(Dn::parse(" ").unwrap().is_root());
    assert!(!Dn::parse("DC=x").unwrap().is_root());
}

#[test]
fn a_dn_is_within_itself_and_all_above_it_however_they_are_written() {
    let within = |dn: &str, base: &str| Dn::parse(dn).unwrap().is_within(&Dn::parse(base).unwrap());
    for (dn, base) in [
        ("cn=ann,ou=people,dc=corp", "OU=People, DC=Corp"),
        ("ou=people,dc=corp", "OU=People,DC=Corp"),
        ("cn=a,dc=corp", ""),
        ("cn=a\\,b,cn=x+ou=y,dc=corp", "OU=Y+CN=X,DC=corp"),
    ] {
        assert!(within(dn, base), "{dn} in {base}");
    }
    for (dn, base) in [
        ("dc=corp", "ou=people,dc=corp"),
        ("cn=ann,ou=others,dc=corp", "ou=people,dc=corp"),
        ("cn=ann\\,dc=corp", "dc=corp"),
        ("", "dc=corp"),
    ] {
        assert!(!within(dn, base), "{dn} in {base}");
    }
}

proptest! {
    #[test]
    fn a_value_of_any_bytes_survives(bytes in prop::collection::vec(any::<u8>(), 0..12), ber in any::<bool>()) {
        let value = if ber { Value::Ber([&[4], &bytes[..]].concat()) } else { Value::Text(bytes) };
        let dn = Dn { rdns: vec![Rdn(vec![Pair { attribute: "CN".into(), value }])] };
        prop_assert_eq!(Dn::parse(&dn.to_string()), Ok(dn));
    }

    #[test]
    fn the_normal_form_is_its_own(text in "(CN|ou)=[A-Zaäß \\\\,+=#\"]{0,8}(,[a-z]{1,3}=[A-C ]{0,3})?") {
        if let Ok(dn) = Dn::parse(&text) {
            let normalised = dn.normalised();
            prop_assert_eq!(Dn::parse(&normalised).unwrap().normalised(), normalised);
        }
    }

    #[test]
    fn an_error_is_somewhere_in_the_text(text in any::<String>(), near in "[a-c=,+\\\\# \"0-9]{0,16}") {
        for text in [text, near] {
            if let Err(error) = Dn::parse(&text) {
                prop_assert!(error.position <= text.chars().count());
            }
        }
    }
}
