//! The right to run: a tenant's lease, under a fence that grows, kept alive by heartbeats.
//!
//! Only heartbeats decide if a holder lives, no matter which worker asks. A holder that falls silent loses its run,
//! which is counted: from the first time on, the run is tried in a process of its own, and a run that has lost too
//! many workers ends.

use rollcall_domain::RunId;

use super::{
    asking::{Begin, Begun},
    cancel,
    holder::{Asker, Holder, Leased},
};
use crate::{
    error::ReconcileError,
    reports::Reports,
    resources::Resources,
    store::{CurrentSettings, Gate, RunRequest, RunStatus, TenantLock},
    write,
};

/// The answer to a worker that asks for the lease.
pub(super) enum LeaseAnswer {
    Granted(Box<Granted>),
    Refused(Begun),
}

/// A tenant whose lease is free for a run, under its lock.
pub(super) struct Granted {
    pub(super) tenant: TenantLock,
    pub(super) request: RunRequest,
    pub(super) current: CurrentSettings,
    /// Workers that the run has lost.
    pub(super) takeovers: u32,
}

/// Asks for the tenant's lease for a run.
pub(super) async fn ask(
    resources: &Resources,
    gate: &Gate,
    begin: &Begin,
) -> Result<LeaseAnswer, ReconcileError> {
    loop {
        let tenant = TenantLock::open_for(gate, &begin.tenant, begin.run).await?;
        if let Some(answer) = ask_locked(resources, tenant, begin).await? {
            return Ok(answer);
        }
    }
}

/// `None` if another run has lost the lease over it: it is free now, to be asked for again.
async fn ask_locked(
    resources: &Resources,
    mut tenant: TenantLock,
    begin: &Begin,
) -> Result<Option<LeaseAnswer>, ReconcileError> {
    let refused = |begun| Ok(Some(LeaseAnswer::Refused(begun)));
    let status = tenant.status(begin.run).await?;
    let Some(request) = tenant.request(begin.run).await? else {
        return refused(Begun::Finished);
    };
    if status.is_some_and(RunStatus::is_over) {
        return refused(Begun::Finished);
    }
    let current = match tenant.settings()? {
        Some(current) if !request.cancel_requested => current,
        _ => {
            cancel::at_begin(&resources.reports, tenant, begin, &request).await?;
            return refused(Begun::Finished);
        }
    };
    let mut takeovers = status.map_or(0, |status| status.takeovers);
    let leased = Leased::look_up(&tenant, resources.bounds.leases.silence, &resources.hearing);
    match leased.for_asker(&Asker::new(begin)) {
        Holder::Nobody => {}
        Holder::Asker => return refused(Begun::RunningHere),
        Holder::OtherWorker => return refused(Begun::Taken),
        Holder::OtherRun => return refused(Begun::Busy),
        Holder::LostWorker => {
            tracing::warn!(
                tenant.id = %begin.tenant,
                run.id = %begin.run,
                takeovers,
                cause = "its heartbeats ceased",
                "a worker loses its run"
            );
            if status.is_some_and(RunStatus::may_not_be_lost_again) {
                lose(&resources.reports, tenant, begin.run).await?;
                return refused(Begun::Finished);
            }
            takeovers += 1;
        }
        Holder::LostRun(run) => {
            tracing::warn!(
                tenant.id = %begin.tenant,
                run.id = %run,
                cause = "its heartbeats ceased",
                "a run loses its lease"
            );
            lose(&resources.reports, tenant, run).await?;
            return Ok(None);
        }
    }
    if takeovers > 0 && !begin.alone {
        return refused(Begun::NeedsProcess);
    }
    Ok(Some(LeaseAnswer::Granted(Box::new(Granted {
        tenant,
        request,
        current,
        takeovers,
    }))))
}

/// Takes the lease from a run whose worker fell silent.
async fn lose(reports: &Reports, mut tenant: TenantLock, run: RunId) -> Result<(), ReconcileError> {
    let ended = write::lose(&mut tenant, run).await?;
    let id = tenant.tenant.clone();
    tenant.commit().await?;
    reports.gave_back(&id, run, ended.as_ref());
    Ok(())
}
