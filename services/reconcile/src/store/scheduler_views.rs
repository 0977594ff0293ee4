//! The scheduler's data about a tenant: its requests, its settings, and the operator's permissions.

use rollcall_chassis::pg::{Access, TenantTx};
use rollcall_domain::{RunId, TenantId};
use rollcall_proto::{internal, v1};
use rollcall_terms::names;
use uuid::Uuid;

use super::{gate::Gate, run_status::RunStatus};
use crate::error::{During, ReconcileError};

/// A run as it was asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct RunRequest {
    pub(crate) kind: String,
    pub(crate) trigger: String,
    pub(crate) cancel_requested: bool,
    /// The HELD run that is approved, or the sync that is reverted.
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

    /// True if a read that equals the last applied one ends the run. A preview lists everything; an approval and a
    /// run that follows a preview are decided on what was shown.
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
    pub(crate) credential: internal::v1::SealedCredential,
    /// The same password under a newer key, as an earlier run sealed it.
    pub(crate) renewed_credential: Option<internal::v1::SealedCredential>,
    pub(crate) generation: i64,
    /// With which generation the credential, or where it is sent, was last given.
    pub(crate) credential_generation: i64,
    /// Generation with which Remove Accounts was last switched on; `None` while it is off.
    pub(crate) removal_generation: Option<i64>,
}

impl CurrentSettings {
    /// True if Remove Accounts is on.
    pub(crate) fn removes(&self) -> bool {
        self.settings
            .removal
            .is_some_and(|removal| removal.remove_accounts)
    }
}

#[derive(Clone, Debug)]
pub(super) struct SettingsRow {
    pub(super) settings: Vec<u8>,
    pub(super) sealed_credential: Vec<u8>,
    pub(super) generation: i64,
    pub(super) credential_generation: i64,
    pub(super) renewed_seal: Option<Vec<u8>>,
    pub(super) removal_generation: Option<i64>,
}

impl SettingsRow {
    pub(super) fn decode(self) -> Result<CurrentSettings, ReconcileError> {
        let current = CurrentSettings {
            settings: decode(&self.settings, "settings")?,
            credential: decode(&self.sealed_credential, "sealed credential")?,
            renewed_credential: self
                .renewed_seal
                .map(|seal| decode(&seal, "renewed seal"))
                .transpose()?,
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

/// True if a run of the tenant may remove accounts as things stand.
pub(crate) async fn may_remove(gate: &Gate, tenant: &TenantId) -> Result<bool, ReconcileError> {
    let mut tx = gate.tenant(tenant, Access::Read).await?;
    let current = settings(tenant, &mut tx).await?;
    if !current.is_some_and(|current| current.removes()) {
        return Ok(false);
    }
    Ok(!removals_paused(&mut tx).await?)
}

/// A tenant's settings as they are now.
pub(crate) async fn current(
    gate: &Gate,
    tenant: &TenantId,
) -> Result<Option<CurrentSettings>, ReconcileError> {
    let mut tx = gate.tenant(tenant, Access::Read).await?;
    settings(tenant, &mut tx).await
}

async fn settings(tenant: &TenantId, tx: &mut TenantTx) -> Result<Option<CurrentSettings>, ReconcileError> {
    let row = sqlx::query_file_as!(SettingsRow, "sql/settings/of_tenant.sql", tenant.as_str())
        .fetch_optional(tx.connection())
        .await
        .during("read the settings")?;
    row.map(SettingsRow::decode).transpose()
}

async fn removals_paused(tx: &mut TenantTx) -> Result<bool, ReconcileError> {
    let paused = sqlx::query_file_scalar!("sql/fleet/removals_paused.sql")
        .fetch_optional(tx.connection())
        .await
        .during("read whether removals are paused")?;
    Ok(paused.unwrap_or_default())
}

/// A run as it was asked for, and what decides on it, all as of the lock.
#[derive(Clone, Debug)]
pub(super) struct RequestedRun {
    /// `None` if the transaction is about no run.
    pub(super) run: Option<RunId>,
    pub(super) request: Option<RunRequest>,
    pub(super) status: Option<RunStatus>,
    /// Decoded only on request: settings that cannot be read must not stop other tenants.
    pub(super) settings: Option<SettingsRow>,
    pub(super) removals_paused: bool,
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
