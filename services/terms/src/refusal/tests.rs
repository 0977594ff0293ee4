use std::{fs, path::Path};

use super::*;

#[test]
fn every_refusal_is_found_by_its_code_and_text() {
    for refusal in Refusal::ALL {
        let found = Refusal::parse(refusal.code().number(), refusal.as_str());
        assert_eq!(found, Some(*refusal));
    }
    assert_eq!(Refusal::parse(5, "NO_SUCH_REASON"), None);
}

#[test]
fn a_refusal_of_another_code_is_still_found_by_its_text() {
    assert_eq!(Refusal::parse(13, "NO_RUN"), Some(Refusal::NoRun));
}

#[test]
fn the_contract_names_every_refusal() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto/rollcall");
    let mut contract = String::new();
    for package in ["v1", "internal/v1"] {
        for file in fs::read_dir(folder.join(package)).unwrap() {
            contract += &fs::read_to_string(file.unwrap().path()).unwrap();
        }
    }
    let missing: Vec<_> = Refusal::ALL
        .iter()
        .map(|refusal| refusal.as_str())
        .filter(|text| !contract.contains(&format!("`{text}`")))
        .collect();
    assert!(missing.is_empty(), "no comment of the contract names {missing:?}");
}

#[test]
fn a_refused_read_fails_its_run_with_a_code_of_the_same_text() {
    let failures = Refusal::ALL
        .iter()
        .filter_map(|refusal| Some((refusal.as_str(), refusal.failure()?.as_str())));
    let failures: Vec<_> = failures.collect();
    assert_eq!(failures.len(), 4);
    assert!(
        failures.iter().all(|(refusal, failure)| refusal == failure),
        "{failures:?}"
    );
}
