//! `rollcall domains`.

mod edit;

use std::time::Duration;

use rollcall_client::{
    Client, Error as Call, Service,
    view::{DomainList, DomainOwnerView, ReleasedView},
};
use rollcall_proto::v1::{
    Domain, GetDomainOwnerRequest, GetDomainsRequest, GetDomainsResponse, PutDomainsRequest,
    PutDomainsResponse, ReleaseDomainRequest, ReleaseDomainResponse,
};
use rollcall_terms::Refusal;

use crate::{
    args::{Confirmed, DomainsCommand},
    confirm::{Consent, ask},
    error::Error,
    exit::Exit,
    output::{Output, note},
    table, tenant,
};

/// Times that a change of single domains is tried. Each failure means that somebody else succeeded, or waits.
const MOST_TRIES: u32 = 10;
/// Wait for others whose changes of the tenant are under way, longer each time.
const BUSY: Duration = Duration::from_millis(100);

/// Shows or changes a tenant's domains.
pub(crate) async fn run(
    client: &Client,
    command: DomainsCommand,
    output: &mut Output,
) -> Result<Exit, Error> {
    match command {
        DomainsCommand::Show { tenant } => {
            let domains = get(client, &tenant).await?.domains;
            if domains.is_empty() {
                tenant::check_known(client, &tenant).await?;
            }
            show(tenant, &domains, output)
        }
        DomainsCommand::Add { tenant, domains } => {
            // Nothing is dropped, so nothing is asked.
            let confirmed = Confirmed { yes: true };
            let add = |before| Ok(edit::with(before, domains.clone()));
            edit(client, &tenant, add, confirmed, output).await
        }
        DomainsCommand::Remove {
            tenant,
            domains,
            confirmed,
        } => {
            let remove = |before| edit::without(&tenant, before, &domains);
            edit(client, &tenant, remove, confirmed, output).await
        }
        DomainsCommand::Put {
            tenant,
            domains,
            confirmed,
            ..
        } => {
            let read = get(client, &tenant).await?;
            let wanted = edit::with(Vec::new(), domains);
            replace(client, tenant, wanted, read.etag, confirmed, output).await
        }
        DomainsCommand::Owner { domain } => owner(client, domain, output).await,
        DomainsCommand::Release { domain } => release(client, domain, output).await,
    }
}

async fn owner(client: &Client, name: String, output: &mut Output) -> Result<Exit, Error> {
    let request = GetDomainOwnerRequest { name };
    let answer = client.reconcile().await?.get_domain_owner(request).await;
    let answer = answer.map_err(client.failed(Service::Reconcile))?.into_inner();
    let view = DomainOwnerView::from(&answer);
    output.answer(&view, |look| table::domain_owner(&view, look))?;
    Ok(Exit::Success)
}

async fn release(client: &Client, name: String, output: &mut Output) -> Result<Exit, Error> {
    let request = ReleaseDomainRequest { name: name.clone() };
    let answer = client.reconcile().await?.release_domain(request).await;
    let ReleaseDomainResponse { tenant_id } = answer.map_err(client.failed(Service::Reconcile))?.into_inner();
    let view = ReleasedView { name, tenant_id };
    output.answer(&view, |_| table::released(&view))?;
    Ok(Exit::Success)
}

fn show(tenant: String, domains: &[Domain], output: &mut Output) -> Result<Exit, Error> {
    let view = DomainList::new(tenant, domains);
    output.answer(&view, |look| table::domains(&view, look))?;
    Ok(Exit::Success)
}

async fn get(client: &Client, tenant: &str) -> Result<GetDomainsResponse, Error> {
    let request = GetDomainsRequest {
        tenant_id: tenant.to_owned(),
    };
    let answer = client.reconcile().await?.get_domains(request).await;
    Ok(answer.map_err(client.failed(Service::Reconcile))?.into_inner())
}

/// Changes single domains of the list as it is. If somebody else changes it in between, reads it again, a few times.
async fn edit(
    client: &Client,
    tenant: &str,
    change: impl Fn(Vec<Domain>) -> Result<Vec<Domain>, Error>,
    confirmed: Confirmed,
    output: &mut Output,
) -> Result<Exit, Error> {
    let mut tries = 0;
    loop {
        let read = get(client, tenant).await?;
        let wanted = change(read.domains)?;
        tries += 1;
        let done = replace(client, tenant.to_owned(), wanted, read.etag, confirmed, output).await;
        let Err(Error::Domains { call, .. }) = &done else {
            return done;
        };
        match call.refusal() {
            _ if tries == MOST_TRIES => return done,
            Some(Refusal::EtagMismatch) => {}
            Some(Refusal::TenantBusy) => tokio::time::sleep(BUSY * tries).await,
            _ => return done,
        }
    }
}

/// Replaces the list that was read, and no other. If domains in use would be dropped, asks first, or refuses where nobody
/// can be asked.
async fn replace(
    client: &Client,
    tenant: String,
    domains: Vec<Domain>,
    etag: String,
    confirmed: Confirmed,
    output: &mut Output,
) -> Result<Exit, Error> {
    let mut request = PutDomainsRequest {
        tenant_id: tenant.clone(),
        domains,
        etag,
        if_unused: !confirmed.yes,
    };
    let mut answer = put(client, request.clone()).await;
    if let Err(Error::Domains { call, .. }) = &answer
        && call.refusal() == Some(Refusal::DomainsInUse)
    {
        match ask(&format!("{call} Do it?"), false) {
            Ok(Consent::Given) => {
                request.if_unused = false;
                answer = put(client, request).await;
            }
            Ok(Consent::Refused) => {
                note("Nothing was changed.");
                return Ok(Exit::Refused);
            }
            // The refusal names the domains, also to a program.
            Err(Error::NobodyToAsk) => {}
            Err(error) => return Err(error),
        }
    }
    show(tenant, &answer?.domains, output)
}

async fn put(client: &Client, request: PutDomainsRequest) -> Result<PutDomainsResponse, Error> {
    let names: Vec<String> = request.domains.iter().map(as_given).collect();
    let answer = client.reconcile().await?.put_domains(request).await;
    let failed = client.failed(Service::Reconcile);
    match answer.map_err(failed) {
        Ok(answer) => Ok(answer.into_inner()),
        Err(call @ Call::Refused { .. }) => Err(Error::Domains {
            call: Box::new(call),
            names,
        }),
        Err(call) => Err(call.into()),
    }
}

/// `NAME` or `ALIAS=NAME`.
fn as_given(domain: &Domain) -> String {
    match domain.alias_of.as_str() {
        "" => domain.name.clone(),
        of => format!("{}={of}", domain.name),
    }
}
