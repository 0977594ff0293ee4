//! Makes the partitions of the months to come, and drops those whose requests and records have had their time.

use std::time::Duration;

use rollcall_chassis::outage;
use tokio_util::sync::CancellationToken;

use crate::store::Store;

/// Time between two looks. Months are made long before they begin: a look that fails is made up for by the next.
const INTERVAL: Duration = Duration::from_hours(1);

/// Looks until it is stopped. Any number of processes may.
pub(crate) async fn keep(store: Store, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(INTERVAL);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Err(error) = store.keep_months().await {
            outage::report(
                &error,
                "the months of requests were not kept; the next look goes on",
            );
        }
        if let Err(error) = store.keep_months_of_records().await {
            outage::report(
                &error,
                "the months of records were not kept; the next look goes on",
            );
        }
    }
}
