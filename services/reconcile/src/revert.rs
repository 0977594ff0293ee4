//! A sync is taken back: each account that nothing changed since goes back to what it was. Nothing is read of any directory, so
//! no lease is needed: all of it happens where the run is begun, in one transaction under the tenant's lock.

mod load;
mod refused;
mod rows;

use std::{convert::Infallible, sync::Arc};

use rollcall_domain::{
    RunId, Verdict,
    plan::{AccountChange, AccountState, ChangeKind},
    undo::{self, Undo},
};
use rollcall_proto::v1;
use tokio::{sync::oneshot, task::block_in_place};
use tracing::Instrument as _;

use crate::{
    binds,
    commit::{apply, settle_planner},
    error::{During, ReconcileError},
    lease::{Begin, Begun, Memory},
    outbox,
    outcome::{self, Ending},
    reconciler::Reconciler,
    tenant::{CurrentSettings, RunRequest, TenantTx},
};

/// What an account takes in memory: as it was, as it is and as it will be, with its rows.
const ACCOUNT_BYTES: usize = 2048;

impl Reconciler {
    /// Begins a run. One that takes another one back is a task of its own: a worker that waits no longer does not break it off.
    /// The memory for it is waited for without the tenant's lock and without a connection, so that nobody waits for both.
    pub(crate) async fn begin_or_revert(self: &Arc<Self>, begin: Begin) -> Result<Begun, ReconcileError> {
        let begun = self.begin(&self.gates.runs, &begin, Memory::None).await?;
        let Begun::Reverts { accounts } = begun else {
            return Ok(begun);
        };
        let reconciler = Arc::clone(self);
        let (sender, receiver) = oneshot::channel();
        let work = async move {
            let _memory = reconciler.budget.for_commit(accounts * ACCOUNT_BYTES).await;
            let begun = reconciler
                .begin(&reconciler.gates.commits, &begin, Memory::ForAccounts)
                .await;
            // Nobody may wait for the answer any more.
            let _ = sender.send(begun);
            Ok::<_, Infallible>(())
        };
        self.lifecycle.spawn("revert", work.in_current_span());
        receiver.await.unwrap_or(Err(ReconcileError::CutOff))
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
        outcome::begin(&mut tenant, begin.run, request, begin.attempt, None).await?;
        let reverted = load::reverted(&mut tenant, request.acts_on_run_id).await?;
        let (ending, pauses) = match refused::check(reverted) {
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
        let undo = block_in_place(|| undo::undo(&before, &portal));
        tracing::info!(
            reverted.run.id = %reverted.run,
            accounts = before.len(),
            accounts.changed = undo.changes.len(),
            rows = undo.rows.len(),
            "takes a sync back"
        );
        let account_version = apply::changes(tenant, &undo.changes).await?;
        outbox::account_changes(tenant, Some(run), &undo.changes).await?;
        rows::write(tenant, run, &undo.rows).await?;
        mark(tenant, run, reverted.run).await?;
        let row = &mut tenant.row;
        row.accounts += balance(&undo.changes);
        // Whatever the next read is, it has to be decided on.
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

/// How many accounts a run takes back.
pub(crate) async fn accounts(tenant: &mut TenantTx, request: &RunRequest) -> Result<usize, ReconcileError> {
    let id = tenant.tenant.as_str().to_owned();
    let accounts: Option<i64> = sqlx::query_scalar(
        "SELECT accounts_changed FROM reconcile.run_outcome WHERE tenant_id = $1 AND run_id = $2",
    )
    .bind(id)
    .bind(request.acts_on_run_id)
    .fetch_optional(tenant.connection())
    .await
    .during("read what the run takes back")?;
    Ok(usize::try_from(accounts.unwrap_or_default()).unwrap_or_default())
}

/// Notes at the sync that it was taken back.
async fn mark(tenant: &mut TenantTx, run: RunId, reverted: RunId) -> Result<(), ReconcileError> {
    let id = tenant.tenant.as_str().to_owned();
    sqlx::query(
        "UPDATE reconcile.run_outcome SET reverted_by_run_id = $3 WHERE tenant_id = $1 AND run_id = $2",
    )
    .bind(id)
    .bind(reverted.as_uuid())
    .bind(run.as_uuid())
    .execute(tenant.connection())
    .await
    .during("note that the run was taken back")?;
    Ok(())
}

/// How many live accounts there are more than before.
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
        accounts_reduced: undo.changes.iter().filter(|change| is_reduced(change)).count() as u64,
        ..v1::Counts::default()
    }
}

/// Whether a live account is removed or loses an address.
fn is_reduced(change: &AccountChange) -> bool {
    let Some(before) = change.before.as_ref().filter(|before| !before.removed) else {
        return false;
    };
    let has = |account: &AccountState, address: &rollcall_domain::Address| {
        account.addresses.iter().any(|state| state.address == *address)
    };
    change.after.removed
        || before
            .addresses
            .iter()
            .any(|state| !has(&change.after, &state.address))
}

#[cfg(test)]
mod tests;
