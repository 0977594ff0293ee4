use rollcall_domain::TenantId;
use rollcall_proto::v1::{Selection, Settings};
use tonic::Status;
use tonic_types::StatusExt;

use super::{deployment, good};
use crate::validation::{ToTest, check_to_test};

fn given(change: impl FnOnce(&mut Settings)) -> Settings {
    let mut settings = good();
    change(&mut settings);
    settings
}

fn tested(settings: Settings, tenant: Option<&str>) -> ToTest {
    let tenant = tenant.map(|tenant| TenantId::parse(tenant).unwrap());
    check_to_test(settings, tenant.as_ref(), &deployment()).unwrap()
}

fn refused(settings: Settings, tenant: Option<&str>) -> Vec<String> {
    let tenant = tenant.map(|tenant| TenantId::parse(tenant).unwrap());
    let refusal = check_to_test(settings, tenant.as_ref(), &deployment()).unwrap_err();
    let details = Status::from(refusal).get_details_bad_request().unwrap();
    details
        .field_violations
        .into_iter()
        .map(|violation| violation.field)
        .collect()
}

#[test]
fn neither_a_tenant_nor_a_domain_is_needed() {
    let ToTest { settings, password } = tested(
        given(|settings| {
            settings.tenant_id.clear();
            settings.selection = Some(Selection {
                domains: vec!["whosever.example".to_owned()],
                ..Selection::default()
            });
        }),
        None,
    );
    assert_eq!(settings.tenant_id, "");
    assert_eq!(password.unwrap().expose(), "s3cret");
    assert_eq!(settings.directory.unwrap().bind_password, None);
}

#[test]
fn the_tenant_of_the_call_or_of_the_settings_counts() {
    let anonymous = || given(|settings| settings.tenant_id.clear());
    assert_eq!(tested(anonymous(), Some("ACME-1")).settings.tenant_id, "ACME-1");
    assert_eq!(tested(good(), Some("ACME-1")).settings.tenant_id, "ACME-1");
    assert_eq!(tested(good(), None).settings.tenant_id, "ACME-1");
    assert_eq!(refused(good(), Some("other")), ["settings.tenant_id"]);
    let malformed = given(|settings| settings.tenant_id = "no id".to_owned());
    assert_eq!(refused(malformed, None), ["settings.tenant_id"]);
}

#[test]
fn what_could_not_be_saved_is_not_tested() {
    let wrong = given(|settings| {
        settings.directory.get_or_insert_default().port = 70_000;
        settings.removal.get_or_insert_default().limit_percent = Some(101);
    });
    assert_eq!(
        refused(wrong, None),
        ["settings.directory.port", "settings.removal.limit_percent"]
    );
}
