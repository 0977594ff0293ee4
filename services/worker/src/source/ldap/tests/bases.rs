//! Search bases, and the naming contexts that they leave out.

use super::*;

#[tokio::test]
async fn the_base_is_asked_of_the_root_dse() {
    let root = entry(2, "", &[("defaultNamingContext", &[b"dc=corp"])]);
    let script = vec![
        bound(1, 0, ""),
        [root, done(2, 0, "")].concat(),
        [person(3, "ann"), page_done(3, b"")].concat(),
    ];
    let server = serve(vec![script]).await;
    let directory = Directory {
        search_bases: Vec::new(),
        ..directory(server.port)
    };
    assert_eq!(read_with(&reader(), &directory).await.unwrap().0.entries, 1);
}

#[tokio::test]
async fn bases_are_read_one_after_the_other_on_one_connection() {
    let script = vec![
        bound(1, 0, ""),
        [
            entry(
                2,
                "",
                &[("namingContexts", &[b"dc=corp", b"dc=brand", b"o=third"])],
            ),
            done(2, 0, ""),
        ]
        .concat(),
        page(3, b""),
        [person(4, "bob"), page_done(4, b"")].concat(),
    ];
    let server = serve(vec![script]).await;
    let directory = Directory {
        search_bases: vec!["dc=corp".to_owned(), "dc=brand".to_owned()],
        ..directory(server.port)
    };
    let (summary, all) = read_with(&reader(), &directory).await.unwrap();
    let dns: Vec<_> = all.objects.iter().map(|object| object.dn.as_str()).collect();
    assert_eq!(dns, ["cn=ann,dc=corp", "cn=bob,dc=corp"]);
    assert_eq!(summary.left_out.unwrap_or_default().contexts, ["o=third"]);
    let searched: Vec<_> = server.requests().split_off(2);
    for (request, base) in searched.iter().zip(["dc=corp", "dc=brand"]) {
        assert!(contains(request, &tlv(0x04, base.as_bytes())), "{base}");
    }
}

/// Reads below `dc=corp`, with `ou=apart` as a context there that answers the look so.
async fn read_beside_a_nested_context(look: &[Vec<u8>]) -> (Vec<String>, Server) {
    let contexts: &[&[u8]] = &[b"dc=corp", b"ou=apart,dc=corp", b"CN=Configuration,dc=corp"];
    let script = vec![
        bound(1, 0, ""),
        [entry(2, "", &[("namingContexts", contexts)]), done(2, 0, "")].concat(),
        page(3, b""),
        look.concat(),
    ];
    let server = serve(vec![script]).await;
    let (summary, _) = read_with(&reader(), &directory(server.port)).await.unwrap();
    (summary.left_out.unwrap_or_default().contexts, server)
}

#[tokio::test]
async fn a_context_below_the_base_is_left_out_unless_a_search_from_there_comes_to_it() {
    let (left_out, server) = read_beside_a_nested_context(&[done(4, 0, "")]).await;
    assert_eq!(left_out, ["ou=apart,dc=corp"]);
    assert!(contains(&server.requests()[3], b"apart"));
    let top = entry(4, "OU=Apart,DC=corp", &[]);
    for result in [0, 4] {
        let (left_out, _) = read_beside_a_nested_context(&[top.clone(), done(4, result, "")]).await;
        assert_eq!(left_out, [""; 0], "result {result}");
    }
}

#[tokio::test]
async fn a_look_for_contexts_that_is_refused_fails_no_read() {
    for result in [3, 50, 53] {
        let (left_out, _) = read_beside_a_nested_context(&[done(4, result, "")]).await;
        assert_eq!(left_out, ["ou=apart,dc=corp"], "result {result}");
    }
}

#[tokio::test]
async fn the_root_is_a_base_if_it_is_given_as_one() {
    let script = vec![bound(1, 0, ""), done(2, 0, ""), page(3, b"")];
    let server = serve(vec![script]).await;
    let directory = Directory {
        search_bases: vec![String::new()],
        ..directory(server.port)
    };
    assert_eq!(read_with(&reader(), &directory).await.unwrap().0.entries, 1);
    // An empty base, and the whole subtree.
    let asked = [tlv(0x04, b""), tlv(0x0a, &[2])].concat();
    assert!(contains(&server.requests()[2], &asked));
}

#[tokio::test]
async fn a_second_base_that_fails_fails_the_read() {
    let script = vec![bound(1, 0, ""), done(2, 0, ""), page(3, b""), done(4, 32, "")];
    let server = serve(vec![script]).await;
    let directory = Directory {
        search_bases: vec!["dc=corp".to_owned(), "dc=brnad".to_owned()],
        ..directory(server.port)
    };
    let error = read_with(&reader(), &directory).await.unwrap_err();
    assert_eq!(error.code(), FailureCode::NoSuchBase);
    assert!(error.text().message.contains("dc=brnad"), "{error}");
}

#[tokio::test]
async fn without_a_base_a_nul_is_never_searched_and_several_contexts_are_listed() {
    let contexts: [(&[&[u8]], &str); 2] =
        [(&[b"\0"], "Enter a search base"), (&[b"o=a", b"o=b"], "o=a; o=b")];
    for (contexts, advice) in contexts {
        let root = [entry(2, "", &[("namingContexts", contexts)]), done(2, 0, "")].concat();
        let server = serve(vec![vec![bound(1, 0, ""), root]]).await;
        let directory = Directory {
            search_bases: Vec::new(),
            ..directory(server.port)
        };
        let error = read_with(&reader(), &directory).await.unwrap_err();
        assert_eq!(error.code(), FailureCode::NoSearchBase);
        assert!(error.text().advice.contains(advice), "{:?}", error.text());
        assert_eq!(server.requests().len(), 2, "something was searched");
    }
}

fn contains(request: &[u8], part: &[u8]) -> bool {
    request.windows(part.len()).any(|window| window == part)
}
