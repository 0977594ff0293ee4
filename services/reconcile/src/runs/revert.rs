//! Reverts a sync: each account that nothing changed since goes back to its former state. Nothing is read of any
//! directory, so no lease is needed: all of it happens when the run is begun, in one transaction under the tenant's
//! lock.

use std::{convert::Infallible, sync::Arc};

use rollcall_domain::{
    AccountId, FailureCode, RunId,
    plan::Portal,
    revert::{self, Before},
};
use rollcall_proto::v1;
use rollcall_terms::failure::failure;
use tokio::sync::oneshot;
use tracing::Instrument as _;
use uuid::Uuid;

use super::{
    asking::{Begin, Begun},
    binds,
    lease::{self, Granted, LeaseAnswer},
};
use crate::{
    decide::revert::{Reverted, ToRevert, balance, check, counts},
    error::ReconcileError,
    resources::Resources,
    store::{
        RunRequest, RunStatus, TenantLock, TenantRow, history, portal, reverted,
        run_record::{self, Beginning, Outcome},
    },
    work::Size,
    write::{self, outbox},
};

/// Memory of an account: as it was, as it is and as it will be.
const ACCOUNT_BYTES: usize = 1536;
/// Memory of an address: as it was, as it is and as it will be, with its row, and with its places in the maps.
const ADDRESS_BYTES: usize = 1024;
/// So many accounts are soon reverted.
const FEW: usize = 5_000;

/// Memory that a revert needs.
pub(super) async fn memory(tenant: &mut TenantLock, request: &RunRequest) -> Result<usize, ReconcileError> {
    let size = reverted::size(tenant, request.acts_on_run_id).await?;
    Ok(size.accounts() * ACCOUNT_BYTES + size.addresses() * ADDRESS_BYTES)
}

/// Begins a run that reverts another one, which needs so much memory. It is a task of its own: a worker that waits no
/// longer does not break it off.
pub(super) async fn begin(
    resources: &Arc<Resources>,
    begin: Begin,
    bytes: usize,
) -> Result<Begun, ReconcileError> {
    let for_work = Arc::clone(resources);
    let (sender, receiver) = oneshot::channel();
    let work = async move {
        // The caller may no longer wait for the answer.
        let _ = sender.send(begin_in_time(for_work, bytes, begin).await);
        Ok::<_, Infallible>(())
    };
    resources.lifecycle.spawn("revert", work.in_current_span());
    receiver.await.unwrap_or(Err(ReconcileError::CutOff))
}

/// Begins the run once there is memory for it, on a thread of its own.
async fn begin_in_time(
    resources: Arc<Resources>,
    needed: usize,
    begin: Begin,
) -> Result<Begun, ReconcileError> {
    let memory = match resources.budget.for_commit(needed).await {
        Err(error @ ReconcileError::BeyondMemory { .. }) => {
            return refuse(&resources, &begin, error.to_string()).await;
        }
        memory => memory?,
    };
    let (size, for_work) = (memory.size, Arc::clone(&resources));
    let work = move || async move {
        let _memory = memory;
        match lease::ask(&for_work, &for_work.store.commits, &begin).await? {
            LeaseAnswer::Granted(granted) => revert(&for_work, &begin, *granted).await,
            LeaseAnswer::Refused(answer) => Ok(answer),
        }
    };
    resources.workshop.run(size, work).await
}

/// Ends a run that would revert more than there is memory for.
async fn refuse(resources: &Resources, begin: &Begin, detail: String) -> Result<Begun, ReconcileError> {
    let mut tenant = TenantLock::open_for(&resources.store.runs, &begin.tenant, begin.run).await?;
    let Some(request) = tenant.request(begin.run).await? else {
        return Ok(Begun::Finished);
    };
    let status = tenant.status(begin.run).await?;
    if status.is_some_and(RunStatus::is_over) {
        return Ok(Begun::Finished);
    }
    let beginning = at_once(resources, &tenant, begin);
    run_record::begin(&mut tenant, &request, beginning).await?;
    let failure = failure(FailureCode::RevertRefused, &detail);
    let ended = write::end(&mut tenant, begin.run, Outcome::failed(failure)).await?;
    if let Some(current) = tenant.settings()? {
        binds::report_pause_of_revert(&mut tenant, begin.run, &current);
    }
    tenant.commit().await?;
    resources.reports.ended(&begin.tenant, begin.run, &ended);
    Ok(Begun::Finished)
}

/// A run that begins and ends in one transaction.
fn at_once(resources: &Resources, tenant: &TenantLock, begin: &Begin) -> Beginning {
    Beginning {
        run: begin.run,
        attempt: begin.attempt,
        takeovers: 0,
        deadline: tenant.now() + resources.bounds.leases.deadline,
        takes_lease: false,
    }
}

/// Reverts the sync that the request names, and ends the run.
#[tracing::instrument(skip_all, fields(tenant.id = %begin.tenant, run.id = %begin.run), err(level = "info"))]
async fn revert(resources: &Resources, begin: &Begin, granted: Granted) -> Result<Begun, ReconcileError> {
    let Granted {
        mut tenant,
        request,
        current,
        takeovers: _,
    } = granted;
    let beginning = at_once(resources, &tenant, begin);
    run_record::begin(&mut tenant, &request, beginning).await?;
    let sync = to_revert(&mut tenant, request.acts_on_run_id).await?;
    let (outcome, rows) = match check(sync, &resources.bounds.periods, tenant.now()) {
        Ok(sync) => apply(resources, &mut tenant, begin.run, sync).await?,
        Err(refused) => (Outcome::failed(refused.failure()), 0),
    };
    let ended = write::end(&mut tenant, begin.run, outcome).await?;
    binds::report_pause_of_revert(&mut tenant, begin.run, &current);
    tenant.commit().await?;
    resources.reports.rows_written(rows);
    resources.reports.ended(&begin.tenant, begin.run, &ended);
    Ok(Begun::Finished)
}

async fn to_revert(tenant: &mut TenantLock, run: Option<Uuid>) -> Result<Option<ToRevert>, ReconcileError> {
    let row = reverted::reverted(tenant, run).await?;
    Ok(row.map(|row| ToRevert {
        run: RunId::from_uuid(row.run_id),
        kind: row.kind(),
        state: row.state(),
        account_version: row.account_version,
        end_time: row.end_time.map(Into::into),
        is_reverted: row.reverted,
        is_data_gone: row.data_gone,
    }))
}

/// Changes the accounts back; answers the outcome and the number of rows.
async fn apply(
    resources: &Resources,
    tenant: &mut TenantLock,
    run: RunId,
    sync: Reverted,
) -> Result<(Outcome, u64), ReconcileError> {
    tenant.prefer_hash_joins().await?;
    let (before, portal) = accounts(tenant, sync).await?;
    let size = if before.len() <= FEW {
        Size::Small
    } else {
        Size::Large
    };
    let turns = resources.workshop.turns(size);
    let revert = turns.take(|| revert::revert(&before, &portal)).await;
    tracing::info!(
        reverted.run.id = %sync.run,
        accounts = before.len(),
        accounts.changed = revert.changes.len(),
        rows = revert.rows.len(),
        "reverts a sync"
    );
    let account_version = write::accounts::changes(tenant, &revert.changes).await?;
    outbox::account_changes(tenant, Some(run), &revert.changes).await?;
    history::write_reverted(tenant, run, &revert.rows).await?;
    tenant.keep_plans().await?;
    reverted::mark(tenant, run, sync.run).await?;
    let TenantRow {
        history: numbers,
        last_read,
        generations,
        ..
    } = &mut tenant.row;
    numbers.accounts += balance(&revert.changes);
    // The next read must be decided on, even if it equals the last one.
    generations.portal += 1;
    last_read.digest = None;
    last_read.inputs = None;
    let rows = revert.rows.len() as u64;
    let outcome = Outcome {
        state: v1::RunState::Succeeded,
        counts: counts(&revert, numbers.accounts),
        accounts_changed: revert.changes.len() as u64,
        account_version,
        rows_expire: Some(tenant.now() + resources.bounds.rows_kept(v1::RunKind::Revert)),
        ..Outcome::default()
    };
    Ok((outcome, rows))
}

/// The accounts that the run changed, and of the portal all that concerns them.
async fn accounts(tenant: &mut TenantLock, sync: Reverted) -> Result<(Vec<Before>, Portal), ReconcileError> {
    let untouched = reverted::untouched(tenant, sync.run, sync.account_version).await?;
    let mut states = portal::before(tenant, sync.run).await?;
    let mut ids = reverted::holders(tenant, sync.run).await?;
    ids.extend(untouched.keys());
    ids.sort_unstable();
    ids.dedup();
    let now = portal::some(tenant, &ids).await?;
    // One that was purged since is not there, and counts as changed.
    let purged: Vec<Uuid> = states
        .keys()
        .filter(|id| !untouched.contains_key(*id))
        .copied()
        .collect();
    let known = untouched
        .into_iter()
        .chain(purged.into_iter().map(|id| (id, false)));
    let before = known
        .map(|(id, untouched)| Before {
            id: AccountId::from_uuid(id),
            state: states.remove(&id),
            untouched,
        })
        .collect();
    Ok((before, now.into_values().collect()))
}
