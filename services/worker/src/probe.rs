//! Asks reconcile again and again whether it serves.

use std::time::Duration;

use rollcall_chassis::grpc::{Channel, Serving};
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval, timeout},
};
use tokio_util::sync::CancellationToken;
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

/// How often it is asked.
const INTERVAL: Duration = Duration::from_secs(1);
/// An answer that takes longer is none.
const ANSWER: Duration = Duration::from_secs(3);

/// Tells whether reconcile serves, until `ending`. The worker itself is ready while it does.
pub(crate) async fn watch_reconcile(
    channel: Channel,
    serves: watch::Sender<bool>,
    serving: Serving,
    ending: CancellationToken,
) {
    let mut ticks = interval(INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = ending.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let now = answers(&channel).await;
        let changed = serves.send_if_modified(|before| std::mem::replace(before, now) != now);
        if changed {
            tracing::info!(serves = now, "reconcile was asked whether it serves");
            serving.set_ready(now).await;
        }
    }
}

async fn answers(channel: &Channel) -> bool {
    let request = HealthCheckRequest {
        service: String::new(),
    };
    let answer = timeout(ANSWER, HealthClient::new(channel.clone()).check(request)).await;
    matches!(answer, Ok(Ok(status)) if status.get_ref().status() == ServingStatus::Serving)
}
