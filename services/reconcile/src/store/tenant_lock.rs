//! A tenant under its lock: what begins a run, ends one, or changes the tenant's data goes through here.

use jiff::Timestamp;
use rollcall_chassis::{audit::Record, pg::tenant_lock::LockedTransaction};
use rollcall_domain::{Fence, RunId, TenantId, plan::Sightings};
use rollcall_terms::skipped::StoredSkipped;
use sqlx::{PgConnection, types::Json};

use super::{
    gate::Gate,
    hints,
    run_status::RunStatus,
    scheduler_views::{CurrentSettings, RequestedRun, RunRequest, SettingsRow},
    tenant::{self, History, LastRead, Lease, Loaded, TenantRow},
};
use crate::{
    error::{During, ReconcileError},
    ids::LeaseKey,
};

/// A transaction that holds the tenant's lock.
pub(crate) struct TenantLock {
    transaction: LockedTransaction,
    pub(crate) tenant: TenantId,
    /// The tenant's rows, to be changed.
    pub(crate) row: TenantRow,
    /// The same as it was read, with the run that the transaction is about.
    loaded: Loaded,
    /// The news for the portal: they are written with the row.
    news: Vec<News>,
    /// Which objects showed which hints, of a read that is applied: they are written with the row.
    sightings: Option<Sightings>,
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
        id: &TenantId,
        run: Option<RunId>,
    ) -> Result<Self, ReconcileError> {
        let connection = transaction.connection();
        let loaded = if let Some(loaded) = tenant::load(connection, id, run).await? {
            loaded
        } else {
            // The first time that anything is done for the tenant.
            tenant::insert(connection, id).await?;
            let loaded = tenant::load(connection, id, run).await?;
            loaded.ok_or(ReconcileError::Unreadable { what: "tenant's row" })?
        };
        Ok(Self {
            transaction,
            tenant: id.clone(),
            row: loaded.row.clone(),
            loaded,
            news: Vec::new(),
            sightings: None,
        })
    }

    /// As [`Self::open_for`] a run, which must still be the newest to have the tenant's lease.
    pub(crate) async fn open_held(gate: &Gate, key: &LeaseKey) -> Result<Self, ReconcileError> {
        let tenant = Self::open_for(gate, &key.tenant, key.run).await?;
        if tenant.row.lease.run == Some(key.run) && tenant.row.lease.fence == key.fence {
            Ok(tenant)
        } else {
            Err(ReconcileError::Fenced)
        }
    }

    /// Adds the news for the portal behind those that are there already.
    pub(crate) fn report(&mut self, news: News) {
        self.news.push(news);
    }

    /// Keeps which objects showed which hints, of the read that is applied.
    pub(crate) fn keep_sightings(&mut self, sightings: Sightings) {
        self.sightings = Some(sightings);
    }

    /// The connection, for statements of the same transaction.
    pub(super) fn connection(&mut self) -> &mut PgConnection {
        self.transaction.connection()
    }

    /// Lets statements see and change the rows of all tenants until [`Self::narrow`].
    pub(super) async fn widen(&mut self) -> Result<(), ReconcileError> {
        let widened = self.transaction.widen().await;
        widened.during("take the role for work on all tenants")
    }

    /// Lets statements see only the tenant's rows again.
    pub(super) async fn narrow(&mut self) -> Result<(), ReconcileError> {
        let narrowed = self.transaction.narrow().await;
        narrowed.during("give the role for work on all tenants back")
    }

    /// The time of this transaction, by the database's clock.
    pub(crate) fn now(&self) -> Timestamp {
        self.loaded.now
    }

    /// Time at which the run that has the lease was last heard of.
    pub(crate) fn last_heartbeat(&self) -> Option<Timestamp> {
        self.loaded.beat_time
    }

    /// Prepares the lease for a run, under a new fence. The beginning of the run writes it.
    pub(crate) fn lease(
        &mut self,
        run: RunId,
        worker: &str,
        settings_generation: i64,
        deadline: Timestamp,
    ) -> Fence {
        let fence = Fence(self.row.lease.fence.0 + 1);
        self.row.lease = Lease {
            fence,
            run: Some(run),
            worker: Some(worker.to_owned()),
            settings_generation: Some(settings_generation),
            deadline: Some(deadline),
        };
        fence
    }

    /// Releases the lease of a run that does not end with it, and deletes rows that were only of use while the run had it.
    pub(crate) async fn release(&mut self) -> Result<(), ReconcileError> {
        self.row.lease.end();
        sqlx::query_file!("sql/lease/release.sql", self.tenant.as_str())
            .execute(self.transaction.connection())
            .await
            .during("release the lease")?;
        Ok(())
    }

    /// The known facts of a run. They were read with the tenant's rows if the transaction is about it; else they are
    /// read now.
    async fn requested(&mut self, run: RunId) -> Result<&RequestedRun, ReconcileError> {
        if self.loaded.requested.run != Some(run) {
            let id = self.tenant.clone();
            let loaded = tenant::load(self.connection(), &id, Some(run)).await?;
            let loaded = loaded.ok_or(ReconcileError::Unreadable { what: "tenant's row" })?;
            self.loaded.requested = loaded.requested;
        }
        Ok(&self.loaded.requested)
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
    pub(crate) fn settings(&self) -> Result<Option<CurrentSettings>, ReconcileError> {
        let settings = self.loaded.requested.settings.clone();
        settings.map(SettingsRow::decode).transpose()
    }

    /// True if absences of this tenant are withheld by the operator: never while Remove Accounts is off.
    pub(crate) fn removals_paused(&self, current: &CurrentSettings) -> bool {
        current.removes() && self.loaded.requested.removals_paused
    }

    /// Lets statements be planned for the sets that they are given: a tenant that was just imported has no statistics
    /// yet, and a plan made for a handful of rows takes minutes with ten thousand. Every join is as good by hash. Before
    /// and after such sets, statements [keep their plans](Self::keep_plans).
    pub(crate) async fn prefer_hash_joins(&mut self) -> Result<(), ReconcileError> {
        sqlx::query_file!("sql/session/prefer_hash_joins.sql")
            .fetch_one(self.connection())
            .await
            .during("set how statements are planned")?;
        Ok(())
    }

    /// Lets statements keep their plans again, as they do from the lock on until [`Self::prefer_hash_joins`].
    pub(crate) async fn keep_plans(&mut self) -> Result<(), ReconcileError> {
        sqlx::query_file!("sql/session/keep_plans.sql")
            .fetch_one(self.connection())
            .await
            .during("set how statements are planned")?;
        Ok(())
    }

    /// Records the act that the transaction is, with it.
    pub(crate) async fn record(&mut self, record: Record) -> Result<(), ReconcileError> {
        let record = record.tenant(&self.tenant);
        record
            .write(self.transaction.connection())
            .await
            .during("record an act")
    }

    /// Writes back what has changed, and commits. Without it nothing of the transaction happened.
    pub(crate) async fn commit(mut self) -> Result<(), ReconcileError> {
        let TenantRow {
            lease: _,
            history,
            last_read,
            generations,
            refused_binds,
        } = &self.row;
        let (before, id) = (&self.loaded.row, &self.tenant);
        let connection = self.transaction.connection();
        let history_changes = *history != before.history || !self.news.is_empty();
        // An applied run changes both, and each statement counts in a small run.
        if history_changes || *last_read != before.last_read {
            let sightings = self.sightings.as_ref();
            save_history(connection, id, *history, last_read, sightings, &self.news).await?;
        }
        if *generations != before.generations {
            generations.save(connection, id).await?;
        }
        if *refused_binds != before.refused_binds {
            refused_binds.save(connection, id).await?;
        }
        self.transaction.commit().await.during("commit")
    }
}

/// Writes the history's numbers and the last read, with the events that are numbered by them.
async fn save_history(
    connection: &mut PgConnection,
    tenant: &TenantId,
    history: History,
    read: &LastRead,
    sightings: Option<&Sightings>,
    news: &[News],
) -> Result<(), ReconcileError> {
    let server = read.server.as_ref();
    let sequences: Vec<i64> = news.iter().map(|news| news.sequence).collect();
    let routing_keys: Vec<&str> = news.iter().map(|news| news.routing_key).collect();
    let payloads: Vec<&[u8]> = news.iter().map(|news| news.payload.as_slice()).collect();
    sqlx::query_file!(
        "sql/tenant/save_history.sql",
        tenant.as_str(),
        history.applied,
        history.next_row_id,
        history.outbox_sequence,
        history.accounts,
        history.account_version,
        read.digest.as_deref(),
        read.inputs.as_deref(),
        server.map(|server| server.id.as_str()),
        server.map(|server| server.host.as_str()),
        server.map(|server| server.address.as_str()),
        read.steady_keep,
        read.steady_stale,
        read.steady_skip,
        &sequences,
        &routing_keys,
        &payloads as &[&[u8]],
        read.steady_not_email,
        hints::to_sql(read.hints),
        sightings.map(Sightings::as_octets),
        Json(StoredSkipped(read.steady_skipped)) as _,
        read.steady_spoilt,
        read.steady_objects,
        read.steady_claims
    )
    .execute(connection)
    .await
    .during("write the tenant's history and its events")?;
    Ok(())
}
