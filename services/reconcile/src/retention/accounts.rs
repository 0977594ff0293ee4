//! The purge of accounts that nobody restored in time.

use std::collections::BTreeMap;

use rollcall_domain::TenantId;
use uuid::Uuid;

use super::{STEP, Steps};
use crate::{
    error::{During, ReconcileError},
    reconciler::Reconciler,
    tenant::TenantTx,
};

impl Reconciler {
    /// Purges removed accounts with the addresses that they kept.
    pub(super) async fn purge_accounts(&self) -> Result<(), ReconcileError> {
        let mut steps = Steps::new();
        let mut purged = 0;
        loop {
            let step = self.purge_some().await?;
            purged += step;
            if !steps.goes_on(step) {
                break;
            }
        }
        self.dropped("account", purged);
        Ok(())
    }

    async fn purge_some(&self) -> Result<u64, ReconcileError> {
        let candidates: Vec<(String, Uuid)> =
            sqlx::query_as(include_str!("../../sql/account/purge_candidates.sql"))
                .bind(self.retention.removed_accounts.as_secs())
                .bind(i64::from(STEP))
                .fetch_all(&self.gates.runs.pool)
                .await
                .during("look for removed accounts")?;
        let mut by_tenant: BTreeMap<String, Vec<Uuid>> = BTreeMap::new();
        for (tenant, account) in candidates {
            by_tenant.entry(tenant).or_default().push(account);
        }
        let mut purged = 0;
        for (tenant, accounts) in by_tenant {
            let tenant =
                TenantId::parse(&tenant).map_err(|_| ReconcileError::Unreadable { what: "tenant" })?;
            purged += self.purge_of(&tenant, &accounts).await?;
        }
        Ok(purged)
    }

    /// Under the tenant's lock, or a run that restores one of them just now would find it gone. A tenant that somebody has
    /// locked is left for the next sweep.
    async fn purge_of(&self, tenant: &TenantId, accounts: &[Uuid]) -> Result<u64, ReconcileError> {
        let Some(mut tx) = TenantTx::try_open(&self.gates.runs, tenant).await? else {
            return Ok(0);
        };
        let purged: Vec<Uuid> = sqlx::query_scalar(include_str!("../../sql/account/purge.sql"))
            .bind(tenant.as_str())
            .bind(accounts)
            .bind(self.retention.removed_accounts.as_secs())
            .fetch_all(tx.connection())
            .await
            .during("purge removed accounts")?;
        sqlx::query("DELETE FROM portal.removed_address WHERE tenant_id = $1 AND account_id = ANY($2)")
            .bind(tenant.as_str())
            .bind(&purged)
            .execute(tx.connection())
            .await
            .during("purge the addresses of removed accounts")?;
        tx.commit().await?;
        Ok(purged.len() as u64)
    }
}
