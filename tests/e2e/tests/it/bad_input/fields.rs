//! Malformed fields, ids and filters.

use anyhow::Result;
use rollcall_e2e::status::refused;
use rollcall_proto::v1::{Directory, Schedule, Settings, ValidateFilterRequest};
use tonic::Code;

use super::registered;

#[tokio::test]
async fn each_malformed_field_is_named_all_in_one_answer() -> Result<()> {
    let (tenant, directory) = registered("fields").await?;
    let broken = Settings {
        directory: Some(Directory {
            hosts: vec!["ldaps://dc1.example:636".into()],
            port: 70_000,
            ca_certificates_pem: "no certificate".into(),
            search_bases: vec!["OU=a,,DC=b".into()],
            filter: "(&(cn=a)".into(),
            ..directory
        }),
        schedule: Some(Schedule {
            every_hours: 25,
            time_zone: "Europe/Nowhere".into(),
        }),
        ..tenant.settings(Directory::default())
    };
    let refusal = refused(tenant.put(broken).await);
    assert_eq!(refusal.code, Code::InvalidArgument);
    for field in [
        "settings.directory.hosts[0]",
        "settings.directory.port",
        "settings.directory.ca_certificates_pem",
        "settings.directory.search_bases[0]",
        "settings.directory.filter",
        "settings.schedule.every_hours",
        "settings.schedule.time_zone",
    ] {
        assert!(
            refusal.fields.iter().any(|named| named == field),
            "{field} is not named in {refusal:?}"
        );
    }
    let refusal = refused(tenant.start_sync().await);
    assert_eq!(refusal.reason, "NO_SETTINGS", "nothing was saved");
    Ok(())
}

#[tokio::test]
async fn a_malformed_tenant_id_is_refused_everywhere() -> Result<()> {
    let (mut tenant, directory) = registered("id").await?;
    tenant.id = "no spaces, please".into();
    assert_eq!(
        refused(tenant.put_directory(directory).await).code,
        Code::InvalidArgument
    );
    assert_eq!(
        refused(tenant.put_domains(&[("a.example", "")]).await).code,
        Code::InvalidArgument
    );
    assert_eq!(refused(tenant.start_sync().await).code, Code::InvalidArgument);
    assert_eq!(refused(tenant.accounts().await).code, Code::InvalidArgument);
    Ok(())
}

#[tokio::test]
async fn an_invalid_filter_is_answered_with_its_position_and_what_was_expected() -> Result<()> {
    let (tenant, _) = registered("filter").await?;
    let request = ValidateFilterRequest {
        filter: "(&(cn=a)(".into(),
        attributes: Vec::new(),
    };
    let answer = tenant
        .clients
        .sync
        .clone()
        .validate_filter(request)
        .await?
        .into_inner();
    assert!(!answer.valid);
    let error = answer.error.unwrap_or_default();
    assert!(error.position >= 9 && !error.message.is_empty(), "{error:?}");

    let request = ValidateFilterRequest {
        filter: "cn=a".into(),
        attributes: Vec::new(),
    };
    let answer = tenant
        .clients
        .sync
        .clone()
        .validate_filter(request)
        .await?
        .into_inner();
    assert_eq!((answer.valid, answer.canonical.as_str()), (true, "(cn=a)"));
    assert_eq!(answer.composed, "(&(cn=a)(|(proxyAddresses=*)))");
    Ok(())
}
