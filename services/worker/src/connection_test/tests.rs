//! Tests of connections against servers that follow a script.

mod bases;
mod reaching;
mod searches;
mod silence;

use rollcall_chassis::credential::SecretString;
use rollcall_proto::v1::{
    CountFindings, Directory, ExampleObject, ObjectType, Security, ServerType, TestStep, TestStepKind,
    TestStepState, test_step::Findings,
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Bound, Subject, conduct};
use crate::source::bind_gate::BindGate;
use crate::source::{
    error::ReadError,
    ldap::{
        Reader,
        ber::{bound, done, entry, message, page_done, result, seq, tlv},
        script::{Script, directory, person, reader, serve},
        target::Target,
    },
};

const PASSED: TestStepState = TestStepState::Passed;
const WARNING: TestStepState = TestStepState::Warning;
const FAILED: TestStepState = TestStepState::Failed;

/// Reports of a test: its steps, and the bind's result.
async fn test_with(reader: &Reader, directory: &Directory) -> (Vec<TestStep>, Option<Bound>) {
    test_of(reader, directory, false).await
}

fn of_no_tenant(directory: &Directory) -> Subject<'_> {
    Subject {
        gate: &BindGate::Open,
        directory,
        exclude_disabled: false,
    }
}

/// The same, of settings that may exclude disabled users.
async fn test_of(
    reader: &Reader,
    directory: &Directory,
    exclude_disabled: bool,
) -> (Vec<TestStep>, Option<Bound>) {
    let (sender, mut steps) = mpsc::channel(100);
    let password = || Ok(SecretString::new("secret".to_owned()));
    let cancel = CancellationToken::new();
    let subject = Subject {
        exclude_disabled,
        ..of_no_tenant(directory)
    };
    let bound = conduct(reader, &subject, password, sender, &cancel).await;
    let mut all = Vec::new();
    while let Some(step) = steps.recv().await {
        all.push(step);
    }
    (all, bound)
}

async fn test(scripts: Vec<Script>, change: impl FnOnce(&mut Directory)) -> (Vec<TestStep>, Option<Bound>) {
    let server = serve(scripts).await;
    let mut directory = directory(server.port);
    change(&mut directory);
    test_with(&reader(), &directory).await
}

fn states_of(steps: &[TestStep]) -> Vec<(TestStepKind, TestStepState)> {
    steps.iter().map(|step| (step.kind(), step.state())).collect()
}

fn code(step: &TestStep) -> &str {
    step.failure.as_ref().map_or("", |failure| &failure.code)
}

/// The answer to "Who am I?".
fn you_are(id: u8, name: &str) -> Vec<u8> {
    let parts = [
        tlv(0x0a, &[0]),
        tlv(0x04, b""),
        tlv(0x04, b""),
        tlv(0x8b, name.as_bytes()),
    ];
    message(id, seq(0x78, &parts))
}

fn root(id: u8) -> Vec<u8> {
    root_with(
        id,
        &[
            ("objectClass", &[b"top", b"OpenLDAProotDSE"]),
            ("supportedControl", &[b"1.2.840.113556.1.4.319"]),
            ("namingContexts", &[b"dc=corp"]),
        ],
    )
}

fn root_with(id: u8, attributes: &[(&str, &[&[u8]])]) -> Vec<u8> {
    [entry(id, "", attributes), done(id, 0, "")].concat()
}

/// Up to the root DSE's answer; the next request has id 4.
fn until_base() -> Script {
    vec![bound(1, 0, ""), you_are(2, "dn:cn=reader"), root(3)]
}

fn base(id: u8) -> Vec<u8> {
    [entry(id, "dc=corp", &[]), done(id, 0, "")].concat()
}

fn whole(id: u8, name: &str) -> Vec<u8> {
    [person(id, name), done(id, 0, "")].concat()
}

#[tokio::test]
async fn every_step_is_reported_in_its_order_down_to_examples_as_they_would_be_read() {
    let rest = vec![
        base(4),
        [person(5, "ann"), person(5, "bob"), page_done(5, b"next")].concat(),
        [person(6, "cay"), person(6, "dee"), page_done(6, b"")].concat(),
        whole(7, "ann"),
        whole(8, "bob"),
        whole(9, "cay"),
    ];
    let (steps, bound) = test(vec![[until_base(), rest].concat()], |_| {}).await;
    let kinds: Vec<_> = states_of(&steps).into_iter().map(|(kind, _)| kind).collect();
    let expected = [
        TestStepKind::Resolve,
        TestStepKind::Connect,
        TestStepKind::Bind,
        TestStepKind::Identity,
        TestStepKind::Server,
        TestStepKind::Base,
        TestStepKind::Count,
        TestStepKind::Examples,
        TestStepKind::LeftOut,
    ];
    assert_eq!(kinds, expected, "{steps:#?}");
    for step in &steps {
        assert_eq!((step.state(), step.advice.as_str()), (PASSED, ""), "{step:?}");
        assert!(step.message.ends_with('.') && step.duration.is_some(), "{step:?}");
    }
    assert_eq!(bound, Some(Bound::Accepted));
    let Some(Findings::Server(server)) = &steps[4].findings else {
        panic!("{steps:?}")
    };
    assert_eq!(
        (server.server_type(), server.paging),
        (ServerType::Openldap, true)
    );
    let count = CountFindings {
        objects: 4,
        more: false,
    };
    assert_eq!(steps[6].findings, Some(Findings::Count(count)));
    let Some(Findings::Examples(examples)) = &steps[7].findings else {
        panic!("{steps:?}")
    };
    let ann = ExampleObject {
        dn: "cn=ann,dc=corp".to_owned(),
        object_type: ObjectType::User.into(),
        addresses: vec!["ann@corp.example".to_owned()],
        disabled: false,
    };
    assert_eq!((examples.objects.len(), &examples.objects[0]), (3, &ann));
}

#[tokio::test]
async fn a_refused_password_is_tried_once_on_one_host() {
    let refused = vec![bound(1, 49, "80090308: x, data 775, v1db1")];
    let server = serve(vec![refused, until_base()]).await;
    let hosts = vec!["127.0.0.1".to_owned(), "127.0.0.1".to_owned()];
    let both = Directory {
        hosts,
        ..directory(server.port)
    };
    let (steps, bound) = test_with(&reader(), &both).await;
    let last = steps.last().expect("a step");
    assert_eq!(
        (last.kind(), last.state(), code(last)),
        (TestStepKind::Bind, FAILED, "ACCOUNT_LOCKED")
    );
    assert_eq!((steps.len(), bound), (3, Some(Bound::Refused)));
    assert!(last.advice.contains("Unlock"), "{last:?}");
    assert!(!server.task.is_finished(), "a second connection was made");
}

#[tokio::test]
async fn a_bind_that_the_directory_did_not_judge_counts_for_nothing() {
    let (steps, bound) = test(vec![vec![bound(1, 51, "")]], |_| {}).await;
    assert_eq!(code(&steps[2]), "BUSY");
    assert_eq!((steps.len(), bound), (3, None));
}

#[tokio::test]
async fn a_host_that_fails_before_the_bind_is_followed_by_the_next() {
    let rest = vec![base(4), page_done(5, b"")];
    let (steps, _) = test(vec![[until_base(), rest].concat()], |directory| {
        directory.hosts.insert(0, "nowhere.invalid".to_owned());
        // Nothing listens there.
        directory.hosts.insert(1, "127.0.0.2".to_owned());
    })
    .await;
    let beginning = [
        (TestStepKind::Resolve, FAILED),
        (TestStepKind::Resolve, PASSED),
        (TestStepKind::Connect, FAILED),
        (TestStepKind::Resolve, PASSED),
        (TestStepKind::Connect, PASSED),
        (TestStepKind::Bind, PASSED),
    ];
    assert_eq!(states_of(&steps)[..6], beginning, "{steps:#?}");
    assert_eq!(
        (code(&steps[0]), code(&steps[2])),
        ("CANNOT_RESOLVE", "CANNOT_CONNECT")
    );
    assert!(steps[2].message.contains("refuses connections"), "{steps:#?}");
}

#[tokio::test]
async fn the_first_failure_of_the_last_host_is_the_end() {
    let (steps, bound) = test(Vec::new(), |directory| {
        directory.hosts = vec!["127.0.0.2".to_owned()];
    })
    .await;
    assert_eq!(
        states_of(&steps),
        [(TestStepKind::Resolve, PASSED), (TestStepKind::Connect, FAILED)]
    );
    assert_eq!(bound, None);
}

#[tokio::test]
async fn a_connection_without_tls_needs_the_operators_leave() {
    let strict = Reader {
        allow_plaintext: false,
        ..reader()
    };
    let (steps, _) = test_with(&strict, &directory(1)).await;
    assert_eq!(states_of(&steps), [(TestStepKind::Connect, FAILED)]);
    assert_eq!(code(&steps[0]), "PLAINTEXT_NOT_ALLOWED");
}

#[tokio::test]
async fn a_server_that_refuses_starttls_is_quoted() {
    let refusal = message(1, result(0x78, 2, "no TLS here"));
    let (steps, _) = test(vec![vec![refusal]], |directory| {
        directory.security = Security::Starttls.into();
    })
    .await;
    let last = steps.last().expect("a step");
    assert_eq!(
        (last.kind(), last.state(), code(last)),
        (TestStepKind::Tls, FAILED, "STARTTLS_REFUSED")
    );
    assert!(last.message.contains("no TLS here"), "{last:?}");
}

#[tokio::test]
async fn a_password_that_cannot_be_opened_is_never_sent() {
    let server = serve(vec![until_base()]).await;
    let (sender, mut steps) = mpsc::channel(100);
    let password = || Err(ReadError::Credential("no key".to_owned()));
    let (directory, cancel) = (directory(server.port), CancellationToken::new());
    let bound = conduct(&reader(), &of_no_tenant(&directory), password, sender, &cancel).await;
    let mut last = None;
    while let Some(step) = steps.recv().await {
        last = Some(step);
    }
    let last = last.expect("a step");
    assert_eq!(
        (last.kind(), code(&last)),
        (TestStepKind::Bind, "CREDENTIAL_UNREADABLE")
    );
    assert_eq!(bound, None);
}

#[tokio::test]
async fn a_test_that_is_interrupted_says_so() {
    let server = serve(vec![vec![Vec::new()]]).await;
    let (sender, mut steps) = mpsc::channel(100);
    let cancel = CancellationToken::new();
    cancel.cancel();
    let password = || Ok(SecretString::new("secret".to_owned()));
    let directory = directory(server.port);
    conduct(&reader(), &of_no_tenant(&directory), password, sender, &cancel).await;
    let step = steps.recv().await.unwrap();
    assert_eq!((step.state(), code(&step)), (FAILED, "INTERNAL"));
    assert!(steps.recv().await.is_none());
}

#[tokio::test]
async fn a_test_without_a_listener_goes_no_further() {
    let server = serve(vec![until_base()]).await;
    let (sender, steps) = mpsc::channel(1);
    drop(steps);
    let password = || Ok(SecretString::new("secret".to_owned()));
    let (directory, cancel) = (directory(server.port), CancellationToken::new());
    let bound = conduct(&reader(), &of_no_tenant(&directory), password, sender, &cancel).await;
    assert_eq!(bound, None);
    assert!(!server.task.is_finished(), "a connection was made");
}
