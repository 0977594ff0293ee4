//! The portal's own writes.

use std::sync::Arc;

use rollcall_chassis::status::Violations;
use rollcall_domain::TenantId;
use rollcall_proto::v1::{
    GetDomainsRequest, GetDomainsResponse, PutDomainsRequest, PutDomainsResponse,
    account_service_server::AccountService,
};
use tonic::{Request, Response, Status};

use crate::{convert, domains::DomainList, error::ReconcileError, reconciler::Reconciler};

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
        let mut violations = Violations::default();
        let tenant = violations.check("tenant_id", TenantId::parse(&request.tenant_id));
        let list = DomainList::parse(&request.domains, &mut violations);
        let (Some(tenant), Some(list)) = (tenant, list) else {
            return Err(ReconcileError::Malformed(violations).into());
        };
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
}
