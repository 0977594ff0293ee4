use super::*;
use crate::source::ldap::script;

fn partial(first: usize, last: Option<usize>, values: &[&str]) -> Attribute {
    Attribute {
        description: "proxyAddresses".to_owned(),
        range: Some(ValueRange { first, last }),
        values: values.iter().map(|value| value.as_bytes().to_vec()).collect(),
    }
}

fn answer(attribute: Attribute) -> Entry {
    Entry {
        dn: "cn=a".to_owned(),
        attributes: vec![attribute],
    }
}

/// An entry whose first two values came, with these limits.
fn growing(limits: Limits) -> Growing {
    Growing::new(answer(partial(0, Some(1), &["a", "b"])), limits)
}

fn limits() -> Limits {
    script::reader().limits
}

#[test]
fn what_follows_is_asked_for_until_the_end() {
    let mut growing = growing(limits());
    growing.begin(0).unwrap();
    let next = |growing: &mut Growing| growing.next_range(0).unwrap();
    assert_eq!(next(&mut growing).as_deref(), Some("proxyAddresses;range=2-*"));
    growing
        .extend(0, Some(answer(partial(2, Some(3), &["c", "d"]))))
        .unwrap();
    assert_eq!(next(&mut growing).as_deref(), Some("proxyAddresses;range=4-*"));
    growing.extend(0, Some(answer(partial(4, None, &["e"])))).unwrap();
    assert_eq!(next(&mut growing), None);
    assert_eq!(growing.finish().attributes[0].values.concat(), b"abcde");
}

#[test]
fn a_range_without_values_beside_the_one_that_has_them_is_not_the_end() {
    let asked = || partial(2, None, &[]);
    let given = || partial(2, Some(3), &["c", "d"]);
    for attributes in [vec![asked(), given()], vec![given(), asked()]] {
        let mut growing = growing(limits());
        let both = Entry {
            attributes,
            ..answer(asked())
        };
        growing.extend(0, Some(both)).unwrap();
        assert_eq!(growing.values(0), 4);
        let next = growing.next_range(0).unwrap();
        assert_eq!(next.as_deref(), Some("proxyAddresses;range=4-*"));
    }
}

#[test]
fn two_ranges_with_values_in_one_answer_are_incomplete() {
    let two = Entry {
        attributes: vec![partial(2, Some(2), &["c"]), partial(2, None, &["c", "d"])],
        ..answer(partial(2, None, &[]))
    };
    let refused = growing(limits()).extend(0, Some(two));
    assert!(matches!(refused, Err(DirectoryError::Incomplete(_))));
}

#[test]
fn an_answer_that_does_not_go_on_is_incomplete() {
    let answers = [
        answer(partial(0, Some(1), &["a", "b"])),
        answer(partial(3, None, &["d"])),
        answer(partial(2, Some(1), &[])),
        answer(partial(2, Some(2), &[])),
        answer(partial(2, Some(5), &["c"])),
        answer(Attribute {
            range: None,
            ..partial(2, None, &["c"])
        }),
        answer(Attribute {
            description: "mail".to_owned(),
            ..partial(2, None, &["c"])
        }),
    ];
    for answer in answers.into_iter().map(Some).chain([None]) {
        let shown = format!("{answer:?}");
        let refused = growing(limits()).extend(0, answer);
        assert!(matches!(refused, Err(DirectoryError::Incomplete(_))), "{shown}");
    }
}

#[test]
fn more_values_than_are_accepted_is_a_limit() {
    let few = Limits {
        values: 2,
        ..limits()
    };
    let refused = growing(few).extend(0, Some(answer(partial(2, None, &["c"]))));
    assert!(matches!(
        refused,
        Err(DirectoryError::Limit(Excess::Values { .. }))
    ));
}

#[test]
fn the_values_of_all_ranges_together_have_one_bound() {
    let small = Limits {
        entry_bytes: 3_000,
        ..limits()
    };
    let mut growing = growing(small);
    let long = "x".repeat(900);
    growing
        .extend(0, Some(answer(partial(2, Some(2), &[&long]))))
        .unwrap();
    growing
        .extend(0, Some(answer(partial(3, Some(3), &[&long]))))
        .unwrap();
    let refused = growing
        .extend(0, Some(answer(partial(4, Some(4), &[&long]))))
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "more than is accepted: cn=a holds more than 3000 bytes, over all its ranges (limits.entry_bytes)"
    );
}

#[test]
fn ranges_without_an_end_are_not_followed_to_it() {
    let many = Limits {
        values: usize::MAX,
        ..limits()
    };
    let mut growing = growing(many);
    for n in 2.. {
        match growing.next_range(0) {
            Ok(_) => growing
                .extend(0, Some(answer(partial(n, Some(n), &["x"]))))
                .unwrap(),
            Err(error) => {
                assert_eq!(
                    error.to_string(),
                    "more than is accepted: the values of cn=a come in more than 1000 ranges"
                );
                break;
            }
        }
    }
}
