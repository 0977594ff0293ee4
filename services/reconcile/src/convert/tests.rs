use super::*;

fn object(claims: Vec<v1::ObjectClaim>) -> v1::DirectoryObject {
    v1::DirectoryObject {
        id: "1a2b3c9f-4d5e-4f80-a1b2-c3d4e5f60718".to_owned(),
        dn: "CN=Ann,DC=corp,DC=example".to_owned(),
        object_type: v1::ObjectType::User.into(),
        disabled: false,
        mail: String::new(),
        claims,
    }
}

fn invalid(text: &str) -> v1::ObjectClaim {
    v1::ObjectClaim {
        address: text.to_owned(),
        primary: true,
        invalid: true,
    }
}

#[test]
fn what_is_no_address_is_kept_as_it_stands() {
    let converted = directory_object(object(vec![invalid("not an address")])).unwrap();
    assert_eq!(
        converted.claims[0].address,
        ClaimedAddress::Invalid("not an address".to_owned())
    );
}

#[test]
fn a_text_that_the_database_cannot_hold_is_made_one_that_it_can() {
    let converted = directory_object(object(vec![invalid("a\0b"), invalid(&"ä".repeat(1000))])).unwrap();
    assert_eq!(converted.claims[0].address.as_str(), r"a\x00b");
    assert_eq!(
        converted.claims[1].address.as_str(),
        format!("{}…", "ä".repeat(512))
    );
}

#[test]
fn an_address_that_is_none_without_saying_so_is_refused() {
    let claim = v1::ObjectClaim {
        address: "nonsense".to_owned(),
        primary: true,
        invalid: false,
    };
    assert!(matches!(
        directory_object(object(vec![claim])),
        Err(ReconcileError::Submission(_))
    ));
}

#[test]
fn an_object_needs_an_id_and_a_type() {
    let nameless = v1::DirectoryObject {
        id: String::new(),
        ..object(Vec::new())
    };
    assert!(directory_object(nameless).is_err());
    let shapeless = v1::DirectoryObject {
        object_type: 0,
        ..object(Vec::new())
    };
    assert!(directory_object(shapeless).is_err());
}

#[test]
fn settings_without_import_and_new_users_ask_for_everything_and_send_nothing() {
    assert_eq!(rules(&v1::Settings::default()).unwrap(), Rules::default());
}

#[test]
fn settings_become_rules() {
    let settings = v1::Settings {
        import: Some(v1::Import {
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
