//! `rollcall domains`.

use rollcall_client::{Client, Service, view::DomainList};
use rollcall_proto::v1::{Domain, GetDomainsRequest, PutDomainsRequest};

use crate::{args::DomainsCommand, error::Error, exit::Exit, output::Output, table};

/// Puts or shows a tenant's domains.
pub(crate) async fn run(
    client: &Client,
    command: DomainsCommand,
    output: &mut Output,
) -> Result<Exit, Error> {
    let failed = client.failed(Service::Reconcile);
    let mut accounts = client.reconcile().await?;
    let (tenant, domains) = match command {
        DomainsCommand::Put { tenant, domains, .. } => {
            let domains = domains
                .into_iter()
                .map(|d| Domain {
                    name: d.name,
                    alias_of: d.alias_of,
                })
                .collect();
            let request = PutDomainsRequest {
                tenant_id: tenant.clone(),
                domains,
            };
            (
                tenant,
                accounts
                    .put_domains(request)
                    .await
                    .map_err(failed)?
                    .into_inner()
                    .domains,
            )
        }
        DomainsCommand::Show { tenant } => {
            let request = GetDomainsRequest {
                tenant_id: tenant.clone(),
            };
            (
                tenant,
                accounts
                    .get_domains(request)
                    .await
                    .map_err(failed)?
                    .into_inner()
                    .domains,
            )
        }
    };
    let view = DomainList::new(tenant, &domains);
    output.answer(&view, |look| table::domains(&view, look))?;
    Ok(Exit::Success)
}
