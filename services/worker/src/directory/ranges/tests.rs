use super::*;

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

#[test]
fn what_follows_is_asked_for_until_the_end() {
    let mut attribute = partial(0, Some(1), &["a", "b"]);
    assert_eq!(
        next_range(&attribute).as_deref(),
        Some("proxyAddresses;range=2-*")
    );
    extend(&mut attribute, Some(answer(partial(2, Some(3), &["c", "d"]))), 10).unwrap();
    assert_eq!(
        next_range(&attribute).as_deref(),
        Some("proxyAddresses;range=4-*")
    );
    extend(&mut attribute, Some(answer(partial(4, None, &["e"]))), 10).unwrap();
    assert_eq!(next_range(&attribute), None);
    assert_eq!(attribute.values.concat(), b"abcde");
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
        let mut attribute = partial(0, Some(1), &["a", "b"]);
        let shown = format!("{answer:?}");
        assert!(
            matches!(extend(&mut attribute, answer, 10), Err(ReadError::Incomplete(_))),
            "{shown}"
        );
    }
}

#[test]
fn more_values_than_are_accepted_is_a_limit() {
    let mut attribute = partial(0, Some(1), &["a", "b"]);
    assert!(matches!(
        extend(&mut attribute, Some(answer(partial(2, None, &["c"]))), 2),
        Err(ReadError::Limit(_))
    ));
}
