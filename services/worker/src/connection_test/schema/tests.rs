use super::names;

#[test]
fn an_attribute_is_known_by_each_of_its_names() {
    for (definition, expected) in [
        (
            "( 1.2.3 NAME 'mail' DESC 'an address' SINGLE-VALUE )",
            &["mail"][..],
        ),
        (
            "( 0.9.2342.19200300.100.1.3 NAME ( 'mail' 'rfc822Mailbox' ) DESC 'x' SINGLE-VALUE )",
            &["mail", "rfc822mailbox"],
        ),
        ("(1.2.3 NAME ('a' 'B') SUP name)", &["a", "b"]),
        ("( 1.2.3 DESC 'without' )", &[]),
        ("NAME (", &[]),
        ("", &[]),
    ] {
        assert_eq!(names(definition).collect::<Vec<_>>(), expected, "{definition}");
    }
}
