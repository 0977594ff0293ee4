//! Reverts a sync: each account that nothing changed since goes back to its former state. Nothing is read of any
//! directory, so no lease is needed: all of it happens when the run is begun, in one transaction under the tenant's
//! lock.

mod load;
mod refused;
mod rows;

use std::{convert::Infallible, sync::Arc};

use rollcall_domain::{
    FailureCode, RunId, Verdict,
    plan::{AccountChange, ChangeKind},
    undo::{self, Undo},
};
use rollcall_proto::v1;
use rollcall_terms::failure::failure;
use tokio::sync::oneshot;
use tracing::Instrument as _;

use crate::{
    begin::{Begin, Begun, Memory},
    binds,
    commit::{apply, settle_planner},
    error::{During, ReconcileError},
    outbox,
    outcome::{self, Beginning, Ending},
    reconciler::Reconciler,
    run_status::RunStatus,
    tenant::{CurrentSettings, RunRequest, TenantTx},
    work::Size,
};

/// Memory of an account: as it was, as it is and as it will be.
const ACCOUNT_BYTES: usize = 1536;
/// Memory of an address: as it was, as it is and as it will be, with its row, and with its places in the maps.
const ADDRESS_BYTES: usize = 1024;
/// So many accounts are soon reverted.
const FEW: usize = 5_000;

impl Reconciler {
    /// Begins a run. One that reverts another one is a task of its own: a worker that waits no longer does not break
    /// it off. The memory for it is awaited without the tenant's lock and without a connection, so that no other run
    /// waits for both.
    pub(crate) async fn begin_or_revert(self: &Arc<Self>, begin: Begin) -> Result<Begun, ReconcileError> {
        let bytes = match self.begin(&self.gates.runs, &begin, Memory::None).await? {
            Begun::Reverts { bytes } => bytes,
            other => return Ok(other),
        };
        let reconciler = Arc::clone(self);
        let (sender, receiver) = oneshot::channel();
        let work = async move {
            // The caller may no longer wait for the answer.
            let _ = sender.send(reconciler.revert_in_time(bytes, begin).await);
            Ok::<_, Infallible>(())
        };
        self.lifecycle.spawn("revert", work.in_current_span());
        receiver.await.unwrap_or(Err(ReconcileError::CutOff))
    }

    /// Begins the run once there is memory for it, on a thread of its own.
    async fn revert_in_time(self: Arc<Self>, needed: usize, begin: Begin) -> Result<Begun, ReconcileError> {
        let memory = match self.budget.for_commit(needed).await {
            Err(error @ ReconcileError::BeyondMemory { .. }) => {
                return self.refuse_revert(&begin, error.to_string()).await;
            }
            memory => memory?,
        };
        let (size, reconciler) = (memory.size, Arc::clone(&self));
        let work = move || async move {
            let _memory = memory;
            let gate = &reconciler.gates.commits;
            reconciler.begin(gate, &begin, Memory::ForAccounts).await
        };
        self.workshop.run(size, work).await
    }

    /// Ends a run that would revert more than there is memory for.
    async fn refuse_revert(&self, begin: &Begin, detail: String) -> Result<Begun, ReconcileError> {
        let mut tenant = TenantTx::open_for(&self.gates.runs, &begin.tenant, begin.run).await?;
        let Some(request) = tenant.request(begin.run).await? else {
            return Ok(Begun::Finished);
        };
        let status = tenant.status(begin.run).await?;
        if status.is_some_and(RunStatus::is_over) {
            return Ok(Begun::Finished);
        }
        let beginning = self.at_once(&tenant, begin);
        outcome::begin(&mut tenant, &request, beginning).await?;
        let failure = failure(FailureCode::RevertRefused, &detail);
        let ended = outcome::end(&mut tenant, begin.run, Ending::failed(failure)).await?;
        tenant.commit().await?;
        self.metrics.ended(ended.state());
        self.ended(&begin.tenant, begin.run);
        Ok(Begun::Finished)
    }

    /// A run that begins and ends in one transaction.
    fn at_once(&self, tenant: &TenantTx, begin: &Begin) -> Beginning {
        Beginning {
            run: begin.run,
            attempt: begin.attempt,
            takeovers: 0,
            deadline: tenant.now() + self.leases.deadline,
            lease: None,
        }
    }

    /// Takes the sync back that the request names, and ends the run.
    #[tracing::instrument(skip_all, fields(tenant.id = %begin.tenant, run.id = %begin.run), err)]
    pub(crate) async fn revert(
        &self,
        mut tenant: TenantTx,
        begin: &Begin,
        request: &RunRequest,
        current: &CurrentSettings,
    ) -> Result<Begun, ReconcileError> {
        let beginning = self.at_once(&tenant, begin);
        outcome::begin(&mut tenant, request, beginning).await?;
        let reverted = load::reverted(&mut tenant, request.acts_on_run_id).await?;
        let (ending, pauses) = match refused::check(reverted, tenant.now()) {
            Ok(reverted) => {
                let ending = self.take_back(&mut tenant, begin.run, &reverted).await?;
                (ending, binds::has_schedule(current))
            }
            Err(refused) => (Ending::failed(refused.failure()), false),
        };
        let rows = ending.rows_written;
        let ended = outcome::end(&mut tenant, begin.run, ending).await?;
        if pauses {
            outbox::schedule_paused(&mut tenant, Some(begin.run), v1::PausedReason::Reverted);
        }
        tenant.commit().await?;
        self.metrics.ended(ended.state());
        self.metrics.rows_written(rows);
        self.ended(&begin.tenant, begin.run);
        Ok(Begun::Finished)
    }

    async fn take_back(
        &self,
        tenant: &mut TenantTx,
        run: RunId,
        reverted: &load::Reverted,
    ) -> Result<Ending, ReconcileError> {
        settle_planner(tenant).await?;
        let (before, portal) = load::accounts(tenant, reverted).await?;
        let size = if before.len() <= FEW {
            Size::Small
        } else {
            Size::Large
        };
        let turns = self.workshop.turns(size);
        let undo = turns.take(|| undo::undo(&before, &portal)).await;
        tracing::info!(
            reverted.run.id = %reverted.run,
            accounts = before.len(),
            accounts.changed = undo.changes.len(),
            rows = undo.rows.len(),
            "reverts a sync"
        );
        let account_version = apply::changes(tenant, &undo.changes).await?;
        outbox::account_changes(tenant, Some(run), &undo.changes).await?;
        rows::write(tenant, run, &undo.rows).await?;
        mark(tenant, run, reverted.run).await?;
        let row = &mut tenant.row;
        row.accounts += balance(&undo.changes);
        // The next read must be decided on, even if it equals the last one.
        row.portal_generation += 1;
        row.digest = None;
        row.inputs = None;
        Ok(Ending {
            state: v1::RunState::Succeeded,
            counts: counts(&undo, row.accounts),
            accounts_changed: undo.changes.len() as u64,
            account_version,
            rows_expire: Some(tenant.now() + self.retention.rows_of(v1::RunKind::Revert)),
            rows_written: undo.rows.len() as u64,
            ..Ending::default()
        })
    }
}

/// Memory that a revert needs.
pub(crate) async fn memory(tenant: &mut TenantTx, request: &RunRequest) -> Result<usize, ReconcileError> {
    let counts = sqlx::query_file!(
        "sql/run_outcome/size_of_revert.sql",
        tenant.tenant.as_str(),
        request.acts_on_run_id
    )
    .fetch_optional(tenant.connection())
    .await
    .during("read what the run reverts")?;
    let count = |count: i64| usize::try_from(count).unwrap_or_default();
    Ok(counts.map_or(0, |counts| {
        count(counts.accounts) * ACCOUNT_BYTES + count(counts.addresses) * ADDRESS_BYTES
    }))
}

/// Notes at the sync that it was reverted.
async fn mark(tenant: &mut TenantTx, run: RunId, reverted: RunId) -> Result<(), ReconcileError> {
    sqlx::query_file!(
        "sql/run_outcome/mark_reverted.sql",
        tenant.tenant.as_str(),
        reverted.as_uuid(),
        run.as_uuid()
    )
    .execute(tenant.connection())
    .await
    .during("note that the run was reverted")?;
    Ok(())
}

/// Growth of the number of live accounts.
fn balance(changes: &[AccountChange]) -> i64 {
    changes
        .iter()
        .map(|change| match change.kind {
            ChangeKind::Created | ChangeKind::Restored => 1,
            ChangeKind::Removed => -1,
            ChangeKind::Renamed | ChangeKind::Changed => 0,
        })
        .sum()
}

fn counts(undo: &Undo, accounts: i64) -> v1::Counts {
    let of = |verdict| undo.rows.iter().filter(|row| row.verdict == verdict).count() as u64;
    v1::Counts {
        add: of(Verdict::Add),
        update: of(Verdict::Update),
        remove: of(Verdict::Remove),
        skip: of(Verdict::Skip),
        accounts: u64::try_from(accounts).unwrap_or_default(),
        accounts_reduced: undo.changes.iter().filter(|change| change.reduces()).count() as u64,
        ..v1::Counts::default()
    }
}

#[cfg(test)]
mod tests;
