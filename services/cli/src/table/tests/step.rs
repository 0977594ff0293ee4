use rollcall_client::view::StepView;

use super::*;

fn tls_step() -> v1::TestStep {
    let leaf = v1::CertificateSummary {
        subject: "CN=dc1.acme.example".into(),
        issuer: "CN=Acme CA".into(),
        names: vec!["dc1.acme.example".into(), "acme.example".into()],
        not_after: Some(prost_types::Timestamp {
            seconds: 1_700_000_000,
            nanos: 0,
        }),
        ..v1::CertificateSummary::default()
    };
    v1::TestStep {
        kind: v1::TestStepKind::Tls.into(),
        state: v1::TestStepState::Warning.into(),
        message: "The connection is encrypted, but the certificate expires in 3 days.".into(),
        advice: "Renew the certificate of dc1.acme.example.".into(),
        duration: Some(prost_types::Duration {
            seconds: 1,
            nanos: 250_000_000,
        }),
        findings: Some(v1::test_step::Findings::Tls(v1::TlsFindings {
            version: "TLSv1.3".into(),
            cipher_suite: "TLS_AES_256_GCM_SHA384".into(),
            chain: vec![leaf],
        })),
        ..v1::TestStep::default()
    }
}

#[test]
fn a_step_is_shown_with_its_details_and_advice() {
    insta::assert_snapshot!(step(&StepView::from(&tls_step()), &Look::wide(80)), @"
    ! TLS        The connection is encrypted, but the certificate expires in 3 days.
                 (1.2 s)
                 session: TLSv1.3, TLS_AES_256_GCM_SHA384
                 certificate: CN=dc1.acme.example for dc1.acme.example,
                 acme.example; signed by CN=Acme CA; valid until 2023-11-14
                 22:13:20Z
                 advice: Renew the certificate of dc1.acme.example.
    ");
}

#[test]
fn a_step_that_failed_has_its_code_and_words_for_support() {
    let failed = v1::TestStep {
        kind: v1::TestStepKind::Bind.into(),
        state: v1::TestStepState::Failed.into(),
        message: "The directory refused user name and password.".into(),
        advice: "Check both.".into(),
        failure: Some(v1::Failure {
            code: "WRONG_CREDENTIALS".into(),
            detail: "result 49, data 52e".into(),
            ..v1::Failure::default()
        }),
        ..v1::TestStep::default()
    };
    insta::assert_snapshot!(step(&StepView::from(&failed), &Look::wide(80)), @"
    ✗ bind       The directory refused user name and password.
                 code: WRONG_CREDENTIALS
                 for support: result 49, data 52e
                 advice: Check both.
    ");
}

#[test]
fn a_step_is_one_object_in_which_only_its_own_findings_are_there() {
    let json = serde_json::to_value(StepView::from(&tls_step())).unwrap();
    assert_eq!(
        (&json["kind"], &json["state"]),
        (&"TLS".into(), &"WARNING".into())
    );
    assert_eq!(json["tls"]["chain"][0]["not_after"], "2023-11-14T22:13:20Z");
    assert_eq!(json["duration"], 1.25);
    for other in [
        "resolve", "connect", "identity", "server", "base", "count", "examples",
    ] {
        assert!(json[other].is_null() && json.get(other).is_some(), "{other}");
    }
}
