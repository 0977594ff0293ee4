//! The portal's own writes.

use std::sync::Arc;

use rollcall_chassis::{audit::Act, pg::PgTimestamp, status::Violations};
use rollcall_domain::TenantId;
use rollcall_proto::v1::{
    GetDomainOwnerRequest, GetDomainOwnerResponse, GetDomainsRequest, GetDomainsResponse, PutAccountRequest,
    PutAccountResponse, PutDomainsRequest, PutDomainsResponse, ReleaseDomainRequest, ReleaseDomainResponse,
    RemoveAccountRequest, RemoveAccountResponse, RestoreAccountRequest, RestoreAccountResponse,
    SetProtectedRequest, SetProtectedResponse, account_service_server::AccountService,
};
use rollcall_terms::time::to_proto;
use tonic::{Request, Response, Status};

use super::{
    account_request::account_edit,
    domain_list::{domain_list, named_domain},
};
use crate::{
    error::ReconcileError,
    ids::{self, AccountKey},
    resources::Resources,
    runs::edits::{
        accounts,
        domains::{self, ReplaceOnly},
    },
};

/// AccountService.
pub(crate) struct AccountCalls {
    pub(crate) resources: Arc<Resources>,
}

#[tonic::async_trait]
impl AccountService for AccountCalls {
    async fn put_domains(
        &self,
        request: Request<PutDomainsRequest>,
    ) -> Result<Response<PutDomainsResponse>, Status> {
        let act = Act::of(&request).about(&request.get_ref().tenant_id);
        let request = request.into_inner();
        // Thousands of names are not read on a thread that serves calls.
        let only = ReplaceOnly {
            etag: request.etag,
            if_unused: request.if_unused,
        };
        let parsed = self.resources.workshop.briefly(move || {
            let mut violations = Violations::default();
            let tenant = violations.check("tenant_id", TenantId::parse(&request.tenant_id));
            let list = domain_list(&request.domains, &mut violations);
            tenant.zip(list).ok_or(ReconcileError::Malformed(violations))
        });
        let (tenant, list) = parsed.await??;
        let domains = domains::put_domains(&self.resources, &act, &tenant, &list, &only).await?;
        let etag = domains::etag(&domains);
        Ok(Response::new(PutDomainsResponse { domains, etag }))
    }

    async fn get_domains(
        &self,
        request: Request<GetDomainsRequest>,
    ) -> Result<Response<GetDomainsResponse>, Status> {
        let tenant = ids::tenant(&request.into_inner().tenant_id)?;
        let domains = domains::get_domains(&self.resources.store, &tenant).await?;
        let etag = domains::etag(&domains);
        Ok(Response::new(GetDomainsResponse { domains, etag }))
    }

    async fn get_domain_owner(
        &self,
        request: Request<GetDomainOwnerRequest>,
    ) -> Result<Response<GetDomainOwnerResponse>, Status> {
        let name = named_domain(&request.into_inner().name)?;
        let owner = domains::owner(&self.resources.store, &name).await?;
        let name = name.as_str().to_owned();
        Ok(Response::new(match owner {
            Some(owner) => GetDomainOwnerResponse {
                name,
                tenant_id: owner.tenant_id,
                alias_of: owner.alias_of.unwrap_or_default(),
                reserved_until: owner.reserved_until.map(|PgTimestamp(time)| to_proto(time)),
            },
            None => GetDomainOwnerResponse {
                name,
                ..GetDomainOwnerResponse::default()
            },
        }))
    }

    async fn release_domain(
        &self,
        request: Request<ReleaseDomainRequest>,
    ) -> Result<Response<ReleaseDomainResponse>, Status> {
        let act = Act::of(&request);
        let name = named_domain(&request.into_inner().name)?;
        let tenant = domains::release(&self.resources.store, &act, &name).await?;
        let tenant_id = tenant.to_string();
        Ok(Response::new(ReleaseDomainResponse { tenant_id }))
    }

    async fn put_account(
        &self,
        request: Request<PutAccountRequest>,
    ) -> Result<Response<PutAccountResponse>, Status> {
        let act = Act::of(&request).about(&request.get_ref().tenant_id);
        let request = request.into_inner();
        let mut violations = Violations::default();
        let tenant = violations.check("tenant_id", TenantId::parse(&request.tenant_id));
        // An account that is missing is one without an address.
        let wanted = account_edit(&request.account.unwrap_or_default(), &mut violations);
        let (Some(tenant), Some(wanted)) = (tenant, wanted) else {
            return Err(ReconcileError::Malformed(violations).into());
        };
        let Resources { store, reports, .. } = &*self.resources;
        let account = Some(accounts::put_account(store, reports, &act, &tenant, &wanted).await?);
        Ok(Response::new(PutAccountResponse { account }))
    }

    async fn remove_account(
        &self,
        request: Request<RemoveAccountRequest>,
    ) -> Result<Response<RemoveAccountResponse>, Status> {
        let act = Act::of(&request).about(&request.get_ref().tenant_id);
        let request = request.into_inner();
        let key = AccountKey::parse(&request.tenant_id, &request.account_id)?;
        let Resources { store, reports, .. } = &*self.resources;
        let account = Some(accounts::remove_account(store, reports, &act, &key).await?);
        Ok(Response::new(RemoveAccountResponse { account }))
    }

    async fn restore_account(
        &self,
        request: Request<RestoreAccountRequest>,
    ) -> Result<Response<RestoreAccountResponse>, Status> {
        let act = Act::of(&request).about(&request.get_ref().tenant_id);
        let request = request.into_inner();
        let key = AccountKey::parse(&request.tenant_id, &request.account_id)?;
        let Resources { store, reports, .. } = &*self.resources;
        let account = accounts::restore_account(store, reports, &act, &key).await?;
        Ok(Response::new(RestoreAccountResponse {
            account: Some(account),
        }))
    }

    async fn set_protected(
        &self,
        request: Request<SetProtectedRequest>,
    ) -> Result<Response<SetProtectedResponse>, Status> {
        let act = Act::of(&request).about(&request.get_ref().tenant_id);
        let request = request.into_inner();
        let key = AccountKey::parse(&request.tenant_id, &request.account_id)?;
        let Resources { store, reports, .. } = &*self.resources;
        let account = accounts::set_protected(store, reports, &act, &key, request.is_protected).await?;
        Ok(Response::new(SetProtectedResponse {
            account: Some(account),
        }))
    }
}
