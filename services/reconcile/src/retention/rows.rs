//! The rows of runs whose time is over: those of only one run, and those of the history that no run shows any more.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{STEP, Steps};
use crate::{
    error::{During, ReconcileError},
    reconciler::Reconciler,
};

/// Most runs with which one sweep is done.
const RUNS: i64 = 500;

/// Rows that one step dropped.
#[derive(Clone, Copy, Debug, Default)]
struct Dropped {
    rows: i64,
    hidden: i64,
    accounts: i64,
    addresses: i64,
}

impl Dropped {
    fn most(self) -> u64 {
        let most = self.rows.max(self.hidden).max(self.accounts).max(self.addresses);
        most.unsigned_abs()
    }
}

impl Reconciler {
    /// Drops the rows of expired runs, the oldest first. A run is marked once all that it had is gone.
    pub(super) async fn drop_rows(&self) -> Result<(), ReconcileError> {
        let expired = sqlx::query_file!("sql/run_outcome/expired.sql", RUNS)
            .fetch_all(&self.gates.runs.pool)
            .await
            .during("look for runs whose rows have had their time")?;
        let mut by_tenant: BTreeMap<String, Vec<Uuid>> = BTreeMap::new();
        for run in expired {
            by_tenant.entry(run.tenant_id).or_default().push(run.run_id);
        }
        let mut steps = Steps::new();
        for (tenant, runs) in by_tenant {
            self.drop_rows_of(&tenant, &runs, &mut steps).await?;
            if steps.is_over() {
                break;
            }
        }
        Ok(())
    }

    async fn drop_rows_of(
        &self,
        tenant: &str,
        runs: &[Uuid],
        steps: &mut Steps,
    ) -> Result<(), ReconcileError> {
        for run in runs {
            while steps.goes_on(self.drop_own_rows(tenant, *run).await?) {}
            if steps.is_over() {
                return Ok(());
            }
        }
        while steps.goes_on(self.drop_history(tenant).await?) {}
        if steps.is_over() {
            return Ok(());
        }
        let mut marked = 0;
        for run in runs {
            marked += self.mark(tenant, *run).await?;
        }
        self.dropped("rows_of_run", marked);
        Ok(())
    }

    /// Rows that are shown only for this run, and the data of its revert.
    async fn drop_own_rows(&self, tenant: &str, run: Uuid) -> Result<u64, ReconcileError> {
        let dropped = sqlx::query_file_as!(
            Dropped,
            "sql/claim_history/drop_of_run.sql",
            tenant,
            run,
            i64::from(STEP)
        )
        .fetch_one(&self.gates.runs.pool)
        .await
        .during("drop the rows of a run")?;
        self.metrics.dropped("row", dropped.rows.unsigned_abs());
        Ok(dropped.most())
    }

    async fn mark(&self, tenant: &str, run: Uuid) -> Result<u64, ReconcileError> {
        let marked = sqlx::query_file!("sql/run_outcome/mark_dropped.sql", tenant, run)
            .execute(&self.gates.runs.pool)
            .await
            .during("note that the rows are gone")?;
        Ok(marked.rows_affected())
    }

    /// Rows of the history that ended before the oldest state that is shown: open ones never are among them.
    async fn drop_history(&self, tenant: &str) -> Result<u64, ReconcileError> {
        let dropped = sqlx::query_file!("sql/claim_history/drop.sql", tenant, i64::from(STEP))
            .execute(&self.gates.runs.pool)
            .await
            .during("drop rows of the history")?
            .rows_affected();
        self.metrics.dropped("row", dropped);
        Ok(dropped)
    }
}
