//! Tenants that nobody has heard of.

use rollcall_client::{Client, Newest, Service, newest_run};
use rollcall_proto::v1::{GetDomainsRequest, ListAccountsRequest};
use rollcall_terms::Refusal;

use crate::{args::Subject, error::Error, settings};

/// Refuses a tenant of which nothing is known: an empty list would hide that its id is mistyped. A tenant counts as known
/// while a service cannot say.
pub(crate) async fn check_known(client: &Client, tenant: &str) -> Result<(), Error> {
    let known = has_domains(client, tenant).await
        || has_settings(client, tenant).await
        || has_runs(client, tenant).await
        || has_accounts(client, tenant).await;
    if known {
        return Ok(());
    }
    Err(Error::UnknownTenant {
        tenant: tenant.to_owned(),
    })
}

/// The error of a command that found nothing: that the tenant is unknown, if it is.
pub(crate) async fn unknown(client: &Client, subject: &Subject, error: Error) -> Error {
    match &subject.tenant {
        Some(tenant) => check_known(client, tenant).await.err().unwrap_or(error),
        None => error,
    }
}

async fn has_domains(client: &Client, tenant: &str) -> bool {
    let Ok(mut accounts) = client.reconcile().await else {
        return true;
    };
    let request = GetDomainsRequest {
        tenant_id: tenant.to_owned(),
    };
    let answer = accounts.get_domains(request).await;
    answer.map_or(true, |answer| !answer.into_inner().domains.is_empty())
}

async fn has_settings(client: &Client, tenant: &str) -> bool {
    !matches!(settings::saved(client, tenant).await, Ok(None))
}

async fn has_runs(client: &Client, tenant: &str) -> bool {
    match newest_run(client, tenant, Newest::Any).await {
        Err(rollcall_client::Error::NoRunYet { .. }) => false,
        Err(error) => error.refusal() != Some(Refusal::NoTenant),
        Ok(_) => true,
    }
}

async fn has_accounts(client: &Client, tenant: &str) -> bool {
    let Ok(mut results) = client.results().await else {
        return true;
    };
    let request = ListAccountsRequest {
        tenant_id: tenant.to_owned(),
        page_size: 1,
        ..ListAccountsRequest::default()
    };
    match results.list_accounts(request).await {
        Ok(answer) => !answer.into_inner().accounts.is_empty(),
        Err(status) => {
            let error = rollcall_client::Error::of_call(Service::Results, "", status);
            error.refusal() != Some(Refusal::NoTenant)
        }
    }
}
