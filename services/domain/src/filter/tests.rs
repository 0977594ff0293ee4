use proptest::prelude::*;

use super::*;

fn canonical(text: &str) -> String {
    Filter::parse(text)
        .unwrap_or_else(|e| panic!("{text:?}: {e}"))
        .to_string()
}

#[test]
fn a_filter_in_canonical_form_stays_as_it_is() {
    for text in [
        "(cn=Babs Jensen)",
        "(!(cn=Tim Howes))",
        "(&(objectClass=Person)(|(sn=Jensen)(cn=Babs J*)))",
        "(o=univ*of*mich*)",
        "(seeAlso=)",
        "(mail=*)",
        "(cn=*a*)",
        "(cn=*a)",
        "(cn~=babs)",
        "(whenChanged>=20240101000000.0Z)",
        "(uSNChanged<=1000)",
        "(cn:caseExactMatch:=Fred Flintstone)",
        "(cn:=Betty Rubble)",
        "(sn:dn:2.4.6.8.10:=Barney Rubble)",
        "(o:dn:=Ace Industry)",
        "(:1.2.3:=Wilma Flintstone)",
        "(:dn:2.4.6.8.10:=Dino)",
        "(userAccountControl:1.2.840.113556.1.4.803:=2)",
        "(memberOf:1.2.840.113556.1.4.1941:=CN=Staff,OU=Groups,DC=corp,DC=example)",
        r"(o=Parens R Us \28for all your parenthetical needs\29)",
        r"(cn=*\2a*)",
        r"(filename=C:\5cMyFile)",
        r"(bin=\00\00\00\04)",
        r"(objectGUID=\9f\3c\80)",
        "(sn=Lučić)",
        "(cn;lang-de=Größe)",
        "(2.5.4.3= two spaces )",
    ] {
        assert_eq!(canonical(text), text);
    }
}

#[test]
fn escapes_are_written_only_where_they_are_needed() {
    for (text, expected) in [
        (r"(sn=Lu\c4\8di\c4\87)", "(sn=Lučić)"),
        (r"(cn=\41\42)", "(cn=AB)"),
        (r"(cn=\2A\2a)", r"(cn=\2a\2a)"),
        (r"(cn=\C4)", r"(cn=\c4)"),
        ("(cn=a\nb)", r"(cn=a\0ab)"),
    ] {
        assert_eq!(canonical(text), expected);
    }
}

#[test]
fn a_dn_may_be_pasted_as_the_directory_shows_it() {
    for (text, expected) in [
        (
            r"(memberOf=CN=Staff\, all,OU=Groups,DC=corp)",
            r"(memberOf=CN=Staff\5c, all,OU=Groups,DC=corp)",
        ),
        (
            r"(memberOf:1.2.840.113556.1.4.1941:=CN=Staff\, all,DC=corp)",
            r"(memberOf:1.2.840.113556.1.4.1941:=CN=Staff\5c, all,DC=corp)",
        ),
        (
            r#"memberOf=CN=\#1 \"a\"\+b\;c\<d\>e\=f\\g\ ,DC=corp"#,
            r#"(memberOf=CN=\5c#1 \5c"a\5c"\5c+b\5c;c\5c<d\5c>e\5c=f\5c\5cg\5c ,DC=corp)"#,
        ),
        // Both layers of escapes in one value.
        (
            r"(&(mail=*)(manager=CN=M\c3\bcller\, Ann \28HR\29,DC=corp))",
            r"(&(mail=*)(manager=CN=Müller\5c, Ann \28HR\29,DC=corp))",
        ),
    ] {
        assert_eq!(canonical(text), expected);
        assert_eq!(canonical(expected), expected, "it reads back as it is stored");
    }
}

#[test]
fn an_attribute_is_found_wherever_a_filter_mentions_it() {
    for text in [
        "(memberOf=CN=a)",
        "(&(mail=*)(!(MEMBEROF:1.2.840.113556.1.4.1941:=CN=a)))",
        "(|(memberOf=*)(memberOf=CN=*))",
    ] {
        assert!(Filter::parse(text).unwrap().mentions("memberOf"), "{text}");
    }
    for text in ["(member=CN=a)", "(cn=memberOf)", "(:dn:2.4.6.8.10:=memberOf)"] {
        assert!(!Filter::parse(text).unwrap().mentions("memberOf"), "{text}");
    }
}

#[test]
fn space_between_components_is_accepted() {
    for text in [
        " (&(objectClass=user)(mail=*)) ",
        "(& (objectClass=user) (mail=*) )",
        "( &\n\t(objectClass=user)\r\n\t( mail=*)\n)",
    ] {
        assert_eq!(canonical(text), "(&(objectClass=user)(mail=*))");
    }
}

#[test]
fn space_within_a_value_belongs_to_it() {
    assert_eq!(canonical("( cn= a b )"), "(cn= a b )");
}

#[test]
fn a_single_component_does_without_its_outer_parentheses() {
    for (text, expected) in [
        ("objectClass=user", "(objectClass=user)"),
        (" mail=* ", "(mail=*)"),
        ("!(cn=a)", "(!(cn=a))"),
        ("!cn=a", "(!(cn=a))"),
        (
            "(!userAccountControl:1.2.840.113556.1.4.803:=2)",
            "(!(userAccountControl:1.2.840.113556.1.4.803:=2))",
        ),
        ("(&(mail=*)(! cn=a))", "(&(mail=*)(!(cn=a)))"),
        ("&(a=b)(c=d)", "(&(a=b)(c=d))"),
    ] {
        assert_eq!(canonical(text), expected);
    }
}

#[test]
fn asterisks_in_a_row_are_one() {
    assert_eq!(canonical("(cn=a**b***)"), "(cn=a*b*)");
    assert_eq!(canonical("(cn=**)"), "(cn=*)");
}

const CLOSE: &str = r"`)` (in a value, `*` is written `\2a`, `(` `\28`, `)` `\29` and `\` `\5c`)";
const END: &str = "the end of the filter (several components are joined as `(&(…)(…))` or `(|(…)(…))`)";

const ESCAPE: &str = r"two hexadecimal digits (in a value, `\` is written `\5c`, and `\,` in a DN `\5c,`)";

/// Each with where it is wrong, what was expected there and what was found.
const WRONG: [(&str, usize, &str, &str); 31] = [
    ("", 0, "an attribute, such as `mail`", "the end"),
    ("()", 1, "an attribute, such as `mail`", "`)`"),
    ("(=a)", 1, "an attribute, such as `mail`", "`=`"),
    ("(&)", 2, "`(`", "`)`"),
    ("(|mail=*)", 2, "`(`", "`m`"),
    ("(&(a=b)", 7, "`(` and a further component, or `)`", "the end"),
    ("(&(a=b)c=d)", 7, "`(` and a further component, or `)`", "`c`"),
    ("(größe=1)", 3, "`=`, `~=`, `>=`, `<=` or `:=`", "`ö`"),
    ("(cn =a)", 3, "`=`, `~=`, `>=`, `<=` or `:=`", "` `"),
    ("(cn>a)", 4, "`=`", "`a`"),
    (r"(cn=ü\zz)", 6, ESCAPE, "`z`"),
    (r"(cn=\4", 6, ESCAPE, "the end"),
    (r"(cn=Toll\, Sam)", 9, ESCAPE, "`,`"),
    (r"(filename=C:\\File)", 13, ESCAPE, r"`\`"),
    (r"(memberOf=CN=Staff\(all\),DC=corp)", 19, ESCAPE, "`(`"),
    ("(memberOf=CN=Staff (all),DC=corp)", 19, CLOSE, "`(`"),
    ("(mail=*", 7, CLOSE, "the end"),
    ("(cn=a(b)", 5, CLOSE, "`(`"),
    ("(cn>=a*)", 6, CLOSE, "`*`"),
    ("(cn=a\0)", 5, CLOSE, "the control character U+0000"),
    ("(:=a)", 2, "a matching rule, since no attribute is named", "`=`"),
    (
        "(:dn:=a)",
        5,
        "a matching rule, since no attribute is named",
        "`=`",
    ),
    ("(cn:1.2:x:=a)", 8, "`=`", "`x`"),
    (
        "(cn:dnsMatch:=a)",
        12,
        "a matching rule whose name does not begin with `dn`",
        "`:`",
    ),
    ("(cn:x=a)", 5, "`:=`", "`=`"),
    ("(cn:dn=a)", 6, "`:=`, or `:` and a matching rule", "`=`"),
    ("(a=b)(c=d)", 5, END, "`(`"),
    ("(a=b))", 5, END, "`)`"),
    ("a=b)", 3, END, "`)`"),
    (
        "(\u{a0}mail=*)",
        1,
        "an attribute, such as `mail`",
        "the invisible character U+00A0",
    ),
    ("(mail=*)\u{200b}", 8, END, "the invisible character U+200B"),
];

#[test]
fn an_invisible_character_in_a_value_is_written_out() {
    assert_eq!(canonical("(ou=a\u{a0}b\u{200b})"), r"(ou=a\c2\a0b\e2\80\8b)");
    assert_eq!(canonical(r"(ou=a\c2\a0b\e2\80\8b)"), r"(ou=a\c2\a0b\e2\80\8b)");
}

#[test]
fn an_error_says_where_and_what_was_expected() {
    for (text, position, expected, found) in WRONG {
        let error = Filter::parse(text).unwrap_err();
        let message = format!("Expected {expected}, but found {found}.");
        assert_eq!((error.position, error.message()), (position, message), "{text:?}");
    }
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| format!("{}mail=*{}", "(!".repeat(depth - 1) + "(", ")".repeat(depth));
    assert!(Filter::parse(&nested(Filter::MAX_DEPTH)).is_ok());
    let error = Filter::parse(&nested(Filter::MAX_DEPTH + 1)).unwrap_err();
    assert_eq!(
        error.message(),
        "Expected at most 64 levels of parentheses, but found `(`."
    );
    assert!(Filter::parse(&"(&".repeat(1_000_000)).is_err());
}

#[test]
fn what_is_sent_asks_for_the_customers_objects_that_carry_addresses() {
    let attributes = AddressAttributes::parse(["proxyAddresses", "mail"]).unwrap();
    let filter = Filter::parse("objectClass=user").unwrap();
    assert_eq!(
        compose(Some(&filter), &attributes),
        "(&(objectClass=user)(|(proxyAddresses=*)(mail=*)))"
    );
    assert_eq!(
        compose(None, &AddressAttributes::default()),
        "(|(proxyAddresses=*))"
    );
}

fn attributes() -> impl Strategy<Value = AttributeDescription> {
    "([a-zA-Z][a-zA-Z0-9-]{0,6}|[0-2](\\.[1-9][0-9]{0,3}){1,3})(;[a-z0-9-]{1,4}){0,2}"
        .prop_map(|text| AttributeDescription::parse(&text).unwrap())
}

fn part() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 1..6),
        "[ *()\\\\\0a-zäλ]{1,6}".prop_map(String::into_bytes),
    ]
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![Just(Vec::new()), part()]
}

fn items() -> impl Strategy<Value = Filter> {
    let comparison = prop::sample::select(vec![
        Comparison::Equal,
        Comparison::Approximate,
        Comparison::GreaterOrEqual,
        Comparison::LessOrEqual,
    ]);
    let substrings = (
        prop::option::of(part()),
        prop::collection::vec(part(), 0..3),
        prop::option::of(part()),
    )
        .prop_filter("one part at least", |(initial, any, last)| {
            initial.is_some() || !any.is_empty() || last.is_some()
        })
        .prop_map(|(initial, any, last)| Substrings { initial, any, last });
    let rule = "([a-ce-z][a-zA-Z0-9-]{0,6}|[0-2](\\.[1-9][0-9]{0,3}){1,3})";
    let extensible = (
        prop::option::of(attributes()),
        any::<bool>(),
        prop::option::of(rule),
        value(),
    )
        .prop_filter("an attribute or a rule", |(attribute, _, rule, _)| {
            attribute.is_some() || rule.is_some()
        })
        .prop_map(|(attribute, dn_attributes, rule, value)| Extensible {
            attribute,
            dn_attributes,
            rule,
            value,
        });
    prop_oneof![
        attributes().prop_map(Filter::Present),
        (attributes(), comparison, value()).prop_map(|(a, c, v)| Filter::Compare(a, c, v)),
        (attributes(), substrings).prop_map(|(a, s)| Filter::Substrings(a, s)),
        extensible.prop_map(Filter::Extensible),
    ]
}

fn filters() -> impl Strategy<Value = Filter> {
    items().prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Filter::And),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Filter::Or),
            inner.prop_map(|filter| Filter::Not(Box::new(filter))),
        ]
    })
}

proptest! {
    #[test]
    fn a_filter_reads_back_from_its_canonical_form(filter in filters()) {
        prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
    }

    #[test]
    fn what_was_accepted_once_is_accepted_in_canonical_form(text in "[(&|!)a=*\\\\0 :~<>.1;]{0,24}") {
        if let Ok(filter) = Filter::parse(&text) {
            let canonical = filter.to_string();
            prop_assert_eq!(Filter::parse(&canonical).unwrap().to_string(), canonical);
        }
    }

    #[test]
    fn an_error_is_somewhere_in_the_text(text in any::<String>()) {
        if let Err(error) = Filter::parse(&text) {
            prop_assert!(error.position <= text.chars().count());
        }
    }
}
