//! Data whose time is over: accounts, reservations of domains, rows and summaries of runs.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use rollcall_chassis::pg::Access;
use rollcall_domain::TenantId;
use uuid::Uuid;

use super::{gate::Gate, tenant_lock::TenantLock};
use crate::error::{During, ReconcileError};

/// Rows that one step dropped, by kind.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Dropped {
    pub(crate) rows: i64,
    hidden: i64,
    accounts: i64,
    addresses: i64,
}

impl Dropped {
    /// The largest of the numbers.
    pub(crate) fn most(self) -> u64 {
        let most = self.rows.max(self.hidden).max(self.accounts).max(self.addresses);
        most.unsigned_abs()
    }
}

/// Accounts that were removed so long ago, by tenant, at most so many.
pub(crate) async fn removed_accounts(
    gate: &Gate,
    period: SignedDuration,
    most: i64,
) -> Result<BTreeMap<TenantId, Vec<Uuid>>, ReconcileError> {
    let mut tx = gate.fleet(Access::Read).await?;
    let rows = sqlx::query_file!("sql/account/purge_candidates.sql", period.as_secs(), most)
        .fetch_all(tx.connection())
        .await
        .during("look for removed accounts")?;
    let mut by_tenant: BTreeMap<TenantId, Vec<Uuid>> = BTreeMap::new();
    for row in rows {
        let tenant =
            TenantId::parse(&row.tenant_id).map_err(|_| ReconcileError::Unreadable { what: "tenant" })?;
        by_tenant.entry(tenant).or_default().push(row.account_id);
    }
    Ok(by_tenant)
}

/// Purges those of the accounts that are still removed, and answers which.
pub(crate) async fn purge_accounts(
    tenant: &mut TenantLock,
    accounts: &[Uuid],
    period: SignedDuration,
) -> Result<Vec<Uuid>, ReconcileError> {
    sqlx::query_file_scalar!(
        "sql/account/purge.sql",
        tenant.tenant.as_str(),
        accounts,
        period.as_secs()
    )
    .fetch_all(tenant.connection())
    .await
    .during("purge removed accounts")
}

/// Drops reservations of domains whose time is over, at most so many.
pub(crate) async fn drop_reservations(gate: &Gate, most: i64) -> Result<u64, ReconcileError> {
    let mut tx = gate.fleet(Access::Write).await?;
    let dropped = sqlx::query_file!("sql/reserved_domain/purge.sql", most)
        .execute(tx.connection())
        .await
        .during("drop reservations of domains")?;
    tx.commit().await.during("commit")?;
    Ok(dropped.rows_affected())
}

/// Runs whose rows have had their time, by tenant, at most so many.
pub(crate) async fn expired_runs(
    gate: &Gate,
    most: i64,
) -> Result<BTreeMap<String, Vec<Uuid>>, ReconcileError> {
    let mut tx = gate.fleet(Access::Read).await?;
    let expired = sqlx::query_file!("sql/run_outcome/expired.sql", most)
        .fetch_all(tx.connection())
        .await
        .during("look for runs whose rows have had their time")?;
    let mut by_tenant: BTreeMap<String, Vec<Uuid>> = BTreeMap::new();
    for run in expired {
        by_tenant.entry(run.tenant_id).or_default().push(run.run_id);
    }
    Ok(by_tenant)
}

/// Drops rows that are shown only for this run, and the data of its revert: of each kind at most so many.
pub(crate) async fn drop_rows_of_run(
    gate: &Gate,
    tenant: &str,
    run: Uuid,
    most: i64,
) -> Result<Dropped, ReconcileError> {
    let mut tx = gate.tenant_named(tenant, Access::Write).await?;
    let dropped = sqlx::query_file_as!(Dropped, "sql/claim_history/drop_of_run.sql", tenant, run, most)
        .fetch_one(tx.connection())
        .await
        .during("drop the rows of a run")?;
    tx.commit().await.during("commit")?;
    Ok(dropped)
}

/// Drops rows of the history that ended before the oldest state that is shown: open ones never are among them.
pub(crate) async fn drop_history(gate: &Gate, tenant: &str, most: i64) -> Result<u64, ReconcileError> {
    let mut tx = gate.tenant_named(tenant, Access::Write).await?;
    let dropped = sqlx::query_file!("sql/claim_history/drop.sql", tenant, most)
        .execute(tx.connection())
        .await
        .during("drop rows of the history")?;
    tx.commit().await.during("commit")?;
    Ok(dropped.rows_affected())
}

/// Notes that a run's rows are gone; answers how many runs that concerned.
pub(crate) async fn mark_dropped(gate: &Gate, tenant: &str, run: Uuid) -> Result<u64, ReconcileError> {
    let mut tx = gate.tenant_named(tenant, Access::Write).await?;
    let marked = sqlx::query_file!("sql/run_outcome/mark_dropped.sql", tenant, run)
        .execute(tx.connection())
        .await
        .during("note that the rows are gone")?;
    tx.commit().await.during("commit")?;
    Ok(marked.rows_affected())
}

/// Drops outcomes that are older and no longer have rows, at most so many.
pub(crate) async fn drop_summaries(
    gate: &Gate,
    period: SignedDuration,
    most: i64,
) -> Result<u64, ReconcileError> {
    let mut tx = gate.fleet(Access::Write).await?;
    let dropped = sqlx::query_file!("sql/run_outcome/drop.sql", period.as_secs(), most)
        .execute(tx.connection())
        .await
        .during("drop the summaries of runs")?;
    tx.commit().await.during("commit")?;
    Ok(dropped.rows_affected())
}

/// Marks all of the tenant's previews but the newest: of those only the summary is kept.
pub(crate) async fn supersede_previews(tenant: &mut TenantLock, kept: u32) -> Result<(), ReconcileError> {
    sqlx::query_file!(
        "sql/run_outcome/supersede_previews.sql",
        tenant.tenant.as_str(),
        i64::from(kept)
    )
    .execute(tenant.connection())
    .await
    .during("mark previews of which only the summary is kept")?;
    Ok(())
}

/// Marks all of the tenant's HELD runs but the newest: of those only the summary is kept.
pub(crate) async fn supersede_held_runs(tenant: &mut TenantLock, kept: u32) -> Result<(), ReconcileError> {
    sqlx::query_file!(
        "sql/run_outcome/supersede_held.sql",
        tenant.tenant.as_str(),
        i64::from(kept)
    )
    .execute(tenant.connection())
    .await
    .during("mark HELD runs of which only the summary is kept")?;
    Ok(())
}
