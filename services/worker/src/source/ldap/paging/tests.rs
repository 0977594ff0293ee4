use std::sync::Arc;

use ldap3::Scope;
use rollcall_domain::PermittedAttributes;

use super::*;
use crate::source::bind_gate::BindGate;
use crate::source::ldap::{
    ber::{done, entry, page_done},
    error::Operation,
    script::{Script, directory, opened, person, reader, serve},
};

/// Wants no page after it has so many entries.
struct Names(Vec<String>, usize);

impl Visitor for Names {
    async fn take(&mut self, entry: Entry) -> Result<(), DirectoryError> {
        self.0.push(entry.dn);
        Ok(())
    }

    fn refer(&mut self, _target: String) {}

    fn goes_on(&self) -> bool {
        self.0.len() < self.1
    }
}

/// The end of a search that the server answers so, and the names in the order in which they came.
async fn visit(
    answers: Script,
    size_limit: Option<u32>,
    enough: usize,
) -> (Result<EndReason, DirectoryError>, Vec<String>) {
    let server = serve(vec![[opened(), answers].concat()]).await;
    let target = Arc::new(Target::new(&directory(server.port), &PermittedAttributes::default()).unwrap());
    let reader = reader();
    let mut session = reader
        .open(&target, "secret", &BindGate::Open, Arc::default())
        .await
        .unwrap();
    let search = PagedSearch {
        query: Query {
            base: "dc=corp",
            scope: Scope::Subtree,
            filter: &target.filter,
            attributes: &target.requested,
            operation: Operation::Search,
        },
        target: &target,
        page_size: 2,
        size_limit,
    };
    let mut names = Names(Vec::new(), enough);
    let ended = search.visit(&mut session.connection, &mut names).await;
    (ended, names.0)
}

fn reason(ended: Result<EndReason, DirectoryError>) -> EndReason {
    ended.unwrap()
}

#[tokio::test]
async fn a_visitor_that_has_enough_gets_the_rest_of_its_page_and_no_further_one() {
    let page = [person(3, "ann"), person(3, "bob"), page_done(3, b"next")].concat();
    let (ended, names) = visit(vec![page], None, 1).await;
    assert_eq!(reason(ended), EndReason::Stopped);
    assert_eq!(names, ["cn=ann,dc=corp", "cn=bob,dc=corp"]);
}

#[tokio::test]
async fn a_search_whose_last_page_gave_enough_is_complete() {
    let page = [person(3, "ann"), page_done(3, b"")].concat();
    let (ended, _) = visit(vec![page], None, 1).await;
    assert_eq!(reason(ended), EndReason::Complete);
}

#[tokio::test]
async fn only_a_size_limit_of_our_own_ends_a_search_well() {
    let cut = || vec![[person(3, "ann"), person(3, "bob"), done(3, 4, "")].concat()];
    assert_eq!(reason(visit(cut(), Some(2), 9).await.0), EndReason::SizeLimit);
    for theirs in [None, Some(3)] {
        let refused = visit(cut(), theirs, 9).await.0.unwrap_err();
        assert!(
            matches!(refused, DirectoryError::Refused { code: 4, .. }),
            "{theirs:?}: {refused}"
        );
    }
}

#[tokio::test]
async fn a_visitor_gets_an_entry_that_came_in_part_only_whole_and_after_its_page() {
    let part = |id, range, value: &[u8]| entry(id, "cn=big", &[(range, &[value])]);
    let answers = vec![
        [
            part(3, "proxyAddresses;range=0-0", b"SMTP:a@x.de"),
            person(3, "ann"),
            page_done(3, b""),
        ]
        .concat(),
        [
            part(4, "proxyAddresses;range=0-0", b"SMTP:a@x.de"),
            done(4, 0, ""),
        ]
        .concat(),
        [
            part(5, "proxyAddresses;range=1-*", b"smtp:b@x.de"),
            done(5, 0, ""),
        ]
        .concat(),
    ];
    let (ended, names) = visit(answers, None, 9).await;
    assert_eq!(reason(ended), EndReason::Complete);
    assert_eq!(names, ["cn=ann,dc=corp", "cn=big"]);
}
