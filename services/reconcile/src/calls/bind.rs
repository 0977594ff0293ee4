//! The calls about binds of accounts, in and out of messages.

use rollcall_proto::internal::v1::{
    BindPermit, BindResult, PermitBindRequest, PermitBindResponse, SettleBindRequest, SettleBindResponse,
};
use rollcall_terms::time;
use tonic::Status;

use crate::{
    account_binds::{Account, Permit, Settled},
    error::ReconcileError,
    ids,
    resources::Resources,
    runs::account_binds::{self, Answer, Stored},
};

/// Answers if a bind may be tried.
pub(super) async fn permit(
    resources: &Resources,
    request: PermitBindRequest,
) -> Result<PermitBindResponse, Status> {
    let account = account(&request.account)?;
    let stored = match request.credential_generation {
        0 => None,
        generation => Some(Stored {
            tenant: ids::tenant(&request.tenant_id)?,
            generation,
            address: request.address,
        }),
    };
    let (permit, until) = match account_binds::permit(resources, &account, stored).await? {
        Answer::Proven => (BindPermit::Proven, None),
        Answer::Decided(Permit::Granted) => (BindPermit::Granted, None),
        Answer::Decided(Permit::Wait) => (BindPermit::Wait, None),
        Answer::Decided(Permit::Paused(until)) => (BindPermit::Paused, Some(until)),
    };
    Ok(PermitBindResponse {
        permit: permit.into(),
        paused_until: until.map(time::to_proto),
    })
}

/// Notes the result of a bind.
pub(super) async fn settle(
    resources: &Resources,
    request: &SettleBindRequest,
) -> Result<SettleBindResponse, Status> {
    let settled = match request.result() {
        BindResult::Accepted => Settled::Accepted,
        BindResult::Refused => Settled::Refused,
        BindResult::Unspecified => Settled::Unknown,
    };
    account_binds::settle(resources, &account(&request.account)?, settled, !request.proven).await?;
    Ok(SettleBindResponse {})
}

fn account(bytes: &[u8]) -> Result<Account, ReconcileError> {
    bytes
        .try_into()
        .map_err(|_| ReconcileError::Submission("the account is not 16 bytes long"))
}
