//! Who may run: a tenant's lease, under a fence that grows, kept alive by heartbeats.

use jiff::{SignedDuration, Timestamp};
use rollcall_chassis::fail_point::{self, FailPoint};
use rollcall_domain::{Fence, RunId, TenantId};
use rollcall_proto::v1;
use uuid::Uuid;

use crate::{
    error::{During, ReconcileError},
    inputs,
    outcome::{self, Ending},
    reconciler::Reconciler,
    revert,
    tenant::{CurrentSettings, Gate, LeaseKey, RunRequest, TenantTx},
};

/// A worker that asks for a run's lease.
#[derive(Clone, Debug)]
pub(crate) struct Begin {
    pub(crate) tenant: TenantId,
    pub(crate) run: RunId,
    pub(crate) worker: String,
    pub(crate) attempt: u32,
}

/// What becomes of it.
pub(crate) enum Begun {
    /// The lease is the worker's.
    Started(Box<Started>),
    /// The run is over, or is no more.
    Finished,
    /// Another run of the tenant has the lease.
    Busy,
    /// Another worker has this run.
    Taken,
    /// It takes another run back, which needs so much memory. Nothing was done yet.
    Reverts { bytes: usize },
}

/// Whether there is memory for the accounts that a run takes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Memory {
    None,
    ForAccounts,
}

/// What a worker needs to read.
pub(crate) struct Started {
    pub(crate) kind: v1::RunKind,
    pub(crate) trigger: v1::RunTrigger,
    pub(crate) fence: Fence,
    pub(crate) current: CurrentSettings,
    /// Empty if no read can pass for the last applied one.
    pub(crate) last_digest: Vec<u8>,
    pub(crate) deadline: Timestamp,
    /// By the clock that set it.
    pub(crate) now: Timestamp,
}

/// How far a read is.
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
        let mut tenant = TenantTx::open_for(gate, &begin.tenant, begin.run).await?;
        let Some(request) = tenant.request(begin.run).await? else {
            return Ok(Begun::Finished);
        };
        if is_over(tenant.state(begin.run).await?) {
            return Ok(Begun::Finished);
        }
        match tenant.settings().await? {
            Some(current) if !request.cancel_requested => {
                self.take(tenant, begin, request, current, memory).await
            }
            _ => self.cancel(tenant, begin, &request).await,
        }
    }

    async fn take(
        &self,
        mut tenant: TenantTx,
        begin: &Begin,
        request: RunRequest,
        current: CurrentSettings,
        memory: Memory,
    ) -> Result<Begun, ReconcileError> {
        match self.holder(&tenant, begin) {
            Holder::Nobody => {}
            Holder::OtherWorker => return Ok(Begun::Taken),
            Holder::OtherRun => return Ok(Begun::Busy),
            Holder::Silent(run) => {
                tracing::warn!(
                    tenant.id = %begin.tenant,
                    run.id = %run,
                    cause = "its heartbeats ceased",
                    "a run loses its lease"
                );
                tenant.release().await?;
                outcome::requeue(&mut tenant, RunId::from_uuid(run), None).await?;
            }
        }
        if request.kind() == v1::RunKind::Revert {
            if memory == Memory::None {
                let bytes = revert::memory(&mut tenant, &request).await?;
                return Ok(Begun::Reverts { bytes });
            }
            return self.revert(tenant, begin, &request, &current).await;
        }
        let now = tenant.now();
        let deadline = now + self.leases.deadline;
        let fence = tenant.lease(begin.run, &begin.worker, current.generation, deadline);
        outcome::begin(&mut tenant, begin.run, &request, begin.attempt, Some(fence)).await?;
        let last_digest = last_digest(&tenant, &request, &current);
        fail_point::pass(FailPoint::LeaseTaken, begin.tenant.as_str()).await;
        tenant.commit().await?;
        fail_point::pass(FailPoint::LeaseCommitted, begin.tenant.as_str()).await;
        self.events.changed(&begin.tenant, begin.run);
        Ok(Begun::Started(Box::new(Started {
            kind: request.kind(),
            trigger: request.trigger(),
            fence,
            current,
            last_digest,
            deadline,
            now,
        })))
    }

    /// Who has the lease, and whether that is to be respected. A worker that asks again lost the answer, or its job
    /// came to it twice: the newer fence wins.
    fn holder(&self, tenant: &TenantTx, begin: &Begin) -> Holder {
        let Some(run) = tenant.row.run_id else {
            return Holder::Nobody;
        };
        let same_run = run == begin.run.as_uuid();
        if same_run && tenant.row.worker.as_deref() == Some(&begin.worker) {
            return Holder::Nobody;
        }
        let alive = tenant
            .last_heartbeat()
            .is_some_and(|beat| tenant.now() - self.leases.silence < beat);
        match (alive, same_run) {
            (false, true) => Holder::Nobody,
            (false, false) => Holder::Silent(run),
            (true, true) => Holder::OtherWorker,
            (true, false) => Holder::OtherRun,
        }
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

    /// Keeps the lease; answers whether the run is to stop.
    pub(crate) async fn heartbeat(&self, key: &LeaseKey, progress: Progress) -> Result<bool, ReconcileError> {
        let cancelled: Option<bool> = sqlx::query_scalar(include_str!("lease/heartbeat.sql"))
            .bind(key.tenant.as_str())
            .bind(key.run.as_uuid())
            .bind(key.fence.0)
            .bind(crate::convert::to_bigint(progress.objects))
            .bind(crate::convert::to_bigint(progress.claims))
            .fetch_optional(&self.gates.runs.pool)
            .await
            .during("keep the lease")?;
        self.events.changed(&key.tenant, key.run);
        cancelled.ok_or_else(|| {
            tracing::warn!(
                tenant.id = %key.tenant,
                run.id = %key.run,
                fence = key.fence.0,
                cause = "another worker has the lease, or the run is over",
                "a heartbeat came with a fence that was lost"
            );
            ReconcileError::Fenced
        })
    }
}

enum Holder {
    Nobody,
    OtherWorker,
    OtherRun,
    Silent(Uuid),
}

pub(crate) fn is_over(state: Option<v1::RunState>) -> bool {
    matches!(
        state,
        Some(v1::RunState::Succeeded | v1::RunState::Held | v1::RunState::Failed | v1::RunState::Cancelled)
    )
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

/// How long leases last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LeaseTimes {
    /// A run that was not heard of for this long may lose its lease.
    pub(crate) silence: SignedDuration,
    /// How long a run may take from its beginning.
    pub(crate) deadline: SignedDuration,
}
