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
        let candidates = sqlx::query_file!(
            "sql/account/purge_candidates.sql",
            self.retention.removed_accounts.as_secs(),
            i64::from(STEP)
        )
        .fetch_all(&self.gates.runs.pool)
        .await
        .during("look for removed accounts")?;
        let mut by_tenant: BTreeMap<String, Vec<Uuid>> = BTreeMap::new();
        for account in candidates {
            by_tenant
                .entry(account.tenant_id)
                .or_default()
                .push(account.account_id);
        }
        let mut purged = 0;
        for (tenant, accounts) in by_tenant {
            let tenant =
                TenantId::parse(&tenant).map_err(|_| ReconcileError::Unreadable { what: "tenant" })?;
            purged += self.purge_of(&tenant, &accounts).await?;
        }
        Ok(purged)
    }

    /// Under the tenant's lock, or a run that restores one of them just now would find it gone. A tenant that another
    /// transaction has locked is left for the next sweep.
    async fn purge_of(&self, tenant: &TenantId, accounts: &[Uuid]) -> Result<u64, ReconcileError> {
        let Some(mut tx) = TenantTx::try_open(&self.gates.runs, tenant).await? else {
            return Ok(0);
        };
        let purged = sqlx::query_file_scalar!(
            "sql/account/purge.sql",
            tenant.as_str(),
            accounts,
            self.retention.removed_accounts.as_secs()
        )
        .fetch_all(tx.connection())
        .await
        .during("purge removed accounts")?;
        sqlx::query_file!("sql/removed_address/delete.sql", tenant.as_str(), &purged)
            .execute(tx.connection())
            .await
            .during("purge the addresses of removed accounts")?;
        tx.commit().await?;
        Ok(purged.len() as u64)
    }
}
