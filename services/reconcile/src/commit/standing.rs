//! The readiness of a run when it comes to its end.

use rollcall_domain::RunId;

use crate::{
    error::ReconcileError,
    outcome::DecidedBy,
    tenant::{CurrentSettings, RunRequest, TenantRow, TenantTx},
};

/// The readiness of a run when it comes to its end.
pub(crate) enum Standing {
    /// It was cancelled, or its settings were deleted.
    Cancelled,
    /// It may be applied.
    Current(Box<Applicable>),
}

/// A run that may be applied, and under which settings.
pub(crate) struct Applicable {
    pub(crate) request: RunRequest,
    pub(crate) current: CurrentSettings,
}

impl Standing {
    /// Looks under the lock, so that nothing changes until the end.
    pub(crate) async fn of(tenant: &mut TenantTx, run: RunId) -> Result<Self, ReconcileError> {
        let request = tenant
            .request(run)
            .await?
            .filter(|request| !request.cancel_requested);
        let (Some(request), Some(current)) = (request, tenant.settings().await?) else {
            return Ok(Self::Cancelled);
        };
        if tenant.row.settings_generation != Some(current.generation) {
            return Err(ReconcileError::SettingsChanged);
        }
        Ok(Self::Current(Box::new(Applicable { request, current })))
    }
}

impl Applicable {
    /// The generations that it is decided by.
    pub(crate) fn decided_by(&self, row: &TenantRow) -> DecidedBy {
        DecidedBy {
            settings: Some(self.current.generation),
            domains: Some(row.domain_generation),
            removal: self.current.removal_generation,
        }
    }
}
