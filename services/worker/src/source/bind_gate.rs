//! Asks reconcile, before a password is sent, if the account may be tried now.
//!
//! Refused binds of an account count over all tenants, so that nobody guesses a password or locks an account by tests and
//! runs. A stored credential that the directory accepted when it saw it last is tried there in any case.

use std::{net::IpAddr, time::Duration};

use rollcall_domain::{bind_account, failure::BindOutcome};
use rollcall_proto::internal::v1::{BindPermit, BindResult, PermitBindRequest, SettleBindRequest};
use rollcall_terms::time;
use tokio::time::{Instant, sleep};

use super::error::ReadError;
use crate::reconcile::{self, Reconcile};

/// Pause before a bind that waits for others asks again.
const AGAIN: Duration = Duration::from_millis(500);
/// Time that it waits in all: others have their answer by then, or are given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// The gate before the binds of one run or test.
#[derive(Debug)]
pub(crate) enum BindGate {
    /// Kept by reconcile.
    Kept(Box<Keeper>),
    /// Open: no bind is counted.
    #[cfg(test)]
    Open,
}

/// The credential that is tried, and who knows its account.
#[derive(Debug)]
pub(crate) struct Keeper {
    /// Counts the binds.
    pub(crate) reconcile: Reconcile,
    /// The tenant; empty if the settings are none's yet.
    pub(crate) tenant_id: String,
    /// Names the stored credential, of which reconcile may know more; 0 if there is nothing to ask.
    pub(crate) credential_generation: i64,
    /// Address at which the directory accepted it when it saw it last, as far as reconcile said so.
    pub(crate) proven_at: Option<IpAddr>,
}

/// The leave to try one bind. Its result must be settled.
#[derive(Debug)]
#[must_use]
pub(crate) struct Pass<'a> {
    keeper: &'a Keeper,
    account: [u8; 16],
    is_proven: bool,
}

impl BindGate {
    /// The tenant; empty if the settings are none's yet.
    pub(crate) fn tenant_id(&self) -> &str {
        match self {
            Self::Kept(keeper) => &keeper.tenant_id,
            #[cfg(test)]
            Self::Open => "",
        }
    }

    /// The leave to bind as `username` at `server`; `None` if nothing is counted.
    pub(crate) async fn pass(&self, server: IpAddr, username: &str) -> Result<Option<Pass<'_>>, ReadError> {
        match self {
            Self::Kept(keeper) => keeper.pass(server, username).await.map(Some),
            #[cfg(test)]
            Self::Open => Ok(None),
        }
    }
}

impl Keeper {
    async fn pass(&self, server: IpAddr, username: &str) -> Result<Pass<'_>, ReadError> {
        let account = bind_account(server, username);
        let pass = |is_proven| Pass {
            keeper: self,
            account,
            is_proven,
        };
        if self.proven_at == Some(server) {
            return Ok(pass(true));
        }
        let end = Instant::now() + PATIENCE;
        loop {
            let request = PermitBindRequest {
                account: account.to_vec(),
                tenant_id: self.tenant_id.clone(),
                credential_generation: self.credential_generation,
                address: server.to_string(),
            };
            let answer = self.reconcile.permit_bind(request).await;
            let answer = answer.map_err(|error| ReadError::Internal(error.to_string()))?;
            match answer.permit() {
                BindPermit::Granted => return Ok(pass(false)),
                BindPermit::Proven => return Ok(pass(true)),
                BindPermit::Paused => {
                    let until = answer.paused_until.as_ref().and_then(time::from_proto);
                    return Err(ReadError::BindsPaused { until });
                }
                BindPermit::Wait | BindPermit::Unspecified if Instant::now() < end => sleep(AGAIN).await,
                BindPermit::Wait | BindPermit::Unspecified => {
                    return Err(ReadError::BindsPaused { until: None });
                }
            }
        }
    }
}

impl Pass<'_> {
    /// Reports the result. That a proven credential was accepted is no news.
    pub(crate) async fn settle(self, outcome: BindOutcome) {
        let result = match outcome {
            BindOutcome::Accepted => BindResult::Accepted,
            BindOutcome::Refused => BindResult::Refused,
            BindOutcome::Unknown => BindResult::Unspecified,
        };
        if self.is_proven && result != BindResult::Refused {
            return;
        }
        let request = SettleBindRequest {
            account: self.account.to_vec(),
            result: result.into(),
            proven: self.is_proven,
        };
        // Reconcile counts a bind that it does not hear of as refused.
        if let Err(error) = self.keeper.reconcile.settle_bind(request).await {
            reconcile::report(&error, "the bind's result could not be counted");
        }
    }
}
