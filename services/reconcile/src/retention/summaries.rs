//! The summaries of runs, last of all.

use super::{STEP, Steps};
use crate::{
    error::{During, ReconcileError},
    reconciler::Reconciler,
};

impl Reconciler {
    /// Drops outcomes whose time is over. One that still has rows waits for them to go.
    pub(super) async fn drop_summaries(&self) -> Result<(), ReconcileError> {
        let mut steps = Steps::new();
        let mut dropped = 0;
        loop {
            let step = sqlx::query_file!(
                "sql/run_outcome/drop.sql",
                self.retention.summaries.as_secs(),
                i64::from(STEP)
            )
            .execute(&self.gates.runs.pool)
            .await
            .during("drop the summaries of runs")?
            .rows_affected();
            dropped += step;
            if !steps.goes_on(step) {
                break;
            }
        }
        self.dropped("summary", dropped);
        Ok(())
    }
}
