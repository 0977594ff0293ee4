use std::path::Path;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};

use super::*;
use crate::grpc::methods::{Methods, SERVICES};

/// An issuer with one key, `k1`.
pub(in crate::grpc) struct Issuer(Ed25519KeyPair);

impl Issuer {
    pub(in crate::grpc) fn new(seed: u8) -> Self {
        Self(Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).expect("a key"))
    }

    fn key_set(&self, id: &str) -> Value {
        let x = URL_SAFE_NO_PAD.encode(self.0.public_key());
        json!({"keys": [
            {"kty": "RSA", "kid": "other", "n": "AQAB", "e": "AQAB"},
            {"kty": "OKP", "crv": "Ed25519", "kid": id, "use": "sig", "alg": "EdDSA", "x": x},
        ]})
    }

    /// The configuration of a server that trusts it.
    pub(in crate::grpc) fn trusted(&self, folder: &Path) -> AssertionsConfig {
        let file = folder.join("jwks.json");
        std::fs::write(&file, self.key_set("k1").to_string()).expect("a file");
        AssertionsConfig {
            jwks_file: Some(file),
            issuer: Some("portal".to_owned()),
            audience: Some("rollcall".to_owned()),
        }
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(header), part(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.0.sign(message.as_bytes()));
        format!("{message}.{signature}")
    }

    /// An assertion for a tenant, issued at `now`.
    pub(in crate::grpc) fn assert(&self, tenant: &str, now: Timestamp) -> String {
        self.sign(&header(), &claims(tenant, now))
    }
}

fn header() -> Value {
    json!({"alg": "EdDSA", "kid": "k1", "typ": "JWT"})
}

fn claims(tenant: &str, now: Timestamp) -> Value {
    let now = now.as_second();
    json!({"iss": "portal", "aud": "rollcall", "sub": "anna", "tenant": tenant, "iat": now, "exp": now + 300})
}

pub(in crate::grpc) fn now() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().expect("a time")
}

fn opened(issuer: &Issuer) -> (tempfile::TempDir, Arc<Assertions>) {
    let folder = tempfile::tempdir().expect("a folder");
    let assertions = Assertions::open(&issuer.trusted(folder.path())).expect("a key set");
    (folder, assertions.expect("an issuer"))
}

fn refusal(checked: Result<Assertion, ApiError>) -> String {
    let error = checked.expect_err("a refusal");
    assert_eq!(error.refusal(), Refusal::AssertionRefused);
    tonic::Status::from(error).message().to_owned()
}

#[test]
fn a_valid_assertion_names_the_person() {
    let issuer = Issuer::new(1);
    let (_folder, assertions) = opened(&issuer);
    let checked = assertions.check(issuer.assert("acme", now()).as_bytes(), now());
    assert_eq!(checked.expect("valid").subject, "anna");
}

#[test]
fn each_claim_is_checked_and_the_reason_named() {
    let issuer = Issuer::new(1);
    let (_folder, assertions) = opened(&issuer);
    let time = now().as_second();
    for (claim, value, why) in [
        ("iss", json!("other"), sentences::OTHER_ISSUER),
        ("iss", Value::Null, sentences::WRONG_CLAIMS),
        ("aud", json!("other"), sentences::OTHER_AUDIENCE),
        ("aud", Value::Null, sentences::WRONG_CLAIMS),
        ("sub", json!(""), sentences::WRONG_CLAIMS),
        ("sub", json!("an\u{200b}na"), sentences::WRONG_CLAIMS),
        ("sub", json!("a".repeat(257)), sentences::WRONG_CLAIMS),
        ("sub", Value::Null, sentences::WRONG_CLAIMS),
        ("exp", json!(time - 60), sentences::EXPIRED),
        ("exp", json!(time + 601), sentences::LIVES_TOO_LONG),
        ("exp", Value::Null, sentences::WRONG_CLAIMS),
        ("iat", Value::Null, sentences::WRONG_CLAIMS),
        ("iat", json!(time + 61), sentences::NOT_YET_VALID),
        ("nbf", json!(time + 61), sentences::NOT_YET_VALID),
    ] {
        let mut wrong = claims("acme", now());
        wrong[claim] = value.clone();
        let token = issuer.sign(&header(), &wrong);
        let message = refusal(assertions.check(token.as_bytes(), now()));
        assert_eq!(message, sentences::assertion_refused(why), "{claim} = {value}");
    }
    for (claim, value) in [("exp", time - 59), ("iat", time + 60), ("nbf", time + 60)] {
        let mut skewed = claims("acme", now());
        skewed[claim] = json!(value);
        let token = issuer.sign(&header(), &skewed);
        assert!(
            assertions.check(token.as_bytes(), now()).is_ok(),
            "{claim} = {value}"
        );
    }
}

#[test]
fn only_the_issuers_own_signature_counts() {
    let issuer = Issuer::new(1);
    let (_folder, assertions) = opened(&issuer);
    let check = |token: &str| refusal(assertions.check(token.as_bytes(), now()));
    let claims = claims("acme", now());
    let forged = Issuer::new(2).assert("acme", now());
    assert_eq!(
        check(&forged),
        sentences::assertion_refused(sentences::WRONG_SIGNATURE)
    );
    for (header, why) in [
        (json!({"alg": "EdDSA", "kid": "k2"}), sentences::UNKNOWN_KEY),
        (json!({"alg": "EdDSA", "kid": "other"}), sentences::UNKNOWN_KEY),
        (json!({"alg": "EdDSA"}), sentences::UNKNOWN_KEY),
        (json!({"alg": "HS256", "kid": "k1"}), sentences::OTHER_ALGORITHM),
    ] {
        let token = issuer.sign(&header, &claims);
        assert_eq!(check(&token), sentences::assertion_refused(why), "{header}");
    }
    let valid = issuer.assert("acme", now());
    let unsigned = valid
        .rsplit_once('.')
        .map(|(message, _)| format!("{message}."))
        .expect("a token");
    for token in ["", "a.b", "a.b.c", &"a".repeat(LONGEST + 1), &unsigned] {
        check(token);
    }
    let none = issuer.sign(&json!({"alg": "none", "kid": "k1"}), &claims);
    check(&none);
}

#[test]
fn an_assertion_is_for_its_own_tenant() {
    let issuer = Issuer::new(1);
    let (_folder, assertions) = opened(&issuer);
    let methods = Methods::read(rollcall_proto::DESCRIPTORS, &SERVICES).expect("the contract");
    let tenancy = |path| methods.at(path).expect("a method").tenancy.clone();
    let named = tenancy("/rollcall.v1.ResultsService/GetRun");
    let every = tenancy("/rollcall.v1.SyncService/ListSettings");
    let tenantless = tenancy("/rollcall.v1.SyncService/ValidateFilter");
    let check = |asserted: &str, tenancy, tenants: &[&str]| {
        let assertion = assertions
            .check(issuer.assert(asserted, now()).as_bytes(), now())
            .expect("valid");
        let tenants: Vec<_> = tenants.iter().map(|tenant| (*tenant).to_owned()).collect();
        assertion.check_tenants(tenancy, &tenants).is_ok()
    };
    assert!(check("acme", &named, &["acme"]) && check("acme", &named, &["acme", "acme"]));
    assert!(!check("acme", &named, &["other"]) && !check("acme", &named, &["acme", "other"]));
    assert!(!check("acme", &named, &[]) && !check("", &named, &[]));
    assert!(
        !check("acme", &every, &[]),
        "one tenant's assertion opens no list of all"
    );
    assert!(check("acme", &tenantless, &[]));
    assert!(check("*", &every, &[]) && check("*", &named, &["acme"]));
}

#[test]
fn keys_are_read_again_when_the_file_changes_and_a_damaged_file_changes_nothing() {
    let (first, second) = (Issuer::new(1), Issuer::new(2));
    let (folder, assertions) = opened(&first);
    let file = folder.path().join("jwks.json");
    let is_known = |issuer: &Issuer| {
        assertions
            .check(issuer.assert("acme", now()).as_bytes(), now())
            .is_ok()
    };

    std::fs::write(&file, "{").expect("a file");
    assertions.files().refresh();
    assert!(is_known(&first), "the old keys stay");

    std::fs::write(&file, second.key_set("k1").to_string()).expect("a file");
    assertions.files().refresh();
    assert!(is_known(&second) && !is_known(&first));
}

#[test]
fn an_empty_key_set_withdraws_every_key() {
    let issuer = Issuer::new(1);
    let (folder, assertions) = opened(&issuer);
    let check = || assertions.check(issuer.assert("acme", now()).as_bytes(), now());
    assert!(check().is_ok());
    let none = json!({"keys": []}).to_string();
    std::fs::write(folder.path().join("jwks.json"), none).expect("a file");
    assertions.files().refresh();
    assert!(check().is_err());
}

#[test]
fn a_key_set_without_a_key_for_us_stops_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = Issuer::new(1).trusted(folder.path());
    let file = config.jwks_file.clone().expect("a file");
    let short = URL_SAFE_NO_PAD.encode([1; 31]);
    for wrong in [
        "{}".to_owned(),
        json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "k1", "x": short}]}).to_string(),
    ] {
        std::fs::write(&file, wrong).expect("a file");
        assert!(matches!(Assertions::open(&config), Err(GrpcError::NoKeys(_))));
    }
    std::fs::remove_file(&file).expect("no file");
    assert!(matches!(
        Assertions::open(&config),
        Err(GrpcError::ReadKeys { .. })
    ));
    assert!(Assertions::open(&AssertionsConfig::default()).is_ok_and(|none| none.is_none()));
}
