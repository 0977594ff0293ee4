//! Search bases, and what they leave out.

use rollcall_proto::v1::{LeftOut, TestStepKind, test_step::Findings};

use super::{FAILED, PASSED, WARNING, base, code, root_with, states_of, test, whole, you_are};
use crate::source::ldap::{
    ber::{bound, done, entry, message, page_done, seq, tlv},
    script::{Script, person},
};

/// Up to the root DSE's answer, which names these naming contexts.
fn until_base(contexts: &[&[u8]]) -> Script {
    let root = root_with(
        3,
        &[
            ("supportedControl", &[b"1.2.840.113556.1.4.319"]),
            ("namingContexts", contexts),
        ],
    );
    vec![bound(1, 0, ""), you_are(2, "dn:cn=reader"), root]
}

fn reference(id: u8, target: &str) -> Vec<u8> {
    message(id, seq(0x73, &[tlv(0x04, target.as_bytes())]))
}

#[tokio::test]
async fn each_base_is_looked_for_and_all_are_counted_together() {
    let rest = vec![
        base(4),
        [entry(5, "dc=brand", &[]), done(5, 0, "")].concat(),
        [person(6, "ann"), page_done(6, b"")].concat(),
        [person(7, "bob"), page_done(7, b"")].concat(),
        whole(8, "ann"),
        whole(9, "bob"),
    ];
    let contexts: [&[u8]; 2] = [b"dc=corp", b"dc=brand"];
    let (steps, _) = test(vec![[until_base(&contexts), rest].concat()], |directory| {
        directory.search_bases.push("dc=brand".to_owned());
    })
    .await;
    let bases = [(TestStepKind::Base, PASSED); 2];
    assert_eq!(states_of(&steps)[5..7], bases, "{steps:#?}");
    let Some(Findings::Count(count)) = &steps[7].findings else {
        panic!("{steps:#?}")
    };
    assert_eq!(count.objects, 2);
    assert_eq!(states_of(&steps)[9], (TestStepKind::LeftOut, PASSED));
    assert_eq!(steps[9].findings, Some(Findings::LeftOut(LeftOut::default())));
}

#[tokio::test]
async fn contexts_without_a_base_and_references_are_a_warning_that_names_them() {
    let child = "ldaps://emea.corp.example/DC=emea,DC=corp";
    let found = [
        reference(5, child),
        reference(5, "ldap://corp.example/CN=Configuration,DC=corp"),
        person(5, "ann"),
        page_done(5, b""),
    ];
    let rest = vec![base(4), found.concat(), whole(6, "ann")];
    let contexts: [&[u8]; 2] = [b"dc=corp", b"dc=brand"];
    let (steps, _) = test(vec![[until_base(&contexts), rest].concat()], |_| {}).await;
    let last = steps.last().expect("a step");
    assert_eq!((last.kind(), last.state()), (TestStepKind::LeftOut, WARNING));
    let expected = LeftOut {
        contexts: vec!["dc=brand".to_owned()],
        references: vec![child.to_owned()],
        ..LeftOut::default()
    };
    assert_eq!(last.findings, Some(Findings::LeftOut(expected)));
    for name in ["dc=brand", child] {
        assert!(last.message.contains(name), "{last:?}");
    }
    assert!(!last.message.contains("Configuration"), "{last:?}");
}

#[tokio::test]
async fn without_a_base_several_contexts_are_listed_and_a_nul_is_none() {
    let two: [&[u8]; 2] = [b"o=east", b"o=west"];
    for (contexts, advice) in [(&two[..], "o=east; o=west"), (&[b"\0"], "Enter a search base")] {
        let (steps, _) = test(vec![until_base(contexts)], |directory| {
            directory.search_bases.clear();
        })
        .await;
        let last = steps.last().expect("a step");
        assert_eq!(
            (last.kind(), last.state(), code(last)),
            (TestStepKind::Base, FAILED, "NO_SEARCH_BASE")
        );
        assert!(last.advice.contains(advice), "{last:?}");
    }
}

#[tokio::test]
async fn a_base_of_another_server_is_told_with_that_server() {
    let referral = tlv(0xa3, &tlv(0x04, b"ldap://emea.corp.example/DC=emea,DC=corp"));
    let parts = [
        tlv(0x0a, &[10]),
        tlv(0x04, b""),
        tlv(0x04, b"elsewhere"),
        referral,
    ];
    let refusal = message(4, seq(0x65, &parts));
    let contexts: [&[u8]; 1] = [b"dc=corp"];
    let (steps, _) = test(vec![[until_base(&contexts), vec![refusal]].concat()], |_| {}).await;
    let last = steps.last().expect("a step");
    assert_eq!(
        (last.kind(), last.state(), code(last)),
        (TestStepKind::Base, FAILED, "NO_SUCH_BASE")
    );
    assert!(last.advice.contains("emea.corp.example"), "{last:?}");
}
