use std::path::Path;

use rollcall_chassis::credential::{SealingKey, generate};

use super::*;

const TENANT: &str = "acme";

fn sealing_key(dir: &Path, id: &str) -> SealingKey {
    generate(id).unwrap().write(dir).unwrap();
    SealingKey::read(&dir.join(format!("{id}.pub"))).unwrap()
}

struct Bench {
    credentials: Credentials,
    renewals: mpsc::Receiver<SealRenewal>,
    directory: Directory,
    old: SealedCredential,
    new: SealedCredential,
}

/// A worker with a new key and an old one, and a password sealed to each.
fn bench() -> Bench {
    let dir = tempfile::tempdir().unwrap();
    let directory = Directory {
        hosts: vec!["dc1".to_owned()],
        bind_username: "reader".to_owned(),
        ..Directory::default()
    };
    let seal = |id| {
        let password = SecretString::new("secret".to_owned());
        sealing_key(dir.path(), id)
            .seal(&password, &SealContext::new(TENANT, &directory))
            .unwrap()
    };
    let (old, new) = (seal("a"), seal("b"));
    let keys = OpeningKeys::read(&[dir.path().join("b.key"), dir.path().join("a.key")]).unwrap();
    let (credentials, renewals) = Credentials::new(keys);
    Bench {
        credentials,
        renewals,
        directory,
        old,
        new,
    }
}

impl Bench {
    fn open(&self, credential: &SealedCredential, generation: i64) -> Result<SecretString, ReadError> {
        self.credentials.open(Sealed {
            tenant_id: TENANT,
            directory: &self.directory,
            credential,
            generation,
        })
    }
}

#[test]
fn a_seal_of_an_older_key_is_renewed_for_the_newest_and_opens_as_before() {
    let mut bench = bench();
    assert_eq!(bench.open(&bench.old, 7).unwrap().expose(), "secret");
    let renewal = bench.renewals.try_recv().unwrap();
    assert_eq!(
        (
            renewal.schema_version,
            renewal.tenant_id.as_str(),
            renewal.credential_generation
        ),
        (1, TENANT, 7)
    );
    let renewed = renewal.credential.unwrap();
    assert_eq!(renewed.key_id, "b");
    assert_eq!(bench.open(&renewed, 7).unwrap().expose(), "secret");
    assert!(bench.renewals.try_recv().is_err(), "it was renewed again");
}

#[test]
fn a_seal_of_the_newest_key_and_one_that_is_not_stored_are_left_as_they_are() {
    let mut bench = bench();
    bench.open(&bench.new, 7).unwrap();
    bench.open(&bench.old, 0).unwrap();
    assert!(bench.renewals.try_recv().is_err());
}

#[test]
fn each_credential_is_renewed_once() {
    let mut bench = bench();
    for generation in [7, 7, 8, 8] {
        bench.open(&bench.old, generation).unwrap();
    }
    let mut renewed = Vec::new();
    while let Ok(renewal) = bench.renewals.try_recv() {
        renewed.push(renewal.credential_generation);
    }
    assert_eq!(renewed, [7, 8]);
}

#[test]
fn a_renewal_that_is_not_taken_fails_no_run_and_is_made_again() {
    let mut bench = bench();
    let one_more = i64::try_from(WAITING_RENEWALS).unwrap() + 1;
    for generation in 1..=one_more {
        bench.open(&bench.old, generation).unwrap();
    }
    while bench.renewals.try_recv().is_ok() {}
    bench.open(&bench.old, one_more).unwrap();
    assert_eq!(bench.renewals.try_recv().unwrap().credential_generation, one_more);
}

#[test]
fn what_does_not_open_is_not_renewed() {
    let mut bench = bench();
    let elsewhere = Directory {
        hosts: vec!["evil".to_owned()],
        ..bench.directory.clone()
    };
    let opened = bench.credentials.open(Sealed {
        tenant_id: TENANT,
        directory: &elsewhere,
        credential: &bench.old,
        generation: 7,
    });
    assert!(matches!(opened, Err(ReadError::Credential(_))));
    assert!(bench.renewals.try_recv().is_err());
}
