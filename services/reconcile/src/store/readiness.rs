//! The readiness of a run when it comes to its end.

use rollcall_domain::RunId;

use super::{
    run_record::DecidedBy,
    scheduler_views::{CurrentSettings, RunRequest},
    tenant::Generations,
    tenant_lock::TenantLock,
};
use crate::error::ReconcileError;

/// The readiness of a run when it comes to its end.
pub(crate) enum Readiness {
    /// It was cancelled, or its settings were deleted.
    Cancelled,
    /// It may be applied.
    Ready(Box<ReadyRun>),
}

/// A run that may be applied, and under which settings.
pub(crate) struct ReadyRun {
    pub(crate) request: RunRequest,
    pub(crate) current: CurrentSettings,
}

impl Readiness {
    /// Looks under the lock, so that nothing changes until the end.
    pub(crate) async fn check(tenant: &mut TenantLock, run: RunId) -> Result<Self, ReconcileError> {
        let request = tenant
            .request(run)
            .await?
            .filter(|request| !request.cancel_requested);
        let (Some(request), Some(current)) = (request, tenant.settings()?) else {
            return Ok(Self::Cancelled);
        };
        if tenant.row.lease.settings_generation != Some(current.generation) {
            return Err(ReconcileError::SettingsChanged);
        }
        Ok(Self::Ready(Box::new(ReadyRun { request, current })))
    }
}

impl ReadyRun {
    /// The generations that it is decided by.
    pub(crate) fn decided_by(&self, generations: Generations) -> DecidedBy {
        DecidedBy {
            settings: Some(self.current.generation),
            domains: Some(generations.domains),
            removal: self.current.removal_generation,
        }
    }
}
