//! The desk at which callers wait for the reports of their tests.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use prost::Message as _;
use rollcall_chassis::{
    BoxError,
    amqp::{Consumer, SCHEMA_VERSION},
};
use rollcall_proto::{internal::v1::ConnectionTestReport, v1::TestStep};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A caller that is this many reports behind is not waited for.
const MOST_REPORTS: usize = 64;

/// Passes each report on to the caller that waits for its test.
#[derive(Debug, Clone, Default)]
pub(crate) struct Desk {
    waiting: Arc<Mutex<HashMap<Uuid, mpsc::Sender<Report>>>>,
}

/// Message about a test.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Report {
    /// A step is over.
    Step(Box<TestStep>),
    /// The test is over.
    Over,
}

/// The reports of one test. Once it is dropped, no caller waits for them.
#[derive(Debug)]
pub(super) struct Reports {
    desk: Desk,
    test_id: Uuid,
    receiver: mpsc::Receiver<Report>,
}

impl Reports {
    /// The next report; None once one of them was lost.
    pub(super) async fn next(&mut self) -> Option<Report> {
        self.receiver.recv().await
    }
}

impl Drop for Reports {
    fn drop(&mut self) {
        self.desk.waiting().remove(&self.test_id);
    }
}

impl Desk {
    /// Takes the reports of a test from now on.
    pub(super) fn wait_for(&self, test_id: Uuid) -> Reports {
        let (sender, receiver) = mpsc::channel(MOST_REPORTS);
        self.waiting().insert(test_id, sender);
        Reports {
            desk: self.clone(),
            test_id,
            receiver,
        }
    }

    /// Passes a report on. A test whose client cannot keep up ends without its rest.
    pub(super) fn pass_on(&self, test_id: Uuid, report: Report) {
        let mut waiting = self.waiting();
        let Some(sender) = waiting.get(&test_id) else {
            return;
        };
        if sender.try_send(report).is_err() {
            waiting.remove(&test_id);
        }
    }

    // The map is consistent at any time, so a panic elsewhere does not make it worse.
    fn waiting(&self) -> MutexGuard<'_, HashMap<Uuid, mpsc::Sender<Report>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Passes on what workers report, until the process drains.
pub(crate) async fn hear(
    mut replies: Consumer,
    desk: Desk,
    ended: CancellationToken,
) -> Result<(), BoxError> {
    while let Some(delivery) = ended.run_until_cancelled(replies.next()).await {
        if let Some((test_id, report)) = read(delivery.body()) {
            desk.pass_on(test_id, report);
        } else {
            tracing::warn!(
                bytes = delivery.body().len(),
                "a message that is no report of a connection test is passed over"
            );
        }
        if let Err(error) = delivery.ack().await {
            tracing::debug!(%error, "the queue is gone, and the message with it");
        }
    }
    replies.stop().await;
    Ok(())
}

fn read(body: &[u8]) -> Option<(Uuid, Report)> {
    let report = ConnectionTestReport::decode(body).ok()?;
    if report.schema_version != SCHEMA_VERSION {
        return None;
    }
    let test_id = Uuid::parse_str(&report.test_id).ok()?;
    let report = report
        .step
        .map_or(Report::Over, |step| Report::Step(Box::new(step)));
    Some((test_id, report))
}

#[cfg(test)]
mod tests {
    use prost::Message as _;
    use rollcall_proto::{
        internal::v1::ConnectionTestReport,
        v1::{TestStep, TestStepKind},
    };
    use uuid::Uuid;

    use super::{Desk, MOST_REPORTS, Report, read};

    fn step(kind: TestStepKind) -> Report {
        let mut step = TestStep::default();
        step.set_kind(kind);
        Report::Step(Box::new(step))
    }

    #[tokio::test]
    async fn each_test_hears_its_own_reports_in_their_order() {
        let desk = Desk::default();
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut reports = desk.wait_for(one);
        let _elsewhere = desk.wait_for(other);
        desk.pass_on(one, step(TestStepKind::Resolve));
        desk.pass_on(other, step(TestStepKind::Bind));
        desk.pass_on(one, Report::Over);
        assert_eq!(reports.next().await, Some(step(TestStepKind::Resolve)));
        assert_eq!(reports.next().await, Some(Report::Over));
    }

    #[tokio::test]
    async fn a_caller_that_cannot_keep_up_sees_the_loss_after_the_reports_that_were_kept() {
        let desk = Desk::default();
        let id = Uuid::from_u128(1);
        let mut reports = desk.wait_for(id);
        for _ in 0..=MOST_REPORTS {
            desk.pass_on(id, step(TestStepKind::Resolve));
        }
        for _ in 0..MOST_REPORTS {
            assert!(reports.next().await.is_some());
        }
        assert_eq!(reports.next().await, None);
    }

    #[test]
    fn nothing_is_kept_for_a_caller_that_left() {
        let desk = Desk::default();
        drop(desk.wait_for(Uuid::from_u128(1)));
        desk.pass_on(Uuid::from_u128(1), Report::Over);
        assert!(desk.waiting().is_empty());
    }

    #[test]
    fn a_report_without_a_step_is_the_last_one() {
        let report = ConnectionTestReport {
            schema_version: 1,
            test_id: Uuid::from_u128(1).to_string(),
            step: None,
        };
        assert_eq!(
            read(&report.encode_to_vec()),
            Some((Uuid::from_u128(1), Report::Over))
        );
        let foreign = ConnectionTestReport {
            schema_version: 2,
            ..report
        };
        assert_eq!(read(&foreign.encode_to_vec()), None);
        assert_eq!(read(b"\xff\xff"), None);
    }
}
