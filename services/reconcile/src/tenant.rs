//! A tenant under its lock: what begins a run, ends one, or changes the tenant's data goes through here.

mod asked;

use jiff::Timestamp;
use rollcall_chassis::pg::PgTimestamp;
use rollcall_domain::{Fence, RunId, TenantId};
use sqlx::{FromRow, PgConnection, PgPool, Postgres, Transaction};
use uuid::Uuid;

use crate::error::{During, ReconcileError};

pub(crate) use asked::{CurrentSettings, RunRequest, removals_paused, settings};

/// A run of a tenant, as the worker names it that began it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LeaseKey {
    pub(crate) tenant: TenantId,
    pub(crate) run: RunId,
    pub(crate) fence: Fence,
}

/// The row of `reconcile.tenant`: read under the lock, changed here, and written back as a whole.
#[derive(Clone, Debug, FromRow)]
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

/// A transaction that holds the tenant's lock.
pub(crate) struct TenantTx {
    transaction: Transaction<'static, Postgres>,
    pub(crate) tenant: TenantId,
    pub(crate) row: TenantRow,
}

impl TenantTx {
    /// Takes the lock, then the row. Whoever commits first decides what the next one sees.
    pub(crate) async fn open(pool: &PgPool, tenant: &TenantId) -> Result<Self, ReconcileError> {
        let mut transaction = pool.begin().await.during("begin a transaction")?;
        // Longer than a large run takes to be applied; not so long that those who wait take every connection for good.
        sqlx::query("SET LOCAL lock_timeout = '30s'")
            .execute(&mut *transaction)
            .await
            .during("bound the wait for the tenant")?;
        sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended('rollcall.tenant:' || $1, 0))")
            .bind(tenant.as_str())
            .execute(&mut *transaction)
            .await
            .during("lock the tenant")?;
        Self::locked(transaction, tenant).await
    }

    /// As [`Self::open`], but none if somebody else has the lock at the moment.
    pub(crate) async fn try_open(pool: &PgPool, tenant: &TenantId) -> Result<Option<Self>, ReconcileError> {
        let mut transaction = pool.begin().await.during("begin a transaction")?;
        let locked: bool = sqlx::query_scalar(
            "SELECT pg_try_advisory_xact_lock(hashtextextended('rollcall.tenant:' || $1, 0))",
        )
        .bind(tenant.as_str())
        .fetch_one(&mut *transaction)
        .await
        .during("try to lock the tenant")?;
        if locked {
            Self::locked(transaction, tenant).await.map(Some)
        } else {
            Ok(None)
        }
    }

    async fn locked(
        mut transaction: Transaction<'static, Postgres>,
        tenant: &TenantId,
    ) -> Result<Self, ReconcileError> {
        sqlx::query("INSERT INTO reconcile.tenant (tenant_id) VALUES ($1) ON CONFLICT DO NOTHING")
            .bind(tenant.as_str())
            .execute(&mut *transaction)
            .await
            .during("make the tenant's row")?;
        let row = sqlx::query_as(include_str!("tenant/load.sql"))
            .bind(tenant.as_str())
            .fetch_one(&mut *transaction)
            .await
            .during("read the tenant's row")?;
        Ok(Self {
            transaction,
            tenant: tenant.clone(),
            row,
        })
    }

    /// As [`Self::open`] for a run, which must still be the newest to have the tenant's lease.
    pub(crate) async fn open_held(pool: &PgPool, key: &LeaseKey) -> Result<Self, ReconcileError> {
        let tenant = Self::open(pool, &key.tenant).await?;
        if tenant.row.run_id == Some(key.run.as_uuid()) && tenant.row.fence == key.fence.0 {
            Ok(tenant)
        } else {
            Err(ReconcileError::Fenced)
        }
    }

    /// The connection, for statements of the same transaction.
    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }

    /// The time of this transaction, by the database's clock.
    pub(crate) fn now(&self) -> Timestamp {
        self.row.now.0
    }

    /// When the run that has the lease was last heard of.
    pub(crate) fn last_heartbeat(&self) -> Option<Timestamp> {
        self.row.beat_time.map(|time| time.0)
    }

    /// Until when the run that has the lease must have ended.
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

    /// Takes the lease back, with what was only of use while the run had it.
    pub(crate) async fn release(&mut self) -> Result<(), ReconcileError> {
        self.row.run_id = None;
        self.row.worker = None;
        self.row.settings_generation = None;
        self.row.deadline = None;
        sqlx::query("DELETE FROM reconcile.heartbeat WHERE tenant_id = $1")
            .bind(self.tenant.as_str())
            .execute(&mut *self.transaction)
            .await
            .during("end the heartbeat")?;
        sqlx::query("DELETE FROM reconcile.staged_batch WHERE tenant_id = $1")
            .bind(self.tenant.as_str())
            .execute(&mut *self.transaction)
            .await
            .during("drop what was staged")?;
        Ok(())
    }

    /// Writes the row back and commits. Without it nothing of the transaction happened.
    pub(crate) async fn commit(mut self) -> Result<(), ReconcileError> {
        let row = &self.row;
        sqlx::query(include_str!("tenant/save.sql"))
            .bind(self.tenant.as_str())
            .bind(row.fence)
            .bind(row.run_id)
            .bind(row.worker.as_deref())
            .bind(row.settings_generation)
            .bind(row.deadline)
            .bind(row.portal_generation)
            .bind(row.applied)
            .bind(row.next_row_id)
            .bind(row.outbox_sequence)
            .bind(row.digest.as_deref())
            .bind(row.inputs.as_deref())
            .bind(row.steady_keep)
            .bind(row.steady_stale)
            .bind(row.steady_skip)
            .bind(row.accounts)
            .bind(row.domain_generation)
            .bind(row.account_version)
            .bind(row.removal_generation)
            .bind(row.server_id.as_deref())
            .bind(row.refused_binds)
            .bind(row.refused_credential_generation)
            .bind(row.paused_credential_generation)
            .execute(&mut *self.transaction)
            .await
            .during("write the tenant's row")?;
        self.transaction.commit().await.during("commit")
    }
}
