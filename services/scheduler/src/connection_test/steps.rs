//! The steps of one test, as its client hears them.

use std::time::Duration;

use futures::{Stream, stream};
use rollcall_chassis::status::ApiError;
use rollcall_proto::v1::TestConnectionResponse;
use tokio::{sync::watch, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{
    desk::{Report, Reports},
    places::Place,
};
use crate::refusals::{no_worker, test_lost, test_overdue};

/// Times for which a test is awaited.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// Time until the first report.
    pub(super) first: Duration,
    /// Time until the last.
    pub(super) whole: Duration,
}

/// A caller that waits for a test's steps. The wait ends when this is dropped, also by a client that goes away.
#[derive(Debug)]
pub(super) struct Waiting {
    /// The messages about the test.
    pub(super) reports: Reports,
    /// The queue to which the reports are sent.
    pub(super) reply_to: String,
    /// The present queue.
    pub(super) queue: watch::Receiver<Option<String>>,
    /// Cancelled when the process drains.
    pub(super) ended: CancellationToken,
    /// Times that the test may take.
    pub(super) patience: Patience,
    /// Its place among the tests under way.
    pub(super) _place: Place,
}

impl Waiting {
    /// The steps, up to the last one or an error.
    pub(super) fn into_steps(self) -> impl Stream<Item = Result<TestConnectionResponse, ApiError>> + Send {
        let progress = Progress {
            begun: Instant::now(),
            heard: false,
            waiting: self,
        };
        stream::try_unfold(progress, |mut progress| async move {
            let step = progress.next().await?;
            Ok(step.map(|step| (step, progress)))
        })
    }
}

struct Progress {
    begun: Instant,
    heard: bool,
    waiting: Waiting,
}

impl Progress {
    async fn next(&mut self) -> Result<Option<TestConnectionResponse>, ApiError> {
        let Waiting {
            reports,
            reply_to,
            queue,
            ended,
            patience,
            _place: _,
        } = &mut self.waiting;
        let (limit, overdue): (_, fn() -> ApiError) = if self.heard {
            (patience.whole, test_overdue)
        } else {
            (patience.first, no_worker)
        };
        // An error: no receiver listens.
        let queue_gone = async {
            let _ = queue.wait_for(|name| name.as_deref() != Some(reply_to)).await;
        };
        // Reports that have come already are passed on first.
        let report = tokio::select! {
            biased;
            report = reports.next() => report.ok_or_else(test_lost)?,
            () = queue_gone => return Err(test_lost()),
            () = ended.cancelled() => return Err(test_lost()),
            () = tokio::time::sleep_until(self.begun + limit) => return Err(overdue()),
        };
        self.heard = true;
        Ok(match report {
            Report::Step(step) => Some(TestConnectionResponse { step: Some(*step) }),
            Report::Over => None,
        })
    }
}

#[cfg(test)]
mod tests;
