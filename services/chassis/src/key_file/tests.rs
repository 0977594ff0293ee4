use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use super::*;

const SECRET: [u8; 32] = [0xa7; 32];

fn pair(id: &str) -> KeyPair {
    KeyPair::new(id, (KeyKind::Opening, &SECRET), (KeyKind::Sealing, &[1; 32])).expect("a key")
}

fn written(dir: &Path, content: &str) -> PathBuf {
    let path = dir.join("some.key");
    let _ = fs::remove_file(&path);
    write_new(&path, content, 0o600).expect("a written file");
    path
}

#[test]
fn a_file_states_the_kind_and_the_id_of_its_key() {
    let dir = tempfile::tempdir().expect("a folder");
    pair("k1").write(dir.path()).expect("written files");
    let private = fs::read_to_string(dir.path().join("k1.key")).expect("a private key");
    assert!(private.starts_with("rollcall-opening-key:v1:k1:"), "another line");
    let public = fs::read_to_string(dir.path().join("k1.pub")).expect("a public key");
    assert!(public.starts_with("rollcall-sealing-key:v1:k1:"), "{public}");
    let (id, bytes) = read(&dir.path().join("k1.key"), KeyKind::Opening).expect("a key");
    assert_eq!((id.as_str(), bytes.as_slice()), ("k1", &SECRET[..]));
}

#[test]
fn only_the_owner_can_read_a_private_key_and_it_is_never_overwritten() {
    let dir = tempfile::tempdir().expect("a folder");
    pair("k1").write(dir.path()).expect("written files");
    let mode = fs::metadata(dir.path().join("k1.key"))
        .expect("the file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(pair("k1").write(dir.path()).is_err());
}

#[test]
fn a_key_in_anothers_place_is_refused_with_what_to_do_and_without_its_content() {
    let dir = tempfile::tempdir().expect("a folder");
    let pairs = KeyKind::ALL
        .into_iter()
        .flat_map(|stated| KeyKind::ALL.map(|wanted| (stated, wanted)));
    for (stated, wanted) in pairs.filter(|(stated, wanted)| stated != wanted) {
        let path = written(dir.path(), &line(stated, "k1", &SECRET));
        let error = read(&path, wanted).expect_err("another kind");
        assert!(matches!(&error, KeyError::Kind { found, .. } if *found == stated));
        let error = error.to_string();
        assert!(
            error.contains(stated.words()) && error.contains(wanted.place()),
            "{error}"
        );
        assert!(!error.contains(&STANDARD.encode(SECRET)), "it shows the key");
    }
}

#[test]
fn a_file_that_is_no_key_is_refused_without_showing_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let contents = [
        "",
        "k1:AAAA",
        "rollcall-opening-key",
        "rollcall-opening-key:v1:k1",
        "rollcall-opening-key:v2:k1:AAAA",
        "rollcall-opening-key:v1:K 1:AAAA",
        "rollcall-opening-key:v1:k1:!!",
        "rollcall-opening-key:v1:k1:AAAA:more",
        "rollcall-other-key:v1:k1:AAAA",
    ];
    for content in contents {
        let error = read(&written(dir.path(), content), KeyKind::Opening).expect_err(content);
        assert!(matches!(error, KeyError::Format { .. }), "{content}: {error:?}");
        assert!(!error.to_string().contains("AAAA"), "{error}");
    }
    let id = KeyPair::new("../k1", (KeyKind::Opening, &SECRET), (KeyKind::Sealing, &SECRET));
    assert!(matches!(id, Err(KeyError::Id)));
}

#[test]
fn a_private_key_that_others_can_read_is_refused_and_a_public_one_is_not() {
    let dir = tempfile::tempdir().expect("a folder");
    pair("k1").write(dir.path()).expect("written files");
    let private = dir.path().join("k1.key");
    fs::set_permissions(&private, fs::Permissions::from_mode(0o644)).expect("another mode");
    let error = read(&private, KeyKind::Opening).expect_err("an open file");
    assert!(matches!(error, KeyError::Open { mode: 0o644, .. }), "{error:?}");
    assert!(read(&dir.path().join("k1.pub"), KeyKind::Sealing).is_ok());
}

#[test]
fn debug_shows_no_secret() {
    let shown = format!("{:?}", pair("k1"));
    assert!(!shown.contains(&STANDARD.encode(SECRET)), "{shown}");
}
