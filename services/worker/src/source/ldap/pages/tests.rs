use super::*;

fn turn(pages: &mut Pages, first: Option<&str>, cookie: &[u8]) -> Result<bool, DirectoryError> {
    if let Some(dn) = first {
        pages.see(dn);
        pages.see("cn=another");
    }
    pages.turn(cookie.to_vec())
}

#[test]
fn an_empty_cookie_ends_the_search() {
    let mut pages = Pages::default();
    assert_eq!(pages.cookie(), b"");
    assert!(turn(&mut pages, Some("cn=a"), b"1").unwrap());
    assert_eq!(pages.cookie(), b"1");
    assert!(!turn(&mut pages, Some("cn=b"), b"").unwrap());
}

#[test]
fn one_cookie_for_the_whole_search_is_accepted_while_the_entries_go_on() {
    let mut pages = Pages::default();
    for dn in ["cn=a", "cn=b", "cn=c"] {
        assert!(turn(&mut pages, Some(dn), b"same").unwrap());
    }
    assert!(!turn(&mut pages, None, b"").unwrap());
}

#[test]
fn a_page_that_comes_again_makes_the_read_incomplete() {
    let mut pages = Pages::default();
    turn(&mut pages, Some("cn=a"), b"1").unwrap();
    turn(&mut pages, Some("cn=b"), b"2").unwrap();
    turn(&mut pages, Some("cn=c"), b"1").unwrap();
    assert!(matches!(
        turn(&mut pages, Some("cn=b"), b"2"),
        Err(DirectoryError::Incomplete(_))
    ));
}

#[test]
fn empty_pages_without_an_end_make_the_read_incomplete() {
    let mut pages = Pages::default();
    turn(&mut pages, None, b"1").unwrap();
    turn(&mut pages, None, b"1").unwrap();
    assert!(matches!(
        turn(&mut pages, None, b"1"),
        Err(DirectoryError::Incomplete(_))
    ));
}

#[test]
fn empty_pages_with_ever_new_cookies_are_not_turned_for_ever() {
    let mut pages = Pages::default();
    let mut empty = (0..).map(|n: u32| turn(&mut pages, None, &n.to_be_bytes()));
    let crossed = empty.find_map(Result::err).unwrap();
    assert!(matches!(
        crossed,
        DirectoryError::Limit(Excess::EmptyPages(MAX_EMPTY_PAGES))
    ));
    turn(&mut pages, Some("cn=a"), b"again").unwrap();
    turn(&mut pages, None, b"and again").unwrap();
}
