//! The tenant's row.

use rollcall_chassis::pg::PgTimestamp;
use rollcall_domain::{RunId, TenantId, plan::Footprint};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    gate::Gate,
    scheduler_views::{RequestedRun, RequestedRunRow},
};
use crate::error::{During, ReconcileError};

/// The row of `reconcile.tenant`: read under the lock, changed here, and written back as a whole.
#[derive(Clone, Debug)]
pub(crate) struct TenantRow {
    pub(crate) fence: i64,
    pub(crate) run_id: Option<Uuid>,
    pub(crate) worker: Option<String>,
    pub(crate) settings_generation: Option<i64>,
    pub(super) deadline: Option<PgTimestamp>,
    pub(crate) portal_generation: i64,
    pub(crate) applied: i64,
    pub(crate) next_row_id: i64,
    pub(crate) outbox_sequence: i64,
    pub(crate) digest: Option<Vec<u8>>,
    pub(crate) inputs: Option<Vec<u8>>,
    pub(crate) steady_keep: i64,
    pub(crate) steady_stale: i64,
    pub(crate) steady_skip: i64,
    pub(crate) accounts: i64,
    pub(crate) domain_generation: i64,
    pub(crate) account_version: i64,
    pub(crate) removal_generation: Option<i64>,
    pub(crate) server_id: Option<String>,
    pub(crate) refused_binds: i32,
    pub(crate) refused_credential_generation: Option<i64>,
    pub(crate) paused_credential_generation: Option<i64>,
    pub(super) beat_time: Option<PgTimestamp>,
    pub(super) now: PgTimestamp,
}

impl TenantRow {
    /// No run has the lease from here on.
    pub(crate) fn end_lease(&mut self) {
        self.run_id = None;
        self.worker = None;
        self.settings_generation = None;
        self.deadline = None;
    }
}

/// The tenant's row, with what is known of a run.
pub(super) async fn load(
    connection: &mut PgConnection,
    tenant: &TenantId,
    run: Option<RunId>,
) -> Result<Option<(TenantRow, Option<RequestedRun>)>, ReconcileError> {
    let Some(run) = run else {
        let row = sqlx::query_file_as!(TenantRow, "sql/tenant/load.sql", tenant.as_str())
            .fetch_optional(connection)
            .await
            .during("read the tenant's row")?;
        return Ok(row.map(|row| (row, None)));
    };
    let record = sqlx::query_file!("sql/tenant/load_with_run.sql", tenant.as_str(), run.as_uuid())
        .fetch_optional(connection)
        .await
        .during("read the tenant's row and its run")?;
    let Some(record) = record else {
        return Ok(None);
    };
    let asked = RequestedRunRow {
        asked_for: record.asked_for,
        kind: record.kind,
        trigger: record.trigger,
        cancel_requested: record.cancel_requested,
        acts_on_run_id: record.acts_on_run_id,
        expect_preview_run_id: record.expect_preview_run_id,
        state: record.state,
        takeovers: record.takeovers,
        settings: record.settings,
        sealed_credential: record.sealed_credential,
        generation: record.generation,
        credential_generation: record.credential_generation,
        switched_on_generation: record.switched_on_generation,
        removals_paused: record.removals_paused,
        foreign_domains: record.foreign_domains,
    };
    let row = TenantRow {
        fence: record.fence,
        run_id: record.run_id,
        worker: record.worker,
        settings_generation: record.settings_generation,
        deadline: record.deadline,
        portal_generation: record.portal_generation,
        applied: record.applied,
        next_row_id: record.next_row_id,
        outbox_sequence: record.outbox_sequence,
        digest: record.digest,
        inputs: record.inputs,
        steady_keep: record.steady_keep,
        steady_stale: record.steady_stale,
        steady_skip: record.steady_skip,
        accounts: record.accounts,
        domain_generation: record.domain_generation,
        account_version: record.account_version,
        removal_generation: record.removal_generation,
        server_id: record.server_id,
        refused_binds: record.refused_binds,
        refused_credential_generation: record.refused_credential_generation,
        paused_credential_generation: record.paused_credential_generation,
        beat_time: record.beat_time,
        now: record.now,
    };
    Ok(Some((row, Some(asked.decode(run)?))))
}

/// Memory of the tenant's part of the portal, with its history.
pub(crate) async fn footprint(gate: &Gate, tenant: &TenantId) -> Result<Footprint, ReconcileError> {
    let footprint = sqlx::query_file!("sql/tenant/footprint.sql", tenant.as_str())
        .fetch_one(&gate.pool)
        .await
        .during("read how much there is to decide on")?;
    let count = |count: i64| usize::try_from(count).unwrap_or_default();
    Ok(Footprint {
        accounts: count(footprint.accounts),
        addresses: count(footprint.addresses),
        rows: count(footprint.rows),
        ..Footprint::default()
    })
}
