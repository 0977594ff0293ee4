//! Requests to a server after the bind.

use rollcall_proto::v1::{ServerFindings, TestStep, TestStepKind, test_step::Findings};

use super::{
    FAILED, PASSED, WARNING, base, code, root, root_with, states_of, test, test_of, test_with, until_base,
    whole, you_are,
};
use crate::source::ldap::{
    ber::{bound, done, entry, message, page_done, result, seq, tlv},
    script::{directory, person, reader, serve},
};

#[tokio::test]
async fn a_server_that_does_not_say_who_we_are_does_not_fail_the_test() {
    let rest = vec![root(3), base(4), page_done(5, b"")];
    let beginning = vec![bound(1, 0, ""), message(2, result(0x78, 2, "what?"))];
    let (steps, _) = test(vec![[beginning, rest].concat()], |_| {}).await;
    assert_eq!(states_of(&steps)[3], (TestStepKind::Identity, PASSED));
    assert!(steps[3].message.contains("cn=reader"), "{steps:?}");
    assert_eq!(states_of(&steps)[7], (TestStepKind::Examples, PASSED));
}

#[tokio::test]
async fn an_anonymous_bind_is_a_warning() {
    let rest = vec![root(3), base(4), page_done(5, b"")];
    let beginning = vec![bound(1, 0, ""), you_are(2, "")];
    let (steps, _) = test(vec![[beginning, rest].concat()], |_| {}).await;
    assert_eq!(states_of(&steps)[3], (TestStepKind::Identity, WARNING));
}

#[tokio::test]
async fn a_base_that_is_not_there_is_shown_with_what_the_server_knows_of_it() {
    let parts = [
        tlv(0x0a, &[32]),
        tlv(0x04, b"dc=corp"),
        tlv(0x04, b"no such object"),
    ];
    let missing = message(4, seq(0x65, &parts));
    let (steps, _) = test(vec![[until_base(), vec![missing]].concat()], |directory| {
        directory.search_bases = vec!["ou=peple,dc=corp".to_owned()];
    })
    .await;
    let last = steps.last().expect("a step");
    assert_eq!(
        (last.kind(), last.state(), code(last)),
        (TestStepKind::Base, FAILED, "NO_SUCH_BASE")
    );
    assert!(last.message.contains("ou=peple,dc=corp"), "{last:?}");
    assert!(
        last.advice.contains("The part that exists is dc=corp"),
        "{last:?}"
    );
}

#[tokio::test]
async fn a_base_that_does_not_show_itself_may_show_what_lies_below_it() {
    let found = [person(5, "ann"), page_done(5, b"")].concat();
    let rest = vec![done(4, 0, ""), found, whole(6, "ann")];
    let (steps, _) = test(vec![[until_base(), rest].concat()], |_| {}).await;
    assert_eq!(states_of(&steps)[5], (TestStepKind::Base, WARNING));
    assert!(
        steps[5].message.contains("dc=corp") && steps[5].failure.is_none(),
        "{steps:?}"
    );
    assert_eq!(
        states_of(&steps)[6..8],
        [(TestStepKind::Count, PASSED), (TestStepKind::Examples, PASSED)]
    );
}

/// The tests' steps down to examples, of one object of whose answer this is the rest.
async fn example(answers: Vec<Vec<u8>>) -> TestStep {
    let found = [person(5, "ann"), page_done(5, b"")].concat();
    let script = [until_base(), vec![base(4), found], answers].concat();
    let (steps, _) = test(vec![script], |_| {}).await;
    steps.into_iter().nth(7).expect("the examples")
}

#[tokio::test]
async fn an_example_that_went_away_is_left_out_and_one_that_cannot_be_read_whole_fails_as_a_read_would() {
    let gone = example(vec![done(6, 32, "")]).await;
    assert_eq!(
        (gone.state(), gone.message.as_str()),
        (PASSED, "There is no object to show.")
    );
    let part = entry(
        6,
        "cn=ann,dc=corp",
        &[("proxyAddresses;range=0-0", &[b"SMTP:a@x.de"])],
    );
    let answers = vec![[part, done(6, 0, "")].concat(), done(7, 0, "")];
    let cut = example(answers).await;
    assert_eq!((cut.state(), code(&cut)), (FAILED, "INCOMPLETE_READ"));
}

#[tokio::test]
async fn examples_without_any_address_are_a_warning() {
    // So OpenLDAP answers who asks for rfc822Mailbox, another name of mail.
    let attributes: &[(&str, &[&[u8]])] = &[("mail", &[b"ann@corp.example"])];
    let ann = [entry(6, "cn=ann,dc=corp", attributes), done(6, 0, "")].concat();
    let found = example(vec![ann]).await;
    assert_eq!(found.state(), WARNING);
    assert!(
        found.message.contains("e-mail address in proxyAddresses") && found.advice.contains("rfc822Mailbox"),
        "{found:?}"
    );
}

#[tokio::test]
async fn a_filter_that_matches_nothing_is_a_warning_with_what_was_asked() {
    let rest = vec![base(4), page_done(5, b"")];
    let (steps, _) = test(vec![[until_base(), rest].concat()], |directory| {
        directory.filter = "(department=Slaes)".to_owned();
    })
    .await;
    assert_eq!(states_of(&steps)[6], (TestStepKind::Count, WARNING));
    assert!(steps[6].advice.contains("(department=Slaes)"), "{steps:?}");
    assert_eq!(states_of(&steps)[7], (TestStepKind::Examples, PASSED));
}

/// The count's warning, if the filter matches nothing and the schema is asked for with this answer, after it was asked
/// for in the step of the server.
async fn nothing_by_schema(answer: Vec<u8>, filter: &str) -> TestStep {
    let schema_at: &[&[u8]] = &[b"cn=Subschema"];
    let paging: &[&[u8]] = &[b"1.2.840.113556.1.4.319"];
    let script = vec![
        bound(1, 0, ""),
        you_are(2, "dn:cn=reader"),
        root_with(
            3,
            &[("subschemaSubentry", schema_at), ("supportedControl", paging)],
        ),
        done(4, 50, ""),
        base(5),
        page_done(6, b""),
        answer,
    ];
    let (steps, _) = test(vec![script], |directory| filter.clone_into(&mut directory.filter)).await;
    let states = states_of(&steps);
    assert_eq!(states.last(), Some(&(TestStepKind::LeftOut, PASSED)), "{steps:?}");
    assert_eq!(states[6], (TestStepKind::Count, WARNING));
    steps.into_iter().nth(6).expect("the count")
}

#[tokio::test]
async fn attributes_of_the_filter_that_the_schema_lacks_are_named() {
    let definitions: &[&[u8]] = &[
        b"( 2.5.4.0 NAME 'objectClass' )",
        b"( 1.1 NAME ( 'mail' 'rfc822Mailbox' ) )",
    ];
    let whole = [
        entry(7, "cn=Subschema", &[("attributeTypes", definitions)]),
        done(7, 0, ""),
    ]
    .concat();
    let filter = "(&(rfc822mailbox=*)(!(maill=x))(1.2.3=x)(Maill;lang-de=y))";
    let found = nothing_by_schema(whole, filter).await;
    assert!(
        found
            .message
            .ends_with("The directory's schema lacks the attributes maill and proxyAddresses."),
        "{found:?}"
    );
}

#[tokio::test]
async fn a_schema_that_is_not_shown_whole_lacks_nothing() {
    let part: &[&[u8]] = &[b"( 2.5.4.0 NAME 'objectClass' )"];
    let strange: &[&[u8]] = &[b"( 1.1 NAME 'mail' )"];
    for answer in [
        done(7, 50, ""),
        done(7, 0, ""),
        [
            entry(7, "cn=Subschema", &[("attributeTypes;range=0-0", part)]),
            done(7, 0, ""),
        ]
        .concat(),
        [
            entry(7, "cn=Subschema", &[("attributeTypes", strange)]),
            done(7, 0, ""),
        ]
        .concat(),
    ] {
        let found = nothing_by_schema(answer, "(maill=x)").await;
        assert!(!found.message.contains("schema"), "{found:?}");
    }
}

#[tokio::test]
async fn a_size_limit_of_the_servers_own_fails_the_count_as_it_would_a_read() {
    let cut = [person(5, "ann"), done(5, 4, "")].concat();
    let (steps, _) = test(vec![[until_base(), vec![base(4), cut]].concat()], |_| {}).await;
    let last = steps.last().expect("a step");
    assert_eq!((last.kind(), code(last)), (TestStepKind::Count, "SIZE_LIMIT"));
}

#[tokio::test]
async fn a_server_without_pages_is_asked_for_little_more_than_is_counted() {
    let script = vec![
        bound(1, 0, ""),
        you_are(2, "dn:cn=reader"),
        root_with(3, &[("vendorName", &[b"Small"])]),
        base(4),
        page_done(5, b""),
    ];
    let server = serve(vec![script]).await;
    let (steps, _) = test_with(&reader(), &directory(server.port)).await;
    assert_eq!(states_of(&steps)[4], (TestStepKind::Server, WARNING));
    assert!(steps[4].advice.contains("size limit"), "{steps:?}");
    // INTEGER 10,001.
    assert!(holds(&server.requests()[4], &[0x02, 0x02, 0x27, 0x11]));
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// Findings about DirSync, and the requests that it took, if the server answers it with this code.
async fn dirsync(code: u8) -> (ServerFindings, Vec<Vec<u8>>) {
    let script = vec![
        bound(1, 0, ""),
        you_are(2, "u:CORP\\reader"),
        root_with(
            3,
            &[
                (
                    "supportedControl",
                    &[b"1.2.840.113556.1.4.319", b"1.2.840.113556.1.4.841"],
                ),
                ("defaultNamingContext", &[b"dc=corp"]),
            ],
        ),
        done(4, code, ""),
        Vec::new(),
    ];
    let server = serve(vec![script]).await;
    let (steps, _) = test_with(&reader(), &directory(server.port)).await;
    match steps.into_iter().nth(4).and_then(|step| step.findings) {
        Some(Findings::Server(found)) => (found, server.requests()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_right_to_use_dirsync_is_tested_with_object_security() {
    let (found, requests) = dirsync(0).await;
    assert!(found.dirsync && found.dirsync_allowed, "{found:?}");
    assert!(holds(&requests[3], b"1.2.840.113556.1.4.841"));
    // Flags 1, 1 byte at most, no cookie.
    assert!(holds(&requests[3], b"\x30\x08\x02\x01\x01\x02\x01\x01\x04\x00"));
    let (found, _) = dirsync(50).await;
    assert!(found.dirsync && !found.dirsync_allowed, "{found:?}");
    let (slow, _) = dirsync(3).await;
    assert!(slow.dirsync_allowed, "a search that began was allowed");
}

/// The last step of a test of settings that exclude disabled users, with one example that has this further attribute.
async fn example_of_a_user(attribute: (&str, &[&[u8]])) -> TestStep {
    let found = [person(5, "ann"), page_done(5, b"")].concat();
    let attributes = [
        ("proxyAddresses", &[&b"SMTP:ann@corp.example"[..]][..]),
        attribute,
    ];
    let ann = [entry(6, "cn=ann,dc=corp", &attributes), done(6, 0, "")].concat();
    let server = serve(vec![[until_base(), vec![base(4), found, ann]].concat()]).await;
    let (steps, _) = test_of(&reader(), &directory(server.port), true).await;
    steps.into_iter().nth(7).expect("the examples")
}

#[tokio::test]
async fn users_who_do_not_show_whether_they_are_disabled_are_a_warning_if_disabled_users_are_excluded() {
    let hidden = example_of_a_user(("objectClass", &[b"user"])).await;
    assert_eq!(hidden.state(), WARNING);
    assert!(
        hidden.message.contains("exclude disabled users") && hidden.advice.contains("userAccountControl"),
        "{hidden:?}"
    );
    let shown = example_of_a_user(("nsAccountLock", &[b"FALSE"])).await;
    assert_eq!(shown.state(), PASSED, "{shown:?}");
    let group = example_of_a_user(("objectClass", &[b"group"])).await;
    assert_eq!(group.state(), PASSED, "{group:?}");
    let (steps, _) = test(
        vec![
            [
                until_base(),
                vec![
                    base(4),
                    [person(5, "ann"), page_done(5, b"")].concat(),
                    whole(6, "ann"),
                ],
            ]
            .concat(),
        ],
        |_| {},
    )
    .await;
    assert_eq!(states_of(&steps)[7], (TestStepKind::Examples, PASSED));
}
