//! What the scheduler tells of a tenant: what was asked for, with which settings, and what the operator allows.

use rollcall_chassis::names;
use rollcall_domain::RunId;
use rollcall_proto::v1;
use sqlx::{FromRow, PgExecutor};
use uuid::Uuid;

use super::TenantTx;
use crate::error::{During, ReconcileError};

/// A run as it was asked for.
#[derive(Clone, Debug, Default, FromRow)]
pub(crate) struct RunRequest {
    pub(crate) kind: String,
    pub(crate) trigger: String,
    pub(crate) cancel_requested: bool,
    /// The HELD run that is approved, or the sync that is taken back.
    pub(crate) acts_on_run_id: Option<Uuid>,
    /// The preview that was looked at before.
    pub(crate) expect_preview_run_id: Option<Uuid>,
}

impl RunRequest {
    pub(crate) fn kind(&self) -> v1::RunKind {
        names::from_nullable(Some(&self.kind))
    }

    pub(crate) fn trigger(&self) -> v1::RunTrigger {
        names::from_nullable(Some(&self.trigger))
    }

    /// Whether a read that equals the last applied one ends the run. A preview lists everything; an approval and what follows a
    /// preview are decided on what was shown.
    pub(crate) fn may_be_unchanged(&self) -> bool {
        self.kind() == v1::RunKind::Sync
            && self.trigger() != v1::RunTrigger::Approval
            && self.expect_preview_run_id.is_none()
    }
}

/// A tenant's settings as they are now.
#[derive(Clone, Debug, Default)]
pub(crate) struct CurrentSettings {
    pub(crate) settings: v1::Settings,
    pub(crate) credential: v1::SealedCredential,
    pub(crate) generation: i64,
    /// With which generation the credential, or where it is sent, was last given.
    pub(crate) credential_generation: i64,
    /// With which generation Remove Accounts was last switched on; none while it is off.
    pub(crate) removal_generation: Option<i64>,
}

impl CurrentSettings {
    /// Whether Remove Accounts is on.
    pub(crate) fn removes(&self) -> bool {
        self.settings
            .removal
            .is_some_and(|removal| removal.remove_accounts)
    }
}

#[derive(FromRow)]
struct SettingsRow {
    settings: Vec<u8>,
    sealed_credential: Vec<u8>,
    generation: i64,
    credential_generation: i64,
    removal_generation: Option<i64>,
}

impl SettingsRow {
    fn decode(self) -> Result<CurrentSettings, ReconcileError> {
        let current = CurrentSettings {
            settings: decode(&self.settings, "settings")?,
            credential: decode(&self.sealed_credential, "sealed credential")?,
            generation: self.generation,
            credential_generation: self.credential_generation,
            removal_generation: None,
        };
        Ok(CurrentSettings {
            removal_generation: self.removal_generation.filter(|_| current.removes()),
            ..current
        })
    }
}

/// A tenant's settings; none if they were deleted.
pub(crate) async fn settings(
    tenant: &str,
    executor: impl PgExecutor<'_>,
) -> Result<Option<CurrentSettings>, ReconcileError> {
    let row: Option<SettingsRow> = sqlx::query_as(
        "SELECT settings, sealed_credential, generation, credential_generation, removal_generation \
         FROM scheduler.reconcile_settings WHERE tenant_id = $1",
    )
    .bind(tenant)
    .fetch_optional(executor)
    .await
    .during("read the settings")?;
    row.map(SettingsRow::decode).transpose()
}

/// Whether the operator has paused the removals of all tenants.
pub(crate) async fn removals_paused(executor: impl PgExecutor<'_>) -> Result<bool, ReconcileError> {
    let paused: Option<bool> = sqlx::query_scalar("SELECT removals_paused FROM scheduler.reconcile_fleet")
        .fetch_optional(executor)
        .await
        .during("read whether removals are paused")?;
    Ok(paused.unwrap_or_default())
}

impl TenantTx {
    /// The run as it was asked for; none if nobody asked, or the request is no more.
    pub(crate) async fn request(&mut self, run: RunId) -> Result<Option<RunRequest>, ReconcileError> {
        let id = self.tenant.as_str().to_owned();
        sqlx::query_as(
            "SELECT kind, trigger, cancel_requested, acts_on_run_id, expect_preview_run_id \
             FROM scheduler.reconcile_run_request WHERE tenant_id = $1 AND run_id = $2",
        )
        .bind(id)
        .bind(run.as_uuid())
        .fetch_optional(self.connection())
        .await
        .during("read the run's request")
    }

    /// The tenant's settings; none if they were deleted.
    pub(crate) async fn settings(&mut self) -> Result<Option<CurrentSettings>, ReconcileError> {
        let id = self.tenant.as_str().to_owned();
        settings(&id, self.connection()).await
    }

    /// Whether absences of this tenant are withheld by the operator: never while Remove Accounts is off.
    pub(crate) async fn removals_paused(
        &mut self,
        current: &CurrentSettings,
    ) -> Result<bool, ReconcileError> {
        Ok(current.removes() && removals_paused(self.connection()).await?)
    }
}

fn decode<M: prost::Message + Default>(bytes: &[u8], what: &'static str) -> Result<M, ReconcileError> {
    M::decode(bytes).map_err(|source| ReconcileError::Undecodable { what, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(kind: &str, trigger: &str) -> RunRequest {
        RunRequest {
            kind: kind.to_owned(),
            trigger: trigger.to_owned(),
            ..RunRequest::default()
        }
    }

    #[test]
    fn only_a_sync_that_follows_nothing_shown_may_be_unchanged() {
        assert!(request("SYNC", "MANUAL").may_be_unchanged());
        assert!(request("SYNC", "SCHEDULED").may_be_unchanged());
        assert!(!request("PREVIEW", "MANUAL").may_be_unchanged());
        assert!(!request("SYNC", "APPROVAL").may_be_unchanged());
        let expecting = RunRequest {
            expect_preview_run_id: Some(Uuid::nil()),
            ..request("SYNC", "MANUAL")
        };
        assert!(!expecting.may_be_unchanged());
    }
}
