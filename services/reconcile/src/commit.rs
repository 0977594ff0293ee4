//! From a complete read to its outcome: verdicts for the whole tenant, then everything that follows from them in one
//! transaction under the tenant's lock. A preview takes the same way and ends by storing its differences alone; so does a
//! run that is HELD.

pub(crate) mod apply;
mod approval;
mod before;
mod content;
mod decide;
mod end;
mod held;
mod history;
mod hold;
mod ids;
mod load;
mod since_preview;
mod standing;

use rollcall_chassis::fail_point::{self, FailPoint};
use rollcall_domain::TenantId;
use rollcall_proto::v1;
use tokio::task::block_in_place;

use crate::{
    binds,
    error::{During, ReconcileError},
    outcome::{self, Ending},
    reconciler::Reconciler,
    submit::CompleteRead,
    tenant::TenantTx,
};

use decide::Complete;
pub(crate) use decide::settle_planner;
pub(crate) use ids::AccountIds;
pub(crate) use standing::Standing;

/// What a plan takes in memory, against the bytes of the read on the wire.
const PLAN_FACTOR: usize = 4;
/// What an account of the portal takes in memory, with its addresses, history and changes.
const ACCOUNT_BYTES: usize = 1024;

impl Reconciler {
    /// Decides and applies a complete read.
    #[tracing::instrument(skip_all, fields(tenant.id = %read.key.tenant, run.id = %read.key.run), err)]
    pub(crate) async fn commit(&self, read: CompleteRead) -> Result<v1::RunEnded, ReconcileError> {
        let accounts = self.accounts_of(&read.key.tenant).await?;
        let _memory = self
            .budget
            .for_commit(read.bytes * PLAN_FACTOR + accounts * ACCOUNT_BYTES + read.asked.bytes())
            .await;
        let CompleteRead {
            key,
            summary,
            directory: mut builder,
            stage,
            asked,
            bytes: _,
            share: _share,
        } = read;
        if let Some(stage) = stage {
            stage.drain_into(&mut builder).await?;
        }
        let directory = block_in_place(|| builder.finish());
        let mut tenant = TenantTx::open_held(&self.gates.commits, &key).await?;
        let ending = match Standing::of(&mut tenant, key.run).await? {
            Standing::Cancelled => Ending::cancelled(),
            Standing::Current(standing) => {
                binds::accepted(&mut tenant.row, standing.current.credential_generation);
                let complete = Complete {
                    run: key.run,
                    standing,
                    directory,
                    summary,
                    asked,
                    retention: self.retention,
                };
                complete.decide(&mut tenant).await?
            }
        };
        let rows = ending.rows_written;
        let state = ending.state;
        let ended = outcome::end(&mut tenant, key.run, ending).await?;
        self.kept_whole
            .mark_superseded(&mut tenant, key.run, state)
            .await?;
        fail_point::pass(FailPoint::CommitDecided, key.tenant.as_str()).await;
        tenant.commit().await?;
        fail_point::pass(FailPoint::CommitDone, key.tenant.as_str()).await;
        self.metrics.ended(ended.state());
        self.metrics.rows_written(rows);
        self.ended(&key.tenant, key.run);
        Ok(ended)
    }

    /// About how many accounts a tenant has.
    pub(crate) async fn accounts_of(&self, tenant: &TenantId) -> Result<usize, ReconcileError> {
        let accounts: Option<i64> =
            sqlx::query_scalar("SELECT accounts FROM reconcile.tenant WHERE tenant_id = $1")
                .bind(tenant.as_str())
                .fetch_optional(&self.gates.runs.pool)
                .await
                .during("read how many accounts there are")?;
        Ok(usize::try_from(accounts.unwrap_or_default()).unwrap_or_default())
    }
}

/// Names the server of a read; none if the worker could not tell.
pub(crate) fn server_id(read: &v1::ReadSummary) -> Option<String> {
    Some(read.server_id.clone()).filter(|id| !id.is_empty())
}
