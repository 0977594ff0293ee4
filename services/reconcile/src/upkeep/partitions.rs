//! Makes the partitions of the months to come, and drops those whose runs have had their time.

use std::{convert::Infallible, sync::Arc, time::Duration};

use rollcall_chassis::{Lifecycle, outage};

use crate::{resources::Resources, store::months};

/// Time between two looks. Months are made long before they begin: a look that fails is made up for by the next.
const INTERVAL: Duration = Duration::from_hours(1);

/// Looks until the process drains. Any number of processes may.
pub(crate) fn start(resources: Arc<Resources>, lifecycle: &Lifecycle) {
    let soft = lifecycle.soft().clone();
    lifecycle.spawn("partitions", async move {
        let mut ticks = tokio::time::interval(INTERVAL);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = soft.cancelled() => return Ok::<_, Infallible>(()),
            }
            let period = resources.bounds.periods.summaries.duration();
            if let Err(error) = months::keep(&resources.store.runs, period).await {
                outage::report(&error, "the months of runs were not kept; the next look goes on");
            }
        }
    });
}
