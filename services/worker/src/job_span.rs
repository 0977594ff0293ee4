//! The span of a run's job, in this process or in one of its own.

use rollcall_chassis::amqp::{Lane, VerifiedJob};
use tracing::{Span, field::Empty};

/// The span of a run; `lane` is none for a process of its own.
pub(crate) fn span_of(job: &VerifiedJob, lane: Option<Lane>) -> Span {
    tracing::info_span!(
        "run",
        otel.kind = "consumer",
        tenant.id = job.tenant_id,
        run.id = job.run_id,
        attempt = job.attempt,
        lane = lane.map(Lane::as_str),
        alone = lane.is_none(),
        fence = Empty,
    )
}
