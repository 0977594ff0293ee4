//! The end of an attempt that failed: for good, or until the next one.

use jiff::Timestamp;
use rollcall_domain::failure::FailureCode;
use rollcall_proto::v1;
use rollcall_terms::failure::{failure, storable};

use super::binds::{self, Bind};
use crate::{
    error::ReconcileError,
    ids::LeaseKey,
    resources::Resources,
    store::{
        Readiness, TenantLock,
        run_record::{self, Outcome},
    },
    write,
};

/// Gives the lease back and says why. A run that has been cancelled by then, or whose settings are gone, is CANCELLED.
pub(crate) async fn fail(
    resources: &Resources,
    key: &LeaseKey,
    failure: Option<v1::Failure>,
    next_attempt: Option<Timestamp>,
) -> Result<(), ReconcileError> {
    let gives_way = failure.is_none();
    let mut tenant = TenantLock::open_held(&resources.store.runs, key).await?;
    let status = tenant.status(key.run).await?;
    let takeovers = status.map_or(0, |status| status.takeovers);
    let failure = of_whose_fault(storable(&failure.unwrap_or_default()), takeovers);
    let cancelled = match Readiness::check(&mut tenant, key.run).await {
        // Edited settings are no reason to end: the next attempt reads with them.
        Err(ReconcileError::SettingsChanged) => false,
        readiness => matches!(readiness?, Readiness::Cancelled),
    };
    if let Some(bind) = Bind::of_failure(&failure.code) {
        binds::note_of_lease(&mut tenant, bind)?;
    }
    let ended = match next_attempt {
        _ if cancelled => Some(write::end(&mut tenant, key.run, Outcome::cancelled()).await?),
        Some(time) => {
            tenant.release().await?;
            let next_attempt = Some((time, failure)).filter(|_| !gives_way);
            run_record::requeue(&mut tenant, key.run, next_attempt).await?;
            None
        }
        None => Some(write::end(&mut tenant, key.run, Outcome::failed(failure)).await?),
    };
    tenant.commit().await?;
    resources.reports.gave_back(&key.tenant, key.run, ended.as_ref());
    Ok(())
}

/// A run that lost a worker had less time than it should have had: that it is late is no fault of the customer's.
fn of_whose_fault(failure: v1::Failure, takeovers: u32) -> v1::Failure {
    if takeovers > 0 && failure.code == FailureCode::RunDeadline.as_str() {
        self::failure(FailureCode::RunInterrupted, &failure.detail)
    } else {
        failure
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_lost_a_worker_and_then_its_time_is_no_fault_of_the_directory() {
        let late = || failure(FailureCode::RunDeadline, "500 objects");
        let other = || failure(FailureCode::Busy, "");
        assert_eq!(of_whose_fault(late(), 0).code, "RUN_DEADLINE");
        assert_eq!(of_whose_fault(late(), 1).code, "RUN_INTERRUPTED");
        assert_eq!(of_whose_fault(late(), 1).detail, "500 objects");
        assert_eq!(of_whose_fault(other(), 1).code, "BUSY");
    }
}
