//! The reader against servers that follow a script, byte by byte.

mod bases;

use std::sync::Arc;

use rollcall_domain::{PermittedAttributes, failure::FailureCode};
use rollcall_proto::{
    internal::v1::{ObjectBatch, ReadSummary},
    v1::Directory,
};
use tokio::sync::mpsc;

use super::{
    Reader,
    ber::{bound, done, entry, message, nested, page_done, result, seq, tlv},
    script::{Script, Server, any_port, directory, opened, person, reader, serve},
    target::Target,
};
use crate::source::bind_gate::BindGate;
use crate::{
    control::Control,
    network::{NetworkPolicy, TenantlessNetworks},
    source::{OpenSource as _, collect::Collector, error::ReadError},
};

async fn read_with(reader: &Reader, directory: &Directory) -> Result<(ReadSummary, ObjectBatch), ReadError> {
    let target = Arc::new(Target::new(directory, &PermittedAttributes::default())?);
    let (sender, mut batches) = mpsc::channel(8);
    let control = Arc::new(Control::default());
    let mut collector = Collector::new(1_000, sender, control);
    let mut session = reader
        .open(&target, "secret", &BindGate::Open, Arc::default())
        .await?;
    let met = session.read(&mut collector).await?;
    let summary = collector.finish(met).await?;
    session.close().await;
    let mut all = ObjectBatch::default();
    while let Some(batch) = batches.recv().await {
        all.objects.extend(batch.objects);
    }
    Ok((summary, all))
}

async fn read(script: Script) -> Result<(ReadSummary, ObjectBatch), ReadError> {
    let server = serve(vec![script]).await;
    read_with(&reader(), &directory(server.port)).await
}

#[tokio::test]
async fn pages_are_read_to_their_end_and_references_counted() {
    let reference = message(3, seq(0x73, &[tlv(0x04, b"ldap://elsewhere/dc=x")]));
    let script = vec![
        bound(1, 0, ""),
        done(2, 0, ""),
        [
            person(3, "ann"),
            person(3, "bob"),
            reference,
            page_done(3, b"next"),
        ]
        .concat(),
        [person(4, "cay"), page_done(4, b"")].concat(),
    ];
    let (summary, all) = read(script).await.unwrap();
    assert_eq!((summary.entries, summary.claims, summary.references), (3, 3, 1));
    let left_out = summary.left_out.unwrap_or_default();
    assert_eq!(left_out.references, ["ldap://elsewhere/dc=x"]);
    assert_eq!(summary.digest.len(), 16);
    assert!(
        summary.server.starts_with("127.0.0.1 (127.0.0.1:"),
        "{}",
        summary.server
    );
    let dns: Vec<_> = all.objects.iter().map(|object| object.dn.as_str()).collect();
    assert_eq!(dns, ["cn=ann,dc=corp", "cn=bob,dc=corp", "cn=cay,dc=corp"]);
}

#[tokio::test]
async fn values_in_ranges_are_read_to_their_end_once_the_page_is() {
    let first = |id| {
        entry(
            id,
            "cn=big",
            &[
                ("proxyAddresses", &[]),
                ("proxyAddresses;range=0-1", &[b"SMTP:a@x.de", b"smtp:b@x.de"]),
            ],
        )
    };
    let script = vec![
        bound(1, 0, ""),
        done(2, 0, ""),
        [first(3), person(3, "ann"), page_done(3, b"")].concat(),
        [first(4), done(4, 0, "")].concat(),
        [
            entry(
                5,
                "cn=big",
                &[
                    ("proxyAddresses;range=2-*", &[]),
                    ("proxyAddresses;range=2-2", &[b"smtp:c@x.de"]),
                ],
            ),
            done(5, 0, ""),
        ]
        .concat(),
        [
            entry(6, "cn=big", &[("proxyAddresses;range=3-*", &[b"smtp:d@x.de"])]),
            done(6, 0, ""),
        ]
        .concat(),
    ];
    let (summary, all) = read(script).await.unwrap();
    assert_eq!((summary.entries, summary.claims), (2, 5));
    assert_eq!(all.objects[1].claims.len(), 4);
}

#[tokio::test]
async fn an_entry_that_goes_away_before_its_values_are_read_makes_the_read_incomplete() {
    let values: &[&[u8]] = &[b"SMTP:a@x.de"];
    let first = |id, range| entry(id, "cn=big", &[(range, values)]);
    let page = || [first(3, "proxyAddresses;range=0-0"), page_done(3, b"")].concat();
    let gone = [done(4, 32, ""), done(4, 0, "")];
    let gone = gone.map(|answer| [after_bind(page()), vec![answer]].concat());
    all_fail_with(FailureCode::IncompleteRead, gone.to_vec()).await;
    let beginning_is_missing = [
        after_bind([first(3, "proxyAddresses;range=1-*"), page_done(3, b"")].concat()),
        vec![[first(4, "proxyAddresses;range=1-*"), done(4, 0, "")].concat()],
    ];
    all_fail_with(FailureCode::IncompleteRead, vec![beginning_is_missing.concat()]).await;
}

#[tokio::test]
async fn ranges_of_attributes_that_carry_no_addresses_are_not_followed() {
    let ranged = entry(
        3,
        "cn=ann,dc=corp",
        &[
            ("objectClass;range=0-0", &[b"user"]),
            ("description;range=0-0", &[b"x"]),
            ("proxyAddresses", &[b"SMTP:ann@corp.example"]),
        ],
    );
    let (summary, _) = read(after_bind([ranged, page_done(3, b"")].concat()))
        .await
        .unwrap();
    assert_eq!((summary.entries, summary.claims), (1, 1));
}

#[tokio::test]
async fn a_server_that_goes_on_for_ever_meets_a_bound() {
    let values: &[&[u8]] = &[b"SMTP:a@x.de"];
    let first = |id| entry(id, "cn=big", &[("proxyAddresses;range=0-0", values)]);
    let reference = message(3, seq(0x73, &[tlv(0x04, b"ldap://elsewhere/dc=x")]));
    let intermediate = message(3, seq(0x79, &[]));
    let nameless = entry(3, "", &[("proxyAddresses;range=0-0", values)]);
    let two_of_one = [
        after_bind([first(3), page_done(3, b"")].concat()),
        vec![[first(4), first(4)].concat()],
    ];
    let scripts = vec![
        after_bind(reference.repeat(100_001)),
        after_bind(intermediate.repeat(100_001)),
        after_bind(nameless.repeat(40_000)),
        after_bind(page_done(3, &[b'c'; 20_000])),
        two_of_one.concat(),
    ];
    all_fail_with(FailureCode::LimitExceeded, scripts).await;
}

#[tokio::test]
async fn a_domain_controller_is_known_by_its_name_and_any_other_server_by_its_address() {
    let name: &[u8] = b"CN=NTDS Settings,CN=DC1,CN=Servers";
    let beginning = |root: Vec<u8>| vec![bound(1, 0, ""), root, page(3, b"")];
    let controller = [entry(2, "", &[("dsServiceName", &[name])]), done(2, 0, "")].concat();
    let (summary, _) = read(beginning(controller)).await.unwrap();
    assert_eq!(summary.server_id.as_bytes(), name);
    for nothing in [done(2, 0, ""), done(2, 32, ""), done(2, 50, "")] {
        let (summary, _) = read(beginning(nothing)).await.unwrap();
        assert!(
            summary.server_id.starts_with("127.0.0.1:"),
            "{}",
            summary.server_id
        );
    }
    // It might have shown its name.
    all_fail_with(FailureCode::Busy, vec![beginning(done(2, 51, ""))]).await;
}

/// Each script must end in this code, with a detail that names the server.
async fn all_fail_with(code: FailureCode, scripts: Vec<Script>) {
    for script in scripts {
        let last = script
            .last()
            .map(|answer| answer.iter().take(30).copied().collect::<Vec<_>>());
        let error = read(script).await.expect_err("a failure");
        assert_eq!(error.code(), code, "{error}, after {last:02x?}");
        assert!(
            error.to_string().contains("127.0.0.1:"),
            "{error} names no server"
        );
    }
}

fn after_bind(answer: Vec<u8>) -> Script {
    [opened(), vec![answer]].concat()
}

fn page(id: u8, cookie: &[u8]) -> Vec<u8> {
    [person(id, "ann"), page_done(id, cookie)].concat()
}

#[tokio::test]
async fn every_result_code_is_looked_at_on_every_page() {
    let bind = |text| vec![vec![bound(1, 49, text)]];
    all_fail_with(
        FailureCode::WrongCredentials,
        bind("80090308: x, data 52e, v1db1"),
    )
    .await;
    all_fail_with(FailureCode::AccountLocked, bind("80090308: x, data 775, v1db1")).await;
    let elsewhere = [done(3, 32, ""), done(3, 10, "")];
    all_fail_with(FailureCode::NoSuchBase, elsewhere.map(after_bind).to_vec()).await;
    let cut_short = [person(3, "ann"), done(3, 4, "")].concat();
    all_fail_with(FailureCode::SizeLimit, vec![after_bind(cut_short)]).await;
    let busy_later = [after_bind(page(3, b"1")), vec![done(4, 51, "")]].concat();
    all_fail_with(FailureCode::Busy, vec![busy_later]).await;
}

#[tokio::test]
async fn a_read_without_its_end_is_no_read() {
    let again = [after_bind(page(3, b"1")), vec![page(4, b"1"), page(5, b"1")]].concat();
    let no_word_of_pages = [after_bind(page(3, b"1")), vec![done(4, 0, "")]].concat();
    all_fail_with(FailureCode::IncompleteRead, vec![again, no_word_of_pages]).await;
    let cuts = [person(3, "ann")[..20].to_vec(), person(3, "ann")];
    all_fail_with(FailureCode::ConnectionLost, cuts.map(after_bind).to_vec()).await;
    let silence = Vec::new();
    all_fail_with(FailureCode::OperationTimeout, vec![after_bind(silence)]).await;
    let notice = message(0, result(0x78, 52, "shutting down"));
    all_fail_with(FailureCode::Unavailable, vec![after_bind(notice)]).await;
}

#[tokio::test]
async fn a_hostile_server_is_refused() {
    let announced = vec![0x30, 0x84, 0xff, 0xff, 0xff, 0xff];
    let too_much = [nested(20_000), announced].map(after_bind).to_vec();
    all_fail_with(FailureCode::LimitExceeded, too_much).await;
    let garbage = [
        vec![0x30, 0x00],
        message(3, tlv(0x7d, b"")),
        person(10, "ann"),
        message(3, tlv(0x64, b"")),
    ];
    all_fail_with(FailureCode::NotLdap, garbage.map(after_bind).to_vec()).await;
    let to_bind = [b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(), person(1, "ann")];
    all_fail_with(FailureCode::NotLdap, to_bind.map(|answer| vec![answer]).to_vec()).await;
}

#[tokio::test]
async fn another_host_is_tried_unless_the_credentials_were_refused() {
    let hosts = vec!["127.0.0.1".to_owned(), "127.0.0.1".to_owned()];
    let good = vec![bound(1, 0, ""), done(2, 0, ""), page_done(3, b"")];

    let busy = serve(vec![vec![bound(1, 51, "")], good.clone()]).await;
    let both = Directory {
        hosts: hosts.clone(),
        ..directory(busy.port)
    };
    assert!(read_with(&reader(), &both).await.is_ok());
    assert_eq!(busy.task.await.unwrap(), 2);

    let cannot_judge = serve(vec![
        vec![bound(1, 49, "80090308: x, data 51f, v1db1")],
        good.clone(),
    ])
    .await;
    let both = Directory {
        hosts: hosts.clone(),
        ..directory(cannot_judge.port)
    };
    assert!(read_with(&reader(), &both).await.is_ok());
    assert_eq!(cannot_judge.task.await.unwrap(), 2);

    let in_latin_1 = [tlv(0x0a, &[49]), tlv(0x04, b""), tlv(0x04, b"f\xfcr data 52e")];
    for answer in [bound(1, 49, ""), message(1, tlv(0x61, &in_latin_1.concat()))] {
        let refused = serve(vec![vec![answer], good.clone()]).await;
        let both = Directory {
            hosts: hosts.clone(),
            ..directory(refused.port)
        };
        assert_eq!(
            read_with(&reader(), &both).await.unwrap_err().code(),
            FailureCode::WrongCredentials
        );
        assert!(!refused.task.is_finished(), "a second connection was made");
    }
}

#[tokio::test]
async fn what_must_not_be_dialled_is_not() {
    let server = serve(vec![vec![]]).await;
    let closed = Reader {
        networks: NetworkPolicy::new(any_port(), &TenantlessNetworks::default(), &[]),
        ..reader()
    };
    let error = read_with(&closed, &directory(server.port)).await.unwrap_err();
    assert_eq!(error.code(), FailureCode::AddressNotAllowed);
    let secure = Reader {
        allow_plaintext: false,
        ..reader()
    };
    let error = read_with(&secure, &directory(server.port)).await.unwrap_err();
    assert_eq!(error.code(), FailureCode::PlaintextNotAllowed);
    assert!(!server.task.is_finished(), "a connection was made");
}

#[tokio::test]
async fn starttls_that_is_refused_or_tampered_with_ends_the_attempt() {
    let starttls = |answer: Vec<u8>| async move {
        let server = serve(vec![vec![answer]]).await;
        let security = rollcall_proto::v1::Security::Starttls.into();
        read_with(
            &reader(),
            &Directory {
                security,
                ..directory(server.port)
            },
        )
        .await
        .unwrap_err()
    };
    let refused = starttls(message(1, result(0x78, 2, "no TLS here"))).await;
    assert_eq!(refused.code(), FailureCode::StarttlsRefused);
    assert!(refused.to_string().contains("no TLS here"), "{refused}");
    let in_latin_1 = [tlv(0x0a, &[2]), tlv(0x04, b""), tlv(0x04, b"kein TLS f\xfcr Sie")];
    let refused = starttls(message(1, tlv(0x78, &in_latin_1.concat()))).await;
    assert_eq!(refused.code(), FailureCode::StarttlsRefused);
    // Active Directory, for as long as it has no certificate.
    let said = "00000000: LdapErr: DSID-0C09102C, comment: Error initializing SSL/TLS, data 0, v2580";
    let refused = starttls(message(1, result(0x78, 52, said))).await;
    assert_eq!(refused.code(), FailureCode::StarttlsRefused);
    let accepted = message(1, result(0x78, 0, ""));
    let injected = starttls([accepted.clone(), bound(1, 0, "")].concat()).await;
    assert_eq!(injected.code(), FailureCode::NotLdap);
    assert!(injected.to_string().contains("in clear"), "{injected}");
    assert_eq!(starttls(accepted).await.code(), FailureCode::TlsFailed);
}

#[tokio::test]
async fn an_empty_password_is_never_sent() {
    let server = serve(vec![vec![bound(1, 0, "")]]).await;
    let target = Arc::new(Target::new(&directory(server.port), &PermittedAttributes::default()).unwrap());
    let opened = reader().open(&target, "", &BindGate::Open, Arc::default()).await;
    assert_eq!(
        opened.err().map(|error| error.code()),
        Some(FailureCode::WrongCredentials)
    );
}

#[tokio::test]
async fn an_attribute_that_is_not_on_the_operators_list_is_not_read_whoever_asks_for_it() {
    for (attribute, code) in [
        ("description", FailureCode::AttributeNotAllowed),
        ("userPassword;x-a", FailureCode::AttributeNotAllowed),
        ("2.5.4.4", FailureCode::AttributeNotAllowed),
        ("MAIL", FailureCode::CannotConnect),
    ] {
        let asked = Directory {
            attributes: vec!["proxyAddresses".to_owned(), attribute.to_owned()],
            ..directory(1)
        };
        let error = read_with(&reader(), &asked).await.unwrap_err();
        assert_eq!(error.code(), code, "{attribute}: {error}");
        assert_eq!(
            error.to_string().contains(attribute),
            code == FailureCode::AttributeNotAllowed,
            "{error}"
        );
    }
}
