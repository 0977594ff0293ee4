//! The row of a tenant: its lease, its history, its last applied read, its generations and its refused binds. All of it
//! is read under the lock, and changes are written back. The lease is written by the statements that begin and end runs.

use jiff::Timestamp;
use rollcall_chassis::pg::{Access, PgTimestamp};
use rollcall_domain::{Fence, Hints, RunId, Skipped, TenantId, plan::Footprint};
use rollcall_proto::internal::v1::DirectoryServer;
use rollcall_terms::skipped::StoredSkipped;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::{
    gate::Gate,
    hints,
    run_status::RunStatus,
    scheduler_views::{RequestedRun, RunRequest, SettingsRow},
};
use crate::error::{During, ReconcileError};

/// The tenant's rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TenantRow {
    pub(crate) lease: Lease,
    pub(crate) history: History,
    pub(crate) last_read: LastRead,
    pub(crate) generations: Generations,
    pub(crate) refused_binds: RefusedBinds,
}

/// The lease, free or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lease {
    /// Grows with every lease.
    pub(crate) fence: Fence,
    /// The run that has it.
    pub(crate) run: Option<RunId>,
    pub(crate) worker: Option<String>,
    /// Of the settings that the worker was given.
    pub(crate) settings_generation: Option<i64>,
    /// Time by which the run must have ended.
    pub(crate) deadline: Option<Timestamp>,
}

impl Lease {
    /// No run has the lease from here on.
    pub(crate) fn end(&mut self) {
        *self = Self {
            fence: self.fence,
            run: None,
            worker: None,
            settings_generation: None,
            deadline: None,
        };
    }
}

/// The numbers that grow as runs and the portal change things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct History {
    /// Applied runs: the state of the claims' history.
    pub(crate) applied: i64,
    pub(crate) next_row_id: i64,
    /// The last event that was put into the outbox.
    pub(crate) outbox_sequence: i64,
    /// Live accounts.
    pub(crate) accounts: i64,
    /// The last version that was given to accounts.
    pub(crate) account_version: i64,
}

/// The last applied read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LastRead {
    /// `None` if it had none that can be compared.
    pub(crate) digest: Option<Vec<u8>>,
    /// A hash of everything else that decided on it.
    pub(crate) inputs: Option<Vec<u8>>,
    /// The server that answered it; `None` if the worker could not name it.
    pub(crate) server: Option<DirectoryServer>,
    /// Hints that some object of it showed.
    pub(crate) hints: Hints,
    /// The counts of a run that finds everything as it left it.
    pub(crate) steady_objects: i64,
    pub(crate) steady_claims: i64,
    pub(crate) steady_keep: i64,
    pub(crate) steady_stale: i64,
    pub(crate) steady_skip: i64,
    pub(crate) steady_spoilt: i64,
    /// Claims of the read that its plan counted as no e-mail.
    pub(crate) steady_not_email: i64,
    /// The skipped claims by reason.
    pub(crate) steady_skipped: Skipped,
}

/// Generations of what decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Generations {
    /// Grows with every change that the portal makes to its own data.
    pub(crate) portal: i64,
    /// Grows with every change of the tenant's domains.
    pub(crate) domains: i64,
    /// Of the settings with which Remove Accounts was last switched on, once a run was applied with it.
    pub(crate) removal: Option<i64>,
}

/// Binds that the directory refused in a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RefusedBinds {
    pub(crate) count: i32,
    /// The credential that they concern.
    pub(crate) credential: Option<i64>,
    /// The credential that pauses the schedule.
    pub(crate) paused: Option<i64>,
    /// The credential that the directory accepted when it saw it last.
    pub(crate) accepted: Option<i64>,
}

/// A tenant as it was read.
pub(super) struct Loaded {
    pub(super) row: TenantRow,
    pub(super) requested: RequestedRun,
    /// Time at which the run that has the lease was last heard of.
    pub(super) beat_time: Option<Timestamp>,
    /// Time of the transaction, by the database's clock.
    pub(super) now: Timestamp,
}

/// The columns of `sql/tenant/load.sql`.
struct Columns {
    fence: i64,
    run_id: Option<Uuid>,
    worker: Option<String>,
    settings_generation: Option<i64>,
    deadline: Option<PgTimestamp>,
    applied: i64,
    next_row_id: i64,
    outbox_sequence: i64,
    accounts: i64,
    account_version: i64,
    digest: Option<Vec<u8>>,
    inputs: Option<Vec<u8>>,
    server_id: Option<String>,
    server_host: Option<String>,
    server_address: Option<String>,
    hints: i16,
    steady_objects: i64,
    steady_claims: i64,
    steady_keep: i64,
    steady_stale: i64,
    steady_skip: i64,
    steady_spoilt: i64,
    steady_not_email: i64,
    steady_skipped: Json<StoredSkipped>,
    portal_generation: i64,
    domain_generation: i64,
    removal_generation: Option<i64>,
    refused_binds: i32,
    refused_credential_generation: Option<i64>,
    paused_credential_generation: Option<i64>,
    accepted_credential_generation: Option<i64>,
    beat_time: Option<PgTimestamp>,
    now: PgTimestamp,
    is_requested: bool,
    kind: Option<String>,
    trigger: Option<String>,
    cancel_requested: Option<bool>,
    acts_on_run_id: Option<Uuid>,
    expect_preview_run_id: Option<Uuid>,
    state: Option<String>,
    takeovers: Option<i32>,
    settings: Option<Vec<u8>>,
    sealed_credential: Option<Vec<u8>>,
    generation: Option<i64>,
    credential_generation: Option<i64>,
    renewed_seal: Option<Vec<u8>>,
    switched_on_generation: Option<i64>,
    removals_paused: bool,
}

impl Columns {
    fn row(&mut self) -> Result<TenantRow, ReconcileError> {
        Ok(TenantRow {
            lease: Lease {
                fence: Fence(self.fence),
                run: self.run_id.map(RunId::from_uuid),
                worker: self.worker.take(),
                settings_generation: self.settings_generation,
                deadline: self.deadline.map(|PgTimestamp(time)| time),
            },
            history: History {
                applied: self.applied,
                next_row_id: self.next_row_id,
                outbox_sequence: self.outbox_sequence,
                accounts: self.accounts,
                account_version: self.account_version,
            },
            last_read: LastRead {
                digest: self.digest.take(),
                inputs: self.inputs.take(),
                server: self.server(),
                hints: hints::from_sql(self.hints)?,
                steady_objects: self.steady_objects,
                steady_claims: self.steady_claims,
                steady_keep: self.steady_keep,
                steady_stale: self.steady_stale,
                steady_skip: self.steady_skip,
                steady_spoilt: self.steady_spoilt,
                steady_not_email: self.steady_not_email,
                steady_skipped: self.steady_skipped.0.0,
            },
            generations: Generations {
                portal: self.portal_generation,
                domains: self.domain_generation,
                removal: self.removal_generation,
            },
            refused_binds: RefusedBinds {
                count: self.refused_binds,
                credential: self.refused_credential_generation,
                paused: self.paused_credential_generation,
                accepted: self.accepted_credential_generation,
            },
        })
    }

    fn server(&mut self) -> Option<DirectoryServer> {
        Some(DirectoryServer {
            id: self.server_id.take()?,
            host: self.server_host.take().unwrap_or_default(),
            address: self.server_address.take().unwrap_or_default(),
        })
    }

    fn requested(self, run: Option<RunId>) -> RequestedRun {
        let settings = match (self.settings, self.sealed_credential) {
            (Some(settings), Some(sealed_credential)) => Some(SettingsRow {
                settings,
                sealed_credential,
                generation: self.generation.unwrap_or_default(),
                credential_generation: self.credential_generation.unwrap_or_default(),
                renewed_seal: self.renewed_seal,
                removal_generation: self.switched_on_generation,
            }),
            _ => None,
        };
        RequestedRun {
            run,
            request: self.is_requested.then(|| RunRequest {
                kind: self.kind.unwrap_or_default(),
                trigger: self.trigger.unwrap_or_default(),
                cancel_requested: self.cancel_requested.unwrap_or_default(),
                acts_on_run_id: self.acts_on_run_id,
                expect_preview_run_id: self.expect_preview_run_id,
            }),
            status: self
                .state
                .map(|state| RunStatus::new(&state, self.takeovers.unwrap_or_default())),
            settings,
            removals_paused: self.removals_paused,
        }
    }
}

/// Reads the tenant's rows, with what is known of a run; `None` if nothing was ever done for it.
pub(super) async fn load(
    connection: &mut PgConnection,
    tenant: &TenantId,
    run: Option<RunId>,
) -> Result<Option<Loaded>, ReconcileError> {
    let columns = sqlx::query_file_as!(
        Columns,
        "sql/tenant/load.sql",
        tenant.as_str(),
        run.map(RunId::as_uuid)
    )
    .fetch_optional(connection)
    .await
    .during("read the tenant's row and its run")?;
    let Some(mut columns) = columns else {
        return Ok(None);
    };
    Ok(Some(Loaded {
        row: columns.row()?,
        beat_time: columns.beat_time.map(|PgTimestamp(time)| time),
        now: columns.now.0,
        requested: columns.requested(run),
    }))
}

/// Makes the tenant's rows.
pub(super) async fn insert(connection: &mut PgConnection, tenant: &TenantId) -> Result<(), ReconcileError> {
    sqlx::query_file!("sql/tenant/insert.sql", tenant.as_str())
        .execute(connection)
        .await
        .during("make the tenant's rows")?;
    Ok(())
}

impl Generations {
    pub(super) async fn save(
        self,
        connection: &mut PgConnection,
        tenant: &TenantId,
    ) -> Result<(), ReconcileError> {
        sqlx::query_file!(
            "sql/tenant/save_generations.sql",
            tenant.as_str(),
            self.portal,
            self.domains,
            self.removal
        )
        .execute(connection)
        .await
        .during("note the generations")?;
        Ok(())
    }
}

impl RefusedBinds {
    pub(super) async fn save(
        self,
        connection: &mut PgConnection,
        tenant: &TenantId,
    ) -> Result<(), ReconcileError> {
        sqlx::query_file!(
            "sql/tenant/save_refused_binds.sql",
            tenant.as_str(),
            self.count,
            self.credential,
            self.paused,
            self.accepted
        )
        .execute(connection)
        .await
        .during("note the refused binds")?;
        Ok(())
    }
}

/// Memory of the tenant's part of the portal, with its history.
pub(crate) async fn footprint(gate: &Gate, tenant: &TenantId) -> Result<Footprint, ReconcileError> {
    let mut tx = gate.tenant(tenant, Access::Read).await?;
    let footprint = sqlx::query_file!("sql/tenant/footprint.sql", tenant.as_str())
        .fetch_one(tx.connection())
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
