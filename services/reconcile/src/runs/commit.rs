//! From a complete read to its outcome: facts are gathered under the tenant's lock, the decision is made from them, and
//! everything that follows from it is written in one transaction. A preview and a run that is HELD take the same way,
//! and their decisions change no account.

mod gather;
mod outcome;

use std::sync::Arc;

use rollcall_chassis::fail_point::{self, FailPoint};
use rollcall_proto::internal;

use super::{batch, binds, complete_read::CompleteRead};
use crate::{
    decide::{
        self,
        decision::Decision,
        facts::{DirectoryRead, Facts},
    },
    error::ReconcileError,
    ids::LeaseKey,
    resources::Resources,
    store::{Readiness, ReadyRun, TenantLock, lease, run_record::Outcome, tenant::footprint},
    work::Turns,
    write,
};

use outcome::Ended;

/// Rows that are written before anybody could see that they are.
const ROWS_IN_A_MOMENT: usize = 1_000;

/// Decides and applies a complete read, once there is memory for it, on a thread of its own.
pub(super) async fn commit(
    resources: &Arc<Resources>,
    read: CompleteRead,
) -> Result<internal::v1::RunEnded, ReconcileError> {
    let portal = footprint(&resources.store.runs, &read.key.tenant).await?;
    let memory = resources.budget.for_commit(read.bytes_with(portal)).await?;
    let size = memory.size;
    let (for_work, turns) = (Arc::clone(resources), resources.workshop.turns(size));
    let work = move || async move {
        let _memory = memory;
        decide_and_write(&for_work, read, turns).await
    };
    resources.workshop.run(size, work).await
}

// Most errors are refusals, such as that the settings changed while the run was reading. A fault is logged as one where it
// becomes the answer.
#[tracing::instrument(
    name = "commit", skip_all, fields(tenant.id = %read.key.tenant, run.id = %read.key.run), err(level = "info")
)]
async fn decide_and_write(
    resources: &Resources,
    read: CompleteRead,
    turns: Turns,
) -> Result<internal::v1::RunEnded, ReconcileError> {
    let CompleteRead {
        key,
        summary,
        directory: mut builder,
        stage,
        confirmed,
        footprint: _,
        share: _share,
    } = read;
    if let Some(stage) = stage {
        batch::drain(stage, &mut builder).await?;
    }
    let read = DirectoryRead {
        directory: turns.take(|| builder.finish()).await,
        summary,
        confirmed,
    };
    let mut tenant = TenantLock::open_held(&resources.store.commits, &key).await?;
    let (outcome, rows) = match Readiness::check(&mut tenant, key.run).await? {
        Readiness::Cancelled => (Outcome::cancelled(), 0),
        Readiness::Ready(ready) => run(resources, &mut tenant, &key, &ready, &read, &turns).await?,
    };
    let state = outcome.state;
    let ended = write::end(&mut tenant, key.run, outcome).await?;
    write::mark_superseded(resources.bounds.kept_whole, &mut tenant, key.run, state).await?;
    fail_point::pass(FailPoint::CommitDecided, key.tenant.as_str()).await;
    tenant.commit().await?;
    fail_point::pass(FailPoint::CommitDone, key.tenant.as_str()).await;
    resources.reports.rows_written(rows);
    resources.reports.ended(&key.tenant, key.run, &ended);
    Ok(ended)
}

/// Gathers, decides and writes; answers the outcome and the number of rows.
async fn run(
    resources: &Resources,
    tenant: &mut TenantLock,
    key: &LeaseKey,
    ready: &ReadyRun,
    read: &DirectoryRead,
    turns: &Turns,
) -> Result<(Outcome, u64), ReconcileError> {
    binds::accepted(&mut tenant.row.refused_binds, ready.current.credential_generation);
    let facts = gather::facts(tenant, ready, read, turns).await?;
    let (now, pace) = (tenant.now(), turns.pace());
    let decision = turns.take(|| decide::decide(&facts, read, now, pace)).await?;
    log(&facts, &decision);
    if decision.plan().rows.len() > ROWS_IN_A_MOMENT {
        lease::note_writing(&resources.store.runs, key).await?;
        resources.reports.changed(&key.tenant, key.run);
    }
    let written = write::execute(tenant, key.run, &decision).await?;
    tenant.keep_plans().await?;
    let kept = resources.bounds.rows_kept(facts.kind);
    let ended = Ended {
        decided_by: ready.decided_by(tenant.row.generations),
        rows_expire: now + kept,
        read,
        decision: &decision,
        written,
    };
    Ok((ended.outcome(), written.rows))
}

fn log(facts: &Facts, decision: &Decision<'_>) {
    let (plan, history) = (decision.plan(), decision.history());
    tracing::info!(
        kind = facts.kind.as_str_name(),
        state = decision.state().as_str_name(),
        rows = plan.rows.len(),
        rows.new = history.map(|change| change.new.len()),
        rows.closed = history.map(|change| change.closed.len()),
        accounts.changed = plan.changes.len(),
        accounts.reduced = plan.counts.accounts_reduced,
        "decided"
    );
}
