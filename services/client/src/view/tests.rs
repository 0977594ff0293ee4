use rollcall_proto::v1;

use super::*;

#[test]
fn a_run_reads_by_the_names_of_the_contract() {
    let run = v1::Run {
        run_id: "r".into(),
        tenant_id: "acme".into(),
        kind: v1::RunKind::Preview.into(),
        trigger: v1::RunTrigger::Manual.into(),
        state: v1::RunState::Queued.into(),
        create_time: Some(prost_types::Timestamp {
            seconds: 1_700_000_000,
            nanos: 123_456_789,
        }),
        attempt: 1,
        ..v1::Run::default()
    };
    insta::assert_snapshot!(serde_json::to_string(&RunView::from(&run)).unwrap(), @r#"{"run_id":"r","tenant_id":"acme","kind":"PREVIEW","trigger":"MANUAL","state":"QUEUED","stage":null,"held_reason":null,"further_held_reasons":[],"held_message":null,"would_hold":false,"read_mode":null,"read_mode_reason":null,"server":null,"server_reason":null,"unchanged":false,"rows_of_run_id":null,"counts":{"objects":0,"claims":0,"not_email":0,"references":0,"add":0,"keep":0,"update":0,"remove":0,"stale":0,"skip":0,"accounts":0,"welcomes":0,"accounts_reduced":0,"accounts_created":0,"spoilt":0},"left_out":null,"skipped":[],"empty_message":null,"failure":null,"attempt":1,"takeovers":0,"next_attempt_time":null,"create_time":"2023-11-14T22:13:20.123457Z","start_time":null,"end_time":null,"rows_expire_time":null,"acts_on_run_id":null,"expect_preview_run_id":null,"requested_by":null}"#);
}

#[test]
fn a_password_is_never_shown() {
    let directory = v1::Directory {
        bind_password: Some("s3cret".into()),
        ..v1::Directory::default()
    };
    let settings = v1::Settings {
        directory: Some(directory),
        ..v1::Settings::default()
    };
    let json = serde_json::to_string(&SettingsView::from(&settings)).unwrap();
    assert!(!json.contains("s3cret") && !json.contains("password"), "{json}");
}
