//! Settings that lack their domains or their password, or that another person has changed.

use anyhow::Result;
use rollcall_e2e::{Office, Tenant, status::refused};
use rollcall_proto::v1::{DeleteSettingsRequest, Directory, Security, Settings, SyncNowRequest};
use rollcall_testbed::Bed;
use tonic::Code;

use super::registered;

#[tokio::test]
async fn a_tenant_without_domains_cannot_have_settings_or_a_sync() -> Result<()> {
    let (registered, directory) = registered("donor").await?;
    let tenant = Tenant::unknown(Bed::attach()?.endpoints()?, "nodomains").await?;
    let refusal = refused(tenant.put_directory(directory).await);
    assert_eq!(
        (refusal.code, refusal.reason.as_str()),
        (Code::FailedPrecondition, "NO_DOMAINS"),
        "{refusal:?}"
    );
    let refusal = refused(tenant.start_sync().await);
    assert_eq!(
        (refusal.code, refusal.reason.as_str()),
        (Code::NotFound, "NO_SETTINGS"),
        "{refusal:?}"
    );
    drop(registered);
    Ok(())
}

#[tokio::test]
async fn the_password_is_asked_for_when_there_is_none_and_when_it_would_be_sent_elsewhere() -> Result<()> {
    let (tenant, directory) = registered("secret").await?;
    let refusal = refused(
        tenant
            .put_directory(Directory {
                bind_password: None,
                ..directory.clone()
            })
            .await,
    );
    assert_eq!(
        (refusal.code, refusal.reason.as_str()),
        (Code::FailedPrecondition, "PASSWORD_REQUIRED")
    );

    tenant.put_directory(directory.clone()).await?;
    let kept = Directory {
        bind_password: None,
        filter: "(cn=*)".into(),
        ..directory.clone()
    };
    tenant.put_directory(kept).await?;

    for changed in [
        Directory {
            hosts: vec!["127.0.0.1".into(), "127.0.0.2".into()],
            ..directory.clone()
        },
        Directory {
            port: 2636,
            ..directory.clone()
        },
        Directory {
            security: Security::Starttls.into(),
            ..directory.clone()
        },
        Directory {
            ca_certificates_pem: String::new(),
            ..directory.clone()
        },
        Directory {
            bind_username: "cn=somebody-else".into(),
            ..directory.clone()
        },
    ] {
        let refusal = refused(
            tenant
                .put_directory(Directory {
                    bind_password: None,
                    ..changed
                })
                .await,
        );
        assert_eq!(refusal.reason, "PASSWORD_REQUIRED", "{refusal:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_stale_etag_is_refused_and_the_present_one_is_not() -> Result<()> {
    let (tenant, directory) = registered("etag").await?;
    let first = tenant.put_directory(directory.clone()).await?;
    let second = tenant
        .put(Settings {
            etag: first.etag.clone(),
            ..tenant.settings(directory.clone())
        })
        .await?;
    assert_ne!(first.etag, second.etag);

    let stale = Settings {
        etag: first.etag.clone(),
        ..tenant.settings(directory)
    };
    let refusal = refused(tenant.put(stale).await);
    assert_eq!(
        (refusal.code, refusal.reason.as_str()),
        (Code::Aborted, "ETAG_MISMATCH"),
        "{refusal:?}"
    );
    let request = DeleteSettingsRequest {
        tenant_id: tenant.id.clone(),
        etag: first.etag,
    };
    let refusal = refused(tenant.clients.sync.clone().delete_settings(request).await);
    assert_eq!(refusal.reason, "ETAG_MISMATCH");
    Ok(())
}

#[tokio::test]
async fn deleted_settings_are_gone_with_their_credential_and_accounts_stay() -> Result<()> {
    let (tenant, forest) = Office::new("deleted")
        .in_openldap()
        .people(["ann"])
        .synced()
        .await?;

    let request = DeleteSettingsRequest {
        tenant_id: tenant.id.clone(),
        etag: String::new(),
    };
    tenant
        .clients
        .sync
        .clone()
        .delete_settings(request.clone())
        .await?;

    assert_eq!(tenant.accounts().await?.len(), 1);
    let refusal = refused(
        tenant
            .clients
            .sync
            .clone()
            .sync_now(SyncNowRequest {
                tenant_id: tenant.id.clone(),
                ..SyncNowRequest::default()
            })
            .await,
    );
    assert_eq!(refusal.reason, "NO_SETTINGS");
    assert_eq!(
        refused(tenant.clients.sync.clone().delete_settings(request).await).reason,
        "NO_SETTINGS"
    );
    let again = Directory {
        bind_password: None,
        ..forest.settings()
    };
    assert_eq!(
        refused(tenant.put_directory(again).await).reason,
        "PASSWORD_REQUIRED"
    );
    Ok(())
}
