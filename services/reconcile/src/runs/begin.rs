//! The beginning of a run: a worker asks for the lease, and learns what to read.

use std::sync::Arc;

use rollcall_chassis::fail_point::{self, FailPoint};
use rollcall_proto::v1;

use super::{
    asking::{Begin, Begun, Started},
    lease::{self, Granted, LeaseAnswer},
    revert, unchanged,
};
use crate::{
    error::ReconcileError,
    resources::Resources,
    store::run_record::{self, Beginning},
};

/// Begins a run. One that reverts a sync reads no directory, and has ended when this answers.
pub(crate) async fn begin(resources: &Arc<Resources>, begin: Begin) -> Result<Begun, ReconcileError> {
    let mut granted = match lease::ask(resources, &resources.store.runs, &begin).await? {
        LeaseAnswer::Granted(granted) => granted,
        LeaseAnswer::Refused(answer) => return Ok(answer),
    };
    if granted.request.kind() == v1::RunKind::Revert {
        let bytes = revert::memory(&mut granted.tenant, &granted.request).await?;
        // The memory is awaited without the tenant's lock and without a connection, so that no other run waits for
        // both.
        drop(granted);
        return revert::begin(resources, begin, bytes).await;
    }
    let started = start(resources, &begin, *granted).await?;
    Ok(Begun::Started(Box::new(started)))
}

async fn start(resources: &Resources, begin: &Begin, granted: Granted) -> Result<Started, ReconcileError> {
    let Granted {
        mut tenant,
        request,
        current,
        takeovers,
    } = granted;
    let now = tenant.now();
    let deadline = now + resources.bounds.leases.deadline;
    let fence = tenant.lease(begin.run, &begin.worker, current.generation, deadline);
    let beginning = Beginning {
        run: begin.run,
        attempt: begin.attempt,
        takeovers,
        deadline,
        takes_lease: true,
    };
    let deadline = run_record::begin(&mut tenant, &request, beginning).await?;
    let last_digest = unchanged::last_digest(&tenant, &request, &current);
    let is_proven = tenant.row.refused_binds.accepted == Some(current.credential_generation);
    let last_server = tenant.row.last_read.server.clone();
    fail_point::pass(FailPoint::LeaseTaken, begin.tenant.as_str()).await;
    tenant.commit().await?;
    fail_point::pass(FailPoint::LeaseCommitted, begin.tenant.as_str()).await;
    resources.reports.changed(&begin.tenant, begin.run);
    Ok(Started {
        kind: request.kind(),
        trigger: request.trigger(),
        fence,
        current,
        is_proven,
        last_digest,
        last_server,
        deadline,
        now,
    })
}
