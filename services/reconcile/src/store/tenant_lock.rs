//! A tenant under its lock: what begins a run, ends one, or changes the tenant's data goes through here.

use jiff::Timestamp;
use rollcall_chassis::pg::{PgTimestamp, tenant_lock::LockedTransaction};
use rollcall_domain::{Fence, RunId, TenantId};
use sqlx::PgConnection;

use super::{
    gate::Gate,
    run_status::RunStatus,
    scheduler_views::{CurrentSettings, RequestedRun, RunRequest, settings},
    tenant::{TenantRow, load},
};
use crate::{
    error::{During, ReconcileError},
    ids::LeaseKey,
};

/// A transaction that holds the tenant's lock.
pub(crate) struct TenantLock {
    transaction: LockedTransaction,
    pub(crate) tenant: TenantId,
    pub(crate) row: TenantRow,
    /// The run that the transaction is about, as it was asked for and as things stand.
    requested: Option<RequestedRun>,
    /// The news for the portal: they are written with the row.
    news: Vec<News>,
}

/// An event for the outbox.
pub(crate) struct News {
    pub(crate) sequence: i64,
    pub(crate) routing_key: &'static str,
    pub(crate) payload: Vec<u8>,
}

impl TenantLock {
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
            requested: loaded.1,
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
    pub(crate) fn report(&mut self, news: News) {
        self.news.push(news);
    }

    /// The connection, for statements of the same transaction.
    pub(super) fn connection(&mut self) -> &mut PgConnection {
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

    /// The known facts of a run. They were read with the row if the transaction is about it; else they are read now.
    async fn requested(&mut self, run: RunId) -> Result<&RequestedRun, ReconcileError> {
        if self
            .requested
            .as_ref()
            .is_none_or(|requested| requested.run != run)
        {
            let tenant = self.tenant.clone();
            let loaded = load(self.connection(), &tenant, Some(run)).await?;
            self.requested = loaded.and_then(|(_, requested)| requested);
        }
        self.requested
            .as_ref()
            .ok_or(ReconcileError::Unreadable { what: "tenant's row" })
    }

    /// The run as it was asked for; `None` if it was not asked for, or if the request no longer exists.
    pub(crate) async fn request(&mut self, run: RunId) -> Result<Option<RunRequest>, ReconcileError> {
        Ok(self.requested(run).await?.request.clone())
    }

    /// Status of a run that a worker has begun before; `None` if no worker has.
    pub(crate) async fn status(&mut self, run: RunId) -> Result<Option<RunStatus>, ReconcileError> {
        Ok(self.requested(run).await?.status)
    }

    /// The tenant's settings; `None` if they were deleted.
    pub(crate) async fn settings(&mut self) -> Result<Option<CurrentSettings>, ReconcileError> {
        if let Some(requested) = &self.requested {
            return Ok(requested.settings.clone());
        }
        let id = self.tenant.as_str().to_owned();
        settings(&id, self.connection()).await
    }

    /// True if absences of this tenant are withheld by the operator: never while Remove Accounts is off.
    pub(crate) fn removals_paused(&self, current: &CurrentSettings) -> bool {
        current.removes()
            && self
                .requested
                .as_ref()
                .is_some_and(|requested| requested.removals_paused)
    }

    /// The domains that the last applied read met and that others own, by name.
    pub(crate) fn foreign_domains(&self) -> &[String] {
        self.requested
            .as_ref()
            .map_or(&[], |requested| requested.foreign_domains.as_slice())
    }

    /// Lets statements be planned for the sets that they are given: a tenant that was just imported has no statistics
    /// yet, and a plan made for a handful of rows takes minutes with ten thousand. Every join is as good by hash.
    pub(crate) async fn prefer_hash_joins(&mut self) -> Result<(), ReconcileError> {
        sqlx::query_file!("sql/session/prefer_hash_joins.sql")
            .fetch_one(self.connection())
            .await
            .during("set how statements are planned")?;
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
