//! The right to run: a tenant's lease, under a fence that grows, kept alive by heartbeats.
//!
//! Only heartbeats decide if a holder lives, no matter which worker asks. A holder that falls silent loses its run,
//! which is counted: from the first time on, the run is tried in a process of its own, and a run that has lost too
//! many workers ends.

mod holder;

use rollcall_chassis::fail_point::{self, FailPoint};
use rollcall_domain::RunId;
use rollcall_proto::v1;

use crate::{
    begin::{Begin, Begun, Memory, Started},
    error::{During, ReconcileError},
    inputs,
    lease_key::LeaseKey,
    outcome::{self, Beginning, Ending},
    reconciler::Reconciler,
    revert,
    run_status::RunStatus,
    tenant::{CurrentSettings, Gate, RunRequest, TenantTx},
};

use holder::{Asker, Holder};

/// Progress of a read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Progress {
    pub(crate) objects: u64,
    pub(crate) claims: u64,
}

impl Reconciler {
    /// Takes the tenant's lease for a run. One that takes another one back needs `memory` before it is done.
    pub(crate) async fn begin(
        &self,
        gate: &Gate,
        begin: &Begin,
        memory: Memory,
    ) -> Result<Begun, ReconcileError> {
        loop {
            let tenant = TenantTx::open_for(gate, &begin.tenant, begin.run).await?;
            if let Some(begun) = self.begin_locked(tenant, begin, memory).await? {
                return Ok(begun);
            }
        }
    }

    /// `None` if another run has lost the lease over it: it is free now, to be asked for again.
    async fn begin_locked(
        &self,
        mut tenant: TenantTx,
        begin: &Begin,
        memory: Memory,
    ) -> Result<Option<Begun>, ReconcileError> {
        let status = tenant.status(begin.run).await?;
        let Some(request) = tenant.request(begin.run).await? else {
            return Ok(Some(Begun::Finished));
        };
        if status.is_some_and(RunStatus::is_over) {
            return Ok(Some(Begun::Finished));
        }
        let current = match tenant.settings().await? {
            Some(current) if !request.cancel_requested => current,
            _ => return self.cancel(tenant, begin, &request).await.map(Some),
        };
        let mut takeovers = status.map_or(0, |status| status.takeovers);
        match self.holder(&tenant).for_asker(&Asker::new(begin)) {
            Holder::Nobody => {}
            Holder::Asker => return Ok(Some(Begun::RunningHere)),
            Holder::OtherWorker => return Ok(Some(Begun::Taken)),
            Holder::OtherRun => return Ok(Some(Begun::Busy)),
            Holder::LostWorker => {
                tracing::warn!(
                    tenant.id = %begin.tenant,
                    run.id = %begin.run,
                    takeovers,
                    cause = "its heartbeats ceased",
                    "a worker loses its run"
                );
                if status.is_some_and(RunStatus::may_not_be_lost_again) {
                    self.lose(tenant, begin.run).await?;
                    return Ok(Some(Begun::Finished));
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
                self.lose(tenant, run).await?;
                return Ok(None);
            }
        }
        if takeovers > 0 && !begin.alone {
            return Ok(Some(Begun::NeedsProcess));
        }
        if request.kind() == v1::RunKind::Revert {
            if memory == Memory::None {
                let bytes = revert::memory(&mut tenant, &request).await?;
                return Ok(Some(Begun::Reverts { bytes }));
            }
            return self.revert(tenant, begin, &request, &current).await.map(Some);
        }
        let started = self.start(tenant, begin, takeovers, &request, current).await?;
        Ok(Some(Begun::Started(Box::new(started))))
    }

    async fn start(
        &self,
        mut tenant: TenantTx,
        begin: &Begin,
        takeovers: u32,
        request: &RunRequest,
        current: CurrentSettings,
    ) -> Result<Started, ReconcileError> {
        let now = tenant.now();
        let deadline = now + self.leases.deadline;
        let fence = tenant.lease(begin.run, &begin.worker, current.generation, deadline);
        let beginning = Beginning {
            run: begin.run,
            attempt: begin.attempt,
            takeovers,
            deadline,
            lease: Some(fence),
        };
        let deadline = outcome::begin(&mut tenant, request, beginning).await?;
        tenant.keep_until(deadline);
        let last_digest = last_digest(&tenant, request, &current);
        fail_point::pass(FailPoint::LeaseTaken, begin.tenant.as_str()).await;
        tenant.commit().await?;
        fail_point::pass(FailPoint::LeaseCommitted, begin.tenant.as_str()).await;
        self.events.changed(&begin.tenant, begin.run);
        Ok(Started {
            kind: request.kind(),
            trigger: request.trigger(),
            fence,
            current,
            last_digest,
            deadline,
            now,
        })
    }

    /// Takes the lease from a run whose worker fell silent.
    pub(crate) async fn lose(&self, mut tenant: TenantTx, run: RunId) -> Result<(), ReconcileError> {
        let ended = outcome::lose(&mut tenant, run).await?;
        let id = tenant.tenant.clone();
        tenant.commit().await?;
        if let Some(ended) = ended {
            self.metrics.ended(ended.state());
        }
        self.ended(&id, run);
        Ok(())
    }

    async fn cancel(
        &self,
        mut tenant: TenantTx,
        begin: &Begin,
        request: &RunRequest,
    ) -> Result<Begun, ReconcileError> {
        outcome::note(&mut tenant, begin.run, request, begin.attempt).await?;
        let ended = outcome::end(&mut tenant, begin.run, Ending::cancelled()).await?;
        tenant.commit().await?;
        self.metrics.ended(ended.state());
        self.ended(&begin.tenant, begin.run);
        Ok(Begun::Finished)
    }

    /// Keeps the lease; answers how the run stands.
    pub(crate) async fn heartbeat(
        &self,
        key: &LeaseKey,
        progress: Progress,
    ) -> Result<Pulse, ReconcileError> {
        let listening = self.hearing.listen();
        let cancelled = sqlx::query_file_scalar!(
            "sql/heartbeat/beat.sql",
            key.tenant.as_str(),
            key.run.as_uuid(),
            key.fence.0,
            crate::convert::to_bigint(progress.objects),
            crate::convert::to_bigint(progress.claims)
        )
        .fetch_optional(&self.gates.runs.pool)
        .await
        .during("keep the lease")?;
        listening.heard();
        match cancelled {
            Some(cancelled) => {
                self.events.changed(&key.tenant, key.run);
                Ok(if cancelled {
                    Pulse::Cancelled
                } else {
                    Pulse::GoesOn
                })
            }
            // The heartbeat and the run's end have crossed each other.
            None if self.is_over(key).await? => Ok(Pulse::Over),
            None => {
                tracing::warn!(
                    tenant.id = %key.tenant,
                    run.id = %key.run,
                    fence = key.fence.0,
                    cause = "another worker has the lease, or nobody has it",
                    "a heartbeat came with a fence that was lost"
                );
                Err(ReconcileError::Fenced)
            }
        }
    }

    async fn is_over(&self, key: &LeaseKey) -> Result<bool, ReconcileError> {
        let over = sqlx::query_file_scalar!(
            "sql/run_outcome/is_over.sql",
            key.tenant.as_str(),
            key.run.as_uuid()
        )
        .fetch_optional(&self.gates.runs.pool)
        .await
        .during("see whether the run is over")?;
        Ok(over.unwrap_or(true))
    }
}

/// The state of a run that a heartbeat finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pulse {
    /// The lease is kept.
    GoesOn,
    /// So it is, and the run must stop.
    Cancelled,
    /// The run has ended, or no longer exists.
    Over,
}

/// Of a read that would end the run as unchanged; empty if none would.
fn last_digest(tenant: &TenantTx, request: &RunRequest, current: &CurrentSettings) -> Vec<u8> {
    let Some(digest) = &tenant.row.digest else {
        return Vec::new();
    };
    let same =
        request.may_be_unchanged() && tenant.row.inputs.as_ref() == Some(&inputs::current(tenant, current));
    if same { digest.clone() } else { Vec::new() }
}
