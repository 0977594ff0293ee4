//! Bad input gets a clear status, a stable code and a sentence that helps, and nothing is saved by half.

use anyhow::Result;
use rollcall_e2e::{Forest, Tenant, person, status::refused};
use rollcall_proto::v1::{
    CancelRunRequest, DeleteSettingsRequest, Directory, GetSettingsRequest, ListRowsRequest, ListRunsRequest,
    ListSettingsRequest, Schedule, Security, Settings, SyncNowRequest, ValidateFilterRequest,
};
use rollcall_testbed::Bed;
use tonic::Code;

async fn registered(word: &str) -> Result<(Tenant, Directory)> {
    let (tenant, forest) = Forest::openldap(word).await?;
    Ok((tenant, forest.settings()))
}

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
async fn each_malformed_field_is_named_all_in_one_answer() -> Result<()> {
    let (tenant, directory) = registered("fields").await?;
    let broken = Settings {
        directory: Some(Directory {
            hosts: vec!["ldaps://dc1.example:636".into()],
            port: 70_000,
            ca_certificates_pem: "no certificate".into(),
            search_base: "OU=a,,DC=b".into(),
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
        "settings.directory.search_base",
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
async fn a_tenant_that_nobody_knows_has_no_settings_no_runs_and_no_accounts() -> Result<()> {
    let tenant = Tenant::unknown(Bed::attach()?.endpoints()?, "unknown").await?;
    let (tenant_id, mut sync) = (tenant.id.clone(), tenant.clients.sync.clone());
    let refusal = refused(sync.get_settings(GetSettingsRequest { tenant_id }).await);
    assert_eq!(
        (refusal.code, refusal.reason.as_str()),
        (Code::NotFound, "NO_SETTINGS"),
        "{refusal:?}"
    );
    let refusal = refused(tenant.start_preview().await);
    assert_eq!(refusal.reason, "NO_SETTINGS", "{refusal:?}");
    let run = tenant.run("0190a0a0-0000-7000-8000-000000000000").await;
    assert_eq!(refused(run).reason, "NO_RUN");
    assert!(tenant.accounts().await?.is_empty());
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
async fn a_domain_has_one_owner_and_an_alias_of_an_alias_is_none() -> Result<()> {
    let (owner, _) = registered("owner").await?;
    let thief = Tenant::unknown(Bed::attach()?.endpoints()?, "thief").await?;
    let refusal = refused(
        thief
            .put_domains(&[(&thief.domain, ""), (&owner.domain, "")])
            .await,
    );
    assert_eq!(
        (refusal.code, refusal.reason.as_str()),
        (Code::AlreadyExists, "DOMAIN_OWNED"),
        "{refusal:?}"
    );
    assert!(!refusal.message.contains(&owner.id), "it is not said whose");

    let (one, two) = (format!("one.{}", thief.domain), format!("two.{}", thief.domain));
    for wrong in [
        vec![("not a domain", "")],
        vec![(thief.domain.as_str(), ""), (thief.domain.as_str(), "")],
        vec![(one.as_str(), "unknown.example")],
        vec![
            (thief.domain.as_str(), ""),
            (one.as_str(), thief.domain.as_str()),
            (two.as_str(), one.as_str()),
        ],
    ] {
        let refusal = refused(thief.put_domains(&wrong).await);
        assert_eq!(refusal.code, Code::InvalidArgument, "{wrong:?}: {refusal:?}");
    }
    let refusal = refused(thief.start_sync().await);
    assert_eq!(refusal.reason, "NO_SETTINGS");
    Ok(())
}

#[tokio::test]
async fn two_tenants_who_take_each_others_domains_at_once_are_refused_and_never_block_each_other()
-> Result<()> {
    let (one, _) = registered("one").await?;
    let (two, _) = registered("two").await?;
    for round in 0..20 {
        let ones = [(two.domain.as_str(), "")];
        let twos = [(one.domain.as_str(), "")];
        let answers = tokio::join!(one.put_domains(&ones), two.put_domains(&twos));
        for refusal in [refused(answers.0), refused(answers.1)] {
            assert_eq!(refusal.reason, "DOMAIN_OWNED", "round {round}: {refusal:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn another_tenants_run_is_not_found() -> Result<()> {
    let (owner, forest) = Forest::openldap("owner").await?;
    forest.add(&person("ann").primary(&owner.address("ann"))).await?;
    owner.put_directory(forest.settings()).await?;
    let run = owner.sync().await?;
    let (stranger, _) = registered("stranger").await?;

    for refusal in [
        refused(stranger.run(&run.run_id).await),
        refused(stranger.rows(&run.run_id).await),
        refused(stranger.run("0190a0a0-0000-7000-8000-000000000000").await),
    ] {
        assert_eq!(
            (refusal.code, refusal.reason.as_str()),
            (Code::NotFound, "NO_RUN"),
            "{refusal:?}"
        );
    }
    assert_eq!(
        refused(stranger.run("not-a-run-id").await).code,
        Code::InvalidArgument
    );

    let cancel = |tenant: &Tenant| {
        let request = CancelRunRequest {
            tenant_id: tenant.id.clone(),
            run_id: run.run_id.clone(),
        };
        let mut client = tenant.clients.sync.clone();
        async move { client.cancel_run(request).await }
    };
    assert_eq!(refused(cancel(&stranger).await).reason, "NO_RUN");
    assert_eq!(refused(cancel(&owner).await).reason, "RUN_FINISHED");
    Ok(())
}

#[tokio::test]
async fn a_page_token_of_another_query_is_refused() -> Result<()> {
    let (tenant, forest) = Forest::openldap("pages").await?;
    for n in 0..3 {
        forest
            .add(&person(&format!("p{n}")).primary(&tenant.address(&format!("p{n}"))))
            .await?;
    }
    tenant.put_directory(forest.settings()).await?;
    let run = tenant.sync().await?;
    let mut results = tenant.clients.results.clone();
    let query = ListRowsRequest {
        tenant_id: tenant.id.clone(),
        run_id: run.run_id.clone(),
        page_size: 2,
        ..ListRowsRequest::default()
    };
    let token = results
        .list_rows(query.clone())
        .await?
        .into_inner()
        .next_page_token;
    assert!(!token.is_empty());

    let other_query = ListRowsRequest {
        search: "p1".into(),
        page_token: token.clone(),
        ..query
    };
    let refusal = refused(results.list_rows(other_query).await);
    assert_eq!(
        (refusal.code, refusal.reason.as_str()),
        (Code::InvalidArgument, "PAGE_TOKEN"),
        "{refusal:?}"
    );
    let other_call = ListRunsRequest {
        tenant_id: tenant.id.clone(),
        page_size: 2,
        page_token: token.clone(),
    };
    assert_eq!(refused(results.list_runs(other_call).await).reason, "PAGE_TOKEN");
    let nonsense = ListRunsRequest {
        tenant_id: tenant.id.clone(),
        page_size: 2,
        page_token: "%%%".into(),
    };
    assert_eq!(refused(results.list_runs(nonsense).await).reason, "PAGE_TOKEN");
    let other_service = ListSettingsRequest {
        page_size: 2,
        page_token: token,
    };
    let refusal = refused(tenant.clients.sync.clone().list_settings(other_service).await);
    assert_eq!(
        (refusal.code, refusal.reason.as_str()),
        (Code::InvalidArgument, "PAGE_TOKEN"),
        "{refusal:?}"
    );
    Ok(())
}

#[tokio::test]
async fn deleted_settings_are_gone_with_their_credential_and_accounts_stay() -> Result<()> {
    let (tenant, forest) = Forest::openldap("deleted").await?;
    forest.add(&person("ann").primary(&tenant.address("ann"))).await?;
    tenant.put_directory(forest.settings()).await?;
    tenant.sync().await?;

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
