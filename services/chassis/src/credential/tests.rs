use std::{fs, path::Path};

use rollcall_terms::PasswordTarget;

use super::{OpenError, OpeningKeys, Purpose, SealContext, SealingKey, SecretString, generate};
use crate::key_file::KeyError;

const PASSWORD: &str = "correct horse";
const TEST: Purpose<'_> = Purpose::Test {
    test_id: "a-test",
    expire_seconds: 1_000,
};

fn keys(dir: &Path, id: &str) -> (SealingKey, OpeningKeys) {
    generate(id).expect("a key").write(dir).expect("written files");
    let sealing = SealingKey::read(&dir.join(format!("{id}.pub"))).expect("a public key");
    let opening = OpeningKeys::read(&[dir.join(format!("{id}.key"))]).expect("a private key");
    (sealing, opening)
}

fn context(hosts: &[String]) -> SealContext<'_> {
    SealContext {
        purpose: Purpose::Settings,
        tenant_id: "acme",
        target: PasswordTarget {
            hosts,
            port: 636,
            security: 1,
            ca_certificates_pem: "",
            bind_username: "reader@acme.example",
        },
    }
}

fn hosts(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn a_seal_opens_in_the_context_it_was_made_in() {
    let dir = tempfile::tempdir().expect("a folder");
    let (sealing, opening) = keys(dir.path(), "k1");
    let hosts = hosts(&["dc1", "dc2"]);
    let sealed = sealing
        .seal(&SecretString::new(PASSWORD.to_owned()), &context(&hosts))
        .expect("a seal");
    assert_eq!(sealed.key_id, "k1");
    assert_eq!(sealed.encapped_key.len(), 32);
    assert_eq!(
        opening
            .open(&sealed, &context(&hosts))
            .expect("the password")
            .expose(),
        PASSWORD
    );
}

#[test]
fn a_change_of_any_part_of_the_binding_keeps_the_seal_shut() {
    let dir = tempfile::tempdir().expect("a folder");
    let (sealing, opening) = keys(dir.path(), "k1");
    let given = hosts(&["dc1", "dc2"]);
    let (joined, swapped) = (hosts(&["dc1dc2"]), hosts(&["dc2", "dc1"]));
    let settings = context(&given);
    let bound = SealContext {
        purpose: TEST,
        ..settings
    };
    let sealed = sealing
        .seal(&SecretString::new(PASSWORD.to_owned()), &bound)
        .expect("a seal");
    let with = |target| SealContext { target, ..bound };
    let target = bound.target;
    let for_test = |test_id, expire_seconds| SealContext {
        purpose: Purpose::Test {
            test_id,
            expire_seconds,
        },
        ..bound
    };
    let others = [
        settings,
        for_test("a-test", 1_001),
        for_test("b-test", 1_000),
        SealContext {
            tenant_id: "evil",
            ..bound
        },
        with(PasswordTarget {
            hosts: &joined,
            ..target
        }),
        with(PasswordTarget {
            hosts: &swapped,
            ..target
        }),
        with(PasswordTarget { port: 389, ..target }),
        with(PasswordTarget {
            security: 3,
            ..target
        }),
        with(PasswordTarget {
            ca_certificates_pem: "x",
            ..target
        }),
        with(PasswordTarget {
            bind_username: "other",
            ..target
        }),
    ];
    for other in others {
        assert_eq!(
            opening.open(&sealed, &other),
            Err(OpenError::Refused),
            "{other:?}"
        );
    }
    assert!(opening.open(&sealed, &bound).is_ok());
}

#[test]
fn what_was_sealed_for_settings_opens_for_no_test() {
    let dir = tempfile::tempdir().expect("a folder");
    let (sealing, opening) = keys(dir.path(), "k1");
    let hosts = hosts(&["dc1"]);
    let settings = context(&hosts);
    let sealed = sealing
        .seal(&SecretString::new(PASSWORD.to_owned()), &settings)
        .expect("a seal");
    let test = SealContext {
        purpose: TEST,
        ..settings
    };
    assert_eq!(opening.open(&sealed, &test), Err(OpenError::Refused));
}

#[test]
fn the_length_of_a_seal_says_nothing_of_the_passwords() {
    let dir = tempfile::tempdir().expect("a folder");
    let (sealing, _) = keys(dir.path(), "k1");
    let hosts = hosts(&["dc1"]);
    let lengths = ["", "x", PASSWORD, &"x".repeat(126)].map(|password| {
        sealing
            .seal(&SecretString::new(password.to_owned()), &context(&hosts))
            .expect("a seal")
            .ciphertext
            .len()
    });
    assert_eq!(lengths, [128 + 16; 4]);
}

#[test]
fn parts_of_a_binding_do_not_run_together() {
    let none = hosts(&[]);
    let (mut one, mut other) = (context(&none), context(&none));
    (one.target.ca_certificates_pem, one.target.bind_username) = ("ab", "c");
    (other.target.ca_certificates_pem, other.target.bind_username) = ("a", "bc");
    assert_ne!(one.associated_data(), other.associated_data());
}

#[test]
fn seals_are_bound_to_the_same_bytes_in_every_version() {
    let hosts = hosts(&["dc1", "dc2"]);
    let mut bound = context(&hosts);
    bound.target.ca_certificates_pem = "ca";
    let parts: [&[u8]; 9] = [
        b"settings",
        b"acme",
        &[0, 0, 0, 0, 0, 0, 0, 2],
        b"dc1",
        b"dc2",
        &[0, 0, 2, 124],
        &[0, 0, 0, 1],
        b"ca",
        b"reader@acme.example",
    ];
    let mut expected = Vec::new();
    for part in parts {
        expected.extend_from_slice(&(part.len() as u64).to_be_bytes());
        expected.extend_from_slice(part);
    }
    assert_eq!(bound.associated_data(), expected);
}

#[test]
fn a_damaged_seal_stays_shut() {
    let dir = tempfile::tempdir().expect("a folder");
    let (sealing, opening) = keys(dir.path(), "k1");
    let hosts = hosts(&["dc1"]);
    let sealed = sealing
        .seal(&SecretString::new(PASSWORD.to_owned()), &context(&hosts))
        .expect("a seal");
    let mut flipped = sealed.clone();
    flipped.ciphertext[0] ^= 1;
    let mut short = sealed.clone();
    short.encapped_key.pop();
    let mut zero = sealed;
    zero.encapped_key.fill(0);
    for damaged in [flipped, short, zero] {
        assert_eq!(opening.open(&damaged, &context(&hosts)), Err(OpenError::Refused));
    }
}

#[test]
fn a_worker_opens_seals_of_each_of_its_keys_and_names_the_one_it_lacks() {
    let dir = tempfile::tempdir().expect("a folder");
    let hosts = hosts(&["dc1"]);
    let seal = |id: &str| {
        let (sealing, _) = keys(dir.path(), id);
        sealing
            .seal(&SecretString::new(id.to_owned()), &context(&hosts))
            .expect("a seal")
    };
    let (old, new, foreign) = (seal("k1"), seal("k2"), seal("k3"));
    let opening =
        OpeningKeys::read(&[dir.path().join("k1.key"), dir.path().join("k2.key")]).expect("two keys");
    assert_eq!(
        opening
            .open(&old, &context(&hosts))
            .expect("the old one")
            .expose(),
        "k1"
    );
    assert_eq!(
        opening
            .open(&new, &context(&hosts))
            .expect("the new one")
            .expose(),
        "k2"
    );
    assert_eq!(
        opening.open(&foreign, &context(&hosts)),
        Err(OpenError::UnknownKey("k3".to_owned()))
    );
}

#[test]
fn the_newest_key_is_the_first_and_seals_what_it_opens() {
    let dir = tempfile::tempdir().expect("a folder");
    for id in ["a-old", "b-new"] {
        keys(dir.path(), id);
    }
    let opening =
        OpeningKeys::read(&[dir.path().join("b-new.key"), dir.path().join("a-old.key")]).expect("two keys");
    let newest = opening.newest().expect("the newest");
    assert_eq!(newest.id(), "b-new");
    let hosts = hosts(&["dc1"]);
    let sealed = newest
        .seal(&SecretString::new(PASSWORD.to_owned()), &context(&hosts))
        .expect("a seal");
    assert_eq!(sealed.key_id, "b-new");
    assert_eq!(
        opening
            .open(&sealed, &context(&hosts))
            .expect("the password")
            .expose(),
        PASSWORD
    );
    let none = OpeningKeys::read::<&Path>(&[]).expect("no keys");
    assert!(none.newest().is_none());
}

#[test]
fn a_line_that_holds_no_key_is_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("short.pub");
    fs::write(&path, "rollcall-sealing-key:v1:k1:AAAA\n").expect("a written file");
    assert!(matches!(SealingKey::read(&path), Err(KeyError::Format { .. })));
}

#[test]
fn a_public_key_opens_nothing_and_a_private_one_seals_nothing() {
    let dir = tempfile::tempdir().expect("a folder");
    keys(dir.path(), "k1");
    let (private, public) = (dir.path().join("k1.key"), dir.path().join("k1.pub"));
    assert!(matches!(OpeningKeys::read(&[public]), Err(KeyError::Kind { .. })));
    assert!(matches!(SealingKey::read(&private), Err(KeyError::Kind { .. })));
}

#[test]
fn debug_shows_no_secret() {
    let dir = tempfile::tempdir().expect("a folder");
    let (_, opening) = keys(dir.path(), "k1");
    assert_eq!(
        format!("{:?}", SecretString::new(PASSWORD.to_owned())),
        "[redacted]"
    );
    assert_eq!(format!("{opening:?}"), r#"OpeningKeys(["k1"])"#);
}
