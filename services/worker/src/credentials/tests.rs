use std::path::Path;

use rollcall_chassis::credential::{SealingKey, generate};

use super::*;

const TENANT: &str = "acme";

/// A worker with a new key and an old one.
struct Bench {
    dir: tempfile::TempDir,
    credentials: Credentials,
    directory: Directory,
}

fn keys(dir: &Path, ids: &[&str]) -> Credentials {
    let files: Vec<_> = ids.iter().map(|id| dir.join(format!("{id}.key"))).collect();
    Credentials::new(OpeningKeys::read(&files).unwrap())
}

fn bench() -> Bench {
    let dir = tempfile::tempdir().unwrap();
    for id in ["new", "old", "foreign"] {
        generate(id).unwrap().write(dir.path()).unwrap();
    }
    Bench {
        credentials: keys(dir.path(), &["new", "old"]),
        dir,
        directory: Directory {
            hosts: vec!["dc1".to_owned()],
            bind_username: "reader".to_owned(),
            ..Directory::default()
        },
    }
}

impl Bench {
    fn seal(&self, id: &str, password: &str, purpose: Purpose<'_>) -> SealedCredential {
        SealingKey::read(&self.dir.path().join(format!("{id}.pub")))
            .unwrap()
            .seal(
                &SecretString::new(password.to_owned()),
                &SealContext::new(purpose, TENANT, &self.directory),
            )
            .unwrap()
    }

    fn stored(&self, id: &str) -> SealedCredential {
        self.seal(id, "secret", Purpose::Settings)
    }

    fn open_both(
        &self,
        credential: &SealedCredential,
        renewed: Option<&SealedCredential>,
    ) -> Result<(String, SealNews), ReadError> {
        let opened = self.credentials.open(Sealed {
            purpose: Purpose::Settings,
            tenant_id: TENANT,
            directory: &self.directory,
            credential,
            renewed,
        })?;
        Ok((opened.password.expose().to_owned(), opened.news))
    }
}

#[test]
fn a_seal_of_an_older_key_is_renewed_for_the_newest_and_opens_as_before() {
    let bench = bench();
    let (password, news) = bench.open_both(&bench.stored("old"), None).unwrap();
    assert_eq!(password, "secret");
    let SealNews::Renewed(renewed) = news else {
        panic!("it was not renewed")
    };
    assert_eq!(renewed.key_id, "new");
    assert_eq!(
        bench.open_both(&renewed, None).unwrap(),
        ("secret".to_owned(), SealNews::None),
        "it is not renewed again"
    );
}

#[test]
fn the_password_of_a_test_is_not_renewed() {
    let bench = bench();
    let purpose = Purpose::Test {
        test_id: "a-test",
        expire_seconds: 7,
    };
    let opened = bench.credentials.open(Sealed {
        purpose,
        tenant_id: TENANT,
        directory: &bench.directory,
        credential: &bench.seal("old", "secret", purpose),
        renewed: None,
    });
    assert_eq!(opened.unwrap().news, SealNews::None);
}

#[test]
fn a_renewed_seal_is_right_if_it_opens_to_the_same_password() {
    let bench = bench();
    let (old, new) = (bench.stored("old"), bench.stored("new"));
    let is_right = ("secret".to_owned(), SealNews::Right);
    assert_eq!(bench.open_both(&old, Some(&new)).unwrap(), is_right);
    // The old key may be gone by then.
    assert_eq!(
        bench.open_both(&bench.stored("foreign"), Some(&new)).unwrap(),
        is_right
    );
}

#[test]
fn a_renewed_seal_that_holds_another_password_or_is_damaged_is_wrong_and_the_stored_one_counts() {
    let bench = bench();
    let old = bench.stored("old");
    let another = bench.seal("new", "another", Purpose::Settings);
    let mut damaged = bench.stored("new");
    damaged.ciphertext[0] ^= 1;
    for renewed in [another, damaged] {
        assert_eq!(
            bench.open_both(&old, Some(&renewed)).unwrap(),
            ("secret".to_owned(), SealNews::Wrong)
        );
    }
}

#[test]
fn of_a_renewed_seal_whose_key_it_lacks_a_worker_says_nothing() {
    let bench = bench();
    assert_eq!(
        bench
            .open_both(&bench.stored("old"), Some(&bench.stored("foreign")))
            .unwrap(),
        ("secret".to_owned(), SealNews::None)
    );
}

#[test]
fn a_missing_key_is_a_fault_of_ours_and_a_damaged_seal_is_not() {
    let bench = bench();
    let missing = bench.open_both(&bench.stored("foreign"), None).unwrap_err();
    assert!(matches!(missing, ReadError::KeyMissing(key) if key == "foreign"));
    let mut damaged = bench.stored("new");
    damaged.ciphertext[0] ^= 1;
    let damaged = bench.open_both(&damaged, None).unwrap_err();
    assert!(matches!(damaged, ReadError::Credential(_)));
}
