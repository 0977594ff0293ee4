use super::*;

#[test]
fn settings_without_import_and_new_users_ask_for_everything_and_send_nothing() {
    assert_eq!(rules(&v1::Settings::default()).unwrap(), Rules::default());
}

#[test]
fn settings_become_rules() {
    let settings = v1::Settings {
        selection: Some(v1::Selection {
            object_types: vec![v1::ObjectType::SharedMailbox.into()],
            domains: vec!["corp.example".to_owned()],
            exclude_disabled: true,
            same_username: v1::SameUsername::Import.into(),
        }),
        new_users: Some(v1::NewUsers {
            send_hsr: true,
            send_welcome: true,
        }),
        ..v1::Settings::default()
    };
    let rules = rules(&settings).unwrap();
    assert_eq!(rules.object_types, [ObjectType::SharedMailbox]);
    assert_eq!(rules.domains[0].as_str(), "corp.example");
    assert_eq!(rules.same_username, SameUsername::Import);
    assert!(rules.exclude_disabled && rules.send_hsr && rules.send_welcome);
}

#[test]
fn every_wrong_id_of_a_request_is_named() {
    let Err(ReconcileError::Malformed(violations)) = run("no tenant", "no run") else {
        panic!("it was taken")
    };
    let told = format!("{violations:?}");
    assert!(told.contains("tenant_id") && told.contains("run_id"), "{told}");
}
