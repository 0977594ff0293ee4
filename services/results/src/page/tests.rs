use super::*;
use rollcall_terms::Refusal;

fn query() -> Query {
    Query::new("ListRows", "acme").with("run").with("ann")
}

fn refused(query: &Query, token: &str) -> bool {
    query
        .position(token)
        .is_err_and(|error| error.refusal() == Refusal::PageToken)
}

#[test]
fn a_token_leads_back_to_where_it_was_given() {
    let ends = [
        ("", 0),
        ("ann@acme.example", 7),
        ("ünn@acme.example", u128::MAX),
        ("a\u{7f}b", 1 << 64),
    ];
    for (text, id) in ends {
        let position = Position {
            text: text.to_owned(),
            id,
        };
        let token = query().token(&position);
        assert_eq!(query().position(&token).unwrap(), Some(position), "{token}");
    }
}

#[test]
fn no_token_is_the_first_page() {
    assert_eq!(query().position("").unwrap(), None);
}

#[test]
fn a_token_of_another_query_is_refused() {
    let token = query().token(&Position::default());
    let others = [
        Query::new("ListAccounts", "acme").with("run").with("ann"),
        Query::new("ListRows", "other").with("run").with("ann"),
        Query::new("ListRows", "acme").with("run").with("bob"),
        Query::new("ListRows", "acme").with("runann").with(""),
        Query::new("ListRows", "acme").with("run"),
    ];
    for other in others {
        assert!(refused(&other, &token));
    }
}

#[test]
fn what_is_no_token_is_refused() {
    let token = query().token(&Position {
        text: "ann".into(),
        id: 1,
    });
    let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
    let with = |index: usize, byte: u8| {
        let mut bytes = bytes.clone();
        bytes[index] = byte;
        URL_SAFE_NO_PAD.encode(bytes)
    };
    let broken = [
        "x".to_owned(),
        "not base64!".to_owned(),
        URL_SAFE_NO_PAD.encode([VERSION]),
        URL_SAFE_NO_PAD.encode(&bytes[..20]),
        with(0, VERSION + 1),
        with(bytes.len() - 1, 0xff),
        with(bytes.len() - 1, 0),
        format!("{token}="),
    ];
    for token in broken {
        assert!(refused(&query(), &token), "{token}");
    }
}

#[test]
fn the_last_page_has_no_token() {
    let key = |(id, ()): &(u128, ())| Position {
        text: String::new(),
        id: *id,
    };
    let mut entries = vec![(1, ()), (2, ()), (3, ())];
    assert_eq!(cut(&mut entries, 3, &query(), |(_, message)| message, key), "");
    let token = cut(&mut entries, 2, &query(), |(_, message)| message, key);
    assert_eq!(entries, [(1, ()), (2, ())]);
    assert_eq!(query().position(&token).unwrap().unwrap().id, 2);
}
