use std::sync::Arc;

use rollcall_domain::PermittedAttributes;
use rollcall_proto::v1::Directory;
use tokio::sync::mpsc;

use super::*;
use crate::source::bind_gate::BindGate;
use crate::source::{
    OpenSource as _,
    error::ReadError,
    ldap::{
        Reader,
        ber::{bound, done, entry, page_done, seq, tlv},
        script::{Script, directory, opened, person, reader, serve},
        target::Target,
    },
};

const ID: &str = "1a2b3c9f-4d5e-4f80-a1b2-c3d4e5f60718";
/// The same as Active Directory orders its bytes.
const GUID: [u8; 16] = [
    0x9f, 0x3c, 0x2b, 0x1a, 0x5e, 0x4d, 0x80, 0x4f, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0xf6, 0x07, 0x18,
];

fn missing(ids: impl IntoIterator<Item = impl ToString>) -> MissingIds {
    let mut missing = MissingIds::default();
    ids.into_iter().for_each(|id| missing.push(id.to_string()));
    missing
}

/// DNs and ids of the objects that are there, and the server's requests, one by one.
async fn confirm(
    reader: Reader,
    script: Script,
    missing: MissingIds,
) -> (Result<Vec<(String, String)>, ReadError>, Vec<Vec<u8>>) {
    confirm_below(&["dc=corp"], reader, script, missing).await
}

/// The same, with these search bases.
async fn confirm_below(
    bases: &[&str],
    reader: Reader,
    script: Script,
    missing: MissingIds,
) -> (Result<Vec<(String, String)>, ReadError>, Vec<Vec<u8>>) {
    let server = serve(vec![script]).await;
    let settings = Directory {
        search_bases: bases.iter().map(|base| (*base).to_owned()).collect(),
        ..directory(server.port)
    };
    let target = Arc::new(Target::new(&settings, &PermittedAttributes::default()).unwrap());
    let (sender, mut batches) = mpsc::channel(8);
    let missing = Arc::new(missing);
    let mut found = Collector::new(1_000, sender, Arc::default()).only(Arc::clone(&missing));
    let mut session = reader
        .open(&target, "secret", &BindGate::Open, Arc::default())
        .await
        .unwrap();
    let confirmed = session.confirm(&missing, &mut found).await;
    found.finish_answer().await.unwrap();
    let mut objects = Vec::new();
    while let Some(batch) = batches.recv().await {
        objects.extend(batch.objects.into_iter().map(|object| (object.dn, object.id)));
    }
    (confirmed.map(|()| objects), server.requests())
}

fn contains(request: &[u8], part: &[u8]) -> bool {
    request.windows(part.len()).any(|window| window == part)
}

/// An equality of a filter, as it is sent.
fn equality(attribute: &str, value: &[u8]) -> Vec<u8> {
    seq(0xa3, &[tlv(0x04, attribute.as_bytes()), tlv(0x04, value)])
}

#[tokio::test]
async fn an_id_is_asked_for_as_either_kind_with_the_filter_of_the_read() {
    let script = [opened(), vec![page_done(3, b"")]].concat();
    let (found, requests) = confirm(reader(), script, missing([ID])).await;
    assert_eq!(found.unwrap(), []);
    for part in [
        equality("objectGUID", &GUID),
        equality("entryUUID", ID.as_bytes()),
        tlv(0x87, b"proxyAddresses"),
        tlv(0x04, b"dc=corp"),
    ] {
        assert!(
            contains(&requests[2], &part),
            "{part:02x?} in {:02x?}",
            requests[2]
        );
    }
}

#[tokio::test]
async fn active_directory_is_asked_only_for_the_guid() {
    let root = entry(2, "", &[("dsServiceName", &[b"CN=NTDS Settings,CN=DC1"])]);
    let beginning = vec![bound(1, 0, ""), [root, done(2, 0, "")].concat()];
    let script = [beginning, vec![page_done(3, b"")]].concat();
    let (_, requests) = confirm(reader(), script, missing([ID])).await;
    assert!(contains(&requests[2], &equality("objectGUID", &GUID)));
    assert!(!contains(&requests[2], &equality("entryUUID", ID.as_bytes())));
}

#[tokio::test]
async fn many_are_asked_for_in_groups_each_in_pages() {
    let ids = (0..250_u128).map(Uuid::from_u128);
    let page = |id, number: u128, cookie: &[u8]| {
        let uuid = Uuid::from_u128(number).to_string();
        let found = entry(id, &format!("cn={number}"), &[("entryUUID", &[uuid.as_bytes()])]);
        [found, page_done(id, cookie)].concat()
    };
    let answers = vec![
        page(3, 7, b"next"),
        page(4, 8, b""),
        page_done(5, b""),
        page(6, 249, b""),
    ];
    let (found, requests) = confirm(reader(), [opened(), answers].concat(), missing(ids)).await;
    let dns: Vec<_> = found.unwrap().into_iter().map(|(dn, _)| dn).collect();
    assert_eq!(dns, ["cn=7", "cn=8", "cn=249"]);
    let asked = |request: &Vec<u8>| {
        let name = b"entryUUID";
        request.windows(name.len()).filter(|part| part == name).count()
    };
    // The attribute is among those that are requested, too.
    let asked: Vec<_> = requests[2..].iter().map(|request| asked(request) - 1).collect();
    assert_eq!(asked, [100, 100, 100, 50]);
}

#[tokio::test]
async fn an_object_that_comes_in_part_is_read_wholly() {
    let part = |id, range: &str, value: &[u8]| {
        let attributes: [(&str, &[&[u8]]); 2] = [("objectGUID", &[&GUID]), (range, &[value])];
        entry(id, "cn=big,dc=corp", &attributes)
    };
    let answers = vec![
        [
            part(3, "proxyAddresses;range=0-0", b"SMTP:a@x.de"),
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
    let (found, requests) = confirm(reader(), [opened(), answers].concat(), missing([ID])).await;
    assert_eq!(found.unwrap().len(), 1);
    assert!(contains(&requests[4], b"range=1-*"));
}

#[tokio::test]
async fn an_object_without_an_id_is_asked_for_by_its_name_if_the_base_covers_it() {
    let names = [
        "cn=ann,dc=corp",
        "cn=gone,dc=corp",
        "cn=odd",
        "cn=x,dc=elsewhere",
        "cn=b\\,dc=corp",
    ];
    let answers = vec![[person(3, "ann"), page_done(3, b"")].concat(), done(4, 32, "")];
    let (found, requests) = confirm(reader(), [opened(), answers].concat(), missing(names)).await;
    let ann = "cn=ann,dc=corp".to_owned();
    assert_eq!(found.unwrap(), [(ann.clone(), ann)]);
    assert_eq!(requests.len(), 4, "those outside of the base were asked for");
    // The scope is the object itself, and the filter the read's.
    let asked = [tlv(0x04, b"cn=ann,dc=corp"), tlv(0x0a, &[0])].concat();
    assert!(contains(&requests[2], &asked));
    assert!(contains(&requests[2], &tlv(0x87, b"proxyAddresses")));
}

#[tokio::test]
async fn every_base_is_asked_for_an_id_and_a_name_once_if_any_covers_it() {
    let found = entry(4, "cn=ann,dc=brand", &[("entryUUID", &[ID.as_bytes()])]);
    let answers = vec![
        page_done(3, b""),
        [found, page_done(4, b"")].concat(),
        page_done(5, b""),
    ];
    let asked = missing([ID, "cn=bob,dc=brand", "cn=cay,dc=elsewhere"]);
    let script = [opened(), answers].concat();
    let (found, requests) = confirm_below(&["dc=corp", "dc=brand"], reader(), script, asked).await;
    assert_eq!(found.unwrap(), [("cn=ann,dc=brand".to_owned(), ID.to_owned())]);
    assert_eq!(requests.len(), 5);
    for (request, base) in requests[2..]
        .iter()
        .zip(["dc=corp", "dc=brand", "cn=bob,dc=brand"])
    {
        assert!(contains(request, &tlv(0x04, base.as_bytes())), "{base}");
    }
}

#[tokio::test]
async fn what_goes_by_another_id_now_is_not_what_was_asked_for() {
    let with_id = |id| {
        let attributes: [(&str, &[&[u8]]); 2] =
            [("entryUUID", &[ID.as_bytes()]), ("objectGUID", &[&[1; 16]])];
        [entry(id, "cn=ann,dc=corp", &attributes), page_done(id, b"")].concat()
    };
    for asked in [ID, "cn=ann,dc=corp"] {
        let (found, _) = confirm(reader(), [opened(), vec![with_id(3)]].concat(), missing([asked])).await;
        assert_eq!(found.unwrap(), [], "{asked}");
    }
}

#[tokio::test]
async fn any_other_answer_than_success_is_an_error() {
    for (ids, code) in [
        (missing([ID]), 32),
        (missing([ID]), 4),
        (missing(["cn=a,dc=corp"]), 50),
        (missing(["cn=a,dc=corp"]), 10),
    ] {
        let script = [opened(), vec![done(3, code, "")]].concat();
        let (found, _) = confirm(reader(), script, ids).await;
        let error = found.expect_err("a refusal").to_string();
        assert!(
            error.contains("127.0.0.1:") && error.contains(&format!("result {code}")),
            "{error}"
        );
    }
}

#[test]
fn a_name_is_within_the_base_however_it_is_written() {
    for (name, base) in [
        ("cn=a,ou=x y,dc=corp", "OU=X  Y, DC=Corp"),
        ("dc=corp", "dc=corp"),
    ] {
        assert!(is_within(name, base), "{name} in {base}");
    }
    for (name, base) in [("cn=a,dc=corporate", "dc=corp"), ("cn=a,dc=xcorp", "dc=corp")] {
        assert!(!is_within(name, base), "{name} in {base}");
    }
}

#[test]
fn what_is_no_name_to_us_is_asked_for_since_the_server_may_know_it() {
    assert!(is_within("no dn", "dc=corp") && is_within("cn=a,dc=corp", "no dn"));
}
