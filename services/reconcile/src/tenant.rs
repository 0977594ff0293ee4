//! A tenant under its lock: what begins a run, ends one, or changes the tenant's data goes through here.

mod asked;
mod gate;

use jiff::Timestamp;
use rollcall_chassis::pg::{PgTimestamp, tenant_lock::LockedTransaction};
use rollcall_domain::{Fence, RunId, TenantId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::{During, ReconcileError};
use crate::lease_key::LeaseKey;

use asked::{Asked, AskedRow};
pub(crate) use asked::{CurrentSettings, RunRequest, removals_paused, settings};
pub(crate) use gate::{Gate, Gates};

/// The row of `reconcile.tenant`: read under the lock, changed here, and written back as a whole.
#[derive(Clone, Debug)]
pub(crate) struct TenantRow {
    pub(crate) fence: i64,
    pub(crate) run_id: Option<Uuid>,
    pub(crate) worker: Option<String>,
    pub(crate) settings_generation: Option<i64>,
    deadline: Option<PgTimestamp>,
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
    beat_time: Option<PgTimestamp>,
    now: PgTimestamp,
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

/// A transaction that holds the tenant's lock.
pub(crate) struct TenantTx {
    transaction: LockedTransaction,
    pub(crate) tenant: TenantId,
    pub(crate) row: TenantRow,
    /// The run that the transaction is about, as it was asked for and as things stand.
    asked: Option<Asked>,
    /// The news for the portal: they are written with the row.
    news: Vec<News>,
}

/// An event for the outbox.
pub(crate) struct News {
    pub(crate) sequence: i64,
    pub(crate) routing_key: &'static str,
    pub(crate) payload: Vec<u8>,
}

impl TenantTx {
    /// Takes the lock, then the row. The first to commit decides what the next one sees.
    pub(crate) async fn open(gate: &Gate, tenant: &TenantId) -> Result<Self, ReconcileError> {
        Self::locked(gate.lock(tenant).await?, tenant, None).await
    }

    /// As [`Self::open`], with what is known of a run: all of it is read at once.
    pub(crate) async fn open_for(gate: &Gate, tenant: &TenantId, run: RunId) -> Result<Self, ReconcileError> {
        Self::locked(gate.lock(tenant).await?, tenant, Some(run)).await
    }

    /// As [`Self::open`], but `None` if another transaction has the lock at the moment.
    pub(crate) async fn try_open(gate: &Gate, tenant: &TenantId) -> Result<Option<Self>, ReconcileError> {
        match gate.try_lock(tenant).await? {
            Some(transaction) => Self::locked(transaction, tenant, None).await.map(Some),
            None => Ok(None),
        }
    }

    async fn locked(
        mut transaction: LockedTransaction,
        tenant: &TenantId,
        run: Option<RunId>,
    ) -> Result<Self, ReconcileError> {
        let connection = transaction.connection();
        let loaded = if let Some(loaded) = load(connection, tenant, run).await? {
            loaded
        } else {
            // The first time that anything is done for the tenant.
            sqlx::query_file!("sql/tenant/insert.sql", tenant.as_str())
                .execute(&mut *connection)
                .await
                .during("make the tenant's row")?;
            let loaded = load(connection, tenant, run).await?;
            loaded.ok_or(ReconcileError::Unreadable { what: "tenant's row" })?
        };
        Ok(Self {
            transaction,
            tenant: tenant.clone(),
            row: loaded.0,
            asked: loaded.1,
            news: Vec::new(),
        })
    }

    /// As [`Self::open_for`] a run, which must still be the newest to have the tenant's lease.
    pub(crate) async fn open_held(gate: &Gate, key: &LeaseKey) -> Result<Self, ReconcileError> {
        let tenant = Self::open_for(gate, &key.tenant, key.run).await?;
        if tenant.row.run_id == Some(key.run.as_uuid()) && tenant.row.fence == key.fence.0 {
            Ok(tenant)
        } else {
            Err(ReconcileError::Fenced)
        }
    }

    /// Adds the news for the portal behind those that are there already.
    pub(crate) fn tell(&mut self, news: News) {
        self.news.push(news);
    }

    /// The connection, for statements of the same transaction.
    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        self.transaction.connection()
    }

    /// The time of this transaction, by the database's clock.
    pub(crate) fn now(&self) -> Timestamp {
        self.row.now.0
    }

    /// Time at which the run that has the lease was last heard of.
    pub(crate) fn last_heartbeat(&self) -> Option<Timestamp> {
        self.row.beat_time.map(|time| time.0)
    }

    /// Time by which the run that has the lease must have ended.
    pub(crate) fn deadline(&self) -> Option<Timestamp> {
        self.row.deadline.map(|time| time.0)
    }

    /// Gives the lease to a run, under a new fence.
    pub(crate) fn lease(
        &mut self,
        run: RunId,
        worker: &str,
        settings_generation: i64,
        deadline: Timestamp,
    ) -> Fence {
        self.row.fence += 1;
        self.row.run_id = Some(run.as_uuid());
        self.row.worker = Some(worker.to_owned());
        self.row.settings_generation = Some(settings_generation);
        self.row.deadline = Some(PgTimestamp(deadline));
        Fence(self.row.fence)
    }

    /// Lets the run that has the lease have it until then.
    pub(crate) fn keep_until(&mut self, deadline: Timestamp) {
        self.row.deadline = Some(PgTimestamp(deadline));
    }

    /// Takes the lease back from a run that does not end with it, and what was only of use while the run had it.
    pub(crate) async fn release(&mut self) -> Result<(), ReconcileError> {
        self.row.end_lease();
        sqlx::query_file!("sql/tenant/release.sql", self.tenant.as_str())
            .execute(self.transaction.connection())
            .await
            .during("take the lease back")?;
        Ok(())
    }

    /// Writes the row back and commits. Without it nothing of the transaction happened.
    pub(crate) async fn commit(mut self) -> Result<(), ReconcileError> {
        let row = &self.row;
        let sequences: Vec<i64> = self.news.iter().map(|news| news.sequence).collect();
        let routing_keys: Vec<&str> = self.news.iter().map(|news| news.routing_key).collect();
        let payloads: Vec<&[u8]> = self.news.iter().map(|news| news.payload.as_slice()).collect();
        sqlx::query_file!(
            "sql/tenant/save.sql",
            self.tenant.as_str(),
            row.fence,
            row.run_id,
            row.worker.as_deref(),
            row.settings_generation,
            row.deadline,
            row.portal_generation,
            row.applied,
            row.next_row_id,
            row.outbox_sequence,
            row.digest.as_deref(),
            row.inputs.as_deref(),
            row.steady_keep,
            row.steady_stale,
            row.steady_skip,
            row.accounts,
            row.domain_generation,
            row.account_version,
            row.removal_generation,
            row.server_id.as_deref(),
            row.refused_binds,
            row.refused_credential_generation,
            row.paused_credential_generation,
            &sequences,
            &routing_keys,
            &payloads as &[&[u8]]
        )
        .execute(self.transaction.connection())
        .await
        .during("write the tenant's row")?;
        self.transaction.commit().await.during("commit")
    }
}

async fn load(
    connection: &mut PgConnection,
    tenant: &TenantId,
    run: Option<RunId>,
) -> Result<Option<(TenantRow, Option<Asked>)>, ReconcileError> {
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
    let asked = AskedRow {
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
