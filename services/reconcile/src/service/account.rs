//! The portal's own writes.

use std::sync::Arc;

use rollcall_chassis::status::Violations;
use rollcall_domain::TenantId;
use rollcall_proto::v1::{
    GetDomainsRequest, GetDomainsResponse, PutAccountRequest, PutAccountResponse, PutDomainsRequest,
    PutDomainsResponse, RemoveAccountRequest, RemoveAccountResponse, RestoreAccountRequest,
    RestoreAccountResponse, SetProtectedRequest, SetProtectedResponse,
    account_service_server::AccountService,
};
use tonic::{Request, Response, Status};

use crate::{
    accounts::{AccountKey, account_edit},
    convert,
    domains::DomainList,
    error::ReconcileError,
    reconciler::Reconciler,
};

/// AccountService.
pub(crate) struct AccountCalls {
    pub(crate) reconciler: Arc<Reconciler>,
}

#[tonic::async_trait]
impl AccountService for AccountCalls {
    async fn put_domains(
        &self,
        request: Request<PutDomainsRequest>,
    ) -> Result<Response<PutDomainsResponse>, Status> {
        let request = request.into_inner();
        // Thousands of names are not read on a thread that serves calls.
        let parsed = self.reconciler.workshop.briefly(move || {
            let mut violations = Violations::default();
            let tenant = violations.check("tenant_id", TenantId::parse(&request.tenant_id));
            let list = DomainList::parse(&request.domains, &mut violations);
            tenant.zip(list).ok_or(ReconcileError::Malformed(violations))
        });
        let (tenant, list) = parsed.await??;
        let domains = self.reconciler.put_domains(&tenant, &list).await?;
        Ok(Response::new(PutDomainsResponse { domains }))
    }

    async fn get_domains(
        &self,
        request: Request<GetDomainsRequest>,
    ) -> Result<Response<GetDomainsResponse>, Status> {
        let tenant = convert::tenant(&request.into_inner().tenant_id)?;
        let domains = self.reconciler.get_domains(&tenant).await?;
        Ok(Response::new(GetDomainsResponse { domains }))
    }

    async fn put_account(
        &self,
        request: Request<PutAccountRequest>,
    ) -> Result<Response<PutAccountResponse>, Status> {
        let request = request.into_inner();
        let mut violations = Violations::default();
        let tenant = violations.check("tenant_id", TenantId::parse(&request.tenant_id));
        // An account that is missing is one without an address.
        let wanted = account_edit(&request.account.unwrap_or_default(), &mut violations);
        let (Some(tenant), Some(wanted)) = (tenant, wanted) else {
            return Err(ReconcileError::Malformed(violations).into());
        };
        let account = Some(self.reconciler.put_account(&tenant, &wanted).await?);
        Ok(Response::new(PutAccountResponse { account }))
    }

    async fn remove_account(
        &self,
        request: Request<RemoveAccountRequest>,
    ) -> Result<Response<RemoveAccountResponse>, Status> {
        let request = request.into_inner();
        let key = AccountKey::parse(&request.tenant_id, &request.account_id)?;
        let account = Some(self.reconciler.remove_account(&key).await?);
        Ok(Response::new(RemoveAccountResponse { account }))
    }

    async fn restore_account(
        &self,
        request: Request<RestoreAccountRequest>,
    ) -> Result<Response<RestoreAccountResponse>, Status> {
        let request = request.into_inner();
        let key = AccountKey::parse(&request.tenant_id, &request.account_id)?;
        let account = self.reconciler.restore_account(&key).await?;
        Ok(Response::new(RestoreAccountResponse {
            account: Some(account),
        }))
    }

    async fn set_protected(
        &self,
        request: Request<SetProtectedRequest>,
    ) -> Result<Response<SetProtectedResponse>, Status> {
        let request = request.into_inner();
        let key = AccountKey::parse(&request.tenant_id, &request.account_id)?;
        let account = self.reconciler.set_protected(&key, request.is_protected).await?;
        Ok(Response::new(SetProtectedResponse {
            account: Some(account),
        }))
    }
}
