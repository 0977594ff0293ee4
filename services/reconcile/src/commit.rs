//! From a complete read to its outcome: verdicts for the whole tenant, then everything that follows from them in one
//! transaction under the tenant's lock. A preview takes the same way and ends by storing only its differences; so
//! does a run that is HELD.

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

use std::sync::Arc;

use rollcall_chassis::fail_point::{self, FailPoint};
use rollcall_domain::{TenantId, plan::Footprint};
use rollcall_proto::v1;

use crate::{
    binds,
    error::{During, ReconcileError},
    outcome::{self, Ending},
    reconciler::Reconciler,
    retention::mark_superseded,
    submit::CompleteRead,
    tenant::TenantTx,
    work::Turns,
};

use decide::Complete;
pub(crate) use decide::settle_planner;
pub(crate) use ids::AccountIds;
pub(crate) use standing::Standing;

impl Reconciler {
    /// Decides and applies a complete read, once there is memory for it, on a thread of its own.
    pub(crate) async fn commit(self: &Arc<Self>, read: CompleteRead) -> Result<v1::RunEnded, ReconcileError> {
        let portal = self.footprint_of_portal(&read.key.tenant).await?;
        let needed = read.footprint.and(portal).bytes() + read.asked.bytes();
        let memory = self.budget.for_commit(needed).await?;
        let size = memory.size;
        let (reconciler, turns) = (Arc::clone(self), self.workshop.turns(size));
        let work = move || async move {
            let _memory = memory;
            reconciler.decide_and_apply(read, turns).await
        };
        self.workshop.run(size, work).await
    }

    #[tracing::instrument(
        name = "commit", skip_all, fields(tenant.id = %read.key.tenant, run.id = %read.key.run), err
    )]
    async fn decide_and_apply(
        &self,
        read: CompleteRead,
        turns: Turns,
    ) -> Result<v1::RunEnded, ReconcileError> {
        let CompleteRead {
            key,
            summary,
            directory: mut builder,
            stage,
            asked,
            footprint: _,
            share: _share,
        } = read;
        if let Some(stage) = stage {
            stage.drain_into(&mut builder).await?;
        }
        let directory = turns.take(|| builder.finish()).await;
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
                    turns,
                };
                complete.decide(&mut tenant).await?
            }
        };
        let rows = ending.rows_written;
        let state = ending.state;
        let ended = outcome::end(&mut tenant, key.run, ending).await?;
        mark_superseded(self.kept_whole, &mut tenant, key.run, state).await?;
        fail_point::pass(FailPoint::CommitDecided, key.tenant.as_str()).await;
        tenant.commit().await?;
        fail_point::pass(FailPoint::CommitDone, key.tenant.as_str()).await;
        self.metrics.ended(ended.state());
        self.metrics.rows_written(rows);
        self.ended(&key.tenant, key.run);
        Ok(ended)
    }

    /// Memory of the tenant's part of the portal, with its history.
    async fn footprint_of_portal(&self, tenant: &TenantId) -> Result<Footprint, ReconcileError> {
        let footprint = sqlx::query_file!("sql/tenant/footprint.sql", tenant.as_str())
            .fetch_one(&self.gates.runs.pool)
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
}

/// Names the server of a read; `None` if the worker could not name it.
pub(crate) fn server_id(read: &v1::ReadSummary) -> Option<String> {
    Some(read.server_id.clone()).filter(|id| !id.is_empty())
}
